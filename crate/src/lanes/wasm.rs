//! Width 2 on wasm: one v128.

use super::{Lanes, Table};
use core::arch::wasm32::*;
use core::hint::black_box;
use core::ops::{Add, Div, Mul, Neg, Sub};

/// The pattern of bytes that [`F64x2::demote`] needs. It is made before a loop: engines would build a constant again in every
/// iteration, which here takes as long as all the rest.
#[derive(Clone, Copy, Debug)]
pub struct MoveToUpperHalf(v128);

impl MoveToUpperHalf {
    /// The pattern that moves the lower half to the upper half. `black_box` keeps the compiler from treating it as a constant.
    #[inline(always)]
    pub fn hoisted() -> Self {
        Self(black_box(u8x16(255, 255, 255, 255, 255, 255, 255, 255, 0, 1, 2, 3, 4, 5, 6, 7)))
    }
}

/// Two f64 lanes.
#[derive(Clone, Copy, Debug)]
pub struct F64x2(v128);

impl F64x2 {
    /// Zero in both lanes.
    pub const ZERO: Self = Self(f64x2(0.0, 0.0));

    /// The lanes from an array.
    #[inline(always)]
    pub fn from_array(lanes: [f64; 2]) -> Self {
        Self(f64x2(lanes[0], lanes[1]))
    }

    /// The lanes as an array.
    #[inline(always)]
    pub fn to_array(self) -> [f64; 2] {
        [f64x2_extract_lane::<0>(self.0), f64x2_extract_lane::<1>(self.0)]
    }

    /// The two f32 in the bits of `packed`, the first in the lower half, as f64. Exact, also for subnormals, zeros and
    /// infinities; NaN stays NaN.
    #[inline(always)]
    pub fn promote(packed: f64) -> Self {
        Self(f64x2_promote_low_f32x4(f64x2_splat(packed)))
    }

    /// These lanes and those of `next` as four f32 in the bits of two f64, the first in the lower half. Each is rounded once,
    /// to nearest, ties to even; numbers that are too large become infinite, and NaN stays NaN.
    // A swizzle joins the halves. From a shuffle, or from a single pair, the compiler makes scalar conversions.
    #[inline(always)]
    pub fn demote(self, next: Self, MoveToUpperHalf(up): MoveToUpperHalf) -> Self {
        Self(v128_or(f32x4_demote_f64x2_zero(self.0), u8x16_swizzle(f32x4_demote_f64x2_zero(next.0), up)))
    }
}

/// Four f32 in the bits of two f64, the first in the lower half of the first. It is for functions whose f32 result is exact.
/// Each operation rounds as IEEE 754 says, and treats NaN and zeros like the operation of the same name in [`Lanes`].
#[derive(Clone, Copy, Debug)]
pub struct F32x4(v128);

impl F32x4 {
    /// `value` in every lane.
    #[inline(always)]
    pub fn splat(value: f32) -> Self {
        Self(f32x4_splat(value))
    }

    /// The lanes from two numbers.
    #[inline(always)]
    pub fn from_array(packed: [f64; 2]) -> Self {
        Self(f64x2(packed[0], packed[1]))
    }

    /// The lanes as two numbers.
    #[inline(always)]
    pub fn to_array(self) -> [f64; 2] {
        F64x2(self.0).to_array()
    }

    /// `other` where `self < other`, else `self`.
    #[inline(always)]
    pub fn pmax(self, other: Self) -> Self {
        Self(f32x4_pmax(self.0, other.0))
    }

    /// self + other.
    #[inline(always)]
    pub fn plus(self, other: Self) -> Self {
        Self(f32x4_add(self.0, other.0))
    }

    /// self·other.
    #[inline(always)]
    pub fn times(self, other: Self) -> Self {
        Self(f32x4_mul(self.0, other.0))
    }

    /// `yes` where 0 < self, NaN where self is NaN, else `no`.
    #[inline(always)]
    pub fn select_positive(self, yes: Self, no: Self) -> Self {
        let either = v128_bitselect(yes.0, no.0, f32x4_gt(self.0, f32x4_splat(0.0)));
        Self(v128_bitselect(either, self.0, f32x4_eq(self.0, self.0)))
    }
}

macro_rules! operator {
    ($trait:ident, $method:ident, $instruction:ident) => {
        impl $trait for F64x2 {
            type Output = Self;
            #[inline(always)]
            fn $method(self, other: Self) -> Self {
                Self($instruction(self.0, other.0))
            }
        }
    };
}
operator!(Add, add, f64x2_add);
operator!(Sub, sub, f64x2_sub);
operator!(Mul, mul, f64x2_mul);
operator!(Div, div, f64x2_div);

impl Neg for F64x2 {
    type Output = Self;
    #[inline(always)]
    fn neg(self) -> Self {
        Self(f64x2_neg(self.0))
    }
}

impl Lanes for F64x2 {
    type Mask = v128;

    const WIDTH: usize = 2;

    #[inline(always)]
    fn splat(value: f64) -> Self {
        Self(f64x2_splat(value))
    }

    #[inline(always)]
    fn abs(self) -> Self {
        Self(f64x2_abs(self.0))
    }

    #[inline(always)]
    fn sqrt(self) -> Self {
        Self(f64x2_sqrt(self.0))
    }

    #[inline(always)]
    fn pmin(self, other: Self) -> Self {
        Self(f64x2_pmin(self.0, other.0))
    }

    #[inline(always)]
    fn pmax(self, other: Self) -> Self {
        Self(f64x2_pmax(self.0, other.0))
    }

    #[inline(always)]
    fn lt(self, other: Self) -> v128 {
        f64x2_lt(self.0, other.0)
    }

    #[inline(always)]
    fn le(self, other: Self) -> v128 {
        f64x2_le(self.0, other.0)
    }

    #[inline(always)]
    fn eq(self, other: Self) -> v128 {
        f64x2_eq(self.0, other.0)
    }

    #[inline(always)]
    fn select(mask: v128, yes: Self, no: Self) -> Self {
        Self(v128_bitselect(yes.0, no.0, mask))
    }

    #[inline(always)]
    fn or(a: v128, b: v128) -> v128 {
        v128_or(a, b)
    }

    #[inline(always)]
    fn any(mask: v128) -> bool {
        v128_any_true(mask)
    }

    #[inline(always)]
    fn bits(mask: v128) -> u32 {
        u32::from(i64x2_bitmask(mask))
    }

    #[inline(always)]
    fn and_bits(self, bits: u64) -> Self {
        Self(v128_and(self.0, u64x2_splat(bits)))
    }

    #[inline(always)]
    fn and_lanes(self, other: Self) -> Self {
        Self(v128_and(self.0, other.0))
    }

    #[inline(always)]
    fn or_lanes(self, other: Self) -> Self {
        Self(v128_or(self.0, other.0))
    }

    #[inline(always)]
    fn xor_lanes(self, other: Self) -> Self {
        Self(v128_xor(self.0, other.0))
    }

    #[inline(always)]
    fn shift_left<const BY: u32>(self) -> Self {
        Self(u64x2_shl(self.0, BY))
    }

    #[inline(always)]
    fn add_bits(self, other: Self) -> Self {
        Self(u64x2_add(self.0, other.0))
    }

    #[inline(always)]
    fn lookup<const COLUMNS: usize, const ROWS: usize>(self, table: &Table<COLUMNS, ROWS>, column: usize) -> (Self, Self) {
        const { assert!(ROWS.is_power_of_two()) }
        let a = table[u32x4_extract_lane::<0>(self.0) as usize & (ROWS - 1)][column];
        let b = table[u32x4_extract_lane::<2>(self.0) as usize & (ROWS - 1)][column];
        let (a, b) = (a.0, b.0);
        (Self(u64x2_shuffle::<0, 2>(a, b)), Self(u64x2_shuffle::<1, 3>(a, b)))
    }
}

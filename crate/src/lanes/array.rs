//! Width 2 on other targets than wasm: two f64 side by side, which compilers turn into vector instructions where the machine
//! has them.

use super::{Lanes, Table};
use core::ops::{Add, Div, Mul, Neg, Sub};

/// An argument that [`F64x2::demote`] needs on wasm; empty here.
#[derive(Clone, Copy, Debug)]
pub struct MoveToUpperHalf;

impl MoveToUpperHalf {
    /// The only value.
    #[inline(always)]
    pub fn hoisted() -> Self {
        Self
    }
}

/// Four f32 in the bits of two f64, the first in the lower half of the first. It is for functions whose f32 result is exact.
/// Each operation rounds as IEEE 754 says, and treats NaN and zeros like the operation of the same name in [`Lanes`].
#[derive(Clone, Copy, Debug)]
pub struct F32x4([f32; 4]);

impl F32x4 {
    /// `value` in every lane.
    #[inline(always)]
    pub fn splat(value: f32) -> Self {
        Self([value; 4])
    }

    /// The lanes from two numbers.
    #[inline(always)]
    pub fn from_array(packed: [f64; 2]) -> Self {
        let [a, b] = packed.map(|two| [two.to_bits() as u32, (two.to_bits() >> 32) as u32].map(f32::from_bits));
        Self([a[0], a[1], b[0], b[1]])
    }

    /// The lanes as two numbers.
    #[inline(always)]
    pub fn to_array(self) -> [f64; 2] {
        let [a, b, c, d] = self.0.map(|lane| u64::from(lane.to_bits()));
        [a | b << 32, c | d << 32].map(f64::from_bits)
    }

    #[inline(always)]
    fn zip(self, other: Self, f: impl Fn(f32, f32) -> f32) -> Self {
        Self([0, 1, 2, 3].map(|i| f(self.0[i], other.0[i])))
    }

    /// `other` where `self < other`, else `self`.
    #[inline(always)]
    pub fn pmax(self, other: Self) -> Self {
        self.zip(other, |a, b| if a < b { b } else { a })
    }

    /// self + other.
    #[inline(always)]
    pub fn plus(self, other: Self) -> Self {
        self.zip(other, |a, b| a + b)
    }

    /// self·other.
    #[inline(always)]
    pub fn times(self, other: Self) -> Self {
        self.zip(other, |a, b| a * b)
    }

    /// `yes` where 0 < self, NaN where self is NaN, else `no`.
    #[inline(always)]
    pub fn select_positive(self, yes: Self, no: Self) -> Self {
        let either = Self([0, 1, 2, 3].map(|i| if 0.0 < self.0[i] { yes.0[i] } else { no.0[i] }));
        self.zip(either, |x, either| if x.is_nan() { x } else { either })
    }
}

/// Two f64 lanes.
#[derive(Clone, Copy, Debug)]
pub struct F64x2([f64; 2]);

impl F64x2 {
    /// Zero in both lanes.
    pub const ZERO: Self = Self([0.0; 2]);

    /// The lanes from an array.
    #[inline(always)]
    pub fn from_array(lanes: [f64; 2]) -> Self {
        Self(lanes)
    }

    /// The lanes as an array.
    #[inline(always)]
    pub fn to_array(self) -> [f64; 2] {
        self.0
    }

    /// The two f32 in the bits of `packed`, the first in the lower half, as f64. Exact, also for subnormals, zeros and
    /// infinities; NaN stays NaN.
    #[inline(always)]
    pub fn promote(packed: f64) -> Self {
        let bits = packed.to_bits();
        Self([bits as u32, (bits >> 32) as u32].map(|bits| f64::from(f32::from_bits(bits))))
    }

    /// These lanes and those of `next` as four f32 in the bits of two f64, the first in the lower half. Each is rounded once,
    /// to nearest, ties to even; numbers that are too large become infinite, and NaN stays NaN.
    #[inline(always)]
    pub fn demote(self, next: Self, _: MoveToUpperHalf) -> Self {
        Self([self.0, next.0].map(|lanes| {
            let [low, high] = lanes.map(|lane| u64::from((lane as f32).to_bits()));
            f64::from_bits(low | high << 32)
        }))
    }

    #[inline(always)]
    fn each(self, f: impl Fn(f64) -> f64) -> Self {
        Self([f(self.0[0]), f(self.0[1])])
    }

    #[inline(always)]
    fn both<T>(self, other: Self, f: impl Fn(f64, f64) -> T) -> [T; 2] {
        [f(self.0[0], other.0[0]), f(self.0[1], other.0[1])]
    }
}

macro_rules! operator {
    ($trait:ident, $method:ident) => {
        impl $trait for F64x2 {
            type Output = Self;
            #[inline(always)]
            fn $method(self, other: Self) -> Self {
                Self(self.both(other, f64::$method))
            }
        }
    };
}
operator!(Add, add);
operator!(Sub, sub);
operator!(Mul, mul);
operator!(Div, div);

impl Neg for F64x2 {
    type Output = Self;
    #[inline(always)]
    fn neg(self) -> Self {
        self.each(f64::neg)
    }
}

impl Lanes for F64x2 {
    type Mask = [bool; 2];

    const WIDTH: usize = 2;

    #[inline(always)]
    fn splat(value: f64) -> Self {
        Self([value; 2])
    }

    #[inline(always)]
    fn abs(self) -> Self {
        self.each(f64::abs)
    }

    #[inline(always)]
    fn sqrt(self) -> Self {
        self.each(f64::sqrt)
    }

    #[inline(always)]
    fn pmin(self, other: Self) -> Self {
        Self(self.both(other, f64::pmin))
    }

    #[inline(always)]
    fn pmax(self, other: Self) -> Self {
        Self(self.both(other, f64::pmax))
    }

    #[inline(always)]
    fn lt(self, other: Self) -> [bool; 2] {
        self.both(other, |a, b| a < b)
    }

    #[inline(always)]
    fn le(self, other: Self) -> [bool; 2] {
        self.both(other, |a, b| a <= b)
    }

    #[inline(always)]
    fn eq(self, other: Self) -> [bool; 2] {
        self.both(other, |a, b| a == b)
    }

    #[inline(always)]
    fn select(mask: [bool; 2], yes: Self, no: Self) -> Self {
        Self([f64::select(mask[0], yes.0[0], no.0[0]), f64::select(mask[1], yes.0[1], no.0[1])])
    }

    #[inline(always)]
    fn or(a: [bool; 2], b: [bool; 2]) -> [bool; 2] {
        [a[0] | b[0], a[1] | b[1]]
    }

    #[inline(always)]
    fn any(mask: [bool; 2]) -> bool {
        mask[0] | mask[1]
    }

    #[inline(always)]
    fn bits(mask: [bool; 2]) -> u32 {
        u32::from(mask[0]) | u32::from(mask[1]) << 1
    }

    #[inline(always)]
    fn and_bits(self, bits: u64) -> Self {
        self.each(|lane| lane.and_bits(bits))
    }

    #[inline(always)]
    fn and_lanes(self, other: Self) -> Self {
        Self(self.both(other, f64::and_lanes))
    }

    #[inline(always)]
    fn or_lanes(self, other: Self) -> Self {
        Self(self.both(other, f64::or_lanes))
    }

    #[inline(always)]
    fn xor_lanes(self, other: Self) -> Self {
        Self(self.both(other, f64::xor_lanes))
    }

    #[inline(always)]
    fn shift_left<const BY: u32>(self) -> Self {
        self.each(f64::shift_left::<BY>)
    }

    #[inline(always)]
    fn add_bits(self, other: Self) -> Self {
        Self(self.both(other, f64::add_bits))
    }

    #[inline(always)]
    fn lookup<const COLUMNS: usize, const ROWS: usize>(self, table: &Table<COLUMNS, ROWS>, column: usize) -> (Self, Self) {
        let [a, b] = self.0.map(|lane| lane.lookup(table, column));
        (Self([a.0, b.0]), Self([a.1, b.1]))
    }
}

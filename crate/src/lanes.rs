//! One trait for f64 arithmetic at width 1 (`f64`) and width 2 (`F64x2`), so that each formula is written once.
//! Every operation acts on each lane alone and rounds as IEEE 754 says: results are the same bits at any width.

use core::ops::{Add, Div, Mul, Neg, Sub};

mod scalar;
#[cfg_attr(target_arch = "wasm32", path = "lanes/wasm.rs")]
#[cfg_attr(not(target_arch = "wasm32"), path = "lanes/array.rs")]
mod two_lanes;

pub use two_lanes::{F32x4, F64x2, MoveToUpperHalf};

/// A table of `ROWS` rows, a power of two. Each row holds `COLUMNS` pairs of numbers, most of them the head and the tail of one
/// number.
pub type Table<const COLUMNS: usize, const ROWS: usize> = [[F64x2; COLUMNS]; ROWS];

/// f64 lanes. NaN stays NaN; its payload and sign are not promised, except that `neg`, `abs` and the bit operations touch
/// only the bits they name.
pub trait Lanes:
    Copy + Add<Output = Self> + Sub<Output = Self> + Mul<Output = Self> + Div<Output = Self> + Neg<Output = Self>
{
    /// The result of a comparison, one truth value a lane.
    type Mask: Copy;

    /// The number of lanes.
    const WIDTH: usize;

    /// `value` in every lane.
    fn splat(value: f64) -> Self;

    /// |self|: clears the sign bit, also that of NaN.
    fn abs(self) -> Self;

    /// The square root, correctly rounded: −0 for −0, NaN for negative numbers. It is an instruction of its own because every
    /// other way to a root is slower than a division.
    fn sqrt(self) -> Self;

    /// `other` where `other < self`, else `self`. So a NaN in `self` stays, a NaN in `other` is dropped, and of two zeros it
    /// returns `self`.
    fn pmin(self, other: Self) -> Self;

    /// `other` where `self < other`, else `self`. So a NaN in `self` stays, a NaN in `other` is dropped, and of two zeros it
    /// returns `self`.
    fn pmax(self, other: Self) -> Self;

    /// `self < other`; false with NaN, false for two zeros.
    fn lt(self, other: Self) -> Self::Mask;

    /// `self <= other`; false with NaN, true for two zeros.
    fn le(self, other: Self) -> Self::Mask;

    /// `self == other`; false with NaN, true for two zeros.
    fn eq(self, other: Self) -> Self::Mask;

    /// Per lane: `yes` where the mask is true, else `no`. Both are computed.
    fn select(mask: Self::Mask, yes: Self, no: Self) -> Self;

    /// True where either mask is true.
    fn or(a: Self::Mask, b: Self::Mask) -> Self::Mask;

    /// Whether any lane is true. Use it only to jump to a slow path that gives the other lanes the same bits.
    fn any(mask: Self::Mask) -> bool;

    /// One bit for each lane, that of the first lane the lowest: 1 where the mask is true.
    fn bits(mask: Self::Mask) -> u32;

    /// The bits of each lane ANDed with `bits`.
    fn and_bits(self, bits: u64) -> Self;

    /// The bits of each lane ANDed with those of the same lane of `other`.
    fn and_lanes(self, other: Self) -> Self;

    /// The bits of each lane ORed with those of the same lane of `other`.
    fn or_lanes(self, other: Self) -> Self;

    /// The bits of each lane XORed with those of the same lane of `other`.
    fn xor_lanes(self, other: Self) -> Self;

    /// The bits of each lane, as a 64-bit integer, shifted left by `BY`.
    fn shift_left<const BY: u32>(self) -> Self;

    /// The bits of each lane and of `other`, as 64-bit integers, added modulo 2^64.
    fn add_bits(self, other: Self) -> Self;

    /// For each lane, the pair in `column` of the row of `table` whose number is in the lane's low bits: (first numbers, second
    /// numbers). `ROWS` is a power of two and only the low log2(`ROWS`) bits are used, so any bit pattern is safe.
    fn lookup<const COLUMNS: usize, const ROWS: usize>(self, table: &Table<COLUMNS, ROWS>, column: usize) -> (Self, Self);
}

#[cfg(test)]
mod tests;

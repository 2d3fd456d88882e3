//! Width 1: plain f64.

use super::{Lanes, Table};

impl Lanes for f64 {
    type Mask = bool;

    const WIDTH: usize = 1;

    #[inline(always)]
    fn splat(value: f64) -> Self {
        value
    }

    #[inline(always)]
    fn abs(self) -> Self {
        f64::abs(self)
    }

    #[cfg(not(target_arch = "wasm32"))]
    #[inline(always)]
    fn sqrt(self) -> Self {
        f64::sqrt(self)
    }

    // Without std, f64 has no square root.
    #[cfg(target_arch = "wasm32")]
    #[inline(always)]
    fn sqrt(self) -> Self {
        let [root, _] = super::F64x2::splat(self).sqrt().to_array();
        root
    }

    #[inline(always)]
    fn pmin(self, other: Self) -> Self {
        if other < self { other } else { self }
    }

    #[inline(always)]
    fn pmax(self, other: Self) -> Self {
        if self < other { other } else { self }
    }

    #[inline(always)]
    fn lt(self, other: Self) -> bool {
        self < other
    }

    #[inline(always)]
    fn le(self, other: Self) -> bool {
        self <= other
    }

    #[inline(always)]
    fn eq(self, other: Self) -> bool {
        self == other
    }

    #[inline(always)]
    fn select(mask: bool, yes: Self, no: Self) -> Self {
        if mask { yes } else { no }
    }

    #[inline(always)]
    fn or(a: bool, b: bool) -> bool {
        a | b
    }

    #[inline(always)]
    fn any(mask: bool) -> bool {
        mask
    }

    #[inline(always)]
    fn bits(mask: bool) -> u32 {
        u32::from(mask)
    }

    #[inline(always)]
    fn and_bits(self, bits: u64) -> Self {
        f64::from_bits(self.to_bits() & bits)
    }

    #[inline(always)]
    fn and_lanes(self, other: Self) -> Self {
        f64::from_bits(self.to_bits() & other.to_bits())
    }

    #[inline(always)]
    fn or_lanes(self, other: Self) -> Self {
        f64::from_bits(self.to_bits() | other.to_bits())
    }

    #[inline(always)]
    fn xor_lanes(self, other: Self) -> Self {
        f64::from_bits(self.to_bits() ^ other.to_bits())
    }

    #[inline(always)]
    fn shift_left<const BY: u32>(self) -> Self {
        f64::from_bits(self.to_bits() << BY)
    }

    #[inline(always)]
    fn add_bits(self, other: Self) -> Self {
        f64::from_bits(self.to_bits().wrapping_add(other.to_bits()))
    }

    #[inline(always)]
    fn lookup<const COLUMNS: usize, const ROWS: usize>(self, table: &Table<COLUMNS, ROWS>, column: usize) -> (Self, Self) {
        const { assert!(ROWS.is_power_of_two()) }
        let [first, second] = table[self.to_bits() as usize & (ROWS - 1)][column].to_array();
        (first, second)
    }
}

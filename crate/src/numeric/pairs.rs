//! Sums, products and quotients of lanes as a number and its rounding error: [high, low]. After Knuth, Dekker and Veltkamp
//! (Handbook of Floating-Point Arithmetic, ch. 4 and 14), without fused multiply-add.

use crate::lanes::Lanes;

/// 1/6, to 106 bits.
pub const SIXTH: [f64; 2] = [1.0 / 6.0, 9.25185853854297e-18];

/// a + b, exactly.
#[inline(always)]
pub fn sum<L: Lanes>(a: L, b: L) -> [L; 2] {
    let high = a + b;
    let part = high - a;
    [high, (a - (high - part)) + (b - part)]
}

/// a·b, good to 79 bits, for numbers whose product does not overflow and is 0 or at least 2^-960.
#[inline(always)]
pub fn times<L: Lanes>(a: L, b: L) -> [L; 2] {
    let (a_upper, b_upper) = (a.and_bits(!0 << 27), b.and_bits(!0 << 27));
    let (a_lower, b_lower) = (a - a_upper, b - b_upper);
    let high = a * b;
    [high, ((a_upper * b_upper - high) + (a_upper * b_lower + a_lower * b_upper)) + a_lower * b_lower]
}

/// A number below 2^1023 as the sum of two numbers with 26 bits each.
pub fn split(a: f64) -> [f64; 2] {
    let upper = f64::from_bits((a.to_bits() + (1 << 26)) & (!0 << 27));
    [upper, a - upper]
}

/// a·b, exactly, for an `a` that was split by [`split`]; with the range limits of [`times`].
#[inline(always)]
pub fn exact_product<L: Lanes>([a_upper, a_lower]: [f64; 2], b: L) -> [L; 2] {
    let b_upper = b.and_bits(UPPER_PART_MASK);
    let high = L::splat(a_upper + a_lower) * b;
    [high, product_error(high, [L::splat(a_upper), L::splat(a_lower)], [b_upper, b - b_upper])]
}

/// The mask for the upper part of a number: 26 of 53 bits.
pub const UPPER_PART_MASK: u64 = !0 << 27;

/// The rounding error a·b − high of the rounded product `high`, from the parts of both factors, with the range limits of
/// [`times`]. If both were split by [`UPPER_PART_MASK`], it has at least 51 correct bits.
#[inline(always)]
pub fn product_error<L: Lanes>(high: L, [a_upper, a_lower]: [L; 2], [b_upper, b_lower]: [L; 2]) -> L {
    // In this order, each sum is exact (Dekker), and so is each product, except the last if both lower parts have 27 bits.
    ((a_upper * b_upper - high) + a_upper * b_lower + a_lower * b_upper) + a_lower * b_lower
}

/// The product of two numbers, each given as such a pair.
#[inline(always)]
pub fn product<L: Lanes>([a, a_low]: [L; 2], [b, b_low]: [L; 2]) -> [L; 2] {
    let [high, low] = times(a, b);
    [high, low + (a * b_low + a_low * b)]
}

/// The quotient of two such pairs, with the range limits of [`times`] for the dividend.
#[inline(always)]
pub fn quotient<L: Lanes>([a, a_low]: [L; 2], [b, b_low]: [L; 2]) -> [L; 2] {
    let high = a / b;
    let [product, error] = times(high, b);
    [high, (((a - product) - error) + (a_low - high * b_low)) / b]
}

/// The pair, rounded to one number.
#[inline(always)]
pub fn rounded<L: Lanes>([high, low]: [L; 2]) -> L {
    high + low
}

//! Logarithms as a number and its rounding error. They use the nodes of softmax's exponential, which are short numbers with
//! known logarithms.

use super::softmax::exponential::Nodes;
use super::softmax::pair::{Number, cut, number, two_sum};
use crate::lanes::Lanes;
use crate::numeric::double_double::LN2;
use crate::numeric::exp::ROUND;
use crate::numeric::powers::two_to;

/// ln 2/256: the first 26 bits, so that n times it is exact for n < 2^27, and the rest.
const STEP: [f64; 2] = [short(LN2.high) / 256.0, ((LN2.high - short(LN2.high)) + LN2.low) / 256.0];

const fn short(value: f64) -> f64 {
    f64::from_bits(value.to_bits() & (!0 << 27))
}

/// The largest |f| below.
const LARGEST: f64 = 0.0021;
/// The coefficients of f³ and f⁵ in ln(1 + f). They include those of the polynomial closest to f⁷/7, which is f⁷ minus a
/// Chebyshev polynomial.
const K3: f64 = 1.0 / 3.0 - LARGEST * LARGEST * LARGEST * LARGEST / 8.0;
const K5: f64 = 1.0 / 5.0 + LARGEST * LARGEST / 4.0;

/// ln(1 + u) for 0 ≤ u ≤ 1, to 2^-61, times `up`, a power of two whose inverse is `down`. u is given times `up` too, as
/// first + second, where the first has 26 bits.
///
/// With a node c close to 1/(1 + u), ln(1 + u) = −ln c + ln(1 + f) for f = c·(1 + u) − 1. The products in f are products of
/// short numbers, so nothing is lost where u is small and c is 1.
#[inline(always)]
pub fn log_of_one_and<L: Lanes>([first, second]: [L; 2], up: L, down: L, nodes: &Nodes) -> [L; 2] {
    let (one, u) = (L::splat(1.0), (first + second) * down);
    // 256·log2(1 + u), with an error of at most 0.26. The two coefficients minimise that error, so that |f| < 0.0021.
    let about = u * (one + (one - u) * (L::splat(0.4225) - u * L::splat(0.1575)));
    let place = about * L::splat(-256.0) + L::splat(ROUND);
    let (node, offset) = place.lookup(nodes, 0);
    let n = L::splat(ROUND) - place;
    let c = node.add_bits(place.shift_left::<44>());
    // c·first has 52 bits, and the sum is short again.
    let (near, rest) = ((c - one) * up + c * first, c * second);
    let f = (near + rest) * down;
    // ln(1 + f) = f + f²·(…). What is left out is below 2^-59 of it. K3 and K5 contain the shares of f^7/7.
    let f2 = f * f;
    let series =
        (L::splat(-1.0 / 2.0) + f * L::splat(K3)) + f2 * ((L::splat(-1.0 / 4.0) + f * L::splat(K5)) - f2 * L::splat(1.0 / 6.0));
    // Dekker's sum: n steps are 0, or more than `near`.
    let steps = n * (L::splat(STEP[0]) * up);
    let sum = steps + near;
    let left = near - (sum - steps);
    [sum, left + ((n * L::splat(STEP[1]) - offset) * up + (rest + (near + rest) * (f * series)))]
}

/// ln `value` for a value of at least 1.06, to 2^-60: the logarithm of its power of two plus that of its significand.
#[inline(never)]
pub fn log(value: Number, nodes: &Nodes) -> Number {
    let [first, second] = value.to_array();
    let power = (first.to_bits() >> 52) as i64 - 1023;
    let unit = two_to(-power);
    let [log, more] = log_of_one_and(cut(number(first * unit - 1.0, second * unit)).to_array(), 1.0, 1.0, nodes);
    let power = power as f64;
    let [sum, left] = two_sum(power * (256.0 * STEP[0]), log).to_array();
    number(sum, left + (power * (256.0 * STEP[1]) + more))
}

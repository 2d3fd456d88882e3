//! Sparsemax: the point of the simplex closest to x/T, which is max(z − τ, 0) with a sum of 1. After Martins and Astudillo,
//! From softmax to sparsemax (2016); τ after Michelot, A finite algorithm for finding the projection of a point onto the
//! canonical simplex (1986). z = (x − max)/T is a pair, and so is τ, so that entries just inside the support keep their digits.

use super::Call;
use super::log_softmax::fill;
use super::log_sum::{LogSum, each_row};
use super::softmax::pair::{Number, Sum, cut, inverse, number, times, two_sum};
use super::softmax::row::{Term, any_nan, get, set};
use crate::lanes::{F64x2, Lanes};
use crate::loops::{BACKWARD_X, BACKWARD_Y};
use crate::memory::Pair;
use crate::numeric::powers::two_to;

/// The value, or the gradient from x or from y: (dy − the mean of dy over the support)/T inside the support, and 0 elsewhere
/// whatever dy is.
pub fn sparsemax(call: &Call) -> u32 {
    let units = call.units;
    let backward = call.op == BACKWARD_X || call.op == BACKWARD_Y;
    each_row(call, call.p0, [units, if backward { units } else { 0 }, units], &|logs, [x, dy, out], _| {
        let high = if call.op == BACKWARD_Y { 0.0 } else { logs.maximum(x) };
        logs.pad(x, f64::NEG_INFINITY);
        let nan = any_nan(x);
        if !high.is_finite() || nan {
            let empty = high == f64::NEG_INFINITY && !nan && call.empty_is_zero;
            return fill(out, if empty { 0.0 } else { f64::NAN });
        }
        if call.op == BACKWARD_Y {
            x.iter().zip(logs.terms()).for_each(|(y, [first, _])| set(first, get(y)));
        } else {
            project(logs.terms(), threshold(logs, x, high));
        }
        if backward {
            gradient(logs.terms(), dy, out, call.p0);
        } else {
            logs.terms().iter().zip(out).for_each(|([first, _], out)| set(out, get(first)));
        }
    })
}

/// Replaces z by max(z − τ, 0), rounded, in the first half of each term.
#[inline(never)]
fn project(terms: &[Term], threshold: Number) {
    let ([t, more], zero) = (threshold.to_array().map(F64x2::splat), F64x2::splat(0.0));
    for [first, second] in terms {
        let z = get(first);
        let sum = z - t;
        let part = sum - z;
        let left = (z - (sum - part)) - (t + part);
        let value = (sum + (left + (get(second) - more))).pmax(zero);
        // For a mask, all of these are −∞ or NaN.
        set(first, F64x2::select(z.lt(F64x2::splat(-1.0)), zero, value));
    }
}

/// Computes τ, and leaves z in the terms. Each round takes the mean excess of the entries above τ; these become fewer until
/// they are the support.
#[inline(never)]
fn threshold(logs: &LogSum, x: &[Pair], high: f64) -> Number {
    for (x, [first, second]) in x.iter().zip(logs.terms()) {
        // As one number and its rounding error, so that the first numbers alone tell which of two z is larger.
        let [z, rest] = logs.scaled_distance(get(x), high);
        let sum = z + rest;
        set(first, sum);
        set(second, (z - sum) + rest);
    }
    let (zero, one) = (F64x2::splat(0.0), F64x2::splat(1.0));
    let mut threshold = number(-1.0, 0.0);
    loop {
        let [least, more] = threshold.to_array().map(F64x2::splat);
        let (mut sum, mut count) = (Sum::new(0.0), zero);
        for [first, second] in logs.terms() {
            let z = get(first);
            // Both parts count, because close to τ the first numbers may be equal.
            let inside = zero.lt((z - least) + (get(second) - more));
            sum.add(F64x2::select(inside, z, zero), F64x2::select(inside, get(second), zero));
            count = count + F64x2::select(inside, one, zero);
        }
        let [even, odd] = count.to_array();
        let [first, second] = sum.total(0.0).to_array();
        let [less, left] = two_sum(first, -1.0).to_array();
        let next = times(cut(number(less, left + second)), inverse(number(even + odd, 0.0)));
        let [next, rest] = next.to_array();
        let next = two_sum(next, rest);
        let [rise, rest] = (next - threshold).to_array();
        if rise + rest <= 0.0 {
            return next;
        }
        threshold = next;
    }
}

/// The gradient where the values, in the first half of each term, are above 0.
#[inline(never)]
fn gradient(values: &[Term], dy: &[Pair], out: &[Pair], divisor: f64) {
    let (mean, largest) = mean_inside(values, dy);
    // The sum of the gradients, or dy − mean, may overflow where the result does not. And where all gradients are tiny,
    // differences that are subnormal may become normal numbers over a divisor below 1.
    let is_tiny = largest < two_to(-900) && divisor < 1.0;
    let [once, back] = if is_tiny { [64, -64] } else { [-64, 64] }.map(two_to);
    if mean.abs() <= LARGE && !is_tiny {
        differences(values, dy, out, mean, divisor);
        return;
    }
    let scale = |from: &[Pair], by: f64| from.iter().zip(out).for_each(|(from, out)| set(out, get(from) * F64x2::splat(by)));
    scale(dy, once);
    differences(values, out, out, mean_inside(values, out).0, divisor);
    scale(out, back);
}

/// For a mean of up to this size, dy − mean overflows for no finite dy, since it is less than half an ulp of the largest
/// number.
const LARGE: f64 = two_to(900);

/// The mean of dy where the values are above 0, and the largest |dy| there.
#[inline(never)]
fn mean_inside(values: &[Term], dy: &[Pair]) -> (f64, f64) {
    let (zero, one) = (F64x2::splat(0.0), F64x2::splat(1.0));
    let (mut sum, mut count, mut largest) = (Sum::new(0.0), zero, zero);
    for ([value, _], dy) in values.iter().zip(dy) {
        let inside = zero.lt(get(value));
        let dy = F64x2::select(inside, get(dy), zero);
        sum.add(dy, zero);
        largest = largest.pmax(dy.abs());
        count = count + F64x2::select(inside, one, zero);
    }
    let ([even, odd], [first, second]) = (count.to_array(), sum.total(0.0).to_array());
    let [even_largest, odd_largest] = largest.to_array();
    // An infinite sum has no second part.
    let sum = if first.is_finite() { first + second } else { first };
    (sum / (even + odd), even_largest.max(odd_largest))
}

/// (dy − mean)/divisor where the values are above 0.
#[inline(never)]
fn differences(values: &[Term], dy: &[Pair], out: &[Pair], mean: f64, divisor: f64) {
    let (zero, mean, divisor) = (F64x2::splat(0.0), F64x2::splat(mean), F64x2::splat(divisor));
    for (([value, _], dy), out) in values.iter().zip(dy).zip(out) {
        set(out, F64x2::select(zero.lt(get(value)), (get(dy) - mean) / divisor, zero));
    }
}

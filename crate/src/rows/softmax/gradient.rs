//! out = s·(dy − Σ s·dy)/divisor for a row, from x and from y = s.
//!
//! What comes of a dy that is not finite:
//! - From x, an entry masked by x = −∞ contributes nothing and receives 0, whatever its dy.
//! - Else a result is s·(dy − m) with s rounded to f64 and m = Σ s·dy over the entries whose dy is not finite, as IEEE 754 computes
//!   it; 0·∞ is NaN. So NaN anywhere, ∞ and −∞ in one row, or ±∞ where s underflows to 0, make every entry NaN. A lone ∞ makes its
//!   own entry NaN (∞ − ∞) and the others −∞, or NaN where s is 0.
//! - From y it is the same with y for s; a y of 0 is no mask.

use super::exponential::head;
use super::pair::{Factor, Number, Sum, cut, power_steps, times, two_sum, whole};
use super::row::{DOWN, First, LEVEL, Row, SCALE, SHARP, Softmax, Term, UP, get, masked, set};
use crate::lanes::{F64x2, Lanes};
use crate::memory::Pair;
use crate::numeric::exp::two_to;

/// The power of two that the largest |dy| is scaled to where the gradients as they are would not fit: a term, 2^512, times 2^400,
/// summed over 2^28 entries, does not overflow; and a dy that underflows beside the largest, below 2^-1474 of it, changes nothing
/// beside a sum above [`ENOUGH`].
const LARGEST: i64 = 400;

/// What the largest product of a term and a gradient that is scaled to 2^[`LARGEST`] must reach for the sum to be right: 2^-1380 of
/// the largest. What the sum lacks, or the floor of a near row adds, is below 2^-1442·2^8 of it, for rows of up to 256 such entries.
const ENOUGH: f64 = two_to(SCALE + LARGEST - 1380);

impl Softmax<'_> {
    /// From x. Returns false, with nothing written, for a row that needs wide numbers.
    #[inline(always)]
    pub fn gradient(&self, row: Row, first: &First, terms: &[Term], total: Number, one_over: Number) -> bool {
        // The gradient of an entry that has all but a sixteenth of the sum, which all are measured from: 1 - s and
        // dy - Σ s·dy would cancel there.
        let mut shift = 0.0;
        if total.to_array()[0] < SHARP {
            shift = of_winner(terms, row.dy.iter().map(get));
        }
        self.pad(row.dy, shift);
        let weights = terms.iter().map(|[first, second]| [get(first), get(second)]);
        let dy = row.dy.iter().map(get);
        let (sum, largest) = if shift == 0.0 {
            weighted::<false, false>(weights.zip(dy), 0.0)
        } else {
            weighted::<true, false>(weights.zip(dy), shift)
        };
        if !self.fits(whole(sum).abs(), largest) {
            return self.scaled_gradient(row, first, terms, one_over, total.to_array()[0] < SHARP);
        }
        let mean = mean(sum, one_over, shift);
        let (factor, down) = (Factor::new(times(one_over, self.inverse)), F64x2::splat(two_to(-SCALE - self.power)));
        for (([first, second], dy), out) in terms.iter().zip(row.dy).zip(row.out) {
            let distance = (get(dy) - mean[0]) - mean[1];
            set(out, factor.product(get(first), get(second)) * distance * down);
        }
        true
    }

    /// From x, with dy times a power of two.
    #[inline(never)]
    fn scaled_gradient(&self, row: Row, first: &First, terms: &[Term], one_over: Number, sharp: bool) -> bool {
        let zero = F64x2::splat(0.0);
        // Masked entries have neither a weight nor a gradient.
        let entries = || {
            row.x.iter().zip(row.dy).zip(terms).map(|((x, dy), [first, second])| {
                let mask = masked(get(x));
                let [dy, first, second] = [dy, first, second].map(|part| F64x2::select(mask, zero, get(part)));
                (mask, [first, second], dy)
            })
        };
        let (largest, finite) = largest(entries().map(|(_, _, dy)| dy));
        if !finite {
            let factor = Factor::new(one_over);
            let s = |[first, second]: [F64x2; 2]| factor.product(first, second) * F64x2::splat(DOWN);
            not_finite(entries().map(|(mask, term, dy)| (mask, s(term), dy)), row.out);
            return true;
        }
        let power = power_of(largest);
        let up = power_steps(LARGEST - power).map(F64x2::splat);
        let scaled = move |dy: F64x2| dy * up[0] * up[1];
        let shift = if sharp { of_winner(terms, entries().map(|(_, _, dy)| scaled(dy))) } else { 0.0 };
        let (sum, product) = weighted::<true, true>(entries().map(|(_, term, dy)| (term, scaled(dy))), shift);
        let level = power - self.power;
        if level > LEVEL && (product < ENOUGH && largest > 0.0 || self.has_deep_entry(row.x, first)) {
            return false;
        }
        let mean = mean(sum, one_over, shift);
        let factor = Factor::new(times(one_over, self.inverse));
        let steps = result_steps(level);
        for ((mask, [first, second], dy), out) in entries().zip(row.out) {
            let distance = (scaled(dy) - mean[0]) - mean[1];
            let result = factor.product(first, second) * steps[0] * distance * steps[1] * steps[2];
            set(out, F64x2::select(mask, zero, result));
        }
        true
    }

    /// From y.
    #[inline(always)]
    pub fn gradient_from_value(&self, row: Row) -> bool {
        let Row { x: y, dy, out, .. } = row;
        self.pad(y, 0.0);
        self.pad(dy, 0.0);
        let (sum, largest) = weighted::<false, false>(y.iter().map(split_value).zip(dy.iter().map(get)), 0.0);
        let sum = whole(sum);
        if !self.fits(sum.abs(), largest) {
            return self.scaled_gradient_from_value(row);
        }
        let (mean, divisor) = (F64x2::splat(sum * DOWN), F64x2::splat(self.divisor));
        for ((y, dy), out) in y.iter().zip(dy).zip(out) {
            set(out, up(y) * (get(dy) - mean) / divisor * F64x2::splat(DOWN));
        }
        true
    }

    /// From y, with dy times a power of two.
    #[inline(never)]
    fn scaled_gradient_from_value(&self, row: Row) -> bool {
        let zero = F64x2::splat(0.0);
        // A gradient that is multiplied by 0 does not count as the largest, but it must be finite.
        let entries = || row.x.iter().zip(row.dy).map(|(y, dy)| (get(y), get(dy)));
        let (largest_y, finite_y) = largest(entries().map(|(y, _)| y));
        let (_, finite_dy) = largest(entries().map(|(_, dy)| dy));
        if !(finite_y && finite_dy) {
            not_finite(entries().map(|(y, dy)| (y.lt(y), y, dy)), row.out);
            return true;
        }
        if largest_y > two_to(40) {
            return false;
        }
        let counted = |(y, dy): (F64x2, F64x2)| F64x2::select(y.eq(zero), zero, dy);
        let power = power_of(largest(entries().map(counted)).0);
        let up_steps = power_steps(LARGEST - power).map(F64x2::splat);
        let scaled = move |entry| counted(entry) * up_steps[0] * up_steps[1];
        let (sum, _) = weighted::<false, true>(row.x.iter().map(split_value).zip(entries().map(scaled)), 0.0);
        let (mean, divisor) = (F64x2::splat(whole(sum) * DOWN), F64x2::splat(self.significand));
        let steps = result_steps(power - self.power);
        for ((entry, y), out) in entries().zip(row.x).zip(row.out) {
            set(out, up(y) * steps[0] / divisor * (scaled(entry) - mean) * steps[1] * steps[2]);
        }
        true
    }

    /// Whether gradients up to `largest`, and their weighted sum (times 2^512), neither over- nor underflow where they are
    /// multiplied and added, nor when they are divided.
    #[inline(always)]
    fn fits(&self, sum: f64, largest: f64) -> bool {
        let zero = sum == 0.0 && largest == 0.0;
        (zero
            || two_to(-200) <= largest
                && largest <= two_to(150)
                && (sum == 0.0 || two_to(SCALE - 900) <= sum && sum <= two_to(SCALE + 200)))
            && self.power.abs() <= 100
    }
}

/// y times 2^512.
#[inline(always)]
fn up(y: &Pair) -> F64x2 {
    get(y) * F64x2::splat(UP)
}

/// The same, as 26 bits and the rest.
#[inline(always)]
fn split_value(y: &Pair) -> [F64x2; 2] {
    [head(up(y)), up(y) - head(up(y))]
}

/// The factors that bring back a result of gradients that were scaled from 2^`level`, terms and divisor included: the first for the
/// term, so that nothing underflows that does not in the end, and two for the result.
fn result_steps(level: i64) -> [F64x2; 3] {
    let power = level - LARGEST - SCALE;
    let first = power.clamp(0, 400);
    let [second, third] = power_steps(power - first);
    [two_to(first), second, third].map(F64x2::splat)
}

/// The power of two of a number that is not negative; of a subnormal one, and of 0, the least power of normal ones.
fn power_of(value: f64) -> i64 {
    ((value.to_bits() >> 52) as i64 - 1023).max(-1022)
}

/// The largest absolute value, and whether all are finite.
#[inline(always)]
fn largest(values: impl Iterator<Item = F64x2>) -> (f64, bool) {
    let mut largest = F64x2::splat(0.0);
    let mut zeros = F64x2::splat(0.0);
    for value in values {
        largest = largest.pmax(value.abs());
        zeros = zeros + value * F64x2::splat(0.0);
    }
    let ([even, odd], [zero, other]) = (largest.to_array(), zeros.to_array());
    (even.pmax(odd), zero + other == 0.0)
}

/// The gradient of the entry with nearly all of the sum.
#[inline(always)]
fn of_winner(terms: &[Term], dy: impl Iterator<Item = F64x2>) -> f64 {
    let mut found = F64x2::splat(0.0);
    for ([first, _], dy) in terms.iter().zip(dy) {
        found = F64x2::select(F64x2::splat(0.5 * UP).lt(get(first)), dy, found);
    }
    whole(found)
}

/// shift + Σ/total, as two numbers of which the first is the larger one.
#[inline(always)]
fn mean(sum: Number, one_over: Number, shift: f64) -> [F64x2; 2] {
    let [mean, rest] = times(cut(sum * F64x2::splat(DOWN)), one_over).to_array();
    let [shifted, more] = two_sum(shift, mean).to_array();
    [shifted, more + rest].map(F64x2::splat)
}

/// s·(dy − Σ s·dy) as the head of this file says it; `entries` are whether an entry is masked, s, and dy.
#[inline(always)]
fn not_finite<M: Copy>(entries: impl Iterator<Item = (M, F64x2, F64x2)> + Clone, out: &[Pair])
where
    F64x2: Lanes<Mask = M>,
{
    let zero = F64x2::splat(0.0);
    let mut sum = zero;
    for (mask, s, dy) in entries.clone() {
        let product = s * dy;
        let left_out = F64x2::or(mask, (product * zero).eq(zero));
        sum = sum + F64x2::select(left_out, zero, product);
    }
    let sum = F64x2::splat(whole(sum));
    for ((mask, s, dy), out) in entries.zip(out) {
        set(out, F64x2::select(mask, zero, s * (dy - sum)));
    }
}

/// Σ weight·(dy − shift) of weights in two parts, the first of 26 bits, and the largest |dy − shift|, or with `PRODUCTS` the
/// largest weight·|dy − shift|; `SHIFTED` if shift is not 0.
#[inline(always)]
fn weighted<const SHIFTED: bool, const PRODUCTS: bool>(
    entries: impl Iterator<Item = ([F64x2; 2], F64x2)>,
    shift: f64,
) -> (Number, f64) {
    let mut sum = Sum::new(0.0);
    let mut largest = F64x2::splat(0.0);
    let minus = F64x2::splat(-shift);
    for ([first, mut second], given) in entries {
        let dy = given + minus;
        // The first product is exact, as both have 26 bits.
        let product = first * head(dy);
        second = first * (dy - head(dy)) + second * dy;
        if SHIFTED {
            // What the difference leaves out, after Knuth: it would be a fifth rounding of the result's size.
            let part = dy - given;
            second = second + first * ((given - (dy - part)) + (minus - part));
        }
        sum.add(product, second);
        largest = largest.pmax(if PRODUCTS { product.abs() } else { dy.abs() });
    }
    let [even, odd] = largest.to_array();
    (sum.total(0.0), even.pmax(odd))
}

//! The gradient of a row, s·(dy − Σ s·dy)/divisor, from x or from y = s.
//!
//! The results for a dy that is not finite:
//! - From x, an entry masked by x = −∞ contributes nothing and receives 0, whatever its dy.
//! - Otherwise a result is s·(dy − m), with s rounded to f64 and m = Σ s·dy over the entries whose dy is not finite, as IEEE
//!   754 computes it; 0·∞ is NaN. So NaN anywhere, ∞ and −∞ in one row, or ±∞ where s underflows to 0, make every entry NaN. A
//!   single ∞ makes its own entry NaN (∞ − ∞) and the others −∞, or NaN where s is 0.
//! - From y it is the same with y in place of s; but a y of 0 is not a mask.

use super::exponential::head;
use super::pair::{Factor, Number, Sum, cut, number, power_steps, times, two_sum, whole};
use super::row::{DOWN, First, LEVEL, Row, SCALE, SHARP, Softmax, Term, UP, any_nan, bring_down, bring_up, get, masked, set};
use crate::lanes::{F64x2, Lanes};
use crate::memory::Pair;
use crate::numeric::powers::{exponent, two_to};

/// The power of two that the largest |dy| is scaled to if the gradients do not fit as they are. A term of up to 2^512 times
/// 2^400, summed over 2^28 entries, does not overflow. A dy that underflows beside the largest, because it is below 2^-1474 of
/// it, changes nothing beside a sum above [`ENOUGH`].
const LARGEST: i64 = 400;

/// The size that the largest product of a term and a gradient, scaled to 2^[`LARGEST`], must have for the sum to be accurate:
/// 2^-1380 of the largest. Whatever is missing from the sum, or is added by the floor of a near row, is below 2^-1442·2^8 of
/// it, for rows of up to 256 such entries.
const ENOUGH: f64 = two_to(SCALE + LARGEST - 1380);

/// The largest power of two of a divisor, up or down, for which gradients are not scaled.
const DIVISORS: i64 = 100;

impl Softmax<'_> {
    /// The gradient from x. Returns false, with nothing written, for a row that needs a wider range.
    #[inline(always)]
    pub fn gradient(&self, row: Row, first: &First, terms: &[Term], total: Number, one_over: Number) -> bool {
        // If an entry has at least 15/16 of the sum, all gradients are measured from its gradient, because 1 - s and dy - Σ
        // s·dy would cancel there.
        let sharp = total.to_array()[0] < SHARP;
        let shift = if sharp { of_winner(terms, row.dy) } else { 0.0 };
        self.pad(row.dy, shift);
        if is_tiny(row.dy) {
            return self.scaled_gradient(row, Some(first), terms, one_over, sharp);
        }
        let entries = terms.iter().map(weight).zip(row.dy);
        let (sum, largest) = if shift == 0.0 { weighted::<false>(entries, 0.0) } else { weighted::<true>(entries, shift) };
        if !self.fits(whole(sum).abs(), largest, LEVEL - DIVISORS) {
            return self.scaled_gradient(row, Some(first), terms, one_over, sharp);
        }
        let mean = mean(sum, one_over, shift);
        let (factor, by) = (Factor::new(times(one_over, self.inverse)), two_to(-SCALE - self.power));
        let down = F64x2::splat(if first.is_deep { 1.0 } else { by });
        for (([first, second], dy), out) in terms.iter().zip(row.dy).zip(row.out) {
            let distance = (get(dy) - mean[0]) - mean[1];
            set(out, factor.product(get(first), get(second)) * distance * down);
        }
        if first.is_deep {
            bring_down(row.out.as_flattened(), by, -0.0);
        }
        true
    }

    /// The gradient from y, which is a result of softmax: numbers from 0 to 1.
    #[inline(always)]
    pub fn gradient_from_value(&self, row: Row, terms: &[Term], is_deep: bool) -> bool {
        let Row { x: mut y, dy, out, .. } = row;
        self.pad(y, 0.0);
        self.pad(dy, 0.0);
        if is_tiny(dy) {
            return self.scaled_gradient(row, None, terms, number(1.0, 0.0), false);
        }
        let mut up = UP;
        if is_deep {
            bring_up(y, self.powers);
            (y, up) = (self.powers, 1.0);
        }
        let (sum, largest) = weighted::<false>(y.iter().map(|y| weight_of_value(y, up)).zip(dy), 0.0);
        let sum = whole(sum);
        if !self.fits(sum.abs(), largest, 300) {
            if any_nan(dy) {
                // There are no masks, so the NaN shows in every result.
                out.iter().for_each(|out| set(out, F64x2::splat(f64::NAN)));
                return true;
            }
            return self.scaled_gradient(row, None, terms, number(1.0, 0.0), false);
        }
        let mean = F64x2::splat(sum * DOWN);
        let over = 1.0 / self.divisor;
        if over.to_bits() << 12 == 0 {
            // For a power of two, such as 1, the product is exact where the quotient is, and a division would be a third of the
            // time.
            let factor = F64x2::splat(if is_deep { 1.0 } else { DOWN * over });
            for ((y, dy), out) in y.iter().zip(dy).zip(out) {
                set(out, get(y) * F64x2::splat(up) * (get(dy) - mean) * factor);
            }
        } else {
            let (divisor, down) = (F64x2::splat(self.divisor), F64x2::splat(if is_deep { 1.0 } else { DOWN }));
            for ((y, dy), out) in y.iter().zip(dy).zip(out) {
                set(out, get(y) * F64x2::splat(up) * (get(dy) - mean) / divisor * down);
            }
        }
        if is_deep {
            bring_down(out.as_flattened(), if over.to_bits() << 12 == 0 { DOWN * over } else { DOWN }, -0.0);
        }
        true
    }

    /// The gradient from x, or from y if there is no `first`, with dy times a power of two; also for a dy that is not finite.
    #[inline(never)]
    fn scaled_gradient(&self, row: Row, first: Option<&First>, terms: &[Term], one_over: Number, sharp: bool) -> bool {
        let (scaled, zero) = (self.powers, F64x2::splat(0.0));
        let (mut largest, mut largest_of_all, mut zeros) = (zero, zero, zero);
        for (((x, dy), [a, b]), scaled) in row.x.iter().zip(row.dy).zip(terms).zip(scaled) {
            let [head, tail] = if first.is_some() { [get(a), get(b)] } else { weight_of_value(x, UP) };
            let (x, mut dy) = (get(x), get(dy));
            let mask = if first.is_some() { masked(x) } else { zero.lt(zero) };
            dy = F64x2::select(mask, zero, dy);
            zeros = zeros + if first.is_some() { dy * zero } else { (x + dy) * zero };
            largest_of_all = largest_of_all.pmax(dy.abs());
            // A gradient beside a term of 0 must be finite, but does not count, because it might make the others underflow.
            let left_out = F64x2::or(mask, head.eq(zero));
            dy = F64x2::select(left_out, zero, dy);
            largest = largest.pmax(dy.abs());
            set(scaled, dy);
            set(a, F64x2::select(left_out, zero, head));
            set(b, F64x2::select(left_out, zero, tail));
        }
        if whole(zeros) != 0.0 {
            not_finite(row, first.is_some(), terms, Factor::new(one_over));
            return true;
        }
        let [power, power_of_all] = [largest, largest_of_all].map(|largest| {
            let [even, odd] = largest.to_array();
            // Subnormal numbers and 0 get the exponent of the smallest normal number.
            exponent(even.pmax(odd)).max(-1022)
        });
        let [a, b] = power_steps(LARGEST - power).map(F64x2::splat);
        scaled.iter().for_each(|dy| set(dy, get(dy) * a * b));
        let shift = if sharp { of_winner(terms, scaled) } else { 0.0 };
        let level = power - self.power;
        if let Some(first) = first
            && (level > LEVEL && !enough(terms, scaled, shift)
                || power_of_all - self.power > LEVEL && self.has_deep_entry(row.x, first))
        {
            return false;
        }
        let (sum, _) = weighted::<true>(terms.iter().map(weight).zip(scaled), shift);
        let mean = mean(sum, one_over, shift);
        let factor = Factor::new(times(one_over, self.inverse));
        // Part of the power that restores the results is applied to the terms, so that nothing underflows unless the final
        // result does.
        let power = level - LARGEST - SCALE;
        let share = power.clamp(0, 400);
        let brought_up = power > share;
        // Small results get the last 2^-900 in a separate pass, because they may be subnormal.
        let last = if power < -1600 { -900 } else { 0 };
        let ([a, b], share) = (power_steps(power - share - last).map(F64x2::splat), F64x2::splat(two_to(share)));
        if brought_up && first.is_some() && terms.iter().zip(scaled).any(|(term, dy)| underflows(term, dy, &factor, share, mean))
        {
            return false;
        }
        for (([first, second], dy), out) in terms.iter().zip(scaled).zip(row.out) {
            let distance = (get(dy) - mean[0]) - mean[1];
            // A mask has no term, and its 0 would have the sign of the distance; adding +0 makes it +0.
            set(out, factor.product(get(first), get(second)) * share * distance * a * b + zero);
        }
        if last < 0 {
            bring_down(row.out.as_flattened(), two_to(last), 0.0);
        }
        true
    }

    /// Whether gradients of up to `largest`, and their weighted sum (times 2^512), do not overflow when they are multiplied,
    /// added and divided, and whether the sum is so large that a mean that underflows does not count. From x, the gradients are
    /// below 2^`most` so that no entry below [`super::row::DEPTH`] shows. From y, they are so that a sum of 2^28 products is
    /// below 2^840, and below 2^940 after division.
    #[inline(always)]
    fn fits(&self, sum: f64, largest: f64, most: i64) -> bool {
        // A mean below 2^-1100 is 0, and shows in no result unless a divisor below 1 magnifies it.
        let nothing = if self.power < 0 { 0.0 } else { two_to(SCALE - 1100) };
        largest <= two_to(most) && (sum <= nothing || two_to(SCALE - 900) <= sum) && self.power.abs() <= DIVISORS
    }
}

/// Whether all gradients of a row are so small that they do not fit: many processors take thirty times as long for their second
/// parts, which are subnormal. A row that starts with 0 is not examined.
#[inline(always)]
fn is_tiny(dy: &[Pair]) -> bool {
    let first = dy.first().map_or(0.0, |first| first[0].get());
    first != 0.0 && first.abs() < TINY && are_tiny(dy)
}

/// If all gradients are below this, no sum of them with weights of up to 2^512 is as large as [`Softmax::fits`] requires.
const TINY: f64 = two_to(-960);

#[cold]
#[inline(never)]
fn are_tiny(dy: &[Pair]) -> bool {
    let largest = dy.iter().fold(F64x2::splat(0.0), |largest, dy| largest.pmax(get(dy).abs()));
    let [even, odd] = largest.to_array();
    even.pmax(odd) < TINY
}

/// A term, as a weight.
#[inline(always)]
fn weight([first, second]: &Term) -> [F64x2; 2] {
    [get(first), get(second)]
}

/// y times `up`, as 26 bits and the rest.
#[inline(always)]
fn weight_of_value(y: &Pair, up: f64) -> [F64x2; 2] {
    let up = get(y) * F64x2::splat(up);
    [head(up), up - head(up)]
}

/// The gradient of the entry with nearly all of the sum.
#[inline(always)]
fn of_winner(terms: &[Term], dy: &[Pair]) -> f64 {
    let mut found = F64x2::splat(0.0);
    for ([first, _], dy) in terms.iter().zip(dy) {
        found = F64x2::select(F64x2::splat(0.5 * UP).lt(get(first)), get(dy), found);
    }
    whole(found)
}

/// shift + Σ/total, as two numbers of which the first is the larger.
#[inline(always)]
fn mean(sum: Number, one_over: Number, shift: f64) -> [F64x2; 2] {
    let [mean, rest] = times(cut(sum * F64x2::splat(DOWN)), one_over).to_array();
    let [shifted, more] = two_sum(shift, mean).to_array();
    [shifted, more + rest].map(F64x2::splat)
}

/// Whether a result is not a normal number before it is scaled up to its true size: a small gradient of a small term, beside a
/// gradient so large that it decides how all of them are scaled.
#[inline(always)]
fn underflows([first, second]: &Term, dy: &Pair, factor: &Factor<F64x2>, share: F64x2, mean: [F64x2; 2]) -> bool {
    let zero = F64x2::splat(0.0);
    let (term, distance) = (factor.product(get(first), get(second)) * share, (get(dy) - mean[0]) - mean[1]);
    // An exact 0 stays 0.
    let counts = F64x2::select(term.eq(zero), zero, distance.abs());
    let least = F64x2::select(counts.eq(zero), F64x2::splat(1.0), (term * distance).abs());
    F64x2::any(least.lt(F64x2::splat(two_to(-960))))
}

/// Whether some product of a term and a gradient reaches [`ENOUGH`], or all gradients that have a term are equal.
#[inline(never)]
fn enough(terms: &[Term], dy: &[Pair], shift: f64) -> bool {
    let zero = F64x2::splat(0.0);
    let (mut largest, mut spread) = (zero, zero);
    for ([first, _], dy) in terms.iter().zip(dy) {
        let distance = (get(dy) - F64x2::splat(shift)).abs();
        largest = largest.pmax(get(first) * distance);
        spread = spread.pmax(F64x2::select(get(first).eq(zero), zero, distance));
    }
    F64x2::any(F64x2::splat(ENOUGH).lt(largest)) || whole(spread) == 0.0
}

/// Writes s·(dy − m) as the documentation of this module describes, with s = the terms times `factor`.
#[inline(never)]
fn not_finite(row: Row, masks: bool, terms: &[Term], factor: Factor<F64x2>) {
    let zero = F64x2::splat(0.0);
    let s = |[first, second]: &Term| factor.product(get(first), get(second)) * F64x2::splat(DOWN);
    let left_out = |x: &Pair| if masks { masked(get(x)) } else { zero.lt(zero) };
    let mut sum = zero;
    for ((x, dy), term) in row.x.iter().zip(row.dy).zip(terms) {
        let product = s(term) * get(dy);
        sum = sum + F64x2::select(F64x2::or(left_out(x), (product * zero).eq(zero)), zero, product);
    }
    let sum = F64x2::splat(whole(sum));
    if !F64x2::any(sum.eq(sum)) {
        // NaN minus anything, times anything, is NaN.
        row.x.iter().zip(row.out).for_each(|(x, out)| set(out, F64x2::select(left_out(x), zero, sum)));
        return;
    }
    for (((x, dy), term), out) in row.x.iter().zip(row.dy).zip(terms).zip(row.out) {
        set(out, F64x2::select(left_out(x), zero, s(term) * (get(dy) - sum)));
    }
}

/// Σ weight·(dy − shift), for weights in two parts of which the first has 26 bits, and the largest |dy − shift|. `SHIFTED` must
/// be true if the shift is not 0.
#[inline(always)]
fn weighted<'a, const SHIFTED: bool>(entries: impl Iterator<Item = ([F64x2; 2], &'a Pair)>, shift: f64) -> (Number, f64) {
    let mut sum = Sum::new(0.0);
    let mut largest = F64x2::splat(0.0);
    let minus = F64x2::splat(-shift);
    for ([first, mut second], dy) in entries {
        let given = get(dy);
        let dy = given + minus;
        // The first product is exact, because both factors have 26 bits.
        let product = first * head(dy);
        second = first * (dy - head(dy)) + second * dy;
        if SHIFTED {
            // The rounding error of the difference, after Knuth. Without it, this would be a fifth rounding of the result's
            // size.
            let part = dy - given;
            second = second + first * ((given - (dy - part)) + (minus - part));
        }
        sum.add(product, second);
        largest = largest.pmax(dy.abs());
    }
    let [even, odd] = largest.to_array();
    (sum.total(0.0), even.pmax(odd))
}

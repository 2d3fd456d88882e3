//! out = s·(dy − Σ s·dy)/divisor for a row, from x and from y = s.
//!
//! What comes of a dy that is not finite:
//! - From x, an entry masked by x = −∞ contributes nothing and receives 0, whatever its dy.
//! - Else a result is s·(dy − m) with s rounded to f64 and m = Σ s·dy over the entries whose dy is not finite, as IEEE 754 computes
//!   it; 0·∞ is NaN. So NaN anywhere, ∞ and −∞ in one row, or ±∞ where s underflows to 0, make every entry NaN. A lone ∞ makes its
//!   own entry NaN (∞ − ∞) and the others −∞, or NaN where s is 0.
//! - From y it is the same with y for s; a y of 0 is no mask.

use super::exponential::head;
use super::pair::{Factor, Number, Sum, cut, number, power_steps, times, two_sum, whole};
use super::row::{DOWN, First, LEVEL, Row, SCALE, SHARP, Softmax, Term, UP, any_nan, bring_down, bring_up, get, masked, set};
use crate::lanes::{F64x2, Lanes};
use crate::memory::Pair;
use crate::numeric::powers::{exponent, two_to};

/// The power of two that the largest |dy| is scaled to where the gradients as they are would not fit: a term, 2^512, times 2^400,
/// summed over 2^28 entries, does not overflow; and a dy that underflows beside the largest, below 2^-1474 of it, changes nothing
/// beside a sum above [`ENOUGH`].
const LARGEST: i64 = 400;

/// What the largest product of a term and a gradient that is scaled to 2^[`LARGEST`] must reach for the sum to be right: 2^-1380 of
/// the largest. What the sum lacks, or the floor of a near row adds, is below 2^-1442·2^8 of it, for rows of up to 256 such
/// entries.
const ENOUGH: f64 = two_to(SCALE + LARGEST - 1380);

/// The powers of two of divisors, up or down, for which gradients are not scaled.
const DIVISORS: i64 = 100;

impl Softmax<'_> {
    /// From x. Returns false, with nothing written, for a row that needs wide numbers.
    #[inline(always)]
    pub fn gradient(&self, row: Row, first: &First, terms: &[Term], total: Number, one_over: Number) -> bool {
        // All are measured from the gradient of an entry that has all but a sixteenth of the sum: 1 - s and dy - Σ s·dy would
        // cancel there.
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

    /// From y, which is what softmax gave: numbers from 0 to 1.
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
                // Without a mask it shows in every result.
                out.iter().for_each(|out| set(out, F64x2::splat(f64::NAN)));
                return true;
            }
            return self.scaled_gradient(row, None, terms, number(1.0, 0.0), false);
        }
        let mean = F64x2::splat(sum * DOWN);
        let over = 1.0 / self.divisor;
        if over.to_bits() << 12 == 0 {
            // A power of two, as 1 is: the product is exact where the quotient is, and a division is a third of the time.
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

    /// From x, or from y where there is no `first`, with dy times a power of two; or with a dy that is not finite.
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
            // A gradient beside a term of 0 must be finite, but does not count: the others could underflow beside it.
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
            // Of a subnormal number, and of 0, the least of normal ones.
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
        // The terms take a share of what brings the results back, so that nothing underflows that does not in the end.
        let power = level - LARGEST - SCALE;
        let share = power.clamp(0, 400);
        let brought_up = power > share;
        // Small results are brought down by a pass of its own for the last 900, as they may be subnormal.
        let last = if power < -1600 { -900 } else { 0 };
        let ([a, b], share) = (power_steps(power - share - last).map(F64x2::splat), F64x2::splat(two_to(share)));
        if brought_up && first.is_some() && terms.iter().zip(scaled).any(|(term, dy)| underflows(term, dy, &factor, share, mean))
        {
            return false;
        }
        for (([first, second], dy), out) in terms.iter().zip(scaled).zip(row.out) {
            let distance = (get(dy) - mean[0]) - mean[1];
            // A mask has no term, and 0 has its sign from the distance.
            set(out, factor.product(get(first), get(second)) * share * distance * a * b + zero);
        }
        if last < 0 {
            bring_down(row.out.as_flattened(), two_to(last), 0.0);
        }
        true
    }

    /// Whether gradients up to `largest` and their weighted sum (times 2^512) do not overflow where they are multiplied, added and
    /// divided, and sum up to enough that a mean that underflows does not count. From x the gradients are below 2^`most` so that
    /// nothing shows of entries below [`super::row::DEPTH`], from y so that a sum of 2^28 products is below 2^840, and over a
    /// divisor below 2^940.
    #[inline(always)]
    fn fits(&self, sum: f64, largest: f64, most: i64) -> bool {
        // A mean below 2^-1100 is 0, and shows in no result unless a divisor below 1 makes it larger.
        let nothing = if self.power < 0 { 0.0 } else { two_to(SCALE - 1100) };
        largest <= two_to(most) && (sum <= nothing || two_to(SCALE - 900) <= sum) && self.power.abs() <= DIVISORS
    }
}

/// Whether all gradients of a row are so small that they do not fit: of their second halves, which are subnormal, many processors
/// take thirty times as long. A row that begins with 0 is not looked at.
#[inline(always)]
fn is_tiny(dy: &[Pair]) -> bool {
    let first = dy.first().map_or(0.0, |first| first[0].get());
    first != 0.0 && first.abs() < TINY && are_tiny(dy)
}

/// Of gradients below it, times weights of up to 2^512, no sum reaches what [`Softmax::fits`] asks for.
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

/// shift + Σ/total, as two numbers of which the first is the larger one.
#[inline(always)]
fn mean(sum: Number, one_over: Number, shift: f64) -> [F64x2; 2] {
    let [mean, rest] = times(cut(sum * F64x2::splat(DOWN)), one_over).to_array();
    let [shifted, more] = two_sum(shift, mean).to_array();
    [shifted, more + rest].map(F64x2::splat)
}

/// Whether a result is no normal number before it is brought up to where it belongs: a small gradient of a small term, beside a
/// gradient so large that it decides how all are scaled.
#[inline(always)]
fn underflows([first, second]: &Term, dy: &Pair, factor: &Factor<F64x2>, share: F64x2, mean: [F64x2; 2]) -> bool {
    let zero = F64x2::splat(0.0);
    let (term, distance) = (factor.product(get(first), get(second)) * share, (get(dy) - mean[0]) - mean[1]);
    // What is exactly 0 stays so.
    let counts = F64x2::select(term.eq(zero), zero, distance.abs());
    let least = F64x2::select(counts.eq(zero), F64x2::splat(1.0), (term * distance).abs());
    F64x2::any(least.lt(F64x2::splat(two_to(-960))))
}

/// Whether a product of a term and a gradient reaches [`ENOUGH`], or all gradients that have a term are the same.
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

/// s·(dy − m) as the head of this file says it, with s = the terms times `factor`.
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
        // NaN less anything, times anything.
        row.x.iter().zip(row.out).for_each(|(x, out)| set(out, F64x2::select(left_out(x), zero, sum)));
        return;
    }
    for (((x, dy), term), out) in row.x.iter().zip(row.dy).zip(terms).zip(row.out) {
        set(out, F64x2::select(left_out(x), zero, s(term) * (get(dy) - sum)));
    }
}

/// Σ weight·(dy − shift) of weights in two parts, the first of 26 bits, and the largest |dy − shift|; `SHIFTED` if shift is not 0.
#[inline(always)]
fn weighted<'a, const SHIFTED: bool>(entries: impl Iterator<Item = ([F64x2; 2], &'a Pair)>, shift: f64) -> (Number, f64) {
    let mut sum = Sum::new(0.0);
    let mut largest = F64x2::splat(0.0);
    let minus = F64x2::splat(-shift);
    for ([first, mut second], dy) in entries {
        let given = get(dy);
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
        largest = largest.pmax(dy.abs());
    }
    let [even, odd] = largest.to_array();
    (sum.total(0.0), even.pmax(odd))
}

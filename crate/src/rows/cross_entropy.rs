//! The losses that belong to softmax and sigmoid, each with its gradient, exact for any logits.

use super::log_softmax::fill;
use super::log_sum::{LogSum, NoLogSum, RowSums, each_row};
use super::logarithm::log_one_plus;
use super::softmax::exponential::{Nodes, head};
use super::softmax::pair::{Sum, number, power_steps, whole};
use super::softmax::row::{SCALE_DOWN, SCALE_POWER, SCALE_UP, Softmax, get, scale_down_to_subnormal, set};
use super::{Call, TINY, any_of_sample, is_tiny};
use crate::lanes::{F64x2, Lanes};
use crate::loops::{DERIV, VALUE, VALUE_AND_DERIV};
use crate::memory::{self, Pair};
use crate::numeric::pairs::{self, times};
use crate::numeric::powers::{significand_and_exponent, two_to};
use core::cell::Cell;

/// Writes −Σ t·ln softmax(x/T) for each row, and its gradient (s·Σt − t)/T. The labels are either class indices, one for each
/// row (`indices`), or distributions.
pub fn softmax_cross_entropy(call: &Call, indices: bool) -> u32 {
    let units = call.units;
    let widths = [units, if indices { 1 } else { units }, if call.op == VALUE { 1 } else { units }];
    each_row(call, call.p0, widths, &|logs, [x, mut labels, out], value| {
        let (mut ignored, mut of_class) = (false, 0.0);
        // The pairs whose labels may differ from 0.
        let mut counted = 0..x.len();
        if indices {
            let class = labels.first().map_or(f64::NAN, |label| label[0].get());
            ignored = class < 0.0;
            (labels, of_class) = logs.one_hot(class);
            let pair = (class as usize / 2).min(x.len() - 1);
            counted = pair..pair + 1;
        }
        logs.pad(labels, 0.0);
        let sums = logs.of(x);
        let nothing = ignored || sums.is_err_and(|kind| kind == NoLogSum::Empty) && call.empty_is_zero;
        let loss = match sums {
            _ if nothing || call.op == DERIV => 0.0,
            Ok(sums) => loss(logs, &logs.effective_entries(x, &sums)[counted.clone()], &labels[counted], &sums),
            Err(_) => f64::NAN,
        };
        if call.op == VALUE {
            return fill(out, loss);
        }
        if let Some(value) = value {
            value.set(loss);
        }
        match sums {
            Ok(sums) if !nothing => {
                let sum = if indices { (number(of_class, 0.0), 1.0) } else { LogSum::sum(labels, labels) };
                logs.gradient([x, labels, out], sum, &sums, true);
            }
            _ => fill(out, if nothing { 0.0 } else { f64::NAN }),
        }
    })
}

/// Sets the losses of rows without entries to 0.
#[cold]
#[inline(never)]
pub fn zero_losses_without_classes(call: &Call) {
    let losses = match call.op {
        VALUE => call.handles[2],
        VALUE_AND_DERIV => call.p1 as u32,
        _ => return,
    };
    memory::with([losses], |[losses]| {
        losses.as_flattened().iter().take(call.outer * call.inner).for_each(|loss| loss.set(0.0));
    });
}

/// A loss smaller than this is computed again, times a power of two.
const SMALL: f64 = two_to(-900);

/// −Σ t·ln softmax.
fn loss(logs: &LogSum, x: &[Pair], labels: &[Pair], sums: &RowSums) -> f64 {
    if let Some(loss) = loss_of_winner(x, labels, sums) {
        return loss;
    }
    let loss = loss_times(1.0, logs, x, labels, sums);
    let is_small = loss != 0.0 && loss.abs() < SMALL;
    if loss.is_finite() && !is_small && !sums.has_tiny_log() {
        return loss;
    }
    let label = largest(labels);
    // A large label makes up for a tiny L; and times 2^600 it would overflow.
    let needs_powers = sums.has_tiny_log() && loss.abs() < label * two_to(-830) || is_small && label > two_to(300);
    if !loss.is_finite() || needs_powers {
        return loss_of_any_size(logs, x, labels, sums).unwrap_or(loss);
    }
    // For a small loss, the terms may be subnormal, so they are computed again times a power of two.
    if is_small { loss_times(two_to(600), logs, x, labels, sums) * two_to(-600) } else { loss }
}

/// The largest |t|.
fn largest(labels: &[Pair]) -> f64 {
    labels.as_flattened().iter().fold(0.0, |largest, label| label.get().abs().max(largest))
}

/// t·L, if L is tiny and only the winning entry has a label. It is computed from L·2^512, because L itself may be subnormal.
#[inline(never)]
fn loss_of_winner(x: &[Pair], labels: &[Pair], sums: &RowSums) -> Option<f64> {
    let [log, more] = sums.scaled_log.to_array();
    if !sums.has_tiny_log() {
        return None;
    }
    let labelled = x.as_flattened().iter().zip(labels.as_flattened()).map(|(x, t)| (x.get(), t.get())).filter(|&(_, t)| t != 0.0);
    let mut label_of_winner = 0.0;
    for (x, t) in labelled {
        if x != sums.high || !t.is_finite() {
            return None;
        }
        label_of_winner = t;
    }
    let (t, power) = significand_and_exponent(label_of_winner);
    let [product, left] = times(t, log);
    let [once, again] = power_steps(power - SCALE_POWER);
    Some((product + (left + t * more)) * once * again)
}

/// The loss times `unit`.
#[inline(never)]
fn loss_times(unit: f64, logs: &LogSum, x: &[Pair], labels: &[Pair], sums: &RowSums) -> f64 {
    let zero = F64x2::splat(0.0);
    let (mut sum, mut plain) = (Sum::new(0.0), zero);
    for (x, label) in x.iter().zip(labels) {
        let ([log, more], t) = (logs.log_softmax_pair(get(x), sums), get(label) * F64x2::splat(unit));
        let [product, left] = times(t, log);
        let product = F64x2::select(t.eq(zero), zero, product);
        // A product close to the smallest numbers, or an infinite one, has no second part.
        let size = product.abs();
        let has_none = F64x2::or(size.lt(F64x2::splat(two_to(-960))), F64x2::splat(f64::MAX).lt(size));
        sum.add(product, F64x2::select(has_none, zero, left + t * more));
        plain = plain + product;
    }
    // The second part of an infinite sum is NaN.
    let total = whole(sum.total(0.0));
    0.0 - if total.is_nan() { whole(plain) } else { total }
}

/// The loss where a logarithm of softmax may be out of range: the terms are added in units of the largest one. None if a term
/// is infinite or NaN.
#[inline(never)]
fn loss_of_any_size(logs: &LogSum, x: &[Pair], labels: &[Pair], sums: &RowSums) -> Option<f64> {
    let (mut most, mut sum) = (i64::MIN, Sum::new(0.0));
    // The largest term is found first. Both passes are one loop, so that there is only one copy of the code for a term.
    for adds in [false, true] {
        for (x, t) in x.as_flattened().iter().zip(labels.as_flattened()) {
            let (x, t) = (x.get(), t.get());
            if t == 0.0 {
                continue;
            }
            if !(x.is_finite() && t.is_finite()) {
                return None;
            }
            // The logarithm as the sum of two numbers, times a power of two.
            let ([log, more], power) = logs.log_softmax_of_any_size(x, sums);
            if log == 0.0 {
                continue;
            }
            let ((significand, of_log), (t, of_t)) = (significand_and_exponent(log), significand_and_exponent(t));
            let power = power + of_log + of_t;
            if !adds {
                most = most.max(power);
                continue;
            }
            let [up, again] = power_steps(-of_log);
            let [product, left] = times(t, significand);
            // A smaller term is negligible beside the largest.
            let unit = F64x2::splat(two_to((power - most).max(-1000)));
            sum.add(number(product, 0.0) * unit, number(left + t * (more * up * again), 0.0) * unit);
        }
    }
    let [once, again] = power_steps(most.clamp(-2000, 2000));
    Some(0.0 - whole(sum.total(0.0)) * once * again)
}

/// For each element, max(x, 0) − x·t + ln(1 + e^−|x|), whose terms all have one sign for t from 0 to 1, and its derivative
/// σ(x) − t.
///
/// With u = e^−|x|, and m = t, or m = 1 − t for x > 0, these are m·|x| + ln(1 + u) and ±(u/(1 + u) − m). Each part is a pair of
/// numbers, so that where they cancel, or where neither is much larger than the other, only the last rounding shows.
#[inline(never)]
pub fn sigmoid_cross_entropy(call: &Call) -> u32 {
    let [a, b, out] = call.handles;
    let losses = if call.op == VALUE_AND_DERIV { call.p1 as u32 } else { 0 };
    let softmax = Softmax::new(VALUE, [0, 1], [1.0; 2], &[], &[]);
    memory::with([a, b, out, losses], |[x, targets, out, losses]| {
        let (zero, one) = (F64x2::splat(0.0), F64x2::splat(1.0));
        let count = (call.outer * call.units * call.inner).div_ceil(2);
        let given = x.get(..count).unwrap_or_default().as_flattened();
        let with_care = any_of_sample(given, |x| x != 0.0 && x.abs() < TINY);
        for (i, ((x, target), out)) in x.iter().zip(targets).zip(out).enumerate().take(count) {
            let (x, t) = (get(x), get(target));
            let (size, is_positive) = (x.abs(), zero.lt(x));
            // e^-1000 is 0. For a tiny x, e^-|x| is 1 − |x|.
            let eased = if with_care { F64x2::select(is_tiny(x), zero, size) } else { size };
            let (first, mut second) = softmax.exponential(-eased.pmin(F64x2::splat(1000.0)), zero);
            if with_care {
                second = F64x2::select(is_tiny(x), size * F64x2::splat(-SCALE_UP), second);
            }
            let missed = pairs::sum(one, -t);
            let missed = [F64x2::select(is_positive, missed[0], t), F64x2::select(is_positive, missed[1], zero)];
            let u = [first, second];
            let is_far = F64x2::any(first.lt(F64x2::splat(LEAST)));
            let limited = if is_far { raised_to_normal(u, missed[0]) } else { u };
            if call.op != VALUE {
                let slope = slope(limited, missed, is_positive);
                set(out, if is_far { corrected_where_met(u, missed[0], is_positive, slope) } else { slope });
            }
            let losses = if call.op == VALUE { Some(out) } else { losses.get(i) };
            if let Some(kept) = losses {
                // The second part of a tiny x does not show beside ln 2.
                let rest = if with_care { F64x2::select(is_tiny(x), zero, limited[1]) } else { limited[1] };
                let loss = sum_of_parts(limited[0], rest, missed[0], missed[1], size, softmax.nodes);
                set(kept, if is_far { corrected_where_met(u, missed[0], zero.lt(zero), loss) } else { loss });
            }
        }
    });
    0
}

/// For u·2^512 below this, u/(1 + u) and ln(1 + u) differ from u by a factor of less than 1 + 2^-400, and u is negligible
/// beside an m of at least [`MOST`].
const LEAST: f64 = two_to(SCALE_POWER - 400);
/// See [`LEAST`].
const MOST: f64 = two_to(-300);

/// u, but at least [`LEAST`] where the difference shows in no result, or where m is 0, for which [`corrected_where_met`]
/// corrects the result. From a smaller u, intermediate results would be subnormal, which is many times slower.
#[cold]
#[inline(never)]
fn raised_to_normal(u: [F64x2; 2], missed: F64x2) -> [F64x2; 2] {
    let (zero, size) = (F64x2::splat(0.0), missed.abs());
    let shows = F64x2::select(size.eq(zero), F64x2::splat(1.0), size).lt(F64x2::splat(MOST));
    let limited = u[0].pmax(F64x2::select(shows, zero, F64x2::splat(LEAST)));
    // If u is NaN, its second part is NaN and stays.
    [limited, F64x2::select(limited.eq(u[0]), u[1], u[1] * zero)]
}

/// ±u where u is below [`LEAST`] and m is 0; elsewhere the result `computed` before.
#[cold]
#[inline(never)]
fn corrected_where_met(
    [first, second]: [F64x2; 2],
    missed: F64x2,
    is_negative: <F64x2 as Lanes>::Mask,
    computed: F64x2,
) -> F64x2 {
    let least = F64x2::splat(LEAST);
    let cells = (first + second).to_array().map(Cell::new);
    scale_down_to_subnormal(&cells, SCALE_DOWN, -0.0);
    let size = get(&cells);
    let small = F64x2::select(is_negative, F64x2::splat(0.0) - size, size);
    F64x2::select(F64x2::select(missed.eq(F64x2::splat(0.0)), first, least).lt(least), small, computed)
}

/// u/(1 + u) − m, or the negative of it for x > 0, from u·2^512 and m.
#[inline(always)]
fn slope(u: [F64x2; 2], [missed, more]: [F64x2; 2], is_positive: <F64x2 as Lanes>::Mask) -> F64x2 {
    let one = F64x2::splat(1.0);
    let [first, second] = u.map(|part| part * F64x2::splat(SCALE_DOWN));
    let whole = one + (first + second);
    let inverse = one / whole;
    // By long division, because products of numbers of 26 bits are exact.
    let short = head((first + second) * inverse);
    let (long, rest) = (head(whole), ((one - whole) + first) + second);
    let left = ((first - short * long) - short * ((whole - long) + rest)) + second;
    let [short, left] = [short, left * inverse];
    let [a, b] = [F64x2::select(is_positive, missed, short), F64x2::select(is_positive, short, missed)];
    let [difference, lost] = pairs::sum(a, -b);
    let rest = lost + F64x2::select(is_positive, more - left, left);
    difference + number_or_zero(rest)
}

/// The second part of a number. For an infinite number it is NaN, and this returns 0.
#[inline(always)]
fn number_or_zero(second: F64x2) -> F64x2 {
    F64x2::select(second.eq(second), second, F64x2::splat(0.0))
}

/// m·|x| + ln(1 + u), from u·2^512 and m.
// Out of line: inlined into [`super::rows`], a loss takes 17 ns an element in V8, and 11 ns as a function of its own.
#[inline(never)]
fn sum_of_parts(first: F64x2, second: F64x2, missed: F64x2, more: F64x2, size: F64x2, nodes: &Nodes) -> F64x2 {
    // The parts are separate arguments, because an array of them would be a load that waits for two stores.
    let (zero, up, down) = (F64x2::splat(0.0), F64x2::splat(SCALE_UP), F64x2::splat(SCALE_DOWN));
    // Everything is computed times 2^512, so that no part is subnormal.
    let [log, more_log] = log_one_plus([first, second], up, down, nodes);
    let scaled = size * up;
    let [linear, left] = times(missed, scaled);
    // Where the target is met exactly, even an infinite x costs nothing.
    let met = missed.eq(zero);
    let [linear, left] = [linear, left + more * scaled].map(|part| F64x2::select(met, zero, part));
    let [sum, lost] = pairs::sum(linear, log);
    let sum = sum + (lost + (left + more_log));
    // Where the scaled sum overflows, the logarithm is negligible. So is the second part beside an infinite product, where it
    // might be an infinity of the other sign.
    let (product, most) = (missed * size, F64x2::splat(f64::MAX));
    let second = F64x2::select(product.abs().le(most), more * size, zero);
    F64x2::select(sum.abs().le(most), sum * down, product + second)
}

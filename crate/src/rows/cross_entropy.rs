//! The losses that fit softmax and sigmoid, each with its gradient, exact for any logits.

use super::Call;
use super::gated::sigmoid;
use super::log_softmax::fill;
use super::log_sum::{Known, LogSum, Unknown};
use super::softmax::pair::{Factor, Sum, cut, times, whole};
use super::softmax::row::{get, masked, set};
use crate::lanes::{F64x2, Lanes};
use crate::loops::{VALUE, VALUE_AND_DERIV};
use crate::memory::{self, Pair};

/// −Σ t·ln softmax(x/T) a row, and (s·Σt − t)/T. The labels are class indices, one a row (`indices`), or distributions.
pub fn softmax_cross_entropy(call: &Call, indices: bool) -> u32 {
    let units = call.units;
    let losses = if call.op == VALUE_AND_DERIV { call.p1 as u32 } else { 0 };
    let widths = [units, if indices { 1 } else { units }, if call.op == VALUE { 1 } else { units }];
    memory::with([losses], |[losses]| {
        call.with_log_sums(call.p0, widths, &|logs, [x, labels, out], row| {
            let class = if indices { labels.first().map(|label| label[0].get()) } else { None };
            let (known, ignored) = (logs.of(x), class.is_some_and(|class| class < 0.0));
            let empty = known.is_err_and(|kind| kind == Unknown::Empty) && call.empty_is_zero;
            let loss = match known {
                _ if ignored || empty => 0.0,
                Ok(known) => match class {
                    Some(class) => 0.0 - logs.log_softmax(entry(logs, x, class), &known).to_array()[0],
                    None => loss_of_distribution(logs, x, labels, &known),
                },
                Err(_) => f64::NAN,
            };
            if call.op == VALUE {
                return fill(out, loss);
            }
            if let Some(kept) = losses.as_flattened().get(row) {
                kept.set(loss);
            }
            match known {
                _ if ignored || empty => fill(out, 0.0),
                Ok(known) => match class {
                    Some(class) => gradient_of_class(logs, x, class, &known, out, call.p0),
                    None => gradient_of_distribution(logs, x, labels, &known, out, call.p0),
                },
                Err(_) => fill(out, f64::NAN),
            }
        })
    })
}

/// The entry of a class in both lanes; NaN where there is no such class.
fn entry(logs: &LogSum, x: &[Pair], class: f64) -> F64x2 {
    let index = class as usize;
    let cell = x.as_flattened().iter().take(logs.units()).nth(index).filter(|_| index as f64 == class);
    F64x2::splat(cell.map_or(f64::NAN, |cell| cell.get()))
}

#[inline(never)]
fn gradient_of_class(logs: &LogSum, x: &[Pair], class: f64, known: &Known, out: &[Pair], divisor: f64) {
    let index = class as usize;
    let own = entry(logs, x, class).to_array()[0];
    if own.is_nan() {
        return fill(out, f64::NAN);
    }
    // 1 - s as the sum of the others.
    let own = if own == f64::NEG_INFINITY { 0.0 } else { (0.0 - logs.rest(known, index)) / divisor };
    let factor = Factor::new(known.one_over);
    for ((x, term), out) in x.iter().zip(logs.terms()).zip(out) {
        let s = LogSum::s(term, factor) / F64x2::splat(divisor);
        set(out, F64x2::select(masked(get(x)), F64x2::splat(0.0), s));
    }
    if let Some(cell) = out.as_flattened().get(index) {
        cell.set(own);
    }
}

#[inline(never)]
fn loss_of_distribution(logs: &LogSum, x: &[Pair], labels: &[Pair], known: &Known) -> f64 {
    let zero = F64x2::splat(0.0);
    let mut sum = Sum::new(0.0);
    logs.pad(labels, 0.0);
    let mut plain = zero;
    for (x, label) in x.iter().zip(labels) {
        let t = get(label);
        let product = F64x2::select(t.eq(zero), zero, t * logs.log_softmax(get(x), known));
        sum.add(product, zero);
        plain = plain + product;
    }
    // Of an infinite sum no second half is known.
    let total = whole(sum.total(0.0));
    0.0 - if total.is_nan() { whole(plain) } else { total }
}

#[inline(never)]
fn gradient_of_distribution(logs: &LogSum, x: &[Pair], labels: &[Pair], known: &Known, out: &[Pair], divisor: f64) {
    let zero = F64x2::splat(0.0);
    let mut sum = Sum::new(0.0);
    logs.pad(labels, 0.0);
    for (x, label) in x.iter().zip(labels) {
        sum.add(F64x2::select(masked(get(x)), zero, get(label)), zero);
    }
    let sum = sum.total(0.0);
    let factor = Factor::new(times(cut(sum), known.one_over));
    // An entry with nearly all of the sum: s·Σt − t = (Σt − t) − (1 − s)·Σt.
    let winner = logs.winner(known);
    let own = winner.and_then(|winner| labels.as_flattened().get(winner)).map(|label| {
        let [first, second] = sum.to_array();
        ((first - label.get()) + second - logs.rest(known, winner.unwrap_or(0)) * (first + second)) / divisor
    });
    for (((x, label), term), out) in x.iter().zip(labels).zip(logs.terms()).zip(out) {
        let result = (LogSum::s(term, factor) - get(label)) / F64x2::splat(divisor);
        set(out, F64x2::select(masked(get(x)), zero, result));
    }
    if let (Some(winner), Some(own)) = (winner, own)
        && let Some(cell) = out.as_flattened().get(winner)
    {
        cell.set(own);
    }
}

/// ln(1 + u) for 0 ≤ u ≤ 1: 2·artanh z, z = u/(2 + u) ≤ 1/3.
#[inline(always)]
fn log_of_one_and(u: F64x2) -> F64x2 {
    let z = u / (F64x2::splat(2.0) + u);
    let z2 = z * z;
    let mut sum = F64x2::splat(0.0);
    // (1/9)^16/35 is below 2^-55.
    for k in (1..=16).rev() {
        sum = z2 * (F64x2::splat(1.0 / (2 * k + 1) as f64) + sum);
    }
    let twice = z + z;
    twice + twice * sum
}

/// max(x, 0) − x·t + ln(1 + e^−|x|), all of one sign for t from 0 to 1, and σ(x) − t = (1 − t)·σ(x) − t·σ(−x).
/// The losses are summed over a row where p0 is 1.
pub fn sigmoid_cross_entropy(call: &Call) -> u32 {
    let (units, sums) = (call.units, call.p0 == 1.0);
    let losses = if call.op == VALUE_AND_DERIV { call.p1 as u32 } else { 0 };
    let widths = [units, units, if call.op == VALUE && sums { 1 } else { units }];
    memory::with([losses], |[losses]| {
        call.with_log_sums(1.0, widths, &|logs, [x, targets, out], row| {
            let (zero, one) = (F64x2::splat(0.0), F64x2::splat(1.0));
            let mut sum = Sum::new(0.0);
            let mut plain = zero;
            logs.pad(x, f64::NEG_INFINITY);
            logs.pad(targets, 0.0);
            for (i, (x, target)) in x.iter().zip(targets).enumerate() {
                let (x, t) = (get(x), get(target));
                // Below e^-1000 is 0.
                let far = x.abs().pmin(F64x2::splat(1000.0));
                let log = log_of_one_and(logs.power(-far));
                let missed = F64x2::select(zero.lt(x), one - t, t);
                // Where the target is met an infinite x costs nothing.
                let loss = F64x2::select(missed.eq(zero), zero, missed * x.abs()) + log;
                let gradient = (one - t) * sigmoid(x).0 - t * sigmoid(-x).0;
                sum.add(loss, zero);
                plain = plain + loss;
                if call.op != VALUE {
                    if let Some(out) = out.get(i) {
                        set(out, gradient);
                    }
                    if !sums {
                        let cells = losses.as_flattened().iter().skip(row * units + 2 * i);
                        let kept = units - (2 * i).min(units);
                        cells.zip(loss.to_array()).take(kept).for_each(|(cell, loss)| cell.set(loss));
                    }
                } else if !sums && let Some(out) = out.get(i) {
                    set(out, loss);
                }
            }
            if sums {
                let total = whole(sum.total(0.0));
                let total = if total.is_nan() { whole(plain) } else { total };
                if call.op == VALUE {
                    fill(out, total);
                } else if let Some(cell) = losses.as_flattened().get(row) {
                    cell.set(total);
                }
            }
        })
    })
}

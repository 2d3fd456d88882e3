//! The losses that fit softmax and sigmoid, each with its gradient, exact for any logits.

use super::Call;
use super::gated::sigmoid_value;
use super::log_softmax::fill;
use super::log_sum::{Known, LogSum, Unknown, each_row};
use super::softmax::pair::{Sum, whole};
use super::softmax::row::{DOWN, Softmax, get, set};
use crate::lanes::{F64x2, Lanes};
use crate::loops::{DERIV, VALUE, VALUE_AND_DERIV};
use crate::memory::{self, Pair};

/// −Σ t·ln softmax(x/T) a row, and (s·Σt − t)/T. The labels are class indices, one a row (`indices`), or distributions.
pub fn softmax_cross_entropy(call: &Call, indices: bool) -> u32 {
    let units = call.units;
    let widths = [units, if indices { 1 } else { units }, if call.op == VALUE { 1 } else { units }];
    each_row(call, call.p0, widths, &|logs, [x, mut labels, out], value| {
        let mut ignored = false;
        // The pairs whose labels may be other than 0.
        let mut counted = 0..x.len();
        if indices {
            let class = labels.first().map_or(f64::NAN, |label| label[0].get());
            ignored = class < 0.0;
            labels = logs.one_hot(class);
            let pair = (class as usize / 2).min(x.len() - 1);
            counted = pair..pair + 1;
        }
        logs.pad(labels, 0.0);
        let known = logs.of(x);
        let nothing = ignored || known.is_err_and(|kind| kind == Unknown::Empty) && call.empty_is_zero;
        let loss = match known {
            _ if nothing || call.op == DERIV => 0.0,
            Ok(known) => loss(logs, &x[counted.clone()], &labels[counted], &known),
            Err(_) => f64::NAN,
        };
        if call.op == VALUE {
            return fill(out, loss);
        }
        if let Some(value) = value {
            value.set(loss);
        }
        match known {
            Ok(known) if !nothing => logs.gradient([x, labels, out], LogSum::sum(labels, labels), &known, -call.p0),
            _ => fill(out, if nothing { 0.0 } else { f64::NAN }),
        }
    })
}

#[inline(never)]
fn loss(logs: &LogSum, x: &[Pair], labels: &[Pair], known: &Known) -> f64 {
    let zero = F64x2::splat(0.0);
    let (mut sum, mut plain) = (Sum::new(0.0), zero);
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

/// max(x, 0) − x·t + ln(1 + e^−|x|), all of one sign for t from 0 to 1, and σ(x) − t = (1 − t)·σ(x) − t·σ(−x); of each element.
pub fn sigmoid_cross_entropy(call: &Call) -> u32 {
    let [a, b, out] = call.handles;
    let losses = if call.op == VALUE_AND_DERIV { call.p1 as u32 } else { 0 };
    let softmax = Softmax::new(VALUE, [0, 1], [1.0; 2], &[], &[]);
    memory::with([a, b, out, losses], |[x, targets, out, losses]| {
        let (zero, one) = (F64x2::splat(0.0), F64x2::splat(1.0));
        let count = (call.outer * call.units * call.inner).div_ceil(2);
        for (i, ((x, target), out)) in x.iter().zip(targets).zip(out).enumerate().take(count) {
            let (x, t) = (get(x), get(target));
            if call.op != VALUE {
                set(out, (one - t) * sigmoid_value(x) - t * sigmoid_value(-x));
            }
            if call.op == DERIV {
                continue;
            }
            // e^-1000 is 0.
            let (first, second) = softmax.exponential(-x.abs().pmin(F64x2::splat(1000.0)), zero);
            let missed = F64x2::select(zero.lt(x), one - t, t);
            // Where the target is met an infinite x costs nothing.
            let linear = F64x2::select(missed.eq(zero), zero, missed * x.abs());
            let loss = linear + log_of_one_and((first + second) * F64x2::splat(DOWN));
            if call.op == VALUE {
                set(out, loss);
            } else if let Some(kept) = losses.get(i) {
                set(kept, loss);
            }
        }
    });
    0
}

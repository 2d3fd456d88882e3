//! Log-softmax and log-sum-exp. See [`super`] for what each operation takes.

use super::Call;
use super::log_sum::{Known, LogSum, Unknown, each_row};
use super::softmax::pair::number;
use super::softmax::row::{get, masked, set};
use crate::lanes::{F64x2, Lanes};
use crate::loops::{BACKWARD_X, BACKWARD_Y, VALUE};
use crate::memory::Pair;

/// Sets all of a row to `value`.
pub fn fill(out: &[Pair], value: f64) {
    out.iter().for_each(|out| set(out, F64x2::splat(value)));
}

/// ln softmax. In operations from y, y = −∞ marks a masked entry.
pub fn log_softmax(call: &Call) -> u32 {
    let units = call.units;
    let dy = if call.op == VALUE { 0 } else { units };
    // From y, the terms are e^y, whatever T is.
    let temperature = if call.op == BACKWARD_Y { 1.0 } else { call.p0 };
    each_row(call, temperature, [units, dy, units], &|logs, [x, dy, out], _| {
        let known = if call.op == BACKWARD_Y { logs.of_logs(x) } else { logs.of(x) };
        match known {
            Ok(known) if call.op == VALUE => logs.log_softmax(x, out, &known),
            Ok(known) => logs.gradient([x, dy, out], LogSum::sum(x, dy), &known, false),
            Err(Unknown::Empty) if call.empty_is_zero => fill(out, if call.op == VALUE { f64::NEG_INFINITY } else { 0.0 }),
            Err(_) => fill(out, f64::NAN),
        }
    })
}

/// ln Σ e^(x/T), one number for each row; and its gradient dy·s/T, with a dy of 1 if there is none.
pub fn log_sum_exp(call: &Call) -> u32 {
    let units = call.units;
    let widths = match call.op {
        VALUE => [units, 0, 1],
        BACKWARD_X => [units, 1, units],
        _ => [units, 0, units],
    };
    each_row(call, call.p0, widths, &|logs, [x, dy, out], value| {
        let known = logs.of(x);
        if call.op == VALUE {
            return fill(out, sum(logs, x, &known));
        }
        if let Some(value) = value {
            value.set(sum(logs, x, &known));
        }
        match known {
            Ok(known) => {
                let dy = if call.op == BACKWARD_X { dy.first().map_or(f64::NAN, |dy| dy[0].get()) } else { 1.0 };
                let factor = if dy.is_finite() { dy } else { 1.0 };
                logs.gradient([x, logs.one_hot(-1.0).0, out], (number(-factor, 0.0), 0.0), &known, false);
                if factor != dy {
                    // Multiplies by the rounded derivative, because s may be 0 where s/T is not.
                    for (x, out) in x.iter().zip(out) {
                        set(out, F64x2::select(masked(get(x)), F64x2::splat(0.0), get(out) * F64x2::splat(dy)));
                    }
                }
            }
            Err(Unknown::Empty) if call.empty_is_zero => fill(out, 0.0),
            Err(_) => fill(out, f64::NAN),
        }
    })
}

/// ln Σ e^(x/T) of one row. Its limits are −∞ for a row of masks only, and +∞ for one with +∞ and without NaN, which is what
/// the sum of all entries gives.
#[inline(never)]
fn sum(logs: &LogSum, x: &[Pair], known: &Result<Known, Unknown>) -> f64 {
    match known {
        Ok(known) => logs.log_sum_exp(known),
        Err(Unknown::Empty) => f64::NEG_INFINITY,
        Err(Unknown::Nan) => {
            let zero = F64x2::splat(0.0);
            let sum = x.iter().fold(zero, |sum, x| sum + F64x2::select(masked(get(x)), zero, get(x)));
            let [even, odd] = sum.to_array();
            even + odd
        }
    }
}

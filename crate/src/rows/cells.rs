//! The element-wise part of recurrent cells, forward and backward, from pre-activations packed in a row in PyTorch's order.

use super::gated::{self, part, put_two, two};
use crate::activation::{Sigmoid, Tanh};
use crate::kernel::{Activation, Kernel};
use crate::lanes::F64x2;
use crate::loops::VALUE;
use crate::memory;
use wasm_bindgen::prelude::wasm_bindgen;

/// The number of the LSTM.
pub const LSTM: u32 = 0;
/// The number of the GRU.
pub const GRU: u32 = 1;

/// Operation `op`, VALUE or BACKWARD_X, of a cell of `units` on `rows` samples, on buffers by handle. All buffers except
/// `gates` are (rows, units). Every output may be an input of its size.
///
/// LSTM: `gates` (rows, 4·units) are the pre-activations of i, f, g, o; c′ = σ(f)·c + σ(i)·tanh g and h′ = σ(o)·tanh c′.
/// - VALUE: `state` is c; writes h′ to `out` and c′ to `out2`.
/// - BACKWARD_X: `d1` is the gradient of h′, and `d2` that of c′ (0: none); writes the gradient of the gates to `out`, and that
///   of c to `out2`.
///
/// GRU: `gates` (rows, 3·units) are the pre-activations of r, z, n. n = tanh(gₙ + σ(r)·`other`), where `other` is the part of n
/// from the hidden state (0: none, n = tanh gₙ), and h′ = (1 − z)·n + z·h with z = σ(z).
/// - VALUE: `state` is h; writes h′ to `out`.
/// - BACKWARD_X: `d1` is the gradient of h′; writes the gradient of the gates to `out`, that of h to `out2`, and that of
///   `other` to `out3`.
#[wasm_bindgen]
#[expect(clippy::too_many_arguments, reason = "the boundary to JavaScript takes numbers only")]
pub fn cells(
    kernel: u32,
    op: u32,
    gates: u32,
    state: u32,
    other: u32,
    d1: u32,
    d2: u32,
    out: u32,
    out2: u32,
    out3: u32,
    rows: u32,
    units: u32,
) {
    if let Some(cell) = CELLS.get(kernel as usize) {
        cell(op, &[gates, state, other, d1, d2, out, out2, out3], rows as usize, units as usize);
    }
}

type Cell = fn(op: u32, handles: &[u32; 8], rows: usize, units: usize);

/// The cells, indexed by their numbers. They are function pointers for the same reason as the entries of [`crate::activation`].
static CELLS: [Cell; 2] = [cell::<LSTM>, cell::<GRU>];

/// f(x) of a gate.
// Out of line, like `both`: a dozen inlined copies would be 10 KB of the module.
#[inline(never)]
fn value<K: Kernel>(kernel: &K, x: F64x2) -> F64x2 {
    gated::value(*kernel, x)
}

/// f(x) and f′(x).
#[inline(never)]
fn both<K: Kernel>(kernel: &K, x: F64x2) -> (F64x2, F64x2) {
    gated::both(*kernel, x)
}

fn cell<const KERNEL: u32>(op: u32, handles: &[u32; 8], rows: usize, units: usize) {
    let (sigmoid, tanh) = (Sigmoid.kernel(), Tanh.kernel());
    memory::with(*handles, |arrays| {
        let [gates, state, other, d1, d2, out, out2, out3] = arrays.map(|array| array.as_flattened());
        let count = if KERNEL == LSTM { 4 } else { 3 };
        for row in 0..rows {
            let [state, other, d1, d2, out2, out3] = [state, other, d1, d2, out2, out3].map(|array| part(array, row, units));
            let gate = |n: usize| part(gates, row * count + n, units);
            let to = |n: usize| part(out, row * count + n, units);
            let value_out = part(out, row, units);
            for i in (0..units).step_by(2) {
                if KERNEL == LSTM && op == VALUE {
                    let [input, forget, output] = [0, 1, 3].map(|n| value(&sigmoid, two(gate(n), i)));
                    let after = forget * two(state, i) + input * value(&tanh, two(gate(2), i));
                    put_two(value_out, i, output * value(&tanh, after));
                    put_two(out2, i, after);
                } else if KERNEL == LSTM {
                    let before = two(state, i);
                    let [input, forget, output] = [0, 1, 3].map(|n| both(&sigmoid, two(gate(n), i)));
                    let new = both(&tanh, two(gate(2), i));
                    let after = forget.0 * before + input.0 * new.0;
                    let (shown, slope) = both(&tanh, after);
                    let d_hidden = two(d1, i);
                    let d_state = two(d2, i) + d_hidden * output.0 * slope;
                    put_two(out2, i, d_state * forget.0);
                    put_two(to(0), i, d_state * new.0 * input.1);
                    put_two(to(1), i, d_state * before * forget.1);
                    put_two(to(2), i, d_state * input.0 * new.1);
                    put_two(to(3), i, d_hidden * shown * output.1);
                } else if op == VALUE {
                    let (before, hidden) = (two(state, i), two(other, i));
                    let new = value(&tanh, two(gate(2), i) + value(&sigmoid, two(gate(0), i)) * hidden);
                    // 1 − z, without its rounding error where z is close to 1.
                    let rest = value(&sigmoid, -two(gate(1), i));
                    put_two(value_out, i, rest * new + value(&sigmoid, two(gate(1), i)) * before);
                } else {
                    let (before, hidden) = (two(state, i), two(other, i));
                    let [reset, update] = [0, 1].map(|n| both(&sigmoid, two(gate(n), i)));
                    let new = both(&tanh, two(gate(2), i) + reset.0 * hidden);
                    let rest = value(&sigmoid, -two(gate(1), i));
                    let dy = two(d1, i);
                    let d_new = dy * rest * new.1;
                    put_two(out2, i, dy * update.0);
                    put_two(out3, i, d_new * reset.0);
                    put_two(to(0), i, d_new * hidden * reset.1);
                    put_two(to(1), i, dy * (before - new.0) * update.1);
                    put_two(to(2), i, d_new);
                }
            }
        }
    });
}

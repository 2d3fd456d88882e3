//! Gated units: halves a and b of a row, a·act(b), as PyTorch's glu has them; value, and both gradients in one pass.

use super::{GLU, SWIGLU};
use crate::activation::{Activation, Kernel, Sigmoid, Tanh};
use crate::lanes::{F64x2, Lanes};
use crate::loops::VALUE;
use crate::memory;
use core::cell::Cell;

/// σ(x) and σ′(x).
// Out of line, as tanh: some dozen copies would be 15 KB of the module.
#[inline(never)]
pub fn sigmoid(x: F64x2) -> (F64x2, F64x2) {
    Sigmoid.kernel().value_and_deriv(x)
}

/// tanh x and tanh′ x.
#[inline(never)]
pub fn tanh(x: F64x2) -> (F64x2, F64x2) {
    Tanh.kernel().value_and_deriv(x)
}

/// silu(x) = x·σ(x), silu′(x) = σ(x) + x·σ′(x).
#[inline(always)]
fn silu(x: F64x2) -> (F64x2, F64x2) {
    let (value, deriv) = sigmoid(x);
    // Of an infinite x the products would be 0·∞.
    let x = x.pmax(F64x2::splat(-f64::MAX));
    (x * value, value + x.pmin(F64x2::splat(f64::MAX)) * deriv)
}

/// max(x, 0) and the derivative of the branch x ≤ 0 at 0; NaN for NaN.
#[inline(always)]
fn relu(x: F64x2) -> (F64x2, F64x2) {
    let zero = F64x2::splat(0.0);
    // NaN is in neither.
    let rest = F64x2::select(x.le(zero), zero, x);
    (rest, F64x2::select(zero.lt(x), F64x2::splat(1.0), rest))
}

/// Two neighbours of a row that may begin anywhere; 0 beyond its end.
#[inline(never)]
pub fn two(cells: &[Cell<f64>], i: usize) -> F64x2 {
    F64x2::from_array([0, 1].map(|k| cells.get(i + k).map_or(0.0, Cell::get)))
}

/// Writes them.
#[inline(never)]
pub fn put_two(cells: &[Cell<f64>], i: usize, values: F64x2) {
    for (k, value) in values.to_array().into_iter().enumerate() {
        if let Some(cell) = cells.get(i + k) {
            cell.set(value);
        }
    }
}

/// A part of a row: `n` times `width` on.
#[inline(always)]
pub fn part(cells: &[Cell<f64>], n: usize, width: usize) -> &[Cell<f64>] {
    cells.get(n * width..(n + 1) * width).unwrap_or_default()
}

/// `op` VALUE or BACKWARD_X on `outer` rows of two halves of `width` elements.
#[inline(never)]
pub fn gated(kernel: u32, op: u32, handles: [u32; 3], outer: usize, width: usize) -> u32 {
    memory::with(handles, |arrays| {
        let [x, dy, out] = arrays.map(|array| array.as_flattened());
        for row in 0..outer {
            let (a, b) = (part(x, 2 * row, width), part(x, 2 * row + 1, width));
            let whole = part(out, row, width);
            let halves = [0, 1].map(|half| part(out, 2 * row + half, width));
            let dy = part(dy, row, width);
            for i in (0..width).step_by(2) {
                let (linear, gate) = (two(a, i), two(b, i));
                let (value, deriv) = match kernel {
                    GLU => sigmoid(gate),
                    SWIGLU => silu(gate),
                    _ => relu(gate),
                };
                if op == VALUE {
                    put_two(whole, i, linear * value);
                } else {
                    let dy = two(dy, i);
                    put_two(halves[0], i, dy * value);
                    put_two(halves[1], i, dy * linear * deriv);
                }
            }
        }
    });
    0
}

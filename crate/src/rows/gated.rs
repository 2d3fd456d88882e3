//! Gated units: halves a and b of a row, a·act(b), as PyTorch's glu has them; value, and both gradients in one pass.

use super::{GEGLU, GLU, SWIGLU};
use crate::activation::{Activation, Gelu, Kernel, Sigmoid, Silu, Tanh, outside};
use crate::grid::smooth::{Order, Smooth};
use crate::lanes::{F64x2, Lanes};
use crate::loops::VALUE;
use crate::loops::smooth::at_pair;
use crate::memory;
use core::cell::Cell;

/// f(x), and f′(x) where it is asked for, by the near formulas alone where both x are near: the bits are those of all.
#[inline(always)]
fn pair<const DERIV: bool>(kernel: impl Kernel, x: F64x2) -> (F64x2, F64x2) {
    let near = kernel.near();
    match (DERIV, F64x2::any(outside(if DERIV { near.deriv } else { near.value }, x))) {
        (true, false) => kernel.near_value_and_deriv(x),
        (true, true) => kernel.value_and_deriv(x),
        (false, false) => (kernel.near_value(x), x),
        (false, true) => (kernel.value(x), x),
    }
}

/// σ(x) and σ′(x).
// Out of line, as the others: some dozen copies would be 15 KB of the module.
#[inline(never)]
pub fn sigmoid(x: F64x2) -> (F64x2, F64x2) {
    pair::<true>(Sigmoid.kernel(), x)
}

/// σ(x) alone.
#[inline(never)]
pub fn sigmoid_value(x: F64x2) -> F64x2 {
    pair::<false>(Sigmoid.kernel(), x).0
}

/// tanh x and tanh′ x.
#[inline(never)]
pub fn tanh(x: F64x2) -> (F64x2, F64x2) {
    pair::<true>(Tanh.kernel(), x)
}

/// tanh x alone.
#[inline(never)]
pub fn tanh_value(x: F64x2) -> F64x2 {
    pair::<false>(Tanh.kernel(), x).0
}

/// Silu or gelu: the bits of the activation.
#[inline(never)]
fn smooth_value(value: &Order, x: F64x2) -> F64x2 {
    at_pair(value, x)
}

/// The same with its derivative.
#[inline(always)]
fn smooth([value, deriv]: &[Order; 2], x: F64x2) -> (F64x2, F64x2) {
    (smooth_value(value, x), smooth_value(deriv, x))
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
#[inline(always)]
pub fn two(cells: &[Cell<f64>], i: usize) -> F64x2 {
    let [first, second] = cells
        .get(i..i + 2)
        .and_then(<[Cell<f64>]>::first_chunk::<2>)
        .map_or_else(|| last(cells, i), |pair| pair.each_ref().map(Cell::get));
    F64x2::from_array([first, second])
}

/// The last one of an odd number, and 0 beside it.
#[cold]
#[inline(never)]
fn last(cells: &[Cell<f64>], i: usize) -> [f64; 2] {
    [cells.get(i).map_or(0.0, Cell::get), 0.0]
}

/// Writes them.
#[inline(always)]
pub fn put_two(cells: &[Cell<f64>], i: usize, values: F64x2) {
    let [first, second] = values.to_array();
    if let Some([one, other]) = cells.get(i..i + 2) {
        one.set(first);
        other.set(second);
    } else if let Some(one) = cells.get(i) {
        one.set(first);
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
    let orders = |smooth: Smooth| [0, 1].map(|order| smooth.order(order));
    let table = orders(if kernel == GEGLU { Gelu { approximate: 0.0 }.smooth() } else { Silu { beta: 1.0 }.smooth() });
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
                    GLU if op == VALUE => (sigmoid_value(gate), gate),
                    GLU => sigmoid(gate),
                    SWIGLU | GEGLU if op == VALUE => (smooth_value(&table[0], gate), gate),
                    SWIGLU | GEGLU => smooth(&table, gate),
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

//! Gated units: a·act(b) for the halves a and b of a row, in the order of PyTorch's glu; the value, and both gradients in one
//! pass.

use super::{Call, GEGLU, GLU, SWIGLU, TINY, is_tiny, some_of_few};
use crate::activation::{Gelu, Sigmoid, Silu};
use crate::grid::smooth::{Factored, Form, Plain, PreparedOrder};
use crate::kernel::{Activation, Kernel, outside};
use crate::lanes::{F64x2, Lanes};
use crate::loops::VALUE;
use crate::loops::smooth::at_pair;
use crate::memory;
use crate::numeric::units::easy_product;
use core::cell::Cell;

/// f(x), by the near formula alone where both x are near. The bits are those of the activation.
#[inline(always)]
pub fn value<K: Kernel>(kernel: K, x: F64x2) -> F64x2 {
    if F64x2::any(outside(kernel.near().value, x)) { value_anywhere(&kernel, x) } else { kernel.near_value(x) }
}

/// f(x) and f′(x), likewise.
#[inline(always)]
pub fn both<K: Kernel>(kernel: K, x: F64x2) -> (F64x2, F64x2) {
    if F64x2::any(outside(kernel.near().deriv, x)) { both_anywhere(&kernel, x) } else { kernel.near_value_and_deriv(x) }
}

#[cold]
#[inline(never)]
fn value_anywhere<K: Kernel>(kernel: &K, x: F64x2) -> F64x2 {
    kernel.value(x)
}

#[cold]
#[inline(never)]
fn both_anywhere<K: Kernel>(kernel: &K, x: F64x2) -> (F64x2, F64x2) {
    kernel.value_and_deriv(x)
}

/// Silu or gelu with the usual beta, or its derivative, with the bits of the activation. Near x are computed inline, which
/// takes two thirds of the time of a call.
#[inline(always)]
fn smooth<F: Form>(order: &PreparedOrder, x: F64x2) -> F64x2 {
    if F64x2::any(outside(order.near, x)) { smooth_anywhere(order, x) } else { F::near(order, x) }
}

#[cold]
#[inline(never)]
fn smooth_anywhere(order: &PreparedOrder, x: F64x2) -> F64x2 {
    at_pair(order, x)
}

/// max(x, 0), and its derivative, which is 0 at 0; NaN for NaN.
#[inline(always)]
fn relu(x: F64x2) -> (F64x2, F64x2) {
    let zero = F64x2::splat(0.0);
    // NaN takes neither branch.
    let rest = F64x2::select(x.le(zero), zero, x);
    (rest, F64x2::select(zero.lt(x), F64x2::splat(1.0), rest))
}

/// Two neighbouring numbers of a row, which may start anywhere; 0 beyond the end of the row.
#[inline(always)]
pub fn two(cells: &[Cell<f64>], i: usize) -> F64x2 {
    // Each arm makes its own vector, because an array that both arms make would go through memory.
    match cells.get(i..i + 2).and_then(<[Cell<f64>]>::first_chunk::<2>) {
        Some(pair) => F64x2::from_array(pair.each_ref().map(Cell::get)),
        None => last(cells, i),
    }
}

/// The last number of an odd count, with 0 beside it.
#[cold]
#[inline(never)]
fn last(cells: &[Cell<f64>], i: usize) -> F64x2 {
    F64x2::from_array([cells.get(i).map_or(0.0, Cell::get), 0.0])
}

/// Writes two neighbouring numbers, as far as the row has room.
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

/// Part number `n` of the parts of `width` numbers.
#[inline(always)]
pub fn part(cells: &[Cell<f64>], n: usize, width: usize) -> &[Cell<f64>] {
    cells.get(n * width..(n + 1) * width).unwrap_or_default()
}

/// The activation that b goes through.
#[expect(clippy::large_enum_variant, reason = "one on the stack for a call")]
enum Gate {
    Sigmoid(<Sigmoid as Activation>::Kernel),
    /// f, and f′ if the operation needs it.
    Smooth([PreparedOrder; 2]),
    Relu,
}

/// Operation VALUE or BACKWARD_X of a gated unit on rows of two halves.
pub fn gated(&Call { kernel, op, handles, outer, units, inner, .. }: &Call) -> u32 {
    let width = units * inner;
    // A table is filled where its `PreparedOrder` is made, so only those that are needed are made.
    let curve = match kernel {
        SWIGLU => Some(Silu { beta: 1.0 }.smooth()),
        GEGLU => Some(Gelu { approximate: 0.0 }.smooth()),
        _ => None,
    };
    let gate = match curve {
        Some(curve) => Gate::Smooth([0, usize::from(op != VALUE)].map(|order| curve.order(order))),
        None if kernel == GLU => Gate::Sigmoid(Sigmoid.kernel()),
        None => Gate::Relu,
    };
    memory::with(handles, |arrays| {
        let [x, dy, out] = arrays.map(|array| array.as_flattened());
        let given = x.get(..2 * outer * width).unwrap_or_default();
        // Powers of tiny x, gates of far x, and their products may be subnormal. Gelu of far x is 0.
        let is_low = |x: f64| kernel != GEGLU && x < -690.0;
        if some_of_few(given, |x| x != 0.0 && x.abs() < TINY || is_low(x)) {
            return gated_with_care(&gate, op, [x, dy, out], [outer, width]);
        }
        for row in 0..outer {
            let (a, b) = (part(x, 2 * row, width), part(x, 2 * row + 1, width));
            let whole = part(out, row, width);
            let halves = [0, 1].map(|half| part(out, 2 * row + half, width));
            let dy = part(dy, row, width);
            for i in (0..width).step_by(2) {
                let (linear, x) = (two(a, i), two(b, i));
                let (gated, slope) = match &gate {
                    &Gate::Sigmoid(sigmoid) if op == VALUE => (value(sigmoid, x), x),
                    &Gate::Sigmoid(sigmoid) => both(sigmoid, x),
                    Gate::Smooth([order, _]) if op == VALUE => (smooth::<Factored>(order, x), x),
                    Gate::Smooth([order, first]) => (smooth::<Factored>(order, x), smooth::<Plain>(first, x)),
                    Gate::Relu => relu(x),
                };
                if op == VALUE {
                    put_two(whole, i, linear * gated);
                } else {
                    let dy = two(dy, i);
                    put_two(halves[0], i, dy * gated);
                    put_two(halves[1], i, dy * linear * slope);
                }
            }
        }
    });
    0
}

/// The same, with the same bits, for rows with tiny numbers. Its products are fast for these, and it takes a tiny x as 0, where
/// a sigmoid is what it is at 0, and silu and gelu are x/2.
#[inline(never)]
fn gated_with_care(gate: &Gate, op: u32, [x, dy, out]: [&[Cell<f64>]; 3], [outer, width]: [usize; 2]) {
    for row in 0..outer {
        let (a, b) = (part(x, 2 * row, width), part(x, 2 * row + 1, width));
        let whole = part(out, row, width);
        let halves = [0, 1].map(|half| part(out, 2 * row + half, width));
        let dy = part(dy, row, width);
        for i in (0..width).step_by(2) {
            let (linear, x) = (two(a, i), two(b, i));
            let is_tiny = is_tiny(x);
            let eased = F64x2::select(is_tiny, x.and_bits(1 << 63), x);
            let (gated, slope) = match gate {
                Gate::Sigmoid(sigmoid) if op == VALUE => (value_anywhere(sigmoid, eased), x),
                Gate::Sigmoid(sigmoid) => both_anywhere(sigmoid, eased),
                Gate::Smooth([order, first]) => {
                    let gated = F64x2::select(is_tiny, x * F64x2::splat(0.5), smooth_anywhere(order, eased));
                    (gated, if op == VALUE { x } else { smooth_anywhere(first, eased) })
                }
                Gate::Relu => relu(x),
            };
            if op == VALUE {
                put_two(whole, i, easy_product(linear, gated));
            } else {
                let dy = two(dy, i);
                put_two(halves[0], i, easy_product(dy, gated));
                put_two(halves[1], i, easy_product(easy_product(dy, linear), slope));
            }
        }
    }
}

//! The only element-wise loops. They run over whole pairs, the padding of an odd count included, so there is no tail.
//! What is around the loops is one copy for all activations, as every page downloads it.

use crate::activation::{Activation, Body, Kernel, Near, outside};
use crate::lanes::{F64x2, Lanes};
use crate::local::local;
use crate::memory::{self, Pair, load, store};
use wasm_bindgen::prelude::wasm_bindgen;

/// out = f(x).
pub const VALUE: u32 = 0;
/// out = f′(x).
pub const DERIV: u32 = 1;
/// out = dy·f′(x).
pub const BACKWARD_X: u32 = 2;
/// out = dy·f′, from y = f(x).
pub const BACKWARD_Y: u32 = 3;
/// out = f(x), b = f′(x).
pub const VALUE_AND_DERIV: u32 = 4;

/// Pairs that are looked at together: near or far is decided once for them, outside of the loop that computes.
const BLOCK: usize = 64;

/// Runs operation `op` of `activation` on `count` elements of the buffers a, b and out: a is x (or y), b is dy (or receives
/// f′), out the result.
// Out of line, so that an engine that optimises a function when it is hot takes one activation at a time.
#[inline(never)]
pub fn run<A: Activation>(activation: A, op: u32, buffers: [u32; 3], count: u32) {
    activation.with_kernel(Operation { op, buffers, count });
}

/// The same for one number, with the same bits; `dy` counts for the two gradients only.
#[inline(always)]
pub fn scalar<A: Activation>(activation: A, op: u32, x: f64, dy: f64) -> f64 {
    let kernel = activation.kernel();
    // Only what holds for x is computed: at this width that is a branch.
    let value = || if outside(kernel.near().value, x) { kernel.far_value(x) } else { Kernel::value(kernel, x) };
    let deriv = || if outside(kernel.near().deriv, x) { kernel.far_deriv(x) } else { Kernel::deriv(kernel, x) };
    match op {
        VALUE => value(),
        DERIV => deriv(),
        BACKWARD_X => dy * deriv(),
        BACKWARD_Y => dy * Kernel::deriv_from_value(kernel, x),
        _ => f64::NAN,
    }
}

/// out = a·b, element by element; `out` may be `a` or `b`.
#[wasm_bindgen]
pub fn hadamard(a: u32, b: u32, out: u32, count: u32) {
    memory::with([a, b, out], |[a, b, out]| {
        zip(&a[..a.len().min(count.div_ceil(2) as usize)], b, out, |a, b| a * b);
    });
}

struct Operation {
    op: u32,
    buffers: [u32; 3],
    count: u32,
}

impl Body for Operation {
    #[inline(always)]
    fn call(self, kernel: impl Kernel) {
        let near = kernel.near();
        if near.value == Near::ALL && near.deriv == Near::ALL {
            with(self.op, self.buffers, self.count, |a, b, out| kernel.near_loop(self.op, a, b, out));
        } else {
            all_blocks(&kernel, &near, self.op, self.buffers, self.count);
        }
    }
}

/// What differs between activations.
trait Loops {
    /// One operation on pairs of which x are near. All three are of the same length.
    fn near_loop(&self, op: u32, a: &[Pair], b: &[Pair], out: &[Pair]);

    /// Value and derivative at x far.
    fn far(&self, x: F64x2) -> (F64x2, F64x2);
}

impl<K: Kernel> Loops for K {
    fn near_loop(&self, op: u32, a: &[Pair], b: &[Pair], out: &[Pair]) {
        let kernel = *self;
        let (Some(b), Some(out)) = (b.get(..a.len()), out.get(..a.len())) else { return };
        match op {
            VALUE => map(a, out, |x| kernel.value(x)),
            DERIV => map(a, out, |x| kernel.deriv(x)),
            BACKWARD_X => zip(a, b, out, |x, dy| dy * kernel.deriv(x)),
            BACKWARD_Y => zip(a, b, out, |y, dy| dy * kernel.deriv_from_value(y)),
            _ => split(a, out, b, |x| kernel.value_and_deriv(x)),
        }
    }

    fn far(&self, x: F64x2) -> (F64x2, F64x2) {
        (self.far_value(x), self.far_deriv(x))
    }
}

/// Calls `body` with the buffers, cut to `count` elements.
#[inline(always)]
fn with(op: u32, buffers: [u32; 3], count: u32, body: impl FnOnce(&[Pair], &[Pair], &[Pair])) {
    memory::with(buffers, |[a, b, out]| {
        let b = if op == VALUE || op == DERIV { a } else { b };
        let count = (count.div_ceil(2) as usize).min(a.len()).min(b.len()).min(out.len());
        let [a, b, out] = [a, b, out].map(|buffer| buffer.get(..count).unwrap_or_default());
        body(a, b, out);
    });
}

#[inline(never)]
fn all_blocks(loops: &dyn Loops, near: &Near, op: u32, buffers: [u32; 3], count: u32) {
    with(op, buffers, count, |a, b, out| {
        let count = a.len();
        let near = match op {
            VALUE => near.value,
            BACKWARD_Y => Near::ALL,
            _ => near.deriv,
        };
        let size = if near == Near::ALL { count } else { BLOCK };
        let mut start = 0;
        while start < count {
            let end = count.min(start + size);
            let [a, b, out] = [a, b, out].map(|buffer| buffer.get(start..end).unwrap_or_default());
            if near == Near::ALL || inside(near, a) {
                loops.near_loop(op, a, b, out);
            } else {
                far_block(loops, op, near, a, b, out);
            }
            start = end;
        }
    });
}

local! {
    /// x and dy of a block, which its results may overwrite.
    static KEPT: [[[f64; 2]; 2]; BLOCK] = [[[0.0; 2]; 2]; BLOCK];
}

/// A block with something far: as if all were near, and then what is far once more.
#[inline(never)]
fn far_block(loops: &dyn Loops, op: u32, near: [f64; 2], a: &[Pair], b: &[Pair], out: &[Pair]) {
    KEPT.with_borrow_mut(|kept| {
        for ((kept, a), b) in kept.iter_mut().zip(a).zip(b) {
            *kept = [load(a), load(b)];
        }
        loops.near_loop(op, a, b, out);
        for ((&mut [x, dy], b), out) in kept.iter_mut().zip(b).zip(out) {
            let x = F64x2::from_array(x);
            let (value, deriv) = loops.far(x);
            let replace = |pair: &Pair, far| {
                store(pair, F64x2::select(outside(near, x), far, F64x2::from_array(load(pair))).to_array());
            };
            match op {
                VALUE => replace(out, value),
                DERIV => replace(out, deriv),
                BACKWARD_X => replace(out, F64x2::from_array(dy) * deriv),
                _ => {
                    replace(out, value);
                    replace(b, deriv);
                }
            }
        }
    });
}

/// Whether all of `x` that is not NaN lies in the interval.
#[inline(never)]
fn inside(interval: [f64; 2], x: &[Pair]) -> bool {
    // pmin and pmax drop a NaN that is their second operand.
    let (mut least, mut most) = (F64x2::splat(0.0), F64x2::splat(0.0));
    for x in x {
        let x = F64x2::from_array(load(x));
        (least, most) = (least.pmin(x), most.pmax(x));
    }
    !F64x2::any(F64x2::or(outside(interval, least), outside(interval, most)))
}

#[inline(always)]
fn map(x: &[Pair], out: &[Pair], f: impl Fn(F64x2) -> F64x2) {
    for (x, out) in x.iter().zip(out) {
        store(out, f(F64x2::from_array(load(x))).to_array());
    }
}

#[inline(always)]
fn zip(a: &[Pair], b: &[Pair], out: &[Pair], f: impl Fn(F64x2, F64x2) -> F64x2) {
    for ((a, b), out) in a.iter().zip(b).zip(out) {
        store(out, f(F64x2::from_array(load(a)), F64x2::from_array(load(b))).to_array());
    }
}

#[inline(always)]
fn split(x: &[Pair], first: &[Pair], second: &[Pair], f: impl Fn(F64x2) -> (F64x2, F64x2)) {
    for ((x, first), second) in x.iter().zip(first).zip(second) {
        let (value, deriv) = f(F64x2::from_array(load(x)));
        store(first, value.to_array());
        store(second, deriv.to_array());
    }
}

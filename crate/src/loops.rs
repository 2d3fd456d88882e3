//! The only element-wise loops. They run over whole pairs, including the padding of an odd count, so there is no remainder to
//! handle. The code around the loops is shared by all activations, because every page downloads it.

pub mod compact;
mod limits;
mod mixed;
pub mod outlined;
pub mod packed;
pub mod smooth;
mod tiny;

use crate::kernel::{Activation, Kernel, KernelVisitor, Near, SlowOnTiny, outside};
use crate::lanes::{F64x2, Lanes};
use crate::memory::{self, Pair, load, store};
use core::array::from_fn;
use core::cell::Cell;
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
/// out = f″(x).
pub const DERIV2: u32 = 5;

/// The number of pairs whose x are tested together: whether all of them are near is decided once, outside of the loop that
/// computes.
const BLOCK: usize = 64;

/// Working memory for the pairs of one block.
type BlockBuffer = [Pair; BLOCK];

fn block_buffer() -> BlockBuffer {
    from_fn(|_| [Cell::new(0.0), Cell::new(0.0)])
}

/// Runs operation `op` of `activation` on `count` elements of the buffers a, b and out: a is x (or y), b is dy (or receives
/// f′), out is the result.
// Out of line, so that an engine that optimises hot functions can take one activation at a time.
#[inline(never)]
pub fn run<A: Activation>(activation: A, op: u32, buffers: [u32; 3], count: u32) {
    with(op, buffers, count, |a, b, out| slices(activation, op, a, b, out));
}

/// The same for one number, with the same bits; only the two gradients use `dy`. Calling a loop with one pair would save these
/// copies of the formulas, 5 KB of the module, but would take 50 ns where this takes 8.
#[inline(always)]
pub fn scalar<A: Activation>(activation: A, op: u32, x: f64, dy: f64) -> f64 {
    let kernel = activation.kernel();
    let near = kernel.near();
    // Computes only the formula that holds for x, as a branch costs little at this width.
    match op {
        VALUE if outside(near.value, x) => kernel.far_value(x),
        VALUE => kernel.near_value(x),
        DERIV if outside(near.deriv, x) => kernel.far_deriv(x),
        DERIV => kernel.near_deriv(x),
        BACKWARD_X if outside(near.deriv, x) => kernel.far_backward_of_one(x, dy),
        BACKWARD_X => kernel.near_backward(x, dy),
        BACKWARD_Y => kernel.backward_from_value(x, dy),
        DERIV2 if outside(kernel.near_deriv2(), x) => kernel.far_deriv2(x),
        DERIV2 => kernel.deriv2(x),
        _ => f64::NAN,
    }
}

/// [`run`] for a kernel that fewer programs use; it shares the code around the loops.
#[inline(always)]
pub fn run_shared(kernel: &impl Kernel, op: u32, buffers: [u32; 3], count: u32) {
    shared(kernel, interval(kernel, op), op, buffers, count);
}

#[inline(never)]
fn shared(loops: &dyn Loops, near: [f64; 2], op: u32, buffers: [u32; 3], count: u32) {
    with(op, buffers, count, |a, b, out| all_blocks(loops, near, op, [a, b, out]));
}

/// [`scalar`] for such a kernel, by the loops over one pair. This takes some 10 ns longer, but needs no copy of the formulas.
#[inline(always)]
pub fn scalar_shared(kernel: &impl Kernel, op: u32, x: f64, dy: f64) -> f64 {
    one_pair(kernel, interval(kernel, op), op, x, dy)
}

#[inline(never)]
fn one_pair(loops: &dyn Loops, near: [f64; 2], op: u32, x: f64, dy: f64) -> f64 {
    let [a, b, out] = [x, dy, f64::NAN].map(|number| [[Cell::new(number), Cell::new(number)]]);
    match op {
        VALUE_AND_DERIV => {}
        _ if outside(near, x) => loops.far_loop(op, &a, &b, &out),
        _ => loops.near_loop(op, &a, &b, &out),
    }
    out[0][0].get()
}

/// The interval where the formulas for near x hold.
#[inline(always)]
fn interval(kernel: &impl Kernel, op: u32) -> [f64; 2] {
    match op {
        VALUE => kernel.near().value,
        // The formula from y holds everywhere.
        BACKWARD_Y => Near::ALL,
        DERIV2 => kernel.near_deriv2(),
        _ => kernel.near().deriv,
    }
}

/// Runs the operation on slices of the same length.
#[inline(never)]
fn slices<A: Activation>(activation: A, op: u32, a: &[Pair], b: &[Pair], out: &[Pair]) {
    activation.with_kernel(Operation { op, slices: [a, b, out] });
}

/// out = a·b, element by element; `out` may be `a` or `b`.
#[wasm_bindgen]
pub fn hadamard(a: u32, b: u32, out: u32, count: u32) {
    // Passed as a gradient, so that `b` counts as an operand.
    with(BACKWARD_X, [a, b, out], count, |a, b, out| zip::<2>(a, b, out, |a, b| a * b));
}

/// out = out·a + b, element by element, with both operations rounded: the chain rule of f″ needs this.
#[wasm_bindgen(js_name = "multiplyAdd")]
pub fn multiply_add(a: u32, b: u32, out: u32, count: u32) {
    // Passed as a gradient, so that `b` counts as an operand.
    with(BACKWARD_X, [a, b, out], count, |a, b, out| {
        for ((a, b), out) in a.iter().zip(b).zip(out) {
            let [a, b, factor] = [a, b, out].map(|pair| F64x2::from_array(load(pair)));
            store(out, (factor * a + b).to_array());
        }
    });
}

struct Operation<'a> {
    op: u32,
    slices: [&'a [Pair]; 3],
}

impl KernelVisitor for Operation<'_> {
    #[inline(always)]
    fn visit(self, kernel: impl Kernel) {
        let Self { op, slices } = self;
        let near = kernel.near();
        if near.value == Near::ALL && near.deriv == Near::ALL {
            run_cheap(kernel, op, slices);
        } else {
            all_blocks(&kernel, interval(&kernel, op), op, slices);
        }
    }
}

#[inline(never)]
fn copied<'a>(from: &[Pair], to: &'a [Pair]) -> &'a [Pair] {
    for (from, to) in from.iter().zip(to) {
        store(to, F64x2::from_array(load(from)).to_array());
    }
    to
}

/// The loops of an activation; all the rest is shared.
trait Loops {
    /// One operation on pairs whose x are all near. The three slices have the same length.
    fn near_loop(&self, op: u32, a: &[Pair], b: &[Pair], out: &[Pair]);

    /// The same for pairs whose x are all far, for operations with one result.
    fn far_loop(&self, op: u32, a: &[Pair], b: &[Pair], out: &[Pair]) {
        self.near_loop(op, a, b, out);
    }

    /// The interval outside of which far results are those at ±∞, or x itself. There f′ is 0 even when multiplied by 16.
    fn ends(&self) -> [f64; 2] {
        Near::ALL
    }

    /// What is slow in this operation if numbers are tiny.
    fn slow_on_tiny(&self, op: u32) -> SlowOnTiny;
}

impl<K: Kernel> Loops for K {
    fn near_loop(&self, op: u32, a: &[Pair], b: &[Pair], out: &[Pair]) {
        let kernel = *self;
        let (Some(b), Some(out)) = (b.get(..a.len()), out.get(..a.len())) else { return };
        match op {
            VALUE => map::<1>(a, out, |x| kernel.near_value(x)),
            DERIV => map::<1>(a, out, |x| kernel.near_deriv(x)),
            BACKWARD_X => zip::<1>(a, b, out, |x, dy| kernel.near_backward(x, dy)),
            BACKWARD_Y => zip::<1>(a, b, out, |y, dy| kernel.backward_from_value(y, dy)),
            DERIV2 => map::<1>(a, out, |x| kernel.deriv2(x)),
            _ => split(a, out, b, |x| kernel.near_value_and_deriv(x)),
        }
    }

    fn far_loop(&self, op: u32, a: &[Pair], b: &[Pair], out: &[Pair]) {
        let kernel = *self;
        let (Some(b), Some(out)) = (b.get(..a.len()), out.get(..a.len())) else { return };
        match op {
            VALUE => map::<1>(a, out, |x| kernel.far_value(x)),
            BACKWARD_X => zip::<1>(a, b, out, |x, dy| kernel.far_backward(x, dy)),
            DERIV2 => map::<1>(a, out, |x| kernel.far_deriv2(x)),
            _ => map::<1>(a, out, |x| kernel.far_deriv(x)),
        }
    }

    fn ends(&self) -> [f64; 2] {
        [-self.reach(), self.reach()]
    }

    fn slow_on_tiny(&self, op: u32) -> SlowOnTiny {
        if op == BACKWARD_Y { self.slow_on_tiny_from_value() } else { Kernel::slow_on_tiny(*self) }
    }
}

/// Runs one operation of a kernel that is near everywhere and whose results are x or dy times its f′.
#[inline(always)]
fn run_cheap(kernel: impl Kernel, op: u32, [a, b, out]: [&[Pair]; 3]) {
    let is_value = op == VALUE || op == VALUE_AND_DERIV;
    let multiplied = if is_value { a } else { b };
    if op == DERIV || op == DERIV2 || kernel.slow_on_tiny() == SlowOnTiny::Nothing || !tiny::any_tiny(multiplied) {
        return cheap_loop(kernel, op, a, b, out);
    }
    if op == VALUE_AND_DERIV {
        // The value comes last, because it may overwrite x.
        cheap_loop(kernel, DERIV, a, a, b);
    }
    let op = if is_value { BACKWARD_X } else { op };
    near_blocks(&kernel, op, [a, multiplied, out]);
}

/// The loops of a kernel that is near everywhere. It takes so few instructions that those of the loop itself count, so each
/// iteration handles two vectors.
#[inline(always)]
fn cheap_loop(kernel: impl Kernel, op: u32, a: &[Pair], b: &[Pair], out: &[Pair]) {
    match op {
        VALUE => map::<2>(a, out, |x| kernel.near_value(x)),
        DERIV => map::<2>(a, out, |x| kernel.near_deriv(x)),
        BACKWARD_X => zip::<2>(a, b, out, |x, dy| kernel.near_backward(x, dy)),
        BACKWARD_Y => zip::<2>(a, b, out, |y, dy| kernel.backward_from_value(y, dy)),
        DERIV2 => map::<2>(a, out, |x| kernel.deriv2(x)),
        _ => split(a, out, b, |x| kernel.near_value_and_deriv(x)),
    }
}

/// Calls `body` with the buffers, cut to `count` elements.
#[inline(always)]
fn with(op: u32, buffers: [u32; 3], count: u32, body: impl FnOnce(&[Pair], &[Pair], &[Pair])) {
    memory::with(buffers, |[a, b, out]| {
        let b = if op == VALUE || op == DERIV || op == DERIV2 { a } else { b };
        let count = (count.div_ceil(2) as usize).min(a.len()).min(b.len()).min(out.len());
        let [a, b, out] = [a, b, out].map(|buffer| buffer.get(..count).unwrap_or_default());
        body(a, b, out);
    });
}

/// Runs an operation block by block: whether a block has far x is tested once, outside of the loop that computes.
#[inline(never)]
fn all_blocks(loops: &dyn Loops, near: [f64; 2], op: u32, slices: [&[Pair]; 3]) {
    if near == Near::ALL {
        return near_blocks(loops, op, slices);
    }
    let pairs = tiny::NearPairs::new(loops, op, near);
    let [a, b, _] = slices;
    let count = a.len();
    // A short path for small arrays.
    if count <= BLOCK && inside(near, a) {
        return pairs.run(pairs.sample(a, b, 0), slices);
    }
    let part = |start, end: usize| slices.map(|slice| slice.get(start..end.min(count)).unwrap_or_default());
    for (turn, first) in (0..count).step_by(tiny::SAMPLED_PAIRS).enumerate() {
        let [a, b, _] = part(first, first + tiny::SAMPLED_PAIRS);
        let found = pairs.sample(a, b, turn);
        for start in (first..first + a.len()).step_by(BLOCK) {
            let block = part(start, start + BLOCK);
            if !inside(near, block[0]) {
                return mixed::run(&pairs, part(start, count));
            }
            pairs.run(found, block);
        }
    }
}

/// The same where all x are near.
#[inline(never)]
fn near_blocks(loops: &dyn Loops, op: u32, slices: [&[Pair]; 3]) {
    let pairs = tiny::NearPairs::new(loops, op, Near::ALL);
    let [a, b, out] = slices.map(|slice| slice.chunks(tiny::SAMPLED_PAIRS));
    for (turn, ((a, b), out)) in a.zip(b).zip(out).enumerate() {
        let found = pairs.sample(a, b, turn);
        if !found.any() {
            loops.near_loop(op, a, b, out);
            continue;
        }
        for ((a, b), out) in a.chunks(BLOCK).zip(b.chunks(BLOCK)).zip(out.chunks(BLOCK)) {
            pairs.run(found, [a, b, out]);
        }
    }
}

/// Whether all of `x` lie in the interval. NaN does not count.
#[inline(never)]
fn inside(interval: [f64; 2], x: &[Pair]) -> bool {
    // pmin and pmax drop a NaN in their second operand.
    let (mut least, mut most) = (F64x2::splat(0.0), F64x2::splat(0.0));
    for x in x {
        let x = F64x2::from_array(load(x));
        (least, most) = (least.pmin(x), most.pmax(x));
    }
    !F64x2::any(F64x2::or(outside(interval, least), outside(interval, most)))
}

/// `out` = f(x), with `PAIRS` pairs in each iteration.
#[inline(always)]
fn map<const PAIRS: usize>(x: &[Pair], out: &[Pair], f: impl Fn(F64x2) -> F64x2) {
    let ((x, x_rest), (out, out_rest)) = (x.as_chunks::<PAIRS>(), out.as_chunks::<PAIRS>());
    let one = |(x, out): (&Pair, &Pair)| store(out, f(F64x2::from_array(load(x))).to_array());
    for (x, out) in x.iter().zip(out) {
        for (x, out) in x.iter().zip(out) {
            one((x, out));
        }
    }
    x_rest.iter().zip(out_rest).for_each(one);
}

/// `out` = f(a, b), with `PAIRS` pairs in each iteration.
#[inline(always)]
fn zip<const PAIRS: usize>(a: &[Pair], b: &[Pair], out: &[Pair], f: impl Fn(F64x2, F64x2) -> F64x2) {
    let ((a, a_rest), (b, b_rest)) = (a.as_chunks::<PAIRS>(), b.as_chunks::<PAIRS>());
    let (out, out_rest) = out.as_chunks::<PAIRS>();
    let one = |((a, b), out): ((&Pair, &Pair), &Pair)| {
        store(out, f(F64x2::from_array(load(a)), F64x2::from_array(load(b))).to_array());
    };
    for ((a, b), out) in a.iter().zip(b).zip(out) {
        for abo in a.iter().zip(b).zip(out) {
            one(abo);
        }
    }
    a_rest.iter().zip(b_rest).zip(out_rest).for_each(one);
}

/// (`first`, `second`) = f(x).
#[inline(always)]
fn split(x: &[Pair], first: &[Pair], second: &[Pair], f: impl Fn(F64x2) -> (F64x2, F64x2)) {
    for ((x, first), second) in x.iter().zip(first).zip(second) {
        let (value, deriv) = f(F64x2::from_array(load(x)));
        store(first, value.to_array());
        store(second, deriv.to_array());
    }
}

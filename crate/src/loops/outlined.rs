//! The loops of kernels that few programs use, and that take so many instructions that one call for each pair hardly costs
//! anything. All of them share one copy of the loops, and each has one copy of its formulas.

use super::{BACKWARD_X, BACKWARD_Y, DERIV, DERIV2, Loops, VALUE, VALUE_AND_DERIV, map, near_blocks, with, zip};
use crate::kernel::{Kernel, SlowOnTiny};
use crate::lanes::{F64x2, Lanes};
use crate::memory::Pair;

/// What differs between these kernels.
pub trait Outlined {
    /// An operation with one result at a pair; only the two gradients use `dy`.
    fn at(&self, op: u32, x: F64x2, dy: F64x2) -> F64x2;

    /// What is slow if numbers are tiny.
    fn slow_on_tiny(&self) -> SlowOnTiny;
}

impl<K: Kernel> Outlined for K {
    #[inline(never)]
    fn at(&self, op: u32, x: F64x2, dy: F64x2) -> F64x2 {
        match op {
            VALUE => self.near_value(x),
            DERIV2 => self.deriv2(x),
            BACKWARD_Y => dy * self.deriv_from_value(x),
            // With a dy of 1, the gradient has exactly the bits of f′.
            _ => self.near_backward(x, dy),
        }
    }

    fn slow_on_tiny(&self) -> SlowOnTiny {
        Kernel::slow_on_tiny(*self)
    }
}

/// Adapts a kernel to the loops over blocks.
struct Blocks<'a>(&'a dyn Outlined);

impl Loops for Blocks<'_> {
    fn near_loop(&self, op: u32, a: &[Pair], b: &[Pair], out: &[Pair]) {
        let (kernel, one) = (self.0, F64x2::splat(1.0));
        match op {
            BACKWARD_X | BACKWARD_Y => zip::<1>(a, b, out, |x, dy| kernel.at(op, x, dy)),
            _ => map::<1>(a, out, |x| kernel.at(op, x, one)),
        }
    }

    fn slow_on_tiny(&self, _: u32) -> SlowOnTiny {
        self.0.slow_on_tiny()
    }
}

/// Operation `op` on `count` elements of the buffers a, b and out.
#[inline(never)]
pub fn run(kernel: &dyn Outlined, op: u32, [a, b, out]: [u32; 3], count: u32) {
    let single = |op: u32, buffers: [u32; 3]| {
        with(op, buffers, count, |a, b, out| near_blocks(&Blocks(kernel), op, [a, b, out]));
    };
    if op == VALUE_AND_DERIV {
        // The value comes last, because it may overwrite x.
        single(DERIV, [a, a, b]);
        single(VALUE, [a, a, out]);
    } else {
        single(op, [a, b, out]);
    }
}

/// The same for one number, which is put in both lanes.
#[inline(never)]
pub fn scalar(kernel: &dyn Outlined, op: u32, x: f64, dy: f64) -> f64 {
    let dy = if op == BACKWARD_X || op == BACKWARD_Y { dy } else { 1.0 };
    let [result, _] = kernel.at(op, F64x2::splat(x), F64x2::splat(dy)).to_array();
    result
}

//! The loops of kernels that are near everywhere and that few programs use. A page downloads all kernels, so the number of
//! bytes matters here: the value, f′ and the gradient from x have loops of their own, everything else is one call for each
//! pair.

use super::{BACKWARD_X, BACKWARD_Y, DERIV, DERIV2, Loops, VALUE, VALUE_AND_DERIV, map, near_blocks, with, zip};
use crate::kernel::{Kernel, SlowOnTiny, zero_where};
use crate::lanes::{F64x2, Lanes};
use crate::memory::Pair;

/// What differs between these kernels.
pub trait Compact {
    /// f, f′ or f″ at x; for an operation from y, the f′ that y determines.
    fn at(&self, op: u32, x: F64x2) -> F64x2;

    /// An operation with one result, on slices of the same length.
    fn slices(&self, op: u32, a: &[Pair], b: &[Pair], out: &[Pair]);

    /// What is slow if numbers are tiny.
    fn slow_on_tiny(&self) -> SlowOnTiny;
}

impl<K: Kernel> Compact for K {
    #[inline(never)]
    fn at(&self, op: u32, x: F64x2) -> F64x2 {
        match op {
            VALUE => self.near_value(x),
            DERIV2 => self.deriv2(x),
            BACKWARD_Y => self.deriv_from_value(x),
            _ => self.near_deriv(x),
        }
    }

    #[inline(never)]
    fn slices(&self, op: u32, a: &[Pair], b: &[Pair], out: &[Pair]) {
        let kernel = *self;
        match op {
            VALUE => map::<1>(a, out, |x| kernel.near_value(x)),
            DERIV => map::<1>(a, out, |x| kernel.near_deriv(x)),
            BACKWARD_X => zip::<1>(a, b, out, |x, dy| kernel.near_backward(x, dy)),
            BACKWARD_Y => zip::<1>(a, b, out, |y, dy| {
                let deriv = self.at(op, y);
                // f′ is 0 or 1 where tiny numbers are harmless.
                if Kernel::slow_on_tiny(kernel) == SlowOnTiny::Nothing {
                    zero_where(deriv.eq(F64x2::ZERO), deriv, dy)
                } else {
                    dy * deriv
                }
            }),
            _ => map::<1>(a, out, |x| self.at(op, x)),
        }
    }

    fn slow_on_tiny(&self) -> SlowOnTiny {
        Kernel::slow_on_tiny(*self)
    }
}

/// Adapts a kernel to the loops over blocks.
struct Blocks<'a>(&'a dyn Compact);

impl Loops for Blocks<'_> {
    fn near_loop(&self, op: u32, a: &[Pair], b: &[Pair], out: &[Pair]) {
        self.0.slices(op, a, b, out);
    }

    fn slow_on_tiny(&self, _: u32) -> SlowOnTiny {
        self.0.slow_on_tiny()
    }
}

/// Operation `op` on `count` elements of the buffers a, b and out.
#[inline(never)]
pub fn run(kernel: &dyn Compact, op: u32, [a, b, out]: [u32; 3], count: u32) {
    let one = |op: u32, buffers: [u32; 3]| {
        with(op, buffers, count, |a, b, out| near_blocks(&Blocks(kernel), op, [a, b, out]));
    };
    if op == VALUE_AND_DERIV {
        // The value comes last, because it may overwrite x.
        one(DERIV, [a, a, b]);
        one(VALUE, [a, a, out]);
    } else {
        one(op, [a, b, out]);
    }
}

/// The same for one number. The operations that programs use most need no call.
#[inline(always)]
pub fn scalar(kernel: impl Kernel, op: u32, x: f64, dy: f64) -> f64 {
    match op {
        VALUE => kernel.near_value(x),
        DERIV => kernel.near_deriv(x),
        BACKWARD_X => kernel.near_backward(x, dy),
        _ => in_lanes(&kernel, op, x, dy),
    }
}

/// The number in both lanes.
#[inline(never)]
fn in_lanes(kernel: &dyn Compact, op: u32, x: f64, dy: f64) -> f64 {
    let [result, _] = kernel.at(op, F64x2::splat(x)).to_array();
    if op == BACKWARD_Y { dy * result } else { result }
}

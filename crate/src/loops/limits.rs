//! The far x whose results are all limits: f, f′ or f″ as at ±∞, or x itself. These results need no exponential.

use super::{BACKWARD_X, DERIV, Loops, VALUE_AND_DERIV};
use crate::kernel::Near;
use crate::lanes::{F64x2, Lanes};
use crate::memory::{Pair, load, store};
use core::cell::Cell;

/// Beyond the ends, f′ is so small that its product with a dy up to this size is 0.
const LARGEST_GRADIENT: f64 = 16.0;

/// Where the results are limits, and what they are.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// The near interval.
    near: [f64; 2],
    /// The interval outside of which results are limits.
    pub ends: [f64; 2],
    is_gradient: bool,
    /// The result on each side, or the factor of dy; 0 where the result is x or dy itself.
    factors: [f64; 2],
    /// All bits set on the sides where the result is x or dy itself, else none.
    keeps: [f64; 2],
}

impl Limits {
    /// The limits, which are the results of the far loop for ±∞. For two results at once there are none.
    #[inline(never)]
    pub fn of(loops: &dyn Loops, near: [f64; 2], op: u32) -> Self {
        let is_gradient = op == BACKWARD_X;
        let x = [[f64::NEG_INFINITY, f64::INFINITY].map(Cell::new)];
        let results = [[0.0; 2].map(Cell::new)];
        let ends = if op == VALUE_AND_DERIV { Near::ALL } else { loops.ends() };
        loops.far_loop(if is_gradient || op == VALUE_AND_DERIV { DERIV } else { op }, &x, &x, &results);
        let [left, right] = load(&results[0]);
        // On a side where all x are near, the far loop may give any number, even a subnormal one, which would be slow.
        let results = [if near[0] > f64::NEG_INFINITY { left } else { 0.0 }, if near[1] < f64::INFINITY { right } else { 0.0 }];
        // An infinite limit means that the function is x. For a gradient with a limit of 1 the result is dy itself, because a
        // product with 1 would be slow where dy is subnormal.
        let keeps_operand = |result: f64| result.is_infinite() || is_gradient && result == 1.0;
        Self {
            near,
            ends,
            is_gradient,
            factors: results.map(|result| if keeps_operand(result) { 0.0 } else { result }),
            keeps: results.map(|result| f64::from_bits(if keeps_operand(result) { u64::MAX } else { 0 })),
        }
    }

    /// Whether the limits hold for these dy.
    #[inline(never)]
    pub fn hold_for(&self, dy: &[Pair]) -> bool {
        let mut largest = F64x2::splat(0.0);
        if self.is_gradient {
            for dy in dy {
                // pmax drops NaN.
                largest = largest.pmax(F64x2::from_array(load(dy)).abs());
            }
        }
        !F64x2::any(F64x2::splat(LARGEST_GRADIENT).lt(largest))
    }

    /// Writes the results of far x over those already in `out`.
    #[inline(never)]
    pub fn write(&self, x: &[Pair], dy: &[Pair], out: &[Pair]) {
        // A local copy, because the compiler cannot rule out that the stores change `self`.
        let Self { near, factors, keeps, is_gradient, .. } = *self;
        let ([low, high], [left, right], [keeps_left, keeps_right]) =
            (near.map(F64x2::splat), factors.map(F64x2::splat), keeps.map(F64x2::splat));
        for ((x, dy), out) in x.iter().zip(dy).zip(out) {
            let [x, dy, before] = [x, dy, out].map(|pair| F64x2::from_array(load(pair)));
            let of = |number: F64x2, keeps: F64x2| {
                if is_gradient { dy.and_lanes(keeps).or_lanes(dy * number) } else { x.and_lanes(keeps).or_lanes(number) }
            };
            let result =
                F64x2::select(x.lt(low), of(left, keeps_left), F64x2::select(high.lt(x), of(right, keeps_right), before));
            store(out, result.to_array());
        }
    }
}

//! Far x of which all results are limits: f, f′ or f″ as at ±∞, or x itself. They need no exponential.

use super::{BACKWARD_X, DERIV, Loops, VALUE_AND_DERIV};
use crate::activation::{Near, outside};
use crate::lanes::{F64x2, Lanes};
use crate::memory::{Pair, load, store};
use core::cell::Cell;

/// Beyond the ends f′ is so small that nothing is left of its product with a dy up to this.
const MOST_GRADIENT: f64 = 16.0;

/// Where the results are limits, and which. What they are made of is x, or dy for a gradient.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Where x is near.
    near: [f64; 2],
    /// Beyond them results are limits, on the left and on the right.
    ends: [f64; 2],
    /// The result on each side, or what dy is multiplied by; 0 where it is x or dy as it is.
    numbers: [f64; 2],
    /// 1 where it is x or dy as it is, else 0.
    kept: [f64; 2],
    /// The largest dy, and whether there is one: 1 or 0.
    most: f64,
    is_gradient: f64,
}

impl Limits {
    /// The limits are what the far loop makes of ±∞; there are none for two results at once.
    #[inline(never)]
    pub fn of(loops: &dyn Loops, near: [f64; 2], op: u32) -> Self {
        let is_gradient = op == BACKWARD_X;
        let x = [[f64::NEG_INFINITY, f64::INFINITY].map(Cell::new)];
        let results = [[0.0; 2].map(Cell::new)];
        let ends = if op == VALUE_AND_DERIV { Near::ALL } else { loops.ends() };
        loops.far_loop(if is_gradient || op == VALUE_AND_DERIV { DERIV } else { op }, &x, &x, &results);
        let results = load(&results[0]);
        // A function that grows is x. A product with 1 would take long where dy is subnormal.
        let is_kept = |result: f64| result.is_infinite() || is_gradient && result == 1.0;
        let [numbers, kept] = [
            results.map(|result| if is_kept(result) { 0.0 } else { result }),
            results.map(|result| f64::from(u8::from(is_kept(result)))),
        ];
        Self {
            near,
            ends,
            numbers,
            kept,
            most: if is_gradient { MOST_GRADIENT } else { f64::INFINITY },
            is_gradient: f64::from(u8::from(is_gradient)),
        }
    }

    /// Whether they hold for all far x, of which this is the first one: most often it tells that they do not.
    #[inline(never)]
    pub fn hold(&self, first: f64, x: &[Pair], source: &[Pair]) -> bool {
        if !outside(self.ends, first) {
            return false;
        }
        let Self { near, ends, .. } = *self;
        let (mut differences, mut largest) = (0, F64x2::splat(0.0));
        for (x, source) in x.iter().zip(source) {
            let [x, source] = [x, source].map(|pair| F64x2::from_array(load(pair)));
            differences |= F64x2::bits(outside(near, x)) ^ F64x2::bits(outside(ends, x));
            // NaN is dropped.
            largest = largest.pmax(source.abs());
        }
        differences == 0 && !F64x2::any(F64x2::splat(self.most).lt(largest))
    }

    /// Writes the results of far x.
    #[inline(never)]
    pub fn write(&self, x: &[Pair], source: &[Pair], out: &[Pair]) {
        // A copy: what is written could else be this.
        let Self { near, numbers, kept, is_gradient, .. } = *self;
        let (one, zero) = (F64x2::splat(1.0), F64x2::splat(0.0));
        let ([left, right], [keeps_left, keeps_right]) = (numbers.map(F64x2::splat), kept.map(F64x2::splat));
        let is_gradient = F64x2::splat(is_gradient).eq(one);
        for ((x, source), out) in x.iter().zip(source).zip(out) {
            let [x, source, before] = [x, source, out].map(|pair| F64x2::from_array(load(pair)));
            let is_left = x.lt(zero);
            let number = F64x2::select(is_left, left, right) * F64x2::select(is_gradient, source, one);
            let limit = F64x2::select(F64x2::select(is_left, keeps_left, keeps_right).eq(one), source, number);
            store(out, F64x2::select(outside(near, x), limit, before).to_array());
        }
    }
}

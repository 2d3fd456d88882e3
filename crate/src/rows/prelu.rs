//! prelu(x) = x for x > 0, else alpha·x with an alpha for each channel, and the gradients of both.

use super::Call;
use super::gated::{put_two, two};
use crate::lanes::{F64x2, Lanes};
use crate::loops::{BACKWARD_X, DERIV, DERIV2, VALUE_AND_DERIV};
use crate::memory;
use crate::numeric::pairs::{UPPER_PART_MASK, product_error, sum};
use crate::numeric::powers::two_to;
use core::hint::black_box;

/// A sum of products that keeps the rounding errors of each product and each sum. After T. Ogita, S. Rump and S. Oishi,
/// Accurate sum and dot product, SIAM Journal on Scientific Computing 26, 2005.
#[derive(Clone, Copy)]
struct Sum([F64x2; 2]);

/// The rounding error of a product smaller than this is not kept, because it is subnormal or close to that.
const TINY: f64 = two_to(-960);

/// [`TINY`], [`UPPER_PART_MASK`] and 1 in both lanes. They are not constants to the compiler, because engines would build
/// constants again in every iteration.
#[derive(Clone, Copy)]
struct Kept {
    tiny: F64x2,
    upper: F64x2,
    one: F64x2,
}

impl Kept {
    #[inline(always)]
    fn new() -> Self {
        let [tiny, upper, one] = black_box([TINY, f64::from_bits(UPPER_PART_MASK), 1.0]).map(F64x2::splat);
        Self { tiny, upper, one }
    }
}

impl Sum {
    #[inline(always)]
    fn add(&mut self, [term, left]: [F64x2; 2]) {
        let [total, error] = sum(self.0[0], term);
        self.0 = [total, self.0[1] + (error + left)];
    }

    #[inline(always)]
    fn add_product(&mut self, a: F64x2, b: F64x2, kept: Kept) {
        let product = a * b;
        // Where the product is tiny, 0 takes the place of `a`, because processors are slow for subnormal numbers.
        let a = F64x2::select(product.abs().lt(kept.tiny), F64x2::splat(0.0), a);
        let parts = |number: F64x2| {
            let upper = number.and_lanes(kept.upper);
            [upper, number - upper]
        };
        self.add([product, product_error(a * b, parts(a), parts(b))]);
    }

    /// The sum with its error. The error of an infinite sum would be NaN, and that of a sum close to the largest number may be.
    #[inline(always)]
    fn total(self) -> F64x2 {
        let [total, error] = self.0;
        let whole = total + error;
        F64x2::select(whole.abs().lt(F64x2::splat(f64::INFINITY)), whole, total)
    }
}

/// All operations except BACKWARD_Y; the channels are the units. See the table in `rows`.
#[inline(never)]
pub fn prelu(call: &Call) -> u32 {
    let &Call { op, handles: [a, b, out], outer, units, inner, p0, p1, .. } = call;
    let zero = F64x2::splat(0.0);
    let kept = Kept::new();
    memory::with([a, b, out, p0 as u32, p1 as u32], |arrays| {
        let [x, other, out, alpha, alpha_gradient] = arrays.map(|array| array.as_flattened());
        // A group is what is contiguous: the elements of one channel, or two channels of one element each.
        let (groups, width) = if inner == 1 { (units.div_ceil(2), 2) } else { (units, inner) };
        for group in 0..groups {
            let slopes = if inner == 1 { two(alpha, 2 * group) } else { F64x2::splat(two(alpha, group).to_array()[0]) };
            let mut gradient = Sum([zero; 2]);
            for row in 0..outer {
                let (first, end) = (row * units * inner + group * width, (row + 1) * units * inner);
                let [x, other, out] = [x, other, out].map(|array| array.get(first..end.min(first + width)).unwrap_or_default());
                for i in (0..x.len()).step_by(2) {
                    let x = two(x, i);
                    let below = x.le(zero);
                    // For x > 0 the slope is 1; NaN stays NaN.
                    let slope = F64x2::select(below, slopes, x.pmax(kept.one).pmin(kept.one));
                    let result = match op {
                        DERIV => slope,
                        DERIV2 => F64x2::select(slope.eq(slope), zero, slope),
                        BACKWARD_X => {
                            let dy = two(other, i);
                            // Both factors are 0 for x > 0, because either may be infinite.
                            gradient.add_product(F64x2::select(below, dy, zero), x.pmin(zero), kept);
                            dy * slope
                        }
                        _ => {
                            if op == VALUE_AND_DERIV {
                                put_two(other, i, slope);
                            }
                            F64x2::select(below, slopes * x, x)
                        }
                    };
                    put_two(out, i, result);
                }
            }
            if op == BACKWARD_X && inner == 1 {
                put_two(alpha_gradient.get(..units).unwrap_or_default(), 2 * group, gradient.total());
            } else if op == BACKWARD_X {
                // The sum of the even elements plus that of the odd elements.
                let [[even, odd], [even_error, odd_error]] = gradient.0.map(F64x2::to_array);
                let mut whole = Sum([F64x2::splat(even), F64x2::splat(even_error + odd_error)]);
                whole.add([F64x2::splat(odd), zero]);
                put_two(alpha_gradient.get(group..=group).unwrap_or_default(), 0, whole.total());
            }
        }
    });
    0
}

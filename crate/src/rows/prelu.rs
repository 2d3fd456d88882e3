//! prelu(x) = x for x > 0, else alpha·x with an alpha for each channel, and the gradients of both.

use super::Call;
use super::gated::{part, put_two, two};
use crate::lanes::{F64x2, Lanes};
use crate::loops::{BACKWARD_X, DERIV};
use crate::memory;
use crate::numeric::pairs::sum;

/// A sum that keeps what rounding leaves out. After Neumaier.
#[derive(Clone, Copy)]
struct Sum([F64x2; 2]);

impl Sum {
    #[inline(always)]
    fn add(&mut self, term: F64x2) {
        let [total, error] = sum(self.0[0], term);
        self.0 = [total, self.0[1] + error];
    }

    /// What it comes to; the error of an infinite one would be NaN.
    #[inline(always)]
    fn total(self) -> F64x2 {
        let [total, error] = self.0;
        F64x2::select(total.abs().lt(F64x2::splat(f64::INFINITY)), total + error, total)
    }
}

/// VALUE, DERIV or BACKWARD_X; the channels are the units. See the table of `rows`.
#[inline(never)]
pub fn prelu(call: &Call) -> u32 {
    let &Call { op, handles: [a, b, out], outer, units, inner, p0, p1, .. } = call;
    let zero = F64x2::splat(0.0);
    memory::with([a, b, out, p0 as u32, p1 as u32], |arrays| {
        let [x, dy, out, alpha, alpha_gradient] = arrays.map(|array| array.as_flattened());
        // What is side by side: the elements of a channel, or where those are single, two channels.
        let (groups, width) = if inner == 1 { (units.div_ceil(2), 2) } else { (units, inner) };
        for group in 0..groups {
            let slopes = if inner == 1 { two(alpha, 2 * group) } else { F64x2::splat(two(alpha, group).to_array()[0]) };
            let mut gradient = Sum([zero; 2]);
            for row in 0..outer {
                let [x, dy, out] = [x, dy, out].map(|array| {
                    let row = part(array, row, units * inner);
                    row.get(group * width..row.len().min((group + 1) * width)).unwrap_or_default()
                });
                for i in (0..x.len()).step_by(2) {
                    let x = two(x, i);
                    let above = zero.lt(x);
                    let slope = F64x2::select(x.eq(x), F64x2::select(above, F64x2::splat(1.0), slopes), x);
                    let result = match op {
                        DERIV => slope,
                        BACKWARD_X => {
                            let dy = two(dy, i);
                            gradient.add(F64x2::select(above, zero, dy * x));
                            dy * slope
                        }
                        _ => F64x2::select(above, x, slopes * x),
                    };
                    put_two(out, i, result);
                }
            }
            if op == BACKWARD_X && inner == 1 {
                let total = gradient.total();
                put_two(part(alpha_gradient, 0, units), 2 * group, total);
            } else if op == BACKWARD_X {
                // The even elements, then the odd ones.
                let [[even, odd], [even_error, odd_error]] = gradient.0.map(F64x2::to_array);
                let mut whole = Sum([F64x2::splat(even), F64x2::splat(even_error + odd_error)]);
                whole.add(F64x2::splat(odd));
                put_two(part(alpha_gradient, group, 1), 0, whole.total());
            }
        }
    });
    0
}

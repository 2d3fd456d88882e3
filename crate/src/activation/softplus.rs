//! softplus(x) = ln(1 + e^(beta·x))/beta, tabulated as the integral of sigmoid from grid point to grid point.

use super::Exact;
use super::silu::sigmoid;
use crate::grid::polynomial::Curve;
use crate::grid::smooth::{Decay, Smooth, TAIL_VANISHES_BELOW, Tail, TailInput, inverse, tails};
use crate::lanes::{F64x2, Lanes};
use crate::numeric::double_double::DoubleDouble;
use crate::numeric::exp::with_short_head;
use crate::numeric::series::Series;

/// f(x) = ln(1 + e^(beta·x))/beta, f′(x) = sigmoid(beta·x). Any finite beta but 0.
/// For beta > 0, f(−∞) = 0, f(∞) = ∞, f′(−∞) = 0, f′(∞) = 1, f″(±∞) = 0; NaN for NaN.
#[derive(Clone, Copy, Debug)]
pub struct Softplus {
    /// The steepness.
    pub beta: f64,
}

static CURVE: Curve = Curve::new(32.0, [-44.0, 44.0], false, |point| {
    let constant = match point.before {
        Some(before) => before.at(point.step),
        // e^g − e^2g/2. The terms left out are less than e^−88 of it.
        None => point.power - point.power * point.power * DoubleDouble::from(0.5),
    };
    sigmoid(point).integral(constant)
})
// f(x) = f(−x) + x.
.mirrored(|reflected, at| reflected + Series::variable(at));

impl Softplus {
    /// The tables and tails that the loops use.
    #[inline(always)]
    pub fn smooth(self) -> Smooth {
        Smooth { curve: &CURVE, beta: self.beta, tails: tails::<SoftplusTail>, ends: [TAIL_VANISHES_BELOW, 44.0] }
    }
}

impl Exact for Softplus {
    const HAS_EXACT: bool = true;

    fn exact(self, order: usize, x: f64) -> DoubleDouble {
        let u = DoubleDouble::from(self.beta) * x;
        let [s, t] = u.logistic();
        match order {
            0 => {
                // ln(1 + e) = 2·artanh z, with e = e^−|u| and z = e/(2 + e) ≤ 1/3. The first power left out is z^67.
                let exp = (if u.high < 0.0 { u } else { -u }).exp();
                let z = exp / (exp + 2.0);
                let square = z * z;
                let sum = (0..33)
                    .rev()
                    .fold(DoubleDouble::from(0.0), |sum, k| sum * square + DoubleDouble::from(2.0) / f64::from(2 * k + 1));
                let log = z * sum;
                (if u.high < 0.0 { log } else { log + u }) / self.beta
            }
            1 => s,
            _ => s * t * self.beta,
        }
    }
}

/// With u = beta·x, to the left: e^u over beta, e^u, and e^u times beta. The terms left out are smaller by a factor of e^u. The
/// second derivative is even.
#[derive(Clone, Copy)]
struct SoftplusTail;

impl Tail for SoftplusTail {
    const HAS_BETA: bool = true;
    const RIGHT_IS_LINE: bool = true;

    #[inline(always)]
    fn new(_: usize) -> Self {
        Self
    }

    #[inline(always)]
    fn at(self, TailInput { order, v, low, beta, .. }: TailInput) -> Decay {
        let zero = F64x2::splat(0.0);
        let factor = match order {
            0 => Some(with_short_head(inverse(beta))),
            1 => None,
            _ => Some(with_short_head([beta, zero])),
        };
        Decay { exponent: [v, low], factor }
    }
}

smooth!(Softplus);

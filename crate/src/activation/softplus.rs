//! softplus(x) = ln(1 + e^(beta·x))/beta: the integral of sigmoid, which goes on from grid point to grid point.

use super::silu::sigmoid;
use crate::grid::polynomial::Curve;
use crate::grid::smooth::{Decay, Far, Smooth, Tail, inverse, tails};
use crate::lanes::{F64x2, Lanes};
use crate::numeric::double_double::DoubleDouble;

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
        // e^g − e^2g/2, as what is left out is below e^−88.
        None => point.power - point.power * point.power * DoubleDouble::from(0.5),
    };
    sigmoid(point).integral(constant)
});

impl Softplus {
    /// As the loops see it.
    #[inline(always)]
    pub fn smooth(self) -> Smooth {
        Smooth { curve: &CURVE, beta: self.beta, tails: tails::<SoftplusTail>, odd: false }
    }
}

/// With u = beta·x: to the left e^u, over beta or times beta, as what is left out is e^u times as large; the second derivative is even.
struct SoftplusTail;

impl Tail for SoftplusTail {
    const SCALED: bool = true;
    const LINE: bool = true;

    #[inline(always)]
    fn at(Far { order, v, low, beta, .. }: Far) -> Decay {
        let zero = F64x2::splat(0.0);
        let factor = match order {
            0 => Some(inverse(beta)),
            1 => None,
            _ => Some([beta, zero]),
        };
        Decay { exponent: [v, low], factor }
    }
}

smooth!(Softplus);

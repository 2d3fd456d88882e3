//! mish(x) = x·tanh(ln(1 + e^x)): x times a table of e(e + 2)/(e(e + 2) + 2), e = e^x.

use super::silu;
use crate::grid::polynomial::Curve;
use crate::grid::smooth::{Far, ONE, Smooth, decay};
use crate::lanes::{F64x2, Lanes};
use crate::numeric::double_double::DoubleDouble;
use crate::numeric::series::Series;

/// f(x) = x·tanh(softplus(x)). f(±0) = ±0, f(−∞) = −0, f(∞) = ∞, f′(−∞) = −0, f′(∞) = 1, f″(±∞) = −0; NaN for NaN.
/// Source: D. Misra, Mish: a self regularized non-monotonic activation function, BMVC 2020.
#[derive(Clone, Copy, Debug)]
pub struct Mish;

static CURVE: Curve = Curve::new(64.0, [-40.0, 23.0], true, |point| {
    let (two, exp) = (Series::constant(DoubleDouble::from(2.0)), point.exp());
    let n = exp * (exp + two);
    if point.at > 0.0 { Series::one() - two / (n + two) } else { n / (n + two) }
});

impl Mish {
    /// As the loops see it.
    #[inline(always)]
    pub fn smooth(self) -> Smooth {
        Smooth { curve: &CURVE, beta: 1.0, scales: [ONE; 3], tail, odd: false }
    }
}

/// To the left that of silu: tanh(softplus(x)) is e^x but for e^2x/2. To the right x, 1, and from 1 − 2e^−2x + 4e^−3x the
/// second derivative e^−2x·(8(1 − x) + e^−x·(36x − 24)).
fn tail(far: Far) -> F64x2 {
    let Far { order, x, .. } = far;
    let left = silu::tail(far);
    if order < 2 {
        return left;
    }
    let (x, zero) = (x.pmin(F64x2::splat(3000.0)).pmax(F64x2::splat(20.0)), F64x2::splat(0.0));
    let small = decay(-x, zero, [F64x2::splat(36.0) * x - F64x2::splat(24.0), zero]);
    let less = F64x2::splat(1.0) - x;
    let rest = F64x2::splat(8.0) * (F64x2::splat(1.0) - (less + x)) + small;
    let right = decay(F64x2::splat(-2.0) * x, zero, [F64x2::splat(8.0) * less, rest]);
    F64x2::select(far.x.lt(zero), left, right)
}

smooth!(Mish);

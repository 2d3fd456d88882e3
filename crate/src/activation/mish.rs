//! mish(x) = x·tanh(ln(1 + e^x)): x times a table of e(e + 2)/(e(e + 2) + 2), e = e^x.

use super::Exact;
use super::silu::SiluTail;
use crate::grid::polynomial::Curve;
use crate::grid::smooth::{Decay, Smooth, TAIL_VANISHES_BELOW, Tail, TailInput, decay, limit, tails};
use crate::lanes::{F64x2, Lanes};
use crate::numeric::double_double::DoubleDouble;
use crate::numeric::exp::{EXP_IS_ZERO_BELOW, with_short_head};
use crate::numeric::series::Series;

/// f(x) = x·tanh(softplus(x)). f(±0) = ±0, f(−∞) = −0, f(∞) = ∞, f′(−∞) = −0, f′(∞) = 1, f″(±∞) = −0; NaN for NaN.
/// Source: D. Misra, Mish: a self regularized non-monotonic activation function, BMVC 2020.
#[derive(Clone, Copy, Debug)]
pub struct Mish;

static CURVE: Curve = Curve::new(64.0, [-40.0, 23.0], true, |point| {
    let (two, power) = (Series::constant(DoubleDouble::from(2.0)), point.power);
    let n = Series::exponentials([(power * power, 2.0), (power * 2.0, 1.0)]);
    if point.at > 0.0 { Series::one() - two / (n + two) } else { n / (n + two) }
});

impl Mish {
    /// The tables and tails that the loops use.
    #[inline(always)]
    pub fn smooth(self) -> Smooth {
        Smooth { curve: &CURVE, beta: 1.0, tails: tails::<MishTail>, ends: [TAIL_VANISHES_BELOW, 23.0] }
    }
}

impl Exact for Mish {
    const HAS_EXACT: bool = true;

    fn exact(self, order: usize, x: f64) -> DoubleDouble {
        let exp = DoubleDouble::from(x).exp();
        // f is x·(1 − 2/n) with n = e(e + 2) + 2.
        let n = exp * (exp + 2.0) + 2.0;
        let (first, second) = (exp * (exp + 1.0) * 2.0, exp * (exp * 2.0 + 1.0) * 2.0);
        let w = exp * (exp + 2.0) / n;
        let deriv = first * 2.0 / (n * n);
        match order {
            0 => w * x,
            1 => w + deriv * x,
            _ => deriv * 2.0 + (second * n - first * first * 2.0) * 2.0 / (n * n * n) * x,
        }
    }
}

/// To the left this is the tail of silu, because tanh(softplus(x)) differs from e^x only by e^2x/2. To the right f′ is 1, and
/// 1 − 2e^−2x + 4e^−3x gives the second derivative e^−2x·(8(1 − x) + e^−x·(36x − 24)).
#[derive(Clone, Copy)]
struct MishTail;

impl Tail for MishTail {
    const HAS_BETA: bool = false;

    const RIGHT_IS_LINE: bool = true;

    #[inline(always)]
    fn new(_: usize) -> Self {
        Self
    }

    #[inline(always)]
    fn at(self, far: TailInput) -> Decay {
        let left = SiluTail::factor(TailInput { x: limit(far.x, -EXP_IS_ZERO_BELOW), ..far });
        if far.order < 2 {
            return Decay { exponent: [far.v, far.low], factor: Some(left) };
        }
        let (x, zero) = (far.x.pmin(F64x2::splat(700.0)).pmax(F64x2::splat(20.0)), F64x2::splat(0.0));
        let small = decay(-x, F64x2::splat(36.0) * x - F64x2::splat(24.0));
        let less = F64x2::splat(1.0) - x;
        let rest = F64x2::splat(8.0) * (F64x2::splat(1.0) - (less + x)) + small;
        let right = [[F64x2::splat(-2.0) * x, zero], with_short_head([F64x2::splat(8.0) * less, rest])];
        let is_left = far.x.lt(zero);
        let [exponent, factor] = [[[far.v, far.low], right[0]], [left, right[1]]]
            .map(|[left, right]| [0, 1].map(|i| F64x2::select(is_left, left[i], right[i])));
        Decay { exponent, factor: Some(factor) }
    }
}

smooth!(Mish);

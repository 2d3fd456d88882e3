//! silu(x) = x·sigmoid(beta·x), also called swish: x times a value from a table of sigmoid.

use super::{Exact, expansion_at_zero};
use crate::grid::polynomial::{Curve, Point};
use crate::grid::smooth::{Decay, PreparedOrder, Smooth, TAIL_VANISHES_BELOW, Tail, TailInput, tail_loop, tails};
use crate::lanes::{F64x2, Lanes};
use crate::memory::Pair;
use crate::numeric::double_double::DoubleDouble;
use crate::numeric::exp::with_short_head;
use crate::numeric::pairs::times;
use crate::numeric::series::Series;

/// f(x) = x/(1 + e^(−beta·x)). Any finite beta.
/// f(±0) = ±0, f(−∞) = −0, f(∞) = ∞, f′(−∞) = −0, f′(∞) = 1, f″(±∞) = −0 for beta > 0; NaN for NaN.
#[derive(Clone, Copy, Debug)]
pub struct Silu {
    /// The steepness.
    pub beta: f64,
}

static CURVE: Curve = Curve::new(32.0, [-44.0, 44.0], true, sigmoid).mirrored(complement).even();

/// The logistic function.
pub fn sigmoid(point: &mut Point) -> Series {
    Series::logistic(point.power, &[DoubleDouble::from(1.0)])
}

/// The right half of a function with F(x) = 1 − F(−x), from its left half.
pub fn complement(reflected: Series, _: f64) -> Series {
    Series::one() - reflected
}

impl Silu {
    /// The tables and tails that the loops use.
    #[inline(always)]
    pub fn smooth(self) -> Smooth {
        let tails = if self.beta == 0.0 { halves } else { tails::<SiluTail> };
        Smooth { curve: &CURVE, beta: self.beta, tails, ends: [TAIL_VANISHES_BELOW, 44.0] }
    }
}

/// The tails for a beta of 0, when only ±∞ are far: the function is then x/2.
fn halves(of: &PreparedOrder, x: &[Pair], dy: Option<&[Pair]>, out: &[Pair]) {
    let factor = dy.is_some();
    tail_loop(x, dy.unwrap_or(x), out, |x, dy| match of.order {
        0 => x,
        1 => (if factor { dy } else { F64x2::splat(1.0) }) * F64x2::splat(0.5),
        _ => F64x2::ZERO,
    });
}

impl Exact for Silu {
    const HAS_EXACT: bool = true;

    fn exact(self, order: usize, x: f64) -> DoubleDouble {
        // The expansion about 0 holds for this x only if beta is not large.
        if let Some(half) = expansion_at_zero(order, if self.beta.abs() <= 4.0 { x } else { 1.0 }, 0.25 * self.beta) {
            return half;
        }
        let u = DoubleDouble::from(self.beta) * x;
        let [s, t] = u.logistic();
        match order {
            0 => s * x,
            1 => s + s * t * u,
            _ => s * t * ((t - s) * u + 2.0) * self.beta,
        }
    }

    fn zero(self, order: usize) -> f64 {
        let zero = match order {
            1 => 1.278464542761074,
            2 => 2.399357280515468,
            _ => f64::NAN,
        };
        zero / self.beta.abs()
    }
}

/// With v = −|beta·x|, to the left: x·e^v, (1 + v)·e^v and beta·(2 + v)·e^v. The terms left out are smaller by a factor of e^v.
/// The second derivative is even.
#[derive(Clone, Copy, Debug)]
pub struct SiluTail;

impl SiluTail {
    /// The factor of e^v.
    #[inline(always)]
    pub fn factor(TailInput { order, x, v, low, beta, scaled }: TailInput) -> [F64x2; 2] {
        // When a whole number is added, the sum has no bit below those of the upper half either.
        let [upper, rest] = with_short_head([if order == 0 { x } else { v }, if order == 0 { F64x2::splat(-0.0) } else { low }]);
        match order {
            0 => [upper, rest],
            1 => [upper + F64x2::splat(1.0), rest],
            _ => {
                let a = upper + F64x2::splat(2.0);
                if scaled {
                    let [high, error] = times(beta, a);
                    with_short_head([high, error + beta * rest])
                } else {
                    [a, rest]
                }
            }
        }
    }
}

impl Tail for SiluTail {
    const HAS_BETA: bool = true;
    // Beyond 44 f′ is 1 − 43·e^−44, which rounds to 1.
    const RIGHT_IS_LINE: bool = true;

    #[inline(always)]
    fn new(_: usize) -> Self {
        Self
    }

    #[inline(always)]
    fn at(self, far: TailInput) -> Decay {
        Decay { exponent: [far.v, far.low], factor: Some(Self::factor(far)) }
    }
}

smooth!(Silu);

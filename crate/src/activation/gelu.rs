//! gelu(x) = x·Φ(x), Φ the normal distribution function: x times a table of Φ, the integral of the density.

use super::silu::complement;
use super::{Exact, expansion_at_zero, gelu_tanh};
use crate::grid::polynomial::{Curve, Point, Polynomials};
use crate::grid::smooth::{Decay, Smooth, Tail, TailInput, tails};
use crate::lanes::{F64x2, Lanes};
use crate::numeric::double_double::DoubleDouble;
use crate::numeric::exp::with_short_head;
use crate::numeric::series::{COUNT, Series, divided};

/// f(x) = x·Φ(x), or an approximation of it with tanh (see `gelu_tanh`). f′(x) = Φ(x) + x·φ(x), f″(x) = (2 − x²)·φ(x), with the
/// density φ(x) = e^(−x²/2)/√(2π). f(±0) = ±0, f(−∞) = −0, f(∞) = ∞, f′(−∞) = −0, f′(∞) = 1, f″(±∞) = −0; NaN for NaN.
/// Source: D. Hendrycks and K. Gimpel, Gaussian error linear units, 2016.
#[derive(Clone, Copy, Debug)]
pub struct Gelu {
    /// 0 for Φ; anything else for the form with tanh.
    pub approximate: f64,
}

/// 1/√(2π), to 106 bits.
const INVERSE_ROOT: DoubleDouble = DoubleDouble { high: 0.3989422804014327, low: -2.4923272022777433e-17 };

/// The first grid point, which is also the left end of the near interval.
const FIRST: f64 = -7.5;

// The curve ends at 8.4375, above which 1 − Φ is below 2^-55.
static CURVE: Curve = Curve::new(256.0, [FIRST, 8.4375], true, distribution).mirrored(complement);

/// The factors of e^(−z²/2) for z = −x to the left, up to where that vanishes: −z·R(z), R(z) − z and 2 − z², each over √(2π),
/// with Mills' ratio R(z) = (1 − Φ(z))/φ(z). The curves are marked as factored, like functions that contain a factor z, to get
/// heads of 26 bits.
static FACTORS: [Curve; 3] = {
    const NEAR: [f64; 2] = [7.0, 54.0];
    [
        Curve::new(16.0, NEAR, true, |point| -(variable(point) * mills(point.at))),
        Curve::new(16.0, NEAR, true, |point| mills(point.at) * Series::constant(INVERSE_ROOT) - variable(point)),
        Curve::new(16.0, NEAR, true, |point| Series::constant(INVERSE_ROOT + INVERSE_ROOT) - variable(point) * point.x()),
    ]
};

/// z/√(2π).
fn variable(point: &Point) -> Series {
    point.x() * Series::constant(INVERSE_ROOT)
}

/// Mills' ratio at z + h by Laplace's continued fraction 1/(z + 1/(z + 2/(z + …))) for z ≥ 7, with enough terms for 2^-62. It
/// is evaluated as one quotient, because a division of series takes as long as ten products with z + h.
fn mills(z: f64) -> Series {
    let terms = 9 + (750.0 / (z * z)) as i32;
    let [mut above, mut below] = [Series::one(), Series::variable(z)];
    for n in (1..=terms).rev() {
        [above, below] = [below, below.times_variable(z) + above.scaled(f64::from(n))];
    }
    above / below
}

fn distribution(point: &mut Point) -> Series {
    let (at, step) = (point.at, point.step);
    // φ(g) is in the series of the previous point. From point to point it is multiplied by e^(−step·(g + step/2)). That ratio
    // is kept between points, and is itself multiplied by e^(−step²) each time.
    let exp = |x: f64| DoubleDouble::from(x).exp_small();
    let (density, constant) = match point.before {
        Some(before) => {
            let [ratio, change, ..] = point.kept;
            let density = before.0[1] * ratio;
            point.kept[0] = ratio * change;
            (density, before.at(step))
        }
        None => {
            // e^(−g²/2) is (e^(−g²/512))^256.
            let density = (0..8).fold(exp(-at * at / 512.0), |power, _| power * power) * INVERSE_ROOT;
            point.kept[0] = exp(-step * (at + step / 2.0));
            point.kept[1] = exp(-step * step);
            (density, density * mills(-at).0[0])
        }
    };
    let mut series = Series::constant(density);
    for k in 1..COUNT {
        // φ′ = −x·φ.
        let before = if k > 1 { series.0[k - 2] } else { DoubleDouble::from(0.0) };
        series.0[k] = divided(-(series.0[k - 1] * DoubleDouble::from(at) + before), k);
    }
    series.integral(constant)
}

impl Gelu {
    /// The tables and tails that the loops use.
    #[inline(always)]
    pub fn smooth(self) -> Smooth {
        if self.approximate == 0.0 {
            Smooth { curve: &CURVE, beta: 1.0, tails: tails::<GeluTail>, ends: [-39.0, 9.0] }
        } else {
            gelu_tanh::smooth()
        }
    }
}

impl Exact for Gelu {
    const HAS_EXACT: bool = true;

    fn exact(self, order: usize, x: f64) -> DoubleDouble {
        // The two forms differ only from x⁴ on.
        if let Some(half) = expansion_at_zero(order, x, INVERSE_ROOT.high) {
            return half;
        }
        if self.approximate != 0.0 {
            return gelu_tanh::exact(order, x);
        }
        let z = DoubleDouble::from(x);
        let density = (z * z * -0.5).exp() * INVERSE_ROOT;
        let size = x.abs();
        let left = if size > 4.0 {
            // Laplace's fraction, as in `mills`, with enough terms for 2^-90.
            let terms = 9 + (2000.0 / (size * size)) as i32;
            let start = DoubleDouble::from(size);
            density / (1..=terms).rev().fold(start, |sum, n| start + DoubleDouble::from(f64::from(n)) / sum)
        } else {
            // Φ(x) = 1/2 + φ(x)·(x + x³/3 + x⁵/(3·5) + …).
            let sum = (1..120).rev().fold(DoubleDouble::from(1.0), |sum, n| sum * z * z / f64::from(2 * n + 1) + 1.0);
            -(density * sum * size) + 0.5
        };
        let distribution = if x < 0.0 { left } else { -left + 1.0 };
        match order {
            0 => distribution * x,
            1 => distribution + density * x,
            _ => (-(z * z) + 2.0) * density,
        }
    }
}

/// With z = |x|, a factor from [`FACTORS`] times e^(−z²/2).
#[derive(Clone, Copy)]
struct GeluTail(Polynomials);

/// At this z, e^(−z²/2) is e^EXP_IS_ZERO_BELOW.
const LAST: f64 = 53.7828969097;

impl Tail for GeluTail {
    const HAS_BETA: bool = false;
    const RIGHT_IS_LINE: bool = false;

    #[inline(always)]
    fn new(order: usize) -> Self {
        Self(FACTORS[order].order(0))
    }

    #[inline(always)]
    fn at(self, TailInput { x, .. }: TailInput) -> Decay {
        let z = x.abs().pmin(F64x2::splat(LAST));
        let (head, rest) = self.0.parts(z, F64x2::splat(-0.0));
        // The square of the upper half is exact.
        let [upper, lower] = with_short_head([z, F64x2::splat(-0.0)]);
        let half = F64x2::splat(-0.5);
        Decay { exponent: [half * upper * upper, half * lower * (z + upper)], factor: Some([head, rest]) }
    }
}

smooth!(Gelu);

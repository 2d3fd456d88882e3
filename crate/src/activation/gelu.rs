//! gelu(x) = x·Φ(x), Φ the normal distribution function: x times a table of Φ, the integral of the density.

use super::{Exact, gelu_tanh};
use crate::grid::polynomial::{Curve, Point};
use crate::grid::smooth::{Decay, Far, Smooth, Tail, tails};
use crate::lanes::{F64x2, Lanes};
use crate::numeric::exp::NOTHING_BELOW;
use crate::numeric::double_double::DoubleDouble;
use crate::numeric::pairs::times;
use crate::numeric::series::{COUNT, Series, divided};

/// f(x) = x·Φ(x), or with tanh an approximation of it (see `gelu_tanh`). f′(x) = Φ(x) + x·φ(x), f″(x) = (2 − x²)·φ(x), with the density φ(x) = e^(−x²/2)/√(2π).
/// f(±0) = ±0, f(−∞) = −0, f(∞) = ∞, f′(−∞) = −0, f′(∞) = 1, f″(±∞) = −0; NaN for NaN.
/// Source: D. Hendrycks and K. Gimpel, Gaussian error linear units, 2016.
#[derive(Clone, Copy, Debug)]
pub struct Gelu {
    /// 0 for Φ, 1 for the form with tanh.
    pub approximate: f64,
}

/// 1/√(2π), to 106 bits.
const INVERSE_ROOT: DoubleDouble = DoubleDouble { high: 0.3989422804014327, low: -2.4923272022777433e-17 };

/// The first grid point, and the left end of what is near.
const FIRST: f64 = -7.5;

// Up to 8.4375, above which 1 − Φ is below 2^-55.
static CURVE: Curve = Curve::new(256.0, [FIRST, 8.4375], true, distribution);

/// Mills' ratio (1 − Φ(z))/φ(z), over √(2π): what Φ(−z) is in units of e^(−z²/2).
static RATIO: Curve = Curve::new(16.0, [7.0, 39.0], false, |point| mills(Series::variable(point.at)) * Series::constant(INVERSE_ROOT));

/// Laplace's continued fraction 1/(z + 1/(z + 2/(z + …))) for z ≥ 7, with enough terms for 2^-62.
fn mills(z: Series) -> Series {
    let terms = 9 + (750.0 / (z.0[0].high * z.0[0].high)) as i32;
    let whole = |n: i32| Series::constant(DoubleDouble::from(f64::from(n)));
    Series::one() / (1..=terms).rev().fold(z, |sum, n| z + whole(n) / sum)
}

fn distribution(point: &mut Point) -> Series {
    let (at, step) = (point.at, point.step);
    // φ(g) is in the series of the point before. From point to point it is multiplied by e^(−step·(g + step/2)), which is kept and
    // itself multiplied by e^(−step²).
    let exp = |x: f64| DoubleDouble::from(x).exp_small();
    let (density, constant) = match point.before {
        Some(before) => {
            let [ratio, change, ..] = point.kept;
            let density = before.0[1] * ratio;
            point.kept[0] = ratio * change;
            (density, before.at(step))
        }
        None => {
            // e^(−g²/2) as e^(−g²/512) to the power 256.
            let density = (0..8).fold(exp(-at * at / 512.0), |power, _| power * power) * INVERSE_ROOT;
            point.kept[0] = exp(-step * (at + step / 2.0));
            point.kept[1] = exp(-step * step);
            (density, density * mills(Series::constant(DoubleDouble::from(-at))).0[0])
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
    /// As the loops see it.
    #[inline(always)]
    pub fn smooth(self) -> Smooth {
        if self.approximate == 0.0 { Smooth { curve: &CURVE, beta: 1.0, tails: tails::<GeluTail>, odd: false } } else { gelu_tanh::smooth() }
    }
}

impl Exact for Gelu {
    const KNOWN: bool = true;

    fn exact(self, order: usize, x: f64) -> DoubleDouble {
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

/// With z = |x|, e = e^(−z²/2) and r = Mills' ratio over √(2π): −z·r·e, (r − z/√(2π))·e, and the second derivative by its definition, which is
/// even.
struct GeluTail;

impl Tail for GeluTail {
    const SCALED: bool = false;
    const LINE: bool = false;

    #[inline(always)]
    fn at(Far { order, x, .. }: Far) -> Decay {
        // Beyond 39 all is 0, gradients too.
        let last = F64x2::splat(39.0);
        let (z, nothing) = (x.abs().pmin(last), last.lt(x.abs()));
        let [square, square_low] = times(z, z);
        let half = F64x2::splat(-0.5);
        let (root, root_low) = (F64x2::splat(INVERSE_ROOT.high), F64x2::splat(INVERSE_ROOT.low));
        let factor = if order == 2 {
            let two = F64x2::splat(2.0);
            let high = two - square;
            let low = (two - (high + square)) - square_low;
            let [product, error] = times(root, high);
            [product, error + (root * low + root_low * high)]
        } else {
            let (head, rest) = RATIO.order(0).parts(z, F64x2::splat(-0.0));
            let ratio = head + rest;
            let ratio_low = (head - ratio) + rest;
            if order == 0 {
                let [product, error] = times(z, ratio);
                [-product, -(error + z * ratio_low)]
            } else {
                // z/√(2π) is larger than the ratio.
                let [linear, error] = times(root, z);
                let high = ratio - linear;
                [high, (ratio - (high + linear)) + (ratio_low - (error + root_low * z))]
            }
        };
        let exponent = F64x2::select(nothing, F64x2::splat(NOTHING_BELOW), half * square);
        Decay { exponent: [exponent, half * square_low], factor: Some(factor) }
    }
}

smooth!(Gelu);

//! The form of gelu with tanh: x·(1 + tanh(√(2/π)·(x + κ·x³)))/2, which is x·sigmoid(z) with z = c·x·(1 + κ·x²), c = 2√(2/π).

use crate::grid::polynomial::{Curve, Point};
use crate::grid::smooth::{Decay, Far, Smooth, Tail, limit, tails};
use crate::lanes::{F64x2, Lanes};
use crate::numeric::double_double::DoubleDouble;
use crate::numeric::exp::NOTHING_BELOW;
use crate::numeric::pairs::{product, sum, times};
use crate::numeric::series::{COUNT, Series, divided};

/// 2√(2/π), to 106 bits.
const SLOPE: DoubleDouble = DoubleDouble { high: 1.5957691216057308, low: -9.96930880911092e-17 };
/// κ.
const CUBIC: f64 = 0.044715;

/// The first grid point, and minus the end of what is near: beyond, the distance of sigmoid(z) to e^z and to 1 is below 2^-60.
const FIRST: f64 = -7.5;

static CURVE: Curve = Curve::new(256.0, [FIRST, -FIRST], true, distribution);

/// z(at + h) as a polynomial in h.
fn exponent(at: f64) -> [DoubleDouble; 4] {
    let (x, cubic) = (DoubleDouble::from(at), SLOPE * DoubleDouble::from(CUBIC));
    let (three, square) = (DoubleDouble::from(3.0), x * x);
    [x * (SLOPE + cubic * square), SLOPE + three * cubic * square, three * cubic * x, cubic]
}

fn distribution(point: &mut Point) -> Series {
    let one = Series::one();
    let z = exponent(point.at);
    // e^z goes from point to point by three factors, as the third differences of z are the same everywhere.
    point.kept = if point.before.is_some() {
        let [power, first, second, third] = point.kept;
        [power * first, first * second, second * third, third]
    } else {
        let step = DoubleDouble::from(point.step);
        let third = DoubleDouble::from(6.0) * z[3] * step * step;
        // e^z as e^(z/512) to the power 512.
        let root = (z[0] * DoubleDouble::from(1.0 / 512.0)).exp_small();
        let differences =
            [((z[3] * step + z[2]) * step + z[1]) * step, third * DoubleDouble::from(point.at + point.step), third * step];
        let [first, second, third] = differences.map(DoubleDouble::exp_small);
        [(0..9).fold(root, |power, _| power * power), first, second, third]
    };
    let power = point.kept[0];
    let mut series = Series::constant(power);
    for k in 1..COUNT {
        // e^z′ = z′·e^z.
        let sum =
            (1..=k.min(3)).fold(DoubleDouble::from(0.0), |sum, j| sum + DoubleDouble::from(j as f64) * z[j] * series.0[k - j]);
        series.0[k] = divided(sum, k);
    }
    if point.at > 0.0 { one - one / (series + one) } else { series / (series + one) }
}

/// As the loops see it.
#[inline(always)]
pub fn smooth() -> Smooth {
    Smooth { curve: &CURVE, beta: 1.0, tails: tails::<GeluTanhTail>, odd: false }
}

/// f, f′ or f″ at x.
pub fn exact(order: usize, x: f64) -> DoubleDouble {
    let [_, first, second, _] = exponent(x);
    let square = DoubleDouble::from(x) * x;
    let [s, t] = (SLOPE * (square * CUBIC + 1.0) * x).logistic();
    let deriv = s * t * first;
    match order {
        0 => s * x,
        1 => s + deriv * x,
        // z″ is twice the coefficient of h².
        _ => deriv * 2.0 + s * t * ((t - s) * first * first + second * 2.0) * x,
    }
}

/// With v = −|x|: v·e^z, (1 + v·z′)·e^z and (z′·(2 + v·z′) + v·z″)·e^z, which is even.
struct GeluTanhTail;

impl Tail for GeluTanhTail {
    const SCALED: bool = false;
    const LINE: bool = false;

    #[inline(always)]
    fn at(Far { order, x, .. }: Far) -> Decay {
        let zero = F64x2::splat(0.0);
        // Beyond 30 all is 0.
        let v = -limit(x, 30.0).abs();
        let slope = [SLOPE.high, SLOPE.low].map(F64x2::splat);
        let cubic = product(times(v, v), [F64x2::splat(CUBIC), zero]);
        // c·(1 + factor·κ·v²).
        let steepness = |factor: f64| {
            let [term, low] = product(cubic, [F64x2::splat(factor), zero]);
            product(plus(1.0, [term, low]), slope)
        };
        let factor = if order == 0 {
            [v, zero]
        } else {
            let first = steepness(3.0);
            let [term, low] = product([v, zero], first);
            if order == 1 {
                plus(1.0, [term, low])
            } else {
                let [high, low] = product(first, plus(2.0, [term, low]));
                let second = F64x2::splat(6.0) * cubic[0] * slope[0];
                let total = high + second;
                [total, (second - (total - high)) + low]
            }
        };
        let [z, low] = product([v, zero], steepness(1.0));
        Decay { exponent: [z.pmax(F64x2::splat(NOTHING_BELOW)), low], factor: Some(factor) }
    }
}

/// number + (high + low).
#[inline(always)]
fn plus(number: f64, [high, low]: [F64x2; 2]) -> [F64x2; 2] {
    let [total, error] = sum(F64x2::splat(number), high);
    [total, error + low]
}

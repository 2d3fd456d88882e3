//! The form of gelu with tanh: x·(1 + tanh(√(2/π)·(x + κ·x³)))/2, which is x·sigmoid(z) with z = c·x·(1 + κ·x²), c = 2√(2/π).

use super::silu::complement;
use crate::grid::polynomial::{Curve, Point};
use crate::grid::smooth::{Decay, Smooth, Tail, TailInput, tails};
use crate::lanes::{F64x2, Lanes};
use crate::numeric::double_double::DoubleDouble;
use crate::numeric::exp::with_short_head;
use crate::numeric::series::Series;

/// 2√(2/π), to 106 bits.
const SLOPE: DoubleDouble = DoubleDouble { high: 1.5957691216057308, low: -9.96930880911092e-17 };
/// κ = 0.044715 as a real number, to 106 bits. The f64 alone would not do: to the left of −6, what it leaves out shows in the
/// result as hundreds of ulp.
const CUBIC: DoubleDouble = DoubleDouble { high: 0.044715, low: 2.1960211427085595e-18 };

/// The first grid point, and minus the right end of the near interval. Beyond it, sigmoid(z) differs from e^z, or from 1, by
/// less than 2^-60.
const FIRST: f64 = -7.5;

static CURVE: Curve = Curve::new(256.0, [FIRST, -FIRST], true, distribution).mirrored(complement);

/// z(at + h) as a polynomial in h.
fn exponent(at: f64) -> [DoubleDouble; 4] {
    let (x, cubic) = (DoubleDouble::from(at), SLOPE * CUBIC);
    let (three, square) = (DoubleDouble::from(3.0), x * x);
    [x * (SLOPE + cubic * square), SLOPE + three * cubic * square, three * cubic * x, cubic]
}

fn distribution(point: &mut Point) -> Series {
    let z = exponent(point.at);
    // e^z goes from point to point by three factors, because the third differences of z are the same everywhere.
    point.kept = if point.before.is_some() {
        let [power, first, second, third] = point.kept;
        [power * first, first * second, second * third, third]
    } else {
        let step = DoubleDouble::from(point.step);
        let third = DoubleDouble::from(6.0) * z[3] * step * step;
        // e^z is (e^(z/512))^512.
        let root = (z[0] * DoubleDouble::from(1.0 / 512.0)).exp_small();
        let differences =
            [((z[3] * step + z[2]) * step + z[1]) * step, third * DoubleDouble::from(point.at + point.step), third * step];
        let [first, second, third] = differences.map(DoubleDouble::exp_small);
        [(0..9).fold(root, |power, _| power * power), first, second, third]
    };
    Series::logistic(point.kept[0], &[z[1], z[2] * 2.0, z[3] * 3.0])
}

/// The tables and tails that the loops use.
#[inline(always)]
pub fn smooth() -> Smooth {
    Smooth { curve: &CURVE, beta: 1.0, tails: tails::<GeluTanhTail>, ends: [-21.8, -FIRST] }
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
#[derive(Clone, Copy)]
struct GeluTanhTail;

/// At this |x|, e^z is e^EXP_IS_ZERO_BELOW.
const LAST: f64 = 26.9919886084;

/// c and c·κ, each as a number of 26 bits and the rest.
const LINEAR: [f64; 2] = [1.5957691073417664, 1.426396435433791e-08];
const CUBE: [f64; 2] = [0.071354815736413, 5.361872467621785e-10];

impl Tail for GeluTanhTail {
    const HAS_BETA: bool = false;
    // For far x, f′ rounds to 1.
    const RIGHT_IS_LINE: bool = true;

    #[inline(always)]
    fn new(_: usize) -> Self {
        Self
    }

    #[inline(always)]
    fn at(self, TailInput { order, x, .. }: TailInput) -> Decay {
        let none = F64x2::splat(-0.0);
        let v = -x.abs().pmin(F64x2::splat(LAST));
        let ([c, c_low], [k, k_low]) = (LINEAR.map(F64x2::splat), CUBE.map(F64x2::splat));
        // Each product of two upper halves is exact. First v², and κ·c times it.
        let [upper, lower] = with_short_head([v, none]);
        let [square, square_low] = with_short_head([upper * upper, lower * (v + upper)]);
        let (cubic, cubic_low) = (k * square, k_low * square + (k + k_low) * square_low);
        // z/v, whose second term is the larger one.
        let slope = cubic + c;
        let [slope, slope_low] = with_short_head([slope, (c - (slope - cubic)) + (cubic_low + c_low)]);
        let (z, low) = (upper * slope, lower * slope + v * slope_low);
        let factor = if order == 0 {
            [upper, lower]
        } else {
            // z′ = 3z/v − 2c.
            let (three, twice, twice_low) = (F64x2::splat(3.0), F64x2::splat(2.0 * LINEAR[0]), F64x2::splat(2.0 * LINEAR[1]));
            let minuend = three * slope;
            let first = minuend - twice;
            let error = (minuend - first) - twice;
            let [first, first_low] = with_short_head([first, error + (three * slope_low - twice_low)]);
            let (high, rest) = (upper * first, lower * first + v * first_low);
            if order == 1 {
                with_short_head([high, rest + F64x2::splat(1.0)])
            } else {
                // v·z″ is 2(z′ − c), so the factor is z′·(4 + v·z′) − 2c.
                let [sum, sum_low] = with_short_head([high, rest + F64x2::splat(4.0)]);
                let high = first * sum;
                let total = high - twice;
                let error = (high - total) - twice;
                with_short_head([total, error + ((first * sum_low + first_low * (sum + sum_low)) - twice_low)])
            }
        };
        Decay { exponent: [z, low], factor: Some(factor) }
    }
}

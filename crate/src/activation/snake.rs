//! snake(x) = x + sin²(alpha·x)/alpha: a line with a ripple. The angle is reduced exactly, one lane after the other.

use super::{Exact, Operations};
use crate::lanes::{F64x2, Lanes};
use crate::loops::outlined::{self, Outlined};
use crate::loops::{BACKWARD_Y, DERIV2, VALUE};
use crate::numeric::double_double::DoubleDouble;
use crate::numeric::exp::two_to;
use crate::numeric::half_turns::{HalfTurns, half_turns};
use crate::numeric::pairs::{product, quotient, rounded, sum, times};

/// f(x) = x + sin²(alpha·x)/alpha, f′(x) = 1 + sin(2·alpha·x), f″(x) = 2·alpha·cos(2·alpha·x). Any finite alpha; with 0, f(x) = x.
/// f(±0) = ±0, f(±∞) = ±∞, where f′ and f″ have no limit and are NaN; NaN for NaN.
/// Source: L. Ziyin, T. Hartwig and M. Ueda, Neural networks fail to learn periodic functions and how to fix it, NeurIPS 2020.
#[derive(Clone, Copy, Debug)]
pub struct Snake {
    /// How quick and how low the ripple is.
    pub alpha: f64,
}

/// π, to 106 bits.
const PI: [f64; 2] = [core::f64::consts::PI, 1.2246467991473532e-16];

/// 1/6, to 106 bits.
const SIXTH: [f64; 2] = [1.0 / 6.0, 9.25185853854297e-18];

/// Sine and cosine, as sums of two numbers.
struct Circle {
    sine: [F64x2; 2],
    cosine: [F64x2; 2],
}

impl Circle {
    /// Of alpha·x + quarters·π/4, but for the sign of both; of an angle from −π/2 to π/2.
    #[inline(always)]
    fn at(alpha: f64, x: F64x2, quarters: u32) -> Self {
        // NaN and ±∞ have no angle; whoever calls looks at x.
        let turns = x.to_array().map(|x| half_turns(alpha, x, quarters));
        let lanes = |of: fn(&HalfTurns) -> f64| F64x2::from_array([of(&turns[0]), of(&turns[1])]);
        let size = [lanes(|turns| turns.size[0]), lanes(|turns| turns.size[1])];
        let angle = product(size, PI.map(F64x2::splat));
        let [square, error] = product(angle, angle);
        let series = |terms: [f64; 7]| {
            let [first, rest @ ..] = terms;
            rest.into_iter().fold(F64x2::splat(first), |sum, term| sum * square + F64x2::splat(term))
        };
        // sin a = a − a³/6 + a⁵·(1/120 − …), cos a = 1 − a²/2 + a⁴·(1/24 − …): Taylor's series up to a¹⁷ and a¹⁶, good to 2^-58.
        let fifth = series([
            1.0 / 355687428096000.0,
            -1.0 / 1307674368000.0,
            1.0 / 6227020800.0,
            -1.0 / 39916800.0,
            1.0 / 362880.0,
            -1.0 / 5040.0,
            1.0 / 120.0,
        ]);
        let fourth = series([
            1.0 / 20922789888000.0,
            -1.0 / 87178291200.0,
            1.0 / 479001600.0,
            -1.0 / 3628800.0,
            1.0 / 40320.0,
            -1.0 / 720.0,
            1.0 / 24.0,
        ]);
        let cube = product(angle, [square, error]);
        let [third, third_low] = product(cube, SIXTH.map(F64x2::splat));
        let [high, low] = sum(angle[0], -third);
        let sine = sum(high, low + ((angle[1] - third_low) + cube[0] * square * fifth));
        let half = F64x2::splat(0.5);
        let [high, low] = sum(F64x2::splat(1.0), -(half * square));
        // The rest of the square shows in the next term too: by a quarter of an ulp where x and the ripple nearly cancel.
        let slope = half - square * F64x2::splat(1.0 / 12.0);
        let cosine = sum(high, low + (square * square * fourth - slope * error));
        let [swapped, negative] = [lanes(|turns| turns.swapped.into()), lanes(|turns| turns.negative.into())];
        let swapped = half.lt(swapped);
        let either = |yes: [F64x2; 2], no: [F64x2; 2]| [0, 1].map(|part| F64x2::select(swapped, yes[part], no[part]));
        let (up, cosine) = (either(cosine, sine), either(sine, cosine));
        let negative = half.lt(negative);
        Self { sine: up.map(|part| F64x2::select(negative, -part, part)), cosine }
    }
}

impl Outlined for Snake {
    #[inline(never)]
    fn at(&self, op: u32, x: F64x2, dy: F64x2) -> F64x2 {
        let Circle { sine, cosine } = Circle::at(self.alpha, x, u32::from(op != VALUE));
        let (infinity, zero) = (F64x2::splat(f64::INFINITY), F64x2::splat(0.0));
        let finite = x.abs().lt(infinity);
        match op {
            VALUE => {
                let [high, low] = quotient(product(sine, sine), [F64x2::splat(self.alpha), zero]);
                let [total, error] = sum(x, high);
                let total = F64x2::select(total.abs().lt(infinity), total + (error + low), total);
                // Where the ripple is 0, x itself: for its sign if it is 0, and for an alpha of 0.
                let visible = F64x2::select(finite, high.abs(), zero);
                F64x2::select(zero.lt(visible), total, x)
            }
            DERIV2 => {
                // 2·alpha·sin(2u) = 4·alpha·sin u·cos u, for a small alpha in a larger unit.
                let (up, down) = if self.alpha.abs() < 1.0 { (two_to(64), two_to(-62)) } else { (1.0, 4.0) };
                let [first, second] = product(product(sine, cosine), times(F64x2::splat(self.alpha * up), F64x2::splat(1.0)));
                F64x2::select(finite, (first + second) * F64x2::splat(down), F64x2::splat(f64::NAN))
            }
            BACKWARD_Y => F64x2::splat(f64::NAN),
            // 1 − cos(2u) = 2·sin² u.
            _ => dy * F64x2::select(finite, rounded(product(sine, sine)) * F64x2::splat(2.0), F64x2::splat(f64::NAN)),
        }
    }
}

impl Exact for Snake {
    const KNOWN: bool = true;

    fn exact(self, order: usize, x: f64) -> DoubleDouble {
        let HalfTurns { size, swapped, negative } = half_turns(self.alpha, x, u32::from(order > 0));
        let of = |[high, low]: [f64; 2]| DoubleDouble { high, low };
        let angle = of(size) * of(PI);
        let square = angle * angle;
        // 1 − a²/((1 + n)(2 + n))·(1 − a²/((3 + n)(4 + n))·(…)).
        let one = DoubleDouble::from(1.0);
        let series = |n: i32| (1..15).rev().fold(one, |sum, k| one - sum * square / f64::from((2 * k - 1 + n) * (2 * k + n)));
        let (cosine, sine) = (series(0), series(1) * angle);
        let (sine, cosine) = if swapped { (cosine, sine) } else { (sine, cosine) };
        match order {
            0 => sine * sine / self.alpha + x,
            1 => sine * sine * 2.0,
            _ => sine * cosine * (if negative { -4.0 } else { 4.0 }) * self.alpha,
        }
    }
}

impl Operations for Snake {
    #[inline(always)]
    fn run(self, op: u32, buffers: [u32; 3], count: u32) {
        outlined::run(&self, op, buffers, count);
    }

    #[inline(always)]
    fn scalar(self, op: u32, x: f64, dy: f64) -> f64 {
        outlined::scalar(&self, op, x, dy)
    }
}

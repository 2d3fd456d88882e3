//! snake(x) = x + sin²(alpha·x)/alpha: a line with a ripple. Angles of moderate size are reduced by quarter turns with sums
//! that keep their rounding errors. Other angles, and those close to a zero of f′, are reduced exactly, one lane after the
//! other.

use super::{Exact, SlowOnTiny};
use crate::lanes::{F64x2, Lanes};
use crate::loops::outlined::Outlined;
use crate::loops::{BACKWARD_Y, DERIV2, VALUE};
use crate::numeric::double_double::DoubleDouble;
use crate::numeric::exp::ROUND;
use crate::numeric::half_turns::{HalfTurns, half_turns};
use crate::numeric::pairs::{self, SIXTH, product, quotient, rounded, split, sum, times};
use crate::numeric::powers::two_to;

/// f(x) = x + sin²(alpha·x)/alpha, f′(x) = 1 + sin(2·alpha·x), f″(x) = 2·alpha·cos(2·alpha·x). Any finite alpha; with 0,
/// f(x) = x. f(±0) = ±0, f(±∞) = ±∞. There f′ and f″ have no limit and are NaN, except that with an alpha of 0 they are 1 and 0
/// everywhere; NaN for NaN.
/// Source: L. Ziyin, T. Hartwig and M. Ueda, Neural networks fail to learn periodic functions and how to fix it, NeurIPS 2020.
#[derive(Clone, Copy, Debug)]
pub struct Snake {
    /// The frequency of the ripple, and the inverse of its height.
    pub alpha: f64,
}

/// π, to 106 bits.
const PI: [f64; 2] = [core::f64::consts::PI, 1.2246467991473532e-16];

/// π/2 as two numbers of 33 bits, so that n times each is exact for n < 2^20, and the rest. The constants are those of fdlibm's
/// e_rem_pio2.c.
const HALF_PI: [f64; 3] = [1.5707963267341256, 6.077100506303966e-11, 2.0222662487959506e-21];

/// From here on, an angle is reduced by [`half_turns`].
const LARGE_ANGLE: f64 = 524288.0;

/// An angle from −π/4 to π/4 as the sum of two numbers. Apart from a common sign, its sine and cosine are those of the original
/// angle, exchanged where `swapped`. Where `negative`, the product of the two changes its sign.
struct Angle {
    size: [F64x2; 2],
    swapped: <F64x2 as Lanes>::Mask,
    negative: <F64x2 as Lanes>::Mask,
}

/// The function, with everything that needs to be computed only once.
#[derive(Clone, Copy, Debug)]
pub struct SnakeKernel {
    alpha: f64,
    /// The unit that x is measured in, and its inverse. It differs from 1 for an alpha near the ends of the range, so that no
    /// part of a product or quotient is subnormal.
    unit: f64,
    inverse: f64,
    /// alpha·unit, and its two parts.
    scaled: f64,
    parts: [f64; 2],
    /// For |x| below this, the angle is so small that it shows in no result. It is taken as 0, because its subnormal parts
    /// would be slow.
    flat: f64,
}

impl Snake {
    /// The kernel.
    #[inline(never)]
    pub fn kernel(self) -> SnakeKernel {
        let Self { alpha } = self;
        let size = alpha.abs();
        let [unit, inverse] = match size {
            _ if size < two_to(-500) => [two_to(512), two_to(-512)],
            _ if size > two_to(500) => [two_to(-512), two_to(512)],
            _ => [1.0; 2],
        };
        let flat = if size < two_to(-200) { two_to(-100) / size } else { 0.0 };
        let scaled = alpha * unit;
        SnakeKernel { alpha, unit, inverse, scaled, parts: split(scaled), flat }
    }
}

impl Angle {
    /// The reduction of alpha·x + quarters·π/4. It is good to 2^-64 of the angle where that is not close to a zero, and for
    /// `quarters` of 0 to 2^-80 of a turn.
    #[inline(always)]
    #[expect(clippy::eq_op, reason = "NaN for infinity")]
    fn at(of: &SnakeKernel, x: F64x2, quarters: u32) -> Self {
        let is_flat = x.abs().lt(F64x2::splat(of.flat));
        let [angle, rest] = pairs::exact_product(of.parts, F64x2::select(is_flat, F64x2::ZERO, x * F64x2::splat(of.inverse)));
        let shift = F64x2::splat(0.5 * f64::from(quarters));
        let whole = |number: F64x2| (number + F64x2::splat(ROUND)) - F64x2::splat(ROUND);
        let count = whole(angle * F64x2::splat(core::f64::consts::FRAC_2_PI) + shift);
        let [first, second, third] = HALF_PI.map(|part| (count - shift) * F64x2::splat(part));
        let [high, low] = sum(angle, -first);
        let [high, lost] = sum(high, -second);
        let size = sum(high, (low + lost) + (rest - third));
        let half = count * F64x2::splat(0.5);
        let odd = F64x2::splat(0.25).lt((half - whole(half)).abs());
        // Close to a zero of f′, the error of the reduction would show. The comparison is false for a NaN, which the largest
        // alphas make, so such an angle counts as bad.
        let least = F64x2::splat(if quarters == 0 { -1.0 } else { two_to(-20) });
        let (zero, one) = (F64x2::ZERO, F64x2::splat(1.0));
        let good = F64x2::select(least.lt(size[0].abs()), angle.abs(), F64x2::splat(LARGE_ANGLE)).lt(F64x2::splat(LARGE_ANGLE));
        // If x is NaN or ±∞ it has no angle, and x − x is NaN. The callers handle such x themselves.
        let bad = zero.lt(F64x2::select((x - x).eq(zero), F64x2::select(good, zero, one), zero));
        if !F64x2::any(bad) {
            return Self { size, swapped: odd, negative: odd };
        }
        let turns = x.to_array().map(|x| half_turns(of.alpha, x, quarters));
        let lanes = |part: fn(&HalfTurns) -> f64| F64x2::from_array([part(&turns[0]), part(&turns[1])]);
        let exact = product([lanes(|turns| turns.size[0]), lanes(|turns| turns.size[1])], PI.map(F64x2::splat));
        let odd = F64x2::select(odd, one, zero);
        let either = |yes: F64x2, no: F64x2| F64x2::select(bad, no, yes);
        Self {
            size: [either(size[0], exact[0]), either(size[1], exact[1])],
            swapped: either(odd, lanes(|turns| turns.swapped.into())).eq(one),
            negative: either(odd, zero).eq(one),
        }
    }

    /// The sine of `size`, and the square of `size` as a rounded product and its rounding error.
    #[inline(always)]
    fn sine(&self) -> ([F64x2; 2], [F64x2; 2]) {
        let angle = self.size;
        let [square, error] = product(angle, angle);
        // sin a = a − a³/6 + a⁵·(1/120 − …): Taylor's series up to a¹⁷, good to 2^-58.
        let fifth = series(
            square,
            [
                1.0 / 355687428096000.0,
                -1.0 / 1307674368000.0,
                1.0 / 6227020800.0,
                -1.0 / 39916800.0,
                1.0 / 362880.0,
                -1.0 / 5040.0,
                1.0 / 120.0,
            ],
        );
        let cube = product(angle, [square, error]);
        let [third, third_low] = product(cube, SIXTH.map(F64x2::splat));
        let [high, low] = sum(angle[0], -third);
        (sum(high, low + ((angle[1] - third_low) + cube[0] * square * fifth)), [square, error])
    }

    /// The square of the sine.
    #[inline(always)]
    fn sine_squared(&self) -> [F64x2; 2] {
        let (sine, _) = self.sine();
        let [square, low] = product(sine, sine);
        let [other, error] = sum(F64x2::splat(1.0), -square);
        [F64x2::select(self.swapped, other, square), F64x2::select(self.swapped, error - low, low)]
    }

    /// The product of sine and cosine.
    #[inline(always)]
    fn sine_times_cosine(&self) -> [F64x2; 2] {
        let (sine, [square, error]) = self.sine();
        // cos a = 1 − a²/2 + a⁴·(1/24 − …), up to a¹⁶.
        let fourth = series(
            square,
            [
                1.0 / 20922789888000.0,
                -1.0 / 87178291200.0,
                1.0 / 479001600.0,
                -1.0 / 3628800.0,
                1.0 / 40320.0,
                -1.0 / 720.0,
                1.0 / 24.0,
            ],
        );
        let half = F64x2::splat(0.5);
        let [high, low] = sum(F64x2::splat(1.0), -(half * square));
        // The rounding error of the square matters in the next term too: by a quarter of an ulp where x and the ripple nearly
        // cancel.
        let slope = half - square * F64x2::splat(1.0 / 12.0);
        let cosine = sum(high, low + (square * square * fourth - slope * error));
        product(sine, cosine).map(|part| F64x2::select(self.negative, -part, part))
    }
}

/// A polynomial in `square`, with the coefficient of the highest power first.
#[inline(always)]
fn series(square: F64x2, [first, rest @ ..]: [f64; 7]) -> F64x2 {
    rest.into_iter().fold(F64x2::splat(first), |sum, term| sum * square + F64x2::splat(term))
}

impl Outlined for SnakeKernel {
    fn slow_on_tiny(&self) -> SlowOnTiny {
        // With a large alpha, the ripple is not a line close to 0.
        if self.alpha.abs() < two_to(40) { SlowOnTiny::InputAndGradient } else { SlowOnTiny::Gradient }
    }

    #[inline(never)]
    fn at(&self, op: u32, x: F64x2, dy: F64x2) -> F64x2 {
        let angle = Angle::at(self, x, u32::from(op != VALUE));
        let (infinity, zero) = (F64x2::splat(f64::INFINITY), F64x2::splat(0.0));
        let finite = x.abs().lt(infinity);
        // f′ and f″ at ±∞.
        let far = |of_line: f64| F64x2::select(x.eq(x), F64x2::splat(if self.alpha == 0.0 { of_line } else { f64::NAN }), x);
        match op {
            VALUE => {
                let in_units = x * F64x2::splat(self.inverse);
                let [high, low] = quotient(angle.sine_squared(), [F64x2::splat(self.scaled), zero]);
                let [total, error] = sum(in_units, high);
                let total = F64x2::select(total.abs().lt(infinity), total + (error + low), total);
                // Where the ripple is 0, or x is too large for the unit, the result is x itself. That also gives a zero its
                // sign, and handles an alpha of 0.
                let visible = F64x2::select(in_units.abs().lt(infinity), high.abs(), zero);
                F64x2::select(zero.lt(visible), total * F64x2::splat(self.unit), x)
            }
            DERIV2 => {
                // 2·alpha·sin(2u) = 4·alpha·sin u·cos u; for a small alpha in a larger unit.
                let (up, down) = if self.alpha.abs() < 1.0 { (two_to(64), two_to(-62)) } else { (1.0, 4.0) };
                let [first, second] = product(angle.sine_times_cosine(), times(F64x2::splat(self.alpha * up), F64x2::splat(1.0)));
                F64x2::select(finite, (first + second) * F64x2::splat(down), far(0.0))
            }
            BACKWARD_Y => F64x2::splat(f64::NAN),
            // 1 − cos(2u) = 2·sin² u.
            _ => dy * F64x2::select(finite, rounded(angle.sine_squared()) * F64x2::splat(2.0), far(1.0)),
        }
    }
}

impl Exact for Snake {
    const HAS_EXACT: bool = true;

    fn exact(self, order: usize, x: f64) -> DoubleDouble {
        let HalfTurns { size, swapped } = half_turns(self.alpha, x, u32::from(order > 0));
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
            _ => sine * cosine * 4.0 * self.alpha,
        }
    }
}

outlined!(Snake);

#[cfg(test)]
mod tests {
    use super::*;
    use core::f64::consts::{FRAC_PI_2, FRAC_PI_4};

    const INPUTS: [f64; 14] =
        [0.0, -0.0, 1e-300, 1e-9, 0.3, -FRAC_PI_4, 0.786, FRAC_PI_2, -2.356, 33.7, -1e4, 524287.9, 524288.1, -1e22];

    /// The choice between the two reductions is made for each lane, so a neighbour must not change a bit.
    #[test]
    fn a_lane_knows_nothing_of_its_neighbour() {
        for alpha in [1.0, -0.3, 1e-310, 17.5] {
            for op in [VALUE, 1, DERIV2] {
                for x in INPUTS {
                    let alone = Snake { alpha }.kernel().at(op, F64x2::splat(x), F64x2::splat(1.0)).to_array()[0];
                    for other in INPUTS.into_iter().chain([f64::NAN, f64::INFINITY]) {
                        let [beside, _] =
                            Snake { alpha }.kernel().at(op, F64x2::from_array([x, other]), F64x2::splat(1.0)).to_array();
                        assert_eq!(alone.to_bits(), beside.to_bits(), "alpha {alpha}, op {op}, {x} beside {other}");
                    }
                }
            }
        }
    }

    /// Both reductions meet the same bound: sin² is as close as its rounding allows. The bound is tight just below
    /// [`LARGE_ANGLE`], where most of the angle is subtracted, and close to a zero of f′, where the exact reduction takes over.
    #[test]
    fn everyday_angles_are_good_to_57_bits() {
        let mut tried = 0;
        for alpha in [1.0, 0.7, -3.3] {
            for quarters in [0, 1] {
                for step in 1..4000 {
                    let turn = if quarters == 0 { 0.0 } else { -0.25 };
                    // Three out of four angles are close to a zero, down to 2^-20; every fourth is at any distance.
                    let off = if step % 4 == 0 { f64::from(step) / 4000.0 } else { 9.6e-7 * f64::from(step % 7 + 1) };
                    let turns = f64::from(step * step % 166_000) + turn;
                    let x = (turns * core::f64::consts::PI + off) / alpha;
                    let angle = Angle::at(&Snake { alpha }.kernel(), F64x2::splat(x), quarters);
                    let [high, low] = angle.sine_squared().map(|part| part.to_array()[0]);
                    let HalfTurns { size, swapped } = half_turns(alpha, x, quarters);
                    let of = |[high, low]: [f64; 2]| DoubleDouble { high, low };
                    let angle = of(size) * of(PI);
                    let square = angle * angle;
                    let one = DoubleDouble::from(1.0);
                    let series = (1..15).rev().fold(one, |sum, k| one - sum * square / f64::from((2 * k) * (2 * k + 1)));
                    let sine = series * angle;
                    let exact = if swapped { one - sine * sine } else { sine * sine };
                    let error = ((of([high, low]) - exact) / exact).high.abs();
                    // For the value, the error counts relative to x, not relative to a small ripple.
                    let error = if quarters == 0 { error * exact.high } else { error };
                    assert!(error < two_to(-57), "2^{} at {x}, alpha {alpha}, {quarters}", error.log2());
                    tried += usize::from(x.abs() * alpha.abs() < LARGE_ANGLE);
                }
            }
        }
        assert!(tried > 20_000, "{tried}");
    }
}

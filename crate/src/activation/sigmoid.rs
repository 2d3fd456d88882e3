//! sigmoid(x) = 1/(1 + e^−x), by the addition theorem from a table of sigmoid on an exact grid.

use super::tanh::TanhKernel;
use super::{Activation, Exact, Kernel, Near, SlowOnTiny};
use crate::grid::addition::{SIGMOID_LIMIT, SIGMOID_STEPS, Tables, tables};
use crate::lanes::Lanes;
use crate::numeric::double_double::DoubleDouble;
use crate::numeric::exp::{EXP_UNDERFLOWS_BELOW, PowerTimesExp, ROUND};
use crate::numeric::powers::two_to;

/// f(x) = 1/(1 + e^−x), f′(x) = f(x)·f(−x), f″(x) = f′(x)·(1 − 2·f(x)). f(−∞) = 0, f(∞) = 1, f′(±∞) = 0, f″(±∞) = ∓0; NaN for
/// NaN.
#[derive(Clone, Copy, Debug)]
pub struct Sigmoid;

/// The tables and the constants are fields, so that a loop loads them only once (see [`Kernel`]).
#[derive(Clone, Copy)]
pub struct SigmoidKernel {
    tables: &'static Tables,
    limit: f64,
    grid: f64,
    half: f64,
    three_halves: f64,
    tanh_half: (f64, f64, f64, f64),
    exp: PowerTimesExp,
}

impl Activation for Sigmoid {
    type Kernel = SigmoidKernel;

    #[inline(always)]
    fn kernel(self) -> SigmoidKernel {
        SigmoidKernel {
            tables: tables(),
            limit: SIGMOID_LIMIT,
            grid: GRID,
            half: 0.5,
            three_halves: 1.5,
            tanh_half: TANH_HALF,
            exp: PowerTimesExp::new(0),
        }
    }
}

impl Exact for Sigmoid {
    const HAS_EXACT: bool = true;

    fn exact(self, order: usize, x: f64) -> DoubleDouble {
        let [s, t] = DoubleDouble::from(x).logistic();
        match order {
            0 => s,
            1 => s * t,
            // Close to 0, where s and t are too close to each other to subtract: −x/8 + x³/24.
            _ if x.abs() < two_to(-20) => (DoubleDouble::from(x * x) / 24.0 - 0.125) * x,
            _ => s * t * (t - s),
        }
    }
}

/// Adding this to |x| < 2^46 leaves round(16·x) in the low bits.
const GRID: f64 = ROUND / SIGMOID_STEPS;

/// 2·tanh(h/2)/h in powers of h² for |h| ≤ 1/32: h times the error is below 2^-64. The coefficients are from
/// scripts/coefficients/fit.py.
const TANH_HALF: (f64, f64, f64, f64) = (1.0, -0.08333333333331842, 0.00833333323660511, -0.0008430871405107913);

/// x = g + h with g on the grid and |h| ≤ 1/32.
struct Parts<L> {
    /// s = sigmoid g, as head and tail.
    sigmoid: (L, L),
    /// s(1 − s), as head and tail.
    deriv: (L, L),
    /// 2·tanh(h/2).
    t: L,
}

impl SigmoidKernel {
    #[inline(always)]
    fn parts<L: Lanes>(self, x: L) -> Parts<L> {
        let grid = x + L::splat(self.grid);
        let h = x + (L::splat(self.grid) - grid);
        let h2 = h * h;
        let (one, c1, c2, c3) = self.tanh_half;
        let t = h * ((L::splat(one) + h2 * L::splat(c1)) + (h2 * h2) * (L::splat(c2) + h2 * L::splat(c3)));
        Parts { sigmoid: grid.lookup(&self.tables.sigmoid, 0), deriv: grid.lookup(&self.tables.sigmoid, 1), t }
    }

    /// s + s(1 − s)·t/(1 + (s − 1/2)·t).
    #[inline(always)]
    fn value_of<L: Lanes>(self, parts: &Parts<L>) -> L {
        let (head, tail) = parts.sigmoid;
        let denominator = L::splat(self.tanh_half.0) + (head - L::splat(self.half)) * parts.t;
        head + (tail + parts.deriv.0 * parts.t / denominator)
    }

    /// With D = s(1 − s): D·(1 − t²/4)/(1 + (s − 1/2)·t)² = D − D·t·(2(s − 1/2) + t(1/2 − D))/(1 + (s − 1/2)·t)².
    #[inline(always)]
    fn deriv_of<L: Lanes>(self, &Parts { sigmoid: (sigmoid, _), deriv: (head, tail), t }: &Parts<L>) -> L {
        let one = L::splat(self.tanh_half.0);
        // s − 1/2. With the 1 added first, it is rounded alike for g and −g, so that f′ is even to the last bit. The value does
        // not need this.
        let centred = (sigmoid + one) - L::splat(self.three_halves);
        let denominator = one + centred * t;
        let numerator = head * t * ((centred + centred) + t * (L::splat(self.half) - head));
        head + (tail - numerator / (denominator * denominator))
    }
}

impl Kernel for SigmoidKernel {
    #[inline(always)]
    fn near(self) -> Near {
        Near { value: [-SIGMOID_LIMIT, f64::INFINITY], deriv: [-SIGMOID_LIMIT, SIGMOID_LIMIT] }
    }

    #[inline(always)]
    fn near_value<L: Lanes>(self, x: L) -> L {
        self.value_of(&self.parts(x.pmin(L::splat(self.limit))))
    }

    #[inline(always)]
    fn near_deriv<L: Lanes>(self, x: L) -> L {
        self.deriv_of(&self.parts(x))
    }

    #[inline(always)]
    fn near_value_and_deriv<L: Lanes>(self, x: L) -> (L, L) {
        let parts = self.parts(x);
        (self.value_of(&parts), self.deriv_of(&parts))
    }

    #[inline(always)]
    fn near_deriv2(self) -> [f64; 2] {
        self.near().deriv
    }

    /// tanh″(x/2)/8, because σ(x) is (1 + tanh(x/2))/2. The grid of sigmoid is that of tanh(x/2).
    #[inline(always)]
    fn deriv2<L: Lanes>(self, x: L) -> L {
        let grid = x.abs() + L::splat(self.grid);
        let twice_h = x.abs() + (L::splat(self.grid) - grid);
        (TanhKernel::of(self.tables, self.exp).size_of_deriv2(grid, twice_h) * L::splat(0.125)).or_lanes((-x).and_bits(1 << 63))
    }

    #[inline(always)]
    fn far_deriv2<L: Lanes>(self, x: L) -> L {
        self.far_deriv(x).or_lanes((-x).and_bits(1 << 63))
    }

    #[inline(always)]
    fn deriv_from_value<L: Lanes>(self, y: L) -> L {
        // y(1 - y) = d - d^2 for d = y as well as for d = 1 - y. The smaller of the two is exact, and its square is at most
        // half of it.
        let d = y.pmin(L::splat(1.0) - y);
        d - d * d
    }

    #[inline(always)]
    fn slow_on_tiny_from_value(self) -> SlowOnTiny {
        SlowOnTiny::Gradient
    }

    #[inline(always)]
    fn reach(self) -> f64 {
        -EXP_UNDERFLOWS_BELOW
    }

    #[inline(always)]
    fn far_value<L: Lanes>(self, x: L) -> L {
        L::select(L::splat(0.0).lt(x), L::splat(1.0), self.exp.at(x))
    }

    #[inline(always)]
    fn far_deriv<L: Lanes>(self, x: L) -> L {
        self.exp.at(-x.abs())
    }

    #[inline(always)]
    fn far_backward<L: Lanes>(self, x: L, dy: L) -> L {
        self.exp.times(-x.abs(), dy)
    }

    #[inline(always)]
    fn far_backward_of_one(self, x: f64, dy: f64) -> f64 {
        self.exp.times_of_one(-x.abs(), dy)
    }

    #[inline(always)]
    fn far_value_and_deriv<L: Lanes>(self, x: L) -> (L, L) {
        let deriv = self.far_deriv(x);
        (L::select(L::splat(0.0).lt(x), L::splat(1.0), deriv), deriv)
    }
}

#[cfg(test)]
mod tests {
    use super::{Activation as _, Kernel as _, SIGMOID_LIMIT, Sigmoid};
    use super::{DoubleDouble, two_to};

    /// e^x for x ≥ −44.
    fn exp(x: f64) -> DoubleDouble {
        let part = DoubleDouble::from(x / 512.0).exp_small();
        (0..9).fold(part, |power, _| power * power)
    }

    /// The distance of `got` from `exact`, in ulp of the exact number.
    fn error(got: f64, exact: DoubleDouble) -> f64 {
        let ulp = f64::from_bits(exact.high.to_bits() & (0x7ff << 52)) * two_to(-52);
        ((DoubleDouble::from(got) - exact) / DoubleDouble::from(ulp)).high.abs()
    }

    /// Beyond the border, σ and σ′ are computed as e^−|x|, which leaves out σ·e^−|x| and σ′·2e^−|x|. Both should be small
    /// beside the half ulp of one rounding: 2e^−40 is below 2^-56, which is an eighth of the smallest half ulp, and 2e^−39 is
    /// not.
    #[test]
    fn the_border_is_where_the_rest_is_below_an_eighth_of_the_rounding() {
        assert!(2.0 * exp(-SIGMOID_LIMIT).high < two_to(-56));
        assert!(2.0 * exp(1.0 - SIGMOID_LIMIT).high > two_to(-56));
        // On both sides of the border, mostly very close to it, and at values whose rounding leaves little room.
        let kernel = Sigmoid.kernel();
        let (mut values, mut derivs) = (0f64, 0f64);
        for step in -20_000..=20_000_i64 {
            let near = f64::from_bits((SIGMOID_LIMIT.to_bits() as i64 + step) as u64);
            for x in [near, SIGMOID_LIMIT + step as f64 / 10_007.0] {
                let power = exp(-x);
                let (one, below) = (DoubleDouble::from(1.0), DoubleDouble::from(1.0) + power);
                values = values.max(error(kernel.value(-x), power / below));
                derivs = derivs.max(error(kernel.deriv(-x), power / (below * below)));
                assert_eq!(kernel.deriv(x), kernel.deriv(-x), "σ′ is even at {x}");
                assert_eq!(kernel.value(x), (one / below).high, "σ({x})");
            }
        }
        assert!(values < 0.57, "{values} ulp of σ");
        assert!(derivs < 0.57, "{derivs} ulp of σ′");
    }
}

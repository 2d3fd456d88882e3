//! tanh(x), by the addition theorem from a table of tanh on an exact grid.

use super::{Activation, Exact, Kernel, Near};
use crate::grid::addition::{TANH_LIMIT, TANH_STEPS, Tables, tables};
use crate::lanes::Lanes;
use crate::numeric::double_double::DoubleDouble;
use crate::numeric::exp::{PowerTimesExp, ROUND};
use crate::numeric::pairs::times;

/// f(x) = tanh x, f′(x) = 1/cosh² x, f″(x) = −2·f(x)·f′(x). f(±∞) = ±1, f′(±∞) = 0, f″(±∞) = ∓0; f(−0) = −0; NaN for NaN.
#[derive(Clone, Copy, Debug)]
pub struct Tanh;

/// The tables and the constants are fields, so that a loop loads them only once (see [`Kernel`]).
#[derive(Clone, Copy)]
pub struct TanhKernel {
    tables: &'static Tables,
    limit: f64,
    grid: f64,
    rest: (f64, f64, f64),
    one: f64,
    two: f64,
    exp: PowerTimesExp,
}

impl Activation for Tanh {
    type Kernel = TanhKernel;

    #[inline(always)]
    fn kernel(self) -> TanhKernel {
        TanhKernel::of(tables(), PowerTimesExp::new(2))
    }
}

impl Exact for Tanh {
    const HAS_EXACT: bool = true;

    fn exact(self, order: usize, x: f64) -> DoubleDouble {
        let exp = (DoubleDouble::from(x) * -2.0).exp();
        let above = exp + 1.0;
        let (tanh, deriv) = ((-exp + 1.0) / above, exp * 4.0 / (above * above));
        match order {
            0 => tanh,
            1 => deriv,
            _ => tanh * deriv * -2.0,
        }
    }
}

/// Adding this to |x| < 2^46 leaves round(32·x) in the low bits.
const GRID: f64 = ROUND / TANH_STEPS;

/// (tanh h − h)/h³ in powers of h² for |h| ≤ 1/64: h² times the error is below 2^-59. The coefficients are from
/// scripts/coefficients/fit.py.
const TANH_REST: (f64, f64, f64) = (-0.3333333333332737, 0.13333333178568177, -0.053957576992690645);

/// |x| = g + h with g on the grid and |h| ≤ 1/64.
struct Parts<L> {
    /// Names the table row of g in its low bits.
    grid: L,
    h: L,
    /// tanh h − h.
    rest: L,
}

impl TanhKernel {
    /// The kernel, for a caller that already has the tables.
    #[inline(always)]
    pub fn of(tables: &'static Tables, exp: PowerTimesExp) -> Self {
        Self { tables, limit: TANH_LIMIT, grid: GRID, rest: TANH_REST, one: 1.0, two: 2.0, exp }
    }

    #[inline(always)]
    fn parts<L: Lanes>(self, x: L) -> Parts<L> {
        let grid = x + L::splat(self.grid);
        let h = x + (L::splat(self.grid) - grid);
        Parts { grid, h, rest: self.rest_of(h) }
    }

    /// tanh h − h.
    #[inline(always)]
    fn rest_of<L: Lanes>(self, h: L) -> L {
        let h2 = h * h;
        let (c0, c1, c2) = self.rest;
        let p = (L::splat(c0) + h2 * L::splat(c1)) + (h2 * h2) * L::splat(c2);
        h * h2 * p
    }

    /// With T = tanh g and t = tanh h: tanh(g + h) = T + t − (T + t)·Tt/(1 + Tt). Since |T| < g and T has no bit below those of
    /// |x|, T + h is exact, and adding all the rest to it is the only rounding of full size.
    #[inline(always)]
    fn value_of<L: Lanes>(self, x: L, &Parts { grid, h, rest }: &Parts<L>) -> L {
        let (head, tail) = grid.lookup(&self.tables.tanh, 0);
        let t = h + rest;
        let u = head * t;
        let q = (head + t) * u / (L::splat(self.one) + u);
        ((head + h) + ((tail + rest) - q)).or_lanes(x.xor_lanes(x.abs()))
    }

    /// S·t·(2T + t(2 − S)): see `deriv_of`.
    #[inline(always)]
    fn numerator<L: Lanes>(self, tanh: L, slope: L, t: L) -> L {
        slope * t * ((tanh + tanh) + t * (L::splat(self.two) - slope))
    }

    /// |f″| = 2·tanh·f′, with both factors as sums of two numbers of which the second is small: only the last rounding is of
    /// full size.
    #[inline(always)]
    pub fn size_of_deriv2<L: Lanes>(self, grid: L, twice_h: L) -> L {
        let ((tanh, tanh_tail), (slope, slope_tail)) = (grid.lookup(&self.tables.tanh, 0), grid.lookup(&self.tables.tanh, 1));
        let h = twice_h * L::splat(0.5);
        let rest = self.rest_of(h);
        let t = h + rest;
        let u = tanh * t;
        let inverse = L::splat(self.one) / (L::splat(self.one) + u);
        // As in `value_of` and `deriv_of`.
        let low = (tanh_tail + rest) - (tanh + t) * u * inverse;
        let numerator = self.numerator(tanh, slope, t);
        let slope_low = slope_tail - numerator * inverse * inverse;
        let (twice, twice_low) = ((tanh + tanh) + twice_h, low + low);
        let [product, error] = times(twice, slope);
        product + (error + (twice * slope_low + twice_low * (slope + slope_low)))
    }

    /// With S = 1 − T²: f′ = S·(1 − t²)/(1 + Tt)² = S − S·t·(2T + t(2 − S))/(1 + Tt)².
    #[inline(always)]
    fn deriv_of<L: Lanes>(self, &Parts { grid, h, rest }: &Parts<L>) -> L {
        let ((tanh, _), (head, tail)) = (grid.lookup(&self.tables.tanh, 0), grid.lookup(&self.tables.tanh, 1));
        let t = h + rest;
        let denominator = L::splat(self.one) + tanh * t;
        let numerator = self.numerator(tanh, head, t);
        head + (tail - numerator / (denominator * denominator))
    }
}

impl Kernel for TanhKernel {
    #[inline(always)]
    fn near(self) -> Near {
        Near { deriv: [-TANH_LIMIT, TANH_LIMIT], ..Near::EVERYWHERE }
    }

    #[inline(always)]
    fn near_value<L: Lanes>(self, x: L) -> L {
        self.value_of(x, &self.parts(x.abs().pmin(L::splat(self.limit))))
    }

    #[inline(always)]
    fn near_deriv<L: Lanes>(self, x: L) -> L {
        self.deriv_of(&self.parts(x.abs()))
    }

    #[inline(always)]
    fn near_value_and_deriv<L: Lanes>(self, x: L) -> (L, L) {
        let parts = self.parts(x.abs());
        (self.value_of(x, &parts), self.deriv_of(&parts))
    }

    #[inline(always)]
    fn near_deriv2(self) -> [f64; 2] {
        self.near().deriv
    }

    #[inline(always)]
    fn deriv2<L: Lanes>(self, x: L) -> L {
        let Parts { grid, h, .. } = self.parts(x.abs());
        self.size_of_deriv2(grid, h + h).or_lanes((-x).and_bits(1 << 63))
    }

    /// f″ is 8·e^(−2|x|)·(1 − 4·e^(−2|x|) + …).
    #[inline(always)]
    fn far_deriv2<L: Lanes>(self, x: L) -> L {
        self.exp.twice().at(x.abs() * L::splat(-2.0)).or_lanes((-x).and_bits(1 << 63))
    }

    #[inline(always)]
    fn deriv_from_value<L: Lanes>(self, y: L) -> L {
        // 1 - y^2, or 2d - d^2 with d = 1 - |y|, which is exact for |y| >= 1/2: in either case the square is small beside the
        // number it is subtracted from.
        let d = L::splat(1.0) - y.abs();
        let root = y.abs().pmin(d);
        (d + d).pmin(L::splat(1.0)) - root * root
    }

    #[inline(always)]
    fn reach(self) -> f64 {
        // 16·4·e^−750 is below 2^-1075.
        375.0
    }

    #[inline(always)]
    fn far_value<L: Lanes>(self, x: L) -> L {
        L::splat(1.0).or_lanes(x.xor_lanes(x.abs()))
    }

    #[inline(always)]
    fn far_deriv<L: Lanes>(self, x: L) -> L {
        self.exp.at(x.abs() * L::splat(-2.0))
    }

    #[inline(always)]
    fn far_backward<L: Lanes>(self, x: L, dy: L) -> L {
        self.exp.times(x.abs() * L::splat(-2.0), dy)
    }

    #[inline(always)]
    fn far_backward_of_one(self, x: f64, dy: f64) -> f64 {
        self.exp.times_of_one(-2.0 * x.abs(), dy)
    }
}

#[cfg(test)]
mod tests {
    use super::{DoubleDouble, Exact, Kernel, Tanh};
    use crate::activation::{Activation as _, Sigmoid};
    use crate::numeric::powers::two_to;

    /// Both f″ are the product of two factors whose rounding errors are below an eighth of that of the last rounding. Beyond
    /// the border, a term of 4·e^−40 is left out.
    #[test]
    fn second_derivatives_are_rounded_nearly_once() {
        let error = |got: f64, exact: DoubleDouble| {
            let ulp = f64::from_bits(exact.high.to_bits() & (0x7ff << 52)) * two_to(-52);
            ((DoubleDouble::from(got) - exact) / DoubleDouble::from(ulp)).high.abs()
        };
        let (tanh, sigmoid) = (Tanh.kernel(), Sigmoid.kernel());
        let mut worst = [0f64; 4];
        let mut check = |place: usize, got: f64, exact: DoubleDouble| worst[place] = worst[place].max(error(got, exact));
        for step in 1..=400_000 {
            let x = f64::from(step) * (20.0 / 400_003.0);
            check(0, tanh.deriv2(x), Sigmoid.exact(2, 2.0 * x) * 8.0);
            check(1, sigmoid.deriv2(-2.0 * x), Sigmoid.exact(2, -2.0 * x));
            let (x, small) = (20.0 + 0.001 * f64::from(step), x * two_to(-(i64::from(step) % 60)));
            if small < 20.0 {
                // The exact tanh″ loses its digits close to 0, but it equals 8·σ″(2x).
                let of_sigmoid = Sigmoid.exact(2, 2.0 * small);
                check(0, tanh.deriv2(small), of_sigmoid * 8.0);
                check(1, sigmoid.deriv2(2.0 * small), of_sigmoid);
            }
            if x < 300.0 {
                check(2, tanh.far_deriv2(x), Tanh.exact(2, x));
                check(3, sigmoid.far_deriv2(2.0 * x), Sigmoid.exact(2, 2.0 * x));
            }
        }
        assert!(worst.iter().all(|&worst| worst < 0.75), "{worst:?} ulp of tanh″ and σ″, near and far");
    }
}

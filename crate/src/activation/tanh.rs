//! tanh(x): the addition theorem around a table of tanh on an exact grid.

use super::{Activation, Exact, Kernel, Near};
use crate::grid::polynomial::Curve;
use crate::grid::smooth::{Decay, Far, Smooth, Tail, VANISHED, tails};
use crate::lanes::F64x2;
use crate::lanes::Lanes;
use crate::numeric::exp::{NOTHING_BELOW, ROUND, ShiftedExp};
use crate::numeric::double_double::DoubleDouble;
use crate::numeric::series::Series;
use crate::grid::addition::{TANH_LIMIT, TANH_STEPS, Tables, tables};

/// f(x) = tanh x, f′(x) = 1/cosh² x, f″(x) = −2·f(x)·f′(x). f(±∞) = ±1, f′(±∞) = 0, f″(±∞) = ∓0; f(−0) = −0; NaN for NaN.
#[derive(Clone, Copy, Debug)]
pub struct Tanh;

/// The tables, and the constants: fields, so that a loop loads them once (see [`Kernel`]).
#[derive(Clone, Copy)]
pub struct TanhKernel {
    tables: &'static Tables,
    limit: f64,
    grid: f64,
    rest: (f64, f64, f64),
    one: f64,
    two: f64,
    exp: ShiftedExp,
}

impl Activation for Tanh {
    type Kernel = TanhKernel;

    #[inline(always)]
    fn kernel(self) -> TanhKernel {
        TanhKernel { tables: tables(), limit: TANH_LIMIT, grid: GRID, rest: TANH_REST, one: 1.0, two: 2.0, exp: ShiftedExp::new(2) }
    }

    #[inline(always)]
    fn smooth_deriv2(self) -> Option<Smooth> {
        Some(Smooth { curve: &CURVE, beta: 1.0, tails: tails::<TanhTail>, ends: [VANISHED, 24.0], odd: true })
    }
}

impl Exact for Tanh {
    const KNOWN: bool = true;

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

/// −f″(x)/x, for f″ alone: the rest has a table of its own.
static CURVE: Curve = Curve::new(128.0, [-24.0, 0.0], true, |point| {
    let (one, power) = (Series::one(), point.exp());
    let square = power * power;
    let above = square + one;
    // 2·tanh x/cosh² x with e^2x = square.
    let numerator = Series::constant(DoubleDouble::from(8.0)) * square * (square - one);
    (numerator / (above * above * above)).over_x(point.at)
});

/// f″(−|x|) is 8·e^(−2|x|) where x is far: what is left out is 5·e^(−2|x|) times as large.
#[derive(Clone, Copy)]
struct TanhTail;

impl Tail for TanhTail {
    const SCALED: bool = false;
    const LINE: bool = false;

    #[inline(always)]
    fn new(_: usize) -> Self {
        Self
    }

    #[inline(always)]
    fn at(self, Far { x, v, .. }: Far) -> Decay {
        let zero = F64x2::splat(0.0);
        let sign = (-x).xor_lanes(x.abs());
        Decay { exponent: [(v + v).pmax(F64x2::splat(NOTHING_BELOW)), zero], factor: Some([F64x2::splat(8.0).xor_lanes(sign), zero]) }
    }
}

/// Added to |x| < 2^46 it leaves round(32·x) in the low bits.
const GRID: f64 = ROUND / TANH_STEPS;

/// (tanh h − h)/h³ in powers of h² for |h| ≤ 1/64: h² times the error is below 2^-59. By scripts/coefficients/fit.py.
const TANH_REST: (f64, f64, f64) = (-0.3333333333332737, 0.13333333178568177, -0.053957576992690645);

/// |x| = g + h with g on the grid and |h| ≤ 1/64.
struct Parts<L> {
    /// To look g up.
    grid: L,
    h: L,
    /// tanh h − h.
    rest: L,
}

impl TanhKernel {
    #[inline(always)]
    fn parts<L: Lanes>(self, x: L) -> Parts<L> {
        let grid = x + L::splat(self.grid);
        let h = x + (L::splat(self.grid) - grid);
        let h2 = h * h;
        let (c0, c1, c2) = self.rest;
        let p = (L::splat(c0) + h2 * L::splat(c1)) + (h2 * h2) * L::splat(c2);
        Parts { grid, h, rest: h * h2 * p }
    }

    /// With T = tanh g and t = tanh h: tanh(g + h) = T + t − (T + t)·Tt/(1 + Tt). As |T| < g has no bit below those of
    /// |x|, T + h is exact, and the sum of it and all the rest is the only rounding of full size.
    #[inline(always)]
    fn value_of<L: Lanes>(self, x: L, &Parts { grid, h, rest }: &Parts<L>) -> L {
        let (head, tail) = grid.lookup(&self.tables.tanh, 0);
        let t = h + rest;
        let u = head * t;
        let q = (head + t) * u / (L::splat(self.one) + u);
        ((head + h) + ((tail + rest) - q)).or_lanes(x.xor_lanes(x.abs()))
    }

    /// With S = 1 − T²: f′ = S·(1 − t²)/(1 + Tt)² = S − S·t·(2T + t(2 − S))/(1 + Tt)².
    #[inline(always)]
    fn deriv_of<L: Lanes>(self, &Parts { grid, h, rest }: &Parts<L>) -> L {
        let ((tanh, _), (head, tail)) = (grid.lookup(&self.tables.tanh, 0), grid.lookup(&self.tables.tanh, 1));
        let t = h + rest;
        let denominator = L::splat(self.one) + tanh * t;
        let numerator = head * t * ((tanh + tanh) + t * (L::splat(self.two) - head));
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

    /// Not here, but by the table of a smooth function.
    #[inline(always)]
    fn deriv2<L: Lanes>(self, _: L) -> L {
        L::splat(f64::NAN)
    }

    #[inline(always)]
    fn deriv_from_value<L: Lanes>(self, y: L) -> L {
        // 1 - y^2, or with d = 1 - |y|, exact for |y| >= 1/2, 2d - d^2: the square is small beside what it is taken from.
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

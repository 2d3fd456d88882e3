//! tanh(x): the addition theorem around a table of tanh on an exact grid.

use super::{Activation, Near};
use crate::lanes::Lanes;
use crate::math::exp::{ROUND, times_exp};
use crate::table::{FINE_STEPS, TANH, TANH_LIMIT};

/// f(x) = tanh x, f′(x) = 1/cosh² x. f(±∞) = ±1, f′(±∞) = 0; f(−0) = −0; NaN for NaN.
#[derive(Clone, Copy, Debug)]
pub struct Tanh;

/// Added to |x| < 2^46 it leaves round(16·x) in the low bits.
const GRID: f64 = ROUND / FINE_STEPS;

/// (tanh h − h)/h³ in powers of h² for |h| ≤ 1/32: h² times the error is below 2^-64. By scripts/coefficients/fit.py.
const TANH_REST: [f64; 4] = [-0.3333333333333328, 0.13333333332766376, -0.05396823602185699, 0.021847863900925715];

/// |x| = g + h with g on the grid and |h| ≤ 1/32.
struct Parts<L> {
    /// To look g up.
    grid: L,
    h: L,
    /// tanh h − h.
    rest: L,
}

#[inline(always)]
fn parts<L: Lanes>(x: L) -> Parts<L> {
    let x = x.abs().pmin(L::splat(TANH_LIMIT));
    let grid = x + L::splat(GRID);
    let h = x - (grid - L::splat(GRID));
    let h2 = h * h;
    let [c0, c1, c2, c3] = TANH_REST.map(L::splat);
    let p = (c0 + h2 * c1) + (h2 * h2) * (c2 + h2 * c3);
    Parts { grid, h, rest: h * h2 * p }
}

/// With T = tanh g and t = tanh h: tanh(g + h) = T + t − (T + t)·Tt/(1 + Tt). As |T| < g has no bit below those of
/// |x|, T + h is exact, and the sum of it and all the rest is the only rounding of full size.
#[inline(always)]
fn value<L: Lanes>(x: L, &Parts { grid, h, rest }: &Parts<L>) -> L {
    let (head, tail) = grid.lookup(&TANH, 0);
    let t = h + rest;
    let u = head * t;
    let q = (head + t) * u / (L::splat(1.0) + u);
    ((head + h) + ((tail + rest) - q)).or_lanes(x.and_bits(1 << 63))
}

/// With S = 1 − T²: f′ = S·(1 − t²)/(1 + Tt)² = S − S·t·(2T + t(2 − S))/(1 + Tt)².
#[inline(always)]
fn deriv<L: Lanes>(&Parts { grid, h, rest }: &Parts<L>) -> L {
    let ((tanh, _), (head, tail)) = (grid.lookup(&TANH, 0), grid.lookup(&TANH, 1));
    let t = h + rest;
    let denominator = L::splat(1.0) + tanh * t;
    let numerator = head * t * ((tanh + tanh) + t * (L::splat(2.0) - head));
    head + (tail - numerator / (denominator * denominator))
}

impl Activation for Tanh {
    #[inline(always)]
    fn value<L: Lanes>(self, x: L) -> L {
        value(x, &parts(x))
    }

    #[inline(always)]
    fn deriv<L: Lanes>(self, x: L) -> L {
        let far = times_exp(4.0, x.abs() * L::splat(-2.0));
        L::select(L::splat(TANH_LIMIT).lt(x.abs()), far, self.near_deriv(x))
    }

    #[inline(always)]
    fn deriv_from_value<L: Lanes>(self, y: L) -> L {
        // 1 - y^2, or with d = 1 - |y|, exact for |y| >= 1/2, 2d - d^2: the square is small beside what it is taken from.
        let d = L::splat(1.0) - y.abs();
        let root = y.abs().pmin(d);
        (d + d).pmin(L::splat(1.0)) - root * root
    }

    /// Beyond, f′(x) rounds to 4·e^(−2|x|).
    #[inline(always)]
    fn near(self) -> Near {
        Near { deriv: [-TANH_LIMIT, TANH_LIMIT], ..Near::EVERYWHERE }
    }

    #[inline(always)]
    fn near_deriv<L: Lanes>(self, x: L) -> L {
        deriv(&parts(x))
    }

    #[inline(always)]
    fn near_value_and_deriv<L: Lanes>(self, x: L) -> (L, L) {
        let parts = parts(x);
        (value(x, &parts), deriv(&parts))
    }
}

export!(tanh, Tanh);

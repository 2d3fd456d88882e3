//! tanh(x): the addition theorem around a table of tanh on an exact grid.

use super::Activation;
use crate::lanes::Lanes;
use crate::math::exp::times_exp;
use crate::table::{FINE_STEPS, TANH, TANH_LIMIT};

/// f(x) = tanh x, f′(x) = 1/cosh² x. f(±∞) = ±1, f′(±∞) = 0; f(−0) = −0; NaN for NaN.
#[derive(Clone, Copy, Debug)]
pub struct Tanh;

/// Added to |x| < 2^47 it leaves round(16·x) in the low bits.
const GRID: f64 = 1.5 * 4503599627370496.0 / FINE_STEPS;

/// (tanh h − h)/h³ in powers of h² for |h| ≤ 1/32: h² times the error is below 2^-64. By scripts/coefficients/fit.py.
const TANH_REST: [f64; 4] = [-0.3333333333333328, 0.13333333332766376, -0.05396823602185699, 0.021847863900925715];

/// x = ±(g + h) with g on the grid: the row of g, h, and tanh h = h + `rest`.
struct Parts<L> {
    tanh: (L, L),
    deriv: (L, L),
    h: L,
    rest: L,
}

#[inline(always)]
fn parts<L: Lanes>(x: L) -> Parts<L> {
    let x = x.abs().pmin(L::splat(TANH_LIMIT));
    let shifted = x + L::splat(GRID);
    let h = x - (shifted - L::splat(GRID));
    let h2 = h * h;
    let [c0, c1, c2, c3] = TANH_REST.map(L::splat);
    let p = (c0 + h2 * c1) + (h2 * h2) * (c2 + h2 * c3);
    Parts {
        tanh: shifted.lookup(&TANH, 0),
        deriv: shifted.lookup(&TANH, 1),
        h,
        rest: h * h2 * p,
    }
}

#[inline(always)]
fn value<L: Lanes>(x: L, Parts { tanh: (head, tail), h, rest, .. }: &Parts<L>) -> L {
    let (head, tail, h, rest) = (*head, *tail, *h, *rest);
    let t = h + rest;
    let u = head * t;
    let q = (head + t) * u / (L::splat(1.0) + u);
    ((head + h) + ((tail + rest) - q)).or_lanes(x.and_bits(1 << 63))
}

#[inline(always)]
fn deriv<L: Lanes>(x: L, Parts { tanh: (tanh, _), deriv: (head, tail), h, rest }: &Parts<L>) -> L {
    let (tanh, head, tail, t) = (*tanh, *head, *tail, *h + *rest);
    let denominator = L::splat(1.0) + tanh * t;
    let numerator = head * t * ((tanh + tanh) + t * (L::splat(2.0) - head));
    let near = head + (tail - numerator / (denominator * denominator));
    let x = x.abs();
    let far = times_exp(4.0, x * L::splat(-2.0));
    L::select(L::splat(TANH_LIMIT).lt(x), far, near)
}

impl Activation for Tanh {
    #[inline(always)]
    fn value<L: Lanes>(self, x: L) -> L {
        value(x, &parts(x))
    }

    #[inline(always)]
    fn deriv<L: Lanes>(self, x: L) -> L {
        deriv(x, &parts(x))
    }

    #[inline(always)]
    fn deriv_from_value<L: Lanes>(self, y: L) -> L {
        // 1 - y^2, or with d = 1 - |y|, exact for |y| >= 1/2, 2d - d^2: the square is small beside what it is taken from.
        let d = L::splat(1.0) - y.abs();
        let root = y.abs().pmin(d);
        (d + d).pmin(L::splat(1.0)) - root * root
    }

    #[inline(always)]
    fn value_and_deriv<L: Lanes>(self, x: L) -> (L, L) {
        let parts = parts(x);
        (value(x, &parts), deriv(x, &parts))
    }
}

export!(tanh, Tanh);

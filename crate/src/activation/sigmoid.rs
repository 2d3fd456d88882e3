//! sigmoid(x) = 1/(1 + e^−x): the addition theorem around a table of sigmoid on an exact grid.

use super::Activation;
use crate::lanes::Lanes;
use crate::math::exp::times_exp;
use crate::table::{COARSE_STEPS, SIGMOID, SIGMOID_LIMIT};

/// f(x) = 1/(1 + e^−x), f′(x) = f(x)·f(−x). f(−∞) = 0, f(∞) = 1, f′(±∞) = 0; NaN for NaN.
#[derive(Clone, Copy, Debug)]
pub struct Sigmoid;

/// Added to |x| < 2^47 it leaves round(8·x) in the low bits.
const GRID: f64 = 1.5 * 4503599627370496.0 / COARSE_STEPS;

/// 2·tanh(h/2)/h in powers of h² for |h| ≤ 1/16: h times the error is below 2^-55. By scripts/coefficients/fit.py.
const TANH_HALF: [f64; 4] = [1.0, -0.08333333333237936, 0.008333331786527601, -0.000842586935703317];

/// x = g + h with g on the grid: the row of g, t = 2·tanh(h/2), and 1 + (sigmoid g − 1/2)·t.
struct Parts<L> {
    sigmoid: (L, L),
    deriv: (L, L),
    t: L,
    denominator: L,
}

#[inline(always)]
fn parts<L: Lanes>(x: L) -> Parts<L> {
    let x = x.pmin(L::splat(SIGMOID_LIMIT)).pmax(L::splat(-SIGMOID_LIMIT));
    let shifted = x + L::splat(GRID);
    let h = x - (shifted - L::splat(GRID));
    let h2 = h * h;
    let [c0, c1, c2, c3] = TANH_HALF.map(L::splat);
    let p = (c0 + h2 * c1) + (h2 * h2) * (c2 + h2 * c3);
    let t = h * p;
    let sigmoid = shifted.lookup(&SIGMOID, 0);
    Parts {
        sigmoid,
        deriv: shifted.lookup(&SIGMOID, 1),
        t,
        denominator: L::splat(1.0) + (sigmoid.0 - L::splat(0.5)) * t,
    }
}

#[inline(always)]
fn value<L: Lanes>(x: L, parts: &Parts<L>) -> L {
    let (head, tail) = parts.sigmoid;
    let near = head + (tail + parts.deriv.0 * parts.t / parts.denominator);
    L::select(x.lt(L::splat(-SIGMOID_LIMIT)), times_exp(1.0, x.pmin(L::splat(0.0))), near)
}

#[inline(always)]
fn deriv<L: Lanes>(x: L, parts: &Parts<L>) -> L {
    let Parts { sigmoid: (sigmoid, _), deriv: (head, tail), t, denominator } = *parts;
    let twice = (sigmoid - L::splat(0.5)) * L::splat(2.0);
    let numerator = head * t * (twice + t * (L::splat(0.5) - head));
    let near = head + (tail - numerator / (denominator * denominator));
    let x = x.abs();
    L::select(L::splat(SIGMOID_LIMIT).lt(x), times_exp(1.0, -x), near)
}

impl Activation for Sigmoid {
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
        // y(1 - y) = d - d^2 for d = y as for d = 1 - y; the smaller of the two is exact, and the square at most half of it.
        let d = y.pmin(L::splat(1.0) - y);
        d - d * d
    }

    #[inline(always)]
    fn value_and_deriv<L: Lanes>(self, x: L) -> (L, L) {
        let parts = parts(x);
        (value(x, &parts), deriv(x, &parts))
    }
}

export!(sigmoid, Sigmoid);

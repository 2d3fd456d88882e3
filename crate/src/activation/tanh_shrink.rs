//! tanhShrink(x) = x − tanh x: close to 0 by the continued fraction of tanh, whose terms are all positive; beyond 1 by
//! e^(−2|x|).

use super::{Exact, Kernel, times_deriv};
use crate::lanes::Lanes;
use crate::numeric::double_double::DoubleDouble;
use crate::numeric::exp::{Exp2, ExpParts, exp_parts, exp2, power_of_two};
use crate::numeric::pairs::{product, quotient, rounded, sum, times};
use crate::numeric::powers::two_to;

/// f(x) = x − tanh x, f′(x) = tanh² x, f″(x) = 2·tanh x/cosh² x.
/// f(±0) = ±0, f(±∞) = ±∞, f′(±∞) = 1, f″(±∞) = ±0; NaN for NaN.
#[derive(Clone, Copy, Debug)]
pub struct TanhShrink;

/// The formulas.
#[derive(Clone, Copy, Debug)]
pub struct TanhShrinkKernel(&'static Exp2);

impl TanhShrink {
    /// The kernel.
    #[inline(always)]
    pub fn kernel(self) -> TanhShrinkKernel {
        TanhShrinkKernel(exp2())
    }
}

impl Exact for TanhShrink {
    const HAS_EXACT: bool = true;

    fn exact(self, order: usize, x: f64) -> DoubleDouble {
        let size = DoubleDouble::from(x.abs());
        // Beyond 300, tanh x differs from 1 by far less than any digit shows. All that matters is that it is below 1.
        if order == 0 && x.abs() > 300.0 {
            let DoubleDouble { high, low } = size - 1.0;
            let value = DoubleDouble { high, low: if low == 0.0 { two_to(-1000) } else { low } };
            return if x < 0.0 { -value } else { value };
        }
        let [s, t] = (size * 2.0).logistic();
        let (value, tanh) = if x.abs() < 1.0 {
            // Lambert's fraction, as in `Fraction`.
            let square = size * size;
            let below = (1..18).rev().fold(DoubleDouble::from(37.0), |sum, n| square / sum + f64::from(2 * n + 1)) + square;
            let value = square * size / below;
            (value, size - value)
        } else {
            (size - (s - t), s - t)
        };
        let result = match order {
            0 => value,
            1 => return tanh * tanh,
            // 1 − tanh², without a subtraction.
            _ => tanh * (s * t) * 8.0,
        };
        if x < 0.0 { -result } else { result }
    }
}

/// Lambert's fraction tanh x = x/(1 + x²/(3 + q)), q = x²/(5 + x²/(7 + …)), for 0 ≤ x ≤ 1.
struct Fraction<L> {
    /// x, times `up`.
    size: L,
    /// A power of two where x³ would be subnormal, else 1.
    up: L,
    /// 3 + q.
    above: [L; 2],
    /// 3 + q + x².
    below: [L; 2],
}

impl<L: Lanes> Fraction<L> {
    #[inline(always)]
    fn of(size: L, up: f64) -> Self {
        let size = size.pmin(L::splat(1.0));
        let tiny = size.lt(L::splat(two_to(-200)));
        let up = L::select(tiny, L::splat(up), L::splat(1.0));
        let [square, error] = times(size, L::select(tiny, L::splat(0.0), size));
        // The fraction down to x²/19, which leaves out less than 2^-57 of q.
        let (mut numerator, mut denominator) = (L::splat(1.0), L::splat(19.0));
        for odd in [17.0, 15.0, 13.0, 11.0, 9.0, 7.0, 5.0] {
            (numerator, denominator) = (denominator, L::splat(odd) * denominator + square * numerator);
        }
        let above = sum(L::splat(3.0), square * (numerator / denominator));
        let [high, low] = sum(above[0], square);
        Self { size: size * up, up, above, below: [high, low + (above[1] + error)] }
    }

    /// x − tanh x = x³/(3 + q + x²).
    #[inline(always)]
    fn value(&self) -> L {
        let cube = product(times(self.size, self.size), [self.size, L::splat(0.0)]);
        let down = L::select(L::splat(1.0).lt(self.up), L::splat(two_to(-900)), L::splat(1.0));
        rounded(quotient(cube, self.below)) * down
    }

    /// tanh x, times `up`.
    #[inline(always)]
    fn tanh(&self) -> [L; 2] {
        quotient(product(self.above, [self.size, L::splat(0.0)]), self.below)
    }
}

/// tanh x by e = e^(−2x), for x ≥ 1.
struct Decay<L> {
    /// e/2^exponent and the exponent, kept apart because e may be out of range.
    significand: [L; 2],
    exponent: L,
    /// e; where e is below 2^-500, another number that small, which shows beside no other.
    power: [L; 2],
    /// 1 + e.
    below: [L; 2],
}

impl<L: Lanes> Decay<L> {
    #[inline(always)]
    fn of(table: &Exp2, size: L) -> Self {
        let zero = L::splat(0.0);
        // Beyond 400, everything is 0.
        let x = size.pmin(L::splat(400.0)).pmax(L::splat(1.0)) * L::splat(-2.0);
        let ExpParts { head, tail, exponent, .. } = exp_parts(table, x, zero);
        let significand = sum(head, tail);
        let unit = power_of_two(exponent.pmax(L::splat(-500.0)));
        let power = significand.map(|part| part * unit);
        let [high, low] = sum(L::splat(1.0), power[0]);
        Self { significand, exponent, power, below: [high, low + power[1]] }
    }

    /// 1 − tanh x = 2e/(1 + e).
    #[inline(always)]
    fn rest(&self) -> [L; 2] {
        quotient(self.power.map(|part| part + part), self.below)
    }

    /// tanh x.
    #[inline(always)]
    fn tanh(&self) -> [L; 2] {
        let rest = self.rest();
        let [high, low] = sum(L::splat(1.0), -rest[0]);
        [high, low - rest[1]]
    }
}

impl Kernel for TanhShrinkKernel {
    #[inline(always)]
    fn near_value<L: Lanes>(self, x: L) -> L {
        let size = x.abs();
        let rest = Decay::of(self.0, size).rest();
        let [high, low] = sum(size - L::splat(1.0), rest[0]);
        // Beyond 2^53 the rest is negligible, and for infinity the low part would be NaN.
        let far = L::select(size.le(L::splat(two_to(53))), high + (low + rest[1]), size);
        let value = L::select(size.le(L::splat(1.0)), Fraction::of(size, two_to(300)).value(), far);
        value.or_lanes(x.and_bits(1 << 63))
    }

    #[inline(always)]
    fn near_deriv<L: Lanes>(self, x: L) -> L {
        self.near_backward(x, L::splat(1.0))
    }

    #[inline(always)]
    fn near_backward<L: Lanes>(self, x: L, dy: L) -> L {
        let size = x.abs();
        let fraction = Fraction::of(size, two_to(580));
        let [near, far] = [fraction.tanh(), Decay::of(self.0, size).tanh()];
        let is_near = size.le(L::splat(1.0));
        let tanh = [L::select(is_near, near[0], far[0]), L::select(is_near, near[1], far[1])];
        let down = L::select(L::splat(1.0).lt(fraction.up), L::splat(two_to(-580)), L::splat(1.0));
        let significand = rounded(product(tanh, tanh));
        // A rare path: only here can f′ be subnormal.
        if L::any(L::splat(1.0).lt(fraction.up)) {
            times_deriv(dy, significand * down * down, significand, down)
        } else {
            dy * significand
        }
    }

    #[inline(always)]
    fn deriv2<L: Lanes>(self, x: L) -> L {
        let size = x.abs();
        let fraction = Fraction::of(size, two_to(300));
        let tanh = fraction.tanh();
        let square = product(tanh, tanh);
        let [high, low] = sum(L::splat(1.0), -square[0]);
        let near = rounded(product(tanh, [high, low - square[1]]));
        let near = L::select(L::splat(1.0).lt(fraction.up), size, near) * L::splat(2.0);
        // 8e·(1 − e)/(1 + e)³, with the power of two applied in two steps, of which the first is exact.
        let decay = Decay::of(self.0, size);
        let slope = quotient(decay.significand, product(decay.below, decay.below));
        let first = decay.exponent.pmax(L::splat(-1000.0));
        let far = rounded(product(slope, decay.tanh())) * L::splat(8.0);
        let far = far * power_of_two(first) * power_of_two(decay.exponent - first);
        L::select(size.le(L::splat(1.0)), near, far).or_lanes(x.and_bits(1 << 63))
    }
}

outlined!(TanhShrink);

//! hardSigmoid(x) = min(max(alpha·x + beta, 0), 1), with a single rounding of product and sum together.

use super::{Exact, Kernel, SlowOnTiny};
use crate::lanes::Lanes;
use crate::numeric::double_double::DoubleDouble;
use crate::numeric::pairs::{SIXTH, exact_product, product, rounded, split, sum};
use crate::numeric::powers::{exponent, two_to};

/// f(x) = min(max(alpha·x + beta, 0), 1); f′(x) = alpha where the sum is between 0 and 1, and at the right kink, else 0; NaN
/// for NaN. Any finite alpha and beta. The usual alpha is the f64 closest to 1/6; it counts as exactly 1/6, so that f is
/// exactly 0 at −3 and 1 at 3.
/// Source: the operator HardSigmoid of ONNX.
#[derive(Clone, Copy, Debug)]
pub struct HardSigmoid {
    /// The slope.
    pub alpha: f64,
    /// f(0).
    pub beta: f64,
}

/// f(x) = (slope·x + offset)/whole, limited to 0 and 1. The slope and the offset are held times a power of two that keeps the
/// products in range.
#[derive(Clone, Copy, Debug)]
pub struct HardSigmoidKernel {
    slope: [f64; 2],
    /// A factor that x is multiplied by first.
    stretch: f64,
    offset: [f64; 2],
    /// 1/whole.
    inverse: [f64; 2],
    unscale: f64,
    /// Where |x|·`stretch` is larger than this, f is 0 or 1.
    reach: f64,
    /// Beyond this, x is infinite, and the slope decides.
    largest: f64,
    /// f′ between the kinks.
    alpha: f64,
    /// Whether there is no kink close to 0, except at 0 itself, and beta is 0 or too large to count as tiny.
    is_linear_at_zero: bool,
    /// The sum at the left kink and at the right kink.
    kinks: [f64; 2],
    /// The sign bit of alpha, as −0 or +0.
    sign: f64,
}

impl HardSigmoid {
    /// The kernel.
    #[inline(never)]
    pub fn kernel(self) -> HardSigmoidKernel {
        let Self { alpha, beta } = self;
        let (whole, slope) = if alpha == 1.0 / 6.0 { (6.0, 1.0) } else { (1.0, alpha) };
        // From a very steep slope, a power of two is moved to x, which is small wherever it counts.
        let [stretch, shrink] = if slope.abs() < two_to(900) { [1.0; 2] } else { [two_to(124), two_to(-124)] };
        let slope = slope * shrink;
        // The scale is so large that no product that counts beside beta underflows; `reach` makes sure that none overflows. It
        // is found by exponents, as divisions are slow.
        let power = (900 - exponent(beta.abs().max(1.0))).min(1022 - exponent(slope));
        let (scale, unscale) = (two_to(power), two_to(-power));
        let (slope, one, offset) = (slope * scale, whole * scale, exact_product([whole, 0.0], beta * scale));
        let most = 4.0 * (one + offset[0].abs());
        HardSigmoidKernel {
            slope: split(slope),
            stretch,
            offset,
            inverse: if whole == 1.0 { [1.0, 0.0] } else { SIXTH },
            unscale,
            // The slope is this power of two or more.
            reach: if slope == 0.0 { 0.0 } else { (most * two_to(-exponent(slope))).min(f64::MAX) },
            largest: if slope == 0.0 { f64::INFINITY } else { f64::MAX },
            alpha,
            is_linear_at_zero: alpha.abs() < two_to(40) && (beta == 0.0 || beta.abs() > two_to(-50)),
            kinks: if alpha < 0.0 { [one, 0.0] } else { [0.0, one] },
            sign: f64::from_bits(alpha.to_bits() & (1 << 63)),
        }
    }
}

impl Exact for HardSigmoid {
    const HAS_EXACT: bool = true;

    fn exact(self, order: usize, x: f64) -> DoubleDouble {
        let (whole, slope) = if self.alpha == 1.0 / 6.0 { (6.0, 1.0) } else { (1.0, self.alpha) };
        match order {
            0 => (DoubleDouble::from(slope) * x + DoubleDouble::from(self.beta) * whole) / whole,
            _ => DoubleDouble::UNKNOWN,
        }
    }
}

impl HardSigmoidKernel {
    /// The sum as three numbers, each much smaller than the previous one.
    #[inline(always)]
    fn sum<L: Lanes>(self, x: L) -> [L; 3] {
        let inner = (x * L::splat(self.stretch)).pmin(L::splat(self.reach)).pmax(L::splat(-self.reach));
        let [high, low] = exact_product(self.slope, inner);
        // Of a product that underflows, even in one of its parts, only the sign counts: the value is 0 or beta.
        let is_lost = high.abs().lt(L::splat(two_to(-900)));
        let high = L::select(is_lost, inner.xor_lanes(L::splat(self.sign)), high);
        let low = L::select(is_lost, L::splat(0.0), low);
        let [offset, rest] = self.offset.map(L::splat);
        let [total, error] = sum(high, offset);
        let infinite = L::splat(self.largest).lt(x.abs());
        let total =
            L::select(infinite, L::splat(two_to(1000)).or_lanes(x.and_bits(1 << 63)).xor_lanes(L::splat(self.sign)), total);
        // One of these two numbers is 0.
        let [small, smaller] = sum(error, low + rest);
        [total, small, smaller]
    }

    /// Whether the sum has passed `level`, going to the right.
    #[inline(always)]
    fn beyond<L: Lanes>(self, [total, small, smaller]: [L; 3], level: f64) -> L::Mask {
        let distance = ((total - L::splat(level)) + small) + smaller;
        L::splat(0.0).lt(distance.xor_lanes(L::splat(self.sign)))
    }
}

impl Kernel for HardSigmoidKernel {
    #[inline(always)]
    fn near_value<L: Lanes>(self, x: L) -> L {
        let [total, small, _] = self.sum(x);
        let value = rounded(product([total, small], self.inverse.map(L::splat))) * L::splat(self.unscale);
        value.pmin(L::splat(1.0)).pmax(L::splat(0.0)) + L::splat(0.0)
    }

    #[inline(always)]
    fn slow_on_tiny(self) -> SlowOnTiny {
        // With a steep slope, both kinks could lie close to 0, and a tiny beta would count beside x.
        if self.is_linear_at_zero { SlowOnTiny::InputAndGradient } else { SlowOnTiny::Gradient }
    }

    #[inline(always)]
    fn near_deriv<L: Lanes>(self, x: L) -> L {
        let sum = self.sum(x);
        let [left, right] = self.kinks.map(|level| self.beyond(sum, level));
        let slope = L::select(left, L::select(right, L::splat(0.0), L::splat(self.alpha)), L::splat(0.0));
        L::select(x.eq(x), slope, x)
    }
}

compact!(HardSigmoid);

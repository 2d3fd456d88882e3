//! elu(x) = x for x > 0, else alpha·(e^x − 1): e^(g + h) − 1, from a table of e^g − 1 on an exact grid.

use super::{Activation, Exact, Kernel, KernelVisitor, Near, SlowOnTiny};
use crate::grid::addition::{EXPM1_LIMIT, EXPM1_STEPS, Tables, tables};
use crate::lanes::Lanes;
use crate::numeric::double_double::DoubleDouble;
use crate::numeric::exp::{EXP_UNDERFLOWS_BELOW, FactorTimesExp, PowerTimesExp, ROUND};
use crate::numeric::powers::two_to;

/// f(x) = x for x > 0, else alpha·(e^x − 1); f′(x) = 1 for x > 0, else alpha·e^x; f″(x) = 0 for x > 0, else
/// alpha·e^x. Any finite alpha.
/// f(−∞) = −alpha, f′(−∞) = 0; f(±0) = alpha·(±0), f′(±0) = alpha; NaN for NaN.
#[derive(Clone, Copy, Debug)]
pub struct Elu {
    /// The slope at 0, and minus the limit at −∞.
    pub alpha: f64,
}

/// right·x for x > 0, else height·(e^x − 1): the kernel of elu and of selu. The parts of the height, the tables and the
/// constants are fields, so that a loop loads them only once (see [`Kernel`]).
#[derive(Clone, Copy)]
pub struct EluKernel {
    right: f64,
    height: f64,
    /// The part of the height that an f64 cannot hold; −0 if there is none.
    low: f64,
    factor: Factor,
    /// The sign bit of the height, as −0 or +0.
    sign: f64,
    series: Expm1,
    exp: FactorTimesExp,
}

/// A factor for products whose parts must neither underflow nor overflow: it is held times a power of two, as the sum of two
/// numbers of which the first has 26 bits, together with the inverse of that power.
#[derive(Clone, Copy)]
pub struct Factor {
    /// The factor times the power of two.
    pub scaled: f64,
    upper: f64,
    lower: f64,
    unscale: f64,
}

/// e^x − 1 and e^x from their table.
#[derive(Clone, Copy)]
pub struct Expm1 {
    /// The table.
    pub tables: &'static Tables,
    grid: f64,
    /// From here down, the table gives a number that rounds to −1.
    pub limit: f64,
    rest: (f64, f64, f64, f64, f64, f64),
}

/// The kernel for alpha = 1: it gives the same bits without the product.
#[derive(Clone, Copy)]
struct UnitEluKernel(EluKernel, PowerTimesExp);

impl Activation for Elu {
    type Kernel = EluKernel;

    #[inline(always)]
    fn kernel(self) -> EluKernel {
        EluKernel::new([self.alpha, -0.0], 1.0)
    }

    #[inline(always)]
    fn with_kernel(self, visitor: impl KernelVisitor) {
        let kernel = self.kernel();
        if self.alpha == 1.0 { visitor.visit(UnitEluKernel(kernel, PowerTimesExp::new(0))) } else { visitor.visit(kernel) }
    }
}

impl Exact for Elu {
    const HAS_EXACT: bool = true;

    fn exact(self, order: usize, x: f64) -> DoubleDouble {
        exact(order, x, DoubleDouble::from(self.alpha), 1.0, 1.0)
    }
}

/// Adding this to |x| < 2^46 leaves round(16·x) in the low bits.
const GRID: f64 = ROUND / EXPM1_STEPS;

/// (e^h − 1 − h)/h² in powers of h for |h| ≤ 1/32: h times the error is below 2^-56. The coefficients are from
/// scripts/coefficients/fit.py.
const EXPM1_REST: (f64, f64, f64, f64, f64, f64) = (
    0.5000000000000026,
    0.1666666666666675,
    0.04166666664598198,
    0.008333333329350111,
    0.0013889312664976654,
    0.0001984186192675104,
);

/// f, f′ or f″ at x: right·x for x > 0, else height·(e^(x/width) − 1).
pub fn exact(order: usize, x: f64, height: DoubleDouble, width: f64, right: f64) -> DoubleDouble {
    let u = DoubleDouble::from(x) / width;
    match order {
        0 if x > 0.0 => DoubleDouble::from(right) * x,
        0 => u.expm1() * height,
        _ if x > 0.0 => DoubleDouble::UNKNOWN,
        1 => u.exp() * height / width,
        _ => u.exp() * height / width / width,
    }
}

/// x + low = g + h for x ≤ 0, with g on the grid, |h| ≤ 1/32, and a small `low`.
pub struct Parts<L> {
    /// Names the table row of g in its low bits.
    grid: L,
    /// x − g, which is exact. With `low` added it becomes h.
    exact: L,
    low: L,
    h: L,
    /// e^h − 1 − h.
    rest: L,
}

impl<L: Lanes> Parts<L> {
    /// e^(x + low) − 1 as a sum of two numbers. The first is exact, since |e^g − 1| ≤ |g| has no bit below those of |x|; the
    /// second is small.
    #[inline(always)]
    pub fn expm1(&self, tables: &Tables) -> (L, L) {
        let (head, tail) = self.grid.lookup(&tables.expm1, 0);
        (head + self.exact, (tail + self.rest) + head * (self.h + self.rest) + self.low)
    }

    /// e^(x + low) as a sum of two numbers, of which the second is small.
    #[inline(always)]
    pub fn exp(&self, tables: &Tables) -> (L, L) {
        let (head, tail) = self.grid.lookup(&tables.expm1, 1);
        (head, tail + head * (self.h + self.rest))
    }
}

impl Expm1 {
    /// The table and the constants.
    #[inline(always)]
    pub fn new() -> Self {
        Self { tables: tables(), grid: GRID, limit: -EXPM1_LIMIT, rest: EXPM1_REST }
    }

    #[inline(always)]
    fn parts<L: Lanes>(self, x: L) -> Parts<L> {
        // The compiler removes an addition of −0.
        self.parts_of_sum([x, L::splat(-0.0)])
    }

    /// The same for an x that is the sum of two numbers.
    #[inline(always)]
    pub fn parts_of_sum<L: Lanes>(self, [x, low]: [L; 2]) -> Parts<L> {
        let grid = x + L::splat(self.grid);
        let exact = x + (L::splat(self.grid) - grid);
        let h = exact + low;
        let h2 = h * h;
        let (c0, c1, c2, c3, c4, c5) = self.rest;
        let first = L::splat(c0) + h * L::splat(c1);
        let q = first + h2 * ((L::splat(c2) + h * L::splat(c3)) + h2 * (L::splat(c4) + h * L::splat(c5)));
        Parts { grid, exact, low, h, rest: h2 * q }
    }
}

impl Factor {
    /// The factor number + low.
    #[inline(always)]
    fn new([number, low]: [f64; 2]) -> Self {
        // When scaling up, whatever underflows is less than 2^-60 of the result's ulp. When scaling down, nothing underflows,
        // because 2^800·x is normal for every x.
        let (scale, unscale) = if number.abs() < two_to(900) { (two_to(64), two_to(-64)) } else { (two_to(-64), two_to(64)) };
        Self::with_power([number * scale, low * scale], unscale)
    }

    /// The factor (number + low)·power.
    #[inline(always)]
    pub fn with_power([number, low]: [f64; 2], power: f64) -> Self {
        let upper = f64::from_bits(number.to_bits() & (!0 << 27));
        Self { scaled: number, upper, lower: (number - upper) + low, unscale: power }
    }

    /// The factor times (big + small), where no part underflows. The product with `big` is the sum of two f64, of which only
    /// the second has an error. For a factor of 1 it is big + small.
    #[inline(always)]
    pub fn times<L: Lanes>(self, (big, small): (L, L)) -> L {
        let (factor, head, tail) = (L::splat(self.scaled), L::splat(self.upper), L::splat(self.lower));
        let upper = big.and_bits(!0 << 27);
        let high = factor * big;
        let low = (head * upper - high) + (tail * big + head * (big - upper));
        (high + (low + factor * small)) * L::splat(self.unscale)
    }
}

impl EluKernel {
    /// The kernel for a height given as an f64 and the part that the f64 cannot hold.
    #[inline(always)]
    pub fn new(height: [f64; 2], right: f64) -> Self {
        let [high, low] = height;
        Self {
            right,
            height: high,
            low,
            factor: Factor::new(height),
            sign: f64::from_bits(high.to_bits() & (1 << 63)),
            series: Expm1::new(),
            exp: FactorTimesExp::new(height),
        }
    }

    #[inline(always)]
    fn value_of<L: Lanes>(self, x: L, parts: &Parts<L>) -> L {
        let below = self.factor.times(parts.expm1(self.series.tables));
        // A product that is zero or underflows to zero has lost its sign, which is the sign of the height times that of x.
        let sign = x.xor_lanes(x.abs()).xor_lanes(L::splat(self.sign));
        L::select(L::splat(0.0).lt(x), x * L::splat(self.right), below.or_lanes(sign))
    }

    #[inline(always)]
    fn deriv_of<L: Lanes>(self, x: L, parts: &Parts<L>) -> L {
        L::select(L::splat(0.0).lt(x), L::splat(self.right), self.factor.times(parts.exp(self.series.tables)))
    }
}

impl Kernel for EluKernel {
    #[inline(always)]
    fn near(self) -> Near {
        Near { deriv: [-EXPM1_LIMIT, f64::INFINITY], ..Near::EVERYWHERE }
    }

    #[inline(always)]
    fn near_value<L: Lanes>(self, x: L) -> L {
        self.value_of(x, &self.series.parts(x.pmin(L::splat(0.0)).pmax(L::splat(self.series.limit))))
    }

    #[inline(always)]
    fn near_deriv<L: Lanes>(self, x: L) -> L {
        self.deriv_of(x, &self.series.parts(x.pmin(L::splat(0.0))))
    }

    #[inline(always)]
    fn near_value_and_deriv<L: Lanes>(self, x: L) -> (L, L) {
        let parts = self.series.parts(x.pmin(L::splat(0.0)));
        (self.value_of(x, &parts), self.deriv_of(x, &parts))
    }

    #[inline(always)]
    fn near_deriv2(self) -> [f64; 2] {
        self.near().deriv
    }

    #[inline(always)]
    fn deriv2<L: Lanes>(self, x: L) -> L {
        L::select(L::splat(0.0).lt(x), L::splat(0.0), self.near_deriv(x))
    }

    #[inline(always)]
    fn deriv_from_value<L: Lanes>(self, y: L) -> L {
        // With a height >= 0, which the caller checks, y > 0 exactly where x > 0.
        let below = (y + L::splat(self.height)) + L::splat(self.low);
        L::select(L::splat(0.0).lt(y), L::splat(self.right), below)
    }

    #[inline(always)]
    fn slow_on_tiny_from_value(self) -> SlowOnTiny {
        SlowOnTiny::Gradient
    }

    #[inline(always)]
    fn reach(self) -> f64 {
        self.exp.reach()
    }

    #[inline(always)]
    fn far_value<L: Lanes>(self, _: L) -> L {
        L::splat(-self.height)
    }

    #[inline(always)]
    fn far_deriv<L: Lanes>(self, x: L) -> L {
        self.exp.at(x)
    }

    #[inline(always)]
    fn far_backward<L: Lanes>(self, x: L, dy: L) -> L {
        self.exp.times(x, dy)
    }

    // For a subnormal result, the two kernels may differ by one rounding, so this takes the one that buffers use.
    #[inline(always)]
    fn far_backward_of_one(self, x: f64, dy: f64) -> f64 {
        if self.height == 1.0 { PowerTimesExp::new(0).times_of_one(x, dy) } else { self.far_backward(x, dy) }
    }
}

impl UnitEluKernel {
    #[inline(always)]
    fn value_of<L: Lanes>(self, x: L, parts: &Parts<L>) -> L {
        // Because e^x - 1 >= x, this is x for x > 0, for ±0 and for NaN.
        let (big, small) = parts.expm1(self.0.series.tables);
        x.pmax(big + small)
    }

    #[inline(always)]
    fn deriv_of<L: Lanes>(self, parts: &Parts<L>) -> L {
        let (big, small) = parts.exp(self.0.series.tables);
        big + small
    }
}

impl Kernel for UnitEluKernel {
    #[inline(always)]
    fn near(self) -> Near {
        self.0.near()
    }

    #[inline(always)]
    fn near_value<L: Lanes>(self, x: L) -> L {
        self.value_of(x, &self.0.series.parts(x.pmin(L::splat(0.0)).pmax(L::splat(self.0.series.limit))))
    }

    #[inline(always)]
    fn near_deriv<L: Lanes>(self, x: L) -> L {
        self.deriv_of(&self.0.series.parts(x.pmin(L::splat(0.0))))
    }

    #[inline(always)]
    fn near_value_and_deriv<L: Lanes>(self, x: L) -> (L, L) {
        let parts = self.0.series.parts(x.pmin(L::splat(0.0)));
        (self.value_of(x, &parts), self.deriv_of(&parts))
    }

    #[inline(always)]
    fn near_deriv2(self) -> [f64; 2] {
        self.near().deriv
    }

    #[inline(always)]
    fn deriv2<L: Lanes>(self, x: L) -> L {
        L::select(L::splat(0.0).lt(x), L::splat(0.0), self.near_deriv(x))
    }

    #[inline(always)]
    fn deriv_from_value<L: Lanes>(self, y: L) -> L {
        L::select(L::splat(0.0).lt(y), L::splat(1.0), y + L::splat(1.0))
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
        self.0.far_value(x)
    }

    #[inline(always)]
    fn far_deriv<L: Lanes>(self, x: L) -> L {
        self.1.at(x)
    }

    #[inline(always)]
    fn far_backward<L: Lanes>(self, x: L, dy: L) -> L {
        self.1.times(x, dy)
    }
}

#[cfg(test)]
mod tests {
    use super::DoubleDouble;
    use super::{Activation as _, EXPM1_LIMIT, EXPM1_REST, Elu, Kernel, PowerTimesExp, UnitEluKernel, two_to};

    #[test]
    fn a_number_has_the_bits_of_a_buffer_where_its_gradient_is_subnormal() {
        // Found by tests/fuzz.rs: before numbers had this function of their own, a single number got 1.8051582037164597e-308.
        let (x, dy) = (f64::from_bits(0xc07c_2461_040c_de5e), f64::from_bits(0x28a3_c761_6517_ce95));
        let kernel = Elu { alpha: 1.0 }.kernel();
        assert_eq!(kernel.far_backward_of_one(x, dy), 1.805158203716459e-308);
        assert_eq!(UnitEluKernel(kernel, PowerTimesExp::new(0)).far_backward(x, dy), 1.805158203716459e-308);
    }

    #[test]
    fn alpha_one_has_the_bits_of_any_alpha() {
        // All NaN count as equal.
        let of = |value: f64| if value.is_nan() { f64::NAN.to_bits() } else { value.to_bits() };
        let any = Elu { alpha: 1.0 }.kernel();
        let unit = UnitEluKernel(any, PowerTimesExp::new(0));
        let mut bits = 0x9e37_79b9_7f4a_7c15_u64;
        for round in 0..1_000_000 {
            bits = bits.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            let even = (bits >> 11) as f64 * -EXPM1_LIMIT / (1u64 << 53) as f64;
            let x = if round % 2 == 0 { f64::from_bits(bits) } else { even };
            assert_eq!(of(any.near_value(x)), of(unit.near_value(x)), "elu({x:e})");
            if x >= -EXPM1_LIMIT {
                assert_eq!(of(any.near_deriv(x)), of(unit.near_deriv(x)), "elu'({x:e})");
            }
            // Also far x, as far out as they count, with gradients some of which are subnormal.
            let (far, dy) = (even * 35.0 - EXPM1_LIMIT, f64::from_bits(bits.rotate_left(23)));
            for dy in [dy, even * two_to(-((bits % 1000) as i64))] {
                assert_eq!(of(any.far_backward_of_one(far, dy)), of(unit.far_backward(far, dy)), "{dy:e} times elu'({far:e})");
            }
            assert_eq!(of(any.far_deriv(far)), of(unit.far_deriv(far)), "elu'({far:e})");
        }
    }

    /// The digits of the coefficients are those for which the largest error of the polynomial, times h, is smallest: it is
    /// below 0.88·2^-56, and it comes close to that with alternating signs eight times, as Chebyshev's theorem requires of the
    /// best polynomial.
    #[test]
    fn the_coefficients_are_the_best() {
        let (c0, c1, c2, c3, c4, c5) = EXPM1_REST;
        let (mut worst, mut turns, mut last) = (0f64, 0, 0.0);
        // Close to 0 the difference below has no digits left, and the error is too small to count.
        for step in (-1000..=1000).filter(|step: &i32| step.abs() > 50) {
            let h = f64::from(step) / 32_000.0;
            let long = DoubleDouble::from(h);
            let rest = (long.exp_small() - DoubleDouble::from(1.0) - long) / (long * long);
            let polynomial = [c5, c4, c3, c2, c1, c0]
                .map(DoubleDouble::from)
                .into_iter()
                .fold(DoubleDouble::from(0.0), |sum, c| sum * long + c);
            let error = (polynomial - rest).high * h * two_to(56);
            worst = worst.max(error.abs());
            if error.abs() > 0.74 && error.signum() != last {
                (turns, last) = (turns + 1, error.signum());
            }
        }
        assert!(worst < 0.88, "{worst}·2^-56");
        assert_eq!(turns, 8, "turns of the error between ±0.74·2^-56");
    }
}

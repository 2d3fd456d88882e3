//! e^x as 2^k·2^(j/128)·e^r: a table of 128 pairs and a polynomial on |r| ≤ ln 2/256.
//! After Tang, Table-driven implementation of the exponential function, ACM TOMS 15 (1989).

use super::double_double::{DoubleDouble, LN2};
use super::pairs::split;
use super::powers::{exponent_bits, significand_and_exponent, two_to};
use crate::lanes::{F64x2, Lanes, Table};
use crate::lazy::Lazy;

/// log2 of the number of rows of [`Exp2`].
const EXP2_BITS: u32 = 7;

/// Row j: 2^(j/128), with a head of 26 bits, so that its product with another number of 26 bits is exact.
pub type Exp2 = Table<1, { 1 << EXP2_BITS }>;

static EXP2: Lazy<Exp2> = Lazy::new([[F64x2::ZERO]; 1 << EXP2_BITS], fill);

/// The table. It is filled at its first use, so it costs no bytes in the package.
#[inline(always)]
pub fn exp2() -> &'static Exp2 {
    EXP2.get()
}

fn fill(table: &mut Exp2) {
    let mut power = DoubleDouble::from(1.0);
    let step = (LN2 / DoubleDouble::from(128.0)).exp_small();
    for row in table {
        let [head, _] = split(power.high);
        row[0] = F64x2::from_array([head, (power.high - head) + power.low]);
        power = power * step;
    }
}

/// e^x = (head + tail)·2^exponent; 1 ≤ head < 2, |tail| < head/256; `exponent` is a whole number.
#[derive(Clone, Copy, Debug)]
pub struct ExpParts<L> {
    /// The table's part of the significand.
    pub head: L,
    /// The number to add to `head`.
    pub tail: L,
    /// The power of two.
    pub exponent: L,
    /// 128 times the exponent, plus the row of the table, in the low bits.
    shifted: L,
}

/// Adding this to |v| < 2^50 rounds v to a whole number, which is then in the low bits.
pub const ROUND: f64 = 1.5 * 4503599627370496.0;

/// ln 2/128, cut to 34 bits, so that n times it is exact for |n| < 2^19.
const STEP_HEAD: f64 = f64::from_bits(0x3f76_2e42_fef8_0000);
/// The rest, to 53 bits.
const STEP_TAIL: f64 = f64::from_bits(0x3d41_cf79_abc9_e3b4);

/// The parts of e^(x + low) for |x| ≤ 2800 and |low| < 2^-13; NaN for NaN. head + tail is good to 2^-61.
#[inline(always)]
pub fn exp_parts<L: Lanes>(table: &Exp2, x: L, low: L) -> ExpParts<L> {
    let shifted = x * L::splat(128.0 / core::f64::consts::LN_2) + L::splat(ROUND);
    let n = shifted - L::splat(ROUND);
    let r = (x - n * L::splat(STEP_HEAD)) - (n * L::splat(STEP_TAIL) - low);
    // e^r - 1 by Taylor's series; the first term left out is below 2^-60.
    let r2 = r * r;
    let p = r + r2 * ((L::splat(0.5) + r * L::splat(1.0 / 6.0)) + r2 * (L::splat(1.0 / 24.0) + r * L::splat(1.0 / 120.0)));
    let (head, low) = shifted.lookup(table, 0);
    let exponent = (shifted.and_bits(!0 << EXP2_BITS) - L::splat(ROUND)) * L::splat(1.0 / 128.0);
    ExpParts { head, tail: low + (head + low) * p, exponent, shifted }
}

/// 2^exponent for a whole number from −1022 to 1023.
#[inline(always)]
pub fn power_of_two<L: Lanes>(exponent: L) -> L {
    (exponent + L::splat(ROUND + 1023.0)).shift_left::<52>()
}

// The rest of this file computes factor·e^x for x far below 0, with an error of at most 1 ulp, also for subnormal results. For
// ordinary arguments, no instruction in it has a subnormal result, which would cost 100 cycles or more on many processors.
// Subnormal results are made by an addition and by integer operations on the bits.

/// The smallest normal number in units of the smallest subnormal.
pub const SMALLEST_NORMAL_IN_UNITS: f64 = two_to(52);

/// The subnormal number with this many units, rounded to whole units.
#[inline(always)]
pub fn subnormal_from_units<L: Lanes>(whole: L) -> L {
    // After adding 2^52, the units are the bits below the exponent. Then the bits of 2^52 are subtracted again.
    (whole + L::splat(SMALLEST_NORMAL_IN_UNITS))
        .add_bits(L::splat(f64::from_bits(SMALLEST_NORMAL_IN_UNITS.to_bits().wrapping_neg())))
}

/// Returns `finite`, which is |dy·factor|, unless `size` is NaN, or infinite because dy is. Then it returns `size` times the
/// rounded factor, which is 0 up to half of the smallest subnormal. `units` is the factor and `half` is that half, both in the
/// same unit.
#[inline(always)]
fn unless_infinite<L: Lanes>(size: L, units: L, half: f64, finite: L) -> L {
    let is_finite = size.le(L::splat(f64::MAX));
    // A lane is hardly ever not finite. Without this branch, far x take up to a quarter longer.
    if L::bits(is_finite) == (1 << L::WIDTH) - 1 {
        return finite;
    }
    let infinite = size * (units - L::splat(half)).pmax(L::splat(0.0));
    L::select(is_finite, finite, L::select(size.eq(size), infinite, size))
}

/// 2^power·e^x for x ≤ −37, including −∞, and a power from 0 to 3. Any number for a larger x.
#[derive(Clone, Copy, Debug)]
pub struct PowerTimesExp {
    table: &'static Exp2,
    power: f64,
    /// For x below this, e^x times the largest number is 0. So is the unit of [`PowerTimesExp::times`], because its exponent is
    /// that of zero.
    pub least: f64,
}

impl PowerTimesExp {
    /// For this power.
    #[inline(always)]
    pub fn new(power: i64) -> Self {
        let least = -(2097.5 + power as f64) * core::f64::consts::LN_2;
        Self { table: exp2(), power: exponent_bits(power), least }
    }

    /// m and the bits of 2^e, where the result is m·2^e with 1 ≤ m < 2. x is limited to at least `least`.
    #[inline(always)]
    fn parts<L: Lanes>(self, x: L, low: L, least: f64) -> (L, L) {
        let x = x.pmin(L::splat(-37.0)).pmax(L::splat(least));
        let ExpParts { head, tail, shifted, .. } = exp_parts(self.table, x, low);
        // This has the bits of `FactorTimesExp` with a factor of 1.
        (head + tail, exponent_of_shifted(shifted).add_bits(L::splat(self.power)))
    }

    /// The same for twice the factor; `times` does not hold for it.
    #[inline(always)]
    pub fn twice(self) -> Self {
        Self { power: f64::from_bits(self.power.to_bits() + (1 << 52)), ..self }
    }

    /// 2^power·e^x.
    #[inline(always)]
    pub fn at<L: Lanes>(self, x: L) -> L {
        self.at_sum(x, L::splat(0.0))
    }

    /// 2^power·e^(x + low) for a small `low`.
    #[inline(always)]
    pub fn at_sum<L: Lanes>(self, x: L, low: L) -> L {
        // For smaller x, everything is 0. The exponent of `normal` may wrap around; then that of `whole` is correct again.
        let (m, exponent) = self.parts(x, low, -780.0);
        let normal = m.add_bits(exponent);
        let whole = normal.add_bits(L::splat(exponent_bits(1074)));
        L::select(whole.lt(L::splat(SMALLEST_NORMAL_IN_UNITS)), subnormal_from_units(whole), normal)
    }

    /// dy·2^power·e^x, within 2 ulp of the exact product, also where e^x is subnormal or 0. ∞·0 is NaN.
    #[inline(always)]
    pub fn times<L: Lanes>(self, x: L, dy: L) -> L {
        self.times_sum(x, L::splat(0.0), dy)
    }

    /// dy·2^power·e^(x + low), likewise.
    #[inline(always)]
    pub fn times_sum<L: Lanes>(self, x: L, low: L, dy: L) -> L {
        let (m, exponent) = self.parts(x, low, self.least);
        // The product is half as large, so that it does not overflow.
        let product = dy * m.add_bits(L::splat(exponent_bits(-1)));
        let size = product.abs();
        let unit = exponent.add_bits(L::splat(exponent_bits(1 + 1074 + 1023)));
        let whole = size * unit;
        let normal = size.add_bits(exponent.add_bits(L::splat(exponent_bits(1))));
        let result = L::select(whole.lt(L::splat(SMALLEST_NORMAL_IN_UNITS)), subnormal_from_units(whole), normal);
        unless_infinite(size, m * unit, 1.0, result).or_lanes(product.xor_lanes(size))
    }

    /// The same for a single number. All callers share one copy, because they are not time-critical.
    #[inline(never)]
    pub fn times_of_one(self, x: f64, dy: f64) -> f64 {
        self.times(x, dy)
    }
}

/// For x up to here, e^x is 0 in f64, even when multiplied by 16: 16·e^-748 is below 2^-1075.
pub const EXP_UNDERFLOWS_BELOW: f64 = -748.0;

/// For x up to here, e^x counts as 0, even when multiplied by the largest number. This is the middle of the range with the
/// exponent −2087.
pub const EXP_IS_ZERO_BELOW: f64 = -1446.3;

/// m, where (a + rest)·e^(x + low) is m times a power of two, for an `a` of 26 bits; and [`ExpParts::shifted`], which contains
/// the exponent.
#[inline(always)]
fn significand<L: Lanes>(table: &Exp2, [x, low]: [L; 2], factor: Option<[L; 2]>) -> (L, L) {
    let ExpParts { head, tail, shifted, .. } = exp_parts(table, x, low);
    let exp = head + tail;
    let Some([a, rest]) = factor else { return (exp, shifted) };
    // The first product is exact.
    (a * head + (rest * exp + a * tail), shifted)
}

/// a + low as a number of 26 bits and the rest, for use as a factor.
#[inline(always)]
pub fn with_short_head<L: Lanes>([a, low]: [L; 2]) -> [L; 2] {
    let upper = a.and_bits(!0 << 27);
    [upper, (a - upper) + low]
}

/// The bits of 2^e minus those of 1, for the exponent e in the low bits of `shifted`.
#[inline(always)]
fn exponent_of_shifted<L: Lanes>(shifted: L) -> L {
    shifted.and_bits(!0 << EXP2_BITS).shift_left::<{ 52 - EXP2_BITS }>()
}

/// m > 0 times the power of two of `exponent`. The result is not below 2^-2090 nor above 2^1024.
#[inline(always)]
fn composed<L: Lanes>(m: L, exponent: L) -> L {
    let normal = m.add_bits(exponent);
    // Where the exponent of `normal` wraps around, `normal` is negative or NaN, and the exponent of `whole` is correct again.
    let whole = normal.add_bits(L::splat(exponent_bits(1074)));
    L::select(L::splat(f64::MIN_POSITIVE).le(normal), normal, subnormal_from_units(whole))
}

/// A product with a power of two below this exponent is 0 if the other factor is below 2^25.
pub const LEAST_POWER: f64 = -1100.0;

/// (a + rest)·e^(x + low)·2^`power`, or e^(x + low)·2^`power` without a factor, also for subnormal results. `a` has 26 bits,
/// |rest| < |a|·2^-6 and |low| < 2^-13. In addition, either the power is 0, [`EXP_IS_ZERO_BELOW`] ≤ x ≤ −28 and
/// 2^-8 < |a| < 2^20; or e^(x + low) is from 2^([`LEAST_POWER`] − `power`) to 2^-63 and 1/2 ≤ |a| < 2^13. Any number for larger
/// x.
#[inline(always)]
pub fn product_with_exp<L: Lanes>(table: &Exp2, x: [L; 2], factor: Option<[L; 2]>, power: f64) -> L {
    let (m, shifted) = significand(table, x, factor);
    let size = m.abs();
    let exponent = exponent_of_shifted(shifted).add_bits(L::splat(exponent_bits(power as i64)));
    composed(size, exponent).or_lanes(m.xor_lanes(size))
}

/// dy·(a + rest)·e^(x + low) under the first of these conditions, within 2 ulp of the exact product, also where the factor of
/// dy is subnormal or 0. ∞·0 is NaN.
#[inline(always)]
pub fn gradient_with_exp<L: Lanes>(table: &Exp2, x: [L; 2], factor: Option<[L; 2]>, dy: L) -> L {
    let (m, shifted) = significand(table, x, factor);
    let exponent = exponent_of_shifted(shifted);
    // dy is scaled down, so that the product does not overflow.
    let product = dy * L::splat(two_to(-14)) * m;
    let size = product.abs();
    // The units are 2^-1050, because others could be out of range. For the least x the unit is 0, because its exponent is that
    // of zero.
    let unit = exponent.add_bits(L::splat(exponent_bits(1064 + 1023)));
    let whole = size * unit;
    let normal = size.add_bits(exponent.add_bits(L::splat(exponent_bits(14))));
    let small = subnormal_from_units(whole * L::splat(two_to(24)));
    let result = L::select(whole.lt(L::splat(two_to(52 - 24))), small, normal);
    unless_infinite(size, m.abs() * unit, two_to(-11), result).or_lanes(product.xor_lanes(size))
}

/// factor·e^x for x ≤ 0, including −∞, and for any finite factor whose product with e^x does not overflow.
#[derive(Clone, Copy, Debug)]
pub struct FactorTimesExp {
    table: &'static Exp2,
    /// The factor is ±significand·2^power, with a significand from 1 to 2. `upper` is its upper half, `lower` the rest.
    significand: f64,
    upper: f64,
    lower: f64,
    /// The bits of the power of two.
    power: f64,
    /// The sign bit of the factor.
    sign: f64,
    /// For x below the first, the result is 0; for x below the second, it is 0 even times the largest dy.
    least: [f64; 2],
}

impl FactorTimesExp {
    /// Splits the factor into its parts. `low` is the rest of the factor beyond an f64, scaled as the significand is.
    #[inline(always)]
    pub fn new([factor, low]: [f64; 2]) -> Self {
        // A factor of 0 gets so low a power that every result is 0.
        let (significand, power) = if factor == 0.0 { (1.0, -2200) } else { significand_and_exponent(factor.abs()) };
        let upper = f64::from_bits(significand.to_bits() & (!0 << 27));
        Self {
            table: exp2(),
            significand,
            upper,
            lower: (significand - upper) + low,
            power: exponent_bits(power),
            sign: f64::from_bits(factor.to_bits() & (1 << 63)),
            // In the middle of the ranges with the exponents −1110 and −2099.
            least: [1109.5, 2098.5].map(|exponent| -(exponent + power as f64) * core::f64::consts::LN_2),
        }
    }

    /// m and the bits of 2^e, where the size of the result is m·2^e with 1 ≤ m < 4. x is limited to at least `least`.
    #[inline(always)]
    fn parts<L: Lanes>(self, x: L, least: f64) -> (L, L) {
        let ExpParts { head, tail, shifted, .. } = exp_parts(self.table, x.pmax(L::splat(least)), L::splat(0.0));
        // The products with the head are exact.
        let small = L::splat(self.lower) * head + L::splat(self.significand) * tail;
        (L::splat(self.upper) * head + small, exponent_of_shifted(shifted).add_bits(L::splat(self.power)))
    }

    /// For x up to minus this, factor·e^x is 0 even when multiplied by 16: it is below 2^-1075.
    #[inline(always)]
    pub fn reach(self) -> f64 {
        // `least` contains the exponent 1109.5; the factor is below 2^(power + 1).
        -self.least[0] - (1109.5 - 1080.1) * core::f64::consts::LN_2
    }

    /// factor·e^x.
    #[inline(always)]
    pub fn at<L: Lanes>(self, x: L) -> L {
        let (m, exponent) = self.parts(x, self.least[0]);
        composed(m, exponent).or_lanes(L::splat(self.sign))
    }

    /// dy·factor·e^x, within 2 ulp of the exact product, also where factor·e^x is subnormal or 0. ∞·0 is NaN.
    #[inline(always)]
    pub fn times<L: Lanes>(self, x: L, dy: L) -> L {
        let (m, exponent) = self.parts(x, self.least[1]);
        let normal = m.add_bits(exponent);
        let dy = dy.xor_lanes(L::splat(self.sign));
        // Close to the smallest numbers, the power of two is applied last. dy is divided by four, so that nothing overflows.
        let is_normal = L::splat(two_to(-900)).le(normal);
        let product = dy * (m * L::splat(0.25));
        let size = product.abs();
        // For the least x the unit is 0, because its exponent is that of zero. Where the unit is not needed it is set to 1,
        // because it could be out of range or subnormal.
        let unit = exponent.add_bits(L::splat(exponent_bits(2 + 1074 + 1023)));
        let unit = L::select(is_normal, L::splat(1.0), unit);
        let whole = size * unit;
        let scaled = size.add_bits(exponent.add_bits(L::splat(exponent_bits(2))));
        let small = L::select(whole.lt(L::splat(SMALLEST_NORMAL_IN_UNITS)), subnormal_from_units(whole), scaled);
        let small = unless_infinite(size, m * unit, 2.0, small).or_lanes(product.xor_lanes(size));
        L::select(is_normal, dy * L::select(is_normal, normal, L::splat(1.0)), small)
    }
}

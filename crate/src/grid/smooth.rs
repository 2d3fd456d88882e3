//! A smooth activation in the form that the loops use. f(x) is F(beta·x) times 1, x or 1/beta, where F comes from tables for
//! near x and from closed formulas in its tails.

use super::polynomial::{Curve, Polynomials};
use crate::lanes::{F64x2, Lanes};
use crate::memory::{Pair, load, store};
use crate::numeric::exp::{EXP_IS_ZERO_BELOW, Exp2, LEAST_POWER, exp2, gradient_with_exp, product_with_exp, with_short_head};
use crate::numeric::pairs::times;
use crate::numeric::powers::{significand_and_exponent, two_to};
use core::cell::Cell;
use core::f64::consts::LN_2;

/// The tails of a smooth function. For far x on the left, f, f′ and f″ are a factor times an exponential. On the right, f″ is
/// too; f is x, and f′ is 1 minus such a product.
pub trait Tail: Copy {
    /// Whether beta may differ from 1.
    const HAS_BETA: bool;

    /// Whether f is x and f′ is 1 to the right.
    const RIGHT_IS_LINE: bool;

    /// Prepares a loop for f, f′ or f″.
    fn new(order: usize) -> Self;

    /// The factor and the exponential.
    fn at(self, far: TailInput) -> Decay;
}

/// The input of a tail. It contains beta = s·2^k only as s, from 1 to 2: beta·x is s times x·2^k, and f is multiplied by 2^-k
/// afterwards, f″ by 2^k. So no intermediate result is subnormal or overflows, whatever beta is.
#[derive(Clone, Copy, Debug)]
pub struct TailInput {
    /// 0 for f, 1 for f′, 2 for f″.
    pub order: usize,
    /// x·2^k. If beta may differ from 1, it is limited to the range where the result is not 0.
    pub x: F64x2,
    /// −|beta·x| as the sum of two numbers, of which this is the first. Where the right side needs no exponential, f and f′ get
    /// beta·x instead.
    pub v: F64x2,
    /// The second of these numbers.
    pub low: F64x2,
    /// s, from 1 to 2, with the sign of beta.
    pub beta: F64x2,
    /// Whether beta differs from 1.
    pub scaled: bool,
}

/// (factor[0] + factor[1])·e^(exponent[0] + exponent[1]). To the left this is f, f′ or f″ in the units of [`TailInput`]; to the
/// right, it is f″, or the difference of f′ from 1, while f is x. The exponent is from −1425 to −20, and the factor is below
/// 2^20. For near x these may be any numbers.
#[derive(Clone, Copy, Debug)]
pub struct Decay {
    /// The exponent as the sum of two numbers.
    pub exponent: [F64x2; 2],
    /// The factor as the sum of two numbers, of which the first has 26 bits: see [`with_short_head`]. None stands for 1.
    pub factor: Option<[F64x2; 2]>,
}

/// Computes an order at x, times dy if there is one: see [`tails`].
pub type TailLoop = fn(of: &PreparedOrder, x: &[Pair], dy: Option<&[Pair]>, out: &[Pair]);

/// For x up to here, e^x counts as 0, even when multiplied by 2^25.
pub const TAIL_VANISHES_BELOW: f64 = LEAST_POWER * LN_2;

/// A smooth function with its hyperparameter.
#[derive(Clone, Copy, Debug)]
pub struct Smooth {
    /// F on its grid.
    pub curve: &'static Curve,
    /// The factor of x.
    pub beta: f64,
    /// The loop for f, f′ and f″ in the tails: [`tails`] of the function.
    pub tails: TailLoop,
    /// The interval outside of which f and f′ are what they are at ±∞, or x itself, for a beta of 1. On the left, where f and
    /// f′ vanish, it includes a margin of 2^25. f″ vanishes outside of the same distance on both sides.
    pub ends: [f64; 2],
}

/// 2^exponent for an exponent from −1074 to 1023.
#[inline(always)]
pub fn power_of_beta(exponent: i64) -> f64 {
    let normal = exponent.max(-1022);
    two_to(normal) * two_to(exponent - normal)
}

/// 1/number as the sum of two numbers.
#[inline(always)]
pub fn inverse<L: Lanes>(number: L) -> [L; 2] {
    let one = L::splat(1.0);
    let inverse = one / number;
    let [product, error] = times(number, inverse);
    [inverse, ((one - product) - error) * inverse]
}

/// One of f, f′ and f″, prepared for computing it.
#[derive(Clone, Copy)]
pub struct PreparedOrder {
    smooth: Smooth,
    /// 0 for f, 1 for f′, 2 for f″.
    pub order: usize,
    polynomials: Polynomials,
    /// −0 if F is even and is looked up to the left of 0, else +0. It is ORed to x.
    fold: f64,
    /// The factor of F, F′ or F″, or of its factor x where it has one: 1/beta, 1 or beta as the sum of two numbers. It is
    /// scaled by a power of two, so that no intermediate product is subnormal or overflows unless the result does; `unscale`
    /// removes that power.
    scale: [f64; 2],
    unscale: f64,
    /// beta is significand·unit: a number from 1 to 2, with the sign of beta, times a power of two.
    significand: f64,
    unit: f64,
    /// The exponent of the power of two that takes a tail to its true size.
    power: f64,
    /// The interval in which x is near.
    pub near: [f64; 2],
    /// If beta is tiny, no result shows for |x| up to this that beta·x is not 0. Otherwise 0.
    pub flat: f64,
}

#[inline(always)]
fn product(a: f64, b: F64x2) -> (F64x2, F64x2) {
    let [high, low] = times(F64x2::splat(a), b);
    (high, low)
}

impl Smooth {
    /// f, f′ or f″.
    #[inline(always)]
    pub fn order(self, order: usize) -> PreparedOrder {
        let mut all = self.unscaled(order);
        all.scale();
        all
    }

    /// The same for a beta of 1, for a caller that then calls [`PreparedOrder::scale`] in place: a copy costs a single number
    /// 15 ns.
    #[inline(always)]
    pub fn unscaled(self, order: usize) -> PreparedOrder {
        let polynomials = self.curve.order(order);
        let [a, b] = polynomials.near;
        let (near, fold) = if b == 0.0 { ([a, -a], -0.0) } else { ([a, b], 0.0) };
        let (scale, unscale, significand, unit, power) = ([1.0, 0.0], 1.0, 1.0, 1.0, 0.0);
        PreparedOrder { smooth: self, order, polynomials, fold, scale, unscale, significand, unit, power, near, flat: 0.0 }
    }
}

/// factor·e^x for −1425 ≤ x ≤ −20.
// Out of line, because only the tail of mish″ needs it.
#[inline(never)]
pub fn decay(x: F64x2, factor: F64x2) -> F64x2 {
    let zero = F64x2::splat(0.0);
    product_with_exp(exp2(), [x, zero], Some(with_short_head([factor, F64x2::splat(-0.0)])), 0.0)
}

/// Writes f, f′ or f″ at far x, times `dy` if there is one, which only f′ has. Each function and order has its own loop, which
/// takes a fifth to a half of the time of a common loop, for some 2 KB of the download.
#[inline(never)]
pub fn tails<T: Tail>(of: &PreparedOrder, x: &[Pair], dy: Option<&[Pair]>, out: &[Pair]) {
    // A local copy, because the compiler cannot rule out that the stores change the order itself.
    let (of, tail, table) = (*of, T::new(of.order), exp2());
    match (of.order, dy) {
        (0, _) => tail_loop(x, x, out, |x, _| of.tail_at::<T, 0, false>(tail, table, x, F64x2::ZERO)),
        (1, None) => tail_loop(x, x, out, |x, _| of.tail_at::<T, 1, false>(tail, table, x, F64x2::ZERO)),
        (1, Some(dy)) => tail_loop(x, dy, out, |x, dy| of.tail_at::<T, 1, true>(tail, table, x, dy)),
        _ => tail_loop(x, x, out, |x, _| of.tail_at::<T, 2, false>(tail, table, x, F64x2::ZERO)),
    }
}

/// Writes f(x, dy) for all pairs.
#[inline(always)]
pub fn tail_loop(x: &[Pair], dy: &[Pair], out: &[Pair], f: impl Fn(F64x2, F64x2) -> F64x2) {
    for ((x, dy), out) in x.iter().zip(dy).zip(out) {
        let [x, dy] = [x, dy].map(|pair| F64x2::from_array(load(pair)));
        store(out, f(x, dy).to_array());
    }
}

/// The form in which a [`PreparedOrder`] is computed, which tells which steps can be left out.
pub trait Form: Copy {
    /// Whether a first derivative can have this form.
    const DERIVATIVE: bool;

    /// The function at near x.
    fn near(of: &PreparedOrder, x: F64x2) -> F64x2;
}

/// F(x).
#[derive(Clone, Copy)]
pub struct Plain;

/// x·F(x).
#[derive(Clone, Copy)]
pub struct Factored;

/// F(−|x|), for an even F.
#[derive(Clone, Copy)]
pub struct Even;

/// scale·F(beta·x), also for an even F.
#[derive(Clone, Copy)]
pub struct Scaled;

/// x·F(beta·x).
#[derive(Clone, Copy)]
pub struct ScaledFactored;

impl Form for Plain {
    const DERIVATIVE: bool = true;

    #[inline(always)]
    fn near(of: &PreparedOrder, x: F64x2) -> F64x2 {
        of.polynomials.plain(x)
    }
}

impl Form for Factored {
    const DERIVATIVE: bool = false;

    #[inline(always)]
    fn near(of: &PreparedOrder, x: F64x2) -> F64x2 {
        of.polynomials.times(x, F64x2::splat(-0.0), x)
    }
}

impl Form for Even {
    const DERIVATIVE: bool = false;

    #[inline(always)]
    fn near(of: &PreparedOrder, x: F64x2) -> F64x2 {
        of.polynomials.plain(-x.abs())
    }
}

impl Form for Scaled {
    const DERIVATIVE: bool = true;

    #[inline(always)]
    fn near(of: &PreparedOrder, x: F64x2) -> F64x2 {
        let (u, low) = product(of.smooth.beta, x);
        let folded = u.or_lanes(F64x2::splat(of.fold));
        let (head, rest) = of.polynomials.parts(folded, low.xor_lanes(folded.xor_lanes(u)));
        let [scale, scale_low] = of.scale;
        let (high, error) = product(scale, head);
        (high + (error + (F64x2::splat(scale) * rest + F64x2::splat(scale_low) * head))) * F64x2::splat(of.unscale)
    }
}

impl Form for ScaledFactored {
    const DERIVATIVE: bool = false;

    #[inline(always)]
    fn near(of: &PreparedOrder, x: F64x2) -> F64x2 {
        let (u, low) = product(of.smooth.beta, x);
        of.polynomials.times(u, low, x * F64x2::splat(of.scale[0])) * F64x2::splat(of.unscale)
    }
}

/// The code that [`PreparedOrder::with_form`] calls.
pub trait FormVisitor {
    /// What the code returns.
    type Result;
    /// Runs the code with the form of an order.
    fn visit<F: Form>(self, form: F) -> Self::Result;
}

struct FromTable<'a>(&'a PreparedOrder, F64x2);

impl FormVisitor for FromTable<'_> {
    type Result = F64x2;

    #[inline(always)]
    fn visit<F: Form>(self, _: F) -> F64x2 {
        F::near(self.0, self.1)
    }
}

/// The value, limited to ±most.
#[inline(always)]
pub fn limit(value: F64x2, most: f64) -> F64x2 {
    value.pmin(F64x2::splat(most)).pmax(F64x2::splat(-most))
}

impl PreparedOrder {
    /// Applies the function's beta.
    #[inline(always)]
    pub fn scale(&mut self) {
        if self.smooth.beta != 1.0 {
            self.scale_by(self.smooth.beta);
        }
    }

    #[inline(never)]
    fn scale_by(&mut self, beta: f64) {
        // Infinities are never near.
        let ends = F64x2::from_array(self.near) / F64x2::splat(beta);
        let [a, b] = ends.to_array().map(|end| end.clamp(f64::MIN, f64::MAX));
        let near = if beta == 0.0 { [f64::MIN, f64::MAX] } else { [a.min(b), a.max(b)] };
        // A power of two for a very small or very large beta, and its inverse.
        let [balance, unbalance] = match beta.abs() {
            size if size < two_to(-900) => [two_to(128), two_to(-128)],
            size if size > two_to(900) => [two_to(-128), two_to(128)],
            _ => [1.0; 2],
        };
        let (scale, unscale) = match self.order {
            // Where beta is large, x is subnormal close to 0, and so is the result.
            0 if self.smooth.curve.factored => ([unbalance.max(1.0), 0.0], balance.min(1.0)),
            0 => (inverse(beta * balance), balance),
            1 => ([1.0, 0.0], 1.0),
            _ => ([beta * balance, 0.0], unbalance),
        };
        let (significand, exponent) = significand_and_exponent(beta);
        let power = (self.order as i64 - 1) * exponent;
        // With a larger beta, no power of beta·x is subnormal unless x is tiny (`loops/tiny.rs`). Up to 2^-120, beta·x does not
        // even show in the rest of a table row, whose unit is at least 2^-114.
        let flat = if beta.abs() < two_to(-200) { (two_to(-120) / beta.abs()).min(f64::MAX) } else { 0.0 };
        *self = Self { scale, unscale, significand, unit: power_of_beta(exponent), power: power as f64, near, flat, ..*self };
    }

    /// The same for |x| up to `flat`, with beta·x taken as 0, because its parts and powers would be subnormal, and slow.
    #[inline(never)]
    pub fn flattened(mut self) -> Self {
        self.smooth.beta = 0.0;
        self
    }

    /// Calls `visitor` with the form that this order needs.
    #[inline(always)]
    pub fn with_form<V: FormVisitor>(&self, visitor: V) -> V::Result {
        let Smooth { beta, curve, .. } = self.smooth;
        let factored = curve.factored && self.order == 0;
        match (beta == 1.0, factored) {
            (true, _) if curve.even && self.order == 2 => visitor.visit(Even),
            (true, true) => visitor.visit(Factored),
            (true, false) => visitor.visit(Plain),
            (false, true) => visitor.visit(ScaledFactored),
            (false, false) => visitor.visit(Scaled),
        }
    }

    /// The interval outside of which all results are limits.
    pub fn ends(&self) -> [f64; 2] {
        let Smooth { ends: [left, right], beta, .. } = self.smooth;
        // The power of two of the result counts too.
        let left = left - self.power.max(0.0) * LN_2;
        let [a, b] = [left, if self.order == 2 { -left } else { right }].map(|end| end / beta);
        [a.min(b), a.max(b)]
    }

    /// The function at near x.
    #[inline(never)]
    pub fn from_table(&self, x: F64x2) -> F64x2 {
        self.with_form(FromTable(self, x))
    }

    /// The same, with f and f′ of the usual beta inlined, which saves a single number 2 of 22 ns.
    #[inline(always)]
    pub fn usual_from_table(&self, x: F64x2) -> F64x2 {
        let Smooth { beta, curve, .. } = self.smooth;
        if beta != 1.0 || self.order == 2 {
            self.from_table(x)
        } else if curve.factored && self.order == 0 {
            Factored::near(self, x)
        } else {
            Plain::near(self, x)
        }
    }

    /// The function at far x, times `dy` if this is a gradient.
    #[inline(always)]
    fn tail_at<T: Tail, const ORDER: usize, const GRADIENT: bool>(&self, tail: T, table: &Exp2, x: F64x2, dy: F64x2) -> F64x2 {
        let (zero, one) = (F64x2::splat(0.0), F64x2::splat(1.0));
        let has_power = T::HAS_BETA && ORDER != 1;
        let scaled = T::HAS_BETA && self.smooth.beta != 1.0;
        let (x_in_units, u, low) = if T::HAS_BETA {
            // The limit beyond which e^v counts as 0.
            let most = if has_power { (self.power - LEAST_POWER) * LN_2 } else { -EXP_IS_ZERO_BELOW };
            if !scaled {
                let x = limit(x, most);
                (x, x, zero)
            } else {
                let x = limit(x * F64x2::splat(self.unit), most / self.significand.abs());
                let (u, low) = product(self.significand, x);
                (x, u, low)
            }
        } else {
            (x, limit(x, -EXP_IS_ZERO_BELOW), zero)
        };
        let left = u.lt(zero);
        let is_even = !T::RIGHT_IS_LINE || ORDER == 2;
        let (v, low) = if is_even { (-u.abs(), F64x2::select(left, low, -low)) } else { (u, low) };
        let Decay { exponent, factor } =
            tail.at(TailInput { order: ORDER, x: x_in_units, v, low, beta: F64x2::splat(self.significand), scaled });
        let decay = if GRADIENT {
            gradient_with_exp(table, exponent, factor, if T::RIGHT_IS_LINE { dy } else { F64x2::select(left, dy, one) })
        } else {
            product_with_exp(table, exponent, factor, if has_power { self.power } else { 0.0 })
        };
        let right = match ORDER {
            0 => x,
            1 if T::RIGHT_IS_LINE && GRADIENT => dy,
            1 if T::RIGHT_IS_LINE => one,
            1 if GRADIENT => dy * (one - decay),
            1 => one - decay,
            _ => return decay,
        };
        F64x2::select(left, decay, right)
    }

    /// The function at far x, times `dy` if there is one.
    #[inline(never)]
    pub fn far(&self, x: F64x2, dy: Option<F64x2>) -> F64x2 {
        let cells = |x: F64x2| [x.to_array().map(Cell::new)];
        let (x, dy, out) = (cells(x), dy.map(cells), cells(x));
        self.far_pairs(&x, dy.as_ref().map(<[Pair; 1]>::as_slice), &out);
        let [out] = out;
        F64x2::from_array(load(&out))
    }

    /// The same for many x.
    #[inline(always)]
    pub fn far_pairs(&self, x: &[Pair], dy: Option<&[Pair]>, out: &[Pair]) {
        (self.smooth.tails)(self, x, dy, out);
    }
}

//! A smooth activation as the loops see it: f(x) is F(beta·x) times 1, x or 1/beta, with F in tables where x is near and in
//! closed form in its tails.

use super::polynomial::{Curve, Polynomials};
use crate::lanes::{F64x2, Lanes};
use crate::numeric::exp::ShiftedExp;
use crate::numeric::pairs::times;

/// What a tail is asked for.
#[derive(Clone, Copy, Debug)]
pub struct Far {
    /// 0 for f, 1 for f′, 2 for f″.
    pub order: usize,
    /// x.
    pub x: F64x2,
    /// beta·x as the sum of two numbers; the first from −3000 to 3000.
    pub u: F64x2,
    /// The second.
    pub low: F64x2,
    /// beta.
    pub beta: F64x2,
}

/// A smooth function with its hyperparameters.
#[derive(Clone, Copy, Debug)]
pub struct Smooth {
    /// F on its grid.
    pub curve: &'static Curve,
    /// What x is multiplied by.
    pub beta: f64,
    /// What F, F′ and F″ are multiplied by, F not where the curve is factored; each as a number and what its rounding left out.
    pub scales: [[f64; 2]; 3],
    /// f, f′ and f″ in the tails; any number for x near.
    pub tail: fn(Far) -> F64x2,
    /// Whether f″ is odd: it is then that of −|x|, with the sign of −x.
    pub odd: bool,
}

/// One of f, f′ and f″, ready to be computed.
#[derive(Clone, Copy)]
pub struct Order {
    smooth: Smooth,
    order: usize,
    polynomials: Polynomials,
    /// Where x is near.
    pub near: [f64; 2],
}

#[inline(always)]
fn product(a: f64, b: F64x2) -> (F64x2, F64x2) {
    let [high, low] = times(F64x2::splat(a), b);
    (high, low)
}

/// The scale of what is not scaled.
pub const ONE: [f64; 2] = [1.0, 0.0];

impl Smooth {
    /// f, f′ or f″.
    #[inline(always)]
    pub fn order(self, order: usize) -> Order {
        let polynomials = self.curve.order(order);
        let [a, b] = polynomials.near.map(|end| end / self.beta);
        let near = match () {
            () if self.beta == 0.0 => [f64::NEG_INFINITY, f64::INFINITY],
            () if self.odd && order == 2 => [a, -a],
            () => [a.min(b), a.max(b)],
        };
        Order { smooth: self, order, polynomials, near }
    }
}

/// (a + a_low)·e^(x + low), for x ≤ −20: what all tails come down to. See [`ShiftedExp::product`].
// Out of line: one copy for all of them.
#[inline(never)]
pub fn decay(x: F64x2, low: F64x2, factor: [F64x2; 2]) -> F64x2 {
    ShiftedExp::new(0).product(x, low, factor)
}

/// How an [`Order`] is computed: which steps can be left out.
pub trait Form: Copy {
    /// Whether a first derivative has this form.
    const DERIVATIVE: bool;

    /// The function at x near.
    fn near(of: &Order, x: F64x2) -> F64x2;
}

/// F(x).
#[derive(Clone, Copy)]
pub struct Plain;

/// x·F(x).
#[derive(Clone, Copy)]
pub struct Factored;

/// Of an odd function, F(−|x|) with the sign of −x.
#[derive(Clone, Copy)]
pub struct Odd;

/// scale·F(beta·x).
#[derive(Clone, Copy)]
pub struct Scaled;

/// x·F(beta·x).
#[derive(Clone, Copy)]
pub struct ScaledFactored;

impl Form for Plain {
    const DERIVATIVE: bool = true;

    #[inline(always)]
    fn near(of: &Order, x: F64x2) -> F64x2 {
        of.polynomials.plain(x)
    }
}

impl Form for Factored {
    const DERIVATIVE: bool = false;

    #[inline(always)]
    fn near(of: &Order, x: F64x2) -> F64x2 {
        of.polynomials.times(x, F64x2::splat(-0.0), x)
    }
}

impl Form for Odd {
    const DERIVATIVE: bool = false;

    #[inline(always)]
    fn near(of: &Order, x: F64x2) -> F64x2 {
        of.polynomials.plain(-x.abs()).xor_lanes((-x).xor_lanes(x.abs()))
    }
}

impl Form for Scaled {
    const DERIVATIVE: bool = true;

    #[inline(always)]
    fn near(of: &Order, x: F64x2) -> F64x2 {
        let (u, low) = product(of.smooth.beta, x);
        let (head, rest) = of.polynomials.parts(u, low);
        let [scale, low] = of.smooth.scales[of.order];
        let (high, error) = product(scale, head);
        high + (error + (F64x2::splat(scale) * rest + F64x2::splat(low) * head))
    }
}

impl Form for ScaledFactored {
    const DERIVATIVE: bool = false;

    #[inline(always)]
    fn near(of: &Order, x: F64x2) -> F64x2 {
        let (u, low) = product(of.smooth.beta, x);
        of.polynomials.times(u, low, x)
    }
}

/// What [`Order::with_form`] calls.
pub trait FormVisitor {
    /// What comes of it.
    type Result;
    /// Calls it with the form of an order.
    fn visit<F: Form>(self, form: F) -> Self::Result;
}

/// The value, or ±most where it is larger.
#[inline(always)]
pub fn limit(value: F64x2, most: f64) -> F64x2 {
    value.pmin(F64x2::splat(most)).pmax(F64x2::splat(-most))
}

impl Order {
    /// Calls `visitor` with the form that this needs.
    #[inline(always)]
    pub fn with_form<V: FormVisitor>(&self, visitor: V) -> V::Result {
        let Smooth { beta, scales, curve, odd, .. } = self.smooth;
        let factored = curve.factored && self.order == 0;
        match (beta == 1.0 && scales[self.order] == ONE, factored) {
            (true, true) => visitor.visit(Factored),
            (true, false) if odd && self.order == 2 => visitor.visit(Odd),
            (true, false) => visitor.visit(Plain),
            (false, true) => visitor.visit(ScaledFactored),
            (false, false) => visitor.visit(Scaled),
        }
    }

    /// The function at x that is not near.
    #[inline(never)]
    pub fn far(&self, x: F64x2) -> F64x2 {
        let beta = self.smooth.beta;
        let (u, low) = if beta == 1.0 { (x, F64x2::splat(0.0)) } else { product(beta, limit(x, 3000.0 / beta.abs())) };
        (self.smooth.tail)(Far { order: self.order, x, u: limit(u, 3000.0), low, beta: F64x2::splat(beta) })
    }
}

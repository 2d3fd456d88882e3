//! A smooth activation as the loops see it: f(x) is F(beta·x) times 1, x or 1/beta, with F in tables where x is near and in
//! closed form in its tails.

use super::polynomial::{Curve, Polynomials};
use crate::lanes::{F64x2, Lanes};
use crate::memory::{Pair, load, store};
use crate::numeric::exp::{Exp2, NOTHING_BELOW, any_product_with_exp, exp2, gradient_with_exp, product_with_exp};
use crate::numeric::pairs::times;
use core::cell::Cell;

/// The tails of a smooth function: where x is far, f, f′ and f″ are a number times an exponential, to the right taken from x or 1.
pub trait Tail {
    /// Whether beta may be other than 1.
    const SCALED: bool;

    /// That number and that exponential.
    fn at(far: Far) -> Decay;
}

/// What a tail is asked for.
#[derive(Clone, Copy, Debug)]
pub struct Far {
    /// 0 for f, 1 for f′, 2 for f″.
    pub order: usize,
    /// x.
    pub x: F64x2,
    /// −|beta·x| as the sum of two numbers; the first no less than −1425, or −1460 for f and f″ where scaled.
    pub v: F64x2,
    /// The second.
    pub low: F64x2,
    /// beta.
    pub beta: F64x2,
}

/// (factor[0] + factor[1])·e^(exponent[0] + exponent[1]): to the left f, f′ or f″; to the right what f′ lacks to 1, or f″, while f is x.
/// The exponent is from −1425 to −20 and the factor below 2^20, or for f and f″ from −1460 to −44 and any finite one where scaled; any number where x is near.
#[derive(Clone, Copy, Debug)]
pub struct Decay {
    /// The exponent as the sum of two numbers.
    pub exponent: [F64x2; 2],
    /// The factor likewise.
    pub factor: [F64x2; 2],
}

/// Computes an order at x, times dy where there is one: see [`tails`].
pub type TailLoop = fn(of: &Order, x: &[Pair], dy: Option<&[Pair]>, out: &[Pair]);

/// A smooth function with its hyperparameters.
#[derive(Clone, Copy, Debug)]
pub struct Smooth {
    /// F on its grid.
    pub curve: &'static Curve,
    /// What x is multiplied by.
    pub beta: f64,
    /// What F, F′ and F″ are multiplied by, F not where the curve is factored; each as a number and what its rounding left out.
    pub scales: [[f64; 2]; 3],
    /// f, f′ and f″ in the tails: [`tails`] of the function.
    pub tails: TailLoop,
    /// Whether the curve is that of −f″(x)/x, for an odd f″: full accuracy next to 0, where it has its zero.
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
        let polynomials = self.curve.order(if self.odd { 0 } else { order });
        let [a, b] = polynomials.near.map(|end| end / self.beta);
        let near = match () {
            () if self.beta == 0.0 => [f64::NEG_INFINITY, f64::INFINITY],
            () if self.odd => [a, -a],
            () => [a.min(b), a.max(b)],
        };
        Order { smooth: self, order, polynomials, near }
    }
}

/// factor·e^x for −1425 ≤ x ≤ −20.
// Out of line: only the tail of mish″ needs it.
#[inline(never)]
pub fn decay(x: F64x2, factor: F64x2) -> F64x2 {
    let zero = F64x2::splat(0.0);
    product_with_exp(exp2(), [x, zero], [factor, zero])
}

/// Writes f, f′ or f″ at x that is not near, times `dy` where there is one, which is for f′ alone. A loop of its own for each function and
/// order: a fifth to a half of the time of one for all, for some 2 KB of the download.
#[inline(never)]
pub fn tails<T: Tail>(of: &Order, x: &[Pair], dy: Option<&[Pair]>, out: &[Pair]) {
    let table = exp2();
    match (of.order, dy) {
        (0, _) => tail_loop(x, x, out, |x, _| of.finished::<T, 0, false>(table, x, F64x2::ZERO)),
        (1, None) => tail_loop(x, x, out, |x, _| of.finished::<T, 1, false>(table, x, F64x2::ZERO)),
        (1, Some(dy)) => tail_loop(x, dy, out, |x, dy| of.finished::<T, 1, true>(table, x, dy)),
        _ => tail_loop(x, x, out, |x, _| of.finished::<T, 2, false>(table, x, F64x2::ZERO)),
    }
}

#[inline(always)]
fn tail_loop(x: &[Pair], dy: &[Pair], out: &[Pair], f: impl Fn(F64x2, F64x2) -> F64x2) {
    for ((x, dy), out) in x.iter().zip(dy).zip(out) {
        let [x, dy] = [x, dy].map(|pair| F64x2::from_array(load(pair)));
        store(out, f(x, dy).to_array());
    }
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

/// −x·F(−|x|), for an even F.
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
        of.polynomials.times(-x.abs(), F64x2::splat(-0.0), -x)
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

struct FromTable<'a>(&'a Order, F64x2);

impl FormVisitor for FromTable<'_> {
    type Result = F64x2;

    #[inline(always)]
    fn visit<F: Form>(self, _: F) -> F64x2 {
        F::near(self.0, self.1)
    }
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
            (true, _) if odd => visitor.visit(Odd),
            (true, true) => visitor.visit(Factored),
            (true, false) => visitor.visit(Plain),
            (false, true) => visitor.visit(ScaledFactored),
            (false, false) => visitor.visit(Scaled),
        }
    }

    /// The function at x that is near.
    #[inline(always)]
    pub fn from_table(&self, x: F64x2) -> F64x2 {
        self.with_form(FromTable(self, x))
    }

    /// The function at x that is not near, times `dy` where this is for a gradient.
    #[inline(always)]
    fn finished<T: Tail, const ORDER: usize, const GRADIENT: bool>(&self, table: &Exp2, x: F64x2, dy: F64x2) -> F64x2 {
        let (beta, zero, one) = (self.smooth.beta, F64x2::splat(0.0), F64x2::splat(1.0));
        // Where e^v is 0, times the largest factor there can be.
        let any_factor = T::SCALED && ORDER != 1;
        let least = if any_factor { -1460.0 } else { NOTHING_BELOW };
        let most = f64::MAX.min(-least / beta.abs());
        let (u, low) = if !T::SCALED || beta == 1.0 { (x, zero) } else { product(beta, limit(x, most)) };
        let left = u.lt(zero);
        let low = if T::SCALED { F64x2::select(left, low, -low) } else { zero };
        let v = (-u.abs()).pmax(F64x2::splat(least));
        // Of the smallest beta, beta·x is ordinary for every finite x, and f(−∞) is 0 all the same.
        let v = if any_factor && ORDER == 0 {
            F64x2::select(x.abs().lt(F64x2::splat(f64::INFINITY)), v, F64x2::splat(least))
        } else {
            v
        };
        let Decay { exponent, factor } = T::at(Far { order: ORDER, x, v, low, beta: F64x2::splat(beta) });
        let decay = if GRADIENT {
            gradient_with_exp(table, exponent, factor, F64x2::select(left, dy, one))
        } else if any_factor {
            any_product_with_exp(table, exponent, factor)
        } else {
            product_with_exp(table, exponent, factor)
        };
        match ORDER {
            0 => F64x2::select(left, decay, x),
            1 if GRADIENT => F64x2::select(left, decay, dy * (one - decay)),
            1 => F64x2::select(left, decay, one - decay),
            _ => decay,
        }
    }

    /// The function at x that is not near.
    #[inline(never)]
    pub fn far(&self, x: F64x2, dy: Option<F64x2>) -> F64x2 {
        let cells = |x: F64x2| [x.to_array().map(Cell::new)];
        let (x, dy, out) = (cells(x), dy.map(cells), cells(x));
        self.far_pairs(&x, dy.as_ref().map(<[Pair; 1]>::as_slice), &out);
        let [out] = out;
        F64x2::from_array(load(&out))
    }

    /// The same for many, times `dy` where there is one.
    #[inline(always)]
    pub fn far_pairs(&self, x: &[Pair], dy: Option<&[Pair]>, out: &[Pair]) {
        (self.smooth.tails)(self, x, dy, out);
    }
}

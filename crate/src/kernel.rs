//! What a formula has to say of itself, and the loops ask: f and f′ at a vector of lanes, where they hold, what tiny numbers mean
//! to them.

use crate::lanes::Lanes;

/// An activation function as it is named: its fields are its hyperparameters.
pub trait Activation: Copy {
    /// What computes it.
    type Kernel: Kernel;

    /// The kernel: tables at hand, hyperparameters taken apart, all that need not be done again for every x.
    fn kernel(self) -> Self::Kernel;

    /// Calls `body` with the kernel; an override may choose another with the same bits for these hyperparameters and less work.
    #[inline(always)]
    fn with_kernel(self, body: impl Body) {
        body.call(self.kernel());
    }
}

/// The formulas of an activation.
///
/// The constants they use are best fields of the type: engines build a constant again each time round a loop (V8 13 does, with
/// three instructions), but keep a field that was loaded before it. 20 to 40 % was measured. Not as an array: LLVM copies it.
///
/// Where the rare far ends of the domain want another formula than the rest, `near` says where the rest is, and the loops
/// decide once for a block of x which one it needs.
pub trait Kernel: Copy {
    /// Where the formulas for near x hold; they hold for NaN too.
    #[inline(always)]
    fn near(self) -> Near {
        Near::EVERYWHERE
    }

    /// f(x) for x near.
    fn near_value<L: Lanes>(self, x: L) -> L;

    /// f′(x) for x near; at a kink that of the branch x ≤ 0; NaN for NaN.
    fn near_deriv<L: Lanes>(self, x: L) -> L;

    /// dy·f′(x) for x near. Override it where f′(x) may be subnormal, and the product is not, or where it is 0 or 1.
    #[inline(always)]
    fn near_backward<L: Lanes>(self, x: L, dy: L) -> L {
        dy * self.near_deriv(x)
    }

    /// dy·f′ with the f′ that y = f(x) tells. Override it where f′ is 0 or 1.
    #[inline(always)]
    fn backward_from_value<L: Lanes>(self, y: L, dy: L) -> L {
        dy * self.deriv_from_value(y)
    }

    /// What the loops do about tiny numbers.
    #[inline(always)]
    fn tiny(self) -> Tiny {
        Tiny::Eased
    }

    /// The same where y tells f′. Override it where that formula multiplies no tiny y, or where what is done about them takes
    /// longer in most mixtures.
    #[inline(always)]
    fn tiny_from_value(self) -> Tiny {
        self.tiny()
    }

    /// (f(x), f′(x)) for x near, the bits of the two alone. Override it where they share work.
    #[inline(always)]
    fn near_value_and_deriv<L: Lanes>(self, x: L) -> (L, L) {
        (self.near_value(x), self.near_deriv(x))
    }

    /// f′ expressed in y = f(x), for callers that kept only y; NaN where y does not tell it, and TypeScript does not ask.
    #[inline(always)]
    fn deriv_from_value<L: Lanes>(self, _: L) -> L {
        L::splat(f64::NAN)
    }

    /// Where `deriv2` holds; elsewhere it is `far_deriv2`.
    #[inline(always)]
    fn near_deriv2(self) -> [f64; 2] {
        Near::ALL
    }

    /// f″(x); 0 for a function of straight pieces. NaN for NaN.
    #[inline(always)]
    fn deriv2<L: Lanes>(self, x: L) -> L {
        L::select(x.eq(x), L::splat(0.0), x)
    }

    /// f(x) for x that is not near for the derivative, or for neither.
    #[inline(always)]
    fn far_value<L: Lanes>(self, x: L) -> L {
        self.near_value(x)
    }

    /// f′(x) for x that is not near.
    #[inline(always)]
    fn far_deriv<L: Lanes>(self, x: L) -> L {
        self.near_deriv(x)
    }

    /// f″(x) for x that is not near for it.
    #[inline(always)]
    fn far_deriv2<L: Lanes>(self, x: L) -> L {
        self.far_deriv(x)
    }

    /// dy·f′(x) for x that is not near. Override it where f′(x) may be subnormal, and the product is not.
    #[inline(always)]
    fn far_backward<L: Lanes>(self, x: L, dy: L) -> L {
        dy * self.far_deriv(x)
    }

    /// The same for one number, with the bits that buffers get. Overridden where those come from another kernel, or for a copy
    /// that is shared.
    #[inline(always)]
    fn far_backward_of_one(self, x: f64, dy: f64) -> f64 {
        self.far_backward(x, dy)
    }

    /// (f(x), f′(x)) for x that is not near for the derivative, the bits of the two alone.
    #[inline(always)]
    fn far_value_and_deriv<L: Lanes>(self, x: L) -> (L, L) {
        (self.far_value(x), self.far_deriv(x))
    }

    /// From this |x| on far results are those at ±∞, and f′ is 0 even beside a factor of 16.
    #[inline(always)]
    fn reach(self) -> f64 {
        f64::INFINITY
    }

    // For any x both formulas are computed, without a branch: for the loops of others. The element-wise loops sort blocks by kind.

    /// f(x), for any x.
    #[inline(always)]
    fn value<L: Lanes>(self, x: L) -> L {
        L::select(outside(self.near().value, x), self.far_value(x), self.near_value(x))
    }

    /// f′(x), for any x; at a kink that of the branch x ≤ 0; NaN for NaN.
    #[inline(always)]
    fn deriv<L: Lanes>(self, x: L) -> L {
        L::select(outside(self.near().deriv, x), self.far_deriv(x), self.near_deriv(x))
    }

    /// dy·f′(x), for any x.
    #[inline(always)]
    fn backward<L: Lanes>(self, x: L, dy: L) -> L {
        L::select(outside(self.near().deriv, x), self.far_backward(x, dy), self.near_backward(x, dy))
    }

    /// (f(x), f′(x)), for any x: the bits of the two alone.
    #[inline(always)]
    fn value_and_deriv<L: Lanes>(self, x: L) -> (L, L) {
        let (value, deriv) = self.near_value_and_deriv(x);
        let (far_value, far_deriv) = self.far_value_and_deriv(x);
        let far = outside(self.near().deriv, x);
        (L::select(far, far_value, value), L::select(far, far_deriv, deriv))
    }
}

/// A kernel that needs no preparation is its own activation.
impl<K: Kernel> Activation for K {
    type Kernel = Self;

    #[inline(always)]
    fn kernel(self) -> Self {
        self
    }
}

/// What [`Activation::with_kernel`] calls.
pub trait Body {
    /// Runs it with `kernel`.
    fn call(self, kernel: impl Kernel);
}

/// Two intervals of x.
#[derive(Clone, Copy, Debug)]
pub struct Near {
    /// For the value.
    pub value: [f64; 2],
    /// For the derivative, and for both together; inside that for the value.
    pub deriv: [f64; 2],
}

impl Near {
    /// All x.
    pub const ALL: [f64; 2] = [f64::NEG_INFINITY, f64::INFINITY];
    /// All x, for both.
    pub const EVERYWHERE: Self = Self { value: Self::ALL, deriv: Self::ALL };
}

/// What tiny x and dy mean to an operation. See [`crate::loops`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tiny {
    /// Nothing: no formula multiplies them.
    Harmless,
    /// The product with a tiny dy takes long.
    Gradient,
    /// So do the formulas for a tiny x. Next to 0 none of them turns: one that is the same, or in proportion, at two numbers is
    /// so between.
    Eased,
}

/// dy·0 where `level`, else dy: without a product, which takes long for a subnormal dy. NaN where x is that.
#[inline(always)]
#[expect(clippy::eq_op, reason = "NaN for infinity")]
pub fn zero_where<L: Lanes>(level: L::Mask, x: L, dy: L) -> L {
    // What is taken away from infinity leaves NaN.
    let zero = (dy - dy).or_lanes(dy.and_bits(1 << 63));
    L::select(x.eq(x), L::select(level, zero, dy), x)
}

/// Where x lies outside of the interval; NaN does not.
#[inline(always)]
pub fn outside<L: Lanes>([low, high]: [f64; 2], x: L) -> L::Mask {
    L::or(x.lt(L::splat(low)), L::splat(high).lt(x))
}

/// dy·f′ where f′ has been computed, also where it is subnormal: there it is significand·factor², the factor a power of two from
/// 2^-600 to 2^-500.
#[inline(always)]
pub fn times_deriv<L: Lanes>(dy: L, deriv: L, significand: L, factor: L) -> L {
    // In an order in which nothing overflows, or is subnormal, before the result is.
    let large = L::splat(1.0).lt(dy.abs());
    let [first, second] = [L::select(large, factor, significand), L::select(large, significand, factor)];
    let (product, exact) = (dy * deriv, dy * first * second * factor);
    // An infinite dy times 0 is NaN.
    let finite = L::select(dy.abs().lt(L::splat(f64::INFINITY)), exact, product);
    L::select(deriv.abs().lt(L::splat(f64::MIN_POSITIVE)), finite, product)
}

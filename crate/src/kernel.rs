//! What each formula tells the loops: f and f′ at a vector of lanes, where these formulas hold, and what tiny numbers mean to
//! them.

use crate::lanes::Lanes;

/// An activation function; its fields are its hyperparameters.
pub trait Activation: Copy {
    /// The type that computes it.
    type Kernel: Kernel;

    /// The kernel, with its tables loaded, its hyperparameters split into parts, and everything else done that need not be
    /// repeated for every x.
    fn kernel(self) -> Self::Kernel;

    /// Calls `visitor` with the kernel. An override may choose another kernel that gives the same bits for these hyperparameters
    /// with less work.
    #[inline(always)]
    fn with_kernel(self, visitor: impl KernelVisitor) {
        visitor.visit(self.kernel());
    }
}

/// The formulas of an activation.
///
/// The constants of a formula should be fields of the type: engines build a constant again in every iteration of a loop (V8 13
/// does, with three instructions), but keep a field that was loaded before the loop. This saved 20 to 40 % in measurements.
/// They should not be one array, because LLVM copies it.
///
/// Where the rare x far from 0 need another formula than the rest, `near` says where the usual formula holds, and the loops
/// decide once for a block of x which formula it needs.
pub trait Kernel: Copy {
    /// The intervals where the formulas for near x hold. They hold for NaN too.
    #[inline(always)]
    fn near(self) -> Near {
        Near::EVERYWHERE
    }

    /// f(x) for x near.
    fn near_value<L: Lanes>(self, x: L) -> L;

    /// f′(x) for x near; at a kink that of the branch x ≤ 0; NaN for NaN.
    fn near_deriv<L: Lanes>(self, x: L) -> L;

    /// dy·f′(x) for x near. Override this where f′(x) may be subnormal although the product is not, or where f′(x) is 0 or 1.
    #[inline(always)]
    fn near_backward<L: Lanes>(self, x: L, dy: L) -> L {
        dy * self.near_deriv(x)
    }

    /// dy·f′, with f′ determined from y = f(x). Override this where f′ is 0 or 1.
    #[inline(always)]
    fn backward_from_value<L: Lanes>(self, y: L, dy: L) -> L {
        dy * self.deriv_from_value(y)
    }

    /// What the loops do about tiny numbers.
    #[inline(always)]
    fn slow_on_tiny(self) -> SlowOnTiny {
        SlowOnTiny::InputAndGradient
    }

    /// The same for operations from y. Override this where the formula from y multiplies no tiny y, or where handling tiny
    /// numbers takes longer than it saves in most mixtures.
    #[inline(always)]
    fn slow_on_tiny_from_value(self) -> SlowOnTiny {
        self.slow_on_tiny()
    }

    /// (f(x), f′(x)) for x near, with the same bits as when computed alone. Override this where they share work.
    #[inline(always)]
    fn near_value_and_deriv<L: Lanes>(self, x: L) -> (L, L) {
        (self.near_value(x), self.near_deriv(x))
    }

    /// f′ expressed in y = f(x), for callers that kept only y. NaN where y does not determine f′; TypeScript then does not ask
    /// for it.
    #[inline(always)]
    fn deriv_from_value<L: Lanes>(self, _: L) -> L {
        L::splat(f64::NAN)
    }

    /// The interval where `deriv2` holds; `far_deriv2` is used elsewhere.
    #[inline(always)]
    fn near_deriv2(self) -> [f64; 2] {
        Near::ALL
    }

    /// f″(x), which is 0 for a piecewise linear function; NaN for NaN.
    #[inline(always)]
    fn deriv2<L: Lanes>(self, x: L) -> L {
        L::select(x.eq(x), L::splat(0.0), x)
    }

    /// f(x) for x that is far for the derivative, or far for both.
    #[inline(always)]
    fn far_value<L: Lanes>(self, x: L) -> L {
        self.near_value(x)
    }

    /// f′(x) for far x.
    #[inline(always)]
    fn far_deriv<L: Lanes>(self, x: L) -> L {
        self.near_deriv(x)
    }

    /// f″(x) for x outside of `near_deriv2`.
    #[inline(always)]
    fn far_deriv2<L: Lanes>(self, x: L) -> L {
        self.far_deriv(x)
    }

    /// dy·f′(x) for far x. Override this where f′(x) may be subnormal although the product is not.
    #[inline(always)]
    fn far_backward<L: Lanes>(self, x: L, dy: L) -> L {
        dy * self.far_deriv(x)
    }

    /// The same for a single number, with the bits that buffers get. It is overridden where buffers use another kernel, or to
    /// share one copy of the code.
    #[inline(always)]
    fn far_backward_of_one(self, x: f64, dy: f64) -> f64 {
        self.far_backward(x, dy)
    }

    /// (f(x), f′(x)) for x that is far for the derivative, with the same bits as when computed alone.
    #[inline(always)]
    fn far_value_and_deriv<L: Lanes>(self, x: L) -> (L, L) {
        (self.far_value(x), self.far_deriv(x))
    }

    /// From this |x| on, far results are those at ±∞, and f′ is 0 even when multiplied by 16.
    #[inline(always)]
    fn reach(self) -> f64 {
        f64::INFINITY
    }

    // The methods below compute both formulas, without a branch, and hold for any x. They are for the loops along rows; the
    // element-wise loops sort x by the formula they need.

    /// f(x) for any x.
    #[inline(always)]
    fn value<L: Lanes>(self, x: L) -> L {
        L::select(outside(self.near().value, x), self.far_value(x), self.near_value(x))
    }

    /// f′(x) for any x; at a kink that of the branch x ≤ 0; NaN for NaN.
    #[inline(always)]
    fn deriv<L: Lanes>(self, x: L) -> L {
        L::select(outside(self.near().deriv, x), self.far_deriv(x), self.near_deriv(x))
    }

    /// dy·f′(x) for any x.
    #[inline(always)]
    fn backward<L: Lanes>(self, x: L, dy: L) -> L {
        L::select(outside(self.near().deriv, x), self.far_backward(x, dy), self.near_backward(x, dy))
    }

    /// (f(x), f′(x)) for any x, with the same bits as when computed alone.
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

/// The code that [`Activation::with_kernel`] calls.
pub trait KernelVisitor {
    /// Runs the code with `kernel`.
    fn visit(self, kernel: impl Kernel);
}

/// The intervals of x in which the formulas for near x hold.
#[derive(Clone, Copy, Debug)]
pub struct Near {
    /// The interval for the value.
    pub value: [f64; 2],
    /// The interval for the derivative, and for both together; it lies inside that for the value.
    pub deriv: [f64; 2],
}

impl Near {
    /// All x.
    pub const ALL: [f64; 2] = [f64::NEG_INFINITY, f64::INFINITY];
    /// All x, for the value and for the derivative.
    pub const EVERYWHERE: Self = Self { value: Self::ALL, deriv: Self::ALL };
}

/// What is slow in an operation if x or dy is tiny. See `loops/tiny.rs`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SlowOnTiny {
    /// Nothing, because no formula multiplies them.
    Nothing,
    /// Only the product with a tiny dy.
    Gradient,
    /// That product, and the formulas for a tiny x. Close to 0 these formulas are monotonic: if the result is the same, or is
    /// in proportion to x, at two numbers, it is so in between.
    InputAndGradient,
}

/// dy·0 where `level`, else dy, without a product, which would be slow for a subnormal dy. NaN where x is NaN.
#[inline(always)]
#[expect(clippy::eq_op, reason = "NaN for infinity")]
pub fn zero_where<L: Lanes>(level: L::Mask, x: L, dy: L) -> L {
    // An infinity minus itself is NaN, as is ∞·0.
    let zero = (dy - dy).or_lanes(dy.and_bits(1 << 63));
    L::select(x.eq(x), L::select(level, zero, dy), x)
}

/// Where x lies outside of the interval; NaN does not.
#[inline(always)]
pub fn outside<L: Lanes>([low, high]: [f64; 2], x: L) -> L::Mask {
    L::or(x.lt(L::splat(low)), L::splat(high).lt(x))
}

/// dy·f′ for an f′ that has been computed but may be subnormal. Where it is, it equals significand·factor², with a factor that
/// is a power of two from 2^-600 to 2^-500.
#[inline(always)]
pub fn times_deriv<L: Lanes>(dy: L, deriv: L, significand: L, factor: L) -> L {
    // The factors are applied in an order in which no product overflows or is subnormal unless the result is.
    let large = L::splat(1.0).lt(dy.abs());
    let [first, second] = [L::select(large, factor, significand), L::select(large, significand, factor)];
    let (product, exact) = (dy * deriv, dy * first * second * factor);
    // An infinite dy times 0 is NaN.
    let finite = L::select(dy.abs().lt(L::splat(f64::INFINITY)), exact, product);
    L::select(deriv.abs().lt(L::splat(f64::MIN_POSITIVE)), finite, product)
}

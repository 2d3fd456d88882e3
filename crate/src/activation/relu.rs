//! relu(x) = max(x, 0). Exact.

use super::{Exact, Kernel, SlowOnTiny, zero_where};
use crate::lanes::Lanes;
use crate::loops::packed::Packed;

/// f(x) = x for x > 0, else +0; f′(x) = 1 for x > 0, else 0, at ±0 too; NaN for NaN.
#[derive(Clone, Copy, Debug)]
pub struct Relu;

impl Exact for Relu {
    const PACKED: Option<Packed> = Some(Packed { least: 0.0, zero: 0.0, slope: 0.0 });
}

impl Kernel for Relu {
    #[inline(always)]
    fn near_value<L: Lanes>(self, x: L) -> L {
        // pmax keeps NaN, and keeps the zero of its first operand. Adding +0 turns -0 into +0 and changes nothing else.
        x.pmax(L::splat(0.0)) + L::splat(0.0)
    }

    #[inline(always)]
    fn near_deriv<L: Lanes>(self, x: L) -> L {
        let step = L::select(L::splat(0.0).lt(x), L::splat(1.0), L::splat(0.0));
        L::select(x.eq(x), step, x)
    }

    #[inline(always)]
    fn deriv_from_value<L: Lanes>(self, y: L) -> L {
        // y > 0 exactly where x > 0.
        self.near_deriv(y)
    }

    #[inline(always)]
    fn near_backward<L: Lanes>(self, x: L, dy: L) -> L {
        zero_where(x.le(L::splat(0.0)), x, dy)
    }

    #[inline(always)]
    fn backward_from_value<L: Lanes>(self, y: L, dy: L) -> L {
        self.near_backward(y, dy)
    }

    #[inline(always)]
    fn slow_on_tiny(self) -> SlowOnTiny {
        SlowOnTiny::Nothing
    }
}

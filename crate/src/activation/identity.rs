//! identity(x) = x. Exact.

use super::{Exact, Kernel, SlowOnTiny};
use crate::lanes::Lanes;
use crate::loops::packed::Packed;

/// f(x) = x, f′(x) = 1; NaN for NaN, in f′ too.
#[derive(Clone, Copy, Debug)]
pub struct Identity;

impl Exact for Identity {
    const PACKED: Option<Packed> = Some(Packed { least: f32::NEG_INFINITY, zero: -0.0, slope: 1.0 });
}

impl Kernel for Identity {
    #[inline(always)]
    fn near_value<L: Lanes>(self, x: L) -> L {
        x
    }

    #[inline(always)]
    fn near_deriv<L: Lanes>(self, x: L) -> L {
        L::select(x.eq(x), L::splat(1.0), x)
    }

    #[inline(always)]
    fn deriv_from_value<L: Lanes>(self, y: L) -> L {
        self.near_deriv(y)
    }

    #[inline(always)]
    fn near_backward<L: Lanes>(self, x: L, dy: L) -> L {
        L::select(x.eq(x), dy, x)
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

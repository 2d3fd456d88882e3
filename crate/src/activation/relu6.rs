//! relu6(x) = min(max(x, 0), 6): hardTanh between 0 and 6.

use super::Exact;
use super::hard_tanh::HardTanhKernel;

/// f(x) = min(max(x, 0), 6); f′(x) = 1 for 0 < x ≤ 6, else 0. f(±0) = +0; NaN for NaN.
/// Source: A. Krizhevsky, Convolutional deep belief networks on CIFAR-10, 2010.
#[derive(Clone, Copy, Debug)]
pub struct Relu6;

impl Exact for Relu6 {}

impl Relu6 {
    /// The kernel of hardTanh.
    #[inline(always)]
    pub fn kernel(self) -> HardTanhKernel {
        HardTanhKernel { min: 0.0, max: 6.0 }
    }
}

compact!(Relu6);

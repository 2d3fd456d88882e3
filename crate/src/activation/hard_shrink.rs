//! hardShrink(x) = x where |x| > lambda, else 0: shrink without a bias. Exact.

use super::Exact;
use super::shrink::ShrinkKernel;

/// f(x) = x where x > lambda or x < −lambda, else +0; f′(x) = 1 there, else 0; NaN for NaN. Any finite lambda; a negative one
/// makes it the identity. f jumps at ±lambda, where it is 0, and so is f′.
#[derive(Clone, Copy, Debug)]
pub struct HardShrink {
    /// |x| up to which f is 0.
    pub lambda: f64,
}

impl Exact for HardShrink {}

impl HardShrink {
    /// The kernel of shrink.
    #[inline(always)]
    pub fn kernel(self) -> ShrinkKernel {
        // Nothing is added to x. That is written as −0, because adding +0 would turn −0 into +0.
        ShrinkKernel { low: (-self.lambda).next_down(), left: -0.0, level: 0.0, high: self.lambda, right: -0.0, determined: 1.0 }
    }
}

compact!(HardShrink);

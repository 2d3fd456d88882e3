//! softShrink(x): shrink with bias = lambda, which makes it continuous.

use super::Exact;
use super::shrink::{Shrink, ShrinkKernel};

/// f(x) = x − lambda for x > lambda, x + lambda for x < −lambda, else +0; f′(x) = 1 for x > lambda and x ≤ −lambda, else 0; NaN
/// for NaN. Any finite lambda; with a negative one, f jumps by −2·lambda at lambda and is nowhere constant.
#[derive(Clone, Copy, Debug)]
pub struct SoftShrink {
    /// |x| up to which f is 0.
    pub lambda: f64,
}

impl Exact for SoftShrink {}

impl SoftShrink {
    /// The kernel of shrink.
    #[inline(always)]
    pub fn kernel(self) -> ShrinkKernel {
        Shrink { lambda: self.lambda, bias: self.lambda }.kernel()
    }
}

compact!(SoftShrink);

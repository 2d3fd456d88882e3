//! softShrink(x): shrink that is continuous, as it moves by lambda.

use super::Exact;
use super::shrink::{Middle, Shrink};

/// f(x) = x − lambda for x > lambda, x + lambda for x < −lambda, else +0; f′(x) = 1 for x > lambda and x ≤ −lambda, else 0; NaN
/// for NaN. Any finite lambda; with a negative one f jumps at lambda, by −2·lambda, and is level nowhere.
#[derive(Clone, Copy, Debug)]
pub struct SoftShrink {
    /// Up to it, on both sides, f is 0.
    pub lambda: f64,
}

impl Exact for SoftShrink {}

impl SoftShrink {
    /// The kernel of shrink.
    #[inline(always)]
    pub fn kernel(self) -> Middle {
        Shrink { lambda: self.lambda, bias: self.lambda }.kernel()
    }
}

compact!(SoftShrink);

//! thresholdedRelu(x) = x above alpha, else 0. Exact.

use super::shrink::ShrinkKernel;
use super::{Exact, Threshold};

/// f(x) = x for x > alpha, else +0; f′(x) = 1 for x > alpha, else 0; NaN for NaN. Any finite alpha. f jumps at alpha, where it is
/// 0.
/// Source: K. Konda, R. Memisevic and D. Krueger, Zero-bias autoencoders and the benefits of co-adapting features, ICLR 2015.
#[derive(Clone, Copy, Debug)]
pub struct ThresholdedRelu {
    /// Up to this, f is 0.
    pub alpha: f64,
}

impl Exact for ThresholdedRelu {}

impl ThresholdedRelu {
    /// The kernel of threshold.
    #[inline(always)]
    pub fn kernel(self) -> ShrinkKernel {
        ShrinkKernel { determined: 1.0, ..Threshold { threshold: self.alpha, value: 0.0 }.kernel() }
    }
}

compact!(ThresholdedRelu);

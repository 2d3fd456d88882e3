//! threshold(x) = x above a threshold, else a given value. Exact.

use super::Exact;
use super::shrink::ShrinkKernel;

/// f(x) = x for x > threshold, else value; f′(x) = 1 for x > threshold, else 0; NaN for NaN. Any finite threshold and value.
#[derive(Clone, Copy, Debug)]
pub struct Threshold {
    /// Above this, f is x.
    pub threshold: f64,
    /// The value of f elsewhere.
    pub value: f64,
}

impl Exact for Threshold {}

impl Threshold {
    /// The kernel of shrink, without its left branch.
    #[inline(always)]
    pub fn kernel(self) -> ShrinkKernel {
        ShrinkKernel { low: f64::NAN, left: 0.0, level: self.value, high: self.threshold, right: -0.0, determined: f64::NAN }
    }
}

compact!(Threshold);

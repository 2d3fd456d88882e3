//! logSigmoid(x) = ln(sigmoid(x)) = −ln(1 + e^−x): softplus with a beta of −1.

use super::Exact;
use super::softplus::Softplus;
use crate::grid::smooth::Smooth;
use crate::numeric::double_double::DoubleDouble;

/// f(x) = −ln(1 + e^−x), f′(x) = sigmoid(−x). f(−∞) = −∞, f(∞) = −0, f′(−∞) = 1, f′(∞) = 0; NaN for NaN.
#[derive(Clone, Copy, Debug)]
pub struct LogSigmoid;

impl LogSigmoid {
    /// The tables and tails that the loops use.
    #[inline(always)]
    pub fn smooth(self) -> Smooth {
        Softplus { beta: -1.0 }.smooth()
    }
}

impl Exact for LogSigmoid {
    const HAS_EXACT: bool = true;

    fn exact(self, order: usize, x: f64) -> DoubleDouble {
        Softplus { beta: -1.0 }.exact(order, x)
    }
}

smooth!(LogSigmoid);

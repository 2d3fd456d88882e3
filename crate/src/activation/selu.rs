//! selu(x) = scale·x for x > 0, else scale·alpha·(e^x − 1): elu with fixed factors, which preserve mean and variance from layer
//! to layer.

use super::elu::{self, EluKernel};
use super::{Exact, Operations};
use crate::loops;
use crate::numeric::double_double::DoubleDouble;

/// f(x) = s·x for x > 0, else s·a·(e^x − 1), with s = 1.0507009873554805 and a = 1.6732632423543772, the f64 closest to the
/// numbers in the paper; f′(x) = s for x > 0, else s·a·e^x; f″(x) = 0 for x > 0, else s·a·e^x. The product s·a is not rounded
/// to f64.
/// f(±0) = ±0, f′(±0) = s·a, f(−∞) = −s·a, f′(−∞) = 0; NaN for NaN. From y, f′ = y + s·a for y ≤ 0.
/// Source: G. Klambauer, T. Unterthiner, A. Mayr and S. Hochreiter, Self-normalizing neural networks, NIPS 2017.
#[derive(Clone, Copy, Debug)]
pub struct Selu;

const SCALE: f64 = 1.0507009873554805;
/// s·a, to 106 bits.
const PRODUCT: [f64; 2] = [1.7580993408473766, 5.75014648756476e-17];

impl Selu {
    /// The formulas.
    #[inline(never)]
    pub fn kernel(self) -> EluKernel {
        EluKernel::new(PRODUCT, SCALE)
    }
}

impl Operations for Selu {
    #[inline(always)]
    fn run(self, op: u32, buffers: [u32; 3], count: u32) {
        loops::run_shared(&self.kernel(), op, buffers, count);
    }

    #[inline(always)]
    fn scalar(self, op: u32, x: f64, dy: f64) -> f64 {
        loops::scalar(self.kernel(), op, x, dy)
    }
}

impl Exact for Selu {
    const HAS_EXACT: bool = true;

    fn exact(self, order: usize, x: f64) -> DoubleDouble {
        let [high, low] = PRODUCT;
        elu::exact(order, x, DoubleDouble { high, low }, 1.0, SCALE)
    }
}

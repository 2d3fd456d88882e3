//! The functions along a row: the softmax family, losses, gated units, recurrent cells, and the contraction with a Jacobian.
//!
//! # The boundary
//!
//! [`rows`] is the one export for all functions along the middle axis of (outer, units, inner). `a`, `b` and `out` are buffers
//! by handle (0: none). T is p0 unless the table says otherwise. Sizes: "row" is (outer, inner), one number for each row;
//! "full" is (outer, units, inner).
//!
//! | kernel | op | a | b | out | p0, p1 |
//! |---|---|---|---|---|---|
//! | 0 softmax, 1 softmin | VALUE | x | – | s, full | T, – |
//! | | DERIV | x | – | Jacobian (outer, inner, units, units) | T, divisor |
//! | | BACKWARD_X, BACKWARD_Y | x or y | dy, full | dx, full | T, divisor |
//! | | VALUE_AND_DERIV | x | receives the Jacobian | s, full | T, divisor |
//! | 2 log-softmax | VALUE | x | – | ln s, full | T |
//! | | BACKWARD_X, BACKWARD_Y | x or y | dy, full | dx, full | T |
//! | 3 log-sum-exp | VALUE | x | – | ln Σ e^(x/T), row | T |
//! | | DERIV, BACKWARD_X | x | – or dy, row | dx, full; dy is 1 where there is none | T |
//! | | VALUE_AND_DERIV | x | – | dx, full | T, handle that receives the value, row |
//! | 4 sparsemax | VALUE | x | – | full | T |
//! | | BACKWARD_X, BACKWARD_Y | x or y | dy, full | dx, full | T |
//! | 5 softmax cross-entropy, class indices | VALUE | logits | classes, row | losses, row | T |
//! | | DERIV | logits | classes, row | ∂loss/∂logits, full | T |
//! | | VALUE_AND_DERIV | logits | classes, row | ∂loss/∂logits, full | T, handle that receives the losses, row |
//! | 6 the same, distributions | as 5 | logits | distributions, full | as 5 | as 5 |
//! | 7 sigmoid cross-entropy, element-wise | VALUE | logits | targets, full | losses, full | – |
//! | | DERIV | logits | targets, full | ∂loss/∂logits, full | – |
//! | | VALUE_AND_DERIV | logits | targets, full | ∂loss/∂logits, full | –, handle that receives the losses, full |
//! | 8 glu, 9 swiglu, 10 reglu, 11 geglu | VALUE | x (outer, 2·units, inner) | – | a·act(b), full | – |
//! | | BACKWARD_X | x (outer, 2·units, inner) | dy, full | dx (outer, 2·units, inner) | – |
//! | 12 prelu | VALUE, DERIV, DERIV2 | x | – | full | handle of the slopes (units) |
//! | | VALUE_AND_DERIV | x | receives f′, full | f, full | handle of the slopes |
//! | | BACKWARD_X | x | dy, full | dx, full | handle of the slopes, handle that receives their gradients |
//! | 13 contraction | any | dy (outer, units) | Jacobian (outer, units, units) | dx (outer, units): dx[m] = dy[m]·J[m] | – |
//!
//! - `out` may be `a` or `b` where they have its size, except for Jacobians.
//! - x = −∞ is a mask in kernels 0 to 6 (in softmin, ∞ is). A masked entry is 0 in the value (−∞ in that of log-softmax),
//!   contributes nothing, and receives a gradient of 0 whatever its dy.
//! - A row with NaN or +∞ is NaN throughout (log-sum-exp of +∞ is +∞). A row of masks only is NaN (log-sum-exp: −∞). With
//!   [`EMPTY_IS_ZERO`] added to `op`, such a row is 0 (log-softmax: −∞), and so are its gradients and its loss.
//! - A class below 0 is ignored: its loss and gradient are 0. A class that does not exist, or is not a whole number, makes its
//!   row NaN.
//! - T and the divisor are finite and above 0. The divisor is T, or 1 for EpyNN's Jacobian.
//! - Returns 0. Returns 1, with nothing written, if there is not enough working memory, or for an unknown kernel.
//!
//! [`cells::cells`] is the export for LSTM and GRU.

pub mod cells;
pub mod contraction;
mod cross_entropy;
mod gated;
mod lines;
mod log_softmax;
mod log_sum;
mod logarithm;
mod prelu;
pub mod softmax;
mod sparsemax;

use crate::lanes::{F64x2, Lanes};
use crate::numeric::powers::two_to;
use core::cell::Cell;
use wasm_bindgen::prelude::wasm_bindgen;

/// The number of softmax.
pub const SOFTMAX: u32 = 0;
/// The number of softmin, softmax of −x.
pub const SOFTMIN: u32 = 1;
/// The number of log-softmax.
pub const LOG_SOFTMAX: u32 = 2;
/// The number of log-sum-exp.
pub const LOG_SUM_EXP: u32 = 3;
/// The number of sparsemax.
pub const SPARSEMAX: u32 = 4;
/// The number of softmax cross-entropy with class indices.
pub const CROSS_ENTROPY: u32 = 5;
/// The number of softmax cross-entropy with distributions.
pub const CROSS_ENTROPY_OF_DISTRIBUTIONS: u32 = 6;
/// The number of sigmoid cross-entropy.
pub const SIGMOID_CROSS_ENTROPY: u32 = 7;
/// The number of the unit gated by σ.
pub const GLU: u32 = 8;
/// The number of the unit gated by silu.
pub const SWIGLU: u32 = 9;
/// The number of the unit gated by relu.
pub const REGLU: u32 = 10;
/// The number of the unit gated by gelu.
pub const GEGLU: u32 = 11;

/// The number of the leaky rectifier with a slope for each channel.
pub const PRELU: u32 = 12;
/// The number of the contraction with a Jacobian.
pub const CONTRACTION: u32 = 13;

/// Added to an operation so that a row of masks only is 0.
pub const EMPTY_IS_ZERO: u32 = 8;

/// Operation `op` (see [`crate::loops`]) of the function `kernel` along the `units` of (outer, units, inner): see the
/// documentation of this module.
#[wasm_bindgen]
#[expect(clippy::too_many_arguments, reason = "the boundary to JavaScript takes numbers only")]
pub fn rows(kernel: u32, op: u32, a: u32, b: u32, out: u32, outer: u32, units: u32, inner: u32, p0: f64, p1: f64) -> u32 {
    let [outer, units, inner] = [outer, units, inner].map(|size| size as usize);
    let call = Call {
        kernel,
        op: op % EMPTY_IS_ZERO,
        empty_is_zero: op >= EMPTY_IS_ZERO,
        handles: [a, b, out],
        outer,
        units,
        inner,
        p0,
        p1,
    };
    // Without elements there is nothing to do, except that the gradient of a slope is 0.
    if outer * units * inner == 0 && kernel != PRELU {
        if kernel == CROSS_ENTROPY || kernel == CROSS_ENTROPY_OF_DISTRIBUTIONS {
            cross_entropy::of_no_class(&call);
        }
        return 0;
    }
    FUNCTIONS.get(kernel as usize).map_or(1, |function| function(&call))
}

/// The functions, indexed by their numbers. They are function pointers for the same reason as the entries of
/// [`crate::activation`].
static FUNCTIONS: [fn(&Call) -> u32; 14] = [
    |call| softmax::softmax(call, false),
    |call| softmax::softmax(call, true),
    log_softmax::log_softmax,
    log_softmax::log_sum_exp,
    sparsemax::sparsemax,
    |call| cross_entropy::softmax_cross_entropy(call, true),
    |call| cross_entropy::softmax_cross_entropy(call, false),
    cross_entropy::sigmoid_cross_entropy,
    gated::gated,
    gated::gated,
    gated::gated,
    gated::gated,
    prelu::prelu,
    contraction::contraction,
];

/// |x| below this is tiny. Its powers are negligible beside it, and may be subnormal, for which many processors take thirty
/// times as long.
const TINY: f64 = two_to(-250);

/// Whether `is` holds for some of a few sampled elements. Loops that then need care take another path, which gives the same
/// bits.
fn some_of_few(cells: &[Cell<f64>], is: impl Fn(f64) -> bool) -> bool {
    let step = (cells.len() / 32).max(64) | 1;
    cells.iter().step_by(step).any(|cell| is(cell.get()))
}

/// Where x is tiny or 0.
#[inline(always)]
fn is_tiny(x: F64x2) -> <F64x2 as Lanes>::Mask {
    x.abs().lt(F64x2::splat(TINY))
}

/// A call of [`rows`].
pub struct Call {
    /// The function.
    pub kernel: u32,
    /// The operation.
    pub op: u32,
    /// Whether a row of masks only is 0.
    pub empty_is_zero: bool,
    /// a, b and out.
    pub handles: [u32; 3],
    /// The number of blocks.
    pub outer: usize,
    /// The number of entries in a row.
    pub units: usize,
    /// The number of rows in a block.
    pub inner: usize,
    /// The first hyperparameter.
    pub p0: f64,
    /// The second.
    pub p1: f64,
}

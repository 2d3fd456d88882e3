//! What looks along a row: softmax, and the contraction with a Jacobian.

pub mod contraction;
pub mod softmax;

use wasm_bindgen::prelude::wasm_bindgen;

/// The number of softmax.
pub const SOFTMAX: u32 = 0;

/// Operation `op` (see [`crate::loops`]) of the function `kernel` along the `units` of (outer, units, inner), on buffers by
/// handle; `p0` and `p1` are its hyperparameters: of softmax the temperature and the divisor.
/// Returns 0, or 1 when the scratch memory cannot be had: then nothing is written.
#[wasm_bindgen]
#[expect(clippy::too_many_arguments, reason = "the boundary to JavaScript takes numbers only")]
pub fn rows(kernel: u32, op: u32, a: u32, b: u32, out: u32, outer: u32, units: u32, inner: u32, p0: f64, p1: f64) -> u32 {
    match kernel {
        SOFTMAX => softmax::softmax(op, a, b, out, outer, units, inner, p0, p1),
        _ => 1,
    }
}

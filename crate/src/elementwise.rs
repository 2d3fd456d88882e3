//! The boundary of the element-wise activations: one export for buffers and one for numbers, whatever the activation.

use crate::activation::{packed, run_plain, scalar_plain};
use crate::loops::packed::PACKED;
use crate::rounded::{self, ROUNDED};
use wasm_bindgen::prelude::wasm_bindgen;

/// Operation `op` (see [`crate::loops`]) of activation number `kernel` on `count` elements of buffers by handle: `a` is x (or
/// y), `b` is dy (or receives f′), `out` is the result. `p0` to `p3` are the hyperparameters, 0 where there are fewer.
///
/// If the result will be rounded to f32 or f16, the operations f, f′ and f″ have [`ROUNDED`] times 1 for f32, or times 2 for
/// f16, added to `op`, and four times as much for the f′ that goes to `b`. The f64 result is then one that rounds to the
/// correct f32 or f16. For packed f32, [`PACKED`] is added instead.
///
/// Returns 0. Returns 1, with nothing written, if an operation with formats lacks working memory, or if the activation has no
/// loop for packed f32.
#[wasm_bindgen]
#[expect(clippy::too_many_arguments, reason = "the boundary to JavaScript takes numbers only")]
pub fn run(kernel: u32, op: u32, a: u32, b: u32, out: u32, count: u32, p0: f64, p1: f64, p2: f64, p3: f64) -> u32 {
    let (hyperparameters, buffers) = ([p0, p1, p2, p3], [a, b, out]);
    if op < ROUNDED {
        run_plain(kernel, hyperparameters, op, buffers, count);
        0
    } else if op < PACKED {
        rounded::run(kernel, hyperparameters, op, buffers, count)
    } else {
        packed(kernel).map_or(1, |packed| {
            packed.run(op - PACKED, buffers, count);
            0
        })
    }
}

/// Operation `op` of activation number `kernel` on one number. It gives the same bits as [`run`] and touches no buffer.
#[wasm_bindgen]
#[expect(clippy::too_many_arguments, reason = "the boundary to JavaScript takes numbers only")]
pub fn scalar(kernel: u32, op: u32, x: f64, dy: f64, p0: f64, p1: f64, p2: f64, p3: f64) -> f64 {
    scalar_plain(kernel, [p0, p1, p2, p3], op, x, dy)
}

//! The element-wise product, and its contraction with a Jacobian.

use crate::map::zip;
use crate::memory;
use wasm_bindgen::prelude::wasm_bindgen;

/// out = a·b, element by element; `out` may be `a` or `b`.
#[wasm_bindgen]
pub fn hadamard(a: u32, b: u32, out: u32, count: u32) {
    memory::with([a, b, out], |[a, b, out]| {
        zip(&a[..a.len().min(count.div_ceil(2) as usize)], b, out, |a, b| a * b);
    });
}

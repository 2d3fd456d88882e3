//! Activation functions over flat f64 buffers, two lanes at a time.
//!
//! From above to below, and no import goes up: `elementwise` is the boundary of the element-wise activations and `rows` that of
//! what looks along a row; `rounded` settles results that become f32 or f16; `activation` has the formulas, one file each, and
//! their list; `loops` go over the buffers of `memory`, asking a formula for what `kernel` says that each has; `grid` and
//! `numeric` supply the transcendental parts, `lanes` the arithmetic.

#![no_std]

extern crate alloc;
#[cfg(not(target_arch = "wasm32"))]
extern crate std;

pub mod activation;
pub mod elementwise;
pub mod formats;
pub mod grid;
pub mod kernel;
pub mod lanes;
mod lazy;
mod local;
pub mod loops;
pub mod memory;
pub mod numeric;
pub mod rounded;
pub mod rows;

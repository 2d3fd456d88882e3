//! Activation functions over flat f64 buffers, two lanes at a time.
//!
//! From the top down, with no import upwards: `elementwise` is the boundary of the element-wise activations, and `rows` that of
//! the functions along a row. `rounded` corrects results that become f32 or f16. `activation` contains the formulas, one file
//! each, and their list. `loops` run over the buffers of `memory`, through the interface in `kernel` that every formula
//! implements. `grid` and `numeric` supply the transcendental functions, and `lanes` the arithmetic.

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

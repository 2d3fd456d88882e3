//! Activation functions over flat f64 buffers, two lanes at a time.
//!
//! Data goes one way: `memory` holds the buffers, `loops` and `rows` go over them, `activation` says what happens to one
//! vector of lanes, `grid` and `numeric` supply the transcendental parts, `lanes` the arithmetic. Imports go the same way.

#![no_std]

extern crate alloc;
#[cfg(not(target_arch = "wasm32"))]
extern crate std;

pub mod activation;
pub mod formats;
pub mod grid;
pub mod lanes;
mod lazy;
mod local;
pub mod loops;
pub mod memory;
pub mod numeric;
pub mod rows;

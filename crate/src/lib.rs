//! Activation functions over flat f64 buffers, two lanes at a time.
//!
//! Data goes one way: `memory` holds the buffers, `map`, `softmax` and `hadamard` loop over them, `activation` says what
//! happens to one vector of lanes, `math` and `table` supply the transcendental parts, `lanes` the arithmetic.

#![no_std]

extern crate alloc;
#[cfg(not(target_arch = "wasm32"))]
extern crate std;

pub mod activation;
pub mod hadamard;
pub mod lanes;
mod lazy;
mod local;
pub mod map;
pub mod math;
pub mod memory;
pub mod softmax;
pub mod table;

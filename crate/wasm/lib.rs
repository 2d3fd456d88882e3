//! The wasm module: what the crate exports, linked alone. With an `rlib` beside the `cdylib` cargo skips link-time
//! optimisation, which here saves a tenth of the module.

pub use nonlin::*;

//! The transcendental code shared by activations and softmax.

pub mod double_double;
pub mod exp;

//! Arithmetic over lanes and below: what the activations and the functions along rows share.

pub mod double_double;
pub mod exp;
pub mod half_turns;
pub mod pairs;
pub mod powers;
pub mod series;
pub mod units;

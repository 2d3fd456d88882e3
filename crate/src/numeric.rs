//! Arithmetic built on lanes, shared by the activations and the functions along rows.

pub mod double_double;
pub mod exp;
pub mod half_turns;
pub mod pairs;
pub mod powers;
pub mod series;
pub mod units;

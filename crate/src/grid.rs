//! Tables of functions on even grids, which are filled at their first use, and the formulas that look values up in them.

pub mod addition;
pub mod polynomial;
pub mod smooth;

//! Tables of functions on even grids, filled at first use, and what is looked up in them.

pub mod addition;
pub mod polynomial;
pub mod smooth;

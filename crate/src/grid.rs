//! Tables of functions on even grids, filled at first use, and what is looked up in them.

pub mod addition;
#[cfg(feature = "smooth")]
pub mod polynomial;
#[cfg(feature = "smooth")]
pub mod smooth;

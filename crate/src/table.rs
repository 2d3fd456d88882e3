//! Tables of a function on an exact grid, built in double-double at first use: they cost no bytes in the package.

//! Softmax along the middle axis of (outer, units, inner): value, Jacobian and backward.

//! The transcendental code shared by activations and softmax.

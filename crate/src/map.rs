//! The only element-wise loops. They run over whole pairs, the padding of an odd count included, so there is no tail.

use crate::activation::Activation;
use crate::lanes::F64x2;
use crate::memory::{self, Pair, load, store};

/// out = f(x).
pub const VALUE: u32 = 0;
/// out = f′(x).
pub const DERIV: u32 = 1;
/// out = dy·f′(x).
pub const BACKWARD_X: u32 = 2;
/// out = dy·f′, from y = f(x).
pub const BACKWARD_Y: u32 = 3;
/// out = f(x), b = f′(x).
pub const VALUE_AND_DERIV: u32 = 4;

/// Runs operation `op` of `activation` on `count` elements: `a` is x (or y), `b` is dy (or receives f′), `out` the result.
#[inline(always)]
pub fn run<A: Activation>(activation: A, op: u32, a: u32, b: u32, out: u32, count: u32) {
    memory::with([a, b, out], |[a, b, out]| {
        let a = &a[..a.len().min(count.div_ceil(2) as usize)];
        match op {
            VALUE => map(a, out, |x| activation.value(x)),
            DERIV => map(a, out, |x| activation.deriv(x)),
            BACKWARD_X => zip(a, b, out, |x, dy| dy * activation.deriv(x)),
            BACKWARD_Y => zip(a, b, out, |y, dy| dy * activation.deriv_from_value(y)),
            _ => split(a, out, b, |x| activation.value_and_deriv(x)),
        }
    });
}

#[inline(always)]
fn map(x: &[Pair], out: &[Pair], f: impl Fn(F64x2) -> F64x2) {
    for (x, out) in x.iter().zip(out) {
        store(out, f(F64x2::from_array(load(x))).to_array());
    }
}

#[inline(always)]
pub(crate) fn zip(a: &[Pair], b: &[Pair], out: &[Pair], f: impl Fn(F64x2, F64x2) -> F64x2) {
    for ((a, b), out) in a.iter().zip(b).zip(out) {
        store(out, f(F64x2::from_array(load(a)), F64x2::from_array(load(b))).to_array());
    }
}

#[inline(always)]
fn split(x: &[Pair], first: &[Pair], second: &[Pair], f: impl Fn(F64x2) -> (F64x2, F64x2)) {
    for ((x, first), second) in x.iter().zip(first).zip(second) {
        let (value, deriv) = f(F64x2::from_array(load(x)));
        store(first, value.to_array());
        store(second, deriv.to_array());
    }
}

//! The only element-wise loops. They run over whole pairs, the padding of an odd count included, so there is no tail.

use crate::activation::{Activation, Body, Near};
use crate::lanes::{F64x2, Lanes};
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

/// Pairs that are looked at together: near or far is decided once for them, outside of the loop that computes.
const BLOCK: usize = 64;

/// Runs operation `op` of `activation` on `count` elements: `a` is x (or y), `b` is dy (or receives f′), `out` the result.
///
/// Each formula is in as few loops as can be, as every copy is downloaded by every page: f′(x) is dy·f′(x) with dy = 1, and
/// one loop a function does whatever is far.
#[inline(always)]
pub fn run<A: Activation>(f: A, op: u32, a: u32, b: u32, out: u32, count: u32) {
    memory::with([a, b, out], |[a, b, out]| {
        let a = &a[..a.len().min(count.div_ceil(2) as usize)];
        let near = f.near();
        match op {
            VALUE => f.specialised(Value { x: a, out }),
            BACKWARD_Y => zip(a, b, out, |y, dy| dy * f.deriv_from_value(y)),
            VALUE_AND_DERIV => blocks(near.deriv, [a, b, out], |near, [x, deriv, out]| {
                if near { split(x, out, deriv, |x| f.near_value_and_deriv(x)) } else { far(f, op, [x, deriv, out]) }
            }),
            _ => {
                let given = given(op);
                blocks(near.deriv, [a, if op == BACKWARD_X { b } else { a }, out], |near, [x, dy, out]| {
                    if near {
                        zip(x, dy, out, |x, dy| F64x2::select(given, dy, F64x2::splat(1.0)) * f.near_deriv(x));
                    } else {
                        far(f, op, [x, dy, out]);
                    }
                });
            }
        }
    });
}

/// True where `op` is given a dy; elsewhere it is 1.
#[inline(always)]
fn given(op: u32) -> <F64x2 as Lanes>::Mask {
    F64x2::splat(f64::from(op)).eq(F64x2::splat(f64::from(BACKWARD_X)))
}

/// The loop of [`VALUE`].
struct Value<'a> {
    x: &'a [Pair],
    out: &'a [Pair],
}

impl Body for Value<'_> {
    #[inline(always)]
    fn call<A: Activation>(self, f: A) {
        blocks(f.near().value, [self.x, self.x, self.out], |near, [x, b, out]| {
            if near { map(x, out, |x| f.near_value(x)) } else { far(f, VALUE, [x, b, out]) }
        });
    }
}

/// Any operation from x, where some of it is not near.
#[inline(never)]
fn far<A: Activation>(f: A, op: u32, [x, b, out]: [&[Pair]; 3]) {
    let given = given(op);
    for ((x, b), out) in x.iter().zip(b).zip(out) {
        let (x, dy) = (F64x2::from_array(load(x)), F64x2::from_array(load(b)));
        if op == VALUE || op == VALUE_AND_DERIV {
            store(out, f.value(x).to_array());
        }
        if op != VALUE {
            let deriv = F64x2::select(given, dy, F64x2::splat(1.0)) * f.deriv(x);
            store(if op == VALUE_AND_DERIV { b } else { out }, deriv.to_array());
        }
    }
}

/// Calls `body` block by block, the first of the three being x, and says whether all x of the block lie in `near`.
#[inline(always)]
fn blocks(near: [f64; 2], [x, second, third]: [&[Pair]; 3], mut body: impl FnMut(bool, [&[Pair]; 3])) {
    if near == Near::ALL {
        return body(true, [x, second, third]);
    }
    for ((x, second), third) in x.chunks(BLOCK).zip(second.chunks(BLOCK)).zip(third.chunks(BLOCK)) {
        body(inside(near, x), [x, second, third]);
    }
}

/// Whether all of `x` that is not NaN lies in the interval.
#[inline(always)]
fn inside([low, high]: [f64; 2], x: &[Pair]) -> bool {
    // pmin and pmax drop a NaN that is their second operand.
    let mut least = F64x2::splat(0.0);
    let mut most = F64x2::splat(0.0);
    for x in x {
        let x = F64x2::from_array(load(x));
        least = least.pmin(x);
        most = most.pmax(x);
    }
    !F64x2::any(F64x2::or(least.lt(F64x2::splat(low)), F64x2::splat(high).lt(most)))
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

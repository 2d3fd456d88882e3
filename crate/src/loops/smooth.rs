//! The one loop of all smooth functions. It looks at each pair, and leaves it where one of the two is far: that branch costs less
//! than a look at a block before it, as the tails are out of line.

use super::{BACKWARD_X, BACKWARD_Y, DERIV, DERIV2, VALUE, VALUE_AND_DERIV, map, with, zip};
use crate::activation::outside;
use crate::grid::smooth::{Form, FormVisitor, Order, Smooth};
use crate::lanes::{F64x2, Lanes};
use crate::memory::Pair;
use core::marker::PhantomData;

/// Operation `op` of a smooth function on `count` elements of the buffers a, b and out; not from y.
#[inline(never)]
pub fn run(smooth: Smooth, op: u32, [a, b, out]: [u32; 3], count: u32) {
    let one = |op: u32, buffers: [u32; 3]| {
        with(op, buffers, count, |a, b, out| slices(smooth, op, a, b, out));
    };
    match op {
        VALUE_AND_DERIV => {
            // The value last: it may overwrite x.
            one(DERIV, [a, a, b]);
            one(VALUE, [a, a, out]);
        }
        BACKWARD_Y => {}
        _ => one(op, [a, b, out]),
    }
}

/// The same for one number: as both of two lanes, so the bits are the same. Not through a loop with one pair, which takes 50 ns.
#[inline(never)]
pub fn scalar(smooth: Smooth, op: u32, x: f64, dy: f64) -> f64 {
    if op == VALUE_AND_DERIV || op == BACKWARD_Y {
        return f64::NAN;
    }
    let (order, lanes) = (smooth.order(order_of(op)), F64x2::splat(x));
    let result = if outside(order.near, x) { order.far(lanes) } else { order.with_form(Single(&order, lanes)) };
    let [result, _] = result.to_array();
    if op == BACKWARD_X { dy * result } else { result }
}

/// The function at a pair, near or far: for loops of others.
#[inline(always)]
pub fn at_pair(order: &Order, x: F64x2) -> F64x2 {
    order.with_form(AnyPair(order, x))
}

struct AnyPair<'a>(&'a Order, F64x2);

impl FormVisitor for AnyPair<'_> {
    type Result = F64x2;

    #[inline(always)]
    fn visit<F: Form>(self, _: F) -> F64x2 {
        SmoothLoops::<F>(*self.0, PhantomData).any(self.1)
    }
}

struct Single<'a>(&'a Order, F64x2);

impl FormVisitor for Single<'_> {
    type Result = F64x2;

    #[inline(always)]
    fn visit<F: Form>(self, _: F) -> F64x2 {
        F::near(self.0, self.1)
    }
}

/// Which derivative an operation needs.
fn order_of(op: u32) -> usize {
    match op {
        VALUE => 0,
        DERIV2 => 2,
        _ => 1,
    }
}

/// The operation on slices of the same length.
#[inline(never)]
pub(super) fn slices(smooth: Smooth, op: u32, a: &[Pair], b: &[Pair], out: &[Pair]) {
    let order = smooth.order(order_of(op));
    order.with_form(SmoothRun { order, op, slices: [a, b, out] });
}

struct SmoothRun<'a> {
    order: Order,
    op: u32,
    slices: [&'a [Pair]; 3],
}

impl FormVisitor for SmoothRun<'_> {
    type Result = ();

    #[inline(always)]
    fn visit<F: Form>(self, _: F) {
        SmoothLoops::<F>(self.order, PhantomData).run(self.op, self.slices);
    }
}

struct SmoothLoops<F>(Order, PhantomData<F>);

impl<F: Form> SmoothLoops<F> {
    #[inline(always)]
    fn any(&self, x: F64x2) -> F64x2 {
        let (far, value) = (outside(self.0.near, x), F::near(&self.0, x));
        if F64x2::any(far) { F64x2::select(far, self.0.far(x), value) } else { value }
    }
}

impl<F: Form> SmoothLoops<F> {
    #[inline(never)]
    fn run(&self, op: u32, [a, b, out]: [&[Pair]; 3]) {
        match op {
            BACKWARD_X if F::DERIVATIVE => zip::<1>(a, b, out, |x, dy| dy * self.any(x)),
            _ => map::<1>(a, out, |x| self.any(x)),
        }
    }
}

//! The loops of all smooth functions. Near x are looked up in a table; far x are computed by the tails.

use super::{BACKWARD_X, BACKWARD_Y, DERIV, DERIV2, Loops, VALUE, VALUE_AND_DERIV, all_blocks, inside, map, with, zip};
use crate::grid::smooth::{Form, FormVisitor, PreparedOrder, Smooth};
use crate::kernel::{SlowOnTiny, outside};
use crate::lanes::{F64x2, Lanes};
use crate::memory::Pair;

/// Runs operation `op` of a smooth function on `count` elements of the buffers a, b and out; operations from y do nothing.
#[inline(never)]
pub fn run(smooth: Smooth, op: u32, [a, b, out]: [u32; 3], count: u32) {
    let one = |op: u32, buffers: [u32; 3]| {
        with(op, buffers, count, |a, b, out| slices(smooth, op, a, b, out));
    };
    match op {
        VALUE_AND_DERIV => {
            // The value comes last, because it may overwrite x.
            one(DERIV, [a, a, b]);
            one(VALUE, [a, a, out]);
        }
        BACKWARD_Y => {}
        _ => one(op, [a, b, out]),
    }
}

/// The same for one number. It is put in both lanes, so the bits are the same. This does not run a loop with one pair, which
/// would take 50 ns.
#[inline(never)]
pub fn scalar(smooth: Smooth, op: u32, x: f64, dy: f64) -> f64 {
    if op == VALUE_AND_DERIV || op == BACKWARD_Y {
        return f64::NAN;
    }
    let (mut order, lanes) = (smooth.unscaled(order_of(op)), F64x2::splat(x));
    order.scale();
    let is_far = outside(order.near, x);
    let result =
        if is_far { order.far(lanes, (op == BACKWARD_X).then(|| F64x2::splat(dy))) } else { order.usual_from_table(lanes) };
    let [result, _] = result.to_array();
    if op == BACKWARD_X && !is_far { dy * result } else { result }
}

/// The function at a pair, near or far, for the loops along rows.
#[inline(always)]
pub fn at_pair(order: &PreparedOrder, x: F64x2) -> F64x2 {
    let (far, value) = (outside(order.near, x), order.from_table(x));
    if F64x2::any(far) { F64x2::select(far, order.far(x, None), value) } else { value }
}

/// Which derivative an operation needs.
fn order_of(op: u32) -> usize {
    match op {
        VALUE => 0,
        DERIV2 => 2,
        _ => 1,
    }
}

/// Runs the operation on slices of the same length.
#[inline(never)]
pub(super) fn slices(smooth: Smooth, op: u32, a: &[Pair], b: &[Pair], out: &[Pair]) {
    let order = smooth.order(order_of(op));
    all_blocks(&order, order.near, op, [a, b, out]);
}

impl Loops for PreparedOrder {
    fn near_loop(&self, op: u32, a: &[Pair], b: &[Pair], out: &[Pair]) {
        let is_flat = self.flat > 0.0 && inside([-self.flat, self.flat], a);
        let order = if is_flat { &self.flattened() } else { self };
        order.with_form(NearLoop { order, op, slices: [a, b, out] });
    }

    fn far_loop(&self, op: u32, a: &[Pair], b: &[Pair], out: &[Pair]) {
        self.far_pairs(a, (op == BACKWARD_X).then_some(b), out);
    }

    fn ends(&self) -> [f64; 2] {
        PreparedOrder::ends(self)
    }

    fn slow_on_tiny(&self, _: u32) -> SlowOnTiny {
        SlowOnTiny::InputAndGradient
    }
}

struct NearLoop<'a> {
    order: &'a PreparedOrder,
    op: u32,
    slices: [&'a [Pair]; 3],
}

impl FormVisitor for NearLoop<'_> {
    type Result = ();

    #[inline(always)]
    fn visit<F: Form>(self, _: F) {
        near_loop::<F>(self.order, self.op, self.slices);
    }
}

#[inline(never)]
fn near_loop<F: Form>(order: &PreparedOrder, op: u32, [a, b, out]: [&[Pair]; 3]) {
    // A local copy, because the compiler cannot rule out that the stores change the order itself.
    let order = *order;
    match op {
        BACKWARD_X if F::DERIVATIVE => zip::<1>(a, b, out, |x, dy| dy * F::near(&order, x)),
        _ => map::<1>(a, out, |x| F::near(&order, x)),
    }
}

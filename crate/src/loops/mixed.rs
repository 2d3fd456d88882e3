//! Blocks in which some x are near and some far. The loop of the kind that has more elements goes over the whole block; the others are
//! gathered before, computed by their own loop, and put where they belong after it. So hardly an element is computed twice, whatever the
//! mixture, and no branch depends on one element. Where all far results are limits, as at ±∞, they need no formula: those are put over what
//! the loop of near x gave.

use super::limits::Limits;
use super::{BACKWARD_X, BLOCK, DERIV, Loops, Room, VALUE, VALUE_AND_DERIV, copied, room, tiny};
use crate::kernel::outside;
use crate::lanes::{F64x2, Lanes};
use crate::memory::{Pair, load};
use core::array::from_fn;
use core::cell::OnceCell;
use core::ptr;

/// One bit for each element of a block.
type Bits = [u64; BLOCK / 32];

/// The blocks from the first one on that has a far x. All slices are of the same length.
#[inline(never)]
pub fn run(pairs: &tiny::NearPairs, slices: [&[Pair]; 3]) {
    // For what is gathered, half of a block, or copied.
    let (rooms, limits) = ([room(), room(), room()], OnceCell::new());
    let [a, b, out] = slices.map(|slice| slice.chunks(tiny::TOGETHER));
    for (turn, ((a, b), out)) in a.zip(b).zip(out).enumerate() {
        let met = pairs.meets(a, b, turn);
        for ((a, b), out) in a.chunks(BLOCK).zip(b.chunks(BLOCK)).zip(out.chunks(BLOCK)) {
            block(pairs, met, [a, b, out], &rooms, &limits);
        }
    }
}

fn block(pairs: &tiny::NearPairs, met: tiny::Met, [a, b, out]: [&[Pair]; 3], rooms: &[Room; 3], limits: &OnceCell<Limits>) {
    let &tiny::NearPairs { loops, op, near, .. } = pairs;
    let far = outside_bits(near, a);
    let far_count: u32 = far.iter().map(|bits| bits.count_ones()).sum();
    if far_count == 0 {
        return pairs.run(met, [a, b, out]);
    }
    // A few are gathered sooner.
    if far_count as usize > a.len() / 8 {
        let limits = limits.get_or_init(|| Limits::of(loops, near, op));
        // Some first: most often they tell that not all are limits.
        let few = a.get(..8).unwrap_or(a);
        if all_outside([far[0] & 0xffff, 0], limits.ends, few) && all_outside(far, limits.ends, a) && limits.hold(b) {
            // The near loop may overwrite x and dy.
            let [x, dy] =
                [(a, &rooms[0]), (b, &rooms[1])].map(|(from, to)| if ptr::eq(from, out) { copied(from, to) } else { from });
            if (far_count as usize) < 2 * a.len() {
                pairs.run(met, [a, b, out]);
            }
            return limits.write(x, dy, out);
        }
    }
    let mostly_far = far_count as usize > a.len();
    let bits = if mostly_far { near_bits(far, 2 * a.len()) } else { far };

    let mut places = [0; BLOCK];
    let places = list(bits, &mut places);
    let [x, second, result] = rooms.each_ref().map(|room| room.get(..places.len().div_ceil(2)).unwrap_or_default());
    gather(a, places, x);
    if op == BACKWARD_X {
        gather(b, places, second);
    }
    if mostly_far {
        far_loop(loops, op, [a, b, out]);
        pairs.run(met, [x, second, result]);
    } else {
        pairs.run(met, [a, b, out]);
        far_loop(loops, op, [x, second, result]);
    }
    scatter(result, places, out);
    if op == VALUE_AND_DERIV {
        scatter(second, places, b);
    }
}

fn far_loop(loops: &dyn Loops, op: u32, [a, b, out]: [&[Pair]; 3]) {
    if op == VALUE_AND_DERIV {
        // The value last: it may overwrite x. Most are a constant.
        loops.far_loop(DERIV, a, a, b);
        loops.far_loop(VALUE, a, a, out);
    } else {
        loops.far_loop(op, a, b, out);
    }
}

/// Which x lie outside of an interval. NaN does not.
#[inline(never)]
fn outside_bits(interval: [f64; 2], x: &[Pair]) -> Bits {
    let mut all = [0; BLOCK / 32];
    for (bits, x) in all.iter_mut().zip(x.chunks(32)) {
        // The last pair first: each moves those before it up.
        for pair in x.iter().rev() {
            *bits = *bits << 2 | u64::from(F64x2::bits(outside(interval, F64x2::from_array(load(pair)))));
        }
    }
    all
}

/// Whether all x with a bit lie outside of an interval.
fn all_outside(bits: Bits, interval: [f64; 2], x: &[Pair]) -> bool {
    bits.into_iter().zip(outside_bits(interval, x)).all(|(bits, outside)| bits & !outside == 0)
}

/// The other ones of `count` elements.
#[inline(always)]
fn near_bits(far: Bits, count: usize) -> Bits {
    from_fn(|i| {
        let left = count.saturating_sub(64 * i).min(64) as u32;
        !far[i] & u64::MAX.checked_shr(64 - left).unwrap_or(0)
    })
}

/// The places of the bits that are set.
#[inline(always)]
fn list(all: Bits, places: &mut [u8; BLOCK]) -> &[u8] {
    let mut count = 0;
    for (part, mut bits) in all.into_iter().enumerate() {
        while bits != 0 {
            if let Some(entry) = places.get_mut(count) {
                *entry = (64 * part) as u8 + bits.trailing_zeros() as u8;
            }
            bits &= bits - 1;
            count += 1;
        }
    }
    places.get(..count).unwrap_or_default()
}

/// The elements at these places, one after the other. Beside the last one of an odd number stays what was there.
#[inline(never)]
fn gather(from: &[Pair], places: &[u8], to: &[Pair]) {
    let from = from.as_flattened();
    for (to, &place) in to.as_flattened().iter().zip(places) {
        if let Some(from) = from.get(usize::from(place)) {
            to.set(from.get());
        }
    }
}

/// Back to their places.
#[inline(never)]
fn scatter(from: &[Pair], places: &[u8], to: &[Pair]) {
    let to = to.as_flattened();
    for (from, &place) in from.as_flattened().iter().zip(places) {
        if let Some(to) = to.get(usize::from(place)) {
            to.set(from.get());
        }
    }
}

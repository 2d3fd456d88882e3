//! Blocks in which some x are near and some are far. The loop for the more frequent kind runs over the whole block. The other
//! elements are gathered first, computed by their own loop, and scattered back to their places afterwards. So hardly any
//! element is computed twice, whatever the mixture, and no branch depends on a single element. Far results that are limits, as
//! at ±∞, need no formula: where there are many of them, they are written over the results of the near loop.

use super::limits::Limits;
use super::{BACKWARD_X, BLOCK, BlockBuffer, DERIV, Loops, VALUE, VALUE_AND_DERIV, block_buffer, copied, tiny};
use crate::kernel::outside;
use crate::lanes::{F64x2, Lanes};
use crate::memory::{Pair, load};
use core::array::from_fn;
use core::cell::OnceCell;
use core::ptr;

/// One bit for each element of a block.
type Bits = [u64; BLOCK / 32];

/// Runs an operation on the remaining blocks, from the first one that has a far x. All slices have the same length.
#[inline(never)]
pub fn run(pairs: &tiny::NearPairs, slices: [&[Pair]; 3]) {
    // For the gathered elements, at most half a block, and for copies.
    let (buffers, limits) = ([block_buffer(), block_buffer(), block_buffer()], OnceCell::new());
    let [a, b, out] = slices.map(|slice| slice.chunks(tiny::SAMPLED_PAIRS));
    for (turn, ((a, b), out)) in a.zip(b).zip(out).enumerate() {
        let found = pairs.sample(a, b, turn);
        for ((a, b), out) in a.chunks(BLOCK).zip(b.chunks(BLOCK)).zip(out.chunks(BLOCK)) {
            block(pairs, found, [a, b, out], &buffers, &limits);
        }
    }
}

fn block(
    pairs: &tiny::NearPairs,
    found: tiny::TinyFound,
    [a, b, out]: [&[Pair]; 3],
    buffers: &[BlockBuffer; 3],
    limits: &OnceCell<Limits>,
) {
    let &tiny::NearPairs { loops, op, near, .. } = pairs;
    let far = outside_bits(near, a);
    let far_count = count(far);
    if far_count == 0 {
        return pairs.run(found, [a, b, out]);
    }
    // The elements that need the formula for far x.
    let (mut tails, mut limits_here) = (far, None);
    // A few far elements are gathered faster than limits are written. The first elements are tested alone, because they usually
    // show already that none are limits.
    if far_count > a.len() / 4 {
        let limits = limits.get_or_init(|| Limits::of(loops, near, op));
        let few = outside_bits(limits.ends, a.get(..8).unwrap_or(a));
        if far[0] & few[0] != 0 {
            let beyond = outside_bits(limits.ends, a);
            let others = from_fn(|i| far[i] & !beyond[i]);
            let other_count = count(others);
            if other_count <= a.len() && far_count - other_count > a.len() / 4 && limits.hold_for(b) {
                (tails, limits_here) = (others, Some(limits));
            }
        }
    }
    // At most half a block is gathered.
    let near_gathered = far_count > a.len();
    let tails_gathered = count(tails) <= a.len();
    let mut places = [[0; BLOCK]; 2];
    let [near_places, tail_places] = &mut places;
    let near_places = if near_gathered { list(near_bits(far, 2 * a.len()), near_places) } else { &[] };
    let tail_places = if tails_gathered { list(tails, tail_places) } else { &[] };
    let [first, second, third] = buffers.each_ref().map(BlockBuffer::as_slice);
    let halves = third.split_at(BLOCK / 2);
    let near_part = gather_all(op, [a, b], near_places, [first, second]);
    let tail_part = gather_all(op, [a, b], tail_places, [halves.0, halves.1]);
    // The near loop may overwrite x and dy, which the limits still need.
    let overwrites = |from: &[Pair]| limits_here.is_some() && !near_gathered && ptr::eq(from, out);
    let [x, dy] = [(a, first), (b, second)].map(|(from, to)| if overwrites(from) { copied(from, to) } else { from });
    if !tails_gathered {
        far_loop(loops, op, [a, b, out]);
    } else if !near_gathered {
        pairs.run(found, [a, b, out]);
    }
    if let Some(limits) = limits_here {
        limits.write(x, dy, out);
    }
    for (part, places, is_near) in [(near_part, near_places, true), (tail_part, tail_places, false)] {
        let [x, second] = part;
        if x.is_empty() {
            continue;
        }
        if is_near {
            pairs.run(found, [x, second, x]);
        } else {
            far_loop(loops, op, [x, second, x]);
        }
        scatter(x, places, out);
        if op == VALUE_AND_DERIV {
            scatter(second, places, b);
        }
    }
}

/// Gathers the x at these places, and the dy where the operation uses it. Both results have the same length.
#[inline(never)]
fn gather_all<'a>(op: u32, [x, dy]: [&[Pair]; 2], places: &[u8], to: [&'a [Pair]; 2]) -> [&'a [Pair]; 2] {
    let to = to.map(|room| room.get(..places.len().div_ceil(2)).unwrap_or_default());
    gather(x, places, to[0]);
    if op == BACKWARD_X {
        gather(dy, places, to[1]);
    }
    to
}

fn far_loop(loops: &dyn Loops, op: u32, [a, b, out]: [&[Pair]; 3]) {
    if op == VALUE_AND_DERIV {
        // The value comes last, because it may overwrite x. Two loops cost little here, as most far results are a constant.
        loops.far_loop(DERIV, a, a, b);
        loops.far_loop(VALUE, a, a, out);
    } else {
        loops.far_loop(op, a, b, out);
    }
}

/// The bits of the x that lie outside of an interval; NaN does not.
#[inline(never)]
fn outside_bits(interval: [f64; 2], x: &[Pair]) -> Bits {
    let mut all = [0; BLOCK / 32];
    for (bits, x) in all.iter_mut().zip(x.chunks(32)) {
        let of = |pair| u64::from(F64x2::bits(outside(interval, F64x2::from_array(load(pair)))));
        // Starts with the last pairs: each two pairs shift the previous bits up.
        let (twos, last) = x.as_chunks::<2>();
        *bits = last.first().map_or(0, of);
        for [first, second] in twos.iter().rev() {
            *bits = *bits << 4 | (of(second) << 2 | of(first));
        }
    }
    all
}

/// The number of bits that are set.
fn count(all: Bits) -> usize {
    all.iter().map(|bits| bits.count_ones() as usize).sum()
}

/// The bits of the elements that are not far, out of `count` elements.
#[inline(always)]
fn near_bits(far: Bits, count: usize) -> Bits {
    from_fn(|i| {
        let left = count.saturating_sub(64 * i).min(64) as u32;
        !far[i] & u64::MAX.checked_shr(64 - left).unwrap_or(0)
    })
}

/// Lists the places of the bits that are set.
#[inline(never)]
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

/// Copies the elements at these places next to each other. If their number is odd, the last element of `to` keeps its old
/// value.
#[inline(never)]
fn gather(from: &[Pair], places: &[u8], to: &[Pair]) {
    let from = from.as_flattened();
    for (to, &place) in to.as_flattened().iter().zip(places) {
        if let Some(from) = from.get(usize::from(place)) {
            to.set(from.get());
        }
    }
}

/// Writes the elements back to their places.
#[inline(never)]
fn scatter(from: &[Pair], places: &[u8], to: &[Pair]) {
    let to = to.as_flattened();
    for (from, &place) in from.as_flattened().iter().zip(places) {
        if let Some(to) = to.get(usize::from(place)) {
            to.set(from.get());
        }
    }
}

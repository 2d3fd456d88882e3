//! Softmax along the middle axis of (outer, units, inner): value, Jacobian and backward.
//! Rows of even length are worked on where they lie; others are gathered, eight at a time, into rows that start with a pair.

mod exponential;
mod pair;
mod row;
mod wide;

use crate::local::local;
use crate::map::{BACKWARD_X, BACKWARD_Y, DERIV};
use crate::memory::{self, Pair, load, store};
use alloc::boxed::Box;
use row::{Row, Softmax, TOGETHER};
use wasm_bindgen::prelude::wasm_bindgen;

local! {
    /// Working memory, kept from call to call.
    static SCRATCH: Option<Box<[Pair]>> = None;
}

/// Calls `body` with `count` rows of working memory for `units` elements each. Returns 0, or 1 when it cannot be had.
#[inline(always)]
pub(crate) fn with_scratch(count: usize, units: usize, body: impl FnOnce(&[Pair])) -> u32 {
    SCRATCH.with_borrow_mut(|scratch| {
        let Some(pairs) = units.div_ceil(2).checked_mul(count) else { return 1 };
        if scratch.as_ref().is_none_or(|scratch| scratch.len() < pairs) {
            *scratch = memory::zeroed(pairs);
        }
        scratch.as_deref().map_or(1, |scratch| {
            body(scratch);
            0
        })
    })
}

/// Part `n` of those that `buffer` has of `length`; empty where it has none.
#[inline(always)]
pub(crate) fn part<T>(buffer: &[T], n: usize, length: usize) -> &[T] {
    buffer.get(n * length..(n + 1) * length).unwrap_or_default()
}

/// The number of rows that are gathered at a time: a cache line of each of their elements.
const TILE: usize = 8;

/// Operation `op` (see [`crate::map::run`]) of softmax over the `units` of (outer, units, inner), with x divided by
/// `temperature`, Jacobian and backward by `divisor`, both positive. The Jacobian is (outer, inner, units, units).
/// Returns 0, or 1 when the scratch memory cannot be had: then nothing is written.
#[wasm_bindgen]
#[expect(clippy::too_many_arguments, reason = "the boundary to JavaScript takes numbers only")]
pub fn softmax(op: u32, a: u32, b: u32, out: u32, outer: u32, units: u32, inner: u32, temperature: f64, divisor: f64) -> u32 {
    let (outer, units, inner) = (outer as usize, units as usize, inner as usize);
    if outer * units * inner == 0 {
        return 0;
    }
    let together = if units <= 128 { TOGETHER } else { 1 };
    with_scratch(1 + 2 * together + 2 * TILE, units, |scratch| {
        memory::with([a, b, out], |[a, b, out]| {
            let pairs = units.div_ceil(2);
            let (powers, scratch) = scratch.split_at(pairs);
            let (terms, tiles) = scratch.split_at(2 * together * pairs);
            let terms = terms.as_chunks().0;
            let softmax = Softmax::new(op, units, temperature, divisor, terms, powers);
            let backward = op == BACKWARD_X || op == BACKWARD_Y;
            let jacobian = if op == DERIV { out } else { b }.as_flattened();
            if inner == 1 && units % 2 == 0 {
                softmax.rows(Row { x: &a[..outer * pairs], dy: if backward { b } else { a }, out, jacobian });
                return;
            }
            let tiles = [0, 1].map(|n| part(tiles, n, TILE * pairs));
            // Rows that are neighbours lie in one block: all for inner = 1, else those of one index of `outer`.
            let [blocks, rows, row_stride, unit_stride] =
                if inner == 1 { [1, outer, units, 1] } else { [outer, inner, 1, inner] };
            for block in 0..blocks {
                for row in (0..rows).step_by(TILE) {
                    let count = TILE.min(rows - row);
                    let there = Strided { start: block * rows * units + row * row_stride, strides: [row_stride, unit_stride] };
                    let here = Strided { start: 0, strides: [2 * pairs, 1] };
                    let size = [count, units];
                    let [x, dy] = tiles.map(|tile| &tile[..count * pairs]);
                    copy(a, there, x, here, size);
                    if backward {
                        copy(b, there, dy, here, size);
                    }
                    let first = (block * rows + row) * units * units;
                    softmax.rows(Row { x, dy, out: x, jacobian: jacobian.get(first..).unwrap_or_default() });
                    if op != DERIV {
                        copy(x, here, out, there, size);
                    }
                }
            }
        });
    })
}

/// Where the elements of some rows lie: `strides` are the distances of neighbouring rows, and of neighbours in a row.
#[derive(Clone, Copy)]
struct Strided {
    start: usize,
    strides: [usize; 2],
}

/// Copies `count` rows of `units` elements.
#[inline(never)]
fn copy(from: &[Pair], source: Strided, to: &[Pair], target: Strided, [count, units]: [usize; 2]) {
    let (from, to) = (from.as_flattened(), to.as_flattened());
    // In blocks of units, so that a cache line that holds an element of each row is used while it is near.
    for block in (0..units).step_by(64) {
        for row in 0..count {
            let start = |at: Strided| at.start + row * at.strides[0] + block * at.strides[1];
            let size = (units - block).min(64);
            let (Some(from), Some(to)) = (from.get(start(source)..), to.get(start(target)..)) else { return };
            if source.strides[1] == 1 && target.strides[1] == 1 {
                let (pairs, last) = from.get(..size).unwrap_or_default().as_chunks();
                let target = to.as_chunks().0;
                pairs.iter().zip(target).for_each(|(from, to): (&Pair, &Pair)| store(to, load(from)));
                if let ([from], Some(to)) = (last, to.get(size - 1)) {
                    to.set(from.get());
                }
            } else {
                let to = to.iter().step_by(target.strides[1]);
                from.iter().step_by(source.strides[1]).zip(to).take(size).for_each(|(from, to)| to.set(from.get()));
            }
        }
    }
}

//! Softmax along the middle axis of (outer, units, inner): value, Jacobian and gradient. Rows of even length are processed in
//! place. Others are gathered, eight at a time, into rows that start with a pair.

pub(super) mod exponential;
mod gradient;
mod jacobian;
pub(super) mod pair;
pub(super) mod row;
pub(super) mod wide;

use super::Call;
use crate::loops::{BACKWARD_X, BACKWARD_Y, DERIV, VALUE};
use crate::memory::{self, Pair, load, store, with_pairs};
use core::cell::Cell;
use row::{Row, Softmax, TOGETHER};

/// Calls `body` with `count` rows of working memory for `units` elements each. Returns 0, or 1 if there is not enough memory.
#[inline(always)]
pub(crate) fn with_scratch(count: usize, units: usize, body: impl FnOnce(&[Pair])) -> u32 {
    with_pairs(units.div_ceil(2).checked_mul(count), body)
}

/// Part number `n` of the parts of `length` elements in `buffer`; empty if there is none.
#[inline(always)]
pub(crate) fn part<T>(buffer: &[T], n: usize, length: usize) -> &[T] {
    part_at(buffer, n * length, length)
}

/// `length` elements of `buffer` from `start` on; empty if it does not have that many.
#[inline(always)]
pub(super) fn part_at<T>(buffer: &[T], start: usize, length: usize) -> &[T] {
    buffer.get(start..start + length).unwrap_or_default()
}

/// The number of rows that are gathered at a time, so that each of their elements fills a cache line.
pub(super) const TILE: usize = 8;

/// Softmax, or softmax of −x with `minus`. x is divided by p0, the Jacobian and the gradient by p1. The Jacobian is (outer,
/// inner, units, units).
pub fn softmax(call: &Call, minus: bool) -> u32 {
    let &Call { op, handles, outer, units, inner, p0: temperature, p1: divisor, .. } = call;
    let together = if units <= 128 { TOGETHER } else { 1 };
    // Neighbouring rows are in one block: all rows for inner = 1, else those of one index of `outer`.
    let [blocks, rows, row_stride, unit_stride] = if inner == 1 { [1, outer, units, 1] } else { [outer, inner, 1, inner] };
    let in_place = inner == 1 && units % 2 == 0 && !minus;
    let tile = if in_place { 0 } else { TILE.min(rows) };
    with_scratch(1 + 2 * together + 2 * tile, units, |scratch| {
        memory::with(handles, |[a, b, out]| {
            let pairs = units.div_ceil(2);
            let take = |from: usize, rows: usize| part_at(scratch, from * pairs, rows * pairs);
            let (powers, terms, tiles) = (take(0, 1), take(1, 2 * together).as_chunks().0, 1 + 2 * together);
            let mut softmax = Softmax::new(op, [units, together], [temperature, divisor], terms, powers);
            softmax.empty_is_zero = call.empty_is_zero;
            let backward = op == BACKWARD_X || op == BACKWARD_Y;
            let jacobian = if op == DERIV { out } else { b }.as_flattened();
            if in_place {
                let x = a.get(..outer * pairs).unwrap_or_default();
                softmax.rows(Row { x, dy: if backward { b } else { a }, out, jacobian });
                return;
            }
            for block in 0..blocks {
                let mut row = 0;
                while row < rows {
                    let count = tile.min(rows - row);
                    let there = Strided { start: block * rows * units + row * row_stride, strides: [row_stride, unit_stride] };
                    let here = Strided { start: 0, strides: [2 * pairs, 1] };
                    let size = [count, units];
                    let [x, dy] = [0, tile].map(|n| take(tiles + n, count));
                    copy(a, there, x, here, size);
                    if backward {
                        copy(b, there, dy, here, size);
                    }
                    if minus && op != BACKWARD_Y {
                        negate(x.as_flattened());
                    }
                    let first = (block * rows + row) * units * units;
                    let jacobian = jacobian.get(first..).unwrap_or_default();
                    softmax.rows(Row { x, dy, out: x, jacobian });
                    if minus && op != VALUE {
                        negate(if backward { x.as_flattened() } else { part(jacobian, 0, count * units * units) });
                    }
                    if op != DERIV {
                        copy(x, here, out, there, size);
                    }
                    row += tile;
                }
            }
        });
    })
}

/// Negates all numbers; both zeros become +0.
#[inline(never)]
fn negate(cells: &[Cell<f64>]) {
    cells.iter().for_each(|cell| cell.set(0.0 - cell.get()));
}

/// Where the elements of some rows are. `strides` are the distances between neighbouring rows and between neighbours in a row.
#[derive(Clone, Copy)]
pub(super) struct Strided {
    pub(super) start: usize,
    pub(super) strides: [usize; 2],
}

/// Copies `count` rows of `units` elements.
#[inline(never)]
pub(super) fn copy(from: &[Pair], source: Strided, to: &[Pair], target: Strided, [count, units]: [usize; 2]) {
    let (from, to) = (from.as_flattened(), to.as_flattened());
    let [source_step, target_step] = [source.strides[1], target.strides[1]];
    if source_step == 1 && target_step == 1 {
        for row in 0..count {
            let line = |cells, at: Strided| part_at(cells, at.start + row * at.strides[0], units);
            let (from, to) = (line(from, source), line(to, target));
            let pairs = from.as_chunks().0.iter().zip(to.as_chunks().0);
            pairs.for_each(|(from, to): (&Pair, &Pair)| store(to, load(from)));
            if let (Some(from), Some(to)) = (from.last(), to.last()) {
                to.set(from.get());
            }
        }
        return;
    }
    // The inner loop goes over the rows, because a cache line holds one element of each.
    let (mut source_at, mut target_at) = (source.start, target.start);
    for _ in 0..units {
        for row in 0..count {
            if let (Some(from), Some(to)) =
                (from.get(source_at + row * source.strides[0]), to.get(target_at + row * target.strides[0]))
            {
                to.set(from.get());
            }
        }
        source_at += source_step;
        target_at += target_step;
    }
}

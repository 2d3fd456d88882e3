//! Iterates over the rows of up to three arrays of (outer, width, inner), each with its own width, and provides each row as
//! pairs. Rows that are contiguous in memory and start with a pair are used in place. Other rows are gathered, eight at a time,
//! and written back.

use super::softmax::{Strided, TILE, copy, part};
use crate::memory::Pair;

/// The arrays a, b and out, in this order wherever three values stand together.
#[derive(Clone, Copy)]
pub struct Lines<'a> {
    /// The arrays.
    pub arrays: [&'a [Pair]; 3],
    /// The widths of the arrays; 0 for an array that is not used.
    pub widths: [usize; 3],
    /// The number of blocks.
    pub outer: usize,
    /// The number of rows in a block, whose elements are interleaved.
    pub inner: usize,
}

impl Lines<'_> {
    /// Whether the rows of array `n` are used in place.
    fn in_place(&self, n: usize) -> bool {
        self.inner == 1 && self.widths[n].is_multiple_of(2)
    }

    /// How many pairs of working memory [`Self::each`] needs.
    pub fn working_pairs(&self) -> usize {
        let rows = TILE.min(self.rows());
        (0..3).filter(|&n| !self.in_place(n)).map(|n| rows * self.widths[n].div_ceil(2)).sum()
    }

    /// The number of rows that are neighbours of each other, and so can be gathered together.
    fn rows(&self) -> usize {
        if self.inner == 1 { self.outer } else { self.inner }
    }

    /// Calls `body` with the rows of a, b and out, and with the number of the row. The padding of an odd width may hold
    /// anything.
    #[inline(always)]
    pub fn each(&self, working: &[Pair], mut body: impl FnMut([&[Pair]; 3], usize)) {
        let (blocks, rows) = (if self.inner == 1 { 1 } else { self.outer }, self.rows());
        let tile = TILE.min(rows);
        let mut rest = working;
        let gathered = [0, 1, 2].map(|n| {
            let size = if self.in_place(n) { 0 } else { tile * self.widths[n].div_ceil(2) };
            let (mine, others) = rest.split_at_checked(size).unwrap_or_default();
            rest = others;
            mine
        });
        for block in 0..blocks {
            let mut row = 0;
            while row < rows {
                let count = tile.min(rows - row);
                let first = block * rows + row;
                self.copy(0, gathered[0], [block, row, count], false);
                self.copy(1, gathered[1], [block, row, count], false);
                for k in 0..count {
                    let lines = [0, 1, 2].map(|n| {
                        let pairs = self.widths[n].div_ceil(2);
                        if self.in_place(n) { part(self.arrays[n], first + k, pairs) } else { part(gathered[n], k, pairs) }
                    });
                    body(lines, first + k);
                }
                self.copy(2, gathered[2], [block, row, count], true);
                row += tile;
            }
        }
    }

    /// Copies `count` rows of array `n` into the working memory, or back.
    #[inline(never)]
    fn copy(&self, n: usize, gathered: &[Pair], [block, row, count]: [usize; 3], back: bool) {
        let (width, inner) = (self.widths[n], self.inner);
        if width == 0 || self.in_place(n) {
            return;
        }
        let strides = if inner == 1 { [width, 1] } else { [1, inner] };
        let there = Strided { start: block * self.rows() * width + row * strides[0], strides };
        let here = Strided { start: 0, strides: [2 * width.div_ceil(2), 1] };
        let size = [count, width];
        if back {
            copy(gathered, here, self.arrays[n], there, size);
        } else {
            copy(self.arrays[n], there, gathered, here, size);
        }
    }
}

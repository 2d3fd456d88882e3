//! The contraction of a gradient with a Jacobian: each row times its own matrix.
//!
//! The order of the sums is part of the contract: the even rows of the matrix from the first to the last, the odd rows
//! likewise, then the two sums are added.

use super::Call;
use super::softmax::{part, part_at, with_scratch};
use crate::lanes::{F64x2, Lanes};
use crate::memory::{self, Pair, load, store};
use core::cell::Cell;

/// Up to this many units, eight columns at a time are summed in registers: the matrix is in the cache, and no sum goes through
/// memory. A larger matrix is read row by row from start to end.
const SHORT: usize = 128;

/// The contraction, as the documentation of `rows` describes it; `out` may be `a`.
pub(crate) fn contraction(&Call { handles: [a, b, out], outer, units, .. }: &Call) -> u32 {
    contract(a, b, out, outer as u32, units as u32)
}

/// out[m] = a[m]·b[m] with a of (rows, units) and b of (rows, units, units); `out` may be `a`.
/// Returns 0. Returns 1, with nothing written, if there is not enough working memory.
pub fn contract(a: u32, b: u32, out: u32, rows: u32, units: u32) -> u32 {
    let (rows, units) = (rows as usize, units as usize);
    let pairs = units.div_ceil(2);
    with_scratch(2, units, |scratch| {
        memory::with([a, b, out], |buffers| {
            let [a, b, out] = buffers.map(|buffer| buffer.as_flattened());
            let sums = [part(scratch, 0, pairs), part(scratch, 1, pairs)];
            for row in 0..rows {
                let (factors, matrix) = (part(a, row, units), part(b, row, units * units));
                if units <= SHORT {
                    let mut start = 0;
                    while start < units {
                        start += match units - start {
                            8.. => columns::<4>(factors, matrix, start, sums[0]),
                            2.. => columns::<1>(factors, matrix, start, sums[0]),
                            _ => last_column(factors, matrix, sums[0]),
                        }
                    }
                } else {
                    rows_of_matrix(factors, matrix, sums);
                }
                for (out, sum) in part(out, row, units).iter().zip(sums[0].as_flattened()) {
                    out.set(sum.get());
                }
            }
        });
    })
}

/// Two neighbouring numbers.
#[inline(always)]
fn pair(cells: &[Cell<f64>]) -> F64x2 {
    F64x2::from_array([0, 1].map(|i| cells.get(i).map_or(0.0, Cell::get)))
}

/// Computes the sums of 2·`PAIRS` columns from `start` on. Returns the number of columns.
#[inline(always)]
fn columns<const PAIRS: usize>(factors: &[Cell<f64>], matrix: &[Cell<f64>], start: usize, sums: &[Pair]) -> usize {
    let zero = F64x2::splat(0.0);
    let mut even = [zero; PAIRS];
    let mut odd = [zero; PAIRS];
    let units = factors.len();
    let mut at = start;
    let add = |sums: &mut [F64x2; PAIRS], factor: &Cell<f64>, at: usize| {
        let factor = F64x2::splat(factor.get());
        let row = part_at(matrix, at, 2 * PAIRS);
        for (sum, row) in sums.iter_mut().zip(row.as_chunks::<2>().0) {
            *sum = *sum + factor * pair(row);
        }
    };
    let (both, rest) = factors.as_chunks();
    for [first, second] in both {
        add(&mut even, first, at);
        add(&mut odd, second, at + units);
        at += 2 * units;
    }
    if let [last] = rest {
        add(&mut even, last, at);
    }
    for (sum, (even, odd)) in part_at(sums, start / 2, PAIRS).iter().zip(even.into_iter().zip(odd)) {
        store(sum, (even + odd).to_array());
    }
    2 * PAIRS
}

/// Computes the sum of the last column, if the number of columns is odd. Returns the number of columns, 1.
fn last_column(factors: &[Cell<f64>], matrix: &[Cell<f64>], sums: &[Pair]) -> usize {
    let mut both = [0.0; 2];
    let units = factors.len();
    for (i, (factor, row)) in factors.iter().zip(matrix.chunks_exact(units)).enumerate() {
        both[i % 2] += factor.get() * row.last().map_or(0.0, Cell::get);
    }
    if let Some(sum) = sums.last() {
        sum[0].set(both[0] + both[1]);
    }
    1
}

/// Computes all sums, reading the matrix row by row: the even rows into the first sums, the odd rows into the second, then both
/// into the first.
#[inline(never)]
fn rows_of_matrix(factors: &[Cell<f64>], matrix: &[Cell<f64>], sums: [&[Pair]; 2]) {
    sums.iter().for_each(|sum| sum.iter().for_each(|pair| store(pair, [0.0; 2])));
    for (i, factor) in factors.iter().enumerate() {
        add_product(sums[i % 2], factor.get(), part(matrix, i, factors.len()));
    }
    // The odd rows of the matrix are added to the even ones last.
    add_product(sums[0], 1.0, sums[1].as_flattened());
}

/// sum += factor·row.
#[inline(never)]
fn add_product(sum: &[Pair], factor: f64, row: &[Cell<f64>]) {
    let (pairs, rest) = row.as_chunks::<2>();
    for (sum, row) in sum.iter().zip(pairs) {
        store(sum, (F64x2::from_array(load(sum)) + F64x2::splat(factor) * pair(row)).to_array());
    }
    if let ([last], Some([sum, _])) = (rest, sum.last()) {
        sum.set(sum.get() + factor * last.get());
    }
}

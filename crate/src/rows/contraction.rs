//! The contraction of a gradient with a Jacobian: each row times its matrix.
//!
//! The order of the sums is part of the contract: the even rows of the matrix from the first to the last, the odd ones likewise,
//! then both added.

use super::Call;
use super::softmax::{part, part_at, with_scratch};
use crate::lanes::{F64x2, Lanes};
use crate::memory::{self, Pair, load, store};
use core::cell::Cell;

/// Up to this many units eight columns at a time are summed in registers: the matrix is in the cache, and no sum goes through
/// memory. Longer rows of the matrix are read from end to end.
const SHORT: usize = 128;

/// The contraction, as the head of `rows` has it; `out` may be `a`.
pub(crate) fn contraction(&Call { handles: [a, b, out], outer, units, .. }: &Call) -> u32 {
    contract(a, b, out, outer as u32, units as u32)
}

/// out[m] = a[m]·b[m] with a of (rows, units) and b of (rows, units, units); `out` may be `a`.
/// Returns 0, or 1 when there is not enough scratch memory: then nothing is written.
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

/// Two neighbours.
#[inline(always)]
fn pair(cells: &[Cell<f64>]) -> F64x2 {
    F64x2::from_array([0, 1].map(|i| cells.get(i).map_or(0.0, Cell::get)))
}

/// The sums of 2·`PAIRS` columns from `start` on; returns how many they are.
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

/// The sum of the last column, where their number is odd.
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

/// All sums, even in the first and odd in the second, then both in the first; one row of the matrix after another.
#[inline(never)]
fn rows_of_matrix(factors: &[Cell<f64>], matrix: &[Cell<f64>], sums: [&[Pair]; 2]) {
    sums.iter().for_each(|sum| sum.iter().for_each(|pair| store(pair, [0.0; 2])));
    for (i, factor) in factors.iter().enumerate() {
        add_product(sums[i % 2], factor.get(), part(matrix, i, factors.len()));
    }
    // The odd rows of the matrix join the even ones last.
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

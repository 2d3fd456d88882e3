//! The contraction of a gradient with a Jacobian: each row times its matrix.

use super::softmax::{part, with_scratch};
use crate::lanes::{F64x2, Lanes};
use crate::memory::{self, Pair, load, store};
use core::cell::Cell;
use wasm_bindgen::prelude::wasm_bindgen;

/// out[m] = a[m]·b[m] with a of (rows, units) and b of (rows, units, units); `out` may be `a`.
/// Returns 0, or 1 when the scratch memory cannot be had: then nothing is written.
#[wasm_bindgen]
pub fn contract(a: u32, b: u32, out: u32, rows: u32, units: u32) -> u32 {
    let (rows, units) = (rows as usize, units as usize);
    let pairs = units.div_ceil(2);
    with_scratch(2, units, |scratch| {
        memory::with([a, b, out], |buffers| {
            let [a, b, out] = buffers.map(|buffer| buffer.as_flattened());
            for row in 0..rows {
                let sums = [part(scratch, 0, pairs), part(scratch, 1, pairs)];
                sums.iter().for_each(|sum| sum.iter().for_each(|pair| store(pair, [0.0; 2])));
                for (i, factor) in part(a, row, units).iter().enumerate() {
                    add_product(sums[i % 2], factor.get(), part(b, row * units + i, units));
                }
                // The odd rows of the matrix join the even ones last.
                add_product(sums[0], 1.0, sums[1].as_flattened());
                for (out, sum) in part(out, row, units).iter().zip(sums[0].as_flattened()) {
                    out.set(sum.get());
                }
            }
        });
    })
}

/// sum += factor·row.
#[inline(never)]
fn add_product(sum: &[Pair], factor: f64, row: &[Cell<f64>]) {
    let (pairs, rest) = row.as_chunks();
    for (sum, pair) in sum.iter().zip(pairs) {
        let product = F64x2::splat(factor) * F64x2::from_array(load(pair));
        store(sum, (F64x2::from_array(load(sum)) + product).to_array());
    }
    if let ([last], Some([sum, _])) = (rest, sum.last()) {
        sum.set(sum.get() + factor * last.get());
    }
}

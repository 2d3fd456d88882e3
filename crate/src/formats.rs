//! Conversion of f32 and f16 elements to f64 and back. They are packed from the start of a buffer: two f32, or four f16, in the
//! space of one f64. A buffer can be converted in place, because elements are converted to f64 from the last to the first, and
//! back from the first to the last.

use crate::lanes::{F64x2, MoveToUpperHalf};
use crate::memory::{self, Pair, store};
use core::cell::Cell;
use wasm_bindgen::prelude::wasm_bindgen;

/// f32.
pub const SINGLE: u32 = 0;
/// f16.
pub const HALF: u32 = 1;

/// Converts `count` elements of `from`, packed in this format, to f64 in `to`, which may be `from`. Exact.
#[wasm_bindgen]
pub fn widen(from: u32, to: u32, count: u32, format: u32) {
    with(from, to, count, |from, to| match format {
        SINGLE => {
            let one = |(packed, pair): (&Cell<f64>, &Pair)| store(pair, F64x2::promote(packed.get()).to_array());
            // Two packed numbers per iteration.
            let (twos, rest) = to.as_chunks::<2>();
            if let (Some(packed), [pair]) = (from.get(2 * twos.len()), rest) {
                one((packed, pair));
            }
            for ([a, b], [first, second]) in from.as_chunks().0.iter().zip(twos).rev() {
                one((b, second));
                one((a, first));
            }
        }
        _ => {
            let (fours, rest) = to.as_chunks::<2>();
            // The odd pair after the last four elements comes first.
            if let (Some(packed), [pair]) = (from.get(fours.len()), rest) {
                let [a, b, ..] = halves(packed.get());
                store(pair, [a, b]);
            }
            let from = from.get(..fours.len()).unwrap_or_default();
            for (packed, [first, second]) in from.iter().zip(fours).rev() {
                let [a, b, c, d] = halves(packed.get());
                store(first, [a, b]);
                store(second, [c, d]);
            }
        }
    });
}

/// Packs `count` f64 of `from` into `to`, which may be `from`, in this format. Each is rounded once, to nearest, ties to even.
#[wasm_bindgen]
pub fn narrow(from: u32, to: u32, count: u32, format: u32) {
    with(to, from, count, |to, from| match format {
        SINGLE => {
            let upper = MoveToUpperHalf::hoisted();
            let packed_of = |[first, second]: [&Pair; 2]| {
                let [first, second] = [first, second].map(|pair| F64x2::from_array(memory::load(pair)));
                first.demote(second, upper).to_array()
            };
            let (twos, rest) = from.as_chunks::<2>();
            for (packed, [first, second]) in to.as_chunks().0.iter().zip(twos) {
                store(packed, packed_of([first, second]));
            }
            if let (Some(packed), [pair]) = (to.get(2 * twos.len()), rest) {
                packed.set(packed_of([pair, pair])[0]);
            }
        }
        _ => {
            let (fours, rest) = from.as_chunks::<2>();
            for (packed, [first, second]) in to.iter().zip(fours) {
                let ([a, b], [c, d]) = (memory::load(first), memory::load(second));
                packed.set(pack([a, b, c, d]));
            }
            if let (Some(packed), [pair]) = (to.get(fours.len()), rest) {
                let [a, b] = memory::load(pair);
                packed.set(pack([a, b, 0.0, 0.0]));
            }
        }
    });
}

/// Calls `body` with the numbers of the packed buffer and with the pairs of the other buffer, cut to `count` elements.
#[inline(always)]
fn with(packed: u32, unpacked: u32, count: u32, body: impl FnOnce(&[Cell<f64>], &[Pair])) {
    memory::with([packed, unpacked], |[packed, unpacked]| {
        let count = (count.div_ceil(2) as usize).min(unpacked.len());
        body(packed.as_flattened(), unpacked.get(..count).unwrap_or_default());
    });
}

/// The four f16 in the bits of a number, the first in the lowest.
fn halves(packed: f64) -> [f64; 4] {
    let bits = packed.to_bits();
    [0, 16, 32, 48].map(|at| from_half((bits >> at) as u16))
}

fn pack(values: [f64; 4]) -> f64 {
    let [a, b, c, d] = values.map(|value| u64::from(to_half(value)));
    f64::from_bits(a | b << 16 | c << 32 | d << 48)
}

/// The number that the bits of an f16 stand for; NaN stays NaN.
fn from_half(half: u16) -> f64 {
    let magnitude = u64::from(half & 0x7fff);
    let value = match magnitude {
        // Subnormal: a multiple of 2^-24.
        0..0x400 => magnitude as f64 / 16_777_216.0,
        // The exponent bias grows by 1023 − 15 = 1008.
        0x400..0x7c00 => f64::from_bits((magnitude << 42) + (1008 << 52)),
        _ => f64::from_bits((magnitude << 42) | (0x7ff << 52)),
    };
    if half >> 15 == 0 { value } else { -value }
}

/// The bits of the f16 closest to a number, the even one on a tie.
pub fn to_half(value: f64) -> u16 {
    let (size, bits) = (value.abs(), value.abs().to_bits());
    let magnitude = if value.is_nan() {
        0x7e00
    } else if size >= 65_520.0 {
        // Numbers at least half a step above the largest f16 overflow.
        0x7c00
    } else if size < 1.0 / 16_384.0 {
        // In units of 2^-24, rounded by adding 2^52. The smallest normal number has 1024 of these units.
        ((size * 16_777_216.0 + 4_503_599_627_370_496.0).to_bits() & 0x7ff) as u16
    } else {
        // Adds just less than half a step, or exactly half where the last bit kept is odd. What overflows carries into the
        // exponent.
        let rounded = bits + ((1 << 41) - 1) + (bits >> 42 & 1);
        ((rounded >> 42) - (1008 << 10)) as u16
    };
    magnitude | if value.is_sign_negative() { 0x8000 } else { 0 }
}

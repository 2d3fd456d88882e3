//! Softmax along the middle axis of (outer, units, inner): value, Jacobian and backward.
//! Each row is gathered into scratch rows, worked on there, and scattered: every axis and place in memory gives the same bits.

use crate::local::local;
use crate::map::{BACKWARD_X, BACKWARD_Y, DERIV, VALUE};
use crate::memory::{self, Pair};
use alloc::vec::Vec;
use core::cell::Cell;
use wasm_bindgen::prelude::wasm_bindgen;

local! {
    /// Two rows of working memory, kept from call to call.
    static SCRATCH: Vec<f64> = Vec::new();
}

/// Operation `op` (see [`crate::map::run`]) of softmax over the `units` of (outer, units, inner), with x divided by
/// `temperature`, Jacobian and backward by `divisor`. The Jacobian is (outer, inner, units, units).
/// Returns 0, or 1 when the scratch memory cannot be had: then nothing is written.
#[wasm_bindgen]
#[expect(clippy::too_many_arguments, reason = "the boundary to JavaScript takes numbers only")]
pub fn softmax(op: u32, a: u32, b: u32, out: u32, outer: u32, units: u32, inner: u32, temperature: f64, divisor: f64) -> u32 {
    let (outer, units, inner) = (outer as usize, units as usize, inner as usize);
    SCRATCH.with_borrow_mut(|scratch| {
        scratch.clear();
        if scratch.try_reserve(2 * units).is_err() {
            return 1;
        }
        scratch.resize(2 * units, 0.0);
        let (s, gradient) = scratch.split_at_mut(units);
        memory::with([a, b, out], |[a, b, out]| {
            for row in 0..outer * inner {
                let first = row / inner * units * inner + row % inner;
                for (unit, s) in s.iter_mut().enumerate() {
                    *s = get(a, first + unit * inner);
                }
                if op != BACKWARD_Y {
                    normalize(s, temperature);
                }
                let (values, jacobian) = if op == DERIV { (b, out) } else { (out, b) };
                if op == BACKWARD_X || op == BACKWARD_Y {
                    for (unit, gradient) in gradient.iter_mut().enumerate() {
                        *gradient = get(b, first + unit * inner);
                    }
                    backward(s, gradient, divisor);
                } else if op != VALUE {
                    for (i, &si) in s.iter().enumerate() {
                        for (j, &sj) in s.iter().enumerate() {
                            let factor = if i == j { 1.0 - sj } else { -sj };
                            set(jacobian, (row * units + i) * units + j, si * factor / divisor);
                        }
                    }
                }
                if op != DERIV {
                    for (unit, &s) in s.iter().enumerate() {
                        set(values, first + unit * inner, s);
                    }
                }
            }
        });
        0
    })
}

/// x becomes softmax(x / temperature).
fn normalize(x: &mut [f64], temperature: f64) {
    let max = x.iter().fold(f64::NEG_INFINITY, |max, &x| if max < x { x } else { max });
    let mut sum = 0.0;
    for x in x.iter_mut() {
        // Quarters, so that the difference of ±1e308 does not overflow.
        *x = crate::math::exp::times_exp(1.0, (*x * 0.25 - max * 0.25) / temperature * 4.0);
        sum += *x;
    }
    for x in x.iter_mut() {
        *x /= sum;
    }
}

/// s becomes s·(dy − Σ s·dy)/divisor; an entry with s = 0 contributes and receives 0.
fn backward(s: &mut [f64], dy: &[f64], divisor: f64) {
    let nonzero = |s: f64, product: f64| if s == 0.0 { 0.0 } else { product };
    let dot: f64 = s.iter().zip(dy).map(|(&s, &dy)| nonzero(s, s * dy)).sum();
    for (s, &dy) in s.iter_mut().zip(dy) {
        *s = nonzero(*s, *s * (dy - dot) / divisor);
    }
}

fn get(buffer: &[Pair], index: usize) -> f64 {
    buffer.as_flattened().get(index).map_or(0.0, Cell::get)
}

fn set(buffer: &[Pair], index: usize, value: f64) {
    if let Some(element) = buffer.as_flattened().get(index) {
        element.set(value);
    }
}

/// out[m] = a[m]·b[m] with a of (rows, units) and b of (rows, units, units); `out` may be `a`.
/// Returns 0, or 1 when the scratch memory cannot be had: then nothing is written.
#[wasm_bindgen]
pub fn contract(a: u32, b: u32, out: u32, rows: u32, units: u32) -> u32 {
    let (rows, units) = (rows as usize, units as usize);
    SCRATCH.with_borrow_mut(|scratch| {
        scratch.clear();
        if scratch.try_reserve(units).is_err() {
            return 1;
        }
        scratch.resize(units, 0.0);
        memory::with([a, b, out], |[a, b, out]| {
            for row in 0..rows {
                scratch.fill(0.0);
                for i in 0..units {
                    let factor = get(a, row * units + i);
                    for (j, sum) in scratch.iter_mut().enumerate() {
                        *sum += factor * get(b, (row * units + i) * units + j);
                    }
                }
                for (j, &sum) in scratch.iter().enumerate() {
                    set(out, row * units + j, sum);
                }
            }
        });
        0
    })
}

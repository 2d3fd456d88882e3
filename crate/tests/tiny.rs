//! Tiny numbers take a way of their own through the loops (`loops::tiny`), and a number by itself does not: the bits are the same.

use core::cell::Cell;
use nonlin::activation::{LIST, run, scalar};
use nonlin::loops::{BACKWARD_X, BACKWARD_Y, DERIV, DERIV2, VALUE, VALUE_AND_DERIV};
use nonlin::memory::{self, allocate, release};

/// What the activation with these hyperparameters computes.
type Hyperparameters = [f64; 4];

/// Splitmix64.
fn next(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let z = (*state ^ (*state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// Of any exponent up to this power of two, and of any sign.
fn below(power: u64, state: &mut u64) -> f64 {
    let bits = next(state);
    let exponent = next(state) % (1023 + power - 1022 + 1);
    f64::from_bits(bits & (1 << 63) | exponent << 52 | bits >> (12 + next(state) % 52))
}

fn filled(values: &[f64]) -> u32 {
    let handle = allocate(values.len() as u32);
    memory::with([handle], |[pairs]| pairs.as_flattened().iter().zip(values).for_each(|(cell, &value)| cell.set(value)));
    handle
}

fn contents(handle: u32, count: usize) -> Vec<f64> {
    memory::with([handle], |[pairs]| pairs.as_flattened().iter().take(count).map(Cell::get).collect())
}

fn compare(kernel: u32, op: u32, x: &[f64], dy: &[f64], p: Hyperparameters) {
    let count = x.len();
    let [a, b, out] = [x, dy, &vec![7.0; count]].map(filled);
    run(kernel, op, a, b, out, count as u32, p[0], p[1], p[2], p[3]);
    let (got, beside) = (contents(out, count), contents(b, count));
    [a, b, out].into_iter().for_each(release);
    let check = |op: u32, got: &[f64]| {
        for (i, &got) in got.iter().enumerate() {
            let wanted = scalar(kernel, op, x[i], dy[i], p[0], p[1], p[2], p[3]);
            let same = got.to_bits() == wanted.to_bits() || got.is_nan() && wanted.is_nan();
            // What an activation does not have leaves the buffer.
            let is_missing = wanted.is_nan() && got == 7.0;
            let (name, _) = LIST[kernel as usize];
            assert!(
                same || is_missing,
                "{name} {p:?}, operation {op}: {got:e}, not {wanted:e}, at x = {:e}, dy = {:e}",
                x[i],
                dy[i]
            );
        }
    };
    if op == VALUE_AND_DERIV {
        check(VALUE, &got);
        check(DERIV, &beside);
    } else {
        check(op, &got);
    }
}

#[test]
fn bits_are_those_of_a_number() {
    let mut state = 15;
    for kernel in 0..LIST.len() as u32 {
        let (name, names) = LIST[kernel as usize];
        let mut choices = vec![1.0];
        if !names.is_empty() {
            choices.extend([0.5, 0.7, -2.0, -1.5, 1e-3, 1e-12, 8.447446282659162e-21, 1e-60, 1e-300, 5e-324, 1e300, 0.0]);
            // And of any size, or near 1.
            choices.extend(
                (0..60).map(|i| if i % 2 == 0 { below(1000, &mut state) } else { 2.0 / below(3, &mut state).abs().max(1e-30) }),
            );
        }
        for (case, &first) in choices.iter().enumerate() {
            // These are above 0.
            if first <= 0.0 && ["celu", "squareplus"].contains(&name) {
                continue;
            }
            let p = [first, choices[(case * 7 + 3) % choices.len()], 1.0, 1.0];
            for op in [VALUE, DERIV, BACKWARD_X, BACKWARD_Y, VALUE_AND_DERIV, DERIV2] {
                for round in 0..24 {
                    // All of x, or some of them, or none; dy likewise.
                    let count = [1, 8, 127, 128, 1500, 3000][round % 6];
                    let share = |state: &mut u64, kind: usize| match kind {
                        0 => true,
                        1 => next(state) < 1 << 62,
                        _ => false,
                    };
                    let mut numbers = |kind: usize| -> Vec<f64> {
                        let number = |_| match next(&mut state) % 40 {
                            0 => [0.0, -0.0, f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -750.0, 50.0, 1e300]
                                [(next(&mut state) % 8) as usize],
                            _ if share(&mut state, kind) => below(if next(&mut state) >> 63 == 0 { 40 } else { 950 }, &mut state),
                            _ => (next(&mut state) >> 11) as f64 / 2f64.powi(50) - 4.0,
                        };
                        (0..count).map(number).collect()
                    };
                    let (x, dy) = (numbers(round % 3), numbers(round / 6 % 3));
                    compare(kernel, op, &x, &dy, p);
                }
            }
        }
    }
}

//! Tiny numbers take a special path through the loops (`loops::tiny`), and a single number does not: the bits are the same.

mod support;

use nonlin::activation::LIST;
use nonlin::elementwise::scalar;
use nonlin::loops::{BACKWARD_X, BACKWARD_Y, DERIV, DERIV2, VALUE, VALUE_AND_DERIV};
use support::{Random, in_buffers, same};

/// Numbers with any exponent from that of subnormal numbers up to −1022 + `span`, and with any sign. Half of the subnormal
/// numbers have few bits.
fn tiny(span: u64, random: &mut Random) -> f64 {
    let (bits, exponent, shift) = (random.bits(), random.bits() % (span + 1), random.bits() % 52);
    f64::from_bits(bits & (1 << 63) | exponent << 52 | bits << 12 >> (12 + shift))
}

/// Small numbers as a share of all: none for 0, a quarter for 1, all for 2; the others are from −4 to 4, with an occasional
/// special value.
fn numbers(count: usize, share: usize, random: &mut Random) -> Vec<f64> {
    let specials = [0.0, -0.0, f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -750.0, 50.0, 1e300];
    let number = |_| match random.bits() % 40 {
        0 => specials[(random.bits() % 8) as usize],
        kind if share == 2 || share == 1 && kind % 4 == 1 => tiny(if random.bits() >> 63 == 0 { 40 } else { 950 }, random),
        _ => 8.0 * random.unit() - 4.0,
    };
    (0..count).map(number).collect()
}

#[test]
fn bits_are_those_of_a_number() {
    let mut random = Random(15);
    for (kernel, (name, names)) in LIST.iter().enumerate() {
        let mut choices = vec![1.0];
        if !names.is_empty() {
            choices.extend([0.5, 0.7, -2.0, -1.5, 1e-3, 1e-12, 8.447446282659162e-21, 1e-60, 1e-300, 5e-324, 1e300, 0.0]);
            // Also numbers of any size, or close to 1.
            choices.extend((0..60).map(|i| if i % 2 == 0 { tiny(2000, &mut random) } else { 8.0 * random.unit() - 4.0 }));
        }
        for (case, &first) in choices.iter().enumerate() {
            // These hyperparameters are positive.
            if first <= 0.0 && ["celu", "squareplus"].contains(name) {
                continue;
            }
            let p = [first, choices[(case * 7 + 3) % choices.len()], 1.0, 1.0];
            for op in [VALUE, DERIV, BACKWARD_X, BACKWARD_Y, VALUE_AND_DERIV, DERIV2] {
                for round in 0..24 {
                    let count = [1, 8, 127, 128, 1500, 3000][round % 6];
                    let [x, dy] = [round % 3, round / 6 % 3].map(|share| numbers(count, share, &mut random));
                    let in_place = op != VALUE_AND_DERIV && round % 5 == 0;
                    let [out, beside] = in_buffers(kernel as u32, op, [&x, &dy], p, in_place);
                    let check = |op: u32, got: &[f64]| {
                        for ((&got, &x), &dy) in got.iter().zip(&x).zip(&dy) {
                            let wanted = scalar(kernel as u32, op, x, dy, p[0], p[1], p[2], p[3]);
                            // Not every activation has operations from y: without one, the buffer does not change.
                            let is_missing = op == BACKWARD_Y && wanted.is_nan() && same(got, x);
                            assert!(
                                is_missing || same(got, wanted),
                                "{name} {p:?}, operation {op}: {got:e}, not {wanted:e}, at x = {x:e}, dy = {dy:e}"
                            );
                        }
                    };
                    if op == VALUE_AND_DERIV {
                        check(VALUE, &out);
                        check(DERIV, &beside);
                    } else {
                        check(op, &out);
                    }
                }
            }
        }
    }
}

/// Close to the largest subnormal number, a product with an f′ close to 1 lies next to a point halfway between two numbers,
/// closer than 2^-39 of a unit.
#[test]
fn halfway_points_go_to_the_right_side() {
    let mut random = Random(28);
    for (kernel, (name, _)) in LIST.iter().enumerate() {
        for round in 0..200 {
            let p = [if round % 2 == 0 { 1.0 } else { 0.5 + random.unit() }, 0.5, 1.0, 1.0];
            let op = if round % 5 == 0 { BACKWARD_Y } else { BACKWARD_X };
            let x: Vec<f64> = (0..512).map(|_| 48.0 * random.unit() - 24.0).collect();
            let dy: Vec<f64> =
                x.iter().map(|_| f64::from_bits(f64::MIN_POSITIVE.to_bits() - random.bits() % (1 << (1 + round % 20)))).collect();
            let [out, _] = in_buffers(kernel as u32, op, [&x, &dy], p, false);
            for ((&got, &x), &dy) in out.iter().zip(&x).zip(&dy) {
                let wanted = scalar(kernel as u32, op, x, dy, p[0], p[1], p[2], p[3]);
                let is_missing = op == BACKWARD_Y && wanted.is_nan();
                assert!(
                    is_missing || same(got, wanted),
                    "{name} {p:?}, operation {op}: {got:e}, not {wanted:e}, at x = {x:e}, dy = {dy:e}"
                );
            }
        }
    }
}

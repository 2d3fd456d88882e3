//! f32 and f16 to f64 and back, in place and not: all f16, every tie between them, and f32 as the compiler converts them.

use nonlin::formats::{HALF, SINGLE, narrow, widen};
use nonlin::memory;

fn buffer(content: &[f64]) -> u32 {
    let handle = memory::allocate(content.len() as u32);
    memory::with([handle], |[buffer]| buffer.as_flattened().iter().zip(content).for_each(|(cell, &value)| cell.set(value)));
    handle
}

fn read(handle: u32, count: usize) -> Vec<f64> {
    memory::with([handle], |[buffer]| buffer.as_flattened()[..count].iter().map(|cell| cell.get()).collect())
}

/// The bits of elements of `size` bits, packed.
fn packed(elements: &[u64], size: usize) -> Vec<f64> {
    let each = 64 / size;
    elements
        .chunks(each)
        .map(|some| f64::from_bits(some.iter().rev().fold(0, |bits, &one| bits.checked_shl(size as u32).unwrap_or(0) | one)))
        .collect()
}

fn unpacked(numbers: &[f64], size: usize, count: usize) -> Vec<u64> {
    let each = 64 / size;
    (0..count).map(|i| numbers[i / each].to_bits() >> (i % each * size) & ((1 << size) - 1)).collect()
}

fn widened(elements: &[u64], format: u32, in_place: bool) -> Vec<f64> {
    let size = if format == SINGLE { 32 } else { 16 };
    let mut content = packed(elements, size);
    content.resize(elements.len().max(content.len()), 0.0);
    let (from, other) = (buffer(&content), buffer(&vec![0.0; elements.len()]));
    let to = if in_place { from } else { other };
    widen(from, to, elements.len() as u32, format);
    let result = read(to, elements.len());
    [from, other].into_iter().for_each(memory::release);
    result
}

fn narrowed(values: &[f64], format: u32, in_place: bool) -> Vec<u64> {
    let size = if format == SINGLE { 32 } else { 16 };
    let (from, other) = (buffer(values), buffer(&vec![0.0; values.len()]));
    let to = if in_place { from } else { other };
    narrow(from, to, values.len() as u32, format);
    let result = unpacked(&read(to, values.len().div_ceil(64 / size)), size, values.len());
    [from, other].into_iter().for_each(memory::release);
    result
}

/// The value of an f16, from its parts.
fn half(bits: u64) -> f64 {
    let (sign, exponent, fraction) = (if bits >> 15 == 0 { 1.0 } else { -1.0 }, bits >> 10 & 31, (bits & 1023) as f64);
    sign * match exponent {
        0 => fraction * 2f64.powi(-24),
        31 => {
            if fraction == 0.0 {
                f64::INFINITY
            } else {
                f64::NAN
            }
        }
        _ => (1.0 + fraction / 1024.0) * 2f64.powi(exponent as i32 - 15),
    }
}

fn same(a: f64, b: f64) -> bool {
    a.to_bits() == b.to_bits() || a.is_nan() && b.is_nan()
}

#[test]
fn every_half_goes_there_and_back() {
    let all: Vec<u64> = (0..65_536).collect();
    for in_place in [false, true] {
        let wide = widened(&all, HALF, in_place);
        for (&bits, &got) in all.iter().zip(&wide) {
            assert!(same(got, half(bits)), "f16 {bits:#x}: {got:e}, not {:e}", half(bits));
        }
        for (&bits, got) in all.iter().zip(narrowed(&wide, HALF, in_place)) {
            let want = if half(bits).is_nan() { got } else { bits };
            assert!(got == want && (half(got).is_nan() == half(bits).is_nan()), "f16 {bits:#x} comes back as {got:#x}");
        }
    }
}

#[test]
fn halves_are_rounded_once_and_ties_to_even() {
    for bits in 0..0x7c00_u64 {
        let (low, high) = (half(bits), if bits == 0x7bff { 65_536.0 } else { half(bits + 1) });
        let tie = (low + high) / 2.0;
        let even = bits + (bits & 1);
        let cases = [
            (tie, even),
            (tie.next_down(), bits),
            (tie.next_up(), bits + 1),
            (low.next_up(), bits),
            (high.next_down(), bits + 1),
        ];
        let got = narrowed(&cases.map(|(x, _)| x), HALF, false);
        let mirrored = narrowed(&cases.map(|(x, _)| -x), HALF, true);
        for (i, (x, want)) in cases.into_iter().enumerate() {
            assert_eq!(got[i], want, "{x:e} as f16");
            assert_eq!(mirrored[i], want | 0x8000, "{:e} as f16", -x);
        }
    }
    assert_eq!(
        narrowed(&[1e300, f64::NEG_INFINITY, 5e-324, -5e-324, 65_519.99], HALF, false),
        [0x7c00, 0xfc00, 0, 0x8000, 0x7bff]
    );
}

#[test]
fn singles_are_those_of_the_compiler() {
    let mut state = 1_u64;
    let mut random = || {
        state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        state >> 11
    };
    let mut singles: Vec<u64> =
        vec![0, 1, 0x8000_0000, 0x8000_0001, 0x7f80_0000, 0xff80_0000, 0x7fc0_0000, 0x007f_ffff, 0x0080_0000, 0x7f7f_ffff];
    singles.extend((0..20_001).map(|_| random() & 0xffff_ffff));
    let mut numbers: Vec<f64> = singles.iter().map(|&bits| f64::from(f32::from_bits(bits as u32))).collect();
    // Ties and their neighbours.
    numbers.extend((0..20_000).flat_map(|_| {
        let x = f64::from(f32::from_bits((random() & 0x7f7f_ffff) as u32));
        let next = f64::from(f32::from_bits((x as f32).to_bits() + 1));
        let tie = (x + next) / 2.0;
        [tie, tie.next_up(), -tie.next_down()]
    }));
    for in_place in [false, true] {
        for count in [1, 2, 3, 4, 5, 31, singles.len()] {
            let wide = widened(&singles[..count], SINGLE, in_place);
            for (&bits, got) in singles.iter().zip(wide) {
                let want = f64::from(f32::from_bits(bits as u32));
                assert!(same(got, want), "f32 {bits:#x}: {got:e}, not {want:e}");
            }
        }
        for (&x, got) in numbers.iter().zip(narrowed(&numbers, SINGLE, in_place)) {
            let want = x as f32;
            assert!(
                got as u32 == want.to_bits() || want.is_nan() && f32::from_bits(got as u32).is_nan(),
                "{x:e} as f32: {got:#x}"
            );
        }
    }
}

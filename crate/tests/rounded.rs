//! Results for f32 and f16 close to a tie, a point halfway between two of these numbers, where the ordinary f64 result would
//! round to the wrong one. The correct results are MPFR's, from docs/accuracy-float32.json, which `./build.sh accuracy
//! --float32` writes.

use nonlin::activation::LIST;
use nonlin::elementwise::{run, scalar};
use nonlin::formats::{HALF, SINGLE, narrow, widen};
use nonlin::loops::packed::PACKED;
use nonlin::loops::{BACKWARD_X, DERIV, DERIV2, VALUE, VALUE_AND_DERIV};
use nonlin::memory;
use nonlin::rounded::ROUNDED;

/// A function, its alpha or beta, an operation, and bits of x with those of the result.
type Case = (&'static str, f64, u32, &'static [[u32; 2]]);

const SINGLES: &[Case] = &[
    (
        "sigmoid",
        0.0,
        VALUE,
        &[[0x34c00000, 0x3f000001], [0x35600000, 0x3f000003], [0xb60c0000, 0x3effffef], [0xb6860000, 0x3effffdf]],
    ),
    ("sigmoid", 0.0, DERIV2, &[[0x0000000c, 0x80000001], [0x0000002c, 0x80000005], [0x003d002c, 0x8007a005]]),
    ("silu", 1.0, VALUE, &[[0x00000001, 0x00000001], [0x00000009, 0x00000005], [0x003d0009, 0x001e8005]]),
    (
        "silu",
        1.0,
        DERIV,
        &[[0x36ce0000, 0x3f000033], [0x370b0000, 0x3f000045], [0xb5180000, 0x3efffff7], [0xb6c30000, 0x3effff9f]],
    ),
    // Close to the zero of f′, where the f64 has few digits.
    ("silu", 0.7, DERIV, &[[0xbfe9c83b, 0xb6e6e21c]]),
    ("silu", 3.022434047003688, DERIV, &[[0xbed893b0, 0xb6de27f1]]),
    ("silu", -2.4731796047605514, DERIV, &[[0x3f0455a0, 0x31739e18]]),
    ("silu", 9.792303300600839, DERIV, &[[0xbe05b106, 0xb0474c4c]]),
    ("silu", -2.2079391624456166, DERIV, &[[0x3f143b5b, 0x2ead2705]]),
    ("silu", 1e10, DERIV, &[[0xaf0c919a, 0xb445f03c]]),
    ("quickGelu", 0.0, VALUE, &[[0x00000001, 0x00000001], [0x003d0009, 0x001e8005]]),
    ("gelu", 0.0, VALUE, &[[0x00000001, 0x00000001], [0x00000011, 0x00000009], [0x003d0011, 0x001e8009]]),
    ("hardSwish", 0.0, VALUE, &[[0x00000001, 0x00000001], [0x00000019, 0x0000000d], [0x003d0019, 0x001e800d]]),
    ("lrelu", 0.3, VALUE, &[[0x80320005, 0x800f0001], [0x806f0009, 0x80214ccf]]),
    ("squareplus", 4.0, DERIV, &[[0x35600000, 0x3f000003], [0xb60c0000, 0x3effffef], [0xb6860000, 0x3effffdf]]),
    ("tanhShrink", 0.0, VALUE, &[[0x4b800167, 0x4b800167], [0xcb800167, 0xcb800167]]),
    ("snake", 1.0, VALUE, &[[0x4b8927ef, 0x4b8927ef], [0x4b89f3bd, 0x4b89f3bd], [0x4bc6617b, 0x4bc6617b]]),
];

const HALVES: &[Case] = &[("lrelu", 0.3, VALUE, &[[0x8005, 0x8001], [0x8109, 0x804f], [0x8721, 0x8223]])];

fn buffer(content: &[f64]) -> u32 {
    let handle = memory::allocate(content.len() as u32);
    memory::with([handle], |[buffer]| buffer.as_flattened().iter().zip(content).for_each(|(cell, &value)| cell.set(value)));
    handle
}

/// The bits of the results of an operation at x; with `rounded`, as the package computes them, in place.
fn results((name, parameter, op, cases): &Case, format: u32, rounded: bool) -> Vec<u32> {
    let width = if format == SINGLE { 32 } else { 16 };
    let each = 64 / width;
    let mut packed = vec![0_u64; cases.len()];
    for (place, [x, _]) in cases.iter().enumerate() {
        packed[place / each] |= u64::from(*x) << (place % each * width);
    }
    let count = cases.len() as u32;
    let (x, other) = (buffer(&packed.into_iter().map(f64::from_bits).collect::<Vec<_>>()), buffer(&vec![0.0; cases.len()]));
    widen(x, x, count, format);
    let kernel = LIST.iter().position(|(known, _)| known == name).unwrap() as u32;
    let formats = if rounded { format + 1 } else { 0 };
    // f′ from both operations that give it.
    let (op, formats, result) = if *op == DERIV && rounded { (VALUE_AND_DERIV, 4 * formats, other) } else { (*op, formats, x) };
    run(kernel, op + ROUNDED * formats, x, other, x, count, *parameter, 0.0, 0.0, 0.0);
    narrow(result, result, count, format);
    let packed =
        memory::with([result], |[pairs]| pairs.as_flattened().iter().map(|cell| cell.get().to_bits()).collect::<Vec<_>>());
    [x, other].into_iter().for_each(memory::release);
    (0..cases.len()).map(|place| (packed[place / each] >> (place % each * width)) as u32 & (u32::MAX >> (32 - width))).collect()
}

#[test]
fn results_beside_ties_are_the_correctly_rounded_ones() {
    for (format, cases) in [(SINGLE, SINGLES), (HALF, HALVES)] {
        for case in cases {
            let (twice, once) = (results(case, format, false), results(case, format, true));
            for ((&[x, right], twice), once) in case.3.iter().zip(twice).zip(once) {
                assert_eq!(once, right, "{} at {x:#x}: {once:#x}, not {right:#x}", case.0);
                assert_ne!(twice, right, "{} at {x:#x} is no hard case", case.0);
            }
        }
    }
}

/// A result for f64 does not change, and neither does a result that is not close to a tie.
#[test]
fn other_results_keep_their_bits() {
    let x: Vec<f64> = (-4000..4000).map(|n| f64::from(n) / 173.0).collect();
    for (kernel, (name, _)) in LIST.iter().enumerate() {
        for op in [VALUE, DERIV, DERIV2] {
            let [plain, rounded] = [0, ROUNDED].map(|formats| {
                let (from, out) = (buffer(&x), buffer(&vec![0.0; x.len()]));
                run(kernel as u32, op + formats, from, from, out, x.len() as u32, 1.0, 1.0, 0.0, 0.0);
                let result =
                    memory::with([out], |[pairs]| pairs.as_flattened().iter().map(|cell| cell.get()).collect::<Vec<_>>());
                [from, out].into_iter().for_each(memory::release);
                result
            });
            for ((x, plain), rounded) in x.iter().zip(plain).zip(rounded) {
                // Close to a zero of f′, the f64 has fewer digits.
                let close = plain.to_bits().abs_diff(rounded.to_bits()) <= 2 || (plain - rounded).abs() < 2.0_f64.powi(-54);
                let same = (plain as f32).to_bits() == (rounded as f32).to_bits() && close;
                assert!(same || plain.is_nan(), "{name}, operation {op}, at {x:e}: {plain:e} and {rounded:e}");
            }
        }
    }
}

/// The results of an operation at any x, not only of the format, rounded to the format: they must be its numbers.
fn rounded(name: &str, parameter: f64, op: u32, x: &[f64], format: u32) -> Vec<f64> {
    let count = x.len() as u32;
    let (from, out) = (buffer(x), buffer(&vec![0.0; x.len()]));
    let kernel = LIST.iter().position(|(known, _)| *known == name).unwrap() as u32;
    run(kernel, op + ROUNDED * (format + 1), from, from, out, count, parameter, 0.0, 0.0, 0.0);
    narrow(out, out, count, format);
    widen(out, out, count, format);
    let results = memory::with([out], |[pairs]| pairs.as_flattened().iter().map(|cell| cell.get()).take(x.len()).collect());
    [from, out].into_iter().for_each(memory::release);
    results
}

/// With a beta of 0, or almost 0, the zeros are at infinity, and nothing is close to them.
#[test]
fn zeros_at_infinity_change_nothing() {
    let x = [0.0, -1.5, f64::MAX, -f64::MAX, f64::INFINITY, f64::NEG_INFINITY];
    for beta in [0.0, 5e-324, -1e-310] {
        for op in [DERIV, DERIV2] {
            let plain: Vec<f64> = x
                .iter()
                .map(|&x| {
                    let kernel = LIST.iter().position(|(name, _)| *name == "silu").unwrap() as u32;
                    f64::from(scalar(kernel, op, x, 1.0, beta, 0.0, 0.0, 0.0) as f32)
                })
                .collect();
            let bits = |results: Vec<f64>| results.into_iter().map(f64::to_bits).collect::<Vec<_>>();
            assert_eq!(bits(rounded("silu", beta, op, &x, SINGLE)), bits(plain), "beta {beta:e}, operation {op}");
        }
    }
}

/// A result that is exactly halfway between two numbers goes to the even one, up or down.
#[test]
fn results_that_are_ties_go_to_the_even_one() {
    let ulp = 2.0_f64.powi(-23);
    // (x + 1)/2, where half an ulp of f32 is the last bit.
    let slopes = rounded("sparsePlus", 0.0, DERIV, &[ulp / 2.0, 1.5 * ulp, 2.5 * ulp], SINGLE);
    assert_eq!(slopes, [0.5, 0.5 + ulp, 0.5 + ulp]);
    // ((x + 1)/2)² = ¼ + ulp·(2^10 + ⅛), where ulp/8 is half an ulp of the f32 there.
    assert_eq!(rounded("sparsePlus", 0.0, VALUE, &[2.0_f64.powi(-12)], SINGLE), [0.25 + 2.0_f64.powi(-13)]);
    let least = 2.0_f64.powi(-149);
    assert_eq!(rounded("lrelu", 0.5, VALUE, &[-least, -3.0 * least, -5.0 * least], SINGLE), [0.0, -2.0 * least, -2.0 * least]);
}

/// f′ = ½ + x/4 − x³/32 + …, where x³/32 is nearly one unit in the last place of the f64. The exact result is a pair whose
/// first number is that unit away from the tie, and whose second leads back to it. So the last bit of the first number alone
/// decides.
#[test]
fn a_unit_beside_a_tie_is_not_the_tie() {
    for (x, nearest, even) in [(127.0 / 8388608.0, 63.0, 64.0), (-203.0 / 16777216.0, -50.5, -51.0)] {
        let [nearest, even] = [nearest, even].map(|units: f64| 0.5 + units / 16777216.0);
        let third = x * x * x / 32.0;
        assert_eq!((0.5 + x / 4.0) as f32, even as f32, "{x:e} has no tie");
        let beside = third / (0.25 * f64::EPSILON) * if x < 0.0 { 2.0 } else { 1.0 };
        assert!(beside.abs() > 0.5 && beside.abs() < 2.0, "{x:e} is {beside} units beside the tie");
        assert_eq!(rounded("squareplus", 4.0, DERIV, &[x], SINGLE), [nearest]);
    }
}

/// To the right of 1, sparsePlus is x, and so is lrelu for x > 0. There no other formula may decide, although x is halfway
/// between two f16.
#[test]
fn what_is_x_is_rounded_as_x() {
    let ulp = 2.0_f64.powi(-9);
    for name in ["sparsePlus", "lrelu"] {
        let results = rounded(name, 0.3, VALUE, &[3.0 + ulp / 2.0, 3.0 + 1.5 * ulp], HALF);
        assert_eq!(results, [3.0, 3.0 + 2.0 * ulp], "{name}");
    }
}

/// Sigmoid's f″ at an f64 so close to 0 that it is −x/8 + x³/24: for an x for which that is slightly closer to 0 than a tie, by
/// less than a sixth of x³, so that the second term decides the side.
#[test]
fn the_second_term_next_to_zero_tells_the_side() {
    let below = f64::from(1.07e-7_f32);
    let tie = below + 2.0_f64.powi(-48);
    assert_ne!(((tie * (1.0 - 1e-15)) as f32).to_bits(), ((tie * (1.0 + 1e-15)) as f32).to_bits());
    let x = 8.0 * tie * (1.0 + 64.0 * tie * tie / 3.0) * (1.0 - 100.0 * f64::EPSILON);
    assert!(x < 2.0_f64.powi(-20));
    assert_eq!(rounded("sigmoid", 0.0, DERIV2, &[x, -x], SINGLE), [-below, below]);
}

/// Results computed without an f64 in between have the bits of those that are widened and rounded. All NaN count as equal.
#[test]
fn packed_f32_have_the_bits_of_f64_rounded() {
    let specials =
        [0.0, -0.0, 1.0, -1.0, f32::INFINITY, -f32::INFINITY, f32::NAN, f32::MAX, f32::MIN, 1e-45, -1e-45, 1.1754942e-38, -3.3];
    let pairs: Vec<[f32; 2]> = specials.iter().flat_map(|&x| specials.map(|dy| [x, dy])).collect();
    let of = |side: usize| -> Vec<f64> {
        let bits: Vec<u64> = pairs.iter().map(|pair| pair[side].to_bits().into()).collect();
        let mut packed: Vec<f64> = bits.chunks(2).map(|two| f64::from_bits(two[0] | two.get(1).unwrap_or(&0) << 32)).collect();
        packed.resize(pairs.len(), 0.0);
        packed
    };
    let read = |handle| -> Vec<u32> {
        let halves = |bits: u64| [bits as u32, (bits >> 32) as u32];
        let all = memory::with([handle], |[pairs]| {
            pairs.as_flattened().iter().flat_map(|cell| halves(cell.get().to_bits())).collect::<Vec<_>>()
        });
        let quiet = |bits: u32| if f32::from_bits(bits).is_nan() { f32::NAN.to_bits() } else { bits };
        all[..pairs.len()].iter().map(|&bits| quiet(bits)).collect()
    };
    let (count, mut known) = (pairs.len() as u32, 0);
    for (kernel, (name, _)) in LIST.iter().enumerate() {
        for op in [VALUE, BACKWARD_X] {
            let [x, dy, out] = [of(0), of(1), of(0)].map(|numbers| buffer(&numbers));
            if run(kernel as u32, op + PACKED, x, dy, out, count, 0.0, 0.0, 0.0, 0.0) == 0 {
                known += 1;
                let got = read(out);
                [x, dy].into_iter().for_each(|buffer| widen(buffer, buffer, count, SINGLE));
                run(kernel as u32, op, x, dy, x, count, 0.0, 0.0, 0.0, 0.0);
                narrow(x, x, count, SINGLE);
                assert_eq!(got, read(x), "{name}, operation {op}");
            } else {
                assert!(!["relu", "identity"].contains(name));
                assert_eq!(read(out), read(x), "{name}: nothing is written");
            }
            [x, dy, out].into_iter().for_each(memory::release);
        }
    }
    assert_eq!(known, 4);
}

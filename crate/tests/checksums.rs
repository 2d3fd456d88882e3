//! One checksum for each operation over fixed inputs, stored in test/checksums.json: native Rust and every JavaScript engine must
//! agree on it. test/checksum.ts computes the same over the package. After a change that is meant to change bits:
//!
//!     NONLIN_WRITE_CHECKSUMS=1 cargo test --release --test checksums

use nonlin::activation::LIST;
use nonlin::elementwise::{run, scalar};
use nonlin::loops::{BACKWARD_X, BACKWARD_Y, DERIV, DERIV2, VALUE, VALUE_AND_DERIV, hadamard};
use nonlin::memory;
use nonlin::rows::contraction::contract;
use nonlin::rows::{SOFTMAX, rows as run_rows};
use std::path::Path;

/// Element-wise inputs. Their number is odd, so that the last pair is half padding.
const COUNT: usize = (1 << 20) + 1;

#[test]
fn checksums_are_those_stored() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../test/checksums.json");
    let lines: Vec<String> = sums().iter().map(|(name, sum)| format!("  \"{name}\": \"{sum}\"")).collect();
    let text = format!("{{\n{}\n}}\n", lines.join(",\n"));
    if std::env::var_os("NONLIN_WRITE_CHECKSUMS").is_some() {
        return std::fs::write(path, text).expect("test/checksums.json cannot be written");
    }
    let stored = std::fs::read_to_string(path).expect("test/checksums.json cannot be read");
    let known: Vec<&str> = stored.lines().map(|line| line.trim_end_matches(',')).collect();
    let wrong: Vec<&String> = lines.iter().filter(|line| !known.contains(&line.as_str())).collect();
    assert!(wrong.is_empty(), "other bits than test/checksums.json has: {wrong:#?}");
    assert_eq!(known.len(), lines.len() + 2, "test/checksums.json holds more than is computed");
}

/// name → checksum. The names say what to compute; test/checksum.ts reads them.
fn sums() -> Vec<(String, String)> {
    let mut sums = Vec::new();
    // The activations of the package.
    let table = Path::new(env!("CARGO_MANIFEST_DIR")).join("../test/functions.json");
    let table = std::fs::read_to_string(table).expect("test/functions.json cannot be read");
    for (kernel, (name, hyperparameters)) in LIST.iter().enumerate() {
        if !table.contains(&format!("\"name\": \"{name}\"")) {
            continue;
        }
        let values: Vec<&[f64]> = hyperparameters.iter().map(|hyperparameter| values(name, hyperparameter)).collect();
        for case in 0..values.iter().map(|values| values.len()).max().unwrap_or(1) {
            // Lists of different lengths are cycled.
            let chosen: Vec<f64> = values.iter().map(|values| values[case % values.len()]).collect();
            activation(&mut sums, name, kernel as u32, hyperparameters, &chosen);
        }
    }
    for temperature in [1.0, 0.7, 5e-324, 1e-310, 1e300] {
        rows(&mut sums, temperature);
    }
    let (a, b) = (inputs(COUNT, 1), inputs(COUNT, 2));
    let sum = with_buffers([&a, &b, &vec![0.0; COUNT]], |[a, b, out]| hadamard(a, b, out, COUNT as u32), &[COUNT; 3]);
    sums.push(("hadamard".to_owned(), sum[2].hex()));
    let mut hash = Hash::new();
    for units in [1, 3, 10, 101] {
        let rows = (1 << 18) / (units * units) + 1;
        let (a, b) = (gradients(rows * units, 1), gradients(rows * units * units, 2));
        let call = |[a, b, out]: [u32; 3]| assert_eq!(contract(a, b, out, rows as u32, units as u32), 0);
        let [.., out] = with_buffers([&a, &b, &vec![0.0; a.len()]], call, &[0, 0, a.len()]);
        hash.add(&out);
    }
    sums.push(("contract".to_owned(), hash.hex()));
    sums
}

/// The values of a hyperparameter.
fn values(function: &str, hyperparameter: &str) -> &'static [f64] {
    match hyperparameter {
        "alpha" if function == "celu" => &[1.0, 0.3, 1e-310, 1e300],
        "b" => &[4.0, 0.3, 1e-310, 1e300],
        "approximate" => &[0.0, 1.0],
        "alpha" => &[1.0, 0.3, -1.5, 0.0, 1e-310, 1e300],
        "beta" => &[1.0, 0.3, -1.5, 1e-5, 1e5],
        "lambda" | "max" => &[0.5, 2.0, 0.0],
        "bias" | "value" | "threshold" => &[0.5, -1.5, 0.0],
        "min" => &[-1.0, 0.3, 0.0],
        _ => panic!("no values for the hyperparameter {hyperparameter}"),
    }
}

fn activation(sums: &mut Vec<(String, String)>, name: &str, kernel: u32, hyperparameters: &[&str], values: &[f64]) {
    let words = |name: &str, value: f64| match name {
        "approximate" => ["none", "tanh"][value as usize].to_owned(),
        _ => format!("{value:?}"),
    };
    let options: String =
        hyperparameters.iter().zip(values).map(|(name, &value)| format!(" {name}={}", words(name, value))).collect();
    let p = |index: usize| values.get(index).copied().unwrap_or(0.0);
    let (x, dy) = (inputs(COUNT, 1), gradients(COUNT, 2));
    let zeros = vec![0.0; COUNT];
    let ops = [
        ("value", VALUE, &zeros),
        ("deriv", DERIV, &zeros),
        ("deriv2", DERIV2, &zeros),
        ("backwardX", BACKWARD_X, &dy),
        ("backwardY", BACKWARD_Y, &dy),
        ("valueAndDeriv", VALUE_AND_DERIV, &zeros),
    ];
    // NaN if y does not determine f′. Operations from y refuse a negative hyperparameter.
    let from_y =
        !scalar(kernel, BACKWARD_Y, 0.5, 1.0, p(0), p(1), p(2), p(3)).is_nan() && values.iter().all(|&value| value >= 0.0);
    for (title, op, b) in ops {
        if op == BACKWARD_Y && !from_y {
            continue;
        }
        let call = |[a, b, out]: [u32; 3]| assert_eq!(run(kernel, op, a, b, out, COUNT as u32, p(0), p(1), p(2), p(3)), 0);
        let [_, b, out] = with_buffers([&x, b, &zeros], call, &[COUNT; 3]);
        let mut hash = Hash::new();
        hash.add(&out);
        if op == VALUE_AND_DERIV {
            hash.add(&b);
        }
        sums.push((format!("{name}{options} {title}"), hash.hex()));
    }
}

/// (outer, units, inner) of the arrays for softmax: short and long rows, odd and even, contiguous in memory or not.
const SHAPES: [[usize; 3]; 7] =
    [[1001, 1, 1], [100_001, 3, 1], [40_000, 10, 1], [3000, 64, 1], [200, 1001, 1], [300, 10, 7], [50, 33, 64]];

fn rows(sums: &mut Vec<(String, String)>, temperature: f64) {
    for (title, op) in [
        ("value", VALUE),
        ("deriv", DERIV),
        ("backwardX", BACKWARD_X),
        ("backwardY", BACKWARD_Y),
        ("valueAndDeriv", VALUE_AND_DERIV),
    ] {
        let mut hash = Hash::new();
        for [outer, units, inner] in SHAPES {
            // A Jacobian is `units` times as large.
            let outer = if op == DERIV || op == VALUE_AND_DERIV { outer / units + 1 } else { outer };
            let count = outer * units * inner;
            let x = logits(count, units, temperature);
            let run = |op, a: &[f64], b: &[f64], out: usize| {
                let [outer, units, inner] = [outer, units, inner].map(|size| size as u32);
                let call = |[a, b, out]: [u32; 3]| {
                    assert_eq!(run_rows(SOFTMAX, op, a, b, out, outer, units, inner, temperature, temperature), 0)
                };
                with_buffers([a, b, &vec![0.0; out]], call, &[a.len(), b.len(), out])
            };
            match op {
                VALUE => hash.add(&run(op, &x, &[], count)[2]),
                DERIV => hash.add(&run(op, &x, &[], count * units)[2]),
                BACKWARD_X => hash.add(&run(op, &x, &gradients(count, 2), count)[2]),
                BACKWARD_Y => {
                    let y = &run(VALUE, &x, &[], count)[2];
                    hash.add(&run(op, y, &gradients(count, 2), count)[2]);
                }
                _ => {
                    let [_, deriv, value] = run(op, &x, &vec![0.0; count * units], count);
                    hash.add(&value);
                    hash.add(&deriv);
                }
            }
        }
        sums.push((format!("softmax temperature={temperature:?} {title}"), hash.hex()));
    }
}

/// Calls `body` with buffers that hold these numbers. Returns what they hold afterwards, cut to `counts`.
fn with_buffers(from: [&[f64]; 3], body: impl FnOnce([u32; 3]), counts: &[usize; 3]) -> [Vec<f64>; 3] {
    let handles = from.map(|from| {
        let handle = memory::allocate(from.len() as u32);
        memory::with([handle], |[pairs]| {
            for (pair, from) in pairs.iter().zip(from.chunks(2)) {
                memory::store(pair, [from[0], *from.get(1).unwrap_or(&0.0)]);
            }
        });
        handle
    });
    body(handles);
    let mut counts = counts.iter();
    handles.map(|handle| {
        let count = *counts.next().unwrap_or(&0);
        let values = memory::with([handle], |[pairs]| pairs.iter().flat_map(memory::load).take(count).collect());
        memory::release(handle);
        values
    })
}

/// Two 32-bit lanes over the words of the numbers. Each step is invertible, so that no single change is lost. All NaN count as
/// equal.
struct Hash([u32; 2]);

impl Hash {
    fn new() -> Self {
        Self([0x243f_6a88, 0x85a3_08d3])
    }

    fn add(&mut self, values: &[f64]) {
        let [mut a, mut b] = self.0;
        for value in values {
            let bits = if value.is_nan() { 0x7ff8_0000_0000_0000 } else { value.to_bits() };
            for word in [bits as u32, (bits >> 32) as u32] {
                a = (a ^ word).rotate_left(13).wrapping_mul(0x9e37_79b1);
                b = (b ^ word).rotate_left(17).wrapping_mul(0x85eb_ca77);
            }
        }
        self.0 = [a, b];
    }

    fn hex(&self) -> String {
        format!("{:08x}{:08x}", self.0[0], self.0[1])
    }
}

trait Hex {
    fn hex(&self) -> String;
}

impl Hex for Vec<f64> {
    fn hex(&self) -> String {
        let mut hash = Hash::new();
        hash.add(self);
        hash.hex()
    }
}

/// SplitMix in 32 bits, with the multipliers of the low-bias search by C. Wellons.
struct Random(u32);

impl Random {
    fn word(&mut self) -> u32 {
        self.0 = self.0.wrapping_add(0x9e37_79b9);
        let mut z = self.0;
        z = (z ^ (z >> 16)).wrapping_mul(0x21f0_aaad);
        z = (z ^ (z >> 15)).wrapping_mul(0x735a_2d97);
        z ^ (z >> 15)
    }
}

/// The high words of 0, infinity, NaN, 1, the least normal number, 708.4, 745.1, 40, 20.
const SPECIAL: [u32; 9] =
    [0, 0x7ff0_0000, 0x7ff8_0000, 0x3ff0_0000, 0x0010_0000, 0x4086_2333, 0x4087_48cc, 0x4044_0000, 0x4034_0000];

/// Numbers of all kinds: random bit patterns, special values, moderate sizes, large and small numbers, subnormals, and inputs
/// with subnormal results.
fn inputs(count: usize, seed: u32) -> Vec<f64> {
    let mut random = Random(seed);
    (0..count).map(|index| input(&mut random, index as u32 & 15)).collect()
}

fn input(random: &mut Random, kind: u32) -> f64 {
    let (high, mut low, choice) = (random.word(), random.word(), random.word());
    let (sign, fraction) = (high & 0x8000_0000, high & 0x000f_ffff);
    let high = match kind {
        0..=2 => high,
        3 => {
            low = choice & 1;
            sign | SPECIAL[(high % 9) as usize]
        }
        4..=9 => sign | ((1015 + choice % 11) << 20) | fraction,
        10 | 11 => sign | ((1026 + choice % 8) << 20) | fraction,
        12 | 13 => sign | ((963 + choice % 60) << 20) | fraction,
        14 => sign | fraction,
        // From 700 to 758.6.
        _ => sign | (1032 << 20) | (385_000 + choice % 120_000),
    };
    f64::from_bits(u64::from(high) << 32 | u64::from(low))
}

/// Moderate sizes, with an occasional zero.
fn gradients(count: usize, seed: u32) -> Vec<f64> {
    let mut random = Random(seed);
    (0..count).map(|index| if index % 32 == 31 { 0.0 } else { input(&mut random, 4) }).collect()
}

/// Rows for softmax: temperature times moderate sizes; masks; in every eighth run of `units` numbers of any kind.
fn logits(count: usize, units: usize, temperature: f64) -> Vec<f64> {
    let mut random = Random(3);
    (0..count)
        .map(|index| {
            let kind = index as u32 & 15;
            if index / units % 8 == 7 {
                input(&mut random, kind)
            } else {
                let x = input(&mut random, if kind == 15 { 10 } else { 4 });
                if kind == 14 { f64::NEG_INFINITY } else { x * temperature }
            }
        })
        .collect()
}

//! Softmax: its rows, its exact values, and the errors of value, Jacobian and backward.

use crate::classes::{huge, tiny};
use crate::functions::{buffer, contents};
use crate::random::{Random, power};
use crate::score::{PRECISION, Place, Sample, Tally, score};
use core::ops::RangeInclusive;
use nonlin::loops::{BACKWARD_X, BACKWARD_Y, DERIV, VALUE};
use nonlin::memory;
use nonlin::rows::{self, SOFTMAX};
use rug::Float;
use serde_json::Value;

/// Entries of a block, in rows of one length.
pub const BLOCK: usize = 4096;

/// A row is computed to a relative error below 2^(SLACK - p): the argument of an exponential is below 2^12 and twice rounded, and
/// a sum has up to 2^17 terms.
const SLACK: i32 = 20;

/// Entries this far below the maximum, in units of T, are taken for zero: e^-2600 times 2^1074 (1/T), 2^1024 (dy) and 2^17
/// (units) is less than half of 2^-1074.
const NOTHING: f64 = -2600.0;

/// Rows up to this length are kept with a sample.
const SHORT: usize = 16;

/// What is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Op {
    /// s, in ULP.
    Value,
    /// Entries (i, j) of the Jacobian, i ≠ j, in ULP.
    Jacobian,
    /// Entries (i, i), in ULP.
    Diagonal,
    /// dx from x and dy, in units of 2^-53 · Σ_j |s_i (δ_ij - s_j) dy_j| / T.
    BackwardX,
    /// dx from y and dy, in units of 2^-53 · y_i (|dy_i| + Σ_j y_j |dy_j|) / T.
    BackwardY,
}

/// All of them, in the order of the tallies.
pub const OPS: [Op; 5] = [Op::Value, Op::Jacobian, Op::Diagonal, Op::BackwardX, Op::BackwardY];

impl Op {
    /// Its name in limits.json and in the reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Value => "value",
            Self::Jacobian => "jacobian",
            Self::Diagonal => "diagonal",
            Self::BackwardX => "backward",
            Self::BackwardY => "fromValue",
        }
    }
}

/// A class of temperatures.
pub struct Class {
    /// Its name in the reports.
    pub name: &'static str,
    /// Draws one.
    pub draw: fn(&mut Random) -> f64,
    range: RangeInclusive<f64>,
}

/// The classes, in the order of the reports.
pub const CLASSES: [Class; 4] = [
    Class { name: "T 1", draw: |_| 1.0, range: 1.0..=1.0 },
    Class { name: "T 0.01 to 10", draw: |random| 0.01 * 1000f64.powf(random.unit()), range: 0.01..=10.0 },
    Class { name: "T 5e-324 to 0.01", draw: tiny, range: f64::from_bits(1)..=0.01 },
    Class { name: "T 10 to 1.8e308", draw: huge, range: 10.0..=f64::MAX },
];

/// Measures block `index` of a class: rows of up to 8 entries in two of three blocks, longer ones in the third.
pub fn block(class: &Class, index: u64, tallies: &mut [Tally]) {
    let mut random = Random::of(class.name, index);
    let short = index % 3 != 2;
    let units = match random.below(16) {
        _ if short => 1 + random.below(8) as usize,
        0..10 => 9 + random.below(292) as usize,
        // Up to 100,000, log-uniform.
        _ => (300.0 * (100_000f64 / 300.0).powf(random.unit())) as usize,
    };
    let rows = (BLOCK / units).max(1);
    let temperature = (class.draw)(&mut random);
    let x: Vec<f64> = (0..rows).flat_map(|_| logits(&mut random, units, temperature)).collect();
    let dy: Vec<f64> = (0..rows).flat_map(|_| gradient(&mut random, units)).collect();
    let jacobian = short || (units <= 300 && random.below(32) == 0);
    Rows { index, temperature, units, x: &x, dy: &dy, y: None, jacobian }.measure(tallies);
}

/// A row of test/reference/worst.json.
pub struct Known {
    op: Op,
    temperature: f64,
    x: Vec<f64>,
    dy: Vec<f64>,
}

/// The worst rows of earlier runs.
pub fn known(list: &[Value]) -> Vec<Known> {
    let number = |value: &Value| value.as_str().and_then(|bits| u64::from_str_radix(bits, 16).ok()).map(f64::from_bits);
    let numbers = |value: &Value| -> Vec<f64> { value.as_array().into_iter().flatten().filter_map(number).collect() };
    let one = |entry: &Value| {
        let op = *OPS.iter().find(|op| entry["function"] == "softmax" && entry["op"] == op.name())?;
        Some(Known { op, temperature: number(&entry["temperature"])?, x: numbers(&entry["row"]), dy: numbers(&entry["dy"]) })
    };
    list.iter().filter_map(one).collect()
}

/// Measures those of a class.
pub fn measure_known(class: &Class, known: &[Known], tallies: &mut [Tally]) {
    for Known { op, temperature, x, dy } in known.iter().filter(|one| class.range.contains(&one.temperature)) {
        let ones = vec![1.0; x.len()];
        let dy = if dy.is_empty() { &ones } else { dy };
        let y = (*op == Op::BackwardY).then_some(&x[..]);
        let jacobian = matches!(op, Op::Jacobian | Op::Diagonal);
        Rows { index: u64::MAX, temperature: *temperature, units: x.len(), x, dy, y, jacobian }.measure(tallies);
    }
}

/// One of the worst rows so far, and which operation it is the worst of.
pub struct Target {
    op: usize,
    sample: Sample,
}

/// What to look around at: short rows whose error is not that of one rounding.
pub fn targets(tallies: &[Tally]) -> Vec<Target> {
    let mut targets = Vec::new();
    for (op, tally) in tallies.iter().enumerate() {
        let worst = tally.worst.iter().filter(|one| one.error > 0.5 && one.error.is_finite() && !one.place.row.is_empty());
        targets.extend(worst.map(|sample| Target { op, sample: sample.clone() }));
    }
    targets
}

/// Measures rows that differ little from a target's.
pub fn around(target: &Target, index: u64, tallies: &mut [Tally]) {
    let Target { op, sample: Sample { hyperparameters: [temperature, ..], place, .. } } = target;
    let mut random = Random::of("around", place.block ^ index << 32);
    let mut change = |values: &[f64], keep: bool| -> Vec<f64> {
        let chosen = random.below(values.len() as u64) as usize;
        let all = random.bits() & 1 == 0;
        let reach = -4 - random.below(48) as i32;
        let changed = |(i, &value): (usize, &f64)| {
            let by = random.sign() * random.magnitude(reach - 1, reach);
            if keep || !value.is_finite() || (i != chosen && !all) { value } else { finite(value * (1.0 + by)) }
        };
        values.iter().enumerate().map(changed).collect()
    };
    let units = place.units;
    let rows = BLOCK / units;
    let (mut x, mut dy) = (Vec::new(), Vec::new());
    for row in 0..rows {
        x.extend(change(&place.row, row % 4 == 0));
        if place.dy.is_empty() {
            dy.resize(x.len(), 1.0);
        } else {
            dy.extend(change(&place.dy, row % 4 == 1));
        }
    }
    let y = (OPS[*op] == Op::BackwardY).then_some(&x[..]);
    let jacobian = matches!(OPS[*op], Op::Jacobian | Op::Diagonal);
    Rows { index: place.block, temperature: *temperature, units, x: &x, dy: &dy, y, jacobian }.measure(tallies);
}

/// Rows of one length under test.
struct Rows<'a> {
    index: u64,
    temperature: f64,
    units: usize,
    x: &'a [f64],
    dy: &'a [f64],
    /// Saved values; then nothing but the backward from them is measured.
    y: Option<&'a [f64]>,
    jacobian: bool,
}

impl Rows<'_> {
    fn measure(&self, tallies: &mut [Tally]) {
        let Self { index, temperature, units, x, dy, y, jacobian } = *self;
        let run = |op, a: &[f64], b: &[f64], size| run(op, a, b, size, [x.len() / units, units], temperature);
        let row = |row: usize| row * units..(row + 1) * units;
        if let Some(y) = y {
            let from_y = run(BACKWARD_Y, y, dy, y.len());
            for row in (0..y.len() / units).map(row) {
                let case = Case { index, temperature, x: &y[row.clone()], dy: &dy[row.clone()] };
                case.backward_y(&y[row.clone()], &from_y[row], &mut tallies[4]);
            }
            return;
        }
        let values = run(VALUE, x, &[], x.len());
        let from_x = run(BACKWARD_X, x, dy, x.len());
        let from_y = run(BACKWARD_Y, &values, dy, x.len());
        let jacobians = if jacobian { run(DERIV, x, &[], x.len() * units) } else { Vec::new() };
        for (number, row) in (0..x.len() / units).map(row).enumerate() {
            let case = Case { index, temperature, x: &x[row.clone()], dy: &dy[row.clone()] };
            let jacobian = jacobians.get(number * units * units..(number + 1) * units * units).unwrap_or(&[]);
            case.measure(&values[row.clone()], jacobian, &from_x[row.clone()], &from_y[row], tallies);
        }
    }
}

/// Runs the export itself, on buffers.
fn run(op: u32, a: &[f64], b: &[f64], size: usize, [rows, units]: [usize; 2], temperature: f64) -> Vec<f64> {
    let handles = [buffer(a, a.len()), buffer(b, b.len()), buffer(&[], size)];
    let [a, b, out] = handles;
    assert_eq!(rows::rows(SOFTMAX, op, a, b, out, rows as u32, units as u32, 1, temperature, temperature), 0, "no memory");
    let result = contents(out, size);
    handles.into_iter().for_each(memory::release);
    result
}

/// A finite number: a temperature times a logit may be none.
fn finite(x: f64) -> f64 {
    x.clamp(-f64::MAX, f64::MAX)
}

/// One row of logits, of one of the kinds that rows come in.
pub fn logits(random: &mut Random, units: usize, temperature: f64) -> Vec<f64> {
    let spread = 2f64.powf(random.range(-40.0, 11.0));
    let base = finite(
        temperature
            * match random.below(4) {
                0 => random.normal() * 100.0,
                1 => random.sign() * random.magnitude(-30, 30),
                _ => 0.0,
            },
    );
    let winner = random.below(units as u64) as usize;
    let kind = random.below(12);
    let mut row: Vec<f64> = (0..units)
        .map(|i| match kind {
            // Spread evenly, normally, in few values (ties), around one that dominates.
            0..3 => base + temperature * random.range(-spread, 0.0),
            3 | 4 => base + temperature * random.normal() * 3.0,
            5 => temperature * random.below(4) as f64,
            6 => temperature * (random.normal() - if i == winner { 0.0 } else { spread.min(1500.0) }),
            // Log-uniform distances from the maximum: the entries that cancel in 1 - s.
            7 => -temperature * if i == winner { 0.0 } else { random.magnitude(-60, 11) },
            8 => temperature * if i == winner { 0.0 } else { random.range(-1600.0, 0.0) },
            // Any numbers, and the largest.
            9 => random.sign() * random.magnitude(-1074, 1024),
            10 => random.pick(&[1e308, -1e308, f64::MAX, f64::MIN, 0.0, temperature]),
            // Close to each other in the last places.
            _ => finite(random.near(base + temperature)),
        })
        .map(finite)
        .collect();
    // Masks, but not on all.
    if random.below(6) == 0 {
        for (i, x) in row.iter_mut().enumerate() {
            if i != winner && random.below(3) == 0 {
                *x = f64::NEG_INFINITY;
            }
        }
    }
    row
}

/// One row of dy.
pub fn gradient(random: &mut Random, units: usize) -> Vec<f64> {
    let kind = random.below(18);
    let chosen = random.below(units as u64) as usize;
    let level = random.normal();
    let mut row: Vec<f64> = (0..units)
        .map(|i| match kind {
            0..8 => random.normal(),
            8 => level,
            9 => level * (1.0 + random.range(-1e-9, 1e-9)),
            10 => f64::from(u8::from(i == chosen)),
            11 | 12 => random.sign() * random.magnitude(-30, 30),
            13 => random.sign() * random.magnitude(-300, 300),
            14 => random.normal() * f64::from(u8::from(random.below(4) > 0)),
            15 => random.sign() * random.magnitude(-1000, 1000),
            _ => random.normal(),
        })
        .collect();
    // Sums that are 0, or next to it, as those of s − t of a loss.
    match kind {
        16 => {
            let mean = row.iter().sum::<f64>() / units as f64;
            row.iter_mut().for_each(|dy| *dy -= mean);
        }
        17 => row.chunks_exact_mut(2).for_each(|pair| pair[1] = -pair[0]),
        _ => {}
    }
    row
}

/// The exact row: numerators e^((x - max)/T), the sum of all and of all others.
struct Exact {
    e: Vec<Float>,
    /// 1/(sum · T) and 1/sum.
    inverse: [Float; 2],
    sum: Float,
}

/// Σ over all other entries, for each entry, without cancellation.
fn others(terms: &[Float], precision: u32) -> Vec<Float> {
    let mut after = vec![Float::new(precision); terms.len()];
    let mut sum = Float::new(precision);
    for (after, term) in after.iter_mut().zip(terms).rev() {
        after.clone_from(&sum);
        sum += term;
    }
    let mut sum = Float::new(precision);
    for (after, term) in after.iter_mut().zip(terms) {
        *after += &sum;
        sum += term;
    }
    after
}

impl Exact {
    fn new(x: &[f64], temperature: f64, precision: u32) -> Self {
        let max = x.iter().fold(f64::NEG_INFINITY, |a, &b| a.max(b));
        let e: Vec<Float> = x
            .iter()
            .map(|&x| {
                // In halves only where the difference overflows: halving would lose a subnormal's last bit.
                let difference = x - max;
                let below =
                    if difference.is_infinite() { (x * 0.5 - max * 0.5) / temperature * 2.0 } else { difference / temperature };
                if below < NOTHING { Float::new(precision) } else { ((Float::with_val(precision, x) - max) / temperature).exp() }
            })
            .collect();
        let mut sum = Float::new(precision);
        for e in &e {
            sum += e;
        }
        let inverse = Float::with_val(precision, 1.0 / &sum);
        let scaled = Float::with_val(precision, &inverse / temperature);
        Self { e, inverse: [scaled, inverse], sum }
    }
}

/// One row under test.
struct Case<'a> {
    index: u64,
    temperature: f64,
    x: &'a [f64],
    dy: &'a [f64],
}

impl Case<'_> {
    fn sample(&self, error: f64, entry: [usize; 2], got: f64, exact: Float, row: &[f64], dy: &[f64]) -> Sample {
        let kept = |row: &[f64]| if row.len() <= SHORT { row.to_vec() } else { Vec::new() };
        let place = Place { units: self.x.len(), entry, block: self.index, row: kept(row), dy: kept(dy) };
        Sample { error, x: row[entry[0]], hyperparameters: [self.temperature, 0.0, 0.0, 0.0], got, exact, place }
    }

    fn measure(&self, values: &[f64], jacobian: &[f64], from_x: &[f64], from_y: &[f64], tallies: &mut [Tally]) {
        let units = self.x.len();
        let exact = Exact::new(self.x, self.temperature, PRECISION);
        let ulps = |got: f64, entry: [usize; 2], value: &dyn Fn(&Exact) -> Float, tally: &mut Tally| {
            let first = value(&exact);
            // The sign of a zero is no matter here.
            let got = if got == 0.0 && first.is_sign_negative() { -0.0 } else { got };
            let (error, exact) = score(got, SLACK, |precision| {
                if precision == PRECISION { first.clone() } else { value(&Exact::new(self.x, self.temperature, precision)) }
            });
            tally.add(error, || self.sample(error, entry, got, exact, self.x, &[]));
        };
        for (i, &got) in values.iter().enumerate() {
            ulps(got, [i, i], &|exact| Float::with_val(exact.sum.prec(), &exact.e[i] * &exact.inverse[1]), &mut tallies[0]);
        }
        let rest = others(&exact.e, PRECISION);
        if !jacobian.is_empty() {
            for (i, row) in jacobian.chunks(units).enumerate() {
                let scaled = Float::with_val(PRECISION, &exact.e[i] * &exact.inverse[0]);
                let scaled = scaled * &exact.inverse[1];
                for (j, &got) in row.iter().enumerate() {
                    let entry = |exact: &Exact| {
                        let precision = exact.sum.prec();
                        if precision == PRECISION {
                            let product = Float::with_val(PRECISION, &scaled * if i == j { &rest[i] } else { &exact.e[j] });
                            if i == j { product } else { -product }
                        } else {
                            let scaled = Float::with_val(precision, &exact.e[i] * &exact.inverse[0]) * &exact.inverse[1];
                            if i == j { scaled * &others(&exact.e, precision)[i] } else { -(scaled * &exact.e[j]) }
                        }
                    };
                    ulps(got, [i, j], &entry, &mut tallies[if i == j { 2 } else { 1 }]);
                }
            }
        }
        self.backward_x(&exact, &rest, from_x, &mut tallies[3]);
        self.backward_y(values, from_y, &mut tallies[4]);
    }

    /// dx_i = s_i (Σ_{j≠i} s_j · dy_i - Σ_{j≠i} s_j dy_j) / T: no term is larger than those of the bound.
    fn backward_x(&self, exact: &Exact, rest: &[Float], got: &[f64], tally: &mut Tally) {
        let terms: Vec<Float> = exact.e.iter().zip(self.dy).map(|(e, &dy)| Float::with_val(PRECISION, e * dy)).collect();
        let sizes: Vec<Float> = terms.iter().map(|term| term.clone().abs()).collect();
        let (sums, sizes) = (others(&terms, PRECISION), others(&sizes, PRECISION));
        for (i, &got) in got.iter().enumerate() {
            let factor = Float::with_val(PRECISION, &exact.e[i] * &exact.inverse[0]) * &exact.inverse[1];
            let own = Float::with_val(PRECISION, &rest[i] * self.dy[i]);
            let dx = Float::with_val(PRECISION, &own - &sums[i]) * &factor;
            let bound = (own.abs() + &sizes[i]) * &factor;
            let error = in_bound(got, &dx, bound);
            tally.add(error, || self.sample(error, [i, i], got, dx, self.x, self.dy));
        }
    }

    /// dx_i = y_i (dy_i - Σ y_j dy_j) / T, with y as it was saved.
    fn backward_y(&self, y: &[f64], got: &[f64], tally: &mut Tally) {
        let (mut sum, mut size) = (Float::new(PRECISION), Float::new(PRECISION));
        for (&y, &dy) in y.iter().zip(self.dy) {
            let term = Float::with_val(PRECISION, y) * dy;
            sum += &term;
            size += term.abs();
        }
        for (i, &got) in got.iter().enumerate() {
            let factor = Float::with_val(PRECISION, y[i]) / self.temperature;
            let dx = Float::with_val(PRECISION, self.dy[i] - &sum) * &factor;
            let bound = Float::with_val(PRECISION, self.dy[i].abs() + &size) * &factor;
            let error = in_bound(got, &dx, bound);
            tally.add(error, || self.sample(error, [i, i], got, dx, y, self.dy));
        }
    }
}

/// The error in units of 2^-53 · `bound`, after one step of 2^-1074, which is what a subnormal result may be off in any case. A
/// term beyond the largest number may make an infinity.
fn in_bound(got: f64, exact: &Float, bound: Float) -> f64 {
    if got.is_nan() {
        return f64::INFINITY;
    }
    if got.is_infinite() {
        return if bound.to_f64().is_infinite() { 0.0 } else { f64::INFINITY };
    }
    let step = Float::with_val(64, Float::i_exp(1, -1074));
    let mut difference = Float::with_val(64, exact - got).abs();
    difference -= step;
    if difference <= 0 {
        0.0
    } else if bound.is_zero() {
        f64::INFINITY
    } else {
        let units = Float::with_val(64, difference / bound);
        units.to_f64() * power(53)
    }
}

/// The errors of a row of values.
pub fn errors(x: &[f64], temperature: f64, got: &[f64]) -> Vec<f64> {
    let value = |exact: &Exact, i: usize| Float::with_val(exact.sum.prec(), &exact.e[i] * &exact.inverse[1]);
    let exact = Exact::new(x, temperature, PRECISION);
    got.iter()
        .enumerate()
        .map(|(i, &got)| {
            let at = |precision| {
                if precision == PRECISION { value(&exact, i) } else { value(&Exact::new(x, temperature, precision), i) }
            };
            score(got, SLACK, at).0
        })
        .collect()
}

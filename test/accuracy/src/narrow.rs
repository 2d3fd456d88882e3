//! Float32 and Float16 results: all inputs of these formats, with default hyperparameters. The package computes in f64 and rounds once; that
//! is the correctly rounded result where the f64 is not beside a point halfway between two results. Of those beside one, MPFR says it.

use crate::functions::{Mismatch, OPS, Op, Row, buffer, contents};
use crate::limits::Limits;
use crate::progress::Progress;
use crate::report::{self, grouped};
use crate::truth::Truth;
use crate::{Merge, threads};
use nonlin::formats::{HALF, SINGLE, narrow, widen};
use nonlin::memory;
use rug::Float;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;
use std::time::Instant;

/// Inputs that are computed together.
const BLOCK: u64 = 1 << 16;
/// Blocks of all f32.
const BLOCKS: u64 = (1 << 32) / BLOCK;
/// An f64 is trusted to this many times its limit.
const MARGIN: f64 = 4.0;
/// Every so many-th f32 tells whether a kernel is that of the record.
const SAMPLED: u64 = 4096;
/// The record.
const FILE: &str = "docs/accuracy-float32.json";
/// The heading of its part of docs/accuracy.md, the last.
const HEADING: &str = "\n## Float32 and Float16\n";
/// f, f′ and f″.
const MEASURED: [Op; 3] = [OPS[0], OPS[1], OPS[2]];

/// What is found in some of the inputs.
#[derive(Clone, Default)]
struct Found {
    /// How many were undecided, and went to MPFR.
    asked: u64,
    /// Inputs with another result than the correctly rounded one: the bits of x, of what there is, and of what should be.
    wrong: Vec<[u32; 3]>,
    /// A digest of each block's results.
    digests: BTreeMap<u64, u64>,
}

impl Merge for Found {
    fn merge(&mut self, other: Self) {
        self.asked += other.asked;
        self.wrong.extend(other.wrong);
        self.digests.extend(other.digests);
    }
}

/// FNV-1a over words instead of bytes.
fn digest(words: impl Iterator<Item = u64>) -> u64 {
    words.fold(0xcbf2_9ce4_8422_2325, |hash, word| (hash ^ word).wrapping_mul(0x0100_0000_01b3).rotate_left(29))
}

/// Goes over all inputs of the functions, but those whose record is still true. Returns whether every result is the correctly rounded one.
pub fn run(root: &Path, rows: &[&Row], again: bool) -> Result<bool, String> {
    let limits = Limits::read(root)?;
    let mut record = read(root);
    let progress = Progress::new((rows.len() * MEASURED.len()) as u64 * BLOCKS);
    let mut done = 0;
    for row in rows {
        progress.label(row.name);
        for op in MEASURED {
            done += BLOCKS;
            let case = Case { row, op, margin: MARGIN * limit(&limits, row, op) };
            let sample = format!("{:016x}", case.sample());
            let known = record.iter().position(|one| one["function"] == row.name && one["op"] == op.name());
            if !again && known.is_some_and(|known| record[known]["sample"] == sample.as_str()) {
                progress.reach(done);
                continue;
            }
            let line = case.measure(&sample, &progress)?;
            match known {
                Some(known) => record[known] = line,
                None => record.push(line),
            }
            // After each, so that a run that was interrupted goes on where it was.
            write(root, rows, &mut record)?;
            progress.reach(done);
        }
    }
    progress.finish();
    write(root, rows, &mut record)?;
    let of = |one: &&Value| rows.iter().any(|row| one["function"] == row.name);
    let mine: Vec<&Value> = record.iter().filter(of).collect();
    for one in &mine {
        println!("{}", line(one).replace(" | ", "  "));
    }
    Ok(mine.iter().all(|one| one["wrong"] == 0 && one["wrongFloat16"] == 0))
}

/// The largest error in ULP that an f64 may have.
fn limit(limits: &Limits, row: &Row, op: Op) -> f64 {
    let exceptions = limits.exceptions(row.name).into_iter().filter(|one| one.op == op.name() && one.class.is_none());
    exceptions.map(|one| one.limit).fold(limits.of(row.name, op.name()), f64::max)
}

struct Case<'a> {
    row: &'a Row,
    op: Op,
    /// By how many ULP an f64 may be wrong.
    margin: f64,
}

impl Case<'_> {
    /// A digest of the f64 of few inputs.
    fn sample(&self) -> u64 {
        let x: Vec<f64> =
            (0..1 << 32).step_by(SAMPLED as usize).map(|bits: u64| f64::from(f32::from_bits(bits as u32))).collect();
        digest(self.row.run(self.op, self.row.defaults(), &x).into_iter().map(canonical))
    }

    fn measure(&self, sample: &str, progress: &Progress) -> Result<Value, String> {
        let start = Instant::now();
        let never = |Mismatch { what, .. }: Mismatch| what.to_owned();
        let mut found = threads(BLOCKS, progress, 1, Found::default(), |index, found| {
            self.block(index, found);
            Ok(())
        })
        .map_err(never)?;
        found.wrong.sort_unstable();
        let half = self.halves();
        Ok(json!({
            "function": self.row.name,
            "op": self.op.name(),
            "inputs": 1_u64 << 32,
            "margin": self.margin,
            "asked": found.asked,
            "wrong": found.wrong.len(),
            "worst": found.wrong.iter().take(4).map(|one| one.map(|bits| format!("{bits:08x}"))).collect::<Vec<_>>(),
            "digest": format!("{:016x}", digest(found.digests.into_values())),
            "wrongFloat16": half,
            "sample": sample,
            "seconds": start.elapsed().as_secs(),
        }))
    }

    /// The f64 of packed inputs, and what they are rounded to, packed again.
    fn results(&self, packed: &[f64], count: usize, format: u32) -> (Vec<f64>, Vec<f64>) {
        let [from, x, y] = [buffer(packed, count), buffer(&[], count), buffer(&[], count)];
        widen(from, x, count as u32, format);
        self.row.between(self.op, self.row.defaults(), [x, y], count);
        narrow(y, from, count as u32, format);
        let result = (contents(y, count), contents(from, packed.len()));
        [from, x, y].into_iter().for_each(memory::release);
        result
    }

    fn block(&self, index: u64, found: &mut Found) {
        let first = (index * BLOCK) as u32;
        let pack = |pair: u32| {
            let [low, high] = [first + 2 * pair, first + 2 * pair + 1].map(u64::from);
            f64::from_bits(low | high << 32)
        };
        let packed: Vec<f64> = (0..BLOCK as u32 / 2).map(pack).collect();
        let (y, rounded) = self.results(&packed, BLOCK as usize, SINGLE);
        let rounded: Vec<u32> = rounded
            .iter()
            .flat_map(|pair| [pair.to_bits() as u32, (pair.to_bits() >> 32) as u32])
            .map(canonical_single)
            .collect();
        let zeros = self.row.zeros(&self.row.defaults());
        let beside_zeros = zeros.iter().any(|zeros| !zeros.is_empty());
        let factor = self.margin * f64::EPSILON;
        let mut undecided = Vec::new();
        for (place, (&y, &bits)) in y.iter().zip(&rounded).enumerate() {
            let x = f64::from(f32::from_bits(first + place as u32));
            let least = if beside_zeros { self.margin * Row::least(self.op, x, &zeros) } else { 0.0 };
            let reach = (y.abs() * factor).max(least);
            let [low, high] = [y - reach, y + reach].map(|y| (y as f32).to_bits());
            if (low != bits || high != bits) && !y.is_nan() {
                undecided.push((first + place as u32, bits));
            }
            // What is NaN must be so by the table of special values.
            if y.is_nan() && x.is_finite() {
                found.wrong.push([first + place as u32, bits, 0]);
            }
        }
        found.digests.insert(index, digest(rounded.chunks(2).map(|pair| u64::from(pair[0]) | u64::from(pair[1]) << 32)));
        for (x, got) in undecided {
            found.asked += 1;
            let right = self.exact(f64::from(f32::from_bits(x)), |exact| exact.to_f32());
            let zero = right == 0.0 && got << 1 == 0;
            if canonical_single(right.to_bits()) != got && !zero {
                found.wrong.push([x, got, right.to_bits()]);
            }
        }
    }

    /// How many of the 2^16 results in f16 are not the correctly rounded ones; those at infinities and NaN are the table's.
    fn halves(&self) -> u64 {
        let count = 1 << 16;
        let word = |four: u64| (0..4).map(|place| (4 * four + place) << (16 * place)).sum();
        let packed: Vec<f64> = (0..count / 4).map(|four| f64::from_bits(word(four))).collect();
        let (_, rounded) = self.results(&packed, count as usize, HALF);
        let halves = |packed: &[f64]| -> Vec<f64> {
            let [from, to] = [buffer(packed, packed.len()), buffer(&[], 4 * packed.len())];
            widen(from, to, 4 * packed.len() as u32, HALF);
            let result = contents(to, 4 * packed.len());
            [from, to].into_iter().for_each(memory::release);
            result
        };
        let pairs = halves(&packed).into_iter().zip(halves(&rounded));
        pairs.filter(|(x, got)| x.is_finite() && self.exact(*x, half) != *got).count() as u64
    }

    /// The exact result, rounded by `to`.
    fn exact<T: PartialEq>(&self, x: f64, to: impl Fn(&Float) -> T) -> T {
        let hyperparameters = self.row.defaults();
        if x.is_finite() {
            let variables = self.row.variables(x, &hyperparameters);
            Truth::new(&self.row.value, &variables).rounded(self.op.order(), to)
        } else {
            let special = self.row.special(self.op, x, &hyperparameters);
            to(&Float::with_val(53, special.unwrap_or(f64::NAN)))
        }
    }
}

/// The f16 next to a number, the even one on a tie.
fn half(exact: &Float) -> f64 {
    // The largest has the exponent 16, normal ones have 11 bits, and subnormal ones are multiples of 2^-24.
    let unit = exact.get_exp().unwrap_or(0).clamp(-13, 16) - 11;
    let steps = (exact.clone() >> unit).round_even();
    let value = (steps << unit).to_f64();
    if value.abs() >= 65_536.0 { f64::INFINITY.copysign(value) } else { value }
}

/// NaN is one NaN.
fn canonical(value: f64) -> u64 {
    if value.is_nan() { f64::NAN.to_bits() } else { value.to_bits() }
}

fn canonical_single(bits: u32) -> u32 {
    if f32::from_bits(bits).is_nan() { f32::NAN.to_bits() } else { bits }
}

fn read(root: &Path) -> Vec<Value> {
    let text = std::fs::read_to_string(root.join(FILE)).unwrap_or_default();
    let record: Value = serde_json::from_str(&text).unwrap_or_default();
    record["results"].as_array().cloned().unwrap_or_default()
}

/// Writes the record, and its part of docs/accuracy.md.
fn write(root: &Path, rows: &[&Row], record: &mut [Value]) -> Result<(), String> {
    let place = |one: &Value| rows.iter().position(|row| one["function"] == row.name);
    record.sort_by_key(place);
    let save = |path: &str, text: String| {
        let path = root.join(path);
        std::fs::write(&path, text).map_err(|error| format!("{}: {error}", path.display()))
    };
    save(FILE, report::lines(&json!({ "results": record })))?;
    let text = std::fs::read_to_string(root.join(report::MARKDOWN)).unwrap_or_default();
    let rest = text.split(HEADING).next().unwrap_or_default();
    save(report::MARKDOWN, format!("{rest}{}", section(root)))
}

/// The last part of docs/accuracy.md; nothing where there is no record.
pub fn section(root: &Path) -> String {
    let record = read(root);
    if record.is_empty() {
        return String::new();
    }
    let mut text = format!(
        "{HEADING}\nWritten by `./build.sh accuracy --float32`. A Float32Array and a Float16Array get the f64 result rounded once. Here are all 2³² float32 inputs \
         of a function,\nwith default hyperparameters: the result is the correctly rounded one where the f64 result, moved up or down by {MARGIN} times its limit of \
         error, is rounded to\nthe same float32; wherever not, MPFR says what is right. So it is for all 2¹⁶ float16 inputs, where MPFR is always asked. The digest is of \
         all float32\nresults in order.\n\n\
         | of | asked MPFR | wrong float32 | wrong float16 | digest |\n|---|---:|---:|---:|---|\n"
    );
    for one in &record {
        let _ = writeln!(text, "| {} |", line(one));
    }
    text
}

fn line(one: &Value) -> String {
    let text = |key: &str| one[key].as_str().unwrap_or_default().to_owned();
    let count = |key: &str| grouped(one[key].as_u64().unwrap_or(0));
    let name = report::title(&text("function"), &text("op"));
    format!("{name} | {} | {} | {} | `{}`", count("asked"), count("wrong"), count("wrongFloat16"), text("digest"))
}

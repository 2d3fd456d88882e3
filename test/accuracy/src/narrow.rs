//! Float32 and Float16 results: all inputs of these formats, with default hyperparameters. The package computes in f64 and rounds once; that
//! is the correctly rounded result where the f64 is not beside a point halfway between two results. Of those beside one, MPFR says it.

use crate::functions::{Mismatch, OPS, Op, Row, buffer};
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

/// Inputs of a thread's turn.
const BLOCK: u64 = 1 << 16;
/// Inputs that are computed together: their buffers stay in the cache.
const PIECE: usize = 1 << 13;
/// Blocks of all f32.
const BLOCKS: u64 = (1 << 32) / BLOCK;
/// An f64 is trusted to this many times its limit.
const MARGIN: f64 = 4.0;
/// Every so many-th f32 tells whether a kernel is that of the record.
const SAMPLED: u64 = 4096;
/// The record.
const FILE: &str = "docs/accuracy-float32.json";
/// The heading of its part of docs/accuracy.md, the last.
pub const HEADING: &str = "\n## Float32 and Float16\n";
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
struct Digest(u64);

impl Default for Digest {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl Digest {
    fn add(&mut self, word: u64) {
        self.0 = (self.0 ^ word).wrapping_mul(0x0100_0000_01b3).rotate_left(29);
    }

    fn of(words: impl Iterator<Item = u64>) -> u64 {
        let mut digest = Self::default();
        words.for_each(|word| digest.add(word));
        digest.0
    }
}

/// Goes over all inputs of the functions, but those whose record is still true. Returns whether every result is the correctly rounded one.
pub fn run(root: &Path, rows: &[&Row], again: bool) -> Result<bool, String> {
    let limits = Limits::read(root)?;
    let mut record = read(root);
    write(root, rows, &mut record)?;
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
        Digest::of(self.row.run(self.op, self.row.defaults(), &x).into_iter().map(canonical))
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
            "digest": format!("{:016x}", Digest::of(found.digests.into_values())),
            "wrongFloat16": half,
            "sample": sample,
            "seconds": start.elapsed().as_secs(),
        }))
    }

    /// Calls `each` with the place, the f64 result and the bits of the rounded one, for packed inputs in a buffer, which is overwritten.
    fn results(&self, [packed, x, y]: [u32; 3], format: u32, mut each: impl FnMut(usize, f64, u64)) {
        let width = if format == SINGLE { 32 } else { 16 };
        widen(packed, x, PIECE as u32, format);
        self.row.between(self.op, self.row.defaults(), [x, y], PIECE);
        narrow(y, packed, PIECE as u32, format);
        memory::with([y, packed], |[y, packed]| {
            let packed = packed.as_flattened();
            for (place, y) in y.as_flattened().iter().enumerate().take(PIECE) {
                let bits = packed[place * width / 64].get().to_bits() >> (place * width % 64);
                each(place, y.get(), bits & ((1 << width) - 1));
            }
        });
    }

    fn block(&self, index: u64, found: &mut Found) {
        let buffers = [(); 3].map(|()| buffer(&[], PIECE));
        let zeros = self.row.zeros(&self.row.defaults());
        let beside_zeros = zeros.iter().any(|zeros| !zeros.is_empty());
        let factor = self.margin * f64::EPSILON;
        let (mut undecided, mut digest) = (Vec::new(), Digest::default());
        for first in (index * BLOCK..(index + 1) * BLOCK).step_by(PIECE) {
            memory::with([buffers[0]], |[pairs]| {
                for (word, pair) in (first..).step_by(4).zip(pairs.iter().take(PIECE / 4)) {
                    let two = |word: u64| f64::from_bits(word | (word + 1) << 32);
                    memory::store(pair, [two(word), two(word + 2)]);
                }
            });
            self.results(buffers, SINGLE, |place, y, bits| {
                let (at, bits) = (first as u32 + place as u32, bits as u32);
                let reach = if beside_zeros {
                    (y.abs() * factor).max(self.margin * Row::least(self.op, f64::from(f32::from_bits(at)), &zeros))
                } else {
                    y.abs() * factor
                };
                let [low, high] = [y - reach, y + reach].map(|y| (y as f32).to_bits());
                // Of NaN only that it stays so is promised.
                if (low != bits || high != bits) && !(y.is_nan() && f32::from_bits(at).is_nan()) {
                    undecided.push((at, bits));
                }
                digest.add(u64::from(canonical_single(bits)));
            });
        }
        buffers.into_iter().for_each(memory::release);
        found.digests.insert(index, digest.0);
        for (x, got) in undecided {
            self.judge(x, got, found);
        }
    }

    /// What MPFR says of a result; of one at an infinity or NaN, and of one that is NaN, the table of special values.
    fn judge(&self, bits: u32, got: u32, found: &mut Found) {
        let x = f64::from(f32::from_bits(bits));
        let right = self.exact(x, |exact| exact.to_f32());
        found.asked += u64::from(x.is_finite());
        let same = if right == 0.0 { got << 1 == 0 } else { canonical_single(right.to_bits()) == canonical_single(got) };
        if !same {
            found.wrong.push([bits, got, right.to_bits()]);
        }
    }

    /// How many of the 2^16 results in f16 are not the correctly rounded ones; those at infinities and NaN are the table's.
    fn halves(&self) -> u64 {
        let mut wrong = 0;
        let buffers = [(); 3].map(|()| buffer(&[], PIECE));
        for first in (0..1 << 16).step_by(PIECE) {
            let word = |four: u64| f64::from_bits((0..4).map(|place| (four + place) << (16 * place)).sum());
            let packed: Vec<f64> = (first..first + PIECE as u64).step_by(4).map(word).collect();
            let from = buffer(&packed, PIECE);
            self.results([from, buffers[1], buffers[2]], HALF, |place, _, got| {
                let x = from_half((first + place as u64) as u16);
                wrong += u64::from(x.is_finite() && self.exact(x, half) != from_half(got as u16));
            });
            memory::release(from);
        }
        buffers.into_iter().for_each(memory::release);
        wrong
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

/// The number that the bits of an f16 stand for.
fn from_half(bits: u16) -> f64 {
    let (exponent, fraction) = (i32::from(bits >> 10 & 31), f64::from(bits & 0x3ff));
    let size = match exponent {
        0 => fraction * 2f64.powi(-24),
        31 if fraction == 0.0 => f64::INFINITY,
        31 => f64::NAN,
        _ => (1024.0 + fraction) * 2f64.powi(exponent - 25),
    };
    if bits >> 15 == 0 { size } else { -size }
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
         error, is rounded to\nthe same float32; wherever not, MPFR says what is right. So it is for all 2¹⁶ float16 inputs, where MPFR is always asked. A wrong one \
         has been rounded twice:\nthe exact result is so near to halfway between two float32 that the f64 is just that. The digest is of all float32 results in order.\n\n\
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

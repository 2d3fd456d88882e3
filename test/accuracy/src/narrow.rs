//! Float32 and Float16 results: all inputs of these formats, with default hyperparameters. The f64 result, rounded, is the
//! correctly rounded one where it is not beside a point halfway between two results. Of those beside one, MPFR says which is.

use crate::functions::{Mismatch, OPS, Op, Row, buffer};
use crate::limits::Limits;
use crate::progress::Progress;
use crate::report::{self, grouped};
use crate::truth::Truth;
use crate::{Merge, threads};
use nonlin::formats::{HALF, SINGLE, narrow, to_half, widen};
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
/// Results that are looked at together.
const TOGETHER: usize = 64;
/// Blocks of all f32.
const BLOCKS: u64 = (1 << 32) / BLOCK;
/// An f64 is trusted to this many times its limit.
const MARGIN: f64 = 4.0;
/// Every so many-th f32 tells whether a kernel is that of the record.
const SAMPLED: u64 = 4096;
/// How many inputs of a kind are kept.
const EXAMPLES: usize = 8;
/// The record.
const FILE: &str = "docs/accuracy-float32.json";
/// The heading of its part of docs/accuracy.md, the last.
pub const HEADING: &str = "\n## Float32 and Float16\n";
/// f, f′ and f″.
const MEASURED: [Op; 3] = [OPS[0], OPS[1], OPS[2]];

/// What is found in some of the inputs.
#[derive(Clone, Default)]
struct Found {
    /// How many were undecided, and went to MPFR, or to what says it at once.
    asked: u64,
    /// Inputs with another result than the correctly rounded one: the bits of x, of what there is, and of what should be.
    wrong: Vec<[u32; 3]>,
    /// Inputs of which the ordinary f64 result, rounded, is wrong: how many, and of some the bits of x and of what is right.
    twice: u64,
    examples: Vec<[u32; 2]>,
    /// A digest of each block's results.
    digests: BTreeMap<u64, u64>,
}

impl Found {
    /// A few examples, from all over the range.
    fn examples(&self) -> Vec<Vec<String>> {
        self.examples.iter().step_by(self.examples.len().div_ceil(EXAMPLES).max(1)).map(hexadecimal).collect()
    }
}

impl Merge for Found {
    fn merge(&mut self, other: Self) {
        self.asked += other.asked;
        self.wrong.extend(other.wrong);
        self.twice += other.twice;
        self.examples.extend(other.examples);
        self.digests.extend(other.digests);
    }
}

/// What is computed together.
struct Piece {
    /// The f64 results.
    wide: Vec<f64>,
    /// The rounded ones, packed.
    words: Vec<u64>,
    /// The rounded ones as f32, where they are; NaN is one NaN.
    singles: Vec<u32>,
}

impl Piece {
    fn new() -> Self {
        Self { wide: vec![0.0; PIECE], words: vec![0; PIECE], singles: vec![0; PIECE] }
    }
}

/// Whether these f64, moved up and down by `factor` times themselves, or by `least` where that is more, are all rounded to these
/// f32. Without a branch for each, so that compilers make vector instructions of it.
#[inline(always)]
fn decided(wide: &[f64], singles: &[u32], factor: f64, least: f64) -> bool {
    let mut different = 0;
    for (y, single) in wide.iter().zip(singles) {
        // By size and sign, as the sum of a zero and 0 has lost its sign.
        let (size, sign, right) = (y.abs(), (y.to_bits() >> 32) as u32, single & (!0 >> 1));
        let reach = (size * factor).max(least);
        let [low, high] = [size - reach, size + reach].map(|y| (y as f32).to_bits());
        different |= (low ^ right) | (high ^ right) | ((sign ^ single) >> 31) | u32::from(y.is_nan());
    }
    different == 0
}

/// FNV-1a over words instead of bytes, in lanes that do not wait for each other.
#[derive(Clone, Copy)]
struct Digest([u64; LANES]);

/// How many.
const LANES: usize = 16;

impl Default for Digest {
    fn default() -> Self {
        Self([0xcbf2_9ce4_8422_2325; LANES])
    }
}

impl Digest {
    fn step(digest: u64, word: u64) -> u64 {
        (digest ^ word).wrapping_mul(0x0100_0000_01b3).rotate_left(29)
    }

    /// Adds f32, two for each lane or a multiple of it.
    fn add(&mut self, singles: &[u32]) {
        for some in singles.as_chunks::<{ 2 * LANES }>().0 {
            for (lane, two) in self.0.iter_mut().zip(some.as_chunks::<2>().0) {
                *lane = Self::step(*lane, u64::from(two[0]) | u64::from(two[1]) << 32);
            }
        }
    }

    fn finish(self) -> u64 {
        Self::of(self.0.into_iter())
    }

    fn of(words: impl Iterator<Item = u64>) -> u64 {
        words.fold(Self::default().0[0], Self::step)
    }
}

/// Looks at every 61st block of the functions, all over the range, and prints what is found. Returns whether every result is the
/// right one.
pub fn look(root: &Path, all: &[Row], wanted: impl Fn(&str) -> bool) -> Result<bool, String> {
    let limits = Limits::read(root)?;
    let mut right = true;
    for row in all.iter().filter(|row| wanted(row.name)) {
        for op in MEASURED {
            let progress = Progress::new(BLOCKS / 61);
            progress.label(row.name);
            let case = Case { row, op, margin: MARGIN * limit(&limits, row, op) };
            let line = case.measure("", 61, &progress)?;
            progress.finish();
            right &= line["wrong"] == 0 && line["wrongFloat16"] == 0;
            println!("{}  {}  {}", self::line(&line).replace(" | ", "  "), line["examples"], line["examplesFloat16"]);
        }
    }
    Ok(right)
}

/// Goes over all inputs of the functions, but those whose record is still true. Returns whether every result is the correctly
/// rounded one.
pub fn run(root: &Path, all: &[Row], wanted: impl Fn(&str) -> bool, again: bool) -> Result<bool, String> {
    let limits = Limits::read(root)?;
    let mut record = read(root);
    let rows: Vec<&Row> = all.iter().filter(|row| wanted(row.name)).collect();
    write(root, all, &mut record)?;
    let progress = Progress::new((rows.len() * MEASURED.len()) as u64 * BLOCKS);
    let mut done = 0;
    for &row in &rows {
        progress.label(row.name);
        for op in MEASURED {
            done += BLOCKS;
            let case = Case { row, op, margin: MARGIN * limit(&limits, row, op) };
            let sample = format!("{:016x}", case.sample());
            let known = record.iter().position(|one| one["function"] == row.name && one["op"] == op.name());
            if !again
                && known.is_some_and(|known| record[known]["sample"] == sample.as_str() && case.still(&record[known]["worst"]))
            {
                progress.reach(done);
                continue;
            }
            let line = case.measure(&sample, 1, &progress)?;
            match known {
                Some(known) => record[known] = line,
                None => record.push(line),
            }
            // After each, so that a run that was interrupted goes on where it was.
            write(root, all, &mut record)?;
            progress.reach(done);
        }
    }
    progress.finish();
    write(root, all, &mut record)?;
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

    /// Whether the results that were wrong still are those of the record.
    fn still(&self, worst: &Value) -> bool {
        let buffers = [(); 3].map(|()| buffer(&[], PIECE));
        let mut piece = Piece::new();
        let same = worst.as_array().into_iter().flatten().all(|one| {
            let [x, got] = [0, 1].map(|place| u64::from_str_radix(one[place].as_str().unwrap_or_default(), 16).unwrap_or(0));
            memory::with([buffers[0]], |[pairs]| memory::store(&pairs[0], [f64::from_bits(x), 0.0]));
            self.results(buffers, SINGLE, &mut piece);
            u64::from(piece.singles[0]) == got
        });
        buffers.into_iter().for_each(memory::release);
        same
    }

    /// Of every so many-th block.
    fn measure(&self, sample: &str, step: u64, progress: &Progress) -> Result<Value, String> {
        let start = Instant::now();
        let never = |Mismatch { what, .. }: Mismatch| what.to_owned();
        let mut found = threads(BLOCKS / step, progress, 1, Found::default(), |index, found| {
            self.block(index * step, found);
            Ok(())
        })
        .map_err(never)?;
        found.wrong.sort_unstable();
        found.examples.sort_unstable();
        let half = self.halves();
        Ok(json!({
            "function": self.row.name,
            "op": self.op.name(),
            "inputs": 1_u64 << 32,
            "margin": self.margin,
            "asked": found.asked,
            "twice": found.twice,
            "examples": found.examples(),
            "wrong": found.wrong.len(),
            "worst": found.wrong.iter().take(EXAMPLES).map(|one| hexadecimal(one)).collect::<Vec<_>>(),
            "digest": format!("{:016x}", Digest::of(found.digests.into_values())),
            "twiceFloat16": half.twice,
            "examplesFloat16": half.examples(),
            "wrongFloat16": half.wrong.len(),
            "sample": sample,
            "seconds": start.elapsed().as_secs(),
        }))
    }

    /// The f64 results and the bits of the rounded ones, for packed inputs in a buffer, which is overwritten.
    fn results(&self, [packed, x, y]: [u32; 3], format: u32, piece: &mut Piece) {
        widen(packed, x, PIECE as u32, format);
        self.row.between(self.op, self.row.defaults(), [x, y], PIECE, format);
        narrow(y, packed, PIECE as u32, format);
        memory::with([y, packed], |[y, packed]| {
            for (to, from) in piece.wide.iter_mut().zip(y.as_flattened()) {
                *to = from.get();
            }
            for (to, from) in piece.words.iter_mut().zip(packed.as_flattened()) {
                *to = from.get().to_bits();
            }
        });
        for (two, word) in piece.singles.as_chunks_mut::<2>().0.iter_mut().zip(&piece.words) {
            *two = [*word as u32, (word >> 32) as u32].map(canonical_single);
        }
    }

    fn block(&self, index: u64, found: &mut Found) {
        let buffers = [(); 3].map(|()| buffer(&[], PIECE));
        let zeros = self.row.zeros(&self.row.defaults());
        let factor = self.margin * f64::EPSILON;
        let (mut undecided, mut digest, mut piece) = (Vec::new(), Digest::default(), Piece::new());
        for first in (index * BLOCK..(index + 1) * BLOCK).step_by(PIECE) {
            memory::with([buffers[0]], |[pairs]| {
                for (word, pair) in (first..).step_by(4).zip(pairs.iter().take(PIECE / 4)) {
                    let two = |word: u64| f64::from_bits(word | (word + 1) << 32);
                    memory::store(pair, [two(word), two(word + 2)]);
                }
            });
            self.results(buffers, SINGLE, &mut piece);
            // A piece is much shorter than the interval beside a zero: if they meet, one of its ends is inside.
            let least = |place: u64| Row::least(self.op, f64::from(f32::from_bits((first + place) as u32)), &zeros);
            let least = self.margin * least(0).max(least(PIECE as u64 - 1));
            for (start, (wide, singles)) in
                (first as u32..).step_by(TOGETHER).zip(piece.wide.chunks(TOGETHER).zip(piece.singles.chunks(TOGETHER)))
            {
                if !decided(wide, singles, factor, least) {
                    for (at, (wide, single)) in (start..).zip(wide.iter().zip(singles)) {
                        // Of NaN only that it stays so is promised.
                        let stays = f32::from_bits(at).is_nan() && f32::from_bits(*single).is_nan();
                        if !stays && !decided(&[*wide], &[*single], factor, least) {
                            undecided.push((at, *single));
                        }
                    }
                }
            }
            digest.add(&piece.singles);
        }
        buffers.into_iter().for_each(memory::release);
        found.digests.insert(index, digest.finish());
        for (x, got) in undecided {
            self.judge(x, got, found);
        }
    }

    /// What MPFR says of a result; of one at an infinity or NaN, and of one that is NaN, the table of special values.
    fn judge(&self, bits: u32, got: u32, found: &mut Found) {
        let x = f64::from(f32::from_bits(bits));
        let right = match self.nearly(x).map(|right| right as f32) {
            // Of a few MPFR says it too; far out it would take millions of bits.
            Some(right) if bits % 1021 == 0 && x.abs() < 1.0 => {
                assert_eq!(right, self.exact(x, |exact| exact.to_f32()), "{}{} at {x:e}", self.row.name, self.op.name());
                right
            }
            Some(right) => right,
            None => self.exact(x, |exact| exact.to_f32()),
        };
        found.asked += u64::from(x.is_finite());
        let same = if right == 0.0 { got << 1 == 0 } else { canonical_single(right.to_bits()) == canonical_single(got) };
        if x.is_finite() && self.row.one(self.op, self.row.defaults(), x) as f32 != right {
            found.twice += 1;
            if found.examples.len() < EXAMPLES {
                found.examples.push([bits, right.to_bits()]);
            }
        }
        if !same {
            found.wrong.push([bits, got, right.to_bits()]);
        }
    }

    /// Where millions of results are an f64 and a rest far below its last bit, the sign of the rest says how they are rounded: f
    /// is x/2 and a positive multiple of x² at tiny x, σ″ is −x/8 + x³/48, and x − tanh x far out is x − 1 and a little. All
    /// terms after are smaller yet.
    fn nearly(&self, x: f64) -> Option<f64> {
        let (tiny, far) = (x.abs() < 2f64.powi(-60), (2f64.powi(10)..2f64.powi(50)).contains(&x.abs()));
        let (result, rest) = match (self.row.name, self.op) {
            ("silu" | "quickGelu" | "gelu" | "hardSwish", Op::Value) if tiny => (x / 2.0, 1.0),
            ("sigmoid", Op::Deriv2) if tiny => (-x / 8.0, x),
            ("tanhShrink", Op::Value) if far => (x - x.signum(), x),
            _ => return None,
        };
        Some(if rest > 0.0 { result.next_up() } else { result.next_down() })
    }

    /// What is found in the 2^16 results in f16; those at infinities and NaN are the table's.
    fn halves(&self) -> Found {
        let (mut found, mut piece) = (Found::default(), Piece::new());
        let buffers = [(); 3].map(|()| buffer(&[], PIECE));
        for first in (0..1 << 16).step_by(PIECE) {
            let word = |four: u64| f64::from_bits((0..4).map(|place| (four + place) << (16 * place)).sum());
            let packed: Vec<f64> = (first..first + PIECE as u64).step_by(4).map(word).collect();
            let from = buffer(&packed, PIECE);
            self.results([from, buffers[1], buffers[2]], HALF, &mut piece);
            for (place, x) in (first..first + PIECE as u64).enumerate().map(|(place, bits)| (place, from_half(bits as u16))) {
                if !x.is_finite() {
                    continue;
                }
                let got = (piece.words[place / 4] >> (place % 4 * 16)) as u16;
                let nearly = self.nearly(x).map(|right| half(&Float::with_val(53, right)));
                let right = nearly.unwrap_or_else(|| self.exact(x, half));
                let bits = [first as u32 + place as u32, to_half(right).into()];
                if half(&Float::with_val(53, self.row.one(self.op, self.row.defaults(), x))) != right {
                    found.twice += 1;
                    found.examples.push(bits);
                }
                if from_half(got) != right {
                    found.wrong.push([bits[0], got.into(), bits[1]]);
                }
            }
            memory::release(from);
        }
        buffers.into_iter().for_each(memory::release);
        found
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

fn hexadecimal<const N: usize>(bits: &[u32; N]) -> Vec<String> {
    bits.iter().map(|bits| format!("{bits:08x}")).collect()
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
fn write(root: &Path, rows: &[Row], record: &mut [Value]) -> Result<(), String> {
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
        "{HEADING}\nWritten by `./build.sh accuracy --float32`. A Float32Array and a Float16Array get the f64 result rounded, and where that lies beside a point \
         halfway between\ntwo of theirs, one that is computed with twice the digits. Here are all 2³² float32 inputs of a function, with default hyperparameters: the \
         result is the correctly rounded\none where the f64 result, moved up or down by {MARGIN} times its limit of error, is rounded to the same float32; wherever not, \
         MPFR says what is right (of x/2 + x²/4 + … and the like at tiny x the sign of the second term). So it is for\nall 2¹⁶ float16 inputs, where MPFR is always asked. The third column counts the inputs for which the ordinary f64 result, \
         rounded, would be wrong. The digest is of all\nfloat32 results in order.\n\n\
         | of | undecided | f64 rounded once more | wrong float32 | wrong float16 | digest |\n|---|---:|---:|---:|---:|---|\n"
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
    format!(
        "{name} | {} | {} | {} | {} | `{}`",
        count("asked"),
        count("twice"),
        count("wrong"),
        count("wrongFloat16"),
        text("digest")
    )
}

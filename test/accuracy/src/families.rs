//! All that is not one number at a time, but softmax: its family, the losses, gated units, cells, prelu and hadamard, each a row of
//! [`FAMILIES`]. Of every result there is an exact one and the unit that its error is counted in: an ulp, or where numbers of
//! both signs are added a rounding, which is 2^-53 of the sum of the absolute terms.

mod gated;
mod losses;
mod powers;
mod record;
mod sources;
mod term;

use crate::formula::Undecided;
use crate::functions::{self, Row as Activation};
use crate::jets::Jets;
use crate::limits::Limits;
use crate::progress::Progress;
use crate::random::{Random, step};
use crate::score::{LIMIT, PRECISION};
use crate::softmax::CLASSES;
use crate::{Merge, threads};
use nonlin::rows::{self, cells};
use std::path::Path;
use term::Exact;

pub use record::section;
use sources::{Block, Parts};

/// The exact results of each operation, by entry.
type Exacts = Result<Vec<Vec<Exact>>, Undecided>;

/// One thing that a family computes.
pub struct Op {
    /// Its name in test/limits.json and in the record.
    pub name: &'static str,
    /// Its name for readers.
    pub title: &'static str,
    /// Whether its errors are counted in roundings, not in ulps.
    pub roundings: bool,
}

/// A row of the table.
pub struct Family {
    /// The public name.
    pub name: &'static str,
    /// The number of its kernel.
    kernel: u32,
    /// The activation of its gate, if it has one.
    gate: &'static str,
    /// What is measured.
    pub ops: &'static [Op],
    /// The names of the parts of a row of inputs.
    pub inputs: &'static [&'static str],
    classes: Classes,
    /// Whether the entries of a row have nothing to do with each other.
    elementwise: bool,
    draw: fn(&Family, usize, &mut Random) -> Block,
    /// What the kernels give: the entries of each row, of each operation.
    run: fn(&Family, &Block) -> Vec<Vec<Vec<f64>>>,
    exact: fn(&Family, &Row, &Jets) -> Exacts,
}

const fn ulp(name: &'static str, title: &'static str) -> Op {
    Op { name, title, roundings: false }
}

const fn rounding(name: &'static str, title: &'static str) -> Op {
    Op { name, title, roundings: true }
}

/// What classes of inputs there are.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Classes {
    /// Those of temperatures that softmax has.
    Temperatures,
    /// Of pre-activations and of what they are multiplied with.
    Scales,
}

impl Classes {
    fn names(self) -> Vec<&'static str> {
        match self {
            Self::Temperatures => CLASSES.iter().map(|class| class.name).collect(),
            Self::Scales => sources::SCALES.into(),
        }
    }
}

const GATED_OPS: &[Op] = &[ulp("value", "f"), ulp("backwardA", "gradient of a"), ulp("backwardB", "gradient of b")];

/// A unit with this gate.
const fn gated_unit(name: &'static str, kernel: u32, gate: &'static str) -> Family {
    Family {
        name,
        kernel,
        gate,
        ops: GATED_OPS,
        inputs: &["a", "b", "dy"],
        classes: Classes::Scales,
        elementwise: true,
        draw: sources::gated,
        run: sources::run_gated,
        exact: gated::gated,
    }
}

/// All of them. A new one is a row here, with what its exact results are in a file beside this one.
pub const FAMILIES: &[Family] = &[
    Family {
        name: "softmin",
        kernel: rows::SOFTMIN,
        gate: "",
        ops: &[
            ulp("value", "f"),
            ulp("jacobian", "Jacobian where i ≠ j"),
            ulp("diagonal", "Jacobian where i = j"),
            rounding("backward", "gradient from x"),
            rounding("fromValue", "gradient from y"),
        ],
        inputs: &["x", "dy", "y"],
        classes: Classes::Temperatures,
        elementwise: false,
        draw: sources::softmax_family,
        run: sources::run_softmin,
        exact: powers::softmin,
    },
    Family {
        name: "logSoftmax",
        kernel: rows::LOG_SOFTMAX,
        gate: "",
        ops: &[ulp("value", "f"), rounding("backward", "gradient from x"), rounding("fromValue", "gradient from y")],
        inputs: &["x", "dy", "y"],
        classes: Classes::Temperatures,
        elementwise: false,
        draw: sources::softmax_family,
        run: sources::run_softmax_family,
        exact: powers::log_softmax,
    },
    Family {
        name: "logSumExp",
        kernel: rows::LOG_SUM_EXP,
        gate: "",
        ops: &[ulp("value", "f"), ulp("deriv", "f′"), ulp("backward", "gradient")],
        inputs: &["x", "dy"],
        classes: Classes::Temperatures,
        elementwise: false,
        draw: sources::log_sum_exp,
        run: sources::run_log_sum_exp,
        exact: powers::log_sum_exp,
    },
    Family {
        name: "sparsemax",
        kernel: rows::SPARSEMAX,
        gate: "",
        ops: &[ulp("value", "f"), rounding("backward", "gradient from x"), rounding("fromValue", "gradient from y")],
        inputs: &["x", "dy", "y"],
        classes: Classes::Temperatures,
        elementwise: false,
        draw: sources::softmax_family,
        run: sources::run_softmax_family,
        exact: powers::sparsemax,
    },
    Family {
        name: "softmaxCrossEntropy",
        kernel: rows::CROSS_ENTROPY,
        gate: "",
        ops: &[
            ulp("valueOfClass", "loss of a class"),
            ulp("derivOfClass", "gradient for a class"),
            ulp("value", "loss of a distribution"),
            rounding("deriv", "gradient for a distribution"),
        ],
        inputs: &["x", "class", "labels"],
        classes: Classes::Temperatures,
        elementwise: false,
        draw: sources::labelled,
        run: sources::run_softmax_cross_entropy,
        exact: losses::softmax_cross_entropy,
    },
    Family {
        name: "sigmoidCrossEntropy",
        kernel: rows::SIGMOID_CROSS_ENTROPY,
        gate: "",
        ops: &[ulp("value", "loss"), rounding("deriv", "gradient")],
        inputs: &["x", "t"],
        classes: Classes::Scales,
        elementwise: true,
        draw: sources::targeted,
        run: sources::run_sigmoid_cross_entropy,
        exact: losses::sigmoid_cross_entropy,
    },
    gated_unit("glu", rows::GLU, "sigmoid"),
    gated_unit("swiglu", rows::SWIGLU, "silu"),
    gated_unit("geglu", rows::GEGLU, "gelu"),
    gated_unit("reglu", rows::REGLU, "relu"),
    Family {
        name: "lstmGates",
        kernel: cells::LSTM,
        gate: "",
        ops: &[
            rounding("h", "h′"),
            rounding("c", "c′"),
            rounding("backwardGates", "gradient of the gates"),
            rounding("backwardC", "gradient of c"),
        ],
        inputs: &["i", "f", "g", "o", "c", "dh", "dc"],
        classes: Classes::Scales,
        elementwise: true,
        draw: sources::cell,
        run: sources::run_lstm,
        exact: gated::lstm,
    },
    Family {
        name: "gruGates",
        kernel: cells::GRU,
        gate: "",
        ops: &[
            rounding("value", "h′"),
            rounding("backwardGates", "gradient of the gates"),
            rounding("backwardH", "gradient of h"),
            rounding("backwardHn", "gradient of hn"),
        ],
        inputs: &["r", "z", "n", "h", "hn", "dh"],
        classes: Classes::Scales,
        elementwise: true,
        draw: sources::cell,
        run: sources::run_gru,
        exact: gated::gru,
    },
    Family {
        name: "prelu",
        kernel: rows::PRELU,
        gate: "",
        ops: &[
            ulp("value", "f"),
            ulp("deriv", "f′"),
            ulp("backward", "gradient of x"),
            rounding("backwardAlpha", "gradient of alpha"),
        ],
        inputs: &["x", "dy", "alpha"],
        classes: Classes::Scales,
        elementwise: false,
        draw: sources::channels,
        run: sources::run_prelu,
        exact: gated::prelu,
    },
    Family {
        name: "hadamard",
        kernel: 0,
        gate: "",
        ops: &[ulp("value", "product"), rounding("contraction", "dA·J of up to 64 units")],
        inputs: &["a", "b", "matrix"],
        classes: Classes::Scales,
        elementwise: false,
        draw: sources::products,
        run: sources::run_hadamard,
        exact: gated::hadamard,
    },
];

/// A row of inputs, and what else its exact results need.
pub struct Row<'a> {
    /// T, where there is one.
    pub temperature: f64,
    /// The parts, as `inputs` names them.
    pub all: &'a Parts,
    /// Those that gates are computed by.
    pub activations: &'a [Activation],
}

impl Row<'_> {
    /// A part.
    pub fn part(&self, index: usize) -> &[f64] {
        &self.all[index]
    }

    /// Some of them.
    pub fn parts<const N: usize>(&self, indices: [usize; N]) -> [&[f64]; N] {
        indices.map(|index| self.part(index))
    }
}

/// A measured result with its row.
#[derive(Clone)]
struct Found {
    error: f64,
    temperature: f64,
    parts: Parts,
    entry: usize,
    got: f64,
    exact: Exact,
}

/// The number, the mean and the worst of many errors.
#[derive(Clone, Default)]
struct Tally {
    count: u64,
    /// The sum of the finite errors, in millionths, so that it is the same in any order.
    sum: u128,
    worst: Vec<Found>,
}

/// How many of the worst are kept.
const KEPT: usize = 6;

impl Tally {
    fn keep(&mut self, found: Found) {
        let bits = |found: &Found| -> Vec<u64> { found.parts.iter().flatten().map(|x| x.to_bits()).collect() };
        let place = self.worst.partition_point(|kept| {
            kept.error > found.error || (kept.error == found.error && (bits(kept), kept.entry) < (bits(&found), found.entry))
        });
        self.worst.insert(place, found);
        self.worst.truncate(KEPT);
    }

    fn takes(&self, error: f64) -> bool {
        error > 0.0 && (self.worst.len() < KEPT || error >= self.worst[KEPT - 1].error)
    }
}

impl Merge for Tally {
    fn merge(&mut self, other: Self) {
        self.count += other.count;
        self.sum += other.sum;
        for found in other.worst {
            if self.takes(found.error) {
                self.keep(found);
            }
        }
    }
}

/// Measures the families of these names with so many inputs a class, and writes docs/accuracy-rows.json and its part of
/// docs/accuracy.md if `save`. Returns whether all limits are kept.
pub fn run(root: &Path, wanted: impl Fn(&str) -> bool, inputs: u64, save: bool) -> Result<bool, String> {
    let activations = functions::read(root)?;
    let limits = Limits::read(root)?;
    let families: Vec<&Family> = FAMILIES.iter().filter(|family| wanted(family.name)).collect();
    let blocks = inputs.div_ceil(sources::ENTRIES as u64).max(2);
    let around = blocks.div_ceil(16);
    let work = |family: &Family| blocks + ROUNDS * around * (family.ops.len() * KEPT) as u64;
    let progress = Progress::new(families.iter().map(|family| family.classes.names().len() as u64 * work(family)).sum());
    let mut results = Vec::new();
    let mut done = 0;
    for family in families {
        progress.label(family.name);
        for (class, name) in family.classes.names().into_iter().enumerate() {
            let case = Case { family, activations: &activations };
            let seed = format!("{} {name}", family.name);
            let empty = vec![Tally::default(); family.ops.len()];
            let mut tallies = threads(blocks, &progress, 1, empty.clone(), |index, tallies| {
                case.measure(&(family.draw)(family, class, &mut Random::of(&seed, index)), tallies);
                Ok(())
            })
            .map_err(|mismatch| mismatch.what.to_owned())?;
            for round in 0..ROUNDS {
                let targets: Vec<Found> = tallies.iter().flat_map(|tally| tally.worst.clone()).collect();
                let found = threads(targets.len() as u64 * around, &progress, 1, empty.clone(), |index, tallies| {
                    let target = &targets[(index / around) as usize];
                    case.measure(&case.around(target, &mut Random::of(&seed, (round + 1) << 40 | index)), tallies);
                    Ok(())
                });
                // Results that were looked for belong in no mean.
                let found = found.map_err(|mismatch| mismatch.what.to_owned())?;
                tallies.merge(found.into_iter().map(|tally| Tally { count: 0, sum: 0, ..tally }).collect());
            }
            done += work(family);
            progress.reach(done);
            results.extend(record::lines(family, name, &tallies, &limits));
        }
    }
    progress.finish();
    let failures = record::print(&results);
    if save {
        record::write(root, results)?;
    }
    failures.iter().for_each(|failure| println!("{failure}"));
    Ok(failures.is_empty())
}

/// How often the surroundings of the worst are searched for worse.
const ROUNDS: u64 = 6;

/// What measures a family.
struct Case<'a> {
    family: &'a Family,
    activations: &'a [Activation],
}

impl Case<'_> {
    fn measure(&self, block: &Block, tallies: &mut [Tally]) {
        let results = (self.family.run)(self.family, block);
        for (index, parts) in block.rows.iter().enumerate() {
            let row = Row { temperature: block.temperature, all: parts, activations: self.activations };
            let got: Vec<&[f64]> = results.iter().map(|of| &of[index][..]).collect();
            self.compare(&row, &got, tallies);
        }
    }

    /// Adds the errors of a row, its exact results at the precision at which all of them are decided.
    fn compare(&self, row: &Row, got: &[&[f64]], tallies: &mut [Tally]) {
        let mut precision = PRECISION;
        loop {
            assert!(precision <= LIMIT, "{} of {:?} is not decided", self.family.name, row.all);
            let exact = (self.family.exact)(self.family, row, &Jets(precision));
            let errors = exact.ok().and_then(|exact| {
                let of = |(exact, got): (Vec<Exact>, &&[f64])| {
                    let each = exact.into_iter().zip(*got).map(|(exact, &got)| Some((exact.error(got)?, got, exact)));
                    each.collect::<Option<Vec<_>>>()
                };
                exact.into_iter().zip(got).map(of).collect::<Option<Vec<_>>>()
            });
            precision *= 2;
            let Some(errors) = errors else { continue };
            for (errors, tally) in errors.into_iter().zip(tallies) {
                for (entry, (error, got, exact)) in errors.into_iter().enumerate() {
                    tally.count += 1;
                    tally.sum += if error.is_finite() { (error.min(1e12) * 1e6) as u128 } else { 0 };
                    if tally.takes(error) {
                        tally.keep(Found { error, temperature: row.temperature, parts: row.all.clone(), entry, got, exact });
                    }
                }
            }
            return;
        }
    }

    /// Rows that differ little from one: a few entries or all of them, by much or little.
    fn around(&self, target: &Found, random: &mut Random) -> Block {
        let units = target.parts.iter().map(Vec::len).max().unwrap_or(1);
        let count = (sources::ENTRIES / units).clamp(1, 64);
        let change = |random: &mut Random, name: &str, value: f64, reach: i32| {
            if name == "class" || !value.is_finite() || value == 0.0 {
                return value;
            }
            let moved = match random.below(3) {
                0 => step(value, random.below(9) as i64 - 4),
                _ => value * (1.0 + random.sign() * random.magnitude(reach - 1, reach)),
            };
            let moved = if moved.is_finite() && moved.is_sign_negative() == value.is_sign_negative() { moved } else { value };
            // What may be a probability, or a logarithm of one, stays one.
            if value.abs() <= 1.0 { moved.clamp(-1.0, 1.0) } else { moved }
        };
        let rows = (0..count).map(|_| {
            let reach = -3 - random.below(49) as i32;
            let few = random.below(3);
            let chosen = random.below(self.family.inputs.len() as u64) as usize;
            let mut parts = target.parts.clone();
            for (index, (name, part)) in self.family.inputs.iter().zip(&mut parts).enumerate() {
                if few == 0 && index != chosen {
                    continue;
                }
                for value in part.iter_mut() {
                    if few < 2 || random.below(3) == 0 {
                        *value = change(random, name, *value, reach);
                    }
                }
            }
            parts
        });
        Block { temperature: target.temperature, rows: rows.collect() }
    }
}

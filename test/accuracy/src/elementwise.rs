//! The element-wise functions: the error of every result on the inputs of a class of hyperparameters.

use crate::classes::Class;
use crate::functions::{Hyperparameters, Mismatch, OPS, Op, Range, Row};
use crate::inputs::{Source, around};
use crate::limits::{Exception, Limits};
use crate::random::Random;
use crate::score::{Place, Sample, Tally};
use crate::truth::Truth;
use crate::{Measured, Merge};
use serde_json::Value;

/// Inputs that are drawn and run together.
pub const BLOCK: usize = 4096;
/// Inputs that get the same hyperparameters.
const CHUNK: usize = 256;

/// For each operation a tally for the ordinary limit, then one for each exception.
type Tallies = Vec<Vec<Tally>>;

/// A function with a class of hyperparameters.
pub struct Case<'a> {
    /// The function.
    pub row: &'a Row,
    /// The class.
    pub class: &'a Class,
    /// What the limits do not hold for.
    pub exceptions: Vec<Exception>,
}

/// An input of test/reference/worst.json.
pub struct Known {
    function: String,
    op: Op,
    hyperparameters: Hyperparameters,
    x: f64,
}

/// The worst inputs of earlier runs, of element-wise functions.
pub fn known(rows: &[Row], list: &[Value]) -> Vec<Known> {
    let number = |value: &Value| value.as_str().and_then(|bits| u64::from_str_radix(bits, 16).ok()).map(f64::from_bits);
    let one = |entry: &Value| {
        let row = rows.iter().find(|row| entry["function"] == row.name)?;
        let mut hyperparameters = row.defaults();
        for ((value, name), range) in hyperparameters.iter_mut().zip(row.names).zip(&row.ranges) {
            match (range, &entry[name]) {
                (Range::Choice(words), word) => *value = words.iter().position(|one| word == one.as_str())? as f64,
                (_, bits) => *value = number(bits).unwrap_or(*value),
            }
        }
        let op = *OPS.iter().find(|op| entry["op"] == op.name())?;
        Some(Known { function: row.name.to_owned(), op, hyperparameters, x: number(&entry["x"])? })
    };
    list.iter().filter_map(one).collect()
}

/// One of the worst inputs so far, and which operation it is the worst of.
pub struct Target {
    op: Op,
    sample: Sample,
}

impl<'a> Case<'a> {
    /// With the exceptions that concern it.
    pub fn new(row: &'a Row, class: &'a Class, limits: &Limits) -> Self {
        let of_class = |exception: &Exception| exception.class.as_ref().is_none_or(|name| *name == class.name);
        Self { row, class, exceptions: limits.exceptions(row.name).into_iter().filter(of_class).collect() }
    }

    /// Its tallies before anything is counted.
    pub fn empty(&self) -> Tallies {
        vec![vec![Tally::default(); 1 + self.exceptions.len()]; OPS.len()]
    }

    fn takes_y(&self) -> bool {
        self.row.from_value.is_some() && self.class.saved
    }

    /// Measures block `index` of `blocks`.
    pub fn block(&self, index: u64, blocks: u64, tallies: &mut Tallies) -> Result<(), Mismatch> {
        let mut random = Random::of(&format!("{} {}", self.row.name, self.class.name), index);
        for chunk in (0..BLOCK).step_by(CHUNK) {
            let hyperparameters = self.class.draw(&mut random);
            let source = Source::new(self.row, hyperparameters);
            let first = index * BLOCK as u64 + chunk as u64;
            let x: Vec<f64> =
                (0..CHUNK as u64).map(|place| source.draw(&mut random, first + place, blocks * BLOCK as u64)).collect();
            self.measure(&OPS[..3], &source, &x, tallies)?;
            if self.takes_y() {
                let y: Vec<f64> = (0..CHUNK).map(|_| source.saved(&mut random, &x)).collect();
                self.measure(&[Op::FromValue], &source, &y, tallies)?;
            }
        }
        Ok(())
    }

    /// Measures the worst inputs of earlier runs that are of this class.
    pub fn known(&self, known: &[Known], tallies: &mut Tallies) -> Result<(), Mismatch> {
        for Known { op, hyperparameters, x, .. } in known.iter().filter(|one| one.function == self.row.name) {
            // The default ones are of another class, too.
            let other = !self.class.default && *hyperparameters == self.row.defaults();
            if self.class.holds(hyperparameters) && !other && (*op != Op::FromValue || self.takes_y()) {
                self.measure(&[*op], &Source::new(self.row, *hyperparameters), &[*x], tallies)?;
            }
        }
        Ok(())
    }

    /// What to look around at.
    pub fn targets(&self, tallies: &Tallies) -> Vec<Target> {
        let of = |(op, tallies): (&Op, &Vec<Tally>)| -> Vec<Target> {
            let worst = tallies.iter().flat_map(|tally| &tally.worst);
            let worst = worst.filter(|one| one.error > 0.5 && one.error.is_finite() && one.x.is_finite());
            worst.map(|sample| Target { op: *op, sample: sample.clone() }).collect()
        };
        OPS.iter().zip(tallies).flat_map(of).collect()
    }

    /// Measures a block of neighbours of a target, and of inputs nearby.
    pub fn around(&self, target: &Target, index: u64, tallies: &mut Tallies) -> Result<(), Mismatch> {
        let Target { op, sample: Sample { x, hyperparameters, .. } } = target;
        let mut random = Random::of(self.row.name, x.to_bits() ^ index);
        let x: Vec<f64> = (0..BLOCK).map(|place| around(&mut random, *x, place)).collect();
        self.measure(&[*op], &Source::new(self.row, *hyperparameters), &x, tallies)
    }

    /// The errors of operations at these x, or y.
    fn measure(&self, ops: &[Op], source: &Source, x: &[f64], tallies: &mut Tallies) -> Result<(), Mismatch> {
        let Source { row, hyperparameters, zeros } = source;
        let formula = if ops == [Op::FromValue] { row.from_value.as_ref().unwrap_or(&row.value) } else { &row.value };
        let mut got = vec![vec![0.0; x.len()]; ops.len()];
        for (op, got) in ops.iter().zip(&mut got) {
            row.many(*op, *hyperparameters, x, got)?;
        }
        // What an infinity or NaN gives is for the table of special values.
        for (index, &x) in x.iter().enumerate().filter(|(_, x)| x.is_finite()) {
            let variables = row.variables(x, hyperparameters);
            let mut truth = Truth::new(formula, &variables);
            for (op, got) in ops.iter().zip(&got) {
                let got = got[index];
                let (error, exact) = truth.score(op.order(), got, Row::least(*op, x, zeros));
                let place = self.exceptions.iter().position(|one| one.holds(op.name(), x)).map_or(0, |place| place + 1);
                let sample = || Sample { error, x, hyperparameters: *hyperparameters, got, exact, place: Place::default() };
                tallies[OPS.iter().position(|one| one == op).unwrap_or(0)][place].add(error, sample);
            }
        }
        Ok(())
    }

    /// The lines of the report.
    pub fn collect(&self, limits: &Limits, tallies: Tallies) -> Vec<Measured<'a>> {
        let mut measured = Vec::new();
        for (op, tallies) in OPS.iter().map(|op| op.name()).zip(tallies) {
            for (place, tally) in tallies.into_iter().enumerate().filter(|(_, tally)| tally.count > 0) {
                let exception = place.checked_sub(1).map(|place| self.exceptions[place].clone());
                let limit = exception.as_ref().map_or_else(|| limits.of(self.row.name, op), |exception| exception.limit);
                let (function, class) = (self.row.name, self.class.name.clone());
                measured.push(Measured { function, op, class, row: Some(self.row), limit, exception, tally });
            }
        }
        measured
    }
}

impl Merge for Tally {
    fn merge(&mut self, other: Self) {
        self.absorb(other);
    }
}

/// The error of one result for the default hyperparameters; the sign of a zero is no matter.
pub fn error(row: &Row, op: Op, x: f64, got: f64) -> f64 {
    let hyperparameters: Hyperparameters = row.defaults();
    let variables = row.variables(x, &hyperparameters);
    let mut truth = Truth::new(&row.value, &variables);
    let exact = truth.value(op.order());
    let got = if got == 0.0 && exact.is_sign_negative() { -0.0 } else { got };
    truth.score(op.order(), got, Row::least(op, x, &row.zeros(&hyperparameters))).0
}

//! The element-wise functions: what test/functions.json says of them, and the kernels of the crate by their numbers. A new
//! activation is a new row there, and touches nothing here.

use crate::formula::Formula;
use nonlin::activation;
use nonlin::elementwise;
use nonlin::loops::{BACKWARD_X, BACKWARD_Y, DERIV, DERIV2, VALUE, VALUE_AND_DERIV};
use nonlin::memory;
use nonlin::rounded::ROUNDED;
use serde_json::Value;
use std::path::Path;

/// Hyperparameters in the order of the kernel; 0 where there are fewer.
pub type Hyperparameters = [f64; 4];

/// What the kernels compute.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Op {
    /// f(x)
    Value,
    /// f′(x)
    Deriv,
    /// f″(x)
    Deriv2,
    /// f′ in terms of y = f(x)
    FromValue,
}

/// All of them, in the order of the tallies.
pub const OPS: [Op; 4] = [Op::Value, Op::Deriv, Op::Deriv2, Op::FromValue];

impl Op {
    /// Its name in functions.json and in the reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Value => "value",
            Self::Deriv => "deriv",
            Self::Deriv2 => "deriv2",
            Self::FromValue => "fromValue",
        }
    }

    /// Its place in a jet; a derivative in terms of y is the value of its formula.
    pub fn order(self) -> usize {
        match self {
            Self::Value | Self::FromValue => 0,
            Self::Deriv => 1,
            Self::Deriv2 => 2,
        }
    }
}

/// What a hyperparameter may be.
#[derive(Clone, Debug)]
pub enum Range {
    /// A number: which ones, and the default.
    Number {
        /// Whether it may be negative.
        negative: bool,
        /// Whether it may be 0.
        zero: bool,
        /// The default.
        default: f64,
    },
    /// One of some words, the first by default; the kernel takes its index.
    Choice(Vec<String>),
}

/// Two ways to compute one thing that gave different bits.
#[derive(Clone, Debug)]
pub struct Mismatch {
    /// The input.
    pub x: f64,
    /// The hyperparameters.
    pub hyperparameters: Hyperparameters,
    /// Which two.
    pub what: &'static str,
    /// What they gave.
    pub got: [f64; 2],
}

/// One element-wise function.
pub struct Row {
    /// Its public name.
    pub name: &'static str,
    number: u32,
    /// The names of its hyperparameters.
    pub names: &'static [&'static str],
    /// What they may be.
    pub ranges: Vec<Range>,
    /// f in x and the hyperparameters.
    pub value: Formula,
    /// f′ in y and the hyperparameters.
    pub from_value: Option<Formula>,
    /// Kinks, thresholds of the code, overflow edges and the ends of intervals: their neighbours are tested.
    pub points: Vec<f64>,
    /// Near which x, in the hyperparameters, f′ and f″ are 0.
    zeros: [Vec<Formula>; 2],
    /// [x, f(x), f′(x), f″(x)] in the hyperparameters.
    specials: Vec<Vec<Option<Formula>>>,
}

/// Numbers with a name, in the special values.
const NAMED: [(&str, f64); 4] = [("inf", f64::INFINITY), ("nan", f64::NAN), ("min", f64::from_bits(1)), ("max", f64::MAX)];

/// The rows of the project at `root`.
pub fn read(root: &Path) -> Result<Vec<Row>, String> {
    let path = root.join("test/functions.json");
    let text = std::fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    let table: Value = serde_json::from_str(&text).map_err(|error| format!("{}: {error}", path.display()))?;
    let rows: Vec<Row> = table.as_array().into_iter().flatten().map(Row::read).collect::<Result<_, _>>()?;
    match activation::LIST.iter().find(|(name, _)| rows.iter().all(|row| row.name != *name)) {
        Some((name, _)) => Err(format!("test/functions.json has no row for {name}")),
        None => Ok(rows),
    }
}

impl Row {
    fn read(entry: &Value) -> Result<Self, String> {
        let name = entry["name"].as_str().unwrap_or_default();
        let number = activation::LIST.iter().position(|(known, _)| *known == name);
        let number = number.ok_or(format!("test/functions.json has {name}, which is no kernel"))?;
        let (name, names) = activation::LIST[number];
        let variables = |of: &'static str| -> Vec<&str> { [of].into_iter().chain(names.iter().copied()).collect() };
        let named: Vec<&str> = names.iter().copied().chain(NAMED.map(|(name, _)| name)).collect();
        let formula = |text: &Value, names: &[&str]| Formula::read(text.as_str().unwrap_or_default(), names);
        let list = |list: &Value| list.as_array().cloned().unwrap_or_default();
        let zeros = |of: &str| list(&entry["zeros"][of]).iter().map(|text| formula(text, &named)).collect::<Result<_, _>>();
        let special = |row: &Value| {
            list(row).iter().map(|text| if text.is_null() { Ok(None) } else { formula(text, &named).map(Some) }).collect()
        };
        let points = [list(&entry["kinks"]), list(&entry["edges"]), list(&entry["intervals"]).iter().flat_map(list).collect()];
        Ok(Self {
            name,
            number: number as u32,
            names,
            ranges: names.iter().map(|name| range(&entry["hyperparameters"][name])).collect(),
            value: formula(&entry["value"], &variables("x"))?,
            from_value: entry.get("fromValue").map(|text| formula(text, &variables("y"))).transpose()?,
            points: points.concat().iter().filter_map(Value::as_f64).collect(),
            zeros: [zeros("deriv")?, zeros("deriv2")?],
            specials: list(&entry["specials"]).iter().map(special).collect::<Result<_, String>>()?,
        })
    }

    /// The default hyperparameters.
    pub fn defaults(&self) -> Hyperparameters {
        let mut defaults = [0.0; 4];
        for (value, range) in defaults.iter_mut().zip(&self.ranges) {
            if let Range::Number { default, .. } = range {
                *value = *default;
            }
        }
        defaults
    }

    /// The variables of a formula: x or y, then the hyperparameters.
    pub fn variables(&self, x: f64, hyperparameters: &Hyperparameters) -> Vec<f64> {
        [x].iter().chain(&hyperparameters[..self.names.len()]).copied().collect()
    }

    /// Hyperparameters and named numbers.
    fn constants(&self, hyperparameters: &Hyperparameters) -> Vec<f64> {
        hyperparameters[..self.names.len()].iter().copied().chain(NAMED.map(|(_, value)| value)).collect()
    }

    /// Where f′ and f″ are 0, for these hyperparameters.
    pub fn zeros(&self, hyperparameters: &Hyperparameters) -> [Vec<f64>; 2] {
        let constants = self.constants(hyperparameters);
        self.zeros.each_ref().map(|zeros| zeros.iter().map(|zero| zero.plain(&constants)).collect())
    }

    /// The least unit of an error at x: 0, or near a zero of a derivative the spacing of f64 at its ordinary size.
    pub fn least(op: Op, x: f64, zeros: &[Vec<f64>; 2]) -> f64 {
        let of = match op {
            Op::Deriv => &zeros[0],
            Op::Deriv2 => &zeros[1],
            _ => return 0.0,
        };
        let near = of.iter().find(|zero| (x / **zero - 1.0).abs() < 0.25);
        // f″ grows as the scale of x shrinks.
        near.map_or(0.0, |zero| 2f64.powi(-54) * if op == Op::Deriv { 1.0 } else { 2.0 / zero.abs() })
    }

    /// What the table of special values says for x.
    pub fn special(&self, op: Op, x: f64, hyperparameters: &Hyperparameters) -> Option<f64> {
        let constants = self.constants(hyperparameters);
        let at = |formula: &Option<Formula>| formula.as_ref().map(|formula| formula.plain(&constants));
        let same = |a: f64| a.to_bits() == x.to_bits() || (a.is_nan() && x.is_nan());
        at(self.specials.iter().find(|row| at(&row[0]).is_some_and(same))?.get(1 + op.order())?)
    }

    /// One operation on one number.
    pub fn one(&self, op: Op, [p0, p1, p2, p3]: Hyperparameters, x: f64) -> f64 {
        elementwise::scalar(self.number, export(op), x, 1.0, p0, p1, p2, p3)
    }

    /// One operation on a slice, in every way there is, which must give the same bits: numbers one by one, value and derivative
    /// together, a gradient of 1, and another order, in which small and large x meet in other blocks.
    pub fn many(&self, op: Op, hyperparameters: Hyperparameters, x: &[f64], out: &mut [f64]) -> Result<(), Mismatch> {
        let check = |what: &'static str, order: &dyn Fn(usize) -> usize, other: &[f64], out: &[f64]| {
            for (index, &b) in other.iter().enumerate() {
                let (x, a) = (x[order(index)], out[order(index)]);
                if a.to_bits() != b.to_bits() && !(a.is_nan() && b.is_nan()) {
                    return Err(Mismatch { x, hyperparameters, what, got: [a, b] });
                }
            }
            Ok(())
        };
        let ones = vec![1.0; x.len()];
        let run = |op, x: &[f64]| self.buffers(op, hyperparameters, x, &ones);
        out.copy_from_slice(&run(export(op), x).0);
        let narrow: Vec<f64> = x.iter().map(|&x| self.one(op, hyperparameters, x)).collect();
        check("the export and one number", &|index| index, &narrow, out)?;
        if op == Op::FromValue {
            return Ok(());
        }
        let mut order: Vec<usize> = (0..x.len()).collect();
        order.sort_by(|&a, &b| x[a].abs().total_cmp(&x[b].abs()));
        let sorted: Vec<f64> = order.iter().map(|&index| x[index]).collect();
        let again = run(if op == Op::Deriv { BACKWARD_X } else { export(op) }, &sorted).0;
        check("two orders of the inputs", &|index| order[index], &again, out)?;
        if op == Op::Deriv2 {
            return Ok(());
        }
        let (value, deriv) = run(VALUE_AND_DERIV, &sorted);
        check("alone and value_and_deriv", &|index| order[index], if op == Op::Value { &value } else { &deriv }, out)
    }

    /// One operation on a slice.
    pub fn run(&self, op: Op, hyperparameters: Hyperparameters, x: &[f64]) -> Vec<f64> {
        self.buffers(export(op), hyperparameters, x, &vec![1.0; x.len()]).0
    }

    /// `out` and `b` after an operation on buffers.
    fn buffers(&self, op: u32, hyperparameters: Hyperparameters, a: &[f64], b: &[f64]) -> (Vec<f64>, Vec<f64>) {
        let handles = [a, b, &[]].map(|from| buffer(from, a.len()));
        self.export(op, hyperparameters, handles, a.len());
        let result = (contents(handles[2], a.len()), contents(handles[1], a.len()));
        handles.into_iter().for_each(memory::release);
        result
    }

    /// f, f′ or f″ of `count` elements of a buffer, in another, to be rounded to a format.
    pub fn between(&self, op: Op, hyperparameters: Hyperparameters, [x, out]: [u32; 2], count: usize, format: u32) {
        self.export(export(op) + ROUNDED * (format + 1), hyperparameters, [x, x, out], count);
    }

    fn export(&self, op: u32, [p0, p1, p2, p3]: Hyperparameters, [a, b, out]: [u32; 3], count: usize) {
        elementwise::run(self.number, op, a, b, out, count as u32, p0, p1, p2, p3);
    }
}

fn range(entry: &Value) -> Range {
    if let Some(choices) = entry["choices"].as_array() {
        return Range::Choice(choices.iter().filter_map(Value::as_str).map(str::to_owned).collect());
    }
    let range = entry["range"].as_str().unwrap_or_default();
    Range::Number { negative: range != "positive", zero: range == "finite", default: entry["default"].as_f64().unwrap_or(0.0) }
}

/// The crate's number of an operation. 1 times the factor is the factor.
fn export(op: Op) -> u32 {
    match op {
        Op::Value => VALUE,
        Op::Deriv => DERIV,
        Op::Deriv2 => DERIV2,
        Op::FromValue => BACKWARD_Y,
    }
}

/// A buffer of `count` elements that starts with `from`.
pub fn buffer(from: &[f64], count: usize) -> u32 {
    let handle = memory::allocate(count as u32);
    memory::with([handle], |[pairs]| {
        for (pair, from) in pairs.iter().zip(from.chunks(2)) {
            memory::store(pair, [from[0], *from.get(1).unwrap_or(&0.0)]);
        }
    });
    handle
}

/// The first `count` elements of a buffer.
pub fn contents(handle: u32, count: usize) -> Vec<f64> {
    memory::with([handle], |[pairs]| pairs.iter().flat_map(memory::load).take(count).collect())
}

//! The table of element-wise functions: one row each, with its kernel and its formula over reals. A new activation is a new row.
//!
//! A formula computes in MPFR at precision p and loses less than 2^[`SLACK`] units of 2^-p: no step subtracts neighbours, unless the
//! result is exact. Values are at `Point`, which holds what value and derivative share.

use nonlin::activation::{Activation, Kernel as _, Elu, Identity, Lrelu, Relu, Sigmoid, Tanh};
use nonlin::loops::{self, BACKWARD_X, BACKWARD_Y, DERIV, VALUE, VALUE_AND_DERIV};
use nonlin::memory;
use rug::Float;

/// Formulas below err by less than 2^(SLACK - p), relatively.
pub const SLACK: i32 = 8;

/// What the kernels compute.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Op {
    /// f(x)
    Value,
    /// f′(x)
    Deriv,
    /// f′ in terms of y = f(x)
    FromValue,
}

impl Op {
    /// Its name in limits.json and in the reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Value => "value",
            Self::Deriv => "deriv",
            Self::FromValue => "fromValue",
        }
    }
}

/// One input, and the exponential of one number t ≤ 0 that its row names.
pub struct Point {
    /// The input.
    pub x: f64,
    /// The precision.
    pub precision: u32,
    /// e^t, to full relative precision.
    pub exp: Float,
    /// e^t - 1, to full relative precision.
    pub expm1: Float,
}

impl Point {
    /// x at the given precision, with t(x), which must be exact in f64.
    pub fn new(x: f64, t: fn(f64) -> f64, precision: u32) -> Self {
        let t = t(x);
        let (exp, expm1) = if t > -1.0 {
            let expm1 = Float::with_val(precision, t).exp_m1();
            (Float::with_val(precision, &expm1 + 1), expm1)
        } else {
            let exp = Float::with_val(precision, t).exp();
            let expm1 = Float::with_val(precision, &exp - 1);
            (exp, expm1)
        };
        Self { x, precision, exp, expm1 }
    }

    /// A real number at this precision.
    fn real(&self, value: f64) -> Float {
        Float::with_val(self.precision, value)
    }
}

/// The Rust code under test.
pub struct Kernel {
    /// One operation on a slice, in every way there is, which must give the same bits.
    pub many: fn(op: Op, alpha: f64, x: &[f64], out: &mut [f64]) -> Result<(), Mismatch>,
    /// One operation on one number.
    pub one: fn(op: Op, alpha: f64, x: f64) -> f64,
}

/// Two ways to compute one thing that gave different bits.
#[derive(Clone, Debug)]
pub struct Mismatch {
    /// The input.
    pub x: f64,
    /// Which two.
    pub what: &'static str,
    /// What they gave.
    pub got: [f64; 2],
}

/// One element-wise function.
pub struct Row {
    /// Its public name.
    pub name: &'static str,
    /// Its default alpha, where it has one.
    pub alpha: Option<f64>,
    /// The Rust code under test.
    pub kernel: Kernel,
    /// t in e^t, from x.
    pub exponent: fn(f64) -> f64,
    /// f(x).
    pub value: fn(&Point, f64) -> Float,
    /// f′(x).
    pub deriv: fn(&Point, f64) -> Float,
    /// f′ in y = `Point::x`.
    pub from_value: fn(&Point, f64) -> Float,
    /// All values of f lie here, for a given alpha.
    pub range: fn(f64) -> [f64; 2],
    /// Inputs whose value or derivative is subnormal, where alpha is 1, as intervals; `ln |alpha|` is subtracted where there is one.
    pub tails: &'static [[f64; 2]],
    /// Thresholds of the code and overflow edges. Their neighbours are tested, with either sign.
    pub thresholds: &'static [f64],
}

/// The kernel of an activation, as plain functions.
macro_rules! kernel {
    ($activation:ident) => {
        Kernel { many: |op, _, x, out| run($activation, op, x, out), one: |op, _, x| one($activation, op, x) }
    };
    ($activation:ident { alpha }) => {
        Kernel {
            many: |op, alpha, x, out| run($activation { alpha }, op, x, out),
            one: |op, alpha, x| one($activation { alpha }, op, x),
        }
    };
}

/// sign(x)·|value|, zero included.
fn signed(x: f64, value: Float) -> Float {
    if x.is_sign_negative() { -value } else { value }
}

/// The functions, in the order of the reports.
pub const TABLE: &[Row] = &[
    Row {
        name: "identity",
        alpha: None,
        kernel: kernel!(Identity),
        exponent: |_| 0.0,
        value: |at, _| at.real(at.x),
        deriv: |at, _| at.real(if at.x.is_nan() { at.x } else { 1.0 }),
        from_value: |at, _| at.real(if at.x.is_nan() { at.x } else { 1.0 }),
        range: |_| [f64::NEG_INFINITY, f64::INFINITY],
        tails: &[],
        thresholds: &[],
    },
    Row {
        name: "relu",
        alpha: None,
        kernel: kernel!(Relu),
        exponent: |_| 0.0,
        value: |at, _| at.real(if at.x <= 0.0 { 0.0 } else { at.x }),
        deriv: |at, _| step(at, 0.0),
        from_value: |at, _| step(at, 0.0),
        range: |_| [0.0, f64::INFINITY],
        tails: &[],
        thresholds: &[],
    },
    Row {
        name: "lrelu",
        alpha: Some(0.3),
        kernel: kernel!(Lrelu { alpha }),
        exponent: |_| 0.0,
        value: |at, alpha| if at.x > 0.0 { at.real(at.x) } else { at.real(at.x) * alpha },
        deriv: step,
        from_value: step,
        range: |alpha| [if alpha > 0.0 { f64::NEG_INFINITY } else { 0.0 }, f64::INFINITY],
        tails: &[],
        thresholds: &[],
    },
    Row {
        name: "elu",
        alpha: Some(1.0),
        kernel: kernel!(Elu { alpha }),
        exponent: |x| if x > 0.0 { 0.0 } else { x },
        value: |at, alpha| if at.x > 0.0 { at.real(at.x) } else { at.expm1.clone() * alpha },
        deriv: |at, alpha| if at.x > 0.0 { at.real(1.0) } else { at.exp.clone() * alpha },
        from_value: |at, alpha| if at.x > 0.0 { at.real(1.0) } else { at.real(at.x) + alpha },
        range: |alpha| [-alpha, f64::INFINITY],
        tails: &[[-746.0, -707.0]],
        thresholds: &[38.0],
    },
    Row {
        name: "sigmoid",
        alpha: None,
        kernel: kernel!(Sigmoid),
        exponent: |x| -x.abs(),
        value: |at, _| {
            let below = at.exp.clone() + 1;
            if at.x < 0.0 { at.exp.clone() / below } else { 1 / below }
        },
        deriv: |at, _| at.exp.clone() / (at.exp.clone() + 1u32).square(),
        from_value: |at, _| (1 - at.real(at.x)) * at.x,
        range: |_| [0.0, 1.0],
        tails: &[[-746.0, -707.0], [707.0, 746.0]],
        thresholds: &[40.0],
    },
    Row {
        name: "tanh",
        alpha: None,
        kernel: kernel!(Tanh),
        exponent: |x| -2.0 * x.abs(),
        value: |at, _| signed(at.x, -at.expm1.clone() / (at.expm1.clone() + 2)),
        deriv: |at, _| 4 * at.exp.clone() / (at.exp.clone() + 1u32).square(),
        from_value: |at, _| (1 - at.real(at.x)) * (1 + at.real(at.x)),
        range: |_| [-1.0, 1.0],
        tails: &[[-373.0, -353.0], [353.0, 373.0]],
        thresholds: &[20.0],
    },
];

/// 1 above zero, else `below`; NaN for NaN.
fn step(at: &Point, below: f64) -> Float {
    if at.x.is_nan() { at.real(at.x) } else { at.real(if at.x > 0.0 { 1.0 } else { below }) }
}

/// Runs `op` as the export does, and checks that every way gives the same bits: the lanes one by one, value and derivative together, and
/// another order, in which small and large x meet in other blocks.
fn run<A: Activation>(activation: A, op: Op, x: &[f64], out: &mut [f64]) -> Result<(), Mismatch> {
    let check = |what: &'static str, order: &dyn Fn(usize) -> usize, other: &[f64], out: &[f64]| {
        for (index, &b) in other.iter().enumerate() {
            let (x, a) = (x[order(index)], out[order(index)]);
            if a.to_bits() != b.to_bits() && !(a.is_nan() && b.is_nan()) {
                return Err(Mismatch { x, what, got: [a, b] });
            }
        }
        Ok(())
    };
    let same = |index| index;
    let ones = vec![1.0; x.len()];
    match op {
        Op::Value => out.copy_from_slice(&buffers(activation, VALUE, x, None).0),
        Op::Deriv => out.copy_from_slice(&buffers(activation, DERIV, x, None).0),
        // 1 times the factor is the factor.
        Op::FromValue => out.copy_from_slice(&buffers(activation, BACKWARD_Y, x, Some(&ones)).0),
    }
    let narrow: Vec<f64> = x.iter().map(|&x| one(activation, op, x)).collect();
    check("the export and one lane", &same, &narrow, out)?;
    if op == Op::FromValue {
        return Ok(());
    }
    let mut order: Vec<usize> = (0..x.len()).collect();
    order.sort_by(|&a, &b| x[a].abs().total_cmp(&x[b].abs()));
    let sorted: Vec<f64> = order.iter().map(|&index| x[index]).collect();
    let (value, deriv) = buffers(activation, VALUE_AND_DERIV, &sorted, None);
    check("alone and value_and_deriv", &|index| order[index], if op == Op::Value { &value } else { &deriv }, out)?;
    let again = match op {
        Op::Value => buffers(activation, VALUE, &sorted, None).0,
        _ => buffers(activation, BACKWARD_X, &sorted, Some(&ones)).0,
    };
    check("two orders of the inputs", &|index| order[index], &again, out)
}

/// One operation on one lane.
fn one<A: Activation>(activation: A, op: Op, x: f64) -> f64 {
    match op {
        Op::Value => activation.kernel().value(x),
        Op::Deriv => activation.kernel().deriv(x),
        Op::FromValue => activation.kernel().deriv_from_value(x),
    }
}

/// `out` and `b` after an operation on buffers.
fn buffers<A: Activation>(activation: A, op: u32, a: &[f64], b: Option<&[f64]>) -> (Vec<f64>, Vec<f64>) {
    let handles = [a, b.unwrap_or(&[]), &[]].map(|from| buffer(from, a.len()));
    loops::run(activation, op, handles, a.len() as u32);
    let result = (contents(handles[2], a.len()), contents(handles[1], a.len()));
    handles.into_iter().for_each(memory::release);
    result
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

//! The error of a result in real ULP, and the tally of many.

use rug::Float;

/// The precision that a truth is computed at first; doubled on doubt.
pub const PRECISION: u32 = 200;

/// Doubling stops here: nothing in the tables has needed as much.
const LIMIT: u32 = 3200;

/// |got - exact| / ulp(exact), with `exact` computed at a precision that leaves no doubt about it, and that value.
/// `truth` computes the exact value at a given precision p to a relative error below 2^(slack - p).
///
/// ulp(v) is 2^(e-52) for |v| in [2^e, 2^(e+1)), 2^-1074 below 2^-1022, 2^971 above. A result is infinitely wrong when it is NaN and
/// the truth is not, or the other way round, or a zero that stands for a number of the other sign.
pub fn score(got: f64, slack: i32, mut truth: impl FnMut(u32) -> Float) -> (f64, Float) {
    let mut precision = PRECISION;
    loop {
        let exact = truth(precision);
        let (low, high) = bounds(got, &exact, slack - precision as i32);
        // Infinity minus infinity is no number, and no doubt either.
        if low == high || high - low <= 1e-3 || precision >= LIMIT {
            return (high, exact);
        }
        precision *= 2;
    }
}

/// The least and the largest error in ULP if `exact` is off by a factor 1 ± 2^`error`.
fn bounds(got: f64, exact: &Float, error: i32) -> (f64, f64) {
    const WRONG: (f64, f64) = (f64::INFINITY, f64::INFINITY);
    const RIGHT: (f64, f64) = (0.0, 0.0);
    if exact.is_nan() || got.is_nan() {
        return if exact.is_nan() && got.is_nan() { RIGHT } else { WRONG };
    }
    if exact.is_infinite() {
        return if got == exact.to_f64() { RIGHT } else { WRONG };
    }
    // A zero that is exact has no sign: what it should be is for the table of special values.
    if exact.is_zero() {
        let steps = got.abs() / f64::from_bits(1);
        return (steps, steps);
    }
    if got == 0.0 && got.is_sign_negative() != exact.is_sign_negative() {
        return WRONG;
    }
    let Some(exponent) = exact.get_exp() else {
        return WRONG;
    };
    if got.is_infinite() {
        // Right where the truth rounds to it: from half a step beyond the largest finite number on.
        let top = Float::with_val(64, Float::i_exp(1, 1024));
        if exact.is_sign_negative() != got.is_sign_negative() {
            return WRONG;
        }
        let short = top - Float::with_val(64, exact.abs_ref());
        let steps = Float::with_val(53, short >> 971).to_f64().max(0.0);
        return (steps, steps);
    }
    let difference = Float::with_val(64, exact - got).abs();
    let unit = (exponent - 53).clamp(-1074, 971);
    let in_units = |unit: i32| {
        let mut steps = difference.clone();
        steps >>= unit;
        steps.to_f64()
    };
    let steps = in_units(unit);
    // Where `exact` may lie on the other side of a power of two, its ulp may be twice or half as large.
    let significand = Float::with_val(53, exact.abs_ref()) >> exponent;
    let beside = if significand == 0.5 {
        unit - 1
    } else if significand == 1.0 {
        unit + 1
    } else {
        return (steps, steps);
    };
    let beside = beside.clamp(-1074, 971);
    if beside == unit {
        return (steps, steps);
    }
    let border = Float::with_val(64, Float::i_exp(1, if significand == 0.5 { exponent - 1 } else { exponent }));
    let size = Float::with_val(exact.prec(), exact.abs_ref());
    let distance = Float::with_val(64, size - &border).abs();
    let reach = Float::with_val(64, &border >> -error);
    if distance > reach {
        return (steps, steps);
    }
    let other = in_units(beside);
    (steps.min(other), steps.max(other))
}

/// One measured result.
#[derive(Clone, Debug)]
pub struct Sample {
    /// The error, in ULP or in the unit of its row.
    pub error: f64,
    /// The input.
    pub x: f64,
    /// alpha or temperature; 0 where there is none.
    pub hyperparameter: f64,
    /// What the kernel gave.
    pub got: f64,
    /// The exact value.
    pub exact: Float,
    /// For row functions: which entry of what row.
    pub place: Place,
}

impl Sample {
    /// Samples of one region are alike: the same block of rows, or x that agree in their first seven bits.
    fn region(&self) -> (u64, u64) {
        (self.place.block, if self.place.units == 0 { self.x.to_bits() >> 45 } else { 0 })
    }
}

/// Where in a row a result stands.
#[derive(Clone, Debug, Default, PartialEq, PartialOrd)]
pub struct Place {
    /// The row's length; 0 for element-wise functions.
    pub units: usize,
    /// The entry's indices: one, or two in a Jacobian.
    pub entry: [usize; 2],
    /// The block it is from.
    pub block: u64,
    /// The row's logits (or its y), when it is short.
    pub row: Vec<f64>,
    /// The row's dy, likewise.
    pub dy: Vec<f64>,
}

/// How many of the worst are kept, each from another place.
pub const KEPT: usize = 8;

/// The number, the mean and the worst of many errors. The order of arrival does not matter.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    /// How many results were measured.
    pub count: u64,
    /// The sum of the errors, in millionths, so that it is the same in any order.
    sum: u128,
    /// The worst, worst first.
    pub worst: Vec<Sample>,
}

impl Tally {
    /// Counts one error; `sample` is asked for only when it is among the worst.
    pub fn add(&mut self, error: f64, sample: impl FnOnce() -> Sample) {
        self.count += 1;
        self.sum += (error.min(1e12) * 1e6) as u128;
        // `>=`: which of equal errors is kept must not depend on which thread came first.
        if self.worst.len() < KEPT || (error > 0.0 && error >= self.worst[KEPT - 1].error) {
            self.keep(sample());
        }
    }

    fn keep(&mut self, sample: Sample) {
        let key = |s: &Sample| (s.place.block, s.place.units, s.place.entry, s.x.to_bits(), s.hyperparameter.to_bits());
        // The largest is first; among equals any fixed order.
        let order = |a: &Sample, b: &Sample| b.error.total_cmp(&a.error).then_with(|| key(a).cmp(&key(b)));
        match self.worst.iter_mut().find(|kept| kept.region() == sample.region()) {
            Some(kept) if order(kept, &sample).is_gt() => *kept = sample,
            Some(_) => return,
            None => self.worst.push(sample),
        }
        self.worst.sort_by(order);
        self.worst.truncate(KEPT);
    }

    /// Adds what another thread has counted.
    pub fn absorb(&mut self, other: Self) {
        self.count += other.count;
        self.sum += other.sum;
        for sample in other.worst {
            self.keep(sample);
        }
    }

    /// The worst alone: results that were looked for belong in no mean.
    pub fn uncounted(self) -> Self {
        Self { count: 0, sum: 0, worst: self.worst }
    }

    /// The mean error.
    pub fn mean(&self) -> f64 {
        self.sum as f64 * 1e-6 / self.count.max(1) as f64
    }

    /// The largest error.
    pub fn max(&self) -> f64 {
        self.worst.first().map_or(0.0, |sample| sample.error)
    }
}

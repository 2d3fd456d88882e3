//! The error of a result in real ULP, and the tally of many.

use rug::Float;

/// The precision that a truth is computed at first; doubled on doubt.
pub const PRECISION: u32 = 192;

/// Doubling stops here: nothing in the tables has needed as much.
pub const LIMIT: u32 = 3200;

/// |got - exact| / ulp(exact), with `exact` computed at a precision that leaves no doubt about it, and that value.
/// `truth` computes the exact value at a given precision p to a relative error below 2^(slack - p).
pub fn score(got: f64, slack: i32, mut truth: impl FnMut(u32) -> Float) -> (f64, Float) {
    let mut precision = PRECISION;
    loop {
        let exact = truth(precision);
        let error = exact.get_exp().map(|exponent| i64::from(exponent) + i64::from(slack) - i64::from(precision));
        if let Some(steps) = steps(got, &exact, error, 0.0) {
            return (steps, exact);
        }
        assert!(precision < LIMIT, "{exact} is not decided at {precision} bits");
        precision *= 2;
    }
}

/// An error that is known to this many ulps is known.
const RESOLUTION: f64 = 1e-3;

/// |got - exact| / ulp(exact), where `exact` is off by at most 2^error; none where that leaves a doubt.
///
/// ulp(v) is 2^(e-52) for |v| in [2^e, 2^(e+1)), 2^-1074 below 2^-1022, 2^971 above, or `least` where that is more. A result is
/// infinitely wrong when it is NaN and the truth is not, or the other way round, or a zero that stands for a number of the other
/// sign.
pub fn steps(got: f64, exact: &Float, error: Option<i64>, least: f64) -> Option<f64> {
    const WRONG: Option<f64> = Some(f64::INFINITY);
    const RIGHT: Option<f64> = Some(0.0);
    if exact.is_nan() || got.is_nan() {
        return if exact.is_nan() && got.is_nan() { RIGHT } else { WRONG };
    }
    if exact.is_infinite() {
        return if got == exact.to_f64() { RIGHT } else { WRONG };
    }
    let exponent = exact.get_exp().map_or(i64::MIN / 2, i64::from);
    let unit = (exponent - 53).clamp(-1074, 971) as i32;
    if error.is_some_and(|error| error > i64::from(unit) - 12) {
        return None;
    }
    // A zero has no sign: what it should be is for the table of special values. Nor has one beside a zero of the function.
    if got == 0.0 && !exact.is_zero() && least == 0.0 && got.is_sign_negative() != exact.is_sign_negative() {
        return WRONG;
    }
    if got.is_infinite() {
        // Right where the truth rounds to it: from half a step beyond the largest finite number on.
        let top = Float::with_val(64, Float::i_exp(1, 1024));
        if exact.is_sign_negative() != got.is_sign_negative() {
            return WRONG;
        }
        let short = top - Float::with_val(64, exact.abs_ref());
        return Some(Float::with_val(53, short >> 971).to_f64().max(0.0));
    }
    let difference = Float::with_val(64, exact - got).abs();
    let in_units = |unit: i32| {
        let unit = Float::with_val(64, Float::i_exp(1, unit)).max(&Float::with_val(64, least));
        Float::with_val(64, &difference / unit).to_f64()
    };
    let steps = in_units(unit);
    let Some(error) = error else {
        return Some(steps);
    };
    // Where `exact` may lie on the other side of a power of two, its ulp may be twice or half as large.
    let significand = Float::with_val(53, exact.abs_ref()) >> exact.get_exp().unwrap_or(0);
    let (beside, border) = if significand == 0.5 {
        (unit - 1, exponent - 1)
    } else if significand == 1.0 {
        (unit + 1, exponent)
    } else {
        return Some(steps);
    };
    let beside = beside.clamp(-1074, 971);
    if beside == unit {
        return Some(steps);
    }
    let border = Float::with_val(64, Float::i_exp(1, border as i32));
    let distance = Float::with_val(64, exact.clone().abs() - border).abs();
    if distance.get_exp().is_some_and(|exponent| i64::from(exponent) > error + 1) {
        return Some(steps);
    }
    let other = in_units(beside);
    // A function that comes ever closer to its limit is some day on no side of it: the larger error then.
    ((steps - other).abs() <= RESOLUTION || exact.prec() >= LIMIT).then_some(steps.max(other))
}

/// One measured result.
#[derive(Clone, Debug)]
pub struct Sample {
    /// The error, in ULP or in the unit of its row.
    pub error: f64,
    /// The input.
    pub x: f64,
    /// The hyperparameters or the temperature; 0 where there are fewer.
    pub hyperparameters: [f64; 4],
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
    /// The sum of the finite errors, in millionths, so that it is the same in any order.
    sum: u128,
    /// The worst, worst first.
    pub worst: Vec<Sample>,
}

impl Tally {
    /// Counts one error; `sample` is asked for only when it is among the worst.
    pub fn add(&mut self, error: f64, sample: impl FnOnce() -> Sample) {
        self.count += 1;
        if error.is_finite() {
            self.sum += (error.min(1e12) * 1e6) as u128;
        }
        // `>=`: which of equal errors is kept must not depend on which thread came first.
        if self.worst.len() < KEPT || (error > 0.0 && error >= self.worst[KEPT - 1].error) {
            self.keep(sample());
        }
    }

    fn keep(&mut self, sample: Sample) {
        let key = |s: &Sample| (s.place.block, s.place.units, s.place.entry, s.x.to_bits(), s.hyperparameters.map(f64::to_bits));
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

    /// The mean of the finite errors.
    pub fn mean(&self) -> f64 {
        self.sum as f64 * 1e-6 / self.count.max(1) as f64
    }

    /// The largest error.
    pub fn max(&self) -> f64 {
        self.worst.first().map_or(0.0, |sample| sample.error)
    }
}

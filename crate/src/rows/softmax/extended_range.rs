//! Rows whose numbers do not fit together into the range of f64: gradients, or a Jacobian, where dy/divisor is above 2^250 and
//! an entry of s below e^-950 counts. They are computed entry by entry, in numbers of 79 bits with a power of two of any size.

use super::pair::{Number, cut, inverse, number, times, two_sum, whole};
use super::row::{Row, Softmax, Term, VANISHING_DISTANCE};
use crate::lanes::{F64x2, Lanes};
use crate::loops::BACKWARD_X;
use crate::memory::Pair;
use crate::numeric::exp::{ROUND, exp_parts, exp2, power_of_two};
use crate::numeric::powers::two_to;
use core::cell::Cell;

/// value·2^power. The value is either 0 or between 1 and 2, and its first number has 26 bits.
#[derive(Clone, Copy)]
struct ExtendedRange {
    value: Number,
    power: f64,
}

/// The power of a zero, below all others.
const ZERO: f64 = -1e5;

/// value·2^power, rounded once, for |value| < 2^100 and any whole power.
#[inline(never)]
fn scale(value: Number, power: f64) -> Number {
    // Two steps of up to 2^±1020: if the first underflows, the second makes it 0.
    let power = power.clamp(-2040.0, 2040.0);
    let half = (power * 0.5 + ROUND) - ROUND;
    value * F64x2::splat(power_of_two(half)) * F64x2::splat(power_of_two(power - half))
}

impl ExtendedRange {
    /// value·2^power.
    #[inline(never)]
    fn new(value: Number, power: f64) -> Self {
        let size = whole(value);
        // Subnormal numbers are scaled first.
        let scaled = size * two_to(if size.abs() < f64::MIN_POSITIVE { 54 } else { 0 });
        let field = (scaled.to_bits() >> 52 & 0x7ff) as f64;
        let own = if scaled == size { field - 1023.0 } else { field - 1077.0 };
        let own = if size == 0.0 { ZERO } else { own };
        Self { value: cut(scale(value, -own)), power: own + power }
    }

    #[inline(never)]
    fn of(value: f64) -> Self {
        Self::new(number(value, 0.0), 0.0)
    }

    #[inline(never)]
    fn plus(&self, other: &Self) -> Self {
        let power = self.power.max(other.power);
        // Beside 1, a number below 2^-1000 is negligible.
        let parts = |value: &Self| (value.value * F64x2::splat(power_of_two((value.power - power).max(-1000.0)))).to_array();
        let ([a, c], [b, d]) = (parts(self), parts(other));
        Self::new(two_sum(a, b) + number(0.0, c + d), power)
    }

    #[inline(never)]
    fn times(&self, other: &Self) -> Self {
        Self::new(times(self.value, other.value), self.power + other.power)
    }

    #[inline(never)]
    fn inverse(&self) -> Self {
        let [first, second] = self.value.to_array();
        Self { value: inverse(two_sum(first, second)), power: -self.power }
    }

    /// Whether it is 0.
    fn is_zero(&self) -> bool {
        whole(self.value) == 0.0
    }

    /// Rounded to f64.
    #[inline(never)]
    fn rounded(&self) -> f64 {
        scale(number(whole(self.value), 0.0), self.power).to_array()[0]
    }
}

/// Element i.
#[inline(never)]
fn cell(buffer: &[Pair], i: usize) -> f64 {
    buffer.as_flattened().get(i).map_or(0.0, Cell::get)
}

fn put(buffer: &[Cell<f64>], i: usize, value: f64) {
    if let Some(cell) = buffer.get(i) {
        cell.set(value);
    }
}

/// A row of s in this form.
pub struct ExtendedRangeRow<'a> {
    softmax: &'a Softmax<'a>,
    terms: &'a [Term],
    /// 1/divisor.
    scale: ExtendedRange,
}

impl<'a> ExtendedRangeRow<'a> {
    /// softmax(x).
    #[inline(never)]
    pub fn new(softmax: &'a Softmax<'a>, terms: &'a [Term], x: &[Pair], max: f64) -> Self {
        let (row, sum) = Self::of_terms(softmax, terms, x, max);
        let inverse = sum.inverse();
        (0..softmax.units).for_each(|i| row.put(i, row.s(i).times(&inverse)));
        row
    }

    /// e^((x − max)/T), and their sum.
    #[inline(never)]
    fn of_terms(softmax: &'a Softmax<'a>, terms: &'a [Term], x: &[Pair], max: f64) -> (Self, ExtendedRange) {
        let row = Self { softmax, terms, scale: ExtendedRange::of(softmax.divisor).inverse() };
        let (mut sum, minus_max, temperature) =
            (ExtendedRange::of(0.0), ExtendedRange::of(-max), ExtendedRange::of(softmax.temperature).inverse());
        for i in 0..softmax.units {
            let x = cell(x, i);
            let mut term = ExtendedRange::of(0.0);
            if x != f64::NEG_INFINITY {
                let below = ExtendedRange::of(x).plus(&minus_max).times(&temperature);
                let first = below.rounded();
                let second = whole(scale(below.value, below.power) - number(first, 0.0));
                let (first, second) = if first < VANISHING_DISTANCE { (VANISHING_DISTANCE, 0.0) } else { (first, second) };
                let parts = exp_parts(exp2(), F64x2::splat(first), F64x2::splat(second));
                let [first, second, power] = [parts.head, parts.tail, parts.exponent].map(|value| value.to_array()[0]);
                term = ExtendedRange::new(number(first, second), power);
            }
            row.put(i, term);
            sum = sum.plus(&term);
        }
        (row, sum)
    }

    /// e^y, which is softmax(x) if y are its logarithms. T is 1.
    pub fn of_logarithms(softmax: &'a Softmax<'a>, terms: &'a [Term], y: &[Pair]) -> Self {
        Self::of_terms(softmax, terms, y, 0.0).0
    }

    /// Entry i of s.
    #[inline(never)]
    fn s(&self, i: usize) -> ExtendedRange {
        let terms = self.terms.as_flattened();
        // The terms alternate between pairs of first and pairs of second numbers.
        let [first, second] = [0, 2].map(|part| cell(terms, i / 2 * 4 + part + i % 2));
        ExtendedRange { value: number(first, second), power: cell(self.softmax.powers, i) }
    }

    /// Sets entry i of s.
    #[inline(never)]
    fn put(&self, i: usize, s: ExtendedRange) {
        let [first, second] = s.value.to_array();
        if let (Some(kept), Some(power)) = (self.terms.get(i / 2), self.softmax.powers.get(i / 2)) {
            kept[0][i % 2].set(first);
            kept[1][i % 2].set(second);
            power[i % 2].set(s.power);
        }
    }

    /// Computes the Jacobian or the gradient.
    #[inline(never)]
    pub fn row(&self, row: Row, winner: Option<usize>) {
        let Row { x, dy, out, jacobian } = row;
        let (op, units) = (self.softmax.op, self.softmax.units);
        if op == BACKWARD_X {
            return self.gradient(x, dy, winner, out);
        }
        for i in 0..units {
            let s = self.s(i).times(&self.scale);
            let mut rest = ExtendedRange::of(0.0);
            for j in 0..units {
                let other = self.s(j);
                // Only masks have no term at all; an exact 0 has no sign.
                let mask = s.is_zero() || other.is_zero();
                put(jacobian, i * units + j, if mask { 0.0 } else { -s.times(&other).rounded() });
                if i != j {
                    rest = rest.plus(&other);
                }
            }
            put(jacobian, i * units + i, s.times(&rest).rounded());
        }
    }

    /// Writes (dy − s·Σ)/divisor, or its negative for a loss: see [`super::super::log_sum::LogSum::gradient`]. Σ is `sum` times
    /// 2^`power`. `winner` is an entry with nearly all of the sum of the terms, whose 1 − s is the sum of the others.
    #[inline(never)]
    pub fn log_gradient(&self, [x, dy, out]: [&[Pair]; 3], sum: Number, power: i64, winner: Option<usize>, is_loss: bool) {
        let units = self.softmax.units;
        let sum = ExtendedRange::new(sum, power as f64);
        let minus = ExtendedRange::of(-1.0).times(&sum);
        let [sign, zero] = if is_loss { [-1.0, 0.0] } else { [1.0, -0.0] };
        let scale = self.scale.times(&ExtendedRange::of(sign));
        let mut rest = ExtendedRange::of(0.0);
        if winner.is_some() {
            (0..units).filter(|&i| Some(i) != winner).for_each(|i| rest = rest.plus(&self.s(i)));
        }
        for (i, out) in out.as_flattened().iter().enumerate().take(units) {
            let dy = ExtendedRange::of(cell(dy, i));
            let difference =
                if Some(i) == winner { dy.plus(&minus).plus(&rest.times(&sum)) } else { dy.plus(&self.s(i).times(&minus)) };
            out.set(if cell(x, i) == f64::NEG_INFINITY { 0.0 } else { difference.times(&scale).rounded() + zero });
        }
    }

    /// Writes s·(dy − Σ s·dy)/divisor for finite dy. `winner` is an entry whose dy is subtracted from all dy, which requires Σ
    /// s = 1.
    #[inline(always)]
    fn gradient(&self, x: &[Pair], dy: &[Pair], winner: Option<usize>, out: &[Pair]) {
        let units = self.softmax.units;
        let masked = |i: usize| cell(x, i) == f64::NEG_INFINITY;
        let shift = ExtendedRange::of(winner.map_or(0.0, |winner| -cell(dy, winner)));
        let distance = |i: usize| ExtendedRange::of(cell(dy, i)).plus(&shift);
        let mut sum = ExtendedRange::of(0.0);
        for i in (0..units).filter(|&i| !masked(i)) {
            sum = sum.plus(&self.s(i).times(&distance(i)));
        }
        sum = sum.times(&ExtendedRange::of(-1.0));
        for (i, out) in out.as_flattened().iter().enumerate().take(units) {
            out.set(if masked(i) { 0.0 } else { self.s(i).times(&distance(i).plus(&sum)).times(&self.scale).rounded() });
        }
    }
}

//! The passes over a row of pairs, two lanes at a time.
//! Terms are held times 2^512, so that all that is above e^-1000 of the largest is a normal number; the results are scaled back
//! last. The padding of an odd length is given values that change no result, so that no loop has a tail.

use super::exponential::{Grid, Nodes, exponential, head, nodes};
use super::pair::{Factor, Number, Sum, cut, inverse, number, times, two_sum, whole};
use super::wide::WideRow;
use crate::lanes::{F64x2, Lanes};
use crate::map::{BACKWARD_X, BACKWARD_Y, DERIV, VALUE};
use crate::math::exp::two_to;
use crate::memory::{Pair, load, store};
use core::cell::Cell;

/// The power of two that terms are held times.
const SCALE: i64 = 512;
const UP: f64 = two_to(SCALE);
/// What takes it away.
pub const DOWN: f64 = two_to(-SCALE);

/// e^((x − max)/T)·2^512 as first + second, see [`super::exponential`]; for two entries.
pub type Term = [Pair; 2];

/// What is the same for all rows of a call.
#[derive(Clone, Copy, Debug)]
pub struct Softmax<'a> {
    /// What is to be done.
    pub op: u32,
    /// The length of a row.
    pub units: usize,
    /// x is divided by it.
    pub temperature: f64,
    /// Jacobian and gradient are divided by it.
    pub divisor: f64,
    grid: Grid,
    nodes: &'static Nodes,
    /// 1/divisor.
    inverse: Number,
    /// Whether T and divisor are far from the ends of the range of f64.
    moderate: bool,
    /// Working memory.
    pub terms: &'a [Term],
    /// Working memory of [`WideRow`].
    pub powers: &'a [Pair],
}

/// A row or rows, each beginning with a pair, and what is computed of them.
#[derive(Clone, Copy, Debug)]
pub struct Row<'a> {
    /// x, or y.
    pub x: &'a [Pair],
    /// The gradient to multiply by.
    pub dy: &'a [Pair],
    /// The values, or the gradient. May be `x` or `dy`.
    pub out: &'a [Pair],
    /// The Jacobian, without padding.
    pub jacobian: &'a [Cell<f64>],
}

#[inline(always)]
fn get(pair: &Pair) -> F64x2 {
    F64x2::from_array(load(pair))
}

#[inline(always)]
fn set(pair: &Pair, value: F64x2) {
    store(pair, value.to_array());
}

impl<'a> Softmax<'a> {
    /// Operation `op` on rows of `units`.
    #[inline(always)]
    pub fn new(op: u32, units: usize, temperature: f64, divisor: f64, terms: &'a [Term], powers: &'a [Pair]) -> Self {
        let within = |value: f64, power: i64| two_to(-power) <= value && value <= two_to(power);
        Self {
            op,
            units,
            temperature,
            divisor,
            grid: Grid::new(temperature),
            nodes: nodes(),
            inverse: inverse(number(divisor, 0.0)),
            moderate: within(temperature, 500) && (op == VALUE || within(divisor, 100)),
            terms,
            powers,
        }
    }

    /// Each row: as many as `x` has.
    #[inline(never)]
    pub fn rows(&self, rows: Row) {
        let mut jacobians = rows.jacobian.chunks(self.units * self.units);
        let pairs = self.terms.len();
        for ((x, dy), out) in rows.x.chunks_exact(pairs).zip(rows.dy.chunks_exact(pairs)).zip(rows.out.chunks_exact(pairs)) {
            let row = Row { x, dy, out, jacobian: jacobians.next().unwrap_or_default() };
            let (done, max, winner) = self.row(row);
            if !done {
                WideRow::new(self, x, max).row(row, winner);
            }
        }
    }

    /// Writes the padding of an odd length.
    #[inline(always)]
    fn pad(&self, row: &[Pair], value: f64) {
        if self.units % 2 == 1
            && let Some(last) = row.last()
        {
            store(last, [last[0].get(), value]);
        }
    }

    /// One row. Returns whether it could be done, the maximum, and the place of an entry with nearly all of the sum.
    #[inline(always)]
    fn row(&self, row: Row) -> (bool, f64, Option<usize>) {
        let Row { x, dy, out, jacobian } = row;
        let backward = self.op == BACKWARD_X || self.op == BACKWARD_Y;
        let (mut high, mut winner, mut one_over) = (0.0, None, number(1.0, 0.0));
        let mut total = one_over;
        let mut near = self.moderate;
        if self.op == BACKWARD_Y {
            self.pad(x, 0.0);
            for ([first, second], y) in self.terms.iter().zip(x) {
                let y = get(y) * F64x2::splat(UP);
                set(first, head(y));
                set(second, y - head(y));
            }
        } else {
            // Nothing beside 1, see below.
            self.pad(x, f64::NEG_INFINITY);
            let mut highs = F64x2::splat(f64::NEG_INFINITY);
            for x in x {
                highs = highs.pmax(get(x));
            }
            let [even, odd] = highs.to_array();
            high = even.pmax(odd);
            // False where high is infinite: a row with +inf, or of -inf and NaN.
            near = near && high.abs() <= 65536.0 * self.temperature;
            if near {
                let (grid, shift) = (self.grid, F64x2::splat(self.grid.shift(high) + (SCALE * 256) as f64));
                // e^-1000 = 2^-1443 changes no sum, and is 0 in every result, as gradients are up to 2^150 and divisors from 2^-100.
                let floor = F64x2::splat(high - 1000.0 * self.temperature);
                // No term is above 2^512·e^(ln 2/512).
                let mut sum = Sum::new(2.0 * UP);
                for (x, [first, second]) in x.iter().zip(self.terms) {
                    let (a, b) = exponential(get(x).pmax(floor), F64x2::splat(0.0), &grid, shift, self.nodes).parts();
                    sum.add_small(a, b);
                    set(first, a);
                    set(second, b);
                }
                total = sum.total(2.0 * UP);
                one_over = inverse(total * F64x2::splat(DOWN));
            }
            // The entry that has all but a sixteenth of the sum: 1 - s and dy - Σ s·dy would cancel there.
            if self.op != VALUE && total.to_array()[0] < 1.0625 * UP {
                winner = x.as_flattened().iter().position(|x| x.get() == high);
            }
        }
        if !near {
            return (false, high, winner);
        }
        if backward {
            let shift = winner.map_or(0.0, |winner| dy.as_flattened()[winner].get());
            self.pad(dy, shift);
            let (sum, largest) = self.weighted(dy, shift);
            if !fits(whole(sum).abs(), largest) {
                return (false, high, winner);
            }
            let [mean, rest] = times(cut(sum * F64x2::splat(DOWN)), one_over).to_array();
            let [shifted, more] = two_sum(shift, mean).to_array();
            let mean = [F64x2::splat(shifted), F64x2::splat(more + rest)];
            let factor = Factor::new(times(one_over, self.inverse));
            for (([first, second], dy), out) in self.terms.iter().zip(dy).zip(out) {
                let distance = (get(dy) - mean[0]) - mean[1];
                set(out, factor.product(get(first), get(second)) * distance * F64x2::splat(DOWN));
            }
            return (true, high, winner);
        }
        if self.op != VALUE {
            self.jacobian(total, one_over, winner, jacobian);
        }
        if self.op != DERIV {
            products(self.terms, one_over, out.as_flattened());
        }
        (true, high, winner)
    }

    /// Σ term·(dy − shift), and the largest |dy − shift|.
    #[inline(never)]
    fn weighted(&self, dy: &[Pair], shift: f64) -> (Number, f64) {
        let mut sum = Sum::new(0.0);
        let mut largest = F64x2::splat(0.0);
        for ([first, second], dy) in self.terms.iter().zip(dy) {
            let (first, second, dy) = (get(first), get(second), get(dy) - F64x2::splat(shift));
            // The first product is exact, as both have 26 bits.
            sum.add(first * head(dy), first * (dy - head(dy)) + second * dy);
            largest = largest.pmax(dy.abs());
        }
        let [even, odd] = largest.to_array();
        (sum.total(0.0), even.pmax(odd))
    }

    /// J_ij = −s_i·s_j/divisor, J_ii = s_i·(1 − s_i)/divisor with 1 − s_i as the sum of the others.
    #[inline(always)]
    fn jacobian(&self, total: Number, one_over: Number, winner: Option<usize>, out: &[Cell<f64>]) {
        let square = times(times(one_over, one_over), F64x2::splat(-1.0) * self.inverse);
        for (i, out) in out.chunks_exact(self.units).enumerate() {
            let mut term = number(self.terms[i / 2][0][i % 2].get(), self.terms[i / 2][1][i % 2].get());
            let ([s, t], [a, b]) = (term.to_array(), total.to_array());
            // Below 2^-433 a term stays times 2^512, so that it does not underflow.
            let small = s < two_to(SCALE - 433);
            if !small {
                term = term * F64x2::splat(DOWN);
            }
            let factor = times(square, cut(term));
            products(self.terms, factor, out);
            let left = s - a;
            let mut rest = number(left, (s - (a + left)) + (t - b));
            if winner == Some(i) {
                // The sum of the others is that of all with the weight -1 but for this one.
                self.powers.iter().for_each(|weight| store(weight, [-1.0; 2]));
                self.powers[i / 2][i % 2].set(0.0);
                rest = self.weighted(self.powers, 0.0).0;
            }
            // Both are negative, so that the product is positive.
            out[i].set(whole(times(factor, cut(rest))) * DOWN);
            if small {
                out.iter().for_each(|out| out.set(out.get() * DOWN));
            }
        }
    }
}

/// Whether gradients up to `largest`, and their weighted sum (times 2^512), neither over- nor underflow where they are multiplied and added.
#[inline(always)]
fn fits(sum: f64, largest: f64) -> bool {
    let zero = sum == 0.0 && largest == 0.0;
    zero || two_to(-200) <= largest
        && largest <= two_to(150)
        && (sum == 0.0 || two_to(SCALE - 900) <= sum && sum <= two_to(SCALE + 200))
}

/// out = the terms times `factor`, scaled back.
#[inline(never)]
fn products(terms: &[Term], factor: Number, out: &[Cell<f64>]) {
    let (pairs, rest) = out.as_chunks();
    let (wide, narrow) = (Factor::new(factor), Factor::new(factor));
    for ([first, second], out) in terms.iter().zip(pairs) {
        set(out, wide.product(get(first), get(second)) * F64x2::splat(DOWN));
    }
    if let ([last], Some([first, second])) = (rest, terms.last()) {
        last.set(narrow.product(first[0].get(), second[0].get()) * DOWN);
    }
}

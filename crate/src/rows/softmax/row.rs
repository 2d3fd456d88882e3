//! The passes over a row of pairs, two lanes at a time.
//! Terms are held times 2^512, so that all that is above e^-1000 of the largest is a normal number; the results are scaled back
//! last. The padding of an odd length is given values that change no result, so that no loop has a tail.

use super::exponential::{Grid, Nodes, exponential, head, nodes};
use super::pair::{Factor, Number, Sum, cut, inverse, number, product, split, times, two_sum, whole};
use super::part;
use super::wide::WideRow;
use crate::lanes::{F64x2, Lanes};
use crate::loops::{BACKWARD_X, BACKWARD_Y, DERIV, VALUE, VALUE_AND_DERIV};
use crate::memory::{Pair, load, store};
use crate::numeric::exp::two_to;
use core::cell::Cell;

/// The power of two that terms are held times.
const SCALE: i64 = 512;
const UP: f64 = two_to(SCALE);
/// What takes it away.
pub const DOWN: f64 = two_to(-SCALE);

/// The power of two that the entries of s are held times for the Jacobian: no product of two that counts under- or overflows.
const HALF: i64 = 450;
/// What sums of terms start from, a bound of each: no term is above 2^512·e^(ln 2/512).
const START: f64 = 2.0 * UP;
/// A sum below it has an entry with all but a sixteenth of it.
const SHARP: f64 = 1.0625 * UP;

/// e^((x − max)/T)·2^512 as first + second, see [`super::exponential`]; for two entries.
pub type Term = [Pair; 2];

/// How many short rows are worked on together: the processor then has the next row to go on with while a sum and its
/// inverse, which wait for each other, are on their way. A power of two.
pub const TOGETHER: usize = 8;

/// What the first pass over a row finds.
#[derive(Clone, Copy, Debug)]
struct First {
    /// Whether the row can be worked on two lanes at a time.
    near: bool,
    /// The maximum.
    high: f64,
    /// The sum of the terms.
    sum: Sum,
}

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
    /// 65536·T, above which a maximum is not near.
    limit: f64,
    /// 1000·T: e^-1000 = 2^-1443 changes no sum, and is 0 in every result, as gradients are up to 2^150 and divisors from 2^-100.
    depth: f64,
    grid: Grid,
    nodes: &'static Nodes,
    /// 1/divisor.
    inverse: Number,
    /// 1/√divisor, for the Jacobian.
    root: Number,
    /// Whether T and divisor are far from the ends of the range of f64.
    moderate: bool,
    /// How many rows are worked on together, from 1 to [`TOGETHER`].
    pub together: usize,
    /// Working memory for as many rows.
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
    /// Operation `op` on rows of `units`, `together` at a time.
    #[inline(always)]
    pub fn new(
        op: u32,
        [units, together]: [usize; 2],
        [temperature, divisor]: [f64; 2],
        terms: &'a [Term],
        powers: &'a [Pair],
    ) -> Self {
        let within = |value: f64, power: i64| two_to(-power) <= value && value <= two_to(power);
        Self {
            op,
            units,
            temperature,
            divisor,
            limit: 65536.0 * temperature,
            depth: 1000.0 * temperature,
            grid: Grid::new(temperature),
            nodes: nodes(),
            inverse: inverse(number(divisor, 0.0)),
            root: if op == DERIV || op == VALUE_AND_DERIV { inverse_root(divisor) } else { number(1.0, 0.0) },
            moderate: within(temperature, 500) && (op == VALUE || within(divisor, 100)),
            together,
            terms,
            powers,
        }
    }

    /// Each row: as many as `x` has.
    #[inline(never)]
    pub fn rows(&self, rows: Row) {
        let pairs = self.units.div_ceil(2);
        let count = rows.x.len().checked_div(pairs).unwrap_or(0);
        let mut firsts = [First { near: self.moderate, high: 0.0, sum: Sum::new(0.0) }; TOGETHER];
        let mut start = 0;
        while start < count {
            if self.op != BACKWARD_Y {
                for (n, first) in firsts.iter_mut().enumerate().take(self.together.min(count - start)) {
                    *first = self.exponentials(part(rows.x, start + n, pairs), part(self.terms, n, pairs));
                }
            }
            for (n, first) in firsts.iter().enumerate().take(self.together.min(count - start)) {
                let terms = part(self.terms, n, pairs);
                let [x, dy, out] = [rows.x, rows.dy, rows.out].map(|buffer| part(buffer, start + n, pairs));
                let row = Row { x, dy, out, jacobian: part(rows.jacobian, start + n, self.units * self.units) };
                if !(first.near && self.second(row, first.sum, terms)) {
                    self.wide(row, first, terms);
                }
            }
            start += self.together;
        }
    }

    /// A row that is not near.
    #[inline(never)]
    fn wide(&self, row: Row, first: &First, terms: &[Term]) {
        // An entry with nearly all of the sum, as far as is known.
        let sharp = !first.near || first.sum.total(START).to_array()[0] < SHARP;
        let winner =
            if self.op != BACKWARD_Y && sharp { row.x.as_flattened().iter().position(|x| x.get() == first.high) } else { None };
        WideRow::new(self, terms, row.x, first.high).row(row, winner);
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

    /// The first pass: the terms and their sum.
    #[inline(always)]
    fn exponentials(&self, x: &[Pair], terms: &[Term]) -> First {
        // Nothing beside 1, see below.
        self.pad(x, f64::NEG_INFINITY);
        let mut highs = F64x2::splat(f64::NEG_INFINITY);
        for x in x {
            highs = highs.pmax(get(x));
        }
        let [even, odd] = highs.to_array();
        let high = even.pmax(odd);
        let mut sum = Sum::new(START);
        // False where high is infinite: a row with +inf, or of -inf and NaN.
        let near = self.moderate && high.abs() <= self.limit;
        if near {
            let (grid, shift) = (self.grid, F64x2::splat(self.grid.shift(high) + (SCALE * 256) as f64));
            let floor = F64x2::splat(high - self.depth);
            for (x, [first, second]) in x.iter().zip(terms) {
                let (a, b) = exponential(get(x).pmax(floor), F64x2::splat(0.0), &grid, shift, self.nodes).parts();
                sum.add_small(a, b);
                set(first, a);
                set(second, b);
            }
        }
        First { near, high, sum }
    }

    /// What follows the first pass. Returns false, with nothing written, for gradients that need [`WideRow`].
    #[inline(always)]
    fn second(&self, row: Row, sum: Sum, terms: &[Term]) -> bool {
        let Row { x, dy, out, jacobian } = row;
        if self.op == BACKWARD_Y {
            return self.gradient_from_value(x, dy, out);
        }
        let total = sum.total(START);
        let one_over = inverse(total * F64x2::splat(DOWN));
        if self.op == BACKWARD_X {
            return self.gradient(terms, total, one_over, dy, out);
        }
        if self.op != DERIV {
            products(terms, one_over, out);
        }
        if self.op != VALUE {
            self.jacobian(terms, total, one_over, jacobian);
        }
        true
    }

    /// out = s·(dy − Σ s·dy)/divisor.
    #[inline(always)]
    fn gradient(&self, terms: &[Term], total: Number, one_over: Number, dy: &[Pair], out: &[Pair]) -> bool {
        // The gradient of an entry that has all but a sixteenth of the sum, which all are measured from: 1 - s and
        // dy - Σ s·dy would cancel there.
        let mut shift = 0.0;
        if total.to_array()[0] < SHARP {
            let mut found = F64x2::splat(0.0);
            for ([first, _], dy) in terms.iter().zip(dy) {
                found = F64x2::select(F64x2::splat(0.5 * UP).lt(get(first)), get(dy), found);
            }
            shift = whole(found);
        }
        self.pad(dy, shift);
        let weights = terms.iter().map(|[first, second]| [get(first), get(second)]);
        let (sum, largest) =
            if shift == 0.0 { weighted::<false>(weights, dy, 0.0) } else { weighted::<true>(weights, dy, shift) };
        if !fits(whole(sum).abs(), largest) {
            return false;
        }
        let [mean, rest] = times(cut(sum * F64x2::splat(DOWN)), one_over).to_array();
        let [shifted, more] = two_sum(shift, mean).to_array();
        let mean = [F64x2::splat(shifted), F64x2::splat(more + rest)];
        let factor = Factor::new(times(one_over, self.inverse));
        for (([first, second], dy), out) in terms.iter().zip(dy).zip(out) {
            let distance = (get(dy) - mean[0]) - mean[1];
            set(out, factor.product(get(first), get(second)) * distance * F64x2::splat(DOWN));
        }
        true
    }

    /// The same from s = y.
    #[inline(always)]
    fn gradient_from_value(&self, y: &[Pair], dy: &[Pair], out: &[Pair]) -> bool {
        self.pad(y, 0.0);
        self.pad(dy, 0.0);
        let up = |y: &Pair| get(y) * F64x2::splat(UP);
        let weights = y.iter().map(|y| [head(up(y)), up(y) - head(up(y))]);
        let (sum, largest) = weighted::<false>(weights, dy, 0.0);
        let sum = whole(sum);
        if !fits(sum.abs(), largest) {
            return false;
        }
        let (mean, divisor) = (F64x2::splat(sum * DOWN), F64x2::splat(self.divisor));
        for ((y, dy), out) in y.iter().zip(dy).zip(out) {
            set(out, up(y) * (get(dy) - mean) / divisor * F64x2::splat(DOWN));
        }
        true
    }

    /// J_ij = −s_i·s_j/divisor, J_ii = s_i·(1 − s_i)/divisor with 1 − s_i as the sum of the others. The terms become s.
    #[inline(always)]
    fn jacobian(&self, terms: &[Term], total: Number, one_over: Number, out: &[Cell<f64>]) {
        let sharp = total.to_array()[0] < SHARP;
        let winner = F64x2::splat(if sharp { 0.5 * UP } else { f64::INFINITY });
        let others = if sharp { others(terms, winner) } else { total }.to_array().map(F64x2::splat);
        let total = total.to_array().map(F64x2::splat);
        // With s/√divisor in place of s, times 2^450, J_ij and J_ji are the same product.
        let factor = Factor::new(times(one_over * F64x2::splat(two_to(HALF - SCALE)), self.root));
        for ([first, second], place) in terms.iter().zip((0..).step_by(2)) {
            let (s, t) = (get(first), get(second));
            // The sum less s_i; of an entry that has nearly all of the sum, all the others.
            let left = total[0] - s;
            let (won, lost) = (winner.lt(s), ((total[0] - left) - s) + (total[1] - t));
            let rest = split([F64x2::select(won, others[0], left), F64x2::select(won, others[1], lost)]);
            let [s, rest] = [[s, t], rest].map(|[first, second]| split(factor.split_product(first, second)));
            set(first, s[0]);
            set(second, s[1]);
            let values = (product(s, rest) * F64x2::splat(two_to(-2 * HALF))).to_array();
            for (i, value) in (place..).zip(values) {
                if let Some(out) = out.get(i * (self.units + 1)) {
                    out.set(value);
                }
            }
        }
        for i in 0..self.units {
            let out = part(out, i, self.units);
            if let (Some([first, second]), Some(diagonal)) = (terms.get(i / 2), out.get(i)) {
                let kept = diagonal.get();
                row_of_jacobian(terms, [first, second].map(|pair| pair[i % 2].get()), out);
                diagonal.set(kept);
            }
        }
    }
}

/// Row of the Jacobian for one of the entries.
#[inline(always)]
fn row_of_jacobian(terms: &[Term], [head, tail]: [f64; 2], out: &[Cell<f64>]) {
    let (pairs, rest) = out.as_chunks();
    let down = -two_to(-2 * HALF);
    let wide = [head, tail].map(F64x2::splat);
    for ([first, second], out) in terms.iter().zip(pairs) {
        set(out, product(wide, [get(first), get(second)]) * F64x2::splat(down));
    }
    if let ([last], Some([first, second])) = (rest, terms.last()) {
        last.set(product([head, tail], [first[0].get(), second[0].get()]) * down);
    }
}

/// 1/√value to 78 bits, cut.
#[inline(never)]
fn inverse_root(value: f64) -> Number {
    // Halving the exponent gives it to 4 %, and each step of Newton's doubles the digits; the last one makes good the rounding.
    let mut root = f64::from_bits(0x5fe6_eb50_c7b5_37a9 - (value.to_bits() >> 1));
    for _ in 0..4 {
        root = root * (1.5 - 0.5 * value * root * root);
    }
    let cut_root = cut(number(root, 0.0));
    let [product, rest] = times(times(cut_root, cut_root), cut(number(value, 0.0))).to_array();
    cut(number(root, root * 0.5 * ((1.0 - product) - rest)))
}

/// The sum of the terms that are not above `winner`.
#[inline(never)]
fn others(terms: &[Term], winner: F64x2) -> Number {
    let mut sum = Sum::new(0.0);
    for [first, second] in terms {
        let (first, second, zero) = (get(first), get(second), F64x2::splat(0.0));
        sum.add(F64x2::select(winner.lt(first), zero, first), F64x2::select(winner.lt(first), zero, second));
    }
    sum.total(0.0)
}

/// Σ weight·(dy − shift) of weights in two parts, the first of 26 bits, and the largest |dy − shift|; `SHIFTED` if shift is not 0.
#[inline(always)]
fn weighted<const SHIFTED: bool>(weights: impl Iterator<Item = [F64x2; 2]>, dy: &[Pair], shift: f64) -> (Number, f64) {
    let mut sum = Sum::new(0.0);
    let mut largest = F64x2::splat(0.0);
    let minus = F64x2::splat(-shift);
    for ([first, mut second], dy) in weights.zip(dy) {
        let given = get(dy);
        let dy = given + minus;
        // The first product is exact, as both have 26 bits.
        let product = first * head(dy);
        second = first * (dy - head(dy)) + second * dy;
        if SHIFTED {
            // What the difference leaves out, after Knuth: it would be a fifth rounding of the result's size.
            let part = dy - given;
            second = second + first * ((given - (dy - part)) + (minus - part));
        }
        sum.add(product, second);
        largest = largest.pmax(dy.abs());
    }
    let [even, odd] = largest.to_array();
    (sum.total(0.0), even.pmax(odd))
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
#[inline(always)]
fn products(terms: &[Term], factor: Number, out: &[Pair]) {
    let factor = Factor::new(factor);
    for ([first, second], out) in terms.iter().zip(out) {
        set(out, factor.product(get(first), get(second)) * F64x2::splat(DOWN));
    }
}

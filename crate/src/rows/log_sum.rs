//! What needs ln Σ e^(x/T) of a row: log-softmax, log-sum-exp, and softmax with its cross-entropy.
//!
//! With d = (x − max)/T as an exact pair and L = ln Σ e^d, also as a pair, −(L − d) is a sum of two numbers of one sign: it loses nothing,
//! neither for the winning entry, −ln(1 + rest), nor far below.

use super::Call;
use super::lines::Lines;
use super::softmax::exponential::{Nodes, head};
use super::softmax::pair::{Factor, Number, Sum, cut, inverse, number, times, two_sum, whole};
use super::softmax::row::{DOWN, First, Kind, SHARP, START, Softmax, Term, UP, get, masked, others, set};
use super::softmax::with_pairs;
use crate::lanes::{F64x2, Lanes};
use crate::loops::{VALUE, VALUE_AND_DERIV};
use crate::memory::{self, Pair};
use crate::numeric::double_double::LN2;
use crate::numeric::exp::two_to;
use core::cell::Cell;

/// The sum of a gradient from which on its products with terms, which are up to 2^512, have to be kept from overflowing.
const HUGE: f64 = two_to(400);

/// Half an ulp of the largest number: up to a maximum of this the distance of no entry overflows.
const OVERFLOWING: f64 = two_to(969);

/// What is done with a row: the rows of a, b and out, and where the other result of VALUE_AND_DERIV goes.
type Body<'a> = dyn Fn(&LogSum, [&[Pair]; 3], Option<&Cell<f64>>) + 'a;

/// Calls `body` with each row of a, b and out, of these widths, and working memory for ln Σ e^(x/`temperature`) of it.
/// Returns 0, or 1 when that cannot be had.
// One copy for all: a call a row costs less than a copy a function, 2 KB each.
#[inline(never)]
pub fn each_row(call: &Call, temperature: f64, widths: [usize; 3], body: &Body) -> u32 {
    let [a, b, out] = call.handles;
    // In one call of `with`: on wasm there is one at a time.
    let other = if call.op == VALUE_AND_DERIV { call.p1 as u32 } else { 0 };
    memory::with([a, b, out, other], |[a, b, out, other]| {
        let (arrays, other) = ([a, b, out], other.as_flattened());
        let lines = Lines { arrays, widths, outer: call.outer, inner: call.inner };
        let pairs = call.units.div_ceil(2);
        with_pairs((3 * pairs).checked_add(lines.working_pairs()), |working| {
            let Some((own, gathered)) = working.split_at_checked(3 * pairs) else { return };
            let (powers, terms) = own.split_at(pairs);
            let softmax = Softmax::new(VALUE, [call.units, 1], [temperature, 1.0], terms.as_chunks().0, powers);
            let logs = LogSum::new(softmax);
            lines.each(gathered, |rows, number| body(&logs, rows, other.get(number)));
        })
    })
}

/// What is the same for all rows of a call.
#[derive(Clone, Copy)]
pub struct LogSum<'a> {
    softmax: Softmax<'a>,
    /// 1/T, in units of the grid.
    inverse: Number,
}

/// What is known of a row after its exponentials.
#[derive(Clone, Copy)]
pub struct Known {
    /// The maximum.
    pub high: f64,
    /// L = ln Σ e^d.
    pub log: Number,
    /// Σ e^d·2^512.
    total: Number,
    /// 1/Σ.
    pub one_over: Number,
}

/// A row that has no ln Σ e^d.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Unknown {
    /// Nothing but masks.
    Empty,
    /// NaN or +∞ in it.
    Nan,
}

impl<'a> LogSum<'a> {
    /// For rows whose terms are kept in `softmax`'s working memory.
    pub fn new(softmax: Softmax<'a>) -> Self {
        Self { softmax, inverse: inverse(number(softmax.grid_temperature, 0.0)) }
    }

    /// The terms, for one row at a time.
    pub fn terms(&self) -> &'a [Term] {
        self.softmax.terms
    }

    /// The maximum, NaN left out.
    pub fn maximum(&self, x: &[Pair]) -> f64 {
        self.softmax.maximum(x)
    }

    /// A row of labels with 1 for a class, else 0; of NaN where there is no such class, and of 0 for a negative one. In working memory
    /// that nothing else uses here.
    pub fn one_hot(&self, class: f64) -> &'a [Pair] {
        let (labels, index) = (self.softmax.powers, class as usize);
        let there = index as f64 == class && index < self.softmax.units;
        labels.iter().for_each(|label| set(label, F64x2::splat(if there || class < 0.0 { 0.0 } else { f64::NAN })));
        if let Some(label) = labels.as_flattened().get(index).filter(|_| there) {
            label.set(1.0);
        }
        labels
    }

    /// Writes the padding of an odd length.
    pub fn pad(&self, row: &[Pair], value: f64) {
        self.softmax.pad(row, value);
    }

    /// The entry that has all but a sixteenth of the sum.
    fn winner(&self, known: &Known) -> Option<usize> {
        let heads = || self.softmax.terms.iter().flat_map(|[first, _]| first).map(core::cell::Cell::get);
        if known.total.to_array()[0] < SHARP { heads().position(|term| term > 0.5 * UP) } else { None }
    }

    /// The first pass over a row.
    #[inline(never)]
    pub fn of(&self, x: &[Pair]) -> Result<Known, Unknown> {
        let terms = self.softmax.terms;
        let First { kind, high, sum } = self.softmax.distant(x, terms);
        let total = sum.total(START);
        let [first, second] = total.to_array();
        if kind == Kind::Invalid || first.is_nan() {
            let empty = x.iter().all(|x| !F64x2::any(F64x2::splat(f64::NEG_INFINITY).lt(get(x)))) && !any_nan(x);
            return Err(if empty { Unknown::Empty } else { Unknown::Nan });
        }
        // Of a sum with one large term, the others alone: they would lose their digits beside it.
        let log = if first < SHARP {
            log_of_one_and(others(terms, F64x2::splat(0.5 * UP)) * F64x2::splat(DOWN))
        } else {
            log(number(first * DOWN, second * DOWN), self.softmax.nodes)
        };
        Ok(Known { high, log, total, one_over: inverse(total * F64x2::splat(DOWN)) })
    }

    /// (x − max)/T as a pair; −∞ and 0 for a mask, and where it overflows.
    #[inline(never)]
    pub fn below(&self, x: F64x2, high: f64) -> [F64x2; 2] {
        // x − max may overflow where the quotient does not; from halves it is as exact, as what they cut off is nothing beside such a maximum.
        let (down, up) = if high > OVERFLOWING { (0.5, 2.0) } else { (1.0, 1.0) };
        let [first, second] = self.softmax.distance(x * F64x2::splat(down), high * down);
        let short = head(first);
        let factor = Factor::new(self.inverse);
        let [product, rest] = factor.split_product(short, (first - short) + second).map(|part| part * F64x2::splat(up));
        let overflows = product.lt(F64x2::splat(-f64::MAX));
        [F64x2::select(overflows, F64x2::splat(f64::NEG_INFINITY), product), F64x2::select(overflows, F64x2::splat(0.0), rest)]
    }

    /// (x − max)/T − L, rounded.
    #[inline(never)]
    pub fn log_softmax(&self, x: F64x2, known: &Known) -> F64x2 {
        let ([first, second], [log, more]) = (self.below(x, known.high), known.log.to_array().map(F64x2::splat));
        // After Dekker, the larger one first: of two numbers of one sign either may be.
        let sum = first - log;
        let part = sum - first;
        let left = (first - (sum - part)) - (log + part);
        F64x2::select(first.eq(F64x2::splat(f64::NEG_INFINITY)), first, sum + (left + (second - more)))
    }

    /// max/T + L, rounded.
    pub fn log_sum_exp(&self, known: &Known) -> f64 {
        let [first, second] = self.below(F64x2::splat(known.high), 0.0).map(|lanes| lanes.to_array()[0]);
        let [log, more] = known.log.to_array();
        let [sum, left] = two_sum(first, log).to_array();
        if first.abs() <= f64::MAX { sum + (left + (second + more)) } else { first }
    }

    /// 1 − s of the winner, as the sum of the others.
    fn rest(&self, known: &Known) -> f64 {
        let rest = others(self.softmax.terms, F64x2::splat(0.5 * UP));
        whole(times(cut(rest * F64x2::splat(DOWN)), known.one_over))
    }

    /// out = (dy − s·`sum`)/divisor; 0 for a masked entry. Log-softmax's gradient with the sum of dy; with labels for dy, and the divisor
    /// negative, that of cross-entropy; with zeros for dy, and −dy for the sum, that of log-sum-exp.
    #[inline(never)]
    pub fn gradient(&self, [x, dy, out]: [&[Pair]; 3], sum: Number, known: &Known, divisor: f64) {
        let [first, more] = sum.to_array();
        // An infinite sum has no second half, and makes no exact product. The products of a huge one would overflow.
        let finite = first.is_finite();
        let (down, up) = if first.abs() > HUGE { (two_to(-600), two_to(600) * DOWN) } else { (1.0, DOWN) };
        let factor = Factor::new(if finite { times(cut(sum * F64x2::splat(down)), known.one_over) } else { known.one_over });
        let last = F64x2::splat(if finite { up } else { DOWN * first });
        // An entry with nearly all of the sum: dy − s·Σ = (dy − Σ) + (1 − s)·Σ.
        let winner = if finite { self.winner(known) } else { None };
        let own = winner.and_then(|winner| dy.as_flattened().get(winner)).map(|dy| {
            let [distance, left] = two_sum(dy.get(), -first).to_array();
            distance + (left - more + self.rest(known) * first)
        });
        // A loss divides by −T: its zeros are those of s·Σt − t, which has no −0. Adding −0 changes nothing.
        let zero = if divisor < 0.0 { 0.0 } else { -0.0 };
        for (((x, dy), [first, second]), out) in x.iter().zip(dy).zip(self.softmax.terms).zip(out) {
            // Where s·Σ and dy are close their difference is exact, and what the product leaves out counts.
            let [product, rest] = factor.split_product(get(first), get(second)).map(|part| part * last);
            let result = ((get(dy) - product) - rest) / F64x2::splat(divisor) + F64x2::splat(zero);
            set(out, F64x2::select(masked(get(x)), F64x2::splat(0.0), result));
        }
        if let (Some(winner), Some(own)) = (winner, own)
            && let Some(cell) = out.as_flattened().get(winner)
        {
            cell.set(own / divisor + zero);
        }
    }

    /// Σ dy over the entries that are not masked.
    #[inline(never)]
    pub fn sum(x: &[Pair], dy: &[Pair]) -> Number {
        let zero = F64x2::splat(0.0);
        let mut sum = Sum::new(0.0);
        for (x, dy) in x.iter().zip(dy) {
            sum.add(F64x2::select(masked(get(x)), zero, get(dy)), zero);
        }
        sum.total(0.0)
    }

    /// A row of log-softmax's values: the terms are e^y, and their sum is 1 as far as y knows.
    pub fn of_logs(&self, y: &[Pair]) -> Known {
        self.pad(y, f64::NEG_INFINITY);
        self.softmax.distances(y, self.softmax.terms, 0.0);
        let one = number(1.0, 0.0);
        Known { high: 0.0, log: number(0.0, 0.0), total: number(f64::INFINITY, 0.0), one_over: one }
    }
}

/// Whether there is a NaN among them.
pub fn any_nan(x: &[Pair]) -> bool {
    x.iter().any(|x| {
        let [even, odd] = get(x).to_array();
        even.is_nan() || odd.is_nan()
    })
}

/// ln(1 + rest) for 0 ≤ rest ≤ 1/16, to 2^-62: 2·artanh z = 2z + 2z³·(1/3 + z²/5 + …), z = rest/(2 + rest).
fn log_of_one_and(rest: Number) -> Number {
    // It is the rest itself, which has no digits to lose to a quotient where it is subnormal.
    if whole(rest) < two_to(-64) {
        return rest;
    }
    let two_and = two_sum(2.0, whole(rest)).to_array();
    let rest_of_rest = whole(rest - number(whole(rest), 0.0));
    let quotient = times(cut(rest), inverse(number(two_and[0], two_and[1] + rest_of_rest))).to_array();
    let z = quotient[0] + quotient[1];
    let z2 = z * z;
    // z ≤ 1/33: the next term is below 2^-66 of the sum.
    let series = (2..=6).rev().fold(0.0, |sum, k| z2 * (1.0 / f64::from(2 * k + 1) + sum)) + 1.0 / 3.0;
    number(2.0 * quotient[0], 2.0 * (quotient[1] + z * z2 * series))
}

/// ln `value` for a value from 1.06 on, to 2^-58: its power of two, a node of the table next to it, and ln(1 + f), |f| < 1/250.
fn log(value: Number, nodes: &Nodes) -> Number {
    let [first, second] = value.to_array();
    let power = (first.to_bits() >> 52) as i64 - 1023;
    let significand = first * two_to(-power);
    // 256·log2 to a cell or two, then the cell itself.
    let t = significand - 1.0;
    let about = 256.0 * t * (1.0 + (1.0 - t) * (0.4427 - 0.16 * t));
    let node = |j: usize| {
        let [lowered, offset] = nodes[j % 256][0].to_array();
        (f64::from_bits(lowered.to_bits().wrapping_add((j as u64) << 44)), offset)
    };
    let index = (about as usize).min(255);
    let (at, _) = node(index);
    let nearer = index as f64 + ((significand - at) / at) * (256.0 / core::f64::consts::LN_2) + 0.5;
    let index = (nearer as usize).min(255);
    let (at, offset) = node(index);
    // The difference of neighbours is exact.
    let f = ((significand - at) + second * two_to(-power)) / at;
    let series = (2..=7).rev().fold(0.0, |sum, k| f * (sum + if k % 2 == 0 { -1.0 } else { 1.0 } / f64::from(k)));
    // What the quotient leaves out is below 2^-62, the rest of a series below 2^-64.
    let n = (power * 256 + index as i64) as f64;
    let step = head(LN2.high);
    let [sum, left] = two_sum(n * (step / 256.0), f).to_array();
    number(sum, left + (n * (((LN2.high - step) + LN2.low) / 256.0) + offset + f * series))
}

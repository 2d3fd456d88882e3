//! What all functions share that need ln Σ e^(x/T) of a row: log-softmax, log-sum-exp, and softmax cross-entropy.
//!
//! With d = (x − max)/T as an exact pair, and L = ln Σ e^d also as a pair, −(L − d) is a sum of two numbers of the same sign.
//! So it loses no digits, neither for the winning entry, where it is −ln(1 + rest), nor far below.

use super::Call;
use super::lines::Lines;
use super::logarithm::{log, log_one_plus};
use super::softmax::exponential::head;
use super::softmax::extended_range::ExtendedRangeRow;
use super::softmax::pair::{Factor, Number, Sum, cut, inverse, number, power_steps, times, two_sum};
use super::softmax::row::{
    FirstPass, Kind, SAFE_POWER, SCALE_DOWN, SCALE_POWER, SCALE_UP, SUM_START, Softmax, Term, WINNER_BELOW, any_nan, get, masked,
    scale_down_to_subnormal, set, sum_of_others,
};
use crate::lanes::{F64x2, Lanes};
use crate::loops::{VALUE, VALUE_AND_DERIV};
use crate::memory::{self, Pair, with_pairs};
use crate::numeric::pairs::{self, rounded};
use crate::numeric::powers::{exponent, two_to};
use core::cell::Cell;

/// Gradients above this size, times 2^512, and their products with terms of up to 2^512 could overflow.
const HUGE: f64 = two_to(400);

/// A sum of gradients below this cannot overflow, because a row has fewer than 2^28, nor can dy − s·Σ. It is more than [`HUGE`]
/// times 2^64.
const ALMOST_INFINITE: f64 = two_to(990);

/// From 2^-400 on, the product of a sum of gradients and a term has all its digits. For smaller sums, missing digits show only
/// if T is also below 2^-400.
const TINY: i64 = -400;

/// Half an ulp of the largest number. Up to a maximum of this size, no distance from the maximum overflows.
const OVERFLOWING: f64 = two_to(969);

/// The function that handles a row. It gets the rows of a, b and out, and the place for the second result of VALUE_AND_DERIV.
type RowBody<'a> = dyn Fn(&LogSum, [&[Pair]; 3], Option<&Cell<f64>>) + 'a;

/// Calls `body` with each row of a, b and out, which have these widths, and with working memory for ln Σ e^(x/`temperature`) of
/// the row. Returns 0, or 1 if there is not enough memory.
// One copy for all functions: a call for each row costs less than a copy for each function, which would be 2 KB each.
#[inline(never)]
pub fn each_row(call: &Call, temperature: f64, widths: [usize; 3], body: &RowBody) -> u32 {
    let [a, b, out] = call.handles;
    // All buffers are borrowed in one call of `with`, because on wasm only one can be active.
    let other = if call.op == VALUE_AND_DERIV { call.p1 as u32 } else { 0 };
    memory::with([a, b, out, other], |[a, b, out, other]| {
        let (arrays, other) = ([a, b, out], other.as_flattened());
        let lines = Lines { arrays, widths, outer: call.outer, inner: call.inner };
        let pairs = call.units.div_ceil(2);
        with_pairs((4 * pairs).checked_add(lines.working_pairs()), |working| {
            let Some((own, gathered)) = working.split_at_checked(4 * pairs) else { return };
            let (labels, own) = own.split_at(pairs);
            let (powers, terms) = own.split_at(pairs);
            let softmax = Softmax::new(VALUE, [call.units, 1], [temperature, call.p0], terms.as_chunks().0, powers);
            let logs = LogSum::new(softmax, labels);
            lines.each(gathered, |rows, number| body(&logs, rows, other.get(number)));
        })
    })
}

/// What all rows of a call share.
#[derive(Clone, Copy)]
pub struct LogSum<'a> {
    softmax: Softmax<'a>,
    /// 1/T, in units of the grid.
    inverse: Number,
    /// Working memory for [`LogSum::one_hot`].
    labels: &'a [Pair],
}

/// The results of the first pass over a row.
#[derive(Clone, Copy)]
pub struct RowSums {
    /// The maximum, or 0 for a tiny maximum.
    pub high: f64,
    /// The maximum.
    maximum: f64,
    /// L = ln Σ e^d.
    pub log: Number,
    /// L·2^512.
    pub scaled_log: Number,
    /// Σ e^d·2^512. For a row of log-softmax's values it is infinite as a marker: their sum is 1 as far as they tell.
    total: Number,
    /// 1/Σ.
    pub one_over: Number,
    /// See [`FirstPass`].
    may_be_subnormal: bool,
}

impl RowSums {
    /// Whether L, in units of 1, is subnormal or close to that.
    pub fn has_tiny_log(&self) -> bool {
        let [log, _] = self.scaled_log.to_array();
        0.0 < log && log < two_to(SCALE_POWER - 900)
    }

    /// Whether the row consists of log-softmax's values.
    fn is_value(&self) -> bool {
        self.total.to_array()[0] == f64::INFINITY
    }
}

/// Why a row has no ln Σ e^d.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum NoLogSum {
    /// It has nothing but masks.
    Empty,
    /// It contains NaN or +∞.
    Nan,
}

impl<'a> LogSum<'a> {
    /// For rows whose terms are stored in the working memory of `softmax`.
    pub fn new(softmax: Softmax<'a>, labels: &'a [Pair]) -> Self {
        Self { softmax, inverse: inverse(number(softmax.grid_temperature, 0.0)), labels }
    }

    /// The terms of the current row.
    pub fn terms(&self) -> &'a [Term] {
        self.softmax.terms
    }

    /// The maximum, ignoring NaN.
    pub fn maximum(&self, x: &[Pair]) -> f64 {
        self.softmax.maximum(x)
    }

    /// A row of labels and their sum. The labels are 1 for the class and 0 elsewhere, all 0 for a negative class, and all NaN
    /// for a class that does not exist. The row is in working memory.
    pub fn one_hot(&self, class: f64) -> (&'a [Pair], f64) {
        let (labels, index) = (self.labels, class as usize);
        let there = index as f64 == class && index < self.softmax.units;
        let others = if there || class < 0.0 { 0.0 } else { f64::NAN };
        labels.iter().for_each(|label| set(label, F64x2::splat(others)));
        if let Some(label) = labels.as_flattened().get(index).filter(|_| there) {
            label.set(1.0);
        }
        (labels, if there { 1.0 } else { others })
    }

    /// Writes the padding of an odd length.
    pub fn pad(&self, row: &[Pair], value: f64) {
        self.softmax.pad(row, value);
    }

    /// The entry that has at least 15/16 of the sum, if there is one.
    fn winner(&self, sums: &RowSums) -> Option<usize> {
        let terms = || self.softmax.terms.iter().flat_map(|[first, _]| first).map(core::cell::Cell::get);
        if sums.total.to_array()[0] < WINNER_BELOW { terms().position(|term| term > 0.5 * SCALE_UP) } else { None }
    }

    /// The first pass over a row.
    #[inline(never)]
    pub fn of(&self, x: &[Pair]) -> Result<RowSums, NoLogSum> {
        let terms = self.softmax.terms;
        let (FirstPass { kind, high, sum, may_be_subnormal }, maximum) = self.softmax.distant(x, terms);
        let total = sum.total(SUM_START);
        let [first, second] = total.to_array();
        if kind == Kind::Invalid || first.is_nan() {
            let empty = x.iter().all(|x| !F64x2::any(F64x2::splat(f64::NEG_INFINITY).lt(get(x)))) && !any_nan(x);
            return Err(if empty { NoLogSum::Empty } else { NoLogSum::Nan });
        }
        // If one term is large, only the sum of the others is used: beside the large term they would lose their digits.
        let scaled_log = if first < WINNER_BELOW {
            let [log, more] = log_one_plus(
                cut(sum_of_others(terms, F64x2::splat(0.5 * SCALE_UP))).to_array(),
                SCALE_UP,
                SCALE_DOWN,
                self.softmax.nodes,
            );
            // The first number gets all the bits, so that close to the smallest numbers only one of the two is rounded.
            let whole = log + more;
            number(whole, (log - whole) + more)
        } else {
            log(number(first * SCALE_DOWN, second * SCALE_DOWN), self.softmax.nodes) * F64x2::splat(SCALE_UP)
        };
        let down = F64x2::splat(SCALE_DOWN);
        Ok(RowSums {
            high,
            maximum,
            log: scaled_log * down,
            scaled_log,
            total,
            one_over: inverse(total * down),
            may_be_subnormal,
        })
    }

    /// (x − max)/T as a pair; (−∞, 0) for a mask, and where the quotient overflows.
    #[inline(never)]
    pub fn scaled_distance(&self, x: F64x2, high: f64) -> [F64x2; 2] {
        // x − max may overflow although the quotient does not. Halves are just as exact, because what they cut off is
        // negligible beside such a maximum. For a tiny T, the difference may overflow in units of the grid as well, which
        // `headroom` prevents.
        let (down, part) = (if high > OVERFLOWING { 0.5 } else { 1.0 }, self.softmax.headroom());
        let [first, second] = self.softmax.part_of_distance(x * F64x2::splat(down), high * down, part);
        let short = head(first);
        let (factor, up) = (Factor::new(self.inverse), F64x2::splat(1.0 / (down * part)));
        let [product, rest] = factor.split_product(short, (first - short) + second).map(|part| part * up);
        let overflows = product.lt(F64x2::splat(-f64::MAX));
        [F64x2::select(overflows, F64x2::splat(f64::NEG_INFINITY), product), F64x2::select(overflows, F64x2::splat(0.0), rest)]
    }

    /// The entries of the row from which `sums` was computed: x, or its copy without tiny entries.
    #[inline(always)]
    pub fn effective_entries<'x>(&self, x: &'x [Pair], sums: &RowSums) -> &'x [Pair]
    where
        'a: 'x,
    {
        if sums.high == sums.maximum { x } else { self.softmax.powers }
    }

    /// Writes (x − max)/T − L, rounded, for a row.
    #[inline(never)]
    pub fn log_softmax(&self, x: &[Pair], out: &[Pair], sums: &RowSums) {
        let x = self.effective_entries(x, sums);
        if self.softmax.temperature == 1.0 && sums.high <= OVERFLOWING {
            // This gives the same bits; it leaves out the steps that do nothing if T is 1.
            let high = F64x2::splat(sums.high);
            for (x, out) in x.iter().zip(out) {
                let [first, second] = pairs::sum(get(x), -high);
                let short = head(first);
                set(out, rounded(log_softmax_pair([short, (first - short) + second], sums)));
            }
        } else {
            x.iter().zip(out).for_each(|(x, out)| set(out, rounded(self.log_softmax_pair(get(x), sums))));
        }
    }

    /// (x − max)/T − L as a pair; for −∞ the second number is 0.
    #[inline(always)]
    pub fn log_softmax_pair(&self, x: F64x2, sums: &RowSums) -> [F64x2; 2] {
        log_softmax_pair(self.scaled_distance(x, sums.high), sums)
    }

    /// The same for one finite x, as a pair and the exponent of a power of two, because it may be out of the range of f64.
    pub fn log_softmax_of_any_size(&self, x: f64, sums: &RowSums) -> ([f64; 2], i64) {
        if x == sums.high && sums.has_tiny_log() {
            let [log, more] = sums.scaled_log.to_array();
            return ([-log, -more], -SCALE_POWER);
        }
        let [log, more] = self.log_softmax_pair(F64x2::splat(x), sums).map(|lanes| lanes.to_array()[0]);
        if log.is_finite() {
            return ([log, more], 0);
        }
        // L is negligible beside such a number, and so is what quarters cut off from subnormal numbers.
        let [first, second] = pairs::sum(0.25 * x, -0.25 * sums.high);
        let short = head(first);
        (Factor::new(self.softmax.inverse).split_product(short, (first - short) + second), 2 - self.softmax.power)
    }

    /// max/T + L, rounded.
    pub fn log_sum_exp(&self, sums: &RowSums) -> f64 {
        let [first, second] = self.scaled_distance(F64x2::splat(sums.maximum), 0.0).map(|lanes| lanes.to_array()[0]);
        let [log, more] = sums.log.to_array();
        let [sum, left] = two_sum(first, log).to_array();
        if first.abs() <= f64::MAX { sum + (left + (second + more)) } else { first }
    }

    /// (1 − s)·2^512 of the winning entry, as the sum of the other terms.
    fn rest(&self, sums: &RowSums) -> Number {
        times(cut(sum_of_others(self.softmax.terms, F64x2::splat(0.5 * SCALE_UP))), sums.one_over)
    }

    /// Writes (dy − s·`sum`)/T, or its negative for a loss; 0 for a masked entry. With the sum of dy, this is the gradient of
    /// log-softmax. With labels in place of dy, and as a loss, it is that of cross-entropy. With zeros in place of dy, and a
    /// sum of −dy, it is that of log-sum-exp. The sum comes with the largest |dy|.
    #[inline(never)]
    pub fn gradient(&self, [x, dy, out]: [&[Pair]; 3], (sum, largest): (Number, f64), sums: &RowSums, is_loss: bool) {
        let [first, more] = sum.to_array();
        // An infinite sum has no second part, and no exact product.
        let finite = first.is_finite();
        let is_safe = first.abs() <= two_to(960) || largest < ALMOST_INFINITE;
        if !is_safe && largest <= f64::MAX {
            // With gradients times 2^-64, neither the sum nor dy less a part of it overflows.
            dy.iter().zip(self.labels).for_each(|(dy, scaled)| set(scaled, get(dy) * F64x2::splat(two_to(-64))));
            return self.extended_range_gradient([x, dy, out], LogSum::sum(x, self.labels).0, 64, sums, is_loss);
        }
        // Everything is computed times 2^512, like the terms, so that no part of a result is subnormal; unless this could
        // overflow.
        let unit = if first.abs() <= HUGE && largest <= HUGE { SCALE_UP } else { 1.0 };
        let [down, up] = match first.abs() {
            size if size > HUGE => [two_to(-600), two_to(600)],
            // Neither a product with the sum nor `last` below may be subnormal. If some dy is above HUGE, `unit` is 1.
            size if size < two_to(-400) => [two_to(500), two_to(-500)],
            _ => [1.0; 2],
        };
        let last = up * (unit * SCALE_DOWN);
        let scaled = cut(sum * F64x2::splat(down));
        let factor = Factor::new(if finite { times(scaled, sums.one_over) } else { number(first, 0.0) });
        let over = Divisor::new(&self.softmax, is_loss, unit);
        // The padding decides nothing.
        self.softmax.pad(dy, 0.0);
        let hides_tiny = || unit == 1.0 && self.softmax.power < 0 && has_tiny(dy);
        if finite && (self.needs_extended_range(x, first.abs(), sums) || hides_tiny()) {
            return self.extended_range_gradient([x, dy, out], sum, 0, sums, is_loss);
        }
        // For an entry with nearly all of the sum, dy − s·Σ = (dy − Σ) + (1 − s)·Σ.
        let winner = if finite { self.winner(sums) } else { None };
        let own = winner.and_then(|winner| dy.as_flattened().get(winner)).map(|dy| {
            let [distance, left] = two_sum(dy.get(), -first).to_array().map(|part| part * unit);
            let [rest, rest_of_rest] = self.rest(sums).to_array();
            let [product, lost] = Factor::new(scaled).split_product(rest, rest_of_rest).map(|part| part * last);
            let [sum, left_of_sum] = two_sum(distance, product).to_array();
            over.quotient([sum, left_of_sum + ((left - more * unit) + lost)])
        });
        let rows = Rows { x, dy, out, terms: self.softmax.terms, factor, unit, last };
        match over.plain(unit).filter(|_| last == 1.0) {
            Some(by) => {
                let may_be_subnormal = sums.may_be_subnormal && by.abs() < two_to(-60);
                let factor = F64x2::splat(if may_be_subnormal { 1.0_f64.copysign(by) } else { by });
                rows.each::<true>(|[first, second]| (first + second) * factor + F64x2::splat(over.zero));
                if may_be_subnormal {
                    scale_down_to_subnormal(out.as_flattened(), by.abs(), over.zero);
                }
            }
            None => rows.each::<false>(|parts| over.quotient(parts)),
        }
        if let (Some(winner), Some(own)) = (winner, own)
            && let Some(cell) = out.as_flattened().get(winner)
        {
            cell.set(own);
        }
    }

    /// The same in numbers of any size (see [`ExtendedRangeRow`]), for a sum times 2^`power`.
    #[cold]
    #[inline(never)]
    fn extended_range_gradient(&self, rows: [&[Pair]; 3], sum: Number, power: i64, sums: &RowSums, is_loss: bool) {
        let (softmax, terms, [x, ..]) = (&self.softmax, self.softmax.terms, rows);
        let winner = self.winner(sums);
        let row = if sums.is_value() {
            ExtendedRangeRow::of_logarithms(softmax, terms, x)
        } else {
            ExtendedRangeRow::new(softmax, terms, x, sums.high)
        };
        row.log_gradient(rows, sum, power, winner, is_loss);
    }

    /// Whether an entry counts whose term was not computed, because Σ/T is large; or whether there is an entry whose product
    /// with Σ is subnormal even times 2^512, while its gradient is not, because Σ and T are both tiny.
    #[inline(always)]
    fn needs_extended_range(&self, x: &[Pair], sum: f64, sums: &RowSums) -> bool {
        let first = FirstPass { kind: Kind::Distant, high: sums.high, sum: Sum::new(0.0), may_be_subnormal: false };
        let power = self.softmax.power;
        exponent(sum) - power > SAFE_POWER && self.softmax.has_skipped_entry(x, &first)
            || power < TINY && sum != 0.0 && exponent(sum) < TINY && self.loses(x, sum)
    }

    /// Whether the product of some term and `sum` loses digits.
    #[inline(never)]
    fn loses(&self, x: &[Pair], sum: f64) -> bool {
        x.iter().zip(self.softmax.terms).any(|(x, [first, _])| {
            let product = get(first) * F64x2::splat(sum.abs());
            F64x2::any(F64x2::select(masked(get(x)), F64x2::splat(1.0), product).lt(F64x2::splat(two_to(-960))))
        })
    }

    /// Σ dy over the entries that are not masked, and the largest of their |dy|.
    #[inline(never)]
    pub fn sum(x: &[Pair], dy: &[Pair]) -> (Number, f64) {
        let zero = F64x2::splat(0.0);
        let (mut sum, mut largest) = (Sum::new(0.0), zero);
        for (x, dy) in x.iter().zip(dy) {
            let dy = F64x2::select(masked(get(x)), zero, get(dy));
            sum.add(dy, zero);
            largest = largest.pmax(dy.abs());
        }
        let ([even, odd], [first, second]) = (largest.to_array(), sum.total(0.0).to_array());
        // If the terms cancel, the first number may be 0 while the second is not. Code that needs the size of the sum looks at
        // the first, so this moves the second up.
        let sum = if first.is_finite() { two_sum(first, second) } else { number(first, second) };
        (sum, even.pmax(odd))
    }

    /// The first pass over a row of log-softmax's values: the terms are e^y, and their sum is 1 as far as y tells.
    pub fn of_logs(&self, y: &[Pair]) -> Result<RowSums, NoLogSum> {
        self.pad(y, f64::NEG_INFINITY);
        // A NaN among the terms would not show beside an infinite sum of gradients.
        if any_nan(y) {
            return Err(NoLogSum::Nan);
        }
        self.softmax.distances(y, self.softmax.terms, 0.0, false);
        let one = number(1.0, 0.0);
        let zero = number(0.0, 0.0);
        Ok(RowSums {
            high: 0.0,
            maximum: 0.0,
            log: zero,
            scaled_log: zero,
            total: number(f64::INFINITY, 0.0),
            one_over: one,
            may_be_subnormal: false,
        })
    }
}

/// d − L as a pair, for a d that is a pair; for −∞ the second number is 0.
#[inline(always)]
fn log_softmax_pair([first, second]: [F64x2; 2], sums: &RowSums) -> [F64x2; 2] {
    let [log, more] = sums.log.to_array().map(F64x2::splat);
    // Dekker's sum, which needs the larger number first. Here either may be the larger, which is safe because both have the
    // same sign.
    let sum = first - log;
    let part = sum - first;
    let left = (first - (sum - part)) - (log + part);
    let infinite = first.eq(F64x2::splat(f64::NEG_INFINITY));
    [sum, F64x2::select(infinite, F64x2::splat(0.0), left + (second - more))]
}

/// Whether some gradient is tiny but not 0. Over a small T it becomes a normal number, which would lack digits if the quotient
/// were subnormal on the way.
#[cold]
#[inline(never)]
fn has_tiny(dy: &[Pair]) -> bool {
    dy.as_flattened().iter().any(|dy| dy.get() != 0.0 && dy.get().abs() < two_to(-900))
}

/// The inputs of a gradient.
struct Rows<'a> {
    x: &'a [Pair],
    dy: &'a [Pair],
    out: &'a [Pair],
    terms: &'a [Term],
    factor: Factor<F64x2>,
    unit: f64,
    last: f64,
}

impl Rows<'_> {
    /// Writes dy·unit − s·Σ·unit after `divided`, which gets it as a number and a small correction. For ordinary rows, `last`
    /// is 1.
    #[inline(always)]
    fn each<const ORDINARY: bool>(&self, divided: impl Fn([F64x2; 2]) -> F64x2) {
        for (((x, dy), [first, second]), out) in self.x.iter().zip(self.dy).zip(self.terms).zip(self.out) {
            let product = self.factor.split_product(get(first), get(second));
            let [product, rest] = if ORDINARY { product } else { product.map(|part| part * F64x2::splat(self.last)) };
            let [difference, left] = pairs::sum(get(dy) * F64x2::splat(self.unit), -product);
            set(out, F64x2::select(masked(get(x)), F64x2::splat(0.0), divided([difference, left - rest])));
        }
    }
}

/// The divisor of a gradient: 1/significand of T as 26 bits and the rest, and the power of two as two steps.
struct Divisor {
    inverse: [f64; 2],
    steps: [f64; 2],
    zero: f64,
}

impl Divisor {
    /// The divisor T, or −T for a loss, for numbers in units of 1/`unit`.
    fn new(softmax: &Softmax, is_loss: bool, unit: f64) -> Self {
        // A loss has the zeros of s·Σt − t, which has no −0. Adding −0 changes nothing.
        let [sign, zero] = if is_loss { [-1.0, 0.0] } else { [1.0, -0.0] };
        let power = if unit == 1.0 { 0 } else { SCALE_POWER };
        Self { inverse: softmax.inverse.to_array().map(|part| part * sign), steps: power_steps(-softmax.power - power), zero }
    }

    /// The single factor that replaces the division if T is a power of two, and no result is subnormal before this factor is
    /// applied.
    fn plain(&self, unit: f64) -> Option<f64> {
        let [once, again] = self.steps;
        if unit == SCALE_UP && again == 1.0 && self.inverse[1] == 0.0 { Some(self.inverse[0] * once) } else { None }
    }

    /// The rounded quotient of a number with a small correction, which an infinite number does not have.
    #[inline(always)]
    fn quotient<L: Lanes>(&self, [first, second]: [L; 2]) -> L {
        let (finite, short) = (first.abs().le(L::splat(f64::MAX)), head(first + second));
        let [inverse, more] = self.inverse.map(L::splat);
        let quotient = short * inverse + (short * more + ((first - short) + second) * (inverse + more));
        let [once, again] = self.steps.map(L::splat);
        L::select(finite, quotient, first * inverse) * once * again + L::splat(self.zero)
    }
}

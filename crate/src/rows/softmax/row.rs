//! The passes over a row of pairs, two lanes at a time. The terms are stored times 2^512, so that each term above e^-1000 of
//! the largest is a normal number. The results are scaled back at the end. The padding of an odd length gets values that change
//! no result, so no loop has a remainder to handle.

use super::exponential::{Grid, Nodes, exponential, nodes};
use super::extended_range::ExtendedRangeRow;
use super::jacobian::inverse_root;
use super::pair::{Factor, Number, Sum, inverse, number};
use super::{part, part_at};
use crate::lanes::{F64x2, Lanes};
use crate::loops::{BACKWARD_X, BACKWARD_Y, DERIV, VALUE, VALUE_AND_DERIV};
use crate::memory::{Pair, load, store};
use crate::numeric::exp::{SMALLEST_NORMAL_IN_UNITS, subnormal_from_units};
use crate::numeric::powers::two_to;
use core::cell::Cell;

/// The power of two that scales the terms.
pub const SCALE_POWER: i64 = 512;
/// The term of the maximum, apart from the distance of the maximum from the grid.
pub const SCALE_UP: f64 = two_to(SCALE_POWER);
/// The factor that scales terms back.
pub const SCALE_DOWN: f64 = two_to(-SCALE_POWER);

/// What sums of terms start from, which bounds each term: no term is above 2^512·e^(ln 2/512).
pub const SUM_START: f64 = 2.0 * SCALE_UP;
/// If a sum is below this, one entry has at least 15/16 of it. Any bound would do from 1 + 2^-40, where results begin to lose
/// digits, to 3/2, where either of two entries could be taken for such an entry.
pub const WINNER_BELOW: f64 = 1.0625 * SCALE_UP;

/// Entries further than this below the maximum, in units of T, have a term below 2^-1442. It is negligible in a sum, and in a
/// result too unless dy/divisor is above 2^[`SAFE_POWER`].
const NEGLIGIBLE_DISTANCE: f64 = 1000.0;
/// From this distance on, results may be subnormal: at e^-600, a gradient has a margin to the smallest normal number, e^-708.
const SUBNORMAL_DISTANCE: f64 = 600.0;
/// See [`NEGLIGIBLE_DISTANCE`]: 1442 - 1075, minus what sums of up to 2^28 terms, and both bounds of a power of two, may need.
pub const SAFE_POWER: i64 = 250;
/// Entries further than this below the maximum, in units of T, are 0 whatever they are multiplied by:
/// e^-2600·2^1024·2^1074·2^17 < 2^-1075.
pub const VANISHING_DISTANCE: f64 = -2600.0;

/// e^((x − max)/T)·2^512 of two entries as first + second, see [`super::exponential`].
pub type Term = [Pair; 2];

/// How many short rows are processed together. The processor can then continue with the next row while a sum and its inverse,
/// which depend on each other, are computed. A power of two.
pub const ROWS_TOGETHER: usize = 8;

/// How the terms of a row are computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// From x: its maximum is so close to 0 that x itself is looked up on the grid.
    Near,
    /// From x − max, as an exact pair.
    Distant,
    /// Not at all: the row has +∞, or nothing but −∞ and NaN. Every result is NaN.
    Invalid,
}

/// The results of the first pass over a row.
#[derive(Clone, Copy, Debug)]
pub struct FirstPass {
    /// How the terms were computed.
    pub kind: Kind,
    /// The maximum.
    pub high: f64,
    /// The sum of the terms.
    pub sum: Sum,
    /// Whether an entry is so far below the maximum that results may be subnormal: see [`scale_down_to_subnormal`].
    pub may_be_subnormal: bool,
}

/// What all rows of a call share.
#[derive(Clone, Copy, Debug)]
pub struct Softmax<'a> {
    /// The operation.
    pub op: u32,
    /// The length of a row.
    pub units: usize,
    /// The divisor of x.
    pub temperature: f64,
    /// The divisor of the Jacobian and of the gradient.
    pub divisor: f64,
    /// 65536·T, up to which a maximum counts as near 0; negative for a T near the ends of the range of f64.
    limit: f64,
    /// [`NEGLIGIBLE_DISTANCE`]·T, in units of the grid.
    depth: f64,
    /// The grid, for T, or for T times a power of two if T is near the ends of the range.
    grid: Grid,
    /// The T of the grid.
    pub grid_temperature: f64,
    /// That power of two, in two factors: x is multiplied by the first before the maximum is subtracted, and the difference
    /// twice by the second.
    unit: [f64; 2],
    /// The table of the exponential.
    pub nodes: &'static Nodes,
    /// The divisor is a significand from 1 to 4 times 2^`power`, and the power is even.
    pub power: i64,
    /// 1/significand.
    pub inverse: Number,
    /// 1/√significand, for the Jacobian.
    pub root: Number,
    /// Whether a row of masks only is 0 instead of NaN.
    pub empty_is_zero: bool,
    /// How many rows are processed together, from 1 to [`ROWS_TOGETHER`].
    pub together: usize,
    /// Working memory for the terms of that many rows.
    pub terms: &'a [Term],
    /// Working memory for [`ExtendedRangeRow`] and the Jacobian.
    pub powers: &'a [Pair],
}

/// One row or several, each starting with a pair, and where their results go.
#[derive(Clone, Copy, Debug)]
pub struct Row<'a> {
    /// x, or y.
    pub x: &'a [Pair],
    /// The incoming gradient.
    pub dy: &'a [Pair],
    /// The values, or the gradient. May be `x` or `dy`.
    pub out: &'a [Pair],
    /// The Jacobian, without padding.
    pub jacobian: &'a [Cell<f64>],
}

/// Both lanes of a pair.
#[inline(always)]
pub fn get(pair: &Pair) -> F64x2 {
    F64x2::from_array(load(pair))
}

/// Sets both lanes of a pair.
#[inline(always)]
pub fn set(pair: &Pair, value: F64x2) {
    store(pair, value.to_array());
}

/// Where x is a mask.
#[inline(always)]
pub fn masked(x: F64x2) -> <F64x2 as Lanes>::Mask {
    x.eq(F64x2::splat(f64::NEG_INFINITY))
}

/// `value` as a number from 1 to 4 times an even power of two, for a positive finite value.
pub fn even_power(value: f64) -> (f64, i64) {
    let subnormal = value < f64::MIN_POSITIVE;
    let scaled = if subnormal { value * two_to(54) } else { value };
    let power = ((scaled.to_bits() >> 52) as i64 - 1023) & !1;
    (scaled * two_to(-power), if subnormal { power - 54 } else { power })
}

impl<'a> Softmax<'a> {
    /// Operation `op` on rows of `units` entries, `together` rows at a time.
    #[inline(never)]
    pub fn new(
        op: u32,
        [units, together]: [usize; 2],
        [temperature, divisor]: [f64; 2],
        terms: &'a [Term],
        powers: &'a [Pair],
    ) -> Self {
        let moderate = two_to(-500) <= temperature && temperature <= two_to(500);
        let (of_grid, shift) = if moderate { (temperature, 0) } else { even_power(temperature) };
        let (significand, power) = even_power(divisor);
        Self {
            op,
            units,
            temperature,
            divisor,
            limit: if moderate { 65536.0 * temperature } else { -1.0 },
            depth: NEGLIGIBLE_DISTANCE * of_grid,
            grid: Grid::new(of_grid),
            grid_temperature: of_grid,
            unit: [two_to((-shift).min(0)), two_to((-shift).max(0) / 2)],
            nodes: nodes(),
            power,
            inverse: inverse(number(significand, 0.0)),
            root: if op == DERIV || op == VALUE_AND_DERIV { inverse_root(significand) } else { number(1.0, 0.0) },
            empty_is_zero: false,
            together,
            terms,
            powers,
        }
    }

    /// Computes all rows of `x`.
    #[inline(never)]
    pub fn rows(&self, rows: Row) {
        let pairs = self.units.div_ceil(2);
        let count = rows.x.len().checked_div(pairs).unwrap_or(0);
        let mut firsts = [FirstPass { kind: Kind::Near, high: 0.0, sum: Sum::new(0.0), may_be_subnormal: false }; ROWS_TOGETHER];
        let mut start = 0;
        while start < count {
            if self.op == BACKWARD_Y {
                let may_be_subnormal = any_tiny(part_at(rows.x, start * pairs, pairs * self.together.min(count - start)));
                firsts.iter_mut().for_each(|first| first.may_be_subnormal = may_be_subnormal);
            } else {
                for (n, first) in firsts.iter_mut().enumerate().take(self.together.min(count - start)) {
                    *first = self.exponentials(part(rows.x, start + n, pairs), part(self.terms, n, pairs));
                }
            }
            for (n, first) in firsts.iter().enumerate().take(self.together.min(count - start)) {
                let terms = part(self.terms, n, pairs);
                let [x, dy, out] = [rows.x, rows.dy, rows.out].map(|buffer| part(buffer, start + n, pairs));
                let row = Row { x, dy, out, jacobian: part(rows.jacobian, start + n, self.units * self.units) };
                if !self.finish(row, first, terms) {
                    self.extended_range_row(row, first, terms);
                }
            }
            start += self.together;
        }
    }

    /// Computes a row that needs more than the range of f64.
    #[inline(never)]
    fn extended_range_row(&self, row: Row, first: &FirstPass, terms: &[Term]) {
        // The entry with nearly all of the sum.
        let has_winner = first.sum.total(SUM_START).to_array()[0] < WINNER_BELOW;
        let winner = if has_winner { row.x.as_flattened().iter().position(|x| x.get() == first.high) } else { None };
        ExtendedRangeRow::new(self, terms, row.x, first.high).row(row, winner);
        if self.op == VALUE_AND_DERIV {
            // The values are those of softmax alone, with the same bits.
            Self { op: VALUE, ..*self }.rows(row);
        }
    }

    /// Writes the padding of an odd length.
    #[inline(always)]
    pub fn pad(&self, row: &[Pair], value: f64) {
        if self.units % 2 == 1
            && let Some(last) = row.last()
        {
            store(last, [last[0].get(), value]);
        }
    }

    /// The first pass: the terms and their sum.
    #[inline(always)]
    fn exponentials(&self, x: &[Pair], terms: &[Term]) -> FirstPass {
        let (high, may_be_subnormal) = self.ends(x);
        let x = if self.is_tiny(high) { self.without_tiny(x) } else { x };
        let mut sum = Sum::new(SUM_START);
        // An infinite maximum is not near: the row has +inf, or only -inf and NaN.
        if high.abs() <= self.limit {
            let (grid, shift) = (self.grid, F64x2::splat(self.grid.shift(high) + (SCALE_POWER * 256) as f64));
            let floor = F64x2::splat(high - self.depth);
            for (x, [first, second]) in x.iter().zip(terms) {
                let (a, b) = exponential(get(x).pmax(floor), F64x2::splat(0.0), &grid, shift, self.nodes).parts();
                sum.add_small(a, b);
                set(first, a);
                set(second, b);
            }
            return FirstPass { kind: Kind::Near, high, sum, may_be_subnormal };
        }
        if high.is_finite() {
            self.distances(x, terms, high, may_be_subnormal)
        } else {
            FirstPass { kind: Kind::Invalid, high, sum, may_be_subnormal: false }
        }
    }

    /// Whether a row with this maximum may have entries so small that e^(x/T) is 1.
    #[inline(always)]
    fn is_tiny(&self, high: f64) -> bool {
        0.0 < high.abs() && high.abs() < self.temperature * two_to(-300)
    }

    /// A copy of x in which entries so small that e^(x/T) is 1 are 0. Many processors take thirty times as long for subnormal
    /// entries, and for those with subnormal squares.
    #[inline(never)]
    fn without_tiny(&self, x: &[Pair]) -> &'a [Pair] {
        let coarse = F64x2::splat(self.temperature * two_to(-100));
        x.iter().zip(self.powers).for_each(|(x, copy)| set(copy, (get(x) + coarse) - coarse));
        self.powers
    }

    /// The maximum, ignoring NaN. Turns the padding of an odd length into a mask, which is negligible beside 1.
    #[inline(always)]
    pub fn maximum(&self, x: &[Pair]) -> f64 {
        self.ends(x).0
    }

    /// The same, and whether results may be subnormal. For a row with masks this is not known and false, because ignoring masks
    /// would cost all rows 2 %.
    #[inline(always)]
    fn ends(&self, x: &[Pair]) -> (f64, bool) {
        // The padding is a mask only after this loop.
        self.pad(x, x.first().map_or(0.0, |first| first[0].get()));
        let none = F64x2::splat(f64::NEG_INFINITY);
        let (mut highs, mut lows) = (none, -none);
        for x in x {
            let x = get(x);
            highs = highs.pmax(x);
            lows = lows.pmin(x);
        }
        self.pad(x, f64::NEG_INFINITY);
        let ([even, odd], [even_low, odd_low]) = (highs.to_array(), lows.to_array());
        let high = even.pmax(odd);
        let depth = high - even_low.pmin(odd_low);
        (high, SUBNORMAL_DISTANCE * self.temperature < depth && depth < f64::INFINITY)
    }

    /// The first pass for any maximum, with the terms computed from distances, and the maximum. If that is tiny, tiny entries
    /// are taken as 0, in a copy of x in `powers`, and so is the maximum that the first pass reports.
    pub fn distant(&self, x: &[Pair], terms: &[Term]) -> (FirstPass, f64) {
        let (maximum, may_be_subnormal) = self.ends(x);
        let (x, high) = if self.is_tiny(maximum) { (self.without_tiny(x), 0.0) } else { (x, maximum) };
        let first = if high.is_finite() {
            self.distances(x, terms, high, may_be_subnormal)
        } else {
            FirstPass { kind: Kind::Invalid, high, sum: Sum::new(SUM_START), may_be_subnormal: false }
        };
        (first, maximum)
    }

    /// x − high as an exact pair, in units of the grid. Where it overflows, which needs a T below 2^1017, the first number is
    /// −∞.
    #[inline(always)]
    pub fn distance(&self, x: F64x2, high: f64) -> [F64x2; 2] {
        self.part_of_distance(x, high, 1.0)
    }

    /// The same times `part_of`, a power of two that prevents overflow. After Knuth.
    #[inline(always)]
    pub fn part_of_distance(&self, x: F64x2, high: f64, part_of: f64) -> [F64x2; 2] {
        let [down, up] = self.unit.map(F64x2::splat);
        let (x, high) = (x * down, F64x2::splat(high) * down);
        let first = x - high;
        let part = first - x;
        let second = (x - (first - part)) - (high + part);
        let up_again = up * F64x2::splat(part_of);
        [first * up * up_again, second * up * up_again]
    }

    /// The factor for a distance so that it overflows only where the distance over T does: in units of the grid, T is up to 4.
    /// Only a T close to 0 needs it, and there every distance is a normal number in these units, so that no digit is lost.
    #[inline(always)]
    pub fn headroom(&self) -> f64 {
        if self.unit[1] > 1.0 { 0.25 } else { 1.0 }
    }

    /// The term for a distance and its rest, in units of the grid, down to [`NEGLIGIBLE_DISTANCE`].
    #[inline(always)]
    pub fn exponential(&self, distance: F64x2, rest: F64x2) -> (F64x2, F64x2) {
        let shift = F64x2::splat(self.grid.shift(0.0) + (SCALE_POWER * 256) as f64);
        exponential(distance, rest, &self.grid, shift, self.nodes).parts()
    }

    /// The first pass for any finite maximum. Terms of entries deeper than [`NEGLIGIBLE_DISTANCE`] are zero.
    #[inline(never)]
    pub fn distances(&self, x: &[Pair], terms: &[Term], high: f64, may_be_subnormal: bool) -> FirstPass {
        let mut sum = Sum::new(SUM_START);
        let (floor, zero) = (F64x2::splat(-self.depth), F64x2::splat(0.0));
        for (x, [first, second]) in x.iter().zip(terms) {
            let [distance, rest] = self.distance(get(x), high);
            // The result for a distance that the grid does not reach is not used.
            let deep = distance.lt(floor);
            let (a, b) = self.exponential(distance, rest);
            let (a, b) = (F64x2::select(deep, zero, a), F64x2::select(deep, zero, b));
            sum.add_small(a, b);
            set(first, a);
            set(second, b);
        }
        FirstPass { kind: Kind::Distant, high, sum, may_be_subnormal }
    }

    /// Whether the row has an entry that is not a mask, whose term was not computed, and which is not negligible either.
    #[inline(never)]
    pub fn has_skipped_entry(&self, x: &[Pair], first: &FirstPass) -> bool {
        // In a near row, no term is 0.
        let nothing =
            if first.kind == Kind::Near { f64::NEG_INFINITY } else { self.depth * (VANISHING_DISTANCE / NEGLIGIBLE_DISTANCE) };
        x.iter().any(|x| {
            let [distance, _] = self.distance(get(x), first.high);
            let deep = F64x2::select(distance.lt(F64x2::splat(-self.depth)), distance, F64x2::splat(f64::NEG_INFINITY));
            F64x2::any(F64x2::splat(nothing).lt(deep))
        })
    }

    /// What follows the first pass. Returns false, with nothing written, for a row that needs [`ExtendedRangeRow`].
    #[inline(always)]
    fn finish(&self, row: Row, first: &FirstPass, terms: &[Term]) -> bool {
        if self.op == BACKWARD_Y {
            return self.gradient_from_value(row, terms, first.may_be_subnormal);
        }
        let total = first.sum.total(SUM_START);
        let [rounded, _] = total.to_array();
        if first.kind == Kind::Invalid || rounded.is_nan() {
            let empty = self.empty_is_zero && row.x.iter().all(|x| x.iter().all(|x| x.get() == f64::NEG_INFINITY));
            self.fill(row, if empty { 0.0 } else { f64::NAN });
            return true;
        }
        let one_over = inverse(total * F64x2::splat(SCALE_DOWN));
        if self.op == BACKWARD_X {
            return self.gradient(row, first, terms, total, one_over);
        }
        if self.op == VALUE {
            products(terms, one_over, row.out, first.may_be_subnormal);
            return true;
        }
        self.jacobian(row, first, terms, total, one_over)
    }

    /// Sets every result to `value`.
    #[inline(never)]
    fn fill(&self, row: Row, value: f64) {
        if self.op != DERIV {
            row.out.iter().for_each(|out| set(out, F64x2::splat(value)));
        }
        if self.op != VALUE && self.op != BACKWARD_X {
            row.jacobian.iter().for_each(|entry| entry.set(value));
        }
    }
}

/// Writes the terms times `factor`, scaled back.
#[inline(always)]
pub fn products(terms: &[Term], factor: Number, out: &[Pair], may_be_subnormal: bool) {
    let (factor, down) = (Factor::new(factor), F64x2::splat(if may_be_subnormal { 1.0 } else { SCALE_DOWN }));
    for ([first, second], out) in terms.iter().zip(out) {
        set(out, factor.product(get(first), get(second)) * down);
    }
    if may_be_subnormal {
        scale_down_to_subnormal(out.as_flattened(), SCALE_DOWN, -0.0);
    }
}

/// Multiplies numbers by 2^-k, with k from 60 to 1022, and adds a zero. This is the last step of a row whose results may be
/// subnormal. An instruction with a subnormal result takes many processors 100 cycles or more, so these are made by an addition
/// and by integer operations on the bits, with the bits of the product.
#[inline(never)]
pub fn scale_down_to_subnormal(numbers: &[Cell<f64>], by: f64, zero: f64) {
    let least = f64::MIN_POSITIVE / by;
    let [below, units] = [f64::from_bits(least.to_bits() - 1), by * two_to(1000) * two_to(74)].map(F64x2::splat);
    let [least, factor, plus] = [least, by, zero].map(F64x2::splat);
    let (pairs, rest) = numbers.as_chunks();
    for pair in pairs {
        let value = get(pair);
        let size = value.abs();
        let small = subnormal_from_units(size * units).or_lanes(value.and_bits(1 << 63));
        // This uses another comparison than the selection of the result: with the same one, the compiler would see that the
        // replacement is not needed, and remove it.
        let large = F64x2::select(size.le(below), least, value) * factor;
        set(pair, F64x2::select(size.lt(least), small, large) + plus);
    }
    // At most one number, so it may be slow.
    rest.iter().for_each(|number| number.set(number.get() * by + zero));
}

/// Writes a copy of y times 2^512; subnormal y are scaled by way of their bits.
#[inline(never)]
pub fn scale_up_from_subnormal(values: &[Pair], copy: &[Pair]) {
    let [least, below, normal] =
        [f64::MIN_POSITIVE, f64::from_bits(f64::MIN_POSITIVE.to_bits() - 1), SMALLEST_NORMAL_IN_UNITS].map(F64x2::splat);
    for (y, copy) in values.iter().zip(copy) {
        let y = get(y);
        // With the exponent of 2^52, their bits count units of the smallest subnormal.
        let units =
            ((y.abs().or_lanes(normal) - normal) * F64x2::splat(two_to(SCALE_POWER - 1074))).or_lanes(y.and_bits(1 << 63));
        let large = F64x2::select(y.abs().le(below), least, y) * F64x2::splat(SCALE_UP);
        set(copy, F64x2::select(y.abs().lt(least), units, large));
    }
}

/// Whether there is a NaN among the numbers.
pub fn any_nan(x: &[Pair]) -> bool {
    x.iter().any(|x| {
        let [even, odd] = get(x).to_array();
        even.is_nan() || odd.is_nan()
    })
}

/// Whether some of a few sampled numbers are not 0 but close to the smallest numbers.
#[inline(always)]
fn any_tiny(numbers: &[Pair]) -> bool {
    let (step, zero, one) = ((numbers.len() / 8) | 1, F64x2::splat(0.0), F64x2::splat(1.0));
    let (mut least, mut at) = (one, 0);
    while let Some(pair) = numbers.get(at) {
        let number = get(pair);
        least = least.pmin(F64x2::select(number.eq(zero), one, number.abs()));
        at += step;
    }
    F64x2::any(least.lt(F64x2::splat(two_to(-960))))
}

/// The sum of all terms that are not above `winner`.
#[inline(never)]
pub fn sum_of_others(terms: &[Term], winner: F64x2) -> Number {
    let mut sum = Sum::new(0.0);
    for [first, second] in terms {
        let (first, second, zero) = (get(first), get(second), F64x2::splat(0.0));
        sum.add(F64x2::select(winner.lt(first), zero, first), F64x2::select(winner.lt(first), zero, second));
    }
    sum.total(0.0)
}

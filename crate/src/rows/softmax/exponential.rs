//! e^(x/T) for softmax as an unevaluated pair: a power of two times a number of 26 bits from a table, and what is to be added.
//! The pair is good to 2^-57: one rounding is left to the caller, and the 26 bits make his first product exact.

use crate::lanes::{F64x2, Lanes, Table};
use crate::lazy::Lazy;
use crate::numeric::double_double::{DoubleDouble, LN2};
use crate::numeric::exp::ROUND;
use crate::numeric::powers::two_to;

/// log2 of the number of nodes between a power of two and the next.
const BITS: u32 = 8;
/// The number of nodes.
const COUNT: f64 = (1 << BITS) as f64;

/// See [`NODES`].
pub type Nodes = Table<1, { 1 << BITS }>;

/// Row j: a number of 26 bits next to 2^(j/256), its exponent lowered by the j that [`exponential`] adds, and how far its
/// logarithm is from j·ln 2/256. Knowing the logarithm of a short number, not the long number, saves an addition; after Gal,
/// Computing elementary functions: a new approach (1986).
static NODES: Lazy<Nodes> = Lazy::new([[F64x2::ZERO]; 1 << BITS], fill);

/// The nodes.
#[inline(always)]
pub fn nodes() -> &'static Nodes {
    NODES.get()
}

fn fill(table: &mut Nodes) {
    let step = (LN2 / DoubleDouble::from(COUNT)).exp_small();
    let mut power = DoubleDouble::from(1.0);
    for (j, row) in table.iter_mut().enumerate() {
        // Half of the last of 26 bits, as 1 <= power < 2: rounds to nearest.
        let node = head(power.high + two_to(-26));
        // ln(node/power) = ln(1 + off): three terms, as |off| < 2^-26.
        let off = ((DoubleDouble::from(node) - power) / power).high;
        let lowered = node.to_bits().wrapping_sub((j as u64) << (52 - BITS));
        row[0] = F64x2::from_array([f64::from_bits(lowered), off - off * off * (0.5 - off / 3.0)]);
        power = power * step;
    }
}

/// e^h = 1 + h + h²·(C2 + C3·h + C4·h²) for |h| < 0.00136: the error is below 2^-57.
/// Taylor's series; C3 takes over the share of h^5/120 that makes the largest |h^5 - b·h³| smallest: b = 0.87·(ln 2/512)².
const C2: f64 = 0.5;
const C3: f64 = 1.0 / 6.0 + 0.87 * (core::f64::consts::LN_2 / 512.0) * (core::f64::consts::LN_2 / 512.0) / 120.0;
const C4: f64 = 1.0 / 24.0;

/// `value` without its low 27 bits: the product of two such numbers is exact.
#[inline(always)]
pub fn head<L: Lanes>(value: L) -> L {
    value.and_bits(!0 << 27)
}

/// The grid of T·ln 2/256 on which x is looked up, for one T.
#[derive(Clone, Copy, Debug)]
pub struct Grid {
    /// Steps in a unit of x.
    per_unit: f64,
    /// A step as 26 bits, so that n times it is exact for |n| < 2^27, and the rest.
    step: [f64; 2],
    /// 1/T.
    inverse: f64,
}

impl Grid {
    /// The grid for T = `temperature` between 2^-900 and 2^900.
    pub fn new(temperature: f64) -> Self {
        let step = LN2 * DoubleDouble::from(temperature / COUNT);
        let inverse = 1.0 / temperature;
        let first = head(step.high);
        Self { per_unit: inverse * (COUNT / core::f64::consts::LN_2), step: [first, (step.high - first) + step.low], inverse }
    }

    /// What [`exponential`] wants as `shift` for results in units of e^(x/T) at the grid point next to `x`.
    pub fn shift(&self, x: f64) -> f64 {
        let n = (x * self.per_unit + ROUND) - ROUND;
        ROUND - n
    }
}

/// e^(x/T) = 2^k·(first + second), first of 26 bits, |second| < first/700; in units of what `shift` was made for.
#[derive(Clone, Copy, Debug)]
pub struct Exponential<L> {
    /// The grid point, in the low bits: 256·k and the row of the table.
    place: L,
    /// The row of the table.
    node: L,
    /// e^h - 1, for the distance h of x/T from the logarithm of the node.
    p: L,
}

/// e^((x + low)/T), for |x/T| < 2^17.
#[inline(always)]
pub fn exponential<L: Lanes>(x: L, low: L, grid: &Grid, shift: L, nodes: &Nodes) -> Exponential<L> {
    let place = x * L::splat(grid.per_unit) + shift;
    let n = place - shift;
    // The first product is exact and so is the first difference: what is left is at most half a step.
    let left = (x - n * L::splat(grid.step[0])) - (n * L::splat(grid.step[1]) - low);
    let (node, offset) = place.lookup(nodes, 0);
    let h = left * L::splat(grid.inverse) - offset;
    let h2 = h * h;
    let p = h + h2 * ((L::splat(C2) + h * L::splat(C3)) + h2 * L::splat(C4));
    Exponential { place, node, p }
}

impl<L: Lanes> Exponential<L> {
    /// (2^k·first, 2^k·second), for k from -1000 to 0.
    #[inline(always)]
    pub fn parts(self) -> (L, L) {
        // The shift puts k into the exponent; the row's number, shifted along, makes good what was taken from the node.
        let first = self.node.add_bits(self.place.shift_left::<{ 52 - BITS }>());
        (first, first * self.p)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The coefficients and the table serve one bound: 2^-57, which leaves a value its one rounding. It is tight at both ends of
    /// a cell and where the error of C3 turns, so each cell is gone through in small steps.
    #[test]
    fn the_pair_is_good_to_57_bits() {
        let grid = Grid::new(1.0);
        let mut worst = 0f64;
        for cell in (0..256).step_by(5) {
            for step in -100..=100 {
                let x = -(f64::from(cell) + f64::from(step) / 200.1) * core::f64::consts::LN_2 / 256.0;
                let (first, second) = exponential(x, 0.0, &grid, grid.shift(0.0), nodes()).parts();
                assert_eq!(first, head(first));
                let eighth = DoubleDouble::from(x / 8.0).exp_small();
                let exact = (0..3).fold(eighth, |power, _| power * power);
                let error = (DoubleDouble::from(first) - exact + DoubleDouble::from(second)) / exact;
                worst = worst.max(error.high.abs());
            }
        }
        assert!(worst < two_to(-57), "2^{}", worst.log2());
        // C3 makes the two largest errors of a cell equal: what is left of h^5/120 is 2^-57.4, and the rest are roundings.
        assert!(worst < 0.93 * two_to(-57), "{} of 2^-57", worst * two_to(57));
    }

    /// C3 is what makes the error of the polynomial as large where it turns as at the ends of a cell, so that the larger of the
    /// two is as small as it can be: both are 0.71·2^-57. With 0.86 or 0.88 for 0.87 one of them is above 0.73.
    #[test]
    fn c3_makes_the_error_at_the_ends_that_where_it_turns() {
        let end = core::f64::consts::LN_2 / 512.0;
        let error = |h: f64| {
            let long = DoubleDouble::from(h);
            let [c2, c3, c4] = [C2, C3, C4].map(DoubleDouble::from);
            let p = long + long * long * (c2 + long * c3 + long * long * c4);
            (long.exp_small() - DoubleDouble::from(1.0) - p).high.abs() * two_to(57)
        };
        // The inner three quarters have the turns.
        let turn = (-750..=750).map(|step| error(end * f64::from(step) / 1000.0)).fold(0.0, f64::max);
        for (what, largest) in [("where it turns", turn), ("at one end", error(-end)), ("at the other end", error(end))] {
            assert!((0.7..0.73).contains(&largest), "{largest}·2^-57 {what}");
        }
    }
}

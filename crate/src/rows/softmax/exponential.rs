//! e^(x/T) for softmax as an unevaluated pair: a power of two times a number of 26 bits from a table, and a small correction.
//! The pair is good to 2^-57. The caller does the only rounding, and the 26 bits make its first product exact.

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

/// Row j: a number of 26 bits close to 2^(j/256), with its exponent lowered by the j that [`exponential`] adds, and the
/// distance of its logarithm from j·ln 2/256. Knowing the logarithm of a short number, instead of the long number itself, saves
/// an addition; after Gal, Computing elementary functions: a new approach (1986).
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
        // Adds half of the last of the 26 bits, since 1 <= power < 2, to round to nearest.
        let node = head(power.high + two_to(-26));
        // ln(node/power) = ln(1 + off). Three terms are enough, because |off| < 2^-26.
        let off = ((DoubleDouble::from(node) - power) / power).high;
        let lowered = node.to_bits().wrapping_sub((j as u64) << (52 - BITS));
        row[0] = F64x2::from_array([f64::from_bits(lowered), off - off * off * (0.5 - off / 3.0)]);
        power = power * step;
    }
}

/// e^h = 1 + h + h²·(C2 + C3·h + C4·h²) for |h| < 0.00136, with an error below 2^-57. This is Taylor's series, except that C3
/// includes a share of h^5/120: the b·h³ for which the largest |h^5 - b·h³| is smallest has b = 0.87·(ln 2/512)².
const C2: f64 = 0.5;
const C3: f64 = 1.0 / 6.0 + 0.87 * (core::f64::consts::LN_2 / 512.0) * (core::f64::consts::LN_2 / 512.0) / 120.0;
const C4: f64 = 1.0 / 24.0;

/// `value` without its low 27 bits. The product of two such numbers is exact.
#[inline(always)]
pub fn head<L: Lanes>(value: L) -> L {
    value.and_bits(!0 << 27)
}

/// The grid of steps of T·ln 2/256 on which x is looked up, for one T.
#[derive(Clone, Copy, Debug)]
pub struct Grid {
    /// Grid steps per unit of x.
    per_unit: f64,
    /// A step: the first 26 bits, so that n times it is exact for |n| < 2^27, and the rest.
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

    /// The `shift` of [`exponential`] for results in units of e^(x/T) at the grid point closest to `x`.
    pub fn shift(&self, x: f64) -> f64 {
        let n = (x * self.per_unit + ROUND) - ROUND;
        ROUND - n
    }
}

/// e^(x/T) = 2^k·(first + second), where the first has 26 bits and |second| < first/700, in the units for which `shift` was
/// made.
#[derive(Clone, Copy, Debug)]
pub struct Exponential<L> {
    /// The grid point in the low bits: 256·k plus the row of the table.
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
    // The first product and the first difference are exact; the difference is at most half a step.
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
        // The shift puts k into the exponent. The number of the row, shifted along with it, compensates for what was subtracted
        // from the node.
        let first = self.node.add_bits(self.place.shift_left::<{ 52 - BITS }>());
        (first, first * self.p)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The coefficients and the table together meet one bound: 2^-57, which leaves a value its single rounding. The bound is
    /// tight at both ends of a cell and where the error of C3 has its extrema, so the test goes through cells in small steps.
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
        // C3 makes the two largest errors of a cell equal. What remains of h^5/120 is 2^-57.4; the rest is rounding.
        assert!(worst < 0.93 * two_to(-57), "{} of 2^-57", worst * two_to(57));
    }

    /// C3 makes the error of the polynomial as large at its extrema as at the ends of a cell, so that the larger of the two is
    /// as small as possible: both are 0.71·2^-57. With 0.86 or 0.88 in place of 0.87, one of them is above 0.73.
    #[test]
    fn c3_makes_the_error_at_the_ends_that_where_it_turns() {
        let end = core::f64::consts::LN_2 / 512.0;
        let error = |h: f64| {
            let long = DoubleDouble::from(h);
            let [c2, c3, c4] = [C2, C3, C4].map(DoubleDouble::from);
            let p = long + long * long * (c2 + long * c3 + long * long * c4);
            (long.exp_small() - DoubleDouble::from(1.0) - p).high.abs() * two_to(57)
        };
        // The extrema are in the inner three quarters.
        let turn = (-750..=750).map(|step| error(end * f64::from(step) / 1000.0)).fold(0.0, f64::max);
        for (what, largest) in [("where it turns", turn), ("at one end", error(-end)), ("at the other end", error(end))] {
            assert!((0.7..0.73).contains(&largest), "{largest}·2^-57 {what}");
        }
    }
}

//! Smooth functions and their derivatives as local polynomials on an even grid: x = g + h, and
//! f(x) = head + (tail + h·(c1 + h·(c2 + …))). One row of the table is one cache line. At the first use of a function, the rows
//! are filled from the power series of its formula, which gives the derivatives too. So a function consists of its formula and
//! its tails.

use crate::lanes::{F64x2, Lanes, Table};
use crate::numeric::double_double::DoubleDouble;
use crate::numeric::exp::ROUND;
use crate::numeric::powers::two_to;
use crate::numeric::series::Series;
use alloc::boxed::Box;
use alloc::vec;
use spin::Once;

/// The number of rows of every table. The number of a grid point, modulo this, is its row.
const ROWS: usize = 4096;

/// head, tail; c1, c2; c3, c4; c5, c6.
pub type Rows = Table<4, ROWS>;

/// The point at which a formula is asked for its series. The formula is called for the grid points from left to right.
#[derive(Clone, Copy, Debug)]
pub struct Point {
    /// The grid point.
    pub at: f64,
    /// The distance from the previous point.
    pub step: f64,
    /// e^g.
    pub power: DoubleDouble,
    /// The series that the formula gave for the previous point; None at the first.
    pub before: Option<Series>,
    /// The numbers that the formula kept there.
    pub kept: [DoubleDouble; 4],
}

impl Point {
    /// x.
    pub fn x(&self) -> Series {
        Series::variable(self.at)
    }
}

/// A function on a grid.
#[derive(Debug)]
pub struct Curve {
    /// Grid points per unit of x: a power of two.
    pub steps: f64,
    /// The interval [low, high] in which the polynomials hold, for the value, f′ and f″. Both ends are whole numbers of grid
    /// steps.
    pub near: [f64; 2],
    /// The series of f at a grid point, or of f(x)/x if `factored`.
    pub formula: fn(&mut Point) -> Series,
    /// Whether the value is x times the number in the table, which gives full accuracy close to f(0) = 0.
    pub factored: bool,
    /// Makes the series at g from the reflected series of −g and from g. The formula is then called only for the points from
    /// the left to 0.
    pub mirror: Option<fn(Series, f64) -> Series>,
    /// Whether f″ is even. Its table then covers only the left of 0, with a grid twice as fine, so that the polynomials are
    /// more accurate where f″ falls to its zero.
    pub even: bool,
    tables: [Once<&'static Rows>; 3],
}

impl Curve {
    /// A function whose tables are not filled yet.
    pub const fn new(steps: f64, near: [f64; 2], factored: bool, formula: fn(&mut Point) -> Series) -> Self {
        Self { steps, near, formula, factored, mirror: None, even: false, tables: [const { Once::new() }; 3] }
    }

    /// Declares that f″ is even.
    pub const fn even(mut self) -> Self {
        self.even = true;
        self
    }

    /// Declares that the right half follows from the left half by `mirror`.
    pub const fn mirrored(mut self, mirror: fn(Series, f64) -> Series) -> Self {
        self.mirror = Some(mirror);
        self
    }

    /// Grid points per unit of x for f, f′ or f″, and the interval in which the polynomials hold.
    #[inline(always)]
    fn grid(&self, order: usize) -> (f64, [f64; 2]) {
        if self.even && order == 2 { (2.0 * self.steps, [self.near[0], 0.0]) } else { (self.steps, self.near) }
    }

    /// The polynomials of f, f′ or f″.
    #[inline(always)]
    pub fn order(&'static self, order: usize) -> Polynomials {
        let table = &self.tables[order];
        let rows = match table.get() {
            Some(rows) => rows,
            None => table.call_once(|| self.fill(order)),
        };
        let (steps, near) = self.grid(order);
        Polynomials { rows, grid: ROUND / steps, near }
    }

    #[inline(never)]
    fn fill(&self, order: usize) -> &'static Rows {
        let mut rows: Box<[[F64x2; 4]]> = vec![[F64x2::ZERO; 4]; ROWS].into_boxed_slice();
        let (steps, near) = self.grid(order);
        let step = 1.0 / steps;
        let [first, last] = near.map(|end| (end * steps) as i32);
        let mirror = self.mirror.filter(|_| last > 0);
        let (start, end) = if mirror.is_some() { (first.min(-last), 0) } else { (first, last) };
        let growth = DoubleDouble::from(step).exp_small();
        let one = DoubleDouble::from(1.0);
        let mut power = whole_power(growth, start);
        let (mut before, mut kept) = (None, [one; 4]);
        let mut set = |n: i32, at: f64, series: Series| {
            let multiplied = if self.factored && order > 0 { series.times_variable(at) } else { series };
            // Points beyond the interval would overwrite other rows.
            if first <= n && n <= last {
                rows[n as usize % ROWS] = row(&multiplied, order, step / 2.0, self.factored && order == 0);
            }
        };
        for n in start..=end {
            let at = f64::from(n) * step;
            let mut point = Point { at, step, power, before, kept };
            let series = (self.formula)(&mut point);
            kept = point.kept;
            set(n, at, series);
            if let Some(mirror) = mirror {
                set(-n, -at, mirror(series.reflected(), -at));
            }
            before = Some(series);
            power = power * growth;
        }
        let rows: Box<Rows> = rows.try_into().unwrap_or_else(|_| Box::new([[F64x2::ZERO; 4]; ROWS]));
        Box::leak(rows)
    }
}

/// base^exponent.
#[inline(never)]
fn whole_power(base: DoubleDouble, exponent: i32) -> DoubleDouble {
    let one = DoubleDouble::from(1.0);
    let (mut power, mut square, mut left) = (one, base, exponent.unsigned_abs());
    while left > 0 {
        if left % 2 == 1 {
            power = power * square;
        }
        square = square * square;
        left /= 2;
    }
    if exponent < 0 { one / power } else { power }
}

/// A row of the table from a series, for the derivative of this order and |h| ≤ `reach`.
#[inline(never)]
fn row(series: &Series, order: usize, reach: f64, short: bool) -> [F64x2; 4] {
    // (k + order)!/k!
    let factor = |k: usize| (1..=order).fold(1.0, |product, i| product * (k + i) as f64);
    let c = |k: usize| series.0[k + order].high * factor(k);
    let constant = series.0[order] * DoubleDouble::from(factor(0));
    // At the zero of an odd function, the constant should be 0 but is not because of rounding.
    let is_zero = constant.high.abs() < c(1).abs() * two_to(-80);
    let constant = if is_zero { DoubleDouble::from(0.0) } else { constant };
    // A head of 26 bits, so that its product with the upper half of another number is exact.
    let head = if short { f64::from_bits((constant.high.to_bits() + (1 << 26)) & (!0 << 27)) } else { constant.high };
    let tail = (constant.high - head) + constant.low;
    // h^7 is replaced by the closest polynomial of degree 5, from Chebyshev's T7: T7(x)/64 = x^7 − (112·x^5 − 56·x^3 + 7·x)/64.
    let (last, w2) = (c(7), reach * reach);
    let c1 = c(1) + last * w2 * w2 * w2 * (7.0 / 64.0);
    let c3 = c(3) - last * w2 * w2 * (7.0 / 8.0);
    let c5 = c(5) + last * w2 * (7.0 / 4.0);
    [[head, tail], [c1, c(2)], [c3, c(4)], [c5, c(6)]].map(F64x2::from_array)
}

/// One table, with the constants that its lookup needs.
#[derive(Clone, Copy, Debug)]
pub struct Polynomials {
    rows: &'static Rows,
    grid: f64,
    /// The interval in which the polynomials hold.
    pub near: [f64; 2],
}

impl Polynomials {
    /// The function at x + low as head + rest, for near x; NaN for NaN.
    #[inline(always)]
    pub fn parts<L: Lanes>(self, x: L, low: L) -> (L, L) {
        let grid = x + L::splat(self.grid);
        let h = (x + (L::splat(self.grid) - grid)) + low;
        let (head, tail) = grid.lookup(self.rows, 0);
        let ((c1, c2), (c3, c4)) = (grid.lookup(self.rows, 1), grid.lookup(self.rows, 2));
        let (c5, c6) = grid.lookup(self.rows, 3);
        let h2 = h * h;
        let odd = c1 + h2 * (c3 + h2 * c5);
        let even = c2 + h2 * (c4 + h2 * c6);
        (head, tail + (h * odd + h2 * even))
    }

    /// The function.
    #[inline(always)]
    pub fn plain<L: Lanes>(self, x: L) -> L {
        let (head, rest) = self.parts(x, L::splat(-0.0));
        head + rest
    }

    /// `factor` times the function, for a table with short heads.
    #[inline(always)]
    pub fn times<L: Lanes>(self, x: L, low: L, factor: L) -> L {
        let (head, rest) = self.parts(x, low);
        let upper = factor.and_bits(!0 << 27);
        // The result gets the sign of the factor, also for a factor of −0, because the values in tables with short heads are
        // positive.
        (upper * head + ((factor - upper) * head + factor * rest)).or_lanes(factor.and_bits(1 << 63))
    }
}

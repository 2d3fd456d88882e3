//! Tables of a function on an exact grid, built in double-double at first use: they cost no bytes in the package.
//! Every entry is the function rounded once or twice, as the docs say, so that any correct way to make them gives these bits.

use crate::math::double_double::{DoubleDouble, LN2, round};
use crate::math::exp::two_to;
use spin::LazyLock;

/// `ROWS` rows, a power of two; each holds `COLUMNS` pairs.
pub type Table<const COLUMNS: usize, const ROWS: usize> = [[[f64; 2]; COLUMNS]; ROWS];

/// log2 of the number of rows of [`EXP2`].
pub const EXP2_BITS: u32 = 7;

/// Row j: 2^(j/128) as head and tail.
pub static EXP2: LazyLock<Table<1, 128>> = LazyLock::new(|| {
    let step = (LN2 / DoubleDouble::from(128.0)).exp_small();
    let mut table = [[[0.0; 2]; 1]; 128];
    let mut power = DoubleDouble::from(1.0);
    for row in &mut table {
        row[0] = pair(power);
        power = power * step;
    }
    table
});

/// Steps of the grids of [`EXPM1`] and [`TANH`] in a unit.
pub const FINE_STEPS: f64 = 16.0;
/// Steps of the grid of [`SIGMOID`] in a unit.
pub const COARSE_STEPS: f64 = 8.0;
/// [`EXPM1`] goes down to −38: below, e^x − 1 rounds to −1.
pub const EXPM1_LIMIT: f64 = 38.0;
/// [`TANH`] goes up to 20: above, tanh x rounds to 1.
pub const TANH_LIMIT: f64 = 20.0;
/// [`SIGMOID`] goes from −40 to 40: above, 1/(1 + e^−x) rounds to 1; below, to e^x.
pub const SIGMOID_LIMIT: f64 = 40.0;

/// Row −n: e^g − 1 at g = −n/16, the first number a multiple of the ulp of the largest |x| that is looked up there; e^g.
pub static EXPM1: LazyLock<Table<2, 1024>> = LazyLock::new(|| {
    let one = DoubleDouble::from(1.0);
    let mut table = [[[0.0; 2]; 2]; 1024];
    each_power(FINE_STEPS, EXPM1_LIMIT, |n, power| {
        let inverse = one / power;
        let expm1 = inverse - one;
        table[n.wrapping_neg() % 1024] = [expm1.split(quantum(n), fine(expm1)), pair(inverse)];
    });
    table
});

/// Row n: tanh g at g = n/16, the first number a multiple of the ulp of the largest |x| that is looked up there; 1 − tanh² g.
pub static TANH: LazyLock<Table<2, 512>> = LazyLock::new(|| {
    let one = DoubleDouble::from(1.0);
    let mut table = [[[0.0; 2]; 2]; 512];
    each_power(FINE_STEPS, TANH_LIMIT, |n, power| {
        let square = power * power;
        let above = square + one;
        let tanh = (square - one) / above;
        let deriv = DoubleDouble::from(4.0) * square / (above * above);
        table[n] = [tanh.split(quantum(n), fine(tanh)), pair(deriv)];
    });
    table
});

/// Row n: s = 1/(1 + e^−g) and s·(1 − s) at g = n/8, for negative n too.
pub static SIGMOID: LazyLock<Table<2, 1024>> = LazyLock::new(|| {
    let one = DoubleDouble::from(1.0);
    let mut table = [[[0.0; 2]; 2]; 1024];
    each_power(COARSE_STEPS, SIGMOID_LIMIT, |n, power| {
        let above = power + one;
        let deriv = pair(power / (above * above));
        table[n] = [pair(power / above), deriv];
        table[n.wrapping_neg() % 1024] = [pair(one / above), deriv];
    });
    table
});

/// Calls `body` with n and e^(n/steps) for n/steps from 0 to `limit`.
fn each_power(steps: f64, limit: f64, mut body: impl FnMut(usize, DoubleDouble)) {
    let step = DoubleDouble::from(1.0 / steps).exp_small();
    let mut power = DoubleDouble::from(1.0);
    for n in 0..=(limit * steps) as usize {
        body(n, power);
        power = power * step;
    }
}

/// The value rounded to f64, and what is left to 24 bits below its last.
fn pair(value: DoubleDouble) -> [f64; 2] {
    let fine = fine(value);
    [value.high, round(value.low / fine) * fine]
}

/// 2^-77 of the largest power of two in `value`: 24 bits below the last of an f64. Zero is no exception.
fn fine(value: DoubleDouble) -> f64 {
    f64::from_bits(value.high.abs().max(1e-30).to_bits() & (0x7ff << 52)) * two_to(-77)
}

/// ulp((n + 1/2)/16), at most 2^-52.
fn quantum(n: usize) -> f64 {
    fine(DoubleDouble::from(((n as f64 + 0.5) / FINE_STEPS).min(1.0))) * two_to(25)
}

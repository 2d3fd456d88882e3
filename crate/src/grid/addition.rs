//! Tables on exact grids for functions with an addition theorem, which carries the value from a grid point to x. They are
//! computed in double-double arithmetic at their first use, so they cost no bytes in the package. Every number is rounded once
//! from at least 90 bits, so any correct way to make the tables gives the same ones.

use crate::lanes::{F64x2, Table};
use crate::lazy::Lazy;
use crate::numeric::double_double::{DoubleDouble, exponent_of, pair, with_head};
use crate::numeric::powers::two_to;

/// All tables.
#[derive(Debug)]
pub struct Tables {
    /// Row −n modulo 1024: e^g − 1 and e^g at g = −n/16, down to −38, below which e^x − 1 rounds to −1. The head of the first
    /// is a multiple of the ulp of the largest |x| that is looked up in the row.
    pub expm1: Table<2, 1024>,
    /// Row n: tanh g and 1 − tanh² g at g = n/32, up to 20, above which tanh x rounds to 1. The head of the first is a multiple
    /// of the ulp of the largest |x| that is looked up in the row.
    pub tanh: Table<2, 1024>,
    /// Row n modulo 2048: s = 1/(1 + e^−g) and s·(1 − s) at g = n/16, from −40, below which sigmoid x rounds to e^x, to 40,
    /// above which it rounds to 1.
    pub sigmoid: Table<2, 2048>,
}

/// Grid points of `expm1` per unit of x.
pub const EXPM1_STEPS: f64 = 16.0;
/// Grid points of `tanh` per unit of x.
pub const TANH_STEPS: f64 = 32.0;
/// Grid points of `sigmoid` per unit of x.
pub const SIGMOID_STEPS: f64 = 16.0;
/// The table `expm1` goes down to minus this.
pub const EXPM1_LIMIT: f64 = 38.0;
/// The table `tanh` goes up to this.
pub const TANH_LIMIT: f64 = 20.0;
/// The table `sigmoid` goes from minus this up to this.
pub const SIGMOID_LIMIT: f64 = 40.0;

static TABLES: Lazy<Tables> = {
    let zero = F64x2::ZERO;
    Lazy::new(Tables { expm1: [[zero; 2]; 1024], tanh: [[zero; 2]; 1024], sigmoid: [[zero; 2]; 2048] }, fill)
};

/// The tables.
#[inline(always)]
pub fn tables() -> &'static Tables {
    TABLES.get()
}

fn fill(tables: &mut Tables) {
    let one = DoubleDouble::from(1.0);

    let mut power = one;
    let step = DoubleDouble::from(1.0 / EXPM1_STEPS).exp_small();
    for n in 0..=(TANH_LIMIT * TANH_STEPS) as usize {
        // e^(n/16) is e^−g for expm1, e^2g for tanh, and e^g for sigmoid.
        let inverse = one / power;
        if n <= (EXPM1_LIMIT * EXPM1_STEPS) as usize {
            tables.expm1[n.wrapping_neg() % 1024] = [pair(inverse - one, quantum(n, EXPM1_STEPS)), pair(inverse, 0.0)];
        }
        let above = power + one;
        let deriv = power / (above * above);
        tables.tanh[n] = [pair((power - one) / above, quantum(n, TANH_STEPS)), pair(DoubleDouble::from(4.0) * deriv, 0.0)];
        let deriv = pair(deriv, 0.0);
        // The head above 0 is 1 minus the head below 0, after that was rounded as it is when 1 is added to it (see
        // `SigmoidKernel`).
        let mirrored = one / above;
        let head = 1.0 - ((mirrored.high + 1.0) - 1.0);
        tables.sigmoid[n] = [with_head(power / above, head), deriv];
        tables.sigmoid[n.wrapping_neg() % 2048] = [pair(mirrored, 0.0), deriv];
        power = power * step;
    }
}

/// ulp((n + 1/2)/steps), at most 2^-52.
fn quantum(n: usize, steps: f64) -> f64 {
    exponent_of((n as f64 + 0.5) / steps).min(1.0) * two_to(-52)
}

#[cfg(test)]
mod tests {
    use super::tables;
    use crate::numeric::exp::exp2;

    /// The checksum that scripts/coefficients/tables.py computes from correctly rounded values.
    const CHECKSUM: u64 = 0x3b9d_40f3_6be5_a99e;

    #[test]
    fn tables_are_rounded_right() {
        let tables = tables();
        let mut checksum = 0xcbf2_9ce4_8422_2325_u64;
        let mut add = |pairs: &[crate::lanes::F64x2]| {
            for number in pairs.iter().flat_map(|pair| pair.to_array()) {
                for byte in (number + 0.0).to_le_bytes() {
                    checksum = (checksum ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
                }
            }
        };
        exp2().iter().for_each(|row| add(row));
        (0..=608_usize).for_each(|n| add(&tables.expm1[n.wrapping_neg() % 1024]));
        (0..=640).for_each(|n| add(&tables.tanh[n]));
        (-640..=640_isize).for_each(|n| add(&tables.sigmoid[n.rem_euclid(2048) as usize]));
        assert_eq!(checksum, CHECKSUM, "the tables have {checksum:#x}");
    }
}

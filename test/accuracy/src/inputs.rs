//! The inputs that element-wise functions are measured on: even steps over all bit patterns, random ones of every size, and those
//! where something happens, which are mostly found by looking at the kernel itself.

use crate::functions::{Hyperparameters, OPS, Op, Row};
use crate::random::{Random, power, step};
use core::f64::consts::LN_2;

/// A function with hyperparameters for which inputs are drawn.
pub struct Source<'a> {
    /// The function.
    pub row: &'a Row,
    /// Its hyperparameters.
    pub hyperparameters: Hyperparameters,
    /// Where f′ and f″ are 0.
    pub zeros: [Vec<f64>; 2],
}

const STEPS: [f64; 7] = [0.5, 0.25, 0.125, 0.0625, 0.03125, 0.015625, 0.0078125];

impl<'a> Source<'a> {
    /// For a function with these hyperparameters.
    pub fn new(row: &'a Row, hyperparameters: Hyperparameters) -> Self {
        Self { row, hyperparameters, zeros: row.zeros(&hyperparameters) }
    }

    /// Input `index` of `total`.
    pub fn draw(&self, random: &mut Random, index: u64, total: u64) -> f64 {
        match index % 16 {
            // Even steps over all bit patterns.
            0..3 => {
                let wide = (u128::from(index / 16 * 3 + index % 16) << 64) / (u128::from(total) * 3 / 16).max(1);
                f64::from_bits((wide as u64).wrapping_add(random.below(1 << 32)))
            }
            // Log-uniform where something happens.
            3..6 => random.sign() * random.magnitude(-60, 11),
            6 | 7 => random.range(-40.0, 40.0),
            8 => random.range(-750.0, 750.0),
            9 | 10 => self.crossing(random),
            11 => {
                let threshold = self.threshold(random);
                random.sign() * random.near(threshold)
            }
            // Beside the points and midpoints of grids and of reductions.
            12 => grid(random),
            13 => midpoint(random),
            14 => match random.below(4) {
                0 => random.sign() * random.magnitude(-1074, -1000),
                1 => special(random),
                _ => self.border(random),
            },
            _ => self.own(random),
        }
    }

    fn threshold(&self, random: &mut Random) -> f64 {
        let own = &self.row.points;
        if !own.is_empty() && random.bits() & 1 == 0 {
            random.pick(own)
        } else {
            match random.below(4) {
                0 => 0.5 * random.below(1600) as f64,
                1 => LN_2 * 0.5 * random.below(2160) as f64,
                2 => power(random.below(75) as i32 - 64),
                // Where e^x and its kin stop being normal, being anything, being finite; where 1 + e^-x and tanh x become 1.
                _ => random.pick(&[
                    708.3964185322641,
                    709.782712893384,
                    744.4400719213812,
                    745.1332191019411,
                    36.7368005696771,
                    37.42994775023705,
                    18.714973875118524,
                    19.06154746539849,
                    354.19820926613205,
                    372.56660955097055,
                ]),
            }
        }
    }

    /// An input that only these hyperparameters make interesting: a zero of a derivative, a hyperparameter or its inverse, and the
    /// points of the row scaled with them.
    fn own(&self, random: &mut Random) -> f64 {
        let zeros = self.zeros.concat();
        if !zeros.is_empty() && random.below(3) == 0 {
            let zero = random.pick(&zeros);
            return if random.bits() & 1 == 0 {
                random.near(zero)
            } else {
                let by = random.magnitude(-50, -2);
                zero * (1.0 + random.sign() * by)
            };
        }
        let count = self.row.names.len();
        if count == 0 || random.below(3) == 0 {
            return self.border(random);
        }
        let size = self.hyperparameters[random.below(count as u64) as usize].abs();
        let point = if self.row.points.is_empty() || random.bits() & 1 == 0 { 1.0 } else { random.pick(&self.row.points) };
        // alpha·x or alpha·e^x at the least normal number, at half the least subnormal one, at the largest one.
        let edge = random.pick(&[-1022.0, -1074.0, -1075.0, 1024.0, 0.0]);
        let x = match random.below(5) {
            0 => size * point,
            1 => point / size,
            2 => edge * LN_2 - size.ln(),
            3 => 2f64.powf(edge) / size,
            _ => size,
        };
        random.sign() * random.near(if x.is_finite() { x } else { point })
    }

    fn exponent(&self, op: Op, x: f64) -> u64 {
        self.row.one(op, self.hyperparameters, x).abs().to_bits() >> 52
    }

    /// An input beside one where the result becomes subnormal, 0 or infinite, or beyond it.
    fn border(&self, random: &mut Random) -> f64 {
        let op = OPS[random.below(3) as usize];
        let kind = |x: f64| match self.row.one(op, self.hyperparameters, x).abs() {
            0.0 => 0,
            size if size < f64::MIN_POSITIVE => 1,
            size if size.is_finite() => 2,
            _ => 3,
        };
        let sign = random.sign();
        let at = |bits: u64| sign * f64::from_bits(bits);
        // Mostly the next thousand: that is where exponentials end.
        let (mut low, mut high) = (random.magnitude(-60, 6).to_bits(), random.magnitude(9, 12).to_bits());
        if random.below(4) == 0 {
            (low, high) = (random.magnitude(-1074, 0).to_bits(), random.magnitude(0, 1024).to_bits());
        }
        let here = kind(at(low));
        if kind(at(high)) == here {
            return at(if random.bits() & 1 == 0 { low } else { high });
        }
        while high - low > 1 {
            let middle = low + (high - low) / 2;
            if kind(at(middle)) == here { low = middle } else { high = middle }
        }
        if random.below(3) == 0 { random.near(at(low)) } else { at(low) * (1.0 + random.sign() * 0.06 * random.unit()) }
    }

    /// An input whose result lies beside a power of two: just below one an error counts twice as much as just above.
    fn crossing(&self, random: &mut Random) -> f64 {
        let op = OPS[random.below(3) as usize];
        let mut here = match random.below(4) {
            0 => random.range(-750.0, 750.0),
            1 => random.sign() * random.magnitude(-40, 6),
            _ => random.range(-40.0, 40.0),
        };
        let start = self.exponent(op, here);
        let stride = random.sign() * here.abs().min(8.0) / 32.0;
        let mut there = here;
        for _ in 0..40 {
            there += stride;
            if self.exponent(op, there) != start {
                break;
            }
            here = there;
        }
        // Bisection; without a crossing it stays where it is, and that is an input too.
        for _ in 0..60 {
            let middle = 0.5 * (here + there);
            if middle == here || middle == there {
                break;
            }
            if self.exponent(op, middle) == start { here = middle } else { there = middle }
        }
        let far = if random.bits() & 1 == 0 { random.range(0.0, 0.125) } else { random.magnitude(-45, -3) };
        here + random.sign() * far * here.abs().min(1.0)
    }

    /// A value of f, as far as one can tell: between two of its values, or beside one.
    pub fn saved(&self, random: &mut Random, from: &[f64]) -> f64 {
        let mut value = || {
            let x = random.pick(from);
            self.row.one(Op::Value, self.hyperparameters, x)
        };
        let (a, b) = (value(), value());
        match random.below(4) {
            0 => a,
            1 => random.near(a),
            2 => a + (b - a) * random.magnitude(-54, 0),
            _ => a + (b - a) * random.unit(),
        }
    }
}

fn step_count(random: &mut Random, step: f64) -> f64 {
    // Half of the time few steps, half of the time up to 750.
    let most = if random.bits() & 1 == 0 { 40.0 } else { 750.0 };
    random.below((most / step) as u64) as f64
}

fn grid(random: &mut Random) -> f64 {
    let step = random.pick(&STEPS);
    let x = step_count(random, step) * step;
    random.sign() * random.near(x)
}

fn midpoint(random: &mut Random) -> f64 {
    let step = if random.bits() & 1 == 0 { random.pick(&STEPS) } else { LN_2 / power(random.below(9) as i32) };
    let x = (step_count(random, step) + 0.5) * step;
    random.sign() * random.near(x)
}

fn special(random: &mut Random) -> f64 {
    random.pick(&[
        0.0,
        -0.0,
        f64::INFINITY,
        f64::NEG_INFINITY,
        f64::NAN,
        f64::from_bits(0xfff4_0000_0000_0001),
        f64::MAX,
        f64::MIN,
        f64::MIN_POSITIVE,
        -f64::MIN_POSITIVE,
        f64::from_bits(1),
        -f64::from_bits(1),
        1.0,
        -1.0,
    ])
}

/// A neighbour of `x` within 2048 steps, or an input a little further away.
pub fn around(random: &mut Random, x: f64, place: usize) -> f64 {
    if place.is_multiple_of(8) {
        step(x, random.below(4096) as i64 - 2048)
    } else {
        x * (1.0 + random.sign() * random.magnitude(-26, -6))
    }
}

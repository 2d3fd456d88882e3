//! The element-wise functions: which inputs they get, and the error of every result.

use crate::Measured;
use crate::formulas::{Mismatch, Op, Point, Row, SLACK};
use crate::limits::{Exception, Limits};
use crate::random::{Random, power, step};
use crate::score::{Place, Sample, Tally, score};
use core::f64::consts::LN_2;

/// Inputs that are drawn and run together, so that all classes of alpha share their exponentials.
pub const BLOCK: usize = 4096;
/// Inputs that get the same alpha.
const CHUNK: usize = 256;
/// How many of a chunk depend on alpha: its tails and edges.
const OWN: usize = 32;

/// A class of alpha.
pub struct Class {
    /// Its name in the reports.
    pub name: &'static str,
    draw: fn(&mut Random, f64) -> f64,
}

const WITHOUT: &[Class] = &[Class { name: "", draw: |_, _| 0.0 }];

const ALPHAS: &[Class] = &[
    Class { name: "default", draw: |_, default| default },
    Class { name: "0.01 to 10", draw: |random, _| 0.01 * 1000f64.powf(random.unit()) },
    Class { name: "5e-324 to 0.01", draw: |random, _| tiny(random) },
    Class { name: "10 to 1.8e308", draw: |random, _| huge(random) },
    Class {
        name: "negative",
        draw: |random, _| -match random.below(4) {
            0 => tiny(random),
            1 => huge(random),
            2 => 1.0,
            _ => 0.01 * 1000f64.powf(random.unit()),
        },
    },
    Class { name: "zero", draw: |random, _| random.sign() * 0.0 },
];

/// Positive and below 0.01: also subnormal, a power of two, or beside the least normal number.
pub fn tiny(random: &mut Random) -> f64 {
    match random.below(8) {
        0 => f64::from_bits(1 + random.below(4)),
        1 => random.magnitude(-1074, -1022),
        2 => step(power(-1022), random.below(9) as i64 - 4),
        3 => power(-1022 + random.below(1000) as i32),
        _ => random.magnitude(-1074, -7),
    }
}

/// Above 10 and finite: also a power of two, or beside the largest number.
pub fn huge(random: &mut Random) -> f64 {
    match random.below(8) {
        0 => step(f64::MAX, -(random.below(4) as i64)),
        1 => random.magnitude(1000, 1024),
        2 => power(4 + random.below(1020) as i32),
        _ => random.magnitude(4, 1024),
    }
}

/// The classes of alpha of a row.
pub fn classes(row: &Row) -> &'static [Class] {
    if row.alpha.is_some() { ALPHAS } else { WITHOUT }
}

/// The operations that make sense for a class: a derivative from y does not for a negative alpha.
pub fn ops(class: &Class) -> &'static [Op] {
    if class.name == "negative" { &[Op::Value, Op::Deriv] } else { &[Op::Value, Op::Deriv, Op::FromValue] }
}

/// The empty tallies of a row: for each class and operation one for the ordinary limit, then one for each exception.
pub fn tallies(row: &Row, exceptions: &[Exception]) -> Vec<Vec<Vec<Tally>>> {
    vec![vec![vec![Tally::default(); 1 + exceptions.len()]; 3]; classes(row).len()]
}

/// The lines of the report.
pub fn collect(row: &'static Row, limits: &Limits, exceptions: &[Exception], tallies: Vec<Vec<Vec<Tally>>>) -> Vec<Measured> {
    let mut measured = Vec::new();
    for (class, tallies) in classes(row).iter().zip(tallies) {
        for (op, tallies) in ops(class).iter().map(|op| op.name()).zip(tallies) {
            for (place, tally) in tallies.into_iter().enumerate() {
                let exception = place.checked_sub(1).map(|place| exceptions[place].clone());
                if exception.as_ref().is_some_and(|exception| exception.op != op) {
                    continue;
                }
                let limit = exception.as_ref().map_or_else(|| limits.of(row.name, op), |exception| exception.limit);
                measured.push(Measured { function: row.name, op, class: class.name, limit, exception, tally });
            }
        }
    }
    measured
}

/// Measures block `index` of `blocks` for all classes; `tallies[class][op]` receives the errors.
pub fn block(
    row: &Row,
    exceptions: &[Exception],
    index: u64,
    blocks: u64,
    tallies: &mut [Vec<Vec<Tally>>],
) -> Result<(), Mismatch> {
    let mut random = Random::of(row.name, index);
    let shared: Vec<Point> =
        (0..BLOCK).map(|i| at(row, draw(&mut random, row, index * BLOCK as u64 + i as u64, blocks * BLOCK as u64))).collect();
    for (class, tallies) in classes(row).iter().zip(tallies) {
        for chunk in shared.chunks(CHUNK) {
            let alpha = (class.draw)(&mut random, row.alpha.unwrap_or(0.0));
            let own: Vec<Point> = (0..OWN).map(|_| at(row, own(&mut random, row, alpha))).collect();
            let values: Vec<Point> = (0..CHUNK).map(|_| saved(draw_value(&mut random, (row.range)(alpha)))).collect();
            for (&op, tallies) in ops(class).iter().zip(tallies.iter_mut()) {
                let points: Vec<&Point> = match op {
                    Op::FromValue => values.iter().collect(),
                    _ => chunk[OWN..].iter().chain(&own).collect(),
                };
                measure(row, exceptions, op, alpha, &points, tallies)?;
            }
        }
    }
    Ok(())
}

/// One of the worst inputs so far: its class, its operation, and itself.
pub struct Target {
    class: usize,
    op: usize,
    sample: Sample,
}

/// What to look around at.
pub fn targets(tallies: &[Vec<Vec<Tally>>]) -> Vec<Target> {
    let mut targets = Vec::new();
    for (class, tallies) in tallies.iter().enumerate() {
        for (op, tallies) in tallies.iter().enumerate() {
            let worst = tallies.iter().flat_map(|tally| &tally.worst);
            let worst = worst.filter(|one| one.error > 0.5 && one.error.is_finite() && one.x.is_finite());
            targets.extend(worst.map(|sample| Target { class, op, sample: sample.clone() }));
        }
    }
    targets
}

/// Measures a block of neighbours of a target, and of inputs nearby.
pub fn around(
    row: &Row,
    exceptions: &[Exception],
    target: &Target,
    index: u64,
    tallies: &mut [Vec<Vec<Tally>>],
) -> Result<(), Mismatch> {
    let Target { class, op, sample: Sample { x, hyperparameter, .. } } = target;
    let mut random = Random::of(row.name, x.to_bits() ^ index);
    let op_here = ops(&classes(row)[*class])[*op];
    let points: Vec<Point> = (0..BLOCK)
        .map(|place| {
            let x = if place % 8 == 0 {
                step(*x, random.below(4096) as i64 - 2048)
            } else {
                x * (1.0 + random.sign() * random.magnitude(-26, -6))
            };
            if op_here == Op::FromValue { saved(x) } else { at(row, x) }
        })
        .collect();
    measure(row, exceptions, op_here, *hyperparameter, &points.iter().collect::<Vec<_>>(), &mut tallies[*class][*op])
}

fn at(row: &Row, x: f64) -> Point {
    Point::new(x, row.exponent, crate::score::PRECISION)
}

fn saved(y: f64) -> Point {
    Point::new(y, |_| 0.0, crate::score::PRECISION)
}

/// The error of one operation at these points.
fn measure(
    row: &Row,
    exceptions: &[Exception],
    op: Op,
    alpha: f64,
    points: &[&Point],
    tallies: &mut [Tally],
) -> Result<(), Mismatch> {
    let x: Vec<f64> = points.iter().map(|point| point.x).collect();
    let mut got = vec![0.0; x.len()];
    (row.kernel.many)(op, alpha, &x, &mut got)?;
    let formula = match op {
        Op::Value => row.value,
        Op::Deriv => row.deriv,
        Op::FromValue => row.from_value,
    };
    for (point, got) in points.iter().zip(got) {
        let (error, exact) = score(got, SLACK, |precision| {
            if precision == point.precision {
                formula(point, alpha)
            } else {
                formula(&Point::new(point.x, row.exponent, precision), alpha)
            }
        });
        let place = exceptions
            .iter()
            .position(|one| one.op == op.name() && one.interval[0] <= point.x && point.x <= one.interval[1])
            .map_or(0, |place| place + 1);
        tallies[place].add(error, || Sample { error, x: point.x, hyperparameter: alpha, got, exact, place: Place::default() });
    }
    Ok(())
}

/// Input `index` of `total`.
fn draw(random: &mut Random, row: &Row, index: u64, total: u64) -> f64 {
    match index % 16 {
        // Even steps over all bit patterns.
        0..4 => {
            let wide = (u128::from(index / 16 * 4 + index % 16) << 64) / (u128::from(total) / 4);
            f64::from_bits((wide as u64).wrapping_add(random.below(1 << 32)))
        }
        // Log-uniform where something happens.
        4..7 => random.sign() * random.magnitude(-60, 11),
        7 | 10 => crossing(random, row, row.alpha.unwrap_or(0.0)),
        8 | 9 => random.range(-40.0, 40.0),
        11 => random.range(-750.0, 750.0),
        12 => {
            let threshold = threshold(random, row);
            random.sign() * random.near(threshold)
        }
        // Beside the points and midpoints of grids and of reductions.
        13 => grid(random),
        14 => midpoint(random),
        _ => match random.below(4) {
            0 => random.sign() * random.magnitude(-1074, -1000),
            1 => special(random),
            _ => tail(random, row, 0.0),
        },
    }
}

fn threshold(random: &mut Random, row: &Row) -> f64 {
    if !row.thresholds.is_empty() && random.bits() & 1 == 0 {
        random.pick(row.thresholds)
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

const STEPS: [f64; 7] = [0.5, 0.25, 0.125, 0.0625, 0.03125, 0.015625, 0.0078125];

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

/// An input whose result is about to be, or is, subnormal or zero when alpha is e^shift.
fn tail(random: &mut Random, row: &Row, shift: f64) -> f64 {
    if row.tails.is_empty() {
        return random.range(-40.0, 40.0);
    }
    let [low, high] = row.tails[random.below(row.tails.len() as u64) as usize];
    random.range(low - shift, high - shift)
}

/// An input that only this alpha makes interesting.
fn own(random: &mut Random, row: &Row, alpha: f64) -> f64 {
    let size = alpha.abs();
    if size == 0.0 {
        return tail(random, row, 0.0);
    }
    match random.below(5) {
        0 | 1 => tail(random, row, size.ln()),
        3 => crossing(random, row, alpha),
        // alpha·x or alpha·e^x at the least normal number, at half the least subnormal one, at the largest one.
        2 => {
            let edge = random.pick(&[-1022.0, -1074.0, -1075.0, 1024.0, 0.0]);
            let x = edge * LN_2 - size.ln();
            random.near(x)
        }
        _ => {
            let edge = random.pick(&[power(-1022), power(-1022) * power(-52), f64::MAX, 1.0]);
            let x = edge / size;
            random.sign() * random.near(x)
        }
    }
}

/// An input whose result lies beside a power of two: just below one an error counts twice as much as just above.
fn crossing(random: &mut Random, row: &Row, alpha: f64) -> f64 {
    let op = if random.bits() & 1 == 0 { Op::Value } else { Op::Deriv };
    let exponent = |x: f64| (row.kernel.one)(op, alpha, x).abs().to_bits() >> 52;
    let mut here = match random.below(4) {
        0 => random.range(-750.0, 750.0),
        1 => random.sign() * random.magnitude(-40, 6),
        _ => random.range(-40.0, 40.0),
    };
    let start = exponent(here);
    let stride = random.sign() * here.abs().min(8.0) / 32.0;
    let mut there = here;
    for _ in 0..40 {
        there += stride;
        if exponent(there) != start {
            break;
        }
        here = there;
    }
    // Bisection; without a crossing it stays where it is, and that is an input too.
    for _ in 0..60 {
        let middle = 0.5 * (here + there);
        if exponent(middle) == start { here = middle } else { there = middle }
    }
    let far = if random.bits() & 1 == 0 { random.range(0.0, 0.125) } else { random.magnitude(-45, -3) };
    here + random.sign() * far * here.abs().min(1.0)
}

/// A value of f, given the interval of its values.
fn draw_value(random: &mut Random, [low, high]: [f64; 2]) -> f64 {
    let y = match random.below(8) {
        0 => f64::from_bits(random.bits()),
        1 | 2 => random.sign() * random.magnitude(-1074, 1024),
        3 => random.sign() * random.magnitude(-60, 4),
        4 if low.is_finite() => step(low, random.below(1 << 12) as i64),
        4 | 5 if high.is_finite() => high * (1.0 - random.magnitude(-54, 0).min(1.0)),
        5 if low.is_finite() => low * (1.0 - random.magnitude(-54, 0).min(1.0)),
        6 if random.below(64) == 0 => special(random),
        6 if low.is_finite() => low * random.unit(),
        _ if high.is_finite() => high * random.unit(),
        _ => random.sign() * random.magnitude(-30, 30),
    };
    // Outside there is no y = f(x): mirrored at 0, else drawn towards it.
    if y.is_nan() || (low <= y && y <= high) {
        y
    } else if low <= -y && -y <= high {
        -y
    } else {
        y.clamp(low, high) * random.unit()
    }
}

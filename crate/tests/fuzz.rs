//! The kernels, the tables and the buffers with anything that can be passed to them: no panics, and the same bits for one
//! element as for all, in place as apart, and for each row alone. Seeded, some hundred rounds each. `./build.sh soak` sets
//! SOAK_SECONDS and SOAK_SEED, and the tests then continue for that time.

use core::cell::Cell;
use nonlin::elementwise::{run, scalar};
use nonlin::grid::polynomial::{Curve, Point};
use nonlin::loops::{BACKWARD_X, BACKWARD_Y, DERIV, DERIV2, VALUE, VALUE_AND_DERIV};
use nonlin::memory::{self, address, allocate, release};
use nonlin::numeric::series::Series;
use nonlin::rows::cells::{GRU, LSTM, cells};
use nonlin::rows::contraction::contract;
use nonlin::rows::{
    CROSS_ENTROPY, CROSS_ENTROPY_OF_DISTRIBUTIONS, EMPTY_IS_ZERO, GEGLU, GLU, LOG_SOFTMAX, LOG_SUM_EXP, PRELU, REGLU,
    SIGMOID_CROSS_ENTROPY, SOFTMAX, SOFTMIN, SPARSEMAX, SWIGLU, rows,
};
use std::env;
use std::time::{Duration, Instant};

/// Splitmix64.
struct Random(u64);

impl Random {
    fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// From 0 to `count` − 1.
    fn below(&mut self, count: u64) -> u64 {
        self.bits() % count
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len() as u64) as usize]
    }

    /// From −1 to 1.
    fn unit(&mut self) -> f64 {
        (self.bits() >> 11) as f64 * 2f64.powi(-52) - 1.0
    }

    /// A number of any kind.
    fn number(&mut self) -> f64 {
        match self.below(8) {
            0 => self.pick(&[0.0, -0.0, f64::INFINITY, f64::NEG_INFINITY, f64::NAN, 5e-324, -5e-324, f64::MAX, f64::MIN, 1e-310]),
            1 => f64::from_bits(self.bits()),
            2 => self.unit() * 800.0,
            3 => (self.below(2561) as f64 - 1280.0) / 32.0,
            _ => self.unit() * 20.0,
        }
    }

    fn numbers(&mut self, count: usize) -> Vec<f64> {
        (0..count).map(|_| self.number()).collect()
    }
}

/// Calls `round` repeatedly.
fn rounds(name: &str, least: u64, mut round: impl FnMut(&mut Random)) {
    let number = |variable: &str| env::var(variable).ok().and_then(|text| text.parse::<f64>().ok());
    let seed = number("SOAK_SEED").unwrap_or(14.0) as u64;
    // Eight tests share the time, two at once.
    let time = Duration::from_secs_f64(number("SOAK_SECONDS").unwrap_or(0.0) / 8.0 * 2.0);
    let (start, mut done) = (Instant::now(), 0);
    while done < least || start.elapsed() < time {
        // Each round has its own seed, which names a round that fails.
        let own = seed.wrapping_mul(1_000_003).wrapping_add(done);
        let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| round(&mut Random(own))));
        assert!(result.is_ok(), "{name}: round {done} of seed {seed}");
        done += 1;
    }
    println!("{name}: {done} rounds");
}

fn filled(values: &[f64]) -> u32 {
    let handle = allocate(values.len() as u32);
    memory::with([handle], |[pairs]| pairs.as_flattened().iter().zip(values).for_each(|(cell, &value)| cell.set(value)));
    handle
}

fn contents(handle: u32, count: usize) -> Vec<f64> {
    memory::with([handle], |[pairs]| pairs.as_flattened().iter().take(count).map(Cell::get).collect())
}

fn same(a: f64, b: f64) -> bool {
    a.to_bits() == b.to_bits() || a.is_nan() && b.is_nan()
}

#[track_caller]
fn expect_same(what: &str, got: &[f64], wanted: &[f64]) {
    assert_eq!(got.len(), wanted.len(), "{what}");
    for (i, (&got, &wanted)) in got.iter().zip(wanted).enumerate() {
        assert!(same(got, wanted), "{what}: element {i} is {got:e}, not {wanted:e}");
    }
}

const HYPERPARAMETERS: [f64; 14] =
    [1.0, 0.3, 0.0, -0.0, -1.0, 1.702, 20.0, 1e-3, 5e-324, -1e-310, 1e16, 1e300, f64::MAX, f64::MIN];

/// The numbers go beyond those of the activations; for a number without an activation, nothing is written.
const NUMBERS: u64 = 40;

#[test]
fn elementwise() {
    let operations = [VALUE, DERIV, BACKWARD_X, BACKWARD_Y, VALUE_AND_DERIV, DERIV2];
    rounds("elementwise", 4000, |random| {
        let kernel = random.below(NUMBERS) as u32;
        let op = random.pick(&operations);
        let p = [0; 4].map(|_| random.pick(&HYPERPARAMETERS));
        let count = random.pick(&[0, 1, 2, 3, 7, 127, 128, 129, 257, 1000]) as usize;
        let (x, dy) = (random.numbers(count), random.numbers(count));
        let (a, b) = (filled(&x), filled(&dy));
        // The result goes to a buffer of its own, or to one of the inputs.
        let place = random.below(3);
        let out = if place == 0 {
            filled(&vec![7.0; count])
        } else if place == 1 {
            a
        } else {
            b
        };
        if op == VALUE_AND_DERIV && out == b {
            [a, b].into_iter().for_each(release);
            return;
        }
        run(kernel, op, a, b, out, count as u32, p[0], p[1], p[2], p[3]);
        let one = |op: u32, i: usize| scalar(kernel, op, x[i], dy[i], p[0], p[1], p[2], p[3]);
        let what = format!("activation {kernel}, operation {op}, {p:?}");
        let (got, beside) = (contents(out, count), contents(b, count));
        // An operation that an activation does not have gives NaN for a number, and leaves buffers unchanged.
        let has = |op: u32| count == 0 || (0..count).any(|i| !one(op, i).is_nan());
        if op == VALUE_AND_DERIV {
            if has(VALUE) {
                expect_same(&what, &got, &(0..count).map(|i| one(VALUE, i)).collect::<Vec<_>>());
                expect_same(&what, &beside, &(0..count).map(|i| one(DERIV, i)).collect::<Vec<_>>());
            }
        } else if has(op) {
            expect_same(&what, &got, &(0..count).map(|i| one(op, i)).collect::<Vec<_>>());
        }
        if op != BACKWARD_Y {
            for (x, y) in x.iter().zip(&got).filter(|(x, _)| x.is_nan() && has(op)) {
                assert!(y.is_nan(), "{what}: {y} for {x}");
            }
        }
        if out != a {
            expect_same(&format!("{what}: the input"), &contents(a, count), &x);
        }
        [a, b, out].into_iter().for_each(release);
    });
}

/// How many numbers an operation along a row with this many units gives.
fn results(kernel: u32, op: u32, units: usize) -> usize {
    match (kernel, op) {
        (LOG_SUM_EXP, VALUE) => 1,
        (LOG_SUM_EXP, _) => units,
        (_, DERIV) => units * units,
        _ => units,
    }
}

#[test]
fn along_rows() {
    let kernels = [SOFTMAX, SOFTMIN, LOG_SOFTMAX, LOG_SUM_EXP, SPARSEMAX];
    rounds("along rows", 1500, |random| {
        let kernel = random.pick(&kernels);
        let op = match kernel {
            SOFTMAX | SOFTMIN => random.pick(&[VALUE, DERIV, BACKWARD_X, BACKWARD_Y]),
            LOG_SUM_EXP => random.pick(&[VALUE, BACKWARD_X]),
            _ => random.pick(&[VALUE, BACKWARD_X, BACKWARD_Y]),
        };
        let [outer, units, inner] = sizes(random);
        let p = random.pick(&[1.0, 0.5, 3.0, 1e-3, 1e3, 5e-324, 1e-300, 1e300, f64::MAX]);
        let mut x = random.numbers(outer * units * inner);
        if random.below(2) == 0 {
            x.iter_mut().filter(|x| !x.is_finite()).for_each(|x| *x = f64::NEG_INFINITY);
        }
        let each = results(kernel, op, units);
        // Log-sum-exp has one result and one dy for each row.
        let one_dy = kernel == LOG_SUM_EXP;
        let dy = random.numbers(if one_dy { outer * inner } else { x.len() });
        let handles = [filled(&x), filled(&dy), filled(&vec![7.0; outer * inner * each])];
        let call = |[a, b, out]: [u32; 3], outer: usize, inner: usize| {
            rows(kernel, op, a, b, out, outer as u32, units as u32, inner as u32, p, p)
        };
        assert_eq!(call(handles, outer, inner), 0);
        let got = contents(handles[2], outer * inner * each);
        for row in 0..outer * inner {
            let (block, column) = (row / inner, row % inner);
            let place = |u: usize| (block * units + u) * inner + column;
            let slice = |from: &[f64]| (0..units).map(|u| from[place(u)]).collect::<Vec<_>>();
            let alone = [filled(&slice(&x)), filled(&if one_dy { vec![dy[row]] } else { slice(&dy) }), filled(&vec![7.0; each])];
            assert_eq!(call(alone, 1, 1), 0);
            let wanted = contents(alone[2], each);
            // For a Jacobian, and for one number per row, the row's index comes first.
            let own = if each == units { slice(&got) } else { got[row * each..][..each].to_vec() };
            expect_same(
                &format!("kernel {kernel}, operation {op}, ({outer}, {units}, {inner}), T {p}, row {row}"),
                &own,
                &wanted,
            );
            if matches!(kernel, SOFTMAX | SOFTMIN | SPARSEMAX) && op == VALUE {
                let sum: f64 = own.iter().sum();
                assert!(
                    sum.is_nan() || (sum - 1.0).abs() < 1e-13,
                    "kernel {kernel}, T {p:e}: {:?} gives {own:?}, which adds up to {sum}",
                    slice(&x)
                );
            }
            alone.into_iter().for_each(release);
        }
        handles.into_iter().for_each(release);
    });
}

/// Some (outer, units, inner).
fn sizes(random: &mut Random) -> [usize; 3] {
    [random.below(5) as usize, random.pick(&[1, 2, 3, 4, 7, 16, 33, 130]), random.pick(&[1, 1, 1, 2, 3, 8])]
}

#[test]
fn losses() {
    rounds("losses", 1500, |random| {
        let kernel = random.pick(&[CROSS_ENTROPY, CROSS_ENTROPY_OF_DISTRIBUTIONS, SIGMOID_CROSS_ENTROPY]);
        let op = random.pick(&[VALUE, DERIV, VALUE_AND_DERIV]);
        let flag = random.pick(&[0, EMPTY_IS_ZERO]);
        let [outer, units, inner] = sizes(random);
        let temperature = random.pick(&[1.0, 0.5, 3.0, 1e-3, 5e-324, 1e300, f64::MAX]);
        let mut x = random.numbers(outer * units * inner);
        if random.below(2) == 0 {
            x.iter_mut().filter(|x| !x.is_finite()).for_each(|x| *x = f64::NEG_INFINITY);
        }
        let rows_of = outer * inner;
        let labels: Vec<f64> = match kernel {
            CROSS_ENTROPY => (0..rows_of)
                .map(|_| match random.below(9) {
                    0 => random.number(),
                    1 => -100.0,
                    _ => random.below(units as u64) as f64,
                })
                .collect(),
            _ => (0..x.len()).map(|_| if random.below(9) == 0 { random.number() } else { (random.unit() + 1.0) / 2.0 }).collect(),
        };
        let one_loss = kernel != SIGMOID_CROSS_ENTROPY;
        let losses = if one_loss { rows_of } else { x.len() };
        let call = |[a, b, out, kept]: [u32; 4], outer: usize, inner: usize| {
            rows(kernel, op + flag, a, b, out, outer as u32, units as u32, inner as u32, temperature, f64::from(kept))
        };
        let results = if op == VALUE { losses } else { x.len() };
        let handles = [&x, &labels, &vec![7.0; results], &vec![7.0; losses]].map(|values| filled(values));
        assert_eq!(call(handles, outer, inner), 0);
        let (got, kept) = (contents(handles[2], results), contents(handles[3], losses));
        for row in 0..rows_of {
            let place = |u: usize| ((row / inner) * units + u) * inner + row % inner;
            let along = |from: &[f64]| (0..units).map(|u| from[place(u)]).collect::<Vec<_>>();
            let part = |from: &[f64], one: bool| if one { vec![from[row]] } else { along(from) };
            let own = [along(&x), part(&labels, kernel == CROSS_ENTROPY)];
            let count = if op == VALUE && one_loss { 1 } else { units };
            let lost = if one_loss { 1 } else { units };
            let alone = [&own[0], &own[1], &vec![7.0; count], &vec![7.0; lost]].map(|values| filled(values));
            assert_eq!(call(alone, 1, 1), 0);
            let what = format!("loss {kernel}, operation {op} + {flag}, T {temperature:e}, {own:?}");
            expect_same(&what, &part(&got, op == VALUE && one_loss), &contents(alone[2], count));
            if op == VALUE_AND_DERIV {
                expect_same(&what, &part(&kept, one_loss), &contents(alone[3], lost));
            }
            if op == VALUE && kernel == CROSS_ENTROPY {
                let loss = contents(alone[2], 1)[0];
                assert!(loss.is_nan() || loss >= 0.0, "{what}: {loss:e}");
            }
            alone.into_iter().for_each(release);
        }
        handles.into_iter().for_each(release);
    });
}

#[test]
fn units_and_slopes() {
    rounds("units and slopes", 1500, |random| {
        let [outer, units, inner] = sizes(random);
        let size = outer * units * inner;
        let kernel = random.pick(&[GLU, SWIGLU, REGLU, GEGLU, PRELU]);
        let [outer32, units32, inner32] = [outer, units, inner].map(|size| size as u32);
        if kernel == PRELU {
            let op = random.pick(&[VALUE, DERIV, DERIV2, VALUE_AND_DERIV, BACKWARD_X]);
            let (x, dy, slopes) = (random.numbers(size), random.numbers(size), random.numbers(units));
            let handles = [&x, &dy, &vec![7.0; size], &slopes, &vec![7.0; units]].map(|values| filled(values));
            let [a, b, out, alpha, gradient] = handles;
            assert_eq!(rows(kernel, op, a, b, out, outer32, units32, inner32, f64::from(alpha), f64::from(gradient)), 0);
            let wanted = |op: u32| -> Vec<f64> {
                let of = |i: usize| {
                    let (x, slope) = (x[i], slopes[i / inner % units]);
                    let deriv = if x.is_nan() {
                        x
                    } else if x > 0.0 {
                        1.0
                    } else {
                        slope
                    };
                    match op {
                        VALUE | VALUE_AND_DERIV => x * if x > 0.0 { 1.0 } else { slope },
                        DERIV => deriv,
                        DERIV2 if deriv.is_nan() => deriv,
                        DERIV2 => 0.0,
                        _ => dy[i] * deriv,
                    }
                };
                (0..size).map(of).collect()
            };
            let what = format!("prelu, operation {op}, {x:?}, slopes {slopes:?}");
            expect_same(&what, &contents(out, size), &wanted(op));
            if op == VALUE_AND_DERIV {
                expect_same(&what, &contents(b, size), &wanted(DERIV));
            }
            if op == BACKWARD_X {
                for (channel, got) in contents(gradient, units).into_iter().enumerate() {
                    let terms = || {
                        (0..size)
                            .filter(|i| i / inner % units == channel && (x[*i] <= 0.0 || x[*i].is_nan()))
                            .map(|i| dy[i] * x[i])
                    };
                    // Within a millionth, because sums of the terms themselves overflow in one order and not in another.
                    let scale = 2f64.powi(-20);
                    let sum: f64 = terms().map(|term| term * scale).sum();
                    let sizes: f64 = terms().map(|term| (term * scale).abs()).sum();
                    let close = (got * scale - sum).abs() <= 1e-13 * sizes + f64::from_bits(size as u64);
                    let far = !got.is_finite() && (sizes.is_nan() || sizes > f64::MAX * scale);
                    assert!(close || far, "slope {channel} of {units}: {got:e}, not {:e}", sum / scale);
                }
            }
            handles.into_iter().for_each(release);
            return;
        }
        let op = random.pick(&[VALUE, BACKWARD_X]);
        let (x, dy) = (random.numbers(2 * size), random.numbers(size));
        let results = if op == VALUE { size } else { 2 * size };
        let handles = [&x, &dy, &vec![7.0; results]].map(|values| filled(values));
        let [a, b, out] = handles;
        assert_eq!(rows(kernel, op, a, b, out, outer32, units32, inner32, 0.0, 0.0), 0);
        let got = contents(out, results);
        // Each element alone, whose a is `width` before its b.
        let width = units * inner;
        for i in 0..size {
            let place = i / width * 2 * width + i % width;
            let single = [filled(&[x[place], x[place + width]]), filled(&[dy[i]]), filled(&[7.0; 2])];
            assert_eq!(rows(kernel, op, single[0], single[1], single[2], 1, 1, 1, 0.0, 0.0), 0);
            let wanted = contents(single[2], if op == VALUE { 1 } else { 2 });
            let own = if op == VALUE { vec![got[i]] } else { vec![got[place], got[place + width]] };
            expect_same(
                &format!("unit {kernel}, operation {op}, {:e} and {:e}, dy {:e}", x[place], x[place + width], dy[i]),
                &own,
                &wanted,
            );
            single.into_iter().for_each(release);
        }
        handles.into_iter().for_each(release);
    });
}

#[test]
fn cells_and_contractions() {
    rounds("cells and contractions", 1500, |random| {
        let rows = random.below(5) as usize;
        let units = random.pick(&[1, 2, 3, 4, 7, 16, 33, 130, 131]) as usize;
        if random.below(2) == 0 {
            let (a, b) = (random.numbers(rows * units), random.numbers(rows * units * units));
            let handles = [&a, &b, &vec![7.0; a.len()]].map(|values| filled(values));
            let [x, matrix, out] = handles;
            assert_eq!(contract(x, matrix, out, rows as u32, units as u32), 0);
            let apart = contents(out, a.len());
            assert_eq!(contract(x, matrix, x, rows as u32, units as u32), 0);
            expect_same("the contraction in place", &contents(x, a.len()), &apart);
            for (i, &got) in apart.iter().enumerate() {
                let (row, column) = (i / units, i % units);
                let term = |k: usize| a[row * units + k] * b[(row * units + k) * units + column];
                let sum = |odd: usize| (odd..units).step_by(2).fold(0.0, |sum, k| sum + term(k));
                assert!(same(got, sum(0) + sum(1)), "({rows}, {units}), entry {i}: {got:e}");
            }
            handles.into_iter().for_each(release);
            return;
        }
        let kernel = random.pick(&[LSTM, GRU]);
        let op = random.pick(&[VALUE, BACKWARD_X]);
        let count = if kernel == LSTM { 4 } else { 3 };
        let (gates, others) = (random.numbers(rows * count * units), [(); 4].map(|()| random.numbers(rows * units)));
        // `other`, and the gradient of the state, may be missing.
        let there = [true, random.below(2) == 0, true, random.below(2) == 0];
        let call = |gates: &[f64], others: [&[f64]; 4], rows: usize, units: usize| {
            let inputs = [0, 1, 2, 3].map(|n| if there[n] { filled(others[n]) } else { 0 });
            let outputs = [count * rows * units, rows * units, rows * units].map(|size| filled(&vec![7.0; size]));
            let first = filled(gates);
            let [state, other, d1, d2] = inputs;
            cells(kernel, op, first, state, other, d1, d2, outputs[0], outputs[1], outputs[2], rows as u32, units as u32);
            let results = [0, 1, 2].map(|n| contents(outputs[n], if n == 0 { count * rows * units } else { rows * units }));
            inputs.into_iter().chain(outputs).chain([first]).for_each(release);
            results
        };
        let all = call(&gates, others.each_ref().map(|values| &values[..]), rows, units);
        for i in 0..rows * units {
            let (row, unit) = (i / units, i % units);
            let gate = |from: &[f64]| (0..count).map(|n| from[(row * count + n) * units + unit]).collect::<Vec<_>>();
            let alone = call(&gate(&gates), others.each_ref().map(|values| &values[i..=i]), 1, 1);
            let what = format!("cell {kernel}, operation {op}, gates {:?}", gate(&gates));
            if op == VALUE {
                assert!(same(all[0][i], alone[0][0]), "{what}: {:e}, alone {:e}", all[0][i], alone[0][0]);
            } else {
                expect_same(&what, &gate(&all[0]), &alone[0]);
            }
            [1, 2].iter().for_each(|&n| assert!(same(all[n][i], alone[n][0]), "{what}, result {n}"));
        }
    });
}

fn exp(point: &mut Point) -> Series {
    Series::exponentials([(point.power, 1.0)])
}

fn logistic(point: &mut Point) -> Series {
    Series::exponentials([(point.power, 1.0)]) / (Series::exponentials([(point.power, 1.0)]) + Series::one())
}

fn cube(point: &mut Point) -> Series {
    point.x() * point.x() * point.x()
}

#[test]
fn tables() {
    type Formula = fn(&mut Point) -> Series;
    type Exact = fn(f64) -> [f64; 3];
    let functions: [(Formula, Exact); 3] = [
        (exp, |x| [x.exp(); 3]),
        (logistic, |x| {
            let s = 1.0 / (1.0 + (-x).exp());
            let t = 1.0 / (1.0 + x.exp());
            [s, s * t, s * t * (t - s)]
        }),
        (cube, |x| [x * x * x, 3.0 * x * x, 6.0 * x]),
    ];
    let mut left = 60;
    rounds("tables", 20, |random| {
        // A table is never freed, so there must not be more of them than the memory has room for.
        if left == 0 {
            std::thread::sleep(Duration::from_millis(5));
            return;
        }
        left -= 1;
        let (formula, exact) = random.pick(&functions);
        let steps = random.pick(&[32.0, 64.0, 128.0]);
        let low = -(random.below(15) as f64);
        let high = low + 1.0 + random.below(15) as f64;
        let curve: &'static Curve = Box::leak(Box::new(Curve::new(steps, [low, high], false, formula)));
        for order in 0..3 {
            let table = curve.order(order);
            for _ in 0..2000 {
                let x = low + (high - low) * (random.unit() * 0.5 + 0.5);
                let (got, wanted) = (table.plain(x), exact(x)[order]);
                // The formula in f64 has an error of a few ulp itself, and of more where it cancels.
                let allowed = 1e-14 * wanted.abs().max(exact(x)[0].abs() * 1e-2);
                assert!(
                    (got - wanted).abs() <= allowed,
                    "order {order} at {x}: {got:e}, not {wanted:e}; {steps} steps, [{low}, {high}]"
                );
            }
        }
        assert!(curve.order(0).plain(f64::NAN).is_nan());
    });
}

#[test]
fn buffers() {
    rounds("buffers", 200, |random| {
        let mut live: Vec<(u32, usize, f64)> = Vec::new();
        for _ in 0..200 {
            match random.below(4) {
                0 if !live.is_empty() => {
                    let (handle, count, mark) = live.swap_remove(random.below(live.len() as u64) as usize);
                    assert!(contents(handle, count).iter().all(|&value| value == mark), "handle {handle} changed on its own");
                    release(handle);
                    assert_eq!(contents(handle, count), [], "handle {handle} after its release");
                    // Releasing a handle twice is harmless, and so is releasing a number that never was a handle.
                    release(handle);
                    release(u32::MAX);
                    release(0);
                }
                1 if !live.is_empty() => {
                    let at = random.below(live.len() as u64) as usize;
                    let mark = random.unit();
                    live[at].2 = mark;
                    memory::with([live[at].0], |[pairs]| pairs.as_flattened().iter().for_each(|cell| cell.set(mark)));
                }
                _ => {
                    let count = random.pick(&[0, 1, 2, 3, 100, 511, 512, 513, 5000]) as usize;
                    let handle = allocate(count as u32);
                    assert!(live.iter().all(|&(other, ..)| other != handle), "handle {handle} given twice");
                    assert_eq!(address(handle) % 16, 0);
                    assert!(contents(handle, count).iter().all(|value| value.to_bits() == 0), "handle {handle} is not zeros");
                    live.push((handle, count, 0.0));
                }
            }
        }
        live.into_iter().for_each(|(handle, ..)| release(handle));
    });
}

#[test]
fn formats() {
    rounds("formats", 2000, |random| {
        let count = random.pick(&[0, 1, 2, 3, 4, 5, 7, 8, 63, 500]) as usize;
        let values = random.numbers(count);
        let handle = filled(&values);
        nonlin::formats::narrow(handle, handle, count as u32, 0);
        nonlin::formats::widen(handle, handle, count as u32, 0);
        let wanted: Vec<f64> = values.iter().map(|&value| f64::from(value as f32)).collect();
        expect_same("as f32 and back", &contents(handle, count), &wanted);
        // Once converted to f16, a number does not change any more.
        nonlin::formats::narrow(handle, handle, count as u32, 1);
        nonlin::formats::widen(handle, handle, count as u32, 1);
        let halves = contents(handle, count);
        nonlin::formats::narrow(handle, handle, count as u32, 1);
        nonlin::formats::widen(handle, handle, count as u32, 1);
        expect_same("as f16 twice", &contents(handle, count), &halves);
        for (half, value) in halves.iter().zip(&wanted).filter(|(half, _)| half.is_finite()) {
            assert!((half - value).abs() <= (value.abs() * 2f64.powi(-11)).max(2f64.powi(-25)), "{value:e} as f16 is {half:e}");
        }
        release(handle);
    });
}

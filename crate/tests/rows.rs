//! The functions along rows except softmax: values and gradients against double-double arithmetic or plain formulas, masks,
//! empty rows, layouts.

#[expect(dead_code, reason = "the operations of real numbers that other tests use")]
#[path = "support/real.rs"]
mod real;

use core::cell::Cell;
use nonlin::loops::{BACKWARD_X, BACKWARD_Y, DERIV, VALUE, VALUE_AND_DERIV};
use nonlin::memory::{self, allocate, release};
use nonlin::numeric::double_double::DoubleDouble;
use nonlin::rows::cells::{GRU, LSTM, cells};
use nonlin::rows::*;
use real::real;

const INF: f64 = f64::INFINITY;

fn buffer(values: &[f64]) -> u32 {
    let handle = allocate(values.len() as u32);
    memory::with([handle], |[pairs]| pairs.as_flattened().iter().zip(values).for_each(|(cell, &value)| cell.set(value)));
    handle
}

fn contents(handle: u32, count: usize) -> Vec<f64> {
    memory::with([handle], |[pairs]| pairs.as_flattened().iter().take(count).map(Cell::get).collect())
}

struct Args<'a> {
    shape: [usize; 3],
    a: &'a [f64],
    b: &'a [f64],
    count: usize,
    p: [f64; 2],
}

fn call(kernel: u32, op: u32, args: Args) -> Vec<f64> {
    let [outer, units, inner] = args.shape.map(|size| size as u32);
    let handles = [buffer(args.a), buffer(args.b), allocate(args.count as u32)];
    assert_eq!(rows(kernel, op, handles[0], handles[1], handles[2], outer, units, inner, args.p[0], args.p[1]), 0);
    let result = contents(handles[2], args.count);
    handles.into_iter().for_each(release);
    result
}

/// Computes one row.
fn row(kernel: u32, op: u32, a: &[f64], b: &[f64], count: usize, temperature: f64) -> Vec<f64> {
    call(kernel, op, Args { shape: [1, a.len(), 1], a, b, count, p: [temperature, temperature] })
}

/// Computes one row, with the losses that a call gives beside the gradient.
fn with_loss(kernel: u32, x: &[f64], labels: &[f64], losses: usize, p0: f64) -> (Vec<f64>, Vec<f64>) {
    let handle = allocate(losses as u32);
    let shape = [1, x.len(), 1];
    let gradient = call(kernel, VALUE_AND_DERIV, Args { shape, a: x, b: labels, count: x.len(), p: [p0, f64::from(handle)] });
    let loss = contents(handle, losses);
    release(handle);
    (gradient, loss)
}

fn dd(value: f64) -> DoubleDouble {
    DoubleDouble::from(value)
}

fn exp(x: DoubleDouble) -> DoubleDouble {
    let small = DoubleDouble { high: x.high * 2f64.powi(-14), low: x.low * 2f64.powi(-14) };
    (0..14).fold(small.exp_small(), |power, _| power * power)
}

/// ln(1 + rest): one step of Newton's method from the f64 result doubles the digits. Small numbers use the series.
fn log_of_one_and(rest: DoubleDouble) -> DoubleDouble {
    if rest.high < 1e-5 {
        return rest - rest * rest / dd(2.0) + rest * rest * rest / dd(3.0) - rest * rest * rest * rest / dd(4.0);
    }
    let about = rest.high.ln_1p();
    dd(about) + ((dd(1.0) + rest) * exp(dd(-about)) - dd(1.0))
}

fn sum(terms: impl Iterator<Item = DoubleDouble>) -> DoubleDouble {
    terms.fold(dd(0.0), |sum, term| sum + term)
}

/// |got − exact| in units of the last place.
fn error(got: f64, exact: DoubleDouble) -> f64 {
    let ulp = f64::from_bits(exact.high.abs().to_bits() + 1) - exact.high.abs();
    ((dd(got) - exact).high / ulp).abs()
}

struct Random(u64);

impl Random {
    fn uniform(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 11) as f64 * 2f64.powi(-53)
    }

    fn row(&mut self, units: usize, spread: f64) -> Vec<f64> {
        (0..units).map(|_| (self.uniform() - 0.5) * spread).collect()
    }
}

/// The distances d = (x − max)/T of a row, and ln Σ e^d, in double-double.
fn exact_logs(x: &[f64], temperature: f64) -> (Vec<DoubleDouble>, DoubleDouble) {
    let max = x.iter().copied().fold(-INF, f64::max);
    let winner = x.iter().position(|&x| x == max).unwrap();
    let below: Vec<DoubleDouble> = x.iter().map(|&x| (dd(x) - dd(max)) / dd(temperature)).collect();
    let rest = sum(below.iter().enumerate().filter(|&(i, d)| i != winner && d.high > -700.0).map(|(_, &d)| exp(d)));
    (below, log_of_one_and(rest))
}

#[test]
fn log_softmax_and_log_sum_exp_within_one_ulp() {
    let (mut worst, mut worst_sum) = (0f64, 0f64);
    let mut random = Random(1);
    for number in 0..4000 {
        let units = 1 + number % 9;
        let temperature = [1.0, 0.7, 30.0, 1e-5][number / 9 % 4];
        let spread = temperature * [1e-6, 0.3, 3.0, 40.0, 600.0][number % 5];
        let offset = temperature * [0.0, 0.0, 3.0, -1e7][number / 5 % 4];
        let mut x = random.row(units, spread);
        if number % 3 == 0 {
            // A row with one entry far ahead, whose logarithm is −ln(1 + rest).
            x[0] = temperature * (random.uniform() * 60.0) + spread / 2.0;
        }
        x.iter_mut().for_each(|x| *x += offset);
        let (below, log) = exact_logs(&x, temperature);
        for (got, d) in row(LOG_SOFTMAX, VALUE, &x, &[], units, temperature).iter().zip(&below) {
            worst = worst.max(if units == 1 { *got } else { error(*got, *d - log) });
        }
        let max = x.iter().copied().fold(-INF, f64::max);
        let exact = dd(max) / dd(temperature) + log;
        let got = row(LOG_SUM_EXP, VALUE, &x, &[], 1, temperature)[0];
        // Close to its zero, where max/T and L cancel, in steps of 2^-54.
        let off = (dd(got) - exact).high.abs();
        worst_sum = worst_sum.max(error(got, exact).min(off * 2f64.powi(54)));
    }
    assert!(worst < 0.6, "log-softmax {worst} ULP");
    assert!(worst_sum < 0.75, "log-sum-exp {worst_sum} ULP");
}

/// If T is 1, rows use a formula without the quotient by 1, but not close to the largest numbers, where the distance between
/// two may overflow. Half of each number with a T of 1/2 uses the full formula, and gives the same bits.
#[test]
fn log_softmax_is_the_same_by_both_ways() {
    let rows: [&[f64]; 5] = [
        &[1e308, -3.0],
        &[1.5e308, 1.4e308],
        &[-1e308, -1.1e308],
        &[0.3, -700.25, f64::NEG_INFINITY],
        &[1e-300, 1.0, 1.0 + 1e-9],
    ];
    for x in rows {
        let one = row(LOG_SOFTMAX, VALUE, x, &[], x.len(), 1.0);
        let halves: Vec<f64> = x.iter().map(|x| x / 2.0).collect();
        let other = row(LOG_SOFTMAX, VALUE, &halves, &[], x.len(), 0.5);
        let bits = |list: &[f64]| list.iter().map(|number| number.to_bits()).collect::<Vec<_>>();
        assert_eq!(bits(&one), bits(&other), "{x:?}: {one:?}, not {other:?}");
    }
    assert_eq!(row(LOG_SOFTMAX, VALUE, &[1e308, -3.0], &[], 2, 1.0), [0.0, -1e308]);
}

#[test]
fn gradients_of_the_logarithms() {
    let mut random = Random(2);
    for number in 0..400 {
        let units = 1 + number % 7;
        let temperature = [1.0, 0.3][number % 2];
        let x = random.row(units, [1.0, 20.0, 200.0][number % 3]);
        let dy = random.row(units, 4.0);
        let (below, log) = exact_logs(&x, temperature);
        let s: Vec<DoubleDouble> = below.iter().map(|&d| if d.high < -600.0 { dd(0.0) } else { exp(d - log) }).collect();
        let (total, size) = (sum(dy.iter().map(|&dy| dd(dy))), dy.iter().map(|dy| dy.abs()).sum::<f64>());
        let y = row(LOG_SOFTMAX, VALUE, &x, &[], units, temperature);
        let from_x = row(LOG_SOFTMAX, BACKWARD_X, &x, &dy, units, temperature);
        let from_y = row(LOG_SOFTMAX, BACKWARD_Y, &y, &dy, units, temperature);
        let of_sum = row(LOG_SUM_EXP, BACKWARD_X, &x, &dy[..1], units, temperature);
        for i in 0..units {
            let exact = (dd(dy[i]) - s[i] * total) / dd(temperature);
            let bound = 4.0 * 2f64.powi(-53) * (dy[i].abs() + s[i].high * size) / temperature;
            assert!((dd(from_x[i]) - exact).high.abs() <= bound, "from x, entry {i} of {x:?}");
            // From y: the rounding of y is an error of half an ulp of y in the exponent.
            let of_y = s[i].high * size / temperature * y[i].abs() * 2f64.powi(-52);
            assert!((dd(from_y[i]) - exact).high.abs() <= bound + of_y, "from y, entry {i} of {x:?}");
            let exact = dd(dy[0]) * s[i] / dd(temperature);
            assert!(
                (dd(of_sum[i]) - exact).high.abs() <= 4.0 * 2f64.powi(-53) * exact.high.abs() + 1e-250,
                "sum, entry {i} of {x:?}"
            );
        }
    }
}

/// e^d·2^power, for a d whose exponential may be out of range.
fn power(d: f64, power: i32) -> DoubleDouble {
    let half = exp(dd(d / 2.0)) * dd(2f64.powi(power / 2));
    half * half
}

#[test]
fn entries_far_below_the_maximum_count_where_what_they_are_multiplied_by_is_large() {
    for (units, depth, shift) in [(2, 1020.0, 440), (5, 1030.0, 660), (4, 1100.0, 1000), (3, 1500.0, 1000)] {
        // T = 2^-shift, with all entries except the first at −depth·T.
        let temperature = 2f64.powi(-shift);
        let x: Vec<f64> = (0..units).map(|i| if i == 0 { 0.0 } else { -depth * temperature }).collect();
        let far = power(-depth, shift);
        let classes = with_loss(CROSS_ENTROPY, &x, &[0.0], 1, temperature).0;
        let labels: Vec<f64> = (0..units).map(|i| f64::from(i == 0)).collect();
        let distribution = with_loss(CROSS_ENTROPY_OF_DISTRIBUTIONS, &x, &labels, 1, temperature).0;
        let sums = row(LOG_SUM_EXP, DERIV, &x, &[], units, temperature);
        for results in [&sums, &classes, &distribution] {
            results.iter().skip(1).for_each(|&got| assert!(error(got, far) <= 1.0, "depth {depth}: {got:e}, not {:e}", far.high));
        }
        // In a loss, the first entry's result is the sum of the others.
        let others = far * dd((units - 1) as f64);
        for got in [classes[0], distribution[0]] {
            assert!(error(-got, others) <= 1.0, "depth {depth}: {got:e}, not −{:e}", others.high);
        }
        // The same with a large dy and a T of 1.
        let dy = 2f64.powi(shift);
        let x: Vec<f64> = x.iter().map(|x| x / temperature).collect();
        let gradient = row(LOG_SUM_EXP, BACKWARD_X, &x, &[dy], units, 1.0);
        gradient.iter().skip(1).for_each(|&got| assert!(error(got, far) <= 1.0, "depth {depth}: {got:e}"));
        let dy: Vec<f64> = labels.iter().map(|label| label * dy).collect();
        let gradient = row(LOG_SOFTMAX, BACKWARD_X, &x, &dy, units, 1.0);
        gradient.iter().skip(1).for_each(|&got| assert!(error(-got, far) <= 1.0, "depth {depth}: {got:e}"));
        assert!(error(gradient[0], others) <= 1.0, "depth {depth}: {:e}", gradient[0]);
    }
}

#[test]
fn a_large_label_of_a_tiny_loss_keeps_its_digits() {
    for (depth, label, up) in
        [(730.0, 2f64.powi(40), 100), (735.0, 1000.0, 100), (740.0, 1.0, 100), (900.0, 2f64.powi(700), 700), (700.0, -3.0, 100)]
    {
        let want = power(-depth, up) * dd(label * 2f64.powi(-up));
        let unit = if want.high.abs() < f64::MIN_POSITIVE { 2f64.powi(-1074) } else { want.high.abs() * 2f64.powi(-52) };
        let got = row(CROSS_ENTROPY_OF_DISTRIBUTIONS, VALUE, &[0.0, -depth], &[label, 0.0], 1, 1.0)[0];
        assert!((dd(got) - want).high.abs() <= unit, "{label:e} at {depth}: {got:e}, not {:e}", want.high);
    }
}

#[test]
fn rows_of_no_class_cost_nothing() {
    for kernel in [CROSS_ENTROPY, CROSS_ENTROPY_OF_DISTRIBUTIONS] {
        let (labels, losses) = (buffer(&[-1.0; 3]), buffer(&[7.0; 3]));
        let nothing = allocate(1);
        assert_eq!(rows(kernel, VALUE, nothing, labels, losses, 3, 0, 1, 1.0, 0.0), 0);
        assert_eq!(contents(losses, 3), [0.0; 3]);
        let losses = buffer(&[7.0; 3]);
        assert_eq!(rows(kernel, VALUE_AND_DERIV, nothing, labels, nothing, 3, 0, 1, 1.0, f64::from(losses)), 0);
        assert_eq!(contents(losses, 3), [0.0; 3]);
    }
}

#[test]
fn softmin_is_softmax_of_minus_x() {
    let mut random = Random(3);
    for units in [1, 2, 5, 10, 33] {
        let x = random.row(units, 30.0);
        let minus: Vec<f64> = x.iter().map(|x| -x).collect();
        let dy = random.row(units, 2.0);
        let y = row(SOFTMIN, VALUE, &x, &[], units, 0.7);
        assert_eq!(y, row(SOFTMAX, VALUE, &minus, &[], units, 0.7));
        let negated = |values: Vec<f64>| values.into_iter().map(|v| 0.0 - v).collect::<Vec<f64>>();
        assert_eq!(row(SOFTMIN, BACKWARD_X, &x, &dy, units, 0.7), negated(row(SOFTMAX, BACKWARD_X, &minus, &dy, units, 0.7)));
        assert_eq!(row(SOFTMIN, BACKWARD_Y, &y, &dy, units, 0.7), negated(row(SOFTMAX, BACKWARD_Y, &y, &dy, units, 0.7)));
        assert_eq!(
            row(SOFTMIN, DERIV, &x, &[], units * units, 0.7),
            negated(row(SOFTMAX, DERIV, &minus, &[], units * units, 0.7))
        );
    }
    assert_eq!(row(SOFTMIN, VALUE, &[INF, 1.0, 1.0], &[], 3, 1.0), [0.0, 0.5, 0.5]);
}

/// Sparsemax by sorting, in double-double.
fn exact_sparsemax(x: &[f64], temperature: f64) -> Vec<DoubleDouble> {
    let z: Vec<DoubleDouble> = x.iter().map(|&x| dd(x) / dd(temperature)).collect();
    let mut sorted: Vec<DoubleDouble> = z.iter().copied().filter(|z| z.high > -INF).collect();
    sorted.sort_by(|a, b| (*b - *a).high.total_cmp(&0.0));
    let (mut total, mut threshold) = (dd(0.0), dd(0.0));
    for (k, &z) in sorted.iter().enumerate() {
        total = total + z;
        let count = dd((k + 1) as f64);
        if (dd(1.0) + count * z - total).high > 0.0 {
            threshold = (total - dd(1.0)) / count;
        }
    }
    z.iter().map(|&z| if z.high > -INF && (z - threshold).high > 0.0 { z - threshold } else { dd(0.0) }).collect()
}

#[test]
fn sparsemax_is_the_closest_point_of_the_simplex() {
    let mut random = Random(4);
    for number in 0..3000 {
        let units = 1 + number % 40;
        let temperature = [1.0, 0.25, 3.0][number % 3];
        let mut x = random.row(units, [0.01, 1.0, 5.0, 50.0][number % 4]);
        if number % 5 == 0 && units > 1 {
            x[units / 2] = -INF;
        }
        let exact = exact_sparsemax(&x, temperature);
        let got = row(SPARSEMAX, VALUE, &x, &[], units, temperature);
        for (i, (got, exact)) in got.iter().zip(&exact).enumerate() {
            let off = (dd(*got) - *exact).high.abs();
            // τ is rounded to 2^-79, while an entry just inside the support has a smaller ulp.
            assert!(
                off <= 0.51 * (f64::from_bits(exact.high.to_bits() + 1) - exact.high) + 2f64.powi(-76),
                "entry {i} of {x:?}: {got} for {exact:?}"
            );
        }
        let mut dy = random.row(units, 2.0);
        let inside: Vec<usize> = (0..units).filter(|&i| got[i] > 0.0).collect();
        let mean = inside.iter().map(|&i| dy[i]).sum::<f64>() / inside.len() as f64;
        // Entries outside of the support have no influence, whatever their gradients.
        (0..units).filter(|&i| got[i] == 0.0).for_each(|i| dy[i] = f64::NAN);
        for (op, saved) in [(BACKWARD_X, &x), (BACKWARD_Y, &got)] {
            for (i, dx) in row(SPARSEMAX, op, saved, &dy, units, temperature).iter().enumerate() {
                let wanted = if got[i] > 0.0 { (dy[i] - mean) / temperature } else { 0.0 };
                assert!((dx - wanted).abs() < 1e-14, "op {op}, entry {i} of {x:?}");
            }
        }
    }
    assert!(row(SPARSEMAX, VALUE, &[f64::NAN, 1.0], &[], 2, 1.0).iter().all(|v| v.is_nan()));
}

#[test]
fn cross_entropy_of_softmax() {
    let mut random = Random(5);
    for number in 0..300 {
        let units = 2 + number % 6;
        let temperature = [1.0, 0.5][number % 2];
        let mut x = random.row(units, [1.0, 30.0, 900.0][number % 3]);
        if number % 7 == 0 {
            x[0] = 800.0;
        }
        let class = number % units;
        let logs = row(LOG_SOFTMAX, VALUE, &x, &[], units, temperature);
        let one_hot: Vec<f64> = (0..units).map(|i| f64::from(u8::from(i == class))).collect();
        let (gradient, loss) = with_loss(CROSS_ENTROPY, &x, &[class as f64], 1, temperature);
        assert_eq!(loss, [0.0 - logs[class]]);
        assert_eq!(row(CROSS_ENTROPY, VALUE, &x, &[class as f64], 1, temperature), loss);
        assert_eq!(row(CROSS_ENTROPY, DERIV, &x, &[class as f64], units, temperature), gradient);
        let (of_distribution, same) = with_loss(CROSS_ENTROPY_OF_DISTRIBUTIONS, &x, &one_hot, 1, temperature);
        assert_eq!(same, loss);
        let (below, log) = exact_logs(&x, temperature);
        let s: Vec<DoubleDouble> = below.iter().map(|&d| if d.high < -600.0 { dd(0.0) } else { exp(d - log) }).collect();
        for i in 0..units {
            // s − 1 as the sum of the others, which keeps its digits if the class has won.
            let others = sum((0..units).filter(|&j| j != i).map(|j| s[j]));
            let exact = (if i == class { -others } else { s[i] }) / dd(temperature);
            let close = |got: f64| (dd(got) - exact).high.abs() <= 2f64.powi(-52) * exact.high.abs() + 1e-250;
            assert!(close(gradient[i]), "entry {i}, class {class} of {x:?}: {} for {exact:?}", gradient[i]);
            assert!(close(of_distribution[i]) || (s[i].high < 0.9 && i == class), "distribution, entry {i} of {x:?}");
        }
        let mixed: Vec<f64> = one_hot.iter().map(|t| 0.75 * t + 0.25 / units as f64).collect();
        let (gradient, loss) = with_loss(CROSS_ENTROPY_OF_DISTRIBUTIONS, &x, &mixed, 1, temperature);
        let wanted: f64 = logs.iter().zip(&mixed).map(|(log, t)| -log * t).sum();
        assert!((loss[0] - wanted).abs() <= 1e-14 * wanted, "{loss:?} {wanted}");
        for i in 0..units {
            assert!((gradient[i] - (s[i].high - mixed[i]) / temperature).abs() < 1e-15 / temperature * 2.0, "entry {i} of {x:?}");
        }
    }
    // A masked class costs ∞, a class below 0 costs nothing, and one that does not exist gives NaN.
    let x = [-INF, 1.0, 2.0];
    let (gradient, loss) = with_loss(CROSS_ENTROPY, &x, &[0.0], 1, 1.0);
    assert!(loss == [INF] && gradient[0] == 0.0 && gradient[1] > 0.0, "{loss:?} {gradient:?}");
    for x in [x, [f64::NAN, 1.0, 2.0], [INF, 1.0, 2.0], [-INF; 3]] {
        assert_eq!(with_loss(CROSS_ENTROPY, &x, &[-100.0], 1, 1.0), (vec![0.0; 3], vec![0.0]), "{x:?}");
    }
    for class in [3.0, 0.5, f64::NAN] {
        let (gradient, loss) = with_loss(CROSS_ENTROPY, &x, &[class], 1, 1.0);
        assert!(loss[0].is_nan() && gradient[1].is_nan() && gradient[2].is_nan(), "class {class}: {loss:?} {gradient:?}");
    }
    let (gradient, loss) = with_loss(CROSS_ENTROPY_OF_DISTRIBUTIONS, &x, &[0.0, 0.5, 0.5], 1, 1.0);
    assert!(loss[0].is_finite() && gradient[0] == 0.0);
}

#[test]
fn cross_entropy_of_sigmoid() {
    let mut random = Random(6);
    let mut x = random.row(300, 80.0);
    x.extend([0.0, -0.0, 1e-300, -1e-9, 700.0, -700.0, 745.0, -745.0, 1e290, -1e290]);
    for t in [0.0, 1.0, 0.25, 0.9] {
        let targets = vec![t; x.len()];
        let (gradient, losses) = with_loss(SIGMOID_CROSS_ENTROPY, &x, &targets, x.len(), 0.0);
        assert_eq!(row(SIGMOID_CROSS_ENTROPY, VALUE, &x, &targets, x.len(), 0.0), losses);
        for (i, &x) in x.iter().enumerate() {
            let power = if x.abs() > 700.0 { dd(0.0) } else { exp(dd(-x.abs())) };
            let missed = if x > 0.0 { 1.0 - t } else { t };
            let exact = dd(missed) * dd(x.abs()) + log_of_one_and(power);
            let exact_gradient =
                dd(if x > 0.0 { 1.0 } else { 0.0 }) + dd(if x > 0.0 { -1.0 } else { 1.0 }) * power / (dd(1.0) + power) - dd(t);
            let tiny = if x.abs() > 700.0 { 1e-300 } else { 0.0 };
            assert!(
                (dd(losses[i]) - exact).high.abs() <= 2f64.powi(-52) * exact.high.abs() + tiny,
                "x {x}, t {t}: {} for {exact:?}",
                losses[i]
            );
            let bound = 1.1 * 2f64.powi(-53) * if t == 0.0 || t == 1.0 { exact_gradient.high.abs() } else { 1.0 };
            assert!((dd(gradient[i]) - exact_gradient).high.abs() <= bound + tiny, "x {x}, t {t}: {}", gradient[i]);
        }
    }
    let (gradient, losses) =
        with_loss(SIGMOID_CROSS_ENTROPY, &[INF, INF, -INF, -INF, f64::NAN, 1.0], &[1.0, 0.0, 0.0, 1.0, 1.0, f64::NAN], 6, 0.0);
    assert_eq!(losses[..4], [0.0, INF, 0.0, INF]);
    assert_eq!(gradient[..4], [0.0, 1.0, 0.0, -1.0]);
    assert!(losses[4..].iter().chain(&gradient[4..]).all(|v| v.is_nan()), "{losses:?} {gradient:?}");
}

/// The distance from the target, 1 − t or t, is not treated as 0 when it is small or rounds to 1, and it keeps its sign. So
/// does an infinite loss, and one that overflows.
#[test]
fn cross_entropy_of_sigmoid_at_infinity() {
    let powers = (-1074..=1023).map(|power| 2f64.powi(power));
    let mut targets: Vec<f64> = powers.flat_map(|power| [power, 1.5 * power, 1.0 - power, 1.0 + power]).collect();
    targets.extend([0.0, 1.0, 5e-324, 1e-300, 1e-17, 5.5e-17, 1e-16, 1e300, f64::MAX, INF]);
    targets.extend(targets.clone().iter().map(|t| -t));
    for x in [INF, f64::MAX, 1e300, 1e160, -1e160, -1e300, -f64::MAX, -INF] {
        let logits = vec![x; targets.len()];
        let (gradient, losses) = with_loss(SIGMOID_CROSS_ENTROPY, &logits, &targets, targets.len(), 0.0);
        assert_eq!(row(SIGMOID_CROSS_ENTROPY, VALUE, &logits, &targets, targets.len(), 0.0), losses);
        for ((&t, loss), slope) in targets.iter().zip(losses).zip(gradient) {
            let met = if x > 0.0 { 1.0 } else { 0.0 };
            let missed = if x > 0.0 { met - t } else { t };
            // For a finite x there is one more rounding, which may go beyond the largest number.
            let expected = if missed == 0.0 { 0.0 } else { missed * x.abs() };
            let rounds_up = x.is_finite() && expected.abs() == f64::MAX && loss == expected * 2.0;
            let close = loss == expected || rounds_up || (loss - expected).abs() <= 2f64.powi(-52) * expected.abs();
            assert!(close, "x {x:e}, t {t:e}: {loss:e}, not {expected:e}");
            assert_eq!(slope, met - t, "x {x:e}, t {t:e}");
        }
    }
}

fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

fn silu(x: f64) -> f64 {
    x * sigmoid(x)
}

#[test]
fn gated_units() {
    let mut random = Random(7);
    let relu = |x: f64| x.max(0.0);
    for (kernel, gate) in [(GLU, sigmoid as fn(f64) -> f64), (SWIGLU, silu), (REGLU, relu)] {
        for [outer, units, inner] in [[1, 1, 1], [1, 2, 1], [3, 5, 1], [2, 4, 3], [4, 3, 5]] {
            let (width, shape) = (units * inner, [outer, units, inner]);
            let (x, dy) = (random.row(2 * outer * width, 12.0), random.row(outer * width, 2.0));
            let value = call(kernel, VALUE, Args { shape, a: &x, b: &[], count: outer * width, p: [0.0; 2] });
            let dx = call(kernel, BACKWARD_X, Args { shape, a: &x, b: &dy, count: 2 * outer * width, p: [0.0; 2] });
            for (at, &y) in value.iter().enumerate() {
                let (row, i) = (at / width, at % width);
                let [a, b] = [0, width].map(|half| row * 2 * width + half + i);
                assert!((y - x[a] * gate(x[b])).abs() <= 1e-14 * y.abs(), "kernel {kernel}, element {at}");
                assert!((dx[a] - dy[at] * gate(x[b])).abs() <= 1e-14, "kernel {kernel}, element {at}");
                let slope = (gate(x[b] + 1e-5) - gate(x[b] - 1e-5)) / 2e-5;
                assert!((dx[b] - dy[at] * x[a] * slope).abs() <= 1e-8, "kernel {kernel}, element {at}");
            }
        }
        let value = call(
            kernel,
            VALUE,
            Args { shape: [1, 3, 1], a: &[2.0, 2.0, f64::NAN, -INF, INF, 1.0], b: &[], count: 3, p: [0.0; 2] },
        );
        assert!(value[0] == 0.0 && value[1] >= 2.0 && value[2].is_nan(), "{value:?}");
    }
}

/// The outputs of a cell for gates, state and the other input, in plain arithmetic.
type Cell3 = fn(&[f64], f64, f64) -> [f64; 2];

#[test]
fn recurrent_cells() {
    let lstm: Cell3 = |g, c, _| {
        let after = sigmoid(g[1]) * c + sigmoid(g[0]) * g[2].tanh();
        [sigmoid(g[3]) * after.tanh(), after]
    };
    let gru: Cell3 = |g, h, other| {
        let new = (g[2] + sigmoid(g[0]) * other).tanh();
        [(1.0 - sigmoid(g[1])) * new + sigmoid(g[1]) * h, 0.0]
    };
    let mut random = Random(8);
    for (kernel, count, cell) in [(LSTM, 4, lstm), (GRU, 3, gru)] {
        for [samples, units] in [[1, 1], [2, 3], [3, 4]] {
            let size = samples * units;
            let (gates, state, other) = (random.row(size * count, 6.0), random.row(size, 3.0), random.row(size, 3.0));
            let (d1, d2) = (random.row(size, 2.0), random.row(size, 2.0));
            let inputs = [&gates, &state, &other, &d1, &d2].map(|values| buffer(values));
            let [g, s, o, a, b] = inputs;
            let outputs = [allocate((size * count) as u32), allocate(size as u32), allocate(size as u32)];
            let [out, out2, out3] = outputs;
            cells(kernel, VALUE, g, s, o, 0, 0, out, out2, 0, samples as u32, units as u32);
            let (first, second) = (contents(out, size), contents(out2, size));
            cells(kernel, BACKWARD_X, g, s, o, a, b, out, out2, out3, samples as u32, units as u32);
            let (d_gates, d_state, d_other) = (contents(out, size * count), contents(out2, size), contents(out3, size));
            for at in 0..size {
                let (row, i) = (at / units, at % units);
                let places: Vec<usize> = (0..count).map(|n| (row * count + n) * units + i).collect();
                let own: Vec<f64> = places.iter().map(|&place| gates[place]).collect();
                let [hidden, kept] = cell(&own, state[at], other[at]);
                assert!((first[at] - hidden).abs() < 1e-14, "{kernel}: {} {hidden}", first[at]);
                assert!(kernel == GRU || (second[at] - kept).abs() < 1e-14);
                let loss = |g: &[f64], s: f64, o: f64| {
                    let [hidden, kept] = cell(g, s, o);
                    d1[at] * hidden + d2[at] * kept
                };
                let step = 1e-5;
                for n in 0..count {
                    let moved = |by: f64| (0..count).map(|k| own[k] + if k == n { by } else { 0.0 }).collect::<Vec<f64>>();
                    let slope =
                        (loss(&moved(step), state[at], other[at]) - loss(&moved(-step), state[at], other[at])) / (2.0 * step);
                    assert!((d_gates[places[n]] - slope).abs() < 1e-8, "cell {kernel}, gate {n}: {} {slope}", d_gates[places[n]]);
                }
                let slope = (loss(&own, state[at] + step, other[at]) - loss(&own, state[at] - step, other[at])) / (2.0 * step);
                assert!((d_state[at] - slope).abs() < 1e-8, "cell {kernel}, state");
                let slope = (loss(&own, state[at], other[at] + step) - loss(&own, state[at], other[at] - step)) / (2.0 * step);
                assert!(kernel == LSTM || (d_other[at] - slope).abs() < 1e-8, "cell {kernel}, other");
            }
            inputs.into_iter().chain(outputs).for_each(release);
        }
    }
}

#[test]
fn masks_and_empty_rows() {
    let empty = [-INF; 3];
    let dy = [1.0, f64::NAN, 3.0];
    let all = |values: Vec<f64>, wanted: f64| values.iter().all(|v| *v == wanted || (v.is_nan() && wanted.is_nan()));
    for kernel in [SOFTMAX, LOG_SOFTMAX, SPARSEMAX] {
        let zero = if kernel == LOG_SOFTMAX { -INF } else { 0.0 };
        assert!(all(row(kernel, VALUE, &empty, &[], 3, 1.0), f64::NAN), "kernel {kernel}");
        assert!(all(row(kernel, VALUE + EMPTY_IS_ZERO, &empty, &[], 3, 1.0), zero), "kernel {kernel}");
        assert!(all(row(kernel, BACKWARD_X, &empty, &dy, 3, 1.0), f64::NAN), "kernel {kernel}");
        assert!(all(row(kernel, BACKWARD_X + EMPTY_IS_ZERO, &empty, &dy, 3, 1.0), 0.0), "kernel {kernel}");
        for x in [[f64::NAN, -INF, -INF], [INF, 1.0, -INF], [INF, INF, f64::NAN]] {
            assert!(all(row(kernel, VALUE + EMPTY_IS_ZERO, &x, &[], 3, 1.0), f64::NAN), "kernel {kernel}, {x:?}");
        }
    }
    assert!(all(row(SOFTMAX, DERIV + EMPTY_IS_ZERO, &empty, &[], 9, 1.0), 0.0));
    assert_eq!(row(LOG_SUM_EXP, VALUE, &empty, &[], 1, 1.0), [-INF]);
    assert_eq!(row(LOG_SUM_EXP, VALUE, &[INF, 1.0, -INF], &[], 1, 1.0), [INF]);
    assert!(row(LOG_SUM_EXP, VALUE, &[INF, f64::NAN, -INF], &[], 1, 1.0)[0].is_nan());
    // The gradient of log-sum-exp is softmax times dy, which is 1 if there is none. The value comes with it.
    let x = [0.5, -1.5, 1.0];
    let softmax = row(SOFTMAX, VALUE, &x, &[], 3, 1.0);
    let with_value = |x: &[f64]| with_loss(LOG_SUM_EXP, x, &[], 1, 1.0);
    assert_eq!(row(LOG_SUM_EXP, DERIV, &x, &[], 3, 1.0), row(LOG_SUM_EXP, BACKWARD_X, &x, &[1.0], 3, 1.0));
    assert_eq!(with_value(&x), (row(LOG_SUM_EXP, DERIV, &x, &[], 3, 1.0), row(LOG_SUM_EXP, VALUE, &x, &[], 1, 1.0)));
    for (got, s) in row(LOG_SUM_EXP, BACKWARD_X, &x, &[-2.0], 3, 1.0).iter().zip(softmax) {
        assert!((got + 2.0 * s).abs() <= s * 2f64.powi(-51), "{got:e} beside {s:e}");
    }
    assert!(all(with_value(&empty).0, f64::NAN));
    assert_eq!(row(LOG_SUM_EXP, DERIV + EMPTY_IS_ZERO, &empty, &[], 3, 1.0), [0.0; 3]);
    assert_eq!(row(LOG_SUM_EXP, BACKWARD_X + EMPTY_IS_ZERO, &empty, &[2.0], 3, 1.0), [0.0; 3]);
    // A mask has no influence and gets 0; elsewhere NaN propagates.
    let x = [0.5, -INF, 1.5];
    for kernel in [LOG_SOFTMAX, SPARSEMAX] {
        let got = row(kernel, BACKWARD_X, &x, &dy, 3, 1.0);
        let without = row(kernel, BACKWARD_X, &[0.5, 1.5], &[1.0, 3.0], 2, 1.0);
        assert_eq!(got, [without[0], 0.0, without[1]], "kernel {kernel}");
        assert!(row(kernel, BACKWARD_X, &[1.0, 1.5], &[f64::NAN, 3.0], 2, 1.0).iter().all(|v| v.is_nan()), "kernel {kernel}");
    }
    // ∞ propagates where it can: s·∞ is subtracted from the others.
    let got = row(LOG_SOFTMAX, BACKWARD_X, &[0.5, 1.5], &[INF, 3.0], 2, 1.0);
    assert!(got[0].is_nan() && got[1] == -INF, "{got:?}");
}

/// Every layout has the bits of a single row: odd and even, along the middle axis, in place.
#[test]
fn layouts_change_no_bit() {
    let mut random = Random(9);
    let bits = |values: &[f64]| values.iter().map(|v| if v.is_nan() { 1 } else { v.to_bits() }).collect::<Vec<u64>>();
    for units in [1, 2, 3, 8, 13] {
        for [outer, inner] in [[5, 1], [1, 9], [3, 4], [2, 17]] {
            let count = outer * inner;
            let mut lines: Vec<Vec<f64>> = (0..count).map(|n| random.row(units, [2.0, 60.0][n % 2])).collect();
            lines[0][0] = -INF;
            let gradients: Vec<Vec<f64>> = (0..count).map(|_| random.row(units, 2.0)).collect();
            let spread = |rows: &[Vec<f64>]| {
                let width = rows[0].len();
                (0..count * width)
                    .map(|at| rows[at / (width * inner) * inner + at % inner][at / inner % width])
                    .collect::<Vec<f64>>()
            };
            let classes: Vec<Vec<f64>> = (0..count).map(|n| vec![(n % units) as f64]).collect();
            for (kernel, op, b, width) in [
                (SOFTMIN, VALUE, None, units),
                (SOFTMIN, BACKWARD_X, Some(&gradients), units),
                (LOG_SOFTMAX, VALUE, None, units),
                (LOG_SOFTMAX, BACKWARD_X, Some(&gradients), units),
                (LOG_SOFTMAX, BACKWARD_Y, Some(&gradients), units),
                (LOG_SUM_EXP, VALUE, None, 1),
                (LOG_SUM_EXP, BACKWARD_X, Some(&classes), units),
                (SPARSEMAX, VALUE, None, units),
                (SPARSEMAX, BACKWARD_X, Some(&gradients), units),
                (CROSS_ENTROPY, VALUE, Some(&classes), 1),
                (CROSS_ENTROPY, DERIV, Some(&classes), units),
                (CROSS_ENTROPY_OF_DISTRIBUTIONS, DERIV, Some(&gradients), units),
                (SIGMOID_CROSS_ENTROPY, DERIV, Some(&gradients), units),
            ] {
                let p = [if kernel == SIGMOID_CROSS_ENTROPY { 0.0 } else { 0.7 }, 0.7];
                let alone: Vec<Vec<f64>> = (0..count)
                    .map(|n| {
                        let b = b.map_or(&[][..], |b| &b[n]);
                        call(kernel, op, Args { shape: [1, units, 1], a: &lines[n], b, count: width, p })
                    })
                    .collect();
                let (a, b) = (spread(&lines), b.map_or(Vec::new(), |b| spread(b)));
                let shape = [outer, units, inner];
                let got = call(kernel, op, Args { shape, a: &a, b: &b, count: count * width, p });
                assert_eq!(bits(&got), bits(&spread(&alone)), "kernel {kernel}, op {op}, ({outer}, {units}, {inner})");
                if width == units {
                    let handles = [buffer(&a), buffer(&b)];
                    let sizes = shape.map(|size| size as u32);
                    assert_eq!(rows(kernel, op, handles[0], handles[1], handles[0], sizes[0], sizes[1], sizes[2], p[0], p[1]), 0);
                    assert_eq!(bits(&contents(handles[0], a.len())), bits(&got), "in place: kernel {kernel}, op {op}");
                    handles.into_iter().for_each(release);
                }
            }
        }
    }
}

#[test]
fn sparsemax_at_the_border_of_its_support() {
    // The second entry is 2^-n above the entries at −1 below the largest, where the support ends. It gets half of that, and the
    // first entry the rest.
    for temperature in [1.0, 3.0, 0.7, 0.1, 1e-3, 1e5, 1e200, f64::MAX] {
        for n in [20, 26, 27, 28, 30, 37, 45] {
            let share = 0.5_f64.powi(n);
            let mut x = vec![0.0; 118];
            (x[0], x[1]) = (temperature, share * temperature);
            let y = row(SPARSEMAX, VALUE, &x, &[], 118, temperature);
            let wanted = [1.0 - share / 2.0, share / 2.0];
            for (got, wanted) in y.iter().zip(wanted.into_iter().chain([0.0; 116])) {
                // Half an ulp, and the error of z as a pair, which is close to 1.
                let allowed = 2f64.powi(-53) * wanted + 2f64.powi(-78);
                assert!((got - wanted).abs() <= allowed, "T {temperature:e}, 2^-{n}: {got:e}, not {wanted:e}");
            }
        }
    }
}

/// The gradient of the slope of one channel.
fn slope_gradient(x: &[f64], dy: &[f64], [outer, inner]: [usize; 2]) -> f64 {
    let (slope, gradient) = (buffer(&[0.25]), allocate(1));
    let p = [f64::from(slope), f64::from(gradient)];
    call(PRELU, BACKWARD_X, Args { shape: [outer, 1, inner], a: x, b: dy, count: x.len(), p });
    let result = contents(gradient, 1)[0];
    [slope, gradient].into_iter().for_each(release);
    result
}

/// The last product cancels all but a 2^-40th, or less, of the sum of the others, so that each of their rounding errors is
/// larger than the result. Of the 106 bits that are kept, 53 remain, except in sums that have lost some before.
#[test]
fn gradient_of_a_slope_where_products_cancel() {
    let mut random = Random(3);
    let mut worst = 0f64;
    for number in 0..60_000 {
        let power = [0, 500, 1000, -800][number / 6 % 4];
        let factor = |random: &mut Random| 0.5 + random.uniform();
        let mut x: Vec<f64> = (0..4).map(|_| -factor(&mut random) * 2f64.powi(power / 2)).collect();
        let mut dy: Vec<f64> = (0..4).map(|_| (factor(&mut random) * 2.0 - 2.0) * 2f64.powi(power - power / 2)).collect();
        let sum: f64 = x.iter().zip(&dy).map(|(x, dy)| x * dy).sum();
        let last = factor(&mut random);
        let kept = 1.0 - 2f64.powi([-1, -5, -10, -20, -30, -40][number % 6]) * factor(&mut random);
        x.push(-last);
        dy.push(sum / last * kept);
        let exact = x.iter().zip(&dy).fold(real(0.0), |sum, (&x, &dy)| sum + real(x) * real(dy));
        for shape in [[1, 5], [5, 1]] {
            worst = worst.max(real::error(slope_gradient(&x, &dy, shape), &exact, -1074));
        }
    }
    assert!(worst <= 0.75, "{worst} ULP");
}

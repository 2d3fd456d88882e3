//! Every activation gives the same bits at width 1, at width 2 beside any neighbour, and through the loops that the package
//! calls, whatever else is in the block, also in place.

use nonlin::activation::{Activation, Elu, Identity, Kernel as _, Lrelu, Relu, Sigmoid, Tanh};
use nonlin::lanes::F64x2;
use nonlin::loops::{self, BACKWARD_X, BACKWARD_Y, DERIV, VALUE, VALUE_AND_DERIV};
use nonlin::memory;

/// Zeros, infinities, NaN, subnormals, the neighbours of every threshold, of grid points and of midpoints between them, and a
/// selection of all other numbers.
fn points() -> Vec<f64> {
    let mut points = vec![0.0, f64::INFINITY, f64::NAN, 5e-324, 1e-310, f64::MIN_POSITIVE, 1e-200, 1e-20, f64::MAX, 1e300];
    let thresholds: [f64; 12] =
        [1.0, 19.0625, 20.0, 38.0, 40.0, 350.0, 372.5, 690.0, 708.3964185322641, 709.78, 745.1332191019411, 750.0];
    let grid: [f64; 7] = [0.03125, 0.0625, 0.09375, 0.1875, 2.03125, 3.9375, 12.53125];
    for center in thresholds.into_iter().chain(grid) {
        points.extend([center.next_down(), center, center.next_up()]);
    }
    let mut state = 1_u64;
    for _ in 0..60 {
        state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        points.extend([f64::from_bits(state >> 1), (state >> 11) as f64 / (1_u64 << 48) as f64]);
    }
    points.iter().flat_map(|&x| [x, -x]).collect()
}

fn same(got: f64, want: f64) -> bool {
    got.to_bits() == want.to_bits() || got.is_nan() && want.is_nan()
}

#[track_caller]
fn check(name: &str, what: impl Fn() -> String, x: f64, got: f64, want: f64) {
    assert!(same(got, want), "{name} {} at {x:e}: {got:e}, not {want:e}", what());
}

/// The value, the derivative, the derivative from the value, and the first two computed together.
fn all<A: Activation, L: nonlin::lanes::Lanes>(f: A, x: L) -> [L; 5] {
    let f = f.kernel();
    let (value, deriv) = f.value_and_deriv(x);
    [f.value(x), f.deriv(x), f.deriv_from_value(x), value, deriv]
}

fn widths<A: Activation>(name: &str, f: A) {
    let points = points();
    for &x in &points {
        let alone = all(f, x);
        check(name, || "value of both".to_owned(), x, alone[3], alone[0]);
        check(name, || "derivative of both".to_owned(), x, alone[4], alone[1]);
        for &y in &points {
            for (place, pair) in [[x, y], [y, x]].into_iter().enumerate() {
                for (together, alone) in all(f, F64x2::from_array(pair)).into_iter().zip(alone) {
                    check(name, || format!("beside {y:e}"), x, together.to_array()[place], alone);
                }
            }
        }
    }
}

/// The buffers of a call, which are freed at the end.
struct Buffers([u32; 3]);

impl Buffers {
    fn new(contents: [&[f64]; 3]) -> Self {
        Self(contents.map(|content| {
            let handle = memory::allocate(content.len() as u32);
            memory::with([handle], |[buffer]| {
                buffer.as_flattened().iter().zip(content).for_each(|(cell, &value)| cell.set(value));
            });
            handle
        }))
    }

    fn read(&self, which: usize, count: usize) -> Vec<f64> {
        memory::with([self.0[which]], |[buffer]| buffer.as_flattened()[..count].iter().map(|cell| cell.get()).collect())
    }
}

impl Drop for Buffers {
    fn drop(&mut self) {
        self.0.into_iter().for_each(memory::release);
    }
}

fn loops<A: Activation>(name: &str, f: A) {
    let mut points = points();
    // Blocks of 128 elements: first in their order, then with all elements near zero except one.
    for (k, rare) in points.clone().into_iter().enumerate() {
        points.extend((0..128).map(|i| if i == 5 * k % 128 { rare } else { i as f64 / 16.0 - 4.0 }));
    }
    points.push(-0.5); // an odd count
    let kernel = f.kernel();
    let count = points.len();
    let dy: Vec<f64> = (0..count).map(|i| (i % 7) as f64 - 2.5).collect();
    for op in [VALUE, DERIV, BACKWARD_X, BACKWARD_Y, VALUE_AND_DERIV] {
        for in_place in [false, true] {
            let buffers = Buffers::new([&points, &dy, &vec![0.0; count]]);
            let [a, b, out] = buffers.0;
            loops::run(f, op, [a, b, if in_place { a } else { out }], count as u32);
            let result = buffers.read(if in_place { 0 } else { 2 }, count);
            let second = buffers.read(1, count);
            for (i, &x) in points.iter().enumerate() {
                let want = match op {
                    VALUE | VALUE_AND_DERIV => kernel.value(x),
                    DERIV => kernel.deriv(x),
                    BACKWARD_X => kernel.backward(x, dy[i]),
                    _ => dy[i] * kernel.deriv_from_value(x),
                };
                check(name, || format!("operation {op}, element {i}"), x, result[i], want);
                if op == VALUE_AND_DERIV {
                    check(name, || format!("operation {op}, derivative, element {i}"), x, second[i], kernel.deriv(x));
                }
            }
        }
    }
}

fn both<A: Activation>(name: &str, f: A) {
    widths(name, f);
    loops(name, f);
}

#[test]
fn identity() {
    both("identity", Identity);
}

#[test]
fn relu() {
    both("relu", Relu);
}

#[test]
fn lrelu() {
    for alpha in [0.3, -2.0, 0.0] {
        both(&format!("lrelu({alpha:e})"), Lrelu { alpha });
    }
}

#[test]
fn elu() {
    for alpha in [1.0, 0.3, -2.0, 0.0, -0.0, 5e-324, -1e-300, 1e300, f64::MAX] {
        both(&format!("elu({alpha:e})"), Elu { alpha });
    }
}

#[test]
fn sigmoid() {
    both("sigmoid", Sigmoid);
}

#[test]
fn tanh() {
    both("tanh", Tanh);
}

/// Some million x and their negatives: an even function has the same bits at both, an odd one the opposite sign.
#[test]
fn even_functions_are_even_and_odd_ones_odd() {
    let (sigmoid, tanh) = (Sigmoid.kernel(), Tanh.kernel());
    let mut state = 1_u64;
    let random = (0..1_000_000).map(|_| {
        state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (state >> 11) as f64 / (1_u64 << 53) as f64 * if state & 1 == 0 { 44.0 } else { 2.0 }
    });
    for x in random.chain(points()) {
        check("sigmoid", || "derivative, mirrored".to_owned(), x, sigmoid.deriv(-x), sigmoid.deriv(x));
        check("tanh", || "derivative, mirrored".to_owned(), x, tanh.deriv(-x), tanh.deriv(x));
        check("tanh", || "mirrored".to_owned(), x, tanh.value(-x), -tanh.value(x));
    }
}

/// From one number to the next, an increasing function must not fall: not at all where a result is rounded once, and by no more
/// than an ulp where a table and a polynomial meet (docs/kernels.md says how often).
#[test]
fn rising_functions_fall_by_an_ulp_at_most() {
    let mut state = 1_u64;
    let mut points: Vec<f64> = (-640..=640).map(|n| (n as f64 + 0.5) / 32.0).collect();
    points.extend((0..100_000).map(|_| {
        state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        ((state >> 11) as f64 / (1_u64 << 53) as f64 - 0.5) * 40.0
    }));
    let falls = |name: &str, value: &dyn Fn(f64) -> f64, most: i64| {
        let mut count = 0;
        for &x in &points {
            let mut before = value(x.next_down().next_down());
            for at in [x.next_down(), x, x.next_up()] {
                let after = value(at);
                let steps = before.to_bits() as i64 - after.to_bits() as i64;
                let fall = if before <= after { 0 } else { steps.abs() };
                assert!(fall <= most, "{name} falls by {fall} ulp before {at:e}");
                count += i32::from(fall > 0);
                before = after;
            }
        }
        println!("{name}: {count} falls in {} steps", 3 * points.len());
    };
    falls("relu", &|x| Relu.kernel().value(x), 0);
    falls("lrelu", &|x| Lrelu { alpha: 0.3 }.kernel().value(x), 0);
    falls("tanh", &|x| Tanh.kernel().value(x), 1);
    falls("sigmoid", &|x| Sigmoid.kernel().value(x), 1);
    falls("elu", &|x| Elu { alpha: 1.0 }.kernel().value(x), 1);
    falls("elu(0.7)", &|x| Elu { alpha: 0.7 }.kernel().value(x), 1);
}

//! The smooth functions: the same bits for a number alone, beside any neighbour, in buffers and in place; the series against
//! formulas of another kind; symmetries.

mod support;

use nonlin::activation::{elu, gelu, log_sigmoid, mish, quick_gelu, sigmoid, silu, softplus, tanh, tanh_shrink};
use nonlin::elementwise::scalar;
use nonlin::loops::{BACKWARD_X, DERIV, DERIV2, VALUE, VALUE_AND_DERIV};
use support::{Random, in_buffers, same};

/// The functions by number, with a hyperparameter.
fn functions() -> Vec<(&'static str, u32, f64)> {
    let mut list = vec![("mish", mish(), 0.0), ("logSigmoid", log_sigmoid(), 0.0), ("quickGelu", quick_gelu(), 0.0)];
    list.push(("tanhShrink", tanh_shrink(), 0.0));
    list.extend([
        ("gelu", gelu(0.0), 0.0),
        ("gelu with tanh", gelu(0.0), 1.0),
        ("sigmoid", sigmoid(), 0.0),
        ("tanh", tanh(), 0.0),
    ]);
    list.extend([1.0, 0.7, -3.0, 1e-5, 1e5].map(|beta| ("silu", silu(0.0), beta)));
    list.extend([1.0, 0.7, -3.0, 1e-5, 1e5].map(|beta| ("softplus", softplus(0.0), beta)));
    list
}

fn points() -> Vec<f64> {
    let mut points = vec![0.0, f64::INFINITY, f64::NAN, 5e-324, 1e-310, 1e-200, 1e-20, f64::MAX, 1e300];
    for center in [0.03125, 0.5, 1.0, 7.5, 8.4375, 23.0, 40.0, 44.0, 350.0, 708.4, 745.1, 750.0] {
        points.extend([f64::next_down(center), center, f64::next_up(center)]);
    }
    let mut random = Random(1);
    for _ in 0..300 {
        points.extend([f64::from_bits(random.bits() >> 1), random.unit() * 16.0]);
    }
    points.iter().flat_map(|&x| [x, -x]).collect()
}

/// Whole blocks of far x whose results are limits, or almost, alone and among near x; with gradients that may or may not
/// vanish.
#[test]
fn limits_have_the_bits_of_numbers() {
    let mut functions = functions();
    functions.extend([1.0, 0.7, -2.0, 1e300, 1e-310].map(|alpha| ("elu", elu(0.0), alpha)));
    functions.extend([1e300, -1e-300, 0.0].map(|beta| ("silu", silu(0.0), beta)));
    let far = [
        f64::INFINITY,
        1e300,
        800.0,
        763.0,
        762.0,
        750.0,
        748.5,
        747.5,
        745.5,
        700.0,
        390.0,
        375.5,
        374.5,
        45.0,
        39.5,
        38.5,
        26.0,
        22.0,
        21.5,
        9.5,
        8.5,
    ];
    for (name, kernel, parameter) in functions {
        for (number, &end) in far.iter().enumerate() {
            // Also blocks of negative x only: for elu, only those are far.
            let (both, left) = ([end, -end, -end], [-end; 3]);
            for (near_of_8, sides) in [(0, both), (0, left), (1, both), (4, both), (7, both), (7, left)] {
                let x: Vec<f64> = (0..300)
                    .map(|i| if i % 8 < near_of_8 { i as f64 / 100.0 - 1.5 } else { sides[i * (number + 1) % 3] })
                    .collect();
                for most in [1.0, 15.9, 1e10, f64::MAX, f64::NAN, f64::INFINITY] {
                    let dy: Vec<f64> = (0..300).map(|i| [1.0, -0.5, 3.0, 5e-324][i % 4]).chain([most; 1]).skip(1).collect();
                    for op in [VALUE, DERIV, DERIV2, BACKWARD_X, VALUE_AND_DERIV] {
                        if most != 1.0 && op != BACKWARD_X {
                            continue;
                        }
                        let [out, _] = in_buffers(kernel, op, [&x, &dy], [parameter, 0.0, 0.0, 0.0], number % 2 == 0);
                        for (i, &x) in x.iter().enumerate() {
                            let want = scalar(
                                kernel,
                                if op == VALUE_AND_DERIV { VALUE } else { op },
                                x,
                                dy[i],
                                parameter,
                                0.0,
                                0.0,
                                0.0,
                            );
                            assert!(
                                same(out[i], want),
                                "{name}({parameter:e}), operation {op}, at {x:e}, dy {:e}: {:e}, not {want:e}",
                                dy[i],
                                out[i]
                            );
                        }
                    }
                }
            }
        }
    }
}

#[test]
fn buffers_have_the_bits_of_numbers() {
    let mut x = points();
    // Blocks of 128 elements, all near except one.
    for (k, rare) in x.clone().into_iter().enumerate().step_by(7) {
        x.extend((0..128).map(|i| if i == 5 * k % 128 { rare } else { i as f64 / 16.0 - 4.0 }));
    }
    x.push(-0.5); // an odd count
    let dy: Vec<f64> = (0..x.len()).map(|i| (i % 7) as f64 - 2.5).collect();
    for (name, kernel, beta) in functions() {
        for op in [VALUE, DERIV, DERIV2, BACKWARD_X, VALUE_AND_DERIV] {
            for in_place in [false, true] {
                let [out, b] = in_buffers(kernel, op, [&x, &dy], [beta, 0.0, 0.0, 0.0], in_place);
                for (i, &x) in x.iter().enumerate() {
                    let number = |op| scalar(kernel, op, x, dy[i], beta, 0.0, 0.0, 0.0);
                    let want = number(if op == VALUE_AND_DERIV { VALUE } else { op });
                    assert!(same(out[i], want), "{name}({beta:e}), operation {op}, at {x:e}: {:e}, not {want:e}", out[i]);
                    if op == VALUE_AND_DERIV {
                        let want = number(DERIV);
                        assert!(same(b[i], want), "{name}({beta:e})', at {x:e}: {:e}, not {want:e}", b[i]);
                    }
                }
            }
        }
    }
}

#[test]
fn special_values() {
    let at = |kernel, op, x, beta| scalar(kernel, op, x, 0.0, beta, 0.0, 0.0, 0.0);
    for (name, kernel, beta) in functions() {
        for op in [VALUE, DERIV, DERIV2] {
            assert!(at(kernel, op, f64::NAN, beta).is_nan(), "{name}, operation {op}");
        }
    }
    for (kernel, beta) in [(silu(0.0), 1.0), (mish(), 0.0), (gelu(0.0), 0.0), (gelu(0.0), 1.0), (quick_gelu(), 0.0)] {
        let value = |x| at(kernel, VALUE, x, beta);
        assert!(same(value(-0.0), -0.0) && same(value(0.0), 0.0));
        assert!(same(value(f64::NEG_INFINITY), -0.0) && same(value(f64::MIN), -0.0));
        assert!(same(value(f64::INFINITY), f64::INFINITY) && same(value(f64::MAX), f64::MAX));
        assert!(same(at(kernel, DERIV, f64::INFINITY, beta), 1.0) && same(at(kernel, DERIV, f64::NEG_INFINITY, beta), -0.0));
    }
    assert!(same(at(softplus(0.0), VALUE, 0.0, 1.0), core::f64::consts::LN_2));
    assert!(same(at(log_sigmoid(), VALUE, f64::NEG_INFINITY, 0.0), f64::NEG_INFINITY));
    assert!(same(at(log_sigmoid(), VALUE, f64::INFINITY, 0.0), -0.0));
}

/// The second derivative of every function against differences of the first.
#[test]
fn second_derivatives_are_those_of_the_first() {
    for (name, kernel, beta) in functions() {
        let scale = if beta == 0.0 { 1.0 } else { 1.0 / f64::abs(beta) };
        let at = |op, x| scalar(kernel, op, x, 0.0, beta, 0.0, 0.0, 0.0);
        for k in -200..200 {
            let (x, step) = (k as f64 / 20.0 * scale, scale / 1024.0);
            let slope = |step| (at(DERIV, x + step) - at(DERIV, x - step)) / (2.0 * step);
            // One step of Richardson extrapolation.
            let numeric = (4.0 * slope(step / 2.0) - slope(step)) / 3.0;
            let got = at(DERIV2, x);
            assert!((numeric - got).abs() * scale < 2e-11, "{name}({beta:e})'' at {x}: {got:e}, by differences {numeric:e}");
        }
    }
}

#[test]
fn symmetries() {
    for x in points() {
        let at = |kernel, op, x, beta| scalar(kernel, op, x, 0.0, beta, 0.0, 0.0, 0.0);
        for kernel in [sigmoid(), tanh()] {
            let (right, left) = (at(kernel, DERIV2, x, 0.0), at(kernel, DERIV2, -x, 0.0));
            assert!(same(right, -left), "f''({x:e}) = {right:e}, f''({:e}) = {left:e}", -x);
        }
        let (a, b) = (at(log_sigmoid(), VALUE, x, 0.0), at(softplus(0.0), VALUE, -x, 1.0));
        assert!((a + b).abs() <= f64::EPSILON * b.abs() || a.is_nan() || a == -b, "{x:e}: {a:e} and {b:e}");
    }
}

/// For a hyperparameter of any size: with s·2^k in place of s and x/2^k in place of x, f is 2^-k times as large and f″ 2^k
/// times, with the same bits where nothing is subnormal or overflows.
#[test]
fn powers_of_two_scale() {
    for (name, kernel) in [("silu", silu(0.0)), ("softplus", softplus(0.0))] {
        for s in [1.7, -1.3, 1.01] {
            for power in [-1000, -905, -890, -60, 60, 890, 905, 960] {
                let scale = |number: f64, power: i32| number * 2_f64.powi(power / 2) * 2_f64.powi(power - power / 2);
                for i in -60..60 {
                    let x = f64::from(i) * 0.37 + 0.01;
                    for (order, op) in [VALUE, DERIV, DERIV2].into_iter().enumerate() {
                        let want = scale(scalar(kernel, op, x, 0.0, s, 0.0, 0.0, 0.0), power * (order as i32 - 1));
                        let got = scalar(kernel, op, scale(x, -power), 0.0, scale(s, power), 0.0, 0.0, 0.0);
                        assert!(
                            same(got, want) || want.is_subnormal() || want == 0.0 || want.is_infinite(),
                            "{name} of {s}·2^{power}, order {order}, at {x:e}·2^-{power}: {got:e}, not {want:e}"
                        );
                    }
                }
            }
        }
    }
}

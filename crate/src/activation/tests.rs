//! Tests of the exact results: they are close to the f64 results, and they have [`BITS`] correct bits when compared with
//! 400-bit arithmetic. There the derivatives are taken by differences, so no formula is shared with the kernels.

#[path = "../../tests/support/real.rs"]
#[expect(dead_code, reason = "what other tests need of it")]
mod real;

use super::{LIST, exact, has_exact};
use crate::elementwise::scalar;
use crate::loops::{DERIV, DERIV2, VALUE};
use crate::numeric::double_double::DoubleDouble;
use crate::numeric::powers::two_to;
use alloc::vec::Vec;
use real::{Real, real};

/// An exact result must be that of the same function: where there is one, the f64 result is close to it. Where there is none,
/// `exact` returns a number so far away that rounded.rs ignores it.
#[test]
fn exact_results_are_next_to_those_of_f64() {
    let everyday = (-4000..4000).map(|n| f64::from(n) / 173.0);
    let small = (-400..400).map(|n| f64::from(n) * 1e-9);
    let far = [299.0, 301.5, 1e5, 9007199254740993.0, 1e17, 1e40, 1e300];
    let inputs: Vec<f64> = everyday.chain(small).chain(far).chain(far.map(|x| -x)).collect();
    for (kernel, (name, _)) in LIST.iter().enumerate().filter(|&(kernel, _)| has_exact(kernel as u32)) {
        let mut there = 0;
        for p in [[1.0, 1.0, 0.0, 0.0], [0.3, 0.2, 0.0, 0.0], [0.0, 0.0, 0.0, 0.0], [1.0 / 6.0, 0.5, 0.0, 0.0]] {
            for (order, op) in [VALUE, DERIV, DERIV2].into_iter().enumerate() {
                for &x in &inputs {
                    let got = scalar(kernel as u32, op, x, 0.0, p[0], p[1], p[2], p[3]);
                    let high = exact(kernel as u32, p, order, x).high;
                    let close = (high - got).abs() <= got.abs() * 1e-12 + 1e-15;
                    let ignored = high.is_nan() || (high - got).abs() > got.abs() * two_to(-30);
                    there += usize::from(close);
                    assert!(close || ignored, "{name} {p:?}, order {order}, at {x:e}: {high:e}, not {got:e}");
                }
            }
        }
        assert!(there > inputs.len(), "{name} has {there} exact results");
    }
}

/// x − tanh x lies above x − 1, by a difference too small for any number of digits. From 2^53 on, x − 1 itself lies below the
/// f64 next to it.
#[test]
fn tanh_shrink_is_just_above_x_minus_1() {
    let kernel = LIST.iter().position(|(name, _)| *name == "tanhShrink").unwrap() as u32;
    for x in [301.0, 4097.5, 9007199254740991.0, 2e16, 1e17] {
        for sign in [1.0, -1.0] {
            let DoubleDouble { high, low } = exact(kernel, [0.0; 4], 0, sign * x);
            let ([high, low], [whole, left]) = ([high * sign, low * sign], [x - 1.0, (x - (x - 1.0)) - 1.0]);
            assert_eq!(high, whole, "at {x:e}");
            assert!(if left == 0.0 { low > 0.0 && low < two_to(-900) } else { low == left }, "at {x:e}: {low:e}, not {left:e}");
        }
    }
}

type Parameters = [f64; 4];

fn logistic(x: &Real) -> Real {
    real(1.0) / (real(1.0) + (-x.clone()).exp())
}

fn tanh(x: &Real) -> Real {
    let square = (x.clone() + x.clone()).exp();
    (square.clone() - real(1.0)) / (square + real(1.0))
}

fn softplus(x: &Real, beta: f64) -> Real {
    (real(1.0) + (x.clone() * real(beta)).exp()).ln() / real(beta)
}

fn pi() -> Real {
    real(core::f64::consts::PI)
        + real(1.2246467991473532e-16)
        + real(-2.9947698097183397e-33)
        + real(1.1124542208633653e-49)
        + real(5.672231979640316e-66)
}

/// Φ(x), by its series about 0.
fn normal(x: &Real) -> Real {
    let square = x.clone() * x.clone();
    let (mut term, mut sum) = (x.clone(), x.clone());
    for n in 1..700 {
        term = term * square.clone() / real(f64::from(2 * n + 1));
        sum = sum + term.clone();
    }
    real(0.5) + sum * (-square / real(2.0)).exp() / (real(2.0) * pi()).sqrt()
}

/// height·(e^(x/width) − 1) to the left of 0, right·x to the right.
fn exponential(x: &Real, height: &Real, width: f64, right: &Real) -> Real {
    if x.is_positive() { right.clone() * x.clone() } else { height.clone() * ((x.clone() / real(width)).exp() - real(1.0)) }
}

/// f at x, or None where `exact` has no formula and may return anything.
fn reference(name: &str, [p0, p1, ..]: Parameters, x: &Real) -> Option<Real> {
    let one = || real(1.0);
    let inside = |low: f64, high: f64| (x.clone() - real(low)).is_positive() && (real(high) - x.clone()).is_positive();
    Some(match name {
        "sigmoid" => logistic(x),
        "tanh" => tanh(x),
        "silu" => x.clone() * logistic(&(x.clone() * real(p0))),
        "quickGelu" => x.clone() * logistic(&(x.clone() * real(1.702))),
        "mish" => x.clone() * tanh(&softplus(x, 1.0)),
        "softplus" => softplus(x, p0),
        "logSigmoid" => -softplus(&-x.clone(), 1.0),
        "gelu" if p0 == 0.0 => x.clone() * normal(x),
        "gelu" => {
            let cubic = real(44715.0) / real(1e6);
            let z = (real(2.0) / pi()).sqrt() * (x.clone() + cubic * x.clone() * x.clone() * x.clone());
            x.clone() * (one() + tanh(&z)) / real(2.0)
        }
        "tanhShrink" => x.clone() - tanh(x),
        "elu" => exponential(x, &real(p0), 1.0, &one()),
        "celu" => exponential(x, &real(p0), p0, &one()),
        "selu" => {
            // The published constants, as f64; their product has 106 bits.
            let (scale, alpha) = (real(1.0507009873554805), real(1.6732632423543772));
            exponential(x, &(scale.clone() * alpha), 1.0, &scale)
        }
        "squareplus" => (x.clone() + (x.clone() * x.clone() + real(p0)).sqrt()) / real(2.0),
        "softsign" => x.clone() / (one() + if x.is_positive() { x.clone() } else { -x.clone() }),
        "snake" => {
            let [sine, _] = (x.clone() * real(p0)).circle();
            x.clone() + sine.clone() * sine / real(p0)
        }
        "sparsePlus" if inside(-1.0, 1.0) => (x.clone() + one()) * (x.clone() + one()) / real(4.0),
        "hardSwish" if inside(-3.0, 3.0) => x.clone() * (x.clone() + real(3.0)) / real(6.0),
        "lrelu" if !x.is_positive() => x.clone() * real(p0),
        "hardSigmoid" if inside(-3.0, 3.0) => {
            let slope = if p0 == 1.0 / 6.0 { one() / real(6.0) } else { real(p0) };
            slope * x.clone() + real(p1)
        }
        _ => return None,
    })
}

/// f, f′ and f″ by differences about x; None across a kink.
fn three(name: &str, p: Parameters, x: f64) -> Option<[Real; 3]> {
    let step = real(two_to(-80));
    let f = |x: Real| reference(name, p, &x);
    let (left, middle, right) = (f(real(x) - step.clone())?, f(real(x))?, f(real(x) + step.clone())?);
    let first = (right.clone() - left.clone()) / (real(2.0) * step.clone());
    let second = ((right - middle.clone()) - (middle.clone() - left)) / (step.clone() * step);
    Some([middle, first, second])
}

/// How many bits of an exact result are correct, relative to its own size. The fewest are those of tanh and its f″ for small x.
const BITS: i32 = 78;

#[test]
fn exact_results_have_their_digits() {
    // These are f32 numbers, as are nearly all x for which exact results are needed, on both sides of the thresholds of the
    // formulas.
    let everyday = (-18..18).map(|n| f64::from(n as f32 / 1.63 + 0.01));
    let small = [0x34c00000_u32, 0x35600000, 0x35900000, 0x36ce0000, 0x38d1b717, 0x3a83126f, 0x3c23d70a];
    let small = small.map(|bits| f64::from(f32::from_bits(bits)));
    let inputs: Vec<f64> = everyday.chain(small).chain(small.map(|x| -x)).collect();
    for (kernel, (name, _)) in LIST.iter().enumerate().filter(|&(kernel, _)| has_exact(kernel as u32)) {
        let (mut there, p1) = ([0; 3], 0.2);
        for p0 in [1.0, 0.3, 1.0 / 6.0, 0.0] {
            // For 0, most of them are not defined.
            if p0 == 0.0 && *name != "gelu" {
                continue;
            }
            let p = [p0, p1, 0.0, 0.0];
            for &x in &inputs {
                let Some(three) = three(name, p, x) else { continue };
                for (order, want) in three.into_iter().enumerate() {
                    let DoubleDouble { high, low } = exact(kernel as u32, p, order, x);
                    if high.is_nan() {
                        continue;
                    }
                    let difference = real(high).exactly_plus(&real(low)) - want.clone();
                    let bits = if difference.is_zero() { 400 } else { want.exponent() - difference.exponent() };
                    assert!(bits >= BITS, "{name} {p:?}, order {order}, at {x:e}: {high:e} + {low:e} has {bits} bits");
                    there[order] += 1;
                }
            }
        }
        // The other orders are f32 numbers themselves, or hyperparameters.
        let orders = match *name {
            "lrelu" | "hardSigmoid" => 1,
            "sparsePlus" | "hardSwish" => 2,
            _ => 3,
        };
        for (order, there) in there.into_iter().enumerate() {
            assert_eq!(there > inputs.len() / 2, order < orders, "{name} has {there} exact results of order {order}");
        }
    }
}

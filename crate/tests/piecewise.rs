//! The activations of pieces: errors against numbers of 400 bits, with hyperparameters of any size; special values; the same bits
//! for a number alone, beside any neighbour, in buffers and in place. `cargo test piecewise -- --nocapture` prints the largest errors.

#[path = "support/real.rs"]
mod real;
mod support;

use nonlin::activation::*;
use nonlin::loops::{BACKWARD_X, BACKWARD_Y, DERIV, DERIV2, VALUE, VALUE_AND_DERIV};
use real::{Real, error, real};
use support::{Random, in_buffers, same};

type Parameters = [f64; 4];

/// What a function must be.
struct Row {
    name: &'static str,
    number: u32,
    parameters: Vec<Parameters>,
    /// f, f′ and f″ at a finite x.
    exact: fn(Parameters, f64) -> [Real; 3],
    /// f′ from y, where the function has it.
    from_value: Option<fn(Parameters, f64) -> Real>,
    /// Where something happens.
    edges: fn(Parameters) -> Vec<f64>,
    /// [x, f(x), f′(x), f″(x)] for the first hyperparameters, to the bit.
    specials: &'static [[f64; 4]],
}

const INF: f64 = f64::INFINITY;
const TINY: f64 = 5e-324;
/// Sizes at both ends of the range and between, for a hyperparameter.
const SIZES: [f64; 12] = [0.0, TINY, 1e-310, f64::MIN_POSITIVE, 1e-160, 1e-17, 0.3, 2.5, 1e17, 1e160, 1e300, f64::MAX];

fn either_sign(sizes: &[f64]) -> impl Iterator<Item = f64> {
    sizes.iter().flat_map(|&size| [size, -size])
}

/// The default, then all of [`SIZES`] with either sign.
fn one_parameter(default: f64) -> Vec<Parameters> {
    core::iter::once(default).chain(either_sign(&SIZES)).map(|value| [value, 0.0, 0.0, 0.0]).collect()
}

/// The default, then all pairs of [`SIZES`] with either sign.
fn two_parameters(default: [f64; 2]) -> Vec<Parameters> {
    let pairs = either_sign(&SIZES).flat_map(|a| either_sign(&SIZES).map(move |b| [a, b]).collect::<Vec<_>>());
    core::iter::once(default).chain(pairs).map(|[a, b]| [a, b, 0.0, 0.0]).collect()
}

/// x where f is x + `offset`: the three orders.
fn line(x: f64, offset: f64) -> [Real; 3] {
    [real(x) + real(offset), real(1.0), real(0.0)]
}

fn level(value: f64) -> [Real; 3] {
    [value, 0.0, 0.0].map(real)
}

fn clip(x: f64, [min, max]: [f64; 2]) -> [Real; 3] {
    if x <= min || x > max { level(x.max(min).min(max)) } else { line(x, 0.0) }
}

fn shrunk(x: f64, lambda: f64, bias: f64) -> [Real; 3] {
    match () {
        () if x > lambda => line(x, -bias),
        () if x < -lambda || bias == lambda && x == -lambda => line(x, bias),
        () => level(0.0),
    }
}

fn above(x: f64, threshold: f64, value: f64) -> [Real; 3] {
    if x > threshold { line(x, 0.0) } else { level(value) }
}

fn one_if(condition: bool) -> Real {
    real(f64::from(u8::from(condition)))
}

/// alpha·x + beta by exact steps: f′ is alpha where it is between 0 and 1, and at the end of that to the right.
fn hard_sigmoid_of([alpha, beta, ..]: Parameters, x: f64) -> [Real; 3] {
    // Sixfold, for exact sums.
    let six = real(6.0);
    let slope = if alpha == 1.0 / 6.0 { real(1.0) } else { six.clone() * real(alpha) };
    let sum = (slope * real(x)).exactly_plus(&(six.clone() * real(beta)));
    let beyond = sum.exactly_plus(&-six.clone());
    let within = if alpha > 0.0 {
        sum.is_positive() && !beyond.is_positive()
    } else {
        (sum.is_positive() || sum.is_zero()) && !(beyond.is_positive() || beyond.is_zero())
    };
    let value = match () {
        () if !sum.is_positive() => real(0.0),
        () if beyond.is_positive() => real(1.0),
        () => sum / six,
    };
    [value, if within { real(alpha) } else { real(0.0) }, real(0.0)]
}

fn hard_swish_of(x: f64) -> [Real; 3] {
    let sixth = |of: Real| of / real(6.0);
    match () {
        () if x <= -3.0 => level(0.0),
        () if x > 3.0 => line(x, 0.0),
        () => [sixth(real(x) * (real(x) + real(3.0))), sixth(real(x) + real(x) + real(3.0)), sixth(real(2.0))],
    }
}

fn rows() -> Vec<Row> {
    let none = vec![[0.0; 4]];
    vec![
        Row {
            name: "hardTanh",
            number: hard_tanh(0.0, 0.0),
            parameters: two_parameters([-1.0, 1.0]),
            exact: |[min, max, ..], x| clip(x, [min, max]),
            from_value: None,
            edges: |[min, max, ..]| vec![min, max],
            specials: &[
                [-1.0, -1.0, 0.0, 0.0],
                [1.0, 1.0, 1.0, 0.0],
                [-0.0, -0.0, 1.0, 0.0],
                [INF, 1.0, 0.0, 0.0],
                [-INF, -1.0, 0.0, 0.0],
            ],
        },
        Row {
            name: "relu6",
            number: relu6(),
            parameters: none.clone(),
            exact: |_, x| clip(x, [0.0, 6.0]),
            from_value: None,
            edges: |_| vec![6.0],
            specials: &[
                [0.0, 0.0, 0.0, 0.0],
                [-0.0, 0.0, 0.0, 0.0],
                [TINY, TINY, 1.0, 0.0],
                [6.0, 6.0, 1.0, 0.0],
                [INF, 6.0, 0.0, 0.0],
                [-INF, 0.0, 0.0, 0.0],
            ],
        },
        Row {
            name: "shrink",
            number: shrink(0.0, 0.0),
            parameters: two_parameters([0.5, 0.0]),
            exact: |[lambda, bias, ..], x| shrunk(x, lambda, bias),
            from_value: None,
            edges: |[lambda, bias, ..]| vec![lambda, bias],
            specials: &[[0.5, 0.0, 0.0, 0.0], [-0.5, 0.0, 0.0, 0.0], [INF, INF, 1.0, 0.0], [-INF, -INF, 1.0, 0.0]],
        },
        Row {
            name: "hardShrink",
            number: hard_shrink(0.0),
            parameters: one_parameter(0.5),
            exact: |[lambda, ..], x| {
                let [value, _, _] = shrunk(x, lambda, 0.0);
                [value, one_if(x > lambda || x < -lambda), real(0.0)]
            },
            from_value: Some(|_, y| one_if(y != 0.0)),
            edges: |[lambda, ..]| vec![lambda],
            specials: &[
                [0.5, 0.0, 0.0, 0.0],
                [-0.5, 0.0, 0.0, 0.0],
                [-0.0, 0.0, 0.0, 0.0],
                [INF, INF, 1.0, 0.0],
                [-INF, -INF, 1.0, 0.0],
            ],
        },
        Row {
            name: "softShrink",
            number: soft_shrink(0.0),
            parameters: one_parameter(0.5),
            exact: |[lambda, ..], x| shrunk(x, lambda, lambda),
            from_value: None,
            edges: |[lambda, ..]| vec![lambda],
            specials: &[
                [0.5, 0.0, 0.0, 0.0],
                [-0.5, 0.0, 1.0, 0.0],
                [-0.0, 0.0, 0.0, 0.0],
                [INF, INF, 1.0, 0.0],
                [-INF, -INF, 1.0, 0.0],
            ],
        },
        Row {
            name: "threshold",
            number: threshold(0.0, 0.0),
            parameters: two_parameters([0.0, 0.0]),
            exact: |[threshold, value, ..], x| above(x, threshold, value),
            from_value: None,
            edges: |[threshold, value, ..]| vec![threshold, value],
            specials: &[[0.0, 0.0, 0.0, 0.0], [-0.0, 0.0, 0.0, 0.0], [INF, INF, 1.0, 0.0], [-INF, 0.0, 0.0, 0.0]],
        },
        Row {
            name: "thresholdedRelu",
            number: thresholded_relu(0.0),
            parameters: one_parameter(1.0),
            exact: |[alpha, ..], x| above(x, alpha, 0.0),
            from_value: Some(|_, y| one_if(y != 0.0)),
            edges: |[alpha, ..]| vec![alpha],
            specials: &[[1.0, 0.0, 0.0, 0.0], [-0.0, 0.0, 0.0, 0.0], [INF, INF, 1.0, 0.0], [-INF, 0.0, 0.0, 0.0]],
        },
        Row {
            name: "reluSquared",
            number: relu_squared(),
            parameters: none.clone(),
            exact: |_, x| {
                if x > 0.0 { [real(x) * real(x), real(2.0) * real(x), real(2.0)] } else { level(0.0) }
            },
            from_value: None,
            edges: |_| vec![1.3407807929942596e154, 1.5e-154, 2.2e-162, f64::MAX / 2.0],
            specials: &[[0.0, 0.0, 0.0, 0.0], [-0.0, 0.0, 0.0, 0.0], [INF, INF, INF, 2.0], [-INF, 0.0, 0.0, 0.0]],
        },
        Row {
            name: "softsign",
            number: softsign(),
            parameters: none.clone(),
            exact: |_, x| {
                let below = real(1.0) + real(x.abs());
                let square = below.clone() * below.clone();
                let two = real(if x > 0.0 { -2.0 } else { 2.0 });
                [real(x) / below.clone(), real(1.0) / square.clone(), two / (square * below)]
            },
            from_value: Some(|_, y| {
                let rest = real(1.0) - real(y.abs());
                rest.clone() * rest
            }),
            edges: |_| {
                vec![1.0, 2_f64.powi(300), 2_f64.powi(511), 2_f64.powi(537), 2_f64.powi(600), 1e103, 1e108, 2_f64.powi(53)]
            },
            specials: &[[0.0, 0.0, 1.0, 2.0], [-0.0, -0.0, 1.0, 2.0], [INF, 1.0, 0.0, -0.0], [-INF, -1.0, 0.0, 0.0]],
        },
        Row {
            name: "hardSigmoid",
            number: hard_sigmoid(0.0, 0.0),
            parameters: {
                let mut list = two_parameters([1.0 / 6.0, 0.5]);
                list.extend(either_sign(&SIZES).map(|beta| [1.0 / 6.0, beta, 0.0, 0.0]));
                list.extend([[0.2, 0.5, 0.0, 0.0], [0.5, 0.5, 0.0, 0.0], [-0.2, 0.6, 0.0, 0.0], [0.7, -1e10, 0.0, 0.0]]);
                list
            },
            exact: hard_sigmoid_of,
            from_value: None,
            edges: |[alpha, beta, ..]| {
                vec![3.0, -beta / alpha, (1.0 - beta) / alpha, 1.0 / alpha, 1e-300 / alpha, 1e-310 / alpha]
            },
            specials: &[
                [-3.0, 0.0, 0.0, 0.0],
                [3.0, 1.0, 1.0 / 6.0, 0.0],
                [0.0, 0.5, 1.0 / 6.0, 0.0],
                [-0.0, 0.5, 1.0 / 6.0, 0.0],
                [INF, 1.0, 0.0, 0.0],
                [-INF, 0.0, 0.0, 0.0],
            ],
        },
        Row {
            name: "hardSwish",
            number: hard_swish(),
            parameters: none,
            exact: |_, x| hard_swish_of(x),
            from_value: None,
            edges: |_| vec![3.0, 1.5],
            specials: &[
                [-3.0, 0.0, 0.0, 0.0],
                [3.0, 3.0, 1.5, 1.0 / 3.0],
                [0.0, 0.0, 0.5, 1.0 / 3.0],
                [-0.0, -0.0, 0.5, 1.0 / 3.0],
                [-1.5, -0.375, 0.0, 1.0 / 3.0],
                [INF, INF, 1.0, 0.0],
                [-INF, 0.0, 0.0, 0.0],
            ],
        },
    ]
}

/// The edges and their neighbours, the ends of the range, and numbers of all kinds.
fn points(row: &Row, parameters: Parameters, random: &mut Random, count: usize) -> Vec<f64> {
    let mut points = vec![0.0, TINY, 3.0 * TINY, 1e-310, f64::MIN_POSITIVE, 1e-200, 1e-20, 1.0, 1e300, f64::MAX];
    for edge in (row.edges)(parameters) {
        points.extend([edge.next_down().next_down(), edge.next_down(), edge, edge.next_up(), edge.next_up().next_up()]);
        points.extend((0..8).map(|_| edge * (1.0 + (random.unit() - 0.5) * 2_f64.powi(-(random.bits() as i32 & 31)))));
        points.extend((0..8).map(|_| edge * random.unit()));
    }
    for _ in 0..count {
        points.extend([f64::from_bits(random.bits()), random.unit() * 8.0, 2_f64.powf(random.unit() * 140.0 - 70.0)]);
    }
    points.retain(|x| x.is_finite());
    points.iter().flat_map(|&x| [x, -x]).collect()
}

fn at(row: &Row, parameters: Parameters, op: u32, x: f64) -> f64 {
    let [p0, p1, p2, p3] = parameters;
    scalar(row.number, op, x, 1.0, p0, p1, p2, p3)
}

#[test]
fn errors_are_below_one_ulp() {
    let mut random = Random(1);
    for row in rows() {
        let mut worst = [(0.0, 0.0, [0.0; 4]); 4];
        let mut count = 0_u32;
        for (index, &parameters) in row.parameters.iter().enumerate() {
            for x in points(&row, parameters, &mut random, if index == 0 { 20_000 } else { 20 }) {
                let mut add = |which: usize, op: u32, exact: &Real| {
                    let error = error(at(&row, parameters, op, x), exact, -1074);
                    count += 1;
                    if error > worst[which].0 {
                        worst[which] = (error, x, parameters);
                    }
                };
                let exact = (row.exact)(parameters, x);
                for (which, op) in [VALUE, DERIV, DERIV2].into_iter().enumerate() {
                    add(which, op, &exact[which]);
                }
                if let Some(from_value) = row.from_value {
                    add(3, BACKWARD_Y, &from_value(parameters, x));
                }
            }
        }
        println!("{}: {:.3} {:.3} {:.3} {:.3} of {count}", row.name, worst[0].0, worst[1].0, worst[2].0, worst[3].0);
        for (which, (error, x, parameters)) in worst.into_iter().enumerate() {
            let [p0, p1, ..] = parameters;
            assert!(error <= 1.0, "{}({p0:e}, {p1:e}), order {which}, at {x:e}: {error} ULP", row.name);
        }
    }
}

#[test]
fn special_values() {
    for row in rows() {
        let parameters = row.parameters[0];
        for &[x, value, deriv, deriv2] in row.specials {
            for (op, want) in [(VALUE, value), (DERIV, deriv), (DERIV2, deriv2)] {
                let got = at(&row, parameters, op, x);
                assert!(same(got, want), "{}, operation {op}, at {x:e}: {got:e}, not {want:e}", row.name);
            }
        }
        for &parameters in &row.parameters {
            for op in [VALUE, DERIV, DERIV2, BACKWARD_X, BACKWARD_Y] {
                assert!(at(&row, parameters, op, f64::NAN).is_nan(), "{}, operation {op}, NaN", row.name);
            }
            for (op, x) in [(VALUE, INF), (VALUE, -INF), (DERIV, INF), (DERIV, -INF), (DERIV2, INF), (DERIV2, -INF)] {
                assert!(!at(&row, parameters, op, x).is_nan(), "{}({parameters:?}), operation {op}, {x}", row.name);
            }
        }
    }
}

#[test]
fn buffers_have_the_bits_of_numbers() {
    let mut random = Random(2);
    for row in rows() {
        for &parameters in row.parameters.iter().step_by(11) {
            let mut x = points(&row, parameters, &mut random, 100);
            x.extend([f64::NAN, INF, -INF, -0.5]);
            x.truncate(x.len() | 1);
            let dy: Vec<f64> = (0..x.len()).map(|i| (i % 7) as f64 - 2.5).collect();
            for op in [VALUE, DERIV, DERIV2, BACKWARD_X, BACKWARD_Y, VALUE_AND_DERIV] {
                for in_place in [false, true] {
                    let [out, b] = in_buffers(row.number, op, [&x, &dy], parameters, in_place);
                    for (i, &x) in x.iter().enumerate() {
                        let [p0, p1, p2, p3] = parameters;
                        let number = |op| scalar(row.number, op, x, dy[i], p0, p1, p2, p3);
                        let want = number(if op == VALUE_AND_DERIV { VALUE } else { op });
                        assert!(same(out[i], want), "{}, operation {op}, at {x:e}: {:e}, not {want:e}", row.name, out[i]);
                        assert!(op != VALUE_AND_DERIV || same(b[i], number(DERIV)), "{}', at {x:e}: {:e}", row.name, b[i]);
                    }
                }
            }
        }
    }
}

//! The piecewise activations and their smooth relatives: errors against 400-bit arithmetic, with hyperparameters of any size;
//! special values; the same bits for a number alone, beside any neighbour, in buffers and in place. `cargo test piecewise --
//! --nocapture` prints the largest errors.

#[path = "support/real.rs"]
#[expect(dead_code, reason = "what other tests need of it")]
mod real;
mod support;

use nonlin::activation::*;
use nonlin::elementwise::scalar;
use nonlin::loops::{BACKWARD_X, BACKWARD_Y, DERIV, DERIV2, VALUE, VALUE_AND_DERIV};
use real::{Real, error, real};
use support::{Random, in_buffers, same};

type Parameters = [f64; 4];

/// The specification of a function.
struct Row {
    name: &'static str,
    number: u32,
    parameters: Vec<Parameters>,
    /// f, f′ and f″ at a finite x.
    exact: fn(Parameters, f64) -> [Real; 3],
    /// f′ from y, if the function has it.
    from_value: Option<fn(Parameters, f64) -> Real>,
    /// The x close to which f′ and f″ cross 0; errors there count in units of 2^-54.
    zeros: [&'static [f64]; 2],
    /// The x at which something changes.
    edges: fn(Parameters) -> Vec<f64>,
    /// [x, f(x), f′(x), f″(x)] for the first hyperparameters, with exact bits.
    specials: &'static [[f64; 4]],
}

const INF: f64 = f64::INFINITY;
const TINY: f64 = 5e-324;
/// Sizes of a hyperparameter at both ends of the range and in between.
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

/// The three orders at an x where f is x + `offset`.
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

/// alpha·x + beta in exact arithmetic: f′ is alpha where the sum is between 0 and 1, and at the right end of that interval.
fn hard_sigmoid_of([alpha, beta, ..]: Parameters, x: f64) -> [Real; 3] {
    // Multiplied by six, for exact sums.
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

/// slope·x above 0, else height·(e^(x/width) − 1).
fn exponential(x: f64, slope: Real, height: Real, width: f64) -> [Real; 3] {
    if x > 0.0 {
        return [slope.clone() * real(x), slope, real(0.0)];
    }
    let u = real(x) / real(width);
    let exp = u.exp();
    // Close to 0, the first terms of the series, which need no subtraction.
    let small = u.clone() * (real(1.0) + u.clone() / real(2.0) + u.clone() * u.clone() / real(6.0));
    let expm1 = if (u + real(1e-30)).is_positive() { small } else { exp.clone() - real(1.0) };
    let first = height.clone() * exp / real(width);
    [height * expm1, first.clone(), first / real(width)]
}

/// x·s(z) with the logistic function s and z = c·(x + κ·x³).
fn gelu_of(x: f64) -> [Real; 3] {
    let pi: Real =
        real(core::f64::consts::PI) + real(1.2246467991473532e-16) + real(-2.9947698097183397e-33) + real(1.1124542208633653e-49);
    // The real number 0.044715, not the f64 closest to it.
    let cubic = real(44_715.0) / real(1e6);
    let (c, x) = (real(2.0) * (real(2.0) / pi).sqrt(), real(x));
    let square = x.clone() * x.clone();
    let z = c.clone() * x.clone() * (real(1.0) + cubic.clone() * square.clone());
    let first = c.clone() * (real(1.0) + real(3.0) * cubic.clone() * square);
    let second = c * real(6.0) * cubic * x.clone();
    let one = real(1.0);
    // s and 1 − s.
    let [s, rest] = if z.is_positive() {
        let e = (-z).exp();
        [one.clone() / (one.clone() + e.clone()), e.clone() / (one + e)]
    } else {
        let e = z.exp();
        [e.clone() / (one.clone() + e.clone()), one.clone() / (one + e)]
    };
    let slope = s.clone() * rest.clone();
    let bend = slope.clone() * (rest - s.clone());
    [
        x.clone() * s.clone(),
        s + x.clone() * first.clone() * slope.clone(),
        real(2.0) * first.clone() * slope.clone() + x * (second * slope + first.clone() * first * bend),
    ]
}

fn tanh_shrink_of(x: f64) -> [Real; 3] {
    let (x, one) = (real(x), real(1.0));
    let square = x.clone() * x.clone();
    if (real(1e-30) - square.clone()).is_positive() {
        // x³/3 − 2·x⁵/15, x² − 2·x⁴/3 and 2·x − 8·x³/3.
        return [
            x.clone() * square.clone() * (one.clone() / real(3.0) - real(2.0) * square.clone() / real(15.0)),
            square.clone() * (one - real(2.0) * square.clone() / real(3.0)),
            x * (real(2.0) - real(8.0) * square / real(3.0)),
        ];
    }
    let negative = !x.is_positive();
    let size = if negative { -x } else { x };
    let e = (real(-2.0) * size.clone()).exp();
    let tanh = (one.clone() - e.clone()) / (one.clone() + e.clone());
    let slope = real(4.0) * e.clone() / ((one.clone() + e.clone()) * (one + e));
    let [value, second] = [size - tanh.clone(), real(2.0) * tanh.clone() * slope].map(|odd| if negative { -odd } else { odd });
    [value, tanh.clone() * tanh, second]
}

fn squareplus_of(x: f64, b: f64) -> [Real; 3] {
    let (size, b, two) = (real(x.abs()), real(b), real(2.0));
    let root = (size.clone() * size.clone() + b.clone()).sqrt();
    let total = root.clone() + size;
    let right = total.clone() / two.clone();
    let left = b.clone() / (two.clone() * total.clone());
    let slope = b.clone() / (two.clone() * root.clone() * total);
    let second = b / (two * root.clone() * root.clone() * root);
    if x < 0.0 { [left, slope, second] } else { [right, real(1.0) - slope, second] }
}

fn snake_of(x: f64, alpha: f64) -> [Real; 3] {
    if alpha == 0.0 || x == 0.0 {
        return [real(x), real(1.0), real(2.0) * real(alpha)];
    }
    let [sine, cosine] = (real(x) * real(alpha)).circle();
    let sum = sine.clone() + cosine.clone();
    [
        real(x) + sine.clone() * sine.clone() / real(alpha),
        sum.clone() * sum.clone(),
        real(2.0) * real(alpha) * sum * (cosine - sine),
    ]
}

/// Sizes of a hyperparameter that must be positive.
fn positive_parameter(default: f64) -> Vec<Parameters> {
    let powers = [-1074, -1073, -1022, -900, -541, -540, -3, 1, 53, 400, 969, 970, 1023]
        .map(|power| 2_f64.powi(power / 2) * 2_f64.powi(power - power / 2));
    let sizes = SIZES.into_iter().chain(powers).filter(|&size| size > 0.0);
    core::iter::once(default).chain(sizes).map(|value| [value, 0.0, 0.0, 0.0]).collect()
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
            zeros: [&[], &[]],
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
            zeros: [&[], &[]],
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
            zeros: [&[], &[]],
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
            zeros: [&[], &[]],
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
            zeros: [&[], &[]],
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
            zeros: [&[], &[]],
            edges: |[threshold, value, ..]| vec![threshold, value],
            specials: &[[0.0, 0.0, 0.0, 0.0], [-0.0, 0.0, 0.0, 0.0], [INF, INF, 1.0, 0.0], [-INF, 0.0, 0.0, 0.0]],
        },
        Row {
            name: "thresholdedRelu",
            number: thresholded_relu(0.0),
            parameters: one_parameter(1.0),
            exact: |[alpha, ..], x| above(x, alpha, 0.0),
            from_value: Some(|_, y| one_if(y != 0.0)),
            zeros: [&[], &[]],
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
            zeros: [&[], &[]],
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
            zeros: [&[], &[]],
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
            zeros: [&[], &[]],
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
            name: "gelu with tanh",
            number: gelu(0.0),
            parameters: vec![[1.0, 0.0, 0.0, 0.0]],
            exact: |_, x| gelu_of(x),
            from_value: None,
            zeros: [&[-0.752], &[-1.41, 1.41]],
            edges: |_| vec![7.5, 0.75246, 2.0, 20.0, 21.0, 22.0, 30.0],
            specials: &[
                [0.0, 0.0, 0.5, 0.7978845608028654],
                [-0.0, -0.0, 0.5, 0.7978845608028654],
                [INF, INF, 1.0, -0.0],
                [-INF, -0.0, -0.0, -0.0],
            ],
        },
        Row {
            name: "tanhShrink",
            number: tanh_shrink(),
            parameters: none.clone(),
            exact: |_, x| tanh_shrink_of(x),
            from_value: None,
            zeros: [&[], &[]],
            edges: |_| vec![20.0, 2_f64.powi(-200), 1e-103, 1e-108, 0.00390625, 0.0078125, 350.0, 372.5],
            specials: &[[0.0, 0.0, 0.0, 0.0], [-0.0, -0.0, 0.0, -0.0], [INF, INF, 1.0, 0.0], [-INF, -INF, 1.0, -0.0]],
        },
        Row {
            name: "selu",
            number: selu(),
            parameters: none.clone(),
            exact: |_, x| {
                let (scale, alpha) = (real(1.0507009873554805), real(1.6732632423543772));
                exponential(x, scale.clone(), scale * alpha, 1.0)
            },
            from_value: Some(|_, y| {
                let (scale, alpha) = (real(1.0507009873554805), real(1.6732632423543772));
                if y > 0.0 { scale } else { real(y) + scale * alpha }
            }),
            zeros: [&[], &[]],
            edges: |_| vec![38.0, 20.0, 36.04, 37.43, 708.4, 744.5, 745.2, 746.0, 1.7580993408473766],
            specials: &[
                [0.0, 0.0, 1.7580993408473766, 1.7580993408473766],
                [-0.0, -0.0, 1.7580993408473766, 1.7580993408473766],
                [INF, INF, 1.0507009873554805, 0.0],
                [-INF, -1.7580993408473766, 0.0, 0.0],
            ],
        },
        Row {
            name: "celu",
            number: celu(0.0),
            parameters: positive_parameter(0.7),
            exact: |[alpha, ..], x| exponential(x, real(1.0), real(alpha), alpha),
            from_value: Some(|[alpha, ..], y| if y > 0.0 { real(1.0) } else { (real(y) + real(alpha)) / real(alpha) }),
            zeros: [&[], &[]],
            edges: |[alpha, ..]| {
                vec![alpha, 38.0 * alpha, 20.0 * alpha, 708.4 * alpha, 745.2 * alpha, 746.0 * alpha, alpha * 2_f64.powi(-60)]
            },
            specials: &[[0.0, 0.0, 1.0, 1.0 / 0.7], [-0.0, -0.0, 1.0, 1.0 / 0.7], [INF, INF, 1.0, 0.0], [-INF, -0.7, 0.0, 0.0]],
        },
        Row {
            name: "squareplus",
            number: squareplus(0.0),
            parameters: positive_parameter(4.0),
            exact: |[b, ..], x| squareplus_of(x, b),
            from_value: None,
            zeros: [&[], &[]],
            edges: |[b, ..]| {
                let root = b.sqrt();
                vec![
                    root,
                    2.0 * root,
                    2_f64.powi(60) * root,
                    2_f64.powi(59) * root,
                    2_f64.powi(61) * root,
                    1e154,
                    1e162,
                    b,
                    root * 1e9,
                ]
            },
            specials: &[[0.0, 1.0, 0.5, 0.25], [-0.0, 1.0, 0.5, 0.25], [INF, INF, 1.0, 0.0], [-INF, 0.0, 0.0, 0.0]],
        },
        Row {
            name: "snake",
            number: snake(0.0),
            parameters: one_parameter(1.0),
            exact: |[alpha, ..], x| snake_of(x, alpha),
            from_value: None,
            zeros: [&[], &[]],
            edges: |[alpha, ..]| {
                let eighth = core::f64::consts::FRAC_PI_4 / alpha;
                (1..40).map(|k| eighth * f64::from(k)).chain([1e5, 1e22, 1e200].map(|k| eighth * k)).collect()
            },
            specials: &[
                [0.0, 0.0, 1.0, 2.0],
                [-0.0, -0.0, 1.0, 2.0],
                [INF, INF, f64::NAN, f64::NAN],
                [-INF, -INF, f64::NAN, f64::NAN],
            ],
        },
        Row {
            name: "sparsePlus",
            number: sparse_plus(),
            parameters: none.clone(),
            exact: |_, x| match () {
                () if x <= -1.0 => level(0.0),
                () if x > 1.0 => line(x, 0.0),
                () => {
                    let above = real(x) + real(1.0);
                    [above.clone() * above.clone() / real(4.0), above / real(2.0), real(0.5)]
                }
            },
            from_value: None,
            zeros: [&[], &[]],
            edges: |_| vec![1.0],
            specials: &[
                [-1.0, 0.0, 0.0, 0.0],
                [1.0, 1.0, 1.0, 0.5],
                [0.0, 0.25, 0.5, 0.5],
                [INF, INF, 1.0, 0.0],
                [-INF, 0.0, 0.0, 0.0],
            ],
        },
        Row {
            name: "hardSwish",
            number: hard_swish(),
            parameters: none,
            exact: |_, x| hard_swish_of(x),
            from_value: None,
            zeros: [&[], &[]],
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

/// The thresholds and their neighbours, the ends of the range, and numbers of all kinds.
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
                    let zeros = if op == DERIV2 { row.zeros[1] } else { row.zeros[0] };
                    let least = if zeros.iter().any(|zero| (x / zero - 1.0).abs() < 0.25) { -54 } else { -1074 };
                    let error = error(at(&row, parameters, op, x), exact, least);
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
                // The slope of a ripple has no limit.
                assert!(
                    row.name == "snake" && op != VALUE || !at(&row, parameters, op, x).is_nan(),
                    "{}({parameters:?}), operation {op}, {x}",
                    row.name
                );
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
                if op == BACKWARD_Y && row.from_value.is_none() {
                    continue;
                }
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

/// f′ may be subnormal or even smaller while its product with a large dy is neither.
#[test]
fn gradients_keep_the_digits_that_the_derivative_loses() {
    let mut random = Random(3);
    for row in rows().iter().filter(|row| ["softsign", "tanhShrink", "squareplus"].contains(&row.name)) {
        let mut worst = 0f64;
        for (index, &parameters) in row.parameters.iter().enumerate() {
            for x in points(row, parameters, &mut random, if index == 0 { 5_000 } else { 30 }) {
                let deriv = &(row.exact)(parameters, x)[1];
                for dy in [1e300, -f64::MAX, 1e100, 0.3, 1e-200, TINY] {
                    let exact = real(dy) * deriv.clone();
                    if exact.exponent() > 1023 {
                        continue;
                    }
                    let [p0, p1, p2, p3] = parameters;
                    worst = worst.max(error(scalar(row.number, BACKWARD_X, x, dy, p0, p1, p2, p3), &exact, -1074));
                }
            }
        }
        println!("{} backward: {worst:.3}", row.name);
        assert!(worst <= 2.0, "{}: {worst} ULP", row.name);
    }
}

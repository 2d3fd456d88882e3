//! Softmax where its constants are tight. Each test names the bound that a constant in the code guarantees, and uses the inputs
//! that come closest to it. The reference is double-double arithmetic, good to about 100 bits, and is tested first.

use core::cell::Cell;
use nonlin::loops::{BACKWARD_X, BACKWARD_Y, DERIV, VALUE};
use nonlin::memory::{self, allocate, release};
use nonlin::numeric::double_double::{DoubleDouble, LN2};
use nonlin::rows::contraction::contract;
use nonlin::rows::{SOFTMAX, rows};

fn dd(value: f64) -> DoubleDouble {
    DoubleDouble::from(value)
}

/// e^x for |x| < 1400 with normal results: e^(x/2^14), squared 14 times.
fn exp(x: DoubleDouble) -> DoubleDouble {
    let small = DoubleDouble { high: x.high * 2f64.powi(-14), low: x.low * 2f64.powi(-14) };
    (0..14).fold(small.exp_small(), |power, _| power * power)
}

fn ulp(value: f64) -> f64 {
    let next = f64::from_bits(value.abs().to_bits() + 1);
    next - value.abs()
}

/// |got − exact| in units of the last place of the exact value.
fn error(got: f64, exact: DoubleDouble) -> f64 {
    ((dd(got) - exact).high / ulp(exact.high)).abs()
}

fn run(op: u32, x: &[f64], dy: &[f64], temperature: f64) -> Vec<f64> {
    let count = if op == DERIV { x.len() * x.len() } else { x.len() };
    let handles = [allocate(x.len() as u32), allocate(dy.len().max(1) as u32), allocate(count as u32)];
    let cells = |handle, read: &mut dyn FnMut(&[Cell<f64>])| memory::with([handle], |[pairs]| read(pairs.as_flattened()));
    for (handle, values) in [(handles[0], x), (handles[1], dy)] {
        cells(handle, &mut |cells| cells.iter().zip(values).for_each(|(cell, &value)| cell.set(value)));
    }
    assert_eq!(rows(SOFTMAX, op, handles[0], handles[1], handles[2], 1, x.len() as u32, 1, temperature, temperature), 0);
    let mut result = Vec::new();
    cells(handles[2], &mut |cells| result.extend(cells.iter().take(count).map(Cell::get)));
    handles.into_iter().for_each(release);
    result
}

/// e^(x − max), T = 1.
fn terms(x: &[f64]) -> Vec<DoubleDouble> {
    let max = x.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    x.iter().map(|&x| if x == f64::NEG_INFINITY { dd(0.0) } else { exp(dd(x) - dd(max)) }).collect()
}

fn sum(terms: impl Iterator<Item = DoubleDouble>) -> DoubleDouble {
    terms.fold(dd(0.0), |sum, term| sum + term)
}

/// The sum of all terms except one, without cancellation.
fn rest(terms: &[DoubleDouble], i: usize) -> DoubleDouble {
    sum(terms.iter().enumerate().filter(|&(j, _)| j != i).map(|(_, &term)| term))
}

#[test]
fn double_double_is_good_to_a_hundred_bits() {
    // Products of two numbers of 53 bits have 106 bits. Both parts must be there, which needs Veltkamp's 2^27 + 1.
    let mut state = 1u64;
    for _ in 0..10_000 {
        let mut number = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 11) | 1 << 52 | 1
        };
        let (a, b) = (number(), number());
        let product = dd(a as f64) * dd(b as f64);
        assert_eq!(product.high as u128 as i128 + product.low as i128, i128::from(a) * i128::from(b), "{a}·{b}");
        let quotient = dd(a as f64) / dd(b as f64) * dd(b as f64) - dd(a as f64);
        assert!(quotient.high.abs() < a as f64 * 2f64.powi(-101), "{a}/{b}·{b}: {quotient:?}");
    }
    let close = |got: DoubleDouble, exact: DoubleDouble| ((got - exact).high / exact.high).abs() < 2f64.powi(-98);
    // ln 2, and all 20 terms of the series for the largest argument: e as two numbers.
    let to_the_eighth = |power: DoubleDouble| (0..3).fold(power, |power, _| power * power);
    assert!(close(to_the_eighth((LN2 / dd(8.0)).exp_small()), dd(2.0)));
    assert!(close(
        to_the_eighth(dd(0.125).exp_small()),
        DoubleDouble { high: core::f64::consts::E, low: 1.4456468917292502e-16 }
    ));
}

/// A value has one rounding: 0.5 ULP, plus the errors of the terms (2^-57 each), of their compensated sum, and of its inverse.
/// The sum starts from twice the largest possible term, as its short form requires; with a smaller start, rows whose entries
/// are all close to the maximum would fail.
#[test]
fn values_are_rounded_once() {
    let mut worst = 0f64;
    let mut state = 7u64;
    for row in 0..6000 {
        let mut uniform = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 11) as f64 * 2f64.powi(-53)
        };
        let spread = [1e-3, 0.1, 2.0, 30.0][row % 4];
        let x: Vec<f64> = (0..2 + row % 6).map(|_| uniform() * spread - 1.0).collect();
        let terms = terms(&x);
        let total = sum(terms.iter().copied());
        for (got, term) in run(VALUE, &x, &[], 1.0).iter().zip(terms) {
            worst = worst.max(error(*got, term / total));
        }
    }
    assert!(worst < 0.57, "{worst} ULP");
}

/// SHARP: if one entry has nearly all of the sum, gradients are measured from its gradient, because dy − Σ s·dy would lose
/// digits that the small results need; and its 1 − s is the sum of the others. Up to 3/2, no second entry, which may come
/// first, can be taken for such an entry.
#[test]
fn digits_are_kept_about_the_sharp_sum() {
    let (mut diagonal, mut gradient) = (0f64, 0f64);
    let mut measure = |x: &[f64]| {
        let terms = terms(x);
        let total = sum(terms.iter().copied());
        let jacobian = run(DERIV, x, &[], 1.0);
        for (i, &term) in terms.iter().enumerate() {
            let exact = term / total * (rest(&terms, i) / total);
            diagonal = diagonal.max(error(jacobian[i * (x.len() + 1)], exact));
        }
        for dy in [[1.0, 0.0, 0.0, 0.0], [0.7, 0.1, -0.3, 1.3], [1.9, 1.8999, 0.0, 2.0], [0.0, 1.0, 0.5, 0.0]] {
            let dy = &dy[..x.len()];
            let got = run(BACKWARD_X, x, dy, 1.0);
            let products: Vec<DoubleDouble> = terms.iter().zip(dy).map(|(&term, &dy)| term * dd(dy)).collect();
            let sizes: Vec<DoubleDouble> = products.iter().map(|p| if p.high < 0.0 { -*p } else { *p }).collect();
            for (i, &term) in terms.iter().enumerate() {
                let own = rest(&terms, i) * dd(dy[i]);
                let factor = term / (total * total);
                let exact = factor * (own - rest(&products, i));
                let size = factor.high * (own.high.abs() + rest(&sizes, i).high);
                if size > 0.0 {
                    gradient = gradient.max((dd(got[i]) - exact).high.abs() / (size * 2f64.powi(-53)));
                }
            }
        }
    };
    for step in 0..400 {
        // The sum of the others from 2^-60 to 4, in even steps of the logarithm, with finer steps about 1/16 and 1/2; in one
        // entry or two.
        let below = f64::from(step) * 0.108 - 1.4;
        measure(&[1.5, 1.5 - below]);
        measure(&[1.5, 1.5 - below.abs(), 0.8 - below.abs()]);
        let half = 2f64.ln() + (f64::from(step) - 200.0) * 1e-4;
        measure(&[0.25 - half, 0.25]);
        let fine = 16f64.ln() + (f64::from(step) - 200.0) * 1e-3;
        measure(&[0.25, 0.25 - fine, f64::NEG_INFINITY, -60.0]);
    }
    measure(&[2.0, 2.0]);
    assert!(diagonal < 1.0, "{diagonal} ULP");
    assert!(gradient < 4.0, "{gradient} units");
}

/// Gradients that are multiplied as they are (up to 2^150, with sums from 2^-900 on), and those that are scaled first: on both
/// sides of each border, the result is within the error bound, from x and from y.
#[test]
fn gradients_of_any_scale_keep_their_digits() {
    let x = [0.3, -1.7, 2.0, 5.1, -40.0, 1.0];
    let dy = [0.75, -1.25, 3.0, 0.1, -0.5, 2.5];
    let terms = terms(&x);
    let total = sum(terms.iter().copied());
    let s: Vec<DoubleDouble> = terms.iter().map(|&term| term / total).collect();
    let y = run(VALUE, &x, &[], 1.0);
    for power in [-1000, -903, -902, -901, -900, -899, -898, -700, 0, 147, 148, 149, 150, 151, 152, 500, 1000, 1020] {
        let scale = 2f64.powi(power);
        let scaled = dy.map(|dy| dy * scale);
        let [from_x, from_y] = [run(BACKWARD_X, &x, &scaled, 1.0), run(BACKWARD_Y, &y, &scaled, 1.0)];
        let mean = sum(s.iter().zip(dy).map(|(&s, dy)| s * dd(dy)));
        let mean_of_y = sum(y.iter().zip(dy).map(|(&y, dy)| dd(y) * dd(dy)));
        let size: f64 = y.iter().zip(dy).map(|(y, dy)| y * dy.abs()).sum();
        for i in 0..x.len() {
            let bound = 4.0 * 2f64.powi(-53) * y[i] * (dy[i].abs() + size) + 2f64.powi(-1074) / scale;
            for (name, got, exact) in
                [("x", from_x[i], s[i] * (dd(dy[i]) - mean)), ("y", from_y[i], dd(y[i]) * (dd(dy[i]) - mean_of_y))]
            {
                let off = (dd(got / scale) - exact).high.abs();
                assert!(off <= bound, "from {name}, dy·2^{power}, entry {i}: {off} of {bound}");
            }
        }
    }
}

/// LEVEL and DEPTH: an entry that is too deep for a term, below e^-1000, counts as soon as dy is so large that the entry shows.
#[test]
fn deep_entries_count_where_they_show() {
    for depth in [900.0, 990.0, 999.5, 1000.5, 1010.0, 1100.0, 1200.0] {
        for power in [0, 100, 249, 250, 251, 252, 300, 340, 366, 370, 380, 420, 500, 700, 900, 1000] {
            // e^-depth·2^power in two steps, of which the first gives a normal number.
            let half = exp(dd(-depth / 2.0));
            let exact = (half * dd(2f64.powi(power - power / 2))) * (half * dd(2f64.powi(power / 2)));
            for top in [0.0, 1e6, 3.0] {
                let got = run(BACKWARD_X, &[top, top - depth, top], &[0.0, 2f64.powi(power), 0.0], 1.0);
                // s = ½·e^-depth·(1 − …) and dx = s·dy; the other two entries lose half of it each.
                let off = |got: f64, share: f64| (dd(got) - exact * dd(share)).high.abs();
                let bound = |share: f64| 8.0 * 2f64.powi(-53) * exact.high * share + 2f64.powi(-1074);
                assert!(off(got[1], 0.5) <= bound(0.5), "e^-{depth}·2^{power} below {top}: {got:?}, exact {exact:?}");
                assert!(off(got[0], -0.25) <= bound(0.25), "e^-{depth}·2^{power} below {top}: {got:?}, exact {exact:?}");
            }
        }
    }
}

/// A gradient beside an entry that is 0 does not cost the others any digits, however large it is.
#[test]
fn gradients_of_nothing_do_not_count() {
    for huge in [1e20, 1e80, 1e200, 1e292, -1e308] {
        let x = [-f64::MAX, 5.0, 0.0, 5.0];
        let got = run(BACKWARD_X, &x, &[huge, -3e-229, 2e-240, -5e-288], 1.0);
        let s = run(VALUE, &x, &[], 1.0);
        let mean = s[1] * -3e-229;
        for (i, dy) in [(1, -3e-229), (2, 2e-240), (3, -5e-288)] {
            let wanted = s[i] * (dy - mean);
            assert!((got[i] - wanted).abs() <= 1e-10 * wanted.abs(), "dy {huge}: {got:?}");
        }
        assert_eq!(got[0], 0.0);
    }
}

/// A single entry has a derivative of 0, with any divisor: neither masks nor the padding of an odd length have a term.
#[test]
fn an_entry_alone_has_no_slope() {
    let mask = f64::NEG_INFINITY;
    for power in [0, 250, 480, 700, 790] {
        for x in [&[mask, 0.0, mask][..], &[0.0, mask], &[0.0], &[mask, mask, mask, 0.0, mask]] {
            let jacobian = run(DERIV, x, &[], 2f64.powi(-power));
            assert!(jacobian.iter().all(|entry| *entry == 0.0), "{x:?}, T 2^-{power}: {jacobian:?}");
        }
    }
}

/// HALF and SMALLEST: products of two small entries count in the Jacobian as soon as the divisor is so small that they show.
#[test]
fn products_of_small_entries_count_where_they_show() {
    for power in [0, 100, 249, 251, 500, 700, 790, 793, 794, 795, 796, 900, 1000] {
        let temperature = 2f64.powi(-power);
        for [a, b] in [[3.0, 300.0], [250.0, 350.0], [600.0, 620.0], [690.0, 700.0], [995.0, 1005.0]] {
            let got = run(DERIV, &[0.0, -a * temperature, -b * temperature], &[], temperature);
            // −e^−(a + b)/T, in two steps of which the first gives a normal number; the sum of the row is 1 plus e^-3.
            let [half, other] = [exp(dd(-a)), exp(dd(-b))].map(|term| term * dd(2f64.powi(power / 2)));
            let total = dd(1.0) + exp(dd(-a)) + exp(dd(-b));
            let exact = -(half * other * dd(2f64.powi(power % 2))) / (total * total);
            let off = (dd(got[5]) - exact).high.abs();
            assert!(off <= 2.0 * ulp(exact.high).max(2f64.powi(-1074)), "e^-({a} + {b})·2^{power}: {} for {exact:?}", got[5]);
            assert_eq!(got[5].to_bits(), got[7].to_bits(), "e^-({a} + {b})·2^{power}: symmetry");
        }
    }
}

/// A gradient of 2^748, which a term of e^-933 makes small, beside gradients of 2^-489 with a term of e^-796: with a T of
/// 2^-1022, both show.
#[test]
fn a_small_gradient_beside_a_huge_one_keeps_its_digits() {
    let x = [0.0, -2.076222165874971e-305, -1.771139919880724e-305];
    let dy = [8.053694049590915e-148, -2.8001288635236123e225, 2.3744904605394383e-254];
    let got = run(BACKWARD_X, &x, &dy, 2.2250738585072e-308);
    // Computed by MPFR.
    let exact = -7.310153175744351e-186;
    assert!(((got[2] - exact) / exact).abs() < 1e-15, "{:e}, not {exact:e}", got[2]);
}

/// The order of the contraction is part of the contract: the even and the odd rows of the matrix separately, each from the
/// first to the last, then the two sums are added. In this order, a sum of n products has an error of at most n/2 + 2
/// roundings; in the plain order, of n.
#[test]
fn the_contraction_has_its_order() {
    for units in [1usize, 2, 3, 4, 5, 8, 9, 10, 17, 33, 64, 65, 129, 130, 131, 132, 133] {
        for rows in [1usize, 3] {
            let number = |i: usize| ((i * 7919 + 13) % 1009) as f64 / 97.0 - 5.0;
            let a: Vec<f64> = (0..rows * units).map(|i| number(i) * 1.7f64.powi((i % 11) as i32)).collect();
            let b: Vec<f64> = (0..rows * units * units).map(|i| number(i + 5) * 0.6f64.powi((i % 13) as i32)).collect();
            let handles = [allocate(a.len() as u32), allocate(b.len() as u32), allocate(a.len() as u32)];
            for (handle, values) in [(handles[0], &a), (handles[1], &b)] {
                memory::with([handle], |[pairs]| {
                    pairs.as_flattened().iter().zip(values).for_each(|(cell, &value)| cell.set(value))
                });
            }
            assert_eq!(contract(handles[0], handles[1], handles[2], rows as u32, units as u32), 0);
            for row in 0..rows {
                for j in 0..units {
                    let mut sums = [0.0; 2];
                    for i in 0..units {
                        sums[i % 2] += a[row * units + i] * b[(row * units + i) * units + j];
                    }
                    let got = memory::with([handles[2]], |[pairs]| pairs.as_flattened()[row * units + j].get());
                    assert_eq!(got.to_bits(), (sums[0] + sums[1]).to_bits(), "{units} units, row {row}, entry {j}");
                }
            }
            handles.into_iter().for_each(release);
        }
    }
}

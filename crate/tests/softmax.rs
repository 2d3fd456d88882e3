//! Softmax: special values, axes, in place.

#[expect(dead_code, reason = "what other tests need of it")]
mod support;

use core::cell::Cell;
use nonlin::loops::VALUE_AND_DERIV;
use nonlin::memory::{self, allocate, release};
use nonlin::rows::contraction::contract;
use nonlin::rows::{SOFTMAX, rows};
use support::Random;

fn buffer(values: &[f64]) -> u32 {
    let handle = allocate(values.len() as u32);
    memory::with([handle], |[pairs]| {
        for (element, &value) in pairs.as_flattened().iter().zip(values) {
            element.set(value);
        }
    });
    handle
}

fn contents(handle: u32, count: usize) -> Vec<f64> {
    memory::with([handle], |[pairs]| pairs.as_flattened().iter().take(count).map(Cell::get).collect())
}

#[derive(Clone, Copy)]
struct Case {
    shape: [u32; 3],
    temperature: f64,
    divisor: f64,
}

fn run(op: u32, case: Case, a: &[f64], b: &[f64], count: usize) -> (Vec<f64>, Vec<f64>) {
    let [outer, units, inner] = case.shape;
    let handles = [buffer(a), buffer(b), allocate(count as u32)];
    let status = rows(SOFTMAX, op, handles[0], handles[1], handles[2], outer, units, inner, case.temperature, case.divisor);
    assert_eq!(status, 0);
    let result = (contents(handles[2], count), contents(handles[1], b.len()));
    handles.into_iter().for_each(release);
    result
}

fn row(x: &[f64], temperature: f64) -> Vec<f64> {
    let case = Case { shape: [1, x.len() as u32, 1], temperature, divisor: temperature };
    run(0, case, x, &[], x.len()).0
}

const HUGE: f64 = 1e308;

#[test]
fn special_rows() {
    assert_eq!(row(&[3.7], 1.0), [1.0]);
    assert_eq!(row(&[1.0, 1.0, f64::NEG_INFINITY, 1.0, 1.0], 1.0), [0.25, 0.25, 0.0, 0.25, 0.25]);
    assert_eq!(row(&[HUGE, -HUGE], 5e-324), [1.0, 0.0]);
    assert_eq!(row(&[HUGE, -HUGE], 1.0), [1.0, 0.0]);
    for x in [[f64::INFINITY, 0.0], [f64::NAN, 0.0], [0.0, f64::NAN], [f64::NEG_INFINITY; 2]] {
        assert!(row(&x, 1.0).iter().all(|y| y.is_nan()), "{x:?}");
    }
}

#[test]
fn contraction_is_backward() {
    let x = [0.5, -1.0, 2.0, 0.25, 3.0, -2.0];
    let dy = [1.0, 2.0, -1.0, 0.5, 0.0, 4.0];
    let case = Case { shape: [2, 3, 1], temperature: 0.5, divisor: 0.5 };
    let jacobian = run(1, case, &x, &[], 18).0;
    let handles = [buffer(&dy), buffer(&jacobian)];
    assert_eq!(contract(handles[0], handles[1], handles[0], 2, 3), 0);
    let product = contents(handles[0], 6);
    let backward = run(2, case, &x, &dy, 6).0;
    for (got, want) in product.iter().zip(&backward) {
        assert!((got - want).abs() < 1e-14, "{product:?} {backward:?}");
    }
}

/// Rows of every kind: plain, with masks, with one entry that has nearly all of the sum, and with numbers that need the slow
/// path.
fn kinds(units: usize) -> Vec<Vec<f64>> {
    let row = |number: usize, scale: f64| (0..units).map(|i| ((i * 37 + number * 11) % 23) as f64 * scale).collect::<Vec<f64>>();
    let mut rows: Vec<Vec<f64>> = (0..21).map(|number| row(number, [0.25, 40.0, 1e308 / 23.0, -1e-300][number % 4])).collect();
    rows[4][0] = f64::NEG_INFINITY;
    rows[8][units - 1] = f64::NAN;
    rows[12][units / 2] = 1e5;
    rows
}

#[test]
fn neighbours_change_no_bit() {
    for units in [1, 2, 3, 4, 10, 33, 64, 129] {
        let rows = kinds(units);
        let (count, temperature) = (rows.len(), 0.7);
        let case = |shape: [usize; 3]| Case { shape: shape.map(|size| size as u32), temperature, divisor: temperature };
        let bits = |values: &[f64]| values.iter().map(|v| if v.is_nan() { 0 } else { v.to_bits() }).collect::<Vec<u64>>();
        let gradients: Vec<Vec<f64>> =
            (0..count).map(|n| rows[(n + 5) % count].iter().map(|v| v.abs().min(9.0) + n as f64).collect()).collect();
        let across = |rows: &[Vec<f64>]| (0..units * count).map(|i| rows[i % count][i / count]).collect::<Vec<f64>>();
        for op in [0, 1, 2, 3] {
            let width = if op == 1 { units * units } else { units };
            let contiguous = run(op, case([count, units, 1]), &rows.concat(), &gradients.concat(), count * width).0;
            let strided = run(op, case([1, units, count]), &across(&rows), &across(&gradients), count * width).0;
            for row in 0..count {
                let alone = bits(&run(op, case([1, units, 1]), &rows[row], &gradients[row], width).0);
                assert_eq!(bits(&contiguous[row * width..(row + 1) * width]), alone, "op {op}, {units} units, row {row}");
                let there: Vec<f64> =
                    (0..width).map(|i| strided[if op == 1 { row * width + i } else { i * count + row }]).collect();
                assert_eq!(bits(&there), alone, "op {op}, {units} units, row {row} of a strided axis");
            }
        }
    }
}

/// Also where the Jacobian needs numbers of any size.
#[test]
fn values_with_a_jacobian_are_those_alone() {
    let mut random = Random(5);
    for power in (0..1020).step_by(10) {
        let temperature = 2f64.powi(-power);
        for units in [2, 3, 8] {
            let x: Vec<f64> = (0..units).map(|_| random.unit() * 6.0 * temperature).collect();
            let case = Case { shape: [1, units as u32, 1], temperature, divisor: temperature };
            let (both, _) = run(VALUE_AND_DERIV, case, &x, &vec![0.0; units * units], units);
            assert_eq!(both, row(&x, temperature), "T = 2^-{power}, {x:?}");
        }
    }
}

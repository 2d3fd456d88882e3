//! Softmax: special values, axes, in place.

use core::cell::Cell;
use nonlin::hadamard::contract;
use nonlin::memory::{self, allocate, release};
use nonlin::softmax::softmax;

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
    let status = softmax(op, handles[0], handles[1], handles[2], outer, units, inner, case.temperature, case.divisor);
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

//! Every operation gives the same bits at width 1 and width 2, on every pair of awkward values.

use super::{F64x2, Lanes, Table};

const AWKWARD: [f64; 14] = [
    0.0,
    -0.0,
    1.0,
    -1.5,
    5e-324,
    -2.2250738585072014e-308,
    1.7976931348623157e308,
    f64::INFINITY,
    f64::NEG_INFINITY,
    f64::NAN,
    0.1,
    -708.5,
    6755399441055744.0,
    1e-17,
];

fn same(got: f64, want: f64) -> bool {
    got.to_bits() == want.to_bits() || (got.is_nan() && want.is_nan())
}

fn check(name: &str, at_width_2: impl Fn(F64x2, F64x2) -> F64x2, at_width_1: impl Fn(f64, f64) -> f64) {
    for a in AWKWARD {
        for b in AWKWARD {
            let got = at_width_2(F64x2::from_array([a, b]), F64x2::from_array([b, a])).to_array();
            let want = [at_width_1(a, b), at_width_1(b, a)];
            for lane in 0..2 {
                assert!(same(got[lane], want[lane]), "{name}({a:e}, {b:e}) lane {lane}: {:e}, not {:e}", got[lane], want[lane]);
            }
        }
    }
}

macro_rules! check {
    ($name:literal, |$a:ident, $b:pat_param| $body:expr) => {{
        fn at<L: Lanes>($a: L, $b: L) -> L {
            $body
        }
        check($name, at::<F64x2>, at::<f64>)
    }};
}

#[test]
fn both_widths_agree() {
    check!("add", |a, b| a + b);
    check!("sub", |a, b| a - b);
    check!("mul", |a, b| a * b);
    check!("div", |a, b| a / b);
    check!("neg", |a, _| -a);
    check!("abs", |a, _| a.abs());
    check!("pmin", |a, b| a.pmin(b));
    check!("pmax", |a, b| a.pmax(b));
    check!("lt", |a, b| L::select(a.lt(b), a, b));
    check!("le", |a, b| L::select(a.le(b), a, b));
    check!("eq", |a, b| L::select(a.eq(b), a, b));
    check!("or", |a, b| L::select(L::or(a.lt(b), b.eq(a)), a, b));
    check!("sqrt", |a, _| a.sqrt());
    check!("and_bits", |a, _| a.and_bits(!0 << 27));
    check!("and_lanes", |a, b| a.and_lanes(b));
    check!("or_lanes", |a, b| a.or_lanes(b));
    check!("shift_left", |a, _| a.shift_left::<52>());
    check!("add_bits", |a, b| a.add_bits(b));
    check!("lookup", |a, b| {
        let table: Table<1, 4> = [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0], [7.0, 8.0]].map(|row| [F64x2::from_array(row)]);
        let (first, second) = (a + b).lookup(&table, 0);
        first * L::splat(10.0) + second
    });
}

#[test]
fn bits_of_a_mask() {
    for a in AWKWARD {
        for b in AWKWARD {
            let got = F64x2::bits(F64x2::from_array([a, b]).lt(F64x2::from_array([b, a])));
            assert_eq!(got, f64::bits(a.lt(b)) | f64::bits(b.lt(a)) << 1, "{a:e} and {b:e}");
        }
    }
}

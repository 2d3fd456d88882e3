//! Results that will be rounded once more, to f32 or f16. Where an f64 lies beside a point halfway between two of these, it is
//! replaced: by the exact result, rounded to odd, which is then rounded as the exact result is (S. Boldo and G. Melquiond,
//! Emulation of FMA and correctly rounded sums: proved algorithms using rounding to odd, IEEE Transactions on Computers 57, 2008).

use crate::activation::{exact, is_known, run_plain, zero};
use crate::formats::{SINGLE, to_half};
use crate::lanes::{F64x2, Lanes};
use crate::loops::{DERIV, DERIV2, VALUE, VALUE_AND_DERIV};
use crate::memory::{self, Pair, load, store, with_pairs};
use crate::numeric::double_double::DoubleDouble;
use crate::numeric::exp::ROUND;
use crate::numeric::powers::two_to;

/// One format, in an operation: see [`crate::elementwise::run`].
pub const ROUNDED: u32 = 8;

/// So near to halfway, by its own size, a result is looked at: more than the error of any f64 that is not next to a zero of f′ or
/// f″, and seldom.
const BESIDE: f64 = two_to(-44);

/// An operation with formats. Returns 0, or 1 when there is not enough memory: then nothing is written.
#[inline(never)]
pub fn run(kernel: u32, hyperparameters: [f64; 4], op: u32, [a, b, out]: [u32; 3], count: u32) -> u32 {
    let (op, formats) = (op % ROUNDED, op / ROUNDED);
    let is_single = op == VALUE || op == DERIV || op == DERIV2;
    let looked_at = is_known(kernel) && (is_single || op == VALUE_AND_DERIV);
    let pairs = count.div_ceil(2) as usize;
    let order = match op {
        DERIV => 1,
        DERIV2 => 2,
        _ => 0,
    };
    // Of x a copy, where the result overwrites it.
    let copied = if looked_at && a == out { pairs } else { 0 };
    with_pairs(Some(copied), |copy| {
        let copy = copy.get(..copied).unwrap_or_default();
        memory::with([a], |[x]| copy.iter().zip(x).for_each(|(to, from)| store(to, load(from))));
        run_plain(kernel, hyperparameters, op, [a, b, out], count);
        let settle = |order, buffer, format: u32| {
            if let (true, Some(format)) = (looked_at, format.checked_sub(1)) {
                memory::with([a, buffer], |[x, results]| {
                    let x = if copied > 0 { copy } else { x.get(..pairs).unwrap_or_default() };
                    let zero = zero(kernel, hyperparameters, order);
                    settle([x, results], format, zero, |x| exact(kernel, hyperparameters, order, x));
                });
            }
        };
        settle(order, out, formats % 4);
        settle(1, b, formats / 4);
    })
}

/// Goes over the results at x.
#[inline(never)]
fn settle([x, results]: [&[Pair]; 2], format: u32, zero: f64, exact: impl Fn(f64) -> DoubleDouble) {
    for (x, results) in x.chunks(TOGETHER).zip(results.chunks(TOGETHER)) {
        let any_cancels = !zero.is_nan() && x.iter().any(|x| F64x2::any(cancels(F64x2::from_array(load(x)), zero)));
        if format == SINGLE && !any_cancels && !any_beside(results) {
            continue;
        }
        for (x, y) in x.as_flattened().iter().zip(results.as_flattened()) {
            let (x, near) = (x.get(), y.get());
            if cancels(x, zero) {
                let exact = exact(x);
                y.set(to_odd(exact, exact.high));
            } else if is_beside(format, near) {
                y.set(to_odd(exact(x), near));
            }
        }
    }
}

/// Whether x is so close to a zero of f′ or f″ that what is left there has fewer digits than [`BESIDE`] needs; not if that lies
/// at infinity.
#[inline(always)]
fn cancels<L: Lanes>(x: L, zero: f64) -> L::Mask {
    (x.abs() - L::splat(zero)).abs().lt(L::splat(zero * two_to(-10)))
}

/// Pairs that are looked at together.
const TOGETHER: usize = 32;

/// Numbers moved down, and up.
#[inline(always)]
fn moved(y: f64) -> [f64; 2] {
    [1.0 - BESIDE, 1.0 + BESIDE].map(|by| y * by)
}

/// The bits that an f64 loses as an f32: half of the highest value at a point halfway between two.
const LOST: u64 = (1 << 29) - 1;
/// No less than what `moved` moves, in the last bits.
const MOVED: u64 = 1 << 9;

/// Whether one of the numbers may be next to a point halfway between two f32: all that are, and those that are subnormal f32.
#[inline(always)]
fn any_beside(results: &[Pair]) -> bool {
    // Bits as numbers: what is added is far from the bits of NaN.
    let [to_end, over] = [(1 << 28) - MOVED, 2 * MOVED].map(|bits| F64x2::splat(f64::from_bits(bits)));
    let (mut carries, mut least) = (F64x2::ZERO, F64x2::splat(1.0));
    for pair in results {
        let y = F64x2::from_array(load(pair));
        // Those that are come last among the values of these bits, and then carry.
        carries = carries.or_lanes(y.add_bits(to_end).and_bits(LOST).add_bits(over));
        least = least.pmin(y.abs());
    }
    let is_normal = |size: f64| size >= f64::from(f32::MIN_POSITIVE);
    carries.to_array().iter().any(|carry| carry.to_bits() > LOST) || !least.to_array().into_iter().all(is_normal)
}

/// Whether a number is next to a point halfway between two of the format: moved down and up it is not rounded to the same one.
fn is_beside(format: u32, y: f64) -> bool {
    if format == SINGLE && y.abs() < f64::from(f32::MIN_POSITIVE) {
        // In units of the smallest f32: a conversion to such takes long.
        let units = y.abs() * two_to(149);
        let below = units - 0.5;
        let whole = (below + ROUND) - ROUND;
        return (below - whole).abs() <= units * BESIDE;
    }
    let moved = moved(y);
    let [low, high] = if format == SINGLE { moved.map(|y| (y as f32).to_bits()) } else { moved.map(|y| to_half(y).into()) };
    low != high
}

/// The exact number rounded to an f64 whose last bit is 1, unless it is an f64. `nearly` where that is another number: there is
/// no exact one.
fn to_odd(DoubleDouble { high, low }: DoubleDouble, nearly: f64) -> f64 {
    let bits = high.to_bits();
    let is_there = (high - nearly).abs() <= nearly.abs() * two_to(-30);
    if !is_there {
        nearly
    } else if low == 0.0 || bits & 1 == 1 {
        high
    } else {
        f64::from_bits(if (low > 0.0) == (high > 0.0) { bits + 1 } else { bits - 1 })
    }
}

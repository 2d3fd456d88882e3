//! Results that will be rounded once more, to f32 or f16. Where an f64 result lies close to a tie, a point halfway between two
//! neighbouring numbers of that format, it is replaced by the exact result rounded to odd. That number then rounds to the
//! format as the exact result does (S. Boldo and G. Melquiond, Emulation of FMA and correctly rounded sums: proved algorithms
//! using rounding to odd, IEEE Transactions on Computers 57, 2008).

use crate::activation::{exact, has_exact, run_plain, zero};
use crate::formats::{SINGLE, to_half};
use crate::lanes::{F64x2, Lanes};
use crate::loops::{DERIV, DERIV2, VALUE, VALUE_AND_DERIV};
use crate::memory::{self, Pair, load, store, with_pairs};
use crate::numeric::double_double::DoubleDouble;
use crate::numeric::exp::ROUND;
use crate::numeric::powers::two_to;

/// One unit of the format in an operation: see [`crate::elementwise::run`].
pub const ROUNDED: u32 = 8;

/// The distance from a tie, relative to the result, within which a result is examined. It is larger than the error of any f64
/// result that is not close to a zero of f′ or f″, and small enough to be rare.
const NEAR_TIE: f64 = two_to(-44);

/// Runs an operation with formats. Returns 0, or 1, with nothing written, if there is not enough memory.
#[inline(never)]
pub fn run(kernel: u32, hyperparameters: [f64; 4], op: u32, [a, b, out]: [u32; 3], count: u32) -> u32 {
    let (op, formats) = (op % ROUNDED, op / ROUNDED);
    let is_single = op == VALUE || op == DERIV || op == DERIV2;
    let is_corrected = has_exact(kernel) && (is_single || op == VALUE_AND_DERIV);
    let pairs = count.div_ceil(2) as usize;
    let order = match op {
        DERIV => 1,
        DERIV2 => 2,
        _ => 0,
    };
    // A copy of x, if the result overwrites x.
    let copied = if is_corrected && a == out { pairs } else { 0 };
    with_pairs(Some(copied), |copy| {
        let copy = copy.get(..copied).unwrap_or_default();
        memory::with([a], |[x]| copy.iter().zip(x).for_each(|(to, from)| store(to, load(from))));
        run_plain(kernel, hyperparameters, op, [a, b, out], count);
        let replace_near_ties = |order, buffer, format: u32| {
            if let (true, Some(format)) = (is_corrected, format.checked_sub(1)) {
                memory::with([a, buffer], |[x, results]| {
                    let x = if copied > 0 { copy } else { x.get(..pairs).unwrap_or_default() };
                    let zero = zero(kernel, hyperparameters, order);
                    replace_near_ties([x, results], format, zero, |x| exact(kernel, hyperparameters, order, x));
                });
            }
        };
        replace_near_ties(order, out, formats % 4);
        replace_near_ties(1, b, formats / 4);
    })
}

/// Replaces the results at x that lie close to a tie.
#[inline(never)]
fn replace_near_ties([x, results]: [&[Pair]; 2], format: u32, zero: f64, exact: impl Fn(f64) -> DoubleDouble) {
    for (x, results) in x.chunks(CHUNK).zip(results.chunks(CHUNK)) {
        let any_cancels = !zero.is_nan() && x.iter().any(|x| F64x2::any(cancels(F64x2::from_array(load(x)), zero)));
        if format == SINGLE && !any_cancels && !any_near_tie(results) {
            continue;
        }
        for (x, y) in x.as_flattened().iter().zip(results.as_flattened()) {
            let (x, near) = (x.get(), y.get());
            if cancels(x, zero) {
                let exact = exact(x);
                y.set(round_to_odd(exact, exact.high));
            } else if is_near_tie(format, near) {
                y.set(round_to_odd(exact(x), near));
            }
        }
    }
}

/// Whether x is so close to a zero of f′ or f″ that the result has fewer correct digits than [`NEAR_TIE`] requires; never for a
/// zero at infinity.
#[inline(always)]
fn cancels<L: Lanes>(x: L, zero: f64) -> L::Mask {
    (x.abs() - L::splat(zero)).abs().lt(L::splat(zero * two_to(-10)))
}

/// The number of pairs that are examined together.
const CHUNK: usize = 32;

/// The number moved down, and the number moved up.
#[inline(always)]
fn nudged(y: f64) -> [f64; 2] {
    [1.0 - NEAR_TIE, 1.0 + NEAR_TIE].map(|by| y * by)
}

/// The bits that an f64 loses when it becomes an f32. At a tie, only the highest of them is set.
const DROPPED_BITS: u64 = (1 << 29) - 1;
/// At least the distance that `nudged` moves a number, in units of the last bit.
const NUDGE_BITS: u64 = 1 << 9;

/// Whether one of the results may be close to a tie of f32. True for all that are, and for all that are subnormal as f32.
#[inline(always)]
fn any_near_tie(results: &[Pair]) -> bool {
    // The bits as numbers; the added bits are far from those of NaN.
    let [to_end, over] = [(1 << 28) - NUDGE_BITS, 2 * NUDGE_BITS].map(|bits| F64x2::splat(f64::from_bits(bits)));
    let (mut carries, mut least) = (F64x2::ZERO, F64x2::splat(1.0));
    for pair in results {
        let y = F64x2::from_array(load(pair));
        // The additions bring numbers close to a tie to the end of the range of these bits, where they then carry.
        carries = carries.or_lanes(y.add_bits(to_end).and_bits(DROPPED_BITS).add_bits(over));
        least = least.pmin(y.abs());
    }
    let is_normal = |size: f64| size >= f64::from(f32::MIN_POSITIVE);
    carries.to_array().iter().any(|carry| carry.to_bits() > DROPPED_BITS) || !least.to_array().into_iter().all(is_normal)
}

/// Whether a number is close to a tie of the format: moved down and moved up, it does not round to the same number.
fn is_near_tie(format: u32, y: f64) -> bool {
    if format == SINGLE && y.abs() < f64::from(f32::MIN_POSITIVE) {
        // In units of the smallest f32, because conversion to a subnormal f32 is slow.
        let units = y.abs() * two_to(149);
        let below = units - 0.5;
        let whole = (below + ROUND) - ROUND;
        return (below - whole).abs() <= units * NEAR_TIE;
    }
    let nudged = nudged(y);
    let [low, high] = if format == SINGLE { nudged.map(|y| (y as f32).to_bits()) } else { nudged.map(|y| to_half(y).into()) };
    low != high
}

/// The exact number, rounded to an f64 whose last bit is 1, unless it is itself an f64. Returns `nearly` where `exact` gave a
/// number far from it, which means that there is no exact result.
fn round_to_odd(DoubleDouble { high, low }: DoubleDouble, nearly: f64) -> f64 {
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

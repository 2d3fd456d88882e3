//! Blocks with tiny numbers. Many processors take at least thirty times as long for a product or quotient that is subnormal or
//! that has a subnormal operand. Close to 0, a function is a constant or a line: there x is replaced by a number with another
//! exponent, and the results of a line get their exponent back at the end. The product with a tiny dy is computed in units of
//! the smallest subnormal. The bits are those of the loops without these measures.

use super::{BACKWARD_X, BACKWARD_Y, BLOCK, BlockBuffer, Loops, VALUE_AND_DERIV, block_buffer, copied};
use crate::kernel::{SlowOnTiny, outside};
use crate::lanes::{F64x2, Lanes};
use crate::memory::{Pair, load, store};
use crate::numeric::powers::{exponent_bits, two_to};
use crate::numeric::units::{in_units, product_in_units, units_of_subnormal};
use core::cell::{Cell, OnceCell};
use core::ptr;

/// |x| below this is tiny. Above it, no power of x in a formula is subnormal: the fourth power, in sigmoid and tanh, is 2^-1000
/// there.
const TINY_X: f64 = two_to(-250);

/// The smallest positive number.
const LEAST: f64 = f64::from_bits(1);

/// From here on, results on a line are normal numbers.
const NORMAL_RESULTS: f64 = two_to(-1000);

/// Tiny x are replaced by numbers from here on that have the same significand. The square of such a number is too small to show
/// in any rounding beside the number itself.
const SUBSTITUTE: f64 = two_to(SUBSTITUTE_EXPONENT);
const SUBSTITUTE_EXPONENT: i64 = -120;

/// |dy| below this is tiny. The product of a larger dy with f′ of a near x is not subnormal.
const TINY_DY: f64 = two_to(-900);

/// The number of pairs of which a few are sampled. Finding tiny numbers where there are few costs less than overlooking many.
pub const SAMPLED_PAIRS: usize = 8 * BLOCK;

/// How tiny x are replaced.
#[derive(Clone, Copy, Debug)]
struct Replacement {
    /// From this |x| on, tiny x get the exponent of [`SUBSTITUTE`].
    least: f64,
    /// Whether results are proportional to x.
    line: bool,
}

/// Whether some x and some dy are tiny.
#[derive(Clone, Copy, Debug)]
pub struct TinyFound {
    x: bool,
    dy: bool,
}

impl TinyFound {
    #[inline(always)]
    pub fn any(self) -> bool {
        self.x || self.dy
    }
}

/// One operation on pairs whose x are all near.
pub struct NearPairs<'a> {
    /// The loops of the activation.
    pub loops: &'a dyn Loops,
    /// The operation.
    pub op: u32,
    /// The near interval.
    pub near: [f64; 2],
    /// What a block with tiny numbers needs, made when the first one is found.
    ready: OnceCell<(Replacement, [BlockBuffer; 2])>,
}

impl<'a> NearPairs<'a> {
    pub fn new(loops: &'a dyn Loops, op: u32, near: [f64; 2]) -> Self {
        Self { loops, op, near, ready: OnceCell::new() }
    }

    #[inline(always)]
    fn is_gradient(&self) -> bool {
        self.op == BACKWARD_X || self.op == BACKWARD_Y
    }

    /// Samples a few of at most [`SAMPLED_PAIRS`] pairs for tiny numbers; in each `turn` it looks at others.
    #[inline(never)]
    pub fn sample(&self, a: &[Pair], b: &[Pair], turn: usize) -> TinyFound {
        let (tiny, step) = (self.loops.slow_on_tiny(self.op), (a.len() / 4).min(32));
        // Operations from y take so little time that a few slow products cost less than avoiding them, and that fewer samples
        // pay.
        let (below, many, step) = if self.op == BACKWARD_Y { (two_to(-500), 2, 2 * step) } else { (TINY_X, 1, step) };
        TinyFound {
            x: tiny == SlowOnTiny::InputAndGradient && enough_are_below(below, a, step, turn, many),
            dy: tiny != SlowOnTiny::Nothing && self.is_gradient() && enough_are_below(TINY_DY, b, step, turn, many),
        }
    }

    /// Runs the operation on at most one block.
    #[inline(always)]
    pub fn run(&self, found: TinyFound, slices: [&[Pair]; 3]) {
        let [a, b, out] = slices;
        if found.any() { self.run_tiny(found, slices) } else { self.loops.near_loop(self.op, a, b, out) }
    }

    // The result may overwrite x and dy.
    #[inline(never)]
    fn run_tiny(&self, found: TinyFound, [a, b, out]: [&[Pair]; 3]) {
        let (replacement, buffers) = self.ready.get_or_init(|| (self.find_replacement(), [block_buffer(), block_buffer()]));
        let [first, second] = buffers.each_ref().map(|buffer| buffer.get(..a.len()).unwrap_or_default());
        let x = if found.x { replacement.replace_all(a, first, second) } else { a };
        if !found.dy {
            self.loops.near_loop(self.op, x, b, out);
            if found.x && replacement.line {
                restore_exponents(second, out);
            }
            return;
        }
        // f′ where dy is tiny: the loop gets 1 in place of dy.
        let (all, dy) = (b, second);
        for (all, dy) in all.iter().zip(dy) {
            let all = F64x2::from_array(load(all));
            store(dy, if_tiny(all, F64x2::splat(1.0), all).to_array());
        }
        let kept: BlockBuffer;
        let all = if ptr::eq(all, out) {
            kept = block_buffer();
            copied(all, &kept)
        } else {
            all
        };
        self.loops.near_loop(self.op, x, dy, out);
        for (dy, out) in all.iter().zip(out) {
            let [dy, result] = [dy, out].map(|pair| F64x2::from_array(load(pair)));
            store(out, if_tiny(dy, product(dy, result), result).to_array());
        }
    }

    /// Finds out how tiny x can be replaced, from the results at both ends of the range, on both sides of 0.
    #[inline(never)]
    fn find_replacement(&self) -> Replacement {
        let none = Replacement { least: TINY_X, line: false };
        // With a large factor of x, numbers this close to 0 are not near.
        if self.loops.slow_on_tiny(self.op) != SlowOnTiny::InputAndGradient
            || outside(self.near, 2.0 * SUBSTITUTE)
            || outside(self.near, -2.0 * SUBSTITUTE)
        {
            return none;
        }
        let x = [2.0 * SUBSTITUTE, NORMAL_RESULTS, LEAST].map(|x| [x, -x].map(Cell::new));
        let [second, first] = [[[1.0; 2]; 3]; 2].map(|room| room.map(|pair| pair.map(Cell::new)));
        self.loops.near_loop(self.op, &x, &second, &first);
        let is_constant = |[large, _, least]: &[Pair; 3]| load(large) == load(least);
        let is_line = |[large, small, least]: &[Pair; 3]| {
            // For a line that is 0 on one side, the result for the least x must be 0 too.
            let is_known = load(large).iter().zip(load(least)).all(|(&large, least)| large != 0.0 || least == 0.0);
            is_known && load(large) == load(small).map(|y| y * (2.0 * SUBSTITUTE / NORMAL_RESULTS))
        };
        if self.op == VALUE_AND_DERIV && !is_constant(&second) {
            return none;
        }
        let [slopes, ..] = first.each_ref().map(|pair| load(pair).map(|y| y.abs() / (2.0 * SUBSTITUTE)));
        if is_constant(&first) {
            Replacement { least: LEAST, line: false }
        } else if is_line(&first) && !self.is_gradient() && slopes.iter().all(|&slope| slope < two_to(40)) {
            // With another slope, a subnormal result would be rounded twice.
            let is_exact = slopes.iter().all(|slope| slope.to_bits() << 12 == 0);
            Replacement { least: if is_exact { LEAST } else { NORMAL_RESULTS }, line: true }
        } else {
            none
        }
    }
}

impl Replacement {
    /// Writes the x to compute with, and the factors that bring their results to units of the smallest subnormal; a factor of 0
    /// means that the result stays as it is.
    fn replace_all<'a>(self, x: &[Pair], substitute: &'a [Pair], units: &[Pair]) -> &'a [Pair] {
        for ((x, substitute), units) in x.iter().zip(substitute).zip(units) {
            let x = F64x2::from_array(load(x));
            let tiny_number = TinyNumber::split(x);
            // NaN stays too.
            let replaced = |yes, no| {
                let size = x.abs();
                F64x2::select(size.lt(F64x2::splat(TINY_X)), F64x2::select(size.lt(F64x2::splat(self.least)), no, yes), no)
            };
            store(substitute, replaced(tiny_number.substitute, x).to_array());
            store(units, replaced(tiny_number.units, F64x2::ZERO).to_array());
        }
        substitute
    }
}

/// Gives the results of a line their exponent back.
fn restore_exponents(units: &[Pair], results: &[Pair]) {
    for (units, result) in units.iter().zip(results) {
        let [factor, number] = [units, result].map(|pair| F64x2::from_array(load(pair)));
        let size = in_units(number.abs() * factor).or_lanes(number.and_bits(1 << 63));
        store(result, F64x2::select(factor.eq(F64x2::ZERO), number, size).to_array());
    }
}

/// A tiny number in two parts.
struct TinyNumber {
    /// The number with the exponent of [`SUBSTITUTE`].
    substitute: F64x2,
    /// The factor that takes `substitute` to the number in units of the smallest subnormal.
    units: F64x2,
}

impl TinyNumber {
    #[inline(always)]
    fn split(x: F64x2) -> Self {
        let size = x.abs();
        let is_subnormal = size.lt(F64x2::splat(f64::MIN_POSITIVE));
        let normal = F64x2::select(is_subnormal, units_of_subnormal(size), size);
        let substitute = normal.and_bits((1 << 52) - 1).or_lanes(F64x2::splat(SUBSTITUTE)).or_lanes(x.and_bits(1 << 63));
        let shift = F64x2::select(
            is_subnormal,
            F64x2::splat(exponent_bits(-SUBSTITUTE_EXPONENT)),
            F64x2::splat(exponent_bits(1074 - SUBSTITUTE_EXPONENT)),
        );
        Self { substitute, units: normal.and_bits(0x7ff << 52).add_bits(shift) }
    }
}

/// `yes` where dy is tiny and not 0, else `no`.
#[inline(always)]
fn if_tiny(dy: F64x2, yes: F64x2, no: F64x2) -> F64x2 {
    // The bits of 0, minus one, are those of a NaN, which is not less than anything.
    let less = dy.abs().add_bits(F64x2::splat(f64::from_bits(u64::MAX)));
    F64x2::select(less.lt(F64x2::splat(TINY_DY)), yes, no)
}

/// dy·factor for a tiny dy, with the bits of a single rounded product.
#[inline(always)]
fn product(dy: F64x2, factor: F64x2) -> F64x2 {
    // In these units the product would overflow, so this multiplies directly, as for any other dy.
    if F64x2::any(F64x2::splat(two_to(800)).lt(factor.abs())) {
        return dy * factor;
    }
    product_in_units(if_tiny(dy, dy.abs(), F64x2::ZERO), factor.abs()).or_lanes(dy.xor_lanes(factor).and_bits(1 << 63))
}

/// Whether some dy is tiny, from a few samples of the whole array. For a loop so short that more samples would show.
pub fn any_tiny(dy: &[Pair]) -> bool {
    enough_are_below(TINY_DY, dy, dy.len() / 16, 0, 1)
}

/// Whether `many` of the sampled pairs contain a number other than 0 whose size is smaller than `below`.
#[inline(never)]
fn enough_are_below(below: f64, of: &[Pair], step: usize, turn: usize, many: u32) -> bool {
    let is_below = |number: f64| (number.to_bits() << 1).wrapping_sub(1) < (below.to_bits() << 1);
    // Iterators would need a division.
    let (mut at, mut left) = (turn % 32, many);
    while let Some(pair) = of.get(at) {
        if load(pair).iter().any(|&number| is_below(number)) {
            left -= 1;
            if left == 0 {
                return true;
            }
        }
        at += step | 1;
    }
    false
}

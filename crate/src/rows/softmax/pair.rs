//! What softmax needs of numbers held as two f64: the compensated sum across a row, and the factor that a row is multiplied by.

use super::exponential::head;
use crate::lanes::{F64x2, Lanes};
use crate::numeric::powers::two_to;

/// A number as the sum of two f64. In lanes, so that it is passed and returned as one value.
pub type Number = F64x2;

/// first + second.
#[inline(always)]
pub fn number(first: f64, second: f64) -> Number {
    F64x2::from_array([first, second])
}

/// A sum in two lanes, even positions in the first and odd ones in the second, each with what its roundings left out.
#[derive(Clone, Copy, Debug)]
pub struct Sum {
    sum: F64x2,
    left: F64x2,
}

impl Sum {
    /// An empty sum. For [`Sum::add_small`], `start` bounds every term; else it is 0.
    #[inline(always)]
    pub fn new(start: f64) -> Self {
        Self { sum: F64x2::splat(start), left: F64x2::splat(0.0) }
    }

    /// Adds `first + second`, which lies between 0 and the `start`: the sum is then the larger number, and Dekker's
    /// short form finds what is left out.
    #[inline(always)]
    pub fn add_small(&mut self, first: F64x2, second: F64x2) {
        let next = self.sum + (first + second);
        let taken = next - self.sum;
        self.left = self.left + ((first - taken) + second);
        self.sum = next;
    }

    /// Adds `first + second`, |second| < |first|, of any size: after Knuth.
    #[inline(always)]
    pub fn add(&mut self, first: F64x2, second: F64x2) {
        let term = first + second;
        let next = self.sum + term;
        let taken = next - self.sum;
        let left = (self.sum - (next - taken)) + (term - taken);
        self.left = (self.left + left) + ((first - term) + second);
        self.sum = next;
    }

    /// Even plus odd positions less 2·`start`: rounded, and what is to be added.
    #[inline(always)]
    pub fn total(self, start: f64) -> Number {
        // Exact: a multiple of the ulp of `start` that is smaller than the sum.
        let [even, odd] = (self.sum - F64x2::splat(start)).to_array();
        let ([sum, rest], [even_left, odd_left]) = (two_sum(even, odd).to_array(), self.left.to_array());
        number(sum, rest + (even_left + odd_left))
    }
}

/// a + b and what it leaves out, after Knuth.
#[inline(always)]
pub fn two_sum(a: f64, b: f64) -> Number {
    let sum = a + b;
    let part = sum - a;
    number(sum, (a - (sum - part)) + (b - part))
}

/// 2^power as two factors, to multiply a number below 2^916 by, one after the other, with one rounding at most: where the first
/// product is subnormal, the second makes it 0, and where it is infinite, leaves it. Powers up to 2000; below -1990 all make 0.
pub fn power_steps(power: i64) -> [f64; 2] {
    if power < -1000 {
        return [two_to(power.max(-1990) + 990), two_to(-990)];
    }
    let first = power.min(1000);
    [two_to(first), two_to(power - first)]
}

/// The number as 26 bits and the rest, for |second| below |first|/2.
#[inline(always)]
pub fn cut(value: Number) -> Number {
    let [first, second] = split(value.to_array());
    number(first, second)
}

/// The same, one a lane.
#[inline(always)]
pub fn split<L: Lanes>([first, second]: [L; 2]) -> [L; 2] {
    let short = head(first + second);
    [short, (first - short) + second]
}

/// 1/value for |second| < 2^-30·|first|: a division, and one step of Newton's on what it leaves out; cut.
/// The division waits for `first` alone.
#[inline(always)]
pub fn inverse(value: Number) -> Number {
    let [first, second] = value.to_array();
    let about = 1.0 / first;
    let (short, first_head) = (head(about), head(first));
    let left = ((1.0 - short * first_head) - short * (first - first_head)) - short * second;
    number(short, left * about)
}

/// a·b of two numbers that are cut; cut.
#[inline(never)]
pub fn times(a: Number, b: Number) -> Number {
    let [first, second] = b.to_array();
    let [product, rest] = Factor::new(a).split_product(first, second);
    cut(number(product, rest))
}

/// The product of two numbers whose firsts are of 26 bits, rounded: the same bits if they change places.
#[inline(always)]
pub fn product<L: Lanes>([a, b]: [L; 2], [c, d]: [L; 2]) -> L {
    a * c + ((a * d + c * b) + b * d)
}

/// The sum of both, rounded.
#[inline(always)]
pub fn whole(value: Number) -> f64 {
    let [first, second] = value.to_array();
    first + second
}

/// A number that a row is multiplied by.
#[derive(Clone, Copy, Debug)]
pub struct Factor<L> {
    head: L,
    tail: L,
    whole: L,
}

impl<L: Lanes> Factor<L> {
    /// Of a number that is cut.
    #[inline(always)]
    pub fn new(value: Number) -> Self {
        let [head, tail] = value.to_array().map(L::splat);
        Self { head, tail, whole: head + tail }
    }

    /// The product with first + second, first of 26 bits: an exact product, and what is to be added to it.
    #[inline(always)]
    pub fn split_product(self, first: L, second: L) -> [L; 2] {
        [first * self.head, second * self.whole + first * self.tail]
    }

    /// The product with first + second, first of 26 bits, rounded once but for 2^-57 of it.
    #[inline(always)]
    pub fn product(self, first: L, second: L) -> L {
        let [product, rest] = self.split_product(first, second);
        product + rest
    }
}

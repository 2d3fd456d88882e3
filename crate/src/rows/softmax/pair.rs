//! The operations of softmax on numbers held as two f64: the compensated sum across a row, and the factor that multiplies a
//! row.

use super::exponential::head;
use crate::lanes::{F64x2, Lanes};
use crate::numeric::powers::two_to;

/// A number as the sum of two f64. It is held in lanes, so that it is passed and returned as one value.
pub type Number = F64x2;

/// first + second.
#[inline(always)]
pub fn number(first: f64, second: f64) -> Number {
    F64x2::from_array([first, second])
}

/// A sum in two lanes, even positions in the first and odd positions in the second, each with its accumulated rounding errors.
#[derive(Clone, Copy, Debug)]
pub struct Sum {
    sum: F64x2,
    left: F64x2,
}

impl Sum {
    /// An empty sum. For [`Sum::add_small`], `start` must be a bound of every term; otherwise it is 0.
    #[inline(always)]
    pub fn new(start: f64) -> Self {
        Self { sum: F64x2::splat(start), left: F64x2::splat(0.0) }
    }

    /// Adds `first + second`, which lies between 0 and `start`. The sum is then the larger number, so that Dekker's short form
    /// finds the rounding error.
    #[inline(always)]
    pub fn add_small(&mut self, first: F64x2, second: F64x2) {
        let next = self.sum + (first + second);
        let taken = next - self.sum;
        self.left = self.left + ((first - taken) + second);
        self.sum = next;
    }

    /// Adds `first + second` of any size, with |second| < |first|; after Knuth.
    #[inline(always)]
    pub fn add(&mut self, first: F64x2, second: F64x2) {
        let term = first + second;
        let next = self.sum + term;
        let taken = next - self.sum;
        let left = (self.sum - (next - taken)) + (term - taken);
        self.left = (self.left + left) + ((first - term) + second);
        self.sum = next;
    }

    /// The sum of the even and the odd positions, minus 2·`start`: rounded, and a correction.
    #[inline(always)]
    pub fn total(self, start: f64) -> Number {
        // This is exact: a multiple of the ulp of `start` that is smaller than the sum.
        let [even, odd] = (self.sum - F64x2::splat(start)).to_array();
        let ([sum, rest], [even_left, odd_left]) = (two_sum(even, odd).to_array(), self.left.to_array());
        number(sum, rest + (even_left + odd_left))
    }
}

/// a + b and its rounding error, after Knuth.
#[inline(always)]
pub fn two_sum(a: f64, b: f64) -> Number {
    let sum = a + b;
    let part = sum - a;
    number(sum, (a - (sum - part)) + (b - part))
}

/// 2^power as two factors that multiply a number below 2^916 one after the other, with at most one rounding. If the first
/// product is subnormal, the second factor makes it 0; if it is infinite, it stays infinite. The power may be up to 2000;
/// powers below -1990 all give 0.
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

/// The same, one number in each lane.
#[inline(always)]
pub fn split<L: Lanes>([first, second]: [L; 2]) -> [L; 2] {
    let short = head(first + second);
    [short, (first - short) + second]
}

/// 1/value for |second| < 2^-30·|first|, as 26 bits and the rest: a division, and one step of Newton's method on the remainder.
/// The division waits only for `first`.
#[inline(always)]
pub fn inverse(value: Number) -> Number {
    let [first, second] = value.to_array();
    let about = 1.0 / first;
    let (short, first_head) = (head(about), head(first));
    let left = ((1.0 - short * first_head) - short * (first - first_head)) - short * second;
    number(short, left * about)
}

/// a·b for two numbers whose firsts have 26 bits; the result has this form too.
#[inline(never)]
pub fn times(a: Number, b: Number) -> Number {
    let [first, second] = b.to_array();
    let [product, rest] = Factor::new(a).split_product(first, second);
    cut(number(product, rest))
}

/// The rounded product of two numbers whose firsts have 26 bits. It has the same bits if the factors are swapped.
#[inline(always)]
pub fn product<L: Lanes>([a, b]: [L; 2], [c, d]: [L; 2]) -> L {
    a * c + ((a * d + c * b) + b * d)
}

/// The sum of both parts, rounded.
#[inline(always)]
pub fn whole(value: Number) -> f64 {
    let [first, second] = value.to_array();
    first + second
}

/// A number that multiplies a row.
#[derive(Clone, Copy, Debug)]
pub struct Factor<L> {
    head: L,
    tail: L,
    whole: L,
}

impl<L: Lanes> Factor<L> {
    /// From a number whose first has 26 bits.
    #[inline(always)]
    pub fn new(value: Number) -> Self {
        let [head, tail] = value.to_array().map(L::splat);
        Self { head, tail, whole: head + tail }
    }

    /// The product with first + second, where the first has 26 bits, as an exact product and a correction.
    #[inline(always)]
    pub fn split_product(self, first: L, second: L) -> [L; 2] {
        [first * self.head, second * self.whole + first * self.tail]
    }

    /// The product with first + second, where the first has 26 bits. It is rounded once, apart from a relative error of 2^-57.
    #[inline(always)]
    pub fn product(self, first: L, second: L) -> L {
        let [product, rest] = self.split_product(first, second);
        product + rest
    }
}

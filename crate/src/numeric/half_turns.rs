//! The fraction of half turns in a product of two numbers of any size, a·b/π modulo 1, in integer arithmetic. After M. Payne
//! and R. Hanek, Radian reduction for trigonometric functions, SIGNUM Newsletter 18, 1983: only those words of 1/π are
//! multiplied on which the fraction depends.

use super::powers::two_to;
use core::array::from_fn;

/// The number of words of 1/π that a product is multiplied by.
const WORDS: usize = 8;
/// The number of leading words that are 0, in which a small product starts.
const BEFORE: usize = WORDS + 1;

/// 1/π in words of 32 bits, as many as the largest product needs. After [`BEFORE`] zeros come the bits for a half, a quarter
/// and so on.
const INVERSE_PI: [u32; BEFORE + 69] = [
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0x517cc1b7, 0x27220a94, 0xfe13abe8, 0xfa9a6ee0, 0x6db14acc, 0x9e21c820, 0xff28b1d5, 0xef5de2b0,
    0xdb92371d, 0x2126e970, 0x03249775, 0x04e8c90e, 0x7f0ef58e, 0x5894d39f, 0x74411afa, 0x975da242, 0x74ce3813, 0x5a2fbf20,
    0x9cc8eb1c, 0xc1a99cfa, 0x4e422fc5, 0xdefc941d, 0x8ffc4bff, 0xef02cc07, 0xf79788c5, 0xad05368f, 0xb69b3f67, 0x93e584db,
    0xa7a31fb3, 0x4f2ff516, 0xba93dd63, 0xf5f2f8bd, 0x9e839cfb, 0xc5294975, 0x35fdafd8, 0x8fc6ae84, 0x2b019823, 0x7e3db5d5,
    0xf867de10, 0x4d7a1b0e, 0xd4f1c8b0, 0xaf730d84, 0x32ccc2af, 0x8a503420, 0x46ffec40, 0x26b99398, 0x83030aab, 0x6539d464,
    0xb0713de0, 0x4635a3e2, 0x0ce1b3e6, 0xee740495, 0x41ace23b, 0x45cb0e53, 0x6ed7a268, 0xab8c829f, 0x52ff8382, 0x9fbf19f4,
    0x19616f27, 0xcc193edd, 0xe19e9377, 0xb58f2f7c, 0x4f9d0f9a, 0xe5793f8e, 0xc3f890c8, 0x3e3e1235, 0x7d376abb, 0x9698219d,
    0x8ae30a5a,
];

/// The bytes of 1/π, starting with the last, so that 64 bits across a word boundary can be read as one number.
static FROM_THE_LAST: [u8; 4 * INVERSE_PI.len()] = {
    let mut bytes = [0; 4 * INVERSE_PI.len()];
    let mut at = 0;
    while at < bytes.len() {
        bytes[at] = (INVERSE_PI[INVERSE_PI.len() - 1 - at / 4] >> (8 * (at % 4))) as u8;
        at += 1;
    }
    bytes
};

/// An angle from −π/2 to π/2 with the sine and cosine of another angle, apart from a common sign.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct HalfTurns {
    /// From −1/4 to 1/4 half turns, as a number and its rounding error. This is the angle itself, or, where `swapped`, its
    /// distance from a quarter turn, with the sign of the angle.
    pub size: [f64; 2],
    /// Whether the sine of `size` is the cosine of the angle and the other way round, apart from the sign.
    pub swapped: bool,
}

/// A finite number as an integer and the exponent of a power of two.
fn integer_and_exponent(number: f64) -> (u64, i64) {
    let (bits, fraction) = (number.to_bits(), number.to_bits() & (!0 >> 12));
    let field = bits >> 52 & 0x7ff;
    (fraction | u64::from(field != 0) << 52, field.max(1) as i64 - 1075)
}

/// a·b + quarters·π/4 modulo π, to 2^-126, for finite numbers.
// In words of 32 and 64 bits, because operations on 128 bits are function calls on wasm.
pub fn half_turns(a: f64, b: f64, quarters: u32) -> HalfTurns {
    let ((a_whole, a_exponent), (b_whole, b_exponent)) = (integer_and_exponent(a), integer_and_exponent(b));
    // |a·b| = whole·2^exponent, with 106 bits in `whole`. The bits of 1/π before bit number `exponent` give whole half turns,
    // which do not matter.
    let exponent = a_exponent + b_exponent;
    let (first, shift) = (exponent >> 5, exponent & 31);
    // The words of 1/π from that bit on, the least significant first.
    let end = usize::try_from(first + BEFORE as i64).unwrap_or(0);
    let bytes = FROM_THE_LAST.len().checked_sub(4 * (end + WORDS + 1)).and_then(|start| FROM_THE_LAST.get(start..));
    let bytes: &[u8; 4 * (WORDS + 1)] = bytes.and_then(|bytes| bytes.first_chunk()).unwrap_or(&[0; 4 * (WORDS + 1)]);
    let fraction: [u64; WORDS] = from_fn(|place| u64::from_le_bytes(from_fn(|at| bytes[4 * place + at])) >> (32 - shift) & LOW);
    let mut whole = [0; 4];
    add_product::<0, _, _, _>(&mut whole, [a_whole & LOW, a_whole >> 32], [b_whole & LOW, b_whole >> 32]);
    // A carry out of the highest word is a whole half turn. Everything left out is below 2^-126.
    let mut product = [0; 5];
    add_product::<3, _, _, _>(&mut product, whole, fraction);
    let [.., a3, a2, a1, a0] = product;
    // Without branches, because each would be taken as often as not.
    let size = DoubleWord { high: a0 << 32 | a1, low: a2 << 32 | a3 };
    let turned = size.negated_where((a.to_bits() ^ b.to_bits()) >> 63);
    let turned = DoubleWord { high: turned.high.wrapping_add(u64::from(quarters) << 62), ..turned };
    let negative = turned.high >> 63;
    let size = turned.negated_where(negative);
    // True if more than 2^126 of 2^127.
    let swapped = size.high.saturating_sub(u64::from(size.low == 0)) >> 62;
    let DoubleWord { high, low } = size.negated_where(swapped);
    let high = high & (!0 >> 1);
    // `high` is at most 2^62, so at least one leading bit is 0.
    let (high, low, words) = if high == 0 { (low >> 1, low << 63, 63) } else { (high, low, 0) };
    let zeros = high.leading_zeros().min(63);
    let (normal, rest) = (high << zeros | low >> (64 - zeros), low << zeros);
    let [high, low] = [normal >> 11, (normal << 42 | rest >> 22) & (!0 >> 11)].map(|part| part as i64 as f64);
    let unit = f64::from_bits(two_to(-53 - words - i64::from(zeros)).to_bits() | negative << 63);
    HalfTurns { size: [high * unit, low * unit * two_to(-53)], swapped: swapped != 0 }
}

/// A mask for the lower half of a number.
const LOW: u64 = u32::MAX as u64;

/// Adds the product of two numbers in words of 32 bits, the least significant first, from word number `FROM` on, as far as
/// `sum` has room.
#[inline(always)]
fn add_product<const FROM: usize, const N: usize, const A: usize, const B: usize>(sum: &mut [u64; N], a: [u64; A], b: [u64; B]) {
    for (at, word) in a.into_iter().enumerate() {
        let mut carry = 0;
        for (place, sum) in sum.iter_mut().enumerate() {
            let digit = (FROM + place).checked_sub(at).and_then(|index| b.get(index)).copied().unwrap_or(0);
            carry += word * digit + *sum;
            *sum = carry & LOW;
            carry >>= 32;
        }
    }
}

/// A number of 128 bits.
#[derive(Clone, Copy)]
struct DoubleWord {
    high: u64,
    low: u64,
}

impl DoubleWord {
    /// The number times −1 if `yes` is 1, unchanged if it is 0.
    fn negated_where(self, yes: u64) -> Self {
        let all = yes.wrapping_neg();
        let low = (self.low ^ all).wrapping_add(yes);
        // Negation carries from the low half into the high half only if the low half is 0.
        let carry = u64::from(self.low == 0) & yes;
        Self { high: (self.high ^ all).wrapping_add(carry), low }
    }
}

#[cfg(test)]
mod tests {
    use super::{half_turns, two_to};

    #[test]
    fn small_and_large_angles() {
        let of = |a, b, quarters| {
            let turns = half_turns(a, b, quarters);
            let size = turns.size[0];
            if turns.swapped { (0.5 - size.abs()).copysign(size) } else { size }
        };
        assert_eq!(of(1.0, 1.0, 0), core::f64::consts::FRAC_1_PI);
        assert_eq!(of(-2.0, 0.5, 0), -core::f64::consts::FRAC_1_PI);
        assert_eq!(of(1.0, 1.5, 0), 1.5 * core::f64::consts::FRAC_1_PI);
        assert_eq!(of(0.0, -3.0, 1), 0.25);
        assert_eq!(of(5e-324, 5e-324, 1), 0.25);
        assert_eq!(of(5e-324, 5e-324, 0), 0.0);
        assert_eq!(of(1.0, -0.0, 0), 0.0);
        // Close to 0, to the last of 126 bits.
        let [high, low] = half_turns(1.7864084297569123, -0.4396520696581813, 1).size;
        let error = (high + 3.140891767792905e-20) + (low + 6.364431227243473e-37);
        assert!(error.abs() < two_to(-126), "{error:e}");
        // 10^22, whose sine is −0.8522008497671888.
        assert_eq!((of(1e22, 1.0, 0) * core::f64::consts::PI).sin().abs(), 0.8522008497671888);
    }
}

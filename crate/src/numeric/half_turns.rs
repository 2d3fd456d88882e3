//! The fraction of half turns in a product of two numbers of any size: a·b/π modulo 1, by integers. After M. Payne and R. Hanek, Radian reduction
//! for trigonometric functions, SIGNUM Newsletter 18, 1983: only those words of 1/π are multiplied that the fraction depends on.

use super::exp::two_to;

/// 1/π in words of 32 bits, the first the half, quarter and so on. As many as the largest product needs.
const INVERSE_PI: [u32; 68] = [
    0x517cc1b7, 0x27220a94, 0xfe13abe8, 0xfa9a6ee0, 0x6db14acc, 0x9e21c820, 0xff28b1d5, 0xef5de2b0, 0xdb92371d, 0x2126e970,
    0x03249775, 0x04e8c90e, 0x7f0ef58e, 0x5894d39f, 0x74411afa, 0x975da242, 0x74ce3813, 0x5a2fbf20, 0x9cc8eb1c, 0xc1a99cfa,
    0x4e422fc5, 0xdefc941d, 0x8ffc4bff, 0xef02cc07, 0xf79788c5, 0xad05368f, 0xb69b3f67, 0x93e584db, 0xa7a31fb3, 0x4f2ff516,
    0xba93dd63, 0xf5f2f8bd, 0x9e839cfb, 0xc5294975, 0x35fdafd8, 0x8fc6ae84, 0x2b019823, 0x7e3db5d5, 0xf867de10, 0x4d7a1b0e,
    0xd4f1c8b0, 0xaf730d84, 0x32ccc2af, 0x8a503420, 0x46ffec40, 0x26b99398, 0x83030aab, 0x6539d464, 0xb0713de0, 0x4635a3e2,
    0x0ce1b3e6, 0xee740495, 0x41ace23b, 0x45cb0e53, 0x6ed7a268, 0xab8c829f, 0x52ff8382, 0x9fbf19f4, 0x19616f27, 0xcc193edd,
    0xe19e9377, 0xb58f2f7c, 0x4f9d0f9a, 0xe5793f8e, 0xc3f890c8, 0x3e3e1235, 0x7d376abb, 0x9698219d,
];

/// An angle from −π/2 to π/2 of which the sine is that of another, but for the sign.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct HalfTurns {
    /// From 0 to 1/4 half turns, as a number and what its rounding left out: its sine is that of the angle, or its cosine where `swapped`.
    pub size: [f64; 2],
    /// Whether sine and cosine of `size` change places.
    pub swapped: bool,
    /// Whether the angle is below 0.
    pub negative: bool,
}

/// A finite number as a whole one and a power of two.
fn taken_apart(number: f64) -> (u64, i64) {
    let (bits, fraction) = (number.to_bits(), number.to_bits() & (!0 >> 12));
    let field = (bits >> 52 & 0x7ff) as i64;
    if field == 0 { (fraction, -1074) } else { (fraction | 1 << 52, field - 1075) }
}

/// a·b + quarters·π/4 modulo π, to 2^-118, for finite numbers.
pub fn half_turns(a: f64, b: f64, quarters: u32) -> HalfTurns {
    let ((a_whole, a_exponent), (b_whole, b_exponent)) = (taken_apart(a), taken_apart(b));
    let exponent = a_exponent + b_exponent;
    // |a·b| = whole·2^(32·first), with 137 bits in `whole`: words of 1/π before number `first` make whole half turns.
    let (first, shift) = (exponent.div_euclid(32), exponent.rem_euclid(32));
    let product = u128::from(a_whole) * u128::from(b_whole);
    let low = product << shift;
    let words = [low as u32, (low >> 32) as u32, (low >> 64) as u32, (low >> 96) as u32, (product >> 96 >> (32 - shift)) as u32];
    // The product with eight words of 1/π, the least first; what is carried beyond is whole.
    let mut sums = [0_u32; 8];
    for (at, word) in words.into_iter().enumerate() {
        let mut carry = 0_u64;
        for (place, sum) in sums.iter_mut().enumerate().skip(at) {
            let index = usize::try_from(first + 7 - (place - at) as i64).ok();
            let digit = index.and_then(|index| INVERSE_PI.get(index)).copied().unwrap_or(0);
            carry += u64::from(word) * u64::from(digit) + u64::from(*sum);
            *sum = carry as u32;
            carry >>= 32;
        }
    }
    let [.., a3, a2, a1, a0] = sums.map(u128::from);
    let fraction = a0 << 96 | a1 << 64 | a2 << 32 | a3;
    let turned = if (a < 0.0) != (b < 0.0) { fraction.wrapping_neg() } else { fraction };
    let turned = turned.wrapping_add(u128::from(quarters) << 126);
    let negative = turned >> 127 != 0;
    let size = if negative { turned.wrapping_neg() } else { turned };
    let swapped = size > 1 << 126;
    let size = if swapped { (1_u128 << 127).wrapping_sub(size) } else { size };
    let zeros = size.leading_zeros().min(127);
    let normal = size << zeros;
    let [high, low] = [(normal >> 75) as u64, (normal >> 22) as u64 & (!0 >> 11)].map(|part| part as f64);
    let unit = two_to(-53 - i64::from(zeros));
    HalfTurns { size: [high * unit, low * unit * two_to(-53)], swapped, negative }
}

#[cfg(test)]
mod tests {
    use super::half_turns;

    #[test]
    fn small_and_large_angles() {
        let of = |a, b, quarters| {
            let turns = half_turns(a, b, quarters);
            let size = if turns.swapped { 0.5 - turns.size[0] } else { turns.size[0] };
            if turns.negative { -size } else { size }
        };
        assert_eq!(of(1.0, 1.0, 0), core::f64::consts::FRAC_1_PI);
        assert_eq!(of(-2.0, 0.5, 0), -core::f64::consts::FRAC_1_PI);
        assert_eq!(of(1.0, 1.5, 0), 1.5 * core::f64::consts::FRAC_1_PI);
        assert_eq!(of(0.0, -3.0, 1), 0.25);
        assert_eq!(of(5e-324, 5e-324, 1), 0.25);
        // 10^22, whose sine is −0.8522008497671888.
        assert_eq!((of(1e22, 1.0, 0) * core::f64::consts::PI).sin().abs(), 0.8522008497671888);
    }
}

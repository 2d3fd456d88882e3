//! Seeded random numbers and f64 inputs drawn from them.

/// SplitMix64 (Steele, Lea, Flood 2014).
pub struct Random(pub u64);

impl Random {
    /// A stream of its own for each (seed, index).
    pub fn of(seed: &str, index: u64) -> Self {
        let hash =
            seed.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
        let mut random = Self(hash ^ index.wrapping_mul(0xd134_2543_de82_ef95));
        random.bits();
        random
    }

    /// 64 random bits.
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Uniform in [0, 1).
    pub fn unit(&mut self) -> f64 {
        (self.bits() >> 11) as f64 * 2f64.powi(-53)
    }

    /// Uniform in [low, high).
    pub fn range(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.unit()
    }

    /// An integer in 0 … n - 1.
    pub fn below(&mut self, n: u64) -> u64 {
        ((u128::from(self.bits()) * u128::from(n)) >> 64) as u64
    }

    /// One of these.
    pub fn pick(&mut self, from: &[f64]) -> f64 {
        from[self.below(from.len() as u64) as usize]
    }

    /// 1 or -1.
    pub fn sign(&mut self) -> f64 {
        if self.bits() & 1 == 0 { 1.0 } else { -1.0 }
    }

    /// Normal(0, 1), by Box and Muller.
    pub fn normal(&mut self) -> f64 {
        (-2.0 * (1.0 - self.unit()).ln()).sqrt() * (core::f64::consts::TAU * self.unit()).cos()
    }

    /// Positive, log-uniform between two powers of two: 2^low ≤ result < 2^high; subnormals too.
    pub fn magnitude(&mut self, low: i32, high: i32) -> f64 {
        let exponent = low + self.below((high - low) as u64) as i32;
        let significand = 1.0 + self.unit();
        if exponent >= -1022 {
            significand * power(exponent)
        } else {
            // Rounded to a multiple of 2^-1074, and never to zero.
            (significand * power(exponent + 60) * power(-60)).max(f64::from_bits(1))
        }
    }

    /// `x` or one of its neighbours: mostly a few steps away, at most 4096.
    pub fn near(&mut self, x: f64) -> f64 {
        let reach = [1, 2, 4, 16, 256, 4096][self.below(6) as usize];
        step(x, self.below(2 * reach + 1) as i64 - reach as i64)
    }
}

/// 2^exponent for -1022 ≤ exponent ≤ 1023.
pub fn power(exponent: i32) -> f64 {
    f64::from_bits(((exponent + 1023) as u64) << 52)
}

/// `x` moved by `by` representable numbers, through zero; no further than the largest finite ones. NaN and ±∞ stay.
pub fn step(x: f64, by: i64) -> f64 {
    if !x.is_finite() {
        return x;
    }
    let magnitude = (x.to_bits() & !(1 << 63)) as i64;
    let ordered = if x.is_sign_negative() { -magnitude } else { magnitude };
    let limit = f64::MAX.to_bits() as i64;
    let moved = ordered.saturating_add(by).clamp(-limit, limit);
    if moved == 0 && by == 0 {
        x
    } else if moved < 0 {
        -f64::from_bits(moved.unsigned_abs())
    } else {
        f64::from_bits(moved as u64)
    }
}

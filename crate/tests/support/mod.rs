//! What the tests of activations share: the operations by number on buffers, and random numbers.

use nonlin::elementwise::run;
use nonlin::memory;

/// Equal bits, or both NaN.
pub fn same(got: f64, want: f64) -> bool {
    got.to_bits() == want.to_bits() || got.is_nan() && want.is_nan()
}

/// A linear congruential generator.
pub struct Random(pub u64);

impl Random {
    /// Any 64 bits.
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        self.0 ^ self.0 >> 32
    }

    /// From 0 to 1.
    pub fn unit(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1_u64 << 53) as f64
    }
}

/// Runs activation number `kernel` on buffers. Returns what `out` and `b` then contain.
pub fn in_buffers(kernel: u32, op: u32, [x, dy]: [&[f64]; 2], [p0, p1, p2, p3]: [f64; 4], in_place: bool) -> [Vec<f64>; 2] {
    let handles = [x, dy, x].map(|content| {
        let handle = memory::allocate(content.len() as u32);
        memory::with([handle], |[buffer]| {
            buffer.as_flattened().iter().zip(content).for_each(|(cell, &value)| cell.set(value));
        });
        handle
    });
    let [a, b, out] = handles;
    let out = if in_place { a } else { out };
    run(kernel, op, a, b, out, x.len() as u32, p0, p1, p2, p3);
    let read =
        |handle| memory::with([handle], |[buffer]| buffer.as_flattened().iter().map(|cell| cell.get()).take(x.len()).collect());
    let results = [read(out), read(b)];
    handles.into_iter().for_each(memory::release);
    results
}

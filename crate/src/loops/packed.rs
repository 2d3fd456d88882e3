//! The loop of functions whose f32 results can be computed without f64: on packed f32, four at a time.

use super::VALUE;
use crate::lanes::F32x4;
use crate::memory::{self, load, store};

/// Added to the operation VALUE or BACKWARD_X if all buffers hold packed f32, each from the start of its buffer.
pub const PACKED: u32 = 128;

/// f(x) = max(x, least) + zero, and f′ = 1 for x > 0, else `slope`, all in f32.
#[derive(Clone, Copy, Debug)]
pub struct Packed {
    /// The smallest value: a smaller x gives this.
    pub least: f32,
    /// +0 if f(−0) is +0, else −0.
    pub zero: f32,
    /// f′ for x ≤ 0.
    pub slope: f32,
}

impl Packed {
    /// VALUE or BACKWARD_X on `count` f32 of the buffers x, dy and out.
    pub fn run(self, op: u32, buffers: [u32; 3], count: u32) {
        let [least, zero, slope] = [self.least, self.zero, self.slope].map(F32x4::splat);
        memory::with(buffers, |buffers| {
            let [x, dy, out] = buffers.map(|buffer| buffer.get(..count.div_ceil(4) as usize).unwrap_or_default());
            for ((x, dy), out) in x.iter().zip(dy).zip(out) {
                let x = F32x4::from_array(load(x));
                let result = if op == VALUE {
                    x.pmax(least).plus(zero)
                } else {
                    let dy = F32x4::from_array(load(dy));
                    x.select_positive(dy, dy.times(slope))
                };
                store(out, result.to_array());
            }
        });
    }
}

//! The loop of functions whose results in f32 need no f64 between: on packed f32, four at a time.

use super::VALUE;
use crate::lanes::F32x4;
use crate::memory::{self, load, store};

/// Added to f or a gradient from x: all of it is packed f32, each from the start of its buffer.
pub const PACKED: u32 = 128;

/// f(x) = max(x, least) + zero, f′ = 1 for x > 0, else `slope`, in f32.
#[derive(Clone, Copy, Debug)]
pub struct Packed {
    /// What is smaller is that.
    pub least: f32,
    /// +0 where f(−0) is that, else −0.
    pub zero: f32,
    /// f′ to the left.
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
                    x.by_sign(dy, dy.times(slope))
                };
                store(out, result.to_array());
            }
        });
    }
}

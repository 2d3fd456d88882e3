//! Masks: −∞ where an entry is to be left out, which is how the softmax family knows it (softmin: ∞).

use super::Call;
use crate::memory;

/// `a` where the mask `b`, of (units, inner), is not 0, else p0, which is −∞, or ∞ for softmin; for each block.
pub fn mask(call: &Call) -> u32 {
    memory::with(call.handles, |arrays| {
        let [x, mask, out] = arrays.map(|array| array.as_flattened());
        let size = call.units * call.inner;
        for block in 0..call.outer {
            let range = block * size..(block + 1) * size;
            let [x, out] = [x, out].map(|cells| cells.get(range.clone()).unwrap_or_default());
            for ((x, kept), out) in x.iter().zip(mask).zip(out) {
                out.set(if kept.get() == 0.0 { call.p0 } else { x.get() });
            }
        }
    });
    0
}

/// `a` for the keys up to that of the query, else −∞: row r is query r modulo p0, whose own key is that many after the first p1.
pub fn causal(call: &Call) -> u32 {
    memory::with(call.handles, |arrays| {
        let [x, _, out] = arrays.map(|array| array.as_flattened());
        let (queries, before) = ((call.p0 as usize).max(1), call.p1 as usize);
        for row in 0..call.outer {
            let kept = before + row % queries + 1;
            let range = row * call.units..(row + 1) * call.units;
            let [x, out] = [x, out].map(|cells| cells.get(range.clone()).unwrap_or_default());
            for (key, (x, out)) in x.iter().zip(out).enumerate() {
                out.set(if key < kept { x.get() } else { f64::NEG_INFINITY });
            }
        }
    });
    0
}

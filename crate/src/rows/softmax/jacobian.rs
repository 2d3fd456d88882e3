//! J_ij = −s_i·s_j/divisor, and J_ii = s_i·(1 − s_i)/divisor, where 1 − s_i is the sum of the others. The sign of a zero is
//! that of the exact entry: off the diagonal it is −0 where a product of two positive s underflows, and +0 in the row and the
//! column of a mask, where nothing changes.

use super::pair::{Factor, Number, cut, number, product, split, times};
use super::part;
use super::row::{
    FirstPass, Row, SAFE_POWER, SCALE_POWER, SCALE_UP, Softmax, Term, WINNER_BELOW, get, masked, products,
    scale_down_to_subnormal, set, sum_of_others,
};
use crate::lanes::{F64x2, Lanes};
use crate::loops::DERIV;
use crate::numeric::powers::two_to;
use core::cell::Cell;

/// The power of two that scales the entries of s, so that no product of two that counts underflows or overflows.
const HALF: i64 = 450;
/// The least power of a divisor for which that holds, as a negative: s_i·s_j/divisor counts from 2^-1075 on, and its product
/// with 2^900 is rounded 53 places below; 1022 - 53 + 900 - 1075.
const SMALLEST: i64 = 794;

impl Softmax<'_> {
    /// Writes the Jacobian, and the values unless only the Jacobian is asked for. Returns false, with nothing written, for a
    /// row that needs a wider range.
    #[inline(always)]
    pub fn jacobian(&self, row: Row, first: &FirstPass, terms: &[Term], total: Number, one_over: Number) -> bool {
        if self.power < -SMALLEST || self.power < -SAFE_POWER && self.has_skipped_entry(row.x, first) {
            return false;
        }
        // The padding of an odd length is not a mask of the row, and gets a term of 0, because any other would show with a
        // small divisor.
        self.pad(row.x, 0.0);
        if let Some([first, second]) = terms.last() {
            self.pad(core::slice::from_ref(first), 0.0);
            self.pad(core::slice::from_ref(second), 0.0);
        }
        let any_masked = row.x.iter().any(|x| F64x2::any(masked(get(x))));
        if any_masked {
            self.keep_masks(row, terms);
        }
        if self.op != DERIV {
            products(terms, one_over, row.out, first.may_be_subnormal);
        }
        let may_be_subnormal = first.may_be_subnormal;
        let [power, down] = self.scale_terms(row.jacobian, terms, total, one_over, may_be_subnormal);
        for i in 0..self.units {
            let out = part(row.jacobian, i, self.units);
            if let (Some([first, second]), Some(diagonal)) = (terms.get(i / 2), out.get(i)) {
                let kept = diagonal.get();
                let entry = [first, second].map(|pair| pair[i % 2].get());
                row_of_jacobian(terms, entry, -down, out);
                diagonal.set(kept);
            }
        }
        if may_be_subnormal {
            scale_down_to_subnormal(row.jacobian, power, -0.0);
        }
        if any_masked {
            self.clear_masked(row.jacobian);
        }
        true
    }

    /// Sets the terms of masked entries to 0. Notes 0 for a mask and 1 for another entry in the working memory, because `out`
    /// may be x.
    #[inline(never)]
    fn keep_masks(&self, row: Row, terms: &[Term]) {
        let (zero, one) = (F64x2::splat(0.0), F64x2::splat(1.0));
        for ((x, [first, second]), kept) in row.x.iter().zip(terms).zip(self.powers) {
            let mask = masked(get(x));
            set(first, F64x2::select(mask, zero, get(first)));
            set(second, F64x2::select(mask, zero, get(second)));
            set(kept, F64x2::select(mask, zero, one));
        }
    }

    /// Writes +0 into the rows and columns of masked entries.
    #[inline(never)]
    fn clear_masked(&self, jacobian: &[Cell<f64>]) {
        let kept = self.powers.as_flattened();
        for (i, row_kept) in kept.iter().enumerate().take(self.units) {
            let row = part(jacobian, i, self.units);
            if row_kept.get() == 0.0 {
                row.iter().for_each(|entry| entry.set(0.0));
                continue;
            }
            let columns = row.iter().zip(kept).filter(|(_, kept)| kept.get() == 0.0);
            columns.for_each(|(entry, _)| entry.set(0.0));
        }
    }

    /// Writes the diagonal, and turns the terms into s/√divisor times a power of two. Returns the factor that removes that
    /// power from a product of two terms, and the factor to apply at once, which is 1 if results may be subnormal.
    #[inline(always)]
    fn scale_terms(
        &self,
        out: &[Cell<f64>],
        terms: &[Term],
        total: Number,
        one_over: Number,
        may_be_subnormal: bool,
    ) -> [f64; 2] {
        let has_winner = total.to_array()[0] < WINNER_BELOW;
        let winner = F64x2::splat(if has_winner { 0.5 * SCALE_UP } else { f64::INFINITY });
        let others = if has_winner { sum_of_others(terms, winner) } else { total }.to_array().map(F64x2::splat);
        let total = total.to_array().map(F64x2::splat);
        // Smaller for a divisor so large that its power could not be removed from a product in one step.
        let half = HALF - (self.power / 2 - 61).max(0);
        // With s/√divisor in place of s, J_ij and J_ji are the same product.
        let factor = Factor::new(times(one_over * F64x2::splat(two_to(half - SCALE_POWER)), self.root));
        let power = two_to(-2 * half - self.power);
        let down = if may_be_subnormal { 1.0 } else { power };
        for ([first, second], place) in terms.iter().zip((0..).step_by(2)) {
            let (s, t) = (get(first), get(second));
            // The sum minus s_i; for an entry with nearly all of the sum, the sum of all the others.
            let left = total[0] - s;
            let (won, lost) = (winner.lt(s), ((total[0] - left) - s) + (total[1] - t));
            let rest = split([F64x2::select(won, others[0], left), F64x2::select(won, others[1], lost)]);
            let [s, rest] = [[s, t], rest].map(|[first, second]| split(factor.split_product(first, second)));
            set(first, s[0]);
            set(second, s[1]);
            let values = (product(s, rest) * F64x2::splat(down)).to_array();
            for (i, value) in (place..).zip(values) {
                if let Some(out) = out.get(i * (self.units + 1)) {
                    out.set(value);
                }
            }
        }
        [power, down]
    }
}

/// Writes the row of the Jacobian for one of the entries.
#[inline(always)]
fn row_of_jacobian(terms: &[Term], [head, tail]: [f64; 2], down: f64, out: &[Cell<f64>]) {
    let (pairs, rest) = out.as_chunks();
    let splatted = [head, tail].map(F64x2::splat);
    for ([first, second], out) in terms.iter().zip(pairs) {
        set(out, product(splatted, [get(first), get(second)]) * F64x2::splat(down));
    }
    if let ([last], Some([first, second])) = (rest, terms.last()) {
        last.set(product([head, tail], [first[0].get(), second[0].get()]) * down);
    }
}

/// 1/√value, good to 78 bits, as 26 bits and the rest.
#[inline(never)]
pub fn inverse_root(value: f64) -> Number {
    // Halving the exponent gives the root to within 4 %, and each step of Newton's method doubles the number of digits. A last
    // step corrects the rounding.
    let mut root = f64::from_bits(0x5fe6_eb50_c7b5_37a9 - (value.to_bits() >> 1));
    for _ in 0..4 {
        root = root * (1.5 - 0.5 * value * root * root);
    }
    let cut_root = cut(number(root, 0.0));
    let [product, rest] = times(times(cut_root, cut_root), cut(number(value, 0.0))).to_array();
    cut(number(root, root * 0.5 * ((1.0 - product) - rest)))
}

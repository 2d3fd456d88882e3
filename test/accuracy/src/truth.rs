//! What a formula of test/functions.json gives at one input: f, f′ and f″ as second-order jets, or f′ in terms of y, at a
//! precision that is raised until the answer is decided.

use crate::formula::Formula;
use crate::jets::{Jet, Jets};
use crate::score::{LIMIT, PRECISION, steps};
use rug::Float;

/// One input with its hyperparameters, and what is known so far.
pub struct Truth<'a> {
    formula: &'a Formula,
    /// The input, then the hyperparameters.
    variables: &'a [f64],
    precision: u32,
    known: Option<Jet>,
}

impl<'a> Truth<'a> {
    /// At the first of these variables, which are finite.
    pub fn new(formula: &'a Formula, variables: &'a [f64]) -> Self {
        Self { formula, variables, precision: PRECISION, known: None }
    }

    /// f, f′ and f″ at the precision reached, which is raised until all branches are decided.
    fn jet(&mut self) -> &Jet {
        loop {
            if self.known.is_some() {
                break;
            }
            let jets = Jets(self.precision);
            let mut variables: Vec<Jet> = self.variables.iter().map(|value| jets.constant(*value)).collect();
            variables[0] = jets.variable(self.variables[0]);
            match self.formula.on(&jets, &variables) {
                Ok(jet) => self.known = Some(jet),
                Err(_) => self.refine(),
            }
        }
        self.known.as_ref().unwrap_or_else(|| unreachable!("the loop above ends with one"))
    }

    fn refine(&mut self) {
        self.precision *= 2;
        self.known = None;
        assert!(self.precision <= LIMIT, "{:?} is not decided at {} bits", self.variables, self.precision / 2);
    }

    /// The error of `got` in ulp, or in steps of `least` where that is more, and the exact value: f, f′ or f″ by its order.
    pub fn score(&mut self, order: usize, got: f64, least: f64) -> (f64, Float) {
        loop {
            let ball = &self.jet()[order];
            if let Some(error) = steps(got, &ball.middle, ball.error(), least) {
                return (error, ball.middle.clone());
            }
            self.refine();
        }
    }

    /// f, f′ or f″ in another format: `to` rounds to it.
    pub fn rounded<T: PartialEq>(&mut self, order: usize, to: impl Fn(&Float) -> T) -> T {
        loop {
            let ball = &self.jet()[order];
            let Some(error) = ball.error() else { return to(&ball.middle) };
            let precision = ball.middle.prec();
            // Twice the error, so that the rounding of the two ends is in it.
            let reach = Float::with_val(precision, 1) << (error + 1) as i32;
            let low = to(&Float::with_val(precision, &ball.middle - &reach));
            if low == to(&Float::with_val(precision, &ball.middle + &reach)) {
                return low;
            }
            self.refine();
        }
    }

    /// f, f′ or f″ to a relative error, or where it is small an absolute one, that is far below what an f64 shows.
    pub fn value(&mut self, order: usize) -> Float {
        loop {
            let ball = &self.jet()[order];
            let least = ball.middle.get_exp().map_or(-1074, i64::from).max(-1074) - 120;
            if ball.error().is_none_or(|error| error < least) {
                return ball.middle.clone();
            }
            self.refine();
        }
    }
}

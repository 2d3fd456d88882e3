//! A function with its first two derivatives, carried along through a formula, as test/support/jets.ts has it: what a definition
//! says of f, f′ and f″. No rule subtracts neighbours but where the result itself has a zero.

use crate::ball::Ball;
use crate::formula::{Arithmetic, Function, Operation, Undecided};
use core::cmp::Ordering;

/// f, f′ and f″ at one x.
pub type Jet = [Ball; 3];

/// Jets at a precision in bits.
pub struct Jets(pub u32);

impl Jets {
    /// The variable of which the derivatives are.
    pub fn variable(&self, x: f64) -> Jet {
        [x, 1.0, 0.0].map(|part| Ball::exact(part, self.0))
    }

    /// A number that does not depend on it.
    pub fn constant(&self, value: f64) -> Jet {
        [value, 0.0, 0.0].map(|part| Ball::exact(part, self.0))
    }

    fn one(&self) -> Ball {
        Ball::exact(1.0, self.0)
    }

    /// 1/(1 + e^−w), 1/(1 + e^w), tanh(w/2) and e^−w, for w ≥ 0.
    fn logistic(&self, w: Ball) -> Result<[Ball; 4], Undecided> {
        let (exp, expm1) = w.neg().exp()?;
        let inverse = self.one().div(&exp.add(&self.one()))?;
        let (small, tanh) = (exp.mul(&inverse), expm1.mul(&inverse).neg());
        Ok([inverse, small, tanh, exp])
    }

    /// g, g′ and g″ at u.
    pub fn at(&self, function: Function, u: &Ball) -> Result<Jet, Undecided> {
        let zero = || Ball::exact(0.0, self.0);
        let above = || Ok(u.sign()? == Ordering::Greater);
        let absolute = |above: bool| if above { u.clone() } else { u.clone().neg() };
        Ok(match function {
            Function::Exp => {
                let (exp, _) = u.exp()?;
                [exp.clone(), exp.clone(), exp]
            }
            Function::Expm1 => {
                let (exp, expm1) = u.exp()?;
                [expm1, exp.clone(), exp]
            }
            Function::Abs => {
                let above = above()?;
                [absolute(above), Ball::exact(if above { 1.0 } else { -1.0 }, self.0), zero()]
            }
            Function::Sqrt => {
                let root = u.sqrt()?;
                let first = self.one().div(&root)?.scaled(-1);
                let second = first.div(u)?.scaled(-1).neg();
                [root, first, second]
            }
            Function::Sin => {
                let (sine, cosine) = u.circle();
                let second = sine.clone().neg();
                [sine, cosine, second]
            }
            Function::Hypotenuse => {
                let root = self.one().add(&u.square()).sqrt()?;
                let first = u.div(&root)?;
                let second = self.one().div(&root.square().mul(&root))?;
                [root, first, second]
            }
            Function::Sigmoid => {
                let above = above()?;
                let [large, small, tanh, _] = self.logistic(absolute(above))?;
                let first = large.mul(&small);
                let second = first.mul(&tanh);
                if above { [large, first, second.neg()] } else { [small, first, second] }
            }
            Function::Tanh => {
                let above = above()?;
                let [large, small, tanh, _] = self.logistic(absolute(above).scaled(1))?;
                let first = large.mul(&small).scaled(2);
                let second = first.mul(&tanh).scaled(1);
                if above { [tanh, first, second.neg()] } else { [tanh.neg(), first, second] }
            }
            Function::Softplus => {
                let above = above()?;
                let [large, small, _, exp] = self.logistic(absolute(above))?;
                let (log, second) = (exp.ln_1p(), large.mul(&small));
                if above { [u.add(&log), large, second] } else { [log, small, second] }
            }
            Function::Normal => {
                let (distribution, density) = u.normal()?;
                let second = u.mul(&density).neg();
                [distribution, density, second]
            }
        })
    }
}

impl Arithmetic for Jets {
    type Number = Jet;

    fn number(&self, value: f64) -> Jet {
        self.constant(value)
    }

    fn neg(&self, a: Jet) -> Jet {
        a.map(Ball::neg)
    }

    fn apply(&self, operation: Operation, [a, a1, a2]: &Jet, [b, b1, b2]: &Jet) -> Result<Jet, Undecided> {
        Ok(match operation {
            Operation::Add => [a.add(b), a1.add(b1), a2.add(b2)],
            Operation::Sub => [a.sub(b), a1.sub(b1), a2.sub(b2)],
            Operation::Mul => {
                let second = a2.mul(b).add(&a1.mul(b1).scaled(1)).add(&a.mul(b2));
                [a.mul(b), a1.mul(b).add(&a.mul(b1)), second]
            }
            Operation::Div => {
                let quotient = a.div(b)?;
                let first = a1.sub(&quotient.mul(b1)).div(b)?;
                let second = a2.sub(&first.mul(b1).scaled(1)).sub(&quotient.mul(b2)).div(b)?;
                [quotient, first, second]
            }
        })
    }

    fn less(&self, [a, ..]: &Jet, [b, ..]: &Jet) -> Result<bool, Undecided> {
        Ok(a.sub(b).sign()? == Ordering::Less)
    }

    fn call(&self, function: Function, [u, u1, u2]: &Jet) -> Result<Jet, Undecided> {
        let [g, g1, g2] = self.at(function, u)?;
        let second = g2.mul(&u1.square()).add(&g1.mul(u2));
        Ok([g, g1.mul(u1), second])
    }
}

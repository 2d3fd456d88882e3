//! The losses over real numbers.

use super::powers::Powers;
use super::term::{Exact, Term, size_of};
use super::{Exacts, Family, Row};
use crate::ball::Ball;
use crate::formula::Function;
use crate::jets::Jets;

/// Softmax cross-entropy: of a class the loss and its gradient, (s − 1)/T or s/T; of a distribution likewise, (s·Σt − t)/T.
pub fn softmax_cross_entropy(_: &Family, row: &Row, jets: &Jets) -> Exacts {
    let (precision, [x, class, labels]) = (jets.0, row.parts([0, 1, 2]));
    let powers = Powers::new(x, row.temperature, precision)?;
    let class = class[0] as usize;
    let slope = |i: usize| {
        let own = if i == class { powers.softmax_of_others(i)?.neg() } else { powers.softmax(i)? };
        Ok(Term::of(own).div(&powers.temperature)?.ulps())
    };
    let label = |i: usize| Term::exact(labels[i], precision);
    let whole = (0..x.len()).map(label).fold(Term::exact(0.0, precision), |sum, one| sum.add(&one));
    let own = |i: usize| label(i).value.mul(&powers.log_softmax(i).neg());
    // A label of 0 counts nothing, whatever its logit.
    let counted = || (0..x.len()).filter(|&i| labels[i] != 0.0);
    // Of what is beyond the largest number no part is known.
    let finite = counted().all(|i| powers.log_softmax(i).middle.to_f64().is_finite());
    let loss = counted().map(own).fold(Ball::exact(0.0, precision), |sum, one| sum.add(&one));
    let mixed = |i: usize| {
        let softmax = powers.softmax(i)?;
        let softmax = Term { size: size_of(&softmax), value: softmax };
        Ok(softmax.mul(&whole).sub(&label(i)).div(&powers.temperature)?.roundings())
    };
    Ok(vec![
        vec![Exact::ulp(powers.log_softmax(class).neg(), 0.0)],
        (0..x.len()).map(slope).collect::<Result<_, _>>()?,
        if finite { vec![Exact::ulp(loss, 0.0)] } else { Vec::new() },
        (0..x.len()).map(mixed).collect::<Result<_, _>>()?,
    ])
}

/// Sigmoid cross-entropy: max(x, 0) − x·t + ln(1 + e^−|x|), whose terms have one sign for t from 0 to 1, and (1 − t)·σ(x) −
/// t·σ(−x).
pub fn sigmoid_cross_entropy(_: &Family, row: &Row, jets: &Jets) -> Exacts {
    let (precision, [x, targets]) = (jets.0, row.parts([0, 1]));
    let number = |value| Ball::exact(value, precision);
    let both = |(&x, &t): (&f64, &f64)| {
        let (met, missed) = (number(t), number(1.0).sub(&number(t)));
        let logarithm = jets.at(Function::Softplus, &number(-x.abs()))?[0].clone();
        let loss = if x > 0.0 { &missed } else { &met }.mul(&number(x.abs())).add(&logarithm);
        let [above, below] = [x, -x].map(|x| jets.at(Function::Sigmoid, &number(x)));
        let (above, below) = (Term::of(above?[0].clone()), Term::of(below?[0].clone()));
        let slope = Term::of(missed).mul(&above).sub(&Term::exact(t, precision).mul(&below));
        Ok((Exact::ulp(loss, 0.0), slope.roundings()))
    };
    let all: Vec<(Exact, Exact)> = x.iter().zip(targets).map(both).collect::<Result<_, _>>()?;
    let (losses, slopes) = all.into_iter().unzip();
    Ok(vec![losses, slopes])
}

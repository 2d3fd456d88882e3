//! Gated units, cells, prelu and hadamard over real numbers, element by element.

use super::term::{Exact, Term};
use super::{Exacts, Family, Row};
use crate::ball::Ball;
use crate::formula::{Function, Undecided};
use crate::functions::{Op, Row as Activation};
use crate::jets::{Jet, Jets};

/// Columns of results from the results of each element.
fn columns(count: usize, elements: impl Iterator<Item = Result<Vec<Exact>, Undecided>>) -> Exacts {
    let mut columns = vec![Vec::new(); count];
    for element in elements {
        columns.iter_mut().zip(element?).for_each(|(column, one)| column.push(one));
    }
    Ok(columns)
}

/// f and f′ of an activation at a number; f′ with the unit that it has near its zero.
fn activation(row: &Activation, x: f64, jets: &Jets) -> Result<[Term; 2], Undecided> {
    let hyperparameters = row.defaults();
    let mut variables: Vec<Jet> = row.variables(x, &hyperparameters).iter().map(|&value| jets.constant(value)).collect();
    variables[0] = jets.variable(x);
    let [value, slope, _] = row.value.on(jets, &variables)?;
    let least = Activation::least(Op::Deriv, x, &row.zeros(&hyperparameters));
    Ok([Term::of(value), Term::of(slope).at_least(least * 2f64.powi(52))])
}

/// A gated unit: a·act(b), dy·act(b), dy·a·act′(b).
pub fn gated(family: &Family, row: &Row, jets: &Jets) -> Exacts {
    let [a, b, dy] = row.parts([0, 1, 2]);
    let gate = row.activations.iter().find(|one| one.name == family.gate).ok_or(Undecided)?;
    columns(
        3,
        (0..a.len()).map(|i| {
            let [value, slope] = activation(gate, b[i], jets)?;
            let (a, dy) = (Term::exact(a[i], jets.0), Term::exact(dy[i], jets.0));
            Ok(vec![a.mul(&value).ulps(), dy.mul(&value).ulps(), dy.mul(&a).mul(&slope).ulps()])
        }),
    )
}

/// σ or tanh of a number that is given, and its derivative.
fn given(function: Function, x: f64, jets: &Jets) -> Result<[Term; 2], Undecided> {
    let [value, slope, _] = jets.at(function, &Ball::exact(x, jets.0))?;
    Ok([value, slope].map(Term::of))
}

/// tanh of a sum, and its derivative.
fn tanh_of(u: &Term, jets: &Jets) -> Result<[Term; 2], Undecided> {
    let [value, slope, second] = jets.at(Function::Tanh, &u.value)?;
    Ok([Term::at([value, slope.clone()], u), Term::at([slope, second], u)])
}

/// LSTM: h′, c′, the gradient of the gates, all four in turn, and that of c.
pub fn lstm(_: &Family, row: &Row, jets: &Jets) -> Exacts {
    let [input, forget, new, output] = row.parts([0, 1, 2, 3]);
    let [state, d_hidden, d_state] = row.parts([4, 5, 6]);
    let number = |value| Term::exact(value, jets.0);
    let of = |i: usize| {
        let [input, forget, output] = [input, forget, output].map(|gate| given(Function::Sigmoid, gate[i], jets));
        let ([input, d_input], [forget, d_forget], [output, d_output]) = (input?, forget?, output?);
        let [new, d_new] = given(Function::Tanh, new[i], jets)?;
        let (before, d_hidden) = (number(state[i]), number(d_hidden[i]));
        let after = forget.mul(&before).add(&input.mul(&new));
        let [shown, slope] = tanh_of(&after, jets)?;
        let total = number(d_state[i]).add(&d_hidden.mul(&output).mul(&slope));
        Ok([
            output.mul(&shown),
            after,
            total.mul(&new).mul(&d_input),
            total.mul(&before).mul(&d_forget),
            total.mul(&input).mul(&d_new),
            d_hidden.mul(&shown).mul(&d_output),
            total.mul(&forget),
        ])
    };
    let all: Vec<[Term; 7]> = (0..state.len()).map(of).collect::<Result<_, _>>()?;
    let column = |n: usize| -> Vec<Exact> { all.iter().map(|one| one[n].clone().roundings()).collect() };
    Ok(vec![column(0), column(1), (2..6).flat_map(column).collect(), column(6)])
}

/// GRU: h′, the gradient of the gates, all three in turn, that of h and that of the hidden side's part of n.
pub fn gru(_: &Family, row: &Row, jets: &Jets) -> Exacts {
    let [reset, update, new, before] = row.parts([0, 1, 2, 3]);
    let [hidden, dy] = row.parts([4, 5]);
    let number = |value| Term::exact(value, jets.0);
    let of = |i: usize| {
        let ([reset, d_reset], [update, d_update]) =
            (given(Function::Sigmoid, reset[i], jets)?, given(Function::Sigmoid, update[i], jets)?);
        let [rest, _] = given(Function::Sigmoid, -row.part(1)[i], jets)?;
        let (before, hidden, dy) = (number(before[i]), number(hidden[i]), number(dy[i]));
        let [new, slope] = tanh_of(&number(new[i]).add(&reset.mul(&hidden)), jets)?;
        let d_new = dy.mul(&rest).mul(&slope);
        Ok([
            rest.mul(&new).add(&update.mul(&before)),
            d_new.mul(&hidden).mul(&d_reset),
            dy.mul(&before.sub(&new)).mul(&d_update),
            d_new.clone(),
            dy.mul(&update),
            d_new.mul(&reset),
        ])
    };
    let all: Vec<[Term; 6]> = (0..dy.len()).map(of).collect::<Result<_, _>>()?;
    let column = |n: usize| -> Vec<Exact> { all.iter().map(|one| one[n].clone().roundings()).collect() };
    Ok(vec![column(0), (1..4).flat_map(column).collect(), column(4), column(5)])
}

/// Prelu of a channel: the value, the derivative, dx, and the gradient of the slope, Σ dy·x over x ≤ 0.
pub fn prelu(_: &Family, row: &Row, jets: &Jets) -> Exacts {
    let [x, dy, alpha] = row.parts([0, 1, 2]);
    let number = |value| Term::exact(value, jets.0);
    let slope = |x: f64| number(if x > 0.0 { 1.0 } else { alpha[0] });
    let products = x.iter().zip(dy).filter(|(x, _)| **x <= 0.0).map(|(&x, &dy)| number(x).mul(&number(dy)));
    let whole = products.fold(number(0.0), |sum, one| sum.add(&one));
    Ok(vec![
        x.iter().map(|&x| number(x).mul(&slope(x)).ulps()).collect(),
        x.iter().map(|&x| slope(x).ulps()).collect(),
        x.iter().zip(dy).map(|(&x, &dy)| number(dy).mul(&slope(x)).ulps()).collect(),
        vec![whole.roundings()],
    ])
}

/// Hadamard: the product of each two, and of dA with a matrix the sum along its rows.
pub fn hadamard(_: &Family, row: &Row, jets: &Jets) -> Exacts {
    let [a, b, matrix] = row.parts([0, 1, 2]);
    let number = |value: f64| Term::exact(value, jets.0);
    let units = a.len();
    let product = |i: usize, j: usize| number(a[i]).mul(&number(matrix[i * units + j]));
    let column = |j: usize| (0..units).fold(number(0.0), |sum, i| sum.add(&product(i, j))).roundings();
    Ok(vec![a.iter().zip(b).map(|(&a, &b)| number(a).mul(&number(b)).ulps()).collect(), (0..units).map(column).collect()])
}

//! The exponentials of a row over real numbers, their sums, and what softmax, log-softmax, log-sum-exp and sparsemax make of them.

use super::term::{Exact, Term, size_of};
use super::{Exacts, Family, Row};
use crate::ball::Ball;
use crate::formula::Undecided;
use crate::jets::Jets;
use rug::Float;

/// Exponents below this are taken for none: e^-2600 times 2^1074 (1/T), 2^1024 (dy) and 2^17 (units) is less than half of 2^-1074.
const NOTHING: f64 = -2600.0;

/// A row after its exponentials.
pub struct Powers {
    /// (x − max)/T; none for a mask.
    pub distances: Vec<Option<Ball>>,
    /// e to these.
    pub terms: Vec<Ball>,
    /// Σ
    pub sum: Ball,
    /// Σ of all others, for each.
    pub rest: Vec<Ball>,
    /// ln Σ
    pub log: Ball,
    /// T
    pub temperature: Ball,
    /// max/T
    pub high: Ball,
}

/// Σ over all others, for each, so that nothing cancels.
pub fn others<T: Clone>(list: &[T], zero: T, add: impl Fn(&T, &T) -> T) -> Vec<T> {
    let mut after = vec![zero.clone(); list.len()];
    let mut sum = zero.clone();
    for (after, one) in after.iter_mut().zip(list).rev() {
        after.clone_from(&sum);
        sum = add(&sum, one);
    }
    let mut sum = zero;
    for (after, one) in after.iter_mut().zip(list) {
        *after = add(after, &sum);
        sum = add(&sum, one);
    }
    after
}

impl Powers {
    /// Of logits, −∞ being a mask.
    pub fn new(x: &[f64], temperature: f64, precision: u32) -> Result<Self, Undecided> {
        let number = |value| Ball::exact(value, precision);
        let (zero, divisor) = (number(0.0), number(temperature));
        let max = x.iter().fold(f64::NEG_INFINITY, |a, &b| a.max(b));
        let distance = |&x: &f64| (x > f64::NEG_INFINITY).then(|| number(x).sub(&number(max)).div(&divisor)).transpose();
        let distances: Vec<Option<Ball>> = x.iter().map(distance).collect::<Result<_, _>>()?;
        let power = |distance: &Option<Ball>| match distance {
            Some(distance) if distance.middle > NOTHING => Ok(distance.exp()?.0),
            _ => Ok(zero.clone()),
        };
        let terms: Vec<Ball> = distances.iter().map(power).collect::<Result<_, _>>()?;
        let rest = others(&terms, zero, Ball::add);
        let winner = x.iter().position(|&x| x == max).unwrap_or(0);
        let sum = rest[winner].add(&terms[winner]);
        let log = rest[winner].ln_1p();
        Ok(Self { distances, terms, sum, rest, log, high: number(max).div(&divisor)?, temperature: divisor })
    }

    /// s
    pub fn softmax(&self, i: usize) -> Result<Ball, Undecided> {
        self.terms[i].div(&self.sum)
    }

    /// 1 − s
    pub fn softmax_of_others(&self, i: usize) -> Result<Ball, Undecided> {
        self.rest[i].div(&self.sum)
    }

    /// ln s; −∞ for a mask.
    pub fn log_softmax(&self, i: usize) -> Ball {
        let mask = || Ball::exact(f64::NEG_INFINITY, self.log.middle.prec());
        self.distances[i].as_ref().map_or_else(mask, |distance| distance.sub(&self.log))
    }
}

/// What has no error at all.
fn zero(precision: u32) -> Exact {
    Exact::ulp(Ball::exact(0.0, precision), 0.0)
}

/// Softmin, softmax of −x: s, the Jacobian beside its diagonal and on it, backward from x and from y.
pub fn softmin(_: &Family, row: &Row, jets: &Jets) -> Exacts {
    let (precision, [x, dy, y]) = (jets.0, row.parts([0, 1, 2]));
    let x: Vec<f64> = x.iter().map(|x| -x).collect();
    let powers = Powers::new(&x, row.temperature, precision)?;
    let number = |value| Ball::exact(value, precision);
    let divisor = powers.sum.mul(&powers.sum).mul(&powers.temperature);
    let units = 0..x.len();
    let (mut jacobian, mut diagonal) = (Vec::new(), Vec::new());
    for i in units.clone() {
        for j in units.clone() {
            let other = if i == j { powers.rest[i].clone().neg() } else { powers.terms[j].clone() };
            let entry = Exact::ulp(powers.terms[i].mul(&other).div(&divisor)?, 0.0);
            if i == j { diagonal.push(entry) } else { jacobian.push(entry) }
        }
    }
    let term = |value: Ball| Term { size: size_of(&value), value };
    let products: Vec<Term> = powers.terms.iter().zip(dy).map(|(power, &dy)| term(power.mul(&number(dy)))).collect();
    let sums = others(&products, term(number(0.0)), Term::add);
    let backward = |i: usize| {
        let own = term(powers.rest[i].mul(&number(dy[i])));
        let factor = term(powers.terms[i].div(&divisor)?);
        Ok(own.sub(&sums[i]).mul(&factor).neg().roundings())
    };
    let from_value = |i: usize| {
        let of = |j: usize| Term::exact(y[j], precision).mul(&Term::exact(dy[j], precision));
        let sum = (0..y.len()).map(of).fold(Term::exact(0.0, precision), |sum, one| sum.add(&one));
        let whole = Term::exact(dy[i], precision).sub(&sum).mul(&Term::exact(y[i], precision));
        Ok(whole.neg().div(&powers.temperature)?.roundings())
    };
    Ok(vec![
        units.clone().map(|i| Ok(Exact::ulp(powers.softmax(i)?, 0.0))).collect::<Result<_, _>>()?,
        jacobian,
        diagonal,
        units.clone().map(backward).collect::<Result<_, _>>()?,
        units.map(from_value).collect::<Result<_, _>>()?,
    ])
}

/// (dy_i − s_i·Σdy)/T.
fn log_gradient(i: usize, softmax: Ball, sum: &Term, dy: &[f64], temperature: &Ball) -> Result<Exact, Undecided> {
    let own = Term::exact(dy[i], temperature.middle.prec());
    let softmax = Term { size: size_of(&softmax), value: softmax };
    Ok(own.sub(&softmax.mul(sum)).div(temperature)?.roundings())
}

/// Log-softmax: ln s, backward from x and from y. From y −∞ is a mask.
pub fn log_softmax(_: &Family, row: &Row, jets: &Jets) -> Exacts {
    let (precision, [x, dy, y]) = (jets.0, row.parts([0, 1, 2]));
    let powers = Powers::new(x, row.temperature, precision)?;
    let gradients = |from: &[f64], softmax: &dyn Fn(usize) -> Result<Ball, Undecided>| {
        let masked = |i: usize| from[i] == f64::NEG_INFINITY;
        let all = (0..dy.len()).filter(|&i| !masked(i)).map(|i| Term::exact(dy[i], precision));
        let sum = all.fold(Term::exact(0.0, precision), |sum, dy| sum.add(&dy));
        let of = |i| {
            if masked(i) { Ok(zero(precision)) } else { log_gradient(i, softmax(i)?, &sum, dy, &powers.temperature) }
        };
        (0..dy.len()).map(of).collect::<Result<Vec<Exact>, _>>()
    };
    let power = |i: usize| {
        if y[i] < NOTHING { Ok(Ball::exact(0.0, precision)) } else { Ok(Ball::exact(y[i], precision).exp()?.0) }
    };
    Ok(vec![
        (0..x.len()).map(|i| Exact::ulp(powers.log_softmax(i), 0.0)).collect(),
        gradients(x, &|i| powers.softmax(i))?,
        gradients(y, &power)?,
    ])
}

/// Log-sum-exp: the value, s/T, and dy·s/T.
pub fn log_sum_exp(_: &Family, row: &Row, jets: &Jets) -> Exacts {
    let (precision, [x, dy]) = (jets.0, row.parts([0, 1]));
    let powers = Powers::new(x, row.temperature, precision)?;
    let value = powers.high.add(&powers.log);
    // Where max/T and ln Σ cancel.
    let cancels = size_of(&value) < Float::with_val(64, size_of(&powers.log) / 4);
    let least = if cancels { powers.log.middle.to_f64() * 2f64.powi(-54) } else { 0.0 };
    let slope = |i: usize| Ok(Term::of(powers.softmax(i)?).div(&powers.temperature)?.ulps());
    let gradient = |i: usize| {
        let softmax = Term::of(powers.softmax(i)?);
        Ok(softmax.mul(&Term::exact(dy[0], precision)).div(&powers.temperature)?.ulps())
    };
    let all = 0..x.len();
    Ok(vec![
        vec![Exact::ulp(value, least)],
        all.clone().map(slope).collect::<Result<_, _>>()?,
        all.map(gradient).collect::<Result<_, _>>()?,
    ])
}

/// Bits in which sums of f64 are exact.
const WIDE: u32 = 2300;

/// 2^-76: what z − τ is known to, and the least unit of a value.
const EDGE: f64 = 1.3234889800848443e-23;

/// Sparsemax: the value, backward from x and from y. The support is where T + k·x_k is above Σx over the k largest, which is
/// decided exactly. Where an entry lies on its edge there is no derivative.
pub fn sparsemax(_: &Family, row: &Row, jets: &Jets) -> Exacts {
    let (precision, [x, dy, y]) = (jets.0, row.parts([0, 1, 2]));
    let mut sorted: Vec<f64> = x.iter().copied().filter(|x| x.is_finite()).collect();
    sorted.sort_by(|a, b| b.total_cmp(a));
    let mut support = 0_u32;
    let mut sum = Float::new(WIDE);
    for (&x, count) in sorted.iter().zip(1_u32..) {
        let next = Float::with_val(WIDE, &sum + x);
        if Float::with_val(WIDE, x) * count + row.temperature <= next {
            break;
        }
        (sum, support) = (next, count);
    }
    let divisor = Ball::exact(row.temperature, precision).mul(&Ball::exact(f64::from(support), precision));
    let excess = |x: f64| Float::with_val(WIDE, x) * support + row.temperature - &sum;
    let value = |&x: &f64| {
        if x == f64::NEG_INFINITY {
            return Ok(zero(precision));
        }
        let above = excess(x);
        if above <= 0 {
            return Ok(Exact::ulp(Ball::exact(0.0, precision), EDGE));
        }
        // Of any length; the sum has that of the numbers here.
        Ok(Exact::ulp(Ball::exact(0.0, precision).add(&Ball::given(above)).div(&divisor)?, EDGE))
    };
    let values: Vec<Exact> = x.iter().map(value).collect::<Result<_, _>>()?;
    let edge = Float::with_val(WIDE, row.temperature) * f64::from(support) * (64.0 * EDGE);
    let smooth = x.iter().all(|&x| !x.is_finite() || excess(x).abs() > edge);
    let gradient = |inside: &[bool]| -> Result<Vec<Exact>, Undecided> {
        let members = || (0..dy.len()).filter(|&i| inside[i]);
        let sum = members().fold(Term::exact(0.0, precision), |sum, i| sum.add(&Term::exact(dy[i], precision)));
        let mean = sum.div(&Ball::exact(members().count() as f64, precision))?;
        let temperature = Ball::exact(row.temperature, precision);
        let of = |i: usize| {
            if !inside[i] {
                return Ok(zero(precision));
            }
            Ok(Term::exact(dy[i], precision).sub(&mean).div(&temperature)?.roundings())
        };
        (0..dy.len()).map(of).collect()
    };
    let from_x: Vec<bool> = values.iter().map(|value| !value.is_zero()).collect();
    let from_y: Vec<bool> = y.iter().map(|&y| y > 0.0).collect();
    Ok(vec![values, if smooth { gradient(&from_x)? } else { Vec::new() }, gradient(&from_y)?])
}

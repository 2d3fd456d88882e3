//! Classes of hyperparameters: each has lines of its own in the report. They follow from the ranges of test/functions.json.

use crate::functions::{Hyperparameters, Range, Row};
use crate::random::{Random, power, step};

/// How one hyperparameter is drawn.
#[derive(Clone, Copy, Debug)]
enum Kind {
    Is(f64),
    Moderate,
    Tiny,
    Huge,
    Negative,
    Zero,
    /// Any of the above that may be.
    Any {
        negative: bool,
        zero: bool,
    },
}

/// The name of a class, for one hyperparameter.
const KINDS: [(&str, Kind); 5] = [
    ("0.01 to 10", Kind::Moderate),
    ("5e-324 to 0.01", Kind::Tiny),
    ("10 to 1.8e308", Kind::Huge),
    ("negative", Kind::Negative),
    ("zero", Kind::Zero),
];

/// Hyperparameters that are reported together.
#[derive(Clone, Debug)]
pub struct Class {
    /// Its name in the reports; "" where the function has none.
    pub name: String,
    /// Whether it is that of a program that names none.
    pub default: bool,
    /// Whether a saved y tells the derivative: it does not for a negative slope.
    pub saved: bool,
    kinds: Vec<Kind>,
}

impl Class {
    /// Whether these hyperparameters are of this class.
    pub fn holds(&self, hyperparameters: &Hyperparameters) -> bool {
        self.kinds.iter().zip(hyperparameters).all(|(kind, value)| kind.holds(*value))
    }

    /// Hyperparameters of this class.
    pub fn draw(&self, random: &mut Random) -> Hyperparameters {
        let mut drawn = [0.0; 4];
        for (value, kind) in drawn.iter_mut().zip(&self.kinds) {
            *value = kind.draw(random);
        }
        drawn
    }
}

impl Kind {
    fn draw(self, random: &mut Random) -> f64 {
        match self {
            Self::Is(value) => value,
            Self::Moderate => 0.01 * 1000f64.powf(random.unit()),
            Self::Tiny => tiny(random),
            Self::Huge => huge(random),
            Self::Negative => -match random.below(4) {
                0 => tiny(random),
                1 => huge(random),
                2 => 1.0,
                _ => Self::Moderate.draw(random),
            },
            Self::Zero => random.sign() * 0.0,
            Self::Any { negative, zero } => match random.below(8) {
                0 => Self::Tiny.draw(random),
                1 => Self::Huge.draw(random),
                2 if zero => Self::Zero.draw(random),
                3 | 4 if negative => Self::Negative.draw(random),
                _ => Self::Moderate.draw(random),
            },
        }
    }

    fn holds(self, value: f64) -> bool {
        match self {
            Self::Is(one) => value == one,
            Self::Moderate => (0.01..=10.0).contains(&value),
            Self::Tiny => 0.0 < value && value < 0.01,
            Self::Huge => value > 10.0,
            Self::Negative => value < 0.0,
            Self::Zero => value == 0.0,
            Self::Any { .. } => true,
        }
    }

    fn fits(self, negative: bool, zero: bool) -> bool {
        match self {
            Self::Negative => negative,
            Self::Zero => zero,
            _ => true,
        }
    }
}

/// Positive and below 0.01: also subnormal, a power of two, or beside the least normal number.
pub fn tiny(random: &mut Random) -> f64 {
    match random.below(8) {
        0 => f64::from_bits(1 + random.below(4)),
        1 => random.magnitude(-1074, -1022),
        2 => step(power(-1022), random.below(9) as i64 - 4),
        3 => power(-1022 + random.below(1000) as i32),
        _ => random.magnitude(-1074, -7),
    }
}

/// Above 10 and finite: also a power of two, or beside the largest number.
pub fn huge(random: &mut Random) -> f64 {
    match random.below(8) {
        0 => step(f64::MAX, -(random.below(4) as i64)),
        1 => random.magnitude(1000, 1024),
        2 => power(4 + random.below(1020) as i32),
        _ => random.magnitude(4, 1024),
    }
}

/// The classes of a function.
pub fn classes(row: &Row) -> Vec<Class> {
    let class = |name: String, default, saved, kinds| Class { name, default, saved, kinds };
    match (row.ranges.as_slice(), row.names) {
        ([], _) => vec![class(String::new(), true, true, Vec::new())],
        ([Range::Choice(words)], [name]) => {
            let one =
                |(index, word): (usize, &String)| class(format!("{name} {word}"), index == 0, true, vec![Kind::Is(index as f64)]);
            words.iter().enumerate().map(one).collect()
        }
        ([Range::Number { negative, zero, default }], [name]) => {
            let mut classes = vec![class(format!("{name} default"), true, true, vec![Kind::Is(*default)])];
            let fitting = KINDS.iter().filter(|(_, kind)| kind.fits(*negative, *zero));
            classes.extend(
                fitting.map(|(text, kind)| class(format!("{name} {text}"), false, !matches!(kind, Kind::Negative), vec![*kind])),
            );
            classes
        }
        (ranges, names) => {
            let all = names.join(", ");
            let each = |kind: &dyn Fn(bool, bool, f64) -> Kind| -> Vec<Kind> {
                let of = |range: &Range| match range {
                    Range::Number { negative, zero, default } => kind(*negative, *zero, *default),
                    Range::Choice(_) => Kind::Is(0.0),
                };
                ranges.iter().map(of).collect()
            };
            vec![
                class(format!("{all} default"), true, true, each(&|_, _, default| Kind::Is(default))),
                class(format!("{all} 0.01 to 10"), false, true, each(&|_, _, _| Kind::Moderate)),
                class(format!("{all} any"), false, false, each(&|negative, zero, _| Kind::Any { negative, zero })),
            ]
        }
    }
}

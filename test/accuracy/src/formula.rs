//! The formulas of test/functions.json: read once, then computed with whatever arithmetic is at hand. test/support/formula.ts
//! reads the same file, and has the grammar.

/// Numbers cannot tell which branch holds, or have lost all digits: more precision is needed.
#[derive(Clone, Copy, Debug)]
pub struct Undecided;

/// What a formula computes with.
pub trait Arithmetic {
    /// Its numbers.
    type Number: Clone;
    /// A number of the formula.
    fn number(&self, value: f64) -> Self::Number;
    /// −a.
    fn neg(&self, a: Self::Number) -> Self::Number;
    /// `a` and `b`, joined by an operation.
    fn apply(&self, operation: Operation, a: &Self::Number, b: &Self::Number) -> Result<Self::Number, Undecided>;
    /// Whether a < b.
    fn less(&self, a: &Self::Number, b: &Self::Number) -> Result<bool, Undecided>;
    /// A function at `a`.
    fn call(&self, function: Function, a: &Self::Number) -> Result<Self::Number, Undecided>;
}

/// The operations of two numbers.
#[derive(Clone, Copy, Debug)]
pub enum Operation {
    /// a + b
    Add,
    /// a − b
    Sub,
    /// a·b
    Mul,
    /// a/b
    Div,
}

/// The functions that a formula may call.
#[derive(Clone, Copy, Debug)]
pub enum Function {
    /// e^u
    Exp,
    /// e^u − 1
    Expm1,
    /// |u|
    Abs,
    /// √u
    Sqrt,
    /// sin u
    Sin,
    /// √(1 + u²)
    Hypotenuse,
    /// 1/(1 + e^−u)
    Sigmoid,
    /// tanh u
    Tanh,
    /// ln(1 + e^u)
    Softplus,
    /// The normal distribution function.
    Normal,
}

impl Function {
    fn named(name: &str) -> Option<Self> {
        Some(match name {
            "exp" => Self::Exp,
            "expm1" => Self::Expm1,
            "abs" => Self::Abs,
            "sqrt" => Self::Sqrt,
            "sin" => Self::Sin,
            "hypotenuse" => Self::Hypotenuse,
            "sigmoid" => Self::Sigmoid,
            "tanh" => Self::Tanh,
            "softplus" => Self::Softplus,
            "normal" => Self::Normal,
            _ => return None,
        })
    }
}

/// A formula that has been read.
#[derive(Clone, Debug)]
pub enum Formula {
    /// A number.
    Number(f64),
    /// A variable, by its place in the list of names.
    Variable(usize),
    /// −a.
    Neg(Box<Formula>),
    /// Two formulas joined by an operation.
    Two(Operation, Box<[Formula; 2]>),
    /// A function of a formula.
    Call(Function, Box<Formula>),
    /// a < b ? c : d.
    Choice(Box<[Formula; 4]>),
}

impl Formula {
    /// Reads a formula in the variables of these names.
    pub fn read(text: &str, names: &[&str]) -> Result<Self, String> {
        let mut reader = Reader { rest: text, names };
        let whole = reader.formula();
        match (whole, reader.word()) {
            (Some(formula), "") => Ok(formula),
            _ => Err(format!("the formula \"{text}\" cannot be read at \"{}\"", reader.rest)),
        }
    }

    /// Its value.
    pub fn on<A: Arithmetic>(&self, arithmetic: &A, variables: &[A::Number]) -> Result<A::Number, Undecided> {
        let at = |formula: &Self| formula.on(arithmetic, variables);
        Ok(match self {
            Self::Number(value) => arithmetic.number(*value),
            Self::Variable(place) => variables[*place].clone(),
            Self::Neg(inner) => arithmetic.neg(at(inner)?),
            Self::Two(operation, parts) => arithmetic.apply(*operation, &at(&parts[0])?, &at(&parts[1])?)?,
            Self::Call(function, inner) => arithmetic.call(*function, &at(inner)?)?,
            Self::Choice(parts) => {
                let holds = arithmetic.less(&at(&parts[0])?, &at(&parts[1])?)?;
                at(if holds { &parts[2] } else { &parts[3] })?
            }
        })
    }

    /// Its value in plain numbers, where it calls no function.
    pub fn plain(&self, variables: &[f64]) -> f64 {
        self.on(&Plain, variables).unwrap_or(f64::NAN)
    }
}

struct Plain;

impl Arithmetic for Plain {
    type Number = f64;

    fn number(&self, value: f64) -> f64 {
        value
    }

    fn neg(&self, a: f64) -> f64 {
        -a
    }

    fn apply(&self, operation: Operation, a: &f64, b: &f64) -> Result<f64, Undecided> {
        Ok(match operation {
            Operation::Add => a + b,
            Operation::Sub => a - b,
            Operation::Mul => a * b,
            Operation::Div => a / b,
        })
    }

    fn less(&self, a: &f64, b: &f64) -> Result<bool, Undecided> {
        Ok(a < b)
    }

    fn call(&self, _: Function, _: &f64) -> Result<f64, Undecided> {
        Err(Undecided)
    }
}

struct Reader<'a> {
    rest: &'a str,
    names: &'a [&'a str],
}

impl<'a> Reader<'a> {
    /// The next word, which stays; "" at the end.
    fn word(&mut self) -> &'a str {
        self.rest = self.rest.trim_start();
        let rest = self.rest;
        let length = |of: &dyn Fn(char) -> bool| rest.find(|c: char| !of(c)).unwrap_or(rest.len());
        let Some(first) = rest.chars().next() else { return "" };
        if first.is_ascii_digit() {
            let mut end = length(&|c| c.is_ascii_digit() || c == '.');
            if rest[end..].starts_with('e') {
                let exponent = &rest[end + 1..];
                let sign = usize::from(exponent.starts_with(['+', '-']));
                let digits = exponent[sign..].find(|c: char| !c.is_ascii_digit()).unwrap_or(exponent.len() - sign);
                end += 1 + sign + digits;
            }
            &rest[..end]
        } else if first.is_ascii_alphabetic() {
            &rest[..length(&|c| c.is_ascii_alphanumeric())]
        } else if rest.starts_with("<=") || rest.starts_with(">=") {
            &rest[..2]
        } else {
            &rest[..first.len_utf8()]
        }
    }

    /// Takes the next word if it is one of these.
    fn taken(&mut self, expected: &[&str]) -> Option<&'a str> {
        let word = self.word();
        expected.contains(&word).then(|| {
            self.rest = &self.rest[word.len()..];
            word
        })
    }

    fn formula(&mut self) -> Option<Formula> {
        let left = self.sum()?;
        let Some(sign) = self.taken(&["<", ">", "<=", ">="]) else { return Some(left) };
        let right = self.sum()?;
        self.taken(&["?"])?;
        let then = self.formula()?;
        self.taken(&[":"])?;
        let otherwise = self.formula()?;
        // a > b is b < a, and a <= b is not b < a.
        let parts = match sign {
            "<" => [left, right, then, otherwise],
            ">" => [right, left, then, otherwise],
            "<=" => [right, left, otherwise, then],
            _ => [left, right, otherwise, then],
        };
        Some(Formula::Choice(Box::new(parts)))
    }

    fn chain(&mut self, part: fn(&mut Self) -> Option<Formula>, signs: &[&str]) -> Option<Formula> {
        let mut left = part(self)?;
        while let Some(sign) = self.taken(signs) {
            let operation = match sign {
                "+" => Operation::Add,
                "-" => Operation::Sub,
                "*" => Operation::Mul,
                _ => Operation::Div,
            };
            left = Formula::Two(operation, Box::new([left, part(self)?]));
        }
        Some(left)
    }

    fn sum(&mut self) -> Option<Formula> {
        self.chain(Self::product, &["+", "-"])
    }

    fn product(&mut self) -> Option<Formula> {
        self.chain(Self::signed, &["*", "/"])
    }

    fn signed(&mut self) -> Option<Formula> {
        if self.taken(&["-"]).is_some() {
            return Some(Formula::Neg(Box::new(self.signed()?)));
        }
        if self.taken(&["("]).is_some() {
            return self.inner();
        }
        let word = self.word();
        self.rest = &self.rest[word.len()..];
        if let Some(place) = self.names.iter().position(|name| *name == word) {
            return Some(Formula::Variable(place));
        }
        if word.starts_with(|c: char| c.is_ascii_digit()) {
            return word.parse().ok().map(Formula::Number);
        }
        let function = Function::named(word)?;
        self.taken(&["("])?;
        Some(Formula::Call(function, Box::new(self.inner()?)))
    }

    /// What stands in brackets, of which the first has been taken.
    fn inner(&mut self) -> Option<Formula> {
        let inner = self.formula()?;
        self.taken(&[")"])?;
        Some(inner)
    }
}

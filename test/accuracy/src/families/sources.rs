//! The inputs of the families, and their kernels on blocks of them: rows of one length that share a temperature.

use super::Family;
use crate::functions::{buffer, contents};
use crate::random::{Random, step};
use crate::softmax::{CLASSES, gradient, logits};
use nonlin::loops::{BACKWARD_X, BACKWARD_Y, DERIV, VALUE};
use nonlin::rows::{self, cells, contraction};
use nonlin::{loops, memory};

/// The parts of a row of inputs.
pub type Parts = Vec<Vec<f64>>;

/// Rows that are computed together.
pub struct Block {
    /// T, where there is one.
    pub temperature: f64,
    /// The rows.
    pub rows: Vec<Parts>,
}

/// Entries of a block, about.
pub const ENTRIES: usize = 256;

impl Block {
    fn units(&self) -> usize {
        self.rows[0][0].len()
    }

    /// These parts of each row, one row after another.
    fn join(&self, parts: &[usize]) -> Vec<f64> {
        self.rows.iter().flat_map(|row| parts.iter().flat_map(|&part| &row[part])).copied().collect()
    }
}

/// What is as long for each row.
fn split(all: Vec<f64>, rows: usize) -> Vec<Vec<f64>> {
    let width = all.len() / rows;
    all.chunks(width.max(1)).map(<[f64]>::to_vec).collect()
}

/// An export on buffers: what it leaves in those from `inputs.len()` on.
fn call(inputs: &[&[f64]], outputs: &[usize], export: impl FnOnce(&[u32])) -> Vec<Vec<f64>> {
    let sizes: Vec<usize> = inputs.iter().map(|input| input.len()).chain(outputs.iter().copied()).collect();
    let empty: &[f64] = &[];
    let handles: Vec<u32> =
        sizes.iter().enumerate().map(|(index, &size)| buffer(inputs.get(index).unwrap_or(&empty), size)).collect();
    export(&handles);
    let results = handles[inputs.len()..].iter().zip(outputs).map(|(&handle, &size)| contents(handle, size)).collect();
    handles.into_iter().for_each(memory::release);
    results
}

/// One operation of a kernel along rows: the entries of each row.
fn along(block: &Block, kernel: u32, op: u32, [a, b]: [&[f64]; 2], size: usize) -> Vec<Vec<f64>> {
    let (count, units, t) = (block.rows.len() as u32, block.units() as u32, block.temperature);
    let results = call(&[a, b], &[size], |handles| {
        let code = rows::rows(kernel, op, handles[0], handles[1], handles[2], count, units, 1, t, t);
        assert_eq!(code, 0, "no memory");
    });
    split(results.concat(), block.rows.len())
}

/// The length of the rows of a block: mostly short ones.
fn length(random: &mut Random) -> usize {
    match random.below(16) {
        0 => 1,
        1..14 => 2 + random.below(7) as usize,
        14 => 9 + random.below(24) as usize,
        _ => 33 + random.below(224) as usize,
    }
}

/// Blocks of rows with a temperature of a class, each row drawn by `row`.
fn tempered(class: usize, longest: usize, random: &mut Random, row: impl Fn(&mut Random, usize, f64) -> Parts) -> Block {
    let temperature = (CLASSES[class].draw)(random);
    let units = length(random).min(longest);
    let rows = (0..(ENTRIES / units).max(1)).map(|_| row(random, units, temperature)).collect();
    Block { temperature, rows }
}

/// x, dy and a saved y, which is what the kernel gives.
pub fn softmax_family(family: &Family, class: usize, random: &mut Random) -> Block {
    let sign = if family.kernel == rows::SOFTMIN { -1.0 } else { 1.0 };
    // A long row of softmin has too large a Jacobian.
    let longest = if family.kernel == rows::SOFTMIN { 16 } else { ENTRIES };
    let mut block = tempered(class, longest, random, |random, units, temperature| {
        let x = logits(random, units, temperature).into_iter().map(|x| sign * x).collect();
        vec![x, gradient(random, units)]
    });
    let x = block.join(&[0]);
    let values = along(&block, family.kernel, VALUE, [&x, &[]], x.len());
    block.rows.iter_mut().zip(values).for_each(|(row, y)| row.push(y));
    block
}

/// The value, the gradient from x, and from y.
pub fn run_softmax_family(family: &Family, block: &Block) -> Vec<Vec<Vec<f64>>> {
    let [x, dy, y] = [0, 1, 2].map(|part| block.join(&[part]));
    let of = |op, a: &[f64]| along(block, family.kernel, op, [a, &dy], x.len());
    vec![of(VALUE, &x), of(BACKWARD_X, &x), of(BACKWARD_Y, &y)]
}

/// The same with the Jacobian, as its entries beside the diagonal, and those on it.
pub fn run_softmin(family: &Family, block: &Block) -> Vec<Vec<Vec<f64>>> {
    let x = block.join(&[0]);
    let units = block.units();
    let jacobians = along(block, family.kernel, DERIV, [&x, &[]], x.len() * units);
    let only = |diagonal: bool| -> Vec<Vec<f64>> {
        let of = |all: &Vec<f64>| {
            (0..all.len()).filter(|place| (place % (units + 1) == 0) == diagonal).map(|place| all[place]).collect()
        };
        jacobians.iter().map(of).collect()
    };
    let mut results = run_softmax_family(family, block);
    results.splice(1..1, [only(false), only(true)]);
    results
}

/// x and the dy of its row; in some rows max/T is nearly −ln Σ.
pub fn log_sum_exp(_: &Family, class: usize, random: &mut Random) -> Block {
    tempered(class, ENTRIES, random, |random, units, temperature| {
        let x = if random.below(8) > 0 {
            logits(random, units, temperature)
        } else {
            let distances: Vec<f64> = (0..units).map(|i| if i == 0 { 0.0 } else { -random.magnitude(-20, 6) }).collect();
            let log = distances.iter().map(|distance| distance.exp()).sum::<f64>().ln();
            distances.iter().map(|distance| ((distance - log) * temperature).clamp(-f64::MAX, f64::MAX)).collect()
        };
        vec![x, vec![gradient(random, 1)[0]]]
    })
}

/// The value, f′ and the gradient.
pub fn run_log_sum_exp(family: &Family, block: &Block) -> Vec<Vec<Vec<f64>>> {
    let [x, dy] = [0, 1].map(|part| block.join(&[part]));
    let of = |op, size| along(block, family.kernel, op, [&x, &dy], size);
    vec![of(VALUE, block.rows.len()), of(DERIV, x.len()), of(BACKWARD_X, x.len())]
}

/// x, a class, and a distribution, smoothed or not, whose sum need not be 1.
pub fn labelled(_: &Family, class: usize, random: &mut Random) -> Block {
    tempered(class, ENTRIES, random, |random, units, temperature| {
        let x = logits(random, units, temperature);
        let kind = random.below(5);
        let mut chosen = random.below(units as u64) as usize;
        // One that is masked costs ∞.
        while x[chosen] == f64::NEG_INFINITY {
            chosen = (chosen + 1) % units;
        }
        let label = |(i, x): (usize, &f64)| match kind {
            _ if *x == f64::NEG_INFINITY => 0.0,
            0 => f64::from(u8::from(i == chosen)),
            1 => 0.1 / units as f64 + if i == chosen { 0.9 } else { 0.0 },
            2 => random.magnitude(-60, 0),
            _ => random.unit(),
        };
        let labels = x.iter().enumerate().map(label).collect();
        vec![x, vec![chosen as f64], labels]
    })
}

/// Loss and gradient of the class, and of the distribution.
pub fn run_softmax_cross_entropy(family: &Family, block: &Block) -> Vec<Vec<Vec<f64>>> {
    let [x, class, labels] = [0, 1, 2].map(|part| block.join(&[part]));
    let both = |kernel, labels: &[f64]| {
        [(VALUE, block.rows.len()), (DERIV, x.len())].map(|(op, size)| along(block, kernel, op, [&x, labels], size))
    };
    [both(family.kernel, &class), both(rows::CROSS_ENTROPY_OF_DISTRIBUTIONS, &labels)].concat()
}

/// The classes of what has no temperature. No product of two factors of the last overflows.
pub const SCALES: [&str; 3] = ["ordinary", "far", "any, factors to 2^±500"];

/// A pre-activation.
fn pre_activation(random: &mut Random, class: usize) -> f64 {
    match (class, random.below(8)) {
        (0, 0..5) => 3.0 * random.normal(),
        (0, 5) => random.sign() * random.magnitude(-30, 3),
        (0, _) => random.range(-8.0, 8.0),
        (2, 0..4) => random.sign() * random.magnitude(-1074, 1024),
        (_, 0..3) => random.range(-800.0, 800.0),
        (_, 3 | 4) => random.sign() * random.magnitude(2, 12),
        (_, 5) => {
            // Where the exponentials of gates stop being normal, being anything; where their tables end.
            let edge =
                random.pick(&[708.3964185322641, 745.1332191019411, 40.0, 44.0, 38.0, 20.0, 36.7368005696771, 8.4375, 7.5, 38.5]);
            random.sign() * random.near(edge)
        }
        _ => 3.0 * random.normal(),
    }
}

/// What it is multiplied with, a gradient, or a state.
fn factor(random: &mut Random, class: usize) -> f64 {
    match (class, random.below(8)) {
        (_, 0..3) => random.normal(),
        (0, _) => random.sign() * random.magnitude(-8, 8),
        (1, _) => random.sign() * random.magnitude(-60, 60),
        _ => random.sign() * random.magnitude(-500, 500),
    }
}

/// Rows of parts that are pre-activations where `gates` says so, else factors.
fn mixed(class: usize, random: &mut Random, gates: &[bool]) -> Block {
    let units = 1 + random.below(9) as usize;
    let mut part =
        |gate: bool| (0..units).map(|_| if gate { pre_activation(random, class) } else { factor(random, class) }).collect();
    let rows = (0..(ENTRIES / units).max(1)).map(|_| gates.iter().map(|&gate| part(gate)).collect()).collect();
    Block { temperature: 1.0, rows }
}

/// a, b and dy.
pub fn gated(_: &Family, class: usize, random: &mut Random) -> Block {
    mixed(class, random, &[false, true, false])
}

/// The value, and the gradients of both halves.
pub fn run_gated(family: &Family, block: &Block) -> Vec<Vec<Vec<f64>>> {
    let (x, dy) = (block.join(&[0, 1]), block.join(&[2]));
    let value = along(block, family.kernel, VALUE, [&x, &[]], dy.len());
    let units = block.units();
    let halves = along(block, family.kernel, BACKWARD_X, [&x, &dy], x.len());
    let half = |from: usize| halves.iter().map(|both| both[from..from + units].to_vec()).collect();
    vec![value, half(0), half(units)]
}

/// The gates of a cell, its state, and its gradients.
pub fn cell(family: &Family, class: usize, random: &mut Random) -> Block {
    let gates = if family.kernel == cells::LSTM { 4 } else { 3 };
    let all: Vec<bool> = (0..family.inputs.len()).map(|part| part < gates).collect();
    mixed(class, random, &all)
}

/// An operation of a cell: results of so many parts each.
fn of_cell(family: &Family, op: u32, block: &Block, inputs: [&[f64]; 5], results: [usize; 3]) -> [Vec<Vec<f64>>; 3] {
    let (count, units) = (block.rows.len(), block.units());
    let made = call(&inputs, &results.map(|parts| parts * count * units), |handles| {
        let given = |n: usize| if inputs[n].is_empty() { 0 } else { handles[n] };
        let [out, out2, out3] = [5, 6, 7].map(|n: usize| if results[n - 5] == 0 { 0 } else { handles[n] });
        let (rows, units) = (count as u32, units as u32);
        cells::cells(family.kernel, op, given(0), given(1), given(2), given(3), given(4), out, out2, out3, rows, units);
    });
    [0, 1, 2].map(|n| split(made[n].clone(), count))
}

/// h′, c′, the gradients of the gates and of c.
pub fn run_lstm(family: &Family, block: &Block) -> Vec<Vec<Vec<f64>>> {
    let gates = block.join(&[0, 1, 2, 3]);
    let [c, d_hidden, d_state] = [4, 5, 6].map(|part| block.join(&[part]));
    let [h, next, _] = of_cell(family, VALUE, block, [&gates, &c, &[], &[], &[]], [1, 1, 0]);
    let [d_gates, d_c, _] = of_cell(family, BACKWARD_X, block, [&gates, &c, &[], &d_hidden, &d_state], [4, 1, 0]);
    vec![h, next, d_gates, d_c]
}

/// h′, the gradients of the gates, of h and of its part of n.
pub fn run_gru(family: &Family, block: &Block) -> Vec<Vec<Vec<f64>>> {
    let gates = block.join(&[0, 1, 2]);
    let [h, hidden, dy] = [3, 4, 5].map(|part| block.join(&[part]));
    let [next, ..] = of_cell(family, VALUE, block, [&gates, &h, &hidden, &[], &[]], [1, 0, 0]);
    let back = of_cell(family, BACKWARD_X, block, [&gates, &h, &hidden, &dy, &[]], [3, 1, 1]);
    [vec![next], back.into()].concat()
}

/// Logits and targets from 0 to 1.
pub fn targeted(_: &Family, class: usize, random: &mut Random) -> Block {
    let mut block = mixed(class, random, &[true, false]);
    for target in block.rows.iter_mut().flat_map(|row| &mut row[1]) {
        *target = match random.below(6) {
            0 => f64::from(u8::from(random.bits() & 1 == 0)),
            1 => random.magnitude(-80, 0),
            2 => 1.0 - random.magnitude(-53, 0),
            3 => step(1.0, -(random.below(4) as i64)),
            _ => random.unit(),
        };
    }
    block
}

/// The loss and its gradient.
pub fn run_sigmoid_cross_entropy(family: &Family, block: &Block) -> Vec<Vec<Vec<f64>>> {
    let [x, targets] = [0, 1].map(|part| block.join(&[part]));
    [VALUE, DERIV].map(|op| along(block, family.kernel, op, [&x, &targets], x.len())).into()
}

/// The x of a channel, its dy, and its slope.
pub fn channels(_: &Family, class: usize, random: &mut Random) -> Block {
    let units = length(random);
    let mut numbers = |count: usize| (0..count).map(|_| factor(random, class)).collect();
    let rows = (0..(ENTRIES / units).max(1)).map(|_| vec![numbers(units), numbers(units), numbers(1)]).collect();
    Block { temperature: 1.0, rows }
}

/// The value, the derivative, and both gradients: channels side by side where they are of an even length, else one after another.
pub fn run_prelu(family: &Family, block: &Block) -> Vec<Vec<Vec<f64>>> {
    let [x, dy, alpha] = [0, 1, 2].map(|part| block.join(&[part]));
    let (count, length) = (block.rows.len(), block.units());
    let beside = length.is_multiple_of(2);
    let turned = |from: &[f64], [rows, columns]: [usize; 2]| -> Vec<f64> {
        let of = |place: usize| from[place % rows * columns + place / rows];
        if beside { (0..from.len()).map(of).collect() } else { from.to_vec() }
    };
    let [x, dy] = [x, dy].map(|all| turned(&all, [count, length]));
    let [outer, inner] = if beside { [length, 1] } else { [1, length] };
    let of = |op| {
        call(&[&x, &dy, &alpha], &[x.len(), count], |handles| {
            let [a, b, slopes, out, gradient] = [0, 1, 2, 3, 4].map(|n: usize| handles[n]);
            let sizes = [outer, count, inner].map(|size| size as u32);
            let [p0, p1] = [slopes, gradient].map(f64::from);
            assert_eq!(rows::rows(family.kernel, op, a, b, out, sizes[0], sizes[1], sizes[2], p0, p1), 0, "no memory");
        })
    };
    let [value, deriv, back] = [VALUE, DERIV, BACKWARD_X].map(of);
    let turned_back = |all: &[f64]| split(turned(all, [length, count]), count);
    vec![turned_back(&value[0]), turned_back(&deriv[0]), turned_back(&back[0]), split(back[1].clone(), count)]
}

/// Two rows and a matrix.
pub fn products(_: &Family, class: usize, random: &mut Random) -> Block {
    let units = length(random).min(64);
    let mut numbers = |count: usize| (0..count).map(|_| factor(random, class)).collect();
    let row = |_| vec![numbers(units), numbers(units), numbers(units * units)];
    Block { temperature: 1.0, rows: (0..(ENTRIES / units / units).max(1)).map(row).collect() }
}

/// The products, and the row times the matrix.
pub fn run_hadamard(_: &Family, block: &Block) -> Vec<Vec<Vec<f64>>> {
    let [a, b, matrix] = [0, 1, 2].map(|part| block.join(&[part]));
    let (count, units) = (block.rows.len() as u32, block.units() as u32);
    let product = call(&[&a, &b], &[a.len()], |handles| loops::hadamard(handles[0], handles[1], handles[2], a.len() as u32));
    let sums = call(&[&a, &matrix], &[a.len()], |handles| {
        assert_eq!(contraction::contract(handles[0], handles[1], handles[2], count, units), 0, "no memory");
    });
    [product, sums].map(|all| split(all.concat(), block.rows.len())).into()
}

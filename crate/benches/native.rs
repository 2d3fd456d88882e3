//! The native limit for the benchmark: the same kernels built for this machine's 128-bit SIMD, timed on request.
//! Speaks the protocol of bench/peers/worker.py on standard input and output; `./build.sh bench` drives it.

use nonlin::activation::{Elu, Lrelu, Relu, Sigmoid, Tanh};
use nonlin::memory;
use nonlin::{map, softmax};
use std::io::{BufRead, Write};
use std::time::Instant;

struct Case {
    function: String,
    op: u32,
    rows: u32,
    units: u32,
    buffers: [u32; 3],
}

impl Case {
    fn call(&self) {
        let ([a, b, out], count) = (self.buffers, self.rows * self.units);
        match self.function.as_str() {
            "relu" => map::run(Relu, self.op, a, b, out, count),
            "lrelu" => map::run(Lrelu { alpha: 0.3 }, self.op, a, b, out, count),
            "elu" => map::run(Elu { alpha: 1.0 }, self.op, a, b, out, count),
            "sigmoid" => map::run(Sigmoid, self.op, a, b, out, count),
            "tanh" => map::run(Tanh, self.op, a, b, out, count),
            _ => {
                softmax::softmax(self.op, a, b, out, self.rows, self.units, 1, 1.0, 1.0);
            }
        }
    }
}

fn prepare(words: &[&str]) -> Option<Case> {
    let [function, op, rows, units] = words else { return None };
    let op = match *op {
        "value" => map::VALUE,
        "deriv" | "jacobian" => map::DERIV,
        "backward" => map::BACKWARD_X,
        "backwardY" => map::BACKWARD_Y,
        _ => return None,
    };
    let (rows, units): (u32, u32) = (rows.parse().ok()?, units.parse().ok()?);
    let count = rows * units;
    let results = if *function == "softmax" && op == map::DERIV { count * units } else { count };
    let buffers = [memory::allocate(count), memory::allocate(count), memory::allocate(results)];
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut uniform = || {
        state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (state >> 11) as f64 / (1u64 << 53) as f64
    };
    memory::with([buffers[0], buffers[1]], |[a, b]| {
        for (a, b) in a.iter().zip(b) {
            // Box and Muller: two normal(0, 1) values from two uniform ones.
            let (radius, angle) = ((-2.0 * (1.0 - uniform()).ln()).sqrt(), core::f64::consts::TAU * uniform());
            let pair = [radius * angle.cos(), radius * angle.sin()];
            // A saved y lies in (0, 1); an x is normal(0, 1)·3.
            memory::store(a, if op == map::BACKWARD_Y { pair.map(|v| 0.5 + v / 20.0) } else { pair.map(|v| 3.0 * v) });
            memory::store(b, [pair[1], -pair[0]]);
        }
    });
    Some(Case { function: (*function).to_owned(), op, rows, units, buffers })
}

fn main() {
    let mut output = std::io::stdout();
    let mut say = |text: String| {
        let _ = writeln!(output, "{text}").and_then(|()| output.flush());
    };
    say("version native, the same crate".to_owned());
    let mut case: Option<Case> = None;
    for line in std::io::stdin().lock().lines().map_while(Result::ok) {
        let words: Vec<&str> = line.split_whitespace().collect();
        match words.as_slice() {
            ["prepare", rest @ ..] => {
                if let Some(old) = case.take() {
                    old.buffers.into_iter().for_each(memory::release);
                }
                case = prepare(rest);
                say(if case.is_some() { "ready" } else { "absent" }.to_owned());
            }
            ["time", times] => {
                let started = Instant::now();
                if let Some(case) = &case {
                    for _ in 0..times.parse().unwrap_or(1u64) {
                        std::hint::black_box(case).call();
                    }
                }
                say(started.elapsed().as_nanos().to_string());
            }
            _ => {}
        }
    }
}

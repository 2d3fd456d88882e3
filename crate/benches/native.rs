//! The native limit for the benchmark: the same kernels, built for this machine's 128-bit SIMD, checked and timed on request.
//! It speaks the protocol of bench/peers/worker.py on standard input and output; `./build.sh bench` drives it.

use nonlin::activation::{Elu, Identity, Lrelu, Relu, Sigmoid, Tanh};
use nonlin::loops;
use nonlin::memory;
use nonlin::rows::{SOFTMAX, contraction, rows};
use std::io::{self, BufRead, Write};
use std::path::Path;
use std::time::Instant;

struct Case {
    function: String,
    op: u32,
    contraction: bool,
    rows: u32,
    units: u32,
    results: u32,
    buffers: [u32; 3],
}

impl Case {
    fn call(&self) {
        let (buffers, count) = (self.buffers, self.rows * self.units);
        let [a, b, out] = buffers;
        match self.function.as_str() {
            "identity" => loops::run(Identity, self.op, buffers, count),
            "hadamard" if self.contraction => {
                contraction::contract(b, a, out, self.rows, self.units);
            }
            "hadamard" => loops::hadamard(b, a, out, count),
            "relu" => loops::run(Relu, self.op, buffers, count),
            "lrelu" => loops::run(Lrelu { alpha: 0.3 }, self.op, buffers, count),
            "elu" => loops::run(Elu { alpha: 1.0 }, self.op, buffers, count),
            "sigmoid" => loops::run(Sigmoid, self.op, buffers, count),
            "tanh" => loops::run(Tanh, self.op, buffers, count),
            _ => {
                rows(SOFTMAX, self.op, a, b, out, self.rows, self.units, 1, 1.0, 1.0);
            }
        }
    }

    /// Writes `results` elements of the result, and the derivative if it is in a buffer of its own, to a file.
    fn check(&self, file: &Path) -> io::Result<()> {
        self.call();
        let [_, b, out] = self.buffers;
        memory::with([out, if self.op == loops::VALUE_AND_DERIV { b } else { 0 }], |parts| {
            let elements = parts.iter().flat_map(|part| part.as_flattened().iter().take(self.results as usize));
            std::fs::write(file, elements.flat_map(|element| element.get().to_le_bytes()).collect::<Vec<u8>>())
        })
    }
}

/// A buffer with the first `count` elements of a raw file.
fn read(file: &Path, count: u32) -> Option<u32> {
    let bytes = std::fs::read(file).ok()?;
    let buffer = memory::allocate(count);
    memory::with([buffer], |[buffer]| {
        for (element, bytes) in buffer.as_flattened().iter().zip(bytes.as_chunks().0) {
            element.set(f64::from_le_bytes(*bytes));
        }
    });
    Some(buffer)
}

fn prepare(words: &[&str], folder: &Path) -> Option<Case> {
    let [function, op, rows, units] = words else { return None };
    let contraction = *op == "contraction";
    let op = match *op {
        "value" | "product" | "contraction" => loops::VALUE,
        "deriv" | "jacobian" => loops::DERIV,
        "backward" => loops::BACKWARD_X,
        "backwardY" => loops::BACKWARD_Y,
        "valueAndDeriv" => loops::VALUE_AND_DERIV,
        _ => return None,
    };
    let (rows, units): (u32, u32) = (rows.parse().ok()?, units.parse().ok()?);
    let count = rows * units;
    let results = if *function == "softmax" && op == loops::DERIV { count * units } else { count };
    let a = folder.join(if op == loops::BACKWARD_Y { "y.f64" } else { "x.f64" });
    let buffers = [
        read(&a, if contraction { count * units } else { count })?,
        read(&folder.join("dy.f64"), count)?,
        memory::allocate(results),
    ];
    Some(Case { function: (*function).to_owned(), op, contraction, rows, units, results, buffers })
}

fn main() {
    // Cargo may put an option of its own first.
    let folder = std::env::args_os().next_back().unwrap_or_default();
    let folder = Path::new(&folder);
    let mut output = io::stdout();
    let mut say = |text: String| {
        let _ = writeln!(output, "{text}").and_then(|()| output.flush());
    };
    say("version native, the same crate".to_owned());
    let mut case: Option<Case> = None;
    for line in io::stdin().lock().lines().map_while(Result::ok) {
        let words: Vec<&str> = line.split_whitespace().collect();
        match words.as_slice() {
            ["prepare", rest @ ..] => {
                if let Some(old) = case.take() {
                    old.buffers.into_iter().for_each(memory::release);
                }
                case = prepare(rest, folder);
                say(if case.is_some() { "ready" } else { "absent" }.to_owned());
            }
            ["check"] => say(match case.as_ref().map(|case| case.check(&folder.join("out.f64"))) {
                Some(Ok(())) => "done".to_owned(),
                other => format!("failed {other:?}"),
            }),
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

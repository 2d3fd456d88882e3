//! The long accuracy run: every function, derivative and class of hyperparameters against MPFR, natively, which gives the bits of the
//! wasm module. Prints a table; a full run also writes docs/accuracy.md, docs/accuracy.json and test/reference/worst.json, and one of
//! the peers alone their part of docs/accuracy.json.
//!
//!     ./build.sh accuracy [--quick] [--inputs 10000000] [--only sigmoid,softmax,peers]
//!     ./build.sh accuracy --reference [new function]
//!
//! The last compares test/reference with the formulas, and adds the columns of a new function.

mod elementwise;
mod formulas;
mod limits;
mod peers;
mod progress;
mod random;
mod reference;
mod report;
mod score;
mod softmax;

use formulas::{Mismatch, Row, TABLE};
use limits::Limits;
use progress::Progress;
use score::Tally;
use std::path::Path;
use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

/// What one line of the report is about.
pub struct Measured {
    /// The function.
    pub function: &'static str,
    /// Its operation.
    pub op: &'static str,
    /// The class of hyperparameters; "" where there are none.
    pub class: &'static str,
    /// What is allowed.
    pub limit: f64,
    /// The interval and the reason, for an exception.
    pub exception: Option<limits::Exception>,
    /// What was found.
    pub tally: Tally,
}

impl Measured {
    /// Whether the limit is kept, and an exception needed; `ordinary` is the limit without it.
    pub fn holds(&self, ordinary: f64) -> bool {
        self.tally.max() <= self.limit && (self.exception.is_none() || self.tally.max() > ordinary)
    }
}

struct Options {
    inputs: u64,
    only: Option<Vec<String>>,
    quick: bool,
    reference: Option<Option<String>>,
}

fn options() -> Result<Options, String> {
    let mut options = Options { inputs: 10_000_000, only: None, quick: false, reference: None };
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().ok_or(format!("{argument} needs a value"));
        match argument.as_str() {
            "--quick" => (options.inputs, options.quick) = (100_000, true),
            "--inputs" => options.inputs = value()?.parse().map_err(|_| "--inputs needs a number".to_owned())?,
            "--only" => options.only = Some(value()?.split(',').map(str::to_owned).collect()),
            "--reference" => options.reference = Some(value().ok()),
            _ => {
                return Err(format!(
                    "unknown option {argument}; there are --quick, --inputs <number>, --only <function,…>, --reference"
                ));
            }
        }
    }
    let names = || TABLE.iter().map(|row| row.name).chain(["softmax", "peers"]);
    if let Some(unknown) = options.only.iter().flatten().find(|name| !names().any(|known| known == *name)) {
        return Err(format!("no function {unknown}; there are {}", names().collect::<Vec<_>>().join(", ")));
    }
    Ok(options)
}

fn main() -> ExitCode {
    match run() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(message) => {
            eprintln!("accuracy: {message}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<bool, String> {
    let options = options()?;
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    if let Some(new) = &options.reference {
        return reference::run(&root, new.as_deref());
    }
    let limits = Limits::read(&root)?;
    let wanted = |name: &str| options.only.as_ref().is_none_or(|only| only.iter().any(|one| one == name));
    let rows: Vec<&Row> = TABLE.iter().filter(|row| wanted(row.name)).collect();
    let start = Instant::now();

    let blocks = options.inputs.div_ceil(elementwise::BLOCK as u64);
    // A third of softmax's blocks are long rows: 3/2 as many, so that the short ones alone are enough.
    let row_blocks = (options.inputs * 3).div_ceil(softmax::BLOCK as u64 * 2);
    let rows_of_softmax = if wanted("softmax") { softmax::CLASSES.len() as u64 } else { 0 };
    // About 16 of the worst are followed for each class.
    let around = blocks.div_ceil(60);
    let followed =
        |row: &Row| if row.thresholds.is_empty() { 0 } else { ROUNDS * 16 * 3 * around * elementwise::classes(row).len() as u64 };
    let work = |row: &Row| 3 + 6 * elementwise::classes(row).len() as u64;
    let total = rows.iter().map(|row| work(row) * blocks + followed(row)).sum::<u64>()
        + rows_of_softmax * (row_blocks * 30 + ROUNDS * (softmax::OPS.len() * score::KEPT) as u64 * 15 * around);
    let progress = Progress::new(total);

    let mut measured = Vec::new();
    for row in rows {
        progress.label(row.name);
        let exceptions = limits.exceptions(row.name);
        let different = |Mismatch { x, what, got }: Mismatch| {
            format!("{}: {what} differ at x = {x:e} ({:#018x}): {:e} and {:e}", row.name, x.to_bits(), got[0], got[1])
        };
        let mut tallies = threads(blocks, &progress, work(row), elementwise::tallies(row, &exceptions), |index, tallies| {
            elementwise::block(row, &exceptions, index, blocks, tallies)
        })
        .map_err(different)?;
        for _ in 0..ROUNDS {
            let targets = elementwise::targets(&tallies);
            let found =
                threads(targets.len() as u64 * around, &progress, 3, elementwise::tallies(row, &exceptions), |index, tallies| {
                    elementwise::around(row, &exceptions, &targets[(index / around) as usize], index, tallies)
                });
            tallies.merge(found.map_err(different)?.into_iter().map(uncounted).collect());
        }
        measured.extend(elementwise::collect(row, &limits, &exceptions, tallies));
    }
    if wanted("softmax") {
        progress.label("softmax");
        let never = |Mismatch { what, .. }: Mismatch| what.to_owned();
        for class in &softmax::CLASSES {
            let empty = vec![Tally::default(); softmax::OPS.len()];
            let mut tallies = threads(row_blocks, &progress, 30, empty.clone(), |index, tallies| {
                softmax::block(class, index, tallies);
                Ok(())
            })
            .map_err(never)?;
            for _ in 0..ROUNDS {
                let targets = softmax::targets(&tallies);
                let found = threads(targets.len() as u64 * around, &progress, 15, empty.clone(), |index, tallies| {
                    softmax::around(&targets[(index / around) as usize], index, tallies);
                    Ok(())
                });
                tallies.merge(found.map_err(never)?.into_iter().map(Tally::uncounted).collect());
            }
            measured.extend(softmax::OPS.iter().zip(tallies).map(|(op, tally)| Measured {
                function: "softmax",
                op: op.name(),
                class: class.name,
                limit: limits.of("softmax", op.name()),
                exception: None,
                tally,
            }));
        }
    }
    progress.finish();

    let failures = report::print(&measured, &limits);
    let seconds = start.elapsed().as_secs();
    println!(
        "{} results in {} min {} s",
        report::grouped(measured.iter().map(|one| one.tally.count).sum()),
        seconds / 60,
        seconds % 60
    );
    if options.only.is_some() && wanted("peers") {
        let peers = peers::measure(&root);
        report::print_peers(&peers);
        report::write_peers(&root, &peers)?;
    }
    if options.only.is_none() && !options.quick {
        let peers = peers::measure(&root);
        report::print_peers(&peers);
        report::write(&root, &measured, &limits, &peers, options.inputs)?;
    }
    for failure in &failures {
        println!("{failure}");
    }
    Ok(failures.is_empty())
}

/// How often the surroundings of the worst inputs are searched for worse ones.
const ROUNDS: u64 = 6;

/// The tallies of a class without their counts.
fn uncounted(tallies: Vec<Vec<Tally>>) -> Vec<Vec<Tally>> {
    tallies.into_iter().map(|tallies| tallies.into_iter().map(Tally::uncounted).collect()).collect()
}

/// Does all blocks on all cores; each thread counts on its own, and the tallies are merged.
fn threads<T: Merge>(
    blocks: u64,
    progress: &Progress,
    work: u64,
    empty: T,
    block: impl Fn(u64, &mut T) -> Result<(), Mismatch> + Sync,
) -> Result<T, Mismatch> {
    let next = AtomicU64::new(0);
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        let handles: Vec<_> = (0..cores)
            .map(|_| {
                let mut tallies = empty.clone();
                let (next, block) = (&next, &block);
                scope.spawn(move || {
                    loop {
                        let index = next.fetch_add(1, Ordering::Relaxed);
                        if index >= blocks {
                            return Ok(tallies);
                        }
                        block(index, &mut tallies)?;
                        progress.add(work);
                    }
                })
            })
            .collect();
        let mut all = empty.clone();
        for handle in handles {
            all.merge(handle.join().expect("a measuring thread panicked")?);
        }
        Ok(all)
    })
}

/// Tallies, and vectors of them.
pub trait Merge: Clone + Send + Sync {
    /// Adds what another thread has counted.
    fn merge(&mut self, other: Self);
}

impl Merge for Tally {
    fn merge(&mut self, other: Self) {
        self.absorb(other);
    }
}

impl<T: Merge> Merge for Vec<T> {
    fn merge(&mut self, other: Self) {
        for (mine, other) in self.iter_mut().zip(other) {
            mine.merge(other);
        }
    }
}

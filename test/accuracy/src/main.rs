//! The long accuracy run: every function of test/functions.json, with f′, f″ and every class of hyperparameters, and softmax,
//! against MPFR, natively, which gives the bits of the wasm module. Prints a table; a full run also writes docs/accuracy.md,
//! docs/accuracy.json and test/reference/worst.json, and one of the peers alone their part of docs/accuracy.json.
//!
//!     ./build.sh accuracy [--quick] [--inputs 10000000] [--only sigmoid,softmax,peers]
//!     ./build.sh accuracy --rows [--quick] [--inputs 20000] [--only glu,lstmGates]
//!     ./build.sh accuracy --float32 [--only sigmoid] [--again] [--quick]
//!     ./build.sh accuracy --reference [new function]
//!
//! With --rows all else is measured: the rest of the softmax family, losses, gated units, cells, prelu and hadamard.
//! With --float32 all inputs in float32 and float16 are tried, of those functions whose results are not those of the record, or
//! with --again of all; with --quick a 61st of them, without a record. The last compares test/reference with the formulas, and
//! adds the columns of a new function.

mod ball;
mod classes;
mod elementwise;
mod families;
mod formula;
mod functions;
mod inputs;
mod jets;
mod limits;
mod narrow;
mod peers;
mod progress;
mod random;
mod reference;
mod report;
mod score;
mod softmax;
mod truth;

use classes::{Class, classes};
use elementwise::Case;
use functions::{Mismatch, Row};
use limits::Limits;
use progress::Progress;
use score::Tally;
use std::path::Path;
use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

/// What one line of the report is about.
pub struct Measured<'a> {
    /// The function.
    pub function: &'static str,
    /// Its operation.
    pub op: &'static str,
    /// The class of hyperparameters; "" where there are none.
    pub class: String,
    /// The row of an element-wise function.
    pub row: Option<&'a Row>,
    /// What is allowed.
    pub limit: f64,
    /// The interval and the reason, for an exception.
    pub exception: Option<limits::Exception>,
    /// What was found.
    pub tally: Tally,
}

impl Measured<'_> {
    /// Whether the limit is kept, and an exception needed; `ordinary` is the limit without it.
    pub fn holds(&self, ordinary: f64) -> bool {
        self.tally.max() <= self.limit && (self.exception.is_none() || self.tally.max() > ordinary)
    }
}

struct Options {
    /// As asked for.
    inputs: Option<u64>,
    only: Option<Vec<String>>,
    quick: bool,
    rows: bool,
    float32: bool,
    again: bool,
    reference: Option<Option<String>>,
}

fn options(rows: &[Row]) -> Result<Options, String> {
    let mut options =
        Options { inputs: None, only: None, quick: false, rows: false, float32: false, again: false, reference: None };
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().ok_or(format!("{argument} needs a value"));
        match argument.as_str() {
            "--quick" => options.quick = true,
            "--inputs" => options.inputs = Some(value()?.parse().map_err(|_| "--inputs needs a number".to_owned())?),
            "--only" => options.only = Some(value()?.split(',').map(str::to_owned).collect()),
            "--rows" => options.rows = true,
            "--float32" => options.float32 = true,
            "--again" => options.again = true,
            "--reference" => options.reference = Some(value().ok()),
            _ => {
                return Err(format!(
                    "unknown option {argument}; there are --quick, --inputs <number>, --only <function,…>, --rows, --float32, --again, --reference"
                ));
            }
        }
    }
    let along_rows = families::FAMILIES.iter().map(|family| family.name);
    let others = || rows.iter().map(|row| row.name).chain(["softmax", "peers"]);
    let names = || if options.rows { along_rows.clone().collect() } else { others().collect::<Vec<_>>() };
    if let Some(unknown) = options.only.iter().flatten().find(|name| !names().contains(&name.as_str())) {
        return Err(format!("no function {unknown}; there are {}", names().join(", ")));
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
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let rows = functions::read(&root)?;
    let options = options(&rows)?;
    if let Some(new) = &options.reference {
        return reference::run(&root, &rows, new.as_deref());
    }
    let limits = Limits::read(&root)?;
    let wanted = |name: &str| options.only.as_ref().is_none_or(|only| only.iter().any(|one| one == name));
    if options.float32 && options.quick {
        return narrow::look(&root, &rows, wanted);
    }
    if options.float32 {
        return narrow::run(&root, &rows, wanted, options.again);
    }
    if options.rows {
        let inputs = options.inputs.unwrap_or(if options.quick { 5_000 } else { 20_000 });
        return families::run(&root, wanted, inputs, !options.quick);
    }
    let start = Instant::now();
    let inputs = options.inputs.unwrap_or(if options.quick { 200_000 } else { 10_000_000 });

    let classes: Vec<(&Row, Vec<Class>)> = rows.iter().filter(|row| wanted(row.name)).map(|row| (row, classes(row))).collect();
    let cases: Vec<Case> =
        classes.iter().flat_map(|(row, classes)| classes.iter().map(|class| Case::new(row, class, &limits))).collect();
    let others = inputs.div_ceil(10);
    let blocks = |case: &Case| {
        let many = case.class.default && MOST_USED.contains(&case.row.name);
        if many { inputs } else { others }.div_ceil(elementwise::BLOCK as u64)
    };
    // A third of softmax's blocks are long rows: 3/2 as many, so that the short ones alone are enough.
    let row_blocks = (inputs * 3).div_ceil(softmax::BLOCK as u64 * 2);
    let classes_of_softmax = if wanted("softmax") { softmax::CLASSES.len() as u64 } else { 0 };
    let of_softmax = row_blocks * 10 + rounds(row_blocks) * (softmax::OPS.len() * score::KEPT) as u64 * 5 * around(row_blocks);
    // Half of those that may be followed are.
    let work = |case: &Case| {
        blocks(case) + rounds(blocks(case)) * (functions::OPS.len() * score::KEPT / 2) as u64 * around(blocks(case))
    };
    let progress = Progress::new(cases.iter().map(work).sum::<u64>() + classes_of_softmax * of_softmax);

    let list = report::worst_known(&root);
    let known = Known { elementwise: elementwise::known(&rows, &list), softmax: softmax::known(&list) };
    let mut measured = Vec::new();
    let mut done = 0;
    for case in &cases {
        progress.label(case.row.name);
        let tallies = elementwise(case, &known, blocks(case), &progress)?;
        measured.extend(case.collect(&limits, tallies));
        done += work(case);
        progress.reach(done);
    }
    if wanted("softmax") {
        progress.label("softmax");
        for class in &softmax::CLASSES {
            measured.extend(along_rows(class, &known, row_blocks, &limits, &progress)?);
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
    let full = options.only.is_none() && !options.quick;
    if full || (options.only.is_some() && wanted("peers")) {
        let peers = peers::measure(&root, &rows);
        report::print_peers(&peers);
        if full {
            report::write(&root, &measured, &limits, &peers, [inputs, others])?;
        } else {
            report::write_peers(&root, &peers)?;
        }
    }
    for failure in &failures {
        println!("{failure}");
    }
    Ok(failures.is_empty())
}

/// The worst inputs of earlier runs, which are tried again: a run with fewer inputs then finds no less.
struct Known {
    elementwise: Vec<elementwise::Known>,
    softmax: Vec<softmax::Known>,
}

/// Measures an element-wise function with a class of hyperparameters.
fn elementwise(case: &Case, known: &Known, blocks: u64, progress: &Progress) -> Result<Vec<Vec<score::Tally>>, String> {
    let different = |Mismatch { x, hyperparameters, what, got }: Mismatch| {
        let (name, bits) = (case.row.name, x.to_bits());
        format!("{name}{hyperparameters:?}: {what} differ at x = {x:e} ({bits:#018x}): {:e} and {:e}", got[0], got[1])
    };
    let mut tallies =
        threads(blocks, progress, 1, case.empty(), |index, tallies| case.block(index, blocks, tallies)).map_err(different)?;
    let mut again = case.empty();
    case.known(&known.elementwise, &mut again).map_err(different)?;
    tallies.merge(again.into_iter().map(uncounted).collect());
    let around = around(blocks);
    for _ in 0..rounds(blocks) {
        let targets = case.targets(&tallies);
        let found = threads(targets.len() as u64 * around, progress, 1, case.empty(), |index, tallies| {
            case.around(&targets[(index / around) as usize], index, tallies)
        });
        tallies.merge(found.map_err(different)?.into_iter().map(uncounted).collect());
    }
    Ok(tallies)
}

/// Measures softmax with a class of temperatures.
fn along_rows<'a>(
    class: &softmax::Class,
    known: &Known,
    blocks: u64,
    limits: &Limits,
    progress: &Progress,
) -> Result<impl Iterator<Item = Measured<'a>>, String> {
    let never = |Mismatch { what, .. }: Mismatch| what.to_owned();
    let empty = vec![Tally::default(); softmax::OPS.len()];
    let mut tallies = threads(blocks, progress, 10, empty.clone(), |index, tallies| {
        softmax::block(class, index, tallies);
        Ok(())
    })
    .map_err(never)?;
    let mut again = empty.clone();
    softmax::measure_known(class, &known.softmax, &mut again);
    tallies.merge(uncounted(again));
    let around = around(blocks);
    for _ in 0..rounds(blocks) {
        let targets = softmax::targets(&tallies);
        let found = threads(targets.len() as u64 * around, progress, 5, empty.clone(), |index, tallies| {
            softmax::around(&targets[(index / around) as usize], index, tallies);
            Ok(())
        });
        tallies.merge(uncounted(found.map_err(never)?));
    }
    Ok(softmax::OPS.iter().zip(tallies).map(|(op, tally)| Measured {
        function: "softmax",
        op: op.name(),
        class: class.name.to_owned(),
        row: None,
        limit: limits.of("softmax", op.name()),
        exception: None,
        tally,
    }))
}

/// EpyNN's own functions, which most programs use. Theirs are as many inputs as are asked for where the hyperparameters are the
/// default ones; all else gets a tenth.
const MOST_USED: [&str; 6] = ["identity", "relu", "lrelu", "elu", "sigmoid", "tanh"];

/// How many blocks are tried around each of the worst in a round, given those of the whole class.
fn around(blocks: u64) -> u64 {
    blocks.div_ceil(300)
}

/// How often the surroundings of the worst inputs are searched for worse ones; hardly where there are few inputs.
fn rounds(blocks: u64) -> u64 {
    if blocks < 100 { 1 } else { 6 }
}

/// Tallies without their counts.
fn uncounted(tallies: Vec<Tally>) -> Vec<Tally> {
    tallies.into_iter().map(Tally::uncounted).collect()
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

impl<T: Merge> Merge for Vec<T> {
    fn merge(&mut self, other: Self) {
        for (mine, other) in self.iter_mut().zip(other) {
            mine.merge(other);
        }
    }
}

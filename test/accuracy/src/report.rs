//! What is printed and written: a table, docs/accuracy.md and .json, and the worst inputs as rows for the ordinary suite.

use crate::Measured;
use crate::families;
use crate::functions::{OPS, Range};
use crate::limits::Limits;
use crate::narrow;
use crate::peers::{COLUMNS, Peer};
use crate::score::{PRECISION, Sample};
use rug::Float;
use serde_json::{Value, json};
use std::fmt::Write;
use std::path::Path;

/// What is written for readers.
pub const MARKDOWN: &str = "docs/accuracy.md";

/// The worst inputs, for the ordinary suite.
const WORST: &str = "test/reference/worst.json";

/// The worst inputs that are recorded.
pub fn worst_known(root: &Path) -> Vec<Value> {
    let text = std::fs::read_to_string(root.join(WORST)).unwrap_or_default();
    serde_json::from_str(&text).unwrap_or_default()
}

/// 1234567 as 1,234,567.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// How an operation is shown.
pub fn title(function: &str, op: &str) -> String {
    match (function, op) {
        ("softmax", "jacobian") => "softmax Jacobian, i ≠ j".to_owned(),
        ("softmax", "diagonal") => "softmax Jacobian, i = j".to_owned(),
        ("softmax", "backward") => "softmax backward, from x".to_owned(),
        ("softmax", "fromValue") => "softmax backward, from y".to_owned(),
        (_, "value") => function.to_owned(),
        (_, "deriv") => format!("{function}′"),
        (_, "deriv2") => format!("{function}″"),
        _ => format!("{function}′, from y"),
    }
}

/// The hyperparameters of a sample: their names, and what they are, for readers and for test/reference/worst.json.
fn settings(one: &Measured, sample: &Sample) -> Vec<(String, String, String)> {
    let number = |name: &str, value: f64| (name.to_owned(), format!("{value:e}"), bits(value));
    let Some(row) = one.row else { return vec![number("temperature", sample.hyperparameters[0])] };
    let all = row.names.iter().zip(&row.ranges).zip(sample.hyperparameters);
    all.map(|((name, range), value)| match range {
        Range::Choice(words) => {
            let word = words[value as usize].clone();
            ((*name).to_owned(), word.clone(), word)
        }
        Range::Number { .. } => number(name, value),
    })
    .collect()
}

fn mpfr_version() -> String {
    use gmp_mpfr_sys::mpfr::{VERSION_MAJOR, VERSION_MINOR, VERSION_PATCHLEVEL};
    format!("{VERSION_MAJOR}.{VERSION_MINOR}.{VERSION_PATCHLEVEL}")
}

/// Where the worst result was; nothing where all are exact.
fn place(one: &Measured) -> String {
    let Some(worst) = one.tally.worst.first().filter(|worst| worst.error > 0.0) else {
        return String::new();
    };
    let mut text = format!("{} = {:e}", if one.op == "fromValue" { "y" } else { "x" }, worst.x);
    for (name, value, _) in settings(one, worst) {
        let _ = write!(text, ", {} {value}", if name == "temperature" { "T" } else { &name });
    }
    let at = &worst.place;
    if at.units > 0 {
        let entry =
            if at.entry[0] == at.entry[1] { at.entry[0].to_string() } else { format!("({}, {})", at.entry[0], at.entry[1]) };
        let _ = write!(text, ", entry {entry} of {}", at.units);
    }
    text
}

fn limit_of(one: &Measured) -> String {
    if one.limit.is_finite() { one.limit.to_string() } else { "–".to_owned() }
}

/// An error, or what is wrong altogether.
pub fn figure(error: f64) -> String {
    if error.is_infinite() {
        // NaN, an infinity, or a zero of the wrong sign, where the truth is another.
        "wrong".to_owned()
    } else if error >= 1e4 {
        format!("{error:.1e}")
    } else {
        format!("{error:.3}")
    }
}

/// The row that a sample is from, to be pasted.
fn row(sample: &Sample) -> String {
    let list = |name: &str, values: &[f64]| if values.is_empty() { String::new() } else { format!(", {name} {values:?}") };
    list("row", &sample.place.row) + &list("dy", &sample.place.dy)
}

/// Prints the table; returns a line for each broken limit and each exception that is not needed.
pub fn print(measured: &[Measured], limits: &Limits) -> Vec<String> {
    println!("{:24} {:34} {:>9} {:>6} {:>7} {:>13}  worst at", "", "", "worst", "limit", "mean", "inputs");
    let mut failures = Vec::new();
    for one in measured {
        let name = title(one.function, one.op);
        let class = &one.class;
        let ordinary = limits.of(one.function, one.op);
        println!(
            "{name:24} {class:34} {:>9} {:>6} {:>7.3} {:>13}  {}",
            figure(one.tally.max()),
            limit_of(one),
            one.tally.mean(),
            grouped(one.tally.count),
            place(one),
        );
        if one.tally.count > 0 && !one.holds(ordinary) {
            let worst = &one.tally.worst[0];
            failures.push(match &one.exception {
                Some(exception) if one.tally.max() <= ordinary => format!(
                    "FAILED {name} {class}: keeps {ordinary}{}; the exception ({}) is no longer needed",
                    exception.place(),
                    exception.reason
                ),
                _ => {
                    format!(
                        "FAILED {name} {class}: {} > {} at {} [{:#018x}], got {:e} [{:#018x}], exact {}",
                        figure(worst.error),
                        one.limit,
                        place(one),
                        worst.x.to_bits(),
                        worst.got,
                        worst.got.to_bits(),
                        worst.exact.to_string_radix(10, Some(25)),
                    ) + &row(worst)
                }
            });
        }
    }
    failures
}

/// Prints the peers' errors.
pub fn print_peers(peers: &[Peer]) {
    for peer in peers {
        println!("{}: {}", peer.name, peer.version);
        for column in &COLUMNS {
            if let Some(error) = peer.figure(column.name) {
                println!("  {:22} {:>9}", column.title, loss(error));
            }
        }
    }
}

/// Writes the three files.
pub fn write(root: &Path, measured: &[Measured], limits: &Limits, peers: &[Peer], inputs: [u64; 2]) -> Result<(), String> {
    let save = |path: &str, text: String| {
        let path = root.join(path);
        std::fs::write(&path, text).map_err(|error| format!("{}: {error}", path.display()))
    };
    std::fs::create_dir_all(root.join("docs")).map_err(|error| error.to_string())?;
    save(MARKDOWN, markdown(measured, peers, inputs) + &families::section(root) + &narrow::section(root))?;
    save("docs/accuracy.json", lines(&record(measured, peers, inputs)))?;
    save(WORST, lines(&Value::Array(worst(measured, limits, worst_known(root)))))
}

/// Writes the peers' errors into docs/accuracy.json, and leaves the rest as it is.
pub fn write_peers(root: &Path, peers: &[Peer]) -> Result<(), String> {
    let path = root.join("docs/accuracy.json");
    let text = std::fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    let mut record: Value = serde_json::from_str(&text).map_err(|error| format!("{}: {error}", path.display()))?;
    record["peers"] = Value::Array(peers_record(peers));
    std::fs::write(&path, lines(&record)).map_err(|error| format!("{}: {error}", path.display()))
}

/// JSON with one line for each element of the arrays at the top, so that changes can be read.
pub fn lines(value: &Value) -> String {
    let list = |items: &[Value], indent: &str| {
        let items: Vec<_> = items.iter().map(|item| format!("{indent}  {item}")).collect();
        if items.is_empty() { "[]".to_owned() } else { format!("[\n{}\n{indent}]", items.join(",\n")) }
    };
    match value {
        Value::Array(items) => list(items, "") + "\n",
        Value::Object(fields) => {
            let fields: Vec<_> = fields
                .iter()
                .map(|(key, value)| {
                    format!("  {}: {}", json!(key), value.as_array().map_or_else(|| value.to_string(), |items| list(items, "  ")))
                })
                .collect();
            format!("{{\n{}\n}}\n", fields.join(",\n"))
        }
        other => format!("{other}\n"),
    }
}

/// A number with few digits: more would differ for no reason.
pub fn short(value: f64) -> Value {
    json!((value * 1e4).round() / 1e4)
}

fn record(measured: &[Measured], peers: &[Peer], [inputs, others]: [u64; 2]) -> Value {
    let results: Vec<Value> = measured
        .iter()
        .map(|one| {
            let worst = one.tally.worst.first();
            json!({
                "function": one.function,
                "op": one.op,
                "class": one.class,
                "interval": one.exception.as_ref().and_then(|exception| exception.interval),
                "reason": one.exception.as_ref().map(|exception| &exception.reason),
                "worst": short(one.tally.max()),
                "limit": one.limit,
                "mean": short(one.tally.mean()),
                "inputs": one.tally.count,
                "at": worst.filter(|worst| worst.error > 0.0).map(|worst| json!({
                    "x": format!("{:e}", worst.x),
                    "bits": bits(worst.x),
                    "hyperparameters": settings(one, worst).into_iter().map(|(name, value, _)| (name, json!(value))).collect::<serde_json::Map<_, _>>(),
                    "got": format!("{:e}", worst.got),
                    "exact": worst.exact.to_string_radix(10, Some(25)),
                    "units": (worst.place.units > 0).then_some(worst.place.units),
                })),
            })
        })
        .collect();
    json!({
        "truth": format!("MPFR {}, {PRECISION} bits and more", mpfr_version()),
        "inputs": inputs,
        "inputsOfOtherClasses": others,
        "results": results,
        "peers": peers_record(peers),
    })
}

fn peers_record(peers: &[Peer]) -> Vec<Value> {
    peers
        .iter()
        .map(|peer| {
            let figures: serde_json::Map<String, Value> = peer
                .figures
                .iter()
                .map(|(column, error)| ((*column).to_owned(), if error.is_finite() { short(*error) } else { json!("NaN") }))
                .collect();
            json!({ "peer": peer.name, "version": peer.version, "worst": figures })
        })
        .collect()
}

fn markdown(measured: &[Measured], peers: &[Peer], [inputs, others]: [u64; 2]) -> String {
    let mut text = String::from("# Accuracy\n\nWritten by `./build.sh accuracy`; do not edit.\n\n");
    let _ = writeln!(
        text,
        "The error of a result is |got − exact| / ulp(exact), in real ULP: a correctly rounded one scores at most 0.5. Near a zero of f′ or f″, within a\n\
         quarter of it, the unit is 2⁻⁵⁴, of f″ 2⁻⁵³ over that zero, where that is larger. The truth is what the formula in `test/functions.json` gives in MPFR {}\n\
         at {PRECISION} bits, at more wherever these leave a doubt, with f′ and f″ by the rules of differentiation. About {} inputs for each class of softmax\n\
         and for each of f, f′ and f″ of identity, relu, lrelu, elu, sigmoid and tanh with default hyperparameters, about {} for all else: even\n\
         steps over all bit patterns, log-uniform and uniform ones, subnormals, inputs with subnormal results, neighbours of thresholds, kinks, overflow\n\
         edges, of results that are powers of two, and of the points and midpoints of grids and reductions; then the surroundings of the worst, and of\n\
         those of earlier runs. What is measured is the native build of the crate, whose bits the WebAssembly module gives too (`test/checksums.json`).\n",
        mpfr_version(),
        grouped(inputs),
        grouped(others),
    );

    text.push_str(
        "The README has the same errors of other libraries. They were, with nonlin on the same inputs, measured on\n\n",
    );
    for peer in peers {
        let _ = writeln!(text, "- {}: {}", peer.name, peer.version);
    }

    text.push_str(&by_function(measured));
    text.push_str(
        "\n## Every class\n\nUnits: ULP; for softmax `backward` 2⁻⁵³·Σ|s_i(δ_ij − s_j)·dy_j|/T, from y 2⁻⁵³·y_i(|dy_i| + Σ y_j|dy_j|)/T, in either case after one \
         step of 2⁻¹⁰⁷⁴. “From y” is the error against the exact expression in that y.\n\n",
    );
    text.push_str(
        "| function | hyperparameter | worst | limit | mean | inputs | worst at |\n|---|---|---:|---:|---:|---:|---|\n",
    );
    for one in measured {
        let name = title(one.function, one.op);
        let interval =
            one.exception.as_ref().map_or(String::new(), |exception| format!("{}: {}", exception.place(), exception.reason));
        let _ = writeln!(
            text,
            "| {name}{interval} | {} | {} | {} | {:.3} | {} | {} |",
            one.class,
            figure(one.tally.max()),
            limit_of(one),
            one.tally.mean(),
            grouped(one.tally.count),
            place(one)
        );
    }
    text
}

/// One line a function: the worst of all classes of hyperparameters, the exceptions apart.
fn by_function(measured: &[Measured]) -> String {
    let mut text = String::from(
        "\n## Every function\n\nThe worst over all hyperparameters, in ULP. An asterisk: worse in the exceptions below.\n\n\
         | function | f | f′ | f″ | f′ from y |\n|---|---:|---:|---:|---:|\n",
    );
    let mut names: Vec<&str> = measured.iter().filter(|one| one.row.is_some()).map(|one| one.function).collect();
    names.dedup();
    for name in names {
        let cells = OPS.map(|op| {
            let of = |exception: bool| {
                let lines = measured.iter().filter(move |one| one.function == name && one.op == op.name());
                lines.filter(move |one| one.exception.is_some() == exception).map(|one| one.tally.max())
            };
            let star = if of(true).count() > 0 { "*" } else { "" };
            of(false).reduce(f64::max).map_or("–".to_owned(), |worst| figure(worst) + star)
        });
        let _ = writeln!(text, "| {name} | {} |", cells.join(" | "));
    }
    text
}

fn loss(error: f64) -> String {
    // 2^52 ULP and more: the result and the truth share no digit.
    if error.is_infinite() {
        "NaN".to_owned()
    } else if error >= 4e15 {
        "loss".to_owned()
    } else {
        figure(error)
    }
}

/// The bits of a number.
pub fn bits(value: f64) -> String {
    format!("{:016x}", value.to_bits())
}

/// How many of the worst of a class the ordinary suite gets.
const SHOWN: usize = 3;

/// The worst inputs, with what is right for them: the correctly rounded value and 254 times what it lacks, in ulp, as in
/// test/reference. Of the rows that are there those stay that once broke a limit.
fn worst(measured: &[Measured], limits: &Limits, known: Vec<Value>) -> Vec<Value> {
    let mut rows = known;
    rows.retain(|row| {
        let text = |key: &str| row[key].as_str().unwrap_or_default();
        row["error"].as_f64().unwrap_or(f64::INFINITY) > limits.of(text("function"), text("op"))
    });
    for one in measured.iter().filter(|one| one.exception.is_none()) {
        // Correctly rounded ones teach nothing.
        for sample in one.tally.worst.iter().filter(|sample| sample.error > 0.5).take(SHOWN) {
            let (value, residual) = rounded(&sample.exact);
            let mut row = serde_json::Map::new();
            row.insert("function".to_owned(), json!(one.function));
            row.insert("op".to_owned(), json!(one.op));
            row.extend(settings(one, sample).into_iter().map(|(name, _, bits)| (name, json!(bits))));
            if one.function == "softmax" {
                // Long rows are measured by the long run only.
                if sample.place.row.is_empty() {
                    continue;
                }
                row.insert("row".to_owned(), sample.place.row.iter().map(|&x| json!(bits(x))).collect());
                if !sample.place.dy.is_empty() {
                    row.insert("dy".to_owned(), sample.place.dy.iter().map(|&dy| json!(bits(dy))).collect());
                }
                row.insert("entry".to_owned(), json!(sample.place.entry));
            } else {
                row.insert("x".to_owned(), json!(bits(sample.x)));
            }
            row.insert("value".to_owned(), json!(bits(value)));
            row.insert("residual".to_owned(), json!(residual));
            row.insert("error".to_owned(), short(sample.error));
            let new =
                |known: &Value| ["function", "op", "x", "row", "dy", "value"].iter().any(|key| known.get(key) != row.get(*key));
            if rows.iter().all(new) {
                rows.push(Value::Object(row));
            }
        }
    }
    rows
}

/// The f64 nearest to a value, and 254 times what it lacks, in ulp.
pub fn rounded(exact: &Float) -> (f64, i32) {
    let value = exact.to_f64();
    if !value.is_finite() || exact.is_zero() {
        return (value, 0);
    }
    let exponent = if value == 0.0 { -1074 } else { (Float::with_val(53, value).get_exp().unwrap_or(0) - 53).max(-1074) };
    let lack: Float = Float::with_val(64, exact - value) * 254;
    let lack = lack >> exponent;
    (value, lack.to_f64().round() as i32)
}

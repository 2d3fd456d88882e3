//! What is printed and written of the families: docs/accuracy-rows.json, and its part of docs/accuracy.md.

use super::{Classes, FAMILIES, Family, Found, Tally};
use crate::limits::Limits;
use crate::narrow;
use crate::report::{self, MARKDOWN, bits, figure, grouped, rounded, short};
use serde_json::{Map, Value, json};
use std::fmt::Write;
use std::path::Path;

/// The record.
const FILE: &str = "docs/accuracy-rows.json";

/// The heading of its part of docs/accuracy.md.
const HEADING: &str = "\n## Rows, gates, cells and losses\n";

/// A worst result with more inputs than these is not kept for the ordinary suite.
const SHORT: usize = 64;

/// The lines of a family with a class of inputs.
pub fn lines(family: &Family, class: &str, tallies: &[Tally], limits: &Limits) -> Vec<Value> {
    let exceptions = limits.exceptions(family.name);
    let line = |(op, tally): (&super::Op, &Tally)| {
        let exception = exceptions.iter().find(|one| one.op == op.name && one.class.as_deref().is_none_or(|name| name == class));
        let ordinary = limits.of(family.name, op.name);
        let worst = tally.worst.first();
        json!({
            "function": family.name,
            "op": op.name,
            "title": op.title,
            "unit": if op.roundings { "roundings" } else { "ULP" },
            "class": class,
            "reason": exception.map(|exception| &exception.reason),
            "worst": short(worst.map_or(0.0, |worst| worst.error)),
            "limit": exception.map_or(ordinary, |exception| exception.limit),
            "ordinary": ordinary,
            "mean": short(tally.sum as f64 * 1e-6 / tally.count.max(1) as f64),
            "inputs": tally.count,
            "at": worst.map(|worst| at(family, worst)),
        })
    };
    family.ops.iter().zip(tallies).map(line).collect()
}

/// Where the worst result was, for readers and, in bits, for test/worst.test.ts.
fn at(family: &Family, found: &Found) -> Value {
    let units = found.parts[0].len();
    // Of elements that have nothing to do with each other the one.
    let (parts, entry) = if family.elementwise {
        (found.parts.iter().map(|part| vec![part[found.entry % units]]).collect(), found.entry / units)
    } else {
        (found.parts.clone(), found.entry)
    };
    let exact = &found.exact.value.middle;
    let (value, residual) = rounded(exact);
    let mut one = Map::new();
    one.insert("place".to_owned(), json!(place(family, found.temperature, &parts, entry)));
    if parts.iter().map(Vec::len).sum::<usize>() <= SHORT {
        let named = family.inputs.iter().zip(&parts);
        let inputs: Map<String, Value> =
            named.map(|(name, part)| ((*name).to_owned(), part.iter().map(|&x| json!(bits(x))).collect())).collect();
        one.insert("temperature".to_owned(), json!(bits(found.temperature)));
        one.insert("inputs".to_owned(), Value::Object(inputs));
        one.insert("entry".to_owned(), json!(entry));
    }
    one.insert("got".to_owned(), json!(format!("{:e}", found.got)));
    one.insert("exact".to_owned(), json!(exact.to_string_radix(10, Some(25))));
    one.insert("value".to_owned(), json!(bits(value)));
    one.insert("residual".to_owned(), json!(residual));
    one.insert("unit".to_owned(), json!(bits(found.exact.unit())));
    Value::Object(one)
}

fn place(family: &Family, temperature: f64, parts: &[Vec<f64>], entry: usize) -> String {
    let units = parts[0].len();
    if units == 1 {
        let named = family.inputs.iter().zip(parts).filter(|(_, part)| part.len() == 1);
        let mut all: Vec<String> = named.map(|(name, part)| format!("{name} = {:e}", part[0])).collect();
        if family.classes == Classes::Temperatures {
            all.push(format!("T {temperature:e}"));
        }
        return all.join(", ");
    }
    let text = if family.elementwise || temperature == 1.0 { String::new() } else { format!(", T {temperature:e}") };
    format!("entry {entry}, {units} units{text}")
}

/// Prints a table; returns a line for each broken limit and each exception that is not needed.
pub fn print(results: &[Value]) -> Vec<String> {
    let mut failures = Vec::new();
    for one in results {
        let text = |key: &str| one[key].as_str().unwrap_or_default();
        let number = |key: &str| one[key].as_f64().unwrap_or(f64::INFINITY);
        let name = format!("{} {}", text("function"), text("title"));
        let place = one["at"]["place"].as_str().unwrap_or_default();
        println!(
            "{name:40} {:20} {:>9} {:9} {:>5} {:>7.3} {:>11}  {place}",
            text("class"),
            figure(number("worst")),
            text("unit"),
            limit(one),
            number("mean"),
            grouped(one["inputs"].as_u64().unwrap_or(0)),
        );
        if number("worst") > number("limit") {
            failures.push(format!("FAILED {name}, {}: {}", text("class"), one["at"]));
        } else if !one["reason"].is_null() && number("worst") <= number("ordinary") {
            failures.push(format!("FAILED {name}, {}: its exception is no longer needed", text("class")));
        }
    }
    failures
}

fn limit(one: &Value) -> String {
    one["limit"].as_f64().map_or("–".to_owned(), |limit| limit.to_string())
}

fn read(root: &Path) -> Vec<Value> {
    let text = std::fs::read_to_string(root.join(FILE)).unwrap_or_default();
    let record: Value = serde_json::from_str(&text).unwrap_or_default();
    record["results"].as_array().cloned().unwrap_or_default()
}

/// Writes the record, in which the functions that were measured have new lines, and its part of docs/accuracy.md.
pub fn write(root: &Path, results: Vec<Value>) -> Result<(), String> {
    let mut record = read(root);
    record.retain(|old| results.iter().all(|new| new["function"] != old["function"]));
    record.extend(results);
    // What is not measured again is called what it is called now.
    for (family, op) in FAMILIES.iter().flat_map(|family| family.ops.iter().map(move |op| (family, op))) {
        for one in record.iter_mut().filter(|one| one["function"] == family.name && one["op"] == op.name) {
            one["title"] = json!(op.title);
        }
    }
    record.sort_by_key(|one| FAMILIES.iter().position(|family| one["function"] == family.name));
    let save = |path: &str, text: String| {
        let path = root.join(path);
        std::fs::write(&path, text).map_err(|error| format!("{}: {error}", path.display()))
    };
    save(FILE, report::lines(&json!({ "results": record })))?;
    let text = std::fs::read_to_string(root.join(MARKDOWN)).unwrap_or_default();
    let rest = [HEADING, narrow::HEADING].iter().fold(&text[..], |text, heading| text.split(heading).next().unwrap_or_default());
    save(MARKDOWN, format!("{rest}{}{}", section(root), narrow::section(root)))
}

/// The part of docs/accuracy.md; nothing where there is no record.
pub fn section(root: &Path) -> String {
    let record = read(root);
    if record.is_empty() {
        return String::new();
    }
    let mut text = format!(
        "{HEADING}\nWritten by `./build.sh accuracy --rows`, which takes a minute or two. Errors in ULP are as above; where a factor is subnormal the unit is what its\n\
         spacing makes in the result, and near a zero of a gate’s derivative that of the derivative; of logSumExp where max/T and ln Σe^((x − max)/T) cancel to a quarter,\n\
         2⁻⁵⁴ of the latter; of sparsemax at least 2⁻⁷⁶, and where an entry lies on the edge of the support there is no gradient. Where numbers of both signs are\n\
         added, errors are in roundings: one is 2⁻⁵³ of the sum of the absolute terms, of tanh of a sum also of what the sum hands on to it, and of 2⁻¹⁰²² where a\n\
         step is less. Inputs: rows of 1 to 256 logits of all kinds as for softmax, with masks; pre-activations of ordinary size\n\
         (within 8), far (to ±4096, beside the ends of exponentials and tables) and any; factors, states and gradients from 2⁻⁸ to 2⁸, 2⁻⁶⁰ to 2⁶⁰, and any; then the\n\
         surroundings of the worst.\n\n\
         | function | of | worst | unit | limit |\n|---|---|---:|---|---:|\n"
    );
    let ordinary = |one: &&Value| one["reason"].is_null();
    for family in FAMILIES {
        for op in family.ops {
            let of = |one: &&Value| one["function"] == family.name && one["op"] == op.name;
            let worst = record.iter().filter(of).filter(ordinary).map(|one| one["worst"].as_f64().unwrap_or(f64::INFINITY));
            let Some(worst) = worst.reduce(f64::max) else { continue };
            let star = if record.iter().filter(of).any(|one| !one["reason"].is_null()) { "*" } else { "" };
            let unit = if op.roundings { "roundings" } else { "ULP" };
            let limit = record.iter().find(of).map_or(String::new(), |one| one["ordinary"].as_f64().unwrap_or(0.0).to_string());
            let _ = writeln!(text, "| {} | {} | {}{star} | {unit} | {limit} |", family.name, op.title, figure(worst));
        }
    }
    text.push_str(
        "\n| function | of | inputs | worst | limit | mean | results | worst at |\n|---|---|---|---:|---:|---:|---:|---|\n",
    );
    for one in &record {
        let words = |key: &str| one[key].as_str().unwrap_or_default();
        let number = |key: &str| one[key].as_f64().unwrap_or(f64::INFINITY);
        let reason = one["reason"].as_str().map_or(String::new(), |reason| format!(": {reason}"));
        let _ = writeln!(
            text,
            "| {} | {}{reason} | {} | {} | {} | {:.3} | {} | {} |",
            words("function"),
            words("title"),
            words("class"),
            figure(number("worst")),
            limit(one),
            number("mean"),
            grouped(one["inputs"].as_u64().unwrap_or(0)),
            one["at"]["place"].as_str().unwrap_or_default(),
        );
    }
    text
}

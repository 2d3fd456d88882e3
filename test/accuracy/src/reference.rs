//! The columns of test/reference: shows that they come out of the formulas again, and makes those of a function that has none yet.

use crate::functions::{Hyperparameters, Op, Row};
use crate::report::rounded;
use crate::softmax;
use crate::truth::Truth;
use rug::Float;
use serde_json::{Value, json};
use std::path::Path;
use std::process::Command;

/// The group whose inputs a new function gets.
const INPUTS: &str = "sigmoid";

/// Compares every group of test/reference with the formulas, and makes one for the function `new`. Returns whether all agree.
pub fn run(root: &Path, rows: &[Row], new: Option<&str>) -> Result<bool, String> {
    let folder = root.join("test/reference");
    let path = folder.join("manifest.json");
    let text = std::fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    let mut manifest: Value = serde_json::from_str(&text).map_err(|error| error.to_string())?;
    let mut right = true;
    let mut added = false;
    for row in rows {
        let groups: Vec<(String, f64)> = manifest["groups"]
            .as_object()
            .into_iter()
            .flat_map(|groups| groups.keys())
            .filter_map(|name| Some((name.clone(), alpha(row, name)?)))
            .collect();
        for (name, alpha) in &groups {
            let group = &manifest["groups"][name];
            let x = doubles(&folder, group, 0)?;
            let (value, deriv, residual) = columns(row, *alpha, &x)?;
            // A residual may have been rounded the other way.
            let close = residuals(&folder, group)?.iter().zip(&residual).all(|(a, b)| a.abs_diff(*b) <= 1);
            let same = close && value == doubles(&folder, group, 1)? && deriv == doubles(&folder, group, 2)?;
            println!("{name}: {} inputs, {}", x.len(), if same { "the same again" } else { "DIFFERENT" });
            right &= same;
        }
        if groups.is_empty() && new == Some(row.name) {
            let alpha = row.defaults()[0];
            let name = if row.names.is_empty() { row.name.to_owned() } else { format!("{}_{alpha}", row.name) };
            let x = doubles(&folder, &manifest["groups"][INPUTS], 0)?;
            let group = add(&folder, &name, &x.iter().map(|x| f64::from_bits(*x)).collect::<Vec<_>>(), columns(row, alpha, &x)?)?;
            println!("{name}: {} inputs, new", x.len());
            manifest["groups"][&name] = group;
            added = true;
        }
    }
    right &= rows_of_softmax(&folder, &manifest)?;
    if added {
        let text = serde_json::to_string_pretty(&manifest).map_err(|error| error.to_string())?;
        std::fs::write(&path, text + "\n").map_err(|error| error.to_string())?;
    }
    Ok(right)
}

/// The alpha of a group, if it belongs to this row: "elu_0.5" is elu's at 0.5.
fn alpha(row: &Row, group: &str) -> Option<f64> {
    let rest = group.strip_prefix(row.name)?;
    if row.names.is_empty() { rest.is_empty().then_some(0.0) } else { rest.strip_prefix('_')?.parse().ok() }
}

type Columns = (Vec<u64>, Vec<u64>, Vec<i8>);

/// Values, derivatives and the residuals of both; NaN is one NaN.
fn columns(row: &Row, alpha: f64, x: &[u64]) -> Result<Columns, String> {
    let (mut columns, mut last): (Columns, Vec<i8>) = Default::default();
    let mut hyperparameters: Hyperparameters = row.defaults();
    if !row.names.is_empty() {
        hyperparameters[0] = alpha;
    }
    for x in x.iter().copied().map(f64::from_bits) {
        let variables = row.variables(x, &hyperparameters);
        let mut truth = Truth::new(&row.value, &variables);
        for op in [Op::Value, Op::Deriv] {
            // The sign of a zero, and what an infinity gives, are in the table of special values.
            let special = if x == 0.0 || !x.is_finite() { row.special(op, x, &hyperparameters) } else { None };
            let exact = match special {
                Some(value) => Float::with_val(53, value),
                None if x.is_finite() => {
                    // First to where it is decided which f64 is nearest.
                    truth.rounded(op.order(), Float::to_f64);
                    truth.value(op.order())
                }
                None => return Err(format!("{} has no special value at {x}", row.name)),
            };
            let (value, residual) = rounded(&exact);
            let bits = canonical(value.to_bits());
            let residual = i8::try_from(residual).map_err(|error| error.to_string())?;
            if op == Op::Deriv {
                columns.1.push(bits);
                last.push(residual);
            } else {
                columns.0.push(bits);
                columns.2.push(residual);
            }
        }
    }
    columns.2.extend(last);
    Ok(columns)
}

fn canonical(bits: u64) -> u64 {
    if f64::from_bits(bits).is_nan() { f64::NAN.to_bits() } else { bits }
}

fn count(group: &Value) -> usize {
    group["count"].as_u64().unwrap_or(0) as usize
}

fn read(folder: &Path, name: &Value) -> Result<Vec<u8>, String> {
    let path = folder.join(name.as_str().unwrap_or_default());
    std::fs::read(&path).map_err(|error| format!("{}: {error}", path.display()))
}

/// A column of a group; NaN is one NaN.
fn doubles(folder: &Path, group: &Value, column: usize) -> Result<Vec<u64>, String> {
    let bytes = read(folder, &group["file"])?;
    let start = group["columns"][column]["offset"].as_u64().unwrap_or(0) as usize;
    let words = bytes.chunks_exact(8).map(|bytes| u64::from_le_bytes(bytes.try_into().unwrap_or_default()));
    Ok(words.map(canonical).skip(start).take(count(group)).collect())
}

fn residuals(folder: &Path, group: &Value) -> Result<Vec<i8>, String> {
    Ok(read(folder, &group["residual_file"])?.into_iter().map(|byte| byte as i8).collect())
}

/// Writes the files of a new group; returns its entry in the manifest.
fn add(folder: &Path, name: &str, x: &[f64], (value, deriv, residuals): Columns) -> Result<Value, String> {
    let file = format!("{name}.f64");
    let residual_file = format!("{name}.res.i8");
    let words = x.iter().map(|x| x.to_bits()).chain(value).chain(deriv);
    let bytes: Vec<u8> = words.flat_map(u64::to_le_bytes).collect();
    std::fs::write(folder.join(&file), bytes).map_err(|error| error.to_string())?;
    let bytes: Vec<u8> = residuals.into_iter().map(|residual| residual as u8).collect();
    std::fs::write(folder.join(&residual_file), bytes).map_err(|error| error.to_string())?;
    let output = Command::new("sha256sum").arg(folder.join(&file)).output().map_err(|error| format!("sha256sum: {error}"))?;
    let hash = String::from_utf8_lossy(&output.stdout).split(' ').next().unwrap_or_default().to_owned();
    let count = x.len();
    Ok(json!({
        "file": file, "residual_file": residual_file, "count": count, "sha256": hash,
        "columns": [
            { "name": "x", "offset": 0 },
            { "name": name, "offset": count, "residual_offset": 0 },
            { "name": format!("{name}_deriv"), "offset": 2 * count, "residual_offset": count },
        ],
    }))
}

/// Softmax's rows are correctly rounded by the truth that this run measures with.
fn rows_of_softmax(folder: &Path, manifest: &Value) -> Result<bool, String> {
    let softmax = &manifest["softmax"];
    let bytes = read(folder, &softmax["file"])?;
    let values: Vec<f64> = bytes.chunks_exact(8).map(|bytes| f64::from_le_bytes(bytes.try_into().unwrap_or_default())).collect();
    let rows = softmax["rows"].as_array().map_or(&[][..], Vec::as_slice);
    let mut worst = 0f64;
    for row in rows {
        let n = row["n"].as_u64().unwrap_or(0) as usize;
        let part = |key: &str| {
            let start = row[key].as_u64().unwrap_or(0) as usize;
            &values[start..start + n]
        };
        let x = part("x");
        let regular = x.iter().all(|&x| x < f64::INFINITY) && x.iter().any(|x| x.is_finite());
        if regular {
            worst = softmax::errors(x, row["T"].as_f64().unwrap_or(1.0), part("softmax")).into_iter().fold(worst, f64::max);
        }
    }
    println!("softmax: {} rows, correctly rounded to {worst:.4} ULP", rows.len());
    Ok(worst <= 0.5)
}

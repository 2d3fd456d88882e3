//! The same errors for other libraries, and for the package on the same inputs, which are of everyday size: what is installed is
//! measured by peers.ts, the rest is taken over from the last record.

use crate::elementwise;
use crate::functions::{Op, Row};
use crate::random::Random;
use crate::softmax;
use serde_json::Value;
use std::path::Path;
use std::process::Command;

/// What is compared.
pub struct Column {
    /// Its name in peers.ts, peers.py and docs/accuracy.json.
    pub name: &'static str,
    /// Its title in the table.
    pub title: &'static str,
}

/// The columns of the table.
pub const COLUMNS: [Column; 8] = [
    Column { name: "sigmoid", title: "sigmoid" },
    Column { name: "sigmoid_deriv", title: "sigmoid′" },
    Column { name: "tanh", title: "tanh" },
    Column { name: "tanh_deriv", title: "tanh′" },
    Column { name: "elu", title: "elu" },
    Column { name: "elu_deriv", title: "elu′" },
    Column { name: "softmax_near", title: "softmax, spread ≤ 20" },
    Column { name: "softmax_wide", title: "softmax, spread ≤ 700" },
];

/// One library and its errors.
#[derive(Clone)]
pub struct Peer {
    /// Its name.
    pub name: String,
    /// Its version and how it was measured.
    pub version: String,
    /// The largest error of each column it has, in ULP; infinite where it gives NaN.
    pub figures: Vec<(String, f64)>,
}

impl Peer {
    /// The error in a column.
    pub fn figure(&self, column: &str) -> Option<f64> {
        self.figures.iter().find(|(name, _)| name == column).map(|(_, error)| *error)
    }
}

/// The length of the rows that softmax gets.
const UNITS: usize = 100;
const COUNT: usize = 60_000;

/// Measures the peers that are at hand, and takes the others from docs/accuracy.json.
pub fn measure(root: &Path, rows: &[Row]) -> Vec<Peer> {
    let mut peers = recorded(root);
    for peer in installed(root, rows).unwrap_or_else(|error| {
        println!("peers: not measured ({error})");
        Vec::new()
    }) {
        match peers.iter_mut().find(|known| known.name == peer.name) {
            Some(known) => *known = peer,
            None => peers.push(peer),
        }
    }
    peers
}

fn recorded(root: &Path) -> Vec<Peer> {
    let text = std::fs::read_to_string(root.join("docs/accuracy.json")).unwrap_or_default();
    let record: Value = serde_json::from_str(&text).unwrap_or_default();
    let peers = record["peers"].as_array().map_or(&[][..], Vec::as_slice);
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    peers
        .iter()
        .map(|peer| Peer {
            name: text(&peer["peer"]),
            version: text(&peer["version"]),
            figures: peer["worst"]
                .as_object()
                .map(|worst| {
                    worst.iter().map(|(column, error)| (column.clone(), error.as_f64().unwrap_or(f64::INFINITY))).collect()
                })
                .unwrap_or_default(),
        })
        .collect()
}

fn installed(root: &Path, rows: &[Row]) -> Result<Vec<Peer>, String> {
    let folder = std::env::temp_dir().join(format!("nonlin-peers-{}", std::process::id()));
    std::fs::create_dir_all(&folder).map_err(|error| error.to_string())?;
    let result = exchange(root, &folder, rows);
    // What stays behind in the system's folder for such files harms nobody.
    let _ = std::fs::remove_dir_all(&folder);
    result
}

fn exchange(root: &Path, folder: &Path, table: &[Row]) -> Result<Vec<Peer>, String> {
    let inputs =
        [("x", points()), ("near", rows(|random| random.range(-20.0, 0.0))), ("wide", rows(|random| random.range(-700.0, 0.0)))];
    for (name, x) in &inputs {
        let bytes: Vec<u8> = x.iter().flat_map(|x| x.to_le_bytes()).collect();
        std::fs::write(folder.join(format!("{name}.f64")), bytes).map_err(|error| error.to_string())?;
    }
    let output = Command::new(root.join("node_modules/.bin/tsx"))
        .args([root.join("test/accuracy/peers.ts").as_os_str(), folder.as_os_str(), UNITS.to_string().as_ref()])
        .output()
        .map_err(|error| format!("tsx: {error}"))?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned());
    }
    let list: Value = serde_json::from_slice(&output.stdout).map_err(|error| error.to_string())?;
    let list = list.as_object().ok_or("peers.ts printed no object")?;
    Ok(list
        .iter()
        .map(|(name, version)| {
            let figures = COLUMNS
                .iter()
                .filter_map(|column| {
                    let got = read(&folder.join(format!("{name}.{}.f64", column.name)))?;
                    Some((column.name.to_owned(), worst(table, column.name, &inputs, &got)))
                })
                .collect();
            Peer { name: name.clone(), version: version.as_str().unwrap_or_default().to_owned(), figures }
        })
        .collect())
}

fn read(path: &Path) -> Option<Vec<f64>> {
    let bytes = std::fs::read(path).ok()?;
    Some(bytes.chunks_exact(8).map(|bytes| f64::from_le_bytes(bytes.try_into().unwrap_or_default())).collect())
}

/// |x| ≤ 30: uniform, normal, log-uniform.
fn points() -> Vec<f64> {
    let mut random = Random::of("peers", 0);
    (0..COUNT)
        .map(|index| match index % 3 {
            0 => random.range(-30.0, 30.0),
            1 => (random.normal() * 3.0).clamp(-30.0, 30.0),
            _ => (random.sign() * random.magnitude(-60, 5)).clamp(-30.0, 30.0),
        })
        .collect()
}

fn rows(mut draw: impl FnMut(&mut Random) -> f64) -> Vec<f64> {
    let mut random = Random::of("rows of peers", 0);
    (0..COUNT).map(|_| draw(&mut random)).collect()
}

fn worst(table: &[Row], column: &str, inputs: &[(&str, Vec<f64>)], got: &[f64]) -> f64 {
    let most = |errors: &mut dyn Iterator<Item = f64>| errors.fold(0.0, f64::max);
    if let Some(kind) = column.strip_prefix("softmax_") {
        let x = inputs.iter().find(|(name, _)| *name == kind).map_or(&[][..], |(_, x)| x);
        return most(&mut x.chunks(UNITS).zip(got.chunks(UNITS)).flat_map(|(x, got)| softmax::errors(x, 1.0, got)));
    }
    let (name, op) = column.strip_suffix("_deriv").map_or((column, Op::Value), |name| (name, Op::Deriv));
    let Some(row) = table.iter().find(|row| row.name == name) else {
        return f64::NAN;
    };
    most(&mut inputs[0].1.iter().zip(got).map(|(&x, &got)| elementwise::error(row, op, x, got)))
}

//! The limits, which stand in test/functions.json and test/limits.json for this run and for the ordinary suite.

use serde_json::Value;
use std::path::Path;

/// The table of limits.
pub struct Limits(Value);

/// Where another limit holds: an interval of x, or all x of a class of hyperparameters.
#[derive(Clone, Debug)]
pub struct Exception {
    /// The operation.
    pub op: String,
    /// The class that it is confined to.
    pub class: Option<String>,
    /// From where to where, both included; none for all x.
    pub interval: Option<[f64; 2]>,
    /// The limit there; infinite where there is none.
    pub limit: f64,
    /// Why.
    pub reason: String,
}

impl Exception {
    /// Whether it is about an operation at x.
    pub fn holds(&self, op: &str, x: f64) -> bool {
        self.op == op && self.interval.is_none_or(|[low, high]| low <= x && x <= high)
    }

    /// Where it holds, in words; "" for all x.
    pub fn place(&self) -> String {
        self.interval.map_or(String::new(), |[low, high]| format!(" in [{low:e}, {high:e}]"))
    }
}

impl Limits {
    /// Reads the tables of the project at `root`: of functions along rows, and of element-wise ones.
    pub fn read(root: &Path) -> Result<Self, String> {
        let read = |name: &str| -> Result<Value, String> {
            let path = root.join(name);
            let text = std::fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
            serde_json::from_str(&text).map_err(|error| format!("{}: {error}", path.display()))
        };
        let mut limits = read("test/limits.json")?;
        for row in read("test/functions.json")?.as_array().into_iter().flatten() {
            limits[row["name"].as_str().unwrap_or_default()] = row["limits"].clone();
        }
        Ok(Self(limits))
    }

    /// The limit of an operation.
    pub fn of(&self, function: &str, op: &str) -> f64 {
        self.0[function][op].as_f64().unwrap_or_else(|| panic!("no limit for {function} {op}"))
    }

    /// The exceptions of a function.
    pub fn exceptions(&self, function: &str) -> Vec<Exception> {
        let all = self.0["exceptions"].as_array().map_or(&[][..], Vec::as_slice);
        let number = |value: &Value| value.as_f64().expect("test/limits.json: an exception needs numbers");
        all.iter()
            .filter(|exception| exception["function"] == function)
            .map(|exception| Exception {
                op: exception["op"].as_str().unwrap_or_default().to_owned(),
                class: exception["class"].as_str().map(str::to_owned),
                interval: exception.get("interval").map(|interval| [number(&interval[0]), number(&interval[1])]),
                limit: exception["limit"].as_f64().unwrap_or(f64::INFINITY),
                reason: exception["reason"].as_str().unwrap_or_default().to_owned(),
            })
            .collect()
    }
}

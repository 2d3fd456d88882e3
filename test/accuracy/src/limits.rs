//! The limits, which stand in test/limits.json for this run and for the ordinary suite.

use serde_json::Value;
use std::path::Path;

/// The table of limits.
pub struct Limits(Value);

/// An interval of x where another limit holds.
#[derive(Clone, Debug)]
pub struct Exception {
    /// The operation.
    pub op: String,
    /// From where to where, both included.
    pub interval: [f64; 2],
    /// The limit there.
    pub limit: f64,
    /// Why.
    pub reason: String,
}

impl Limits {
    /// Reads the table.
    pub fn read(path: &Path) -> Result<Self, String> {
        let text = std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
        let value = serde_json::from_str(&text).map_err(|error| format!("{}: {error}", path.display()))?;
        Ok(Self(value))
    }

    /// The limit of an operation.
    pub fn of(&self, function: &str, op: &str) -> f64 {
        self.0[function][op].as_f64().unwrap_or_else(|| panic!("test/limits.json: no limit for {function} {op}"))
    }

    /// The exceptions of a function.
    pub fn exceptions(&self, function: &str) -> Vec<Exception> {
        let all = self.0["exceptions"].as_array().map_or(&[][..], Vec::as_slice);
        let number = |value: &Value| value.as_f64().expect("test/limits.json: an exception needs numbers");
        all.iter()
            .filter(|exception| exception["function"] == function)
            .map(|exception| Exception {
                op: exception["op"].as_str().unwrap_or_default().to_owned(),
                interval: [number(&exception["interval"][0]), number(&exception["interval"][1])],
                limit: number(&exception["limit"]),
                reason: exception["reason"].as_str().unwrap_or_default().to_owned(),
            })
            .collect()
    }
}

//! Results of the parts of a campaign: a file of one JSON document a line, and the table of them all.

use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::Path;

/// A fault that was made, and what came of it.
#[derive(Debug, Clone)]
pub(crate) struct FaultResult {
    /// Number in its part, from 1.
    pub(crate) number: u32,
    /// Name of its kind.
    pub(crate) kind: String,
    /// Seconds from its end until all work that was there was done.
    pub(crate) seconds: f64,
    /// What is wrong.
    pub(crate) findings: Vec<String>,
}

/// Result of a part.
#[derive(Debug, Clone)]
pub(crate) struct PartResult {
    pub(crate) seed: u64,
    /// Number of the part, from 1.
    pub(crate) part: u64,
    /// Faults that were to be made.
    pub(crate) planned: u32,
    pub(crate) faults: Vec<FaultResult>,
    /// What is wrong at the end.
    pub(crate) findings: Vec<String>,
    /// Kinds of faults for which something was missing.
    pub(crate) skipped: Vec<String>,
    pub(crate) pages: u64,
    pub(crate) seconds: f64,
}

impl PartResult {
    pub(crate) fn has_findings(&self) -> bool {
        !self.findings.is_empty() || self.faults.iter().any(|fault| !fault.findings.is_empty())
    }

    /// Appends it to a file.
    pub(crate) fn append_to(&self, file: &Path) {
        let faults: Vec<Value> = self
            .faults
            .iter()
            .map(|fault| json!({ "number": fault.number, "kind": fault.kind, "seconds": fault.seconds, "findings": fault.findings }))
            .collect();
        let line = json!({
            "seed": self.seed, "part": self.part, "planned": self.planned, "faults": faults, "findings": self.findings,
            "skipped": self.skipped, "pages": self.pages, "seconds": self.seconds,
        });
        let mut out = std::fs::OpenOptions::new().create(true).append(true).open(file).unwrap();
        writeln!(out, "{line}").unwrap();
    }

    /// The results in a file; none where there is no file.
    pub(crate) fn read_all(file: &Path) -> Vec<Self> {
        let text = std::fs::read_to_string(file).unwrap_or_default();
        text.lines().map(|line| Self::from_json(&serde_json::from_str(line).unwrap())).collect()
    }

    fn from_json(line: &Value) -> Self {
        let texts = |value: &Value| value.as_array().unwrap().iter().map(|text| text.as_str().unwrap().to_owned()).collect::<Vec<_>>();
        let number = |value: &Value| u32::try_from(value.as_u64().unwrap()).unwrap();
        let fault = |fault: &Value| FaultResult {
            number: number(&fault["number"]),
            kind: fault["kind"].as_str().unwrap().to_owned(),
            seconds: fault["seconds"].as_f64().unwrap(),
            findings: texts(&fault["findings"]),
        };
        Self {
            seed: line["seed"].as_u64().unwrap(),
            part: line["part"].as_u64().unwrap(),
            planned: number(&line["planned"]),
            faults: line["faults"].as_array().unwrap().iter().map(fault).collect(),
            findings: texts(&line["findings"]),
            skipped: texts(&line["skipped"]),
            pages: line["pages"].as_u64().unwrap(),
            seconds: line["seconds"].as_f64().unwrap(),
        }
    }
}

/// The table of these parts, with everything that was found.
pub(crate) fn table(parts: &[PartResult]) -> String {
    let mut rows: BTreeMap<&str, (Vec<f64>, usize)> = BTreeMap::new();
    for fault in parts.iter().flat_map(|part| &part.faults) {
        let row = rows.entry(&fault.kind).or_default();
        row.0.push(fault.seconds);
        row.1 += fault.findings.len();
    }
    let mut text = format!("{:<32} {:>6} {:>9} {:>7} {:>9}\n", "fault", "times", "median s", "max s", "findings");
    for (kind, (mut seconds, findings)) in rows {
        seconds.sort_by(f64::total_cmp);
        let (median, max) = (seconds[seconds.len() / 2], seconds[seconds.len() - 1]);
        text.push_str(&format!("{kind:<32} {:>6} {median:>9.1} {max:>7.1} {findings:>9}\n", seconds.len()));
    }
    for part in parts {
        let (seed, number, pages, seconds) = (part.seed, part.part, part.pages, part.seconds);
        text.push_str(&format!("seed {seed} part {number}: {} faults, {pages} pages, {seconds:.0} s\n", part.faults.len()));
        if !part.skipped.is_empty() {
            text.push_str(&format!("  skipped for want of servers or rights: {}\n", part.skipped.join(", ")));
        }
        for fault in &part.faults {
            fault
                .findings
                .iter()
                .for_each(|found| text.push_str(&format!("  FOUND after fault {} ({}): {found}\n", fault.number, fault.kind)));
        }
        part.findings.iter().for_each(|found| text.push_str(&format!("  FOUND at the end: {found}\n")));
    }
    text
}

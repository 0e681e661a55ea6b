//! What an adjustment of a roadmap changes.

use super::plan::decimal;
use schemars::JsonSchema;
use serde::Serialize;
use sohoa_base::model::roadmap::{Conversion, Line, Phase, Roadmap};
use sohoa_base::text::numbers;
use std::collections::BTreeMap;
use std::fmt;

/// One thing that an adjustment changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Change {
    /// Code of the line; empty: the roadmap as a whole.
    pub line: String,
    /// Unit of the line; empty: the roadmap as a whole.
    pub unit: String,
    /// What of it: `added`, `removed`, or a field such as `target`.
    pub what: String,
    /// As it was, as people read it; empty: there was nothing.
    pub before: String,
    /// As it is now, likewise.
    pub after: String,
}

/// For people: `+code`, `-code`, `code: target 100 -> 120`, `time`.
impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.what.as_str() {
            "added" => write!(f, "+{}", self.line),
            "removed" => write!(f, "-{}", self.line),
            what if self.line.is_empty() => f.write_str(what),
            what => write!(f, "{}: {what} {} -> {}", self.line, self.before, self.after),
        }
    }
}

/// What another form of a roadmap changes in its lines: those that go, then those that change or come, by code, then the whole.
#[must_use]
pub fn changes(before: &Roadmap, after: &Roadmap) -> Vec<Change> {
    let by_code = |roadmap: &Roadmap| roadmap.lines.iter().map(|line| (line.code.clone(), line.clone())).collect::<BTreeMap<_, _>>();
    let (old, new) = (by_code(before), by_code(after));
    let change = |line: &Line, what: &str, before: String, after: String| Change {
        line: line.code.clone(),
        unit: line.unit.clone(),
        what: what.to_owned(),
        before,
        after,
    };
    let gone = old.values().filter(|line| !new.contains_key(&line.code));
    let mut changes: Vec<Change> = gone.map(|line| change(line, "removed", line.name.clone(), String::new())).collect();
    for line in new.values() {
        let Some(was) = old.get(&line.code) else {
            changes.push(change(line, "added", String::new(), line.name.clone()));
            continue;
        };
        let fields = fields(was).into_iter().zip(fields(line));
        changes.extend(fields.filter(|(was, is)| was != is).map(|((what, was), (_, is))| change(line, what, was, is)));
    }
    for ((what, was), (_, is)) in whole(before).into_iter().zip(whole(after)).filter(|(was, is)| was != is) {
        changes.push(Change { line: String::new(), unit: String::new(), what: what.to_owned(), before: was, after: is });
    }
    changes
}

/// Everything of a line that an adjustment may change, as people read it; of the measure its word.
fn fields(line: &Line) -> [(&'static str, String); 17] {
    [
        ("target", decimal(line.target)),
        ("measure", line.measure.word().to_owned()),
        ("baseline", decimal(line.baseline)),
        ("whole-pages", decimal(line.whole_pages)),
        ("deadline", line.deadline.numeric()),
        ("priority", line.priority.to_string()),
        ("budget", numbers::whole(line.budget)),
        ("unit", line.unit.clone()),
        ("name", line.name.clone()),
        ("block", line.block.clone()),
        ("phase", line.phase.clone()),
        ("owner", line.owner.clone()),
        ("fonds", line.fonds.clone()),
        ("kind", line.kind.clone()),
        ("retention", line.retention.clone()),
        ("years", line.years.clone()),
        ("dossiers", line.dossiers.join("; ")),
    ]
}

/// What of the roadmap as a whole an adjustment may change.
fn whole(roadmap: &Roadmap) -> [(&'static str, String); 3] {
    let phase = |phase: &Phase| format!("{}: {}–{}", phase.code, phase.from.numeric(), phase.to.numeric());
    let conversion = |one: &Conversion| {
        let fonds = if one.fonds.is_empty() { String::new() } else { format!(" ({})", one.fonds) };
        format!("{}{fonds} = {}", one.measure.word(), decimal(one.pages))
    };
    [
        ("time", format!("{}–{}", roadmap.from.numeric(), roadmap.to.numeric())),
        ("phases", roadmap.phases.iter().map(phase).collect::<Vec<_>>().join("; ")),
        ("conversions", roadmap.conversions.iter().map(conversion).collect::<Vec<_>>().join("; ")),
    ]
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use sohoa_base::model::day::Day;

    #[test]
    fn lines_that_come_go_and_change_are_told() {
        let roadmap: Roadmap = serde_json::from_str(include_str!("example.json")).unwrap();
        let mut other = roadmap.clone();
        let mut new = other.lines.pop().unwrap();
        new.code = "SNV-03".to_owned();
        other.lines.push(new);
        let first = other.lines.first_mut().unwrap();
        (first.target, first.fonds) = (30.0, "khác".to_owned());
        other.to = Day::of(2030, 12, 31).unwrap();
        let told: Vec<String> = changes(&roadmap, &other).iter().map(ToString::to_string).collect();
        let fonds = &roadmap.lines.first().unwrap().fonds;
        assert_eq!(told, ["-SNV-02", "SNV-01: target 25,5 -> 30", &format!("SNV-01: fonds {fonds} -> khác"), "+SNV-03", "time"]);
        assert!(changes(&roadmap, &roadmap).is_empty());
    }
}

//! What an adjustment of a roadmap changes.

use crate::workbook::format_decimal;
use schemars::JsonSchema;
use serde::Serialize;
use sohoa_base::model::roadmap::plan::{Conversion, Phase, Roadmap, Target};
use sohoa_base::text::numbers;
use std::collections::BTreeMap;
use std::fmt;

/// One thing that an adjustment changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct PlanChange {
    /// Code of the line; empty: the roadmap as a whole.
    #[serde(rename = "line")]
    pub target: String,
    /// Unit of the line; empty: the roadmap as a whole.
    pub unit: String,
    /// What of it: `added`, `removed`, or a field such as `target`.
    #[serde(rename = "what")]
    pub field: String,
    /// As it was, as people read it; empty: there was nothing.
    pub before: String,
    /// As it is now, likewise.
    pub after: String,
}

/// For people: `+code`, `-code`, `code: target 100 -> 120`, `time`.
impl fmt::Display for PlanChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.field.as_str() {
            "added" => write!(f, "+{}", self.target),
            "removed" => write!(f, "-{}", self.target),
            what if self.target.is_empty() => f.write_str(what),
            what => write!(f, "{}: {what} {} -> {}", self.target, self.before, self.after),
        }
    }
}

/// What another form of a roadmap changes in its lines: those that go, then those that change or come, by code, then the whole.
#[must_use]
pub fn diff_roadmaps(before: &Roadmap, after: &Roadmap) -> Vec<PlanChange> {
    let by_code = |roadmap: &Roadmap| roadmap.targets.iter().map(|line| (line.code.clone(), line.clone())).collect::<BTreeMap<_, _>>();
    let (old, new) = (by_code(before), by_code(after));
    let change = |line: &Target, what: &str, before: String, after: String| PlanChange {
        target: line.code.clone(),
        unit: line.unit.clone(),
        field: what.to_owned(),
        before,
        after,
    };
    let gone = old.values().filter(|line| !new.contains_key(&line.code));
    let mut changes: Vec<PlanChange> = gone.map(|line| change(line, "removed", line.name.clone(), String::new())).collect();
    for line in new.values() {
        let Some(was) = old.get(&line.code) else {
            changes.push(change(line, "added", String::new(), line.name.clone()));
            continue;
        };
        let fields = target_fields(was).into_iter().zip(target_fields(line));
        changes.extend(fields.filter(|(was, is)| was != is).map(|((what, was), (_, is))| change(line, what, was, is)));
    }
    for ((what, was), (_, is)) in roadmap_fields(before).into_iter().zip(roadmap_fields(after)).filter(|(was, is)| was != is) {
        changes.push(PlanChange { target: String::new(), unit: String::new(), field: what.to_owned(), before: was, after: is });
    }
    changes
}

/// Everything of a line that an adjustment may change, as people read it; of the measure its word.
fn target_fields(line: &Target) -> [(&'static str, String); 17] {
    [
        ("target", format_decimal(line.quantity)),
        ("measure", line.measure.as_str().to_owned()),
        ("baseline", format_decimal(line.baseline)),
        ("whole-pages", format_decimal(line.holdings_pages)),
        ("deadline", line.deadline.format_dmy()),
        ("priority", line.priority.to_string()),
        ("budget", numbers::format_integer(line.budget)),
        ("unit", line.unit.clone()),
        ("name", line.name.clone()),
        ("block", line.unit_group.clone()),
        ("phase", line.phase.clone()),
        ("owner", line.owner.clone()),
        ("fonds", line.fonds.clone()),
        ("kind", line.kind.clone()),
        ("retention", line.retention.clone()),
        ("years", line.years.clone()),
        ("dossiers", line.dossier_prefixes.join("; ")),
    ]
}

/// What of the roadmap as a whole an adjustment may change.
fn roadmap_fields(roadmap: &Roadmap) -> [(&'static str, String); 3] {
    let phase = |phase: &Phase| format!("{}: {}–{}", phase.code, phase.from.format_dmy(), phase.to.format_dmy());
    let conversion = |one: &Conversion| {
        let fonds = if one.fonds.is_empty() { String::new() } else { format!(" ({})", one.fonds) };
        format!("{}{fonds} = {}", one.measure.as_str(), format_decimal(one.pages))
    };
    [
        ("time", format!("{}–{}", roadmap.from.format_dmy(), roadmap.to.format_dmy())),
        ("phases", roadmap.phases.iter().map(phase).collect::<Vec<_>>().join("; ")),
        ("conversions", roadmap.conversions.iter().map(conversion).collect::<Vec<_>>().join("; ")),
    ]
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use sohoa_base::model::calendar::Day;

    #[test]
    fn lines_that_come_go_and_change_are_told() {
        let roadmap: Roadmap = serde_json::from_str(include_str!("example.json")).unwrap();
        let mut other = roadmap.clone();
        let mut new = other.targets.pop().unwrap();
        new.code = "SNV-03".to_owned();
        other.targets.push(new);
        let first = other.targets.first_mut().unwrap();
        (first.quantity, first.fonds) = (30.0, "khác".to_owned());
        other.to = Day::from_ymd(2030, 12, 31).unwrap();
        let told: Vec<String> = diff_roadmaps(&roadmap, &other).iter().map(ToString::to_string).collect();
        let fonds = &roadmap.targets.first().unwrap().fonds;
        assert_eq!(told, ["-SNV-02", "SNV-01: target 25,5 -> 30", &format!("SNV-01: fonds {fonds} -> khác"), "+SNV-03", "time"]);
        assert!(diff_roadmaps(&roadmap, &roadmap).is_empty());
    }
}

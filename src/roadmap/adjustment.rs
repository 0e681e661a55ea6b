//! Differences between two versions of a roadmap.

use crate::workbook::format_decimal;
use schemars::JsonSchema;
use serde::Serialize;
use sohoa_base::model::roadmap::plan::{Conversion, Phase, Roadmap, Target};
use sohoa_base::text::numbers;
use std::collections::BTreeMap;
use std::fmt;

/// One change made by an adjustment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct PlanChange {
    /// Code of the target; empty: the roadmap as a whole.
    pub target: String,
    /// Unit of the target; empty: the roadmap as a whole.
    pub unit: String,
    /// `added`, `removed`, or the changed field, such as `target`.
    pub field: String,
    /// Former value for display; empty: there was none.
    pub before: String,
    /// New value for display; empty: there is none.
    pub after: String,
}

/// Display form: `+code`, `-code`, `code: target 100 -> 120`, `time`.
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

/// Changes between two versions: removed targets, then changed and added ones by code, then the roadmap as a whole.
#[must_use]
pub fn diff_roadmaps(before: &Roadmap, after: &Roadmap) -> Vec<PlanChange> {
    let by_code =
        |roadmap: &Roadmap| roadmap.targets.iter().map(|target| (target.code.clone(), target.clone())).collect::<BTreeMap<_, _>>();
    let (old, new) = (by_code(before), by_code(after));
    let change = |target: &Target, what: &str, before: String, after: String| PlanChange {
        target: target.code.clone(),
        unit: target.unit.clone(),
        field: what.to_owned(),
        before,
        after,
    };
    let removed = old.values().filter(|target| !new.contains_key(&target.code));
    let mut changes: Vec<PlanChange> = removed.map(|target| change(target, "removed", target.name.clone(), String::new())).collect();
    for target in new.values() {
        let Some(was) = old.get(&target.code) else {
            changes.push(change(target, "added", String::new(), target.name.clone()));
            continue;
        };
        let fields = target_fields(was).into_iter().zip(target_fields(target));
        changes.extend(fields.filter(|(was, is)| was != is).map(|((what, was), (_, is))| change(target, what, was, is)));
    }
    for ((what, was), (_, is)) in roadmap_fields(before).into_iter().zip(roadmap_fields(after)).filter(|(was, is)| was != is) {
        changes.push(PlanChange { target: String::new(), unit: String::new(), field: what.to_owned(), before: was, after: is });
    }
    changes
}

/// All fields of a target that an adjustment may change, for display; the measure by its name.
fn target_fields(target: &Target) -> [(&'static str, String); 17] {
    [
        ("target", format_decimal(target.quantity)),
        ("measure", target.measure.as_str().to_owned()),
        ("baseline", format_decimal(target.baseline)),
        ("whole-pages", format_decimal(target.holdings_pages)),
        ("deadline", target.deadline.format_dmy()),
        ("priority", target.priority.to_string()),
        ("budget", numbers::format_integer(target.budget)),
        ("unit", target.unit.clone()),
        ("name", target.name.clone()),
        ("block", target.unit_group.clone()),
        ("phase", target.phase.clone()),
        ("owner", target.owner.clone()),
        ("fonds", target.fonds.clone()),
        ("kind", target.kind.clone()),
        ("retention", target.retention.clone()),
        ("years", target.years.clone()),
        ("dossiers", target.dossier_prefixes.join("; ")),
    ]
}

/// Fields of the roadmap as a whole that an adjustment may change.
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
    fn added_removed_and_changed_targets_are_reported() {
        let roadmap: Roadmap = serde_json::from_str(include_str!("example.json")).unwrap();
        let mut other = roadmap.clone();
        let mut new = other.targets.pop().unwrap();
        new.code = "SNV-03".to_owned();
        other.targets.push(new);
        let first = other.targets.first_mut().unwrap();
        (first.quantity, first.fonds) = (30.0, "khác".to_owned());
        other.to = Day::from_ymd(2030, 12, 31).unwrap();
        let displayed: Vec<String> = diff_roadmaps(&roadmap, &other).iter().map(ToString::to_string).collect();
        let fonds = &roadmap.targets.first().unwrap().fonds;
        assert_eq!(displayed, ["-SNV-02", "SNV-01: target 25,5 -> 30", &format!("SNV-01: fonds {fonds} -> khác"), "+SNV-03", "time"]);
        assert!(diff_roadmaps(&roadmap, &roadmap).is_empty());
    }
}

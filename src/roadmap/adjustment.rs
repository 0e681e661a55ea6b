//! What an adjustment of a roadmap changes.

use super::plan::decimal;
use crate::model::roadmap::{Line, Roadmap};
use crate::text::numbers;
use std::collections::BTreeMap;

/// What another form of a roadmap changes in its lines, for people: `+code`, `-code`, `code: target 100 -> 120`.
#[must_use]
pub fn changes(before: &Roadmap, after: &Roadmap) -> Vec<String> {
    let by_code = |roadmap: &Roadmap| roadmap.lines.iter().map(|line| (line.code.clone(), line.clone())).collect::<BTreeMap<_, _>>();
    let (old, new) = (by_code(before), by_code(after));
    let mut changes: Vec<String> = old.keys().filter(|code| !new.contains_key(*code)).map(|code| format!("-{code}")).collect();
    for (code, line) in &new {
        let Some(was) = old.get(code) else {
            changes.push(format!("+{code}"));
            continue;
        };
        let mut tell = |what: &str, before: String, after: String| {
            if before != after {
                changes.push(format!("{code}: {what} {before} -> {after}"));
            }
        };
        tell("target", decimal(was.target), decimal(line.target));
        tell("measure", was.measure.word().to_owned(), line.measure.word().to_owned());
        tell("baseline", decimal(was.baseline), decimal(line.baseline));
        tell("deadline", was.deadline.numeric(), line.deadline.numeric());
        tell("priority", was.priority.to_string(), line.priority.to_string());
        tell("budget", numbers::whole(was.budget), numbers::whole(line.budget));
        tell("unit", was.unit.clone(), line.unit.clone());
        let rest = |line: &Line| (line.name.clone(), line.block.clone(), line.phase.clone(), line.owner.clone(), line.dossiers.clone());
        if rest(was) != rest(line) {
            changes.push(format!("{code}: description"));
        }
    }
    if before.from != after.from || before.to != after.to || before.phases != after.phases {
        changes.push("time".to_owned());
    }
    if before.conversions != after.conversions {
        changes.push("conversions".to_owned());
    }
    changes
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_come_go_and_change_are_told() {
        let roadmap: Roadmap = serde_json::from_str(include_str!("example.json")).unwrap();
        let mut other = roadmap.clone();
        let mut new = other.lines.pop().unwrap();
        new.code = "SNV-03".to_owned();
        other.lines.push(new);
        other.lines.first_mut().unwrap().target = 30.0;
        assert_eq!(changes(&roadmap, &other), ["-SNV-02", "SNV-01: target 25,5 -> 30", "+SNV-03"]);
        assert!(changes(&roadmap, &roadmap).is_empty());
    }
}

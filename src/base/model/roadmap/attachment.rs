//! To which line of a roadmap a batch belongs as it begins: what a person chose, then what its lists name, then the rule.

use crate::model::record::ListFinding;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// How a batch came to its line, or to stand outside the plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum AttachmentSource {
    /// The code of its first dossier says so.
    Rule,
    /// The lists that came with it say so.
    List,
    /// Somebody said so.
    Person,
}

impl AttachmentSource {
    /// The word for it, as in JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Rule => "rule",
            Self::List => "list",
            Self::Person => "person",
        }
    }

    /// What has this word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Rule, Self::List, Self::Person].into_iter().find(|one| one.as_str() == word)
    }
}

/// A line that a list names, where it stands first.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct ListedTarget {
    /// Path of the list in the delivery.
    pub list: String,
    /// Row of it, from 1, as a spreadsheet counts.
    pub row: u32,
    /// Code of the line, as written there.
    #[serde(rename = "line")]
    pub target: String,
}

/// To which line a batch belongs, and how that was found out.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct TargetAttachment {
    /// The line; none: outside the plan, or, where nobody and no list said anything, as the rule will have it.
    #[serde(rename = "line")]
    pub target: Option<String>,
    /// Who or what decided; none: nothing yet.
    #[serde(rename = "by")]
    pub source: Option<AttachmentSource>,
    /// Where what was told cannot be followed.
    pub findings: Vec<ListFinding>,
}

/// The line of a batch of `unit` as it begins. `units`: to which unit the lines that are told belong, where a roadmap has them.
///
/// A batch has one line. A person's choice comes first. Lists are followed where all that name a line name the same one, and
/// the unit has it; else the batch stands outside the plan until somebody attaches it: neither the greater number of rows nor
/// the rule is let guess against what was written. Whatever is not followed is a finding.
#[must_use]
pub fn resolve_attachment(unit: &str, person: Option<&str>, lists: &[ListedTarget], units: &BTreeMap<String, String>) -> TargetAttachment {
    let is_own = |line: &str| units.get(line).is_some_and(|owner| owner == unit);
    let named: BTreeSet<&str> = lists.iter().map(|listed| listed.target.as_str()).collect();
    let followed = match (person, named.first()) {
        (Some(person), _) => Some((AttachmentSource::Person, Some(person).filter(|line| is_own(line)))),
        (None, None) => None,
        (None, Some(line)) => Some((AttachmentSource::List, Some(*line).filter(|line| named.len() == 1 && is_own(line)))),
    };
    let line = followed.and_then(|(_, line)| line);
    let mut findings = Vec::new();
    if let Some(person) = person.filter(|_| line.is_none()) {
        let detail = format!("line {person} was chosen, and the plan of unit {unit} does not have it any more; attach the run to another");
        findings.push(ListFinding { code: "line-gone".to_owned(), detail, file: None });
    }
    for ListedTarget { list, row, target: named_here } in lists {
        let (code, detail) = match units.get(named_here) {
            None => ("line-unknown", format!("row {row} of the list names line {named_here}, which no roadmap has")),
            Some(owner) if owner != unit => (
                "line-of-other-unit",
                format!("row {row} of the list names line {named_here} of unit {owner}, and the batch was delivered by {unit}"),
            ),
            Some(_) if line == Some(named_here) => continue,
            Some(_) => match line {
                Some(chosen) => {
                    ("line-overruled", format!("row {row} of the list names line {named_here}, and somebody chose line {chosen}"))
                }
                None => {
                    let others: Vec<&str> = named.iter().copied().filter(|other| other != named_here).take(5).collect();
                    let others = others.join(", ");
                    ("lines-differ", format!("row {row} of the list names line {named_here}, and other rows or lists name {others}"))
                }
            },
        };
        findings.push(ListFinding { code: code.to_owned(), detail, file: Some(list.clone()) });
    }
    TargetAttachment { target: line.map(str::to_owned), source: followed.map(|(by, _)| by), findings }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resolved(person: Option<&str>, lists: &[(&str, &str)]) -> (Option<String>, Option<AttachmentSource>, Vec<String>) {
        let lists: Vec<ListedTarget> =
            lists.iter().map(|(list, line)| ListedTarget { list: (*list).to_owned(), row: 2, target: (*line).to_owned() }).collect();
        let units = [("A", "snv"), ("B", "snv"), ("X", "syt")].map(|(line, unit)| (line.to_owned(), unit.to_owned()));
        let found = resolve_attachment("snv", person, &lists, &BTreeMap::from(units));
        (found.target, found.source, found.findings.into_iter().map(|finding| finding.code).collect())
    }

    #[test]
    fn a_person_comes_before_lists_and_lists_are_followed_where_they_agree() {
        let line = |code: &str| Some(code.to_owned());
        let (list, person) = (Some(AttachmentSource::List), Some(AttachmentSource::Person));
        assert_eq!(resolved(None, &[]), (None, None, vec![]), "the rule decides");
        assert_eq!(resolved(None, &[("1", "A"), ("2", "A")]), (line("A"), list, vec![]));
        assert_eq!(resolved(None, &[("1", "A"), ("2", "B")]), (None, list, vec!["lines-differ".to_owned(); 2]));
        assert_eq!(resolved(None, &[("1", "C")]), (None, list, vec!["line-unknown".to_owned()]));
        assert_eq!(resolved(None, &[("1", "X")]), (None, list, vec!["line-of-other-unit".to_owned()]));
        assert_eq!(resolved(None, &[("1", "A"), ("2", "C")]), (None, list, vec!["lines-differ".to_owned(), "line-unknown".to_owned()]));
        assert_eq!(resolved(Some("A"), &[("1", "A")]), (line("A"), person, vec![]));
        assert_eq!(resolved(Some("A"), &[("1", "B"), ("2", "C")]).2, ["line-overruled", "line-unknown"]);
        assert_eq!(resolved(Some("gone"), &[]), (None, person, vec!["line-gone".to_owned()]));
    }
}

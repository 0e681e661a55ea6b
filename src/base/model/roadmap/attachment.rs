//! Attachment of a new batch to a roadmap target: a person's choice first, then its document lists, then the rule.

use crate::error::messages::roadmap;
use crate::model::record::ListFinding;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Source of a batch's target, or of its place outside the plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum AttachmentSource {
    /// The code of its first dossier, by rule.
    Rule,
    /// Its document lists.
    List,
    /// A person's choice.
    Person,
}

impl AttachmentSource {
    /// Name of the source, as in JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Rule => "rule",
            Self::List => "list",
            Self::Person => "person",
        }
    }

    /// Parses the name of a source.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Rule, Self::List, Self::Person].into_iter().find(|one| one.as_str() == word)
    }
}

/// A target named by a document list, at its first occurrence.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ListedTarget {
    /// Path of the list in the delivery.
    pub list: String,
    /// Row of the list, from 1, as in a spreadsheet.
    pub row: u32,
    /// Code of the target, as written there.
    pub target: String,
}

/// Target of a batch, and its source.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct TargetAttachment {
    /// Code of the target; none: outside the plan, or, if neither a person nor a list named one, left to the rule.
    pub target: Option<String>,
    /// Source of the target; none: not decided yet.
    pub source: Option<AttachmentSource>,
    /// Findings about named targets that cannot be used.
    pub findings: Vec<ListFinding>,
}

/// Target of a new batch of `unit`. `units`: unit of each named target that exists in a roadmap.
///
/// A batch has one target. A person's choice comes first. Lists are used if all that name a target name the same one, and
/// it belongs to the unit; else the batch stays outside the plan until a person attaches it: neither the majority of rows
/// nor the rule may override what was written. Each unused name gives a finding.
#[must_use]
pub fn resolve_attachment(unit: &str, person: Option<&str>, lists: &[ListedTarget], units: &BTreeMap<String, String>) -> TargetAttachment {
    let is_own = |target: &str| units.get(target).is_some_and(|owner| owner == unit);
    let named: BTreeSet<&str> = lists.iter().map(|listed| listed.target.as_str()).collect();
    let followed = match (person, named.first()) {
        (Some(person), _) => Some((AttachmentSource::Person, Some(person).filter(|target| is_own(target)))),
        (None, None) => None,
        (None, Some(target)) => Some((AttachmentSource::List, Some(*target).filter(|target| named.len() == 1 && is_own(target)))),
    };
    let target = followed.and_then(|(_, target)| target);
    let mut findings = Vec::new();
    if let Some(person) = person.filter(|_| target.is_none()) {
        findings.push(ListFinding::new("line-gone", &roadmap::chosen_target_gone(person, unit), None));
    }
    for ListedTarget { list, row, target: named_here } in lists {
        let (code, message) = match units.get(named_here) {
            None => ("line-unknown", roadmap::listed_target_unknown(row, named_here)),
            Some(owner) if owner != unit => ("line-of-other-unit", roadmap::listed_target_of_other_unit(row, named_here, owner, unit)),
            Some(_) if target == Some(named_here) => continue,
            Some(_) => match target {
                Some(chosen) => ("line-overruled", roadmap::listed_target_overruled(row, named_here, chosen)),
                None => {
                    let others: Vec<&str> = named.iter().copied().filter(|other| other != named_here).take(5).collect();
                    ("lines-differ", roadmap::listed_targets_differ(row, named_here, others.join(", ")))
                }
            },
        };
        findings.push(ListFinding::new(code, &message, Some(list.clone())));
    }
    TargetAttachment { target: target.map(str::to_owned), source: followed.map(|(by, _)| by), findings }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resolved(person: Option<&str>, lists: &[(&str, &str)]) -> (Option<String>, Option<AttachmentSource>, Vec<String>) {
        let lists: Vec<ListedTarget> =
            lists.iter().map(|(list, target)| ListedTarget { list: (*list).to_owned(), row: 2, target: (*target).to_owned() }).collect();
        let units = [("A", "snv"), ("B", "snv"), ("X", "syt")].map(|(target, unit)| (target.to_owned(), unit.to_owned()));
        let found = resolve_attachment("snv", person, &lists, &BTreeMap::from(units));
        (found.target, found.source, found.findings.into_iter().map(|finding| finding.code).collect())
    }

    #[test]
    fn manual_target_overrides_lists_and_lists_must_agree() {
        let target = |code: &str| Some(code.to_owned());
        let (list, person) = (Some(AttachmentSource::List), Some(AttachmentSource::Person));
        assert_eq!(resolved(None, &[]), (None, None, vec![]), "the rule decides");
        assert_eq!(resolved(None, &[("1", "A"), ("2", "A")]), (target("A"), list, vec![]));
        assert_eq!(resolved(None, &[("1", "A"), ("2", "B")]), (None, list, vec!["lines-differ".to_owned(); 2]));
        assert_eq!(resolved(None, &[("1", "C")]), (None, list, vec!["line-unknown".to_owned()]));
        assert_eq!(resolved(None, &[("1", "X")]), (None, list, vec!["line-of-other-unit".to_owned()]));
        assert_eq!(resolved(None, &[("1", "A"), ("2", "C")]), (None, list, vec!["lines-differ".to_owned(), "line-unknown".to_owned()]));
        assert_eq!(resolved(Some("A"), &[("1", "A")]), (target("A"), person, vec![]));
        assert_eq!(resolved(Some("A"), &[("1", "B"), ("2", "C")]).2, ["line-overruled", "line-unknown"]);
        assert_eq!(resolved(Some("gone"), &[]), (None, person, vec!["line-gone".to_owned()]));
    }
}

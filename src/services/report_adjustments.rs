//! The report of how a roadmap was changed, version by version and line by line.

use super::reports::{Columns, paper, table};
use crate::archive::Archive;
use serde::Serialize;
use sohoa_base::error::{Kind, Result, ResultExt};
use sohoa_base::model::account::Units;
use sohoa_base::model::day::Day;
use sohoa_base::model::roadmap::{Adjustment, Roadmap};
use sohoa_formats::report::{Column, Report, Side};
use sohoa_roadmap::adjustment::{self, Change};
use sohoa_storage::key;
use sohoa_texts::Language;
use sohoa_texts::figures::moment;
use sohoa_texts::terms::term;
use sohoa_texts::words::Word;

/// A roadmap with its versions.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Adjustments {
    /// Number of the decision.
    decision: String,
    /// Who decided.
    authority: String,
    /// When it was decided.
    issued: Day,
    /// Every version, from the first.
    versions: Vec<Version>,
}

/// A version of a roadmap.
#[derive(Debug, Clone, PartialEq, Serialize)]
struct Version {
    /// From 1.
    number: u32,
    /// When it was kept, RFC 3339, UTC.
    at: String,
    /// Who entered it.
    by: String,
    /// Number of the decision that allows it; of the first version that of the roadmap.
    decision: String,
    /// Why.
    reason: String,
    /// Lines that it has.
    lines: usize,
    /// What it changes in the version before.
    changes: Vec<Change>,
}

/// The versions of a roadmap with what they change for these units, found anew by comparing the versions in the store.
///
/// # Errors
/// `Unavailable` where the store does not answer; `Corrupt` for a version that is none.
pub(super) async fn told(archive: &Archive, roadmap: &Roadmap, units: &Units) -> Result<Adjustments> {
    let mut versions = Vec::new();
    let mut before: Option<Roadmap> = None;
    for adjustment in &roadmap.adjustments {
        let stored = match archive.store.get(&key::roadmap(&roadmap.decision, adjustment.version)).await {
            Ok(json) => Some(serde_json::from_slice::<Roadmap>(&json).or_error(Kind::Corrupt, || {
                format!("version {} of roadmap {} cannot be read; run `sohoa verify`", adjustment.version, roadmap.decision)
            })?),
            Err(error) if error.kind() == Kind::NotFound => None,
            Err(error) => return Err(error),
        };
        let own = |change: &Change| change.line.is_empty() || units.contains(&change.unit);
        let changes = match (&before, &stored) {
            (Some(before), Some(stored)) => adjustment::changes(before, stored).into_iter().filter(own).collect(),
            _ => Vec::new(),
        };
        let lines = stored.as_ref().map_or(0, |stored| stored.lines.iter().filter(|line| units.contains(&line.unit)).count());
        versions.push(version(roadmap, adjustment, lines, changes));
        before = stored;
    }
    let (decision, authority) = (roadmap.decision.clone(), roadmap.authority.clone());
    Ok(Adjustments { decision, authority, issued: roadmap.issued, versions })
}

fn version(roadmap: &Roadmap, adjustment: &Adjustment, lines: usize, changes: Vec<Change>) -> Version {
    let is_first = adjustment.version == 1 && adjustment.decision.is_empty();
    Version {
        number: adjustment.version,
        at: adjustment.at.clone(),
        by: adjustment.by.clone(),
        decision: if is_first { roadmap.decision.clone() } else { adjustment.decision.clone() },
        reason: adjustment.reason.clone(),
        lines,
        changes,
    }
}

/// The report of the office `unit`, written `today`.
pub(super) fn report(adjustments: &Adjustments, unit: &str, today: Day, language: Language) -> Report {
    let word = |word: Word| word.in_language(language);
    let head = |name: Word, width: u32, side: Side| Column::new(word(name), width, side);
    // A dash stands where nothing was given.
    let given = |text: &str| if text.is_empty() { "—".to_owned() } else { text.to_owned() };
    let day = |version: &Version| moment(&version.at).split(' ').next().unwrap_or_default().to_owned();
    let versions_columns = Columns::<Version>::new()
        .told(head(Word::Version, 7, Side::Middle), |version| version.number.to_string())
        .told(head(Word::Date, 10, Side::Middle), day)
        .told(head(Word::DecisionNumber, 16, Side::Left), move |version| given(&version.decision))
        .told(head(Word::ReasonOfChange, 34, Side::Left), move |version| given(&version.reason))
        .told(head(Word::Person, 12, Side::Left), |version| version.by.clone())
        .told(head(Word::Lines, 8, Side::Right), |version| version.lines.to_string())
        .told(head(Word::Changes, 9, Side::Right), |version| version.changes.len().to_string());
    let changes: Vec<(u32, &Change)> =
        adjustments.versions.iter().flat_map(|version| version.changes.iter().map(|change| (version.number, change))).collect();
    let value = move |change: &Change, value: &str| given(if change.what == "measure" { term(language, "measure", value) } else { value });
    let changes_columns = Columns::<(u32, &Change)>::new()
        .told(head(Word::Version, 7, Side::Middle), |(number, _)| number.to_string())
        .told(head(Word::Line, 11, Side::Left), move |(_, change)| {
            if change.line.is_empty() { Word::WholePlan.in_language(language).to_owned() } else { change.line.clone() }
        })
        .told(head(Word::Unit, 10, Side::Left), move |(_, change)| given(&change.unit))
        .told(head(Word::WhatChanged, 18, Side::Left), move |(_, change)| term(language, "change", &change.what).to_owned())
        .told(head(Word::WasBefore, 24, Side::Left), move |(_, change)| value(change, &change.before))
        .told(head(Word::IsNow, 24, Side::Left), move |(_, change)| value(change, &change.after));
    let first = format!(
        "{} {} ({}, {}): {} {}.",
        word(Word::DecisionNumber),
        adjustments.decision,
        adjustments.authority,
        adjustments.issued.numeric(),
        adjustments.versions.len(),
        word(Word::Versions)
    );
    Report {
        paragraphs: vec![first],
        tables: vec![
            table(format!("1. {}", word(Word::Adjustments)), versions_columns, &adjustments.versions, None),
            table(format!("2. {}", word(Word::ChangesByLine)), changes_columns, &changes, None),
        ],
        ..paper(unit, &adjustments.authority, today, format!("{} {}", word(Word::AdjustmentsOf), adjustments.decision))
    }
}

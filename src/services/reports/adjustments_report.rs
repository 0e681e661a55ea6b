//! The report of how a roadmap was changed, version by version and line by line.

use crate::archive::Archive;
use crate::reports::writer::{Columns, build_table, report_letterhead};
use serde::Serialize;
use sohoa_base::error::{ErrorKind, Result, ResultExt};
use sohoa_base::model::account::UnitScope;
use sohoa_base::model::calendar::Day;
use sohoa_base::model::roadmap::plan::{Adjustment, Roadmap};
use sohoa_formats::report::model::{Alignment, Column, Report};
use sohoa_roadmap::adjustment::{self, PlanChange};
use sohoa_storage::key;
use sohoa_texts::Language;
use sohoa_texts::code_labels::code_label;
use sohoa_texts::formatting::format_date_time;
use sohoa_texts::labels::Word;

/// A roadmap with its versions.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct AdjustmentHistory {
    /// Number of the decision.
    decision: String,
    /// Who decided.
    authority: String,
    /// When it was decided.
    issued: Day,
    /// Every version, from the first.
    versions: Vec<RoadmapVersion>,
}

/// A version of a roadmap.
#[derive(Debug, Clone, PartialEq, Serialize)]
struct RoadmapVersion {
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
    #[serde(rename = "lines")]
    targets: usize,
    /// What it changes in the version before.
    changes: Vec<PlanChange>,
}

/// The versions of a roadmap with what they change for these units, found anew by comparing the versions in the store.
///
/// # Errors
/// `Unavailable` where the store does not answer; `Corrupt` for a version that is none.
pub(crate) async fn load_history(archive: &Archive, roadmap: &Roadmap, units: &UnitScope) -> Result<AdjustmentHistory> {
    let mut versions = Vec::new();
    let mut before: Option<Roadmap> = None;
    for adjustment in &roadmap.adjustments {
        let stored = match archive.store.get(&key::roadmap(&roadmap.decision, adjustment.version)).await {
            Ok(json) => Some(serde_json::from_slice::<Roadmap>(&json).or_error(ErrorKind::Corrupt, || {
                format!("version {} of roadmap {} cannot be read; run `sohoa verify`", adjustment.version, roadmap.decision)
            })?),
            Err(error) if error.kind() == ErrorKind::NotFound => None,
            Err(error) => return Err(error),
        };
        let own = |change: &PlanChange| change.target.is_empty() || units.contains(&change.unit);
        let changes = match (&before, &stored) {
            (Some(before), Some(stored)) => adjustment::diff_roadmaps(before, stored).into_iter().filter(own).collect(),
            _ => Vec::new(),
        };
        let lines = stored.as_ref().map_or(0, |stored| stored.targets.iter().filter(|line| units.contains(&line.unit)).count());
        versions.push(roadmap_version(roadmap, adjustment, lines, changes));
        before = stored;
    }
    let (decision, authority) = (roadmap.decision.clone(), roadmap.authority.clone());
    Ok(AdjustmentHistory { decision, authority, issued: roadmap.issued, versions })
}

fn roadmap_version(roadmap: &Roadmap, adjustment: &Adjustment, lines: usize, changes: Vec<PlanChange>) -> RoadmapVersion {
    let is_first = adjustment.version == 1 && adjustment.decision.is_empty();
    RoadmapVersion {
        number: adjustment.version,
        at: adjustment.at.clone(),
        by: adjustment.by.clone(),
        decision: if is_first { roadmap.decision.clone() } else { adjustment.decision.clone() },
        reason: adjustment.reason.clone(),
        targets: lines,
        changes,
    }
}

/// The report of the office `unit`, written `today`.
pub(crate) fn build_report(adjustments: &AdjustmentHistory, unit: &str, today: Day, language: Language) -> Report {
    let word = |word: Word| word.in_language(language);
    let head = |name: Word, width: u32, side: Alignment| Column::new(word(name), width, side);
    // A dash stands where nothing was given.
    let given = |text: &str| if text.is_empty() { "—".to_owned() } else { text.to_owned() };
    let day = |version: &RoadmapVersion| format_date_time(&version.at).split(' ').next().unwrap_or_default().to_owned();
    let versions_columns = Columns::<RoadmapVersion>::new()
        .column(head(Word::Version, 7, Alignment::Middle), |version| version.number.to_string())
        .column(head(Word::Date, 10, Alignment::Middle), day)
        .column(head(Word::DecisionNumber, 16, Alignment::Left), move |version| given(&version.decision))
        .column(head(Word::ReasonOfChange, 34, Alignment::Left), move |version| given(&version.reason))
        .column(head(Word::Person, 12, Alignment::Left), |version| version.by.clone())
        .column(head(Word::Lines, 8, Alignment::Right), |version| version.targets.to_string())
        .column(head(Word::Changes, 9, Alignment::Right), |version| version.changes.len().to_string());
    let changes: Vec<(u32, &PlanChange)> =
        adjustments.versions.iter().flat_map(|version| version.changes.iter().map(|change| (version.number, change))).collect();
    let value = move |change: &PlanChange, value: &str| {
        given(if change.field == "measure" { code_label(language, "measure", value) } else { value })
    };
    let changes_columns = Columns::<(u32, &PlanChange)>::new()
        .column(head(Word::Version, 7, Alignment::Middle), |(number, _)| number.to_string())
        .column(head(Word::Line, 11, Alignment::Left), move |(_, change)| {
            if change.target.is_empty() { Word::WholePlan.in_language(language).to_owned() } else { change.target.clone() }
        })
        .column(head(Word::Unit, 10, Alignment::Left), move |(_, change)| given(&change.unit))
        .column(head(Word::WhatChanged, 18, Alignment::Left), move |(_, change)| code_label(language, "change", &change.field).to_owned())
        .column(head(Word::WasBefore, 24, Alignment::Left), move |(_, change)| value(change, &change.before))
        .column(head(Word::IsNow, 24, Alignment::Left), move |(_, change)| value(change, &change.after));
    let first = format!(
        "{} {} ({}, {}): {} {}.",
        word(Word::DecisionNumber),
        adjustments.decision,
        adjustments.authority,
        adjustments.issued.format_dmy(),
        adjustments.versions.len(),
        word(Word::Versions)
    );
    Report {
        paragraphs: vec![first],
        tables: vec![
            build_table(format!("1. {}", word(Word::Adjustments)), versions_columns, &adjustments.versions, None),
            build_table(format!("2. {}", word(Word::ChangesByLine)), changes_columns, &changes, None),
        ],
        ..report_letterhead(unit, &adjustments.authority, today, format!("{} {}", word(Word::AdjustmentsOf), adjustments.decision))
    }
}

//! Report on the adjustments of a roadmap, version by version and target by target.

use crate::archive::Archive;
use crate::reports::layout::{Columns, build_table, report_letterhead};
use crate::reports::request::{ReportContext, select_by_decision};
use serde::Serialize;
use sohoa_base::error::{ErrorKind, Result};
use sohoa_base::messages::reports;
use sohoa_base::model::account::UnitScope;
use sohoa_base::model::calendar::Day;
use sohoa_base::model::roadmap::plan::{Adjustment, Roadmap};
use sohoa_formats::report::model::{Alignment, Column, Report};
use sohoa_roadmap::adjustment::{self, PlanChange};
use sohoa_storage::key;
use sohoa_texts::code_labels::code_label;
use sohoa_texts::formatting::format_date_time;
use sohoa_texts::labels::Label;

/// The versions of a roadmap.
#[derive(Debug, Clone, PartialEq, Serialize)]
struct AdjustmentHistory {
    /// Number of the decision that issued the roadmap.
    decision: String,
    /// Authority that issued it.
    authority: String,
    /// Date of the decision.
    issued: Day,
    /// Every version, from the first.
    versions: Vec<RoadmapVersion>,
}

/// A version of a roadmap.
#[derive(Debug, Clone, PartialEq, Serialize)]
struct RoadmapVersion {
    /// Version number, from 1.
    number: u32,
    /// Time at which it was saved, RFC 3339, UTC.
    at: String,
    /// Name of the user who entered it.
    by: String,
    /// Number of the decision that permits the change; for the first version the number of the roadmap's decision.
    decision: String,
    /// Reason for the change.
    reason: String,
    /// Number of targets in the requested units.
    targets: usize,
    /// Changes against the previous version, for the requested units.
    changes: Vec<PlanChange>,
}

/// Index of the table of changes, which alone is written as CSV.
const CSV_TABLE: usize = 1;

/// Loads the versions of the requested roadmap and renders the report.
pub(crate) async fn write(context: ReportContext<'_>) -> Result<Vec<u8>> {
    let mut all = context.archive.catalog.roadmaps().await?;
    all.retain(|roadmap| roadmap.targets.iter().any(|target| context.request.units.contains(&target.unit)));
    let roadmap = select_by_decision(&all, |roadmap| &roadmap.decision, context.request.decision)?;
    let history = load_history(context.archive, roadmap, context.request.units).await?;
    context.format.render(&history, || build_report(&history, &context), CSV_TABLE)
}

/// Loads the versions of a roadmap and computes their changes for these units by comparing the versions in the store.
///
/// # Errors
/// `Unavailable` where the store does not answer; `Corrupt` for a version that cannot be read.
async fn load_history(archive: &Archive, roadmap: &Roadmap, units: &UnitScope) -> Result<AdjustmentHistory> {
    let mut versions = Vec::new();
    let mut before: Option<Roadmap> = None;
    for adjustment in &roadmap.adjustments {
        let stored = match archive.store.get(&key::roadmap(&roadmap.decision, adjustment.version)).await {
            Ok(json) => Some(
                serde_json::from_slice::<Roadmap>(&json)
                    .map_err(|error| reports::roadmap_version_unreadable(adjustment.version, &roadmap.decision).caused_by(error))?,
            ),
            Err(error) if error.kind() == ErrorKind::NotFound => None,
            Err(error) => return Err(error),
        };
        let own = |change: &PlanChange| change.target.is_empty() || units.contains(&change.unit);
        let changes = match (&before, &stored) {
            (Some(before), Some(stored)) => adjustment::diff_roadmaps(before, stored).into_iter().filter(own).collect(),
            _ => Vec::new(),
        };
        let targets = stored.as_ref().map_or(0, |stored| stored.targets.iter().filter(|target| units.contains(&target.unit)).count());
        versions.push(roadmap_version(roadmap, adjustment, targets, changes));
        before = stored;
    }
    let (decision, authority) = (roadmap.decision.clone(), roadmap.authority.clone());
    Ok(AdjustmentHistory { decision, authority, issued: roadmap.issued, versions })
}

fn roadmap_version(roadmap: &Roadmap, adjustment: &Adjustment, targets: usize, changes: Vec<PlanChange>) -> RoadmapVersion {
    let is_first = adjustment.version == 1 && adjustment.decision.is_empty();
    RoadmapVersion {
        number: adjustment.version,
        at: adjustment.at.clone(),
        by: adjustment.by.clone(),
        decision: if is_first { roadmap.decision.clone() } else { adjustment.decision.clone() },
        reason: adjustment.reason.clone(),
        targets,
        changes,
    }
}

fn build_report(adjustments: &AdjustmentHistory, context: &ReportContext<'_>) -> Report {
    let language = context.language;
    let word = |word: Label| word.text(language);
    let head = |name: Label, width: u32, side: Alignment| Column::new(word(name), width, side);
    let or_dash = |text: &str| if text.is_empty() { "—".to_owned() } else { text.to_owned() };
    let day = |version: &RoadmapVersion| format_date_time(&version.at).split(' ').next().unwrap_or_default().to_owned();
    let versions_columns = Columns::<RoadmapVersion>::new()
        .column(head(Label::Version, 7, Alignment::Middle), |version| version.number.to_string())
        .column(head(Label::Date, 10, Alignment::Middle), day)
        .column(head(Label::DecisionNumber, 16, Alignment::Left), move |version| or_dash(&version.decision))
        .column(head(Label::ReasonOfChange, 34, Alignment::Left), move |version| or_dash(&version.reason))
        .column(head(Label::Person, 12, Alignment::Left), |version| version.by.clone())
        .column(head(Label::Lines, 8, Alignment::Right), |version| version.targets.to_string())
        .column(head(Label::Changes, 9, Alignment::Right), |version| version.changes.len().to_string());
    let changes: Vec<(u32, &PlanChange)> =
        adjustments.versions.iter().flat_map(|version| version.changes.iter().map(|change| (version.number, change))).collect();
    let value = move |change: &PlanChange, value: &str| {
        or_dash(if change.field == "measure" { code_label(language, "measure", value) } else { value })
    };
    let changes_columns = Columns::<(u32, &PlanChange)>::new()
        .column(head(Label::Version, 7, Alignment::Middle), |(number, _)| number.to_string())
        .column(head(Label::Line, 11, Alignment::Left), move |(_, change)| {
            if change.target.is_empty() { Label::WholePlan.text(language).to_owned() } else { change.target.clone() }
        })
        .column(head(Label::Unit, 10, Alignment::Left), move |(_, change)| or_dash(&change.unit))
        .column(head(Label::WhatChanged, 18, Alignment::Left), move |(_, change)| code_label(language, "change", &change.field).to_owned())
        .column(head(Label::WasBefore, 24, Alignment::Left), move |(_, change)| value(change, &change.before))
        .column(head(Label::IsNow, 24, Alignment::Left), move |(_, change)| value(change, &change.after));
    let first = format!(
        "{} {} ({}, {}): {} {}.",
        word(Label::DecisionNumber),
        adjustments.decision,
        adjustments.authority,
        adjustments.issued.format_dmy(),
        adjustments.versions.len(),
        word(Label::Versions)
    );
    Report {
        paragraphs: vec![first],
        tables: vec![
            build_table(format!("1. {}", word(Label::Adjustments)), versions_columns, &adjustments.versions, None),
            build_table(format!("2. {}", word(Label::ChangesByLine)), changes_columns, &changes, None),
        ],
        ..report_letterhead(
            context.issuer(),
            &adjustments.authority,
            context.archive.today(),
            format!("{} {}", context.label_text(), adjustments.decision),
        )
    }
}

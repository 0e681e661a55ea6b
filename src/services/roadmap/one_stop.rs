//! One-stop dossiers (hồ sơ một cửa): tables that offices hand in, and the figures computed from them and from the archive.

use crate::archive::Archive;
use crate::outbox;
use crate::roadmap::plan_workbook;
use schemars::JsonSchema;
use serde::Serialize;
use sohoa_base::error::Result;
use sohoa_base::language::Language;
use sohoa_base::messages::roadmap;
use sohoa_base::model::account::{Identity, Right, UnitScope};
use sohoa_base::model::calendar::Day;
use sohoa_base::model::roadmap::one_stop_case::{CaseCode, CaseSubmission};
use sohoa_catalog::{OutboxFact, rfc3339};
use sohoa_formats::tables::spreadsheet_writer;
use sohoa_roadmap::case_table;
use sohoa_roadmap::case_table::CaseImportContext;
use sohoa_roadmap::one_stop::{self, StoredCase};
use sohoa_roadmap::table_reader::CellProblem;
use std::collections::BTreeMap;
use std::path::Path;
use uuid::Uuid;

pub use sohoa_roadmap::one_stop::{OneStopReport, Period};

/// Result of importing a table of one-stop dossiers.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct CaseImportResult {
    /// Number of dossiers in it.
    pub cases: usize,
    /// Of them: dossiers handed in before, whose earlier data are replaced.
    pub known: usize,
    /// Invalid cells; where there are any, nothing was saved.
    pub cell_errors: Vec<CellProblem>,
}

/// Imports a table that an office hands in (XLSX, ODS, CSV). `unit` is for rows that name none; `is_trial`: nothing is saved. `language`
/// is that of the reader of invalid cells.
///
/// # Errors
/// `Invalid` for a file that is no workbook; `Limit` for one over `limits.file_mib`; `Unavailable` where a back-end does not answer. Invalid
/// cells are no error, but part of the result.
pub async fn import(
    archive: &Archive,
    by: &Identity,
    file: &Path,
    unit: Option<&str>,
    is_trial: bool,
    language: Language,
) -> Result<CaseImportResult> {
    let sheets = plan_workbook::read_workbook(archive, file).await?;
    let mut known: BTreeMap<String, String> =
        stored_cases(archive).await?.into_iter().map(|held| (held.code.to_string(), held.unit)).collect();
    let before: BTreeMap<String, String> = archive.catalog.cases().await?.into_iter().map(|case| (case.code, case.unit)).collect();
    known.extend(before.clone());
    let units = by.units_with(Right::Upload);
    let unit = unit.map(str::trim).filter(|unit| !unit.is_empty());
    let context = CaseImportContext { units: &units, default_unit: unit, known_units: &known, today: archive.catalog.today() };
    let found = match case_table::read_cases(&sheets, &context) {
        Ok(found) => found,
        Err(errors) => return Ok(CaseImportResult { cases: 0, known: 0, cell_errors: plan_workbook::for_reader(errors, language) }),
    };
    let repeated = found.iter().filter(|case| before.contains_key(&case.code)).count();
    let imported = CaseImportResult { cases: found.len(), known: repeated, cell_errors: Vec::new() };
    if is_trial {
        return Ok(imported);
    }
    let at = rfc3339(archive.catalog.now_ms());
    let submission = CaseSubmission { id: Uuid::now_v7().to_string(), at, by: by.user.name.clone(), cases: found };
    archive.catalog.save_cases(&submission).await?;
    outbox::write_soon(archive, OutboxFact::Cases(submission.id)).await;
    Ok(imported)
}

/// An empty table as a workbook.
///
/// # Errors
/// `Internal` when it cannot be written.
pub fn template() -> Result<Vec<u8>> {
    spreadsheet_writer::write_workbook(&case_table::case_template(), |cell| cell.parse().ok())
}

/// One-stop dossiers with documents in the archive.
async fn stored_cases(archive: &Archive) -> Result<Vec<StoredCase>> {
    let mut found: Vec<(String, StoredCase)> = Vec::new();
    for document in archive.catalog.stored_case_documents().await? {
        let Some(code) = CaseCode::from_dossier_code(&document.dossier) else { continue };
        // Documents are sorted by dossier.
        if found.last().is_none_or(|(dossier, held)| *dossier != document.dossier || held.unit != document.unit) {
            found.push((document.dossier, StoredCase::empty(&document.unit, code)));
        }
        if let (Some((_, held)), Some(description)) = (found.last_mut(), &document.description) {
            held.add_document(description);
        }
    }
    Ok(found.into_iter().map(|(_, held)| held).collect())
}

/// The period of a report; by default from 1 January until today.
///
/// # Errors
/// `Invalid` where it ends before it begins.
pub fn report_period(today: Day, from: Option<Day>, to: Option<Day>) -> Result<Period> {
    let to = to.unwrap_or(today);
    let from = from.or_else(|| Day::from_ymd(to.ymd().0, 1, 1)).unwrap_or(to);
    if from > to {
        return Err(roadmap::period_reversed(from.format_dmy(), to.format_dmy()));
    }
    Ok(Period { from, to })
}

/// Counts the one-stop dossiers of these units in a period, from the archive and the tables handed in.
///
/// # Errors
/// `Unavailable` where the catalogue does not answer.
pub async fn summarize(archive: &Archive, units: &UnitScope, period: Period) -> Result<OneStopReport> {
    let (cases, held) = (archive.catalog.cases().await?, stored_cases(archive).await?);
    Ok(one_stop::summarize(&cases, &held, units, period, archive.catalog.today()))
}

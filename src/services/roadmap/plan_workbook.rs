//! The plan of a roadmap as a workbook: import, export, empty template.

use crate::archive::Archive;
use crate::outbox;
use crate::roadmap::target_weights::target_weights;
use schemars::JsonSchema;
use serde::Serialize;
use sohoa_base::error::{ErrorKind, Result};
use sohoa_base::language::Language;
use sohoa_base::messages::{program, roadmap as messages};
use sohoa_base::model::roadmap::plan::{Adjustment, Roadmap};
use sohoa_base::text::numbers;
use sohoa_catalog::{OutboxFact, rfc3339};
use sohoa_file_worker::client::FileWorker;
use sohoa_formats::tables::spreadsheet_writer;
use sohoa_roadmap::adjustment;
use sohoa_roadmap::table_reader::{CellError, CellProblem, Sheet};
use sohoa_roadmap::workbook;
use std::path::Path;
use std::sync::Arc;

/// Result of importing a plan.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct ImportResult {
    /// Number of the decision.
    pub decision: String,
    /// Version created, or of a trial the version that would be created.
    pub version: u32,
    /// Number of targets in it.
    pub targets: usize,
    /// Changes against the previous version.
    pub changes: Vec<String>,
    /// Invalid cells; where there are any, nothing was saved.
    pub cell_errors: Vec<CellProblem>,
}

/// Reason for an adjustment of a roadmap.
#[derive(Debug, Clone, Copy, Default)]
pub struct AdjustmentReason<'a> {
    /// Number of the decision that permits the change.
    pub decision: &'a str,
    /// Reason in words.
    pub text: &'a str,
}

/// Imports a roadmap from a workbook (XLSX, ODS, or CSV of the targets only); `is_trial`: nothing is saved. `language` is that of the
/// reader of invalid cells.
///
/// # Errors
/// `Invalid` for a roadmap that is saved already without a difference; `Conflict` where a target belongs to another roadmap; `Limit` for a
/// file over `limits.file_mib`. Invalid cells are no error, but part of the result.
pub async fn import(
    archive: &Archive,
    by: &str,
    file: &Path,
    reason: AdjustmentReason<'_>,
    is_trial: bool,
    language: Language,
) -> Result<ImportResult> {
    let sheets = read_workbook(archive, file).await?;
    let known = archive.catalog.roadmaps().await?;
    // A workbook of targets only belongs to the only roadmap.
    let only = match known.as_slice() {
        [only] => Some(only.as_ref()),
        _ => None,
    };
    let mut roadmap = match workbook::read_roadmap(&sheets, only) {
        Ok(roadmap) => roadmap,
        Err(errors) => {
            let cell_errors = for_reader(errors, language);
            return Ok(ImportResult { decision: String::new(), version: 0, targets: 0, changes: Vec::new(), cell_errors });
        }
    };
    let before = known.iter().find(|known| known.decision == roadmap.decision);
    let describe = |before: &Arc<Roadmap>| adjustment::diff_roadmaps(before, &roadmap).iter().map(ToString::to_string).collect::<Vec<_>>();
    let changes = before.map(describe).unwrap_or_default();
    if before.is_some() && changes.is_empty() {
        return Err(messages::roadmap_unchanged(&roadmap.decision));
    }
    let version = before.map_or(0, |before| before.version()) + 1;
    roadmap.adjustments = before.map(|before| before.adjustments.clone()).unwrap_or_default();
    roadmap.adjustments.push(Adjustment {
        version,
        at: rfc3339(archive.catalog.now_ms()),
        by: by.to_owned(),
        decision: reason.decision.to_owned(),
        reason: reason.text.to_owned(),
        changes: changes.clone(),
    });
    let imported =
        ImportResult { decision: roadmap.decision.clone(), version, targets: roadmap.targets.len(), changes, cell_errors: Vec::new() };
    if is_trial {
        return Ok(imported);
    }
    let work = archive.catalog.roadmap_progress(&roadmap.decision).await?;
    archive.catalog.save_roadmap(&roadmap, &target_weights(&roadmap, &work, archive.catalog.today())).await?;
    outbox::write_soon(archive, OutboxFact::Roadmap { decision: roadmap.decision, version }).await;
    Ok(imported)
}

/// Invalid cells with their texts in the reader's language.
pub(crate) fn for_reader(errors: Vec<CellError>, language: Language) -> Vec<CellProblem> {
    errors.into_iter().map(|error| error.for_reader(language)).collect()
}

/// Reads the sheets of a workbook in a sandboxed process.
///
/// # Errors
/// `Invalid` for a missing file or one that is no workbook; `Limit` for one over `limits.file_mib`.
pub(crate) async fn read_workbook(archive: &Archive, file: &Path) -> Result<Vec<Sheet>> {
    let shown = file.display().to_string();
    let bytes = std::fs::metadata(file).map_err(|error| messages::workbook_not_found(&shown).caused_by(error))?.len();
    let most = archive.config.limits.file_mib << 20;
    if bytes > most {
        return Err(messages::workbook_too_large(shown, most >> 20));
    }
    // It may be about several units, so that no other file comes into its process.
    match FileWorker::open(&archive.viewers, None, &shown, file).await?.sheets().await {
        Ok(sheets) => Ok(sheets),
        // `Corrupt` would mean damage in the archive; here the sent file is of another kind.
        Err(error) if error.kind() == ErrorKind::Corrupt => Err(messages::workbook_invalid().caused_by(error)),
        Err(error) => Err(error),
    }
}

/// Exports the roadmap of a decision, or the only one, as a workbook that [`import`] accepts.
///
/// # Errors
/// `NotFound` where there is no such roadmap, or several and no decision is given.
pub async fn export(archive: &Archive, decision: Option<&str>) -> Result<Vec<u8>> {
    let roadmap = choose_roadmap(archive, decision).await?;
    spreadsheet_writer::write_workbook(&workbook::write_roadmap(&roadmap), parse_number_cell)
}

/// A workbook with the sheets and columns of a roadmap, each with an example row.
///
/// # Errors
/// `Internal` when it cannot be written.
pub fn template() -> Result<Vec<u8>> {
    let example = include_str!("../../roadmap/example.json");
    let roadmap: Roadmap =
        serde_json::from_str(example).map_err(|error| program::bug("roadmap: example of a workbook").caused_by(error))?;
    spreadsheet_writer::write_workbook(&workbook::write_roadmap(&roadmap), parse_number_cell)
}

/// Value of a numeric cell; cells with a leading zero or other characters (codes, names) stay text.
fn parse_number_cell(cell: &str) -> Option<f64> {
    let is_plain = cell.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.' || byte == b',') && !cell.starts_with('0');
    numbers::parse_number(cell).filter(|_| is_plain || cell == "0")
}

async fn choose_roadmap(archive: &Archive, decision: Option<&str>) -> Result<Arc<Roadmap>> {
    let mut known = archive.catalog.roadmaps().await?;
    match decision {
        Some(decision) => {
            let found = known.into_iter().find(|roadmap| roadmap.decision == decision);
            found.ok_or_else(|| messages::roadmap_unknown(decision))
        }
        None if known.len() == 1 => known.pop().ok_or_else(|| program::bug("roadmap: the only roadmap is gone")),
        None if known.is_empty() => Err(messages::roadmap_missing()),
        None => {
            let names: Vec<&str> = known.iter().map(|roadmap| roadmap.decision.as_str()).collect();
            Err(messages::roadmap_ambiguous(names.join(", ")))
        }
    }
}

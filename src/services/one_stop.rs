//! One-stop dossiers: what offices hand in about them, and the report made of it and of what the archive holds.

use crate::archive::Archive;
use crate::roadmap;
use schemars::JsonSchema;
use serde::Serialize;
use sohoa_base::error::{Error, Kind, Result, ResultExt};
use sohoa_base::model::account::{Identity, Right, Units};
use sohoa_base::model::case::{CaseCode, HandedIn};
use sohoa_base::model::day::Day;
use sohoa_catalog::rfc3339;
use sohoa_formats::spreadsheet;
use sohoa_roadmap::cases::{self, Context};
use sohoa_roadmap::one_stop::{self, Held};
use sohoa_roadmap::plan::WrongCell;
use sohoa_storage::key;
use std::collections::BTreeMap;
use std::path::Path;
use uuid::Uuid;

pub use sohoa_roadmap::one_stop::{OneStop, Period};

/// What came of a table of one-stop dossiers.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct ImportedCases {
    /// Dossiers in it.
    pub cases: usize,
    /// Of them: those of which something was handed in before, which counts no more.
    pub known: usize,
    /// Cells that cannot be taken; where there are any, nothing was kept.
    pub wrong: Vec<WrongCell>,
}

/// Takes what an office hands in (XLSX, ODS, CSV); `unit`: of rows that name none; `is_trial`: nothing is kept.
///
/// # Errors
/// Those of reading processes for what is no workbook; `Unavailable` where a back-end does not answer. Wrong cells are told in the
/// answer.
pub async fn import(archive: &Archive, by: &Identity, file: &Path, unit: Option<&str>, is_trial: bool) -> Result<ImportedCases> {
    let sheets = roadmap::sheets(archive, file).await?;
    let mut known: BTreeMap<String, String> = held(archive).await?.into_iter().map(|held| (held.code.to_string(), held.unit)).collect();
    let before: BTreeMap<String, String> = archive.catalog.cases().await?.into_iter().map(|case| (case.code, case.unit)).collect();
    known.extend(before.clone());
    let units = by.units(Right::Upload);
    let unit = unit.map(str::trim).filter(|unit| !unit.is_empty());
    let context = Context { units: &units, unit, known: &known, today: archive.catalog.today() };
    let found = match cases::read(&sheets, &context) {
        Ok(found) => found,
        Err(wrong) => return Ok(ImportedCases { cases: 0, known: 0, wrong }),
    };
    let repeated = found.iter().filter(|case| before.contains_key(&case.code)).count();
    let imported = ImportedCases { cases: found.len(), known: repeated, wrong: Vec::new() };
    if is_trial {
        return Ok(imported);
    }
    let at = rfc3339(archive.catalog.now());
    let handed = HandedIn { id: Uuid::now_v7().to_string(), at, by: by.user.name.clone(), cases: found };
    archive.catalog.keep_cases(&handed).await?;
    let json = serde_json::to_vec(&handed).or_error(Kind::Internal, || "the table has no JSON form".to_owned())?;
    archive.store.put(&key::cases(&handed.id), json).await?;
    Ok(imported)
}

/// A form of the table as a workbook.
///
/// # Errors
/// `Internal` when it cannot be written.
pub fn template() -> Result<Vec<u8>> {
    spreadsheet::workbook(&cases::template(), |cell| cell.parse().ok())
}

/// What the archive holds of one-stop dossiers.
async fn held(archive: &Archive) -> Result<Vec<Held>> {
    let mut found: Vec<(String, Held)> = Vec::new();
    for document in archive.catalog.held_cases().await? {
        let Some(code) = CaseCode::of_dossier(&document.dossier) else { continue };
        // Documents come by dossier.
        if found.last().is_none_or(|(dossier, held)| *dossier != document.dossier || held.unit != document.unit) {
            found.push((document.dossier, Held::empty(&document.unit, code)));
        }
        if let (Some((_, held)), Some(description)) = (found.last_mut(), &document.description) {
            held.add(description);
        }
    }
    Ok(found.into_iter().map(|(_, held)| held).collect())
}

/// The period from one day to another, without them from the first of January until today.
///
/// # Errors
/// `Invalid` where it ends before it begins.
pub fn period(today: Day, from: Option<Day>, to: Option<Day>) -> Result<Period> {
    let to = to.unwrap_or(today);
    let from = from.or_else(|| Day::of(to.parts().0, 1, 1)).unwrap_or(to);
    if from > to {
        return Err(Error::invalid(format!("the period ends on {} before it begins on {}", to.numeric(), from.numeric())));
    }
    Ok(Period { from, to })
}

/// The one-stop dossiers of these units in a period, counted anew from what is stored and was handed in.
///
/// # Errors
/// `Unavailable` where the catalogue does not answer.
pub async fn count(archive: &Archive, units: &Units, period: Period) -> Result<OneStop> {
    let (cases, held) = (archive.catalog.cases().await?, held(archive).await?);
    Ok(one_stop::count(&cases, &held, units, period, archive.catalog.today()))
}

//! Quarantine (cách ly): dossiers held because of a stamp of secrecy, and the decisions of the officers in charge.

use crate::archive::Archive;
use crate::runs::batch_ledger::save_ledger;
use crate::runs::execution;
use serde::Serialize;
use sohoa_base::error::{Error, ErrorKind, Result};
use sohoa_base::model::batch::PageBalance;
use sohoa_base::model::pipeline_plan::PipelinePlan;
pub use sohoa_catalog::QuarantineDecision;
use sohoa_catalog::{HeldDossier, REBUILT_BATCH};
use sohoa_pipeline::worker::CancellationToken;
use sohoa_stages::object_names;
use sohoa_storage::key;
use std::collections::BTreeSet;
use std::sync::Arc;

/// A dossier in quarantine. Its readings are not stored, so no text of it can be shown.
#[derive(Debug, Clone, Serialize)]
pub struct QuarantineEntry {
    /// Object name of the dossier.
    pub dossier: String,
    /// Code of the dossier.
    pub code: String,
    /// Number of pages held.
    pub pages: u64,
    /// Stamps detected.
    pub stamps: Vec<StampLocation>,
}

/// Location of a detected stamp.
#[derive(Debug, Clone, Serialize)]
pub struct StampLocation {
    /// Path of the file in the delivery.
    pub file: String,
    /// Page of the file, from 1.
    pub page: u32,
    /// Words of the stamp, and the confidence.
    pub reason: String,
}

/// Result of a decision.
#[derive(Debug, Clone, Serialize)]
pub struct QuarantineOutcome {
    /// Object name of the dossier.
    pub dossier: String,
    /// Name of the officer who decided.
    pub by: String,
    /// Pages that left quarantine.
    pub pages: u64,
    /// Version of the dossier that contains them; none: they were removed from the archive.
    pub version: Option<u32>,
    /// Page balance of each of its batches.
    pub balance: Vec<PageBalance>,
    /// SHA-256 of bytes that were not deleted, because another dossier uses them.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub shared_bytes: BTreeSet<String>,
}

/// Dossiers in quarantine.
///
/// # Errors
/// `Unavailable` where the catalogue does not answer.
pub async fn list(archive: &Archive) -> Result<Vec<QuarantineEntry>> {
    Ok(archive.catalog.held_dossiers().await?.into_iter().map(quarantine_entry).collect())
}

fn quarantine_entry(held: HeldDossier) -> QuarantineEntry {
    let pages = held.pages.len() as u64;
    let stamps = held
        .pages
        .into_iter()
        .filter_map(|page| Some(StampLocation { file: page.file, page: page.number, reason: page.reason? }))
        .collect();
    QuarantineEntry { dossier: object_names::dossier_object(&held.dossier.name), code: held.dossier.name.code, pages, stamps }
}

/// Releases a dossier, because the stamp was a false detection or the document was declassified; it is read, reviewed and stored.
///
/// # Errors
/// `Denied` for a user who is no officer in charge of secrets; `NotFound` for a dossier that is not in quarantine.
pub async fn release(
    archive: &Arc<Archive>,
    name: &str,
    decision: QuarantineDecision<'_>,
    given: (&str, &PipelinePlan),
) -> Result<QuarantineOutcome> {
    check_officer(archive, decision.by)?;
    let held = find_quarantined(archive, name).await?;
    let batch = archive.catalog.release_dossier(&held.dossier.id, decision, given).await?;
    execution::finish_batch(archive, &batch, &CancellationToken::default()).await?;
    let contents = archive.catalog.contents(&held.dossier.id).await?;
    let batches = contents.files.iter().map(|file| file.batch.clone()).filter(|batch| *batch != REBUILT_BATCH).collect();
    let version = Some(contents.dossier.version);
    Ok(QuarantineOutcome { version, ..decision_outcome(archive, &held, decision.by, batches).await? })
}

/// Removes the files of a dossier from the archive: their bytes are deleted; events and balance record it.
///
/// # Errors
/// As [`release`]; `Conflict` where a page was stored before its stamp was detected.
pub async fn remove(archive: &Archive, name: &str, decision: QuarantineDecision<'_>) -> Result<QuarantineOutcome> {
    check_officer(archive, decision.by)?;
    let held = find_quarantined(archive, name).await?;
    let bytes = archive.catalog.held_digests(&held.dossier.id).await?;
    for sha256 in bytes.exclusive {
        // Bytes first: if interrupted here, the dossier is still in quarantine and the command can be repeated.
        archive.store.delete(&key::intake(&sha256)).await?;
    }
    let batches = archive.catalog.remove_dossier(&held.dossier.id, decision).await?;
    Ok(QuarantineOutcome { shared_bytes: bytes.shared, ..decision_outcome(archive, &held, decision.by, batches).await? })
}

/// Updates the ledgers of the batches, whose balance the decision changed, and builds the result.
async fn decision_outcome(archive: &Archive, held: &HeldDossier, by: &str, batches: BTreeSet<String>) -> Result<QuarantineOutcome> {
    let mut balance = Vec::new();
    for batch in batches {
        save_ledger(archive, &batch).await?;
        balance.push(archive.catalog.balance(&batch).await?.pages);
    }
    Ok(QuarantineOutcome {
        dossier: object_names::dossier_object(&held.dossier.name),
        by: by.to_owned(),
        pages: held.pages.len() as u64,
        version: None,
        balance,
        shared_bytes: BTreeSet::new(),
    })
}

/// Finds the dossier in quarantine by code or object name.
async fn find_quarantined(archive: &Archive, name: &str) -> Result<HeldDossier> {
    let mut found = archive.catalog.held_dossiers().await?;
    found.retain(|held| held.dossier.name.code == name || object_names::dossier_object(&held.dossier.name) == name);
    match found.len() {
        1 => found.pop().ok_or_else(|| Error::internal("one dossier is none")),
        0 => Err(Error::not_found(format!("dossier {name} is not in quarantine; `sohoa quarantine list` shows what is"))),
        _ => Err(Error::invalid(format!(
            "several dossiers have the code {name}; give the whole name, as `sohoa quarantine list --json` shows it"
        ))),
    }
}

fn check_officer(archive: &Archive, by: &str) -> Result<()> {
    let officers = &archive.config.secrecy_officers;
    if officers.iter().any(|officer| officer == by) {
        return Ok(());
    }
    let mend = if officers.is_empty() {
        "no officer is named yet: set secrecy_officers = [\"NAME\"] in sohoa.toml"
    } else {
        "only those named in secrecy_officers of sohoa.toml may decide"
    };
    Err(Error::new(ErrorKind::Denied, format!("{by:?} is no officer in charge of secrets; {mend}")))
}

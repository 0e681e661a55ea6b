//! Quarantine (cách ly): dossiers held because of a stamp of secrecy, and the decisions of the officers in charge.

use crate::accounts::officers::Officer;
use crate::archive::Archive;
use crate::outbox;
use crate::runs::execution;
use schemars::JsonSchema;
use serde::Serialize;
use sohoa_base::error::Result;
use sohoa_base::messages::{StoredMessage, decisions, program};
use sohoa_base::model::account::UnitScope;
use sohoa_base::model::batch::PageBalance;
use sohoa_base::model::pipeline_plan::PipelinePlan;
use sohoa_catalog::{HeldDossier, QuarantineDecision, REBUILT_BATCH, RemovalPlan};
use sohoa_pipeline::worker::CancellationToken;
use sohoa_stages::object_names;
use sohoa_storage::key;
use sohoa_storage::ocfl::ocfl_object;
use std::collections::BTreeSet;
use std::sync::Arc;

/// A dossier in quarantine, whose readings are not stored, so that no text of it can be shown; or one with originals that wait
/// because they could not be read.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct QuarantineEntry {
    /// Object name of the dossier.
    pub dossier: String,
    /// Unit or fonds.
    pub unit: String,
    /// Code of the dossier.
    pub code: String,
    /// Number of pages held.
    pub pages: u64,
    /// Arrival of its last file that is held, RFC 3339; none: not known any more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub received: Option<String>,
    /// Stamps detected.
    pub stamps: Vec<StampLocation>,
    /// Files and pages that could not be read.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unread: Vec<UnreadLocation>,
}

/// Location of what could not be read.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct UnreadLocation {
    /// Path of the file in the delivery.
    pub file: String,
    /// Page of the file, from 1; none: the whole file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub page: Option<u32>,
    /// Reason of the refusal, in English.
    pub reason: String,
    /// Its code and values.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<StoredMessage>,
}

/// Location of a detected stamp.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct StampLocation {
    /// Path of the file in the delivery.
    pub file: String,
    /// Page of the file, from 1.
    pub page: u32,
    /// Words of the stamp, and the confidence, in English.
    pub reason: String,
    /// Its code and values.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<StoredMessage>,
}

/// Result of a decision.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct QuarantineOutcome {
    /// Object name of the dossier.
    pub dossier: String,
    /// Name of the officer who decided.
    pub by: String,
    /// Pages that left quarantine.
    pub pages: u64,
    /// Version of the dossier that contains them; none: they were removed from the archive, or workers still read them.
    pub version: Option<u32>,
    /// Page balance of each of its batches.
    pub balance: Vec<PageBalance>,
    /// SHA-256 of bytes that were not deleted, because another dossier uses them.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub shared_bytes: BTreeSet<String>,
    /// Keys of the store that still hold removed bytes: objects are never changed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub remaining: Vec<String>,
    /// Places outside the reach of a removal, which people must look after.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub out_of_reach: Vec<UnreachablePlace>,
}

/// A place with copies that a removal cannot delete.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case", tag = "kind", content = "place")]
pub enum UnreachablePlace {
    /// Deliveries that a hot folder moved away: the folder or bucket.
    MovedDeliveries(String),
    /// Earlier versions that the bucket keeps: the store.
    ObjectVersions(String),
    /// Events that an earlier version of the program wrote: names of files and of signers.
    EventLog,
    /// Backups, and what was delivered from.
    Backups,
}

/// Dossiers of these units in quarantine.
///
/// # Errors
/// `Unavailable` where the catalogue does not answer.
pub async fn list(archive: &Archive, units: &UnitScope) -> Result<Vec<QuarantineEntry>> {
    Ok(archive.catalog.held_dossiers(units).await?.into_iter().map(quarantine_entry).collect())
}

fn quarantine_entry(held: HeldDossier) -> QuarantineEntry {
    let pages = held.pages.len() as u64;
    let stamps = held
        .pages
        .into_iter()
        .filter_map(|page| Some(StampLocation { file: page.file, page: page.number, reason: page.reason?, message: page.message }))
        .collect();
    let unread = held
        .unread
        .into_iter()
        .map(|item| UnreadLocation { file: item.file, page: item.page, reason: item.reason, message: item.message })
        .collect();
    let object = object_names::dossier_object(&held.dossier.name);
    let (unit, code, received) = (held.dossier.name.fonds, held.dossier.name.code, held.received);
    QuarantineEntry { dossier: object, unit, code, pages, received, stamps, unread }
}

/// Releases a dossier, because the stamp was a false detection or the document was declassified; it is read, reviewed and stored. Of a
/// dossier with originals that could not be read, these are tried again, and stored also where they still cannot be read.
///
/// # Errors
/// `NotFound` for a dossier that is not in quarantine in a unit of the officer; `Invalid` without a note of an officer with an account.
pub async fn release(
    archive: &Arc<Archive>,
    name: &str,
    officer: &Officer,
    note: Option<&str>,
    given: (&str, &PipelinePlan),
) -> Result<QuarantineOutcome> {
    let (held, batch) = start_release(archive, name, officer, note, given).await?;
    execution::finish_batch(archive, &batch, &CancellationToken::default()).await?;
    release_outcome(archive, &held, officer).await
}

/// As [`release`], but the workers of the archive read the dossier, after this call.
///
/// # Errors
/// As [`release`].
pub async fn queue_release(
    archive: &Archive,
    name: &str,
    officer: &Officer,
    note: Option<&str>,
    given: (&str, &PipelinePlan),
) -> Result<QuarantineOutcome> {
    let (held, _) = start_release(archive, name, officer, note, given).await?;
    Ok(QuarantineOutcome { version: None, ..release_outcome(archive, &held, officer).await? })
}

/// Puts the pages of the dossier into the queue of the workers; returns what was held, and the batch of the tasks.
async fn start_release(
    archive: &Archive,
    name: &str,
    officer: &Officer,
    note: Option<&str>,
    given: (&str, &PipelinePlan),
) -> Result<(HeldDossier, String)> {
    check_note(officer, note)?;
    let held = find_quarantined(archive, &officer.units, name).await?;
    let batch = officer.run(archive.catalog.release_dossier(&held.dossier.id, decision(officer, note), given)).await?;
    Ok((held, batch))
}

async fn release_outcome(archive: &Archive, held: &HeldDossier, officer: &Officer) -> Result<QuarantineOutcome> {
    let contents = archive.catalog.contents(&held.dossier.id).await?;
    let batches = contents.files.iter().map(|file| file.batch.clone()).filter(|batch| *batch != REBUILT_BATCH).collect();
    let version = Some(contents.dossier.version);
    Ok(QuarantineOutcome { version, ..decision_outcome(archive, held, officer, batches).await? })
}

/// Removes the files of a dossier from the archive: their bytes are deleted, with the archives that contain them, the lists beside
/// them and what was derived; events and balance record it. The outcome names the copies that are left.
///
/// # Errors
/// As [`release`]; `Conflict` where a page was stored before its stamp was detected.
pub async fn remove(archive: &Archive, name: &str, officer: &Officer, note: Option<&str>) -> Result<QuarantineOutcome> {
    check_note(officer, note)?;
    let held = find_quarantined(archive, &officer.units, name).await?;
    let plan = archive.catalog.removal_plan(&held.dossier.id).await?;
    // Bytes first: if interrupted here, the dossier is still in quarantine and the command can be repeated.
    delete_bytes(archive, &plan).await?;
    let batches = officer.run(archive.catalog.remove_dossier(&held.dossier.id, decision(officer, note))).await?;
    let remaining = find_remaining(archive, &plan).await?;
    let outcome = decision_outcome(archive, &held, officer, batches).await?;
    let out_of_reach = unreachable_places(archive, &plan);
    Ok(QuarantineOutcome { shared_bytes: plan.shared, remaining, out_of_reach, ..outcome })
}

fn decision<'a>(officer: &'a Officer, note: Option<&'a str>) -> QuarantineDecision<'a> {
    QuarantineDecision { by: &officer.name, note: note.map(str::trim), operator: &officer.operator }
}

/// Fails for an officer with an account who gives no reason.
fn check_note(officer: &Officer, note: Option<&str>) -> Result<()> {
    if officer.has_account && note.is_none_or(|note| note.trim().is_empty()) {
        return Err(decisions::decision_note_missing());
    }
    Ok(())
}

async fn delete_bytes(archive: &Archive, plan: &RemovalPlan) -> Result<()> {
    let store = archive.store.as_ref();
    for sha256 in &plan.digests {
        store.delete(&key::intake(sha256)).await?;
    }
    for document in &plan.documents {
        for entry in store.list(&object_names::staged_part_key(document, "")).await? {
            store.delete(&entry.key).await?;
        }
    }
    for (batch, folder) in &plan.folders {
        for list in object_names::LIST_FILE_NAMES {
            store.delete(&key::manifest(batch, &format!("{folder}/{list}"))).await?;
        }
    }
    Ok(())
}

/// Keys of the store that still hold removed bytes: on arrival, and in the objects of dossiers that have or had them.
async fn find_remaining(archive: &Archive, plan: &RemovalPlan) -> Result<Vec<String>> {
    let store = archive.store.as_ref();
    let mut remaining = BTreeSet::new();
    for folder in ["intake/", "refused/"] {
        let keys = store.list(folder).await?.into_iter().map(|entry| entry.key);
        remaining.extend(keys.filter(|key| key.rsplit('/').next().is_some_and(|sha256| plan.digests.contains(sha256))));
    }
    for dossier in &plan.deposited {
        let object = object_names::dossier_object(dossier);
        for sha256 in &plan.digests {
            remaining.extend(ocfl_object::key_of_digest(store, &object, sha256).await?);
        }
    }
    Ok(remaining.into_iter().collect())
}

fn unreachable_places(archive: &Archive, plan: &RemovalPlan) -> Vec<UnreachablePlace> {
    let done = archive.config.hot_folders.iter().map(|source| source.done_folder.to_string_lossy().into_owned());
    let mut places: Vec<UnreachablePlace> = done.map(UnreachablePlace::MovedDeliveries).collect();
    let store = archive.config.store_url();
    if store.starts_with("s3://") {
        places.push(UnreachablePlace::ObjectVersions(store));
    }
    if plan.unblankable_events > 0 {
        places.push(UnreachablePlace::EventLog);
    }
    places.push(UnreachablePlace::Backups);
    places
}

/// Updates the ledgers of the batches, whose balance the decision changed, and builds the result.
async fn decision_outcome(
    archive: &Archive,
    held: &HeldDossier,
    officer: &Officer,
    batches: BTreeSet<String>,
) -> Result<QuarantineOutcome> {
    let mut balance = Vec::new();
    for batch in batches {
        outbox::write_ledger_soon(archive, &batch).await;
        balance.push(archive.catalog.balance(&batch).await?.pages);
    }
    Ok(QuarantineOutcome {
        dossier: object_names::dossier_object(&held.dossier.name),
        by: officer.name.clone(),
        pages: (held.pages.len() + held.unread.len()) as u64,
        version: None,
        balance,
        shared_bytes: BTreeSet::new(),
        remaining: Vec::new(),
        out_of_reach: Vec::new(),
    })
}

/// Finds the dossier of these units in quarantine by code or object name.
async fn find_quarantined(archive: &Archive, units: &UnitScope, name: &str) -> Result<HeldDossier> {
    let mut found = archive.catalog.held_dossiers(units).await?;
    found.retain(|held| held.dossier.name.code == name || object_names::dossier_object(&held.dossier.name) == name);
    match found.len() {
        1 => found.pop().ok_or_else(|| program::bug("quarantine: the only dossier is gone")),
        0 => Err(decisions::quarantine_dossier_unknown(name)),
        _ => Err(decisions::quarantine_dossier_ambiguous(name)),
    }
}

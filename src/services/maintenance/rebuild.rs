//! Rebuilds catalogue and index from the store only.

use crate::archive::Archive;
use crate::maintenance::index_follower;
use serde::Serialize;
use sha2::{Digest, Sha512};
use sohoa_base::error::{ErrorKind, Result};
use sohoa_base::messages::maintenance;
use sohoa_base::model::roadmap::lot::Lot;
use sohoa_base::model::roadmap::one_stop_case::CaseSubmission;
use sohoa_base::model::roadmap::plan::Roadmap;
use sohoa_catalog::BatchLedger;
use sohoa_pipeline::worker::CancellationToken;
use sohoa_stages::object_names;
use sohoa_stages::record_json::record_from_json;
use sohoa_storage::ocfl::ocfl_object;
use std::collections::BTreeMap;

/// Counts of what was restored.
#[derive(Debug, Default, Serialize)]
pub struct RebuildReport {
    /// Dossiers.
    pub objects: u64,
    /// Documents.
    pub documents: u64,
    /// Pages indexed.
    pub pages: u64,
    /// Batches.
    pub batches: u64,
}

/// Reads every object, roadmap, ledger and lot of the store and writes their content to catalogue and index.
///
/// # Errors
/// `Unavailable` when a back-end does not answer; `Corrupt` for an object that cannot be read.
pub async fn rebuild_all(archive: &Archive) -> Result<RebuildReport> {
    let store = archive.store.as_ref();
    let mut done = RebuildReport::default();
    for object in ocfl_object::list_objects(store).await? {
        let inventory = ocfl_object::read_inventory(store, &object).await?;
        let version = inventory.map_or(Ok(0), |inventory| inventory.head_number())?;
        let json = ocfl_object::get(store, &object, "record.json").await?;
        let record = record_from_json(&json, &object)?;
        archive.catalog.rebuild_dossier(&record, version, &hex::encode(Sha512::digest(&json))).await?;
        done.objects += 1;
        done.documents += record.documents.len() as u64;
        done.pages += record.documents.iter().flat_map(|document| &document.pages).filter(|page| page.alto.is_some()).count() as u64;
    }
    restore_roadmaps(archive).await?;
    for entry in store.list("batches/").await? {
        let ledger: BatchLedger = parse(&entry.key, &store.get(&entry.key).await?)?;
        archive.catalog.rebuild_batch(&ledger).await?;
        done.batches += 1;
    }
    for entry in store.list("lots/").await? {
        let lot: Lot = parse(&entry.key, &store.get(&entry.key).await?)?;
        let documents: Vec<(String, String, u32)> = lot.documents.iter().filter_map(|name| parse_document_name(name)).collect();
        archive.catalog.rebuild_lot(&lot, &documents).await?;
    }
    for entry in store.list("cases/").await? {
        let handed: CaseSubmission = parse(&entry.key, &store.get(&entry.key).await?)?;
        archive.catalog.restore_cases(&handed).await?;
    }
    index_follower::refill(archive, &CancellationToken::new()).await?;
    Ok(done)
}

/// Reads a JSON file of the store.
fn parse<T: serde::de::DeserializeOwned>(key: &str, json: &[u8]) -> Result<T> {
    serde_json::from_slice(json).map_err(|error| maintenance::stored_file_invalid(key).caused_by(error))
}

/// Unit, code and number of a document `OBJECT#NUMBER`.
fn parse_document_name(name: &str) -> Option<(String, String, u32)> {
    let (object, number) = name.rsplit_once('#')?;
    let (fonds, code) = object_names::parse_dossier_object(object)?;
    Some((fonds, code, number.parse().ok()?))
}

/// Restores the newest version of every roadmap; must run before the batches and lots that refer to its targets.
async fn restore_roadmaps(archive: &Archive) -> Result<()> {
    let mut newest: BTreeMap<String, Roadmap> = BTreeMap::new();
    for entry in archive.store.list("roadmaps/").await? {
        let roadmap: Roadmap = parse(&entry.key, &archive.store.get(&entry.key).await?)?;
        let known = newest.get(&roadmap.decision).map_or(0, Roadmap::version);
        if roadmap.version() >= known {
            newest.insert(roadmap.decision.clone(), roadmap);
        }
    }
    for roadmap in newest.into_values() {
        let units: Vec<String> = roadmap.targets.iter().map(|target| target.unit.clone()).collect();
        archive.catalog.restore_units(&units).await?;
        match archive.catalog.restore_roadmap(&roadmap).await {
            // The catalogue has this version or a newer one already.
            Err(error) if error.kind() == ErrorKind::Conflict => {}
            other => other?,
        }
    }
    Ok(())
}

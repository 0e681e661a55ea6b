//! Deposit: a new version of the dossier's OCFL object, with originals, derivatives, record and fixity.

use crate::object_names;
use crate::record_builder;
use crate::record_json::{record_from_json, record_to_json};
use crate::stage::{Context, Stage, TaskState, unexpected_item};
use crate::{originals, readings};
use async_trait::async_trait;
use serde_json::Value;
use sha2::{Digest, Sha512};
use sohoa_base::error::Result;
use sohoa_base::messages::program;
use sohoa_base::model::change::Change;
use sohoa_base::model::dossier::{DossierSnapshot, File, Item};
use sohoa_base::model::pipeline_plan::StageLevel;
use sohoa_base::model::record::Record;
use sohoa_formats::metadata::mets;
use sohoa_formats::metadata::mets::StoredFile;
use sohoa_formats::metadata::premis;
use sohoa_formats::metadata::premis::EventTimes;
use sohoa_storage::ocfl::ocfl_object;
use sohoa_storage::ocfl::ocfl_object::{ContentSource, NewVersion};
use std::collections::{BTreeMap, BTreeSet};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// See the module.
#[derive(Debug)]
pub struct Deposit;

#[async_trait]
impl Stage for Deposit {
    fn name(&self) -> &'static str {
        "deposit"
    }

    fn level(&self) -> StageLevel {
        StageLevel::Dossier
    }

    async fn run(&self, context: &Context<'_>, _: &Value, work: &mut TaskState) -> Result<()> {
        let Item::Dossier(contents) = &work.item else { return Err(unexpected_item(self.name())) };
        let mut read = BTreeMap::new();
        for document in &contents.documents {
            for (number, id) in (1..).zip(&document.pages) {
                if let Some(reading) = readings::page_reading(context, contents, document, number).await? {
                    read.insert(id.clone(), record_builder::ReadingSummary::from(&reading));
                }
            }
        }
        let mut models = context.pool.models().await?.clone();
        models.extend(context.trained_model_sha256.map(|sha256| ("learned.json".to_owned(), sha256.to_owned())));
        let mut record = record_builder::build_record(contents, &work.plan, models, &read);
        let is_withheld = |file: &&File| contents.withheld(file).is_some() && record_builder::is_preserved(file);
        let withheld: BTreeSet<String> = contents.files.iter().filter(is_withheld).map(|file| file.delivered.sha256.clone()).collect();
        let withheld: Vec<String> = withheld.into_iter().collect();
        if record.documents.is_empty() && record.originals.iter().all(|original| original.withheld) {
            // A release brings a dossier in quarantine on; others are deposited as soon as something may leave intake.
            if !withheld.is_empty() && !contents.is_held() {
                work.changes.push(Change::OriginalsWithheld { dossier: contents.dossier.id.clone(), withheld });
            }
            return Ok(());
        }
        let head = ocfl_object::read_inventory(context.store, &record.object).await?;
        // Readings out of deposited ALTO, as after a rebuild, have no codes: those of the version before stay.
        if head.is_some() && contents.pages.iter().any(|page| page.reading.is_none() && page.refusal.is_none()) {
            let before = ocfl_object::get(context.store, &record.object, "record.json").await?;
            let before = record_from_json(&before, &record.object)?;
            record_builder::restore_codes(&mut record, &before, contents);
        }
        let json = record_to_json(&record)?;
        let record_sha512 = hex::encode(Sha512::digest(&json));
        let created = OffsetDateTime::now_utc().format(&Rfc3339).map_err(|error| program::bug("clock has no date").caused_by(error))?;
        let kept = match &head {
            Some(head) => head.files(head.head_number()?)?,
            None => BTreeMap::new(),
        };
        let version = match &head {
            Some(head) if kept.get("record.json") == Some(&record_sha512) => head.head_number()?,
            _ => deposit(context, contents, &record, json, &kept, created).await?,
        };
        work.changes.push(Change::DossierDeposited { dossier: contents.dossier.id.clone(), version, record_sha512, withheld });
        Ok(())
    }

    async fn cleanup(&self, context: &Context<'_>, work: &TaskState) -> Result<()> {
        let Item::Dossier(contents) = &work.item else { return Ok(()) };
        for document in contents.documents.iter().filter(|document| !document.stored) {
            let staged = context.store.list(&object_names::staged_part_key(&document.id, "")).await?;
            context.store.delete_many(&staged.into_iter().map(|entry| entry.key).collect::<Vec<_>>()).await?;
        }
        Ok(())
    }
}

async fn deposit(
    context: &Context<'_>,
    contents: &DossierSnapshot,
    record: &Record,
    json: Vec<u8>,
    kept: &BTreeMap<String, String>,
    created: String,
) -> Result<u32> {
    let mut files = BTreeMap::new();
    let mut fixity = BTreeMap::new();
    let mut stored = BTreeMap::new();
    // Only what the object has is described as a part of it.
    let originals = record.originals.iter().filter(|original| !original.withheld).cloned().collect();
    let record = &Record { originals, ..record.clone() };
    for original in &record.originals {
        let path = &original.path;
        if let Some(sha512) = kept.get(path) {
            stored.insert(path.clone(), StoredFile { bytes: original.bytes, sha512: sha512.clone() });
            files.insert(path.clone(), ContentSource::Unchanged);
        } else {
            let key = originals::locate_original(context, &contents.dossier.name, &original.sha256).await?;
            let digests = ocfl_object::digests_of(context.store, &key).await?;
            stored.insert(path.clone(), StoredFile { bytes: original.bytes, sha512: digests.sha512.clone() });
            files.insert(path.clone(), ContentSource::Blob { key, digests: Some(digests) });
        }
        fixity.insert(original.path.clone(), original.sha256.clone());
    }
    for document in &record.documents {
        let Some(known) = contents.documents.iter().find(|known| known.number == document.number) else { continue };
        let mut parts = vec!["document.pdf".to_owned(), "text.txt".to_owned()];
        parts.extend(document.pages.iter().filter(|page| page.alto.is_some()).map(|page| object_names::alto_name(page.number)));
        for part in parts {
            let path = object_names::part_path(document.number, &part);
            let before = kept.get(&path).filter(|_| known.stored);
            add_file(context, &mut files, &mut stored, &path, object_names::staged_part_key(&known.id, &part), before, 0).await?;
        }
    }
    let times = EventTimes { received: received_times(contents), deposited: created.clone() };
    let premis = premis::write(record, &stored, &times).into_bytes();
    for (path, bytes) in [("record.json", json), (mets::PREMIS_PATH, premis)] {
        stored.insert(path.to_owned(), stored_file(&bytes));
        files.insert(path.to_owned(), ContentSource::Bytes(bytes));
    }
    files.insert("mets.xml".to_owned(), ContentSource::Bytes(mets::write(record, &stored).into_bytes()));
    let new = NewVersion {
        object: &record.object,
        files,
        fixity,
        message: format!("deposit by {}", record.provenance.pipeline),
        user: record.provenance.program.clone(),
        created,
    };
    Ok(ocfl_object::deposit(context.store, new).await?.version)
}

/// Puts one file into the new version: kept as it is when the head has it, else from the store. Its size and
/// digest go to `stored`.
async fn add_file(
    context: &Context<'_>,
    files: &mut BTreeMap<String, ContentSource>,
    stored: &mut BTreeMap<String, StoredFile>,
    path: &str,
    waiting: String,
    kept: Option<&String>,
    bytes: u64,
) -> Result<()> {
    let source = match kept {
        Some(sha512) => {
            stored.insert(path.to_owned(), StoredFile { bytes, sha512: sha512.clone() });
            ContentSource::Unchanged
        }
        None => {
            let digests = ocfl_object::digests_of(context.store, &waiting).await?;
            stored.insert(path.to_owned(), StoredFile { bytes: digests.bytes, sha512: digests.sha512.clone() });
            ContentSource::Blob { key: waiting, digests: Some(digests) }
        }
    };
    files.insert(path.to_owned(), source);
    Ok(())
}

fn stored_file(bytes: &[u8]) -> StoredFile {
    StoredFile { bytes: bytes.len() as u64, sha512: hex::encode(Sha512::digest(bytes)) }
}

/// When each original arrived: its identifier holds the time (RFC 9562, version 7).
fn received_times(contents: &DossierSnapshot) -> BTreeMap<String, String> {
    let mut times = BTreeMap::new();
    for file in &contents.files {
        let stamp = uuid::Uuid::parse_str(&file.id).ok().and_then(|id| id.get_timestamp());
        let time = stamp.and_then(|stamp| {
            let (seconds, _) = stamp.to_unix();
            OffsetDateTime::from_unix_timestamp(i64::try_from(seconds).ok()?).ok()?.format(&Rfc3339).ok()
        });
        if let Some(time) = time {
            times.entry(file.delivered.sha256.clone()).or_insert(time);
        }
    }
    times
}

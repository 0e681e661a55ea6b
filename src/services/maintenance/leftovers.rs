//! Left-overs: what interrupted work, lost catalogues and crashes left in store and home, and nothing refers to.

use crate::archive::Archive;
use crate::loop_health::LoopHealth;
use serde::Serialize;
use sohoa_base::error::Result;
use sohoa_base::messages::{maintenance, program};
use sohoa_pipeline::outage::sleep_unless_stopped;
use sohoa_pipeline::worker::CancellationToken;
use sohoa_storage::blob_store::BlobEntry;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Left-overs that are younger may be of work that goes on.
pub const MIN_AGE: Duration = Duration::from_secs(60 * 60);

/// Age from which temporary files and parts of documents are deleted without being asked.
const SWEEP_AGE: Duration = Duration::from_secs(24 * 60 * 60);

/// Interval of that.
const SWEEP_INTERVAL: Duration = SWEEP_AGE;

/// What a left-over is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum LeftoverKind {
    /// An original in `intake/` that no delivery of the catalogue names. It may be the only copy: it is never deleted.
    UnknownOriginal,
    /// An original in `intake/` whose dossiers have it in their objects.
    DepositedOriginal,
    /// A part of a document that was made for a deposit.
    DocumentPart,
    /// A refused original that no delivery of the catalogue names.
    RefusedOriginal,
    /// A delivery list of a batch that the catalogue does not know.
    DeliveryList,
    /// A blob that was written to see whether the store answers.
    Probe,
    /// A temporary file in the home.
    TemporaryFile,
}

impl LeftoverKind {
    /// Its stable code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::UnknownOriginal => "unknown-original",
            Self::DepositedOriginal => "deposited-original",
            Self::DocumentPart => "document-part",
            Self::RefusedOriginal => "refused-original",
            Self::DeliveryList => "delivery-list",
            Self::Probe => "probe",
            Self::TemporaryFile => "temporary-file",
        }
    }

    /// Whether nothing is lost with it.
    #[must_use]
    pub fn is_deletable(self) -> bool {
        matches!(self, Self::DepositedOriginal | Self::DocumentPart | Self::Probe | Self::TemporaryFile)
    }
}

/// Something that nothing refers to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Leftover {
    /// What it is.
    pub kind: LeftoverKind,
    /// Key in the store, or path of a temporary file.
    pub name: String,
    /// Size, bytes.
    pub bytes: u64,
    /// Seconds since it was written.
    pub age_seconds: u64,
    /// Whether it was deleted.
    pub deleted: bool,
}

/// Left-overs of at least this age.
///
/// # Errors
/// `Unavailable` when store, catalogue or home do not answer.
pub async fn find_leftovers(archive: &Archive, age: Duration) -> Result<Vec<Leftover>> {
    let mut found = unneeded_originals(archive, age).await?;
    found.extend(unneeded_parts(archive, age).await?);
    let refused = old_entries(archive, "refused/", age).await?;
    let known = archive.catalog.received_digests(&refused.iter().map(|(entry, _)| last_segment(entry)).collect::<Vec<_>>()).await?;
    let unknown = refused.iter().filter(|(entry, _)| !known.contains_key(&last_segment(entry)));
    found.extend(unknown.map(|(entry, age)| leftover(LeftoverKind::RefusedOriginal, entry, *age)));
    let lists = old_entries(archive, "manifests/", age).await?;
    let batches: BTreeSet<String> = lists.iter().map(|(entry, _)| segment(entry, 1)).collect();
    let known = archive.catalog.existing_batches(&batches.into_iter().collect::<Vec<_>>()).await?;
    let unknown = lists.iter().filter(|(entry, _)| !known.contains(&segment(entry, 1)));
    found.extend(unknown.map(|(entry, age)| leftover(LeftoverKind::DeliveryList, entry, *age)));
    let probes = old_entries(archive, "probe/", age).await?;
    found.extend(probes.iter().map(|(entry, age)| leftover(LeftoverKind::Probe, entry, *age)));
    found.extend(temporary_files(archive, age).await?);
    Ok(found)
}

/// Finds left-overs of at least this age and deletes those with which nothing is lost.
///
/// # Errors
/// As [`find_leftovers`].
pub async fn sweep(archive: &Archive, age: Duration) -> Result<Vec<Leftover>> {
    let mut found = find_leftovers(archive, age).await?;
    for leftover in found.iter_mut().filter(|leftover| leftover.kind.is_deletable()) {
        delete(archive, leftover).await?;
    }
    Ok(found)
}

/// Deletes what interrupted work left, now and once a day until stopped: temporary files, and parts of documents.
pub async fn run_sweeper(archive: &Archive, health: &LoopHealth, stop: &CancellationToken) {
    loop {
        health.note("left-overs of interrupted work cannot be deleted", sweep_work(archive).await);
        if !sleep_unless_stopped(SWEEP_INTERVAL, stop).await {
            return;
        }
    }
}

async fn sweep_work(archive: &Archive) -> Result<()> {
    let mut found = unneeded_parts(archive, SWEEP_AGE).await?;
    found.extend(temporary_files(archive, SWEEP_AGE).await?);
    for leftover in &mut found {
        delete(archive, leftover).await?;
        tracing::info!(name = leftover.name, "a left-over of interrupted work is deleted");
    }
    Ok(())
}

async fn delete(archive: &Archive, leftover: &mut Leftover) -> Result<()> {
    if leftover.kind == LeftoverKind::TemporaryFile {
        let path = PathBuf::from(&leftover.name);
        let deleted = if path.is_dir() { std::fs::remove_dir_all(&path) } else { std::fs::remove_file(&path) };
        match deleted {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(maintenance::file_undeletable(path.display()).caused_by(error));
            }
            _ => {}
        }
    } else {
        archive.store.delete(&leftover.name).await?;
    }
    leftover.deleted = true;
    Ok(())
}

async fn unneeded_originals(archive: &Archive, age: Duration) -> Result<Vec<Leftover>> {
    let entries = old_entries(archive, "intake/", age).await?;
    let sums: Vec<String> = entries.iter().map(|(entry, _)| last_segment(entry)).collect();
    let known = archive.catalog.received_digests(&sums).await?;
    // The end of an unfinished batch deletes its own.
    let settled: Vec<String> = known.iter().filter(|(_, unfinished)| !**unfinished).map(|(sha256, _)| sha256.clone()).collect();
    let deposited = archive.catalog.deletable_intake_blobs(&settled).await?;
    let kind = |entry: &BlobEntry| {
        let sha256 = last_segment(entry);
        match known.contains_key(&sha256) {
            false => Some(LeftoverKind::UnknownOriginal),
            true => deposited.contains(&sha256).then_some(LeftoverKind::DepositedOriginal),
        }
    };
    Ok(entries.iter().filter_map(|(entry, age)| Some(leftover(kind(entry)?, entry, *age))).collect())
}

async fn unneeded_parts(archive: &Archive, age: Duration) -> Result<Vec<Leftover>> {
    let entries = old_entries(archive, "work/", age).await?;
    let documents: BTreeSet<String> = entries.iter().map(|(entry, _)| segment(entry, 1)).collect();
    let needed = archive.catalog.documents_before_deposit(&documents.into_iter().collect::<Vec<_>>()).await?;
    let unneeded = entries.iter().filter(|(entry, _)| !needed.contains(&segment(entry, 1)));
    Ok(unneeded.map(|(entry, age)| leftover(LeftoverKind::DocumentPart, entry, *age)).collect())
}

/// Entries of the temporary folder of the home.
async fn temporary_files(archive: &Archive, age: Duration) -> Result<Vec<Leftover>> {
    let folder = archive.scratch.clone();
    let listed = tokio::task::spawn_blocking(move || list_folder(&folder, age)).await;
    listed.map_err(|error| program::bug("leftovers: listing ended early").caused_by(error))?
}

fn list_folder(folder: &Path, age: Duration) -> Result<Vec<Leftover>> {
    let failed = |error: std::io::Error| maintenance::folder_unreadable(folder.display()).caused_by(error);
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        // Files that another process deletes meanwhile are gone.
        let Ok(metadata) = entry.metadata() else { continue };
        let own = metadata.modified().ok().and_then(|modified| SystemTime::now().duration_since(modified).ok()).unwrap_or_default();
        if own >= age {
            found.push(Leftover {
                kind: LeftoverKind::TemporaryFile,
                name: entry.path().to_string_lossy().into_owned(),
                bytes: metadata.len(),
                age_seconds: own.as_secs(),
                deleted: false,
            });
        }
    }
    Ok(found)
}

/// Blobs under a prefix that were written at least so long ago, with their ages.
async fn old_entries(archive: &Archive, prefix: &str, age: Duration) -> Result<Vec<(BlobEntry, Duration)>> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let aged = archive.store.list(prefix).await?.into_iter().map(|entry| {
        let known = entry.modified_ms > 0;
        let own = if known { now.saturating_sub(Duration::from_millis(entry.modified_ms)) } else { Duration::ZERO };
        (entry, own)
    });
    Ok(aged.filter(|(_, own)| *own >= age).collect())
}

fn leftover(kind: LeftoverKind, entry: &BlobEntry, age: Duration) -> Leftover {
    Leftover { kind, name: entry.key.clone(), bytes: entry.bytes, age_seconds: age.as_secs(), deleted: false }
}

fn last_segment(entry: &BlobEntry) -> String {
    entry.key.rsplit('/').next().unwrap_or_default().to_owned()
}

fn segment(entry: &BlobEntry, place: usize) -> String {
    entry.key.split('/').nth(place).unwrap_or_default().to_owned()
}

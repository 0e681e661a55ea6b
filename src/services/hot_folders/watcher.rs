//! Watches hot folders on a disk or in a bucket: a delivery is submitted as a run once it has been unchanged for a while, then moved
//! away, never deleted.

use crate::archive::{self, Archive};
use crate::hot_folders::bucket;
use crate::hot_folders::local;
use crate::runs::execution;
use serde_json::json;
use sha2::{Digest, Sha256};
use sohoa_base::config::HotFolder;
use sohoa_base::error::{Error, ErrorKind, Result, ResultExt};
use sohoa_base::model::pipeline_plan::PipelinePlan;
use sohoa_pipeline::worker::CancellationToken;
use sohoa_storage::s3::inbox::{Inbox, InboxObject};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// Interval at which folders are polled.
const POLL_INTERVAL: Duration = Duration::from_secs(2);

/// Longest interval at which buckets are polled, seconds.
const MAX_BUCKET_POLL_SECONDS: u64 = 30;

/// A hot folder being watched.
struct WatchedFolder<'a> {
    source: &'a HotFolder,
    location: FolderLocation,
    /// Last poll; buckets are polled less often, because listing them puts load on the server.
    last_poll: Option<Instant>,
    pending: BTreeMap<PathBuf, PendingDelivery>,
}

enum FolderLocation {
    Folder { folder: PathBuf, done: PathBuf },
    Bucket { inbox: Inbox, done: Inbox },
}

/// State of a delivery that has not been moved away yet.
#[derive(Debug, Default)]
struct PendingDelivery {
    /// Hash that changes whenever the delivery is written.
    signature: String,
    /// Time since which the hash has not changed.
    unchanged_since: Option<Instant>,
    /// It was submitted but could not be moved away, or cannot be submitted.
    is_skipped: bool,
}

/// A delivery in a hot folder.
struct FolderDelivery {
    /// Path, or name in the bucket.
    path: PathBuf,
    signature: String,
    /// Name in the bucket; empty for a folder.
    name: String,
    objects: Vec<InboxObject>,
}

/// Watches the configured hot folders until stopped.
///
/// # Errors
/// `Invalid` for an impossible hot folder; `Unavailable` when store or catalogue do not answer. A folder or bucket that cannot be read is
/// logged.
pub async fn run_hot_folder_watcher(archive: &Archive, pipeline: (&str, &PipelinePlan), stop: &CancellationToken) -> Result<()> {
    let mut watched = Vec::new();
    for source in &archive.config.hot_folders {
        watched.push(WatchedFolder { source, location: open_location(archive, source).await?, last_poll: None, pending: BTreeMap::new() });
    }
    while !stop.is_cancelled() {
        for one in &mut watched {
            one.poll(archive, pipeline, stop).await?;
        }
        tokio::time::sleep(POLL_INTERVAL).await;
    }
    Ok(())
}

async fn open_location(archive: &Archive, source: &HotFolder) -> Result<FolderLocation> {
    let address = |path: &PathBuf| path.to_str().filter(|path| path.starts_with("s3://")).map(str::to_owned);
    match (address(&source.folder), address(&source.done_folder)) {
        (None, None) => Ok(FolderLocation::Folder { folder: source.folder.clone(), done: source.done_folder.clone() }),
        (Some(inbox), Some(done)) => {
            let options = archive::s3_options(&archive.config);
            let (inbox, done) = (Inbox::open(&inbox, &options).await?, Inbox::open(&done, &options).await?);
            if done.contains(&inbox) {
                return Err(Error::invalid(format!("{inbox:?} lies in {done:?}: what is done must be kept elsewhere")));
            }
            Ok(FolderLocation::Bucket { inbox, done })
        }
        _ => Err(Error::invalid(format!(
            "source {}: folder and done must both be folders, or both be s3://bucket/prefix",
            source.folder.display()
        ))),
    }
}

impl WatchedFolder<'_> {
    /// Submits the deliveries that have been unchanged for the configured time.
    async fn poll(&mut self, archive: &Archive, pipeline: (&str, &PipelinePlan), stop: &CancellationToken) -> Result<()> {
        let pause = match self.location {
            FolderLocation::Folder { .. } => Duration::ZERO,
            FolderLocation::Bucket { .. } => Duration::from_secs(self.source.stable_seconds.min(MAX_BUCKET_POLL_SECONDS)),
        };
        if self.last_poll.is_some_and(|last| last.elapsed() < pause) {
            return Ok(());
        }
        self.last_poll = Some(Instant::now());
        let found = match self.location.list_deliveries().await {
            Ok(found) => found,
            Err(error) => {
                tracing::warn!("{}", error.chain());
                return Ok(());
            }
        };
        self.pending.retain(|path, _| found.iter().any(|delivery| delivery.path == *path));
        for delivery in found {
            if stop.is_cancelled() {
                return Ok(());
            }
            let seen = self.pending.entry(delivery.path.clone()).or_default();
            let stable = Duration::from_secs(self.source.stable_seconds);
            if seen.signature != delivery.signature {
                *seen = PendingDelivery { signature: delivery.signature, unchanged_since: Some(Instant::now()), is_skipped: false };
            } else if !seen.is_skipped && seen.unchanged_since.is_some_and(|since| since.elapsed() >= stable) {
                seen.is_skipped = !submit_delivery(archive, self.source, &self.location, pipeline, &delivery, stop).await?;
            }
        }
        Ok(())
    }
}

impl FolderLocation {
    async fn list_deliveries(&self) -> Result<Vec<FolderDelivery>> {
        match self {
            Self::Folder { folder, done } => {
                let (folder, done) = (folder.clone(), done.clone());
                let found = tokio::task::spawn_blocking(move || local::list_deliveries(&folder, &done)).await;
                let found = found.or_error(ErrorKind::Internal, || "looking was cut off".to_owned())??;
                let delivery = |(path, signature)| FolderDelivery { path, signature, name: String::new(), objects: Vec::new() };
                Ok(found.into_iter().map(delivery).collect())
            }
            Self::Bucket { inbox, done } => {
                let found = bucket::list_deliveries(inbox, done).await?;
                let delivery = |(name, objects): (String, Vec<InboxObject>)| {
                    let signature = bucket::signature(&objects);
                    FolderDelivery { path: PathBuf::from(&name), signature, name, objects }
                };
                Ok(found.into_iter().map(delivery).collect())
            }
        }
    }
}

/// Submits a delivery as a run and moves it away. False: it must be skipped from now on.
async fn submit_delivery(
    archive: &Archive,
    source: &HotFolder,
    place: &FolderLocation,
    (text, plan): (&str, &PipelinePlan),
    delivery: &FolderDelivery,
    stop: &CancellationToken,
) -> Result<bool> {
    let unit = source.unit.as_deref().unwrap_or(&archive.config.unit);
    // The same folder each time, so that an interrupted submission is continued.
    let name = Sha256::digest(format!("{}\0{}", source.folder.display(), delivery.name));
    let scratch = archive.scratch.join(format!("source-{}", hex::encode(name)));
    let path = match place {
        FolderLocation::Folder { .. } => delivery.path.clone(),
        FolderLocation::Bucket { inbox, .. } => match bucket::download(inbox, &delivery.name, &delivery.objects, &scratch).await {
            Ok(path) => path,
            Err(error) => {
                tracing::warn!("{}", error.chain());
                // Interrupted downloads and deliveries still being written are tried again.
                return Ok(error.kind() != ErrorKind::Invalid);
            }
        },
    };
    let receipt = match execution::submit(archive, unit, std::slice::from_ref(&path), text, plan, stop, &|_| {}).await {
        Ok(receipt) if receipt.interrupted => return Ok(true),
        Ok(receipt) => receipt,
        // Empty or unreadable: left in place for a person to look at.
        Err(error) if error.kind() == ErrorKind::Invalid => {
            tracing::warn!("{}", error.chain());
            return Ok(false);
        }
        Err(error) => return Err(error),
    };
    if let Some(line) = &source.target {
        // A delivery that cannot be attached is accepted all the same; a person can attach it later.
        if let Err(error) = archive.catalog.attach_batch(&receipt.batch, Some(line), "hot-folder").await {
            tracing::warn!("{}", error.chain());
            let body = json!({ "by": "hot-folder", "line": line, "problem": error.context() });
            archive.catalog.append_event(&receipt.batch, "", "batch-not-attached", body).await?;
        }
    }
    let shown = match place {
        FolderLocation::Folder { .. } => delivery.path.to_string_lossy().into_owned(),
        FolderLocation::Bucket { inbox, .. } => format!("{inbox:?}{}", delivery.name),
    };
    let body = json!({ "by": "hot-folder", "path": shown, "unit": unit });
    archive.catalog.append_event(&receipt.batch, "", "source-taken", body).await?;
    let moved = match place {
        FolderLocation::Folder { done, .. } => local::move_away(&path, done, &receipt.batch),
        FolderLocation::Bucket { inbox, done } => {
            let moved = bucket::move_away(inbox, &delivery.name, &delivery.objects, done, &receipt.batch).await;
            moved.and(bucket::discard(&scratch))
        }
    };
    if let Err(error) = &moved {
        tracing::warn!("{}", error.chain());
    }
    Ok(moved.is_ok())
}

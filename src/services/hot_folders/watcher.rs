//! Watches hot folders on a disk or in a bucket: a delivery is submitted as a run once it has been unchanged for a while, then moved
//! away, never deleted. What goes wrong with one delivery is its own: the others are taken, and it is tried again later.

use crate::archive::{self, Archive};
use crate::hot_folders::bucket;
use crate::hot_folders::delivery::{FolderContext, FolderLocation, FoundDelivery};
use crate::hot_folders::local;
use crate::hot_folders::retries::Retries;
use crate::loop_health::LoopHealth;
use sohoa_base::config::HotFolder;
use sohoa_base::error::Result;
use sohoa_base::messages::{deliveries, maintenance, program};
use sohoa_base::model::pipeline_plan::PipelinePlan;
use sohoa_catalog::{FolderDelivery, FolderDeliveryState};
use sohoa_pipeline::outage::sleep_unless_stopped;
use sohoa_pipeline::worker::CancellationToken;
use sohoa_storage::s3::inbox::{Inbox, InboxObject};
use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// Interval at which folders are polled.
const POLL_INTERVAL: Duration = Duration::from_secs(2);

/// Longest interval at which buckets are polled, seconds.
const MAX_BUCKET_POLL_SECONDS: u64 = 30;

/// A hot folder being watched.
struct WatchedFolder<'a> {
    source: &'a HotFolder,
    source_id: String,
    location: FolderLocation,
    /// Last poll; buckets are polled less often, because listing them puts load on the server.
    last_poll: Option<Instant>,
    /// Deliveries by name in the hot folder, and those moved away by identifier.
    pending: BTreeMap<String, PendingDelivery>,
    retries: Retries,
}

/// A delivery that is waited for.
#[derive(Debug)]
struct PendingDelivery {
    /// Hash that changes whenever the delivery is written.
    stamp: String,
    /// Time since which the hash has not changed.
    unchanged_since: Instant,
}

/// Watches the configured hot folders until stopped. A folder or bucket that cannot be read is logged and tried again.
///
/// # Errors
/// `Invalid` for an impossible hot folder.
pub async fn run_hot_folder_watcher(
    archive: &Archive,
    pipeline: (&str, &PipelinePlan),
    health: &LoopHealth,
    stop: &CancellationToken,
) -> Result<()> {
    let server = server_id(&archive.config.home)?;
    let mut watched = Vec::new();
    for source in &archive.config.hot_folders {
        let location = open_location(archive, source).await?;
        let source_id = match &location {
            FolderLocation::Folder { folder, .. } => format!("{server}:{}", local::path_to_text(folder)),
            FolderLocation::Bucket { inbox, .. } => format!("{inbox:?}"),
        };
        let (pending, retries) = (BTreeMap::new(), Retries::default());
        watched.push(WatchedFolder { source, source_id, location, last_poll: None, pending, retries });
    }
    while !stop.is_cancelled() {
        let mut round = Ok(());
        for one in &mut watched {
            // Another folder is watched all the same.
            round = round.and(one.poll(archive, pipeline, stop).await);
        }
        health.note("hot folders are not watched as they should be", round);
        sleep_unless_stopped(POLL_INTERVAL, stop).await;
    }
    Ok(())
}

/// Identifier of this server, kept in its home: folders of two servers may have one path.
fn server_id(home: &Path) -> Result<String> {
    let place = home.join("server-id");
    let failed = |error: std::io::Error| maintenance::home_file_unwritable(place.display()).caused_by(error);
    let id = uuid::Uuid::now_v7().to_string();
    let mut new = tempfile::NamedTempFile::new_in(home).map_err(failed)?;
    new.write_all(id.as_bytes()).map_err(failed)?;
    match new.persist_noclobber(&place) {
        Ok(_) => Ok(id),
        Err(_) => Ok(std::fs::read_to_string(&place).map_err(failed)?.trim().to_owned()),
    }
}

async fn open_location(archive: &Archive, source: &HotFolder) -> Result<FolderLocation> {
    let address = |path: &PathBuf| path.to_str().filter(|path| path.starts_with("s3://")).map(str::to_owned);
    match (address(&source.folder), address(&source.done_folder)) {
        (None, None) => Ok(FolderLocation::Folder { folder: source.folder.clone(), done: source.done_folder.clone() }),
        (Some(inbox), Some(done)) => {
            let options = archive::s3_options(&archive.config);
            let (inbox, done) = (Inbox::open(&inbox, &options).await?, Inbox::open(&done, &options).await?);
            if done.contains(&inbox) {
                return Err(deliveries::hot_folder_inside_done(format!("{inbox:?}"), format!("{done:?}")));
            }
            Ok(FolderLocation::Bucket { inbox, done })
        }
        _ => Err(deliveries::hot_folder_kinds_differ(source.folder.display())),
    }
}

impl WatchedFolder<'_> {
    /// Goes on with the deliveries that were begun, and takes those that have been unchanged for the configured time.
    async fn poll(&mut self, archive: &Archive, pipeline: (&str, &PipelinePlan), stop: &CancellationToken) -> Result<()> {
        let pause = match self.location {
            FolderLocation::Folder { .. } => Duration::ZERO,
            FolderLocation::Bucket { .. } => Duration::from_secs(self.source.stable_seconds.min(MAX_BUCKET_POLL_SECONDS)),
        };
        if self.last_poll.is_some_and(|last| last.elapsed() < pause) {
            return Ok(());
        }
        self.last_poll = Some(Instant::now());
        let found = self.location.list_deliveries().await?;
        let begun = archive.catalog.open_folder_deliveries(&self.source_id).await?;
        let present: BTreeSet<&str> =
            found.iter().map(|delivery| delivery.name.as_str()).chain(begun.iter().map(|row| row.id.as_str())).collect();
        self.pending.retain(|name, _| present.contains(name.as_str()));
        self.retries.retain(|name| present.contains(name));
        let Self { source, source_id, location, pending, retries, .. } = self;
        let context = FolderContext { archive, source, source_id, location, pipeline, stop };
        let stable = Duration::from_secs(source.stable_seconds);
        for row in &begun {
            if stop.is_cancelled() {
                return Ok(());
            }
            let lies_in_folder = |delivery: &FoundDelivery| delivery.name == row.name && delivery.signature == row.signature;
            if !is_moved(row) && found.iter().any(lies_in_folder) || !retries.is_due(&row.id) {
                continue;
            }
            let done = go_on(context, row, pending, stable).await;
            let name = row.name.as_str();
            note_outcome(context, retries, &row.id, name, row.batch.as_deref(), done).await;
        }
        for delivery in &found {
            if stop.is_cancelled() {
                return Ok(());
            }
            let Some(still) = still_for(pending, &delivery.name, &delivery.stamp) else {
                retries.forget(&delivery.name);
                continue;
            };
            if still < stable || !retries.is_due(&delivery.name) {
                continue;
            }
            let incomplete = incomplete_files(location, &delivery.name).await;
            if !incomplete.is_empty() && still < Duration::from_secs(source.incomplete_seconds) {
                tracing::debug!(delivery = delivery.name, files = ?incomplete, "files end too early; they are waited for");
                continue;
            }
            let done = context.take(delivery, &incomplete).await;
            if done.is_ok() {
                // A later delivery of the name is waited for anew.
                pending.remove(&delivery.name);
            }
            note_outcome(context, retries, &delivery.name, &delivery.name, None, done).await;
        }
        Ok(())
    }
}

/// Whether a delivery does not lie in the hot folder any more.
fn is_moved(row: &FolderDelivery) -> bool {
    row.follows.is_some() || row.state == FolderDeliveryState::Moved
}

/// How long a delivery has been unchanged; `None` when it was seen changed, or for the first time, just now.
fn still_for(pending: &mut BTreeMap<String, PendingDelivery>, name: &str, stamp: &str) -> Option<Duration> {
    match pending.get(name).filter(|seen| seen.stamp == stamp) {
        Some(seen) => Some(seen.unchanged_since.elapsed()),
        None => {
            pending.insert(name.to_owned(), PendingDelivery { stamp: stamp.to_owned(), unchanged_since: Instant::now() });
            None
        }
    }
}

/// Goes on with a delivery that does not lie in the hot folder as it was begun: one that was moved away, once it lies still.
async fn go_on(
    context: FolderContext<'_>,
    row: &FolderDelivery,
    pending: &mut BTreeMap<String, PendingDelivery>,
    stable: Duration,
) -> Result<()> {
    let Some(place) = row.moved_to.as_deref().filter(|_| is_moved(row)).map(local::text_to_path) else {
        return context.settle(row).await;
    };
    let seen = {
        let place = place.clone();
        let seen = tokio::task::spawn_blocking(move || local::snapshot(&place)).await;
        seen.map_err(|error| program::bug("hot folders: looking ended early").caused_by(error))?
    };
    match seen {
        None => context.settle(row).await,
        Some(seen) => match still_for(pending, &row.id, &seen.stamp) {
            Some(still) if still >= stable => context.continue_moved(row.clone(), &place).await,
            _ => Ok(()),
        },
    }
}

/// Notes how a delivery went. A failure is its own: an event, and a later try.
async fn note_outcome(context: FolderContext<'_>, retries: &mut Retries, key: &str, name: &str, batch: Option<&str>, done: Result<()>) {
    match done {
        Ok(()) => retries.forget(key),
        Err(error) => {
            if retries.note_failure(key, &error) {
                context.report_failure(name, batch, &error).await;
            }
        }
    }
}

async fn incomplete_files(location: &FolderLocation, name: &str) -> Vec<String> {
    // An object arrives whole or not at all.
    let FolderLocation::Folder { folder, .. } = location else { return Vec::new() };
    let path = folder.join(local::text_to_path(name));
    tokio::task::spawn_blocking(move || local::incomplete_files(&path)).await.unwrap_or_default()
}

impl FolderLocation {
    async fn list_deliveries(&self) -> Result<Vec<FoundDelivery>> {
        match self {
            Self::Folder { folder, done } => {
                let (folder, done) = (folder.clone(), done.clone());
                let found = tokio::task::spawn_blocking(move || local::list_deliveries(&folder, &done)).await;
                let found = found.map_err(|error| program::bug("hot folders: listing ended early").caused_by(error))??;
                let delivery = |(path, snapshot): (PathBuf, local::Snapshot)| FoundDelivery {
                    name: local::path_to_text(Path::new(path.file_name().unwrap_or_default())),
                    stamp: snapshot.stamp,
                    signature: snapshot.signature,
                    objects: Vec::new(),
                };
                Ok(found.into_iter().map(delivery).collect())
            }
            Self::Bucket { inbox, done } => {
                let found = bucket::list_deliveries(inbox, done).await?;
                let delivery = |(name, objects): (String, Vec<InboxObject>)| {
                    let signature = bucket::signature(&objects);
                    FoundDelivery { name, stamp: signature.clone(), signature, objects }
                };
                Ok(found.into_iter().map(delivery).collect())
            }
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn server_keeps_its_identifier() {
        let home = tempfile::tempdir().unwrap();
        let id = server_id(home.path()).unwrap();
        assert_eq!(server_id(home.path()).unwrap(), id);
        assert_eq!(std::fs::read_dir(home.path()).unwrap().count(), 1);
    }

    #[test]
    fn changed_delivery_is_waited_for_again() {
        let mut pending = BTreeMap::new();
        assert_eq!(still_for(&mut pending, "a", "1"), None);
        assert!(still_for(&mut pending, "a", "1").is_some());
        assert_eq!(still_for(&mut pending, "a", "2"), None);
    }
}

//! Hot folders (thư mục nóng), on a disk or in a bucket: what is laid into one becomes a run once nobody writes it any more;
//! then it is moved away, never deleted.

use crate::archive::{self, Archive};
use crate::{hot_bucket, hot_folder, runs};
use serde_json::json;
use sha2::{Digest, Sha256};
use sohoa_base::config::Source;
use sohoa_base::error::{Error, Kind, Result, ResultExt};
use sohoa_base::model::plan::Plan;
use sohoa_pipeline::worker::Stop;
use sohoa_storage::inbox::{Inbox, Laid};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// How often folders are looked at, and buckets at least.
const LOOK: Duration = Duration::from_secs(2);
const LOOK_FAR: u64 = 30;

/// A hot folder that is looked after.
struct Watched<'a> {
    source: &'a Source,
    place: Place,
    /// Looking at it costs the server of a bucket something.
    looked: Option<Instant>,
    seen: BTreeMap<PathBuf, Seen>,
}

enum Place {
    Folder { folder: PathBuf, done: PathBuf },
    Bucket { inbox: Inbox, done: Inbox },
}

/// What is known of a delivery.
#[derive(Debug, Default)]
struct Seen {
    /// What changes when anybody writes it.
    signature: String,
    /// Since when that has not changed.
    since: Option<Instant>,
    /// It was taken and could not be moved, or cannot be taken.
    is_left: bool,
}

/// A delivery that lies in a hot folder.
struct Delivery {
    /// Its path, or its name in the bucket.
    path: PathBuf,
    signature: String,
    /// In a bucket: its name there, and its objects.
    name: String,
    objects: Vec<Laid>,
}

/// Looks after the hot folders of the configuration until asked to stop.
///
/// # Errors
/// `Invalid` for a source that cannot be one; `Unavailable` when store or catalogue do not answer. A folder or bucket that
/// cannot be read is told of in the log.
pub async fn keep(archive: &Archive, pipeline: (&str, &Plan), stop: &Stop) -> Result<()> {
    let mut watched = Vec::new();
    for source in &archive.config.sources {
        watched.push(Watched { source, place: place(archive, source).await?, looked: None, seen: BTreeMap::new() });
    }
    while !stop.asked() {
        for one in &mut watched {
            one.look(archive, pipeline, stop).await?;
        }
        tokio::time::sleep(LOOK).await;
    }
    Ok(())
}

async fn place(archive: &Archive, source: &Source) -> Result<Place> {
    let address = |path: &PathBuf| path.to_str().filter(|path| path.starts_with("s3://")).map(str::to_owned);
    match (address(&source.folder), address(&source.done)) {
        (None, None) => Ok(Place::Folder { folder: source.folder.clone(), done: source.done.clone() }),
        (Some(inbox), Some(done)) => {
            let options = archive::s3_options(&archive.config);
            let (inbox, done) = (Inbox::open(&inbox, &options).await?, Inbox::open(&done, &options).await?);
            if done.holds(&inbox) {
                return Err(Error::invalid(format!("{inbox:?} lies in {done:?}: what is done must be kept elsewhere")));
            }
            Ok(Place::Bucket { inbox, done })
        }
        _ => Err(Error::invalid(format!(
            "source {}: folder and done must both be folders, or both be s3://bucket/prefix",
            source.folder.display()
        ))),
    }
}

impl Watched<'_> {
    /// Takes what lies still.
    async fn look(&mut self, archive: &Archive, pipeline: (&str, &Plan), stop: &Stop) -> Result<()> {
        let pause = match self.place {
            Place::Folder { .. } => Duration::ZERO,
            Place::Bucket { .. } => Duration::from_secs(self.source.stable_seconds.min(LOOK_FAR)),
        };
        if self.looked.is_some_and(|looked| looked.elapsed() < pause) {
            return Ok(());
        }
        self.looked = Some(Instant::now());
        let found = match self.place.deliveries().await {
            Ok(found) => found,
            Err(error) => {
                tracing::warn!("{}", error.chain());
                return Ok(());
            }
        };
        self.seen.retain(|path, _| found.iter().any(|delivery| delivery.path == *path));
        for delivery in found {
            if stop.asked() {
                return Ok(());
            }
            let seen = self.seen.entry(delivery.path.clone()).or_default();
            let stable = Duration::from_secs(self.source.stable_seconds);
            if seen.signature != delivery.signature {
                *seen = Seen { signature: delivery.signature, since: Some(Instant::now()), is_left: false };
            } else if !seen.is_left && seen.since.is_some_and(|since| since.elapsed() >= stable) {
                seen.is_left = !take(archive, self.source, &self.place, pipeline, &delivery, stop).await?;
            }
        }
        Ok(())
    }
}

impl Place {
    async fn deliveries(&self) -> Result<Vec<Delivery>> {
        match self {
            Self::Folder { folder, done } => {
                let (folder, done) = (folder.clone(), done.clone());
                let found = tokio::task::spawn_blocking(move || hot_folder::things(&folder, &done)).await;
                let found = found.or_error(Kind::Internal, || "looking was cut off".to_owned())??;
                let delivery = |(path, signature)| Delivery { path, signature, name: String::new(), objects: Vec::new() };
                Ok(found.into_iter().map(delivery).collect())
            }
            Self::Bucket { inbox, done } => {
                let found = hot_bucket::deliveries(inbox, done).await?;
                let delivery = |(name, objects): (String, Vec<Laid>)| {
                    let signature = hot_bucket::signature(&objects);
                    Delivery { path: PathBuf::from(&name), signature, name, objects }
                };
                Ok(found.into_iter().map(delivery).collect())
            }
        }
    }
}

/// Makes a run of a delivery and moves it away; whether it was moved.
async fn take(
    archive: &Archive,
    source: &Source,
    place: &Place,
    (text, plan): (&str, &Plan),
    delivery: &Delivery,
    stop: &Stop,
) -> Result<bool> {
    let unit = source.unit.as_deref().unwrap_or(&archive.config.unit);
    // The same delivery is brought to the same place again: what was cut off goes on.
    let name = Sha256::digest(format!("{}\0{}", source.folder.display(), delivery.name));
    let scratch = archive.scratch.join(format!("source-{}", hex::encode(name)));
    let path = match place {
        Place::Folder { .. } => delivery.path.clone(),
        Place::Bucket { inbox, .. } => match hot_bucket::bring(inbox, &delivery.name, &delivery.objects, &scratch).await {
            Ok(path) => path,
            Err(error) => {
                tracing::warn!("{}", error.chain());
                // What is only interrupted, or written just now, is tried again.
                return Ok(error.kind() != Kind::Invalid);
            }
        },
    };
    let receipt = match runs::submit(archive, unit, std::slice::from_ref(&path), text, plan, stop, &|_| {}).await {
        Ok(receipt) if receipt.interrupted => return Ok(true),
        Ok(receipt) => receipt,
        // Nothing to take in it, or not to be read: people must look, and nothing is lost.
        Err(error) if error.kind() == Kind::Invalid => {
            tracing::warn!("{}", error.chain());
            return Ok(false);
        }
        Err(error) => return Err(error),
    };
    if let Some(line) = &source.line {
        // What belongs to no line is taken all the same; somebody can attach it.
        if let Err(error) = archive.catalog.attach(&receipt.batch, Some(line), "hot-folder").await {
            tracing::warn!("{}", error.chain());
            let body = json!({ "by": "hot-folder", "line": line, "problem": error.context() });
            archive.catalog.note(&receipt.batch, "", "batch-not-attached", body).await?;
        }
    }
    let shown = match place {
        Place::Folder { .. } => delivery.path.to_string_lossy().into_owned(),
        Place::Bucket { inbox, .. } => format!("{inbox:?}{}", delivery.name),
    };
    let body = json!({ "by": "hot-folder", "path": shown, "unit": unit });
    archive.catalog.note(&receipt.batch, "", "source-taken", body).await?;
    let moved = match place {
        Place::Folder { done, .. } => hot_folder::move_away(&path, done, &receipt.batch),
        Place::Bucket { inbox, done } => {
            let moved = hot_bucket::move_away(inbox, &delivery.name, &delivery.objects, done, &receipt.batch).await;
            moved.and(hot_bucket::forget(&scratch))
        }
    };
    if let Err(error) = &moved {
        tracing::warn!("{}", error.chain());
    }
    Ok(moved.is_ok())
}

//! One delivery of a hot folder: received into a batch of its own, moved away, and compared with what was received.
//!
//! Every step is noted in the catalogue and can be interrupted. `taking`: its files are received. `stored`: it is moved away. `moved`:
//! once it lies still, it is compared; files that changed meanwhile become a delivery of their own, from where they lie now.

use crate::archive::Archive;
use crate::hot_folders::{bucket, local};
use crate::intake::ingest::{self, Delivery};
use crate::outbox;
use crate::runs::execution;
use serde_json::json;
use sha2::{Digest, Sha256};
use sohoa_base::config::HotFolder;
use sohoa_base::error::{Error, ErrorKind, Result};
use sohoa_base::messages::{maintenance, program};
use sohoa_base::model::batch::{Batch, BatchState};
use sohoa_base::model::pipeline_plan::PipelinePlan;
use sohoa_catalog::{FolderDelivery, FolderDeliveryState, NewBatch};
use sohoa_pipeline::worker::CancellationToken;
use sohoa_storage::key;
use sohoa_storage::s3::inbox::{Inbox, InboxObject};
use std::collections::BTreeSet;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

/// Most names of files in one event.
const MAX_NAMES: usize = 20;

/// A hot folder, and what its deliveries are received with.
#[derive(Clone, Copy)]
pub(crate) struct FolderContext<'a> {
    pub(crate) archive: &'a Archive,
    pub(crate) source: &'a HotFolder,
    /// Name of the hot folder in the catalogue.
    pub(crate) source_id: &'a str,
    pub(crate) location: &'a FolderLocation,
    pub(crate) pipeline: (&'a str, &'a PipelinePlan),
    pub(crate) stop: &'a CancellationToken,
}

/// Where a hot folder lies.
pub(crate) enum FolderLocation {
    /// On a disk.
    Folder { folder: PathBuf, done: PathBuf },
    /// In a bucket.
    Bucket { inbox: Inbox, done: Inbox },
}

/// A delivery that lies in a hot folder.
#[derive(Debug)]
pub(crate) struct FoundDelivery {
    /// Name in the hot folder, as text.
    pub(crate) name: String,
    /// Changes whenever it is written.
    pub(crate) stamp: String,
    /// Changes also when a file of the same size and time takes the place of another one.
    pub(crate) signature: String,
    /// Objects in the bucket; none for a folder.
    pub(crate) objects: Vec<InboxObject>,
}

impl FolderContext<'_> {
    fn unit(&self) -> &str {
        self.source.unit.as_deref().unwrap_or(&self.archive.config.unit)
    }

    /// The delivery as people know it.
    pub(crate) fn display(&self, name: &str) -> String {
        match self.location {
            FolderLocation::Folder { folder, .. } => folder.join(local::text_to_path(name)).to_string_lossy().into_owned(),
            FolderLocation::Bucket { inbox, .. } => format!("{inbox:?}{name}"),
        }
    }

    /// Receives a delivery that lies still in the hot folder and moves it away, or continues where that was interrupted.
    pub(crate) async fn take(&self, found: &FoundDelivery, incomplete: &[String]) -> Result<()> {
        let row = self.archive.catalog.begin_folder_delivery(self.source_id, &found.name, &found.signature).await?;
        match self.location {
            FolderLocation::Folder { folder, done } => {
                let path = folder.join(local::text_to_path(&found.name));
                match self.receive(row, &path, incomplete).await? {
                    Some(row) => self.move_away(&row, &path, done).await,
                    None => Ok(()),
                }
            }
            FolderLocation::Bucket { inbox, done } => self.take_from_bucket(row, found, (inbox, done)).await,
        }
    }

    async fn take_from_bucket(&self, row: FolderDelivery, found: &FoundDelivery, (inbox, done): (&Inbox, &Inbox)) -> Result<()> {
        // The same folder each time, so that an interrupted download leaves nothing behind.
        let name = Sha256::digest(format!("{}\0{}", self.source_id, found.name));
        let scratch = self.archive.scratch.join(format!("source-{}", hex::encode(name)));
        let path = match row.state {
            FolderDeliveryState::Taking => bucket::download(inbox, &found.name, &found.objects, &scratch).await?,
            _ => scratch.join(&found.name),
        };
        let Some(row) = self.receive(row, &path, &[]).await? else { return Ok(()) };
        bucket::discard(&scratch)?;
        bucket::move_away(inbox, &found.name, &found.objects, done, row.batch.as_deref().unwrap_or(&row.id)).await?;
        self.archive.catalog.advance_folder_delivery(&row, FolderDeliveryState::Taken, None).await.map(|_| ())
    }

    /// Receives the files of a delivery, unless that is done; `None` when it was stopped before the end.
    async fn receive(&self, row: FolderDelivery, path: &Path, incomplete: &[String]) -> Result<Option<FolderDelivery>> {
        if row.state != FolderDeliveryState::Taking {
            return Ok(Some(row));
        }
        let mut delivery = self.list_files(&row, path).await?;
        if row.follows.is_some() {
            self.retain_changed(&row, &mut delivery).await?;
        }
        let (batch, row) = self.open_batch(row).await?;
        execution::prepare_batch(self.archive, &batch, &mut delivery).await?;
        if !execution::receive_delivery(self.archive, &batch, self.pipeline.1, &delivery, self.stop).await? {
            return Ok(None);
        }
        outbox::write_ledger(self.archive, &batch.id).await?;
        self.attach_to_target(&batch).await?;
        let mut body = json!({ "by": "hot-folder", "path": self.display(&row.name), "unit": self.unit() });
        if let Some(body) = body.as_object_mut().filter(|_| !incomplete.is_empty()) {
            body.insert("incomplete".to_owned(), json!(first_names(incomplete)));
        }
        self.archive.catalog.advance_folder_delivery(&row, FolderDeliveryState::Stored, Some(("source-taken", body))).await?;
        Ok(Some(FolderDelivery { state: FolderDeliveryState::Stored, ..row }))
    }

    /// The files of a delivery, under the name that it had in the hot folder.
    async fn list_files(&self, row: &FolderDelivery, path: &Path) -> Result<Delivery> {
        let (path, name, unit) = (path.to_path_buf(), local::text_to_path(&row.name), self.unit().to_owned());
        let listed = tokio::task::spawn_blocking(move || ingest::list_input_as(&path, name.as_os_str().as_bytes(), &unit)).await;
        listed.map_err(|error| program::bug("hot folders: listing ended early").caused_by(error))?
    }

    /// Opens the batch of a delivery, or the one that it has.
    async fn open_batch(&self, row: FolderDelivery) -> Result<(Batch, FolderDelivery)> {
        let catalog = &self.archive.catalog;
        if let Some(batch) = &row.batch {
            catalog.reopen_receiving(batch).await?;
            return Ok((catalog.batch(batch).await?, row));
        }
        let (key, (pipeline, plan)) = (row.batch_key(), self.pipeline);
        let new = NewBatch { key: &key, unit: self.unit(), pipeline, plan, priority: 0 };
        let (batch, _) = catalog.open_batch(&new).await?;
        catalog.set_folder_delivery_batch(&row, &batch.id).await?;
        let row = FolderDelivery { batch: Some(batch.id.clone()), ..row };
        Ok((batch, row))
    }

    /// Attaches a batch to the configured target. One that cannot be attached is accepted all the same; a person can attach it later.
    async fn attach_to_target(&self, batch: &Batch) -> Result<()> {
        let Some(line) = &self.source.target else { return Ok(()) };
        if let Err(error) = self.archive.catalog.attach_batch(&batch.id, Some(line), "hot-folder").await {
            tracing::warn!("{}", error.chain());
            let body = json!({ "by": "hot-folder", "line": line, "problem": error.context() });
            self.archive.catalog.append_event(&batch.id, "", "batch-not-attached", body).await?;
        }
        Ok(())
    }

    /// Moves a received delivery into the `done` folder, under a name that nothing has there.
    async fn move_away(&self, row: &FolderDelivery, path: &Path, done: &Path) -> Result<()> {
        std::fs::create_dir_all(done).map_err(|error| maintenance::folder_not_creatable(done.display()).caused_by(error))?;
        let mut number = 1;
        loop {
            let (place, free) = local::free_name(path, done, number)?;
            self.archive.catalog.set_folder_delivery_target(row, &local::path_to_text(&place)).await?;
            if local::move_without_replacing(path, &place)? {
                break;
            }
            number = free.saturating_add(1);
        }
        self.archive.catalog.advance_folder_delivery(row, FolderDeliveryState::Moved, None).await.map(|_| ())
    }

    /// Goes on with a delivery that was moved away and lies still there: receives changed files, or compares it.
    pub(crate) async fn continue_moved(&self, row: FolderDelivery, place: &Path) -> Result<()> {
        let catalog = &self.archive.catalog;
        if row.state == FolderDeliveryState::Moved {
            return self.compare(&row, place).await;
        }
        match self.receive(row, place, &[]).await? {
            Some(row) => catalog.advance_folder_delivery(&row, FolderDeliveryState::Moved, None).await.map(|_| ()),
            None => Ok(()),
        }
    }

    /// Compares the files of a delivery with what was received. Changed ones become a delivery of their own.
    async fn compare(&self, row: &FolderDelivery, place: &Path) -> Result<()> {
        let catalog = &self.archive.catalog;
        let mut delivery = self.list_files(row, place).await?;
        let mut changed = self.refresh_lists(row, &delivery).await?;
        self.retain_changed(row, &mut delivery).await?;
        let body = |names: &[String]| json!({ "by": "hot-folder", "path": place.to_string_lossy(), "files": first_names(names) });
        if delivery.file_count() == 0 {
            let event = (!changed.is_empty()).then(|| ("delivery-changed", body(&changed)));
            return catalog.advance_folder_delivery(row, FolderDeliveryState::Taken, event).await.map(|_| ());
        }
        changed.extend(delivery.dossiers.values().flatten().map(|(_, name)| name.display.clone()));
        changed.extend(delivery.unreadable.values().flatten().map(|(name, _)| name.display.clone()));
        tracing::warn!(path = %place.display(), files = changed.len(), "files changed while they were taken; they are taken again");
        catalog.retake_folder_delivery(row, body(&changed)).await
    }

    /// Copies delivery lists to the store that are not there as they are now; returns their names.
    async fn refresh_lists(&self, row: &FolderDelivery, delivery: &Delivery) -> Result<Vec<String>> {
        let mut changed = Vec::new();
        for (place, path) in &delivery.delivery_lists {
            let Some(batch) = &row.batch else { break };
            let name = key::manifest(batch, path);
            let sha256 = match ingest::hash_file(place).await {
                Ok((sha256, _)) => sha256,
                Err(error) if error.kind() == ErrorKind::Invalid => continue,
                Err(error) => return Err(error),
            };
            let stored = match self.archive.store.get(&name).await {
                Ok(bytes) => Some(hex::encode(Sha256::digest(&bytes))),
                Err(error) if error.kind() == ErrorKind::NotFound => None,
                Err(error) => return Err(error),
            };
            if stored != Some(sha256) {
                self.archive.store.put_file(&name, place).await?;
                changed.push(path.clone());
            }
        }
        Ok(changed)
    }

    /// Leaves in `delivery` only the files whose bytes were not received under their name.
    async fn retain_changed(&self, row: &FolderDelivery, delivery: &mut Delivery) -> Result<()> {
        let received = self.archive.catalog.files_of_folder_delivery(row).await?;
        let received: BTreeSet<(String, String)> = received.into_iter().map(|file| (file.path.display, file.sha256)).collect();
        let names: BTreeSet<&str> = received.iter().map(|(name, _)| name.as_str()).collect();
        for files in delivery.dossiers.values_mut() {
            let mut changed = Vec::new();
            for (place, name) in std::mem::take(files) {
                let is_known = match ingest::hash_file(&place).await {
                    Ok((sha256, _)) => is_received(&received, &name.display, sha256),
                    Err(error) if error.kind() == ErrorKind::Invalid => names.contains(name.display.as_str()),
                    Err(error) => return Err(error),
                };
                if !is_known {
                    changed.push((place, name));
                }
            }
            *files = changed;
        }
        delivery.dossiers.retain(|_, files| !files.is_empty());
        for files in delivery.unreadable.values_mut() {
            files.retain(|(name, _)| !names.contains(name.display.as_str()));
        }
        delivery.unreadable.retain(|_, files| !files.is_empty());
        Ok(())
    }

    /// Ends a delivery that does not lie in the hot folder any more as it was begun.
    pub(crate) async fn settle(&self, row: &FolderDelivery) -> Result<()> {
        let catalog = &self.archive.catalog;
        let moved_to = row.moved_to.as_deref().map(local::text_to_path);
        if row.state == FolderDeliveryState::Stored && moved_to.is_some_and(|place| place.symlink_metadata().is_ok()) {
            return catalog.advance_folder_delivery(row, FolderDeliveryState::Moved, None).await.map(|_| ());
        }
        if let Some(batch) = row.batch.as_ref().filter(|_| row.state == FolderDeliveryState::Taking) {
            let batch = catalog.batch(batch).await?;
            if batch.state == BatchState::Receiving {
                catalog.finish_receiving(&batch.id).await?;
            }
            outbox::write_ledger(self.archive, &batch.id).await?;
        }
        let path = match &row.moved_to {
            Some(place) => local::text_to_path(place).to_string_lossy().into_owned(),
            None => self.display(&row.name),
        };
        let reason =
            "it was changed or removed before it was taken; what was received of it is kept, and what lies there now is taken anew";
        let body = json!({ "by": "hot-folder", "path": path, "reason": reason });
        catalog.advance_folder_delivery(row, FolderDeliveryState::Taken, Some(("delivery-interrupted", body))).await.map(|_| ())
    }

    /// Tells why a delivery could not be taken, in the log and as an event.
    pub(crate) async fn report_failure(&self, name: &str, batch: Option<&str>, error: &Error) {
        let path = self.display(name);
        tracing::warn!(path, error = %error.chain(), "a delivery is not taken yet; it is tried again");
        let body = json!({ "by": "hot-folder", "path": path, "unit": self.unit(), "class": format!("{:?}", error.kind()), "reason": error.chain() });
        if let Err(error) = self.archive.catalog.append_event(batch.unwrap_or_default(), "", "delivery-failed", body).await {
            tracing::warn!(error = %error.chain(), "the failure of a delivery is not noted");
        }
    }
}

/// Whether these bytes were received under this name, or under one with a number.
fn is_received(received: &BTreeSet<(String, String)>, name: &str, sha256: String) -> bool {
    const MAX_NUMBER: u32 = 9;
    let mut wanted = (name.to_owned(), sha256);
    for number in 2..=MAX_NUMBER {
        if received.contains(&wanted) {
            return true;
        }
        wanted.0 = format!("{name} ({number})");
    }
    received.contains(&wanted)
}

fn first_names(names: &[String]) -> Vec<&str> {
    names.iter().take(MAX_NAMES).map(String::as_str).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_received_under_their_name_alone() {
        let received = [("a.pdf", "1"), ("a.pdf (2)", "2"), ("b.pdf", "3")].map(|(name, sha256)| (name.to_owned(), sha256.to_owned()));
        let received = BTreeSet::from(received);
        let is = |name, sha256: &str| is_received(&received, name, sha256.to_owned());
        assert!(is("a.pdf", "1") && is("a.pdf", "2") && is("b.pdf", "3"));
        assert!(!is("a.pdf", "3") && !is("b.pdf", "1") && !is("c.pdf", "1"));
    }
}

//! Staging of uploaded bytes: one folder for each upload, one file for each of its files, named by identifiers of the catalogue and
//! never by names from outside. The number of bytes received is the length of the file on disk.

use crate::archive::Archive;
use sohoa_base::error::Result;
use sohoa_base::messages::{maintenance, program, uploads};
use sohoa_base::model::upload::UploadFile;
use sohoa_formats::inspect::SNIFF_BYTES;
use std::collections::BTreeMap;
use std::fs::TryLockError;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::io::AsyncWriteExt;
use tokio::sync::Notify;

/// The folder of all uploads.
pub(crate) fn root_folder(archive: &Archive) -> PathBuf {
    archive.config.home.join("uploads")
}

/// The folder of an upload.
pub(crate) fn upload_folder(archive: &Archive, upload: &str) -> PathBuf {
    root_folder(archive).join(upload)
}

/// Path of the bytes of a file.
pub(crate) fn file_path(archive: &Archive, upload: &str, file: &UploadFile) -> PathBuf {
    upload_folder(archive, upload).join(&file.id)
}

/// Number of bytes of a file received so far.
pub(crate) async fn length(place: &Path) -> Result<u64> {
    match tokio::fs::metadata(place).await {
        Ok(found) => Ok(found.len()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(0),
        Err(error) => Err(uploads::upload_unwritable().caused_by(error)),
    }
}

/// Removes a file, or a folder with its contents; succeeds where there is none.
pub(crate) async fn remove(place: &Path) -> Result<()> {
    let removed = if place.is_dir() { tokio::fs::remove_dir_all(place).await } else { tokio::fs::remove_file(place).await };
    match removed {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(maintenance::file_undeletable(place.display()).caused_by(error)),
        _ => Ok(()),
    }
}

/// The first [`SNIFF_BYTES`] bytes of a file.
pub(crate) async fn read_head(place: &Path) -> Result<Vec<u8>> {
    let place = place.to_path_buf();
    let read = tokio::task::spawn_blocking(move || {
        let mut head = Vec::with_capacity(SNIFF_BYTES);
        std::fs::File::open(&place)?.take(SNIFF_BYTES as u64).read_to_end(&mut head).map(|_| head)
    });
    let read = read.await.map_err(|error| program::bug("uploads: reading ended early").caused_by(error))?;
    read.map_err(|error| uploads::upload_unreadable().caused_by(error))
}

/// Files being written in this process, each with the signal that stops its writer.
#[derive(Debug, Default)]
pub(crate) struct ActiveWrites(Mutex<BTreeMap<String, Arc<Notify>>>);

/// Wait for a writer that was asked to stop: interval and number of attempts (3 s in all).
const TAKE_OVER_RETRY: (Duration, u32) = (Duration::from_millis(20), 150);

impl ActiveWrites {
    fn register(&self, file: &str) -> Arc<Notify> {
        let stop = Arc::new(Notify::new());
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(file.to_owned(), Arc::clone(&stop));
        stop
    }

    fn unregister(&self, file: &str, stop: &Arc<Notify>) {
        let mut writing = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if writing.get(file).is_some_and(|own| Arc::ptr_eq(own, stop)) {
            writing.remove(file);
        }
    }

    /// Asks the writer of the file to stop.
    pub(crate) fn request_stop(&self, file: &str) {
        if let Some(stop) = self.0.lock().unwrap_or_else(PoisonError::into_inner).get(file) {
            // `notify_one` stores the permit for a writer that is not waiting yet.
            stop.notify_one();
        }
    }
}

/// A file locked for writing, across processes, until this value is dropped.
#[derive(Debug)]
pub(crate) struct LockedFile {
    file: tokio::fs::File,
    active_writes: Arc<ActiveWrites>,
    file_id: String,
    stop: Arc<Notify>,
}

impl Drop for LockedFile {
    fn drop(&mut self) {
        self.active_writes.unregister(&self.file_id, &self.stop);
    }
}

impl LockedFile {
    /// Locks a file; `None` where another writer has it.
    pub(crate) async fn try_lock(writing: &Arc<ActiveWrites>, place: &Path, name: &str) -> Result<Option<Self>> {
        let place = place.to_path_buf();
        let opened = tokio::task::spawn_blocking(move || {
            if let Some(folder) = place.parent() {
                std::fs::create_dir_all(folder)?;
            }
            let file = std::fs::OpenOptions::new().create(true).append(true).open(&place)?;
            match file.try_lock() {
                Ok(()) => Ok(Some(file)),
                Err(TryLockError::WouldBlock) => Ok(None),
                Err(TryLockError::Error(error)) => Err(error),
            }
        });
        let opened = opened.await.map_err(|error| program::bug("uploads: opening a file ended early").caused_by(error))?;
        let Some(file) = opened.map_err(|error| uploads::upload_unwritable().caused_by(error))? else { return Ok(None) };
        let stop = writing.register(name);
        Ok(Some(Self { file: file.into(), active_writes: Arc::clone(writing), file_id: name.to_owned(), stop }))
    }

    /// Locks a file as [`LockedFile::try_lock`] does, after asking the current writer to stop and waiting for up to
    /// [`TAKE_OVER_RETRY`].
    pub(crate) async fn take_over(writing: &Arc<ActiveWrites>, place: &Path, name: &str) -> Result<Option<Self>> {
        for _ in 0..TAKE_OVER_RETRY.1 {
            if let Some(locked) = Self::try_lock(writing, place, name).await? {
                return Ok(Some(locked));
            }
            writing.request_stop(name);
            tokio::time::sleep(TAKE_OVER_RETRY.0).await;
        }
        Ok(None)
    }

    /// Resolves when another writer requests the file.
    pub(crate) async fn stop_requested(&self) {
        self.stop.notified().await;
    }

    /// Length of the file, bytes.
    pub(crate) async fn length(&self) -> Result<u64> {
        let found = self.file.metadata().await.map_err(|error| uploads::upload_unwritable().caused_by(error))?;
        Ok(found.len())
    }

    /// Appends bytes.
    pub(crate) async fn write(&mut self, bytes: &[u8]) -> Result<()> {
        self.file.write_all(bytes).await.map_err(|error| uploads::upload_unwritable().caused_by(error))
    }

    /// Waits until all written bytes have reached the operating system.
    pub(crate) async fn flush(&mut self) -> Result<()> {
        self.file.flush().await.map_err(|error| uploads::upload_unwritable().caused_by(error))
    }

    /// Waits until all written bytes have reached the disk.
    pub(crate) async fn sync(&mut self) -> Result<()> {
        self.flush().await?;
        self.file.sync_all().await.map_err(|error| uploads::upload_unwritable().caused_by(error))
    }

    /// Truncates the file to `length` bytes.
    pub(crate) async fn truncate(&mut self, length: u64) -> Result<()> {
        self.flush().await?;
        self.file.set_len(length).await.map_err(|error| uploads::upload_unwritable().caused_by(error))
    }
}

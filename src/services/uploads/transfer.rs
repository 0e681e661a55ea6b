//! Transfer of the files of an upload: announced, written from any offset, verified, removed.

use crate::archive::Archive;
use crate::intake::delivery_lists;
use crate::intake::ingest;
use crate::uploads::access::{authorized_upload, check_open, max_file_bytes};
use crate::uploads::quota::{check_free_space, upload_quota};
use crate::uploads::runtime::UploadRuntime;
use crate::uploads::staging;
use crate::uploads::staging::LockedFile;
use crate::uploads::start::start_if_complete;
use crate::uploads::view::UploadFileStatus;
use sohoa_base::error::Result;
use sohoa_base::messages::uploads;
use sohoa_base::model::account::Identity;
use sohoa_base::model::refusal::Refusal;
use sohoa_base::model::upload::{Upload, UploadFile, UploadFileState, validate_path};
use sohoa_catalog::{ListedFile, NewUploadFile, NewUploadList, UploadFileKind, UploadVerdict};
use sohoa_extraction::evidence::document_list;
use sohoa_formats::inspect;
use std::path::Path;

/// Result of announcing a file.
#[derive(Debug, Clone)]
pub struct AnnouncedFile {
    /// The file.
    pub file: UploadFileStatus,
    /// Whether it was announced for the first time.
    pub is_new: bool,
    /// Whether it exceeds [`max_file_bytes`], so that its bytes are not taken.
    pub is_too_large: bool,
}

/// Announces a file: its path inside the delivery, its size, and the SHA-256 of its bytes.
///
/// # Errors
/// `Invalid` for an unusable path; `Conflict` where other bytes were announced under it; `Limit` for more than a quota or the disk
/// takes.
pub async fn announce(archive: &Archive, by: &Identity, id: &str, path: &str, bytes: u64, sha256: &str) -> Result<AnnouncedFile> {
    let upload = authorized_upload(archive, by, id).await?;
    validate_path(path).map_err(|error| uploads::upload_path_invalid().caused_by(error))?;
    let sha256 = sha256.to_ascii_lowercase();
    if sha256.len() != 64 || !sha256.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(uploads::upload_sha256_invalid());
    }
    let refusal = (bytes > max_file_bytes(archive)).then(|| Refusal::from(&uploads::upload_file_too_large(archive.config.limits.file_mib)));
    if refusal.is_none() {
        check_free_space(archive, bytes).await?;
    }
    let new = NewUploadFile {
        path,
        dossier: &ingest::dossier_code_of_path(path),
        normalized_path: &document_list::normalize_path(path),
        kind: file_kind(path),
        bytes,
        sha256: &sha256,
        refusal: refusal.as_ref(),
    };
    let (file, is_new) = archive.catalog.announce_upload_file(&upload.id, &new, &upload_quota(archive)).await?;
    Ok(AnnouncedFile { file: UploadFileStatus::load(archive, &upload.id, file).await?, is_new, is_too_large: refusal.is_some() })
}

fn file_kind(path: &str) -> UploadFileKind {
    let last = path.rsplit('/').next().unwrap_or_default().as_bytes();
    match () {
        () if ingest::is_ignored(path.as_bytes()) => UploadFileKind::Ignored,
        () if ingest::is_delivery_list(last) => UploadFileKind::List,
        () => UploadFileKind::Scan,
    }
}

/// A file that is being written.
#[derive(Debug)]
pub struct UploadWriter {
    upload: Upload,
    file: UploadFile,
    locked_file: LockedFile,
    start_offset: u64,
    offset: u64,
}

/// Result of beginning to write a file.
#[derive(Debug)]
pub enum BeginResult {
    /// The file is locked for this caller.
    Ready(Box<UploadWriter>),
    /// Another request is writing it.
    Busy,
    /// All bytes have been received already.
    AlreadyComplete(Box<UploadFile>),
}

/// Result of finishing to write.
#[derive(Debug)]
pub enum WriteResult {
    /// The file is incomplete; number of bytes received.
    Partial(u64),
    /// The file is complete and was classified.
    Complete(Box<UploadFile>),
    /// All bytes came, but their hash is not the announced one; the file was emptied.
    Mismatch,
}

/// Begins to write a file at `offset`.
///
/// # Errors
/// `NotFound` for an upload of another unit and an unknown file; `Conflict` where `offset` is not the number of bytes received, or the
/// upload takes no more files; `Limit` where the disk has not enough space for the rest of the file.
pub async fn begin_write(
    archive: &Archive,
    runtime: &UploadRuntime,
    by: &Identity,
    id: &str,
    file: &str,
    offset: u64,
) -> Result<BeginResult> {
    let upload = authorized_upload(archive, by, id).await?;
    let file = archive.catalog.upload_file(id, file).await?;
    check_open(&upload)?;
    if file.state != UploadFileState::Sending {
        return if offset == file.bytes {
            Ok(BeginResult::AlreadyComplete(Box::new(file)))
        } else {
            Err(uploads::upload_offset_differs(file.bytes))
        };
    }
    check_free_space(archive, file.bytes.saturating_sub(offset)).await?;
    let place = staging::file_path(archive, &upload.id, &file);
    let Some(locked_file) = LockedFile::try_lock(&runtime.active_writes, &place, &file.id).await? else { return Ok(BeginResult::Busy) };
    let received = locked_file.length().await?;
    if received != offset {
        return Err(uploads::upload_offset_differs(received));
    }
    Ok(BeginResult::Ready(Box::new(UploadWriter { upload, file, locked_file, start_offset: received, offset: received })))
}

impl UploadWriter {
    /// Number of bytes still missing.
    #[must_use]
    pub fn remaining_bytes(&self) -> u64 {
        self.file.bytes.saturating_sub(self.offset)
    }

    /// Resolves when another request takes the file over: a client that lost its connection resumes on a new one.
    pub async fn stop_requested(&self) {
        self.locked_file.stop_requested().await;
    }

    /// Appends bytes.
    ///
    /// # Errors
    /// `Limit` where they exceed the announced size: then all bytes of this writer are discarded. `Unavailable` when the disk fails.
    pub async fn write(&mut self, bytes: &[u8]) -> Result<()> {
        let length = bytes.len() as u64;
        if length > self.remaining_bytes() {
            self.locked_file.truncate(self.start_offset).await?;
            return Err(uploads::upload_over_announced(self.file.bytes));
        }
        self.locked_file.write(bytes).await?;
        self.offset += length;
        Ok(())
    }

    /// Finishes writing; verifies and classifies a complete file.
    ///
    /// # Errors
    /// `Conflict` where the upload takes no more files; `Unavailable` when disk or catalogue do not answer.
    pub async fn finish(mut self, archive: &Archive, runtime: &UploadRuntime) -> Result<WriteResult> {
        self.locked_file.flush().await?;
        if self.offset < self.file.bytes {
            return Ok(WriteResult::Partial(self.offset));
        }
        self.locked_file.sync().await?;
        let place = staging::file_path(archive, &self.upload.id, &self.file);
        let (sha256, bytes) = ingest::hash_file(&place).await?;
        if sha256 != self.file.sha256 || bytes != self.file.bytes {
            self.locked_file.truncate(0).await?;
            return Ok(WriteResult::Mismatch);
        }
        let verdict = classify_upload_file(archive, &self.file, &place).await?;
        let file = archive.catalog.record_upload_verdict(&self.upload.id, &self.file.id, &verdict).await?;
        drop(self.locked_file);
        start_if_complete(archive, runtime, &self.upload).await;
        Ok(WriteResult::Complete(Box::new(file)))
    }
}

/// State of a file for a client that lost its connection: stops a writer that is still active, and verifies a file that is complete.
///
/// # Errors
/// As [`begin_write`].
pub async fn resume_state(archive: &Archive, runtime: &UploadRuntime, by: &Identity, id: &str, file: &str) -> Result<UploadFileStatus> {
    let upload = authorized_upload(archive, by, id).await?;
    let file = archive.catalog.upload_file(id, file).await?;
    let place = staging::file_path(archive, &upload.id, &file);
    if file.state != UploadFileState::Sending || check_open(&upload).is_err() {
        return UploadFileStatus::load(archive, id, file).await;
    }
    if staging::length(&place).await? == 0 && file.bytes > 0 {
        runtime.active_writes.request_stop(&file.id);
        return UploadFileStatus::load(archive, id, file).await;
    }
    let Some(locked_file) = LockedFile::take_over(&runtime.active_writes, &place, &file.id).await? else {
        return UploadFileStatus::load(archive, id, file).await;
    };
    let received = locked_file.length().await?;
    // The previous writer may have completed it meanwhile.
    let file = archive.catalog.upload_file(id, &file.id).await?;
    if received < file.bytes || file.state != UploadFileState::Sending {
        drop(locked_file);
        return UploadFileStatus::load(archive, id, file).await;
    }
    let incoming = UploadWriter { upload, file: file.clone(), locked_file, start_offset: received, offset: received };
    match incoming.finish(archive, runtime).await? {
        WriteResult::Complete(file) => UploadFileStatus::load(archive, id, *file).await,
        WriteResult::Partial(_) | WriteResult::Mismatch => UploadFileStatus::load(archive, id, file).await,
    }
}

/// Classifies a complete file. A scan is judged by its first bytes only; a delivery list is read in a sandboxed process.
async fn classify_upload_file(archive: &Archive, file: &UploadFile, place: &Path) -> Result<UploadVerdict> {
    match file_kind(&file.path) {
        UploadFileKind::Ignored => Ok(UploadVerdict::Ignored),
        UploadFileKind::List => read_delivery_list(archive, file, place).await.map(UploadVerdict::List),
        UploadFileKind::Scan => Ok(match inspect::accepted_media_type(&staging::read_head(place).await?) {
            Ok(_) => UploadVerdict::Scan,
            Err(error) => UploadVerdict::Refused(Refusal::from(&error)),
        }),
    }
}

async fn read_delivery_list(archive: &Archive, file: &UploadFile, place: &Path) -> Result<NewUploadList> {
    let folder = file.path.rsplit_once('/').map_or_else(String::new, |(folder, _)| document_list::normalize_path(folder) + "/");
    let mut list = NewUploadList { folder, ..NewUploadList::default() };
    let entries = match delivery_lists::read_table(archive, None, &file.sha256, place).await {
        Ok(rows) => {
            list.targets = document_list::listed_targets(&rows);
            document_list::parse_list(&rows)
        }
        Err(error) if error.kind().is_transient() => return Err(error),
        Err(error) => {
            list.problem = Some(error.to_stored());
            return Ok(list);
        }
    };
    let Some(entries) = entries else {
        list.problem = Some(uploads::upload_list_without_columns().to_stored());
        return Ok(list);
    };
    list.rows = entries.len() as u64;
    let named = entries.iter().filter_map(|entry| Some((u32::try_from(entry.row).ok()?, entry.file.as_ref()?)));
    list.files =
        named.map(|(row, file)| ListedFile { row, file: file.clone(), normalized_path: document_list::normalize_path(file) }).collect();
    Ok(list)
}

/// Removes a file from an upload and deletes its bytes.
///
/// # Errors
/// As [`begin_write`]; `Conflict` while another request writes it and does not stop.
pub async fn remove_file(archive: &Archive, runtime: &UploadRuntime, by: &Identity, id: &str, file: &str) -> Result<()> {
    let upload = authorized_upload(archive, by, id).await?;
    let file = archive.catalog.upload_file(id, file).await?;
    check_open(&upload)?;
    let place = staging::file_path(archive, &upload.id, &file);
    let Some(locked_file) = LockedFile::take_over(&runtime.active_writes, &place, &file.id).await? else {
        return Err(uploads::upload_file_busy());
    };
    archive.catalog.remove_upload_file(&upload.id, &file.id, &by.user.name).await?;
    staging::remove(&place).await?;
    drop(locked_file);
    start_if_complete(archive, runtime, &upload).await;
    Ok(())
}

//! Uploads: deliveries that are sent through the browser, file by file, before they become batches.

use crate::archive::Archive;
use crate::intake::delivery_lists;
use crate::intake::ingest;
use crate::roadmap::tracking;
use crate::uploads::staging;
use crate::uploads::staging::{ActiveWrites, LockedFile};
use crate::uploads::start;
use sohoa_base::error::{Error, Result};
use sohoa_base::model::account::{Identity, Right, UnitScope};
use sohoa_base::model::pipeline_plan::PipelinePlan;
use sohoa_base::model::refusal::Refusal;
use sohoa_base::model::upload::{StartRule, Upload, UploadFile, UploadFileState, UploadSize, validate_path};
use sohoa_catalog::{ListedFile, NewUpload, NewUploadFile, NewUploadList, UploadFileKind, UploadVerdict};
use sohoa_extraction::evidence::document_list;
use sohoa_formats::inspect;
use sohoa_pipeline::pipeline_file;
use std::path::Path;
use std::sync::Arc;
use tokio::sync::{Mutex, Notify};

pub use crate::uploads::start::{StartedUpload, run_upload_starter, start_authorized};
pub use crate::uploads::view::{
    UploadFileFilter, UploadFileList, UploadFileStatus, UploadFilter, UploadSummary, UploadView, Uploads, list_upload_files, list_uploads,
    show_upload, show_upload_file,
};

/// What is under way in this process.
#[derive(Debug, Default)]
pub struct UploadRuntime {
    pub(crate) active_writes: Arc<ActiveWrites>,
    /// Uploads become batches one after the other.
    pub(crate) start_lock: Mutex<()>,
    /// An upload has begun to become a batch.
    pub(crate) start_requested: Notify,
}

/// What an upload is opened with.
#[derive(Debug, Clone)]
pub struct NewUploadRequest {
    /// What people call it.
    pub name: String,
    /// Unit or fonds that delivers.
    pub unit: String,
    /// Name of its pipeline; none: the server's.
    pub pipeline: Option<String>,
    /// Tasks of a higher number come first.
    pub priority: i64,
    /// When it becomes a batch.
    pub starts: StartRule,
    /// What will come in all.
    pub expected: Option<UploadSize>,
    /// Line of a roadmap to which its batch will belong; none: its lists or the rule say which.
    pub target: Option<String>,
}

/// Longest name of an upload, letters.
const MAX_NAME_CHARS: usize = 200;

/// Highest priority, and less than nothing the lowest.
const MAX_PRIORITY: i64 = 100;

/// Opens an upload; `own` is the server's pipeline.
///
/// # Errors
/// `Invalid` for a bad name, unit, priority or pipeline; `Denied` for a unit in which the caller may not deliver; as
/// [`choose_line`] for its line.
pub async fn open(archive: &Archive, by: &Identity, wish: &NewUploadRequest, own: (&str, &PipelinePlan)) -> Result<UploadSummary> {
    let name = wish.name.trim();
    for (what, text) in [("name", name), ("unit", wish.unit.as_str())] {
        if text.is_empty() || text.chars().count() > MAX_NAME_CHARS || text.chars().any(char::is_control) || text.trim() != text {
            return Err(Error::invalid(format!("the {what} of an upload has 1 to {MAX_NAME_CHARS} letters, without blanks around them")));
        }
    }
    if wish.unit == "*" {
        return Err(Error::invalid("choose the unit that delivers"));
    }
    if !by.units_with(Right::Upload).contains(&wish.unit) {
        return Err(Error::denied(format!("you may not deliver in unit {}", wish.unit)));
    }
    if !(-MAX_PRIORITY..=MAX_PRIORITY).contains(&wish.priority) {
        return Err(Error::invalid(format!("the priority is a number from -{MAX_PRIORITY} to {MAX_PRIORITY}")));
    }
    let (pipeline, text) = resolve_pipeline(wish.pipeline.as_deref(), own)?;
    if let Some(line) = &wish.target {
        check_target(archive, by, &wish.unit, line).await?;
    }
    let new = NewUpload {
        name,
        unit: &wish.unit,
        user: &by.user.name,
        pipeline: &pipeline,
        pipeline_text: &text,
        priority: wish.priority,
        start_rule: wish.starts,
        expected: wish.expected,
        target: wish.target.as_deref(),
    };
    Ok(UploadSummary::new(archive.catalog.open_upload(&new).await?, None))
}

/// Name and text of the wanted pipeline: the server's own, or the one that is built in.
fn resolve_pipeline(wanted: Option<&str>, (text, own): (&str, &PipelinePlan)) -> Result<(String, String)> {
    let Some(wanted) = wanted.filter(|wanted| *wanted != own.name) else { return Ok((own.name.clone(), text.to_owned())) };
    let built_in = pipeline_file::parse(pipeline_file::ADMINISTRATIVE, "administrative (built in)")?.name;
    if wanted == built_in {
        return Ok((built_in, pipeline_file::ADMINISTRATIVE.to_owned()));
    }
    Err(Error::invalid(format!("there is no pipeline {wanted:?}; use {} or {built_in}", own.name)))
}

/// The upload, where the caller may deliver in its unit.
pub(crate) async fn authorized_upload(archive: &Archive, by: &Identity, id: &str) -> Result<Upload> {
    let upload = archive.catalog.upload(id).await?;
    if by.units_with(Right::Upload).contains(&upload.unit) {
        return Ok(upload);
    }
    Err(Error::not_found(format!("upload {id} does not exist")))
}

/// Keeps what will come in all.
///
/// # Errors
/// `NotFound` for an upload of another unit, `Conflict` for one that is not open any more.
pub async fn set_expected(
    archive: &Archive,
    hands: &UploadRuntime,
    by: &Identity,
    id: &str,
    expected: UploadSize,
) -> Result<UploadSummary> {
    authorized_upload(archive, by, id).await?;
    let upload = archive.catalog.set_upload_expected(id, expected).await?;
    start::start_if_complete(archive, hands, &upload).await;
    let upload = archive.catalog.upload(id).await?;
    let tallies = archive.catalog.upload_tallies(std::slice::from_ref(&upload.id)).await?.remove(&upload.id);
    Ok(UploadSummary::new(upload, tallies))
}

/// Whether somebody may choose lines for deliveries of a unit: who delivers in it and may see its lines.
#[must_use]
pub fn may_choose_target(by: &Identity, unit: &str) -> bool {
    [Right::Upload, Right::Monitor].into_iter().all(|right| by.units_with(right).contains(unit))
}

async fn check_target(archive: &Archive, by: &Identity, unit: &str, line: &str) -> Result<()> {
    if !may_choose_target(by, unit) {
        return Err(Error::denied(format!("you may not see the lines of unit {unit}; leave the line to the lists or the rule")));
    }
    tracking::authorized_target(archive, &UnitScope::Only([unit.to_owned()].into()), line).await.map(|_| ())
}

/// Keeps to which line of a roadmap the batch of an open upload will belong; none: its lists or the rule say which.
///
/// # Errors
/// `NotFound` for an upload of another unit and for a line that its unit does not have; `Denied` for who may not see lines;
/// `Conflict` for an upload that is not open any more.
pub async fn choose_target(archive: &Archive, by: &Identity, id: &str, line: Option<&str>) -> Result<UploadSummary> {
    let upload = authorized_upload(archive, by, id).await?;
    if let Some(line) = line {
        check_target(archive, by, &upload.unit, line).await?;
    }
    let upload = archive.catalog.set_upload_target(&upload.id, line, &by.user.name).await?;
    let tallies = archive.catalog.upload_tallies(std::slice::from_ref(&upload.id)).await?.remove(&upload.id);
    Ok(UploadSummary::new(upload, tallies))
}

/// A file that was announced.
#[derive(Debug, Clone)]
pub struct AnnouncedFile {
    /// The file.
    pub file: UploadFileStatus,
    /// Whether it was not known before.
    pub is_new: bool,
    /// Whether it is over the limit, so that its bytes are not taken.
    pub is_too_large: bool,
}

/// Largest file that is taken, bytes.
#[must_use]
pub fn max_file_bytes(archive: &Archive) -> u64 {
    archive.config.limits.file_mib << 20
}

/// Announces a file: its path inside the delivery, its size, and the SHA-256 of its bytes.
///
/// # Errors
/// `Invalid` and `Limit` for a path that is none, `Conflict` where other bytes were announced under it.
pub async fn announce(archive: &Archive, by: &Identity, id: &str, path: &str, bytes: u64, sha256: &str) -> Result<AnnouncedFile> {
    let upload = authorized_upload(archive, by, id).await?;
    validate_path(path)?;
    let sha256 = sha256.to_ascii_lowercase();
    if sha256.len() != 64 || !sha256.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(Error::invalid("sha256 has 64 hexadecimal digits"));
    }
    let refusal = (bytes > max_file_bytes(archive))
        .then(|| Refusal::from(&Error::limit(format!("the file is larger than {} MiB; split it", archive.config.limits.file_mib))));
    let new = NewUploadFile {
        path,
        dossier: &ingest::dossier_code_of_path(path),
        normalized_path: &document_list::normalize_path(path),
        kind: file_kind(path),
        bytes,
        sha256: &sha256,
        refusal: refusal.as_ref(),
    };
    let (file, is_new) = archive.catalog.announce_upload_file(&upload.id, &new).await?;
    Ok(AnnouncedFile { file: UploadFileStatus::load(archive, &upload.id, file).await?, is_new, is_too_large: refusal.is_some() })
}

fn file_kind(path: &str) -> UploadFileKind {
    let last = path.rsplit('/').next().unwrap_or_default().as_bytes();
    match () {
        () if ingest::is_ignored(last) => UploadFileKind::Ignored,
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

/// What came of the wish to write a file.
#[derive(Debug)]
pub enum BeginResult {
    /// Write.
    Ready(Box<UploadWriter>),
    /// Somebody else writes it.
    Busy,
    /// Nothing is to be written.
    AlreadyComplete(Box<UploadFile>),
}

/// What came of writing.
#[derive(Debug)]
pub enum WriteResult {
    /// So much is here.
    Partial(u64),
    /// All is here, and known for what it is.
    Complete(Box<UploadFile>),
    /// All is here, and not what was announced: it is empty again.
    Mismatch,
}

/// Begins to write a file at `offset`.
///
/// # Errors
/// `NotFound` for an upload of another unit and an unknown file; `Conflict` where another offset is wanted, or the upload takes no
/// files any more.
pub async fn begin_write(
    archive: &Archive,
    hands: &UploadRuntime,
    by: &Identity,
    id: &str,
    file: &str,
    offset: u64,
) -> Result<BeginResult> {
    let upload = authorized_upload(archive, by, id).await?;
    let file = archive.catalog.upload_file(id, file).await?;
    start::check_open(&upload)?;
    let wrong = |here: u64| Error::conflict(format!("{here} bytes of this file are here; go on from there"));
    if file.state != UploadFileState::Sending {
        return if offset == file.bytes { Ok(BeginResult::AlreadyComplete(Box::new(file))) } else { Err(wrong(file.bytes)) };
    }
    let place = staging::file_path(archive, &upload.id, &file);
    let Some(held) = LockedFile::try_lock(&hands.active_writes, &place, &file.id).await? else { return Ok(BeginResult::Busy) };
    let here = held.length().await?;
    if here != offset {
        return Err(wrong(here));
    }
    Ok(BeginResult::Ready(Box::new(UploadWriter { upload, file, locked_file: held, start_offset: here, offset: here })))
}

impl UploadWriter {
    /// How many bytes are still wanted.
    #[must_use]
    pub fn remaining_bytes(&self) -> u64 {
        self.file.bytes.saturating_sub(self.offset)
    }

    /// Resolves when somebody else asks for the file, who lost the line on which this comes.
    pub async fn stop_requested(&self) {
        self.locked_file.stop_requested().await;
    }

    /// Appends bytes.
    ///
    /// # Errors
    /// `Limit` where they are more than was announced: then nothing of this turn is kept. `Unavailable` when the disk does not take them.
    pub async fn write(&mut self, bytes: &[u8]) -> Result<()> {
        let length = bytes.len() as u64;
        if length > self.remaining_bytes() {
            self.locked_file.truncate(self.start_offset).await?;
            return Err(Error::limit(format!("more bytes came than the {} that were announced", self.file.bytes)));
        }
        self.locked_file.write(bytes).await?;
        self.offset += length;
        Ok(())
    }

    /// Ends writing; where all is here, finds out what it is.
    ///
    /// # Errors
    /// `Conflict` where the upload takes no files any more; `Unavailable` when disk or catalogue do not answer.
    pub async fn finish(mut self, archive: &Archive, hands: &UploadRuntime) -> Result<WriteResult> {
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
        start::start_if_complete(archive, hands, &self.upload).await;
        Ok(WriteResult::Complete(Box::new(file)))
    }
}

/// Where a file stands, for who lost the line: whoever still writes it is asked to stop, and what is here completely is looked at.
///
/// # Errors
/// As [`begin`].
pub async fn resume_state(archive: &Archive, hands: &UploadRuntime, by: &Identity, id: &str, file: &str) -> Result<UploadFileStatus> {
    let upload = authorized_upload(archive, by, id).await?;
    let file = archive.catalog.upload_file(id, file).await?;
    let place = staging::file_path(archive, &upload.id, &file);
    if file.state != UploadFileState::Sending || start::check_open(&upload).is_err() {
        return UploadFileStatus::load(archive, id, file).await;
    }
    if staging::length(&place).await? == 0 && file.bytes > 0 {
        hands.active_writes.request_stop(&file.id);
        return UploadFileStatus::load(archive, id, file).await;
    }
    let Some(held) = LockedFile::take_over(&hands.active_writes, &place, &file.id).await? else {
        return UploadFileStatus::load(archive, id, file).await;
    };
    let here = held.length().await?;
    // Whoever held it may have settled it meanwhile.
    let file = archive.catalog.upload_file(id, &file.id).await?;
    if here < file.bytes || file.state != UploadFileState::Sending {
        drop(held);
        return UploadFileStatus::load(archive, id, file).await;
    }
    let incoming = UploadWriter { upload, file: file.clone(), locked_file: held, start_offset: here, offset: here };
    match incoming.finish(archive, hands).await? {
        WriteResult::Complete(file) => UploadFileStatus::load(archive, id, *file).await,
        WriteResult::Partial(_) | WriteResult::Mismatch => UploadFileStatus::load(archive, id, file).await,
    }
}

/// What a file is whose bytes are all here. Only its first bytes are looked at; a list is read by a limited process.
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
    let entries = match delivery_lists::read_table(archive, &file.sha256, place).await {
        Ok(rows) => {
            list.targets = document_list::listed_targets(&rows);
            document_list::parse_list(&rows)
        }
        Err(error) if error.kind().is_transient() => return Err(error),
        Err(error) => {
            list.problem = Some(error.chain());
            return Ok(list);
        }
    };
    let Some(entries) = entries else {
        list.problem = Some("the list names neither files nor numbers and subjects of documents".to_owned());
        return Ok(list);
    };
    list.rows = entries.len() as u64;
    let named = entries.iter().filter_map(|entry| Some((u32::try_from(entry.row).ok()?, entry.file.as_ref()?)));
    list.files =
        named.map(|(row, file)| ListedFile { row, file: file.clone(), normalized_path: document_list::normalize_path(file) }).collect();
    Ok(list)
}

/// Takes a file out of an upload; its bytes are deleted.
///
/// # Errors
/// As [`begin`]; `Conflict` while somebody writes it and does not stop.
pub async fn remove_file(archive: &Archive, hands: &UploadRuntime, by: &Identity, id: &str, file: &str) -> Result<()> {
    let upload = authorized_upload(archive, by, id).await?;
    let file = archive.catalog.upload_file(id, file).await?;
    start::check_open(&upload)?;
    let place = staging::file_path(archive, &upload.id, &file);
    let Some(held) = LockedFile::take_over(&hands.active_writes, &place, &file.id).await? else {
        return Err(Error::conflict("this file is being written; try again"));
    };
    archive.catalog.remove_upload_file(&upload.id, &file.id, &by.user.name).await?;
    staging::remove(&place).await?;
    drop(held);
    start::start_if_complete(archive, hands, &upload).await;
    Ok(())
}

/// Gives an upload up that was not started; `name` confirms which. Its bytes are deleted.
///
/// # Errors
/// `Invalid` for another name, `NotFound` for an upload of another unit, `Conflict` for one that was started.
pub async fn withdraw(archive: &Archive, hands: &UploadRuntime, by: &Identity, id: &str, name: &str) -> Result<()> {
    let upload = authorized_upload(archive, by, id).await?;
    if name != upload.name {
        return Err(Error::invalid(format!("give the name of the upload to withdraw it: {}", upload.name)));
    }
    let _turn = hands.start_lock.lock().await;
    archive.catalog.withdraw_upload(&upload.id, &by.user.name).await?;
    staging::remove(&staging::upload_folder(archive, &upload.id)).await
}

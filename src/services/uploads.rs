//! Uploads: deliveries that are sent through the browser, file by file, before they become batches.

use crate::archive::Archive;
use crate::staging::{self, Held, Writing};
use crate::{intake, listed_lines, roadmap, upload_start};
use sohoa_base::error::{Error, Result};
use sohoa_base::model::account::{Identity, Right, Units};
use sohoa_base::model::plan::Plan;
use sohoa_base::model::refusal::Refusal;
use sohoa_base::model::upload::{Amount, StartRule, Upload, UploadFile, UploadFileState, check_path};
use sohoa_catalog::{ListedFile, NewList, NewUpload, NewUploadFile, UploadFileKind, Verdict};
use sohoa_extraction::manifest;
use sohoa_formats::inspect;
use sohoa_pipeline::plan;
use std::path::Path;
use std::sync::Arc;
use tokio::sync::{Mutex, Notify};

pub use crate::upload_start::{StartedUpload, keep, start};
pub use crate::upload_view::{FileLine, Files, UploadLine, UploadView, Uploads, WantedFiles, WantedUploads, file, files, list, show};

/// What is under way in this process.
#[derive(Debug, Default)]
pub struct Hands {
    pub(super) writing: Arc<Writing>,
    /// Uploads become batches one after the other.
    pub(super) turn: Mutex<()>,
    /// An upload has begun to become a batch.
    pub(super) begun: Notify,
}

/// What an upload is opened with.
#[derive(Debug, Clone)]
pub struct Wish {
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
    pub expected: Option<Amount>,
    /// Line of a roadmap to which its batch will belong; none: its lists or the rule say which.
    pub line: Option<String>,
}

/// Longest name of an upload, letters.
const LONGEST_NAME: usize = 200;

/// Highest priority, and less than nothing the lowest.
const PRIORITY: i64 = 100;

/// Opens an upload; `own` is the server's pipeline.
///
/// # Errors
/// `Invalid` for a bad name, unit, priority or pipeline; `Denied` for a unit in which the caller may not deliver; as
/// [`choose_line`] for its line.
pub async fn open(archive: &Archive, by: &Identity, wish: &Wish, own: (&str, &Plan)) -> Result<UploadLine> {
    let name = wish.name.trim();
    for (what, text) in [("name", name), ("unit", wish.unit.as_str())] {
        if text.is_empty() || text.chars().count() > LONGEST_NAME || text.chars().any(char::is_control) || text.trim() != text {
            return Err(Error::invalid(format!("the {what} of an upload has 1 to {LONGEST_NAME} letters, without blanks around them")));
        }
    }
    if wish.unit == "*" {
        return Err(Error::invalid("choose the unit that delivers"));
    }
    if !by.units(Right::Upload).contains(&wish.unit) {
        return Err(Error::denied(format!("you may not deliver in unit {}", wish.unit)));
    }
    if !(-PRIORITY..=PRIORITY).contains(&wish.priority) {
        return Err(Error::invalid(format!("the priority is a number from -{PRIORITY} to {PRIORITY}")));
    }
    let (pipeline, text) = pipeline_of(wish.pipeline.as_deref(), own)?;
    if let Some(line) = &wish.line {
        check_line(archive, by, &wish.unit, line).await?;
    }
    let new = NewUpload {
        name,
        unit: &wish.unit,
        user: &by.user.name,
        pipeline: &pipeline,
        text: &text,
        priority: wish.priority,
        starts: wish.starts,
        expected: wish.expected,
        line: wish.line.as_deref(),
    };
    Ok(UploadLine::new(archive.catalog.open_upload(&new).await?, None))
}

/// Name and text of the wanted pipeline: the server's own, or the one that is built in.
fn pipeline_of(wanted: Option<&str>, (text, own): (&str, &Plan)) -> Result<(String, String)> {
    let Some(wanted) = wanted.filter(|wanted| *wanted != own.name) else { return Ok((own.name.clone(), text.to_owned())) };
    let built_in = plan::parse(plan::ADMINISTRATIVE, "administrative (built in)")?.name;
    if wanted == built_in {
        return Ok((built_in, plan::ADMINISTRATIVE.to_owned()));
    }
    Err(Error::invalid(format!("there is no pipeline {wanted:?}; use {} or {built_in}", own.name)))
}

/// The upload, where the caller may deliver in its unit.
pub(super) async fn own(archive: &Archive, by: &Identity, id: &str) -> Result<Upload> {
    let upload = archive.catalog.upload(id).await?;
    if by.units(Right::Upload).contains(&upload.unit) {
        return Ok(upload);
    }
    Err(Error::not_found(format!("upload {id} does not exist")))
}

/// Keeps what will come in all.
///
/// # Errors
/// `NotFound` for an upload of another unit, `Conflict` for one that is not open any more.
pub async fn expect(archive: &Archive, hands: &Hands, by: &Identity, id: &str, expected: Amount) -> Result<UploadLine> {
    own(archive, by, id).await?;
    let upload = archive.catalog.expect_of_upload(id, expected).await?;
    upload_start::start_if_complete(archive, hands, &upload).await;
    let upload = archive.catalog.upload(id).await?;
    let tallies = archive.catalog.upload_tallies(std::slice::from_ref(&upload.id)).await?.remove(&upload.id);
    Ok(UploadLine::new(upload, tallies))
}

/// Whether somebody may choose lines for deliveries of a unit: who delivers in it and may see its lines.
#[must_use]
pub fn may_choose_line(by: &Identity, unit: &str) -> bool {
    [Right::Upload, Right::Watch].into_iter().all(|right| by.units(right).contains(unit))
}

async fn check_line(archive: &Archive, by: &Identity, unit: &str, line: &str) -> Result<()> {
    if !may_choose_line(by, unit) {
        return Err(Error::denied(format!("you may not see the lines of unit {unit}; leave the line to the lists or the rule")));
    }
    roadmap::line(archive, &Units::Some([unit.to_owned()].into()), line).await.map(|_| ())
}

/// Keeps to which line of a roadmap the batch of an open upload will belong; none: its lists or the rule say which.
///
/// # Errors
/// `NotFound` for an upload of another unit and for a line that its unit does not have; `Denied` for who may not see lines;
/// `Conflict` for an upload that is not open any more.
pub async fn choose_line(archive: &Archive, by: &Identity, id: &str, line: Option<&str>) -> Result<UploadLine> {
    let upload = own(archive, by, id).await?;
    if let Some(line) = line {
        check_line(archive, by, &upload.unit, line).await?;
    }
    let upload = archive.catalog.set_upload_line(&upload.id, line, &by.user.name).await?;
    let tallies = archive.catalog.upload_tallies(std::slice::from_ref(&upload.id)).await?.remove(&upload.id);
    Ok(UploadLine::new(upload, tallies))
}

/// A file that was announced.
#[derive(Debug, Clone)]
pub struct Announced {
    /// The file.
    pub line: FileLine,
    /// Whether it was not known before.
    pub is_new: bool,
    /// Whether it is over the limit, so that its bytes are not taken.
    pub is_too_large: bool,
}

/// Largest file that is taken, bytes.
#[must_use]
pub fn largest(archive: &Archive) -> u64 {
    archive.config.limits.file_mib << 20
}

/// Announces a file: its path inside the delivery, its size, and the SHA-256 of its bytes.
///
/// # Errors
/// `Invalid` and `Limit` for a path that is none, `Conflict` where other bytes were announced under it.
pub async fn announce(archive: &Archive, by: &Identity, id: &str, path: &str, bytes: u64, sha256: &str) -> Result<Announced> {
    let upload = own(archive, by, id).await?;
    check_path(path)?;
    let sha256 = sha256.to_ascii_lowercase();
    if sha256.len() != 64 || !sha256.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(Error::invalid("sha256 has 64 hexadecimal digits"));
    }
    let refusal = (bytes > largest(archive))
        .then(|| Refusal::from(&Error::limit(format!("the file is larger than {} MiB; split it", archive.config.limits.file_mib))));
    let new = NewUploadFile {
        path,
        dossier: &intake::code_of_path(path),
        plain: &manifest::plain(path),
        kind: kind_of(path),
        bytes,
        sha256: &sha256,
        refusal: refusal.as_ref(),
    };
    let (file, is_new) = archive.catalog.announce(&upload.id, &new).await?;
    Ok(Announced { line: FileLine::of(archive, &upload.id, file).await?, is_new, is_too_large: refusal.is_some() })
}

fn kind_of(path: &str) -> UploadFileKind {
    let last = path.rsplit('/').next().unwrap_or_default().as_bytes();
    match () {
        () if intake::is_ignored(last) => UploadFileKind::Ignored,
        () if intake::is_manifest(last) => UploadFileKind::List,
        () => UploadFileKind::Scan,
    }
}

/// A file that is being written.
#[derive(Debug)]
pub struct Incoming {
    upload: Upload,
    file: UploadFile,
    held: Held,
    began: u64,
    offset: u64,
}

/// What came of the wish to write a file.
#[derive(Debug)]
pub enum Begun {
    /// Write.
    Ready(Box<Incoming>),
    /// Somebody else writes it.
    Busy,
    /// Nothing is to be written.
    Done(Box<UploadFile>),
}

/// What came of writing.
#[derive(Debug)]
pub enum Ended {
    /// So much is here.
    Partly(u64),
    /// All is here, and known for what it is.
    Settled(Box<UploadFile>),
    /// All is here, and not what was announced: it is empty again.
    Mismatch,
}

/// Begins to write a file at `offset`.
///
/// # Errors
/// `NotFound` for an upload of another unit and an unknown file; `Conflict` where another offset is wanted, or the upload takes no
/// files any more.
pub async fn begin(archive: &Archive, hands: &Hands, by: &Identity, id: &str, file: &str, offset: u64) -> Result<Begun> {
    let upload = own(archive, by, id).await?;
    let file = archive.catalog.upload_file(id, file).await?;
    upload_start::check_open(&upload)?;
    let wrong = |here: u64| Error::conflict(format!("{here} bytes of this file are here; go on from there"));
    if file.state != UploadFileState::Sending {
        return if offset == file.bytes { Ok(Begun::Done(Box::new(file))) } else { Err(wrong(file.bytes)) };
    }
    let place = staging::place(archive, &upload.id, &file);
    let Some(held) = Held::take(&hands.writing, &place, &file.id).await? else { return Ok(Begun::Busy) };
    let here = held.length().await?;
    if here != offset {
        return Err(wrong(here));
    }
    Ok(Begun::Ready(Box::new(Incoming { upload, file, held, began: here, offset: here })))
}

impl Incoming {
    /// How many bytes are still wanted.
    #[must_use]
    pub fn wanted(&self) -> u64 {
        self.file.bytes.saturating_sub(self.offset)
    }

    /// Resolves when somebody else asks for the file, who lost the line on which this comes.
    pub async fn asked(&self) {
        self.held.asked().await;
    }

    /// Appends bytes.
    ///
    /// # Errors
    /// `Limit` where they are more than was announced: then nothing of this turn is kept. `Unavailable` when the disk does not take them.
    pub async fn write(&mut self, bytes: &[u8]) -> Result<()> {
        let length = bytes.len() as u64;
        if length > self.wanted() {
            self.held.cut(self.began).await?;
            return Err(Error::limit(format!("more bytes came than the {} that were announced", self.file.bytes)));
        }
        self.held.write(bytes).await?;
        self.offset += length;
        Ok(())
    }

    /// Ends writing; where all is here, finds out what it is.
    ///
    /// # Errors
    /// `Conflict` where the upload takes no files any more; `Unavailable` when disk or catalogue do not answer.
    pub async fn end(mut self, archive: &Archive, hands: &Hands) -> Result<Ended> {
        self.held.flush().await?;
        if self.offset < self.file.bytes {
            return Ok(Ended::Partly(self.offset));
        }
        self.held.sync().await?;
        let place = staging::place(archive, &self.upload.id, &self.file);
        let (sha256, bytes) = intake::hash(&place).await?;
        if sha256 != self.file.sha256 || bytes != self.file.bytes {
            self.held.cut(0).await?;
            return Ok(Ended::Mismatch);
        }
        let verdict = judge(archive, &self.file, &place).await?;
        let file = archive.catalog.settle_upload_file(&self.upload.id, &self.file.id, &verdict).await?;
        drop(self.held);
        upload_start::start_if_complete(archive, hands, &self.upload).await;
        Ok(Ended::Settled(Box::new(file)))
    }
}

/// Where a file stands, for who lost the line: whoever still writes it is asked to stop, and what is here completely is looked at.
///
/// # Errors
/// As [`begin`].
pub async fn look(archive: &Archive, hands: &Hands, by: &Identity, id: &str, file: &str) -> Result<FileLine> {
    let upload = own(archive, by, id).await?;
    let file = archive.catalog.upload_file(id, file).await?;
    let place = staging::place(archive, &upload.id, &file);
    if file.state != UploadFileState::Sending || upload_start::check_open(&upload).is_err() {
        return FileLine::of(archive, id, file).await;
    }
    if staging::length(&place).await? == 0 && file.bytes > 0 {
        hands.writing.ask(&file.id);
        return FileLine::of(archive, id, file).await;
    }
    let Some(held) = Held::take_over(&hands.writing, &place, &file.id).await? else { return FileLine::of(archive, id, file).await };
    let here = held.length().await?;
    // Whoever held it may have settled it meanwhile.
    let file = archive.catalog.upload_file(id, &file.id).await?;
    if here < file.bytes || file.state != UploadFileState::Sending {
        drop(held);
        return FileLine::of(archive, id, file).await;
    }
    let incoming = Incoming { upload, file: file.clone(), held, began: here, offset: here };
    match incoming.end(archive, hands).await? {
        Ended::Settled(file) => FileLine::of(archive, id, *file).await,
        Ended::Partly(_) | Ended::Mismatch => FileLine::of(archive, id, file).await,
    }
}

/// What a file is whose bytes are all here. Only its first bytes are looked at; a list is read by a limited process.
async fn judge(archive: &Archive, file: &UploadFile, place: &Path) -> Result<Verdict> {
    match kind_of(&file.path) {
        UploadFileKind::Ignored => Ok(Verdict::Ignored),
        UploadFileKind::List => read_list(archive, file, place).await.map(Verdict::List),
        UploadFileKind::Scan => Ok(match inspect::kind(&staging::head(place).await?) {
            Ok(_) => Verdict::Scan,
            Err(error) => Verdict::Refused(Refusal::from(&error)),
        }),
    }
}

async fn read_list(archive: &Archive, file: &UploadFile, place: &Path) -> Result<NewList> {
    let folder = file.path.rsplit_once('/').map_or_else(String::new, |(folder, _)| manifest::plain(folder) + "/");
    let mut list = NewList { folder, ..NewList::default() };
    let entries = match listed_lines::table(archive, &file.sha256, place).await {
        Ok(rows) => {
            list.lines = manifest::lines(&rows);
            manifest::entries(&rows)
        }
        Err(error) if error.kind().is_passing() => return Err(error),
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
    list.files = named.map(|(row, file)| ListedFile { row, file: file.clone(), plain: manifest::plain(file) }).collect();
    Ok(list)
}

/// Takes a file out of an upload; its bytes are deleted.
///
/// # Errors
/// As [`begin`]; `Conflict` while somebody writes it and does not stop.
pub async fn remove(archive: &Archive, hands: &Hands, by: &Identity, id: &str, file: &str) -> Result<()> {
    let upload = own(archive, by, id).await?;
    let file = archive.catalog.upload_file(id, file).await?;
    upload_start::check_open(&upload)?;
    let place = staging::place(archive, &upload.id, &file);
    let Some(held) = Held::take_over(&hands.writing, &place, &file.id).await? else {
        return Err(Error::conflict("this file is being written; try again"));
    };
    archive.catalog.remove_upload_file(&upload.id, &file.id, &by.user.name).await?;
    staging::remove(&place).await?;
    drop(held);
    upload_start::start_if_complete(archive, hands, &upload).await;
    Ok(())
}

/// Gives an upload up that was not started; `name` confirms which. Its bytes are deleted.
///
/// # Errors
/// `Invalid` for another name, `NotFound` for an upload of another unit, `Conflict` for one that was started.
pub async fn withdraw(archive: &Archive, hands: &Hands, by: &Identity, id: &str, name: &str) -> Result<()> {
    let upload = own(archive, by, id).await?;
    if name != upload.name {
        return Err(Error::invalid(format!("give the name of the upload to withdraw it: {}", upload.name)));
    }
    let _turn = hands.turn.lock().await;
    archive.catalog.withdraw_upload(&upload.id, &by.user.name).await?;
    staging::remove(&staging::folder(archive, &upload.id)).await
}

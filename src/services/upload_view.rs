//! Uploads as they are shown: what came, what did not, and what stands in the way of the start.

use crate::archive::Archive;
use crate::uploads::own;
use crate::{listed_lines, staging};
use schemars::JsonSchema;
use serde::Serialize;
use sohoa_base::error::Result;
use sohoa_base::model::account::{Identity, Right};
use sohoa_base::model::attachment::{Attachment, ListedLine};
use sohoa_base::model::upload::{Tallies, Tally, Upload, UploadFile, UploadFileState, UploadState, obstacle};
use sohoa_catalog::UploadList;

/// How many files that are missing or extra are named at most.
const NAMED: usize = 1000;

/// An upload in a list.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct UploadLine {
    /// The upload.
    #[serde(flatten)]
    pub upload: Upload,
    /// Its files.
    pub files: Tally,
    /// Their bytes.
    pub bytes: Tally,
}

impl UploadLine {
    pub(super) fn new(upload: Upload, tallies: Option<Tallies>) -> Self {
        let Tallies { files, bytes, .. } = tallies.unwrap_or_default();
        Self { upload, files, bytes }
    }
}

/// Uploads, the newest first.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Uploads {
    /// The uploads.
    pub items: Vec<UploadLine>,
    /// What to give as `before` for the next ones; none: there are no more.
    pub next: Option<String>,
}

/// A list that came with an upload.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct ListLine {
    /// Its path inside the delivery.
    pub path: String,
    /// Documents in it.
    pub rows: u64,
    /// Whether it names their files.
    pub names_files: bool,
    /// Lines of a roadmap that it names, each with the first row.
    #[schemars(with = "Vec<(u32, String)>")]
    pub lines: Vec<(u32, String)>,
    /// Why it cannot be read.
    pub problem: Option<String>,
}

/// A file that a list names and that was not announced.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct MissingLine {
    /// Path of the list.
    pub list: String,
    /// Row of the list.
    pub row: u32,
    /// The file as the list names it.
    pub file: String,
}

/// Files that lists name and that were not announced.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Missing {
    /// How many.
    pub count: u64,
    /// The first of them.
    pub items: Vec<MissingLine>,
}

/// Files that lie where a list names files, and that it does not name.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Extra {
    /// How many.
    pub count: u64,
    /// Paths of the first of them.
    pub items: Vec<String>,
}

/// Whether an upload can be started.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Startable {
    /// It can.
    pub can: bool,
    /// Why not: a stable word.
    pub code: Option<String>,
    /// Why not, and the next step.
    pub text: Option<String>,
}

/// An upload with its reconciliation.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct UploadView {
    /// The upload, counted.
    #[serde(flatten)]
    pub line: UploadLine,
    /// Lists that came with it.
    pub lists: Vec<ListLine>,
    /// What they name and what did not come.
    pub missing: Missing,
    /// What came and what they do not name.
    pub extra: Extra,
    /// The line of a roadmap to which its batch would belong if it started now.
    pub attachment: Attachment,
    /// Whether it can be started.
    pub start: Startable,
}

/// A file of an upload, and how much of it is here.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct FileLine {
    /// The file.
    #[serde(flatten)]
    pub file: UploadFile,
    /// Bytes that are here.
    pub offset: u64,
}

impl FileLine {
    pub(super) async fn of(archive: &Archive, upload: &str, file: UploadFile) -> Result<Self> {
        let offset = match file.state {
            UploadFileState::Sending => staging::length(&staging::place(archive, upload, &file)).await?.min(file.bytes),
            // Over the limit: nothing of it was taken.
            UploadFileState::Refused if file.bytes > super::uploads::largest(archive) => 0,
            _ => file.bytes,
        };
        Ok(Self { file, offset })
    }
}

/// Files of an upload in the order in which they were announced.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Files {
    /// The files.
    pub items: Vec<FileLine>,
    /// What to give as `after` for the next ones; none: there are no more.
    pub next: Option<String>,
}

/// Which uploads are wanted.
#[derive(Debug, Clone, Copy)]
pub struct WantedUploads<'a> {
    /// In this state alone.
    pub state: Option<UploadState>,
    /// Before this one.
    pub before: Option<&'a str>,
    /// At most so many.
    pub limit: usize,
}

/// Which files are wanted.
#[derive(Debug, Clone, Copy)]
pub struct WantedFiles<'a> {
    /// In this state alone.
    pub state: Option<UploadFileState>,
    /// After this one.
    pub after: Option<&'a str>,
    /// At most so many.
    pub limit: usize,
}

/// Uploads of the units in which the caller may deliver, the newest first.
///
/// # Errors
/// `Unavailable` when the catalogue does not answer.
pub async fn list(archive: &Archive, by: &Identity, wanted: &WantedUploads<'_>) -> Result<Uploads> {
    let units = by.units(Right::Upload);
    let mut found = archive.catalog.uploads_before(&units, wanted.state, wanted.before, wanted.limit + 1).await?;
    let is_last = found.len() <= wanted.limit;
    found.truncate(wanted.limit);
    let next = found.last().filter(|_| !is_last).map(|upload| upload.id.clone());
    let ids: Vec<String> = found.iter().map(|upload| upload.id.clone()).collect();
    let mut tallies = archive.catalog.upload_tallies(&ids).await?;
    let items = found.into_iter().map(|upload| {
        let held = tallies.remove(&upload.id);
        UploadLine::new(upload, held)
    });
    Ok(Uploads { items: items.collect(), next })
}

/// One upload: what came, what did not, and whether it can be started.
///
/// # Errors
/// `NotFound` for an unknown one, or one of another unit.
pub async fn show(archive: &Archive, by: &Identity, id: &str) -> Result<UploadView> {
    let upload = own(archive, by, id).await?;
    let tallies = archive.catalog.upload_tallies(std::slice::from_ref(&upload.id)).await?.remove(&upload.id).unwrap_or_default();
    let (missing, rows) = archive.catalog.upload_missing(id, NAMED).await?;
    let (extra, paths) = archive.catalog.upload_extra(id, NAMED).await?;
    let lists = archive.catalog.upload_lists(id).await?;
    let named: Vec<ListedLine> = lists.iter().flat_map(|list| listed_lines::of_list(&list.path, list.lines.clone())).collect();
    let mut attachment = archive.catalog.attachment_of(&upload.unit, upload.line.as_deref(), &named).await?;
    attachment.findings.truncate(NAMED);
    let line = |list: UploadList| {
        let UploadList { path, rows, names_files, lines, problem, .. } = list;
        ListLine { path, rows, names_files, lines, problem }
    };
    let stands = obstacle(&upload, &tallies, missing);
    Ok(UploadView {
        lists: lists.into_iter().map(line).collect(),
        attachment,
        missing: Missing { count: missing, items: rows.into_iter().map(|(list, row, file)| MissingLine { list, row, file }).collect() },
        extra: Extra { count: extra, items: paths },
        start: Startable {
            can: stands.is_none(),
            code: stands.map(|stands| stands.code().to_owned()),
            text: stands.map(sohoa_base::model::upload::Obstacle::text),
        },
        line: UploadLine::new(upload, Some(tallies)),
    })
}

/// Files of an upload.
///
/// # Errors
/// `NotFound` for an unknown upload, or one of another unit.
pub async fn files(archive: &Archive, by: &Identity, id: &str, wanted: &WantedFiles<'_>) -> Result<Files> {
    own(archive, by, id).await?;
    let mut found = archive.catalog.upload_files(id, wanted.state, wanted.after, wanted.limit + 1).await?;
    let is_last = found.len() <= wanted.limit;
    found.truncate(wanted.limit);
    let next = found.last().filter(|_| !is_last).map(|file| file.id.clone());
    let mut items = Vec::with_capacity(found.len());
    for file in found {
        items.push(FileLine::of(archive, id, file).await?);
    }
    Ok(Files { items, next })
}

/// One file of an upload.
///
/// # Errors
/// `NotFound` for an unknown one, or one of another unit.
pub async fn file(archive: &Archive, by: &Identity, id: &str, file: &str) -> Result<FileLine> {
    own(archive, by, id).await?;
    FileLine::of(archive, id, archive.catalog.upload_file(id, file).await?).await
}

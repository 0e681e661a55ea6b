//! Views of uploads: received, missing and extra files, and the obstacle to starting.

use crate::archive::Archive;
use crate::intake::delivery_lists;
use crate::uploads::access::{authorized_upload, max_file_bytes};
use crate::uploads::staging;
use schemars::JsonSchema;
use serde::Serialize;
use sohoa_base::error::Result;
use sohoa_base::language::Language;
use sohoa_base::messages::StoredMessage;
use sohoa_base::model::account::{Identity, Right};
use sohoa_base::model::roadmap::attachment::{ListedTarget, TargetAttachment};
use sohoa_base::model::upload::{Upload, UploadFile, UploadFileState, UploadState, UploadTallies, UploadTally, find_obstacle};
use sohoa_catalog::UploadList;

/// Most missing or extra files that are listed.
const MAX_LISTED: usize = 1000;

/// An upload in a list.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct UploadSummary {
    /// The upload.
    #[serde(flatten)]
    pub upload: Upload,
    /// Its files.
    pub files: UploadTally,
    /// Their bytes.
    pub bytes: UploadTally,
}

impl UploadSummary {
    pub(crate) fn new(upload: Upload, tallies: Option<UploadTallies>) -> Self {
        let UploadTallies { files, bytes, .. } = tallies.unwrap_or_default();
        Self { upload, files, bytes }
    }
}

/// Uploads, the newest first.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Uploads {
    /// The uploads.
    pub items: Vec<UploadSummary>,
    /// What to give as `before` for the next ones; none: there are no more.
    pub next: Option<String>,
}

/// A list that came with an upload.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct DeliveryListSummary {
    /// Its path inside the delivery.
    pub path: String,
    /// Documents in it.
    pub rows: u64,
    /// Whether it names their files.
    pub names_files: bool,
    /// Targets that it names, each with the first row that names it.
    #[schemars(with = "Vec<(u32, String)>")]
    pub targets: Vec<(u32, String)>,
    /// Why it cannot be read.
    pub problem: Option<String>,
}

/// A file that a list names and that was not announced.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct MissingFile {
    /// Path of the list.
    pub list: String,
    /// Row of the list.
    pub row: u32,
    /// The file as the list names it.
    pub file: String,
}

/// Files that lists name and that were not announced.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct MissingFiles {
    /// How many.
    pub count: u64,
    /// The first of them.
    pub items: Vec<MissingFile>,
}

/// Files that lie where a list names files, and that it does not name.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct ExtraFiles {
    /// How many.
    pub count: u64,
    /// Paths of the first of them.
    pub items: Vec<String>,
}

/// Whether an upload can be started.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct StartCheck {
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
    pub summary: UploadSummary,
    /// Lists that came with it.
    pub lists: Vec<DeliveryListSummary>,
    /// What they name and what did not come.
    pub missing: MissingFiles,
    /// What came and what they do not name.
    pub extra: ExtraFiles,
    /// Target to which its batch would belong if it started now.
    pub attachment: TargetAttachment,
    /// Whether it can be started.
    pub start: StartCheck,
}

/// A file of an upload, and how much of it is here.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct UploadFileStatus {
    /// The file.
    #[serde(flatten)]
    pub file: UploadFile,
    /// Bytes that are here.
    pub offset: u64,
}

impl UploadFileStatus {
    pub(crate) async fn load(archive: &Archive, upload: &str, file: UploadFile) -> Result<Self> {
        let offset = match file.state {
            UploadFileState::Sending => staging::length(&staging::file_path(archive, upload, &file)).await?.min(file.bytes),
            // Files over the limit are refused before any byte is taken.
            UploadFileState::Refused if file.bytes > max_file_bytes(archive) => 0,
            _ => file.bytes,
        };
        Ok(Self { file, offset })
    }
}

/// Files of an upload in the order in which they were announced.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct UploadFileList {
    /// The files.
    pub items: Vec<UploadFileStatus>,
    /// What to give as `after` for the next ones; none: there are no more.
    pub next: Option<String>,
}

/// Filter of a list of uploads.
#[derive(Debug, Clone, Copy)]
pub struct UploadFilter<'a> {
    /// Only those in this state.
    pub state: Option<UploadState>,
    /// Only uploads before this one.
    pub before: Option<&'a str>,
    /// Page size.
    pub limit: usize,
}

/// Filter of a list of files.
#[derive(Debug, Clone, Copy)]
pub struct UploadFileFilter<'a> {
    /// Only those in this state.
    pub state: Option<UploadFileState>,
    /// Only files after this one.
    pub after: Option<&'a str>,
    /// Page size.
    pub limit: usize,
}

/// Uploads of the units in which the caller may deliver, the newest first.
///
/// # Errors
/// `Unavailable` when the catalogue does not answer.
pub async fn list_uploads(archive: &Archive, by: &Identity, wanted: &UploadFilter<'_>) -> Result<Uploads> {
    let units = by.units_with(Right::Upload);
    let mut found = archive.catalog.uploads_before(&units, wanted.state, wanted.before, wanted.limit + 1).await?;
    let is_last = found.len() <= wanted.limit;
    found.truncate(wanted.limit);
    let next = found.last().filter(|_| !is_last).map(|upload| upload.id.clone());
    let ids: Vec<String> = found.iter().map(|upload| upload.id.clone()).collect();
    let mut tallies = archive.catalog.upload_tallies(&ids).await?;
    let items = found.into_iter().map(|upload| {
        let tally = tallies.remove(&upload.id);
        UploadSummary::new(upload, tally)
    });
    Ok(Uploads { items: items.collect(), next })
}

/// One upload with its missing and extra files, and whether it can be started.
///
/// # Errors
/// `NotFound` for an unknown one, or one of another unit.
pub async fn show_upload(archive: &Archive, by: &Identity, id: &str, language: Language) -> Result<UploadView> {
    let upload = authorized_upload(archive, by, id).await?;
    let tallies = archive.catalog.upload_tallies(std::slice::from_ref(&upload.id)).await?.remove(&upload.id).unwrap_or_default();
    let (missing, rows) = archive.catalog.missing_upload_files(id, MAX_LISTED).await?;
    let (extra, paths) = archive.catalog.unlisted_upload_files(id, MAX_LISTED).await?;
    let lists = archive.catalog.upload_lists(id).await?;
    let named: Vec<ListedTarget> =
        lists.iter().flat_map(|list| delivery_lists::targets_of_list(&list.path, list.targets.clone())).collect();
    let mut attachment = archive.catalog.preview_attachment(&upload.unit, upload.target.as_deref(), &named).await?;
    attachment.findings.truncate(MAX_LISTED);
    let list_summary = |list: UploadList| {
        let UploadList { path, rows, names_files, targets, problem, message, .. } = list;
        let problem = problem.map(|english| StoredMessage::text_or(message.as_ref(), &english, language));
        DeliveryListSummary { path, rows, names_files, targets, problem }
    };
    let obstacle = find_obstacle(&upload, &tallies, missing);
    Ok(UploadView {
        lists: lists.into_iter().map(list_summary).collect(),
        attachment,
        missing: MissingFiles {
            count: missing,
            items: rows.into_iter().map(|(list, row, file)| MissingFile { list, row, file }).collect(),
        },
        extra: ExtraFiles { count: extra, items: paths },
        start: StartCheck {
            can: obstacle.is_none(),
            code: obstacle.map(|obstacle| obstacle.as_str().to_owned()),
            text: obstacle.map(|obstacle| obstacle.message().text(language)),
        },
        summary: UploadSummary::new(upload, Some(tallies)),
    })
}

/// Files of an upload.
///
/// # Errors
/// `NotFound` for an unknown upload, or one of another unit.
pub async fn list_upload_files(
    archive: &Archive,
    by: &Identity,
    id: &str,
    wanted: &UploadFileFilter<'_>,
    language: Language,
) -> Result<UploadFileList> {
    authorized_upload(archive, by, id).await?;
    let mut found = archive.catalog.upload_files(id, wanted.state, wanted.after, wanted.limit + 1).await?;
    let is_last = found.len() <= wanted.limit;
    found.truncate(wanted.limit);
    let next = found.last().filter(|_| !is_last).map(|file| file.id.clone());
    let mut items = Vec::with_capacity(found.len());
    for mut file in found {
        file.reason = file.reason.map(|english| StoredMessage::text_or(file.message.as_ref(), &english, language));
        items.push(UploadFileStatus::load(archive, id, file).await?);
    }
    Ok(UploadFileList { items, next })
}

/// One file of an upload.
///
/// # Errors
/// `NotFound` for an unknown one, or one of another unit.
pub async fn show_upload_file(archive: &Archive, by: &Identity, id: &str, file: &str) -> Result<UploadFileStatus> {
    authorized_upload(archive, by, id).await?;
    UploadFileStatus::load(archive, id, archive.catalog.upload_file(id, file).await?).await
}

//! Deliveries uploaded through the browser.

use crate::error::Result;
use crate::error::messages::{Message, StoredMessage, uploads};
use crate::model::refusal::RefusalClass;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// State of an upload.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum UploadState {
    /// Files are arriving.
    Open,
    /// Its files are being moved to the store.
    Starting,
    /// It became a batch, and all its files are in the store.
    Started,
    /// Withdrawn; its bytes are deleted.
    Withdrawn,
}

/// Condition on which an upload becomes a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum StartRule {
    /// When a person starts it.
    #[serde(rename = "by-person")]
    Manual,
    /// As soon as all expected files have arrived and there is no obstacle.
    WhenComplete,
}

/// State of a file of an upload.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum UploadFileState {
    /// Announced, not completely received.
    Sending,
    /// Received with the announced bytes.
    Received,
    /// Received; its dossier has the same bytes already.
    Duplicate,
    /// Received but not a scan; or too large to be sent.
    Refused,
    /// A document list (mục lục) delivered with the scans.
    List,
    /// Ignored by rule.
    Ignored,
}

/// Number of files and their total size.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UploadSize {
    /// Files.
    pub files: u64,
    /// Bytes.
    pub bytes: u64,
}

/// Most that uploads may hold; 0: no limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct UploadQuota {
    /// Open uploads of one user.
    pub open_uploads: u64,
    /// Files of one upload.
    pub files: u64,
    /// Bytes of one upload.
    pub bytes: u64,
    /// Files of all open uploads of one user.
    pub user_files: u64,
    /// Bytes of all open uploads of one user.
    pub user_bytes: u64,
}

impl UploadQuota {
    /// Checks what an upload and all open uploads of its user would hold.
    ///
    /// # Errors
    /// `Limit`, with the next step, for more than the quota.
    pub fn check(&self, upload: UploadSize, user: UploadSize) -> Result<()> {
        let exceeds = |size: u64, limit: u64| limit > 0 && size > limit;
        if exceeds(upload.files, self.files) {
            return Err(uploads::upload_files_over_quota(self.files));
        }
        if exceeds(upload.bytes, self.bytes) {
            return Err(uploads::upload_bytes_over_quota(self.bytes >> 20));
        }
        if exceeds(user.files, self.user_files) {
            return Err(uploads::open_uploads_files_over_quota(self.user_files));
        }
        if exceeds(user.bytes, self.user_bytes) {
            return Err(uploads::open_uploads_bytes_over_quota(self.user_bytes >> 20));
        }
        Ok(())
    }
}

/// An upload (đợt tải lên): a delivery sent through the browser, before it becomes a batch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Upload {
    /// Identifier (UUIDv7 text).
    pub id: String,
    /// Display name.
    pub name: String,
    /// Delivering unit or fonds.
    pub unit: String,
    /// Name of the user who opened it.
    pub user: String,
    /// Name of its pipeline.
    pub pipeline: String,
    /// Priority of its tasks: higher numbers come first; 0 is the default.
    pub priority: i64,
    /// Condition on which it becomes a batch.
    pub start_rule: StartRule,
    /// State.
    pub state: UploadState,
    /// Identifier of the batch that it became.
    pub batch: Option<String>,
    /// Time of opening, RFC 3339.
    pub created: String,
    /// Total that the sender announced.
    pub expected: Option<UploadSize>,
    /// Code of the roadmap target chosen by a person; none: decided by its lists or the rule.
    pub target: Option<String>,
    /// Name of the person who chose the target.
    pub target_by: Option<String>,
}

/// Files of an upload by state: their number or their bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, JsonSchema)]
pub struct UploadTally {
    /// All.
    pub announced: u64,
    /// Not completely received.
    pub sending: u64,
    /// Received.
    pub received: u64,
    /// Received; the same bytes are in the dossier already.
    pub duplicate: u64,
    /// Refused.
    pub refused: u64,
    /// Document lists.
    pub lists: u64,
    /// Ignored by rule.
    pub ignored: u64,
}

impl UploadTally {
    /// Adds a number to a state.
    pub fn add(&mut self, state: UploadFileState, number: u64) {
        self.announced += number;
        let counted = match state {
            UploadFileState::Sending => &mut self.sending,
            UploadFileState::Received => &mut self.received,
            UploadFileState::Duplicate => &mut self.duplicate,
            UploadFileState::Refused => &mut self.refused,
            UploadFileState::List => &mut self.lists,
            UploadFileState::Ignored => &mut self.ignored,
        };
        *counted += number;
    }
}

/// Counts of an upload.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, JsonSchema)]
pub struct UploadTallies {
    /// Files.
    pub files: UploadTally,
    /// Their bytes.
    pub bytes: UploadTally,
    /// Refused files that are over the size limit and were not sent.
    #[serde(skip)]
    pub oversized: u64,
}

/// A file of an upload.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct UploadFile {
    /// Identifier (UUIDv7 text).
    pub id: String,
    /// Path inside the delivery, `/` between parts; never used as a file system path.
    pub path: String,
    /// Code of its dossier.
    pub dossier: String,
    /// Announced size, bytes.
    pub bytes: u64,
    /// Announced SHA-256, lower-case hexadecimal.
    pub sha256: String,
    /// State.
    pub state: UploadFileState,
    /// Class of the refusal: who can resolve it.
    pub class: Option<RefusalClass>,
    /// Reason of the refusal: the problem and the next step.
    pub reason: Option<String>,
    /// Code and values of the reason.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<StoredMessage>,
    /// Path of the file of the same dossier with the same bytes.
    pub duplicate_of: Option<String>,
    /// Whether that file was in the archive before this upload.
    pub in_archive: bool,
}

/// Reason why an upload cannot be started.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StartObstacle {
    /// It has no scan.
    Empty,
    /// Number of files that are not completely received.
    Sending(u64),
    /// Number of expected files that were not announced.
    NotAnnounced(u64),
    /// Number of files over the size limit.
    TooLarge(u64),
    /// Number of files named by lists that are missing.
    Missing(u64),
    /// It is being started.
    Starting,
    /// It was started already.
    Started,
    /// It was withdrawn.
    Withdrawn,
}

impl StartObstacle {
    /// Stable code of the obstacle.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::Sending(_) => "sending",
            Self::NotAnnounced(_) => "not-announced",
            Self::TooLarge(_) => "too-large",
            Self::Missing(_) => "missing",
            Self::Starting => "starting",
            Self::Started => "started",
            Self::Withdrawn => "withdrawn",
        }
    }

    /// The obstacle and the next step, one sentence.
    #[must_use]
    pub fn message(self) -> Message {
        match self {
            Self::Empty => uploads::upload_empty(),
            Self::Sending(number) => uploads::upload_sending(number),
            Self::NotAnnounced(number) => uploads::upload_not_announced(number),
            Self::TooLarge(number) => uploads::upload_files_too_large(number),
            Self::Missing(number) => uploads::upload_listed_missing(number),
            Self::Starting => uploads::upload_starting(),
            Self::Started => uploads::upload_started(),
            Self::Withdrawn => uploads::upload_withdrawn(),
        }
    }
}

/// First obstacle to starting the upload; `missing`: number of files named by lists that are missing.
#[must_use]
pub fn find_obstacle(upload: &Upload, tallies: &UploadTallies, missing: u64) -> Option<StartObstacle> {
    let files = &tallies.files;
    let expected = upload.expected.map_or(0, |expected| expected.files);
    match upload.state {
        UploadState::Starting => Some(StartObstacle::Starting),
        UploadState::Started => Some(StartObstacle::Started),
        UploadState::Withdrawn => Some(StartObstacle::Withdrawn),
        UploadState::Open if files.sending > 0 => Some(StartObstacle::Sending(files.sending)),
        UploadState::Open if files.announced < expected => Some(StartObstacle::NotAnnounced(expected - files.announced)),
        UploadState::Open if tallies.oversized > 0 => Some(StartObstacle::TooLarge(tallies.oversized)),
        UploadState::Open if files.received + files.duplicate + files.refused == 0 => Some(StartObstacle::Empty),
        UploadState::Open if missing > 0 => Some(StartObstacle::Missing(missing)),
        UploadState::Open => None,
    }
}

/// Maximum length of a file's path in a delivery, bytes.
const MAX_PATH_BYTES: usize = 1024;

/// Maximum length of one part of a path, bytes: the limit of common file systems for one name.
const MAX_NAME_BYTES: usize = 255;

/// Checks that a path is safe wherever it is unpacked. Paths are kept as delivered.
///
/// # Errors
/// `Invalid` for absolute paths, empty parts, `.` and `..`, U+0000; `Limit` for those that are too long.
pub fn validate_path(path: &str) -> Result<()> {
    if path.len() > MAX_PATH_BYTES {
        return Err(uploads::path_too_long(MAX_PATH_BYTES));
    }
    for part in path.split('/') {
        if part.is_empty() {
            return Err(uploads::path_part_empty(format!("{path:?}")));
        }
        if matches!(part, "." | "..") || part.contains('\0') {
            return Err(uploads::path_part_invalid(format!("{path:?}"), format!("{part:?}")));
        }
        if part.len() > MAX_NAME_BYTES {
            return Err(uploads::path_name_too_long(MAX_NAME_BYTES));
        }
    }
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::error::ErrorKind;

    #[test]
    fn hostile_paths_are_rejected_and_unusual_names_accepted() {
        for path in ["", "/", "/etc/passwd", "a//b", "a/", "../a", "a/../b", "a/..", ".", "a/./b", "a\0b"] {
            assert_eq!(validate_path(path).unwrap_err().kind(), ErrorKind::Invalid, "{path:?}");
        }
        for path in ["a/".repeat(600) + "b", "a".repeat(256)] {
            assert_eq!(validate_path(&path).unwrap_err().kind(), ErrorKind::Limit);
        }
        for path in ["-rf.png", "a..b", "...", "lô 1/\"><img src=x>.png", "a\r\nX: 1.png", "\u{feff}bom.png", "a%2f..%2fb", "c:\\x"] {
            validate_path(path).unwrap();
        }
    }

    #[test]
    fn quota_is_checked_by_upload_and_user_and_zero_is_no_limit() {
        let size = |files: u64, bytes: u64| UploadSize { files, bytes };
        let quota = UploadQuota { open_uploads: 1, files: 3, bytes: 30, user_files: 5, user_bytes: 50 };
        assert!(quota.check(size(3, 30), size(5, 50)).is_ok());
        for (upload, user) in [(size(4, 1), size(4, 1)), (size(1, 31), size(1, 31)), (size(1, 1), size(6, 1)), (size(1, 1), size(1, 51))] {
            assert_eq!(quota.check(upload, user).unwrap_err().kind(), ErrorKind::Limit);
        }
        assert!(UploadQuota::default().check(size(u64::MAX, u64::MAX), size(u64::MAX, u64::MAX)).is_ok());
    }

    #[test]
    fn start_obstacle_reflects_upload_state() {
        let mut upload = Upload {
            id: String::new(),
            name: String::new(),
            unit: String::new(),
            user: String::new(),
            pipeline: String::new(),
            priority: 0,
            start_rule: StartRule::Manual,
            state: UploadState::Open,
            batch: None,
            created: String::new(),
            expected: None,
            target: None,
            target_by: None,
        };
        let mut tallies = UploadTallies::default();
        assert_eq!(find_obstacle(&upload, &tallies, 0), Some(StartObstacle::Empty));
        tallies.files.add(UploadFileState::List, 1);
        assert_eq!(find_obstacle(&upload, &tallies, 0), Some(StartObstacle::Empty));
        tallies.files.add(UploadFileState::Received, 2);
        assert_eq!(find_obstacle(&upload, &tallies, 0), None);
        assert_eq!(find_obstacle(&upload, &tallies, 3), Some(StartObstacle::Missing(3)));
        upload.expected = Some(UploadSize { files: 4, bytes: 0 });
        assert_eq!(find_obstacle(&upload, &tallies, 3), Some(StartObstacle::NotAnnounced(1)));
        tallies.files.add(UploadFileState::Sending, 1);
        assert_eq!(find_obstacle(&upload, &tallies, 0), Some(StartObstacle::Sending(1)));
        upload.state = UploadState::Withdrawn;
        assert_eq!(find_obstacle(&upload, &tallies, 0), Some(StartObstacle::Withdrawn));
    }
}

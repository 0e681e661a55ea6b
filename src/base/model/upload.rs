//! Deliveries that are sent through the browser.

use crate::error::{Error, Result};
use crate::model::refusal::RefusalClass;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// State of an upload.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum UploadState {
    /// Files arrive.
    Open,
    /// Its files go to the store.
    Starting,
    /// It is a batch, and all its files are in the store.
    Started,
    /// Given up; its bytes are gone.
    Withdrawn,
}

/// When an upload becomes a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum StartRule {
    /// When a person says so.
    #[serde(rename = "by-person")]
    Manual,
    /// As soon as all that was expected is here and nothing stands in the way.
    WhenComplete,
}

/// State of a file of an upload.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum UploadFileState {
    /// Announced, not here completely.
    Sending,
    /// Here, with the bytes that were announced.
    Received,
    /// Here; its dossier has the same bytes already.
    Duplicate,
    /// Here, and no scan; or too large to be sent.
    Refused,
    /// A list (mục lục) that came beside the scans.
    List,
    /// Left out by rule.
    Ignored,
}

/// So many files of so many bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UploadSize {
    /// Files.
    pub files: u64,
    /// Bytes.
    pub bytes: u64,
}

/// An upload (đợt tải lên): a delivery that is sent through the browser, before it becomes a batch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Upload {
    /// Identifier (UUIDv7 text).
    pub id: String,
    /// What people call it.
    pub name: String,
    /// Unit or fonds that delivers.
    pub unit: String,
    /// Who opened it.
    pub user: String,
    /// Name of its pipeline.
    pub pipeline: String,
    /// Tasks of a higher number come first; 0 is usual.
    pub priority: i64,
    /// When it becomes a batch.
    #[serde(rename = "starts")]
    pub start_rule: StartRule,
    /// Where it stands.
    pub state: UploadState,
    /// What it became.
    pub batch: Option<String>,
    /// When it was opened, RFC 3339.
    pub created: String,
    /// What the sender says will come in all.
    pub expected: Option<UploadSize>,
    /// Line of a roadmap that somebody chose for it; none: its lists or the rule say which.
    #[serde(rename = "line")]
    pub target: Option<String>,
    /// Who chose the line.
    #[serde(rename = "line_by")]
    pub target_by: Option<String>,
}

/// Files of an upload by state, or their bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct UploadTally {
    /// All.
    pub announced: u64,
    /// Not here completely.
    pub sending: u64,
    /// Here.
    pub received: u64,
    /// Here; the same bytes are in the dossier already.
    pub duplicate: u64,
    /// Not taken.
    pub refused: u64,
    /// Lists that came beside the scans.
    pub lists: u64,
    /// Left out by rule.
    pub ignored: u64,
}

impl UploadTally {
    /// Adds what is in a state.
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

/// What an upload holds, counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct UploadTallies {
    /// Files.
    pub files: UploadTally,
    /// Their bytes.
    pub bytes: UploadTally,
    /// Of the refused files: those over the limit, which were not sent.
    #[serde(skip)]
    pub oversized: u64,
}

/// A file of an upload.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct UploadFile {
    /// Identifier (UUIDv7 text).
    pub id: String,
    /// Path inside the delivery, `/` between parts; never used as a path.
    pub path: String,
    /// Code of the dossier it belongs to.
    pub dossier: String,
    /// Size as announced.
    pub bytes: u64,
    /// SHA-256 as announced, lower-case hexadecimal.
    pub sha256: String,
    /// Where it stands.
    pub state: UploadFileState,
    /// Why it was refused: who can mend it.
    pub class: Option<RefusalClass>,
    /// Why it was refused: what is wrong and the next step.
    pub reason: Option<String>,
    /// Path of the file of the same dossier with the same bytes.
    #[serde(rename = "repeats")]
    pub duplicate_of: Option<String>,
    /// Whether that file was in the archive before.
    #[serde(rename = "stored")]
    pub in_archive: bool,
}

/// Why an upload cannot be started.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StartObstacle {
    /// No scan is here.
    Empty,
    /// So many files are not here completely.
    Sending(u64),
    /// So many files that are expected were not announced.
    NotAnnounced(u64),
    /// So many files are over the limit.
    TooLarge(u64),
    /// So many files that lists name did not come.
    Missing(u64),
    /// It is being started.
    Starting,
    /// It was started.
    Started,
    /// It was withdrawn.
    Withdrawn,
}

impl StartObstacle {
    /// A stable word for it.
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

    /// What stands in the way, and the next step.
    #[must_use]
    pub fn message(self) -> String {
        let files = |number: u64| if number == 1 { "1 file".to_owned() } else { format!("{number} files") };
        match self {
            Self::Empty => "no scan is here yet; add files".to_owned(),
            Self::Sending(number) => format!("not here completely: {}; wait, or remove what will not come", files(number)),
            Self::NotAnnounced(number) => format!("still to be announced: {}; wait", files(number)),
            Self::TooLarge(number) => format!("over the size limit: {}; split or remove what is too large", files(number)),
            Self::Missing(number) => format!("named by a list and not here: {}; add them, or start without them", files(number)),
            Self::Starting => "it is being started".to_owned(),
            Self::Started => "it was started".to_owned(),
            Self::Withdrawn => "it was withdrawn".to_owned(),
        }
    }
}

/// What keeps the upload from being started; `missing`: files that lists name and that did not come.
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

/// Longest path of a file in a delivery, bytes.
const MAX_PATH_BYTES: usize = 1024;

/// Longest part of one, bytes: what the usual file systems take as one name.
const MAX_NAME_BYTES: usize = 255;

/// Refuses paths that would mean something else wherever they are unpacked. They are kept as they were told.
///
/// # Errors
/// `Invalid` for absolute paths, empty parts, `.` and `..`, U+0000; `Limit` for those that are too long.
pub fn validate_path(path: &str) -> Result<()> {
    if path.len() > MAX_PATH_BYTES {
        return Err(Error::limit(format!("the path is longer than {MAX_PATH_BYTES} bytes; deliver from a folder nearer to the files")));
    }
    for part in path.split('/') {
        if part.is_empty() {
            return Err(Error::invalid(format!("the path {path:?} is empty, absolute or has an empty part")));
        }
        if matches!(part, "." | "..") || part.contains('\0') {
            return Err(Error::invalid(format!("the path {path:?} has the part {part:?}, which is no name")));
        }
        if part.len() > MAX_NAME_BYTES {
            return Err(Error::limit(format!("a name in the path is longer than {MAX_NAME_BYTES} bytes; shorten it")));
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
    fn hostile_paths_are_refused_and_odd_names_kept() {
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
    fn an_upload_starts_when_nothing_stands_in_the_way() {
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

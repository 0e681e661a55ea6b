//! What an archive holds: dossiers, files, pages, documents, as the catalogue knows them.
//!
//! Identifiers are UUIDv7 texts; they live in the catalogue alone and never enter a record.

use crate::model::decision::Decision;
use crate::model::page::reading::Quality;
use crate::model::record::{Description, ListEntry, ListFinding, Signature};
use crate::model::refusal::{Refusal, Warning};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A dossier (hồ sơ) named by what was delivered. `fonds` (phông) and `code` together are unique.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema)]
pub struct DossierName {
    /// Code of the fonds or unit.
    pub fonds: String,
    /// Dossier code, free text; unique in the fonds.
    pub code: String,
    /// Title shown to people; the folder's or file's name until somebody describes it.
    pub title: String,
}

/// The name under which something was delivered, exactly.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct DeliveredName {
    /// For people: bytes that are not UTF-8 are shown as U+FFFD.
    #[serde(rename = "shown")]
    pub display: String,
    /// The exact bytes in hexadecimal, where they are not UTF-8.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub raw_hex: Option<String>,
}

impl DeliveredName {
    /// The name from its bytes.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Self {
        match std::str::from_utf8(bytes) {
            Ok(name) => Self { display: name.to_owned(), raw_hex: None },
            Err(_) => Self { display: String::from_utf8_lossy(bytes).into_owned(), raw_hex: Some(hex::encode(bytes)) },
        }
    }
}

/// A file that arrived. Its bytes are already in the blob store under `sha256`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeliveredFile {
    /// Path inside the delivery, `/` between parts; unique in the batch; never used as a path.
    pub path: DeliveredName,
    /// SHA-256 of the bytes, lower-case hexadecimal.
    pub sha256: String,
    /// Size in bytes.
    pub bytes: u64,
    /// The archive it came out of: path inside the delivery and SHA-256.
    pub container: Option<Container>,
}

/// The archive file that a member came out of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Container {
    /// Path of the archive inside the delivery.
    pub path: DeliveredName,
    /// SHA-256 of the archive, lower-case hexadecimal.
    pub sha256: String,
}

/// State of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FileState {
    /// Arrived, not yet looked at.
    Received,
    /// Kind and pages are known.
    Identified,
    /// An archive whose members stand in its place.
    Expanded,
    /// Not taken.
    Refused,
    /// The same bytes are in this dossier already: see `duplicate_of`.
    Duplicate,
    /// Taken out of quarantine and out of the archive by an officer: its bytes are gone.
    Removed,
}

/// A file as the catalogue knows it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct File {
    /// Identifier.
    pub id: String,
    /// Batch that brought it.
    pub batch: String,
    /// Dossier it belongs to.
    pub dossier: String,
    /// As delivered.
    #[serde(flatten)]
    pub delivered: DeliveredFile,
    /// Where it stands.
    pub state: FileState,
    /// Media type found by content, such as `application/pdf`; empty until identified.
    pub media_type: String,
    /// The file of the same dossier that has the same bytes.
    pub duplicate_of: Option<String>,
    /// Why it was refused.
    pub refusal: Option<Refusal>,
    /// What was odd about it.
    pub warnings: Vec<Warning>,
    /// Digital signatures found in it.
    pub signatures: Vec<Signature>,
}

/// State of a page. In the balance: `Waiting` and `Read` are work in progress.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PageState {
    /// Known, not yet read.
    Waiting,
    /// Read, its dossier not yet deposited.
    Read,
    /// In a deposited dossier.
    Stored,
    /// In a deposited dossier; its document waits for a person.
    Review,
    /// Could not be read, or not allowed; the original is kept.
    Refused,
    /// In quarantine: a stamp of secrecy was seen on it, or on another page of its dossier. Nothing that was read
    /// is kept.
    Held,
}

/// An officer's word that a page in quarantine may be read and stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuarantineRelease {
    /// Who.
    pub by: String,
    /// When, RFC 3339, UTC.
    pub at: String,
    /// Why, in the officer's words.
    pub note: Option<String>,
}

/// A page (trang) as the catalogue knows it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Page {
    /// Identifier.
    pub id: String,
    /// File it is in.
    pub file: String,
    /// Place in the file, from 1.
    pub number: u32,
    /// Where it stands.
    pub state: PageState,
    /// Key of its reading in the store's cache, once read.
    pub reading: Option<String>,
    /// Summary of the reading.
    pub quality: Quality,
    /// Nothing is written on it.
    pub blank: bool,
    /// Why it was refused.
    pub refusal: Option<Refusal>,
    /// What was odd about it.
    pub warnings: Vec<Warning>,
    /// An officer released it: a stamp of secrecy holds it no more.
    #[serde(rename = "released")]
    pub release: Option<Box<QuarantineRelease>>,
    /// Clockwise turn, degrees, that a person says makes it upright; none: it is found out.
    pub turn: Option<u16>,
}

/// A document (văn bản) of a dossier as the catalogue knows it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Document {
    /// Identifier.
    pub id: String,
    /// Dossier it belongs to.
    pub dossier: String,
    /// Place in the dossier, from 1; never changes.
    pub number: u32,
    /// Its pages in order (identifiers).
    pub pages: Vec<String>,
    /// What the paper is, once described.
    pub description: Option<Description>,
    /// What the list that came with the scans says of it.
    #[serde(rename = "listed")]
    pub list_entry: Option<ListEntry>,
    /// Why a person must look at it; empty: nobody need.
    #[serde(rename = "review")]
    pub review_reasons: Vec<String>,
    /// What people decided about it, in the order of time.
    pub decisions: Vec<Decision>,
    /// The newest version of its dossier holds its PDF, text and ALTO as they should be.
    pub stored: bool,
}

impl Document {
    /// Numbers of its pages, from 1.
    pub fn page_numbers(&self) -> impl Iterator<Item = u32> + use<> {
        1..=u32::try_from(self.pages.len()).unwrap_or(u32::MAX)
    }

    /// Identifier of its page `number`.
    #[must_use]
    pub fn page(&self, number: u32) -> Option<&str> {
        self.pages.get(usize::try_from(number).ok()?.checked_sub(1)?).map(String::as_str)
    }
}

/// A dossier as the catalogue knows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dossier {
    /// Identifier.
    pub id: String,
    /// Fonds, code and title.
    #[serde(flatten)]
    pub name: DossierName,
    /// Newest version in the store; 0 before the first deposit.
    pub version: u32,
    /// Where the list that came with it and what came disagree.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub list_findings: Vec<ListFinding>,
}

/// What one task works on, loaded with everything that its stages may look at.
#[derive(Debug, Clone, PartialEq)]
pub enum Item {
    /// One file.
    File {
        /// Its dossier.
        dossier: Dossier,
        /// The file.
        file: File,
    },
    /// One page.
    Page {
        /// Dossier of the file.
        dossier: Dossier,
        /// The file that holds it.
        file: File,
        /// The page.
        page: Page,
    },
    /// One dossier with all it holds, from every batch.
    Dossier(Box<DossierSnapshot>),
    /// One document with its dossier's contents.
    Document {
        /// The document's identifier.
        document: String,
        /// The dossier's contents.
        contents: Box<DossierSnapshot>,
    },
}

/// A dossier with all it holds, from every batch.
#[derive(Debug, Clone, PartialEq)]
pub struct DossierSnapshot {
    /// The dossier.
    pub dossier: Dossier,
    /// Its files, in order of arrival.
    pub files: Vec<File>,
    /// Its pages, by file and number.
    pub pages: Vec<Page>,
    /// Its documents by number.
    pub documents: Vec<Document>,
}

impl DossierSnapshot {
    /// The file with this identifier.
    #[must_use]
    pub fn file(&self, id: &str) -> Option<&File> {
        self.files.iter().find(|file| file.id == id)
    }

    /// The page with this identifier.
    #[must_use]
    pub fn page(&self, id: &str) -> Option<&Page> {
        self.pages.iter().find(|page| page.id == id)
    }

    /// Whether a stamp of secrecy holds the dossier in quarantine.
    #[must_use]
    pub fn is_held(&self) -> bool {
        self.pages.iter().any(|page| page.state == PageState::Held)
    }

    /// Whether the file must not leave quarantine: the dossier is held, and no page of the file is in a document yet.
    #[must_use]
    pub fn is_file_held(&self, file: &File) -> bool {
        let is_placed = |page: &Page| self.documents.iter().any(|document| document.pages.contains(&page.id));
        let mut own = self.pages.iter().filter(|page| page.file == file.id).peekable();
        self.is_held() && own.peek().is_some() && !own.any(|page| page.state == PageState::Stored || is_placed(page))
    }

    /// The document with this identifier.
    #[must_use]
    pub fn document(&self, id: &str) -> Option<&Document> {
        self.documents.iter().find(|document| document.id == id)
    }
}

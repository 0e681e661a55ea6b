//! Dossiers, files, pages and documents as stored in the catalogue.
//!
//! Identifiers are UUIDv7 texts; they exist only in the catalogue and never in a record.

use crate::model::decision::Decision;
use crate::model::delivered_file::DeliveredFile;
pub use crate::model::file_state::FileState;
use crate::model::page::reading::Quality;
use crate::model::record::{Description, ListEntry, ListFinding, Signature};
use crate::model::refusal::{Refusal, Warning};
use crate::model::withholding::Obstacle;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Name of a dossier (hồ sơ) as delivered. `fonds` (phông) and `code` together are unique.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct DossierName {
    /// Code of the fonds or unit.
    pub fonds: String,
    /// Dossier code, free text; unique in the fonds.
    pub code: String,
    /// Display title; the folder's or file's name until the dossier is described.
    pub title: String,
}

/// A file in the catalogue.
#[derive(Debug, Clone, PartialEq)]
pub struct File {
    /// Identifier.
    pub id: String,
    /// Identifier of the batch that delivered it.
    pub batch: String,
    /// Identifier of its dossier.
    pub dossier: String,
    /// Path, checksum and size as delivered.
    pub delivered: DeliveredFile,
    /// State.
    pub state: FileState,
    /// Media type identified by content, such as `application/pdf`; empty until identified.
    pub media_type: String,
    /// Identifier of the file of the same dossier with the same bytes.
    pub duplicate_of: Option<String>,
    /// Reason of the refusal.
    pub refusal: Option<Refusal>,
    /// Warnings.
    pub warnings: Vec<Warning>,
    /// Digital signatures in it.
    pub signatures: Vec<Signature>,
}

/// State of a page. In the balance: `Waiting` and `Read` are work in progress.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PageState {
    /// Not yet read.
    Waiting,
    /// Read, its dossier not yet deposited.
    Read,
    /// In a deposited dossier.
    Stored,
    /// In a deposited dossier; its document waits for review.
    Review,
    /// Unreadable or not allowed; the original is kept.
    Refused,
    /// In quarantine: a stamp of secrecy was detected on it, or on another page of its dossier. Its reading is not kept.
    Held,
}

/// An officer's release of a page from quarantine, after which it may be read and stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuarantineRelease {
    /// Name of the officer.
    pub by: String,
    /// Time, RFC 3339, UTC.
    pub at: String,
    /// Reason in the officer's words.
    pub note: Option<String>,
}

/// A page (trang) in the catalogue.
#[derive(Debug, Clone, PartialEq)]
pub struct Page {
    /// Identifier.
    pub id: String,
    /// Identifier of its file.
    pub file: String,
    /// Page number in the file, from 1.
    pub number: u32,
    /// State.
    pub state: PageState,
    /// Key of its reading in the store's cache, once read.
    pub reading: Option<String>,
    /// Measured quality.
    pub quality: Quality,
    /// Whether the page is blank.
    pub blank: bool,
    /// Reason of the refusal.
    pub refusal: Option<Refusal>,
    /// Warnings.
    pub warnings: Vec<Warning>,
    /// Release from quarantine: a stamp of secrecy holds the page no longer.
    pub release: Option<Box<QuarantineRelease>>,
    /// Clockwise turn set by a person that makes the page upright, degrees; none: it is detected.
    pub turn: Option<u16>,
}

/// A document (văn bản) of a dossier in the catalogue.
#[derive(Debug, Clone, PartialEq)]
pub struct Document {
    /// Identifier.
    pub id: String,
    /// Identifier of its dossier.
    pub dossier: String,
    /// Number in the dossier, from 1; never changes.
    pub number: u32,
    /// Identifiers of its pages in order.
    pub pages: Vec<String>,
    /// Kind and fields, once described.
    pub description: Option<Description>,
    /// Its entry in the document list that came with the scans.
    pub list_entry: Option<ListEntry>,
    /// Reasons for a review; empty: none needed.
    pub review_reasons: Vec<String>,
    /// Decisions in chronological order.
    pub decisions: Vec<Decision>,
    /// Whether the newest version of its dossier has its current PDF, text and ALTO.
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

/// A dossier in the catalogue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dossier {
    /// Identifier.
    pub id: String,
    /// Fonds, code and title.
    pub name: DossierName,
    /// Newest version in the store; 0 before the first deposit.
    pub version: u32,
    /// Differences between its document list and the delivery.
    pub list_findings: Vec<ListFinding>,
}

/// The item of one task, loaded with all that its stages may read.
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
        /// Its dossier.
        dossier: Dossier,
        /// Its file.
        file: File,
        /// The page.
        page: Page,
    },
    /// One dossier with its contents from all batches.
    Dossier(Box<DossierSnapshot>),
    /// One document with its dossier's contents.
    Document {
        /// The document's identifier.
        document: String,
        /// The dossier's contents.
        contents: Box<DossierSnapshot>,
    },
}

/// A dossier with its contents from all batches.
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
    /// SHA-256 of files whose bytes must not enter the object, each with the reason.
    pub withheld: BTreeMap<String, Obstacle>,
    /// Whether files of it come out of an archive in a dossier in quarantine.
    pub container_held: bool,
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

    /// Whether the dossier is in quarantine because of a stamp of secrecy.
    #[must_use]
    pub fn is_held(&self) -> bool {
        self.pages.iter().any(|page| page.state == PageState::Held)
    }

    /// Why the bytes of the file must not enter the object; `None`: they may, or they are in it.
    #[must_use]
    pub fn withheld(&self, file: &File) -> Option<Obstacle> {
        self.withheld.get(&file.delivered.sha256).copied()
    }

    /// Whether a page of the file is in a document.
    #[must_use]
    pub fn is_in_document(&self, file: &File) -> bool {
        let mut pages = self.documents.iter().flat_map(|document| &document.pages).filter_map(|id| self.page(id));
        pages.any(|page| page.file == file.id)
    }

    /// Whether its pages outside documents must be held: one bears a stamp, or they come out of an archive in a dossier in
    /// quarantine and no officer has released them.
    #[must_use]
    pub fn must_be_held(&self) -> bool {
        let is_unreleased = |page: &Page| page.state == PageState::Read && page.release.is_none();
        self.is_held() || self.container_held && self.pages.iter().any(is_unreleased)
    }

    /// The document with this identifier.
    #[must_use]
    pub fn document(&self, id: &str) -> Option<&Document> {
        self.documents.iter().find(|document| document.id == id)
    }
}

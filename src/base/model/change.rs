//! Changes: the facts that stages return and only `catalog::commit` writes.

use crate::model::delivered_file::DeliveredFile;
use crate::model::dossier::DossierName;
use crate::model::page::reading::Quality;
use crate::model::record::{Description, ListEntry, ListFinding, Signature};
use crate::model::refusal::{Refusal, Warning};
use serde::{Deserialize, Serialize};

/// One fact returned by a stage. Writing it twice has no further effect.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "change")]
pub enum Change {
    /// An archive was expanded: its members replace it.
    FileExpanded {
        /// The archive.
        file: String,
        /// Members by dossier.
        members: Vec<(DossierName, Vec<DeliveredFile>)>,
        /// Members refused before their bytes could be stored, with the reason, and other warnings.
        warnings: Vec<Warning>,
    },
    /// Media type and page count of a file are known.
    FileIdentified {
        /// The file.
        file: String,
        /// Media type found by content.
        media_type: String,
        /// Number of pages.
        pages: u32,
        /// Digital signatures found.
        signatures: Vec<Signature>,
        /// Warnings.
        warnings: Vec<Warning>,
    },
    /// The file is refused; its original is kept.
    FileRefused {
        /// The file.
        file: String,
        /// Media type, if identified.
        media_type: String,
        /// The reason.
        refusal: Refusal,
    },
    /// A page was read.
    PageRead {
        /// The page.
        page: String,
        /// Key of the reading in the cache.
        reading: String,
        /// Measured quality.
        quality: Quality,
        /// Whether the page is blank.
        blank: bool,
        /// Warnings.
        warnings: Vec<Warning>,
    },
    /// The page is refused.
    PageRefused {
        /// The page.
        page: String,
        /// The reason.
        refusal: Refusal,
    },
    /// A stamp of secrecy was detected on the page: its reading is not kept.
    PageHeld {
        /// The page.
        page: String,
        /// The stamp, as a refusal.
        refusal: Refusal,
    },
    /// The dossier has such a page: all its pages without a document wait in quarantine.
    DossierHeld {
        /// The dossier.
        dossier: String,
    },
    /// The dossier's pages without a document were separated into documents.
    #[serde(rename = "documents-found")]
    DocumentsSeparated {
        /// The dossier.
        dossier: String,
        /// Pages (identifiers) of each new document, in order; numbers continue after the highest existing one.
        documents: Vec<Vec<String>>,
    },
    /// The dossier was compared with its document list.
    #[serde(rename = "dossier-listed")]
    DossierListCompared {
        /// The dossier.
        dossier: String,
        /// Differences between list and delivery.
        findings: Vec<ListFinding>,
        /// The list's entry for the document that begins with a page (identifier).
        listed: Vec<(String, ListEntry)>,
    },
    /// The document was described.
    DocumentDescribed {
        /// The document.
        document: String,
        /// Kind and fields.
        description: Description,
    },
    /// The need for a review of the document was decided.
    DocumentReviewed {
        /// The document.
        document: String,
        /// Reasons for the review; empty: none needed.
        reasons: Vec<String>,
    },
    /// Nothing of the dossier can be deposited yet.
    OriginalsWithheld {
        /// The dossier.
        dossier: String,
        /// SHA-256 of files whose bytes stay in intake.
        withheld: Vec<String>,
    },
    /// The dossier's object has a new version with all its documents.
    DossierDeposited {
        /// The dossier.
        dossier: String,
        /// The version.
        version: u32,
        /// SHA-512 of the record, lower-case hexadecimal.
        record_sha512: String,
        /// SHA-256 of files whose bytes stay in intake: the object does not have them.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        withheld: Vec<String>,
    },
}

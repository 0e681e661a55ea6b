//! Changes: the facts that stages decide and only `catalog::commit` writes.

use crate::model::dossier::{DeliveredFile, DossierName};
use crate::model::page::reading::Quality;
use crate::model::record::{Description, ListEntry, ListFinding, Signature};
use crate::model::refusal::{Refusal, Warning};
use serde::{Deserialize, Serialize};

/// One decided fact. A stage returns these; writing them twice does no harm.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "change")]
pub enum Change {
    /// An archive was opened: its members stand in its place.
    FileExpanded {
        /// The archive.
        file: String,
        /// Members by dossier.
        members: Vec<(DossierName, Vec<DeliveredFile>)>,
        /// Members that were refused before their bytes could be kept, with the reason, and other oddities.
        warnings: Vec<Warning>,
    },
    /// Kind and page count of a file are known.
    FileIdentified {
        /// The file.
        file: String,
        /// Media type found by content.
        media_type: String,
        /// How many pages it holds.
        pages: u32,
        /// Digital signatures found.
        signatures: Vec<Signature>,
        /// What was odd.
        warnings: Vec<Warning>,
    },
    /// The file is not taken; its original is kept.
    FileRefused {
        /// The file.
        file: String,
        /// Media type, where it was found.
        media_type: String,
        /// Why.
        refusal: Refusal,
    },
    /// A page was read.
    PageRead {
        /// The page.
        page: String,
        /// Key of the reading in the cache.
        reading: String,
        /// Summary.
        quality: Quality,
        /// Nothing is written on it.
        blank: bool,
        /// What was odd.
        warnings: Vec<Warning>,
    },
    /// The page is not taken.
    PageRefused {
        /// The page.
        page: String,
        /// Why.
        refusal: Refusal,
    },
    /// A stamp of secrecy was seen on the page: what was read is not kept.
    PageHeld {
        /// The page.
        page: String,
        /// What was seen.
        refusal: Refusal,
    },
    /// The dossier holds such a page: all its pages that have no document wait in quarantine.
    DossierHeld {
        /// The dossier.
        dossier: String,
    },
    /// The dossier's pages that had no document were cut into documents.
    #[serde(rename = "documents-found")]
    DocumentsSeparated {
        /// The dossier.
        dossier: String,
        /// Pages (identifiers) of each new document, in order; numbers follow the highest there is.
        documents: Vec<Vec<String>>,
    },
    /// The dossier was compared with the list that came with it.
    #[serde(rename = "dossier-listed")]
    DossierListCompared {
        /// The dossier.
        dossier: String,
        /// Where they disagree.
        findings: Vec<ListFinding>,
        /// What the list says of the document that begins with a page.
        listed: Vec<(String, ListEntry)>,
    },
    /// What the document is.
    DocumentDescribed {
        /// The document.
        document: String,
        /// Kind and fields.
        description: Description,
    },
    /// Whether a person must look at the document.
    DocumentReviewed {
        /// The document.
        document: String,
        /// Reasons; empty: nobody need.
        reasons: Vec<String>,
    },
    /// The dossier's object has a new version that holds all its documents.
    DossierDeposited {
        /// The dossier.
        dossier: String,
        /// The version.
        version: u32,
        /// SHA-512 of the record, lower-case hexadecimal.
        record_sha512: String,
    },
}

//! The record: content of `record.json` in a dossier's object. Its JSON Schema is published.
//!
//! A record is a function of the delivered bytes, the pipeline and the models: it holds no time stamp, no random
//! identifier and no path of the machine.

use crate::error::messages::{Message, StoredMessage};
use crate::language::Language;
use crate::model::decision::Decision;
use crate::model::delivered_file::{Container, DeliveredName};
use crate::model::page::barcode::Barcode;
use crate::model::page::geometry::Bounds;
use crate::model::page::reading::{Quality, TextSource};
use crate::model::personal_data::PersonalData;
use crate::model::refusal::{Refusal, Warning};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Value of [`Record::schema`] written by this version.
pub const SCHEMA_URN: &str = "urn:sohoa:record:1";

/// A dossier (hồ sơ) and its documents, as deposited.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Record {
    /// Version of the format: `urn:sohoa:record:1`.
    pub schema: String,
    /// Name of the object: `urn:sohoa:<fonds>:<dossier code>`, both percent-encoded.
    pub object: String,
    /// Code of the fonds (phông).
    pub fonds: String,
    /// Dossier code (mã hồ sơ).
    pub code: String,
    /// Title (tiêu đề).
    pub title: String,
    /// Archival fields derived from the contents, by name: see [`crate::model::fields`].
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[serde(rename = "archival")]
    pub archival_fields: BTreeMap<String, String>,
    /// Required archival fields without a value.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[serde(rename = "missing")]
    pub missing_fields: Vec<String>,
    /// Documents by number.
    pub documents: Vec<RecordedDocument>,
    /// Differences between the document list that came with the scans and the delivery.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub list_findings: Vec<ListFinding>,
    /// All delivered files kept in the dossier, by path.
    pub originals: Vec<Original>,
    /// Program, pipeline and models that made the record.
    pub provenance: Provenance,
}

/// Entry for a document in the list that came with the scans (mục lục văn bản), as written there.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Listed")]
pub struct ListEntry {
    /// Row of the list, from 1, as in a spreadsheet.
    pub row: u32,
    /// Number and notation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    /// Date.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub date: Option<String>,
    /// Subject.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// Issuer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub author: Option<String>,
}

/// A difference between a dossier's document list and the delivery.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ListFinding {
    /// `missing`, `extra`, `pages`, `range`, or `unreadable` for the list itself; about the roadmap target that it names:
    /// `line-unknown`, `line-of-other-unit`, `lines-differ`, `line-overruled`, `line-gone`.
    pub code: String,
    /// The difference in English, one sentence for a clerk.
    pub detail: String,
    /// Path in the delivery of the file concerned; for a finding about a target, that of the list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// The difference with the code of its text; none in what was written before findings had one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<StoredMessage>,
}

impl ListFinding {
    /// Builds a finding from its message.
    #[must_use]
    pub fn new(code: &str, message: &Message, file: Option<String>) -> Self {
        Self { code: code.to_owned(), detail: message.text(Language::English), file, message: Some(message.to_stored()) }
    }

    /// The difference in the reader's language.
    #[must_use]
    pub fn text(&self, language: Language) -> String {
        StoredMessage::text_or(self.message.as_ref(), &self.detail, language)
    }

    /// Whether it concerns the roadmap target, and therefore no document.
    #[must_use]
    pub fn is_about_target(&self) -> bool {
        self.code.starts_with("line")
    }
}

/// One document (văn bản) of a record.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RecordedDocument {
    /// Number in the dossier, from 1; never changes.
    pub number: u32,
    /// Kind and fields.
    pub description: Description,
    /// Its entry in the list that came with the scans.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[serde(rename = "listed")]
    pub list_entry: Option<ListEntry>,
    /// Reasons for a review; empty: none needed.
    #[serde(rename = "review")]
    pub review_reasons: Vec<String>,
    /// Decisions of people in chronological order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub decisions: Vec<Decision>,
    /// Archival fields derived from the contents, by name; its described fields are in `description`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[serde(rename = "archival")]
    pub archival_fields: BTreeMap<String, String>,
    /// Required archival fields without a value.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[serde(rename = "missing")]
    pub missing_fields: Vec<String>,
    /// Pages in order.
    pub pages: Vec<RecordedPage>,
    /// Path of the searchable PDF inside the object's newest version.
    pub pdf: String,
    /// Path of the plain text.
    pub text: String,
}

/// One page (trang) of a document.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RecordedPage {
    /// Page number in the document, from 1.
    pub number: u32,
    /// SHA-256 of its original.
    pub original: String,
    /// Page number in that original, from 1.
    pub original_page: u32,
    /// Path of the page's ALTO inside the object; none for a refused page.
    pub alto: Option<String>,
    /// Origin of the text.
    pub source: TextSource,
    /// Clockwise turn that made the image upright, degrees.
    pub turn: u16,
    /// Whether the page is blank.
    pub blank: bool,
    /// Measured quality.
    pub quality: Quality,
    /// Warnings.
    pub warnings: Vec<Warning>,
    /// Reason of the refusal.
    pub refusal: Option<Refusal>,
    /// Barcodes, QR codes and patch codes on it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[serde(rename = "codes")]
    pub barcodes: Vec<Barcode>,
}

/// A delivered file as kept in the object.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Original {
    /// Path inside the object.
    pub path: String,
    /// Every name under which these bytes were delivered, sorted.
    pub delivered_as: Vec<DeliveredName>,
    /// Archive that it was extracted from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub container: Option<Container>,
    /// SHA-256 at intake, lower-case hexadecimal.
    pub sha256: String,
    /// Size in bytes.
    pub bytes: u64,
    /// Media type identified by content.
    pub media_type: String,
    /// Number of pages; 0 for a refused file.
    pub pages: u32,
    /// Digital signatures.
    pub signatures: Vec<Signature>,
    /// Warnings.
    pub warnings: Vec<Warning>,
    /// Reason of the refusal; the bytes are kept nevertheless.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refusal: Option<Refusal>,
    /// Whether the object does not have the bytes: a page could not be read, so it is not known whether it bears a stamp of secrecy.
    /// They wait in intake until the page is read or an officer has looked at it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub withheld: bool,
}

/// A digital signature in a delivered file (PDF 1.7, 12.8).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Signature {
    /// Common name of the signer's certificate, or empty.
    pub signer: String,
    /// Organisation of the signer's certificate, or empty.
    pub organisation: String,
    /// Issuer's common name, or empty.
    pub issuer: String,
    /// Claimed time of signing, RFC 3339, or none.
    pub signed_at: Option<String>,
    /// `/SubFilter`, such as `adbe.pkcs7.detached`.
    pub form: String,
    /// Whether the signed bytes are unchanged and the signature matches the certificate's key. Trust in the certificate
    /// itself is not checked.
    pub state: SignatureState,
    /// Whether the signed range covers the whole file.
    pub covers_whole_file: bool,
}

/// Result of verifying a signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum SignatureState {
    /// The signed bytes are unchanged and the signature matches the key.
    Intact,
    /// The signed bytes were changed, or the signature does not match.
    Broken,
    /// Made by a method that this program cannot verify.
    Unknown,
}

/// Kind and fields of a document. Field names are those of Circular 05/2025/TT-BNV if it has one (`codeNumber`,
/// `codeNotation`, `issuedDate`, `organName`, `subject`, `language`), else extensions (`place`, `signer`, `position`,
/// `urgency`, `recipients`).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Description {
    /// Code of the kind (`typeName` of Circular 05/2025), as in the table of kinds.
    pub kind: String,
    /// Name of the kind in Vietnamese, lower case, such as `quyết định`.
    pub kind_name: String,
    /// Whether it is a normative text (văn bản quy phạm pháp luật).
    pub normative: bool,
    /// Confidence of the kind, 0 to 100.
    pub kind_confidence: u8,
    /// Fields by name.
    pub fields: BTreeMap<String, Field>,
    /// Personal data on its pages, redacted in copies for the public.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[serde(rename = "personal")]
    pub personal_data: Vec<PersonalData>,
}

impl Description {
    /// Description of a document about which nothing is known.
    #[must_use]
    pub fn unknown() -> Self {
        let kind = crate::model::document_kinds::OTHER_KIND;
        Self {
            kind: kind.to_owned(),
            kind_name: crate::model::document_kinds::kind_by_code(kind).map_or_else(String::new, |kind| kind.name.to_owned()),
            normative: false,
            kind_confidence: 0,
            fields: BTreeMap::new(),
            personal_data: Vec::new(),
        }
    }
}

/// One described value.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct Field {
    /// The value; dates as `YYYY-MM-DD`.
    pub value: String,
    /// Confidence, 0 to 100.
    pub confidence: u8,
    /// Page of the document, from 1; none for a value that is on no page.
    pub page: Option<u32>,
    /// Bounding box on that page.
    pub bounds: Option<Bounds>,
    /// Source of the value.
    #[serde(default, skip_serializing_if = "FieldSource::is_reading")]
    pub source: FieldSource,
    /// Earlier values, newest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub alternatives: Vec<Candidate>,
}

/// Source of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(rename = "Source")]
pub enum FieldSource {
    /// Extracted from the reading.
    #[default]
    Reading,
    /// From the document list that came with the scans.
    List,
    /// From the name of the file.
    FileName,
    /// Set by a person.
    Person,
}

impl FieldSource {
    fn is_reading(&self) -> bool {
        *self == Self::Reading
    }
}

/// A value that was not taken, or that was replaced.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Candidate {
    /// The value.
    pub value: String,
    /// Confidence, 0 to 100.
    pub confidence: u8,
    /// Source.
    #[serde(default, skip_serializing_if = "FieldSource::is_reading")]
    pub source: FieldSource,
}

/// Program, pipeline and models that made a record.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Provenance {
    /// Name and version of this program.
    pub program: String,
    /// Name of the pipeline.
    pub pipeline: String,
    /// Stages with version and options, in order.
    pub stages: Vec<StageUse>,
    /// Models by name, with the SHA-256 of their files.
    pub models: BTreeMap<String, String>,
}

/// A stage as it was used.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct StageUse {
    /// Name.
    pub stage: String,
    /// Version of its behaviour.
    pub version: u32,
    /// Options.
    pub options: serde_json::Value,
}

/// The published JSON Schema of [`Record`].
#[must_use]
pub fn json_schema() -> serde_json::Value {
    schemars::schema_for!(Record).to_value()
}

//! Lots (lô nghiệm thu): work that is accepted or sent back as one, by a sample.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// State of a lot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum LotState {
    /// Its sample is being looked at.
    Open,
    /// All of it is accepted: only now is it done.
    Accepted,
    /// All of it went back.
    Returned,
    /// It was sent back and mended since: its documents can come in a lot again.
    Reworked,
}

impl LotState {
    /// The word for it, as in JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Accepted => "accepted",
            Self::Returned => "returned",
            Self::Reworked => "reworked",
        }
    }
}

/// A lot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Lot {
    /// Identifier (UUIDv7 text).
    pub id: String,
    /// Line of a roadmap to which its documents belong.
    #[serde(rename = "line")]
    pub target: String,
    /// Unit of the line.
    pub unit: String,
    /// Where it stands.
    pub state: LotState,
    /// Level of inspection (ISO 2859-1): I, II or III.
    pub level: String,
    /// Pages in it.
    pub pages: u32,
    /// Documents in it, as `OBJECT#NUMBER`, by dossier and number.
    pub documents: Vec<String>,
    /// Most pages of the sample with a major, and with a minor defect.
    pub accept_major: u32,
    /// See `accept_major`.
    pub accept_minor: u32,
    /// What decides which pages are drawn: anybody can draw them again.
    pub seed: String,
    /// The pages drawn, in order.
    pub sample: Vec<SampledPage>,
    /// Who opened it, and when (RFC 3339).
    #[schemars(with = "Vec<String>")]
    pub opened: (String, String),
    /// Who judged it, and when.
    #[serde(default)]
    #[schemars(with = "Option<Vec<String>>")]
    pub judged: Option<(String, String)>,
    /// Gravities of which there were too many.
    #[serde(default)]
    #[serde(rename = "refused_for")]
    pub failed_severities: Vec<String>,
    /// In the words of who judged it.
    #[serde(default)]
    pub note: String,
}

/// A page of a sample.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SampledPage {
    /// Place in the lot, from 0.
    #[serde(rename = "place")]
    pub index_in_lot: u32,
    /// `OBJECT#NUMBER`.
    pub document: String,
    /// Page of the document, from 1.
    pub page: u32,
    /// Whether somebody looked at it.
    #[serde(default)]
    #[serde(rename = "seen")]
    pub inspected: bool,
    /// Codes of the defects found on it.
    #[serde(default)]
    pub defects: Vec<String>,
}

/// A document that a lot can take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LotDocument {
    /// Its identifier in the catalogue.
    pub id: String,
    /// Unit or fonds, and code of its dossier.
    pub fonds: String,
    /// See `fonds`.
    pub code: String,
    /// Number in the dossier.
    pub number: u32,
    /// Pages.
    pub pages: u32,
}

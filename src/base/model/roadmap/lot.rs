//! Lots (lô nghiệm thu): documents accepted or returned as a whole, by a sample.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// State of a lot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum LotState {
    /// The sample is being inspected.
    Open,
    /// Accepted as a whole: only now its pages count as done.
    Accepted,
    /// Returned as a whole.
    Returned,
    /// Returned and corrected since: its documents can be in a new lot.
    Reworked,
}

impl LotState {
    /// Name of the state, as in JSON.
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
    /// Code of the roadmap target of its documents.
    #[serde(rename = "line")]
    pub target: String,
    /// Unit of the target.
    pub unit: String,
    /// State.
    pub state: LotState,
    /// Inspection level (ISO 2859-1): I, II or III.
    pub level: String,
    /// Number of pages.
    pub pages: u32,
    /// Documents as `OBJECT#NUMBER`, by dossier and number.
    pub documents: Vec<String>,
    /// Acceptance number for pages of the sample with a major defect.
    pub accept_major: u32,
    /// Acceptance number for pages of the sample with a minor defect.
    pub accept_minor: u32,
    /// Seed of the draw: with it anybody can repeat the draw.
    pub seed: String,
    /// Sampled pages, in order.
    pub sample: Vec<SampledPage>,
    /// Who opened it, and when (RFC 3339).
    #[schemars(with = "Vec<String>")]
    pub opened: (String, String),
    /// Who judged it, and when (RFC 3339).
    #[serde(default)]
    #[schemars(with = "Option<Vec<String>>")]
    pub judged: Option<(String, String)>,
    /// Severities with too many defects.
    #[serde(default)]
    #[serde(rename = "refused_for")]
    pub failed_severities: Vec<String>,
    /// Note of the person who judged it.
    #[serde(default)]
    pub note: String,
}

/// A page of a sample.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SampledPage {
    /// Index in the lot, from 0.
    #[serde(rename = "place")]
    pub index_in_lot: u32,
    /// Document as `OBJECT#NUMBER`.
    pub document: String,
    /// Page of the document, from 1.
    pub page: u32,
    /// Whether it was inspected.
    #[serde(default)]
    #[serde(rename = "seen")]
    pub inspected: bool,
    /// Codes of its defects.
    #[serde(default)]
    pub defects: Vec<String>,
}

/// A document that is available for a lot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LotDocument {
    /// Identifier in the catalogue.
    pub id: String,
    /// Code of the unit or fonds of its dossier.
    pub fonds: String,
    /// Code of its dossier.
    pub code: String,
    /// Number in the dossier.
    pub number: u32,
    /// Number of pages.
    pub pages: u32,
}

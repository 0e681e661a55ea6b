//! Decisions: what a person decided about a document in review (duyệt).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One decision, as it stays in the record: decisions are added, never changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Decision {
    /// When, RFC 3339, UTC.
    pub at: String,
    /// Who.
    pub author: String,
    /// What was decided.
    #[serde(flatten)]
    pub act: Act,
    /// Why, in the author's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// What a person can decide.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", tag = "act")]
pub enum Act {
    /// The document is right as it is now: nobody need look any more.
    Accept,
    /// The document cannot stay like this; it waits until it is delivered again.
    Reject,
    /// An officer who may decide about secrets looked at the stamp: it is none, or the paper was declassified.
    Release,
    /// The kind is another one.
    CorrectKind {
        /// Code of Circular 05/2025/TT-BNV, `01` to `32`.
        kind: String,
    },
    /// A field has another value; an empty one says that the paper has none.
    CorrectField {
        /// Name of the field, such as `subject`.
        field: String,
        /// The value; dates as `YYYY-MM-DD`.
        value: String,
    },
    /// A word on a page says something else.
    CorrectWord {
        /// Page of the document, from 1.
        page: u32,
        /// Which word of the page in reading order, from 1.
        word: u32,
        /// What the machine had read there: the correction holds as long as it reads that.
        read: String,
        /// What it says; may be several words.
        text: String,
    },
    /// A page is upright after another turn; it is read again.
    Turn {
        /// Page of the document, from 1.
        page: u32,
        /// Clockwise turn of the picture as delivered, degrees: 0, 90, 180 or 270.
        turn: u16,
    },
    /// Another scan stands for a page; its original stays.
    Replace {
        /// Page of the document, from 1.
        page: u32,
        /// SHA-256 of the new file, lower-case hexadecimal.
        sha256: String,
    },
    /// Another document begins at a page: it gets the next number of the dossier.
    Split {
        /// Page of the document, from 2.
        page: u32,
    },
    /// The pages of another document of the dossier belong behind those of this one.
    Join {
        /// Number of the other document, which is one no more.
        document: u32,
    },
}

impl Act {
    /// The word for it, as in JSON.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Accept => "accept",
            Self::Reject => "reject",
            Self::Release => "release",
            Self::CorrectKind { .. } => "correct-kind",
            Self::CorrectField { .. } => "correct-field",
            Self::CorrectWord { .. } => "correct-word",
            Self::Turn { .. } => "turn",
            Self::Replace { .. } => "replace",
            Self::Split { .. } => "split",
            Self::Join { .. } => "join",
        }
    }
}

//! Why something was refused, and what was noticed without refusing it.

use crate::error::{Error, ErrorKind};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The class of a refusal: who can mend it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(rename = "Class")]
pub enum RefusalClass {
    /// The delivered bytes are bad: scan again or deliver another file.
    Input,
    /// Size, memory, time or count went past a limit.
    Limit,
    /// A secret paper, or a password is needed.
    Secret,
    /// A store or service did not answer in time: retry.
    Outage,
    /// A defect of this program.
    Bug,
}

impl RefusalClass {
    /// The word used in JSON, SQL and on screens.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            RefusalClass::Input => "input",
            RefusalClass::Limit => "limit",
            RefusalClass::Secret => "secret",
            RefusalClass::Outage => "outage",
            RefusalClass::Bug => "bug",
        }
    }

    /// The class named by `word`, or [`Class::Bug`] for an unknown one.
    #[must_use]
    pub fn parse_or_bug(word: &str) -> Self {
        [RefusalClass::Input, RefusalClass::Limit, RefusalClass::Secret, RefusalClass::Outage]
            .into_iter()
            .find(|class| class.as_str() == word)
            .unwrap_or(RefusalClass::Bug)
    }
}

impl From<ErrorKind> for RefusalClass {
    fn from(kind: ErrorKind) -> Self {
        match kind {
            ErrorKind::Invalid | ErrorKind::Corrupt | ErrorKind::NotFound | ErrorKind::Conflict => RefusalClass::Input,
            ErrorKind::Limit => RefusalClass::Limit,
            ErrorKind::Denied => RefusalClass::Secret,
            ErrorKind::Unavailable => RefusalClass::Outage,
            ErrorKind::Internal => RefusalClass::Bug,
        }
    }
}

/// A file or page that was not taken, and why. Its original is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Refusal {
    /// Who can mend it.
    pub class: RefusalClass,
    /// What is wrong and the next step, one sentence for a clerk.
    pub reason: String,
}

impl From<&Error> for Refusal {
    fn from(error: &Error) -> Self {
        Self { class: error.kind().into(), reason: error.chain() }
    }
}

/// Something odd about an input that was taken all the same.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Warning {
    /// A stable word for it, such as `truncated` or `name-mismatch`.
    pub code: String,
    /// What is odd, one sentence for a clerk.
    pub detail: String,
}

impl Warning {
    /// A warning from its code and sentence.
    #[must_use]
    pub fn new(code: &str, detail: impl Into<String>) -> Self {
        Self { code: code.to_owned(), detail: detail.into() }
    }
}

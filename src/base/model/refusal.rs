//! Refusals, and warnings about inputs that were taken.

use crate::error::messages::{Message, StoredMessage, reading};
use crate::error::{Error, ErrorKind};
use crate::language::Language;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Class of a refusal: who can resolve it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(rename = "Class")]
pub enum RefusalClass {
    /// The delivered bytes are defective: scan again or deliver another file.
    Input,
    /// A limit of size, memory, time or count was exceeded.
    Limit,
    /// A secret document, or a missing password.
    Secret,
    /// A store or service did not answer in time: retry.
    Outage,
    /// A bug of this program.
    Bug,
}

impl RefusalClass {
    /// Name of the class, as in JSON, SQL and on screens.
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

    /// Parses the name of a class; [`RefusalClass::Bug`] for an unknown one.
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
            ErrorKind::Unavailable | ErrorKind::AccessRefused | ErrorKind::DependencyMissing => RefusalClass::Outage,
            ErrorKind::Internal => RefusalClass::Bug,
        }
    }
}

/// Refusal of a file or page. Its original is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Refusal {
    /// Class: who can resolve it.
    pub class: RefusalClass,
    /// The problem and the next step in English, one sentence for a clerk.
    pub reason: String,
    /// The same with its code; none in what was written before errors had codes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<Box<StoredMessage>>,
}

impl Refusal {
    /// A refusal for a reason of the table.
    #[must_use]
    pub fn new(class: RefusalClass, message: &Message) -> Self {
        Self { class, reason: message.text(Language::English), message: Some(Box::new(message.to_stored())) }
    }

    /// The reason in the reader's language.
    #[must_use]
    pub fn text(&self, language: Language) -> String {
        StoredMessage::text_or(self.message.as_deref(), &self.reason, language)
    }
}

impl From<&Error> for Refusal {
    /// An original whose bytes are gone is nobody's bad input: it is taken up again when the same bytes are delivered again.
    fn from(error: &Error) -> Self {
        let is_lost = error.code() == reading::ORIGINAL_LOST;
        let class = if is_lost { RefusalClass::Outage } else { error.kind().into() };
        Self { class, reason: error.chain(), message: Some(Box::new(error.to_stored())) }
    }
}

/// A warning about an input that was taken nevertheless.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Warning {
    /// Stable code of its kind, such as `truncated` or `name-mismatch`.
    pub code: String,
    /// The problem in English, one sentence for a clerk.
    pub detail: String,
    /// The same with the code of its text; none in what was written before warnings had one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<StoredMessage>,
}

impl Warning {
    /// Builds a warning of a kind.
    #[must_use]
    pub fn new(code: &str, message: &Message) -> Self {
        Self { code: code.to_owned(), detail: message.text(Language::English), message: Some(message.to_stored()) }
    }

    /// The problem in the reader's language.
    #[must_use]
    pub fn text(&self, language: Language) -> String {
        StoredMessage::text_or(self.message.as_ref(), &self.detail, language)
    }
}

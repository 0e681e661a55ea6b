//! The error type of all crates. Its [`ErrorKind`] decides about retries, the exit code and the HTTP status; its message is a row of
//! the table ([`messages`]).

pub mod messages;

use self::messages::{ErrorText, Message, StoredMessage, Value};
use crate::language::Language;
use std::fmt;

/// Kind of an error. Code that reacts to an error looks at its kind alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ErrorKind {
    /// Bad input, argument or setting: repeating it cannot help.
    Invalid,
    /// A limit of size, memory, time or count was passed.
    Limit,
    /// Not allowed: secret document, missing password, or missing right of the user.
    Denied,
    /// The named object does not exist.
    NotFound,
    /// It was changed concurrently, or it exists already.
    Conflict,
    /// A service or disk does not answer now: retried with backoff.
    Unavailable,
    /// Store, catalogue or disk refuse this program: wrong keys, missing rights, missing bucket. Their administrator can mend it.
    AccessRefused,
    /// Something that this program needs is not installed or cannot start.
    DependencyMissing,
    /// Stored or delivered bytes contradict their checksum or format.
    Corrupt,
    /// A bug of this program.
    Internal,
}

impl ErrorKind {
    /// Exit code of the program for an error of this kind.
    #[must_use]
    pub fn exit_code(self) -> u8 {
        match self {
            ErrorKind::Invalid | ErrorKind::NotFound | ErrorKind::Conflict | ErrorKind::Denied => 2,
            ErrorKind::Limit => 3,
            ErrorKind::DependencyMissing => 4,
            ErrorKind::Unavailable | ErrorKind::AccessRefused => 5,
            ErrorKind::Corrupt => 6,
            ErrorKind::Internal => 70,
        }
    }

    /// HTTP status of an answer with an error of this kind.
    #[must_use]
    pub fn http_status(self) -> u16 {
        match self {
            ErrorKind::Invalid => 400,
            ErrorKind::Denied => 403,
            ErrorKind::NotFound => 404,
            ErrorKind::Conflict => 409,
            ErrorKind::Limit => 429,
            ErrorKind::Corrupt | ErrorKind::Internal => 500,
            ErrorKind::Unavailable | ErrorKind::AccessRefused | ErrorKind::DependencyMissing => 503,
        }
    }

    /// Whether the same work may succeed later without any change.
    #[must_use]
    pub fn is_transient(self) -> bool {
        self == ErrorKind::Unavailable
    }

    /// Whether the error is trouble of the surroundings (store, catalogue, disk, reading processes), never a fault of the item that
    /// was worked on. Such work waits and is repeated; it is never counted as a failure of the item.
    #[must_use]
    pub fn is_outage(self) -> bool {
        matches!(self, ErrorKind::Unavailable | ErrorKind::AccessRefused | ErrorKind::DependencyMissing)
    }
}

/// An error: its kind, a message that names the object and the next step, and its cause.
pub struct Error {
    kind: ErrorKind,
    message: ErrorMessage,
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

enum ErrorMessage {
    Coded(Message),
    /// Received from a reading process.
    Stored(StoredMessage),
}

/// Result with this crate's [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// An error of the table; the functions of [`messages`] call this.
    #[must_use]
    pub fn from_text(text: &'static ErrorText, values: Vec<(&'static str, Value)>) -> Self {
        Self { kind: text.kind, message: ErrorMessage::Coded(Message::new(&text.message, values)), source: None }
    }

    /// An error that another process reported.
    #[must_use]
    pub fn from_stored(kind: ErrorKind, message: StoredMessage) -> Self {
        Self { kind, message: ErrorMessage::Stored(message), source: None }
    }

    /// The same error with its cause.
    #[must_use]
    pub fn caused_by(mut self, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// Kind of the error.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// Code of the message.
    #[must_use]
    pub fn code(&self) -> &str {
        match &self.message {
            ErrorMessage::Coded(message) => message.code(),
            ErrorMessage::Stored(message) => &message.code,
        }
    }

    /// The message alone in English, without its causes.
    #[must_use]
    pub fn context(&self) -> String {
        self.own_text(Language::English)
    }

    /// The message and its causes in the reader's language. Causes that other programs report are in English, so they are left out for
    /// readers of Vietnamese; logs have them.
    #[must_use]
    pub fn text(&self, language: Language) -> String {
        let mut line = self.own_text(language);
        for cause in self.causes() {
            let text = match (cause.downcast_ref::<Self>(), language) {
                (Some(own), _) => own.own_text(language),
                (None, Language::English) => cause.to_string(),
                (None, Language::Vietnamese) => continue,
            };
            line.push_str(": ");
            line.push_str(&text);
        }
        line
    }

    /// The message and its causes in one line of English, for logs and records.
    #[must_use]
    pub fn chain(&self) -> String {
        self.text(Language::English)
    }

    /// The message with the first of its causes that has a code, to be kept.
    #[must_use]
    pub fn to_stored(&self) -> StoredMessage {
        let mut message = match &self.message {
            ErrorMessage::Coded(message) => message.to_stored(),
            ErrorMessage::Stored(message) => message.clone(),
        };
        if message.cause.is_none() {
            message.cause = self.causes().find_map(|cause| cause.downcast_ref::<Self>()).map(|cause| Box::new(cause.to_stored()));
        }
        message
    }

    /// The same error, its causes kept as text.
    #[must_use]
    pub fn copied(&self) -> Self {
        let copy = Self::from_stored(self.kind, self.to_stored());
        let foreign = self.foreign_causes();
        if foreign.is_empty() { copy } else { copy.caused_by(foreign) }
    }

    /// What other programs and libraries said about the causes, in English; empty if nothing.
    #[must_use]
    pub fn foreign_causes(&self) -> String {
        let foreign = self.causes().filter(|cause| !cause.is::<Self>());
        foreign.map(ToString::to_string).collect::<Vec<_>>().join(": ")
    }

    fn causes(&self) -> impl Iterator<Item = &(dyn std::error::Error + 'static)> {
        std::iter::successors(std::error::Error::source(self), |error| error.source())
    }

    /// The message alone in the reader's language, without its causes.
    #[must_use]
    pub fn own_text(&self, language: Language) -> String {
        match &self.message {
            ErrorMessage::Coded(message) => message.text(language),
            ErrorMessage::Stored(message) => message.text(language).unwrap_or_else(|| message.code.clone()),
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.own_text(Language::English))
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}: {}", self.kind, self.chain())
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source.as_ref().map(|source| &**source as &(dyn std::error::Error + 'static))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chain_includes_every_cause_and_vietnamese_only_those_with_codes() {
        let inner = messages::program::bug("inner").caused_by("connection reset");
        let outer = messages::program::bug("outer").caused_by(inner);
        let bug = |language, place: &str| messages::program::bug(place).text(language);
        let (english, vietnamese) = (Language::English, Language::Vietnamese);
        assert_eq!(outer.chain(), format!("{}: {}: connection reset", bug(english, "outer"), bug(english, "inner")));
        assert_eq!(outer.text(vietnamese), format!("{}: {}", bug(vietnamese, "outer"), bug(vietnamese, "inner")));
        assert_eq!(outer.foreign_causes(), "connection reset");
        let stored = outer.to_stored();
        assert_eq!(stored.text(vietnamese).as_deref(), Some(outer.text(vietnamese).as_str()));
    }
}

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
    /// English only.
    Plain(String),
}

/// Result with this crate's [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

macro_rules! constructors {
    ($($(#[$doc:meta])* $name:ident => $kind:ident),* $(,)?) => { $(
        $(#[$doc])*
        #[must_use]
        pub fn $name(context: impl Into<String>) -> Self { Self::new(ErrorKind::$kind, context) }
    )* };
}

impl Error {
    /// An error of `kind`; `context` is lower case, without a full stop.
    #[must_use]
    pub fn new(kind: ErrorKind, context: impl Into<String>) -> Self {
        Self { kind, message: ErrorMessage::Plain(context.into()), source: None }
    }

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

    constructors! {
        /// An error of kind [`ErrorKind::Invalid`].
        invalid => Invalid,
        /// An error of kind [`ErrorKind::Limit`].
        limit => Limit,
        /// An error of kind [`ErrorKind::Denied`].
        denied => Denied,
        /// An error of kind [`ErrorKind::NotFound`].
        not_found => NotFound,
        /// An error of kind [`ErrorKind::Conflict`].
        conflict => Conflict,
        /// An error of kind [`ErrorKind::Unavailable`].
        unavailable => Unavailable,
        /// An error of kind [`ErrorKind::AccessRefused`].
        access_refused => AccessRefused,
        /// An error of kind [`ErrorKind::DependencyMissing`].
        dependency_missing => DependencyMissing,
        /// An error of kind [`ErrorKind::Corrupt`].
        corrupt => Corrupt,
        /// An error of kind [`ErrorKind::Internal`].
        internal => Internal,
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

    /// Code of the message; `None` for one without.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        match &self.message {
            ErrorMessage::Coded(message) => Some(message.code()),
            ErrorMessage::Stored(message) => Some(&message.code),
            ErrorMessage::Plain(_) => None,
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
        let mut cause = std::error::Error::source(self);
        while let Some(error) = cause {
            let text = match (error.downcast_ref::<Self>(), language) {
                (Some(own), _) => Some(own.own_text(language)),
                (None, Language::English) => Some(error.to_string()),
                (None, Language::Vietnamese) => None,
            };
            if let Some(text) = text {
                line.push_str(": ");
                line.push_str(&text);
            }
            cause = error.source();
        }
        line
    }

    /// The message and its causes in one line of English, for logs and records.
    #[must_use]
    pub fn chain(&self) -> String {
        self.text(Language::English)
    }

    /// The message with those of its causes that have codes, to be kept; `None` for one without a code.
    #[must_use]
    pub fn to_stored(&self) -> Option<StoredMessage> {
        let mut message = match &self.message {
            ErrorMessage::Coded(message) => message.to_stored(),
            ErrorMessage::Stored(message) => message.clone(),
            ErrorMessage::Plain(_) => return None,
        };
        let mut cause = std::error::Error::source(self);
        while let Some(error) = cause {
            if let Some(stored) = error.downcast_ref::<Self>().and_then(Self::to_stored) {
                message.cause = Some(Box::new(stored));
                break;
            }
            cause = error.source();
        }
        Some(message)
    }

    /// The message alone in the reader's language, without its causes.
    #[must_use]
    pub fn own_text(&self, language: Language) -> String {
        match &self.message {
            ErrorMessage::Coded(message) => message.text(language),
            ErrorMessage::Stored(message) => message.text(language).unwrap_or_else(|| message.code.clone()),
            ErrorMessage::Plain(text) => text.clone(),
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

/// Converts a foreign error into [`Error`] at the call, where its meaning is known.
pub trait ResultExt<T> {
    /// Wraps the error as `kind` with a sentence.
    ///
    /// # Errors
    /// The wrapped error, if there was one.
    fn or_error(self, kind: ErrorKind, context: impl FnOnce() -> String) -> Result<T>;
}

impl<T, E: Into<Box<dyn std::error::Error + Send + Sync>>> ResultExt<T> for std::result::Result<T, E> {
    fn or_error(self, kind: ErrorKind, context: impl FnOnce() -> String) -> Result<T> {
        self.map_err(|source| Error::new(kind, context()).caused_by(source))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chain_includes_every_cause() {
        let inner = Error::unavailable("store answers 503").caused_by("connection reset");
        let outer = Error::internal("cannot deposit dossier A-1").caused_by(inner);
        assert_eq!(outer.chain(), "cannot deposit dossier A-1: store answers 503: connection reset");
    }
}

//! The one table of errors, refusals and warnings: code, kind and texts in both languages, by subject.
//!
//! Each row becomes a function with the values as its arguments, so code that creates an error writes
//! `messages::store::object_missing(key)`. A code says the same for ever: the catalogue and the records keep codes with their values, and
//! texts may be improved. HTTP status and exit code follow from the kind ([`crate::error::ErrorKind`]).

mod message;

pub use message::{MAX_VALUE_CHARS, Message, MessageList, MessageText, StoredMessage, StoredValue, Value, clean_text};

use crate::error::ErrorKind;
use std::collections::HashMap;
use std::sync::OnceLock;

/// Row of an error.
#[derive(Debug)]
pub struct ErrorText {
    /// Kind of the error: decides about retries, exit code and HTTP status.
    pub kind: ErrorKind,
    /// Code and texts.
    pub message: MessageText,
}

/// Defines the errors of a subject: `name(values): Kind, "English {value}", "Vietnamese {value}";`. Each becomes a function
/// `name(values) -> Error` whose code is its name.
macro_rules! errors {
    ($( $(#[$doc:meta])* $name:ident($($value:ident),* $(,)?): $kind:ident, $english:literal, $vietnamese:literal; )*) => {
        #[allow(non_upper_case_globals)]
        mod rows {
            $( pub(super) static $name: $crate::error::messages::ErrorText = $crate::error::messages::ErrorText {
                kind: $crate::error::ErrorKind::$kind,
                message: $crate::error::messages::MessageText { code: stringify!($name), english: $english, vietnamese: $vietnamese },
            }; )*
        }

        $(
            $(#[$doc])*
            #[doc = concat!("“", $english, "”")]
            #[must_use]
            pub fn $name($($value: impl Into<$crate::error::messages::Value>),*) -> $crate::error::Error {
                $crate::error::Error::from_text(&rows::$name, vec![$((stringify!($value), $value.into())),*])
            }
        )*

        /// The errors of this subject.
        pub(super) const ERRORS: &[&$crate::error::messages::ErrorText] = &[$(&rows::$name),*];
    };
}

/// Defines messages that are no errors, such as warnings: `name(values): "English {value}", "Vietnamese {value}";`. Each becomes a
/// function `name(values) -> Message`.
macro_rules! messages {
    ($( $(#[$doc:meta])* $name:ident($($value:ident),* $(,)?): $english:literal, $vietnamese:literal; )*) => {
        #[allow(non_upper_case_globals)]
        mod message_rows {
            $( pub(super) static $name: $crate::error::messages::MessageText =
                $crate::error::messages::MessageText { code: stringify!($name), english: $english, vietnamese: $vietnamese }; )*
        }

        $(
            $(#[$doc])*
            #[doc = concat!("“", $english, "”")]
            #[must_use]
            pub fn $name($($value: impl Into<$crate::error::messages::Value>),*) -> $crate::error::messages::Message {
                $crate::error::messages::Message::new(&message_rows::$name, vec![$((stringify!($value), $value.into())),*])
            }
        )*

        /// The messages of this subject that are no errors.
        pub(super) const MESSAGES: &[&$crate::error::messages::MessageText] = &[$(&message_rows::$name),*];
    };
}

pub mod arguments;
pub mod catalogue;
pub mod decisions;
pub mod deliveries;
pub mod doctor;
pub mod evaluation;
pub mod file_warnings;
pub mod files;
pub mod lists;
pub mod maintenance;
pub mod pipelines;
pub mod program;
pub mod reading;
pub mod records;
pub mod reports;
pub mod requests;
pub mod roadmap;
pub mod runs;
pub mod search;
pub mod secrecy;
pub mod settings;
pub mod sign_in;
pub mod storage;
pub mod tables;
pub mod uploads;

const ERRORS: &[&[&ErrorText]] = &[
    arguments::ERRORS,
    catalogue::ERRORS,
    decisions::ERRORS,
    deliveries::ERRORS,
    evaluation::ERRORS,
    files::ERRORS,
    maintenance::ERRORS,
    pipelines::ERRORS,
    program::ERRORS,
    reading::ERRORS,
    records::ERRORS,
    reports::ERRORS,
    requests::ERRORS,
    roadmap::ERRORS,
    runs::ERRORS,
    search::ERRORS,
    settings::ERRORS,
    sign_in::ERRORS,
    storage::ERRORS,
    tables::ERRORS,
    uploads::ERRORS,
];

const MESSAGES: &[&[&MessageText]] = &[
    doctor::MESSAGES,
    file_warnings::MESSAGES,
    files::MESSAGES,
    records::MESSAGES,
    lists::MESSAGES,
    pipelines::MESSAGES,
    requests::MESSAGES,
    roadmap::MESSAGES,
    runs::MESSAGES,
    secrecy::MESSAGES,
    storage::MESSAGES,
    uploads::MESSAGES,
];

/// Every row of the table.
pub fn all() -> impl Iterator<Item = &'static MessageText> {
    let errors = ERRORS.iter().copied().flatten().map(|row| &row.message);
    errors.chain(MESSAGES.iter().copied().flatten().copied())
}

/// The row with this code.
#[must_use]
pub fn find(code: &str) -> Option<&'static MessageText> {
    static BY_CODE: OnceLock<HashMap<&'static str, &'static MessageText>> = OnceLock::new();
    BY_CODE.get_or_init(|| all().map(|row| (row.code, row)).collect()).get(code).copied()
}

/// The error with this code.
#[must_use]
pub fn find_error(code: &str) -> Option<&'static ErrorText> {
    static BY_CODE: OnceLock<HashMap<&'static str, &'static ErrorText>> = OnceLock::new();
    BY_CODE.get_or_init(|| ERRORS.iter().copied().flatten().map(|row| (row.message.code, *row)).collect()).get(code).copied()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn names(template: &str) -> BTreeSet<&str> {
        template.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(name, _)| name).collect()
    }

    #[test]
    fn every_row_has_its_own_code_and_texts_with_the_same_values() {
        let mut codes = BTreeSet::new();
        for row in all() {
            assert!(codes.insert(row.code), "{} stands twice", row.code);
            assert_eq!(names(row.english), names(row.vietnamese), "{}", row.code);
            assert!(!row.vietnamese.is_ascii(), "{} has no Vietnamese text", row.code);
            for text in [row.english, row.vietnamese] {
                assert!(!text.ends_with('.') && text.trim() == text && !text.is_empty(), "{}: {text:?}", row.code);
            }
        }
    }
}

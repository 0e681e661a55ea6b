//! Usage errors in the language of the reader. Those of the argument parser are in English.

use clap::error::{ContextKind, ContextValue, ErrorKind};
use sohoa_base::error::Error;
use sohoa_base::messages::arguments;

/// The error of the argument parser as one of this program.
pub(crate) fn explain(error: &clap::Error) -> Error {
    let value = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => text.clone(),
        Some(ContextValue::Strings(texts)) => texts.join(", "),
        Some(other) => other.to_string(),
        None => String::new(),
    };
    let (argument, given) = (value(ContextKind::InvalidArg), value(ContextKind::InvalidValue));
    match error.kind() {
        ErrorKind::UnknownArgument => arguments::usage_argument_unknown(argument),
        ErrorKind::InvalidSubcommand => arguments::usage_command_unknown(value(ContextKind::InvalidSubcommand)),
        ErrorKind::MissingSubcommand | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            arguments::usage_command_missing(value(ContextKind::ValidSubcommand))
        }
        ErrorKind::InvalidValue if given.is_empty() => arguments::usage_value_missing(argument),
        ErrorKind::InvalidValue => arguments::usage_value_unknown(given, argument, value(ContextKind::ValidValue)),
        ErrorKind::ValueValidation => arguments::usage_value_invalid(given, argument),
        ErrorKind::MissingRequiredArgument => arguments::usage_argument_missing(argument),
        ErrorKind::ArgumentConflict => arguments::usage_argument_conflict(argument, value(ContextKind::PriorArg)),
        ErrorKind::TooManyValues | ErrorKind::TooFewValues | ErrorKind::WrongNumberOfValues => arguments::usage_value_count(argument),
        _ => arguments::usage_invalid(),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::command_line::Cli;
    use clap::Parser;
    use sohoa_base::language::Language;

    #[test]
    fn usage_errors_name_what_was_typed() {
        for (typed, code, named) in [
            ("sohoa run --nonsense x", "usage_argument_unknown", "--nonsense"),
            ("sohoa nonsense", "usage_command_unknown", "nonsense"),
            ("sohoa run", "usage_argument_missing", "<"),
            ("sohoa run x --jobs many", "usage_value_invalid", "many"),
            ("sohoa review decide a#1 --accept --reject", "usage_argument_conflict", "--reject"),
            ("sohoa export a --format tiff", "usage_value_unknown", "tiff"),
        ] {
            let error = explain(&Cli::try_parse_from(typed.split(' ')).unwrap_err());
            assert_eq!(error.code(), code, "{typed}: {error:?}");
            assert!(error.text(Language::Vietnamese).contains(named), "{typed}: {}", error.text(Language::Vietnamese));
        }
    }
}

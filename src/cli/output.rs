//! Writing results.

use serde::Serialize;
use sohoa_base::error::{Error, ErrorKind, Result, ResultExt};
use sohoa_base::model::batch::PageBalance;
use sohoa_texts::Message;
use std::io::Write;

/// One JSON document and a line feed on stdout.
///
/// # Errors
/// `Internal` when it has no JSON form; `Unavailable` when stdout is closed.
pub fn print_json(value: &impl Serialize) -> Result<()> {
    let text = serde_json::to_string_pretty(value).or_error(ErrorKind::Internal, || "the answer has no JSON form".to_owned())?;
    print_line(&text)
}

/// Who decides: as named, else the user of this machine.
///
/// # Errors
/// `Invalid` where nobody is named.
pub fn resolve_author(by: Option<&String>) -> Result<String> {
    let by = by.cloned().or_else(|| std::env::var("USER").ok()).filter(|name| !name.trim().is_empty());
    by.ok_or_else(|| Error::invalid("nobody decides; say who with --by NAME"))
}

/// Who uses this machine: the user's name, or number where the name is not told.
#[must_use]
pub fn os_user() -> String {
    resolve_author(None).unwrap_or_else(|_| format!("uid {}", rustix::process::getuid().as_raw()))
}

/// The balance of pages as a sentence.
#[must_use]
pub fn page_balance_message(balance: PageBalance) -> Message<'static> {
    let PageBalance { received: came, stored, review, refused, held, open } = balance;
    Message::BalancePages { came, stored, review, refused, held, open }
}

/// One row of text on stdout.
///
/// # Errors
/// `Unavailable` when stdout is closed.
pub fn print_line(text: &str) -> Result<()> {
    writeln!(std::io::stdout().lock(), "{text}").or_error(ErrorKind::Unavailable, || "stdout is closed".to_owned())
}

/// Text from outside, safe for a terminal: control characters are shown, not obeyed.
#[must_use]
pub fn sanitize_terminal(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}

/// Whether the reader of the pipe went away, which is no failure of ours.
#[must_use]
pub fn is_closed_pipe(error: &sohoa_base::error::Error) -> bool {
    let mut cause = std::error::Error::source(error);
    while let Some(source) = cause {
        if source.downcast_ref::<std::io::Error>().is_some_and(|io| io.kind() == std::io::ErrorKind::BrokenPipe) {
            return true;
        }
        cause = source.source();
    }
    false
}

//! Output of results on stdout and to files.

use serde::Serialize;
use sohoa_base::error::Result;
use sohoa_base::messages::{arguments, program};
use sohoa_base::model::batch::{FailedItem, FileBalance, PageBalance};
use sohoa_roadmap::table_reader::CellProblem;
use sohoa_texts::Message;
use std::io::Write;
use std::path::Path;

/// Prints one JSON document and a line feed on stdout.
///
/// # Errors
/// `Internal` when it has no JSON form; `Unavailable` when stdout is closed.
pub fn print_json(value: &impl Serialize) -> Result<()> {
    let text = serde_json::to_string_pretty(value).map_err(|error| program::bug("command line: JSON of the answer").caused_by(error))?;
    print_line(&text)
}

/// The balance of pages as a sentence, with the files whose pages are not counted yet.
#[must_use]
pub fn page_balance_message(balance: PageBalance, files: FileBalance) -> Message<'static> {
    let PageBalance { received: came, stored, review, refused, held, failed, open } = balance;
    Message::BalancePages { came, stored, review, refused, held, failed, open, unopened_files: files.open }
}

/// The balance of files as a sentence.
#[must_use]
pub fn file_balance_message(balance: FileBalance) -> Message<'static> {
    let FileBalance { received, duplicate, refused, failed, open: _ } = balance;
    Message::BalanceFiles { received, duplicate, refused, failed }
}

/// A failed task as a sentence.
#[must_use]
pub fn failed_item_message(item: &FailedItem) -> Message<'static> {
    Message::FailedTask {
        dossier: sanitize_terminal(&item.dossier),
        file: item.file.as_deref().map(sanitize_terminal),
        page: item.page,
        document: item.document,
        class: item.class.as_str(),
        reason: sanitize_terminal(&item.reason),
        tries: item.tries,
    }
}

/// Prints one line of text on stdout.
///
/// # Errors
/// `Unavailable` when stdout is closed.
pub fn print_line(text: &str) -> Result<()> {
    writeln!(std::io::stdout().lock(), "{text}").map_err(|error| arguments::output_closed().caused_by(error))
}

pub(crate) fn write_output(output: Option<&Path>, bytes: &[u8]) -> Result<u8> {
    match output {
        Some(file) => std::fs::write(file, bytes).map_err(|error| arguments::output_unwritable(file.display()).caused_by(error))?,
        None => {
            std::io::stdout().lock().write_all(bytes).map_err(|error| arguments::output_closed().caused_by(error))?;
        }
    }
    Ok(0)
}

pub(crate) fn print_wrong_cells(wrong: &[CellProblem]) -> Result<()> {
    let line = |wrong: &CellProblem| format!("{}!{}\t{}", sanitize_terminal(&wrong.sheet), wrong.cell, sanitize_terminal(&wrong.problem));
    wrong.iter().try_for_each(|wrong| print_line(&line(wrong)))
}

/// Makes untrusted text safe for a terminal: control characters become U+FFFD.
#[must_use]
pub fn sanitize_terminal(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}

/// Whether an error comes from a closed pipe (`sohoa … | head`), which is no failure.
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

//! Errors of the index library (tantivy) as errors of this program.

use sohoa_base::error::Error;
use sohoa_base::messages::{program, search};
use tantivy::TantivyError;
use tantivy::directory::error::OpenReadError;

/// Maps a tantivy error to its kind; `context` becomes the message.
pub(crate) fn map_tantivy_error(error: TantivyError) -> Error {
    let explain = match &error {
        // A segment that the index names.
        TantivyError::OpenReadError(OpenReadError::FileDoesNotExist(_)) => search::index_damaged,
        TantivyError::LockFailure(..)
        | TantivyError::IoError(_)
        | TantivyError::OpenDirectoryError(_)
        | TantivyError::OpenReadError(_)
        | TantivyError::OpenWriteError(_)
        | TantivyError::SystemError(_)
        | TantivyError::ErrorInThread(_) => search::index_not_answering,
        TantivyError::DataCorruption(_) | TantivyError::DeserializeError(_) => search::index_damaged,
        TantivyError::IncompatibleIndex(_) | TantivyError::SchemaError(_) => search::index_incompatible,
        _ => index_bug,
    };
    explain().caused_by(error)
}

fn index_bug() -> Error {
    program::bug("search index")
}

//! Errors of the index library (tantivy) as errors of this program.

use sohoa_base::error::{Error, ErrorKind};
use tantivy::TantivyError;
use tantivy::directory::error::OpenReadError;

/// Maps a tantivy error to its kind; `context` becomes the message.
pub(crate) fn map_tantivy_error(error: TantivyError, context: String) -> Error {
    let kind = match &error {
        // A segment that the index names.
        TantivyError::OpenReadError(OpenReadError::FileDoesNotExist(_)) => ErrorKind::Corrupt,
        TantivyError::LockFailure(..)
        | TantivyError::IoError(_)
        | TantivyError::OpenDirectoryError(_)
        | TantivyError::OpenReadError(_)
        | TantivyError::OpenWriteError(_)
        | TantivyError::SystemError(_)
        | TantivyError::ErrorInThread(_) => ErrorKind::Unavailable,
        TantivyError::DataCorruption(_) | TantivyError::DeserializeError(_) => ErrorKind::Corrupt,
        TantivyError::IncompatibleIndex(_) | TantivyError::SchemaError(_) => ErrorKind::Invalid,
        _ => ErrorKind::Internal,
    };
    Error::new(kind, context).caused_by(error)
}

//! Temporary file for the body of a request: a scan that replaces a page, a workbook.

use crate::archive::Archive;
use sohoa_base::error::{Error, Result};
use sohoa_base::messages::uploads;
use std::path::PathBuf;
use tempfile::NamedTempFile;
use tokio::fs::File;
use tokio::io::AsyncWriteExt;

/// Received bytes in a temporary file, deleted when this value is dropped.
#[derive(Debug)]
pub struct TempUpload {
    temp_file: NamedTempFile,
    file: File,
    max_bytes: u64,
    received_bytes: u64,
}

fn write_error(error: std::io::Error) -> Error {
    uploads::upload_unwritable().caused_by(error)
}

impl TempUpload {
    /// Creates one; it takes at most `limits.file_mib`.
    ///
    /// # Errors
    /// `Unavailable` when the disk fails.
    pub fn create(archive: &Archive) -> Result<Self> {
        let place = NamedTempFile::new_in(&archive.scratch).map_err(write_error)?;
        let file = File::from_std(place.reopen().map_err(write_error)?);
        Ok(Self { temp_file: place, file, max_bytes: archive.config.limits.file_mib << 20, received_bytes: 0 })
    }

    /// Appends bytes.
    ///
    /// # Errors
    /// `Limit` where they are too many; `Unavailable` when the disk fails.
    pub async fn write(&mut self, bytes: &[u8]) -> Result<()> {
        self.received_bytes += bytes.len() as u64;
        if self.received_bytes > self.max_bytes {
            return Err(uploads::upload_file_too_large(self.max_bytes >> 20));
        }
        self.file.write_all(bytes).await.map_err(write_error)
    }

    /// Whether no bytes were received yet.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.received_bytes == 0
    }

    /// Flushes the file and returns its path.
    ///
    /// # Errors
    /// `Unavailable` when the disk fails.
    pub async fn finish(&mut self) -> Result<PathBuf> {
        self.file.flush().await.map_err(write_error)?;
        Ok(self.temp_file.path().to_path_buf())
    }
}

//! A file that is being sent: a scan to stand in the place of a page, a plan.

use crate::archive::Archive;
use sohoa_base::error::{Error, Kind, Result, ResultExt};
use std::path::PathBuf;
use tempfile::NamedTempFile;
use tokio::fs::File;
use tokio::io::AsyncWriteExt;

/// A file as far as it came; it is gone with this value.
#[derive(Debug)]
pub struct Incoming {
    place: NamedTempFile,
    file: File,
    most: u64,
    came: u64,
}

fn cannot() -> String {
    "the file cannot be written; look at the disk of the server".to_owned()
}

impl Incoming {
    /// Begins one, of at most the size that any file may have.
    ///
    /// # Errors
    /// `Unavailable` when the disk does not take it.
    pub fn begin(archive: &Archive) -> Result<Self> {
        let place = NamedTempFile::new_in(&archive.scratch).or_error(Kind::Unavailable, cannot)?;
        let file = File::from_std(place.reopen().or_error(Kind::Unavailable, cannot)?);
        Ok(Self { place, file, most: archive.config.limits.file_mib << 20, came: 0 })
    }

    /// Appends bytes.
    ///
    /// # Errors
    /// `Limit` where they are too many; `Unavailable` when the disk does not take them.
    pub async fn write(&mut self, bytes: &[u8]) -> Result<()> {
        self.came += bytes.len() as u64;
        if self.came > self.most {
            return Err(Error::limit(format!("the file is larger than {} MiB; send a smaller one", self.most >> 20)));
        }
        self.file.write_all(bytes).await.or_error(Kind::Unavailable, cannot)
    }

    /// Whether nothing came yet.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.came == 0
    }

    /// Ends it; where it lies.
    ///
    /// # Errors
    /// `Unavailable` when the disk does not take it.
    pub async fn end(&mut self) -> Result<PathBuf> {
        self.file.flush().await.or_error(Kind::Unavailable, cannot)?;
        Ok(self.place.path().to_path_buf())
    }
}

//! Checks that every operation on an upload begins with.

use crate::archive::Archive;
use sohoa_base::error::Result;
use sohoa_base::messages::uploads;
use sohoa_base::model::account::{Identity, Right};
use sohoa_base::model::upload::{Upload, UploadState};

/// The upload, if the caller may deliver in its unit.
///
/// # Errors
/// `NotFound` for an unknown upload, or one of another unit.
pub(crate) async fn authorized_upload(archive: &Archive, by: &Identity, id: &str) -> Result<Upload> {
    let upload = archive.catalog.upload(id).await?;
    if by.units_with(Right::Upload).contains(&upload.unit) {
        return Ok(upload);
    }
    Err(uploads::upload_unknown(id))
}

/// Fails for an upload that takes no more files.
///
/// # Errors
/// `Conflict`.
pub(crate) fn check_open(upload: &Upload) -> Result<()> {
    match upload.state {
        UploadState::Open => Ok(()),
        _ => Err(uploads::upload_closed(&upload.name)),
    }
}

/// Largest file that is taken, bytes.
#[must_use]
pub fn max_file_bytes(archive: &Archive) -> u64 {
    archive.config.limits.file_mib << 20
}

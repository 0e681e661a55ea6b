//! Quotas of uploads, and the space that stays free on the disk where they are staged.

use crate::archive::Archive;
use sohoa_base::error::Result;
use sohoa_base::messages::{program, uploads};
use sohoa_base::model::upload::UploadQuota;

/// The configured quotas.
pub(crate) fn upload_quota(archive: &Archive) -> UploadQuota {
    let settings = archive.config.uploads;
    UploadQuota {
        open_uploads: settings.open_per_user,
        files: settings.files,
        bytes: settings.mib << 20,
        user_files: settings.user_files,
        user_bytes: settings.user_mib << 20,
    }
}

/// Checks that `bytes` more leave enough space on the disk of the home folder.
///
/// # Errors
/// `Limit` where they do not; `Unavailable` when the disk does not answer.
pub(crate) async fn check_free_space(archive: &Archive, bytes: u64) -> Result<()> {
    let reserved = archive.config.uploads.free_mib << 20;
    if reserved == 0 {
        return Ok(());
    }
    let home = archive.config.home.clone();
    let found = tokio::task::spawn_blocking(move || rustix::fs::statvfs(&home)).await;
    let found = found.map_err(|error| program::bug("uploads: free space of the disk").caused_by(error))?;
    let found = found.map_err(|error| uploads::disk_space_unknown().caused_by(error))?;
    check_space(found.f_bavail.saturating_mul(found.f_frsize), reserved, bytes)
}

fn check_space(free: u64, reserved: u64, bytes: u64) -> Result<()> {
    if free >= reserved.saturating_add(bytes) {
        return Ok(());
    }
    Err(uploads::disk_too_full(free >> 20))
}

#[cfg(test)]
mod tests {
    use super::*;
    use sohoa_base::error::ErrorKind;

    #[test]
    fn reserved_space_is_not_taken() {
        assert!(check_space(100, 40, 60).is_ok());
        assert_eq!(check_space(99, 40, 60).map_err(|error| error.kind()), Err(ErrorKind::Limit));
        assert!(check_space(u64::MAX - 1, 40, u64::MAX).is_err());
    }
}

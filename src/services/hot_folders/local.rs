//! Hot folders on a disk: lists the deliveries and moves them away.

use sha2::{Digest, Sha256};
use sohoa_base::error::{ErrorKind, Result, ResultExt};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use walkdir::WalkDir;

/// Lists the deliveries in a hot folder, each with a hash of paths, sizes and times that changes whenever it is written. Hidden
/// entries, links, the `done` folder and empty folders are left out.
pub(crate) fn list_deliveries(folder: &Path, done: &Path) -> Result<Vec<(PathBuf, String)>> {
    let cannot = || format!("cannot look into the hot folder {}; check its permissions", folder.display());
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).or_error(ErrorKind::Unavailable, cannot)? {
        let path = entry.or_error(ErrorKind::Unavailable, cannot)?.path();
        let is_hidden = path.file_name().is_none_or(|name| name.as_bytes().starts_with(b"."));
        if is_hidden || path == done || path.is_symlink() {
            continue;
        }
        let mut hash = Sha256::new();
        let mut files = 0;
        for entry in WalkDir::new(&path).follow_links(false).sort_by_file_name() {
            let entry = entry.or_error(ErrorKind::Unavailable, cannot)?;
            let Ok(metadata) = entry.metadata() else { continue };
            if metadata.is_file() {
                files += 1;
            }
            let written = metadata.modified().ok().and_then(|time| time.duration_since(std::time::UNIX_EPOCH).ok()).unwrap_or_default();
            hash.update(entry.path().as_os_str().as_bytes());
            hash.update([0]);
            hash.update(metadata.len().to_le_bytes());
            hash.update(written.as_nanos().to_le_bytes());
        }
        if files > 0 {
            found.push((path, hex::encode(hash.finalize())));
        }
    }
    found.sort();
    Ok(found)
}

/// Moves a delivery into the `done` folder; where its name is taken there, the batch is appended.
pub(crate) fn move_away(path: &Path, done: &Path, batch: &str) -> Result<()> {
    let cannot = || format!("{} was taken, and cannot be moved to {}; both must lie on one disk", path.display(), done.display());
    std::fs::create_dir_all(done).or_error(ErrorKind::Unavailable, cannot)?;
    let name = path.file_name().unwrap_or(path.as_os_str());
    let mut place = done.join(name);
    if place.exists() {
        let mut other = name.to_owned();
        other.push(format!(" ({batch})"));
        place = done.join(other);
    }
    std::fs::rename(path, place).or_error(ErrorKind::Unavailable, cannot)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn delivery_changes_are_detected_and_done_folder_is_ignored() {
        let root = tempfile::tempdir().unwrap();
        let (folder, done) = (root.path().to_path_buf(), root.path().join("xong"));
        std::fs::create_dir_all(folder.join("hồ sơ 1")).unwrap();
        std::fs::create_dir_all(folder.join("trống")).unwrap();
        std::fs::create_dir_all(&done).unwrap();
        std::fs::write(done.join("old.pdf"), "x").unwrap();
        std::fs::write(folder.join("hồ sơ 1/1.pdf"), "x").unwrap();
        std::fs::write(folder.join(".part"), "x").unwrap();
        std::os::unix::fs::symlink("/etc/passwd", folder.join("link.pdf")).unwrap();
        let before = list_deliveries(&folder, &done).unwrap();
        assert_eq!(before.iter().map(|(path, _)| path.clone()).collect::<Vec<_>>(), [folder.join("hồ sơ 1")]);
        assert_eq!(list_deliveries(&folder, &done).unwrap(), before);
        std::fs::write(folder.join("hồ sơ 1/1.pdf"), "xy").unwrap();
        assert_ne!(list_deliveries(&folder, &done).unwrap(), before);
        move_away(&folder.join("hồ sơ 1"), &done, "b1").unwrap();
        std::fs::create_dir_all(folder.join("hồ sơ 1")).unwrap();
        move_away(&folder.join("hồ sơ 1"), &done, "b2").unwrap();
        assert!(done.join("hồ sơ 1/1.pdf").exists() && done.join("hồ sơ 1 (b2)").exists());
        assert!(list_deliveries(&folder, &done).unwrap().is_empty());
    }
}

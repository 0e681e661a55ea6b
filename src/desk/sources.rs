//! Hot folders (thư mục nóng): what is laid into one becomes a run once nobody writes it any more; then it is moved away,
//! never deleted.

use crate::archive::Archive;
use crate::config::Source;
use crate::desk::runs;
use crate::error::{Kind, Result, ResultExt};
use crate::model::plan::Plan;
use crate::pipeline::worker::Stop;
use serde_json::json;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use walkdir::WalkDir;

/// How often the folders are looked at.
const LOOK: Duration = Duration::from_secs(2);

/// What is known of a thing in a hot folder.
#[derive(Debug)]
struct Seen {
    /// Names, sizes and times of all files in it.
    signature: String,
    /// Since when that has not changed.
    since: Instant,
    /// It was taken, and could not be moved.
    is_left: bool,
}

/// Looks after the hot folders of the configuration until asked to stop.
///
/// # Errors
/// `Unavailable` when store or catalogue do not answer. A folder that cannot be read is told of in the log.
pub async fn keep(archive: &Archive, pipeline: (&str, &Plan), stop: &Stop) -> Result<()> {
    let mut seen = BTreeMap::new();
    while !stop.asked() {
        for source in &archive.config.sources {
            look(archive, source, pipeline, &mut seen, stop).await?;
        }
        tokio::time::sleep(LOOK).await;
    }
    Ok(())
}

/// Takes what lies still in one hot folder: folders, and files that lie by themselves.
async fn look(archive: &Archive, source: &Source, pipeline: (&str, &Plan), seen: &mut BTreeMap<PathBuf, Seen>, stop: &Stop) -> Result<()> {
    let (folder, done) = (source.folder.clone(), source.done.clone());
    let found =
        tokio::task::spawn_blocking(move || things(&folder, &done)).await.or_error(Kind::Internal, || "looking was cut off".to_owned())?;
    let found = match found {
        Ok(found) => found,
        Err(error) => {
            tracing::warn!("{}", error.chain());
            return Ok(());
        }
    };
    seen.retain(|path, _| !path.starts_with(&source.folder) || found.iter().any(|(known, _)| known == path));
    for (path, signature) in found {
        if stop.asked() {
            return Ok(());
        }
        let known = seen.entry(path.clone()).or_insert_with(|| Seen { signature: String::new(), since: Instant::now(), is_left: false });
        if known.signature != signature {
            *known = Seen { signature, since: Instant::now(), is_left: false };
        } else if !known.is_left && known.since.elapsed() >= Duration::from_secs(source.stable_seconds) {
            known.is_left = !take(archive, source, pipeline, &path, stop).await?;
        }
    }
    Ok(())
}

/// What lies in a hot folder and is no folder of ours, with what changes when anybody writes it; empty folders are left out.
fn things(folder: &Path, done: &Path) -> Result<Vec<(PathBuf, String)>> {
    let cannot = || format!("cannot look into the hot folder {}; check its permissions", folder.display());
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).or_error(Kind::Unavailable, cannot)? {
        let path = entry.or_error(Kind::Unavailable, cannot)?.path();
        let is_hidden = path.file_name().is_none_or(|name| name.as_bytes().starts_with(b"."));
        if is_hidden || path == done || path.is_symlink() {
            continue;
        }
        let mut hash = Sha256::new();
        let mut files = 0;
        for entry in WalkDir::new(&path).follow_links(false).sort_by_file_name() {
            let entry = entry.or_error(Kind::Unavailable, cannot)?;
            let Ok(told) = entry.metadata() else { continue };
            if told.is_file() {
                files += 1;
            }
            let written = told.modified().ok().and_then(|time| time.duration_since(std::time::UNIX_EPOCH).ok()).unwrap_or_default();
            hash.update(entry.path().as_os_str().as_bytes());
            hash.update([0]);
            hash.update(told.len().to_le_bytes());
            hash.update(written.as_nanos().to_le_bytes());
        }
        if files > 0 {
            found.push((path, hex::encode(hash.finalize())));
        }
    }
    found.sort();
    Ok(found)
}

/// Makes a run of it and moves it away; whether it was moved.
async fn take(archive: &Archive, source: &Source, (text, plan): (&str, &Plan), path: &Path, stop: &Stop) -> Result<bool> {
    let unit = source.unit.as_deref().unwrap_or(&archive.config.unit);
    let receipt = match runs::submit(archive, unit, &[path.to_path_buf()], text, plan, stop, &|_| {}).await {
        Ok(receipt) if receipt.interrupted => return Ok(true),
        Ok(receipt) => receipt,
        // Nothing to take in it, or not to be read: people must look, and nothing is lost.
        Err(error) if error.kind() == Kind::Invalid => {
            tracing::warn!("{}", error.chain());
            return Ok(false);
        }
        Err(error) => return Err(error),
    };
    let body = json!({ "by": "hot-folder", "path": path.to_string_lossy(), "unit": unit });
    archive.catalog.note(&receipt.batch, "", "source-taken", body).await?;
    let moved = move_away(path, &source.done, &receipt.batch);
    if let Err(error) = &moved {
        tracing::warn!("{}", error.chain());
    }
    Ok(moved.is_ok())
}

/// Moves a thing into the folder of what is done, beside what has its name there.
fn move_away(path: &Path, done: &Path, batch: &str) -> Result<()> {
    let cannot = || format!("{} was taken, and cannot be moved to {}; both must lie on one disk", path.display(), done.display());
    std::fs::create_dir_all(done).or_error(Kind::Unavailable, cannot)?;
    let name = path.file_name().unwrap_or(path.as_os_str());
    let mut place = done.join(name);
    if place.exists() {
        let mut other = name.to_owned();
        other.push(format!(" ({batch})"));
        place = done.join(other);
    }
    std::fs::rename(path, place).or_error(Kind::Unavailable, cannot)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_changes_and_what_is_done_or_empty_is_not_seen() {
        let root = tempfile::tempdir().unwrap();
        let (folder, done) = (root.path().to_path_buf(), root.path().join("xong"));
        std::fs::create_dir_all(folder.join("hồ sơ 1")).unwrap();
        std::fs::create_dir_all(folder.join("trống")).unwrap();
        std::fs::create_dir_all(&done).unwrap();
        std::fs::write(done.join("old.pdf"), "x").unwrap();
        std::fs::write(folder.join("hồ sơ 1/1.pdf"), "x").unwrap();
        std::fs::write(folder.join(".part"), "x").unwrap();
        std::os::unix::fs::symlink("/etc/passwd", folder.join("link.pdf")).unwrap();
        let before = things(&folder, &done).unwrap();
        assert_eq!(before.iter().map(|(path, _)| path.clone()).collect::<Vec<_>>(), [folder.join("hồ sơ 1")]);
        assert_eq!(things(&folder, &done).unwrap(), before);
        std::fs::write(folder.join("hồ sơ 1/1.pdf"), "xy").unwrap();
        assert_ne!(things(&folder, &done).unwrap(), before);
        move_away(&folder.join("hồ sơ 1"), &done, "b1").unwrap();
        std::fs::create_dir_all(folder.join("hồ sơ 1")).unwrap();
        move_away(&folder.join("hồ sơ 1"), &done, "b2").unwrap();
        assert!(done.join("hồ sơ 1/1.pdf").exists() && done.join("hồ sơ 1 (b2)").exists());
        assert!(things(&folder, &done).unwrap().is_empty());
    }
}

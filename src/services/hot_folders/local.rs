//! Hot folders on a disk: lists the deliveries and moves them away.

use crate::hot_folders::complete_files::ends_too_early;
use crate::intake::ingest;
use rustix::fs::{AtFlags, CWD, RenameFlags, linkat, renameat_with, unlinkat};
use rustix::io::Errno;
use sha2::{Digest, Sha256};
use sohoa_base::error::{Error, Result};
use sohoa_base::messages::deliveries;
use sohoa_base::system_files;
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use walkdir::WalkDir;

/// State of the files of a delivery.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Snapshot {
    /// Hash of paths, sizes and times: changes whenever a file is written.
    pub(crate) stamp: String,
    /// Hash that also covers inodes and times of change: another file of the same name, size and time has another one.
    pub(crate) signature: String,
}

/// Lists the deliveries in a hot folder. Hidden entries, system files, links, the `done` folder and folders without a file are left
/// out; so is one that cannot be looked into any more.
pub(crate) fn list_deliveries(folder: &Path, done: &Path) -> Result<Vec<(PathBuf, Snapshot)>> {
    let failed = |error: std::io::Error| deliveries::hot_folder_unlistable(folder.display()).caused_by(error);
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        let name = path.file_name().map(OsStr::as_bytes).unwrap_or_default();
        if ingest::is_ignored(name) || system_files::is_system_folder(name) || path == done || path.is_symlink() {
            continue;
        }
        found.extend(snapshot(&path).map(|snapshot| (path, snapshot)));
    }
    found.sort();
    Ok(found)
}

/// State of the files of a delivery, of those that are not ignored and of those still being written; none: there is no file. What
/// cannot be looked at is part of the state by its path.
pub(crate) fn snapshot(path: &Path) -> Option<Snapshot> {
    let (mut stamp, mut signature, mut files) = (Sha256::new(), Sha256::new(), 0);
    for (place, metadata) in files_of_delivery(path) {
        files += usize::from(!ingest::is_ignored(place.file_name().map(OsStr::as_bytes).unwrap_or_default()));
        let name = place.strip_prefix(path).unwrap_or(&place).as_os_str().as_bytes();
        let mut both = |bytes: &[u8]| {
            stamp.update(bytes);
            signature.update(bytes);
        };
        both(name);
        both(&[0]);
        let Some(metadata) = metadata else { continue };
        both(&metadata.len().to_le_bytes());
        both(&metadata.mtime().to_le_bytes());
        both(&metadata.mtime_nsec().to_le_bytes());
        for part in [metadata.ino(), metadata.dev()] {
            signature.update(part.to_le_bytes());
        }
        for part in [metadata.ctime(), metadata.ctime_nsec()] {
            signature.update(part.to_le_bytes());
        }
    }
    (files > 0).then(|| Snapshot { stamp: hex::encode(stamp.finalize()), signature: hex::encode(signature.finalize()) })
}

/// Files of a delivery that end too early, by their name in it.
pub(crate) fn incomplete_files(path: &Path) -> Vec<String> {
    let files = files_of_delivery(path).into_iter().map(|(place, _)| place);
    let early = files.filter(|place| !ingest::is_ignored(place.as_os_str().as_bytes()) && ends_too_early(place));
    early.map(|place| place.strip_prefix(path.parent().unwrap_or(path)).unwrap_or(&place).to_string_lossy().into_owned()).collect()
}

/// Files of a delivery with their metadata. A folder or file that cannot be looked at has none.
fn files_of_delivery(path: &Path) -> Vec<(PathBuf, Option<std::fs::Metadata>)> {
    let is_entered = |entry: &walkdir::DirEntry| {
        let name = entry.file_name().as_bytes();
        entry.depth() == 0 || !(entry.file_type().is_dir() && system_files::is_system_folder(name))
    };
    let mut files = Vec::new();
    for entry in WalkDir::new(path).follow_links(false).sort_by_file_name().into_iter().filter_entry(is_entered) {
        match entry {
            Ok(entry) if entry.file_type().is_file() => {
                let name = entry.file_name().as_bytes();
                if !ingest::is_ignored(name) || system_files::is_unfinished(name) {
                    files.push((entry.path().to_path_buf(), entry.metadata().ok()));
                }
            }
            Ok(_) => {}
            // One that has gone meanwhile changes the state as well.
            Err(error) => {
                files.extend(error.path().filter(|place| place.symlink_metadata().is_ok()).map(|place| (place.to_path_buf(), None)))
            }
        }
    }
    files
}

/// Most deliveries of one name in a `done` folder.
const MAX_NUMBER: u32 = 1_000_000;

/// The first name from `from` on under which nothing lies in the `done` folder: the delivery's own, or one with a number.
pub(crate) fn free_name(path: &Path, done: &Path, from: u32) -> Result<(PathBuf, u32)> {
    let name = path.file_name().unwrap_or(path.as_os_str());
    for number in from.max(1)..MAX_NUMBER {
        let place = done.join(numbered_name(name, number, path.is_dir()));
        match place.symlink_metadata() {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok((place, number)),
            Err(error) => return Err(cannot_move(path, done).caused_by(error)),
            Ok(_) => {}
        }
    }
    Err(deliveries::done_folder_full(done.display(), name.to_string_lossy()))
}

/// `name`, or `name (2)` and so on; before the ending of a file.
fn numbered_name(name: &OsStr, number: u32, is_folder: bool) -> OsString {
    if number == 1 {
        return name.to_owned();
    }
    let path = Path::new(name);
    let (stem, ending) = match (path.file_stem(), path.extension()) {
        (Some(stem), Some(ending)) if !is_folder => (stem, Some(ending)),
        _ => (name, None),
    };
    let mut bytes = [stem.as_bytes(), format!(" ({number})").as_bytes()].concat();
    if let Some(ending) = ending {
        bytes.extend([b".", ending.as_bytes()].concat());
    }
    OsString::from_vec(bytes)
}

/// Moves a delivery to `place`; false: something lies there already. Nothing is ever overwritten.
pub(crate) fn move_without_replacing(path: &Path, place: &Path) -> Result<bool> {
    let failed = |error: Errno| Err(cannot_move(path, place).caused_by(std::io::Error::from(error)));
    match renameat_with(CWD, path, CWD, place, RenameFlags::NOREPLACE) {
        Ok(()) => Ok(true),
        Err(Errno::EXIST) => Ok(false),
        // The file system does not know the flag.
        Err(Errno::INVAL | Errno::NOSYS | Errno::NOTSUP) => move_with_claim(path, place).or_else(|error| match error {
            Errno::EXIST | Errno::NOTEMPTY => Ok(false),
            error => failed(error),
        }),
        Err(error) => failed(error),
    }
}

/// As [`move_without_replacing`]: a file by a second link, a folder (and a file where there are no links) after its name was claimed.
fn move_with_claim(path: &Path, place: &Path) -> std::result::Result<bool, Errno> {
    if path.is_dir() {
        // A folder is renamed onto an empty one, and onto nothing else.
        rustix::fs::mkdir(place, rustix::fs::Mode::RWXU)?;
        rustix::fs::rename(path, place)?;
        return Ok(true);
    }
    match linkat(CWD, path, CWD, place, AtFlags::empty()) {
        Ok(()) => unlinkat(CWD, path, AtFlags::empty()).map(|()| true),
        Err(Errno::PERM | Errno::NOSYS | Errno::NOTSUP | Errno::MLINK) => {
            let flags = rustix::fs::OFlags::CREATE | rustix::fs::OFlags::EXCL | rustix::fs::OFlags::WRONLY;
            drop(rustix::fs::open(place, flags, rustix::fs::Mode::RUSR)?);
            rustix::fs::rename(path, place).map(|()| true)
        }
        Err(error) => Err(error),
    }
}

fn cannot_move(path: &Path, place: &Path) -> Error {
    deliveries::delivery_immovable(path.display(), place.display())
}

/// A path as text: as it is, or in hexadecimal where it is no text.
pub(crate) fn path_to_text(path: &Path) -> String {
    match path.to_str() {
        Some(text) if !text.starts_with("hex:") && !text.contains('\0') => text.to_owned(),
        _ => format!("hex:{}", hex::encode(path.as_os_str().as_bytes())),
    }
}

/// The path of a text from [`path_to_text`].
pub(crate) fn text_to_path(text: &str) -> PathBuf {
    let bytes = text.strip_prefix("hex:").and_then(|hexadecimal| hex::decode(hexadecimal).ok());
    bytes.map_or_else(|| PathBuf::from(text), |bytes| PathBuf::from(OsString::from_vec(bytes)))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use sohoa_base::error::ErrorKind;

    fn move_away(path: &Path, done: &Path) -> PathBuf {
        let (place, _) = free_name(path, done, 1).unwrap();
        assert!(move_without_replacing(path, &place).unwrap());
        place
    }

    #[test]
    fn delivery_changes_are_detected_and_done_folder_is_ignored() {
        let root = tempfile::tempdir().unwrap();
        let (folder, done) = (root.path().to_path_buf(), root.path().join("xong"));
        for name in ["hồ sơ 1/@eaDir", "trống", "chỉ rác", "#recycle", "@eaDir", "xong"] {
            std::fs::create_dir_all(folder.join(name)).unwrap();
        }
        for name in ["xong/old.pdf", "hồ sơ 1/1.pdf", ".part", "2.pdf.part", "#recycle/3.pdf", "@eaDir/4.pdf", "chỉ rác/Thumbs.db"] {
            std::fs::write(folder.join(name), "x").unwrap();
        }
        std::os::unix::fs::symlink("/etc/passwd", folder.join("link.pdf")).unwrap();
        let before = list_deliveries(&folder, &done).unwrap();
        assert_eq!(before.iter().map(|(path, _)| path.clone()).collect::<Vec<_>>(), [folder.join("hồ sơ 1")]);
        std::fs::write(folder.join("hồ sơ 1/@eaDir/1.jpg"), "x").unwrap();
        std::fs::write(folder.join("hồ sơ 1/Thumbs.db"), "x").unwrap();
        assert_eq!(list_deliveries(&folder, &done).unwrap(), before);
        std::fs::write(folder.join("hồ sơ 1/2.pdf.part"), "x").unwrap();
        let growing = list_deliveries(&folder, &done).unwrap();
        assert_ne!(growing, before, "a download that goes on is waited for");
        std::fs::write(folder.join("hồ sơ 1/1.pdf"), "xy").unwrap();
        assert_ne!(list_deliveries(&folder, &done).unwrap(), growing);
        assert_eq!(incomplete_files(&folder.join("hồ sơ 1")), Vec::<String>::new());
        std::fs::write(folder.join("hồ sơ 1/1.pdf"), "%PDF-1.7").unwrap();
        assert_eq!(incomplete_files(&folder.join("hồ sơ 1")), ["hồ sơ 1/1.pdf"]);
    }

    #[test]
    fn another_file_of_the_same_name_size_and_time_has_another_signature() {
        let root = tempfile::tempdir().unwrap();
        let (one, other) = (root.path().join("1.pdf"), root.path().join("2.pdf"));
        std::fs::write(&one, "aa").unwrap();
        std::fs::write(&other, "bb").unwrap();
        let time = std::fs::metadata(&one).unwrap().modified().unwrap();
        std::fs::File::options().write(true).open(&other).unwrap().set_modified(time).unwrap();
        let before = snapshot(&one).unwrap();
        assert_eq!(snapshot(&one).unwrap(), before);
        std::fs::rename(&other, &one).unwrap();
        let after = snapshot(&one).unwrap();
        assert_eq!(after.stamp, before.stamp);
        assert_ne!(after.signature, before.signature);
    }

    #[test]
    fn deliveries_of_one_name_lie_side_by_side() {
        let root = tempfile::tempdir().unwrap();
        let (folder, done) = (root.path().join("in"), root.path().join("done"));
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::create_dir_all(&done).unwrap();
        let mut places = Vec::new();
        for text in ["1", "2", "3"] {
            std::fs::write(folder.join("scan.v1.jpg"), text).unwrap();
            places.push(move_away(&folder.join("scan.v1.jpg"), &done));
        }
        let names = ["scan.v1.jpg", "scan.v1 (2).jpg", "scan.v1 (3).jpg"].map(|name| done.join(name));
        assert_eq!(places, names);
        assert_eq!(names.map(|name| std::fs::read_to_string(name).unwrap()), ["1", "2", "3"]);
        for _ in 0..2 {
            std::fs::create_dir_all(folder.join("hs.1")).unwrap();
            move_away(&folder.join("hs.1"), &done);
        }
        assert!(done.join("hs.1").is_dir() && done.join("hs.1 (2)").is_dir());
    }

    #[test]
    fn nothing_is_overwritten_by_a_move() {
        let root = tempfile::tempdir().unwrap();
        let place = |name: &str| root.path().join(name);
        for name in ["a", "b", "c"] {
            std::fs::write(place(name), name).unwrap();
        }
        assert!(!move_without_replacing(&place("a"), &place("b")).unwrap());
        assert_eq!(move_with_claim(&place("a"), &place("b")), Err(Errno::EXIST));
        assert_eq!(std::fs::read_to_string(place("b")).unwrap(), "b");
        assert_eq!(move_with_claim(&place("a"), &place("d")), Ok(true));
        assert!(!place("a").exists() && place("d").exists());
        std::fs::create_dir_all(place("f1/x")).unwrap();
        std::fs::create_dir_all(place("f2")).unwrap();
        assert_eq!(move_with_claim(&place("f1"), &place("f2")), Err(Errno::EXIST));
        assert_eq!(move_with_claim(&place("f1"), &place("f3")), Ok(true));
        assert!(place("f3/x").is_dir() && !place("f1").exists());
        assert_eq!(move_without_replacing(&place("c"), &place("absent/c")).unwrap_err().kind(), ErrorKind::Unavailable);
    }

    #[test]
    fn paths_round_trip_as_text() {
        for bytes in [b"/a/h\xe1\xbb\x93 s\xc6\xa1".as_slice(), b"a\xff.pdf", b"hex:61"] {
            let path = PathBuf::from(OsString::from_vec(bytes.to_vec()));
            assert_eq!(text_to_path(&path_to_text(&path)), path);
        }
    }
}

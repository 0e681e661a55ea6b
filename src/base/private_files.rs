//! Files and folders that only the user who runs the program may read: an archive holds personal data.

use std::fs::{self, DirBuilder, OpenOptions, Permissions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::Path;

/// Mode of a private folder.
pub const FOLDER_MODE: u32 = 0o700;

/// Mode of a private file.
pub const FILE_MODE: u32 = 0o600;

/// Rights of those who are neither the owner nor in the group.
const OTHERS: u32 = 0o007;

/// Bit of folders such as `/tmp`, which belong to everybody.
const STICKY: u32 = 0o1000;

/// Creates a folder and its missing parents for the user alone; those that exist stay as they are.
///
/// # Errors
/// As [`fs::create_dir_all`].
pub fn create_folder(folder: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(FOLDER_MODE).create(folder)
}

/// Creates an empty file for the user alone, unless it exists.
///
/// # Errors
/// As [`fs::File::create_new`], other than that it exists.
pub fn create_file(file: &Path) -> io::Result<()> {
    match OpenOptions::new().write(true).create_new(true).mode(FILE_MODE).open(file) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        done => done.map(drop),
    }
}

/// Creates a folder of the archive for the user alone. One that exists is closed to others if it belongs to this user and is empty or
/// holds one of the names in `marks`, by which it is known as a folder of an archive. Rights of the group stay: the user may share it.
///
/// # Errors
/// Where the folder cannot be created or its mode cannot be set.
pub fn claim_folder(folder: &Path, marks: &[&str]) -> io::Result<()> {
    create_folder(folder)?;
    let metadata = fs::metadata(folder)?;
    let (mode, own) = (metadata.mode(), metadata.uid() == rustix::process::geteuid().as_raw());
    let is_ours = || Ok::<bool, io::Error>(marks.iter().any(|mark| folder.join(mark).exists()) || fs::read_dir(folder)?.next().is_none());
    if mode & OTHERS != 0 && mode & STICKY == 0 && own && is_ours()? {
        fs::set_permissions(folder, Permissions::from_mode(mode & 0o7777 & !OTHERS))?;
    }
    Ok(())
}

/// Whether others than owner and group can reach a file or folder and read it. One that cannot be looked at is not readable.
#[must_use]
pub fn is_readable_by_others(path: &Path) -> bool {
    let Ok(path) = path.canonicalize() else { return false };
    let allows = |place: &Path, right: u32| fs::metadata(place).is_ok_and(|metadata| metadata.mode() & right == right);
    allows(&path, 0o004) && path.ancestors().skip(1).all(|folder| allows(folder, 0o001))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().mode() & 0o7777
    }

    #[test]
    fn new_folders_and_files_are_private() {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("a/b");
        create_folder(&folder).unwrap();
        create_file(&folder.join("f")).unwrap();
        create_file(&folder.join("f")).unwrap();
        assert_eq!((mode(&folder), mode(&root.path().join("a")), mode(&folder.join("f"))), (0o700, 0o700, 0o600));
    }

    #[test]
    fn only_folders_of_an_archive_are_closed_to_others() {
        let root = tempfile::tempdir().unwrap();
        let made = |name: &str, file: Option<&str>, mode: u32| {
            let folder = root.path().join(name);
            fs::create_dir(&folder).unwrap();
            if let Some(file) = file {
                fs::write(folder.join(file), "").unwrap();
            }
            fs::set_permissions(&folder, Permissions::from_mode(mode)).unwrap();
            claim_folder(&folder, &["archive.json"]).unwrap();
            super::tests::mode(&folder)
        };
        assert_eq!(made("empty", None, 0o755), 0o750);
        assert_eq!(made("archive", Some("archive.json"), 0o775), 0o770, "the group is the user's choice");
        assert_eq!(made("documents", Some("letter.txt"), 0o755), 0o755);
        assert_eq!(made("tmp", Some("archive.json"), 0o1777), 0o1777);
    }

    #[test]
    fn closed_parent_protects_what_it_holds() {
        let root = tempfile::tempdir().unwrap();
        let file = root.path().join("f");
        fs::write(&file, "").unwrap();
        fs::set_permissions(&file, Permissions::from_mode(0o644)).unwrap();
        fs::set_permissions(root.path(), Permissions::from_mode(0o700)).unwrap();
        assert!(!is_readable_by_others(&file), "its folder is private");
        fs::set_permissions(root.path(), Permissions::from_mode(0o755)).unwrap();
        assert!(is_readable_by_others(&file));
        fs::set_permissions(&file, Permissions::from_mode(0o640)).unwrap();
        assert!(!is_readable_by_others(&file) && !is_readable_by_others(&root.path().join("none")));
    }
}

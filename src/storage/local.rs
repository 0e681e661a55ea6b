//! Store in a local folder: one file per object, with the key as its path.

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use tempfile::NamedTempFile;

use crate::blob_store::{BlobEntry, BlobStore, check_key, check_prefix, not_found_error};
use crate::key::IDENTITY;
use sohoa_base::error::{Error, Result};
use sohoa_base::messages::{Message, program, storage};
use sohoa_base::private_files;

/// Folder of incomplete files until they are renamed. No key can begin with a dot.
const TEMP_FOLDER: &str = ".tmp";

/// Age from which an incomplete file is considered abandoned.
const ABANDONED_AGE: Duration = Duration::from_secs(24 * 60 * 60);

/// Attempts to create a folder that a concurrent delete removes in between.
const MAX_FOLDER_ATTEMPTS: u32 = 8;

/// Store in a folder of one file system. The folder is created at the first write. Files and folders are readable by its user alone.
#[derive(Clone)]
pub struct LocalStore {
    root: PathBuf,
    /// The folder has carried the identity of an archive since it was opened.
    had_identity: Arc<AtomicBool>,
}

impl std::fmt::Debug for LocalStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.root.display())
    }
}

impl LocalStore {
    /// Opens the store in `root` and removes abandoned incomplete files.
    ///
    /// # Errors
    /// `Invalid` if `root` exists and is not a folder.
    pub fn open(root: impl Into<PathBuf>) -> Result<Self> {
        let root: PathBuf = root.into();
        if root.exists() && !root.is_dir() {
            return Err(storage::store_not_a_folder(root.display()));
        }
        if root.exists()
            && let Err(error) = private_files::claim_folder(&root, &[IDENTITY])
        {
            tracing::debug!(store = %root.display(), %error, "others may read the store");
        }
        let store = Self { root, had_identity: Arc::default() };
        store.remove_abandoned();
        Ok(store)
    }

    /// Notices that the folder is no longer the one that was opened, as when its disk is not mounted: nothing is written beneath the mount
    /// point, and nothing is believed to be absent.
    fn check_mounted(&self) -> Result<()> {
        let has_identity = self.root.join(IDENTITY).is_file();
        if has_identity {
            self.had_identity.store(true, Ordering::Relaxed);
        } else if self.had_identity.load(Ordering::Relaxed) {
            return Err(storage::store_not_mounted(self.root.display(), IDENTITY));
        }
        Ok(())
    }

    fn path(&self, key: &str) -> Result<PathBuf> {
        check_key(key)?;
        Ok(self.root.join(key))
    }

    /// Removes abandoned incomplete files. Best effort: failures are only logged, and retried at the next opening.
    fn remove_abandoned(&self) {
        let Ok(entries) = fs::read_dir(self.root.join(TEMP_FOLDER)) else { return };
        for entry in entries.flatten() {
            let changed = entry.metadata().and_then(|metadata| metadata.modified());
            let age = changed.ok().and_then(|changed| SystemTime::now().duration_since(changed).ok());
            if age.is_some_and(|age| age > ABANDONED_AGE)
                && let Err(error) = fs::remove_file(entry.path())
            {
                tracing::debug!(file = %entry.path().display(), %error, "cannot remove a half-written file");
            }
        }
    }

    /// Writes atomically: `fill` a temporary file, sync it, rename it, sync the folder.
    fn write_atomically(&self, key: &str, fill: impl FnOnce(&mut File) -> Result<()>) -> Result<()> {
        let target = self.path(key)?;
        let folder = target.parent().unwrap_or(&self.root);
        let failed = |error| map_io_error(error, storage::store_write, &target);

        let temporary_folder = self.root.join(TEMP_FOLDER);
        create_folder(&temporary_folder).map_err(failed)?;
        let mut temporary = tempfile::Builder::new()
            .permissions(fs::Permissions::from_mode(private_files::FILE_MODE))
            .tempfile_in(&temporary_folder)
            .map_err(failed)?;
        fill(temporary.as_file_mut())?;
        temporary.as_file().sync_all().map_err(failed)?;

        self.rename_into_place(temporary, &target).map_err(failed)?;
        sync_folder(folder).map_err(failed)
    }

    fn rename_into_place(&self, mut temporary: NamedTempFile, target: &Path) -> io::Result<()> {
        let folder = target.parent().unwrap_or(&self.root);
        for _ in 1..MAX_FOLDER_ATTEMPTS {
            match create_folder(folder) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                made => made?,
            }
            match temporary.persist(target) {
                Ok(_) => return Ok(()),
                Err(error) if error.error.kind() == io::ErrorKind::NotFound => temporary = error.file,
                Err(error) => return Err(error.error),
            }
        }
        create_folder(folder)?;
        temporary.persist(target).map(drop).map_err(|error| error.error)
    }

    fn put_file_blocking(&self, key: &str, source: &Path) -> Result<()> {
        let mut input = File::open(source).map_err(|error| storage::file_to_store_unreadable(source.display()).caused_by(error))?;
        let target = self.path(key)?;
        self.write_atomically(key, |file| {
            io::copy(&mut input, file).map(drop).map_err(|error| map_io_error(error, storage::store_write, &target))
        })
    }

    fn open_object(&self, key: &str) -> Result<File> {
        let path = self.path(key)?;
        let is_file = fs::metadata(&path).map(|metadata| metadata.is_file());
        match is_file.and_then(|is_file| if is_file { File::open(&path) } else { Err(io::ErrorKind::NotFound.into()) }) {
            Ok(file) => Ok(file),
            Err(error) if is_not_found(&error) => Err(not_found_error(key)),
            Err(error) => Err(map_io_error(error, storage::store_read, &path)),
        }
    }

    fn get_blocking(&self, key: &str) -> Result<Vec<u8>> {
        let mut file = self.open_object(key)?;
        let mut bytes = Vec::new();
        io::Read::read_to_end(&mut file, &mut bytes).map_err(|error| map_io_error(error, storage::store_read, &self.root.join(key)))?;
        Ok(bytes)
    }

    fn get_file_blocking(&self, key: &str, target: &Path) -> Result<()> {
        let mut source = self.open_object(key)?;
        let copied = File::create(target).and_then(|mut file| io::copy(&mut source, &mut file));
        copied.map(drop).map_err(|error| map_io_error(error, storage::store_write, target))
    }

    fn stat_blocking(&self, key: &str) -> Result<Option<u64>> {
        let path = self.path(key)?;
        match fs::metadata(&path) {
            Ok(metadata) => Ok(metadata.is_file().then_some(metadata.len())),
            Err(error) if is_not_found(&error) => Ok(None),
            Err(error) => Err(map_io_error(error, storage::store_inspect, &path)),
        }
    }

    fn list_blocking(&self, prefix: &str) -> Result<Vec<BlobEntry>> {
        check_prefix(prefix)?;
        let mut entries = Vec::new();
        let mut folders = vec![prefix.rsplit_once('/').map_or(String::new(), |(folder, _)| folder.to_owned())];
        while let Some(folder) = folders.pop() {
            let path = self.root.join(&folder);
            let failed = |error| map_io_error(error, storage::store_list, &path);
            let children = match fs::read_dir(&path) {
                Ok(children) => children,
                Err(error) if is_not_found(&error) => continue,
                Err(error) => return Err(failed(error)),
            };
            for child in children {
                let child = child.map_err(failed)?;
                // Files with names that are not valid keys do not belong to this store.
                let Ok(name) = child.file_name().into_string() else { continue };
                let key = if folder.is_empty() { name } else { format!("{folder}/{name}") };
                if check_key(&key).is_err() || !(key.starts_with(prefix) || prefix.starts_with(&key)) {
                    continue;
                }
                match fs::metadata(child.path()) {
                    Ok(metadata) if metadata.is_dir() => folders.push(key),
                    Ok(metadata) if key.starts_with(prefix) => {
                        let modified = metadata.modified().ok().and_then(|time| time.duration_since(SystemTime::UNIX_EPOCH).ok());
                        let modified_ms = modified.map_or(0, |since| u64::try_from(since.as_millis()).unwrap_or(0));
                        entries.push(BlobEntry { key, bytes: metadata.len(), modified_ms });
                    }
                    Ok(_) => {}
                    Err(error) if is_not_found(&error) => {} // deleted concurrently
                    Err(error) => return Err(failed(error)),
                }
            }
        }
        entries.sort();
        Ok(entries)
    }

    fn delete_blocking(&self, key: &str) -> Result<()> {
        let path = self.path(key)?;
        match fs::remove_file(&path) {
            Ok(()) => {}
            Err(error) if is_not_found(&error) || path.is_dir() => return Ok(()),
            Err(error) => return Err(map_io_error(error, storage::store_delete, &path)),
        }
        // OCFL forbids empty folders.
        let mut remaining = path.parent();
        while let Some(folder) = remaining.filter(|folder| *folder != self.root) {
            if fs::remove_dir(folder).is_err() {
                break;
            }
            remaining = folder.parent();
        }
        match remaining.map(sync_folder) {
            Some(Err(error)) if !is_not_found(&error) => Err(map_io_error(error, storage::store_delete, &path)),
            _ => Ok(()),
        }
    }

    async fn run_blocking<T: Send + 'static>(&self, work: impl FnOnce(&Self) -> Result<T> + Send + 'static) -> Result<T> {
        let store = self.clone();
        let done = tokio::task::spawn_blocking(move || {
            store.check_mounted()?;
            work(&store)
        })
        .await;
        done.map_err(|error| program::bug("store: work on a folder ended early").caused_by(error))?
    }
}

#[async_trait]
impl BlobStore for LocalStore {
    async fn put(&self, key: &str, bytes: Vec<u8>) -> Result<()> {
        let key = key.to_owned();
        self.run_blocking(move |store| {
            let target = store.path(&key)?;
            store.write_atomically(&key, |file| {
                io::Write::write_all(file, &bytes).map_err(|error| map_io_error(error, storage::store_write, &target))
            })
        })
        .await
    }

    async fn put_file(&self, key: &str, file: &Path) -> Result<()> {
        let (key, file) = (key.to_owned(), file.to_owned());
        self.run_blocking(move |store| store.put_file_blocking(&key, &file)).await
    }

    async fn get(&self, key: &str) -> Result<Vec<u8>> {
        let key = key.to_owned();
        self.run_blocking(move |store| store.get_blocking(&key)).await
    }

    async fn get_file(&self, key: &str, file: &Path) -> Result<()> {
        let (key, file) = (key.to_owned(), file.to_owned());
        self.run_blocking(move |store| store.get_file_blocking(&key, &file)).await
    }

    async fn stat(&self, key: &str) -> Result<Option<u64>> {
        let key = key.to_owned();
        self.run_blocking(move |store| store.stat_blocking(&key)).await
    }

    async fn list(&self, prefix: &str) -> Result<Vec<BlobEntry>> {
        let prefix = prefix.to_owned();
        self.run_blocking(move |store| store.list_blocking(&prefix)).await
    }

    async fn delete(&self, key: &str) -> Result<()> {
        let key = key.to_owned();
        self.run_blocking(move |store| store.delete_blocking(&key)).await
    }

    async fn copy(&self, from: &str, to: &str) -> Result<()> {
        let (from, to) = (from.to_owned(), to.to_owned());
        self.run_blocking(move |store| {
            let mut source = store.open_object(&from)?;
            let path = store.path(&to)?;
            store.write_atomically(&to, |file| {
                io::copy(&mut source, file).map(drop).map_err(|error| map_io_error(error, storage::store_write, &path))
            })
        })
        .await
    }
}

/// Creates `folder` and its missing parents, and syncs the parent of each.
fn create_folder(folder: &Path) -> io::Result<()> {
    if folder.is_dir() {
        return Ok(());
    }
    let parent = folder.parent().filter(|parent| !parent.as_os_str().is_empty());
    if let Some(parent) = parent {
        create_folder(parent)?;
    }
    match fs::DirBuilder::new().mode(private_files::FOLDER_MODE).create(folder) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists && folder.is_dir() => Ok(()),
        Err(error) => Err(error),
        Ok(()) => sync_folder(parent.unwrap_or(Path::new("."))),
    }
}

fn sync_folder(folder: &Path) -> io::Result<()> {
    match File::open(folder).and_then(|folder| folder.sync_all()) {
        // Some network file systems cannot sync folders.
        Err(error) if matches!(error.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::Unsupported) => Ok(()),
        done => done,
    }
}

fn is_not_found(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

/// Maps an I/O error of `operation` on the file `path`.
fn map_io_error(error: io::Error, operation: impl FnOnce(String) -> Message, path: &Path) -> Error {
    let operation = operation(path.display().to_string());
    let explained = match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            storage::store_disk_full(operation, path.ancestors().find(|ancestor| ancestor.exists()).unwrap_or(path).display())
        }
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => storage::store_folder_forbidden(operation),
        io::ErrorKind::InvalidFilename => storage::store_name_too_long(operation),
        io::ErrorKind::NotADirectory | io::ErrorKind::IsADirectory | io::ErrorKind::AlreadyExists => storage::store_name_taken(operation),
        io::ErrorKind::CrossesDevices => storage::store_on_two_disks(operation),
        _ => storage::store_operation_failed(operation),
    };
    explained.caused_by(error)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use sohoa_base::error::ErrorKind;

    #[tokio::test]
    async fn folder_that_lost_its_identity_is_unavailable_and_stays_empty() {
        let home = tempfile::tempdir().unwrap();
        let (root, away) = (home.path().join("store"), home.path().join("away"));
        let store = LocalStore::open(&root).unwrap();
        store.put(IDENTITY, b"{}".to_vec()).await.unwrap();
        store.put("a/b", b"x".to_vec()).await.unwrap();
        fs::rename(&root, &away).unwrap();
        fs::create_dir(&root).unwrap();
        for error in [
            store.get("a/b").await.map(drop),
            store.stat("a/b").await.map(drop),
            store.list("a/").await.map(drop),
            store.put("a/c", b"y".to_vec()).await,
            store.delete("a/b").await,
        ] {
            assert_eq!(error.unwrap_err().kind(), ErrorKind::Unavailable);
        }
        assert_eq!(fs::read_dir(&root).unwrap().count(), 0, "nothing is written beneath a mount point");
        fs::remove_dir(&root).unwrap();
        fs::rename(&away, &root).unwrap();
        assert_eq!(store.get("a/b").await.unwrap(), b"x");
    }

    #[test]
    fn full_disk_error_is_unavailable_and_names_path() {
        let error = map_io_error(io::Error::from_raw_os_error(28), storage::store_write, Path::new("/tmp/none/x"));
        assert_eq!(error.kind(), ErrorKind::Unavailable);
        assert!(error.chain().contains("/tmp/none/x") && error.chain().contains("df -h /tmp"), "{error:?}");
    }

    #[test]
    fn io_errors_map_to_error_kinds() {
        for (number, kind) in [
            (13, ErrorKind::AccessRefused),
            (30, ErrorKind::AccessRefused),
            (36, ErrorKind::Limit),
            (20, ErrorKind::Conflict),
            (5, ErrorKind::Unavailable),
        ] {
            assert_eq!(map_io_error(io::Error::from_raw_os_error(number), storage::store_write, Path::new("/x")).kind(), kind, "{number}");
        }
    }

    #[test]
    fn only_old_temporary_files_are_removed() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join(TEMP_FOLDER);
        fs::create_dir(&folder).unwrap();
        let old = File::create(folder.join("old")).unwrap();
        old.set_modified(SystemTime::now() - 2 * ABANDONED_AGE).unwrap();
        File::create(folder.join("new")).unwrap();
        LocalStore::open(home.path()).unwrap();
        assert!(!folder.join("old").exists() && folder.join("new").exists());
    }
}

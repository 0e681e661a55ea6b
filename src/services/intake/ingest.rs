//! Receives the files of a delivery: the bytes are stored before any stage runs.

use crate::archive::Archive;
use sha2::{Digest, Sha256};
use sohoa_base::error::{Error, ErrorKind, Result};
use sohoa_base::messages::{deliveries, program};
use sohoa_base::model::delivered_file::{DeliveredFile, DeliveredName};
use sohoa_base::model::dossier::DossierName;
use sohoa_base::model::pipeline_plan::PipelinePlan;
use sohoa_base::model::refusal::Refusal;
use sohoa_base::system_files;
use sohoa_base::text::natural_order;
use sohoa_stages::object_names;
use sohoa_storage::key;
use std::collections::BTreeMap;
use std::io::Read;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use walkdir::WalkDir;

/// Files ready to be received, by dossier.
#[derive(Debug, Default)]
pub struct Delivery {
    /// Files by dossier: local path, and path in the delivery.
    pub dossiers: BTreeMap<DossierName, Vec<(PathBuf, DeliveredName)>>,
    /// Delivery lists (mục lục) beside the scans, see [`object_names::LIST_FILE_NAMES`]: local path, and path in the delivery. They have no
    /// pages; the delivery is compared with them.
    pub delivery_lists: Vec<(PathBuf, String)>,
    /// Files and folders that cannot be read, by dossier: path in the delivery, and the refusal.
    pub unreadable: BTreeMap<DossierName, Vec<(DeliveredName, Refusal)>>,
    /// Display paths of files ignored by rule: links, hidden files, system files, sockets, ground truth of samples.
    pub ignored: Vec<String>,
}

impl Delivery {
    /// Number of files, with those that cannot be read.
    #[must_use]
    pub fn file_count(&self) -> usize {
        self.dossiers.values().map(Vec::len).sum::<usize>() + self.unreadable.values().map(Vec::len).sum::<usize>()
    }

    /// Notes that a file cannot be read.
    pub(crate) fn refuse(&mut self, fonds: &str, path: &str, error: &Error) {
        let (dossier, name) = (dossier_of_code(fonds, dossier_code_of_path(path)), DeliveredName::from_bytes(path.as_bytes()));
        self.unreadable.entry(dossier).or_default().push((name, Refusal::from(error)));
    }
}

/// Lists the inputs. A folder that directly holds files is a dossier; a file named by itself is one too.
///
/// # Errors
/// `Invalid` for an input that does not exist, or when there is no file.
pub fn list_inputs(inputs: &[PathBuf], fonds: &str) -> Result<Delivery> {
    let mut delivery = Delivery::default();
    let mut names = UniqueNames::default();
    for input in inputs {
        let full = input.canonicalize().map_err(|error| deliveries::delivery_input_not_found(input.display()).caused_by(error))?;
        let base = names.unique(full.file_name().unwrap_or(full.as_os_str()).as_bytes());
        list_input(full, &base, fonds, &mut delivery);
    }
    check_delivery(delivery)
}

/// As [`list_inputs`], for one input that is delivered under this name, whatever its own is.
///
/// # Errors
/// `Invalid` when there is no file.
pub(crate) fn list_input_as(input: &Path, name: &[u8], fonds: &str) -> Result<Delivery> {
    let mut delivery = Delivery::default();
    list_input(input.to_path_buf(), name, fonds, &mut delivery);
    check_delivery(delivery)
}

fn list_input(input: PathBuf, base: &[u8], fonds: &str, delivery: &mut Delivery) {
    if input.is_dir() {
        list_folder(&input, base, fonds, delivery);
    } else {
        add_file(delivery, fonds, base, input, base.to_vec());
    }
}

/// Sorts the files; a delivery without any is an error.
fn check_delivery(mut delivery: Delivery) -> Result<Delivery> {
    for files in delivery.dossiers.values_mut() {
        files.sort_by(|one, other| natural_order::compare(&one.1.display, &other.1.display).then_with(|| one.1.cmp(&other.1)));
    }
    if delivery.dossiers.is_empty() && delivery.unreadable.is_empty() {
        return Err(deliveries::delivery_empty());
    }
    Ok(delivery)
}

/// Makes the last path segments of inputs unique by appending a number.
#[derive(Default)]
struct UniqueNames(BTreeMap<Vec<u8>, u32>);

impl UniqueNames {
    fn unique(&mut self, name: &[u8]) -> Vec<u8> {
        let count = self.0.entry(name.to_vec()).or_default();
        *count += 1;
        if *count == 1 { name.to_vec() } else { [name, format!(" ({count})").as_bytes()].concat() }
    }
}

fn list_folder(root: &Path, base: &[u8], fonds: &str, delivery: &mut Delivery) {
    let mut entries = WalkDir::new(root).follow_links(false).sort_by_file_name().into_iter();
    let path_in_delivery = |place: &Path| {
        let inside = place.strip_prefix(root).unwrap_or(place).as_os_str().as_bytes();
        if inside.is_empty() { base.to_vec() } else { [base, b"/", inside].concat() }
    };
    while let Some(entry) = entries.next() {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => {
                let place = error.path().unwrap_or(root).to_path_buf();
                let path = path_in_delivery(&place);
                let refusal = deliveries::delivery_folder_unlistable(place.display()).caused_by(error);
                let dossier = dossier_of_code(fonds, dossier_code(&path));
                delivery.unreadable.entry(dossier).or_default().push((DeliveredName::from_bytes(&path), Refusal::from(&refusal)));
                continue;
            }
        };
        let path = path_in_delivery(entry.path());
        if entry.file_type().is_dir() {
            if entry.depth() > 0 && system_files::is_system_folder(entry.file_name().as_bytes()) {
                delivery.ignored.push(String::from_utf8_lossy(&path).into_owned());
                entries.skip_current_dir();
            }
            continue;
        }
        if !entry.file_type().is_file() || is_ignored(entry.file_name().as_bytes()) {
            delivery.ignored.push(String::from_utf8_lossy(&path).into_owned());
            continue;
        }
        if is_delivery_list(entry.file_name().as_bytes()) {
            delivery.delivery_lists.push((entry.path().to_path_buf(), String::from_utf8_lossy(&path).into_owned()));
            continue;
        }
        let folder = path.iter().rposition(|byte| *byte == b'/').map_or(base, |end| path.get(..end).unwrap_or_default()).to_vec();
        add_file(delivery, fonds, &folder, entry.path().to_path_buf(), path);
    }
}

/// Whether a file of this path is ignored: hidden files, files of systems and programs, and the ground truth of the samples.
pub(crate) fn is_ignored(path: &[u8]) -> bool {
    let name = path.rsplit(|byte| *byte == b'/').next().unwrap_or_default();
    name.starts_with(b".") || name.ends_with(b".expected.json") || system_files::is_system_file(path)
}

/// Whether a file is a delivery list, by its name.
pub(crate) fn is_delivery_list(name: &[u8]) -> bool {
    object_names::LIST_FILE_NAMES.iter().any(|list| list.as_bytes() == name)
}

fn add_file(delivery: &mut Delivery, fonds: &str, code: &[u8], place: PathBuf, path: Vec<u8>) {
    delivery.dossiers.entry(dossier_of_code(fonds, dossier_code(code))).or_default().push((place, DeliveredName::from_bytes(&path)));
}

/// A dossier that is titled by the last segment of its code until it is described.
pub(crate) fn dossier_of_code(fonds: &str, code: String) -> DossierName {
    let title = code.rsplit('/').next().unwrap_or_default().to_owned();
    DossierName { fonds: fonds.to_owned(), code, title }
}

/// Code of the dossier of a file that is delivered under this path: its folder, or the file itself where it lies in none.
pub(crate) fn dossier_code_of_path(path: &str) -> String {
    dossier_code(path.rsplit_once('/').map_or(path, |(folder, _)| folder).as_bytes())
}

/// A dossier code is text: bytes that are not UTF-8 are percent-encoded.
fn dossier_code(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) => sohoa_base::text::nfc::nfc(text),
        Err(_) => bytes.iter().map(|byte| if byte.is_ascii() { char::from(*byte).to_string() } else { format!("%{byte:02X}") }).collect(),
    }
}

/// Receives the files of one dossier: bytes to the store, then rows and tasks in one transaction. A file that cannot be read is
/// refused, and the others are received.
///
/// # Errors
/// `Unavailable` when store, catalogue or the folder of the files do not answer.
pub async fn receive_dossier(
    archive: &Archive,
    batch: &str,
    plan: &PipelinePlan,
    dossier: &DossierName,
    files: &[(PathBuf, DeliveredName)],
) -> Result<()> {
    let (mut taken, mut unreadable, mut present) = (Vec::with_capacity(files.len()), Vec::new(), Vec::new());
    for (place, path) in files {
        match receive_file(archive, dossier, place, path).await {
            Ok((file, was_present)) => {
                if was_present {
                    present.push((place.clone(), file.clone()));
                }
                taken.push(file);
            }
            Err(error) if error.kind() == ErrorKind::Invalid => {
                tracing::warn!(batch, error = %error.chain(), "a file is refused");
                unreadable.push((path.clone(), Refusal::from(&error)));
            }
            Err(error) => return Err(error),
        }
    }
    if !taken.is_empty() {
        archive.catalog.receive_files(batch, dossier, &taken, plan).await?;
        restore_deleted(archive, dossier, &present).await?;
    }
    if !unreadable.is_empty() {
        archive.catalog.refuse_unreadable_files(batch, dossier, &unreadable).await?;
    }
    Ok(())
}

/// How often a file is read again that changes while it is copied.
const MAX_READS: u32 = 4;

/// Copies a file to the store; returns it, and whether intake had its bytes. `Invalid`: it cannot be read.
async fn receive_file(archive: &Archive, dossier: &DossierName, place: &Path, path: &DeliveredName) -> Result<(DeliveredFile, bool)> {
    for _ in 0..MAX_READS {
        let (sha256, bytes) = hash_file(place).await?;
        let file = DeliveredFile { path: path.clone(), sha256, bytes, container: None };
        match store_original(archive, dossier, place, &file).await {
            Err(error) if error.kind() == ErrorKind::Conflict => tracing::debug!("{}", error.chain()),
            done => return done.map(|was_present| (file, was_present)),
        }
    }
    Err(deliveries::delivery_file_incomplete(place.display()))
}

/// Copies a file to the store, unless its bytes are there already. Returns whether they were in intake: until the file is received in the
/// catalogue, the end of another batch may delete them there, see [`restore_deleted`].
///
/// # Errors
/// `Conflict` if the file changed since it was hashed; `Unavailable` when store or catalogue do not answer.
pub(crate) async fn store_original(archive: &Archive, dossier: &DossierName, place: &Path, file: &DeliveredFile) -> Result<bool> {
    let name = key::intake(&file.sha256);
    if archive.store.stat(&name).await? == Some(file.bytes) {
        return Ok(true);
    }
    if !archive.catalog.is_deposited(dossier, &file.sha256).await? {
        archive.store.put_file(&name, place).await?;
        if archive.store.stat(&name).await? != Some(file.bytes) {
            archive.store.delete(&name).await?;
            return Err(deliveries::delivery_file_changed(place.display()));
        }
    }
    Ok(false)
}

/// Copies files to the store again whose bytes were in intake and are not any more. Called after the files are received in the catalogue:
/// from then on no deletion of their bytes is decided. One that was decided before and is still to come leaves the bytes in the object
/// of another dossier, where stages find them.
///
/// # Errors
/// As [`store_original`].
pub(crate) async fn restore_deleted(archive: &Archive, dossier: &DossierName, present: &[(PathBuf, DeliveredFile)]) -> Result<()> {
    for (place, file) in present {
        store_original(archive, dossier, place, file).await?;
    }
    Ok(())
}

/// SHA-256 (lower-case hexadecimal) and size of a file, read once.
///
/// # Errors
/// `Invalid` for a file that cannot be read; `Unavailable` where its folder does not answer either.
pub(crate) async fn hash_file(place: &Path) -> Result<(String, u64)> {
    let place = place.to_path_buf();
    let hashed = tokio::task::spawn_blocking(move || hash_file_blocking(&place)).await;
    hashed.map_err(|error| program::bug("intake: hashing ended early").caused_by(error))?
}

fn hash_file_blocking(place: &Path) -> Result<(String, u64)> {
    let read_all = || -> std::io::Result<(String, u64)> {
        let mut file = std::fs::File::open(place)?;
        let (mut hash, mut size, mut chunk) = (Sha256::new(), 0, vec![0; 1 << 20]);
        loop {
            let read = match file.read(&mut chunk) {
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
                read => read?,
            };
            if read == 0 {
                return Ok((hex::encode(hash.finalize()), size));
            }
            size += read as u64;
            hash.update(chunk.get(..read).unwrap_or_default());
        }
    };
    read_all().map_err(|error| unreadable(place, error))
}

/// The error of a file that cannot be read: the fault of the file, unless its folder cannot be listed either.
fn unreadable(place: &Path, error: std::io::Error) -> Error {
    if let Some(folder) = place.parent()
        && let Err(of_folder) = std::fs::read_dir(folder)
    {
        return deliveries::delivery_folder_not_answering(folder.display()).caused_by(of_folder);
    }
    let refusal = match error.kind() {
        std::io::ErrorKind::NotFound => deliveries::delivery_file_gone(place.display()),
        std::io::ErrorKind::PermissionDenied => deliveries::delivery_file_forbidden(place.display()),
        _ => deliveries::delivery_file_unreadable(place.display()),
    };
    refusal.caused_by(error)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use super::*;
    use std::ffi::OsStr;

    #[test]
    fn folders_with_files_become_dossiers_with_original_names() {
        let root = tempfile::tempdir().unwrap();
        let lot = root.path().join("lô 1");
        std::fs::create_dir_all(lot.join("hồ sơ/trống")).unwrap();
        std::fs::write(lot.join("hồ sơ/10.jpg"), b"x").unwrap();
        std::fs::write(lot.join("hồ sơ/2.jpg"), b"y").unwrap();
        std::fs::write(lot.join(OsStr::from_bytes(b"\xff.png")), b"z").unwrap();
        std::fs::write(lot.join(".hidden"), b"h").unwrap();
        std::os::unix::fs::symlink("/etc/passwd", lot.join("link.jpg")).unwrap();
        let delivery = list_inputs(&[lot], "G09").unwrap();
        let codes: Vec<&str> = delivery.dossiers.keys().map(|name| name.code.as_str()).collect();
        assert_eq!(codes, ["lô 1", "lô 1/hồ sơ"]);
        let shown: Vec<Vec<&str>> =
            delivery.dossiers.values().map(|files| files.iter().map(|(_, name)| name.display.as_str()).collect()).collect();
        assert_eq!(shown, [vec!["lô 1/\u{fffd}.png"], vec!["lô 1/hồ sơ/2.jpg", "lô 1/hồ sơ/10.jpg"]]);
        assert_eq!(delivery.ignored, ["lô 1/.hidden", "lô 1/link.jpg"]);
        let raw = &delivery.dossiers.values().next().unwrap()[0].1.raw_hex;
        assert_eq!(raw.as_deref(), Some(hex::encode("lô 1/").as_str()).map(|before| format!("{before}ff2e706e67")).as_deref());
    }

    #[test]
    fn inputs_with_equal_names_get_distinct_codes() {
        let root = tempfile::tempdir().unwrap();
        for folder in ["a", "b"] {
            std::fs::create_dir_all(root.path().join(folder)).unwrap();
            std::fs::write(root.path().join(folder).join("x.pdf"), folder).unwrap();
        }
        let delivery = list_inputs(&[root.path().join("a/x.pdf"), root.path().join("b/x.pdf")], "G09").unwrap();
        let codes: Vec<&str> = delivery.dossiers.keys().map(|name| name.code.as_str()).collect();
        assert_eq!(codes, ["x.pdf", "x.pdf (2)"]);
    }

    #[test]
    fn empty_or_missing_input_is_an_error() {
        let root = tempfile::tempdir().unwrap();
        assert!(list_inputs(&[root.path().to_path_buf()], "G09").unwrap_err().code() == "delivery_empty");
        assert!(list_inputs(&[root.path().join("absent")], "G09").unwrap_err().code() == "delivery_input_not_found");
    }
}

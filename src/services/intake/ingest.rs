//! Receives the files of a delivery: the bytes are stored before any stage runs.

use crate::archive::Archive;
use sha2::{Digest, Sha256};
use sohoa_base::error::{Error, ErrorKind, Result, ResultExt};
use sohoa_base::model::delivered_file::{DeliveredFile, DeliveredName};
use sohoa_base::model::dossier::DossierName;
use sohoa_base::model::pipeline_plan::PipelinePlan;
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
    /// Display paths of files ignored by rule: links, hidden files, sockets, ground truth of samples.
    pub ignored: Vec<String>,
}

impl Delivery {
    /// Number of files.
    #[must_use]
    pub fn file_count(&self) -> usize {
        self.dossiers.values().map(Vec::len).sum()
    }
}

/// Lists the inputs. A folder that directly holds files is a dossier; a file named by itself is one too.
///
/// # Errors
/// `Invalid` for an input that does not exist or cannot be listed, or when there is no file.
pub fn list_inputs(inputs: &[PathBuf], fonds: &str) -> Result<Delivery> {
    let mut delivery = Delivery::default();
    let mut names = UniqueNames::default();
    for input in inputs {
        let full =
            input.canonicalize().or_error(ErrorKind::Invalid, || format!("cannot find the input {}; check the path", input.display()))?;
        let base = names.unique(full.file_name().unwrap_or(full.as_os_str()).as_bytes());
        if full.is_dir() {
            list_folder(&full, &base, fonds, &mut delivery)?;
        } else {
            add_file(&mut delivery, fonds, &base, full, base.clone());
        }
    }
    for files in delivery.dossiers.values_mut() {
        files.sort_by(|one, other| natural_order::compare(&one.1.display, &other.1.display).then_with(|| one.1.cmp(&other.1)));
    }
    if delivery.dossiers.is_empty() {
        return Err(Error::invalid("there is no file in what was given; name folders or files with scans"));
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

fn list_folder(root: &Path, base: &[u8], fonds: &str, delivery: &mut Delivery) -> Result<()> {
    for entry in WalkDir::new(root).follow_links(false).sort_by_file_name() {
        let entry = entry.or_error(ErrorKind::Invalid, || format!("cannot list the folder {}; check its permissions", root.display()))?;
        if entry.file_type().is_dir() {
            continue;
        }
        let inside = entry.path().strip_prefix(root).unwrap_or(entry.path()).as_os_str().as_bytes();
        let path = [base, b"/", inside].concat();
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
    Ok(())
}

/// Whether a file is ignored: files of operating systems, and the ground truth of the samples.
pub(crate) fn is_ignored(name: &[u8]) -> bool {
    name.starts_with(b".") || name.ends_with(b".expected.json") || matches!(name, b"Thumbs.db" | b"desktop.ini")
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

/// Receives the files of one dossier: bytes to the store, then rows and tasks in one transaction.
///
/// # Errors
/// `Unavailable` when store or catalogue do not answer; `Invalid` when a file cannot be read.
pub async fn receive_dossier(
    archive: &Archive,
    batch: &str,
    plan: &PipelinePlan,
    dossier: &DossierName,
    files: &[(PathBuf, DeliveredName)],
) -> Result<()> {
    let mut taken = Vec::with_capacity(files.len());
    for (place, path) in files {
        let (sha256, bytes) = hash_file(place).await?;
        let file = DeliveredFile { path: path.clone(), sha256, bytes, container: None };
        store_original(archive, dossier, place, &file).await?;
        taken.push(file);
    }
    archive.catalog.receive_files(batch, dossier, &taken, plan).await?;
    Ok(())
}

/// Copies a file to the store, unless its bytes are there already.
pub(crate) async fn store_original(archive: &Archive, dossier: &DossierName, place: &Path, file: &DeliveredFile) -> Result<()> {
    let name = key::intake(&file.sha256);
    if archive.store.stat(&name).await? != Some(file.bytes) && !archive.catalog.is_deposited(dossier, &file.sha256).await? {
        archive.store.put_file(&name, place).await?;
    }
    Ok(())
}

/// SHA-256 (lower-case hexadecimal) and size of a file, read once.
pub(crate) async fn hash_file(place: &Path) -> Result<(String, u64)> {
    let place = place.to_path_buf();
    let hashed = tokio::task::spawn_blocking(move || {
        let cannot = || format!("cannot read {}; check its permissions", place.display());
        let mut file = std::fs::File::open(&place).or_error(ErrorKind::Invalid, cannot)?;
        let mut hash = Sha256::new();
        let mut size = 0;
        let mut chunk = vec![0; 1 << 20];
        loop {
            let read = file.read(&mut chunk).or_error(ErrorKind::Invalid, cannot)?;
            if read == 0 {
                return Ok((hex::encode(hash.finalize()), size));
            }
            size += read as u64;
            hash.update(chunk.get(..read).unwrap_or_default());
        }
    });
    hashed.await.or_error(ErrorKind::Internal, || "hashing was cut off".to_owned())?
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
        assert!(list_inputs(&[root.path().to_path_buf()], "G09").unwrap_err().context().contains("no file"));
        assert!(list_inputs(&[root.path().join("absent")], "G09").unwrap_err().context().contains("absent"));
    }
}

//! Fixity check of a stored OCFL object against its inventory.

use std::collections::{BTreeMap, BTreeSet};

use crate::blob_store::BlobStore;
use crate::digests;
use crate::key;
use crate::ocfl::declarations::OBJECT_DECLARATION;
use crate::ocfl::inventory::{
    INVENTORY_FILE, Inventory, LoadedInventory, SIDECAR_FILE, get_optional, load_inventory, parse_inventory, sidecar_matches,
    version_number,
};
use sohoa_base::error::{ErrorKind, Result};
use sohoa_base::messages::storage;

/// Fault of an object.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct FixityFinding {
    /// Identifier of the object.
    pub object: String,
    /// File, relative to the folder of the object.
    pub path: String,
    /// Description of the fault.
    pub problem: String,
    /// Whether stored content is lost or altered. Otherwise it is a remainder of a deposit that is running or was
    /// interrupted, which the next deposit of the object repairs.
    pub is_damage: bool,
}

struct FindingList {
    object: String,
    list: Vec<FixityFinding>,
}

impl FindingList {
    fn add(&mut self, path: &str, problem: impl Into<String>, damage: bool) {
        self.list.push(FixityFinding { object: self.object.clone(), path: path.to_owned(), problem: problem.into(), is_damage: damage });
    }

    fn add_damage(&mut self, path: &str, problem: impl Into<String>) {
        self.add(path, problem, true);
    }
}

/// Reads every file of `object` and compares it with the inventory: sidecars, digests, missing and extra
/// files, and the chain of versions. Content is streamed. An empty list means that the object is intact.
///
/// # Errors
/// `NotFound` if no file of the object is stored; else those of the store.
pub async fn verify(store: &dyn BlobStore, object: &str) -> Result<Vec<FixityFinding>> {
    let root = format!("{}/", key::object_root(object));
    let entries = store.list(&root).await?;
    let present: BTreeSet<String> = entries.iter().filter_map(|entry| entry.key.strip_prefix(&root)).map(str::to_owned).collect();
    if present.is_empty() {
        return Err(storage::ocfl_object_missing(object));
    }
    let mut findings = FindingList { object: object.to_owned(), list: Vec::new() };
    match load_inventory(store, object).await {
        Ok(Some(loaded)) => {
            if loaded.is_sidecar_stale {
                findings.add(SIDECAR_FILE, "is older than the inventory: a deposit was interrupted", false);
            }
            check_declaration(store, &root, &mut findings).await?;
            check_structure(&loaded.inventory, &mut findings);
            check_versions(store, &root, &loaded, &mut findings).await?;
            check_content(store, &root, &loaded.inventory, &mut findings).await?;
            check_extra(&loaded.inventory, &present, &mut findings);
        }
        Ok(None) => check_missing_inventory(&present, &mut findings),
        Err(error) if error.kind() == ErrorKind::Corrupt => findings.add_damage(INVENTORY_FILE, error.chain()),
        Err(error) => return Err(error),
    }
    findings.list.sort();
    findings.list.dedup();
    Ok(findings.list)
}

/// Checks an object without inventory: an incomplete first deposit, unless other files show that an inventory
/// existed.
fn check_missing_inventory(present: &BTreeSet<String>, findings: &mut FindingList) {
    if present.contains(SIDECAR_FILE) || present.iter().any(|path| !path.starts_with("v1/") && path != OBJECT_DECLARATION.0) {
        findings.add_damage(INVENTORY_FILE, "is missing");
        return;
    }
    for path in present {
        findings.add(path, "belongs to a first deposit that has not ended", false);
    }
}

async fn check_declaration(store: &dyn BlobStore, root: &str, findings: &mut FindingList) -> Result<()> {
    let (name, content) = OBJECT_DECLARATION;
    match get_optional(store, &format!("{root}{name}")).await? {
        None => findings.add_damage(name, "is missing"),
        Some(found) if found != content => findings.add_damage(name, "does not declare an OCFL 1.1 object"),
        Some(_) => {}
    }
    Ok(())
}

/// Checks the internal consistency of the inventory.
fn check_structure(inventory: &Inventory, findings: &mut FindingList) {
    let head = version_number(&inventory.head).unwrap_or(0);
    let named: BTreeSet<Option<u32>> = inventory.versions.keys().map(|name| version_number(name)).collect();
    if head == 0 || named != (1..=head).map(Some).collect() {
        findings.add_damage(INVENTORY_FILE, format!("its versions are not v1 to {}", inventory.head));
    }
    let mut used = BTreeSet::new();
    for (name, version) in &inventory.versions {
        for (digest, paths) in &version.state {
            used.insert(digest);
            if !inventory.manifest.contains_key(digest) {
                findings.add_damage(INVENTORY_FILE, format!("{name} holds {} with no content in the manifest", paths.join(", ")));
            }
        }
    }
    let mut seen = BTreeSet::new();
    for (digest, paths) in &inventory.manifest {
        for path in paths {
            let version = path.split_once("/content/").and_then(|(version, _)| version_number(version));
            if version.is_none_or(|version| version > head) || path.split('/').any(|name| matches!(name, "" | "." | "..")) {
                findings.add_damage(INVENTORY_FILE, format!("content path {path} is outside its versions"));
            }
            if !seen.insert(path) {
                findings.add_damage(INVENTORY_FILE, format!("content path {path} stands under two digests"));
            }
            if !used.contains(digest) {
                findings.add_damage(INVENTORY_FILE, format!("content path {path} is in no version"));
            }
        }
    }
}

/// Checks the inventory of each version against its sidecar and the inventory of the object.
async fn check_versions(store: &dyn BlobStore, root: &str, loaded: &LoadedInventory, findings: &mut FindingList) -> Result<()> {
    for name in loaded.inventory.versions.keys() {
        let path = format!("{name}/{INVENTORY_FILE}");
        let Some(bytes) = get_optional(store, &format!("{root}{path}")).await? else {
            findings.add_damage(&path, "is missing");
            continue;
        };
        match get_optional(store, &format!("{root}{name}/{SIDECAR_FILE}")).await? {
            None => findings.add_damage(&format!("{name}/{SIDECAR_FILE}"), "is missing"),
            Some(sidecar) if !sidecar_matches(&sidecar, &bytes) => findings.add_damage(&path, "does not fit its checksum"),
            Some(_) => {}
        }
        if *name == loaded.inventory.head {
            if bytes != loaded.bytes {
                findings.add_damage(&path, "differs from the object's inventory");
            }
            continue;
        }
        match parse_inventory(&bytes) {
            Ok(earlier) => check_earlier_version(&loaded.inventory, &earlier, name, &path, findings),
            Err(error) => findings.add_damage(&path, error.chain()),
        }
    }
    Ok(())
}

fn check_earlier_version(now: &Inventory, earlier: &Inventory, name: &str, path: &str, findings: &mut FindingList) {
    if earlier.id != now.id || earlier.head != *name {
        findings.add_damage(path, format!("is the inventory of {} {}", earlier.id, earlier.head));
    }
    let number = version_number(name).unwrap_or(0);
    if earlier.versions.len() != number as usize {
        findings.add_damage(path, format!("tells of {} versions", earlier.versions.len()));
    }
    for (version, content) in &earlier.versions {
        if now.versions.get(version) != Some(content) {
            findings.add_damage(path, format!("tells of another {version} than the object's inventory"));
        }
    }
}

async fn check_content(store: &dyn BlobStore, root: &str, inventory: &Inventory, findings: &mut FindingList) -> Result<()> {
    let sha256 = inventory.fixity.get("sha256").into_iter().flatten();
    let sha256: BTreeMap<&str, &str> =
        sha256.flat_map(|(digest, paths)| paths.iter().map(|path| (path.as_str(), digest.as_str()))).collect();
    for (digest, paths) in &inventory.manifest {
        for path in paths {
            match digests::of_object(store, &format!("{root}{path}")).await {
                Ok(found) if found.sha512 != *digest => findings.add_damage(path, "does not fit its SHA-512"),
                Ok(found) if sha256.get(path.as_str()).is_some_and(|expected| *expected != found.sha256) => {
                    findings.add_damage(path, "does not fit its SHA-256");
                }
                Ok(_) => {}
                Err(error) if error.kind() == ErrorKind::NotFound => findings.add_damage(path, "is missing"),
                // The content path is not a valid key, so the content cannot exist.
                Err(error) if matches!(error.kind(), ErrorKind::Invalid | ErrorKind::Limit) => findings.add_damage(path, error.chain()),
                Err(error) => return Err(error),
            }
        }
    }
    Ok(())
}

fn check_extra(inventory: &Inventory, present: &BTreeSet<String>, findings: &mut FindingList) {
    let mut expected: BTreeSet<String> = inventory.manifest.values().flatten().cloned().collect();
    expected.extend([INVENTORY_FILE, SIDECAR_FILE, OBJECT_DECLARATION.0].map(str::to_owned));
    for name in inventory.versions.keys() {
        expected.extend([format!("{name}/{INVENTORY_FILE}"), format!("{name}/{SIDECAR_FILE}")]);
    }
    let next = format!("v{}/", version_number(&inventory.head).unwrap_or(0) + 1);
    for path in present.difference(&expected) {
        if path.starts_with(&next) {
            findings.add(path, "belongs to a deposit that has not ended", false);
        } else if !path.starts_with("extensions/") && !path.starts_with("logs/") {
            findings.add_damage(path, "is in no inventory");
        }
    }
}

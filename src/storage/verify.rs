//! Whether a stored OCFL object is still what its inventory says.

use std::collections::{BTreeMap, BTreeSet};

use super::inventory::{INVENTORY, Inventory, Loaded, SIDECAR, get_if_there, load, parse, sidecar_fits, version_number};
use super::key;
use super::ocfl::OBJECT_DECLARATION;
use super::store::BlobStore;
use super::streaming;
use sohoa_base::error::{Error, Kind, Result};

/// One thing wrong with an object.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// Identifier of the object.
    pub object: String,
    /// The file, relative to the object's folder.
    pub path: String,
    /// What is wrong with it.
    pub problem: String,
    /// Whether something kept is lost or altered. Otherwise it is what a deposit under way or interrupted
    /// left, and the next deposit of the object mends it.
    pub damage: bool,
}

struct Findings {
    object: String,
    list: Vec<Finding>,
}

impl Findings {
    fn add(&mut self, path: &str, problem: impl Into<String>, damage: bool) {
        self.list.push(Finding { object: self.object.clone(), path: path.to_owned(), problem: problem.into(), damage });
    }

    fn damage(&mut self, path: &str, problem: impl Into<String>) {
        self.add(path, problem, true);
    }
}

/// Reads every file of `object` and compares it with the inventory: sidecars, digests, missing and extra
/// files, and the chain of versions. Content is streamed. An empty list is a sound object.
///
/// # Errors
/// `NotFound` if nothing of the object is stored; else those of the store.
pub async fn verify(store: &dyn BlobStore, object: &str) -> Result<Vec<Finding>> {
    let root = format!("{}/", key::object_root(object));
    let entries = store.list(&root).await?;
    let present: BTreeSet<String> = entries.iter().filter_map(|entry| entry.key.strip_prefix(&root)).map(str::to_owned).collect();
    if present.is_empty() {
        return Err(Error::not_found(format!("the archive holds no object {object}")));
    }
    let mut findings = Findings { object: object.to_owned(), list: Vec::new() };
    match load(store, object).await {
        Ok(Some(loaded)) => {
            if loaded.sidecar_lags {
                findings.add(SIDECAR, "is older than the inventory: a deposit was interrupted", false);
            }
            check_declaration(store, &root, &mut findings).await?;
            check_structure(&loaded.inventory, &mut findings);
            check_versions(store, &root, &loaded, &mut findings).await?;
            check_content(store, &root, &loaded.inventory, &mut findings).await?;
            check_extra(&loaded.inventory, &present, &mut findings);
        }
        Ok(None) => check_without_inventory(&present, &mut findings),
        Err(error) if error.kind() == Kind::Corrupt => findings.damage(INVENTORY, error.chain()),
        Err(error) => return Err(error),
    }
    findings.list.sort();
    findings.list.dedup();
    Ok(findings.list)
}

/// An object without inventory is a first deposit that did not come to its end, unless something tells that
/// it had come further.
fn check_without_inventory(present: &BTreeSet<String>, findings: &mut Findings) {
    if present.contains(SIDECAR) || present.iter().any(|path| !path.starts_with("v1/") && path != OBJECT_DECLARATION.0) {
        findings.damage(INVENTORY, "is missing");
        return;
    }
    for path in present {
        findings.add(path, "belongs to a first deposit that has not ended", false);
    }
}

async fn check_declaration(store: &dyn BlobStore, root: &str, findings: &mut Findings) -> Result<()> {
    let (name, content) = OBJECT_DECLARATION;
    match get_if_there(store, &format!("{root}{name}")).await? {
        None => findings.damage(name, "is missing"),
        Some(found) if found != content => findings.damage(name, "does not declare an OCFL 1.1 object"),
        Some(_) => {}
    }
    Ok(())
}

/// What the inventory says about itself.
fn check_structure(inventory: &Inventory, findings: &mut Findings) {
    let head = version_number(&inventory.head).unwrap_or(0);
    let named: BTreeSet<Option<u32>> = inventory.versions.keys().map(|name| version_number(name)).collect();
    if head == 0 || named != (1..=head).map(Some).collect() {
        findings.damage(INVENTORY, format!("its versions are not v1 to {}", inventory.head));
    }
    let mut used = BTreeSet::new();
    for (name, version) in &inventory.versions {
        for (digest, paths) in &version.state {
            used.insert(digest);
            if !inventory.manifest.contains_key(digest) {
                findings.damage(INVENTORY, format!("{name} holds {} with no content in the manifest", paths.join(", ")));
            }
        }
    }
    let mut seen = BTreeSet::new();
    for (digest, paths) in &inventory.manifest {
        for path in paths {
            let version = path.split_once("/content/").and_then(|(version, _)| version_number(version));
            if version.is_none_or(|version| version > head) || path.split('/').any(|name| matches!(name, "" | "." | "..")) {
                findings.damage(INVENTORY, format!("content path {path} is outside its versions"));
            }
            if !seen.insert(path) {
                findings.damage(INVENTORY, format!("content path {path} stands under two digests"));
            }
            if !used.contains(digest) {
                findings.damage(INVENTORY, format!("content path {path} is in no version"));
            }
        }
    }
}

/// Each version's own inventory: proven by its sidecar, and of one mind with the object's about the past.
async fn check_versions(store: &dyn BlobStore, root: &str, loaded: &Loaded, findings: &mut Findings) -> Result<()> {
    for name in loaded.inventory.versions.keys() {
        let path = format!("{name}/{INVENTORY}");
        let Some(bytes) = get_if_there(store, &format!("{root}{path}")).await? else {
            findings.damage(&path, "is missing");
            continue;
        };
        match get_if_there(store, &format!("{root}{name}/{SIDECAR}")).await? {
            None => findings.damage(&format!("{name}/{SIDECAR}"), "is missing"),
            Some(sidecar) if !sidecar_fits(&sidecar, &bytes) => findings.damage(&path, "does not fit its checksum"),
            Some(_) => {}
        }
        if *name == loaded.inventory.head {
            if bytes != loaded.bytes {
                findings.damage(&path, "differs from the object's inventory");
            }
            continue;
        }
        match parse(&bytes) {
            Ok(earlier) => check_past(&loaded.inventory, &earlier, name, &path, findings),
            Err(error) => findings.damage(&path, error.chain()),
        }
    }
    Ok(())
}

fn check_past(now: &Inventory, earlier: &Inventory, name: &str, path: &str, findings: &mut Findings) {
    if earlier.id != now.id || earlier.head != *name {
        findings.damage(path, format!("is the inventory of {} {}", earlier.id, earlier.head));
    }
    let number = version_number(name).unwrap_or(0);
    if earlier.versions.len() != number as usize {
        findings.damage(path, format!("tells of {} versions", earlier.versions.len()));
    }
    for (version, told) in &earlier.versions {
        if now.versions.get(version) != Some(told) {
            findings.damage(path, format!("tells of another {version} than the object's inventory"));
        }
    }
}

async fn check_content(store: &dyn BlobStore, root: &str, inventory: &Inventory, findings: &mut Findings) -> Result<()> {
    let sha256 = inventory.fixity.get("sha256").into_iter().flatten();
    let sha256: BTreeMap<&str, &str> =
        sha256.flat_map(|(digest, paths)| paths.iter().map(|path| (path.as_str(), digest.as_str()))).collect();
    for (digest, paths) in &inventory.manifest {
        for path in paths {
            match streaming::of_object(store, &format!("{root}{path}")).await {
                Ok(found) if found.sha512 != *digest => findings.damage(path, "does not fit its SHA-512"),
                Ok(found) if sha256.get(path.as_str()).is_some_and(|known| *known != found.sha256) => {
                    findings.damage(path, "does not fit its SHA-256");
                }
                Ok(_) => {}
                Err(error) if error.kind() == Kind::NotFound => findings.damage(path, "is missing"),
                // A name that no store takes: the inventory names something that cannot be there.
                Err(error) if matches!(error.kind(), Kind::Invalid | Kind::Limit) => findings.damage(path, error.chain()),
                Err(error) => return Err(error),
            }
        }
    }
    Ok(())
}

fn check_extra(inventory: &Inventory, present: &BTreeSet<String>, findings: &mut Findings) {
    let mut expected: BTreeSet<String> = inventory.manifest.values().flatten().cloned().collect();
    expected.extend([INVENTORY, SIDECAR, OBJECT_DECLARATION.0].map(str::to_owned));
    for name in inventory.versions.keys() {
        expected.extend([format!("{name}/{INVENTORY}"), format!("{name}/{SIDECAR}")]);
    }
    let next = format!("v{}/", version_number(&inventory.head).unwrap_or(0) + 1);
    for path in present.difference(&expected) {
        if path.starts_with(&next) {
            findings.add(path, "belongs to a deposit that has not ended", false);
        } else if !path.starts_with("extensions/") && !path.starts_with("logs/") {
            findings.damage(path, "is in no inventory");
        }
    }
}

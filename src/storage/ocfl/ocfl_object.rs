//! Dossiers as OCFL 1.1 objects: versions are added and never changed.
//!
//! A deposit writes the new content, then the inventory of the version, then the inventory of the object, then its
//! sidecar. The object is unchanged until its inventory is written, and complete afterwards.
//! Repeating an interrupted deposit removes the files left by the first attempt.
//!
//! Source: OCFL specification 1.1 (<https://ocfl.io/1.1/spec/>), extension 0003 of the OCFL registry.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::blob_store::{BlobStore, MAX_KEY_BYTES, MAX_SEGMENT_BYTES};
use crate::digests;
use crate::digests::Digests;
use crate::key;
use crate::ocfl::declarations::{OBJECT_DECLARATION, ROOT_DECLARATION};
use crate::ocfl::inventory::{
    INVENTORY_FILE, INVENTORY_TYPE, Inventory, SIDECAR_FILE, User, Version, get_optional, load_inventory, parse_inventory, sidecar_content,
};
use sohoa_base::error::{Error, Result};
use sohoa_base::messages::{Message, storage};

pub use crate::ocfl::inventory::read_inventory;

/// New version of an object to deposit.
#[derive(Debug, Clone)]
pub struct NewVersion<'a> {
    /// Identifier of the object, a URI such as `urn:sohoa:<fonds>:<dossier code>`.
    pub object: &'a str,
    /// Complete state: every logical path with its content. Paths are `/`-separated names of any characters.
    pub files: BTreeMap<String, ContentSource>,
    /// SHA-256 (lower-case hexadecimal) recorded earlier for some logical paths: checked against the content and
    /// stored in the fixity block of the inventory.
    pub fixity: BTreeMap<String, String>,
    /// Reason for the version.
    pub message: String,
    /// Author of the version.
    pub user: String,
    /// Creation time, RFC 3339 with seconds and zone.
    pub created: String,
}

/// Source of the content of a logical path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ContentSource {
    /// Bytes in memory.
    Bytes(Vec<u8>),
    /// Object in the same store, which is copied and remains.
    Blob {
        /// Key, for example of [`key::intake`].
        key: String,
        /// Its digests, if they were taken just now; otherwise the object is read for them.
        digests: Option<Digests>,
    },
    /// Unchanged since the newest version.
    Unchanged,
}

/// Result of a deposit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DepositResult {
    /// Number of the version with the deposited state.
    pub version: u32,
    /// Whether this deposit created the version; otherwise the object already had this state.
    pub changed: bool,
    /// SHA-512 of every logical path, lower-case hexadecimal.
    pub fixity: BTreeMap<String, String>,
}

/// Deposits `new` as the newest version of its object, which is created if it does not exist.
///
/// # Errors
/// `Invalid` for invalid paths or times and for [`ContentSource::Unchanged`] without an earlier version of the path;
/// `NotFound` for a missing blob; `Corrupt` if content contradicts `new.fixity` or the inventory its sidecar;
/// else those of the store.
pub async fn deposit(store: &dyn BlobStore, new: NewVersion<'_>) -> Result<DepositResult> {
    check_new_version(&new)?;
    let root = key::object_root(new.object);
    let loaded = load_inventory(store, new.object).await?;
    let (mut inventory, head, before) = match &loaded {
        Some(loaded) => {
            let head = loaded.inventory.head_number()?;
            (loaded.inventory.clone(), head, loaded.inventory.files(head)?)
        }
        None => (empty_inventory(new.object), 0, BTreeMap::new()),
    };

    let mut fixity = BTreeMap::new();
    let mut sha256_of_sha512: Vec<(String, String)> = Vec::new();
    for (path, source) in &new.files {
        let digests = match new_digests(store, &new, path, source).await? {
            Some(digests) => digests,
            None => {
                let missing = || storage::ocfl_unchanged_file_missing(new.object, head, path);
                fixity.insert(path.clone(), before.get(path).cloned().ok_or_else(missing)?);
                continue;
            }
        };
        if new.fixity.contains_key(path) {
            sha256_of_sha512.push((digests.sha512.clone(), digests.sha256));
        }
        fixity.insert(path.clone(), digests.sha512);
    }

    if let Some(loaded) = loaded.as_ref().filter(|loaded| loaded.is_sidecar_stale) {
        store.put(&format!("{root}/{SIDECAR_FILE}"), sidecar_content(&loaded.bytes)).await?;
    }
    if head > 0 && fixity == before {
        remove_interrupted(store, &root, head + 1, &BTreeSet::new()).await?;
        return Ok(DepositResult { version: head, changed: false, fixity });
    }

    let version = head + 1;
    let mut planned: BTreeMap<String, ContentSource> = BTreeMap::new();
    for (path, source) in new.files {
        let Some(digest) = fixity.get(&path).filter(|digest| !inventory.manifest.contains_key(*digest)) else { continue };
        let content = content_path(&root, version, &path);
        inventory.manifest.insert(digest.clone(), vec![content.clone()]);
        planned.insert(content, source);
    }
    add_fixity(&mut inventory, sha256_of_sha512);
    let mut state = BTreeMap::<String, Vec<String>>::new();
    for (path, digest) in &fixity {
        state.entry(digest.clone()).or_default().push(path.clone());
    }
    let user = Some(User { address: Some(user_uri(&new.user)), name: new.user });
    inventory.head = format!("v{version}");
    inventory.versions.insert(inventory.head.clone(), Version { created: new.created, message: new.message, user, state });

    ensure_root(store).await?;
    let planned_paths = planned.keys().cloned().collect();
    remove_interrupted(store, &root, version, &planned_paths).await?;
    for (content, source) in planned {
        let to = format!("{root}/{content}");
        match source {
            ContentSource::Bytes(bytes) => store.put(&to, bytes).await?,
            ContentSource::Blob { key, .. } => store.copy(&key, &to).await?,
            ContentSource::Unchanged => {}
        }
    }
    let bytes = inventory.to_bytes()?;
    let sidecar = sidecar_content(&bytes);
    store.put(&format!("{root}/v{version}/{INVENTORY_FILE}"), bytes.clone()).await?;
    store.put(&format!("{root}/v{version}/{SIDECAR_FILE}"), sidecar.clone()).await?;
    if head == 0 {
        store.put(&format!("{root}/{}", OBJECT_DECLARATION.0), OBJECT_DECLARATION.1.to_vec()).await?;
    }
    store.put(&format!("{root}/{INVENTORY_FILE}"), bytes).await?;
    store.put(&format!("{root}/{SIDECAR_FILE}"), sidecar).await?;
    Ok(DepositResult { version, changed: true, fixity })
}

/// The newest version of an object, whose inventory is read once for all its files.
#[derive(Debug)]
pub struct ObjectReader<'s> {
    store: &'s dyn BlobStore,
    inventory: Inventory,
}

impl<'s> ObjectReader<'s> {
    /// Reads the inventory of `object`.
    ///
    /// # Errors
    /// `NotFound` if there is no such object; `Corrupt` for a damaged inventory.
    pub async fn open(store: &'s dyn BlobStore, object: &str) -> Result<Self> {
        Ok(Self { store, inventory: require_inventory(store, object).await? })
    }

    /// Reads the content of `logical` and checks it against its digest.
    ///
    /// # Errors
    /// `NotFound` if there is no such path; `Corrupt` if the content contradicts its digest.
    pub async fn get(&self, logical: &str) -> Result<Vec<u8>> {
        read_content(self.store, &self.inventory, self.inventory.head_number()?, logical).await
    }
}

/// Reads the newest content of `logical` and checks it against its digest.
///
/// # Errors
/// `NotFound` if there is no such object or path; `Corrupt` if the content contradicts its digest.
pub async fn get(store: &dyn BlobStore, object: &str, logical: &str) -> Result<Vec<u8>> {
    let inventory = require_inventory(store, object).await?;
    read_content(store, &inventory, inventory.head_number()?, logical).await
}

/// Reads the content of `logical` in `version` and checks it against its digest.
///
/// # Errors
/// As [`get`].
pub async fn get_version(store: &dyn BlobStore, object: &str, version: u32, logical: &str) -> Result<Vec<u8>> {
    read_content(store, &require_inventory(store, object).await?, version, logical).await
}

/// Streams the newest content of `logical` into `file` and checks it against its digest.
///
/// # Errors
/// As [`get`]; after an error the content of `file` is undefined.
pub async fn get_file(store: &dyn BlobStore, object: &str, logical: &str, file: &Path) -> Result<()> {
    let inventory = require_inventory(store, object).await?;
    let (key, digest) = locate_content(&inventory, inventory.head_number()?, logical)?;
    store.get_file(&key, file).await?;
    let found = digests::of_path(file).await?;
    if found.sha512 == digest { Ok(()) } else { Err(damage_error(object, logical, &key)) }
}

/// Key of the content with this SHA-256 in an object, if its SHA-256 was given at deposit.
///
/// # Errors
/// `Corrupt` for an inventory that cannot be read; else those of the store.
pub async fn key_of_digest(store: &dyn BlobStore, object: &str, sha256: &str) -> Result<Option<String>> {
    let inventory = read_inventory(store, object).await?;
    let path = inventory.as_ref().and_then(|inventory| inventory.fixity.get("sha256")?.get(sha256)?.first());
    Ok(path.map(|path| format!("{}/{path}", key::object_root(object))))
}

/// Digests of the object under a key; streamed.
///
/// # Errors
/// Those of the store.
pub async fn digests_of(store: &dyn BlobStore, key: &str) -> Result<Digests> {
    digests::of_object(store, key).await
}

/// Lists the identifiers of all objects, sorted, from their inventories.
///
/// # Errors
/// `Corrupt` if the identifier of an object cannot be read from any inventory; else those of the store.
pub async fn list_objects(store: &dyn BlobStore) -> Result<Vec<String>> {
    let prefix = format!("{}/", key::OCFL_ROOT);
    let mut roots = BTreeSet::new();
    for entry in store.list(&prefix).await? {
        // A sidecar also counts: it shows that an object was complete once, even if its inventory is lost.
        let root = [INVENTORY_FILE, SIDECAR_FILE].iter().find_map(|name| entry.key.strip_suffix(name)?.strip_suffix('/'));
        let root = root.filter(|root| root.matches('/').count() == prefix.matches('/').count() + 3);
        roots.extend(root.map(str::to_owned));
    }
    let mut found = Vec::with_capacity(roots.len());
    for root in roots {
        let mut id = None;
        for candidate in [format!("{root}/{INVENTORY_FILE}"), format!("{root}/v1/{INVENTORY_FILE}")] {
            let bytes = get_optional(store, &candidate).await?;
            id = bytes
                .and_then(|bytes| parse_inventory(&bytes).ok())
                .map(|inventory| inventory.id)
                .filter(|id| key::object_root(id) == root);
            if id.is_some() {
                break;
            }
        }
        found.push(id.ok_or_else(|| storage::ocfl_inventory_missing(&root))?);
    }
    found.sort();
    Ok(found)
}

/// Writes the declaration of the storage root and its layout, if missing.
async fn ensure_root(store: &dyn BlobStore) -> Result<()> {
    let declaration = format!("{}/{}", key::OCFL_ROOT, ROOT_DECLARATION.0);
    if store.stat(&declaration).await?.is_some() {
        return Ok(());
    }
    let layout = serde_json::json!({
        "extension": key::LAYOUT_EXTENSION,
        "description": "three folders by the SHA-256 of the object identifier, then the identifier, percent-encoded",
    });
    let config = serde_json::json!({
        "extensionName": key::LAYOUT_EXTENSION,
        "digestAlgorithm": "sha256",
        "tupleSize": 3,
        "numberOfTuples": 3,
    });
    let text = |value: serde_json::Value| format!("{value:#}\n").into_bytes();
    store.put(&format!("{}/extensions/{}/config.json", key::OCFL_ROOT, key::LAYOUT_EXTENSION), text(config)).await?;
    store.put(&format!("{}/ocfl_layout.json", key::OCFL_ROOT), text(layout)).await?;
    store.put(&declaration, ROOT_DECLARATION.1.to_vec()).await
}

/// Removes the files of an interrupted deposit from the folder of `version`, except the content paths in `planned`.
async fn remove_interrupted(store: &dyn BlobStore, root: &str, version: u32, planned: &BTreeSet<String>) -> Result<()> {
    for entry in store.list(&format!("{root}/v{version}/")).await? {
        let path = entry.key.strip_prefix(root).and_then(|path| path.strip_prefix('/')).unwrap_or_default();
        if !planned.contains(path) {
            store.delete(&entry.key).await?;
        }
    }
    Ok(())
}

/// Digests of new content, checked against `new.fixity`; `None` for unchanged content.
async fn new_digests(store: &dyn BlobStore, new: &NewVersion<'_>, path: &str, source: &ContentSource) -> Result<Option<Digests>> {
    let digests = match source {
        ContentSource::Unchanged => return Ok(None),
        ContentSource::Bytes(bytes) => digests::of_bytes(bytes),
        ContentSource::Blob { digests: Some(known), .. } => known.clone(),
        ContentSource::Blob { key, digests: None } => digests::of_object(store, key).await?,
    };
    match new.fixity.get(path) {
        Some(expected) if *expected != digests.sha256 => Err(storage::ocfl_content_differs(new.object, path, digests.sha256, expected)),
        _ => Ok(Some(digests)),
    }
}

fn check_new_version(new: &NewVersion<'_>) -> Result<()> {
    let refuse = |reason: Message| Err(storage::ocfl_version_not_depositable(new.object, reason));
    if new.object.is_empty() || new.files.is_empty() {
        return refuse(storage::version_without_files());
    }
    for path in new.files.keys() {
        if path.split('/').any(|name| matches!(name, "" | "." | "..")) {
            return refuse(storage::version_path_invalid(path));
        }
        let folders = path.match_indices('/').filter_map(|(at, _)| path.get(..at));
        if let Some(folder) = folders.into_iter().find(|folder| new.files.contains_key(*folder)) {
            return refuse(storage::version_path_is_folder(folder, path));
        }
    }
    if let Some(path) = new.fixity.keys().find(|path| !new.files.contains_key(*path)) {
        return refuse(storage::version_checksum_unrelated(path));
    }
    let zone_is_given = new.created.ends_with('Z') || new.created.get(19..).is_some_and(|rest| rest.contains(['+', '-']));
    if new.created.as_bytes().get(10) != Some(&b'T') || new.created.len() < 20 || !zone_is_given {
        return refuse(storage::version_time_invalid(&new.created));
    }
    Ok(())
}

fn empty_inventory(object: &str) -> Inventory {
    Inventory {
        id: object.to_owned(),
        kind: INVENTORY_TYPE.to_owned(),
        digest_algorithm: "sha512".to_owned(),
        head: String::new(),
        fixity: BTreeMap::new(),
        manifest: BTreeMap::new(),
        versions: BTreeMap::new(),
    }
}

/// Content path of new content of `logical`: its encoded name, or its digest if that is too long.
fn content_path(root: &str, version: u32, logical: &str) -> String {
    let names: Vec<String> = logical.split('/').map(key::safe_segment).collect();
    let path = format!("v{version}/content/{}", names.join("/"));
    if root.len() + 1 + path.len() <= MAX_KEY_BYTES {
        return path;
    }
    let digest = digests::of_bytes(logical.as_bytes()).sha256;
    debug_assert!(digest.len() < MAX_SEGMENT_BYTES);
    // No encoded name begins with `%-`, so this cannot equal another path.
    format!("v{version}/content/%-{digest}")
}

/// Adds pairs of SHA-512 and SHA-256 to the fixity block, by content path.
fn add_fixity(inventory: &mut Inventory, digests: Vec<(String, String)>) {
    for (sha512, sha256) in digests {
        let Some(path) = inventory.content_path(&sha512).map(str::to_owned) else { continue };
        let paths = inventory.fixity.entry("sha256".to_owned()).or_default().entry(sha256).or_default();
        if !paths.contains(&path) {
            paths.push(path);
        }
    }
}

/// URI of a user, as required by the specification: `mailto:` for an e-mail address, else a URN.
fn user_uri(user: &str) -> String {
    let safe = key::safe_segment(user);
    match user.split_once('@') {
        Some((name, host)) if !name.is_empty() && !host.is_empty() => {
            format!("mailto:{}@{}", key::safe_segment(name), key::safe_segment(host))
        }
        _ => format!("urn:sohoa:user:{safe}"),
    }
}

async fn require_inventory(store: &dyn BlobStore, object: &str) -> Result<Inventory> {
    read_inventory(store, object).await?.ok_or_else(|| storage::ocfl_object_missing(object))
}

async fn read_content(store: &dyn BlobStore, inventory: &Inventory, version: u32, logical: &str) -> Result<Vec<u8>> {
    let (key, digest) = locate_content(inventory, version, logical)?;
    let bytes = store.get(&key).await?;
    if digests::sha512(&bytes) == digest { Ok(bytes) } else { Err(damage_error(&inventory.id, logical, &key)) }
}

/// Key and SHA-512 of `logical` in `version`.
fn locate_content(inventory: &Inventory, version: u32, logical: &str) -> Result<(String, String)> {
    let object = &inventory.id;
    let digest = inventory.files(version)?.remove(logical);
    let digest = digest.ok_or_else(|| storage::ocfl_file_missing(object, version, logical))?;
    let content = inventory.content_path(&digest);
    let content = content.ok_or_else(|| storage::ocfl_content_unlocated(object, logical))?;
    Ok((format!("{}/{content}", key::object_root(object)), digest))
}

fn damage_error(object: &str, logical: &str, key: &str) -> Error {
    storage::ocfl_content_damaged(object, logical, key)
}

//! OCFL inventory: the content of each version of an object, and where it is stored.
//!
//! Source: OCFL specification 1.1, section 3.5 (<https://ocfl.io/1.1/spec/#inventory>).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::blob_store::BlobStore;
use crate::digests::sha512;
use crate::key;
use sohoa_base::error::{ErrorKind, Result};
use sohoa_base::messages::{program, storage};

/// Value of `type` in an inventory of OCFL 1.1.
pub const INVENTORY_TYPE: &str = "https://ocfl.io/1.1/spec/#inventory";

/// File name of the inventory in an object and in each of its versions.
pub(crate) const INVENTORY_FILE: &str = "inventory.json";

/// File name of the sidecar with the digest of the inventory.
pub(crate) const SIDECAR_FILE: &str = "inventory.json.sha512";

/// Paths (content or logical) by digest of their content.
pub type DigestPaths = BTreeMap<String, Vec<String>>;

/// OCFL inventory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Inventory {
    /// Identifier of the object.
    pub id: String,
    /// [`INVENTORY_TYPE`].
    #[serde(rename = "type")]
    pub kind: String,
    /// `sha512`.
    pub digest_algorithm: String,
    /// Newest version: `v1`, `v2`, …
    pub head: String,
    /// Further digests of content paths, by algorithm.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub fixity: BTreeMap<String, DigestPaths>,
    /// Content paths, relative to the folder of the object, by digest.
    pub manifest: DigestPaths,
    /// Versions by name.
    pub versions: BTreeMap<String, Version>,
}

/// One version of an object.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Version {
    /// Creation time, RFC 3339.
    pub created: String,
    /// Reason for the version.
    #[serde(default)]
    pub message: String,
    /// Author of the version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<User>,
    /// Logical paths by digest.
    pub state: DigestPaths,
}

/// Author of a version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct User {
    /// Name as given.
    pub name: String,
    /// A URI that identifies the user.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
}

/// Inventory with its stored bytes.
#[derive(Debug)]
pub(crate) struct LoadedInventory {
    pub(crate) inventory: Inventory,
    pub(crate) bytes: Vec<u8>,
    /// A deposit was interrupted between the inventory and its sidecar: the new version is complete, but the
    /// sidecar is outdated or missing.
    pub(crate) is_sidecar_stale: bool,
}

impl Inventory {
    /// Number of the newest version.
    ///
    /// # Errors
    /// `Corrupt` if `head` is not a version name.
    pub fn head_number(&self) -> Result<u32> {
        version_number(&self.head).ok_or_else(|| storage::ocfl_head_invalid(&self.id, &self.head))
    }

    /// SHA-512 by logical path in `version`.
    ///
    /// # Errors
    /// `NotFound` if there is no such version.
    pub fn files(&self, version: u32) -> Result<BTreeMap<String, String>> {
        let found = self.versions.get(&format!("v{version}"));
        let found = found.ok_or_else(|| storage::ocfl_version_unknown(&self.id, version, &self.head))?;
        let pairs = found.state.iter().flat_map(|(digest, paths)| paths.iter().map(move |path| (path.clone(), digest.clone())));
        Ok(pairs.collect())
    }

    /// Path of the content with this digest, relative to the folder of the object.
    #[must_use]
    pub fn content_path(&self, digest: &str) -> Option<&str> {
        self.manifest.get(digest).and_then(|paths| paths.first()).map(String::as_str)
    }

    /// Serializes the inventory for storage.
    ///
    /// # Errors
    /// `Internal`; cannot occur with these types.
    pub fn to_bytes(&self) -> Result<Vec<u8>> {
        let mut bytes = serde_json::to_vec_pretty(self).map_err(|error| program::bug("store: inventory as JSON").caused_by(error))?;
        bytes.push(b'\n');
        Ok(bytes)
    }
}

/// Reads the inventory of `object` and checks it against its sidecar; `None` if there is no such object.
///
/// # Errors
/// `Corrupt` if it contradicts its sidecar or belongs to another object.
pub async fn read_inventory(store: &dyn BlobStore, object: &str) -> Result<Option<Inventory>> {
    Ok(load_inventory(store, object).await?.map(|loaded| loaded.inventory))
}

/// Number in a version name such as `v3`.
pub(crate) fn version_number(name: &str) -> Option<u32> {
    let digits = name.strip_prefix('v').filter(|digits| !digits.starts_with('0') && digits.bytes().all(|byte| byte.is_ascii_digit()))?;
    digits.parse().ok()
}

/// Content of the sidecar for an inventory with these bytes.
pub(crate) fn sidecar_content(bytes: &[u8]) -> Vec<u8> {
    format!("{} {INVENTORY_FILE}\n", sha512(bytes)).into_bytes()
}

/// Whether `sidecar` contains the digest of `bytes`; white space may vary.
pub(crate) fn sidecar_matches(sidecar: &[u8], bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(sidecar);
    let mut words = text.split_whitespace();
    words.next().is_some_and(|digest| digest.eq_ignore_ascii_case(&sha512(bytes)))
        && words.next() == Some(INVENTORY_FILE)
        && words.next().is_none()
}

/// As [`read_inventory`], with the stored bytes and the state of the sidecar.
pub(crate) async fn load_inventory(store: &dyn BlobStore, object: &str) -> Result<Option<LoadedInventory>> {
    let root = key::object_root(object);
    let Some(bytes) = get_optional(store, &format!("{root}/{INVENTORY_FILE}")).await? else { return Ok(None) };
    let inventory = parse_inventory(&bytes)
        .map_err(|error| storage::ocfl_inventory_damaged(object, format!("{root}/{INVENTORY_FILE}")).caused_by(error))?;
    if inventory.id != object {
        return Err(storage::ocfl_inventory_of_other_object(format!("{root}/{INVENTORY_FILE}"), &inventory.id, object));
    }
    let sidecar = get_optional(store, &format!("{root}/{SIDECAR_FILE}")).await?;
    let is_sidecar_stale = !sidecar.is_some_and(|sidecar| sidecar_matches(&sidecar, &bytes));
    if is_sidecar_stale {
        // Content and the inventory of the version are written first. If both inventories are equal and that of the
        // version matches its sidecar, a deposit was interrupted before its last step and nothing is damaged.
        let folder = format!("{root}/{}", inventory.head);
        let copy = get_optional(store, &format!("{folder}/{INVENTORY_FILE}")).await?;
        let sidecar = get_optional(store, &format!("{folder}/{SIDECAR_FILE}")).await?;
        if copy.as_ref() != Some(&bytes) || !sidecar.is_some_and(|sidecar| sidecar_matches(&sidecar, &bytes)) {
            return Err(storage::ocfl_inventory_checksum(object, format!("{root}/{INVENTORY_FILE}")));
        }
    }
    Ok(Some(LoadedInventory { inventory, bytes, is_sidecar_stale }))
}

/// Parses an inventory.
pub(crate) fn parse_inventory(bytes: &[u8]) -> Result<Inventory> {
    let inventory: Inventory = serde_json::from_slice(bytes).map_err(|error| storage::ocfl_inventory_invalid().caused_by(error))?;
    if inventory.digest_algorithm != "sha512" {
        return Err(storage::ocfl_digest_unknown(&inventory.digest_algorithm));
    }
    Ok(inventory)
}

/// Reads the bytes under `key`; `None` if there are none.
pub(crate) async fn get_optional(store: &dyn BlobStore, key: &str) -> Result<Option<Vec<u8>>> {
    match store.get(key).await {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn version_directory_names_are_parsed() {
        assert_eq!(version_number("v1"), Some(1));
        assert_eq!(version_number("v12"), Some(12));
        for name in ["v0", "v01", "1", "v", "vx", "v-1", "v99999999999"] {
            assert_eq!(version_number(name), None, "{name}");
        }
    }

    #[test]
    fn sidecar_digest_is_verified() {
        assert!(sidecar_matches(&sidecar_content(b"{}"), b"{}"));
        assert!(!sidecar_matches(&sidecar_content(b"{}"), b"{ }"));
        assert!(!sidecar_matches(b"", b"{}"));
    }
}

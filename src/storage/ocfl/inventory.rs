//! The OCFL inventory: which content each version of an object holds, and where it lies.
//!
//! Source: OCFL specification 1.1, section 3.5 (<https://ocfl.io/1.1/spec/#inventory>).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::blob_store::BlobStore;
use crate::digests::sha512;
use crate::key;
use sohoa_base::error::{Error, ErrorKind, Result, ResultExt};

/// The type of an inventory by version 1.1 of the specification.
pub const INVENTORY_TYPE: &str = "https://ocfl.io/1.1/spec/#inventory";

/// Name of the inventory in an object and in each of its versions.
pub(crate) const INVENTORY_FILE: &str = "inventory.json";

/// Name of the file that holds the inventory's digest.
pub(crate) const SIDECAR_FILE: &str = "inventory.json.sha512";

/// Digests of content, each with the paths (content or logical) that hold it.
pub type DigestPaths = BTreeMap<String, Vec<String>>;

/// An OCFL inventory.
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
    /// The newest version: `v1`, `v2`, …
    pub head: String,
    /// Further digests of content paths, by algorithm.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub fixity: BTreeMap<String, DigestPaths>,
    /// Content paths, relative to the object's folder, by digest.
    pub manifest: DigestPaths,
    /// The versions by name.
    pub versions: BTreeMap<String, Version>,
}

/// One version of an object.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Version {
    /// When it was made, RFC 3339.
    pub created: String,
    /// Why it was made.
    #[serde(default)]
    pub message: String,
    /// Who made it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<User>,
    /// Logical paths by digest.
    pub state: DigestPaths,
}

/// Who made a version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct User {
    /// Name as given.
    pub name: String,
    /// A URI that identifies the user.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
}

/// An inventory as it lies in the store.
#[derive(Debug)]
pub(crate) struct LoadedInventory {
    pub(crate) inventory: Inventory,
    pub(crate) bytes: Vec<u8>,
    /// A deposit ended between the inventory and its sidecar: the new version is whole, the sidecar
    /// still the old one or absent.
    pub(crate) is_sidecar_stale: bool,
}

impl Inventory {
    /// The number of the newest version.
    ///
    /// # Errors
    /// `Corrupt` if `head` is no version name.
    pub fn head_number(&self) -> Result<u32> {
        version_number(&self.head).ok_or_else(|| Error::corrupt(format!("object {} has the unknown head {:?}", self.id, self.head)))
    }

    /// Logical paths of `version`, each with the SHA-512 of its content.
    ///
    /// # Errors
    /// `NotFound` if there is no such version.
    pub fn files(&self, version: u32) -> Result<BTreeMap<String, String>> {
        let found = self.versions.get(&format!("v{version}"));
        let found =
            found.ok_or_else(|| Error::not_found(format!("object {} has no version {version}, its newest is {}", self.id, self.head)))?;
        let pairs = found.state.iter().flat_map(|(digest, paths)| paths.iter().map(move |path| (path.clone(), digest.clone())));
        Ok(pairs.collect())
    }

    /// Where the content of `digest` lies, relative to the object's folder.
    #[must_use]
    pub fn content_path(&self, digest: &str) -> Option<&str> {
        self.manifest.get(digest).and_then(|paths| paths.first()).map(String::as_str)
    }

    /// The inventory as it is stored.
    ///
    /// # Errors
    /// `Internal`, which does not happen with these types.
    pub fn to_bytes(&self) -> Result<Vec<u8>> {
        let mut bytes =
            serde_json::to_vec_pretty(self).or_error(ErrorKind::Internal, || format!("cannot write the inventory of {}", self.id))?;
        bytes.push(b'\n');
        Ok(bytes)
    }
}

/// The inventory of `object`, checked against its sidecar; `None` if there is no such object.
///
/// # Errors
/// `Corrupt` if it contradicts its sidecar or is the inventory of something else.
pub async fn read_inventory(store: &dyn BlobStore, object: &str) -> Result<Option<Inventory>> {
    Ok(load_inventory(store, object).await?.map(|loaded| loaded.inventory))
}

/// The number in a version name such as `v3`.
pub(crate) fn version_number(name: &str) -> Option<u32> {
    let digits = name.strip_prefix('v').filter(|digits| !digits.starts_with('0') && digits.bytes().all(|byte| byte.is_ascii_digit()))?;
    digits.parse().ok()
}

/// The line of a sidecar for an inventory.
pub(crate) fn sidecar_content(bytes: &[u8]) -> Vec<u8> {
    format!("{} {INVENTORY_FILE}\n", sha512(bytes)).into_bytes()
}

/// Whether `sidecar` names the digest of `bytes`; white space may vary.
pub(crate) fn sidecar_matches(sidecar: &[u8], bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(sidecar);
    let mut words = text.split_whitespace();
    words.next().is_some_and(|digest| digest.eq_ignore_ascii_case(&sha512(bytes)))
        && words.next() == Some(INVENTORY_FILE)
        && words.next().is_none()
}

/// As [`read_inventory`], with what stands around it.
pub(crate) async fn load_inventory(store: &dyn BlobStore, object: &str) -> Result<Option<LoadedInventory>> {
    let root = key::object_root(object);
    let Some(bytes) = get_optional(store, &format!("{root}/{INVENTORY_FILE}")).await? else { return Ok(None) };
    let inventory =
        parse_inventory(&bytes).or_error(ErrorKind::Corrupt, || format!("inventory of {object} ({root}/{INVENTORY_FILE}) is damaged"))?;
    if inventory.id != object {
        return Err(Error::corrupt(format!("{root}/{INVENTORY_FILE} is the inventory of {}, not of {object}", inventory.id)));
    }
    let sidecar = get_optional(store, &format!("{root}/{SIDECAR_FILE}")).await?;
    let sidecar_lags = !sidecar.is_some_and(|sidecar| sidecar_matches(&sidecar, &bytes));
    if sidecar_lags {
        // Content and the version's own inventory are written first: if the two inventories are the same and the
        // version's is proven by its sidecar, a deposit ended one step early and nothing is damaged.
        let folder = format!("{root}/{}", inventory.head);
        let copy = get_optional(store, &format!("{folder}/{INVENTORY_FILE}")).await?;
        let sidecar = get_optional(store, &format!("{folder}/{SIDECAR_FILE}")).await?;
        if copy.as_ref() != Some(&bytes) || !sidecar.is_some_and(|sidecar| sidecar_matches(&sidecar, &bytes)) {
            return Err(Error::corrupt(format!(
                "inventory of {object} ({root}/{INVENTORY_FILE}) does not fit its checksum in {SIDECAR_FILE}"
            )));
        }
    }
    Ok(Some(LoadedInventory { inventory, bytes, is_sidecar_stale: sidecar_lags }))
}

/// An inventory from its bytes.
pub(crate) fn parse_inventory(bytes: &[u8]) -> Result<Inventory> {
    let inventory: Inventory = serde_json::from_slice(bytes).or_error(ErrorKind::Corrupt, || "not an inventory".to_owned())?;
    if inventory.digest_algorithm != "sha512" {
        return Err(Error::corrupt(format!("digest algorithm {} instead of sha512", inventory.digest_algorithm)));
    }
    Ok(inventory)
}

/// The bytes under `key`, `None` if there are none.
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
    fn version_names() {
        assert_eq!(version_number("v1"), Some(1));
        assert_eq!(version_number("v12"), Some(12));
        for name in ["v0", "v01", "1", "v", "vx", "v-1", "v99999999999"] {
            assert_eq!(version_number(name), None, "{name}");
        }
    }

    #[test]
    fn sidecars() {
        assert!(sidecar_matches(&sidecar_content(b"{}"), b"{}"));
        assert!(!sidecar_matches(&sidecar_content(b"{}"), b"{ }"));
        assert!(!sidecar_matches(b"", b"{}"));
    }
}

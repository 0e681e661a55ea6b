//! Capability check of a store, for its setup: tries every operation on a small object.

use crate::blob_store::BlobStore;
use sohoa_base::error::{Error, Result};

/// Result of checking one capability.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CapabilityCheck {
    /// Name of the capability.
    pub name: &'static str,
    /// Whether the store supports it.
    pub is_supported: bool,
    /// Whether the archive requires it; otherwise it is informational.
    pub is_required: bool,
    /// Observation, or the error.
    pub detail: String,
}

/// Writes, reads, lists and deletes a small object, and checks whether conditional writes are supported.
/// Leaves nothing behind if deletion works.
///
/// # Errors
/// None: errors of the store become failed checks.
pub async fn check_capabilities(store: &dyn BlobStore) -> Result<Vec<CapabilityCheck>> {
    // Several processes may check one store at the same time.
    let key = format!("probe/{}", std::process::id());
    let content = b"sohoa probe".to_vec();
    let mut checks = vec![to_capability_check("write", store.put(&key, content.clone()).await.map(|()| key.clone()))];
    let read = store.get(&key).await.and_then(|bytes| {
        let count = bytes.len();
        if bytes == content { Ok(format!("{count} bytes")) } else { Err(Error::corrupt(format!("{key} reads back differently"))) }
    });
    checks.push(to_capability_check("read", read));
    let listed = store.list("probe/").await.and_then(|entries| {
        let found = entries.iter().any(|entry| entry.key == key);
        if found { Ok(format!("{} found", entries.len())) } else { Err(Error::corrupt(format!("{key} is not listed after writing"))) }
    });
    checks.push(to_capability_check("list", listed));
    let conditional_put = match store.supports_conditional_put(&key).await {
        Ok(Some(true)) => Some((true, "honoured".to_owned())),
        Ok(Some(false)) => Some((false, "ignored; nothing rests on them".to_owned())),
        Ok(None) => None,
        Err(error) => Some((false, error.chain())),
    };
    checks.extend(conditional_put.map(|(is_supported, detail)| CapabilityCheck {
        name: "conditional writes",
        is_supported,
        is_required: false,
        detail,
    }));
    let deleted = match store.delete(&key).await {
        Ok(()) => store.stat(&key).await.and_then(|left| match left {
            None => Ok("nothing left".to_owned()),
            Some(_) => Err(Error::corrupt(format!("{key} is still there after deleting"))),
        }),
        Err(error) => Err(error),
    };
    checks.push(to_capability_check("delete", deleted));
    Ok(checks)
}

fn to_capability_check(name: &'static str, outcome: Result<String>) -> CapabilityCheck {
    let is_supported = outcome.is_ok();
    CapabilityCheck { name, is_supported, is_required: true, detail: outcome.unwrap_or_else(|error| error.chain()) }
}

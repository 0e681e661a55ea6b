//! What a store can do, tried out: for people who set one up.

use crate::blob_store::BlobStore;
use sohoa_base::error::{Error, Result};

/// One thing tried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CapabilityCheck {
    /// What was tried, in a few words.
    pub name: &'static str,
    /// Whether the store did it.
    pub is_supported: bool,
    /// Whether the archive needs it; otherwise it is for information.
    pub is_required: bool,
    /// What was seen.
    pub detail: String,
}

/// Writes, reads, lists and deletes a small object, and looks whether conditional writes are honoured.
/// Leaves nothing behind where deleting works.
///
/// # Errors
/// None of the store's: they become checks that do not work.
pub async fn check_capabilities(store: &dyn BlobStore) -> Result<Vec<CapabilityCheck>> {
    // Two people may probe one store at once.
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
    let conditions = match store.supports_conditional_put(&key).await {
        Ok(Some(true)) => Some((true, "honoured".to_owned())),
        Ok(Some(false)) => Some((false, "ignored; nothing rests on them".to_owned())),
        Ok(None) => None,
        Err(error) => Some((false, error.chain())),
    };
    checks.extend(conditions.map(|(works, detail)| CapabilityCheck {
        name: "conditional writes",
        is_supported: works,
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

fn to_capability_check(what: &'static str, outcome: Result<String>) -> CapabilityCheck {
    let works = outcome.is_ok();
    CapabilityCheck { name: what, is_supported: works, is_required: true, detail: outcome.unwrap_or_else(|error| error.chain()) }
}

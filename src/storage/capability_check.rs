//! Capability check of a store, for its setup: tries every operation on a small object.

use crate::blob_store::BlobStore;
use sohoa_base::error::{Error, Result};
use sohoa_base::language::Language;
use sohoa_base::messages::{Message, storage};

/// Result of checking one capability.
#[derive(Debug)]
pub struct CapabilityCheck {
    /// Name of the capability.
    pub name: &'static str,
    /// Whether the store supports it.
    pub is_supported: bool,
    /// Whether the archive requires it; otherwise it is informational.
    pub is_required: bool,
    /// Observation, or the error, in each language.
    pub detail: Observation,
}

/// What a check observed.
#[derive(Debug)]
pub enum Observation {
    /// It did what it should.
    Message(Message),
    /// It failed.
    Error(Error),
}

impl Observation {
    /// The text in the reader's language.
    #[must_use]
    pub fn text(&self, language: Language) -> String {
        match self {
            Observation::Message(message) => message.text(language),
            Observation::Error(error) => error.text(language),
        }
    }
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
    let mut checks = vec![to_capability_check("write", store.put(&key, content.clone()).await.map(|()| storage::capability_written(&key)))];
    let read = store.get(&key).await.and_then(|bytes| {
        if bytes == content { Ok(storage::capability_read(bytes.len())) } else { Err(storage::store_reads_differently(&key)) }
    });
    checks.push(to_capability_check("read", read));
    let listed = store.list("probe/").await.and_then(|entries| {
        let found = entries.iter().any(|entry| entry.key == key);
        if found { Ok(storage::capability_listed(entries.len())) } else { Err(storage::store_lists_incompletely(&key)) }
    });
    checks.push(to_capability_check("list", listed));
    let conditional_put = match store.supports_conditional_put(&key).await {
        Ok(Some(true)) => Some((true, Observation::Message(storage::capability_conditions_honoured()))),
        Ok(Some(false)) => Some((false, Observation::Message(storage::capability_conditions_ignored()))),
        Ok(None) => None,
        Err(error) => Some((false, Observation::Error(error))),
    };
    checks.extend(conditional_put.map(|(is_supported, detail)| CapabilityCheck {
        name: "conditional writes",
        is_supported,
        is_required: false,
        detail,
    }));
    let deleted = match store.delete(&key).await {
        Ok(()) => store.stat(&key).await.and_then(|left| match left {
            None => Ok(storage::capability_deleted()),
            Some(_) => Err(storage::store_deletes_incompletely(&key)),
        }),
        Err(error) => Err(error),
    };
    checks.push(to_capability_check("delete", deleted));
    Ok(checks)
}

fn to_capability_check(name: &'static str, outcome: Result<Message>) -> CapabilityCheck {
    let is_supported = outcome.is_ok();
    CapabilityCheck { name, is_supported, is_required: true, detail: outcome.map_or_else(Observation::Error, Observation::Message) }
}

//! What a store can do, tried out: for people who set one up.

use super::store::BlobStore;
use sohoa_base::error::{Error, Result};

/// One thing tried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// What was tried, in a few words.
    pub what: &'static str,
    /// Whether the store did it.
    pub works: bool,
    /// Whether the archive needs it; otherwise it is for information.
    pub needed: bool,
    /// What was seen.
    pub detail: String,
}

/// Writes, reads, lists and deletes a small object, and looks whether conditional writes are honoured.
/// Leaves nothing behind where deleting works.
///
/// # Errors
/// None of the store's: they become checks that do not work.
pub async fn probe(store: &dyn BlobStore) -> Result<Vec<Check>> {
    // Two people may probe one store at once.
    let key = format!("probe/{}", std::process::id());
    let content = b"sohoa probe".to_vec();
    let mut checks = vec![check("write", store.put(&key, content.clone()).await.map(|()| key.clone()))];
    let read = store.get(&key).await.and_then(|bytes| {
        let count = bytes.len();
        if bytes == content { Ok(format!("{count} bytes")) } else { Err(Error::corrupt(format!("{key} reads back differently"))) }
    });
    checks.push(check("read", read));
    let listed = store.list("probe/").await.and_then(|entries| {
        let found = entries.iter().any(|entry| entry.key == key);
        if found { Ok(format!("{} found", entries.len())) } else { Err(Error::corrupt(format!("{key} is not listed after writing"))) }
    });
    checks.push(check("list", listed));
    let conditions = match store.honours_conditions(&key).await {
        Ok(Some(true)) => Some((true, "honoured".to_owned())),
        Ok(Some(false)) => Some((false, "ignored; nothing rests on them".to_owned())),
        Ok(None) => None,
        Err(error) => Some((false, error.chain())),
    };
    checks.extend(conditions.map(|(works, detail)| Check { what: "conditional writes", works, needed: false, detail }));
    let deleted = match store.delete(&key).await {
        Ok(()) => store.stat(&key).await.and_then(|left| match left {
            None => Ok("nothing left".to_owned()),
            Some(_) => Err(Error::corrupt(format!("{key} is still there after deleting"))),
        }),
        Err(error) => Err(error),
    };
    checks.push(check("delete", deleted));
    Ok(checks)
}

fn check(what: &'static str, outcome: Result<String>) -> Check {
    let works = outcome.is_ok();
    Check { what, works, needed: true, detail: outcome.unwrap_or_else(|error| error.chain()) }
}

//! Searches that people keep.

use crate::archive::Archive;
use sohoa_base::error::{Error, Result};
use sohoa_base::model::account::{Identity, SavedSearch};

/// Most searches of one person.
const MAX_PER_USER: u64 = 100;

/// Longest name and query, letters.
const MAX_CHARS: (usize, usize) = (120, 2_000);

/// Keeps a search.
///
/// # Errors
/// `Invalid` for one without name, or too long; `Limit` for one too many.
pub async fn save_search(archive: &Archive, by: &Identity, name: &str, query: &str, unit: &str) -> Result<SavedSearch> {
    let (name, query) = (name.trim(), query.trim());
    if name.is_empty() || name.chars().count() > MAX_CHARS.0 || query.is_empty() || query.chars().count() > MAX_CHARS.1 {
        return Err(Error::invalid(format!("a search has a name of 1 to {} letters and a query of 1 to {}", MAX_CHARS.0, MAX_CHARS.1)));
    }
    archive.catalog.save_search(&by.user.name, name, query, unit, MAX_PER_USER).await
}

/// One's own searches.
///
/// # Errors
/// `Unavailable` when the catalogue does not answer.
pub async fn list_saved_searches(archive: &Archive, by: &Identity) -> Result<Vec<SavedSearch>> {
    archive.catalog.saved_searches(&by.user.name).await
}

/// Forgets one of one's own.
///
/// # Errors
/// `NotFound` for an unknown one, or somebody else's.
pub async fn delete_saved_search(archive: &Archive, by: &Identity, id: &str) -> Result<()> {
    archive.catalog.delete_search(&by.user.name, id).await
}

//! Saved searches.

use crate::archive::Archive;
use sohoa_base::error::Result;
use sohoa_base::messages::records;
use sohoa_base::model::account::{Identity, SavedSearch};

/// Most saved searches of one user.
const MAX_PER_USER: u64 = 100;

/// Longest name and query, characters.
const MAX_CHARS: (usize, usize) = (120, 2_000);

/// Saves a search of the caller.
///
/// # Errors
/// `Invalid` for one without name, or too long; `Limit` for one too many.
pub async fn save_search(archive: &Archive, by: &Identity, name: &str, query: &str, unit: &str) -> Result<SavedSearch> {
    let (name, query) = (name.trim(), query.trim());
    if name.is_empty() || name.chars().count() > MAX_CHARS.0 || query.is_empty() || query.chars().count() > MAX_CHARS.1 {
        return Err(records::saved_search_invalid(MAX_CHARS.0, MAX_CHARS.1));
    }
    archive.catalog.save_search(&by.user.name, name, query, unit, MAX_PER_USER).await
}

/// Saved searches of the caller.
///
/// # Errors
/// `Unavailable` when the catalogue does not answer.
pub async fn list_saved_searches(archive: &Archive, by: &Identity) -> Result<Vec<SavedSearch>> {
    archive.catalog.saved_searches(&by.user.name).await
}

/// Deletes a saved search of the caller.
///
/// # Errors
/// `NotFound` for an unknown one, or one of another user.
pub async fn delete_saved_search(archive: &Archive, by: &Identity, id: &str) -> Result<()> {
    archive.catalog.delete_search(&by.user.name, id).await
}

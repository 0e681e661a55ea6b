//! Finding pages.

use crate::archive::Archive;
use crate::error::Result;
use crate::search::answer::Hits;
use crate::search::query::Query;

/// Pages that match the query text with its filters.
///
/// # Errors
/// When the index cannot be read.
pub fn search(archive: &Archive, text: &str, limit: usize, offset: usize) -> Result<Hits> {
    archive.index.search(&Query { limit, offset, ..Query::text(text) })
}

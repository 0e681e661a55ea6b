//! The review queue, locks on documents under review, and the reviewers' throughput.

use crate::archive::Archive;
use crate::records::export;
use crate::records::queries::authorized_document;
use crate::review::decisions::{QueuedDocument, ReviewDocument, ReviewQueue};
use schemars::JsonSchema;
use serde::Serialize;
use sohoa_base::error::Result;
use sohoa_base::messages::decisions;
use sohoa_base::model::account::{Identity, Right};
use sohoa_catalog::{WaitingDocument, WaitingFilter};
use std::collections::BTreeMap;
use std::time::Duration;
use time::OffsetDateTime;

/// Life of a lock after the document was opened.
const LOCK_LIFETIME: Duration = Duration::from_secs(600);

/// A document in the queue, with the holder of its lock.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct QueueEntry {
    /// The document.
    #[serde(flatten)]
    pub document: QueuedDocument,
    /// User who holds the lock.
    pub holder: Option<String>,
}

impl QueueEntry {
    /// Name of the document: `OBJECT#NUMBER`.
    #[must_use]
    pub fn name(&self) -> String {
        let number = self.document.document.rsplit('#').next().unwrap_or_default();
        format!("{}#{number}", self.document.dossier)
    }

    /// Whether another user holds the lock.
    #[must_use]
    pub fn is_locked_by_other(&self, by: &Identity) -> bool {
        self.holder.as_ref().is_some_and(|holder| *holder != by.user.name)
    }
}

/// Documents in the queue, the oldest first.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct QueueListing {
    /// The documents.
    pub items: Vec<QueueEntry>,
    /// Number of documents by queue, for the requested reason.
    pub counts: BTreeMap<ReviewQueue, u64>,
    /// What to give as `after` for the next ones; none: there are no more.
    pub next: Option<String>,
}

impl QueueListing {
    /// Number of documents in a queue, or in all of them.
    #[must_use]
    pub fn count(&self, queue: Option<ReviewQueue>) -> u64 {
        self.counts.iter().filter(|(own, _)| queue.is_none_or(|queue| **own == queue)).map(|(_, count)| count).sum()
    }
}

/// Filter of the queue.
#[derive(Debug, Clone, Copy, Default)]
pub struct QueueQuery<'a> {
    /// Only this queue.
    pub queue: Option<ReviewQueue>,
    /// Only documents with this reason.
    pub reason: Option<&'a str>,
    /// Only documents after this one: `next` of the previous page.
    pub after: Option<&'a str>,
    /// Page size.
    pub limit: usize,
}

/// Lists the queue of the units where `by` reviews.
///
/// # Errors
/// `Unavailable` when the catalogue does not answer.
pub async fn list_queue(archive: &Archive, by: &Identity, query: &QueueQuery<'_>) -> Result<QueueListing> {
    let units = by.units_with(Right::Review);
    let wanted = WaitingFilter { units: &units, queue: query.queue, reason: query.reason };
    let mut listed = archive.catalog.waiting_documents(&wanted, query.after, query.limit + 1).await?;
    let is_all = listed.len() <= query.limit;
    listed.truncate(query.limit);
    let next = listed.last().filter(|_| !is_all).map(|last| last.id.clone());
    let items = with_lock_holders(archive, listed).await?;
    let counts = archive.catalog.count_waiting_by_queue(&WaitingFilter { queue: None, ..wanted }).await?;
    Ok(QueueListing { items, counts, next })
}

async fn with_lock_holders(archive: &Archive, listed: Vec<WaitingDocument>) -> Result<Vec<QueueEntry>> {
    let held = archive.catalog.review_locks().await?;
    let all = listed.into_iter().map(|waiting| {
        let holder = held.get(&waiting.id).cloned();
        QueueEntry { document: QueuedDocument::from_catalog(waiting), holder }
    });
    Ok(all.collect())
}

/// Position of a document in the queue, and the next one.
#[derive(Debug, Clone)]
pub struct QueuePosition {
    /// Number of documents before it.
    pub ahead: u64,
    /// Number of documents in all.
    pub total: u64,
    /// Next document that no other user has locked: after this one, else from the beginning.
    pub next: Option<QueueEntry>,
}

/// Documents read at a time in the search for an unlocked one.
const SCAN_CHUNK: usize = 20;

/// Position of a document among the filtered ones.
///
/// # Errors
/// `Unavailable` when the catalogue does not answer; `NotFound` for a document that is not in it.
pub async fn queue_position(archive: &Archive, by: &Identity, query: &QueueQuery<'_>, shown: &ReviewDocument) -> Result<QueuePosition> {
    let units = by.units_with(Right::Review);
    let wanted = WaitingFilter { units: &units, queue: query.queue, reason: query.reason };
    let id = document_id(archive, &shown.fonds, &shown.code, shown.recorded.number).await?;
    let before = archive.catalog.count_waiting_before(&wanted, &id).await?;
    let counts = archive.catalog.count_waiting_by_queue(&wanted).await?;
    let mut next = find_unlocked(archive, by, &wanted, Some(&id), None).await?;
    if next.is_none() {
        next = find_unlocked(archive, by, &wanted, None, Some(&id)).await?;
    }
    Ok(QueuePosition { ahead: before, total: counts.values().sum(), next })
}

/// The first of the filtered documents that no other user has locked.
///
/// # Errors
/// `Unavailable` when the catalogue does not answer.
pub async fn first_unlocked(archive: &Archive, by: &Identity, query: &QueueQuery<'_>) -> Result<Option<QueueEntry>> {
    let units = by.units_with(Right::Review);
    find_unlocked(archive, by, &WaitingFilter { units: &units, queue: query.queue, reason: query.reason }, None, None).await
}

/// The first document between two that no other user has locked.
async fn find_unlocked(
    archive: &Archive,
    by: &Identity,
    wanted: &WaitingFilter<'_>,
    after: Option<&str>,
    before: Option<&str>,
) -> Result<Option<QueueEntry>> {
    let mut after = after.map(str::to_owned);
    loop {
        let mut listed = archive.catalog.waiting_documents(wanted, after.as_deref(), SCAN_CHUNK).await?;
        after = listed.last().map(|last| last.id.clone());
        let is_last = listed.len() < SCAN_CHUNK;
        listed.retain(|one| before.is_none_or(|before| *one.id < *before));
        let is_over = is_last || listed.is_empty();
        if let Some(free) = with_lock_holders(archive, listed).await?.into_iter().find(|one| !one.is_locked_by_other(by)) {
            return Ok(Some(free));
        }
        if is_over {
            return Ok(None);
        }
    }
}

/// Locks a document; returns the holder, which may be another user who locked it before.
///
/// # Errors
/// `NotFound` for an unknown document, or one of another unit.
pub async fn acquire_review_lock(archive: &Archive, by: &Identity, name: &str) -> Result<String> {
    let (record, document) = authorized_document(archive, by, Right::Review, name).await?;
    let id = document_id(archive, &record.fonds, &record.code, document.number).await?;
    archive.catalog.acquire_review_lock(&id, &by.user.name, LOCK_LIFETIME).await
}

/// Identifier of a document, by which it is locked: a dossier has several names.
async fn document_id(archive: &Archive, fonds: &str, code: &str, number: u32) -> Result<String> {
    let gone = || decisions::document_not_catalogued(format!("{code}#{number}"));
    archive.catalog.document_id(fonds, code, number).await?.ok_or_else(gone)
}

/// As [`acquire_review_lock`], for a document that was already authorised.
///
/// # Errors
/// `Unavailable` when the catalogue does not answer.
pub async fn acquire_lock_for(archive: &Archive, by: &Identity, shown: &ReviewDocument) -> Result<String> {
    let id = document_id(archive, &shown.fonds, &shown.code, shown.recorded.number).await?;
    archive.catalog.acquire_review_lock(&id, &by.user.name, LOCK_LIFETIME).await
}

/// Releases the caller's lock; of an unknown document there is none.
///
/// # Errors
/// `Unavailable` when the catalogue does not answer.
pub async fn release_review_lock(archive: &Archive, by: &Identity, name: &str) -> Result<()> {
    let Some((dossier, number)) = export::find_document_name(archive, &by.units_with(Right::Review), name).await? else { return Ok(()) };
    let Some(id) = archive.catalog.document_id(&dossier.fonds, &dossier.code, number).await? else { return Ok(()) };
    archive.catalog.release_review_lock(&id, &by.user.name).await
}

/// Number of documents that the caller accepted or rejected in the last hour.
///
/// # Errors
/// `Unavailable` when the catalogue does not answer.
pub async fn decided_in_last_hour(archive: &Archive, by: &Identity, now: OffsetDateTime) -> Result<u64> {
    archive.catalog.count_decided_by(&by.user.name, (now.unix_timestamp() - 3600) * 1000).await
}

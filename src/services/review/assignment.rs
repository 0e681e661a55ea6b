//! Who reviews: which documents people have in hand, and how many they do in an hour.

use crate::archive::Archive;
use crate::records::queries::authorized_document;
use crate::review::decisions::{QueuedDocument, ReviewDocument, ReviewQueue};
use schemars::JsonSchema;
use serde::Serialize;
use sohoa_base::error::{Error, Result};
use sohoa_base::model::account::{Identity, Right};
use sohoa_catalog::{WaitingDocument, WaitingFilter};
use std::collections::BTreeMap;
use std::time::Duration;
use time::OffsetDateTime;

/// For how long a document stays in hand after it was opened.
const LOCK_LIFETIME: Duration = Duration::from_secs(600);

/// A document that waits, and who has it in hand.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct QueueEntry {
    /// The document.
    #[serde(flatten)]
    pub document: QueuedDocument,
    /// Who has it in hand; none: nobody.
    pub holder: Option<String>,
}

impl QueueEntry {
    /// The name by which everything else calls the document: `OBJECT#NUMBER`.
    #[must_use]
    pub fn name(&self) -> String {
        let number = self.document.document.rsplit('#').next().unwrap_or_default();
        format!("{}#{number}", self.document.dossier)
    }

    /// Whether somebody else has it in hand.
    #[must_use]
    pub fn is_locked_by_other(&self, by: &Identity) -> bool {
        self.holder.as_ref().is_some_and(|holder| *holder != by.user.name)
    }
}

/// Documents that wait, the oldest first, and how many there are.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[schemars(rename = "WaitingList")]
pub struct QueueListing {
    /// The documents.
    pub items: Vec<QueueEntry>,
    /// How many wait, by queue, of those with the reason that was asked for.
    pub counts: BTreeMap<ReviewQueue, u64>,
    /// What to give as `after` for the next ones; none: there are no more.
    pub next: Option<String>,
}

impl QueueListing {
    /// How many wait in a queue, or in all.
    #[must_use]
    pub fn count(&self, queue: Option<ReviewQueue>) -> u64 {
        self.counts.iter().filter(|(own, _)| queue.is_none_or(|queue| **own == queue)).map(|(_, count)| count).sum()
    }
}

/// Which documents are asked for.
#[derive(Debug, Clone, Copy, Default)]
pub struct QueueQuery<'a> {
    /// Of this queue.
    pub queue: Option<ReviewQueue>,
    /// With this reason.
    pub reason: Option<&'a str>,
    /// Behind these: `next` of the list before.
    pub after: Option<&'a str>,
    /// At most so many.
    pub limit: usize,
}

/// What waits in the units that a person reviews.
///
/// # Errors
/// `Unavailable` when the catalogue does not answer.
pub async fn list_queue(archive: &Archive, by: &Identity, asked: &QueueQuery<'_>) -> Result<QueueListing> {
    let units = by.units_with(Right::Review);
    let wanted = WaitingFilter { units: &units, queue: asked.queue, reason: asked.reason };
    let mut listed = archive.catalog.waiting_documents(&wanted, asked.after, asked.limit + 1).await?;
    let is_all = listed.len() <= asked.limit;
    listed.truncate(asked.limit);
    let next = listed.last().filter(|_| !is_all).map(|last| last.id.clone());
    let items = with_lock_holders(archive, listed).await?;
    let counts = archive.catalog.count_waiting_by_queue(&WaitingFilter { queue: None, ..wanted }).await?;
    Ok(QueueListing { items, counts, next })
}

async fn with_lock_holders(archive: &Archive, listed: Vec<WaitingDocument>) -> Result<Vec<QueueEntry>> {
    let held = archive.catalog.review_locks().await?;
    let all = listed.into_iter().map(|waiting| {
        let mut one = QueueEntry { document: QueuedDocument::from_catalog(waiting), holder: None };
        one.holder = held.get(&one.name()).cloned();
        one
    });
    Ok(all.collect())
}

/// Where a document stands in a queue, and which comes after it.
#[derive(Debug, Clone)]
pub struct QueuePosition {
    /// How many stand before it.
    pub ahead: u64,
    /// How many wait in all.
    pub total: u64,
    /// The next one that nobody else has in hand: behind it, or else from the beginning.
    pub next: Option<QueueEntry>,
}

/// Documents that are looked through at once for one that nobody has in hand.
const SCAN_CHUNK: usize = 20;

/// Where a document stands among those asked for.
///
/// # Errors
/// `Unavailable` when the catalogue does not answer; `NotFound` where it does not know the document.
pub async fn queue_position(archive: &Archive, by: &Identity, asked: &QueueQuery<'_>, shown: &ReviewDocument) -> Result<QueuePosition> {
    let units = by.units_with(Right::Review);
    let wanted = WaitingFilter { units: &units, queue: asked.queue, reason: asked.reason };
    let gone = || Error::not_found("the catalogue does not know the document; run `sohoa rebuild`");
    let id = archive.catalog.document_id(&shown.fonds, &shown.code, shown.recorded.number).await?.ok_or_else(gone)?;
    let before = archive.catalog.count_waiting_before(&wanted, &id).await?;
    let counts = archive.catalog.count_waiting_by_queue(&wanted).await?;
    let mut next = find_unlocked(archive, by, &wanted, Some(&id), None).await?;
    if next.is_none() {
        next = find_unlocked(archive, by, &wanted, None, Some(&id)).await?;
    }
    Ok(QueuePosition { ahead: before, total: counts.values().sum(), next })
}

/// The first document of those asked for that nobody else has in hand.
///
/// # Errors
/// `Unavailable` when the catalogue does not answer.
pub async fn first_unlocked(archive: &Archive, by: &Identity, asked: &QueueQuery<'_>) -> Result<Option<QueueEntry>> {
    let units = by.units_with(Right::Review);
    find_unlocked(archive, by, &WaitingFilter { units: &units, queue: asked.queue, reason: asked.reason }, None, None).await
}

/// The first document between two that nobody else has in hand.
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

/// Takes a document in hand; who has it then, which may be somebody else.
///
/// # Errors
/// `NotFound` for an unknown document, or one of another unit.
pub async fn acquire_review_lock(archive: &Archive, by: &Identity, name: &str) -> Result<String> {
    authorized_document(archive, by, Right::Review, name).await?;
    archive.catalog.acquire_review_lock(name, &by.user.name, LOCK_LIFETIME).await
}

/// As [`take`], of a document that was shown to the person already.
///
/// # Errors
/// `Unavailable` when the catalogue does not answer.
pub async fn acquire_lock_for(archive: &Archive, by: &Identity, shown: &ReviewDocument) -> Result<String> {
    archive.catalog.acquire_review_lock(&shown.name(), &by.user.name, LOCK_LIFETIME).await
}

/// Puts it out of hand.
///
/// # Errors
/// `Unavailable` when the catalogue does not answer.
pub async fn release_review_lock(archive: &Archive, by: &Identity, name: &str) -> Result<()> {
    archive.catalog.release_review_lock(name, &by.user.name).await
}

/// How many documents a person accepted or rejected in the last hour.
///
/// # Errors
/// `Unavailable` when the catalogue does not answer.
pub async fn decided_in_last_hour(archive: &Archive, by: &Identity, now: OffsetDateTime) -> Result<u64> {
    archive.catalog.count_decided_by(&by.user.name, (now.unix_timestamp() - 3600) * 1000).await
}

//! Who reviews: which documents people have in hand, and how many they do in an hour.

use crate::archive::Archive;
use crate::find::found_for;
use crate::review::{Queue, Shown, Waiting};
use schemars::JsonSchema;
use serde::Serialize;
use sohoa_base::error::{Error, Result};
use sohoa_base::model::account::{Identity, Right};
use sohoa_catalog::{WaitingDocument, WantedWaiting};
use std::collections::BTreeMap;
use std::time::Duration;
use time::OffsetDateTime;

/// For how long a document stays in hand after it was opened.
const HELD: Duration = Duration::from_secs(600);

/// A document that waits, and who has it in hand.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct WaitingFor {
    /// The document.
    #[serde(flatten)]
    pub waiting: Waiting,
    /// Who has it in hand; none: nobody.
    pub holder: Option<String>,
}

impl WaitingFor {
    /// The name by which everything else calls the document: `OBJECT#NUMBER`.
    #[must_use]
    pub fn name(&self) -> String {
        let number = self.waiting.document.rsplit('#').next().unwrap_or_default();
        format!("{}#{number}", self.waiting.dossier)
    }

    /// Whether somebody else has it in hand.
    #[must_use]
    pub fn is_anothers(&self, by: &Identity) -> bool {
        self.holder.as_ref().is_some_and(|holder| *holder != by.user.name)
    }
}

/// Documents that wait, the oldest first, and how many there are.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct WaitingList {
    /// The documents.
    pub items: Vec<WaitingFor>,
    /// How many wait, by queue, of those with the reason that was asked for.
    pub counts: BTreeMap<Queue, u64>,
    /// What to give as `after` for the next ones; none: there are no more.
    pub next: Option<String>,
}

impl WaitingList {
    /// How many wait in a queue, or in all.
    #[must_use]
    pub fn count(&self, queue: Option<Queue>) -> u64 {
        self.counts.iter().filter(|(own, _)| queue.is_none_or(|queue| **own == queue)).map(|(_, count)| count).sum()
    }
}

/// Which documents are asked for.
#[derive(Debug, Clone, Copy, Default)]
pub struct AskedWaiting<'a> {
    /// Of this queue.
    pub queue: Option<Queue>,
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
pub async fn waiting(archive: &Archive, by: &Identity, asked: &AskedWaiting<'_>) -> Result<WaitingList> {
    let units = by.units(Right::Review);
    let wanted = WantedWaiting { units: &units, queue: asked.queue, reason: asked.reason };
    let mut listed = archive.catalog.waiting(&wanted, asked.after, asked.limit + 1).await?;
    let is_all = listed.len() <= asked.limit;
    listed.truncate(asked.limit);
    let next = listed.last().filter(|_| !is_all).map(|last| last.id.clone());
    let items = with_holders(archive, listed).await?;
    let counts = archive.catalog.waiting_by_queue(&WantedWaiting { queue: None, ..wanted }).await?;
    Ok(WaitingList { items, counts, next })
}

async fn with_holders(archive: &Archive, listed: Vec<WaitingDocument>) -> Result<Vec<WaitingFor>> {
    let held = archive.catalog.held().await?;
    let all = listed.into_iter().map(|waiting| {
        let mut one = WaitingFor { waiting: Waiting::of(waiting), holder: None };
        one.holder = held.get(&one.name()).cloned();
        one
    });
    Ok(all.collect())
}

/// Where a document stands in a queue, and which comes after it.
#[derive(Debug, Clone)]
pub struct Turn {
    /// How many stand before it.
    pub before: u64,
    /// How many wait in all.
    pub of: u64,
    /// The next one that nobody else has in hand: behind it, or else from the beginning.
    pub next: Option<WaitingFor>,
}

/// Documents that are looked through at once for one that nobody has in hand.
const LOOKED_THROUGH: usize = 20;

/// Where a document stands among those asked for.
///
/// # Errors
/// `Unavailable` when the catalogue does not answer; `NotFound` where it does not know the document.
pub async fn turn(archive: &Archive, by: &Identity, asked: &AskedWaiting<'_>, shown: &Shown) -> Result<Turn> {
    let units = by.units(Right::Review);
    let wanted = WantedWaiting { units: &units, queue: asked.queue, reason: asked.reason };
    let gone = || Error::not_found("the catalogue does not know the document; run `sohoa rebuild`");
    let id = archive.catalog.document_id(&shown.fonds, &shown.code, shown.recorded.number).await?.ok_or_else(gone)?;
    let before = archive.catalog.waiting_before(&wanted, &id).await?;
    let counts = archive.catalog.waiting_by_queue(&wanted).await?;
    let mut next = first_free(archive, by, &wanted, Some(&id), None).await?;
    if next.is_none() {
        next = first_free(archive, by, &wanted, None, Some(&id)).await?;
    }
    Ok(Turn { before, of: counts.values().sum(), next })
}

/// The first document of those asked for that nobody else has in hand.
///
/// # Errors
/// `Unavailable` when the catalogue does not answer.
pub async fn first(archive: &Archive, by: &Identity, asked: &AskedWaiting<'_>) -> Result<Option<WaitingFor>> {
    let units = by.units(Right::Review);
    first_free(archive, by, &WantedWaiting { units: &units, queue: asked.queue, reason: asked.reason }, None, None).await
}

/// The first document between two that nobody else has in hand.
async fn first_free(
    archive: &Archive,
    by: &Identity,
    wanted: &WantedWaiting<'_>,
    after: Option<&str>,
    before: Option<&str>,
) -> Result<Option<WaitingFor>> {
    let mut after = after.map(str::to_owned);
    loop {
        let mut listed = archive.catalog.waiting(wanted, after.as_deref(), LOOKED_THROUGH).await?;
        after = listed.last().map(|last| last.id.clone());
        let is_last = listed.len() < LOOKED_THROUGH;
        listed.retain(|one| before.is_none_or(|before| *one.id < *before));
        let is_over = is_last || listed.is_empty();
        if let Some(free) = with_holders(archive, listed).await?.into_iter().find(|one| !one.is_anothers(by)) {
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
pub async fn take(archive: &Archive, by: &Identity, name: &str) -> Result<String> {
    found_for(archive, by, Right::Review, name).await?;
    archive.catalog.hold(name, &by.user.name, HELD).await
}

/// As [`take`], of a document that was shown to the person already.
///
/// # Errors
/// `Unavailable` when the catalogue does not answer.
pub async fn take_shown(archive: &Archive, by: &Identity, shown: &Shown) -> Result<String> {
    archive.catalog.hold(&shown.name(), &by.user.name, HELD).await
}

/// Puts it out of hand.
///
/// # Errors
/// `Unavailable` when the catalogue does not answer.
pub async fn put_back(archive: &Archive, by: &Identity, name: &str) -> Result<()> {
    archive.catalog.let_go(name, &by.user.name).await
}

/// How many documents a person accepted or rejected in the last hour.
///
/// # Errors
/// `Unavailable` when the catalogue does not answer.
pub async fn done_in_an_hour(archive: &Archive, by: &Identity, now: OffsetDateTime) -> Result<u64> {
    archive.catalog.done_by(&by.user.name, (now.unix_timestamp() - 3600) * 1000).await
}

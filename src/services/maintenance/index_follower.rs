//! Keeps the search index of this home from the event log: one thread per process, one writer per home.
//!
//! Whichever process holds the index's lock indexes what any process or machine deposited; when it ends, another one takes over. The
//! position in the log is part of the index's own commit. An index that was lost, damaged or made from another catalogue is filled
//! again from all deposited dossiers, while searches go on with what it has.

use crate::archive::Archive;
use sohoa_base::error::Result;
use sohoa_base::messages::{arguments, program, records};
use sohoa_base::model::dossier::Dossier;
use sohoa_base::model::record::Record;
use sohoa_formats::metadata::alto;
use sohoa_pipeline::outage::sleep_unless_stopped;
use sohoa_pipeline::worker::CancellationToken;
use sohoa_search::index::{IndexPosition, IndexUpdate};
use sohoa_search::indexed_page::IndexedPage;
use sohoa_stages::object_names;
use sohoa_stages::record_json::record_from_json;
use sohoa_storage::ocfl::ocfl_object::ObjectReader;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Interval at which the log is looked at.
const POLL_INTERVAL: Duration = Duration::from_millis(300);

/// Longest pause after an error.
const MAX_PAUSE: Duration = Duration::from_secs(30);

/// Deposits, or dossiers of a full pass, in one commit.
const CHUNK: usize = 50;

/// How long a command waits for its own deposits.
const MAX_WAIT: Duration = Duration::from_secs(60);

/// A running follower; it ends when this is dropped.
#[derive(Debug)]
pub struct IndexFollower {
    stop: CancellationToken,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl IndexFollower {
    /// Starts the thread that follows the log.
    ///
    /// # Errors
    /// `Unavailable` where no thread can start.
    pub fn start(archive: &Arc<Archive>) -> Result<Self> {
        // Connections stay in the pool after this thread has ended, so they must not belong to a runtime of its own.
        let runtime = archive.worker_threads()?;
        let (archive, stop) = (Arc::clone(archive), CancellationToken::new());
        let token = stop.clone();
        let follow = move || runtime.block_on(follow(&archive, &token));
        let thread = std::thread::Builder::new().name("index".to_owned()).spawn(follow);
        let thread = thread.map_err(|error| arguments::threads_unavailable().caused_by(error))?;
        Ok(Self { stop, thread: Some(thread) })
    }
}

impl Drop for IndexFollower {
    fn drop(&mut self) {
        self.stop.cancel();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// Waits until everything that was deposited so far is findable, here or by the process that holds the index; `false` when that takes
/// longer than a minute, or a stop was requested.
pub async fn wait_until_indexed(archive: &Archive, stop: &CancellationToken) -> bool {
    let began = Instant::now();
    while began.elapsed() < MAX_WAIT {
        if is_up_to_date(archive).await.unwrap_or(false) {
            return true;
        }
        if !sleep_unless_stopped(POLL_INTERVAL / 6, stop).await {
            return false;
        }
    }
    false
}

/// Fills the index again from all deposited dossiers; does nothing while another process holds it.
///
/// # Errors
/// `Unavailable` where store, catalogue or index do not answer.
pub async fn refill(archive: &Archive, stop: &CancellationToken) -> Result<()> {
    match archive.index.begin_update()? {
        Some(mut update) => {
            index_all(archive, &mut update, None, stop).await?;
            update.close()
        }
        None => Ok(()),
    }
}

/// Whether the index has every deposit.
///
/// # Errors
/// `Unavailable` where the catalogue does not answer.
pub async fn is_up_to_date(archive: &Archive) -> Result<bool> {
    match valid_position(archive).await? {
        Some(position) if position.full_pass_after.is_none() => Ok(archive.catalog.deposits_after(position.event, 1).await?.is_empty()),
        _ => Ok(false),
    }
}

/// The position of the index, unless it was made from another catalogue.
async fn valid_position(archive: &Archive) -> Result<Option<IndexPosition>> {
    let Some(position) = archive.index.position()? else { return Ok(None) };
    let same = position.catalogue == archive.catalog.catalogue_id().await?;
    Ok((same && position.event <= archive.catalog.event_cursor().await?.event).then_some(position))
}

async fn follow(archive: &Arc<Archive>, stop: &CancellationToken) {
    let (mut update, mut pause) = (None, POLL_INTERVAL);
    while !stop.is_cancelled() {
        match follow_once(archive, &mut update, stop).await {
            Ok(()) => pause = POLL_INTERVAL,
            Err(error) => {
                tracing::warn!(error = %error.chain(), "the search index is not up to date");
                // The writer is unusable after an error; files that are gone or damaged are made again.
                update = None;
                if let Err(error) = archive.index.reopen() {
                    tracing::warn!(error = %error.chain(), "the search index cannot be opened");
                }
                pause = (pause * 2).min(MAX_PAUSE);
            }
        }
        sleep_unless_stopped(pause, stop).await;
    }
    if let Some(update) = update
        && let Err(error) = update.close()
    {
        tracing::warn!(error = %error.chain(), "the search index is not merged");
    }
}

/// Indexes what was deposited since the position of the index. Does nothing while another process holds the index.
async fn follow_once(archive: &Archive, update: &mut Option<IndexUpdate>, stop: &CancellationToken) -> Result<()> {
    let position = match valid_position(archive).await? {
        Some(position) if position.full_pass_after.is_none() => position,
        _ => {
            let Some(update) = hold(archive, update)? else { return Ok(()) };
            // The process that held the index until now may have gone on meanwhile.
            return match valid_position(archive).await? {
                Some(position) if position.full_pass_after.is_none() => Ok(()),
                unfinished => index_all(archive, update, unfinished, stop).await,
            };
        }
    };
    let mut event = position.event;
    while !stop.is_cancelled() {
        let deposits = archive.catalog.deposits_after(event, CHUNK).await?;
        let Some((last, _)) = deposits.last() else { return Ok(()) };
        let Some(update) = hold(archive, update)? else { return Ok(()) };
        // The process that held the index until now may have gone on meanwhile.
        if archive.index.position()?.is_some_and(|now| now.event > event) {
            return Ok(());
        }
        let ids: BTreeSet<String> = deposits.iter().map(|(_, dossier)| dossier.clone()).collect();
        for dossier in archive.catalog.dossiers_by_id(&ids.into_iter().collect::<Vec<_>>()).await? {
            index_dossier(archive, update, &dossier).await?;
        }
        event = *last;
        update.commit(Some(&IndexPosition { event, ..position.clone() }))?;
    }
    Ok(())
}

/// The right to write, taken once and kept.
fn hold<'a>(archive: &Archive, update: &'a mut Option<IndexUpdate>) -> Result<Option<&'a mut IndexUpdate>> {
    if update.is_none() {
        *update = archive.index.begin_update()?;
    }
    Ok(update.as_mut())
}

/// Fills the index from all deposited dossiers, from where an unfinished pass ended. What was deposited meanwhile is indexed again from
/// the log.
async fn index_all(archive: &Archive, update: &mut IndexUpdate, unfinished: Option<IndexPosition>, stop: &CancellationToken) -> Result<()> {
    let mut position = match unfinished {
        Some(position) => position,
        None => {
            let catalogue = archive.catalog.catalogue_id().await?;
            let event = archive.catalog.event_cursor().await?.event;
            update.clear()?;
            IndexPosition { catalogue, event, full_pass_after: Some(String::new()) }
        }
    };
    loop {
        let after = position.full_pass_after.as_deref().unwrap_or_default();
        let dossiers = archive.catalog.deposited_dossiers(after, CHUNK).await?;
        let Some(last) = dossiers.last() else { break };
        for dossier in &dossiers {
            if stop.is_cancelled() {
                return Ok(());
            }
            index_dossier(archive, update, dossier).await?;
        }
        position.full_pass_after = Some(last.id.clone());
        update.commit(Some(&position))?;
    }
    position.full_pass_after = None;
    update.commit(Some(&position))
}

/// Puts the pages of the dossier's newest version in place of those that the index has. A dossier whose object cannot be read is
/// reported and left out; `sohoa verify` names what is wrong with it.
async fn index_dossier(archive: &Archive, update: &mut IndexUpdate, dossier: &Dossier) -> Result<()> {
    let object = object_names::dossier_object(&dossier.name);
    match pages_of_object(archive, &object).await {
        Ok(pages) => update.replace_dossier(&object, &pages),
        Err(error) if error.kind().is_outage() => Err(error),
        Err(error) => {
            tracing::warn!(object, error = %error.chain(), "a dossier is not findable");
            Ok(())
        }
    }
}

async fn pages_of_object(archive: &Archive, object: &str) -> Result<Vec<IndexedPage>> {
    let store = archive.store.as_ref();
    let reader = ObjectReader::open(store, object).await?;
    let record = record_from_json(&reader.get("record.json").await?, object)?;
    let mut pages = Vec::new();
    for document in &record.documents {
        for page in &document.pages {
            let Some(path) = &page.alto else { continue };
            let text = String::from_utf8(reader.get(path).await?);
            let text = text.map_err(|error| records::stored_text_invalid(path, object).caused_by(error))?;
            pages.push(indexed_page(&record, document.number, page.number, &text)?);
        }
    }
    Ok(pages)
}

fn indexed_page(record: &Record, number: u32, page: u32, text: &str) -> Result<IndexedPage> {
    let document = record.documents.iter().find(|document| document.number == number);
    let description = &document.ok_or_else(|| program::bug("index: a document of the record is missing"))?.description;
    Ok(IndexedPage {
        object: record.object.clone(),
        fonds: record.fonds.clone(),
        dossier: record.code.clone(),
        title: record.title.clone(),
        document: number,
        page,
        kind: description.kind.clone(),
        kind_name: description.kind_name.clone(),
        fields: description.fields.iter().map(|(name, field)| (name.clone(), field.value.clone())).collect(),
        reading: alto::parse(text)?,
    })
}

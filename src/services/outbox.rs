//! Puts the facts that the catalogue notes in its outbox into the store, from which `sohoa rebuild` restores them: ledgers of batches,
//! lots, roadmaps, tables of one-stop cases.

use crate::archive::Archive;
use serde::Serialize;
use sohoa_base::error::{ErrorKind, Result};
use sohoa_base::messages::{maintenance, program};
use sohoa_base::model::batch::BatchState;
use sohoa_base::model::roadmap::plan::Roadmap;
use sohoa_catalog::{OutboxClaim, OutboxFact};
use sohoa_storage::key;
use std::collections::BTreeSet;
use std::time::Duration;

/// Facts read from the catalogue at a time.
const CHUNK: usize = 100;

/// Pause until the claims of other writers are looked at again.
const CLAIM_PAUSE: Duration = Duration::from_millis(100);

/// Puts a fact into the store if it is due and no other writer has it.
///
/// # Errors
/// `Unavailable` when store or catalogue do not answer; the fact stays due.
pub(crate) async fn write_fact(archive: &Archive, fact: &OutboxFact) -> Result<()> {
    while let Some(claim) = archive.catalog.claim_due_fact(fact).await? {
        if let Err(error) = put_fact(archive, &claim).await {
            if let Err(error) = archive.catalog.release_due_fact(&claim).await {
                tracing::debug!(error = %error.chain(), "a claim of the outbox ends by itself");
            }
            return Err(error);
        }
        if !archive.catalog.finish_due_fact(&claim).await? {
            break;
        }
    }
    Ok(())
}

/// As [`write_fact`], after the fact was committed: an error is logged, and whoever writes due facts next tries again.
pub(crate) async fn write_soon(archive: &Archive, fact: OutboxFact) {
    if let Err(error) = write_fact(archive, &fact).await {
        tracing::warn!(?fact, error = %error.chain(), "the store does not have it yet; `sohoa work` or `sohoa serve` tries again");
    }
}

/// Puts the ledger of a batch into the store if it is due.
///
/// # Errors
/// As [`write_fact`].
pub(crate) async fn write_ledger(archive: &Archive, batch: &str) -> Result<()> {
    write_fact(archive, &OutboxFact::Batch(batch.to_owned())).await
}

/// As [`write_ledger`], after a change was committed: an error is logged.
pub(crate) async fn write_ledger_soon(archive: &Archive, batch: &str) {
    write_soon(archive, OutboxFact::Batch(batch.to_owned())).await;
}

/// Puts all facts into the store that are due and that no other writer has; returns the first error after all were tried.
///
/// # Errors
/// As [`write_fact`].
pub(crate) async fn write_due_facts(archive: &Archive) -> Result<()> {
    write_round(archive).await.map(|_| ())
}

/// As [`write_due_facts`], and waits for what other writers have: theirs ends, or its claim does.
///
/// # Errors
/// As [`write_fact`].
pub(crate) async fn write_all_facts(archive: &Archive) -> Result<()> {
    while write_round(archive).await? {
        tokio::time::sleep(CLAIM_PAUSE).await;
    }
    Ok(())
}

/// Returns whether another writer has some of the facts.
async fn write_round(archive: &Archive) -> Result<bool> {
    let (mut outcome, mut after, mut others) = (Ok(()), None, false);
    loop {
        let due = archive.catalog.due_facts(after.as_ref(), CHUNK).await?;
        if due.is_empty() {
            return outcome.map(|()| others);
        }
        for (fact, is_claimed) in due {
            if is_claimed {
                others = true;
            } else {
                outcome = outcome.and(write_fact(archive, &fact).await);
            }
            after = Some(fact);
        }
    }
}

async fn put_fact(archive: &Archive, claim: &OutboxClaim) -> Result<()> {
    let store = archive.store.as_ref();
    match &claim.fact {
        OutboxFact::Batch(batch) => put_ledger(archive, batch).await,
        OutboxFact::Lot(id) => match archive.catalog.lot(id).await {
            Ok(lot) => store.put(&key::lot(id), to_json(&lot)?).await,
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
            Err(error) => Err(error),
        },
        OutboxFact::Roadmap { decision, version } => {
            let roadmap: Roadmap = serde_json::from_str(content(claim)?)
                .map_err(|error| maintenance::outbox_entry_invalid(key::roadmap(decision, *version)).caused_by(error))?;
            store.put(&key::roadmap(decision, *version), to_json(&roadmap)?).await
        }
        OutboxFact::Cases(id) => store.put(&key::cases(id), content(claim)?.as_bytes().to_vec()).await,
    }
}

fn content(claim: &OutboxClaim) -> Result<&str> {
    claim.content.as_deref().ok_or_else(|| maintenance::outbox_entry_invalid(format!("{:?}", claim.fact)))
}

fn to_json(value: &impl Serialize) -> Result<Vec<u8>> {
    serde_json::to_vec_pretty(value).map_err(|error| program::bug("outbox: JSON of an entry").caused_by(error))
}

/// Writes the ledger of a batch that has received its files. Of a finished one, intake blobs that are no longer needed are deleted.
async fn put_ledger(archive: &Archive, batch: &str) -> Result<()> {
    match archive.catalog.batch(batch).await {
        // It is due again when its receipt ends.
        Ok(batch) if batch.state == BatchState::Receiving => return Ok(()),
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        found => found?,
    };
    let ledger = archive.catalog.batch_ledger(batch).await?;
    archive.store.put(&key::batch(batch), to_json(&ledger)?).await?;
    if ledger.batch.state != BatchState::Finished {
        return Ok(());
    }
    let sums: BTreeSet<String> = ledger.files.iter().map(|file| file.new.sha256.clone()).collect();
    // A file that could not be read has no bytes.
    let sums: Vec<String> = sums.into_iter().filter(|sha256| !sha256.is_empty()).collect();
    for sha256 in archive.catalog.deletable_intake_blobs(&sums).await? {
        archive.store.delete(&key::intake(&sha256)).await?;
    }
    Ok(())
}

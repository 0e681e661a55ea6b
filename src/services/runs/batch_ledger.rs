//! Ledgers of finished batches in the store, from which `sohoa rebuild` restores deliveries.

use crate::archive::Archive;
use sohoa_base::error::{ErrorKind, Result, ResultExt};
use sohoa_base::model::batch::{Batch, BatchState};
use sohoa_storage::key;
use std::collections::BTreeSet;

/// Writes the ledger of a finished batch to the store and deletes intake blobs that are no longer needed; does nothing for an open one.
pub(crate) async fn finalize_batch(archive: &Archive, batch: &Batch) -> Result<()> {
    if archive.catalog.batch(&batch.id).await?.state != BatchState::Finished {
        return Ok(());
    }
    let ledger = archive.catalog.batch_ledger(&batch.id).await?;
    let json = serde_json::to_vec_pretty(&ledger).or_error(ErrorKind::Internal, || "the ledger has no JSON form".to_owned())?;
    archive.store.put(&key::batch(&batch.id), json).await?;
    let sums: BTreeSet<String> = ledger.files.iter().map(|file| file.new.sha256.clone()).collect();
    // A file that could not be read has no bytes.
    let sums: Vec<String> = sums.into_iter().filter(|sha256| !sha256.is_empty()).collect();
    for sha256 in archive.catalog.deletable_intake_blobs(&sums).await? {
        archive.store.delete(&key::intake(&sha256)).await?;
    }
    Ok(())
}

/// Writes the ledger of a batch anew, after the target it belongs to or the accepted pages have changed.
pub(crate) async fn save_ledger(archive: &Archive, batch: &str) -> Result<()> {
    finalize_batch(archive, &archive.catalog.batch(batch).await?).await
}

/// Ledgers read from the catalogue at a time.
const CHUNK: usize = 100;

/// Writes the ledgers of all batches that have ended since theirs was written; returns the first error after all were tried.
///
/// # Errors
/// `Unavailable` when store or catalogue do not answer.
pub(crate) async fn write_due_ledgers(archive: &Archive) -> Result<()> {
    let (mut outcome, mut after) = (Ok(()), String::new());
    loop {
        let due = archive.catalog.batches_with_ledger_due(&after, CHUNK).await?;
        let Some((last, _)) = due.last() else { return outcome };
        after.clone_from(&last.id);
        for (batch, mark) in &due {
            let written = async {
                finalize_batch(archive, batch).await?;
                archive.catalog.ledger_written(&batch.id, *mark).await
            };
            outcome = outcome.and(written.await);
        }
    }
}

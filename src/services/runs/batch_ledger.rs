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
    let sums: Vec<String> = sums.into_iter().collect();
    for sha256 in archive.catalog.deletable_intake_blobs(&sums).await? {
        archive.store.delete(&key::intake(&sha256)).await?;
    }
    Ok(())
}

/// Writes the ledger of a batch anew, after the target it belongs to or the accepted pages have changed.
pub(crate) async fn save_ledger(archive: &Archive, batch: &str) -> Result<()> {
    finalize_batch(archive, &archive.catalog.batch(batch).await?).await
}

/// Number of newest batches that are checked for a missing ledger.
const RECENT_BATCHES: usize = 100;

/// Writes the ledgers of batches as they finish: of those seen open before, and of those that finished without a ledger.
#[derive(Debug, Default)]
pub(crate) struct BatchCloser {
    /// Batches seen open: a ledger written before a retry is out of date when they finish.
    seen_open: BTreeSet<String>,
    /// Batches whose ledger is up to date.
    finalized: BTreeSet<String>,
}

impl BatchCloser {
    /// Writes the ledgers of the newest batches that have finished.
    pub(crate) async fn finalize_finished(&mut self, archive: &Archive) -> Result<()> {
        for batch in archive.catalog.batches(RECENT_BATCHES).await? {
            if batch.state != BatchState::Finished {
                self.finalized.remove(&batch.id);
                self.seen_open.insert(batch.id);
                continue;
            }
            if self.finalized.contains(&batch.id) {
                continue;
            }
            if self.seen_open.contains(&batch.id) || archive.store.stat(&key::batch(&batch.id)).await?.is_none() {
                finalize_batch(archive, &batch).await?;
            }
            self.seen_open.remove(&batch.id);
            self.finalized.insert(batch.id);
        }
        Ok(())
    }
}

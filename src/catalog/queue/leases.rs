//! Leases of claimed tasks: renewal, release, recovery from dead workers.
//!
//! A lease is fenced by the number of the claim: a slow worker whose task was claimed by another one cannot commit. Finished tasks
//! are deleted; their results are in the facts and in the event log.

use crate::Catalog;
use crate::queue::claims::Claim;
use crate::sql::{self, get, retrying};
use sohoa_base::error::{Error, Result};
use sohoa_base::messages::runs;
use std::time::Duration;

/// Failed tries after which a task is not released any more, but parked.
pub const MAX_FAILURES: u32 = 5;

/// Failed tries and lost workers after which a claimed task is parked without another try.
pub const MAX_LOST_CLAIMS: u32 = 10;

/// Result of [`Catalog::release`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReleaseOutcome {
    /// The task can be claimed again after the wait.
    Requeued,
    /// The task failed [`MAX_FAILURES`] times: the lease is kept, and the caller parks the task.
    Exhausted,
}

impl Catalog {
    /// Renews the lease of a task, to end `lease` from now.
    ///
    /// # Errors
    /// `Conflict` where the lease was lost.
    pub async fn renew(&self, claim: &Claim, lease: Duration) -> Result<()> {
        retrying!(async {
            let mut write = self.write().await?;
            let statement = sqlx::query("UPDATE tasks SET ready_at = $3 WHERE id = $1 AND attempts = $2 AND worker IS NOT NULL")
                .bind(claim.task.clone())
                .bind(i64::from(claim.attempt))
                .bind(write.now.saturating_add(sql::to_i64(lease.as_millis())));
            if sql::execute(write.connection(), statement, "cannot renew a lease").await? == 0 {
                return Err(lease_lost(claim));
            }
            write.commit().await
        })
    }

    /// Releases a task after a transient error, to be tried again after `wait`.
    ///
    /// # Errors
    /// `Conflict` where the lease was lost.
    pub async fn release(&self, claim: &Claim, wait: Duration, error: &Error) -> Result<ReleaseOutcome> {
        if claim.failures + 1 >= MAX_FAILURES {
            return Ok(ReleaseOutcome::Exhausted);
        }
        self.end_lease(claim, wait, 1, Some(sql::replace_nul(&error.chain()))).await?;
        Ok(ReleaseOutcome::Requeued)
    }

    /// Releases a task without a result, as when the worker is asked to stop; does not count as a failure.
    ///
    /// # Errors
    /// `Conflict` where the lease was lost.
    pub async fn release_unchanged(&self, claim: &Claim) -> Result<()> {
        self.end_lease(claim, Duration::ZERO, 0, claim.last_error.clone()).await
    }

    async fn end_lease(&self, claim: &Claim, wait: Duration, failures: i64, error: Option<String>) -> Result<()> {
        retrying!(async {
            let mut write = self.write().await?;
            let statement = sqlx::query(
                "UPDATE tasks SET worker = NULL, ready_at = $3, failures = failures + $4, error = $5
                 WHERE id = $1 AND attempts = $2 AND worker IS NOT NULL",
            )
            .bind(claim.task.clone())
            .bind(i64::from(claim.attempt))
            .bind(write.now.saturating_add(sql::to_i64(wait.as_millis())))
            .bind(failures)
            .bind(error.clone());
            if sql::execute(write.connection(), statement, "cannot give a task back").await? == 0 {
                return Err(lease_lost(claim));
            }
            write.commit().await
        })
    }

    /// Makes the tasks of workers that are not alive claimable at once, instead of at the end of their leases; returns their
    /// number.
    ///
    /// # Errors
    /// `Unavailable` where the catalogue does not answer.
    pub async fn reclaim_dead_leases(&self, is_alive: impl Fn(&str) -> bool) -> Result<u64> {
        let statement = sqlx::query("SELECT DISTINCT worker FROM tasks WHERE worker IS NOT NULL");
        let rows = sql::fetch_all(&mut *self.read().await?, statement, "cannot read workers").await?;
        let mut taken = 0;
        for row in &rows {
            let worker: String = get(row, "worker")?;
            if is_alive(&worker) {
                continue;
            }
            taken += retrying!(async {
                let mut write = self.write().await?;
                let statement = sqlx::query("UPDATE tasks SET ready_at = $2 WHERE worker = $1").bind(worker.clone()).bind(write.now);
                let rows = sql::execute(write.connection(), statement, "cannot take over tasks").await?;
                write.commit().await?;
                Ok(rows)
            })?;
        }
        Ok(taken)
    }
}

pub(crate) fn lease_lost(claim: &Claim) -> Error {
    runs::task_lease_lost(&claim.task)
}

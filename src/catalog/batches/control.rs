//! Control of a batch: pause, resume, priority, cancel.

use crate::Catalog;
use crate::batches::lifecycle::unknown_batch;
use crate::outbox_fact::OutboxFact;
use crate::rows::bind_refusal;
use crate::sql::{self, MAX_IN_LIST, WriteTx, bind_all, dynamic_query, get, placeholders, retrying};
use sohoa_base::error::Result;
use sohoa_base::messages::runs;
use sohoa_base::model::refusal::{Refusal, RefusalClass};
use std::collections::{BTreeMap, BTreeSet};

/// How a batch is controlled.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct BatchControl {
    /// Whether its tasks are not claimed.
    pub paused: bool,
    /// Priority of its tasks; higher ones are claimed first.
    pub priority: i64,
}

impl Catalog {
    /// Pauses a batch: its tasks are not claimed any more. Leased tasks finish as usual.
    ///
    /// # Errors
    /// `NotFound` for an unknown batch, `Unavailable` where the catalogue does not answer.
    pub async fn pause(&self, batch: &str) -> Result<()> {
        retrying!(self.change_control(batch, "paused", "batch-paused"))
    }

    /// Resumes a paused batch.
    ///
    /// # Errors
    /// `NotFound` for an unknown batch, `Unavailable` where the catalogue does not answer.
    pub async fn resume(&self, batch: &str) -> Result<()> {
        retrying!(self.change_control(batch, "run", "batch-resumed"))
    }

    /// Whether the batch is paused.
    ///
    /// # Errors
    /// `NotFound` for an unknown batch, `Unavailable` where the catalogue does not answer.
    pub async fn is_paused(&self, batch: &str) -> Result<bool> {
        let mut connection = self.read().await?;
        let statement = sqlx::query("SELECT control FROM batches WHERE id = $1").bind(batch.to_owned());
        let row = sql::fetch_optional(&mut connection, statement, "cannot read a batch").await?.ok_or_else(|| unknown_batch(batch))?;
        Ok(get::<String>(&row, "control")? == "paused")
    }

    /// Whether each of these batches is paused, and its priority.
    ///
    /// # Errors
    /// `Unavailable` where the catalogue does not answer.
    pub async fn batch_controls(&self, batches: &[String]) -> Result<BTreeMap<String, BatchControl>> {
        let mut connection = self.read().await?;
        let mut controls = BTreeMap::new();
        for chunk in batches.chunks(MAX_IN_LIST) {
            let text = format!("SELECT id, control, priority FROM batches WHERE id IN ({})", placeholders(1, chunk.len()));
            for row in &sql::fetch_all(&mut connection, bind_all(dynamic_query(text), chunk), "cannot read batches").await? {
                let control = BatchControl { paused: get::<String>(row, "control")? == "paused", priority: get(row, "priority")? };
                controls.insert(get(row, "id")?, control);
            }
        }
        Ok(controls)
    }

    /// Sets the priority of a batch and of its open tasks; higher priorities are claimed first.
    ///
    /// # Errors
    /// `NotFound` for an unknown batch, `Unavailable` where the catalogue does not answer.
    pub async fn set_priority(&self, batch: &str, priority: i64) -> Result<()> {
        retrying!(self.set_priority_once(batch, priority))
    }

    async fn set_priority_once(&self, batch: &str, priority: i64) -> Result<()> {
        let mut write = self.write().await?;
        let statement = sqlx::query("UPDATE batches SET priority = $2 WHERE id = $1").bind(batch.to_owned()).bind(priority);
        if sql::execute(write.connection(), statement, "cannot set a priority").await? == 0 {
            return Err(unknown_batch(batch));
        }
        let statement = sqlx::query("UPDATE tasks SET priority = $2 WHERE batch = $1").bind(batch.to_owned()).bind(priority);
        sql::execute(write.connection(), statement, "cannot set the priority of tasks").await?;
        write.append_events(batch, &[("", "batch-prioritised", serde_json::json!({ "priority": priority }))]).await?;
        write.commit().await
    }

    /// The priority of a batch.
    ///
    /// # Errors
    /// `NotFound` for an unknown batch, `Unavailable` where the catalogue does not answer.
    pub async fn priority(&self, batch: &str) -> Result<i64> {
        let mut connection = self.read().await?;
        let statement = sqlx::query("SELECT priority FROM batches WHERE id = $1").bind(batch.to_owned());
        let row = sql::fetch_optional(&mut connection, statement, "cannot read a batch").await?.ok_or_else(|| unknown_batch(batch))?;
        get(&row, "priority")
    }

    async fn change_control(&self, batch: &str, control: &'static str, kind: &'static str) -> Result<()> {
        let mut write = self.write().await?;
        write.set_control(batch, control).await?;
        write.append_events(batch, &[("", kind, serde_json::json!({}))]).await?;
        write.commit().await
    }

    /// Cancels a batch: unread files and pages are refused (class `outage`, so that a retry or another delivery enqueues them
    /// again), and its dossiers are deposited as they are, so that the balance closes and every original is kept. What failed tasks
    /// were about to finish is refused for the reason of the failure. Returns the number of refused files and pages.
    ///
    /// # Errors
    /// `NotFound` for an unknown batch, `Unavailable` where the catalogue does not answer.
    pub async fn cancel(&self, batch: &str) -> Result<u64> {
        retrying!(self.cancel_once(batch))
    }

    async fn cancel_once(&self, batch: &str) -> Result<u64> {
        let mut write = self.write().await?;
        let statement = sqlx::query("DELETE FROM tasks WHERE batch = $1 AND level IN ('file', 'page') RETURNING level, item, dossier")
            .bind(batch.to_owned());
        let rows = sql::fetch_all(write.connection(), statement, "cannot cancel tasks").await?;
        let (mut files, mut pages, mut counts) = (Vec::new(), Vec::new(), BTreeMap::<String, u64>::new());
        for row in &rows {
            let level: String = get(row, "level")?;
            if level == "file" {
                files.push(get(row, "item")?)
            } else {
                pages.push(get(row, "item")?)
            }
            *counts.entry(get(row, "dossier")?).or_default() += 1;
        }
        let failed = write.dossiers_with_failed_tasks(batch).await?;
        let dossiers =
            write.lock_dossiers_by_id(counts.keys().chain(&failed).cloned().collect::<BTreeSet<_>>().into_iter().collect()).await?;
        let refusal = Refusal::new(RefusalClass::Outage, &runs::cancelled_before_reading());
        for (table, items) in [("files", &files), ("pages", &pages)] {
            for chunk in items.chunks(MAX_IN_LIST) {
                let text = format!(
                    "UPDATE {table} SET state = 'refused', class = $1, reason = $2, message = $3 WHERE id IN ({})",
                    placeholders(4, chunk.len())
                );
                let statement = bind_all(bind_refusal(dynamic_query(text), &refusal)?, chunk);
                sql::execute(write.connection(), statement, "cannot refuse what was cancelled").await?;
                if table == "files" {
                    write.refuse_duplicates(chunk, &refusal).await?;
                }
            }
        }
        let mut refused_by_failure = 0;
        for dossier in &dossiers {
            let count = counts.get(dossier).copied().unwrap_or_default();
            if failed.contains(dossier) {
                let (refused, goes_on) = write.cancel_failed_tasks(dossier).await?;
                refused_by_failure += refused;
                if count == 0 {
                    if goes_on {
                        self.continue_idle_dossier(&mut write, dossier).await?;
                    }
                    continue;
                }
            }
            self.complete_tasks(&mut write, dossier, count).await?;
        }
        write.set_control(batch, "run").await?;
        let statement = sqlx::query(
            "UPDATE batches SET state = CASE WHEN open_dossiers > 0 THEN 'running' ELSE 'finished' END,
                    ended = CASE WHEN open_dossiers > 0 THEN NULL ELSE COALESCE(ended, $2) END WHERE id = $1",
        )
        .bind(batch.to_owned())
        .bind(write.now);
        sql::execute(write.connection(), statement, "cannot end receiving").await?;
        write.mark_due(OutboxFact::Batch(batch.to_owned()), None);
        let body = serde_json::json!({ "files": files.len(), "pages": pages.len(), "failed": refused_by_failure });
        write.append_events(batch, &[("", "batch-cancelled", body)]).await?;
        write.commit().await?;
        Ok(rows.len() as u64 + refused_by_failure)
    }
}

impl WriteTx {
    async fn set_control(&mut self, batch: &str, control: &'static str) -> Result<()> {
        let statement = sqlx::query("UPDATE batches SET control = $2 WHERE id = $1").bind(batch.to_owned()).bind(control);
        if sql::execute(self.connection(), statement, "cannot steer a batch").await? == 0 {
            return Err(unknown_batch(batch));
        }
        Ok(())
    }

    /// Locks dossiers by identifier in the order of their names; returns the identifiers in that order.
    pub(crate) async fn lock_dossiers_by_id(&mut self, ids: Vec<String>) -> Result<Vec<String>> {
        let mut named: Vec<(String, String, String)> = Vec::with_capacity(ids.len());
        for row in &crate::rows::fetch_by_ids(self.connection(), "dossiers", &ids).await? {
            named.push((get(row, "fonds")?, get(row, "code")?, get(row, "id")?));
        }
        named.sort();
        let ordered: Vec<String> = named.into_iter().map(|(_, _, id)| id).collect();
        for id in &ordered {
            let statement = sqlx::query("UPDATE dossiers SET title = title WHERE id = $1").bind(id.clone());
            sql::execute(self.connection(), statement, "cannot take a dossier in hand").await?;
        }
        Ok(ordered)
    }
}

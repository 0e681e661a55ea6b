//! Life cycle of batches: opening, continuing, end of receipt; lists of batches.

use crate::outbox_fact::OutboxFact;
use crate::sql::{self, get, get_enum, retrying, to_json};
use crate::{Catalog, rfc3339};
use sohoa_base::error::{Error, Result};
use sohoa_base::messages::runs;
use sohoa_base::model::account::UnitScope;
use sohoa_base::model::batch::{Batch, BatchState};
use sohoa_base::model::pipeline_plan::PipelinePlan;
use sqlx::any::AnyRow;

/// Data of a new batch.
#[derive(Debug, Clone, Copy)]
pub struct NewBatch<'a> {
    /// Identity of the delivery: inputs, unit and pipeline.
    pub key: &'a str,
    /// Unit or fonds that delivers.
    pub unit: &'a str,
    /// Pipeline as text.
    pub pipeline: &'a str,
    /// Plan of the pipeline for the queue.
    pub plan: &'a PipelinePlan,
    /// Priority: tasks with higher numbers are claimed first; 0 is the default.
    pub priority: i64,
}

impl Catalog {
    /// Opens a batch for receipt; `true` if an unfinished batch with the same key is continued (it receives again, with its
    /// original plan).
    ///
    /// # Errors
    /// `Conflict` for a new unit that differs from another only in case, marks or spaces; `Unavailable` where the catalogue does not answer.
    pub async fn open_batch(&self, new: &NewBatch<'_>) -> Result<(Batch, bool)> {
        retrying!(self.open_batch_once(new))
    }

    async fn open_batch_once(&self, new: &NewBatch<'_>) -> Result<(Batch, bool)> {
        let mut write = self.write().await?;
        let statement = sqlx::query("UPDATE batches SET state = 'receiving' WHERE key = $1 AND state <> 'finished' RETURNING *")
            .bind(sql::replace_nul(new.key));
        if let Some(row) = sql::fetch_optional(write.connection(), statement, "cannot look for an unfinished batch").await? {
            let batch = batch_from_row(&row)?;
            write.commit().await?;
            return Ok((batch, true));
        }
        write.register_units([new.unit].into_iter()).await?;
        let id = sql::new_id();
        let statement = sqlx::query(
            "INSERT INTO batches (id, key, unit, pipeline, plan, state, control, priority, created)
             VALUES ($1, $2, $3, $4, $5, 'receiving', 'run', $6, $7) RETURNING *",
        )
        .bind(id.clone())
        .bind(sql::replace_nul(new.key))
        .bind(sql::replace_nul(new.unit))
        .bind(sql::replace_nul(new.pipeline))
        .bind(to_json(new.plan)?)
        .bind(new.priority)
        .bind(write.now);
        let row = sql::fetch_one(write.connection(), statement, "cannot open a batch").await?;
        let batch = batch_from_row(&row)?;
        let body = serde_json::json!({ "unit": new.unit, "pipeline": new.plan.name });
        write.append_events(&id, &[("", "batch-opened", body)]).await?;
        write.commit().await?;
        Ok((batch, false))
    }

    /// Sets a batch back to receiving, from any state.
    ///
    /// # Errors
    /// `NotFound` for an unknown batch, `Unavailable` where the catalogue does not answer.
    pub async fn reopen_receiving(&self, batch: &str) -> Result<()> {
        let mut write = self.write().await?;
        let statement = sqlx::query("UPDATE batches SET state = 'receiving' WHERE id = $1").bind(batch.to_owned());
        if sql::execute(write.connection(), statement, "cannot let a batch receive").await? == 0 {
            return Err(unknown_batch(batch));
        }
        write.commit().await
    }

    /// Ends the receipt of files; a batch without open tasks is finished at once.
    ///
    /// # Errors
    /// `NotFound` for an unknown batch, `Unavailable` where the catalogue does not answer.
    pub async fn finish_receiving(&self, batch: &str) -> Result<BatchState> {
        retrying!(self.finish_receiving_once(batch))
    }

    async fn finish_receiving_once(&self, batch: &str) -> Result<BatchState> {
        let mut write = self.write().await?;
        let statement = sqlx::query(
            "UPDATE batches SET state = CASE WHEN open_dossiers > 0 THEN 'running' ELSE 'finished' END,
                    ended = CASE WHEN open_dossiers > 0 THEN NULL ELSE COALESCE(ended, $2) END
             WHERE id = $1 RETURNING state",
        )
        .bind(batch.to_owned())
        .bind(write.now);
        let row = sql::fetch_optional(write.connection(), statement, "cannot end receiving").await?;
        let row = row.ok_or_else(|| unknown_batch(batch))?;
        // The ledger of a batch that runs lets a rebuild queue again what was not deposited.
        write.mark_due(OutboxFact::Batch(batch.to_owned()), None);
        write.commit().await?;
        get_enum(&row, "state")
    }

    /// Batch by identifier.
    ///
    /// # Errors
    /// `NotFound` for an unknown batch, `Unavailable` where the catalogue does not answer.
    pub async fn batch(&self, id: &str) -> Result<Batch> {
        let mut connection = self.read().await?;
        let statement = sqlx::query("SELECT * FROM batches WHERE id = $1").bind(id.to_owned());
        let row = sql::fetch_optional(&mut connection, statement, "cannot read a batch").await?;
        batch_from_row(&row.ok_or_else(|| unknown_batch(id))?)
    }

    /// Batches of these units, the newest first, older than `before`; at most `limit`. Batches for decisions about documents are no
    /// deliveries and not included.
    ///
    /// # Errors
    /// `Unavailable` where the catalogue does not answer.
    pub async fn batches_before(&self, units: &UnitScope, before: Option<&str>, limit: usize) -> Result<Vec<Batch>> {
        let (only, names) = sql::unit_condition(units, "unit", 4);
        let text =
            format!("SELECT * FROM batches WHERE unit <> '' AND id <> $1 AND ($2 = '' OR id < $2) AND {only} ORDER BY id DESC LIMIT $3");
        let mut connection = self.read().await?;
        let statement = sql::dynamic_query(text)
            .bind(crate::facts::rebuild::REBUILT_BATCH)
            .bind(before.unwrap_or_default().to_owned())
            .bind(sql::to_i64(limit));
        let statement = sql::bind_all(statement, &names);
        sql::fetch_all(&mut connection, statement, "cannot read batches").await?.iter().map(batch_from_row).collect()
    }

    /// Batches of these units that are attached to a target of a roadmap, the newest first; at most `limit`.
    ///
    /// # Errors
    /// `Unavailable` where the catalogue does not answer.
    pub async fn batches_of_target(&self, units: &UnitScope, target: &str, limit: usize) -> Result<Vec<Batch>> {
        let (only, names) = sql::unit_condition(units, "unit", 3);
        let mut connection = self.read().await?;
        let statement = sql::dynamic_query(format!("SELECT * FROM batches WHERE target = $1 AND {only} ORDER BY id DESC LIMIT $2"));
        let statement = sql::bind_all(statement.bind(target.to_owned()).bind(sql::to_i64(limit)), &names);
        sql::fetch_all(&mut connection, statement, "cannot read batches").await?.iter().map(batch_from_row).collect()
    }

    /// The newest batches, the newest first.
    ///
    /// # Errors
    /// `Unavailable` where the catalogue does not answer.
    pub async fn batches(&self, limit: usize) -> Result<Vec<Batch>> {
        let mut connection = self.read().await?;
        let statement = sqlx::query("SELECT * FROM batches WHERE id <> $2 ORDER BY created DESC, id DESC LIMIT $1")
            .bind(sql::to_i64(limit))
            .bind(crate::facts::rebuild::REBUILT_BATCH);
        sql::fetch_all(&mut connection, statement, "cannot read batches").await?.iter().map(batch_from_row).collect()
    }
}

pub(crate) fn unknown_batch(batch: &str) -> Error {
    runs::run_not_visible(batch)
}

pub(crate) fn batch_from_row(row: &AnyRow) -> Result<Batch> {
    Ok(Batch {
        id: get(row, "id")?,
        key: get(row, "key")?,
        unit: get(row, "unit")?,
        pipeline: get(row, "pipeline")?,
        state: get_enum(row, "state")?,
        created: rfc3339(get(row, "created")?),
    })
}

//! Scheduling of dossiers: counters of open tasks, the next dossier-level group, the end of a batch.

use crate::Catalog;
use crate::outbox_fact::OutboxFact;
use crate::sql::{self, SqlValue, WriteTx, get};
use sohoa_base::error::Result;
use sohoa_base::messages::program;
use sohoa_base::model::dossier::DossierName;
use sohoa_base::model::pipeline_plan::StageLevel;
use std::collections::{BTreeMap, BTreeSet};

/// Scheduling columns of a dossier's row, read under its lock.
#[derive(Debug, Clone)]
pub(crate) struct DossierState {
    pub(crate) id: String,
    pub(crate) active_batch: String,
    pub(crate) last_group: i64,
    pub(crate) open_tasks: i64,
}

fn dossier_state_from_row(row: &sqlx::any::AnyRow) -> Result<DossierState> {
    Ok(DossierState {
        id: get(row, "id")?,
        active_batch: get(row, "active_batch")?,
        last_group: get(row, "last_group")?,
        open_tasks: get(row, "open_tasks")?,
    })
}

/// A task to enqueue.
#[derive(Debug, Clone)]
pub(crate) struct NewTask {
    pub(crate) dossier: String,
    pub(crate) group: usize,
    pub(crate) level: StageLevel,
    pub(crate) item: String,
}

impl WriteTx {
    /// Locks the dossiers with these names, in the same order in every transaction, and creates missing ones with this
    /// active batch.
    pub(crate) async fn lock_or_create_dossiers(
        &mut self,
        names: &[DossierName],
        active_batch: &str,
    ) -> Result<BTreeMap<(String, String), DossierState>> {
        let sorted: BTreeMap<(String, String), String> = names
            .iter()
            .map(|name| ((sql::replace_nul(&name.fonds), sql::replace_nul(&name.code)), sql::replace_nul(&name.title)))
            .collect();
        let mut locked = BTreeMap::new();
        for (key, title) in sorted {
            let statement = sqlx::query(
                "INSERT INTO dossiers (id, fonds, code, title, active_batch) VALUES ($1, $2, $3, $4, $5)
                 ON CONFLICT (fonds, code) DO UPDATE SET title = dossiers.title
                 RETURNING id, active_batch, last_group, open_tasks",
            )
            .bind(sql::new_id())
            .bind(key.0.clone())
            .bind(key.1.clone())
            .bind(title)
            .bind(active_batch.to_owned());
            let row = sql::fetch_one(self.connection(), statement, "cannot take a dossier in hand").await?;
            locked.insert(key, dossier_state_from_row(&row)?);
        }
        Ok(locked)
    }

    /// Links the batch to the dossier, so that the batch is not finished before the dossier.
    pub(crate) async fn link_batch(&mut self, batch: &str, state: &DossierState) -> Result<()> {
        let statement = sqlx::query("INSERT INTO deliveries (batch, dossier) VALUES ($1, $2) ON CONFLICT (batch, dossier) DO NOTHING")
            .bind(batch.to_owned())
            .bind(state.id.clone());
        let first = sql::execute(self.connection(), statement, "cannot note a delivery").await? > 0;
        if first && state.open_tasks > 0 {
            let statement = sqlx::query("UPDATE batches SET open_dossiers = open_dossiers + 1 WHERE id = $1").bind(batch.to_owned());
            sql::execute(self.connection(), statement, "cannot count open dossiers").await?;
        }
        Ok(())
    }

    /// Inserts tasks of `batch` and adds them to the counters of their dossiers. With `restart`, the dossiers run through their
    /// dossier-level groups again, under this batch's plan, once these tasks are finished.
    pub(crate) async fn enqueue_tasks(&mut self, batch: &str, tasks: &[NewTask], restart: bool) -> Result<()> {
        if tasks.is_empty() {
            return Ok(());
        }
        let statement = sqlx::query("SELECT priority, COALESCE(target, '') AS target FROM batches WHERE id = $1").bind(batch.to_owned());
        let row = sql::fetch_one(self.connection(), statement, "priority of a batch").await?;
        let (priority, target): (i64, String) = (get(&row, "priority")?, get(&row, "target")?);
        self.ensure_queue(&target).await?;
        let mut added: BTreeMap<&str, i64> = BTreeMap::new();
        let mut rows = Vec::with_capacity(tasks.len());
        for task in tasks {
            *added.entry(&task.dossier).or_default() += 1;
            rows.push(vec![
                SqlValue::Text(sql::new_id()),
                batch.into(),
                task.dossier.as_str().into(),
                SqlValue::Int(sql::to_i64(task.group)),
                task.level.as_str().into(),
                task.item.as_str().into(),
                SqlValue::Int(priority),
                SqlValue::Int(self.now),
                target.as_str().into(),
            ]);
        }
        let insert = "INSERT INTO tasks (id, batch, dossier, stage_group, level, item, priority, ready_at, target) VALUES";
        sql::bulk_insert(self.connection(), insert, rows, "", "cannot insert tasks").await?;
        for (dossier, count) in added {
            if restart {
                let statement = sqlx::query("UPDATE dossiers SET last_group = -1, active_batch = $2 WHERE id = $1")
                    .bind(dossier.to_owned())
                    .bind(batch.to_owned());
                sql::execute(self.connection(), statement, "cannot restart a dossier").await?;
                self.supersede_failed_tasks(dossier).await?;
            }
            self.add_open_tasks(dossier, count).await?;
        }
        Ok(())
    }

    /// Adds inserted tasks to the counter of their dossier.
    pub(crate) async fn add_open_tasks(&mut self, dossier: &str, count: i64) -> Result<()> {
        let statement = sqlx::query("UPDATE dossiers SET open_tasks = open_tasks + $2 WHERE id = $1 RETURNING open_tasks")
            .bind(dossier.to_owned())
            .bind(count);
        let row = sql::fetch_one(self.connection(), statement, "cannot count open tasks").await?;
        if get::<i64>(&row, "open_tasks")? == count {
            self.on_dossier_active(dossier).await?;
        }
        Ok(())
    }

    /// Sets a finished batch back to running. Where a newer batch of the same delivery is unfinished, that one goes on under the key of
    /// the delivery, and this one gets its identifier as key.
    pub(crate) async fn reopen_batch(&mut self, batch: &str) -> Result<()> {
        let statement = sqlx::query(
            "UPDATE batches SET state = 'running', ended = NULL, key = CASE WHEN EXISTS (
                 SELECT 1 FROM batches other WHERE other.key = batches.key AND other.state <> 'finished') THEN id ELSE key END
             WHERE id = $1 AND state = 'finished'",
        );
        sql::execute(self.connection(), statement.bind(batch.to_owned()), "cannot open a batch again").await.map(|_| ())
    }

    /// Counts a formerly idle dossier as open in every linked batch.
    pub(crate) async fn on_dossier_active(&mut self, dossier: &str) -> Result<()> {
        for batch in self.batches_of_dossier(dossier).await? {
            let statement = sqlx::query("UPDATE batches SET open_dossiers = open_dossiers + 1 WHERE id = $1").bind(batch);
            sql::execute(self.connection(), statement, "cannot count open dossiers").await?;
        }
        Ok(())
    }

    /// Counts an idle dossier as finished in every linked batch; a batch without other open dossiers is finished.
    async fn on_dossier_idle(&mut self, dossier: &str) -> Result<()> {
        for batch in self.batches_of_dossier(dossier).await? {
            let statement = sqlx::query(
                "UPDATE batches SET open_dossiers = open_dossiers - 1,
                        state = CASE WHEN open_dossiers = 1 AND state = 'running' THEN 'finished' ELSE state END,
                        ended = CASE WHEN open_dossiers = 1 AND state = 'running' THEN $2 ELSE ended END
                 WHERE id = $1 RETURNING open_dossiers",
            )
            .bind(batch.clone())
            .bind(self.now);
            let row = sql::fetch_optional(self.connection(), statement, "cannot count open dossiers").await?;
            if row.as_ref().map(|row| get::<i64>(row, "open_dossiers")).transpose()? == Some(0) {
                self.mark_due(OutboxFact::Batch(batch), None);
            }
        }
        Ok(())
    }

    async fn batches_of_dossier(&mut self, dossier: &str) -> Result<BTreeSet<String>> {
        let statement = sqlx::query("SELECT batch FROM deliveries WHERE dossier = $1").bind(dossier.to_owned());
        sql::fetch_all(self.connection(), statement, "cannot read deliveries").await?.iter().map(|row| get(row, "batch")).collect()
    }
}

impl Catalog {
    /// Gives a dossier without open tasks the task of its next dossier-level group.
    pub(crate) async fn continue_idle_dossier(&self, write: &mut WriteTx, dossier: &str) -> Result<()> {
        let statement = sqlx::query("SELECT open_tasks, active_batch FROM dossiers WHERE id = $1").bind(dossier.to_owned());
        let row = sql::fetch_one(write.connection(), statement, "a dossier").await?;
        if get::<i64>(&row, "open_tasks")? > 0 {
            return Ok(());
        }
        write.on_dossier_active(dossier).await?;
        write.reopen_batch(&get::<String>(&row, "active_batch")?).await?;
        self.complete_tasks(write, dossier, 0).await
    }

    /// Ends the round of a dossier that has no task left; what waited for it goes on.
    async fn end_dossier_round(&self, write: &mut WriteTx, dossier: &str) -> Result<()> {
        self.deposit_freed_originals(write, dossier).await?;
        write.on_dossier_idle(dossier).await
    }

    /// Subtracts `count` finished tasks from the dossier. At zero it gets a task of its next dossier-level group, or becomes
    /// idle: also when one of its tasks is parked.
    pub(crate) async fn complete_tasks(&self, write: &mut WriteTx, dossier: &str, count: u64) -> Result<()> {
        let statement = sqlx::query(
            "UPDATE dossiers SET open_tasks = open_tasks - $2 WHERE id = $1 RETURNING id, active_batch, last_group, open_tasks",
        )
        .bind(dossier.to_owned())
        .bind(sql::to_i64(count));
        let state = dossier_state_from_row(&sql::fetch_one(write.connection(), statement, "cannot count open tasks").await?)?;
        if state.open_tasks < 0 {
            return Err(program::bug(format!("catalogue: negative number of open tasks of dossier {dossier}")));
        }
        if state.open_tasks > 0 {
            return Ok(());
        }
        if write.has_failed_tasks(dossier).await? {
            return self.end_dossier_round(write, dossier).await;
        }
        let plan = self.plan(write.connection(), &state.active_batch).await?;
        let from = usize::try_from(state.last_group + 1).unwrap_or(0);
        let Some(group) = plan.next_group(StageLevel::Dossier, from) else { return self.end_dossier_round(write, dossier).await };
        let statement = sqlx::query("UPDATE dossiers SET last_group = $2, open_tasks = 1 WHERE id = $1")
            .bind(dossier.to_owned())
            .bind(sql::to_i64(group));
        sql::execute(write.connection(), statement, "cannot begin a dossier's group").await?;
        let statement = sqlx::query(
            "INSERT INTO tasks (id, batch, dossier, stage_group, level, item, priority, ready_at, target)
             SELECT $1, id, $3, $4, 'dossier', $3, priority, $5, COALESCE(target, '') FROM batches WHERE id = $2",
        )
        .bind(sql::new_id())
        .bind(state.active_batch.clone())
        .bind(dossier.to_owned())
        .bind(sql::to_i64(group))
        .bind(write.now);
        if sql::execute(write.connection(), statement, "cannot insert a dossier's task").await? == 0 {
            return Err(program::bug(format!("catalogue: batch {} of dossier {dossier} is missing", state.active_batch)));
        }
        let statement = sqlx::query("SELECT COALESCE(target, '') AS target FROM batches WHERE id = $1").bind(state.active_batch.clone());
        let target: String = get(&sql::fetch_one(write.connection(), statement, "line of a batch").await?, "target")?;
        write.ensure_queue(&target).await?;
        Ok(())
    }
}

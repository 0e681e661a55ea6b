//! Progress: pages, documents and dossiers by batch, day and step, counted in the transaction that makes it, and summed by target.

use crate::Catalog;
use crate::sql::{self, SqlValue, WriteTx, get, get_json, to_json};
use sohoa_base::error::Result;
use sohoa_base::messages::catalogue;
use sohoa_base::model::calendar::Day;
use sohoa_base::model::roadmap::ledger::{ItemCounts, ProgressStep, TargetLedger};
use std::collections::BTreeMap;

/// Progress of one day at one step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct DailyProgress {
    /// Day in Vietnam.
    pub day: Day,
    /// Step.
    pub step: ProgressStep,
    /// Amount.
    #[serde(flatten)]
    pub amount: ItemCounts,
}

impl Catalog {
    /// Daily progress of a target, in order; without one, of the batches outside every roadmap.
    ///
    /// # Errors
    /// `Unavailable` where the catalogue does not answer.
    pub async fn daily_progress(&self, target: Option<&str>) -> Result<Vec<DailyProgress>> {
        fetch_daily_progress(&mut *self.read().await?, "b.target", target).await
    }

    /// Daily progress of a batch, in order.
    ///
    /// # Errors
    /// `Unavailable` where the catalogue does not answer.
    pub async fn daily_progress_of_batch(&self, batch: &str) -> Result<Vec<DailyProgress>> {
        fetch_daily_progress(&mut *self.read().await?, "b.id", Some(batch)).await
    }
}

async fn fetch_daily_progress(connection: &mut sqlx::AnyConnection, column: &str, value: Option<&str>) -> Result<Vec<DailyProgress>> {
    let condition = if value.is_some() { format!("{column} = $1") } else { format!("{column} IS NULL AND CAST($1 AS TEXT) IS NULL") };
    let statement = sql::dynamic_query(format!(
        "SELECT p.day, p.step, CAST(SUM(p.pages) AS BIGINT) AS pages, CAST(SUM(p.documents) AS BIGINT) AS documents,
                CAST(SUM(p.dossiers) AS BIGINT) AS dossiers
         FROM progress p JOIN batches b ON b.id = p.batch WHERE {condition} GROUP BY p.day, p.step ORDER BY p.day, p.step"
    ));
    let rows = sql::fetch_all(connection, statement.bind(value.map(str::to_owned)), "cannot read progress").await?;
    let mut found = Vec::with_capacity(rows.len());
    for row in &rows {
        let name: String = get(row, "step")?;
        let step = ProgressStep::parse(&name).ok_or_else(|| catalogue::catalogue_value_invalid(format!("progress.step {name:?}")))?;
        let day: i64 = get(row, "day")?;
        let amount = ItemCounts { pages: get(row, "pages")?, documents: get(row, "documents")?, dossiers: get(row, "dossiers")? };
        found.push(DailyProgress { day: Day(i32::try_from(day).unwrap_or(0)), step, amount });
    }
    Ok(found)
}

impl WriteTx {
    /// Adds to today's progress of a batch; written when the transaction commits.
    pub(crate) fn record_progress(&mut self, batch: &str, step: ProgressStep, amount: ItemCounts) {
        if !amount.is_zero() {
            *self.progress_delta.entry((batch.to_owned(), step)).or_default() += amount;
        }
    }

    /// Writes the collected progress to the day and to the targets of the batches, whose rows are locked after the event chain.
    pub(crate) async fn flush_progress(&mut self) -> Result<()> {
        let counted = std::mem::take(&mut self.progress_delta);
        let today = Day::from_epoch_ms(self.now);
        let mut by_batch: BTreeMap<String, Vec<(ProgressStep, ItemCounts)>> = BTreeMap::new();
        for ((batch, step), amount) in counted {
            by_batch.entry(batch).or_default().push((step, amount));
        }
        let mut by_target: BTreeMap<String, Vec<(ProgressStep, ItemCounts)>> = BTreeMap::new();
        for (batch, steps) in by_batch {
            let mut rows = Vec::with_capacity(steps.len());
            for (step, amount) in &steps {
                rows.push(vec![
                    SqlValue::Text(batch.clone()),
                    SqlValue::Int(i64::from(today.0)),
                    step.as_str().into(),
                    SqlValue::Int(amount.pages),
                    SqlValue::Int(amount.documents),
                    SqlValue::Int(amount.dossiers),
                ]);
            }
            let add = "ON CONFLICT (batch, day, step) DO UPDATE SET pages = progress.pages + excluded.pages,
                documents = progress.documents + excluded.documents, dossiers = progress.dossiers + excluded.dossiers";
            let insert = "INSERT INTO progress (batch, day, step, pages, documents, dossiers) VALUES";
            sql::bulk_insert(self.connection(), insert, rows, add, "cannot write progress").await?;
            let statement = sqlx::query("SELECT target FROM batches WHERE id = $1 AND target IS NOT NULL").bind(batch);
            if let Some(row) = sql::fetch_optional(self.connection(), statement, "cannot read the line of a batch").await? {
                by_target.entry(get(&row, "target")?).or_default().extend(steps);
            }
        }
        for (target, steps) in by_target {
            // The update locks the row before it is read, on both engines.
            let statement = sqlx::query("UPDATE targets SET position_in_roadmap = position_in_roadmap WHERE code = $1 RETURNING ledger")
                .bind(target.clone());
            let Some(row) = sql::fetch_optional(self.connection(), statement, "cannot read what was done").await? else { continue };
            let mut work: TargetLedger = get_json(&row, "ledger")?;
            for (step, amount) in steps {
                work.add(today, step, amount);
            }
            self.set_target_progress(&target, &work).await?;
        }
        Ok(())
    }

    async fn set_target_progress(&mut self, target: &str, work: &TargetLedger) -> Result<()> {
        let statement = sqlx::query("UPDATE targets SET ledger = $2, ledger_version = ledger_version + 1 WHERE code = $1")
            .bind(target.to_owned())
            .bind(to_json(work)?);
        sql::execute(self.connection(), statement, "cannot write what was done").await?;
        Ok(())
    }

    /// Recomputes the progress of a target from the daily progress of its batches.
    pub(crate) async fn recount_target(&mut self, target: &str) -> Result<()> {
        let mut work = TargetLedger::default();
        for fact in fetch_daily_progress(self.connection(), "b.target", Some(target)).await? {
            work.add(fact.day, fact.step, fact.amount);
        }
        self.set_target_progress(target, &work).await
    }
}

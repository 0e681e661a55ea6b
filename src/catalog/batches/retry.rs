//! Retry of refused files and pages, and of failed tasks.

use crate::Catalog;
use crate::batches::lifecycle::unknown_batch;
use crate::queue::dossier_scheduler::NewTask;
use crate::sql::{self, MAX_IN_LIST, WriteTx, bind_all, dynamic_query, get, placeholders, retrying};
use sohoa_base::error::Result;
use sohoa_base::model::delivered_file::DeliveredName;
use sohoa_base::model::pipeline_plan::StageLevel;
use sohoa_base::model::refusal::RefusalClass;
use sqlx::any::AnyRow;
use std::collections::BTreeSet;

/// Classes that are retried by default: those that the same bytes can overcome on another attempt.
const DEFAULT_RETRY_CLASSES: [RefusalClass; 3] = [RefusalClass::Outage, RefusalClass::Limit, RefusalClass::Bug];

impl Catalog {
    /// Enqueues failed tasks in the dossiers of a batch again, of all classes by default, and refused files and pages of the batch: of one `file` by its delivered path, or of all; of one `class`, or by
    /// default of `outage`, `limit` and `bug`, or of every class if a file is named. Returns their number. Their dossiers get a new
    /// version at the end.
    ///
    /// # Errors
    /// `NotFound` for an unknown batch; `Conflict` if a newer batch of the same delivery is unfinished.
    pub async fn retry_refused(&self, batch: &str, class: Option<RefusalClass>, file: Option<&str>) -> Result<u64> {
        retrying!(self.retry_refused_once(batch, class, file))
    }

    async fn retry_refused_once(&self, batch: &str, class: Option<RefusalClass>, file: Option<&str>) -> Result<u64> {
        let mut write = self.write().await?;
        let statement = sqlx::query("SELECT 1 AS one FROM batches WHERE id = $1").bind(batch.to_owned());
        if sql::fetch_optional(write.connection(), statement, "cannot read a batch").await?.is_none() {
            return Err(unknown_batch(batch));
        }
        let statement = sqlx::query(
            "SELECT DISTINCT COALESCE(f.duplicate_of, f.id) AS id, f.dossier, f.path FROM files f WHERE f.batch = $1 AND f.state <> 'removed'
             AND f.sha256 <> '' AND (f.state = 'refused' OR EXISTS (
                 SELECT 1 FROM pages p WHERE p.file = COALESCE(f.duplicate_of, f.id) AND p.state = 'refused'))",
        )
        .bind(batch.to_owned());
        let mut rows = sql::fetch_all(write.connection(), statement, "cannot read refused files").await?;
        if let Some(file) = file {
            let is_it = |row: &AnyRow| sql::get_json::<DeliveredName>(row, "path").is_ok_and(|name| name.display == file);
            rows.retain(is_it);
        }
        let files = rows.iter().map(|row| get(row, "id")).collect::<Result<Vec<String>>>()?;
        let failed = if file.is_none() { write.dossiers_with_failed_tasks(batch).await? } else { BTreeSet::new() };
        let dossiers: BTreeSet<String> = rows.iter().map(|row| get(row, "dossier")).collect::<Result<_>>()?;
        write.lock_dossiers_by_id(dossiers.union(&failed).cloned().collect()).await?;
        let classes = match (class, file) {
            (Some(class), _) => vec![class],
            (None, Some(_)) => {
                vec![RefusalClass::Input, RefusalClass::Limit, RefusalClass::Secret, RefusalClass::Outage, RefusalClass::Bug]
            }
            (None, None) => DEFAULT_RETRY_CLASSES.to_vec(),
        };
        let mut count = 0;
        for dossier in &failed {
            count += write.requeue_failed_tasks(dossier, class).await?;
        }
        count += self.requeue_refused(&mut write, batch, &files, &classes).await?;
        if count > 0 {
            write.reopen_batch(batch).await?;
            let classes: Vec<&str> = classes.iter().map(|class| class.as_str()).collect();
            write.append_events(batch, &[("", "batch-retried", serde_json::json!({ "items": count, "classes": classes }))]).await?;
        }
        write.commit().await?;
        Ok(count)
    }

    /// Enqueues `files` (of locked dossiers) and their pages again if they were refused in one of the classes; returns the number
    /// of tasks.
    pub(crate) async fn requeue_refused(
        &self,
        write: &mut WriteTx,
        batch: &str,
        files: &[String],
        classes: &[RefusalClass],
    ) -> Result<u64> {
        let plan = self.plan(write.connection(), batch).await?;
        let words: Vec<String> = classes.iter().map(|class| class.as_str().to_owned()).collect();
        let mut tasks = Vec::new();
        for chunk in files.chunks(MAX_IN_LIST) {
            if let Some(group) = plan.next_group(StageLevel::File, 0) {
                for (item, dossier) in write.reset_refused("files", "received", "id", chunk, &words).await? {
                    tasks.push(NewTask { dossier, group, level: StageLevel::File, item });
                }
                let text = format!(
                    "UPDATE files SET state = 'duplicate', class = NULL, reason = NULL, message = NULL WHERE state = 'refused' AND duplicate_of IN ({})
                     AND EXISTS (SELECT 1 FROM files o WHERE o.id = files.duplicate_of AND o.state = 'received')",
                    placeholders(1, chunk.len())
                );
                sql::execute(write.connection(), bind_all(dynamic_query(text), chunk), "cannot take repeated files up again").await?;
            }
            if let Some(group) = plan.next_group(StageLevel::Page, 0) {
                for (item, dossier) in write.reset_refused("pages", "waiting", "file", chunk, &words).await? {
                    tasks.push(NewTask { dossier, group, level: StageLevel::Page, item });
                }
                let text = format!(
                    "UPDATE documents SET stale = 1
                     WHERE id IN (SELECT document FROM pages WHERE state = 'waiting' AND document IS NOT NULL AND file IN ({}))",
                    placeholders(1, chunk.len())
                );
                sql::execute(write.connection(), bind_all(dynamic_query(text), chunk), "cannot mark documents").await?;
            }
        }
        write.enqueue_tasks(batch, &tasks, true).await?;
        Ok(tasks.len() as u64)
    }
}

impl WriteTx {
    /// Sets refused rows of `table` whose `column` is one of `ids` back to `state`; returns the item and dossier of each.
    async fn reset_refused(
        &mut self,
        table: &'static str,
        state: &'static str,
        column: &'static str,
        ids: &[String],
        classes: &[String],
    ) -> Result<Vec<(String, String)>> {
        let text = format!(
            "UPDATE {table} SET state = '{state}', class = NULL, reason = NULL, message = NULL
             WHERE state = 'refused' AND class IN ({}) AND {column} IN ({}) RETURNING id, dossier",
            placeholders(1, classes.len()),
            placeholders(classes.len() + 1, ids.len())
        );
        let statement = bind_all(bind_all(dynamic_query(text), classes), ids);
        let rows = sql::fetch_all(self.connection(), statement, "cannot take refused items up again").await?;
        let mut items = rows.iter().map(|row| Ok((get(row, "id")?, get(row, "dossier")?))).collect::<Result<Vec<_>>>()?;
        items.sort();
        Ok(items)
    }
}

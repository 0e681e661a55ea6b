//! Taking refused files and pages up again.

use crate::Catalog;
use crate::advance::NewTask;
use crate::batches::unknown;
use crate::sql::{self, NAMES, Write, bind_all, built, get, places, retrying};
use sohoa_base::error::Result;
use sohoa_base::model::holding::DeliveredName;
use sohoa_base::model::plan::Level;
use sohoa_base::model::refusal::Class;
use sqlx::any::AnyRow;
use std::collections::BTreeSet;

/// Classes that a retry takes up where none is named: those that other bytes would not mend.
const RETRIED: [Class; 3] = [Class::Outage, Class::Limit, Class::Bug];

impl Catalog {
    /// Queues refused files and pages of a batch again: of one `file` by the path under which it was delivered, or of all;
    /// those of `class`, or of `outage`, `limit` and `bug`, or where a file is named of every class. Returns how many.
    /// Their dossiers get a new version once they are done.
    ///
    /// # Errors
    /// `NotFound` for an unknown batch; `Conflict` where a newer batch of the same delivery is unfinished.
    pub async fn retry_refused(&self, batch: &str, class: Option<Class>, file: Option<&str>) -> Result<u64> {
        retrying!(self.retry_once(batch, class, file))
    }

    async fn retry_once(&self, batch: &str, class: Option<Class>, file: Option<&str>) -> Result<u64> {
        let mut write = self.write().await?;
        let statement = sqlx::query("SELECT 1 AS one FROM batches WHERE id = $1").bind(batch.to_owned());
        if sql::optional(write.connection(), statement, "cannot read a batch").await?.is_none() {
            return Err(unknown(batch));
        }
        let statement = sqlx::query(
            "SELECT DISTINCT COALESCE(f.duplicate_of, f.id) AS id, f.dossier, f.path FROM files f WHERE f.batch = $1 AND f.state <> 'removed'
             AND (f.state = 'refused' OR EXISTS (
                 SELECT 1 FROM pages p WHERE p.file = COALESCE(f.duplicate_of, f.id) AND p.state = 'refused'))",
        )
        .bind(batch.to_owned());
        let mut rows = sql::all(write.connection(), statement, "cannot read refused files").await?;
        if let Some(file) = file {
            let is_it = |row: &AnyRow| sql::get_json::<DeliveredName>(row, "path").is_ok_and(|name| name.shown == file);
            rows.retain(is_it);
        }
        let files = rows.iter().map(|row| get(row, "id")).collect::<Result<Vec<String>>>()?;
        let dossiers: BTreeSet<String> = rows.iter().map(|row| get(row, "dossier")).collect::<Result<_>>()?;
        write.lock_in_order(dossiers.into_iter().collect()).await?;
        let classes = match (class, file) {
            (Some(class), _) => vec![class],
            (None, Some(_)) => vec![Class::Input, Class::Limit, Class::Secret, Class::Outage, Class::Bug],
            (None, None) => RETRIED.to_vec(),
        };
        let count = self.take_up_again(&mut write, batch, &files, &classes).await?;
        if count > 0 {
            let statement = sqlx::query("UPDATE batches SET state = 'running', ended = NULL WHERE id = $1 AND state = 'finished'")
                .bind(batch.to_owned());
            sql::execute(write.connection(), statement, "cannot open a batch again").await?;
            let classes: Vec<&str> = classes.iter().map(|class| class.as_str()).collect();
            write.record(batch, &[("", "batch-retried", serde_json::json!({ "items": count, "classes": classes }))]).await?;
        }
        write.commit().await?;
        Ok(count)
    }

    /// Queues `files` (of locked dossiers) and their pages again as far as they were refused in one of the
    /// classes; returns how many.
    pub(crate) async fn take_up_again(&self, write: &mut Write, batch: &str, files: &[String], classes: &[Class]) -> Result<u64> {
        let plan = self.plan(write.connection(), batch).await?;
        let words: Vec<String> = classes.iter().map(|class| class.as_str().to_owned()).collect();
        let mut tasks = Vec::new();
        for chunk in files.chunks(NAMES) {
            if let Some(group) = plan.group_of(Level::File, 0) {
                for (item, dossier) in write.reopen("files", "received", "id", chunk, &words).await? {
                    tasks.push(NewTask { dossier, group, level: Level::File, item });
                }
                let text = format!(
                    "UPDATE files SET state = 'duplicate', class = NULL, reason = NULL WHERE state = 'refused' AND duplicate_of IN ({})
                     AND EXISTS (SELECT 1 FROM files o WHERE o.id = files.duplicate_of AND o.state = 'received')",
                    places(1, chunk.len())
                );
                sql::execute(write.connection(), bind_all(built(text), chunk), "cannot take repeated files up again").await?;
            }
            if let Some(group) = plan.group_of(Level::Page, 0) {
                for (item, dossier) in write.reopen("pages", "waiting", "file", chunk, &words).await? {
                    tasks.push(NewTask { dossier, group, level: Level::Page, item });
                }
                let text = format!(
                    "UPDATE documents SET stale = 1
                     WHERE id IN (SELECT document FROM pages WHERE state = 'waiting' AND document IS NOT NULL AND file IN ({}))",
                    places(1, chunk.len())
                );
                sql::execute(write.connection(), bind_all(built(text), chunk), "cannot mark documents").await?;
            }
        }
        write.add_tasks(batch, &tasks, true).await?;
        Ok(tasks.len() as u64)
    }
}

impl Write {
    /// Sets refused rows of `table` whose `column` is one of `ids` back to `state`; item and dossier of each.
    async fn reopen(
        &mut self,
        table: &'static str,
        state: &'static str,
        column: &'static str,
        ids: &[String],
        classes: &[String],
    ) -> Result<Vec<(String, String)>> {
        let text = format!(
            "UPDATE {table} SET state = '{state}', class = NULL, reason = NULL
             WHERE state = 'refused' AND class IN ({}) AND {column} IN ({}) RETURNING id, dossier",
            places(1, classes.len()),
            places(classes.len() + 1, ids.len())
        );
        let statement = bind_all(bind_all(built(text), classes), ids);
        let rows = sql::all(self.connection(), statement, "cannot take refused items up again").await?;
        let mut items = rows.iter().map(|row| Ok((get(row, "id")?, get(row, "dossier")?))).collect::<Result<Vec<_>>>()?;
        items.sort();
        Ok(items)
    }
}

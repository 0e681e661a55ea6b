//! Rebuild of batches from their ledgers, after that of all dossiers, in the order of their identifiers. What a batch received and no
//! object has is queued again: its bytes are still in intake.

use crate::Catalog;
use crate::batches::balance;
use crate::facts::batch_ledger::{BatchLedger, LedgerFile};
use crate::facts::rebuild::REBUILT_BATCH;
use crate::outbox_fact::OutboxFact;
use crate::queue::dossier_scheduler::NewTask;
use crate::roadmap::progress::DailyProgress;
use crate::rows::refusal_columns;
use crate::sql::{self, MAX_IN_LIST, SqlValue, WriteTx, bind_all, dynamic_query, enum_str, get, get_enum, placeholders, retrying, to_json};
use sohoa_base::error::Result;
use sohoa_base::messages::program;
use sohoa_base::model::batch::BatchState;
use sohoa_base::model::delivered_file::DeliveredFile;
use sohoa_base::model::dossier::{DossierName, FileState, PageState};
use sohoa_base::model::pipeline_plan::StageLevel;
use sohoa_base::model::roadmap::ledger::{ItemCounts, ProgressStep};
use std::collections::{BTreeMap, BTreeSet};

impl Catalog {
    /// Inserts a batch with its files from its ledger, after all dossiers. Files that were not read and deposited yet are queued again.
    /// Returns whether the balance of the restored rows equals the ledger's. A batch that already exists is not changed.
    ///
    /// # Errors
    /// `Unavailable` where the catalogue does not answer.
    pub async fn rebuild_batch(&self, ledger: &BatchLedger) -> Result<bool> {
        self.restore_units(std::slice::from_ref(&ledger.batch.unit)).await?;
        retrying!(self.rebuild_batch_once(ledger))?;
        Ok(balance::balance(&mut *self.read().await?, &ledger.batch.id).await? == ledger.balance)
    }

    async fn rebuild_batch_once(&self, ledger: &BatchLedger) -> Result<()> {
        let mut write = self.write().await?;
        let batch = &ledger.batch.id;
        let statement = sqlx::query(
            "INSERT INTO batches (id, key, unit, pipeline, plan, state, control, priority, created, ended)
             VALUES ($1, $2, $3, $4, $5, 'finished', $6, $7, $8, $9) ON CONFLICT (id) DO NOTHING",
        )
        .bind(batch.clone())
        .bind(sql::replace_nul(&ledger.batch.key))
        .bind(sql::replace_nul(&ledger.batch.unit))
        .bind(sql::replace_nul(&ledger.batch.pipeline))
        .bind(to_json(&ledger.plan)?)
        .bind(if ledger.paused { "paused" } else { "run" })
        .bind(ledger.priority)
        .bind(ledger.created_ms)
        .bind(write.now);
        if sql::execute(write.connection(), statement, "cannot restore a batch").await? == 0 {
            return Ok(());
        }
        let names: Vec<DossierName> = ledger.files.iter().map(|file| file.dossier.clone()).collect::<BTreeSet<_>>().into_iter().collect();
        let dossiers = write.lock_or_create_dossiers(&names, batch).await?;
        for dossier_state in dossiers.values() {
            write.link_batch(batch, dossier_state).await?;
        }
        let is_open = ledger.batch.state != BatchState::Finished;
        let group = ledger.plan.next_group(StageLevel::File, 0);
        let mut unread = Vec::new();
        for file in &ledger.files {
            let key = (sql::replace_nul(&file.dossier.fonds), sql::replace_nul(&file.dossier.code));
            let dossier_state = dossiers.get(&key).ok_or_else(|| program::bug("catalogue: dossier not locked"))?;
            let item = write.rebuild_ledger_file(batch, &dossier_state.id, file, is_open).await?;
            if let (Some(item), Some(group)) = (item, group) {
                unread.push(NewTask { dossier: dossier_state.id.clone(), group, level: StageLevel::File, item });
            }
        }
        for (stage, cost) in &ledger.costs {
            let statement = sqlx::query("INSERT INTO costs (batch, stage, executions, cpu_ms) VALUES ($1, $2, $3, $4)")
                .bind(batch.clone())
                .bind(stage.clone())
                .bind(sql::to_i64(cost.executions))
                .bind(sql::to_i64(cost.cpu_ms));
            sql::execute(write.connection(), statement, "cannot restore costs").await?;
        }
        let body = serde_json::json!({ "files": ledger.files.len(), "queued": unread.len() });
        write.append_events(batch, &[("", "batch-restored", body)]).await?;
        let mut stored = ItemCounts::default();
        for dossier_state in dossiers.values() {
            stored += write.save_stored_amounts(&dossier_state.id).await?.remove(batch).unwrap_or_default();
        }
        write.rebuild_progress(ledger).await?;
        if is_open || !unread.is_empty() {
            write.correct_progress(ledger, stored).await?;
            write.enqueue_tasks(batch, &unread, true).await?;
            write.reopen_batch_with_tasks(batch).await?;
            write.mark_due(OutboxFact::Batch(batch.clone()), None);
        }
        write.commit().await
    }
}

impl WriteTx {
    async fn reopen_batch_with_tasks(&mut self, batch: &str) -> Result<()> {
        let statement = sqlx::query("SELECT open_dossiers FROM batches WHERE id = $1").bind(batch.to_owned());
        let row = sql::fetch_one(self.connection(), statement, "a restored batch").await?;
        if get::<i64>(&row, "open_dossiers")? > 0 { self.reopen_batch(batch).await } else { Ok(()) }
    }

    /// Restores the progress of a batch and its target; the target is dropped if no roadmap has it any more.
    async fn rebuild_progress(&mut self, ledger: &BatchLedger) -> Result<()> {
        let batch = &ledger.batch.id;
        let row = |fact: &DailyProgress| {
            vec![
                SqlValue::Text(batch.clone()),
                SqlValue::Int(i64::from(fact.day.0)),
                fact.step.as_str().into(),
                SqlValue::Int(fact.amount.pages),
                SqlValue::Int(fact.amount.documents),
                SqlValue::Int(fact.amount.dossiers),
            ]
        };
        let insert = "INSERT INTO progress (batch, day, step, pages, documents, dossiers) VALUES";
        let anew = "ON CONFLICT (batch, day, step) DO UPDATE SET pages = excluded.pages, documents = excluded.documents,
            dossiers = excluded.dossiers";
        sql::bulk_insert(self.connection(), insert, ledger.progress.iter().map(row).collect(), anew, "cannot restore progress").await?;
        self.save_target_findings(batch, &ledger.line_findings).await?;
        let Some(line) = &ledger.line else { return Ok(()) };
        let text = "UPDATE batches SET target = $2, attachment_source = 'person'
             WHERE id = $1 AND EXISTS (SELECT 1 FROM targets WHERE code = $2)";
        let statement = sqlx::query(text).bind(batch.clone()).bind(line.clone());
        if sql::execute(self.connection(), statement, "cannot restore the line of a batch").await? > 0 {
            self.recount_target(line).await?;
        }
        Ok(())
    }

    /// Adds to today's progress what the restored pages have more or less than the progress of the ledger: pages that are read again
    /// count again, and those deposited after the ledger was written are not in it. `stored`: what is stored of the batch.
    async fn correct_progress(&mut self, ledger: &BatchLedger, stored: ItemCounts) -> Result<()> {
        let batch = &ledger.batch.id;
        let (received, read) = self.count_pages("f.batch", batch).await?;
        for (step, amount) in [
            (ProgressStep::Received, ItemCounts::from_pages(received)),
            (ProgressStep::Read, ItemCounts::from_pages(read)),
            (ProgressStep::Stored, stored),
        ] {
            let mut known = ItemCounts::default();
            ledger.progress.iter().filter(|fact| fact.step == step).for_each(|fact| known += fact.amount);
            self.record_progress(batch, step, amount - known);
        }
        Ok(())
    }

    /// Number of pages, and of those that were read, of the files whose column has this value.
    async fn count_pages(&mut self, column: &'static str, value: &str) -> Result<(i64, i64)> {
        let text = format!(
            "SELECT count(*) AS received, count(CASE WHEN p.state IN ('read', 'stored', 'review') THEN 1 END) AS read_pages
             FROM pages p JOIN files f ON f.id = p.file WHERE {column} = $1"
        );
        let row = sql::fetch_one(self.connection(), dynamic_query(text).bind(value.to_owned()), "count of pages").await?;
        Ok((get(&row, "received")?, get(&row, "read_pages")?))
    }

    /// Restores a file of a ledger: takes over a row with the same bytes that [`Catalog::rebuild_dossier`] inserted, or inserts a
    /// new row, as a duplicate if the ledger says so. Returns the file if a stage must read it (again). `is_open`: the batch was not
    /// finished when the ledger was written, so that the records know more.
    async fn rebuild_ledger_file(&mut self, batch: &str, dossier: &str, file: &LedgerFile, is_open: bool) -> Result<Option<String>> {
        let path = to_json(&file.new.path)?;
        let statement =
            sqlx::query("SELECT id, batch, path, state, duplicate_of FROM files WHERE dossier = $1 AND sha256 = $2 ORDER BY id")
                .bind(dossier.to_owned())
                .bind(file.new.sha256.clone());
        let mut holder: Option<String> = None;
        let mut own: Option<(String, String, FileState)> = None;
        for row in &sql::fetch_all(self.connection(), statement, "cannot look for the same bytes").await? {
            let (id, row_batch, row_path): (String, String, String) = (get(row, "id")?, get(row, "batch")?, get(row, "path")?);
            let repeats = get::<Option<String>>(row, "duplicate_of")?.is_some();
            if row_batch == REBUILT_BATCH && repeats == file.repeated && (!repeats || row_path == path) && own.is_none() {
                own = Some((id.clone(), row_path, get_enum(row, "state")?));
            }
            if !repeats {
                holder.get_or_insert(id);
            }
        }
        let container = file.new.container.as_ref().map(to_json).transpose()?;
        let container_sha256 = file.new.container.as_ref().map(|container| container.sha256.clone());
        if let Some((id, row_path, row_state)) = own {
            // The two rows exchange their paths, so that no path is lost.
            let statement = sqlx::query("UPDATE files SET path = $4 WHERE batch = $1 AND duplicate_of = $2 AND path = $3")
                .bind(REBUILT_BATCH)
                .bind(id.clone())
                .bind(path.clone())
                .bind(row_path);
            sql::execute(self.connection(), statement, "cannot restore a file").await?;
            // Members of an archive that no object has are found by expanding it again.
            let is_unread = is_open && row_state == FileState::Expanded;
            let state = match row_state {
                _ if is_unread => FileState::Received,
                known if is_open => known,
                _ => file.state,
            };
            let text = "UPDATE files SET batch = $2, path = $3, container = $4, state = $5, container_sha256 = $6,
                        warnings = CASE WHEN $7 = '' THEN warnings ELSE $7 END WHERE id = $1";
            let statement = sqlx::query(text)
                .bind(id.clone())
                .bind(batch.to_owned())
                .bind(path)
                .bind(container)
                .bind(enum_str(&state)?)
                .bind(container_sha256)
                .bind(if is_open { String::new() } else { to_json(&file.warnings)? });
            sql::execute(self.connection(), statement, "cannot restore a file").await?;
            return Ok(is_unread.then_some(id));
        }
        let duplicate_of = holder.filter(|_| file.repeated);
        let is_decided = !file.pages.is_empty() && file.pages.iter().all(|page| matches!(page.state, PageState::Held | PageState::Refused));
        let is_unread = !file.new.sha256.is_empty()
            && !is_decided
            && match file.state {
                FileState::Received | FileState::Identified => true,
                FileState::Expanded => is_open,
                FileState::Duplicate => duplicate_of.is_none(),
                FileState::Refused | FileState::Removed => false,
            };
        let state = if is_unread { FileState::Received } else { file.state };
        let id = sql::new_id();
        let [class, reason, message] = refusal_columns(file.refusal.as_ref())?;
        let row = vec![
            SqlValue::Text(id.clone()),
            batch.into(),
            dossier.into(),
            SqlValue::Text(path),
            file.new.sha256.as_str().into(),
            SqlValue::Int(sql::to_i64(file.new.bytes)),
            SqlValue::NullableText(container),
            SqlValue::NullableText(container_sha256),
            SqlValue::Text(enum_str(&state)?),
            SqlValue::Text(sql::replace_nul(&file.media_type)),
            SqlValue::NullableText(duplicate_of),
            SqlValue::NullableText(class),
            SqlValue::NullableText(reason),
            SqlValue::NullableText(message),
            SqlValue::Text(to_json(&file.warnings)?),
        ];
        let insert =
            "INSERT INTO files (id, batch, dossier, path, sha256, bytes, container, container_sha256, state, media_type, duplicate_of,
                      class, reason, message, warnings) VALUES";
        sql::bulk_insert(self.connection(), insert, vec![row], "", "cannot restore a file").await?;
        if is_unread {
            return Ok(Some(id));
        }
        let mut pages = Vec::with_capacity(file.pages.len());
        for page in &file.pages {
            let [class, reason, message] = refusal_columns(page.refusal.as_ref())?;
            pages.push(vec![
                SqlValue::Text(sql::new_id()),
                SqlValue::Text(id.clone()),
                dossier.into(),
                SqlValue::Int(i64::from(page.number)),
                SqlValue::Text(enum_str(&page.state)?),
                SqlValue::NullableText(class),
                SqlValue::NullableText(reason),
                SqlValue::NullableText(message),
            ]);
        }
        let insert = "INSERT INTO pages (id, file, dossier, number, state, class, reason, message) VALUES";
        sql::bulk_insert(self.connection(), insert, pages, "", "cannot restore pages").await?;
        Ok(None)
    }

    /// Takes members of an archive that is expanded again into its batch: rows that [`Catalog::rebuild_dossier`] inserted from the
    /// record of their dossier.
    pub(crate) async fn adopt_restored_members(&mut self, batch: &str, dossier: &str, members: &[DeliveredFile]) -> Result<()> {
        let mut adopted = false;
        let paths: BTreeSet<(String, &str)> =
            members.iter().map(|member| Ok((to_json(&member.path)?, member.sha256.as_str()))).collect::<Result<_>>()?;
        let sums: BTreeSet<String> = members.iter().map(|member| member.sha256.clone()).collect();
        for chunk in sums.into_iter().collect::<Vec<_>>().chunks(MAX_IN_LIST) {
            let text = format!(
                "SELECT id, path, sha256 FROM files WHERE dossier = $1 AND batch = $2 AND sha256 IN ({})",
                placeholders(3, chunk.len())
            );
            let statement = bind_all(dynamic_query(text).bind(dossier.to_owned()).bind(REBUILT_BATCH), chunk);
            for row in &sql::fetch_all(self.connection(), statement, "cannot look for restored members").await? {
                let (id, path, sha256): (String, String, String) = (get(row, "id")?, get(row, "path")?, get(row, "sha256")?);
                if !paths.contains(&(path.clone(), sha256.as_str())) {
                    continue;
                }
                let statement = sqlx::query(
                    "UPDATE files SET batch = $2 WHERE id = $1 AND NOT EXISTS (SELECT 1 FROM files o WHERE o.batch = $2 AND o.path = $3)",
                )
                .bind(id.clone())
                .bind(batch.to_owned())
                .bind(path);
                if sql::execute(self.connection(), statement, "cannot restore a member").await? > 0 {
                    adopted = true;
                    let (received, read) = self.count_pages("f.id", &id).await?;
                    self.record_progress(batch, ProgressStep::Received, ItemCounts::from_pages(received));
                    self.record_progress(batch, ProgressStep::Read, ItemCounts::from_pages(read));
                }
            }
        }
        if adopted {
            let of_batch = |mut counts: BTreeMap<String, ItemCounts>| counts.remove(batch).unwrap_or_default();
            let before = of_batch(self.stored_amounts(dossier).await?);
            let now = of_batch(self.save_stored_amounts(dossier).await?);
            self.record_progress(batch, ProgressStep::Stored, now - before);
        }
        Ok(())
    }
}

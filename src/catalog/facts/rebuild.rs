//! Rebuild of the catalogue from the store: dossiers from records, batches from ledgers.
//!
//! Dossiers are rebuilt first, then the batches in the order of their identifiers.

use crate::Catalog;
use crate::batches::balance;
use crate::facts::batch_ledger::{BatchLedger, LedgerFile};
use crate::roadmap::progress::DailyProgress;
use crate::sql::{self, SqlValue, WriteTx, enum_str, get, retrying, to_json};
use sohoa_base::error::{Error, Result};
use sohoa_base::model::dossier::{DossierName, FileState, PageState};
use sohoa_base::model::pipeline_plan::PipelinePlan;
use sohoa_base::model::record::Record;
use sohoa_base::model::review_queue::ReviewQueue;
use std::collections::{BTreeMap, BTreeSet};

/// Identifier of the batch for files whose own batch is not known (yet).
pub const REBUILT_BATCH: &str = "restored";

impl Catalog {
    /// Inserts a deposited dossier with its files, pages and documents, so that deliveries of the same bytes are recognised as
    /// duplicates. Readings are not restored. Returns `false` and changes nothing if the catalogue already has files of the
    /// dossier.
    ///
    /// # Errors
    /// `Corrupt` if the record names an original that it does not list.
    pub async fn rebuild_dossier(&self, record: &Record, version: u32, record_sha512: &str) -> Result<bool> {
        self.restore_units(std::slice::from_ref(&record.fonds)).await?;
        retrying!(self.rebuild_dossier_once(record, version, record_sha512))
    }

    async fn rebuild_dossier_once(&self, record: &Record, version: u32, record_sha512: &str) -> Result<bool> {
        let mut write = self.write().await?;
        let name = DossierName { fonds: record.fonds.clone(), code: record.code.clone(), title: record.title.clone() };
        let locked = write.lock_or_create_dossiers(&[name], REBUILT_BATCH).await?;
        let dossier = locked.into_values().next().ok_or_else(|| Error::internal("a dossier was not locked"))?.id;
        let statement = sqlx::query("SELECT 1 AS one FROM files WHERE dossier = $1 LIMIT 1").bind(dossier.clone());
        if sql::fetch_optional(write.connection(), statement, "cannot read files").await?.is_some() {
            return Ok(false);
        }
        let statement = sqlx::query("UPDATE dossiers SET version = $2, record_sha512 = $3, title = $4, list_findings = $5 WHERE id = $1")
            .bind(dossier.clone())
            .bind(i64::from(version))
            .bind(record_sha512.to_owned())
            .bind(sql::replace_nul(&record.title))
            .bind(to_json(&record.list_findings)?);
        sql::execute(write.connection(), statement, "cannot restore a dossier").await?;
        write.ensure_rebuilt_batch().await?;
        write.rebuild_files_and_pages(&dossier, record).await?;
        write.append_events(REBUILT_BATCH, &[(&dossier, "dossier-restored", serde_json::json!({ "version": version }))]).await?;
        write.commit().await?;
        Ok(true)
    }

    /// Inserts a batch with its files from its ledger, after all dossiers; returns whether the balance of the restored rows equals
    /// the ledger's. A batch that already exists is not changed.
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
            "INSERT INTO batches (id, key, unit, pipeline, plan, state, control, created, ended)
             VALUES ($1, $2, $3, $4, $5, 'finished', 'run', $6, $7) ON CONFLICT (id) DO NOTHING",
        )
        .bind(batch.clone())
        .bind(sql::replace_nul(&ledger.batch.key))
        .bind(sql::replace_nul(&ledger.batch.unit))
        .bind(sql::replace_nul(&ledger.batch.pipeline))
        .bind(to_json(&ledger.plan)?)
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
        for file in &ledger.files {
            let key = (sql::replace_nul(&file.dossier.fonds), sql::replace_nul(&file.dossier.code));
            let dossier_state = dossiers.get(&key).ok_or_else(|| Error::internal("a dossier was not locked"))?;
            write.rebuild_ledger_file(batch, &dossier_state.id, file).await?;
        }
        for (stage, cost) in &ledger.costs {
            let statement = sqlx::query("INSERT INTO costs (batch, stage, executions, cpu_ms) VALUES ($1, $2, $3, $4)")
                .bind(batch.clone())
                .bind(stage.clone())
                .bind(sql::to_i64(cost.executions))
                .bind(sql::to_i64(cost.cpu_ms));
            sql::execute(write.connection(), statement, "cannot restore costs").await?;
        }
        write.append_events(batch, &[("", "batch-restored", serde_json::json!({ "files": ledger.files.len() }))]).await?;
        for dossier_state in dossiers.values() {
            write.save_stored_amounts(&dossier_state.id).await?;
        }
        write.rebuild_progress(ledger).await?;
        write.commit().await
    }
}

impl WriteTx {
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

    async fn ensure_rebuilt_batch(&mut self) -> Result<()> {
        let plan = PipelinePlan { name: REBUILT_BATCH.to_owned(), groups: Vec::new() };
        let statement = sqlx::query(
            "INSERT INTO batches (id, key, unit, pipeline, plan, state, control, created)
             VALUES ($1, $1, '', '', $2, 'finished', 'run', $3) ON CONFLICT (id) DO NOTHING",
        )
        .bind(REBUILT_BATCH)
        .bind(to_json(&plan)?)
        .bind(self.now);
        sql::execute(self.connection(), statement, "cannot restore a dossier").await?;
        Ok(())
    }

    async fn rebuild_files_and_pages(&mut self, dossier: &str, record: &Record) -> Result<()> {
        let mut files: BTreeMap<&str, String> = BTreeMap::new();
        let mut file_rows = Vec::new();
        let mut pages: BTreeMap<(String, u32), Vec<SqlValue>> = BTreeMap::new();
        for original in &record.originals {
            let id = sql::new_id();
            let state = match &original.refusal {
                Some(_) => FileState::Refused,
                None if original.pages == 0 => FileState::Expanded,
                None => FileState::Identified,
            };
            if original.delivered_as.is_empty() {
                return Err(Error::corrupt(format!("record {} says no delivered name of {}", record.object, original.path)));
            }
            for (place, path) in original.delivered_as.iter().enumerate() {
                // Every name gets a row: the first one has the pages, the others are its duplicates.
                let (row, repeats) = if place == 0 { (id.clone(), None) } else { (sql::new_id(), Some(id.clone())) };
                let state = if place > 0 && state != FileState::Refused { FileState::Duplicate } else { state };
                file_rows.push(vec![
                    SqlValue::Text(row),
                    REBUILT_BATCH.into(),
                    dossier.into(),
                    SqlValue::Text(to_json(path)?),
                    original.sha256.as_str().into(),
                    SqlValue::Int(sql::to_i64(original.bytes)),
                    SqlValue::NullableText(original.container.as_ref().map(to_json).transpose()?),
                    SqlValue::NullableText(original.container.as_ref().map(|container| container.sha256.clone())),
                    SqlValue::Text(enum_str(&state)?),
                    SqlValue::Text(sql::replace_nul(&original.media_type)),
                    SqlValue::NullableText(repeats),
                    SqlValue::NullableText(original.refusal.as_ref().map(|refusal| refusal.class.as_str().to_owned())),
                    SqlValue::NullableText(original.refusal.as_ref().map(|refusal| sql::replace_nul(&refusal.reason))),
                    SqlValue::Text(to_json(&original.warnings)?),
                    SqlValue::Text(to_json(&original.signatures)?),
                    SqlValue::Int(i64::from(!original.withheld)),
                ]);
            }
            for number in 1..=original.pages {
                // Outside every document; overwritten below if a document contains the page.
                pages.insert((id.clone(), number), page_row(&id, dossier, number, PageState::Stored, None)?);
            }
            files.insert(&original.sha256, id);
        }
        let mut document_rows = Vec::new();
        for document in &record.documents {
            let id = sql::new_id();
            document_rows.push(vec![
                SqlValue::Text(id.clone()),
                dossier.into(),
                SqlValue::Int(i64::from(document.number)),
                SqlValue::Text(to_json(&document.description)?),
                SqlValue::Text(to_json(&document.review_reasons)?),
                ReviewQueue::from_reasons(&document.review_reasons).map_or("", ReviewQueue::as_str).into(),
                SqlValue::Text(to_json(&document.decisions)?),
                SqlValue::NullableText(document.list_entry.as_ref().map(to_json).transpose()?),
                SqlValue::Int(1),
            ]);
            for page in &document.pages {
                let file = files.get(page.original.as_str()).ok_or_else(|| {
                    Error::corrupt(format!("record {} names original {}, which it does not list", record.object, page.original))
                })?;
                let state = match &page.refusal {
                    Some(_) => PageState::Refused,
                    None if document.review_reasons.is_empty() => PageState::Stored,
                    None => PageState::Review,
                };
                let row = page_row(file, dossier, page.original_page, state, Some((&id, page)))?;
                pages.insert((file.clone(), page.original_page), row);
            }
        }
        let insert =
            "INSERT INTO files (id, batch, dossier, path, sha256, bytes, container, container_sha256, state, media_type, duplicate_of,
                      class, reason, warnings, signatures, deposited) VALUES";
        sql::bulk_insert(self.connection(), insert, file_rows, "", "cannot restore files").await?;
        let insert = "INSERT INTO pages (id, file, dossier, number, state, quality, blank, class, reason, warnings, document,
                position_in_document) VALUES";
        sql::bulk_insert(self.connection(), insert, pages.into_values().collect(), "", "cannot restore pages").await?;
        let insert =
            "INSERT INTO documents (id, dossier, number, description, review_reasons, queue, decisions, list_entry, stored) VALUES";
        sql::bulk_insert(self.connection(), insert, document_rows, "", "cannot restore documents").await?;
        Ok(())
    }

    /// Restores a file of a ledger: takes over a row with the same bytes that [`Catalog::rebuild_dossier`] inserted, or inserts a
    /// new row, as a duplicate if the ledger says so.
    async fn rebuild_ledger_file(&mut self, batch: &str, dossier: &str, file: &LedgerFile) -> Result<()> {
        let path = to_json(&file.new.path)?;
        let statement = sqlx::query("SELECT id, batch, path, duplicate_of FROM files WHERE dossier = $1 AND sha256 = $2 ORDER BY id")
            .bind(dossier.to_owned())
            .bind(file.new.sha256.clone());
        let mut holder: Option<String> = None;
        let mut own: Option<(String, String)> = None;
        for row in &sql::fetch_all(self.connection(), statement, "cannot look for the same bytes").await? {
            let (id, row_batch, row_path): (String, String, String) = (get(row, "id")?, get(row, "batch")?, get(row, "path")?);
            let repeats = get::<Option<String>>(row, "duplicate_of")?.is_some();
            if row_batch == REBUILT_BATCH && repeats == file.repeated && (!repeats || row_path == path) {
                own.get_or_insert((id.clone(), row_path));
            }
            if !repeats {
                holder.get_or_insert(id);
            }
        }
        let container = file.new.container.as_ref().map(to_json).transpose()?;
        let container_sha256 = file.new.container.as_ref().map(|container| container.sha256.clone());
        if let Some((id, row_path)) = own {
            // The two rows exchange their paths, so that no path is lost.
            let statement = sqlx::query("UPDATE files SET path = $4 WHERE batch = $1 AND duplicate_of = $2 AND path = $3")
                .bind(REBUILT_BATCH)
                .bind(id.clone())
                .bind(path.clone())
                .bind(row_path);
            sql::execute(self.connection(), statement, "cannot restore a file").await?;
            let text = "UPDATE files SET batch = $2, path = $3, container = $4, state = $5, warnings = $6, container_sha256 = $7
                        WHERE id = $1";
            let statement = sqlx::query(text)
                .bind(id)
                .bind(batch.to_owned())
                .bind(path)
                .bind(container)
                .bind(enum_str(&file.state)?)
                .bind(to_json(&file.warnings)?)
                .bind(container_sha256);
            sql::execute(self.connection(), statement, "cannot restore a file").await?;
            return Ok(());
        }
        let duplicate_of = holder.filter(|_| file.repeated);
        let id = sql::new_id();
        let row = vec![
            SqlValue::Text(id.clone()),
            batch.into(),
            dossier.into(),
            SqlValue::Text(path),
            file.new.sha256.as_str().into(),
            SqlValue::Int(sql::to_i64(file.new.bytes)),
            SqlValue::NullableText(container),
            SqlValue::NullableText(container_sha256),
            SqlValue::Text(enum_str(&file.state)?),
            SqlValue::Text(sql::replace_nul(&file.media_type)),
            SqlValue::NullableText(duplicate_of),
            SqlValue::NullableText(file.refusal.as_ref().map(|refusal| refusal.class.as_str().to_owned())),
            SqlValue::NullableText(file.refusal.as_ref().map(|refusal| sql::replace_nul(&refusal.reason))),
            SqlValue::Text(to_json(&file.warnings)?),
        ];
        let insert =
            "INSERT INTO files (id, batch, dossier, path, sha256, bytes, container, container_sha256, state, media_type, duplicate_of,
                      class, reason, warnings) VALUES";
        sql::bulk_insert(self.connection(), insert, vec![row], "", "cannot restore a file").await?;
        let mut pages = Vec::with_capacity(file.pages.len());
        for page in &file.pages {
            let refusal = page.refusal.as_ref();
            pages.push(vec![
                SqlValue::Text(sql::new_id()),
                SqlValue::Text(id.clone()),
                dossier.into(),
                SqlValue::Int(i64::from(page.number)),
                SqlValue::Text(enum_str(&page.state)?),
                SqlValue::NullableText(refusal.map(|refusal| refusal.class.as_str().to_owned())),
                SqlValue::NullableText(refusal.map(|refusal| sql::replace_nul(&refusal.reason))),
            ]);
        }
        let insert = "INSERT INTO pages (id, file, dossier, number, state, class, reason) VALUES";
        sql::bulk_insert(self.connection(), insert, pages, "", "cannot restore pages").await?;
        Ok(())
    }
}

fn page_row(
    file: &str,
    dossier: &str,
    number: u32,
    state: PageState,
    recorded: Option<(&String, &sohoa_base::model::record::RecordedPage)>,
) -> Result<Vec<SqlValue>> {
    let page = recorded.map(|(_, page)| page);
    let refusal = page.and_then(|page| page.refusal.as_ref());
    Ok(vec![
        SqlValue::Text(sql::new_id()),
        file.into(),
        dossier.into(),
        SqlValue::Int(i64::from(number)),
        SqlValue::Text(enum_str(&state)?),
        SqlValue::Text(page.map_or(Ok("{}".to_owned()), |page| to_json(&page.quality))?),
        SqlValue::Int(i64::from(page.is_some_and(|page| page.blank))),
        SqlValue::NullableText(refusal.map(|refusal| refusal.class.as_str().to_owned())),
        SqlValue::NullableText(refusal.map(|refusal| sql::replace_nul(&refusal.reason))),
        SqlValue::Text(page.map_or(Ok("[]".to_owned()), |page| to_json(&page.warnings))?),
        SqlValue::NullableText(recorded.map(|(document, _)| document.clone())),
        SqlValue::NullableInt(page.map(|page| i64::from(page.number))),
    ])
}

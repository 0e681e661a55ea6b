//! Rebuild of dossiers from their records. It comes before the rebuild of the batches from their ledgers.

use crate::Catalog;
use crate::rows::refusal_columns;
use crate::sql::{self, SqlValue, WriteTx, enum_str, retrying, to_json};
use sohoa_base::error::Result;
use sohoa_base::messages::{maintenance, program, records};
use sohoa_base::model::dossier::{DossierName, FileState, PageState};
use sohoa_base::model::pipeline_plan::PipelinePlan;
use sohoa_base::model::record::Record;
use sohoa_base::model::review_queue::ReviewQueue;
use std::collections::BTreeMap;

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
        let dossier = locked.into_values().next().ok_or_else(|| program::bug("catalogue: dossier not locked"))?.id;
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
}

impl WriteTx {
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
                return Err(maintenance::record_without_delivered_name(&record.object, &original.path));
            }
            for (place, path) in original.delivered_as.iter().enumerate() {
                // Every name gets a row: the first one has the pages, the others are its duplicates.
                let (row, repeats) = if place == 0 { (id.clone(), None) } else { (sql::new_id(), Some(id.clone())) };
                let state = if place > 0 && state != FileState::Refused { FileState::Duplicate } else { state };
                let [class, reason, message] = refusal_columns(original.refusal.as_ref())?;
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
                    SqlValue::NullableText(class),
                    SqlValue::NullableText(reason),
                    SqlValue::NullableText(message),
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
                let file =
                    files.get(page.original.as_str()).ok_or_else(|| records::original_not_recorded(&record.object, &page.original))?;
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
                      class, reason, message, warnings, signatures, deposited) VALUES";
        sql::bulk_insert(self.connection(), insert, file_rows, "", "cannot restore files").await?;
        let insert = "INSERT INTO pages (id, file, dossier, number, state, quality, blank, class, reason, message, warnings, document,
                position_in_document) VALUES";
        sql::bulk_insert(self.connection(), insert, pages.into_values().collect(), "", "cannot restore pages").await?;
        let insert =
            "INSERT INTO documents (id, dossier, number, description, review_reasons, queue, decisions, list_entry, stored) VALUES";
        sql::bulk_insert(self.connection(), insert, document_rows, "", "cannot restore documents").await?;
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
    let [class, reason, message] = refusal_columns(page.and_then(|page| page.refusal.as_ref()))?;
    Ok(vec![
        SqlValue::Text(sql::new_id()),
        file.into(),
        dossier.into(),
        SqlValue::Int(i64::from(number)),
        SqlValue::Text(enum_str(&state)?),
        SqlValue::Text(page.map_or(Ok("{}".to_owned()), |page| to_json(&page.quality))?),
        SqlValue::Int(i64::from(page.is_some_and(|page| page.blank))),
        SqlValue::NullableText(class),
        SqlValue::NullableText(reason),
        SqlValue::NullableText(message),
        SqlValue::Text(page.map_or(Ok("[]".to_owned()), |page| to_json(&page.warnings))?),
        SqlValue::NullableText(recorded.map(|(document, _)| document.clone())),
        SqlValue::NullableInt(page.map(|page| i64::from(page.number))),
    ])
}

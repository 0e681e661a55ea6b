//! Receipt of files: from a delivery, or out of an archive.

use crate::Catalog;
use crate::batches::folder_deliveries::FOLDER_BATCH_KEY_PREFIX;
use crate::queue::dossier_scheduler::{DossierState, NewTask};
use crate::rows::refusal_columns;
use crate::sql::{self, MAX_IN_LIST, SqlValue, WriteTx, bind_all, dynamic_query, enum_str, get, get_enum, placeholders, retrying, to_json};
use sohoa_base::error::Result;
use sohoa_base::messages::{program, runs};
use sohoa_base::model::batch::BatchState;
use sohoa_base::model::delivered_file::{DeliveredFile, DeliveredName};
use sohoa_base::model::dossier::{DossierName, FileState};
use sohoa_base::model::pipeline_plan::{PipelinePlan, StageLevel};
use sohoa_base::model::refusal::{Refusal, RefusalClass};
use std::collections::BTreeMap;

/// Result of the receipt of one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReceivedFile {
    /// Identifier of the file.
    pub file: String,
    /// `Received`, `Duplicate` or `Refused`; for a file received before, its present state.
    pub state: FileState,
    /// File of the same dossier with the same bytes.
    pub duplicate_of: Option<String>,
}

/// A file of the dossier that has the bytes of a received one.
#[derive(Debug, Clone)]
struct ExistingByDigest {
    id: String,
    batch: String,
    state: FileState,
    refusal: Option<Refusal>,
}

/// A file of the batch that has the path of a received one.
#[derive(Debug, Clone)]
struct ExistingByPath {
    id: String,
    dossier: String,
    sha256: String,
    state: FileState,
    duplicate_of: Option<String>,
}

impl Catalog {
    /// Receives files of one dossier into a batch in one transaction; returns a result for each, in order.
    ///
    /// A repeated call has no further effect: the same bytes under a path of the batch are recognised. Other bytes under such a
    /// path replace the file, with an event, as long as no stage has read it; later, and always in batches of hot folders, both are
    /// kept, the new one under the path with ` (2)` added.
    /// Bytes that the dossier already has become a `Duplicate` without a task, or are refused for the same reason as before; a file
    /// refused because of an outage is enqueued again.
    ///
    /// # Errors
    /// `Conflict` if the batch no longer receives files; `Invalid` if the plan has no group at file level.
    pub async fn receive_files(
        &self,
        batch: &str,
        dossier: &DossierName,
        files: &[DeliveredFile],
        plan: &PipelinePlan,
    ) -> Result<Vec<ReceivedFile>> {
        let group = plan.next_group(StageLevel::File, 0).ok_or_else(|| runs::pipeline_without_stage(&plan.name, runs::level_file()))?;
        retrying!(self.receive_files_once(batch, dossier, files, group))
    }

    async fn receive_files_once(
        &self,
        batch: &str,
        dossier: &DossierName,
        files: &[DeliveredFile],
        group: usize,
    ) -> Result<Vec<ReceivedFile>> {
        let mut write = self.write().await?;
        let statement = sqlx::query("SELECT state FROM batches WHERE id = $1").bind(batch.to_owned());
        let row = sql::fetch_optional(write.connection(), statement, "cannot read a batch").await?;
        let state: BatchState = get_enum(&row.ok_or_else(|| crate::batches::lifecycle::unknown_batch(batch))?, "state")?;
        if state != BatchState::Receiving {
            return Err(runs::run_receives_no_more(batch));
        }
        let locked = write.lock_or_create_dossiers(std::slice::from_ref(dossier), batch).await?;
        let dossier_state = locked.into_values().next().ok_or_else(|| program::bug("catalogue: dossier not locked"))?;
        let received = self.insert_files(&mut write, batch, &dossier_state, files, group).await?;
        write.attach_by_rule(batch, &dossier.code).await?;
        write.refresh_target_findings(batch, &dossier_state.id, &dossier.code).await?;
        let count = |state: FileState| received.iter().filter(|file| file.state == state).count();
        let body = serde_json::json!({
            "files": received.len(), "duplicate": count(FileState::Duplicate), "refused": count(FileState::Refused),
        });
        write.append_events(batch, &[(&dossier_state.id, "files-received", body)]).await?;
        write.commit().await?;
        Ok(received)
    }

    /// Inserts files of a locked dossier and enqueues their tasks of `group`.
    pub(crate) async fn insert_files(
        &self,
        write: &mut WriteTx,
        batch: &str,
        dossier_state: &DossierState,
        files: &[DeliveredFile],
        group: usize,
    ) -> Result<Vec<ReceivedFile>> {
        write.link_batch(batch, dossier_state).await?;
        let mut holders = fetch_existing_by_digest(write, &dossier_state.id, files).await?;
        let mut placed = fetch_existing_by_path(write, batch, files).await?;
        let (mut received, mut rows, mut tasks, mut to_requeue) = (Vec::with_capacity(files.len()), Vec::new(), Vec::new(), Vec::new());
        for file in files {
            let mut path = file.path.clone();
            let mut existing = placed.get(&to_json(&path)?).cloned();
            let mut copies = 1;
            if let Some(other) = existing.as_ref().filter(|existing| existing.sha256.is_empty())
                && write.withdraw_unreadable_file(&other.id).await?
            {
                existing = None;
            }
            while let Some(other) = existing.as_ref().filter(|existing| existing.sha256 != file.sha256) {
                if copies == 1
                    && other.dossier == dossier_state.id
                    && !holders.contains_key(&file.sha256)
                    && replace_unread_file(write, batch, other, file).await?
                {
                    let holder =
                        ExistingByDigest { id: other.id.clone(), batch: batch.to_owned(), state: FileState::Received, refusal: None };
                    holders.retain(|_, held| held.id != other.id);
                    holders.insert(file.sha256.clone(), holder);
                    existing = Some(ExistingByPath { sha256: file.sha256.clone(), ..other.clone() });
                    break;
                }
                copies += 1;
                path = numbered_name(&file.path, copies);
                existing = find_existing_by_path(write, &placed, batch, &path).await?;
            }
            if let Some(existing) = existing {
                received.push(ReceivedFile {
                    file: existing.id.clone(),
                    state: existing.state,
                    duplicate_of: existing.duplicate_of.clone(),
                });
                placed.insert(to_json(&path)?, existing);
                continue;
            }
            let id = sql::new_id();
            let (state, duplicate_of, refusal) = match holders.get(&file.sha256) {
                // An archive expanded in another batch is expanded again, so that its members count in this batch, as duplicates.
                Some(held) if held.state == FileState::Expanded && held.batch != batch => (FileState::Received, None, None),
                Some(held) => match &held.refusal {
                    Some(refusal) if held.state == FileState::Refused && refusal.class != RefusalClass::Outage => {
                        (FileState::Refused, Some(held.id.clone()), Some(refusal.clone()))
                    }
                    _ => {
                        to_requeue.push(held.id.clone());
                        (FileState::Duplicate, Some(held.id.clone()), None)
                    }
                },
                None => (FileState::Received, None, None),
            };
            if state == FileState::Received {
                let holder = ExistingByDigest { id: id.clone(), batch: batch.to_owned(), state, refusal: None };
                holders.entry(file.sha256.clone()).or_insert(holder);
                tasks.push(NewTask { dossier: dossier_state.id.clone(), group, level: StageLevel::File, item: id.clone() });
            }
            rows.push(file_row(&id, batch, &dossier_state.id, &path, file, state, duplicate_of.as_deref(), refusal.as_ref())?);
            let placed_file = ExistingByPath {
                id: id.clone(),
                dossier: dossier_state.id.clone(),
                sha256: file.sha256.clone(),
                state,
                duplicate_of: duplicate_of.clone(),
            };
            placed.insert(to_json(&path)?, placed_file);
            received.push(ReceivedFile { file: id, state, duplicate_of });
        }
        let insert = "INSERT INTO files (id, batch, dossier, path, sha256, bytes, container, container_sha256, state, duplicate_of, class,
                      reason, message) VALUES";
        sql::bulk_insert(write.connection(), insert, rows, "", "cannot insert files").await?;
        write.enqueue_tasks(batch, &tasks, true).await?;
        if !to_requeue.is_empty() {
            self.requeue_refused(write, batch, &to_requeue, &[RefusalClass::Outage]).await?;
        }
        Ok(received)
    }
}

#[allow(clippy::too_many_arguments)]
fn file_row(
    id: &str,
    batch: &str,
    dossier: &str,
    path: &DeliveredName,
    file: &DeliveredFile,
    state: FileState,
    duplicate_of: Option<&str>,
    refusal: Option<&Refusal>,
) -> Result<Vec<SqlValue>> {
    let [class, reason, message] = refusal_columns(refusal)?;
    Ok(vec![
        id.into(),
        batch.into(),
        dossier.into(),
        SqlValue::Text(to_json(path)?),
        file.sha256.as_str().into(),
        SqlValue::Int(sql::to_i64(file.bytes)),
        SqlValue::NullableText(file.container.as_ref().map(to_json).transpose()?),
        SqlValue::NullableText(file.container.as_ref().map(|container| container.sha256.clone())),
        SqlValue::Text(enum_str(&state)?),
        SqlValue::NullableText(duplicate_of.map(str::to_owned)),
        SqlValue::NullableText(class),
        SqlValue::NullableText(reason),
        SqlValue::NullableText(message),
    ])
}

/// First files of the dossier with the bytes of `files`, by SHA-256; duplicates are not included.
async fn fetch_existing_by_digest(
    write: &mut WriteTx,
    dossier: &str,
    files: &[DeliveredFile],
) -> Result<BTreeMap<String, ExistingByDigest>> {
    let mut found = BTreeMap::new();
    let sums: Vec<String> = files.iter().map(|file| file.sha256.clone()).collect();
    for chunk in sums.chunks(MAX_IN_LIST) {
        let text = format!(
            "SELECT id, batch, sha256, state, class, reason, message FROM files
             WHERE dossier = $1 AND duplicate_of IS NULL AND sha256 IN ({}) ORDER BY id",
            placeholders(2, chunk.len())
        );
        let statement = bind_all(dynamic_query(text).bind(dossier.to_owned()), chunk);
        for row in &sql::fetch_all(write.connection(), statement, "cannot look for the same bytes").await? {
            let holder = ExistingByDigest {
                id: get(row, "id")?,
                batch: get(row, "batch")?,
                state: get_enum(row, "state")?,
                refusal: crate::rows::refusal_from_row(row)?,
            };
            found.entry(get::<String>(row, "sha256")?).or_insert(holder);
        }
    }
    Ok(found)
}

/// Files of the batch with the paths of `files`, by path as JSON.
async fn fetch_existing_by_path(write: &mut WriteTx, batch: &str, files: &[DeliveredFile]) -> Result<BTreeMap<String, ExistingByPath>> {
    let mut found = BTreeMap::new();
    let paths = files.iter().map(|file| to_json(&file.path)).collect::<Result<Vec<_>>>()?;
    for chunk in paths.chunks(MAX_IN_LIST) {
        let text = format!(
            "SELECT id, dossier, path, sha256, state, duplicate_of FROM files WHERE batch = $1 AND path IN ({})",
            placeholders(2, chunk.len())
        );
        let statement = bind_all(dynamic_query(text).bind(batch.to_owned()), chunk);
        for row in &sql::fetch_all(write.connection(), statement, "cannot look for the same paths").await? {
            let placed_file = ExistingByPath {
                id: get(row, "id")?,
                dossier: get(row, "dossier")?,
                sha256: get(row, "sha256")?,
                state: get_enum(row, "state")?,
                duplicate_of: get(row, "duplicate_of")?,
            };
            found.insert(get(row, "path")?, placed_file);
        }
    }
    Ok(found)
}

async fn find_existing_by_path(
    write: &mut WriteTx,
    existing: &BTreeMap<String, ExistingByPath>,
    batch: &str,
    path: &DeliveredName,
) -> Result<Option<ExistingByPath>> {
    if let Some(placed_file) = existing.get(&to_json(path)?) {
        return Ok(Some(placed_file.clone()));
    }
    let wanted = DeliveredFile { path: path.clone(), sha256: String::new(), bytes: 0, container: None };
    Ok(fetch_existing_by_path(write, batch, &[wanted]).await?.into_values().next())
}

/// Replaces the bytes of a file that no stage has read and that has no duplicates; otherwise returns `false`. A worker that has
/// claimed the file loses its lease.
async fn replace_unread_file(write: &mut WriteTx, batch: &str, existing: &ExistingByPath, file: &DeliveredFile) -> Result<bool> {
    let statement = sqlx::query(
        "UPDATE files SET sha256 = $2, bytes = $3 WHERE id = $1 AND state = 'received'
         AND NOT EXISTS (SELECT 1 FROM files repeats WHERE repeats.duplicate_of = $1)
         AND NOT EXISTS (SELECT 1 FROM batches b WHERE b.id = files.batch AND b.key LIKE $4)",
    )
    .bind(existing.id.clone())
    .bind(file.sha256.clone())
    .bind(sql::to_i64(file.bytes))
    .bind(format!("{FOLDER_BATCH_KEY_PREFIX}%"));
    if sql::execute(write.connection(), statement, "cannot replace a file").await? == 0 {
        return Ok(false);
    }
    let statement = sqlx::query("UPDATE tasks SET attempts = attempts + 1, worker = NULL, ready_at = $2 WHERE item = $1")
        .bind(existing.id.clone())
        .bind(write.now);
    sql::execute(write.connection(), statement, "cannot take a lease back").await?;
    let body = serde_json::json!({ "file": file.path.display, "before": existing.sha256, "sha256": file.sha256 });
    write.append_events(batch, &[(&existing.dossier, "file-replaced", body)]).await?;
    Ok(true)
}

/// The path with the suffix ` (number)`.
fn numbered_name(path: &DeliveredName, number: u32) -> DeliveredName {
    let suffix = format!(" ({number})");
    DeliveredName { display: path.display.clone() + &suffix, raw_hex: path.raw_hex.as_ref().map(|raw| raw.clone() + &hex::encode(&suffix)) }
}

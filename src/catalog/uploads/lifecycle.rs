//! Life cycle of uploads: opening, tallies, start of the batch, withdrawal.

use crate::sql::{self, WriteTx, enum_str, get, get_enum, get_u64, retrying};
use crate::{Catalog, rfc3339};
use sohoa_base::error::{Error, Result};
use sohoa_base::messages::uploads;
use sohoa_base::model::account::UnitScope;
use sohoa_base::model::upload::{StartObstacle, StartRule, Upload, UploadQuota, UploadSize, UploadState, UploadTallies, find_obstacle};
use sqlx::any::AnyRow;
use std::collections::BTreeMap;

/// Data of a new upload.
#[derive(Debug, Clone, Copy)]
pub struct NewUpload<'a> {
    /// Name for display.
    pub name: &'a str,
    /// Unit or fonds that delivers.
    pub unit: &'a str,
    /// User who opens it.
    pub user: &'a str,
    /// Name of the pipeline.
    pub pipeline: &'a str,
    /// Pipeline as text.
    pub pipeline_text: &'a str,
    /// Priority: tasks with higher numbers are claimed first; 0 is the default.
    pub priority: i64,
    /// Rule of the start of its batch.
    pub start_rule: StartRule,
    /// Expected size of the whole delivery.
    pub expected: Option<UploadSize>,
    /// Target of a roadmap for its batch; none: decided by its lists or by the rule.
    pub target: Option<&'a str>,
}

impl Catalog {
    /// Opens an upload.
    ///
    /// # Errors
    /// `Conflict` for a new unit that differs from another only in case, marks or spaces, and for a user who has as many open uploads as
    /// the quota allows; `Unavailable` where the catalogue does not answer.
    pub async fn open_upload(&self, new: &NewUpload<'_>, quota: &UploadQuota) -> Result<Upload> {
        let mut write = self.write().await?;
        let statement = sqlx::query("SELECT count(*) AS n FROM uploads WHERE user_name = $1 AND state = 'open'");
        let statement = statement.bind(sql::replace_nul(new.user));
        let open = get_u64(&sql::fetch_one(write.connection(), statement, "count of open uploads").await?, "n")?;
        if quota.open_uploads > 0 && open >= quota.open_uploads {
            return Err(uploads::open_uploads_full(open));
        }
        write.register_units([new.unit].into_iter()).await?;
        let statement = sqlx::query(
            "INSERT INTO uploads (id, name, unit, user_name, pipeline, pipeline_text, priority, start_rule, state, expected_files,
                expected_bytes, created, target, target_by)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'open', $9, $10, $11, $12, $13) RETURNING *",
        )
        .bind(sql::new_id())
        .bind(sql::replace_nul(new.name))
        .bind(sql::replace_nul(new.unit))
        .bind(sql::replace_nul(new.user))
        .bind(sql::replace_nul(new.pipeline))
        .bind(sql::replace_nul(new.pipeline_text))
        .bind(new.priority)
        .bind(enum_str(&new.start_rule)?)
        .bind(new.expected.map(|expected| sql::to_i64(expected.files)))
        .bind(new.expected.map(|expected| sql::to_i64(expected.bytes)))
        .bind(write.now)
        .bind(new.target.map(sql::replace_nul))
        .bind(new.target.map(|_| sql::replace_nul(new.user)));
        let upload = upload_from_row(&sql::fetch_one(write.connection(), statement, "cannot open an upload").await?)?;
        let body = serde_json::json!({ "by": new.user, "upload": upload.id, "name": new.name, "unit": new.unit, "line": new.target });
        write.append_events("", &[("", "upload-opened", body)]).await?;
        write.commit().await?;
        Ok(upload)
    }

    /// Upload by identifier.
    ///
    /// # Errors
    /// `NotFound` for an unknown one, `Unavailable` where the catalogue does not answer.
    pub async fn upload(&self, id: &str) -> Result<Upload> {
        let mut connection = self.read().await?;
        let statement = sqlx::query("SELECT * FROM uploads WHERE id = $1").bind(sql::replace_nul(id));
        let row = sql::fetch_optional(&mut connection, statement, "cannot read an upload").await?;
        upload_from_row(&row.ok_or_else(|| unknown_upload(id))?)
    }

    /// Pipeline of an upload as text.
    ///
    /// # Errors
    /// As [`Catalog::upload`].
    pub async fn upload_pipeline(&self, id: &str) -> Result<String> {
        let mut connection = self.read().await?;
        let statement = sqlx::query("SELECT pipeline_text FROM uploads WHERE id = $1").bind(sql::replace_nul(id));
        let row = sql::fetch_optional(&mut connection, statement, "cannot read an upload").await?;
        get(&row.ok_or_else(|| unknown_upload(id))?, "pipeline_text")
    }

    /// Uploads of these units, the newest first, older than `before`, optionally in one state; at most `limit`.
    ///
    /// # Errors
    /// `Unavailable` where the catalogue does not answer.
    pub async fn uploads_before(
        &self,
        units: &UnitScope,
        state: Option<UploadState>,
        before: Option<&str>,
        limit: usize,
    ) -> Result<Vec<Upload>> {
        let (only, names) = sql::unit_condition(units, "unit", 4);
        let state = state.map(|state| enum_str(&state)).transpose()?.unwrap_or_default();
        let text =
            format!("SELECT * FROM uploads WHERE ($1 = '' OR state = $1) AND ($2 = '' OR id < $2) AND {only} ORDER BY id DESC LIMIT $3");
        let mut connection = self.read().await?;
        let statement = sql::dynamic_query(text).bind(state).bind(sql::replace_nul(before.unwrap_or_default())).bind(sql::to_i64(limit));
        let statement = sql::bind_all(statement, &names);
        sql::fetch_all(&mut connection, statement, "cannot read uploads").await?.iter().map(upload_from_row).collect()
    }

    /// Numbers and bytes of the files of uploads, counted by one query.
    ///
    /// # Errors
    /// `Unavailable` where the catalogue does not answer.
    pub async fn upload_tallies(&self, uploads: &[String]) -> Result<BTreeMap<String, UploadTallies>> {
        fetch_tallies(&mut *self.read().await?, uploads).await
    }

    /// Name and user of the uploads that became these batches, by batch.
    ///
    /// # Errors
    /// `Unavailable` where the catalogue does not answer.
    pub async fn delivery_names(&self, batches: &[String]) -> Result<BTreeMap<String, (String, String)>> {
        let mut names = BTreeMap::new();
        let mut connection = self.read().await?;
        for chunk in batches.chunks(sql::MAX_IN_LIST) {
            let text = format!("SELECT batch, name, user_name FROM uploads WHERE batch IN ({})", sql::placeholders(1, chunk.len()));
            for row in &sql::fetch_all(&mut connection, sql::bind_all(sql::dynamic_query(text), chunk), "cannot read uploads").await? {
                names.insert(get(row, "batch")?, (get(row, "name")?, get(row, "user_name")?));
            }
        }
        Ok(names)
    }

    /// Obstacle to the start of the upload, if there is one.
    ///
    /// # Errors
    /// As [`Catalog::upload`].
    pub async fn upload_obstacle(&self, id: &str) -> Result<Option<StartObstacle>> {
        let upload = self.upload(id).await?;
        start_obstacle(&mut *self.read().await?, &upload).await
    }

    /// Sets the expected size of the whole delivery.
    ///
    /// # Errors
    /// `Conflict` for an upload that is not open any more.
    pub async fn set_upload_expected(&self, id: &str, expected: UploadSize) -> Result<Upload> {
        let mut write = self.write().await?;
        write.lock_upload(id).await?;
        let statement = sqlx::query("UPDATE uploads SET expected_files = $2, expected_bytes = $3 WHERE id = $1 RETURNING *")
            .bind(id.to_owned())
            .bind(sql::to_i64(expected.files))
            .bind(sql::to_i64(expected.bytes));
        let upload = upload_from_row(&sql::fetch_one(write.connection(), statement, "cannot change an upload").await?)?;
        write.commit().await?;
        Ok(upload)
    }

    /// Sets the target of a roadmap for the batch of an open upload; none: decided by its lists or by the rule.
    ///
    /// # Errors
    /// `Conflict` for an upload that is not open any more.
    pub async fn set_upload_target(&self, id: &str, target: Option<&str>, by: &str) -> Result<Upload> {
        let mut write = self.write().await?;
        let before = write.lock_upload(id).await?.target;
        let statement = sqlx::query("UPDATE uploads SET target = $2, target_by = $3 WHERE id = $1 RETURNING *")
            .bind(id.to_owned())
            .bind(target.map(sql::replace_nul))
            .bind(target.map(|_| sql::replace_nul(by)));
        let upload = upload_from_row(&sql::fetch_one(write.connection(), statement, "cannot change an upload").await?)?;
        let body = serde_json::json!({ "by": by, "upload": id, "line": target, "before": before });
        write.append_events("", &[("", "upload-line-chosen", body)]).await?;
        write.commit().await?;
        Ok(upload)
    }

    /// Starts the creation of a batch from an upload, which accepts no more files; an upload already started is returned as it is.
    ///
    /// # Errors
    /// `Conflict` with the obstacle. With `without_missing`, files named by lists but not announced are no obstacle.
    pub async fn start_upload(&self, id: &str, without_missing: bool, by: &str) -> Result<Upload> {
        retrying!(self.start_upload_once(id, without_missing, by))
    }

    async fn start_upload_once(&self, id: &str, without_missing: bool, by: &str) -> Result<Upload> {
        let mut write = self.write().await?;
        let statement = sqlx::query("UPDATE uploads SET state = state WHERE id = $1 RETURNING *").bind(sql::replace_nul(id));
        let row = sql::fetch_optional(write.connection(), statement, "cannot start an upload").await?;
        let mut upload = upload_from_row(&row.ok_or_else(|| unknown_upload(id))?)?;
        let missing = match start_obstacle(write.connection(), &upload).await? {
            Some(StartObstacle::Starting | StartObstacle::Started) => return Ok(upload),
            Some(StartObstacle::Missing(number)) if without_missing => number,
            Some(obstacle) => return Err(uploads::upload_not_startable(upload.name, obstacle.message())),
            None => 0,
        };
        let statement = sqlx::query("UPDATE uploads SET state = 'starting' WHERE id = $1").bind(id.to_owned());
        sql::execute(write.connection(), statement, "cannot start an upload").await?;
        let body = serde_json::json!({ "by": by, "upload": id, "name": upload.name, "unit": upload.unit, "missing": missing });
        write.append_events("", &[("", "upload-started", body)]).await?;
        write.commit().await?;
        upload.state = UploadState::Starting;
        Ok(upload)
    }

    /// Sets the batch of an upload, unless it has one; returns its batch.
    ///
    /// # Errors
    /// `NotFound` for an unknown upload.
    pub async fn set_upload_batch(&self, id: &str, batch: &str) -> Result<String> {
        let mut write = self.write().await?;
        let statement = sqlx::query("UPDATE uploads SET batch = COALESCE(batch, $2) WHERE id = $1 RETURNING batch")
            .bind(id.to_owned())
            .bind(batch.to_owned());
        let row = sql::fetch_optional(write.connection(), statement, "cannot keep the batch of an upload").await?;
        let batch = get(&row.ok_or_else(|| unknown_upload(id))?, "batch")?;
        write.commit().await?;
        Ok(batch)
    }

    /// Marks an upload as started: all its files are in the store and in the batch.
    ///
    /// # Errors
    /// `Unavailable` where the catalogue does not answer.
    pub async fn finish_upload(&self, id: &str) -> Result<()> {
        retrying!(self.finish_upload_once(id))
    }

    async fn finish_upload_once(&self, id: &str) -> Result<()> {
        let mut write = self.write().await?;
        let statement =
            sqlx::query("UPDATE uploads SET state = 'started' WHERE id = $1 AND state = 'starting' RETURNING batch").bind(id.to_owned());
        if let Some(row) = sql::fetch_optional(write.connection(), statement, "cannot end an upload").await? {
            let batch: Option<String> = get(&row, "batch")?;
            let body = serde_json::json!({ "upload": id });
            write.append_events(&batch.unwrap_or_default(), &[("", "upload-received", body)]).await?;
        }
        write.commit().await
    }

    /// Withdraws an upload that was not started.
    ///
    /// # Errors
    /// `Conflict` for one that is not open any more.
    pub async fn withdraw_upload(&self, id: &str, by: &str) -> Result<()> {
        retrying!(self.withdraw_upload_once(id, by))
    }

    async fn withdraw_upload_once(&self, id: &str, by: &str) -> Result<()> {
        let mut write = self.write().await?;
        let upload = write.lock_upload(id).await?;
        let tallies = fetch_tallies(write.connection(), std::slice::from_ref(&upload.id)).await?.remove(id).unwrap_or_default();
        let statement = sqlx::query("UPDATE uploads SET state = 'withdrawn' WHERE id = $1").bind(id.to_owned());
        sql::execute(write.connection(), statement, "cannot withdraw an upload").await?;
        let body = serde_json::json!({
            "by": by, "upload": id, "name": upload.name, "unit": upload.unit, "files": tallies.files.announced, "bytes": tallies.bytes.announced,
        });
        write.append_events("", &[("", "upload-withdrawn", body)]).await?;
        write.commit().await
    }
}

impl WriteTx {
    /// Locks an open upload; concurrent changes of it or its files wait.
    pub(crate) async fn lock_upload(&mut self, id: &str) -> Result<Upload> {
        let statement = sqlx::query("UPDATE uploads SET state = state WHERE id = $1 RETURNING *").bind(sql::replace_nul(id));
        let row = sql::fetch_optional(self.connection(), statement, "cannot take an upload in hand").await?;
        let upload = upload_from_row(&row.ok_or_else(|| unknown_upload(id))?)?;
        if upload.state == UploadState::Open {
            return Ok(upload);
        }
        Err(uploads::upload_closed(&upload.name))
    }
}

async fn start_obstacle(connection: &mut sqlx::AnyConnection, upload: &Upload) -> Result<Option<StartObstacle>> {
    let tallies = fetch_tallies(connection, std::slice::from_ref(&upload.id)).await?.remove(&upload.id).unwrap_or_default();
    let missing = crate::uploads::lists::count_missing_files(connection, &upload.id).await?;
    Ok(find_obstacle(upload, &tallies, missing))
}

async fn fetch_tallies(connection: &mut sqlx::AnyConnection, uploads: &[String]) -> Result<BTreeMap<String, UploadTallies>> {
    let mut found: BTreeMap<String, UploadTallies> = BTreeMap::new();
    for chunk in uploads.chunks(sql::MAX_IN_LIST) {
        let text = format!(
            "SELECT upload, state, oversized, count(*) AS n, CAST(sum(bytes) AS BIGINT) AS size FROM upload_files
             WHERE upload IN ({}) GROUP BY upload, state, oversized",
            sql::placeholders(1, chunk.len())
        );
        let statement = sql::bind_all(sql::dynamic_query(text), chunk);
        for row in &sql::fetch_all(connection, statement, "cannot count files of uploads").await? {
            let tallies = found.entry(get(row, "upload")?).or_default();
            let (state, number) = (get_enum(row, "state")?, get_u64(row, "n")?);
            tallies.files.add(state, number);
            tallies.bytes.add(state, get_u64(row, "size")?);
            if get::<i64>(row, "oversized")? != 0 {
                tallies.oversized += number;
            }
        }
    }
    Ok(found)
}

fn unknown_upload(upload: &str) -> Error {
    uploads::upload_unknown(upload)
}

fn upload_from_row(row: &AnyRow) -> Result<Upload> {
    let expected = |column: &str| Ok::<_, Error>(get::<Option<i64>>(row, column)?.and_then(|number| u64::try_from(number).ok()));
    let expected = match (expected("expected_files")?, expected("expected_bytes")?) {
        (Some(files), Some(bytes)) => Some(UploadSize { files, bytes }),
        _ => None,
    };
    Ok(Upload {
        id: get(row, "id")?,
        name: get(row, "name")?,
        unit: get(row, "unit")?,
        user: get(row, "user_name")?,
        pipeline: get(row, "pipeline")?,
        priority: get(row, "priority")?,
        start_rule: get_enum(row, "start_rule")?,
        state: get_enum(row, "state")?,
        batch: get(row, "batch")?,
        created: rfc3339(get(row, "created")?),
        expected,
        target: get(row, "target")?,
        target_by: get(row, "target_by")?,
    })
}

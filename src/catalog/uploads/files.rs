//! Files of uploads: announcement, verdict, removal.

use crate::Catalog;
use crate::rows::refusal_columns;
use crate::sql::{self, WriteTx, enum_str, get, get_enum, get_u64, retrying, to_json};
use crate::uploads::lists::NewUploadList;
use serde::Serialize;
use sohoa_base::error::{Error, Result};
use sohoa_base::messages::uploads;
use sohoa_base::model::refusal::{Refusal, RefusalClass};
use sohoa_base::model::upload::{Upload, UploadFile, UploadFileState, UploadQuota, UploadSize};
use sqlx::any::AnyRow;

/// Kind of a file by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum UploadFileKind {
    /// A scan.
    Scan,
    /// A list of the delivery.
    List,
    /// A file that a rule excludes.
    Ignored,
}

/// An announced file.
#[derive(Debug, Clone, Copy)]
pub struct NewUploadFile<'a> {
    /// Path inside the delivery, as announced.
    pub path: &'a str,
    /// Code of the dossier.
    pub dossier: &'a str,
    /// Path normalised for the comparison with lists.
    pub normalized_path: &'a str,
    /// Kind by its name.
    pub kind: UploadFileKind,
    /// Size, bytes.
    pub bytes: u64,
    /// SHA-256, lower-case hexadecimal.
    pub sha256: &'a str,
    /// Refusal, if the bytes are not accepted at all.
    pub refusal: Option<&'a Refusal>,
}

/// Verdict about a file after all its bytes arrived.
#[derive(Debug, Clone)]
pub enum UploadVerdict {
    /// It can be a scan.
    Scan,
    /// It cannot be a scan.
    Refused(Refusal),
    /// A rule excludes it.
    Ignored,
    /// It is a list.
    List(NewUploadList),
}

/// Identifiers of an upload and of a file in it.
#[derive(Debug, Clone, Copy)]
struct UploadFileKey<'a> {
    upload: &'a str,
    file: &'a str,
}

impl Catalog {
    /// Announces a file; `false` if it was announced before with the same size and SHA-256.
    ///
    /// # Errors
    /// `Conflict` if other bytes were announced under its path, or the upload is not open any more; `Limit` for more than the quota.
    pub async fn announce_upload_file(&self, upload: &str, new: &NewUploadFile<'_>, quota: &UploadQuota) -> Result<(UploadFile, bool)> {
        retrying!(self.announce_upload_file_once(upload, new, quota))
    }

    async fn announce_upload_file_once(&self, upload: &str, new: &NewUploadFile<'_>, quota: &UploadQuota) -> Result<(UploadFile, bool)> {
        let mut write = self.write().await?;
        let user = write.lock_upload(upload).await?.user;
        let statement =
            sqlx::query("SELECT * FROM upload_files WHERE upload = $1 AND path = $2").bind(upload.to_owned()).bind(new.path.to_owned());
        if let Some(row) = sql::fetch_optional(write.connection(), statement, "cannot look for a path").await? {
            let announced = upload_file_from_row(&row)?;
            if announced.bytes == new.bytes && announced.sha256 == new.sha256 {
                return Ok((announced, false));
            }
            return Err(uploads::upload_bytes_differ(new.path));
        }
        write.count_announced(upload, 1, new.refusal.map_or(sql::to_i64(new.bytes), |_| 0)).await?;
        write.check_quota(upload, &user, quota).await?;
        let state = if new.refusal.is_some() { UploadFileState::Refused } else { UploadFileState::Sending };
        let file_name = new.normalized_path.rsplit('/').next().unwrap_or_default();
        let [class, reason, message] = refusal_columns(new.refusal)?;
        let statement = sqlx::query(
            "INSERT INTO upload_files (id, upload, path, dossier, normalized_path, file_name, kind, bytes, sha256, state, oversized, class,
                reason, message)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) RETURNING *",
        )
        .bind(sql::new_id())
        .bind(upload.to_owned())
        .bind(new.path.to_owned())
        .bind(new.dossier.to_owned())
        .bind(new.normalized_path.to_owned())
        .bind(file_name.to_owned())
        .bind(enum_str(&new.kind)?)
        .bind(sql::to_i64(new.bytes))
        .bind(new.sha256.to_owned())
        .bind(enum_str(&state)?)
        .bind(i64::from(new.refusal.is_some()))
        .bind(class)
        .bind(reason)
        .bind(message);
        let file = upload_file_from_row(&sql::fetch_one(write.connection(), statement, "cannot announce a file").await?)?;
        if new.kind == UploadFileKind::Scan {
            write.match_file_to_lists(upload, &file.id).await?;
        }
        write.commit().await?;
        Ok((file, true))
    }

    /// One file of an upload.
    ///
    /// # Errors
    /// `NotFound` for an unknown one.
    pub async fn upload_file(&self, upload: &str, file: &str) -> Result<UploadFile> {
        let mut connection = self.read().await?;
        fetch_upload_file(&mut connection, UploadFileKey { upload, file }).await
    }

    /// Files of an upload in the order of their announcement, after the identifier `after`, optionally in one state; at most
    /// `limit`.
    ///
    /// # Errors
    /// `Unavailable` where the catalogue does not answer.
    pub async fn upload_files(
        &self,
        upload: &str,
        state: Option<UploadFileState>,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<UploadFile>> {
        let mut connection = self.read().await?;
        let after = sql::replace_nul(after.unwrap_or_default());
        let statement = match state {
            Some(state) => sqlx::query("SELECT * FROM upload_files WHERE upload = $1 AND state = $4 AND id > $2 ORDER BY id LIMIT $3")
                .bind(upload.to_owned())
                .bind(after)
                .bind(sql::to_i64(limit))
                .bind(enum_str(&state)?),
            None => sqlx::query("SELECT * FROM upload_files WHERE upload = $1 AND id > $2 ORDER BY id LIMIT $3")
                .bind(upload.to_owned())
                .bind(after)
                .bind(sql::to_i64(limit)),
        };
        sql::fetch_all(&mut connection, statement, "cannot read files of an upload").await?.iter().map(upload_file_from_row).collect()
    }

    /// Records the verdict about a completely received file. A scan whose bytes its dossier already has becomes a duplicate, as
    /// later in the batch. An earlier verdict is kept.
    ///
    /// # Errors
    /// `Conflict` if the upload is not open any more, `NotFound` for an unknown file.
    pub async fn record_upload_verdict(&self, upload: &str, file: &str, verdict: &UploadVerdict) -> Result<UploadFile> {
        retrying!(self.record_upload_verdict_once(UploadFileKey { upload, file }, verdict))
    }

    async fn record_upload_verdict_once(&self, key: UploadFileKey<'_>, verdict: &UploadVerdict) -> Result<UploadFile> {
        let mut write = self.write().await?;
        let upload = write.lock_upload(key.upload).await?;
        let mut file = fetch_upload_file(write.connection(), key).await?;
        if file.state != UploadFileState::Sending {
            return Ok(file);
        }
        let mut duplicate_file = None;
        match verdict {
            UploadVerdict::Ignored => file.state = UploadFileState::Ignored,
            UploadVerdict::List(list) => {
                file.state = UploadFileState::List;
                write.save_upload_list(&upload.id, &file.id, list).await?;
            }
            UploadVerdict::Scan | UploadVerdict::Refused(_) => {
                duplicate_file = classify_scan(&mut write, &upload, &mut file, verdict).await?
            }
        }
        let statement = sqlx::query(
            "UPDATE upload_files SET state = $2, class = $3, reason = $4, message = $5, duplicate_file = $6, duplicate_of = $7
             WHERE id = $1",
        )
        .bind(file.id.clone())
        .bind(enum_str(&file.state)?)
        .bind(file.class.map(RefusalClass::as_str))
        .bind(file.reason.as_deref().map(sql::replace_nul))
        .bind(file.message.as_ref().map(to_json).transpose()?.as_deref().map(sql::replace_nul))
        .bind(duplicate_file)
        .bind(file.duplicate_of.clone());
        sql::execute(write.connection(), statement, "cannot keep what a file is").await?;
        write.commit().await?;
        Ok(file)
    }

    /// Removes a file from an upload. Its first duplicate, if there is one, takes its place.
    ///
    /// # Errors
    /// `Conflict` if the upload is not open any more, `NotFound` for an unknown file.
    pub async fn remove_upload_file(&self, upload: &str, file: &str, by: &str) -> Result<()> {
        retrying!(self.remove_upload_file_once(UploadFileKey { upload, file }, by))
    }

    async fn remove_upload_file_once(&self, key: UploadFileKey<'_>, by: &str) -> Result<()> {
        let mut write = self.write().await?;
        write.lock_upload(key.upload).await?;
        let file = fetch_upload_file(write.connection(), key).await?;
        let statement = sqlx::query("DELETE FROM upload_files WHERE id = $1 RETURNING file_name, oversized").bind(file.id.clone());
        let row = sql::fetch_one(write.connection(), statement, "cannot remove a file").await?;
        let (file_name, oversized): (String, i64) = (get(&row, "file_name")?, get(&row, "oversized")?);
        write.count_announced(key.upload, -1, if oversized == 0 { -sql::to_i64(file.bytes) } else { 0 }).await?;
        let statement =
            sqlx::query("SELECT id, path FROM upload_files WHERE duplicate_file = $1 ORDER BY id LIMIT 1").bind(file.id.clone());
        if let Some(row) = sql::fetch_optional(write.connection(), statement, "cannot look for duplicates").await? {
            let (successor, path): (String, String) = (get(&row, "id")?, get(&row, "path")?);
            let statement = sqlx::query(
                "UPDATE upload_files SET state = $2, class = $3, reason = $4, message = $5, duplicate_file = NULL, duplicate_of = NULL
                 WHERE id = $1",
            )
            .bind(successor.clone())
            .bind(enum_str(&file.state)?)
            .bind(file.class.map(RefusalClass::as_str))
            .bind(file.reason.clone())
            .bind(file.message.as_ref().map(to_json).transpose()?);
            sql::execute(write.connection(), statement, "cannot put a duplicate in its place").await?;
            let statement = sqlx::query("UPDATE upload_files SET duplicate_file = $2, duplicate_of = $3 WHERE duplicate_file = $1")
                .bind(file.id.clone())
                .bind(successor)
                .bind(path);
            sql::execute(write.connection(), statement, "cannot name another duplicate").await?;
        }
        write.remove_from_lists(key.upload, &file, &file_name).await?;
        let body = serde_json::json!({ "by": by, "upload": key.upload, "file": file.path, "bytes": file.bytes, "sha256": file.sha256 });
        write.append_events("", &[("", "upload-file-removed", body)]).await?;
        write.commit().await
    }

    /// Dossier codes of an upload in order, after the code `after`; at most `limit`.
    ///
    /// # Errors
    /// `Unavailable` where the catalogue does not answer.
    pub async fn upload_dossiers(&self, upload: &str, after: &str, limit: usize) -> Result<Vec<String>> {
        let mut connection = self.read().await?;
        let statement = sqlx::query(
            "SELECT DISTINCT dossier FROM upload_files WHERE upload = $1 AND dossier > $2 AND state IN ('received', 'duplicate', 'refused')
             ORDER BY dossier LIMIT $3",
        )
        .bind(upload.to_owned())
        .bind(after.to_owned())
        .bind(sql::to_i64(limit));
        sql::fetch_all(&mut connection, statement, "cannot read dossiers of an upload")
            .await?
            .iter()
            .map(|row| get(row, "dossier"))
            .collect()
    }

    /// Files of one dossier of an upload for its batch; files whose bytes were not accepted are not included.
    ///
    /// # Errors
    /// `Unavailable` where the catalogue does not answer.
    pub async fn upload_files_of_dossier(&self, upload: &str, dossier: &str) -> Result<Vec<UploadFile>> {
        let mut connection = self.read().await?;
        let statement = sqlx::query(
            "SELECT * FROM upload_files WHERE upload = $1 AND dossier = $2 AND state IN ('received', 'duplicate', 'refused')
                AND oversized = 0 ORDER BY id",
        )
        .bind(upload.to_owned())
        .bind(dossier.to_owned());
        sql::fetch_all(&mut connection, statement, "cannot read files of a dossier").await?.iter().map(upload_file_from_row).collect()
    }
}

impl WriteTx {
    /// Adds to the announced files and bytes of a locked upload.
    async fn count_announced(&mut self, upload: &str, files: i64, bytes: i64) -> Result<()> {
        let text = "UPDATE uploads SET announced_files = announced_files + $2, announced_bytes = announced_bytes + $3 WHERE id = $1";
        let statement = sqlx::query(text).bind(upload.to_owned()).bind(files).bind(bytes);
        sql::execute(self.connection(), statement, "cannot count an announced file").await.map(|_| ())
    }

    /// Checks what an upload and the open uploads of its user hold now.
    async fn check_quota(&mut self, upload: &str, user: &str, quota: &UploadQuota) -> Result<()> {
        let statement = sqlx::query(
            "SELECT CAST(COALESCE(SUM(announced_files), 0) AS BIGINT) AS user_files,
                    CAST(COALESCE(SUM(announced_bytes), 0) AS BIGINT) AS user_bytes,
                    CAST(COALESCE(SUM(CASE WHEN id = $1 THEN announced_files END), 0) AS BIGINT) AS files,
                    CAST(COALESCE(SUM(CASE WHEN id = $1 THEN announced_bytes END), 0) AS BIGINT) AS bytes
             FROM uploads WHERE user_name = $2 AND state = 'open'",
        )
        .bind(upload.to_owned())
        .bind(sql::replace_nul(user));
        let row = sql::fetch_one(self.connection(), statement, "sizes of uploads").await?;
        let size = |files: &str, bytes: &str| Ok::<_, Error>(UploadSize { files: get_u64(&row, files)?, bytes: get_u64(&row, bytes)? });
        quota.check(size("files", "bytes")?, size("user_files", "user_bytes")?)
    }
}

/// Sets the state that a scan will have in its batch: duplicate of another file of the upload (whose identifier is returned) or of
/// the archive, refused like the same bytes before, or by its verdict.
async fn classify_scan(write: &mut WriteTx, upload: &Upload, file: &mut UploadFile, verdict: &UploadVerdict) -> Result<Option<String>> {
    let statement = sqlx::query(
        "SELECT id, path FROM upload_files WHERE upload = $1 AND sha256 = $2 AND dossier = $3 AND id <> $4 AND oversized = 0
            AND duplicate_file IS NULL AND duplicate_of IS NULL AND state IN ('received', 'refused') ORDER BY id LIMIT 1",
    )
    .bind(upload.id.clone())
    .bind(file.sha256.clone())
    .bind(file.dossier.clone())
    .bind(file.id.clone());
    if let Some(row) = sql::fetch_optional(write.connection(), statement, "cannot look for the same bytes").await? {
        file.state = UploadFileState::Duplicate;
        file.duplicate_of = Some(get(&row, "path")?);
        return Ok(Some(get(&row, "id")?));
    }
    let statement = sqlx::query(
        "SELECT f.path, f.state, f.class, f.reason, f.message FROM files f JOIN dossiers d ON d.id = f.dossier
         WHERE d.fonds = $1 AND d.code = $2 AND f.sha256 = $3 AND f.duplicate_of IS NULL ORDER BY f.id LIMIT 1",
    )
    .bind(upload.unit.clone())
    .bind(file.dossier.clone())
    .bind(file.sha256.clone());
    let archived = sql::fetch_optional(write.connection(), statement, "cannot look for the same bytes").await?;
    let before = archived.as_ref().map(crate::rows::refusal_from_row).transpose()?.flatten();
    let state: String = archived.as_ref().map_or(Ok(String::new()), |row| get(row, "state"))?;
    let refuse = |file: &mut UploadFile, refusal: &Refusal| {
        (file.state, file.class, file.reason) = (UploadFileState::Refused, Some(refusal.class), Some(refusal.reason.clone()));
        file.message = refusal.message.as_deref().cloned();
    };
    match (&archived, before, verdict) {
        (Some(_), Some(refusal), _) if state == "refused" && refusal.class != RefusalClass::Outage => refuse(file, &refusal),
        // A known archive is expanded again, so that its members count in the new batch.
        (Some(row), _, _) if state != "expanded" => {
            let path: sohoa_base::model::delivered_file::DeliveredName = sql::get_json(row, "path")?;
            (file.state, file.duplicate_of, file.in_archive) = (UploadFileState::Duplicate, Some(path.display), true);
        }
        (_, _, UploadVerdict::Refused(refusal)) => refuse(file, refusal),
        _ => file.state = UploadFileState::Received,
    }
    Ok(None)
}

async fn fetch_upload_file(connection: &mut sqlx::AnyConnection, key: UploadFileKey<'_>) -> Result<UploadFile> {
    let statement = sqlx::query("SELECT * FROM upload_files WHERE id = $1 AND upload = $2")
        .bind(sql::replace_nul(key.file))
        .bind(sql::replace_nul(key.upload));
    let row = sql::fetch_optional(connection, statement, "cannot read a file of an upload").await?;
    upload_file_from_row(&row.ok_or_else(|| uploads::upload_file_unknown(key.file))?)
}

fn upload_file_from_row(row: &AnyRow) -> Result<UploadFile> {
    let refusal = crate::rows::refusal_from_row(row)?;
    let duplicate_of: Option<String> = get(row, "duplicate_of")?;
    Ok(UploadFile {
        id: get(row, "id")?,
        path: get(row, "path")?,
        dossier: get(row, "dossier")?,
        bytes: get_u64(row, "bytes")?,
        sha256: get(row, "sha256")?,
        state: get_enum(row, "state")?,
        class: refusal.as_ref().map(|refusal| refusal.class),
        message: refusal.as_ref().and_then(|refusal| refusal.message.as_deref().cloned()),
        reason: refusal.map(|refusal| refusal.reason),
        in_archive: duplicate_of.is_some() && get::<Option<String>>(row, "duplicate_file")?.is_none(),
        duplicate_of,
    })
}

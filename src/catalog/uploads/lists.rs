//! Lists of uploads, matched with the announced files as both arrive.
//!
//! A list covers its folder and all subfolders. A row matches a file whose path equals the name in the row or ends in `/` and that
//! name. Matches are stored with files and rows, so that queries only read an index.

use crate::Catalog;
use crate::rows::message_from_row;
use crate::sql::{self, SqlValue, WriteTx, get, get_json, get_u32, get_u64};
use sohoa_base::error::Result;
use sohoa_base::language::Language;
use sohoa_base::messages::StoredMessage;
use sohoa_base::model::upload::{UploadFile, UploadFileState};
use sqlx::AnyConnection;

/// A file named by a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedFile {
    /// Row of the list, from 1, as in the spreadsheet.
    pub row: u32,
    /// File name as written in the list.
    pub file: String,
    /// File name normalised for the comparison with paths.
    pub normalized_path: String,
}

/// A received list.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct NewUploadList {
    /// Normalised path of its folder with a closing slash; empty: the whole upload.
    pub folder: String,
    /// Number of rows.
    pub rows: u64,
    /// Named files.
    pub files: Vec<ListedFile>,
    /// Targets of a roadmap that it names, each with its first row.
    pub targets: Vec<(u32, String)>,
    /// Reason if it cannot be read.
    pub problem: Option<StoredMessage>,
}

/// A list of an upload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UploadList {
    /// Identifier of the list's file.
    pub file: String,
    /// Path inside the delivery.
    pub path: String,
    /// Number of rows.
    pub rows: u64,
    /// Whether it names files.
    pub names_files: bool,
    /// Targets of a roadmap that it names, each with its first row.
    pub targets: Vec<(u32, String)>,
    /// Reason if it cannot be read, in English.
    pub problem: Option<String>,
    /// Its code and values.
    pub message: Option<StoredMessage>,
}

/// SQL condition: row `e` of list `l` matches file `f`.
macro_rules! meant {
    () => {
        "f.kind = 'scan' AND substr(f.normalized_path, 1, length(l.folder)) = l.folder AND (f.normalized_path = e.normalized_path
         OR (length(f.normalized_path) > length(e.normalized_path)
             AND substr(f.normalized_path, length(f.normalized_path) - length(e.normalized_path)) = '/' || e.normalized_path))"
    };
}

/// Statement that updates `covered_by_list` and `named_in_list` of the files `f` that meet the condition.
macro_rules! mark_files {
    ($condition:literal) => {
        concat!(
            "UPDATE upload_files AS f SET
                covered_by_list = CASE WHEN EXISTS (SELECT 1 FROM upload_lists l WHERE l.upload = f.upload AND l.names_files = 1
                    AND substr(f.normalized_path, 1, length(l.folder)) = l.folder) THEN 1 ELSE 0 END,
                named_in_list = CASE WHEN EXISTS (SELECT 1 FROM upload_entries e JOIN upload_lists l ON l.file = e.list
                    WHERE e.upload = f.upload AND e.file_name = f.file_name AND ",
            meant!(),
            ") THEN 1 ELSE 0 END WHERE f.kind = 'scan' AND ",
            $condition
        )
    };
}

impl Catalog {
    /// Lists of an upload.
    ///
    /// # Errors
    /// `Unavailable` where the catalogue does not answer.
    pub async fn upload_lists(&self, upload: &str) -> Result<Vec<UploadList>> {
        let mut connection = self.read().await?;
        let statement = sqlx::query(
            "SELECT l.file, f.path, l.entries, l.names_files, l.targets, l.problem, l.message FROM upload_lists l
             JOIN upload_files f ON f.id = l.file WHERE l.upload = $1 ORDER BY f.path",
        )
        .bind(upload.to_owned());
        let rows = sql::fetch_all(&mut connection, statement, "cannot read lists of an upload").await?;
        rows.iter()
            .map(|row| {
                Ok(UploadList {
                    file: get(row, "file")?,
                    path: get(row, "path")?,
                    rows: get_u64(row, "entries")?,
                    names_files: get::<i64>(row, "names_files")? != 0,
                    targets: get_json(row, "targets")?,
                    problem: get(row, "problem")?,
                    message: message_from_row(row, "message")?,
                })
            })
            .collect()
    }

    /// Files named by lists of an upload but not announced: their number, and list, row and name of the first `limit`.
    ///
    /// # Errors
    /// `Unavailable` where the catalogue does not answer.
    pub async fn missing_upload_files(&self, upload: &str, limit: usize) -> Result<(u64, Vec<(String, u32, String)>)> {
        let mut connection = self.read().await?;
        let count = count_missing_files(&mut connection, upload).await?;
        if count == 0 {
            return Ok((0, Vec::new()));
        }
        let statement = sqlx::query(
            "SELECT f.path, e.list_row, e.file FROM upload_entries e JOIN upload_files f ON f.id = e.list
             WHERE e.upload = $1 AND e.matched = 0 ORDER BY e.list, e.list_row LIMIT $2",
        )
        .bind(upload.to_owned())
        .bind(sql::to_i64(limit));
        let rows = sql::fetch_all(&mut connection, statement, "cannot read what is missing").await?;
        let items = rows.iter().map(|row| Ok((get(row, "path")?, get_u32(row, "list_row")?, get(row, "file")?)));
        Ok((count, items.collect::<Result<_>>()?))
    }

    /// Files of an upload covered by a list but named by none: their number, and the paths of the first `limit`.
    ///
    /// # Errors
    /// `Unavailable` where the catalogue does not answer.
    pub async fn unlisted_upload_files(&self, upload: &str, limit: usize) -> Result<(u64, Vec<String>)> {
        let mut connection = self.read().await?;
        let statement =
            sqlx::query("SELECT count(*) AS n FROM upload_files WHERE upload = $1 AND covered_by_list = 1 AND named_in_list = 0")
                .bind(upload.to_owned());
        let count = get_u64(&sql::fetch_one(&mut connection, statement, "count of what is extra").await?, "n")?;
        if count == 0 {
            return Ok((0, Vec::new()));
        }
        let statement = sqlx::query(
            "SELECT path FROM upload_files WHERE upload = $1 AND covered_by_list = 1 AND named_in_list = 0 ORDER BY path LIMIT $2",
        )
        .bind(upload.to_owned())
        .bind(sql::to_i64(limit));
        let rows = sql::fetch_all(&mut connection, statement, "cannot read what is extra").await?;
        Ok((count, rows.iter().map(|row| get(row, "path")).collect::<Result<_>>()?))
    }
}

/// Number of files named by lists of an upload but not announced.
pub(crate) async fn count_missing_files(connection: &mut AnyConnection, upload: &str) -> Result<u64> {
    let statement = sqlx::query("SELECT count(*) AS n FROM upload_entries WHERE upload = $1 AND matched = 0").bind(upload.to_owned());
    get_u64(&sql::fetch_one(connection, statement, "count of what is missing").await?, "n")
}

impl WriteTx {
    /// Saves a list and matches it with the announced files.
    pub(crate) async fn save_upload_list(&mut self, upload: &str, file: &str, list: &NewUploadList) -> Result<()> {
        let statement = sqlx::query(
            "INSERT INTO upload_lists (file, upload, folder, entries, names_files, problem, message, targets)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        )
        .bind(file.to_owned())
        .bind(upload.to_owned())
        .bind(sql::replace_nul(&list.folder))
        .bind(sql::to_i64(list.rows))
        .bind(i64::from(!list.files.is_empty()))
        .bind(list.problem.as_ref().and_then(|problem| problem.text(Language::English)).as_deref().map(sql::replace_nul))
        .bind(list.problem.as_ref().map(sql::to_json).transpose()?.as_deref().map(sql::replace_nul))
        .bind(sql::to_json(&list.targets)?);
        sql::execute(self.connection(), statement, "cannot keep a list").await?;
        if list.files.is_empty() {
            return Ok(());
        }
        let rows = list.files.iter().map(|listed| {
            let normalized_path = sql::replace_nul(&listed.normalized_path);
            let file_name = normalized_path.rsplit('/').next().unwrap_or_default().to_owned();
            vec![
                file.into(),
                SqlValue::Int(i64::from(listed.row)),
                upload.into(),
                SqlValue::Text(sql::replace_nul(&listed.file)),
                SqlValue::Text(normalized_path),
                SqlValue::Text(file_name),
            ]
        });
        let insert = "INSERT INTO upload_entries (list, list_row, upload, file, normalized_path, file_name) VALUES";
        sql::bulk_insert(self.connection(), insert, rows.collect(), "", "cannot keep the rows of a list").await?;
        let update_entries = concat!(
            "UPDATE upload_entries AS e SET matched = 1 WHERE e.list = $1 AND EXISTS (SELECT 1 FROM upload_files f, upload_lists l
             WHERE l.file = e.list AND f.upload = e.upload AND f.file_name = e.file_name AND ",
            meant!(),
            ")"
        );
        let update_files = concat!(
            "UPDATE upload_files AS f SET covered_by_list = 1, named_in_list = CASE WHEN f.named_in_list = 1
                OR EXISTS (SELECT 1 FROM upload_entries e, upload_lists l
                WHERE e.list = $1 AND l.file = $1 AND e.file_name = f.file_name AND ",
            meant!(),
            ") THEN 1 ELSE 0 END WHERE f.upload = $2 AND f.kind = 'scan'
             AND EXISTS (SELECT 1 FROM upload_lists l WHERE l.file = $1 AND substr(f.normalized_path, 1, length(l.folder)) = l.folder)"
        );
        let statement = sqlx::query(update_entries).bind(file.to_owned());
        sql::execute(self.connection(), statement, "cannot match a list").await?;
        let statement = sqlx::query(update_files).bind(file.to_owned()).bind(upload.to_owned());
        sql::execute(self.connection(), statement, "cannot match a list").await?;
        Ok(())
    }

    /// Matches a newly announced file with the lists received so far.
    pub(crate) async fn match_file_to_lists(&mut self, upload: &str, file: &str) -> Result<()> {
        let statement =
            sqlx::query("SELECT 1 AS one FROM upload_lists WHERE upload = $1 AND names_files = 1 LIMIT 1").bind(upload.to_owned());
        if sql::fetch_optional(self.connection(), statement, "cannot look for lists").await?.is_none() {
            return Ok(());
        }
        let statement = sqlx::query(mark_files!("f.id = $1")).bind(file.to_owned());
        sql::execute(self.connection(), statement, "cannot match a file").await?;
        let update_entries = concat!(
            "UPDATE upload_entries AS e SET matched = 1 WHERE e.upload = $2 AND e.matched = 0
                AND e.file_name = (SELECT file_name FROM upload_files WHERE id = $1)
                AND EXISTS (SELECT 1 FROM upload_files f, upload_lists l WHERE f.id = $1 AND l.file = e.list AND ",
            meant!(),
            ")"
        );
        let statement = sqlx::query(update_entries).bind(file.to_owned()).bind(upload.to_owned());
        sql::execute(self.connection(), statement, "cannot match a file").await?;
        Ok(())
    }

    /// Updates the matches after the removal of a file; `file_name` is the last component of its path.
    pub(crate) async fn remove_from_lists(&mut self, upload: &str, file: &UploadFile, file_name: &str) -> Result<()> {
        if file.state == UploadFileState::List {
            for text in ["DELETE FROM upload_entries WHERE list = $1", "DELETE FROM upload_lists WHERE file = $1"] {
                sql::execute(self.connection(), sqlx::query(text).bind(file.id.clone()), "cannot forget a list").await?;
            }
            let statement = sqlx::query(mark_files!("f.upload = $1")).bind(upload.to_owned());
            sql::execute(self.connection(), statement, "cannot match files").await?;
        }
        let update_entries = concat!(
            "UPDATE upload_entries AS e SET matched = CASE WHEN EXISTS (SELECT 1 FROM upload_files f, upload_lists l
                WHERE l.file = e.list AND f.upload = e.upload AND f.file_name = e.file_name AND ",
            meant!(),
            ") THEN 1 ELSE 0 END WHERE e.upload = $1 AND e.file_name = $2"
        );
        let statement = sqlx::query(update_entries).bind(upload.to_owned()).bind(file_name.to_owned());
        sql::execute(self.connection(), statement, "cannot match rows of lists").await?;
        Ok(())
    }
}

//! Rows that no object of the store holds, for a backup: accounts with their keys, kept searches, units, open uploads.

use crate::Catalog;
use crate::sql::{self, SqlValue, dynamic_query, get_u64};
use serde::{Deserialize, Serialize};
use sohoa_base::error::Result;
use sohoa_base::messages::{catalogue, maintenance};
use sqlx::any::AnyRow;
use sqlx::{Column, Row};
use std::collections::BTreeMap;

/// Tables of a backup, in the order of their restoration, and which rows of each belong to it. Sessions and keys of the first start are
/// left out.
const TABLES: &[(&str, &str)] = &[
    ("units", "1 = 1"),
    ("users", "1 = 1"),
    ("recovery_codes", "1 = 1"),
    ("keys", "used_for = 'token'"),
    ("searches", "1 = 1"),
    ("uploads", "state IN ('open', 'starting')"),
    ("upload_files", "upload IN (SELECT id FROM uploads WHERE state IN ('open', 'starting'))"),
    ("upload_lists", "upload IN (SELECT id FROM uploads WHERE state IN ('open', 'starting'))"),
    ("upload_entries", "upload IN (SELECT id FROM uploads WHERE state IN ('open', 'starting'))"),
];

/// Tables whose rows a restoration that replaces deletes first.
const REPLACED_TABLES: &[&str] = &["users", "recovery_codes", "keys", "searches"];

/// Longest name of a column.
const MAX_COLUMN_NAME: usize = 64;

/// A value of a backed-up row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum BackupValue {
    /// A number.
    Int(i64),
    /// A text.
    Text(String),
    /// None.
    Null,
}

/// Rows by table, each by column.
pub type BackupTables = BTreeMap<String, Vec<BTreeMap<String, BackupValue>>>;

impl Catalog {
    /// The rows of a backup. Secrets are in the form in which the catalogue holds them: hashes, and sealed seeds.
    ///
    /// # Errors
    /// `Unavailable` where the catalogue does not answer.
    pub async fn backup_tables(&self) -> Result<BackupTables> {
        let mut connection = self.read().await?;
        let mut tables = BackupTables::new();
        for (table, condition) in TABLES {
            let statement = dynamic_query(format!("SELECT * FROM {table} WHERE {condition}"));
            let rows = sql::fetch_all(&mut connection, statement, "cannot read the rows of a backup").await?;
            tables.insert((*table).to_owned(), rows.iter().map(backup_row).collect::<Result<_>>()?);
        }
        Ok(tables)
    }

    /// Restores rows that the catalogue does not have; with `replace`, all accounts are replaced, and everybody is signed out.
    ///
    /// # Errors
    /// `Conflict` if the catalogue has accounts and `replace` is not set; `Corrupt` for an unknown table or column.
    pub async fn restore_tables(&self, tables: &BackupTables, replace: bool) -> Result<()> {
        let mut write = self.write().await?;
        let statement = sqlx::query("SELECT COUNT(*) AS count FROM users");
        let users = get_u64(&sql::fetch_one(write.connection(), statement, "number of people").await?, "count")?;
        if users > 0 && !replace {
            return Err(maintenance::accounts_exist(users));
        }
        for table in REPLACED_TABLES {
            sql::execute(write.connection(), dynamic_query(format!("DELETE FROM {table}")), "cannot replace accounts").await?;
        }
        for (table, rows) in tables {
            let known = TABLES.iter().any(|(name, _)| name == table);
            if !known {
                return Err(maintenance::backup_table_unknown(table));
            }
            for row in rows {
                let is_name = |name: &String| {
                    (1..=MAX_COLUMN_NAME).contains(&name.len())
                        && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
                };
                if row.is_empty() || !row.keys().all(is_name) {
                    return Err(maintenance::backup_column_unknown(table));
                }
                let (mut columns, mut values) = (Vec::new(), Vec::new());
                for (column, value) in row {
                    // What has no value is left to the table: none of its columns has another default then.
                    let value = match value {
                        BackupValue::Int(number) => SqlValue::Int(*number),
                        BackupValue::Text(text) => SqlValue::Text(text.clone()),
                        BackupValue::Null => continue,
                    };
                    columns.push(column.as_str());
                    values.push(value);
                }
                let insert = format!("INSERT INTO {table} ({}) VALUES", columns.join(", "));
                let kept = "ON CONFLICT DO NOTHING";
                sql::bulk_insert(write.connection(), &insert, vec![values], kept, "cannot restore a row of the backup").await?;
            }
        }
        let restored = tables.get("users").map_or(0, Vec::len);
        write.append_events("", &[("", "accounts-restored", serde_json::json!({ "users": restored }))]).await?;
        write.commit().await
    }
}

fn backup_row(row: &AnyRow) -> Result<BTreeMap<String, BackupValue>> {
    let mut values = BTreeMap::new();
    for column in row.columns() {
        let name = column.name();
        let text = row.try_get::<Option<String>, _>(name).map(|text| text.map(BackupValue::Text));
        let value = text.or_else(|_| row.try_get::<Option<i64>, _>(name).map(|number| number.map(BackupValue::Int)));
        let value = value.map_err(|error| catalogue::catalogue_column_invalid(name).caused_by(error))?;
        values.insert(name.to_owned(), value.unwrap_or(BackupValue::Null));
    }
    Ok(values)
}

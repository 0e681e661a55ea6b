//! Identities: of this catalogue, and of the archive whose store belongs to it.

use crate::Catalog;
use crate::sql::{self, get, retrying};
use sohoa_base::error::Result;

impl Catalog {
    /// Identifier of this catalogue, new with every new database.
    ///
    /// # Errors
    /// `Unavailable` where the catalogue does not answer.
    pub async fn catalogue_id(&self) -> Result<String> {
        match self.read_identity("catalogue").await? {
            Some(id) => Ok(id),
            None => self.keep_identity("catalogue", &sql::new_id()).await,
        }
    }

    /// Identifier of the event log. It is restored with the log, so that checkpoints of the log stay valid.
    ///
    /// # Errors
    /// `Unavailable` where the catalogue does not answer.
    pub async fn event_log_id(&self) -> Result<String> {
        match self.read_identity("event-log").await? {
            Some(id) => Ok(id),
            None => self.keep_identity("event-log", &sql::new_id()).await,
        }
    }

    /// Identifier of the archive, which its store carries too; `None` before the first use of both.
    ///
    /// # Errors
    /// `Unavailable` where the catalogue does not answer.
    pub async fn archive_id(&self) -> Result<Option<String>> {
        self.read_identity("archive").await
    }

    /// Keeps the identifier of the archive, unless one is kept already; returns the one that is kept.
    ///
    /// # Errors
    /// `Unavailable` where the catalogue does not answer.
    pub async fn set_archive_id(&self, id: &str) -> Result<String> {
        self.keep_identity("archive", id).await
    }

    async fn read_identity(&self, name: &'static str) -> Result<Option<String>> {
        let mut connection = self.read().await?;
        let statement = sqlx::query("SELECT value FROM identities WHERE name = $1").bind(name);
        let row = sql::fetch_optional(&mut connection, statement, "cannot read an identity").await?;
        row.as_ref().map(|row| get(row, "value")).transpose()
    }

    async fn keep_identity(&self, name: &'static str, value: &str) -> Result<String> {
        retrying!(async {
            let mut write = self.write().await?;
            let statement = sqlx::query("INSERT INTO identities (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING")
                .bind(name)
                .bind(value.to_owned());
            sql::execute(write.connection(), statement, "cannot keep an identity").await?;
            let statement = sqlx::query("SELECT value FROM identities WHERE name = $1").bind(name);
            let kept: String = get(&sql::fetch_one(write.connection(), statement, "identity").await?, "value")?;
            write.commit().await?;
            Ok(kept)
        })
    }
}

//! Deliveries of hot folders and buckets: what was begun, how far it came, and where it lies.

use crate::sql::{self, MAX_IN_LIST, bind_all, dynamic_query, enum_str, get, get_enum, placeholders, retrying};
use crate::{Catalog, sql::get_json};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sohoa_base::error::Result;
use sohoa_base::messages::deliveries;
use sohoa_base::model::delivered_file::DeliveredFile;
use sqlx::any::AnyRow;

/// Keys of batches of hot folders begin so. A file of such a batch is never replaced by another one of the same name.
pub const FOLDER_BATCH_KEY_PREFIX: &str = "hot-folder:";

/// How far a delivery of a hot folder came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FolderDeliveryState {
    /// Its files are being received.
    Taking,
    /// All its files are received; it still lies in the hot folder.
    Stored,
    /// It was moved away, and is not yet compared with what was received.
    Moved,
    /// Nothing is left to do.
    Taken,
}

/// A delivery of a hot folder or bucket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FolderDelivery {
    /// Identifier.
    pub id: String,
    /// The hot folder.
    pub source: String,
    /// Name of the file or folder in it.
    pub name: String,
    /// Signature of its files.
    pub signature: String,
    /// Earlier delivery whose files changed after they were received: this one holds the changed ones.
    pub follows: Option<String>,
    /// Its batch, once opened.
    pub batch: Option<String>,
    /// How far it came.
    pub state: FolderDeliveryState,
    /// Where it lies, or is about to be moved; none: in the hot folder.
    pub moved_to: Option<String>,
}

impl FolderDelivery {
    /// Key of its batch.
    #[must_use]
    pub fn batch_key(&self) -> String {
        format!("{FOLDER_BATCH_KEY_PREFIX}{}", self.id)
    }
}

impl Catalog {
    /// Begins a delivery, or returns the one with the same source, name and signature that still lies in the hot folder.
    ///
    /// # Errors
    /// `Unavailable` where the catalogue does not answer.
    pub async fn begin_folder_delivery(&self, source: &str, name: &str, signature: &str) -> Result<FolderDelivery> {
        retrying!(self.begin_folder_delivery_once(source, name, signature))
    }

    async fn begin_folder_delivery_once(&self, source: &str, name: &str, signature: &str) -> Result<FolderDelivery> {
        let mut write = self.write().await?;
        let statement = sqlx::query(
            "SELECT * FROM folder_deliveries WHERE source = $1 AND name = $2 AND signature = $3 AND state IN ('taking', 'stored')",
        )
        .bind(sql::replace_nul(source))
        .bind(sql::replace_nul(name))
        .bind(signature.to_owned());
        if let Some(row) = sql::fetch_optional(write.connection(), statement, "cannot look for a begun delivery").await? {
            return delivery_from_row(&row);
        }
        let statement = sqlx::query(
            "INSERT INTO folder_deliveries (id, source, name, signature, state, began) VALUES ($1, $2, $3, $4, 'taking', $5) RETURNING *",
        )
        .bind(sql::new_id())
        .bind(sql::replace_nul(source))
        .bind(sql::replace_nul(name))
        .bind(signature.to_owned())
        .bind(write.now);
        let row = sql::fetch_one(write.connection(), statement, "cannot begin a delivery").await?;
        write.commit().await?;
        delivery_from_row(&row)
    }

    /// Deliveries of a hot folder with which something is left to do, the oldest first.
    ///
    /// # Errors
    /// `Unavailable` where the catalogue does not answer.
    pub async fn open_folder_deliveries(&self, source: &str) -> Result<Vec<FolderDelivery>> {
        let mut connection = self.read().await?;
        let statement = sqlx::query("SELECT * FROM folder_deliveries WHERE source = $1 AND state <> 'taken' ORDER BY id")
            .bind(sql::replace_nul(source));
        sql::fetch_all(&mut connection, statement, "cannot read begun deliveries").await?.iter().map(delivery_from_row).collect()
    }

    /// Notes the batch of a delivery.
    ///
    /// # Errors
    /// `Unavailable` where the catalogue does not answer.
    pub async fn set_folder_delivery_batch(&self, delivery: &FolderDelivery, batch: &str) -> Result<()> {
        let mut write = self.write().await?;
        let statement = sqlx::query("UPDATE folder_deliveries SET batch = $2 WHERE id = $1 AND batch = ''")
            .bind(delivery.id.clone())
            .bind(batch.to_owned());
        sql::execute(write.connection(), statement, "cannot note the batch of a delivery").await?;
        write.commit().await
    }

    /// Notes where a delivery is about to be moved, so that it is found again after an interruption.
    ///
    /// # Errors
    /// `Unavailable` where the catalogue does not answer.
    pub async fn set_folder_delivery_target(&self, delivery: &FolderDelivery, moved_to: &str) -> Result<()> {
        let mut write = self.write().await?;
        let statement = sqlx::query("UPDATE folder_deliveries SET moved_to = $2 WHERE id = $1 AND state = 'stored'")
            .bind(delivery.id.clone())
            .bind(sql::replace_nul(moved_to));
        sql::execute(write.connection(), statement, "cannot note where a delivery goes").await?;
        write.commit().await
    }

    /// Brings a delivery to a state, with an event of its batch, once: `false` if it was there already.
    ///
    /// # Errors
    /// `Unavailable` where the catalogue does not answer.
    pub async fn advance_folder_delivery(
        &self,
        delivery: &FolderDelivery,
        state: FolderDeliveryState,
        event: Option<(&str, Value)>,
    ) -> Result<bool> {
        retrying!(self.advance_folder_delivery_once(delivery, state, event.clone()))
    }

    async fn advance_folder_delivery_once(
        &self,
        delivery: &FolderDelivery,
        state: FolderDeliveryState,
        event: Option<(&str, Value)>,
    ) -> Result<bool> {
        let mut write = self.write().await?;
        let statement = sqlx::query("UPDATE folder_deliveries SET state = $2 WHERE id = $1 AND state <> $2 AND state <> 'taken'")
            .bind(delivery.id.clone())
            .bind(enum_str(&state)?);
        let changed = sql::execute(write.connection(), statement, "cannot note the state of a delivery").await? > 0;
        if let Some((kind, body)) = event.filter(|_| changed) {
            write.append_events(delivery.batch.as_deref().unwrap_or_default(), &[("", kind, body)]).await?;
        }
        write.commit().await?;
        Ok(changed)
    }

    /// Ends a delivery and begins another one of the same name, for the files that changed after they were received. They lie
    /// where the first one was moved.
    ///
    /// # Errors
    /// `Conflict` if it was ended already; `Unavailable` where the catalogue does not answer.
    pub async fn retake_folder_delivery(&self, delivery: &FolderDelivery, event: Value) -> Result<()> {
        let mut write = self.write().await?;
        let statement = sqlx::query("UPDATE folder_deliveries SET state = 'taken' WHERE id = $1 AND state <> 'taken' RETURNING moved_to")
            .bind(delivery.id.clone());
        let row = sql::fetch_optional(write.connection(), statement, "cannot end a delivery").await?;
        let row = row.ok_or_else(|| deliveries::delivery_ended_already(&delivery.name))?;
        let id = sql::new_id();
        let statement = sqlx::query(
            "INSERT INTO folder_deliveries (id, source, name, signature, follows, state, moved_to, began)
             VALUES ($1, $2, $3, $4, $5, 'taking', $6, $7)",
        )
        .bind(id.clone())
        .bind(delivery.source.clone())
        .bind(delivery.name.clone())
        .bind(id)
        .bind(delivery.id.clone())
        .bind(get::<String>(&row, "moved_to")?)
        .bind(write.now);
        sql::execute(write.connection(), statement, "cannot begin a delivery").await?;
        write.append_events(delivery.batch.as_deref().unwrap_or_default(), &[("", "delivery-changed", event)]).await?;
        write.commit().await
    }

    /// Files received in a delivery and in those that it follows, without members of archives. A file that could not be read has an
    /// empty SHA-256.
    ///
    /// # Errors
    /// `Unavailable` where the catalogue does not answer.
    pub async fn files_of_folder_delivery(&self, delivery: &FolderDelivery) -> Result<Vec<DeliveredFile>> {
        let mut connection = self.read().await?;
        let (mut batches, mut next) = (Vec::new(), Some(delivery.id.clone()));
        while let Some(id) = next.take().filter(|id| !id.is_empty()) {
            let statement = sqlx::query("SELECT batch, follows FROM folder_deliveries WHERE id = $1").bind(id);
            let Some(row) = sql::fetch_optional(&mut connection, statement, "cannot read a delivery").await? else { break };
            batches.push(get::<String>(&row, "batch")?);
            next = Some(get(&row, "follows")?);
        }
        let mut files = Vec::new();
        for chunk in batches.chunks(MAX_IN_LIST) {
            let text =
                format!("SELECT path, sha256, bytes FROM files WHERE container IS NULL AND batch IN ({})", placeholders(1, chunk.len()));
            for row in &sql::fetch_all(&mut connection, bind_all(dynamic_query(text), chunk), "cannot read files").await? {
                files.push(DeliveredFile {
                    path: get_json(row, "path")?,
                    sha256: get(row, "sha256")?,
                    bytes: sql::get_u64(row, "bytes")?,
                    container: None,
                });
            }
        }
        Ok(files)
    }
}

fn delivery_from_row(row: &AnyRow) -> Result<FolderDelivery> {
    let optional = |column: &str| get::<String>(row, column).map(|text| Some(text).filter(|text| !text.is_empty()));
    Ok(FolderDelivery {
        id: get(row, "id")?,
        source: get(row, "source")?,
        name: get(row, "name")?,
        signature: get(row, "signature")?,
        follows: optional("follows")?,
        batch: optional("batch")?,
        state: get_enum(row, "state")?,
        moved_to: optional("moved_to")?,
    })
}

//! Files of a delivery that could not be read: they stand in the balance as refused, without bytes.

use crate::Catalog;
use crate::rows::refusal_columns;
use crate::sql::{self, SqlValue, enum_str, get, retrying, to_json};
use sohoa_base::error::Result;
use sohoa_base::messages::program;
use sohoa_base::model::delivered_file::DeliveredName;
use sohoa_base::model::dossier::{DossierName, FileState};
use sohoa_base::model::refusal::Refusal;

impl Catalog {
    /// Notes files of one dossier that could not be read, refused and without bytes. A file that the batch already has under its
    /// path stays as it is. A later receipt of the file in this batch takes the place of the refusal.
    ///
    /// # Errors
    /// `NotFound` for an unknown batch; `Unavailable` where the catalogue does not answer.
    pub async fn refuse_unreadable_files(&self, batch: &str, dossier: &DossierName, files: &[(DeliveredName, Refusal)]) -> Result<()> {
        retrying!(self.refuse_unreadable_files_once(batch, dossier, files))
    }

    async fn refuse_unreadable_files_once(&self, batch: &str, dossier: &DossierName, files: &[(DeliveredName, Refusal)]) -> Result<()> {
        let mut write = self.write().await?;
        let locked = write.lock_or_create_dossiers(std::slice::from_ref(dossier), batch).await?;
        let dossier_state = locked.into_values().next().ok_or_else(|| program::bug("catalogue: dossier not locked"))?;
        write.link_batch(batch, &dossier_state).await?;
        let mut events = Vec::new();
        for (path, refusal) in files {
            let name = to_json(path)?;
            let statement =
                sqlx::query("SELECT 1 AS one FROM files WHERE batch = $1 AND path = $2").bind(batch.to_owned()).bind(name.clone());
            if sql::fetch_optional(write.connection(), statement, "cannot look for the same paths").await?.is_some() {
                continue;
            }
            let [class, reason, message] = refusal_columns(Some(refusal))?;
            let row = vec![
                SqlValue::Text(sql::new_id()),
                batch.into(),
                dossier_state.id.as_str().into(),
                SqlValue::Text(name),
                "".into(),
                SqlValue::Int(0),
                SqlValue::Text(enum_str(&FileState::Refused)?),
                SqlValue::NullableText(class),
                SqlValue::NullableText(reason),
                SqlValue::NullableText(message),
            ];
            let insert = "INSERT INTO files (id, batch, dossier, path, sha256, bytes, state, class, reason, message) VALUES";
            sql::bulk_insert(write.connection(), insert, vec![row], "", "cannot note an unreadable file").await?;
            let body =
                serde_json::json!({ "file": path.display, "class": refusal.class, "reason": refusal.reason, "message": refusal.message });
            events.push((dossier_state.id.as_str(), "file-unreadable", body));
        }
        write.append_events(batch, &events).await?;
        write.commit().await
    }
}

impl crate::sql::WriteTx {
    /// Removes the refusal of a file without bytes, because it can be read now; `false` for any other file.
    pub(crate) async fn withdraw_unreadable_file(&mut self, file: &str) -> Result<bool> {
        let statement =
            sqlx::query("DELETE FROM files WHERE id = $1 AND sha256 = '' AND state = 'refused' RETURNING id AS id").bind(file.to_owned());
        let row = sql::fetch_optional(self.connection(), statement, "cannot withdraw a refusal").await?;
        row.map(|row| get::<String>(&row, "id")).transpose().map(|id| id.is_some())
    }
}

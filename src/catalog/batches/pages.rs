//! What is known of the quality of the pages of a batch.

use crate::Catalog;
use crate::rows::page_from_row;
use crate::sql::{self, get_json};
use sohoa_base::error::Result;
use sohoa_base::model::dossier::{DeliveredName, Page};

impl Catalog {
    /// The pages that the files of a batch stand for (their own, or those of the file that they repeat), each with
    /// the path of the file, by path and number. Pages that nobody has read yet are among them.
    ///
    /// # Errors
    /// `NotFound` for an unknown batch, `Unavailable` where the catalogue does not answer.
    pub async fn pages_of_batch(&self, batch: &str) -> Result<Vec<(DeliveredName, Page)>> {
        self.batch(batch).await?;
        let mut connection = self.read().await?;
        let statement = sqlx::query(
            "SELECT p.*, f.path FROM files f JOIN pages p ON p.file = COALESCE(f.duplicate_of, f.id)
             WHERE f.batch = $1",
        )
        .bind(batch.to_owned());
        let rows = sql::fetch_all(&mut connection, statement, "cannot read pages").await?;
        let mut pages: Vec<(DeliveredName, Page)> =
            rows.iter().map(|row| Ok((get_json(row, "path")?, page_from_row(row)?))).collect::<Result<_>>()?;
        // Here, because two databases do not sort texts alike.
        pages.sort_by(|(one, first), (other, second)| (one, first.number).cmp(&(other, second.number)));
        Ok(pages)
    }
}

//! Pages of a batch with their quality.

use crate::Catalog;
use crate::rows::page_from_row;
use crate::sql::{self, get_json};
use sohoa_base::error::Result;
use sohoa_base::model::delivered_file::DeliveredName;
use sohoa_base::model::dossier::Page;

impl Catalog {
    /// Pages of the files of a batch (a duplicate has the pages of the original file), each with the path of the file, sorted by
    /// path and number. Unread pages are included.
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
        // Sorted here, since the two databases collate text differently.
        pages.sort_by(|(one, first), (other, second)| (one, first.number).cmp(&(other, second.number)));
        Ok(pages)
    }
}

//! Saved searches of users.

use crate::Catalog;
use crate::sql::{self, get};
use sohoa_base::error::Result;
use sohoa_base::messages::records;
use sohoa_base::model::account::SavedSearch;
use sqlx::any::AnyRow;

impl Catalog {
    /// Saves a search of a user, who can have at most `most`; returns it.
    ///
    /// # Errors
    /// `Limit` for one too many; `Unavailable` where the catalogue does not answer.
    pub async fn save_search(&self, user: &str, name: &str, query: &str, unit: &str, most: u64) -> Result<SavedSearch> {
        let mut write = self.write().await?;
        let statement = sqlx::query("SELECT count(*) AS n FROM searches WHERE user_name = $1").bind(user.to_owned());
        let count = sql::get_u64(&sql::fetch_one(write.connection(), statement, "count of searches").await?, "n")?;
        if count >= most {
            return Err(records::saved_searches_full(most));
        }
        let statement =
            sqlx::query("INSERT INTO searches (id, user_name, name, query, unit, created) VALUES ($1, $2, $3, $4, $5, $6) RETURNING *")
                .bind(sql::new_id())
                .bind(user.to_owned())
                .bind(sql::replace_nul(name))
                .bind(sql::replace_nul(query))
                .bind(sql::replace_nul(unit))
                .bind(write.now);
        let kept = saved_search_from_row(&sql::fetch_one(write.connection(), statement, "cannot keep a search").await?)?;
        write.commit().await?;
        Ok(kept)
    }

    /// Saved searches of a user, the oldest first.
    ///
    /// # Errors
    /// `Unavailable` where the catalogue does not answer.
    pub async fn saved_searches(&self, user: &str) -> Result<Vec<SavedSearch>> {
        let mut connection = self.read().await?;
        let statement = sqlx::query("SELECT * FROM searches WHERE user_name = $1 ORDER BY id").bind(user.to_owned());
        sql::fetch_all(&mut connection, statement, "cannot read searches").await?.iter().map(saved_search_from_row).collect()
    }

    /// Deletes a saved search of a user.
    ///
    /// # Errors
    /// `NotFound` if the user has no such search.
    pub async fn delete_search(&self, user: &str, id: &str) -> Result<()> {
        let mut write = self.write().await?;
        let statement = sqlx::query("DELETE FROM searches WHERE user_name = $1 AND id = $2").bind(user.to_owned()).bind(id.to_owned());
        if sql::execute(write.connection(), statement, "cannot forget a search").await? == 0 {
            return Err(records::saved_search_unknown(id));
        }
        write.commit().await
    }
}

fn saved_search_from_row(row: &AnyRow) -> Result<SavedSearch> {
    Ok(SavedSearch { id: get(row, "id")?, name: get(row, "name")?, query: get(row, "query")?, unit: get(row, "unit")? })
}

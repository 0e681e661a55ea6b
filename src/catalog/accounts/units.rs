//! Units in use. Two units never differ only in case, marks or spaces: nobody could tell them apart, and a right in one would be
//! taken for a right in the other.

use crate::Catalog;
use crate::sql::{self, WriteTx, get, retrying};
use sohoa_base::error::Result;
use sohoa_base::messages::sign_in;
use sohoa_base::model::account::Grant;
use sohoa_base::text::fold::fold;
use std::collections::BTreeSet;

/// The code without case, marks and white space.
fn folded_unit(code: &str) -> String {
    let folded: String = fold(code).chars().filter(|letter| !letter.is_whitespace()).collect();
    if folded.is_empty() { code.to_owned() } else { folded }
}

/// Queries for the units that were in use before they were registered.
const USED_UNITS: [&str; 4] = [
    "SELECT DISTINCT unit AS code FROM batches",
    "SELECT DISTINCT fonds AS code FROM dossiers",
    "SELECT DISTINCT unit AS code FROM targets",
    "SELECT DISTINCT unit AS code FROM uploads",
];

impl Catalog {
    /// Registers the units in use in a catalogue that has registered none yet.
    pub(crate) async fn register_used_units(&self) -> Result<()> {
        let mut connection = self.read().await?;
        let statement = sqlx::query("SELECT code FROM units LIMIT 1");
        if sql::fetch_optional(&mut connection, statement, "cannot read units").await?.is_some() {
            return Ok(());
        }
        let mut used = BTreeSet::new();
        for text in USED_UNITS {
            for row in &sql::fetch_all(&mut connection, sqlx::query(text), "cannot read units").await? {
                used.insert(get::<String>(row, "code")?);
            }
        }
        drop(connection);
        for user in self.users().await? {
            used.extend(user.grants.into_iter().map(|grant| grant.unit));
        }
        self.restore_units(&used.into_iter().collect::<Vec<_>>()).await
    }

    /// Registers units that the archive has already, even if two of them look alike.
    ///
    /// # Errors
    /// `Unavailable` where the catalogue does not answer.
    pub async fn restore_units(&self, units: &[String]) -> Result<()> {
        let mut connection = self.read().await?;
        let known: BTreeSet<String> = sql::fetch_all(&mut connection, sqlx::query("SELECT code FROM units"), "cannot read units")
            .await?
            .iter()
            .map(|row| get(row, "code"))
            .collect::<Result<_>>()?;
        drop(connection);
        let new = units.iter().map(|unit| sql::replace_nul(unit)).filter(|unit| !is_no_unit(unit) && !known.contains(unit));
        let new: BTreeSet<String> = new.collect();
        if new.is_empty() {
            return Ok(());
        }
        retrying!(self.restore_units_once(&new))
    }

    async fn restore_units_once(&self, units: &BTreeSet<String>) -> Result<()> {
        let mut write = self.write().await?;
        for unit in units {
            if !write.insert_unit(unit, Some(folded_unit(unit))).await? {
                write.insert_unit(unit, None).await?;
            }
        }
        write.commit().await
    }
}

/// Whether the code stands for no unit, or for all of them.
fn is_no_unit(code: &str) -> bool {
    code.is_empty() || code == "*"
}

impl WriteTx {
    /// Registers the units of these grants: see [`WriteTx::register_units`].
    pub(crate) async fn register_units_of(&mut self, grants: &[Grant]) -> Result<()> {
        self.register_units(grants.iter().map(|grant| grant.unit.as_str())).await
    }

    /// Registers units before something belongs to them.
    ///
    /// # Errors
    /// `Conflict` for a new unit that differs from another only in case, marks or spaces.
    pub(crate) async fn register_units(&mut self, units: impl Iterator<Item = &str>) -> Result<()> {
        for unit in units.map(sql::replace_nul).filter(|unit| !is_no_unit(unit)).collect::<BTreeSet<_>>() {
            self.register_unit(&unit).await?;
        }
        Ok(())
    }

    async fn register_unit(&mut self, unit: &str) -> Result<()> {
        let statement = sqlx::query("SELECT code FROM units WHERE code = $1").bind(unit.to_owned());
        if sql::fetch_optional(self.connection(), statement, "cannot read units").await?.is_some() {
            return Ok(());
        }
        let folded = folded_unit(unit);
        if self.insert_unit(unit, Some(folded.clone())).await? {
            return Ok(());
        }
        let statement =
            sqlx::query("SELECT code FROM units WHERE (code = $1 OR folded = $2) ORDER BY CASE WHEN code = $1 THEN 0 ELSE 1 END")
                .bind(unit.to_owned())
                .bind(folded.clone());
        let other: String = get(&sql::fetch_one(self.connection(), statement, "unit of the same letters").await?, "code")?;
        if other == unit {
            return Ok(());
        }
        if self.is_unit_used(&other).await? {
            return Err(sign_in::unit_differs_only_in_form(unit, other));
        }
        // A mistyped code to which nothing belongs any more.
        let statement = sqlx::query("DELETE FROM units WHERE code = $1").bind(other);
        sql::execute(self.connection(), statement, "cannot drop a unit").await?;
        self.insert_unit(unit, Some(folded)).await.map(|_| ())
    }

    /// Inserts a unit; returns `false` if it is there, or another of the same folded code.
    async fn insert_unit(&mut self, unit: &str, folded: Option<String>) -> Result<bool> {
        let statement =
            sqlx::query("INSERT INTO units (code, folded) VALUES ($1, $2) ON CONFLICT DO NOTHING").bind(unit.to_owned()).bind(folded);
        Ok(sql::execute(self.connection(), statement, "cannot register a unit").await? > 0)
    }

    /// Whether anything belongs to the unit, or somebody has a role in it.
    async fn is_unit_used(&mut self, unit: &str) -> Result<bool> {
        let statement = sqlx::query(
            "SELECT 1 AS one WHERE EXISTS (SELECT 1 FROM batches WHERE unit = $1) OR EXISTS (SELECT 1 FROM dossiers WHERE fonds = $1)
                OR EXISTS (SELECT 1 FROM targets WHERE unit = $1) OR EXISTS (SELECT 1 FROM uploads WHERE unit = $1)",
        )
        .bind(unit.to_owned());
        if sql::fetch_optional(self.connection(), statement, "cannot look for a unit").await?.is_some() {
            return Ok(true);
        }
        let rows = sql::fetch_all(self.connection(), sqlx::query("SELECT grants FROM users"), "cannot read people").await?;
        for row in &rows {
            if sql::get_json::<Vec<Grant>>(row, "grants")?.iter().any(|grant| grant.unit == unit) {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_that_look_alike_fold_to_one_code() {
        for code in ["BQLĐA", "bqlđa", "BQL ĐA", "BQLDA", " bqlda\t", "BQLD\u{0302}A", "BQLÐA"] {
            assert_eq!(folded_unit(code), "bqlda", "{code:?}");
        }
        assert_ne!(folded_unit("H24.16"), folded_unit("H24.61"));
        assert_eq!(folded_unit(" "), " ");
    }
}

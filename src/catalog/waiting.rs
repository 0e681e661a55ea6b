//! Documents that wait for a person, in the order in which they came.

use crate::Catalog;
use crate::rows::dossier_of;
use crate::sql::{self, bind_all, built, get, get_json, get_u32, get_u64, of_units};
use sohoa_base::error::{Error, Result};
use sohoa_base::model::account::Units;
use sohoa_base::model::holding::Dossier;
use sohoa_base::model::queue::Queue;
use sqlx::any::AnyRow;
use std::collections::BTreeMap;

/// A document in a queue.
#[derive(Debug, Clone, PartialEq)]
pub struct WaitingDocument {
    /// Its identifier.
    pub id: String,
    /// Its dossier.
    pub dossier: Dossier,
    /// Its number in the dossier.
    pub number: u32,
    /// The queue.
    pub queue: Queue,
    /// Why it waits.
    pub reasons: Vec<String>,
}

/// Which documents in queues are asked for.
#[derive(Debug, Clone, Copy)]
pub struct WantedWaiting<'a> {
    /// Of these units.
    pub units: &'a Units,
    /// Of this queue.
    pub queue: Option<Queue>,
    /// With this reason.
    pub reason: Option<&'a str>,
}

impl WantedWaiting<'_> {
    /// A condition on documents `o` and dossiers `d`, and what is bound from place `first` on.
    fn condition(&self, first: usize) -> (String, Vec<String>) {
        let (mut text, mut values) = of_units(self.units, "d.fonds", first);
        text.push_str(" AND o.queue <> ''");
        let mut also = |column: &str, value: String| {
            text.push_str(&format!(" AND {column} ${}", first + values.len()));
            values.push(value);
        };
        if let Some(queue) = self.queue {
            also("o.queue =", queue.name().to_owned());
        }
        // Reasons are kept as JSON; what would mean something else to LIKE stands in none of them.
        if let Some(reason) = self.reason {
            also("o.review LIKE", format!("%\"{}\"%", reason.replace(['%', '_', '"', '\\'], "?")));
        }
        (text, values)
    }
}

fn queue_of(row: &AnyRow, column: &str) -> Result<Queue> {
    let name: String = get(row, column)?;
    Queue::from_name(&name).ok_or_else(|| Error::corrupt(format!("the catalogue knows a queue {name:?}")))
}

impl Catalog {
    /// Documents in queues behind the one of this identifier, the oldest first; at most `limit`.
    ///
    /// # Errors
    /// `Unavailable` where the catalogue does not answer.
    pub async fn waiting(&self, wanted: &WantedWaiting<'_>, after: Option<&str>, limit: usize) -> Result<Vec<WaitingDocument>> {
        let mut connection = self.read().await?;
        let (condition, values) = wanted.condition(3);
        let text = format!(
            "SELECT d.*, o.id AS document, o.number AS document_number, o.queue AS document_queue, o.review AS document_review
             FROM documents o JOIN dossiers d ON d.id = o.dossier WHERE o.id > $1 AND {condition} ORDER BY o.id LIMIT $2"
        );
        let statement = built(text).bind(after.unwrap_or_default().to_owned()).bind(sql::big(limit));
        let rows = sql::all(&mut connection, bind_all(statement, &values), "cannot read documents that wait").await?;
        rows.iter()
            .map(|row| {
                Ok(WaitingDocument {
                    id: get(row, "document")?,
                    dossier: dossier_of(row)?,
                    number: get_u32(row, "document_number")?,
                    queue: queue_of(row, "document_queue")?,
                    reasons: get_json(row, "document_review")?,
                })
            })
            .collect()
    }

    /// How many documents wait, by queue.
    ///
    /// # Errors
    /// `Unavailable` where the catalogue does not answer.
    pub async fn waiting_by_queue(&self, wanted: &WantedWaiting<'_>) -> Result<BTreeMap<Queue, u64>> {
        let mut connection = self.read().await?;
        let (condition, values) = wanted.condition(1);
        let text = format!(
            "SELECT o.queue AS queue, count(*) AS n FROM documents o JOIN dossiers d ON d.id = o.dossier WHERE {condition} GROUP BY o.queue"
        );
        let rows = sql::all(&mut connection, bind_all(built(text), &values), "cannot count documents that wait").await?;
        rows.iter().map(|row| Ok((queue_of(row, "queue")?, get_u64(row, "n")?))).collect()
    }

    /// How many of them stand before the document of this identifier.
    ///
    /// # Errors
    /// `Unavailable` where the catalogue does not answer.
    pub async fn waiting_before(&self, wanted: &WantedWaiting<'_>, document: &str) -> Result<u64> {
        let mut connection = self.read().await?;
        let (condition, values) = wanted.condition(2);
        let text = format!("SELECT count(*) AS n FROM documents o JOIN dossiers d ON d.id = o.dossier WHERE o.id < $1 AND {condition}");
        let statement = bind_all(built(text).bind(document.to_owned()), &values);
        get_u64(&sql::one(&mut connection, statement, "count of documents that wait").await?, "n")
    }

    /// Identifier of a document by its dossier's fonds and code and its number.
    ///
    /// # Errors
    /// `Unavailable` where the catalogue does not answer.
    pub async fn document_id(&self, fonds: &str, code: &str, number: u32) -> Result<Option<String>> {
        let mut connection = self.read().await?;
        let statement = sqlx::query(
            "SELECT o.id AS id FROM documents o JOIN dossiers d ON d.id = o.dossier
             WHERE d.fonds = $1 AND d.code = $2 AND o.number = $3",
        )
        .bind(sql::clean(fonds))
        .bind(sql::clean(code))
        .bind(i64::from(number));
        sql::optional(&mut connection, statement, "cannot read a document").await?.map(|row| get(&row, "id")).transpose()
    }
}

//! Review queues: documents that wait for a person, in the order of their creation.

use crate::Catalog;
use crate::rows::dossier_from_row;
use crate::sql::{self, bind_all, dynamic_query, get, get_json, get_u32, get_u64, unit_condition};
use sohoa_base::error::Result;
use sohoa_base::messages::catalogue;
use sohoa_base::model::account::UnitScope;
use sohoa_base::model::dossier::Dossier;
use sohoa_base::model::review_queue::ReviewQueue;
use sqlx::any::AnyRow;
use std::collections::BTreeMap;

/// A document in a review queue.
#[derive(Debug, Clone, PartialEq)]
pub struct WaitingDocument {
    /// Identifier of the document.
    pub id: String,
    /// Dossier of the document.
    pub dossier: Dossier,
    /// Number in the dossier.
    pub number: u32,
    /// Review queue.
    pub queue: ReviewQueue,
    /// Reasons for the review.
    pub reasons: Vec<String>,
}

/// Filter of documents in review queues; `None` does not filter.
#[derive(Debug, Clone, Copy)]
pub struct WaitingFilter<'a> {
    /// Units.
    pub units: &'a UnitScope,
    /// Queue.
    pub queue: Option<ReviewQueue>,
    /// Reason.
    pub reason: Option<&'a str>,
}

impl WaitingFilter<'_> {
    /// Condition on documents `o` and dossiers `d`, and the values to bind from placeholder `first` on.
    fn sql_condition(&self, first: usize) -> (String, Vec<String>) {
        let (mut text, mut values) = unit_condition(self.units, "d.fonds", first);
        text.push_str(" AND o.queue <> ''");
        let mut also = |column: &str, value: String| {
            text.push_str(&format!(" AND {column} ${}", first + values.len()));
            values.push(value);
        };
        if let Some(queue) = self.queue {
            also("o.queue =", queue.as_str().to_owned());
        }
        // Reasons are stored as JSON; none contains a wildcard of LIKE.
        if let Some(reason) = self.reason {
            also("o.review_reasons LIKE", format!("%\"{}\"%", reason.replace(['%', '_', '"', '\\'], "?")));
        }
        (text, values)
    }
}

fn queue_from_row(row: &AnyRow, column: &str) -> Result<ReviewQueue> {
    let name: String = get(row, column)?;
    ReviewQueue::parse(&name).ok_or_else(|| catalogue::catalogue_value_invalid(format!("queue {name:?}")))
}

impl Catalog {
    /// Waiting documents after the identifier `after`, the oldest first; at most `limit`.
    ///
    /// # Errors
    /// `Unavailable` where the catalogue does not answer.
    pub async fn waiting_documents(&self, wanted: &WaitingFilter<'_>, after: Option<&str>, limit: usize) -> Result<Vec<WaitingDocument>> {
        let mut connection = self.read().await?;
        let (condition, values) = wanted.sql_condition(3);
        let text = format!(
            "SELECT d.*, o.id AS document, o.number AS document_number, o.queue AS document_queue, o.review_reasons AS document_review
             FROM documents o JOIN dossiers d ON d.id = o.dossier WHERE o.id > $1 AND {condition} ORDER BY o.id LIMIT $2"
        );
        let statement = dynamic_query(text).bind(after.unwrap_or_default().to_owned()).bind(sql::to_i64(limit));
        let rows = sql::fetch_all(&mut connection, bind_all(statement, &values), "cannot read documents that wait").await?;
        rows.iter()
            .map(|row| {
                Ok(WaitingDocument {
                    id: get(row, "document")?,
                    dossier: dossier_from_row(row)?,
                    number: get_u32(row, "document_number")?,
                    queue: queue_from_row(row, "document_queue")?,
                    reasons: get_json(row, "document_review")?,
                })
            })
            .collect()
    }

    /// Number of waiting documents by queue.
    ///
    /// # Errors
    /// `Unavailable` where the catalogue does not answer.
    pub async fn count_waiting_by_queue(&self, wanted: &WaitingFilter<'_>) -> Result<BTreeMap<ReviewQueue, u64>> {
        let mut connection = self.read().await?;
        let (condition, values) = wanted.sql_condition(1);
        let text = format!(
            "SELECT o.queue AS queue, count(*) AS n FROM documents o JOIN dossiers d ON d.id = o.dossier WHERE {condition} GROUP BY o.queue"
        );
        let rows = sql::fetch_all(&mut connection, bind_all(dynamic_query(text), &values), "cannot count documents that wait").await?;
        rows.iter().map(|row| Ok((queue_from_row(row, "queue")?, get_u64(row, "n")?))).collect()
    }

    /// Number of waiting documents before this identifier.
    ///
    /// # Errors
    /// `Unavailable` where the catalogue does not answer.
    pub async fn count_waiting_before(&self, wanted: &WaitingFilter<'_>, document: &str) -> Result<u64> {
        let mut connection = self.read().await?;
        let (condition, values) = wanted.sql_condition(2);
        let text = format!("SELECT count(*) AS n FROM documents o JOIN dossiers d ON d.id = o.dossier WHERE o.id < $1 AND {condition}");
        let statement = bind_all(dynamic_query(text).bind(document.to_owned()), &values);
        get_u64(&sql::fetch_one(&mut connection, statement, "count of documents that wait").await?, "n")
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
        .bind(sql::replace_nul(fonds))
        .bind(sql::replace_nul(code))
        .bind(i64::from(number));
        sql::fetch_optional(&mut connection, statement, "cannot read a document").await?.map(|row| get(&row, "id")).transpose()
    }
}

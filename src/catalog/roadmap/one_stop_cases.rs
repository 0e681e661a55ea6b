//! One-stop cases (hồ sơ một cửa): the reports of offices, and the stored documents of their dossiers.

use crate::Catalog;
use crate::outbox_fact::OutboxFact;
use crate::sql::{self, SqlValue, get, get_json, retrying, to_json};
use sohoa_base::error::Result;
use sohoa_base::model::record::Description;
use sohoa_base::model::roadmap::one_stop_case::{Case, CaseSubmission};

/// A stored document that needs no review, or a dossier without such a document.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredCaseDocument {
    /// Unit (fonds) of the dossier.
    pub unit: String,
    /// Code of the dossier.
    pub dossier: String,
    /// Description of the document; none: the dossier has no such document.
    pub description: Option<Description>,
}

impl Catalog {
    /// Saves a table of cases. A case from a later table is not replaced.
    ///
    /// # Errors
    /// `Unavailable` where the catalogue does not answer.
    pub async fn save_cases(&self, submission: &CaseSubmission) -> Result<()> {
        retrying!(self.save_cases_once(submission, true))
    }

    /// As [`Catalog::save_cases`], for a table that the store has already.
    ///
    /// # Errors
    /// As [`Catalog::save_cases`].
    pub async fn restore_cases(&self, submission: &CaseSubmission) -> Result<()> {
        retrying!(self.save_cases_once(submission, false))
    }

    async fn save_cases_once(&self, submission: &CaseSubmission, is_new: bool) -> Result<()> {
        let mut write = self.write().await?;
        let mut rows = Vec::with_capacity(submission.cases.len());
        for case in &submission.cases {
            rows.push(vec![
                SqlValue::Text(sql::replace_nul(&case.code)),
                SqlValue::Text(sql::replace_nul(&case.unit)),
                SqlValue::Text(submission.id.clone()),
                SqlValue::Text(to_json(case)?),
            ]);
        }
        let newer = "ON CONFLICT (code) DO UPDATE SET unit = excluded.unit, submission = excluded.submission, body = excluded.body
            WHERE one_stop_cases.submission < excluded.submission";
        let insert = "INSERT INTO one_stop_cases (code, unit, submission, body) VALUES";
        sql::bulk_insert(write.connection(), insert, rows, newer, "cannot keep one-stop dossiers").await?;
        let body = serde_json::json!({ "by": submission.by, "table": submission.id, "cases": submission.cases.len() });
        write.append_events("", &[("", "cases-kept", body)]).await?;
        if is_new {
            write.mark_due(OutboxFact::Cases(submission.id.clone()), Some(to_json(submission)?));
        }
        write.commit().await
    }

    /// The newest report of every one-stop case, by code.
    ///
    /// # Errors
    /// `Unavailable` where the catalogue does not answer.
    pub async fn cases(&self) -> Result<Vec<Case>> {
        let mut connection = self.read().await?;
        let rows =
            sql::fetch_all(&mut connection, sqlx::query("SELECT body FROM one_stop_cases ORDER BY code"), "cannot read one-stop dossiers")
                .await?;
        rows.iter().map(|row| get_json(row, "body")).collect()
    }

    /// Dossiers with the code format of a one-stop case, with their stored documents that need no review, sorted by unit and code.
    ///
    /// # Errors
    /// `Unavailable` where the catalogue does not answer.
    pub async fn stored_case_documents(&self) -> Result<Vec<StoredCaseDocument>> {
        let mut connection = self.read().await?;
        let statement = sqlx::query(
            "SELECT d.fonds, d.code, o.description
             FROM dossiers d
             LEFT JOIN documents o ON o.dossier = d.id AND o.stored = 1 AND o.review_reasons = '[]' AND o.description IS NOT NULL
             WHERE d.version > 0 AND d.code LIKE '%-______-____%' ORDER BY d.fonds, d.code, o.number",
        );
        let rows = sql::fetch_all(&mut connection, statement, "cannot read one-stop dossiers").await?;
        rows.iter()
            .map(|row| {
                let description: Option<String> = get(row, "description")?;
                let description = description.map(|text| sql::from_json(&text, "the description of a document")).transpose()?;
                Ok(StoredCaseDocument { unit: get(row, "fonds")?, dossier: get(row, "code")?, description })
            })
            .collect()
    }
}

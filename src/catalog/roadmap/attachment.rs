//! Attachment of a batch to a target of a roadmap, requested before its files arrive: by the person who delivers it, or by its
//! lists.

use crate::Catalog;
use crate::batches::lifecycle::unknown_batch;
use crate::sql::{self, SqlValue, WriteTx, get, get_json, get_u64, retrying, to_json};
use sohoa_base::error::Result;
use sohoa_base::messages::catalogue;
use sohoa_base::model::record::ListFinding;
use sohoa_base::model::roadmap::attachment::{AttachmentSource, ListedTarget, TargetAttachment, resolve_attachment};
use sohoa_base::text::nfc::nfc;
use sqlx::AnyConnection;
use std::collections::{BTreeMap, BTreeSet};

/// Requested targets of a batch.
#[derive(Debug, Clone, Copy, Default)]
pub struct AttachmentRequest<'a> {
    /// Target chosen by a person, and that person's name.
    pub person: Option<(&'a str, &'a str)>,
    /// Targets named by lists.
    pub lists: &'a [ListedTarget],
}

impl Catalog {
    /// Attaches a batch that has no attachment yet to the requested target; see [`resolve_attachment`]. Without a request, the rule
    /// decides on the first dossier. Requests that cannot be met are saved as findings of the batch and of the dossiers of the
    /// lists.
    ///
    /// # Errors
    /// `NotFound` for an unknown batch.
    pub async fn attach_by_request(&self, batch: &str, request: &AttachmentRequest<'_>) -> Result<()> {
        if request.person.is_none() && request.lists.is_empty() {
            return Ok(());
        }
        retrying!(self.attach_by_request_once(batch, request))
    }

    async fn attach_by_request_once(&self, batch: &str, request: &AttachmentRequest<'_>) -> Result<()> {
        let mut write = self.write().await?;
        let statement = sqlx::query("SELECT unit, attachment_source FROM batches WHERE id = $1").bind(batch.to_owned());
        let row = sql::fetch_optional(write.connection(), statement, "cannot read a batch").await?.ok_or_else(|| unknown_batch(batch))?;
        let (unit, attached): (String, Option<String>) = (get(&row, "unit")?, get(&row, "attachment_source")?);
        if attached.is_some() {
            return Ok(());
        }
        let person = request.person.map(|(target, _)| target);
        let units = units_of_targets(write.connection(), &requested_targets(person, request.lists)).await?;
        let found = resolve_attachment(&unit, person, request.lists, &units);
        let Some(source) = found.source else { return Ok(()) };
        write.set_batch_target(batch, found.target.as_deref(), source).await?;
        write.save_target_findings(batch, &found.findings).await?;
        let by = request.person.map_or(source.as_str(), |(_, by)| by);
        // A list of thousands of dossiers can produce thousands of findings; the event has their number and the first of them.
        let first: Vec<&ListFinding> = found.findings.iter().take(10).collect();
        let kind = if found.target.is_some() { "batch-attached" } else { "batch-not-attached" };
        let body = serde_json::json!({ "by": by, "line": found.target, "wrong": found.findings.len(), "findings": first });
        write.append_events(batch, &[("", kind, body)]).await?;
        if let Some(target) = &found.target {
            write.recount_target(target).await?;
        }
        write.commit().await
    }

    /// Target of a batch and the source of its attachment; at most `limit` findings, and their total number.
    ///
    /// # Errors
    /// `NotFound` for an unknown batch.
    pub async fn attachment(&self, batch: &str, limit: usize) -> Result<(TargetAttachment, u64)> {
        let mut connection = self.read().await?;
        let statement = sqlx::query("SELECT target, attachment_source FROM batches WHERE id = $1").bind(batch.to_owned());
        let row = sql::fetch_optional(&mut connection, statement, "cannot read a batch").await?.ok_or_else(|| unknown_batch(batch))?;
        let by: Option<String> = get(&row, "attachment_source")?;
        let statement = sqlx::query("SELECT count(*) AS n FROM target_findings WHERE batch = $1").bind(batch.to_owned());
        let count = get_u64(&sql::fetch_one(&mut connection, statement, "count of findings").await?, "n")?;
        let findings = if count > 0 { fetch_target_findings(&mut connection, batch, None, limit).await? } else { Vec::new() };
        let by = by
            .as_deref()
            .map(|name| AttachmentSource::parse(name).ok_or_else(|| catalogue::catalogue_value_invalid(format!("attached_by {name:?}"))));
        Ok((TargetAttachment { target: get(&row, "target")?, source: by.transpose()?, findings }, count))
    }

    /// Target that would be chosen for a delivery of `unit`.
    ///
    /// # Errors
    /// `Unavailable` where the catalogue does not answer.
    pub async fn preview_attachment(&self, unit: &str, person: Option<&str>, lists: &[ListedTarget]) -> Result<TargetAttachment> {
        if person.is_none() && lists.is_empty() {
            return Ok(TargetAttachment::default());
        }
        let units = units_of_targets(&mut *self.read().await?, &requested_targets(person, lists)).await?;
        Ok(resolve_attachment(unit, person, lists, &units))
    }
}

fn requested_targets(person: Option<&str>, lists: &[ListedTarget]) -> Vec<String> {
    let named: BTreeSet<&str> = person.into_iter().chain(lists.iter().map(|listed| listed.target.as_str())).collect();
    named.into_iter().map(str::to_owned).collect()
}

/// Units by target code; targets of no roadmap are not included.
async fn units_of_targets(connection: &mut AnyConnection, targets: &[String]) -> Result<BTreeMap<String, String>> {
    let mut units = BTreeMap::new();
    for chunk in targets.chunks(sql::MAX_IN_LIST) {
        let text = format!("SELECT code, unit FROM targets WHERE code IN ({})", sql::placeholders(1, chunk.len()));
        for row in &sql::fetch_all(connection, sql::bind_all(sql::dynamic_query(text), chunk), "cannot read lines").await? {
            units.insert(get(row, "code")?, get(row, "unit")?);
        }
    }
    Ok(units)
}

/// The first findings of a batch, or of one of its dossiers.
pub(crate) async fn fetch_target_findings(
    connection: &mut AnyConnection,
    batch: &str,
    dossier: Option<&str>,
    limit: usize,
) -> Result<Vec<ListFinding>> {
    let statement = sqlx::query(
        "SELECT finding FROM target_findings WHERE batch = $1 AND (CAST($2 AS TEXT) IS NULL OR dossier = $2)
         ORDER BY finding_number LIMIT $3",
    )
    .bind(batch.to_owned())
    .bind(dossier.map(sql::replace_nul))
    .bind(sql::to_i64(limit));
    sql::fetch_all(connection, statement, "cannot read findings").await?.iter().map(|row| get_json(row, "finding")).collect()
}

/// Code of the dossier in whose folder the list of a finding is.
fn dossier_of_finding(finding: &ListFinding) -> String {
    finding.file.as_deref().and_then(|list| list.rsplit_once('/')).map_or_else(String::new, |(folder, _)| nfc(folder))
}

/// Maximum number of findings about targets saved with one dossier.
const MAX_FINDINGS_PER_DOSSIER: usize = 100;

impl WriteTx {
    /// Saves the findings about the requested targets of a batch.
    pub(crate) async fn save_target_findings(&mut self, batch: &str, findings: &[ListFinding]) -> Result<()> {
        let mut rows = Vec::with_capacity(findings.len());
        for (number, finding) in (0_i64..).zip(findings) {
            let dossier = sql::replace_nul(&dossier_of_finding(finding));
            rows.push(vec![batch.into(), SqlValue::Int(number), SqlValue::Text(dossier), SqlValue::Text(to_json(finding)?)]);
        }
        let insert = "INSERT INTO target_findings (batch, finding_number, dossier, finding) VALUES";
        sql::bulk_insert(self.connection(), insert, rows, "", "cannot keep findings").await?;
        Ok(())
    }

    /// Replaces the findings about targets of a dossier by those of this batch; its other list findings stay.
    pub(crate) async fn refresh_target_findings(&mut self, batch: &str, dossier: &str, code: &str) -> Result<()> {
        let fresh = fetch_target_findings(self.connection(), batch, Some(code), MAX_FINDINGS_PER_DOSSIER).await?;
        let before = self.list_findings(dossier).await?;
        let others = before.iter().filter(|finding| !finding.is_about_target()).cloned();
        let now: Vec<ListFinding> = others.chain(fresh).collect();
        if now == before { Ok(()) } else { self.set_list_findings(dossier, &now).await }
    }

    /// List findings of a dossier: differences between a list and the dossier.
    pub(crate) async fn list_findings(&mut self, dossier: &str) -> Result<Vec<ListFinding>> {
        let statement = sqlx::query("SELECT list_findings FROM dossiers WHERE id = $1").bind(dossier.to_owned());
        get_json(&sql::fetch_one(self.connection(), statement, "a dossier").await?, "list_findings")
    }

    /// Saves the list findings of a dossier.
    pub(crate) async fn set_list_findings(&mut self, dossier: &str, findings: &[ListFinding]) -> Result<()> {
        let statement =
            sqlx::query("UPDATE dossiers SET list_findings = $2 WHERE id = $1").bind(dossier.to_owned()).bind(to_json(&findings)?);
        sql::execute(self.connection(), statement, "cannot keep what a list says").await?;
        Ok(())
    }
}

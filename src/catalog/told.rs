//! What is told of the line of a batch before its files come: by whoever delivers it, and by the lists in it.

use crate::Catalog;
use crate::batches::unknown;
use crate::sql::{self, Cell, Write, get, get_json, get_u64, retrying, to_json};
use sohoa_base::error::{Error, Result};
use sohoa_base::model::attachment::{AttachedBy, Attachment, ListedLine, choose};
use sohoa_base::model::record::ListFinding;
use sohoa_base::text::normal::nfc;
use sqlx::AnyConnection;
use std::collections::{BTreeMap, BTreeSet};

/// What is told of the line of a batch.
#[derive(Debug, Clone, Copy, Default)]
pub struct Told<'a> {
    /// The line that somebody chose, and who.
    pub person: Option<(&'a str, &'a str)>,
    /// The lines that lists name.
    pub lists: &'a [ListedLine],
}

impl Catalog {
    /// Attaches a batch that nothing attached yet to the line that is told; see [`choose`]. Where nothing is told, the rule
    /// will decide as the first dossier comes. What cannot be followed is kept as findings of the batch and of the dossiers
    /// beside which its lists lie.
    ///
    /// # Errors
    /// `NotFound` for an unknown batch.
    pub async fn attach_as_told(&self, batch: &str, told: &Told<'_>) -> Result<()> {
        if told.person.is_none() && told.lists.is_empty() {
            return Ok(());
        }
        retrying!(self.attach_as_told_once(batch, told))
    }

    async fn attach_as_told_once(&self, batch: &str, told: &Told<'_>) -> Result<()> {
        let mut write = self.write().await?;
        let statement = sqlx::query("SELECT unit, attached FROM batches WHERE id = $1").bind(batch.to_owned());
        let row = sql::optional(write.connection(), statement, "cannot read a batch").await?.ok_or_else(|| unknown(batch))?;
        let (unit, attached): (String, Option<String>) = (get(&row, "unit")?, get(&row, "attached")?);
        if attached.is_some() {
            return Ok(());
        }
        let person = told.person.map(|(line, _)| line);
        let units = units(write.connection(), &names(person, told.lists)).await?;
        let found = choose(&unit, person, told.lists, &units);
        let Some(how) = found.by else { return Ok(()) };
        write.set_line(batch, found.line.as_deref(), how).await?;
        write.keep_line_findings(batch, &found.findings).await?;
        let by = told.person.map_or(how.word(), |(_, by)| by);
        // A list of thousands of dossiers may be wrong thousands of times; the event says how often, and the first of them.
        let first: Vec<&ListFinding> = found.findings.iter().take(10).collect();
        let kind = if found.line.is_some() { "batch-attached" } else { "batch-not-attached" };
        let body = serde_json::json!({ "by": by, "line": found.line, "wrong": found.findings.len(), "findings": first });
        write.record(batch, &[("", kind, body)]).await?;
        if let Some(line) = &found.line {
            write.recount(line).await?;
        }
        write.commit().await
    }

    /// To which line a batch belongs and how it came there; at most `limit` findings, and how many there are.
    ///
    /// # Errors
    /// `NotFound` for an unknown batch.
    pub async fn attachment(&self, batch: &str, limit: usize) -> Result<(Attachment, u64)> {
        let mut connection = self.read().await?;
        let statement = sqlx::query("SELECT line, attached FROM batches WHERE id = $1").bind(batch.to_owned());
        let row = sql::optional(&mut connection, statement, "cannot read a batch").await?.ok_or_else(|| unknown(batch))?;
        let by: Option<String> = get(&row, "attached")?;
        let statement = sqlx::query("SELECT count(*) AS n FROM line_findings WHERE batch = $1").bind(batch.to_owned());
        let count = get_u64(&sql::one(&mut connection, statement, "count of findings").await?, "n")?;
        let findings = if count > 0 { findings(&mut connection, batch, None, limit).await? } else { Vec::new() };
        let by =
            by.as_deref().map(|word| AttachedBy::from_word(word).ok_or_else(|| Error::corrupt(format!("no way of attaching: {word:?}"))));
        Ok((Attachment { line: get(&row, "line")?, by: by.transpose()?, findings }, count))
    }

    /// The line that would be chosen for a delivery of `unit`.
    ///
    /// # Errors
    /// `Unavailable` where the catalogue does not answer.
    pub async fn attachment_of(&self, unit: &str, person: Option<&str>, lists: &[ListedLine]) -> Result<Attachment> {
        if person.is_none() && lists.is_empty() {
            return Ok(Attachment::default());
        }
        let units = units(&mut *self.read().await?, &names(person, lists)).await?;
        Ok(choose(unit, person, lists, &units))
    }
}

fn names(person: Option<&str>, lists: &[ListedLine]) -> Vec<String> {
    let named: BTreeSet<&str> = person.into_iter().chain(lists.iter().map(|listed| listed.line.as_str())).collect();
    named.into_iter().map(str::to_owned).collect()
}

/// To which unit each of these lines belongs; lines that no roadmap has are left out.
async fn units(connection: &mut AnyConnection, lines: &[String]) -> Result<BTreeMap<String, String>> {
    let mut units = BTreeMap::new();
    for chunk in lines.chunks(sql::NAMES) {
        let text = format!("SELECT code, unit FROM roadmap_lines WHERE code IN ({})", sql::places(1, chunk.len()));
        for row in &sql::all(connection, sql::bind_all(sql::built(text), chunk), "cannot read lines").await? {
            units.insert(get(row, "code")?, get(row, "unit")?);
        }
    }
    Ok(units)
}

/// The first findings of a batch, or those of one of its dossiers.
pub(crate) async fn findings(connection: &mut AnyConnection, batch: &str, dossier: Option<&str>, limit: usize) -> Result<Vec<ListFinding>> {
    let statement = sqlx::query(
        "SELECT finding FROM line_findings WHERE batch = $1 AND (CAST($2 AS TEXT) IS NULL OR dossier = $2) ORDER BY place LIMIT $3",
    )
    .bind(batch.to_owned())
    .bind(dossier.map(sql::clean))
    .bind(sql::big(limit));
    sql::all(connection, statement, "cannot read findings").await?.iter().map(|row| get_json(row, "finding")).collect()
}

/// Code of the dossier beside whose files a list lies.
fn dossier_of(finding: &ListFinding) -> String {
    finding.file.as_deref().and_then(|list| list.rsplit_once('/')).map_or_else(String::new, |(folder, _)| nfc(folder))
}

/// Most findings about lines that one dossier keeps.
const OF_DOSSIER: usize = 100;

impl Write {
    /// Keeps what is wrong with the lines that were told for a batch.
    pub(crate) async fn keep_line_findings(&mut self, batch: &str, findings: &[ListFinding]) -> Result<()> {
        let mut rows = Vec::with_capacity(findings.len());
        for (place, finding) in (0_i64..).zip(findings) {
            let dossier = sql::clean(&dossier_of(finding));
            rows.push(vec![batch.into(), Cell::Int(place), Cell::Text(dossier), Cell::Text(to_json(finding)?)]);
        }
        let insert = "INSERT INTO line_findings (batch, place, dossier, finding) VALUES";
        sql::in_bulk(self.connection(), insert, rows, "", "cannot keep findings").await?;
        Ok(())
    }

    /// What the list beside a dossier's files says wrongly of lines becomes a finding of the dossier, in the place of what an
    /// earlier delivery said.
    pub(crate) async fn find_lines_of_dossier(&mut self, batch: &str, dossier: &str, code: &str) -> Result<()> {
        let fresh = findings(self.connection(), batch, Some(code), OF_DOSSIER).await?;
        let before = self.list_findings(dossier).await?;
        let others = before.iter().filter(|finding| !finding.is_about_line()).cloned();
        let now: Vec<ListFinding> = others.chain(fresh).collect();
        if now == before { Ok(()) } else { self.set_list_findings(dossier, &now).await }
    }

    /// Where a list and a dossier disagree, as it is known.
    pub(crate) async fn list_findings(&mut self, dossier: &str) -> Result<Vec<ListFinding>> {
        let statement = sqlx::query("SELECT list_findings FROM dossiers WHERE id = $1").bind(dossier.to_owned());
        get_json(&sql::one(self.connection(), statement, "a dossier").await?, "list_findings")
    }

    /// Keeps where a list and a dossier disagree.
    pub(crate) async fn set_list_findings(&mut self, dossier: &str, findings: &[ListFinding]) -> Result<()> {
        let statement =
            sqlx::query("UPDATE dossiers SET list_findings = $2 WHERE id = $1").bind(dossier.to_owned()).bind(to_json(&findings)?);
        sql::execute(self.connection(), statement, "cannot keep what a list says").await?;
        Ok(())
    }
}

//! Each change as rows. Writing a change twice does no harm.

use crate::Catalog;
use crate::advance::NewTask;
use crate::commit::Applying;
use crate::sql::{self, Cell, Statement, Write, bind_all, built, get, places, to_json, tuples};
use sohoa_base::error::{Error, Result};
use sohoa_base::model::change::Change;
use sohoa_base::model::holding::{DossierName, NewFile};
use sohoa_base::model::plan::Level;
use sohoa_base::model::queue::Queue;
use sohoa_base::model::record::{ListFinding, Listed};
use sohoa_base::model::refusal::{Refusal, Warning};
use sohoa_base::model::roadmap::{Amount, Step};
use std::collections::{BTreeMap, BTreeSet};

/// How many pages get their document in one statement.
const PLACED: usize = 300;

impl Catalog {
    /// Writes one change of a claim, with the tasks of the items that it makes.
    pub(crate) async fn apply(&self, write: &mut Write, applying: &Applying<'_>, change: &Change) -> Result<()> {
        let dossier = applying.claim.dossier.clone();
        match change {
            Change::FileExpanded { file, members, warnings } => self.file_expanded(write, applying, file, members, warnings).await,
            Change::FileIdentified { file, media_type, pages, signatures, warnings } => {
                let statement = sqlx::query(
                    "UPDATE files SET state = 'identified', media_type = $3, signatures = $4, warnings = $5 WHERE id = $1 AND dossier = $2",
                )
                .bind(file.clone())
                .bind(dossier)
                .bind(sql::clean(media_type))
                .bind(to_json(signatures)?)
                .bind(to_json(warnings)?);
                write.changed(statement, "file", file).await?;
                self.insert_pages(write, applying, file, *pages).await
            }
            Change::FileRefused { file, media_type, refusal } => write.file_refused(&dossier, file, media_type, refusal).await,
            Change::PageRead { page, reading, quality, blank, warnings } => {
                let statement = sqlx::query("UPDATE pages SET state = 'read' WHERE id = $1 AND state = 'waiting'").bind(page.clone());
                let first = sql::execute(write.connection(), statement, "cannot write a change").await?;
                write.count(&applying.claim.batch, Step::Read, Amount::of_pages(sql::big(first)));
                let statement = sqlx::query(
                    "UPDATE pages SET state = CASE WHEN state IN ('stored', 'review') THEN state ELSE 'read' END,
                            reading = $3, quality = $4, blank = $5, warnings = $6, class = NULL, reason = NULL
                     WHERE id = $1 AND dossier = $2",
                )
                .bind(page.clone())
                .bind(dossier)
                .bind(reading.clone())
                .bind(to_json(quality)?)
                .bind(i64::from(*blank))
                .bind(to_json(warnings)?);
                write.changed(statement, "page", page).await
            }
            Change::PageRefused { page, refusal } => {
                let statement = sqlx::query("UPDATE pages SET state = 'refused', class = $3, reason = $4 WHERE id = $1 AND dossier = $2")
                    .bind(page.clone())
                    .bind(dossier)
                    .bind(refusal.class.as_str())
                    .bind(sql::clean(&refusal.reason));
                write.changed(statement, "page", page).await
            }
            Change::PageHeld { page, refusal } => {
                let statement =
                    sqlx::query("UPDATE pages SET state = 'held', reading = NULL, class = $3, reason = $4 WHERE id = $1 AND dossier = $2")
                        .bind(page.clone())
                        .bind(dossier)
                        .bind(refusal.class.as_str())
                        .bind(sql::clean(&refusal.reason));
                write.changed(statement, "page", page).await
            }
            Change::DossierHeld { dossier: named } => {
                same(named, &dossier)?;
                let text = "UPDATE pages SET state = 'held', reading = NULL, quality = '{}', warnings = '[]', blank = 0
                            WHERE dossier = $1 AND state = 'read' AND document IS NULL";
                sql::execute(write.connection(), sqlx::query(text).bind(dossier), "cannot hold a dossier").await?;
                Ok(())
            }
            Change::DocumentsFound { dossier: named, documents } => {
                same(named, &dossier)?;
                self.documents_found(write, applying, documents).await
            }
            Change::DossierListed { dossier: named, findings, listed } => {
                same(named, &dossier)?;
                write.dossier_listed(&dossier, findings, listed).await
            }
            Change::DocumentDescribed { document, description } => {
                let statement = sqlx::query("UPDATE documents SET description = $3 WHERE id = $1 AND dossier = $2")
                    .bind(document.clone())
                    .bind(dossier)
                    .bind(to_json(description)?);
                write.changed(statement, "document", document).await
            }
            Change::DocumentReviewed { document, reasons } => {
                let statement = sqlx::query("UPDATE documents SET review = $3, queue = $4 WHERE id = $1 AND dossier = $2")
                    .bind(document.clone())
                    .bind(dossier)
                    .bind(to_json(reasons)?)
                    .bind(Queue::of(reasons).map_or("", Queue::name));
                write.changed(statement, "document", document).await
            }
            Change::DossierDeposited { dossier: named, version, record_sha512 } => {
                same(named, &dossier)?;
                write.dossier_deposited(applying, *version, record_sha512).await
            }
        }
    }

    async fn file_expanded(
        &self,
        write: &mut Write,
        applying: &Applying<'_>,
        file: &str,
        members: &[(DossierName, Vec<NewFile>)],
        warnings: &[Warning],
    ) -> Result<()> {
        let claim = applying.claim;
        let statement = sqlx::query("UPDATE files SET state = 'expanded', warnings = $3 WHERE id = $1 AND dossier = $2")
            .bind(file.to_owned())
            .bind(claim.dossier.clone())
            .bind(to_json(&warnings)?);
        write.changed(statement, "file", file).await?;
        for (name, files) in members {
            let key = (sql::clean(&name.fonds), sql::clean(&name.code));
            let standing =
                applying.dossiers.get(&key).ok_or_else(|| Error::internal("the dossier of an archive's member was not locked"))?;
            self.take_files(write, &claim.batch, standing, files, claim.group).await?;
        }
        Ok(())
    }

    async fn insert_pages(&self, write: &mut Write, applying: &Applying<'_>, file: &str, pages: u32) -> Result<()> {
        let claim = applying.claim;
        let rows = (1..=pages)
            .map(|number| {
                vec![Cell::Text(sql::new_id()), file.into(), claim.dossier.as_str().into(), Cell::Int(i64::from(number)), "waiting".into()]
            })
            .collect();
        let insert = "INSERT INTO pages (id, file, dossier, number, state) VALUES";
        let tail = "ON CONFLICT (file, number) DO NOTHING RETURNING id";
        let new = sql::in_bulk(write.connection(), insert, rows, tail, "cannot insert pages").await?;
        write.count(&claim.batch, Step::Received, Amount::of_pages(sql::big(new.len())));
        write.take_place(file).await?;
        let Some(group) = claim.plan.group_of(Level::Page, claim.group + 1) else { return Ok(()) };
        let mut items = new.iter().map(|row| get::<String>(row, "id")).collect::<Result<Vec<_>>>()?;
        items.sort();
        let tasks: Vec<NewTask> =
            items.into_iter().map(|item| NewTask { dossier: claim.dossier.clone(), group, level: Level::Page, item }).collect();
        write.add_tasks(&claim.batch, &tasks, false).await
    }

    async fn documents_found(&self, write: &mut Write, applying: &Applying<'_>, documents: &[Vec<String>]) -> Result<()> {
        let claim = applying.claim;
        let statement = sqlx::query("SELECT id FROM pages WHERE dossier = $1 AND document IS NULL").bind(claim.dossier.clone());
        let rows = sql::all(write.connection(), statement, "cannot read pages without a document").await?;
        let mut free: BTreeSet<String> = rows.iter().map(|row| get(row, "id")).collect::<Result<_>>()?;
        let statement =
            sqlx::query("SELECT COALESCE(MAX(number), 0) AS number FROM documents WHERE dossier = $1").bind(claim.dossier.clone());
        let mut number: i64 = get(&sql::one(write.connection(), statement, "highest document").await?, "number")?;
        let group = claim.plan.group_of(Level::Document, claim.group + 1);
        let (mut rows, mut placed, mut tasks) = (Vec::new(), Vec::new(), Vec::new());
        for pages in documents {
            let pages: Vec<&String> = pages.iter().filter(|page| free.remove(*page)).collect();
            if pages.is_empty() {
                continue;
            }
            number += 1;
            let id = sql::new_id();
            for (place, page) in (1..).zip(pages) {
                placed.push((page.clone(), id.clone(), place));
            }
            rows.push(vec![Cell::Text(id.clone()), claim.dossier.as_str().into(), Cell::Int(number)]);
            if let Some(group) = group {
                tasks.push(NewTask { dossier: claim.dossier.clone(), group, level: Level::Document, item: id });
            }
        }
        sql::in_bulk(write.connection(), "INSERT INTO documents (id, dossier, number) VALUES", rows, "", "cannot insert documents").await?;
        for chunk in placed.chunks(PLACED) {
            let text = format!(
                "WITH placed (page, document, place) AS (VALUES {})
                 UPDATE pages SET document = placed.document, place = placed.place FROM placed WHERE pages.id = placed.page",
                tuples(chunk.len(), 3)
            );
            let mut statement = built(text);
            for (page, document, place) in chunk {
                statement = statement.bind(page.clone()).bind(document.clone()).bind(*place);
            }
            sql::execute(write.connection(), statement, "cannot place pages").await?;
        }
        write.add_tasks(&claim.batch, &tasks, false).await
    }
}

impl Write {
    /// Runs an update that must meet exactly the row that a change names.
    async fn changed(&mut self, statement: Statement<'_>, what: &str, id: &str) -> Result<()> {
        if sql::execute(self.connection(), statement, "cannot write a change").await? == 1 {
            return Ok(());
        }
        Err(Error::internal(format!("a change names {what} {id}, which its dossier does not hold")))
    }

    async fn dossier_listed(&mut self, dossier: &str, findings: &[ListFinding], listed: &[(String, Listed)]) -> Result<()> {
        let mut all = findings.to_vec();
        all.extend(self.list_findings(dossier).await?.into_iter().filter(ListFinding::is_about_line));
        self.set_list_findings(dossier, &all).await?;
        for (page, listed) in listed {
            let statement = sqlx::query(
                "UPDATE documents SET listed = $3
                 WHERE dossier = $1 AND id = (SELECT document FROM pages WHERE id = $2 AND dossier = $1)",
            )
            .bind(dossier.to_owned())
            .bind(page.clone())
            .bind(to_json(listed)?);
            sql::execute(self.connection(), statement, "cannot keep what a list says").await?;
        }
        Ok(())
    }

    async fn file_refused(&mut self, dossier: &str, file: &str, media_type: &str, refusal: &Refusal) -> Result<()> {
        let statement =
            sqlx::query("UPDATE files SET state = 'refused', media_type = $3, class = $4, reason = $5 WHERE id = $1 AND dossier = $2")
                .bind(file.to_owned())
                .bind(dossier.to_owned())
                .bind(sql::clean(media_type))
                .bind(refusal.class.as_str())
                .bind(sql::clean(&refusal.reason));
        self.changed(statement, "file", file).await?;
        // The same bytes under other names share the fate.
        self.refuse_repeats(&[file.to_owned()], refusal).await?;
        let statement = sqlx::query("UPDATE pages SET state = 'refused', class = $2, reason = $3 WHERE file = $1")
            .bind(file.to_owned())
            .bind(refusal.class.as_str())
            .bind(sql::clean(&refusal.reason));
        sql::execute(self.connection(), statement, "cannot refuse the pages of a file").await?;
        Ok(())
    }

    /// Refuses the files that repeat `files`.
    pub(crate) async fn refuse_repeats(&mut self, files: &[String], refusal: &Refusal) -> Result<()> {
        let text = format!(
            "UPDATE files SET state = 'refused', class = $1, reason = $2 WHERE state = 'duplicate' AND duplicate_of IN ({})",
            places(3, files.len())
        );
        let statement = bind_all(built(text).bind(refusal.class.as_str()).bind(sql::clean(&refusal.reason)), files);
        sql::execute(self.connection(), statement, "cannot refuse repeated files").await?;
        Ok(())
    }

    /// Pages of documents are stored, or wait for a person. Pages that were left out of every document
    /// (separator sheets) are stored too, unless a delivery arrived meanwhile: its pages have not been cut
    /// into documents yet, and its own round ends with a deposit of its own.
    async fn dossier_deposited(&mut self, applying: &Applying<'_>, version: u32, record_sha512: &str) -> Result<()> {
        let claim = applying.claim;
        let statement = sqlx::query("UPDATE dossiers SET version = $2, record_sha512 = $3 WHERE id = $1 AND version <= $2")
            .bind(claim.dossier.clone())
            .bind(i64::from(version))
            .bind(record_sha512.to_owned());
        sql::execute(self.connection(), statement, "cannot write a deposit").await?;
        let statement = sqlx::query("UPDATE documents SET stored = 1 WHERE dossier = $1").bind(claim.dossier.clone());
        sql::execute(self.connection(), statement, "cannot write a deposit").await?;
        let whole = applying.own.last_group == sql::big(claim.group) && applying.own.driver == claim.batch;
        let statement = sqlx::query(
            "UPDATE pages SET state = CASE WHEN document IN (SELECT id FROM documents WHERE dossier = $1 AND review <> '[]')
                    THEN 'review' ELSE 'stored' END
             WHERE dossier = $1 AND state IN ('read', 'stored', 'review') AND (document IS NOT NULL OR $2 = 1)",
        )
        .bind(claim.dossier.clone())
        .bind(i64::from(whole));
        sql::execute(self.connection(), statement, "cannot write a deposit").await?;
        self.count_stored(&claim.dossier).await
    }

    /// Counts what of a dossier is stored now and was not, or is not any more, for the batches that brought it.
    async fn count_stored(&mut self, dossier: &str) -> Result<()> {
        let statement = sqlx::query("SELECT counted FROM dossiers WHERE id = $1").bind(dossier.to_owned());
        let row = sql::one(self.connection(), statement, "a dossier").await?;
        let before: BTreeMap<String, Amount> = sql::get_json(&row, "counted")?;
        let now = self.mark_counted(dossier).await?;
        for batch in before.keys().chain(now.keys()).collect::<BTreeSet<_>>() {
            let of = |counts: &BTreeMap<String, Amount>| counts.get(batch).copied().unwrap_or_default();
            self.count(batch, Step::Stored, of(&now) - of(&before));
        }
        Ok(())
    }

    /// Keeps what of a dossier is stored now, by batch, as what is counted. The dossier itself counts for the first of them,
    /// once nothing of it is open.
    pub(crate) async fn mark_counted(&mut self, dossier: &str) -> Result<BTreeMap<String, Amount>> {
        let statement = sqlx::query(
            "SELECT f.batch, COUNT(CASE WHEN p.state = 'stored' THEN 1 END) AS pages,
                    COUNT(DISTINCT CASE WHEN p.state = 'stored' THEN p.document END) AS documents,
                    COUNT(CASE WHEN p.state IN ('waiting', 'read', 'review', 'held') THEN 1 END) AS open
             FROM pages p JOIN files f ON f.id = p.file WHERE p.dossier = $1 GROUP BY f.batch ORDER BY f.batch",
        )
        .bind(dossier.to_owned());
        let rows = sql::all(self.connection(), statement, "cannot count what is stored").await?;
        let (mut now, mut open): (BTreeMap<String, Amount>, i64) = (BTreeMap::new(), 0);
        for row in &rows {
            now.insert(get(row, "batch")?, Amount { pages: get(row, "pages")?, documents: get(row, "documents")?, dossiers: 0 });
            open += get::<i64>(row, "open")?;
        }
        if let Some(mut first) = now.first_entry().filter(|_| open == 0) {
            first.get_mut().dossiers = 1;
        }
        let statement = sqlx::query("UPDATE dossiers SET counted = $2 WHERE id = $1").bind(dossier.to_owned()).bind(to_json(&now)?);
        sql::execute(self.connection(), statement, "cannot keep what is counted").await?;
        Ok(now)
    }
}

fn same(named: &str, dossier: &str) -> Result<()> {
    if named == dossier {
        return Ok(());
    }
    Err(Error::internal(format!("a change names dossier {named} in a task of dossier {dossier}")))
}

//! Application of a [`Change`] to the rows. Applying a change twice gives the same result.

use crate::Catalog;
use crate::facts::commit::CommitContext;
use crate::queue::dossier_scheduler::NewTask;
use crate::rows::bind_refusal;
use crate::sql::{self, SqlValue, Statement, WriteTx, bind_all, dynamic_query, get, placeholders, to_json, value_tuples};
use sohoa_base::error::Result;
use sohoa_base::messages::program;
use sohoa_base::model::change::Change;
use sohoa_base::model::delivered_file::DeliveredFile;
use sohoa_base::model::dossier::DossierName;
use sohoa_base::model::pipeline_plan::StageLevel;
use sohoa_base::model::record::{ListEntry, ListFinding};
use sohoa_base::model::refusal::{Refusal, Warning};
use sohoa_base::model::review_queue::ReviewQueue;
use sohoa_base::model::roadmap::ledger::{ItemCounts, ProgressStep};
use std::collections::{BTreeMap, BTreeSet};

/// Pages assigned to their documents per statement.
const PAGES_PER_STATEMENT: usize = 300;

impl Catalog {
    /// Writes one change of a claim and enqueues tasks for the items that it creates.
    pub(crate) async fn apply_change(&self, write: &mut WriteTx, context: &CommitContext<'_>, change: &Change) -> Result<()> {
        let dossier = context.claim.dossier.clone();
        match change {
            Change::FileExpanded { file, members, warnings } => self.apply_file_expanded(write, context, file, members, warnings).await,
            Change::FileIdentified { file, media_type, pages, signatures, warnings } => {
                let statement = sqlx::query(
                    "UPDATE files SET state = 'identified', media_type = $3, signatures = $4, warnings = $5 WHERE id = $1 AND dossier = $2",
                )
                .bind(file.clone())
                .bind(dossier)
                .bind(sql::replace_nul(media_type))
                .bind(to_json(signatures)?)
                .bind(to_json(warnings)?);
                write.update_exactly_one(statement, "file", file).await?;
                self.insert_pages(write, context, file, *pages).await
            }
            Change::FileRefused { file, media_type, refusal } => write.apply_file_refused(&dossier, file, media_type, refusal).await,
            Change::PageRead { page, reading, quality, blank, warnings } => {
                let statement = sqlx::query("UPDATE pages SET state = 'read' WHERE id = $1 AND state = 'waiting'").bind(page.clone());
                let first = sql::execute(write.connection(), statement, "cannot write a change").await?;
                write.record_progress(&context.claim.batch, ProgressStep::Read, ItemCounts::from_pages(sql::to_i64(first)));
                let statement = sqlx::query(
                    "UPDATE pages SET state = CASE WHEN state IN ('stored', 'review') THEN state ELSE 'read' END,
                            reading = $3, quality = $4, blank = $5, warnings = $6, class = NULL, reason = NULL, message = NULL
                     WHERE id = $1 AND dossier = $2",
                )
                .bind(page.clone())
                .bind(dossier)
                .bind(reading.clone())
                .bind(to_json(quality)?)
                .bind(i64::from(*blank))
                .bind(to_json(warnings)?);
                write.update_exactly_one(statement, "page", page).await?;
                write.replace_page_by(page).await
            }
            Change::PageRefused { page, refusal } => {
                let text = "UPDATE pages SET state = 'refused', class = $3, reason = $4, message = $5 WHERE id = $1 AND dossier = $2";
                let statement = bind_refusal(sqlx::query(text).bind(page.clone()).bind(dossier), refusal)?;
                write.update_exactly_one(statement, "page", page).await?;
                write.replace_page_by(page).await
            }
            Change::PageHeld { page, refusal } => {
                let text = "UPDATE pages SET state = 'held', reading = NULL, class = $3, reason = $4, message = $5
                            WHERE id = $1 AND dossier = $2";
                let statement = bind_refusal(sqlx::query(text).bind(page.clone()).bind(dossier), refusal)?;
                write.update_exactly_one(statement, "page", page).await
            }
            Change::DossierHeld { dossier: named } => {
                check_same_dossier(named, &dossier)?;
                // Documents that no version of the object has lose their pages: they are separated anew after a release.
                let text = "UPDATE documents SET review_reasons = '[]', queue = '', stale = 0 WHERE dossier = $1 AND id IN (
                                SELECT p.document FROM pages p JOIN files f ON f.id = p.file
                                WHERE p.dossier = $1 AND p.state = 'read' AND f.deposited = 0)";
                sql::execute(write.connection(), sqlx::query(text).bind(dossier.clone()), "cannot hold a dossier").await?;
                let text = "UPDATE pages SET state = 'held', reading = NULL, quality = '{}', warnings = '[]', blank = 0,
                                   document = NULL, position_in_document = NULL
                            WHERE dossier = $1 AND state = 'read'
                              AND (document IS NULL OR file IN (SELECT id FROM files WHERE dossier = $1 AND deposited = 0))";
                sql::execute(write.connection(), sqlx::query(text).bind(dossier), "cannot hold a dossier").await?;
                Ok(())
            }
            Change::DocumentsSeparated { dossier: named, documents } => {
                check_same_dossier(named, &dossier)?;
                self.apply_documents_found(write, context, documents).await
            }
            Change::DossierListCompared { dossier: named, findings, listed } => {
                check_same_dossier(named, &dossier)?;
                write.apply_dossier_listed(&dossier, findings, listed).await
            }
            Change::DocumentDescribed { document, description } => {
                let statement = sqlx::query("UPDATE documents SET description = $3 WHERE id = $1 AND dossier = $2")
                    .bind(document.clone())
                    .bind(dossier)
                    .bind(to_json(description)?);
                write.update_exactly_one(statement, "document", document).await
            }
            Change::DocumentReviewed { document, reasons } => {
                let statement = sqlx::query("UPDATE documents SET review_reasons = $3, queue = $4 WHERE id = $1 AND dossier = $2")
                    .bind(document.clone())
                    .bind(dossier)
                    .bind(to_json(reasons)?)
                    .bind(ReviewQueue::from_reasons(reasons).map_or("", ReviewQueue::as_str));
                write.update_exactly_one(statement, "document", document).await
            }
            Change::OriginalsWithheld { dossier: named, withheld } => {
                check_same_dossier(named, &dossier)?;
                write.set_withheld(&dossier, withheld).await
            }
            Change::DossierDeposited { dossier: named, version, record_sha512, withheld } => {
                check_same_dossier(named, &dossier)?;
                write.apply_dossier_deposited(context, *version, record_sha512, withheld).await
            }
        }
    }

    async fn apply_file_expanded(
        &self,
        write: &mut WriteTx,
        context: &CommitContext<'_>,
        file: &str,
        members: &[(DossierName, Vec<DeliveredFile>)],
        warnings: &[Warning],
    ) -> Result<()> {
        let claim = context.claim;
        let statement = sqlx::query("UPDATE files SET state = 'expanded', warnings = $3 WHERE id = $1 AND dossier = $2")
            .bind(file.to_owned())
            .bind(claim.dossier.clone())
            .bind(to_json(&warnings)?);
        write.update_exactly_one(statement, "file", file).await?;
        for (name, files) in members {
            let key = (sql::replace_nul(&name.fonds), sql::replace_nul(&name.code));
            let dossier_state = context.dossiers.get(&key).ok_or_else(|| program::bug("catalogue: dossier not locked"))?;
            write.adopt_restored_members(&claim.batch, &dossier_state.id, files).await?;
            self.insert_files(write, &claim.batch, dossier_state, files, claim.group).await?;
        }
        Ok(())
    }

    async fn insert_pages(&self, write: &mut WriteTx, context: &CommitContext<'_>, file: &str, pages: u32) -> Result<()> {
        let claim = context.claim;
        let rows = (1..=pages)
            .map(|number| {
                vec![
                    SqlValue::Text(sql::new_id()),
                    file.into(),
                    claim.dossier.as_str().into(),
                    SqlValue::Int(i64::from(number)),
                    "waiting".into(),
                ]
            })
            .collect();
        let insert = "INSERT INTO pages (id, file, dossier, number, state) VALUES";
        let tail = "ON CONFLICT (file, number) DO NOTHING RETURNING id";
        let new = sql::bulk_insert(write.connection(), insert, rows, tail, "cannot insert pages").await?;
        write.record_progress(&claim.batch, ProgressStep::Received, ItemCounts::from_pages(sql::to_i64(new.len())));
        let Some(group) = claim.plan.next_group(StageLevel::Page, claim.group + 1) else { return Ok(()) };
        let mut items = new.iter().map(|row| get::<String>(row, "id")).collect::<Result<Vec<_>>>()?;
        items.sort();
        let tasks: Vec<NewTask> =
            items.into_iter().map(|item| NewTask { dossier: claim.dossier.clone(), group, level: StageLevel::Page, item }).collect();
        write.enqueue_tasks(&claim.batch, &tasks, false).await
    }

    async fn apply_documents_found(&self, write: &mut WriteTx, context: &CommitContext<'_>, documents: &[Vec<String>]) -> Result<()> {
        let claim = context.claim;
        let statement = sqlx::query("SELECT id FROM pages WHERE dossier = $1 AND document IS NULL").bind(claim.dossier.clone());
        let rows = sql::fetch_all(write.connection(), statement, "cannot read pages without a document").await?;
        let mut free: BTreeSet<String> = rows.iter().map(|row| get(row, "id")).collect::<Result<_>>()?;
        let statement =
            sqlx::query("SELECT COALESCE(MAX(number), 0) AS number FROM documents WHERE dossier = $1").bind(claim.dossier.clone());
        let mut number: i64 = get(&sql::fetch_one(write.connection(), statement, "highest document").await?, "number")?;
        let group = claim.plan.next_group(StageLevel::Document, claim.group + 1);
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
            rows.push(vec![SqlValue::Text(id.clone()), claim.dossier.as_str().into(), SqlValue::Int(number)]);
            if let Some(group) = group {
                tasks.push(NewTask { dossier: claim.dossier.clone(), group, level: StageLevel::Document, item: id });
            }
        }
        sql::bulk_insert(write.connection(), "INSERT INTO documents (id, dossier, number) VALUES", rows, "", "cannot insert documents")
            .await?;
        for chunk in placed.chunks(PAGES_PER_STATEMENT) {
            let text = format!(
                "WITH placed (page, document, position_in_document) AS (VALUES {})
                 UPDATE pages SET document = placed.document, position_in_document = placed.position_in_document
                 FROM placed WHERE pages.id = placed.page",
                value_tuples(chunk.len(), 3)
            );
            let mut statement = dynamic_query(text);
            for (page, document, place) in chunk {
                statement = statement.bind(page.clone()).bind(document.clone()).bind(*place);
            }
            sql::execute(write.connection(), statement, "cannot place pages").await?;
        }
        write.enqueue_tasks(&claim.batch, &tasks, false).await
    }
}

impl WriteTx {
    /// Runs an update that must affect exactly the row that a change names.
    async fn update_exactly_one(&mut self, statement: Statement<'_>, what: &str, id: &str) -> Result<()> {
        if sql::execute(self.connection(), statement, "cannot write a change").await? == 1 {
            return Ok(());
        }
        Err(program::bug(format!("catalogue: change of {what} {id} of another dossier")))
    }

    async fn apply_dossier_listed(&mut self, dossier: &str, findings: &[ListFinding], listed: &[(String, ListEntry)]) -> Result<()> {
        let mut all = findings.to_vec();
        all.extend(self.list_findings(dossier).await?.into_iter().filter(ListFinding::is_about_target));
        self.set_list_findings(dossier, &all).await?;
        for (page, listed) in listed {
            let statement = sqlx::query(
                "UPDATE documents SET list_entry = $3
                 WHERE dossier = $1 AND id = (SELECT document FROM pages WHERE id = $2 AND dossier = $1)",
            )
            .bind(dossier.to_owned())
            .bind(page.clone())
            .bind(to_json(listed)?);
            sql::execute(self.connection(), statement, "cannot keep what a list says").await?;
        }
        Ok(())
    }

    async fn apply_file_refused(&mut self, dossier: &str, file: &str, media_type: &str, refusal: &Refusal) -> Result<()> {
        let text = "UPDATE files SET state = 'refused', media_type = $3, class = $4, reason = $5, message = $6
                    WHERE id = $1 AND dossier = $2";
        let statement = sqlx::query(text).bind(file.to_owned()).bind(dossier.to_owned()).bind(sql::replace_nul(media_type));
        let statement = bind_refusal(statement, refusal)?;
        self.update_exactly_one(statement, "file", file).await?;
        // Files with the same bytes under other names are refused for the same reason.
        self.refuse_duplicates(&[file.to_owned()], refusal).await?;
        let text = "UPDATE pages SET state = 'refused', class = $2, reason = $3, message = $4 WHERE file = $1";
        let statement = bind_refusal(sqlx::query(text).bind(file.to_owned()), refusal)?;
        sql::execute(self.connection(), statement, "cannot refuse the pages of a file").await?;
        Ok(())
    }

    /// Refuses the duplicates of `files`.
    pub(crate) async fn refuse_duplicates(&mut self, files: &[String], refusal: &Refusal) -> Result<()> {
        let text = format!(
            "UPDATE files SET state = 'refused', class = $1, reason = $2, message = $3
             WHERE state = 'duplicate' AND duplicate_of IN ({})",
            placeholders(4, files.len())
        );
        let statement = bind_all(bind_refusal(dynamic_query(text), refusal)?, files);
        sql::execute(self.connection(), statement, "cannot refuse repeated files").await?;
        Ok(())
    }

    /// Marks the pages of documents as stored, or as waiting for review. Pages outside every document (separator sheets) are stored
    /// too, unless another delivery arrived meanwhile: its pages have not been separated into documents yet, and they get their own
    /// deposit.
    async fn apply_dossier_deposited(
        &mut self,
        context: &CommitContext<'_>,
        version: u32,
        record_sha512: &str,
        withheld: &[String],
    ) -> Result<()> {
        let claim = context.claim;
        let statement = sqlx::query("UPDATE dossiers SET version = $2, record_sha512 = $3 WHERE id = $1 AND version <= $2")
            .bind(claim.dossier.clone())
            .bind(i64::from(version))
            .bind(record_sha512.to_owned());
        sql::execute(self.connection(), statement, "cannot write a deposit").await?;
        let statement = sqlx::query("UPDATE documents SET stored = 1 WHERE dossier = $1").bind(claim.dossier.clone());
        sql::execute(self.connection(), statement, "cannot write a deposit").await?;
        let whole = context.own_dossier.last_group == sql::to_i64(claim.group) && context.own_dossier.active_batch == claim.batch;
        let statement = sqlx::query(
            "UPDATE pages SET state = CASE WHEN document IN (
                        SELECT id FROM documents WHERE dossier = $1 AND review_reasons <> '[]')
                    THEN 'review' ELSE 'stored' END
             WHERE dossier = $1 AND state IN ('read', 'stored', 'review') AND (document IS NOT NULL OR $2 = 1)",
        )
        .bind(claim.dossier.clone())
        .bind(i64::from(whole));
        sql::execute(self.connection(), statement, "cannot write a deposit").await?;
        if whole {
            let statement = sqlx::query("UPDATE files SET deposited = 1 WHERE dossier = $1 AND state NOT IN ('received', 'removed')");
            sql::execute(self.connection(), statement.bind(claim.dossier.clone()), "cannot write a deposit").await?;
            self.set_withheld(&claim.dossier, withheld).await?;
        }
        self.record_stored_progress(&claim.dossier).await
    }

    /// Records the difference in stored pages, documents and dossiers since the last count, for the batches that delivered the
    /// dossier.
    async fn record_stored_progress(&mut self, dossier: &str) -> Result<()> {
        let before = self.stored_amounts(dossier).await?;
        let now = self.save_stored_amounts(dossier).await?;
        for batch in before.keys().chain(now.keys()).collect::<BTreeSet<_>>() {
            let of = |counts: &BTreeMap<String, ItemCounts>| counts.get(batch).copied().unwrap_or_default();
            self.record_progress(batch, ProgressStep::Stored, of(&now) - of(&before));
        }
        Ok(())
    }

    /// The stored amounts of a dossier by batch that are counted.
    pub(crate) async fn stored_amounts(&mut self, dossier: &str) -> Result<BTreeMap<String, ItemCounts>> {
        let statement = sqlx::query("SELECT stored_counts FROM dossiers WHERE id = $1").bind(dossier.to_owned());
        sql::get_json(&sql::fetch_one(self.connection(), statement, "a dossier").await?, "stored_counts")
    }

    /// Saves the stored pages and documents of a dossier by batch as the counted amounts. The dossier itself counts for the first
    /// of these batches, once none of its pages is open.
    pub(crate) async fn save_stored_amounts(&mut self, dossier: &str) -> Result<BTreeMap<String, ItemCounts>> {
        let statement = sqlx::query(
            "SELECT f.batch, COUNT(CASE WHEN p.state = 'stored' THEN 1 END) AS pages,
                    COUNT(DISTINCT CASE WHEN p.state = 'stored' THEN p.document END) AS documents,
                    COUNT(CASE WHEN p.state IN ('waiting', 'read', 'review', 'held') THEN 1 END) AS open
             FROM pages p JOIN files f ON f.id = p.file WHERE p.dossier = $1 GROUP BY f.batch ORDER BY f.batch",
        )
        .bind(dossier.to_owned());
        let rows = sql::fetch_all(self.connection(), statement, "cannot count what is stored").await?;
        let (mut now, mut open): (BTreeMap<String, ItemCounts>, i64) = (BTreeMap::new(), 0);
        for row in &rows {
            now.insert(get(row, "batch")?, ItemCounts { pages: get(row, "pages")?, documents: get(row, "documents")?, dossiers: 0 });
            open += get::<i64>(row, "open")?;
        }
        if let Some(mut first) = now.first_entry().filter(|_| open == 0) {
            first.get_mut().dossiers = 1;
        }
        let statement = sqlx::query("UPDATE dossiers SET stored_counts = $2 WHERE id = $1").bind(dossier.to_owned()).bind(to_json(&now)?);
        sql::execute(self.connection(), statement, "cannot keep what is counted").await?;
        Ok(now)
    }
}

fn check_same_dossier(named: &str, dossier: &str) -> Result<()> {
    if named == dossier {
        return Ok(());
    }
    Err(program::bug(format!("catalogue: change of dossier {named} in a task of {dossier}")))
}

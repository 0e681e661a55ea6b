//! Decisions about the pages of a document: split, join, rotate, replace a scan.

use crate::queue::dossier_scheduler::NewTask;
use crate::sql::{self, SqlValue, WriteTx, bind_all, dynamic_query, get, get_json, placeholders, to_json};
use sohoa_base::error::Result;
use sohoa_base::messages::{decisions, program, runs};
use sohoa_base::model::decision::{Decision, DecisionKind};
use sohoa_base::model::delivered_file::DeliveredFile;
use sohoa_base::model::dossier::Document;
use sohoa_base::model::pipeline_plan::{PipelinePlan, StageLevel};

impl WriteTx {
    /// Splits the document or joins another one to it, if the decision says so; returns a new document.
    pub(crate) async fn resplit_document(&mut self, document: &Document, decision: &Decision) -> Result<Option<String>> {
        match &decision.kind {
            DecisionKind::Split { page } => self.split_document(document, *page, decision).await.map(Some),
            DecisionKind::Join { document: other } => self.join_documents(document, *other).await.map(|()| None),
            _ => Ok(None),
        }
    }

    async fn split_document(&mut self, document: &Document, page: u32, decision: &Decision) -> Result<String> {
        let count = self.page_count(&document.id).await?;
        if page < 2 || i64::from(page) > count {
            return Err(decisions::document_split_page_invalid(count));
        }
        let statement = sqlx::query("SELECT MAX(number) + 1 AS number FROM documents WHERE dossier = $1").bind(document.dossier.clone());
        let number: i64 = get(&sql::fetch_one(self.connection(), statement, "highest document").await?, "number")?;
        let first = i64::from(page);
        // Word corrections move with their page.
        let moved = |decision: &Decision| match &decision.kind {
            DecisionKind::CorrectWord { page: at, .. } if *at >= page => Some(with_shifted_page(decision, -first + 1)),
            _ => None,
        };
        let mut decisions: Vec<Decision> = self.decisions_of_document(&document.id).await?.iter().filter_map(moved).collect();
        decisions.push(decision.clone());
        let id = sql::new_id();
        let statement = sqlx::query("INSERT INTO documents (id, dossier, number, decisions) VALUES ($1, $2, $3, $4)")
            .bind(id.clone())
            .bind(document.dossier.clone())
            .bind(number)
            .bind(to_json(&decisions)?);
        sql::execute(self.connection(), statement, "cannot make a document").await?;
        let statement = sqlx::query(
            "UPDATE pages SET document = $2, position_in_document = position_in_document - $3 + 1
             WHERE document = $1 AND position_in_document >= $3",
        )
        .bind(document.id.clone())
        .bind(id.clone())
        .bind(first);
        sql::execute(self.connection(), statement, "cannot move pages").await?;
        Ok(id)
    }

    async fn join_documents(&mut self, document: &Document, other: u32) -> Result<()> {
        let missing = || decisions::document_to_join_unknown(other);
        let statement = sqlx::query("SELECT id FROM documents WHERE dossier = $1 AND number = $2 AND id <> $3")
            .bind(document.dossier.clone())
            .bind(i64::from(other))
            .bind(document.id.clone());
        let row = sql::fetch_optional(self.connection(), statement, "cannot read a document").await?.ok_or_else(missing)?;
        let joined: String = get(&row, "id")?;
        let (count, more) = (self.page_count(&document.id).await?, self.page_count(&joined).await?);
        if more == 0 {
            return Err(missing());
        }
        let statement = sqlx::query("UPDATE pages SET document = $2, position_in_document = position_in_document + $3 WHERE document = $1")
            .bind(joined.clone())
            .bind(document.id.clone())
            .bind(count);
        sql::execute(self.connection(), statement, "cannot move pages").await?;
        let mut decisions = self.decisions_of_document(&document.id).await?;
        let joined_decisions = self.decisions_of_document(&joined).await?;
        decisions.extend(
            joined_decisions
                .iter()
                .filter(|one| matches!(one.kind, DecisionKind::CorrectWord { .. }))
                .map(|one| with_shifted_page(one, count)),
        );
        let statement =
            sqlx::query("UPDATE documents SET decisions = $2 WHERE id = $1").bind(document.id.clone()).bind(to_json(&decisions)?);
        sql::execute(self.connection(), statement, "cannot join documents").await?;
        let statement = sqlx::query("UPDATE documents SET decisions = '[]', review_reasons = '[]', queue = '' WHERE id = $1").bind(joined);
        sql::execute(self.connection(), statement, "cannot join documents").await?;
        Ok(())
    }

    async fn page_count(&mut self, document: &str) -> Result<i64> {
        let statement = sqlx::query("SELECT count(*) AS n FROM pages WHERE document = $1").bind(document.to_owned());
        get(&sql::fetch_one(self.connection(), statement, "count of pages").await?, "n")
    }

    async fn decisions_of_document(&mut self, document: &str) -> Result<Vec<Decision>> {
        let statement = sqlx::query("SELECT decisions FROM documents WHERE id = $1").bind(document.to_owned());
        get_json(&sql::fetch_one(self.connection(), statement, "cannot read a document").await?, "decisions")
    }

    /// Prepares rotated pages and replacement scans to be read; returns their tasks.
    pub(crate) async fn reread_pages(
        &mut self,
        document: &Document,
        plan: &PipelinePlan,
        decisions: &[Decision],
        delivered: &[DeliveredFile],
        batch: &str,
    ) -> Result<Vec<NewTask>> {
        let mut tasks = Vec::new();
        let group = |level: StageLevel| {
            plan.next_group(level, 0).ok_or_else(|| runs::pipeline_without_stage(&plan.name, sql::level_message(level)))
        };
        let task = |level: StageLevel, item: String| Ok(NewTask { dossier: document.dossier.clone(), group: group(level)?, level, item });
        for decision in decisions {
            let (DecisionKind::Rotate { page, .. } | DecisionKind::ReplaceScan { page, .. }) = &decision.kind else { continue };
            let unknown = || decisions::document_page_unknown(*page);
            let page_id = document.page(*page).ok_or_else(unknown)?.to_owned();
            match &decision.kind {
                DecisionKind::Rotate { turn, .. } => {
                    let statement = sqlx::query(
                        "UPDATE pages SET state = 'waiting', reading = NULL, class = NULL, reason = NULL, message = NULL, rotation = $2 WHERE id = $1",
                    )
                    .bind(page_id.clone())
                    .bind(i64::from(*turn));
                    sql::execute(self.connection(), statement, "cannot turn a page").await?;
                    tasks.push(task(StageLevel::Page, page_id)?);
                }
                DecisionKind::ReplaceScan { sha256, .. } => {
                    let file = delivered
                        .iter()
                        .find(|file| file.sha256 == *sha256)
                        .ok_or_else(|| program::bug("catalogue: file that replaces a page not delivered"))?;
                    tasks.push(task(StageLevel::File, self.insert_replacement_file(document, batch, file, &page_id).await?)?);
                }
                _ => {}
            }
        }
        Ok(tasks)
    }

    async fn insert_replacement_file(&mut self, document: &Document, batch: &str, file: &DeliveredFile, page: &str) -> Result<String> {
        let statement = sqlx::query("SELECT 1 AS one FROM files WHERE dossier = $1 AND sha256 = $2")
            .bind(document.dossier.clone())
            .bind(file.sha256.clone());
        if sql::fetch_optional(self.connection(), statement, "cannot look for the same bytes").await?.is_some() {
            return Err(decisions::replacement_scan_known());
        }
        let id = sql::new_id();
        let row = vec![
            SqlValue::Text(id.clone()),
            batch.into(),
            document.dossier.as_str().into(),
            SqlValue::Text(to_json(&file.path)?),
            file.sha256.as_str().into(),
            SqlValue::Int(sql::to_i64(file.bytes)),
            "received".into(),
            page.into(),
        ];
        let insert = "INSERT INTO files (id, batch, dossier, path, sha256, bytes, state, replaces) VALUES";
        sql::bulk_insert(self.connection(), insert, vec![row], "", "cannot insert a file").await?;
        Ok(id)
    }

    /// If `page` belongs to a replacement file whose pages have all been looked at, puts them in the place of the replaced page in its
    /// document, which must be packaged again. The replaced page stays in its original and counts as stored. A replacement with a
    /// stamp of secrecy is in quarantine like any other file: until its release the replaced page keeps its place.
    pub(crate) async fn replace_page_by(&mut self, page: &str) -> Result<()> {
        let statement = sqlx::query(
            "SELECT f.id AS file, p.id, p.document, p.position_in_document,
                    (SELECT count(*) FROM pages n WHERE n.file = f.id) AS pages,
                    (SELECT count(*) FROM pages n WHERE n.file = f.id AND n.state IN ('waiting', 'held')) AS undecided
             FROM pages own JOIN files f ON f.id = own.file JOIN pages p ON p.id = f.replaces
             WHERE own.id = $1 AND p.document IS NOT NULL",
        )
        .bind(page.to_owned());
        let Some(row) = sql::fetch_optional(self.connection(), statement, "cannot read a replaced page").await? else { return Ok(()) };
        let (count, undecided): (i64, i64) = (get(&row, "pages")?, get(&row, "undecided")?);
        if undecided > 0 {
            return Ok(());
        }
        let (file, old): (String, String) = (get(&row, "file")?, get(&row, "id")?);
        let (document, position): (String, i64) = (get(&row, "document")?, get(&row, "position_in_document")?);
        self.mark_documents_stale(std::slice::from_ref(&document)).await?;
        let statement = sqlx::query(
            "UPDATE pages SET position_in_document = position_in_document + $3 WHERE document = $1 AND position_in_document > $2",
        )
        .bind(document.clone())
        .bind(position)
        .bind(count - 1);
        sql::execute(self.connection(), statement, "cannot move pages").await?;
        let statement = sqlx::query(
            "UPDATE pages SET document = NULL, position_in_document = NULL, state = 'stored', class = NULL, reason = NULL, message = NULL
             WHERE id = $1",
        )
        .bind(old);
        sql::execute(self.connection(), statement, "cannot replace a page").await?;
        let statement = sqlx::query("UPDATE pages SET document = $2, position_in_document = $3 + number - 1 WHERE file = $1")
            .bind(file)
            .bind(document)
            .bind(position);
        sql::execute(self.connection(), statement, "cannot replace a page").await?;
        Ok(())
    }

    pub(crate) async fn mark_documents_stale(&mut self, documents: &[String]) -> Result<()> {
        let text = format!("UPDATE documents SET stale = 1 WHERE id IN ({})", placeholders(1, documents.len()));
        sql::execute(self.connection(), bind_all(dynamic_query(text), documents), "cannot mark documents").await?;
        Ok(())
    }
}

/// The word correction `decision` with its page number changed by `by`.
fn with_shifted_page(decision: &Decision, by: i64) -> Decision {
    let mut moved = decision.clone();
    if let DecisionKind::CorrectWord { page, .. } = &mut moved.kind {
        *page = u32::try_from(i64::from(*page) + by).unwrap_or(*page);
    }
    moved
}

//! Decisions about documents: saved with the document, written to the event log; then the document passes its group of stages
//! again. Pages are read again only if a decision requires it.

use crate::queue::dossier_scheduler::NewTask;
use crate::sql::{self, get, get_json, retrying, to_json};
use crate::{Catalog, rfc3339};
use sohoa_base::error::Result;
use sohoa_base::messages::{decisions, runs};
use sohoa_base::model::decision::{Decision, DecisionKind};
use sohoa_base::model::delivered_file::DeliveredFile;
use sohoa_base::model::dossier::Document;
use sohoa_base::model::pipeline_plan::{PipelinePlan, StageLevel};

/// Result of saved decisions.
#[derive(Debug, Clone)]
pub struct DecisionOutcome {
    /// Batch with the tasks that produce the new version of the dossier.
    pub batch: String,
    /// Decisions as saved.
    pub decisions: Vec<Decision>,
}

/// Decisions of a person about one document.
#[derive(Debug, Clone, Copy)]
pub struct NewDecision<'a> {
    /// Name of the author.
    pub author: &'a str,
    /// Decided acts, in order.
    pub acts: &'a [DecisionKind],
    /// Note of the author.
    pub note: Option<&'a str>,
    /// Pipeline as text, used if the dossier's own is not known any more, as after a rebuild.
    pub pipeline: &'a str,
    /// Plan of `pipeline`.
    pub plan: &'a PipelinePlan,
    /// Files that replace pages, by SHA-256; their bytes are already in the store.
    pub replacement_files: &'a [DeliveredFile],
}

impl Catalog {
    /// Saves decisions about a document and enqueues the document.
    ///
    /// # Errors
    /// `NotFound` if the document does not exist any more; `Conflict` while its dossier has open tasks.
    pub async fn save_decisions(&self, document: &Document, new: &NewDecision<'_>) -> Result<DecisionOutcome> {
        retrying!(self.save_decisions_once(document, new))
    }

    async fn save_decisions_once(&self, document: &Document, new: &NewDecision<'_>) -> Result<DecisionOutcome> {
        let mut write = self.write().await?;
        let dossier = &document.dossier;
        write.lock_dossiers_by_id(vec![dossier.clone()]).await?;
        let statement = sqlx::query("SELECT active_batch, open_tasks FROM dossiers WHERE id = $1").bind(dossier.clone());
        let row = sql::fetch_one(write.connection(), statement, "dossier of a document").await?;
        if get::<i64>(&row, "open_tasks")? > 0 {
            return Err(decisions::dossier_busy());
        }
        let active_batch: String = get(&row, "active_batch")?;
        let statement = sqlx::query("SELECT decisions FROM documents WHERE id = $1").bind(document.id.clone());
        let row = sql::fetch_optional(write.connection(), statement, "cannot read a document").await?;
        let row = row.ok_or_else(decisions::document_gone)?;
        let mut decisions: Vec<Decision> = get_json(&row, "decisions")?;
        let added: Vec<Decision> = new
            .acts
            .iter()
            .map(|act| Decision {
                at: rfc3339(write.now),
                author: sql::replace_nul(new.author),
                kind: act.clone(),
                note: new.note.map(sql::replace_nul).filter(|note| !note.is_empty()),
            })
            .collect();
        decisions.extend(added.iter().cloned());
        let statement = sqlx::query("UPDATE documents SET decisions = $2, stored = 0 WHERE id = $1")
            .bind(document.id.clone())
            .bind(to_json(&decisions)?);
        sql::execute(write.connection(), statement, "cannot keep a decision").await?;
        let (batch, group) =
            self.open_decision_batch(&mut write, (dossier, &active_batch), StageLevel::Document, (new.pipeline, new.plan)).await?;
        let task = |item: String| NewTask { dossier: dossier.clone(), group, level: StageLevel::Document, item };
        let mut tasks = vec![task(document.id.clone())];
        for decision in &added {
            tasks.extend(write.resplit_document(document, decision).await?.into_iter().map(task));
        }
        let plan = self.plan(write.connection(), &batch).await?;
        let pages = write.reread_pages(document, &plan, &added, new.replacement_files, &batch).await?;
        if !pages.is_empty() {
            // Once the pages are read again, the scheduler enqueues their stale documents.
            let stale = tasks.drain(..).map(|task| task.item).collect::<Vec<_>>();
            write.mark_documents_stale(&stale).await?;
            tasks = pages;
        }
        write.enqueue_tasks(&batch, &tasks, true).await?;
        let events: Vec<_> = added
            .iter()
            .map(|decision| {
                (dossier.as_str(), "document-decided", serde_json::json!({ "document": document.number, "decision": decision }))
            })
            .collect();
        write.append_events(&batch, &events).await?;
        write.commit().await?;
        Ok(DecisionOutcome { batch, decisions: added })
    }

    /// Opens a batch without files for decisions about a dossier; returns it and the first group of its plan at `level`. It is
    /// urgent, since a person waits for it, and independent of deliveries that are incomplete or paused. Its plan is that of the
    /// dossier's `active_batch`, or `given` if that is not known any more.
    pub(crate) async fn open_decision_batch(
        &self,
        write: &mut sql::WriteTx,
        (dossier, active_batch): (&str, &str),
        level: StageLevel,
        given: (&str, &PipelinePlan),
    ) -> Result<(String, usize)> {
        let statement = sqlx::query("SELECT pipeline FROM batches WHERE id = $1").bind(active_batch.to_owned());
        let pipeline: String = get(&sql::fetch_one(write.connection(), statement, "batch of a dossier").await?, "pipeline")?;
        let own = self.plan(write.connection(), active_batch).await?;
        let (pipeline, plan) = match own.next_group(level, 0) {
            Some(_) => (pipeline.as_str(), own.as_ref()),
            None => given,
        };
        let group = plan.next_group(level, 0).ok_or_else(|| runs::pipeline_without_stage(pipeline, sql::level_message(level)))?;
        Ok((write.insert_decision_batch(dossier, pipeline, plan).await?, group))
    }
}

impl sql::WriteTx {
    async fn insert_decision_batch(&mut self, dossier: &str, pipeline: &str, plan: &PipelinePlan) -> Result<String> {
        let id = sql::new_id();
        let statement = sqlx::query(
            "INSERT INTO batches (id, key, unit, pipeline, plan, state, control, priority, created)
             VALUES ($1, $1, '', $2, $3, 'running', 'run', 100, $4)",
        )
        .bind(id.clone())
        .bind(sql::replace_nul(pipeline))
        .bind(to_json(plan)?)
        .bind(self.now);
        sql::execute(self.connection(), statement, "cannot open a batch").await?;
        let statement = sqlx::query("INSERT INTO deliveries (batch, dossier) VALUES ($1, $2)").bind(id.clone()).bind(dossier.to_owned());
        sql::execute(self.connection(), statement, "cannot note a delivery").await?;
        Ok(id)
    }
}

//! Acceptance lots (lô nghiệm thu): eligible documents, inspection, judgement, and their progress.

use crate::outbox_fact::OutboxFact;
use crate::sql::{self, MAX_IN_LIST, WriteTx, bind_all, dynamic_query, get, get_json, get_u32, placeholders, retrying, to_json};
use crate::{Catalog, rfc3339};
use sohoa_base::error::Result;
use sohoa_base::messages::{Message, roadmap};
use sohoa_base::model::account::UnitScope;
use sohoa_base::model::decision::Decision;
use sohoa_base::model::roadmap::ledger::{ItemCounts, ProgressStep};
use sohoa_base::model::roadmap::lot::{Lot, LotDocument, LotState};
use sqlx::any::AnyRow;
use std::collections::BTreeMap;

fn lot_document_from_row(row: &AnyRow) -> Result<LotDocument> {
    Ok(LotDocument {
        id: get(row, "id")?,
        fonds: get(row, "fonds")?,
        code: get(row, "code")?,
        number: get_u32(row, "number")?,
        pages: get_u32(row, "pages")?,
    })
}

impl Catalog {
    /// Documents of a target that are stored, need no review and are in no lot, sorted by dossier and number; at most `limit`.
    ///
    /// # Errors
    /// `Unavailable` where the catalogue does not answer.
    pub async fn eligible_lot_documents(&self, target: &str, limit: usize) -> Result<Vec<LotDocument>> {
        let mut connection = self.read().await?;
        let statement = sqlx::query(
            "SELECT o.id, d.fonds, d.code, o.number, count(*) AS pages
             FROM documents o JOIN dossiers d ON d.id = o.dossier JOIN pages p ON p.document = o.id JOIN files f ON f.id = p.file
                  JOIN batches b ON b.id = f.batch LEFT JOIN lots l ON l.id = o.lot
             WHERE b.target = $1 AND o.stored = 1 AND o.review_reasons = '[]' AND d.open_tasks = 0
                AND (l.id IS NULL OR l.state = 'reworked')
             GROUP BY o.id, d.fonds, d.code, o.number ORDER BY d.fonds, d.code, o.number LIMIT $2",
        )
        .bind(target.to_owned())
        .bind(sql::to_i64(limit));
        let rows = sql::fetch_all(&mut connection, statement, "cannot read documents for a lot").await?;
        rows.iter().map(lot_document_from_row).collect()
    }

    /// Opens a lot with these documents (identifiers).
    ///
    /// # Errors
    /// `Conflict` if one of them was put in another lot or back in review meanwhile.
    pub async fn open_lot(&self, lot: &Lot, documents: &[String]) -> Result<()> {
        retrying!(self.open_lot_once(lot, documents))
    }

    async fn open_lot_once(&self, lot: &Lot, documents: &[String]) -> Result<()> {
        let mut write = self.write().await?;
        let statement = sqlx::query("INSERT INTO lots (id, target, state, body) VALUES ($1, $2, $3, $4)")
            .bind(lot.id.clone())
            .bind(lot.target.clone())
            .bind(lot.state.as_str())
            .bind(to_json(lot)?);
        sql::execute(write.connection(), statement, "cannot open a lot").await?;
        let mut taken = 0;
        for chunk in documents.chunks(MAX_IN_LIST) {
            let text = format!(
                "UPDATE documents SET lot = $1 WHERE stored = 1 AND review_reasons = '[]'
                    AND (lot IS NULL OR lot IN (SELECT id FROM lots WHERE state = 'reworked')) AND id IN ({})",
                placeholders(2, chunk.len())
            );
            taken +=
                sql::execute(write.connection(), bind_all(dynamic_query(text).bind(lot.id.clone()), chunk), "cannot fill a lot").await?;
        }
        if taken != documents.len() as u64 {
            return Err(roadmap::lot_documents_taken());
        }
        write.mark_due(OutboxFact::Lot(lot.id.clone()), None);
        let body = serde_json::json!({
            "lot": lot.id, "line": lot.target, "by": lot.opened.0, "pages": lot.pages, "sample": lot.sample.len(),
        });
        write.append_events("", &[("", "lot-opened", body)]).await?;
        write.commit().await
    }

    /// Lot by identifier.
    ///
    /// # Errors
    /// `NotFound` for an unknown one.
    pub async fn lot(&self, id: &str) -> Result<Lot> {
        let mut connection = self.read().await?;
        let statement = sqlx::query("SELECT body FROM lots WHERE id = $1").bind(id.to_owned());
        let row = sql::fetch_optional(&mut connection, statement, "cannot read a lot").await?;
        get_json(&row.ok_or_else(|| roadmap::lot_not_visible(id))?, "body")
    }

    /// Lots of targets of these units, optionally of one target, the newest first; at most `limit`.
    ///
    /// # Errors
    /// `Unavailable` where the catalogue does not answer.
    pub async fn lots(&self, units: &UnitScope, target: Option<&str>, limit: usize) -> Result<Vec<Lot>> {
        let (only, names) = sql::unit_condition(units, "l.unit", 3);
        let mut connection = self.read().await?;
        let text = format!(
            "SELECT o.body FROM lots o JOIN targets l ON l.code = o.target
             WHERE (CAST($1 AS TEXT) IS NULL OR o.target = $1) AND {only} ORDER BY o.id DESC LIMIT $2"
        );
        let statement = bind_all(dynamic_query(text).bind(target.map(str::to_owned)).bind(sql::to_i64(limit)), &names);
        sql::fetch_all(&mut connection, statement, "cannot read lots").await?.iter().map(|row| get_json(row, "body")).collect()
    }

    /// Batches that delivered the documents of a lot.
    ///
    /// # Errors
    /// `Unavailable` where the catalogue does not answer.
    pub async fn batches_of_lot(&self, id: &str) -> Result<Vec<String>> {
        let mut connection = self.read().await?;
        let statement = sqlx::query(
            "SELECT DISTINCT f.batch FROM documents o JOIN pages p ON p.document = o.id JOIN files f ON f.id = p.file
             JOIN batches b ON b.id = f.batch WHERE o.lot = $1 ORDER BY f.batch",
        )
        .bind(id.to_owned());
        sql::fetch_all(&mut connection, statement, "cannot read the batches of a lot").await?.iter().map(|row| get(row, "batch")).collect()
    }

    /// Documents of a lot with a decision since a moment (RFC 3339, whole seconds; decisions in the same second are included), with
    /// their last decision; sorted by dossier and number.
    ///
    /// # Errors
    /// `Unavailable` where the catalogue does not answer.
    pub async fn documents_decided_since(&self, id: &str, at: &str) -> Result<Vec<(LotDocument, Decision)>> {
        let mut connection = self.read().await?;
        let statement = sqlx::query(
            "SELECT o.id, d.fonds, d.code, o.number, o.decisions,
                (SELECT COUNT(*) FROM pages p WHERE p.document = o.id) AS pages
             FROM documents o JOIN dossiers d ON d.id = o.dossier WHERE o.lot = $1 AND o.decisions <> '[]' ORDER BY d.fonds, d.code, o.number",
        )
        .bind(id.to_owned());
        let mut found = Vec::new();
        for row in &sql::fetch_all(&mut connection, statement, "cannot read decisions about a lot").await? {
            let last = get_json::<Vec<Decision>>(row, "decisions")?.pop();
            if let Some(last) = last.filter(|last| last.at.as_str() >= at) {
                found.push((lot_document_from_row(row)?, last));
            }
        }
        Ok(found)
    }

    /// Records the defects found on one sampled page of an open lot; returns the changed lot.
    ///
    /// # Errors
    /// `NotFound` for an unknown lot or a page that is not in the sample; `Conflict` if the lot is already judged.
    pub async fn record_page_inspection(&self, id: &str, place: u32, defects: &[String]) -> Result<Lot> {
        retrying!(self.record_page_inspection_once(id, place, defects))
    }

    async fn record_page_inspection_once(&self, id: &str, place: u32, defects: &[String]) -> Result<Lot> {
        let mut write = self.write().await?;
        let mut lot = write.lock_lot(id, LotState::Open).await?;
        let page = lot.sample.iter_mut().find(|page| page.index_in_lot == place);
        let page = page.ok_or_else(|| roadmap::lot_page_not_drawn(place))?;
        page.inspected = true;
        page.defects = defects.to_vec();
        write.update_lot(&lot).await?;
        write.commit().await?;
        Ok(lot)
    }

    /// Judges an open lot: accepted if `refused_for` is empty, otherwise returned as a whole; returns the changed lot.
    ///
    /// # Errors
    /// `Conflict` if it is already judged, or a page of the sample was not inspected yet.
    pub async fn judge_lot(&self, id: &str, by: &str, note: &str, refused_for: &[String]) -> Result<Lot> {
        retrying!(self.judge_lot_once(id, by, note, refused_for))
    }

    async fn judge_lot_once(&self, id: &str, by: &str, note: &str, refused_for: &[String]) -> Result<Lot> {
        let mut write = self.write().await?;
        let mut lot = write.lock_lot(id, LotState::Open).await?;
        if let Some(uninspected) = lot.sample.iter().find(|page| !page.inspected) {
            return Err(roadmap::lot_page_not_inspected(uninspected.page, &uninspected.document));
        }
        lot.state = if refused_for.is_empty() { LotState::Accepted } else { LotState::Returned };
        lot.judged = Some((by.to_owned(), rfc3339(write.now)));
        lot.failed_severities = refused_for.to_vec();
        note.clone_into(&mut lot.note);
        write.update_lot(&lot).await?;
        let step = if lot.state == LotState::Accepted { ProgressStep::Accepted } else { ProgressStep::Returned };
        for (batch, amount) in write.lot_amounts(&lot).await? {
            write.record_progress(&batch, step, amount);
            write.mark_due(OutboxFact::Batch(batch), None);
        }
        let body = serde_json::json!({ "lot": lot.id, "line": lot.target, "by": by, "state": lot.state.as_str(), "pages": lot.pages });
        write.append_events("", &[("", "lot-judged", body)]).await?;
        write.commit().await?;
        Ok(lot)
    }

    /// Marks a returned lot as reworked: its documents can be put in a new lot.
    ///
    /// # Errors
    /// `Conflict` for a lot that was not returned.
    pub async fn mark_lot_reworked(&self, id: &str, by: &str) -> Result<Lot> {
        let mut write = self.write().await?;
        let mut lot = write.lock_lot(id, LotState::Returned).await?;
        lot.state = LotState::Reworked;
        write.update_lot(&lot).await?;
        write.append_events("", &[("", "lot-reworked", serde_json::json!({ "lot": lot.id, "by": by }))]).await?;
        write.commit().await?;
        Ok(lot)
    }

    /// Restores a lot from the store, with its documents; an existing lot is not changed.
    ///
    /// # Errors
    /// `Unavailable` where the catalogue does not answer.
    pub async fn rebuild_lot(&self, lot: &Lot, documents: &[(String, String, u32)]) -> Result<()> {
        let mut write = self.write().await?;
        let statement = sqlx::query("INSERT INTO lots (id, target, state, body) VALUES ($1, $2, $3, $4) ON CONFLICT (id) DO NOTHING")
            .bind(lot.id.clone())
            .bind(lot.target.clone())
            .bind(lot.state.as_str())
            .bind(to_json(lot)?);
        if sql::execute(write.connection(), statement, "cannot restore a lot").await? > 0 {
            for (fonds, code, number) in documents {
                let statement = sqlx::query(
                    "UPDATE documents SET lot = $1 WHERE number = $4 AND dossier = (SELECT id FROM dossiers WHERE fonds = $2 AND code = $3)",
                )
                .bind(lot.id.clone())
                .bind(sql::replace_nul(fonds))
                .bind(sql::replace_nul(code))
                .bind(i64::from(*number));
                sql::execute(write.connection(), statement, "cannot restore a lot").await?;
            }
        }
        write.commit().await
    }
}

impl WriteTx {
    async fn lock_lot(&mut self, id: &str, state: LotState) -> Result<Lot> {
        let statement = sqlx::query("UPDATE lots SET state = state WHERE id = $1 RETURNING body").bind(id.to_owned());
        let row = sql::fetch_optional(self.connection(), statement, "cannot read a lot").await?;
        let lot: Lot = get_json(&row.ok_or_else(|| roadmap::lot_not_visible(id))?, "body")?;
        if lot.state != state {
            return Err(roadmap::lot_changed(state_message(lot.state)));
        }
        Ok(lot)
    }

    async fn update_lot(&mut self, lot: &Lot) -> Result<()> {
        let statement = sqlx::query("UPDATE lots SET state = $2, body = $3 WHERE id = $1")
            .bind(lot.id.clone())
            .bind(lot.state.as_str())
            .bind(to_json(lot)?);
        sql::execute(self.connection(), statement, "cannot write a lot").await?;
        self.mark_due(OutboxFact::Lot(lot.id.clone()), None);
        Ok(())
    }

    /// Pages, documents and dossiers of a lot by batch. A dossier counts for the first of its batches, in the lot with which the
    /// last of its documents gets this state.
    async fn lot_amounts(&mut self, lot: &Lot) -> Result<BTreeMap<String, ItemCounts>> {
        let statement = sqlx::query(
            "SELECT f.batch, count(*) AS pages, count(DISTINCT o.id) AS documents
             FROM documents o JOIN pages p ON p.document = o.id JOIN files f ON f.id = p.file
             WHERE o.lot = $1 GROUP BY f.batch",
        )
        .bind(lot.id.clone());
        let mut amounts = BTreeMap::new();
        for row in &sql::fetch_all(self.connection(), statement, "cannot count a lot").await? {
            amounts.insert(get(row, "batch")?, ItemCounts { pages: get(row, "pages")?, documents: get(row, "documents")?, dossiers: 0 });
        }
        let statement = sqlx::query(
            "SELECT o.dossier, min(f.batch) AS batch FROM documents o JOIN pages p ON p.document = o.id JOIN files f ON f.id = p.file
             WHERE o.dossier IN (SELECT dossier FROM documents WHERE lot = $1)
               AND NOT EXISTS (SELECT 1 FROM documents other LEFT JOIN lots l ON l.id = other.lot
                               WHERE other.dossier = o.dossier AND (l.id IS NULL OR l.state <> $2))
             GROUP BY o.dossier",
        )
        .bind(lot.id.clone())
        .bind(lot.state.as_str());
        for row in &sql::fetch_all(self.connection(), statement, "cannot count the dossiers of a lot").await? {
            amounts.entry(get(row, "batch")?).or_default().dossiers += 1;
        }
        Ok(amounts)
    }
}

fn state_message(state: LotState) -> Message {
    match state {
        LotState::Open => roadmap::lot_state_open(),
        LotState::Accepted => roadmap::lot_state_accepted(),
        LotState::Returned => roadmap::lot_state_returned(),
        LotState::Reworked => roadmap::lot_state_reworked(),
    }
}

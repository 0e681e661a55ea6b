//! Acceptance (nghiệm thu): lots of stored documents, inspected by sample, accepted or returned as a whole.

use crate::archive::Archive;
use crate::outbox;
use crate::roadmap::targets;
use schemars::JsonSchema;
use serde::Serialize;
use sohoa_base::error::Result;
use sohoa_base::messages::roadmap;
use sohoa_base::model::account::{Identity, Right};
use sohoa_base::model::dossier::DossierName;
use sohoa_base::model::roadmap::lot::{Lot, LotDocument, LotState, SampledPage};
use sohoa_catalog::{OutboxFact, rfc3339};
use sohoa_roadmap::sampling::{self, SamplingPlan};
use sohoa_stages::object_names;
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

pub use sohoa_roadmap::sampling::{DefectKind, DefectSeverity, InspectionLevel, defect_kinds};

/// Most documents in one lot.
const MAX_DOCUMENTS: usize = 20_000;

/// Lots of targets that `by` may see, of one target or of all, the newest first; at most `limit`.
///
/// # Errors
/// `Unavailable` where the catalogue does not answer.
pub async fn list_lots(archive: &Archive, by: &Identity, target: Option<&str>, limit: usize) -> Result<Vec<Lot>> {
    archive.catalog.lots(&by.units_with(Right::Monitor), target, limit).await
}

/// A lot that `by` may see.
///
/// # Errors
/// `NotFound` for an unknown one, or one of another unit.
pub async fn show_lot(archive: &Archive, by: &Identity, id: &str) -> Result<Lot> {
    authorized_lot(archive, by, Right::Monitor, id).await
}

async fn authorized_lot(archive: &Archive, by: &Identity, right: Right, id: &str) -> Result<Lot> {
    let lot = archive.catalog.lot(id).await?;
    let may = by.units_with(right).contains(&lot.unit);
    may.then_some(lot).ok_or_else(|| roadmap::lot_not_visible(id))
}

/// Opens a lot of whole dossiers of a target, of at most `pages` pages, and draws its sample. `seed` determines the sample and is printed
/// in the minutes; without one the identifier of the lot is used.
///
/// # Errors
/// `NotFound` for a target of another unit; `Conflict` where no document waits for acceptance.
pub async fn open_lot(
    archive: &Archive,
    by: &Identity,
    target: &str,
    level: InspectionLevel,
    pages: u32,
    seed: Option<&str>,
) -> Result<Lot> {
    let (_, target) = targets::authorized_target(archive, &by.units_with(Right::ManageRuns), target).await?;
    let found = take_whole_dossiers(archive.catalog.eligible_lot_documents(&target.code, MAX_DOCUMENTS).await?, pages);
    if found.is_empty() {
        return Err(roadmap::lot_nothing_waits(target.code));
    }
    let id = Uuid::now_v7().to_string();
    let seed = seed.filter(|seed| !seed.is_empty()).unwrap_or(&id).to_owned();
    let count = found.iter().map(|document| document.pages).sum();
    let plan = sampling::sampling_plan(count, level)?;
    let lot = Lot {
        id,
        target: target.code,
        unit: target.unit,
        state: LotState::Open,
        level: format!("{level:?}"),
        pages: count,
        documents: found.iter().map(stored_document_name).collect(),
        accept_major: plan.accept_major,
        accept_minor: plan.accept_minor,
        sample: draw_sample(&found, &seed, &plan),
        seed,
        opened: (by.user.name.clone(), rfc3339(archive.catalog.now_ms())),
        judged: None,
        failed_severities: Vec::new(),
        note: String::new(),
    };
    let ids: Vec<String> = found.into_iter().map(|document| document.id).collect();
    archive.catalog.open_lot(&lot, &ids).await?;
    save_lot(archive, &lot).await;
    Ok(lot)
}

/// Takes whole dossiers up to `pages` pages in all, at least one dossier.
fn take_whole_dossiers(documents: Vec<LotDocument>, pages: u32) -> Vec<LotDocument> {
    let mut by_dossier: BTreeMap<(String, String), Vec<LotDocument>> = BTreeMap::new();
    for document in documents {
        by_dossier.entry((document.fonds.clone(), document.code.clone())).or_default().push(document);
    }
    let (mut taken, mut sum) = (Vec::new(), 0);
    for dossier in by_dossier.into_values() {
        let own: u32 = dossier.iter().map(|document| document.pages).sum();
        if sum > 0 && sum + own > pages {
            break;
        }
        sum += own;
        taken.extend(dossier);
    }
    taken
}

/// Name of a document as the lot stores it: `OBJECT#NUMBER`.
fn stored_document_name(document: &LotDocument) -> String {
    let dossier = DossierName { fonds: document.fonds.clone(), code: document.code.clone(), title: String::new() };
    format!("{}#{}", object_names::dossier_object(&dossier), document.number)
}

/// Draws the pages of the sample.
fn draw_sample(documents: &[LotDocument], seed: &str, plan: &SamplingPlan) -> Vec<SampledPage> {
    let mut drawn = sampling::draw_sample(seed, plan.lot, plan.sample).into_iter().peekable();
    let (mut sample, mut first) = (Vec::new(), 0);
    for document in documents {
        while let Some(place) = drawn.next_if(|place| *place < first + document.pages) {
            sample.push(SampledPage {
                index_in_lot: place,
                document: stored_document_name(document),
                page: place - first + 1,
                inspected: false,
                defects: Vec::new(),
            });
        }
        first += document.pages;
    }
    sample
}

/// Records the inspection of a page of the sample: codes of its defects, none for a good page.
///
/// # Errors
/// `NotFound` for a lot of another unit, or a page outside the sample; `Invalid` for an unknown defect; `Conflict` for a lot that is
/// judged already.
pub async fn record_page_inspection(archive: &Archive, by: &Identity, id: &str, place: u32, defects: &[String]) -> Result<Lot> {
    authorized_lot(archive, by, Right::ManageRuns, id).await?;
    for code in defects {
        sampling::defect_kind(code)?;
    }
    let unique: Vec<String> = defects.iter().cloned().collect::<BTreeSet<_>>().into_iter().collect();
    let lot = archive.catalog.record_page_inspection(id, place, &unique).await?;
    save_lot(archive, &lot).await;
    Ok(lot)
}

/// Display name of the document `OBJECT#NUMBER` of a lot: code of the dossier and number.
#[must_use]
pub fn display_document_name(document: &str) -> String {
    let known = document.rsplit_once('#').and_then(|(object, number)| Some((object_names::parse_dossier_object(object)?.1, number)));
    known.map_or_else(|| document.to_owned(), |(code, number)| format!("{code}#{number}"))
}

/// Number of pages of the sample with a defect, by severity.
///
/// # Errors
/// `Invalid` for a lot with an unknown defect.
pub fn count_defective_pages(lot: &Lot) -> Result<BTreeMap<DefectSeverity, u32>> {
    let mut counts = BTreeMap::new();
    for page in &lot.sample {
        let severities = page.defects.iter().map(|code| Ok(sampling::defect_kind(code)?.severity)).collect::<Result<BTreeSet<_>>>()?;
        for severity in severities {
            *counts.entry(severity).or_default() += 1;
        }
    }
    Ok(counts)
}

/// Judges a lot by its inspections: accepted, or returned as a whole.
///
/// # Errors
/// `NotFound` for a lot of another unit; `Conflict` while a page of the sample is not inspected, or where it is judged already.
pub async fn judge_lot(archive: &Archive, by: &Identity, id: &str, note: &str) -> Result<Lot> {
    let lot = authorized_lot(archive, by, Right::ManageRuns, id).await?;
    let plan = SamplingPlan {
        lot: lot.pages,
        sample: u32::try_from(lot.sample.len()).unwrap_or(u32::MAX),
        accept_major: lot.accept_major,
        accept_minor: lot.accept_minor,
    };
    let refused: Vec<String> = sampling::failed_severities(&plan, &count_defective_pages(&lot)?)
        .into_iter()
        .map(|severity| severity.as_str().to_owned())
        .collect();
    let judged = archive.catalog.judge_lot(id, &by.user.name, note, &refused).await?;
    save_lot(archive, &judged).await;
    for batch in archive.catalog.batches_of_lot(&judged.id).await? {
        outbox::write_ledger_soon(archive, &batch).await;
    }
    Ok(judged)
}

/// Marks a returned lot as reworked.
///
/// # Errors
/// `NotFound` for a lot of another unit; `Conflict` for one that was not returned.
pub async fn mark_reworked(archive: &Archive, by: &Identity, id: &str) -> Result<Lot> {
    authorized_lot(archive, by, Right::ManageRuns, id).await?;
    let lot = archive.catalog.mark_lot_reworked(id, &by.user.name).await?;
    save_lot(archive, &lot).await;
    Ok(lot)
}

/// A document that was changed by a decision after the sample of its lot was drawn, so that it differs from what was accepted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ChangedDocument {
    /// `OBJECT#NUMBER`.
    pub document: String,
    /// Number of pages.
    pub pages: u32,
    /// User who made the last decision.
    pub by: String,
    /// Time of that decision, RFC 3339.
    pub at: String,
}

/// Documents of an accepted lot that were changed by a decision since its sample was drawn; empty for other lots.
///
/// # Errors
/// `Unavailable` where the catalogue does not answer.
pub async fn documents_changed_since_sample(archive: &Archive, lot: &Lot) -> Result<Vec<ChangedDocument>> {
    if lot.state != LotState::Accepted {
        return Ok(Vec::new());
    }
    let decided = archive.catalog.documents_decided_since(&lot.id, &lot.opened.1).await?;
    let changed = decided.into_iter().map(|(document, last)| ChangedDocument {
        document: stored_document_name(&document),
        pages: document.pages,
        by: last.author,
        at: last.at,
    });
    Ok(changed.collect())
}

/// Puts the lot into the store, from which `sohoa rebuild` restores it.
async fn save_lot(archive: &Archive, lot: &Lot) {
    outbox::write_soon(archive, OutboxFact::Lot(lot.id.clone())).await;
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;

    fn document(code: &str, number: u32, pages: u32) -> LotDocument {
        LotDocument { id: format!("{code}{number}"), fonds: "snv".to_owned(), code: code.to_owned(), number, pages }
    }

    #[test]
    fn document_name_shows_dossier_code() {
        let object =
            object_names::dossier_object(&DossierName { fonds: "snv".to_owned(), code: "hồ sơ/1:2".to_owned(), title: String::new() });
        assert_eq!(display_document_name(&format!("{object}#3")), "hồ sơ/1:2#3");
        assert_eq!(display_document_name("else"), "else");
    }

    #[test]
    fn lot_takes_whole_dossiers_and_sample_is_reproducible() {
        let all = vec![document("a", 1, 30), document("a", 2, 30), document("b", 1, 30), document("c", 1, 500)];
        assert_eq!(take_whole_dossiers(all.clone(), 90).len(), 3);
        assert_eq!(take_whole_dossiers(all.clone(), 70).len(), 2);
        assert_eq!(take_whole_dossiers(all.clone(), 1).len(), 2, "at least one dossier");
        let plan = sampling::sampling_plan(590, InspectionLevel::II).unwrap();
        let drawn = draw_sample(&all, "hạt giống", &plan);
        assert_eq!(drawn.len(), usize::try_from(plan.sample).unwrap());
        for page in &drawn {
            let of = all.iter().find(|one| stored_document_name(one) == page.document).unwrap();
            assert!((1..=of.pages).contains(&page.page));
        }
        assert_eq!(draw_sample(&all, "hạt giống", &plan), drawn);
    }
}

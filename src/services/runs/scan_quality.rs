//! Scan quality of the pages of a batch, and which of them must be scanned again.

use crate::archive::Archive;
use serde::Serialize;
use sohoa_base::error::Result;
use sohoa_base::messages::arguments;
use sohoa_base::model::batch::RefusedItem;
use sohoa_base::model::dossier::PageState;
use sohoa_base::model::page::reading::Quality;
use sohoa_base::model::page::rescan;
use sohoa_base::model::page::rescan::RescanReason;
use sohoa_base::model::refusal::RefusalClass;
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// Scan quality of a batch.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct QualityReport {
    /// The batch.
    pub batch: String,
    /// Figures of the batch.
    pub summary: QualitySummary,
    /// Pages read, by file and number; or only those to be scanned again, the worst first.
    pub pages: Vec<PageQuality>,
    /// Files and pages refused because of bad input: they too must be scanned again.
    pub refused: Vec<RefusedItem>,
}

/// Scan quality of a page.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PageQuality {
    /// Path inside the delivery.
    pub file: String,
    /// Page number in the file, from 1.
    pub page: u32,
    /// Whether the page is blank.
    pub blank: bool,
    /// Measurements.
    pub quality: Quality,
    /// Reasons to scan it again, the most severe first; empty: none.
    pub rescan: Vec<RescanReason>,
}

/// Figures of a batch.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct QualitySummary {
    /// Pages read.
    pub pages: u64,
    /// Of them: blank.
    pub blank: u64,
    /// Of them: born digital, or read by a version without quality measurement.
    pub unmeasured: u64,
    /// Of them: to be scanned again.
    pub rescan: u64,
    /// Number of pages by reason.
    pub reasons: BTreeMap<RescanReason, u64>,
    /// Expected character error rate, per mille: mean over measured pages that are not blank.
    pub expected_error_permille: Option<u64>,
}

/// Scan quality of a batch, or of the newest one. With `only_rescan` only pages to be scanned again, the worst first: clipped pages, then
/// by expected character error rate.
///
/// # Errors
/// `NotFound` for an unknown batch or where there is none; `Unavailable` where the catalogue does not answer.
pub async fn batch_quality(archive: &Archive, batch: Option<&str>, only_rescan: bool) -> Result<QualityReport> {
    let catalog = &archive.catalog;
    let batch = match batch {
        Some(batch) => batch.to_owned(),
        None => {
            let newest = catalog.batches(1).await?.into_iter().next();
            newest.ok_or_else(arguments::no_run_yet)?.id
        }
    };
    let mut pages: Vec<PageQuality> = Vec::new();
    for (name, page) in catalog.pages_of_batch(&batch).await? {
        if !matches!(page.state, PageState::Waiting | PageState::Refused | PageState::Held) {
            let rescan = rescan::rescan_reasons(&page.quality, page.blank);
            pages.push(PageQuality { file: name.display, page: page.number, blank: page.blank, quality: page.quality, rescan });
        }
    }
    let summary = summarize(&pages);
    if only_rescan {
        pages.retain(|page| !page.rescan.is_empty());
        pages.sort_by_key(severity_key);
    }
    let mut refused = catalog.balance(&batch).await?.refusals;
    refused.retain(|item| item.class == RefusalClass::Input);
    Ok(QualityReport { batch, summary, pages, refused })
}

/// Scan quality of the newest batches, newest first.
///
/// # Errors
/// `Unavailable` where the catalogue does not answer.
pub async fn newest_batches_quality(archive: &Archive, limit: usize) -> Result<Vec<QualityReport>> {
    let mut reports = Vec::new();
    for batch in archive.catalog.batches(limit).await? {
        let report = batch_quality(archive, Some(&batch.id), true).await?;
        reports.push(report);
    }
    Ok(reports)
}

fn severity_key(page: &PageQuality) -> (bool, Reverse<u32>, usize, String, u32) {
    let whole = !page.rescan.contains(&RescanReason::Clipped);
    let error = page.quality.scan.map_or(0, |scan| scan.expected_error_permille);
    (whole, Reverse(error), usize::MAX - page.rescan.len(), page.file.clone(), page.page)
}

fn summarize(pages: &[PageQuality]) -> QualitySummary {
    let count = |holds: fn(&&PageQuality) -> bool| pages.iter().filter(holds).count() as u64;
    let mut reasons: BTreeMap<RescanReason, u64> = BTreeMap::new();
    for reason in pages.iter().flat_map(|page| &page.rescan) {
        *reasons.entry(*reason).or_default() += 1;
    }
    let errors: Vec<u64> = pages
        .iter()
        .filter(|page| !page.blank)
        .filter_map(|page| page.quality.scan.map(|scan| u64::from(scan.expected_error_permille)))
        .collect();
    QualitySummary {
        pages: pages.len() as u64,
        blank: count(|page| page.blank),
        unmeasured: count(|page| page.quality.scan.is_none()),
        rescan: count(|page| !page.rescan.is_empty()),
        reasons,
        expected_error_permille: errors.iter().sum::<u64>().checked_div(errors.len() as u64),
    }
}

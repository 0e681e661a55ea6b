//! Degraded copies of clean pages with ground truth, as input for the OCR benchmark.

use crate::benchmarks::page_folder::{decode_first_page, list_pages, read_text};
use serde::Serialize;
use sohoa_base::config::Config;
use sohoa_base::error::Result;
use sohoa_base::messages::evaluation;
use sohoa_services::archive;
use sohoa_synthetic::degradation::effects::SEVERITIES;
use sohoa_synthetic::degradation::presets;
use sohoa_synthetic::degradation::presets::Degradation;
use sohoa_synthetic::random::SeededRng;
use std::path::Path;

/// A degraded page.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DegradedPage {
    /// Its name without ending: `<id>.<severity>`.
    pub id: String,
    /// Effects on it.
    #[serde(flatten)]
    pub degradation: Degradation,
}

/// Writes `<id>.<severity>.jpg` and `<id>.<severity>.gt.txt` to `out`, for every severity and for `limit` pages of `clean`
/// evenly spread over the folder (without `limit` for all). The effects on a page depend only on `seed` and its name; the
/// next page of the folder shows through. Pages are decoded in a reading process of `program`. Calls `report` after each page.
///
/// # Errors
/// `Invalid` where the folder holds no page with ground truth; why a page cannot be decoded; `Unavailable` where `out` cannot be
/// written.
pub async fn degrade_folder(
    (config, program): (&Config, &Path),
    clean: &Path,
    out: &Path,
    seed: u64,
    limit: Option<usize>,
    report: &mut dyn FnMut(&DegradedPage) -> Result<()>,
) -> Result<Vec<DegradedPage>> {
    let pages = list_pages(clean)?;
    let pool = archive::viewing_pool(config, program, 1);
    let cannot_write = |error: std::io::Error| evaluation::folder_unwritable(out.display()).caused_by(error);
    std::fs::create_dir_all(out).map_err(cannot_write)?;
    let mut written = Vec::new();
    for index in evenly_spaced(pages.len(), limit) {
        let (Some((id, picture)), Some((_, next))) = (pages.get(index), pages.get((index + 1) % pages.len())) else { continue };
        let (front, back) = (decode_first_page(&pool, picture).await?, decode_first_page(&pool, next).await?);
        let truth = read_text(&clean.join(format!("{id}.gt.txt")))?;
        for severity in SEVERITIES {
            let id = format!("{id}.{}", severity.as_str());
            let mut random = SeededRng::for_purpose(seed, &id);
            let degradation = presets::random_degradation(severity, &mut random);
            let bytes = presets::degrade_page(&front.pixels, &back.pixels, front.dpi, &degradation, &mut random)?;
            std::fs::write(out.join(format!("{id}.jpg")), bytes).map_err(cannot_write)?;
            std::fs::write(out.join(format!("{id}.gt.txt")), &truth).map_err(cannot_write)?;
            let page = DegradedPage { id, degradation };
            report(&page)?;
            written.push(page);
        }
    }
    Ok(written)
}

/// Indices of at most `limit` of `count` pages, evenly spaced.
fn evenly_spaced(count: usize, limit: Option<usize>) -> impl Iterator<Item = usize> {
    let wanted = limit.unwrap_or(count).min(count);
    (0..wanted).map(move |index| index * count / wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn page_limit_samples_evenly_across_folder() {
        assert_eq!(evenly_spaced(10, Some(3)).collect::<Vec<_>>(), [0, 3, 6]);
        assert_eq!(evenly_spaced(2, Some(5)).collect::<Vec<_>>(), [0, 1]);
        assert_eq!(evenly_spaced(3, None).collect::<Vec<_>>(), [0, 1, 2]);
        assert_eq!(evenly_spaced(3, Some(0)).count(), 0);
    }
}

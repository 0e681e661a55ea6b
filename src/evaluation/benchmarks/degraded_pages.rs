//! A set of degraded pages for evaluation, made from clean ones with ground truth.

use crate::benchmarks::ocr::{list_pages, read_text};
use serde::Serialize;
use sohoa_base::error::{Error, ErrorKind, Result, ResultExt};
use sohoa_formats::image::page_image::PageImage;
use sohoa_formats::limits::Limits;
use sohoa_formats::media_types;
use sohoa_formats::source::SourceFile;
use sohoa_synthetic::degradation::effects::SEVERITIES;
use sohoa_synthetic::degradation::presets;
use sohoa_synthetic::degradation::presets::Degradation;
use sohoa_synthetic::random::SeededRng;
use std::path::Path;
use std::sync::Arc;

/// One page that was written.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DegradedPage {
    /// Its name without ending: `<id>.<strength>`.
    pub id: String,
    /// What was done to it.
    #[serde(flatten)]
    pub degradation: Degradation,
}

/// Writes `<id>.<strength>.jpg` and `<id>.<strength>.gt.txt` for `limit` pages of `clean`, evenly spread over
/// the folder (all where there is none), in every strength. What happens to a page depends on `seed` and its
/// name alone, not on the limit; the next page of the folder is what shines through.
///
/// # Errors
/// `Invalid` where the folder holds no page with ground truth or a page cannot be read; `Unavailable` where
/// `out` cannot be written.
pub fn degrade_folder(
    clean: &Path,
    out: &Path,
    seed: u64,
    limit: Option<usize>,
    tell: &mut dyn FnMut(&DegradedPage) -> Result<()>,
) -> Result<Vec<DegradedPage>> {
    let pages = list_pages(clean)?;
    let cannot = || format!("cannot write to {}", out.display());
    std::fs::create_dir_all(out).or_error(ErrorKind::Unavailable, cannot)?;
    let mut written = Vec::new();
    for index in evenly_spaced(pages.len(), limit) {
        let (Some((id, picture)), Some((_, next))) = (pages.get(index), pages.get((index + 1) % pages.len())) else { continue };
        let (front, back) = (load_page_image(picture)?, load_page_image(next)?);
        let truth = read_text(&clean.join(format!("{id}.gt.txt")))?;
        for strength in SEVERITIES {
            let id = format!("{id}.{}", strength.as_str());
            let mut random = SeededRng::for_purpose(seed, &id);
            let wear = presets::random_degradation(strength, &mut random);
            let bytes = presets::degrade_page(&front.pixels, &back.pixels, front.dpi, &wear, &mut random)?;
            std::fs::write(out.join(format!("{id}.jpg")), bytes).or_error(ErrorKind::Unavailable, cannot)?;
            std::fs::write(out.join(format!("{id}.gt.txt")), &truth).or_error(ErrorKind::Unavailable, cannot)?;
            let page = DegradedPage { id, degradation: wear };
            tell(&page)?;
            written.push(page);
        }
    }
    Ok(written)
}

/// Indices of at most `limit` of `count` pages, evenly apart.
fn evenly_spaced(count: usize, limit: Option<usize>) -> impl Iterator<Item = usize> {
    let wanted = limit.unwrap_or(count).min(count);
    (0..wanted).map(move |index| index * count / wanted)
}

pub(crate) fn load_page_image(picture: &Path) -> Result<PageImage> {
    let bytes = std::fs::read(picture).or_error(ErrorKind::Invalid, || format!("cannot read {}", picture.display()))?;
    let head = bytes.get(..bytes.len().min(4096)).unwrap_or_default();
    let media_type = media_types::detect(head).ok_or_else(|| Error::invalid(format!("{} is no picture", picture.display())))?;
    SourceFile::open(Arc::new(bytes), media_type, &Limits::default())?.page(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_takes_pages_from_the_whole_folder() {
        assert_eq!(evenly_spaced(10, Some(3)).collect::<Vec<_>>(), [0, 3, 6]);
        assert_eq!(evenly_spaced(2, Some(5)).collect::<Vec<_>>(), [0, 1]);
        assert_eq!(evenly_spaced(3, None).collect::<Vec<_>>(), [0, 1, 2]);
        assert_eq!(evenly_spaced(3, Some(0)).count(), 0);
    }
}

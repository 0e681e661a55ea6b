//! A set of degraded pages for evaluation, made from clean ones with ground truth.

use crate::benchmarks::eval::{list, read_text};
use serde::Serialize;
use sohoa_base::error::{Error, Kind, Result, ResultExt};
use sohoa_formats::limits::Limits;
use sohoa_formats::picture::PagePicture;
use sohoa_formats::{sniff, source::Source};
use sohoa_synthetic::degrade::STRENGTHS;
use sohoa_synthetic::random::Random;
use sohoa_synthetic::wear::{self, Wear};
use std::path::Path;
use std::sync::Arc;

/// One page that was written.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct WornPage {
    /// Its name without ending: `<id>.<strength>`.
    pub id: String,
    /// What was done to it.
    #[serde(flatten)]
    pub wear: Wear,
}

/// Writes `<id>.<strength>.jpg` and `<id>.<strength>.gt.txt` for `limit` pages of `clean`, evenly spread over
/// the folder (all where there is none), in every strength. What happens to a page depends on `seed` and its
/// name alone, not on the limit; the next page of the folder is what shines through.
///
/// # Errors
/// `Invalid` where the folder holds no page with ground truth or a page cannot be read; `Unavailable` where
/// `out` cannot be written.
pub fn degrade(
    clean: &Path,
    out: &Path,
    seed: u64,
    limit: Option<usize>,
    tell: &mut dyn FnMut(&WornPage) -> Result<()>,
) -> Result<Vec<WornPage>> {
    let pages = list(clean)?;
    let cannot = || format!("cannot write to {}", out.display());
    std::fs::create_dir_all(out).or_error(Kind::Unavailable, cannot)?;
    let mut written = Vec::new();
    for index in spread(pages.len(), limit) {
        let (Some((id, picture)), Some((_, next))) = (pages.get(index), pages.get((index + 1) % pages.len())) else { continue };
        let (front, back) = (open(picture)?, open(next)?);
        let truth = read_text(&clean.join(format!("{id}.gt.txt")))?;
        for strength in STRENGTHS {
            let id = format!("{id}.{}", strength.as_str());
            let mut random = Random::for_purpose(seed, &id);
            let wear = wear::draw(strength, &mut random);
            let bytes = wear::wear(&front.pixels, &back.pixels, front.dpi, &wear, &mut random)?;
            std::fs::write(out.join(format!("{id}.jpg")), bytes).or_error(Kind::Unavailable, cannot)?;
            std::fs::write(out.join(format!("{id}.gt.txt")), &truth).or_error(Kind::Unavailable, cannot)?;
            let page = WornPage { id, wear };
            tell(&page)?;
            written.push(page);
        }
    }
    Ok(written)
}

/// Indices of at most `limit` of `count` pages, evenly apart.
fn spread(count: usize, limit: Option<usize>) -> impl Iterator<Item = usize> {
    let wanted = limit.unwrap_or(count).min(count);
    (0..wanted).map(move |index| index * count / wanted)
}

pub(crate) fn open(picture: &Path) -> Result<PagePicture> {
    let bytes = std::fs::read(picture).or_error(Kind::Invalid, || format!("cannot read {}", picture.display()))?;
    let head = bytes.get(..bytes.len().min(4096)).unwrap_or_default();
    let media_type = sniff::media_type(head).ok_or_else(|| Error::invalid(format!("{} is no picture", picture.display())))?;
    Source::open(Arc::new(bytes), media_type, &Limits::default())?.page(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_takes_pages_from_the_whole_folder() {
        assert_eq!(spread(10, Some(3)).collect::<Vec<_>>(), [0, 3, 6]);
        assert_eq!(spread(2, Some(5)).collect::<Vec<_>>(), [0, 1]);
        assert_eq!(spread(3, None).collect::<Vec<_>>(), [0, 1, 2]);
        assert_eq!(spread(3, Some(0)).count(), 0);
    }
}

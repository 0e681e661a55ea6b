//! Bleed-through: print of the back that is visible through the sheet.

use crate::quality::tones::{SAMPLE_STEP, Tones, permille};
use image::GrayImage;

/// Share of the paper, apart from the page's own print, that shows paler print, per mille.
///
/// The page is divided into cells of 4 × 4 px, whose mean is nearly free of grain. A cell in which, or next to which, one px is
/// half as dark as full ink belongs to the page's own print. This holds for faded pages too, because full ink is measured on the
/// same page. Of 6 × 8 parts of the page the four with the highest share are left out: a pale stamp or signature is in few
/// parts, bleed-through in many.
pub(crate) fn bleed_permille(normalized: &GrayImage) -> u32 {
    /// Mean darkness of a cell of paler print, as a share of the contrast.
    const MIN_DARKNESS: f32 = 0.10;
    const CELL: usize = 4;
    let tones = Tones::of(normalized, SAMPLE_STEP);
    let (across, down) = (normalized.width() as usize / CELL, normalized.height() as usize / CELL);
    if across < 40 || down < 40 || tones.contrast() < 20 {
        return 0;
    }
    let contrast = f32::from(tones.contrast());
    let strong = tones.paper.saturating_sub((contrast * 0.5) as u8);
    let pale = (f32::from(tones.paper) - contrast * MIN_DARKNESS) * (CELL * CELL) as f32;
    // Kind of each cell: 0 paper, 1 paler print, 2 own print.
    let mut cells = Vec::with_capacity(across * down);
    for band in normalized.as_raw().chunks_exact(normalized.width() as usize * CELL).take(down) {
        let (mut sums, mut darkest) = (vec![0_u16; across], vec![u8::MAX; across]);
        for row in band.chunks_exact(normalized.width() as usize) {
            for ((cell, sum), min) in row.chunks_exact(CELL).zip(&mut sums).zip(&mut darkest) {
                for level in cell {
                    *sum += u16::from(*level);
                    *min = (*min).min(*level);
                }
            }
        }
        let kinds = sums.iter().zip(&darkest).map(|(sum, min)| match *min < strong {
            true => 2_u8,
            false => u8::from(f32::from(*sum) < pale),
        });
        cells.extend(kinds);
    }
    bleed_share(&dilate_print(&dilate_print(&cells, across), across), across)
}

/// Share of the paper below which bleed-through is not removed, per mille: real pages without any measure 0 to 10.
pub(crate) const MIN_BLEED_PERMILLE: u32 = 15;

/// Removes bleed-through from a page with normalized background: pixels much paler than full ink become paper. Levels in between
/// are stretched, which keeps the slope at the edges of the page's own letters.
pub(crate) fn remove(normalized: &mut GrayImage) {
    /// Darkness up to which a pixel becomes paper, as a share of full ink.
    const PALE: f32 = 0.25;
    /// Darkness from which a pixel is unchanged, as a share of full ink.
    const OWN: f32 = 0.5;
    let tones = Tones::of(normalized, SAMPLE_STEP);
    let (paper, contrast) = (f32::from(tones.paper), f32::from(tones.contrast()).max(1.0));
    let cleaned = |level: u8| {
        let darkness = (paper - f32::from(level)) / contrast;
        let left = if darkness >= OWN { darkness } else { ((darkness - PALE) * OWN / (OWN - PALE)).max(0.0) };
        (paper - left * contrast) as u8
    };
    let levels: Vec<u8> = (0..=u8::MAX).map(cleaned).collect();
    for level in normalized.iter_mut() {
        *level = levels.get(usize::from(*level)).copied().unwrap_or(*level);
    }
}

/// Cells, with those around own print set to own print.
fn dilate_print(cells: &[u8], across: usize) -> Vec<u8> {
    let own = |cell: &u8| *cell == 2;
    let beside: Vec<bool> = cells
        .chunks_exact(across)
        .flat_map(|row| {
            let left = std::iter::once(false).chain(row.iter().map(own));
            let right = row.iter().skip(1).map(own).chain(std::iter::once(false));
            row.iter().zip(left.zip(right)).map(|(cell, (left, right))| own(cell) || left || right)
        })
        .collect();
    let over = std::iter::repeat_n(false, across).chain(beside.iter().copied());
    let under = beside.iter().skip(across).copied().chain(std::iter::repeat_n(false, across));
    cells
        .iter()
        .zip(&beside)
        .zip(over.zip(under))
        .map(|((cell, own), (over, under))| if *own || over || under { 2 } else { *cell })
        .collect()
}

/// Share of paler print in the cells without own print, per mille; margins and the four parts with the highest share excluded.
fn bleed_share(cells: &[u8], across: usize) -> u32 {
    const PARTS: (usize, usize) = (6, 8);
    let down = cells.len() / across;
    let (side, upper) = (across / 25, down / 25);
    let mut parts = vec![(0_u64, 0_u64); PARTS.0 * PARTS.1];
    for (y, row) in cells.chunks_exact(across).enumerate().skip(upper).take(down - 2 * upper) {
        for (x, cell) in row.iter().enumerate().skip(side).take(across - 2 * side) {
            let part = x * PARTS.0 / across + y * PARTS.1 / down * PARTS.0;
            if let Some((pale, all)) = parts.get_mut(part)
                && *cell != 2
            {
                *pale += u64::from(*cell);
                *all += 1;
            }
        }
    }
    parts.sort_by_key(|(pale, _)| *pale);
    let kept = parts.get(..parts.len() - 4).unwrap_or_default();
    let (pale, all) = kept.iter().fold((0, 0), |sum, part| (sum.0 + part.0, sum.1 + part.1));
    permille(pale, all)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::quality::test_pages::{SIZE, grainy, page};
    use image::Luma;
    use imageproc::filter::gaussian_blur_f32;

    #[test]
    fn bleed_through_is_measured_and_removed() {
        let back = gaussian_blur_f32(&image::imageops::flip_horizontal(&page(90, 1, 20)), 1.5);
        let through = |front: &GrayImage, share: f32| {
            let mut mixed = front.clone();
            for (level, back) in mixed.iter_mut().zip(back.iter()) {
                *level = (f32::from(*level) * (1.0 - share * (1.0 - f32::from(*back) / 255.0))) as u8;
            }
            bleed_permille(&mixed)
        };
        let front = page(80, 2, 20);
        let weak = through(&front, 0.25);
        assert!(weak > 60 && through(&front, 0.4) > weak, "{weak}");
        let mut mixed = front.clone();
        for (level, back) in mixed.iter_mut().zip(back.iter()) {
            *level = (f32::from(*level) * (0.75 + 0.25 * f32::from(*back) / 255.0)) as u8;
        }
        let ink = |page: &GrayImage| page.iter().filter(|level| **level < 100).count();
        let before = ink(&mixed);
        remove(&mut mixed);
        assert!(bleed_permille(&mixed) < MIN_BLEED_PERMILLE, "the back is still seen");
        assert!(ink(&mixed) * 20 > before * 19, "the page's own print was lifted");
        assert_eq!(bleed_permille(&front), 0);
        assert!(bleed_permille(&page(80, 2, 170)) < 5, "pale print is taken for that of the back");
        assert!(bleed_permille(&grainy(&front, 10.0)) < 5, "grain is taken for print");
        let stamped = GrayImage::from_fn(SIZE.0, SIZE.1, |x, y| {
            let stamp = (x as f32 - 500.0).hypot(y as f32 - 800.0) < 60.0;
            Luma([front.get_pixel(x, y).0[0].min(if stamp { 200 } else { 255 })])
        });
        assert_eq!(bleed_permille(&stamped), 0, "a pale stamp is taken for print of the back");
    }
}

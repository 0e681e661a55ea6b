//! Print of the back that shines through the sheet.

use crate::quality::metrics::{SAMPLE_STEP, Tones, permille};
use image::GrayImage;

/// Share of the paper away from the page's own print on which paler print is seen, per mille.
///
/// The page is looked at in cells of 4 × 4 px, whose mean hardly knows grain. A cell in which, or next to which,
/// one px is half as dark as full ink belongs to the page's own print, however worn that is: where all print is
/// faded, full ink is pale too. Of 8 × 6 parts of the page those four that have most are left out: a pale stamp or
/// signature is in few parts, what shines through in many.
pub(crate) fn bleed_permille(even: &GrayImage) -> u32 {
    /// Paler print takes at least this share of full ink, and of the grey levels that paper has.
    const PALEST: f32 = 0.10;
    const CELL: usize = 4;
    let tones = Tones::of(even, SAMPLE_STEP);
    let (across, down) = (even.width() as usize / CELL, even.height() as usize / CELL);
    if across < 40 || down < 40 || tones.contrast() < 20 {
        return 0;
    }
    let contrast = f32::from(tones.contrast());
    let strong = tones.paper.saturating_sub((contrast * 0.5) as u8);
    let pale = (f32::from(tones.paper) - contrast * PALEST) * (CELL * CELL) as f32;
    // For each cell: 0 paper, 1 paler print, 2 own print.
    let mut cells = Vec::with_capacity(across * down);
    for band in even.as_raw().chunks_exact(even.width() as usize * CELL).take(down) {
        let (mut sums, mut darkest) = (vec![0_u16; across], vec![u8::MAX; across]);
        for row in band.chunks_exact(even.width() as usize) {
            for ((cell, sum), least) in row.chunks_exact(CELL).zip(&mut sums).zip(&mut darkest) {
                for level in cell {
                    *sum += u16::from(*level);
                    *least = (*least).min(*level);
                }
            }
        }
        let kinds = sums.iter().zip(&darkest).map(|(sum, least)| match *least < strong {
            true => 2_u8,
            false => u8::from(f32::from(*sum) < pale),
        });
        cells.extend(kinds);
    }
    bleed_share(&dilate_print(&dilate_print(&cells, across), across), across)
}

/// Back print that covers less of the paper than this is left alone, per mille: real pages without any have 0 to 10.
pub(crate) const MIN_BLEED_PERMILLE: u32 = 15;

/// Takes the print of the back off an evened page: what is much paler than full ink becomes paper. What lies between
/// is stretched, so that the rims of the page's own letters keep their slope.
pub(crate) fn remove(even: &mut GrayImage) {
    /// Darkness of what becomes paper, and of what stays as it is, of full ink.
    const PALE: f32 = 0.25;
    const OWN: f32 = 0.5;
    let tones = Tones::of(even, SAMPLE_STEP);
    let (paper, contrast) = (f32::from(tones.paper), f32::from(tones.contrast()).max(1.0));
    let lifted = |level: u8| {
        let darkness = (paper - f32::from(level)) / contrast;
        let left = if darkness >= OWN { darkness } else { ((darkness - PALE) * OWN / (OWN - PALE)).max(0.0) };
        (paper - left * contrast) as u8
    };
    let levels: Vec<u8> = (0..=u8::MAX).map(lifted).collect();
    for level in even.iter_mut() {
        *level = levels.get(usize::from(*level)).copied().unwrap_or(*level);
    }
}

/// Own print with the cells around it.
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

/// Paler print per mille of the cells without own print, less margins and the four fullest parts of the page.
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
    use crate::quality::metrics::test_pages::{SIZE, grainy, page};
    use image::Luma;
    use imageproc::filter::gaussian_blur_f32;

    #[test]
    fn the_back_shines_through_and_fading_does_not() {
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

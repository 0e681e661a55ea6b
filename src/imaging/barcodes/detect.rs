//! Barcodes, QR codes and patch codes on a page.
//!
//! Nearly every page has none. A page is therefore first searched for areas of a centimetre and more that are about half
//! inked, which print is not; only these are decoded.

use crate::barcodes::patch_code;
use crate::layout::lines::Area;
use image::{GrayImage, imageops};
use rxing::common::HybridBinarizer;
use rxing::{BarcodeFormat, BinaryBitmap, DecodeHints, Luma8LuminanceSource, MultiFormatReader, Reader};
use sohoa_base::model::page::barcode::Symbology;
use std::collections::HashSet;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// A decoded code with its position.
#[derive(Debug, Clone, PartialEq)]
pub struct DetectedCode {
    /// Symbology.
    pub symbology: Symbology,
    /// Decoded text.
    pub text: String,
    /// Bounding box, px.
    pub area: Area,
}

/// Longer side of A4, mm: the scale of a page is derived from it, because resolutions are often misstated.
const A4_LONG_SIDE_MM: f32 = 297.0;

/// Side of the cells in which ink is counted, mm.
const CELL_MM: f32 = 2.0;

/// Largest number of cells along the longer side, which bounds the cost of long strips.
const MAX_CELLS: u32 = 400;

/// Least shorter and longer side of a half-inked area, cells: a barcode of 8 mm height has two rows.
const MIN_SIDES: (usize, usize) = (2, 5);

/// Largest distance of cells of one code, cells: barcodes with thick bars have wide spaces.
const MAX_CELL_GAP: usize = 3;

/// Largest number of areas per page that are decoded, the largest first.
const MAX_CANDIDATES: usize = 6;

/// Width of the paper around a code that the decoder needs, mm.
const QUIET_ZONE_MM: f32 = 5.0;

/// Finds the codes on a greyscale page in any orientation, top to bottom.
#[must_use]
pub fn find(page: &GrayImage) -> Vec<DetectedCode> {
    let mm = page.width().max(page.height()) as f32 / A4_LONG_SIDE_MM;
    let Some(threshold) = threshold(page) else { return Vec::new() };
    let mut found: Vec<DetectedCode> = Vec::new();
    for area in candidate_areas(page, threshold, mm).into_iter().take(MAX_CANDIDATES) {
        let part = imageops::crop_imm(page, area.x0 as u32, area.y0 as u32, area.width() as u32, area.height() as u32).to_image();
        let read = match patch_code::read(&part, threshold, mm) {
            Some(name) => Some((Symbology::Patch, name.to_owned())),
            None => decode(part),
        };
        if let Some((symbology, text)) = read {
            found.push(DetectedCode { symbology, text, area });
        }
    }
    found.sort_by(|one, other| one.area.y0.total_cmp(&other.area.y0).then(one.area.x0.total_cmp(&other.area.x0)));
    found
}

/// Grey level halfway between ink and paper; `None` for a page without contrast.
fn threshold(page: &GrayImage) -> Option<u8> {
    const MIN_CONTRAST: usize = 60;
    let mut greys = [0_u32; 256];
    // A sample of every seventh pixel is enough.
    for grey in page.as_raw().iter().step_by(7) {
        if let Some(count) = greys.get_mut(usize::from(*grey)) {
            *count += 1;
        }
    }
    let all: u32 = greys.iter().sum();
    let below = |share: f32| {
        let wanted = (all as f32 * share) as u32;
        let mut sum = 0;
        greys.iter().position(|count| {
            sum += count;
            sum > wanted
        })
    };
    let (ink, paper) = (below(0.005)?, below(0.7)?);
    (paper >= ink + MIN_CONTRAST).then(|| u8::try_from(ink.midpoint(paper)).unwrap_or(128))
}

/// Areas that may be codes, with their quiet zone, the largest first.
fn candidate_areas(page: &GrayImage, threshold: u8, mm: f32) -> Vec<Area> {
    let side = ((CELL_MM * mm) as u32).max(page.width().max(page.height()) / MAX_CELLS).max(2);
    let (columns, rows) = ((page.width() / side) as usize, (page.height() / side) as usize);
    if columns < 3 || rows < 3 {
        return Vec::new();
    }
    let grey = half_inked_cells(&ink_shares(page, threshold, side, columns, rows), columns, rows);
    let mut boxes = candidate_boxes(&grey, columns, rows);
    boxes.sort_by_key(|(x0, y0, x1, y1)| std::cmp::Reverse((x1 - x0) * (y1 - y0)));
    let (width, height) = (page.width() as f32, page.height() as f32);
    let margin = QUIET_ZONE_MM * mm;
    let px = |cell: usize| cell as f32 * side as f32;
    boxes
        .into_iter()
        .map(|(x0, y0, x1, y1)| Area {
            x0: (px(x0) - margin).max(0.0).floor(),
            y0: (px(y0) - margin).max(0.0).floor(),
            x1: (px(x1) + margin).min(width).floor(),
            y1: (px(y1) + margin).min(height).floor(),
        })
        .collect()
}

/// Share of ink in every cell, 0 to 1, row by row.
fn ink_shares(page: &GrayImage, threshold: u8, side: u32, columns: usize, rows: usize) -> Vec<f32> {
    let mut ink = vec![0_u32; columns * rows];
    let width = page.width().max(1) as usize;
    let mut sampled_rows = 0;
    // A sample of every second row is enough.
    for (y, row) in page.as_raw().chunks_exact(width).enumerate().step_by(2) {
        let at = y / side as usize;
        sampled_rows += u32::from(at == 0);
        let Some(cells) = ink.get_mut(at * columns..(at + 1) * columns) else { break };
        for (cell, px) in cells.iter_mut().zip(row.chunks_exact(side as usize)) {
            *cell += px.iter().map(|grey| u32::from(*grey < threshold)).sum::<u32>();
        }
    }
    let all = (sampled_rows * side).max(1) as f32;
    ink.into_iter().map(|count| (count as f32 / all).min(1.0)).collect()
}

/// Cells around which the mean ink of 5 × 5 cells is between that of print and that of solid black.
fn half_inked_cells(ink: &[f32], columns: usize, rows: usize) -> Vec<bool> {
    const AROUND: usize = 2;
    const MIN_INK: f32 = 0.27;
    const MAX_INK: f32 = 0.88;
    let at = |x: usize, y: usize| ink.get(y * columns + x).copied().unwrap_or_default();
    let mut grey = vec![false; columns * rows];
    for y in 0..rows {
        for x in 0..columns {
            let around = (y.saturating_sub(AROUND)..=(y + AROUND).min(rows - 1))
                .flat_map(|y| (x.saturating_sub(AROUND)..=(x + AROUND).min(columns - 1)).map(move |x| (x, y)));
            let (sum, count) = around.fold((0.0, 0.0), |(sum, count), (x, y)| (sum + at(x, y), count + 1.0));
            if let Some(slot) = grey.get_mut(y * columns + x) {
                *slot = (MIN_INK..=MAX_INK).contains(&(sum / count));
            }
        }
    }
    grey
}

/// Boxes (left, top, right, bottom, the last two exclusive) of connected half-inked cells, without those too small or too
/// irregular for a code.
fn candidate_boxes(grey: &[bool], columns: usize, rows: usize) -> Vec<(usize, usize, usize, usize)> {
    let mut seen = vec![false; grey.len()];
    let mut boxes = Vec::new();
    for start in 0..grey.len() {
        if !grey.get(start).copied().unwrap_or_default() || seen.get(start).copied().unwrap_or(true) {
            continue;
        }
        let (mut x0, mut y0, mut x1, mut y1, mut count) = (columns, rows, 0, 0, 0);
        let mut open = vec![start];
        if let Some(slot) = seen.get_mut(start) {
            *slot = true;
        }
        while let Some(cell) = open.pop() {
            let (x, y) = (cell % columns, cell / columns);
            (x0, y0, x1, y1, count) = (x0.min(x), y0.min(y), x1.max(x + 1), y1.max(y + 1), count + 1);
            for near_y in y.saturating_sub(MAX_CELL_GAP)..=(y + MAX_CELL_GAP).min(rows - 1) {
                for near_x in x.saturating_sub(MAX_CELL_GAP)..=(x + MAX_CELL_GAP).min(columns - 1) {
                    let near = near_y * columns + near_x;
                    if grey.get(near).copied().unwrap_or_default()
                        && let Some(slot @ false) = seen.get_mut(near)
                    {
                        *slot = true;
                        open.push(near);
                    }
                }
            }
        }
        let (short, long) = ((x1 - x0).min(y1 - y0), (x1 - x0).max(y1 - y0));
        if short >= MIN_SIDES.0 && long >= MIN_SIDES.1 && count * 5 >= (x1 - x0) * (y1 - y0) * 2 {
            boxes.push((x0, y0, x1, y1));
        }
    }
    boxes
}

/// Decodes the QR code or barcode that fills an image.
fn decode(part: GrayImage) -> Option<(Symbology, String)> {
    let (width, height) = part.dimensions();
    let formats = HashSet::from([BarcodeFormat::QR_CODE, BarcodeFormat::CODE_128, BarcodeFormat::CODE_39]);
    let hints = DecodeHints { PossibleFormats: Some(formats), TryHarder: Some(true), ..DecodeHints::default() };
    // The candidate may be anything: a decoder that panics on it has found no code.
    let read = catch_unwind(AssertUnwindSafe(|| {
        let source = Luma8LuminanceSource::new(part.into_raw(), width, height).ok()?;
        MultiFormatReader::default().decode_with_hints(&mut BinaryBitmap::new(HybridBinarizer::new(source)), &hints).ok()
    }));
    let read = read.ok().flatten()?;
    let symbology = match read.getBarcodeFormat() {
        BarcodeFormat::QR_CODE => Symbology::Qr,
        BarcodeFormat::CODE_128 => Symbology::Code128,
        BarcodeFormat::CODE_39 => Symbology::Code39,
        _ => return None,
    };
    let text: String = read.getText().chars().filter(|c| !c.is_control()).take(4000).collect();
    (!text.trim().is_empty()).then_some((symbology, text))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use image::Luma;
    use rxing::{MultiFormatWriter, Writer};

    /// A sheet of A4 at 200 dots per inch with rows of words.
    fn sheet() -> GrayImage {
        let mut page = GrayImage::from_pixel(1654, 2339, Luma([248]));
        for row in 0..30 {
            for letter in (0..1100).filter(|at| at % 9 < 4 && at % 90 < 75) {
                for y in 0..20 {
                    if (letter / 9 + y / 6) % 2 == 0 {
                        page.put_pixel(250 + letter, 900 + row * 45 + y, Luma([30]));
                    }
                }
            }
        }
        page
    }

    fn draw(page: &mut GrayImage, text: &str, format: BarcodeFormat, (left, top): (u32, u32), module: u32, tall: u32) {
        let code = MultiFormatWriter.encode(text, &format, 0, 0).unwrap();
        for row in 0..code.height() {
            for column in (0..code.width()).filter(|column| code.get(*column, row)) {
                for y in 0..tall {
                    for x in 0..module {
                        page.put_pixel(left + column * module + x, top + row * tall + y, Luma([25]));
                    }
                }
            }
        }
    }

    fn texts(page: &GrayImage) -> Vec<(Symbology, String)> {
        find(page).into_iter().map(|found| (found.symbology, found.text)).collect()
    }

    #[test]
    fn codes_are_read_at_every_page_rotation() {
        let mut page = sheet();
        draw(&mut page, "sohoa:document", BarcodeFormat::QR_CODE, (200, 150), 10, 10);
        draw(&mut page, "H24.16-200514-0001", BarcodeFormat::CODE_128, (700, 300), 3, 90);
        let both = [(Symbology::Qr, "sohoa:document".to_owned()), (Symbology::Code128, "H24.16-200514-0001".to_owned())];
        for turned in [page.clone(), imageops::rotate90(&page), imageops::rotate180(&page), imageops::rotate270(&page)] {
            let mut found = texts(&turned);
            found.sort();
            assert_eq!(found, both);
        }
        let place = find(&page).into_iter().find(|found| found.symbology == Symbology::Qr).unwrap().area;
        assert!(place.x0 < 205.0 && place.y0 < 155.0 && place.x1 > 480.0 && place.y1 > 430.0, "{place:?}");
    }

    #[test]
    fn text_and_blank_pages_give_no_candidate_areas() {
        for page in
            [sheet(), GrayImage::from_pixel(1654, 2339, Luma([248])), GrayImage::new(0, 0), GrayImage::from_pixel(3, 9000, Luma([0]))]
        {
            let mm = page.width().max(page.height()) as f32 / A4_LONG_SIDE_MM;
            assert!(candidate_areas(&page, 140, mm).is_empty());
            assert!(find(&page).is_empty());
        }
    }

    #[test]
    fn code_like_texture_is_not_decoded() {
        let mut page = sheet();
        for y in 200..600 {
            for x in 300..900 {
                if (x / 7 + y / 5) % 2 == 0 {
                    page.put_pixel(x, y, Luma([10]));
                }
            }
        }
        assert_eq!(candidate_areas(&page, 140, 7.87).len(), 1);
        assert!(find(&page).is_empty());
    }
}

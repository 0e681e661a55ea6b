//! Patch codes: four thick parallel bars, two of them wide, with which document scanners separate documents.

use image::{GrayImage, imageops};
use sohoa_base::model::page::barcode::{PATCH_CODES, PATCH_NARROW_MM as NARROW, PATCH_WIDE_MM as WIDE};

/// Number of scan lines across the bars.
const SCAN_LINES: u32 = 15;

/// Least number of scan lines that must show the same code.
const MIN_MATCHES: usize = 9;

/// Name of the patch code that fills `part`, read from the top or, where its bars are vertical, from the left. Grey levels below
/// `threshold` are ink; `mm` is the number of px per millimetre.
#[must_use]
pub fn read(part: &GrayImage, threshold: u8, mm: f32) -> Option<&'static str> {
    read_columns(part, threshold, mm).or_else(|| read_columns(&imageops::rotate90(&imageops::flip_vertical(part)), threshold, mm))
}

fn read_columns(part: &GrayImage, threshold: u8, mm: f32) -> Option<&'static str> {
    // The ends of the bars may be uneven.
    let inset = part.width() / 8;
    let step = ((part.width() - 2 * inset) / SCAN_LINES).max(1);
    let found: Vec<&'static str> = (0..SCAN_LINES)
        .map(|line| inset + line * step)
        .take_while(|x| *x < part.width())
        .filter_map(|x| match_pattern(&run_lengths(part, x, threshold), mm))
        .collect();
    let first = *found.first()?;
    (found.len() >= MIN_MATCHES && found.iter().all(|name| *name == first)).then_some(first)
}

/// Run lengths down a column, px, alternately paper and ink, starting with paper. Runs of at most two px are merged.
fn run_lengths(part: &GrayImage, x: u32, threshold: u8) -> Vec<u32> {
    let mut runs = vec![0];
    let mut ink = false;
    for y in 0..part.height() {
        let here = part.get_pixel_checked(x, y).is_some_and(|pixel| pixel.0[0] < threshold);
        if here != ink {
            runs.push(0);
            ink = here;
        }
        if let Some(last) = runs.last_mut() {
            *last += 1;
        }
    }
    let mut smooth: Vec<u32> = Vec::new();
    let mut joins = false;
    for length in runs {
        match smooth.last_mut() {
            Some(last) if joins => {
                *last += length;
                joins = false;
            }
            Some(last) if length <= 2 => {
                *last += length;
                joins = true;
            }
            _ => smooth.push(length),
        }
    }
    smooth
}

/// Patch code on one scan line.
fn match_pattern(runs: &[u32], mm: f32) -> Option<&'static str> {
    // Bars have odd indices, because the scan line starts with paper.
    (1..runs.len()).step_by(2).find_map(|first| {
        let [a, gap_a, b, gap_b, c, gap_c, d] = *runs.get(first..first + 7)? else { return None };
        let gaps = [gap_a, gap_b, gap_c].map(|gap| gap as f32 / mm);
        let bars = [a, b, c, d].map(|bar| bar as f32 / mm);
        // Copies and faxes widen bars and narrow gaps by the same amount.
        let spread = (gaps.iter().sum::<f32>() / 3.0 - NARROW) / 2.0;
        let fits = |length: f32, wanted: f32| (length - wanted).abs() <= 0.35 * NARROW;
        let even = spread.abs() < 0.5 && gaps.iter().all(|gap| fits(gap - 2.0 * spread, NARROW));
        let wide = bars.map(|bar| bar + 2.0 * spread > f32::midpoint(NARROW, WIDE));
        let sized = bars.iter().zip(wide).all(|(bar, wide)| fits(bar + 2.0 * spread, if wide { WIDE } else { NARROW }));
        let alone = [runs.get(first - 1), runs.get(first + 7)].into_iter().all(|quiet| quiet.is_none_or(|quiet| *quiet as f32 >= 1.5 * mm));
        (even && sized && alone).then(|| PATCH_CODES.iter().find(|(_, bars)| *bars == wide)).flatten().map(|(name, _)| *name)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::Luma;

    /// Patch code with horizontal bars, 8 px per millimetre.
    fn drawn(name: &str) -> GrayImage {
        let mut part = GrayImage::from_pixel(600, 250, Luma([250]));
        let mut y = 40.0;
        let bars = PATCH_CODES.iter().find(|(known, _)| *known == name).map(|(_, bars)| *bars);
        for wide in bars.into_iter().flatten() {
            let height = if wide { WIDE } else { NARROW } * 8.0;
            for row in y as u32..(y + height) as u32 {
                for x in 20..580 {
                    part.put_pixel(x, row, Luma([20]));
                }
            }
            y += height + NARROW * 8.0;
        }
        part
    }

    #[test]
    fn patch_codes_are_read_at_every_orientation() {
        for (name, turned) in [("1", "1"), ("2", "T"), ("3", "6"), ("4", "4"), ("6", "3"), ("T", "2")] {
            let part = drawn(name);
            assert_eq!(read(&part, 128, 8.0), Some(name));
            assert_eq!(read(&imageops::rotate180(&part), 128, 8.0), Some(turned));
            assert_eq!(read(&imageops::rotate90(&imageops::flip_vertical(&part)), 128, 8.0), Some(name));
        }
    }

    #[test]
    fn bars_of_wrong_size_are_rejected() {
        assert_eq!(read(&drawn("T"), 128, 16.0), None);
        assert_eq!(read(&drawn("T"), 128, 4.0), None);
        assert_eq!(read(&GrayImage::from_pixel(600, 250, Luma([250])), 128, 8.0), None);
        assert_eq!(read(&GrayImage::new(0, 0), 128, 8.0), None);
        let mut grid = drawn("T");
        for y in 0..250 {
            for x in (0..600).step_by(60) {
                grid.put_pixel(x, y, Luma([20]));
            }
        }
        assert_eq!(read(&grid, 128, 8.0), Some("T"), "a scratch hides nothing");
    }
}

//! Filter for readings that are not text of the page: fragments of seals, logos and signatures, and bleed-through from the
//! back of the sheet.

use crate::ocr_line::OcrLine;
use sohoa_base::model::page::reading::Word;
use sohoa_base::text::plausibility::implausible_parts;
use sohoa_engine::engine::OcrWord;

/// Whether words are fragments of seals, logos or signatures: short, with low confidence, mostly impossible syllables, and
/// without a word of high confidence.
pub(crate) fn is_noise(words: &[Word]) -> bool {
    let text: usize = words.iter().map(|word| word.text.chars().count() + 1).sum();
    let confidence = words.iter().map(|word| f32::from(word.confidence)).sum::<f32>() / words.len().max(1) as f32;
    let all: usize = words.iter().map(|word| letter_count(&word.text)).sum();
    let good: usize = words.iter().filter(|word| is_plausible_word(&word.text)).map(|word| letter_count(&word.text)).sum();
    let is_certain = |word: &Word| word.confidence >= 80 && letter_count(&word.text) >= 3;
    text < 12 && confidence < 40.0
        || all == 0 && confidence < 60.0
        || text < 25 && confidence < 60.0 && good * 2 < all.max(1) && !words.iter().any(is_certain)
}

/// Drops lines that are much paler than the page's own lines and implausible: bleed-through of the back, which is mirrored.
/// With fewer than `MIN_LINES` confident lines to compare with, as on a faded page, nothing is dropped.
pub(crate) fn drop_bleed_through(lines: &mut Vec<OcrLine<'_>>) {
    /// Mean confidence of a line of the page itself, of 100.
    const MIN_CONFIDENCE: f32 = 80.0;
    const MIN_LINES: usize = 4;
    /// Pale lines are past this fraction of the distance from the ink level of the page to white.
    const PALE_SHARE: f32 = 0.5;
    let mut own: Vec<u8> =
        lines.iter().filter(|line| mean_confidence(&line.words) >= MIN_CONFIDENCE).map(|line| line.crop.ink_level()).collect();
    own.sort_unstable();
    let Some(median) = own.get(own.len() / 2).copied().filter(|_| own.len() >= MIN_LINES).map(f32::from) else { return };
    let pale = median + PALE_SHARE * (255.0 - median);
    lines.retain(|line| f32::from(line.crop.ink_level()) < pale || is_plausible_line(&line.words));
}

/// Whether words were read with confidence, or are mostly plausible.
fn is_plausible_line(words: &[OcrWord]) -> bool {
    let all: usize = words.iter().map(|word| letter_count(&word.text)).sum();
    let good: usize = words.iter().filter(|word| is_plausible_word(&word.text)).map(|word| letter_count(&word.text)).sum();
    mean_confidence(words) >= 60.0 || good * 2 > all && mean_confidence(words) >= 40.0
}

/// Mean confidence, weighted by the letters of each word, 0 to 100.
fn mean_confidence(words: &[OcrWord]) -> f32 {
    let all: usize = words.iter().map(|word| word.text.chars().count()).sum();
    let weighted: usize = words.iter().map(|word| word.text.chars().count() * usize::from(word.confidence)).sum();
    weighted as f32 / all.max(1) as f32
}

fn letter_count(text: &str) -> usize {
    text.chars().filter(|c| c.is_alphanumeric()).count()
}

fn is_plausible_word(text: &str) -> bool {
    let core = text.trim_matches(|c: char| !c.is_alphanumeric());
    (core.chars().count() > 1 || core.chars().all(|c| c.is_ascii_digit())) && !core.is_empty() && implausible_parts(text) == 0
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use image::{GrayImage, Luma};
    use sohoa_base::model::page::geometry::Bounds;
    use sohoa_imaging::layout::line_crop;
    use sohoa_imaging::layout::line_crop::WIDE_PADDING;
    use sohoa_imaging::layout::lines::Area;

    fn words(read: &[(&str, u8)]) -> Vec<Word> {
        read.iter().map(|(text, confidence)| Word::new(*text, Bounds::new(0, 0, 9, 9), *confidence)).collect()
    }

    #[test]
    fn short_uncertain_implausible_text_is_noise() {
        assert!(is_noise(&words(&[("(,~", 20), ("Jf", 30)])));
        assert!(is_noise(&words(&[("qzx", 50), ("wk", 50), ("jfp", 50)])));
        assert!(!is_noise(&words(&[("\\ZT.GIÁM", 0), ("ĐÓC", 87)])), "a word was surely read");
        assert!(!is_noise(&words(&[("Nơi", 80), ("nhận:", 90)])));
    }

    /// Indices of the lines that remain, of lines with these ink levels and readings.
    fn remaining_lines(lines: &[(u8, &[(&str, u8)])]) -> Vec<usize> {
        let area = |number: usize| Area { x0: 20.0, y0: 40.0 * number as f32 + 10.0, x1: 380.0, y1: 40.0 * number as f32 + 40.0 };
        let pages = lines.iter().enumerate().map(|(number, (ink, _))| {
            let (top, ink) = (40 * number as u32 + 16, *ink);
            GrayImage::from_fn(400, 40 * lines.len() as u32 + 20, |x, y| {
                Luma([if (30..370).contains(&x) && x % 9 < 5 && (top..top + 18).contains(&y) { ink } else { 245 }])
            })
        });
        let pages: Vec<GrayImage> = pages.collect();
        let mut raw: Vec<OcrLine<'_>> = lines
            .iter()
            .zip(&pages)
            .enumerate()
            .map(|(number, ((_, read), source))| OcrLine {
                area: area(number),
                source,
                crop: line_crop::crop_line(source, &area(number), WIDE_PADDING).unwrap().unwrap(),
                words: read.iter().map(|(text, confidence)| OcrWord::new(text, *confidence, [0.0; 4])).collect(),
            })
            .collect();
        drop_bleed_through(&mut raw);
        raw.iter().map(|line| (line.area.y0 / 40.0) as usize).collect()
    }

    #[test]
    fn pale_implausible_lines_are_dropped_as_bleed_through() {
        let own: (u8, &[(&str, u8)]) = (40, &[("Quyết", 96), ("định", 95)]);
        let mirrored: &[(&str, u8)] = &[("gwoulq", 8), ("sịb", 16), ("tô", 40), ("siyẢs", 0)];
        assert_eq!(remaining_lines(&[own, own, own, own, (170, mirrored)]), [0, 1, 2, 3]);
        assert_eq!(remaining_lines(&[own, own, own, own, (40, mirrored)]), [0, 1, 2, 3, 4], "dark print was dropped");
        assert_eq!(
            remaining_lines(&[own, own, own, own, (170, &[("Lưu:", 80), ("VT", 90)])]),
            [0, 1, 2, 3, 4],
            "a faint line that can be read was dropped"
        );
        assert_eq!(remaining_lines(&[(170, mirrored), (170, mirrored), own]), [0, 1, 2], "dropped without anything to compare");
    }
}

//! Lines of a prepared page: first pass, filters, second pass, handwritten fields, and their places on the upright page.

use crate::handwritten_fields::read_handwritten_fields;
use crate::noise_filter::{drop_bleed_through, is_noise};
use crate::ocr_line::OcrLine;
use crate::second_pass::{SecondPassOptions, run_second_pass};
use image::GrayImage;
use sohoa_base::error::Result;
use sohoa_base::model::page::geometry::Bounds;
use sohoa_base::model::page::reading::{Alternative, Word, WordSource};
use sohoa_base::text::fold::fold;
use sohoa_base::text::nfc::nfc;
use sohoa_engine::engine::{Engine, Handwriting, OcrWord};
use sohoa_imaging::layout::line_crop;
use sohoa_imaging::layout::line_crop::LineCrop;
use sohoa_imaging::layout::lines::Area;
use sohoa_imaging::preprocess::page::PreparedPage;

/// A line after all passes.
pub(crate) struct PlacedLine {
    /// Its box on the prepared page.
    pub(crate) area: Area,
    /// Its words, px of the upright page.
    pub(crate) words: Vec<Word>,
}

/// Reads all lines of a prepared page.
///
/// # Errors
/// Those of the engine and of the image library.
pub(crate) fn read_lines(page: &PreparedPage, engine: &mut dyn Engine, options: SecondPassOptions) -> Result<Vec<PlacedLine>> {
    let mut ocr_lines = run_first_pass(page, engine)?;
    drop_bleed_through(&mut ocr_lines);
    if engine.has_line_recognizer() {
        run_second_pass(&mut ocr_lines, engine, options)?;
    }
    read_handwritten_fields(&mut ocr_lines, (page.grey.width() as f32, page.grey.height() as f32), engine)?;
    Ok(ocr_lines.iter().flat_map(|line| place_line(page, line)).collect())
}

/// Mean confidence, weighted by the letters of each word, 0 to 100.
pub(crate) fn mean_confidence(lines: &[PlacedLine]) -> u8 {
    let words = || lines.iter().flat_map(|line| &line.words);
    let letters: usize = words().map(|word| word.text.chars().count()).sum();
    let weighted: usize = words().map(|word| word.text.chars().count() * usize::from(word.confidence)).sum();
    u8::try_from(weighted.checked_div(letters).unwrap_or(0)).unwrap_or(100)
}

fn run_first_pass<'a>(page: &'a PreparedPage, engine: &mut dyn Engine) -> Result<Vec<OcrLine<'a>>> {
    let mut lines = Vec::new();
    for (area, source) in page.line_strips() {
        if let Some((crop, words)) = read_line_strip(source, &area, engine)? {
            lines.push(OcrLine { area, source, crop, words });
        }
    }
    Ok(lines)
}

fn read_line_strip(source: &GrayImage, area: &Area, engine: &mut dyn Engine) -> Result<Option<(LineCrop, Vec<OcrWord>)>> {
    let Some(crop) = line_crop::crop_line(source, area, line_crop::WIDE_PADDING)? else { return Ok(None) };
    let words = engine.read_line(&crop.picture)?;
    Ok(Some((crop, words)))
}

/// The line with its words on the upright page, split where it runs over two columns of the header; without noise.
fn place_line(page: &PreparedPage, line: &OcrLine<'_>) -> Vec<PlacedLine> {
    let words: Vec<(Area, Word)> = line.words.iter().filter_map(|word| place_word(page, &line.crop, word)).collect();
    let parts = split_header(line.area, words).into_iter();
    parts.filter(|(_, words)| !words.is_empty() && !is_noise(words)).map(|(area, words)| PlacedLine { area, words }).collect()
}

/// The word in NFC with its area on the prepared page; its bounds are on the upright page. `None` where no text is left.
fn place_word(page: &PreparedPage, crop: &LineCrop, found: &OcrWord) -> Option<(Area, Word)> {
    let text = normalize_word(&found.text);
    if text.is_empty() {
        return None;
    }
    let [left, top, right, bottom] = found.bounds;
    let ((x0, y0), (x1, y1)) = (crop.to_page(left, top), crop.to_page(right, bottom));
    let area = Area { x0, y0, x1, y1 };
    let bounds = upright_bounds(page, &area);
    let alternative = found
        .alternative
        .as_ref()
        .map(|other| Alternative { text: nfc(&other.text), confidence: other.confidence })
        .filter(|other| other.text != text);
    let source = match (found.handwriting, found.second_pass) {
        (Handwriting::Recognized, _) => WordSource::Handwriting,
        (_, true) => WordSource::SecondPass,
        (_, false) => WordSource::FirstPass,
    };
    Some((
        area,
        Word { text, bounds, confidence: found.confidence, source, alternative, handwritten: found.handwriting != Handwriting::Printed },
    ))
}

/// Bounds on the upright page, px, of an area of the prepared page.
pub(crate) fn upright_bounds(page: &PreparedPage, &Area { x0, y0, x1, y1 }: &Area) -> Bounds {
    let corners = [(x0, y0), (x1, y0), (x0, y1), (x1, y1)].map(|(x, y)| page.to_upright(x, y));
    let edge = |pick: fn(f32, f32) -> f32, of: fn(&(f32, f32)) -> f32, start: f32| corners.iter().map(of).fold(start, pick);
    let (width, height) = page.upright_size;
    let clamp = |value: f32, limit: u32| (value.round().max(0.0) as u32).min(limit);
    Bounds::new(
        clamp(edge(f32::min, |corner| corner.0, f32::MAX), width.saturating_sub(1)),
        clamp(edge(f32::min, |corner| corner.1, f32::MAX), height.saturating_sub(1)),
        clamp(edge(f32::max, |corner| corner.0, f32::MIN), width),
        clamp(edge(f32::max, |corner| corner.1, f32::MIN), height),
    )
}

/// NFC without white space and control characters, and with the Icelandic Ð replaced by the Đ of Vietnamese.
fn normalize_word(text: &str) -> String {
    nfc(text).chars().filter(|c| !c.is_whitespace() && !c.is_control()).map(|c| if c == 'Ð' { 'Đ' } else { c }).collect()
}

/// Splits a line of the header that runs from the issuer on the left into the national title or motto on the right
/// (Cộng hòa xã hội chủ nghĩa Việt Nam, Độc lập - Tự do - Hạnh phúc).
fn split_header(area: Area, words: Vec<(Area, Word)>) -> Vec<(Area, Vec<Word>)> {
    let folded: Vec<String> = words.iter().map(|(_, word)| fold(&word.text)).collect();
    let starts = |first: &str, second: &str| folded.windows(2).position(|pair| matches!(pair, [a, b] if a == first && b == second));
    let at = starts("cong", "hoa").filter(|at| folded.iter().skip(*at).any(|word| word == "nghia")).or_else(|| starts("doc", "lap"));
    match at.filter(|at| *at > 0) {
        Some(at) => {
            let (left, right) = words.split_at(at);
            [left, right].into_iter().map(|part| (fit_area(area, part), part.iter().map(|(_, word)| word.clone()).collect())).collect()
        }
        None => vec![(area, words.into_iter().map(|(_, word)| word).collect())],
    }
}

/// `whole`, narrowed to the words.
fn fit_area(whole: Area, words: &[(Area, Word)]) -> Area {
    let left = words.iter().map(|(area, _)| area.x0).fold(f32::MAX, f32::min);
    let right = words.iter().map(|(area, _)| area.x1).fold(f32::MIN, f32::max);
    if left < right { Area { x0: left, x1: right, ..whole } } else { whole }
}

//! Reading one page: prepared, cut into lines, read, put in order.

use crate::barcodes;
use crate::expected_error::expected_error_permille;
use crate::handwritten_fields;
use crate::noise_filter::{drop_bleed_through, is_noise};
use crate::orientation;
use crate::second_pass;
use crate::second_pass::SecondPassOptions;
use crate::stamps;
use image::{GenericImageView, GrayImage};
use serde::{Deserialize, Serialize};
use sohoa_base::cpu_time::cpu_time_ms;
use sohoa_base::error::Result;
use sohoa_base::model::page::geometry::Bounds;
use sohoa_base::model::page::reading::{Alternative, Block, BlockKind, Line, Quality, Reading, SecrecyStamp, TextSource, Word, WordSource};
use sohoa_base::model::refusal::Warning;
use sohoa_base::text::diacritic_restoration::{PhraseBigrams, suggest_diacritics};
use sohoa_base::text::fold::fold;
use sohoa_base::text::nfc::nfc;
use sohoa_engine::engine::{Engine, Handwriting, OcrWord};
use sohoa_formats::image::page_image::PageImage;
use sohoa_imaging::layout::line_crop;
use sohoa_imaging::layout::line_crop::LineCrop;
use sohoa_imaging::layout::lines::Area;
use sohoa_imaging::layout::reading_order::LayoutZone;
use sohoa_imaging::layout::table::{OrderedLine, reading_order_with_tables};
use sohoa_imaging::preprocess::page::{PreparedPage, PreprocessSteps, scale_page};
use sohoa_imaging::stamps::search_area::StampView;
use std::collections::BTreeMap;

/// How pages are prepared and read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ReadOptions {
    /// Options of the stage `prepare`.
    pub prepare: PreprocessOptions,
    /// Options of the stage `read`.
    pub read: SecondPassOptions,
    /// Clockwise turn, degrees, that a person says makes the page upright; none: it is found out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub turn: Option<u16>,
}

/// How pages are prepared: options of the stage `prepare`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PreprocessOptions {
    /// Turn pages upright.
    pub orientation: bool,
    /// Straighten skewed pages.
    pub deskew: bool,
    /// Lift red seals off the text.
    pub seal_lift: bool,
    /// Even out the background.
    pub background: bool,
    /// Resolution to read at, dots per inch: more gives no accuracy and costs time.
    pub reading_dpi: u32,
}

impl Default for PreprocessOptions {
    fn default() -> Self {
        Self { orientation: true, deskew: true, seal_lift: true, background: true, reading_dpi: 200 }
    }
}

/// A page as read.
#[derive(Debug, Clone)]
pub struct PageReading {
    /// What was read.
    pub reading: Reading,
    /// What was odd.
    pub warnings: Vec<Warning>,
    /// Processor milliseconds by part.
    pub costs_ms: BTreeMap<String, u64>,
}

/// Reads one page. A born-digital page keeps its own text.
///
/// # Errors
/// What the engine or the pictures' library fails with.
pub fn read_page(picture: PageImage, engine: &mut dyn Engine, options: &ReadOptions) -> Result<PageReading> {
    let PageImage { pixels, dpi, embedded_text: own_text, warnings, .. } = picture;
    let before = cpu_time_ms();
    let view = StampView::of(&pixels, dpi)?;
    if let Some(blocks) = own_text {
        let stamps = stamps::find_secrecy_stamps(&view, 0, pixels.dimensions(), engine)?;
        let costs_ms = BTreeMap::from([("stamps".to_owned(), cpu_time_ms() - before)]);
        let reading = Reading {
            width: pixels.width(),
            height: pixels.height(),
            dpi,
            blank: blocks.is_empty(),
            source: TextSource::BornDigital,
            quality: Quality { confidence: 100, ..Quality::default() },
            blocks,
            barcodes: barcodes::find_on_born_digital(&pixels),
            stamps,
            ..Reading::default()
        };
        return Ok(PageReading { reading, warnings, costs_ms });
    }
    let viewed = cpu_time_ms() - before;
    if options.read.min_confidence > 0 {
        engine.load_line_recognizer()?;
    }
    let began = cpu_time_ms();
    let PreprocessOptions { deskew, seal_lift, background, reading_dpi, .. } = options.prepare;
    let steps = PreprocessSteps { deskew, seal_lift, background, reading_dpi, detect_lines: !engine.has_text_detector() };
    let small = scale_page(&pixels, dpi, steps)?;
    drop(pixels);
    let mut page = match options.turn {
        Some(turn) => orientation::prepare_turned(&small, turn, engine, steps)?,
        None => orientation::prepare_upright(&small, engine, options.prepare.orientation, steps)?,
    };
    let prepared = cpu_time_ms();
    // Before anything is read of it, and while little memory is held.
    let mut stamps = stamps::find_secrecy_stamps(&view, page.turn, page.upright_size, engine)?;
    let mut looked = cpu_time_ms() - prepared;
    let looked_at = page.turn;
    let mut read = read_lines(&page, engine, options)?;
    if options.prepare.orientation
        && options.turn.is_none()
        && mean_confidence(&read) < orientation::MIN_UPRIGHT_CONFIDENCE
        && let Some(other) = orientation::try_rotated_180(&small, &page, engine, steps)?
    {
        page = other;
        read = read_lines(&page, engine, options)?;
    }
    let mut quality = page.quality(&small, dpi);
    quality.confidence = mean_confidence(&read);
    let letters: usize = read.iter().flat_map(|line| &line.words).map(|word| word.text.chars().count()).sum();
    let shines_through = is_faint(&quality) && quality.confidence < orientation::MIN_UPRIGHT_CONFIDENCE;
    // An empty form is not blank.
    let blank = shines_through || letters < 4 && quality.ink_permille < 10 && page.tables.is_empty();
    if shines_through {
        read.clear();
    }
    if blank && page.turn != 0 && options.turn.is_none() {
        // Specks have no right way up: an empty page stays as it was delivered.
        page = small.prepare(0, steps)?;
        read.clear();
    }
    let codes = barcodes::find_on_scan(&small, page.turn);
    if page.turn != looked_at {
        let turned = cpu_time_ms();
        stamps = stamps::find_secrecy_stamps(&view, page.turn, page.upright_size, engine)?;
        looked += cpu_time_ms() - turned;
    }
    let (width, height) = page.upright_size;
    let skew_centidegrees = (page.skew * 100.0).round() as i32;
    if let Some(scan) = &mut quality.scan {
        scan.skew_centidegrees = skew_centidegrees;
        scan.expected_error_permille = expected_error_permille(read.iter().flat_map(|line| &line.words));
    }
    let mut blocks = build_blocks(&page, &read);
    restore_diacritics(&mut blocks);
    if !blank {
        blocks.extend(handwriting_blocks(&page, &read, dpi));
    }
    let reading = Reading {
        width,
        height,
        dpi,
        turn: page.turn,
        skew_centidegrees,
        blank: blank && codes.is_empty() && stamps.is_empty(),
        source: TextSource::Recognised,
        quality,
        blocks,
        barcodes: codes,
        stamps,
    };
    let costs_ms = BTreeMap::from([
        ("prepare".to_owned(), prepared - began),
        ("stamps".to_owned(), viewed + looked),
        ("read".to_owned(), cpu_time_ms() - prepared - looked),
    ]);
    Ok(PageReading { reading, warnings, costs_ms })
}

/// Marks that were lost or swapped come back where the words beside them leave no doubt; what was read stays as the
/// alternative.
fn restore_diacritics(blocks: &mut [Block]) {
    let texts = |words: Vec<&Word>| words.into_iter().map(|word| word.text.clone()).collect::<Vec<String>>();
    let runs: Vec<Vec<String>> = blocks.iter().flat_map(Block::word_runs).map(texts).collect();
    let runs: Vec<Vec<&str>> = runs.iter().map(|run| run.iter().map(String::as_str).collect()).collect();
    let mut phrases = PhraseBigrams::default();
    runs.iter().for_each(|run| phrases.add(run));
    let mends = runs.iter().flat_map(|run| suggest_diacritics(run, &phrases));
    let words = blocks.iter_mut().flat_map(|block| &mut block.lines).flat_map(|line| &mut line.words);
    for (word, mend) in words.zip(mends) {
        if let Some(text) = mend.filter(|_| !word.handwritten) {
            let read = std::mem::replace(&mut word.text, text);
            word.alternative = Some(Alternative { text: read, confidence: word.confidence });
            word.source = WordSource::DiacriticRestoration;
        }
    }
}

/// Stamps of secrecy on one page, and nothing else of it. Without `turn`, which is the clockwise turn that makes
/// the picture upright, the page is first turned as [`read_page`] does.
///
/// # Errors
/// As [`read_page`].
pub fn find_stamps(picture: PageImage, engine: &mut dyn Engine, options: &ReadOptions, turn: Option<u16>) -> Result<PageStamps> {
    let PageImage { pixels, dpi, embedded_text: own_text, .. } = picture;
    let turn = match turn {
        Some(turn) => turn,
        None if own_text.is_some() => 0,
        None => {
            let PreprocessOptions { deskew, seal_lift, background, reading_dpi, orientation } = options.prepare;
            let steps = PreprocessSteps { deskew, seal_lift, background, reading_dpi, detect_lines: !engine.has_text_detector() };
            orientation::prepare_upright(&scale_page(&pixels, dpi, steps)?, engine, orientation, steps)?.turn
        }
    };
    let began = cpu_time_ms();
    let (width, height) = pixels.dimensions();
    let upright = if turn.is_multiple_of(180) { (width, height) } else { (height, width) };
    let stamps = stamps::find_secrecy_stamps(&StampView::of(&pixels, dpi)?, turn, upright, engine)?;
    Ok(PageStamps { stamps, turn, cost_ms: cpu_time_ms() - began })
}

/// Stamps of secrecy on one page.
#[derive(Debug, Clone)]
pub struct PageStamps {
    /// The stamps, the most secret first.
    pub stamps: Vec<SecrecyStamp>,
    /// Clockwise turn at which they were looked for, degrees.
    pub turn: u16,
    /// Processor milliseconds of the look for stamps alone.
    pub cost_ms: u64,
}

/// Whether nothing on the page is darker than print that shines through from the back of the sheet.
fn is_faint(quality: &Quality) -> bool {
    quality.ink_permille < 2 && quality.contrast <= 25
}

/// Mean confidence over letters, 0 to 100.
fn mean_confidence(lines: &[PlacedLine]) -> u8 {
    let words = || lines.iter().flat_map(|line| &line.words);
    let letters: usize = words().map(|word| word.text.chars().count()).sum();
    let sure: usize = words().map(|word| word.text.chars().count() * usize::from(word.confidence)).sum();
    u8::try_from(sure.checked_div(letters).unwrap_or(0)).unwrap_or(100)
}

/// A line as read: its box on the prepared page, and its words in px of the upright picture.
struct PlacedLine {
    area: Area,
    words: Vec<Word>,
}

/// A line as the first reader read it.
pub(crate) struct OcrLine<'a> {
    /// Its box on the prepared page.
    pub(crate) area: Area,
    /// The picture it was cut from.
    pub(crate) source: &'a GrayImage,
    /// What was read from.
    pub(crate) crop: LineCrop,
    /// Its words, px of the crop.
    pub(crate) words: Vec<OcrWord>,
}

fn read_lines(page: &PreparedPage, engine: &mut dyn Engine, options: &ReadOptions) -> Result<Vec<PlacedLine>> {
    let mut raw = Vec::new();
    for (area, source) in page.line_strips() {
        if let Some((crop, words)) = read_line_strip(source, &area, engine)? {
            raw.push(OcrLine { area, source, crop, words });
        }
    }
    drop_bleed_through(&mut raw);
    if engine.has_line_recognizer() {
        second_pass::run_second_pass(&mut raw, engine, options.read)?;
    }
    handwritten_fields::read_handwritten_fields(&mut raw, (page.grey.width() as f32, page.grey.height() as f32), engine)?;
    let mut lines = Vec::new();
    for OcrLine { area, crop, words: found, .. } in &raw {
        let words: Vec<(Area, Word)> = found.iter().filter_map(|word| place_word(page, crop, word)).collect();
        for (area, words) in split_header(*area, words) {
            if !words.is_empty() && !is_noise(&words) {
                lines.push(PlacedLine { area, words });
            }
        }
    }
    Ok(lines)
}

fn read_line_strip(source: &GrayImage, area: &Area, engine: &mut dyn Engine) -> Result<Option<(LineCrop, Vec<OcrWord>)>> {
    let Some(crop) = line_crop::crop_line(source, area, line_crop::WIDE_PADDING)? else { return Ok(None) };
    let words = engine.read_line(&crop.picture)?;
    Ok(Some((crop, words)))
}

/// The word in NFC, with its place on the prepared page and on the upright picture.
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
    let reader = match (found.handwriting, found.second_pass) {
        (Handwriting::Recognized, _) => WordSource::Handwriting,
        (_, true) => WordSource::SecondPass,
        (_, false) => WordSource::FirstPass,
    };
    Some((
        area,
        Word {
            text,
            bounds,
            confidence: found.confidence,
            source: reader,
            alternative,
            handwritten: found.handwriting != Handwriting::Printed,
        },
    ))
}

/// Around an area of the prepared page on the upright picture, px.
fn upright_bounds(page: &PreparedPage, &Area { x0, y0, x1, y1 }: &Area) -> Bounds {
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

/// NFC without white space; the Icelandic Ð that stands for Đ is mended, since Vietnamese has no other.
fn normalize_word(text: &str) -> String {
    nfc(text).chars().filter(|c| !c.is_whitespace() && !c.is_control()).map(|c| if c == 'Ð' { 'Đ' } else { c }).collect()
}

/// A line that runs on from the issuer into the country's name is two lines.
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

fn fit_area(whole: Area, words: &[(Area, Word)]) -> Area {
    let left = words.iter().map(|(area, _)| area.x0).fold(f32::MAX, f32::min);
    let right = words.iter().map(|(area, _)| area.x1).fold(f32::MIN, f32::max);
    if left < right { Area { x0: left, x1: right, ..whole } } else { whole }
}

/// Strokes of a pen that nobody read: boxes without lines.
fn handwriting_blocks(page: &PreparedPage, lines: &[PlacedLine], dpi: u32) -> Vec<Block> {
    let strokes = page.pen_strokes(lines.iter().map(|line| line.area), dpi);
    strokes.iter().map(|area| Block { kind: BlockKind::Handwriting, bounds: upright_bounds(page, area), lines: Vec::new() }).collect()
}

/// Lines in reading order, gathered into blocks: a new one where the part changes or a gap opens.
fn build_blocks(page: &PreparedPage, lines: &[PlacedLine]) -> Vec<Block> {
    let areas: Vec<Area> = lines.iter().map(|line| line.area).collect();
    let mut blocks: Vec<Block> = Vec::new();
    let mut before: Option<(OrderedLine, Area)> = None;
    for placed in reading_order_with_tables(&areas, &page.tables) {
        let Some(read) = lines.get(placed.line) else { continue };
        let Some(bounds) = Bounds::enclosing(read.words.iter().map(|word| &word.bounds)) else { continue };
        let is_row = |placed: OrderedLine| matches!(placed.zone, LayoutZone::Row(_));
        let table = |placed: OrderedLine| placed.cell.map(|(table, _)| table);
        let kind = if placed.cell.is_some() || is_row(placed) { BlockKind::Table } else { BlockKind::Text };
        let line = Line { bounds, words: read.words.clone(), cell: placed.cell.map(|(_, cell)| cell) };
        let goes_on = before.is_some_and(|(before, last)| {
            if before.cell.is_some() || placed.cell.is_some() {
                return table(before) == table(placed);
            }
            let same = before.zone == placed.zone || is_row(before) && is_row(placed);
            same && read.area.y0 - last.y1 < 1.2 * page.lines.x_height.max(1.0) * 2.5
        });
        match blocks.last_mut() {
            Some(block) if goes_on && block.kind == kind => {
                block.bounds = block.bounds.union(&bounds);
                block.lines.push(line);
            }
            _ => blocks.push(Block { kind, bounds, lines: vec![line] }),
        }
        before = Some((placed, read.area));
    }
    blocks
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use image::{DynamicImage, Luma};
    use sohoa_formats::image::page_image::{EncodedData, EncodedImage};
    use sohoa_imaging::preprocess::orientation::{OrientationVerdict, orientation_by_diacritics};

    /// Reads what is heavier below than above, as letters on their feet are here, and nothing else well.
    struct Footed;

    impl Engine for Footed {
        fn read_line(&mut self, picture: &GrayImage) -> Result<Vec<OcrWord>> {
            let ink = |rows: std::ops::Range<u32>| {
                rows.map(|y| (0..picture.width()).filter(|x| picture.get_pixel(*x, y).0[0] < 128).count()).sum::<usize>()
            };
            let (width, height) = picture.dimensions();
            let stands = ink(height / 2..height) > ink(0..height / 2);
            Ok(vec![OcrWord::new("quyết", if stands { 90 } else { 30 }, [0.0, 0.0, width as f32, height as f32])])
        }

        fn model_hashes(&self) -> BTreeMap<String, String> {
            BTreeMap::new()
        }
    }

    /// Lines of letters with heavy feet, and dots under them, which look like marks when they stand on their head.
    fn page(ink: u8) -> GrayImage {
        GrayImage::from_fn(800, 1100, |x, y| {
            let (column, row) = (x % 16, y % 50);
            let within = (96..704).contains(&x) && (100..1000).contains(&y);
            let letter = column < 10 && (10..26).contains(&row) && (row >= 18 || column < 3);
            let dot = x / 16 % 2 == 0 && (3..7).contains(&column) && (30..34).contains(&row);
            Luma([if within && (letter || dot) { ink } else { 250 }])
        })
    }

    /// Sees lines on every page, and guesses what they say.
    struct Guessing;

    impl Engine for Guessing {
        fn read_line(&mut self, picture: &GrayImage) -> Result<Vec<OcrWord>> {
            Ok(vec![OcrWord::new("quyết", 40, [0.0, 0.0, picture.width() as f32, picture.height() as f32])])
        }

        fn has_text_detector(&self) -> bool {
            true
        }

        fn text_probability_map(&mut self, page: &GrayImage) -> Result<Option<GrayImage>> {
            let (width, height) = page.dimensions();
            Ok(Some(GrayImage::from_fn(width, height, |x, y| Luma([if x > 60 && x < width - 60 && y % 50 < 12 { 230 } else { 0 }]))))
        }

        fn model_hashes(&self) -> BTreeMap<String, String> {
            BTreeMap::new()
        }
    }

    fn read(pixels: GrayImage, engine: &mut dyn Engine) -> Reading {
        let raster = EncodedImage { width: pixels.width(), height: pixels.height(), turn: 0, data: EncodedData::NotEmbeddable };
        let pixels = DynamicImage::from(pixels);
        let picture = PageImage { pixels, dpi: 200, embedded_text: None, encoded: raster, overlays: Vec::new(), warnings: Vec::new() };
        read_page(picture, engine, &ReadOptions::default()).unwrap().reading
    }

    #[test]
    fn what_marks_say_wrongly_is_mended_by_what_can_be_read() {
        let lines = sohoa_imaging::layout::lines::measure_diacritics(&image::imageops::rotate180(&page(10))).unwrap();
        assert_eq!(orientation_by_diacritics(&lines), OrientationVerdict::Upright, "the marks do not deceive");
        assert_eq!(read(page(10), &mut Footed).turn, 0);
        assert_eq!(read(image::imageops::rotate180(&page(10)), &mut Footed).turn, 180);
    }

    #[test]
    fn what_shines_through_from_the_back_is_not_read() {
        let faint = read(page(236), &mut Guessing);
        assert!(faint.blank && faint.words().next().is_none(), "{faint:?}");
        let dark = read(page(120), &mut Guessing);
        assert!(!dark.blank && dark.words().next().is_some(), "what may be print was dropped");
    }
}

//! Reading one page: prepared, cut into lines, read, put in order.

use crate::blanks;
use crate::codes;
use crate::doubt::{self, Doubt};
use crate::expected::expected_error_permille;
use crate::scrap::{drop_print_of_the_back, is_scrap};
use crate::secrecy;
use crate::upright;
use image::{GenericImageView, GrayImage};
use serde::{Deserialize, Serialize};
use sohoa_base::cpu_time::cpu_time_ms;
use sohoa_base::error::Result;
use sohoa_base::model::geometry::Bounds;
use sohoa_base::model::reading::{Alternative, Block, BlockKind, Line, Quality, Reader, Reading, Stamp, TextSource, Word};
use sohoa_base::model::refusal::Warning;
use sohoa_base::text::fold::fold;
use sohoa_base::text::mend::{Phrases, mends};
use sohoa_base::text::normal::nfc;
use sohoa_engine::contract::{Engine, OcrWord, Handwriting};
use sohoa_formats::picture::PagePicture;
use sohoa_imaging::crop::{self, Crop};
use sohoa_imaging::lines::Area;
use sohoa_imaging::order::Part;
use sohoa_imaging::prepare::{Prepared, Steps, scaled};
use sohoa_imaging::stamps::StampView;
use sohoa_imaging::table::{Placed, order_with};
use std::collections::BTreeMap;

/// How pages are prepared and read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ReadOptions {
    /// Options of the stage `prepare`.
    pub prepare: Preparation,
    /// Options of the stage `read`.
    pub read: Doubt,
    /// Clockwise turn, degrees, that a person says makes the page upright; none: it is found out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub turn: Option<u16>,
}

/// How pages are prepared: options of the stage `prepare`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Preparation {
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

impl Default for Preparation {
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
pub fn read_page(picture: PagePicture, engine: &mut dyn Engine, options: &ReadOptions) -> Result<PageReading> {
    let PagePicture { pixels, dpi, own_text, warnings, .. } = picture;
    let before = cpu_time_ms();
    let view = StampView::of(&pixels, dpi)?;
    if let Some(blocks) = own_text {
        let stamps = secrecy::stamps(&view, 0, pixels.dimensions(), engine)?;
        let costs_ms = BTreeMap::from([("stamps".to_owned(), cpu_time_ms() - before)]);
        let reading = Reading {
            width: pixels.width(),
            height: pixels.height(),
            dpi,
            blank: blocks.is_empty(),
            source: TextSource::BornDigital,
            quality: Quality { confidence: 100, ..Quality::default() },
            blocks,
            codes: codes::on_print(&pixels),
            stamps,
            ..Reading::default()
        };
        return Ok(PageReading { reading, warnings, costs_ms });
    }
    let viewed = cpu_time_ms() - before;
    if options.read.doubt_below > 0 {
        engine.load_line_recognizer()?;
    }
    let began = cpu_time_ms();
    let Preparation { deskew, seal_lift, background, reading_dpi, .. } = options.prepare;
    let steps = Steps { deskew, seal_lift, background, reading_dpi, lines: !engine.has_text_detector() };
    let small = scaled(&pixels, dpi, steps)?;
    drop(pixels);
    let mut page = match options.turn {
        Some(turn) => upright::turned(&small, turn, engine, steps)?,
        None => upright::upright(&small, engine, options.prepare.orientation, steps)?,
    };
    let prepared = cpu_time_ms();
    // Before anything is read of it, and while little memory is held.
    let mut stamps = secrecy::stamps(&view, page.turn, page.upright, engine)?;
    let mut looked = cpu_time_ms() - prepared;
    let looked_at = page.turn;
    let mut read = read_lines(&page, engine, options)?;
    if options.prepare.orientation
        && options.turn.is_none()
        && mean_confidence(&read) < upright::READABLE
        && let Some(other) = upright::other_way(&small, &page, engine, steps)?
    {
        page = other;
        read = read_lines(&page, engine, options)?;
    }
    let mut quality = page.quality(&small, dpi);
    quality.confidence = mean_confidence(&read);
    let letters: usize = read.iter().flat_map(|line| &line.words).map(|word| word.text.chars().count()).sum();
    let shines_through = is_faint(&quality) && quality.confidence < upright::READABLE;
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
    let codes = codes::on_scan(&small, page.turn);
    if page.turn != looked_at {
        let turned = cpu_time_ms();
        stamps = secrecy::stamps(&view, page.turn, page.upright, engine)?;
        looked += cpu_time_ms() - turned;
    }
    let (width, height) = page.upright;
    let skew_centidegrees = (page.skew * 100.0).round() as i32;
    if let Some(scan) = &mut quality.scan {
        scan.skew_centidegrees = skew_centidegrees;
        scan.expected_error_permille = expected_error_permille(read.iter().flat_map(|line| &line.words));
    }
    let mut blocks = blocks(&page, &read);
    mend(&mut blocks);
    if !blank {
        blocks.extend(handwriting(&page, &read, dpi));
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
        codes,
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
fn mend(blocks: &mut [Block]) {
    let texts = |words: Vec<&Word>| words.into_iter().map(|word| word.text.clone()).collect::<Vec<String>>();
    let runs: Vec<Vec<String>> = blocks.iter().flat_map(Block::runs).map(texts).collect();
    let runs: Vec<Vec<&str>> = runs.iter().map(|run| run.iter().map(String::as_str).collect()).collect();
    let mut phrases = Phrases::default();
    runs.iter().for_each(|run| phrases.add(run));
    let mends = runs.iter().flat_map(|run| mends(run, &phrases));
    let words = blocks.iter_mut().flat_map(|block| &mut block.lines).flat_map(|line| &mut line.words);
    for (word, mend) in words.zip(mends) {
        if let Some(text) = mend.filter(|_| !word.handwritten) {
            let read = std::mem::replace(&mut word.text, text);
            word.alternative = Some(Alternative { text: read, confidence: word.confidence });
            word.reader = Reader::Mended;
        }
    }
}

/// Stamps of secrecy on one page, and nothing else of it. Without `turn`, which is the clockwise turn that makes
/// the picture upright, the page is first turned as [`read_page`] does.
///
/// # Errors
/// As [`read_page`].
pub fn find_stamps(picture: PagePicture, engine: &mut dyn Engine, options: &ReadOptions, turn: Option<u16>) -> Result<FoundStamps> {
    let PagePicture { pixels, dpi, own_text, .. } = picture;
    let turn = match turn {
        Some(turn) => turn,
        None if own_text.is_some() => 0,
        None => {
            let Preparation { deskew, seal_lift, background, reading_dpi, orientation } = options.prepare;
            let steps = Steps { deskew, seal_lift, background, reading_dpi, lines: !engine.has_text_detector() };
            upright::upright(&scaled(&pixels, dpi, steps)?, engine, orientation, steps)?.turn
        }
    };
    let began = cpu_time_ms();
    let (width, height) = pixels.dimensions();
    let upright = if turn.is_multiple_of(180) { (width, height) } else { (height, width) };
    let stamps = secrecy::stamps(&StampView::of(&pixels, dpi)?, turn, upright, engine)?;
    Ok(FoundStamps { stamps, turn, cost_ms: cpu_time_ms() - began })
}

/// Stamps of secrecy on one page.
#[derive(Debug, Clone)]
pub struct FoundStamps {
    /// The stamps, the most secret first.
    pub stamps: Vec<Stamp>,
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
fn mean_confidence(lines: &[ReadLine]) -> u8 {
    let words = || lines.iter().flat_map(|line| &line.words);
    let letters: usize = words().map(|word| word.text.chars().count()).sum();
    let sure: usize = words().map(|word| word.text.chars().count() * usize::from(word.confidence)).sum();
    u8::try_from(sure.checked_div(letters).unwrap_or(0)).unwrap_or(100)
}

/// A line as read: its box on the prepared page, and its words in px of the upright picture.
struct ReadLine {
    area: Area,
    words: Vec<Word>,
}

/// A line as the first reader read it.
pub(crate) struct RawLine<'a> {
    /// Its box on the prepared page.
    pub(crate) area: Area,
    /// The picture it was cut from.
    pub(crate) source: &'a GrayImage,
    /// What was read from.
    pub(crate) crop: Crop,
    /// Its words, px of the crop.
    pub(crate) words: Vec<OcrWord>,
}

fn read_lines(page: &Prepared, engine: &mut dyn Engine, options: &ReadOptions) -> Result<Vec<ReadLine>> {
    let mut raw = Vec::new();
    for (area, source) in page.strips() {
        if let Some((crop, words)) = read_strip(source, &area, engine)? {
            raw.push(RawLine { area, source, crop, words });
        }
    }
    drop_print_of_the_back(&mut raw);
    if engine.has_line_recognizer() {
        doubt::read_again(&mut raw, engine, options.read)?;
    }
    blanks::read_blanks(&mut raw, (page.grey.width() as f32, page.grey.height() as f32), engine)?;
    let mut lines = Vec::new();
    for RawLine { area, crop, words: found, .. } in &raw {
        let words: Vec<(Area, Word)> = found.iter().filter_map(|word| place_word(page, crop, word)).collect();
        for (area, words) in split_header(*area, words) {
            if !words.is_empty() && !is_scrap(&words) {
                lines.push(ReadLine { area, words });
            }
        }
    }
    Ok(lines)
}

fn read_strip(source: &GrayImage, area: &Area, engine: &mut dyn Engine) -> Result<Option<(Crop, Vec<OcrWord>)>> {
    let Some(crop) = crop::line(source, area, crop::WIDE)? else { return Ok(None) };
    let words = engine.read_line(&crop.picture)?;
    Ok(Some((crop, words)))
}

/// The word in NFC, with its place on the prepared page and on the upright picture.
fn place_word(page: &Prepared, crop: &Crop, found: &OcrWord) -> Option<(Area, Word)> {
    let text = tidy(&found.text);
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
        (Handwriting::Recognized, _) => Reader::Hand,
        (_, true) => Reader::Second,
        (_, false) => Reader::First,
    };
    Some((area, Word { text, bounds, confidence: found.confidence, reader, alternative, handwritten: found.handwriting != Handwriting::Printed }))
}

/// Around an area of the prepared page on the upright picture, px.
fn upright_bounds(page: &Prepared, &Area { x0, y0, x1, y1 }: &Area) -> Bounds {
    let corners = [(x0, y0), (x1, y0), (x0, y1), (x1, y1)].map(|(x, y)| page.to_upright(x, y));
    let edge = |pick: fn(f32, f32) -> f32, of: fn(&(f32, f32)) -> f32, start: f32| corners.iter().map(of).fold(start, pick);
    let (width, height) = page.upright;
    let clamp = |value: f32, limit: u32| (value.round().max(0.0) as u32).min(limit);
    Bounds::new(
        clamp(edge(f32::min, |corner| corner.0, f32::MAX), width.saturating_sub(1)),
        clamp(edge(f32::min, |corner| corner.1, f32::MAX), height.saturating_sub(1)),
        clamp(edge(f32::max, |corner| corner.0, f32::MIN), width),
        clamp(edge(f32::max, |corner| corner.1, f32::MIN), height),
    )
}

/// NFC without white space; the Icelandic Ð that stands for Đ is mended, since Vietnamese has no other.
fn tidy(text: &str) -> String {
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
            [left, right].into_iter().map(|part| (area_of(area, part), part.iter().map(|(_, word)| word.clone()).collect())).collect()
        }
        None => vec![(area, words.into_iter().map(|(_, word)| word).collect())],
    }
}

fn area_of(whole: Area, words: &[(Area, Word)]) -> Area {
    let left = words.iter().map(|(area, _)| area.x0).fold(f32::MAX, f32::min);
    let right = words.iter().map(|(area, _)| area.x1).fold(f32::MIN, f32::max);
    if left < right { Area { x0: left, x1: right, ..whole } } else { whole }
}

/// Strokes of a pen that nobody read: boxes without lines.
fn handwriting(page: &Prepared, lines: &[ReadLine], dpi: u32) -> Vec<Block> {
    let strokes = page.pen_strokes(lines.iter().map(|line| line.area), dpi);
    strokes.iter().map(|area| Block { kind: BlockKind::Handwriting, bounds: upright_bounds(page, area), lines: Vec::new() }).collect()
}

/// Lines in reading order, gathered into blocks: a new one where the part changes or a gap opens.
fn blocks(page: &Prepared, lines: &[ReadLine]) -> Vec<Block> {
    let areas: Vec<Area> = lines.iter().map(|line| line.area).collect();
    let mut blocks: Vec<Block> = Vec::new();
    let mut before: Option<(Placed, Area)> = None;
    for placed in order_with(&areas, &page.tables) {
        let Some(read) = lines.get(placed.line) else { continue };
        let Some(bounds) = Bounds::around(read.words.iter().map(|word| &word.bounds)) else { continue };
        let is_row = |placed: Placed| matches!(placed.part, Part::Row(_));
        let table = |placed: Placed| placed.cell.map(|(table, _)| table);
        let kind = if placed.cell.is_some() || is_row(placed) { BlockKind::Table } else { BlockKind::Text };
        let line = Line { bounds, words: read.words.clone(), cell: placed.cell.map(|(_, cell)| cell) };
        let goes_on = before.is_some_and(|(before, last)| {
            if before.cell.is_some() || placed.cell.is_some() {
                return table(before) == table(placed);
            }
            let same = before.part == placed.part || is_row(before) && is_row(placed);
            same && read.area.y0 - last.y1 < 1.2 * page.lines.letter_height.max(1.0) * 2.5
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
    use sohoa_formats::picture::{Raster, RasterData};
    use sohoa_imaging::orientation::{Upright, by_marks};

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
        let raster = Raster { width: pixels.width(), height: pixels.height(), turn: 0, data: RasterData::Pixels };
        let pixels = DynamicImage::from(pixels);
        let picture = PagePicture { pixels, dpi: 200, own_text: None, raster, overlays: Vec::new(), warnings: Vec::new() };
        read_page(picture, engine, &ReadOptions::default()).unwrap().reading
    }

    #[test]
    fn what_marks_say_wrongly_is_mended_by_what_can_be_read() {
        let lines = sohoa_imaging::lines::marks_of(&image::imageops::rotate180(&page(10))).unwrap();
        assert_eq!(by_marks(&lines), Upright::Yes, "the marks do not deceive");
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

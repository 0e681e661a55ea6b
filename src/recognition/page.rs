//! Recognition of one page: prepare the image, search for stamps, read the lines, build the reading.

use crate::barcodes;
use crate::blocks::{build_blocks, handwriting_blocks, restore_diacritics};
use crate::expected_error::expected_error_permille;
use crate::lines::{PlacedLine, mean_confidence, read_lines};
use crate::orientation;
use crate::second_pass::SecondPassOptions;
use crate::stamps;
use image::{DynamicImage, GenericImageView};
use serde::{Deserialize, Serialize};
use sohoa_base::cpu_time::cpu_time_ms;
use sohoa_base::error::Result;
use sohoa_base::model::page::reading::{Block, Quality, Reading, SecrecyStamp, TextSource};
use sohoa_base::model::refusal::Warning;
use sohoa_engine::engine::Engine;
use sohoa_formats::image::page_image::PageImage;
use sohoa_imaging::preprocess::page::{PreparedPage, PreprocessSteps, ScaledPage, scale_page};
use sohoa_imaging::stamps::search_area::StampView;
use std::collections::BTreeMap;

/// Options of preprocessing and recognition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ReadOptions {
    /// Options of the stage `prepare`.
    pub prepare: PreprocessOptions,
    /// Options of the stage `read`.
    pub read: SecondPassOptions,
    /// Clockwise turn that makes the page upright, degrees, as a person set it; `None`: it is detected.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub turn: Option<u16>,
}

/// Options of the stage `prepare`: how the image of a page is preprocessed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PreprocessOptions {
    /// Turn pages upright.
    pub orientation: bool,
    /// Straighten skewed pages.
    pub deskew: bool,
    /// Remove red seals from the text.
    pub seal_lift: bool,
    /// Normalize the background.
    pub background: bool,
    /// Resolution at which pages are read, dots per inch: more costs time and gains no accuracy.
    pub reading_dpi: u32,
}

impl Default for PreprocessOptions {
    fn default() -> Self {
        Self { orientation: true, deskew: true, seal_lift: true, background: true, reading_dpi: 200 }
    }
}

impl PreprocessOptions {
    /// Preprocessing steps for an engine: lines are detected on the image only where the engine has no text detector.
    fn steps(self, engine: &dyn Engine) -> PreprocessSteps {
        let Self { deskew, seal_lift, background, reading_dpi, orientation: _ } = self;
        PreprocessSteps { deskew, seal_lift, background, reading_dpi, detect_lines: !engine.has_text_detector() }
    }
}

/// Result of [`read_page`].
#[derive(Debug, Clone)]
pub struct PageReading {
    /// Text, layout, quality, barcodes and stamps.
    pub reading: Reading,
    /// Irregularities of the image.
    pub warnings: Vec<Warning>,
    /// Processor time by part (`prepare`, `read`, `stamps`), milliseconds.
    pub costs_ms: BTreeMap<String, u64>,
}

/// Secrecy stamps of one page.
#[derive(Debug, Clone)]
pub struct PageStamps {
    /// The stamps, the most secret first.
    pub stamps: Vec<SecrecyStamp>,
    /// Clockwise turn at which they were searched for, degrees.
    pub turn: u16,
    /// Processor time of the search alone, milliseconds.
    pub cost_ms: u64,
}

/// Reads one page. A born-digital page keeps its own text.
///
/// # Errors
/// Those of the engine and of the image library.
pub fn read_page(picture: PageImage, engine: &mut dyn Engine, options: &ReadOptions) -> Result<PageReading> {
    let PageImage { pixels, dpi, embedded_text, warnings, .. } = picture;
    let (reading, costs_ms) = match embedded_text {
        Some(blocks) => read_born_digital(&pixels, dpi, blocks, engine)?,
        None => read_scan(pixels, dpi, engine, options)?,
    };
    Ok(PageReading { reading, warnings, costs_ms })
}

/// Searches one page for secrecy stamps and reads nothing else. `turn` is the clockwise turn that makes the image upright,
/// degrees; without it the orientation is detected as in [`read_page`].
///
/// # Errors
/// As [`read_page`].
pub fn find_stamps(picture: PageImage, engine: &mut dyn Engine, options: &ReadOptions, turn: Option<u16>) -> Result<PageStamps> {
    let PageImage { pixels, dpi, embedded_text, .. } = picture;
    let turn = match turn {
        Some(turn) => turn,
        None if embedded_text.is_some() => 0,
        None => {
            let steps = options.prepare.steps(engine);
            orientation::prepare_upright(&scale_page(&pixels, dpi, steps)?, engine, options.prepare.orientation, steps)?.turn
        }
    };
    let (width, height) = pixels.dimensions();
    let upright = if turn.is_multiple_of(180) { (width, height) } else { (height, width) };
    let mut search = StampSearch::new(&pixels, dpi)?;
    search.run(turn, upright, engine)?;
    Ok(PageStamps { stamps: search.stamps, turn, cost_ms: search.view_ms + search.search_ms })
}

/// Search for secrecy stamps on one page, with its cost.
struct StampSearch {
    view: StampView,
    /// Turn of the last search, degrees.
    turn: Option<u16>,
    stamps: Vec<SecrecyStamp>,
    /// Processor time of building the view, milliseconds.
    view_ms: u64,
    /// Processor time of all searches, milliseconds.
    search_ms: u64,
}

impl StampSearch {
    fn new(pixels: &DynamicImage, dpi: u32) -> Result<Self> {
        let began = cpu_time_ms();
        let view = StampView::of(pixels, dpi)?;
        Ok(Self { view, turn: None, stamps: Vec::new(), view_ms: cpu_time_ms() - began, search_ms: 0 })
    }

    /// Searches the page after a clockwise turn by `turn` degrees, unless that was the turn of the last search.
    fn run(&mut self, turn: u16, upright_size: (u32, u32), engine: &mut dyn Engine) -> Result<()> {
        if self.turn == Some(turn) {
            return Ok(());
        }
        let began = cpu_time_ms();
        self.stamps = stamps::find_secrecy_stamps(&self.view, turn, upright_size, engine)?;
        self.turn = Some(turn);
        self.search_ms += cpu_time_ms() - began;
        Ok(())
    }
}

/// Reading of a page that brings its own text, and the processor time by part, milliseconds.
fn read_born_digital(
    pixels: &DynamicImage,
    dpi: u32,
    blocks: Vec<Block>,
    engine: &mut dyn Engine,
) -> Result<(Reading, BTreeMap<String, u64>)> {
    let mut search = StampSearch::new(pixels, dpi)?;
    search.run(0, pixels.dimensions(), engine)?;
    let costs_ms = BTreeMap::from([("stamps".to_owned(), search.view_ms + search.search_ms)]);
    let reading = Reading {
        width: pixels.width(),
        height: pixels.height(),
        dpi,
        blank: blocks.is_empty(),
        source: TextSource::BornDigital,
        quality: Quality { confidence: 100, ..Quality::default() },
        blocks,
        barcodes: barcodes::find_on_born_digital(pixels),
        stamps: search.stamps,
        ..Reading::default()
    };
    Ok((reading, costs_ms))
}

/// Reading of a scanned page, and the processor time by part, milliseconds.
fn read_scan(pixels: DynamicImage, dpi: u32, engine: &mut dyn Engine, options: &ReadOptions) -> Result<(Reading, BTreeMap<String, u64>)> {
    let mut search = StampSearch::new(&pixels, dpi)?;
    if options.read.min_confidence > 0 {
        engine.load_line_recognizer()?;
    }
    let began = cpu_time_ms();
    let steps = options.prepare.steps(engine);
    let scan = Scan { scaled: scale_page(&pixels, dpi, steps)?, dpi, steps, options };
    drop(pixels);
    let page = scan.prepare(engine)?;
    let prepared = cpu_time_ms();
    // Before the lines are read, while little memory is in use.
    search.run(page.turn, page.upright_size, engine)?;
    let (page, lines) = scan.read_upright(page, engine)?;
    let page = scan.assess(page, lines)?;
    search.run(page.prepared.turn, page.prepared.upright_size, engine)?;
    let reading = scan.into_reading(page, search.stamps);
    let costs_ms = BTreeMap::from([
        ("prepare".to_owned(), prepared - began),
        ("stamps".to_owned(), search.view_ms + search.search_ms),
        ("read".to_owned(), cpu_time_ms() - prepared - search.search_ms),
    ]);
    Ok((reading, costs_ms))
}

/// A scanned page at reading resolution, and how to process it.
struct Scan<'a> {
    scaled: ScaledPage,
    /// Resolution as delivered, dots per inch.
    dpi: u32,
    steps: PreprocessSteps,
    options: &'a ReadOptions,
}

/// A page whose lines have been read.
struct RecognizedPage {
    prepared: PreparedPage,
    lines: Vec<PlacedLine>,
    quality: Quality,
    /// Whether it holds no text; barcodes and stamps do not count here.
    is_blank: bool,
}

impl Scan<'_> {
    /// Prepares the page upright: by the set turn, otherwise by its detected orientation.
    fn prepare(&self, engine: &mut dyn Engine) -> Result<PreparedPage> {
        match self.options.turn {
            Some(turn) => orientation::prepare_turned(&self.scaled, turn, engine, self.steps),
            None => orientation::prepare_upright(&self.scaled, engine, self.options.prepare.orientation, self.steps),
        }
    }

    /// Reads the lines. A page that reads poorly may be upside down: it is tried rotated by 180°, and the better is kept.
    fn read_upright(&self, page: PreparedPage, engine: &mut dyn Engine) -> Result<(PreparedPage, Vec<PlacedLine>)> {
        let lines = read_lines(&page, engine, self.options.read)?;
        if self.options.prepare.orientation
            && self.options.turn.is_none()
            && mean_confidence(&lines) < orientation::MIN_UPRIGHT_CONFIDENCE
            && let Some(rotated) = orientation::try_rotated_180(&self.scaled, &page, engine, self.steps)?
        {
            // Frees its images before the lines are read again.
            drop(page);
            let lines = read_lines(&rotated, engine, self.options.read)?;
            return Ok((rotated, lines));
        }
        Ok((page, lines))
    }

    /// Measures the quality and decides whether the page is blank. Bleed-through counts as blank; a form without entries does
    /// not. The lines of bleed-through are dropped, and a blank page keeps the orientation in which it was delivered, because
    /// specks have none.
    fn assess(&self, page: PreparedPage, mut lines: Vec<PlacedLine>) -> Result<RecognizedPage> {
        let mut quality = page.quality(&self.scaled, self.dpi);
        quality.confidence = mean_confidence(&lines);
        let letters: usize = lines.iter().flat_map(|line| &line.words).map(|word| word.text.chars().count()).sum();
        let is_bleed_through = is_faint(&quality) && quality.confidence < orientation::MIN_UPRIGHT_CONFIDENCE;
        let is_blank = is_bleed_through || letters < 4 && quality.ink_permille < 10 && page.tables.is_empty();
        let is_turned_back = is_blank && page.turn != 0 && self.options.turn.is_none();
        if is_bleed_through || is_turned_back {
            lines.clear();
        }
        let prepared = if is_turned_back { self.scaled.prepare(0, self.steps)? } else { page };
        if let Some(scan) = &mut quality.scan {
            scan.skew_centidegrees = skew_centidegrees(&prepared);
            scan.expected_error_permille = expected_error_permille(lines.iter().flat_map(|line| &line.words));
        }
        Ok(RecognizedPage { prepared, lines, quality, is_blank })
    }

    fn into_reading(self, page: RecognizedPage, stamps: Vec<SecrecyStamp>) -> Reading {
        let RecognizedPage { prepared, lines, quality, is_blank } = page;
        let barcodes = barcodes::find_on_scan(&self.scaled, prepared.turn);
        let mut blocks = build_blocks(&prepared, &lines);
        restore_diacritics(&mut blocks);
        if !is_blank {
            blocks.extend(handwriting_blocks(&prepared, &lines, self.dpi));
        }
        let (width, height) = prepared.upright_size;
        Reading {
            width,
            height,
            dpi: self.dpi,
            turn: prepared.turn,
            skew_centidegrees: skew_centidegrees(&prepared),
            blank: is_blank && barcodes.is_empty() && stamps.is_empty(),
            source: TextSource::Recognised,
            quality,
            blocks,
            barcodes,
            stamps,
        }
    }
}

fn skew_centidegrees(page: &PreparedPage) -> i32 {
    (page.skew * 100.0).round() as i32
}

/// Whether nothing on the page is darker than bleed-through from the back of the sheet.
fn is_faint(quality: &Quality) -> bool {
    quality.ink_permille < 2 && quality.contrast <= 25
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use image::{GrayImage, Luma};
    use sohoa_engine::engine::OcrWord;
    use sohoa_formats::image::page_image::{EncodedData, EncodedImage};
    use sohoa_imaging::preprocess::orientation::{OrientationVerdict, orientation_by_diacritics};

    /// Reads lines with more ink in their lower half, as the letters of [`page`] have it, well and all others poorly.
    struct Footed;

    impl Engine for Footed {
        fn read_line(&mut self, picture: &GrayImage) -> Result<Vec<OcrWord>> {
            let ink = |rows: std::ops::Range<u32>| {
                rows.map(|y| (0..picture.width()).filter(|x| picture.get_pixel(*x, y).0[0] < 128).count()).sum::<usize>()
            };
            let (width, height) = picture.dimensions();
            let is_upright = ink(height / 2..height) > ink(0..height / 2);
            Ok(vec![OcrWord::new("quyết", if is_upright { 90 } else { 30 }, [0.0, 0.0, width as f32, height as f32])])
        }

        fn model_hashes(&self) -> BTreeMap<String, String> {
            BTreeMap::new()
        }
    }

    /// Page with lines of letters that are heavier below, and with dots under them that look like diacritics when the page is
    /// upside down.
    fn page(ink: u8) -> GrayImage {
        GrayImage::from_fn(800, 1100, |x, y| {
            let (column, row) = (x % 16, y % 50);
            let within = (96..704).contains(&x) && (100..1000).contains(&y);
            let letter = column < 10 && (10..26).contains(&row) && (row >= 18 || column < 3);
            let dot = x / 16 % 2 == 0 && (3..7).contains(&column) && (30..34).contains(&row);
            Luma([if within && (letter || dot) { ink } else { 250 }])
        })
    }

    /// Detects lines on every page and reads each with a confidence of 40.
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
    fn misleading_diacritics_are_corrected_by_recognition() {
        let lines = sohoa_imaging::layout::lines::measure_diacritics(&image::imageops::rotate180(&page(10))).unwrap();
        assert_eq!(orientation_by_diacritics(&lines), OrientationVerdict::Upright, "the marks do not deceive");
        assert_eq!(read(page(10), &mut Footed).turn, 0);
        assert_eq!(read(image::imageops::rotate180(&page(10)), &mut Footed).turn, 180);
    }

    #[test]
    fn bleed_through_is_not_recognized() {
        let faint = read(page(236), &mut Guessing);
        assert!(faint.blank && faint.words().next().is_none(), "{faint:?}");
        let dark = read(page(120), &mut Guessing);
        assert!(!dark.blank && dark.words().next().is_some(), "what may be print was dropped");
    }
}

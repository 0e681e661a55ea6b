//! ALTO 4.4: one page's reading as XML, and back. Nothing of the reading is lost on the way.
//!
//! Schema: <https://www.loc.gov/standards/alto/v4/alto-4-4.xsd>. What ALTO has no place for (resolution,
//! turn, skew, quality) stands as `key=value` in the settings of the processing step.

use crate::metadata::alto_tags;
use crate::metadata::alto_tags::{
    CORRECTED_BY_PERSON, HANDWRITING, HANDWRITING_RECOGNIZER, HANDWRITTEN, RESTORED_DIACRITICS, SECOND_RECOGNIZER, TABLE,
};
use crate::metadata::xml::escape;
use quick_xml::escape::resolve_xml_entity;
use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};
use sohoa_base::error::{Error, ErrorKind, Result, ResultExt};
use sohoa_base::model::page::geometry::Bounds;
use sohoa_base::model::page::reading::{
    Alternative, Block, BlockKind, Cell, Line, Quality, Reading, ScanQuality, Sides, TextSource, Word, WordSource as WordReader,
};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// Stands before the confidence in the purpose of an alternative.
const ALTERNATIVE_PREFIX: &str = "other reader ";

/// Words for the sides of a page, clockwise from the left one.
const SIDE_NAMES: [&str; 4] = ["left", "top", "right", "bottom"];

/// Largest ALTO file that is read, bytes: a page with 100,000 words has about 15 MB.
const MAX_ALTO_BYTES: usize = 64 << 20;

/// The ALTO file of one page. `page_number` is its place in the original, from 1; `original` the SHA-256 of
/// the original, lower-case hexadecimal.
#[must_use]
pub fn write(reading: &Reading, page_number: u32, original: &str) -> String {
    let mut out = String::with_capacity(2_000 + reading.words().count() * 160);
    out.push_str("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    out.push_str("<alto xmlns=\"http://www.loc.gov/standards/alto/ns-v4#\" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" ");
    out.push_str("xsi:schemaLocation=\"http://www.loc.gov/standards/alto/ns-v4# http://www.loc.gov/standards/alto/v4/alto-4-4.xsd\" ");
    out.push_str("SCHEMAVERSION=\"4.4\">\n<Description>\n<MeasurementUnit>pixel</MeasurementUnit>\n");
    let original = escape(original);
    let _ = writeln!(out, "<sourceImageInformation>\n<fileIdentifier fileIdentifierLocation=\"sha256\">{original}</fileIdentifier>");
    out.push_str("</sourceImageInformation>\n<Processing ID=\"reading\">\n<processingCategory>contentGeneration</processingCategory>\n");
    let description = match reading.source {
        TextSource::Recognised => "text recognised from the page picture",
        TextSource::BornDigital => "text layer of the born-digital page",
    };
    let _ = writeln!(out, "<processingStepDescription>{description}</processingStepDescription>");
    let _ = writeln!(out, "<processingStepSettings>{}</processingStepSettings>", processing_settings(reading));
    let version = env!("CARGO_PKG_VERSION");
    let _ = writeln!(out, "<processingSoftware>\n<softwareName>sohoa</softwareName>\n<softwareVersion>{version}</softwareVersion>");
    out.push_str("</processingSoftware>\n</Processing>\n</Description>\n");
    out.push_str(&alto_tags::tag_declarations(reading));
    let (width, height) = (reading.width, reading.height);
    let _ = write!(out, "<Layout>\n<Page ID=\"page\" PHYSICAL_IMG_NR=\"{page_number}\" WIDTH=\"{width}\" HEIGHT=\"{height}\"");
    let _ = write!(out, " PROCESSINGREFS=\"reading\" PC=\"{}\"", percent_to_ratio(reading.quality.confidence));
    if reading.skew_centidegrees != 0 {
        // ALTO counts counter-clockwise; lines that fall to the right are turned clockwise.
        let _ = write!(out, " ROTATION=\"{}\"", -f64::from(reading.skew_centidegrees) / 100.0);
    }
    let _ = writeln!(out, " LANG=\"vi\">\n<PrintSpace HPOS=\"0\" VPOS=\"0\" WIDTH=\"{width}\" HEIGHT=\"{height}\">");
    for (place, block) in reading.blocks.iter().enumerate() {
        write_block(&mut out, block, place + 1);
    }
    out.push_str("</PrintSpace>\n</Page>\n</Layout>\n</alto>\n");
    out
}

fn write_block(out: &mut String, block: &Block, place: usize) {
    let (id, place) = (format!("b{place}"), position_attributes(&block.bounds));
    match block.kind {
        BlockKind::Table if alto_tags::has_cells(block) => write_table(out, block, &id),
        BlockKind::Handwriting if block.lines.is_empty() => {
            let _ = writeln!(out, "<Illustration ID=\"{id}\" TAGREFS=\"{HANDWRITING}\"{place} TYPE=\"{HANDWRITING}\"/>");
        }
        kind => {
            let tag = match kind {
                BlockKind::Text => String::new(),
                BlockKind::Table => format!(" TAGREFS=\"{TABLE}\""),
                BlockKind::Handwriting => format!(" TAGREFS=\"{HANDWRITING}\""),
            };
            let _ = writeln!(out, "<TextBlock ID=\"{id}\"{tag}{place}>");
            write_lines(out, &block.lines, &id);
            out.push_str("</TextBlock>\n");
        }
    }
}

/// A ruled table: a composed block with a text block for every cell.
fn write_table(out: &mut String, block: &Block, id: &str) {
    let place = position_attributes(&block.bounds);
    let _ = writeln!(out, "<ComposedBlock ID=\"{id}\" TAGREFS=\"{TABLE}\"{place} TYPE=\"{TABLE}\">");
    for (number, lines) in block.lines.chunk_by(|one, other| one.cell == other.cell).enumerate() {
        let cell_id = format!("{id}c{}", number + 1);
        let tag = lines.first().and_then(|line| line.cell).map(|cell| format!(" TAGREFS=\"{}\"", alto_tags::cell_tag(cell)));
        let around = Bounds::enclosing(lines.iter().map(|line| &line.bounds)).unwrap_or(block.bounds);
        let _ = writeln!(out, "<TextBlock ID=\"{cell_id}\"{}{}>", tag.unwrap_or_default(), position_attributes(&around));
        write_lines(out, lines, &cell_id);
        out.push_str("</TextBlock>\n");
    }
    out.push_str("</ComposedBlock>\n");
}

fn write_lines(out: &mut String, lines: &[Line], id: &str) {
    for (number, line) in lines.iter().enumerate() {
        let _ = writeln!(out, "<TextLine ID=\"{id}l{}\"{}>", number + 1, position_attributes(&line.bounds));
        for (at, word) in line.words.iter().enumerate() {
            let (text, bounds, tags) = (escape(&word.text), &word.bounds, alto_tags::word_tags(word));
            let _ =
                write!(out, "<String CONTENT=\"{text}\"{}{tags} WC=\"{}\"", position_attributes(bounds), percent_to_ratio(word.confidence));
            match &word.alternative {
                Some(other) => {
                    let (text, sure) = (escape(&other.text), percent_to_ratio(other.confidence));
                    let _ = writeln!(out, "><ALTERNATIVE PURPOSE=\"{ALTERNATIVE_PREFIX}{sure}\">{text}</ALTERNATIVE></String>");
                }
                None => out.push_str("/>\n"),
            }
            if let Some(next) = line.words.get(at + 1) {
                let gap = Bounds::new(bounds.x1, bounds.y0, next.bounds.x0.max(bounds.x1), bounds.y1);
                let _ = writeln!(out, "<SP{}/>", position_attributes(&gap));
            }
        }
        if line.words.is_empty() {
            // The schema wants one; without a position it is no word.
            out.push_str("<String CONTENT=\"\"/>\n");
        }
        out.push_str("</TextLine>\n");
    }
}

fn position_attributes(bounds: &Bounds) -> String {
    format!(" HPOS=\"{}\" VPOS=\"{}\" WIDTH=\"{}\" HEIGHT=\"{}\"", bounds.x0, bounds.y0, bounds.width(), bounds.height())
}

/// Per cent as the share that ALTO wants.
fn percent_to_ratio(percent: u8) -> String {
    format!("{}.{:02}", percent.min(100) / 100, percent.min(100) % 100)
}

fn processing_settings(reading: &Reading) -> String {
    let Quality { ink_permille, contrast, sharpness, confidence, scan } = reading.quality;
    let source = match reading.source {
        TextSource::Recognised => "recognised",
        TextSource::BornDigital => "born-digital",
    };
    let mut settings = format!(
        "dpi={} turn={} skew-centidegrees={} blank={} source={source} ink-permille={ink_permille} contrast={contrast} \
         sharpness={sharpness} confidence={confidence}",
        reading.dpi, reading.turn, reading.skew_centidegrees, reading.blank
    );
    if let Some(ScanQuality { noise, bleed_permille, clipped_sides: cut, expected_error_permille, .. }) = scan {
        let cut: Vec<&str> = SIDE_NAMES.iter().zip(cut.clockwise()).filter_map(|(side, is_cut)| is_cut.then_some(*side)).collect();
        let cut = if cut.is_empty() { "none".to_owned() } else { cut.join(",") };
        let _ =
            write!(settings, " noise={noise} bleed-permille={bleed_permille} cut={cut} expected-error-permille={expected_error_permille}");
    }
    settings
}

/// The reading in an ALTO file that [`write`] made.
///
/// # Errors
/// `Corrupt` for anything else than well-formed ALTO with this program's settings, `Limit` past 64 MiB.
pub fn parse(alto: &str) -> Result<Reading> {
    if alto.len() > MAX_ALTO_BYTES {
        return Err(Error::limit(format!("ALTO file of {} bytes is larger than 64 MiB", alto.len())));
    }
    let mut reader = Reader::from_str(alto);
    let mut reading = None;
    let mut kept = BTreeMap::new();
    let mut in_settings = false;
    let mut alternative: Option<Alternative> = None;
    let mut table = TableState::default();
    let mut ended = false;
    loop {
        let at = reader.buffer_position();
        let event = reader.read_event().or_error(ErrorKind::Corrupt, || format!("ALTO file is not well-formed at byte {at}"))?;
        match event {
            Event::Start(element) | Event::Empty(element) => match element.local_name().as_ref() {
                "processingStepSettings" => in_settings = true,
                "ALTERNATIVE" => alternative = Attributes::of(&element)?.alternative(),
                "Page" => reading = Some(page_from_attributes(&Attributes::of(&element)?, &kept)?),
                "ComposedBlock" | "Illustration" | "TextBlock" | "TextLine" | "String" => {
                    let reading = reading.as_mut().ok_or_else(|| Error::corrupt("ALTO file has text outside a page"))?;
                    append_element(reading, &element, &mut table)?;
                }
                _ => {}
            },
            Event::Text(text) if in_settings => {
                kept.extend(text.split_whitespace().filter_map(|pair| pair.split_once('=')).map(|(k, v)| (k.to_owned(), v.to_owned())));
            }
            Event::Text(text) => {
                if let Some(other) = &mut alternative {
                    other.text.push_str(&text);
                }
            }
            Event::GeneralRef(name) => {
                if let Some(other) = &mut alternative {
                    other.text.push_str(resolve_xml_entity(&name).unwrap_or_default());
                }
            }
            Event::End(element) => {
                in_settings = false;
                if let Some(other) = alternative.take() {
                    let line = reading.as_mut().and_then(|reading| reading.blocks.last_mut()).and_then(|block| block.lines.last_mut());
                    if let Some(word) = line.and_then(|line| line.words.last_mut()) {
                        word.alternative = Some(other);
                    }
                }
                table.is_open &= element.local_name().as_ref() != "ComposedBlock";
                ended |= element.local_name().as_ref() == "alto";
            }
            Event::Eof => break,
            _ => {}
        }
    }
    match reading {
        Some(reading) if ended => Ok(reading),
        _ => Err(Error::corrupt("ALTO file is cut off or holds no page, restore it from the store")),
    }
}

/// The ruled table that is being read.
#[derive(Default)]
struct TableState {
    /// Whether text blocks are cells of it, or parts outside of any.
    is_open: bool,
    cell: Option<Cell>,
}

/// Adds a block, a line or a word to where the reading ends.
fn append_element(reading: &mut Reading, element: &BytesStart<'_>, table: &mut TableState) -> Result<()> {
    let misplaced = || Error::corrupt("ALTO file has a line outside a block or a word outside a line");
    let attributes = Attributes::of(element)?;
    match element.local_name().as_ref() {
        "ComposedBlock" => {
            *table = TableState { is_open: true, cell: None };
            reading.blocks.push(Block { kind: BlockKind::Table, bounds: attributes.bounds()?, lines: Vec::new() });
        }
        "TextBlock" if table.is_open => table.cell = attributes.0.get("TAGREFS").and_then(|tags| alto_tags::parse_cell_tag(tags)),
        "TextBlock" | "Illustration" => {
            let kind = match (attributes.has_tag(TABLE), attributes.has_tag(HANDWRITING)) {
                (true, _) => BlockKind::Table,
                (_, true) => BlockKind::Handwriting,
                _ => BlockKind::Text,
            };
            reading.blocks.push(Block { kind, bounds: attributes.bounds()?, lines: Vec::new() });
        }
        "TextLine" => {
            let block = reading.blocks.last_mut().ok_or_else(misplaced)?;
            let cell = table.cell.filter(|_| table.is_open);
            block.lines.push(Line { cell, ..Line::new(attributes.bounds()?, Vec::new()) });
        }
        _ if attributes.0.contains_key("HPOS") => {
            let line = reading.blocks.last_mut().and_then(|block| block.lines.last_mut()).ok_or_else(misplaced)?;
            let confidence = (attributes.number("WC")?.clamp(0.0, 1.0) * 100.0).round() as u8;
            let text = attributes.text("CONTENT")?.to_owned();
            let mut word = Word::new(text, attributes.bounds()?, confidence);
            if attributes.has_tag(SECOND_RECOGNIZER) {
                word.source = WordReader::SecondPass;
            }
            if attributes.has_tag(RESTORED_DIACRITICS) {
                word.source = WordReader::DiacriticRestoration;
            }
            if attributes.has_tag(CORRECTED_BY_PERSON) {
                word.source = WordReader::Person;
            }
            if attributes.has_tag(HANDWRITING_RECOGNIZER) {
                word.source = WordReader::Handwriting;
            }
            word.handwritten = attributes.has_tag(HANDWRITTEN);
            line.words.push(word);
        }
        _ => {}
    }
    Ok(())
}

fn page_from_attributes(attributes: &Attributes, settings: &BTreeMap<String, String>) -> Result<Reading> {
    fn setting<T: std::str::FromStr>(settings: &BTreeMap<String, String>, key: &str) -> Result<T> {
        let value = settings.get(key).and_then(|value| value.parse().ok());
        value.ok_or_else(|| Error::corrupt(format!("ALTO file has no setting {key} that can be read, it was not written by sohoa")))
    }
    let source: String = setting(settings, "source")?;
    let (dpi, skew_centidegrees) = (setting(settings, "dpi")?, setting(settings, "skew-centidegrees")?);
    // Versions that did not measure the scan wrote none of these; the scan's resolution and skew are the reading's.
    let scan = match settings.get("cut") {
        None => None,
        Some(cut) => Some(ScanQuality {
            dpi,
            skew_centidegrees,
            noise: setting(settings, "noise")?,
            bleed_permille: setting(settings, "bleed-permille")?,
            clipped_sides: Sides::from(SIDE_NAMES.map(|side| cut.split(',').any(|named| named == side))),
            expected_error_permille: setting(settings, "expected-error-permille")?,
        }),
    };
    Ok(Reading {
        width: attributes.px("WIDTH")?,
        height: attributes.px("HEIGHT")?,
        dpi,
        turn: setting(settings, "turn")?,
        skew_centidegrees,
        blank: setting(settings, "blank")?,
        source: if source == "born-digital" { TextSource::BornDigital } else { TextSource::Recognised },
        quality: Quality {
            ink_permille: setting(settings, "ink-permille")?,
            contrast: setting(settings, "contrast")?,
            sharpness: setting(settings, "sharpness")?,
            confidence: setting(settings, "confidence")?,
            scan,
        },
        blocks: Vec::new(),
        barcodes: Vec::new(),
        stamps: Vec::new(),
    })
}

/// Attributes of one element by local name.
struct Attributes(BTreeMap<String, String>);

impl Attributes {
    /// The alternative whose element this is, its text still missing; `None` for one of another program.
    fn alternative(&self) -> Option<Alternative> {
        let sure: f32 = self.0.get("PURPOSE")?.strip_prefix(ALTERNATIVE_PREFIX)?.parse().ok()?;
        Some(Alternative { text: String::new(), confidence: (sure.clamp(0.0, 1.0) * 100.0).round() as u8 })
    }

    fn of(element: &BytesStart<'_>) -> Result<Self> {
        let mut all = BTreeMap::new();
        for attribute in element.attributes() {
            let broken = || "ALTO file has a broken attribute".to_owned();
            let attribute = attribute.or_error(ErrorKind::Corrupt, broken)?;
            let value = attribute.normalized_value(XmlVersion::Explicit1_0).or_error(ErrorKind::Corrupt, broken)?;
            all.insert(attribute.key.local_name().as_ref().to_owned(), value.into_owned());
        }
        Ok(Self(all))
    }

    fn has_tag(&self, name: &str) -> bool {
        self.0.get("TAGREFS").is_some_and(|tags| tags.split_whitespace().any(|tag| tag == name))
    }

    fn text(&self, name: &str) -> Result<&str> {
        self.0.get(name).map(String::as_str).ok_or_else(|| Error::corrupt(format!("ALTO file lacks an attribute {name}")))
    }

    fn number(&self, name: &str) -> Result<f64> {
        let number: f64 = self.text(name)?.parse().or_error(ErrorKind::Corrupt, || format!("ALTO attribute {name} is no number"))?;
        if number.is_finite() { Ok(number) } else { Err(Error::corrupt(format!("ALTO attribute {name} is no number"))) }
    }

    fn px(&self, name: &str) -> Result<u32> {
        Ok(self.number(name)?.round().clamp(0.0, f64::from(u32::MAX)) as u32)
    }

    fn bounds(&self) -> Result<Bounds> {
        let (x0, y0) = (self.px("HPOS")?, self.px("VPOS")?);
        Ok(Bounds::new(x0, y0, x0.saturating_add(self.px("WIDTH")?), y0.saturating_add(self.px("HEIGHT")?)))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;

    fn reading() -> Reading {
        let word = |text: &str, x: u32, confidence| Word::new(text, Bounds::new(x, 20, x + 90, 60), confidence);
        let mut words = vec![word("Số:", 10, 100), word("12/QĐ-UBND", 120, 87), word("\"<&>\"", 230, 0)];
        words[1].source = WordReader::SecondPass;
        words[1].handwritten = true;
        words[0].source = WordReader::Handwriting;
        words[2].alternative = Some(Alternative { text: "<&> \"đ".into(), confidence: 7 });
        let line = Line::new(Bounds::new(10, 20, 320, 60), words);
        let empty = Line::new(Bounds::new(0, 70, 5, 80), Vec::new());
        let cut = Sides { left: true, bottom: true, ..Sides::default() };
        let scan = ScanQuality {
            dpi: 300,
            skew_centidegrees: -37,
            noise: 4,
            bleed_permille: 31,
            clipped_sides: cut,
            expected_error_permille: 128,
        };
        let block = |kind, lines| Block { kind, bounds: Bounds::new(10, 20, 320, 80), lines };
        let cell = |row, column| Some(Cell { row, column, row_span: 1, column_span: 2 });
        let in_cell = |row, column| Line { cell: cell(row, column), ..line.clone() };
        let cells = vec![in_cell(0, 0), in_cell(0, 0), in_cell(0, 2), line.clone(), in_cell(7, 1)];
        Reading {
            width: 2480,
            height: 3508,
            dpi: 300,
            turn: 270,
            skew_centidegrees: -37,
            blank: false,
            source: TextSource::BornDigital,
            quality: Quality { ink_permille: 41, contrast: 200, sharpness: 77, confidence: 91, scan: Some(scan) },
            blocks: vec![
                block(BlockKind::Text, vec![line.clone(), empty]),
                block(BlockKind::Table, cells),
                block(BlockKind::Handwriting, vec![]),
                block(BlockKind::Handwriting, vec![line.clone()]),
                block(BlockKind::Table, vec![line]),
                block(BlockKind::Text, vec![]),
            ],
            barcodes: Vec::new(),
            stamps: Vec::new(),
        }
    }

    #[test]
    fn a_reading_comes_back_whole() {
        let reading = reading();
        assert_eq!(parse(&write(&reading, 3, "ab12")).unwrap(), reading);
    }

    #[test]
    fn a_file_of_a_version_that_did_not_measure_the_scan_is_read() {
        let mut reading = reading();
        let new = write(&reading, 3, "ab12");
        let old = new.replace(" noise=4 bleed-permille=31 cut=left,bottom expected-error-permille=128", "");
        assert_ne!(old, new);
        reading.quality.scan = None;
        assert_eq!(parse(&old).unwrap(), reading);
        assert_eq!(parse(&write(&reading, 3, "ab12")).unwrap(), reading);
    }

    #[test]
    fn every_confidence_comes_back() {
        for percent in 0..=100u8 {
            assert_eq!((percent_to_ratio(percent).parse::<f64>().unwrap() * 100.0).round() as u8, percent);
        }
    }

    #[test]
    fn odd_characters_do_not_break_the_file() {
        let mut odd = reading();
        let word = odd.blocks.first_mut().and_then(|block| block.lines.first_mut()).and_then(|line| line.words.first_mut()).unwrap();
        word.text = "a\u{0}b\u{fffe}c\u{1f600}]]>".into();
        let back = parse(&write(&odd, 1, "x")).unwrap();
        assert_eq!(back.words().next().unwrap().text, "a\u{fffd}b\u{fffd}c\u{1f600}]]>");
    }

    #[test]
    fn a_file_cut_anywhere_is_refused() {
        let whole = write(&reading(), 1, "x");
        let ends: Vec<usize> = whole.char_indices().map(|(at, _)| at).filter(|at| *at < whole.len() - 7).step_by(13).collect();
        for end in ends {
            assert_eq!(parse(whole.get(..end).unwrap()).unwrap_err().kind(), ErrorKind::Corrupt, "cut at {end}");
        }
    }
}

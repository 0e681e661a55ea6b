//! Parser of ALTO files written by this program.

use crate::metadata::alto::tags;
use crate::metadata::alto::tags::{
    ALTERNATIVE_PREFIX, CORRECTED_BY_PERSON, HANDWRITING, HANDWRITING_RECOGNIZER, HANDWRITTEN, RESTORED_DIACRITICS, SECOND_RECOGNIZER,
    SIDE_NAMES, TABLE,
};
use quick_xml::escape::resolve_xml_entity;
use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};
use sohoa_base::error::Result;
use sohoa_base::messages::tables;
use sohoa_base::model::page::geometry::Bounds;
use sohoa_base::model::page::reading::{
    Alternative, Block, BlockKind, Cell, Line, Quality, Reading, ScanQuality, Sides, TextSource, Word, WordSource,
};
use std::collections::BTreeMap;

/// Maximum size of an ALTO file, bytes: a page with 100,000 words has about 15 MB.
const MAX_ALTO_BYTES: usize = 64 << 20;

/// Parses the reading of an ALTO file written by [`write`].
///
/// # Errors
/// `Corrupt` for anything but well-formed ALTO with this program's settings, `Limit` above 64 MiB.
pub fn parse(alto: &str) -> Result<Reading> {
    if alto.len() > MAX_ALTO_BYTES {
        return Err(tables::alto_too_large(alto.len()));
    }
    let mut reader = Reader::from_str(alto);
    let mut reading = None;
    let mut settings = BTreeMap::new();
    let mut in_settings = false;
    let mut alternative: Option<Alternative> = None;
    let mut table = TableState::default();
    let mut ended = false;
    loop {
        let at = reader.buffer_position();
        let event = reader.read_event().map_err(|error| tables::alto_invalid(format!("byte {at}")).caused_by(error))?;
        match event {
            Event::Start(element) | Event::Empty(element) => match element.local_name().as_ref() {
                "processingStepSettings" => in_settings = true,
                "ALTERNATIVE" => alternative = Attributes::of(&element)?.alternative(),
                "Page" => reading = Some(page_from_attributes(&Attributes::of(&element)?, &settings)?),
                "ComposedBlock" | "Illustration" | "TextBlock" | "TextLine" | "String" => {
                    let reading = reading.as_mut().ok_or_else(|| tables::alto_invalid("String"))?;
                    append_element(reading, &element, &mut table)?;
                }
                _ => {}
            },
            Event::Text(text) if in_settings => {
                settings.extend(text.split_whitespace().filter_map(|pair| pair.split_once('=')).map(|(k, v)| (k.to_owned(), v.to_owned())));
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
        _ => Err(tables::alto_invalid("Page")),
    }
}

/// Ruled table being parsed.
#[derive(Default)]
struct TableState {
    /// Inside a composed block: text blocks are its cells.
    is_open: bool,
    /// Cell of the current text block; none for text outside any cell.
    cell: Option<Cell>,
}

/// Appends a block, a line or a word to the reading.
fn append_element(reading: &mut Reading, element: &BytesStart<'_>, table: &mut TableState) -> Result<()> {
    let misplaced = || tables::alto_invalid("TextLine");
    let attributes = Attributes::of(element)?;
    match element.local_name().as_ref() {
        "ComposedBlock" => {
            *table = TableState { is_open: true, cell: None };
            reading.blocks.push(Block { kind: BlockKind::Table, bounds: attributes.bounds()?, lines: Vec::new() });
        }
        "TextBlock" if table.is_open => table.cell = attributes.0.get("TAGREFS").and_then(|tags| tags::parse_cell_tag(tags)),
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
                word.source = WordSource::SecondPass;
            }
            if attributes.has_tag(RESTORED_DIACRITICS) {
                word.source = WordSource::DiacriticRestoration;
            }
            if attributes.has_tag(CORRECTED_BY_PERSON) {
                word.source = WordSource::Person;
            }
            if attributes.has_tag(HANDWRITING_RECOGNIZER) {
                word.source = WordSource::Handwriting;
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
        value.ok_or_else(|| tables::alto_invalid(key))
    }
    let source: String = setting(settings, "source")?;
    let (dpi, skew_centidegrees) = (setting(settings, "dpi")?, setting(settings, "skew-centidegrees")?);
    // Versions that did not measure the scan wrote none of these. The scan's resolution and skew are those of the reading.
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

/// Attributes of one element, by local name.
struct Attributes(BTreeMap<String, String>);

impl Attributes {
    /// Alternative of this element, without its text; `None` for one written by another program.
    fn alternative(&self) -> Option<Alternative> {
        let ratio: f32 = self.0.get("PURPOSE")?.strip_prefix(ALTERNATIVE_PREFIX)?.parse().ok()?;
        Some(Alternative { text: String::new(), confidence: (ratio.clamp(0.0, 1.0) * 100.0).round() as u8 })
    }

    fn of(element: &BytesStart<'_>) -> Result<Self> {
        let mut all = BTreeMap::new();
        for attribute in element.attributes() {
            let attribute = attribute.map_err(|error| tables::alto_invalid("attribute").caused_by(error))?;
            let value =
                attribute.normalized_value(XmlVersion::Explicit1_0).map_err(|error| tables::alto_invalid("attribute").caused_by(error))?;
            all.insert(attribute.key.local_name().as_ref().to_owned(), value.into_owned());
        }
        Ok(Self(all))
    }

    fn has_tag(&self, name: &str) -> bool {
        self.0.get("TAGREFS").is_some_and(|tags| tags.split_whitespace().any(|tag| tag == name))
    }

    fn text(&self, name: &str) -> Result<&str> {
        self.0.get(name).map(String::as_str).ok_or_else(|| tables::alto_invalid(name))
    }

    fn number(&self, name: &str) -> Result<f64> {
        let number: f64 = self.text(name)?.parse().map_err(|error| tables::alto_invalid(name).caused_by(error))?;
        if number.is_finite() { Ok(number) } else { Err(tables::alto_invalid(name)) }
    }

    fn px(&self, name: &str) -> Result<u32> {
        Ok(self.number(name)?.round().clamp(0.0, f64::from(u32::MAX)) as u32)
    }

    fn bounds(&self) -> Result<Bounds> {
        let (x0, y0) = (self.px("HPOS")?, self.px("VPOS")?);
        Ok(Bounds::new(x0, y0, x0.saturating_add(self.px("WIDTH")?), y0.saturating_add(self.px("HEIGHT")?)))
    }
}

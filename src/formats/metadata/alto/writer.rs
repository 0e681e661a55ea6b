//! Writer of ALTO files.

use crate::metadata::alto::tags;
use crate::metadata::alto::tags::{ALTERNATIVE_PREFIX, HANDWRITING, SIDE_NAMES, TABLE};
use crate::metadata::xml::escape;
use sohoa_base::model::page::geometry::Bounds;
use sohoa_base::model::page::reading::{Block, BlockKind, Line, Quality, Reading, ScanQuality, TextSource};
use std::fmt::Write as _;

/// Writes the ALTO file of one page. `page_number` is its number in the original, from 1; `original` the SHA-256
/// of the original, lower-case hexadecimal.
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
    out.push_str(&tags::tag_declarations(reading));
    let (width, height) = (reading.width, reading.height);
    let _ = write!(out, "<Layout>\n<Page ID=\"page\" PHYSICAL_IMG_NR=\"{page_number}\" WIDTH=\"{width}\" HEIGHT=\"{height}\"");
    let _ = write!(out, " PROCESSINGREFS=\"reading\" PC=\"{}\"", percent_to_ratio(reading.quality.confidence));
    if reading.skew_centidegrees != 0 {
        // ALTO counts counter-clockwise; lines that descend to the right are rotated clockwise.
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
        BlockKind::Table if tags::has_cells(block) => write_table(out, block, &id),
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

/// Writes a ruled table: a composed block with a text block for every cell.
fn write_table(out: &mut String, block: &Block, id: &str) {
    let place = position_attributes(&block.bounds);
    let _ = writeln!(out, "<ComposedBlock ID=\"{id}\" TAGREFS=\"{TABLE}\"{place} TYPE=\"{TABLE}\">");
    for (number, lines) in block.lines.chunk_by(|one, other| one.cell == other.cell).enumerate() {
        let cell_id = format!("{id}c{}", number + 1);
        let tag = lines.first().and_then(|line| line.cell).map(|cell| format!(" TAGREFS=\"{}\"", tags::cell_tag(cell)));
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
            let (text, bounds, tags) = (escape(&word.text), &word.bounds, tags::word_tags(word));
            let _ =
                write!(out, "<String CONTENT=\"{text}\"{}{tags} WC=\"{}\"", position_attributes(bounds), percent_to_ratio(word.confidence));
            match &word.alternative {
                Some(other) => {
                    let (text, ratio) = (escape(&other.text), percent_to_ratio(other.confidence));
                    let _ = writeln!(out, "><ALTERNATIVE PURPOSE=\"{ALTERNATIVE_PREFIX}{ratio}\">{text}</ALTERNATIVE></String>");
                }
                None => out.push_str("/>\n"),
            }
            if let Some(next) = line.words.get(at + 1) {
                let gap = Bounds::new(bounds.x1, bounds.y0, next.bounds.x0.max(bounds.x1), bounds.y1);
                let _ = writeln!(out, "<SP{}/>", position_attributes(&gap));
            }
        }
        if line.words.is_empty() {
            // The schema requires one; a string without a position is not parsed as a word.
            out.push_str("<String CONTENT=\"\"/>\n");
        }
        out.push_str("</TextLine>\n");
    }
}

fn position_attributes(bounds: &Bounds) -> String {
    format!(" HPOS=\"{}\" VPOS=\"{}\" WIDTH=\"{}\" HEIGHT=\"{}\"", bounds.x0, bounds.y0, bounds.width(), bounds.height())
}

/// Per cent (0–100) as the ratio of ALTO, `0.00`–`1.00`.
pub(super) fn percent_to_ratio(percent: u8) -> String {
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

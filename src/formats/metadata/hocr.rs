//! hOCR 1.2: the readings of a document as XHTML for browsers and OCR tools.
//!
//! Specification: <https://kba.github.io/hocr-spec/1.2/>.

use crate::metadata::xml::escape;
use sohoa_base::model::page::geometry::Bounds;
use sohoa_base::model::page::reading::{Block, BlockKind, Line, Reading};
use std::fmt::Write as _;

/// Writes the hOCR file of `pages`, in order.
#[must_use]
pub fn write(pages: &[&Reading], title: &str) -> String {
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!DOCTYPE html>\n");
    out.push_str("<html xmlns=\"http://www.w3.org/1999/xhtml\" xml:lang=\"vi\" lang=\"vi\">\n<head>\n");
    let _ = writeln!(out, "<title>{}</title>\n<meta charset=\"utf-8\"/>", escape(title));
    let _ = writeln!(out, "<meta name=\"ocr-system\" content=\"sohoa {}\"/>", env!("CARGO_PKG_VERSION"));
    out.push_str("<meta name=\"ocr-capabilities\" content=\"ocr_page ocr_carea ocr_par ocr_line ocrx_word ocrp_wconf ocrp_lang\"/>\n");
    let _ = writeln!(out, "<meta name=\"ocr-number-of-pages\" content=\"{}\"/>\n<meta name=\"ocr-langs\" content=\"vi\"/>", pages.len());
    out.push_str("</head>\n<body>\n");
    for (place, reading) in pages.iter().enumerate() {
        let page = place + 1;
        let whole = bbox(&Bounds::new(0, 0, reading.width, reading.height));
        let dpi = reading.dpi;
        let _ = writeln!(out, "<div class=\"ocr_page\" id=\"page_{page}\" title=\"{whole}; ppageno {place}; scan_res {dpi} {dpi}\">");
        // Vertical px per horizontal px of the lines.
        let slope = (f64::from(reading.skew_centidegrees) / 100.0).to_radians().tan();
        for (number, block) in reading.blocks.iter().enumerate() {
            write_block(&mut out, block, &format!("{page}_{}", number + 1), slope);
        }
        out.push_str("</div>\n");
    }
    out.push_str("</body>\n</html>\n");
    out
}

fn write_block(out: &mut String, block: &Block, id: &str, slope: f64) {
    let place = bbox(&block.bounds);
    let class = match block.kind {
        BlockKind::Text => "ocr_carea",
        BlockKind::Table => "ocr_carea ocr_table",
        BlockKind::Handwriting => "ocr_image",
    };
    let _ = writeln!(out, "<div class=\"{class}\" id=\"block_{id}\" title=\"{place}\">");
    // The lines of a cell of a ruled table are one paragraph; without cells the block is one.
    let mut number = 0;
    for (at, lines) in block.lines.chunk_by(|one, other| one.cell == other.cell).enumerate() {
        let around = Bounds::enclosing(lines.iter().map(|line| &line.bounds)).filter(|_| lines.len() < block.lines.len());
        let cell = lines.first().and_then(|line| line.cell);
        let cell = cell.map(|cell| format!("; x_cell {} {} {} {}", cell.row, cell.column, cell.row_span, cell.column_span));
        let (place, cell, par) = (bbox(&around.unwrap_or(block.bounds)), cell.unwrap_or_default(), at + 1);
        let _ = writeln!(out, "<p class=\"ocr_par\" id=\"par_{id}_{par}\" title=\"{place}{cell}\">");
        for line in lines {
            number += 1;
            write_line(out, line, &format!("{id}_{number}"), slope);
        }
        out.push_str("</p>\n");
    }
    out.push_str("</div>\n");
}

fn write_line(out: &mut String, line: &Line, id: &str, slope: f64) {
    // hOCR measures the baseline from the lower left corner of the box; it starts above it where the line descends to the right.
    let start = -(f64::from(line.bounds.width()) * slope.max(0.0)).round() as i64;
    let baseline = if slope == 0.0 { String::new() } else { format!("; baseline {slope:.4} {start}") };
    let _ = writeln!(out, "<span class=\"ocr_line\" id=\"line_{id}\" title=\"{}{baseline}\">", bbox(&line.bounds));
    for (at, word) in line.words.iter().enumerate() {
        let (place, confidence, text) = (bbox(&word.bounds), word.confidence, escape(&word.text));
        let hand = if word.handwritten { "; x_handwritten 1" } else { "" };
        let word_id = at + 1;
        let _ = writeln!(
            out,
            "<span class=\"ocrx_word\" id=\"word_{id}_{word_id}\" title=\"{place}; x_wconf {confidence}{hand}\">{text}</span>"
        );
    }
    out.push_str("</span>\n");
}

fn bbox(bounds: &Bounds) -> String {
    format!("bbox {} {} {} {}", bounds.x0, bounds.y0, bounds.x1, bounds.y1)
}

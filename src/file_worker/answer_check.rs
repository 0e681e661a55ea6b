//! Whether the answer of a worker process is one that a file can have. The process has handled bytes from outside and may be in their
//! power: the parent counts, adds and allocates nothing by its word alone.

use crate::request::{FoundStamps, InspectedFile, PageRead, PixelLayout, max_pixels};
use sohoa_base::config::Limits;
use sohoa_base::messages::StoredMessage;
use sohoa_base::model::page::geometry::Bounds;
use sohoa_base::model::page::reading::{Reading, SecrecyStamp, Word};
use sohoa_base::model::record::Signature;
use sohoa_base::model::refusal::Warning;
use std::collections::BTreeMap;

/// Most warnings of a file or page; an archive has at most 201.
const MAX_WARNINGS: usize = 1_000;

/// Most signatures of a file.
const MAX_SIGNATURES: usize = 1_000;

/// Longest text of one part, such as a word, a code or a warning, bytes.
const MAX_TEXT_BYTES: usize = 64 << 10;

/// Highest resolution, dots per inch. Files that declare a higher one are taken for A4.
const MAX_DPI: u32 = 20_000;

/// How often more pixels a page may have than its picture: one of 1,300 by 50 dots per inch gets square pixels.
const MAX_STRETCH: u64 = 32;

/// Highest share, per mille; an estimate of errors may be above 1,000.
const MAX_PERMILLE: u32 = 100_000;

/// Highest row or column of a table on a page.
const MAX_CELL: u32 = 100_000;

/// Most parts of a page's processor time, and the most time of one, milliseconds: a day.
const MAX_PARTS: usize = 16;
const MAX_PART_MS: u64 = 86_400_000;

pub(crate) fn is_possible_file(file: &InspectedFile, limits: &Limits) -> bool {
    file.pages <= limits.pages
        && is_media_type(&file.media_type)
        && file.signatures.len() <= MAX_SIGNATURES
        && file.signatures.iter().all(is_short_signature)
        && are_possible_warnings(&file.warnings)
}

pub(crate) fn is_possible_page(page: &PageRead, limits: &Limits) -> bool {
    is_possible_reading(&page.reading, limits) && are_possible_warnings(&page.warnings) && are_possible_times(&page.cpu_ms)
}

pub(crate) fn are_possible_stamps(found: &FoundStamps, limits: &Limits) -> bool {
    let side = u32::try_from(max_pixels(limits).saturating_mul(MAX_STRETCH)).unwrap_or(u32::MAX);
    is_turn(found.turn)
        && found.cpu_ms <= MAX_PART_MS
        && found.stamps.iter().all(|stamp| is_possible_stamp(stamp) && stamp.bounds.x1 <= side && stamp.bounds.y1 <= side)
}

pub(crate) fn are_possible_pixels(layout: PixelLayout, bytes: usize, limits: &Limits) -> bool {
    let pixels = u64::from(layout.width) * u64::from(layout.height);
    let is_image = layout.width > 0 && layout.height > 0 && matches!(layout.channels, 1 | 3) && layout.dpi <= MAX_DPI;
    is_image && pixels <= max_pixels(limits).saturating_mul(MAX_STRETCH) && pixels.checked_mul(layout.channels.into()) == Some(bytes as u64)
}

pub(crate) fn are_possible_warnings(warnings: &[Warning]) -> bool {
    let is_code =
        |code: &str| code.len() <= 100 && code.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
    let is_known = |message: &StoredMessage| message.cleaned().as_ref() == Some(message);
    let is_possible = |warning: &Warning| {
        is_code(&warning.code) && warning.detail.len() <= MAX_TEXT_BYTES && warning.message.as_ref().is_none_or(is_known)
    };
    warnings.len() <= MAX_WARNINGS && warnings.iter().all(is_possible)
}

/// Moves what lies beyond the page's edges onto them.
pub(crate) fn clamp_to_page(reading: &mut Reading) {
    let (width, height) = (reading.width, reading.height);
    let clamp = |bounds: &mut Bounds| {
        bounds.x1 = bounds.x1.min(width);
        bounds.y1 = bounds.y1.min(height);
        bounds.x0 = bounds.x0.min(bounds.x1);
        bounds.y0 = bounds.y0.min(bounds.y1);
    };
    for block in &mut reading.blocks {
        clamp(&mut block.bounds);
        for line in &mut block.lines {
            clamp(&mut line.bounds);
            line.words.iter_mut().for_each(|word| clamp(&mut word.bounds));
        }
    }
    reading.barcodes.iter_mut().for_each(|code| clamp(&mut code.bounds));
    reading.stamps.iter_mut().for_each(|stamp| clamp(&mut stamp.bounds));
}

fn is_possible_reading(reading: &Reading, limits: &Limits) -> bool {
    let pixels = u64::from(reading.width) * u64::from(reading.height);
    let quality = reading.quality;
    let is_scan = quality.scan.is_none_or(|scan| {
        scan.dpi <= MAX_DPI
            && is_angle(scan.skew_centidegrees)
            && scan.bleed_permille <= MAX_PERMILLE
            && scan.expected_error_permille <= MAX_PERMILLE
    });
    let cells = reading.lines().filter_map(|line| line.cell);
    let are_cells = cells.flat_map(|cell| [cell.row, cell.column, cell.row_span, cell.column_span]).all(|count| count <= MAX_CELL);
    pixels <= max_pixels(limits).saturating_mul(MAX_STRETCH)
        && reading.dpi <= MAX_DPI
        && is_turn(reading.turn)
        && is_angle(reading.skew_centidegrees)
        && quality.ink_permille <= MAX_PERMILLE
        && quality.confidence <= 100
        && quality.sharpness <= 100
        && is_scan
        && are_cells
        && reading.words().all(is_possible_word)
        && reading.barcodes.iter().all(|code| code.text.len() <= MAX_TEXT_BYTES)
        && reading.stamps.iter().all(is_possible_stamp)
}

fn is_possible_word(word: &Word) -> bool {
    let other = word.alternative.as_ref();
    word.confidence <= 100
        && word.text.len() <= MAX_TEXT_BYTES
        && other.is_none_or(|other| other.confidence <= 100 && other.text.len() <= MAX_TEXT_BYTES)
}

fn is_possible_stamp(stamp: &SecrecyStamp) -> bool {
    stamp.confidence <= 100
}

fn is_turn(degrees: u16) -> bool {
    matches!(degrees, 0 | 90 | 180 | 270)
}

fn is_angle(centidegrees: i32) -> bool {
    centidegrees.unsigned_abs() <= 36_000
}

fn is_media_type(text: &str) -> bool {
    let is_part = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".+-_".contains(&byte));
    text.len() <= 200 && text.split_once('/').is_some_and(|(kind, form)| is_part(kind) && is_part(form))
}

fn is_short_signature(signature: &Signature) -> bool {
    let Signature { signer, organisation, issuer, signed_at, form, .. } = signature;
    let texts = [signer, organisation, issuer, form].into_iter().chain(signed_at);
    texts.into_iter().all(|text| text.len() <= MAX_TEXT_BYTES)
}

fn are_possible_times(times: &BTreeMap<String, u64>) -> bool {
    let is_name = |name: &str| name.len() <= 32 && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
    times.len() <= MAX_PARTS && times.iter().all(|(name, time)| is_name(name) && *time <= MAX_PART_MS)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;
    use serde_json::{Value, json};
    use sohoa_base::messages::file_warnings;

    fn page() -> Value {
        let bounds = json!({ "x0": 10, "y0": 20, "x1": 300, "y1": 60 });
        let word = json!({ "text": "QUYẾT", "bounds": bounds, "confidence": 90, "alternative": { "text": "QUYET", "confidence": 40 } });
        let cell = json!({ "row": 0, "column": 1, "row_span": 1, "column_span": 2 });
        json!({
            "reading": {
                "width": 1654, "height": 2339, "dpi": 200, "turn": 90, "skew_centidegrees": -30, "blank": false, "source": "recognised",
                "quality": { "ink_permille": 40, "contrast": 200, "sharpness": 80, "confidence": 90 },
                "blocks": [{ "kind": "table", "bounds": bounds, "lines": [{ "bounds": bounds, "words": [word], "cell": cell }] }],
                "codes": [{ "symbology": "qr", "text": "sohoa:1", "bounds": bounds }],
                "stamps": [{ "level": "secret", "bounds": bounds, "confidence": 80 }],
            },
            "warnings": [{ "code": "page-size", "detail": "odd", "message": { "code": "warning_pdf_page_size" } }],
            "cpu_ms": { "read": 100 },
        })
    }

    /// Adds the pointers to all numbers and texts in `value`.
    fn each_leaf(value: &Value, path: &str, found: &mut Vec<String>) {
        match value {
            Value::Object(parts) => parts.iter().for_each(|(key, part)| each_leaf(part, &format!("{path}/{key}"), found)),
            Value::Array(parts) => parts.iter().enumerate().for_each(|(at, part)| each_leaf(part, &format!("{path}/{at}"), found)),
            Value::Number(_) | Value::String(_) => found.push(path.to_owned()),
            _ => {}
        }
    }

    #[test]
    fn page_with_any_value_falsified_is_refused_or_harmless() {
        let limits = Limits::default();
        let whole: PageRead = serde_json::from_value(page()).unwrap();
        assert!(is_possible_page(&whole, &limits));
        let mut leaves = Vec::new();
        each_leaf(&page(), "", &mut leaves);
        let values =
            [json!(0), json!(101), json!(255), json!(1_001), json!(u32::MAX), json!(i32::MIN), json!(u64::MAX), json!("x".repeat(70_000))];
        let mut refused = std::collections::BTreeSet::new();
        for leaf in &leaves {
            for value in &values {
                let mut falsified = page();
                *falsified.pointer_mut(leaf).unwrap() = value.clone();
                // What is of another type never becomes an answer.
                let Ok(mut page) = serde_json::from_value::<PageRead>(falsified) else { continue };
                if !is_possible_page(&page, &limits) {
                    refused.insert(leaf.clone());
                    continue;
                }
                let Reading { width, height, .. } = page.reading;
                clamp_to_page(&mut page.reading);
                let word = page.reading.words().next().unwrap().clone();
                let codes = page.reading.barcodes.iter().map(|code| code.bounds);
                for bounds in codes.chain([word.bounds, page.reading.blocks[0].bounds, page.reading.stamps[0].bounds]) {
                    assert!(bounds.x0 <= bounds.x1 && bounds.x1 <= width && bounds.y0 <= bounds.y1 && bounds.y1 <= height, "{leaf}");
                }
                assert!(page.reading.text().len() < 70_000);
            }
        }
        for guarded in [
            "/reading/width",
            "/reading/turn",
            "/reading/dpi",
            "/reading/skew_centidegrees",
            "/reading/quality/confidence",
            "/reading/blocks/0/lines/0/cell/column",
            "/reading/blocks/0/lines/0/words/0/text",
            "/reading/blocks/0/lines/0/words/0/confidence",
            "/reading/codes/0/text",
            "/reading/stamps/0/confidence",
            "/warnings/0/code",
            "/warnings/0/detail",
            "/warnings/0/message/code",
            "/cpu_ms/read",
        ] {
            assert!(refused.contains(guarded), "{guarded}: {refused:?}");
        }
    }

    #[test]
    fn file_with_more_pages_than_allowed_is_refused() {
        let limits = Limits::default();
        let file = |pages, media_type: &str| InspectedFile {
            media_type: media_type.to_owned(),
            pages,
            signatures: Vec::new(),
            warnings: Vec::new(),
        };
        assert!(is_possible_file(&file(limits.pages, "application/pdf"), &limits));
        assert!(!is_possible_file(&file(limits.pages + 1, "application/pdf"), &limits));
        assert!(!is_possible_file(&file(u32::MAX, "application/pdf"), &limits));
        for media_type in ["", "pdf", "a/b/c", "text/html\r\nSet-Cookie: a", "/pdf"] {
            assert!(!is_possible_file(&file(1, media_type), &limits), "{media_type:?}");
        }
        let many = vec![Warning::new("odd", &file_warnings::warning_more_members()); MAX_WARNINGS + 1];
        assert!(!is_possible_file(&InspectedFile { warnings: many, ..file(1, "image/png") }, &limits));
    }

    #[test]
    fn pixels_are_as_many_as_their_size_says() {
        let limits = Limits::default();
        let layout = |width, height, channels| PixelLayout { width, height, channels, dpi: 300 };
        assert!(are_possible_pixels(layout(10, 20, 3), 600, &limits));
        for (layout, bytes) in [
            (layout(10, 20, 3), 599),
            (layout(10, 20, 2), 400),
            (layout(0, 20, 1), 0),
            (layout(u32::MAX, u32::MAX, 3), 0),
            (PixelLayout { dpi: u32::MAX, ..layout(1, 1, 1) }, 1),
        ] {
            assert!(!are_possible_pixels(layout, bytes, &limits), "{layout:?}");
        }
    }
}

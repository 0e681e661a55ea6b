//! The kind of a document: from its name line (tên loại) and from the abbreviation in its number.

use crate::fields::normative_kinds;
use crate::fields::number::DocumentNumber;
use crate::page_zones::{PageZones, Row};
use crate::string_similarity::{fold_text, is_mostly_upper, normalized_key, similarity};
use sohoa_base::model::document_kinds::{DOCUMENT_KINDS, DocumentKind, OFFICIAL_LETTER, OTHER_KIND, kind_by_code};
use sohoa_base::model::page::reading::Reading;

/// A detected kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct DetectedKind {
    /// Code of Circular 05/2025.
    pub(crate) code: &'static str,
    /// Name, lower case.
    pub(crate) name: String,
    /// Whether the document is normative.
    pub(crate) is_normative: bool,
    /// Confidence, 0 to 100.
    pub(crate) confidence: u32,
    /// Index of the name line among the body rows.
    pub(crate) title_row: Option<usize>,
}

/// Kind that a name line states.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum TitleMatch {
    Kind(&'static DocumentKind),
    Normative(&'static str),
}

/// Number of body rows searched for the name line.
const TITLE_SEARCH_ROWS: usize = 9;

/// Kind whose name `line` is, or begins with, and its confidence, 0 to 100.
fn match_title(line: &str) -> Option<(TitleMatch, u32)> {
    let wanted = normalized_key(line);
    if let Some(name) = normative_kinds::normative_kind_by_title(line) {
        return Some((TitleMatch::Normative(name), 98));
    }
    let names = || DOCUMENT_KINDS.iter().filter(|kind| kind.code != OTHER_KIND).map(|kind| (kind, normalized_key(kind.name)));
    if let Some((kind, _)) = names().find(|(_, name)| *name == wanted) {
        return Some((TitleMatch::Kind(kind), 98));
    }
    let mut near: Vec<(u32, &'static DocumentKind)> = names()
        .filter(|(_, name)| name.len() >= 6)
        .map(|(kind, name)| (similarity(&name, &wanted), kind))
        .filter(|(alike, _)| *alike >= 82)
        .collect();
    near.sort_by_key(|(alike, _)| std::cmp::Reverse(*alike));
    match near.as_slice() {
        [(alike, kind)] => return Some((TitleMatch::Kind(kind), *alike * 9 / 10)),
        [(alike, kind), (next, _), ..] => return Some((TitleMatch::Kind(kind), if alike > next { *alike * 8 / 10 } else { 40 })),
        [] => {}
    }
    // "BÁO CÁO TÌNH HÌNH …": the name continues in the same row.
    let words: Vec<&str> = line.split_whitespace().collect();
    names()
        .filter(|(_, name)| name.len() >= 4)
        .filter(|(kind, name)| {
            let length = kind.name.split(' ').count();
            words.len() > length && normalized_key(&words.iter().take(length).copied().collect::<String>()) == *name
        })
        .max_by_key(|(_, name)| name.len())
        .map(|(kind, _)| (TitleMatch::Kind(kind), 80))
}

/// Kind abbreviated by the first part of a notation. Case decides between two that differ only in it.
fn kind_by_notation(notation: &str) -> Option<(&'static DocumentKind, u32)> {
    let symbol = match normative_kinds::notation_year(notation) {
        Some(_) => notation.split_once('/').map_or(notation, |(_, symbol)| symbol),
        None => notation,
    };
    let first = symbol.split(['-', '/']).next().unwrap_or_default();
    let with = || DOCUMENT_KINDS.iter().filter(|kind| !kind.abbreviation.is_empty());
    if let Some(kind) = with().find(|kind| kind.abbreviation == first) {
        return Some((kind, 95));
    }
    if first == "CV" {
        return kind_by_code(OFFICIAL_LETTER).map(|kind| (kind, 95));
    }
    with().find(|kind| fold_text(kind.abbreviation) == fold_text(first)).map(|kind| (kind, 70))
}

/// Whether a row is centred on the page, like a name line.
fn is_centred(row: &Row<'_>, reading: &Reading) -> bool {
    // The text area is right of the middle of the sheet, because the left margin is wider.
    let middle = reading.width * 52 / 100;
    row.center().abs_diff(middle) * 100 <= reading.width * 13
}

/// Text after `V/v` at its start, including misread forms (`V/y`, `Vv`, `WW`, `VÁN`).
pub(crate) fn strip_regarding_prefix(text: &str) -> Option<&str> {
    let text = text.trim_start_matches(|c: char| !c.is_alphanumeric());
    let head: String = text.chars().take(4).collect::<String>().to_lowercase();
    let length = match head.as_str() {
        "v/ v" => 4,
        head if ["v/v", "v/y", "v/w"].iter().any(|start| head.starts_with(start)) => 3,
        _ => {
            let word = text.split(' ').next().unwrap_or_default();
            let letters = word.chars().count();
            // Lower case must follow: `VĂN PHÒNG` is an organ.
            let goes_on = text.get(word.len()..).unwrap_or_default().trim_start().starts_with(char::is_lowercase);
            let capitals = (2..=3).contains(&letters) && word.chars().all(char::is_uppercase) && goes_on;
            let known = matches!(head.get(..3), Some("vv " | "ww ")) || head.starts_with("viv ");
            ((capitals || known) && head.starts_with(['v', 'w'])).then_some(letters)?
        }
    };
    let at = text.char_indices().nth(length).map_or(text.len(), |(at, _)| at);
    text.get(at..)
}

/// Whether a row of the left column begins with `V/v`.
pub(crate) fn starts_with_regarding(row: &Row<'_>) -> bool {
    strip_regarding_prefix(&row.text()).is_some()
}

/// Detects the kind of a document from its first page's zones and number.
pub(crate) fn detect_kind(reading: &Reading, zones: &PageZones<'_>, number: Option<&DocumentNumber>) -> DetectedKind {
    let name = zones
        .body
        .iter()
        .enumerate()
        .take(TITLE_SEARCH_ROWS)
        .take_while(|(_, row)| !starts_with_any(row, &["can cu", "dieu 1"]))
        .filter(|(_, row)| is_mostly_upper(&row.text()) && is_centred(row, reading))
        .find_map(|(at, row)| match_title(&row.text()).map(|(named, sure)| (at, named, sure * row.confidence().max(70) / 100)));
    let symbol = number.and_then(|number| kind_by_notation(&number.notation));
    let normative_symbol = number.and_then(|number| normative_kinds::normative_kind_by_notation(&number.notation));
    let with_year = number.is_some_and(|number| normative_kinds::notation_year(&number.notation).is_some());
    let regarding = zones.left.iter().any(starts_with_regarding);
    let addressed = zones.body.iter().take(3).any(|row| starts_with_any(row, &["kinh gui", "kinh gu"]));

    let plain = |kind: &'static DocumentKind, confidence: u32, name_row: Option<usize>| DetectedKind {
        code: kind.code,
        name: kind.name.to_owned(),
        is_normative: with_year,
        confidence: confidence.min(99),
        title_row: name_row,
    };
    let law = |name: &str, confidence: u32, name_row: Option<usize>| DetectedKind {
        code: OTHER_KIND,
        name: name.to_owned(),
        is_normative: true,
        confidence: confidence.min(99),
        title_row: name_row,
    };
    match (name, symbol) {
        (Some((at, TitleMatch::Normative(name), sure)), _) => {
            law(name, if normative_symbol == Some(name) { 99 } else { sure * 9 / 10 }, Some(at))
        }
        (Some((at, TitleMatch::Kind(kind), _)), Some((by_symbol, _))) if kind.code == by_symbol.code => plain(kind, 99, Some(at)),
        (Some((at, TitleMatch::Kind(kind), sure)), Some(_)) => plain(kind, sure * 7 / 10, Some(at)),
        (Some((at, TitleMatch::Kind(kind), sure)), None) => plain(kind, sure * 9 / 10, Some(at)),
        (None, _) if normative_symbol.is_some() => law(normative_symbol.unwrap_or_default(), 80, None),
        (None, Some((kind, sure))) if kind.code == OFFICIAL_LETTER || !(regarding && sure < 90) => {
            plain(kind, if regarding && kind.code != OFFICIAL_LETTER { 55 } else { sure * 8 / 10 }, None)
        }
        (None, _) => detect_letter(number, regarding, addressed, zones),
    }
}

/// Detects a công văn, which has no name line: by `V/v`, by the form of the number, or by its addressee.
fn detect_letter(number: Option<&DocumentNumber>, regarding: bool, addressed: bool, zones: &PageZones<'_>) -> DetectedKind {
    let confidence = match (regarding, number.is_some(), addressed) {
        (true, true, _) => 95,
        (true, false, _) => 80,
        (false, true, true) => 75,
        (false, true, false) => 55,
        (false, false, true) if zones.emblem.is_some() => 50,
        _ => 0,
    };
    let code = if confidence > 0 { OFFICIAL_LETTER } else { OTHER_KIND };
    let name = kind_by_code(code).map_or_else(String::new, |kind| kind.name.to_owned());
    DetectedKind { code, name, is_normative: false, confidence: confidence.max(20), title_row: None }
}

fn starts_with_any(row: &Row<'_>, starts: &[&str]) -> bool {
    let text = row.folded_text();
    let text = text.trim_start_matches(|c: char| !c.is_alphanumeric());
    starts.iter().any(|start| text.starts_with(start))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn code(line: &str) -> Option<&'static str> {
        match match_title(line) {
            Some((TitleMatch::Kind(kind), _)) => Some(kind.code),
            _ => None,
        }
    }

    #[test]
    fn title_lines_match_kinds_despite_ocr_errors() {
        assert_eq!(code("QUYÉT ĐỊNH"), Some("02"));
        assert_eq!(code(": GIÁY MỜI :"), Some("26"));
        assert_eq!(code("THÔNG BẢO"), Some("07"));
        assert_eq!(code("THÔNG CÁO"), Some("06"));
        assert_eq!(code("QUY ĐỊNH"), Some("05"));
        assert_eq!(code("ĐỀ ÁN"), Some("12"));
        assert_eq!(code("DỰ ÁN"), Some("13"));
        assert_eq!(code("BÁO CÁO TÌNH HÌNH THU CHI"), Some("14"));
        assert_eq!(code("KÉ HOACH"), Some("10"));
        assert_eq!(code("CHỦ TỊCH ỦY BAN NHÂN DÂN"), None);
        assert_eq!(match_title("NGHỊ ĐỊNH").unwrap().0, TitleMatch::Normative("nghị định"));
    }

    #[test]
    fn kind_notation_symbols_are_case_sensitive() {
        let code = |notation: &str| kind_by_notation(notation).map(|(kind, _)| kind.code);
        assert_eq!(code("QĐ-UBND"), Some("02"));
        assert_eq!(code("QyĐ-UBND"), Some("05"));
        assert_eq!(code("CT-UBND"), Some("03"));
        assert_eq!(code("CTr-UBND"), Some("09"));
        assert_eq!(code("TTr-UBND"), Some("15"));
        assert_eq!(code("2025/QĐ-UBND"), Some("02"));
        assert_eq!(code("CV/VPTW"), Some("22"));
        assert_eq!(code("SNV-VTLT"), None);
        assert_eq!(code("UBND-KTTH"), None);
    }
}

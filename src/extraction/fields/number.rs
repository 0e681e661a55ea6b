//! Number and notation (số, ký hiệu): box 3 of the header, below the issuer.

use crate::fields::normative_kinds;
use crate::page_zones::{PageZones, Row};
use crate::string_similarity::{fold_text, normalized_key};
use regex::Regex;
use sohoa_base::model::document_kinds::DOCUMENT_KINDS;
use sohoa_base::model::page::reading::WordSource;
use std::sync::LazyLock;

/// Part after the last slash that letters follow: `CT-UBND`, `NQ-HĐND`, `QH15`, `TB -SYT`.
static NOTATION: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"/\s*(?P<sym>\p{L}[\p{L}\d&.]*(?:\s?-\s?\p{L}?[\p{L}\d&.]+){0,3})").ok());

/// Party form: `Số 14514-CV/VPTW`.
static PARTY_NUMBER: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"(?P<head>^.*?)-\s*(?P<type>\p{L}{1,4})\s*/\s*(?P<org>\p{L}[\p{L}\d-]*)").ok());

/// `Số` with its colon, including misread forms.
static NUMBER_PREFIX: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"(?i)^\W*(?:luật\s+)?[s5$][ốôóòõồổỗộöoe06ếêé]\s?[:.;]{0,2}").ok());

/// Maximum confidence of a handwritten number, 0 to 100.
const MAX_HANDWRITTEN_CONFIDENCE: u32 = 50;

/// A number and notation as read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct DocumentNumber {
    /// The number, with its padding; none for unreadable handwriting.
    pub(crate) number: Option<String>,
    /// Confidence of the number, 0 to 100.
    pub(crate) number_confidence: u32,
    /// The notation: `CT-UBND`, `2025/NĐ-CP`, `CV/VPTW`.
    pub(crate) notation: String,
    /// Confidence of the notation, 0 to 100.
    pub(crate) notation_confidence: u32,
    /// Whether it has the form used by the party.
    pub(crate) is_party_form: bool,
}

/// Corrects the first part of a notation to the only possible abbreviation: `QD` to `QĐ`. `DA`, `ĐA`, `HD` and `HĐ` are
/// all meaningful and are kept.
fn correct_abbreviation(symbol: &str) -> String {
    let mut parts: Vec<String> = symbol.split('-').map(str::to_owned).collect();
    if let Some(first) = parts.first_mut() {
        let single = remove_repeated_letters(first);
        if DOCUMENT_KINDS.iter().any(|kind| kind.abbreviation == single) {
            *first = single;
        }
        let exact = DOCUMENT_KINDS.iter().any(|kind| kind.abbreviation == first);
        let alike: Vec<&str> = DOCUMENT_KINDS
            .iter()
            .map(|kind| kind.abbreviation)
            .chain(["NĐ"])
            .filter(|abbreviation| !abbreviation.is_empty() && fold_text(abbreviation) == fold_text(first))
            .collect();
        if let (false, [only]) = (exact, alike.as_slice()) {
            (*only).clone_into(first);
        }
    }
    for part in parts.iter_mut().skip(1) {
        if normalized_key(part) == "hdnd" {
            "HĐND".clone_into(part);
        }
    }
    parts.join("-")
}

/// `text` without repeated letters: `QĐĐ` is `QĐ` read double.
fn remove_repeated_letters(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars().filter(|c| c.is_alphanumeric()) {
        if !out.ends_with(c) {
            out.push(c);
        }
    }
    out
}

/// Parses the number from the text between `Số` and the notation.
fn parse_number(raw: &str) -> Option<String> {
    let bare: String = raw.chars().filter(|c| !c.is_whitespace() && !matches!(c, '.' | ',' | ':' | '_' | '…' | ';')).collect();
    let digits = bare.chars().take_while(char::is_ascii_digit).count();
    let tail: Vec<char> = bare.chars().skip(digits).collect();
    let fits = (1..=5).contains(&digits)
        && match tail.as_slice() {
            [] => true,
            [letter] => matches!(letter, 'a'..='z' | 'đ'),
            _ => false,
        };
    fits.then_some(bare)
}

/// Lowest confidence of the words that hold a part.
fn min_confidence(row: &Row<'_>, holds: impl Fn(&str) -> bool) -> u32 {
    row.words.iter().filter(|word| holds(&word.text)).map(|word| u32::from(word.confidence)).min().unwrap_or_else(|| row.confidence())
}

fn parse_number_row(row: &Row<'_>) -> Option<DocumentNumber> {
    let text = row.text();
    let said_so = NUMBER_PREFIX.as_ref()?.find(&text);
    let rest = said_so.map_or(text.as_str(), |prefix| text.get(prefix.end()..).unwrap_or_default()).to_owned();
    let of_number = |word: &str| word.chars().any(|c| c.is_ascii_digit());
    if let Some(found) = PARTY_NUMBER.as_ref()?.captures(&rest) {
        let number = parse_number(found.name("head")?.as_str());
        if number.is_some() && said_so.is_some() {
            return Some(DocumentNumber {
                number_confidence: min_confidence(row, of_number),
                number,
                notation: format!("{}/{}", found.name("type")?.as_str(), found.name("org")?.as_str().trim_end_matches('-')),
                notation_confidence: row.confidence(),
                is_party_form: true,
            });
        }
    }
    let found =
        NOTATION.as_ref()?.captures_iter(&rest).find(|found| found.name("sym").is_some_and(|symbol| is_notation(symbol.as_str())))?;
    let symbol = found.name("sym")?;
    let tight: String = symbol.as_str().chars().filter(|c| !c.is_whitespace()).collect();
    let symbol_text = correct_abbreviation(tight.trim_end_matches(['-', '.']));
    let mut head = rest.get(..found.get(0)?.start()).unwrap_or_default().to_owned();
    let mut notation = symbol_text.clone();
    if let Some((before, year)) = head.rsplit_once('/') {
        let year: String = year.chars().filter(|c| !c.is_whitespace()).collect();
        if normative_kinds::notation_year(&format!("{year}/x")).is_some() {
            notation = format!("{year}/{symbol_text}");
            head = before.to_owned();
        }
    }
    let number = parse_number(&head);
    let mut number_confidence = if number.is_some() { min_confidence(row, of_number) } else { 0 };
    let is_weighed = row.words.iter().any(|word| word.handwritten && word.source == WordSource::Handwriting && of_number(&word.text));
    if head.trim().contains(' ') {
        number_confidence /= 2; // Separate digits were probably handwritten and half read.
    }
    let printed = row.words.iter().any(|word| of_number(&word.text) && word.text.contains(['/', '\u{2044}']));
    if !printed && !is_weighed {
        // A printed number is set close to its slash; a distant one was filled in by hand, and engines are overconfident
        // about handwriting.
        number_confidence = number_confidence.min(MAX_HANDWRITTEN_CONFIDENCE);
    }
    let first = symbol_text.split('-').next().unwrap_or_default().to_owned();
    let notation_confidence = min_confidence(row, |word| fold_text(word).contains(&fold_text(&first)));
    let rule = if said_so.is_some() || number.is_some() { 100 } else { 80 };
    Some(DocumentNumber {
        number,
        number_confidence,
        notation,
        notation_confidence: notation_confidence * rule / 100,
        is_party_form: false,
    })
}

/// Whether a text is mostly capitals, with at least two letters: not the `v` of `V/v`.
fn is_notation(symbol: &str) -> bool {
    let letters = symbol.chars().filter(|c| c.is_alphabetic()).count();
    let capitals = symbol.chars().filter(|c| c.is_uppercase()).count();
    letters >= 2 && capitals * 3 >= letters * 2
}

/// The number and notation of a first page with its row: the first matching row of the header's left column, so that
/// numbers in `Căn cứ` lines never match.
pub(crate) fn find_document_number<'r, 'a>(zones: &'r PageZones<'a>) -> Option<(DocumentNumber, &'r Row<'a>)> {
    let begins = |row: &&Row<'_>| NUMBER_PREFIX.as_ref().is_some_and(|prefix| prefix.is_match(&row.text()));
    // Without the state's name above, a row without "Số" refers to another document.
    let headed = zones.emblem.is_some();
    let left = zones
        .left
        .iter()
        .filter(begins)
        .chain(zones.left.iter().filter(|row| headed && !begins(row)))
        .filter(|row| headed || !row.text().starts_with(char::is_lowercase));
    left.chain(zones.right.iter().filter(|row| headed && begins(row))).find_map(|row| parse_number_row(row).map(|numbered| (numbered, row)))
}

/// Whether a header row is the number row, readable or not.
pub(crate) fn is_number_row(row: &Row<'_>) -> bool {
    let text = row.text();
    NUMBER_PREFIX.as_ref().is_some_and(|prefix| prefix.is_match(&text)) && (text.contains('/') || text.contains(':'))
        || parse_number_row(row).is_some()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]
    use super::*;
    use crate::page_zones;
    use sohoa_base::model::page::geometry::Bounds;
    use sohoa_base::model::page::reading::Word;

    fn read(text: &str) -> Option<DocumentNumber> {
        let words: Vec<Word> = text.split(' ').map(|text| Word::new(text, Bounds::new(0, 0, 10, 10), 90)).collect();
        page_zones::tests::zones_of_right_row(&words).right.first().and_then(parse_number_row)
    }

    fn pair(text: &str) -> (Option<String>, String) {
        let read = read(text).unwrap_or_else(|| panic!("{text}"));
        (read.number, read.notation)
    }

    #[test]
    fn printed_document_numbers_are_parsed() {
        let some = |number: &str, notation: &str| (Some(number.to_owned()), notation.to_owned());
        assert_eq!(pair("Số: 07/CT-UBND"), some("07", "CT-UBND"));
        assert_eq!(pair("Số: 239 /TTr-UBND"), some("239", "TTr-UBND"));
        assert_eq!(pair("$6: 12a/QÐ-UBND"), some("12a", "QĐ-UBND"));
        assert_eq!(pair("Số: 118/2025/NĐ-CP"), some("118", "2025/NĐ-CP"));
        assert_eq!(pair("Luật số: 33/2024/QH15"), some("33", "2024/QH15"));
        assert_eq!(pair("Số 14514-CV/VPTW"), some("14514", "CV/VPTW"));
        assert_eq!(pair("Số: 1945/SNV-VTLT"), some("1945", "SNV-VTLT"));
        assert_eq!(pair("Số: 04 /QĐ-BCĐ138"), some("04", "QĐ-BCĐ138"));
        assert_eq!(pair("Số: 15/NQ-HDND"), some("15", "NQ-HĐND"));
        assert_eq!(pair("Số: 5/BTĐKT-NV"), some("5", "BTĐKT-NV"));
    }

    #[test]
    fn unreadable_handwritten_number_is_omitted_and_notation_kept() {
        for (text, notation) in [
            ("Số:JÚ_ /GM-SYT", "GM-SYT"),
            ("Sế:,222JÉ /TB -SYT", "TB-SYT"),
            ("Số.ÄƑ /BC-SYT", "BC-SYT"),
            ("Số:⁄‡6 /CT-UBND", "CT-UBND"),
            ("Sôi /CT-UBND", "CT-UBND"),
        ] {
            assert_eq!(pair(text), (None, notation.to_owned()), "{text}");
        }
    }

    #[test]
    fn rows_without_document_number_are_rejected() {
        for text in ["V/v tham gia ý kiến", "SỞ Y TẾ", "48/2017/TT", "ngày 12/3"] {
            assert!(read(text).is_none_or(|read| text.contains("TT") && read.notation == "2017/TT"), "{text}");
        }
    }

    #[test]
    fn abbreviations_are_corrected_to_standard_case() {
        assert_eq!(correct_abbreviation("CTr-UBND"), "CTr-UBND");
        assert_eq!(correct_abbreviation("CT-UBND"), "CT-UBND");
        assert_eq!(correct_abbreviation("TTR-UBND"), "TTr-UBND");
        assert_eq!(correct_abbreviation("HD-SYT"), "HD-SYT");
        assert_eq!(correct_abbreviation("QĐĐ-UBND"), "QĐ-UBND");
    }
}

//! Number and notation (số, ký hiệu): box 3 of the header, under the issuer.

use super::fuzzy::{folded, squeezed};
use super::normative;
use super::zones::{Row, Zones};
use regex::Regex;
use sohoa_base::model::kinds::KINDS;
use sohoa_base::model::reading::Reader;
use std::sync::LazyLock;

/// What stands after the last slash that letters follow: `CT-UBND`, `NQ-HĐND`, `QH15`, `TB -SYT`.
static SYMBOL: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"/\s*(?P<sym>\p{L}[\p{L}\d&.]*(?:\s?-\s?\p{L}?[\p{L}\d&.]+){0,3})").ok());

/// Party form: `Số 14514-CV/VPTW`.
static PARTY: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"(?P<head>^.*?)-\s*(?P<type>\p{L}{1,4})\s*/\s*(?P<org>\p{L}[\p{L}\d-]*)").ok());

/// `Số` with its colon, as OCR may give it.
static PREFIX: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"(?i)^\W*(?:luật\s+)?[s5$][ốôóòõồổỗộöoe06ếêé]\s?[:.;]{0,2}").ok());

/// Most sure that a number written by hand can be.
const HANDWRITTEN: u32 = 50;

/// A number and notation as read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Numbered {
    /// The number, without padding taken away; none where handwriting was not readable.
    pub(super) number: Option<String>,
    /// How sure the number is.
    pub(super) number_confidence: u32,
    /// The notation: `CT-UBND`, `2025/NĐ-CP`, `CV/VPTW`.
    pub(super) notation: String,
    /// How sure the notation is.
    pub(super) notation_confidence: u32,
    /// Whether it has the party's form.
    pub(super) party: bool,
}

/// Mends the first part of a notation to the abbreviation it can only be: `QD` to `QĐ`. `DA`, `ĐA`, `HD`
/// and `HĐ` are all meaningful and stay as read.
fn mend(symbol: &str) -> String {
    let mut parts: Vec<String> = symbol.split('-').map(str::to_owned).collect();
    if let Some(first) = parts.first_mut() {
        let single = without_doubles(first);
        if KINDS.iter().any(|kind| kind.abbreviation == single) {
            *first = single;
        }
        let exact = KINDS.iter().any(|kind| kind.abbreviation == first);
        let alike: Vec<&str> = KINDS
            .iter()
            .map(|kind| kind.abbreviation)
            .chain(["NĐ"])
            .filter(|abbreviation| !abbreviation.is_empty() && folded(abbreviation) == folded(first))
            .collect();
        if let (false, [only]) = (exact, alike.as_slice()) {
            (*only).clone_into(first);
        }
    }
    for part in parts.iter_mut().skip(1) {
        if squeezed(part) == "hdnd" {
            "HĐND".clone_into(part);
        }
    }
    parts.join("-")
}

/// `text` with letters that repeat the one before left out: `QĐĐ` is `QĐ` read double.
fn without_doubles(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars().filter(|c| c.is_alphanumeric()) {
        if !out.ends_with(c) {
            out.push(c);
        }
    }
    out
}

/// The number in what stands between `Số` and the notation.
fn number_of(raw: &str) -> Option<String> {
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

/// How sure the words that hold `piece` are: the least of them.
fn least_confidence(row: &Row<'_>, holds: impl Fn(&str) -> bool) -> u32 {
    row.words.iter().filter(|word| holds(&word.text)).map(|word| u32::from(word.confidence)).min().unwrap_or_else(|| row.confidence())
}

fn parse(row: &Row<'_>) -> Option<Numbered> {
    let text = row.text();
    let said_so = PREFIX.as_ref()?.find(&text);
    let rest = said_so.map_or(text.as_str(), |prefix| text.get(prefix.end()..).unwrap_or_default()).to_owned();
    let of_number = |word: &str| word.chars().any(|c| c.is_ascii_digit());
    if let Some(found) = PARTY.as_ref()?.captures(&rest) {
        let number = number_of(found.name("head")?.as_str());
        if number.is_some() && said_so.is_some() {
            return Some(Numbered {
                number_confidence: least_confidence(row, of_number),
                number,
                notation: format!("{}/{}", found.name("type")?.as_str(), found.name("org")?.as_str().trim_end_matches('-')),
                notation_confidence: row.confidence(),
                party: true,
            });
        }
    }
    let found = SYMBOL.as_ref()?.captures_iter(&rest).find(|found| found.name("sym").is_some_and(|symbol| is_notation(symbol.as_str())))?;
    let symbol = found.name("sym")?;
    let tight: String = symbol.as_str().chars().filter(|c| !c.is_whitespace()).collect();
    let symbol_text = mend(tight.trim_end_matches(['-', '.']));
    let mut head = rest.get(..found.get(0)?.start()).unwrap_or_default().to_owned();
    let mut notation = symbol_text.clone();
    if let Some((before, year)) = head.rsplit_once('/') {
        let year: String = year.chars().filter(|c| !c.is_whitespace()).collect();
        if normative::year(&format!("{year}/x")).is_some() {
            notation = format!("{year}/{symbol_text}");
            head = before.to_owned();
        }
    }
    let number = number_of(&head);
    let mut number_confidence = if number.is_some() { least_confidence(row, of_number) } else { 0 };
    let is_weighed = row.words.iter().any(|word| word.handwritten && word.reader == Reader::Hand && of_number(&word.text));
    if head.trim().contains(' ') {
        number_confidence /= 2; // Digits set apart were probably written by hand and half read.
    }
    let printed = row.words.iter().any(|word| of_number(&word.text) && word.text.contains(['/', '\u{2044}']));
    if !printed && !is_weighed {
        // A printed number is set tight against its slash; one that stands apart was filled in by hand, and
        // engines are sure of handwriting that they misread.
        number_confidence = number_confidence.min(HANDWRITTEN);
    }
    let first = symbol_text.split('-').next().unwrap_or_default().to_owned();
    let notation_confidence = least_confidence(row, |word| folded(word).contains(&folded(&first)));
    let rule = if said_so.is_some() || number.is_some() { 100 } else { 80 };
    Some(Numbered { number, number_confidence, notation, notation_confidence: notation_confidence * rule / 100, party: false })
}

/// Mostly capitals, at least two letters: not the `v` of `V/v`.
fn is_notation(symbol: &str) -> bool {
    let letters = symbol.chars().filter(|c| c.is_alphabetic()).count();
    let capitals = symbol.chars().filter(|c| c.is_uppercase()).count();
    letters >= 2 && capitals * 3 >= letters * 2
}

/// The number and notation of a first page and the row it stands in: the first of the header's left column
/// that has their form, so that numbers in `Căn cứ` lines never win.
pub(super) fn numbered<'r, 'a>(zones: &'r Zones<'a>) -> Option<(Numbered, &'r Row<'a>)> {
    let begins = |row: &&Row<'_>| PREFIX.as_ref().is_some_and(|prefix| prefix.is_match(&row.text()));
    // Without the state's name above, a row that does not say "Số" speaks of another paper.
    let headed = zones.emblem.is_some();
    let left = zones
        .left
        .iter()
        .filter(begins)
        .chain(zones.left.iter().filter(|row| headed && !begins(row)))
        .filter(|row| headed || !row.text().starts_with(char::is_lowercase));
    left.chain(zones.right.iter().filter(|row| headed && begins(row))).find_map(|row| parse(row).map(|numbered| (numbered, row)))
}

/// Whether a header row is the number row, readable or not.
pub(super) fn is_number_row(row: &Row<'_>) -> bool {
    let text = row.text();
    PREFIX.as_ref().is_some_and(|prefix| prefix.is_match(&text)) && (text.contains('/') || text.contains(':')) || parse(row).is_some()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]
    use super::super::zones;
    use super::*;
    use sohoa_base::model::geometry::Bounds;
    use sohoa_base::model::reading::Word;

    fn read(text: &str) -> Option<Numbered> {
        let words: Vec<Word> = text.split(' ').map(|text| Word::new(text, Bounds::new(0, 0, 10, 10), 90)).collect();
        zones::tests::zones_of_right_row(&words).right.first().and_then(parse)
    }

    fn pair(text: &str) -> (Option<String>, String) {
        let read = read(text).unwrap_or_else(|| panic!("{text}"));
        (read.number, read.notation)
    }

    #[test]
    fn printed_numbers() {
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
    fn unreadable_handwriting_leaves_the_number_out_but_keeps_the_notation() {
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
    fn other_rows_are_no_numbers() {
        for text in ["V/v tham gia ý kiến", "SỞ Y TẾ", "48/2017/TT", "ngày 12/3"] {
            assert!(read(text).is_none_or(|read| text.contains("TT") && read.notation == "2017/TT"), "{text}");
        }
    }

    #[test]
    fn case_of_abbreviations_is_kept() {
        assert_eq!(mend("CTr-UBND"), "CTr-UBND");
        assert_eq!(mend("CT-UBND"), "CT-UBND");
        assert_eq!(mend("TTR-UBND"), "TTr-UBND");
        assert_eq!(mend("HD-SYT"), "HD-SYT");
        assert_eq!(mend("QĐĐ-UBND"), "QĐ-UBND");
    }
}

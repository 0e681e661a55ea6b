//! Place and date of issue (địa danh, thời gian): box 4 of the header.

use crate::page_zones::{PageZones, Row, is_date_row};
use crate::string_similarity::{fold_text, normalize_lookalikes, normalized_key, similarity};
use crate::vocabulary::PROVINCES;
use crate::word_confidence::mean_confidence;
use regex::{Captures, Regex};
use sohoa_base::model::page::reading::Reading;
use std::sync::LazyLock;

/// `ngày … tháng … năm …` folded; OCR joins handwriting with adjacent words.
static DATE_LINE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"^(?P<place>.*)ng(?:a[yuvw]?|[a-z]y\b)\s*(?P<d>\S.{0,6}?)??\s*th[a-z]{0,2}?ng\s*(?P<m>\S.{0,4}?)\s*n[a-z]?m\s*\.?\s*(?P<y>\d[\doil ]{3,4})",
    )
    .ok()
});

/// A place and date as read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PlaceAndDate {
    /// Date, `YYYY-MM-DD`, if all three parts are possible.
    pub(crate) date: Option<String>,
    /// Confidence of the date, 0 to 100.
    pub(crate) date_confidence: u32,
    /// Place, if there is one before the comma.
    pub(crate) place: Option<String>,
    /// Confidence of the place, 0 to 100.
    pub(crate) place_confidence: u32,
}

/// Citation of a document by number and date: `số 1060/BTC-QLGCS ngày 23/01/2025`, folded.
static CITATION: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"\d{1,5}/[a-z0-9/\-]{2,20} ngay (?P<d>\d{1,2})(?:/| thang )(?P<m>\d{1,2})(?:/| nam )(?P<y>(?:19|20)\d\d)\b").ok()
});

/// Latest date of the documents that a page cites by number and date, `YYYY-MM-DD`.
pub(crate) fn latest_cited_date(page: &Reading) -> Option<String> {
    let text = fold_text(&page.words().map(|word| word.text.as_str()).collect::<Vec<_>>().join(" "));
    let day = |found: &Captures<'_>| {
        let part = |name: &str| found.name(name)?.as_str().parse::<u32>().ok();
        let (day, month, year) = (part("d")?, part("m")?, part("y")?);
        (1..=days_in_month(year, month)).contains(&day).then(|| format!("{year:04}-{month:02}-{day:02}"))
    };
    CITATION.as_ref()?.captures_iter(&text).filter_map(|found| day(&found)).max()
}

/// Digits in `raw` with common look-alikes replaced: value, number of digits, and whether one was replaced.
fn parse_ocr_digits(raw: &str) -> Option<(u32, usize, bool)> {
    let mut mended = false;
    let mut text = String::new();
    for c in raw.chars().filter(|c| !c.is_whitespace() && !matches!(c, '.' | ',' | ':' | '_' | '\'' | '"')) {
        match c {
            '0'..='9' => text.push(c),
            'o' | 'O' | 'Ø' | 'ø' => {
                mended = true;
                text.push('0');
            }
            'l' | 'i' | 'I' | '|' => {
                mended = true;
                text.push('1');
            }
            _ => return None,
        }
    }
    (1..=4).contains(&text.len()).then_some(())?;
    Some((text.parse().ok()?, text.len(), mended))
}

/// Number of days of a month in the Gregorian calendar; 0 for an impossible month.
fn days_in_month(year: u32, month: u32) -> u32 {
    match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
        2 => 28,
        _ => 0,
    }
}

/// Province whose name differs in at most two folded letters, and the similarity, 0 to 100.
pub(crate) fn match_province(text: &str) -> Option<(&'static str, u32)> {
    let wanted = normalized_key(text);
    PROVINCES
        .iter()
        .map(|name| (*name, similarity(&wanted, &normalized_key(name))))
        .max_by_key(|(_, alike)| *alike)
        .filter(|(_, alike)| *alike >= 80)
}

fn parse_date_row(row: &Row<'_>) -> Option<PlaceAndDate> {
    let text = row.text();
    let plain = fold_text(&text);
    let found = DATE_LINE.as_ref()?.captures(&plain)?;
    let (month, year) = (found.name("m")?, found.name("y")?);
    let mut confidence = row.confidence();
    // The least confident digit decides: day and month are often handwritten.
    for word in &row.words {
        if word.text.chars().any(|c| c.is_ascii_digit()) {
            confidence = confidence.min(u32::from(word.confidence));
        }
    }
    let day = found.name("d").and_then(|day| parse_ocr_digits(day.as_str()));
    let (month, year) = (parse_ocr_digits(month.as_str()), parse_ocr_digits(year.as_str()));
    let date = match (day, month, year) {
        (Some((d, width, x)), Some((m, _, y)), Some((year, 4, z)))
            if (1900..=2100).contains(&year) && d >= 1 && d <= days_in_month(year, m) =>
        {
            if x || y || z {
                confidence = confidence * 6 / 10;
            }
            if width == 1 && d < 10 {
                // Days below 10 are written with a zero: half of the number was probably lost.
                confidence /= 2;
            }
            Some(format!("{year:04}-{m:02}-{d:02}"))
        }
        _ => None,
    };
    let (place, place_confidence) = parse_place(row, &text, &plain, found.name("place")?.end());
    Some(PlaceAndDate { date, date_confidence: confidence.min(100), place, place_confidence })
}

fn parse_place(row: &Row<'_>, text: &str, plain: &str, start: usize) -> (Option<String>, u32) {
    let letters = plain.get(..start).map_or(0, |before| before.chars().count());
    let before: String = text.chars().take(letters).collect();
    let name = before.trim().trim_matches(|c: char| !c.is_alphanumeric()).to_owned();
    let capital = name.find(char::is_uppercase).and_then(|at| name.get(at..)).unwrap_or_default().to_owned();
    if capital.chars().filter(|c| c.is_alphabetic()).count() < 2 {
        return (None, 0);
    }
    let count = capital.split_whitespace().count();
    let confidence = mean_confidence(row.words.iter().copied().take(count));
    match match_province(&capital) {
        Some((known, alike)) => (Some(known.to_owned()), confidence.max(60) * alike / 100),
        None => (Some(capital), confidence * 8 / 10),
    }
}

/// The place and date of a first page, with its row. Only the header's right column counts: `Căn cứ … ngày …` has other
/// documents' dates.
pub(crate) fn find_place_and_date<'r, 'a>(zones: &'r PageZones<'a>) -> Option<(PlaceAndDate, &'r Row<'a>)> {
    // Without the state's name above, the row may refer to another document: (Kèm theo Quyết định số … ngày …).
    let own = |text: &str| {
        zones.emblem.is_some() || text.contains(',') && !["theo", "quyet dinh", "so ", "cong van"].iter().any(|word| text.contains(word))
    };
    let row = zones.right.iter().rfind(|row| is_date_row(&row.folded_text()) && own(&row.folded_text()))?;
    match parse_date_row(row) {
        Some(issued) => Some((issued, row)),
        None => {
            let text = normalize_lookalikes(&row.text());
            let before = text.split(',').next().unwrap_or_default().trim();
            let known = match_province(before).filter(|_| text.contains(','));
            let place = known.map(|(name, _)| name.to_owned());
            let place_confidence = known.map_or(0, |(_, alike)| row.confidence() * alike / 100);
            Some((PlaceAndDate { date: None, date_confidence: 0, place, place_confidence }, row))
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use sohoa_base::model::page::geometry::Bounds;
    use sohoa_base::model::page::reading::{Block, BlockKind, Line, Word};

    fn read(text: &str) -> Option<PlaceAndDate> {
        let words: Vec<Word> = text.split(' ').map(|text| Word::new(text, Bounds::new(0, 0, 10, 10), 90)).collect();
        let zones = crate::page_zones::tests::zones_of_right_row(&words);
        find_place_and_date(&zones).map(|(issued, _)| issued)
    }

    #[test]
    fn place_and_date_are_parsed_despite_ocr_errors() {
        let issued = read("Hải Phòng, ngày 2O tháng O2 năm 2025").unwrap();
        assert_eq!(issued.date.as_deref(), Some("2025-02-20"));
        assert_eq!(issued.place.as_deref(), Some("Hải Phòng"));
        assert!(issued.date_confidence < 60, "{issued:?}");
        let sure = read("Kiên Giang, ngày 16 tháng 01 năm 2018").unwrap();
        assert_eq!((sure.date.as_deref(), sure.date_confidence), (Some("2018-01-16"), 90));
        let slipped = read("Thái Nguyên, ngùy 22 tháng I1 năm 2024").unwrap();
        assert_eq!((slipped.date.as_deref(), slipped.place.as_deref()), (Some("2024-11-22"), Some("Thái Nguyên")));
        let lost = read("Thái Nguyên, nqày 22 tháng 11 năm 2024").unwrap();
        assert_eq!((lost.date, lost.place.as_deref()), (None, Some("Thái Nguyên")));
    }

    #[test]
    fn latest_cited_date_ignores_other_dates() {
        let page = |text: &str| {
            let words = text.split(' ').map(|text| Word::new(text, Bounds::default(), 90)).collect();
            let lines = vec![Line::new(Bounds::default(), words)];
            Reading { blocks: vec![Block { kind: BlockKind::Text, bounds: Bounds::default(), lines }], ..Reading::default() }
        };
        let text = "Công văn số 1060/BTC-QLGCS ngày 23/01/2025 và Nghị định số 103/2024/NĐ-CP ngày 30 tháng 7 năm 2024, \
                    gửi trước ngày 20/12/2026; số 12/QĐ ngày 31/02/2027";
        assert_eq!(latest_cited_date(&page(text)).as_deref(), Some("2025-01-23"));
        assert_eq!(latest_cited_date(&page("hạn cuối là ngày 20/12/2026")), None);
    }

    #[test]
    fn impossible_and_unreadable_dates_are_omitted() {
        for text in [
            "Kiên Giang, ngày 16 tháng 13 năm 2018",
            "Kiên Giang, ngày 30 tháng 02 năm 2020",
            "Kiên Giang, ngày 00 tháng 02 năm 2020",
            "Quảng Ngãi, ngàW/† tháng 5 năm 2021",
            "Quảng Ngãi, ngày0B tháng 02 năm 2025",
            "Quảng Ngãi, ngày tháng 02 năm 2025",
        ] {
            let issued = read(text).unwrap();
            assert_eq!(issued.date, None, "{text}");
            assert!(issued.place.is_some(), "{text}");
        }
    }

    #[test]
    fn place_is_corrected_only_to_known_province() {
        assert_eq!(match_province("QUANG NGAÀI"), Some(("Quảng Ngãi", 90)));
        assert_eq!(match_province("Mong Thọ"), None);
    }
}

//! The subject of a document (trích yếu): below the name line, or after `V/v` in a công văn.

use crate::fields::kind::{DetectedKind, starts_with_regarding, strip_regarding_prefix};
use crate::fields::number::is_number_row;
use crate::page_zones::{PageZones, Row};
use crate::word_confidence::all_words_correct_percent;
use sohoa_base::model::page::geometry::Bounds;
use sohoa_base::model::page::reading::Word;
use sohoa_base::text::nfc::nfc;

/// First words, folded, of the row that ends a subject: addressee, legal basis, or start of the body.
const SUBJECT_ENDS: [&str; 19] = [
    "can cu",
    "kinh gui",
    "kinh gu",
    "dieu 1",
    "phan i",
    "phan 1",
    "chuong i",
    "thuc hien nghi",
    "thuc hien cong van",
    "thuc hien chi thi",
    "thuc hien quyet dinh",
    "thuc hien thong",
    "thuc hien ke hoach",
    "theo de nghi",
    "xet de nghi",
    "thi hanh",
    "i.",
    "1.",
    "i-",
];

/// Maximum number of rows of a subject.
const MAX_ROWS: usize = 8;

/// A text composed of rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TextSpan {
    pub(crate) text: String,
    pub(crate) confidence: u32,
    pub(crate) bounds: Option<Bounds>,
    /// Text before diacritics were restored.
    pub(crate) as_read: Option<String>,
}

/// Joins rows into one NFC text.
pub(crate) fn join_rows(rows: &[&Row<'_>], strip: impl Fn(String) -> String) -> Option<TextSpan> {
    let joined = |texts: Vec<String>| nfc(&strip(texts.join(" ")));
    let text = joined(strip_frame_marks(rows.iter().map(|row| row.text())));
    let read = joined(strip_frame_marks(rows.iter().map(|row| row.text_as_read())));
    let words: Vec<&Word> = rows.iter().flat_map(|row| row.words.iter().copied()).collect();
    (!text.is_empty()).then(|| TextSpan {
        as_read: Some(read).filter(|read| *read != text),
        text,
        confidence: all_words_correct_percent(words.iter().copied()),
        bounds: Bounds::enclosing(rows.iter().map(|row| &row.bounds)),
    })
}

/// Rows of one sentence; in all but the first, a frame edge misread as a dash before a letter is removed.
fn strip_frame_marks(rows: impl Iterator<Item = String>) -> Vec<String> {
    let whole = |(at, row): (usize, String)| {
        let rest = row.trim_start_matches(['-', '|', '_', '~', '.']);
        if at > 0 && rest.starts_with(char::is_lowercase) { rest.to_owned() } else { row }
    };
    rows.enumerate().map(whole).collect()
}

/// Separates a year from the lower-case letters after it: `28/12/2017của`.
fn separate_year(text: &str) -> String {
    let letters: Vec<char> = text.chars().collect();
    let mut out = String::with_capacity(text.len() + 4);
    for (at, letter) in letters.iter().enumerate() {
        let is_number = at >= 4 && letters.get(at - 4..at).is_some_and(|before| before.iter().all(char::is_ascii_digit));
        if is_number && letter.is_lowercase() && letters.get(at + 1).is_some_and(|next| next.is_lowercase()) {
            out.push(' ');
        }
        out.push(*letter);
    }
    out
}

fn trim_subject(text: &str) -> &str {
    text.trim()
        .trim_start_matches(|c: char| !c.is_alphanumeric() && c != '(' && c != '"' && c != '“')
        .trim_end_matches([' ', '-', '_', '/', ':', ';', '|'])
}

/// Corrects a misread `Về việc` at the start.
fn correct_regarding(text: &str) -> String {
    let mut words = text.splitn(3, ' ');
    let (first, second) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let capital = first.starts_with(char::is_uppercase);
    let full = if capital { "Về việc" } else { "về việc" };
    match (crate::string_similarity::normalized_key(first).as_str(), crate::string_similarity::normalized_key(second).as_str()) {
        ("ve" | "va" | "vi" | "v", "viec") => format!("{full} {}", words.next().unwrap_or_default()).trim().to_owned(),
        ("veviec", _) => format!("{full} {second} {}", words.next().unwrap_or_default()).trim().to_owned(),
        _ => text.to_owned(),
    }
}

fn ends_subject(row: &Row<'_>) -> bool {
    let text = row.folded_text();
    let text = text.trim_start_matches(|c: char| !c.is_alphanumeric());
    SUBJECT_ENDS.iter().any(|start| text.starts_with(start))
}

/// Whether `row` continues a subject that began at `first`: centred on it, close below `last`, and not in capitals (the
/// authority: `CHỦ TỊCH ỦY BAN …`).
fn continues_subject(row: &Row<'_>, first: &Row<'_>, last: &Row<'_>, pitch: u32, height: u32, width: u32) -> bool {
    let gap = row.bounds.y0.saturating_sub(last.bounds.y1);
    let centred = row.center().abs_diff(first.center()) * 100 <= width * 7;
    let shouting = crate::string_similarity::is_mostly_upper(&row.text()) && !crate::string_similarity::is_mostly_upper(&first.text());
    let near = gap <= pitch.max(height) + height / 2;
    centred && !shouting && near && !ends_subject(row)
}

/// The subject of a document with a name line.
fn subject_under_title(zones: &PageZones<'_>, at: usize, width: u32) -> Option<TextSpan> {
    let rows: Vec<&Row<'_>> = zones.body.iter().skip(at + 1).take(MAX_ROWS).collect();
    let first = *rows.first()?;
    if ends_subject(first) || starts_body_paragraph(first, rows.get(1).copied(), width) {
        return None;
    }
    let mut taken = vec![first];
    let mut pitch = 0;
    for (at, row) in rows.iter().enumerate().skip(1) {
        let last = taken.last().copied().unwrap_or(first);
        // A continued sentence begins no paragraph.
        let begins = row.text().trim_start().starts_with(char::is_uppercase)
            && rows.get(at + 1).is_some_and(|next| starts_paragraph(&row.bounds, &next.bounds, width));
        if begins || !continues_subject(row, first, last, pitch, zones.word_height, width) {
            break;
        }
        pitch = pitch.max(row.bounds.y0.saturating_sub(last.bounds.y1));
        taken.push(row);
    }
    join_rows(&taken, |text| separate_year(&correct_regarding(trim_subject(&text))))
}

/// Whether the row begins the body: indented, up to the right edge, with a longer row below that starts further left. A
/// centred subject has none of these.
fn starts_body_paragraph(row: &Row<'_>, next: Option<&Row<'_>>, width: u32) -> bool {
    next.is_some_and(|next| {
        let indented = row.bounds.x0 > next.bounds.x0 + width * 25 / 1000;
        indented && row.bounds.x1 * 100 >= width * 90 && next.bounds.x1.abs_diff(row.bounds.x1) * 100 <= width
    })
}

/// Whether the row is the first of a paragraph: indented, up to the right edge, above a row that starts further left but
/// does not end further right by as much, as a centred one would.
fn starts_paragraph(row: &Bounds, next: &Bounds, width: u32) -> bool {
    let indent = row.x0.saturating_sub(next.x0);
    let further = next.x1.saturating_sub(row.x1);
    indent * 1000 >= width * 25 && row.x1 * 100 >= width * 88 && further * 2 < indent
}

/// The subject of a công văn: after `V/v` in the left column.
fn subject_after_regarding(zones: &PageZones<'_>) -> Option<TextSpan> {
    let number = zones.left.iter().position(is_number_row);
    let stated = zones.left.iter().position(starts_with_regarding);
    let start = stated.or(number.map(|at| at + 1))?;
    let rows: Vec<&Row<'_>> = zones
        .left
        .iter()
        .skip(start)
        .take(MAX_ROWS)
        .filter(|row| row.confidence() >= 30 && row.text().chars().filter(|c| c.is_alphabetic()).count() >= 2)
        .filter(|row| crate::fields::secrecy::parse_urgency(&row.text()).is_none())
        .collect();
    let mut found = join_rows(&rows, |text| separate_year(strip_regarding(&text)))?;
    if stated.is_none() {
        // The rows below the number were read without their V/v.
        found.confidence = found.confidence * 7 / 10;
    }
    (found.text.chars().count() >= 4).then_some(found)
}

fn strip_regarding(text: &str) -> &str {
    let text = trim_subject(text);
    strip_regarding_prefix(text).map_or(text, trim_subject)
}

/// The subject of a document of this kind.
pub(crate) fn find_subject(zones: &PageZones<'_>, kind: &DetectedKind, width: u32) -> Option<TextSpan> {
    match kind.title_row {
        Some(at) => subject_under_title(zones, at, width),
        None => subject_after_regarding(zones),
    }
}

/// The addressees (Kính gửi): the rows from there on that are centred or listed.
pub(crate) fn find_recipients(zones: &PageZones<'_>) -> Option<TextSpan> {
    let begins = |row: &Row<'_>| {
        let text = row.folded_text();
        let text = text.trim_start_matches(|c: char| !c.is_alphanumeric());
        text.starts_with("kinh gui") || text.starts_with("kinh gu")
    };
    let start = zones.body.iter().take(14).position(begins)?;
    let first = zones.body.get(start)?;
    let alone = first.words.len() <= 3;
    let listed = zones.body.iter().skip(start + 1).take(20).take_while(|row| row.text().starts_with(['-', '~', '+']));
    let rows: Vec<&Row<'_>> = std::iter::once(first).chain(listed).collect();
    if alone && rows.len() == 1 {
        return None;
    }
    let parts: Vec<String> = rows
        .iter()
        .enumerate()
        .map(|(at, row)| {
            let text = row.text();
            let skip = if at == 0 { text.char_indices().nth(8).map_or(text.len(), |(at, _)| at) } else { 0 };
            let text = text.get(skip..).unwrap_or_default();
            text.trim_matches(|c: char| c.is_whitespace() || matches!(c, ':' | ';' | '-' | '.' | '~' | ',')).to_owned()
        })
        .filter(|text| !text.is_empty())
        .collect();
    let mut found = join_rows(&rows, |_| parts.join("; "))?;
    found.confidence = found.confidence * 9 / 10;
    Some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leading_regarding_phrase_is_corrected() {
        assert_eq!(correct_regarding("và việc tăng cường"), "về việc tăng cường");
        assert_eq!(correct_regarding("Vềviệc triển khai thực hiện"), "Về việc triển khai thực hiện");
        assert_eq!(correct_regarding("Về tăng cường chỉ đạo"), "Về tăng cường chỉ đạo");
    }

    #[test]
    fn indented_paragraph_start_is_distinguished_from_centred_text() {
        let is_body = |row: [u32; 2], next: [u32; 2]| {
            starts_paragraph(&Bounds::new(row[0], 0, row[1], 9), &Bounds::new(next[0], 0, next[1], 9), 1000)
        };
        assert!(is_body([180, 915], [140, 910]) && is_body([180, 900], [140, 915]));
        assert!(!is_body([180, 900], [140, 940]), "two centred rows");
        assert!(!is_body([140, 915], [180, 910]) && !is_body([180, 700], [140, 910]), "a row of the subject before a paragraph");
    }

    #[test]
    fn frame_edges_read_as_dashes_are_removed() {
        let joined = |rows: &[&str]| strip_frame_marks(rows.iter().map(|row| (*row).to_owned())).join(" ");
        assert_eq!(joined(&["hỗ trợ nhà đầu tư", "-thực hiện dự án"]), "hỗ trợ nhà đầu tư thực hiện dự án");
        assert_eq!(joined(&["giai đoạn 2021", "-2025"]), "giai đoạn 2021 -2025");
        assert_eq!(joined(&["-thực hiện", "- Sở Y tế"]), "-thực hiện - Sở Y tế");
    }

    #[test]
    fn year_is_separated_from_following_word() {
        assert_eq!(separate_year("ngày 28/12/2017của Bộ Y tế 12a 2017"), "ngày 28/12/2017 của Bộ Y tế 12a 2017");
    }

    #[test]
    fn leading_regarding_abbreviation_is_stripped() {
        assert_eq!(strip_regarding("V/v tham gia ý kiến các dự thảo"), "tham gia ý kiến các dự thảo");
        assert_eq!(strip_regarding("V/V: cung cấp thông tin"), "cung cấp thông tin");
        assert_eq!(strip_regarding("ViV nhắc báo cáo"), "nhắc báo cáo");
        assert_eq!(strip_regarding("VÁN báo cáo nhanh"), "báo cáo nhanh");
        assert_eq!(strip_regarding("V/vtriển khai"), "triển khai");
        assert_eq!(strip_regarding("Viện Sốt rét"), "Viện Sốt rét");
        assert_eq!(strip_regarding("Về việc khác"), "Về việc khác");
    }
}

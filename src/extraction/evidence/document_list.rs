//! Parsing of document lists delivered with scans (mục lục văn bản).

use crate::string_similarity::fold_text;
use sohoa_base::model::record::ListEntry;
use sohoa_base::text::nfc::nfc;

/// One row of a list, for one document.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ListRow {
    /// Row of the table, from 1, as in a spreadsheet.
    pub row: usize,
    /// Name of the document's file (tên tệp), if the list has it.
    pub file: Option<String>,
    /// Number and notation (số, ký hiệu).
    pub number: Option<String>,
    /// Date as written (ngày, tháng).
    pub date: Option<String>,
    /// Subject (trích yếu).
    pub subject: Option<String>,
    /// Issuer (tác giả).
    pub author: Option<String>,
    /// First and last page in the dossier (trang số, tờ số), counted from 1.
    pub range: Option<(u32, u32)>,
    /// Number of pages (số trang).
    pub pages: Option<u32>,
    /// Remark (ghi chú).
    pub note: Option<String>,
}

impl From<&ListRow> for ListEntry {
    fn from(entry: &ListRow) -> Self {
        Self {
            row: u32::try_from(entry.row).unwrap_or(u32::MAX),
            number: entry.number.clone(),
            date: entry.date.clone(),
            subject: entry.subject.clone(),
            author: entry.author.clone(),
        }
    }
}

/// Content of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Column {
    File,
    Number,
    Date,
    Subject,
    Author,
    Range,
    From,
    To,
    Pages,
    Note,
}

/// Headings of columns, folded; a longer one precedes the shorter one that is its prefix.
const COLUMN_HEADERS: [(&str, Column); 38] = [
    ("ten tep", Column::File),
    ("ten file", Column::File),
    ("tep tin", Column::File),
    ("tep", Column::File),
    ("duong dan", Column::File),
    ("file name", Column::File),
    ("filename", Column::File),
    ("file", Column::File),
    ("so, ky hieu", Column::Number),
    ("so ky hieu", Column::Number),
    ("so va ky hieu", Column::Number),
    ("so/ky hieu", Column::Number),
    ("so hieu", Column::Number),
    ("number", Column::Number),
    ("ngay", Column::Date),
    ("thoi gian", Column::Date),
    ("date", Column::Date),
    ("trich yeu", Column::Subject),
    ("ten loai va trich yeu", Column::Subject),
    ("noi dung", Column::Subject),
    ("subject", Column::Subject),
    ("title", Column::Subject),
    ("tac gia", Column::Author),
    ("co quan ban hanh", Column::Author),
    ("author", Column::Author),
    ("issuer", Column::Author),
    ("tu trang", Column::From),
    ("tu to", Column::From),
    ("from page", Column::From),
    ("den trang", Column::To),
    ("den to", Column::To),
    ("to page", Column::To),
    ("so luong trang", Column::Pages),
    ("so trang", Column::Pages),
    ("pages", Column::Pages),
    ("ghi chu", Column::Note),
    ("note", Column::Note),
    ("remark", Column::Note),
];

/// Headings of columns with a page range in the dossier: one page or `3-5`.
const RANGE_HEADERS: [&str; 5] = ["to so", "trang so", "tu trang den trang", "tu trang - den trang", "tu to den to"];

/// Headings of the column with the roadmap target (chỉ tiêu). Only exact matches count: `line no.` numbers rows.
const TARGET_HEADERS: [&str; 9] = [
    "ma dong lo trinh",
    "dong lo trinh",
    "ma chi tieu lo trinh",
    "chi tieu lo trinh",
    "ma chi tieu",
    "chi tieu",
    "roadmap line",
    "line of the roadmap",
    "line",
];

/// Maximum number of targets reported for one list: one is intended.
const MAX_TARGETS: usize = 20;

/// Normalises a heading for comparison: folded, with single spaces, without surrounding punctuation.
fn normalize_header(head: &str) -> String {
    let head = fold_text(head).split_whitespace().collect::<Vec<_>>().join(" ");
    head.trim_matches(|c: char| !c.is_alphanumeric()).to_owned()
}

fn match_column(head: &str) -> Option<Column> {
    let head = normalize_header(head);
    if RANGE_HEADERS.iter().any(|known| head.starts_with(known)) || (head.starts_with("tu ") && head.contains(" den ")) {
        return Some(Column::Range);
    }
    COLUMN_HEADERS.iter().find(|(known, _)| head.starts_with(known)).map(|(_, column)| *column)
}

/// Parses a table from CSV or a spreadsheet. The headings are searched in the first twenty rows, because titles may
/// precede them; rows without any known cell, and those that number the columns, are skipped. None if the table is not a
/// document list: it must have files, or numbers and subjects.
#[must_use]
pub fn parse_list(table: &[Vec<String>]) -> Option<Vec<ListRow>> {
    let (at, columns) = find_header_row(table)?;
    let mut entries = Vec::new();
    for (row, cells) in table.iter().enumerate().skip(at + 1) {
        let entry = parse_row(row + 1, &columns, cells);
        let says = entry.file.is_some() || entry.subject.is_some() || entry.number.is_some();
        if says && !is_column_numbering(cells) {
            entries.push(entry);
        }
    }
    Some(entries)
}

/// Row with the headings of a document list, and the content of each column.
fn find_header_row(table: &[Vec<String>]) -> Option<(usize, Vec<Option<Column>>)> {
    table.iter().take(20).enumerate().find_map(|(at, row)| {
        let columns: Vec<Option<Column>> = row.iter().map(|cell| match_column(cell)).collect();
        let has = |wanted: Column| columns.contains(&Some(wanted));
        (has(Column::File) || (has(Column::Subject) && (has(Column::Number) || has(Column::Date)))).then_some((at, columns))
    })
}

/// Whether the row numbers the columns below the headings: (1), (2), (3).
fn is_column_numbering(cells: &[String]) -> bool {
    cells.iter().filter(|cell| !cell.trim().is_empty()).all(|cell| cell.trim().trim_matches(['(', ')']).parse::<u8>().is_ok())
}

/// Roadmap targets named by a list, each with its first row; empty cells are skipped. Empty if there is no such column.
#[must_use]
pub fn listed_targets(table: &[Vec<String>]) -> Vec<(u32, String)> {
    let Some((at, _)) = find_header_row(table) else { return Vec::new() };
    let is_target_heading = |head: &String| TARGET_HEADERS.contains(&normalize_header(head).as_str());
    let Some(place) = table.get(at).and_then(|heads| heads.iter().position(is_target_heading)) else { return Vec::new() };
    let mut targets: Vec<(u32, String)> = Vec::new();
    for (row, cells) in (1..).zip(table).skip(at + 1) {
        let target = cells.get(place).map(|cell| nfc(cell.trim())).unwrap_or_default();
        let is_skipped = target.is_empty() || is_column_numbering(cells) || targets.iter().any(|(_, listed)| *listed == target);
        if !is_skipped && targets.len() < MAX_TARGETS {
            targets.push((row, target));
        }
    }
    targets
}

fn parse_row(row: usize, columns: &[Option<Column>], cells: &[String]) -> ListRow {
    let mut entry = ListRow { row, ..ListRow::default() };
    let (mut from, mut to) = (None, None);
    for (column, cell) in columns.iter().zip(cells) {
        let text = cell.trim();
        let Some(column) = column else { continue };
        if text.is_empty() {
            continue;
        }
        let value = Some(text.to_owned());
        match column {
            Column::File => entry.file = value,
            Column::Number => entry.number = value,
            Column::Date => entry.date = value,
            Column::Subject => entry.subject = value,
            Column::Author => entry.author = value,
            Column::Note => entry.note = value,
            Column::Pages => entry.pages = parse_integer(text),
            Column::Range => entry.range = parse_page_range(text),
            Column::From => from = parse_integer(text),
            Column::To => to = parse_integer(text),
        }
    }
    if let (Some(from), to) = (from, to) {
        entry.range = Some((from, to.unwrap_or(from)));
    }
    entry.range = entry.range.filter(|(first, last)| *first >= 1 && first <= last);
    entry
}

/// Parses a whole number; spreadsheets write `3.0`.
fn parse_integer(text: &str) -> Option<u32> {
    text.trim().trim_end_matches(".0").parse().ok()
}

/// Parses `3`, `3-5`, `03 – 05`.
fn parse_page_range(text: &str) -> Option<(u32, u32)> {
    let text = text.replace(['–', '—', ','], "-");
    match text.split_once('-') {
        Some((first, last)) => Some((parse_integer(first)?, parse_integer(last)?)),
        None => parse_integer(&text).map(|only| (only, only)),
    }
}

/// Normalises a path or file name for comparison: lower case, `/` between parts, NFC. (Some systems decompose file
/// names.)
#[must_use]
pub fn normalize_path(path: &str) -> String {
    nfc(path.replace('\\', "/").trim_start_matches("./")).to_lowercase()
}

#[cfg(test)]
pub(super) mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use super::*;

    pub(in super::super) fn table(text: &str) -> Vec<Vec<String>> {
        text.lines().map(|row| row.split('|').map(|cell| cell.trim().to_owned()).collect()).collect()
    }

    #[test]
    fn roadmap_targets_are_read_from_target_column() {
        let head = "Tên tệp | Trích yếu | Mã dòng lộ trình\n(1) | (2) | (3)";
        let named = |rows: &str| listed_targets(&table(&format!("MỤC LỤC\n{head}\n{rows}")));
        assert_eq!(named("a.pdf | x | L1\nb.pdf | y |\nc.pdf | z | L1"), [(4, "L1".to_owned())]);
        assert_eq!(named("a.pdf | x | L1\n | | L2"), [(4, "L1".to_owned()), (5, "L2".to_owned())]);
        assert_eq!(named("a.pdf | x | "), []);
        for (head, is_line) in [("Chỉ tiêu", true), ("LINE", true), ("Mã chỉ tiêu:", true), ("Line no.", false), ("Chỉ tiêu giấy", false)]
        {
            assert_eq!(listed_targets(&table(&format!("file | {head}\na.pdf | L1"))).len(), usize::from(is_line), "{head}");
        }
    }

    #[test]
    fn tables_without_list_columns_are_rejected() {
        assert_eq!(parse_list(&table("tên | tuổi\nAn | 3")), None);
        assert_eq!(parse_list(&[]), None);
        assert_eq!(parse_page_range("x"), None);
        assert_eq!(parse_page_range("5 – 3").filter(|(first, last)| first <= last), None);
    }
}

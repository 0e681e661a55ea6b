//! Lists of documents that come with scans (mục lục văn bản): their columns, and whether what came is what they say.

use crate::string_similarity::fold_text;
use sohoa_base::model::record::{ListEntry, ListFinding};
use sohoa_base::text::nfc::nfc;

/// One row of a list: one document.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ListRow {
    /// Row of the table, from 1, as a spreadsheet counts.
    pub row: usize,
    /// Name of its file (tên tệp), where the list names one.
    pub file: Option<String>,
    /// Number and notation (số, ký hiệu).
    pub number: Option<String>,
    /// Date as written (ngày, tháng).
    pub date: Option<String>,
    /// Subject (trích yếu).
    pub subject: Option<String>,
    /// Who issued it (tác giả).
    pub author: Option<String>,
    /// First and last page in the dossier (trang số, tờ số), counted from 1.
    pub range: Option<(u32, u32)>,
    /// How many pages it has (số trang).
    pub pages: Option<u32>,
    /// Remark (ghi chú).
    pub note: Option<String>,
}

/// A delivered file, in the order of the dossier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FilePageCount {
    /// Its path in the delivery, `/` between parts.
    pub path: String,
    /// Pages in it.
    pub pages: u32,
}

/// Where a list and a delivery disagree. Nothing is lost by it: a person looks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ListMismatch {
    /// A row names a file that did not come.
    Missing {
        /// The row.
        row: usize,
        /// The file.
        file: String,
    },
    /// A file came that no row names.
    Extra {
        /// The file.
        file: String,
    },
    /// A file or a document has another number of pages.
    Pages {
        /// The row.
        row: usize,
        /// The delivered file.
        file: String,
        /// Pages by the list.
        listed: u32,
        /// Pages that came.
        came: u32,
    },
    /// Pages from here on are in no row, in two rows, or were never delivered.
    Range {
        /// The row.
        row: usize,
    },
}

impl From<&ListMismatch> for ListFinding {
    fn from(finding: &ListMismatch) -> Self {
        let (code, detail, file) = match finding {
            ListMismatch::Missing { row, file } => {
                ("missing", format!("row {row} of the list names {file}, which is not among what was taken"), None)
            }
            ListMismatch::Extra { file } => ("extra", format!("{file} came, and no row of the list names it"), Some(file)),
            ListMismatch::Pages { row, file, listed, came } => {
                ("pages", format!("row {row} of the list says {listed} pages for {file}; it has {came}"), Some(file))
            }
            ListMismatch::Range { row } => ("range", format!("from row {row} on the pages of the list do not fit those that came"), None),
        };
        Self { code: code.to_owned(), detail, file: file.cloned() }
    }
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

/// What a column holds.
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

/// Heads of columns, folded, as offices write them; the longer stands before the shorter that it begins with.
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

/// Heads that hold a place in the dossier: one page or `3-5`.
const RANGE_HEADERS: [&str; 5] = ["to so", "trang so", "tu trang den trang", "tu trang - den trang", "tu to den to"];

/// Heads of the column that names the line of the roadmap (chỉ tiêu). Nothing else may stand in them: `line no.` numbers rows.
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

/// Most lines that are told of one list: one is meant.
const MAX_TARGETS: usize = 20;

/// A head as it is compared: folded, with single blanks, without signs around it.
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

/// The documents of a table, as it stands in CSV or a spreadsheet. Its heads are looked for in the first twenty rows,
/// since titles stand over them; rows without any known cell, and those that number the columns, are passed over.
/// None for a table that is no list of documents: it must name files, or numbers and subjects.
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

/// The row of heads of a list of documents, and what each of its columns holds.
fn find_header_row(table: &[Vec<String>]) -> Option<(usize, Vec<Option<Column>>)> {
    table.iter().take(20).enumerate().find_map(|(at, row)| {
        let columns: Vec<Option<Column>> = row.iter().map(|cell| match_column(cell)).collect();
        let has = |wanted: Column| columns.contains(&Some(wanted));
        (has(Column::File) || (has(Column::Subject) && (has(Column::Number) || has(Column::Date)))).then_some((at, columns))
    })
}

/// Under the heads offices number the columns: (1), (2), (3).
fn is_column_numbering(cells: &[String]) -> bool {
    cells.iter().filter(|cell| !cell.trim().is_empty()).all(|cell| cell.trim().trim_matches(['(', ')']).parse::<u8>().is_ok())
}

/// The lines of a roadmap that a list names for what came with it, each with the first row that does; rows that leave the
/// cell empty say nothing. None where it has no such column.
#[must_use]
pub fn listed_targets(table: &[Vec<String>]) -> Vec<(u32, String)> {
    let Some((at, _)) = find_header_row(table) else { return Vec::new() };
    let is_line = |head: &String| TARGET_HEADERS.contains(&normalize_header(head).as_str());
    let Some(place) = table.get(at).and_then(|heads| heads.iter().position(is_line)) else { return Vec::new() };
    let mut lines: Vec<(u32, String)> = Vec::new();
    for (row, cells) in (1..).zip(table).skip(at + 1) {
        let line = cells.get(place).map(|cell| nfc(cell.trim())).unwrap_or_default();
        let is_told = line.is_empty() || is_column_numbering(cells) || lines.iter().any(|(_, known)| *known == line);
        if !is_told && lines.len() < MAX_TARGETS {
            lines.push((row, line));
        }
    }
    lines
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
        let said = Some(text.to_owned());
        match column {
            Column::File => entry.file = said,
            Column::Number => entry.number = said,
            Column::Date => entry.date = said,
            Column::Subject => entry.subject = said,
            Column::Author => entry.author = said,
            Column::Note => entry.note = said,
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

/// A whole number; spreadsheets write `3.0`.
fn parse_integer(text: &str) -> Option<u32> {
    text.trim().trim_end_matches(".0").parse().ok()
}

/// `3`, `3-5`, `03 – 05`.
fn parse_page_range(text: &str) -> Option<(u32, u32)> {
    let text = text.replace(['–', '—', ','], "-");
    match text.split_once('-') {
        Some((first, last)) => Some((parse_integer(first)?, parse_integer(last)?)),
        None => parse_integer(&text).map(|only| (only, only)),
    }
}

/// A path, or the name of a file in a row, as they are compared: in any case of letters, `/` between parts, marks joined with
/// their letters. (Some systems part them in names of files.)
#[must_use]
pub fn normalize_path(path: &str) -> String {
    nfc(path.replace('\\', "/").trim_start_matches("./")).to_lowercase()
}

/// Whether a delivered path is the file that a row names: the whole path or its end.
fn matches_path(path: &str, named: &str) -> bool {
    let (path, named) = (normalize_path(path), normalize_path(named));
    path == named || path.strip_suffix(&named).is_some_and(|before| before.ends_with('/'))
}

/// Where the list and the delivery disagree, by row; files that no row names come last.
#[must_use]
pub fn compare_with_delivery(entries: &[ListRow], delivered: &[FilePageCount]) -> Vec<ListMismatch> {
    let mut findings = Vec::new();
    let names_files = entries.iter().any(|entry| entry.file.is_some());
    let all: u32 = delivered.iter().map(|file| file.pages).sum();
    let mut next = 1;
    for (at, entry) in entries.iter().enumerate() {
        let came = entry.file.as_ref().map(|named| delivered.iter().find(|file| matches_path(&file.path, named)));
        match (&entry.file, came) {
            (Some(named), Some(None)) => findings.push(ListMismatch::Missing { row: entry.row, file: named.clone() }),
            (Some(_), Some(Some(file))) => {
                let listed = entry.pages.or_else(|| entry.range.map(|(first, last)| last - first + 1));
                // Several rows may lie in one file: then their ranges are pages of it.
                let shared = entries.iter().filter(|other| other.file == entry.file).count() > 1;
                if let Some(listed) = listed.filter(|listed| !shared && *listed != file.pages) {
                    findings.push(ListMismatch::Pages { row: entry.row, file: file.path.clone(), listed, came: file.pages });
                }
            }
            _ => {}
        }
        let Some((first, last)) = entry.range.filter(|_| !names_files) else { continue };
        let is_last = at + 1 == entries.len();
        if first != next || last > all || (is_last && last < all) {
            findings.push(ListMismatch::Range { row: entry.row });
        }
        next = last + 1;
    }
    if names_files {
        let is_listed =
            |file: &FilePageCount| entries.iter().filter_map(|entry| entry.file.as_ref()).any(|named| matches_path(&file.path, named));
        let extra = delivered.iter().filter(|file| !is_listed(file));
        findings.extend(extra.map(|file| ListMismatch::Extra { file: file.path.clone() }));
    }
    findings
}

/// The documents that the list makes of the delivery: pages counted through all files from 0, in the order of
/// delivery. None where the list says too little or disagrees: then the pages are cut as if there were none.
#[must_use]
pub fn split_by_list(entries: &[ListRow], delivered: &[FilePageCount]) -> Option<Vec<Vec<usize>>> {
    if entries.is_empty() || !compare_with_delivery(entries, delivered).is_empty() {
        return None;
    }
    let mut starts = Vec::with_capacity(delivered.len());
    let mut all = 0_usize;
    for file in delivered {
        starts.push(all);
        all += file.pages as usize;
    }
    let mut documents = Vec::new();
    for entry in entries {
        let file = match &entry.file {
            Some(named) => delivered.iter().zip(&starts).find(|(file, _)| matches_path(&file.path, named)),
            None => None,
        };
        let shared = entry.file.is_some() && entries.iter().filter(|other| other.file == entry.file).count() > 1;
        documents.push(match (file, entry.range) {
            (Some((file, start)), range) if !shared || range.is_none() => (*start..*start + file.pages as usize).collect(),
            (Some((file, start)), Some((first, last))) if last <= file.pages => {
                (*start + first as usize - 1..*start + last as usize).collect::<Vec<usize>>()
            }
            (None, Some((first, last))) => (first as usize - 1..last as usize).collect(),
            _ => return None,
        });
    }
    let mut pages: Vec<usize> = documents.concat();
    pages.sort_unstable();
    (pages == (0..all).collect::<Vec<_>>()).then_some(documents)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use super::*;

    fn table(text: &str) -> Vec<Vec<String>> {
        text.lines().map(|row| row.split('|').map(|cell| cell.trim().to_owned()).collect()).collect()
    }

    fn delivered_files(files: &[(&str, u32)]) -> Vec<FilePageCount> {
        files.iter().map(|(path, pages)| FilePageCount { path: (*path).to_owned(), pages: *pages }).collect()
    }

    #[test]
    fn names_are_compared_however_their_letters_are_written() {
        let (parted, joined) = ("ho\u{302}\u{300} so\u{31b} 1/To\u{31b}\u{300} tri\u{300}nh.PDF", "Tờ trình.pdf");
        assert!(matches_path(parted, joined) && matches_path("HỒ SƠ 1\\tờ trình.pdf", parted) && !matches_path("x Tờ trình.pdf", joined));
    }

    #[test]
    fn a_list_of_an_office_is_understood() {
        let list = table(
            "MỤC LỤC VĂN BẢN\n\
             STT | Số, ký hiệu | Ngày, tháng | Tên loại và trích yếu nội dung | Tác giả | Tờ số | Ghi chú\n\
             (1) | (2) | (3) | (4) | (5) | (6) | (7)\n\
             1 | 12/QĐ-UBND | 05/3/2020 | Quyết định về việc số hóa | UBND tỉnh | 1-3 | bản chính\n\
             2 | 7/BC-SNV | 06/3/2020 | Báo cáo | Sở Nội vụ | 4 |\n\
              | | | | | |",
        );
        let entries = parse_list(&list).unwrap();
        assert_eq!(entries.len(), 2);
        assert_eq!((entries[0].number.as_deref(), entries[0].range, entries[0].row), (Some("12/QĐ-UBND"), Some((1, 3)), 4));
        assert_eq!((entries[1].author.as_deref(), entries[1].range, entries[1].note.as_deref()), (Some("Sở Nội vụ"), Some((4, 4)), None));
        assert_eq!(split_by_list(&entries, &delivered_files(&[("a.pdf", 4)])), Some(vec![vec![0, 1, 2], vec![3]]));
        assert_eq!(compare_with_delivery(&entries, &delivered_files(&[("a.pdf", 5)])), [ListMismatch::Range { row: 5 }]);
    }

    #[test]
    fn missing_and_extra_files_and_counts_of_pages_are_found() {
        let entries =
            parse_list(&table("Tên tệp | Từ trang | Đến trang | Số trang\na.pdf | 1 | 2 | 2\nb/C.PDF | 3 | 5 | 3.0\nd.pdf | | | 1"))
                .unwrap();
        let findings = compare_with_delivery(&entries, &delivered_files(&[("lô 1/a.pdf", 2), ("lô 1/b/c.pdf", 4), ("lô 1/x.pdf", 1)]));
        let expected = [
            ListMismatch::Pages { row: 3, file: "lô 1/b/c.pdf".to_owned(), listed: 3, came: 4 },
            ListMismatch::Missing { row: 4, file: "d.pdf".to_owned() },
            ListMismatch::Extra { file: "lô 1/x.pdf".to_owned() },
        ];
        assert_eq!(findings, expected);
        assert_eq!(split_by_list(&entries, &delivered_files(&[("lô 1/a.pdf", 2)])), None);
        let all = delivered_files(&[("a.pdf", 2), ("b/c.pdf", 3), ("d.pdf", 1)]);
        assert_eq!(split_by_list(&entries, &all), Some(vec![vec![0, 1], vec![2, 3, 4], vec![5]]));
    }

    #[test]
    fn english_heads_and_several_documents_in_one_file() {
        let entries = parse_list(&table("file | from page | to page | title\nall.pdf | 1 | 2 | Letter\nall.pdf | 3 | 3 | Report")).unwrap();
        assert_eq!(split_by_list(&entries, &delivered_files(&[("all.pdf", 3)])), Some(vec![vec![0, 1], vec![2]]));
        assert_eq!(split_by_list(&entries, &delivered_files(&[("all.pdf", 4)])), None, "a page would be lost");
    }

    #[test]
    fn a_list_names_lines_of_the_roadmap_where_it_has_the_column() {
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
    fn other_tables_are_no_lists() {
        assert_eq!(parse_list(&table("tên | tuổi\nAn | 3")), None);
        assert_eq!(parse_list(&[]), None);
        assert_eq!(parse_page_range("x"), None);
        assert_eq!(parse_page_range("5 – 3").filter(|(first, last)| first <= last), None);
    }
}

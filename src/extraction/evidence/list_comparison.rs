//! Comparison of a document list with the delivery, and the documents that it defines.

use crate::evidence::document_list::{ListRow, normalize_path};
use sohoa_base::messages::lists;
use sohoa_base::model::record::ListFinding;

/// Page count of a delivered file, in the order of the dossier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FilePageCount {
    /// Path in the delivery, `/` between parts.
    pub path: String,
    /// Number of pages.
    pub pages: u32,
}

/// A difference between a list and a delivery. It only causes a review.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ListMismatch {
    /// A row names a file that was not delivered.
    Missing {
        /// The row.
        row: usize,
        /// The file.
        file: String,
    },
    /// No row names a delivered file.
    Extra {
        /// The file.
        file: String,
    },
    /// A file or a document has another number of pages than listed.
    Pages {
        /// The row.
        row: usize,
        /// The delivered file.
        file: String,
        /// Pages according to the list.
        listed: u32,
        /// Pages delivered.
        came: u32,
    },
    /// Pages from here on are in no row, in two rows, or were not delivered.
    Range {
        /// The row.
        row: usize,
    },
}

impl From<&ListMismatch> for ListFinding {
    fn from(finding: &ListMismatch) -> Self {
        let (code, message, file) = match finding {
            ListMismatch::Missing { row, file } => ("missing", lists::listed_file_missing(row, file), None),
            ListMismatch::Extra { file } => ("extra", lists::file_not_listed(file), Some(file)),
            ListMismatch::Pages { row, file, listed, came } => ("pages", lists::listed_pages_differ(row, file, listed, came), Some(file)),
            ListMismatch::Range { row } => ("range", lists::listed_range_differs(row), None),
        };
        Self::new(code, &message, file.cloned())
    }
}

/// Whether a delivered path matches the file of a row: the whole path or its end.
fn matches_path(path: &str, named: &str) -> bool {
    let (path, named) = (normalize_path(path), normalize_path(named));
    path == named || path.strip_suffix(&named).is_some_and(|before| before.ends_with('/'))
}

/// Differences between the list and the delivery, by row; files without a row come last.
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
                // Several rows may share one file: then their ranges are pages of it.
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

/// Documents of the delivery according to the list, as page indexes counted through all files from 0, in the order of
/// delivery. None if the list is incomplete or differs from the delivery: then the pages are separated without it.
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
    use crate::evidence::document_list::parse_list;
    use crate::evidence::document_list::tests::table;

    fn delivered_files(files: &[(&str, u32)]) -> Vec<FilePageCount> {
        files.iter().map(|(path, pages)| FilePageCount { path: (*path).to_owned(), pages: *pages }).collect()
    }

    #[test]
    fn filenames_match_across_normal_form_and_case() {
        let (parted, joined) = ("ho\u{302}\u{300} so\u{31b} 1/To\u{31b}\u{300} tri\u{300}nh.PDF", "Tờ trình.pdf");
        assert!(matches_path(parted, joined) && matches_path("HỒ SƠ 1\\tờ trình.pdf", parted) && !matches_path("x Tờ trình.pdf", joined));
    }

    #[test]
    fn office_list_table_is_parsed() {
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
    fn missing_and_extra_files_and_page_counts_are_reported() {
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
    fn english_headers_and_multiple_documents_per_file_are_supported() {
        let entries = parse_list(&table("file | from page | to page | title\nall.pdf | 1 | 2 | Letter\nall.pdf | 3 | 3 | Report")).unwrap();
        assert_eq!(split_by_list(&entries, &delivered_files(&[("all.pdf", 3)])), Some(vec![vec![0, 1], vec![2]]));
        assert_eq!(split_by_list(&entries, &delivered_files(&[("all.pdf", 4)])), None, "a page would be lost");
    }
}

//! Model of a report or minutes in the form of Decree 30/2020/NĐ-CP, appendix I, from which DOCX, PDF, XLSX and CSV are rendered.

use schemars::JsonSchema;
use serde::Serialize;

/// Report with letterhead, paragraphs, tables and signatures.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Report {
    /// Superior agency of the issuer; empty: none.
    pub parent: String,
    /// Issuing agency.
    pub issuer: String,
    /// Number and notation, with a gap for the registry to fill in: `Số:        /BC-SNV`.
    pub number: String,
    /// Place and date: `…, ngày 26 tháng 11 năm 2026`.
    pub place_and_day: String,
    /// Document type: `BÁO CÁO`, `BIÊN BẢN`.
    pub kind: String,
    /// Subject.
    pub subject: String,
    /// Text before the tables.
    pub paragraphs: Vec<String>,
    /// Tables.
    pub tables: Vec<Table>,
    /// Text after the tables.
    pub closing: Vec<String>,
    /// Recipients (nơi nhận).
    pub receivers: Vec<String>,
    /// Signers from left to right: lines of the title, and the name.
    pub signers: Vec<(Vec<String>, String)>,
    /// Landscape pages.
    pub is_wide: bool,
}

/// Table of a report.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Table {
    /// Caption.
    pub caption: String,
    /// Columns.
    pub columns: Vec<Column>,
    /// Cells by row.
    pub rows: Vec<Vec<String>>,
    /// Total row below the others; none: no total.
    pub sum: Option<Vec<String>>,
}

/// Column of a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Column {
    /// Header.
    pub name: String,
    /// Common header above neighbouring columns of the same group; empty: none.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub group: String,
    /// Width relative to the other columns.
    pub width: u32,
    /// Alignment of the cells.
    pub side: Alignment,
}

/// Horizontal alignment of the cells of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Alignment {
    /// Left: text.
    Left,
    /// Centred: dates and short labels.
    Middle,
    /// Right: numbers.
    Right,
}

impl Column {
    /// Column without a group.
    pub fn new(name: impl Into<String>, width: u32, side: Alignment) -> Self {
        Self { name: name.into(), group: String::new(), width, side }
    }

    /// Places the column in a group.
    #[must_use]
    pub fn in_group(self, group: impl Into<String>) -> Self {
        Self { group: group.into(), ..self }
    }

    /// Group and header in one text, for formats with a single header row.
    #[must_use]
    pub fn qualified_name(&self) -> String {
        if self.group.is_empty() { self.name.clone() } else { format!("{}: {}", self.group, self.name) }
    }
}

/// Cell of a table header; it may span several columns or rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct HeaderCell<'a> {
    /// Text.
    pub(crate) text: &'a str,
    /// First header row, from 0.
    pub(crate) row: usize,
    /// Row span.
    pub(crate) rows: usize,
    /// First column, from 0.
    pub(crate) column: usize,
    /// Column span.
    pub(crate) columns: usize,
}

impl Table {
    /// Number of header rows: two if any column has a group, else one.
    pub(crate) fn header_row_count(&self) -> usize {
        if self.columns.iter().any(|column| !column.group.is_empty()) { 2 } else { 1 }
    }

    /// Header cells, by row and column.
    pub(crate) fn header_cells(&self) -> Vec<HeaderCell<'_>> {
        let rows = self.header_row_count();
        let mut above = Vec::new();
        let mut below = Vec::new();
        let mut first = 0;
        for group in self.columns.chunk_by(|one, next| !one.group.is_empty() && one.group == next.group) {
            let Some(column) = group.first() else { continue };
            let columns = group.len();
            if column.group.is_empty() {
                above.push(HeaderCell { text: &column.name, row: 0, rows, column: first, columns });
            } else {
                above.push(HeaderCell { text: &column.group, row: 0, rows: 1, column: first, columns });
                let names = (first..).zip(group);
                below.extend(names.map(|(place, one)| HeaderCell { text: &one.name, row: 1, rows: 1, column: place, columns: 1 }));
            }
            first += columns;
        }
        above.extend(below);
        above
    }

    /// Rows with the total last, each with whether it is the total.
    pub(crate) fn rows_with_total(&self) -> impl Iterator<Item = (&Vec<String>, bool)> {
        self.rows.iter().map(|row| (row, false)).chain(self.sum.iter().map(|row| (row, true)))
    }
}

/// Replaces the space before `%` with a no-break space, so that `98,5 %` is never broken across lines.
pub(crate) fn with_nonbreaking_percent(text: &str) -> String {
    text.replace(" %", "\u{a0}%")
}

/// Name of the state and its motto (quốc hiệu, tiêu ngữ), Decree 30/2020/NĐ-CP.
pub(crate) const NATIONAL_HEADER: [&str; 2] = ["CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc"];

/// Page margins, mm: top and bottom, left, right.
pub(crate) const PAGE_MARGINS_MM: (u32, u32, u32) = (20, 30, 15);

/// Size of A4, mm.
pub(crate) const A4_MM: (u32, u32) = (210, 297);

/// Report that uses every feature, for tests of the renderers.
#[cfg(test)]
pub(crate) fn example() -> Report {
    let columns = vec![
        Column::new("STT", 1, Alignment::Middle),
        Column::new("Nội dung", 5, Alignment::Left),
        Column::new("Đã quét", 2, Alignment::Right).in_group("Số trang"),
        Column::new("Đạt", 2, Alignment::Right).in_group("Số trang"),
    ];
    let row = |number: u32| {
        let name = format!("Hồ sơ số {number} về quản lý đất đai, nhà ở, xây dựng");
        vec![number.to_string(), name, "1.250".to_owned(), "98,5 %".to_owned()]
    };
    let sum = Some(["", "Tổng cộng", "75.000", "—"].map(str::to_owned).to_vec());
    Report {
        parent: "ỦY BAN NHÂN DÂN TỈNH MẪU".to_owned(),
        issuer: "SỞ NỘI VỤ".to_owned(),
        number: "Số:        /BC-SNV".to_owned(),
        place_and_day: "Mẫu, ngày 26 tháng 11 năm 2026".to_owned(),
        kind: "BÁO CÁO".to_owned(),
        subject: "Tiến độ thực hiện lộ trình số hóa tài liệu".to_owned(),
        paragraphs: vec!["Thực hiện Quyết định số 12/QĐ-UBND ngày 05 tháng 01 năm 2026, Sở Nội vụ báo cáo như sau: <b>&".to_owned()],
        tables: vec![Table { caption: "1. Theo chỉ tiêu".to_owned(), columns, rows: (1..=60).map(row).collect(), sum }],
        closing: vec!["Trên đây là báo cáo của Sở Nội vụ./.".to_owned()],
        receivers: vec!["- Như trên;".to_owned(), "- Lưu: VT.".to_owned()],
        signers: vec![(vec!["KT. GIÁM ĐỐC".to_owned(), "PHÓ GIÁM ĐỐC".to_owned()], "Nguyễn Văn Mẫu".to_owned())],
        is_wide: false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn header_cells_span_grouped_columns_or_both_rows() {
        let table = example().tables.remove(0);
        let cells: Vec<_> =
            table.header_cells().into_iter().map(|cell| (cell.text, cell.row, cell.rows, cell.column, cell.columns)).collect();
        assert_eq!(
            cells,
            [("STT", 0, 2, 0, 1), ("Nội dung", 0, 2, 1, 1), ("Số trang", 0, 1, 2, 2), ("Đã quét", 1, 1, 2, 1), ("Đạt", 1, 1, 3, 1)]
        );
        // Two groups of one name that are no neighbours are two; columns without a group are never one.
        let table = Table { columns: vec![Column::new("a", 1, Alignment::Left), Column::new("b", 1, Alignment::Left)], ..Table::default() };
        assert_eq!((table.header_row_count(), table.header_cells().len()), (1, 2));
        assert_eq!(Column::new("Đạt", 1, Alignment::Left).in_group("Số trang").qualified_name(), "Số trang: Đạt");
        assert_eq!(with_nonbreaking_percent("98,5 % của 100 %"), "98,5\u{a0}% của 100\u{a0}%");
    }
}

//! A report or minutes as offices write them (Decree 30/2020/NĐ-CP, appendix I), before it is DOCX, PDF, XLSX or CSV.

use schemars::JsonSchema;
use serde::Serialize;

/// A paper with its head, paragraphs, tables and signatures.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Report {
    /// Agency above the issuer; empty: none.
    pub parent: String,
    /// Agency that issues it.
    pub issuer: String,
    /// Number and symbol, with a gap for who registers it: `Số:        /BC-SNV`.
    pub number: String,
    /// `…, ngày 26 tháng 11 năm 2026`
    pub place_and_day: String,
    /// `BÁO CÁO`, `BIÊN BẢN`
    pub kind: String,
    /// What it is about.
    pub subject: String,
    /// Text before the tables.
    pub paragraphs: Vec<String>,
    /// Tables.
    pub tables: Vec<Table>,
    /// Text after them.
    pub closing: Vec<String>,
    /// To whom it goes (nơi nhận).
    pub receivers: Vec<String>,
    /// Who signs, from left to right: lines of the title, and the name.
    pub signers: Vec<(Vec<String>, String)>,
    /// Whether its pages lie on their long side.
    pub is_wide: bool,
}

/// A table.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Table {
    /// What it shows.
    pub caption: String,
    /// Columns.
    pub columns: Vec<Column>,
    /// Cells by row.
    pub rows: Vec<Vec<String>>,
}

/// A column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Column {
    /// Its head.
    pub name: String,
    /// Share of the width of the table beside those of the others.
    pub width: u32,
    /// How its cells stand.
    pub side: Side,
}

/// How cells of a column stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Side {
    /// Texts.
    Left,
    /// Days, words of a kind.
    Middle,
    /// Numbers.
    Right,
}

impl Column {
    /// A column.
    pub fn new(name: impl Into<String>, width: u32, side: Side) -> Self {
        Self { name: name.into(), width, side }
    }
}

/// The name of the state and its motto.
pub(super) const STATE: [&str; 2] = ["CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc"];

/// Margins, mm: top and bottom, left, right.
pub(super) const MARGINS: (u32, u32, u32) = (20, 30, 15);

/// Size of A4, mm.
pub(super) const A4: (u32, u32) = (210, 297);

/// A report that uses everything, for tests of its forms.
#[cfg(test)]
pub(super) fn example() -> Report {
    let columns =
        vec![Column::new("STT", 1, Side::Middle), Column::new("Nội dung", 5, Side::Left), Column::new("Số trang", 2, Side::Right)];
    let row = |number: u32| vec![number.to_string(), format!("Hồ sơ số {number} về quản lý đất đai, nhà ở, xây dựng"), "1.250".to_owned()];
    Report {
        parent: "ỦY BAN NHÂN DÂN TỈNH MẪU".to_owned(),
        issuer: "SỞ NỘI VỤ".to_owned(),
        number: "Số:        /BC-SNV".to_owned(),
        place_and_day: "Mẫu, ngày 26 tháng 11 năm 2026".to_owned(),
        kind: "BÁO CÁO".to_owned(),
        subject: "Tiến độ thực hiện lộ trình số hóa tài liệu".to_owned(),
        paragraphs: vec!["Thực hiện Quyết định số 12/QĐ-UBND ngày 05 tháng 01 năm 2026, Sở Nội vụ báo cáo như sau: <b>&".to_owned()],
        tables: vec![Table { caption: "1. Theo chỉ tiêu".to_owned(), columns, rows: (1..=60).map(row).collect() }],
        closing: vec!["Trên đây là báo cáo của Sở Nội vụ./.".to_owned()],
        receivers: vec!["- Như trên;".to_owned(), "- Lưu: VT.".to_owned()],
        signers: vec![(vec!["KT. GIÁM ĐỐC".to_owned(), "PHÓ GIÁM ĐỐC".to_owned()], "Nguyễn Văn Mẫu".to_owned())],
        is_wide: false,
    }
}

//! Lists for spreadsheets: CSV and XLSX.

use crate::error::{Kind, Result, ResultExt};
use rust_xlsxwriter::{Format, Workbook};

/// A list: what its columns are called, and its rows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sheet {
    /// Names of the columns.
    pub head: Vec<String>,
    /// Cells by row.
    pub rows: Vec<Vec<String>>,
}

/// As CSV (RFC 4180) in UTF-8 with a byte order mark, without which spreadsheets take it for another encoding. A cell that
/// a spreadsheet would take for a formula begins with an apostrophe.
///
/// # Errors
/// `Internal` when it cannot be written.
pub fn csv(sheet: &Sheet) -> Result<Vec<u8>> {
    let cannot = || "the list cannot be written as CSV".to_owned();
    let mut writer = csv::Writer::from_writer("\u{feff}".as_bytes().to_vec());
    for row in std::iter::once(&sheet.head).chain(&sheet.rows) {
        writer.write_record(row.iter().map(|cell| harmless(cell))).or_error(Kind::Internal, cannot)?;
    }
    writer.into_inner().or_error(Kind::Internal, cannot)
}

fn harmless(cell: &str) -> String {
    // A number below zero is no formula.
    let is_number = cell.parse::<f64>().is_ok();
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) && !is_number { format!("'{cell}") } else { cell.to_owned() }
}

/// As XLSX (ECMA-376). Cells are text, so that nothing in them is a formula or loses its zeros.
///
/// # Errors
/// `Internal` when it cannot be written, or has too many rows for a spreadsheet.
pub fn xlsx(sheet: &Sheet) -> Result<Vec<u8>> {
    let cannot = || "the list cannot be written as XLSX".to_owned();
    let mut book = Workbook::new();
    let page = book.add_worksheet();
    let bold = Format::new().set_bold();
    for (column, name) in (0..).zip(&sheet.head) {
        page.write_string_with_format(0, column, name, &bold).or_error(Kind::Internal, cannot)?;
    }
    for (row, cells) in (1..).zip(&sheet.rows) {
        for (column, cell) in (0..).zip(cells) {
            page.write_string(row, column, cell).or_error(Kind::Internal, cannot)?;
        }
    }
    page.set_freeze_panes(1, 0).or_error(Kind::Internal, cannot)?;
    page.autofit();
    book.save_to_buffer().or_error(Kind::Internal, cannot)
}

/// Several sheets as one XLSX: names, and cells by row, the first row bold. Cells that are whole numbers or such with a comma
/// (`1.250`, `25,5`) are numbers, so that they can be summed.
///
/// # Errors
/// As [`xlsx`].
pub fn workbook(sheets: &[(String, Vec<Vec<String>>)], is_number: fn(&str) -> Option<f64>) -> Result<Vec<u8>> {
    let cannot = || "the workbook cannot be written as XLSX".to_owned();
    let mut book = Workbook::new();
    let bold = Format::new().set_bold().set_text_wrap();
    for (name, rows) in sheets {
        let page = book.add_worksheet();
        page.set_name(name).or_error(Kind::Internal, cannot)?;
        for (row, cells) in (0..).zip(rows) {
            for (column, cell) in (0..).zip(cells) {
                match is_number(cell) {
                    _ if row == 0 => page.write_string_with_format(row, column, cell, &bold),
                    Some(number) => page.write_number(row, column, number),
                    None => page.write_string(row, column, cell),
                }
                .or_error(Kind::Internal, cannot)?;
            }
        }
        page.autofit();
    }
    book.save_to_buffer().or_error(Kind::Internal, cannot)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn sheet() -> Sheet {
        Sheet {
            head: vec!["Số".to_owned(), "Trích yếu".to_owned()], rows: vec![vec!["007".to_owned(), "=HYPERLINK(\"x\"), a".to_owned()]]
        }
    }

    #[test]
    fn no_cell_is_a_formula_and_no_zero_is_lost() {
        let text = String::from_utf8(csv(&sheet()).unwrap()).unwrap();
        assert_eq!(text, "\u{feff}Số,Trích yếu\n007,\"'=HYPERLINK(\"\"x\"\"), a\"\n");
        assert_eq!((harmless("-1.5"), harmless("-1+2")), ("-1.5".to_owned(), "'-1+2".to_owned()));
        let bytes = xlsx(&sheet()).unwrap();
        let rows = super::super::table::rows(&bytes).unwrap();
        assert_eq!(rows.last().unwrap(), &["007", "=HYPERLINK(\"x\"), a"]);
    }
}

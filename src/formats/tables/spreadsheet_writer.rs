//! Writer of spreadsheets: CSV and XLSX.

use crate::report::model::{Alignment, Report};
use rust_xlsxwriter::{Format, FormatAlign, FormatBorder, Workbook};
use sohoa_base::error::{Error, Result};
use sohoa_base::messages::program;

/// Table with column names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sheet {
    /// Column names.
    pub head: Vec<String>,
    /// Cells by row.
    pub rows: Vec<Vec<String>>,
}

/// Writes CSV (RFC 4180) in UTF-8 with a byte order mark, without which spreadsheets assume another encoding. Cells that a
/// spreadsheet would evaluate as formulas get an apostrophe in front.
///
/// # Errors
/// `Internal` if it cannot be written.
pub fn write_csv(sheet: &Sheet) -> Result<Vec<u8>> {
    let mut writer = csv::Writer::from_writer("\u{feff}".as_bytes().to_vec());
    for row in std::iter::once(&sheet.head).chain(&sheet.rows) {
        writer.write_record(row.iter().map(|cell| neutralize_formula(cell))).map_err(csv_bug)?;
    }
    writer.into_inner().map_err(csv_bug)
}

fn csv_bug(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Error {
    program::bug("table as CSV").caused_by(error)
}

fn xlsx_bug(error: rust_xlsxwriter::XlsxError) -> Error {
    program::bug("table as XLSX").caused_by(error)
}

fn neutralize_formula(cell: &str) -> String {
    // A negative number is not a formula.
    let is_number = cell.parse::<f64>().is_ok();
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) && !is_number { format!("'{cell}") } else { cell.to_owned() }
}

/// Writes XLSX (ECMA-376). All cells are text, so that none is evaluated as a formula or loses leading zeros.
///
/// # Errors
/// `Internal` if it cannot be written or has too many rows for a spreadsheet.
pub fn write_xlsx(sheet: &Sheet) -> Result<Vec<u8>> {
    let mut book = Workbook::new();
    let page = book.add_worksheet();
    let bold = Format::new().set_bold();
    for (column, name) in (0..).zip(&sheet.head) {
        page.write_string_with_format(0, column, name, &bold).map_err(xlsx_bug)?;
    }
    for (row, cells) in (1..).zip(&sheet.rows) {
        for (column, cell) in (0..).zip(cells) {
            page.write_string(row, column, cell).map_err(xlsx_bug)?;
        }
    }
    page.set_freeze_panes(1, 0).map_err(xlsx_bug)?;
    page.autofit();
    book.save_to_buffer().map_err(xlsx_bug)
}

/// Writes several sheets (name, cells by row) as one XLSX, the first row of each in bold. Cells that `parse_number` accepts
/// (`1.250`, `25,5`) are written as numbers, so that they can be summed.
///
/// # Errors
/// As [`write_xlsx`].
pub fn write_workbook(sheets: &[(String, Vec<Vec<String>>)], parse_number: fn(&str) -> Option<f64>) -> Result<Vec<u8>> {
    let mut book = Workbook::new();
    let bold = Format::new().set_bold().set_text_wrap();
    for (name, rows) in sheets {
        let page = book.add_worksheet();
        page.set_name(name).map_err(xlsx_bug)?;
        for (row, cells) in (0..).zip(rows) {
            for (column, cell) in (0..).zip(cells) {
                match parse_number(cell) {
                    _ if row == 0 => page.write_string_with_format(row, column, cell, &bold),
                    Some(number) => page.write_number(row, column, number),
                    None => page.write_string(row, column, cell),
                }
                .map_err(xlsx_bug)?;
            }
        }
        page.autofit();
    }
    book.save_to_buffer().map_err(xlsx_bug)
}

/// Height of a text line in a sheet, pt.
const LINE_HEIGHT_POINTS: f64 = 16.0;

/// Width added to the column widths of a report, in letters.
const EXTRA_COLUMN_WIDTH: f64 = 4.0;

/// Estimated number of text lines in a column of `width` letters, 1–20. Needed because spreadsheets do not adjust the row height
/// for merged cells. A letter counts as 1.15 units of width.
fn count_wrapped_lines(text: &str, width: u32) -> f64 {
    let letters: u32 = text.chars().count().try_into().unwrap_or(u32::MAX);
    (f64::from(letters) * 1.15 / (f64::from(width) + EXTRA_COLUMN_WIDTH)).ceil().clamp(1.0, 20.0)
}

/// Writes a report as XLSX: one sheet per table, under the report's heading. Right-aligned cells that `parse_number` accepts
/// are written as numbers.
///
/// # Errors
/// As [`write_xlsx`].
pub fn write_report(report: &Report, parse_number: fn(&str) -> Option<f64>) -> Result<Vec<u8>> {
    /// First row of the table header, from 0: below the issuer, the name of the report and the caption.
    const HEAD: u32 = 4;
    let mut book = Workbook::new();
    let bold = Format::new().set_bold().set_font_name("Times New Roman");
    let title = bold.clone().set_font_size(14).set_align(FormatAlign::Center);
    let framed = Format::new().set_border(FormatBorder::Thin).set_font_name("Times New Roman").set_text_wrap();
    let head = framed.clone().set_bold().set_align(FormatAlign::Center).set_align(FormatAlign::VerticalCenter);
    let small = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    let narrow = |number: usize| u16::try_from(number).unwrap_or(u16::MAX);
    for table in &report.tables {
        let page = book.add_worksheet();
        let name: String = table.caption.chars().filter(|letter| !"[]:*?/\\".contains(*letter)).take(31).collect();
        page.set_name(name).map_err(xlsx_bug)?;
        page.set_paper_size(9);
        if report.is_wide {
            page.set_landscape();
        }
        page.set_print_fit_to_pages(1, 0);
        let last = u16::try_from(table.columns.len().saturating_sub(1)).unwrap_or(u16::MAX);
        page.write_string_with_format(0, 0, &report.issuer, &bold).map_err(xlsx_bug)?;
        for (row, text) in [(1, format!("{} {}", report.kind, report.subject)), (2, table.caption.clone())] {
            if last > 0 {
                page.merge_range(row, 0, row, last, &text, &title).map_err(xlsx_bug)?;
            } else {
                page.write_string_with_format(row, 0, &text, &title).map_err(xlsx_bug)?;
            }
        }
        for (place, column) in (0..).zip(&table.columns) {
            page.set_column_width(place, f64::from(column.width) + EXTRA_COLUMN_WIDTH).map_err(xlsx_bug)?;
        }
        for cell in table.header_cells() {
            let (row, column) = (HEAD + small(cell.row), narrow(cell.column));
            let (last_row, last_column) = (row + small(cell.rows) - 1, column + narrow(cell.columns) - 1);
            if (row, column) == (last_row, last_column) {
                page.write_string_with_format(row, column, cell.text, &head)
            } else {
                page.merge_range(row, column, last_row, last_column, cell.text, &head)
            }
            .map_err(xlsx_bug)?;
        }
        // A header cell over several rows has their total height; if that is too little, the last row grows.
        let mut heights = vec![LINE_HEIGHT_POINTS; table.header_row_count()];
        for cell in table.header_cells().iter().filter(|cell| cell.columns == 1) {
            let lines = table.columns.get(cell.column).map_or(1.0, |column| count_wrapped_lines(cell.text, column.width));
            let own: f64 = heights.iter().skip(cell.row).take(cell.rows).sum();
            if let Some(last) = heights.last_mut() {
                *last += (lines * LINE_HEIGHT_POINTS - own).max(0.0);
            }
        }
        for (row, height) in (HEAD..).zip(heights) {
            page.set_row_height(row, height).map_err(xlsx_bug)?;
        }
        let first = HEAD + small(table.header_row_count());
        for (row, (cells, is_sum)) in (first..).zip(table.rows_with_total()) {
            let lines = cells.iter().zip(&table.columns).map(|(cell, column)| count_wrapped_lines(cell, column.width)).fold(1.0, f64::max);
            page.set_row_height(row, lines * LINE_HEIGHT_POINTS).map_err(xlsx_bug)?;
            for ((place, cell), column) in (0..).zip(cells).zip(&table.columns) {
                let side = match column.side {
                    Alignment::Left => FormatAlign::Left,
                    Alignment::Middle => FormatAlign::Center,
                    Alignment::Right => FormatAlign::Right,
                };
                let format = framed.clone().set_align(side).set_align(FormatAlign::VerticalCenter);
                let format = if is_sum { format.set_bold() } else { format };
                match parse_number(cell).filter(|_| column.side == Alignment::Right) {
                    Some(number) if cell.ends_with('%') => {
                        page.write_number_with_format(row, place, number / 100.0, &format.set_num_format("0.0%"))
                    }
                    Some(number) => {
                        // One format for both would leave a trailing comma after whole numbers.
                        let number_format = if number.fract() == 0.0 { "#,##0" } else { "#,##0.0##" };
                        page.write_number_with_format(row, place, number, &format.set_num_format(number_format))
                    }
                    None => page.write_string_with_format(row, place, cell, &format),
                }
                .map_err(xlsx_bug)?;
            }
        }
        page.set_repeat_rows(HEAD, first - 1).map_err(xlsx_bug)?;
        page.set_freeze_panes(first, 0).map_err(xlsx_bug)?;
    }
    book.save_to_buffer().map_err(xlsx_bug)
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
    fn formulas_are_neutralized_and_leading_zeros_kept() {
        let text = String::from_utf8(write_csv(&sheet()).unwrap()).unwrap();
        assert_eq!(text, "\u{feff}Số,Trích yếu\n007,\"'=HYPERLINK(\"\"x\"\"), a\"\n");
        assert_eq!((neutralize_formula("-1.5"), neutralize_formula("-1+2")), ("-1.5".to_owned(), "'-1+2".to_owned()));
        let bytes = write_xlsx(&sheet()).unwrap();
        let rows = crate::tables::table_reader::read_rows(&bytes).unwrap();
        assert_eq!(rows.last().unwrap(), &["007", "=HYPERLINK(\"x\"), a"]);
    }

    #[test]
    fn report_workbook_round_trips_with_numeric_cells() {
        let example = crate::report::model::example();
        let bytes = write_report(&example, sohoa_base::text::numbers::parse_number).unwrap();
        let sheets = crate::tables::table_reader::read_sheets(&bytes).unwrap();
        let rows = &sheets.first().unwrap().1;
        assert_eq!(rows.get(4).unwrap(), &["STT", "Nội dung", "Số trang", ""]);
        assert_eq!(rows.get(5).unwrap(), &["", "", "Đã quét", "Đạt"]);
        assert_eq!(rows.get(6).unwrap().last().unwrap(), "0,985");
        assert_eq!(rows.last().unwrap(), &["", "Tổng cộng", "75000", "—"]);
        assert_eq!(rows.len(), 6 + 60 + 1);
    }
}

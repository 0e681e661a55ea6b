//! Reader of tables: cells of CSV, TSV, XLSX, XLS, ODS and JSON lists as text.

use calamine::{Data, Range, Reader, open_workbook_auto_from_rs};
use serde_json::Value;
use sohoa_base::error::{Error, Result};
use sohoa_base::messages::tables;
use std::io::Cursor;

/// Maximum size of a table, bytes.
const MAX_BYTES: usize = 16 << 20;

/// Maximum number of rows: a header and 100,000 others.
const MAX_ROWS: usize = 100_001;

/// Maximum number of cells in a row.
const MAX_COLUMNS: usize = 500;

/// Maximum size of a cell, bytes.
const MAX_CELL_BYTES: usize = 100_000;

/// Reads the cells by row: of a text without its empty lines, of a workbook from the first sheet. For a JSON list of objects
/// the first row holds their keys.
///
/// # Errors
/// `Corrupt` if it cannot be read, `Invalid` if it is not a table, `Limit` if it is too large.
pub fn read_rows(bytes: &[u8]) -> Result<Vec<Vec<String>>> {
    if bytes.len() > MAX_BYTES {
        return Err(tables::table_too_large(MAX_BYTES >> 20));
    }
    let rows = if bytes.starts_with(b"PK") || bytes.starts_with(&[0xD0, 0xCF, 0x11, 0xE0]) {
        read_first_sheet(bytes)?
    } else {
        parse_text(bytes)?
    };
    if rows.len() > MAX_ROWS {
        return Err(tables::table_rows_over_limit(rows.len(), MAX_ROWS));
    }
    for (number, row) in (1..).zip(&rows) {
        if row.len() > MAX_COLUMNS || row.iter().any(|cell| cell.len() > MAX_CELL_BYTES) {
            return Err(tables::table_row_too_large(number, MAX_COLUMNS, MAX_CELL_BYTES));
        }
    }
    Ok(rows)
}

fn read_first_sheet(bytes: &[u8]) -> Result<Vec<Vec<String>>> {
    let mut book = open_workbook_auto_from_rs(Cursor::new(bytes)).map_err(unreadable)?;
    let sheet = book.worksheet_range_at(0).ok_or_else(tables::spreadsheet_empty)?.map_err(unreadable)?;
    Ok(sheet_cells(&sheet, cell_text))
}

fn unreadable(error: calamine::Error) -> Error {
    tables::spreadsheet_unreadable().caused_by(error)
}

/// Cells by row and column of the sheet; empty rows and columns before the first used cell are included.
fn sheet_cells(sheet: &Range<Data>, cell: fn(&Data) -> String) -> Vec<Vec<String>> {
    let (above, before) = sheet.start().map_or((0, 0), |(row, column)| ((row as usize).min(MAX_ROWS), (column as usize).min(MAX_COLUMNS)));
    let mut rows = vec![Vec::new(); above];
    rows.extend(sheet.rows().map(|row| std::iter::repeat_n(String::new(), before).chain(row.iter().map(cell)).collect()));
    rows
}

/// Reads every sheet of a workbook: name and cells by row. A text gives one sheet without a name. Numbers use a decimal comma
/// and no digit groups, as in Vietnamese offices: `25,5`.
///
/// # Errors
/// As [`read_rows`].
pub fn read_sheets(bytes: &[u8]) -> Result<Vec<(String, Vec<Vec<String>>)>> {
    let is_workbook = bytes.starts_with(b"PK") || bytes.starts_with(&[0xD0, 0xCF, 0x11, 0xE0]);
    if !is_workbook || bytes.len() > MAX_BYTES {
        return Ok(vec![(String::new(), read_rows(bytes)?)]);
    }
    let mut book = open_workbook_auto_from_rs(Cursor::new(bytes)).map_err(unreadable)?;
    let mut sheets = Vec::new();
    for name in book.sheet_names() {
        let sheet = book.worksheet_range(&name).map_err(unreadable)?;
        let rows = sheet_cells(&sheet, |data| match data {
            Data::Float(number) => number.to_string().replace('.', ","),
            other => cell_text(other),
        });
        if rows.len() > MAX_ROWS {
            return Err(tables::sheet_rows_over_limit(name, rows.len(), MAX_ROWS));
        }
        sheets.push((name, rows));
    }
    Ok(sheets)
}

fn cell_text(data: &Data) -> String {
    match data {
        // Dates are stored as day numbers; use the displayed form.
        Data::DateTime(when) => {
            let (year, month, day, ..) = when.to_ymd_hms_milli();
            format!("{day:02}/{month:02}/{year}")
        }
        Data::DateTimeIso(text) => text.get(..10).unwrap_or(text).to_owned(),
        other => other.to_string(),
    }
}

fn parse_text(bytes: &[u8]) -> Result<Vec<Vec<String>>> {
    let text = std::str::from_utf8(bytes).map_err(|error| tables::list_not_utf8().caused_by(error))?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if text.trim_start().starts_with(['[', '{']) { parse_json(text) } else { parse_delimited(text) }
}

fn parse_delimited(text: &str) -> Result<Vec<Vec<String>>> {
    let count = |mark: u8| text.lines().take(20).map(|line| line.bytes().filter(|byte| *byte == mark).count()).sum::<usize>();
    let delimiter = [b',', b';', b'\t'].into_iter().max_by_key(|mark| count(*mark)).unwrap_or(b',');
    let mut table = csv::ReaderBuilder::new().delimiter(delimiter).has_headers(false).flexible(true).from_reader(text.as_bytes());
    let mut rows = Vec::new();
    for record in table.records() {
        let record = record.map_err(|error| tables::list_row_unreadable(rows.len() + 1).caused_by(error))?;
        rows.push(record.iter().map(str::to_owned).collect());
    }
    Ok(rows)
}

fn parse_json(text: &str) -> Result<Vec<Vec<String>>> {
    let list: Vec<serde_json::Map<String, Value>> =
        serde_json::from_str(text).map_err(|error| tables::list_not_json_objects().caused_by(error))?;
    let mut keys: Vec<String> = Vec::new();
    for key in list.iter().flat_map(serde_json::Map::keys) {
        if keys.len() <= MAX_COLUMNS && !keys.contains(key) {
            keys.push(key.clone());
        }
    }
    let value = |row: &serde_json::Map<String, Value>, key: &str| match row.get(key) {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    };
    let rows: Vec<Vec<String>> = list.iter().map(|row| keys.iter().map(|key| value(row, key)).collect()).collect();
    Ok(std::iter::once(keys).chain(rows).collect())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use sohoa_base::error::ErrorKind;

    #[test]
    fn csv_tsv_and_json_tables_are_parsed() {
        let cells = |text: &str| read_rows(text.as_bytes()).unwrap();
        assert_eq!(
            cells("\u{feff}file;trang\na.png;1\n\nb, c.png;2\n"),
            [vec!["file", "trang"], vec!["a.png", "1"], vec!["b, c.png", "2"]]
        );
        assert_eq!(cells("MỤC LỤC\nfile\tloại\na.pdf\t\"chỉ\tthị\"\n"), [vec!["MỤC LỤC"], vec!["file", "loại"], vec!["a.pdf", "chỉ\tthị"]]);
        assert_eq!(
            cells(r#"[{"file": "a.png", "pages": 2}, {"file": "b.png", "note": null}]"#),
            [vec!["file", "pages", "note"], vec!["a.png", "2", ""], vec!["b.png", "", ""]]
        );
        assert_eq!(read_rows(b"file\n\xd0.png\n").unwrap_err().kind(), ErrorKind::Invalid);
        assert_eq!(read_rows(b"[1, 2]").unwrap_err().kind(), ErrorKind::Corrupt);
        assert_eq!(read_rows(b"PK\x03\x04 no workbook").unwrap_err().kind(), ErrorKind::Corrupt);
        assert_eq!(read_rows("x,".repeat(MAX_COLUMNS + 1).as_bytes()).unwrap_err().kind(), ErrorKind::Limit);
    }
}

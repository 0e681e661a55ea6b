//! Delivery lists beside scans (mục lục hồ sơ, mục lục văn bản): CSV, TSV or JSON with one row per file.

use serde_json::Value;
use sohoa_base::error::Result;
use sohoa_base::messages::tables;

/// Maximum size of a list, bytes.
const MAX_BYTES: usize = 16 << 20;

/// Maximum number of columns.
const MAX_COLUMNS: usize = 500;

/// Maximum size of a cell, bytes.
const MAX_CELL_BYTES: usize = 100_000;

/// Name of the column with the file name.
const FILE_COLUMN: &str = "file";

/// Counts the rows of a list and checks that every row names a file.
///
/// # Errors
/// `Invalid` if it is not a list of files, `Limit` if it is too large, `Corrupt` if it cannot be read.
pub fn count_rows(bytes: &[u8], media_type: &str) -> Result<usize> {
    if bytes.len() > MAX_BYTES {
        return Err(tables::list_too_large(16));
    }
    let text = std::str::from_utf8(bytes).map_err(|error| tables::list_not_utf8().caused_by(error))?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if media_type == "application/json" { count_json_rows(text) } else { count_table_rows(text) }
}

fn count_table_rows(text: &str) -> Result<usize> {
    let head = text.lines().next().unwrap_or_default();
    let delimiter = [b'\t', b';', b','].into_iter().max_by_key(|mark| head.bytes().filter(|byte| byte == mark).count()).unwrap_or(b',');
    let mut table = csv::ReaderBuilder::new().delimiter(delimiter).from_reader(text.as_bytes());
    let broken = |error| tables::list_not_a_table().caused_by(error);
    let columns = table.headers().map_err(broken)?.clone();
    if columns.len() > MAX_COLUMNS {
        return Err(tables::list_columns_over_limit(columns.len(), MAX_COLUMNS));
    }
    let Some(place) = columns.iter().position(|name| name.trim().eq_ignore_ascii_case(FILE_COLUMN)) else {
        return Err(tables::table_without_file_column());
    };
    let mut rows = 0;
    for row in table.records() {
        let row = row.map_err(broken)?;
        if row.iter().any(|cell| cell.len() > MAX_CELL_BYTES) {
            return Err(tables::list_cell_too_large(rows + 1, MAX_CELL_BYTES));
        }
        if row.get(place).is_none_or(|name| name.trim().is_empty()) {
            return Err(tables::list_row_without_file(rows + 1));
        }
        rows += 1;
    }
    Ok(rows)
}

fn count_json_rows(text: &str) -> Result<usize> {
    let list: Value = serde_json::from_str(text).map_err(|error| tables::list_not_json().caused_by(error))?;
    let Value::Array(rows) = list else { return Err(tables::json_without_files()) };
    for (number, row) in (1..).zip(&rows) {
        let named = row.get(FILE_COLUMN).and_then(Value::as_str).is_some_and(|name| !name.trim().is_empty());
        let long =
            row.as_object().is_some_and(|row| row.values().any(|value| value.as_str().is_some_and(|text| text.len() > MAX_CELL_BYTES)));
        if !named {
            return Err(tables::list_row_without_file(number));
        }
        if long {
            return Err(tables::list_cell_too_large(number, MAX_CELL_BYTES));
        }
    }
    Ok(rows.len())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use sohoa_base::error::ErrorKind;

    #[test]
    fn manifest_rows_are_counted_and_invalid_ones_rejected() {
        let csv = |text: &str| count_rows(text.as_bytes(), "text/csv");
        assert_eq!(csv("\u{feff}file,trang\na.png,1\n\"b, c.png\",2\n").unwrap(), 2);
        assert_eq!(csv("file\tloai\na.pdf\tchỉ thị\n").unwrap(), 1);
        assert_eq!(csv("name,x\na,1\n").unwrap_err().kind(), ErrorKind::Invalid);
        assert_eq!(csv("file,x\na\n").unwrap_err().kind(), ErrorKind::Corrupt);
        assert_eq!(csv("file,x\n,1\n").unwrap_err().kind(), ErrorKind::Invalid);
        assert_eq!(count_rows(b"file\n\xd0.png\n", "text/csv").unwrap_err().kind(), ErrorKind::Invalid);
        let json = |text: &str| count_rows(text.as_bytes(), "application/json");
        assert_eq!(json(r#"[{"file": "a.png"}]"#).unwrap(), 1);
        assert_eq!(json(r#"[{"file": "a.png""#).unwrap_err().kind(), ErrorKind::Corrupt);
        assert_eq!(json(r#"{"a": 1}"#).unwrap_err().kind(), ErrorKind::Invalid);
    }
}

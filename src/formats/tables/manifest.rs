//! Delivery lists beside scans (mục lục hồ sơ, mục lục văn bản): CSV, TSV or JSON with one row per file.

use serde_json::Value;
use sohoa_base::error::{Error, ErrorKind, Result, ResultExt};

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
        return Err(Error::limit("the list is larger than 16 MB; split it"));
    }
    let text = std::str::from_utf8(bytes).or_error(ErrorKind::Invalid, || "the list is not UTF-8; save it as \"CSV UTF-8\"".to_owned())?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if media_type == "application/json" { count_json_rows(text) } else { count_table_rows(text) }
}

fn count_table_rows(text: &str) -> Result<usize> {
    let head = text.lines().next().unwrap_or_default();
    let delimiter = [b'\t', b';', b','].into_iter().max_by_key(|mark| head.bytes().filter(|byte| byte == mark).count()).unwrap_or(b',');
    let mut table = csv::ReaderBuilder::new().delimiter(delimiter).from_reader(text.as_bytes());
    let broken = || "the list is no table: every row must have as many cells as the first".to_owned();
    let columns = table.headers().or_error(ErrorKind::Corrupt, broken)?.clone();
    if columns.len() > MAX_COLUMNS {
        return Err(Error::limit(format!("the list has {} columns; {MAX_COLUMNS} are allowed", columns.len())));
    }
    let Some(place) = columns.iter().position(|name| name.trim().eq_ignore_ascii_case(FILE_COLUMN)) else {
        return Err(Error::invalid("file is a table without a column \"file\", not a scan; deliver PDF, TIFF, JPEG or PNG"));
    };
    let mut rows = 0;
    for row in table.records() {
        let row = row.or_error(ErrorKind::Corrupt, broken)?;
        if row.iter().any(|cell| cell.len() > MAX_CELL_BYTES) {
            return Err(Error::limit(format!("row {} of the list has a cell of more than {MAX_CELL_BYTES} bytes", rows + 1)));
        }
        if row.get(place).is_none_or(|name| name.trim().is_empty()) {
            return Err(Error::invalid(format!("row {} of the list names no file", rows + 1)));
        }
        rows += 1;
    }
    Ok(rows)
}

fn count_json_rows(text: &str) -> Result<usize> {
    let list: Value = serde_json::from_str(text).or_error(ErrorKind::Corrupt, || "the list is no JSON; export it again".to_owned())?;
    let Value::Array(rows) = list else { return Err(Error::invalid("file is JSON but no list of files; deliver scans")) };
    for (number, row) in (1..).zip(&rows) {
        let named = row.get(FILE_COLUMN).and_then(Value::as_str).is_some_and(|name| !name.trim().is_empty());
        let long =
            row.as_object().is_some_and(|row| row.values().any(|value| value.as_str().is_some_and(|text| text.len() > MAX_CELL_BYTES)));
        if !named {
            return Err(Error::invalid(format!("row {number} of the list names no file")));
        }
        if long {
            return Err(Error::limit(format!("row {number} of the list has a text of more than {MAX_CELL_BYTES} bytes")));
        }
    }
    Ok(rows.len())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

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

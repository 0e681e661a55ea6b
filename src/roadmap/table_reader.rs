//! Tables in workbooks: sheets, rows by field name, and cell errors.

use schemars::JsonSchema;
use serde::Serialize;
use sohoa_base::language::Language;
use sohoa_base::messages::{Message, roadmap};
use sohoa_base::model::calendar::Day;
use sohoa_base::text::fold::fold;
use sohoa_base::text::numbers;
use std::collections::BTreeMap;

/// One sheet of a workbook: its name, and its cells by row.
pub type Sheet = (String, Vec<Vec<String>>);

/// An invalid cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CellError {
    /// Name of the sheet.
    pub sheet: String,
    /// Address of the cell, such as `C12`; the row number alone if the whole row is concerned.
    pub cell: String,
    /// The problem.
    pub problem: Message,
}

/// An invalid cell, for a reader.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct CellProblem {
    /// Name of the sheet.
    pub sheet: String,
    /// Address of the cell, such as `C12`; the row number alone if the whole row is concerned.
    pub cell: String,
    /// The problem, in the reader's language.
    pub problem: String,
}

impl CellError {
    /// An error of a whole sheet.
    pub(crate) fn of_sheet(sheet: &str, problem: Message) -> Self {
        Self { sheet: sheet.to_owned(), cell: String::new(), problem }
    }

    /// The error with its text in the reader's language.
    #[must_use]
    pub fn for_reader(self, language: Language) -> CellProblem {
        CellProblem { sheet: self.sheet, cell: self.cell, problem: self.problem.text(language) }
    }
}

/// Number of rows searched for a heading.
const HEADER_SEARCH_ROWS: usize = 10;

/// Cells of a row by field name.
pub(crate) struct RowCells<'a> {
    sheet: &'a str,
    row: usize,
    columns: &'a BTreeMap<&'static str, usize>,
    cells: &'a [String],
    errors: &'a mut Vec<CellError>,
}

impl RowCells<'_> {
    pub(crate) fn text(&self, name: &str) -> String {
        let place = self.columns.get(name).copied();
        place.and_then(|place| self.cells.get(place)).map(|cell| cell.trim().to_owned()).unwrap_or_default()
    }

    pub(crate) fn report_error(&mut self, name: &str, problem: Message) {
        let cell = self.columns.get(name).map_or_else(|| self.row.to_string(), |place| format!("{}{}", column_letters(*place), self.row));
        self.errors.push(CellError { sheet: self.sheet.to_owned(), cell, problem });
    }

    pub(crate) fn required_text(&mut self, name: &str) -> String {
        let text = self.text(name);
        if text.is_empty() {
            self.report_error(name, roadmap::cell_empty());
        }
        text
    }

    pub(crate) fn day(&mut self, name: &str) -> Day {
        let text = self.required_text(name);
        Day::parse(&text).unwrap_or_else(|| {
            if !text.is_empty() {
                self.report_error(name, roadmap::cell_day_invalid(&text));
            }
            Day(0)
        })
    }

    pub(crate) fn number(&mut self, name: &str, if_empty: Option<f64>) -> f64 {
        let text = self.text(name);
        match (text.as_str(), if_empty) {
            ("", Some(value)) => value,
            ("", None) => {
                self.report_error(name, roadmap::cell_empty());
                0.0
            }
            _ => match numbers::parse_number(&text).filter(|number| *number >= 0.0 && number.is_finite()) {
                Some(number) => number,
                None => {
                    self.report_error(name, roadmap::cell_number_invalid(&text));
                    0.0
                }
            },
        }
    }
}

/// Reads the rows below the heading of a sheet; empty rows are skipped.
pub(crate) fn read_table<T>(
    sheet: &str,
    rows: &[Vec<String>],
    known: &[(&'static str, &'static str)],
    wrong: &mut Vec<CellError>,
    mut read: impl FnMut(&mut RowCells<'_>) -> T,
) -> Vec<T> {
    let columns_of = |row: &Vec<String>| {
        let mut columns = BTreeMap::new();
        for (place, cell) in row.iter().enumerate() {
            let head = fold(cell.trim());
            if let Some((name, _)) = known.iter().find(|(name, written)| head == fold(written) || head == *name) {
                columns.entry(*name).or_insert(place);
            }
        }
        columns
    };
    let heads = rows.iter().take(HEADER_SEARCH_ROWS).map(columns_of).enumerate();
    let Some((at, columns)) =
        heads.max_by_key(|(place, columns)| (columns.len(), HEADER_SEARCH_ROWS - place)).filter(|(_, columns)| columns.len() > 1)
    else {
        let heads: Vec<&str> = known.iter().map(|(_, written)| *written).collect();
        wrong.push(CellError { sheet: sheet.to_owned(), cell: "1".to_owned(), problem: roadmap::cell_heading_missing(heads.join(", ")) });
        return Vec::new();
    };
    let mut out = Vec::new();
    for (number, cells) in (1..).zip(rows).skip(at + 1) {
        if cells.iter().all(|cell| cell.trim().is_empty()) {
            continue;
        }
        out.push(read(&mut RowCells { sheet, row: number, columns: &columns, cells, errors: wrong }));
    }
    out
}

/// Letters of a column in spreadsheets: `A`, `AB`.
fn column_letters(mut place: usize) -> String {
    let mut name = Vec::new();
    loop {
        name.insert(0, char::from(b'A' + u8::try_from(place % 26).unwrap_or(0)));
        if place < 26 {
            return name.into_iter().collect();
        }
        place = place / 26 - 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn column_letters_follow_spreadsheet_convention() {
        assert_eq!([0, 25, 26, 51, 52, 701, 702].map(column_letters), ["A", "Z", "AA", "AZ", "BA", "ZZ", "AAA"]);
    }
}

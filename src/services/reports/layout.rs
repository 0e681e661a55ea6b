//! Parts that all reports share: tables built from rows, letterhead, dates and percentages as text.

use sohoa_base::model::calendar::Day;
use sohoa_base::text::numbers;
use sohoa_formats::report::model::{Column, Report, Table};

/// Text of a cell, from the row number (from 1; 0: the row of sums) and the row.
type CellText<'a, Row> = Box<dyn Fn(usize, &Row) -> String + 'a>;

/// Columns of a table, each with the function that formats its cells.
pub(crate) struct Columns<'a, Row>(Vec<(Column, CellText<'a, Row>)>);

impl<'a, Row> Columns<'a, Row> {
    /// No columns.
    pub(crate) fn new() -> Self {
        Self(Vec::new())
    }

    /// Adds a column whose cells `cell` formats.
    pub(crate) fn column(mut self, column: Column, cell: impl Fn(&Row) -> String + 'a) -> Self {
        self.0.push((column, Box::new(move |_, row| cell(row))));
        self
    }

    /// Adds a column of row numbers, empty in the row of sums.
    pub(crate) fn row_numbers(mut self, column: Column) -> Self {
        self.0.push((column, Box::new(|number, _| if number == 0 { String::new() } else { number.to_string() })));
        self
    }
}

/// Builds the table of these rows, with a row of sums at the end where `sum` is given.
pub(crate) fn build_table<Row>(caption: String, columns: Columns<'_, Row>, rows: &[Row], sum: Option<&Row>) -> Table {
    let cells = |number: usize, row: &Row| columns.0.iter().map(|(_, cell)| cell(number, row)).collect::<Vec<_>>();
    let sum = sum.map(|sum| cells(0, sum));
    let rows = (1..).zip(rows).map(|(number, row)| cells(number, row)).collect();
    Table { caption, columns: columns.0.into_iter().map(|(column, _)| column).collect(), rows, sum }
}

/// `ngày 05 tháng 01 năm 2026`: days below ten and the first two months have a leading zero.
pub(crate) fn date_in_words(day: Day) -> String {
    let (year, month, of_month) = day.ymd();
    let month = if month < 3 { format!("{month:02}") } else { month.to_string() };
    format!("ngày {of_month:02} tháng {month} năm {year}")
}

/// A share (0–1) in per cent with one decimal place.
pub(crate) fn percent_text(share: f64) -> String {
    format!("{} %", numbers::format_decimal(share * 100.0, 1))
}

/// A report without paragraphs and tables: issuing office, superior office, date, subject, receivers and signer.
pub(crate) fn report_letterhead(issuer: &str, parent: &str, day: Day, subject: String) -> Report {
    let receiver = if parent.is_empty() { "- …………;".to_owned() } else { format!("- {parent} (để báo cáo);") };
    Report {
        parent: if issuer == parent { String::new() } else { parent.to_uppercase() },
        issuer: issuer.to_uppercase(),
        number: "Số:\u{a0}\u{a0}\u{a0}\u{a0}\u{a0}\u{a0}\u{a0}/BC".to_owned(),
        place_and_day: format!("…………, {}", date_in_words(day)),
        kind: "BÁO CÁO".to_owned(),
        subject,
        receivers: vec![receiver, "- Lưu: VT.".to_owned()],
        signers: vec![(vec!["THỦ TRƯỞNG ĐƠN VỊ".to_owned()], String::new())],
        is_wide: true,
        ..Report::default()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use sohoa_formats::report::model::Alignment;

    #[test]
    fn table_rows_follow_column_definitions() {
        let columns = Columns::<u32>::new().row_numbers(Column::new("STT", 1, Alignment::Middle));
        let columns = columns.column(Column::new("a", 1, Alignment::Left), |row| row.to_string());
        let table = build_table("t".to_owned(), columns, &[5, 6], Some(&11));
        assert_eq!(table.rows, [["1", "5"], ["2", "6"]]);
        assert_eq!((table.sum.unwrap(), table.columns.len()), (vec![String::new(), "11".to_owned()], 2));
    }

    #[test]
    fn single_digit_days_and_months_are_zero_padded() {
        assert_eq!(date_in_words(Day::from_ymd(2026, 2, 5).unwrap()), "ngày 05 tháng 02 năm 2026");
    }
}

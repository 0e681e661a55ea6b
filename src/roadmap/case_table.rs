//! The table of one-stop dossiers that offices submit: reading it, with all cell errors, and its template.

use crate::table_reader::{CellError, RowCells, Sheet, read_table};
use sohoa_base::messages::roadmap;
use sohoa_base::model::account::UnitScope;
use sohoa_base::model::calendar::{Calendar, Day};
use sohoa_base::model::roadmap::one_stop_case::{Case, CaseCode, Reuse};
use sohoa_base::text::fold::fold;
use std::collections::{BTreeMap, BTreeSet};

/// Name of the sheet; a workbook without it is read from its first sheet.
pub const CASE_SHEET: &str = "Hồ sơ một cửa";

/// Columns: name of the field, and heading.
pub const CASE_COLUMNS: [(&str, &str); 7] = [
    ("code", "Mã hồ sơ"),
    ("unit", "Đơn vị"),
    ("received", "Ngày tiếp nhận"),
    ("due", "Ngày hẹn trả"),
    ("days", "Số ngày làm việc"),
    ("resolved", "Ngày giải quyết"),
    ("reused", "Tái sử dụng"),
];

/// Accepted words for the reuse of papers, the preferred one first.
const REUSE_WORDS: [(Reuse, &[&str]); 3] = [
    (Reuse::None, &["không", "no", "0"]),
    (Reuse::Own, &["có", "yes", "x", "1"]),
    (Reuse::Portal, &["DVCQG", "từ DVCQG", "cổng DVCQG", "cổng dịch vụ công quốc gia", "portal"]),
];

/// Maximum number of working days of a dossier: four years.
const MAX_WORKING_DAYS: u32 = 1_000;

/// Data of the submitter and the archive for reading cases.
#[derive(Debug)]
pub struct CaseImportContext<'a> {
    /// Units for which the user may submit.
    pub units: &'a UnitScope,
    /// Unit of rows that name none.
    pub default_unit: Option<&'a str>,
    /// Known unit of each code: that of the archive's dossier, or of an earlier submission.
    pub known_units: &'a BTreeMap<String, String>,
    /// Today: no day of reception or resolution may be later.
    pub today: Day,
}

/// Reads the cases from the sheets of a workbook.
///
/// # Errors
/// All cells with errors.
pub fn read_cases(sheets: &[Sheet], context: &CaseImportContext<'_>) -> Result<Vec<Case>, Vec<CellError>> {
    let named = sheets.iter().find(|(name, _)| fold(name.trim()) == fold(CASE_SHEET));
    let Some((name, rows)) = named.or_else(|| sheets.first()) else {
        return Err(vec![CellError::of_sheet(CASE_SHEET, roadmap::cell_sheet_missing())]);
    };
    let mut wrong = Vec::new();
    let mut codes = BTreeSet::new();
    let cases = read_table(name, rows, &CASE_COLUMNS, &mut wrong, |cells| read_case(cells, context, &mut codes));
    if cases.is_empty() && wrong.is_empty() {
        wrong.push(CellError::of_sheet(name, roadmap::sheet_without_cases()));
    }
    if wrong.is_empty() { Ok(cases.into_iter().flatten().collect()) } else { Err(wrong) }
}

/// Reads one row; none if its code is wrong, which is reported.
fn read_case(cells: &mut RowCells<'_>, context: &CaseImportContext<'_>, codes: &mut BTreeSet<String>) -> Option<Case> {
    let text = cells.required_text("code");
    let parsed = CaseCode::parse(&text);
    if parsed.is_none() && !text.is_empty() {
        cells.report_error("code", roadmap::case_code_invalid(&text));
    }
    let code = parsed?;
    let written = code.to_string();
    if !codes.insert(written.clone()) {
        cells.report_error("code", roadmap::case_repeated(&written));
    }
    let received = optional_day(cells, "received").unwrap_or(code.received);
    let resolved = optional_day(cells, "resolved");
    let due = optional_day(cells, "due");
    for (name, day, may_come) in [("received", Some(received), false), ("resolved", resolved, false), ("due", due, true)] {
        let Some(day) = day else { continue };
        if day < received {
            cells.report_error(name, roadmap::case_day_before_receipt(day.format_dmy()));
        } else if day > context.today && !may_come {
            cells.report_error(name, roadmap::case_day_in_future(day.format_dmy()));
        }
    }
    let due = due.or_else(|| due_by_days(cells, received)).map(|due| Calendar::vietnam().first_working_day_from(due));
    let known = context.known_units.get(&written);
    let unit = Some(cells.text("unit")).filter(|unit| !unit.is_empty());
    let unit = unit.or_else(|| context.default_unit.map(str::to_owned)).or_else(|| known.cloned()).unwrap_or(code.unit);
    for unit in std::iter::once(&unit).chain(known) {
        if !context.units.contains(unit) {
            cells.report_error("unit", roadmap::case_unit_not_allowed(unit));
            break;
        }
    }
    Some(Case { code: written, unit, received, due, resolved, reuse: read_reuse(cells) })
}

/// Day in a cell that may be empty.
fn optional_day(cells: &mut RowCells<'_>, name: &str) -> Option<Day> {
    (!cells.text(name).is_empty()).then(|| cells.day(name))
}

/// Due day from the number of working days after reception.
fn due_by_days(cells: &mut RowCells<'_>, received: Day) -> Option<Day> {
    let text = cells.text("days");
    if text.is_empty() {
        return None;
    }
    let days = text.parse().ok().filter(|days| (1..=MAX_WORKING_DAYS).contains(days));
    if days.is_none() {
        cells.report_error("days", roadmap::case_days_invalid(&text, MAX_WORKING_DAYS));
    }
    days.map(|days| Calendar::vietnam().nth_working_day_after(received, days))
}

fn read_reuse(cells: &mut RowCells<'_>) -> Option<Reuse> {
    let text = cells.text("reused");
    let folded = fold(&text);
    let found = REUSE_WORDS.iter().find(|(_, words)| words.iter().any(|word| fold(word) == folded)).map(|(reuse, _)| *reuse);
    if found.is_none() && !text.is_empty() {
        cells.report_error("reused", roadmap::case_reuse_unknown(&text));
    }
    found
}

/// A template with the columns and example rows.
#[must_use]
pub fn case_template() -> Vec<Sheet> {
    let head = CASE_COLUMNS.iter().map(|(_, written)| (*written).to_owned()).collect();
    let examples = [
        ["H24.16-200514-0001", "H24.16", "14/05/2020", "28/05/2020", "", "27/05/2020", "có"],
        ["000.00.16.H24-200514-0002", "H24.16", "14/05/2020", "", "10", "", "DVCQG"],
    ];
    let rows = examples.map(|row| row.map(str::to_owned).to_vec());
    vec![(CASE_SHEET.to_owned(), std::iter::once(head).chain(rows).collect())]
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;

    fn ymd(year: i32, month: u8, day: u8) -> Day {
        Day::from_ymd(year, month, day).unwrap()
    }

    fn read_rows(rows: &[&str], units: &UnitScope, known: &BTreeMap<String, String>) -> Result<Vec<Case>, Vec<CellError>> {
        let rows = rows.iter().map(|row| row.split('|').map(|cell| cell.trim().to_owned()).collect()).collect();
        read_cases(&[(String::new(), rows)], &CaseImportContext { units, default_unit: None, known_units: known, today: ymd(2026, 11, 26) })
    }

    const HEAD: &str = "Mã hồ sơ | Đơn vị | Ngày tiếp nhận | Ngày hẹn trả | Số ngày làm việc | Ngày giải quyết | Tái sử dụng";

    #[test]
    fn case_template_can_be_imported() {
        let context =
            CaseImportContext { units: &UnitScope::All, default_unit: None, known_units: &BTreeMap::new(), today: ymd(2026, 11, 26) };
        let cases = read_cases(&case_template(), &context).unwrap();
        assert_eq!(
            (cases[0].code.as_str(), cases[0].resolved, cases[0].reuse),
            ("H24.16-200514-0001", Some(ymd(2020, 5, 27)), Some(Reuse::Own))
        );
        // Ten working days after Thursday 14/5.
        assert_eq!((cases[1].code.as_str(), cases[1].due, cases[1].resolved), ("H24.16-200514-0002", Some(ymd(2020, 5, 28)), None));
    }

    #[test]
    fn omitted_cells_default_from_case_code_or_known_units() {
        let known = BTreeMap::from([("H24.16-261002-0002".to_owned(), "snv".to_owned())]);
        // 31/10/2026 is a Saturday.
        let cases = read_rows(&[HEAD, "H24.16-261002-0001||||||", "H24.16-261002-0002|||31/10/2026|||"], &UnitScope::All, &known).unwrap();
        assert_eq!((cases[0].unit.as_str(), cases[0].received, cases[0].due, cases[0].reuse), ("H24.16", ymd(2026, 10, 2), None, None));
        assert_eq!((cases[1].unit.as_str(), cases[1].due), ("snv", Some(ymd(2026, 11, 2))));
    }

    #[test]
    fn all_invalid_cells_are_reported_together() {
        let wrong = read_rows(
            &[
                HEAD,
                "H24.16-261032-0001 | snv | | | | |",
                "H24.16-261002-0001 | snv | 3/10/2026 | 2/10/2026 | | 31/12/2026 | vâng",
                "000.00.16.H24-261002-0001 | snv | hôm nay | | 0 | |",
                "H24.16-261002-0003 | sxd | | | | |",
                "H24.16-261002-0004 | snv | | | | |",
            ],
            &UnitScope::Only(["snv".to_owned()].into()),
            &BTreeMap::from([("H24.16-261002-0004".to_owned(), "sxd".to_owned())]),
        )
        .unwrap_err();
        let cells: Vec<&str> = wrong.iter().map(|one| one.cell.as_str()).collect();
        assert_eq!(cells, ["A2", "F3", "D3", "G3", "A4", "C4", "E4", "B5", "B6"], "{wrong:?}");
        assert!(
            read_rows(&[HEAD], &UnitScope::All, &BTreeMap::new()).is_err()
                && read_rows(&["a|b"], &UnitScope::All, &BTreeMap::new()).is_err()
        );
    }
}

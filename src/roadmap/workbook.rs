//! A roadmap as a workbook: reading it with every wrong cell told, and writing it.

use schemars::JsonSchema;
use serde::Serialize;
use sohoa_base::model::calendar::Day;
use sohoa_base::model::roadmap::plan::{Conversion, Measure, Phase, Roadmap, Target};
use sohoa_base::text::fold::fold;
use sohoa_base::text::numbers;
use std::collections::{BTreeMap, BTreeSet};

/// One sheet of a workbook: its name, and its cells by row.
pub type Sheet = (String, Vec<Vec<String>>);

/// A cell that cannot be taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct CellError {
    /// Name of the sheet.
    pub sheet: String,
    /// The cell as spreadsheets call it, such as `C12`; a row alone where a whole row is meant.
    pub cell: String,
    /// What is wrong, in the house's English.
    pub problem: String,
}

/// Names of the sheets, as they are written; they are read without marks.
pub const SHEET_NAMES: [&str; 4] = ["Lộ trình", "Giai đoạn", "Chỉ tiêu", "Quy đổi"];

/// Columns of the lines: name of the field, and as it is written.
pub const TARGET_COLUMNS: [(&str, &str); 18] = [
    ("code", "Mã"),
    ("name", "Nội dung"),
    ("unit", "Đơn vị"),
    ("block", "Khối"),
    ("phase", "Giai đoạn"),
    ("fonds", "Phông"),
    ("kind", "Loại hồ sơ"),
    ("retention", "Thời hạn bảo quản"),
    ("years", "Năm tài liệu"),
    ("measure", "Đơn vị tính"),
    ("baseline", "Đã có"),
    ("target", "Chỉ tiêu"),
    ("whole_pages", "Tổng số trang"),
    ("deadline", "Hạn hoàn thành"),
    ("priority", "Ưu tiên"),
    ("budget", "Kinh phí"),
    ("owner", "Phụ trách"),
    ("dossiers", "Mã hồ sơ bắt đầu bằng"),
];

const HEAD_ROWS: [(&str, &str); 5] = [
    ("decision", "Số quyết định"),
    ("authority", "Cơ quan ban hành"),
    ("issued", "Ngày ban hành"),
    ("from", "Từ ngày"),
    ("to", "Đến ngày"),
];
const PHASE_COLUMNS: [(&str, &str); 3] = [("code", "Mã"), ("from", "Từ ngày"), ("to", "Đến ngày")];
const CONVERSION_COLUMNS: [(&str, &str); 3] = [("fonds", "Phông"), ("measure", "Đơn vị tính"), ("pages", "Số trang")];

/// Measures as they are written, the usual word first.
const MEASURE_WORDS: [(Measure, &[&str]); 7] = [
    (Measure::Metre, &["mét giá", "mét", "metre"]),
    (Measure::Box, &["hộp", "cặp", "box"]),
    (Measure::Dossier, &["hồ sơ", "dossier"]),
    (Measure::Document, &["văn bản", "tài liệu", "document"]),
    (Measure::Sheet, &["tờ", "sheet"]),
    (Measure::Page, &["trang", "trang A4", "page"]),
    (Measure::Percent, &["%", "phần trăm", "percent"]),
];

/// Rows over which a heading is looked for.
const HEADER_SEARCH_ROWS: usize = 10;

/// A row of a sheet by the names of its columns.
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

    pub(crate) fn report_error(&mut self, name: &str, problem: String) {
        let cell = self.columns.get(name).map_or_else(|| self.row.to_string(), |place| format!("{}{}", column_letters(*place), self.row));
        self.errors.push(CellError { sheet: self.sheet.to_owned(), cell, problem });
    }

    pub(crate) fn required_text(&mut self, name: &str) -> String {
        let text = self.text(name);
        if text.is_empty() {
            self.report_error(name, "must not be empty".to_owned());
        }
        text
    }

    pub(crate) fn day(&mut self, name: &str) -> Day {
        let text = self.required_text(name);
        Day::parse(&text).unwrap_or_else(|| {
            if !text.is_empty() {
                self.report_error(name, format!("{text:?} is no day; write 31/12/2027"));
            }
            Day(0)
        })
    }

    fn number(&mut self, name: &str, if_empty: Option<f64>) -> f64 {
        let text = self.text(name);
        match (text.as_str(), if_empty) {
            ("", Some(value)) => value,
            ("", None) => {
                self.report_error(name, "must not be empty".to_owned());
                0.0
            }
            _ => match numbers::parse_number(&text).filter(|number| *number >= 0.0 && number.is_finite()) {
                Some(number) => number,
                None => {
                    self.report_error(name, format!("{text:?} is no number; write 1.545.000 or 25,5"));
                    0.0
                }
            },
        }
    }
}

/// Reads a roadmap out of the sheets of a workbook; a single sheet is that of the lines, for which `known` gives the rest.
///
/// # Errors
/// Every cell that cannot be taken.
pub fn read_roadmap(sheets: &[Sheet], known: Option<&Roadmap>) -> Result<Roadmap, Vec<CellError>> {
    let mut wrong = Vec::new();
    let named = |name: &str| sheets.iter().find(|(own, _)| fold(own.trim()) == fold(name));
    let [head, phases, lines, conversions] = SHEET_NAMES.map(named);
    let lines = lines.or_else(|| sheets.first().filter(|_| sheets.len() == 1));
    let Some((lines_name, lines)) = lines else {
        return Err(vec![CellError {
            sheet: SHEET_NAMES[2].to_owned(),
            cell: String::new(),
            problem: "the workbook has no such sheet".to_owned(),
        }]);
    };
    let mut roadmap = match (head, known) {
        (Some((name, rows)), _) => read_header(name, rows, &mut wrong),
        (None, Some(known)) => Roadmap { targets: Vec::new(), ..known.clone() },
        (None, None) => {
            wrong.push(CellError {
                sheet: SHEET_NAMES[0].to_owned(),
                cell: String::new(),
                problem: "the workbook has no such sheet".to_owned(),
            });
            return Err(wrong);
        }
    };
    if let Some((name, rows)) = phases {
        roadmap.phases = read_table(name, rows, &PHASE_COLUMNS, &mut wrong, |cells| Phase {
            code: cells.required_text("code"),
            from: cells.day("from"),
            to: cells.day("to"),
        });
    }
    if let Some((name, rows)) = conversions {
        roadmap.conversions = read_table(name, rows, &CONVERSION_COLUMNS, &mut wrong, |cells| Conversion {
            fonds: cells.text("fonds"),
            measure: read_measure(cells),
            pages: cells.number("pages", None),
        });
    }
    let phases: BTreeSet<String> = roadmap.phases.iter().map(|phase| phase.code.clone()).collect();
    let mut codes = BTreeSet::new();
    roadmap.targets = read_table(lines_name, lines, &TARGET_COLUMNS, &mut wrong, |cells| read_target(cells, &phases, &mut codes));
    for line in &roadmap.targets {
        if roadmap.pages_per_measure(line).is_none() && !matches!(line.measure, Measure::Dossier | Measure::Document) {
            let problem = match line.measure {
                Measure::Percent => format!("line {} is told in per cent: give the pages of all its holdings", line.code),
                other => format!(
                    "line {} is told in {}: the sheet {} must say how many pages that is",
                    line.code,
                    other.as_str(),
                    SHEET_NAMES[3]
                ),
            };
            wrong.push(CellError { sheet: lines_name.clone(), cell: String::new(), problem });
        }
    }
    if roadmap.targets.is_empty() && wrong.is_empty() {
        wrong.push(CellError { sheet: lines_name.clone(), cell: String::new(), problem: "there is no line in it".to_owned() });
    }
    if wrong.is_empty() {
        return Ok(roadmap);
    }
    wrong.sort_by_key(|one| {
        let (column, row) = one.cell.split_at(one.cell.find(|sign: char| sign.is_ascii_digit()).unwrap_or(0));
        (
            SHEET_NAMES.iter().position(|name| fold(name) == fold(&one.sheet)),
            row.parse::<usize>().unwrap_or(0),
            column.len(),
            column.to_owned(),
        )
    });
    Err(wrong)
}

fn read_header(sheet: &str, rows: &[Vec<String>], wrong: &mut Vec<CellError>) -> Roadmap {
    let mut found: BTreeMap<&str, (usize, String)> = BTreeMap::new();
    for (number, row) in (1..).zip(rows) {
        let label = row.first().map(|cell| fold(cell.trim().trim_end_matches(':'))).unwrap_or_default();
        if let Some((name, _)) = HEAD_ROWS.iter().find(|(name, written)| label == fold(written) || label == *name) {
            found.insert(name, (number, row.get(1).map(|cell| cell.trim().to_owned()).unwrap_or_default()));
        }
    }
    let mut text = |name: &str, written: &str| match found.get(name) {
        Some((number, text)) if !text.is_empty() => (*number, text.clone()),
        Some((number, _)) => {
            wrong.push(CellError { sheet: sheet.to_owned(), cell: format!("B{number}"), problem: "must not be empty".to_owned() });
            (*number, String::new())
        }
        None => {
            wrong.push(CellError { sheet: sheet.to_owned(), cell: String::new(), problem: format!("the row {written:?} is missing") });
            (0, String::new())
        }
    };
    let [decision, authority, issued, from, to] = HEAD_ROWS.map(|(name, written)| text(name, written));
    let mut day = |(number, text): (usize, String)| {
        Day::parse(&text).unwrap_or_else(|| {
            if !text.is_empty() {
                let problem = format!("{text:?} is no day; write 31/12/2027");
                wrong.push(CellError { sheet: sheet.to_owned(), cell: format!("B{number}"), problem });
            }
            Day(0)
        })
    };
    let (issued, from, to_cell) = (day(issued), day(from), to.0);
    let to = day(to);
    if from > to {
        wrong.push(CellError { sheet: sheet.to_owned(), cell: format!("B{to_cell}"), problem: "ends before it begins".to_owned() });
    }
    Roadmap {
        decision: decision.1,
        authority: authority.1,
        issued,
        from,
        to,
        phases: Vec::new(),
        targets: Vec::new(),
        conversions: Vec::new(),
        adjustments: Vec::new(),
    }
}

fn read_target(cells: &mut RowCells<'_>, phases: &BTreeSet<String>, codes: &mut BTreeSet<String>) -> Target {
    let code = cells.required_text("code");
    if code.chars().any(char::is_control) {
        cells.report_error("code", "holds a line break or another sign that is no letter".to_owned());
    }
    if !code.is_empty() && !codes.insert(code.clone()) {
        cells.report_error("code", format!("line {code} stands here twice"));
    }
    let phase = cells.text("phase");
    if !phase.is_empty() && !phases.contains(&phase) {
        cells.report_error("phase", format!("there is no phase {phase:?}; the sheet {} lists them", SHEET_NAMES[1]));
    }
    let priority = cells.number("priority", Some(3.0));
    if !(1.0..=5.0).contains(&priority) || priority.fract() != 0.0 {
        cells.report_error("priority", "is a whole number from 1 (first) to 5 (last)".to_owned());
    }
    let target = cells.number("target", None);
    let baseline = cells.number("baseline", Some(0.0));
    if baseline > target {
        cells.report_error("baseline", "is more than the target".to_owned());
    }
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let (priority, budget) = (priority as u8, cells.number("budget", Some(0.0)) as u64);
    Target {
        code,
        name: cells.required_text("name"),
        unit: cells.required_text("unit"),
        unit_group: cells.text("block"),
        phase,
        fonds: cells.text("fonds"),
        kind: cells.text("kind"),
        retention: cells.text("retention"),
        years: cells.text("years"),
        measure: read_measure(cells),
        baseline,
        quantity: target,
        holdings_pages: cells.number("whole_pages", Some(0.0)),
        deadline: cells.day("deadline"),
        priority,
        budget,
        owner: cells.text("owner"),
        dossier_prefixes: cells.text("dossiers").split(';').map(str::trim).filter(|prefix| !prefix.is_empty()).map(str::to_owned).collect(),
    }
}

fn read_measure(cells: &mut RowCells<'_>) -> Measure {
    let text = cells.required_text("measure");
    let folded = fold(&text);
    let found = MEASURE_WORDS.iter().find(|(_, words)| words.iter().any(|word| fold(word) == folded)).map(|(measure, _)| *measure);
    found.unwrap_or_else(|| {
        if !text.is_empty() {
            let known: Vec<&str> = MEASURE_WORDS.iter().filter_map(|(_, words)| words.first().copied()).collect();
            cells.report_error("measure", format!("{text:?} is no measure; known are {}", known.join(", ")));
        }
        Measure::Page
    })
}

/// The rows below the heading of a sheet; empty ones are passed over.
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
        wrong.push(CellError {
            sheet: sheet.to_owned(),
            cell: "1".to_owned(),
            problem: format!("has no heading; its columns are {}", heads.join(", ")),
        });
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

/// A column as spreadsheets call it: `A`, `AB`.
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

/// The roadmap as sheets that [`read`] takes again.
#[must_use]
pub fn write_roadmap(roadmap: &Roadmap) -> Vec<Sheet> {
    let head = |columns: &[(&str, &str)]| columns.iter().map(|(_, written)| (*written).to_owned()).collect::<Vec<_>>();
    let values = [
        roadmap.decision.clone(),
        roadmap.authority.clone(),
        roadmap.issued.format_dmy(),
        roadmap.from.format_dmy(),
        roadmap.to.format_dmy(),
    ];
    let own = HEAD_ROWS.iter().zip(values).map(|((_, written), value)| vec![(*written).to_owned(), value]).collect();
    let phases = roadmap.phases.iter().map(|phase| vec![phase.code.clone(), phase.from.format_dmy(), phase.to.format_dmy()]);
    let word = |measure: Measure| {
        MEASURE_WORDS.iter().find(|(own, _)| *own == measure).and_then(|(_, words)| words.first()).map_or("", |word| word).to_owned()
    };
    let lines = roadmap.targets.iter().map(|line| {
        vec![
            line.code.clone(),
            line.name.clone(),
            line.unit.clone(),
            line.unit_group.clone(),
            line.phase.clone(),
            line.fonds.clone(),
            line.kind.clone(),
            line.retention.clone(),
            line.years.clone(),
            word(line.measure),
            format_decimal(line.baseline),
            format_decimal(line.quantity),
            format_decimal(line.holdings_pages),
            line.deadline.format_dmy(),
            line.priority.to_string(),
            numbers::format_integer(line.budget),
            line.owner.clone(),
            line.dossier_prefixes.join("; "),
        ]
    });
    let conversions = roadmap.conversions.iter().map(|one| vec![one.fonds.clone(), word(one.measure), format_decimal(one.pages)]);
    let with = |head: Vec<String>, rows: Vec<Vec<String>>| std::iter::once(head).chain(rows).collect::<Vec<_>>();
    vec![
        (SHEET_NAMES[0].to_owned(), own),
        (SHEET_NAMES[1].to_owned(), with(head(&PHASE_COLUMNS), phases.collect())),
        (SHEET_NAMES[2].to_owned(), with(head(&TARGET_COLUMNS), lines.collect())),
        (SHEET_NAMES[3].to_owned(), with(head(&CONVERSION_COLUMNS), conversions.collect())),
    ]
}

/// A number as offices write it, with as many places as it has, at most three.
#[must_use]
pub fn format_decimal(number: f64) -> String {
    let text = numbers::format_decimal(number, 3);
    if text.contains(',') { text.trim_end_matches('0').trim_end_matches(',').to_owned() } else { text }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;

    fn sheets() -> Vec<Sheet> {
        let rows = |text: &str| text.lines().map(|line| line.split('|').map(|cell| cell.trim().to_owned()).collect()).collect();
        vec![
            (
                "LỘ TRÌNH".to_owned(),
                rows(
                    "KẾ HOẠCH SỐ HÓA\nSố quyết định: | 12/QĐ-UBND\nCơ quan ban hành | UBND tỉnh Mẫu\nNgày ban hành | 5/1/2026\nTừ ngày | 1/1/2026\nĐến ngày | 31/12/2028",
                ),
            ),
            ("Giai đoạn".to_owned(), rows("Mã | Từ ngày | Đến ngày\n2026 | 1/1/2026 | 31/12/2026")),
            (
                "Chỉ tiêu".to_owned(),
                rows(
                    "CHỈ TIÊU SỐ HÓA\nMã | Nội dung | Đơn vị | Giai đoạn | Đơn vị tính | Chỉ tiêu | Đã có | Hạn hoàn thành | Ưu tiên | Mã hồ sơ bắt đầu bằng\n\
                     SNV-1 | Hồ sơ đất đai | snv | 2026 | mét giá | 25,5 | 1,5 | 31/12/2026 | 1 | dat-dai/; nha\n\n\
                     SNV-2 | Hồ sơ hộ tịch | snv | | trang | 1.545.000 | | 31/12/2028 | |",
                ),
            ),
            ("Quy đổi".to_owned(), rows("Phông | Đơn vị tính | Số trang\n | mét giá | 7.500")),
        ]
    }

    #[test]
    fn a_workbook_is_read_and_written_again() {
        let roadmap = read_roadmap(&sheets(), None).unwrap();
        assert_eq!((roadmap.decision.as_str(), roadmap.to), ("12/QĐ-UBND", Day::from_ymd(2028, 12, 31).unwrap()));
        assert_eq!((roadmap.targets[0].quantity, roadmap.targets[0].priority, roadmap.targets[1].priority), (25.5, 1, 3));
        assert_eq!(roadmap.targets[0].dossier_prefixes, ["dat-dai/", "nha"]);
        assert_eq!(roadmap.pages_per_measure(&roadmap.targets[0]), Some(7_500.0));
        assert_eq!(read_roadmap(&write_roadmap(&roadmap), None).unwrap(), roadmap);
    }

    #[test]
    fn every_wrong_cell_is_told_at_once() {
        let mut sheets = sheets();
        sheets[0].1[4][1] = "1/1/2029".to_owned();
        sheets[2].1[2][3] = "2031".to_owned();
        sheets[2].1[2][4] = "bó".to_owned();
        sheets[2].1[4][0] = "SNV-1".to_owned();
        sheets[2].1[4][5] = "nhiều".to_owned();
        sheets[2].1[4][7] = "31/2/2028".to_owned();
        let wrong = read_roadmap(&sheets, None).unwrap_err();
        let cells: Vec<&str> = wrong.iter().map(|one| one.cell.as_str()).collect();
        assert_eq!(cells, ["B6", "D3", "E3", "A5", "F5", "H5"]);
        assert!(read_roadmap(&[], None).is_err() && read_roadmap(&sheets[1..2], None).is_err());
    }

    #[test]
    fn columns_are_called_as_spreadsheets_do() {
        assert_eq!([0, 25, 26, 51, 52, 701, 702].map(column_letters), ["A", "Z", "AA", "AZ", "BA", "ZZ", "AAA"]);
        assert_eq!([0.0, 25.5, 1_545_000.0, 0.125, -3.0].map(format_decimal), ["0", "25,5", "1.545.000", "0,125", "-3"]);
    }
}

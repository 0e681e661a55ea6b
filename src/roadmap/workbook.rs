//! Reading a roadmap from a workbook, with all cell errors, and writing it.

use crate::table_reader::{CellError, RowCells, Sheet, read_table};
use sohoa_base::messages::roadmap as messages;
use sohoa_base::model::calendar::Day;
use sohoa_base::model::roadmap::plan::{Conversion, Measure, Phase, Roadmap, Target};
use sohoa_base::text::fold::fold;
use sohoa_base::text::numbers;
use std::collections::{BTreeMap, BTreeSet};

/// Names of the sheets; they are compared folded.
pub const SHEET_NAMES: [&str; 4] = ["Lộ trình", "Giai đoạn", "Chỉ tiêu", "Quy đổi"];

/// Columns of the targets: name of the field, and heading.
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

/// Accepted words for measures, the preferred one first.
const MEASURE_WORDS: [(Measure, &[&str]); 7] = [
    (Measure::Metre, &["mét giá", "mét", "metre"]),
    (Measure::Box, &["hộp", "cặp", "box"]),
    (Measure::Dossier, &["hồ sơ", "dossier"]),
    (Measure::Document, &["văn bản", "tài liệu", "document"]),
    (Measure::Sheet, &["tờ", "sheet"]),
    (Measure::Page, &["trang", "trang A4", "page"]),
    (Measure::Percent, &["%", "phần trăm", "percent"]),
];

/// Reads a roadmap from the sheets of a workbook. A single sheet is that of the targets; `known` provides the rest.
///
/// # Errors
/// All cells with errors.
pub fn read_roadmap(sheets: &[Sheet], known: Option<&Roadmap>) -> Result<Roadmap, Vec<CellError>> {
    let mut wrong = Vec::new();
    let named = |name: &str| sheets.iter().find(|(own, _)| fold(own.trim()) == fold(name));
    let [head, phases, targets, conversions] = SHEET_NAMES.map(named);
    let targets = targets.or_else(|| sheets.first().filter(|_| sheets.len() == 1));
    let Some((targets_name, targets)) = targets else {
        return Err(vec![CellError::of_sheet(SHEET_NAMES[2], messages::cell_sheet_missing())]);
    };
    let mut roadmap = match (head, known) {
        (Some((name, rows)), _) => read_header(name, rows, &mut wrong),
        (None, Some(known)) => Roadmap { targets: Vec::new(), ..known.clone() },
        (None, None) => {
            wrong.push(CellError::of_sheet(SHEET_NAMES[0], messages::cell_sheet_missing()));
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
    roadmap.targets = read_table(targets_name, targets, &TARGET_COLUMNS, &mut wrong, |cells| read_target(cells, &phases, &mut codes));
    for target in &roadmap.targets {
        if roadmap.pages_per_measure(target).is_none() && !matches!(target.measure, Measure::Dossier | Measure::Document) {
            let problem = match target.measure {
                Measure::Percent => messages::target_without_holdings(&target.code),
                other => messages::target_without_conversion(&target.code, measure_word(other), SHEET_NAMES[3]),
            };
            wrong.push(CellError::of_sheet(targets_name, problem));
        }
    }
    if roadmap.targets.is_empty() && wrong.is_empty() {
        wrong.push(CellError::of_sheet(targets_name, messages::sheet_without_targets()));
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
            wrong.push(CellError { sheet: sheet.to_owned(), cell: format!("B{number}"), problem: messages::cell_empty() });
            (*number, String::new())
        }
        None => {
            wrong.push(CellError::of_sheet(sheet, messages::cell_row_missing(written)));
            (0, String::new())
        }
    };
    let [decision, authority, issued, from, to] = HEAD_ROWS.map(|(name, written)| text(name, written));
    let mut day = |(number, text): (usize, String)| {
        Day::parse(&text).unwrap_or_else(|| {
            if !text.is_empty() {
                let problem = messages::cell_day_invalid(&text);
                wrong.push(CellError { sheet: sheet.to_owned(), cell: format!("B{number}"), problem });
            }
            Day(0)
        })
    };
    let (issued, from, to_cell) = (day(issued), day(from), to.0);
    let to = day(to);
    if from > to {
        wrong.push(CellError { sheet: sheet.to_owned(), cell: format!("B{to_cell}"), problem: messages::cell_end_before_begin() });
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
        cells.report_error("code", messages::cell_sign_invalid());
    }
    if !code.is_empty() && !codes.insert(code.clone()) {
        cells.report_error("code", messages::cell_target_repeated(&code));
    }
    let phase = cells.text("phase");
    if !phase.is_empty() && !phases.contains(&phase) {
        cells.report_error("phase", messages::cell_phase_unknown(&phase, SHEET_NAMES[1]));
    }
    let priority = cells.number("priority", Some(3.0));
    if !(1.0..=5.0).contains(&priority) || priority.fract() != 0.0 {
        cells.report_error("priority", messages::cell_priority_invalid());
    }
    let quantity = cells.number("target", None);
    let baseline = cells.number("baseline", Some(0.0));
    if baseline > quantity {
        cells.report_error("baseline", messages::cell_baseline_too_large());
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
        quantity,
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
            cells.report_error("measure", messages::cell_measure_unknown(&text, known.join(", ")));
        }
        Measure::Page
    })
}

/// The word with which a workbook names a measure.
fn measure_word(measure: Measure) -> &'static str {
    MEASURE_WORDS.iter().find(|(own, _)| *own == measure).and_then(|(_, words)| words.first()).map_or("", |word| word)
}

/// Writes the roadmap as sheets that [`read_roadmap`] reads.
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
    let targets = roadmap.targets.iter().map(|target| {
        vec![
            target.code.clone(),
            target.name.clone(),
            target.unit.clone(),
            target.unit_group.clone(),
            target.phase.clone(),
            target.fonds.clone(),
            target.kind.clone(),
            target.retention.clone(),
            target.years.clone(),
            measure_word(target.measure).to_owned(),
            format_decimal(target.baseline),
            format_decimal(target.quantity),
            format_decimal(target.holdings_pages),
            target.deadline.format_dmy(),
            target.priority.to_string(),
            numbers::format_integer(target.budget),
            target.owner.clone(),
            target.dossier_prefixes.join("; "),
        ]
    });
    let conversions =
        roadmap.conversions.iter().map(|one| vec![one.fonds.clone(), measure_word(one.measure).to_owned(), format_decimal(one.pages)]);
    let with = |head: Vec<String>, rows: Vec<Vec<String>>| std::iter::once(head).chain(rows).collect::<Vec<_>>();
    vec![
        (SHEET_NAMES[0].to_owned(), own),
        (SHEET_NAMES[1].to_owned(), with(head(&PHASE_COLUMNS), phases.collect())),
        (SHEET_NAMES[2].to_owned(), with(head(&TARGET_COLUMNS), targets.collect())),
        (SHEET_NAMES[3].to_owned(), with(head(&CONVERSION_COLUMNS), conversions.collect())),
    ]
}

/// A number with as many decimal places as it has, at most three.
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
    fn roadmap_workbook_round_trips() {
        let roadmap = read_roadmap(&sheets(), None).unwrap();
        assert_eq!((roadmap.decision.as_str(), roadmap.to), ("12/QĐ-UBND", Day::from_ymd(2028, 12, 31).unwrap()));
        assert_eq!((roadmap.targets[0].quantity, roadmap.targets[0].priority, roadmap.targets[1].priority), (25.5, 1, 3));
        assert_eq!(roadmap.targets[0].dossier_prefixes, ["dat-dai/", "nha"]);
        assert_eq!(roadmap.pages_per_measure(&roadmap.targets[0]), Some(7_500.0));
        assert_eq!(read_roadmap(&write_roadmap(&roadmap), None).unwrap(), roadmap);
    }

    #[test]
    fn all_invalid_cells_are_reported_together() {
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
    fn decimals_are_formatted_in_vietnamese_style() {
        assert_eq!([0.0, 25.5, 1_545_000.0, 0.125, -3.0].map(format_decimal), ["0", "25,5", "1.545.000", "0,125", "-3"]);
    }
}

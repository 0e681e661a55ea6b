//! Renderer of reports as DOCX (ECMA-376).

use crate::report::model::{A4_MM, Alignment, NATIONAL_HEADER, PAGE_MARGINS_MM, Report, Table as ReportTable, with_nonbreaking_percent};
use docx_rs::{
    AlignmentType, Docx, Header, LineSpacing, PageMargin, PageNum, PageOrientationType, Paragraph, Run, RunFonts, Table, TableCell,
    TableCellMargins, TableRow, VAlignType, VMergeType, WidthType,
};
use sohoa_base::error::Result;
use sohoa_base::messages::program;
use std::io::Cursor;

/// Twips (1/20 pt) per millimetre.
const TWIPS_PER_MM: f64 = 56.693;

/// Font sizes, half points: body text, and tables.
const TEXT_HALF_POINTS: usize = 26;
const TABLE_HALF_POINTS: usize = 22;

/// Number of last table rows kept on one page with the signature block.
const ROWS_KEPT_WITH_SIGNATURES: usize = 2;

fn mm_to_twips(mm: u32) -> u32 {
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let twips = (f64::from(mm) * TWIPS_PER_MM).round() as u32;
    twips
}

/// Renders the report as a Word file.
///
/// # Errors
/// `Internal` if it cannot be written.
pub fn render_docx(report: &Report) -> Result<Vec<u8>> {
    let (short, long) = (mm_to_twips(A4_MM.0), mm_to_twips(A4_MM.1));
    let (width, height) = if report.is_wide { (long, short) } else { (short, long) };
    let (top, left, right) = (mm_to_twips(PAGE_MARGINS_MM.0), mm_to_twips(PAGE_MARGINS_MM.1), mm_to_twips(PAGE_MARGINS_MM.2));
    let margin = |value: u32| i32::try_from(value).unwrap_or(0);
    let fonts = RunFonts::new().ascii("Times New Roman").hi_ansi("Times New Roman").cs("Times New Roman").east_asia("Times New Roman");
    let page = PageMargin::new().top(margin(top)).bottom(margin(top)).left(margin(left)).right(margin(right)).header(567);
    let mut out = Docx::new().page_size(width, height).page_margin(page).default_fonts(fonts).default_size(TEXT_HALF_POINTS);
    if report.is_wide {
        out = out.page_orient(PageOrientationType::Landscape);
    }
    // Page numbers are in the header, from the second page on.
    let number = Paragraph::new().add_page_num(PageNum::new()).align(AlignmentType::Center);
    out = out.header(Header::new().add_paragraph(number)).first_header(Header::new().add_paragraph(Paragraph::new()));
    let inner = width - left - right;
    out = out.add_table(letterhead(report, inner)).add_paragraph(Paragraph::new());
    out = out.add_paragraph(centred_paragraph(Run::new().add_text(report.kind.as_str()).bold().size(28)));
    out =
        out.add_paragraph(centred_paragraph(Run::new().add_text(report.subject.as_str()).bold().size(28))).add_paragraph(Paragraph::new());
    for text in &report.paragraphs {
        out = out.add_paragraph(body_paragraph(text));
    }
    for (place, table) in (1..).zip(&report.tables) {
        // The signature block shares its page with the last rows of the last table.
        let is_last = place == report.tables.len() && report.closing.is_empty();
        let caption = Paragraph::new()
            .keep_next(true)
            .add_run(Run::new().add_text(table.caption.as_str()).bold())
            .line_spacing(LineSpacing::new().before(120).after(60));
        out = out.add_paragraph(caption).add_table(table_block(table, inner, is_last));
    }
    for text in &report.closing {
        out = out.add_paragraph(body_paragraph(text));
    }
    out = out.add_paragraph(Paragraph::new().keep_next(true)).add_table(signature_block(report, inner));
    let mut written = out.build();
    let xml = String::from_utf8(written.document).map_err(|error| program::bug("report as DOCX").caused_by(error))?;
    written.document = repeat_table_headers(&xml, &report.tables).into_bytes();
    let mut bytes = Cursor::new(Vec::new());
    written.pack(&mut bytes).map_err(|error| program::bug("report as DOCX").caused_by(error))?;
    Ok(bytes.into_inner())
}

/// Marks the header rows of tables as repeated on every page (`w:tblHeader`), which `docx_rs` cannot write. Text in the XML is
/// escaped, so the searched strings are always markup.
fn repeat_table_headers(xml: &str, tables: &[ReportTable]) -> String {
    const ROW: &str = "<w:cantSplit />";
    // The first part precedes all tables, and the first table is the letterhead.
    let mut parts = xml.split("<w:tbl>");
    let mut out = parts.by_ref().take(2).collect::<Vec<_>>().join("<w:tbl>");
    let mut tables = tables.iter();
    for part in parts {
        let heads = tables.next().map_or(0, ReportTable::header_row_count);
        out.push_str("<w:tbl>");
        out.push_str(&part.replacen(ROW, &format!("{ROW}<w:tblHeader />"), heads));
    }
    out
}

fn centred_paragraph(run: Run) -> Paragraph {
    Paragraph::new().add_run(run).align(AlignmentType::Center)
}

fn body_paragraph(text: &str) -> Paragraph {
    Paragraph::new()
        .add_run(Run::new().add_text(text))
        .align(AlignmentType::Both)
        .indent(None, Some(docx_rs::SpecialIndentType::FirstLine(567)), None, None)
        .line_spacing(LineSpacing::new().before(60).after(60))
}

/// Letterhead: agency and number on the left; state, motto, place and date on the right.
fn letterhead(report: &Report, inner: u32) -> Table {
    let line = |text: &str| Run::new().add_text(text).size(TABLE_HALF_POINTS + 2);
    let mut left = TableCell::new().width(to_usize(inner * 2 / 5), WidthType::Dxa);
    if !report.parent.is_empty() {
        left = left.add_paragraph(centred_paragraph(line(&report.parent)));
    }
    left = left.add_paragraph(centred_paragraph(line(&report.issuer).bold())).add_paragraph(centred_paragraph(line("―――――――")));
    left = left.add_paragraph(centred_paragraph(line(&report.number)));
    let right = TableCell::new()
        .width(to_usize(inner - inner * 2 / 5), WidthType::Dxa)
        .add_paragraph(centred_paragraph(line(NATIONAL_HEADER[0]).bold()))
        .add_paragraph(centred_paragraph(line(NATIONAL_HEADER[1]).bold()))
        .add_paragraph(centred_paragraph(line("―――――――――――――")))
        .add_paragraph(centred_paragraph(line(&report.place_and_day).italic()));
    Table::new(vec![TableRow::new(vec![left, right])])
        .clear_all_border()
        .width(to_usize(inner), WidthType::Dxa)
        .layout(docx_rs::TableLayoutType::Fixed)
}

fn to_usize(twips: u32) -> usize {
    usize::try_from(twips).unwrap_or(0)
}

/// Table of the report. The last rows of the last table are kept on one page with the following paragraph.
fn table_block(table: &ReportTable, inner: u32, is_last: bool) -> Table {
    let all: u32 = table.columns.iter().map(|column| column.width).sum::<u32>().max(1);
    let widths: Vec<usize> = table.columns.iter().map(|column| to_usize(inner * column.width / all)).collect();
    let cell = |text: &str, (place, columns): (usize, usize), is_bold: bool, keep: bool, side: AlignmentType| {
        let run = Run::new().add_text(with_nonbreaking_percent(text)).size(TABLE_HALF_POINTS);
        let run = if is_bold { run.bold() } else { run };
        let width = widths.iter().skip(place).take(columns).sum();
        let cell = TableCell::new().width(width, WidthType::Dxa).vertical_align(VAlignType::Center);
        cell.add_paragraph(Paragraph::new().add_run(run).align(side).keep_next(keep))
    };
    let head = table.header_cells();
    let mut rows: Vec<TableRow> = Vec::new();
    for row in 0..table.header_row_count() {
        let mut own: Vec<_> = head.iter().filter(|one| (one.row..one.row + one.rows).contains(&row)).collect();
        own.sort_by_key(|one| one.column);
        let cells = own.into_iter().map(|one| {
            let text = if one.row == row { one.text } else { "" };
            let cell = cell(text, (one.column, one.columns), true, true, AlignmentType::Center).grid_span(one.columns);
            match (one.rows > 1, one.row == row) {
                (false, _) => cell,
                (true, true) => cell.vertical_merge(VMergeType::Restart),
                (true, false) => cell.vertical_merge(VMergeType::Continue),
            }
        });
        rows.push(TableRow::new(cells.collect()).cant_split());
    }
    let first_kept =
        if is_last { (table.rows.len() + usize::from(table.sum.is_some())).saturating_sub(ROWS_KEPT_WITH_SIGNATURES) } else { usize::MAX };
    for (number, (row, is_sum)) in table.rows_with_total().enumerate() {
        let cells = row.iter().zip(&table.columns).enumerate().map(|(place, (text, column))| {
            let side = match column.side {
                Alignment::Left => AlignmentType::Left,
                Alignment::Middle => AlignmentType::Center,
                Alignment::Right => AlignmentType::Right,
            };
            cell(text, (place, 1), is_sum, number >= first_kept, side)
        });
        rows.push(TableRow::new(cells.collect()).cant_split());
    }
    let margins = TableCellMargins::new().margin(40, 60, 40, 60);
    Table::new(rows)
        .set_grid(widths.clone())
        .margins(margins)
        .width(to_usize(inner), WidthType::Dxa)
        .layout(docx_rs::TableLayoutType::Fixed)
}

/// Recipients on the left, if any, and the signers.
fn signature_block(report: &Report, inner: u32) -> Table {
    let mut cells = Vec::new();
    let count = u32::try_from(report.signers.len() + usize::from(!report.receivers.is_empty())).unwrap_or(1).max(1);
    let width = to_usize(inner / count);
    if !report.receivers.is_empty() {
        let heading = Paragraph::new().add_run(Run::new().add_text("Nơi nhận:").bold().italic().size(24));
        let mut cell = TableCell::new().width(width, WidthType::Dxa).add_paragraph(heading);
        for text in &report.receivers {
            cell = cell.add_paragraph(Paragraph::new().add_run(Run::new().add_text(text.as_str()).size(TABLE_HALF_POINTS)));
        }
        cells.push(cell);
    }
    for (titles, name) in &report.signers {
        let mut cell = TableCell::new().width(width, WidthType::Dxa);
        for title in titles {
            cell = cell.add_paragraph(centred_paragraph(Run::new().add_text(title.as_str()).bold()));
        }
        for _ in 0..4 {
            cell = cell.add_paragraph(Paragraph::new());
        }
        cells.push(cell.add_paragraph(centred_paragraph(Run::new().add_text(name.as_str()).bold())));
    }
    Table::new(vec![TableRow::new(cells).cant_split()])
        .clear_all_border()
        .width(to_usize(inner), WidthType::Dxa)
        .layout(docx_rs::TableLayoutType::Fixed)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::report::model::example;

    #[test]
    fn docx_contains_escaped_text_and_repeated_table_header() {
        let bytes = render_docx(&example()).unwrap();
        let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
        let mut xml = String::new();
        std::io::Read::read_to_string(&mut archive.by_name("word/document.xml").unwrap(), &mut xml).unwrap();
        for text in ["CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "SỞ NỘI VỤ", "&lt;b&gt;&amp;", "Hồ sơ số 60", "PHÓ GIÁM ĐỐC", "Nơi nhận:"]
        {
            assert!(xml.contains(text), "{text}");
        }
        // Both rows of the head come again on every page, and no row is broken; the papers' own head and foot are no tables to repeat.
        assert_eq!(xml.matches("<w:cantSplit /><w:tblHeader />").count(), 2);
        assert_eq!(xml.matches("<w:cantSplit />").count(), 2 + 61 + 1);
        assert!(xml.find("<w:tblHeader />").unwrap() < xml.find("Nội dung").unwrap());
        assert!(xml.contains(r#"<w:gridSpan w:val="2" />"#) && xml.contains(r#"<w:vMerge w:val="restart" />"#));
    }
}

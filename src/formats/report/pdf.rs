//! Renderer of reports as PDF, in a typeface with the metrics of Times New Roman.

use crate::report::fonts::{FontSet, FontStyle};
use crate::report::model::{A4_MM, Alignment, NATIONAL_HEADER, PAGE_MARGINS_MM, Report, Table};
use krilla::Document;
use krilla::geom::{PathBuilder, Point, Rect};
use krilla::page::PageSettings;
use krilla::paint::Stroke;
use krilla::text::TextDirection;
use sohoa_base::error::Result;
use sohoa_base::messages::program;

/// Points per millimetre.
const POINTS_PER_MM: f32 = 72.0 / 25.4;

/// Font sizes, pt: letterhead, body text, tables.
const HEAD_SIZE: f32 = 12.0;
const TEXT_SIZE: f32 = 13.0;
const TABLE_SIZE: f32 = 10.5;

/// Line spacing as a multiple of the font size.
const LINE_SPACING: f32 = 1.25;

/// Height of the space for a signature, and of the whole signature block, pt.
const SIGNATURE_HEIGHT: f32 = 60.0;
const FOOT_HEIGHT: f32 = SIGNATURE_HEIGHT + 80.0;

/// Padding of a cell, pt.
const CELL_PADDING: f32 = 3.0;

/// Element on a page; coordinates in pt from its upper left corner.
enum PageElement {
    Text { x: f32, baseline: f32, face: FontStyle, size: f32, text: String },
    Box { x: f32, y: f32, width: f32, height: f32 },
}

/// Layout state: finished pages and the position on the current one, pt.
struct PageLayout<'a> {
    fonts: &'a FontSet,
    size: (f32, f32),
    left: f32,
    right: f32,
    y: f32,
    pages: Vec<Vec<PageElement>>,
}

impl PageLayout<'_> {
    fn bottom(&self) -> f32 {
        self.size.1 - mm_to_points(PAGE_MARGINS_MM.0)
    }

    fn push_element(&mut self, mark: PageElement) {
        if let Some(page) = self.pages.last_mut() {
            page.push(mark);
        }
    }

    /// Starts a new page if `height` does not fit on the current one; returns whether it did.
    fn ensure_space(&mut self, height: f32) -> bool {
        if self.y + height <= self.bottom() {
            return false;
        }
        self.pages.push(Vec::new());
        self.y = mm_to_points(PAGE_MARGINS_MM.0);
        true
    }

    /// Draws a line of text between two edges, its baseline one font size below `top`.
    fn draw_line(&mut self, (from, to): (f32, f32), top: f32, (face, size): (FontStyle, f32), side: Alignment, text: &str) {
        let free = to - from - self.fonts.text_width(face, size, text);
        let x = match side {
            Alignment::Left => from,
            Alignment::Middle => from + free / 2.0,
            Alignment::Right => from + free,
        };
        self.push_element(PageElement::Text { x, baseline: top + size, face, size, text: text.to_owned() });
    }

    /// Draws texts below each other between two edges, from `top`; returns the end of the last line.
    fn stack_lines(&mut self, edges: (f32, f32), top: f32, side: Alignment, texts: &[(&str, FontStyle, f32)]) -> f32 {
        let mut y = top;
        for (text, face, size) in texts {
            for line in self.fonts.wrap(*face, *size, text, edges.1 - edges.0) {
                self.draw_line(edges, y, (*face, *size), side, &line);
                y += size * LINE_SPACING;
            }
        }
        y
    }

    fn draw_paragraph(&mut self, text: &str, face: FontStyle, size: f32, side: Alignment) {
        let indent = if side == Alignment::Left && face == FontStyle::Regular { 28.0 } else { 0.0 };
        let width = self.right - self.left;
        for (number, line) in self.fonts.wrap(face, size, text, width - indent).into_iter().enumerate() {
            self.ensure_space(size * LINE_SPACING);
            let from = if number == 0 { self.left + indent } else { self.left };
            self.draw_line((from, self.right), self.y, (face, size), side, &line);
            self.y += size * LINE_SPACING;
        }
        self.y += 4.0;
    }

    /// Draws a table. Its last row is kept on one page with `reserved` pt below it.
    fn draw_table(&mut self, table: &Table, reserved: f32) {
        self.ensure_space(60.0);
        self.y += 4.0;
        self.draw_paragraph(&table.caption, FontStyle::Bold, TEXT_SIZE, Alignment::Left);
        let all: u32 = table.columns.iter().map(|column| column.width).sum::<u32>().max(1);
        #[allow(clippy::cast_precision_loss)]
        let widths: Vec<f32> = table.columns.iter().map(|column| (self.right - self.left) * column.width as f32 / all as f32).collect();
        // The header is never separated from the first rows by a page break.
        self.ensure_space(self.header_heights(&widths, table).iter().sum::<f32>() + 2.0 * TABLE_SIZE * LINE_SPACING);
        self.draw_header(&widths, table);
        let last = table.rows.len() + usize::from(table.sum.is_some());
        for (number, (row, is_sum)) in (1..).zip(table.rows_with_total()) {
            let below = if number == last { reserved } else { 0.0 };
            let face = if is_sum { FontStyle::Bold } else { FontStyle::Regular };
            let cells: Vec<(&str, Alignment)> = row.iter().zip(&table.columns).map(|(text, column)| (text.as_str(), column.side)).collect();
            if self.ensure_space(self.row_height(&widths, &cells, face) + below) {
                self.draw_header(&widths, table);
            }
            self.draw_row(&widths, &cells, face);
        }
        self.y += 8.0;
    }

    fn row_height(&self, widths: &[f32], cells: &[(&str, Alignment)], face: FontStyle) -> f32 {
        let lines =
            cells.iter().zip(widths).map(|((text, _), width)| self.fonts.wrap(face, TABLE_SIZE, text, width - 2.0 * CELL_PADDING).len());
        #[allow(clippy::cast_precision_loss)]
        let line_count = lines.max().unwrap_or(1) as f32;
        line_count * TABLE_SIZE * LINE_SPACING + 2.0 * CELL_PADDING
    }

    /// Heights of the header rows, pt. If a cell over several rows needs more than their total height, the last row grows.
    fn header_heights(&self, widths: &[f32], table: &Table) -> Vec<f32> {
        let mut heights = vec![0.0_f32; table.header_row_count()];
        let mut cells = table.header_cells();
        cells.sort_by_key(|cell| cell.rows);
        for cell in cells {
            let width: f32 = widths.iter().skip(cell.column).take(cell.columns).sum();
            let needed = self.row_height(&[width], &[(cell.text, Alignment::Middle)], FontStyle::Bold);
            let own: f32 = heights.iter().skip(cell.row).take(cell.rows).sum();
            if let Some(last) = heights.get_mut(cell.row + cell.rows - 1) {
                *last += (needed - own).max(0.0);
            }
        }
        heights
    }

    fn draw_header(&mut self, widths: &[f32], table: &Table) {
        let heights = self.header_heights(widths, table);
        for cell in table.header_cells() {
            let x = self.left + widths.iter().take(cell.column).sum::<f32>();
            let y = self.y + heights.iter().take(cell.row).sum::<f32>();
            let width: f32 = widths.iter().skip(cell.column).take(cell.columns).sum();
            let height: f32 = heights.iter().skip(cell.row).take(cell.rows).sum();
            self.draw_cell((x, y), (width, height), cell.text, Alignment::Middle, FontStyle::Bold);
        }
        self.y += heights.iter().sum::<f32>();
    }

    /// Draws a box with vertically centred text.
    fn draw_cell(&mut self, (x, y): (f32, f32), (width, height): (f32, f32), text: &str, side: Alignment, face: FontStyle) {
        self.push_element(PageElement::Box { x, y, width, height });
        let free = height - self.row_height(&[width], &[(text, side)], face);
        self.stack_lines(
            (x + CELL_PADDING, x + width - CELL_PADDING),
            y + CELL_PADDING + free.max(0.0) / 2.0,
            side,
            &[(text, face, TABLE_SIZE)],
        );
    }

    fn draw_row(&mut self, widths: &[f32], cells: &[(&str, Alignment)], face: FontStyle) {
        let height = self.row_height(widths, cells, face);
        let mut x = self.left;
        for ((text, side), width) in cells.iter().zip(widths) {
            self.draw_cell((x, self.y), (*width, height), text, *side, face);
            x += width;
        }
        self.y += height;
    }
}

fn mm_to_points(mm: u32) -> f32 {
    #[allow(clippy::cast_precision_loss)]
    let points = mm as f32 * POINTS_PER_MM;
    points
}

/// Renders the report as a PDF.
///
/// # Errors
/// `NotFound` if no typeface is installed (the message names the package); `Internal` if it cannot be written.
pub fn render_pdf(report: &Report) -> Result<Vec<u8>> {
    let faces = FontSet::load()?;
    let (short, long) = (mm_to_points(A4_MM.0), mm_to_points(A4_MM.1));
    let size = if report.is_wide { (long, short) } else { (short, long) };
    let (left, right) = (mm_to_points(PAGE_MARGINS_MM.1), size.0 - mm_to_points(PAGE_MARGINS_MM.2));
    let mut pages = PageLayout { fonts: &faces, size, left, right, y: mm_to_points(PAGE_MARGINS_MM.0), pages: vec![Vec::new()] };
    draw_letterhead(&mut pages, report);
    pages.draw_paragraph(&report.kind, FontStyle::Bold, 14.0, Alignment::Middle);
    pages.draw_paragraph(&report.subject, FontStyle::Bold, 14.0, Alignment::Middle);
    pages.y += 6.0;
    report.paragraphs.iter().for_each(|text| pages.draw_paragraph(text, FontStyle::Regular, TEXT_SIZE, Alignment::Left));
    for (place, table) in (1..).zip(&report.tables) {
        // The signature block shares its page with the last row of the last table.
        let is_last = place == report.tables.len() && report.closing.is_empty();
        pages.draw_table(table, if is_last { FOOT_HEIGHT + 16.0 } else { 0.0 });
    }
    report.closing.iter().for_each(|text| pages.draw_paragraph(text, FontStyle::Regular, TEXT_SIZE, Alignment::Left));
    draw_signature_block(&mut pages, report);
    to_pdf(&faces, pages.pages, size, report)
}

fn draw_letterhead(pages: &mut PageLayout<'_>, report: &Report) {
    let middle = pages.left + (pages.right - pages.left) * 0.4;
    let (left, right) = ((pages.left, middle), (middle, pages.right));
    let mut agency = vec![(report.parent.as_str(), FontStyle::Regular, HEAD_SIZE)];
    agency.retain(|(text, ..)| !text.is_empty());
    agency.extend([
        (report.issuer.as_str(), FontStyle::Bold, HEAD_SIZE),
        ("_________", FontStyle::Regular, HEAD_SIZE * 0.6),
        (report.number.as_str(), FontStyle::Regular, HEAD_SIZE),
    ]);
    let state = [
        (NATIONAL_HEADER[0], FontStyle::Bold, HEAD_SIZE),
        (NATIONAL_HEADER[1], FontStyle::Bold, HEAD_SIZE),
        ("____________________", FontStyle::Regular, HEAD_SIZE * 0.6),
        (report.place_and_day.as_str(), FontStyle::Italic, HEAD_SIZE),
    ];
    let top = pages.y;
    let left_end = pages.stack_lines(left, top, Alignment::Middle, &agency);
    let right_end = pages.stack_lines(right, top, Alignment::Middle, &state);
    pages.y = left_end.max(right_end) + 14.0;
}

fn draw_signature_block(pages: &mut PageLayout<'_>, report: &Report) {
    pages.ensure_space(FOOT_HEIGHT);
    pages.y += 8.0;
    let count = report.signers.len() + usize::from(!report.receivers.is_empty());
    #[allow(clippy::cast_precision_loss)]
    let width = (pages.right - pages.left) / count.max(1) as f32;
    let mut from = pages.left;
    let top = pages.y;
    let mut lowest = top;
    if !report.receivers.is_empty() {
        let mut texts = vec![("Nơi nhận:", FontStyle::BoldItalic, 12.0)];
        texts.extend(report.receivers.iter().map(|text| (text.as_str(), FontStyle::Regular, 11.0)));
        lowest = pages.stack_lines((from, from + width), top, Alignment::Left, &texts);
        from += width;
    }
    for (titles, name) in &report.signers {
        let texts: Vec<(&str, FontStyle, f32)> = titles.iter().map(|title| (title.as_str(), FontStyle::Bold, TEXT_SIZE)).collect();
        let end = pages.stack_lines((from, from + width), top, Alignment::Middle, &texts);
        let end = pages.stack_lines(
            (from, from + width),
            end + SIGNATURE_HEIGHT,
            Alignment::Middle,
            &[(name.as_str(), FontStyle::Bold, TEXT_SIZE)],
        );
        lowest = lowest.max(end);
        from += width;
    }
    pages.y = lowest;
}

fn to_pdf(faces: &FontSet, pages: Vec<Vec<PageElement>>, size: (f32, f32), report: &Report) -> Result<Vec<u8>> {
    let mut document = Document::new();
    let title = format!("{} {}", report.kind, report.subject);
    document.set_metadata(krilla::metadata::Metadata::new().title(title).language("vi".to_owned()).creator("sohoa".to_owned()));
    let count = pages.len();
    for (number, marks) in pages.into_iter().enumerate() {
        let settings = PageSettings::from_wh(size.0, size.1).ok_or_else(|| program::bug("report as PDF"))?;
        let mut page = document.start_page_with(settings);
        let mut surface = page.surface();
        let numbered = (count > 1 && number > 0).then(|| {
            let text = (number + 1).to_string();
            let x = (size.0 - faces.text_width(FontStyle::Regular, TEXT_SIZE, &text)) / 2.0;
            PageElement::Text { x, baseline: mm_to_points(14), face: FontStyle::Regular, size: TEXT_SIZE, text }
        });
        for mark in marks.into_iter().chain(numbered) {
            match mark {
                PageElement::Text { x, baseline, face, size, text } => {
                    if let Some((font, _)) = faces.font_for(face) {
                        surface.set_stroke(None);
                        surface.draw_text(Point::from_xy(x, baseline), font.clone(), size, &text, false, TextDirection::Auto);
                    }
                }
                PageElement::Box { x, y, width, height } => {
                    let mut path = PathBuilder::new();
                    if let Some(rect) = Rect::from_xywh(x, y, width, height) {
                        path.push_rect(rect);
                    }
                    if let Some(path) = path.finish() {
                        surface.set_fill(None);
                        surface.set_stroke(Some(Stroke { width: 0.5, ..Stroke::default() }));
                        surface.draw_path(&path);
                        surface.set_fill(Some(krilla::paint::Fill::default()));
                    }
                }
            }
        }
        surface.finish();
        page.finish();
    }
    document.finish().map_err(|error| program::bug("report as PDF").caused_by(format!("{error:?}")))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::report::model::example;

    #[test]
    fn wrapped_lines_fit_width_and_keep_all_text() {
        let Ok(faces) = FontSet::load() else {
            eprintln!("SKIPPED: reports as PDF: fonts-croscore is not installed");
            return;
        };
        let text = "Thực hiện Quyết định số 12/QĐ-UBND ngày 05 tháng 01 năm 2026 của Ủy ban nhân dân tỉnh";
        let lines = faces.wrap(FontStyle::Regular, 13.0, text, 200.0);
        assert_eq!(lines.join(" "), text);
        assert!(lines.len() > 1 && lines.iter().all(|line| faces.text_width(FontStyle::Regular, 13.0, line) <= 200.0));
        let cut = faces.wrap(FontStyle::Regular, 13.0, &"x".repeat(100), 50.0);
        assert_eq!(cut.concat().len(), 100);
        let bytes = render_pdf(&example()).unwrap();
        assert!(bytes.starts_with(b"%PDF-"));
    }
}

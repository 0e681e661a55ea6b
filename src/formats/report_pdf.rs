//! Reports as PDF, set in a typeface with the widths of Times New Roman.

use super::report::{A4, MARGINS, Report, STATE, Side, Table, unbroken};
use ab_glyph::{Font as _, FontVec};
use krilla::Document;
use krilla::geom::{PathBuilder, Point, Rect};
use krilla::page::PageSettings;
use krilla::paint::Stroke;
use krilla::text::{Font, TextDirection};
use sohoa_base::error::{Error, Kind, Result, ResultExt};
use std::path::{Path, PathBuf};

/// Points in a millimetre.
const POINTS: f32 = 72.0 / 25.4;

/// Sizes of letters, pt: head, text, tables.
const HEAD: f32 = 12.0;
const TEXT: f32 = 13.0;
const SMALL: f32 = 10.5;

/// Distance of lines to the size of their letters.
const LEADING: f32 = 1.25;

/// Height in which somebody signs, and that of all the foot, pt.
const SIGNATURE: f32 = 60.0;
const FOOT: f32 = SIGNATURE + 80.0;

/// Room around the text of a cell, pt.
const PADDING: f32 = 3.0;

/// Names under which systems keep a typeface of these widths: regular, bold, italic, bold and italic.
const FACES: [[&str; 4]; 3] = [
    ["Tinos-Regular.ttf", "Tinos-Bold.ttf", "Tinos-Italic.ttf", "Tinos-BoldItalic.ttf"],
    ["LiberationSerif-Regular.ttf", "LiberationSerif-Bold.ttf", "LiberationSerif-Italic.ttf", "LiberationSerif-BoldItalic.ttf"],
    ["times.ttf", "timesbd.ttf", "timesi.ttf", "timesbi.ttf"],
];

/// Folders where they lie.
const FOLDERS: [&str; 8] = [
    "/usr/share/fonts/truetype/croscore",
    "/usr/share/fonts/google-croscore",
    "/usr/share/fonts/truetype/liberation",
    "/usr/share/fonts/truetype/liberation2",
    "/usr/share/fonts/liberation-serif-fonts",
    "/usr/share/fonts/liberation",
    "/usr/share/fonts/truetype/msttcorefonts",
    "/usr/local/share/fonts",
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Face {
    Regular,
    Bold,
    Italic,
    BoldItalic,
}

struct Faces(Vec<(Font, FontVec)>);

/// The files of the typeface in which reports are set: regular, bold, italic, bold and italic.
///
/// # Errors
/// `NotFound` where none is installed, naming the package.
pub fn faces() -> Result<Vec<PathBuf>> {
    faces_in(&FOLDERS)
}

fn faces_in(folders: &[&str]) -> Result<Vec<PathBuf>> {
    let place = |name: &str| folders.iter().map(|folder| Path::new(folder).join(name)).find(|path| path.is_file());
    let found = FACES.iter().find_map(|names| names.iter().map(|name| place(name)).collect::<Option<Vec<PathBuf>>>());
    found.ok_or_else(|| {
        Error::not_found("no typeface like Times New Roman is installed, so no PDF can be set: run `apt-get install fonts-croscore`")
    })
}

impl Faces {
    fn load() -> Result<Self> {
        let paths = faces()?;
        let load = |path: &PathBuf| {
            let broken = || format!("{} is no font: install it anew", path.display());
            let bytes = std::fs::read(path).or_error(Kind::NotFound, broken)?;
            let drawn = Font::new(bytes.clone().into(), 0).ok_or_else(|| Error::corrupt(broken()))?;
            Ok((drawn, FontVec::try_from_vec(bytes).or_error(Kind::Corrupt, broken)?))
        };
        Ok(Self(paths.iter().map(load).collect::<Result<_>>()?))
    }

    fn of(&self, face: Face) -> Option<&(Font, FontVec)> {
        self.0.get(face as usize)
    }

    /// Width of a text, pt.
    fn width(&self, face: Face, size: f32, text: &str) -> f32 {
        let Some((_, font)) = self.of(face) else { return 0.0 };
        let em = font.units_per_em().unwrap_or(1000.0);
        text.chars().map(|letter| font.h_advance_unscaled(font.glyph_id(letter)) * size / em).sum()
    }

    /// The text in lines of at most this width; a word that is wider is cut.
    fn lines(&self, face: Face, size: f32, text: &str, width: f32) -> Vec<String> {
        let mut lines = vec![String::new()];
        for word in unbroken(text).split([' ', '\n', '\t']).filter(|word| !word.is_empty()) {
            let mut word = word.to_owned();
            while let Some(line) = lines.last_mut() {
                let joined = if line.is_empty() { word.clone() } else { format!("{line} {word}") };
                if self.width(face, size, &joined) <= width {
                    *line = joined;
                    break;
                }
                if line.is_empty() {
                    let fits = (1..=word.chars().count())
                        .rev()
                        .find(|count| *count == 1 || self.width(face, size, &word.chars().take(*count).collect::<String>()) <= width);
                    let count = fits.unwrap_or(1);
                    *line = word.chars().take(count).collect();
                    word = word.chars().skip(count).collect();
                    if word.is_empty() {
                        break;
                    }
                }
                lines.push(String::new());
            }
        }
        lines
    }
}

/// One thing on a page, in pt from its upper left corner.
enum Mark {
    Text { x: f32, baseline: f32, face: Face, size: f32, text: String },
    Box { x: f32, y: f32, width: f32, height: f32 },
}

/// Pages as they fill.
struct Pages<'a> {
    faces: &'a Faces,
    size: (f32, f32),
    left: f32,
    right: f32,
    y: f32,
    all: Vec<Vec<Mark>>,
}

impl Pages<'_> {
    fn bottom(&self) -> f32 {
        self.size.1 - millimetres(MARGINS.0)
    }

    fn mark(&mut self, mark: Mark) {
        if let Some(page) = self.all.last_mut() {
            page.push(mark);
        }
    }

    /// Begins a page where so much does not fit on this one.
    fn need(&mut self, height: f32) -> bool {
        if self.y + height <= self.bottom() {
            return false;
        }
        self.all.push(Vec::new());
        self.y = millimetres(MARGINS.0);
        true
    }

    /// A line of text between two edges, whose baseline lies under `top`.
    fn line(&mut self, (from, to): (f32, f32), top: f32, (face, size): (Face, f32), side: Side, text: &str) {
        let room = to - from - self.faces.width(face, size, text);
        let x = match side {
            Side::Left => from,
            Side::Middle => from + room / 2.0,
            Side::Right => from + room,
        };
        self.mark(Mark::Text { x, baseline: top + size, face, size, text: text.to_owned() });
    }

    /// Texts under each other between two edges, from `top`; where they end.
    fn stack(&mut self, edges: (f32, f32), top: f32, side: Side, texts: &[(&str, Face, f32)]) -> f32 {
        let mut y = top;
        for (text, face, size) in texts {
            for line in self.faces.lines(*face, *size, text, edges.1 - edges.0) {
                self.line(edges, y, (*face, *size), side, &line);
                y += size * LEADING;
            }
        }
        y
    }

    fn paragraph(&mut self, text: &str, face: Face, size: f32, side: Side) {
        let indent = if side == Side::Left && face == Face::Regular { 28.0 } else { 0.0 };
        let width = self.right - self.left;
        for (number, line) in self.faces.lines(face, size, text, width - indent).into_iter().enumerate() {
            self.need(size * LEADING);
            let from = if number == 0 { self.left + indent } else { self.left };
            self.line((from, self.right), self.y, (face, size), side, &line);
            self.y += size * LEADING;
        }
        self.y += 4.0;
    }

    /// A table; its last row stands on one page with so much more.
    fn table(&mut self, table: &Table, with_last: f32) {
        self.need(60.0);
        self.y += 4.0;
        self.paragraph(&table.caption, Face::Bold, TEXT, Side::Left);
        let all: u32 = table.columns.iter().map(|column| column.width).sum::<u32>().max(1);
        #[allow(clippy::cast_precision_loss)]
        let widths: Vec<f32> = table.columns.iter().map(|column| (self.right - self.left) * column.width as f32 / all as f32).collect();
        // A head never stands alone at the foot of a page.
        self.need(self.head_heights(&widths, table).iter().sum::<f32>() + 2.0 * SMALL * LEADING);
        self.head(&widths, table);
        let last = table.rows.len() + usize::from(table.sum.is_some());
        for (number, (row, is_sum)) in (1..).zip(table.all_rows()) {
            let with = if number == last { with_last } else { 0.0 };
            let face = if is_sum { Face::Bold } else { Face::Regular };
            let cells: Vec<(&str, Side)> = row.iter().zip(&table.columns).map(|(text, column)| (text.as_str(), column.side)).collect();
            if self.need(self.height(&widths, &cells, face) + with) {
                self.head(&widths, table);
            }
            self.row(&widths, &cells, face);
        }
        self.y += 8.0;
    }

    fn height(&self, widths: &[f32], cells: &[(&str, Side)], face: Face) -> f32 {
        let lines = cells.iter().zip(widths).map(|((text, _), width)| self.faces.lines(face, SMALL, text, width - 2.0 * PADDING).len());
        #[allow(clippy::cast_precision_loss)]
        let most = lines.max().unwrap_or(1) as f32;
        most * SMALL * LEADING + 2.0 * PADDING
    }

    /// Heights of the rows of a table's head. Cells over several rows need what they have together, the last row gives the rest.
    fn head_heights(&self, widths: &[f32], table: &Table) -> Vec<f32> {
        let mut heights = vec![0.0_f32; table.head_rows()];
        let mut cells = table.head();
        cells.sort_by_key(|cell| cell.rows);
        for cell in cells {
            let width: f32 = widths.iter().skip(cell.column).take(cell.columns).sum();
            let needed = self.height(&[width], &[(cell.text, Side::Middle)], Face::Bold);
            let own: f32 = heights.iter().skip(cell.row).take(cell.rows).sum();
            if let Some(last) = heights.get_mut(cell.row + cell.rows - 1) {
                *last += (needed - own).max(0.0);
            }
        }
        heights
    }

    fn head(&mut self, widths: &[f32], table: &Table) {
        let heights = self.head_heights(widths, table);
        for cell in table.head() {
            let x = self.left + widths.iter().take(cell.column).sum::<f32>();
            let y = self.y + heights.iter().take(cell.row).sum::<f32>();
            let width: f32 = widths.iter().skip(cell.column).take(cell.columns).sum();
            let height: f32 = heights.iter().skip(cell.row).take(cell.rows).sum();
            self.cell((x, y), (width, height), cell.text, Side::Middle, Face::Bold);
        }
        self.y += heights.iter().sum::<f32>();
    }

    /// A box with text in the middle of its height.
    fn cell(&mut self, (x, y): (f32, f32), (width, height): (f32, f32), text: &str, side: Side, face: Face) {
        self.mark(Mark::Box { x, y, width, height });
        let free = height - self.height(&[width], &[(text, side)], face);
        self.stack((x + PADDING, x + width - PADDING), y + PADDING + free.max(0.0) / 2.0, side, &[(text, face, SMALL)]);
    }

    fn row(&mut self, widths: &[f32], cells: &[(&str, Side)], face: Face) {
        let height = self.height(widths, cells, face);
        let mut x = self.left;
        for ((text, side), width) in cells.iter().zip(widths) {
            self.cell((x, self.y), (*width, height), text, *side, face);
            x += width;
        }
        self.y += height;
    }
}

fn millimetres(mm: u32) -> f32 {
    #[allow(clippy::cast_precision_loss)]
    let points = mm as f32 * POINTS;
    points
}

/// The report as a PDF.
///
/// # Errors
/// `NotFound` where no typeface is installed, naming the package; `Internal` when it cannot be written.
pub fn pdf(report: &Report) -> Result<Vec<u8>> {
    let faces = Faces::load()?;
    let (short, long) = (millimetres(A4.0), millimetres(A4.1));
    let size = if report.is_wide { (long, short) } else { (short, long) };
    let (left, right) = (millimetres(MARGINS.1), size.0 - millimetres(MARGINS.2));
    let mut pages = Pages { faces: &faces, size, left, right, y: millimetres(MARGINS.0), all: vec![Vec::new()] };
    head(&mut pages, report);
    pages.paragraph(&report.kind, Face::Bold, 14.0, Side::Middle);
    pages.paragraph(&report.subject, Face::Bold, 14.0, Side::Middle);
    pages.y += 6.0;
    report.paragraphs.iter().for_each(|text| pages.paragraph(text, Face::Regular, TEXT, Side::Left));
    for (place, table) in (1..).zip(&report.tables) {
        // Who signs stands with some of what is signed.
        let is_last = place == report.tables.len() && report.closing.is_empty();
        pages.table(table, if is_last { FOOT + 16.0 } else { 0.0 });
    }
    report.closing.iter().for_each(|text| pages.paragraph(text, Face::Regular, TEXT, Side::Left));
    foot(&mut pages, report);
    drawn(&faces, pages.all, size, report)
}

fn head(pages: &mut Pages<'_>, report: &Report) {
    let middle = pages.left + (pages.right - pages.left) * 0.4;
    let (left, right) = ((pages.left, middle), (middle, pages.right));
    let mut agency = vec![(report.parent.as_str(), Face::Regular, HEAD)];
    agency.retain(|(text, ..)| !text.is_empty());
    agency.extend([
        (report.issuer.as_str(), Face::Bold, HEAD),
        ("_________", Face::Regular, HEAD * 0.6),
        (report.number.as_str(), Face::Regular, HEAD),
    ]);
    let state = [
        (STATE[0], Face::Bold, HEAD),
        (STATE[1], Face::Bold, HEAD),
        ("____________________", Face::Regular, HEAD * 0.6),
        (report.place_and_day.as_str(), Face::Italic, HEAD),
    ];
    let top = pages.y;
    let one = pages.stack(left, top, Side::Middle, &agency);
    let other = pages.stack(right, top, Side::Middle, &state);
    pages.y = one.max(other) + 14.0;
}

fn foot(pages: &mut Pages<'_>, report: &Report) {
    pages.need(FOOT);
    pages.y += 8.0;
    let count = report.signers.len() + usize::from(!report.receivers.is_empty());
    #[allow(clippy::cast_precision_loss)]
    let width = (pages.right - pages.left) / count.max(1) as f32;
    let mut from = pages.left;
    let top = pages.y;
    let mut lowest = top;
    if !report.receivers.is_empty() {
        let mut texts = vec![("Nơi nhận:", Face::BoldItalic, 12.0)];
        texts.extend(report.receivers.iter().map(|text| (text.as_str(), Face::Regular, 11.0)));
        lowest = pages.stack((from, from + width), top, Side::Left, &texts);
        from += width;
    }
    for (titles, name) in &report.signers {
        let texts: Vec<(&str, Face, f32)> = titles.iter().map(|title| (title.as_str(), Face::Bold, TEXT)).collect();
        let end = pages.stack((from, from + width), top, Side::Middle, &texts);
        let end = pages.stack((from, from + width), end + SIGNATURE, Side::Middle, &[(name.as_str(), Face::Bold, TEXT)]);
        lowest = lowest.max(end);
        from += width;
    }
    pages.y = lowest;
}

fn drawn(faces: &Faces, pages: Vec<Vec<Mark>>, size: (f32, f32), report: &Report) -> Result<Vec<u8>> {
    let cannot = || "the report cannot be written as PDF".to_owned();
    let mut document = Document::new();
    let title = format!("{} {}", report.kind, report.subject);
    document.set_metadata(krilla::metadata::Metadata::new().title(title).language("vi".to_owned()).creator("sohoa".to_owned()));
    let count = pages.len();
    for (number, marks) in pages.into_iter().enumerate() {
        let settings = PageSettings::from_wh(size.0, size.1).ok_or_else(|| Error::internal(cannot()))?;
        let mut page = document.start_page_with(settings);
        let mut surface = page.surface();
        let numbered = (count > 1 && number > 0).then(|| {
            let text = (number + 1).to_string();
            let x = (size.0 - faces.width(Face::Regular, TEXT, &text)) / 2.0;
            Mark::Text { x, baseline: millimetres(14), face: Face::Regular, size: TEXT, text }
        });
        for mark in marks.into_iter().chain(numbered) {
            match mark {
                Mark::Text { x, baseline, face, size, text } => {
                    if let Some((font, _)) = faces.of(face) {
                        surface.set_stroke(None);
                        surface.draw_text(Point::from_xy(x, baseline), font.clone(), size, &text, false, TextDirection::Auto);
                    }
                }
                Mark::Box { x, y, width, height } => {
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
    document.finish().map_err(|error| Error::internal(format!("{}: {error:?}", cannot())))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::report::example;
    use super::*;

    #[test]
    fn lines_are_as_wide_as_the_page_and_no_word_is_lost() {
        let Ok(faces) = Faces::load() else {
            eprintln!("SKIPPED: reports as PDF: fonts-croscore is not installed");
            return;
        };
        let text = "Thực hiện Quyết định số 12/QĐ-UBND ngày 05 tháng 01 năm 2026 của Ủy ban nhân dân tỉnh";
        let lines = faces.lines(Face::Regular, 13.0, text, 200.0);
        assert_eq!(lines.join(" "), text);
        assert!(lines.len() > 1 && lines.iter().all(|line| faces.width(Face::Regular, 13.0, line) <= 200.0));
        let cut = faces.lines(Face::Regular, 13.0, &"x".repeat(100), 50.0);
        assert_eq!(cut.concat().len(), 100);
        let bytes = pdf(&example()).unwrap();
        assert!(bytes.starts_with(b"%PDF-"));
    }

    #[test]
    fn without_a_typeface_the_package_to_install_is_named() {
        let error = faces_in(&["/nowhere"]).unwrap_err();
        assert_eq!(error.kind(), Kind::NotFound);
        assert!(error.context().contains("apt-get install fonts-croscore"), "{error}");
    }
}

//! Typesetting of documents on A4 pages in the form of Decree 30/2020 (Nghị định 30/2020/NĐ-CP). Lengths in mm, type sizes
//! in points.

use crate::page::canvas::Canvas;
use crate::page::document_content::{Annex, DocumentContent};
use crate::page::fonts::{Face, Fonts};
use crate::random::SeededRng;
use crate::stamps::seal;
use image::RgbImage;

const LEFT: f32 = 30.0;
const RIGHT: f32 = 193.0;
const TOP: f32 = 21.0;
const BOTTOM: f32 = 276.0;
const LEFT_HEAD_CENTRE: f32 = 58.0;
const RIGHT_HEAD_CENTRE: f32 = 144.0;
const BODY_SIZE: f32 = 14.0;
const LINE_HEIGHT: f32 = 6.6;

/// Role of a page in its dossier.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PageRole {
    /// First page of a document.
    First,
    /// A later page.
    Following,
    /// A page with an annexed table.
    Annex,
    /// The empty back of a sheet.
    Blank,
    /// A separator sheet.
    Separator,
}

/// A printed page before scanning.
#[derive(Debug)]
pub struct CleanPage {
    /// Its image, on white paper.
    pub picture: RgbImage,
    /// Its printed lines in reading order: left head before right head, recipients before the signature.
    pub lines: Vec<String>,
    /// Its role.
    pub role: PageRole,
}

struct Typesetter<'a> {
    fonts: &'a Fonts,
    dpi: u32,
    pages: Vec<CleanPage>,
    canvas: Canvas<'a>,
    lines: Vec<String>,
    role: PageRole,
    baseline: f32,
}

/// Typesets a document at `dpi` dots per inch; `random` determines signature and seal.
#[must_use]
pub fn typeset(fonts: &Fonts, content: &DocumentContent, dpi: u32, random: &mut SeededRng) -> Vec<CleanPage> {
    let mut setter = Typesetter {
        fonts,
        dpi,
        pages: Vec::new(),
        canvas: Canvas::a4(fonts, dpi),
        lines: Vec::new(),
        role: PageRole::First,
        baseline: TOP,
    };
    setter.draw_head(content);
    setter.draw_body(content);
    setter.draw_signature_block(content, random);
    if let Some(annex) = &content.annex {
        setter.start_page(PageRole::Annex);
        setter.draw_annex(content, annex);
    }
    setter.finish()
}

/// The empty back of a sheet.
#[must_use]
pub fn blank_page(fonts: &Fonts, dpi: u32) -> CleanPage {
    CleanPage { picture: Canvas::a4(fonts, dpi).picture, lines: Vec::new(), role: PageRole::Blank }
}

/// A separator sheet without codes, as operators put between documents.
#[must_use]
pub fn separator_page(fonts: &Fonts, dpi: u32) -> CleanPage {
    let mut canvas = Canvas::a4(fonts, dpi);
    for (top, height) in [(30.0, 14.0), (250.0, 14.0)] {
        canvas.fill_rect(15.0, top, 180.0, height);
    }
    let lines = ["SOHOA – TỜ PHÂN CÁCH", "Đặt tờ này giữa hai văn bản"];
    for (text, size, base) in [(lines[0], 34.0, 140.0), (lines[1], 20.0, 156.0)] {
        canvas.draw_text_centred(Face::Bold, size, 105.0, base, text);
    }
    CleanPage { picture: canvas.picture, lines: lines.map(str::to_owned).to_vec(), role: PageRole::Separator }
}

impl Typesetter<'_> {
    fn start_page(&mut self, role: PageRole) {
        let picture = std::mem::replace(&mut self.canvas, Canvas::a4(self.fonts, self.dpi)).picture;
        self.pages.push(CleanPage { picture, lines: std::mem::take(&mut self.lines), role: self.role });
        self.role = role;
        let number = (self.pages.len() + 1).to_string();
        self.canvas.draw_text_centred(Face::Regular, 13.0, 112.0, 14.0, &number);
        self.lines.push(number);
        self.baseline = TOP + 4.0;
    }

    fn finish(mut self) -> Vec<CleanPage> {
        self.pages.push(CleanPage { picture: self.canvas.picture, lines: self.lines, role: self.role });
        self.pages
    }

    fn draw_centred(&mut self, face: Face, size: f32, middle: f32, base: f32, text: &str) {
        self.canvas.draw_text_centred(face, size, middle, base, text);
        self.lines.push(text.to_owned());
    }

    /// Moves the base line down, to a new page where this one is full.
    fn advance(&mut self, height: f32) {
        self.baseline += height;
        if self.baseline > BOTTOM {
            self.start_page(PageRole::Following);
        }
    }

    fn draw_head(&mut self, content: &DocumentContent) {
        let mut left_base = TOP;
        if !content.parent_body.is_empty() {
            for line in wrap(&self.canvas, Face::Regular, 12.0, 68.0, &content.parent_body) {
                self.draw_centred(Face::Regular, 12.0, LEFT_HEAD_CENTRE, left_base, &line);
                left_base += 5.2;
            }
        }
        for line in wrap(&self.canvas, Face::Bold, 12.0, 68.0, &content.issuer) {
            self.draw_centred(Face::Bold, 12.0, LEFT_HEAD_CENTRE, left_base, &line);
            left_base += 5.2;
        }
        self.canvas.fill_rect(LEFT_HEAD_CENTRE - 11.0, left_base - 3.6, 22.0, 0.25);
        left_base += 3.6;
        self.draw_centred(Face::Regular, 13.0, LEFT_HEAD_CENTRE, left_base, &format!("Số: {}", content.number));
        if content.title.is_empty() {
            for line in wrap(&self.canvas, Face::Regular, 12.0, 66.0, &format!("V/v {}", content.subject)) {
                left_base += 5.2;
                self.draw_centred(Face::Regular, 12.0, LEFT_HEAD_CENTRE, left_base, &line);
            }
        }
        self.draw_centred(Face::Bold, 12.0, RIGHT_HEAD_CENTRE, TOP, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM");
        let motto = "Độc lập - Tự do - Hạnh phúc";
        self.draw_centred(Face::Bold, 13.0, RIGHT_HEAD_CENTRE, TOP + 5.6, motto);
        let width = self.canvas.text_width(Face::Bold, 13.0, motto);
        self.canvas.fill_rect(RIGHT_HEAD_CENTRE - width / 2.0, TOP + 7.4, width, 0.25);
        let (day, month, year) = content.date;
        let month = if month < 3 { format!("0{month}") } else { month.to_string() };
        let date = format!("{}, ngày {day:02} tháng {month} năm {year}", content.place);
        self.draw_centred(Face::Italic, 13.0, RIGHT_HEAD_CENTRE, TOP + 14.5, &date);
        self.baseline = left_base.max(TOP + 15.0) + 12.0;
        if !content.title.is_empty() {
            self.draw_centred(Face::Bold, 14.0, 112.0, self.baseline, content.title);
            let mut width = 0.0;
            for line in wrap(&self.canvas, Face::Bold, BODY_SIZE, 138.0, &content.subject) {
                self.baseline += 6.2;
                width = self.canvas.text_width(Face::Bold, BODY_SIZE, &line);
                self.draw_centred(Face::Bold, BODY_SIZE, 112.0, self.baseline, &line);
            }
            self.canvas.fill_rect(112.0 - width / 6.0, self.baseline + 2.0, width / 3.0, 0.25);
            self.baseline += 4.0;
        }
    }

    fn draw_body(&mut self, content: &DocumentContent) {
        if !content.acting_official.is_empty() {
            self.advance(LINE_HEIGHT + 1.0);
            self.draw_centred(Face::Bold, BODY_SIZE, 112.0, self.baseline, &content.acting_official);
            self.baseline += 2.0;
        }
        if !content.addressee.is_empty() {
            self.advance(LINE_HEIGHT + 1.0);
            self.draw_centred(Face::Regular, BODY_SIZE, 112.0, self.baseline, &format!("Kính gửi: {}", content.addressee));
            self.baseline += 3.0;
        }
        for ground in &content.legal_basis {
            self.draw_paragraph(Face::Italic, ground);
        }
        if !content.enacting_formula.is_empty() {
            self.advance(LINE_HEIGHT + 2.0);
            self.draw_centred(Face::Bold, BODY_SIZE, 112.0, self.baseline, content.enacting_formula);
            self.baseline += 1.0;
        }
        for paragraph in &content.body {
            self.draw_paragraph(Face::Regular, paragraph);
        }
    }

    /// Draws a justified paragraph with an indented first line; "Điều 1." at its start is bold.
    fn draw_paragraph(&mut self, face: Face, text: &str) {
        self.baseline += 1.6;
        let indent = 12.0;
        let lines = wrap_indented(&self.canvas, face, BODY_SIZE, RIGHT - LEFT, indent, text);
        let last = lines.len().saturating_sub(1);
        for (index, line) in lines.iter().enumerate() {
            self.advance(LINE_HEIGHT);
            let left = if index == 0 { LEFT + indent } else { LEFT };
            let spare = RIGHT - left - self.canvas.text_width(face, BODY_SIZE, line);
            let spaces = line.matches(' ').count().max(1) as f32;
            let extra = if index == last { 0.0 } else { (spare / spaces).max(0.0) };
            match line.split_once(". ").filter(|(start, _)| index == 0 && start.starts_with("Điều ")) {
                Some((article, rest)) => {
                    let article = format!("{article}. ");
                    self.canvas.draw_text_spaced(Face::Bold, BODY_SIZE, (left, self.baseline), &article, extra);
                    let pen = left + self.canvas.text_width(Face::Bold, BODY_SIZE, &article) + extra * 2.0;
                    let rest_spaces = rest.matches(' ').count().max(1) as f32;
                    let rest_extra =
                        if index == last { 0.0 } else { (RIGHT - pen - self.canvas.text_width(face, BODY_SIZE, rest)) / rest_spaces };
                    self.canvas.draw_text_spaced(face, BODY_SIZE, (pen, self.baseline), rest, rest_extra.max(-0.4));
                }
                None => self.canvas.draw_text_spaced(face, BODY_SIZE, (left, self.baseline), line, extra),
            }
            self.lines.push(line.clone());
        }
    }

    fn draw_signature_block(&mut self, content: &DocumentContent, random: &mut SeededRng) {
        let height = 8.0 + content.signing_authority.len() as f32 * 5.8 + 34.0;
        if self.baseline + height > BOTTOM + 6.0 {
            self.start_page(PageRole::Following);
        }
        let top = self.baseline + 11.0;
        if !content.recipients.is_empty() {
            self.canvas.draw_text(Face::BoldItalic, 12.0, LEFT, top, "Nơi nhận:");
            self.lines.push("Nơi nhận:".to_owned());
            for (index, line) in content.recipients.iter().enumerate() {
                self.canvas.draw_text(Face::Regular, 11.0, LEFT, top + 5.0 * (index + 1) as f32, line);
                self.lines.push(line.clone());
            }
        }
        let mut base = top;
        for line in &content.signing_authority {
            self.draw_centred(Face::Bold, BODY_SIZE, RIGHT_HEAD_CENTRE + 4.0, base, line);
            base += 5.8;
        }
        self.draw_centred(Face::Bold, BODY_SIZE, RIGHT_HEAD_CENTRE + 4.0, base + 27.0, &content.signer);
        let px = self.canvas.scale;
        let at = |x: f32, y: f32| (x * px, y * px);
        seal::draw_signature(&mut self.canvas.picture, at(RIGHT_HEAD_CENTRE - 10.0, base + 1.0), (34.0 * px, 18.0 * px), random);
        let centre = (RIGHT_HEAD_CENTRE - 14.0 + random.uniform(-2.0, 2.0), base + 8.0 + random.uniform(-2.0, 2.0));
        let strength = random.uniform(0.72, 0.95);
        let words = Some((self.fonts, content.issuer.as_str()));
        seal::draw_seal(&mut self.canvas.picture, at(centre.0, centre.1), 17.0 * px, words, strength, random);
        self.baseline = base + 30.0;
    }

    fn draw_annex(&mut self, content: &DocumentContent, annex: &Annex) {
        self.advance(LINE_HEIGHT);
        self.draw_centred(Face::Bold, BODY_SIZE, 112.0, self.baseline, "PHỤ LỤC");
        for line in wrap(&self.canvas, Face::Bold, 13.0, 150.0, &annex.title) {
            self.advance(6.0);
            self.draw_centred(Face::Bold, 13.0, 112.0, self.baseline, &line);
        }
        let (day, month, year) = content.date;
        self.advance(6.0);
        let kind = content
            .title
            .chars()
            .next()
            .map(|first| format!("{first}{}", content.title.chars().skip(1).collect::<String>().to_lowercase()));
        let note = format!("(Kèm theo {} số {} ngày {day}/{month}/{year})", kind.unwrap_or_default(), content.number);
        self.draw_centred(Face::Italic, 13.0, 112.0, self.baseline, &note);
        self.baseline += 5.0;
        let heads: Vec<String> = annex.columns.iter().map(|(name, _)| (*name).to_owned()).collect();
        self.draw_row(annex, &heads, Face::Bold);
        for row in &annex.rows {
            self.draw_row(annex, row, Face::Regular);
        }
    }

    fn draw_row(&mut self, annex: &Annex, cells: &[String], face: Face) {
        let set: Vec<Vec<String>> =
            cells.iter().zip(&annex.columns).map(|(cell, (_, width))| wrap(&self.canvas, face, 12.0, width - 3.0, cell)).collect();
        let high = set.iter().map(Vec::len).max().unwrap_or(1);
        let height = high as f32 * 5.4 + 2.4;
        let top = self.baseline;
        let mut left = LEFT;
        for (lines, (_, width)) in set.iter().zip(&annex.columns) {
            for (index, line) in lines.iter().enumerate() {
                self.canvas.draw_text(face, 12.0, left + 1.5, top + 5.0 + index as f32 * 5.4, line);
            }
            self.canvas.fill_rect(left, top, 0.25, height);
            self.canvas.fill_rect(left, top, *width, 0.25);
            self.canvas.fill_rect(left, top + height, width + 0.25, 0.25);
            left += width;
        }
        self.canvas.fill_rect(left, top, 0.25, height + 0.25);
        for index in 0..high {
            let line: Vec<&str> = set.iter().filter_map(|lines| lines.get(index)).map(String::as_str).collect();
            self.lines.push(line.join(" "));
        }
        self.baseline = top + height;
    }
}

fn wrap(canvas: &Canvas<'_>, face: Face, size: f32, width: f32, text: &str) -> Vec<String> {
    wrap_indented(canvas, face, size, width, 0.0, text)
}

fn wrap_indented(canvas: &Canvas<'_>, face: Face, size: f32, width: f32, indent: f32, text: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut line = String::new();
    for word in text.split(' ') {
        let room = if lines.is_empty() { width - indent } else { width };
        let longer = if line.is_empty() { word.to_owned() } else { format!("{line} {word}") };
        if line.is_empty() || canvas.text_width(face, size, &longer) <= room {
            line = longer;
        } else {
            lines.push(std::mem::replace(&mut line, word.to_owned()));
        }
    }
    lines.push(line);
    lines
}

//! Sets a document in type on A4 pages after the form of Decree 30/2020.

use super::canvas::Canvas;
use super::fonts::{Face, Fonts};
use super::paper::{Annex, Paper};
use super::random::Random;
use super::stamp;
use image::RgbImage;

const LEFT: f32 = 30.0;
const RIGHT: f32 = 193.0;
const TOP: f32 = 21.0;
const BOTTOM: f32 = 276.0;
const LEFT_HEAD: f32 = 58.0;
const RIGHT_HEAD: f32 = 144.0;
const BODY: f32 = 14.0;
const LINE: f32 = 6.6;

/// What a page is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
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

/// A page as it left the printer.
#[derive(Debug)]
pub struct CleanPage {
    /// Its picture, white paper.
    pub picture: RgbImage,
    /// Its printed lines in reading order: left head before right head, recipients before the signature.
    pub lines: Vec<String>,
    /// What it is for.
    pub role: Role,
}

struct Setter<'a> {
    fonts: &'a Fonts,
    dpi: u32,
    done: Vec<CleanPage>,
    canvas: Canvas<'a>,
    lines: Vec<String>,
    role: Role,
    base: f32,
}

/// Sets `paper` at `dpi`; `random` makes the hand of the signature and the place of the seal.
#[must_use]
pub fn set(fonts: &Fonts, paper: &Paper, dpi: u32, random: &mut Random) -> Vec<CleanPage> {
    let mut setter =
        Setter { fonts, dpi, done: Vec::new(), canvas: Canvas::a4(fonts, dpi), lines: Vec::new(), role: Role::First, base: TOP };
    setter.head(paper);
    setter.matter(paper);
    setter.foot(paper, random);
    if let Some(annex) = &paper.annex {
        setter.turn_page(Role::Annex);
        setter.annex(paper, annex);
    }
    setter.finish()
}

/// The empty back of a sheet.
#[must_use]
pub fn blank(fonts: &Fonts, dpi: u32) -> CleanPage {
    CleanPage { picture: Canvas::a4(fonts, dpi).picture, lines: Vec::new(), role: Role::Blank }
}

/// A sheet that operators lay between documents.
#[must_use]
pub fn separator(fonts: &Fonts, dpi: u32) -> CleanPage {
    let mut canvas = Canvas::a4(fonts, dpi);
    for (top, height) in [(30.0, 14.0), (250.0, 14.0)] {
        canvas.rule(15.0, top, 180.0, height);
    }
    let lines = ["SOHOA – TỜ PHÂN CÁCH", "Đặt tờ này giữa hai văn bản"];
    for (text, size, base) in [(lines[0], 34.0, 140.0), (lines[1], 20.0, 156.0)] {
        canvas.centred(Face::Bold, size, 105.0, base, text);
    }
    CleanPage { picture: canvas.picture, lines: lines.map(str::to_owned).to_vec(), role: Role::Separator }
}

impl Setter<'_> {
    fn turn_page(&mut self, role: Role) {
        let picture = std::mem::replace(&mut self.canvas, Canvas::a4(self.fonts, self.dpi)).picture;
        self.done.push(CleanPage { picture, lines: std::mem::take(&mut self.lines), role: self.role });
        self.role = role;
        let number = (self.done.len() + 1).to_string();
        self.canvas.centred(Face::Regular, 13.0, 112.0, 14.0, &number);
        self.lines.push(number);
        self.base = TOP + 4.0;
    }

    fn finish(mut self) -> Vec<CleanPage> {
        self.done.push(CleanPage { picture: self.canvas.picture, lines: self.lines, role: self.role });
        self.done
    }

    fn centred(&mut self, face: Face, size: f32, middle: f32, base: f32, text: &str) {
        self.canvas.centred(face, size, middle, base, text);
        self.lines.push(text.to_owned());
    }

    /// The next line's base, on a new page where this one is full.
    fn advance(&mut self, height: f32) {
        self.base += height;
        if self.base > BOTTOM {
            self.turn_page(Role::Following);
        }
    }

    fn head(&mut self, paper: &Paper) {
        let mut left = TOP;
        if !paper.parent.is_empty() {
            for line in wrap(&self.canvas, Face::Regular, 12.0, 68.0, &paper.parent) {
                self.centred(Face::Regular, 12.0, LEFT_HEAD, left, &line);
                left += 5.2;
            }
        }
        for line in wrap(&self.canvas, Face::Bold, 12.0, 68.0, &paper.issuer) {
            self.centred(Face::Bold, 12.0, LEFT_HEAD, left, &line);
            left += 5.2;
        }
        self.canvas.rule(LEFT_HEAD - 11.0, left - 3.6, 22.0, 0.25);
        left += 3.6;
        self.centred(Face::Regular, 13.0, LEFT_HEAD, left, &format!("Số: {}", paper.number));
        if paper.title.is_empty() {
            for line in wrap(&self.canvas, Face::Regular, 12.0, 66.0, &format!("V/v {}", paper.subject)) {
                left += 5.2;
                self.centred(Face::Regular, 12.0, LEFT_HEAD, left, &line);
            }
        }
        self.centred(Face::Bold, 12.0, RIGHT_HEAD, TOP, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM");
        let motto = "Độc lập - Tự do - Hạnh phúc";
        self.centred(Face::Bold, 13.0, RIGHT_HEAD, TOP + 5.6, motto);
        let width = self.canvas.width(Face::Bold, 13.0, motto);
        self.canvas.rule(RIGHT_HEAD - width / 2.0, TOP + 7.4, width, 0.25);
        let (day, month, year) = paper.date;
        let month = if month < 3 { format!("0{month}") } else { month.to_string() };
        let date = format!("{}, ngày {day:02} tháng {month} năm {year}", paper.place);
        self.centred(Face::Italic, 13.0, RIGHT_HEAD, TOP + 14.5, &date);
        self.base = left.max(TOP + 15.0) + 12.0;
        if !paper.title.is_empty() {
            self.centred(Face::Bold, 14.0, 112.0, self.base, paper.title);
            let mut width = 0.0;
            for line in wrap(&self.canvas, Face::Bold, BODY, 138.0, &paper.subject) {
                self.base += 6.2;
                width = self.canvas.width(Face::Bold, BODY, &line);
                self.centred(Face::Bold, BODY, 112.0, self.base, &line);
            }
            self.canvas.rule(112.0 - width / 6.0, self.base + 2.0, width / 3.0, 0.25);
            self.base += 4.0;
        }
    }

    fn matter(&mut self, paper: &Paper) {
        if !paper.speaker.is_empty() {
            self.advance(LINE + 1.0);
            self.centred(Face::Bold, BODY, 112.0, self.base, &paper.speaker);
            self.base += 2.0;
        }
        if !paper.addressee.is_empty() {
            self.advance(LINE + 1.0);
            self.centred(Face::Regular, BODY, 112.0, self.base, &format!("Kính gửi: {}", paper.addressee));
            self.base += 3.0;
        }
        for ground in &paper.grounds {
            self.paragraph(Face::Italic, ground);
        }
        if !paper.turn.is_empty() {
            self.advance(LINE + 2.0);
            self.centred(Face::Bold, BODY, 112.0, self.base, paper.turn);
            self.base += 1.0;
        }
        for paragraph in &paper.body {
            self.paragraph(Face::Regular, paragraph);
        }
    }

    /// Sets a justified paragraph with an indented first line; "Điều 1." at its start is bold.
    fn paragraph(&mut self, face: Face, text: &str) {
        self.base += 1.6;
        let indent = 12.0;
        let lines = wrap_indented(&self.canvas, face, BODY, RIGHT - LEFT, indent, text);
        let last = lines.len().saturating_sub(1);
        for (index, line) in lines.iter().enumerate() {
            self.advance(LINE);
            let left = if index == 0 { LEFT + indent } else { LEFT };
            let spare = RIGHT - left - self.canvas.width(face, BODY, line);
            let spaces = line.matches(' ').count().max(1) as f32;
            let extra = if index == last { 0.0 } else { (spare / spaces).max(0.0) };
            match line.split_once(". ").filter(|(start, _)| index == 0 && start.starts_with("Điều ")) {
                Some((article, rest)) => {
                    let article = format!("{article}. ");
                    self.canvas.text_spaced(Face::Bold, BODY, (left, self.base), &article, extra);
                    let pen = left + self.canvas.width(Face::Bold, BODY, &article) + extra * 2.0;
                    let rest_spaces = rest.matches(' ').count().max(1) as f32;
                    let rest_extra = if index == last { 0.0 } else { (RIGHT - pen - self.canvas.width(face, BODY, rest)) / rest_spaces };
                    self.canvas.text_spaced(face, BODY, (pen, self.base), rest, rest_extra.max(-0.4));
                }
                None => self.canvas.text_spaced(face, BODY, (left, self.base), line, extra),
            }
            self.lines.push(line.clone());
        }
    }

    fn foot(&mut self, paper: &Paper, random: &mut Random) {
        let height = 8.0 + paper.authority.len() as f32 * 5.8 + 34.0;
        if self.base + height > BOTTOM + 6.0 {
            self.turn_page(Role::Following);
        }
        let top = self.base + 11.0;
        if !paper.recipients.is_empty() {
            self.canvas.text(Face::BoldItalic, 12.0, LEFT, top, "Nơi nhận:");
            self.lines.push("Nơi nhận:".to_owned());
            for (index, line) in paper.recipients.iter().enumerate() {
                self.canvas.text(Face::Regular, 11.0, LEFT, top + 5.0 * (index + 1) as f32, line);
                self.lines.push(line.clone());
            }
        }
        let mut base = top;
        for line in &paper.authority {
            self.centred(Face::Bold, BODY, RIGHT_HEAD + 4.0, base, line);
            base += 5.8;
        }
        self.centred(Face::Bold, BODY, RIGHT_HEAD + 4.0, base + 27.0, &paper.signer);
        let px = self.canvas.scale;
        let at = |x: f32, y: f32| (x * px, y * px);
        stamp::signature(&mut self.canvas.picture, at(RIGHT_HEAD - 10.0, base + 1.0), (34.0 * px, 18.0 * px), random);
        let centre = (RIGHT_HEAD - 14.0 + random.between(-2.0, 2.0), base + 8.0 + random.between(-2.0, 2.0));
        let strength = random.between(0.72, 0.95);
        let words = Some((self.fonts, paper.issuer.as_str()));
        stamp::seal(&mut self.canvas.picture, at(centre.0, centre.1), 17.0 * px, words, strength, random);
        self.base = base + 30.0;
    }

    fn annex(&mut self, paper: &Paper, annex: &Annex) {
        self.advance(LINE);
        self.centred(Face::Bold, BODY, 112.0, self.base, "PHỤ LỤC");
        for line in wrap(&self.canvas, Face::Bold, 13.0, 150.0, &annex.title) {
            self.advance(6.0);
            self.centred(Face::Bold, 13.0, 112.0, self.base, &line);
        }
        let (day, month, year) = paper.date;
        self.advance(6.0);
        let kind =
            paper.title.chars().next().map(|first| format!("{first}{}", paper.title.chars().skip(1).collect::<String>().to_lowercase()));
        let note = format!("(Kèm theo {} số {} ngày {day}/{month}/{year})", kind.unwrap_or_default(), paper.number);
        self.centred(Face::Italic, 13.0, 112.0, self.base, &note);
        self.base += 5.0;
        let heads: Vec<String> = annex.columns.iter().map(|(name, _)| (*name).to_owned()).collect();
        self.row(annex, &heads, Face::Bold);
        for row in &annex.rows {
            self.row(annex, row, Face::Regular);
        }
    }

    fn row(&mut self, annex: &Annex, cells: &[String], face: Face) {
        let set: Vec<Vec<String>> =
            cells.iter().zip(&annex.columns).map(|(cell, (_, width))| wrap(&self.canvas, face, 12.0, width - 3.0, cell)).collect();
        let high = set.iter().map(Vec::len).max().unwrap_or(1);
        let height = high as f32 * 5.4 + 2.4;
        let top = self.base;
        let mut left = LEFT;
        for (lines, (_, width)) in set.iter().zip(&annex.columns) {
            for (index, line) in lines.iter().enumerate() {
                self.canvas.text(face, 12.0, left + 1.5, top + 5.0 + index as f32 * 5.4, line);
            }
            self.canvas.rule(left, top, 0.25, height);
            self.canvas.rule(left, top, *width, 0.25);
            self.canvas.rule(left, top + height, width + 0.25, 0.25);
            left += width;
        }
        self.canvas.rule(left, top, 0.25, height + 0.25);
        for index in 0..high {
            let line: Vec<&str> = set.iter().filter_map(|lines| lines.get(index)).map(String::as_str).collect();
            self.lines.push(line.join(" "));
        }
        self.base = top + height;
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
        if line.is_empty() || canvas.width(face, size, &longer) <= room {
            line = longer;
        } else {
            lines.push(std::mem::replace(&mut line, word.to_owned()));
        }
    }
    lines.push(line);
    lines
}

//! Marks on a page other than print and stamps: QR codes and bar codes, coats of arms, and the text of digital signatures. On
//! training pages they are negative examples: the stamp networks must not detect a stamp there.

use crate::page::canvas::{TONER, blend_ink, draw_stroke};
use crate::page::fonts::{Face, Fonts, rasterize_text};
use crate::random::{SeededRng, choose};
use image::{Rgb, RgbImage};
use rxing::{BarcodeFormat, EncodeHints, MultiFormatWriter, Writer};
use std::f32::consts::{PI, TAU};

/// Colours (RGB) of coats of arms and of digital signatures.
const COLOURS: [Rgb<u8>; 5] = [Rgb([218, 37, 29]), Rgb([206, 30, 48]), Rgb([230, 170, 40]), Rgb([30, 40, 150]), Rgb([24, 22, 26])];

/// Text lines of a digital signature; each drawn line is one of them.
const SIGNATURE_LINES: [&str; 8] = [
    "Ký bởi: Ủy ban nhân dân tỉnh Bình Sơn Giang",
    "Người ký: Trần Thị Minh Mẫn",
    "Email: mat.ma@binhsongiang.gov.vn",
    "Cơ quan: Tỉnh Bình Sơn Giang",
    "Thời gian ký: 28.11.2019 09:12:33 +07:00",
    "VĂN PHÒNG ỦY BAN NHÂN DÂN",
    "Signature Not Verified",
    "TRUNG TÂM THÔNG TIN",
];

/// Texts on the ribbon of a coat of arms.
const RIBBON_WORDS: [&str; 5] = ["VIỆT NAM", "CỘNG HÒA XÃ HỘI", "CHỦ NGHĨA", "TỈNH BÌNH SƠN", "VIỆT NAM"];

/// Characters of the random text in a QR code or bar code.
const CODE_CHARACTERS: &[u8] = b"ABCDEFGHKLMNPQRSTUVXY0123456789.-:/";

/// Draws marks on the upper half of a page with a resolution of `dpi` dots per inch: a QR code with probability 0.3, a bar
/// code with probability 0.1, and coats of arms, each further one with probability 0.4. Half of the coats of arms have the
/// text of a digital signature next to them.
pub fn draw_page_marks(page: &mut RgbImage, dpi: u16, fonts: &Fonts, random: &mut SeededRng) {
    let mm = f32::from(dpi) / 25.4;
    let (width, height) = (page.width() as f32, page.height() as f32);
    let place = |random: &mut SeededRng| (random.uniform(0.02, 0.85) * width, random.uniform(0.0, 0.45) * height);
    if random.is_chance(0.3) {
        let (side, at) = (random.uniform(14.0, 64.0) * mm, place(random));
        draw_code(page, at, (side, side), BarcodeFormat::QR_CODE, random);
    }
    if random.is_chance(0.1) {
        let (size, at) = ((random.uniform(30.0, 170.0) * mm, random.uniform(6.0, 22.0) * mm), place(random));
        draw_code(page, at, size, BarcodeFormat::CODE_128, random);
    }
    while random.is_chance(0.4) {
        let (radius, at) = (random.uniform(5.0, 19.0) * mm, place(random));
        draw_coat_of_arms(page, at, radius, fonts, random);
        if random.is_chance(0.5) {
            let beside = (at.0 + radius * random.uniform(-0.6, 1.2), at.1 - radius * random.uniform(0.0, 0.9));
            draw_digital_signature(page, beside, random.uniform(5.0, 10.0) * f32::from(dpi) / 72.0, fonts, random);
        }
    }
}

/// Draws a QR code or bar code with random text. Position of the upper left corner and size are in px; modules are rounded to
/// whole px, so the drawn size differs a little.
fn draw_code(page: &mut RgbImage, (left, top): (f32, f32), (width, height): (f32, f32), format: BarcodeFormat, random: &mut SeededRng) {
    let length = if format == BarcodeFormat::QR_CODE { random.uniform(8.0, 90.0) } else { random.uniform(6.0, 20.0) } as usize;
    let text: String = (0..length).filter_map(|_| choose(CODE_CHARACTERS, random)).map(char::from).collect();
    let hints = EncodeHints { Margin: Some("0".to_owned()), ..EncodeHints::default() };
    let Ok(bits) = MultiFormatWriter.encode_with_hints(&text, &format, 0, 0, &hints) else { return };
    let (columns, rows) = (bits.width().max(1), bits.height().max(1));
    let module = (width / columns as f32).round().max(1.0) as u32;
    let tall = if rows == 1 { (height as u32).max(1) } else { module };
    for (x, y) in (0..columns * module).flat_map(|x| (0..rows * tall).map(move |y| (x, y))) {
        if bits.get(x / module, y / tall) {
            blend_ink(page, left as i32 + x as i32, top as i32 + y as i32, TONER, 1.0);
        }
    }
}

/// Draws a coat of arms: ears of rice at both sides of a star, a wheel below it, and in 70 of 100 cases the text of a ribbon.
/// Half of them are inside two rings; some of the others are on a disc of a second colour. `center` and `radius` are in px.
fn draw_coat_of_arms(page: &mut RgbImage, center: (f32, f32), radius: f32, fonts: &Fonts, random: &mut SeededRng) {
    let pick = |random: &mut SeededRng| choose(&COLOURS, random).unwrap_or(TONER);
    let (colour, second) = (pick(random), pick(random));
    let mut pen = EmblemPen { page, center, colour, strength: random.uniform(0.5, 1.0) };
    let mut reach = radius;
    if random.is_chance(0.5) {
        pen.draw_arc((0.0, TAU), radius, radius * 0.05);
        let inner = random.uniform(0.6, 0.9);
        pen.draw_arc((0.0, TAU), radius * inner, radius * 0.03);
        reach = radius * inner * 0.9;
    } else if random.is_chance(0.4) {
        pen.fill_disc(reach, second);
    }
    for side in [0.0, PI] {
        pen.draw_rice_ears(side, reach, random);
    }
    let (star, up) = (reach * random.uniform(0.2, 0.42), reach * random.uniform(0.05, 0.4));
    pen.draw_star(star, up, reach * 0.04, random.is_chance(0.6));
    let (wheel, down) = (reach * random.uniform(0.14, 0.3), reach * random.uniform(0.2, 0.5));
    pen.draw_wheel(wheel, down);
    if random.is_chance(0.7) {
        let words = choose(&RIBBON_WORDS, random).unwrap_or_default();
        let size = reach * random.uniform(0.18, 0.34);
        let left = center.0 - fonts.text_width(Face::Bold, size, words) / 2.0;
        draw_text(page, fonts, (Face::Bold, size), (left, center.1 + reach * random.uniform(0.5, 0.95)), words, second);
    }
}

/// Draws the parts of an emblem. Coordinates are relative to its centre. Lengths are in px; angles in radians, clockwise from
/// the x axis.
struct EmblemPen<'a> {
    page: &'a mut RgbImage,
    center: (f32, f32),
    colour: Rgb<u8>,
    /// Opacity of the ink, 0 to 1.
    strength: f32,
}

impl EmblemPen<'_> {
    fn draw_line(&mut self, from: (f32, f32), to: (f32, f32), width: f32) {
        let at = |(x, y): (f32, f32)| (self.center.0 + x, self.center.1 + y);
        draw_stroke(self.page, at(from), at(to), width, self.colour, self.strength);
    }

    fn draw_arc(&mut self, (from, to): (f32, f32), radius: f32, width: f32) {
        let steps = (radius * (to - from).abs() / 3.0).max(8.0) as usize;
        let point = |step: usize| polar(from + (to - from) * step as f32 / steps as f32, radius);
        (0..steps).for_each(|step| self.draw_line(point(step), point(step + 1), width));
    }

    fn fill_disc(&mut self, radius: f32, colour: Rgb<u8>) {
        let rows = radius as i32;
        for dy in -rows..=rows {
            let half = (radius * radius - (dy * dy) as f32).max(0.0).sqrt() as i32;
            for dx in -half..=half {
                blend_ink(self.page, self.center.0 as i32 + dx, self.center.1 as i32 + dy, colour, self.strength);
            }
        }
    }

    fn draw_rice_ears(&mut self, side: f32, radius: f32, random: &mut SeededRng) {
        let count = 9 + random.next_u64() % 10;
        for _ in 0..count {
            let angle = side + random.uniform(-1.2, 1.2);
            let (from, lean) = (polar(angle, radius * random.uniform(0.6, 0.95)), angle + PI / 2.0 + random.uniform(-0.7, 0.7));
            let way = polar(lean, radius * random.uniform(0.08, 0.2));
            self.draw_line(from, (from.0 + way.0, from.1 + way.1), radius * random.uniform(0.02, 0.07));
        }
        self.draw_arc((side - 1.2, side + 1.2), radius * random.uniform(0.7, 0.95), radius * 0.03);
    }

    /// Draws a five-pointed star whose centre is `up` px above that of the emblem.
    fn draw_star(&mut self, radius: f32, up: f32, width: f32, is_filled: bool) {
        let corner = |index: usize| {
            let reach = if index.is_multiple_of(2) { radius } else { radius * 0.4 };
            let (x, y) = polar(-PI / 2.0 + index as f32 * TAU / 10.0, reach);
            (x, y - up)
        };
        for (from, to) in (0..10).map(|index| (corner(index), corner(index + 1))) {
            self.draw_line(from, to, width);
            for share in (1..8).map(|part| part as f32 / 8.0).filter(|_| is_filled) {
                self.draw_line((0.0, -up), (from.0 + (to.0 - from.0) * share, from.1 + (to.1 - from.1) * share), width);
            }
        }
    }

    /// Draws the teeth of a wheel whose centre is `down` px below that of the emblem.
    fn draw_wheel(&mut self, radius: f32, down: f32) {
        for angle in (0..12).map(|tooth| tooth as f32 * TAU / 12.0) {
            let ((x0, y0), (x1, y1)) = (polar(angle, radius * 0.75), polar(angle, radius * 1.25));
            self.draw_line((x0, y0 + down), (x1, y1 + down), radius * 0.25);
        }
    }
}

/// Cartesian coordinates of a point given by its angle (radians, clockwise from the x axis) and its distance from the origin.
fn polar(angle: f32, radius: f32) -> (f32, f32) {
    (angle.cos() * radius, angle.sin() * radius)
}

/// Draws two to five lines of a digital signature. Position of the upper left corner and font `size` are in px.
fn draw_digital_signature(page: &mut RgbImage, (left, top): (f32, f32), size: f32, fonts: &Fonts, random: &mut SeededRng) {
    let colour = choose(&COLOURS, random).unwrap_or(TONER);
    for line in 0..random.uniform(2.0, 6.0) as usize {
        let words = choose(&SIGNATURE_LINES, random).unwrap_or_default();
        let face = choose(&[Face::Regular, Face::Bold], random).unwrap_or(Face::Regular);
        draw_text(page, fonts, (face, size), (left, top + (line as f32 + 1.0) * size * 1.2), words, colour);
    }
}

/// Draws a text. `size` and the `start` of its base line are in px.
fn draw_text(page: &mut RgbImage, fonts: &Fonts, (face, size): (Face, f32), start: (f32, f32), text: &str, colour: Rgb<u8>) {
    rasterize_text(fonts.face(face), size, start, text, 0.0, |x, y, cover| blend_ink(page, x, y, colour, cover));
}

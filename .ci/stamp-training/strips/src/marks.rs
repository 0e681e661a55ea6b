//! What pages bear beside print and stamps: codes, coats of arms, and what machines that sign write.

use crate::press::{any, chance};
use crate::specimen::canvas::{TONER, ink, stroke};
use crate::specimen::fonts::{Face, Fonts, lay};
use crate::specimen::random::Random;
use image::{Rgb, RgbImage};
use rxing::{BarcodeFormat, EncodeHints, MultiFormatWriter, Writer};
use std::f32::consts::{PI, TAU};

/// Colours of coats of arms and of what machines write.
const COLOURS: [Rgb<u8>; 5] = [Rgb([218, 37, 29]), Rgb([206, 30, 48]), Rgb([230, 170, 40]), Rgb([30, 40, 150]), Rgb([24, 22, 26])];

/// Lines that a machine writes where it signs.
const SIGNED: [&str; 8] = [
    "Ký bởi: Ủy ban nhân dân tỉnh Bình Sơn Giang",
    "Người ký: Trần Thị Minh Mẫn",
    "Email: mat.ma@binhsongiang.gov.vn",
    "Cơ quan: Tỉnh Bình Sơn Giang",
    "Thời gian ký: 28.11.2019 09:12:33 +07:00",
    "VĂN PHÒNG ỦY BAN NHÂN DÂN",
    "Signature Not Verified",
    "TRUNG TÂM THÔNG TIN",
];

/// Puts marks on the upper half of a page of `dpi` dots per inch.
pub fn add(page: &mut RgbImage, dpi: u16, own: &Fonts, random: &mut Random) {
    let mm = f32::from(dpi) / 25.4;
    let (width, height) = (page.width() as f32, page.height() as f32);
    let place = |random: &mut Random| (random.between(0.02, 0.85) * width, random.between(0.0, 0.45) * height);
    if chance(0.3, random) {
        let (side, at) = (random.between(14.0, 64.0) * mm, place(random));
        code(page, at, (side, side), BarcodeFormat::QR_CODE, random);
    }
    if chance(0.1, random) {
        let (size, at) = ((random.between(30.0, 170.0) * mm, random.between(6.0, 22.0) * mm), place(random));
        code(page, at, size, BarcodeFormat::CODE_128, random);
    }
    while chance(0.4, random) {
        let (radius, at) = (random.between(5.0, 19.0) * mm, place(random));
        coat_of_arms(page, at, radius, own, random);
        if chance(0.5, random) {
            let beside = (at.0 + radius * random.between(-0.6, 1.2), at.1 - radius * random.between(0.0, 0.9));
            signed(page, beside, random.between(5.0, 10.0) * mm * 25.4 / 72.0, own, random);
        }
    }
}

/// A code with random words, modules of whole px.
fn code(page: &mut RgbImage, (left, top): (f32, f32), (width, height): (f32, f32), format: BarcodeFormat, random: &mut Random) {
    let letters = if format == BarcodeFormat::QR_CODE { random.between(8.0, 90.0) } else { random.between(6.0, 20.0) } as usize;
    let payload: String = (0..letters).map(|_| char::from(b"ABCDEFGHKLMNPQRSTUVXY0123456789.-:/"[random.draw() as usize % 35])).collect();
    let hints = EncodeHints { Margin: Some("0".to_owned()), ..EncodeHints::default() };
    let Ok(bits) = MultiFormatWriter.encode_with_hints(&payload, &format, 0, 0, &hints) else { return };
    let (columns, rows) = (bits.width().max(1), bits.height().max(1));
    let module = (width / columns as f32).round().max(1.0) as u32;
    let tall = if rows == 1 { height as u32 } else { module };
    for (x, y) in (0..columns * module).flat_map(|x| (0..rows * tall).map(move |y| (x, y))) {
        if bits.get(x / module, y / tall) {
            ink(page, left as i32 + x as i32, top as i32 + y as i32, TONER, 1.0);
        }
    }
}

/// Ears of rice around a star over a wheel, with a ribbon; some within rings, in one colour or in two.
fn coat_of_arms(page: &mut RgbImage, middle: (f32, f32), radius: f32, own: &Fonts, random: &mut Random) {
    let (colour, second) = (any(&COLOURS, random), any(&COLOURS, random));
    let mut pen = Pen { page, middle, colour, strength: random.between(0.5, 1.0) };
    let mut reach = radius;
    if chance(0.5, random) {
        pen.arc((0.0, TAU), radius, radius * 0.05);
        let inner = random.between(0.6, 0.9);
        pen.arc((0.0, TAU), radius * inner, radius * 0.03);
        reach = radius * inner * 0.9;
    } else if chance(0.4, random) {
        pen.disc(reach, second);
    }
    for side in [0.0, PI] {
        pen.ears(side, reach, random);
    }
    let (star, up) = (reach * random.between(0.2, 0.42), reach * random.between(0.05, 0.4));
    pen.star(star, up, reach * 0.04, chance(0.6, random));
    let (wheel, low) = (reach * random.between(0.14, 0.3), reach * random.between(0.2, 0.5));
    pen.wheel(wheel, low);
    if chance(0.7, random) {
        let words = any(&["VIỆT NAM", "CỘNG HÒA XÃ HỘI", "CHỦ NGHĨA", "TỈNH BÌNH SƠN", "VIỆT NAM"], random);
        let size = reach * random.between(0.18, 0.34);
        let left = middle.0 - own.width(Face::Bold, size, words) / 2.0;
        text(page, own, (Face::Bold, size), (left, middle.1 + reach * random.between(0.5, 0.95)), words, second);
    }
}

/// Draws around a middle on a page.
struct Pen<'a> {
    page: &'a mut RgbImage,
    middle: (f32, f32),
    colour: Rgb<u8>,
    strength: f32,
}

impl Pen<'_> {
    fn line(&mut self, from: (f32, f32), to: (f32, f32), thick: f32) {
        let at = |(x, y): (f32, f32)| (self.middle.0 + x, self.middle.1 + y);
        stroke(self.page, at(from), at(to), thick, self.colour, self.strength);
    }

    fn arc(&mut self, (from, to): (f32, f32), reach: f32, thick: f32) {
        let steps = (reach * (to - from).abs() / 3.0).max(8.0) as usize;
        let point = |step: usize| around(from + (to - from) * step as f32 / steps as f32, reach);
        (0..steps).for_each(|step| self.line(point(step), point(step + 1), thick));
    }

    fn disc(&mut self, reach: f32, colour: Rgb<u8>) {
        let rows = reach as i32;
        for dy in -rows..=rows {
            let half = (reach * reach - (dy * dy) as f32).max(0.0).sqrt() as i32;
            (-half..=half).for_each(|dx| ink(self.page, self.middle.0 as i32 + dx, self.middle.1 as i32 + dy, colour, self.strength));
        }
    }

    fn ears(&mut self, side: f32, reach: f32, random: &mut Random) {
        let ears = 9 + random.draw() % 10;
        for _ in 0..ears {
            let angle = side + random.between(-1.2, 1.2);
            let (from, lean) = (around(angle, reach * random.between(0.6, 0.95)), angle + PI / 2.0 + random.between(-0.7, 0.7));
            let way = around(lean, reach * random.between(0.08, 0.2));
            self.line(from, (from.0 + way.0, from.1 + way.1), reach * random.between(0.02, 0.07));
        }
        self.arc((side - 1.2, side + 1.2), reach * random.between(0.7, 0.95), reach * 0.03);
    }

    fn star(&mut self, size: f32, up: f32, thick: f32, is_filled: bool) {
        let corner = |turn: usize| {
            let far = if turn.is_multiple_of(2) { size } else { size * 0.4 };
            let (x, y) = around(-PI / 2.0 + turn as f32 * TAU / 10.0, far);
            (x, y - up)
        };
        for (from, to) in (0..10).map(|turn| (corner(turn), corner(turn + 1))) {
            self.line(from, to, thick);
            for share in (1..8).map(|part| part as f32 / 8.0).filter(|_| is_filled) {
                self.line((0.0, -up), (from.0 + (to.0 - from.0) * share, from.1 + (to.1 - from.1) * share), thick);
            }
        }
    }

    fn wheel(&mut self, size: f32, low: f32) {
        for angle in (0..12).map(|tooth| tooth as f32 * TAU / 12.0) {
            let ((x0, y0), (x1, y1)) = (around(angle, size * 0.75), around(angle, size * 1.25));
            self.line((x0, y0 + low), (x1, y1 + low), size * 0.25);
        }
    }
}

/// A point so far from the middle, at this angle clockwise from the right.
fn around(angle: f32, reach: f32) -> (f32, f32) {
    (angle.cos() * reach, angle.sin() * reach)
}

/// Lines of small type that tell who signed and when.
fn signed(page: &mut RgbImage, (left, top): (f32, f32), size: f32, own: &Fonts, random: &mut Random) {
    let colour = any(&COLOURS, random);
    for line in 0..random.between(2.0, 6.0) as usize {
        let words = any(&SIGNED, random);
        text(page, own, (any(&[Face::Regular, Face::Bold], random), size), (left, top + (line as f32 + 1.0) * size * 1.2), words, colour);
    }
}

/// Words from the start of their base line on, px.
fn text(page: &mut RgbImage, own: &Fonts, (face, size): (Face, f32), start: (f32, f32), words: &str, colour: Rgb<u8>) {
    lay(own.face(face), size, start, words, 0.0, |x, y, cover| ink(page, x, y, colour, cover));
}

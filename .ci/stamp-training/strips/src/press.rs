//! Drawn pages with many stamps each, and where on them `MẬT` stands.

use crate::marks;
use crate::specimen::random::Random;
use crate::specimen::secrecy_stamp::{DAMAGES, Damage, Ink, StampFonts, StampPlan};
use crate::specimen::story::Story;
use crate::specimen::{degrade, layout, own_fonts, stamp, stamped_page};
use ab_glyph::{Font, FontVec, ScaleFont};
use image::{DynamicImage, Rgb, RgbImage, imageops};
use std::cell::RefCell;
use std::path::Path;

/// Words that look like those of secrecy or stand on stamps, beside those of harmless stamps.
const NEAR: [&str; 46] = [
    "TIẾP NHẬN",
    "NHẬN",
    "BỘ PHẬN",
    "MIỄN",
    "MẪU",
    "MẬN",
    "PHẬT",
    "NHẬT",
    "VẬT",
    "LUẬT",
    "CẬP NHẬT",
    "THẬT",
    "HẠT",
    "MẠNH",
    "MỘT",
    "NHẤT",
    "MAI",
    "THƯƠNG MẠI",
    "MÔN",
    "MỞ",
    "TẬP",
    "KỸ THUẬT",
    "BẬT",
    "MỰC",
    "MỤC",
    "MẠNG",
    "ĐÃ THU TIỀN",
    "TRÌNH",
    "HẾT HIỆU LỰC",
    "PHÁT",
    "DUYỆT",
    "QUYẾT",
    "VIỆT",
    "TỚI",
    "TÔI",
    "ĐÃ KIỂM",
    "ĐÃ NỘP",
    "CHẤP NHẬN",
    "CHỨNG NHẬN",
    "MÁY",
    "NAM",
    "ĐẤT",
    "CẤT",
    "TỐT",
    "BÍ",
    "LƯU HÀNH NỘI BỘ",
];

/// Words around seals.
const SEAL: &str = "UỶ BAN NHÂN DÂN TỈNH BÌNH SƠN GIANG";

/// Clean pages that are drawn on before each is drawn anew.
const CLEAN: usize = 24;

/// Rows of stamps on the upper part of a page.
const ROWS: u32 = 4;

/// A word of a stamp of secrecy.
#[derive(Clone, Copy)]
pub struct Word {
    /// Plane of the finder's map: 0 `MẬT`, 1 `TỐI`, 2 `TUYỆT`.
    pub plane: usize,
    pub middle: (f32, f32),
    /// Clockwise turn, radians.
    pub turn: f32,
    pub length: f32,
    /// Height of its capitals.
    pub capital: f32,
}

/// A stamp on a page, px of the page.
pub struct Truth {
    /// Words of a stamp of secrecy, the last is `MẬT`; none of another stamp.
    pub words: Vec<Word>,
    /// Whether the scanner delivers enough of it.
    pub seen: bool,
    pub ink: Ink,
    /// Middle of the stamp, and how far it reaches.
    pub stamp: (f32, f32),
    pub reach: f32,
}

thread_local! {
    static PICKED: RefCell<Vec<Vec<u8>>> = const { RefCell::new(Vec::new()) };
    static LOADED: RefCell<Vec<FontVec>> = const { RefCell::new(Vec::new()) };
}

/// In place of a typeface of stamps another one, where one is picked.
pub fn load(name: &str) -> crate::error::Result<FontVec> {
    let of = |bytes: Vec<u8>| FontVec::try_from_vec(bytes).map_err(|_| crate::error::Error::invalid("a file of FONTS is no font"));
    let Some(bytes) = PICKED.with(|picked| picked.borrow_mut().pop()) else { return own_fonts::load(name) };
    let again = of(bytes.clone())?;
    LOADED.with(|loaded| loaded.borrow_mut().push(again));
    of(bytes)
}

/// Typefaces of stamps, by turns.
struct Typefaces {
    all: Vec<String>,
    bold: Vec<String>,
    usual: Vec<String>,
}

impl Typefaces {
    fn listed(file: &Path) -> std::io::Result<Self> {
        const USUAL: [&str; 5] = ["Tinos-Bold.", "Tinos-Regular.", "Arimo-Bold.", "Arimo-Regular.", "Cousine-Bold."];
        let all: Vec<String> = std::fs::read_to_string(file)?.lines().map(str::to_owned).collect();
        let is_bold = |name: &&String| name.contains("Bold") && !name.contains("Ital") && !name.contains("Obl");
        let bold = all.iter().filter(is_bold).cloned().collect();
        let usual = all.iter().filter(|name| USUAL.iter().any(|part| name.contains(part))).cloned().collect();
        Ok(Self { all, bold, usual })
    }

    /// Six of them, as stamps take them, and once more to be measured.
    fn picked(&self, random: &mut Random) -> Result<(StampFonts, Vec<FontVec>), Box<dyn std::error::Error>> {
        let mut files = Vec::new();
        for _ in 0..6 {
            let from = if chance(0.5, random) {
                &self.usual
            } else if chance(0.7, random) {
                &self.bold
            } else {
                &self.all
            };
            files.push(std::fs::read(&from[random.draw() as usize % from.len()])?);
        }
        PICKED.with(|picked| *picked.borrow_mut() = files);
        LOADED.with(|loaded| loaded.borrow_mut().clear());
        let stamps = StampFonts::load()?;
        Ok((stamps, LOADED.with(RefCell::take)))
    }
}

/// Draws pages one after another.
pub struct Press {
    random: Random,
    own: own_fonts::Fonts,
    typefaces: Typefaces,
    picked: Option<(StampFonts, Vec<FontVec>)>,
    clean: Vec<(u16, RgbImage)>,
    pages: usize,
}

/// A page as a scanner delivers it.
pub struct Drawn {
    pub page: DynamicImage,
    pub dpi: u16,
    pub truths: Vec<Truth>,
}

impl Press {
    pub fn open(seed: u64, fonts: &Path) -> Result<Self, Box<dyn std::error::Error>> {
        let (own, typefaces) = (own_fonts::Fonts::load()?, Typefaces::listed(fonts)?);
        Ok(Self { random: Random::new(seed), own, typefaces, picked: None, clean: Vec::new(), pages: 0 })
    }

    pub fn page(&mut self) -> Result<Drawn, Box<dyn std::error::Error>> {
        if self.pages.is_multiple_of(8) {
            self.picked = Some(self.typefaces.picked(&mut self.random)?);
        }
        self.pages += 1;
        let (dpi, mut page) = self.paper();
        let random = &mut self.random;
        let mode = random.between(0.0, 1.0);
        let is_black = mode < 0.25;
        let columns = if dpi == 100 || !chance(0.33, random) { 2 } else { 3 };
        let mut truths = Vec::new();
        for cell in 0..columns * ROWS {
            if chance(0.8, random) {
                let plan = plan((cell % columns, columns), cell / columns, random);
                let Some((stamps, measured)) = &self.picked else { continue };
                truths.push(pressed(&plan, &mut page, dpi, (stamps, measured), is_black, &self.own, random));
            }
        }
        let bytes = scanned(page, dpi, mode, random)?;
        Ok(Drawn { page: image::load_from_memory(&bytes)?, dpi, truths })
    }

    /// A page without stamps: its resolution, dots per inch, and its picture.
    fn paper(&mut self) -> (u16, RgbImage) {
        let random = &mut self.random;
        if self.clean.len() < CLEAN || chance(0.25, random) {
            let dpi = any(&[100, 100, 150, 150, 150, 200, 200, 200, 200, 300], random);
            let page = clean(&self.own, dpi, random);
            if self.clean.len() == CLEAN {
                self.clean.swap_remove(random.draw() as usize % CLEAN);
            }
            self.clean.push((dpi, page));
        }
        let (dpi, mut page) = self.clean[random.draw() as usize % self.clean.len()].clone();
        let (width, height) = page.dimensions();
        if chance(0.45, random) {
            // Running text where stamps stand.
            let lower = imageops::crop_imm(&page, 0, (random.between(0.0, 0.5) * height as f32) as u32, width, height / 2).to_image();
            imageops::replace(&mut page, &lower, (random.draw() % u64::from(width / 6)) as i64, 0);
        }
        if chance(0.3, random) {
            page = degrade::skew(&page, random.between(-2.0, 2.0), Rgb([246, 246, 244]));
        }
        if chance(0.25, random) {
            let centre = (random.between(0.1, 0.9) * width as f32, random.between(0.05, 0.45) * height as f32);
            let radius = random.between(12.0, 19.0) * f32::from(dpi) / 25.4;
            stamp::seal(&mut page, centre, radius, Some((&self.own, SEAL)), random.between(0.5, 0.95), random);
        }
        if chance(0.4, random) {
            marks::add(&mut page, dpi, &self.own, random);
        }
        (dpi, page)
    }
}

pub fn chance(share: f32, random: &mut Random) -> bool {
    random.between(0.0, 1.0) < share
}

pub fn any<T: Copy>(all: &[T], random: &mut Random) -> T {
    all[random.draw() as usize % all.len()]
}

/// A page of a story, usually its first; some have the words of secrecy in their heads.
fn clean(own: &own_fonts::Fonts, dpi: u16, random: &mut Random) -> RgbImage {
    let kind = random.draw() % stamped_page::KINDS;
    let mut story = Story::new(Random::new(random.draw()), 2018);
    let paper = stamped_page::paper(&mut story, kind);
    let mut pages = layout::set(own, &paper, u32::from(dpi), random);
    let at = if chance(0.3, random) { random.draw() as usize % pages.len() } else { 0 };
    pages.swap_remove(at).picture
}

/// A stamp somewhere in its column and row, small ones most often.
fn plan((column, columns): (u32, u32), row: u32, random: &mut Random) -> StampPlan {
    let secret = chance(0.6, random);
    let mut plan = StampPlan::draw(secret, random);
    if !secret && chance(0.52, random) {
        any(&NEAR, random).clone_into(&mut plan.words);
    }
    let largest = if chance(0.55, random) { 15.0 } else { 28.0 };
    plan.points = random.between(10.5, largest);
    if columns == 3 {
        plan.points = plan.points.min(20.0);
    }
    if chance(0.3, random) {
        plan.degrees = random.between(-6.0, 6.0);
    } else if chance(0.1, random) {
        plan.degrees = random.between(-55.0, 55.0);
    }
    if chance(0.1, random) {
        plan.ink = Ink::Black;
    }
    if chance(0.25, random) {
        plan.damages.push(any(&DAMAGES, random));
        plan.damages.sort_unstable();
        plan.damages.dedup();
    }
    let across = (column as f32 + random.between(0.25, 0.75)) / columns as f32;
    plan.place = (across, 0.01 + 0.47 * (row as f32 + random.between(0.3, 0.7)) / ROWS as f32);
    plan
}

fn pressed(
    plan: &StampPlan,
    page: &mut RgbImage,
    dpi: u16,
    (stamps, measured): (&StampFonts, &[FontVec]),
    is_black: bool,
    own: &own_fonts::Fonts,
    random: &mut Random,
) -> Truth {
    let pressed = plan.press(page, u32::from(dpi), stamps, random);
    if plan.damages.contains(&Damage::Covered) || chance(0.12, random) {
        cover(page, pressed.middle, f32::from(dpi) / 25.4, own, random);
    }
    let font = &measured[plan.face.min(measured.len() - 1)];
    let size = plan.points * f32::from(dpi) / 72.0;
    let scaled = font.as_scaled(own_fonts::scale(font, size));
    let length = |text: &str| own_fonts::length(font, size, text);
    let outline = font.outline_glyph(scaled.glyph_id('M').with_scale(scaled.scale()));
    let capital = outline.map_or(0.68 * size, |outline| -outline.px_bounds().min.y);
    let whole = length(&plan.words);
    // The plate is 2.3 sizes high, its base line at 1.6.
    let across = 1.6 * size - capital / 2.0 - (2.3 * size + 2.0) / 2.0;
    let turn = plan.degrees.to_radians();
    let (sine, cosine) = turn.sin_cos();
    let (x, y) = pressed.middle;
    let mut words = Vec::new();
    let mut start = 0.0;
    for word in plan.words.split(' ').filter(|_| plan.level.is_some()) {
        let plane = ["MẬT", "TỐI", "TUYỆT"].iter().position(|known| *known == word).unwrap_or(0);
        let (length, along) = (length(word), start + (length(word) - whole) / 2.0 - 1.0);
        let middle = (x + along * cosine - across * sine, y + along * sine + across * cosine);
        words.push(Word { plane, middle, turn, length, capital });
        start += length + scaled.h_advance(scaled.glyph_id(' '));
    }
    Truth { words, seen: !is_black || pressed.black >= 0.45, ink: plan.ink, stamp: pressed.middle, reach: whole / 2.0 + size }
}

/// A seal or a pen over a part of a stamp.
fn cover(page: &mut RgbImage, (x, y): (f32, f32), scale: f32, own: &own_fonts::Fonts, random: &mut Random) {
    if chance(0.5, random) {
        let side = if chance(0.5, random) { scale } else { -scale };
        let centre = (x + side * random.between(6.0, 20.0), y + scale * random.between(-9.0, 9.0));
        let words = chance(0.5, random).then_some((own, SEAL));
        stamp::seal(page, centre, random.between(11.0, 18.0) * scale, words, random.between(0.5, 0.95), random);
    } else {
        let corner = (x + scale * random.between(-22.0, -8.0), y + scale * random.between(-10.0, -3.0));
        stamp::signature(page, corner, (scale * random.between(22.0, 36.0), scale * random.between(9.0, 18.0)), random);
    }
}

/// The page from the glass, as JPEG: a quarter in black and white, a third in grey.
fn scanned(mut page: RgbImage, dpi: u16, mode: f32, random: &mut Random) -> Result<Vec<u8>, Box<dyn std::error::Error>> {
    tone(&mut page, random);
    if chance(0.35, random) {
        let paper = any(&[Rgb([250, 250, 246]), Rgb([243, 230, 200]), Rgb([236, 236, 234])], random);
        page = degrade::age(&page, paper, random.between(0.03, 0.2), random);
    }
    page = degrade::blur(&page, (random.draw() % 3) as u32);
    if chance(0.5, random) {
        page = degrade::noise(&page, random.between(2.0, 14.0), random);
    }
    let quality = random.between(28.0, 90.0) as u8;
    Ok(if mode < 0.25 {
        let mut grey = imageops::grayscale(&page);
        let black = random.between(130.0, 170.0) as u8;
        grey.iter_mut().for_each(|level| *level = if *level < black { 0 } else { 255 });
        degrade::jpeg_grey(&grey, 90, dpi)?
    } else if mode < 0.55 {
        degrade::jpeg_grey(&imageops::grayscale(&page), quality, dpi)?
    } else {
        degrade::jpeg(&page, quality, dpi)?
    })
}

/// Levels pressed together, colours stronger or paler, one of them weaker than the others.
fn tone(page: &mut RgbImage, random: &mut Random) {
    let gains = [random.between(0.9, 1.04), random.between(0.9, 1.04), random.between(0.88, 1.04)];
    let (low, colour) = (random.between(0.0, 45.0), random.between(0.5, 1.2));
    for pixel in page.pixels_mut() {
        let mean = pixel.0.iter().map(|level| f32::from(*level)).sum::<f32>() / 3.0;
        for (level, gain) in pixel.0.iter_mut().zip(gains) {
            let toned = ((mean + (f32::from(*level) - mean) * colour) * gain).max(0.0);
            *level = toned.mul_add((255.0 - low) / 255.0, low).clamp(0.0, 255.0) as u8;
        }
    }
}

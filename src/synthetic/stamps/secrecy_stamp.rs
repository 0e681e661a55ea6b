//! Rubber stamps of secrecy, and other stamps that resemble them: at any angle, in several inks, and with the defects
//! that pressing by hand leaves.

use crate::page::canvas::blend_ink;
use crate::page::fonts;
use crate::page::fonts::{measure_text, rasterize_text};
use crate::random::SeededRng;
pub(crate) use crate::random::choose;
use crate::stamps::seal::sin_cos;
use ab_glyph::FontVec;
use image::{Pixel, Rgb, RgbImage};
use serde::Serialize;
use sohoa_base::error::Result;
use sohoa_base::model::page::reading::SecrecyLevel;
use std::path::PathBuf;

/// Texts of stamps that do not concern secrecy.
const HARMLESS_WORDS: [&str; 16] = [
    "KHẨN",
    "HỎA TỐC",
    "THƯỢNG KHẨN",
    "SAO Y",
    "ĐẾN",
    "CÔNG VĂN ĐẾN",
    "HỎA TỐC HẸN GIỜ",
    "BẢN SAO",
    "SAO LỤC",
    "DỰ THẢO",
    "THU HỒI",
    "ĐÃ NHẬN",
    "LƯU",
    "BẢN CHÍNH",
    "MIỄN PHÍ",
    "XÁC NHẬN",
];

/// Typefaces of stamps, each as often as it is to be drawn.
const STAMP_FACES: [&str; 6] = ["Tinos-Bold", "Arimo-Bold", "Tinos-Regular", "Cousine-Bold", "Arimo-Regular", "Tinos-Bold"];

/// The typefaces of stamps, loaded.
#[derive(Debug)]
pub struct StampFonts(Vec<FontVec>);

impl StampFonts {
    /// Loads the typefaces from the folders of the system.
    ///
    /// # Errors
    /// As [`fonts::load_font`].
    pub fn load() -> Result<Self> {
        Ok(Self(STAMP_FACES.into_iter().map(fonts::load_font).collect::<Result<_>>()?))
    }

    /// How many there are; [`StampSpec::face`] is below it.
    pub const COUNT: usize = STAMP_FACES.len();

    /// Loads other typefaces in their place, one from each font file.
    ///
    /// # Errors
    /// `NotFound` where a file cannot be read, `Corrupt` where it is no font.
    pub fn from_files(files: &[PathBuf]) -> Result<Self> {
        Ok(Self(files.iter().map(|file| fonts::load_font_file(file)).collect::<Result<_>>()?))
    }

    /// The font in which [`StampSpec::render`] cuts a stamp of that `face`.
    pub(crate) fn face(&self, face: usize) -> Option<&FontVec> {
        self.0.get(face).or(self.0.first())
    }
}

/// Colour of a stamp pad.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ink {
    /// Red, the usual one.
    Red,
    /// Violet.
    Purple,
    /// Blue.
    Blue,
    /// Black, or a photocopied stamp.
    Black,
}

impl Ink {
    /// The colour on white paper.
    #[must_use]
    pub fn colour(self) -> Rgb<u8> {
        match self {
            Ink::Red => Rgb([206, 30, 48]),
            Ink::Purple => Rgb([112, 54, 150]),
            Ink::Blue => Rgb([44, 66, 168]),
            Ink::Black => Rgb([30, 28, 32]),
        }
    }
}

/// A defect of a stamp impression.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Damage {
    /// One side took more ink.
    Uneven,
    /// Spots without ink.
    Gaps,
    /// Wet ink was wiped across the paper.
    Smudge,
    /// Ink ran into the paper.
    Bleed,
    /// Pressed twice.
    Doubled,
    /// Too little ink.
    Pale,
    /// A seal or a signature overlaps it.
    Covered,
}

/// Every kind of damage.
pub const DAMAGES: [Damage; 7] =
    [Damage::Uneven, Damage::Gaps, Damage::Smudge, Damage::Bleed, Damage::Doubled, Damage::Pale, Damage::Covered];

/// Text, form and place of a stamp.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct StampSpec {
    /// Its text.
    pub words: String,
    /// Level of secrecy; none for other stamps.
    pub level: Option<SecrecyLevel>,
    /// Colour of its ink.
    pub ink: Ink,
    /// Frames around it: 0, 1 or 2.
    pub frames: u8,
    /// Index of its typeface in [`StampFonts`].
    pub face: usize,
    /// Size of its type, points.
    pub points: f32,
    /// Clockwise turn, degrees.
    pub degrees: f32,
    /// Its middle, as fractions of the page's width and height.
    pub place: (f32, f32),
    /// Its defects.
    pub damages: Vec<Damage>,
}

impl StampSpec {
    /// A random stamp in the upper 45 % of a page; of secrecy where `secret`.
    #[must_use]
    pub fn random(secret: bool, random: &mut SeededRng) -> Self {
        let (words, level) = if secret {
            let level = choose(&[SecrecyLevel::Confidential, SecrecyLevel::Secret, SecrecyLevel::TopSecret], random)
                .unwrap_or(SecrecyLevel::Confidential);
            (level.as_stamped(), Some(level))
        } else {
            (choose(&HARMLESS_WORDS, random).unwrap_or("KHẨN"), None)
        };
        let inks = [Ink::Red, Ink::Red, Ink::Red, Ink::Purple, Ink::Blue, Ink::Black, Ink::Black];
        let ink = choose(&inks, random).unwrap_or(Ink::Red);
        let frames = choose(&[0, 0, 1, 1, 1, 1, 2], random).unwrap_or(1);
        let face = (random.next_u64() % STAMP_FACES.len() as u64) as usize;
        let count = choose(&[0, 1, 1, 2, 2], random).unwrap_or(1);
        let mut damages: Vec<Damage> = (0..count).filter_map(|_| choose(&DAMAGES, random)).collect();
        damages.sort_unstable();
        damages.dedup();
        let degrees = if random.next_u64().is_multiple_of(4) { random.uniform(-5.0, 5.0) } else { random.uniform(-45.0, 45.0) };
        let place = (random.uniform(0.1, 0.9), random.uniform(0.04, 0.43));
        Self { words: words.to_owned(), level, ink, frames, face, points: random.uniform(11.0, 28.0), degrees, place, damages }
    }

    /// Draws the stamp on a page of `dpi` dots per inch. A place too near an edge is moved inwards.
    pub fn render(&self, page: &mut RgbImage, dpi: u32, fonts: &StampFonts, random: &mut SeededRng) -> RenderedStamp {
        let px = dpi as f32 / 72.0;
        let Some(font) = fonts.face(self.face) else { return RenderedStamp { middle: (0.0, 0.0), black_share: 0.0 } };
        let mut mask = StampMask::rasterize(font, &self.words, self.points * px, self.frames);
        let undamaged = mask.clone();
        let (mut total, mut black) = (0_u32, 0_u32);
        for damage in &self.damages {
            mask.apply_damage(*damage, self.points * px, random);
        }
        let strength = if self.damages.contains(&Damage::Pale) { random.uniform(0.4, 0.55) } else { random.uniform(0.7, 1.0) };
        let (sine, cosine) = sin_cos(self.degrees.to_radians());
        let (half_wide, half_high) = (mask.width as f32 / 2.0, mask.height as f32 / 2.0);
        let (reach_x, reach_y) = (half_wide * cosine.abs() + half_high * sine.abs(), half_wide * sine.abs() + half_high * cosine.abs());
        let (width, height) = (page.width() as f32, page.height() as f32);
        let clamp = |value: f32, reach: f32, side: f32| value.max(reach).min((side - reach).max(reach));
        let middle = (clamp(self.place.0 * width, reach_x, width), clamp(self.place.1 * height, reach_y, height));
        for y in (middle.1 - reach_y) as i32..=(middle.1 + reach_y) as i32 {
            for x in (middle.0 - reach_x) as i32..=(middle.0 + reach_x) as i32 {
                let (dx, dy) = (x as f32 - middle.0, y as f32 - middle.1);
                let (along, across) = (dx * cosine + dy * sine + half_wide, dy * cosine - dx * sine + half_high);
                let is_paper = !is_black(page, x, y);
                let cover = mask.sample(along, across);
                if cover > 0.0 {
                    blend_ink(page, x, y, self.ink.colour(), cover * strength);
                }
                if undamaged.sample(along, across) > 0.5 {
                    total += 1;
                    black += u32::from(is_paper && is_black(page, x, y));
                }
            }
        }
        RenderedStamp { middle, black_share: black as f32 / total.max(1) as f32 }
    }
}

/// A stamp as drawn on a page.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RenderedStamp {
    /// Its middle, px.
    pub middle: (f32, f32),
    /// Share of the stamp that a black-and-white scan would show, 0 to 1; parts over print do not count.
    pub black_share: f32,
}

/// Grey levels below this become black in a black-and-white scan.
pub(crate) const BLACK_THRESHOLD: u8 = 150;

fn is_black(page: &RgbImage, x: i32, y: i32) -> bool {
    let at = u32::try_from(x).ok().zip(u32::try_from(y).ok()).and_then(|(x, y)| page.get_pixel_checked(x, y));
    at.is_some_and(|level| level.to_luma().0[0] < BLACK_THRESHOLD)
}

/// Ink of each px of a stamp, 0 to 1, before rotation.
#[derive(Clone)]
struct StampMask {
    width: usize,
    height: usize,
    ink: Vec<f32>,
}

impl StampMask {
    /// Rasterises `words` at `size` px to the em with frames around them.
    fn rasterize(font: &FontVec, words: &str, size: f32, frames: u8) -> Self {
        let long = measure_text(font, size, words);
        let (margin, capital) = (size * 0.7, size * 0.7);
        let (width, height) = ((long + 2.0 * margin) as usize + 2, (capital + 2.0 * margin + size * 0.2) as usize + 2);
        let mut mask = Self { width, height, ink: vec![0.0; width * height] };
        let base = margin + size * 0.2 + capital;
        rasterize_text(font, size, (margin, base), words, 0.0, |x, y, cover| {
            if let (Ok(x), Ok(y)) = (usize::try_from(x), usize::try_from(y)) {
                mask.raise_pixel(x, y, cover);
            }
        });
        let thick = (size * 0.07).max(1.0);
        for frame in 0..frames {
            mask.draw_frame(thick * 2.2 * f32::from(frame), thick);
        }
        mask
    }

    fn raise_pixel(&mut self, x: usize, y: usize, cover: f32) {
        if x < self.width
            && let Some(value) = self.ink.get_mut(y * self.width + x)
        {
            *value = value.max(cover.clamp(0.0, 1.0));
        }
    }

    fn at(&self, x: usize, y: usize) -> f32 {
        if x < self.width && y < self.height { self.ink.get(y * self.width + x).copied().unwrap_or(0.0) } else { 0.0 }
    }

    /// Draws a frame `inset` px within the edge, `thick` px wide.
    fn draw_frame(&mut self, inset: f32, thick: f32) {
        for y in 0..self.height {
            for x in 0..self.width {
                let edge = x.min(y).min(self.width - 1 - x).min(self.height - 1 - y) as f32;
                if (inset..inset + thick).contains(&edge) {
                    self.raise_pixel(x, y, 1.0);
                }
            }
        }
    }

    /// Bilinear interpolation, which gives a rotated stamp smooth edges.
    fn sample(&self, x: f32, y: f32) -> f32 {
        if x < 0.0 || y < 0.0 {
            return 0.0;
        }
        let (left, top) = (x as usize, y as usize);
        let (right, low) = (x - left as f32, y - top as f32);
        let row = |y: usize| self.at(left, y) * (1.0 - right) + self.at(left + 1, y) * right;
        row(top) * (1.0 - low) + row(top + 1) * low
    }

    /// Replaces every px by `value(mask, x, y)`.
    fn map_pixels(&mut self, value: impl Fn(&Self, usize, usize) -> f32) {
        let new = (0..self.ink.len()).map(|index| value(self, index % self.width, index / self.width)).collect();
        self.ink = new;
    }

    /// Applies `damage` to a stamp of `size` px to the em. [`StampSpec::render`] makes the ink pale, and its caller covers
    /// the stamp.
    fn apply_damage(&mut self, damage: Damage, size: f32, random: &mut SeededRng) {
        let (wide, high) = (self.width as f32, self.height as f32);
        match damage {
            Damage::Uneven => {
                let (slope_x, slope_y, least) = (random.uniform(-1.0, 1.0), random.uniform(-1.0, 1.0), random.uniform(0.35, 0.6));
                self.map_pixels(|mask, x, y| {
                    let side = (x as f32 / wide - 0.5) * slope_x + (y as f32 / high - 0.5) * slope_y;
                    mask.at(x, y) * (0.85 + side).clamp(least, 1.0)
                });
            }
            Damage::Gaps => {
                let count = (wide * high / (size * size) * random.uniform(0.8, 2.0)) as usize;
                let spots: Vec<[f32; 3]> =
                    (0..count).map(|_| [random.uniform(0.0, wide), random.uniform(0.0, high), size * random.uniform(0.04, 0.13)]).collect();
                self.map_pixels(|mask, x, y| {
                    let bare = spots.iter().any(|[left, top, reach]| (x as f32 - left).hypot(y as f32 - top) < *reach);
                    if bare { 0.05 * mask.at(x, y) } else { mask.at(x, y) }
                });
            }
            Damage::Smudge => {
                let distance = (size * random.uniform(0.12, 0.3)).max(1.0) as usize;
                self.map_pixels(|mask, x, y| {
                    let trail: f32 = (0..=distance).map(|back| mask.at(x.wrapping_sub(back), y)).sum::<f32>() / (distance + 1) as f32;
                    (0.75 * mask.at(x, y)).max(0.8 * trail)
                });
            }
            Damage::Bleed => {
                let reach = (size * 0.03).ceil() as usize;
                self.map_pixels(|mask, x, y| {
                    let near = (0..=2 * reach).flat_map(|dy| (0..=2 * reach).map(move |dx| (dx, dy)));
                    let most = near.map(|(dx, dy)| mask.at((x + dx).wrapping_sub(reach), (y + dy).wrapping_sub(reach)));
                    mask.at(x, y).max(0.7 * most.fold(0.0, f32::max))
                });
            }
            Damage::Doubled => {
                let (right, low) = ((size * random.uniform(0.05, 0.2)) as usize, (size * random.uniform(0.0, 0.15)) as usize);
                let share = random.uniform(0.4, 0.8);
                self.map_pixels(|mask, x, y| mask.at(x, y).max(share * mask.at(x.wrapping_sub(right), y.wrapping_sub(low))));
            }
            Damage::Pale | Damage::Covered => {}
        }
    }
}

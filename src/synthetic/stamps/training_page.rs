//! Training pages for the stamp networks: synthetic pages with up to twelve stamps each, and the positions of the words of
//! secrecy on them. The stamps are drawn by [`crate::stamps::secrecy_stamp`]. Pages for evaluation have one stamp each, see
//! [`crate::stamps::stamped_page`].

use crate::degradation::effects;
use crate::page::content_generator::ContentGenerator;
use crate::page::fonts::{Fonts, em_scale, measure_text};
use crate::page::layout;
use crate::random::{SeededRng, choose};
use crate::stamps::secrecy_stamp::{DAMAGES, Damage, Ink, StampFonts, StampSpec};
use crate::stamps::{page_marks, seal, stamped_page};
use ab_glyph::{Font, FontVec, ScaleFont};
use image::{DynamicImage, Rgb, RgbImage, imageops};
use sohoa_base::error::Result;
use sohoa_base::messages::program;
use std::path::PathBuf;

/// Negative examples: words that look similar to words of secrecy, or that are common on stamps. They are used in addition to
/// those of the harmless stamps of [`StampSpec`].
const SIMILAR_WORDS: [&str; 46] = [
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

/// Words of secrecy. The index is the plane of the word in the output map of the detector.
const SECRECY_WORDS: [&str; 3] = ["MẬT", "TỐI", "TUYỆT"];

/// Text around the edge of seals.
const SEAL_WORDS: &str = "UỶ BAN NHÂN DÂN TỈNH BÌNH SƠN GIANG";

/// Resolutions of pages, dots per inch; repeated in proportion to their frequency.
const RESOLUTIONS: [u16; 10] = [100, 100, 150, 150, 150, 200, 200, 200, 200, 300];

/// Colours (RGB) of aged paper.
const PAPERS: [Rgb<u8>; 3] = [Rgb([250, 250, 246]), Rgb([243, 230, 200]), Rgb([236, 236, 234])];

/// Maximum number of clean pages in memory. Each is used for several training pages.
const CLEAN_PAGES: usize = 24;

/// Number of rows of stamps on the upper half of a page.
const STAMP_ROWS: u32 = 4;

/// Number of consecutive pages whose stamps use the same fonts.
const PAGES_PER_TYPEFACES: usize = 8;

/// Minimum share of a stamp's ink that remains after conversion to black and white, 0 to 1. With less, the stamp is not
/// legible and is not a target.
const MIN_BLACK_SHARE: f32 = 0.45;

/// Parts of the names of preferred font files: the fonts that [`StampSpec`] uses by default.
const USUAL_FONTS: [&str; 5] = ["Tinos-Bold.", "Tinos-Regular.", "Arimo-Bold.", "Arimo-Regular.", "Cousine-Bold."];

/// A word of a stamp of secrecy. Positions and lengths are in px of the page.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DrawnWord {
    /// Plane in the output map of the detector: 0 `MẬT`, 1 `TỐI`, 2 `TUYỆT`.
    pub plane: usize,
    /// Centre.
    pub center: (f32, f32),
    /// Clockwise rotation, radians.
    pub rotation: f32,
    /// Length along the base line.
    pub length: f32,
    /// Height of its capital letters.
    pub cap_height: f32,
}

/// A stamp on a training page. Positions and lengths are in px of the page.
#[derive(Debug, Clone, PartialEq)]
pub struct DrawnStamp {
    /// Words of a stamp of secrecy, of which the last is `MẬT`; empty for any other stamp.
    pub words: Vec<DrawnWord>,
    /// Whether it is still legible on the scanned page.
    pub is_visible: bool,
    /// Ink.
    pub ink: Ink,
    /// Centre.
    pub center: (f32, f32),
    /// Largest distance of a part of it from the centre.
    pub radius: f32,
}

/// A training page, as a scanner would deliver it.
#[derive(Debug)]
pub struct TrainingPage {
    /// Image of the page.
    pub picture: DynamicImage,
    /// Resolution, dots per inch.
    pub dpi: u16,
    /// Stamps on it.
    pub stamps: Vec<DrawnStamp>,
}

/// Draws a sequence of training pages. It is reproducible: the same seed and fonts give the same pages.
pub struct TrainingPageGenerator {
    random: SeededRng,
    fonts: Fonts,
    font_files: Vec<PathBuf>,
    stamp_fonts: StampFonts,
    clean_pages: Vec<(u16, RgbImage)>,
    page_count: usize,
}

impl TrainingPageGenerator {
    /// Loads the fonts. Stamps use fonts chosen at random from `font_files`, which must contain every Vietnamese letter; if
    /// there are none, stamps use the fonts of [`StampFonts::load`].
    ///
    /// # Errors
    /// As [`Fonts::load`].
    pub fn load(seed: u64, font_files: Vec<PathBuf>) -> Result<Self> {
        Ok(Self {
            random: SeededRng::new(seed),
            fonts: Fonts::load()?,
            font_files,
            stamp_fonts: StampFonts::load()?,
            clean_pages: Vec::new(),
            page_count: 0,
        })
    }

    /// Draws the next page.
    ///
    /// # Errors
    /// `NotFound` or `Corrupt` if a font file cannot be used; otherwise as [`effects::encode_jpeg`].
    pub fn next_page(&mut self) -> Result<TrainingPage> {
        if self.page_count.is_multiple_of(PAGES_PER_TYPEFACES) && !self.font_files.is_empty() {
            self.stamp_fonts = StampFonts::from_files(&pick_fonts(&self.font_files, &mut self.random))?;
        }
        self.page_count += 1;
        let (dpi, mut page) = self.draw_unstamped_page();
        let random = &mut self.random;
        let mode = random.uniform(0.0, 1.0);
        let columns = if dpi == 100 || !random.is_chance(0.33) { 2 } else { 3 };
        let mut stamps = Vec::new();
        for cell in 0..columns * STAMP_ROWS {
            if random.is_chance(0.8) {
                let spec = random_stamp((cell % columns, columns), cell / columns, random);
                stamps.push(press_stamp(&spec, &mut page, dpi, &self.stamp_fonts, mode < BLACK_SHARE, &self.fonts, random));
            }
        }
        let bytes = encode_scan(page, dpi, mode, random)?;
        let picture = image::load_from_memory(&bytes).map_err(|error| program::bug("drawn pages: decoding their JPEG").caused_by(error))?;
        Ok(TrainingPage { picture, dpi, stamps })
    }

    /// Draws a page without stamps. Returns its resolution in dots per inch and its image.
    fn draw_unstamped_page(&mut self) -> (u16, RgbImage) {
        let random = &mut self.random;
        if self.clean_pages.len() < CLEAN_PAGES || random.is_chance(0.25) {
            let dpi = choose(&RESOLUTIONS, random).unwrap_or(200);
            let page = draw_clean_page(&self.fonts, dpi, random);
            if self.clean_pages.len() == CLEAN_PAGES {
                self.clean_pages.swap_remove(random.next_u64() as usize % CLEAN_PAGES);
            }
            self.clean_pages.push((dpi, page));
        }
        let picked = random.next_u64() as usize % self.clean_pages.len().max(1);
        let (dpi, mut page) = self.clean_pages.get(picked).cloned().unwrap_or_default();
        let (width, height) = page.dimensions();
        if random.is_chance(0.45) {
            // Copies body text to the top, so that stamps also overlap text.
            let lower = imageops::crop_imm(&page, 0, (random.uniform(0.0, 0.5) * height as f32) as u32, width, height / 2).to_image();
            imageops::replace(&mut page, &lower, (random.next_u64() % u64::from((width / 6).max(1))) as i64, 0);
        }
        if random.is_chance(0.3) {
            page = effects::skew(&page, random.uniform(-2.0, 2.0), Rgb([246, 246, 244]));
        }
        if random.is_chance(0.25) {
            let center = (random.uniform(0.1, 0.9) * width as f32, random.uniform(0.05, 0.45) * height as f32);
            let radius = random.uniform(12.0, 19.0) * f32::from(dpi) / 25.4;
            seal::draw_seal(&mut page, center, radius, Some((&self.fonts, SEAL_WORDS)), random.uniform(0.5, 0.95), random);
        }
        if random.is_chance(0.4) {
            page_marks::draw_page_marks(&mut page, dpi, &self.fonts, random);
        }
        (dpi, page)
    }
}

/// Share of pages that are converted to black and white, 0 to 1.
const BLACK_SHARE: f32 = 0.25;
/// Share of pages that are converted to black and white or greyscale, 0 to 1; the others remain in colour.
const GREY_SHARE: f32 = 0.55;

/// Chooses [`StampFonts::COUNT`] font files at random: each with probability 0.5 from the preferred fonts ([`USUAL_FONTS`]),
/// 0.35 from the bold fonts, and 0.15 from all.
fn pick_fonts(files: &[PathBuf], random: &mut SeededRng) -> Vec<PathBuf> {
    let having = |is_wanted: &dyn Fn(&str) -> bool| {
        files.iter().filter(|file| is_wanted(&file.to_string_lossy())).map(PathBuf::as_path).collect::<Vec<_>>()
    };
    let all = having(&|_| true);
    let usual = having(&|name| USUAL_FONTS.iter().any(|part| name.contains(part)));
    let bold = having(&|name| name.contains("Bold") && !name.contains("Ital") && !name.contains("Obl"));
    (0..StampFonts::COUNT)
        .filter_map(|_| {
            let from = if random.is_chance(0.5) {
                &usual
            } else if random.is_chance(0.7) {
                &bold
            } else {
                &all
            };
            choose(from, random).or_else(|| choose(&all, random)).map(PathBuf::from)
        })
        .collect()
}

/// Draws a page of an invented document: in 70 of 100 cases the first page, otherwise any page. Some of the documents contain
/// words of secrecy in their printed head.
fn draw_clean_page(fonts: &Fonts, dpi: u16, random: &mut SeededRng) -> RgbImage {
    let kind = random.next_u64() % stamped_page::CLEAN_PAGE_KINDS;
    let mut content = ContentGenerator::new(SeededRng::new(random.next_u64()), 2018);
    let paper = stamped_page::content_of_kind(&mut content, kind);
    let pages = layout::typeset(fonts, &paper, u32::from(dpi), random);
    let index = if random.is_chance(0.3) { random.next_u64() as usize % pages.len().max(1) } else { 0 };
    pages.into_iter().nth(index).map(|page| page.picture).unwrap_or_default()
}

/// A random stamp at a random position in its cell of the grid. It is a stamp of secrecy with probability 0.6. Small type
/// sizes are more frequent than large ones.
fn random_stamp((column, columns): (u32, u32), row: u32, random: &mut SeededRng) -> StampSpec {
    let is_secret = random.is_chance(0.6);
    let mut spec = StampSpec::random(is_secret, random);
    if !is_secret && random.is_chance(0.52) {
        choose(&SIMILAR_WORDS, random).unwrap_or_default().clone_into(&mut spec.words);
    }
    let largest = if random.is_chance(0.55) { 15.0 } else { 28.0 };
    spec.points = random.uniform(10.5, largest);
    if columns == 3 {
        spec.points = spec.points.min(20.0);
    }
    if random.is_chance(0.3) {
        spec.degrees = random.uniform(-6.0, 6.0);
    } else if random.is_chance(0.1) {
        spec.degrees = random.uniform(-55.0, 55.0);
    }
    if random.is_chance(0.1) {
        spec.ink = Ink::Black;
    }
    if random.is_chance(0.25) {
        spec.damages.extend(choose(&DAMAGES, random));
        spec.damages.sort_unstable();
        spec.damages.dedup();
    }
    let across = (column as f32 + random.uniform(0.25, 0.75)) / columns as f32;
    spec.place = (across, 0.01 + 0.47 * (row as f32 + random.uniform(0.3, 0.7)) / STAMP_ROWS as f32);
    spec
}

/// Draws a stamp on the page. Returns the positions of its words.
fn press_stamp(
    spec: &StampSpec,
    page: &mut RgbImage,
    dpi: u16,
    stamp_fonts: &StampFonts,
    is_black: bool,
    fonts: &Fonts,
    random: &mut SeededRng,
) -> DrawnStamp {
    let rendered = spec.render(page, u32::from(dpi), stamp_fonts, random);
    if spec.damages.contains(&Damage::Covered) || random.is_chance(0.12) {
        cover_stamp(page, rendered.middle, f32::from(dpi) / 25.4, fonts, random);
    }
    let size = spec.points * f32::from(dpi) / 72.0;
    let (words, length) = match stamp_fonts.face(spec.face) {
        Some(font) => locate_words(spec, font, size, rendered.middle),
        None => (Vec::new(), 0.0),
    };
    let is_visible = !is_black || rendered.black_share >= MIN_BLACK_SHARE;
    DrawnStamp { words, is_visible, ink: spec.ink, center: rendered.middle, radius: length / 2.0 + size }
}

/// Positions of the words of secrecy on a stamp, and the length of its whole text in px. `size` is the font size and `center`
/// the centre of the stamp, both in px.
fn locate_words(spec: &StampSpec, font: &FontVec, size: f32, center: (f32, f32)) -> (Vec<DrawnWord>, f32) {
    let scaled = font.as_scaled(em_scale(font, size));
    let length = |text: &str| measure_text(font, size, text);
    let outline = font.outline_glyph(scaled.glyph_id('M').with_scale(scaled.scale()));
    let cap_height = outline.map_or(0.68 * size, |outline| -outline.px_bounds().min.y);
    let whole = length(&spec.words);
    // The mask of a stamp is 2.3 × size + 2 px high; its base line is 1.6 × size below the upper edge.
    let across = 1.6 * size - cap_height / 2.0 - (2.3 * size + 2.0) / 2.0;
    let rotation = spec.degrees.to_radians();
    let (sine, cosine) = rotation.sin_cos();
    let mut words = Vec::new();
    let mut start = 0.0;
    for word in spec.words.split(' ').filter(|_| spec.level.is_some()) {
        let plane = SECRECY_WORDS.iter().position(|known| *known == word).unwrap_or(0);
        let (length, along) = (length(word), start + (length(word) - whole) / 2.0 - 1.0);
        let center = (center.0 + along * cosine - across * sine, center.1 + along * sine + across * cosine);
        words.push(DrawnWord { plane, center, rotation, length, cap_height });
        start += length + scaled.h_advance(scaled.glyph_id(' '));
    }
    (words, whole)
}

/// Covers a part of a stamp with a seal or a handwritten signature. `scale` is in px per mm.
fn cover_stamp(page: &mut RgbImage, (x, y): (f32, f32), scale: f32, fonts: &Fonts, random: &mut SeededRng) {
    if random.is_chance(0.5) {
        let side = if random.is_chance(0.5) { scale } else { -scale };
        let center = (x + side * random.uniform(6.0, 20.0), y + scale * random.uniform(-9.0, 9.0));
        let words = random.is_chance(0.5).then_some((fonts, SEAL_WORDS));
        seal::draw_seal(page, center, random.uniform(11.0, 18.0) * scale, words, random.uniform(0.5, 0.95), random);
    } else {
        let corner = (x + scale * random.uniform(-22.0, -8.0), y + scale * random.uniform(-10.0, -3.0));
        seal::draw_signature(page, corner, (scale * random.uniform(22.0, 36.0), scale * random.uniform(9.0, 18.0)), random);
    }
}

/// Applies the effects of scanning and encodes the page as JPEG. `mode` is a random number from 0 to 1: below [`BLACK_SHARE`]
/// the page becomes black and white, below [`GREY_SHARE`] greyscale, otherwise it remains in colour.
fn encode_scan(mut page: RgbImage, dpi: u16, mode: f32, random: &mut SeededRng) -> Result<Vec<u8>> {
    shift_tones(&mut page, random);
    if random.is_chance(0.35) {
        let paper = choose(&PAPERS, random).unwrap_or(Rgb([250; 3]));
        page = effects::age_paper(&page, paper, random.uniform(0.03, 0.2), random);
    }
    page = effects::blur(&page, (random.next_u64() % 3) as u32);
    if random.is_chance(0.5) {
        page = effects::add_noise(&page, random.uniform(2.0, 14.0), random);
    }
    let quality = random.uniform(28.0, 90.0) as u8;
    if mode < BLACK_SHARE {
        let mut grey = imageops::grayscale(&page);
        let threshold = random.uniform(130.0, 170.0) as u8;
        grey.iter_mut().for_each(|level| *level = if *level < threshold { 0 } else { 255 });
        effects::encode_jpeg_grey(&grey, 90, dpi)
    } else if mode < GREY_SHARE {
        effects::encode_jpeg_grey(&imageops::grayscale(&page), quality, dpi)
    } else {
        effects::encode_jpeg(&page, quality, dpi)
    }
}

/// Changes the colours at random: lower contrast, higher or lower saturation, and a different gain for each channel.
fn shift_tones(page: &mut RgbImage, random: &mut SeededRng) {
    let gains = [random.uniform(0.9, 1.04), random.uniform(0.9, 1.04), random.uniform(0.88, 1.04)];
    let (lowest, saturation) = (random.uniform(0.0, 45.0), random.uniform(0.5, 1.2));
    for pixel in page.pixels_mut() {
        let mean = pixel.0.iter().map(|level| f32::from(*level)).sum::<f32>() / 3.0;
        for (level, gain) in pixel.0.iter_mut().zip(gains) {
            let toned = ((mean + (f32::from(*level) - mean) * saturation) * gain).max(0.0);
            *level = toned.mul_add((255.0 - lowest) / 255.0, lowest).clamp(0.0, 255.0) as u8;
        }
    }
}

//! First pages with a stamp of secrecy, with another stamp, or with none, as scanners deliver them.

use crate::degradation::effects;
use crate::degradation::scanner::degrade_as_scan;
use crate::page::content_generator::ContentGenerator;
use crate::page::document_content::DocumentContent;
use crate::page::fonts::Fonts;
use crate::page::layout;
use crate::random::{SeededRng, choose};
use crate::stamps::seal;
use crate::stamps::secrecy_stamp::{BLACK_THRESHOLD, Damage, StampFonts, StampSpec};
use image::{DynamicImage, RgbImage, imageops};
use serde::Serialize;
use sohoa_base::error::Result;
use std::collections::BTreeMap;

/// Number of kinds of first page that the generator draws itself; the last two use the words of secrecy in their
/// headings, where they are no stamp.
pub const CLEAN_PAGE_KINDS: u64 = 8;

/// Resolutions, dots per inch, each as often as it is to be drawn.
const RESOLUTIONS: [u16; 12] = [100, 100, 150, 150, 150, 150, 200, 200, 200, 200, 200, 300];

/// Least visible share of a stamp in black and white, 0 to 1; a page with a paler stamp is delivered in grey.
const MIN_BLACK_SHARE: f32 = 0.6;

/// A drawn page with its ground truth.
#[derive(Debug, Clone, Serialize)]
pub struct StampedPage {
    /// Its stamp.
    pub stamp: Option<StampSpec>,
    /// Middle of the stamp on the upright page, px.
    pub middle: Option<(f32, f32)>,
    /// Resolution, dots per inch.
    pub dpi: u16,
    /// Colours in which the scanner delivers it.
    pub colours: ColourMode,
    /// Clockwise turn that makes the picture upright, degrees.
    pub turn: u16,
    /// A colour or grey JPEG.
    #[serde(skip)]
    pub bytes: Vec<u8>,
}

/// Colours in which a scanner delivers a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ColourMode {
    /// Full colour.
    Colour,
    /// Grey levels.
    Grey,
    /// Black and white.
    Black,
}

/// Draws pages, and caches the clean ones by kind and resolution.
#[derive(Debug)]
pub struct StampedPageGenerator {
    fonts: Fonts,
    stamp_fonts: StampFonts,
    seed: u64,
    clean_pages: BTreeMap<(u64, u16), RgbImage>,
}

impl StampedPageGenerator {
    /// Loads the typefaces.
    ///
    /// # Errors
    /// As [`Fonts::load`].
    pub fn load(seed: u64) -> Result<Self> {
        Ok(Self { fonts: Fonts::load()?, stamp_fonts: StampFonts::load()?, seed, clean_pages: BTreeMap::new() })
    }

    /// Draws page `number`: with a stamp of secrecy where `secret`, otherwise with another stamp or none. `below` is a
    /// page and its dots per inch to draw on; without it the generator draws the page too. The same seed gives the
    /// same page.
    ///
    /// # Errors
    /// As [`effects::encode_jpeg`].
    pub fn generate(&mut self, number: usize, secret: bool, below: Option<(&DynamicImage, u32)>) -> Result<StampedPage> {
        let purpose = format!("{} {number}", if secret { "secret" } else { "harmless" });
        let mut random = SeededRng::for_purpose(self.seed, &purpose);
        let own = (random.next_u64() % CLEAN_PAGE_KINDS, choose(&RESOLUTIONS, &mut random).unwrap_or(200));
        let (mut page, dpi) = match below {
            Some((page, dpi)) => (page.to_rgb8(), u16::try_from(dpi).unwrap_or(200)),
            None => (self.clean_page(own.0, own.1), own.1),
        };
        let stamp = (secret || !random.next_u64().is_multiple_of(3)).then(|| StampSpec::random(secret, &mut random));
        let rendered = stamp.as_ref().map(|spec| {
            let rendered = spec.render(&mut page, u32::from(dpi), &self.stamp_fonts, &mut random);
            if spec.damages.contains(&Damage::Covered) {
                cover_stamp(&mut page, rendered.middle, f32::from(dpi) / 25.4, &mut random);
            }
            rendered
        });
        // A pale stamp vanishes in black and white, and nobody could find it there.
        let is_visible = rendered.is_none_or(|stamp| stamp.black_share >= MIN_BLACK_SHARE);
        let colours = match random.next_u64() % 12 {
            0 if is_visible => ColourMode::Black,
            0..4 => ColourMode::Grey,
            _ => ColourMode::Colour,
        };
        if below.is_none() {
            page = degrade_as_scan(page, &mut random);
        }
        let turn = if random.next_u64().is_multiple_of(40) { 180 } else { 0 };
        if turn == 180 {
            imageops::rotate180_in_place(&mut page);
        }
        let quality = random.uniform(35.0, 88.0) as u8;
        let bytes = match colours {
            ColourMode::Colour => effects::encode_jpeg(&page, quality, dpi)?,
            ColourMode::Grey => effects::encode_jpeg_grey(&imageops::grayscale(&page), quality, dpi)?,
            ColourMode::Black => {
                let mut grey = imageops::grayscale(&page);
                grey.iter_mut().for_each(|level| *level = if *level < BLACK_THRESHOLD { 0 } else { 255 });
                effects::encode_jpeg_grey(&grey, 90, dpi)?
            }
        };
        Ok(StampedPage { stamp, middle: rendered.map(|stamp| stamp.middle), dpi, colours, turn, bytes })
    }

    fn clean_page(&mut self, kind: u64, dpi: u16) -> RgbImage {
        let (fonts, seed) = (&self.fonts, self.seed);
        self.clean_pages.entry((kind, dpi)).or_insert_with(|| draw_clean_page(fonts, kind, dpi, seed)).clone()
    }
}

/// Content of a kind of page, from 0 to below [`CLEAN_PAGE_KINDS`].
pub fn content_of_kind(generator: &mut ContentGenerator, kind: u64) -> DocumentContent {
    let mut content = match kind {
        0 => generator.submission(),
        1 => generator.letter(),
        2 => generator.report(),
        3 => generator.invitation(),
        4 => generator.minutes(),
        5 => generator.notice(),
        _ => generator.decision(),
    };
    if kind == 6 {
        content.issuer = "ỦY BAN MẶT TRẬN TỔ QUỐC VIỆT NAM TỈNH BÌNH SƠN GIANG".to_owned();
        content.subject = "BAN HÀNH QUY CHẾ BẢO VỆ BÍ MẬT NHÀ NƯỚC".to_owned();
    }
    if kind == 7 {
        content.acting_official = "DANH MỤC BÍ MẬT NHÀ NƯỚC, ĐỘ MẬT VÀ MẬT MÃ".to_owned();
        content.subject = "Về việc bảo mật: các độ Tuyệt mật, Tối mật, Mật; mật độ, mặt bằng và bề mặt".to_owned();
    }
    content
}

fn draw_clean_page(fonts: &Fonts, kind: u64, dpi: u16, seed: u64) -> RgbImage {
    let mut generator = ContentGenerator::new(SeededRng::for_purpose(seed, &format!("stamped story {kind}")), 2018);
    let content = content_of_kind(&mut generator, kind);
    let random = &mut SeededRng::for_purpose(seed, &format!("stamped hand {kind}"));
    layout::typeset(fonts, &content, u32::from(dpi), random).into_iter().next().map(|page| page.picture).unwrap_or_default()
}

/// Draws a seal that overlaps the stamp, or a signature across it; `scale` in px per mm.
fn cover_stamp(page: &mut RgbImage, middle: (f32, f32), scale: f32, random: &mut SeededRng) {
    if random.next_u64().is_multiple_of(2) {
        let (x, y) = (random.uniform(12.0, 20.0), random.uniform(-8.0, 8.0));
        let side = if random.next_u64().is_multiple_of(2) { 1.0 } else { -1.0 };
        seal::draw_seal(page, (middle.0 + side * x * scale, middle.1 + y * scale), 17.0 * scale, None, random.uniform(0.5, 0.9), random);
    } else {
        seal::draw_signature(page, (middle.0 - 16.0 * scale, middle.1 - 7.0 * scale), (32.0 * scale, 14.0 * scale), random);
    }
}

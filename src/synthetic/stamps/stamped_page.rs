//! First pages with a stamp of secrecy, with a harmless one, or with none, as scanners deliver them.

use crate::degradation::effects;
use crate::page::content_generator::ContentGenerator;
use crate::page::document_content::DocumentContent;
use crate::page::fonts::Fonts;
use crate::page::layout;
use crate::random::SeededRng;
use crate::stamps::seal;
use crate::stamps::secrecy_stamp::{BLACK_THRESHOLD, Damage, StampFonts, StampSpec, choose};
use image::{DynamicImage, Rgb, RgbImage, imageops};
use serde::Serialize;
use sohoa_base::error::Result;
use std::collections::BTreeMap;

/// Kinds of the generator's own first pages; the last two have the words of secrecy in their heads.
pub const CLEAN_PAGE_KINDS: u64 = 8;

/// How often each resolution is drawn, dots per inch.
const RESOLUTIONS: [u16; 12] = [100, 100, 150, 150, 150, 150, 200, 200, 200, 200, 200, 300];

/// A stamp of which less can be seen in black and white, 0 to 1, is delivered in grey.
const MIN_BLACK_SHARE: f32 = 0.6;

/// A page that was drawn, and what is on it.
#[derive(Debug, Clone, Serialize)]
pub struct StampedPage {
    /// Its stamp.
    pub stamp: Option<StampSpec>,
    /// Middle of the stamp on the upright page, px.
    pub middle: Option<(f32, f32)>,
    /// Resolution, dots per inch.
    pub dpi: u16,
    /// How the scanner delivers it.
    pub colours: ColourMode,
    /// Clockwise turn that makes the picture upright, degrees.
    pub turn: u16,
    /// A colour or grey JPEG.
    #[serde(skip)]
    pub bytes: Vec<u8>,
}

/// Colours that a scanner delivers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ColourMode {
    /// All.
    Colour,
    /// Grey levels.
    Grey,
    /// Black and white.
    Black,
}

/// Draws pages; its own clean ones are kept.
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

    /// Page number `number` with a stamp of secrecy, or with a harmless stamp or none, on the given page of
    /// some resolution, or on one of the generator's own. The same seed gives the same page.
    ///
    /// # Errors
    /// As [`effects::jpeg`].
    pub fn generate(&mut self, number: usize, secret: bool, below: Option<(&DynamicImage, u32)>) -> Result<StampedPage> {
        let purpose = format!("{} {number}", if secret { "secret" } else { "harmless" });
        let mut random = SeededRng::for_purpose(self.seed, &purpose);
        let own = (random.next_u64() % CLEAN_PAGE_KINDS, choose(&RESOLUTIONS, &mut random).unwrap_or(200));
        let (mut page, dpi) = match below {
            Some((page, dpi)) => (page.to_rgb8(), u16::try_from(dpi).unwrap_or(200)),
            None => (self.clean_page(own.0, own.1), own.1),
        };
        let stamp = (secret || !random.next_u64().is_multiple_of(3)).then(|| StampSpec::random(secret, &mut random));
        let pressed = stamp.as_ref().map(|plan| {
            let pressed = plan.render(&mut page, u32::from(dpi), &self.stamp_fonts, &mut random);
            if plan.damages.contains(&Damage::Covered) {
                cover_stamp(&mut page, pressed.middle, f32::from(dpi) / 25.4, &mut random);
            }
            pressed
        });
        // Of a stamp that is too pale for black and white nothing is left that anybody could see.
        let is_seen = pressed.is_none_or(|pressed| pressed.black_share >= MIN_BLACK_SHARE);
        let colours = match random.next_u64() % 12 {
            0 if is_seen => ColourMode::Black,
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
        Ok(StampedPage { stamp, middle: pressed.map(|pressed| pressed.middle), dpi, colours, turn, bytes })
    }

    fn clean_page(&mut self, kind: u64, dpi: u16) -> RgbImage {
        let (fonts, seed) = (&self.fonts, self.seed);
        self.clean_pages.entry((kind, dpi)).or_insert_with(|| draw_clean_page(fonts, kind, dpi, seed)).clone()
    }
}

/// The paper of a kind below [`KINDS`].
pub fn content_of_kind(story: &mut ContentGenerator, kind: u64) -> DocumentContent {
    let mut paper = match kind {
        0 => story.submission(),
        1 => story.letter(),
        2 => story.report(),
        3 => story.invitation(),
        4 => story.minutes(),
        5 => story.notice(),
        _ => story.decision(),
    };
    if kind == 6 {
        paper.issuer = "ỦY BAN MẶT TRẬN TỔ QUỐC VIỆT NAM TỈNH BÌNH SƠN GIANG".to_owned();
        paper.subject = "BAN HÀNH QUY CHẾ BẢO VỆ BÍ MẬT NHÀ NƯỚC".to_owned();
    }
    if kind == 7 {
        paper.acting_official = "DANH MỤC BÍ MẬT NHÀ NƯỚC, ĐỘ MẬT VÀ MẬT MÃ".to_owned();
        paper.subject = "Về việc bảo mật: các độ Tuyệt mật, Tối mật, Mật; mật độ, mặt bằng và bề mặt".to_owned();
    }
    paper
}

fn draw_clean_page(fonts: &Fonts, kind: u64, dpi: u16, seed: u64) -> RgbImage {
    let mut story = ContentGenerator::new(SeededRng::for_purpose(seed, &format!("stamped story {kind}")), 2018);
    let paper = content_of_kind(&mut story, kind);
    let hand = &mut SeededRng::for_purpose(seed, &format!("stamped hand {kind}"));
    layout::typeset(fonts, &paper, u32::from(dpi), hand).into_iter().next().map(|page| page.picture).unwrap_or_default()
}

/// A seal beside the stamp that lies over a part of it, or a pen across it.
fn cover_stamp(page: &mut RgbImage, middle: (f32, f32), scale: f32, random: &mut SeededRng) {
    if random.next_u64().is_multiple_of(2) {
        let (x, y) = (random.uniform(12.0, 20.0), random.uniform(-8.0, 8.0));
        let side = if random.next_u64().is_multiple_of(2) { 1.0 } else { -1.0 };
        seal::draw_seal(page, (middle.0 + side * x * scale, middle.1 + y * scale), 17.0 * scale, None, random.uniform(0.5, 0.9), random);
    } else {
        seal::draw_signature(page, (middle.0 - 16.0 * scale, middle.1 - 7.0 * scale), (32.0 * scale, 14.0 * scale), random);
    }
}

/// The page from the glass: paper, skew, softness and grain by chance.
pub(crate) fn degrade_as_scan(mut page: RgbImage, random: &mut SeededRng) -> RgbImage {
    if random.next_u64().is_multiple_of(3) {
        let paper = choose(&[Rgb([250, 250, 246]), Rgb([243, 230, 200]), Rgb([236, 236, 234])], random).unwrap_or(Rgb([250; 3]));
        page = effects::age_paper(&page, paper, random.uniform(0.03, 0.2), random);
    }
    if random.next_u64().is_multiple_of(3) {
        page = effects::skew(&page, random.uniform(-2.0, 2.0), Rgb([246, 246, 244]));
    }
    page = effects::blur(&page, (random.next_u64() % 3) as u32);
    if random.next_u64().is_multiple_of(2) {
        page = effects::add_noise(&page, random.uniform(2.0, 14.0), random);
    }
    page
}

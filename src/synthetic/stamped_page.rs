//! First pages with a stamp of secrecy, with a harmless one, or with none, as scanners deliver them.

use super::fonts::Fonts;
use super::layout;
use super::paper::Paper;
use super::random::Random;
use super::secrecy_stamp::{BLACK_BELOW, Damage, StampFonts, StampPlan, one_of};
use super::story::Story;
use super::{degrade, stamp};
use image::{DynamicImage, Rgb, RgbImage, imageops};
use serde::Serialize;
use sohoa_base::error::Result;
use std::collections::BTreeMap;

/// Kinds of the generator's own first pages; the last two have the words of secrecy in their heads.
pub const KINDS: u64 = 8;

/// How often each resolution is drawn, dots per inch.
const RESOLUTIONS: [u16; 12] = [100, 100, 150, 150, 150, 150, 200, 200, 200, 200, 200, 300];

/// A stamp of which less can be seen in black and white, 0 to 1, is delivered in grey.
const SEEN: f32 = 0.6;

/// A page that was drawn, and what is on it.
#[derive(Debug, Clone, Serialize)]
pub struct StampedPage {
    /// Its stamp.
    pub stamp: Option<StampPlan>,
    /// Middle of the stamp on the upright page, px.
    pub middle: Option<(f32, f32)>,
    /// Resolution, dots per inch.
    pub dpi: u16,
    /// How the scanner delivers it.
    pub colours: Colours,
    /// Clockwise turn that makes the picture upright, degrees.
    pub turn: u16,
    /// A colour or grey JPEG.
    #[serde(skip)]
    pub bytes: Vec<u8>,
}

/// Colours that a scanner delivers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Colours {
    /// All.
    Colour,
    /// Grey levels.
    Grey,
    /// Black and white.
    Black,
}

/// Draws pages; its own clean ones are kept.
#[derive(Debug)]
pub struct Press {
    fonts: Fonts,
    stamps: StampFonts,
    seed: u64,
    clean: BTreeMap<(u64, u16), RgbImage>,
}

impl Press {
    /// Loads the typefaces.
    ///
    /// # Errors
    /// As [`Fonts::load`].
    pub fn load(seed: u64) -> Result<Self> {
        Ok(Self { fonts: Fonts::load()?, stamps: StampFonts::load()?, seed, clean: BTreeMap::new() })
    }

    /// Page number `number` with a stamp of secrecy, or with a harmless stamp or none, on the given page of
    /// some resolution, or on one of the generator's own. The same seed gives the same page.
    ///
    /// # Errors
    /// As [`degrade::jpeg`].
    pub fn page(&mut self, number: usize, secret: bool, below: Option<(&DynamicImage, u32)>) -> Result<StampedPage> {
        let purpose = format!("{} {number}", if secret { "secret" } else { "harmless" });
        let mut random = Random::for_purpose(self.seed, &purpose);
        let own = (random.draw() % KINDS, one_of(&RESOLUTIONS, &mut random).unwrap_or(200));
        let (mut page, dpi) = match below {
            Some((page, dpi)) => (page.to_rgb8(), u16::try_from(dpi).unwrap_or(200)),
            None => (self.own_page(own.0, own.1), own.1),
        };
        let stamp = (secret || !random.draw().is_multiple_of(3)).then(|| StampPlan::draw(secret, &mut random));
        let pressed = stamp.as_ref().map(|plan| {
            let pressed = plan.press(&mut page, u32::from(dpi), &self.stamps, &mut random);
            if plan.damages.contains(&Damage::Covered) {
                cover(&mut page, pressed.middle, f32::from(dpi) / 25.4, &mut random);
            }
            pressed
        });
        // Of a stamp that is too pale for black and white nothing is left that anybody could see.
        let is_seen = pressed.is_none_or(|pressed| pressed.black >= SEEN);
        let colours = match random.draw() % 12 {
            0 if is_seen => Colours::Black,
            0..4 => Colours::Grey,
            _ => Colours::Colour,
        };
        if below.is_none() {
            page = scanned(page, &mut random);
        }
        let turn = if random.draw().is_multiple_of(40) { 180 } else { 0 };
        if turn == 180 {
            imageops::rotate180_in_place(&mut page);
        }
        let quality = random.between(35.0, 88.0) as u8;
        let bytes = match colours {
            Colours::Colour => degrade::jpeg(&page, quality, dpi)?,
            Colours::Grey => degrade::jpeg_grey(&imageops::grayscale(&page), quality, dpi)?,
            Colours::Black => {
                let mut grey = imageops::grayscale(&page);
                grey.iter_mut().for_each(|level| *level = if *level < BLACK_BELOW { 0 } else { 255 });
                degrade::jpeg_grey(&grey, 90, dpi)?
            }
        };
        Ok(StampedPage { stamp, middle: pressed.map(|pressed| pressed.middle), dpi, colours, turn, bytes })
    }

    fn own_page(&mut self, kind: u64, dpi: u16) -> RgbImage {
        let (fonts, seed) = (&self.fonts, self.seed);
        self.clean.entry((kind, dpi)).or_insert_with(|| own_page(fonts, kind, dpi, seed)).clone()
    }
}

/// The paper of a kind below [`KINDS`].
pub fn paper(story: &mut Story, kind: u64) -> Paper {
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
        paper.speaker = "DANH MỤC BÍ MẬT NHÀ NƯỚC, ĐỘ MẬT VÀ MẬT MÃ".to_owned();
        paper.subject = "Về việc bảo mật: các độ Tuyệt mật, Tối mật, Mật; mật độ, mặt bằng và bề mặt".to_owned();
    }
    paper
}

fn own_page(fonts: &Fonts, kind: u64, dpi: u16, seed: u64) -> RgbImage {
    let mut story = Story::new(Random::for_purpose(seed, &format!("stamped story {kind}")), 2018);
    let paper = paper(&mut story, kind);
    let hand = &mut Random::for_purpose(seed, &format!("stamped hand {kind}"));
    layout::set(fonts, &paper, u32::from(dpi), hand).into_iter().next().map(|page| page.picture).unwrap_or_default()
}

/// A seal beside the stamp that lies over a part of it, or a pen across it.
fn cover(page: &mut RgbImage, middle: (f32, f32), scale: f32, random: &mut Random) {
    if random.draw().is_multiple_of(2) {
        let (x, y) = (random.between(12.0, 20.0), random.between(-8.0, 8.0));
        let side = if random.draw().is_multiple_of(2) { 1.0 } else { -1.0 };
        stamp::seal(page, (middle.0 + side * x * scale, middle.1 + y * scale), 17.0 * scale, None, random.between(0.5, 0.9), random);
    } else {
        stamp::signature(page, (middle.0 - 16.0 * scale, middle.1 - 7.0 * scale), (32.0 * scale, 14.0 * scale), random);
    }
}

/// The page from the glass: paper, skew, softness and grain by chance.
pub(super) fn scanned(mut page: RgbImage, random: &mut Random) -> RgbImage {
    if random.draw().is_multiple_of(3) {
        let paper = one_of(&[Rgb([250, 250, 246]), Rgb([243, 230, 200]), Rgb([236, 236, 234])], random).unwrap_or(Rgb([250; 3]));
        page = degrade::age(&page, paper, random.between(0.03, 0.2), random);
    }
    if random.draw().is_multiple_of(3) {
        page = degrade::skew(&page, random.between(-2.0, 2.0), Rgb([246, 246, 244]));
    }
    page = degrade::blur(&page, (random.draw() % 3) as u32);
    if random.draw().is_multiple_of(2) {
        page = degrade::noise(&page, random.between(2.0, 14.0), random);
    }
    page
}

//! A clean page as it comes back from years in a folder and a hurried scan: several faults at once.

use crate::degradation::effects;
use crate::degradation::effects::Severity;
use crate::random::SeededRng;
use crate::stamps::seal;
use image::{DynamicImage, Rgb, RgbImage};
use sohoa_base::error::{Error, Result};

/// What is done to one page. Nothing, in each field, where the fault is absent.
#[derive(Debug, Clone, Copy, PartialEq, Default, serde::Serialize)]
pub struct Degradation {
    /// Toner worn off, share of its darkness.
    pub fade: Option<f32>,
    /// A red seal, share of full ink.
    pub seal: Option<f32>,
    /// Print of another page shining through, share of its darkness.
    pub bleed: Option<f32>,
    /// Clockwise turn, degrees.
    pub skew: Option<f32>,
    /// Rounds of softening.
    pub blur: Option<u32>,
    /// Deviation of the grain, grey levels.
    pub noise: Option<f32>,
    /// Quality of the compression, 1 to 100.
    pub jpeg: Option<u8>,
}

/// Quality of a page's JPEG where compression is no fault of it.
const GOOD_QUALITY: u8 = 85;

/// A patch of a faded page wears by up to this much more than the page.
const MAX_LOCAL_FADE: f32 = 1.3;

/// Faults in the order of [`draw`]; the last four take sharpness and contrast from every letter.
const FAULT_COUNT: usize = 7;
const GENTLE_FAULT_COUNT: usize = 3;

/// Draws what happens to a page: at light two or three faults a little, at medium three or four, at heavy five
/// or six. Of blur, noise, compression and fading at most two are heavy at once, so that a person can still
/// read the page.
#[must_use]
pub fn random_degradation(strength: Severity, random: &mut SeededRng) -> Degradation {
    let (fewest, from, to) = match strength {
        Severity::Light => (2, 0.0, 0.3),
        Severity::Medium => (3, 0.25, 0.65),
        Severity::Heavy => (5, 0.6, 1.0),
    };
    let count = fewest + (random.next_u64() % 2) as usize;
    let mut order: [usize; FAULT_COUNT] = std::array::from_fn(|fault| fault);
    for last in (1..FAULT_COUNT).rev() {
        order.swap(last, (random.next_u64() % (last as u64 + 1)) as usize);
    }
    let mut severities = [None; FAULT_COUNT];
    let mut hard = 0;
    for fault in order.into_iter().take(count) {
        let mut severity = random.uniform(from, to);
        if fault >= GENTLE_FAULT_COUNT {
            hard += 1;
            if hard > 2 {
                severity = severity.min(0.35);
            }
        }
        if let Some(place) = severities.get_mut(fault) {
            *place = Some(severity);
        }
    }
    let [skew, bleed, seal, blur, noise, jpeg, fade] = severities;
    let side = if random.next_u64().is_multiple_of(2) { 1.0 } else { -1.0 };
    let amount = |low: f32, high: f32| move |severity: f32| low + (high - low) * severity;
    let fade = fade.map(amount(0.15, 0.65));
    // Where the toner is worn most, what shines through must stay fainter than the page's own print.
    let faintest_print = 1.0 - MAX_LOCAL_FADE * fade.unwrap_or(0.0);
    Degradation {
        fade,
        seal: seal.map(amount(0.45, 0.95)),
        bleed: bleed.map(amount(0.05, 0.32)).map(|share| share.min(faintest_print / 2.0)),
        skew: skew.map(amount(0.25, 2.5)).map(|degrees| side * degrees),
        blur: blur.map(amount(1.0, 3.4)).map(|rounds| rounds as u32),
        noise: noise.map(amount(4.0, 26.0)),
        jpeg: jpeg.map(amount(70.0, 14.0)).map(|quality| quality as u8),
    }
}

/// The page with its wear: paper first, then the scanner, then the file. `back` is the page that shines
/// through. Gives a colour JPEG of `dpi` dots per inch.
///
/// # Errors
/// `Limit` where a side is over 65,535 px or the resolution over 65,535 dpi.
pub fn degrade_page(clean: &DynamicImage, back: &DynamicImage, dpi: u32, wear: &Degradation, random: &mut SeededRng) -> Result<Vec<u8>> {
    let dpi = u16::try_from(dpi).map_err(|_| Error::limit(format!("a page of {dpi} dots per inch cannot be written as JPEG")))?;
    let mut page: RgbImage = clean.to_rgb8();
    if let Some(share) = wear.fade {
        page = effects::fade_toner(&page, share, random);
    }
    if let Some(ink) = wear.seal {
        let (width, height) = (page.width() as f32, page.height() as f32);
        // 36 mm across on A4, somewhere on the text, most often towards the signature.
        let radius = width.min(height) * 0.086;
        let centre = (width * random.uniform(0.3, 0.8), height * random.uniform(0.35, 0.85));
        seal::draw_seal(&mut page, centre, radius, None, ink, random);
    }
    if let Some(share) = wear.bleed {
        page = effects::bleed_through(&page, &back.to_rgb8(), share);
    }
    if let Some(degrees) = wear.skew {
        page = effects::skew(&page, degrees, Rgb([250, 250, 248]));
    }
    if let Some(rounds) = wear.blur {
        page = effects::blur(&page, rounds);
    }
    if let Some(deviation) = wear.noise {
        page = effects::add_noise(&page, deviation, random);
    }
    effects::encode_jpeg(&page, wear.jpeg.unwrap_or(GOOD_QUALITY), dpi)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::degradation::effects::SEVERITIES;

    fn wears(strength: Severity) -> Vec<Degradation> {
        (0..200).map(|seed| random_degradation(strength, &mut SeededRng::new(seed))).collect()
    }

    fn faults(wear: &Degradation) -> usize {
        let Degradation { fade, seal, bleed, skew, blur, noise, jpeg } = wear;
        [fade, seal, bleed, skew, noise].iter().filter(|fault| fault.is_some()).count()
            + usize::from(blur.is_some())
            + usize::from(jpeg.is_some())
    }

    #[test]
    fn a_stronger_wear_has_more_faults_and_every_fault_occurs() {
        for (strength, least, most) in [(Severity::Light, 2, 3), (Severity::Medium, 3, 4), (Severity::Heavy, 5, 6)] {
            let counts: Vec<usize> = wears(strength).iter().map(faults).collect();
            assert_eq!((counts.iter().min(), counts.iter().max()), (Some(&least), Some(&most)), "{strength:?}");
            let all = wears(strength);
            let occurs: [fn(&Degradation) -> bool; 7] = [
                |wear| wear.fade.is_some(),
                |wear| wear.seal.is_some(),
                |wear| wear.bleed.is_some(),
                |wear| wear.skew.is_some_and(|degrees| degrees < 0.0),
                |wear| wear.blur.is_some(),
                |wear| wear.noise.is_some(),
                |wear| wear.jpeg.is_some(),
            ];
            assert!(occurs.iter().all(|occurs| all.iter().any(occurs)), "{strength:?}");
        }
    }

    #[test]
    fn a_person_can_still_read_the_heaviest() {
        for wear in wears(Severity::Heavy) {
            let heavy = [
                wear.fade.is_some_and(|share| share > 0.4),
                wear.blur.is_some_and(|rounds| rounds > 1),
                wear.noise.is_some_and(|deviation| deviation > 13.0),
                wear.jpeg.is_some_and(|quality| quality < 45),
            ];
            assert!(heavy.iter().filter(|heavy| **heavy).count() <= 2, "{wear:?}");
            let print = 1.0 - 1.3 * wear.fade.unwrap_or(0.0);
            assert!(wear.bleed.unwrap_or(0.0) <= print * 0.51, "{wear:?}");
        }
    }

    #[test]
    fn the_same_chance_gives_the_same_bytes_with_the_resolution_in_the_header() {
        let clean = DynamicImage::from(RgbImage::from_fn(120, 160, |x, y| Rgb([if (x / 6 + y / 9) % 3 == 0 { 20 } else { 250 }; 3])));
        for strength in SEVERITIES {
            let made = |seed: u64| {
                let mut random = SeededRng::new(seed);
                let drawn = random_degradation(strength, &mut random);
                degrade_page(&clean, &clean.fliph(), 200, &drawn, &mut random).unwrap_or_default()
            };
            assert_eq!(made(3), made(3));
            assert_ne!(made(3), made(4));
            // JFIF: unit 1 is dots per inch, then across and down.
            assert_eq!(made(3).get(13..18), Some([1, 0, 200, 0, 200].as_slice()));
        }
    }
}

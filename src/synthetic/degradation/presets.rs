//! Random combinations of effects, as on old pages scanned in haste.

use crate::degradation::effects;
use crate::degradation::effects::Severity;
use crate::random::SeededRng;
use crate::stamps::seal;
use image::{DynamicImage, Rgb, RgbImage};
use sohoa_base::error::Result;
use sohoa_base::messages::evaluation;

/// Effects on one page; `None` where an effect is absent.
#[derive(Debug, Clone, Copy, PartialEq, Default, serde::Serialize)]
pub struct Degradation {
    /// Faded toner: share of the darkness lost, 0 to 1.
    pub fade: Option<f32>,
    /// A red seal: share of full ink, 0 to 1.
    pub seal: Option<f32>,
    /// Print of another page that shows through: share of its darkness, 0 to 1.
    pub bleed: Option<f32>,
    /// Clockwise skew, degrees.
    pub skew: Option<f32>,
    /// Passes of the blur.
    pub blur: Option<u32>,
    /// Standard deviation of the noise, grey levels.
    pub noise: Option<f32>,
    /// JPEG quality, 1 to 100.
    pub jpeg: Option<u8>,
}

/// JPEG quality of a page without compression as an effect.
const GOOD_QUALITY: u8 = 85;

/// Greatest fading of a patch, as a multiple of that of the page.
const MAX_LOCAL_FADE: f32 = 1.3;

/// Number of effects.
const FAULT_COUNT: usize = 7;
/// The first effects in the order of [`random_degradation`] are gentle; the others take sharpness or contrast from every
/// letter.
const GENTLE_FAULT_COUNT: usize = 3;

/// Picks effects for a page at random: two or three weak ones at [`Severity::Light`], three or four at
/// [`Severity::Medium`], five or six at [`Severity::Heavy`]. Of blur, noise, compression and fading at most two are strong at
/// once, so that a person can still read the page.
#[must_use]
pub fn random_degradation(severity: Severity, random: &mut SeededRng) -> Degradation {
    let (fewest, from, to) = match severity {
        Severity::Light => (2, 0.0, 0.3),
        Severity::Medium => (3, 0.25, 0.65),
        Severity::Heavy => (5, 0.6, 1.0),
    };
    let count = fewest + (random.next_u64() % 2) as usize;
    let mut order: [usize; FAULT_COUNT] = std::array::from_fn(|fault| fault);
    for last in (1..FAULT_COUNT).rev() {
        order.swap(last, (random.next_u64() % (last as u64 + 1)) as usize);
    }
    let mut amounts = [None; FAULT_COUNT];
    let mut hard = 0;
    for fault in order.into_iter().take(count) {
        let mut amount = random.uniform(from, to);
        if fault >= GENTLE_FAULT_COUNT {
            hard += 1;
            if hard > 2 {
                amount = amount.min(0.35);
            }
        }
        if let Some(place) = amounts.get_mut(fault) {
            *place = Some(amount);
        }
    }
    let [skew, bleed, seal, blur, noise, jpeg, fade] = amounts;
    let side = if random.next_u64().is_multiple_of(2) { 1.0 } else { -1.0 };
    let between = |low: f32, high: f32| move |amount: f32| low + (high - low) * amount;
    let fade = fade.map(between(0.15, 0.65));
    // Even where the toner is most faded, the print that shows through must stay fainter than the print of the page.
    let faintest_print = 1.0 - MAX_LOCAL_FADE * fade.unwrap_or(0.0);
    Degradation {
        fade,
        seal: seal.map(between(0.45, 0.95)),
        bleed: bleed.map(between(0.05, 0.32)).map(|share| share.min(faintest_print / 2.0)),
        skew: skew.map(between(0.25, 2.5)).map(|degrees| side * degrees),
        blur: blur.map(between(1.0, 3.4)).map(|rounds| rounds as u32),
        noise: noise.map(between(4.0, 26.0)),
        jpeg: jpeg.map(between(70.0, 14.0)).map(|quality| quality as u8),
    }
}

/// Applies the effects to a page, first those of the paper, then those of the scanner, and encodes it as a colour JPEG of
/// `dpi` dots per inch. `back` is the page that shows through.
///
/// # Errors
/// `Limit` where a side is over 65,535 px or the resolution over 65,535 dpi.
pub fn degrade_page(
    clean: &DynamicImage,
    back: &DynamicImage,
    dpi: u32,
    degradation: &Degradation,
    random: &mut SeededRng,
) -> Result<Vec<u8>> {
    let dpi = u16::try_from(dpi).map_err(|_| evaluation::page_resolution_too_high(dpi))?;
    let mut page: RgbImage = clean.to_rgb8();
    if let Some(share) = degradation.fade {
        page = effects::fade_toner(&page, share, random);
    }
    if let Some(ink) = degradation.seal {
        let (width, height) = (page.width() as f32, page.height() as f32);
        // 36 mm across on A4, somewhere on the text, most often towards the signature.
        let radius = width.min(height) * 0.086;
        let centre = (width * random.uniform(0.3, 0.8), height * random.uniform(0.35, 0.85));
        seal::draw_seal(&mut page, centre, radius, None, ink, random);
    }
    if let Some(share) = degradation.bleed {
        page = effects::bleed_through(&page, &back.to_rgb8(), share);
    }
    if let Some(degrees) = degradation.skew {
        page = effects::skew(&page, degrees, Rgb([250, 250, 248]));
    }
    if let Some(rounds) = degradation.blur {
        page = effects::blur(&page, rounds);
    }
    if let Some(deviation) = degradation.noise {
        page = effects::add_noise(&page, deviation, random);
    }
    effects::encode_jpeg(&page, degradation.jpeg.unwrap_or(GOOD_QUALITY), dpi)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::degradation::effects::SEVERITIES;

    fn degradations(severity: Severity) -> Vec<Degradation> {
        (0..200).map(|seed| random_degradation(severity, &mut SeededRng::new(seed))).collect()
    }

    fn faults(degradation: &Degradation) -> usize {
        let Degradation { fade, seal, bleed, skew, blur, noise, jpeg } = degradation;
        [fade, seal, bleed, skew, noise].iter().filter(|fault| fault.is_some()).count()
            + usize::from(blur.is_some())
            + usize::from(jpeg.is_some())
    }

    #[test]
    fn higher_severity_has_more_faults_and_covers_every_kind() {
        for (strength, least, most) in [(Severity::Light, 2, 3), (Severity::Medium, 3, 4), (Severity::Heavy, 5, 6)] {
            let counts: Vec<usize> = degradations(strength).iter().map(faults).collect();
            assert_eq!((counts.iter().min(), counts.iter().max()), (Some(&least), Some(&most)), "{strength:?}");
            let all = degradations(strength);
            let occurs: [fn(&Degradation) -> bool; 7] = [
                |degradation| degradation.fade.is_some(),
                |degradation| degradation.seal.is_some(),
                |degradation| degradation.bleed.is_some(),
                |degradation| degradation.skew.is_some_and(|degrees| degrees < 0.0),
                |degradation| degradation.blur.is_some(),
                |degradation| degradation.noise.is_some(),
                |degradation| degradation.jpeg.is_some(),
            ];
            assert!(occurs.iter().all(|occurs| all.iter().any(occurs)), "{strength:?}");
        }
    }

    #[test]
    fn heavy_degradation_stays_legible() {
        for degradation in degradations(Severity::Heavy) {
            let heavy = [
                degradation.fade.is_some_and(|share| share > 0.4),
                degradation.blur.is_some_and(|rounds| rounds > 1),
                degradation.noise.is_some_and(|deviation| deviation > 13.0),
                degradation.jpeg.is_some_and(|quality| quality < 45),
            ];
            assert!(heavy.iter().filter(|heavy| **heavy).count() <= 2, "{degradation:?}");
            let print = 1.0 - 1.3 * degradation.fade.unwrap_or(0.0);
            assert!(degradation.bleed.unwrap_or(0.0) <= print * 0.51, "{degradation:?}");
        }
    }

    #[test]
    fn same_seed_gives_same_bytes_with_resolution_header() {
        let clean = DynamicImage::from(RgbImage::from_fn(120, 160, |x, y| Rgb([if (x / 6 + y / 9) % 3 == 0 { 20 } else { 250 }; 3])));
        for severity in SEVERITIES {
            let made = |seed: u64| {
                let mut random = SeededRng::new(seed);
                let degradation = random_degradation(severity, &mut random);
                degrade_page(&clean, &clean.fliph(), 200, &degradation, &mut random).unwrap_or_default()
            };
            assert_eq!(made(3), made(3));
            assert_ne!(made(3), made(4));
            // JFIF: unit 1 is dots per inch, then across and down.
            assert_eq!(made(3).get(13..18), Some([1, 0, 200, 0, 200].as_slice()));
        }
    }
}

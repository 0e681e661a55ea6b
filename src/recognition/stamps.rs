//! Secrecy stamps (dấu độ mật): detection and verification on the upper part of a page, before seals are removed.

pub use crate::stamp_map::words_on_map;

use crate::stamp_map::{MIN_WORD_DISTANCE, MIN_WORD_PROBABILITY, distance, logit, prefix_word_bonus, secrecy_level};
use sohoa_base::error::Result;
use sohoa_base::model::page::reading::{SecrecyLevel, SecrecyStamp};
use sohoa_engine::engine::{Engine, StampOffset};
use sohoa_engine::networks::stamps::{CONTEXT_STRIP, StripLayout, WORD_STRIP};
use sohoa_imaging::stamps::search_area::{StampSearchArea, StampView, StampWord, cut_strip};
use std::cmp::Reverse;

/// Thresholds for one image. A missed stamp is the worst error; they were set with `sohoa eval --stamps`.
struct StampThresholds {
    /// Detector probability from which a candidate is verified, 0 to 1.
    candidate: f32,
    /// Most candidates that are verified, the most probable first.
    max_candidates: usize,
    /// Fused probability of detector and verifiers from which a candidate is a stamp, 0 to 1.
    accept: f32,
}

/// Thresholds for the page itself and for its coloured inks.
const PAGE_THRESHOLDS: StampThresholds = StampThresholds { candidate: MIN_WORD_PROBABILITY, max_candidates: 6, accept: 0.78 };

/// Thresholds for pale ink with print removed: real stamps are clear there, and fragments of other stamps resemble words.
const PALE_INK_THRESHOLDS: StampThresholds = StampThresholds { candidate: 0.6, max_candidates: 2, accept: 0.97 };

/// Score of the word alone, log-odds, below which a candidate is rejected.
const MIN_SCORE: f32 = -2.6;

/// Weighted score of word and context, log-odds, below which a candidate is rejected.
const MIN_LOCATED_SCORE: f32 = -2.4;

/// Weight of the score of the word alone in that score; the context has the rest.
const FIRST_SCORE_WEIGHT: f32 = 0.4;

/// Distance from the acceptance threshold, log-odds, below which a candidate is verified a second time.
const REVERIFY_MARGIN: f32 = 2.0;

/// Weight of the log-odds of the detector against those of the verifiers.
const DETECTOR_WEIGHT: f32 = 0.25;

/// Finds secrecy stamps on a page that a clockwise turn by `turn` degrees makes upright, the most secret and then the most
/// probable first; `upright` is its size after the turn, px.
///
/// A stamp may be under a seal, over print or under it, so the search is repeated on the red channel alone where the
/// page has coloured ink, on blue and violet ink alone where there is some, and without print where there is paler ink.
///
/// # Errors
/// `Internal` when a network fails.
pub(crate) fn find_secrecy_stamps(view: &StampView, turn: u16, upright: (u32, u32), engine: &mut dyn Engine) -> Result<Vec<SecrecyStamp>> {
    let upper = view.search_area(turn);
    let mut found = detect_on(&upper, &PAGE_THRESHOLDS, engine)?;
    let by_inks = [
        (upper.red_channel_only(), PAGE_THRESHOLDS),
        (upper.blue_ink_only(), PAGE_THRESHOLDS),
        (upper.pale_ink_only(), PALE_INK_THRESHOLDS),
    ];
    for (area, thresholds) in by_inks.into_iter().filter_map(|(area, thresholds)| Some((area?, thresholds))) {
        for mut other in detect_on(&area, &thresholds, engine)? {
            other.word.center.0 += area.origin.0 as f32;
            other.word.center.1 += area.origin.1 as f32;
            match found.iter_mut().find(|known| distance(known.word.center, other.word.center) < MIN_WORD_DISTANCE * known.word.cap_height)
            {
                // Of two detections of the same word the more probable one counts.
                Some(known) if known.probability < other.probability => *known = other,
                Some(_) => {}
                None => found.push(other),
            }
        }
    }
    let mut stamps: Vec<SecrecyStamp> = found.iter().map(|one| view.to_stamp(&one.word, one.level, one.probability, upright)).collect();
    stamps.sort_by_key(|stamp| (Reverse(stamp.level), Reverse(stamp.confidence), stamp.bounds.y0, stamp.bounds.x0));
    Ok(stamps)
}

/// A verified stamp.
struct DetectedStamp {
    word: StampWord,
    level: SecrecyLevel,
    /// Fused probability, 0 to 1.
    probability: f32,
}

/// Stamps on one image of the search area, the most probable candidate of the detector first.
///
/// Candidates pass three networks of increasing cost: the word alone, the word in its context, and all verifiers on the
/// straightened word.
fn detect_on(area: &StampSearchArea, thresholds: &StampThresholds, engine: &mut dyn Engine) -> Result<Vec<DetectedStamp>> {
    let Some(map) = engine.detect_stamps(&area.half_size)? else { return Ok(Vec::new()) };
    let accept = logit(thresholds.accept);
    let cut = |word: &StampWord, layout: StripLayout| cut_strip(&area.full_size, word, layout.size, layout.center);
    let mut stamps = Vec::new();
    let candidates = words_on_map(&map).into_iter().filter(|word| word.log_odds >= logit(thresholds.candidate));
    for candidate in candidates.take(thresholds.max_candidates) {
        let bonus = prefix_word_bonus(&map, &candidate);
        let Some(score) = engine.score_stamp(&cut(&candidate, WORD_STRIP))? else { continue };
        if score + bonus < MIN_SCORE {
            continue;
        }
        let Some(located) = engine.locate_stamp(&cut(&candidate, CONTEXT_STRIP))? else { continue };
        if FIRST_SCORE_WEIGHT * score + (1.0 - FIRST_SCORE_WEIGHT) * located.log_odds + bonus < MIN_LOCATED_SCORE {
            continue;
        }
        // The detector gives centre, direction and height only roughly, above all over print; the verifiers need them exact.
        let word = refine(&candidate, &located.offset);
        let Some(verified) = engine.verify_stamp(&cut(&word, CONTEXT_STRIP))? else { continue };
        let mut log_odds = bonus + fuse_log_odds(word.log_odds, verified.log_odds);
        if (log_odds - accept).abs() < REVERIFY_MARGIN {
            // Straightened once more it is a second sample of the same word: the mean of both has a smaller error.
            let again = engine.verify_stamp(&cut(&refine(&word, &verified.offset), CONTEXT_STRIP))?.unwrap_or(verified);
            log_odds = bonus + fuse_log_odds(word.log_odds, f32::midpoint(verified.log_odds, again.log_odds));
        }
        if log_odds >= accept {
            stamps.push(DetectedStamp { level: secrecy_level(&map, &word), word, probability: 1.0 / (1.0 + (-log_odds).exp()) });
        }
    }
    Ok(stamps)
}

/// Weighted mean of the log-odds of detector and verifiers.
fn fuse_log_odds(detected: f32, verified: f32) -> f32 {
    DETECTOR_WEIGHT * detected + (1.0 - DETECTOR_WEIGHT) * verified
}

/// Corrects centre, direction and height of a word by the offset that was measured on its strip.
#[must_use]
pub fn refine(word: &StampWord, offset: &StampOffset) -> StampWord {
    let ((sine, cosine), (along, across)) = (word.direction, offset.center);
    let (more_sine, more_cosine) = offset.rotation.sin_cos();
    StampWord {
        center: (
            word.center.0 + (along * cosine - across * sine) * word.cap_height,
            word.center.1 + (along * sine + across * cosine) * word.cap_height,
        ),
        direction: (sine * more_cosine + cosine * more_sine, cosine * more_cosine - sine * more_sine),
        cap_height: word.cap_height * offset.scale.exp(),
        log_odds: word.log_odds,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;
    use crate::stamp_map::tests::map;
    use image::{DynamicImage, GrayImage, Rgb, RgbImage};
    use sohoa_engine::engine::{OcrWord, StampMap, StampReading};
    use std::collections::BTreeMap;

    /// Stamp networks with given results.
    struct Sees {
        map: Box<dyn Fn(&RgbImage) -> StampMap + Send>,
        /// Probabilities by [`Engine::score_stamp`] and [`Engine::locate_stamp`].
        sights: (f32, f32),
        offset: StampOffset,
        read: Box<dyn FnMut(&RgbImage) -> f32 + Send>,
    }

    impl Sees {
        /// The same words on every image, and the same probability for every strip.
        fn words(places: &[(usize, usize, usize, f32)], read: f32) -> Self {
            let map = map(places);
            let map = Box::new(move |_: &RgbImage| map.clone());
            Self { map, sights: (0.5, 0.5), offset: StampOffset::default(), read: Box::new(move |_| read) }
        }
    }

    impl Engine for Sees {
        fn read_line(&mut self, _: &GrayImage) -> Result<Vec<OcrWord>> {
            Ok(Vec::new())
        }

        fn detect_stamps(&mut self, picture: &RgbImage) -> Result<Option<StampMap>> {
            Ok(Some((self.map)(picture)))
        }

        fn score_stamp(&mut self, word: &RgbImage) -> Result<Option<f32>> {
            assert_eq!(word.dimensions(), WORD_STRIP.size);
            Ok(Some(logit(self.sights.0)))
        }

        fn locate_stamp(&mut self, strip: &RgbImage) -> Result<Option<StampReading>> {
            assert_eq!(strip.dimensions(), CONTEXT_STRIP.size);
            Ok(Some(StampReading { log_odds: logit(self.sights.1), offset: self.offset }))
        }

        fn verify_stamp(&mut self, strip: &RgbImage) -> Result<Option<StampReading>> {
            assert_eq!(strip.dimensions(), CONTEXT_STRIP.size);
            Ok(Some(StampReading { log_odds: logit((self.read)(strip)), offset: StampOffset::default() }))
        }

        fn model_hashes(&self) -> BTreeMap<String, String> {
            BTreeMap::new()
        }
    }

    #[test]
    fn preceding_word_determines_secrecy_level() {
        let page = DynamicImage::from(RgbImage::from_pixel(620, 877, Rgb([250; 3])));
        let view = StampView::of(&page, 75).unwrap();
        let seen = |places: &[(usize, usize, usize, f32)]| {
            let found = find_secrecy_stamps(&view, 0, (620, 877), &mut Sees::words(places, 0.95)).unwrap();
            found.iter().map(|stamp| (stamp.level, stamp.confidence)).collect::<Vec<_>>()
        };
        assert_eq!(seen(&[(0, 15, 5, 3.0)]), [(SecrecyLevel::Confidential, 95)]);
        assert_eq!(seen(&[(0, 15, 5, 3.0), (1, 9, 5, 1.0)]), [(SecrecyLevel::Secret, 95)]);
        assert_eq!(seen(&[(0, 15, 5, 3.0), (2, 7, 5, 1.0), (1, 8, 5, 0.5)]), [(SecrecyLevel::TopSecret, 95)]);
        // A word too far away, and a word before no `MẬT`.
        assert_eq!(seen(&[(0, 17, 5, 3.0), (2, 2, 5, 1.0)]), [(SecrecyLevel::Confidential, 95)]);
        assert_eq!(seen(&[(2, 7, 5, 3.0)]), []);
        // The most secret of two is named first.
        let both = seen(&[(0, 2, 2, 5.0), (0, 17, 8, 2.0), (1, 11, 8, 2.0)]);
        assert_eq!(both, [(SecrecyLevel::Secret, 97), (SecrecyLevel::Confidential, 97)]);
    }

    #[test]
    fn nearby_preceding_word_supports_uncertain_stamp() {
        let view = StampView::of(&DynamicImage::from(RgbImage::from_pixel(1240, 1754, Rgb([250; 3]))), 150).unwrap();
        let seen = |before: (usize, usize, usize, f32)| {
            find_secrecy_stamps(&view, 0, (1240, 1754), &mut Sees::words(&[(0, 15, 5, 1.0), before], 0.5)).unwrap().len()
        };
        assert_eq!((seen((1, 9, 5, 3.0)), seen((2, 8, 5, 3.0)), seen((1, 9, 5, 1.0))), (1, 1, 0));
        // On another line, too far before it, behind it.
        assert_eq!((seen((1, 9, 8, 3.0)), seen((1, 4, 5, 3.0)), seen((1, 19, 5, 3.0))), (0, 0, 0));
    }

    #[test]
    fn detected_word_needs_verification_to_be_stamp() {
        let view = StampView::of(&DynamicImage::from(RgbImage::from_pixel(1240, 1754, Rgb([250; 3]))), 150).unwrap();
        let seen = |found: f32, read: f32| {
            find_secrecy_stamps(&view, 0, (1240, 1754), &mut Sees::words(&[(0, 15, 5, found)], read)).unwrap().len()
        };
        assert_eq!((seen(3.0, 0.9), seen(3.0, 0.1), seen(0.5, 0.95), seen(-3.0, 0.99)), (1, 0, 1, 0));
    }

    #[test]
    fn low_score_or_location_rejects_candidate() {
        let view = StampView::of(&DynamicImage::from(RgbImage::from_pixel(1240, 1754, Rgb([250; 3]))), 150).unwrap();
        let seen = |first: f32, second: f32| {
            let mut engine = Sees { sights: (first, second), ..Sees::words(&[(0, 15, 5, 3.0)], 0.95) };
            find_secrecy_stamps(&view, 0, (1240, 1754), &mut engine).unwrap().len()
        };
        assert_eq!((seen(0.05, 0.99), seen(0.1, 0.5), seen(0.1, 0.03), seen(0.9, 0.001), seen(0.5, 0.005)), (0, 1, 0, 0, 0));
        assert_eq!((seen(0.9, 0.01), seen(0.99, 0.005)), (1, 1));
    }

    #[test]
    fn uncertain_word_is_verified_twice() {
        let view = StampView::of(&DynamicImage::from(RgbImage::from_pixel(1240, 1754, Rgb([250; 3]))), 150).unwrap();
        let seen = |first: f32, then: f32| {
            let mut reads = [first].into_iter();
            let read = Box::new(move |_: &RgbImage| reads.next().unwrap_or(then));
            find_secrecy_stamps(&view, 0, (1240, 1754), &mut Sees { read, ..Sees::words(&[(0, 15, 5, 1.0)], 0.0) }).unwrap().len()
        };
        assert_eq!((seen(0.6, 0.6), seen(0.6, 0.95), seen(0.95, 0.5), seen(0.95, 0.05)), (0, 1, 1, 0));
        // Where they are sure once is enough.
        assert_eq!((seen(0.999, 0.001), seen(0.01, 0.999)), (1, 0));
    }

    #[test]
    fn coloured_page_is_also_searched_without_red() {
        let page = RgbImage::from_fn(620, 877, |x, _| if x < 40 { Rgb([220, 40, 50]) } else { Rgb([250; 3]) });
        let view = StampView::of(&DynamicImage::from(page), 75).unwrap();
        let seen = |without: &[(usize, usize, usize, f32)], with: &[(usize, usize, usize, f32)]| {
            let (without, with) = (map(without), map(with));
            let is_grey = |picture: &RgbImage| picture.pixels().all(|pixel| pixel.0[0] == pixel.0[2]);
            let seen = move |picture: &RgbImage| if is_grey(picture) { without.clone() } else { with.clone() };
            let mut engine = Sees { map: Box::new(seen), ..Sees::words(&[], 0.95) };
            let found = find_secrecy_stamps(&view, 0, (620, 877), &mut engine).unwrap();
            found.iter().map(|stamp| (stamp.level, stamp.confidence)).collect::<Vec<_>>()
        };
        assert_eq!(seen(&[(0, 15, 5, 3.0)], &[]), [(SecrecyLevel::Confidential, 95)]);
        // Seen both times it is one stamp, as the surer sight has it.
        assert_eq!(seen(&[(0, 15, 5, 1.0), (1, 9, 5, 1.0)], &[(0, 15, 5, 3.0)]), [(SecrecyLevel::Confidential, 95)]);
        assert_eq!(seen(&[(0, 15, 5, 3.0), (1, 9, 5, 1.0)], &[(0, 15, 5, 1.0)]), [(SecrecyLevel::Secret, 95)]);
        assert_eq!(seen(&[(0, 15, 5, 3.0)], &[(0, 3, 2, 3.0)]).len(), 2);
    }

    #[test]
    fn stamp_among_print_needs_higher_confidence() {
        // Lines of print over a pale patch.
        let page = RgbImage::from_fn(1240, 1754, |x, y| match (x, y) {
            (200..1000, 300..700) if y % 20 < 3 => Rgb([30; 3]),
            (500..700, 400..600) => Rgb([160; 3]),
            _ => Rgb([245; 3]),
        });
        let view = StampView::of(&DynamicImage::from(page), 150).unwrap();
        let seen = |found: f32, read: f32| {
            let (among, none) = (map(&[(0, 15, 5, found)]), map(&[]));
            let has_print = |picture: &RgbImage| picture.pixels().any(|pixel| pixel.0[0] < 100);
            let map = Box::new(move |picture: &RgbImage| if has_print(picture) { none.clone() } else { among.clone() });
            find_secrecy_stamps(&view, 0, (1240, 1754), &mut Sees { map, ..Sees::words(&[], read) }).unwrap().len()
        };
        // What is enough on the page is not enough there.
        assert_eq!((seen(1.0, 0.99), seen(0.3, 0.99), seen(1.0, 0.96)), (1, 0, 0));
    }

    #[test]
    fn word_rotation_is_corrected_before_verification() {
        // Detected upright, rotated on its strip; verified where a bar is horizontal at the centre.
        let level = |strip: &RgbImage| {
            let is_dark = |along: i32, across: i32| strip.get_pixel((144 + along) as u32, (32 + across) as u32).0[0] < 100;
            let is_level = [-40, 0, 40].iter().all(|along| is_dark(*along, 0) && !is_dark(*along, 12) && !is_dark(*along, -12));
            if is_level { 0.95 } else { 0.01 }
        };
        let map = map(&[(0, 15, 5, 3.0)]);
        let (x, y) = map.cell_center(5 * 20 + 15);
        let (sine, cosine) = 0.5_f32.sin_cos();
        // On the page of 150 dots per inch, twice as large; capitals are 24 px high there.
        let bar = |turned: bool| {
            RgbImage::from_fn(1240, 1754, |column, row| {
                let (dx, dy) = (column as f32 - 2.0 * x - 24.0, row as f32 - 2.0 * y + 12.0);
                let (along, across) = if turned { (dx * cosine + dy * sine, dy * cosine - dx * sine) } else { (dx, dy) };
                Rgb([if along.abs() < 90.0 && across.abs() < 9.0 { 20 } else { 250 }; 3])
            })
        };
        let seen = |page: RgbImage| {
            let view = StampView::of(&DynamicImage::from(page), 150).unwrap();
            let offset = StampOffset { rotation: 0.5, scale: 0.0, center: (1.0, -0.5) };
            let mut engine = Sees { offset, read: Box::new(level), ..Sees::words(&[(0, 15, 5, 3.0)], 0.0) };
            find_secrecy_stamps(&view, 0, (1240, 1754), &mut engine).unwrap().len()
        };
        assert_eq!((seen(bar(true)), seen(bar(false))), (1, 0));
    }

    #[test]
    fn offset_refines_word_position_and_scale() {
        let word = StampWord { center: (100.0, 50.0), direction: (1.0, 0.0), cap_height: 10.0, log_odds: 2.0 };
        let offset = StampOffset { rotation: -std::f32::consts::FRAC_PI_2, scale: 2.0_f32.ln(), center: (1.0, 0.5) };
        let straight = refine(&word, &offset);
        // Along the word is down the page where it is turned by a quarter.
        assert!(distance(straight.center, (95.0, 60.0)) < 1e-3 && distance(straight.direction, (0.0, 1.0)) < 1e-6, "{straight:?}");
        assert!((straight.cap_height - 20.0).abs() < 1e-3 && straight.log_odds == 2.0);
    }
}

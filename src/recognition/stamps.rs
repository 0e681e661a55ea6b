//! Stamps of secrecy: what the finder of stamps sees on the upper part of a page, before seals are lifted.

use sohoa_base::error::Result;
use sohoa_base::model::page::reading::{SecrecyLevel, SecrecyStamp};
use sohoa_engine::engine::{Engine, StampMap, StampOffset};
use sohoa_engine::networks::stamps::{CONTEXT_STRIP, StripLayout, WORD_STRIP};
use sohoa_imaging::stamps::search_area::{StampSearchArea, StampView, StampWord, cut_strip};
use std::cmp::Reverse;
use std::ops::RangeInclusive;

/// Planes of the map: `MẬT`, and the words that stand before it.
const CONFIDENTIAL: usize = 0;
const SECRET: usize = 1;
const TOP_SECRET: usize = 2;

/// What is believed on a picture. A missed stamp is the worst failure; see `sohoa eval --stamps`.
struct StampThresholds {
    /// Places at which the finder is surer than this, 0 to 1, are read.
    candidate: f32,
    /// Most places that are read, the surest first.
    max_candidates: usize,
    /// What finder and readers together take for the word more surely than this is a stamp, 0 to 1.
    accept: f32,
}

/// On the page, and on its coloured inks.
const PAGE_THRESHOLDS: StampThresholds = StampThresholds { candidate: 0.12, max_candidates: 6, accept: 0.78 };

/// Where print is taken away: a stamp stands out there, and scraps of other stamps look like many things.
const PALE_INK_THRESHOLDS: StampThresholds = StampThresholds { candidate: 0.6, max_candidates: 2, accept: 0.97 };

/// Odds (their logarithm) below which a no at first sight is enough.
const MIN_SCORE: f32 = -2.6;

/// Odds below which a no at first and at second sight together is, where the first weighs so much.
const MIN_LOCATED_SCORE: f32 = -2.4;
const FIRST_SCORE_WEIGHT: f32 = 0.4;

/// Where all together are less far from that than this, in log-odds, a place is read twice.
const REVERIFY_MARGIN: f32 = 2.0;

/// What the finder's odds weigh against those of the readers.
const DETECTOR_WEIGHT: f32 = 0.25;

/// What the odds of a word that is seen close before it add to those of `MẬT`, where they are more than so much.
const PREFIX_WEIGHT: f32 = 0.75;
const MIN_PREFIX_LOG_ODDS: f32 = 1.0;

/// Where the middle of a word close before it lies, heights of capitals before the middle of `MẬT`, and how far above or
/// below.
const SECRET_OFFSET: RangeInclusive<f32> = 2.4..=5.5;
const TOP_SECRET_OFFSET: RangeInclusive<f32> = 3.0..=7.0;
const MAX_PREFIX_ACROSS: f32 = 1.0;

/// A word before `MẬT` counts when it is surer than this, 0 to 1.
const MIN_PREFIX_PROBABILITY: f32 = 0.3;

/// The surest word of several within this many heights of capitals is the word.
const MIN_WORD_DISTANCE: f32 = 1.6;

/// How far before the middle of `MẬT` the middle of the word before it can be, heights of capitals.
const MAX_PREFIX_DISTANCE: f32 = 9.0;

/// Stamps of secrecy on a page that is upright after a clockwise turn by `turn` degrees, the most secret and then
/// the surest first; `upright` is its size then, px. Where an ink has a colour, the page is looked at once more without
/// the red one, where blue or violet ink lies on it, at that alone, and where ink is paler than print, without print: a stamp
/// may lie under a seal, over print or under it.
///
/// # Errors
/// `Internal` when the finder fails.
pub(crate) fn find_secrecy_stamps(view: &StampView, turn: u16, upright: (u32, u32), engine: &mut dyn Engine) -> Result<Vec<SecrecyStamp>> {
    let upper = view.search_area(turn);
    let mut found = detect_on(&upper, &PAGE_THRESHOLDS, engine)?;
    let by_inks = [
        (upper.red_channel_only(), PAGE_THRESHOLDS),
        (upper.blue_ink_only(), PAGE_THRESHOLDS),
        (upper.pale_ink_only(), PALE_INK_THRESHOLDS),
    ];
    for (by_ink, bar) in by_inks.into_iter().filter_map(|(seen, bar)| Some((seen?, bar))) {
        for mut other in detect_on(&by_ink, &bar, engine)? {
            other.word.center.0 += by_ink.origin.0 as f32;
            other.word.center.1 += by_ink.origin.1 as f32;
            match found.iter_mut().find(|known| distance(known.word.center, other.word.center) < MIN_WORD_DISTANCE * known.word.cap_height)
            {
                // Of two sights of it the surer one counts.
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

/// A word that was read as a stamp.
struct DetectedStamp {
    word: StampWord,
    level: SecrecyLevel,
    /// 0 to 1
    probability: f32,
}

/// Stamps on the upper part of a page as it is given, the surest place of the finder first.
fn detect_on(upper: &StampSearchArea, bar: &StampThresholds, engine: &mut dyn Engine) -> Result<Vec<DetectedStamp>> {
    let Some(map) = engine.detect_stamps(&upper.half_size)? else { return Ok(Vec::new()) };
    let (mut stamps, is) = (Vec::new(), logit(bar.accept));
    let cut = |word: &StampWord, form: StripLayout| cut_strip(&upper.full_size, word, form.size, form.center);
    for place in words_on_map(&map).into_iter().filter(|word| word.log_odds >= logit(bar.candidate)).take(bar.max_candidates) {
        let backed = prefix_word_bonus(&map, &place);
        let Some(first) = engine.score_stamp(&cut(&place, WORD_STRIP))? else { continue };
        if first + backed < MIN_SCORE {
            continue;
        }
        let Some(placed) = engine.locate_stamp(&cut(&place, CONTEXT_STRIP))? else { continue };
        if FIRST_SCORE_WEIGHT * first + (1.0 - FIRST_SCORE_WEIGHT) * placed.log_odds + backed < MIN_LOCATED_SCORE {
            continue;
        }
        // The finder tells place, turn and height roughly, above all over print; readers want them right.
        let word = refine(&place, &placed.offset);
        let Some(read) = engine.verify_stamp(&cut(&word, CONTEXT_STRIP))? else { continue };
        let mut odds = backed + fuse_log_odds(word.log_odds, read.log_odds);
        if (odds - is).abs() < REVERIFY_MARGIN {
            // Straightened once more it is another picture of the same: the mean of two errs less.
            let again = engine.verify_stamp(&cut(&refine(&word, &read.offset), CONTEXT_STRIP))?.unwrap_or(read);
            odds = backed + fuse_log_odds(word.log_odds, f32::midpoint(read.log_odds, again.log_odds));
        }
        if odds >= is {
            stamps.push(DetectedStamp { level: secrecy_level(&map, &word), word, probability: 1.0 / (1.0 + (-odds).exp()) });
        }
    }
    Ok(stamps)
}

/// What finder and readers say together, in log-odds.
fn fuse_log_odds(seen: f32, read: f32) -> f32 {
    DETECTOR_WEIGHT * seen + (1.0 - DETECTOR_WEIGHT) * read
}

/// A word as it stands, by what was seen of it on a strip.
pub(crate) fn refine(word: &StampWord, offset: &StampOffset) -> StampWord {
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

/// The natural logarithm of the odds of what is so sure, 0 to 1.
fn logit(sure: f32) -> f32 {
    (sure / (1.0 - sure)).ln()
}

/// What the word before a place adds to the odds that `MẬT` stands there: the finder is seldom sure of `TỐI` or `TUYỆT` just
/// there where no stamp is.
fn prefix_word_bonus(map: &StampMap, word: &StampWord) -> f32 {
    let is_beside = |cell: usize, before: &RangeInclusive<f32>| {
        let (along, across) = offset_in_cap_heights(map, word, cell);
        before.contains(&-along) && across.abs() < MAX_PREFIX_ACROSS
    };
    let cells = 0..map.columns * map.rows;
    let surest = |plane: usize, before: RangeInclusive<f32>| {
        cells.clone().filter(|cell| is_beside(*cell, &before)).map(|cell| log_odds_at(map, plane, cell)).fold(f32::NEG_INFINITY, f32::max)
    };
    let before = surest(SECRET, SECRET_OFFSET).max(surest(TOP_SECRET, TOP_SECRET_OFFSET));
    PREFIX_WEIGHT * (before - MIN_PREFIX_LOG_ODDS).max(0.0)
}

/// How far a cell lies from a word along it and down across it, heights of capitals.
fn offset_in_cap_heights(map: &StampMap, word: &StampWord, cell: usize) -> (f32, f32) {
    let ((sine, cosine), (x, y)) = (word.direction, map.cell_center(cell));
    let (dx, dy) = ((x - word.center.0) / word.cap_height, (y - word.center.1) / word.cap_height);
    (dx * cosine + dy * sine, dy * cosine - dx * sine)
}

/// The level by the word that stands before `MẬT`.
fn secrecy_level(map: &StampMap, word: &StampWord) -> SecrecyLevel {
    let stands_before = |cell: &usize| {
        let (along, across) = offset_in_cap_heights(map, word, *cell);
        // Beside it, or on the line above it.
        (-MAX_PREFIX_DISTANCE..1.0).contains(&along) && (-3.0..1.5).contains(&across)
    };
    let before = |plane: usize| {
        (0..map.columns * map.rows).filter(stands_before).map(|cell| log_odds_at(map, plane, cell)).fold(f32::NEG_INFINITY, f32::max)
    };
    let (secret, top_secret) = (before(SECRET), before(TOP_SECRET));
    if secret.max(top_secret) < logit(MIN_PREFIX_PROBABILITY) {
        SecrecyLevel::Confidential
    } else if top_secret > secret {
        SecrecyLevel::TopSecret
    } else {
        SecrecyLevel::Secret
    }
}

/// Words out of the finder's map, the surest first: of neighbouring cells that see the same word, the surest.
pub(crate) fn words_on_map(map: &StampMap) -> Vec<StampWord> {
    let mut seen: Vec<StampWord> = (0..map.columns * map.rows).filter_map(|cell| word_at(map, cell)).collect();
    seen.sort_by(|one, other| other.log_odds.total_cmp(&one.log_odds));
    let mut kept: Vec<StampWord> = Vec::new();
    for word in seen {
        if !kept.iter().any(|other| distance(word.center, other.center) < MIN_WORD_DISTANCE * other.cap_height.max(word.cap_height)) {
            kept.push(word);
        }
    }
    kept
}

fn word_at(map: &StampMap, cell: usize) -> Option<StampWord> {
    let odds = log_odds_at(map, CONFIDENTIAL, cell);
    if odds < logit(PAGE_THRESHOLDS.candidate) {
        return None;
    }
    let (x, y) = map.cell_center(cell);
    let (sine, cosine) = (map.value(3, cell)?, map.value(4, cell)?);
    let length = sine.hypot(cosine).max(1e-6);
    Some(StampWord {
        center: (x + 16.0 * map.value(6, cell)?, y + 16.0 * map.value(7, cell)?),
        direction: (sine / length, cosine / length),
        cap_height: 12.0 * map.value(5, cell)?.clamp(-1.5, 1.5).exp(),
        log_odds: odds,
    })
}

/// The logarithm of the odds that a word stands at a cell.
fn log_odds_at(map: &StampMap, plane: usize, cell: usize) -> f32 {
    map.value(plane, cell).unwrap_or(f32::NEG_INFINITY)
}

fn distance(one: (f32, f32), other: (f32, f32)) -> f32 {
    (one.0 - other.0).hypot(one.1 - other.1)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;
    use image::{DynamicImage, GrayImage, Rgb, RgbImage};
    use sohoa_engine::engine::{OcrWord, StampReading};
    use std::collections::BTreeMap;

    /// A map of 20 × 10 cells on which words stand at `places` (plane, column, row), as sure as given, with capitals
    /// of 12 px.
    fn map(places: &[(usize, usize, usize, f32)]) -> StampMap {
        let (columns, rows) = (20, 10);
        let mut values = vec![0.0; columns * rows * StampMap::PLANES];
        values[..3 * columns * rows].fill(-8.0);
        values[4 * columns * rows..5 * columns * rows].fill(1.0);
        for (plane, column, row, odds) in places {
            values[(plane * rows + row) * columns + column] = *odds;
        }
        StampMap { columns, rows, values }
    }

    /// Sees words on pictures, tells how they stand, and reads each strip as surely as told.
    struct Sees {
        map: Box<dyn Fn(&RgbImage) -> StampMap + Send>,
        /// How sure at first and at second sight.
        sights: (f32, f32),
        offset: StampOffset,
        read: Box<dyn FnMut(&RgbImage) -> f32 + Send>,
    }

    impl Sees {
        /// The same words on every picture, and one sureness on every strip.
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
    fn the_word_before_says_the_level() {
        let page = DynamicImage::from(RgbImage::from_pixel(620, 877, Rgb([250; 3])));
        let view = StampView::of(&page, 75).unwrap();
        let seen = |places: &[(usize, usize, usize, f32)]| {
            let found = find_secrecy_stamps(&view, 0, (620, 877), &mut Sees::words(places, 0.95)).unwrap();
            found.iter().map(|stamp| (stamp.level, stamp.confidence)).collect::<Vec<_>>()
        };
        assert_eq!(seen(&[(0, 15, 5, 3.0)]), [(SecrecyLevel::Confidential, 95)]);
        assert_eq!(seen(&[(0, 15, 5, 3.0), (1, 9, 5, 1.0)]), [(SecrecyLevel::Secret, 95)]);
        assert_eq!(seen(&[(0, 15, 5, 3.0), (2, 7, 5, 1.0), (1, 8, 5, 0.5)]), [(SecrecyLevel::TopSecret, 95)]);
        // Too far away to belong to it; and a word alone that stands before no other.
        assert_eq!(seen(&[(0, 17, 5, 3.0), (2, 2, 5, 1.0)]), [(SecrecyLevel::Confidential, 95)]);
        assert_eq!(seen(&[(2, 7, 5, 3.0)]), []);
        // The most secret of two is named first.
        let both = seen(&[(0, 2, 2, 5.0), (0, 17, 8, 2.0), (1, 11, 8, 2.0)]);
        assert_eq!(both, [(SecrecyLevel::Secret, 97), (SecrecyLevel::Confidential, 97)]);
    }

    #[test]
    fn a_word_close_before_it_backs_one_of_which_nobody_is_sure() {
        let view = StampView::of(&DynamicImage::from(RgbImage::from_pixel(1240, 1754, Rgb([250; 3]))), 150).unwrap();
        let seen = |before: (usize, usize, usize, f32)| {
            find_secrecy_stamps(&view, 0, (1240, 1754), &mut Sees::words(&[(0, 15, 5, 1.0), before], 0.5)).unwrap().len()
        };
        assert_eq!((seen((1, 9, 5, 3.0)), seen((2, 8, 5, 3.0)), seen((1, 9, 5, 1.0))), (1, 1, 0));
        // On another line, too far before it, behind it.
        assert_eq!((seen((1, 9, 8, 3.0)), seen((1, 4, 5, 3.0)), seen((1, 19, 5, 3.0))), (0, 0, 0));
    }

    #[test]
    fn what_is_seen_is_a_stamp_when_it_is_read_as_one() {
        let view = StampView::of(&DynamicImage::from(RgbImage::from_pixel(1240, 1754, Rgb([250; 3]))), 150).unwrap();
        let seen = |found: f32, read: f32| {
            find_secrecy_stamps(&view, 0, (1240, 1754), &mut Sees::words(&[(0, 15, 5, found)], read)).unwrap().len()
        };
        assert_eq!((seen(3.0, 0.9), seen(3.0, 0.1), seen(0.5, 0.95), seen(-3.0, 0.99)), (1, 0, 1, 0));
    }

    #[test]
    fn what_is_clearly_none_at_first_or_second_sight_is_not_read() {
        let view = StampView::of(&DynamicImage::from(RgbImage::from_pixel(1240, 1754, Rgb([250; 3]))), 150).unwrap();
        let seen = |first: f32, second: f32| {
            let mut engine = Sees { sights: (first, second), ..Sees::words(&[(0, 15, 5, 3.0)], 0.95) };
            find_secrecy_stamps(&view, 0, (1240, 1754), &mut engine).unwrap().len()
        };
        assert_eq!((seen(0.05, 0.99), seen(0.1, 0.5), seen(0.1, 0.03), seen(0.9, 0.001), seen(0.5, 0.005)), (0, 1, 0, 0, 0));
        assert_eq!((seen(0.9, 0.01), seen(0.99, 0.005)), (1, 1));
    }

    #[test]
    fn where_all_are_unsure_a_word_is_read_twice() {
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
    fn a_page_with_coloured_ink_is_looked_at_without_red_too() {
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
    fn among_print_only_what_finder_and_readers_see_clearly_is_a_stamp() {
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
    fn a_word_is_read_as_it_stands_whatever_the_finder_thinks_of_its_turn() {
        // Seen upright, on its strip turned; read where a bar lies level in the middle.
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
    fn what_is_seen_of_a_word_adds_to_what_the_finder_knew() {
        let word = StampWord { center: (100.0, 50.0), direction: (1.0, 0.0), cap_height: 10.0, log_odds: 2.0 };
        let offset = StampOffset { rotation: -std::f32::consts::FRAC_PI_2, scale: 2.0_f32.ln(), center: (1.0, 0.5) };
        let straight = refine(&word, &offset);
        // Along the word is down the page where it is turned by a quarter.
        assert!(distance(straight.center, (95.0, 60.0)) < 1e-3 && distance(straight.direction, (0.0, 1.0)) < 1e-6, "{straight:?}");
        assert!((straight.cap_height - 20.0).abs() < 1e-3 && straight.log_odds == 2.0);
    }

    #[test]
    fn neighbouring_cells_see_one_word_and_the_surest_places_it() {
        let found = words_on_map(&map(&[(0, 4, 5, 2.0), (0, 5, 5, 5.0), (0, 6, 5, 1.0), (0, 15, 2, 3.0), (0, 10, 8, -3.0)]));
        assert_eq!(found.iter().map(|word| word.center).collect::<Vec<_>>(), [(44.0, 44.0), (124.0, 20.0)]);
        assert!((found[0].cap_height - 12.0).abs() < 0.01 && found[0].log_odds > 4.9);
    }

    #[test]
    fn a_map_that_is_too_short_has_no_words() {
        let mut short = map(&[(0, 4, 5, 2.0)]);
        short.values.truncate(1000);
        assert!(words_on_map(&short).is_empty());
    }
}

//! Training examples of the stamp networks, cut from synthetic pages: strips at the positions where the stamp detector finds a
//! word, and tiles of the image that is searched, both with the expected output of the networks.

use crate::training::detector_tile::{TILE_SIDE, TileLabels, cut_tile, label_tile};
use image::RgbImage;
use sohoa_base::error::Result;
use sohoa_engine::engine::StampOffset;
use sohoa_engine::networks::runtime::Runtime;
use sohoa_engine::networks::stamps::{CONTEXT_STRIP, StampNetworks, WORD_STRIP};
use sohoa_imaging::stamps::search_area::{StampSearchArea, StampView, StampWord, cut_strip};
use sohoa_recognition::stamps::{refine, words_on_map};
use sohoa_synthetic::random::SeededRng;
use sohoa_synthetic::stamps::secrecy_stamp::Ink;
use sohoa_synthetic::stamps::training_page::{DrawnStamp, DrawnWord, TrainingPageGenerator};
use std::f32::consts::{PI, TAU};
use std::path::PathBuf;

/// Names of the labels of a strip, in order.
pub const STRIP_COLUMNS: [&str; 12] = [
    // 1 if the strip shows `MẬT`, otherwise 0.
    "is_word",
    // Offset of the word from the centre position of the strip, as in `StampOffset`; NaN if the strip does not show the word.
    "rotation",
    "scale",
    "along",
    "across",
    // Log-odds given by the detector, the word verifier and the context verifier at the detected position.
    "detector_log_odds",
    "word_log_odds",
    "context_log_odds",
    // View of the page: 0 the page itself, 1 without red ink, 2 only blue ink, 3 only ink that is paler than print.
    "view",
    // Position of the cut: 0 as detected, 1 corrected by the context verifier, 2 the true position with a random offset.
    "cut",
    // Rank of the detection by log-odds within its view; 0 is the highest.
    "rank",
    // Number of the page, from 1.
    "page",
];

/// Labels of a strip, in the order of [`STRIP_COLUMNS`].
pub type StripLabels = [f32; STRIP_COLUMNS.len()];

/// Minimum log-odds of detections that are used in the view without print ([`View::PaleOnly`]).
const MIN_PALE_LOG_ODDS: f32 = -0.4;

/// Maximum number of detections that are used per view.
const MAX_PLACES: usize = 40;

/// A false detection is an easy negative example if the word verifier gives it lower log-odds than this.
const EASY_LOG_ODDS: f32 = -3.4;
/// Share of easy negative examples that are kept, 0 to 1; the others are dropped.
const EASY_SHARE: f32 = 0.12;

/// Examples from one page.
#[derive(Debug, Default)]
pub struct PageExamples {
    /// Strips in the format of [`CONTEXT_STRIP`], for the verifiers.
    pub strips: Vec<(RgbImage, StripLabels)>,
    /// Tiles for the detector.
    pub tiles: Vec<(RgbImage, TileLabels)>,
}

/// Cuts examples from synthetic pages. It is reproducible: the same seed, fonts, networks and runtime give the same examples.
pub struct StampExampleGenerator {
    pages: TrainingPageGenerator,
    networks: StampNetworks,
    random: SeededRng,
    page_count: usize,
}

/// View of a page that is searched.
#[derive(Debug, Clone, Copy, PartialEq)]
enum View {
    Page,
    WithoutRed,
    BlueOnly,
    PaleOnly,
}

/// A view with the image that is searched.
struct SearchedView<'a> {
    view: View,
    area: &'a StampSearchArea,
    /// Scale: px of the searched image per px of the page.
    scale: f32,
}

impl SearchedView<'_> {
    /// Converts a point from px of the page to px of the searched image.
    fn point(&self, (x, y): (f32, f32)) -> (f32, f32) {
        (x * self.scale - self.area.origin.0 as f32, y * self.scale - self.area.origin.1 as f32)
    }

    /// Distance between a point of the page and a detected word, px of the searched image.
    fn distance(&self, point: (f32, f32), place: &StampWord) -> f32 {
        let (x, y) = self.point(point);
        (x - place.center.0).hypot(y - place.center.1)
    }

    fn is_on_stamp(&self, stamp: &DrawnStamp, place: &StampWord) -> bool {
        self.distance(stamp.center, place) < stamp.radius * self.scale
    }

    fn is_on_word(&self, word: &DrawnWord, place: &StampWord) -> bool {
        self.distance(word.center, place) < (0.75 * word.cap_height * self.scale).max(6.0)
    }
}

impl StampExampleGenerator {
    /// Loads the fonts, see [`TrainingPageGenerator::load`], and opens the current stamp networks in `runtime`.
    ///
    /// # Errors
    /// As [`TrainingPageGenerator::load`] and [`StampNetworks::open`].
    pub fn open(seed: u64, font_files: Vec<PathBuf>, runtime: &Runtime) -> Result<Self> {
        Ok(Self {
            pages: TrainingPageGenerator::load(seed, font_files)?,
            networks: StampNetworks::open(runtime)?,
            random: SeededRng::for_purpose(seed, "strips"),
            page_count: 0,
        })
    }

    /// Draws the next page and cuts the examples from it.
    ///
    /// # Errors
    /// As [`TrainingPageGenerator::next_page`]; `Internal` if a network fails.
    pub fn next_page(&mut self) -> Result<PageExamples> {
        let page = self.pages.next_page()?;
        self.page_count += 1;
        let scale = 75.0 / f32::from(page.dpi);
        let area = StampView::of(&page.picture, u32::from(page.dpi))?.search_area(0);
        let inks =
            [(View::WithoutRed, area.red_channel_only()), (View::BlueOnly, area.blue_ink_only()), (View::PaleOnly, area.pale_ink_only())];
        let mut examples = PageExamples::default();
        self.add_view(&SearchedView { view: View::Page, area: &area, scale }, &page.stamps, &mut examples)?;
        for (view, area) in inks.iter().filter_map(|(view, area)| Some((*view, area.as_ref()?))) {
            self.add_view(&SearchedView { view, area, scale }, &page.stamps, &mut examples)?;
        }
        Ok(examples)
    }

    /// Adds tiles and strips from one view.
    fn add_view(&mut self, seen: &SearchedView<'_>, stamps: &[DrawnStamp], examples: &mut PageExamples) -> Result<()> {
        let found = words_on_map(&self.networks.detect(&seen.area.half_size)?);
        let mistake = found.iter().find(|place| !stamps.iter().any(|stamp| seen.is_on_stamp(stamp, place)));
        self.add_tiles(seen, stamps, mistake, examples);
        let min_log_odds = if seen.view == View::PaleOnly { MIN_PALE_LOG_ODDS } else { f32::NEG_INFINITY };
        for (rank, place) in found.into_iter().filter(|place| place.log_odds >= min_log_odds).take(MAX_PLACES).enumerate() {
            self.add_strips(seen, stamps, (rank, place), examples)?;
        }
        Ok(())
    }

    /// Adds the strips of one detection: as detected, as corrected by the context verifier, and, if the word is there, at the
    /// true position with a random offset.
    fn add_strips(
        &mut self,
        seen: &SearchedView<'_>,
        stamps: &[DrawnStamp],
        (rank, place): (usize, StampWord),
        examples: &mut PageExamples,
    ) -> Result<()> {
        let target = stamps.iter().find_map(|stamp| Some((stamp, stamp.words.last().filter(|word| seen.is_on_word(word, &place))?)));
        let is_beside = stamps.iter().any(|stamp| !stamp.words.is_empty() && seen.is_on_stamp(stamp, &place));
        if target.map_or(is_beside, |(stamp, _)| !is_visible(stamp, seen.view)) {
            return Ok(());
        }
        let sharp = &seen.area.full_size;
        let word_log_odds = self.networks.score(&cut_strip(sharp, &place, WORD_STRIP.size, WORD_STRIP.center))?;
        if target.is_none() && word_log_odds < EASY_LOG_ODDS && !self.random.is_chance(EASY_SHARE) {
            return Ok(());
        }
        let located = self.networks.locate(&cut_strip(sharp, &place, CONTEXT_STRIP.size, CONTEXT_STRIP.center))?;
        let actual = target.map(|(_, word)| StampWord {
            center: seen.point(word.center),
            direction: word.rotation.sin_cos(),
            cap_height: word.cap_height * seen.scale,
            log_odds: place.log_odds,
        });
        let mut cuts = vec![place, refine(&place, &located.offset)];
        cuts.extend(actual.map(|actual| move_by_chance(&actual, &mut self.random)));
        for (cut, word) in cuts.iter().enumerate() {
            let [rotation, scale, along, across] = actual.map_or([f32::NAN; 4], |actual| offset_from(word, &actual));
            let labels = [
                f32::from(u8::from(target.is_some())),
                rotation,
                scale,
                along,
                across,
                word.log_odds,
                word_log_odds,
                located.log_odds,
                f32::from(seen.view as u8),
                cut as f32,
                rank as f32,
                self.page_count as f32,
            ];
            examples.strips.push((cut_strip(sharp, word, CONTEXT_STRIP.size, CONTEXT_STRIP.center), labels));
        }
        Ok(())
    }

    /// Adds tiles around some of the stamps, around the false detection with the highest log-odds (`mistake`), and at a
    /// random position.
    fn add_tiles(&mut self, seen: &SearchedView<'_>, stamps: &[DrawnStamp], mistake: Option<&StampWord>, examples: &mut PageExamples) {
        let random = &mut self.random;
        let (width, height) = seen.area.half_size.dimensions();
        let share = if seen.view == View::Page { 0.7 } else { 0.25 };
        let mut centers: Vec<(f32, f32)> = Vec::new();
        for stamp in stamps {
            if random.is_chance(share) {
                centers.push(seen.point(stamp.words.last().map_or(stamp.center, |word| word.center)));
            }
        }
        centers.extend(mistake.filter(|_| random.is_chance(2.0 * share)).map(|mistake| mistake.center));
        if random.is_chance(share) {
            centers.push((random.uniform(0.0, width as f32), random.uniform(0.0, height as f32)));
        }
        for (x, y) in centers {
            let corner = (tile_corner(x, width, random), tile_corner(y, height, random));
            examples.tiles.push((cut_tile(&seen.area.half_size, corner), label_tile(&words_on_tile(seen, stamps, corner))));
        }
    }
}

/// Left or upper edge of a tile with `center` at a random position on it, within an image with a width or height of `length`
/// px.
fn tile_corner(center: f32, length: u32, random: &mut SeededRng) -> i64 {
    let side = TILE_SIDE as f32;
    (center - side * random.uniform(0.1, 0.9)).clamp(0.0, (length as f32 - side).max(0.0)) as i64
}

/// All words of secrecy, in px of the tile with this upper left corner, and whether each is visible.
fn words_on_tile(seen: &SearchedView<'_>, stamps: &[DrawnStamp], (left, top): (i64, i64)) -> Vec<(DrawnWord, bool)> {
    let placed = |word: &DrawnWord| {
        let (x, y) = seen.point(word.center);
        let center = (x - left as f32, y - top as f32);
        DrawnWord { center, length: word.length * seen.scale, cap_height: word.cap_height * seen.scale, ..*word }
    };
    stamps
        .iter()
        .flat_map(|stamp| stamp.words.iter().map(move |word| (word, is_visible(stamp, seen.view))))
        .map(|(word, is)| (placed(word), is))
        .collect()
}

/// Whether a stamp is visible in a view.
fn is_visible(stamp: &DrawnStamp, view: View) -> bool {
    stamp.is_visible
        && match view {
            View::WithoutRed => stamp.ink != Ink::Red,
            View::BlueOnly => matches!(stamp.ink, Ink::Blue | Ink::Purple),
            View::Page | View::PaleOnly => true,
        }
}

/// The position of a word with a random offset.
fn move_by_chance(word: &StampWord, random: &mut SeededRng) -> StampWord {
    let rotation = random.approx_normal() * 0.09;
    let scale = random.approx_normal() * 0.09;
    let center = (random.approx_normal() * 0.13, random.approx_normal() * 0.13);
    refine(word, &StampOffset { rotation, scale, center })
}

/// Offset of the `actual` position of a word from the position `cut` at which its strip is cut: the four values of
/// [`StampOffset`].
fn offset_from(cut: &StampWord, actual: &StampWord) -> [f32; 4] {
    let turned = actual.direction.0.atan2(actual.direction.1) - cut.direction.0.atan2(cut.direction.1);
    let (sine, cosine) = cut.direction;
    let (dx, dy) = ((actual.center.0 - cut.center.0) / cut.cap_height, (actual.center.1 - cut.center.1) / cut.cap_height);
    let rotation = (turned + PI).rem_euclid(TAU) - PI;
    [rotation, (actual.cap_height / cut.cap_height).ln(), dx * cosine + dy * sine, dy * cosine - dx * sine]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refining_by_offset_recovers_actual_word() {
        let cut = StampWord { center: (100.0, 60.0), direction: 0.2_f32.sin_cos(), cap_height: 10.0, log_odds: 1.0 };
        let actual = StampWord { center: (103.0, 58.0), direction: (-0.1_f32).sin_cos(), cap_height: 11.0, log_odds: 1.0 };
        let [rotation, scale, along, across] = offset_from(&cut, &actual);
        let moved = refine(&cut, &StampOffset { rotation, scale, center: (along, across) });
        assert!((moved.center.0 - 103.0).abs() < 1e-3 && (moved.center.1 - 58.0).abs() < 1e-3, "{moved:?}");
        assert!((moved.direction.0 - actual.direction.0).abs() < 1e-5 && (moved.cap_height - 11.0).abs() < 1e-3, "{moved:?}");
    }
}

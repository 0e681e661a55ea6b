//! What the program sees and reads on drawn pages: strips at the places where the stamp detector sees the word, and tiles of
//! the searched picture, both with what the networks should say of them.

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

/// What is known of a strip, in this order.
pub const STRIP_COLUMNS: [&str; 12] = [
    // Whether `MẬT` stands there, 1 or 0.
    "is_word",
    // How the word stands against how it should, as `StampOffset`; not a number where it does not stand there.
    "rotation",
    "scale",
    "along",
    "across",
    // Log-odds of the detector, of the word verifier and of the context verifier at the detector's place.
    "detector_log_odds",
    "word_log_odds",
    "context_log_odds",
    // 0 the page, 1 without red ink, 2 blue ink alone, 3 ink paler than print alone.
    "view",
    // How it was cut: 0 where the detector saw it, 1 straightened by the context verifier, 2 moved by chance from where it is.
    "cut",
    // Its rank among the detector's places, 0 the surest.
    "rank",
    // The number of the drawn page, from 1.
    "page",
];

/// The values of [`STRIP_COLUMNS`].
pub type StripLabels = [f32; STRIP_COLUMNS.len()];

/// Places of which the detector is less sure are left out where print is taken away, log-odds.
const MIN_PALE_LOG_ODDS: f32 = -0.4;

/// Most places of a view that are used.
const MAX_PLACES: usize = 40;

/// Of places without the word that the word verifier rules out below so many log-odds, only this share is kept.
const EASY_LOG_ODDS: f32 = -3.4;
const EASY_SHARE: f32 = 0.12;

/// What one page teaches.
#[derive(Debug, Default)]
pub struct PageExamples {
    /// Strips as [`CONTEXT_STRIP`] has them, for the verifiers.
    pub strips: Vec<(RgbImage, StripLabels)>,
    /// Tiles for the detector.
    pub tiles: Vec<(RgbImage, TileLabels)>,
}

/// Cuts examples out of drawn pages; the same seed, fonts, networks and runtime give the same examples.
pub struct StampExampleGenerator {
    pages: TrainingPageGenerator,
    networks: StampNetworks,
    random: SeededRng,
    page_count: usize,
}

/// What is seen of a page.
#[derive(Debug, Clone, Copy, PartialEq)]
enum View {
    Page,
    WithoutRed,
    BlueOnly,
    PaleOnly,
}

/// A view of a page as it is searched.
struct SearchedView<'a> {
    view: View,
    area: &'a StampSearchArea,
    /// Px of the searched picture for one px of the page.
    scale: f32,
}

impl SearchedView<'_> {
    /// A point of the page on the searched picture.
    fn point(&self, (x, y): (f32, f32)) -> (f32, f32) {
        (x * self.scale - self.area.origin.0 as f32, y * self.scale - self.area.origin.1 as f32)
    }

    /// How far a point of the page is from a place, px of the searched picture.
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
    /// Loads the typefaces, see [`TrainingPageGenerator::load`], and opens the program's own networks in `runtime`.
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

    /// Draws the next page and cuts it.
    ///
    /// # Errors
    /// As [`TrainingPageGenerator::next_page`]; `Internal` when a network fails.
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

    /// Adds the tiles and strips of one view.
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

    /// Adds the strips of one place: as the detector saw it, straightened, and where the word stands, moved by chance.
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

    /// Adds tiles around some stamps, around the detector's surest `mistake`, and anywhere.
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

/// Left or upper edge of a tile that has `center` somewhere on it, within a picture of `length` px.
fn tile_corner(center: f32, length: u32, random: &mut SeededRng) -> i64 {
    let side = TILE_SIDE as f32;
    (center - side * random.uniform(0.1, 0.9)).clamp(0.0, (length as f32 - side).max(0.0)) as i64
}

/// Every word of secrecy in px of the tile with this corner, and whether it can be seen.
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

/// Whether a stamp can be seen in a view.
fn is_visible(stamp: &DrawnStamp, view: View) -> bool {
    stamp.is_visible
        && match view {
            View::WithoutRed => stamp.ink != Ink::Red,
            View::BlueOnly => matches!(stamp.ink, Ink::Blue | Ink::Purple),
            View::Page | View::PaleOnly => true,
        }
}

/// A word somewhere near where it stands.
fn move_by_chance(word: &StampWord, random: &mut SeededRng) -> StampWord {
    let rotation = random.approx_normal() * 0.09;
    let scale = random.approx_normal() * 0.09;
    let center = (random.approx_normal() * 0.13, random.approx_normal() * 0.13);
    refine(word, &StampOffset { rotation, scale, center })
}

/// How `actual` stands against the place `cut` at which its strip is cut: the four values of [`StampOffset`].
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

//! What the program would read on a drawn page: strips at the places of the finder, in every view, and what they say.

use crate::engine::contract::StampOffset;
use crate::engine::network::Runtime;
use crate::engine::stamp_finder::{STRIP, StampFinder, WORD};
use crate::imaging::stamps::{StampView, StampWord, Upper, strip};
use crate::press::{Press, Truth, chance};
use crate::sandbox::secrecy::{straightened, words};
use crate::specimen::random::Random;
use crate::specimen::secrecy_stamp::Ink;
use image::RgbImage;
use std::f32::consts::{PI, TAU};
use std::path::Path;

/// Whether `MẬT` stands there; how far from straight (turn, scale, along, across; not a number where it does not); log-odds of the
/// finder, at first and at second sight; which view (0 the page, 1 without red, 2 blue alone, 3 without print); how it was cut (0 as
/// the finder saw it, 1 straightened, 2 moved by chance); its place among those of the finder; the page's number.
pub type Row = [f32; 12];

/// Places of which the finder is less sure are passed over, on the page and without print, log-odds.
const LEAST: f32 = -2.4;
const LEAST_WITHOUT_PRINT: f32 = -0.4;

/// Most places of a view.
const MOST: usize = 40;

/// What is clearly no stamp at first sight is seldom kept.
const CLEARLY_NOT: f32 = -3.4;
const KEPT: f32 = 0.12;

#[derive(Clone, Copy, PartialEq)]
enum View {
    Page,
    WithoutRed,
    BlueAlone,
    WithoutPrint,
}

/// Pages one after another.
pub struct Pages {
    press: Press,
    finder: StampFinder,
    random: Random,
    pages: usize,
}

impl Pages {
    pub fn open(seed: u64, fonts: &Path, models: &Path) -> Result<Self, Box<dyn std::error::Error>> {
        let finder = StampFinder::open(&Runtime::open(models)?)?;
        Ok(Self { press: Press::open(seed, fonts)?, finder, random: Random::for_purpose(seed, "strips"), pages: 0 })
    }

    /// Strips of the next page.
    pub fn next_page(&mut self) -> Result<Vec<(RgbImage, Row)>, Box<dyn std::error::Error>> {
        let drawn = self.press.page()?;
        self.pages += 1;
        let scale = 75.0 / f32::from(drawn.dpi);
        let upper = StampView::of(&drawn.page, u32::from(drawn.dpi))?.upper(0);
        let by_ink =
            [(View::WithoutRed, upper.without_red()), (View::BlueAlone, upper.blue_alone()), (View::WithoutPrint, upper.without_print())];
        let mut found = self.strips(View::Page, &upper, scale, &drawn.truths)?;
        for (view, seen) in by_ink.into_iter().filter_map(|(view, seen)| Some((view, seen?))) {
            found.extend(self.strips(view, &seen, scale, &drawn.truths)?);
        }
        Ok(found)
    }

    fn strips(
        &mut self,
        view: View,
        seen: &Upper,
        scale: f32,
        truths: &[Truth],
    ) -> Result<Vec<(RgbImage, Row)>, Box<dyn std::error::Error>> {
        let least = if view == View::WithoutPrint { LEAST_WITHOUT_PRINT } else { LEAST };
        let map = self.finder.map(&seen.small)?;
        let mut found = Vec::new();
        for (rank, place) in words(&map).into_iter().filter(|place| place.odds >= least).take(MOST).enumerate() {
            let at = (place.middle.0 + seen.corner.0 as f32, place.middle.1 + seen.corner.1 as f32);
            let away = |(x, y): (f32, f32)| (x * scale - at.0).hypot(y * scale - at.1);
            let truth = truths.iter().find(|truth| truth.secret && away(truth.middle) < (0.75 * truth.capital * scale).max(6.0));
            let is_beside = truths.iter().any(|truth| truth.secret && away(truth.stamp) < truth.reach * scale);
            if truth.map_or(is_beside, |truth| !is_seen(truth, view)) {
                continue;
            }
            let first = self.finder.suspect(&strip(&seen.sharp, &place, WORD.size, WORD.middle))?;
            if truth.is_none() && first < CLEARLY_NOT && !chance(KEPT, &mut self.random) {
                continue;
            }
            let placed = self.finder.place(&strip(&seen.sharp, &place, STRIP.size, STRIP.middle))?;
            let mut cuts = vec![place, straightened(&place, &placed.offset)];
            let own = truth.map(|truth| StampWord {
                middle: (truth.middle.0 * scale - seen.corner.0 as f32, truth.middle.1 * scale - seen.corner.1 as f32),
                turn: truth.turn.sin_cos(),
                capital: truth.capital * scale,
                odds: place.odds,
            });
            cuts.extend(own.map(|own| moved(&own, &mut self.random)));
            for (how, cut) in cuts.iter().enumerate() {
                let [turn, scale, along, across] = own.map_or([f32::NAN; 4], |own| offset(cut, &own));
                let is_stamp = f32::from(u8::from(truth.is_some()));
                let (view, how, rank, page) = (f32::from(view as u8), how as f32, rank as f32, self.pages as f32);
                let row = [is_stamp, turn, scale, along, across, cut.odds, first, placed.odds, view, how, rank, page];
                found.push((strip(&seen.sharp, cut, STRIP.size, STRIP.middle), row));
            }
        }
        Ok(found)
    }
}

/// Whether a stamp can be seen in a view.
fn is_seen(truth: &Truth, view: View) -> bool {
    truth.seen
        && match view {
            View::WithoutRed => truth.ink != Ink::Red,
            View::BlueAlone => matches!(truth.ink, Ink::Blue | Ink::Purple),
            View::Page | View::WithoutPrint => true,
        }
}

/// A word somewhere near where it stands.
fn moved(word: &StampWord, random: &mut Random) -> StampWord {
    let offset =
        StampOffset { turn: random.bell() * 0.09, scale: random.bell() * 0.09, middle: (random.bell() * 0.13, random.bell() * 0.13) };
    straightened(word, &offset)
}

/// How far a word is from where it is cut: turn, scale, and along and across in heights of capitals.
fn offset(cut: &StampWord, word: &StampWord) -> [f32; 4] {
    let turned = word.turn.0.atan2(word.turn.1) - cut.turn.0.atan2(cut.turn.1);
    let (sine, cosine) = cut.turn;
    let (dx, dy) = ((word.middle.0 - cut.middle.0) / cut.capital, (word.middle.1 - cut.middle.1) / cut.capital);
    [(turned + PI).rem_euclid(TAU) - PI, (word.capital / cut.capital).ln(), dx * cosine + dy * sine, dy * cosine - dx * sine]
}

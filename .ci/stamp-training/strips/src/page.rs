//! What the program would see and read on a drawn page: in every view pieces of what is searched, and strips at the places of the
//! finder.

use crate::engine::contract::StampOffset;
use crate::engine::network::Runtime;
use crate::engine::stamp_finder::{STRIP, StampFinder, WORD};
use crate::imaging::stamps::{StampView, StampWord, Upper, strip};
use crate::pieces::{Asked, SIDE, asked, piece};
use crate::press::{Press, Truth, Word, chance};
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

/// A view of a page, and px of 75 dots per inch for one of the page.
struct Sight<'a> {
    view: View,
    seen: &'a Upper,
    scale: f32,
}

impl Sight<'_> {
    /// A point of the page on what is searched.
    fn at(&self, (x, y): (f32, f32)) -> (f32, f32) {
        (x * self.scale - self.seen.corner.0 as f32, y * self.scale - self.seen.corner.1 as f32)
    }

    /// How far a point of the page is from a place.
    fn away(&self, point: (f32, f32), place: &StampWord) -> f32 {
        let (x, y) = self.at(point);
        (x - place.middle.0).hypot(y - place.middle.1)
    }

    fn is_on_stamp(&self, truth: &Truth, place: &StampWord) -> bool {
        self.away(truth.stamp, place) < truth.reach * self.scale
    }
}

#[derive(Clone, Copy, PartialEq)]
enum View {
    Page,
    WithoutRed,
    BlueAlone,
    WithoutPrint,
}

/// What a page teaches: the readers strips, the finder pieces.
#[derive(Default)]
pub struct Lesson {
    pub strips: Vec<(RgbImage, Row)>,
    pub pieces: Vec<(RgbImage, Asked)>,
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

    /// What the next page teaches.
    pub fn next_page(&mut self) -> Result<Lesson, Box<dyn std::error::Error>> {
        let drawn = self.press.page()?;
        self.pages += 1;
        let scale = 75.0 / f32::from(drawn.dpi);
        let upper = StampView::of(&drawn.page, u32::from(drawn.dpi))?.upper(0);
        let by_ink =
            [(View::WithoutRed, upper.without_red()), (View::BlueAlone, upper.blue_alone()), (View::WithoutPrint, upper.without_print())];
        let mut lesson = Lesson::default();
        self.look(&Sight { view: View::Page, seen: &upper, scale }, &drawn.truths, &mut lesson)?;
        for (view, seen) in by_ink.into_iter().filter_map(|(view, seen)| Some((view, seen?))) {
            self.look(&Sight { view, seen: &seen, scale }, &drawn.truths, &mut lesson)?;
        }
        Ok(lesson)
    }

    fn look(&mut self, sight: &Sight<'_>, truths: &[Truth], lesson: &mut Lesson) -> Result<(), Box<dyn std::error::Error>> {
        let Sight { view, seen, scale } = *sight;
        let least = if view == View::WithoutPrint { LEAST_WITHOUT_PRINT } else { LEAST };
        let map = self.finder.map(&seen.small)?;
        let found = words(&map);
        let wrong = found.iter().find(|place| !truths.iter().any(|truth| sight.is_on_stamp(truth, place)));
        self.pieces(sight, truths, wrong, lesson);
        for (rank, place) in found.into_iter().filter(|place| place.odds >= least).take(MOST).enumerate() {
            let is_on = |word: &Word| sight.away(word.middle, &place) < (0.75 * word.capital * scale).max(6.0);
            let truth = truths.iter().find_map(|truth| truth.words.last().filter(|word| is_on(word)).map(|word| (truth, word)));
            let is_beside = truths.iter().any(|truth| !truth.words.is_empty() && sight.is_on_stamp(truth, &place));
            if truth.map_or(is_beside, |(truth, _)| !is_seen(truth, view)) {
                continue;
            }
            let first = self.finder.suspect(&strip(&seen.sharp, &place, WORD.size, WORD.middle))?;
            if truth.is_none() && first < CLEARLY_NOT && !chance(KEPT, &mut self.random) {
                continue;
            }
            let placed = self.finder.place(&strip(&seen.sharp, &place, STRIP.size, STRIP.middle))?;
            let mut cuts = vec![place, straightened(&place, &placed.offset)];
            let own = truth.map(|(_, word)| StampWord {
                middle: sight.at(word.middle),
                turn: word.turn.sin_cos(),
                capital: word.capital * scale,
                odds: place.odds,
            });
            cuts.extend(own.map(|own| moved(&own, &mut self.random)));
            for (how, cut) in cuts.iter().enumerate() {
                let [turn, scale, along, across] = own.map_or([f32::NAN; 4], |own| offset(cut, &own));
                let is_stamp = f32::from(u8::from(truth.is_some()));
                let (view, how, rank, page) = (f32::from(view as u8), how as f32, rank as f32, self.pages as f32);
                let row = [is_stamp, turn, scale, along, across, cut.odds, first, placed.odds, view, how, rank, page];
                lesson.strips.push((strip(&seen.sharp, cut, STRIP.size, STRIP.middle), row));
            }
        }
        Ok(())
    }

    /// Pieces around some stamps, around what the finder sees most surely where no stamp is, and by chance.
    fn pieces(&mut self, sight: &Sight<'_>, truths: &[Truth], wrong: Option<&StampWord>, lesson: &mut Lesson) {
        let Sight { view, seen, scale } = *sight;
        let random = &mut self.random;
        let (width, height) = seen.small.dimensions();
        let words = |truth: &Truth| truth.words.iter().map(|word| (*word, truth.seen && is_seen(truth, view))).collect::<Vec<_>>();
        let all: Vec<(Word, bool)> = truths.iter().flat_map(words).collect();
        let share = if view == View::Page { 0.7 } else { 0.25 };
        let mut middles: Vec<(f32, f32)> = Vec::new();
        for truth in truths {
            if chance(share, random) {
                middles.push(sight.at(truth.words.last().map_or(truth.stamp, |word| word.middle)));
            }
        }
        middles.extend(wrong.filter(|wrong| wrong.odds > LEAST && chance(2.0 * share, random)).map(|wrong| wrong.middle));
        if chance(share, random) {
            middles.push((random.between(0.0, width as f32), random.between(0.0, height as f32)));
        }
        for (x, y) in middles {
            let corner = |place: f32, length: u32, random: &mut Random| {
                let most = (length as f32 - SIDE as f32).max(0.0);
                (place - SIDE as f32 * random.between(0.1, 0.9)).clamp(0.0, most) as i64
            };
            let (left, top) = (corner(x, width, random), corner(y, height, random));
            let on_piece = |(word, is_seen): &(Word, bool)| {
                let (x, y) = sight.at(word.middle);
                let middle = (x - left as f32, y - top as f32);
                (Word { middle, length: word.length * scale, capital: word.capital * scale, ..*word }, *is_seen)
            };
            let on_piece: Vec<(Word, bool)> = all.iter().map(on_piece).collect();
            lesson.pieces.push((piece(&seen.small, (left, top)), asked(&on_piece)));
        }
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

//! The blanks of a header that are filled in by hand: number, day and month. The reader of handwriting sees the
//! whole row, finds the blank between the printed words, and the readers weigh what stands in it.

use crate::page::RawLine;
use regex::{Captures, Regex};
use sohoa_base::error::Result;
use sohoa_base::text::fold::fold;
use sohoa_engine::contract::{Engine, OcrWord, Handwriting, RecognizedChar, OcrAlternative};
use sohoa_engine::digits::{self, Blank, Verdict, weigh};
use sohoa_imaging::crop::{self, Crop};
use sohoa_imaging::handwriting::{self, Patch};
use sohoa_imaging::lines::Area;
use std::sync::LazyLock;

/// `Số: … /`; the slash before capitals with a dash may look like another stroke.
static NUMBER: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"^\W{0,2}s[a-z?]{0,2}\s*[:.;,\s]{0,3}(?P<n>\S(?:.{0,8}?\S)??)\s*(?P<print>(?:[/\u{2044}]|[il|!] ?[a-z]{1,5} ?- ?[a-z]).*)$")
        .ok()
});

/// `ngày … tháng … năm 20..`.
static DATE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"ng[a-z?]{2}\s*(?P<d>\S(?:.{0,3}?\S)??)\s*th[a-z?]{1,2}n?g\s*(?P<m>\S(?:.{0,2}?\S)??)\s*n[a-z?]{1,3}\s*(?P<print>[12][0-9o?]{3})",
    )
    .ok()
});

/// Part of the page, from the top, in which a header lies.
const HEADER: f32 = 0.45;

/// Rows of either kind that are tried on one page.
const MOST_ROWS: usize = 2;

/// Confidence of digits written by hand that only readers of print have read.
const UNREAD: u8 = 40;

/// Whether a row may be the one with the number, or the one with the date.
fn kind_of(line: &RawLine<'_>, (width, height): (f32, f32)) -> Option<Row> {
    let text = fold(&text_of(&line.words));
    if line.area.middle() > HEADER * height || text.len() > 80 {
        return None;
    }
    let has_year = || text.split(' ').any(|word| word.starts_with("19") || word.starts_with("20"));
    let is_left = line.area.x0 < 0.45 * width && line.area.x1 < 0.65 * width;
    if is_left
        && text.len() < 40
        && (text.starts_with('s') && text.contains([':', '/', '\u{2044}']) || text.contains('/') && text.contains('-'))
    {
        return Some(Row::Number);
    }
    (line.area.x0 > 0.3 * width && text.contains("ng") && has_year()).then_some(Row::Date)
}

/// A row of the header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Row {
    Number,
    Date,
}

/// Marks handwriting in the rows of the number and the date, and reads the digits there.
///
/// # Errors
/// `Internal` when a reader fails.
pub(crate) fn read_blanks(lines: &mut [RawLine<'_>], page: (f32, f32), engine: &mut dyn Engine) -> Result<()> {
    if !engine.has_digit_recognizer() {
        return Ok(());
    }
    for row in [Row::Number, Row::Date] {
        let mut tried = 0;
        for line in lines.iter_mut() {
            if tried >= MOST_ROWS {
                break;
            }
            if kind_of(line, page) == Some(row) {
                tried += 1;
                if read_row(line, row, engine)? {
                    break;
                }
            }
        }
    }
    Ok(())
}

/// Reads the blanks of one row; whether it was one.
fn read_row(line: &mut RawLine<'_>, row: Row, engine: &mut dyn Engine) -> Result<bool> {
    let Some(tight) = crop::line(line.source, &line.area, crop::TIGHT)? else { return Ok(false) };
    let Some(letters) = engine.recognize_digits(&tight.picture)? else { return Ok(false) };
    let text: String = letters.iter().map(|letter| plain(letter.character)).collect();
    let (pattern, blanks): (_, &[(Blank, &str)]) = match row {
        Row::Number => (NUMBER.as_ref(), &[(Blank::Number, "n")]),
        Row::Date => (DATE.as_ref(), &[(Blank::Month, "m"), (Blank::Day, "d")]),
    };
    let Some((pattern, found)) = pattern.and_then(|pattern| Some((pattern, pattern.captures(&text)?))) else { return Ok(false) };
    let patches = handwriting::patches(line.source, &line.area);
    let seen = Seen { letters: &letters, tight: &tight };
    let Some(print) = seen.place(&found, "print") else { return Ok(false) };
    let print = handwriting::between(&patches, print.0, print.1);
    let by_print = fold(&text_of(&line.words));
    for (blank, name) in blanks {
        let (Some(group), Some((from, to))) = (found.name(name), seen.place(&found, name)) else { continue };
        let figures = handwriting::between(&patches, from, to);
        let own = letters.get(group.range()).unwrap_or_default();
        let is_odd = own.iter().any(|letter| letter.character.is_alphabetic() && letter.confidence > 0.5);
        let printed = pattern.captures(&by_print).and_then(|found| found.name(name).map(|found| found.as_str().to_owned()));
        let is_hand = handwriting::differ(&figures, &print) || is_odd;
        // Readers of print may have passed over a printed figure.
        let is_empty = printed.as_ref().is_none_or(|text| !text.contains(char::is_alphanumeric));
        let is_lost = is_empty && is_clear(own) && !is_read(line, (from, to));
        if !is_hand && !is_lost {
            continue;
        }
        let second = match tight.between(tight.across(from), tight.across(to)) {
            Some(strip) => engine.recognize_strip(&strip)?.and_then(|reading| digits::of_second(&reading)),
            None => None,
        };
        let verdict = weigh(*blank, digits::of_letters(own), second, printed.and_then(|text| digits::of_print(&text, 50)));
        let hand = if is_hand { Handwriting::Recognized } else { Handwriting::Printed };
        fill(line, *blank, (around(&figures, (from, to)), (from, to)), verdict, hand);
    }
    Ok(true)
}

/// Whether these are digits alone, and surely.
fn is_clear(letters: &[RecognizedChar]) -> bool {
    /// From which sureness on a digit is seldom wrong, 0 to 1.
    const SURE: f32 = 0.8;
    !letters.is_empty() && letters.iter().all(|letter| letter.character.is_ascii_digit() && letter.confidence >= SURE)
}

/// Whether a word of the line has its middle between two places across the page, px.
fn is_read(line: &RawLine<'_>, (from, to): (f32, f32)) -> bool {
    let gap = line.crop.across(from)..line.crop.across(to);
    line.words.iter().any(|word| gap.contains(&f32::midpoint(word.bounds[0], word.bounds[2])))
}

/// The letter as one ASCII letter, so that places in a text are places among letters.
fn plain(letter: char) -> char {
    let folded = fold(&letter.to_string());
    folded.chars().next().filter(char::is_ascii).unwrap_or('?')
}

fn text_of(words: &[OcrWord]) -> String {
    words.iter().map(|word| word.text.as_str()).collect::<Vec<_>>().join(" ")
}

/// What the reader of handwriting saw, and where.
struct Seen<'a> {
    letters: &'a [RecognizedChar],
    tight: &'a Crop,
}

impl Seen<'_> {
    /// Where a group of the pattern stands across the page, px: from the letter before to the one behind, since
    /// the reader tells little more of a letter than its middle.
    fn place(&self, found: &Captures<'_>, name: &str) -> Option<(f32, f32)> {
        let range = found.name(name)?.range();
        let before = range.start.checked_sub(1).and_then(|place| self.letters.get(place)).map_or(0.0, |letter| letter.to);
        let behind = self.letters.get(range.end).map_or(1.0, |letter| letter.from);
        let width = self.tight.picture.width() as f32;
        let across = |share: f32| self.tight.to_page(share * width, 0.0).0;
        Some((across(before), across(behind)))
    }
}

/// The box of the figures across the page, or what is between the printed words.
fn around(figures: &[Patch], between: (f32, f32)) -> Area {
    let whole = figures.iter().map(|patch| patch.area).reduce(|one, other| one.union(&other));
    whole.unwrap_or(Area { x0: between.0, y0: f32::MAX, x1: between.1, y1: f32::MIN })
}

/// Puts what a blank says in the place of the words that were read there: `span` is around its figures, `gap` is
/// between the printed words, both px of the page.
fn fill(line: &mut RawLine<'_>, blank: Blank, (span, gap): (Area, (f32, f32)), verdict: Option<Verdict>, hand: Handwriting) {
    let (from, to) = (line.crop.across(span.x0), line.crop.across(span.x1));
    let gap = (line.crop.across(gap.0).min(from), line.crop.across(gap.1).max(to));
    let slack = (0.2 * line.crop.picture.height() as f32).min(0.5 * (to - from));
    let words = std::mem::take(&mut line.words);
    let is_over = |word: &OcrWord| word.bounds[0] < gap.1 - slack && word.bounds[2] > gap.0 + slack;
    let Some(verdict) = verdict else {
        line.words = words;
        for word in line.words.iter_mut().filter(|word| is_over(word)) {
            word.handwriting = Handwriting::Detected;
            word.confidence = word.confidence.min(UNREAD);
        }
        return;
    };
    let (top, bottom) = rows_of(line, &span, &words);
    let digits = OcrWord {
        handwriting: hand,
        alternative: verdict.other.map(|(text, confidence)| OcrAlternative { text, confidence }),
        ..OcrWord::new(&verdict.digits, verdict.confidence, [from, top, to, bottom])
    };
    let mut digits = Some(digits);
    for word in words {
        let [left, .., right, _] = word.bounds;
        if !is_over(&word) {
            if left >= to - slack {
                line.words.extend(digits.take());
            }
            line.words.push(word);
            continue;
        }
        let (before, behind) = printed_parts(&word.text, blank);
        if before.is_empty() && behind.is_empty() && !(gap.0..gap.1).contains(&f32::midpoint(left, right)) {
            // Print that is spelt otherwise than it should be is still print.
            if left >= to - slack {
                line.words.extend(digits.take());
            }
            line.words.push(word);
            continue;
        }
        let part = |text: String, from: f32, to: f32| OcrWord {
            text,
            bounds: [from, word.bounds[1], to.max(from + 1.0), word.bounds[3]],
            ..word.clone()
        };
        if !before.is_empty() {
            line.words.push(part(before, left, from.min(right)));
        }
        if left >= from || right >= to || !behind.is_empty() {
            line.words.extend(digits.take());
        }
        if !behind.is_empty() {
            line.words.push(part(behind, to.max(left), right));
        }
    }
    line.words.extend(digits);
}

/// Top and bottom of a span on the line's crop, px.
fn rows_of(line: &RawLine<'_>, span: &Area, words: &[OcrWord]) -> (f32, f32) {
    let (first, second) = (line.crop.to_page(0.0, 0.0).1, line.crop.to_page(0.0, 1.0).1);
    let down = |y: f32| (y - first) / (second - first);
    if span.y0 < span.y1 {
        return (down(span.y0).max(0.0), down(span.y1).min(line.crop.picture.height() as f32));
    }
    words.first().map_or((0.0, line.crop.picture.height() as f32), |word| (word.bounds[1], word.bounds[3]))
}

/// What a word that reaches over a blank holds of the printed words before and behind it.
fn printed_parts(word: &str, blank: Blank) -> (String, String) {
    let letters: Vec<char> = word.chars().collect();
    let text: String = letters.iter().map(|letter| plain(*letter)).collect();
    let find = |what: &str| text.find(what);
    let (before, behind) = match blank {
        Blank::Number => {
            let colon = find(":").map(|at| at + 1).filter(|_| text.starts_with(['s', '$', '5']));
            // A slash before no letter is a 1 that was written by hand.
            let is_slash = |pair: &[char]| matches!(pair, ['/' | '\u{2044}', next] if next.is_alphabetic());
            let last = letters.len().checked_sub(1).filter(|_| text.ends_with('/') && text.len() > 1);
            (colon.unwrap_or(0), letters.windows(2).position(is_slash).or(last))
        }
        Blank::Day => (if text.starts_with("ng") { 4 } else { 0 }, find("th")),
        Blank::Month => (if text.starts_with("th") { 5 } else { 0 }, find("nam")),
    };
    let before = before.min(letters.len());
    let behind = behind.filter(|behind| *behind >= before).unwrap_or(letters.len());
    let part = |range: std::ops::Range<usize>| letters.get(range).map(|part| part.iter().collect::<String>()).unwrap_or_default();
    (part(0..before), part(behind..letters.len()))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;
    use image::{GrayImage, Luma};
    use std::collections::BTreeMap;

    /// Sees `text`, one letter every 20 px from `x` 40 on, on a strip of the page from 30 to 430.
    struct Sees(&'static str);

    impl Engine for Sees {
        fn read_line(&mut self, _: &GrayImage) -> Result<Vec<OcrWord>> {
            Ok(Vec::new())
        }

        fn has_digit_recognizer(&self) -> bool {
            true
        }

        fn recognize_digits(&mut self, _: &GrayImage) -> Result<Option<Vec<RecognizedChar>>> {
            // The strip is cut with 0.12 heights of the line beside it.
            let share = |x: f32| (x - (30.0 - 4.8)) / 409.6;
            let place = |number: usize| 40.0 + 20.0 * number as f32;
            let letter = |(number, letter): (usize, char)| RecognizedChar {
                character: letter,
                from: share(place(number)),
                to: share(place(number) + 10.0),
                confidence: 0.97,
                best_digit: ('0', 0.0),
            };
            Ok(Some(self.0.chars().enumerate().map(letter).collect()))
        }

        fn model_hashes(&self) -> BTreeMap<String, String> {
            BTreeMap::new()
        }
    }

    /// What is left of `words` (text, first letter, letters) after the blanks of a row were read, in which figures
    /// are `high` px high and print 24.
    fn read(seen: &'static str, high: u32, words: &[(&str, usize, usize)]) -> Vec<(String, u8, Handwriting)> {
        let mut page = GrayImage::from_pixel(1000, 1000, Luma([248]));
        for (number, letter) in seen.chars().enumerate().filter(|(_, letter)| *letter != ' ') {
            let (x, tall) = (40 + 20 * number as u32, if letter.is_ascii_digit() { high } else { 24 });
            (152 - tall..152).for_each(|y| (x..x + 4).for_each(|x| page.put_pixel(x, y, Luma([20]))));
        }
        let area = Area { x0: 30.0, y0: 120.0, x1: 430.0, y1: 160.0 };
        let crop = crop::line(&page, &area, crop::WIDE).unwrap().unwrap();
        let across = |number: usize| crop.across(40.0 + 20.0 * number as f32);
        let word =
            |(text, from, count): &(&str, usize, usize)| OcrWord::new(text, 88, [across(*from), 10.0, across(from + count) - 5.0, 40.0]);
        let words = words.iter().map(word).collect();
        let mut lines = [RawLine { area, source: &page, crop, words }];
        read_blanks(&mut lines, (1000.0, 1000.0), &mut Sees(seen)).unwrap();
        let [line] = lines;
        line.words.into_iter().map(|word| (word.text, word.confidence, word.handwriting)).collect()
    }

    #[test]
    fn a_number_written_by_hand_is_read_and_set_apart() {
        let found = read("so: 47 /qd-ubnd", 32, &[("Số:4T", 0, 6), ("/QĐ-UBND", 7, 8)]);
        let wanted = [("Số:", 88, Handwriting::Printed), ("47", 65, Handwriting::Recognized), ("/QĐ-UBND", 88, Handwriting::Printed)];
        assert_eq!(found, wanted.map(|(text, sure, hand)| (text.to_owned(), sure, hand)));
    }

    #[test]
    fn what_nobody_can_read_is_marked_and_stays() {
        let found = read("so: 4? /qd-ubnd", 32, &[("Số:", 0, 3), ("f@", 4, 2), ("/QĐ-UBND", 7, 8)]);
        let wanted = [("Số:", 88, Handwriting::Printed), ("f@", UNREAD, Handwriting::Detected), ("/QĐ-UBND", 88, Handwriting::Printed)];
        assert_eq!(found, wanted.map(|(text, sure, hand)| (text.to_owned(), sure, hand)));
    }

    #[test]
    fn a_printed_number_is_left_alone() {
        let words = [("Số:", 0, 3), ("47/QĐ-UBND", 4, 11)];
        let found = read("so: 47 /qd-ubnd", 24, &words);
        assert_eq!(found, words.map(|(text, ..)| (text.to_owned(), 88, Handwriting::Printed)));
    }

    #[test]
    fn a_printed_figure_that_was_passed_over_comes_back() {
        let words = [("Số:", 0, 3), ("/QĐ-UBND", 7, 8)];
        let found = read("so: 47 /qd-ubnd", 24, &words);
        assert_eq!(found[1], ("47".to_owned(), 65, Handwriting::Printed), "{found:?}");
        let known = read("so: 47 /qd-ubnd", 24, &[("Số:", 0, 3), ("41", 4, 2), ("/QĐ-UBND", 7, 8)]);
        assert_eq!(known[1], ("41".to_owned(), 88, Handwriting::Printed), "what was read stays");
    }

    #[test]
    fn patterns_find_the_blanks() {
        let number = |text: &str| NUMBER.as_ref().and_then(|pattern| Some(pattern.captures(text)?.name("n")?.as_str().to_owned()));
        for (text, wanted) in [
            ("so:2253/tb-syt", Some("2253")),
            ("sa :29/syt-khtc", Some("29")),
            ("so: 440 /qd-ubnd", Some("440")),
            ("so: m/ct-ubnd", Some("m")),
            ("so: 08 ict-ubnd", Some("08")),
            ("so: 2a0/qd-ubnd", Some("2a0")),
            ("so y te", None),
        ] {
            assert_eq!(number(text).as_deref(), wanted, "{text}");
        }
        let date = |text: &str| {
            let found = DATE.as_ref().and_then(|pattern| pattern.captures(text));
            found.and_then(|found| Some((found.name("d")?.as_str().to_owned(), found.name("m")?.as_str().to_owned())))
        };
        for (text, day, month) in [
            ("kien giang, ngay 12 thang 12 nam 2017", "12", "12"),
            ("quang ngai, ngaya8 thang 5 nam 2021", "a8", "5"),
            ("hai phong, ngay 2o thango2nam 2025", "2o", "o2"),
            ("bac lieu, ngay 18thang 02 nam 2025", "18", "02"),
        ] {
            assert_eq!(date(text), Some((day.to_owned(), month.to_owned())), "{text}");
        }
    }

    #[test]
    fn printed_words_that_ran_into_the_blank_stay() {
        for (word, blank, before, behind) in [
            ("Số:22/TTr-UBND", Blank::Number, "Số:", "/TTr-UBND"),
            ("Số:2253", Blank::Number, "Số:", ""),
            ("‡⁄10/QĐ", Blank::Number, "", "/QĐ"),
            ("/0", Blank::Number, "", ""),
            ("2276/TB", Blank::Number, "", "/TB"),
            ("ngàyTtháng", Blank::Day, "ngày", "tháng"),
            ("ngày‡2.", Blank::Day, "ngày", ""),
            ("tháng01", Blank::Month, "tháng", ""),
            ("f@", Blank::Day, "", ""),
        ] {
            assert_eq!(printed_parts(word, blank), (before.to_owned(), behind.to_owned()), "{word}");
        }
    }
}

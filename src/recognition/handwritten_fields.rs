//! Handwritten fields of the header: number, day and month.
//!
//! The digit recognizer reads the whole row, which locates the field between the printed words. The digits in it are then
//! fused from the readings of all recognizers ([`fuse_digits`]).

use crate::ocr_line::OcrLine;
use regex::{Captures, Regex};
use sohoa_base::error::Result;
use sohoa_base::text::fold::fold;
use sohoa_engine::engine::{Engine, Handwriting, OcrAlternative, OcrWord, RecognizedChar};
use sohoa_engine::fusion::digits;
use sohoa_engine::fusion::digits::{DigitField, FusedDigits, fuse_digits};
use sohoa_imaging::layout::line_crop;
use sohoa_imaging::layout::line_crop::LineCrop;
use sohoa_imaging::layout::lines::Area;
use sohoa_imaging::markings::handwriting;
use sohoa_imaging::markings::handwriting::InkPatch;
use std::sync::LazyLock;

/// Row `Số: … /`, folded to ASCII; the slash before capitals with a dash may have been read as another stroke.
static NUMBER_ROW: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"^\W{0,2}s[a-z?]{0,2}\s*[:.;,\s]{0,3}(?P<n>\S(?:.{0,8}?\S)??)\s*(?P<print>(?:[/\u{2044}]|[il|!] ?[a-z]{1,5} ?- ?[a-z]).*)$")
        .ok()
});

/// Row `ngày … tháng … năm 20..`, folded to ASCII.
static DATE_ROW: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"ng[a-z?]{2}\s*(?P<d>\S(?:.{0,3}?\S)??)\s*th[a-z?]{1,2}n?g\s*(?P<m>\S(?:.{0,2}?\S)??)\s*n[a-z?]{1,3}\s*(?P<print>[12][0-9o?]{3})",
    )
    .ok()
});

/// Part of the page height, from the top, that holds the header.
const HEADER_SHARE: f32 = 0.45;

/// Most rows of each kind that are tried on one page.
const MAX_ROWS: usize = 2;

/// Highest confidence of handwritten digits that only recognizers of print have read, of 100.
const UNREAD_CONFIDENCE: u8 = 40;

/// Kind of header row that a line may be, by its position and first-pass text.
fn header_row_of(line: &OcrLine<'_>, (width, height): (f32, f32)) -> Option<HeaderRow> {
    let text = fold(&text_of(&line.words));
    if line.area.center_y() > HEADER_SHARE * height || text.len() > 80 {
        return None;
    }
    let has_year = || text.split(' ').any(|word| word.starts_with("19") || word.starts_with("20"));
    let is_left = line.area.x0 < 0.45 * width && line.area.x1 < 0.65 * width;
    if is_left
        && text.len() < 40
        && (text.starts_with('s') && text.contains([':', '/', '\u{2044}']) || text.contains('/') && text.contains('-'))
    {
        return Some(HeaderRow::Number);
    }
    (line.area.x0 > 0.3 * width && text.contains("ng") && has_year()).then_some(HeaderRow::Date)
}

/// Row of the header with handwritten fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum HeaderRow {
    Number,
    Date,
}

/// Marks handwriting in the rows of number and date, and replaces its words by the fused digits. `page` is width and
/// height of the prepared page, px.
///
/// # Errors
/// `Internal` when a recognizer fails.
pub(crate) fn read_handwritten_fields(lines: &mut [OcrLine<'_>], page: (f32, f32), engine: &mut dyn Engine) -> Result<()> {
    if !engine.has_digit_recognizer() {
        return Ok(());
    }
    for row in [HeaderRow::Number, HeaderRow::Date] {
        let mut tried = 0;
        for line in lines.iter_mut() {
            if tried >= MAX_ROWS {
                break;
            }
            if header_row_of(line, page) == Some(row) {
                tried += 1;
                if read_row(line, row, engine)? {
                    break;
                }
            }
        }
    }
    Ok(())
}

/// Reads the fields of one row. Returns whether the digit recognizer confirms the kind of the row.
fn read_row(line: &mut OcrLine<'_>, row: HeaderRow, engine: &mut dyn Engine) -> Result<bool> {
    let Some(tight) = line_crop::crop_line(line.source, &line.area, line_crop::TIGHT_PADDING)? else { return Ok(false) };
    let Some(letters) = engine.recognize_digits(&tight.picture)? else { return Ok(false) };
    let text: String = letters.iter().map(|letter| to_ascii(letter.character)).collect();
    let (pattern, fields): (_, &[(DigitField, &str)]) = match row {
        HeaderRow::Number => (NUMBER_ROW.as_ref(), &[(DigitField::Number, "n")]),
        HeaderRow::Date => (DATE_ROW.as_ref(), &[(DigitField::Month, "m"), (DigitField::Day, "d")]),
    };
    let Some((pattern, found)) = pattern.and_then(|pattern| Some((pattern, pattern.captures(&text)?))) else { return Ok(false) };
    let patches = handwriting::ink_patches(line.source, &line.area);
    let recognized = RecognizedRow { letters: &letters, tight: &tight };
    let Some(print) = recognized.group_extent(&found, "print") else { return Ok(false) };
    let print = handwriting::patches_between(&patches, print.0, print.1);
    let first_pass = fold(&text_of(&line.words));
    for (field, name) in fields {
        let (Some(group), Some((from, to))) = (found.name(name), recognized.group_extent(&found, name)) else { continue };
        let figures = handwriting::patches_between(&patches, from, to);
        let own = letters.get(group.range()).unwrap_or_default();
        let is_odd = own.iter().any(|letter| letter.character.is_alphabetic() && letter.confidence > 0.5);
        let printed = pattern.captures(&first_pass).and_then(|found| found.name(name).map(|found| found.as_str().to_owned()));
        let is_hand = handwriting::is_handwritten(&figures, &print) || is_odd;
        // The first pass may have missed printed digits.
        let is_empty = printed.as_ref().is_none_or(|text| !text.contains(char::is_alphanumeric));
        let is_lost = is_empty && is_confident_digits(own) && !has_word_between(line, (from, to));
        if !is_hand && !is_lost {
            continue;
        }
        let second = match tight.slice(tight.to_crop_x(from), tight.to_crop_x(to)) {
            Some(strip) => engine.recognize_strip(&strip)?.and_then(|reading| digits::digits_from_strip(&reading)),
            None => None,
        };
        let fused =
            fuse_digits(*field, digits::digits_from_chars(own), second, printed.and_then(|text| digits::digits_from_print(&text, 50)));
        let handwriting = if is_hand { Handwriting::Recognized } else { Handwriting::Printed };
        insert_digits(line, *field, (field_area(&figures, (from, to)), (from, to)), fused, handwriting);
    }
    Ok(true)
}

/// Whether these are only digits, each with a high confidence.
fn is_confident_digits(letters: &[RecognizedChar]) -> bool {
    /// Confidence from which a digit is seldom wrong, 0 to 1.
    const MIN_CONFIDENCE: f32 = 0.8;
    !letters.is_empty() && letters.iter().all(|letter| letter.character.is_ascii_digit() && letter.confidence >= MIN_CONFIDENCE)
}

/// Whether the centre of a word of the line is between two x coordinates of the page, px.
fn has_word_between(line: &OcrLine<'_>, (from, to): (f32, f32)) -> bool {
    let gap = line.crop.to_crop_x(from)..line.crop.to_crop_x(to);
    line.words.iter().any(|word| gap.contains(&f32::midpoint(word.bounds[0], word.bounds[2])))
}

/// The letter as one ASCII character, so that byte offsets in a text are also indices of letters.
fn to_ascii(letter: char) -> char {
    let folded = fold(&letter.to_string());
    folded.chars().next().filter(char::is_ascii).unwrap_or('?')
}

fn text_of(words: &[OcrWord]) -> String {
    words.iter().map(|word| word.text.as_str()).collect::<Vec<_>>().join(" ")
}

/// A row as the digit recognizer read it, and the crop that it read.
struct RecognizedRow<'a> {
    letters: &'a [RecognizedChar],
    tight: &'a LineCrop,
}

impl RecognizedRow<'_> {
    /// Horizontal extent of a group of the pattern, px of the page: from the letter before it to the letter after it, because
    /// the recognizer locates little more than the middle of a letter.
    fn group_extent(&self, found: &Captures<'_>, name: &str) -> Option<(f32, f32)> {
        let range = found.name(name)?.range();
        let before = range.start.checked_sub(1).and_then(|place| self.letters.get(place)).map_or(0.0, |letter| letter.to);
        let after = self.letters.get(range.end).map_or(1.0, |letter| letter.from);
        let width = self.tight.picture.width() as f32;
        let across = |share: f32| self.tight.to_page(share * width, 0.0).0;
        Some((across(before), across(after)))
    }
}

/// Box of the digits on the page, px; without digits, the horizontal extent between the printed words, and no rows.
fn field_area(figures: &[InkPatch], between: (f32, f32)) -> Area {
    let whole = figures.iter().map(|patch| patch.area).reduce(|one, other| one.union(&other));
    whole.unwrap_or(Area { x0: between.0, y0: f32::MAX, x1: between.1, y1: f32::MIN })
}

/// Replaces the words that were read in a field by its fused digits: `span` encloses the digits, `gap` is the space between
/// the printed words, both px of the page. Without fused digits the words stay, marked as handwriting, with a low confidence.
fn insert_digits(
    line: &mut OcrLine<'_>,
    field: DigitField,
    (span, gap): (Area, (f32, f32)),
    fused: Option<FusedDigits>,
    handwriting: Handwriting,
) {
    let (from, to) = (line.crop.to_crop_x(span.x0), line.crop.to_crop_x(span.x1));
    let gap = (line.crop.to_crop_x(gap.0).min(from), line.crop.to_crop_x(gap.1).max(to));
    let slack = (0.2 * line.crop.picture.height() as f32).min(0.5 * (to - from));
    let words = std::mem::take(&mut line.words);
    let is_over = |word: &OcrWord| word.bounds[0] < gap.1 - slack && word.bounds[2] > gap.0 + slack;
    let Some(fused) = fused else {
        line.words = words;
        for word in line.words.iter_mut().filter(|word| is_over(word)) {
            word.handwriting = Handwriting::Detected;
            word.confidence = word.confidence.min(UNREAD_CONFIDENCE);
        }
        return;
    };
    let (top, bottom) = vertical_extent(line, &span, &words);
    let digits = OcrWord {
        handwriting,
        alternative: fused.alternative.map(|(text, confidence)| OcrAlternative { text, confidence }),
        ..OcrWord::new(&fused.digits, fused.confidence, [from, top, to, bottom])
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
        let (before, after) = printed_parts(&word.text, field);
        if before.is_empty() && after.is_empty() && !(gap.0..gap.1).contains(&f32::midpoint(left, right)) {
            // A printed word that was misread is still print.
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
        if left >= from || right >= to || !after.is_empty() {
            line.words.extend(digits.take());
        }
        if !after.is_empty() {
            line.words.push(part(after, to.max(left), right));
        }
    }
    line.words.extend(digits);
}

/// Top and bottom of a span, px of the line's crop; those of the first word where the span has no rows.
fn vertical_extent(line: &OcrLine<'_>, span: &Area, words: &[OcrWord]) -> (f32, f32) {
    let (first, second) = (line.crop.to_page(0.0, 0.0).1, line.crop.to_page(0.0, 1.0).1);
    let down = |y: f32| (y - first) / (second - first);
    if span.y0 < span.y1 {
        return (down(span.y0).max(0.0), down(span.y1).min(line.crop.picture.height() as f32));
    }
    words.first().map_or((0.0, line.crop.picture.height() as f32), |word| (word.bounds[1], word.bounds[3]))
}

/// Parts of a word that overlaps a field that belong to the printed words before and after the field.
fn printed_parts(word: &str, field: DigitField) -> (String, String) {
    let letters: Vec<char> = word.chars().collect();
    let text: String = letters.iter().map(|letter| to_ascii(*letter)).collect();
    let find = |what: &str| text.find(what);
    let (before, after) = match field {
        DigitField::Number => {
            let colon = find(":").map(|at| at + 1).filter(|_| text.starts_with(['s', '$', '5']));
            // A slash that no letter follows is a handwritten 1.
            let is_slash = |pair: &[char]| matches!(pair, ['/' | '\u{2044}', next] if next.is_alphabetic());
            let last = letters.len().checked_sub(1).filter(|_| text.ends_with('/') && text.len() > 1);
            (colon.unwrap_or(0), letters.windows(2).position(is_slash).or(last))
        }
        DigitField::Day => (if text.starts_with("ng") { 4 } else { 0 }, find("th")),
        DigitField::Month => (if text.starts_with("th") { 5 } else { 0 }, find("nam")),
    };
    let before = before.min(letters.len());
    let after = after.filter(|after| *after >= before).unwrap_or(letters.len());
    let part = |range: std::ops::Range<usize>| letters.get(range).map(|part| part.iter().collect::<String>()).unwrap_or_default();
    (part(0..before), part(after..letters.len()))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;
    use image::{GrayImage, Luma};
    use std::collections::BTreeMap;

    /// Digit recognizer that returns the given text, one letter every 20 px from x = 40 on, on a strip of the page from 30 to 430.
    struct Sees(&'static str);

    impl Engine for Sees {
        fn read_line(&mut self, _: &GrayImage) -> Result<Vec<OcrWord>> {
            Ok(Vec::new())
        }

        fn has_digit_recognizer(&self) -> bool {
            true
        }

        fn recognize_digits(&mut self, _: &GrayImage) -> Result<Option<Vec<RecognizedChar>>> {
            // The strip has a margin of 0.12 line heights on either side.
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

    /// Words of a row after its fields were read: `words` are text, index of the first letter and number of letters; digits
    /// are `high` px high, print 24.
    fn read(seen: &'static str, high: u32, words: &[(&str, usize, usize)]) -> Vec<(String, u8, Handwriting)> {
        let mut page = GrayImage::from_pixel(1000, 1000, Luma([248]));
        for (number, letter) in seen.chars().enumerate().filter(|(_, letter)| *letter != ' ') {
            let (x, tall) = (40 + 20 * number as u32, if letter.is_ascii_digit() { high } else { 24 });
            (152 - tall..152).for_each(|y| (x..x + 4).for_each(|x| page.put_pixel(x, y, Luma([20]))));
        }
        let area = Area { x0: 30.0, y0: 120.0, x1: 430.0, y1: 160.0 };
        let crop = line_crop::crop_line(&page, &area, line_crop::WIDE_PADDING).unwrap().unwrap();
        let across = |number: usize| crop.to_crop_x(40.0 + 20.0 * number as f32);
        let word =
            |(text, from, count): &(&str, usize, usize)| OcrWord::new(text, 88, [across(*from), 10.0, across(from + count) - 5.0, 40.0]);
        let words = words.iter().map(word).collect();
        let mut lines = [OcrLine { area, source: &page, crop, words }];
        read_handwritten_fields(&mut lines, (1000.0, 1000.0), &mut Sees(seen)).unwrap();
        let [line] = lines;
        line.words.into_iter().map(|word| (word.text, word.confidence, word.handwriting)).collect()
    }

    #[test]
    fn handwritten_number_is_recognized_and_split_off() {
        let found = read("so: 47 /qd-ubnd", 32, &[("Số:4T", 0, 6), ("/QĐ-UBND", 7, 8)]);
        let wanted = [("Số:", 88, Handwriting::Printed), ("47", 65, Handwriting::Recognized), ("/QĐ-UBND", 88, Handwriting::Printed)];
        assert_eq!(found, wanted.map(|(text, sure, hand)| (text.to_owned(), sure, hand)));
    }

    #[test]
    fn unreadable_handwriting_is_marked_and_kept() {
        let found = read("so: 4? /qd-ubnd", 32, &[("Số:", 0, 3), ("f@", 4, 2), ("/QĐ-UBND", 7, 8)]);
        let wanted =
            [("Số:", 88, Handwriting::Printed), ("f@", UNREAD_CONFIDENCE, Handwriting::Detected), ("/QĐ-UBND", 88, Handwriting::Printed)];
        assert_eq!(found, wanted.map(|(text, sure, hand)| (text.to_owned(), sure, hand)));
    }

    #[test]
    fn printed_number_is_unchanged() {
        let words = [("Số:", 0, 3), ("47/QĐ-UBND", 4, 11)];
        let found = read("so: 47 /qd-ubnd", 24, &words);
        assert_eq!(found, words.map(|(text, ..)| (text.to_owned(), 88, Handwriting::Printed)));
    }

    #[test]
    fn missed_printed_number_is_restored() {
        let words = [("Số:", 0, 3), ("/QĐ-UBND", 7, 8)];
        let found = read("so: 47 /qd-ubnd", 24, &words);
        assert_eq!(found[1], ("47".to_owned(), 65, Handwriting::Printed), "{found:?}");
        let known = read("so: 47 /qd-ubnd", 24, &[("Số:", 0, 3), ("41", 4, 2), ("/QĐ-UBND", 7, 8)]);
        assert_eq!(known[1], ("41".to_owned(), 88, Handwriting::Printed), "what was read stays");
    }

    #[test]
    fn row_patterns_match_number_and_date_fields() {
        let number = |text: &str| NUMBER_ROW.as_ref().and_then(|pattern| Some(pattern.captures(text)?.name("n")?.as_str().to_owned()));
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
            let found = DATE_ROW.as_ref().and_then(|pattern| pattern.captures(text));
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
    fn printed_parts_around_field_are_kept() {
        for (word, blank, before, behind) in [
            ("Số:22/TTr-UBND", DigitField::Number, "Số:", "/TTr-UBND"),
            ("Số:2253", DigitField::Number, "Số:", ""),
            ("‡⁄10/QĐ", DigitField::Number, "", "/QĐ"),
            ("/0", DigitField::Number, "", ""),
            ("2276/TB", DigitField::Number, "", "/TB"),
            ("ngàyTtháng", DigitField::Day, "ngày", "tháng"),
            ("ngày‡2.", DigitField::Day, "ngày", ""),
            ("tháng01", DigitField::Month, "tháng", ""),
            ("f@", DigitField::Day, "", ""),
        ] {
            assert_eq!(printed_parts(word, blank), (before.to_owned(), behind.to_owned()), "{word}");
        }
    }
}

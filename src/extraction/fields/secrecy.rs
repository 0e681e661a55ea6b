//! Stamps of secrecy (độ mật) and urgency (độ khẩn) on a first page.

use crate::page_zones::{Row, median_word_height, page_rows};
use crate::string_similarity::{fold_text, is_mostly_upper};
use sohoa_base::model::page::geometry::Bounds;
use sohoa_base::model::page::reading::{Reading, SecrecyLevel, Word};

/// Words before `MẬT` that make it an ordinary word: bảo mật, bí mật, cơ mật, mặt …
const EXCLUDED_BEFORE: [&str; 9] = ["bao", "bi", "co", "be", "do", "ra", "vang", "khoa", "vien"];
const EXCLUDED_AFTER: [&str; 14] =
    ["tran", "do", "khau", "ma", "vu", "thiet", "ong", "thu", "nghi", "bang", "hang", "troi", "phang", "cat"];

/// Confidence of a stamp found as words in capitals, 0 to 100: they were read, and hardly have another meaning.
const WORD_STAMP_CONFIDENCE: u8 = 80;

/// A stamp of secrecy on a first page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DetectedSecrecy {
    /// Level that it states.
    pub level: SecrecyLevel,
    /// Confidence, 0 to 100.
    pub confidence: u8,
    /// Bounding box of the stamp, or of its words if it was only read.
    pub bounds: Bounds,
}

/// Finds the stamp of secrecy on a first page: the highest level among those detected on its image and those read as
/// words.
///
/// Searches the upper two fifths of the page for the words in capitals, with or without diacritics, alone or joined to
/// the header by OCR. A missed stamp is the worst failure, so doubtful ones are reported; words such as `bảo mật` in
/// running text are in lower case and do not match.
#[must_use]
pub fn find_secrecy_stamp(reading: &Reading) -> Option<DetectedSecrecy> {
    let seen =
        reading.stamps.iter().map(|stamp| DetectedSecrecy { level: stamp.level, confidence: stamp.confidence, bounds: stamp.bounds });
    // The more confident of two with the same level.
    seen.chain(stamp_from_words(reading)).max_by_key(|stamp| (stamp.level, stamp.confidence))
}

/// Stamp among the words that were read.
fn stamp_from_words(reading: &Reading) -> Option<DetectedSecrecy> {
    let limit = reading.height * 2 / 5;
    let height = median_word_height(reading);
    let mut found: Option<DetectedSecrecy> = None;
    for line in reading.lines().filter(|line| line.bounds.y0 <= limit) {
        let words: Vec<&Word> = line.words.iter().filter(|word| word.text.chars().any(char::is_alphanumeric)).collect();
        for at in 0..words.len() {
            if let Some((level, from, to)) = level_at(&words, at, height)
                && found.is_none_or(|found| level > found.level)
            {
                let own = words.get(from..=to).unwrap_or_default();
                let bounds = Bounds::enclosing(own.iter().map(|word| &word.bounds)).unwrap_or(line.bounds);
                found = Some(DetectedSecrecy { level, confidence: WORD_STAMP_CONFIDENCE, bounds });
            }
        }
    }
    found
}

/// Capital letters of a word; none if it has lower-case ones.
fn capital_letters(word: &Word) -> Option<String> {
    let letters: String = word.text.chars().filter(|c| c.is_alphabetic()).collect();
    (!letters.is_empty() && letters.chars().all(char::is_uppercase) && !word.text.contains('/')).then_some(letters)
}

/// Level stated by the word at `at` and its neighbours, with the first and the last index of its words.
fn level_at(words: &[&Word], at: usize, height: u32) -> Option<(SecrecyLevel, usize, usize)> {
    let word = words.get(at)?;
    let mut end = at;
    let mut letters = capital_letters(word)?;
    // Letter-spaced: M Ậ T.
    if letters.chars().count() == 1 {
        for next in words.iter().skip(at + 1).take(2) {
            letters.push_str(&capital_letters(next).filter(|letter| letter.chars().count() == 1)?);
            end += 1;
        }
    }
    let plain = fold_text(&letters);
    match plain.as_str() {
        "tuyetmat" => return Some((SecrecyLevel::TopSecret, at, end)),
        "toimat" => return Some((SecrecyLevel::Secret, at, end)),
        "mat" => {}
        _ => return None,
    }
    let before = at.checked_sub(1).and_then(|at| words.get(at)).filter(|before| are_adjacent(before, word, height));
    let after = words.get(end + 1).filter(|after| words.get(end).is_some_and(|last| are_adjacent(last, after, height)));
    let name = |word: Option<&&Word>| word.and_then(|word| capital_letters(word)).map(|text| fold_text(&text)).unwrap_or_default();
    let (before_name, after_name) = (name(before), name(after));
    match before_name.as_str() {
        "tuyet" => return Some((SecrecyLevel::TopSecret, at - 1, end)),
        "toi" => return Some((SecrecyLevel::Secret, at - 1, end)),
        _ => {}
    }
    if EXCLUDED_BEFORE.contains(&before_name.as_str()) || EXCLUDED_AFTER.contains(&after_name.as_str()) {
        return None;
    }
    // ă or á instead of â: another word, unless it is alone like a stamp.
    let other = letters.to_lowercase().chars().any(|c| "ăắặằẳẵáãảàấầẩẫ".contains(c));
    let alone = before.is_none() && after.is_none();
    (!other || alone).then_some((SecrecyLevel::Confidential, at, end))
}

fn are_adjacent(left: &Word, right: &Word, height: u32) -> bool {
    right.bounds.x0.saturating_sub(left.bounds.x1) <= height * 3 / 2
}

/// Urgency stated by a row of capitals.
pub(crate) fn parse_urgency(text: &str) -> Option<&'static str> {
    if !is_mostly_upper(text) {
        return None;
    }
    let plain = fold_text(text);
    let words: Vec<&str> = plain.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let pair = |a: &str, b: &str| words.windows(2).any(|two| two == [a, b]);
    if pair("hoa", "toc") {
        return Some(if pair("hen", "gio") { "HỎA TỐC HẸN GIỜ" } else { "HỎA TỐC" });
    }
    if pair("thuong", "khan") {
        return Some("THƯỢNG KHẨN");
    }
    (words == ["khan"]).then_some("KHẨN")
}

/// Urgency stamp in the upper two fifths of a first page with its row.
pub(crate) fn find_urgency(reading: &Reading) -> Option<(&'static str, Row<'_>)> {
    let limit = reading.height * 2 / 5;
    page_rows(reading).into_iter().filter(|row| row.bounds.y0 <= limit).find_map(|row| {
        // A stamp may be joined to the row of the other column: each stretch between wide gaps is tested.
        let mut stretch: Vec<&Word> = Vec::new();
        let mut stretches: Vec<Vec<&Word>> = Vec::new();
        for word in &row.words {
            if stretch.last().is_some_and(|last| !are_adjacent(last, word, median_word_height(reading))) {
                stretches.push(std::mem::take(&mut stretch));
            }
            stretch.push(word);
        }
        stretches.push(stretch);
        stretches
            .iter()
            .find_map(|words| parse_urgency(&words.iter().map(|word| word.text.as_str()).collect::<Vec<_>>().join(" ")))
            .map(|stated| (stated, row))
    })
}

//! Stamps of secrecy (độ mật) and urgency (độ khẩn) on a first page.

use super::fuzzy::{folded, is_upper};
use super::zones::{Row, rows, usual_height};
use sohoa_base::model::geometry::Bounds;
use sohoa_base::model::reading::{Reading, Secrecy, Word};

/// Neighbours that make `MẬT` an ordinary word: bảo mật, bí mật, cơ mật, mật độ, mật khẩu, mặt trận, …
const BEFORE: [&str; 9] = ["bao", "bi", "co", "be", "do", "ra", "vang", "khoa", "vien"];
const AFTER: [&str; 14] = ["tran", "do", "khau", "ma", "vu", "thiet", "ong", "thu", "nghi", "bang", "hang", "troi", "phang", "cat"];

/// How sure words in capitals are a stamp, 0 to 100: they were read, and most likely not written for anything else.
const BY_WORDS: u8 = 80;

/// A stamp of secrecy on a first page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamped {
    /// What it says.
    pub level: Secrecy,
    /// How sure it is, 0 to 100.
    pub confidence: u8,
    /// Around it, or around its words where it was read only.
    pub bounds: Bounds,
}

/// The stamp of secrecy on a first page: the most secret of those that were seen on its picture and those that
/// were read among its words.
///
/// Looks at the upper two fifths of the page for the words in capitals, marks lost or not, alone or run into
/// the header by OCR. A missed stamp is the worst failure, so in doubt it answers; words such as `bảo mật`
/// in running text are small letters and do not count.
#[must_use]
pub fn stamp(reading: &Reading) -> Option<Stamped> {
    let seen = reading.stamps.iter().map(|stamp| Stamped { level: stamp.level, confidence: stamp.confidence, bounds: stamp.bounds });
    // The surer of two that say the same.
    seen.chain(by_words(reading)).max_by_key(|stamp| (stamp.level, stamp.confidence))
}

/// The stamp among the words that were read.
fn by_words(reading: &Reading) -> Option<Stamped> {
    let limit = reading.height * 2 / 5;
    let height = usual_height(reading);
    let mut found: Option<Stamped> = None;
    for line in reading.lines().filter(|line| line.bounds.y0 <= limit) {
        let words: Vec<&Word> = line.words.iter().filter(|word| word.text.chars().any(char::is_alphanumeric)).collect();
        for at in 0..words.len() {
            if let Some((level, from, to)) = level_at(&words, at, height)
                && found.is_none_or(|found| level > found.level)
            {
                let own = words.get(from..=to).unwrap_or_default();
                let bounds = Bounds::around(own.iter().map(|word| &word.bounds)).unwrap_or(line.bounds);
                found = Some(Stamped { level, confidence: BY_WORDS, bounds });
            }
        }
    }
    found
}

/// Capital letters of a word; none if it has small ones.
fn capitals(word: &Word) -> Option<String> {
    let letters: String = word.text.chars().filter(|c| c.is_alphabetic()).collect();
    (!letters.is_empty() && letters.chars().all(char::is_uppercase) && !word.text.contains('/')).then_some(letters)
}

/// The level that the word at `at` and its neighbours state, and the first and the last word of it.
fn level_at(words: &[&Word], at: usize, height: u32) -> Option<(Secrecy, usize, usize)> {
    let word = words.get(at)?;
    let mut end = at;
    let mut letters = capitals(word)?;
    // Spaced out: M Ậ T.
    if letters.chars().count() == 1 {
        for next in words.iter().skip(at + 1).take(2) {
            letters.push_str(&capitals(next).filter(|letter| letter.chars().count() == 1)?);
            end += 1;
        }
    }
    let plain = folded(&letters);
    match plain.as_str() {
        "tuyetmat" => return Some((Secrecy::TopSecret, at, end)),
        "toimat" => return Some((Secrecy::Secret, at, end)),
        "mat" => {}
        _ => return None,
    }
    let before = at.checked_sub(1).and_then(|at| words.get(at)).filter(|before| near(before, word, height));
    let after = words.get(end + 1).filter(|after| words.get(end).is_some_and(|last| near(last, after, height)));
    let name = |word: Option<&&Word>| word.and_then(|word| capitals(word)).map(|text| folded(&text)).unwrap_or_default();
    let (before_name, after_name) = (name(before), name(after));
    match before_name.as_str() {
        "tuyet" => return Some((Secrecy::TopSecret, at - 1, end)),
        "toi" => return Some((Secrecy::Secret, at - 1, end)),
        _ => {}
    }
    if BEFORE.contains(&before_name.as_str()) || AFTER.contains(&after_name.as_str()) {
        return None;
    }
    // ă or á in place of â: another word, unless it stands alone like a stamp.
    let other = letters.to_lowercase().chars().any(|c| "ăắặằẳẵáãảàấầẩẫ".contains(c));
    let alone = before.is_none() && after.is_none();
    (!other || alone).then_some((Secrecy::Confidential, at, end))
}

fn near(left: &Word, right: &Word, height: u32) -> bool {
    right.bounds.x0.saturating_sub(left.bounds.x1) <= height * 3 / 2
}

/// The urgency that a row of capitals states.
pub(super) fn urgency_of(text: &str) -> Option<&'static str> {
    if !is_upper(text) {
        return None;
    }
    let plain = folded(text);
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

/// The urgency stamp in the upper two fifths of a first page and its row.
pub(super) fn urgency(reading: &Reading) -> Option<(&'static str, Row<'_>)> {
    let limit = reading.height * 2 / 5;
    rows(reading).into_iter().filter(|row| row.bounds.y0 <= limit).find_map(|row| {
        // A stamp may be run into the row of the other column: look at each stretch between wide gaps.
        let mut stretch: Vec<&Word> = Vec::new();
        let mut stretches: Vec<Vec<&Word>> = Vec::new();
        for word in &row.words {
            if stretch.last().is_some_and(|last| !near(last, word, usual_height(reading))) {
                stretches.push(std::mem::take(&mut stretch));
            }
            stretch.push(word);
        }
        stretches.push(stretch);
        stretches
            .iter()
            .find_map(|words| urgency_of(&words.iter().map(|word| word.text.as_str()).collect::<Vec<_>>().join(" ")))
            .map(|stated| (stated, row))
    })
}

//! Personal data (dữ liệu cá nhân) in a document's text: Law 91/2025/QH15, in force from 1 January 2026.
//!
//! What is found is hidden in copies for the public; the archive's own copy stays whole.

use super::fuzzy::folded;
use crate::model::personal::{PersonalData, PersonalKind};
use crate::model::reading::{Line, Reading, Word};
use regex::Regex;
use std::ops::Range;
use std::sync::LazyLock;

/// A number as people write it: digits, parted by single spaces, dots or dashes.
static NUMBER: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"\+?\d(?:[ .\-]?\d){6,18}").ok());

/// A date of day, month and year, or of a year alone after "năm".
static DATE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"\d{1,2}\s?[/.\-]\s?\d{1,2}\s?[/.\-]\s?(?:19|20)\d{2}|ngay \d{1,2} thang \d{1,2} nam (?:19|20)\d{2}|nam (?:19|20)\d{2}")
        .ok()
});

/// Words before the day of somebody's birth, folded.
const BIRTH: [&str; 5] = ["sinh ngay", "ngay sinh", "sinh nam", "nam sinh", "ngay thang nam sinh"];

/// Words before the number of a citizen's card or passport.
const CARD: [&str; 8] = ["cccd", "cmnd", "cmtnd", "can cuoc", "chung minh", "dinh danh ca nhan", "so dinh danh", "ho chieu"];

/// Words before the number of a bank account.
const ACCOUNT: [&str; 5] = ["tai khoan", "stk", "so tk", "tk so", "so tai khoan"];

/// Words before the place where somebody lives.
const HOME: [&str; 9] =
    ["thuong tru", "tam tru", "noi o hien nay", "noi o hien tai", "cho o hien nay", "ho khau", "dia chi lien he", "cu tru tai", "tru tai"];

/// Words of a line that an office prints of itself: its telephone is no personal data.
const OFFICE: [&str; 4] = ["fax", "website", "duong day nong", "tong dai"];

/// Personal data on one page of a document; `page` from 1.
#[must_use]
pub fn find(reading: &Reading, page: u32) -> Vec<PersonalData> {
    let lines: Vec<&Line> = reading.lines().collect();
    let mut found = Vec::new();
    for (place, line) in lines.iter().enumerate() {
        // What a number is may be said at the end of the line before.
        let before = place.checked_sub(1).and_then(|place| lines.get(place)).map_or_else(String::new, |line| tail(line));
        for (kind, span) in spans(&Text::of(line), &before) {
            found.push(PersonalData {
                kind,
                page,
                bounds: span.iter().filter_map(|at| line.words.get(*at)).map(|word| word.bounds).collect(),
            });
        }
    }
    found
}

/// A line's folded text with where each of its words begins, in characters.
struct Text {
    folded: String,
    starts: Vec<usize>,
}

impl Text {
    fn of(line: &Line) -> Self {
        let mut text = Self { folded: String::new(), starts: Vec::new() };
        for word in &line.words {
            if !text.folded.is_empty() {
                text.folded.push(' ');
            }
            text.starts.push(text.folded.len());
            text.folded.push_str(&folded_word(word));
        }
        text
    }

    /// Numbers of the words that a stretch of the text touches.
    fn words(&self, span: &Range<usize>) -> Vec<usize> {
        let ends = self.starts.iter().skip(1).copied().chain([self.folded.len() + 1]);
        (0..)
            .zip(self.starts.iter().zip(ends))
            .filter(|(_, (start, end))| **start < span.end && end - 1 > span.start)
            .map(|(place, _)| place)
            .collect()
    }
}

fn folded_word(word: &Word) -> String {
    folded(&word.text)
}

fn tail(line: &Line) -> String {
    let words: Vec<String> = line.words.iter().rev().take(4).map(folded_word).collect();
    words.into_iter().rev().collect::<Vec<_>>().join(" ")
}

fn spans(text: &Text, before: &str) -> Vec<(PersonalKind, Vec<usize>)> {
    let mut found = Vec::new();
    let context = |start: usize| format!("{before} {}", text.folded.get(..start).unwrap_or_default());
    for number in matches(&NUMBER, &text.folded) {
        let digits: String = text.folded.get(number.clone()).unwrap_or_default().chars().filter(char::is_ascii_digit).collect();
        if let Some(kind) = kind_of(&digits, &context(number.start), &text.folded) {
            found.push((kind, text.words(&number)));
        }
    }
    for date in matches(&DATE, &text.folded) {
        if ends_near(&context(date.start), &BIRTH, 12) {
            found.push((PersonalKind::BirthDate, text.words(&date)));
        }
    }
    if let Some(start) = HOME.iter().filter_map(|words| find_words(&text.folded, words)).min() {
        let rest = text.folded.get(start..).unwrap_or_default();
        let end = start + rest.find([';']).unwrap_or(rest.len());
        let words = text.words(&(start + 1..end));
        if words.len() >= 2 {
            found.push((PersonalKind::Address, words));
        }
    }
    found
}

fn matches(pattern: &LazyLock<Option<Regex>>, text: &str) -> Vec<Range<usize>> {
    pattern.as_ref().map_or_else(Vec::new, |pattern| pattern.find_iter(text).map(|found| found.range()).collect())
}

/// What a number of these digits is, from the words before it and from its own form.
fn kind_of(digits: &str, before: &str, line: &str) -> Option<PersonalKind> {
    let said = |words: &[&str]| ends_near(before, words, 40);
    match digits.len() {
        9 | 12 if said(&CARD) => Some(PersonalKind::CitizenNumber),
        12 if is_citizen_number(digits) && !said(&ACCOUNT) => Some(PersonalKind::CitizenNumber),
        6..=19 if said(&ACCOUNT) => Some(PersonalKind::BankAccount),
        10 | 11 if is_mobile(digits) && !OFFICE.iter().any(|words| line.contains(words)) => Some(PersonalKind::Telephone),
        _ => None,
    }
}

/// Where whole `words` end in `text`.
fn find_words(text: &str, words: &str) -> Option<usize> {
    let ends = |at: usize| text.get(at..).is_none_or(|rest| !rest.starts_with(char::is_alphanumeric));
    let starts = |at: usize| text.get(..at).is_none_or(|before| !before.ends_with(char::is_alphanumeric));
    text.match_indices(words).find(|(at, _)| starts(*at) && ends(at + words.len())).map(|(at, _)| at + words.len())
}

/// Whether one of `words` stands within `reach` characters before the end of `text`.
fn ends_near(text: &str, words: &[&str], reach: usize) -> bool {
    words.iter().any(|words| text.rfind(words).is_some_and(|at| text.len() - at - words.len() <= reach))
}

/// Circular 59/2021/TT-BCA: province (001 to 096), century and sex (0 to 9), year of birth, six random digits.
fn is_citizen_number(digits: &str) -> bool {
    let part = |range: Range<usize>| digits.get(range).and_then(|part| part.parse::<u32>().ok());
    matches!(part(0..3), Some(1..=96)) && matches!(part(3..4), Some(0..=3))
}

/// Mobile numbers begin with 03, 05, 07, 08, 09 (plan of 2018), or with 84 instead of 0; before 2018 some had a digit
/// more, after 01.
fn is_mobile(digits: &str) -> bool {
    if digits.len() == 11 && ["012", "016", "018", "019"].iter().any(|head| digits.starts_with(head)) {
        return true;
    }
    let own = digits.strip_prefix("84").filter(|_| digits.len() == 11).or_else(|| digits.strip_prefix('0').filter(|_| digits.len() == 10));
    own.is_some_and(|own| own.len() == 9 && own.starts_with(['3', '5', '7', '8', '9']))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use super::*;
    use crate::model::geometry::Bounds;
    use crate::model::reading::{Block, BlockKind};

    fn reading(lines: &[&str]) -> Reading {
        let words = |line: &str| {
            (0..).zip(line.split(' ')).map(|(x, word)| Word::new(word, Bounds::new(x * 10, 0, x * 10 + 9, 9), 90)).collect::<Vec<_>>()
        };
        let lines = lines.iter().map(|line| Line::new(Bounds::default(), words(line))).collect();
        Reading { blocks: vec![Block { kind: BlockKind::Text, bounds: Bounds::default(), lines }], ..Reading::default() }
    }

    /// Kinds, and the places of the words hidden.
    fn found(lines: &[&str]) -> Vec<(PersonalKind, Vec<u32>)> {
        let places = |data: &PersonalData| data.bounds.iter().map(|bounds| bounds.x0 / 10).collect();
        find(&reading(lines), 1).iter().map(|data| (data.kind, places(data))).collect()
    }

    #[test]
    fn numbers_of_people_are_found() {
        use PersonalKind::{Address, BankAccount, BirthDate, CitizenNumber, Telephone};
        assert_eq!(found(&["CCCD số: 031 085 001 234 cấp ngày 02/3/2021"]), [(CitizenNumber, vec![2, 3, 4, 5])]);
        assert_eq!(found(&["Số CMND:", "031234567, cấp tại Hải Phòng"]), [(CitizenNumber, vec![0])]);
        assert_eq!(found(&["ông Trần Văn Mẫu, 031085001234,"]), [(CitizenNumber, vec![4])]);
        assert_eq!(found(&["Điện thoại: 0912.345.678"]), [(Telephone, vec![2])]);
        assert_eq!(found(&["SĐT: 01662678664 (về"]), [(Telephone, vec![1])]);
        assert_eq!(found(&["(ĐT +84 912 345 678)"]), [(Telephone, vec![1, 2, 3, 4])]);
        assert_eq!(found(&["số tài khoản 0123 4567 89012 tại ngân hàng"]), [(BankAccount, vec![3, 4, 5])]);
        assert_eq!(found(&["sinh ngày 05/11/1985, nơi sinh Hải Phòng"]), [(BirthDate, vec![2])]);
        assert_eq!(found(&["Nơi thường trú: số 5 đường Mẫu, phường Mẫu"]), [(Address, vec![3, 4, 5, 6, 7, 8])]);
    }

    #[test]
    fn numbers_of_offices_and_papers_are_not() {
        for line in [
            "Căn cứ Nghị định số 61/2018/NĐ-CP ngày 23 tháng 4 năm 2018",
            "Điện thoại: 0225.3821.055 Fax: 0225.3747.325",
            "Đường dây nóng 0912 345 678",
            "kinh phí 1.250.000.000 đồng",
            "Hải Phòng, ngày 05 tháng 11 năm 2025",
            "000.00.16.H24-200514-0001",
            "từ 2016 - 2021 - 2025",
            "- Thường trực Tỉnh ủy; Hội đồng nhân dân",
        ] {
            assert_eq!(found(&[line]), [], "{line}");
        }
    }
}

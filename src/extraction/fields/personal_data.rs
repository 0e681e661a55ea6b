//! Detection of personal data (dữ liệu cá nhân) in a document's text: Law 91/2025/QH15, in force from 1 January 2026.
//!
//! Detected data is redacted in copies for the public; the archive's own copy stays complete.

use crate::string_similarity::fold_text;
use regex::Regex;
use sohoa_base::model::page::reading::{Block, Reading, Word};
use sohoa_base::model::personal_data::{PersonalData, PersonalDataKind};
use std::ops::Range;
use std::sync::LazyLock;

/// A number as people write it: digits, separated by single spaces, dots or dashes.
static DIGIT_GROUP: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"\+?\d(?:[ .\-]?\d){6,18}").ok());

/// A date of day, month and year, or a year alone.
static DATE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"\d{1,2}\s?[/.\-]\s?\d{1,2}\s?[/.\-]\s?(?:19|20)\d{2}|\d{1,2} ?thang ?\d{1,2} ?nam ?(?:19|20)\d{2}|\b(?:19|20)\d{2}\b").ok()
});

/// An e-mail address; `@` is often misread.
static EMAIL: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"[a-z0-9._%+\-]+@[a-z0-9\-]+(?:\.[a-z0-9\-]+)+").ok());

/// An e-mail address after a label, whatever was read for `@`.
static LABELLED_EMAIL: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"(?:thu dien tu|e-?mail)\W{1,3}(?P<mail>\S+(?: \S+)?\.[a-z]{2,4})\b").ok());

/// Suffix of the e-mail addresses of offices.
const OFFICE_MAIL_SUFFIX: &str = ".gov.vn";

/// Labels of a date of birth, folded.
const BIRTH_LABELS: [&str; 5] = ["sinh ngay", "ngay sinh", "sinh nam", "nam sinh", "ngay thang nam sinh"];

/// Labels of a citizen's card or passport number.
const ID_CARD_LABELS: [&str; 8] = ["cccd", "cmnd", "cmtnd", "can cuoc", "chung minh", "dinh danh ca nhan", "so dinh danh", "ho chieu"];

/// Labels of a passport number, which is a letter and digits.
const PASSPORT_LABELS: [&str; 1] = ["ho chieu"];

/// Labels of a bank account number.
const ACCOUNT_LABELS: [&str; 5] = ["tai khoan", "stk", "so tk", "tk so", "so tai khoan"];

/// Labels of a home address.
const ADDRESS_LABELS: [&str; 9] =
    ["thuong tru", "tam tru", "noi o hien nay", "noi o hien tai", "cho o hien nay", "ho khau", "dia chi lien he", "cu tru tai", "tru tai"];

/// Words after a comma that end a home address.
const ADDRESS_END_LABELS: [&str; 12] =
    ["sinh", "so ", "dien thoai", "sdt", "dt", "cccd", "cmnd", "can cuoc", "nghe nghiep", "la ", "lam ", "email"];

/// Maximum number of words of a home address.
const MAX_ADDRESS_WORDS: usize = 24;

/// Words of a line with an office's own contact data: its telephone is not personal data.
const OFFICE_LABELS: [&str; 4] = ["fax", "website", "duong day nong", "tong dai"];

/// Finds personal data on one page of a document; `page` from 1.
#[must_use]
pub fn find_personal_data(reading: &Reading, page: u32) -> Vec<PersonalData> {
    let mut found = Vec::new();
    for words in reading.blocks.iter().flat_map(Block::word_runs) {
        found.extend(find_spans(&FoldedText::from_words(&words)).into_iter().map(|(kind, span)| PersonalData {
            kind,
            page,
            bounds: span.iter().filter_map(|at| words.get(*at)).map(|word| word.bounds).collect(),
        }));
    }
    found
}

/// Running text, folded, with the byte offsets of its words.
struct FoldedText {
    folded: String,
    starts: Vec<usize>,
}

impl FoldedText {
    fn from_words(words: &[&Word]) -> Self {
        let mut text = Self { folded: String::new(), starts: Vec::new() };
        for word in words {
            if !text.folded.is_empty() {
                text.folded.push(' ');
            }
            text.starts.push(text.folded.len());
            text.folded.push_str(&fold_text(&word.text));
        }
        text
    }

    /// Indexes of the words that overlap a byte range.
    fn words_in(&self, span: &Range<usize>) -> Vec<usize> {
        let ends = self.starts.iter().skip(1).copied().chain([self.folded.len() + 1]);
        (0..)
            .zip(self.starts.iter().zip(ends))
            .filter(|(_, (start, end))| **start < span.end && end - 1 > span.start)
            .map(|(place, _)| place)
            .collect()
    }

    /// At most `length` bytes before and after a byte range.
    fn around(&self, at: &Range<usize>, length: usize) -> (&str, &str) {
        let from = (at.start.saturating_sub(length)..=at.start).find(|from| self.folded.is_char_boundary(*from)).unwrap_or(at.start);
        let to = (at.end..=(at.end + length).min(self.folded.len())).rev().find(|to| self.folded.is_char_boundary(*to)).unwrap_or(at.end);
        (self.folded.get(from..at.start).unwrap_or_default(), self.folded.get(at.end..to).unwrap_or_default())
    }
}

fn find_spans(text: &FoldedText) -> Vec<(PersonalDataKind, Vec<usize>)> {
    let mut found = Vec::new();
    for number in find_ranges(&DIGIT_GROUP, &text.folded) {
        let digits: String = text.folded.get(number.clone()).unwrap_or_default().chars().filter(char::is_ascii_digit).collect();
        if let Some(kind) = classify_number(&digits, text.around(&number, 60)) {
            found.push((kind, text.words_in(&number)));
        }
    }
    for date in find_ranges(&DATE, &text.folded) {
        if is_preceded_by(text.around(&date, 40).0, &BIRTH_LABELS, 12) {
            found.push((PersonalDataKind::BirthDate, text.words_in(&date)));
        }
    }
    let labelled = LABELLED_EMAIL.as_ref().map_or_else(Vec::new, |pattern| {
        pattern.captures_iter(&text.folded).filter_map(|found| found.name("mail").map(|mail| mail.range())).collect()
    });
    for mail in find_ranges(&EMAIL, &text.folded).into_iter().chain(labelled) {
        let words = text.words_in(&mail);
        let is_known = found.iter().any(|(kind, known)| *kind == PersonalDataKind::Email && known.iter().any(|word| words.contains(word)));
        if !is_known && !text.folded.get(mail).unwrap_or_default().ends_with(OFFICE_MAIL_SUFFIX) {
            found.push((PersonalDataKind::Email, words));
        }
    }
    let mut from = 0;
    while let Some(start) = ADDRESS_LABELS.iter().filter_map(|words| phrase_end(text.folded.get(from..)?, words)).min() {
        let start = from + start;
        let end = start + address_end(text.folded.get(start..).unwrap_or_default());
        let words = text.words_in(&(start + 1..end));
        if words.len() >= 2 {
            found.push((PersonalDataKind::Address, words));
        }
        from = end.max(start);
    }
    found
}

/// End of the home address at the start of a text, bytes: at a full stop, or at other data about the person.
fn address_end(text: &str) -> usize {
    let mut end = 0;
    for (count, word) in text.split(' ').enumerate() {
        let rest = text.get(end..).unwrap_or_default();
        let is_something_else = count > 2
            && text.get(..end).is_some_and(|before| before.trim_end().ends_with(','))
            && ADDRESS_END_LABELS.iter().any(|words| rest.starts_with(words));
        if count >= MAX_ADDRESS_WORDS || is_something_else {
            break;
        }
        end += word.len() + 1;
        // Kinds of places are abbreviated with a full stop: TP. X, P. Y, Q. 3.
        let is_short = word.len() <= 3;
        if word.ends_with([';', ')']) || (word.ends_with('.') && !is_short) {
            break;
        }
    }
    end.min(text.len())
}

fn find_ranges(pattern: &LazyLock<Option<Regex>>, text: &str) -> Vec<Range<usize>> {
    pattern.as_ref().map_or_else(Vec::new, |pattern| pattern.find_iter(text).map(|found| found.range()).collect())
}

/// Kind of a number with these digits, from the words before and after it and from its form.
fn classify_number(digits: &str, (before, behind): (&str, &str)) -> Option<PersonalDataKind> {
    let is_labelled = |words: &[&str]| is_preceded_by(before, words, 40);
    // Only the same sentence counts.
    let own_before = before.rsplit([';']).next().and_then(|part| part.rsplit(". ").next()).unwrap_or_default();
    let own_behind = behind.split([';']).next().and_then(|part| part.split(". ").next()).unwrap_or_default();
    let is_office = || OFFICE_LABELS.iter().any(|words| own_before.contains(words) || own_behind.contains(words));
    match digits.len() {
        9 | 12 if is_labelled(&ID_CARD_LABELS) => Some(PersonalDataKind::CitizenNumber),
        7 | 8 if is_labelled(&PASSPORT_LABELS) => Some(PersonalDataKind::CitizenNumber),
        12 if is_citizen_number(digits) && !is_labelled(&ACCOUNT_LABELS) => Some(PersonalDataKind::CitizenNumber),
        6..=19 if is_labelled(&ACCOUNT_LABELS) => Some(PersonalDataKind::BankAccount),
        10 | 11 if is_mobile(digits) && !is_office() => Some(PersonalDataKind::Telephone),
        _ => None,
    }
}

/// End of the last match of whole `words` in `text`.
fn phrase_end(text: &str, words: &str) -> Option<usize> {
    let ends = |at: usize| text.get(at..).is_none_or(|rest| !rest.starts_with(char::is_alphanumeric));
    let starts = |at: usize| text.get(..at).is_none_or(|before| !before.ends_with(char::is_alphanumeric));
    text.match_indices(words).find(|(at, _)| starts(*at) && ends(at + words.len())).map(|(at, _)| at + words.len())
}

/// Whether one of `words` is within `reach` characters before the end of `text`.
fn is_preceded_by(text: &str, words: &[&str], reach: usize) -> bool {
    words.iter().any(|words| text.rfind(words).is_some_and(|at| text.len() - at - words.len() <= reach))
}

/// Whether the digits have the form of Circular 59/2021/TT-BCA: province (001 to 096), century and sex (0 to 9), year of
/// birth, six random digits.
fn is_citizen_number(digits: &str) -> bool {
    let part = |range: Range<usize>| digits.get(range).and_then(|part| part.parse::<u32>().ok());
    matches!(part(0..3), Some(1..=96)) && matches!(part(3..4), Some(0..=3))
}

/// Whether the digits are a mobile number: it begins with 03, 05, 07, 08, 09 (plan of 2018), or with 84 instead of 0;
/// before 2018 some had one digit more, after 01.
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
    use sohoa_base::model::page::geometry::Bounds;
    use sohoa_base::model::page::reading::{BlockKind, Line};

    fn reading(lines: &[&str]) -> Reading {
        let words = |line: &str| {
            (0..).zip(line.split(' ')).map(|(x, word)| Word::new(word, Bounds::new(x * 10, 0, x * 10 + 9, 9), 90)).collect::<Vec<_>>()
        };
        let lines = lines.iter().map(|line| Line::new(Bounds::default(), words(line))).collect();
        Reading { blocks: vec![Block { kind: BlockKind::Text, bounds: Bounds::default(), lines }], ..Reading::default() }
    }

    /// Kinds, and the indexes of the words found.
    fn found(lines: &[&str]) -> Vec<(PersonalDataKind, Vec<u32>)> {
        let places = |data: &PersonalData| data.bounds.iter().map(|bounds| bounds.x0 / 10).collect();
        find_personal_data(&reading(lines), 1).iter().map(|data| (data.kind, places(data))).collect()
    }

    #[test]
    fn personal_numbers_and_addresses_are_detected() {
        use PersonalDataKind::{Address, BankAccount, BirthDate, CitizenNumber, Telephone};
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
    fn personal_data_spans_lines_and_ends_at_next_item() {
        use PersonalDataKind::{Address, BirthDate, CitizenNumber, Email, Telephone};
        let two = ["hiện cư trú tại số 5 đường Mẫu,", "phường Mẫu, tỉnh Mẫu. Trân trọng."];
        assert_eq!(found(&two), [(Address, vec![4, 5, 6, 7, 0, 1, 2, 3])]);
        let more = ["Nơi ở hiện nay: thôn 3, xã Mẫu, số điện thoại 0912345678"];
        assert_eq!(found(&more), [(Telephone, vec![11]), (Address, vec![4, 5, 6, 7])]);
        assert_eq!(found(&["sinh năm 1948, hộ chiếu số C1234567"]), [(CitizenNumber, vec![6]), (BirthDate, vec![2])]);
        assert_eq!(found(&["sinh ngày 02 tháng 08", "năm 1946"]), [(BirthDate, vec![2, 3, 4, 0, 1])]);
        assert_eq!(found(&["thư điện tử: mau.12@example.vn, email giaŒexample.vn"]), [(Email, vec![3]), (Email, vec![5])]);
    }

    #[test]
    fn office_and_document_numbers_are_not_personal_data() {
        for line in [
            "Căn cứ Nghị định số 61/2018/NĐ-CP ngày 23 tháng 4 năm 2018",
            "Điện thoại: 0225.3821.055 Fax: 0225.3747.325",
            "Đường dây nóng 0912 345 678",
            "thư điện tử: vanphong@binhsongiang.gov.vn",
            "thành lập năm 1948, đổi tên năm 1976",
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

//! Vietnamese order (Unicode CLDR, locale `vi`): letters a ă â b c d đ e ê …, then tones ngang huyền hỏi
//! ngã sắc nặng, then small before capital.

use crate::text::nfc::nfc;
use crate::text::tones::{Tone, split_tone};
use std::cmp::Ordering;

const ALPHABET: &str = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz";

/// Collation key in Vietnamese order. Texts with equal keys are ordered by their bytes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct CollationKey {
    letters: Vec<u32>,
    tones: Vec<Tone>,
    capitals: Vec<bool>,
    text: String,
}

/// Collation key of a text.
#[must_use]
pub fn collation_key(text: &str) -> CollationKey {
    let (mut letters, mut tones, mut capitals) = (Vec::new(), Vec::new(), Vec::new());
    for character in nfc(text.trim()).chars() {
        let (plain, tone) = split_tone(character);
        letters.push(letter_weight(plain));
        tones.push(tone);
        capitals.push(character.is_uppercase());
    }
    CollationKey { letters, tones, capitals, text: text.to_owned() }
}

/// Weight of a character: white space, then other characters, then digits, then letters.
fn letter_weight(plain: char) -> u32 {
    let lower = plain.to_lowercase().next().unwrap_or(plain);
    if lower.is_whitespace() {
        return 0;
    }
    if let Some(digit) = lower.to_digit(10) {
        return 0x20_0000 + digit;
    }
    match ALPHABET.chars().position(|letter| letter == lower) {
        Some(place) => 0x30_0000 + u32::try_from(place).unwrap_or(0),
        None if lower.is_alphabetic() => 0x40_0000 + lower as u32,
        None => 1 + lower as u32,
    }
}

/// Compares two texts in Vietnamese order.
#[must_use]
pub fn compare(one: &str, other: &str) -> Ordering {
    collation_key(one).cmp(&collation_key(other))
}

/// Collation key of a person's name: the given name, which is its last word, then the family and middle names.
#[must_use]
pub fn person_name_key(name: &str) -> (CollationKey, CollationKey) {
    let name = name.trim();
    let (before, given) = name.rsplit_once(char::is_whitespace).unwrap_or(("", name));
    (collation_key(given), collation_key(before))
}

/// Compares two persons' names by given name; see [`person_name_key`].
#[must_use]
pub fn compare_person_names(one: &str, other: &str) -> Ordering {
    person_name_key(one).cmp(&person_name_key(other))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn collation_orders_by_letter_then_tone_then_case() {
        let sorted = [
            "", "an", "án", "áo", "ăn", "ân", "ba", "ca", "da", "đa", "em", "ếch", "êm", "ma", "Ma", "mà", "mả", "mã", "má", "mạ", "mẹ",
            "ôm", "ơn", "ưa", "ý",
        ];
        let mut shuffled: Vec<&str> = sorted.iter().rev().copied().collect();
        shuffled.sort_by_key(|text| collation_key(text));
        assert_eq!(shuffled, sorted);
        assert_eq!(compare("Đ 1", "d 1"), Ordering::Greater);
    }

    #[test]
    fn person_names_sort_by_given_name() {
        let mut persons = vec!["Trần Văn Bình", "Nguyễn Thị Hường", "Lê An", "Nguyễn Văn Bình", "Phạm Ân", "Đỗ Thị Hương"];
        persons.sort_by(|a, b| compare_person_names(a, b));
        assert_eq!(persons, ["Lê An", "Phạm Ân", "Nguyễn Văn Bình", "Trần Văn Bình", "Đỗ Thị Hương", "Nguyễn Thị Hường"]);
    }
}

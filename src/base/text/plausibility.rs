//! Plausibility of a recognised word in a Vietnamese document: a syllable, a number, a code or punctuation.
//!
//! This module only ranks readings and flags words; [`crate::text::diacritic_restoration`] changes diacritics.

use crate::text::syllable::is_valid_syllable;

/// Punctuation around a word.
const SURROUNDING_PUNCTUATION: &[char] =
    &['.', ',', ';', ':', '!', '?', '(', ')', '[', ']', '"', '“', '”', '\'', '’', '‘', '«', '»', '…', '*'];

/// Punctuation that stands alone or joins numbers and codes.
const INNER_PUNCTUATION: &[char] = &['-', '–', '—', '/', '&', '+', '.', ',', ':', '%'];

/// Number of implausible parts of `text` (words, and their parts between dashes and slashes).
#[must_use]
pub fn implausible_parts(text: &str) -> usize {
    text.split_whitespace().map(implausible_parts_of_word).sum()
}

fn implausible_parts_of_word(word: &str) -> usize {
    let core = word.trim_matches(SURROUNDING_PUNCTUATION);
    if core.chars().all(|c| INNER_PUNCTUATION.contains(&c)) || is_code(core) {
        return 0;
    }
    let is_known = |part: &str| part.is_empty() || is_code(part) || (has_consistent_case(part) && is_valid_syllable(part));
    core.split(['-', '–', '/']).filter(|part| !is_known(part)).count()
}

/// Whether it is a number, date, section mark, or symbol such as `15a/QĐ-UBND`; a capitalised word is not.
fn is_code(text: &str) -> bool {
    let parts: Vec<&str> = text.trim_end_matches('%').split(INNER_PUNCTUATION).collect();
    !text.is_empty() && parts.iter().all(|part| is_code_part(part))
}

fn is_code_part(part: &str) -> bool {
    let letters: Vec<char> = part.chars().collect();
    let digits = letters.iter().take_while(|c| c.is_ascii_digit()).count();
    if digits > 0 {
        // A number, possibly followed by one lower-case letter.
        return match letters.get(digits..) {
            Some([]) => true,
            Some([letter]) => letter.is_ascii_lowercase(),
            _ => false,
        };
    }
    let is_capital = |c: &char| c.is_ascii_uppercase() || matches!(c, 'Đ' | 'Ư' | 'Ô' | 'Ă' | 'Â' | 'Ê' | 'Ơ');
    let capitals = letters.iter().filter(|c| is_capital(c)).count();
    let is_word = letters.first().is_some_and(is_capital) && letters.get(1).is_some_and(|c| c.is_lowercase());
    (1..=10).contains(&letters.len())
        && letters.first().is_some_and(is_capital)
        && !is_word
        && letters.iter().all(|c| is_capital(c) || c.is_ascii_lowercase() || c.is_ascii_digit() || *c == '&')
        && (capitals > 1 || letters.len() == 1 || letters.iter().skip(1).all(char::is_ascii_digit))
}

/// Whether the word is all lower case, all upper case, or capitalised.
fn has_consistent_case(word: &str) -> bool {
    let mut letters = word.chars();
    let first_upper = letters.next().is_some_and(char::is_uppercase);
    let rest: Vec<char> = letters.collect();
    let no_upper = rest.iter().all(|c| !c.is_uppercase());
    let all_upper = rest.iter().all(|c| c.is_uppercase());
    no_upper || (first_upper && all_upper)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn typical_document_tokens_are_plausible() {
        for text in [
            "Quyết định",
            "CỘNG HÒA",
            "15/2024/QĐ-UBND",
            "ngày 05/6/2024,",
            "(UBND)",
            "100%",
            "II.",
            "a)",
            "1.234,5",
            "–",
            "./.",
            "Thừa-Thiên",
            "\"nghiêm",
            "QĐ",
            "12a",
            "TW",
            "HĐND",
            "M1",
            "Đ",
        ] {
            assert_eq!(implausible_parts(text), 0, "{text}");
        }
    }

    #[test]
    fn garbled_words_are_implausible() {
        for text in ["hoc", "quyêt", "nghỉa~x", "cÔng", "bk", "tệt̀", "Qưyết|", "street"] {
            assert!(implausible_parts(text) > 0, "{text}");
        }
        assert_eq!(implausible_parts("hoc tâp tốt"), 2);
    }
}

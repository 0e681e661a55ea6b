//! Tokenizer for pages and queries: NFC, lower case, one token per syllable.

use sohoa_base::text::fold::fold;
use sohoa_base::text::nfc::nfc;
use sohoa_base::text::tones::normalize_tone_placement;
use std::borrow::Cow;

/// Maximum number of characters of a token that are used; longer runs are recognition noise.
const MAX_TOKEN_CHARS: usize = 64;

/// Token of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// With diacritics, tone mark in its canonical place, numbers without leading zeros.
    pub exact: String,
    /// The same without diacritics.
    pub folded: String,
    /// First byte in the text.
    pub start: usize,
    /// Byte after the last.
    pub end: usize,
}

/// Tokens of a text in NFC. Tokens consist of letters and digits; all else separates them, so that
/// `07/CT-UBND` is three. A Han character (chữ Hán, chữ Nôm) is a token of its own.
#[must_use]
pub fn tokenize_nfc(text: &str) -> Vec<Token> {
    let mut found = Vec::new();
    let mut start = None;
    for (at, character) in text.char_indices() {
        let ideograph = is_han(character);
        if !character.is_alphanumeric() || ideograph {
            if let Some(from) = start.take() {
                push_token(&mut found, text, from, at);
            }
            if ideograph {
                push_token(&mut found, text, at, at + character.len_utf8());
            }
        } else if start.is_none() {
            start = Some(at);
        }
    }
    if let Some(from) = start {
        push_token(&mut found, text, from, text.len());
    }
    found
}

/// Tokens of any text.
#[must_use]
pub fn tokenize(text: &str) -> Vec<Token> {
    tokenize_nfc(&nfc(text))
}

fn push_token(found: &mut Vec<Token>, text: &str, start: usize, end: usize) {
    let Some(run) = text.get(start..end) else { return };
    let lower: String = run.chars().take(MAX_TOKEN_CHARS).flat_map(char::to_lowercase).map(|c| if c == 'ð' { 'đ' } else { c }).collect();
    let exact = normalize_tone_placement(without_leading_zeros(&lower));
    let folded = fold(&exact);
    // Some combining marks count as letters; alone they are not a token.
    if folded.is_empty() {
        return;
    }
    found.push(Token { exact, folded, start, end });
}

/// `04` as `4`: offices pad days, months and numbers with zeros, users do not.
fn without_leading_zeros(run: &str) -> &str {
    if !run.starts_with('0') || !run.bytes().all(|byte| byte.is_ascii_digit()) {
        return run;
    }
    match run.trim_start_matches('0') {
        "" => "0",
        rest => rest,
    }
}

fn is_han(character: char) -> bool {
    matches!(character as u32, 0x2e80..=0x2fdf | 0x3400..=0x9fff | 0xf900..=0xfaff | 0x2_0000..=0x3_ffff)
}

/// Two adjacent folded tokens as one term. The separator `_` never occurs in a token.
#[must_use]
pub fn bigram_term(one: &str, other: &str) -> String {
    format!("{one}_{other}")
}

/// Normalizes a value that is compared as a whole: folded, single spaces, trimmed, at most 256 characters.
#[must_use]
pub fn keyword_value(value: &str) -> String {
    let folded: Cow<'_, str> = fold(&nfc(value)).into();
    folded.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(256).collect()
}

#[cfg(test)]
#[allow(clippy::indexing_slicing)]
mod tests {
    use super::*;

    fn exact(text: &str) -> Vec<String> {
        tokenize(text).into_iter().map(|token| token.exact).collect()
    }

    #[test]
    fn syllables_numbers_and_han_are_tokenized() {
        assert_eq!(exact("Số: 07/CT-UBND, Hòa Bình"), ["số", "7", "ct", "ubnd", "hoà", "bình"]);
        assert_eq!(exact("Vie\u{323}\u{302}t Nam"), ["việt", "nam"]);
        assert_eq!(exact("共和 x"), ["共", "和", "x"]);
        assert_eq!(exact(" \u{0}*\"( "), Vec::<String>::new());
        assert_eq!(exact("a \u{345} b"), ["a", "b"]);
        assert_eq!(exact("000 1.250"), ["0", "1", "250"]);
        assert_eq!(exact("Ðà Nẵng"), ["đà", "nẵng"]);
    }

    #[test]
    fn token_offsets_refer_to_source_text() {
        let text = "Ủy ban (nhân dân)";
        let places: Vec<&str> = tokenize_nfc(text).iter().map(|token| &text[token.start..token.end]).collect();
        assert_eq!(places, ["Ủy", "ban", "nhân", "dân"]);
        assert_eq!(tokenize_nfc(text)[0].folded, "uy");
        assert_eq!(exact(&"a".repeat(500))[0].len(), MAX_TOKEN_CHARS);
    }
}

//! Fuzzy comparison of OCR text with expected phrases.

use rapidfuzz::distance::levenshtein;
use sohoa_base::text::fold::fold;

/// `text` with the foreign look-alikes of Vietnamese characters replaced: Ð (eth) by Đ, fraction slash by `/`, dashes by
/// `-`.
pub(crate) fn normalize_lookalikes(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            'Ð' => 'Đ',
            'ð' => 'đ',
            '\u{2044}' | '∕' => '/',
            '–' | '—' | '‐' | '‑' | '−' => '-',
            other => other,
        })
        .collect()
}

/// Look-alikes replaced and folded: lower case without diacritics.
pub(crate) fn fold_text(text: &str) -> String {
    fold(&normalize_lookalikes(text))
}

/// Letters and digits of `text` only, folded: a key for comparisons.
pub(crate) fn normalized_key(text: &str) -> String {
    fold_text(text).chars().filter(|c| c.is_alphanumeric()).collect()
}

/// Levenshtein distance, in characters.
pub(crate) fn edit_distance(a: &str, b: &str) -> usize {
    levenshtein::distance(a.chars(), b.chars())
}

/// Similarity of two strings, 0 to 100.
pub(crate) fn similarity(a: &str, b: &str) -> u32 {
    let longest = a.chars().count().max(b.chars().count());
    if longest == 0 {
        return 100;
    }
    u32::try_from(100 * (longest - edit_distance(a, b).min(longest)) / longest).unwrap_or(0)
}

/// Position of `phrase` in `words` (both normalised keys): first word, one past the last, similarity. The most similar
/// position of at least `least` wins.
pub(crate) fn find_phrase(words: &[String], phrase: &str, least: u32) -> Option<(usize, usize, u32)> {
    let wanted = phrase.chars().count();
    let mut best: Option<(usize, usize, u32)> = None;
    for start in 0..words.len() {
        let mut joined = String::new();
        for (offset, word) in words.iter().skip(start).enumerate() {
            joined.push_str(word);
            let length = joined.chars().count();
            // The lengths differ too much for the minimum similarity: no comparison needed.
            if length * least as usize > wanted * 100 {
                break;
            }
            if length * 100 < wanted * least as usize {
                continue;
            }
            let alike = similarity(&joined, phrase);
            if alike >= least && best.is_none_or(|(_, _, known)| alike > known) {
                best = Some((start, start + offset + 1, alike));
            }
        }
    }
    best
}

/// Whether most letters of `text` are capitals. False without letters.
pub(crate) fn is_mostly_upper(text: &str) -> bool {
    let letters = text.chars().filter(|c| c.is_alphabetic()).count();
    let capitals = text.chars().filter(|c| c.is_uppercase()).count();
    letters > 0 && capitals * 5 >= letters * 4
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edit_distance_counts_characters_not_bytes() {
        assert_eq!(edit_distance("quyết", "quyet"), 1);
        assert_eq!(edit_distance("", "abc"), 3);
        assert_eq!(edit_distance("kitten", "sitting"), 3);
        assert_eq!(similarity("", ""), 100);
    }

    #[test]
    fn phrase_is_found_within_mixed_line() {
        let words: Vec<String> = "UBND TỈNH X CỘNG HÒA XÃ HỌI CHÚ NGHĨA VIỆT NAM l".split(' ').map(normalized_key).collect();
        assert_eq!(find_phrase(&words, "conghoaxahoichunghiavietnam", 75), Some((3, 11, 100)));
        assert_eq!(find_phrase(&words, "doclaptudohanhphuc", 75), None);
    }

    #[test]
    fn eth_folds_to_d_and_uppercase_is_detected() {
        assert_eq!(fold_text("QÐ"), "qd");
        assert!(is_mostly_upper("QUYẾT ĐỊNH:"));
        assert!(!is_mostly_upper("Quyết định"));
        assert!(!is_mostly_upper("12/3"));
    }
}

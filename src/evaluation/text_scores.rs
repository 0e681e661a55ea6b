//! Error rates of recognised text against ground truth.
//!
//! CER and WER are strict: NFC, runs of white space folded to one space, edit distance by length. CERn is
//! independent of reading order: every line of the ground truth, longest first, is aligned to its best place in
//! the rest of the output (semi-global edit distance); a line whose best place costs three quarters of
//! its length counts as missing, remaining output counts as insertions.

use rapidfuzz::distance::levenshtein;
use serde::Serialize;
use sohoa_base::text::nfc::nfc;
use std::collections::BTreeMap;

/// Errors and lengths of one page. Characters are Unicode scalar values of the NFC text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct PageScore {
    /// Characters of the ground truth.
    pub chars: u64,
    /// Edits between the texts, in characters.
    pub char_errors: u64,
    /// Words of the ground truth.
    pub words: u64,
    /// Edits between the texts, in words.
    pub word_errors: u64,
    /// Characters of the ground truth's lines.
    pub line_chars: u64,
    /// Edits independent of reading order, in characters.
    pub order_free_errors: u64,
}

/// Error rates over the characters or words of all pages, per cent, rounded to three digits.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
pub struct TotalScore {
    /// Number of pages.
    pub pages: u64,
    /// Character error rate.
    pub cer: f64,
    /// Word error rate.
    pub wer: f64,
    /// Character error rate independent of reading order (CERn).
    pub cer_order_free: f64,
}

/// Marks output that a line was aligned to. No character has this number.
const CONSUMED: u32 = u32::MAX;

/// White space as in Python's `str.isspace` and `\s`: Unicode's and the four separators U+001C to U+001F.
fn is_space(c: char) -> bool {
    c.is_whitespace() || ('\u{1c}'..='\u{1f}').contains(&c)
}

/// Normalises for the strict scores: NFC, runs of white space as one space.
pub(crate) fn normalize_spaces(text: &str) -> String {
    nfc(text).split(is_space).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// Normalises for CERn: `|` and `_`, as which engines read ruled lines, as spaces, fraction slash as slash.
fn strip_rules(text: &str) -> String {
    let bare: String = text
        .chars()
        .map(|c| match c {
            '|' | '_' => ' ',
            '\u{2044}' => '/',
            other => other,
        })
        .collect();
    normalize_spaces(&bare)
}

/// Line ends as in Python's `str.splitlines`, except that CR LF counts as two; empty lines do not matter here.
fn is_line_end(c: char) -> bool {
    matches!(c, '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{1c}'..='\u{1e}' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// Writes the cost of the best alignment of `pattern` that ends at each place of `text` into `row`.
fn end_costs<'a>(pattern: impl Iterator<Item = &'a u32>, text: &[u32], row: &mut Vec<u32>) {
    row.clear();
    row.resize(text.len() + 1, 0);
    for (step, wanted) in (1_u32..).zip(pattern) {
        let mut cells = row.iter_mut();
        let Some(first) = cells.next() else { return };
        let mut diagonal = *first;
        *first = step;
        let mut left = step;
        for (cell, found) in cells.zip(text) {
            let above = *cell;
            let cost = (diagonal + u32::from(found != wanted)).min(above + 1).min(left + 1);
            diagonal = above;
            left = cost;
            *cell = cost;
        }
    }
}

/// First place of the least cost, with that cost.
fn first_minimum(row: &[u32]) -> (usize, u32) {
    let cost = row.iter().copied().min().unwrap_or(0);
    (row.iter().position(|cell| *cell == cost).unwrap_or(0), cost)
}

/// Errors for CERn, see the module.
fn count_order_free_errors(lines: &[String], hypothesis: &str) -> u64 {
    let mut text: Vec<u32> = hypothesis.chars().map(u32::from).collect();
    let mut patterns: Vec<Vec<u32>> = lines.iter().map(|line| line.chars().map(u32::from).collect()).collect();
    patterns.sort_by_key(|pattern| std::cmp::Reverse(pattern.len()));
    let mut errors = 0_u64;
    let mut row = Vec::new();
    for pattern in &patterns {
        let length = pattern.len() as u64;
        if text.is_empty() {
            errors += length;
            continue;
        }
        end_costs(pattern.iter(), &text, &mut row);
        let (end, best) = first_minimum(&row);
        if u64::from(best) * 4 >= length * 3 {
            errors += length;
            continue;
        }
        let before: Vec<u32> = text.iter().take(end).rev().copied().collect();
        end_costs(pattern.iter().rev(), &before, &mut row);
        let start = end.saturating_sub(first_minimum(&row).0);
        errors += u64::from(best);
        text.splice(start..end, [CONSUMED; 4]);
    }
    let left = text.iter().filter(|c| **c != CONSUMED && !char::from_u32(**c).is_some_and(is_space)).count();
    errors + left as u64
}

/// Scores the text of one page. For a page without output pass `""`.
#[must_use]
pub fn score_page(truth: &str, output: &str) -> PageScore {
    let (truth_text, output_text) = (normalize_spaces(truth), normalize_spaces(output));
    let mut numbers: BTreeMap<String, u32> = BTreeMap::new();
    let mut numbered = |text: &str| -> Vec<u32> {
        text.split(' ')
            .filter(|word| !word.is_empty())
            .map(|word| {
                let next = u32::try_from(numbers.len()).unwrap_or(u32::MAX);
                *numbers.entry(word.to_owned()).or_insert(next)
            })
            .collect()
    };
    let (truth_words, output_words) = (numbered(&truth_text), numbered(&output_text));
    let lines: Vec<String> = truth.split(is_line_end).map(strip_rules).filter(|line| !line.is_empty()).collect();
    PageScore {
        chars: truth_text.chars().count() as u64,
        char_errors: levenshtein::distance(truth_text.chars(), output_text.chars()) as u64,
        words: truth_words.len() as u64,
        word_errors: levenshtein::distance(truth_words, output_words) as u64,
        line_chars: lines.iter().map(|line| line.chars().count() as u64).sum(),
        order_free_errors: count_order_free_errors(&lines, &strip_rules(output)),
    }
}

/// Error rates over all pages.
#[must_use]
pub fn total_score<'a>(pages: impl Iterator<Item = &'a PageScore> + Clone) -> TotalScore {
    let sum = |of: fn(&PageScore) -> u64| pages.clone().map(of).sum::<u64>();
    TotalScore {
        pages: pages.clone().count() as u64,
        cer: error_rate(sum(|page| page.char_errors), sum(|page| page.chars)),
        wer: error_rate(sum(|page| page.word_errors), sum(|page| page.words)),
        cer_order_free: error_rate(sum(|page| page.order_free_errors), sum(|page| page.line_chars)),
    }
}

/// Errors in per cent of a length, rounded to three digits (half to even on the exact value, as Python does).
#[must_use]
pub fn error_rate(errors: u64, length: u64) -> f64 {
    #[allow(clippy::cast_precision_loss)]
    let per_cent = 100.0 * errors as f64 / length.max(1) as f64;
    format!("{per_cent:.3}").parse().unwrap_or(per_cent)
}

/// Similarity of two texts, 0 to 1: 1 less the edit distance as share of the longer text.
#[must_use]
pub fn similarity(one: &str, other: &str) -> f64 {
    levenshtein::normalized_similarity(one.chars(), other.chars())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::float_cmp)]
    use super::*;

    #[test]
    fn equal_texts_have_no_errors_across_normal_forms() {
        let score = score_page("Ủy ban\nnhân  dân", "U\u{309}y ban nhân dân");
        assert_eq!((score.char_errors, score.word_errors, score.order_free_errors), (0, 0, 0));
        assert_eq!((score.chars, score.words, score.line_chars), (15, 4, 14));
    }

    #[test]
    fn reordering_affects_strict_but_not_order_free_score() {
        let truth = "TÊN CƠ QUAN\nSố: 12/QĐ-UBND\nCỘNG HÒA XÃ HỘI";
        let score = score_page(truth, "CỘNG HÒA XÃ HỘI\nTÊN CƠ QUAN\nSố: 12/QĐ-UBND");
        assert!(score.char_errors > 20);
        assert_eq!(score.order_free_errors, 0);
    }

    #[test]
    fn missing_and_extra_text_both_count() {
        assert_eq!(score_page("một hai ba", "").order_free_errors, 10);
        assert_eq!(score_page("một hai ba", "một hai ba xyz").order_free_errors, 3);
        // "zzzz": no place costs under three quarters; its letters are left over as well.
        assert_eq!(score_page("abcd", "zzzz").order_free_errors, 8);
    }

    #[test]
    fn ruling_lines_and_fraction_slashes_are_normalized() {
        assert_eq!(score_page("Số: 12/QĐ", "|Số: 12\u{2044}QĐ_").order_free_errors, 0);
    }

    #[test]
    fn error_rates_are_weighted_by_characters() {
        let all = total_score([score_page("abcdefghij", "abcdefghij"), score_page("xy", "x")].iter());
        assert_eq!(all.pages, 2);
        assert_eq!(all.cer, 8.333);
        assert_eq!(total_score([].iter()).cer, 0.0);
    }
}

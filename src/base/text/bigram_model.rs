//! Bigram model of official prose: counts of neighbouring syllables, learned from legal documents.
//!
//! `sohoa language` counted the table `language.bin` beside this file from 727 legal documents of the national database
//! of legal texts (published under the MIT licence as the corpus `vbpl`). It holds counts only, no text, and is used to
//! choose between two readings of a word.

use crate::text::fold::fold;
use crate::text::tones::normalize_tone_placement;
use flate2::Compression;
use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;
use std::collections::{BTreeMap, HashMap};
use std::io::{Read, Write};
use std::sync::LazyLock;

/// The encoded table.
static MODEL_BYTES: &[u8] = include_bytes!("language.bin");

static MODEL: LazyLock<BigramCounts> = LazyLock::new(|| BigramCounts::from_bytes(MODEL_BYTES).unwrap_or_default());

/// Words by their letters without diacritics.
static VARIANTS: LazyLock<HashMap<String, Vec<String>>> = LazyLock::new(|| {
    let mut twins: HashMap<String, Vec<String>> = HashMap::new();
    for token in MODEL.token_ids.keys().filter(|token| token.chars().any(char::is_alphabetic)) {
        twins.entry(fold(token)).or_default().push(token.clone());
    }
    twins
});

/// Token before the first token of a line.
const LINE_START: &str = "<s>";

/// Minimum count of a bigram in the table.
const MIN_BIGRAM_COUNT: u32 = 4;

/// Minimum count of a token in the table.
const MIN_TOKEN_COUNT: u32 = 4;

/// Counts of tokens and of bigrams. A token is a word in lower case, `0` for any number, or one punctuation mark.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct BigramCounts {
    token_ids: HashMap<String, u32>,
    unigrams: Vec<u32>,
    bigrams: HashMap<(u32, u32), u32>,
    total: u64,
}

/// Log-likelihood of the tokens of `text` between `before` and `after`, per bigram.
#[must_use]
pub fn log_likelihood(before: Option<&str>, text: &str, after: Option<&str>) -> f32 {
    let mut tokens = vec![before.and_then(|word| tokenize(word).pop()).unwrap_or_else(|| LINE_START.to_owned())];
    tokens.extend(self::tokenize(text));
    tokens.extend(after.and_then(|word| self::tokenize(word).into_iter().next()));
    tokens.windows(2).map(|pair| if let [one, next] = pair { MODEL.log_probability(one, next) } else { 0.0 }).sum()
}

/// Log-likelihood gain here of the likeliest word with the same letters and other diacritics over `word`; 0 if `word` is
/// the likeliest.
#[must_use]
pub fn diacritic_variant_gain(before: Option<&str>, word: &str, after: Option<&str>) -> f32 {
    let own = tokenize(word);
    let Some((at, token)) = own.iter().enumerate().find(|(_, token)| token.chars().all(char::is_alphabetic)) else { return 0.0 };
    let own_before = at.checked_sub(1).and_then(|at| own.get(at)).cloned();
    let before = own_before.or_else(|| before.and_then(|word| tokenize(word).pop())).unwrap_or_else(|| LINE_START.to_owned());
    let after = own.get(at + 1).cloned().or_else(|| after.and_then(|word| tokenize(word).into_iter().next()));
    let fit = |token: &str| MODEL.log_probability(&before, token) + after.as_ref().map_or(0.0, |after| MODEL.log_probability(token, after));
    let twins = VARIANTS.get(&fold(token)).map_or(&[][..], Vec::as_slice);
    let best = twins.iter().filter(|variant| *variant != token).map(|variant| fit(variant)).fold(f32::MIN, f32::max);
    (best - fit(token)).max(0.0)
}

/// The word with the same letters and other diacritics that fits between the neighbours, if `word` is hardly ever found
/// there and the variant often: OCR loses and swaps diacritics. `None` if there is no such word.
#[must_use]
pub fn likelier_variant(before: Option<&str>, word: &str, after: Option<&str>) -> Option<String> {
    let word = word.to_lowercase();
    let (before, after) = (before.map(str::to_lowercase), after.map(str::to_lowercase));
    let left = |token: &str| before.as_ref().map(|before| MODEL.bigram_count(before, token));
    let right = |token: &str| after.as_ref().map(|after| MODEL.bigram_count(token, after));
    let seen = |token: &str| left(token).unwrap_or(0).max(right(token).unwrap_or(0));
    let fit = |token: &str| {
        let left = before.as_ref().map_or(0.0, |before| MODEL.log_probability(before, token));
        left + after.as_ref().map_or(0.0, |after| MODEL.log_probability(token, after))
    };
    let best = diacritic_variants(&word).max_by(|one, other| fit(one).total_cmp(&fit(other)))?;
    // With a name or a rare word as neighbour, the other neighbour alone would favour what is frequent.
    let fits_both = left(best) != Some(0) && right(best) != Some(0) && left(best) >= left(&word) && right(best) >= right(&word);
    let is_alone = before.is_none() || after.is_none();
    let often = if is_alone { MIN_EVIDENCE_ONE_SIDED } else { MIN_EVIDENCE };
    let belongs = fits_both
        && !(is_alone && seen(&word) > 0)
        && seen(best) >= often
        && seen(&word) * MIN_FREQUENCY_RATIO <= seen(best)
        && fit(best) - fit(&word) >= MIN_LOG_GAIN;
    // Unless the two are one word of two syllables, as `hỗ trợ` is.
    let makes_one = |count: Option<u32>, neighbour: &Option<String>| {
        let all = neighbour.as_ref().map_or(0, |neighbour| MODEL.unigram_count(neighbour));
        let is_of_neighbour = |count: u32| count >= MIN_EVIDENCE_ONE_SIDED && count * COMPOUND_SHARE >= all;
        let is_of_variant = |count: u32| count >= MIN_COMPOUND_COUNT && count * 3 >= MODEL.unigram_count(best) * 2;
        count.is_some_and(|count| is_of_neighbour(count) || is_of_variant(count))
    };
    let is_one_word = seen(&word) == 0 && (makes_one(left(best), &before) || makes_one(right(best), &after));
    (belongs || is_one_word).then(|| best.to_owned())
}

/// Words with the same letters and other diacritics, in lower case. Two accepted spellings of one word, such as `uỷ` and
/// `ủy`, are no variants of each other.
pub fn diacritic_variants(word: &str) -> impl Iterator<Item = &'static str> {
    let own = normalize_tone_placement(word);
    VARIANTS.get(&fold(word)).into_iter().flatten().map(String::as_str).filter(move |variant| normalize_tone_placement(variant) != own)
}

/// Count of `word` beside the neighbour with which it is more frequent in official prose.
#[must_use]
pub fn neighbour_count(before: Option<&str>, word: &str, after: Option<&str>) -> u32 {
    let left = before.map_or(0, |before| MODEL.bigram_count(before, word));
    let right = after.map_or(0, |after| MODEL.bigram_count(word, after));
    left.max(right)
}

/// Minimum count of a bigram in the corpus that rules out chance.
const MIN_EVIDENCE: u32 = 12;

/// The same for a word with one neighbour only.
const MIN_EVIDENCE_ONE_SIDED: u32 = 60;

/// How many times rarer than its variant a word must be beside the same neighbours.
const MIN_FREQUENCY_RATIO: u32 = 40;

/// Minimum count of two syllables that form one word; two thirds of the variant's occurrences must be beside this
/// neighbour.
const MIN_COMPOUND_COUNT: u32 = 20;

/// Two syllables form one word if at least one in this many occurrences of the neighbour is beside the other.
const COMPOUND_SHARE: u32 = 7;

/// Minimum log-likelihood gain of the variant.
const MIN_LOG_GAIN: f32 = 4.5;

/// Tokens of a text.
#[must_use]
pub fn tokenize(text: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut kind = CharClass::Space;
    for letter in text.chars() {
        let now = CharClass::classify(letter);
        match now {
            CharClass::Space => {}
            CharClass::Digit if kind == CharClass::Digit => {}
            CharClass::Digit => found.push("0".to_owned()),
            CharClass::Letter if kind == CharClass::Letter => {
                if let Some(word) = found.last_mut() {
                    word.extend(letter.to_lowercase());
                }
            }
            CharClass::Letter | CharClass::Symbol => found.push(letter.to_lowercase().collect()),
        }
        kind = now;
    }
    found
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum CharClass {
    Space,
    Digit,
    Letter,
    Symbol,
}

impl CharClass {
    fn classify(letter: char) -> Self {
        match letter {
            _ if letter.is_whitespace() || letter == '_' => Self::Space,
            _ if letter.is_numeric() => Self::Digit,
            _ if letter.is_alphabetic() => Self::Letter,
            _ => Self::Symbol,
        }
    }
}

impl BigramCounts {
    /// Counts a text, line by line.
    pub fn add(&mut self, text: &str) {
        for row in text.lines() {
            let mut before = self.token_id(LINE_START);
            self.count_token(before);
            for token in tokenize(row) {
                let number = self.token_id(&token);
                self.count_token(number);
                *self.bigrams.entry((before, number)).or_default() += 1;
                before = number;
            }
        }
    }

    fn token_id(&mut self, token: &str) -> u32 {
        if let Some(number) = self.token_ids.get(token) {
            return *number;
        }
        let number = u32::try_from(self.unigrams.len()).unwrap_or(u32::MAX);
        self.token_ids.insert(token.to_owned(), number);
        self.unigrams.push(0);
        number
    }

    fn count_token(&mut self, number: u32) {
        self.total += 1;
        if let Some(count) = self.unigrams.get_mut(number as usize) {
            *count += 1;
        }
    }

    /// Count of `next` after `one`.
    fn bigram_count(&self, one: &str, next: &str) -> u32 {
        match (self.token_ids.get(one), self.token_ids.get(next)) {
            (Some(one), Some(next)) => self.bigrams.get(&(*one, *next)).copied().unwrap_or(0),
            _ => 0,
        }
    }

    /// Count of a token.
    fn unigram_count(&self, token: &str) -> u32 {
        self.token_ids.get(token).and_then(|number| self.unigrams.get(*number as usize)).copied().unwrap_or(0)
    }

    /// Log-probability of `next` after `one`; unseen bigrams fall back on the frequency of `next`.
    fn log_probability(&self, one: &str, next: &str) -> f32 {
        let count = |token: &str| self.token_ids.get(token).and_then(|number| self.unigrams.get(*number as usize)).copied();
        let together = self.bigram_count(one, next);
        let rare = count(next).map_or(0.2, |count| count as f32);
        let fallback = 100.0 * rare / self.total.max(1) as f32;
        ((together as f32 + fallback) / (count(one).unwrap_or(0) as f32 + 100.0)).ln()
    }

    /// Encodes the table: frequent tokens with their counts, then frequent bigrams; deflated, deterministic.
    ///
    /// # Errors
    /// When writing to memory fails, which does not happen.
    pub fn to_bytes(&self) -> std::io::Result<Vec<u8>> {
        let kept: BTreeMap<&str, (u32, u32)> = self
            .token_ids
            .iter()
            .filter_map(|(token, number)| Some((token.as_str(), (*number, *self.unigrams.get(*number as usize)?))))
            .filter(|(_, (_, count))| *count >= MIN_TOKEN_COUNT)
            .collect();
        let mut body = format!("{}\n{}\n", self.total, kept.len()).into_bytes();
        let mut places = HashMap::new();
        for (place, (token, (number, count))) in (0_u32..).zip(&kept) {
            writeln!(body, "{token} {count}")?;
            places.insert(*number, place);
        }
        let mut pairs: Vec<(u32, u32, u32)> = self
            .bigrams
            .iter()
            .filter(|(_, count)| **count >= MIN_BIGRAM_COUNT)
            .filter_map(|((one, next), count)| Some((*places.get(one)?, *places.get(next)?, *count)))
            .collect();
        pairs.sort_unstable();
        let mut last = (0, 0);
        for (one, next, count) in pairs {
            // Differences are small numbers, which deflate well.
            let step = if one == last.0 { next - last.1 } else { next };
            for number in [one - last.0, step, count] {
                write_varint(&mut body, number);
            }
            last = (one, next);
        }
        let mut packed = DeflateEncoder::new(Vec::new(), Compression::best());
        packed.write_all(&body)?;
        packed.finish()
    }

    /// Decodes the table; `None` for other bytes.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let mut body = Vec::new();
        DeflateDecoder::new(bytes).read_to_end(&mut body).ok()?;
        let mut rest = body.as_slice();
        let total = read_row(&mut rest)?.parse().ok()?;
        let size: u32 = read_row(&mut rest)?.parse().ok()?;
        let mut counts = Self { total, ..Self::default() };
        for place in 0..size {
            let (token, count) = read_row(&mut rest)?.rsplit_once(' ')?;
            counts.token_ids.insert(token.to_owned(), place);
            counts.unigrams.push(count.parse().ok()?);
        }
        let mut last = (0, 0);
        while !rest.is_empty() {
            let (far, step, count) = (read_varint(&mut rest)?, read_varint(&mut rest)?, read_varint(&mut rest)?);
            last = if far == 0 { (last.0, last.1 + step) } else { (last.0 + far, step) };
            counts.bigrams.insert(last, count);
        }
        Some(counts)
    }
}

fn read_row<'a>(rest: &mut &'a [u8]) -> Option<&'a str> {
    let end = rest.iter().position(|byte| *byte == b'\n')?;
    let (row, behind) = rest.split_at_checked(end)?;
    *rest = behind.get(1..)?;
    std::str::from_utf8(row).ok()
}

/// Seven bits per byte, lowest first; the highest bit marks that more follow.
fn write_varint(out: &mut Vec<u8>, mut number: u32) {
    while number >= 0x80 {
        out.push((number & 0x7F) as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

fn read_varint(rest: &mut &[u8]) -> Option<u32> {
    let mut number = 0;
    for shift in (0..32).step_by(7) {
        let (byte, behind) = rest.split_first()?;
        *rest = behind;
        number |= u32::from(byte & 0x7F) << shift;
        if byte & 0x80 == 0 {
            return Some(number);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn text_is_tokenized_into_words_numbers_and_punctuation() {
        assert_eq!(tokenize("Số: 15/2024/QĐ-UBND"), ["số", ":", "0", "/", "0", "/", "qđ", "-", "ubnd"]);
        assert_eq!(tokenize("  "), Vec::<String>::new());
    }

    #[test]
    fn bigram_counts_round_trip_through_bytes() {
        let mut counts = BigramCounts::default();
        (0..9).for_each(|_| counts.add("ủy ban nhân dân thành phố\nchủ tịch ủy ban"));
        counts.add("hiếm hoi");
        let bytes = counts.to_bytes().unwrap();
        let back = BigramCounts::from_bytes(&bytes).unwrap();
        assert_eq!(back.to_bytes().unwrap(), bytes);
        assert!(back.log_probability("ủy", "ban") > back.log_probability("ủy", "dân"));
        assert!(!back.token_ids.contains_key("hiếm"));
        assert!(BigramCounts::from_bytes(b"not a table").is_none());
    }

    #[test]
    fn likelier_diacritic_variant_has_positive_gain() {
        assert!(diacritic_variant_gain(Some("thành"), "phó", Some("Hải")) > 2.0);
        assert!(diacritic_variant_gain(Some("phối"), "hợp", Some("với")) < 0.5);
        assert!(diacritic_variant_gain(None, "15/2024", None) < f32::EPSILON);
    }

    #[test]
    fn model_prefers_correct_official_phrases() {
        for (before, right, wrong) in [("thành", "phố", "phó"), ("giám", "đốc", "đóc"), ("đề", "nghị", "nghi"), ("sửa", "đổi", "đồi")]
        {
            assert!(log_likelihood(Some(before), right, None) > log_likelihood(Some(before), wrong, None) + 1.0, "{before} {right}");
        }
    }
}

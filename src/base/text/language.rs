//! Which syllables follow which in official prose: counts of pairs, learned from legal documents.
//!
//! The table `language.bin` beside this file was counted by `sohoa language` from 727 legal documents of the
//! national database of legal texts (published under the MIT licence as the corpus `vbpl`). It holds counts
//! only, no text, and serves to choose between two readings of a word.

use crate::text::fold::fold;
use crate::text::tones::canonical;
use flate2::Compression;
use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;
use std::collections::{BTreeMap, HashMap};
use std::io::{Read, Write};
use std::sync::LazyLock;

/// The table.
static TABLE: &[u8] = include_bytes!("language.bin");

static COUNTS: LazyLock<Counts> = LazyLock::new(|| Counts::from_bytes(TABLE).unwrap_or_default());

/// Words by their letters without marks.
static TWINS: LazyLock<HashMap<String, Vec<String>>> = LazyLock::new(|| {
    let mut twins: HashMap<String, Vec<String>> = HashMap::new();
    for token in COUNTS.numbers.keys().filter(|token| token.chars().any(char::is_alphabetic)) {
        twins.entry(fold(token)).or_default().push(token.clone());
    }
    twins
});

/// Stands before the first token of a line.
const START: &str = "<s>";

/// Pairs seen less often are not kept.
const LEAST_PAIR: u32 = 4;

/// Tokens seen less often are not kept.
const LEAST_TOKEN: u32 = 4;

/// Counts of tokens and of pairs of neighbours. A token is a word in small letters, `0` for any number, or one
/// mark of punctuation.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Counts {
    numbers: HashMap<String, u32>,
    single: Vec<u32>,
    pairs: HashMap<(u32, u32), u32>,
    total: u64,
}

/// Logarithm of how likely `tokens` of `text` are after `before` and before `after`, per neighbouring pair.
#[must_use]
pub fn likelihood(before: Option<&str>, text: &str, after: Option<&str>) -> f32 {
    let mut tokens = vec![before.and_then(|word| tokens(word).pop()).unwrap_or_else(|| START.to_owned())];
    tokens.extend(self::tokens(text));
    tokens.extend(after.and_then(|word| self::tokens(word).into_iter().next()));
    tokens.windows(2).map(|pair| if let [one, next] = pair { COUNTS.pair(one, next) } else { 0.0 }).sum()
}

/// By how much (as a logarithm) the likeliest word of the same letters with other marks fits better here than
/// `word` does; 0 when `word` is the likeliest.
#[must_use]
pub fn twin_advantage(before: Option<&str>, word: &str, after: Option<&str>) -> f32 {
    let own = tokens(word);
    let Some((at, token)) = own.iter().enumerate().find(|(_, token)| token.chars().all(char::is_alphabetic)) else { return 0.0 };
    let own_before = at.checked_sub(1).and_then(|at| own.get(at)).cloned();
    let before = own_before.or_else(|| before.and_then(|word| tokens(word).pop())).unwrap_or_else(|| START.to_owned());
    let after = own.get(at + 1).cloned().or_else(|| after.and_then(|word| tokens(word).into_iter().next()));
    let fit = |token: &str| COUNTS.pair(&before, token) + after.as_ref().map_or(0.0, |after| COUNTS.pair(token, after));
    let twins = TWINS.get(&fold(token)).map_or(&[][..], Vec::as_slice);
    let best = twins.iter().filter(|twin| *twin != token).map(|twin| fit(twin)).fold(f32::MIN, f32::max);
    (best - fit(token)).max(0.0)
}

/// The word of the same letters with other marks that belongs between its neighbours, where `word` was hardly ever seen
/// there and the other one often: OCR loses and swaps marks. `None` where there is no such word.
#[must_use]
pub fn surer_twin(before: Option<&str>, word: &str, after: Option<&str>) -> Option<String> {
    let word = word.to_lowercase();
    let (before, after) = (before.map(str::to_lowercase), after.map(str::to_lowercase));
    let left = |token: &str| before.as_ref().map(|before| COUNTS.together(before, token));
    let right = |token: &str| after.as_ref().map(|after| COUNTS.together(token, after));
    let seen = |token: &str| left(token).unwrap_or(0).max(right(token).unwrap_or(0));
    let fit = |token: &str| {
        let left = before.as_ref().map_or(0.0, |before| COUNTS.pair(before, token));
        left + after.as_ref().map_or(0.0, |after| COUNTS.pair(token, after))
    };
    let best = twins(&word).max_by(|one, other| fit(one).total_cmp(&fit(other)))?;
    // Beside a name or a rare word one neighbour alone would bend it to what is frequent.
    let fits_both = left(best) != Some(0) && right(best) != Some(0) && left(best) >= left(&word) && right(best) >= right(&word);
    let is_alone = before.is_none() || after.is_none();
    let often = if is_alone { SEEN_OFTEN_ALONE } else { SEEN_OFTEN };
    let belongs = fits_both
        && !(is_alone && seen(&word) > 0)
        && seen(best) >= often
        && seen(&word) * SEEN_HARDLY <= seen(best)
        && fit(best) - fit(&word) >= SURER;
    // Unless the two are one word of two syllables, as `hỗ trợ` is.
    let makes_one = |count: Option<u32>, neighbour: &Option<String>| {
        let all = neighbour.as_ref().map_or(0, |neighbour| COUNTS.times(neighbour));
        let is_of_neighbour = |count: u32| count >= SEEN_OFTEN_ALONE && count * ONE_WORD >= all;
        let is_of_twin = |count: u32| count >= SEEN_AS_ONE && count * 3 >= COUNTS.times(best) * 2;
        count.is_some_and(|count| is_of_neighbour(count) || is_of_twin(count))
    };
    let is_one_word = seen(&word) == 0 && (makes_one(left(best), &before) || makes_one(right(best), &after));
    (belongs || is_one_word).then(|| best.to_owned())
}

/// Words of the same letters with other marks, in small letters. Two spellings of one word, as `uỷ` and `ủy`, are a paper's
/// own choice and no twins.
pub fn twins(word: &str) -> impl Iterator<Item = &'static str> {
    let own = canonical(word);
    TWINS.get(&fold(word)).into_iter().flatten().map(String::as_str).filter(move |twin| canonical(twin) != own)
}

/// How often official prose has `word` beside the one of its neighbours that it is more often beside.
#[must_use]
pub fn seen(before: Option<&str>, word: &str, after: Option<&str>) -> u32 {
    let left = before.map_or(0, |before| COUNTS.together(before, word));
    let right = after.map_or(0, |after| COUNTS.together(word, after));
    left.max(right)
}

/// A pair of neighbours seen this many times in the corpus is no chance.
const SEEN_OFTEN: u32 = 12;

/// The same where a word has one neighbour only.
const SEEN_OFTEN_ALONE: u32 = 60;

/// How many times rarer than its twin a word must be beside the same neighbours.
const SEEN_HARDLY: u32 = 40;

/// A syllable of which two of three stand beside this neighbour, and so many, is of one word with it.
const SEEN_AS_ONE: u32 = 20;

/// Two syllables are one word where one of so many of the neighbour's stand beside the other.
const ONE_WORD: u32 = 7;

/// By how much, as a logarithm, the twin must fit better.
const SURER: f32 = 4.5;

/// The tokens of a text.
#[must_use]
pub fn tokens(text: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut kind = Kind::Space;
    for letter in text.chars() {
        let now = Kind::of(letter);
        match now {
            Kind::Space => {}
            Kind::Digit if kind == Kind::Digit => {}
            Kind::Digit => found.push("0".to_owned()),
            Kind::Letter if kind == Kind::Letter => {
                if let Some(word) = found.last_mut() {
                    word.extend(letter.to_lowercase());
                }
            }
            Kind::Letter | Kind::Mark => found.push(letter.to_lowercase().collect()),
        }
        kind = now;
    }
    found
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Space,
    Digit,
    Letter,
    Mark,
}

impl Kind {
    fn of(letter: char) -> Self {
        match letter {
            _ if letter.is_whitespace() || letter == '_' => Self::Space,
            _ if letter.is_numeric() => Self::Digit,
            _ if letter.is_alphabetic() => Self::Letter,
            _ => Self::Mark,
        }
    }
}

impl Counts {
    /// Counts a text, row by row.
    pub fn add(&mut self, text: &str) {
        for row in text.lines() {
            let mut before = self.number(START);
            self.seen(before);
            for token in tokens(row) {
                let number = self.number(&token);
                self.seen(number);
                *self.pairs.entry((before, number)).or_default() += 1;
                before = number;
            }
        }
    }

    fn number(&mut self, token: &str) -> u32 {
        if let Some(number) = self.numbers.get(token) {
            return *number;
        }
        let number = u32::try_from(self.single.len()).unwrap_or(u32::MAX);
        self.numbers.insert(token.to_owned(), number);
        self.single.push(0);
        number
    }

    fn seen(&mut self, number: u32) {
        self.total += 1;
        if let Some(count) = self.single.get_mut(number as usize) {
            *count += 1;
        }
    }

    /// How often `next` followed `one`.
    fn together(&self, one: &str, next: &str) -> u32 {
        match (self.numbers.get(one), self.numbers.get(next)) {
            (Some(one), Some(next)) => self.pairs.get(&(*one, *next)).copied().unwrap_or(0),
            _ => 0,
        }
    }

    /// How often a token was seen.
    fn times(&self, token: &str) -> u32 {
        self.numbers.get(token).and_then(|number| self.single.get(*number as usize)).copied().unwrap_or(0)
    }

    /// Logarithm of the chance that `next` follows `one`; what was never seen together falls back on how
    /// frequent `next` is.
    fn pair(&self, one: &str, next: &str) -> f32 {
        let count = |token: &str| self.numbers.get(token).and_then(|number| self.single.get(*number as usize)).copied();
        let together = self.together(one, next);
        let rare = count(next).map_or(0.2, |count| count as f32);
        let fallback = 100.0 * rare / self.total.max(1) as f32;
        ((together as f32 + fallback) / (count(one).unwrap_or(0) as f32 + 100.0)).ln()
    }

    /// The table as bytes: frequent tokens with their counts, then frequent pairs; deflated, always the same for
    /// the same text.
    ///
    /// # Errors
    /// When memory cannot be written, which does not happen.
    pub fn to_bytes(&self) -> std::io::Result<Vec<u8>> {
        let kept: BTreeMap<&str, (u32, u32)> = self
            .numbers
            .iter()
            .filter_map(|(token, number)| Some((token.as_str(), (*number, *self.single.get(*number as usize)?))))
            .filter(|(_, (_, count))| *count >= LEAST_TOKEN)
            .collect();
        let mut body = format!("{}\n{}\n", self.total, kept.len()).into_bytes();
        let mut places = HashMap::new();
        for (place, (token, (number, count))) in (0_u32..).zip(&kept) {
            writeln!(body, "{token} {count}")?;
            places.insert(*number, place);
        }
        let mut pairs: Vec<(u32, u32, u32)> = self
            .pairs
            .iter()
            .filter(|(_, count)| **count >= LEAST_PAIR)
            .filter_map(|((one, next), count)| Some((*places.get(one)?, *places.get(next)?, *count)))
            .collect();
        pairs.sort_unstable();
        let mut last = (0, 0);
        for (one, next, count) in pairs {
            // Differences are small numbers, which deflate well.
            let step = if one == last.0 { next - last.1 } else { next };
            for number in [one - last.0, step, count] {
                write_number(&mut body, number);
            }
            last = (one, next);
        }
        let mut packed = DeflateEncoder::new(Vec::new(), Compression::best());
        packed.write_all(&body)?;
        packed.finish()
    }

    /// The table out of its bytes; `None` when they are something else.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let mut body = Vec::new();
        DeflateDecoder::new(bytes).read_to_end(&mut body).ok()?;
        let mut rest = body.as_slice();
        let total = row(&mut rest)?.parse().ok()?;
        let size: u32 = row(&mut rest)?.parse().ok()?;
        let mut counts = Self { total, ..Self::default() };
        for place in 0..size {
            let (token, count) = row(&mut rest)?.rsplit_once(' ')?;
            counts.numbers.insert(token.to_owned(), place);
            counts.single.push(count.parse().ok()?);
        }
        let mut last = (0, 0);
        while !rest.is_empty() {
            let (far, step, count) = (read_number(&mut rest)?, read_number(&mut rest)?, read_number(&mut rest)?);
            last = if far == 0 { (last.0, last.1 + step) } else { (last.0 + far, step) };
            counts.pairs.insert(last, count);
        }
        Some(counts)
    }
}

fn row<'a>(rest: &mut &'a [u8]) -> Option<&'a str> {
    let end = rest.iter().position(|byte| *byte == b'\n')?;
    let (row, behind) = rest.split_at_checked(end)?;
    *rest = behind.get(1..)?;
    std::str::from_utf8(row).ok()
}

/// Seven bits a byte, the lowest first; the highest bit says that more follow.
fn write_number(out: &mut Vec<u8>, mut number: u32) {
    while number >= 0x80 {
        out.push((number & 0x7F) as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

fn read_number(rest: &mut &[u8]) -> Option<u32> {
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
    fn tokens_are_words_numbers_and_marks() {
        assert_eq!(tokens("Số: 15/2024/QĐ-UBND"), ["số", ":", "0", "/", "0", "/", "qđ", "-", "ubnd"]);
        assert_eq!(tokens("  "), Vec::<String>::new());
    }

    #[test]
    fn a_table_comes_back_from_its_bytes() {
        let mut counts = Counts::default();
        (0..9).for_each(|_| counts.add("ủy ban nhân dân thành phố\nchủ tịch ủy ban"));
        counts.add("hiếm hoi");
        let bytes = counts.to_bytes().unwrap();
        let back = Counts::from_bytes(&bytes).unwrap();
        assert_eq!(back.to_bytes().unwrap(), bytes);
        assert!(back.pair("ủy", "ban") > back.pair("ủy", "dân"));
        assert!(!back.numbers.contains_key("hiếm"));
        assert!(Counts::from_bytes(b"not a table").is_none());
    }

    #[test]
    fn a_likelier_twin_is_noticed() {
        assert!(twin_advantage(Some("thành"), "phó", Some("Hải")) > 2.0);
        assert!(twin_advantage(Some("phối"), "hợp", Some("với")) < 0.5);
        assert!(twin_advantage(None, "15/2024", None) < f32::EPSILON);
    }

    #[test]
    fn official_prose_is_known() {
        for (before, right, wrong) in [("thành", "phố", "phó"), ("giám", "đốc", "đóc"), ("đề", "nghị", "nghi"), ("sửa", "đổi", "đồi")]
        {
            assert!(likelihood(Some(before), right, None) > likelihood(Some(before), wrong, None) + 1.0, "{before} {right}");
        }
    }
}

//! Fusion of handwritten digits from several recognizers.
//!
//! Recognizers report a high confidence for handwriting that they misread. The fused confidence is therefore derived from
//! agreement: high where two read the same digits, low for a single one, and lowest for letters that only resemble digits.

use crate::engine::{RecognizedChar, RecognizedStrip};

/// Field of the header that may be handwritten.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DigitField {
    /// Document number: 1 to 5 digits.
    Number,
    /// Day of the month.
    Day,
    /// Month.
    Month,
}

impl DigitField {
    fn is_valid(self, digits: &str) -> bool {
        let value = digits.parse().unwrap_or(0_u32);
        match self {
            Self::Number => (1..=5).contains(&digits.len()) && value > 0,
            Self::Day => digits.len() <= 2 && (1..=31).contains(&value),
            Self::Month => digits.len() <= 2 && (1..=12).contains(&value),
        }
    }
}

/// Digits from one recognizer.
#[derive(Debug, Clone, PartialEq)]
pub struct DigitHypothesis {
    /// The digits.
    pub digits: String,
    /// Lowest confidence of its digits, 0 to 1.
    pub confidence: f32,
    /// Whether letters were replaced by digits that they resemble.
    pub from_lookalikes: bool,
}

/// Least probability of a digit for it to replace a letter, 0 to 1.
const MIN_DIGIT_PROBABILITY: f32 = 0.02;

/// Highest confidence of a digit that replaced a letter, 0 to 1.
const LOOKALIKE_CONFIDENCE: f32 = 0.3;

/// Digits that a letter resembles: a 1 with an upstroke is read as A, two of them as M.
fn lookalike_digits(letter: char) -> Option<&'static str> {
    Some(match letter {
        'O' | 'o' | 'Q' | 'D' | 'Ø' | 'ø' | 'Ö' | 'ö' => "0",
        'l' | 'I' | 'i' | '|' | '!' | 'A' | 'ı' | '/' => "1",
        'M' | 'N' => "11",
        'Z' | 'z' => "2",
        'S' | 's' => "5",
        'b' => "6",
        'T' => "7",
        'B' | '%' | '&' => "8",
        'g' | 'q' => "9",
        _ => return None,
    })
}

/// Whether a character is a dot of the dotted line, or punctuation as which specks are read.
fn is_speck(letter: char) -> bool {
    letter.is_whitespace() || matches!(letter, '.' | ',' | '_' | '\'' | '"' | '`' | ':' | ';' | '-' | '…')
}

/// Digits from the digit recognizer; `None` where a character neither is nor resembles a digit.
#[must_use]
pub fn digits_from_chars(letters: &[RecognizedChar]) -> Option<DigitHypothesis> {
    let mut hypothesis = DigitHypothesis { digits: String::new(), confidence: 1.0, from_lookalikes: false };
    for letter in letters.iter().filter(|letter| !is_speck(letter.character)) {
        if letter.character.is_ascii_digit() {
            hypothesis.digits.push(letter.character);
            hypothesis.confidence = hypothesis.confidence.min(letter.confidence);
        } else if letter.best_digit.1 >= MIN_DIGIT_PROBABILITY && !matches!(letter.character, 'M' | 'N') {
            hypothesis.digits.push(letter.best_digit.0);
            hypothesis.confidence = hypothesis.confidence.min(letter.best_digit.1.min(LOOKALIKE_CONFIDENCE));
            hypothesis.from_lookalikes = true;
        } else {
            hypothesis.push_lookalike(letter.character)?;
        }
    }
    (!hypothesis.digits.is_empty()).then_some(hypothesis)
}

/// Digits from the line recognizer, for a strip that holds only the field.
#[must_use]
pub fn digits_from_strip(reading: &RecognizedStrip) -> Option<DigitHypothesis> {
    // The strip may hold a part of the slash behind a number.
    let is_edge = |letter: char| is_speck(letter) || matches!(letter, '/' | ')' | '(' | '\\');
    let text = reading.text.trim_end_matches(is_edge).trim_start_matches(is_speck);
    let begin = reading.text.chars().count() - reading.text.trim_start_matches(is_speck).chars().count();
    let mut hypothesis = DigitHypothesis { digits: String::new(), confidence: 1.0, from_lookalikes: false };
    for (letter, sure) in text.chars().zip(reading.confidences.iter().skip(begin)) {
        if letter.is_ascii_digit() {
            hypothesis.digits.push(letter);
            hypothesis.confidence = hypothesis.confidence.min(*sure);
        } else if !is_speck(letter) {
            hypothesis.push_lookalike(letter)?;
        }
    }
    (!hypothesis.digits.is_empty()).then_some(hypothesis)
}

/// Digits from `text` of the first pass, with a confidence of 0 to 100; `None` where it holds anything else.
#[must_use]
pub fn digits_from_print(text: &str, confidence: u8) -> Option<DigitHypothesis> {
    let digits: String = text.chars().filter(|letter| !is_speck(*letter)).collect();
    let is_number = !digits.is_empty() && digits.chars().all(|letter| letter.is_ascii_digit());
    is_number.then_some(DigitHypothesis { digits, confidence: f32::from(confidence) / 100.0, from_lookalikes: false })
}

impl DigitHypothesis {
    fn push_lookalike(&mut self, letter: char) -> Option<()> {
        self.digits.push_str(lookalike_digits(letter)?);
        self.confidence = self.confidence.min(LOOKALIKE_CONFIDENCE);
        self.from_lookalikes = true;
        Some(())
    }

    /// Corrects an impossible day or month: a 1 with an upstroke is read as 4. `None` where no valid value results.
    fn corrected_for(mut self, field: DigitField) -> Option<Self> {
        if field.is_valid(&self.digits) {
            return Some(self);
        }
        if field == DigitField::Number || self.digits.len() != 2 {
            return None;
        }
        let second = if self.digits == "44" { "1" } else { self.digits.get(1..)? };
        let corrected = self.digits.starts_with('4').then(|| format!("1{second}"))?;
        self = Self { digits: corrected, confidence: self.confidence.min(LOOKALIKE_CONFIDENCE), from_lookalikes: true };
        field.is_valid(&self.digits).then_some(self)
    }
}

/// Fused digits of a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FusedDigits {
    /// The digits.
    pub digits: String,
    /// Confidence, 0 to 100.
    pub confidence: u8,
    /// Most confident other reading, with its confidence, 0 to 100.
    pub alternative: Option<(String, u8)>,
}

/// Confidence where two recognizers agree, of 100.
const TWO_AGREE: u8 = 90;

/// Confidence where three recognizers agree.
const THREE_AGREE: u8 = 96;

/// Confidence where recognizers agree after letters were replaced by digits.
const TWO_AGREE_BY_LOOKALIKE: u8 = 55;

/// Confidence of the digit recognizer alone, where it is confident of every digit.
const UNCONFIRMED: u8 = 65;

/// The same where another recognizer is confident of other digits.
const CONTRADICTED: u8 = 45;

/// Confidence of all other unconfirmed digits.
const UNCERTAIN: u8 = 35;

/// Fuses the digits of a field from the digit recognizer, the line recognizer and the first pass; `None` where none of them is
/// valid for the field.
#[must_use]
pub fn fuse_digits(
    field: DigitField,
    handwriting: Option<DigitHypothesis>,
    second: Option<DigitHypothesis>,
    print: Option<DigitHypothesis>,
) -> Option<FusedDigits> {
    /// Confidence from which the digit recognizer is seldom wrong, 0 to 1.
    const MIN_CONFIDENCE: f32 = 0.8;
    let validated = |hypothesis: Option<DigitHypothesis>| hypothesis.and_then(|hypothesis| hypothesis.corrected_for(field));
    let handwriting = validated(handwriting);
    let hypotheses: Vec<DigitHypothesis> = [handwriting.clone(), validated(second), validated(print)].into_iter().flatten().collect();
    let votes = |hypothesis: &DigitHypothesis| hypotheses.iter().filter(|other| other.digits == hypothesis.digits).count();
    // Most votes, then real digits before replaced letters, then a confident reading, then the digit recognizer.
    let rank = |(place, hypothesis): &(usize, &DigitHypothesis)| {
        (votes(hypothesis), !hypothesis.from_lookalikes, hypothesis.confidence > 0.5, usize::MAX - *place)
    };
    let (_, best) = hypotheses.iter().enumerate().max_by_key(rank)?;
    let agreeing: Vec<&DigitHypothesis> = hypotheses.iter().filter(|other| other.digits == best.digits).collect();
    let from_lookalikes = agreeing.iter().filter(|hypothesis| hypothesis.from_lookalikes).count();
    let is_contradicted =
        hypotheses.iter().any(|other| other.digits != best.digits && !other.from_lookalikes && other.confidence >= MIN_CONFIDENCE);
    let confidence = match (agreeing.len(), from_lookalikes) {
        (3, 0) => THREE_AGREE,
        (3, 1) | (2, 0) => TWO_AGREE,
        (2 | 3, _) => TWO_AGREE_BY_LOOKALIKE,
        _ if handwriting.as_ref() == Some(best) && !best.from_lookalikes && best.confidence >= MIN_CONFIDENCE => {
            if is_contradicted {
                CONTRADICTED
            } else {
                UNCONFIRMED
            }
        }
        _ => UNCERTAIN,
    };
    // Days and months are written with two digits: a single one has probably lost the other.
    let is_incomplete = field != DigitField::Number && best.digits.len() == 1 && agreeing.len() < 3;
    let confidence = if is_incomplete { confidence.min(CONTRADICTED) } else { confidence };
    let other = hypotheses
        .iter()
        .filter(|hypothesis| hypothesis.digits != best.digits)
        .max_by(|one, other| one.confidence.total_cmp(&other.confidence));
    Some(FusedDigits {
        digits: best.digits.clone(),
        confidence,
        alternative: other.map(|other| (other.digits.clone(), (other.confidence.clamp(0.0, 1.0) * 100.0).round() as u8)),
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn hand(text: &str, sure: f32) -> Option<DigitHypothesis> {
        let letters: Vec<RecognizedChar> = text
            .chars()
            .map(|letter| RecognizedChar { character: letter, from: 0.0, to: 1.0, confidence: sure, best_digit: ('0', 0.0) })
            .collect();
        digits_from_chars(&letters)
    }

    fn second(text: &str) -> Option<DigitHypothesis> {
        digits_from_strip(&RecognizedStrip { text: text.to_owned(), confidences: vec![0.9; text.chars().count()] })
    }

    #[test]
    fn confidence_depends_on_recognizer_agreement() {
        let fused =
            |hand, second, print| fuse_digits(DigitField::Number, hand, second, print).map(|verdict| (verdict.digits, verdict.confidence));
        let expected = |digits: &str, confidence| Some((digits.to_owned(), confidence));
        assert_eq!(fused(hand("209", 0.97), second("209/"), digits_from_print("209", 40)), expected("209", THREE_AGREE));
        assert_eq!(fused(hand("209", 0.97), second("209 ,"), digits_from_print("02", 40)), expected("209", TWO_AGREE));
        assert_eq!(fused(hand("41", 0.5), second("A4)"), digits_from_print("M", 90)), expected("41", UNCERTAIN));
        assert_eq!(fused(hand("16", 0.9), None, digits_from_print("76", 90)), expected("16", CONTRADICTED));
        assert_eq!(fused(hand("16", 0.9), None, digits_from_print("76", 60)), expected("16", UNCONFIRMED));
        assert_eq!(fused(hand("2M", 0.9), second("2M"), None), expected("211", TWO_AGREE_BY_LOOKALIKE));
        assert_eq!(fused(None, second("16"), None), expected("16", UNCERTAIN));
        assert_eq!(fused(hand("x?", 0.9), second("-"), digits_from_print("/CT", 90)), None);
        assert_eq!(fused(hand("123456", 1.0), None, None), None);
    }

    #[test]
    fn impossible_dates_use_lookalike_digits() {
        let fused = |hand, second| fuse_digits(DigitField::Day, hand, second, None).map(|verdict| (verdict.digits, verdict.confidence));
        assert_eq!(fused(hand("45", 0.6), second("15")), Some(("15".to_owned(), TWO_AGREE_BY_LOOKALIKE)));
        assert_eq!(fused(hand("48", 0.9), None), Some(("18".to_owned(), UNCERTAIN)));
        assert_eq!(fused(hand("39", 0.9), None), None);
        assert_eq!(fused(hand("7", 0.98), None), Some(("7".to_owned(), CONTRADICTED)));
        assert_eq!(fuse_digits(DigitField::Month, hand("44", 0.9), None, None).unwrap().digits, "11");
    }

    #[test]
    fn rejected_digits_are_kept_as_alternative() {
        let verdict = fuse_digits(DigitField::Day, hand("15", 0.87), second("25"), None).unwrap();
        assert_eq!((verdict.digits.as_str(), verdict.alternative), ("15", Some(("25".to_owned(), 90))));
    }
}

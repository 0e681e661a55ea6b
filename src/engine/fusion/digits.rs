//! Digits written by hand: what each reader makes of them, and how sure that is in the end.
//!
//! Readers are sure of handwriting that they misread, so sureness comes from agreement: two that see the same
//! digits are believed; one alone hardly; and letters that only look like digits never.

use crate::engine::{RecognizedChar, RecognizedStrip};

/// What a blank is filled with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DigitField {
    /// The number of a document: 1 to 5 digits.
    Number,
    /// The day of a month.
    Day,
    /// The month.
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

/// Digits as one reader sees them.
#[derive(Debug, Clone, PartialEq)]
pub struct DigitHypothesis {
    /// The digits.
    pub digits: String,
    /// How sure the least sure of them is, 0 to 1.
    pub confidence: f32,
    /// Whether letters were taken for digits that they look like.
    pub from_lookalikes: bool,
}

/// Least share that a digit must have for the network to see it in a letter.
const MIN_DIGIT_PROBABILITY: f32 = 0.02;

/// Most sure that a letter taken for a digit is, 0 to 1.
const LOOKALIKE_CONFIDENCE: f32 = 0.3;

/// The digits that a letter looks like when it was meant as some: the 1 written with an upstroke is an A, two of
/// them are an M.
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

/// Dots of the line that is written on, and commas and quotes that specks are taken for.
fn is_speck(letter: char) -> bool {
    letter.is_whitespace() || matches!(letter, '.' | ',' | '_' | '\'' | '"' | '`' | ':' | ';' | '-' | '…')
}

/// The digits in `letters` of the reader of handwriting; `None` where a letter is none and looks like none.
#[must_use]
pub fn digits_from_chars(letters: &[RecognizedChar]) -> Option<DigitHypothesis> {
    let mut guess = DigitHypothesis { digits: String::new(), confidence: 1.0, from_lookalikes: false };
    for letter in letters.iter().filter(|letter| !is_speck(letter.character)) {
        if letter.character.is_ascii_digit() {
            guess.digits.push(letter.character);
            guess.confidence = guess.confidence.min(letter.confidence);
        } else if letter.best_digit.1 >= MIN_DIGIT_PROBABILITY && !matches!(letter.character, 'M' | 'N') {
            guess.digits.push(letter.best_digit.0);
            guess.confidence = guess.confidence.min(letter.best_digit.1.min(LOOKALIKE_CONFIDENCE));
            guess.from_lookalikes = true;
        } else {
            guess.push_lookalike(letter.character)?;
        }
    }
    (!guess.digits.is_empty()).then_some(guess)
}

/// The digits in what the second reader read of a strip that holds nothing else.
#[must_use]
pub fn digits_from_strip(reading: &RecognizedStrip) -> Option<DigitHypothesis> {
    // The strip may hold a part of the slash behind a number.
    let is_edge = |letter: char| is_speck(letter) || matches!(letter, '/' | ')' | '(' | '\\');
    let text = reading.text.trim_end_matches(is_edge).trim_start_matches(is_speck);
    let begin = reading.text.chars().count() - reading.text.trim_start_matches(is_speck).chars().count();
    let mut guess = DigitHypothesis { digits: String::new(), confidence: 1.0, from_lookalikes: false };
    for (letter, sure) in text.chars().zip(reading.confidences.iter().skip(begin)) {
        if letter.is_ascii_digit() {
            guess.digits.push(letter);
            guess.confidence = guess.confidence.min(*sure);
        } else if !is_speck(letter) {
            guess.push_lookalike(letter)?;
        }
    }
    (!guess.digits.is_empty()).then_some(guess)
}

/// The digits in `text` as a reader of print read it, `confidence` 0 to 100; `None` where it is anything else.
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

    /// For a day or month that cannot be, the one that it looks like: a 1 with an upstroke is taken for a 4.
    fn corrected_for(mut self, blank: DigitField) -> Option<Self> {
        if blank.is_valid(&self.digits) {
            return Some(self);
        }
        if blank == DigitField::Number || self.digits.len() != 2 {
            return None;
        }
        let second = if self.digits == "44" { "1" } else { self.digits.get(1..)? };
        let mended = self.digits.starts_with('4').then(|| format!("1{second}"))?;
        self = Self { digits: mended, confidence: self.confidence.min(LOOKALIKE_CONFIDENCE), from_lookalikes: true };
        blank.is_valid(&self.digits).then_some(self)
    }
}

/// What a blank says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FusedDigits {
    /// The digits.
    pub digits: String,
    /// How sure they are, 0 to 100.
    pub confidence: u8,
    /// What else a reader saw, and how sure it was, 0 to 100.
    pub alternative: Option<(String, u8)>,
}

/// Confidence of two readers that agree, and of three.
const TWO_AGREE: u8 = 90;
const THREE_AGREE: u8 = 96;

/// Confidence of readers that agree, where one of them took letters for digits.
const TWO_AGREE_BY_LOOKALIKE: u8 = 55;

/// Confidence of the reader of handwriting alone, where it is sure of every digit.
const UNCONFIRMED: u8 = 65;

/// The same where another reader is sure of other digits.
const CONTRADICTED: u8 = 45;

/// Confidence of what nobody confirms.
const UNCERTAIN: u8 = 35;

/// Weighs what the reader of handwriting, the second reader and the reader of print see in a blank; `None` where
/// none of them saw digits that fit.
#[must_use]
pub fn fuse_digits(
    blank: DigitField,
    hand: Option<DigitHypothesis>,
    second: Option<DigitHypothesis>,
    print: Option<DigitHypothesis>,
) -> Option<FusedDigits> {
    /// From which sureness on the reader of handwriting is seldom wrong, 0 to 1.
    const SURE: f32 = 0.8;
    let fit = |guess: Option<DigitHypothesis>| guess.and_then(|guess| guess.corrected_for(blank));
    let hand = fit(hand);
    let guesses: Vec<DigitHypothesis> = [hand.clone(), fit(second), fit(print)].into_iter().flatten().collect();
    let backers = |guess: &DigitHypothesis| guesses.iter().filter(|other| other.digits == guess.digits).count();
    // Of those with most backers the one that saw real digits, the reader of handwriting first.
    let rank =
        |(place, guess): &(usize, &DigitHypothesis)| (backers(guess), !guess.from_lookalikes, guess.confidence > 0.5, usize::MAX - *place);
    let (_, best) = guesses.iter().enumerate().max_by_key(rank)?;
    let agreeing: Vec<&DigitHypothesis> = guesses.iter().filter(|other| other.digits == best.digits).collect();
    let mended = agreeing.iter().filter(|guess| guess.from_lookalikes).count();
    let is_denied = guesses.iter().any(|other| other.digits != best.digits && !other.from_lookalikes && other.confidence >= SURE);
    let confidence = match (agreeing.len(), mended) {
        (3, 0) => THREE_AGREE,
        (3, 1) | (2, 0) => TWO_AGREE,
        (2 | 3, _) => TWO_AGREE_BY_LOOKALIKE,
        _ if hand.as_ref() == Some(best) && !best.from_lookalikes && best.confidence >= SURE => {
            if is_denied {
                CONTRADICTED
            } else {
                UNCONFIRMED
            }
        }
        _ => UNCERTAIN,
    };
    // Days and months are written with two digits: of a single one the other was probably lost.
    let is_half = blank != DigitField::Number && best.digits.len() == 1 && agreeing.len() < 3;
    let confidence = if is_half { confidence.min(CONTRADICTED) } else { confidence };
    let other = guesses.iter().filter(|guess| guess.digits != best.digits).max_by(|one, other| one.confidence.total_cmp(&other.confidence));
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

    fn seen(text: &str, sure: f32) -> Option<DigitHypothesis> {
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
    fn agreement_makes_sure_and_one_alone_does_not() {
        let told =
            |hand, second, print| fuse_digits(DigitField::Number, hand, second, print).map(|verdict| (verdict.digits, verdict.confidence));
        let say = |digits: &str, confidence| Some((digits.to_owned(), confidence));
        assert_eq!(told(seen("209", 0.97), second("209/"), digits_from_print("209", 40)), say("209", THREE_AGREE));
        assert_eq!(told(seen("209", 0.97), second("209 ,"), digits_from_print("02", 40)), say("209", TWO_AGREE));
        assert_eq!(told(seen("41", 0.5), second("A4)"), digits_from_print("M", 90)), say("41", UNCERTAIN));
        assert_eq!(told(seen("16", 0.9), None, digits_from_print("76", 90)), say("16", CONTRADICTED));
        assert_eq!(told(seen("16", 0.9), None, digits_from_print("76", 60)), say("16", UNCONFIRMED));
        assert_eq!(told(seen("2M", 0.9), second("2M"), None), say("211", TWO_AGREE_BY_LOOKALIKE));
        assert_eq!(told(None, second("16"), None), say("16", UNCERTAIN));
        assert_eq!(told(seen("x?", 0.9), second("-"), digits_from_print("/CT", 90)), None);
        assert_eq!(told(seen("123456", 1.0), None, None), None);
    }

    #[test]
    fn impossible_days_are_what_they_look_like() {
        let told = |hand, second| fuse_digits(DigitField::Day, hand, second, None).map(|verdict| (verdict.digits, verdict.confidence));
        assert_eq!(told(seen("45", 0.6), second("15")), Some(("15".to_owned(), TWO_AGREE_BY_LOOKALIKE)));
        assert_eq!(told(seen("48", 0.9), None), Some(("18".to_owned(), UNCERTAIN)));
        assert_eq!(told(seen("39", 0.9), None), None);
        assert_eq!(told(seen("7", 0.98), None), Some(("7".to_owned(), CONTRADICTED)));
        assert_eq!(fuse_digits(DigitField::Month, seen("44", 0.9), None, None).unwrap().digits, "11");
    }

    #[test]
    fn what_was_not_taken_is_kept() {
        let verdict = fuse_digits(DigitField::Day, seen("15", 0.87), second("25"), None).unwrap();
        assert_eq!((verdict.digits.as_str(), verdict.alternative), ("15", Some(("25".to_owned(), 90))));
    }
}

//! Digits written by hand: what each reader makes of them, and how sure that is in the end.
//!
//! Readers are sure of handwriting that they misread, so sureness comes from agreement: two that see the same
//! digits are believed; one alone hardly; and letters that only look like digits never.

use crate::contract::{RecognizedChar, RecognizedStrip};

/// What a blank is filled with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Blank {
    /// The number of a document: 1 to 5 digits.
    Number,
    /// The day of a month.
    Day,
    /// The month.
    Month,
}

impl Blank {
    fn holds(self, digits: &str) -> bool {
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
pub struct Guess {
    /// The digits.
    pub digits: String,
    /// How sure the least sure of them is, 0 to 1.
    pub sure: f32,
    /// Whether letters were taken for digits that they look like.
    pub mended: bool,
}

/// Least share that a digit must have for the network to see it in a letter.
const SEEN: f32 = 0.02;

/// Most sure that a letter taken for a digit is, 0 to 1.
const ALIKE: f32 = 0.3;

/// The digits that a letter looks like when it was meant as some: the 1 written with an upstroke is an A, two of
/// them are an M.
fn alike(letter: char) -> Option<&'static str> {
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
pub fn of_letters(letters: &[RecognizedChar]) -> Option<Guess> {
    let mut guess = Guess { digits: String::new(), sure: 1.0, mended: false };
    for letter in letters.iter().filter(|letter| !is_speck(letter.character)) {
        if letter.character.is_ascii_digit() {
            guess.digits.push(letter.character);
            guess.sure = guess.sure.min(letter.confidence);
        } else if letter.best_digit.1 >= SEEN && !matches!(letter.character, 'M' | 'N') {
            guess.digits.push(letter.best_digit.0);
            guess.sure = guess.sure.min(letter.best_digit.1.min(ALIKE));
            guess.mended = true;
        } else {
            guess.mend(letter.character)?;
        }
    }
    (!guess.digits.is_empty()).then_some(guess)
}

/// The digits in what the second reader read of a strip that holds nothing else.
#[must_use]
pub fn of_second(reading: &RecognizedStrip) -> Option<Guess> {
    // The strip may hold a part of the slash behind a number.
    let is_edge = |letter: char| is_speck(letter) || matches!(letter, '/' | ')' | '(' | '\\');
    let text = reading.text.trim_end_matches(is_edge).trim_start_matches(is_speck);
    let begin = reading.text.chars().count() - reading.text.trim_start_matches(is_speck).chars().count();
    let mut guess = Guess { digits: String::new(), sure: 1.0, mended: false };
    for (letter, sure) in text.chars().zip(reading.confidences.iter().skip(begin)) {
        if letter.is_ascii_digit() {
            guess.digits.push(letter);
            guess.sure = guess.sure.min(*sure);
        } else if !is_speck(letter) {
            guess.mend(letter)?;
        }
    }
    (!guess.digits.is_empty()).then_some(guess)
}

/// The digits in `text` as a reader of print read it, `confidence` 0 to 100; `None` where it is anything else.
#[must_use]
pub fn of_print(text: &str, confidence: u8) -> Option<Guess> {
    let digits: String = text.chars().filter(|letter| !is_speck(*letter)).collect();
    let is_number = !digits.is_empty() && digits.chars().all(|letter| letter.is_ascii_digit());
    is_number.then_some(Guess { digits, sure: f32::from(confidence) / 100.0, mended: false })
}

impl Guess {
    fn mend(&mut self, letter: char) -> Option<()> {
        self.digits.push_str(alike(letter)?);
        self.sure = self.sure.min(ALIKE);
        self.mended = true;
        Some(())
    }

    /// For a day or month that cannot be, the one that it looks like: a 1 with an upstroke is taken for a 4.
    fn possible(mut self, blank: Blank) -> Option<Self> {
        if blank.holds(&self.digits) {
            return Some(self);
        }
        if blank == Blank::Number || self.digits.len() != 2 {
            return None;
        }
        let second = if self.digits == "44" { "1" } else { self.digits.get(1..)? };
        let mended = self.digits.starts_with('4').then(|| format!("1{second}"))?;
        self = Self { digits: mended, sure: self.sure.min(ALIKE), mended: true };
        blank.holds(&self.digits).then_some(self)
    }
}

/// What a blank says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// The digits.
    pub digits: String,
    /// How sure they are, 0 to 100.
    pub confidence: u8,
    /// What else a reader saw, and how sure it was, 0 to 100.
    pub other: Option<(String, u8)>,
}

/// Confidence of two readers that agree, and of three.
const TWO: u8 = 90;
const THREE: u8 = 96;

/// Confidence of readers that agree, where one of them took letters for digits.
const TWO_MENDED: u8 = 55;

/// Confidence of the reader of handwriting alone, where it is sure of every digit.
const ALONE: u8 = 65;

/// The same where another reader is sure of other digits.
const DENIED: u8 = 45;

/// Confidence of what nobody confirms.
const GUESSED: u8 = 35;

/// Weighs what the reader of handwriting, the second reader and the reader of print see in a blank; `None` where
/// none of them saw digits that fit.
#[must_use]
pub fn weigh(blank: Blank, hand: Option<Guess>, second: Option<Guess>, print: Option<Guess>) -> Option<Verdict> {
    /// From which sureness on the reader of handwriting is seldom wrong, 0 to 1.
    const SURE: f32 = 0.8;
    let fit = |guess: Option<Guess>| guess.and_then(|guess| guess.possible(blank));
    let hand = fit(hand);
    let guesses: Vec<Guess> = [hand.clone(), fit(second), fit(print)].into_iter().flatten().collect();
    let backers = |guess: &Guess| guesses.iter().filter(|other| other.digits == guess.digits).count();
    // Of those with most backers the one that saw real digits, the reader of handwriting first.
    let rank = |(place, guess): &(usize, &Guess)| (backers(guess), !guess.mended, guess.sure > 0.5, usize::MAX - *place);
    let (_, best) = guesses.iter().enumerate().max_by_key(rank)?;
    let agreeing: Vec<&Guess> = guesses.iter().filter(|other| other.digits == best.digits).collect();
    let mended = agreeing.iter().filter(|guess| guess.mended).count();
    let is_denied = guesses.iter().any(|other| other.digits != best.digits && !other.mended && other.sure >= SURE);
    let confidence = match (agreeing.len(), mended) {
        (3, 0) => THREE,
        (3, 1) | (2, 0) => TWO,
        (2 | 3, _) => TWO_MENDED,
        _ if hand.as_ref() == Some(best) && !best.mended && best.sure >= SURE => {
            if is_denied {
                DENIED
            } else {
                ALONE
            }
        }
        _ => GUESSED,
    };
    // Days and months are written with two digits: of a single one the other was probably lost.
    let is_half = blank != Blank::Number && best.digits.len() == 1 && agreeing.len() < 3;
    let confidence = if is_half { confidence.min(DENIED) } else { confidence };
    let other = guesses.iter().filter(|guess| guess.digits != best.digits).max_by(|one, other| one.sure.total_cmp(&other.sure));
    Some(Verdict {
        digits: best.digits.clone(),
        confidence,
        other: other.map(|other| (other.digits.clone(), (other.sure.clamp(0.0, 1.0) * 100.0).round() as u8)),
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn seen(text: &str, sure: f32) -> Option<Guess> {
        let letters: Vec<RecognizedChar> = text.chars().map(|letter| RecognizedChar { character: letter, from: 0.0, to: 1.0, confidence: sure, best_digit: ('0', 0.0) }).collect();
        of_letters(&letters)
    }

    fn second(text: &str) -> Option<Guess> {
        of_second(&RecognizedStrip { text: text.to_owned(), confidences: vec![0.9; text.chars().count()] })
    }

    #[test]
    fn agreement_makes_sure_and_one_alone_does_not() {
        let told = |hand, second, print| weigh(Blank::Number, hand, second, print).map(|verdict| (verdict.digits, verdict.confidence));
        let say = |digits: &str, confidence| Some((digits.to_owned(), confidence));
        assert_eq!(told(seen("209", 0.97), second("209/"), of_print("209", 40)), say("209", THREE));
        assert_eq!(told(seen("209", 0.97), second("209 ,"), of_print("02", 40)), say("209", TWO));
        assert_eq!(told(seen("41", 0.5), second("A4)"), of_print("M", 90)), say("41", GUESSED));
        assert_eq!(told(seen("16", 0.9), None, of_print("76", 90)), say("16", DENIED));
        assert_eq!(told(seen("16", 0.9), None, of_print("76", 60)), say("16", ALONE));
        assert_eq!(told(seen("2M", 0.9), second("2M"), None), say("211", TWO_MENDED));
        assert_eq!(told(None, second("16"), None), say("16", GUESSED));
        assert_eq!(told(seen("x?", 0.9), second("-"), of_print("/CT", 90)), None);
        assert_eq!(told(seen("123456", 1.0), None, None), None);
    }

    #[test]
    fn impossible_days_are_what_they_look_like() {
        let told = |hand, second| weigh(Blank::Day, hand, second, None).map(|verdict| (verdict.digits, verdict.confidence));
        assert_eq!(told(seen("45", 0.6), second("15")), Some(("15".to_owned(), TWO_MENDED)));
        assert_eq!(told(seen("48", 0.9), None), Some(("18".to_owned(), GUESSED)));
        assert_eq!(told(seen("39", 0.9), None), None);
        assert_eq!(told(seen("7", 0.98), None), Some(("7".to_owned(), DENIED)));
        assert_eq!(weigh(Blank::Month, seen("44", 0.9), None, None).unwrap().digits, "11");
    }

    #[test]
    fn what_was_not_taken_is_kept() {
        let verdict = weigh(Blank::Day, seen("15", 0.87), second("25"), None).unwrap();
        assert_eq!((verdict.digits.as_str(), verdict.other), ("15", Some(("25".to_owned(), 90))));
    }
}

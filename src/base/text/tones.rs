//! The six tones and the placement of their marks.

/// A tone (thanh), in dictionary order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tone {
    /// Ngang: no mark.
    Level,
    /// Huyền: à.
    Grave,
    /// Hỏi: ả.
    HookAbove,
    /// Ngã: ã.
    Tilde,
    /// Sắc: á.
    Acute,
    /// Nặng: ạ.
    DotBelow,
}

const TONES: [Tone; 6] = [Tone::Level, Tone::Grave, Tone::HookAbove, Tone::Tilde, Tone::Acute, Tone::DotBelow];

/// The twelve vowels, each with its six tones in the order of [`Tone`].
const VOWELS: [[char; 6]; 12] = [
    ['a', 'à', 'ả', 'ã', 'á', 'ạ'],
    ['ă', 'ằ', 'ẳ', 'ẵ', 'ắ', 'ặ'],
    ['â', 'ầ', 'ẩ', 'ẫ', 'ấ', 'ậ'],
    ['e', 'è', 'ẻ', 'ẽ', 'é', 'ẹ'],
    ['ê', 'ề', 'ể', 'ễ', 'ế', 'ệ'],
    ['i', 'ì', 'ỉ', 'ĩ', 'í', 'ị'],
    ['o', 'ò', 'ỏ', 'õ', 'ó', 'ọ'],
    ['ô', 'ồ', 'ổ', 'ỗ', 'ố', 'ộ'],
    ['ơ', 'ờ', 'ở', 'ỡ', 'ớ', 'ợ'],
    ['u', 'ù', 'ủ', 'ũ', 'ú', 'ụ'],
    ['ư', 'ừ', 'ử', 'ữ', 'ứ', 'ự'],
    ['y', 'ỳ', 'ỷ', 'ỹ', 'ý', 'ỵ'],
];

/// Splits a letter into the letter without its tone and the tone: `ệ` is `ê` and [`Tone::DotBelow`]. Case is kept; a
/// character without a tone mark gives itself and [`Tone::Level`]. Takes NFC.
#[must_use]
pub fn split_tone(letter: char) -> (char, Tone) {
    if letter.is_ascii() {
        return (letter, Tone::Level);
    }
    let lower = to_lower(letter);
    for row in &VOWELS {
        for (toned, tone) in row.iter().zip(TONES) {
            if *toned == lower {
                return (match_case(row[0], letter), tone);
            }
        }
    }
    (letter, Tone::Level)
}

/// The vowel with the tone, in its case; other characters are returned unchanged.
#[must_use]
pub fn with_tone(vowel: char, tone: Tone) -> char {
    let lower = to_lower(vowel);
    VOWELS
        .iter()
        .find(|row| row[0] == lower)
        .and_then(|row| row.iter().zip(TONES).find(|(_, other)| *other == tone))
        .map_or(vowel, |(toned, _)| match_case(*toned, vowel))
}

fn to_lower(letter: char) -> char {
    letter.to_lowercase().next().unwrap_or(letter)
}

fn match_case(lower: char, model: char) -> char {
    if model.is_uppercase() { lower.to_uppercase().next().unwrap_or(lower) } else { lower }
}

/// The text with the tone of `oa`, `oe` and `uy` on the second letter: `hòa` as `hoà`, `thúy` as `thuý`, and so also the
/// misplaced `tòan` as `toàn`. Only for the index and for comparisons: stored text keeps the placement of the document.
/// Takes NFC.
#[must_use]
pub fn normalize_tone_placement(text: &str) -> String {
    if text.is_ascii() {
        return text.to_owned();
    }
    let mut moved = String::with_capacity(text.len());
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        let next = letters.peek().copied().unwrap_or(' ');
        if next.is_ascii_alphabetic() {
            let (plain, tone) = split_tone(letter);
            let glide = matches!((plain.to_ascii_lowercase(), next.to_ascii_lowercase()), ('o', 'a' | 'e') | ('u', 'y'));
            if glide && tone != Tone::Level {
                moved.push(plain);
                moved.push(with_tone(next, tone));
                letters.next();
                continue;
            }
        }
        moved.push(letter);
    }
    moved
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tone_placement_is_normalized() {
        for (old, new) in [("hòa", "hoà"), ("khỏe", "khoẻ"), ("thúy", "thuý"), ("ỦY BAN", "UỶ BAN"), ("Hòa", "Hoà"), ("qúy", "quý")]
        {
            assert_eq!(normalize_tone_placement(old), new);
            assert_eq!(normalize_tone_placement(new), new);
        }
        assert_eq!(normalize_tone_placement("tòan hùynh"), "toàn huỳnh");
    }

    #[test]
    fn syllables_with_unambiguous_tone_placement_are_unchanged() {
        for text in ["của", "mùa", "quả", "hoàn", "nghĩa", "bói ai", "tự do", "số 07/QĐ-UBND", "hoá học"] {
            assert_eq!(normalize_tone_placement(text), text);
        }
    }

    #[test]
    fn tones_are_split_from_and_joined_to_letters() {
        assert_eq!(split_tone('ệ'), ('ê', Tone::DotBelow));
        assert_eq!(split_tone('Ắ'), ('Ă', Tone::Acute));
        assert_eq!(split_tone('đ'), ('đ', Tone::Level));
        assert_eq!(with_tone('Ê', Tone::Acute), 'Ế');
        assert_eq!(with_tone('b', Tone::Acute), 'b');
    }
}

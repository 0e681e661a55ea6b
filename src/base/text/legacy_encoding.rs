//! Encodings from before Unicode, TCVN3 and VNI-Windows, in file names, old lists and old PDF text. They arrive as
//! Windows-1252 text: `Céng hßa` is `Cộng hòa` in TCVN3, `Coäng hoøa` in VNI.

use crate::text::syllable::is_valid_syllable;

/// A legacy encoding decoded as Windows-1252.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LegacyEncoding {
    /// TCVN 5712:1993, third set: fonts named `.Vn…`. Its capital fonts (`.Vn…H`) lose the case.
    Tcvn3,
    /// VNI-Windows: fonts named `VNI-…`; a letter followed by its diacritic.
    VniWindows,
}

/// TCVN3 by code point of Latin-1.
const TCVN3: [(char, char); 74] = [
    ('¡', 'Ă'),
    ('¢', 'Â'),
    ('£', 'Ê'),
    ('¤', 'Ô'),
    ('¥', 'Ơ'),
    ('¦', 'Ư'),
    ('§', 'Đ'),
    ('¨', 'ă'),
    ('©', 'â'),
    ('ª', 'ê'),
    ('«', 'ô'),
    ('¬', 'ơ'),
    ('\u{ad}', 'ư'),
    ('®', 'đ'),
    ('µ', 'à'),
    ('¶', 'ả'),
    ('·', 'ã'),
    ('¸', 'á'),
    ('¹', 'ạ'),
    ('»', 'ằ'),
    ('¼', 'ẳ'),
    ('½', 'ẵ'),
    ('¾', 'ắ'),
    ('Æ', 'ặ'),
    ('Ç', 'ầ'),
    ('È', 'ẩ'),
    ('É', 'ẫ'),
    ('Ê', 'ấ'),
    ('Ë', 'ậ'),
    ('Ì', 'è'),
    ('Î', 'ẻ'),
    ('Ï', 'ẽ'),
    ('Ð', 'é'),
    ('Ñ', 'ẹ'),
    ('Ò', 'ề'),
    ('Ó', 'ể'),
    ('Ô', 'ễ'),
    ('Õ', 'ế'),
    ('Ö', 'ệ'),
    ('×', 'ì'),
    ('Ø', 'ỉ'),
    ('Ü', 'ĩ'),
    ('Ý', 'í'),
    ('Þ', 'ị'),
    ('ß', 'ò'),
    ('á', 'ỏ'),
    ('â', 'õ'),
    ('ã', 'ó'),
    ('ä', 'ọ'),
    ('å', 'ồ'),
    ('æ', 'ổ'),
    ('ç', 'ỗ'),
    ('è', 'ố'),
    ('é', 'ộ'),
    ('ê', 'ờ'),
    ('ë', 'ở'),
    ('ì', 'ỡ'),
    ('í', 'ớ'),
    ('î', 'ợ'),
    ('ï', 'ù'),
    ('ñ', 'ủ'),
    ('ò', 'ũ'),
    ('ó', 'ú'),
    ('ô', 'ụ'),
    ('õ', 'ừ'),
    ('ö', 'ử'),
    ('÷', 'ữ'),
    ('ø', 'ứ'),
    ('ù', 'ự'),
    ('ú', 'ỳ'),
    ('û', 'ỷ'),
    ('ü', 'ỹ'),
    ('ý', 'ý'),
    ('þ', 'ỵ'),
];

/// VNI marks after a, e, o, u, y and their horned or capital forms, as combining characters of Unicode.
const VNI_MARKS: [(char, &str); 17] = [
    ('ø', "\u{300}"),
    ('ù', "\u{301}"),
    ('û', "\u{309}"),
    ('õ', "\u{303}"),
    ('ï', "\u{323}"),
    ('â', "\u{302}"),
    ('à', "\u{302}\u{300}"),
    ('á', "\u{302}\u{301}"),
    ('å', "\u{302}\u{309}"),
    ('ã', "\u{302}\u{303}"),
    ('ä', "\u{302}\u{323}"),
    ('ê', "\u{306}"),
    ('è', "\u{306}\u{300}"),
    ('é', "\u{306}\u{301}"),
    ('ú', "\u{306}\u{309}"),
    ('ü', "\u{306}\u{303}"),
    ('ë', "\u{306}\u{323}"),
];

/// VNI letters without a combining mark.
const VNI_LETTERS: [(char, char); 7] = [('ñ', 'đ'), ('æ', 'ỉ'), ('ó', 'ĩ'), ('ò', 'ị'), ('î', 'ỵ'), ('ô', 'ơ'), ('ö', 'ư')];

/// Converts a text from `encoding` to Unicode (NFC).
#[must_use]
pub fn convert(text: &str, encoding: LegacyEncoding) -> String {
    match encoding {
        LegacyEncoding::Tcvn3 => {
            text.chars().map(|byte| TCVN3.iter().find(|(from, _)| *from == byte).map_or(byte, |(_, letter)| *letter)).collect()
        }
        LegacyEncoding::VniWindows => crate::text::nfc::nfc(&vni_decomposed(text)),
    }
}

fn vni_decomposed(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut base = ' ';
    for character in text.chars() {
        let lower = character.to_lowercase().next().unwrap_or(character);
        let mark = VNI_MARKS.iter().find(|(from, _)| *from == lower).map(|(_, mark)| *mark).filter(|mark| accepts_mark(base, mark));
        if let Some(mark) = mark {
            out.push_str(mark);
            base = ' ';
            continue;
        }
        let letter = VNI_LETTERS.iter().find(|(from, _)| *from == lower).map_or(lower, |(_, letter)| *letter);
        base = letter;
        if character.is_uppercase() { out.extend(letter.to_uppercase()) } else { out.push(letter) }
    }
    out
}

/// Whether VNI allows this mark after this letter.
fn accepts_mark(base: char, mark: &str) -> bool {
    if mark.starts_with('\u{306}') {
        base == 'a'
    } else if mark.starts_with('\u{302}') {
        matches!(base, 'a' | 'e' | 'o')
    } else {
        matches!(base, 'a' | 'e' | 'o' | 'u' | 'y' | 'ơ' | 'ư')
    }
}

/// Legacy encoding of a text, or `None` if it is Unicode, another language, or too short to decide.
///
/// Detects only if three words or more have letters beyond ASCII, nine in ten of these are valid syllables after
/// conversion, and at most three in ten were before.
#[must_use]
pub fn detect(text: &str) -> Option<LegacyEncoding> {
    if text.is_ascii() || text.chars().any(|character| character as u32 > 0xff && character.is_alphabetic()) {
        return None;
    }
    let before = non_ascii_words(text);
    if before.len() < 3 || valid_syllable_percent(&before) > 30 {
        return None;
    }
    let best = [LegacyEncoding::Tcvn3, LegacyEncoding::VniWindows]
        .into_iter()
        .map(|encoding| (converted_syllable_percent(&before, encoding), encoding))
        .reduce(|best, next| if next.0 > best.0 { next } else { best })?;
    (best.0 >= 90).then_some(best.1)
}

/// The text in Unicode if [`detect`] finds an encoding, else `None`.
#[must_use]
pub fn repair(text: &str) -> Option<String> {
    detect(text).map(|encoding| convert(text, encoding))
}

/// Words with letters beyond ASCII. Latin-1 symbols are letters of TCVN3, so only ASCII separates words.
fn non_ascii_words(text: &str) -> Vec<&str> {
    let parts_words = |character: char| character.is_whitespace() || (character.is_ascii() && !character.is_ascii_alphabetic());
    text.split(parts_words).filter(|word| !word.is_ascii()).take(400).collect()
}

fn valid_syllable_percent(words: &[&str]) -> usize {
    words.iter().filter(|word| is_valid_syllable(word)).count() * 100 / words.len().max(1)
}

fn converted_syllable_percent(words: &[&str], encoding: LegacyEncoding) -> usize {
    words.iter().filter(|word| is_valid_syllable(&convert(word, encoding))).count() * 100 / words.len().max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tcvn3_is_detected_and_converted() {
        let old = "Céng hßa x· héi chñ nghÜa ViÖt Nam - §éc lËp, Tù do, H¹nh phóc";
        assert_eq!(detect(old), Some(LegacyEncoding::Tcvn3));
        assert_eq!(convert(old, LegacyEncoding::Tcvn3), "Cộng hòa xã hội chủ nghĩa Việt Nam - Độc lập, Tự do, Hạnh phúc");
    }

    #[test]
    fn vni_is_detected_and_converted() {
        let old = "Coäng hoøa xaõ hoäi chuû nghóa Vieät Nam - Ñoäc laäp, Töï do, Haïnh phuùc; ñöôøng, ÑÖÔØNG, tænh, thò";
        assert_eq!(detect(old), Some(LegacyEncoding::VniWindows));
        assert_eq!(
            convert(old, LegacyEncoding::VniWindows),
            "Cộng hòa xã hội chủ nghĩa Việt Nam - Độc lập, Tự do, Hạnh phúc; đường, ĐƯỜNG, tỉnh, thị"
        );
    }

    #[test]
    fn text_in_other_encodings_is_unchanged() {
        for text in [
            "",
            "abc",
            "Cộng hòa xã hội chủ nghĩa Việt Nam",
            "là và cá nhà bà à thì",
            "société générale française à été déjà vu",
            "größe schön für über",
            "ViÖt",
            "100 µm · 20 °C · §5 · ©2020",
            "são paulo não é coração avião",
        ] {
            assert_eq!(repair(text), None, "{text}");
        }
    }
}

//! Folding: the form in which text without diacritics matches text with them.

use unicode_normalization::char::{decompose_canonical, is_combining_mark};

/// Lower case without tone and vowel marks; `đ` (and `ð`, used for it by old systems) as `d`. Takes NFC and NFD.
#[must_use]
pub fn fold(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    let mut folded = String::with_capacity(text.len());
    for character in text.chars() {
        fold_char(character, |part| folded.push(part));
    }
    folded
}

/// Passes each character of the folded form of one character to `give`; none for a lone combining mark.
fn fold_char(character: char, mut give: impl FnMut(char)) {
    if character.is_ascii() {
        give(character.to_ascii_lowercase());
        return;
    }
    decompose_canonical(character, |part| {
        if is_combining_mark(part) {
            return;
        }
        for lower in part.to_lowercase() {
            match lower {
                'đ' | 'ð' => give('d'),
                mark if is_combining_mark(mark) => {}
                other => give(other),
            }
        }
    });
}

/// Whether the text has a letter that folding changes beyond its case: a diacritic, or `đ`.
#[must_use]
pub fn has_diacritics(text: &str) -> bool {
    !text.is_ascii() && fold(text) != text.to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_vietnamese_letter_folds_to_ascii() {
        let all = "aàáảãạăằắẳẵặâầấẩẫậeèéẻẽẹêềếểễệiìíỉĩịoòóỏõọôồốổỗộơờớởỡợuùúủũụưừứửữựyỳýỷỹỵđ";
        let folded = fold(all);
        assert_eq!(folded, "aaaaaaaaaaaaaaaaaaeeeeeeeeeeeeiiiiiioooooooooooooooooouuuuuuuuuuuuyyyyyyd");
        assert_eq!(fold(&all.to_uppercase()), folded);
    }

    #[test]
    fn decomposed_and_mixed_text_folds_to_ascii() {
        assert_eq!(fold("Nguye\u{302}\u{303}n Thi\u{323} Hu\u{31b}o\u{31b}\u{300}ng"), "nguyen thi huong");
        assert_eq!(fold("QUYẾT ĐỊNH số 07/QĐ-UBND"), "quyet dinh so 07/qd-ubnd");
        assert_eq!(fold("Ðà Nẵng"), "da nang");
        assert_eq!(fold("İ"), "i");
    }

    #[test]
    fn diacritics_are_detected() {
        assert!(has_diacritics("đất"));
        assert!(has_diacritics("Đ"));
        assert!(!has_diacritics("DAT"));
        assert!(!has_diacritics("Σ"));
    }
}

//! Normal form: all stored text is NFC (Unicode Standard Annex 15).

use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

/// `text` in NFC.
#[must_use]
pub fn nfc(text: &str) -> String {
    if text.is_ascii() || is_nfc_quick(text.chars()) == IsNormalized::Yes { text.to_owned() } else { text.nfc().collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decomposed_letters_are_composed() {
        assert_eq!(nfc("Vie\u{323}\u{302}t"), "Việt");
        assert_eq!(nfc("Việt"), "Việt");
        assert_eq!(nfc("abc"), "abc");
    }
}

//! Normal form: everything stored is NFC (Unicode Standard Annex 15).

use unicode_normalization::UnicodeNormalization;

/// `text` in NFC.
#[must_use]
pub fn nfc(text: &str) -> String {
    text.nfc().collect()
}

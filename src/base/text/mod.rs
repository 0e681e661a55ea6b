//! Vietnamese text: normal form, folding, tones, syllables, dates, numbers, order, old encodings.

pub mod bigram_model;
pub mod collation;
pub mod dates;
pub mod diacritic_restoration;
pub mod fold;
pub mod legacy_encoding;
pub mod natural_order;
pub mod nfc;
pub mod numbers;
pub mod percent_encoding;
pub mod plausibility;
pub mod syllable;
pub mod tones;
pub mod typed_dates;

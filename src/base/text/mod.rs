//! Vietnamese text: normal form, folding, tones, syllables, dates, numbers, order, old encodings.

pub mod collate;
pub mod dates;
pub mod fold;
pub mod language;
pub mod legacy;
pub mod mend;
pub mod natural;
pub mod normal;
pub mod numbers;
pub mod percent;
pub mod plausible;
pub mod syllable;
pub mod tones;

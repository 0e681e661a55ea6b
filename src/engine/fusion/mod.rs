//! Fuses what two readers found: words by vote, digits by probability.

pub mod digits;
pub mod words;

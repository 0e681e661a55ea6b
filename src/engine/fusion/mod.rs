//! Fusion of the results of several recognizers: words and digits.

pub mod digits;
pub mod words;

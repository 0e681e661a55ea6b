//! What is this paper? Documents in a pile of pages, their kind and fields.
//!
//! Rules work on words with boxes, zone by zone (Decree 30/2020, Appendix I): OCR errs, so phrases are
//! compared folded and with a few edits allowed, and every value says how sure it is.

pub mod description;
pub mod evidence;
pub mod fields;
mod page_zones;
pub mod review;
pub mod separation;
mod string_similarity;
mod vocabulary;

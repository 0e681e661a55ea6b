//! Document understanding: separation of documents in a pile of pages, their kind and fields.
//!
//! Rules work on words with boxes, by zones (Decree 30/2020, Appendix I). Because of OCR errors phrases are compared
//! folded and with a few edits allowed, and every value has a confidence.

pub mod description;
pub mod evidence;
pub mod fields;
mod page_zones;
pub mod review;
pub mod separation;
mod string_similarity;
mod vocabulary;
mod word_confidence;

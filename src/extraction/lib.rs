//! What is this paper? Documents in a pile of pages, their kind and fields.
//!
//! Rules work on words with boxes, zone by zone (Decree 30/2020, Appendix I): OCR errs, so phrases are
//! compared folded and with a few edits allowed, and every value says how sure it is.

pub mod archival;
pub mod decided;
pub mod describe;
pub mod learned;
pub mod listed;
pub mod manifest;
pub mod named;
pub mod personal;
pub mod review;
pub mod secrecy;
pub mod separate;
pub mod signed;

mod date;
mod fuzzy;
mod grounds;
mod issuer;
mod kind;
mod normative;
mod number;
mod objection;
mod page_number;
mod signer;
mod signs;
mod subject;
mod vocabulary;
mod zones;

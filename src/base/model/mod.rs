//! Data types of the domain, without I/O. Vietnamese terms are given once, in the type's doc.
//!
//! Stored names never change: records, ledgers, plans and lots in the store, JSON columns and event bodies of the catalogue, keys
//! of cached readings, and files that people write must be readable by every later version. Where a field or variant has a
//! better name in Rust, `serde(rename)` ties it to its stored name. Types that are only answers carry no `serde(rename)`, but
//! for names that are fixed by a standard or reserved in Rust: their JSON has the names of the fields. Requests accept a former
//! name by `serde(alias)`.

pub mod account;
pub mod batch;
pub mod calendar;
pub mod change;
pub mod decision;
pub mod delivered_file;
pub mod document_kinds;
pub mod dossier;
pub mod fields;
pub mod file_state;
pub mod page;
pub mod personal_data;
pub mod pipeline_plan;
pub mod record;
pub mod refusal;
pub mod review_queue;
pub mod roadmap;
pub mod upload;
pub mod withholding;

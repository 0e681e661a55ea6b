//! Data types of the domain, without I/O. Vietnamese terms are given once, in the type's doc.

pub mod account;
pub mod batch;
pub mod calendar;
pub mod change;
pub mod decision;
pub mod delivered_file;
pub mod document_kinds;
pub mod dossier;
pub mod fields;
pub mod page;
pub mod personal_data;
pub mod pipeline_plan;
pub mod record;
pub mod refusal;
pub mod review_queue;
pub mod roadmap;
pub mod upload;

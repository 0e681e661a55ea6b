//! The nouns of the house: data only, no I/O. Vietnamese terms stand once, in the type's doc.

pub mod account;
pub mod attachment;
pub mod batch;
pub mod case;
pub mod change;
pub mod code;
pub mod day;
pub mod decision;
pub mod fields;
pub mod geometry;
pub mod holding;
pub mod kinds;
pub mod lot;
pub mod personal;
pub mod plan;
pub mod queue;
pub mod reading;
pub mod record;
pub mod refusal;
pub mod rescan;
pub mod roadmap;
pub mod upload;

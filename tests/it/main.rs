//! Behaviour of the whole, through its rooms and its binary.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

mod architecture;
mod browser;
mod faults;
mod golden;
mod journeys;
mod roadmap;
mod sources;
mod uploads;
mod web;
mod web_documents;
mod web_failures;
mod web_load;

//! Behaviour of the whole, through its rooms and its binary.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

mod blobs;
mod browser;
mod catalog;
mod description;
mod faults;
mod formats_in;
mod formats_out;
mod house;
mod journeys;
mod reading;
mod roadmap;
mod roadmap_year;
mod search;
mod sources;
mod specimen;
mod support;
mod uploads;
mod web;
mod web_documents;
mod web_failures;
mod web_load;

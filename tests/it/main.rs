//! Tests of the whole: architecture, command line, server, browser, planned faults and golden files.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

mod architecture;
mod browser;
mod campaign;
mod fault_injection;
mod features;
mod golden;
mod journeys;
mod module_circles;
mod support;
mod web;

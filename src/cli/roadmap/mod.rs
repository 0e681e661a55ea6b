//! Commands about the roadmap and one-stop cases.

pub mod command;
pub mod lots;
pub mod one_stop_cases;

//! Commands about the roadmap and one-stop cases.

pub mod command;
pub mod one_stop_cases;

//! Progress against the roadmap, acceptance lots, one-stop cases.

pub mod at_risk_targets;
pub mod lots;
pub mod one_stop;
pub mod tracking;

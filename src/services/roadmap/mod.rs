//! Roadmaps: plan, progress, targets, forecast, acceptance lots, one-stop cases.

pub mod at_risk_targets;
pub mod forecast;
pub mod lots;
pub mod one_stop;
pub mod plan_workbook;
pub mod progress;
pub mod target_weights;
pub mod targets;

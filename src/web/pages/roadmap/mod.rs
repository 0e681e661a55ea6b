//! The roadmap, its chart, targets, lots, one-stop cases.

pub(crate) mod gantt_chart;
pub(crate) mod lots;
pub(crate) mod one_stop;
pub(crate) mod overview;
pub(crate) mod progress;
pub(crate) mod target;

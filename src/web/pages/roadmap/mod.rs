//! The roadmap, its chart, lots, one-stop cases.

pub(crate) mod gantt_chart;
pub(crate) mod lots;
pub(crate) mod one_stop;
pub(crate) mod overview;

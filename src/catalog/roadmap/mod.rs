//! Roadmaps, their targets and progress, lots, one-stop cases.

pub(crate) mod attachment;
pub(crate) mod lots;
pub(crate) mod one_stop_cases;
pub(crate) mod progress;
pub(crate) mod progress_cache;
pub(crate) mod roadmaps;

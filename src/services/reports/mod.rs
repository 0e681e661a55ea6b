//! Reports that offices must file, laid out as they prescribe.

pub(crate) mod adjustments_report;
pub mod format;
pub(crate) mod layout;
pub mod lot_minutes;
pub(crate) mod one_stop_report;
pub(crate) mod progress_report;
pub mod registry;
pub mod request;

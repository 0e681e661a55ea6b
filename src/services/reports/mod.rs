//! Reports for offices, in the form that they ask for.

pub(crate) mod adjustments_report;
pub(crate) mod lot_minutes;
pub(crate) mod one_stop_report;
pub(crate) mod progress_report;
pub mod writer;

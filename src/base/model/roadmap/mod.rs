//! The roadmap (lộ trình số hóa): plan, calendar, cases, lots.

pub mod attachment;
pub mod ledger;
pub mod lot;
pub mod one_stop_case;
pub mod plan;

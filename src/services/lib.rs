//! All use cases of the archive, by subject. `web` and `cli` reach data only through this crate.

pub mod accounts;
pub mod archive;
pub mod hot_folders;
pub mod intake;
pub mod loop_health;
pub mod maintenance;
mod outbox;
pub mod quarantine;
pub mod records;
pub mod reports;
pub mod review;
pub mod roadmap;
pub mod runs;
pub mod uploads;

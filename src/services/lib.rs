//! Every use case: what people and programs can ask of the archive.

pub mod accounts;
pub mod archive;
pub mod hot_folders;
pub mod intake;
pub mod maintenance;
pub mod quarantine;
pub mod records;
pub mod reports;
pub mod review;
pub mod roadmap;
pub mod runs;
pub mod uploads;

//! Every use case: what people and programs can ask of the archive.

pub mod accounts;
pub mod degraded;
pub mod doctor;
pub mod eval;
pub mod export;
pub mod find;
pub mod intake;
mod known;
pub mod masked;
pub mod models;
pub mod personal;
mod piles;
pub mod quality;
pub mod quarantine;
pub mod rebuild;
pub mod review;
pub mod runs;
pub mod separation;
pub mod separators;
mod staging;
pub mod stamps;
pub mod train;
mod upload_start;
mod upload_view;
pub mod uploads;
pub mod verify;
pub mod watch;

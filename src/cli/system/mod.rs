//! Commands about the installation.

pub mod backup;
pub mod completions;
pub mod doctor;
pub mod models;
pub mod sandbox_worker;
pub mod serve;
pub mod train;

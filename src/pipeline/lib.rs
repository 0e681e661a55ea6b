//! Pipelines: read from `pipelines/*.toml`, planned, worked.

pub mod deposits;
pub mod outage;
pub mod pipeline_file;
pub mod worker;

//! Pipelines: read from `pipelines/*.toml`, planned, worked.

pub mod plan;
pub mod worker;

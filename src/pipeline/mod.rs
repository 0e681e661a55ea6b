//! Pipelines: read from `pipelines/*.toml`, planned, worked.

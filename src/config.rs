//! One typed configuration: defaults < `sohoa.toml` < `SOHOA_*` < flags.

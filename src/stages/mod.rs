//! The stages of a pipeline: one file each, one table.

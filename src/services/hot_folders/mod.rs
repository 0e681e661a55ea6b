//! Folders and buckets whose files are taken in by themselves.

pub(crate) mod bucket;
pub(crate) mod local;
pub mod watcher;

//! Hot folders (thư mục nóng): folders and buckets whose files are submitted automatically.

pub(crate) mod bucket;
pub(crate) mod complete_files;
pub(crate) mod delivery;
pub(crate) mod local;
pub(crate) mod retries;
pub mod watcher;

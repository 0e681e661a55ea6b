//! Hot folders (thư mục nóng): folders and buckets whose files are submitted automatically.

pub(crate) mod bucket;
pub(crate) mod local;
pub mod watcher;

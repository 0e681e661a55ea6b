//! What tests share.

pub(crate) mod node;
pub(crate) mod tools;

use std::path::PathBuf;

/// The folder of real scans beside the checkout, or `None` with a line that says what was skipped.
pub(crate) fn shared_data(what: &str) -> Option<PathBuf> {
    let folder =
        std::env::var_os("SOHOA_TEST_DATA").map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/data"), PathBuf::from);
    if folder.is_dir() {
        return Some(folder);
    }
    eprintln!("SKIPPED: {what}: no real scans at {}", folder.display());
    None
}

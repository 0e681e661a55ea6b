//! A count of finds out of a total.

use serde::Serialize;

/// How many of a total were found.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct FoundShare {
    /// Number found.
    pub found: usize,
    /// Total.
    pub of: usize,
}

impl FoundShare {
    /// Counts one more.
    pub(crate) fn record(&mut self, is_found: bool) {
        self.found += usize::from(is_found);
        self.of += 1;
    }
}

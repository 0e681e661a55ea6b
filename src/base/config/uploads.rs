//! Quotas of uploads through the browser.

use serde::{Deserialize, Serialize};

/// Quotas of uploads; 0: no limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Uploads {
    /// Open uploads of one user.
    pub open_per_user: u64,
    /// Files of one upload.
    pub files: u64,
    /// Size of one upload, MiB.
    pub mib: u64,
    /// Files of all open uploads of one user.
    pub user_files: u64,
    /// Size of all open uploads of one user, MiB.
    pub user_mib: u64,
    /// Space that stays free on the disk of the home folder, MiB: a file that would take it is not accepted.
    pub free_mib: u64,
    /// Requests per second of one session or key that send files, as average and as a burst.
    pub requests_per_second: u32,
}

impl Default for Uploads {
    fn default() -> Self {
        Self {
            open_per_user: 50,
            files: 200_000,
            mib: 512 << 10,
            user_files: 500_000,
            user_mib: 1 << 20,
            free_mib: 2 << 10,
            requests_per_second: 1_000,
        }
    }
}

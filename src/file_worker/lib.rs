//! Work on files from outside, in limited worker processes: inspect, read, search for stamps, preview, convert to PDF. No
//! other process opens such a file.
//!
//! [`client::FileWorker`] is the parent's side, with one method per request. [`request`] holds requests and responses,
//! [`handler`] processes them. The parent checks what comes back (`answer_check`). Archives are expanded by a process of their own
//! ([`archive_expander`]) whose standard input is the archive.

mod answer_check;
pub mod archive_expander;
pub mod client;
pub mod handler;
mod preview;
pub mod request;

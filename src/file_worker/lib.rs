//! What the limited worker processes do: everything that opens a file from outside. It is inspected, read, searched for
//! stamps, shown, and brought into a PDF in such a process alone.
//!
//! [`client::FileWorker`] is the parent's side: one method a request. [`request`] names what travels, [`handler`] does the
//! work. Archives are opened by a process of their own ([`archive_expander`]), whose standard input is the archive.

pub mod archive_expander;
pub mod client;
pub mod handler;
mod preview;
pub mod request;

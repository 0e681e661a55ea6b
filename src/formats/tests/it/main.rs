//! File formats as a whole: what is read, and what other programs say of what is written.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

mod read;
mod write;

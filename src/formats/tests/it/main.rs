//! Integration tests of the file formats: reading, and checks of written files with other programs.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

mod read;
mod write;

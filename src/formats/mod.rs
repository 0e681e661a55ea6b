//! Formats of files: reading what arrives, writing what is kept.

pub mod picture;

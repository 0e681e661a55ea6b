//! Shared by all other crates: the error, the model, Vietnamese text and settings.

pub mod config;
pub mod cpu_time;
pub mod error;
pub mod language;
pub mod model;
pub mod private_files;
pub mod system_files;
pub mod text;

pub use error::messages;

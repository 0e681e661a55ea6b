//! Delivered files and the names under which they were delivered.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Exact name of a delivered file.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct DeliveredName {
    /// Display form: bytes that are not UTF-8 are shown as U+FFFD.
    #[serde(rename = "shown")]
    pub display: String,
    /// Exact bytes in hexadecimal, if they are not UTF-8.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub raw_hex: Option<String>,
}

impl DeliveredName {
    /// Builds the name from its bytes.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Self {
        match std::str::from_utf8(bytes) {
            Ok(name) => Self { display: name.to_owned(), raw_hex: None },
            Err(_) => Self { display: String::from_utf8_lossy(bytes).into_owned(), raw_hex: Some(hex::encode(bytes)) },
        }
    }
}

/// A delivered file. Its bytes are already in the blob store under `sha256`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeliveredFile {
    /// Path inside the delivery, `/` between parts; unique in the batch; never used as a file system path.
    pub path: DeliveredName,
    /// SHA-256 of the bytes, lower-case hexadecimal; empty for a refused file that could not be read.
    pub sha256: String,
    /// Size in bytes.
    pub bytes: u64,
    /// Archive that it was extracted from.
    pub container: Option<Container>,
}

/// Archive file that a member was extracted from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Container {
    /// Path of the archive inside the delivery.
    pub path: DeliveredName,
    /// SHA-256 of the archive, lower-case hexadecimal.
    pub sha256: String,
}

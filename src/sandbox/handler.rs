//! Trait of what a worker process runs.

use serde::{Serialize, de::DeserializeOwned};
use sohoa_base::error::Result;
use std::collections::BTreeMap;

/// Processes the requests to a worker process. It exists only in that process and holds what its requests share: the
/// current source and the loaded models.
pub trait Handler {
    /// Request type.
    type Request: Serialize + DeserializeOwned;
    /// Response type.
    type Response: Serialize + DeserializeOwned;

    /// SHA-256 of each loaded model file, by model name.
    fn models(&self) -> BTreeMap<String, String>;

    /// Makes `bytes` the current source.
    fn load(&mut self, bytes: Vec<u8>);

    /// Processes one request and returns the response and a payload of raw bytes.
    ///
    /// # Errors
    /// The classified failure of this request.
    fn handle(&mut self, request: Self::Request) -> Result<(Self::Response, Vec<u8>)>;

    /// Drops state that a panic may have left inconsistent.
    fn reset(&mut self);
}

//! What a worker process runs.

use serde::{Serialize, de::DeserializeOwned};
use sohoa_base::error::Result;
use std::collections::BTreeMap;

/// Answers the requests of a worker process. It lives in that process alone, so it holds what requests share: the current
/// source, opened models.
pub trait Handler {
    /// What can be asked.
    type Request: Serialize + DeserializeOwned;
    /// What is answered.
    type Response: Serialize + DeserializeOwned;

    /// Models that it opened: name, and SHA-256 of the file.
    fn models(&self) -> BTreeMap<String, String>;

    /// Makes `bytes` the current source.
    fn load(&mut self, bytes: Vec<u8>);

    /// Answers one request: the answer, and a payload of raw bytes.
    ///
    /// # Errors
    /// The classed failure of this request.
    fn handle(&mut self, request: Self::Request) -> Result<(Self::Response, Vec<u8>)>;

    /// Drops what a panic may have left half done.
    fn reset(&mut self);
}

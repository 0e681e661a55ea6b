//! State of the uploads in this process, shared by all requests.

use crate::uploads::staging::ActiveWrites;
use std::sync::Arc;
use tokio::sync::{Mutex, Notify};

/// State of the uploads in this process.
#[derive(Debug, Default)]
pub struct UploadRuntime {
    /// Files that are being written.
    pub(crate) active_writes: Arc<ActiveWrites>,
    /// Held while an upload becomes a batch, or is withdrawn: one at a time.
    pub(crate) start_lock: Mutex<()>,
    /// Notified when an upload has begun to become a batch.
    pub(crate) start_requested: Notify,
}

//! What follows the event log in every process that works or serves.

use super::event_log::sealer::EventSealer;
use super::index_follower::{IndexFollower, wait_until_indexed};
use crate::archive::Archive;
use sohoa_base::error::Result;
use sohoa_pipeline::worker::CancellationToken;
use std::sync::Arc;

/// The running followers; they end, index first, when this is dropped.
#[derive(Debug)]
pub struct LogFollowers {
    _index: IndexFollower,
    _sealer: EventSealer,
}

impl LogFollowers {
    /// Starts their threads.
    ///
    /// # Errors
    /// `Unavailable` where no thread can start.
    pub fn start(archive: &Arc<Archive>) -> Result<Self> {
        Ok(Self { _sealer: EventSealer::start(archive)?, _index: IndexFollower::start(archive)? })
    }
}

/// Makes everything that was deposited findable, for a command that deposits and ends; `false` as for [`wait_until_indexed`].
///
/// # Errors
/// `Unavailable` where no thread can start.
pub async fn index_new_deposits(archive: &Arc<Archive>, stop: &CancellationToken) -> Result<bool> {
    let _followers = LogFollowers::start(archive)?;
    Ok(wait_until_indexed(archive, stop).await)
}

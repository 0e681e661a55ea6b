//! Who reviews: which documents people have in hand, and how many they do in an hour.

use crate::archive::Archive;
use crate::desk::find::found_for;
use crate::desk::review::{self, Queue, Waiting};
use crate::error::Result;
use crate::model::account::{Identity, Right};
use schemars::JsonSchema;
use serde::Serialize;
use std::time::Duration;
use time::OffsetDateTime;

/// For how long a document stays in hand after it was opened.
const HELD: Duration = Duration::from_secs(600);

/// A document that waits, and who has it in hand.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct WaitingFor {
    /// The document.
    #[serde(flatten)]
    pub waiting: Waiting,
    /// Who has it in hand; none: nobody.
    pub holder: Option<String>,
}

impl WaitingFor {
    /// The name by which everything else calls the document: `OBJECT#NUMBER`.
    #[must_use]
    pub fn name(&self) -> String {
        let number = self.waiting.document.rsplit('#').next().unwrap_or_default();
        format!("{}#{number}", self.waiting.dossier)
    }

    /// Whether somebody else has it in hand.
    #[must_use]
    pub fn is_anothers(&self, by: &Identity) -> bool {
        self.holder.as_ref().is_some_and(|holder| *holder != by.user.name)
    }
}

/// What waits in the units that a person reviews.
///
/// # Errors
/// `Unavailable` when the catalogue does not answer.
pub async fn waiting(archive: &Archive, by: &Identity, queue: Option<Queue>, reason: Option<&str>) -> Result<Vec<WaitingFor>> {
    let units = by.units(Right::Review);
    let held = archive.catalog.held().await?;
    let all = review::list(archive, queue, reason).await?;
    let own = all.into_iter().filter(|one| units.contains(&one.fonds)).map(|waiting| {
        let mut one = WaitingFor { waiting, holder: None };
        one.holder = held.get(&one.name()).cloned();
        one
    });
    Ok(own.collect())
}

/// Takes a document in hand; who has it then, which may be somebody else.
///
/// # Errors
/// `NotFound` for an unknown document, or one of another unit.
pub async fn take(archive: &Archive, by: &Identity, name: &str) -> Result<String> {
    found_for(archive, by, Right::Review, name).await?;
    archive.catalog.hold(name, &by.user.name, HELD).await
}

/// Puts it out of hand.
///
/// # Errors
/// `Unavailable` when the catalogue does not answer.
pub async fn put_back(archive: &Archive, by: &Identity, name: &str) -> Result<()> {
    archive.catalog.let_go(name, &by.user.name).await
}

/// How many documents a person accepted or rejected in the last hour.
///
/// # Errors
/// `Unavailable` when the catalogue does not answer.
pub async fn done_in_an_hour(archive: &Archive, by: &Identity, now: OffsetDateTime) -> Result<u64> {
    archive.catalog.done_by(&by.user.name, (now.unix_timestamp() - 3600) * 1000).await
}

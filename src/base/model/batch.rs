//! A delivery and its balance.

use crate::model::refusal::{RefusalClass, Warning};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// State of a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum BatchState {
    /// Files are still arriving.
    Receiving,
    /// All files arrived; tasks are open.
    Running,
    /// No task is open.
    Finished,
}

/// A batch (lô): one delivery, and the one run of a pipeline over it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Batch {
    /// Identifier (UUIDv7 text).
    pub id: String,
    /// What makes two deliveries the same one: inputs, unit and pipeline. An unfinished batch of the same
    /// key is continued.
    pub key: String,
    /// Unit or fonds that delivers.
    pub unit: String,
    /// The pipeline as text, as it was when the batch began.
    pub pipeline: String,
    /// Where it stands.
    pub state: BatchState,
    /// When it began, RFC 3339.
    pub created: String,
}

/// The balance: pages in = stored + review + refused + held + open, and `open` is 0 when the run has ended.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Balance {
    /// Files by fate.
    pub files: FileBalance,
    /// Pages by fate.
    pub pages: PageBalance,
    /// Dossiers that the batch touched.
    pub dossiers: u64,
    /// Documents that hold pages of the batch.
    pub documents: u64,
    /// Every refused file or page.
    pub refusals: Vec<RefusedItem>,
    /// Every warning about a file or page that was taken.
    pub warnings: Vec<WarnedItem>,
}

/// Files of a batch by fate. Archives whose members were taken count as received; so do their members.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, schemars::JsonSchema)]
pub struct FileBalance {
    /// All that arrived.
    pub received: u64,
    /// Of them: the same bytes were in the dossier already.
    pub duplicate: u64,
    /// Of them: not taken.
    pub refused: u64,
}

/// Pages of a batch by fate. Pages of a duplicate file count with the fate of the pages they repeat.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, schemars::JsonSchema)]
pub struct PageBalance {
    /// All that came.
    #[serde(rename = "in")]
    pub received: u64,
    /// Deposited, nothing to do.
    pub stored: u64,
    /// Deposited, and waiting for a person.
    pub review: u64,
    /// Not taken; originals kept.
    pub refused: u64,
    /// In quarantine: an officer must decide.
    #[serde(default)]
    pub held: u64,
    /// Still being worked on.
    pub open: u64,
}

impl PageBalance {
    /// Whether every page that came has reached an end.
    #[must_use]
    pub fn is_balanced(&self) -> bool {
        self.open == 0 && self.received == self.stored + self.review + self.refused + self.held
    }
}

/// One line of the list of refusals.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema)]
pub struct RefusedItem {
    /// Path inside the delivery.
    pub file: String,
    /// Page in the file, from 1; none: the whole file.
    pub page: Option<u32>,
    /// Who can mend it.
    pub class: RefusalClass,
    /// What is wrong and the next step.
    pub reason: String,
}

/// One line of the list of warnings.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema)]
pub struct WarnedItem {
    /// Path inside the delivery.
    pub file: String,
    /// Page in the file, from 1; none: the whole file.
    pub page: Option<u32>,
    /// What is odd.
    #[serde(flatten)]
    pub warning: Warning,
}

/// What a stage cost, summed over a batch.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize, schemars::JsonSchema)]
pub struct StageCost {
    /// How often it ran.
    #[serde(rename = "items")]
    pub executions: u64,
    /// Processor time, user and system, milliseconds.
    pub cpu_ms: u64,
}

/// Costs by stage name.
pub type StageCosts = BTreeMap<String, StageCost>;

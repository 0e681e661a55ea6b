//! A delivery and its balance.

use crate::error::messages::StoredMessage;
use crate::model::pipeline_plan::StageLevel;
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
    /// Key that identifies equal deliveries: inputs, unit and pipeline. An unfinished batch of the same key is continued.
    pub key: String,
    /// Delivering unit or fonds.
    pub unit: String,
    /// Text of the pipeline at the start of the batch.
    pub pipeline: String,
    /// State.
    pub state: BatchState,
    /// Time of the start, RFC 3339.
    pub created: String,
}

/// Balance of a batch: pages in = stored + review + refused + held + failed + open; `open` is 0 when the run has ended.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Balance {
    /// Files by outcome.
    pub files: FileBalance,
    /// Pages by outcome.
    pub pages: PageBalance,
    /// Dossiers that the batch touched.
    pub dossiers: u64,
    /// Documents that hold pages of the batch.
    pub documents: u64,
    /// Every refused file or page.
    pub refusals: Vec<RefusedItem>,
    /// Every task that failed: its dossier waits for a retry.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub failures: Vec<FailedItem>,
    /// Every warning about a file or page that was taken.
    pub warnings: Vec<WarnedItem>,
}

/// Files of a batch by outcome. Expanded archives count as received, and so do their members.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, schemars::JsonSchema)]
pub struct FileBalance {
    /// All that arrived.
    pub received: u64,
    /// Received files whose bytes were in the dossier already.
    pub duplicate: u64,
    /// Received files that were refused.
    pub refused: u64,
    /// Received files whose task failed before they were identified.
    #[serde(default)]
    pub failed: u64,
    /// Received files that are not opened yet, so that their pages are not counted.
    #[serde(default)]
    pub open: u64,
}

impl FileBalance {
    /// Files that were opened: their pages, or the members of an archive, are counted.
    #[must_use]
    pub fn opened(&self) -> u64 {
        self.received.saturating_sub(self.duplicate + self.refused + self.failed + self.open)
    }
}

/// Pages of a batch by outcome. Pages of a duplicate file count with the outcome of the pages that they repeat.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, schemars::JsonSchema)]
pub struct PageBalance {
    /// All pages.
    #[serde(rename = "in")]
    pub received: u64,
    /// Deposited, no review needed.
    pub stored: u64,
    /// Deposited, waiting for review.
    pub review: u64,
    /// Refused; originals are kept.
    pub refused: u64,
    /// In quarantine: an officer must decide.
    #[serde(default)]
    pub held: u64,
    /// Waiting in a dossier with a failed task: a person must retry or cancel.
    #[serde(default)]
    pub failed: u64,
    /// Still being processed.
    pub open: u64,
}

impl PageBalance {
    /// Whether every received page has an outcome.
    #[must_use]
    pub fn is_balanced(&self) -> bool {
        self.open == 0 && self.received == self.stored + self.review + self.refused + self.held + self.failed
    }
}

/// One entry of the list of refusals.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema)]
pub struct RefusedItem {
    /// Path inside the delivery.
    pub file: String,
    /// Page in the file, from 1; none: the whole file.
    pub page: Option<u32>,
    /// Class of the refusal.
    pub class: RefusalClass,
    /// The problem and the next step, in English.
    pub reason: String,
    /// The same with its code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<StoredMessage>,
}

/// A task that cannot be done, by its item.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema)]
pub struct FailedItem {
    /// Code of the dossier.
    pub dossier: String,
    /// Level of the item.
    pub level: StageLevel,
    /// Path inside the delivery, of a file or page.
    pub file: Option<String>,
    /// Page in the file, from 1, of a page.
    pub page: Option<u32>,
    /// Number in the dossier, of a document.
    pub document: Option<u32>,
    /// Class of the failure.
    pub class: RefusalClass,
    /// The last error and the next step, in English.
    pub reason: String,
    /// The same with its code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<StoredMessage>,
    /// Number of tries.
    pub tries: u32,
}

/// One entry of the list of warnings.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema)]
pub struct WarnedItem {
    /// Path inside the delivery.
    pub file: String,
    /// Page in the file, from 1; none: the whole file.
    pub page: Option<u32>,
    /// The warning.
    #[serde(flatten)]
    pub warning: Warning,
}

/// Cost of a stage, summed over a batch.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize, schemars::JsonSchema)]
pub struct StageCost {
    /// Number of executions.
    #[serde(rename = "items")]
    pub executions: u64,
    /// Processor time, user and system, milliseconds.
    pub cpu_ms: u64,
}

/// Costs by stage name.
pub type StageCosts = BTreeMap<String, StageCost>;

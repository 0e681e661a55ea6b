//! A pipeline for the queue: groups of stages, one task per group and item.

use serde::{Deserialize, Serialize};

/// Level of a stage: the kind of item that it processes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum StageLevel {
    /// A dossier.
    Dossier,
    /// A file of a dossier.
    File,
    /// A page of a file.
    Page,
    /// A document of a dossier.
    Document,
}

impl StageLevel {
    /// Name of the level, as in SQL and JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            StageLevel::Dossier => "dossier",
            StageLevel::File => "file",
            StageLevel::Page => "page",
            StageLevel::Document => "document",
        }
    }
}

/// One stage with its options.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StageConfig {
    /// Name of the stage, a row of `stages::STAGES`.
    pub stage: String,
    /// Options, checked by the stage.
    pub options: serde_json::Value,
}

/// Consecutive stages of one level: one task runs them all on one item.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StageGroup {
    /// Level of the stages.
    pub level: StageLevel,
    /// The stages in order.
    #[serde(rename = "steps")]
    pub stages: Vec<StageConfig>,
}

/// A validated pipeline.
///
/// # Advance
/// Every task belongs to one dossier, which counts its open tasks. When a task is committed, the new items
/// among its changes (files, pages, documents) get a task of the first later group of their level
/// (for a file found in an archive: of the file group itself). When a dossier's last open task is committed,
/// the dossier gets a task of the next group of level `Dossier` after the last one it had; past the last
/// group it is finished; a batch with no open task is finished.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PipelinePlan {
    /// Name, such as `administrative`.
    pub name: String,
    /// Groups in order.
    pub groups: Vec<StageGroup>,
}

impl PipelinePlan {
    /// Index of the first group of `level` at or after `from`.
    #[must_use]
    pub fn next_group(&self, level: StageLevel, from: usize) -> Option<usize> {
        self.groups.iter().enumerate().skip(from).find(|(_, group)| group.level == level).map(|(index, _)| index)
    }
}

//! A pipeline as the queue sees it: groups of stages, one task per group and item.

use serde::{Deserialize, Serialize};

/// What a stage works on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// A dossier.
    Dossier,
    /// A file of a dossier.
    File,
    /// A page of a file.
    Page,
    /// A document of a dossier.
    Document,
}

impl Level {
    /// The word used in SQL and JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Level::Dossier => "dossier",
            Level::File => "file",
            Level::Page => "page",
            Level::Document => "document",
        }
    }
}

/// One stage with its options.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Step {
    /// Name of a row of `stages::STAGES`.
    pub stage: String,
    /// Its options, checked by the stage.
    pub options: serde_json::Value,
}

/// Neighbouring stages of one level: one task runs them all on one item.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Group {
    /// What the stages work on.
    pub level: Level,
    /// The stages in order.
    pub steps: Vec<Step>,
}

/// A checked pipeline.
///
/// # Advance
/// Every task belongs to one dossier, which counts its open tasks. When a task is committed, the new items
/// among its changes (files, pages, documents) get a task of the first later group of their level
/// (for a file found in an archive: of the file group itself). When a dossier's last open task is committed,
/// the dossier gets a task of the next group of level `Dossier` after the last one it had; past the last
/// group it is finished; a batch with no open task is finished.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// Name, such as `administrative`.
    pub name: String,
    /// Groups in order.
    pub groups: Vec<Group>,
}

impl Plan {
    /// The first group of `level` at or after `from`.
    #[must_use]
    pub fn group_of(&self, level: Level, from: usize) -> Option<usize> {
        self.groups.iter().enumerate().skip(from).find(|(_, group)| group.level == level).map(|(index, _)| index)
    }
}

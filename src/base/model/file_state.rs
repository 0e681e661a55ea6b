//! State of a delivered file.

use serde::{Deserialize, Serialize};

/// State of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FileState {
    /// Received, not yet identified.
    Received,
    /// Media type and page count are known.
    Identified,
    /// An archive that its members have replaced.
    Expanded,
    /// Refused.
    Refused,
    /// The dossier has the same bytes already: see `duplicate_of`.
    Duplicate,
    /// Removed from quarantine and from the archive by an officer: its bytes are deleted.
    Removed,
}

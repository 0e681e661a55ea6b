//! Facts that live in the catalogue and in the store.

use sohoa_base::error::Result;
use sohoa_base::messages::maintenance;

/// A fact that the store must get.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OutboxFact {
    /// Ledger of the batch with this identifier.
    Batch(String),
    /// Lot with this identifier.
    Lot(String),
    /// Version of the roadmap of a decision.
    Roadmap {
        /// Number of the decision.
        decision: String,
        /// Version.
        version: u32,
    },
    /// Table of one-stop cases with this identifier.
    Cases(String),
}

impl OutboxFact {
    /// Its kind, as the catalogue stores it.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Batch(_) => "batch",
            Self::Lot(_) => "lot",
            Self::Roadmap { .. } => "roadmap",
            Self::Cases(_) => "cases",
        }
    }

    /// Its identifier among the facts of its kind.
    pub(crate) fn id(&self) -> String {
        match self {
            Self::Batch(id) | Self::Lot(id) | Self::Cases(id) => id.clone(),
            // PostgreSQL cannot store U+0000.
            Self::Roadmap { decision, version } => format!("{version} {decision}").replace('\0', "\u{fffd}"),
        }
    }

    /// The fact of this kind and identifier.
    pub(crate) fn parse(kind: &str, id: &str) -> Result<Self> {
        let roadmap = || {
            let (version, decision) = id.split_once(' ')?;
            Some(Self::Roadmap { decision: decision.to_owned(), version: version.parse().ok()? })
        };
        let fact = match kind {
            "batch" => Some(Self::Batch(id.to_owned())),
            "lot" => Some(Self::Lot(id.to_owned())),
            "cases" => Some(Self::Cases(id.to_owned())),
            "roadmap" => roadmap(),
            _ => None,
        };
        fact.ok_or_else(|| maintenance::outbox_fact_unknown(kind, id))
    }
}

//! Queues of documents that wait for review.

use serde::{Deserialize, Serialize};

/// Reason code of a document drawn for a sample.
pub const SAMPLE_REASON: &str = "sample";

/// A queue of documents that wait for review.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ReviewQueue {
    /// A stamp of secrecy was found.
    Secret,
    /// Pages, values or the list have a problem, or a person rejected the document.
    Flags,
    /// A value is missing or has a low confidence.
    Confidence,
    /// Drawn at random.
    Sample,
}

impl ReviewQueue {
    /// All queues, most urgent first.
    pub const ALL: [Self; 4] = [Self::Secret, Self::Flags, Self::Confidence, Self::Sample];

    /// Most urgent queue for these reasons; `None` without reasons.
    #[must_use]
    pub fn from_reasons(reasons: &[String]) -> Option<Self> {
        let queue = |reason: &str| match reason {
            "secrecy-stamp" => Self::Secret,
            SAMPLE_REASON => Self::Sample,
            "page-confidence-low" => Self::Confidence,
            reason if reason.ends_with("-unsure") || reason.ends_with("-missing") => Self::Confidence,
            _ => Self::Flags,
        };
        reasons.iter().map(|reason| queue(reason)).min()
    }

    /// Parses the name of a queue.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|queue| queue.as_str() == name)
    }

    /// Name of the queue, as in JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Secret => "secret",
            Self::Flags => "flags",
            Self::Confidence => "confidence",
            Self::Sample => SAMPLE_REASON,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn document_is_assigned_to_most_urgent_queue() {
        let queue = |reasons: &[&str]| ReviewQueue::from_reasons(&reasons.iter().map(|reason| (*reason).to_owned()).collect::<Vec<_>>());
        assert_eq!(queue(&[]), None);
        assert_eq!(queue(&["number-unsure", "date-missing", "page-confidence-low"]), Some(ReviewQueue::Confidence));
        assert_eq!(queue(&["number-unsure", "page-warning"]), Some(ReviewQueue::Flags));
        assert_eq!(queue(&["list-differs", "secrecy-stamp"]), Some(ReviewQueue::Secret));
        assert_eq!(queue(&[SAMPLE_REASON]), Some(ReviewQueue::Sample));
    }
}

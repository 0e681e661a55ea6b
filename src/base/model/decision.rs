//! Decisions: what a person decided about a document in review (duyệt).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One decision, as it stays in the record: decisions are added, never changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Decision {
    /// When, RFC 3339, UTC.
    pub at: String,
    /// Who.
    pub author: String,
    /// What was decided.
    #[serde(flatten)]
    pub kind: DecisionKind,
    /// Why, in the author's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// What a person can decide.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", tag = "act")]
#[schemars(rename = "Act")]
pub enum DecisionKind {
    /// The document is right as it is now: nobody need look any more.
    Accept,
    /// The document cannot stay like this; it waits until it is delivered again.
    Reject,
    /// An officer who may decide about secrets looked at the stamp: it is none, or the paper was declassified.
    Release,
    /// The kind is another one.
    CorrectKind {
        /// Code of Circular 05/2025/TT-BNV, `01` to `32`.
        kind: String,
    },
    /// A field has another value; an empty one says that the paper has none.
    CorrectField {
        /// Name of the field, such as `subject`.
        field: String,
        /// The value; dates as `YYYY-MM-DD`.
        value: String,
    },
    /// A word on a page says something else.
    CorrectWord {
        /// Page of the document, from 1.
        page: u32,
        /// Which word of the page in reading order, from 1.
        word: u32,
        /// What the machine had read there: the correction holds as long as it reads that.
        read: String,
        /// What it says; may be several words.
        text: String,
    },
    /// A page is upright after another turn; it is read again.
    #[serde(rename = "turn")]
    Rotate {
        /// Page of the document, from 1.
        page: u32,
        /// Clockwise turn of the picture as delivered, degrees: 0, 90, 180 or 270.
        turn: u16,
    },
    /// Another scan stands for a page; its original stays.
    #[serde(rename = "replace")]
    ReplaceScan {
        /// Page of the document, from 1.
        page: u32,
        /// SHA-256 of the new file, lower-case hexadecimal.
        sha256: String,
    },
    /// Another document begins at a page: it gets the next number of the dossier.
    Split {
        /// Page of the document, from 2.
        page: u32,
    },
    /// The pages of another document of the dossier belong behind those of this one.
    Join {
        /// Number of the other document, which is one no more.
        document: u32,
    },
    /// What the same person decided last about the document does not count: see [`standing`].
    Undo,
}

impl DecisionKind {
    /// The word for it, as in JSON.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Accept => "accept",
            Self::Reject => "reject",
            Self::Release => "release",
            Self::CorrectKind { .. } => "correct-kind",
            Self::CorrectField { .. } => "correct-field",
            Self::CorrectWord { .. } => "correct-word",
            Self::Rotate { .. } => "turn",
            Self::ReplaceScan { .. } => "replace",
            Self::Split { .. } => "split",
            Self::Join { .. } => "join",
            Self::Undo => "undo",
        }
    }

    /// Whether it can be taken back. What changes pages is set right by another change of them; what an officer released may
    /// have been read since.
    #[must_use]
    pub fn can_be_undone(&self) -> bool {
        match self {
            Self::Accept | Self::Reject | Self::CorrectKind { .. } | Self::CorrectField { .. } | Self::CorrectWord { .. } => true,
            Self::Release | Self::Rotate { .. } | Self::ReplaceScan { .. } | Self::Split { .. } | Self::Join { .. } | Self::Undo => false,
        }
    }
}

/// The decisions that count, in order. An [`Act::Undo`] takes back what its author decided just before it, all that was decided
/// at once; where somebody else decided since, it takes nothing back.
#[must_use]
pub fn effective_decisions(decisions: &[Decision]) -> Vec<&Decision> {
    let mut standing: Vec<&Decision> = Vec::with_capacity(decisions.len());
    for decision in decisions {
        if decision.kind == DecisionKind::Undo {
            let taken = undo_count(&standing, &decision.author).unwrap_or(0);
            standing.truncate(standing.len() - taken);
        } else {
            standing.push(decision);
        }
    }
    standing
}

/// How many of the last decisions an undo by `author` would take back; none where it can take nothing back.
#[must_use]
pub fn undo_count(standing: &[&Decision], author: &str) -> Option<usize> {
    let last = standing.last().filter(|last| last.author == author)?;
    let together: Vec<&&Decision> = standing.iter().rev().take_while(|one| one.author == last.author && one.at == last.at).collect();
    together.iter().all(|one| one.kind.can_be_undone()).then_some(together.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decision_by(author: &str, at: &str, act: DecisionKind) -> Decision {
        Decision { at: at.to_owned(), author: author.to_owned(), kind: act, note: None }
    }

    fn kind(code: &str) -> DecisionKind {
        DecisionKind::CorrectKind { kind: code.to_owned() }
    }

    fn effective_kinds(decisions: &[Decision]) -> Vec<DecisionKind> {
        effective_decisions(decisions).into_iter().map(|decision| decision.kind.clone()).collect()
    }

    #[test]
    fn undo_takes_back_what_was_decided_at_once_and_no_more() {
        let mut all = vec![
            decision_by("lan", "1", kind("02")),
            decision_by("lan", "2", kind("03")),
            decision_by("lan", "2", DecisionKind::Accept),
            decision_by("lan", "3", DecisionKind::Undo),
        ];
        assert_eq!(effective_kinds(&all), [kind("02")]);
        all.push(decision_by("lan", "4", DecisionKind::Undo));
        assert_eq!(effective_kinds(&all), []);
        all.push(decision_by("lan", "5", DecisionKind::Undo));
        all.push(decision_by("lan", "6", DecisionKind::Accept));
        assert_eq!(effective_kinds(&all), [DecisionKind::Accept]);
    }

    #[test]
    fn nobody_takes_back_what_another_decided_or_what_changed_pages() {
        let accepted = decision_by("lan", "1", DecisionKind::Accept);
        assert_eq!(effective_kinds(&[accepted.clone(), decision_by("minh", "2", DecisionKind::Undo)]), [DecisionKind::Accept]);
        let turned = decision_by("lan", "2", DecisionKind::Rotate { page: 1, turn: 90 });
        let all = [accepted, decision_by("lan", "2", kind("02")), turned.clone(), decision_by("lan", "3", DecisionKind::Undo)];
        assert_eq!(effective_kinds(&all), [DecisionKind::Accept, kind("02"), turned.kind]);
    }
}

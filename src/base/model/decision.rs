//! Decisions of people about documents in review (duyệt).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One decision as recorded: decisions are added, never changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Decision {
    /// Time, RFC 3339, UTC.
    pub at: String,
    /// Name of the person.
    pub author: String,
    /// The decision.
    #[serde(flatten)]
    pub kind: DecisionKind,
    /// Reason in the author's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// Kinds of decision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", tag = "act")]
#[schemars(rename = "Act")]
pub enum DecisionKind {
    /// The document is correct as it is now: no further review.
    Accept,
    /// The document is rejected; it waits until it is delivered again.
    Reject,
    /// An officer in charge of secrets released the document: the stamp is a false alarm, or the document was
    /// declassified.
    Release,
    /// Corrects the kind of document.
    CorrectKind {
        /// Code of the kind (`typeName` of Circular 05/2025/TT-BNV), as in the table of kinds.
        kind: String,
    },
    /// Corrects a field; an empty value states that the document has none.
    CorrectField {
        /// Name of the field, such as `subject`.
        field: String,
        /// The value; dates as `YYYY-MM-DD`.
        value: String,
    },
    /// Corrects a word of a page.
    CorrectWord {
        /// Page of the document, from 1.
        page: u32,
        /// Position of the word in the page's reading order, from 1.
        word: u32,
        /// The machine's reading of the word: the correction applies as long as this is read.
        read: String,
        /// The correct text; may be several words.
        text: String,
    },
    /// Corrects the rotation of a page; the page is read again.
    #[serde(rename = "turn")]
    Rotate {
        /// Page of the document, from 1.
        page: u32,
        /// Clockwise turn of the delivered image, degrees: 0, 90, 180 or 270.
        turn: u16,
    },
    /// Replaces the scan of a page; its original is kept.
    #[serde(rename = "replace")]
    ReplaceScan {
        /// Page of the document, from 1.
        page: u32,
        /// SHA-256 of the new file, lower-case hexadecimal.
        sha256: String,
    },
    /// Begins a new document at a page: it gets the next number of the dossier.
    Split {
        /// Page of the document, from 2.
        page: u32,
    },
    /// Appends the pages of another document of the dossier to this one.
    Join {
        /// Number of the other document, which ceases to exist.
        document: u32,
    },
    /// Revokes the last decisions of the same person about the document: see [`effective_decisions`].
    Undo,
}

impl DecisionKind {
    /// Name of the kind, as in JSON.
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

    /// Whether it can be undone. Changes of pages are reverted by another change of them; released pages may have been
    /// read since.
    #[must_use]
    pub fn can_be_undone(&self) -> bool {
        match self {
            Self::Accept | Self::Reject | Self::CorrectKind { .. } | Self::CorrectField { .. } | Self::CorrectWord { .. } => true,
            Self::Release | Self::Rotate { .. } | Self::ReplaceScan { .. } | Self::Split { .. } | Self::Join { .. } | Self::Undo => false,
        }
    }
}

/// The decisions in force, in order. A [`DecisionKind::Undo`] revokes its author's immediately preceding decisions, all
/// that were made together; if another person decided since, it has no effect.
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

/// Number of last decisions that an undo by `author` revokes; none if it has no effect.
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
    fn undo_reverts_only_the_latest_simultaneous_decisions() {
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
    fn undo_skips_decisions_of_other_authors_and_page_changes() {
        let accepted = decision_by("lan", "1", DecisionKind::Accept);
        assert_eq!(effective_kinds(&[accepted.clone(), decision_by("minh", "2", DecisionKind::Undo)]), [DecisionKind::Accept]);
        let turned = decision_by("lan", "2", DecisionKind::Rotate { page: 1, turn: 90 });
        let all = [accepted, decision_by("lan", "2", kind("02")), turned.clone(), decision_by("lan", "3", DecisionKind::Undo)];
        assert_eq!(effective_kinds(&all), [DecisionKind::Accept, kind("02"), turned.kind]);
    }
}

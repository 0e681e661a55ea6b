//! Texts for people, in Vietnamese and English, collected in one crate.

pub mod code_labels;
mod english;
mod event_log;
pub mod formatting;
pub mod labels;
mod leftovers;
mod vietnamese;

pub use event_log::LogFinding;
pub use leftovers::LeftoverText;

pub use sohoa_base::language::Language;

use sohoa_base::error::ErrorKind;
use sohoa_base::model::page::reading::{Quality, Sides};
use sohoa_base::model::page::rescan::RescanReason;

/// A message with its values.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs, reason = "the values are explained by the texts below")]
pub enum Message<'a> {
    BalanceFiles {
        received: u64,
        duplicate: u64,
        refused: u64,
        failed: u64,
    },
    BalancePages {
        came: u64,
        stored: u64,
        review: u64,
        refused: u64,
        held: u64,
        failed: u64,
        open: u64,
        unopened_files: u64,
    },
    FinishedWithFailures {
        failed_tasks: u64,
        refused_files: u64,
        refused_pages: u64,
    },
    RunPriority {
        priority: i64,
    },
    UnnamedProxy {
        proxy: String,
    },
    RunState {
        state: &'a str,
        priority: i64,
    },
    Quarantine {
        held: u64,
    },
    ModelScore {
        is_new: bool,
        kinds: u64,
        of: u64,
        values: u64,
        brier: String,
    },
    ModelReplaced {
        examples: u64,
    },
    ModelTooFewExamples {
        examples: u64,
    },
    ModelRejected,
    ModelUnchanged,
    QuarantineResolved {
        dossier: String,
        by: String,
        pages: u64,
        version: Option<u64>,
        kept: u64,
        remaining: Vec<String>,
    },
    QuarantineOutOfReach {
        moved: Vec<String>,
        versions: Option<String>,
    },
    SignInUnlocked {
        name: String,
        networks: u64,
    },
    BalanceDossiers {
        dossiers: u64,
        documents: u64,
    },
    RunDuration {
        seconds: String,
        cpu: String,
        rate: String,
    },
    Refused {
        file: String,
        page: Option<u32>,
        class: &'a str,
        reason: String,
    },
    FailedTask {
        dossier: String,
        file: Option<String>,
        page: Option<u32>,
        document: Option<u32>,
        class: &'a str,
        reason: String,
        tries: u32,
    },
    RetryFailedTasks {
        batch: String,
    },
    NotYetFindable,
    SearchIncomplete,
    Interrupted,
    ModelsMissing,
    Submitted {
        batch: String,
    },
    TargetIgnored {
        list: &'a str,
        why: String,
    },
    NonScanFiles {
        manifests: u64,
        ignored: u64,
    },
    PagesReadFilesReceived {
        received: u64,
        of: u64,
    },
    PlainProgress {
        received: u64,
        files: u64,
        read: u64,
        pages: u64,
        ended: u64,
    },
    ErrorPrefix {
        kind: ErrorKind,
    },
    NothingFound,
    Serving {
        address: String,
    },
    FirstAdminSetup {
        address: String,
        key: String,
    },
    Hits {
        total: u64,
    },
    Verified {
        objects: u64,
        problems: u64,
    },
    Leftover {
        found: LeftoverText<'a>,
    },
    BackedUp {
        users: u64,
        events: u64,
    },
    Restored {
        users: u64,
        events: u64,
        at: &'a str,
    },
    Swept {
        deleted: u64,
        kept: u64,
    },
    LogProblem {
        finding: LogFinding<'a>,
    },
    LogVerified {
        events: u64,
        checkpoints: u64,
        /// Event, time and hash of the newest checkpoint.
        last: Option<(u64, &'a str, &'a str)>,
        unsigned: u64,
        public_key: &'a str,
        problems: u64,
    },
    Rebuilt {
        objects: u64,
        documents: u64,
        batches: u64,
    },
    Ready,
    NotReady,
    DecisionSaved {
        document: String,
        version: u64,
        open: String,
    },
    QualityColumns,
    QualityPages {
        pages: u64,
        blank: u64,
        unmeasured: u64,
        rescan: u64,
        error_permille: Option<u64>,
    },
    RescanPages {
        rescan: u64,
    },
    Rescan {
        reason: RescanReason,
        quality: &'a Quality,
    },
    PageLocation {
        file: String,
        page: Option<u32>,
    },
    ClippedSides {
        cut: Sides,
    },
    SeparatorTitle {
        dossier: bool,
    },
    SeparatorInstruction {
        dossier: bool,
    },
}

/// Text of the message in the reader's language.
#[must_use]
pub fn localize(language: Language, message: Message<'_>) -> String {
    match language {
        Language::Vietnamese => vietnamese::vietnamese(message),
        Language::English => english::english(message),
    }
}

/// A whole number with dots between thousands, as Vietnamese offices write it.
fn dot_grouped(number: u64) -> String {
    group_thousands(number, '.')
}

fn group_thousands(number: u64, mark: char) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            out.push(mark);
        }
        out.push(digit);
    }
    out
}

/// Per mille as per cent with one decimal place.
fn with_one_decimal(permille: u64, mark: char) -> String {
    format!("{}{mark}{}", permille / 10, permille % 10)
}

/// Absolute value of hundredths of a degree as degrees with one decimal place.
fn format_degrees(centidegrees: i32, mark: char) -> String {
    with_one_decimal(u64::from(centidegrees.unsigned_abs() + 5) / 10, mark)
}

/// Names of the sides, joined; empty for none.
fn join_side_names(cut: Sides, names: [&str; 4]) -> String {
    let cut = names.into_iter().zip(cut.clockwise()).filter_map(|(name, is_cut)| is_cut.then_some(name));
    cut.collect::<Vec<_>>().join(", ")
}

/// URL for the setup of the first administrator.
fn setup_url(address: &str, key: &str) -> String {
    // A browser sends the fragment to nobody, so the key ends in no log of a proxy.
    format!("{address}/setup#key={key}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_in_messages_are_localized() {
        let message = || Message::BalanceDossiers { dossiers: 1_250, documents: 1_000_000 };
        assert_eq!(localize(Language::Vietnamese, message()), "Hồ sơ:  1.250, văn bản: 1.000.000");
        assert_eq!(localize(Language::English, message()), "Dossiers: 1,250, documents: 1,000,000");
    }

    #[test]
    fn rescan_messages_include_measured_values() {
        let cut = Sides { left: true, bottom: true, ..Sides::default() };
        let scan = sohoa_base::model::page::reading::ScanQuality {
            clipped_sides: cut,
            skew_centidegrees: -378,
            expected_error_permille: 1000,
            ..Default::default()
        };
        let quality = Quality { scan: Some(scan), ..Quality::default() };
        let say = |language, reason| localize(language, Message::Rescan { reason, quality: &quality });
        assert_eq!(say(Language::Vietnamese, RescanReason::Clipped), "chữ bị cắt ở mép trái, dưới");
        assert_eq!(say(Language::Vietnamese, RescanReason::Skewed), "lệch 3,8°");
        assert_eq!(say(Language::English, RescanReason::Unreadable), "100.0 % of the characters are most likely wrong");
    }
}

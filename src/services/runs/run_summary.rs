//! A run in a list: where it stands, what failed in it, its balance.

use crate::archive::Archive;
use schemars::JsonSchema;
use serde::Serialize;
use sohoa_base::error::Result;
use sohoa_base::model::batch::{Balance, Batch, BatchState, FileBalance, PageBalance};
use sohoa_texts::code_labels::code_label;
use sohoa_texts::{Language, Message, localize};

/// A run in a list.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct RunSummary {
    /// The batch that it runs over.
    #[serde(flatten)]
    pub batch: Batch,
    /// Where the run stands, pauses and failures included.
    pub status: RunStatus,
    /// What failed in it.
    pub failure_counts: RunFailures,
    /// Name and sender of the delivery; none where it did not come through the browser.
    pub delivery: Option<DeliveryInfo>,
    /// Whether it is paused.
    pub paused: bool,
    /// Priority; runs of a higher one come first, 0 is the default.
    pub priority: i64,
    /// Balance of its files.
    pub file_balance: FileBalance,
    /// Balance of its pages.
    pub pages: PageBalance,
}

/// Name and sender of a delivery.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct DeliveryInfo {
    /// Name of the delivery.
    pub name: String,
    /// User who sent it.
    pub by: String,
}

/// Where a run stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RunStatus {
    /// Files are still arriving.
    Receiving,
    /// Tasks are open.
    Running,
    /// Paused by a person.
    Paused,
    /// Everything of it is stored, in review or in quarantine.
    Finished,
    /// No task is open, but something failed or was refused.
    FinishedWithFailures,
}

impl RunStatus {
    fn new(state: BatchState, paused: bool, failures: RunFailures) -> Self {
        match state {
            BatchState::Finished if failures == RunFailures::default() => Self::Finished,
            BatchState::Finished => Self::FinishedWithFailures,
            _ if paused => Self::Paused,
            BatchState::Receiving => Self::Receiving,
            BatchState::Running => Self::Running,
        }
    }

    /// Its code.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Receiving => "receiving",
            Self::Running => "running",
            Self::Paused => "paused",
            Self::Finished => "finished",
            Self::FinishedWithFailures => "finished-with-failures",
        }
    }

    /// It in words, with the numbers of what failed.
    #[must_use]
    pub fn text(self, failures: RunFailures, language: Language) -> String {
        let RunFailures { failed_tasks, refused_files, refused_pages } = failures;
        match self {
            Self::FinishedWithFailures => localize(language, Message::FinishedWithFailures { failed_tasks, refused_files, refused_pages }),
            _ => code_label(language, "state", self.as_str()).to_owned(),
        }
    }
}

/// What failed in a run, in numbers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct RunFailures {
    /// Failed tasks, which wait for a retry.
    pub failed_tasks: u64,
    /// Refused files.
    pub refused_files: u64,
    /// Refused pages.
    pub refused_pages: u64,
}

impl RunFailures {
    fn new(failed_tasks: u64, files: FileBalance, pages: PageBalance) -> Self {
        Self { failed_tasks, refused_files: files.refused, refused_pages: pages.refused }
    }
}

/// Where a run over this batch stands, and what failed in it.
#[must_use]
pub fn run_status(batch: &Batch, paused: bool, balance: &Balance) -> (RunStatus, RunFailures) {
    let failures = RunFailures::new(balance.failures.len() as u64, balance.files, balance.pages);
    (RunStatus::new(batch.state, paused, failures), failures)
}

impl RunSummary {
    /// Where it stands, in words.
    #[must_use]
    pub fn status_text(&self, language: Language) -> String {
        self.status.text(self.failure_counts, language)
    }
}

/// Summaries of the runs over these batches.
pub(crate) async fn summarize_runs(archive: &Archive, batches: Vec<Batch>) -> Result<Vec<RunSummary>> {
    let ids: Vec<String> = batches.iter().map(|batch| batch.id.clone()).collect();
    let catalog = &archive.catalog;
    let (mut names, controls) = (catalog.delivery_names(&ids).await?, catalog.batch_controls(&ids).await?);
    let (mut files, mut pages) = (catalog.file_balances(&ids).await?, catalog.page_balances(&ids).await?);
    let failed_tasks = catalog.failed_task_counts(&ids).await?;
    let summary = |batch: Batch| {
        let control = controls.get(&batch.id).copied().unwrap_or_default();
        let (file_balance, pages) = (files.remove(&batch.id).unwrap_or_default(), pages.remove(&batch.id).unwrap_or_default());
        let failures = RunFailures::new(failed_tasks.get(&batch.id).copied().unwrap_or_default(), file_balance, pages);
        RunSummary {
            status: RunStatus::new(batch.state, control.paused, failures),
            failure_counts: failures,
            delivery: names.remove(&batch.id).map(|(name, by)| DeliveryInfo { name, by }),
            paused: control.paused,
            priority: control.priority,
            file_balance,
            pages,
            batch,
        }
    };
    Ok(batches.into_iter().map(summary).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finished_run_with_failures_is_not_simply_finished() {
        let none = RunFailures::default();
        let of = |state, paused, failures| RunStatus::new(state, paused, failures);
        assert_eq!(of(BatchState::Finished, false, none), RunStatus::Finished);
        for failures in
            [RunFailures { failed_tasks: 1, ..none }, RunFailures { refused_files: 1, ..none }, RunFailures { refused_pages: 1, ..none }]
        {
            assert_eq!(of(BatchState::Finished, false, failures), RunStatus::FinishedWithFailures);
            assert_eq!(of(BatchState::Running, false, failures), RunStatus::Running);
        }
        assert_eq!(of(BatchState::Running, true, none), RunStatus::Paused);
        assert_eq!(of(BatchState::Receiving, false, none), RunStatus::Receiving);
        let failures = RunFailures { failed_tasks: 2, refused_files: 0, refused_pages: 1 };
        let text = |language| RunStatus::FinishedWithFailures.text(failures, language);
        assert_eq!(text(Language::Vietnamese), "xong, còn 2 việc lỗi, 1 trang bị từ chối");
        assert_eq!(text(Language::English), "finished, but 2 tasks failed, 1 page refused");
        assert_eq!(RunStatus::Finished.text(none, Language::Vietnamese), "đã xong");
    }
}

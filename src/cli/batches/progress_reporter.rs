//! Progress of a run on stderr.

use indicatif::{ProgressBar, ProgressStyle};
use sohoa_services::runs::execution::RunProgress;
use sohoa_texts::{Language, Message, localize};
use std::io::IsTerminal;
use std::sync::Mutex;
use std::time::{Duration, Instant};

/// Progress on stderr: a bar on a terminal, plain lines otherwise.
pub(super) struct ProgressReporter {
    bar: Option<ProgressBar>,
    last_plain: Mutex<Option<(Instant, RunProgress)>>,
    quiet: bool,
    language: Language,
}

/// Interval between plain lines.
const PLAIN_INTERVAL: Duration = Duration::from_secs(5);

impl ProgressReporter {
    pub(super) fn new(quiet: bool, language: Language) -> Self {
        let bar = (!quiet && std::io::stderr().is_terminal()).then(|| {
            let bar = ProgressBar::new(0);
            let form = "{bar:40.cyan/blue} {pos}/{len} {msg}  {per_sec}  còn {eta}";
            bar.set_style(ProgressStyle::with_template(form).unwrap_or_else(|_| ProgressStyle::default_bar()));
            bar
        });
        Self { bar, last_plain: Mutex::new(None), quiet, language }
    }

    pub(super) fn report(&self, progress: RunProgress) {
        if let Some(bar) = &self.bar {
            bar.set_length(progress.pages.0);
            bar.set_position(progress.pages.1);
            bar.set_message(localize(self.language, Message::PagesReadFilesReceived { received: progress.files.0, of: progress.files.1 }));
            return;
        }
        if self.quiet {
            return;
        }
        if let Ok(mut last) = self.last_plain.lock() {
            let due = last.is_none_or(|(when, before)| when.elapsed() >= PLAIN_INTERVAL && before != progress);
            if due {
                let line = Message::PlainProgress {
                    received: progress.files.0,
                    files: progress.files.1,
                    read: progress.pages.1,
                    pages: progress.pages.0,
                    ended: progress.finished_pages,
                };
                eprintln!("{}", localize(self.language, line));
                *last = Some((Instant::now(), progress));
            }
        }
    }

    pub(super) fn finish(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

//! `sohoa run INPUT…`, `sohoa submit INPUT…` and `sohoa work`

use crate::command_line::GlobalArgs;
use crate::output;
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use sohoa_base::error::{ErrorKind, Result, ResultExt};
use sohoa_base::model::account::UnitScope;
use sohoa_base::model::roadmap::attachment::AttachmentSource;
use sohoa_base::text::numbers;
use sohoa_engine::networks::models;
use sohoa_pipeline::pipeline_file;
use sohoa_pipeline::worker::CancellationToken;
use sohoa_services::archive::Archive;
use sohoa_services::roadmap::tracking;
use sohoa_services::runs::execution;
use sohoa_services::runs::execution::{Receipt, RunOutcome, RunProgress};
use sohoa_texts::error_texts::translate;
use sohoa_texts::{Language, Message, localize};
use std::io::IsTerminal;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::Mutex;
use std::time::{Duration, Instant};

/// What makes a batch: arguments of `run` and `submit`.
#[derive(Debug, Args)]
pub struct BatchArgs {
    /// Folders, files or archives with scans.
    #[arg(required = true, value_name = "INPUT")]
    pub inputs: Vec<PathBuf>,
    /// Pipeline file [default: the built-in administrative.toml].
    #[arg(long, value_name = "FILE")]
    pub pipeline: Option<PathBuf>,
    /// Code of the unit or fonds that delivers.
    #[arg(long, value_name = "CODE")]
    pub unit: Option<String>,
    /// Line of the roadmap to which it belongs [default: the one whose dossiers' codes begin like the first one's].
    #[arg(long, value_name = "LINE")]
    pub line: Option<String>,
}

impl BatchArgs {
    /// The line that is named must be one of the unit, which is told before anything is received.
    async fn check_target(&self, archive: &Archive) -> Result<()> {
        let Some(line) = &self.line else { return Ok(()) };
        let unit = UnitScope::Only([archive.config.unit.clone()].into());
        tracking::authorized_target(archive, &unit, line).await.map(|_| ())
    }

    async fn attach_to_target(&self, archive: &Archive, receipt: &mut Receipt) -> Result<()> {
        let Some(line) = &self.line else { return Ok(()) };
        tracking::attach_run(archive, &crate::roadmap::command::local_operator(None)?, &receipt.batch, Some(line)).await?;
        (receipt.attachment.target, receipt.attachment.source) = (Some(line.clone()), Some(AttachmentSource::Person));
        Ok(())
    }

    /// These arguments as settings.
    fn config_overrides(&self) -> toml::Table {
        let mut flags = toml::Table::new();
        if let Some(unit) = &self.unit {
            flags.insert("unit".to_owned(), unit.clone().into());
        }
        if let Some(file) = &self.pipeline {
            flags.insert("pipeline".to_owned(), file.to_string_lossy().into_owned().into());
        }
        flags
    }
}

/// Arguments of `run`.
#[derive(Debug, Args)]
#[command(after_help = "\
A folder that directly holds scans is one dossier; a file named by itself is one too; an archive is a
folder. The same command again continues a run that was cut off, and stores nothing twice.

  sohoa run scans/                      into ./sohoa-data
  sohoa run scans/ --store s3://archive/2026 --catalog postgres://localhost/sohoa
  sohoa run lot7.zip --unit H24.16 --json > balance.json")]
pub struct Run {
    /// What to take.
    #[command(flatten)]
    pub batch: BatchArgs,
    /// Reading processes at once [default: one per processor].
    #[arg(long, value_name = "N")]
    pub jobs: Option<u32>,
}

impl Run {
    /// Runs and returns the exit code.
    ///
    /// # Errors
    /// As [`execution::run`].
    pub async fn execute(&self, place: &GlobalArgs) -> Result<u8> {
        let mut flags = self.batch.config_overrides();
        if let Some(jobs) = self.jobs {
            flags.insert("jobs".to_owned(), i64::from(jobs).into());
        }
        let config = place.load_config(flags)?;
        let (text, plan) = read_pipeline(config.pipeline.as_deref())?;
        let language = Language::from_code(&config.language);
        let archive = Archive::open(config, &current_program()?).await?;
        self.batch.check_target(&archive).await?;
        warn_missing_models(&archive, place);
        let stop = stop_on_signal();
        let show = ProgressReporter::new(place.quiet, language);
        let outcome = execution::run_batch(&archive, &self.batch.inputs, &text, &plan, &stop, &|progress| show.report(progress)).await;
        show.finish();
        let mut outcome = outcome?;
        self.batch.attach_to_target(&archive, &mut outcome.receipt).await?;
        if place.json {
            output::print_json(&outcome)?;
        } else {
            print_balance(&outcome, language);
        }
        Ok(exit_code(&outcome))
    }
}

/// Arguments of `submit`.
#[derive(Debug, Args)]
#[command(after_help = "\
The files are safe in the store when this ends. `sohoa work` reads them, here or on other machines that
share store and catalogue; `sohoa runs show BATCH` says how far it is.

  sohoa submit scans/ --store s3://archive/2026 --catalog postgres://localhost/sohoa")]
pub struct Submit {
    /// What to take.
    #[command(flatten)]
    pub batch: BatchArgs,
}

impl Submit {
    /// Queues a batch and returns the exit code.
    ///
    /// # Errors
    /// As [`execution::submit`].
    pub async fn execute(&self, place: &GlobalArgs) -> Result<u8> {
        let config = place.load_config(self.batch.config_overrides())?;
        let (text, plan) = read_pipeline(config.pipeline.as_deref())?;
        let language = Language::from_code(&config.language);
        let archive = Archive::open(config, &current_program()?).await?;
        self.batch.check_target(&archive).await?;
        let stop = stop_on_signal();
        let show = ProgressReporter::new(place.quiet, language);
        let submitted =
            execution::submit(&archive, &archive.config.unit, &self.batch.inputs, &text, &plan, &stop, &|progress| show.report(progress))
                .await;
        show.finish();
        let mut receipt = submitted?;
        self.batch.attach_to_target(&archive, &mut receipt).await?;
        if place.json {
            output::print_json(&receipt)?;
        } else {
            print_receipt(&receipt, language);
            println!("{}", localize(language, Message::Submitted { batch: receipt.batch.clone() }));
        }
        Ok(if receipt.interrupted { 130 } else { 0 })
    }
}

/// Arguments of `work`.
#[derive(Debug, Args)]
#[command(after_help = "\
  sohoa work                    serve until stopped (Ctrl-C ends after the pages in hand)
  sohoa work --until-empty      end when no submitted page is left to read")]
pub struct Work {
    /// Reading processes at once [default: one per processor].
    #[arg(long, value_name = "N")]
    pub jobs: Option<u32>,
    /// End when nothing is left to do.
    #[arg(long)]
    pub until_empty: bool,
}

impl Work {
    /// Works and returns the exit code.
    ///
    /// # Errors
    /// As [`execution::work`].
    pub async fn execute(&self, place: &GlobalArgs) -> Result<u8> {
        let mut flags = toml::Table::new();
        if let Some(jobs) = self.jobs {
            flags.insert("jobs".to_owned(), i64::from(jobs).into());
        }
        let archive = Archive::open(place.load_config(flags)?, &current_program()?).await?;
        warn_missing_models(&archive, place);
        let stop = stop_on_signal();
        execution::work_on_batches(&archive, self.until_empty, &stop).await?;
        Ok(if stop.is_cancelled() { 130 } else { 0 })
    }
}

/// Says on stderr what reading lacks without the neural models.
pub(crate) fn warn_missing_models(archive: &Archive, place: &GlobalArgs) {
    if !place.quiet && !models::all_installed(archive.config.models.as_deref()) {
        eprintln!("{}", localize(Language::from_code(&archive.config.language), Message::ModelsMissing));
    }
}

/// The pipeline file, or the built-in one.
///
/// # Errors
/// `Invalid` when it cannot be read or is wrong.
pub fn read_pipeline(file: Option<&std::path::Path>) -> Result<(String, sohoa_base::model::pipeline_plan::PipelinePlan)> {
    let (text, origin) = match file {
        None => (pipeline_file::ADMINISTRATIVE.to_owned(), "administrative (built in)".to_owned()),
        Some(file) => {
            let text = std::fs::read_to_string(file).or_error(ErrorKind::Invalid, || format!("cannot read pipeline {}", file.display()))?;
            (text, file.display().to_string())
        }
    };
    let plan = pipeline_file::parse(&text, &origin)?;
    Ok((text, plan))
}

/// This program, to start reading processes.
///
/// # Errors
/// `Unavailable` when the system does not tell.
pub fn current_program() -> Result<PathBuf> {
    std::env::current_exe().or_error(ErrorKind::Unavailable, || "the system does not tell where this program is".to_owned())
}

/// Asked to stop by Ctrl-C or SIGTERM.
pub(crate) fn stop_on_signal() -> Arc<CancellationToken> {
    let stop = Arc::new(CancellationToken::default());
    let asked = stop.clone();
    tokio::spawn(async move {
        let terminated = async {
            match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
                Ok(mut signal) => signal.recv().await,
                Err(_) => std::future::pending().await,
            }
        };
        tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            _ = terminated => {}
        }
        asked.cancel();
    });
    stop
}

fn exit_code(outcome: &RunOutcome) -> u8 {
    let Receipt { interrupted, balance, .. } = &outcome.receipt;
    if *interrupted {
        return 130;
    }
    let clean = balance.refusals.is_empty() && balance.pages.held == 0 && balance.pages.is_balanced();
    if clean { 0 } else { 3 }
}

/// Progress on stderr: a bar on a terminal, plain lines otherwise.
struct ProgressReporter {
    bar: Option<ProgressBar>,
    last_plain: Mutex<Option<(Instant, RunProgress)>>,
    quiet: bool,
    language: Language,
}

/// How often a plain line is written.
const PLAIN_INTERVAL: Duration = Duration::from_secs(5);

impl ProgressReporter {
    fn new(quiet: bool, language: Language) -> Self {
        let bar = (!quiet && std::io::stderr().is_terminal()).then(|| {
            let bar = ProgressBar::new(0);
            let form = "{bar:40.cyan/blue} {pos}/{len} {msg}  {per_sec}  còn {eta}";
            bar.set_style(ProgressStyle::with_template(form).unwrap_or_else(|_| ProgressStyle::default_bar()));
            bar
        });
        Self { bar, last_plain: Mutex::new(None), quiet, language }
    }

    fn report(&self, progress: RunProgress) {
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

    fn finish(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

/// Files that came, and what was set aside.
fn print_receipt(receipt: &Receipt, language: Language) {
    let say = |message: Message| println!("{}", localize(language, message));
    let files = receipt.balance.files;
    say(Message::BalanceFiles { received: files.received, duplicate: files.duplicate, refused: files.refused });
    let (manifests, ignored) = (receipt.delivery_lists.len() as u64, receipt.ignored.len() as u64);
    if manifests + ignored > 0 {
        say(Message::NonScanFiles { manifests, ignored });
    }
    for finding in &receipt.attachment.findings {
        let list = output::sanitize_terminal(finding.file.as_deref().unwrap_or("–"));
        say(Message::TargetIgnored { list: &list, why: output::sanitize_terminal(&translate(language, &finding.detail)) });
    }
    if receipt.interrupted {
        say(Message::Interrupted);
    }
}

fn print_balance(outcome: &RunOutcome, language: Language) {
    let balance = &outcome.receipt.balance;
    let say = |message: Message| println!("{}", localize(language, message));
    print_receipt(&outcome.receipt, language);
    let pages = balance.pages;
    say(output::page_balance_message(pages));
    say(Message::BalanceDossiers { dossiers: balance.dossiers, documents: balance.documents });
    let rate = if outcome.seconds > 0.0 { pages.received as f64 / outcome.seconds } else { 0.0 };
    say(Message::RunDuration {
        seconds: numbers::format_decimal(outcome.seconds, 1),
        cpu: numbers::format_decimal(outcome.cpu_seconds, 1),
        rate: numbers::format_decimal(rate, 2),
    });
    if outcome.rescan > 0 {
        say(Message::RescanPages { rescan: outcome.rescan });
    }
    if pages.held > 0 {
        say(Message::Quarantine { held: pages.held });
    }
    for refused in &balance.refusals {
        say(Message::Refused {
            file: output::sanitize_terminal(&refused.file),
            page: refused.page,
            class: refused.class.as_str(),
            reason: output::sanitize_terminal(&refused.reason),
        });
    }
}

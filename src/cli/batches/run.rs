//! `sohoa run INPUT…`, `sohoa submit INPUT…` and `sohoa work`

use crate::batches::batch_args::BatchArgs;
use crate::batches::progress_reporter::ProgressReporter;
use crate::global_args::GlobalArgs;
use crate::output;
use crate::startup::{current_program, read_pipeline, stop_on_signal, warn_missing_models};
use clap::Args;
use sohoa_base::error::Result;
use sohoa_base::messages::StoredMessage;
use sohoa_base::text::numbers;
use sohoa_services::archive::Archive;
use sohoa_services::maintenance::log_followers::LogFollowers;
use sohoa_services::runs::execution;
use sohoa_services::runs::execution::{Receipt, RunOutcome};
use sohoa_texts::{Language, Message, localize};

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
    /// As [`execution::run_batch`].
    pub async fn execute(&self, global: &GlobalArgs) -> Result<u8> {
        let mut flags = self.batch.config_overrides();
        if let Some(jobs) = self.jobs {
            flags.insert("jobs".to_owned(), i64::from(jobs).into());
        }
        let config = global.load_config(flags)?;
        let (text, plan) = read_pipeline(config.pipeline.as_deref())?;
        let language = Language::from_code(&config.language);
        let archive = Archive::open(config, &current_program()?).await?;
        self.batch.check_target(&archive).await?;
        warn_missing_models(&archive, global);
        let stop = stop_on_signal();
        let reporter = ProgressReporter::new(global.quiet, language);
        let delivered = self.batch.request(&archive, &text, &plan);
        let outcome = execution::run_batch(&archive, delivered, &stop, &|progress| reporter.report(progress)).await;
        reporter.finish();
        let mut outcome = outcome?;
        self.batch.attach_to_target(&archive, &mut outcome.receipt).await?;
        if global.json {
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
    pub async fn execute(&self, global: &GlobalArgs) -> Result<u8> {
        let config = global.load_config(self.batch.config_overrides())?;
        let (text, plan) = read_pipeline(config.pipeline.as_deref())?;
        let language = Language::from_code(&config.language);
        let archive = Archive::open(config, &current_program()?).await?;
        self.batch.check_target(&archive).await?;
        let stop = stop_on_signal();
        let reporter = ProgressReporter::new(global.quiet, language);
        let delivered = self.batch.request(&archive, &text, &plan);
        let submitted = execution::submit(&archive, delivered, &stop, &|progress| reporter.report(progress)).await;
        reporter.finish();
        let mut receipt = submitted?;
        self.batch.attach_to_target(&archive, &mut receipt).await?;
        if global.json {
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
    /// As [`execution::work_on_batches`].
    pub async fn execute(&self, global: &GlobalArgs) -> Result<u8> {
        let mut flags = toml::Table::new();
        if let Some(jobs) = self.jobs {
            flags.insert("jobs".to_owned(), i64::from(jobs).into());
        }
        let archive = Archive::open(global.load_config(flags)?, &current_program()?).await?;
        warn_missing_models(&archive, global);
        let stop = stop_on_signal();
        let _followers = LogFollowers::start(&archive)?;
        execution::work_on_batches(&archive, self.until_empty, &stop).await?;
        // A service that was asked to stop has done what it should.
        Ok(0)
    }
}

fn exit_code(outcome: &RunOutcome) -> u8 {
    let Receipt { interrupted, balance, .. } = &outcome.receipt;
    if *interrupted {
        return 130;
    }
    let clean = balance.refusals.is_empty() && balance.failures.is_empty() && balance.pages.held == 0 && balance.pages.is_balanced();
    if clean { 0 } else { 3 }
}

/// Prints the files received and those ignored.
fn print_receipt(receipt: &Receipt, language: Language) {
    let print = |message: Message| println!("{}", localize(language, message));
    print(output::file_balance_message(receipt.balance.files));
    let (manifests, ignored) = (receipt.delivery_lists.len() as u64, receipt.ignored.len() as u64);
    if manifests + ignored > 0 {
        print(Message::NonScanFiles { manifests, ignored });
    }
    for finding in &receipt.attachment.findings {
        let list = output::sanitize_terminal(finding.file.as_deref().unwrap_or("–"));
        print(Message::TargetIgnored { list: &list, why: output::sanitize_terminal(&finding.text(language)) });
    }
    if receipt.interrupted {
        print(Message::Interrupted);
    }
}

fn print_balance(outcome: &RunOutcome, language: Language) {
    let balance = &outcome.receipt.balance;
    let print = |message: Message| println!("{}", localize(language, message));
    print_receipt(&outcome.receipt, language);
    let pages = balance.pages;
    print(output::page_balance_message(pages, balance.files));
    print(Message::BalanceDossiers { dossiers: balance.dossiers, documents: balance.documents });
    let rate = if outcome.seconds > 0.0 { pages.received as f64 / outcome.seconds } else { 0.0 };
    print(Message::RunDuration {
        seconds: numbers::format_decimal(outcome.seconds, 1),
        cpu: numbers::format_decimal(outcome.cpu_seconds, 1),
        rate: numbers::format_decimal(rate, 2),
    });
    if outcome.rescan > 0 {
        print(Message::RescanPages { rescan: outcome.rescan });
    }
    if !outcome.findable && !outcome.receipt.interrupted {
        print(Message::NotYetFindable);
    }
    if pages.held > 0 {
        print(Message::Quarantine { held: pages.held });
    }
    for failed in &balance.failures {
        print(output::failed_item_message(failed));
    }
    if !balance.failures.is_empty() {
        print(Message::RetryFailedTasks { batch: outcome.receipt.batch.clone() });
    }
    for refused in &balance.refusals {
        print(Message::Refused {
            file: output::sanitize_terminal(&refused.file),
            page: refused.page,
            class: refused.class.as_str(),
            reason: output::sanitize_terminal(&StoredMessage::text_or(refused.message.as_ref(), &refused.reason, language)),
        });
    }
}

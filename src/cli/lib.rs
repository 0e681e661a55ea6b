//! The command line: one file per command. stdout carries results, stderr progress and messages.

pub mod batches;
pub mod command_line;
pub mod evaluation;
pub mod global_args;
pub mod holdings;
pub mod operator;
pub mod output;
pub mod people;
pub mod roadmap;
pub mod startup;
pub mod system;
mod usage_error;

use clap::{CommandFactory, Parser};
use command_line::{Cli, Command};
use sohoa_base::error::{Error, Result};
use sohoa_base::messages::{arguments, program};
use sohoa_texts::{Language, Message, localize};
use std::io::IsTerminal;
use std::process::ExitCode;
use tracing_subscriber::EnvFilter;

/// Parses the command line of this process and executes it.
#[must_use]
pub fn run() -> ExitCode {
    match Cli::try_parse() {
        Ok(cli) => ExitCode::from(execute(cli)),
        // Help and version are not errors.
        Err(error) if !error.use_stderr() || typed_language() == Language::English => error.exit(),
        Err(error) => {
            let error = usage_error::explain(&error);
            report(Language::Vietnamese, &error);
            ExitCode::from(error.kind().exit_code())
        }
    }
}

/// Language of messages where the arguments cannot be parsed.
fn typed_language() -> Language {
    let typed: Vec<String> = std::env::args_os().map(|argument| argument.to_string_lossy().into_owned()).collect();
    let apart = typed.iter().zip(typed.iter().skip(1)).find(|(name, _)| *name == "--lang").map(|(_, code)| code.clone());
    let joined = || typed.iter().find_map(|argument| argument.strip_prefix("--lang=").map(str::to_owned));
    chosen_language(apart.or_else(joined))
}

fn chosen_language(typed: Option<String>) -> Language {
    Language::from_code(&typed.or_else(|| std::env::var("SOHOA_LANGUAGE").ok()).unwrap_or_default())
}

/// Executes a command line and returns the exit code.
#[must_use]
pub fn execute(cli: Cli) -> u8 {
    let level = match cli.global.verbose {
        0 => "warn",
        1 => "sohoa=info,warn",
        _ => "sohoa=debug,info",
    };
    let filter = EnvFilter::try_from_env("SOHOA_LOG").unwrap_or_else(|_| EnvFilter::new(if cli.global.quiet { "error" } else { level }));
    let _ = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr)
        .with_target(false)
        .try_init();
    let outcome = match &cli.command {
        Command::SandboxWorker(reader) => reader.execute(),
        Command::Samples(samples) => samples.execute(),
        Command::Separators(separators) => separators.execute(&cli.global),
        Command::Score(score) => score.execute(&cli.global),
        Command::TrainingData(data) => data.execute(&cli.global),
        Command::Models(models) => models.execute(&cli.global),
        Command::BuildBigrams(language) => language.execute(),
        Command::Completions(completions) => Ok(completions.execute(&mut Cli::command())),
        _ => match tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build() {
            Ok(runtime) => runtime.block_on(execute_async(&cli)),
            Err(error) => Err(arguments::threads_unavailable().caused_by(error)),
        },
    };
    outcome.unwrap_or_else(|error| print_error(&cli, &error))
}

async fn execute_async(cli: &Cli) -> Result<u8> {
    let global = &cli.global;
    match &cli.command {
        Command::Run(run) => run.execute(global).await,
        Command::Submit(submit) => submit.execute(global).await,
        Command::Work(work) => work.execute(global).await,
        Command::Runs(runs) => runs.execute(global).await,
        Command::Failures(failures) => failures.execute(global).await,
        Command::Quality(quality) => quality.execute(global).await,
        Command::Review(review) => review.execute(global).await,
        Command::Quarantine(quarantine) => quarantine.execute(global).await,
        Command::Roadmap(roadmap) => roadmap.execute(global).await,
        Command::People(people) => people.execute(global).await,
        Command::Serve(serve) => serve.execute(global).await,
        Command::Search(search) => search.execute(global).await,
        Command::Records(records) => records.execute(global).await,
        Command::Export(export) => export.execute(global).await,
        Command::Verify(verify) => verify.execute(global).await,
        Command::Audit(audit) => audit.execute(global).await,
        Command::Sweep(sweep) => sweep.execute(global).await,
        Command::Rebuild(rebuild) => rebuild.execute(global).await,
        Command::Backup(backup) => backup.execute(global).await,
        Command::Restore(restore) => restore.execute(global).await,
        Command::Train(train) => train.execute(global).await,
        Command::Eval(eval) => eval.execute(global).await,
        Command::Degrade(degrade) => degrade.execute(global).await,
        Command::Doctor(doctor) => doctor.execute(global).await,
        Command::SandboxWorker(_)
        | Command::Samples(_)
        | Command::Separators(_)
        | Command::Score(_)
        | Command::TrainingData(_)
        | Command::BuildBigrams(_)
        | Command::Models(_)
        | Command::Completions(_) => Err(program::bug("command line: handled before")),
    }
}

/// Prints an error on stderr and returns its exit code.
fn print_error(cli: &Cli, error: &Error) -> u8 {
    if output::is_closed_pipe(error) {
        return 0;
    }
    report(chosen_language(cli.global.lang.clone()), error);
    error.kind().exit_code()
}

fn report(language: Language, error: &Error) {
    let lead = localize(language, Message::ErrorPrefix { kind: error.kind() });
    eprintln!("sohoa: {lead}: {}", output::sanitize_terminal(&error.text(language)));
}

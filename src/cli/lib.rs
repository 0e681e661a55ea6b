//! The command line: one file per command. stdout carries results, stderr progress and messages.

pub mod batches;
pub mod command_line;
pub mod evaluation;
pub mod holdings;
pub mod output;
pub mod roadmap;
pub mod system;

use clap::Parser;
use command_line::{Cli, Command};
use sohoa_base::error::{Error, ErrorKind, Result};
use sohoa_texts::{Language, Message, localize};
use std::io::IsTerminal;
use std::process::ExitCode;
use tracing_subscriber::EnvFilter;

/// Reads the command line of this process and does what it says.
#[must_use]
pub fn run() -> ExitCode {
    ExitCode::from(execute(Cli::parse()))
}

/// Does what the command line says and returns the exit code.
#[must_use]
pub fn execute(line: Cli) -> u8 {
    let level = match line.global.verbose {
        0 => "warn",
        1 => "sohoa=info,warn",
        _ => "sohoa=debug,info",
    };
    let filter = EnvFilter::try_from_env("SOHOA_LOG").unwrap_or_else(|_| EnvFilter::new(if line.global.quiet { "error" } else { level }));
    let _ = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr)
        .with_target(false)
        .try_init();
    let outcome = match &line.command {
        Command::SandboxWorker(reader) => reader.execute(),
        Command::Samples(samples) => samples.execute(),
        Command::Degrade(degrade) => degrade.execute(&line.global),
        Command::Separators(separators) => separators.execute(&line.global),
        Command::Score(score) => score.execute(&line.global),
        Command::Models(models) => models.execute(&line.global),
        Command::BuildBigrams(language) => language.execute(),
        Command::Completions(completions) => Ok(completions.execute()),
        _ => match tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build() {
            Ok(runtime) => runtime.block_on(execute_async(&line)),
            Err(error) => Err(Error::unavailable("the program cannot start its threads").caused_by(error)),
        },
    };
    outcome.unwrap_or_else(|error| print_error(&line, &error))
}

async fn execute_async(line: &Cli) -> Result<u8> {
    let place = &line.global;
    match &line.command {
        Command::Run(run) => run.execute(place).await,
        Command::Submit(submit) => submit.execute(place).await,
        Command::Work(work) => work.execute(place).await,
        Command::Runs(runs) => runs.execute(place).await,
        Command::Failures(failures) => failures.execute(place).await,
        Command::Quality(quality) => quality.execute(place).await,
        Command::Review(review) => review.execute(place).await,
        Command::Quarantine(quarantine) => quarantine.execute(place).await,
        Command::Roadmap(roadmap) => roadmap.execute(place).await,
        Command::Serve(serve) => serve.execute(place).await,
        Command::Search(search) => search.execute(place).await,
        Command::Records(records) => records.execute(place).await,
        Command::Export(export) => export.execute(place).await,
        Command::Verify(verify) => verify.execute(place).await,
        Command::Rebuild(rebuild) => rebuild.execute(place).await,
        Command::Train(train) => train.execute(place).await,
        Command::Eval(eval) => eval.execute(place).await,
        Command::Doctor(doctor) => doctor.execute(place).await,
        Command::SandboxWorker(_)
        | Command::Samples(_)
        | Command::Degrade(_)
        | Command::Separators(_)
        | Command::Score(_)
        | Command::BuildBigrams(_)
        | Command::Models(_)
        | Command::Completions(_) => Err(Error::internal("handled before")),
    }
}

/// Says what went wrong on stderr and gives the exit code.
fn print_error(line: &Cli, error: &Error) -> u8 {
    if output::is_closed_pipe(error) {
        return 0;
    }
    let code = line.global.lang.clone().or_else(|| std::env::var("SOHOA_LANGUAGE").ok()).unwrap_or_default();
    let lead = localize(Language::from_code(&code), Message::ErrorPrefix { kind: error.kind() });
    eprintln!("sohoa: {lead}: {}", output::sanitize_terminal(&error.chain()));
    match (&line.command, error.kind()) {
        (Command::Run(_) | Command::Work(_) | Command::Eval(_), ErrorKind::NotFound) => 4,
        (_, kind) => kind.exit_code(),
    }
}

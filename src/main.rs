//! The program.

use clap::Parser;
use sohoa::cli;
use std::process::ExitCode;

fn main() -> ExitCode {
    ExitCode::from(cli::execute(cli::options::Line::parse()))
}

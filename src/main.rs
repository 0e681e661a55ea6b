//! The program.

use std::process::ExitCode;

fn main() -> ExitCode {
    sohoa_cli::run()
}

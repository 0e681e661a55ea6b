//! `sohoa completions SHELL`

use crate::command_line::Cli;
use clap::{Args, CommandFactory};
use clap_complete::Shell;

/// Arguments of `completions`.
#[derive(Debug, Args)]
#[command(after_help = "  sohoa completions bash > /etc/bash_completion.d/sohoa")]
pub struct Completions {
    /// Which shell.
    #[arg(value_enum)]
    pub shell: Shell,
}

impl Completions {
    /// Prints the completions and returns the exit code.
    #[must_use]
    pub fn execute(&self) -> u8 {
        clap_complete::generate(self.shell, &mut Cli::command(), "sohoa", &mut std::io::stdout());
        0
    }
}

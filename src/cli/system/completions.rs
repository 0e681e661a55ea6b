//! `sohoa completions SHELL`

use clap::{Args, Command};
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
    /// Prints the completions of `command_line` and returns the exit code.
    #[must_use]
    pub fn execute(&self, command_line: &mut Command) -> u8 {
        clap_complete::generate(self.shell, command_line, "sohoa", &mut std::io::stdout());
        0
    }
}

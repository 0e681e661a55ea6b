//! Calls of the program under test.

use std::ffi::OsStr;
use std::process::Command;

/// The program of this build. The `SOHOA_…` variables of whoever runs the tests do not reach it.
pub(crate) fn sohoa_command() -> Command {
    command_of(env!("CARGO_BIN_EXE_sohoa").as_ref())
}

/// As [`sohoa_command`], for another build of the program.
pub(crate) fn command_of(program: &OsStr) -> Command {
    let mut command = Command::new(program);
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("SOHOA_")) {
        command.env_remove(name);
    }
    command
}

/// As [`sohoa_command`]; root's right to read every file is taken from it.
pub(crate) fn unprivileged_program() -> Command {
    let is_root = std::fs::metadata("/proc/self").is_ok_and(|metadata| std::os::unix::fs::MetadataExt::uid(&metadata) == 0);
    if !is_root {
        return sohoa_command();
    }
    let mut command = command_of("setpriv".as_ref());
    command.args(["--bounding-set", "-dac_override,-dac_read_search", env!("CARGO_BIN_EXE_sohoa")]);
    command
}

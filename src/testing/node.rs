//! Tests written for Node.js, and their libraries.

use std::path::{Path, PathBuf};
use std::process::Command;

/// Whether a program is installed.
pub fn is_there(program: &str) -> bool {
    Command::new(program).arg("--version").output().is_ok_and(|output| output.status.success())
}

/// Copies `tests/<name>` below `temporary`, installs its libraries and returns the folder; `None`, reported as skipped,
/// without Node.js.
pub fn installed(name: &str, temporary: &Path) -> Option<PathBuf> {
    if !is_there("node") || !is_there("npm") {
        crate::skipped("needs Node.js with npm (Debian: nodejs npm)");
        return None;
    }
    let sources = crate::workspace().join("tests").join(name);
    let work = temporary.join(name);
    std::fs::create_dir_all(&work).unwrap();
    // Tests run in parallel, and only one may install.
    let lock = std::fs::File::create(work.join(".lock")).unwrap();
    lock.lock().unwrap();
    let wanted = std::fs::read(sources.join("package-lock.json")).unwrap();
    let is_installed = std::fs::read(work.join("node_modules/.installed")).is_ok_and(|installed| installed == wanted);
    for entry in std::fs::read_dir(sources).unwrap() {
        let path = entry.unwrap().path();
        let place = work.join(path.file_name().unwrap());
        // Leave unchanged files alone: another test may be running them.
        if path.is_file() && std::fs::read(&place).ok() != std::fs::read(&path).ok() {
            std::fs::copy(&path, place).unwrap();
        }
    }
    if !is_installed {
        let done = Command::new("npm").args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]).current_dir(&work).output().unwrap();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        std::fs::write(work.join("node_modules/.installed"), wanted).unwrap();
    }
    Some(work)
}

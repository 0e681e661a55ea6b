//! Planned faults: what a killed run leaves behind, another run finishes.

use serde_json::Value;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

fn run(home: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sohoa"));
    let samples = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("samples");
    command.arg("run").arg(samples).arg("--home").arg(home).args(["--json", "--lang", "en"]);
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("SOHOA_")) {
        command.env_remove(name);
    }
    command
}

#[test]
fn a_killed_run_is_continued_and_nothing_is_missing_or_twice() {
    let home = tempfile::tempdir().unwrap();
    let mut first = run(home.path()).env("SOHOA_LOG", "sohoa=debug").stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let said = BufReader::new(first.stderr.take().unwrap());
    let mut read = 0;
    for line in said.lines().map(Result::unwrap) {
        read += u32::from(line.contains("stage done") && line.contains("stage=\"read\""));
        if read == 3 {
            first.kill().unwrap();
            break;
        }
    }
    first.wait().unwrap();
    assert_eq!(read, 3, "the run ended before it could be killed");

    let output = run(home.path()).arg("-q").output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let second: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(second["continued"], true);
    assert_eq!(second["files"]["duplicate"], 0);
    let pages = &second["pages"];
    let count = |name: &str| pages[name].as_u64().unwrap();
    assert_eq!((count("in"), count("open"), count("refused")), (19, 0, 0), "{pages}");
    assert_eq!(count("in"), count("stored") + count("review"));

    let verified = Command::new(env!("CARGO_BIN_EXE_sohoa")).arg("verify").arg("--home").arg(home.path()).output().unwrap();
    assert_eq!(verified.status.code(), Some(0), "{}", String::from_utf8_lossy(&verified.stdout));
    let originals =
        walkdir::WalkDir::new(home.path().join("store/intake")).into_iter().flatten().filter(|entry| entry.file_type().is_file());
    assert_eq!(originals.count(), 0, "originals stayed behind after their deposit");
}

//! A process that takes the place of one that died goes on with its tasks at once.

use crate::support::command::sohoa_command;
use crate::support::home::{TestHome, sample_path};
use std::io::{BufRead, BufReader};
use std::process::Stdio;

#[test]
fn restarted_process_frees_the_tasks_of_its_dead_predecessor_at_once() {
    let home = TestHome::new();
    let command = || {
        let mut command = sohoa_command();
        command.args(["run", &sample_path("002-cau-phao-cua-may"), "--home"]).arg(home.path());
        command
    };
    let mut first = command().env("SOHOA_LOG", "sohoa=debug").stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let mut messages = BufReader::new(first.stderr.take().unwrap()).lines().map(Result::unwrap);
    assert!(messages.any(|line| line.contains("stage done")), "the run ended before it could be killed");
    first.kill().unwrap();
    first.wait().unwrap();
    let instances = || std::fs::read_dir(home.path().join("instances")).unwrap().count();
    assert!(instances() > 0, "the dead process has left its lock file");

    let second = command().env("SOHOA_LOG", "sohoa=info").output().unwrap();
    let log = String::from_utf8_lossy(&second.stderr);
    assert_eq!(second.status.code(), Some(0), "{log}");
    assert!(log.contains("tasks of dead processes are free again"), "{log}");
    assert_eq!(instances(), 0, "lock files stay behind");
}

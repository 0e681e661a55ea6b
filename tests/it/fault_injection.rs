//! Injected faults: killed runs, and reading processes that crash, hang or use too much memory.

use crate::support::command::sohoa_command;
use serde_json::Value;
use sohoa_base::config::Limits;
use sohoa_base::error::{Error, ErrorKind};
use sohoa_file_worker::client::FileWorker;
use sohoa_file_worker::request::PageRead;
use sohoa_recognition::page::{PreprocessOptions, ReadOptions};
use sohoa_sandbox::pool::Pool;
use sohoa_sandbox::spawn_config::SpawnConfig;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

fn run_command(home: &Path) -> Command {
    let mut command = sohoa_command();
    let samples = sohoa_testing::workspace().join("samples");
    command.arg("run").arg(samples).arg("--home").arg(home).args(["--json", "--lang", "en"]);
    command
}

#[test]
fn killed_run_is_resumed_without_loss_or_duplicates() {
    let home = tempfile::tempdir().unwrap();
    let mut first = run_command(home.path()).env("SOHOA_LOG", "sohoa=debug").stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let messages = BufReader::new(first.stderr.take().unwrap());
    let mut read = 0;
    for line in messages.lines().map(Result::unwrap) {
        read += u32::from(line.contains("stage done") && line.contains("stage=\"read\""));
        if read == 3 {
            first.kill().unwrap();
            break;
        }
    }
    first.wait().unwrap();
    assert_eq!(read, 3, "the run ended before it could be killed");

    let output = run_command(home.path()).arg("-q").output().unwrap();
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

/// Reading processes, limited as in production, with a scripted engine that does `act`.
fn sandbox_pool(act: &str) -> Pool {
    let limits = Limits { cpu_seconds: 2, wall_seconds: 30, ..Limits::default() };
    let json = serde_json::to_string(&limits).unwrap();
    let arguments = ["reader", "read", "--limits", &json, "--models", "/nonexistent", "--scripted", act, "--"].map(str::to_owned).to_vec();
    Pool::new(SpawnConfig { program: env!("CARGO_BIN_EXE_sohoa").into(), arguments, limits }, 1)
}

fn sample_page() -> PathBuf {
    let folder = sohoa_testing::workspace().join("samples/002-cau-phao-cua-may");
    std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).min().unwrap()
}

async fn read_sample_page(pool: &Pool) -> Result<PageRead, Error> {
    read_page_with(&mut FileWorker::lease(pool, Some("local"), "page").await?, &sample_page()).await
}

async fn read_page_with(worker: &mut FileWorker<'_>, page: &Path) -> Result<PageRead, Error> {
    worker.load("page", page).await?;
    let options =
        ReadOptions { prepare: PreprocessOptions { orientation: false, ..PreprocessOptions::default() }, ..ReadOptions::default() };
    worker.read_page("image/jpeg", 1, options).await
}

#[tokio::test]
async fn reader_crash_hang_and_memory_overuse_are_classified() {
    for (act, kind) in [("crash", ErrorKind::Internal), ("hang", ErrorKind::Limit), ("swell", ErrorKind::Limit)] {
        let pool = sandbox_pool(act);
        let error = read_sample_page(&pool).await.unwrap_err();
        assert_eq!(error.kind(), kind, "{act}: {error:?}");
        // The pool stays usable: the next request gets a new process.
        assert_eq!(read_sample_page(&pool).await.unwrap_err().kind(), kind, "{act} again");
        assert_eq!(pool.started(), 2, "{act}");
    }
    let reading = read_sample_page(&sandbox_pool("xin chào")).await.unwrap().reading;
    assert!(reading.text().contains("xin chào"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn reader_process_outlives_requesting_thread() {
    let (pool, runtime) = (sandbox_pool("xin chào"), tokio::runtime::Handle::current());
    let mut worker =
        std::thread::scope(|scope| scope.spawn(|| runtime.block_on(FileWorker::lease(&pool, Some("local"), "page"))).join().unwrap())
            .unwrap();
    for _ in 0..3 {
        let reading = read_page_with(&mut worker, &sample_page()).await.unwrap().reading;
        assert!(reading.text().contains("xin chào"));
    }
    assert_eq!(pool.started(), 1);
}

/// A reading process of its own, started by a shell that holds a file open for it to inherit. Its pipes, and what it says first.
fn inheriting_process(folder: &Path) -> (std::process::Child, Value) {
    let limits = serde_json::to_string(&Limits::default()).unwrap();
    let held = folder.join("held");
    std::fs::write(&held, "of another").unwrap();
    let script = r#"exec 7<"$1" 9<"$1"; shift; exec "$@""#;
    let mut command = Command::new("/bin/sh");
    command.args(["-c", script, "sh"]).arg(&held).arg(env!("CARGO_BIN_EXE_sohoa"));
    command.args(["reader", "show", "--limits", &limits, "--models", "/nonexistent", "--"]);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut lengths = [0; 12];
    let output = child.stdout.as_mut().unwrap();
    std::io::Read::read_exact(output, &mut lengths).unwrap();
    let mut head = vec![0; u32::from_le_bytes(lengths[..4].try_into().unwrap()) as usize];
    std::io::Read::read_exact(output, &mut head).unwrap();
    (child, serde_json::from_slice(&head).unwrap())
}

#[test]
fn reader_keeps_no_descriptor_and_no_privilege() {
    let folder = tempfile::tempdir().unwrap();
    let (mut child, ready) = inheriting_process(folder.path());
    let proc = PathBuf::from(format!("/proc/{}", child.id()));
    let mut descriptors: Vec<String> =
        std::fs::read_dir(proc.join("fd")).unwrap().map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
    descriptors.sort();
    assert_eq!(descriptors, ["0", "1", "2"]);
    for task in std::fs::read_dir(proc.join("task")).unwrap() {
        let status = std::fs::read_to_string(task.unwrap().path().join("status")).unwrap();
        let value = |name: &str| status.lines().find_map(|line| line.strip_prefix(name)).unwrap().trim().to_owned();
        for set in ["CapInh:", "CapPrm:", "CapEff:", "CapAmb:"] {
            assert_eq!(value(set), "0000000000000000", "{set}");
        }
        assert_eq!((value("NoNewPrivs:").as_str(), value("Seccomp:").as_str()), ("1", "2"));
    }
    assert!(ready["ready"]["landlock"].is_boolean(), "{ready}");
    drop(child.stdin.take());
    assert!(child.wait().unwrap().success());
}

#[tokio::test]
async fn files_of_two_units_are_read_by_two_processes() {
    let limits = Limits { wall_seconds: 30, ..Limits::default() };
    let json = serde_json::to_string(&limits).unwrap();
    let arguments = ["reader", "show", "--limits", &json, "--models", "/nonexistent", "--"].map(str::to_owned).to_vec();
    let pool = Pool::new(SpawnConfig { program: env!("CARGO_BIN_EXE_sohoa").into(), arguments, limits }, 1);
    let mut processes = Vec::new();
    for unit in ["H24.16", "H24.16", "H24.17"] {
        let mut worker = FileWorker::open(&pool, Some(unit), "page", &sample_page()).await.unwrap();
        assert_eq!(worker.inspect("page.jpg").await.unwrap().pages, 1);
        let page = worker.decode("image/jpeg", 1).await.unwrap();
        assert!(page.pixels.width() > 1000, "{}", page.pixels.width());
        processes.push(worker.process_id().unwrap());
    }
    assert_eq!(processes[0], processes[1]);
    assert_ne!(processes[1], processes[2]);
}

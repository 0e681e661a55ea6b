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
    let limits = serde_json::to_string(&Limits { cpu_seconds: 1, ..Limits::default() }).unwrap();
    let arguments =
        ["reader", "read", "--limits", &limits, "--models", "/nonexistent", "--scripted", act, "--"].map(str::to_owned).to_vec();
    Pool::new(SpawnConfig { program: env!("CARGO_BIN_EXE_sohoa").into(), arguments, wall_seconds: 30 }, 1)
}

fn sample_page() -> PathBuf {
    let folder = sohoa_testing::workspace().join("samples/002-cau-phao-cua-may");
    std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).min().unwrap()
}

async fn read_sample_page(pool: &Pool) -> Result<PageRead, Error> {
    read_page_with(&mut FileWorker::lease(pool, "page").await?, &sample_page()).await
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
        std::thread::scope(|scope| scope.spawn(|| runtime.block_on(FileWorker::lease(&pool, "page"))).join().unwrap()).unwrap();
    for _ in 0..3 {
        let reading = read_page_with(&mut worker, &sample_page()).await.unwrap().reading;
        assert!(reading.text().contains("xin chào"));
    }
    assert_eq!(pool.started(), 1);
}

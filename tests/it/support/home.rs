//! A home folder for one test of the command line, and checks of what a run reports.

use super::command::sohoa_command;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Output;
use tempfile::TempDir;

/// A home folder of its own for one test.
pub(crate) struct TestHome {
    folder: TempDir,
    /// Environment variables of every call of the program.
    pub(crate) settings: Vec<(&'static str, String)>,
}

impl TestHome {
    pub(crate) fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap(), settings: vec![("SOHOA_LIMITS_FILE_MIB", "1".to_owned())] }
    }

    /// A home whose store is a prefix on the S3 server and whose catalogue is a schema on PostgreSQL, with the address
    /// of the PostgreSQL server and the name of the schema; `None` where these servers do not run.
    pub(crate) fn on_servers() -> Option<(Self, String, String)> {
        let variable = |name: &str| std::env::var(name).ok();
        let (Some(endpoint), Some(server)) = (variable("TEST_S3_ENDPOINT"), variable("TEST_POSTGRES_URL")) else {
            sohoa_testing::skipped("the journey on S3 and PostgreSQL: TEST_S3_ENDPOINT or TEST_POSTGRES_URL is not set, see .ci/servers");
            return None;
        };
        let id = uuid::Uuid::now_v7().simple().to_string();
        let sign = if server.contains('?') { '&' } else { '?' };
        let mut home = Self::new();
        home.settings.extend([
            ("SOHOA_STORE", format!("s3://{}/journey-{id}", variable("TEST_S3_BUCKET").unwrap())),
            ("SOHOA_S3_ENDPOINT", endpoint),
            ("SOHOA_S3_REGION", variable("TEST_S3_REGION").unwrap()),
            ("SOHOA_S3_ACCESS_KEY", variable("TEST_S3_ACCESS_KEY").unwrap()),
            ("SOHOA_S3_SECRET_KEY", variable("TEST_S3_SECRET_KEY").unwrap()),
            ("SOHOA_CATALOG", format!("{server}{sign}options=-csearch_path%3Dj{id}")),
        ]);
        Some((home, server, format!("j{id}")))
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// The folder, for a server.
    pub(crate) fn into_folder(self) -> TempDir {
        self.folder
    }

    /// Runs the program with this home.
    pub(crate) fn run_sohoa(&self, arguments: &[&str]) -> Output {
        sohoa_command()
            .envs(self.settings.iter().map(|(name, value)| (name, value)))
            .args(arguments)
            .arg("--home")
            .arg(self.path())
            .current_dir(self.path())
            .output()
            .unwrap()
    }

    /// Runs the program, asserts the exit code and returns the standard output.
    pub(crate) fn expect_exit(&self, code: i32, arguments: &[&str]) -> String {
        let output = self.run_sohoa(arguments);
        let errors = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {errors}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// As [`TestHome::expect_exit`], with the output parsed as JSON.
    pub(crate) fn expect_json(&self, code: i32, arguments: &[&str]) -> Value {
        serde_json::from_str(&self.expect_exit(code, arguments)).unwrap()
    }

    /// Deletes catalogue and index and rebuilds both from the store.
    pub(crate) fn rebuild_from_store(&self) {
        for entry in std::fs::read_dir(self.path()).unwrap().map(Result::unwrap) {
            if entry.file_name().to_string_lossy().starts_with("catalog.db") {
                std::fs::remove_file(entry.path()).unwrap();
            }
        }
        std::fs::remove_dir_all(self.path().join("index")).unwrap();
        self.expect_exit(0, &["rebuild"]);
    }

    /// Every file of the OCFL store by its path, sorted.
    pub(crate) fn stored_files(&self) -> Vec<(PathBuf, Vec<u8>)> {
        let root = self.path().join("store/ocfl");
        let mut files: Vec<(PathBuf, Vec<u8>)> = walkdir::WalkDir::new(&root)
            .into_iter()
            .map(Result::unwrap)
            .filter(|entry| entry.file_type().is_file())
            .map(|entry| (entry.path().strip_prefix(&root).unwrap().to_path_buf(), std::fs::read(entry.path()).unwrap()))
            .collect();
        files.sort();
        files
    }
}

/// Path of a sample dossier, or of a file within it.
pub(crate) fn sample_path(dossier: &str) -> String {
    sohoa_testing::workspace().join("samples").join(dossier).to_string_lossy().into_owned()
}

/// Asserts that every page that came in is stored, in review, refused, held or failed, and none is open.
pub(crate) fn assert_balance_closes(run: &Value) {
    let pages = &run["pages"];
    let count = |name: &str| pages[name].as_u64().unwrap();
    assert_eq!(count("in"), count("stored") + count("review") + count("refused") + count("held") + count("failed"), "{pages}");
    assert_eq!(count("open"), 0);
}

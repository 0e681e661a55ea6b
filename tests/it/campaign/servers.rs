//! PostgreSQL and Garage of one campaign alone, which it crashes, starts again and lets refuse rights, behind links that it can cut.

use super::link::Link;
use sqlx::{AnyConnection, AssertSqlSafe, Connection};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use tokio::runtime::Runtime;

/// Role of the program in PostgreSQL.
const ROLE: &str = "sohoa";

/// The two servers.
pub(crate) struct Servers {
    /// What `.ci/servers private` printed, by variable.
    variables: BTreeMap<String, String>,
    pub(crate) postgres: Link,
    pub(crate) s3: Link,
}

impl Drop for Servers {
    fn drop(&mut self) {
        let _ = script(&["end", self.folder()]);
    }
}

impl Servers {
    /// Starts both; `None`, reported as skipped, where Garage is not built or PostgreSQL not installed.
    pub(crate) fn start(runtime: &Runtime) -> Option<Self> {
        let home = std::env::var("HOME").unwrap_or_default();
        let cache = std::env::var_os("SOHOA_CACHE").map_or_else(|| Path::new(&home).join(".cache/sohoa"), PathBuf::from);
        if !cache.join("garage/version").is_file() {
            sohoa_testing::skipped("faults of PostgreSQL and S3: Garage is not built, see .ci/servers install");
            return None;
        }
        let Ok(printed) = script(&["private"]) else {
            sohoa_testing::skipped("faults of PostgreSQL and S3: .ci/servers private cannot start them");
            return None;
        };
        let variable = |line: &str| line.strip_prefix("export ")?.split_once('=').map(|(name, value)| (name.to_owned(), value.to_owned()));
        let variables: BTreeMap<String, String> = printed.lines().filter_map(variable).collect();
        let s3 = Link::to(variables["TEST_S3_ENDPOINT"].strip_prefix("http://").unwrap());
        let postgres = Link::to(variables["TEST_POSTGRES_URL"].split(['@', '/']).nth(3).unwrap());
        let servers = Self { variables, postgres, s3 };
        runtime.block_on(servers.execute("", &[&format!("CREATE ROLE {ROLE} LOGIN")]));
        Some(servers)
    }

    fn folder(&self) -> &str {
        &self.variables["TEST_SERVERS"]
    }

    fn variable(&self, name: &str) -> String {
        self.variables[name].clone()
    }

    /// Makes a database and returns the settings of the program for it and for a prefix of the same name: through the links.
    pub(crate) fn settings_of_part(&self, runtime: &Runtime, name: &str) -> Vec<(String, String)> {
        runtime.block_on(self.execute("", &[&format!("CREATE DATABASE {name} OWNER {ROLE}")]));
        let settings = [
            ("SOHOA_STORE", format!("s3://{}/{name}", self.variable("TEST_S3_BUCKET"))),
            ("SOHOA_S3_ENDPOINT", format!("http://{}", self.s3.address())),
            ("SOHOA_S3_REGION", self.variable("TEST_S3_REGION")),
            ("SOHOA_S3_ACCESS_KEY", self.variable("TEST_S3_ACCESS_KEY")),
            ("SOHOA_S3_SECRET_KEY", self.variable("TEST_S3_SECRET_KEY")),
            ("SOHOA_CATALOG", format!("postgres://{ROLE}@{}/{name}", self.postgres.address())),
        ];
        settings.map(|(name, value)| (name.to_owned(), value)).to_vec()
    }

    /// Address of a database for the tests themselves: past the link, as a role that loses no right.
    pub(crate) fn catalogue_of_part(&self, name: &str) -> String {
        let url = self.variable("TEST_POSTGRES_URL");
        format!("{}/{name}", url.rsplit_once('/').unwrap().0)
    }

    /// Endpoint of S3 past the link.
    pub(crate) fn s3_endpoint(&self) -> String {
        self.variable("TEST_S3_ENDPOINT")
    }

    /// Crashes `postgres` or `garage`.
    pub(crate) fn crash(&self, server: &str) {
        script(&["down", server, self.folder()]).unwrap();
    }

    /// Starts a crashed server again.
    pub(crate) fn start_again(&self, server: &str) {
        script(&["up", server, self.folder()]).unwrap();
    }

    /// Lets PostgreSQL refuse the program's sign-in, and end its connections; or allow it again.
    pub(crate) async fn allow_login(&self, is_allowed: bool) {
        let login = if is_allowed { "LOGIN" } else { "NOLOGIN" };
        let change = format!("ALTER ROLE {ROLE} {login}");
        let end = format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '{ROLE}'");
        let statements: &[&str] = if is_allowed { &[&change] } else { &[&change, &end] };
        self.execute("", statements).await;
    }

    /// Takes the rights on all tables of a database from the program, or gives them back.
    pub(crate) async fn allow_tables(&self, database: &str, is_allowed: bool) {
        let (verb, word) = if is_allowed { ("GRANT", "TO") } else { ("REVOKE", "FROM") };
        self.execute(database, &[&format!("{verb} ALL ON ALL TABLES IN SCHEMA public {word} {ROLE}")]).await;
    }

    /// Takes the rights on the bucket from the program's key, or gives them back.
    pub(crate) fn allow_bucket(&self, is_allowed: bool) {
        let garage = std::env::var("HOME").unwrap_or_default();
        let cache = std::env::var_os("SOHOA_CACHE").map_or_else(|| Path::new(&garage).join(".cache/sohoa"), PathBuf::from);
        let verb = if is_allowed { "allow" } else { "deny" };
        let (bucket, key) = (self.variable("TEST_S3_BUCKET"), self.variable("TEST_S3_ACCESS_KEY"));
        let mut command = Command::new(cache.join("garage/bin/garage"));
        command.arg("-c").arg(Path::new(self.folder()).join("garage/garage.toml"));
        let done = command.args(["bucket", verb, "--read", "--write", "--owner", &bucket, "--key", &key]).output().unwrap();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    }

    /// Runs statements as the owner of the server, in a database or in the one that is always there.
    async fn execute(&self, database: &str, statements: &[&str]) {
        sqlx::any::install_default_drivers();
        let url = if database.is_empty() { self.variable("TEST_POSTGRES_URL") } else { self.catalogue_of_part(database) };
        let mut connection = AnyConnection::connect(&url).await.unwrap();
        for statement in statements {
            sqlx::raw_sql(AssertSqlSafe((*statement).to_owned())).execute(&mut connection).await.unwrap();
        }
        connection.close().await.unwrap();
    }
}

/// Runs `.ci/servers` and returns what it printed.
fn script(arguments: &[&str]) -> Result<String, String> {
    let mut command = Command::new(sohoa_testing::workspace().join(".ci/servers"));
    let done = command.args(arguments).stdin(Stdio::null()).stderr(Stdio::inherit()).output().unwrap();
    let text = String::from_utf8_lossy(&done.stdout).into_owned();
    if done.status.success() { Ok(text) } else { Err(format!("{arguments:?}: {}", done.status)) }
}

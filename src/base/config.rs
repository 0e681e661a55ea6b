//! Typed configuration, merged in this order: defaults, `sohoa.toml`, `SOHOA_*`, flags. An unknown key is an error.

mod network;
mod server;
mod uploads;

use crate::error::Result;
use crate::error::messages::{program, settings};
pub use network::Network;
pub use server::{Oidc, OidcGroup, Server};
pub use uploads::Uploads;

use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// All settings.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Folder of the embedded store, catalogue and index.
    pub home: PathBuf,
    /// Object store: `file:///…`, a path, or `s3://bucket/prefix`. Default: `<home>/store`.
    pub store: Option<String>,
    /// Catalogue: `sqlite:PATH` or `postgres://…`. Default: `sqlite:<home>/catalog.db`.
    pub catalog: Option<String>,
    /// Folder of the search index. Default: `<home>/index`.
    pub index: Option<PathBuf>,
    /// Code of the delivering unit or fonds.
    pub unit: String,
    /// Pipeline file. Default: the built-in `administrative`.
    pub pipeline: Option<PathBuf>,
    /// Number of reading processes; 0: one per processor.
    pub jobs: usize,
    /// Language of messages: `vi` or `en`.
    pub language: String,
    /// Folder of Tesseract's language data; none: the system's folder.
    pub tessdata: Option<PathBuf>,
    /// Folder of neural models; none: the user's data folder.
    pub models: Option<PathBuf>,
    /// Names of the officers in charge of secrets, the only people who may decide about quarantined pages while there are no accounts.
    /// With accounts, the role `secrecy-officer` decides, and these names do not count.
    pub secrecy_officers: Vec<String>,
    /// Public keys (hexadecimal) whose checkpoints of the event log count, beside that of this home: see `sohoa audit verify`.
    pub trusted_audit_keys: Vec<String>,
    /// Access to S3.
    pub s3: S3,
    /// Words that every line of every page is said to have: nothing is read. For tests of the whole program. Only the hidden flag
    /// `--scripted-engine` sets it: neither a file nor the environment can.
    #[serde(skip)]
    pub scripted_engine: Option<String>,
    /// Resource limits for one input.
    pub limits: Limits,
    /// Hot folders: `[[source]]`.
    #[serde(rename = "source")]
    pub hot_folders: Vec<HotFolder>,
    /// The server.
    pub server: Server,
    /// Quotas of uploads.
    pub uploads: Uploads,
    /// Sign-in through an office's own identity provider.
    pub oidc: Oidc,
}

/// A hot folder: its contents are taken in as runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HotFolder {
    /// The folder, or `s3://bucket/prefix`. Each subfolder is a delivery, and so is each file directly in it.
    pub folder: PathBuf,
    /// Folder to which originals are moved once they are stored: on the same disk, or in a bucket of the same server.
    #[serde(rename = "done")]
    pub done_folder: PathBuf,
    /// Delivering unit; none: that of the configuration.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// Target of the roadmap to which its deliveries are attached; none: by rule.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[serde(rename = "line")]
    pub target: Option<String>,
    /// Seconds without a change after which a delivery counts as complete.
    #[serde(default = "thirty")]
    pub stable_seconds: u64,
    /// Longest time that a file is waited for which ends too early (a PDF, JPEG or TIFF without its end), seconds; then it is taken as
    /// it is.
    #[serde(default = "ten_minutes")]
    pub incomplete_seconds: u64,
}

fn thirty() -> u64 {
    30
}

fn ten_minutes() -> u64 {
    600
}

/// Access to an S3 server. Unset keys come from the AWS environment and profile.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct S3 {
    /// Address of the server, such as `http://127.0.0.1:3900`; none: Amazon's.
    pub endpoint: Option<String>,
    /// Region.
    pub region: Option<String>,
    /// Access key.
    pub access_key: Option<String>,
    /// Secret key.
    pub secret_key: Option<String>,
    /// Whether the bucket is in the path and not in the host name.
    pub path_style: Option<bool>,
}

impl std::fmt::Debug for S3 {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("S3").field("endpoint", &self.endpoint).field("region", &self.region).finish_non_exhaustive()
    }
}

/// Resource limits for one input; an input beyond them is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// Maximum address space of one reading process, MiB.
    pub memory_mib: u64,
    /// Maximum processor time for one request to a reading process, seconds.
    pub cpu_seconds: u64,
    /// Maximum wait for one answer of a reading process, seconds.
    pub wall_seconds: u64,
    /// Maximum size of one file that is not an archive, MiB.
    pub file_mib: u64,
    /// Maximum unpacked size of one archive, MiB.
    pub archive_mib: u64,
    /// Maximum number of members of one archive.
    pub archive_members: u64,
    /// Maximum nesting depth of archives.
    pub archive_depth: u32,
    /// Maximum number of pages of one file.
    pub pages: u32,
    /// Maximum number of pixels of one page, millions.
    pub megapixels: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            memory_mib: 768,
            cpu_seconds: 20,
            wall_seconds: 60,
            file_mib: 160,
            archive_mib: 8192,
            archive_members: 20_000,
            archive_depth: 2,
            pages: 5000,
            megapixels: 60,
        }
    }
}

impl Default for Config {
    fn default() -> Self {
        Self {
            home: PathBuf::from("./sohoa-data"),
            store: None,
            catalog: None,
            index: None,
            unit: "local".to_owned(),
            pipeline: None,
            jobs: 0,
            language: "vi".to_owned(),
            tessdata: None,
            models: None,
            secrecy_officers: Vec::new(),
            trusted_audit_keys: Vec::new(),
            s3: S3::default(),
            scripted_engine: None,
            limits: Limits::default(),
            hot_folders: Vec::new(),
            server: Server::default(),
            uploads: Uploads::default(),
            oidc: Oidc::default(),
        }
    }
}

/// `SOHOA_*` environment variables that are not settings.
const NON_SETTING_VARIABLES: [&str; 5] = ["SOHOA_CACHE", "SOHOA_CONFIG", "SOHOA_KEY", "SOHOA_LOG", "SOHOA_TEST_DATA"];

impl Config {
    /// Loads the configuration from the defaults, `file` (or `./sohoa.toml` if it exists), the `SOHOA_*` variables of
    /// `environment` and `flags`; later ones override earlier ones.
    ///
    /// # Errors
    /// `Invalid`, naming the file and line, variable or key, for anything unknown or of the wrong type.
    pub fn load(file: Option<&Path>, environment: impl IntoIterator<Item = (String, String)>, flags: toml::Table) -> Result<Self> {
        let mut table = toml::Table::try_from(Self::default()).map_err(|error| program::bug("settings: defaults").caused_by(error))?;
        let found = file.map(Path::to_path_buf).or_else(|| Some(PathBuf::from("sohoa.toml")).filter(|path| path.is_file()));
        if let Some(path) = found {
            let text =
                std::fs::read_to_string(&path).map_err(|error| settings::configuration_unreadable(path.display()).caused_by(error))?;
            toml::from_str::<Self>(&text).map_err(|error| settings::configuration_invalid(path.display(), one_line(&error.to_string())))?;
            let own: toml::Table =
                toml::from_str(&text).map_err(|error| settings::configuration_invalid(path.display(), one_line(&error.to_string())))?;
            merge_tables(&mut table, own);
        }
        for (name, value) in environment {
            if name.starts_with("SOHOA_") && !NON_SETTING_VARIABLES.contains(&name.as_str()) {
                set_from_environment(&mut table, &name, &value)?;
            }
        }
        merge_tables(&mut table, flags);
        let config: Self = table.try_into().map_err(|error: toml::de::Error| settings::setting_invalid(one_line(error.message())))?;
        if !matches!(config.language.as_str(), "vi" | "en") {
            return Err(settings::setting_language_unknown(format!("{:?}", config.language)));
        }
        if config.unit.is_empty() {
            return Err(settings::setting_unit_empty());
        }
        Ok(config)
    }

    /// Address of the object store.
    #[must_use]
    pub fn store_url(&self) -> String {
        self.store.clone().unwrap_or_else(|| self.home.join("store").to_string_lossy().into_owned())
    }

    /// Address of the catalogue.
    #[must_use]
    pub fn catalog_url(&self) -> String {
        self.catalog.clone().unwrap_or_else(|| format!("sqlite:{}", self.home.join("catalog.db").display()))
    }

    /// Folder of the search index.
    #[must_use]
    pub fn index_folder(&self) -> PathBuf {
        self.index.clone().unwrap_or_else(|| self.home.join("index"))
    }

    /// Number of reading processes.
    #[must_use]
    pub fn job_count(&self) -> usize {
        if self.jobs > 0 { self.jobs } else { std::thread::available_parallelism().map_or(1, std::num::NonZero::get) }
    }
}

fn one_line(text: &str) -> String {
    text.split('\n').map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join(" ")
}

fn merge_tables(base: &mut toml::Table, over: toml::Table) {
    for (key, value) in over {
        match (base.get_mut(&key), value) {
            (Some(toml::Value::Table(inner)), toml::Value::Table(new)) => merge_tables(inner, new),
            (_, value) => {
                base.insert(key, value);
            }
        }
    }
}

/// Sets one setting from an environment variable: `SOHOA_LIMITS_PAGES=10` sets `limits.pages`. The value is parsed as
/// TOML if that gives a number or Boolean, else taken as text; list members are separated by commas, groups are an array
/// of TOML tables.
fn set_from_environment(table: &mut toml::Table, name: &str, value: &str) -> Result<()> {
    let key = name.trim_start_matches("SOHOA_").to_lowercase();
    let mut target = table;
    let mut leaf = key.clone();
    for section in ["s3", "limits", "server", "uploads", "oidc"] {
        if let Some(rest) = key.strip_prefix(&format!("{section}_")) {
            rest.clone_into(&mut leaf);
            let inner = target.entry(section).or_insert_with(|| toml::Value::Table(toml::Table::new()));
            target = inner.as_table_mut().ok_or_else(|| program::bug(format!("settings: section {section}")))?;
            break;
        }
    }
    if !SETTING_KEYS.contains(&key.as_str()) {
        return Err(settings::setting_variable_unknown(name, known_variables()));
    }
    let parsed = match value.parse::<i64>() {
        _ if matches!(leaf.as_str(), "secrecy_officers" | "trusted_audit_keys" | "trusted_proxies" | "scopes") => {
            toml::Value::Array(value.split(',').map(|name| toml::Value::String(name.trim().to_owned())).collect())
        }
        // Lists of tables are written as in the file, on one line.
        _ if matches!(leaf.as_str(), "groups" | "source") => {
            let read: toml::Table = toml::from_str(&format!("{leaf} = {value}"))
                .map_err(|error| settings::setting_variable_invalid(name, one_line(&error.to_string())))?;
            read.into_iter().map(|(_, value)| value).next().unwrap_or_else(|| toml::Value::Array(Vec::new()))
        }
        Ok(number) if !matches!(leaf.as_str(), "unit" | "access_key" | "secret_key" | "client_id" | "client_secret") => {
            toml::Value::Integer(number)
        }
        _ => match value {
            "true" => toml::Value::Boolean(true),
            "false" => toml::Value::Boolean(false),
            text => toml::Value::String(text.to_owned()),
        },
    };
    target.insert(leaf, parsed);
    Ok(())
}

/// All settings, each as the rest of its variable's name after `SOHOA_`, in lower case.
const SETTING_KEYS: &[&str] = &[
    "home",
    "source",
    "store",
    "catalog",
    "index",
    "unit",
    "pipeline",
    "jobs",
    "language",
    "tessdata",
    "models",
    "secrecy_officers",
    "trusted_audit_keys",
    "s3_endpoint",
    "s3_region",
    "s3_access_key",
    "s3_secret_key",
    "s3_path_style",
    "limits_memory_mib",
    "limits_cpu_seconds",
    "limits_wall_seconds",
    "limits_file_mib",
    "limits_archive_mib",
    "limits_archive_members",
    "limits_archive_depth",
    "limits_pages",
    "limits_megapixels",
    "server_public_url",
    "server_trusted_proxies",
    "server_sign_ins_per_minute",
    "server_sign_ins_per_address",
    "server_requests_per_second",
    "server_requests_at_once",
    "server_secret_key",
    "server_metrics_public",
    "uploads_open_per_user",
    "uploads_files",
    "uploads_mib",
    "uploads_user_files",
    "uploads_user_mib",
    "uploads_free_mib",
    "uploads_requests_per_second",
    "oidc_issuer",
    "oidc_client_id",
    "oidc_client_secret",
    "oidc_scopes",
    "oidc_name_claim",
    "oidc_groups_claim",
    "oidc_groups",
];

fn known_variables() -> String {
    SETTING_KEYS.iter().map(|key| format!("SOHOA_{}", key.to_uppercase())).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use super::*;

    fn variables(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    fn file(text: &str) -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("sohoa.toml");
        std::fs::write(&path, text).unwrap();
        (folder, path)
    }

    #[test]
    fn later_sources_override_earlier_ones() {
        let (_folder, path) = file("unit = \"file\"\njobs = 3\n[limits]\npages = 7\n");
        let flags = toml::toml! { unit = "flag" };
        let config = Config::load(Some(&path), variables(&[("SOHOA_UNIT", "variable"), ("SOHOA_LIMITS_PAGES", "9")]), flags).unwrap();
        assert_eq!((config.unit.as_str(), config.jobs, config.limits.pages), ("flag", 3, 9));
        assert_eq!(config.limits.memory_mib, Limits::default().memory_mib);
    }

    #[test]
    fn unknown_keys_are_rejected_with_location() {
        let (_folder, path) = file("unit = \"x\"\nstroe = \"/tmp\"\n");
        let error = Config::load(Some(&path), [], toml::Table::new()).unwrap_err();
        assert!(error.context().contains("stroe") && error.context().contains("line 2"), "{error}");
        let error = Config::load(Some(&file("").1), variables(&[("SOHOA_STROE", "x")]), toml::Table::new()).unwrap_err();
        assert!(error.chain().contains("SOHOA_STROE") || error.chain().contains("cannot read"), "{error}");
    }

    #[test]
    fn list_settings_are_parsed_from_environment_variables() {
        let (_folder, path) = file("");
        let set = |name: &str, value: &str| Config::load(Some(&path), variables(&[(name, value)]), toml::Table::new());
        let groups = r#"[{ group = "kho", role = "reader", unit = "SNV" }]"#;
        let given = [("SOHOA_OIDC_GROUPS", groups), ("SOHOA_SERVER_TRUSTED_PROXIES", "10.0.0.1, fd00::/8"), ("SOHOA_OIDC_CLIENT_ID", "7")];
        let config = Config::load(Some(&path), variables(&given), toml::Table::new()).unwrap();
        let units: Vec<&str> = config.oidc.groups.iter().map(|group| group.unit.as_str()).collect();
        assert_eq!((units, config.oidc.client_id.as_str()), (vec!["SNV"], "7"));
        assert_eq!(config.server.trusted_proxies, ["10.0.0.1".parse::<Network>().unwrap(), "fd00::/8".parse().unwrap()]);
        let config = set("SOHOA_SOURCE", r#"[{ folder = "/in", done = "/done" }]"#).unwrap();
        let (folder, done_folder) = ("/in".into(), "/done".into());
        let source = HotFolder { folder, done_folder, unit: None, target: None, stable_seconds: 30, incomplete_seconds: 600 };
        assert_eq!(config.hot_folders, [source]);
        assert!(set("SOHOA_OIDC_GROUPS", "kho").is_err() && set("SOHOA_SERVER_TRUSTED_PROXIES", "proxy").is_err());
        let (_folder, path) = file("[server]\nsign_ins = 3\n");
        assert!(Config::load(Some(&path), [], toml::Table::new()).unwrap_err().context().contains("sign_ins"));
    }

    #[test]
    fn every_setting_has_an_environment_variable() {
        fn collect_leaf_keys(table: &toml::Table, prefix: &str, out: &mut Vec<String>) {
            for (key, value) in table {
                match value {
                    toml::Value::Table(inner) => collect_leaf_keys(inner, &format!("{prefix}{key}_"), out),
                    _ => out.push(format!("{prefix}{key}")),
                }
            }
        }
        let full = Config {
            store: Some(String::new()),
            catalog: Some(String::new()),
            index: Some(PathBuf::new()),
            pipeline: Some(PathBuf::new()),
            tessdata: Some(PathBuf::new()),
            models: Some(PathBuf::new()),
            s3: S3 {
                endpoint: Some(String::new()),
                region: Some(String::new()),
                access_key: Some(String::new()),
                secret_key: Some(String::new()),
                path_style: Some(true),
            },
            server: Server { public_url: Some(String::new()), secret_key: Some(String::new()), ..Server::default() },
            oidc: Oidc { issuer: Some(String::new()), client_secret: Some(String::new()), ..Oidc::default() },
            ..Config::default()
        };
        let mut found = Vec::new();
        collect_leaf_keys(&toml::Table::try_from(full).unwrap(), "", &mut found);
        found.sort();
        let mut known: Vec<String> = SETTING_KEYS.iter().map(|key| (*key).to_owned()).collect();
        known.sort();
        assert_eq!(found, known);
    }
}

//! Arguments of every command: where the archive is, and how messages are written.

use clap::Args;
use sohoa_base::config::Config;
use sohoa_base::error::Result;
use std::path::PathBuf;

/// Where the archive is; every command takes these.
#[derive(Debug, Clone, Default, Args)]
pub struct GlobalArgs {
    /// Folder of the embedded store, catalogue and index [default: ./sohoa-data].
    #[arg(long, global = true, value_name = "DIR")]
    pub home: Option<PathBuf>,
    /// Object store: a folder, file:///…, or s3://bucket/prefix [default: HOME/store].
    #[arg(long, global = true, value_name = "URL")]
    pub store: Option<String>,
    /// Catalogue: sqlite:PATH or postgres://… [default: sqlite:HOME/catalog.db].
    #[arg(long, global = true, value_name = "URL")]
    pub catalog: Option<String>,
    /// Folder of the search index [default: HOME/index].
    #[arg(long, global = true, value_name = "DIR")]
    pub index: Option<PathBuf>,
    /// Configuration file [default: ./sohoa.toml where it exists].
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Language of messages: vi or en.
    #[arg(long, global = true, value_name = "LANG")]
    pub lang: Option<String>,
    /// Print one JSON document on stdout.
    #[arg(long, global = true)]
    pub json: bool,
    /// More messages on stderr; twice: everything.
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub verbose: u8,
    /// Read nothing: each line has these words. For tests of the whole program; every record names the engine `scripted`.
    #[arg(long, global = true, value_name = "TEXT", hide = true)]
    pub scripted_engine: Option<String>,
    /// No progress on stderr.
    #[arg(short, long, global = true)]
    pub quiet: bool,
}

impl GlobalArgs {
    /// Loads the configuration: defaults < file < `SOHOA_*` < these flags and `overrides`.
    ///
    /// # Errors
    /// As [`Config::load`].
    pub fn load_config(&self, overrides: toml::Table) -> Result<Config> {
        let mut flags = overrides;
        let text = |path: &PathBuf| toml::Value::String(path.to_string_lossy().into_owned());
        let own_flags = [
            ("home", self.home.as_ref().map(text)),
            ("store", self.store.clone().map(toml::Value::String)),
            ("catalog", self.catalog.clone().map(toml::Value::String)),
            ("index", self.index.as_ref().map(text)),
            ("language", self.lang.clone().map(toml::Value::String)),
        ];
        for (key, value) in own_flags {
            if let Some(value) = value {
                flags.insert(key.to_owned(), value);
            }
        }
        let config = Config::load(self.config.as_deref(), std::env::vars(), flags)?;
        Ok(Config { scripted_engine: self.scripted_engine.clone(), ..config })
    }
}

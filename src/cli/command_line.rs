//! What may stand on the command line.

use clap::{Args, Parser, Subcommand};
use sohoa_base::config::Config;
use sohoa_base::error::Result;
use std::path::PathBuf;

/// From folders of scanned paper to searchable, verifiable records (số hóa hồ sơ lưu trữ).
#[derive(Debug, Parser)]
#[command(name = "sohoa", version, propagate_version = true, max_term_width = 100)]
#[command(after_help = "\
Start:  sohoa run FOLDER           take a folder of scans, print the balance of its pages
        sohoa search \"chi thi\"     find text, with or without marks
        sohoa doctor               what is missing on this machine, and how to mend it

Exit codes: 0 all stored or in review; 2 bad arguments or settings; 3 some input was refused or failed;
4 a dependency is missing; 5 store or catalogue unreachable; 6 fixity failed; 130 interrupted.")]
pub struct Cli {
    /// Where the archive is.
    #[command(flatten)]
    pub global: GlobalArgs,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

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
    /// No progress on stderr.
    #[arg(short, long, global = true)]
    pub quiet: bool,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Take files, folders and archives as one batch, run the pipeline to the end, print the balance.
    Run(crate::batches::run::Run),
    /// Take files, folders and archives as one batch and queue it for `work`.
    Submit(crate::batches::run::Submit),
    /// Read what was submitted, here or on several machines at once.
    Work(crate::batches::run::Work),
    /// List, show and steer runs.
    Runs(crate::batches::runs::Runs),
    /// List what was refused or failed, with class and reason.
    Failures(crate::batches::runs::Failures),
    /// Print sheets that part the documents of a pile (tờ phân cách).
    Separators(crate::batches::separators::Separators),
    /// Say how good the scans are and which pages must be scanned again.
    Quality(crate::batches::quality::Quality),
    /// Look at documents that wait for a person, and decide.
    Review(crate::batches::review::Review),
    /// The digitisation roadmap: take a plan, see how far it is, report, accept lots.
    Roadmap(crate::roadmap::command::Roadmap),
    /// Look at dossiers that a stamp of secrecy holds, and decide as an officer in charge.
    Quarantine(crate::batches::quarantine::Quarantine),
    /// Answer browsers and programs, and work on runs.
    Serve(crate::system::serve::Serve),
    /// Find pages by text (marks optional), number, kind, issuer, date.
    Search(crate::holdings::search::Search),
    /// Read back what is recorded.
    Records(crate::holdings::records::Records),
    /// Write a document or an original in a form for others.
    Export(crate::holdings::export::Export),
    /// Check the fixity of everything in the store, and the audit trail.
    Verify(crate::holdings::verify::Verify),
    /// Make catalogue and index anew from the store.
    Rebuild(crate::holdings::rebuild::Rebuild),
    /// Learn from what people decided in review; a model that is worse is never taken.
    Train(crate::system::train::Train),
    /// Read pages with ground truth and print error rates.
    Eval(crate::evaluation::eval::Eval),
    /// Say what is missing or mis-set on this machine, and the command that mends it.
    Doctor(crate::system::doctor::Doctor),
    /// List, fetch or add the neural models that make reading accurate.
    Models(crate::system::models::Models),
    /// Print shell completions.
    Completions(crate::system::completions::Completions),
    /// Be a reading process (started by other commands).
    #[command(hide = true)]
    #[command(name = "reader")]
    SandboxWorker(crate::system::sandbox_worker::SandboxWorker),
    /// Count which syllables follow which in a corpus.
    #[command(hide = true)]
    #[command(name = "language")]
    BuildBigrams(crate::evaluation::build_bigrams::BuildBigrams),
    /// Make the fictional dossiers of samples/.
    #[command(hide = true)]
    Samples(crate::evaluation::samples::Samples),
    /// Put faults of paper and scanner on clean pages with ground truth, in three strengths.
    #[command(hide = true)]
    Degrade(crate::evaluation::degrade::Degrade),
    /// Score texts that another program read.
    #[command(hide = true)]
    Score(crate::evaluation::score::Score),
}

impl GlobalArgs {
    /// The configuration: defaults < file < `SOHOA_*` < these flags and `more`.
    ///
    /// # Errors
    /// As [`Config::load`].
    pub fn load_config(&self, more: toml::Table) -> Result<Config> {
        let mut flags = more;
        let text = |path: &PathBuf| toml::Value::String(path.to_string_lossy().into_owned());
        let own = [
            ("home", self.home.as_ref().map(text)),
            ("store", self.store.clone().map(toml::Value::String)),
            ("catalog", self.catalog.clone().map(toml::Value::String)),
            ("index", self.index.as_ref().map(text)),
            ("language", self.lang.clone().map(toml::Value::String)),
        ];
        for (key, value) in own {
            if let Some(value) = value {
                flags.insert(key.to_owned(), value);
            }
        }
        Config::load(self.config.as_deref(), std::env::vars(), flags)
    }
}

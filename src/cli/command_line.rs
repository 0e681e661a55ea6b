//! The command line: global arguments and commands.

use crate::global_args::GlobalArgs;
use clap::{Parser, Subcommand};

/// From folders of scanned paper to searchable, verifiable records (số hóa hồ sơ lưu trữ).
#[derive(Debug, Parser)]
#[command(name = "sohoa", version, propagate_version = true, max_term_width = 100)]
#[command(after_help = "\
Start:  sohoa run FOLDER           take a folder of scans, print the balance of its pages
        sohoa search \"chi thi\"     find text, with or without marks
        sohoa doctor               what is missing on this machine, and how to mend it

Exit codes: 0 all stored or in review; 2 bad arguments or settings; 3 some input was refused, held or
failed; 4 a dependency is missing; 5 store or catalogue unreachable at the start; 6 fixity failed;
70 a defect of this program; 130 interrupted.")]
pub struct Cli {
    /// Where the archive is.
    #[command(flatten)]
    pub global: GlobalArgs,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
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
    Failures(crate::batches::failures::Failures),
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
    /// Look after the people who sign in.
    People(crate::people::People),
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
    /// Verify the event log against its signed checkpoints.
    Audit(crate::holdings::audit::Audit),
    /// Delete what interrupted work left and nothing needs; list what nothing refers to.
    Sweep(crate::holdings::sweep::Sweep),
    /// Make catalogue and index anew from the store.
    Rebuild(crate::holdings::rebuild::Rebuild),
    /// Copy accounts, keys, kept searches, open uploads and the event log into the store.
    Backup(crate::system::backup::Backup),
    /// Bring back from the store what `backup` copied.
    Restore(crate::system::backup::Restore),
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
    /// Draw pages and cut training data for the stamp networks.
    #[command(hide = true)]
    TrainingData(crate::evaluation::training_data::TrainingData),
}

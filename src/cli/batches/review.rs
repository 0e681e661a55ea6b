//! `sohoa review list|show|decide`

use crate::batches::quarantine::command_line_officer;
use crate::global_args::GlobalArgs;
use crate::operator::resolve_author;
use crate::output;
use crate::startup::{current_program, read_pipeline};
use clap::{Args, Subcommand};
use sohoa_base::error::Result;
use sohoa_base::messages::arguments;
use sohoa_base::model::decision::DecisionKind;
use sohoa_base::model::review_queue::ReviewQueue;
use sohoa_pipeline::worker::CancellationToken;
use sohoa_services::archive::Archive;
use sohoa_services::maintenance::log_followers::index_new_deposits;
use sohoa_services::review::decisions;
use sohoa_services::review::decisions::DecisionRequest;
use sohoa_texts::code_labels::code_label;
use sohoa_texts::{Language, Message, localize};
use std::path::PathBuf;

/// Arguments of `review`.
#[derive(Debug, Args)]
pub struct Review {
    /// What to do.
    #[command(subcommand)]
    pub command: ReviewCommand,
}

/// What to do with documents that wait for a person.
#[derive(Debug, Subcommand)]
pub enum ReviewCommand {
    /// Documents that wait, one a line, with the reasons.
    List {
        /// Only those of this queue: secret, flags, confidence or sample.
        #[arg(long, value_parser = parse_queue)]
        queue: Option<ReviewQueue>,
        /// Only those with this reason, such as number-unsure.
        #[arg(long)]
        reason: Option<String>,
    },
    /// One document: fields with confidence and place, reasons, decisions, doubtful words.
    Show {
        /// `DOSSIER#NUMBER`.
        document: String,
    },
    /// Accept, reject or correct a document: a new version in store, PDF and search; only pages that are
    /// turned or replaced are read again.
    #[command(after_help = "\
  sohoa review decide 'scans#3' --accept
  sohoa review decide 'scans#3' --field codeNumber=14 --field issuedDate=9/5/2025 --accept
  sohoa review decide 'scans#3' --word 1:25=quyết --by lan
  sohoa review decide 'scans#3' --turn 2=180 --replace 4=new-scan.jpg
  sohoa review decide 'scans#3' --split 5
  sohoa review decide 'scans#3' --undo
  sohoa review decide 'scans#3' --reject --note 'page 2 is missing'")]
    Decide(Box<DecideArgs>),
}

/// What is decided.
#[derive(Debug, Args)]
pub struct DecideArgs {
    /// `DOSSIER#NUMBER`.
    pub document: String,
    /// The document is right: nobody need look any more.
    #[arg(long, conflicts_with = "reject")]
    pub accept: bool,
    /// It cannot stay like this: it waits until it is delivered again.
    #[arg(long)]
    pub reject: bool,
    /// What you decided last about it does not count.
    #[arg(long, conflicts_with_all = ["accept", "reject"])]
    pub undo: bool,
    /// An officer in charge of secrets looked at the stamp: it holds nothing back any more. Who is one is told by `sohoa quarantine
    /// release --help`.
    #[arg(long)]
    pub release: bool,
    /// The kind: a code of the table of kinds (Circular 05/2025).
    #[arg(long, value_name = "CODE")]
    pub kind: Option<String>,
    /// A field's value, empty for none; a date like 9/5/2025 or, where month and year stay, its day; can be given several times.
    #[arg(long, value_name = "NAME=VALUE")]
    pub field: Vec<String>,
    /// What a word says, by page and place; can be given several times.
    #[arg(long, value_name = "PAGE:WORD=TEXT")]
    pub word: Vec<String>,
    /// Turn a page clockwise, by page and degrees (90, 180, 270); it is read again.
    #[arg(long, value_name = "PAGE=DEGREES")]
    pub turn: Vec<String>,
    /// A new scan for a page, by page and file; the old one stays among the originals.
    #[arg(long, value_name = "PAGE=FILE")]
    pub replace: Vec<String>,
    /// Another document begins at this page.
    #[arg(long, value_name = "PAGE")]
    pub split: Option<u32>,
    /// The pages of document NUMBER of the same dossier belong behind those of this one.
    #[arg(long, value_name = "NUMBER", conflicts_with_all = ["split", "turn", "replace"])]
    pub join: Option<u32>,
    /// Why.
    #[arg(long)]
    pub note: Option<String>,
    /// Who decides [default: the user of this machine].
    #[arg(long, value_name = "NAME")]
    pub by: Option<String>,
    /// Pipeline of dossiers whose own is not known any more [default: the built-in administrative.toml].
    #[arg(long, value_name = "FILE")]
    pub pipeline: Option<PathBuf>,
}

impl Review {
    /// Prints and returns the exit code.
    ///
    /// # Errors
    /// As [`decisions::list_queued`], [`decisions::show_document`] and [`decisions::decide`].
    pub async fn execute(&self, global: &GlobalArgs) -> Result<u8> {
        let config = global.load_config(toml::Table::new())?;
        let language = Language::from_code(&config.language);
        let archive = Archive::open(config, &current_program()?).await?;
        match &self.command {
            ReviewCommand::List { queue, reason } => {
                let waiting = decisions::list_queued(&archive, *queue, reason.as_deref()).await?;
                if global.json {
                    return output::print_json(&waiting).map(|()| 0);
                }
                for one in waiting {
                    output::print_line(&format!(
                        "{}\t{}\t{}",
                        output::sanitize_terminal(&one.document),
                        code_label(language, "queue", one.queue.as_str()),
                        reason_labels(language, &one.review)
                    ))?;
                }
            }
            ReviewCommand::Show { document } => {
                print_document(&decisions::show_document(&archive, document).await?, global.json, language)?
            }
            ReviewCommand::Decide(decide) => {
                let (pipeline, plan) = read_pipeline(decide.pipeline.as_deref())?;
                let (requests, note) = (decide.decision_requests()?, decide.note.as_deref());
                let outcome = if decide.release {
                    let officer = command_line_officer(&archive, decide.by.as_deref()).await?;
                    decisions::decide_as_officer(&archive, &decide.document, (&officer, note), requests, (&pipeline, &plan)).await?
                } else {
                    let author = resolve_author(decide.by.as_ref())?;
                    decisions::decide(&archive, &decide.document, (&author, note), requests, (&pipeline, &plan)).await?
                };
                index_new_deposits(&archive, &CancellationToken::new()).await?;
                if global.json {
                    return output::print_json(&outcome).map(|()| 0);
                }
                let (document, version) = (output::sanitize_terminal(&outcome.document), u64::from(outcome.version));
                output::print_line(&localize(
                    language,
                    Message::DecisionSaved { document, version, open: reason_labels(language, &outcome.review) },
                ))?;
            }
        }
        Ok(0)
    }
}

fn parse_queue(name: &str) -> std::result::Result<ReviewQueue, String> {
    ReviewQueue::parse(name)
        .ok_or_else(|| format!("there is no queue {name:?}; queues are {}", ReviewQueue::ALL.map(ReviewQueue::as_str).join(", ")))
}

impl DecideArgs {
    fn decision_requests(&self) -> Result<Vec<DecisionRequest>> {
        let mut requests = Vec::new();
        requests.extend(self.kind.clone().map(|kind| DecisionRequest::Direct(DecisionKind::CorrectKind { kind })));
        for text in &self.field {
            let (field, value) = text.split_once('=').ok_or_else(|| arguments::field_argument_invalid(format!("{text:?}")))?;
            requests.push(DecisionRequest::Direct(DecisionKind::CorrectField { field: field.to_owned(), value: value.to_owned() }));
        }
        for text in &self.word {
            requests.push(parse_word(text).ok_or_else(|| arguments::word_argument_invalid(format!("{text:?}")))?);
        }
        for text in &self.turn {
            let (page, by) = parse_page_value(text, "1=90")?;
            let by = by.parse().map_err(|_| arguments::turn_argument_invalid(format!("{by:?}")))?;
            requests.push(DecisionRequest::Turn { page, by });
        }
        for text in &self.replace {
            let (page, file) = parse_page_value(text, "1=trang1.jpg")?;
            requests.push(DecisionRequest::Replace { page, file: PathBuf::from(file) });
        }
        requests.extend(self.split.map(|page| DecisionRequest::Direct(DecisionKind::Split { page })));
        requests.extend(self.join.map(|document| DecisionRequest::Direct(DecisionKind::Join { document })));
        let simple_kinds = [
            (self.release, DecisionKind::Release),
            (self.accept, DecisionKind::Accept),
            (self.reject, DecisionKind::Reject),
            (self.undo, DecisionKind::Undo),
        ];
        requests.extend(simple_kinds.into_iter().filter(|(is_requested, _)| *is_requested).map(|(_, kind)| DecisionRequest::Direct(kind)));
        Ok(requests)
    }
}

/// Parses `PAGE=VALUE`.
fn parse_page_value<'a>(text: &'a str, example: &str) -> Result<(u32, &'a str)> {
    let parts = text.split_once('=').and_then(|(page, rest)| Some((page.parse().ok()?, rest)));
    parts.ok_or_else(|| arguments::page_argument_invalid(format!("{text:?}"), example))
}

fn parse_word(text: &str) -> Option<DecisionRequest> {
    let (place, text) = text.split_once('=')?;
    let (page, word) = place.split_once(':')?;
    Some(DecisionRequest::Word { page: page.parse().ok()?, word: word.parse().ok()?, text: text.to_owned() })
}

fn reason_labels(language: Language, reasons: &[String]) -> String {
    reasons.iter().map(|reason| code_label(language, "reason", reason)).collect::<Vec<_>>().join(", ")
}

fn print_document(shown: &decisions::ReviewDocument, json: bool, language: Language) -> Result<()> {
    if json {
        return output::print_json(shown);
    }
    let recorded = &shown.recorded;
    output::print_line(&format!("{}\t{}", output::sanitize_terminal(&shown.document), reason_labels(language, &recorded.review_reasons)))?;
    let kind = &recorded.description;
    output::print_line(&format!("kind\t{} {}\t{}", kind.kind, kind.kind_name, kind.kind_confidence))?;
    for (name, field) in &kind.fields {
        let page = field.page.map_or_else(String::new, |page| page.to_string());
        output::print_line(&format!("{name}\t{}\t{}\t{page}", output::sanitize_terminal(&field.value), field.confidence))?;
    }
    for decision in &recorded.decisions {
        output::print_line(&format!(
            "{}\t{}\t{}",
            decision.at,
            output::sanitize_terminal(&decision.author),
            code_label(language, "act", decision.kind.as_str())
        ))?;
    }
    for word in &shown.doubtful {
        output::print_line(&format!("{}:{}\t{}\t{}", word.page, word.word, output::sanitize_terminal(&word.text), word.confidence))?;
    }
    Ok(())
}

//! Pipelines: list, check, and trial on a few documents before use.

use crate::archive::Archive;
use crate::records::export;
use crate::records::queries::authorized_document;
use crate::runs::execution;
use crate::runs::execution::DeliveryRequest;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::json;
use sohoa_base::error::Result;
use sohoa_base::messages::{arguments, runs};
use sohoa_base::model::account::{Identity, Right};
use sohoa_base::model::batch::StageCosts;
use sohoa_base::model::pipeline_plan::PipelinePlan;
use sohoa_base::model::record::{Record, RecordedDocument};
use sohoa_pipeline::pipeline_file;
use sohoa_pipeline::worker::CancellationToken;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Most documents in one trial.
pub const MAX_TRIAL_DOCUMENTS: usize = 3;

/// A pipeline and its text.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct PipelineText {
    /// Its name.
    pub name: String,
    /// Whether it is the server's default.
    pub is_default: bool,
    /// Content of the file (TOML).
    pub text: String,
    /// Its stages in order.
    pub stages: Vec<String>,
}

fn pipeline_text(text: &str, plan: &PipelinePlan, is_default: bool) -> PipelineText {
    let stages = plan.groups.iter().flat_map(|group| &group.stages).map(|step| step.stage.clone());
    PipelineText { name: plan.name.clone(), is_default, text: text.to_owned(), stages: stages.collect() }
}

/// The server's pipeline and the built-in ones.
///
/// # Errors
/// `Invalid` for a malformed built-in one, which a test rules out.
pub fn list_pipelines((text, own): (&str, &PipelinePlan)) -> Result<Vec<PipelineText>> {
    let mut all = vec![pipeline_text(text, own, true)];
    for built_in in pipeline_file::BUILT_IN {
        let plan = pipeline_file::parse(built_in, "built in")?;
        if plan.name != own.name {
            all.push(pipeline_text(built_in, &plan, false));
        }
    }
    Ok(all)
}

/// Parses a pipeline text and lists its stages.
///
/// # Errors
/// `Invalid`, with the line number, for a malformed text.
pub fn check_pipeline(text: &str) -> Result<PipelineText> {
    Ok(pipeline_text(text, &pipeline_file::parse(text, "as given")?, false))
}

/// Result of a trial for one document, compared with the archive.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct DocumentTrial {
    /// The document, `DOSSIER#NUMBER`.
    pub document: String,
    /// Differences.
    pub changes: Vec<Difference>,
    /// Number of documents that the trial separated from the same files.
    pub documents: usize,
}

/// A value that differs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Difference {
    /// `kind`, `field:NAME`, `review`, or `text:PAGE`.
    pub what: String,
    /// Value in the archive.
    pub before: String,
    /// Value of the trial.
    pub after: String,
}

/// Result of a trial.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct TrialResult {
    /// By document.
    pub documents: Vec<DocumentTrial>,
    /// Processor time by stage.
    pub stages: StageCosts,
    /// Wall-clock seconds.
    pub seconds: f64,
}

/// Runs a pipeline over the originals of a few documents in a temporary archive; this archive does not change.
///
/// # Errors
/// `Invalid` for a malformed text, or too many documents; `NotFound` for an unknown document; `Limit` while another trial of `by`, or as
/// many as are allowed, go on.
pub async fn run_trial(archive: &Archive, by: &Identity, text: &str, names: &[String]) -> Result<TrialResult> {
    if names.is_empty() || names.len() > MAX_TRIAL_DOCUMENTS {
        return Err(runs::trial_document_count(MAX_TRIAL_DOCUMENTS));
    }
    let plan = pipeline_file::parse(text, "as given")?;
    let _slot = archive.trials.enter(&by.user.name)?;
    let failed = |error: std::io::Error| runs::trial_unwritable().caused_by(error);
    let home = tempfile::tempdir_in(&archive.scratch).map_err(failed)?;
    let mut found = Vec::with_capacity(names.len());
    let mut inputs: BTreeMap<String, Vec<PathBuf>> = BTreeMap::new();
    for (number, name) in (1..).zip(names) {
        let (record, document) = authorized_document(archive, by, Right::Read, name).await?;
        let folder = home.path().join("files").join(number.to_string());
        write_originals(archive, &record, &document, &folder).await?;
        inputs.entry(record.fonds.clone()).or_default().push(folder);
        found.push((name, record, document));
    }
    let body = json!({ "by": by.user.name, "pipeline": plan.name, "documents": names });
    archive.catalog.append_event("", "", "pipeline-tried", body).await?;
    let config = sohoa_base::config::Config {
        home: home.path().join("archive"),
        store: None,
        catalog: None,
        index: None,
        unit: "trial".to_owned(),
        // A trial leaves the processors to the runs.
        jobs: 1,
        ..archive.config.clone()
    };
    let program = std::env::current_exe().map_err(|error| arguments::program_path_unknown().caused_by(error))?;
    let other = Archive::open(config, &program).await?;
    let (mut stages, mut seconds) = (StageCosts::new(), 0.0);
    // Documents of each unit on their own, so that they are read by a process of their own.
    for (unit, inputs) in &inputs {
        let delivered = DeliveryRequest { unit, inputs, pipeline: text, plan: &plan, priority: None };
        let outcome = execution::run_batch(&other, delivered, &CancellationToken::default(), &|_| {}).await?;
        seconds += outcome.seconds;
        for (stage, cost) in outcome.stages {
            let total = stages.entry(stage).or_default();
            total.executions += cost.executions;
            total.cpu_ms += cost.cpu_ms;
        }
    }
    let mut documents = Vec::with_capacity(found.len());
    for (number, (name, record, document)) in (1..).zip(&found) {
        let made = export::load_record(&other, &format!("{number}")).await?;
        let differences = match made.documents.first() {
            Some(first) => compare_documents((archive, record, document), (&other, &made, first)).await?,
            None => Vec::new(),
        };
        documents.push(DocumentTrial { document: (*name).clone(), changes: differences, documents: made.documents.len() });
    }
    Ok(TrialResult { documents, stages, seconds })
}

/// Writes the originals of a document to a folder, named by page number to keep their order.
async fn write_originals(archive: &Archive, record: &Record, document: &RecordedDocument, folder: &Path) -> Result<()> {
    let failed = |error: std::io::Error| runs::trial_unwritable().caused_by(error);
    tokio::fs::create_dir_all(folder).await.map_err(failed)?;
    let mut taken = BTreeSet::new();
    for page in document.pages.iter().filter(|page| taken.insert(page.original.clone())) {
        let Some(original) = record.originals.iter().find(|original| original.sha256 == page.original) else { continue };
        let ending = Path::new(&original.path).extension().and_then(|ending| ending.to_str()).unwrap_or("bin");
        let bytes = crate::records::redacted_copy::original_bytes(archive, record, original).await?;
        let place = folder.join(format!("{:04}.{ending}", page.number));
        tokio::fs::write(place, bytes).await.map_err(failed)?;
    }
    Ok(())
}

type DocumentSource<'a> = (&'a Archive, &'a Record, &'a RecordedDocument);

/// Differences between kinds, fields, review reasons and page texts of two documents.
async fn compare_documents(before: DocumentSource<'_>, after: DocumentSource<'_>) -> Result<Vec<Difference>> {
    let (one, other) = (&before.2.description, &after.2.description);
    let mut pairs = vec![("kind".to_owned(), one.kind_name.clone(), other.kind_name.clone())];
    let names: BTreeSet<&String> = one.fields.keys().chain(other.fields.keys()).collect();
    for name in names {
        let value = |fields: &std::collections::BTreeMap<String, sohoa_base::model::record::Field>| {
            fields.get(name).map(|field| field.value.clone()).unwrap_or_default()
        };
        pairs.push((format!("field:{name}"), value(&one.fields), value(&other.fields)));
    }
    pairs.push(("review".to_owned(), before.2.review_reasons.join(", "), after.2.review_reasons.join(", ")));
    let (texts, others) = (page_texts(before).await?, page_texts(after).await?);
    for page in 0..texts.len().max(others.len()) {
        let text = |texts: &[String]| texts.get(page).cloned().unwrap_or_default();
        pairs.push((format!("text:{}", page + 1), text(&texts), text(&others)));
    }
    let differ = pairs.into_iter().filter(|(_, before, after)| before != after);
    Ok(differ.map(|(what, before, after)| Difference { what, before, after }).collect())
}

/// Text of each page.
async fn page_texts((archive, record, document): DocumentSource<'_>) -> Result<Vec<String>> {
    let mut texts = Vec::with_capacity(document.pages.len());
    for page in &document.pages {
        let reading = crate::records::redacted_copy::load_reading(archive, record, page).await?;
        texts.push(reading.map(|reading| reading.text()).unwrap_or_default());
    }
    Ok(texts)
}

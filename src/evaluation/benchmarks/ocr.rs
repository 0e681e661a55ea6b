//! OCR accuracy on pages with ground truth.

use crate::benchmarks::page_folder::{TRUTH_SUFFIX, UNIT, file_names, list_pages, read_text};
use crate::calibration::{Calibration, calibrate};
use crate::error_taxonomy;
use crate::error_taxonomy::ErrorClassCounts;
use crate::field_accuracy;
use crate::field_accuracy::{FieldDifference, FieldTally};
use crate::text_scores;
use crate::text_scores::{PageScore, TotalScore};
use crate::word_calibration;
use crate::word_calibration::WordConfidenceBin;
use serde::Serialize;
use sohoa_base::config::Config;
use sohoa_base::error::Result;
use sohoa_base::messages::{evaluation, program};
use sohoa_base::model::page::reading::Reading;
use sohoa_base::model::pipeline_plan::PipelinePlan;
use sohoa_extraction::description::describe;
use sohoa_file_worker::client::FileWorker;
use sohoa_recognition::page::ReadOptions;
use sohoa_sandbox::pool::Pool;
use sohoa_services::archive;
use sohoa_stages::stage::options_of;
use std::collections::BTreeMap;
use std::path::Path;

/// Result of an OCR benchmark.
#[derive(Debug, Serialize)]
pub struct Evaluation {
    /// Results by page.
    pub pages: Vec<EvaluatedPage>,
    /// Error rates over all pages.
    pub total: TotalScore,
    /// Character errors by class, over all pages.
    pub classes: ErrorClassCounts,
    /// Verdicts on the fields of `<id>.meta.json`.
    pub fields: BTreeMap<String, FieldTally>,
    /// Fields whose value is not right.
    pub differing: Vec<FieldDifference>,
    /// Calibration of the confidence of fields.
    pub calibration: Calibration,
    /// Share of right words by confidence.
    pub words: Vec<WordConfidenceBin>,
    /// Processor seconds a page for decoding, preprocessing and reading.
    pub cpu_seconds_per_page: f64,
    /// Processor seconds a page by part.
    pub cpu_seconds_by_part: BTreeMap<String, f64>,
    /// Peak resident memory of the reading process, MiB.
    pub peak_mib: u64,
    /// Pages that could not be read; all their text counts as missing.
    pub failures: Vec<String>,
}

/// One page of an OCR benchmark.
#[derive(Debug, Serialize)]
pub struct EvaluatedPage {
    /// Its error counts.
    #[serde(flatten)]
    pub scored: ScoredPage,
    /// Expected character errors per mille, as estimated by the program; none where it made no estimate.
    pub expected_error_permille: Option<u32>,
    /// Processor milliseconds by part.
    pub cpu_ms: BTreeMap<String, u64>,
}

/// Reads every page of `folder` that has ground truth with the page stages of `plan`, and compares. Texts and readings are
/// written to `write` as `<id>.txt` and `<id>.json`.
///
/// # Errors
/// `Invalid` when the folder has no ground truth; `NotFound` when no reading process can start.
pub async fn evaluate(config: &Config, program: &Path, folder: &Path, plan: &PipelinePlan, write: Option<&Path>) -> Result<Evaluation> {
    let options = reading_options(plan)?;
    let pool = archive::pool(config, program, 1);
    let (mut pages, mut compared, mut differing, mut failures) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let mut word_bins = word_calibration::empty_bins();
    if let Some(folder) = write {
        std::fs::create_dir_all(folder).map_err(|error| evaluation::folder_unwritable(folder.display()).caused_by(error))?;
    }
    for (id, picture) in list_pages(folder)? {
        let truth = read_text(&folder.join(format!("{id}.gt.txt")))?;
        let (reading, cpu_ms) = match read_page(&pool, &picture, options).await {
            Ok(read) => read,
            Err(error) if error.kind().is_outage() => return Err(error),
            Err(error) => {
                failures.push(format!("{id}: {}", error.chain()));
                (Reading::default(), BTreeMap::new())
            }
        };
        word_calibration::add_page(&mut word_bins, &truth, &reading.words().collect::<Vec<_>>());
        let text = reading.text();
        if let Some(folder) = write {
            let failed = |error: std::io::Error| evaluation::folder_unwritable(folder.display()).caused_by(error);
            std::fs::write(folder.join(format!("{id}.txt")), &text).map_err(failed)?;
            let json =
                serde_json::to_vec_pretty(&reading).map_err(|error| program::bug("evaluation: JSON of a reading").caused_by(error))?;
            std::fs::write(folder.join(format!("{id}.json")), json).map_err(failed)?;
        }
        let truth_file = folder.join(format!("{id}.meta.json"));
        if truth_file.is_file() {
            let fields = field_accuracy::compare(&describe(&[&reading]), &read_text(&truth_file)?)?;
            differing.extend(field_accuracy::field_differences(&id, &fields));
            compared.extend(fields);
        }
        let expected_error_permille = reading.quality.scan.map(|scan| scan.expected_error_permille);
        pages.push(EvaluatedPage { scored: ScoredPage::score(id, &truth, &text), expected_error_permille, cpu_ms });
    }
    let mut by_part: BTreeMap<String, f64> = BTreeMap::new();
    for (part, spent) in pages.iter().flat_map(|page| &page.cpu_ms) {
        *by_part.entry(part.clone()).or_default() += *spent as f64 / 1000.0 / pages.len() as f64;
    }
    Ok(Evaluation {
        total: text_scores::total_score(pages.iter().map(|page| &page.scored.score)),
        classes: error_taxonomy::total_errors(pages.iter().map(|page| &page.scored.classes)),
        fields: field_accuracy::tally(&compared),
        differing,
        calibration: calibrate(&compared),
        words: word_bins,
        cpu_seconds_per_page: by_part.values().sum(),
        cpu_seconds_by_part: by_part,
        peak_mib: pool.peak_kib().div_ceil(1024),
        pages,
        failures,
    })
}

/// Accuracy of the texts of another program.
#[derive(Debug, Serialize)]
pub struct ScoredTexts {
    /// Results by page.
    pub pages: Vec<ScoredPage>,
    /// Error rates over all pages.
    pub total: TotalScore,
    /// Character errors by class, over all pages.
    pub classes: ErrorClassCounts,
}

/// Accuracy of the text of one page.
#[derive(Debug, Serialize)]
pub struct ScoredPage {
    /// Its name without ending.
    pub id: String,
    /// Its error counts.
    #[serde(flatten)]
    pub score: PageScore,
    /// Its character errors by class.
    pub classes: ErrorClassCounts,
}

impl ScoredPage {
    fn score(id: String, truth: &str, text: &str) -> Self {
        Self { id, score: text_scores::score_page(truth, text), classes: error_taxonomy::page_errors(truth, text) }
    }
}

/// Compares `<id>.txt` of `texts` with `<id>.gt.txt` of `truths`. Where a text is absent, all of it counts as missing.
///
/// # Errors
/// `Invalid` where there is no ground truth or a text is not UTF-8.
pub fn score_texts(truths: &Path, texts: &Path) -> Result<ScoredTexts> {
    let mut pages = Vec::new();
    for name in file_names(truths)? {
        let Some(id) = name.strip_suffix(TRUTH_SUFFIX) else { continue };
        let truth = read_text(&truths.join(&name))?;
        let text = texts.join(format!("{id}.txt"));
        let text = if text.is_file() { read_text(&text)? } else { String::new() };
        pages.push(ScoredPage::score(id.to_owned(), &truth, &text));
    }
    if pages.is_empty() {
        return Err(evaluation::folder_without_ground_truth(truths.display()));
    }
    Ok(ScoredTexts {
        total: text_scores::total_score(pages.iter().map(|page| &page.score)),
        classes: error_taxonomy::total_errors(pages.iter().map(|page| &page.classes)),
        pages,
    })
}

/// Options for the reading process from the page stages of a plan.
pub(crate) fn reading_options(plan: &PipelinePlan) -> Result<ReadOptions> {
    let empty = serde_json::Value::Object(serde_json::Map::new());
    let of = |stage: &str| {
        let mut steps = plan.groups.iter().flat_map(|group| &group.stages);
        steps.find(|step| step.stage == stage).map_or(&empty, |step| &step.options)
    };
    Ok(ReadOptions { prepare: options_of(of("prepare"))?, read: options_of(of("read"))?, turn: None })
}

/// Reads the first page of a file in a reading process; the reading and the processor milliseconds by part.
pub(crate) async fn read_page(pool: &Pool, picture: &Path, options: ReadOptions) -> Result<(Reading, BTreeMap<String, u64>)> {
    let source = picture.to_string_lossy();
    let mut worker = FileWorker::open(pool, UNIT, &source, picture).await?;
    let media_type = worker.inspect(&picture.file_name().unwrap_or_default().to_string_lossy()).await?.media_type;
    let page = worker.read_page(&media_type, 1, options).await?;
    Ok((page.reading, page.cpu_ms))
}

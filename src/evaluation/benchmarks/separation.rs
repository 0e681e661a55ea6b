//! Accuracy of document separation on stacks of documents with ground truth.

use crate::benchmarks::known_documents::{KnownDocument, list_documents};
use crate::benchmarks::ocr::reading_options;
use crate::benchmarks::page_folder::UNIT;
use crate::benchmarks::page_stack::{StackSide, shuffle_stack};
use crate::calibration::{Calibration, calibrate};
use crate::field_accuracy;
use crate::field_accuracy::{FieldDifference, FieldTally};
use crate::split_scores::{SplitCounts, SplitMistake, compare_splits};
use serde::Serialize;
use sohoa_base::config::Config;
use sohoa_base::error::Result;
use sohoa_base::messages::{evaluation, program};
use sohoa_base::model::page::barcode::Separator;
use sohoa_base::model::page::reading::Reading;
use sohoa_base::model::pipeline_plan::PipelinePlan;
use sohoa_extraction::description::describe;
use sohoa_extraction::separation::split::{BoundaryFeatures, SeparationPage, split_into_documents};
use sohoa_file_worker::client::FileWorker;
use sohoa_recognition::page::ReadOptions;
use sohoa_sandbox::pool::Pool;
use sohoa_services::archive;
use sohoa_services::intake::separator_sheets::sheet_words;
use sohoa_synthetic::page::fonts::Fonts;
use sohoa_synthetic::random::SeededRng;
use sohoa_synthetic::separators::test_pages::{SeparatorTestPages, draw_separator_test_pages};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Number of stacks and the seed of their order.
#[derive(Debug, Clone, Copy)]
pub struct StackOptions {
    /// Number of stacks; each holds every document once.
    pub count: u16,
    /// Seed of all random choices.
    pub seed: u64,
}

/// Result of the benchmark.
#[derive(Debug, Serialize)]
pub struct SeparationResult {
    /// Documents in each stack.
    pub documents: usize,
    /// Pages of these documents.
    pub pages: usize,
    /// Stacks of each kind.
    pub piles: u16,
    /// Separator sheets.
    pub sheets: SheetCounts,
    /// Results by kind of stack.
    pub kinds: Vec<StackKindResult>,
    /// Verdicts on the kind and fields of the documents, by the columns of `manifest.tsv`.
    pub fields: BTreeMap<String, FieldTally>,
    /// Fields whose value is not right.
    pub differing: Vec<FieldDifference>,
    /// Calibration of the confidence of fields.
    pub calibration: Calibration,
    /// Pages that could not be read.
    pub failures: Vec<String>,
}

/// Counts of separator sheets.
#[derive(Debug, Clone, Copy, Default, Serialize)]
pub struct SheetCounts {
    /// Drawn and read.
    pub read: usize,
    /// Those whose code was decoded.
    pub decoded: usize,
}

/// Result for all stacks of one kind.
#[derive(Debug, Serialize)]
pub struct StackKindResult {
    /// The stack is one file, such as a PDF; otherwise one image a page.
    pub one_file: bool,
    /// Separator sheets are between the documents.
    pub with_sheets: bool,
    /// Counts over all stacks.
    #[serde(flatten)]
    pub counts: SplitCounts,
    /// Share of the starts found that are right.
    pub precision: f64,
    /// Share of the true starts that were found.
    pub recall: f64,
    /// Harmonic mean of both.
    pub f1: f64,
    /// Share of the documents found with exactly their pages.
    pub exactness: f64,
    /// Mistakes, with the number of stacks in which each occurred.
    pub mistakes: BTreeMap<String, usize>,
}

/// A document whose pages were read.
struct ReadDocument {
    name: String,
    pages: Vec<Reading>,
}

/// Features of a side, for both forms of delivery.
struct SideFeatures {
    one_file: BoundaryFeatures,
    loose: BoundaryFeatures,
    blank: bool,
}

impl SideFeatures {
    fn of(reading: &Reading) -> Self {
        Self {
            one_file: BoundaryFeatures::from_reading(reading, false),
            loose: BoundaryFeatures::from_reading(reading, true),
            blank: reading.blank,
        }
    }
}

/// Reads the documents of `folder` once, combines them to stacks in random order, some pages with blank backs, with and
/// without separator sheets, and separates the stacks. A document is a file of `manifest.tsv`, a document of a
/// `<dossier>.expected.json` as `sohoa_synthetic` writes it, or, where there is neither, a PDF or TIFF. Sheets and backs are
/// drawn and read like any page. The readings are written to `write`.
///
/// # Errors
/// `Invalid` when the folder holds no document; `NotFound` when no reading process can start or the typeface of the
/// sheets is missing.
pub async fn evaluate(
    config: &Config,
    program: &Path,
    folder: &Path,
    plan: &PipelinePlan,
    stacks: StackOptions,
    write: Option<&Path>,
) -> Result<SeparationResult> {
    let options = reading_options(plan)?;
    let files = list_documents(folder)?;
    let scratch = tempfile::tempdir().map_err(|error| evaluation::temp_file_unwritable().caused_by(error))?;
    let SeparatorTestPages { sheets, back } =
        draw_separator_test_pages(&Fonts::load()?, &Separator::Document, &sheet_words(&Separator::Document), stacks.seed)?;
    let pool = archive::pool(config, program, 1);
    let mut failures = Vec::new();
    let mut documents = Vec::new();
    let (mut compared, mut differing) = (Vec::new(), Vec::new());
    for KnownDocument { name, pages, truth: document_truth, bare_subject } in files {
        match read_document(&pool, &pages, options).await {
            Ok(pages) => {
                let mut description = describe(&pages.iter().collect::<Vec<_>>());
                if let Some(subject) = description.fields.get_mut("subject").filter(|_| bare_subject)
                    && let Some(bare) = subject.value.strip_prefix("Về việc ")
                {
                    subject.value = bare.to_owned();
                }
                let fields = field_accuracy::compare(&description, &document_truth)?;
                differing.extend(field_accuracy::field_differences(&name, &fields));
                compared.extend(fields);
                documents.push(ReadDocument { name, pages });
            }
            Err(error) if error.kind().is_outage() => return Err(error),
            Err(error) => failures.push(format!("{name}: {}", error.chain())),
        }
    }
    let mut rendered = Vec::new();
    for (place, bytes) in sheets.iter().chain([&back]).enumerate() {
        let path = scratch.path().join(format!("{place}.scan"));
        std::fs::write(&path, bytes).map_err(|error| evaluation::folder_unwritable(path.display()).caused_by(error))?;
        rendered.extend(read_file(&pool, &path, options).await?.into_iter().next());
    }
    let back = rendered.pop().unwrap_or_default();
    if let Some(folder) = write {
        write_readings(folder, &documents, &rendered)?;
    }
    let sheets = SheetCounts {
        read: rendered.len(),
        decoded: rendered.iter().filter(|sheet| Separator::from_barcodes(&sheet.barcodes).is_some()).count(),
    };
    let source = StackSource {
        names: documents.iter().map(|document| document.name.as_str()).collect(),
        pages: documents.iter().map(|document| document.pages.iter().map(SideFeatures::of).collect()).collect(),
        sheets: rendered.iter().map(SideFeatures::of).collect(),
        back: SideFeatures::of(&back),
    };
    let kinds = [(true, false), (true, true), (false, false), (false, true)];
    Ok(SeparationResult {
        documents: documents.len(),
        pages: documents.iter().map(|document| document.pages.len()).sum(),
        piles: stacks.count,
        sheets,
        kinds: kinds.into_iter().map(|(one_file, with_sheets)| evaluate_stacks(&source, one_file, with_sheets, stacks)).collect(),
        fields: field_accuracy::tally(&compared),
        differing,
        calibration: calibrate(&compared),
        failures,
    })
}

/// Sides of which stacks are made.
struct StackSource<'a> {
    names: Vec<&'a str>,
    pages: Vec<Vec<SideFeatures>>,
    sheets: Vec<SideFeatures>,
    back: SideFeatures,
}

impl StackSource<'_> {
    fn features(&self, side: StackSide) -> Option<&SideFeatures> {
        match side {
            StackSide::Page { document, page } => self.pages.get(document)?.get(page),
            StackSide::Back { .. } => Some(&self.back),
            StackSide::Sheet(sheet) => self.sheets.get(sheet),
        }
    }

    fn describe_side(&self, side: Option<&StackSide>) -> String {
        let of = |document: usize| self.names.get(document).copied().unwrap_or_default();
        match side {
            Some(StackSide::Page { document, page }) => format!("{} page {}", of(*document), page + 1),
            Some(StackSide::Back { document }) => format!("{} blank back", of(*document)),
            _ => "separator sheet".to_owned(),
        }
    }
}

/// Separates all stacks of one kind and compares with the truth.
fn evaluate_stacks(source: &StackSource<'_>, one_file: bool, with_sheets: bool, stacks: StackOptions) -> StackKindResult {
    let pages_of: Vec<usize> = source.pages.iter().map(Vec::len).collect();
    let (mut cuts, mut mistakes) = (SplitCounts::default(), BTreeMap::new());
    for number in 0..stacks.count {
        // The same order with and without sheets.
        let mut random = SeededRng::for_purpose(stacks.seed, &format!("pile {number}"));
        let sides = shuffle_stack(&pages_of, if with_sheets { source.sheets.len() } else { 0 }, &mut random);
        let pages: Vec<SeparationPage> = (1..)
            .zip(&sides)
            .enumerate()
            .filter_map(|(at, (number, side))| {
                let side = source.features(*side)?;
                let features = if one_file { &side.one_file } else { &side.loose };
                let (file, number_in_file) = if one_file { (0, number) } else { (at, 1) };
                Some(SeparationPage {
                    file,
                    number_in_file,
                    is_loose_image: !one_file,
                    features: Some(features.clone()),
                    blank: side.blank,
                })
            })
            .collect();
        let truth: Vec<Option<usize>> = sides.iter().map(|side| side.document()).collect();
        let (found, wrong) = compare_splits(&truth, &split_into_documents(&pages));
        cuts.add(&found);
        for mistake in wrong {
            let (what, at) = match mistake {
                SplitMistake::Missed(at) => ("start missed", at),
                SplitMistake::Wrong(at) => ("wrong start", at),
            };
            *mistakes.entry(format!("{what}: {}", source.describe_side(sides.get(at)))).or_default() += 1;
        }
    }
    StackKindResult {
        one_file,
        with_sheets,
        counts: cuts,
        precision: cuts.precision(),
        recall: cuts.recall(),
        f1: cuts.f1(),
        exactness: cuts.exactness(),
        mistakes,
    }
}

/// Reads the pages of a document.
async fn read_document(pool: &Pool, pages: &[(PathBuf, Option<usize>)], options: ReadOptions) -> Result<Vec<Reading>> {
    let mut all = Vec::new();
    for (file, page) in pages {
        let read = read_file(pool, file, options).await?;
        match page {
            None => all.extend(read),
            Some(page) => all.extend(read.into_iter().nth(page.saturating_sub(1))),
        }
    }
    Ok(all)
}

/// Reads all pages of a file.
async fn read_file(pool: &Pool, file: &Path, options: ReadOptions) -> Result<Vec<Reading>> {
    let source = file.to_string_lossy();
    let mut worker = FileWorker::open(pool, UNIT, &source, file).await?;
    let inspected = worker.inspect(&file.file_name().unwrap_or_default().to_string_lossy()).await?;
    let mut read = Vec::new();
    for page in 1..=inspected.pages {
        read.push(worker.read_page(&inspected.media_type, page, options).await?.reading);
    }
    Ok(read)
}

/// Writes the readings as `<file>-p<page>.json`, with `-` for `/` in the path.
fn write_readings(folder: &Path, documents: &[ReadDocument], sheets: &[Reading]) -> Result<()> {
    let failed = |error: std::io::Error| evaluation::folder_unwritable(folder.display()).caused_by(error);
    std::fs::create_dir_all(folder).map_err(failed)?;
    let named = documents.iter().map(|document| (document.name.replace('/', "-"), document.pages.as_slice()));
    for (name, pages) in named.chain([("separator sheet".to_owned(), sheets)]) {
        for (number, reading) in (1..).zip(pages) {
            let path: PathBuf = folder.join(format!("{name}-p{number}.json"));
            let json = serde_json::to_vec(reading).map_err(|error| program::bug("evaluation: JSON of a reading").caused_by(error))?;
            std::fs::write(path, json).map_err(failed)?;
        }
    }
    Ok(())
}

//! How well piles of known documents are cut into them.

use crate::benchmarks::known_documents::{KnownDocument, list_documents};
use crate::benchmarks::ocr::reading_options;
use crate::benchmarks::page_stack::{StackSide, shuffle_stack};
use crate::calibration::{Calibration, calibrate};
use crate::field_accuracy;
use crate::field_accuracy::{FieldDifference, FieldTally};
use crate::split_scores::{SplitCounts, SplitMistake, compare_splits};
use serde::Serialize;
use sohoa_base::config::Config;
use sohoa_base::error::{ErrorKind, Result, ResultExt};
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

/// How the documents are laid into piles.
#[derive(Debug, Clone, Copy)]
pub struct StackOptions {
    /// How many piles; each holds every document once.
    pub count: u16,
    /// Everything random follows from it.
    pub seed: u64,
}

/// What was found.
#[derive(Debug, Serialize)]
pub struct SeparationResult {
    /// Documents that were laid into piles.
    pub documents: usize,
    /// Pages in them.
    pub pages: usize,
    /// Piles of each kind.
    pub piles: u16,
    /// Separator sheets that were rendered and read, and those of them whose code was decoded.
    pub sheets: SheetCounts,
    /// Kinds of piles.
    pub kinds: Vec<StackKindResult>,
    /// Kind and fields of the documents against the columns of `manifest.tsv` that name them.
    pub fields: BTreeMap<String, FieldTally>,
    /// Fields that are not as they should be.
    pub differing: Vec<FieldDifference>,
    /// Confidences of fields beside the truth.
    pub calibration: Calibration,
    /// Pages that could not be read.
    pub failures: Vec<String>,
}

/// Separator sheets as read.
#[derive(Debug, Clone, Copy, Default, Serialize)]
pub struct SheetCounts {
    /// Rendered and read.
    pub read: usize,
    /// Whose code was decoded.
    pub decoded: usize,
}

/// All piles of one kind.
#[derive(Debug, Serialize)]
pub struct StackKindResult {
    /// The pile is one file, such as a PDF; otherwise a picture a page.
    pub one_file: bool,
    /// Sheets lie between the documents.
    pub with_sheets: bool,
    /// Over all piles.
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
    /// What went wrong, and in how many piles.
    pub mistakes: BTreeMap<String, usize>,
}

/// A document to be laid into piles.
struct ReadDocument {
    name: String,
    pages: Vec<Reading>,
}

/// A reading that is laid into piles, as the two ways of delivery see it.
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

/// Reads the documents of `folder` once, lays them into piles in random order, some pages with blank backs, with and
/// without separator sheets, and cuts the piles. A document is a file of `manifest.tsv`, one of a
/// `<dossier>.expected.json` as the generator of dossiers leaves it, or, where there is neither, a PDF or TIFF. Sheets and backs are rendered and read like any page. `write`: leave the readings there.
///
/// # Errors
/// `Invalid` when the folder holds no document; `NotFound` when no reading process can start or the typeface of the
/// sheets is missing.
pub async fn evaluate(
    config: &Config,
    program: &Path,
    folder: &Path,
    plan: &PipelinePlan,
    piles: StackOptions,
    write: Option<&Path>,
) -> Result<SeparationResult> {
    let options = reading_options(plan)?;
    let files = list_documents(folder)?;
    let scratch = tempfile::tempdir().or_error(ErrorKind::Unavailable, || "cannot make a temporary folder".to_owned())?;
    let SeparatorTestPages { sheets, back } =
        draw_separator_test_pages(&Fonts::load()?, &Separator::Document, &sheet_words(&Separator::Document), piles.seed)?;
    let pool = archive::pool(config, program, 1);
    let mut failures = Vec::new();
    let mut known = Vec::new();
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
                let own = field_accuracy::compare(&description, &document_truth)?;
                differing.extend(field_accuracy::field_differences(&name, &own));
                compared.extend(own);
                known.push(ReadDocument { name, pages });
            }
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::Unavailable) => return Err(error),
            Err(error) => failures.push(format!("{name}: {}", error.chain())),
        }
    }
    let mut rendered = Vec::new();
    for (place, bytes) in sheets.iter().chain([&back]).enumerate() {
        let path = scratch.path().join(format!("{place}.scan"));
        std::fs::write(&path, bytes).or_error(ErrorKind::Unavailable, || format!("cannot write {}", path.display()))?;
        rendered.extend(read_file(&pool, &path, options).await?.into_iter().next());
    }
    let back = rendered.pop().unwrap_or_default();
    if let Some(folder) = write {
        write_readings(folder, &known, &rendered)?;
    }
    let sheets = SheetCounts {
        read: rendered.len(),
        decoded: rendered.iter().filter(|sheet| Separator::from_barcodes(&sheet.barcodes).is_some()).count(),
    };
    let deck = StackSource {
        names: known.iter().map(|document| document.name.as_str()).collect(),
        pages: known.iter().map(|document| document.pages.iter().map(SideFeatures::of).collect()).collect(),
        sheets: rendered.iter().map(SideFeatures::of).collect(),
        back: SideFeatures::of(&back),
    };
    let kinds = [(true, false), (true, true), (false, false), (false, true)];
    Ok(SeparationResult {
        documents: known.len(),
        pages: known.iter().map(|document| document.pages.len()).sum(),
        piles: piles.count,
        sheets,
        kinds: kinds.into_iter().map(|(one_file, with_sheets)| evaluate_stacks(&deck, one_file, with_sheets, piles)).collect(),
        fields: field_accuracy::tally(&compared),
        differing,
        calibration: calibrate(&compared),
        failures,
    })
}

/// Everything that is laid into piles.
struct StackSource<'a> {
    names: Vec<&'a str>,
    pages: Vec<Vec<SideFeatures>>,
    sheets: Vec<SideFeatures>,
    back: SideFeatures,
}

impl StackSource<'_> {
    fn features(&self, leaf: StackSide) -> Option<&SideFeatures> {
        match leaf {
            StackSide::Page { document, page } => self.pages.get(document)?.get(page),
            StackSide::Back { .. } => Some(&self.back),
            StackSide::Sheet(sheet) => self.sheets.get(sheet),
        }
    }

    fn describe_side(&self, leaf: Option<&StackSide>) -> String {
        let of = |document: usize| self.names.get(document).copied().unwrap_or_default();
        match leaf {
            Some(StackSide::Page { document, page }) => format!("{} page {}", of(*document), page + 1),
            Some(StackSide::Back { document }) => format!("{} blank back", of(*document)),
            _ => "separator sheet".to_owned(),
        }
    }
}

fn evaluate_stacks(deck: &StackSource<'_>, one_file: bool, with_sheets: bool, piles: StackOptions) -> StackKindResult {
    let pages_of: Vec<usize> = deck.pages.iter().map(Vec::len).collect();
    let (mut cuts, mut mistakes) = (SplitCounts::default(), BTreeMap::new());
    for number in 0..piles.count {
        // The same order with and without sheets.
        let mut random = SeededRng::for_purpose(piles.seed, &format!("pile {number}"));
        let leaves = shuffle_stack(&pages_of, if with_sheets { deck.sheets.len() } else { 0 }, &mut random);
        let pages: Vec<SeparationPage> = (1..)
            .zip(&leaves)
            .enumerate()
            .filter_map(|(at, (number, leaf))| {
                let seen = deck.features(*leaf)?;
                let signs = if one_file { &seen.one_file } else { &seen.loose };
                let (file, number_in_file) = if one_file { (0, number) } else { (at, 1) };
                Some(SeparationPage { file, number_in_file, is_loose_image: !one_file, features: Some(signs.clone()), blank: seen.blank })
            })
            .collect();
        let truth: Vec<Option<usize>> = leaves.iter().map(|leaf| leaf.document()).collect();
        let (found, wrong) = compare_splits(&truth, &split_into_documents(&pages));
        cuts.add(&found);
        for mistake in wrong {
            let (what, at) = match mistake {
                SplitMistake::Missed(at) => ("start missed", at),
                SplitMistake::Wrong(at) => ("wrong start", at),
            };
            *mistakes.entry(format!("{what}: {}", deck.describe_side(leaves.get(at)))).or_default() += 1;
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

/// The pages of a document as read.
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

/// All pages of a file as read.
async fn read_file(pool: &Pool, file: &Path, options: ReadOptions) -> Result<Vec<Reading>> {
    let source = file.to_string_lossy();
    let mut worker = FileWorker::open(pool, &source, file).await?;
    let inspected = worker.inspect(&file.file_name().unwrap_or_default().to_string_lossy()).await?;
    let mut read = Vec::new();
    for page in 1..=inspected.pages {
        read.push(worker.read_page(&inspected.media_type, page, options).await?.reading);
    }
    Ok(read)
}

/// Leaves the readings as `<file>-p<page>.json`, `/` of the path written `-`.
fn write_readings(folder: &Path, known: &[ReadDocument], sheets: &[Reading]) -> Result<()> {
    let failed = || format!("cannot write to {}", folder.display());
    std::fs::create_dir_all(folder).or_error(ErrorKind::Unavailable, failed)?;
    let named = known.iter().map(|document| (document.name.replace('/', "-"), document.pages.as_slice()));
    for (name, pages) in named.chain([("separator sheet".to_owned(), sheets)]) {
        for (number, reading) in (1..).zip(pages) {
            let path: PathBuf = folder.join(format!("{name}-p{number}.json"));
            let json = serde_json::to_vec(reading).or_error(ErrorKind::Internal, failed)?;
            std::fs::write(path, json).or_error(ErrorKind::Unavailable, failed)?;
        }
    }
    Ok(())
}

//! Recall of the detection of personal data on drawn pages, which are read as in production.

use crate::benchmarks::found_share::FoundShare;
use crate::benchmarks::ocr::{read_page, reading_options};
use crate::text_scores::similarity;
use serde::Serialize;
use sohoa_base::config::Config;
use sohoa_base::error::Result;
use sohoa_base::messages::evaluation;
use sohoa_base::model::page::reading::Reading;
use sohoa_base::model::personal_data::{PersonalData, PersonalDataKind};
use sohoa_base::model::pipeline_plan::PipelinePlan;
use sohoa_extraction::fields::personal_data::find_personal_data;
use sohoa_services::archive;
use sohoa_synthetic::page::fonts::Fonts;
use sohoa_synthetic::personal_data_page::{PersonalDatum, draw_page};
use std::collections::BTreeMap;
use std::path::Path;

/// Result of the benchmark.
#[derive(Debug, Default, Serialize)]
pub struct PersonalDataResult {
    /// Number of pages.
    pub pages: usize,
    /// Data found and printed, by kind.
    pub kinds: BTreeMap<PersonalDataKind, FoundShare>,
    /// All kinds together.
    pub total: FoundShare,
    /// Marks on text that is no personal data.
    pub false_marks: usize,
    /// Data that was not found.
    pub missed: Vec<MissedDatum>,
}

/// Personal data that was not marked.
#[derive(Debug, Serialize)]
pub struct MissedDatum {
    /// Number of the page, from 0.
    pub page: usize,
    /// The printed data.
    #[serde(flatten)]
    pub datum: PersonalDatum,
}

/// Least similarity, 0 to 1, at which a marked text counts as the printed one: a few letters may be misread.
const MIN_SIMILARITY: f64 = 0.75;

/// Draws `count` pages, reads them with the page stages of `plan` and detects personal data.
///
/// # Errors
/// `NotFound` when typefaces or the reading process are missing; those of reading processes.
pub async fn measure(config: &Config, program: &Path, count: usize, seed: u64, plan: &PipelinePlan) -> Result<PersonalDataResult> {
    let (pool, fonts, options) = (archive::pool(config, program, 1), Fonts::load()?, reading_options(plan)?);
    let mut result = PersonalDataResult::default();
    for number in 0..count {
        let drawn = draw_page(&fonts, seed, number)?;
        let file =
            tempfile::Builder::new().suffix(".jpg").tempfile().map_err(|error| evaluation::temp_file_unwritable().caused_by(error))?;
        std::fs::write(file.path(), &drawn.bytes).map_err(|error| evaluation::temp_file_unwritable().caused_by(error))?;
        let (reading, _) = read_page(&pool, file.path(), options).await?;
        result.add_page(number, drawn.data, &reading);
    }
    Ok(result)
}

impl PersonalDataResult {
    fn add_page(&mut self, page: usize, data: Vec<PersonalDatum>, reading: &Reading) {
        self.pages += 1;
        let mut marks: Vec<String> = find_personal_data(reading, 1).iter().map(|mark| text_under_mark(mark, reading)).collect();
        for datum in data {
            let printed = normalize_text(&datum.text);
            let similarity_to = |mark: &String| if mark.contains(&printed) { 1.0 } else { similarity(mark, &printed) };
            let best = (0..marks.len()).max_by(|one, other| match (marks.get(*one), marks.get(*other)) {
                (Some(one), Some(other)) => similarity_to(one).total_cmp(&similarity_to(other)),
                _ => std::cmp::Ordering::Equal,
            });
            let mark = best.filter(|at| marks.get(*at).is_some_and(|mark| similarity_to(mark) >= MIN_SIMILARITY));
            for share in [&mut self.total, self.kinds.entry(datum.kind).or_default()] {
                share.record(mark.is_some());
            }
            match mark {
                Some(at) => drop(marks.swap_remove(at)),
                None => self.missed.push(MissedDatum { page, datum }),
            }
        }
        self.false_marks += marks.len();
    }
}

/// Normalised text of the words within a mark.
fn text_under_mark(mark: &PersonalData, reading: &Reading) -> String {
    let under = reading.words().filter(|word| mark.bounds.contains(&word.bounds));
    normalize_text(&under.map(|word| word.text.as_str()).collect::<String>())
}

/// Letters and digits without case and diacritics.
fn normalize_text(text: &str) -> String {
    sohoa_base::text::fold::fold(text).chars().filter(|letter| letter.is_alphanumeric()).collect()
}

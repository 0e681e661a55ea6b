//! How much of the personal data on pages is found: measured on drawn pages that are read as production reads them.

use crate::benchmarks::eval::{read, reading_options};
use crate::score::likeness;
use serde::Serialize;
use sohoa_base::config::Config;
use sohoa_base::error::{Kind, Result, ResultExt};
use sohoa_base::model::personal::{PersonalData, PersonalKind};
use sohoa_base::model::plan::Plan;
use sohoa_base::model::reading::Reading;
use sohoa_extraction::personal::find;
use sohoa_services::archive;
use sohoa_synthetic::fonts::Fonts;
use sohoa_synthetic::personal_page::{Datum, page};
use std::collections::BTreeMap;
use std::path::Path;

/// What a measurement found.
#[derive(Debug, Default, Serialize)]
pub struct Measured {
    /// Pages that were drawn and read.
    pub pages: usize,
    /// By kind: how many were printed, and of how many all words were marked.
    pub kinds: BTreeMap<PersonalKind, Share>,
    /// All kinds together.
    pub total: Share,
    /// Marks on what is no personal data.
    pub false_marks: usize,
    /// What was missed.
    pub missed: Vec<Missed>,
}

/// So many of all.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Share {
    /// How many were found.
    pub found: usize,
    /// How many there are.
    pub of: usize,
}

/// Personal data that was not marked.
#[derive(Debug, Serialize)]
pub struct Missed {
    /// Number of the page.
    pub page: usize,
    /// What was printed.
    #[serde(flatten)]
    pub datum: Datum,
}

/// Two texts are the same, whatever a few letters say, from this likeness on, 0 to 1.
const SAME: f64 = 0.75;

/// Draws `count` pages, reads them as `plan` does, and looks for personal data.
///
/// # Errors
/// `NotFound` when typefaces or the reading process are missing; those of reading processes.
pub async fn measure(config: &Config, program: &Path, count: usize, seed: u64, plan: &Plan) -> Result<Measured> {
    let (pool, fonts, options) = (archive::pool(config, program, 1), Fonts::load()?, reading_options(plan)?);
    let mut told = Measured::default();
    for number in 0..count {
        let drawn = page(&fonts, seed, number)?;
        let file = tempfile::Builder::new().suffix(".jpg").tempfile().or_error(Kind::Unavailable, || "cannot write a page".to_owned())?;
        std::fs::write(file.path(), &drawn.bytes).or_error(Kind::Unavailable, || "cannot write a page".to_owned())?;
        let (reading, _) = read(&pool, file.path(), options).await?;
        told.count(number, drawn.data, &reading);
    }
    Ok(told)
}

impl Measured {
    fn count(&mut self, page: usize, data: Vec<Datum>, reading: &Reading) {
        self.pages += 1;
        let mut marks: Vec<String> = find(reading, 1).iter().map(|mark| marked(mark, reading)).collect();
        for datum in data {
            let printed = plain(&datum.text);
            let alike = |mark: &String| if mark.contains(&printed) { 1.0 } else { likeness(mark, &printed) };
            let best = (0..marks.len()).max_by(|one, other| match (marks.get(*one), marks.get(*other)) {
                (Some(one), Some(other)) => alike(one).total_cmp(&alike(other)),
                _ => std::cmp::Ordering::Equal,
            });
            let mark = best.filter(|at| marks.get(*at).is_some_and(|mark| alike(mark) >= SAME));
            for share in [&mut self.total, self.kinds.entry(datum.kind).or_default()] {
                share.of += 1;
                share.found += usize::from(mark.is_some());
            }
            match mark {
                Some(at) => drop(marks.swap_remove(at)),
                None => self.missed.push(Missed { page, datum }),
            }
        }
        self.false_marks += marks.len();
    }
}

/// Letters and digits of the words under a mark.
fn marked(mark: &PersonalData, reading: &Reading) -> String {
    let under = reading.words().filter(|word| mark.bounds.contains(&word.bounds));
    plain(&under.map(|word| word.text.as_str()).collect::<String>())
}

fn plain(text: &str) -> String {
    sohoa_base::text::fold::fold(text).chars().filter(|letter| letter.is_alphanumeric()).collect()
}

//! Read: the words of one page, from the cache or from a reading process.

use crate::object_names;
use crate::originals;
use crate::reading_cache;
use crate::recent_readings::CachedReading;
use crate::stage::{Context, OptionGroup, Stage, StageOptions, TaskState, options_of, unexpected_item};
use async_trait::async_trait;
use serde_json::{Value, json};
use sohoa_base::error::Result;
use sohoa_base::messages::{reading, secrecy};
use sohoa_base::model::change::Change;
use sohoa_base::model::dossier::{Dossier, File, Item, Page, QuarantineRelease};
use sohoa_base::model::page::reading::Reading;
use sohoa_base::model::pipeline_plan::StageLevel;
use sohoa_base::model::refusal::{Refusal, RefusalClass, Warning};
use sohoa_extraction::fields::secrecy::{DetectedSecrecy, find_secrecy_stamp};
use sohoa_file_worker::client::FileWorker;
use sohoa_file_worker::request::PageRead;
use sohoa_recognition::page::{PreprocessOptions, ReadOptions};
use sohoa_recognition::second_pass::{RECORDED_NAMES, SecondPassOptions};
use std::sync::Arc;

/// How a page image is made ready to be read. It is prepared and read by one worker process, so that no image travels through
/// the store.
pub static PREPARE: OptionGroup =
    OptionGroup { name: "prepare", stage: "read", level: StageLevel::Page, version: 4, options: StageOptions::of::<PreprocessOptions>() };

/// See the module.
#[derive(Debug)]
pub struct Read;

#[async_trait]
impl Stage for Read {
    fn name(&self) -> &'static str {
        "read"
    }

    fn version(&self) -> u32 {
        12
    }

    fn level(&self) -> StageLevel {
        StageLevel::Page
    }

    fn options(&self) -> StageOptions {
        StageOptions::of::<SecondPassOptions>().recorded_as(RECORDED_NAMES)
    }

    async fn run(&self, context: &Context<'_>, options: &Value, work: &mut TaskState) -> Result<()> {
        let Item::Page { dossier, file, page } = &work.item else { return Err(unexpected_item(self.name())) };
        let options = ReadOptions { prepare: work.group_options(&PREPARE)?, read: options_of(options)?, turn: page.turn };
        // By dossier: what is forgotten of one in quarantine is not taken from another that holds the same page.
        let key = reading_cache::cache_key(&json!({
            "dossier": object_names::dossier_object(&dossier.name),
            "source": file.delivered.sha256,
            "page": page.number,
            "prepare": PREPARE.version,
            "read": self.version(),
            "options": options,
            "models": context.pool.models().await?,
        }));
        let cached = reading_cache::get(context, &key).await?;
        let is_cached = cached.is_some();
        let (found, cpu_ms) = match cached {
            Some(cached) => (Ok(cached), Vec::new()),
            None => {
                let (found, cpu_ms) = ask_reader(context, (dossier, file, page), options).await?;
                (found.map(Arc::new), cpu_ms)
            }
        };
        let change = match found {
            Ok(cached) => match find_secrecy_stamp(&cached.reading) {
                // Before anything of it is written anywhere.
                Some(stamp) if page.release.is_none() => {
                    reading_cache::delete(context, std::slice::from_ref(&key)).await?;
                    Change::PageHeld { page: page.id.clone(), refusal: secrecy_refusal(&stamp) }
                }
                stamp => {
                    if !is_cached {
                        reading_cache::put(context, &key, Arc::clone(&cached)).await?;
                    }
                    let mut warnings = cached.warnings.clone();
                    warnings.extend(stamp.and(page.release.as_deref()).map(release_warning));
                    let Reading { quality, blank, .. } = cached.reading.clone();
                    Change::PageRead { page: page.id.clone(), reading: key, quality, blank, warnings }
                }
            },
            Err(refusal) => Change::PageRefused { page: page.id.clone(), refusal },
        };
        work.changes.push(change);
        for (part, milliseconds) in cpu_ms {
            work.add_cpu_time(&part, milliseconds);
        }
        Ok(())
    }
}

/// Reads a page once more, by the pipeline of the task, and puts its reading back under the key that the catalogue knows.
///
/// # Errors
/// As the stage; `Corrupt` for a page that cannot be read any more.
pub(crate) async fn read_again(
    context: &Context<'_>,
    work: &TaskState,
    (dossier, file, page): (&Dossier, &File, &Page),
    key: &str,
) -> Result<()> {
    let given = |name: &str| {
        let steps = work.plan.groups.iter().flat_map(|group| &group.stages);
        steps.filter(|step| step.stage == name).map(|step| step.options.clone()).next().unwrap_or_else(|| json!({}))
    };
    let options = ReadOptions { prepare: options_of(&given(PREPARE.name))?, read: options_of(&given(Read.name()))?, turn: page.turn };
    match ask_reader(context, (dossier, file, page), options).await?.0 {
        Ok(cached) => reading_cache::put(context, key, Arc::new(cached)).await,
        Err(refusal) => Err(reading::page_not_readable(page.number, &file.delivered.path.display).caused_by(refusal.reason)),
    }
}

/// Why a page goes into quarantine.
fn secrecy_refusal(stamp: &DetectedSecrecy) -> Refusal {
    Refusal::new(RefusalClass::Secret, &secrecy::secrecy_stamp_seen(stamp.level.as_stamped(), stamp.confidence))
}

/// Warning in the record of a page that an officer released although a stamp of secrecy was found.
fn release_warning(release: &QuarantineRelease) -> Warning {
    let (by, at) = (&release.by, &release.at);
    let message = match &release.note {
        Some(note) => secrecy::secrecy_stamp_released_with_note(by, at, note),
        None => secrecy::secrecy_stamp_released(by, at),
    };
    Warning::new("secrecy-released", &message)
}

type ReadOutcome = (std::result::Result<CachedReading, Refusal>, Vec<(String, u64)>);

async fn ask_reader(context: &Context<'_>, (dossier, file, page): (&Dossier, &File, &Page), options: ReadOptions) -> Result<ReadOutcome> {
    let mut worker = FileWorker::lease(context.pool, Some(&dossier.name.fonds), &file.delivered.sha256).await?;
    originals::load(context, &mut worker, &dossier.name, &file.delivered.sha256).await?;
    match worker.read_page(&file.media_type, page.number, options).await {
        Ok(PageRead { reading, warnings, cpu_ms }) => Ok((Ok(CachedReading { reading, warnings }), cpu_ms.into_iter().collect())),
        Err(error) if error.kind().is_outage() => Err(error),
        Err(error) => Ok((Err(Refusal::from(&error)), Vec::new())),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn both_names_of_an_option_give_the_same_cache_key() {
        let key = |given: Value| {
            let read = options_of(&given).unwrap();
            reading_cache::cache_key(&json!({ "options": ReadOptions { read, ..ReadOptions::default() } }))
        };
        let recorded = json!({ "doubt_below": 1, "doubt_implausible_below": 2, "reread_px": 3 });
        let named = json!({ "min_confidence": 1, "min_implausible_confidence": 2, "second_pass_budget_px": 3 });
        assert_eq!(key(named.clone()), key(recorded.clone()));
        assert_eq!(serde_json::to_value(options_of::<SecondPassOptions>(&named).unwrap()).unwrap(), recorded);
        let Value::Object(named) = named else { unreachable!() };
        assert_eq!(Read.options().check(named).unwrap(), recorded);
    }
}

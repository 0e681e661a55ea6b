//! Read: the words of one page, from the cache or from a reading process.

use crate::error::{Error, Result};
use crate::model::change::Change;
use crate::model::holding::{Dossier, File, Item, Page};
use crate::model::plan::Level;
use crate::model::refusal::Refusal;
use crate::sandbox::doubt::Doubt;
use crate::sandbox::page::ReadOptions;
use crate::sandbox::protocol::{Answer, Ask};
use crate::stages::cache::{self, CachedReading};
use crate::stages::contract::{Context, Stage, Work, options_of, wrong_item};
use crate::stages::originals;
use crate::stages::prepare::Prepare;
use async_trait::async_trait;
use serde_json::{Value, json};

/// See the module.
#[derive(Debug)]
pub struct Read;

#[async_trait]
impl Stage for Read {
    fn name(&self) -> &'static str {
        "read"
    }

    fn version(&self) -> u32 {
        5
    }

    fn level(&self) -> Level {
        Level::Page
    }

    fn check_options(&self, options: &Value) -> Result<()> {
        options_of::<Doubt>(options).map(|_| ())
    }

    async fn run(&self, context: &Context<'_>, options: &Value, work: &mut Work) -> Result<()> {
        let Item::Page { dossier, file, page } = &work.item else { return Err(wrong_item(self.name())) };
        let options = ReadOptions { prepare: options_of(&Value::Object(work.reading_options.clone()))?, read: options_of(options)? };
        let key = cache::key_of(&json!({
            "source": file.new.sha256,
            "page": page.number,
            "prepare": Prepare.version(),
            "read": self.version(),
            "options": options,
            "models": context.pool.models().await?,
        }));
        let (found, cpu_ms) = match cache::get(context.store, &key).await? {
            Some(cached) => (Ok(cached), Vec::new()),
            None => {
                let (found, cpu_ms) = ask_reader(context, (dossier, file, page), options).await?;
                if let Ok(cached) = &found {
                    cache::put(context.store, &key, cached).await?;
                }
                (found, cpu_ms)
            }
        };
        let change = match found {
            Ok(cached) => Change::PageRead {
                page: page.id.clone(),
                reading: key,
                quality: cached.reading.quality,
                blank: cached.reading.blank,
                warnings: cached.warnings,
            },
            Err(refusal) => Change::PageRefused { page: page.id.clone(), refusal },
        };
        work.changes.push(change);
        for (part, milliseconds) in cpu_ms {
            work.spend(&part, milliseconds);
        }
        Ok(())
    }
}

type Outcome = (std::result::Result<CachedReading, Refusal>, Vec<(String, u64)>);

async fn ask_reader(context: &Context<'_>, (dossier, file, page): (&Dossier, &File, &Page), options: ReadOptions) -> Result<Outcome> {
    let mut reader = context.pool.reader(&file.new.sha256).await?;
    originals::load(context, &mut reader, &dossier.name, &file.new.sha256).await?;
    let ask = Ask::Read { media_type: file.media_type.clone(), page: page.number, options };
    match reader.ask(&ask).await {
        Ok((Answer::Page { reading, warnings, cpu_ms }, _)) => {
            Ok((Ok(CachedReading { reading: *reading, warnings }), cpu_ms.into_iter().collect()))
        }
        Ok(_) => Err(Error::internal("the reading process answered something else")),
        Err(error) if error.kind().is_passing() => Err(error),
        Err(error) => Ok((Err(Refusal::from(&error)), Vec::new())),
    }
}

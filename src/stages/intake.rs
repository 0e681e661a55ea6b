//! Intake: what is this file, and how many pages has it? Archives are opened; bad files refused.

use crate::contract::{Context, Stage, Work, wrong_item};
use crate::originals;
use async_trait::async_trait;
use serde_json::Value;
use sohoa_base::error::{Error, Kind, Result, ResultExt};
use sohoa_base::model::change::Change;
use sohoa_base::model::holding::{Container, DeliveredName, Dossier, DossierName, File, Item, NewFile};
use sohoa_base::model::plan::Level;
use sohoa_base::model::refusal::{Refusal, Warning};
use sohoa_file_worker::archive_expander::{Member, expand};
use sohoa_file_worker::client::FileWorker;
use sohoa_file_worker::request::InspectedFile;
use sohoa_storage::key;
use std::collections::BTreeMap;
use std::sync::Mutex;

/// Stands between an archive's path and the paths of its members.
pub const INSIDE: &str = "!/";

/// See the module.
#[derive(Debug)]
pub struct Intake;

#[async_trait]
impl Stage for Intake {
    fn name(&self) -> &'static str {
        "intake"
    }

    fn level(&self) -> Level {
        Level::File
    }

    async fn run(&self, context: &Context<'_>, _: &Value, work: &mut Work) -> Result<()> {
        let Item::File { dossier, file } = &work.item else { return Err(wrong_item(self.name())) };
        let mut spent_ms = 0;
        let change = match look_at(context, dossier, file, &mut spent_ms).await {
            Ok(change) => change,
            Err(error) if error.kind().is_passing() => return Err(error),
            Err(error) => Change::FileRefused { file: file.id.clone(), media_type: String::new(), refusal: Refusal::from(&error) },
        };
        work.changes.push(change);
        work.spend(self.name(), spent_ms);
        Ok(())
    }
}

async fn look_at(context: &Context<'_>, dossier: &Dossier, file: &File, spent_ms: &mut u64) -> Result<Change> {
    if file.new.bytes > context.file_bytes {
        return open_large(context, dossier, file).await;
    }
    let mut worker = FileWorker::lease(context.pool, &file.new.sha256).await?;
    originals::load(context, &mut worker, &dossier.name, &file.new.sha256).await?;
    let inspected = worker.inspect(&file.new.path.shown).await;
    *spent_ms += worker.spent_ms();
    drop(worker);
    let InspectedFile { media_type, pages, signatures, warnings } = inspected?;
    if is_archive(&media_type) {
        return open_archive(context, dossier, file, &media_type, warnings).await;
    }
    Ok(Change::FileIdentified { file: file.id.clone(), media_type, pages, signatures, warnings })
}

/// A file too large for a reading process is an archive, which is read piece by piece, or refused.
async fn open_large(context: &Context<'_>, dossier: &Dossier, file: &File) -> Result<Change> {
    match open_archive(context, dossier, file, "", Vec::new()).await {
        Err(error) if error.kind() == Kind::Invalid => {
            Err(Error::limit(format!("the file is larger than {} MiB; split it", context.file_bytes >> 20)).caused_by(error))
        }
        outcome => outcome,
    }
}

/// Whether files of this type hold other files.
fn is_archive(media_type: &str) -> bool {
    matches!(media_type, "application/zip" | "application/x-tar" | "application/gzip")
}

async fn open_archive(
    context: &Context<'_>,
    dossier: &Dossier,
    file: &File,
    media_type: &str,
    mut warnings: Vec<Warning>,
) -> Result<Change> {
    let depth = file.new.path.shown.matches(INSIDE).count();
    if depth >= context.archive_depth as usize {
        return Err(Error::limit(format!(
            "{} is an archive inside {depth} archives; unpack it and deliver the folder",
            file.new.path.shown
        )));
    }
    let local = tempfile::NamedTempFile::new_in(context.scratch).or_error(Kind::Unavailable, originals::cannot_write)?;
    originals::fetch(context, &dossier.name, &file.new.sha256, local.path()).await?;
    let mut launch = context.expander.clone();
    launch.arguments.push(file.new.path.shown.clone());
    let members: Mutex<BTreeMap<DossierName, Vec<NewFile>>> = Mutex::default();
    let keep = |member: Member| {
        let (name, new) = describe_member(dossier, file, &member);
        let members = &members;
        async move {
            context.store.put_file(&key::intake(&new.sha256), member.file.path()).await?;
            if let Ok(mut members) = members.lock() {
                members.entry(name).or_default().push(new);
            }
            Ok(())
        }
    };
    warnings.extend(expand(&launch, local.path(), context.scratch, keep).await?);
    let members: Vec<_> = members.into_inner().map_err(|_| Error::internal("the list of members is lost"))?.into_iter().collect();
    if members.is_empty() {
        let why: Vec<&str> = warnings.iter().map(|warning| warning.detail.as_str()).take(3).collect();
        let why = if why.is_empty() { "it is empty".to_owned() } else { why.join("; ") };
        let refusal = Refusal::from(&Error::invalid(format!("nothing in the archive could be taken: {why}")));
        return Ok(Change::FileRefused { file: file.id.clone(), media_type: media_type.to_owned(), refusal });
    }
    Ok(Change::FileExpanded { file: file.id.clone(), members, warnings })
}

/// Which dossier a member belongs to (the archive is a folder of its name), and the file it is.
fn describe_member(dossier: &Dossier, archive: &File, member: &Member) -> (DossierName, NewFile) {
    let inside = DeliveredName::from_bytes(&member.path);
    let folder = inside.shown.rsplit_once('/').map_or("", |(folder, _)| folder);
    let archive_name = archive.new.path.shown.rsplit('/').next().unwrap_or_default();
    let mut code = dossier.name.code.clone();
    if code.rsplit('/').next() != Some(archive_name) {
        code = format!("{code}/{archive_name}");
    }
    if !folder.is_empty() {
        code = format!("{code}/{folder}");
    }
    let title = code.rsplit('/').next().unwrap_or_default().to_owned();
    let path = DeliveredName {
        shown: format!("{}{INSIDE}{}", archive.new.path.shown, inside.shown),
        raw_hex: inside.raw_hex.map(|raw| {
            let before = archive.new.path.raw_hex.clone().unwrap_or_else(|| hex::encode(&archive.new.path.shown));
            format!("{before}{}{raw}", hex::encode(INSIDE))
        }),
    };
    let new = NewFile {
        path,
        sha256: member.sha256.clone(),
        bytes: member.bytes,
        container: Some(Container { path: archive.new.path.clone(), sha256: archive.new.sha256.clone() }),
    };
    (DossierName { fonds: dossier.name.fonds.clone(), code, title }, new)
}

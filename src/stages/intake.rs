//! Intake: what is this file, and how many pages has it? Archives are opened; bad files refused.

use crate::originals;
use crate::stage::{Context, Stage, TaskState, unexpected_item};
use async_trait::async_trait;
use serde_json::Value;
use sohoa_base::error::{ErrorKind, Result};
use sohoa_base::messages::{program, reading};
use sohoa_base::model::change::Change;
use sohoa_base::model::delivered_file::{Container, DeliveredFile, DeliveredName};
use sohoa_base::model::dossier::{Dossier, DossierName, File, Item};
use sohoa_base::model::pipeline_plan::StageLevel;
use sohoa_base::model::refusal::{Refusal, Warning};
use sohoa_file_worker::archive_expander::{Member, expand};
use sohoa_file_worker::client::FileWorker;
use sohoa_file_worker::request::InspectedFile;
use sohoa_storage::key;
use std::collections::BTreeMap;
use std::sync::Mutex;

/// Stands between an archive's path and the paths of its members.
pub const ARCHIVE_SEPARATOR: &str = "!/";

/// See the module.
#[derive(Debug)]
pub struct Intake;

#[async_trait]
impl Stage for Intake {
    fn name(&self) -> &'static str {
        "intake"
    }

    fn level(&self) -> StageLevel {
        StageLevel::File
    }

    async fn run(&self, context: &Context<'_>, _: &Value, work: &mut TaskState) -> Result<()> {
        let Item::File { dossier, file } = &work.item else { return Err(unexpected_item(self.name())) };
        let mut spent_ms = 0;
        let change = match identify(context, dossier, file, &mut spent_ms).await {
            Ok(change) => change,
            Err(error) if error.kind().is_transient() => return Err(error),
            Err(error) => Change::FileRefused { file: file.id.clone(), media_type: String::new(), refusal: Refusal::from(&error) },
        };
        work.changes.push(change);
        work.add_cpu_time(self.name(), spent_ms);
        Ok(())
    }
}

async fn identify(context: &Context<'_>, dossier: &Dossier, file: &File, spent_ms: &mut u64) -> Result<Change> {
    if file.delivered.bytes > context.max_file_bytes {
        return expand_large_file(context, dossier, file).await;
    }
    let mut worker = FileWorker::lease(context.pool, Some(&dossier.name.fonds), &file.delivered.sha256).await?;
    originals::load(context, &mut worker, &dossier.name, &file.delivered.sha256).await?;
    let inspected = worker.inspect(&file.delivered.path.display).await;
    *spent_ms += worker.spent_ms();
    drop(worker);
    let InspectedFile { media_type, pages, signatures, warnings } = inspected?;
    if is_archive(&media_type) {
        return expand_archive(context, dossier, file, &media_type, warnings).await;
    }
    Ok(Change::FileIdentified { file: file.id.clone(), media_type, pages, signatures, warnings })
}

/// A file too large for a reading process is an archive, which is read piece by piece, or refused.
async fn expand_large_file(context: &Context<'_>, dossier: &Dossier, file: &File) -> Result<Change> {
    match expand_archive(context, dossier, file, "", Vec::new()).await {
        Err(error) if error.kind() == ErrorKind::Invalid => {
            Err(reading::delivered_file_too_large(context.max_file_bytes >> 20).caused_by(error))
        }
        outcome => outcome,
    }
}

/// Whether files of this type hold other files.
fn is_archive(media_type: &str) -> bool {
    matches!(media_type, "application/zip" | "application/x-tar" | "application/gzip")
}

async fn expand_archive(
    context: &Context<'_>,
    dossier: &Dossier,
    file: &File,
    media_type: &str,
    mut warnings: Vec<Warning>,
) -> Result<Change> {
    let depth = file.delivered.path.display.matches(ARCHIVE_SEPARATOR).count();
    if depth >= context.max_archive_depth as usize {
        return Err(reading::archive_nested_too_deeply(&file.delivered.path.display, depth));
    }
    let local = tempfile::NamedTempFile::new_in(context.temp_dir).map_err(originals::temp_file_failure)?;
    originals::download(context, &dossier.name, &file.delivered.sha256, local.path()).await?;
    let mut launch = context.expander.clone();
    launch.arguments.push(file.delivered.path.display.clone());
    let members: Mutex<BTreeMap<DossierName, Vec<DeliveredFile>>> = Mutex::default();
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
    warnings.extend(expand(&launch, local.path(), context.temp_dir, keep).await?);
    let members: Vec<_> = members.into_inner().map_err(|_| program::bug("list of members of an archive"))?.into_iter().collect();
    if members.is_empty() {
        let refusal = Refusal::from(&reading::archive_without_receivable(&file.delivered.path.display));
        return Ok(Change::FileRefused { file: file.id.clone(), media_type: media_type.to_owned(), refusal });
    }
    Ok(Change::FileExpanded { file: file.id.clone(), members, warnings })
}

/// Which dossier a member belongs to (the archive is a folder of its name), and the file it is.
fn describe_member(dossier: &Dossier, archive: &File, member: &Member) -> (DossierName, DeliveredFile) {
    let inside = DeliveredName::from_bytes(&member.path);
    let folder = inside.display.rsplit_once('/').map_or("", |(folder, _)| folder);
    let archive_name = archive.delivered.path.display.rsplit('/').next().unwrap_or_default();
    let mut code = dossier.name.code.clone();
    if code.rsplit('/').next() != Some(archive_name) {
        code = format!("{code}/{archive_name}");
    }
    if !folder.is_empty() {
        code = format!("{code}/{folder}");
    }
    let title = code.rsplit('/').next().unwrap_or_default().to_owned();
    let path = DeliveredName {
        display: format!("{}{ARCHIVE_SEPARATOR}{}", archive.delivered.path.display, inside.display),
        raw_hex: inside.raw_hex.map(|raw| {
            let before = archive.delivered.path.raw_hex.clone().unwrap_or_else(|| hex::encode(&archive.delivered.path.display));
            format!("{before}{}{raw}", hex::encode(ARCHIVE_SEPARATOR))
        }),
    };
    let new = DeliveredFile {
        path,
        sha256: member.sha256.clone(),
        bytes: member.bytes,
        container: Some(Container { path: archive.delivered.path.clone(), sha256: archive.delivered.sha256.clone() }),
    };
    (DossierName { fonds: dossier.name.fonds.clone(), code, title }, new)
}

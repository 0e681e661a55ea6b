//! The way of an upload to a batch. It can be cut off anywhere and is continued: first it is said that the upload takes no more files,
//! then which batch it becomes, then dossier by dossier the bytes go to the store and their rows into the batch. Only when all of them
//! are there does the folder of the upload go.

use crate::archive::Archive;
use crate::uploads::{Hands, own};
use crate::{intake, listed_lines, staging};
use schemars::JsonSchema;
use serde::Serialize;
use sohoa_base::error::{Error, Kind, Result};
use sohoa_base::model::account::{Identity, Units};
use sohoa_base::model::attachment::ListedLine;
use sohoa_base::model::holding::{DeliveredName, NewFile};
use sohoa_base::model::plan::Plan;
use sohoa_base::model::upload::{StartRule, Upload, UploadFile, UploadFileState, UploadState};
use sohoa_base::text::natural;
use sohoa_catalog::{NewBatch, Told};
use sohoa_pipeline::plan;
use sohoa_pipeline::worker::Stop;
use sohoa_storage::key;
use std::path::PathBuf;
use std::time::Duration;

/// How many uploads, dossiers and lists are taken in hand at once.
const CHUNK: usize = 200;

/// How often a serving process looks for uploads to continue where nobody tells it.
const LOOK: Duration = Duration::from_secs(2);

/// How often it looks whether it should stop.
const STOPPING: Duration = Duration::from_millis(100);

/// An upload that becomes a batch.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct StartedUpload {
    /// The upload.
    pub upload: String,
    /// Where it stands.
    pub state: UploadState,
    /// The batch, and so the run.
    pub batch: String,
}

/// Refuses an upload that takes no files any more.
pub(super) fn check_open(upload: &Upload) -> Result<()> {
    match upload.state {
        UploadState::Open => Ok(()),
        _ => Err(Error::conflict(format!("upload {} takes no more files; open another one", upload.name))),
    }
}

/// Starts an upload; again: the same batch.
///
/// # Errors
/// `NotFound` for one of another unit; `Conflict` with what stands in the way.
pub async fn start(archive: &Archive, hands: &Hands, by: &Identity, id: &str, without_missing: bool) -> Result<StartedUpload> {
    own(archive, by, id).await?;
    begin(archive, hands, id, without_missing, &by.user.name).await
}

async fn begin(archive: &Archive, hands: &Hands, id: &str, without_missing: bool, by: &str) -> Result<StartedUpload> {
    let _turn = hands.turn.lock().await;
    archive.catalog.start_upload(id, without_missing, by).await?;
    let upload = archive.catalog.upload(id).await?;
    let (text, plan) = plan_of(archive, &upload).await?;
    let batch = batch_of(archive, &upload, &text, &plan).await?;
    hands.begun.notify_one();
    Ok(StartedUpload { upload: upload.id, state: upload.state, batch })
}

/// Starts an upload that is to start by itself, where nothing stands in the way any more.
pub(super) async fn start_if_complete(archive: &Archive, hands: &Hands, upload: &Upload) {
    if upload.starts != StartRule::WhenComplete {
        return;
    }
    let attempt = async {
        let now = archive.catalog.upload(&upload.id).await?;
        if now.state != UploadState::Open || now.expected.is_none() {
            return Ok(());
        }
        if !archive.catalog.upload_files(&now.id, Some(UploadFileState::Sending), None, 1).await?.is_empty() {
            return Ok(());
        }
        match archive.catalog.upload_obstacle(&now.id).await? {
            Some(_) => Ok(()),
            None => begin(archive, hands, &now.id, false, &now.user).await.map(|_| ()),
        }
    };
    match attempt.await {
        Err(error) if error.kind() != Kind::Conflict => {
            tracing::warn!(upload = upload.id, error = %error.chain(), "an upload is not started yet");
        }
        _ => {}
    }
}

async fn plan_of(archive: &Archive, upload: &Upload) -> Result<(String, Plan)> {
    let text = archive.catalog.pipeline_of_upload(&upload.id).await?;
    let plan = plan::parse(&text, &upload.pipeline)?;
    Ok((text, plan))
}

/// The batch that an upload becomes. It cannot have ended before the upload knows it, since nobody says that all has arrived.
async fn batch_of(archive: &Archive, upload: &Upload, text: &str, plan: &Plan) -> Result<String> {
    if let Some(batch) = &upload.batch {
        return Ok(batch.clone());
    }
    let key = format!("upload:{}", upload.id);
    let new = NewBatch { key: &key, unit: &upload.unit, pipeline: text, plan, priority: upload.priority };
    let (batch, _) = archive.catalog.open_batch(&new).await?;
    let lists = archive.catalog.upload_lists(&upload.id).await?.into_iter();
    let lists: Vec<ListedLine> = lists.flat_map(|list| listed_lines::of_list(&list.path, list.lines)).collect();
    let person = upload.line.as_deref().map(|line| (line, upload.line_by.as_deref().unwrap_or(&upload.user)));
    archive.catalog.attach_as_told(&batch.id, &Told { person, lists: &lists }).await?;
    archive.catalog.set_upload_batch(&upload.id, &batch.id).await
}

/// Continues uploads that were started, until asked to stop. What does not succeed is tried again.
///
/// # Errors
/// None so far; what goes wrong is logged.
pub async fn keep(archive: &Archive, hands: &Hands, stop: &Stop) -> Result<()> {
    let mut pause = LOOK;
    if let Err(error) = begin_complete(archive, hands).await.and(clear(archive).await) {
        tracing::warn!(error = %error.chain(), "uploads are not looked at yet");
    }
    while !stop.asked() {
        pause = match round(archive, hands, stop).await {
            Ok(()) => LOOK,
            Err(error) => {
                tracing::warn!(error = %error.chain(), "an upload does not go on yet");
                (pause * 2).min(LOOK * 15)
            }
        };
        let stopping = async {
            while !stop.asked() {
                tokio::time::sleep(STOPPING).await;
            }
        };
        tokio::select! {
            () = hands.begun.notified() => {}
            () = tokio::time::sleep(pause) => {}
            () = stopping => {}
        }
    }
    Ok(())
}

/// Starts what became complete just before the server ended.
async fn begin_complete(archive: &Archive, hands: &Hands) -> Result<()> {
    for upload in all(archive, UploadState::Open).await? {
        start_if_complete(archive, hands, &upload).await;
    }
    Ok(())
}

async fn all(archive: &Archive, state: UploadState) -> Result<Vec<Upload>> {
    let (mut found, mut before) = (Vec::new(), None);
    loop {
        let some = archive.catalog.uploads_before(&Units::All, Some(state), before.as_deref(), CHUNK).await?;
        let Some(last) = some.last() else { return Ok(found) };
        before = Some(last.id.clone());
        found.extend(some);
    }
}

/// Continues every upload that was started. The first error is told after all were tried.
async fn round(archive: &Archive, hands: &Hands, stop: &Stop) -> Result<()> {
    let mut outcome = Ok(());
    for upload in all(archive, UploadState::Starting).await? {
        // Where the folder is absent, another machine has the bytes.
        if staging::folder(archive, &upload.id).is_dir() && !stop.asked() {
            outcome = outcome.and(finish(archive, hands, &upload.id, stop).await);
        }
    }
    outcome
}

/// Brings a started upload to its end.
async fn finish(archive: &Archive, hands: &Hands, id: &str, stop: &Stop) -> Result<()> {
    let (upload, plan, batch) = {
        let _turn = hands.turn.lock().await;
        let upload = archive.catalog.upload(id).await?;
        let (text, plan) = plan_of(archive, &upload).await?;
        let batch = batch_of(archive, &upload, &text, &plan).await?;
        (upload, plan, batch)
    };
    tracing::debug!(upload = upload.id, batch, "an upload goes to the store");
    archive.catalog.receive_again(&batch).await?;
    let mut after = None;
    loop {
        let lists = archive.catalog.upload_files(id, Some(UploadFileState::List), after.as_deref(), CHUNK).await?;
        let Some(last) = lists.last() else { break };
        after = Some(last.id.clone());
        for list in &lists {
            archive.store.put_file(&key::manifest(&batch, &list.path), &staging::place(archive, id, list)).await?;
        }
    }
    let mut after = String::new();
    loop {
        let dossiers = archive.catalog.upload_dossiers(id, &after, CHUNK).await?;
        let Some(last) = dossiers.last() else { break };
        after.clone_from(last);
        for code in dossiers {
            if stop.asked() {
                return Ok(());
            }
            receive(archive, &upload, &batch, &plan, &code).await?;
        }
    }
    archive.catalog.finish_receiving(&batch).await?;
    archive.catalog.end_upload(id).await?;
    staging::remove(&staging::folder(archive, id)).await
}

/// One dossier: bytes to the store, rows into the batch.
async fn receive(archive: &Archive, upload: &Upload, batch: &str, plan: &Plan, code: &str) -> Result<()> {
    let dossier = intake::named(&upload.unit, code.to_owned());
    let mut files = archive.catalog.upload_files_of(&upload.id, code).await?;
    files.sort_by(|one, other| natural::compare(&one.path, &other.path).then_with(|| one.path.cmp(&other.path)));
    let mut taken = Vec::with_capacity(files.len());
    for file in files {
        let (place, new) = new_file(archive, upload, file).await?;
        intake::keep(archive, &dossier, &place, &new).await?;
        taken.push(new);
    }
    if !taken.is_empty() {
        archive.catalog.receive(batch, &dossier, &taken, plan).await?;
    }
    Ok(())
}

async fn new_file(archive: &Archive, upload: &Upload, file: UploadFile) -> Result<(PathBuf, NewFile)> {
    let place = staging::place(archive, &upload.id, &file);
    if staging::length(&place).await? != file.bytes {
        let name = place.display();
        return Err(Error::corrupt(format!("{name} is not what was received as {}; look at the disk of the home", file.path)));
    }
    let path = DeliveredName { shown: file.path, raw_hex: None };
    Ok((place, NewFile { path, sha256: file.sha256, bytes: file.bytes, container: None }))
}

/// Deletes folders of uploads that ended. Of those that nobody knows, the folder stays.
async fn clear(archive: &Archive) -> Result<()> {
    let Ok(mut folders) = tokio::fs::read_dir(staging::root(archive)).await else { return Ok(()) };
    while let Ok(Some(folder)) = folders.next_entry().await {
        let name = folder.file_name();
        let Some(id) = name.to_str() else { continue };
        match archive.catalog.upload(id).await {
            Ok(upload) if matches!(upload.state, UploadState::Started | UploadState::Withdrawn) => staging::remove(&folder.path()).await?,
            Err(error) if error.kind() != Kind::NotFound => return Err(error),
            _ => {}
        }
    }
    Ok(())
}

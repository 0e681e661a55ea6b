//! The way of an upload to a batch. It can be cut off anywhere and is continued: first it is said that the upload takes no more files,
//! then which batch it becomes, then dossier by dossier the bytes go to the store and their rows into the batch. Only when all of them
//! are there does the folder of the upload go.

use crate::archive::Archive;
use crate::intake::delivery_lists;
use crate::intake::ingest;
use crate::uploads::lifecycle::{UploadRuntime, authorized_upload};
use crate::uploads::staging;
use schemars::JsonSchema;
use serde::Serialize;
use sohoa_base::error::{Error, ErrorKind, Result};
use sohoa_base::model::account::{Identity, UnitScope};
use sohoa_base::model::dossier::{DeliveredFile, DeliveredName};
use sohoa_base::model::pipeline_plan::PipelinePlan;
use sohoa_base::model::roadmap::attachment::ListedTarget;
use sohoa_base::model::upload::{StartRule, Upload, UploadFile, UploadFileState, UploadState};
use sohoa_base::text::natural_order;
use sohoa_catalog::{AttachmentRequest, NewBatch};
use sohoa_pipeline::pipeline_file;
use sohoa_pipeline::worker::CancellationToken;
use sohoa_storage::key;
use std::path::PathBuf;
use std::time::Duration;

/// How many uploads, dossiers and lists are taken in hand at once.
const CHUNK: usize = 200;

/// How often a serving process looks for uploads to continue where nobody tells it.
const POLL_INTERVAL: Duration = Duration::from_secs(2);

/// How often it looks whether it should stop.
const STOP_POLL_INTERVAL: Duration = Duration::from_millis(100);

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
pub(crate) fn check_open(upload: &Upload) -> Result<()> {
    match upload.state {
        UploadState::Open => Ok(()),
        _ => Err(Error::conflict(format!("upload {} takes no more files; open another one", upload.name))),
    }
}

/// Starts an upload; again: the same batch.
///
/// # Errors
/// `NotFound` for one of another unit; `Conflict` with what stands in the way.
pub async fn start_authorized(
    archive: &Archive,
    hands: &UploadRuntime,
    by: &Identity,
    id: &str,
    without_missing: bool,
) -> Result<StartedUpload> {
    authorized_upload(archive, by, id).await?;
    start_upload(archive, hands, id, without_missing, &by.user.name).await
}

async fn start_upload(archive: &Archive, hands: &UploadRuntime, id: &str, without_missing: bool, by: &str) -> Result<StartedUpload> {
    let _turn = hands.start_lock.lock().await;
    archive.catalog.start_upload(id, without_missing, by).await?;
    let upload = archive.catalog.upload(id).await?;
    let (text, plan) = load_plan(archive, &upload).await?;
    let batch = ensure_batch(archive, &upload, &text, &plan).await?;
    hands.start_requested.notify_one();
    Ok(StartedUpload { upload: upload.id, state: upload.state, batch })
}

/// Starts an upload that is to start by itself, where nothing stands in the way any more.
pub(crate) async fn start_if_complete(archive: &Archive, hands: &UploadRuntime, upload: &Upload) {
    if upload.start_rule != StartRule::WhenComplete {
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
            None => start_upload(archive, hands, &now.id, false, &now.user).await.map(|_| ()),
        }
    };
    match attempt.await {
        Err(error) if error.kind() != ErrorKind::Conflict => {
            tracing::warn!(upload = upload.id, error = %error.chain(), "an upload is not started yet");
        }
        _ => {}
    }
}

async fn load_plan(archive: &Archive, upload: &Upload) -> Result<(String, PipelinePlan)> {
    let text = archive.catalog.upload_pipeline(&upload.id).await?;
    let plan = pipeline_file::parse(&text, &upload.pipeline)?;
    Ok((text, plan))
}

/// The batch that an upload becomes. It cannot have ended before the upload knows it, since nobody says that all has arrived.
async fn ensure_batch(archive: &Archive, upload: &Upload, text: &str, plan: &PipelinePlan) -> Result<String> {
    if let Some(batch) = &upload.batch {
        return Ok(batch.clone());
    }
    let key = format!("upload:{}", upload.id);
    let new = NewBatch { key: &key, unit: &upload.unit, pipeline: text, plan, priority: upload.priority };
    let (batch, _) = archive.catalog.open_batch(&new).await?;
    let lists = archive.catalog.upload_lists(&upload.id).await?.into_iter();
    let lists: Vec<ListedTarget> = lists.flat_map(|list| delivery_lists::targets_of_list(&list.path, list.targets)).collect();
    let person = upload.target.as_deref().map(|line| (line, upload.target_by.as_deref().unwrap_or(&upload.user)));
    archive.catalog.attach_by_request(&batch.id, &AttachmentRequest { person, lists: &lists }).await?;
    archive.catalog.set_upload_batch(&upload.id, &batch.id).await
}

/// Continues uploads that were started, until asked to stop. What does not succeed is tried again.
///
/// # Errors
/// None so far; what goes wrong is logged.
pub async fn run_upload_starter(archive: &Archive, hands: &UploadRuntime, stop: &CancellationToken) -> Result<()> {
    let mut pause = POLL_INTERVAL;
    if let Err(error) = start_complete_uploads(archive, hands).await.and(delete_ended_folders(archive).await) {
        tracing::warn!(error = %error.chain(), "uploads are not looked at yet");
    }
    while !stop.is_cancelled() {
        pause = match continue_starting_uploads(archive, hands, stop).await {
            Ok(()) => POLL_INTERVAL,
            Err(error) => {
                tracing::warn!(error = %error.chain(), "an upload does not go on yet");
                (pause * 2).min(POLL_INTERVAL * 15)
            }
        };
        let stopping = async {
            while !stop.is_cancelled() {
                tokio::time::sleep(STOP_POLL_INTERVAL).await;
            }
        };
        tokio::select! {
            () = hands.start_requested.notified() => {}
            () = tokio::time::sleep(pause) => {}
            () = stopping => {}
        }
    }
    Ok(())
}

/// Starts what became complete just before the server ended.
async fn start_complete_uploads(archive: &Archive, hands: &UploadRuntime) -> Result<()> {
    for upload in uploads_in_state(archive, UploadState::Open).await? {
        start_if_complete(archive, hands, &upload).await;
    }
    Ok(())
}

async fn uploads_in_state(archive: &Archive, state: UploadState) -> Result<Vec<Upload>> {
    let (mut found, mut before) = (Vec::new(), None);
    loop {
        let some = archive.catalog.uploads_before(&UnitScope::All, Some(state), before.as_deref(), CHUNK).await?;
        let Some(last) = some.last() else { return Ok(found) };
        before = Some(last.id.clone());
        found.extend(some);
    }
}

/// Continues every upload that was started. The first error is told after all were tried.
async fn continue_starting_uploads(archive: &Archive, hands: &UploadRuntime, stop: &CancellationToken) -> Result<()> {
    let mut outcome = Ok(());
    for upload in uploads_in_state(archive, UploadState::Starting).await? {
        // Where the folder is absent, another machine has the bytes.
        if staging::upload_folder(archive, &upload.id).is_dir() && !stop.is_cancelled() {
            outcome = outcome.and(finish_start(archive, hands, &upload.id, stop).await);
        }
    }
    outcome
}

/// Brings a started upload to its end.
async fn finish_start(archive: &Archive, hands: &UploadRuntime, id: &str, stop: &CancellationToken) -> Result<()> {
    let (upload, plan, batch) = {
        let _turn = hands.start_lock.lock().await;
        let upload = archive.catalog.upload(id).await?;
        let (text, plan) = load_plan(archive, &upload).await?;
        let batch = ensure_batch(archive, &upload, &text, &plan).await?;
        (upload, plan, batch)
    };
    tracing::debug!(upload = upload.id, batch, "an upload goes to the store");
    archive.catalog.reopen_receiving(&batch).await?;
    let mut after = None;
    loop {
        let lists = archive.catalog.upload_files(id, Some(UploadFileState::List), after.as_deref(), CHUNK).await?;
        let Some(last) = lists.last() else { break };
        after = Some(last.id.clone());
        for list in &lists {
            archive.store.put_file(&key::manifest(&batch, &list.path), &staging::file_path(archive, id, list)).await?;
        }
    }
    let mut after = String::new();
    loop {
        let dossiers = archive.catalog.upload_dossiers(id, &after, CHUNK).await?;
        let Some(last) = dossiers.last() else { break };
        after.clone_from(last);
        for code in dossiers {
            if stop.is_cancelled() {
                return Ok(());
            }
            receive_dossier(archive, &upload, &batch, &plan, &code).await?;
        }
    }
    archive.catalog.finish_receiving(&batch).await?;
    archive.catalog.finish_upload(id).await?;
    staging::remove(&staging::upload_folder(archive, id)).await
}

/// One dossier: bytes to the store, rows into the batch.
async fn receive_dossier(archive: &Archive, upload: &Upload, batch: &str, plan: &PipelinePlan, code: &str) -> Result<()> {
    let dossier = ingest::dossier_of_code(&upload.unit, code.to_owned());
    let mut files = archive.catalog.upload_files_of_dossier(&upload.id, code).await?;
    files.sort_by(|one, other| natural_order::compare(&one.path, &other.path).then_with(|| one.path.cmp(&other.path)));
    let mut taken = Vec::with_capacity(files.len());
    for file in files {
        let (place, new) = new_file(archive, upload, file).await?;
        ingest::store_original(archive, &dossier, &place, &new).await?;
        taken.push(new);
    }
    if !taken.is_empty() {
        archive.catalog.receive_files(batch, &dossier, &taken, plan).await?;
    }
    Ok(())
}

async fn new_file(archive: &Archive, upload: &Upload, file: UploadFile) -> Result<(PathBuf, DeliveredFile)> {
    let place = staging::file_path(archive, &upload.id, &file);
    if staging::length(&place).await? != file.bytes {
        let name = place.display();
        return Err(Error::corrupt(format!("{name} is not what was received as {}; look at the disk of the home", file.path)));
    }
    let path = DeliveredName { display: file.path, raw_hex: None };
    Ok((place, DeliveredFile { path, sha256: file.sha256, bytes: file.bytes, container: None }))
}

/// Deletes folders of uploads that ended. Of those that nobody knows, the folder stays.
async fn delete_ended_folders(archive: &Archive) -> Result<()> {
    let Ok(mut folders) = tokio::fs::read_dir(staging::root_folder(archive)).await else { return Ok(()) };
    while let Ok(Some(folder)) = folders.next_entry().await {
        let name = folder.file_name();
        let Some(id) = name.to_str() else { continue };
        match archive.catalog.upload(id).await {
            Ok(upload) if matches!(upload.state, UploadState::Started | UploadState::Withdrawn) => staging::remove(&folder.path()).await?,
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    Ok(())
}

//! Turns an upload into a batch. Each step can be interrupted and is repeated: first the upload is closed for files, then its batch is
//! opened and recorded, then dossier by dossier the bytes are copied to the store and their rows inserted into the batch. The staging
//! folder is deleted only after all of them.

use crate::archive::Archive;
use crate::intake::delivery_lists;
use crate::intake::ingest;
use crate::loop_health::LoopHealth;
use crate::outbox;
use crate::uploads::access::authorized_upload;
use crate::uploads::runtime::UploadRuntime;
use crate::uploads::staging;
use schemars::JsonSchema;
use serde::Serialize;
use sohoa_base::error::{ErrorKind, Result};
use sohoa_base::messages::uploads;
use sohoa_base::model::account::{Identity, UnitScope};
use sohoa_base::model::delivered_file::{DeliveredFile, DeliveredName};
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

/// Uploads, dossiers or lists read from the catalogue at a time.
const CHUNK: usize = 200;

/// Interval at which a server looks for started uploads without being notified.
const POLL_INTERVAL: Duration = Duration::from_secs(2);

/// Interval at which it checks whether it should stop.
const STOP_POLL_INTERVAL: Duration = Duration::from_millis(100);

/// An upload that was started.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct StartedUpload {
    /// The upload.
    pub upload: String,
    /// Its state.
    pub state: UploadState,
    /// Identifier of the batch, which is also that of the run.
    pub batch: String,
}

/// Starts an upload. Starting it again returns the same batch.
///
/// # Errors
/// `NotFound` for an upload of another unit; `Conflict` with the obstacle, where it cannot be started.
pub async fn start_authorized(
    archive: &Archive,
    runtime: &UploadRuntime,
    by: &Identity,
    id: &str,
    without_missing: bool,
) -> Result<StartedUpload> {
    authorized_upload(archive, by, id).await?;
    start_upload(archive, runtime, id, without_missing, &by.user.name).await
}

async fn start_upload(archive: &Archive, runtime: &UploadRuntime, id: &str, without_missing: bool, by: &str) -> Result<StartedUpload> {
    let _guard = runtime.start_lock.lock().await;
    archive.catalog.start_upload(id, without_missing, by).await?;
    let upload = archive.catalog.upload(id).await?;
    let (text, plan) = load_plan(archive, &upload).await?;
    let batch = ensure_batch(archive, &upload, &text, &plan).await?;
    runtime.start_requested.notify_one();
    Ok(StartedUpload { upload: upload.id, state: upload.state, batch })
}

/// Starts an upload whose start rule is automatic, once it is complete and has no obstacle.
pub(crate) async fn start_if_complete(archive: &Archive, runtime: &UploadRuntime, upload: &Upload) {
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
            None => start_upload(archive, runtime, &now.id, false, &now.user).await.map(|_| ()),
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

/// Opens the batch of an upload, or returns the recorded one. An unrecorded batch cannot have finished: receiving ends later.
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

/// Continues started uploads until stopped; retries those that fail, with a growing pause.
///
/// # Errors
/// None so far; what goes wrong is noted and tried again.
pub async fn run_upload_starter(archive: &Archive, runtime: &UploadRuntime, health: &LoopHealth, stop: &CancellationToken) -> Result<()> {
    let (mut pause, mut is_first) = (POLL_INTERVAL, true);
    while !stop.is_cancelled() {
        let mut round = Ok(());
        if is_first {
            round = start_complete_uploads(archive, runtime).await.and(delete_ended_folders(archive).await);
            is_first = round.is_err();
        }
        round = round.and(continue_starting_uploads(archive, runtime, stop).await);
        pause = if round.is_ok() { POLL_INTERVAL } else { (pause * 2).min(POLL_INTERVAL * 15) };
        health.note("an upload does not go on yet", round);
        let stopped = async {
            while !stop.is_cancelled() {
                tokio::time::sleep(STOP_POLL_INTERVAL).await;
            }
        };
        tokio::select! {
            () = runtime.start_requested.notified() => {}
            () = tokio::time::sleep(pause) => {}
            () = stopped => {}
        }
    }
    Ok(())
}

/// Starts uploads that became complete just before the server stopped.
async fn start_complete_uploads(archive: &Archive, runtime: &UploadRuntime) -> Result<()> {
    for upload in uploads_in_state(archive, UploadState::Open).await? {
        start_if_complete(archive, runtime, &upload).await;
    }
    Ok(())
}

async fn uploads_in_state(archive: &Archive, state: UploadState) -> Result<Vec<Upload>> {
    let (mut found, mut before) = (Vec::new(), None);
    loop {
        let chunk = archive.catalog.uploads_before(&UnitScope::All, Some(state), before.as_deref(), CHUNK).await?;
        let Some(last) = chunk.last() else { return Ok(found) };
        before = Some(last.id.clone());
        found.extend(chunk);
    }
}

/// Continues every started upload; returns the first error after all were tried.
async fn continue_starting_uploads(archive: &Archive, runtime: &UploadRuntime, stop: &CancellationToken) -> Result<()> {
    let mut outcome = Ok(());
    for upload in uploads_in_state(archive, UploadState::Starting).await? {
        // Without a staging folder, the bytes are on another machine.
        if staging::upload_folder(archive, &upload.id).is_dir() && !stop.is_cancelled() {
            outcome = outcome.and(finish_start(archive, runtime, &upload.id, stop).await);
        }
    }
    outcome
}

/// Completes a started upload.
async fn finish_start(archive: &Archive, runtime: &UploadRuntime, id: &str, stop: &CancellationToken) -> Result<()> {
    let (upload, plan, batch) = {
        let _guard = runtime.start_lock.lock().await;
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
    // The store must know the delivery before its only other copy is deleted.
    outbox::write_ledger(archive, &batch).await?;
    archive.catalog.finish_upload(id).await?;
    staging::remove(&staging::upload_folder(archive, id)).await
}

/// Copies the bytes of one dossier to the store and inserts its rows into the batch.
async fn receive_dossier(archive: &Archive, upload: &Upload, batch: &str, plan: &PipelinePlan, code: &str) -> Result<()> {
    let dossier = ingest::dossier_of_code(&upload.unit, code.to_owned());
    let mut files = archive.catalog.upload_files_of_dossier(&upload.id, code).await?;
    files.sort_by(|one, other| natural_order::compare(&one.path, &other.path).then_with(|| one.path.cmp(&other.path)));
    let (mut received, mut present) = (Vec::with_capacity(files.len()), Vec::new());
    for file in files {
        let (place, new) = new_file(archive, upload, file).await?;
        if ingest::store_original(archive, &dossier, &place, &new).await? {
            present.push((place, new.clone()));
        }
        received.push(new);
    }
    if !received.is_empty() {
        archive.catalog.receive_files(batch, &dossier, &received, plan).await?;
        ingest::restore_deleted(archive, &dossier, &present).await?;
    }
    Ok(())
}

async fn new_file(archive: &Archive, upload: &Upload, file: UploadFile) -> Result<(PathBuf, DeliveredFile)> {
    let place = staging::file_path(archive, &upload.id, &file);
    if staging::length(&place).await? != file.bytes {
        return Err(uploads::upload_damaged(place.display(), file.path));
    }
    let path = DeliveredName { display: file.path, raw_hex: None };
    Ok((place, DeliveredFile { path, sha256: file.sha256, bytes: file.bytes, container: None }))
}

/// Deletes the staging folders of uploads that have ended; a folder without a known upload is left.
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

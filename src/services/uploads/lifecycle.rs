//! Uploads (đợt nộp): deliveries that are sent through the browser, file by file, before they become batches.

use crate::archive::Archive;
use crate::roadmap::targets;
use crate::runs::monitoring::check_priority;
use crate::uploads::access::authorized_upload;
use crate::uploads::quota::upload_quota;
use crate::uploads::runtime::UploadRuntime;
use crate::uploads::staging;
use crate::uploads::start::start_if_complete;
use crate::uploads::view::UploadSummary;
use sohoa_base::error::Result;
use sohoa_base::messages::{runs, uploads};
use sohoa_base::model::account::{Identity, Right, UnitScope};
use sohoa_base::model::pipeline_plan::PipelinePlan;
use sohoa_base::model::upload::{StartRule, UploadSize};
use sohoa_catalog::NewUpload;
use sohoa_pipeline::pipeline_file;

/// Request to open an upload.
#[derive(Debug, Clone)]
pub struct NewUploadRequest {
    /// Name for people.
    pub name: String,
    /// Delivering unit or fonds.
    pub unit: String,
    /// Name of the pipeline; none: the server's.
    pub pipeline: Option<String>,
    /// Priority, -100 to 100; tasks of a higher priority run first.
    pub priority: i64,
    /// When it becomes a batch.
    pub starts: StartRule,
    /// Expected number of files and bytes.
    pub expected: Option<UploadSize>,
    /// Code of the target to which the batch will belong; none: the delivery lists or the attachment rule decide.
    pub target: Option<String>,
}

/// Longest name of an upload, characters.
const MAX_NAME_CHARS: usize = 200;

/// Opens an upload; `own` is the text and plan of the server's pipeline.
///
/// # Errors
/// `Invalid` for a bad name, unit, priority or pipeline; `Denied` for a unit in which the caller may not deliver; `Conflict` for a caller
/// with as many open uploads as are allowed; as [`choose_target`] for its target.
pub async fn open(archive: &Archive, by: &Identity, request: &NewUploadRequest, own: (&str, &PipelinePlan)) -> Result<UploadSummary> {
    let name = request.name.trim();
    let is_usable = |text: &str| {
        !text.is_empty() && text.chars().count() <= MAX_NAME_CHARS && !text.chars().any(char::is_control) && text.trim() == text
    };
    if !is_usable(name) {
        return Err(uploads::upload_name_invalid(MAX_NAME_CHARS));
    }
    if !is_usable(&request.unit) {
        return Err(uploads::upload_unit_invalid(MAX_NAME_CHARS));
    }
    if request.unit == "*" {
        return Err(uploads::upload_unit_missing());
    }
    if !by.units_with(Right::Upload).contains(&request.unit) {
        return Err(uploads::upload_unit_not_allowed(&request.unit));
    }
    check_priority(request.priority)?;
    let (pipeline, text) = resolve_pipeline(request.pipeline.as_deref(), own)?;
    if let Some(target) = &request.target {
        check_target(archive, by, &request.unit, target).await?;
    }
    let new = NewUpload {
        name,
        unit: &request.unit,
        user: &by.user.name,
        pipeline: &pipeline,
        pipeline_text: &text,
        priority: request.priority,
        start_rule: request.starts,
        expected: request.expected,
        target: request.target.as_deref(),
    };
    Ok(UploadSummary::new(archive.catalog.open_upload(&new, &upload_quota(archive)).await?, None))
}

/// Name and text of the requested pipeline: the server's, or the built-in one.
fn resolve_pipeline(wanted: Option<&str>, (text, own): (&str, &PipelinePlan)) -> Result<(String, String)> {
    let Some(wanted) = wanted.filter(|wanted| *wanted != own.name) else { return Ok((own.name.clone(), text.to_owned())) };
    let built_in = pipeline_file::parse(pipeline_file::ADMINISTRATIVE, "administrative (built in)")?.name;
    if wanted == built_in {
        return Ok((built_in, pipeline_file::ADMINISTRATIVE.to_owned()));
    }
    Err(runs::pipeline_not_offered(wanted, &own.name, built_in))
}

/// Sets the expected number of files and bytes; starts the upload if it is complete and starts automatically.
///
/// # Errors
/// `NotFound` for an upload of another unit; `Conflict` for one that is no longer open.
pub async fn set_expected(
    archive: &Archive,
    runtime: &UploadRuntime,
    by: &Identity,
    id: &str,
    expected: UploadSize,
) -> Result<UploadSummary> {
    authorized_upload(archive, by, id).await?;
    let upload = archive.catalog.set_upload_expected(id, expected).await?;
    start_if_complete(archive, runtime, &upload).await;
    let upload = archive.catalog.upload(id).await?;
    let tallies = archive.catalog.upload_tallies(std::slice::from_ref(&upload.id)).await?.remove(&upload.id);
    Ok(UploadSummary::new(upload, tallies))
}

/// Whether a user may choose targets for deliveries of a unit: needs the right to deliver in it and to see its targets.
#[must_use]
pub fn may_choose_target(by: &Identity, unit: &str) -> bool {
    [Right::Upload, Right::Monitor].into_iter().all(|right| by.units_with(right).contains(unit))
}

async fn check_target(archive: &Archive, by: &Identity, unit: &str, target: &str) -> Result<()> {
    if !may_choose_target(by, unit) {
        return Err(uploads::upload_target_not_visible(unit));
    }
    targets::authorized_target(archive, &UnitScope::Only([unit.to_owned()].into()), target).await.map(|_| ())
}

/// Sets the target to which the batch of an open upload will belong; none: the delivery lists or the attachment rule decide.
///
/// # Errors
/// `NotFound` for an upload of another unit and for a target that its unit does not have; `Denied` for a caller who may not see
/// targets; `Conflict` for an upload that is no longer open.
pub async fn choose_target(archive: &Archive, by: &Identity, id: &str, target: Option<&str>) -> Result<UploadSummary> {
    let upload = authorized_upload(archive, by, id).await?;
    if let Some(target) = target {
        check_target(archive, by, &upload.unit, target).await?;
    }
    let upload = archive.catalog.set_upload_target(&upload.id, target, &by.user.name).await?;
    let tallies = archive.catalog.upload_tallies(std::slice::from_ref(&upload.id)).await?.remove(&upload.id);
    Ok(UploadSummary::new(upload, tallies))
}

/// Withdraws an upload that was not started and deletes its bytes; the caller confirms by giving its `name`.
///
/// # Errors
/// `Invalid` for another name; `NotFound` for an upload of another unit; `Conflict` for one that was started.
pub async fn withdraw(archive: &Archive, runtime: &UploadRuntime, by: &Identity, id: &str, name: &str) -> Result<()> {
    let upload = authorized_upload(archive, by, id).await?;
    if name != upload.name {
        return Err(uploads::upload_name_differs(upload.name));
    }
    let _guard = runtime.start_lock.lock().await;
    archive.catalog.withdraw_upload(&upload.id, &by.user.name).await?;
    staging::remove(&staging::upload_folder(archive, &upload.id)).await
}

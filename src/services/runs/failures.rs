//! Refused files and pages: lists, groups by reason, images.

use crate::archive::Archive;
use crate::records::page_images::ImageSize;
use crate::runs::monitoring::MAX_FAILURE_GROUPS;
use serde_json::json;
use sohoa_base::error::Result;
use sohoa_base::messages::{maintenance, runs};
use sohoa_base::model::account::{Identity, Right, UnitScope};
use sohoa_base::model::dossier::{DossierName, File};
use sohoa_base::model::pipeline_plan::StageLevel;
use sohoa_base::model::refusal::RefusalClass;
use sohoa_catalog::FailureFilter;
pub use sohoa_catalog::{FailedTask, Failure as FailureLine, FailureGroup};
use sohoa_file_worker::client::FileWorker;
use sohoa_file_worker::request::PreviewOptions;
use sohoa_stages as stages;
use sohoa_stages::originals;

/// Filter of failures; `None` does not filter.
#[derive(Debug, Clone, Default)]
pub struct FailureQuery {
    /// Only this run.
    pub run: Option<String>,
    /// Only this class.
    pub class: Option<RefusalClass>,
    /// Only the stages that run in one task with this one.
    pub stage: Option<String>,
    /// Only this reason.
    pub reason: Option<String>,
}

impl FailureQuery {
    fn to_filter(&self) -> Result<FailureFilter<'_>> {
        let level = self.stage.as_deref().map(level_of_stage).transpose()?;
        Ok(FailureFilter { batch: self.run.as_deref(), class: self.class, level, reason: self.reason.as_deref() })
    }
}

/// Parses the name of a class.
///
/// # Errors
/// `Invalid` for an unknown name.
pub fn parse_class(word: &str) -> Result<RefusalClass> {
    let class = RefusalClass::parse_or_bug(word);
    let is_known = class.as_str() == word;
    is_known.then_some(class).ok_or_else(|| runs::failure_class_unknown(word))
}

/// Level of a stage. The catalogue records only whether a file or a page was refused, so stages of one level, which run in one task, share
/// their failures.
fn level_of_stage(stage: &str) -> Result<StageLevel> {
    let known = stages::by_name(stage).map(|stage| stage.level());
    known.ok_or_else(|| {
        let names: Vec<&str> = stages::STAGES.iter().map(|stage| stage.name()).collect();
        runs::failure_stage_unknown(stage, names.join(", "))
    })
}

/// Refused files and pages of these units, sorted by run and path; at most `limit`.
///
/// # Errors
/// `Invalid` for an unknown stage.
pub async fn list_failures(archive: &Archive, units: &UnitScope, wanted: &FailureQuery, limit: usize) -> Result<Vec<FailureLine>> {
    archive.catalog.failures(units, &wanted.to_filter()?, limit).await
}

/// Failed tasks of these units, of one run or of all, the oldest first; at most `limit`.
///
/// # Errors
/// `Unavailable` when the catalogue does not answer.
pub async fn list_failed_tasks(archive: &Archive, units: &UnitScope, run: Option<&str>, limit: usize) -> Result<Vec<FailedTask>> {
    archive.catalog.failed_tasks(units, run, limit).await
}

/// Failures grouped by class and reason, the most frequent first; at most [`MAX_FAILURE_GROUPS`].
///
/// # Errors
/// `Invalid` for an unknown stage.
pub async fn group_failures(archive: &Archive, units: &UnitScope, wanted: &FailureQuery) -> Result<Vec<FailureGroup>> {
    archive.catalog.failure_groups(units, &wanted.to_filter()?, MAX_FAILURE_GROUPS).await
}

/// A page of a refused original whose view was authorised.
#[derive(Debug)]
pub struct FailedPage {
    dossier: DossierName,
    file: File,
    page: u32,
}

impl FailedPage {
    /// HTTP entity tag: changes whenever the image does.
    #[must_use]
    pub fn etag(&self, size: ImageSize) -> String {
        format!("\"{}-{}-{}\"", self.file.delivered.sha256, self.page, size.width())
    }
}

/// Page `page` of a refused file, or of a file with a refused page, in a unit that `by` may monitor.
///
/// # Errors
/// `NotFound` for an unknown one, one of another unit, and one of a dossier that is still processed, has pages in quarantine, or had
/// pages removed as secret.
pub async fn authorized_failed_page(archive: &Archive, by: &Identity, file: &str, page: u32) -> Result<FailedPage> {
    let (dossier, file) = archive.catalog.viewable_failed_file(file, page).await?;
    if !by.units_with(Right::Monitor).contains(&dossier.name.fonds) {
        return Err(runs::failed_page_not_visible(file.id, page));
    }
    Ok(FailedPage { dossier: dossier.name, file, page })
}

/// Image of the page as a JPEG, as delivered, not turned; none for bytes that cannot be rendered, or that exceed the size limit of files.
/// The view is recorded in the audit trail. The bytes are decoded only in a sandboxed process.
///
/// # Errors
/// `Unavailable` when the store or the process does not answer.
pub async fn page_image(archive: &Archive, by: &Identity, refused: &FailedPage, size: ImageSize) -> Result<Option<Vec<u8>>> {
    let FailedPage { dossier, file, page } = refused;
    let body = json!({ "by": by.user.name, "file": file.delivered.path.display, "sha256": file.delivered.sha256, "page": page });
    archive.catalog.append_read_event(&file.batch, &file.dossier, "refused-seen", body).await?;
    if file.delivered.bytes > archive.config.limits.file_mib << 20 {
        return Ok(None);
    }
    match render_page(archive, dossier, file, *page, size).await {
        Ok(jpeg) => Ok(Some(jpeg)),
        // Expected for some refused files.
        Err(error) if !error.kind().is_transient() => Ok(None),
        Err(error) => Err(error),
    }
}

async fn render_page(archive: &Archive, dossier: &DossierName, file: &File, page: u32, size: ImageSize) -> Result<Vec<u8>> {
    let sha256 = &file.delivered.sha256;
    let mut viewer = FileWorker::lease(&archive.viewers, Some(&dossier.fonds), sha256).await?;
    if !viewer.has(sha256) {
        let local = tempfile::NamedTempFile::new_in(&archive.scratch);
        let local = local.map_err(|error| maintenance::scratch_file_unwritable().caused_by(error))?;
        let place = originals::locate_original_in(archive.store.as_ref(), dossier, sha256).await?;
        archive.store.get_file(&place, local.path()).await?;
        viewer.load(sha256, local.path()).await?;
    }
    let media_type =
        if file.media_type.is_empty() { viewer.inspect(&file.delivered.path.display).await?.media_type } else { file.media_type.clone() };
    viewer.preview(&media_type, page, PreviewOptions { turn: 0, width: size.width(), hidden: None }).await
}

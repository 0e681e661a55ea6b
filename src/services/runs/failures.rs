//! What was refused: which files and pages, why, and how they look.

use crate::archive::Archive;
use crate::records::page_images::ImageSize;
use crate::runs::monitoring::MAX_FAILURE_GROUPS;
use serde_json::json;
use sohoa_base::error::{Error, ErrorKind, Result, ResultExt};
use sohoa_base::model::account::{Identity, Right, UnitScope};
use sohoa_base::model::dossier::{DossierName, File};
use sohoa_base::model::pipeline_plan::StageLevel;
use sohoa_base::model::refusal::RefusalClass;
use sohoa_catalog::FailureFilter;
pub use sohoa_catalog::{Failure as FailureLine, FailureGroup};
use sohoa_file_worker::client::FileWorker;
use sohoa_file_worker::request::PreviewOptions;
use sohoa_stages as stages;
use sohoa_stages::originals;

/// Which failures are wanted; what is none is not asked for.
#[derive(Debug, Clone, Default)]
pub struct FailureQuery {
    /// Of this run alone.
    pub run: Option<String>,
    /// Of this class alone.
    pub class: Option<RefusalClass>,
    /// Of the stages that run together with this one alone.
    pub stage: Option<String>,
    /// For this reason alone.
    pub reason: Option<String>,
}

impl FailureQuery {
    fn to_filter(&self) -> Result<FailureFilter<'_>> {
        let level = self.stage.as_deref().map(level_of_stage).transpose()?;
        Ok(FailureFilter { batch: self.run.as_deref(), class: self.class, level, reason: self.reason.as_deref() })
    }
}

/// The class of this name.
///
/// # Errors
/// `Invalid` where there is none.
pub fn parse_class(word: &str) -> Result<RefusalClass> {
    let class = RefusalClass::parse_or_bug(word);
    let is_known = class.as_str() == word;
    is_known.then_some(class).ok_or_else(|| Error::invalid(format!("{word} is no class; use input, limit, secret, outage or bug")))
}

/// What a stage works on. The catalogue knows of a refusal whether it met a file or a page, so that the stages of one level,
/// which run together, have their failures together.
fn level_of_stage(stage: &str) -> Result<StageLevel> {
    let known = stages::by_name(stage).map(|stage| stage.level());
    known.ok_or_else(|| {
        let names: Vec<&str> = stages::STAGES.iter().map(|stage| stage.name()).collect();
        Error::invalid(format!("{stage} is no stage; use {}", names.join(", ")))
    })
}

/// Refused files and pages of these units by run and path, at most `limit`.
///
/// # Errors
/// `Invalid` for an unknown stage.
pub async fn list_failures(archive: &Archive, units: &UnitScope, wanted: &FailureQuery, limit: usize) -> Result<Vec<FailureLine>> {
    archive.catalog.failures(units, &wanted.to_filter()?, limit).await
}

/// The same by class and reason, the most frequent first, at most [`MOST_GROUPS`].
///
/// # Errors
/// `Invalid` for an unknown stage.
pub async fn group_failures(archive: &Archive, units: &UnitScope, wanted: &FailureQuery) -> Result<Vec<FailureGroup>> {
    archive.catalog.failure_groups(units, &wanted.to_filter()?, MAX_FAILURE_GROUPS).await
}

/// A page of a refused original that somebody may look at.
#[derive(Debug)]
pub struct FailedPage {
    dossier: DossierName,
    file: File,
    page: u32,
}

impl FailedPage {
    /// What changes whenever the picture does, as an HTTP entity tag.
    #[must_use]
    pub fn etag(&self, size: ImageSize) -> String {
        format!("\"{}-{}-{}\"", self.file.delivered.sha256, self.page, size.width())
    }
}

/// Page `page` of the refused file with this identifier, or of a file of which a page was refused, in a unit that `by` may
/// watch.
///
/// # Errors
/// `NotFound` for an unknown one, one of another unit, and one of a dossier of which something is in quarantine or was taken
/// out as secret, or that is still worked on.
pub async fn authorized_failed_page(archive: &Archive, by: &Identity, file: &str, page: u32) -> Result<FailedPage> {
    let (dossier, file) = archive.catalog.viewable_failed_file(file, page).await?;
    if !by.units_with(Right::Monitor).contains(&dossier.name.fonds) {
        return Err(Error::not_found(format!("no refused file {} with a page {page} may be looked at", file.id)));
    }
    Ok(FailedPage { dossier: dossier.name, file, page })
}

/// Its picture as a JPEG, as it was delivered, not turned; none where the bytes are no page that can be drawn, or are larger
/// than a file may be. That it was looked at is kept. The bytes are opened in a limited process alone.
///
/// # Errors
/// `Unavailable` when the store or the process does not answer.
pub async fn page_image(archive: &Archive, by: &Identity, refused: &FailedPage, size: ImageSize) -> Result<Option<Vec<u8>>> {
    let FailedPage { dossier, file, page } = refused;
    let body = json!({ "by": by.user.name, "file": file.delivered.path.display, "sha256": file.delivered.sha256, "page": page });
    archive.catalog.append_event(&file.batch, &file.dossier, "refused-seen", body).await?;
    if file.delivered.bytes > archive.config.limits.file_mib << 20 {
        return Ok(None);
    }
    match render_page(archive, dossier, file, *page, size).await {
        Ok(jpeg) => Ok(Some(jpeg)),
        // It was refused, after all.
        Err(error) if !error.kind().is_transient() => Ok(None),
        Err(error) => Err(error),
    }
}

async fn render_page(archive: &Archive, dossier: &DossierName, file: &File, page: u32, size: ImageSize) -> Result<Vec<u8>> {
    let sha256 = &file.delivered.sha256;
    let mut viewer = FileWorker::lease(&archive.viewers, sha256).await?;
    if !viewer.has(sha256) {
        let local = tempfile::NamedTempFile::new_in(&archive.scratch).or_error(ErrorKind::Unavailable, originals::temp_file_failure)?;
        let place = originals::locate_original_in(archive.store.as_ref(), dossier, sha256).await?;
        archive.store.get_file(&place, local.path()).await?;
        viewer.load(sha256, local.path()).await?;
    }
    let media_type =
        if file.media_type.is_empty() { viewer.inspect(&file.delivered.path.display).await?.media_type } else { file.media_type.clone() };
    viewer.preview(&media_type, page, PreviewOptions { turn: 0, width: size.width(), hidden: None }).await
}

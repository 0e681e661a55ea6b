//! Package: a document's searchable PDF/A, plain text, and ALTO for every page.

use crate::object_names;
use crate::stage::{Context, Stage, StageOptions, TaskState, options_of, unexpected_item};
use crate::{originals, readings};
use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sohoa_base::error::Result;
use sohoa_base::messages::program;
use sohoa_base::model::dossier::{Document, DossierSnapshot, File, Item, Page};
use sohoa_base::model::page::reading::Reading;
use sohoa_base::model::pipeline_plan::StageLevel;
use sohoa_base::model::record::Description;
use sohoa_file_worker::client::FileWorker;
use sohoa_formats::metadata::alto;
use sohoa_formats::pdf::write::pdf_writer::{PdfMetadata, PdfaProfile};
use sohoa_formats::plain_text;
use std::collections::BTreeSet;
use tokio::io::AsyncWriteExt;

/// Options of the stage.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PackageOptions {
    /// Archival form of the PDF: `a1b` (default) or `a2u`.
    pub profile: ProfileOption,
}

/// Archival form of the PDF.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ProfileOption {
    /// PDF/A-1b, the profile of TCVN 14159-1.
    #[default]
    A1b,
    /// PDF/A-2u.
    A2u,
}

/// See the module.
#[derive(Debug)]
pub struct Package;

#[async_trait]
impl Stage for Package {
    fn name(&self) -> &'static str {
        "package"
    }

    fn level(&self) -> StageLevel {
        StageLevel::Document
    }

    fn options(&self) -> StageOptions {
        StageOptions::of::<PackageOptions>()
    }

    async fn run(&self, context: &Context<'_>, options: &Value, work: &mut TaskState) -> Result<()> {
        let Item::Document { document, contents } = &work.item else { return Err(unexpected_item(self.name())) };
        let options: PackageOptions = options_of(options)?;
        let document = contents.document(document).ok_or_else(|| program::bug("document is not in its dossier"))?;
        let metadata = pdf_metadata(contents, document, work.decided_description(), options);
        let mut missing = BTreeSet::new();
        let spent_ms = loop {
            if let Some(spent_ms) = try_package(context, contents, document, &metadata, &mut missing).await? {
                break spent_ms;
            }
        };
        work.add_cpu_time(self.name(), spent_ms);
        Ok(())
    }
}

/// Writes PDF, text and ALTO into the store, page by page. A page that its process cannot bring into the PDF goes
/// to `missing` and becomes an empty, crossed page. Processor time of the reading process, milliseconds; `None`
/// when a page took the PDF with it and all begins again without that page.
async fn try_package(
    context: &Context<'_>,
    contents: &DossierSnapshot,
    document: &Document,
    metadata: &PdfMetadata,
    missing: &mut BTreeSet<u32>,
) -> Result<Option<u64>> {
    let file_of = |page: &Page| contents.file(&page.file);
    let first = document.page(1).and_then(|id| contents.page(id)).and_then(file_of);
    let first = first.map(|file| file.delivered.sha256.as_str()).unwrap_or_default();
    let mut worker = FileWorker::lease(context.pool, Some(&contents.dossier.name.fonds), first).await?;
    let local = tempfile::NamedTempFile::new_in(context.temp_dir).map_err(originals::temp_file_failure)?;
    let mut pdf = tokio::fs::File::create(local.path()).await.map_err(originals::temp_file_failure)?;
    let mut text = String::new();
    worker.begin_pdf(metadata.clone()).await?;
    for (number, id) in (1..).zip(&document.pages) {
        let reading = readings::page_reading(context, contents, document, number).await?;
        plain_text::append_page(&mut text, number, reading.as_ref());
        let page = contents.page(id);
        let piece = match (page, page.and_then(file_of), reading) {
            (Some(page), Some(file), Some(reading)) => {
                let alto = alto::write(&reading, number, &file.delivered.sha256);
                context
                    .store
                    .put(&object_names::staged_part_key(&document.id, &object_names::alto_name(number)), alto.into_bytes())
                    .await?;
                if missing.contains(&number) {
                    worker.add_missing_pdf_page().await
                } else {
                    add_page(context, contents, &mut worker, page, file, reading).await
                }
            }
            _ => worker.add_missing_pdf_page().await,
        };
        let piece = match piece {
            Ok(piece) => piece,
            Err(error) if error.kind().is_transient() || !missing.insert(number) => return Err(error),
            Err(error) => {
                tracing::warn!(document = document.id, page = number, error = %error.chain(), "the PDF has no picture of this page");
                match worker.add_missing_pdf_page().await {
                    Ok(piece) => piece,
                    Err(_) => return Ok(None),
                }
            }
        };
        pdf.write_all(&piece).await.map_err(originals::temp_file_failure)?;
    }
    let rest = worker.finish_pdf().await?;
    pdf.write_all(&rest).await.map_err(originals::temp_file_failure)?;
    pdf.flush().await.map_err(originals::temp_file_failure)?;
    context.store.put_file(&object_names::staged_part_key(&document.id, "document.pdf"), local.path()).await?;
    context.store.put(&object_names::staged_part_key(&document.id, "text.txt"), text.into_bytes()).await?;
    Ok(Some(worker.spent_ms()))
}

/// Adds one page to the PDF that `worker` writes.
async fn add_page(
    context: &Context<'_>,
    contents: &DossierSnapshot,
    worker: &mut FileWorker<'_>,
    page: &Page,
    file: &File,
    reading: Reading,
) -> Result<Vec<u8>> {
    originals::load(context, worker, &contents.dossier.name, &file.delivered.sha256).await?;
    worker.add_pdf_page(&file.media_type, page.number, reading, Vec::new()).await
}

fn pdf_metadata(
    contents: &DossierSnapshot,
    document: &Document,
    description: Option<&Description>,
    options: PackageOptions,
) -> PdfMetadata {
    let field = |name: &str| description.and_then(|found| found.fields.get(name)).map(|field| field.value.clone()).unwrap_or_default();
    let kind = description.map(|found| found.kind_name.clone()).unwrap_or_default();
    let number = [field("codeNumber"), field("codeNotation")].iter().filter(|part| !part.is_empty()).cloned().collect::<Vec<_>>().join("/");
    let title = [kind, number].iter().filter(|part| !part.is_empty()).cloned().collect::<Vec<_>>().join(" ");
    PdfMetadata {
        title: if title.is_empty() { contents.dossier.name.title.clone() } else { title },
        subject: field("subject"),
        keywords: Vec::new(),
        language: "vi".to_owned(),
        identifier: format!("{}#{}", object_names::dossier_object(&contents.dossier.name), document.number),
        profile: match options.profile {
            ProfileOption::A1b => PdfaProfile::A1b,
            ProfileOption::A2u => PdfaProfile::A2u,
        },
    }
}

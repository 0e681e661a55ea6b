//! Package: a document's searchable PDF/A, plain text, and ALTO for every page.

use crate::error::{Error, Result};
use crate::formats::pdf_write::{PdfMetadata, Profile};
use crate::formats::{alto, text};
use crate::model::change::Change;
use crate::model::holding::{Contents, Document, Item, Page};
use crate::model::plan::Level;
use crate::model::reading::Reading;
use crate::model::record::Description;
use crate::sandbox::protocol::Ask;
use crate::stages::contract::{Context, Stage, Work, options_of, wrong_item};
use crate::stages::separate::readings_of;
use crate::stages::{names, originals};
use async_trait::async_trait;
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeSet;

/// Options of the stage.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PackageOptions {
    /// Archival form of the PDF: `a1b` (default) or `a2u`.
    pub profile: Form,
}

/// Archival form of the PDF.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Form {
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

    fn level(&self) -> Level {
        Level::Document
    }

    fn check_options(&self, options: &Value) -> Result<()> {
        options_of::<PackageOptions>(options).map(|_| ())
    }

    async fn run(&self, context: &Context<'_>, options: &Value, work: &mut Work) -> Result<()> {
        let Item::Document { document, contents } = &work.item else { return Err(wrong_item(self.name())) };
        let options: PackageOptions = options_of(options)?;
        let document = contents.document(document).ok_or_else(|| Error::internal("the document is not in its dossier"))?;
        let readings = readings_of(context, contents, document).await?;
        let description = work.changes.iter().find_map(|change| match change {
            Change::DocumentDescribed { description, .. } => Some(description),
            _ => None,
        });
        let metadata = metadata(contents, document, description.or(document.description.as_ref()), options);
        let pages: Vec<(&Page, Option<&Reading>)> =
            document.pages.iter().zip(&readings).filter_map(|(id, reading)| Some((contents.page(id)?, reading.as_ref()))).collect();
        let (pdf, spent_ms) = write_pdf(context, contents, &metadata, &pages).await?;
        context.store.put(&names::part(&document.id, "document.pdf"), pdf).await?;
        let text = text::write(&readings.iter().map(Option::as_ref).collect::<Vec<_>>());
        context.store.put(&names::part(&document.id, "text.txt"), text.into_bytes()).await?;
        for (number, (page, reading)) in (1..).zip(&pages) {
            if let (Some(reading), Some(file)) = (reading, contents.file(&page.file)) {
                let alto = alto::write(reading, number, &file.new.sha256);
                context.store.put(&names::part(&document.id, &names::alto(number)), alto.into_bytes()).await?;
            }
        }
        work.spend(self.name(), spent_ms);
        Ok(())
    }
}

/// The PDF; a page that its process cannot bring in becomes an empty, crossed page.
async fn write_pdf(
    context: &Context<'_>,
    contents: &Contents,
    metadata: &PdfMetadata,
    pages: &[(&Page, Option<&Reading>)],
) -> Result<(Vec<u8>, u64)> {
    let mut missing = BTreeSet::new();
    loop {
        match try_pdf(context, contents, metadata, pages, &missing).await {
            Ok(pdf) => return Ok(pdf),
            Err((error, _)) if error.kind().is_passing() => return Err(error),
            Err((_, Some(place))) if missing.insert(place) => {}
            Err((error, _)) => return Err(error),
        }
    }
}

/// One attempt; the error names the page at which it failed.
async fn try_pdf(
    context: &Context<'_>,
    contents: &Contents,
    metadata: &PdfMetadata,
    pages: &[(&Page, Option<&Reading>)],
    missing: &BTreeSet<usize>,
) -> std::result::Result<(Vec<u8>, u64), (Error, Option<usize>)> {
    let first = pages.first().and_then(|(page, _)| contents.file(&page.file)).map(|file| file.new.sha256.as_str()).unwrap_or_default();
    let mut reader = context.pool.reader(first).await.map_err(|error| (error, None))?;
    reader.ask(&Ask::PdfBegin { metadata: metadata.clone() }).await.map_err(|error| (error, None))?;
    for (place, (page, reading)) in pages.iter().enumerate() {
        let file = contents.file(&page.file);
        let outcome = match (reading, file) {
            (Some(reading), Some(file)) if !missing.contains(&place) => {
                match originals::load(context, &mut reader, &contents.dossier.name, &file.new.sha256).await {
                    Ok(()) => {
                        let ask =
                            Ask::PdfPage { media_type: file.media_type.clone(), page: page.number, reading: Box::new((*reading).clone()) };
                        reader.ask(&ask).await
                    }
                    Err(error) => Err(error),
                }
            }
            _ => reader.ask(&Ask::PdfMissing).await,
        };
        outcome.map_err(|error| (error, Some(place)))?;
    }
    let (_, pdf) = reader.ask(&Ask::PdfEnd).await.map_err(|error| (error, None))?;
    Ok((pdf, reader.spent_ms()))
}

fn metadata(contents: &Contents, document: &Document, description: Option<&Description>, options: PackageOptions) -> PdfMetadata {
    let field = |name: &str| description.and_then(|found| found.fields.get(name)).map(|field| field.value.clone()).unwrap_or_default();
    let kind = description.map(|found| found.kind_name.clone()).unwrap_or_default();
    let number = [field("codeNumber"), field("codeNotation")].iter().filter(|part| !part.is_empty()).cloned().collect::<Vec<_>>().join("/");
    let title = [kind, number].iter().filter(|part| !part.is_empty()).cloned().collect::<Vec<_>>().join(" ");
    PdfMetadata {
        title: if title.is_empty() { contents.dossier.name.title.clone() } else { title },
        subject: field("subject"),
        keywords: Vec::new(),
        language: "vi".to_owned(),
        identifier: format!("{}#{}", names::object(&contents.dossier.name), document.number),
        profile: match options.profile {
            Form::A1b => Profile::A1b,
            Form::A2u => Profile::A2u,
        },
    }
}

//! Package: a document's searchable PDF/A, plain text, and ALTO for every page.

use crate::error::{Error, Kind, Result, ResultExt};
use crate::formats::pdf_write::{PdfMetadata, Profile};
use crate::formats::{alto, text};
use crate::model::change::Change;
use crate::model::holding::{Contents, Document, Item};
use crate::model::plan::Level;
use crate::model::record::Description;
use crate::sandbox::pool::Reader;
use crate::sandbox::protocol::{Answer, Ask};
use crate::stages::contract::{Context, Stage, Work, options_of, wrong_item};
use crate::stages::{names, originals, readings};
use async_trait::async_trait;
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::Path;
use tokio::io::AsyncWriteExt;

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
        let description = work.changes.iter().find_map(|change| match change {
            Change::DocumentDescribed { description, .. } => Some(description),
            _ => None,
        });
        let metadata = metadata(contents, document, description.or(document.description.as_ref()), options);
        let spent_ms = write_pdf(context, contents, document, &metadata).await?;
        let mut text = String::new();
        for (number, id) in (1..).zip(&document.pages) {
            let reading = readings::of_page(context, contents, document, number).await?;
            text::add_page(&mut text, number, reading.as_ref());
            let file = contents.page(id).and_then(|page| contents.file(&page.file));
            if let (Some(reading), Some(file)) = (reading, file) {
                let alto = alto::write(&reading, number, &file.new.sha256);
                context.store.put(&names::part(&document.id, &names::alto(number)), alto.into_bytes()).await?;
            }
        }
        context.store.put(&names::part(&document.id, "text.txt"), text.into_bytes()).await?;
        work.spend(self.name(), spent_ms);
        Ok(())
    }
}

/// Writes the PDF into the store; a page that its process cannot bring in becomes an empty, crossed page.
/// Processor time of the reading process, milliseconds.
async fn write_pdf(context: &Context<'_>, contents: &Contents, document: &Document, metadata: &PdfMetadata) -> Result<u64> {
    let mut missing = BTreeSet::new();
    loop {
        match try_pdf(context, contents, document, metadata, &missing).await {
            Ok(spent_ms) => return Ok(spent_ms),
            Err((error, _)) if error.kind().is_passing() => return Err(error),
            Err((_, Some(number))) if missing.insert(number) => {}
            Err((error, _)) => return Err(error),
        }
    }
}

/// One attempt; the error names the page at which the reading process was lost.
async fn try_pdf(
    context: &Context<'_>,
    contents: &Contents,
    document: &Document,
    metadata: &PdfMetadata,
    missing: &BTreeSet<u32>,
) -> std::result::Result<u64, (Error, Option<u32>)> {
    let first = document.page(1).and_then(|id| contents.page(id)).and_then(|page| contents.file(&page.file));
    let first = first.map(|file| file.new.sha256.as_str()).unwrap_or_default();
    let at_no_page = |error| (error, None);
    let local =
        tempfile::NamedTempFile::new_in(context.scratch).or_error(Kind::Unavailable, originals::cannot_write).map_err(at_no_page)?;
    let mut pieces = Pieces::create(local.path()).await.map_err(at_no_page)?;
    let mut reader = context.pool.reader(first).await.map_err(at_no_page)?;
    reader.ask(&Ask::PdfBegin { metadata: metadata.clone() }).await.map_err(at_no_page)?;
    for number in document.page_numbers() {
        let mut outcome = match missing.contains(&number) {
            false => add_page(context, contents, document, number, &mut reader).await,
            true => reader.ask(&Ask::PdfMissing).await,
        };
        if outcome.as_ref().is_err_and(|error| !error.kind().is_passing()) && reader.is_alive() {
            outcome = reader.ask(&Ask::PdfMissing).await;
        }
        let (_, piece) = outcome.map_err(|error| (error, Some(number)))?;
        pieces.add(&piece).await.map_err(at_no_page)?;
    }
    let (_, rest) = reader.ask(&Ask::PdfEnd).await.map_err(at_no_page)?;
    pieces.add(&rest).await.map_err(at_no_page)?;
    pieces.end().await.map_err(at_no_page)?;
    context.store.put_file(&names::part(&document.id, "document.pdf"), local.path()).await.map_err(at_no_page)?;
    Ok(reader.spent_ms())
}

/// Adds one page to the PDF that `reader` writes.
async fn add_page(
    context: &Context<'_>,
    contents: &Contents,
    document: &Document,
    number: u32,
    reader: &mut Reader<'_>,
) -> Result<(Answer, Vec<u8>)> {
    let page = document.page(number).and_then(|id| contents.page(id));
    let file = page.and_then(|page| contents.file(&page.file));
    let reading = readings::of_page(context, contents, document, number).await?;
    let (Some(page), Some(file), Some(reading)) = (page, file, reading) else {
        return reader.ask(&Ask::PdfMissing).await;
    };
    originals::load(context, reader, &contents.dossier.name, &file.new.sha256).await?;
    reader.ask(&Ask::PdfPage { media_type: file.media_type.clone(), page: page.number, reading: Box::new(reading) }).await
}

/// A local file that grows by pieces.
struct Pieces(tokio::io::BufWriter<tokio::fs::File>);

impl Pieces {
    async fn create(local: &Path) -> Result<Self> {
        let file = tokio::fs::File::create(local).await.or_error(Kind::Unavailable, originals::cannot_write)?;
        Ok(Self(tokio::io::BufWriter::new(file)))
    }

    async fn add(&mut self, piece: &[u8]) -> Result<()> {
        self.0.write_all(piece).await.or_error(Kind::Unavailable, originals::cannot_write)
    }

    async fn end(&mut self) -> Result<()> {
        self.0.flush().await.or_error(Kind::Unavailable, originals::cannot_write)
    }
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

//! Conversion of rows into model types, and loading of whole dossiers.

use crate::facts::withholding::withheld_originals;
use crate::sql::{self, MAX_IN_LIST, Statement, bind_all, dynamic_query, get, get_enum, get_json, get_u32, get_u64, placeholders, to_json};
use sohoa_base::error::Result;
use sohoa_base::messages::{StoredMessage, records};
use sohoa_base::model::delivered_file::DeliveredFile;
use sohoa_base::model::dossier::{Document, Dossier, DossierName, DossierSnapshot, File, Page};
use sohoa_base::model::refusal::{Refusal, RefusalClass};
use sqlx::AnyConnection;
use sqlx::any::AnyRow;
use std::collections::BTreeMap;

pub(crate) fn dossier_from_row(row: &AnyRow) -> Result<Dossier> {
    Ok(Dossier {
        id: get(row, "id")?,
        name: DossierName { fonds: get(row, "fonds")?, code: get(row, "code")?, title: get(row, "title")? },
        version: get_u32(row, "version")?,
        list_findings: get_json(row, "list_findings")?,
    })
}

/// Code and values of a reason; none in what was written before reasons had codes.
pub(crate) fn message_from_row(row: &AnyRow, column: &str) -> Result<Option<StoredMessage>> {
    get::<Option<String>>(row, column)?.map(|json| sql::from_json(&json, column)).transpose()
}

/// Class, reason and message of a refusal, as in their columns.
pub(crate) fn refusal_columns(refusal: Option<&Refusal>) -> Result<[Option<String>; 3]> {
    let message = refusal.and_then(|refusal| refusal.message.as_deref()).map(to_json).transpose()?;
    Ok([
        refusal.map(|refusal| refusal.class.as_str().to_owned()),
        refusal.map(|refusal| sql::replace_nul(&refusal.reason)),
        message.as_deref().map(sql::replace_nul),
    ])
}

/// Binds class, reason and message.
pub(crate) fn bind_refusal<'q>(statement: Statement<'q>, refusal: &Refusal) -> Result<Statement<'q>> {
    let [class, reason, message] = refusal_columns(Some(refusal))?;
    Ok(statement.bind(class).bind(reason).bind(message))
}

pub(crate) fn refusal_from_row(row: &AnyRow) -> Result<Option<Refusal>> {
    let class: Option<String> = get(row, "class")?;
    let reason: Option<String> = get(row, "reason")?;
    let message = message_from_row(row, "message")?.map(Box::new);
    Ok(class.map(|class| Refusal { class: RefusalClass::parse_or_bug(&class), reason: reason.unwrap_or_default(), message }))
}

pub(crate) fn file_from_row(row: &AnyRow) -> Result<File> {
    let container: Option<String> = get(row, "container")?;
    Ok(File {
        id: get(row, "id")?,
        batch: get(row, "batch")?,
        dossier: get(row, "dossier")?,
        delivered: DeliveredFile {
            path: get_json(row, "path")?,
            sha256: get(row, "sha256")?,
            bytes: get_u64(row, "bytes")?,
            container: container.map(|text| sql::from_json(&text, "container of a file")).transpose()?,
        },
        state: get_enum(row, "state")?,
        media_type: get(row, "media_type")?,
        duplicate_of: get(row, "duplicate_of")?,
        refusal: refusal_from_row(row)?,
        warnings: get_json(row, "warnings")?,
        signatures: get_json(row, "signatures")?,
    })
}

pub(crate) fn page_from_row(row: &AnyRow) -> Result<Page> {
    let quality: String = get(row, "quality")?;
    Ok(Page {
        id: get(row, "id")?,
        file: get(row, "file")?,
        number: get_u32(row, "number")?,
        state: get_enum(row, "state")?,
        reading: get(row, "reading")?,
        quality: if quality == "{}" {
            sohoa_base::model::page::reading::Quality::default()
        } else {
            sql::from_json(&quality, "quality of a page")?
        },
        blank: get::<i64>(row, "blank")? != 0,
        refusal: refusal_from_row(row)?,
        warnings: get_json(row, "warnings")?,
        release: get::<Option<String>>(row, "released")?.map(|text| sql::from_json(&text, "release of a page")).transpose()?,
        turn: get::<Option<i64>>(row, "rotation")?.and_then(|turn| u16::try_from(turn).ok()),
    })
}

/// A dossier with its files, pages and documents.
pub(crate) async fn load_contents(connection: &mut AnyConnection, dossier: &str) -> Result<DossierSnapshot> {
    let statement = sqlx::query("SELECT * FROM dossiers WHERE id = $1").bind(dossier.to_owned());
    let row = sql::fetch_optional(connection, statement, "cannot read a dossier").await?;
    let found = dossier_from_row(&row.ok_or_else(|| records::dossier_unknown(dossier))?)?;
    let statement = sqlx::query("SELECT * FROM files WHERE dossier = $1 ORDER BY id").bind(dossier.to_owned());
    let files = sql::fetch_all(connection, statement, "cannot read files").await?.iter().map(file_from_row).collect::<Result<Vec<_>>>()?;
    let statement = sqlx::query("SELECT * FROM pages WHERE dossier = $1 ORDER BY file, number").bind(dossier.to_owned());
    let rows = sql::fetch_all(connection, statement, "cannot read pages").await?;
    let mut placed: BTreeMap<String, Vec<(i64, String)>> = BTreeMap::new();
    let mut pages = Vec::with_capacity(rows.len());
    for row in &rows {
        let page = page_from_row(row)?;
        if let Some(document) = get::<Option<String>>(row, "document")? {
            let place = get::<Option<i64>>(row, "position_in_document")?.unwrap_or_default();
            placed.entry(document).or_default().push((place, page.id.clone()));
        }
        pages.push(page);
    }
    let statement = sqlx::query("SELECT * FROM documents WHERE dossier = $1 ORDER BY number").bind(dossier.to_owned());
    let mut documents = Vec::new();
    for row in &sql::fetch_all(connection, statement, "cannot read documents").await? {
        let id: String = get(row, "id")?;
        let description: Option<String> = get(row, "description")?;
        let mut pages = placed.remove(&id).unwrap_or_default();
        pages.sort();
        documents.push(Document {
            dossier: dossier.to_owned(),
            number: get_u32(row, "number")?,
            pages: pages.into_iter().map(|(_, page)| page).collect(),
            description: description.map(|text| sql::from_json(&text, "description of a document")).transpose()?,
            list_entry: get::<Option<String>>(row, "list_entry")?
                .map(|text| sql::from_json(&text, "list's words for a document"))
                .transpose()?,
            review_reasons: get_json(row, "review_reasons")?,
            decisions: get_json(row, "decisions")?,
            stored: get::<i64>(row, "stored")? != 0,
            id,
        });
    }
    let (withheld, container_held) = withheld_originals(connection, dossier).await?;
    Ok(DossierSnapshot { dossier: found, files, pages, documents, withheld, container_held })
}

/// Rows of `table` by identifier.
pub(crate) async fn fetch_by_ids(connection: &mut AnyConnection, table: &'static str, ids: &[String]) -> Result<Vec<AnyRow>> {
    let mut rows = Vec::with_capacity(ids.len());
    for chunk in ids.chunks(MAX_IN_LIST) {
        let text = format!("SELECT * FROM {table} WHERE id IN ({})", placeholders(1, chunk.len()));
        rows.extend(sql::fetch_all(connection, bind_all(dynamic_query(text), chunk), "cannot read items of tasks").await?);
    }
    Ok(rows)
}

//! Preview of the redacted copy (bản cho công chúng): which fields and pages would be public, and what is hidden.

use crate::archive::Archive;
use crate::records::queries::authorized_document;
use crate::records::redacted_copy::load_reading;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::json;
use sohoa_base::error::Result;
use sohoa_base::model::account::{Identity, Right};
use sohoa_base::model::page::geometry::Bounds;
use sohoa_base::model::page::reading::{Block, BlockKind, Line, Reading, Word};
use sohoa_base::model::personal_data::PersonalDataKind;
use sohoa_base::model::record::Field;
use sohoa_extraction::fields::personal_data;
use sohoa_formats::redaction;
use sohoa_formats::redaction::REDACTED_TEXT;
use std::collections::BTreeMap;

/// Fields of Circular 05/2025 that are public. Signer, recipients and place of storage are withheld.
const PUBLIC_FIELDS: [&str; 6] = ["codeNumber", "codeNotation", "issuedDate", "organName", "subject", "language"];

/// The public view of a document.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct PublicDocument {
    /// Name of the document, `OBJECT#NUMBER`.
    pub document: String,
    /// Name of the document's kind.
    pub kind: String,
    /// Fields that may be public, by name; personal data in them are hidden.
    pub fields: BTreeMap<String, String>,
    /// Names of public fields in which something is hidden.
    pub masked_fields: Vec<String>,
    /// Names of fields that are withheld.
    pub withheld_fields: Vec<String>,
    /// Reasons for a review of the document; empty: none.
    pub review: Vec<String>,
    /// Its pages in order.
    pub pages: Vec<PublicPage>,
}

/// The public view of a page.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct PublicPage {
    /// Page number in the document, from 1.
    pub page: u32,
    /// Whether it may be shown; a page that was not read may not, since its personal data are unknown.
    pub shown: bool,
    /// Lines of its text, hidden words replaced by `█████`.
    pub lines: Vec<String>,
    /// Number of hidden items by kind of personal data.
    pub hidden: BTreeMap<PersonalDataKind, u64>,
}

/// Previews the redacted copy of a document in a unit where `by` may read; recorded in the audit trail.
///
/// # Errors
/// `NotFound` for an unknown one, or one of another unit; `Corrupt` for an unreadable reading.
pub async fn preview_document(archive: &Archive, by: &Identity, name: &str) -> Result<PublicDocument> {
    let (record, document) = authorized_document(archive, by, Right::Read, name).await?;
    archive.catalog.append_read_event("", "", "document-read", json!({ "by": by.user.name, "document": name, "form": "public" })).await?;
    let mut pages = Vec::with_capacity(document.pages.len());
    let mut boxes: Vec<(u32, Bounds)> = Vec::new();
    for page in &document.pages {
        let Some(mut reading) = load_reading(archive, &record, page).await? else {
            pages.push(PublicPage { page: page.number, shown: false, lines: Vec::new(), hidden: BTreeMap::new() });
            continue;
        };
        let mut hidden = BTreeMap::new();
        let found = personal_data::find_personal_data(&reading, page.number);
        for data in &found {
            *hidden.entry(data.kind).or_default() += 1;
        }
        let bounds: Vec<Bounds> = found.into_iter().flat_map(|data| data.bounds).collect();
        boxes.extend(bounds.iter().map(|bounds| (page.number, *bounds)));
        redaction::redact_words(&mut reading, &bounds);
        let lines = reading.blocks.iter().flat_map(|block| &block.lines).map(line_text).filter(|line| !line.is_empty()).collect();
        pages.push(PublicPage { page: page.number, shown: true, lines, hidden });
    }
    let (mut fields, mut masked_fields, mut inside) = (BTreeMap::new(), Vec::new(), Vec::new());
    for (name, field) in document.description.fields.iter().filter(|(_, field)| !field.value.is_empty()) {
        if !PUBLIC_FIELDS.contains(&name.as_str()) {
            inside.push(name.clone());
            continue;
        }
        let value = public_value(field, &boxes);
        if value != field.value {
            masked_fields.push(name.clone());
        }
        fields.insert(name.clone(), value);
    }
    let document_name = format!("{}#{}", record.object, document.number);
    let kind = document.description.kind_name.clone();
    Ok(PublicDocument {
        document: document_name,
        kind,
        fields,
        masked_fields,
        withheld_fields: inside,
        review: document.review_reasons,
        pages,
    })
}

fn line_text(line: &Line) -> String {
    line.words.iter().map(|word| word.text.as_str()).collect::<Vec<_>>().join(" ")
}

/// Redacts a field value: hides personal data recognised in the value itself, and the whole value where more personal data were found at
/// its place on the page than in the value.
fn public_value(field: &Field, boxes: &[(u32, Bounds)]) -> String {
    let mut line = Line::new(Bounds::new(0, 0, 0, 0), Vec::new());
    for (place, text) in (0..).zip(field.value.split_whitespace()) {
        line.words.push(Word::new(text, Bounds::new(place * 20, 0, place * 20 + 10, 10), 100));
    }
    line.bounds = Bounds::new(0, 0, u32::try_from(line.words.len()).unwrap_or(0) * 20, 10);
    let block = Block { kind: BlockKind::Text, bounds: line.bounds, lines: vec![line] };
    let mut alone = Reading { blocks: vec![block], ..Reading::default() };
    let found: Vec<Bounds> = personal_data::find_personal_data(&alone, 1).into_iter().flat_map(|data| data.bounds).collect();
    let on_place = |(page, hidden): &(u32, Bounds)| {
        field.page == Some(*page)
            && field.bounds.is_some_and(|own| own.x0 < hidden.x1 && hidden.x0 < own.x1 && own.y0 < hidden.y1 && hidden.y0 < own.y1)
    };
    if boxes.iter().filter(|hidden| on_place(hidden)).count() > found.len() {
        return REDACTED_TEXT.to_owned();
    }
    if found.is_empty() {
        return field.value.clone();
    }
    redaction::redact_words(&mut alone, &found);
    alone.blocks.iter().flat_map(|block| &block.lines).map(line_text).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn field_personal_data_is_redacted_by_text_or_position() {
        let field = |value: &str, bounds| Field { value: value.to_owned(), page: Some(1), bounds, ..Field::default() };
        let plain = "Về việc số hóa tài liệu năm 2026";
        assert_eq!(public_value(&field(plain, None), &[]), plain);
        let redacted = public_value(&field("Trả lời đơn của công dân, điện thoại 0912345678 về đất đai", None), &[]);
        assert!(
            redacted.starts_with("Trả lời")
                && redacted.ends_with("về đất đai")
                && redacted.contains(REDACTED_TEXT)
                && !redacted.contains("0912345678"),
            "{redacted}"
        );
        let own = Some(Bounds::new(10, 10, 100, 30));
        assert_eq!(public_value(&field(plain, own), &[(1, Bounds::new(50, 20, 60, 25))]), REDACTED_TEXT);
        for elsewhere in [(1, Bounds::new(50, 40, 60, 50)), (2, Bounds::new(50, 20, 60, 25))] {
            assert_eq!(public_value(&field(plain, own), &[elsewhere]), plain);
        }
    }
}

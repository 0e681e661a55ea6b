//! Conversion of a page to and from a document of the index.

use crate::schema::IndexFields;
use crate::tokenizer::{Token, bigram_term, keyword_value, tokenize_nfc};
use serde::{Deserialize, Serialize};
use sohoa_base::error::Result;
use sohoa_base::messages::{program, search};
use sohoa_base::model::page::geometry::Bounds;
use sohoa_base::model::page::reading::Reading;
use sohoa_base::text::dates;
use sohoa_base::text::nfc::nfc;
use std::collections::BTreeMap;
use tantivy::TantivyDocument;
use tantivy::schema::{Field, Value};

/// Page (trang) to be indexed.
#[derive(Debug, Clone, PartialEq)]
pub struct IndexedPage {
    /// Name of the dossier's object.
    pub object: String,
    /// Code of the fonds.
    pub fonds: String,
    /// Dossier code.
    pub dossier: String,
    /// Title of the dossier.
    pub title: String,
    /// Number of the document in the dossier, from 1.
    pub document: u32,
    /// Number of the page in the document, from 1.
    pub page: u32,
    /// Code of the document's kind.
    pub kind: String,
    /// Vietnamese name of the kind.
    pub kind_name: String,
    /// Fields of the document by the names of [`sohoa_base::model::record::Description::fields`]. The number is taken from
    /// `number`, else `codeNumber` and `codeNotation`; the issuer from `issuer`, else `organName`; the date from
    /// `date`, else `issuedDate`. All values are searchable on the first page of the document.
    pub fields: BTreeMap<String, String>,
    /// Reading of the page.
    pub reading: Reading,
}

/// Stored values of a page besides its text, as JSON.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct StoredFields {
    pub(crate) object: String,
    pub(crate) fonds: String,
    pub(crate) dossier: String,
    pub(crate) title: String,
    pub(crate) document: u32,
    pub(crate) page: u32,
    pub(crate) kind: String,
    pub(crate) kind_name: String,
    pub(crate) fields: BTreeMap<String, String>,
    /// Name and text of values derived from fields: the composed number, and other forms of the date.
    #[serde(rename = "composed")]
    pub(crate) derived_fields: Vec<(String, String)>,
}

/// Page read from the index.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct StoredPage {
    pub(crate) stored: StoredFields,
    /// Words separated by white space, as in [`Reading::text`].
    pub(crate) text: String,
    /// Box of each word of `text`, px.
    pub(crate) boxes: Vec<Bounds>,
}

impl IndexedPage {
    /// First of these fields that is present and not empty.
    fn field(&self, names: &[&str]) -> Option<&str> {
        names.iter().find_map(|name| self.fields.get(*name).map(|value| value.trim()).filter(|value| !value.is_empty()))
    }

    /// Number and notation as printed: `07/CT-UBND`.
    fn number(&self) -> Option<String> {
        if let Some(number) = self.field(&["number"]) {
            return Some(number.to_owned());
        }
        match (self.field(&["codeNumber"]), self.field(&["codeNotation"])) {
            (Some(number), Some(notation)) if number.contains('/') || notation.starts_with(&format!("{number}/")) => {
                Some(if notation.contains(number) { notation } else { number }.to_owned())
            }
            (Some(number), Some(notation)) => Some(format!("{number}/{}", notation.trim_start_matches('/'))),
            (number, notation) => number.or(notation).map(str::to_owned),
        }
    }
}

/// Converts a page to a document of the index.
pub(crate) fn to_index_entry(page: &IndexedPage, fields: &IndexFields) -> Result<TantivyDocument> {
    let mut entry = TantivyDocument::default();
    entry.add_text(fields.object, &page.object);
    entry.add_text(fields.sort_key, format!("{}\u{0}{:010}{:010}", page.object, page.document, page.page));

    let (text, boxes) = words_and_boxes(&page.reading);
    let mut bigrams = Vec::new();
    add_tokens(&mut entry, (fields.exact, fields.folded), &tokenize_nfc(&text), &mut bigrams);

    let number = page.number();
    let issuer = page.field(&["issuer", "organName"]).map(nfc);
    let date = page.field(&["date", "issuedDate"]).and_then(dates::parse_date);
    let derived = derive_fields(page, number.as_deref(), date);
    if page.page <= 1 {
        let description = [&page.title, &page.kind_name].into_iter().chain(page.fields.values()).map(|value| nfc(value));
        for value in description.chain(derived.iter().map(|(_, value)| nfc(value))) {
            add_tokens(&mut entry, (fields.description_exact, fields.description_folded), &tokenize_nfc(&value), &mut bigrams);
        }
    }
    bigrams.sort_unstable();
    bigrams.dedup();
    entry.add_text(fields.bigrams, join_terms(bigrams.iter().map(String::as_str)));

    let kind_name = nfc(&page.kind_name);
    entry.add_text(fields.kind, keyword_value(&page.kind));
    entry.add_text(fields.kind, keyword_value(&kind_name));
    entry.add_text(fields.kind_label, format!("{}\t{kind_name}", page.kind));
    if let Some(number) = number {
        let number = tokenize_nfc(&nfc(&number));
        entry.add_text(fields.number, join_terms(number.iter().map(|token| token.folded.as_str())));
    }
    if let Some(issuer) = issuer {
        let found = tokenize_nfc(&issuer);
        entry.add_text(fields.issuer, join_terms(found.iter().map(|token| token.folded.as_str())));
        entry.add_text(fields.issuer_label, issuer.split_whitespace().collect::<Vec<_>>().join(" "));
    }
    if let Some(date) = date {
        entry.add_u64(fields.first_day, day_number(&date.first_day()));
        entry.add_u64(fields.last_day, day_number(&date.last_day()));
        entry.add_u64(fields.year, u64::from(date.year()));
    }
    entry.add_text(fields.dossier, keyword_value(&page.dossier));
    entry.add_text(fields.dossier_label, &page.dossier);
    entry.add_text(fields.fonds, keyword_value(&page.fonds));
    entry.add_text(fields.unit, &page.fonds);

    let stored = StoredFields {
        object: page.object.clone(),
        fonds: page.fonds.clone(),
        dossier: page.dossier.clone(),
        title: page.title.clone(),
        document: page.document,
        page: page.page,
        kind: page.kind.clone(),
        kind_name: page.kind_name.clone(),
        fields: page.fields.clone(),
        derived_fields: derived,
    };
    let json = serde_json::to_string(&stored).map_err(|error| program::bug("entry of the search index as JSON").caused_by(error))?;
    entry.add_text(fields.stored_fields, json);
    entry.add_text(fields.text, text);
    entry.add_bytes(fields.boxes, &encode_boxes(&boxes));
    Ok(entry)
}

/// Restores the page from a document of the index.
pub(crate) fn from_index_entry(entry: &TantivyDocument, fields: &IndexFields) -> Result<StoredPage> {
    let damaged = search::index_entry_damaged;
    let text = |field: Field| entry.get_first(field).and_then(|value| value.as_str());
    let stored = serde_json::from_str(text(fields.stored_fields).ok_or_else(damaged)?).map_err(|error| damaged().caused_by(error))?;
    let boxes = entry.get_first(fields.boxes).and_then(|value| value.as_bytes()).map(decode_boxes).unwrap_or_default();
    Ok(StoredPage { stored, text: text(fields.text).unwrap_or_default().to_owned(), boxes })
}

/// Derived fields: the number as printed, if no field has that form, and the date in its written forms.
fn derive_fields(page: &IndexedPage, number: Option<&str>, date: Option<dates::PartialDate>) -> Vec<(String, String)> {
    let number = number.filter(|number| page.fields.values().all(|value| value.trim() != *number));
    let number = number.map(|number| ("number".to_owned(), number.to_owned()));
    let date = date.into_iter().flat_map(|date| [date.format_long(), date.format_dmy()]).map(|date| ("date".to_owned(), date));
    number.into_iter().chain(date).collect()
}

/// Text of the page, words separated by white space, and the box of each word.
fn words_and_boxes(reading: &Reading) -> (String, Vec<Bounds>) {
    let (mut text, mut boxes) = (String::new(), Vec::new());
    for block in &reading.blocks {
        for line in &block.lines {
            let before = boxes.len();
            for word in &line.words {
                // A word normally has no white space; one that does must not shift the boxes of later words.
                for part in nfc(&word.text).split_whitespace() {
                    if boxes.len() > before {
                        text.push(' ');
                    }
                    text.push_str(part);
                    boxes.push(word.bounds);
                }
            }
            if boxes.len() > before {
                text.push('\n');
            }
        }
        if !text.is_empty() && !text.ends_with("\n\n") {
            text.push('\n');
        }
    }
    text.truncate(text.trim_end().len());
    (text, boxes)
}

fn add_tokens(entry: &mut TantivyDocument, (exact, folded): (Field, Field), found: &[Token], bigrams: &mut Vec<String>) {
    entry.add_text(exact, join_terms(found.iter().map(|token| token.exact.as_str())));
    entry.add_text(folded, join_terms(found.iter().map(|token| token.folded.as_str())));
    bigrams.extend(found.iter().zip(found.iter().skip(1)).map(|(one, other)| bigram_term(&one.folded, &other.folded)));
}

/// Joins terms for the whitespace tokenizer of the index; terms contain no white space.
fn join_terms<'a>(terms: impl Iterator<Item = &'a str>) -> String {
    terms.collect::<Vec<_>>().join(" ")
}

/// `2020-05-14` as 20200514.
pub(crate) fn day_number(iso: &str) -> u64 {
    iso.bytes().filter(u8::is_ascii_digit).fold(0, |number, digit| number * 10 + u64::from(digit - b'0'))
}

/// Encodes boxes as differences to the previous box in zigzag variable-length integers: about six bytes per word.
fn encode_boxes(boxes: &[Bounds]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(boxes.len() * 6);
    let (mut x, mut y) = (0, 0);
    for bounds in boxes {
        let numbers = [
            zigzag(i64::from(bounds.x0) - x),
            zigzag(i64::from(bounds.y0) - y),
            zigzag(i64::from(bounds.x1) - i64::from(bounds.x0)),
            zigzag(i64::from(bounds.y1) - i64::from(bounds.y0)),
        ];
        for mut number in numbers {
            while number >= 0x80 {
                bytes.push((number & 0x7f) as u8 | 0x80);
                number >>= 7;
            }
            bytes.push(number as u8);
        }
        (x, y) = (i64::from(bounds.x0), i64::from(bounds.y0));
    }
    bytes
}

fn zigzag(number: i64) -> u64 {
    ((number << 1) ^ (number >> 63)) as u64
}

fn decode_boxes(bytes: &[u8]) -> Vec<Bounds> {
    let mut numbers = Vec::new();
    let (mut number, mut shift) = (0_u64, 0_u32);
    for byte in bytes {
        number |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            numbers.push(((number >> 1) as i64) ^ -((number & 1) as i64));
            (number, shift) = (0, 0);
        } else {
            shift = (shift + 7).min(56);
        }
    }
    let (mut x, mut y) = (0_i64, 0_i64);
    let edge = |at: i64| u32::try_from(at).unwrap_or(0);
    let (quadruples, _) = numbers.as_chunks::<4>();
    let boxes = quadruples.iter().map(|[right, down, width, height]| {
        (x, y) = (x.saturating_add(*right), y.saturating_add(*down));
        Bounds::new(edge(x), edge(y), edge(x.saturating_add(*width)), edge(y.saturating_add(*height)))
    });
    boxes.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn word_boxes_round_trip() {
        let boxes = vec![Bounds::new(10, 20, 110, 60), Bounds::new(0, 0, u32::MAX, u32::MAX), Bounds::new(5, 4, 3, 2), Bounds::default()];
        assert_eq!(decode_boxes(&encode_boxes(&boxes)), boxes);
        assert_eq!(decode_boxes(&[0xff; 40]), []);
        assert_eq!(decode_boxes(&[]), []);
    }

    #[test]
    fn date_is_encoded_as_sortable_number() {
        assert_eq!(day_number("2020-05-14"), 20_200_514);
    }
}

//! Describing one document from its pages' readings.

use super::subject::Passage;
use super::zones::{Row, Zones, mean_confidence, rows, zones};
use super::{date, fuzzy, issuer, kind, number, secrecy, separate, signer, subject};
use crate::model::geometry::Bounds;
use crate::model::reading::Reading;
use crate::model::record::{Description, Field};
use crate::text::normal::nfc;
use std::collections::BTreeMap;

/// Fields being gathered.
#[derive(Default)]
struct Fields(BTreeMap<String, Field>);

impl Fields {
    fn put(&mut self, name: &str, value: &str, confidence: u32, page: Option<u32>, bounds: Option<Bounds>) {
        let value = nfc(value.trim());
        if !value.is_empty() {
            let confidence = u8::try_from(confidence.min(100)).unwrap_or(100);
            self.0.insert(name.to_owned(), Field { value, confidence, page, bounds });
        }
    }

    fn put_passage(&mut self, name: &str, passage: &Passage, page: u32) {
        self.put(name, &passage.text, passage.confidence, Some(page), passage.bounds);
    }

    fn put_row(&mut self, name: &str, value: &str, confidence: u32, page: u32, row: &Row<'_>) {
        self.put(name, value, confidence, Some(page), Some(row.bounds));
    }
}

/// Kind and fields of the document that these pages make, in order.
///
/// Field names: `codeNumber`, `codeNotation`, `issuedDate` (`YYYY-MM-DD`), `organName`, `subject`,
/// `language`, `place`, `signer`, `position`, `recipients`, `urgency`, `secrecy`, `copy`. What was not found,
/// or cannot be (month 13), is left out: nothing is invented. Confidences join the engine's with how sure
/// the rule is. Separator sheets and blank pages in front are passed over.
#[must_use]
pub fn describe(pages: &[&Reading]) -> Description {
    let mut fields = Fields::default();
    let first = pages.iter().position(|page| !page.blank && page.words().next().is_some() && !separate::is_separator(page));
    let Some((at, page)) = first.and_then(|at| pages.get(at).map(|page| (at, *page))) else {
        let name = crate::model::kinds::by_code(crate::model::kinds::OTHER).map_or("", |kind| kind.name);
        return Description {
            kind: crate::model::kinds::OTHER.to_owned(),
            kind_name: name.to_owned(),
            normative: false,
            kind_confidence: 0,
            fields: fields.0,
        };
    };
    let front = page_number(at);
    let zones = zones(page);
    let numbered = number::numbered(&zones);
    let found = kind::kind(page, &zones, numbered.as_ref().map(|(numbered, _)| numbered));

    if let Some((numbered, row)) = &numbered {
        if let Some(value) = &numbered.number {
            fields.put_row("codeNumber", value, numbered.number_confidence, front, row);
        }
        fields.put_row("codeNotation", &numbered.notation, numbered.notation_confidence, front, row);
    }
    let issued = date::issued(&zones);
    if let Some((issued, row)) = &issued {
        if let Some(date) = &issued.date {
            fields.put_row("issuedDate", date, issued.date_confidence, front, row);
        }
        if let Some(place) = &issued.place {
            fields.put_row("place", place, issued.place_confidence, front, row);
        }
    }
    let place = issued.as_ref().and_then(|(issued, _)| issued.place.as_deref());
    if let Some(passage) = issuer::issuer(&zones, numbered.as_ref().map(|(numbered, _)| numbered), place) {
        fields.put_passage("organName", &passage, front);
    }
    if let Some(passage) = subject::subject(&zones, &found, page.width) {
        fields.put_passage("subject", &passage, front);
    }
    if let Some(passage) = subject::recipients(&zones) {
        fields.put_passage("recipients", &passage, front);
    }
    put_signing(&mut fields, pages, at, header_bottom(&zones));
    put_stamps(&mut fields, page, front);
    put_copy(&mut fields, pages);
    put_language(&mut fields, pages);
    Description {
        kind: found.code.to_owned(),
        kind_name: found.name,
        normative: found.normative,
        kind_confidence: u8::try_from(found.confidence.min(100)).unwrap_or(100),
        fields: fields.0,
    }
}

fn page_number(at: usize) -> u32 {
    u32::try_from(at + 1).unwrap_or(u32::MAX)
}

fn header_bottom(zones: &Zones<'_>) -> u32 {
    zones.left.iter().chain(&zones.right).map(|row| row.bounds.y1).max().unwrap_or(0)
}

/// The first signing block with a name; else the first without.
fn put_signing(fields: &mut Fields, pages: &[&Reading], front: usize, header_bottom: u32) {
    let blocks: Vec<(u32, signer::Signing)> = pages
        .iter()
        .enumerate()
        .skip(front)
        .filter_map(|(at, page)| signer::signing(page, if at == front { header_bottom } else { 0 }).map(|block| (page_number(at), block)))
        .collect();
    let Some((page, block)) = blocks.iter().find(|(_, block)| block.signer.is_some()).or_else(|| blocks.first()) else { return };
    if let Some(position) = &block.position {
        fields.put_passage("position", position, *page);
    }
    if let Some(signer) = &block.signer {
        fields.put_passage("signer", signer, *page);
    }
}

fn put_stamps(fields: &mut Fields, page: &Reading, number: u32) {
    if let Some((urgency, row)) = secrecy::urgency(page) {
        fields.put_row("urgency", urgency, row.confidence().max(60), number, &row);
    }
    if let Some(stamp) = secrecy::stamp(page) {
        fields.put("secrecy", &stamp, 80, Some(number), None);
    }
}

/// The form of a copy (sao y, sao lục, trích sao): a row of capitals that says only that.
fn put_copy(fields: &mut Fields, pages: &[&Reading]) {
    let forms = [("saoy", "sao y"), ("saoybanchinh", "sao y"), ("saoluc", "sao lục"), ("trichsao", "trích sao"), ("bansao", "bản sao")];
    for (at, page) in pages.iter().enumerate() {
        for row in rows(page) {
            let text = row.text();
            let form = forms.iter().find(|(form, _)| fuzzy::squeezed(&text) == *form).filter(|_| fuzzy::is_upper(&text));
            if let Some((_, name)) = form {
                fields.put_row("copy", name, row.confidence(), page_number(at), &row);
                return;
            }
        }
    }
}

/// Vietnamese (01) when its letters are there; else nothing is said.
fn put_language(fields: &mut Fields, pages: &[&Reading]) {
    let (mut letters, mut marked) = (0_usize, 0_usize);
    for c in pages.iter().flat_map(|page| page.words()).flat_map(|word| word.text.chars()).filter(|c| c.is_alphabetic()) {
        letters += 1;
        marked += usize::from(!c.is_ascii());
    }
    if marked * 100 >= letters * 8 && letters >= 20 {
        let sure = mean_confidence(pages.iter().flat_map(|page| page.words()));
        fields.put("language", "01", (sure + 100) / 2, None, None);
    }
}

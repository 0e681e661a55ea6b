//! Description of a document from its pages' readings: kind and fields.

use crate::fields::legal_basis;
use crate::fields::personal_data;
use crate::fields::place_and_date;
use crate::fields::subject::TextSpan;
use crate::fields::{issuer, kind, number, secrecy, signer, subject};
use crate::page_zones::{PageZones, Row, find_zones, page_rows};
use crate::separation::split;
use crate::string_similarity;
use crate::word_confidence::ConfidenceMean;
use sohoa_base::model::page::geometry::Bounds;
use sohoa_base::model::page::reading::{Block, Reading, WordSource};
use sohoa_base::model::personal_data::PersonalData;
use sohoa_base::model::record::{Candidate, Description, Field, FieldSource};
use sohoa_base::text::diacritic_restoration::{PhraseBigrams, suggest_diacritics};
use sohoa_base::text::nfc::nfc;
use std::collections::{BTreeMap, BTreeSet};

/// Fields collected so far.
#[derive(Default)]
struct FieldSet(BTreeMap<String, Field>);

impl FieldSet {
    fn set(&mut self, name: &str, value: &str, confidence: u32, page: Option<u32>, bounds: Option<Bounds>) {
        let value = nfc(value.trim());
        if !value.is_empty() {
            let confidence = u8::try_from(confidence.min(100)).unwrap_or(100);
            self.0.insert(name.to_owned(), Field { value, confidence, page, bounds, ..Field::default() });
        }
    }

    fn set_span(&mut self, name: &str, passage: &TextSpan, page: u32) {
        self.set(name, &passage.text, passage.confidence, Some(page), passage.bounds);
        if let (Some(read), Some(field)) = (&passage.as_read, self.0.get_mut(name)) {
            field.alternatives.push(Candidate { value: nfc(read.trim()), confidence: 0, source: FieldSource::Reading });
        }
    }

    fn set_from_row(&mut self, name: &str, value: &str, confidence: u32, page: u32, row: &Row<'_>) {
        self.set(name, value, confidence, Some(page), Some(row.bounds));
    }
}

/// Describes the document with these pages, in order.
#[must_use]
pub fn describe(pages: &[&Reading]) -> Description {
    let mut describer = Describer::default();
    for page in pages {
        describer.add_page(page);
    }
    describer.finish()
}

/// Describes a document page by page, without keeping the readings.
///
/// Field names: `codeNumber`, `codeNotation`, `issuedDate` (`YYYY-MM-DD`), `organName`, `subject`, `language`, `place`,
/// `signer`, `position`, `recipients`, `grounds`, `urgency`, `secrecy`, `copy`. Values that were not found, or are
/// impossible (month 13), are left out. Confidences combine those of the engine and of the rule. Separator sheets and
/// blank pages in front are skipped.
#[derive(Default)]
pub struct Describer {
    pages: u32,
    fields: FieldSet,
    /// Kind, once the first page of the document was added.
    kind: Option<kind::DetectedKind>,
    /// Best signing block with its page: the first with a name, else the first.
    signing_block: Option<(u32, signer::SigningBlock)>,
    has_copy_mark: bool,
    letter_statistics: LetterStatistics,
    personal_data: Vec<PersonalData>,
    front_words: BTreeSet<String>,
    phrases: PhraseBigrams,
    /// Words corrected by people.
    corrected_words: BTreeSet<String>,
    /// Latest date of a cited document, `YYYY-MM-DD`.
    latest_cited_date: Option<String>,
}

/// Maximum confidence of a date that the text contradicts, 0 to 100.
const MAX_CONTRADICTED_CONFIDENCE: u8 = 30;

/// Number of pages whose phrases are kept to restore diacritics of the subject: the first ones of a long document
/// suffice.
const MAX_PHRASE_PAGES: u32 = 30;

/// Maximum number of words of a first page kept for classification.
const MAX_FRONT_WORDS: usize = 120;

/// Letters of the document, and the confidences of their words.
#[derive(Default)]
struct LetterStatistics {
    all: usize,
    non_ascii: usize,
    confidence: ConfidenceMean,
}

impl Describer {
    /// Adds the next page; an empty reading for an unreadable one.
    pub fn add_page(&mut self, page: &Reading) {
        self.pages = self.pages.saturating_add(1);
        let number = self.pages;
        let mut header = 0;
        if self.kind.is_none() && !page.blank && page.words().next().is_some() && !split::is_separator(page) {
            let zones = find_zones(page);
            header = header_bottom(&zones);
            self.kind = Some(self.fields.set_front_page(page, &zones, number));
            let words = zones.body.iter().flat_map(|row| &row.words).map(|word| string_similarity::normalized_key(&word.text));
            self.front_words = words.filter(|word| word.len() >= 2).take(MAX_FRONT_WORDS).collect();
        }
        if self.kind.is_some() {
            self.find_signing_block(page, header);
        }
        self.has_copy_mark = self.has_copy_mark || self.fields.set_copy_mark(page, number);
        self.letter_statistics.add(page);
        if number <= MAX_PHRASE_PAGES {
            self.add_phrases(page);
        }
        self.latest_cited_date = self.latest_cited_date.take().max(place_and_date::latest_cited_date(page));
        self.personal_data.extend(personal_data::find_personal_data(page, number));
    }

    /// Words below the header of the first page, folded, for classification.
    #[must_use]
    pub fn front_words(&self) -> &BTreeSet<String> {
        &self.front_words
    }

    /// Completes the description.
    #[must_use]
    pub fn finish(mut self) -> Description {
        let Some(found) = self.kind else {
            let name =
                sohoa_base::model::document_kinds::kind_by_code(sohoa_base::model::document_kinds::OTHER_KIND).map_or("", |kind| kind.name);
            return Description {
                kind: sohoa_base::model::document_kinds::OTHER_KIND.to_owned(),
                kind_name: name.to_owned(),
                normative: false,
                kind_confidence: 0,
                fields: BTreeMap::new(),
                personal_data: self.personal_data,
            };
        };
        if let Some((page, block)) = &self.signing_block {
            if let Some(position) = &block.position {
                self.fields.set_span("position", position, *page);
            }
            if let Some(signer) = &block.signer {
                self.fields.set_span("signer", signer, *page);
            }
        }
        self.letter_statistics.set_language(&mut self.fields);
        self.fields.correct_diacritics("subject", &self.phrases, &self.corrected_words);
        self.fields.limit_date_confidence(self.latest_cited_date.as_deref());
        Description {
            kind: found.code.to_owned(),
            kind_name: found.name,
            normative: found.is_normative,
            kind_confidence: u8::try_from(found.confidence.min(100)).unwrap_or(100),
            fields: self.fields.0,
            personal_data: self.personal_data,
        }
    }

    fn add_phrases(&mut self, page: &Reading) {
        for words in page.blocks.iter().flat_map(Block::word_runs) {
            self.phrases.add(&words.iter().map(|word| word.text.as_str()).collect::<Vec<_>>());
        }
        self.corrected_words.extend(page.words().filter(|word| word.source == WordSource::Person).map(|word| word.text.clone()));
    }

    fn find_signing_block(&mut self, page: &Reading, header_bottom: u32) {
        if self.signing_block.as_ref().is_some_and(|(_, block)| block.signer.is_some()) {
            return;
        }
        if let Some(block) = signer::find_signing_block(page, header_bottom)
            && (self.signing_block.is_none() || block.signer.is_some())
        {
            self.signing_block = Some((self.pages, block));
        }
    }
}

fn header_bottom(zones: &PageZones<'_>) -> u32 {
    zones.left.iter().chain(&zones.right).map(|row| row.bounds.y1).max().unwrap_or(0)
}

impl FieldSet {
    /// Sets the fields of the first page, and returns the kind.
    fn set_front_page(&mut self, page: &Reading, zones: &PageZones<'_>, front: u32) -> kind::DetectedKind {
        let numbered = number::find_document_number(zones);
        let found = kind::detect_kind(page, zones, numbered.as_ref().map(|(numbered, _)| numbered));
        if let Some((numbered, row)) = &numbered {
            if let Some(value) = &numbered.number {
                self.set_from_row("codeNumber", value, numbered.number_confidence, front, row);
            }
            self.set_from_row("codeNotation", &numbered.notation, numbered.notation_confidence, front, row);
        }
        let issued = place_and_date::find_place_and_date(zones);
        if let Some((issued, row)) = &issued {
            if let Some(date) = &issued.date {
                self.set_from_row("issuedDate", date, issued.date_confidence, front, row);
            }
            if let Some(place) = &issued.place {
                self.set_from_row("place", place, issued.place_confidence, front, row);
            }
        }
        let place = issued.as_ref().and_then(|(issued, _)| issued.place.as_deref());
        if let Some(passage) = issuer::find_issuer(zones, numbered.as_ref().map(|(numbered, _)| numbered), place) {
            self.set_span("organName", &passage, front);
        }
        if let Some(passage) = subject::find_subject(zones, &found, page.width) {
            self.set_span("subject", &passage, front);
        }
        if let Some(passage) = subject::find_recipients(zones) {
            self.set_span("recipients", &passage, front);
        }
        if let Some(passage) = legal_basis::find_legal_basis(zones) {
            self.set_span("grounds", &passage, front);
        }
        if let Some((urgency, row)) = secrecy::find_urgency(page) {
            self.set_from_row("urgency", urgency, row.confidence().max(60), front, &row);
        }
        if let Some(stamp) = secrecy::find_secrecy_stamp(page) {
            self.set("secrecy", stamp.level.as_stamped(), u32::from(stamp.confidence), Some(front), Some(stamp.bounds));
        }
        found
    }

    /// Restores diacritics from repetitions in the document, because a subject recurs in its text. Words of `corrected`
    /// are kept.
    fn correct_diacritics(&mut self, name: &str, phrases: &PhraseBigrams, corrected: &BTreeSet<String>) {
        let Some(field) = self.0.get_mut(name) else { return };
        let words: Vec<&str> = field.value.split(' ').collect();
        let suggestions = suggest_diacritics(&words, phrases).into_iter().zip(&words);
        let restored =
            suggestions.map(|(suggestion, word)| suggestion.filter(|_| !corrected.contains(*word)).unwrap_or_else(|| (*word).to_owned()));
        let value = restored.collect::<Vec<_>>().join(" ");
        if value != field.value {
            let read = std::mem::replace(&mut field.value, value);
            field.alternatives.insert(0, Candidate { value: read, confidence: field.confidence, source: FieldSource::Reading });
        }
    }

    /// Limits the confidence of a date before that of a cited document: one of the two was misread.
    fn limit_date_confidence(&mut self, cited: Option<&str>) {
        if let (Some(issued), Some(cited)) = (self.0.get_mut("issuedDate"), cited)
            && issued.value.as_str() < cited
        {
            issued.confidence = issued.confidence.min(MAX_CONTRADICTED_CONFIDENCE);
        }
    }

    /// Sets the form of a copy (sao y, sao lục, trích sao) from a row of capitals with nothing else. Returns whether one
    /// was found.
    fn set_copy_mark(&mut self, page: &Reading, number: u32) -> bool {
        let forms = [("saoy", "sao y"), ("saoybanchinh", "sao y"), ("saoluc", "sao lục"), ("trichsao", "trích sao"), ("bansao", "bản sao")];
        for row in page_rows(page) {
            let text = row.text();
            let form = forms
                .iter()
                .find(|(form, _)| string_similarity::normalized_key(&text) == *form)
                .filter(|_| string_similarity::is_mostly_upper(&text));
            if let Some((_, name)) = form {
                self.set_from_row("copy", name, row.confidence(), number, &row);
                return true;
            }
        }
        false
    }
}

impl LetterStatistics {
    fn add(&mut self, page: &Reading) {
        for c in page.words().flat_map(|word| word.text.chars()).filter(|c| c.is_alphabetic()) {
            self.all += 1;
            self.non_ascii += usize::from(!c.is_ascii());
        }
        self.confidence.add(page.words());
    }

    /// Sets Vietnamese (01) if its letters are found; else no language.
    fn set_language(&self, fields: &mut FieldSet) {
        if self.non_ascii * 100 >= self.all * 8 && self.all >= 20 {
            fields.set("language", "01", (self.confidence.mean() + 100) / 2, None, None);
        }
    }
}

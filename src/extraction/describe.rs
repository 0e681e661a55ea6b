//! Describing one document from its pages' readings.

use super::subject::Passage;
use super::zones::{Row, Sureness, Zones, rows, zones};
use super::{date, fuzzy, grounds, issuer, kind, number, personal, secrecy, separate, signer, subject};
use sohoa_base::model::geometry::Bounds;
use sohoa_base::model::personal::PersonalData;
use sohoa_base::model::reading::{Block, Reader, Reading};
use sohoa_base::model::record::{Candidate, Description, Field, Source};
use sohoa_base::text::mend::{Phrases, mends};
use sohoa_base::text::normal::nfc;
use std::collections::{BTreeMap, BTreeSet};

/// Fields being gathered.
#[derive(Default)]
struct Fields(BTreeMap<String, Field>);

impl Fields {
    fn put(&mut self, name: &str, value: &str, confidence: u32, page: Option<u32>, bounds: Option<Bounds>) {
        let value = nfc(value.trim());
        if !value.is_empty() {
            let confidence = u8::try_from(confidence.min(100)).unwrap_or(100);
            self.0.insert(name.to_owned(), Field { value, confidence, page, bounds, ..Field::default() });
        }
    }

    fn put_passage(&mut self, name: &str, passage: &Passage, page: u32) {
        self.put(name, &passage.text, passage.confidence, Some(page), passage.bounds);
        if let (Some(read), Some(field)) = (&passage.read, self.0.get_mut(name)) {
            field.alternatives.push(Candidate { value: nfc(read.trim()), confidence: 0, source: Source::Reading });
        }
    }

    fn put_row(&mut self, name: &str, value: &str, confidence: u32, page: u32, row: &Row<'_>) {
        self.put(name, value, confidence, Some(page), Some(row.bounds));
    }
}

/// Kind and fields of the document that these pages make, in order.
#[must_use]
pub fn describe(pages: &[&Reading]) -> Description {
    let mut describer = Describer::default();
    for page in pages {
        describer.add(page);
    }
    describer.finish()
}

/// Describes a document page after page, holding none of them.
///
/// Field names: `codeNumber`, `codeNotation`, `issuedDate` (`YYYY-MM-DD`), `organName`, `subject`,
/// `language`, `place`, `signer`, `position`, `recipients`, `grounds`, `urgency`, `secrecy`, `copy`. What was not found,
/// or cannot be (month 13), is left out: nothing is invented. Confidences join the engine's with how sure
/// the rule is. Separator sheets and blank pages in front are passed over.
#[derive(Default)]
pub struct Describer {
    pages: u32,
    fields: Fields,
    /// The kind, once the first page of the paper was met.
    kind: Option<kind::Found>,
    /// The signing block that counts, and its page: the first with a name, else the first.
    signing: Option<(u32, signer::Signing)>,
    copy: bool,
    letters: Letters,
    personal: Vec<PersonalData>,
    front_words: BTreeSet<String>,
    phrases: Phrases,
    /// Words that people corrected.
    corrected: BTreeSet<String>,
    /// The latest day of a paper that is cited, `YYYY-MM-DD`.
    cited: Option<String>,
}

/// Most that is sure of a day that the text contradicts, 0 to 100.
const CONTRADICTED: u8 = 30;

/// Pages whose phrases are kept to mend the subject by: the first of a long document are enough.
const PHRASE_PAGES: u32 = 30;

/// Most words of a first page that are kept for telling its kind.
const FRONT_WORDS: usize = 120;

/// Letters of the document, and how sure their words are.
#[derive(Default)]
struct Letters {
    all: usize,
    marked: usize,
    sureness: Sureness,
}

impl Describer {
    /// The next page; an empty reading for one that could not be read.
    pub fn add(&mut self, page: &Reading) {
        self.pages = self.pages.saturating_add(1);
        let number = self.pages;
        let mut header = 0;
        if self.kind.is_none() && !page.blank && page.words().next().is_some() && !separate::is_separator(page) {
            let zones = zones(page);
            header = header_bottom(&zones);
            self.kind = Some(self.fields.put_front(page, &zones, number));
            let words = zones.body.iter().flat_map(|row| &row.words).map(|word| fuzzy::squeezed(&word.text));
            self.front_words = words.filter(|word| word.len() >= 2).take(FRONT_WORDS).collect();
        }
        if self.kind.is_some() {
            self.find_signing(page, header);
        }
        self.copy = self.copy || self.fields.put_copy(page, number);
        self.letters.add(page);
        if number <= PHRASE_PAGES {
            self.add_phrases(page);
        }
        self.cited = self.cited.take().max(date::latest_cited(page));
        self.personal.extend(personal::find(page, number));
    }

    /// Words under the head of the first page, without marks, for telling its kind.
    #[must_use]
    pub fn front_words(&self) -> &BTreeSet<String> {
        &self.front_words
    }

    /// What the pages say together.
    #[must_use]
    pub fn finish(mut self) -> Description {
        let Some(found) = self.kind else {
            let name = sohoa_base::model::kinds::by_code(sohoa_base::model::kinds::OTHER).map_or("", |kind| kind.name);
            return Description {
                kind: sohoa_base::model::kinds::OTHER.to_owned(),
                kind_name: name.to_owned(),
                normative: false,
                kind_confidence: 0,
                fields: BTreeMap::new(),
                personal: self.personal,
            };
        };
        if let Some((page, block)) = &self.signing {
            if let Some(position) = &block.position {
                self.fields.put_passage("position", position, *page);
            }
            if let Some(signer) = &block.signer {
                self.fields.put_passage("signer", signer, *page);
            }
        }
        self.letters.put_language(&mut self.fields);
        self.fields.mend("subject", &self.phrases, &self.corrected);
        self.fields.doubt_date(self.cited.as_deref());
        Description {
            kind: found.code.to_owned(),
            kind_name: found.name,
            normative: found.normative,
            kind_confidence: u8::try_from(found.confidence.min(100)).unwrap_or(100),
            fields: self.fields.0,
            personal: self.personal,
        }
    }

    fn add_phrases(&mut self, page: &Reading) {
        for words in page.blocks.iter().flat_map(Block::runs) {
            self.phrases.add(&words.iter().map(|word| word.text.as_str()).collect::<Vec<_>>());
        }
        self.corrected.extend(page.words().filter(|word| word.reader == Reader::Person).map(|word| word.text.clone()));
    }

    fn find_signing(&mut self, page: &Reading, header_bottom: u32) {
        if self.signing.as_ref().is_some_and(|(_, block)| block.signer.is_some()) {
            return;
        }
        if let Some(block) = signer::signing(page, header_bottom)
            && (self.signing.is_none() || block.signer.is_some())
        {
            self.signing = Some((self.pages, block));
        }
    }
}

fn header_bottom(zones: &Zones<'_>) -> u32 {
    zones.left.iter().chain(&zones.right).map(|row| row.bounds.y1).max().unwrap_or(0)
}

impl Fields {
    /// What the first page says; the kind is returned.
    fn put_front(&mut self, page: &Reading, zones: &Zones<'_>, front: u32) -> kind::Found {
        let numbered = number::numbered(zones);
        let found = kind::kind(page, zones, numbered.as_ref().map(|(numbered, _)| numbered));
        if let Some((numbered, row)) = &numbered {
            if let Some(value) = &numbered.number {
                self.put_row("codeNumber", value, numbered.number_confidence, front, row);
            }
            self.put_row("codeNotation", &numbered.notation, numbered.notation_confidence, front, row);
        }
        let issued = date::issued(zones);
        if let Some((issued, row)) = &issued {
            if let Some(date) = &issued.date {
                self.put_row("issuedDate", date, issued.date_confidence, front, row);
            }
            if let Some(place) = &issued.place {
                self.put_row("place", place, issued.place_confidence, front, row);
            }
        }
        let place = issued.as_ref().and_then(|(issued, _)| issued.place.as_deref());
        if let Some(passage) = issuer::issuer(zones, numbered.as_ref().map(|(numbered, _)| numbered), place) {
            self.put_passage("organName", &passage, front);
        }
        if let Some(passage) = subject::subject(zones, &found, page.width) {
            self.put_passage("subject", &passage, front);
        }
        if let Some(passage) = subject::recipients(zones) {
            self.put_passage("recipients", &passage, front);
        }
        if let Some(passage) = grounds::grounds(zones) {
            self.put_passage("grounds", &passage, front);
        }
        if let Some((urgency, row)) = secrecy::urgency(page) {
            self.put_row("urgency", urgency, row.confidence().max(60), front, &row);
        }
        if let Some(stamp) = secrecy::stamp(page) {
            self.put("secrecy", stamp.level.as_stamped(), u32::from(stamp.confidence), Some(front), Some(stamp.bounds));
        }
        found
    }

    /// Mends marks by what the document says elsewhere: a subject comes again in its text. Words of `corrected` stay.
    fn mend(&mut self, name: &str, phrases: &Phrases, corrected: &BTreeSet<String>) {
        let Some(field) = self.0.get_mut(name) else { return };
        let words: Vec<&str> = field.value.split(' ').collect();
        let mends = mends(&words, phrases).into_iter().zip(&words);
        let kept = mends.map(|(mend, word)| mend.filter(|_| !corrected.contains(*word)).unwrap_or_else(|| (*word).to_owned()));
        let value = kept.collect::<Vec<_>>().join(" ");
        if value != field.value {
            let read = std::mem::replace(&mut field.value, value);
            field.alternatives.insert(0, Candidate { value: read, confidence: field.confidence, source: Source::Reading });
        }
    }

    /// No paper is older than those that it cites: one of the two days was misread.
    fn doubt_date(&mut self, cited: Option<&str>) {
        if let (Some(issued), Some(cited)) = (self.0.get_mut("issuedDate"), cited)
            && issued.value.as_str() < cited
        {
            issued.confidence = issued.confidence.min(CONTRADICTED);
        }
    }

    /// The form of a copy (sao y, sao lục, trích sao): a row of capitals that says only that. Whether there is one.
    fn put_copy(&mut self, page: &Reading, number: u32) -> bool {
        let forms = [("saoy", "sao y"), ("saoybanchinh", "sao y"), ("saoluc", "sao lục"), ("trichsao", "trích sao"), ("bansao", "bản sao")];
        for row in rows(page) {
            let text = row.text();
            let form = forms.iter().find(|(form, _)| fuzzy::squeezed(&text) == *form).filter(|_| fuzzy::is_upper(&text));
            if let Some((_, name)) = form {
                self.put_row("copy", name, row.confidence(), number, &row);
                return true;
            }
        }
        false
    }
}

impl Letters {
    fn add(&mut self, page: &Reading) {
        for c in page.words().flat_map(|word| word.text.chars()).filter(|c| c.is_alphabetic()) {
            self.all += 1;
            self.marked += usize::from(!c.is_ascii());
        }
        self.sureness.add(page.words());
    }

    /// Vietnamese (01) when its letters are there; else nothing is said.
    fn put_language(&self, fields: &mut Fields) {
        if self.marked * 100 >= self.all * 8 && self.all >= 20 {
            fields.put("language", "01", (self.sureness.mean() + 100) / 2, None, None);
        }
    }
}

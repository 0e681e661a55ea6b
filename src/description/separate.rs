//! Documents in a pile of pages (tách văn bản).
//!
//! A wrong cut is worse than a missed one: a person sees two papers in one document at once, but not half
//! a paper in another.

use super::date::issued;
use super::fuzzy::{folded, is_upper, likeness, squeezed};
use super::number::{Numbered, is_number_row, numbered};
use super::vocabulary::SEPARATORS;
use super::zones::{Zones, is_date_row, rows, zones};
use crate::model::reading::Reading;

/// One page of the pile, in order of delivery.
#[derive(Debug, Clone)]
pub struct SeparatePage {
    /// Index of the delivered file.
    pub file: usize,
    /// Place in that file, from 1.
    pub number_in_file: u32,
    /// The file is a single picture: one page of a dossier, not a document of its own.
    pub loose: bool,
    /// What its reading says of cuts; none for a refused page.
    pub signs: Option<Signs>,
    /// Nothing is written on it.
    pub blank: bool,
}

/// What a page's reading says of where documents begin and end: a few words of it, so that a pile of thousands
/// of pages is cut without holding their readings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signs {
    blank: bool,
    has_words: bool,
    separator: bool,
    /// The head is that of a first page.
    begins: bool,
    /// The paper's own number, squeezed.
    number: Option<String>,
    /// Words and pairs of words with a digit, squeezed: they may be the number of a paper that comes with it.
    mentions: Vec<String>,
}

impl Signs {
    /// The signs of one page; `loose` as in [`SeparatePage`].
    #[must_use]
    pub fn of(reading: &Reading, loose: bool) -> Self {
        let zones = zones(reading);
        let number = numbered(&zones).map(|(numbered, _)| numbered);
        Self {
            blank: reading.blank,
            has_words: reading.words().next().is_some(),
            separator: is_separator(reading),
            begins: begins(reading, &zones, number.as_ref(), loose),
            number: number.and_then(|found| Some(squeezed(&format!("{}{}", found.number?, found.notation)))),
            mentions: mentions(reading),
        }
    }
}

/// The documents of a pile as lists of indexes into `pages`, in order. Every page lands in exactly one
/// document.
///
/// A PDF or TIFF (not loose) begins a document. Inside it, and among loose pages, a page with a first
/// page's header begins one. A separator sheet ends a document and goes in front of the next, or stays at
/// the end when none follows. Blank backs, refused pages, annexes and numbered pages stay with what is
/// before them.
#[must_use]
pub fn documents(pages: &[SeparatePage]) -> Vec<Vec<usize>> {
    let mut documents: Vec<Vec<usize>> = Vec::new();
    let mut current: Vec<usize> = Vec::new();
    // Whether `current` holds nothing but separator sheets and their backs.
    let mut waiting = true;
    let mut before: Option<&SeparatePage> = None;
    for (at, page) in pages.iter().enumerate() {
        let written = page.signs.as_ref().filter(|signs| !page.blank && !signs.blank);
        let separator = written.is_some_and(|signs| signs.separator);
        let file_begins = !page.loose && before.is_none_or(|before| before.file != page.file || before.loose);
        let after_file = page.loose && before.is_some_and(|before| !before.loose);
        let begins =
            file_begins || after_file || separator || written.is_some_and(|signs| signs.begins && !is_mentioned(signs, pages, &current));
        if begins && !waiting {
            documents.push(std::mem::take(&mut current));
            waiting = true;
        }
        current.push(at);
        let only_back = page.blank || written.is_some_and(|signs| !signs.has_words);
        waiting = waiting && (separator || (only_back && current.len() > 1));
        before = Some(page);
    }
    match documents.last_mut() {
        // Nothing follows the last separator sheet: it stays with the document it ends.
        Some(last) if waiting => last.append(&mut current),
        _ if current.is_empty() => {}
        _ => documents.push(current),
    }
    documents
}

/// Whether the page is a separator sheet: little text, and that says so.
#[must_use]
pub fn is_separator(reading: &Reading) -> bool {
    let text: String = reading.words().map(|word| squeezed(&word.text)).collect();
    let length = text.chars().count();
    if length == 0 || length > 60 {
        return false;
    }
    SEPARATORS.iter().any(|known| text.contains(known) || (length <= known.len() + 4 && likeness(&text, known) >= 80))
        || reading.lines().any(|line| {
            let line = squeezed(&line.text());
            SEPARATORS.iter().any(|known| likeness(&line, known) >= 85)
        })
}

/// Whether the page's head is that of a first page.
fn begins(reading: &Reading, zones: &Zones<'_>, number: Option<&Numbered>, loose: bool) -> bool {
    if is_annex(reading) || is_numbered_page(reading) {
        return false;
    }
    let emblem = zones.emblem.is_some();
    let dated = zones.right.iter().any(|row| is_date_row(&row.folded()));
    let number_row = zones.left.iter().any(is_number_row);
    let noted = number.is_some_and(|number| number.notation.chars().count() >= 4);
    let organ = zones.left.iter().take(4).any(|row| is_upper(&row.text()) && row.text().chars().count() >= 4);
    if loose {
        return (emblem && (number_row || dated || organ)) || (organ && noted && dated);
    }
    // Forms inside an annex also bear the state's name: in one file only a whole header cuts.
    let sure = zones.emblem.is_some_and(|(_, alike)| alike >= 80);
    let numbered = number.is_some_and(|number| number.number.is_some() && number.number_confidence >= 40);
    let day = issued(zones).is_some_and(|(issued, _)| issued.date.is_some() && issued.date_confidence >= 60);
    sure && noted && organ && dated && (numbered || day) && !is_form(zones) && !is_draft(zones)
}

/// A paper that the document before names is attached to it: `kèm theo Công văn số 2243/SYT-NVY`. Its own number
/// stands in its header: two documents may share a notation, never a number.
fn is_mentioned(signs: &Signs, pages: &[SeparatePage], current: &[usize]) -> bool {
    let Some(wanted) = &signs.number else { return false };
    let before = current.iter().filter_map(|at| pages.get(*at)).filter_map(|page| page.signs.as_ref());
    before.flat_map(|signs| &signs.mentions).any(|mention| mention.contains(wanted))
}

/// Every word with a digit, and every pair of words with one, squeezed.
fn mentions(reading: &Reading) -> Vec<String> {
    let mut found = Vec::new();
    let is_number = |text: &str| text.chars().any(|c| c.is_ascii_digit());
    for line in reading.lines() {
        let words: Vec<String> = line.words.iter().map(|word| squeezed(&word.text)).collect();
        found.extend(words.iter().filter(|word| is_number(word)).cloned());
        found.extend(words.windows(2).map(<[String]>::concat).filter(|pair| is_number(pair)));
    }
    found
}

/// `DỰ THẢO` in the header or right under it.
fn is_draft(zones: &Zones<'_>) -> bool {
    zones.left.iter().chain(&zones.right).chain(zones.body.iter().take(2)).any(|row| squeezed(&row.text()).starts_with("duthao"))
}

/// Empty blanks in place of number and date: a form to fill in.
fn is_form(zones: &Zones<'_>) -> bool {
    let dotted = |text: &str| text.contains("...") || text.contains("…") || text.contains("___");
    zones.left.iter().chain(&zones.right).any(|row| dotted(&row.text()))
        && numbered(zones).is_none_or(|(numbered, _)| numbered.number.is_none())
}

/// `Phụ lục`, `Mẫu số`, `(Kèm theo …)` in the upper third.
fn is_annex(reading: &Reading) -> bool {
    let limit = reading.height / 3;
    rows(reading).iter().filter(|row| row.bounds.y0 <= limit).take(14).any(|row| {
        let text = row.folded();
        let text = text.trim_start_matches(|c: char| !c.is_alphanumeric());
        ["phu luc", "mau so", "bieu so", "bieu mau", "kem theo", "ban hanh kem", "(kem", "mau 0", "mau 1", "dinh kem"]
            .iter()
            .any(|start| text.starts_with(start))
    })
}

/// A page number from 2 on alone at the top.
fn is_numbered_page(reading: &Reading) -> bool {
    let limit = reading.height / 9;
    rows(reading).iter().take(2).filter(|row| row.bounds.y0 <= limit).any(|row| {
        let text = folded(&row.text());
        let bare: String = text.chars().filter(|c| c.is_alphanumeric()).collect();
        let centred = row.center() * 100 > reading.width * 35 && row.center() * 100 < reading.width * 68;
        centred && bare.chars().count() <= 3 && bare.parse::<u32>().is_ok_and(|number| number >= 2)
    })
}

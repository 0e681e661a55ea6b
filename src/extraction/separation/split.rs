//! Splitting of a pile of pages into documents (tách văn bản).
//!
//! A wrong split is worse than a missed one: a person notices two documents in one at once, but not half a document in
//! another.

pub use crate::separation::boundary_features::{BoundaryFeatures, is_separator};

use crate::string_similarity::similarity;

/// One page of the pile, in order of delivery.
#[derive(Debug, Clone)]
pub struct SeparationPage {
    /// Index of the delivered file.
    pub file: usize,
    /// Page number in that file, from 1.
    pub number_in_file: u32,
    /// Whether the file is a single image: one page of a dossier, not a document of its own.
    pub is_loose_image: bool,
    /// Features of its reading; none for a refused page.
    pub features: Option<BoundaryFeatures>,
    /// Whether the page is blank.
    pub blank: bool,
}

/// Minimum header score of a page that begins a document, of the nine of a complete header: for a page inside a file; the
/// two below are for a separate image, and for one without the state's name.
const MIN_HEADER_IN_FILE: u32 = 6;
const MIN_HEADER_LOOSE: u32 = 4;
const MIN_HEADER_LOOSE_NO_EMBLEM: u32 = 5;

/// Score of a header with at most one part missing: a contradicting page number is a misread speck.
const COMPLETE_HEADER: u32 = 8;

/// Splits a pile into documents, given as lists of indexes into `pages`, in order. Every page is in exactly one document.
///
/// A PDF or TIFF (not loose) begins a document. Inside it, and among loose pages, a page with a first page's header
/// begins one. A separator sheet ends a document and precedes the next, or stays at the end when none follows. Blank
/// backs, refused pages, annexes and numbered pages stay with the pages before them.
#[must_use]
pub fn split_into_documents(pages: &[SeparationPage]) -> Vec<Vec<usize>> {
    let mut documents: Vec<Vec<usize>> = Vec::new();
    let mut current: Vec<usize> = Vec::new();
    // Whether `current` has only separator sheets and their backs.
    let mut waiting = true;
    let mut before: Option<&SeparationPage> = None;
    for (at, page) in pages.iter().enumerate() {
        let written = page.features.as_ref().filter(|signs| !page.blank && !signs.is_blank);
        let separator = written.is_some_and(|signs| signs.is_separator);
        let file_begins = !page.is_loose_image && before.is_none_or(|before| before.file != page.file || before.is_loose_image);
        let after_file = page.is_loose_image && before.is_some_and(|before| !before.is_loose_image);
        let begins = file_begins
            || after_file
            || separator
            || written.is_some_and(|signs| signs.has_separator_code || begins_document(signs, page.is_loose_image, pages, &current));
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
        // Nothing follows the last separator sheet: it stays with the document that it ends.
        Some(last) if waiting => last.append(&mut current),
        _ if current.is_empty() => {}
        _ => documents.push(current),
    }
    documents
}

/// Whether a page that is not blank begins a document; `current` has the pages of the one before.
fn begins_document(signs: &BoundaryFeatures, loose: bool, pages: &[SeparationPage], current: &[usize]) -> bool {
    let least = match (loose, signs.has_emblem) {
        (false, _) => MIN_HEADER_IN_FILE,
        (true, true) => MIN_HEADER_LOOSE,
        (true, false) => MIN_HEADER_LOOSE_NO_EMBLEM,
    };
    signs.header_score >= least
        && !signs.belongs_to_previous
        && !continues_numbering(signs, pages, current)
        && !is_named_before(signs, pages, current)
}

/// Whether the page's number continues that of the pages before.
fn continues_numbering(signs: &BoundaryFeatures, pages: &[SeparationPage], current: &[usize]) -> bool {
    let Some(found) = signs.page_number.filter(|found| found.number >= 2) else { return false };
    let has_text =
        |page: &&SeparationPage| !page.blank && page.features.as_ref().is_some_and(|signs| !signs.is_blank && !signs.is_separator);
    let written = current.iter().filter_map(|at| pages.get(*at)).filter(has_text);
    let mut numbers = written.clone().filter_map(|page| page.features.as_ref()?.page_number);
    let follows = written.count() + 1 == found.number as usize || numbers.next_back().is_some_and(|last| last.number + 1 == found.number);
    (follows && found.is_reliable) || ((follows || found.is_reliable) && signs.header_score < COMPLETE_HEADER)
}

/// Whether the document before cites this one as attached: `kèm theo Công văn số 2243/SYT-NVY`. The number in the header
/// identifies it: two documents may share a notation, never a number. If the number cannot be read, notation and date of
/// issue together identify it; else documents of one day are not distinguished.
fn is_named_before(signs: &BoundaryFeatures, pages: &[SeparationPage], current: &[usize]) -> bool {
    let before =
        || current.iter().filter_map(|at| pages.get(*at)).filter_map(|page| page.features.as_ref()).flat_map(|signs| &signs.mentions);
    if let Some(number) = &signs.number {
        return before().any(|mention| contains_number(mention, number));
    }
    let Some((notation, [short, long])) = &signs.notation_and_date else { return false };
    before().any(|mention| contains_number(mention, short) || contains_number(mention, long))
        && before().any(|mention| contains_similar(mention, notation))
}

/// Whether `wanted` is in `text`, not as the end of a longer number.
fn contains_number(text: &str, wanted: &str) -> bool {
    text.match_indices(wanted).any(|(at, _)| !text.get(..at).is_some_and(|before| before.ends_with(|c: char| c.is_ascii_digit())))
}

/// Whether some part of `text` is similar to `wanted`, which OCR may have misread.
fn contains_similar(text: &str, wanted: &str) -> bool {
    let letters: Vec<char> = text.chars().collect();
    letters.windows(wanted.chars().count().max(1)).any(|part| similarity(&part.iter().collect::<String>(), wanted) >= 85)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::separation::page_number::PageNumber;

    /// A page of running text.
    fn text() -> BoundaryFeatures {
        BoundaryFeatures {
            is_blank: false,
            has_words: true,
            is_separator: false,
            has_separator_code: false,
            header_score: 1,
            has_emblem: false,
            belongs_to_previous: false,
            page_number: None,
            number: None,
            notation_and_date: None,
            mentions: Vec::new(),
        }
    }

    fn first() -> BoundaryFeatures {
        BoundaryFeatures { header_score: 9, has_emblem: true, ..text() }
    }

    fn numbered(signs: BoundaryFeatures, number: u32, sure: bool) -> BoundaryFeatures {
        BoundaryFeatures { page_number: Some(PageNumber { number, is_reliable: sure }), ..signs }
    }

    fn split_test_pages(loose: bool, signs: &[BoundaryFeatures]) -> Vec<Vec<usize>> {
        let page = |(at, signs): (usize, &BoundaryFeatures)| SeparationPage {
            file: if loose { at } else { 0 },
            number_in_file: 1,
            is_loose_image: loose,
            features: Some(signs.clone()),
            blank: signs.is_blank,
        };
        split_into_documents(&signs.iter().enumerate().map(page).collect::<Vec<_>>())
    }

    #[test]
    fn loose_images_split_at_lower_header_score() {
        let half = BoundaryFeatures { header_score: 5, has_emblem: true, ..text() };
        assert_eq!(split_test_pages(false, &[first(), half.clone()]), [vec![0, 1]]);
        assert_eq!(split_test_pages(true, &[first(), half.clone()]), [vec![0], vec![1]]);
        let without = BoundaryFeatures { header_score: 4, ..text() };
        assert_eq!(split_test_pages(true, &[first(), without]), [vec![0, 1]]);
        assert_eq!(split_test_pages(true, &[first(), BoundaryFeatures { belongs_to_previous: true, ..half }]), [vec![0, 1]]);
    }

    #[test]
    fn consecutive_page_number_prevents_split() {
        let half = || BoundaryFeatures { header_score: 7, has_emblem: true, ..text() };
        assert_eq!(split_test_pages(false, &[first(), numbered(half(), 2, true)]), [vec![0, 1]]);
        assert_eq!(split_test_pages(false, &[first(), numbered(half(), 2, false)]), [vec![0, 1]], "at the foot");
        assert_eq!(split_test_pages(false, &[first(), numbered(half(), 5, false)]), [vec![0], vec![1]], "a number that follows nothing");
        assert_eq!(split_test_pages(false, &[first(), numbered(half(), 1, false)]), [vec![0], vec![1]]);
        let back = BoundaryFeatures { is_blank: true, has_words: false, ..text() };
        assert_eq!(split_test_pages(false, &[first(), back.clone(), numbered(half(), 2, true), back]), [vec![0, 1, 2, 3]]);
        assert_eq!(split_test_pages(false, &[first(), numbered(first(), 3, true)]), [vec![0], vec![1]], "a speck over a whole head");
    }

    #[test]
    fn separator_sheets_and_marked_pages_start_documents() {
        let sheet = BoundaryFeatures { is_separator: true, ..text() };
        assert_eq!(split_test_pages(true, &[sheet.clone(), text(), sheet.clone(), text(), text()]), [vec![0, 1], vec![2, 3, 4]]);
        let marked = BoundaryFeatures { has_separator_code: true, ..text() };
        assert_eq!(split_test_pages(false, &[text(), marked.clone(), first()]), [vec![0], vec![1], vec![2]]);
        assert_eq!(split_test_pages(false, &[text(), sheet, marked]), [vec![0], vec![1, 2]]);
    }

    #[test]
    fn attachment_is_matched_by_number_or_notation_and_date() {
        let letter = BoundaryFeatures { mentions: vec!["trienkhaithongtuso482017ttbyt".into(), "ngay28122017cuaboyte".into()], ..first() };
        let known = |number: Option<&str>, notation: &str| BoundaryFeatures {
            number: number.map(str::to_owned),
            notation_and_date: Some((notation.to_owned(), ["28122017".into(), "ngay28thang12nam2017".into()])),
            ..first()
        };
        assert_eq!(split_test_pages(true, &[letter.clone(), known(Some("482017ttbyt"), "2017ttbyt")]), [vec![0, 1]]);
        assert_eq!(
            split_test_pages(true, &[letter.clone(), known(Some("82017ttbyt"), "2017ttbyt")]),
            [vec![0], vec![1]],
            "the end of another number"
        );
        assert_eq!(split_test_pages(true, &[letter.clone(), known(None, "2017ttbvt")]), [vec![0, 1]], "a letter was misread");
        assert_eq!(split_test_pages(true, &[letter, known(None, "qdubnd")]), [vec![0], vec![1]]);
    }
}

//! Documents in a pile of pages (tách văn bản).
//!
//! A wrong cut is worse than a missed one: a person sees two papers in one document at once, but not half
//! a paper in another.

pub use super::signs::{Signs, is_separator};

use super::fuzzy::likeness;

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

/// What must stand at the head of a page that begins a document, of the nine that a whole header weighs: of a page
/// inside a file, of a picture of its own, and of that without the state's name.
const IN_FILE: u32 = 6;
const LOOSE: u32 = 4;
const LOOSE_WITHOUT_EMBLEM: u32 = 5;

/// A head that is whole but for one thing: a page number that says otherwise is a misread speck.
const WHOLE: u32 = 8;

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
        let begins = file_begins
            || after_file
            || separator
            || written.is_some_and(|signs| signs.marked || begins(signs, page.loose, pages, &current));
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

/// Whether a written page begins a document, `current` being the pages of the one before.
fn begins(signs: &Signs, loose: bool, pages: &[SeparatePage], current: &[usize]) -> bool {
    let least = match (loose, signs.emblem) {
        (false, _) => IN_FILE,
        (true, true) => LOOSE,
        (true, false) => LOOSE_WITHOUT_EMBLEM,
    };
    signs.head >= least && !signs.attached && !goes_on(signs, pages, current) && !is_mentioned(signs, pages, current)
}

/// Whether the page's number says that it follows the pages before.
fn goes_on(signs: &Signs, pages: &[SeparatePage], current: &[usize]) -> bool {
    let Some(found) = signs.page_number.filter(|found| found.number >= 2) else { return false };
    let has_text = |page: &&SeparatePage| !page.blank && page.signs.as_ref().is_some_and(|signs| !signs.blank && !signs.separator);
    let written = current.iter().filter_map(|at| pages.get(*at)).filter(has_text);
    let mut numbers = written.clone().filter_map(|page| page.signs.as_ref()?.page_number);
    let follows = written.count() + 1 == found.number as usize || numbers.next_back().is_some_and(|last| last.number + 1 == found.number);
    (follows && found.sure) || ((follows || found.sure) && signs.head < WHOLE)
}

/// A paper that the document before names is attached to it: `kèm theo Công văn số 2243/SYT-NVY`. Its own number
/// stands in its header: two documents may share a notation, never a number. Where the number cannot be read,
/// notation and date of issue together name it; otherwise papers of one day are not told apart.
fn is_mentioned(signs: &Signs, pages: &[SeparatePage], current: &[usize]) -> bool {
    let before = || current.iter().filter_map(|at| pages.get(*at)).filter_map(|page| page.signs.as_ref()).flat_map(|signs| &signs.mentions);
    if let Some(number) = &signs.number {
        return before().any(|mention| names(mention, number));
    }
    let Some((notation, [short, long])) = &signs.issued else { return false };
    before().any(|mention| names(mention, short) || names(mention, long)) && before().any(|mention| is_like_part(mention, notation))
}

/// Whether `wanted` stands in `text`, not as the end of a longer number.
fn names(text: &str, wanted: &str) -> bool {
    text.match_indices(wanted).any(|(at, _)| !text.get(..at).is_some_and(|before| before.ends_with(|c: char| c.is_ascii_digit())))
}

/// Whether some part of `text` is like `wanted`, which OCR may have misread.
fn is_like_part(text: &str, wanted: &str) -> bool {
    let letters: Vec<char> = text.chars().collect();
    letters.windows(wanted.chars().count().max(1)).any(|part| likeness(&part.iter().collect::<String>(), wanted) >= 85)
}

#[cfg(test)]
mod tests {
    use super::super::page_number::PageNumber;
    use super::*;

    /// A page of running text.
    fn text() -> Signs {
        Signs {
            blank: false,
            has_words: true,
            separator: false,
            marked: false,
            head: 1,
            emblem: false,
            attached: false,
            page_number: None,
            number: None,
            issued: None,
            mentions: Vec::new(),
        }
    }

    fn first() -> Signs {
        Signs { head: 9, emblem: true, ..text() }
    }

    fn numbered(signs: Signs, number: u32, sure: bool) -> Signs {
        Signs { page_number: Some(PageNumber { number, sure }), ..signs }
    }

    fn pile(loose: bool, signs: &[Signs]) -> Vec<Vec<usize>> {
        let page = |(at, signs): (usize, &Signs)| SeparatePage {
            file: if loose { at } else { 0 },
            number_in_file: 1,
            loose,
            signs: Some(signs.clone()),
            blank: signs.blank,
        };
        documents(&signs.iter().enumerate().map(page).collect::<Vec<_>>())
    }

    #[test]
    fn less_of_a_head_is_enough_for_a_picture_than_inside_a_file() {
        let half = Signs { head: 5, emblem: true, ..text() };
        assert_eq!(pile(false, &[first(), half.clone()]), [vec![0, 1]]);
        assert_eq!(pile(true, &[first(), half.clone()]), [vec![0], vec![1]]);
        let without = Signs { head: 4, ..text() };
        assert_eq!(pile(true, &[first(), without]), [vec![0, 1]]);
        assert_eq!(pile(true, &[first(), Signs { attached: true, ..half }]), [vec![0, 1]]);
    }

    #[test]
    fn a_page_number_that_goes_on_keeps_a_page_with_the_one_before() {
        let half = || Signs { head: 7, emblem: true, ..text() };
        assert_eq!(pile(false, &[first(), numbered(half(), 2, true)]), [vec![0, 1]]);
        assert_eq!(pile(false, &[first(), numbered(half(), 2, false)]), [vec![0, 1]], "at the foot");
        assert_eq!(pile(false, &[first(), numbered(half(), 5, false)]), [vec![0], vec![1]], "a number that follows nothing");
        assert_eq!(pile(false, &[first(), numbered(half(), 1, false)]), [vec![0], vec![1]]);
        let back = Signs { blank: true, has_words: false, ..text() };
        assert_eq!(pile(false, &[first(), back.clone(), numbered(half(), 2, true), back]), [vec![0, 1, 2, 3]]);
        assert_eq!(pile(false, &[first(), numbered(first(), 3, true)]), [vec![0], vec![1]], "a speck over a whole head");
    }

    #[test]
    fn sheets_go_in_front_and_marked_pages_begin_by_themselves() {
        let sheet = Signs { separator: true, ..text() };
        assert_eq!(pile(true, &[sheet.clone(), text(), sheet.clone(), text(), text()]), [vec![0, 1], vec![2, 3, 4]]);
        let marked = Signs { marked: true, ..text() };
        assert_eq!(pile(false, &[text(), marked.clone(), first()]), [vec![0], vec![1], vec![2]]);
        assert_eq!(pile(false, &[text(), sheet, marked]), [vec![0], vec![1, 2]]);
    }

    #[test]
    fn an_attachment_is_known_by_its_number_or_else_by_notation_and_day() {
        let letter = Signs { mentions: vec!["trienkhaithongtuso482017ttbyt".into(), "ngay28122017cuaboyte".into()], ..first() };
        let known = |number: Option<&str>, notation: &str| Signs {
            number: number.map(str::to_owned),
            issued: Some((notation.to_owned(), ["28122017".into(), "ngay28thang12nam2017".into()])),
            ..first()
        };
        assert_eq!(pile(true, &[letter.clone(), known(Some("482017ttbyt"), "2017ttbyt")]), [vec![0, 1]]);
        assert_eq!(pile(true, &[letter.clone(), known(Some("82017ttbyt"), "2017ttbyt")]), [vec![0], vec![1]], "the end of another number");
        assert_eq!(pile(true, &[letter.clone(), known(None, "2017ttbvt")]), [vec![0, 1]], "a letter was misread");
        assert_eq!(pile(true, &[letter, known(None, "qdubnd")]), [vec![0], vec![1]]);
    }
}

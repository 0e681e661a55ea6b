//! Simulated stacks of pages at a scanner: documents in random order, with separator sheets and blank backs.

use sohoa_synthetic::random::SeededRng;

/// One side of a sheet in a stack.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum StackSide {
    /// A page of a document, both counted from 0.
    Page {
        /// Which document.
        document: usize,
        /// Which of its pages.
        page: usize,
    },
    /// The blank back behind a page of this document.
    Back {
        /// Which document.
        document: usize,
    },
    /// A separator sheet, by its index among the drawn sheets.
    Sheet(usize),
}

impl StackSide {
    /// The document it belongs to; none for a separator sheet.
    pub(crate) fn document(self) -> Option<usize> {
        match self {
            Self::Page { document, .. } | Self::Back { document } => Some(document),
            Self::Sheet(_) => None,
        }
    }
}

/// Mean number of pages for each blank back.
const PAGES_PER_BLANK_BACK: u64 = 8;

/// Puts documents of `pages_of` pages in random order, with one of `sheets` separator sheets in turn between any two; 0
/// for none.
pub(crate) fn shuffle_stack(pages_of: &[usize], sheets: usize, random: &mut SeededRng) -> Vec<StackSide> {
    let mut order: Vec<usize> = (0..pages_of.len()).collect();
    for last in (1..order.len()).rev() {
        order.swap(last, (random.next_u64() % (last as u64 + 1)) as usize);
    }
    let mut sides = Vec::new();
    for (place, document) in order.into_iter().enumerate() {
        if let (Some(before), true) = (place.checked_sub(1), sheets > 0) {
            sides.push(StackSide::Sheet(before % sheets));
        }
        for page in 0..pages_of.get(document).copied().unwrap_or_default() {
            sides.push(StackSide::Page { document, page });
            if random.next_u64().is_multiple_of(PAGES_PER_BLANK_BACK) {
                sides.push(StackSide::Back { document });
            }
        }
    }
    sides
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stack_has_every_page_once_and_separators_between_documents() {
        let pages_of = [2, 1, 3, 1];
        let mut random = SeededRng::for_purpose(7, "pile");
        let sides = shuffle_stack(&pages_of, 3, &mut random);
        for (document, count) in pages_of.iter().enumerate() {
            for page in 0..*count {
                assert_eq!(sides.iter().filter(|side| **side == StackSide::Page { document, page }).count(), 1);
            }
        }
        assert_eq!(sides.iter().filter(|side| matches!(side, StackSide::Sheet(_))).count(), 3);
        let documents: Vec<usize> = sides.iter().filter_map(|side| side.document()).collect();
        assert_eq!(documents.chunk_by(|one, next| one == next).count(), 4);
        assert_ne!(sides, shuffle_stack(&pages_of, 3, &mut random), "the next pile lies in another order");
        assert_eq!(sides, shuffle_stack(&pages_of, 3, &mut SeededRng::for_purpose(7, "pile")));
    }
}

//! Accuracy of the separation of page stacks into documents (tách văn bản).

use serde::Serialize;

/// Document starts of one stack or several. The first page of a stack always begins a document and is not counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct SplitCounts {
    /// True starts that were found.
    pub right: usize,
    /// Starts that were found, but are none.
    pub wrong: usize,
    /// True starts that were not found.
    pub missed: usize,
    /// Documents of the truth.
    pub documents: usize,
    /// Documents found with exactly their pages.
    pub exact: usize,
}

impl SplitCounts {
    /// Adds the counts of another stack.
    pub fn add(&mut self, other: &Self) {
        self.right += other.right;
        self.wrong += other.wrong;
        self.missed += other.missed;
        self.documents += other.documents;
        self.exact += other.exact;
    }

    /// Share of the starts found that are right, 0 to 1; 1 when none was found.
    #[must_use]
    pub fn precision(&self) -> f64 {
        ratio(self.right, self.right + self.wrong)
    }

    /// Share of the true starts that were found, 0 to 1; 1 when there is none.
    #[must_use]
    pub fn recall(&self) -> f64 {
        ratio(self.right, self.right + self.missed)
    }

    /// Harmonic mean of precision and recall, 0 to 1.
    #[must_use]
    pub fn f1(&self) -> f64 {
        ratio(2 * self.right, 2 * self.right + self.wrong + self.missed)
    }

    /// Share of the documents that were found with exactly their pages, 0 to 1.
    #[must_use]
    pub fn exactness(&self) -> f64 {
        ratio(self.exact, self.documents)
    }
}

fn ratio(part: usize, whole: usize) -> f64 {
    if whole == 0 { 1.0 } else { part as f64 / whole as f64 }
}

/// A mistake of separation, with the index of the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SplitMistake {
    /// The page begins a document, which was not found.
    Missed(usize),
    /// The page continues a document and was taken for a start.
    Wrong(usize),
}

/// Compares the documents found in a stack with the true ones. `truth` names the document of every page in the order of the
/// stack; none for a separator sheet, which may go with the document before or after it. `found` lists page indexes; a page
/// in none of the lists counts as a document of its own.
#[must_use]
pub fn compare_splits(truth: &[Option<usize>], found: &[Vec<usize>]) -> (SplitCounts, Vec<SplitMistake>) {
    let mut place = vec![None; truth.len()];
    for (number, document) in found.iter().enumerate() {
        for page in document {
            if let Some(slot) = place.get_mut(*page) {
                *slot = Some(number);
            }
        }
    }
    let pages: Vec<(usize, usize, Option<usize>)> = truth
        .iter()
        .zip(&place)
        .enumerate()
        .filter_map(|(at, (document, place))| document.map(|document| (at, document, *place)))
        .collect();
    let (mut counts, mut mistakes) = (SplitCounts::default(), Vec::new());
    for pair in pages.windows(2) {
        let [(_, document, place), (at, next, next_place)] = pair else { continue };
        match (document != next, place != next_place || place.is_none()) {
            (true, true) => counts.right += 1,
            (true, false) => mistakes.push(SplitMistake::Missed(*at)),
            (false, true) => mistakes.push(SplitMistake::Wrong(*at)),
            (false, false) => {}
        }
    }
    counts.missed = mistakes.iter().filter(|mistake| matches!(mistake, SplitMistake::Missed(_))).count();
    counts.wrong = mistakes.len() - counts.missed;
    for document in pages.chunk_by(|one, next| one.1 == next.1) {
        counts.documents += 1;
        let Some((first, _, place)) = document.first() else { continue };
        let last = document.last().map_or(*first, |page| page.0);
        let alone = place.is_some() && pages.iter().filter(|page| page.2 == *place).all(|page| (*first..=last).contains(&page.0));
        counts.exact += usize::from(alone && document.iter().all(|page| page.2 == *place));
    }
    (counts, mistakes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn correct_split_scores_perfectly_regardless_of_separators() {
        let truth = [Some(4), Some(4), None, Some(1), None, Some(2)];
        for found in [vec![vec![0, 1], vec![2, 3], vec![4, 5]], vec![vec![0, 1, 2], vec![3, 4], vec![5]]] {
            let (counts, mistakes) = compare_splits(&truth, &found);
            assert_eq!(counts, SplitCounts { right: 2, documents: 3, exact: 3, ..SplitCounts::default() });
            assert!(mistakes.is_empty());
            assert!((counts.f1() - 1.0).abs() < 1e-9 && (counts.exactness() - 1.0).abs() < 1e-9);
        }
    }

    #[test]
    fn missed_and_wrong_starts_are_reported() {
        let truth = [Some(0), Some(0), Some(1), Some(2), Some(2)];
        let (counts, mistakes) = compare_splits(&truth, &[vec![0], vec![1, 2], vec![3, 4]]);
        assert_eq!(counts, SplitCounts { right: 1, wrong: 1, missed: 1, documents: 3, exact: 1 });
        assert_eq!(mistakes, [SplitMistake::Wrong(1), SplitMistake::Missed(2)]);
        assert!((counts.precision() - 0.5).abs() < 1e-9 && (counts.recall() - 0.5).abs() < 1e-9);
        let mut all = counts;
        all.add(&counts);
        assert_eq!((all.right, all.documents), (2, 6));
    }

    #[test]
    fn lost_page_makes_document_inexact() {
        let (counts, _) = compare_splits(&[Some(0), Some(0)], &[vec![0]]);
        assert_eq!((counts.exact, counts.wrong), (0, 1));
    }
}

//! Reordered text: spans that are both in the missing and in the extra text.

use crate::alignment::FoldedChar;

/// Least length of a reordered span, characters; shorter ones may agree by chance.
const MIN_SPAN: usize = 8;

/// Least length of a reordered span that is a whole run, characters, such as "KHẨN" in another corner of the page.
const MIN_WHOLE_RUN: usize = 4;

/// A span common to both sides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct CommonSpan {
    missing: usize,
    extra: usize,
    length: usize,
}

/// Marks the characters of the missing runs that are also in the extra runs, and the reverse. Longest spans first, each
/// used once; case and diacritics are ignored.
pub(crate) fn find_reordered(missing: &[Vec<FoldedChar>], extra: &[Vec<FoldedChar>]) -> (Vec<Vec<bool>>, Vec<Vec<bool>>) {
    let (mut missing_line, mut extra_line) = (JoinedRuns::join(missing), JoinedRuns::join(extra));
    // Ends: every round marks at least MIN_WHOLE_RUN characters.
    while let Some(common) = longest_common_span(&missing_line, &extra_line) {
        missing_line.mark_taken(common.missing, common.length);
        extra_line.mark_taken(common.extra, common.length);
    }
    (missing_line.taken_by_run(missing), extra_line.taken_by_run(extra))
}

/// Runs joined to one sequence.
struct JoinedRuns {
    /// Base letters; `None` between runs and where a span was used.
    bases: Vec<Option<char>>,
    taken: Vec<bool>,
}

impl JoinedRuns {
    fn join(runs: &[Vec<FoldedChar>]) -> Self {
        let mut bases = vec![None];
        for run in runs {
            bases.extend(run.iter().map(|letter| Some(letter.base)));
            bases.push(None);
        }
        let taken = vec![false; bases.len()];
        Self { bases, taken }
    }

    fn mark_taken(&mut self, start: usize, length: usize) {
        for base in self.bases.iter_mut().skip(start).take(length) {
            *base = None;
        }
        for taken in self.taken.iter_mut().skip(start).take(length) {
            *taken = true;
        }
    }

    /// Whether the span reaches to the ends of its run.
    fn is_whole(&self, start: usize, length: usize) -> bool {
        let free = |at: Option<usize>| at.and_then(|at| self.bases.get(at)).is_some_and(Option::is_some);
        !free(start.checked_sub(1)) && !free(Some(start + length))
    }

    /// The marks, by run.
    fn taken_by_run(&self, runs: &[Vec<FoldedChar>]) -> Vec<Vec<bool>> {
        let mut rest = self.taken.iter().skip(1).copied();
        let mut marks = Vec::new();
        for run in runs {
            marks.push(rest.by_ref().take(run.len()).collect());
            rest.next();
        }
        marks
    }
}

/// The longest span common to both sides that is long enough not to be chance.
fn longest_common_span(missing: &JoinedRuns, extra: &JoinedRuns) -> Option<CommonSpan> {
    let mut best: Option<CommonSpan> = None;
    let mut above = vec![0_usize; extra.bases.len() + 1];
    let mut row = above.clone();
    for (at, wanted) in missing.bases.iter().enumerate() {
        for (place, found) in extra.bases.iter().enumerate() {
            let length = if wanted.is_some() && wanted == found { above.get(place).copied().unwrap_or(0) + 1 } else { 0 };
            if let Some(slot) = row.get_mut(place + 1) {
                *slot = length;
            }
            if length < MIN_WHOLE_RUN || best.is_some_and(|best| best.length >= length) {
                continue;
            }
            let common = CommonSpan { missing: at + 1 - length, extra: place + 1 - length, length };
            if is_significant(missing, common) && (length >= MIN_SPAN || is_whole_run(missing, extra, common)) {
                best = Some(common);
            }
        }
        std::mem::swap(&mut above, &mut row);
    }
    best
}

/// Whether at least half of the span are letters or digits; dots and spaces agree everywhere.
fn is_significant(missing: &JoinedRuns, common: CommonSpan) -> bool {
    let stretch = missing.bases.iter().skip(common.missing).take(common.length);
    stretch.filter(|base| base.is_some_and(|base| base != ' ')).count() * 2 >= common.length
}

fn is_whole_run(missing: &JoinedRuns, extra: &JoinedRuns, common: CommonSpan) -> bool {
    missing.is_whole(common.missing, common.length) || extra.is_whole(common.extra, common.length)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reordered_masks(missing: &[&str], extra: &[&str]) -> (Vec<String>, Vec<String>) {
        let letters = |runs: &[&str]| runs.iter().map(|run| FoldedChar::from_text(run)).collect::<Vec<_>>();
        let (missing, extra) = find_reordered(&letters(missing), &letters(extra));
        let said = |runs: Vec<Vec<bool>>| {
            runs.iter().map(|run| run.iter().map(|taken| if *taken { 'x' } else { '-' }).collect()).collect::<Vec<String>>()
        };
        (said(missing), said(extra))
    }

    #[test]
    fn moved_line_is_detected_despite_misread_diacritics() {
        let (missing, extra) = reordered_masks(&["ỦY BAN NHÂN DÂN", "abc"], &["q", "zz UY BAN NHAN DÂN"]);
        assert_eq!(missing, ["xxxxxxxxxxxxxxx", "---"]);
        assert_eq!(extra, ["-", "---xxxxxxxxxxxxxxx"]);
    }

    #[test]
    fn moved_text_is_matched_only_once() {
        let (missing, extra) = reordered_masks(&["Quyết định", "Quyết định"], &["Quyết định"]);
        assert_eq!(missing.iter().filter(|run| run.contains('x')).count(), 1);
        assert_eq!(extra, ["xxxxxxxxxx"]);
    }

    #[test]
    fn short_or_punctuation_only_matches_are_ignored() {
        assert_eq!(reordered_masks(&["bản sao y"], &["văn bản này"]).0, ["---------"]);
        assert_eq!(reordered_masks(&["...... . ......"], &["...... . ......"]).0, ["---------------"]);
        assert_eq!(reordered_masks(&["KHẨN"], &["cấp KHẨN số"]).0, ["xxxx"]);
    }
}

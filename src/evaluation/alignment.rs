//! Character alignment of ground truth and output, on which the error classes rest.

use sohoa_base::text::fold::fold;

/// A character with its base letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct FoldedChar {
    /// The character.
    pub(super) character: char,
    /// The letter without case and diacritics; a space for all that is neither letter nor digit.
    pub(super) base: char,
}

impl FoldedChar {
    /// The characters of a text.
    pub(super) fn from_text(text: &str) -> Vec<FoldedChar> {
        let base = |c: char| if c.is_alphanumeric() { fold(c.encode_utf8(&mut [0; 4])).chars().next().unwrap_or(c) } else { ' ' };
        text.chars().map(|character| FoldedChar { character, base: base(character) }).collect()
    }
}

/// One step of an alignment of truth and output.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum AlignmentStep {
    /// A character of the truth and the one of the output at its place, equal or not.
    Pair(FoldedChar, FoldedChar),
    /// A character of the truth without one in the output.
    Missing(FoldedChar),
    /// A character of the output without one in the truth.
    Extra(FoldedChar),
}

impl AlignmentStep {
    /// Whether it counts as an error.
    pub(super) fn is_error(self) -> bool {
        !matches!(self, AlignmentStep::Pair(truth, output) if truth == output)
    }
}

/// Cost of an edit; the preferences among alignments of equally many edits cost far less.
const EDIT_COST: u64 = 1 << 32;

/// Cost of a path that does not exist.
const UNREACHABLE_COST: u64 = u64::MAX / 2;

/// Greatest number of cells of the table; completely wrong pages of 11,000 characters still fit.
const MAX_CELLS: usize = 1 << 27;

/// Moves by which a cell is reached; each is also the index of its table (affine gaps after Gotoh 1982).
const PAIR: usize = 0;
const MISSING: usize = 1;
const EXTRA: usize = 2;

/// Costs of the three tables in one cell.
type Costs = [u64; 3];

/// An alignment with the fewest edits, of which there are `edits`. Among those it prefers few gaps, and pairs with the same
/// base letter where they differ. `None` for texts too long and too different for the table ([`MAX_CELLS`]).
pub(super) fn align(truth: &[FoldedChar], output: &[FoldedChar], edits: usize) -> Option<Vec<AlignmentStep>> {
    let same = |pair: &(&FoldedChar, &FoldedChar)| pair.0 == pair.1;
    let head = truth.iter().zip(output).take_while(same).count();
    let (truth_rest, output_rest) = (truth.get(head..)?, output.get(head..)?);
    let tail = truth_rest.iter().rev().zip(output_rest.iter().rev()).take_while(same).count();
    let truth_middle = truth_rest.get(..truth_rest.len() - tail)?;
    let output_middle = output_rest.get(..output_rest.len() - tail)?;
    let equal = |letter: &FoldedChar| AlignmentStep::Pair(*letter, *letter);
    let mut steps: Vec<AlignmentStep> = truth.get(..head)?.iter().map(equal).collect();
    steps.extend(banded_alignment(truth_middle, output_middle, edits)?);
    steps.extend(truth_rest.get(truth_middle.len()..)?.iter().map(equal));
    Some(steps)
}

/// Dynamic programming over a band around the diagonal: a path of `edits` edits is never further from it than that.
fn banded_alignment(truth: &[FoldedChar], output: &[FoldedChar], edits: usize) -> Option<Vec<AlignmentStep>> {
    let width = (2 * edits + 1).min(output.len() + 1);
    let first = |row: usize| row.saturating_sub(edits).min((output.len() + 1).saturating_sub(width));
    if width.checked_mul(truth.len() + 1)? > MAX_CELLS {
        return None;
    }
    // Two bits for each table: the table from which its cell is reached at the least cost.
    let mut origins: Vec<u8> = Vec::with_capacity(width * (truth.len() + 1));
    let (mut before, mut costs): (Vec<Costs>, Vec<Costs>) = (Vec::new(), Vec::new());
    for row in 0..=truth.len() {
        std::mem::swap(&mut before, &mut costs);
        costs.clear();
        let shift = first(row) - first(row.saturating_sub(1));
        let wanted = row.checked_sub(1).and_then(|above| truth.get(above));
        let mut left = [UNREACHABLE_COST; 3];
        for place in 0..width {
            let column = first(row) + place;
            let found = column.checked_sub(1).and_then(|before| output.get(before));
            let above = before.get(place + shift).copied().unwrap_or([UNREACHABLE_COST; 3]);
            let diagonal = (place + shift).checked_sub(1).and_then(|place| before.get(place)).copied().unwrap_or([UNREACHABLE_COST; 3]);
            let mut cell = [UNREACHABLE_COST; 3];
            let mut origin = 0_u8;
            if row == 0 && column == 0 {
                cell = [0, UNREACHABLE_COST, UNREACHABLE_COST];
            }
            let mut reach = |by: usize, from: Costs, cost: u64, opening: bool| {
                // A small cost for opening a gap keeps missing text in one piece.
                let least = (0_usize..3).zip(from).map(|(table, base)| (base + cost + u64::from(opening && table != by), table)).min();
                if let (Some((least, table)), Some(slot)) = (least, cell.get_mut(by)) {
                    *slot = least.min(UNREACHABLE_COST);
                    origin |= u8::try_from(table << (2 * by)).unwrap_or(0);
                }
            };
            if let (Some(wanted), Some(found)) = (wanted, found) {
                let cost = if wanted == found { 0 } else { EDIT_COST + if wanted.base == found.base { 0 } else { 2 } };
                reach(PAIR, diagonal, cost, false);
            }
            if wanted.is_some() {
                reach(MISSING, above, EDIT_COST, true);
            }
            if found.is_some() {
                reach(EXTRA, left, EDIT_COST, true);
            }
            left = cell;
            costs.push(cell);
            origins.push(origin);
        }
    }
    let last = costs.get(output.len() - first(truth.len()))?;
    let (_, mut by) = (0_usize..3).zip(last).map(|(table, cost)| (*cost, table)).min()?;
    let (mut row, mut column) = (truth.len(), output.len());
    let mut steps = Vec::new();
    while row > 0 || column > 0 {
        let origin = *origins.get(row * width + column.checked_sub(first(row))?)?;
        let next = usize::from((origin >> (2 * by)) & 3);
        let wanted = row.checked_sub(1).and_then(|above| truth.get(above).copied());
        let found = column.checked_sub(1).and_then(|before| output.get(before).copied());
        match (by, wanted, found) {
            (PAIR, Some(wanted), Some(found)) => {
                steps.push(AlignmentStep::Pair(wanted, found));
                (row, column) = (row - 1, column - 1);
            }
            (MISSING, Some(wanted), _) => {
                steps.push(AlignmentStep::Missing(wanted));
                row -= 1;
            }
            (EXTRA, _, Some(found)) => {
                steps.push(AlignmentStep::Extra(found));
                column -= 1;
            }
            _ => return None,
        }
        by = next;
    }
    steps.reverse();
    Some(steps)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use rapidfuzz::distance::levenshtein;

    fn aligned(truth: &str, output: &str) -> Vec<AlignmentStep> {
        let edits = levenshtein::distance(truth.chars(), output.chars());
        let steps = align(&FoldedChar::from_text(truth), &FoldedChar::from_text(output), edits).unwrap();
        let said = |of: fn(&AlignmentStep) -> Option<char>| steps.iter().filter_map(of).collect::<String>();
        let truth_side = said(|step| match step {
            AlignmentStep::Pair(truth, _) | AlignmentStep::Missing(truth) => Some(truth.character),
            AlignmentStep::Extra(_) => None,
        });
        let output_side = said(|step| match step {
            AlignmentStep::Pair(_, output) | AlignmentStep::Extra(output) => Some(output.character),
            AlignmentStep::Missing(_) => None,
        });
        assert_eq!((truth_side.as_str(), output_side.as_str()), (truth, output));
        assert_eq!(steps.iter().filter(|step| step.is_error()).count(), edits, "{truth} / {output}");
        steps
    }

    #[test]
    fn alignment_error_count_equals_edit_distance() {
        // All pairs of words over two letters up to length five: every shape of band and gap.
        let words: Vec<String> = (0..6_u32)
            .flat_map(|length| {
                (0..1_u32 << length).map(move |bits| (0..length).map(|at| if bits >> at & 1 == 1 { 'a' } else { 'b' }).collect())
            })
            .collect();
        assert_eq!(words.len(), 63);
        for truth in &words {
            for output in &words {
                aligned(truth, output);
            }
        }
    }

    #[test]
    fn missing_text_is_aligned_as_one_run() {
        let steps = aligned("một hai ba hai bốn", "một hai bốn");
        let torn = steps.windows(2).filter(|pair| matches!(pair, [AlignmentStep::Pair(..), AlignmentStep::Missing(_)])).count();
        assert_eq!(torn, 1, "{steps:?}");
    }

    #[test]
    fn alignment_pairs_letters_with_same_base() {
        // Either letter could be said to be extra, but Á is the reading of a.
        let letters = FoldedChar::from_text("aÁb");
        let [a, accented, b] = letters.try_into().unwrap();
        assert_eq!(aligned("xay", "xbÁy").get(1..3), Some([AlignmentStep::Extra(b), AlignmentStep::Pair(a, accented)].as_slice()));
    }

    #[test]
    fn overlong_texts_are_not_aligned() {
        let (long, other) = (FoldedChar::from_text(&"a".repeat(20_000)), FoldedChar::from_text(&"b".repeat(20_000)));
        assert_eq!(align(&long, &other, 20_000), None);
    }
}

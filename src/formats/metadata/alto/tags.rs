//! Tags of ALTO files, for properties of blocks and words that ALTO has no element for.
//!
//! ALTO has tables only as a composed block of that type, without cells: each cell is a text block in it, with
//! a tag that names its position.

use sohoa_base::model::page::reading::{Block, BlockKind, Cell, Reading, Word, WordSource};
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// Tag of table blocks.
pub(crate) const TABLE: &str = "table";

/// Tag of handwritten blocks, and type of their element.
pub(crate) const HANDWRITING: &str = "handwriting";

/// Tag of words read by the second-pass recogniser.
pub(crate) const SECOND_RECOGNIZER: &str = "second-reader";

/// Tag of words read by the handwriting recogniser.
pub(crate) const HANDWRITING_RECOGNIZER: &str = "hand-reader";

/// Tag of words whose diacritics were restored from their neighbours.
pub(crate) const RESTORED_DIACRITICS: &str = "mended";

/// Tag of words that a person corrected.
pub(crate) const CORRECTED_BY_PERSON: &str = "person";

/// Tag of handwritten words.
pub(crate) const HANDWRITTEN: &str = "handwritten";

/// Prefix of the confidence in the `PURPOSE` of an alternative.
pub(crate) const ALTERNATIVE_PREFIX: &str = "other reader ";

/// Names of the sides of a page, clockwise from the left.
pub(crate) const SIDE_NAMES: [&str; 4] = ["left", "top", "right", "bottom"];

/// Prefix of the position in a cell's tag.
const CELL_PREFIX: &str = "cell";

/// Whether lines of a block belong to cells.
pub(crate) fn has_cells(block: &Block) -> bool {
    block.kind == BlockKind::Table && block.lines.iter().any(|line| line.cell.is_some())
}

/// Tag of a cell: first row and column, from 0, then row span and column span.
pub(crate) fn cell_tag(cell: Cell) -> String {
    format!("{CELL_PREFIX}-{}-{}-{}-{}", cell.row, cell.column, cell.row_span, cell.column_span)
}

/// Cell named by one of `tags`, if any.
pub(crate) fn parse_cell_tag(tags: &str) -> Option<Cell> {
    let numbers = tags.split_whitespace().find_map(|tag| tag.strip_prefix(CELL_PREFIX)?.strip_prefix('-'))?;
    let numbers: Vec<u32> = numbers.split('-').map_while(|number| number.parse().ok()).collect();
    let &[row, column, row_span, column_span] = numbers.as_slice() else { return None };
    Some(Cell { row, column, row_span, column_span })
}

/// `TAGREFS` attribute of a word; empty if it has no tags.
pub(crate) fn word_tags(word: &Word) -> String {
    let tags = [
        (word.source == WordSource::SecondPass, SECOND_RECOGNIZER),
        (word.source == WordSource::Handwriting, HANDWRITING_RECOGNIZER),
        (word.source == WordSource::DiacriticRestoration, RESTORED_DIACRITICS),
        (word.source == WordSource::Person, CORRECTED_BY_PERSON),
        (word.handwritten, HANDWRITTEN),
    ];
    let tags: Vec<&str> = tags.into_iter().filter(|(is_so, _)| *is_so).map(|(_, tag)| tag).collect();
    if tags.is_empty() { String::new() } else { format!(" TAGREFS=\"{}\"", tags.join(" ")) }
}

/// `Tags` element that declares the tags used by `reading`; empty if it uses none.
pub(crate) fn tag_declarations(reading: &Reading) -> String {
    let mut out = String::new();
    let has_block = |kind| reading.blocks.iter().any(|block| block.kind == kind);
    if has_block(BlockKind::Table) {
        let _ = writeln!(out, "<LayoutTag ID=\"{TABLE}\" TYPE=\"block\" LABEL=\"table\"/>");
    }
    if has_block(BlockKind::Handwriting) {
        let _ = writeln!(out, "<LayoutTag ID=\"{HANDWRITING}\" TYPE=\"block\" LABEL=\"written by hand\"/>");
    }
    let tables = reading.blocks.iter().filter(|block| has_cells(block));
    let cells: BTreeSet<Cell> = tables.flat_map(|block| &block.lines).filter_map(|line| line.cell).collect();
    for cell in cells {
        let (row, column) = (u64::from(cell.row) + 1, u64::from(cell.column) + 1);
        let (rows, columns) = (cell.row_span, cell.column_span);
        let spans = if rows > 1 || columns > 1 { format!(", {rows} rows by {columns} columns") } else { String::new() };
        let id = cell_tag(cell);
        let _ = writeln!(out, "<StructureTag ID=\"{id}\" TYPE=\"cell\" LABEL=\"row {row}, column {column}{spans}\"/>");
    }
    if reading.words().any(|word| word.source == WordSource::SecondPass) {
        let _ = writeln!(out, "<OtherTag ID=\"{SECOND_RECOGNIZER}\" TYPE=\"reader\" LABEL=\"read by the second reader\"/>");
    }
    if reading.words().any(|word| word.source == WordSource::Handwriting) {
        let _ = writeln!(out, "<OtherTag ID=\"{HANDWRITING_RECOGNIZER}\" TYPE=\"reader\" LABEL=\"read by the reader of handwriting\"/>");
    }
    if reading.words().any(|word| word.source == WordSource::DiacriticRestoration) {
        let _ = writeln!(out, "<OtherTag ID=\"{RESTORED_DIACRITICS}\" TYPE=\"reader\" LABEL=\"marks mended by the words beside it\"/>");
    }
    if reading.words().any(|word| word.source == WordSource::Person) {
        let _ = writeln!(out, "<OtherTag ID=\"{CORRECTED_BY_PERSON}\" TYPE=\"reader\" LABEL=\"corrected by a person\"/>");
    }
    if reading.words().any(|word| word.handwritten) {
        let _ = writeln!(out, "<OtherTag ID=\"{HANDWRITTEN}\" TYPE=\"writing\" LABEL=\"written by hand\"/>");
    }
    if out.is_empty() { out } else { format!("<Tags>\n{out}</Tags>\n") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cell_tag_round_trips_and_others_are_ignored() {
        let place = Cell { row: 3, column: 0, row_span: 2, column_span: 5 };
        assert_eq!(parse_cell_tag(&format!("table {}", cell_tag(place))), Some(place));
        for other in ["", "table", "cell-1-2-3", "cell-1-2-3-4-5", "cell-1-2-3-x", "cells"] {
            assert_eq!(parse_cell_tag(other), None, "{other}");
        }
    }
}

//! Blocks of the reading: lines in reading order, unread handwriting, and restored diacritics.

use crate::lines::{PlacedLine, upright_bounds};
use sohoa_base::model::page::geometry::Bounds;
use sohoa_base::model::page::reading::{Alternative, Block, BlockKind, Line, Word, WordSource};
use sohoa_base::text::diacritic_restoration::{PhraseBigrams, suggest_diacritics};
use sohoa_imaging::layout::lines::Area;
use sohoa_imaging::layout::reading_order::LayoutZone;
use sohoa_imaging::layout::table_order::{OrderedLine, reading_order_with_tables};
use sohoa_imaging::preprocess::page::PreparedPage;

/// Puts the lines in reading order and groups them into blocks; a block ends where the layout zone changes or at a vertical gap.
pub(crate) fn build_blocks(page: &PreparedPage, lines: &[PlacedLine]) -> Vec<Block> {
    let areas: Vec<Area> = lines.iter().map(|line| line.area).collect();
    let mut blocks: Vec<Block> = Vec::new();
    let mut before: Option<(OrderedLine, Area)> = None;
    for placed in reading_order_with_tables(&areas, &page.tables) {
        let Some(read) = lines.get(placed.line) else { continue };
        let Some(bounds) = Bounds::enclosing(read.words.iter().map(|word| &word.bounds)) else { continue };
        let is_row = |placed: OrderedLine| matches!(placed.zone, LayoutZone::Row(_));
        let table = |placed: OrderedLine| placed.cell.map(|(table, _)| table);
        let kind = if placed.cell.is_some() || is_row(placed) { BlockKind::Table } else { BlockKind::Text };
        let line = Line { bounds, words: read.words.clone(), cell: placed.cell.map(|(_, cell)| cell) };
        let continues = before.is_some_and(|(before, last)| {
            if before.cell.is_some() || placed.cell.is_some() {
                return table(before) == table(placed);
            }
            let same = before.zone == placed.zone || is_row(before) && is_row(placed);
            same && read.area.y0 - last.y1 < 1.2 * page.lines.x_height.max(1.0) * 2.5
        });
        match blocks.last_mut() {
            Some(block) if continues && block.kind == kind => {
                block.bounds = block.bounds.union(&bounds);
                block.lines.push(line);
            }
            _ => blocks.push(Block { kind, bounds, lines: vec![line] }),
        }
        before = Some((placed, read.area));
    }
    blocks
}

/// Restores lost or wrong diacritics where the neighbouring words are unambiguous. The text that was read becomes the
/// alternative; handwritten words stay as they are.
pub(crate) fn restore_diacritics(blocks: &mut [Block]) {
    let texts = |words: Vec<&Word>| words.into_iter().map(|word| word.text.clone()).collect::<Vec<String>>();
    let runs: Vec<Vec<String>> = blocks.iter().flat_map(Block::word_runs).map(texts).collect();
    let runs: Vec<Vec<&str>> = runs.iter().map(|run| run.iter().map(String::as_str).collect()).collect();
    let mut phrases = PhraseBigrams::default();
    runs.iter().for_each(|run| phrases.add(run));
    let suggestions = runs.iter().flat_map(|run| suggest_diacritics(run, &phrases));
    let words = blocks.iter_mut().flat_map(|block| &mut block.lines).flat_map(|line| &mut line.words);
    for (word, suggestion) in words.zip(suggestions) {
        if let Some(text) = suggestion.filter(|_| !word.handwritten) {
            let read = std::mem::replace(&mut word.text, text);
            word.alternative = Some(Alternative { text: read, confidence: word.confidence });
            word.source = WordSource::DiacriticRestoration;
        }
    }
}

/// Blocks without lines for pen strokes that were not read.
pub(crate) fn handwriting_blocks(page: &PreparedPage, lines: &[PlacedLine], dpi: u32) -> Vec<Block> {
    let strokes = page.pen_strokes(lines.iter().map(|line| line.area), dpi);
    strokes.iter().map(|area| Block { kind: BlockKind::Handwriting, bounds: upright_bounds(page, area), lines: Vec::new() }).collect()
}

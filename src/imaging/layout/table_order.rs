//! Reading order of lines on a page with ruled tables.

use crate::layout::lines::Area;
use crate::layout::reading_order::{LayoutZone, reading_order};
use crate::layout::table::Table;
use sohoa_base::model::page::reading::Cell;
use std::collections::BTreeMap;

/// A line in reading order.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct OrderedLine {
    /// Index of its box.
    pub line: usize,
    /// Zone of the line, or of the ruled table that holds it.
    pub zone: LayoutZone,
    /// Index of the ruled table, and the cell that holds the line.
    pub cell: Option<(usize, Cell)>,
}

/// Boxes in reading order: as [`reading_order`] with each ruled table as one box, and within a table row by row and cell by
/// cell.
#[must_use]
pub fn reading_order_with_tables(boxes: &[Area], tables: &[Table]) -> Vec<OrderedLine> {
    let mut free: Vec<usize> = Vec::new();
    let mut by_table: BTreeMap<usize, Vec<(Cell, usize)>> = BTreeMap::new();
    for (line, area) in boxes.iter().enumerate() {
        let found = tables.iter().enumerate().find_map(|(number, table)| Some((number, table.cell_of(area)?)));
        match found {
            Some((number, cell)) => by_table.entry(number).or_default().push((cell, line)),
            None => free.push(line),
        }
    }
    let area = |line: &usize| boxes.get(*line).copied();
    // The box of a table is that of its print: its frame may be wider than its column.
    let whole = |lines: &Vec<(Cell, usize)>| lines.iter().filter_map(|(_, line)| area(line)).reduce(|one, other| one.union(&other));
    let numbers: Vec<usize> = by_table.keys().copied().collect();
    let mut pieces: Vec<Area> = free.iter().filter_map(area).collect();
    pieces.extend(by_table.values().filter_map(whole));
    let mut placed = Vec::new();
    for (place, zone) in reading_order(&pieces) {
        if let Some(line) = free.get(place) {
            placed.push(OrderedLine { line: *line, zone, cell: None });
            continue;
        }
        let Some(number) = place.checked_sub(free.len()).and_then(|place| numbers.get(place)) else { continue };
        let mut lines = by_table.remove(number).unwrap_or_default();
        lines.sort_by_key(|(cell, line)| (*cell, *line));
        for of_cell in lines.chunk_by(|one, other| one.0 == other.0) {
            let in_cell: Vec<usize> = of_cell.iter().map(|(_, line)| *line).collect();
            let cell = of_cell.first().map(|(cell, _)| (*number, *cell));
            placed.extend(sort_top_down(&in_cell, boxes).into_iter().map(|line| OrderedLine { line, zone, cell }));
        }
    }
    placed
}

/// Lines of one cell from top to bottom, those side by side from left to right.
fn sort_top_down(lines: &[usize], boxes: &[Area]) -> Vec<usize> {
    let area = |line: usize| boxes.get(line).copied().unwrap_or(Area { x0: 0.0, y0: 0.0, x1: 0.0, y1: 0.0 });
    let mut sorted = lines.to_vec();
    sorted.sort_by(|one, other| area(*one).center_y().total_cmp(&area(*other).center_y()));
    let mut rows: Vec<Vec<usize>> = Vec::new();
    for line in sorted {
        let own = area(line);
        let beside = |other: usize| own.vertical_overlap(&area(other)) > 0.5 * own.height().min(area(other).height());
        match rows.last_mut() {
            Some(row) if row.iter().all(|other| beside(*other)) => row.push(line),
            _ => rows.push(vec![line]),
        }
    }
    for row in &mut rows {
        row.sort_by(|one, other| area(*one).x0.total_cmp(&area(*other).x0));
    }
    rows.concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layout::table::tests::{line, page, tables};

    #[test]
    fn multi_line_cells_are_read_as_a_unit() {
        let boxes = [
            line(200.0, 900.0, 200.0),  // above
            line(220.0, 290.0, 390.0),  // row 1: number
            line(320.0, 780.0, 390.0),  // text, first line
            line(820.0, 1150.0, 440.0), // note beside its second line
            line(320.0, 780.0, 440.0),  // text, second line
            line(320.0, 500.0, 490.0),  // text, third line
            line(820.0, 1000.0, 580.0), // row 2
            line(200.0, 900.0, 700.0),  // below
        ];
        let placed = reading_order_with_tables(&boxes, &tables(&page()));
        assert_eq!(placed.iter().map(|placed| placed.line).collect::<Vec<_>>(), [0, 1, 2, 4, 5, 3, 6, 7]);
        let cells: Vec<_> = placed.iter().map(|placed| placed.cell.map(|(_, cell)| (cell.row, cell.column))).collect();
        let text = Some((1, 1));
        assert_eq!(cells, [None, Some((1, 0)), text, text, text, Some((1, 2)), Some((2, 2)), None]);
    }
}

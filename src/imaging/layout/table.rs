//! Ruled tables: grid, cells, and the assignment of print to cells.

use crate::layout::lines::Area;
use crate::layout::rules::{Rule, Rules};
use sohoa_base::model::page::reading::Cell;
use std::collections::BTreeSet;

/// A ruled table.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    /// Bounding box of its rules, px of the page.
    pub area: Area,
    /// Cells with their boxes, row by row.
    pub cells: Vec<(Cell, Area)>,
}

/// Distance up to which two rules intersect, as a share of the page's longest side.
const INTERSECTION_TOLERANCE: f32 = 0.006;

/// Least width of a table, as a share of the page's width. Frames of stamps are narrower.
const MIN_TABLE_WIDTH: f32 = 0.35;

/// Share of a cell's side that must be drawn for it to count.
const MIN_SIDE_COVERAGE: f32 = 0.6;

/// Largest number of grid lines in one direction: more are a pattern.
const MAX_GRID_LINES: usize = 120;

/// Tables that `rules` form on a page of `width` × `height` px, and the rules that belong to them.
#[must_use]
pub fn find(rules: &Rules, (width, height): (u32, u32)) -> (Vec<Table>, Vec<Rule>) {
    let near = INTERSECTION_TOLERANCE * width.max(height) as f32;
    let (mut tables, mut used) = (Vec::new(), Vec::new());
    for (mut across, mut down) in intersecting_groups(rules, near) {
        drop_loose_rules(&mut across, &mut down, near);
        if let Some(table) = build_table(&across, &down, near)
            && table.area.width() >= MIN_TABLE_WIDTH * width as f32
        {
            used.extend(across.into_iter().chain(down).cloned());
            tables.push(table);
        }
    }
    (tables, used)
}

fn intersects(across: &Rule, down: &Rule, near: f32) -> bool {
    let (across, down) = (across.area, down.area);
    let (x, y) = (f32::midpoint(down.x0, down.x1), across.center_y());
    (across.x0 - near..=across.x1 + near).contains(&x) && (down.y0 - near..=down.y1 + near).contains(&y)
}

/// Drops rules that do not connect two others: strokes of letters and seals that touch the table.
fn drop_loose_rules(across: &mut Vec<&Rule>, down: &mut Vec<&Rule>, near: f32) {
    loop {
        let before = across.len() + down.len();
        across.retain(|rule| down.iter().filter(|other| intersects(rule, other, near)).count() >= 2);
        down.retain(|rule| across.iter().filter(|other| intersects(other, rule, near)).count() >= 2);
        if across.len() + down.len() == before {
            return;
        }
    }
}

/// Groups of rules that intersect directly or through others: horizontal and vertical rules of each.
fn intersecting_groups(rules: &Rules, near: f32) -> Vec<(Vec<&Rule>, Vec<&Rule>)> {
    let mut left: (BTreeSet<usize>, BTreeSet<usize>) = ((0..rules.horizontal.len()).collect(), (0..rules.vertical.len()).collect());
    let mut groups = Vec::new();
    while let Some(first) = left.0.pop_first() {
        let (mut across, mut down) = (Vec::new(), Vec::new());
        let mut waiting = vec![(true, first)];
        while let Some((is_across, place)) = waiting.pop() {
            let (own, others) = if is_across { (&rules.horizontal, &rules.vertical) } else { (&rules.vertical, &rules.horizontal) };
            let Some(rule) = own.get(place) else { continue };
            if is_across {
                across.push(rule)
            } else {
                down.push(rule)
            }
            let free = if is_across { &mut left.1 } else { &mut left.0 };
            let met = |place: &usize| {
                let Some(other) = others.get(*place) else { return false };
                if is_across { intersects(rule, other, near) } else { intersects(other, rule, near) }
            };
            let found: Vec<usize> = free.iter().copied().filter(met).collect();
            for place in found {
                free.remove(&place);
                waiting.push((!is_across, place));
            }
        }
        groups.push((across, down));
    }
    groups
}

/// Grid lines of parallel rules (position, start, end), those closer than `near` merged: position, and the segments that are
/// drawn.
fn cluster_grid_lines(rules: &mut [(f32, f32, f32)], near: f32) -> Vec<(f32, Vec<(f32, f32)>)> {
    rules.sort_by(|one, other| one.0.total_cmp(&other.0));
    let mut found: Vec<(f32, Vec<(f32, f32)>)> = Vec::new();
    for (at, from, to) in rules.iter().copied() {
        match found.last_mut() {
            Some((last, covered)) if at - *last <= near => {
                // The mean position, which keeps a chain of close rules from growing without end.
                let count = covered.len() as f32;
                *last = (*last * count + at) / (count + 1.0);
                covered.push((from, to));
            }
            _ => found.push((at, vec![(from, to)])),
        }
    }
    found
}

/// Share of `from..to` that the segments cover.
fn coverage(segments: &[(f32, f32)], from: f32, to: f32) -> f32 {
    let sum: f32 = segments.iter().map(|(begin, end)| (end.min(to) - begin.max(from)).max(0.0)).sum();
    sum / (to - from).max(1.0)
}

/// Grid lines of one direction, with an undrawn line added at each open side of the table.
fn close_open_sides(mut found: Vec<(f32, Vec<(f32, f32)>)>, from: f32, to: f32, near: f32) -> Vec<(f32, Vec<(f32, f32)>)> {
    if found.first().is_none_or(|(at, _)| *at - from > 2.0 * near) {
        found.insert(0, (from, Vec::new()));
    }
    if found.last().is_none_or(|(at, _)| to - *at > 2.0 * near) {
        found.push((to, Vec::new()));
    }
    found
}

/// Table of a group of intersecting rules; `None` where they form none.
fn build_table(across: &[&Rule], down: &[&Rule], near: f32) -> Option<Table> {
    if across.len() < 2 || down.len() < 2 {
        return None;
    }
    // A table ends where at least two of its rules end.
    let second = |rules: &[&Rule], edge: fn(&Area) -> f32, is_end: bool| {
        let mut edges: Vec<f32> = rules.iter().map(|rule| edge(&rule.area)).collect();
        edges.sort_by(f32::total_cmp);
        edges.get(if is_end { edges.len().saturating_sub(2) } else { 1 }).copied()
    };
    let area = Area {
        x0: second(across, |rule| rule.x0, false)?,
        y0: second(down, |rule| rule.y0, false)?,
        x1: second(across, |rule| rule.x1, true)?,
        y1: second(down, |rule| rule.y1, true)?,
    };
    let mut rows: Vec<_> = across.iter().map(|rule| (rule.area.center_y(), rule.area.x0, rule.area.x1)).collect();
    let mut columns: Vec<_> = down.iter().map(|rule| (f32::midpoint(rule.area.x0, rule.area.x1), rule.area.y0, rule.area.y1)).collect();
    let (rows, columns) = (cluster_grid_lines(&mut rows, near), cluster_grid_lines(&mut columns, near));
    // False rules from letters and seals intersect, but do not frame an area.
    let long =
        |lines: &GridLines, from: f32, to: f32| lines.iter().filter(|(_, drawn)| coverage(drawn, from, to) >= MIN_SIDE_COVERAGE).count();
    let is_framed = long(&rows, area.x0, area.x1) >= 2 && long(&columns, area.y0, area.y1) >= 2;
    if !is_framed || rows.len() > MAX_GRID_LINES || columns.len() > MAX_GRID_LINES {
        return None;
    }
    let (rows, columns) = (close_open_sides(rows, area.y0, area.y1, near), close_open_sides(columns, area.x0, area.x1, near));
    let merged = merge_slots(&rows, &columns);
    let cells = number_cells(&merged, &rows, &columns);
    let has_columns = cells.iter().any(|(cell, _)| cell.column > 0);
    (has_columns && cells.len() >= 3).then_some(Table { area, cells })
}

/// Grid lines of one direction: position, and the segments that are drawn.
type GridLines = [(f32, Vec<(f32, f32)>)];

/// Slots of the grid that belong to one cell: first row, first column, last row, last column.
type SlotSpan = (usize, usize, usize, usize);

/// Merges slots of the grid into cells where no side is drawn between them.
fn merge_slots(rows: &GridLines, columns: &GridLines) -> Vec<SlotSpan> {
    let (down, across) = (rows.len().saturating_sub(1), columns.len().saturating_sub(1));
    let edge = |lines: &GridLines, place: usize| lines.get(place).map_or(0.0, |(at, _)| *at);
    let is_drawn = |line: Option<&(f32, Vec<(f32, f32)>)>, from: f32, to: f32| {
        line.is_some_and(|(_, drawn)| coverage(drawn, from, to) >= MIN_SIDE_COVERAGE)
    };
    // Whether the right or the lower side of a slot is not drawn.
    let open_right = |row: usize, column: usize| !is_drawn(columns.get(column + 1), edge(rows, row), edge(rows, row + 1));
    let open_below = |row: usize, column: usize| !is_drawn(rows.get(row + 1), edge(columns, column), edge(columns, column + 1));
    let mut left: BTreeSet<(usize, usize)> = (0..down).flat_map(|row| (0..across).map(move |column| (row, column))).collect();
    let mut cells = Vec::new();
    while let Some(first) = left.pop_first() {
        let mut slots = BTreeSet::from([first]);
        let mut waiting = vec![first];
        while let Some((row, column)) = waiting.pop() {
            let mut next = Vec::new();
            if column + 1 < across && open_right(row, column) {
                next.push((row, column + 1));
            }
            if row + 1 < down && open_below(row, column) {
                next.push((row + 1, column));
            }
            if let Some(before) = column.checked_sub(1).filter(|before| open_right(row, *before)) {
                next.push((row, before));
            }
            if let Some(above) = row.checked_sub(1).filter(|above| open_below(*above, column)) {
                next.push((above, column));
            }
            for slot in next {
                if left.remove(&slot) {
                    slots.insert(slot);
                    waiting.push(slot);
                }
            }
        }
        push_rectangles(&slots, &mut cells);
    }
    cells.sort_unstable();
    cells
}

/// Adds slots as one cell; where they form no rectangle, because a side is badly drawn, as one cell per row.
fn push_rectangles(slots: &BTreeSet<(usize, usize)>, cells: &mut Vec<SlotSpan>) {
    let (rows, columns) = (slots.iter().map(|slot| slot.0), slots.iter().map(|slot| slot.1));
    let (Some(top), Some(bottom), Some(left), Some(right)) = (rows.clone().min(), rows.max(), columns.clone().min(), columns.max()) else {
        return;
    };
    if slots.len() == (bottom - top + 1) * (right - left + 1) {
        cells.push((top, left, bottom, right));
        return;
    }
    let begin = cells.len();
    for (row, column) in slots.iter().copied() {
        match cells.get_mut(begin..).and_then(<[SlotSpan]>::last_mut) {
            Some(last) if last.0 == row && last.3 + 1 == column => last.3 = column,
            _ => cells.push((row, column, row, column)),
        }
    }
}

/// Cells with the numbers of their rows and columns; grid lines at which no cell starts are not counted.
fn number_cells(cells: &[SlotSpan], rows: &GridLines, columns: &GridLines) -> Vec<(Cell, Area)> {
    let used_rows: BTreeSet<usize> = cells.iter().map(|slots| slots.0).collect();
    let used_columns: BTreeSet<usize> = cells.iter().map(|slots| slots.1).collect();
    let count = |used: &BTreeSet<usize>, from: usize, to: usize| u32::try_from(used.range(from..to).count()).unwrap_or(u32::MAX);
    let edge = |lines: &GridLines, place: usize| lines.get(place).map_or(0.0, |(at, _)| *at);
    let cell = |(top, left, bottom, right): &SlotSpan| {
        let cell = Cell {
            row: count(&used_rows, 0, *top),
            column: count(&used_columns, 0, *left),
            row_span: count(&used_rows, *top, bottom + 1).max(1),
            column_span: count(&used_columns, *left, right + 1).max(1),
        };
        (cell, Area { x0: edge(columns, *left), y0: edge(rows, *top), x1: edge(columns, right + 1), y1: edge(rows, bottom + 1) })
    };
    cells.iter().map(cell).collect()
}

impl Table {
    /// Cell that contains the centre of `line`.
    #[must_use]
    pub fn cell_of(&self, line: &Area) -> Option<Cell> {
        let (x, y) = (f32::midpoint(line.x0, line.x1), line.center_y());
        let holds = |area: &Area| (area.x0..area.x1).contains(&x) && (area.y0..area.y1).contains(&y);
        self.cells.iter().find(|(_, area)| holds(area)).map(|(cell, _)| *cell)
    }
}

/// Splits boxes of print at the sides of the cells that they overlap. `has_ink` tells whether a part contains ink.
pub fn split_at_cells(boxes: &[Area], tables: &[Table], has_ink: impl Fn(&Area) -> bool) -> Vec<Area> {
    /// Least width of a part with a letter, in heights of the box.
    const MIN_WIDTH: f32 = 0.35;
    let mut parts = Vec::new();
    for line in boxes {
        let middle = line.center_y();
        let touched = |area: &&Area| (area.y0..area.y1).contains(&middle) && line.x1.min(area.x1) > line.x0.max(area.x0);
        let cells: Vec<&Area> = tables.iter().flat_map(|table| &table.cells).map(|(_, area)| area).filter(touched).collect();
        let inside = |area: &Area| Area { x0: line.x0.max(area.x0), x1: line.x1.min(area.x1), ..*line };
        match cells.as_slice() {
            [] => parts.push(*line),
            // Print that extends beyond the side of the table stays whole, because that side is badly drawn.
            [only] => parts.push(if inside(only).width() > 0.9 * line.width() { inside(only) } else { *line }),
            several => {
                let mut inked: Vec<Area> = several
                    .iter()
                    .map(|area| inside(area))
                    .filter(|part| part.width() > MIN_WIDTH * line.height() && has_ink(part))
                    .collect();
                if inked.is_empty() {
                    inked.push(*line);
                }
                parts.extend(inked);
            }
        }
    }
    parts
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
pub(crate) mod tests {
    use super::*;
    use crate::layout::rules;
    use image::{GrayImage, Luma};

    const COLUMNS: [u32; 4] = [200, 300, 800, 1200];
    const ROWS: [u32; 4] = [300, 380, 560, 640];

    fn stroke(page: &mut GrayImage, (x0, y0, x1, y1): (u32, u32, u32, u32)) {
        (y0..y1).for_each(|y| (x0..x1).for_each(|x| page.put_pixel(x, y, Luma([30]))));
    }

    /// Table of three rows and three columns; the first two cells of the last row are merged.
    pub(crate) fn page() -> GrayImage {
        let mut page = GrayImage::from_pixel(1400, 1900, Luma([248]));
        for y in ROWS {
            // Broken, as faint rules are.
            stroke(&mut page, (200, y, 610, y + 3));
            stroke(&mut page, (618, y, 1203, y + 3));
        }
        for x in COLUMNS {
            stroke(&mut page, (x, 300, x + 3, if x == 300 { 560 } else { 643 }));
        }
        page
    }

    pub(crate) fn tables(page: &GrayImage) -> Vec<Table> {
        find(&rules::find(page), page.dimensions()).0
    }

    pub(crate) fn line(x0: f32, x1: f32, y0: f32) -> Area {
        Area { x0, y0, x1, y1: y0 + 30.0 }
    }

    #[test]
    fn rules_form_single_and_merged_cells() {
        let found = tables(&page());
        assert_eq!(found.len(), 1);
        let places: Vec<_> = found[0].cells.iter().map(|(cell, _)| (cell.row, cell.column, cell.row_span, cell.column_span)).collect();
        let single = |row, column| (row, column, 1, 1);
        let wanted = [single(0, 0), single(0, 1), single(0, 2), single(1, 0), single(1, 1), single(1, 2), (2, 0, 1, 2), single(2, 2)];
        assert_eq!(places, wanted);
    }

    #[test]
    fn frames_and_crossing_strokes_are_not_tables() {
        let mut page = GrayImage::from_pixel(1400, 1900, Luma([248]));
        for (x0, y0, x1, y1) in [(200, 300, 1200, 303), (200, 600, 1200, 603), (200, 300, 203, 603), (1200, 300, 1203, 603)] {
            stroke(&mut page, (x0, y0, x1, y1));
        }
        // A cross far below.
        stroke(&mut page, (200, 1200, 1200, 1203));
        stroke(&mut page, (600, 1100, 603, 1300));
        assert!(tables(&page).is_empty());
    }

    #[test]
    fn box_across_cells_is_split_at_boundary() {
        let found = tables(&page());
        let parts = split_at_cells(&[line(310.0, 1100.0, 320.0), line(310.0, 820.0, 400.0), line(100.0, 1300.0, 900.0)], &found, |_| true);
        let sides: Vec<_> = parts.iter().map(|part| (part.x0.round() as u32 / 10, part.x1.round() as u32 / 10)).collect();
        assert_eq!(sides, [(31, 80), (80, 110), (31, 80), (80, 82), (10, 130)]);
        let only_left = split_at_cells(&[line(310.0, 1100.0, 320.0)], &found, |part| part.x0 < 700.0);
        assert_eq!(only_left.len(), 1);
    }

    #[test]
    fn non_rectangular_cell_is_split_by_rows() {
        let mut cells = Vec::new();
        push_rectangles(&BTreeSet::from([(0, 0), (0, 1), (1, 0)]), &mut cells);
        assert_eq!(cells, [(0, 0, 0, 1), (1, 0, 1, 0)]);
    }
}

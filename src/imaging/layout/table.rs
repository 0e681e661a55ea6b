//! Ruled tables: the grid that rules draw, its cells, and which line stands in which.

use crate::layout::lines::Area;
use crate::layout::reading_order::{LayoutZone, reading_order};
use crate::layout::rules::{Rule, Rules};
use sohoa_base::model::page::reading::Cell;
use std::collections::{BTreeMap, BTreeSet};

/// A ruled table.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    /// Around its rules, px of the page.
    pub area: Area,
    /// Its cells, row by row.
    pub cells: Vec<(Cell, Area)>,
}

/// How near a rule must come to another to meet it, of the page's longest side.
const INTERSECTION_TOLERANCE: f32 = 0.006;

/// Narrowest table, of the page's width. Frames of stamps are narrower.
const MIN_TABLE_WIDTH: f32 = 0.35;

/// Share of a cell's side that must be drawn for it to be a side.
const MIN_SIDE_COVERAGE: f32 = 0.6;

/// Rows or columns of one table at most: more are a pattern.
const MAX_GRID_LINES: usize = 120;

/// The tables that `rules` draw on a page of `width` and `height` px, and the rules that are part of one.
#[must_use]
pub fn find(rules: &Rules, (width, height): (u32, u32)) -> (Vec<Table>, Vec<Rule>) {
    let near = INTERSECTION_TOLERANCE * width.max(height) as f32;
    let (mut tables, mut lifted) = (Vec::new(), Vec::new());
    for (mut across, mut down) in intersecting_groups(rules, near) {
        drop_loose_rules(&mut across, &mut down, near);
        if let Some(table) = build_table(&across, &down, near)
            && table.area.width() >= MIN_TABLE_WIDTH * width as f32
        {
            lifted.extend(across.into_iter().chain(down).cloned());
            tables.push(table);
        }
    }
    (tables, lifted)
}

fn intersects(across: &Rule, down: &Rule, near: f32) -> bool {
    let (across, down) = (across.area, down.area);
    let (x, y) = (f32::midpoint(down.x0, down.x1), across.center_y());
    (across.x0 - near..=across.x1 + near).contains(&x) && (down.y0 - near..=down.y1 + near).contains(&y)
}

/// Leaves out rules that do not reach from one to another: strokes of letters and seals that touch the table.
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

/// Rules that meet each other, directly or by others: those along rows, and those along columns.
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

/// Places of parallel rules, those nearer than `near` taken together: where they lie, and the stretches they cover.
fn cluster_grid_lines(stretches: &mut [(f32, f32, f32)], near: f32) -> Vec<(f32, Vec<(f32, f32)>)> {
    stretches.sort_by(|one, other| one.0.total_cmp(&other.0));
    let mut found: Vec<(f32, Vec<(f32, f32)>)> = Vec::new();
    for (at, from, to) in stretches.iter().copied() {
        match found.last_mut() {
            Some((last, covered)) if at - *last <= near => {
                // The mean of what is taken together, so that a chain of near rules does not grow without end.
                let count = covered.len() as f32;
                *last = (*last * count + at) / (count + 1.0);
                covered.push((from, to));
            }
            _ => found.push((at, vec![(from, to)])),
        }
    }
    found
}

/// Share of `from..to` that the stretches cover.
fn coverage(stretches: &[(f32, f32)], from: f32, to: f32) -> f32 {
    let sum: f32 = stretches.iter().map(|(begin, end)| (end.min(to) - begin.max(from)).max(0.0)).sum();
    sum / (to - from).max(1.0)
}

/// Lines of one direction, with open sides of the table closed.
fn close_open_sides(mut found: Vec<(f32, Vec<(f32, f32)>)>, from: f32, to: f32, near: f32) -> Vec<(f32, Vec<(f32, f32)>)> {
    if found.first().is_none_or(|(at, _)| *at - from > 2.0 * near) {
        found.insert(0, (from, Vec::new()));
    }
    if found.last().is_none_or(|(at, _)| to - *at > 2.0 * near) {
        found.push((to, Vec::new()));
    }
    found
}

/// The table that rules which meet draw; `None` where they draw something else.
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
    // What letters and seals make look like rules crosses here and there, but frames nothing.
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

type GridLines = [(f32, Vec<(f32, f32)>)];

/// Slots of the grid that belong to one cell, as first and last row and column.
type SlotSpan = (usize, usize, usize, usize);

/// The slots of the grid gathered into cells, where no side is drawn between.
fn merge_slots(rows: &GridLines, columns: &GridLines) -> Vec<SlotSpan> {
    let (down, across) = (rows.len().saturating_sub(1), columns.len().saturating_sub(1));
    let edge = |lines: &GridLines, place: usize| lines.get(place).map_or(0.0, |(at, _)| *at);
    let is_drawn = |line: Option<&(f32, Vec<(f32, f32)>)>, from: f32, to: f32| {
        line.is_some_and(|(_, drawn)| coverage(drawn, from, to) >= MIN_SIDE_COVERAGE)
    };
    // To the right of a slot, and below it.
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

/// Slots as one cell; those that make no rectangle, since a side is badly drawn, as one cell a row.
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

/// Cells with the numbers of their rows and columns. Lines of the grid that no cell ends at do not count.
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
    /// The cell in which the middle of `line` lies.
    #[must_use]
    pub fn cell_of(&self, line: &Area) -> Option<Cell> {
        let (x, y) = (f32::midpoint(line.x0, line.x1), line.center_y());
        let holds = |area: &Area| (area.x0..area.x1).contains(&x) && (area.y0..area.y1).contains(&y);
        self.cells.iter().find(|(_, area)| holds(area)).map(|(cell, _)| *cell)
    }
}

/// Cuts boxes of print at the sides of the cells that they reach across. `has_ink` says whether a part holds any.
pub fn split_at_cells(boxes: &[Area], tables: &[Table], has_ink: impl Fn(&Area) -> bool) -> Vec<Area> {
    /// Narrowest part that holds a letter, in heights of the box.
    const NARROW: f32 = 0.35;
    let mut parts = Vec::new();
    for line in boxes {
        let middle = line.center_y();
        let touched = |area: &&Area| (area.y0..area.y1).contains(&middle) && line.x1.min(area.x1) > line.x0.max(area.x0);
        let cells: Vec<&Area> = tables.iter().flat_map(|table| &table.cells).map(|(_, area)| area).filter(touched).collect();
        let inside = |area: &Area| Area { x0: line.x0.max(area.x0), x1: line.x1.min(area.x1), ..*line };
        match cells.as_slice() {
            [] => parts.push(*line),
            // Print that reaches out of the table at its side stays whole: the table's side is badly drawn.
            [only] => parts.push(if inside(only).width() > 0.9 * line.width() { inside(only) } else { *line }),
            several => {
                let mut kept: Vec<Area> =
                    several.iter().map(|area| inside(area)).filter(|part| part.width() > NARROW * line.height() && has_ink(part)).collect();
                if kept.is_empty() {
                    kept.push(*line);
                }
                parts.extend(kept);
            }
        }
    }
    parts
}

/// A line's place in reading order.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct OrderedLine {
    /// Its place among the boxes.
    pub line: usize,
    /// What it is part of outside of ruled tables.
    pub zone: LayoutZone,
    /// The ruled table, numbered, and the cell that it stands in.
    pub cell: Option<(usize, Cell)>,
}

/// Boxes in reading order: as [`order`], a ruled table as one piece, in it row by row and cell by cell.
#[must_use]
pub fn reading_order_with_tables(boxes: &[Area], tables: &[Table]) -> Vec<OrderedLine> {
    let mut free: Vec<usize> = Vec::new();
    let mut held: BTreeMap<usize, Vec<(Cell, usize)>> = BTreeMap::new();
    for (line, area) in boxes.iter().enumerate() {
        let found = tables.iter().enumerate().find_map(|(number, table)| Some((number, table.cell_of(area)?)));
        match found {
            Some((number, cell)) => held.entry(number).or_default().push((cell, line)),
            None => free.push(line),
        }
    }
    let area = |line: &usize| boxes.get(*line).copied();
    // A table is where its print is: its frame may be wider than the column it stands in.
    let whole = |lines: &Vec<(Cell, usize)>| lines.iter().filter_map(|(_, line)| area(line)).reduce(|one, other| one.union(&other));
    let numbers: Vec<usize> = held.keys().copied().collect();
    let mut pieces: Vec<Area> = free.iter().filter_map(area).collect();
    pieces.extend(held.values().filter_map(whole));
    let mut placed = Vec::new();
    for (place, part) in reading_order(&pieces) {
        if let Some(line) = free.get(place) {
            placed.push(OrderedLine { line: *line, zone: part, cell: None });
            continue;
        }
        let Some(number) = place.checked_sub(free.len()).and_then(|place| numbers.get(place)) else { continue };
        let mut lines = held.remove(number).unwrap_or_default();
        lines.sort_by_key(|(cell, line)| (*cell, *line));
        for of_cell in lines.chunk_by(|one, other| one.0 == other.0) {
            let in_cell: Vec<usize> = of_cell.iter().map(|(_, line)| *line).collect();
            let cell = of_cell.first().map(|(cell, _)| (*number, *cell));
            placed.extend(sort_top_down(&in_cell, boxes).into_iter().map(|line| OrderedLine { line, zone: part, cell }));
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
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;
    use crate::layout::rules;
    use image::{GrayImage, Luma};

    const COLUMNS: [u32; 4] = [200, 300, 800, 1200];
    const ROWS: [u32; 4] = [300, 380, 560, 640];

    fn stroke(page: &mut GrayImage, (x0, y0, x1, y1): (u32, u32, u32, u32)) {
        (y0..y1).for_each(|y| (x0..x1).for_each(|x| page.put_pixel(x, y, Luma([30]))));
    }

    /// Three rows of three cells, of which the last row's first two are one.
    fn page() -> GrayImage {
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

    fn tables(page: &GrayImage) -> Vec<Table> {
        find(&rules::find(page), page.dimensions()).0
    }

    fn line(x0: f32, x1: f32, y0: f32) -> Area {
        Area { x0, y0, x1, y1: y0 + 30.0 }
    }

    #[test]
    fn rules_make_cells_and_merged_ones() {
        let found = tables(&page());
        assert_eq!(found.len(), 1);
        let places: Vec<_> = found[0].cells.iter().map(|(cell, _)| (cell.row, cell.column, cell.row_span, cell.column_span)).collect();
        let single = |row, column| (row, column, 1, 1);
        let wanted = [single(0, 0), single(0, 1), single(0, 2), single(1, 0), single(1, 1), single(1, 2), (2, 0, 1, 2), single(2, 2)];
        assert_eq!(places, wanted);
    }

    #[test]
    fn frames_and_crossing_strokes_are_no_tables() {
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
    fn a_box_over_two_cells_is_cut_between_them() {
        let found = tables(&page());
        let parts = split_at_cells(&[line(310.0, 1100.0, 320.0), line(310.0, 820.0, 400.0), line(100.0, 1300.0, 900.0)], &found, |_| true);
        let sides: Vec<_> = parts.iter().map(|part| (part.x0.round() as u32 / 10, part.x1.round() as u32 / 10)).collect();
        assert_eq!(sides, [(31, 80), (80, 110), (31, 80), (80, 82), (10, 130)]);
        let only_left = split_at_cells(&[line(310.0, 1100.0, 320.0)], &found, |part| part.x0 < 700.0);
        assert_eq!(only_left.len(), 1);
    }

    #[test]
    fn cells_of_many_lines_are_read_whole() {
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

    #[test]
    fn cells_with_a_side_that_is_not_drawn_whole_are_cut_by_rows() {
        let mut cells = Vec::new();
        push_rectangles(&BTreeSet::from([(0, 0), (0, 1), (1, 0)]), &mut cells);
        assert_eq!(cells, [(0, 0, 0, 1), (1, 0, 1, 0)]);
    }
}

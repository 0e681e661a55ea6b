//! Ruling lines of a page: borders of tables, underlines, frames.

use crate::layout::connected_components::for_each_run;
use crate::layout::lines::Area;
use image::GrayImage;

/// A horizontal or vertical ruling line.
#[derive(Debug, Clone, PartialEq)]
pub struct Rule {
    /// Bounding box, px of the page.
    pub area: Area,
    /// Its solid pieces, px of the page; these are erased with it.
    pieces: Vec<Area>,
}

/// The rules of a page.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Rules {
    /// Rules along rows.
    pub horizontal: Vec<Rule>,
    /// Rules along columns.
    pub vertical: Vec<Rule>,
}

/// Longest side of the image on which rules are detected, px.
const MAX_SIDE: u32 = 1200;

/// Grey level below which a pixel of a normalized page is ink.
const INK_THRESHOLD: u8 = 185;

/// Grey level of paper on a normalized page.
const PAPER: u8 = 245;

/// Least length of a solid piece of a rule, as a share of the page's longest side: longer than the strokes of letters.
const MIN_PIECE_LENGTH: f32 = 0.017;

/// Largest thickness of a rule, as a share of the longest side.
const MAX_THICKNESS: f32 = 0.0045;

/// Largest gap in a rule, as a share of the longest side.
const MAX_GAP: f32 = 0.012;

/// Largest number of pieces on a page; more come from halftones or dirt.
const MAX_PIECES: usize = 6000;

/// Detects the rules of a deskewed page with normalized background.
#[must_use]
pub fn find(page: &GrayImage) -> Rules {
    let long = page.width().max(page.height());
    let step = (long.div_ceil(MAX_SIDE)).max(1);
    let (across, down) = (page.width() / step, page.height() / step);
    // A reduced pixel is dark if any of its pixels is, which keeps thin rules.
    let mut by_rows = vec![false; (across * down) as usize];
    for (y, row) in page.rows().enumerate().take((down * step) as usize) {
        let from = (y as u32 / step * across) as usize;
        let Some(dark) = by_rows.get_mut(from..from + across as usize) else { continue };
        for (x, pixel) in row.enumerate() {
            if pixel.0[0] < INK_THRESHOLD
                && let Some(place) = dark.get_mut(x / step as usize)
            {
                *place = true;
            }
        }
    }
    let mut by_columns = vec![false; by_rows.len()];
    for (place, dark) in by_rows.iter().enumerate().filter(|(_, dark)| **dark) {
        let (x, y) = (place % across as usize, place / across as usize);
        if let Some(turned) = by_columns.get_mut(x * down as usize + y) {
            *turned = *dark;
        }
    }
    let side = (long / step) as f32;
    let scaled = |area: Area| {
        let step = step as f32;
        Area { x0: area.x0 * step, y0: area.y0 * step, x1: area.x1 * step, y1: area.y1 * step }
    };
    let turned = |area: Area| Area { x0: area.y0, y0: area.x0, x1: area.y1, y1: area.x1 };
    let rules = |dark: &[bool], length: u32, place: &dyn Fn(Area) -> Area| -> Vec<Rule> {
        let found = thin_strokes(dark, length, side).into_iter();
        found
            .map(|stroke| Rule { area: place(stroke.area()), pieces: stroke.pieces.iter().map(|piece| place(piece.area())).collect() })
            .collect()
    };
    Rules { horizontal: rules(&by_rows, across, &scaled), vertical: rules(&by_columns, down, &|area| scaled(turned(area))) }
}

/// A run of ink along one row; `to` is exclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Piece {
    from: u32,
    to: u32,
    row: u32,
}

impl Piece {
    fn area(&self) -> Area {
        Area { x0: self.from as f32, y0: self.row as f32, x1: self.to as f32, y1: (self.row + 1) as f32 }
    }
}

/// Pieces that touch each other on adjacent rows.
#[derive(Debug, Clone, PartialEq)]
struct Stroke {
    pieces: Vec<Piece>,
}

impl Stroke {
    fn area(&self) -> Area {
        let around = |one: Area, other: Area| one.union(&other);
        self.pieces.iter().map(Piece::area).reduce(around).unwrap_or(Area { x0: 0.0, y0: 0.0, x1: 0.0, y1: 0.0 })
    }

    /// Mean thickness, px.
    fn thickness(&self) -> f32 {
        let ink: u32 = self.pieces.iter().map(|piece| piece.to - piece.from).sum();
        ink as f32 / self.area().width().max(1.0)
    }

    /// Row at its left end and row at its right end.
    fn ends(&self) -> (f32, f32) {
        let left = self.pieces.iter().min_by_key(|piece| piece.from).map_or(0, |piece| piece.row);
        let right = self.pieces.iter().max_by_key(|piece| piece.to).map_or(0, |piece| piece.row);
        (left as f32, right as f32)
    }
}

/// Thin strokes along the rows of an ink mask of width `length`; `side` is the longest side of the page, px.
fn thin_strokes(dark: &[bool], length: u32, side: f32) -> Vec<Stroke> {
    if length == 0 {
        return Vec::new();
    }
    let mut pieces: Vec<Piece> = Vec::new();
    for (row, ink) in (0_u32..).zip(dark.chunks_exact(length as usize)) {
        let is_set = |x: u32| ink.get(x as usize).copied().unwrap_or(false);
        for_each_run(length, is_set, (side * MIN_PIECE_LENGTH) as u32, |from, to| pieces.push(Piece { from, to, row }));
        if pieces.len() > MAX_PIECES {
            return Vec::new();
        }
    }
    let mut found: Vec<Stroke> = Vec::new();
    // Strokes that may still grow: those with a piece on the previous row.
    let mut open: Vec<usize> = Vec::new();
    for piece in pieces {
        let last_row = |stroke: &Stroke| stroke.pieces.last().map_or(0, |piece| piece.row);
        open.retain(|place| found.get(*place).is_some_and(|stroke| last_row(stroke) + 1 >= piece.row));
        let touches = |place: &&usize| {
            let Some(stroke) = found.get(**place) else { return false };
            let near = stroke.pieces.iter().rev().take_while(|other| other.row + 1 >= piece.row);
            near.into_iter().any(|other| other.row < piece.row && other.from <= piece.to && piece.from <= other.to)
        };
        match open.iter().find(touches).copied() {
            Some(place) => {
                if let Some(stroke) = found.get_mut(place) {
                    stroke.pieces.push(piece);
                }
            }
            None => {
                open.push(found.len());
                found.push(Stroke { pieces: vec![piece] });
            }
        }
    }
    let thickest = (side * MAX_THICKNESS).max(3.0);
    found.retain(|stroke| stroke.thickness() <= thickest);
    join_strokes(found, side)
}

/// Joins strokes that continue after a gap or were split by a fork.
fn join_strokes(mut strokes: Vec<Stroke>, side: f32) -> Vec<Stroke> {
    let (longest_break, drift) = (side * MAX_GAP, 2.5);
    strokes.sort_by(|one, other| one.area().x0.total_cmp(&other.area().x0));
    let mut joined: Vec<Stroke> = Vec::new();
    for stroke in strokes {
        let (area, (begin, _)) = (stroke.area(), stroke.ends());
        let before = joined.iter_mut().find(|before| {
            let (other, (_, end)) = (before.area(), before.ends());
            let gap = area.x0 - other.x1;
            gap <= longest_break && (gap >= -longest_break && (begin - end).abs() <= drift || overlaps(&area, &other))
        });
        match before {
            Some(before) => before.pieces.extend(stroke.pieces),
            None => joined.push(stroke),
        }
    }
    joined
}

/// Whether one thin stroke overlaps the other or is adjacent to it.
fn overlaps(one: &Area, other: &Area) -> bool {
    one.x0 < other.x1 && one.vertical_overlap(other) >= -1.5
}

/// Erases rules from a page.
pub fn erase<'a>(page: &mut GrayImage, rules: impl IntoIterator<Item = &'a Rule>) {
    let (width, height) = page.dimensions();
    for piece in rules.into_iter().flat_map(|rule| &rule.pieces) {
        // The paler pixels along the edges of a rule are at most one px wide.
        let (left, top) = ((piece.x0 - 1.0).max(0.0) as u32, (piece.y0 - 1.0).max(0.0) as u32);
        let (right, bottom) = ((piece.x1 + 1.0) as u32, (piece.y1 + 1.0) as u32);
        for y in top..bottom.min(height) {
            for x in left..right.min(width) {
                page.put_pixel(x, y, image::Luma([PAPER]));
            }
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;
    use image::Luma;

    fn paper() -> GrayImage {
        GrayImage::from_pixel(1600, 2200, Luma([248]))
    }

    fn draw(page: &mut GrayImage, (x0, y0, x1, y1): (u32, u32, u32, u32)) {
        (y0..y1).for_each(|y| (x0..x1).for_each(|x| page.put_pixel(x, y, Luma([20]))));
    }

    #[test]
    fn skewed_broken_rule_is_joined() {
        let mut page = paper();
        for x in 200..1200_u32 {
            if !(600..620).contains(&x) {
                let y = 500 + (x - 200) / 120;
                draw(&mut page, (x, y, x + 1, y + 2));
            }
        }
        let found = find(&page);
        assert_eq!(
            (found.horizontal.len(), found.vertical.len()),
            (1, 0),
            "{:?}",
            found.horizontal.iter().map(|rule| rule.area).collect::<Vec<_>>()
        );
        let area = found.horizontal[0].area;
        assert!((area.x0 - 200.0).abs() < 4.0 && (area.x1 - 1200.0).abs() < 4.0, "{area:?}");
        erase(&mut page, &found.horizontal);
        assert!(page.iter().all(|level| *level > 200));
    }

    #[test]
    fn letters_and_solid_areas_are_not_rules() {
        let mut page = paper();
        (0..40).for_each(|letter| draw(&mut page, (200 + letter * 25, 300, 216 + letter * 25, 326)));
        draw(&mut page, (0, 0, 40, 2200));
        draw(&mut page, (600, 900, 900, 1200));
        let found = find(&page);
        assert!(found.horizontal.is_empty() && found.vertical.is_empty());
    }
}

//! Reading order: in two-column zones the left block before the right, in table rows cell by cell, otherwise top to bottom.

use crate::layout::lines::Area;
use std::collections::BTreeSet;

/// Part of the layout that a line belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum LayoutZone {
    /// Running text.
    Text,
    /// Left or right block of a two-column zone, with its number.
    Column(usize),
    /// Row of a table without rules, with its number.
    Row(usize),
}

/// Indices of the boxes in reading order, each with its zone.
#[must_use]
pub fn reading_order(boxes: &[Area]) -> Vec<(usize, LayoutZone)> {
    let mut heights: Vec<f32> = boxes.iter().map(Area::height).collect();
    heights.sort_by(f32::total_cmp);
    let Some(median_height) = heights.get(heights.len() / 2).copied() else { return Vec::new() };
    let mut state = OrderState { boxes, median_height, placed: BTreeSet::new(), ordered: Vec::new(), zone_count: 0 };
    state.run();
    state.ordered
}

/// Boxes, and the order found so far.
struct OrderState<'a> {
    boxes: &'a [Area],
    median_height: f32,
    placed: BTreeSet<usize>,
    ordered: Vec<(usize, LayoutZone)>,
    zone_count: usize,
}

impl OrderState<'_> {
    fn area(&self, place: usize) -> Area {
        self.boxes.get(place).copied().unwrap_or(Area { x0: 0.0, y0: 0.0, x1: 0.0, y1: 0.0 })
    }

    fn run(&mut self) {
        let mut downwards: Vec<usize> = (0..self.boxes.len()).collect();
        downwards.sort_by(|one, other| self.area(*one).center_y().total_cmp(&self.area(*other).center_y()));
        for place in downwards.clone() {
            if self.placed.contains(&place) {
                continue;
            }
            let row = self.row_at(place);
            if row.len() == 1 {
                self.push(place, LayoutZone::Text);
            } else if row.len() >= 3 && self.is_disjoint(&row) {
                self.zone_count += 1;
                let zone = LayoutZone::Row(self.zone_count);
                row.into_iter().for_each(|place| self.push(place, zone));
            } else {
                self.order_columns(&row, &downwards);
            }
        }
    }

    fn push(&mut self, place: usize, zone: LayoutZone) {
        if self.placed.insert(place) {
            self.ordered.push((place, zone));
        }
    }

    /// A box and the unplaced boxes beside it, left to right.
    fn row_at(&self, place: usize) -> Vec<usize> {
        let own = self.area(place);
        let beside = |other: &usize| {
            let other_area = self.area(*other);
            *other == place
                || (!self.placed.contains(other) && own.vertical_overlap(&other_area) > 0.35 * own.height().min(other_area.height()))
        };
        let mut row: Vec<usize> = (0..self.boxes.len()).filter(beside).collect();
        row.sort_by(|one, other| self.area(*one).x0.total_cmp(&self.area(*other).x0));
        row
    }

    /// Whether the boxes of a row do not overlap horizontally.
    fn is_disjoint(&self, row: &[usize]) -> bool {
        row.windows(2).all(|pair| match pair {
            [left, right] => self.area(*right).x0 > self.area(*left).x1 - self.median_height * 0.3,
            _ => true,
        })
    }

    /// Orders a two-column zone: it grows downwards from `row` until a line crosses its gutter.
    fn order_columns(&mut self, row: &[usize], downwards: &[usize]) {
        let slack = self.median_height * 0.2;
        let Some((first, rest)) = row.split_first() else { return };
        let (mut left, mut right) = (vec![*first], rest.to_vec());
        let right_edge = |page: &Self, part: &[usize]| part.iter().map(|place| page.area(*place).x1).fold(f32::MIN, f32::max);
        let left_edge = |page: &Self, part: &[usize]| part.iter().map(|place| page.area(*place).x0).fold(f32::MAX, f32::min);
        let bottom = |page: &Self, part: &[usize]| part.iter().map(|place| page.area(*place).y1).fold(f32::MIN, f32::max);
        let mut top = row.iter().map(|place| self.area(*place).y0).fold(f32::MAX, f32::min);
        let (gutter_left, gutter_right) = (right_edge(self, &left), left_edge(self, &right));
        while let Some((last, LayoutZone::Text)) = self.ordered.last().copied() {
            let area = self.area(last);
            let (in_right, in_left) = (area.x0 >= gutter_left - slack, area.x1 <= gutter_right + slack);
            if !(in_right || in_left) || top - area.y1 >= self.median_height {
                break;
            }
            self.ordered.pop();
            top = top.min(area.y0);
            if in_right { right.push(last) } else { left.push(last) }
        }
        let mut gutter_left = right_edge(self, &left);
        let mut gutter_right = left_edge(self, &right);
        let (mut left_end, mut right_end) = (bottom(self, &left), bottom(self, &right));
        for place in downwards.iter().copied() {
            if self.placed.contains(&place) || left.contains(&place) || right.contains(&place) {
                continue;
            }
            let area = self.area(place);
            if area.center_y() < top {
                continue;
            }
            if area.x1 <= gutter_right + slack && gutter_left.max(area.x1) < gutter_right + slack && area.x0 < gutter_left {
                if area.y0 - left_end > 2.2 * self.median_height && area.y0 >= right_end {
                    break;
                }
                gutter_left = gutter_left.max(area.x1);
                left_end = left_end.max(area.y1);
                left.push(place);
            } else if area.x0 >= gutter_left - slack {
                gutter_right = gutter_right.min(area.x0);
                right_end = right_end.max(area.y1);
                right.push(place);
            } else {
                break;
            }
        }
        for mut part in [left, right] {
            self.zone_count += 1;
            let row_of = |place: &usize| (self.area(*place).center_y() / (self.median_height * 0.6)).round() as i64;
            part.sort_by(|one, other| row_of(one).cmp(&row_of(other)).then(self.area(*one).x0.total_cmp(&self.area(*other).x0)));
            let number = self.zone_count;
            for place in part {
                self.placed.insert(place);
                self.ordered.push((place, LayoutZone::Column(number)));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(x0: f32, x1: f32, row: f32) -> Area {
        Area { x0, y0: row * 40.0, x1, y1: row * 40.0 + 30.0 }
    }

    fn places(boxes: &[Area]) -> Vec<usize> {
        reading_order(boxes).into_iter().map(|(place, _)| place).collect()
    }

    #[test]
    fn left_header_block_is_read_first() {
        let page = [
            line(100.0, 400.0, 0.0),  // issuer
            line(500.0, 1000.0, 0.0), // country
            line(150.0, 350.0, 1.0),
            line(550.0, 950.0, 1.0),
            line(150.0, 350.0, 2.0), // number
            line(600.0, 980.0, 2.0), // date
            line(300.0, 800.0, 4.0), // kind crosses the gutter
            line(100.0, 1000.0, 5.0),
        ];
        assert_eq!(places(&page), [0, 2, 4, 1, 3, 5, 6, 7]);
    }

    #[test]
    fn table_rows_are_ordered_cell_by_cell() {
        let page = [
            line(10.0, 50.0, 0.0),
            line(80.0, 300.0, 0.0),
            line(340.0, 600.0, 0.0),
            line(10.0, 50.0, 1.0),
            line(80.0, 250.0, 1.0),
            line(340.0, 500.0, 1.0),
        ];
        assert_eq!(places(&page), [0, 1, 2, 3, 4, 5]);
        assert!(reading_order(&page).iter().all(|(_, part)| matches!(part, LayoutZone::Row(_))));
    }

    #[test]
    fn reading_order_contains_every_box_once() {
        let page: Vec<Area> = (0..60_u8)
            .map(|n| line(f32::from(n % 7) * 90.0, f32::from(n % 7) * 90.0 + f32::from(n % 5) * 60.0 + 40.0, f32::from(n / 4) * 0.7))
            .collect();
        let mut found = places(&page);
        found.sort_unstable();
        assert_eq!(found, (0..60).collect::<Vec<_>>());
    }
}

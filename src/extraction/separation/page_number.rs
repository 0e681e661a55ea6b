//! The printed page number (số trang).

use crate::page_zones::{Row, page_rows};
use crate::string_similarity::fold_text;
use sohoa_base::model::page::reading::Reading;

/// A page number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct PageNumber {
    /// The number.
    pub(crate) number: u32,
    /// Whether it is alone at the top, in the middle, where Decree 30/2020 puts it: there it is hardly anything else.
    pub(crate) is_reliable: bool,
}

/// Finds the page number at the top or, failing that, at the bottom: `2`, `- 2 -`, `Trang 2`, `Trang 2/5`, `2/5`.
pub(crate) fn find_page_number(reading: &Reading) -> Option<PageNumber> {
    let rows = page_rows(reading);
    let top = reading.height / 9;
    let above = rows.iter().take(2).filter(|row| row.bounds.y0 <= top && is_centred(row, reading.width));
    if let Some(number) = above.filter_map(|row| parse_page_number(&row.text())).find(|number| *number >= 2) {
        return Some(PageNumber { number, is_reliable: true });
    }
    let bottom = reading.height / 10 * 9;
    let below = rows.iter().rev().take(2).filter(|row| row.bounds.y1 >= bottom);
    let first = rows.iter().take(1).filter(|row| row.bounds.y0 <= top);
    below.chain(first).find_map(|row| parse_page_number(&row.text())).map(|number| PageNumber { number, is_reliable: false })
}

fn is_centred(row: &Row<'_>, width: u32) -> bool {
    row.center() * 100 > width * 35 && row.center() * 100 < width * 68
}

/// Number in a row with nothing else.
fn parse_page_number(text: &str) -> Option<u32> {
    let text = fold_text(text);
    let text = text.trim_matches(|c: char| !c.is_alphanumeric());
    let bare = ["trang so", "trang", "page", "tr"].iter().find_map(|word| text.strip_prefix(word)).unwrap_or(text);
    let bare = bare.trim_matches(|c: char| !c.is_alphanumeric());
    let (number, rest) = bare.split_at(bare.find(|c: char| !c.is_ascii_digit()).unwrap_or(bare.len()));
    let of = rest.trim_start().trim_start_matches(['/', 't', 'r', 'e', 'n', 'o', 'f', ' ']);
    let alone = rest.is_empty() || (rest.contains(['/', 't', 'o']) && !of.is_empty() && of.chars().all(|c| c.is_ascii_digit()));
    (alone && (1..=3).contains(&number.len())).then(|| number.parse().ok()).flatten().filter(|number| *number >= 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn page_numbers_are_parsed_in_all_formats() {
        for text in ["2", "- 2 -", "– 2 –", "Trang 2/5", "Trang 2", "trang số 2", "2/5", "Page 2 of 7", "[2]", "trang 2 trên 5", "2."]
        {
            assert_eq!(parse_page_number(text), Some(2), "{text}");
        }
        for text in ["", "2017", "điều 2", "2 b", "2/UBND", "12/2017/x", "0", "-", "Trang"] {
            assert_eq!(parse_page_number(text), None, "{text}");
        }
        assert_eq!(parse_page_number("137"), Some(137));
    }
}

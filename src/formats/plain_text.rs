//! Plain text of a document.

use sohoa_base::model::page::reading::Reading;

/// Adds the text of page `number` (from 1): a form feed between pages, so that a page can be found again. `None`
/// stands for a page that could not be read: it has no text, but counts.
pub fn append_page(text: &mut String, number: u32, reading: Option<&Reading>) {
    if number > 1 {
        text.push('\u{c}');
    }
    if let Some(reading) = reading {
        text.push_str(&reading.text());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_without_text_still_count() {
        let mut text = String::new();
        (1..=3).for_each(|number| append_page(&mut text, number, None));
        assert_eq!(text, "\u{c}\u{c}");
    }
}

//! Plain text of a document.

use sohoa_base::model::page::reading::Reading;

/// Appends the text of page `number` (from 1). A form feed separates pages, so that page numbers can be recovered
/// from the text. `None` is a page that could not be read: it adds no text, but counts as a page.
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
    fn pages_without_text_still_add_form_feeds() {
        let mut text = String::new();
        (1..=3).for_each(|number| append_page(&mut text, number, None));
        assert_eq!(text, "\u{c}\u{c}");
    }
}

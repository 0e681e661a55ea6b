//! Plain text of a document.

use crate::model::reading::Reading;

/// The text of pages in order, a form feed after each but the last, so that a page can be found again. `None`
/// stands for a page that could not be read: it has no text, but counts.
#[must_use]
pub fn write(pages: &[Option<&Reading>]) -> String {
    pages.iter().map(|page| page.map(Reading::text).unwrap_or_default()).collect::<Vec<_>>().join("\u{c}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_without_text_still_count() {
        assert_eq!(write(&[None, None, None]), "\u{c}\u{c}");
        assert_eq!(write(&[]), "");
    }
}

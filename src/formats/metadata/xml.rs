//! Escaping for the XML 1.0 writers of this crate.

use std::borrow::Cow;

/// Escapes `text` for an attribute or an element: markup and the white space that XML normalizes become
/// references, characters forbidden in XML become U+FFFD (XML 1.0, 2.2).
pub(crate) fn escape(text: &str) -> Cow<'_, str> {
    if text.chars().all(|character| escape_sequence(character).is_none()) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        match escape_sequence(character) {
            Some(sequence) => out.push_str(sequence),
            None => out.push(character),
        }
    }
    Cow::Owned(out)
}

fn escape_sequence(character: char) -> Option<&'static str> {
    match character {
        '&' => Some("&amp;"),
        '<' => Some("&lt;"),
        '>' => Some("&gt;"),
        '"' => Some("&quot;"),
        '\t' => Some("&#9;"),
        '\n' => Some("&#10;"),
        '\r' => Some("&#13;"),
        '\0'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => Some("\u{fffd}"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn xml_forbidden_characters_are_replaced() {
        assert_eq!(escape("a\u{0}\u{b}<&\">\u{ffff}đ\n"), "a\u{fffd}\u{fffd}&lt;&amp;&quot;&gt;\u{fffd}đ&#10;");
        assert!(matches!(escape("số hóa"), Cow::Borrowed(_)));
    }
}

//! Percent-encoding of URL parts (RFC 3986, 2.1).

use ::percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use std::borrow::Cow;

/// Everything but unreserved characters.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

const PATH: &AsciiSet = &SEGMENT.remove(b'/');

/// Encodes one path segment: everything but unreserved characters, so that it stays one segment.
#[must_use]
pub fn encode_segment(text: &str) -> String {
    utf8_percent_encode(text, SEGMENT).to_string()
}

/// Encodes a path: like [`encode_segment`], but `/` is kept.
#[must_use]
pub fn encode_path(text: &str) -> String {
    utf8_percent_encode(text, PATH).to_string()
}

/// Decodes `%XX` sequences; `None` if one is invalid or the result is not UTF-8.
#[must_use]
pub fn decode(text: &str) -> Option<String> {
    // The library keeps a `%` that begins no sequence.
    let is_sequence = |rest: &str| rest.as_bytes().get(..2).is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit));
    let is_valid = text.split('%').skip(1).all(is_sequence);
    percent_decode_str(text).decode_utf8().ok().filter(|_| is_valid).map(Cow::into_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn segments_escape_slashes_and_paths_keep_them() {
        assert_eq!(encode_segment("hồ sơ/1#2"), "h%E1%BB%93%20s%C6%A1%2F1%232");
        assert_eq!(encode_path("originals/hồ sơ (1).pdf"), "originals/h%E1%BB%93%20s%C6%A1%20%281%29.pdf");
        assert_eq!(encode_segment("-._~AZaz09"), "-._~AZaz09");
    }

    #[test]
    fn decoding_reverses_encoding_and_refuses_what_is_no_encoding() {
        for text in ["", "hồ sơ/1#2", "100 %", "a%20b", "\u{0}"] {
            assert_eq!(decode(&encode_segment(text)).as_deref(), Some(text));
        }
        for wrong in ["%", "%4", "%zz", "a%E1", "%+1"] {
            assert_eq!(decode(wrong), None, "{wrong}");
        }
    }
}

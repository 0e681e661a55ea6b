//! Percent-encoding of URL parts (RFC 3986, 2.1).

use std::fmt::Write as _;

/// Encodes one path segment: everything but unreserved characters, so that it stays one segment.
#[must_use]
pub fn encode_segment(text: &str) -> String {
    encode(text, b"-._~")
}

/// Encodes a path: like [`encode_segment`], but `/` is kept.
#[must_use]
pub fn encode_path(text: &str) -> String {
    encode(text, b"-._~/")
}

fn encode(text: &str, unreserved: &[u8]) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || unreserved.contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn segments_escape_slashes_and_paths_keep_them() {
        assert_eq!(encode_segment("hồ sơ/1#2"), "h%E1%BB%93%20s%C6%A1%2F1%232");
        assert_eq!(encode_path("originals/hồ sơ (1).pdf"), "originals/h%E1%BB%93%20s%C6%A1%20%281%29.pdf");
    }
}

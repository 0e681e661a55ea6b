//! Percent-encoding of text in addresses (RFC 3986, 2.1).

use std::fmt::Write as _;

/// A piece of an address: everything but unreserved letters as percents, so that it stays one piece.
#[must_use]
pub fn encode_segment(text: &str) -> String {
    encode(text, b"-._~")
}

/// A path: as [`piece`], but `/` stays.
#[must_use]
pub fn encode_path(text: &str) -> String {
    encode(text, b"-._~/")
}

fn encode(text: &str, kept: &[u8]) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || kept.contains(&byte) {
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
    fn a_piece_stays_one_and_a_path_keeps_its_parts() {
        assert_eq!(encode_segment("hồ sơ/1#2"), "h%E1%BB%93%20s%C6%A1%2F1%232");
        assert_eq!(encode_path("originals/hồ sơ (1).pdf"), "originals/h%E1%BB%93%20s%C6%A1%20%281%29.pdf");
    }
}

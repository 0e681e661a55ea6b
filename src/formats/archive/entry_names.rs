//! Checks of the names of archive members.

use sohoa_base::messages::{Message, file_warnings};
/// Name for messages: control characters and bytes that are not UTF-8 become U+FFFD, names above 120 characters are cut.
pub(crate) fn display_name(raw: &[u8]) -> String {
    let text = String::from_utf8_lossy(raw);
    let mut short: String = text.chars().take(120).map(|letter| if letter.is_control() { '\u{FFFD}' } else { letter }).collect();
    if text.chars().count() > 120 {
        short.push('…');
    }
    format!("\"{short}\"")
}

fn path_segments(raw: &[u8]) -> impl Iterator<Item = &[u8]> {
    raw.split(|byte| matches!(byte, b'/' | b'\\'))
}

/// Reason to reject a member of this name, such as a path that leads out of the archive. `max_bytes` is the longest accepted name.
pub(crate) fn rejection_reason(raw: &[u8], max_bytes: usize) -> Option<Message> {
    let last = path_segments(raw).last().unwrap_or_default();
    if raw.is_empty() || last.is_empty() {
        return Some(file_warnings::member_name_empty());
    }
    if raw.len() > max_bytes {
        return Some(file_warnings::member_name_too_long());
    }
    if raw.contains(&0) {
        return Some(file_warnings::member_name_with_zero());
    }
    if matches!(raw, [b'/' | b'\\', ..] | [b'A'..=b'Z' | b'a'..=b'z', b':', ..]) {
        return Some(file_warnings::member_name_absolute());
    }
    // C0 and C1 never occur in UTF-8; overlong sequences with them disguise dots and slashes.
    if raw.windows(2).any(|pair| matches!(pair, [0xC0 | 0xC1, 0x80..=0xBF])) && path_segments(raw).any(|part| part.starts_with(&[0xC0])) {
        return Some(file_warnings::member_name_overlong());
    }
    if path_segments(raw).any(|part| part == b"..") || last == b"." {
        return Some(file_warnings::member_name_leads_out());
    }
    (path_segments(raw).count() > 100).then(file_warnings::member_name_too_deep)
}

/// Irregularity of an accepted name, if any.
pub(crate) fn name_warning(raw: &[u8]) -> Option<Message> {
    if raw.iter().any(|byte| *byte < 32 || *byte == 127) {
        return Some(file_warnings::member_name_with_controls());
    }
    path_segments(raw).any(|part| part.len() > 255).then(file_warnings::member_name_over_file_system)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn path_traversal_names_are_rejected() {
        for name in ["../a.png", "a/../../b", "/etc/passwd", "\\\\host\\share", "c:\\a", "a\\..\\b", "", "a/", "x\0.png", "a/."] {
            assert!(rejection_reason(name.as_bytes(), 4096).is_some(), "{name:?}");
        }
        assert!(rejection_reason(b"\xC0\xAE\xC0\xAE/a.png", 4096).is_some());
        for name in ["a.png", "hồ sơ/1.pdf", "...", "..%2fa.png", "a..b/c", "-rf"] {
            assert!(rejection_reason(name.as_bytes(), 4096).is_none(), "{name:?}");
        }
        assert!(rejection_reason(&[b'a'; 5000], 4096).is_some());
    }

    #[test]
    fn display_names_contain_no_terminal_escapes() {
        assert_eq!(display_name(b"a\x1b[31m\n"), "\"a\u{FFFD}[31m\u{FFFD}\"");
    }
}

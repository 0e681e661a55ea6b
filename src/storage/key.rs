//! Every object name of the archive, in one place.
//!
//! ```text
//! intake/<2>/<2>/<sha256>      originals on arrival, by content
//! refused/<2>/<2>/<sha256>     originals that were refused, kept
//! cache/<stage>/<2>/<key>      results that can be made again
//! batches/<id>.json            what a batch brought
//! roadmaps/<decision>/v<n>.json  what is planned
//! cases/<id>.json              what offices said of one-stop dossiers
//! lots/<id>.json               what was accepted or sent back
//! manifests/<id>/<path>        lists that came beside the scans
//! learned/description.json     what people's decisions taught
//! ocfl/…                       the OCFL storage root: the truth
//! ```

use sha2::{Digest, Sha256};

/// Where the OCFL storage root lies in the store, without a closing slash.
pub const OCFL_ROOT: &str = "ocfl";

/// What was learned from people's decisions.
pub const TRAINED_MODEL: &str = "learned/description.json";

/// The layout extension that maps object ids to folders, as the OCFL extension registry names it.
pub const LAYOUT_EXTENSION: &str = "0003-hash-and-id-n-tuple-storage-layout";

/// The longest [`safe_segment`] in bytes.
pub const MAX_SAFE_SEGMENT_BYTES: usize = 200;

/// The longest encoded object id that extension 0003 leaves uncut.
const MAX_ENCODED_ID_BYTES: usize = 100;

/// An original on arrival, by the SHA-256 of its bytes (lower-case hexadecimal).
#[must_use]
pub fn intake(sha256: &str) -> String {
    by_digest("intake", sha256)
}

/// A list (mục lục) that came beside the scans of the batch `id`, by its path in the delivery.
#[must_use]
pub fn manifest(id: &str, path: &str) -> String {
    format!("manifests/{}/{}", safe_segment(id), safe_segment(path))
}

/// A result of `stage` that can be made again, by the key of everything it depends on.
#[must_use]
pub fn cache(stage: &str, key: &str) -> String {
    format!("cache/{}/{}/{}", safe_segment(stage), shard(key, 0), safe_segment(key))
}

/// A version of the roadmap of a decision.
#[must_use]
pub fn roadmap(decision: &str, version: u32) -> String {
    format!("roadmaps/{}/v{version}.json", safe_segment(decision))
}

/// A table of one-stop dossiers that an office handed in.
#[must_use]
pub fn cases(id: &str) -> String {
    format!("cases/{}.json", safe_segment(id))
}

/// A lot for acceptance.
#[must_use]
pub fn lot(id: &str) -> String {
    format!("lots/{}.json", safe_segment(id))
}

/// What the batch `id` brought.
#[must_use]
pub fn batch(id: &str) -> String {
    format!("batches/{}.json", safe_segment(id))
}

/// The folder of the OCFL object `id`, without a closing slash: three triples of the SHA-256 of the id, then
/// the id itself, percent-encoded (extension 0003 with its default parameters).
#[must_use]
pub fn object_root(id: &str) -> String {
    let digest = hex::encode(Sha256::digest(id.as_bytes()));
    let tuple = |index: usize| digest.get(index * 3..index * 3 + 3).unwrap_or_default();
    let mut name = String::with_capacity(id.len());
    for &byte in id.as_bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-') {
            name.push(char::from(byte));
        } else {
            name.push_str(&format!("%{byte:02x}"));
        }
    }
    if name.len() > MAX_ENCODED_ID_BYTES {
        name.truncate(MAX_ENCODED_ID_BYTES);
        name = format!("{name}-{digest}");
    }
    format!("{OCFL_ROOT}/{}/{}/{}/{name}", tuple(0), tuple(1), tuple(2))
}

/// `name` as one segment of a key that is valid on disk, in S3 and in OCFL: everything outside
/// `A–Z a–z 0–9 . _ -` becomes `%XX` per UTF-8 byte, and so does a leading dot. Different names give
/// different segments; one longer than 200 bytes is cut and ends in the SHA-256 of the whole name.
#[must_use]
pub fn safe_segment(name: &str) -> String {
    let mut segment = String::with_capacity(name.len());
    for (index, &byte) in name.as_bytes().iter().enumerate() {
        let plain = byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-') || (byte == b'.' && index > 0);
        if plain {
            segment.push(char::from(byte));
        } else {
            segment.push_str(&format!("%{byte:02X}"));
        }
    }
    if segment.is_empty() {
        // A lone escape of nothing: no other name can give it.
        return "%".to_owned();
    }
    if segment.len() <= MAX_SAFE_SEGMENT_BYTES {
        return segment;
    }
    let digest = hex::encode(Sha256::digest(name.as_bytes()));
    // The mark `%-` cannot stand in an uncut segment, so a cut name never equals an uncut one.
    segment.truncate(MAX_SAFE_SEGMENT_BYTES - digest.len() - 2);
    format!("{segment}%-{digest}")
}

fn by_digest(folder: &str, sha256: &str) -> String {
    format!("{folder}/{}/{}/{}", shard(sha256, 0), shard(sha256, 2), safe_segment(sha256))
}

/// Two characters of a hexadecimal digest that spread objects over folders.
fn shard(digest: &str, from: usize) -> &str {
    let two = digest.get(from..from + 2).unwrap_or("00");
    if two.bytes().all(|byte| byte.is_ascii_alphanumeric()) { two } else { "00" }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::blob_store::check_key;

    #[test]
    fn object_root_follows_the_registry() {
        // Example 1 of extension 0003.
        assert_eq!(object_root("object-01"), "ocfl/3c0/ff4/240/object-01");
        assert_eq!(object_root("..hor/rib:le-$id"), "ocfl/487/326/d8c/%2e%2ehor%2frib%3ale-%24id");
        let long = "abcdefghij".repeat(10);
        assert!(object_root(&long).ends_with(&format!("/{long}")));
        let cut = object_root(&format!("{long}a"));
        assert!(cut.contains(&format!("/{long}-")) && cut.len() == OCFL_ROOT.len() + 12 + 1 + 100 + 1 + 64, "{cut}");
    }

    #[test]
    fn every_name_is_a_valid_key() {
        let sha = "ab".repeat(32);
        for key in [
            intake(&sha),
            manifest("018f-x", "lô/manifest.csv"),
            cache("read", &sha),
            batch("018f-x"),
            object_root("urn:sohoa:HG/01:Hồ sơ 12"),
        ] {
            assert!(check_key(&key).is_ok(), "{key}");
        }
        assert_eq!(intake(&sha), format!("intake/ab/ab/{sha}"));
        // Nothing from outside can climb out, whatever it is.
        for hostile in ["../../etc/passwd", "", "..", "a/b", "ữ", "\u{0}"] {
            for key in [intake(hostile), manifest(hostile, hostile), cache(hostile, hostile), batch(hostile)] {
                assert!(check_key(&key).is_ok(), "{key}");
            }
        }
    }

    #[test]
    fn safe_segments_are_short_safe_and_different() {
        let long = "Quyết định ".repeat(60);
        let names = [
            "",
            ".",
            "..",
            ".a",
            "%2E",
            "%",
            "a b",
            "a%20b",
            "Quyết định.pdf",
            "Quye\u{302}\u{301}t định.pdf",
            "a/b",
            &long,
            &long[..long.len() - 1],
        ];
        let segments: std::collections::BTreeSet<String> = names.iter().map(|name| safe_segment(name)).collect();
        assert_eq!(segments.len(), names.len());
        for segment in &segments {
            assert!(check_key(segment).is_ok(), "{segment}");
            assert!(segment.len() <= MAX_SAFE_SEGMENT_BYTES);
        }
        assert_eq!(safe_segment("a b.pdf"), "a%20b.pdf");
    }
}

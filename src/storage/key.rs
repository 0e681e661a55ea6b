//! All object names of the archive.
//!
//! ```text
//! intake/<2>/<2>/<sha256>      originals on arrival, by content
//! refused/<2>/<2>/<sha256>     refused originals, kept
//! cache/<stage>/<2>/<key>      results that can be recomputed
//! archive.json                 identity of the archive
//! batches/<id>.json            contents of a batch
//! audit/checkpoints/<log>/<event>.json  signed positions of the event log
//! roadmaps/<decision>/v<n>.json  versions of a roadmap
//! cases/<id>.json              tables of one-stop dossiers, as submitted by offices
//! lots/<id>.json               acceptance lots
//! manifests/<id>/<path>        delivery lists beside the scans
//! backup/…                     accounts and event log, for `sohoa restore`
//! probe/<id>                   written, read and deleted to see whether the store answers
//! learned/description.json     model trained on review decisions
//! ocfl/…                       the OCFL storage root: the authoritative copy
//! ```

use sha2::{Digest, Sha256};

/// Key of the OCFL storage root, without a trailing slash.
pub const OCFL_ROOT: &str = "ocfl";

/// Key of the identity of the archive, which its catalogue knows too.
pub const IDENTITY: &str = "archive.json";

/// Folder of the signed checkpoints of event logs.
pub const CHECKPOINTS: &str = "audit/checkpoints/";

/// Key of the backup of accounts, keys, kept searches and open uploads.
pub const BACKUP_ACCOUNTS: &str = "backup/accounts.json";

/// Key of how far the backup of the event log is.
pub const BACKUP_LOG: &str = "backup/events.json";

/// Key of the model trained on review decisions.
pub const TRAINED_MODEL: &str = "learned/description.json";

/// Layout extension that maps object identifiers to folders, as named in the OCFL extension registry.
pub const LAYOUT_EXTENSION: &str = "0003-hash-and-id-n-tuple-storage-layout";

/// Maximum length of a [`safe_segment`], bytes.
pub const MAX_SAFE_SEGMENT_BYTES: usize = 200;

/// Length above which extension 0003 truncates an encoded object identifier, bytes.
const MAX_ENCODED_ID_BYTES: usize = 100;

/// Key of an original on arrival, by the SHA-256 of its bytes (lower-case hexadecimal).
#[must_use]
pub fn intake(sha256: &str) -> String {
    by_digest("intake", sha256)
}

/// Key of a delivery list (mục lục) beside the scans of batch `id`, by its path in the delivery.
#[must_use]
pub fn manifest(id: &str, path: &str) -> String {
    format!("manifests/{}/{}", safe_segment(id), safe_segment(path))
}

/// Key of a cached result of `stage`. `key` identifies everything the result depends on.
#[must_use]
pub fn cache(stage: &str, key: &str) -> String {
    format!("cache/{}/{}/{}", safe_segment(stage), shard(key, 0), safe_segment(key))
}

/// Key of a blob that is written, read and deleted to see whether the store answers.
#[must_use]
pub fn probe(id: &str) -> String {
    format!("probe/{}", safe_segment(id))
}

/// Key of a version of the roadmap of a decision.
#[must_use]
pub fn roadmap(decision: &str, version: u32) -> String {
    format!("roadmaps/{}/v{version}.json", safe_segment(decision))
}

/// Key of a table of one-stop dossiers submitted by an office.
#[must_use]
pub fn cases(id: &str) -> String {
    format!("cases/{}.json", safe_segment(id))
}

/// Key of an acceptance lot.
#[must_use]
pub fn lot(id: &str) -> String {
    format!("lots/{}.json", safe_segment(id))
}

/// Key of the contents of batch `id`.
#[must_use]
pub fn batch(id: &str) -> String {
    format!("batches/{}.json", safe_segment(id))
}

/// Key of a part of the backup of the event log, from 0.
#[must_use]
pub fn backup_events(part: u64) -> String {
    format!("backup/events/{part:09}.jsonl")
}

/// Folder of the checkpoints of an event log.
#[must_use]
pub fn checkpoint_folder(log: &str) -> String {
    format!("{CHECKPOINTS}{}/", safe_segment(log))
}

/// Key of the checkpoint of an event log at an event; keys sort in the order of events.
#[must_use]
pub fn checkpoint(log: &str, event: u64) -> String {
    format!("{}{event:012}.json", checkpoint_folder(log))
}

/// Folder of the OCFL object `id`, without a trailing slash: three triples of the SHA-256 of the identifier, then
/// the identifier itself, percent-encoded (extension 0003 with its default parameters).
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

/// Encodes `name` as one segment of a key that is valid on disk, in S3 and in OCFL. Everything outside
/// `A–Z a–z 0–9 . _ -` becomes `%XX` per UTF-8 byte, and so does a leading dot. Different names give
/// different segments; one longer than 200 bytes is truncated and ends in the SHA-256 of the whole name.
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
        // A lone `%`: no other name is encoded so.
        return "%".to_owned();
    }
    if segment.len() <= MAX_SAFE_SEGMENT_BYTES {
        return segment;
    }
    let digest = hex::encode(Sha256::digest(name.as_bytes()));
    // `%-` cannot occur in a complete segment, so a truncated name never equals a complete one.
    segment.truncate(MAX_SAFE_SEGMENT_BYTES - digest.len() - 2);
    format!("{segment}%-{digest}")
}

fn by_digest(folder: &str, sha256: &str) -> String {
    format!("{folder}/{}/{}/{}", shard(sha256, 0), shard(sha256, 2), safe_segment(sha256))
}

/// Two characters of a hexadecimal digest, to distribute objects over folders.
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
    fn object_root_matches_ocfl_extension_0003() {
        // Example 1 of extension 0003.
        assert_eq!(object_root("object-01"), "ocfl/3c0/ff4/240/object-01");
        assert_eq!(object_root("..hor/rib:le-$id"), "ocfl/487/326/d8c/%2e%2ehor%2frib%3ale-%24id");
        let long = "abcdefghij".repeat(10);
        assert!(object_root(&long).ends_with(&format!("/{long}")));
        let cut = object_root(&format!("{long}a"));
        assert!(cut.contains(&format!("/{long}-")) && cut.len() == OCFL_ROOT.len() + 12 + 1 + 100 + 1 + 64, "{cut}");
    }

    #[test]
    fn generated_keys_are_valid() {
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
    fn safe_segments_are_valid_bounded_and_distinct() {
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

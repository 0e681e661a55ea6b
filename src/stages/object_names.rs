//! Names of objects in the store that stages make for each other and for the dossier's object.

use sohoa_base::model::dossier::{DossierName, DossierSnapshot, File};
use sohoa_base::text::percent_encoding::{self, encode_segment};
use sohoa_storage::key::safe_segment;
use std::collections::BTreeMap;

/// File names of delivery lists (mục lục văn bản) in a dossier's folder.
pub const LIST_FILE_NAMES: [&str; 5] = ["manifest.xlsx", "manifest.ods", "manifest.csv", "manifest.tsv", "manifest.json"];

/// Name of a dossier's object: `urn:sohoa:<fonds>:<dossier code>`, both percent-encoded.
#[must_use]
pub fn dossier_object(name: &DossierName) -> String {
    format!("urn:sohoa:{}:{}", encode_segment(&name.fonds), encode_segment(&name.code))
}

/// Fonds and code of a dossier's object name; `None` for any other name.
#[must_use]
pub fn parse_dossier_object(object: &str) -> Option<(String, String)> {
    let (fonds, code) = object.strip_prefix("urn:sohoa:")?.split_once(':')?;
    Some((percent_encoding::decode(fonds)?, percent_encoding::decode(code)?))
}

/// Key of a part of a packaged document that waits for its deposit.
#[must_use]
pub fn staged_part_key(document: &str, part: &str) -> String {
    format!("work/{document}/{part}")
}

/// Path of a part of a document inside the dossier's object.
#[must_use]
pub fn part_path(number: u32, part: &str) -> String {
    format!("documents/{number}/{part}")
}

/// Name of a page's ALTO among a document's parts.
#[must_use]
pub fn alto_name(page: u32) -> String {
    format!("alto/{page}.xml")
}

/// Path inside the object for each file whose bytes are kept, by file identifier: its last name, made safe;
/// different bytes under one name get a piece of their SHA-256.
#[must_use]
pub fn original_paths(contents: &DossierSnapshot) -> BTreeMap<String, String> {
    let mut taken: BTreeMap<String, &str> = BTreeMap::new();
    let mut paths = BTreeMap::new();
    for file in &contents.files {
        let name = safe_segment(file_name(file));
        let mut path = format!("originals/{name}");
        if taken.get(&path).is_some_and(|sha256| *sha256 != file.delivered.sha256) {
            path = format!("originals/{}-{name}", file.delivered.sha256.get(..12).unwrap_or_default());
        }
        taken.insert(path.clone(), &file.delivered.sha256);
        paths.insert(file.id.clone(), path);
    }
    paths
}

/// The file's own name without the folders before it.
#[must_use]
pub fn file_name(file: &File) -> &str {
    let shown = &file.delivered.path.display;
    shown.rsplit('/').next().filter(|name| !name.is_empty()).unwrap_or(shown)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dossier_object_name_round_trips() {
        let name = DossierName { fonds: "H24.16".to_owned(), code: "lô 1/hồ sơ: a%b".to_owned(), title: String::new() };
        assert_eq!(parse_dossier_object(&dossier_object(&name)), Some((name.fonds, name.code)));
        for wrong in ["", "urn:sohoa:", "urn:other:a:b", "urn:sohoa:a:%zz", "urn:sohoa:a:%E1", "urn:sohoa:a:%4"] {
            assert_eq!(parse_dossier_object(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn object_name_parts_are_percent_encoded() {
        let name = DossierName { fonds: "G09:01".into(), code: "hồ sơ/1".into(), title: String::new() };
        assert_eq!(dossier_object(&name), "urn:sohoa:G09%3A01:h%E1%BB%93%20s%C6%A1%2F1");
    }
}

//! An index that was lost, damaged or made by another version is made anew, and nothing else is deleted.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use sohoa_base::error::ErrorKind;
use sohoa_search::index::IndexPosition;
use sohoa_search::{IndexedPage, Query, SearchIndex};
use std::path::Path;

/// A way to spoil an index on the disk.
type Spoil = fn(&Path);

fn page(text: &str) -> IndexedPage {
    use sohoa_base::model::page::geometry::Bounds;
    use sohoa_base::model::page::reading::{Block, BlockKind, Line, Reading, Word};
    let bounds = Bounds::new(0, 0, 100, 10);
    let words = text.split(' ').map(|word| Word::new(word, bounds, 90)).collect();
    let blocks = vec![Block { kind: BlockKind::Text, bounds, lines: vec![Line::new(bounds, words)] }];
    IndexedPage {
        object: "urn:sohoa:P1:N".to_owned(),
        fonds: "P1".to_owned(),
        dossier: "N".to_owned(),
        title: "N".to_owned(),
        document: 1,
        page: 1,
        kind: String::new(),
        kind_name: String::new(),
        fields: std::collections::BTreeMap::new(),
        reading: Reading { blocks, width: 100, height: 100, ..Reading::default() },
    }
}

fn fill(index: &SearchIndex, text: &str) {
    let mut update = index.begin_update().unwrap().expect("nobody else writes");
    update.replace_dossier("urn:sohoa:P1:N", &[page(text)]).unwrap();
    update.commit(Some(&IndexPosition { catalogue: "c".to_owned(), event: 1, full_pass_after: None })).unwrap();
    update.close().unwrap();
}

#[test]
fn lost_damaged_or_older_index_is_made_anew() {
    let spoil: [(&str, Spoil); 4] = [
        ("another version", |place| std::fs::write(place.join("form.txt"), "another").unwrap()),
        ("garbled", |place| std::fs::write(place.join("meta.json"), "{").unwrap()),
        ("segments gone", |place| {
            let files = std::fs::read_dir(place).unwrap().map(|entry| entry.unwrap().path());
            files.filter(|file| file.extension().is_some_and(|end| end == "idx")).for_each(|file| std::fs::remove_file(file).unwrap());
        }),
        ("gone", |place| std::fs::remove_dir_all(place).unwrap()),
    ];
    for (what, spoil) in spoil {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("index");
        let index = SearchIndex::open(&place).unwrap();
        fill(&index, "có trước");
        spoil(&place);
        // The handle that was open, and a new one.
        index.reopen().unwrap();
        let again = SearchIndex::open(&place).unwrap();
        for one in [&index, &again] {
            assert_eq!((one.page_count().unwrap(), one.position().unwrap()), (0, None), "{what}");
        }
        fill(&index, "mới tinh");
        assert_eq!(again.search(&Query::text("\"moi tinh\"")).unwrap().total, 1, "{what}");
    }
}

#[test]
fn writer_of_deleted_index_cannot_change_the_new_one() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("index");
    let (one, other) = (SearchIndex::open(&place).unwrap(), SearchIndex::open(&place).unwrap());
    fill(&one, "có trước");
    let mut update = one.begin_update().unwrap().expect("nobody else writes");
    update.replace_dossier("urn:sohoa:P1:N", &[page("mồ côi")]).unwrap();
    // A thread of the writer may add a file meanwhile.
    while place.exists() {
        let _ = std::fs::remove_dir_all(&place);
    }
    // The other process notices first.
    other.reopen().unwrap();
    fill(&other, "mới tinh");
    let later = IndexPosition { catalogue: "c".to_owned(), event: 2, full_pass_after: None };
    assert_eq!(update.commit(Some(&later)).unwrap_err().kind(), ErrorKind::Corrupt);
    assert_eq!(one.position().unwrap_err().kind(), ErrorKind::Corrupt);
    drop(update);
    one.reopen().unwrap();
    for index in [&one, &other] {
        assert_eq!(index.search(&Query::text("\"moi tinh\"")).unwrap().total, 1);
        assert_eq!(index.position().unwrap().unwrap().event, 1);
    }
    fill(&one, "của tiến trình kia");
}

#[test]
fn folder_of_other_things_is_not_deleted() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("kept.txt"), "x").unwrap();
    assert_eq!(SearchIndex::open(folder.path()).err().unwrap().kind(), ErrorKind::Invalid);
    assert!(folder.path().join("kept.txt").exists());
}

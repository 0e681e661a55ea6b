//! Separation of a stack of pages into documents.

use crate::support::home::{TestHome, assert_balance_closes, sample_path};
use serde_json::Value;

#[test]
fn separator_sheets_are_decoded_and_split_documents() {
    let home = TestHome::new();
    let sheets = home.path().join("sheets.pdf").to_string_lossy().into_owned();
    home.expect_exit(2, &["separators", "--code", "H24.16-200514-0001", "-o", &sheets]);
    let made = home.expect_json(0, &["separators", "--kind", "dossier", "--code", "H24.16-200514-0001", "-o", &sheets, "--json"]);
    assert_eq!((made["pages"].as_u64(), made["payloads"][0].as_str()), (Some(1), Some("sohoa:dossier:H24.16-200514-0001")));
    let run = home.expect_json(0, &["run", &sheets, "--json"]);
    assert_balance_closes(&run);
    let holdings = home.stored_files();
    let (_, record) = holdings.iter().find(|(path, _)| path.ends_with("record.json")).unwrap();
    let record: Value = serde_json::from_slice(record).unwrap();
    let codes: Vec<&Value> = record["documents"][0]["pages"][0]["codes"].as_array().unwrap().iter().collect();
    let text_of = |symbology: &str| codes.iter().find(|code| code["symbology"] == symbology).map(|code| code["text"].as_str().unwrap());
    assert_eq!(text_of("qr"), Some("sohoa:dossier:H24.16-200514-0001"));
    assert_eq!((text_of("code128").is_some(), text_of("patch")), (true, Some("T")));

    // The codes are kept through a rebuild and in the version that a decision makes after it.
    home.rebuild_from_store();
    home.expect_exit(0, &["review", "decide", "sheets.pdf#1", "--accept", "--by", "lan"]);
    let after = home.expect_json(0, &["records", "show", "sheets.pdf"]);
    assert_eq!(after["documents"][0]["pages"][0]["codes"], record["documents"][0]["pages"][0]["codes"]);

    // Each file of samples/ holds several documents: with separator sheets between the files no start is missed.
    let found = home.expect_json(0, &["eval", "--separation", &sample_path(""), "--piles", "2", "--json"]);
    assert_eq!((found["sheets"]["read"].as_u64(), found["sheets"]["decoded"].as_u64()), (Some(6), Some(6)));
    for kind in found["kinds"].as_array().unwrap().iter().filter(|kind| kind["with_sheets"] == true) {
        assert_eq!(kind["missed"], 0, "{kind}");
    }
}

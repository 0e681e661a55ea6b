//! Documents in the interface of the server: images, words, IIIF, spreadsheets, and trial runs of pipelines.

use crate::support::server::Server;
use serde_json::{Value, json};
use sohoa_base::text::percent_encoding::encode_segment;
use std::process::Command;

#[test]
fn document_endpoints_work_and_are_limited_by_unit() {
    let home = tempfile::tempdir().unwrap();
    let sample = sohoa_testing::workspace().join("samples/001-ke-hoach-so-hoa");
    let mut run = Command::new(env!("CARGO_BIN_EXE_sohoa"));
    let ran = run.arg("run").arg(sample).args(["--unit", "local", "-q", "--home"]).arg(home.path()).output().unwrap();
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    let (server, admin) = Server::with_administrator_of(home);
    server.add(&admin, "other", &json!([{ "role": "administrator", "unit": "syt" }]));
    let other = server.sign_in("other");
    let object = server.ask(Some(&admin), "GET", "/api/records", None).body["items"][0]["object"].as_str().unwrap().to_owned();
    let record = server.ask(Some(&admin), "GET", &format!("/api/records/{}", encode_segment(&object)), None).body;
    let document = encode_segment(&format!("{object}#1"));
    let pages = format!("/api/documents/{document}/pages");

    // Page images: upright, in two sizes, with an entity tag.
    let (status, tag, large) = server.get(&admin, &format!("{pages}/1/picture"), None);
    let picture = image::load_from_memory(&large).unwrap();
    assert_eq!((status, picture.width() <= 1654, picture.height() > picture.width()), (200, true, true));
    let (_, _, small) = server.get(&admin, &format!("{pages}/1/picture?size=small"), None);
    assert_eq!(image::load_from_memory(&small).unwrap().width(), 240);
    assert_eq!(server.get(&admin, &format!("{pages}/1/picture"), tag.as_deref()).0, 304);
    assert_eq!(server.get(&admin, &format!("{pages}/99/picture"), None).0, 404);

    // Words have bounds on the page.
    let words = server.ask(Some(&admin), "GET", &format!("{pages}/1/words"), None).body;
    let (width, height) = (words["width"].as_u64().unwrap(), words["height"].as_u64().unwrap());
    let all: Vec<&Value> = words["lines"].as_array().unwrap().iter().flat_map(|line| line.as_array().unwrap()).collect();
    assert!(
        all.len() > 50
            && all.iter().all(|word| word["bounds"]["x1"].as_u64().unwrap() <= width && word["bounds"]["y1"].as_u64().unwrap() <= height)
    );
    assert_eq!(all.iter().map(|word| word["word"].as_u64().unwrap()).collect::<Vec<_>>(), (1..=all.len() as u64).collect::<Vec<_>>());

    // IIIF: manifest, search without diacritics, text.
    let at = format!("/api/iiif/{document}");
    let manifest = server.ask(Some(&admin), "GET", &format!("{at}/manifest"), None).body;
    let canvases = manifest["items"].as_array().unwrap();
    assert_eq!((manifest["type"].as_str(), canvases.len()), (Some("Manifest"), record["documents"][0]["pages"].as_array().unwrap().len()));
    assert_eq!((canvases[0]["width"].as_u64(), canvases[0]["height"].as_u64()), (Some(width), Some(height)));
    let body = canvases[0].pointer("/items/0/items/0/body/id").unwrap().as_str().unwrap();
    assert!(body.ends_with(&format!("{pages}/1/picture")), "{body}");
    let search = manifest.pointer("/service/0/id").unwrap().as_str().unwrap();
    let search = search.strip_prefix(&server.address).unwrap();
    let found = server.ask(Some(&admin), "GET", &format!("{search}?q=so"), None).body;
    let hits = found["items"].as_array().unwrap();
    assert!(
        !hits.is_empty()
            && hits
                .iter()
                .all(|hit| hit["target"].as_str().unwrap().starts_with(canvases[0]["id"].as_str().unwrap().trim_end_matches('1')))
    );
    let text = server.ask(Some(&admin), "GET", &format!("{at}/text/1"), None).body;
    assert_eq!(text["items"].as_array().unwrap().len(), words["lines"].as_array().unwrap().len());

    // Lists are exported as spreadsheets.
    let (_, _, csv) = server.get(&admin, "/api/lists/dossiers/csv", None);
    let csv = String::from_utf8(csv).unwrap();
    assert!(csv.starts_with('\u{feff}') && csv.contains("001-ke-hoach-so-hoa"), "{csv}");
    for list in ["found", "runs", "failures", "events"] {
        let (status, _, bytes) = server.get(&admin, &format!("/api/lists/{list}/xlsx?q=so"), None);
        assert_eq!((status, bytes.get(..2)), (200, Some(&b"PK"[..])), "{list}");
    }
    assert_eq!(server.get(&admin, "/api/lists/none/csv", None).0, 404);

    // Redacted copy as a new PDF.
    let (status, _, public) = server.get(&admin, &format!("/api/documents/{document}/public-pdf"), None);
    assert_eq!((status, public.get(..5)), (200, Some(&b"%PDF-"[..])));

    // A pipeline is checked, with the line of an error, and tried without changing anything.
    let bad = server.ask(Some(&admin), "POST", "/api/pipelines/check", Some(&json!({ "text": "name = \"x\"\n[[stage]]\nname = \"fly\"" })));
    assert_eq!(bad.status, 400);
    assert!(bad.body["detail"].as_str().unwrap().contains("line 2"), "{}", bad.body);
    let pipelines = server.ask(Some(&admin), "GET", "/api/pipelines", None).body;
    let fast = pipelines.as_array().unwrap().iter().find(|pipeline| pipeline["name"] == "fast").unwrap();
    let wanted = json!({ "text": fast["text"], "documents": [format!("{object}#1")] });
    let tried = server.ask(Some(&admin), "POST", "/api/pipelines/try", Some(&wanted));
    assert_eq!(tried.status, 200, "{}", tried.body);
    assert_eq!(tried.body["documents"].as_array().unwrap().len(), 1);
    assert!(tried.body["stages"]["read"]["items"].as_u64().unwrap() > 0, "{}", tried.body);
    assert_eq!(server.ask(Some(&admin), "GET", &format!("/api/records/{}", encode_segment(&object)), None).body, record);
    assert_eq!(server.ask(Some(&admin), "GET", "/api/runs", None).body["items"].as_array().unwrap().len(), 1);

    // Users of another unit see nothing of it.
    for path in [
        format!("{pages}/1/picture"),
        format!("{pages}/1/words"),
        format!("{at}/manifest"),
        format!("{at}/search?q=so"),
        format!("/api/documents/{document}/public-text"),
    ] {
        assert_eq!(server.get(&other, &path, None).0, 404, "{path}");
    }
    assert_eq!(server.ask(Some(&other), "POST", "/api/pipelines/try", Some(&wanted)).status, 404);
    assert_eq!(server.get(&other, "/api/lists/events/csv", None).0, 403);
    let (_, _, none) = server.get(&other, "/api/lists/dossiers/csv", None);
    assert!(!String::from_utf8(none).unwrap().contains("001-ke-hoach"));
}

//! Failures, and documents as redacted for the public, in the interface of the server.

use crate::support::server::Server;
use serde_json::{Value, json};
use sohoa_base::text::percent_encoding::encode_segment;
use sohoa_synthetic::page::fonts::Fonts;
use sohoa_synthetic::personal_data_page::draw_page;
use sohoa_testing::torn_pdf;
use std::process::Command;

/// Number of black px.
fn count_black(jpeg: &[u8]) -> usize {
    image::load_from_memory(jpeg).unwrap().to_luma8().pixels().filter(|pixel| pixel.0[0] < 12).count()
}

#[test]
fn failure_and_redaction_endpoints_respect_access_rights() {
    let home = tempfile::tempdir().unwrap();
    let delivery = tempfile::tempdir().unwrap();
    let put = |name: &str, bytes: &[u8]| {
        let place = delivery.path().join(name);
        std::fs::create_dir_all(place.parent().unwrap()).unwrap();
        std::fs::write(place, bytes).unwrap();
    };
    put("torn/two.pdf", &torn_pdf());
    put("torn/letter.docx", b"PK no archive");
    // A drawn page, whose personal data is known.
    let fonts = Fonts::load().unwrap();
    let drawn = (0..20).map(|number| draw_page(&fonts, 7, number).unwrap()).find(|drawn| drawn.data.len() > 1).unwrap();
    put("personal/page.jpg", &drawn.bytes);
    let mut run = Command::new(env!("CARGO_BIN_EXE_sohoa"));
    let inputs = ["torn", "personal"].map(|name| delivery.path().join(name));
    let ran = run.arg("run").args(&inputs).args(["--unit", "local", "-q", "--home"]).arg(home.path()).output().unwrap();
    assert_eq!(ran.status.code(), Some(3), "something is refused: {}", String::from_utf8_lossy(&ran.stderr));
    let (server, admin) = Server::with_administrator_of(home);
    server.add(&admin, "other", &json!([{ "role": "administrator", "unit": "syt" }]));
    server.add(&admin, "reader", &json!([{ "role": "reader", "unit": "local" }]));
    let (other, reader) = (server.sign_in("other"), server.sign_in("reader"));
    let get = |path: &str| server.ask(Some(&admin), "GET", path, None).body;

    // Timeline of the run, for those who may watch the unit.
    let run = get("/api/runs")["items"][0]["id"].as_str().unwrap().to_owned();
    let timeline = get(&format!("/api/runs/{run}/timeline"));
    let last = timeline["points"].as_array().unwrap().last().unwrap();
    assert_eq!(
        (&last["in"], &last["read"], &last["refused"], &timeline["ended"]),
        (&json!(3), &json!(2), &json!(1), &json!(true)),
        "{timeline}"
    );
    assert_eq!(server.ask(Some(&other), "GET", &format!("/api/runs/{run}/timeline"), None).status, 404);
    let groups = get(&format!("/api/runs/{run}/overview"))["groups"].clone();
    let reading = groups.as_array().unwrap().iter().find(|group| group["level"] == "page").unwrap();
    assert_eq!((&reading["done"], &reading["failed"]), (&json!(2), &json!(1)), "{reading}");

    // Failures by stage and reason.
    let list = |query: &str| get(&format!("/api/failures?run={run}&{query}")).as_array().unwrap().clone();
    let (files, pages) = (list("stage=intake"), list("stage=prepare"));
    assert_eq!((list("").len(), files.len(), pages.len(), list("stage=deposit").len()), (2, 1, 1, 0));
    assert_eq!(list(&format!("reason={}", encode_segment(pages[0]["reason"].as_str().unwrap()))), pages);
    assert_eq!(server.ask(Some(&admin), "GET", "/api/failures?stage=fly", None).status, 400);
    let counted = get("/api/failures/groups?stage=read");
    assert_eq!((counted.as_array().unwrap().len(), &counted[0]["count"], &counted[0]["reason"]), (1, &json!(1), &pages[0]["reason"]));

    // A page that cannot be rendered, another page of its file, and a file that is no scan.
    assert_eq!((&pages[0]["page"], &pages[0]["readable_page"], &pages[0]["may_be_seen"]), (&json!(2), &json!(1), &json!(true)));
    let picture =
        |failure: &Value, page: u32| format!("/api/failures/{}/picture?page={page}&size=small", failure["file_id"].as_str().unwrap());
    let (status, tag, jpeg) = server.get(&admin, &picture(&pages[0], 1), None);
    assert_eq!((status, image::load_from_memory(&jpeg).unwrap().width()), (200, 240));
    assert_eq!(server.get(&admin, &picture(&pages[0], 1), tag.as_deref()).0, 304);
    assert_eq!((server.get(&admin, &picture(&pages[0], 2), None).0, server.get(&admin, &picture(&files[0], 1), None).0), (204, 204));
    assert_eq!(server.get(&admin, &picture(&pages[0], 3), None).0, 404);
    assert_eq!((server.get(&other, &picture(&pages[0], 1), None).0, server.get(&reader, &picture(&pages[0], 1), None).0), (404, 403));
    let seen = get(&format!("/api/runs/{run}/events?q=refused-seen&limit=500"));
    let seen: Vec<&Value> = seen.as_array().unwrap().iter().map(|event| &event["body"]).collect();
    assert_eq!(seen.len(), 3, "{seen:?}");
    assert!(seen.iter().all(|body| body["by"] == "admin") && seen[0]["file"] == "torn/two.pdf" && seen[0]["page"] == 1);

    // Redacted for the public: personal data is black in the image, and neither in text nor in fields.
    let dossiers = get("/api/records")["items"].clone();
    let object = |code: &str| {
        let found = dossiers.as_array().unwrap().iter().find(|one| one["code"] == code).unwrap();
        encode_segment(&format!("{}#1", found["object"].as_str().unwrap()))
    };
    let document = object("personal");
    let public = get(&format!("/api/documents/{document}/public"));
    let hidden: u64 = public["pages"][0]["hidden"].as_object().unwrap().values().map(|count| count.as_u64().unwrap()).sum();
    assert!(hidden > 0 && public["pages"][0]["shown"] == true, "{public}");
    assert!(public.to_string().contains("█████"));
    let at = format!("/api/documents/{document}/pages/1/picture");
    let (_, plain_tag, plain) = server.get(&admin, &at, None);
    let (status, masked_tag, masked) = server.get(&admin, &format!("{at}?masked=true"), None);
    assert_eq!((status, plain_tag == masked_tag), (200, false));
    assert!(count_black(&masked) > count_black(&plain) + 500, "{} {}", count_black(&masked), count_black(&plain));
    assert_eq!(server.get(&admin, &format!("{at}?masked=true"), masked_tag.as_deref()).0, 304);
    assert_eq!(
        server.get(&admin, &format!("{at}?masked=true"), plain_tag.as_deref()).0,
        200,
        "the whole picture is not taken for the public one"
    );
    for path in [format!("{at}?masked=true"), format!("/api/documents/{document}/public"), format!("/documents/{document}/public")] {
        assert_eq!(server.get(&other, &path, None).0, 404, "{path}");
    }
    // A page that was not read is not shown, since its personal data is unknown.
    let torn = object("torn");
    assert_eq!(server.get(&admin, &format!("/api/documents/{torn}/pages/2/picture?masked=true"), None).0, 404);
    assert_eq!(get(&format!("/api/documents/{torn}/public"))["pages"][1]["shown"], false);
}

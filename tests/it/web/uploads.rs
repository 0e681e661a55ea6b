//! Uploads through the browser: in pieces, over broken connections and killed servers, up to the batch.

use crate::support::upload_client::{
    BYTES, Person, UploadServer, metadata, page_image, random_bytes, read_answer, sha256, upload_request, wait_until,
};
use serde_json::{Value, json};
use std::io::{Read, Write};

#[test]
fn interrupted_upload_resumes_after_disconnect_and_crash() {
    let (mut server, admin) = UploadServer::start(0);
    let lan = server.add(&admin, "lan", "SNV");
    let upload = server.open(&lan, &upload_request("lô 1"));
    // Longer than the body of other requests may be.
    let bytes = random_bytes(3 << 20);
    let created = server.create(&lan, &upload, "lô 1/hs 1/a.pdf", &bytes);
    assert_eq!((created.status, created.offset(), created.header("upload-state")), (201, 0, "sending"), "{}", created.body);
    let file = created.header("location").to_owned();
    let here = |server: &UploadServer| server.get(&lan, &file)["offset"].as_u64().unwrap();
    let mut offset = 0;
    for (round, reach) in [700_000, 1_500_000, 2_000_000_usize].into_iter().enumerate() {
        let headers = [("tus-resumable", "1.0.0"), ("upload-offset", &offset.to_string()), BYTES];
        let mut stream = server.send_head(&lan, "PATCH", &file, &headers, bytes.len() - offset as usize);
        stream.write_all(&bytes[offset as usize..reach]).unwrap();
        if round == 1 {
            // Bytes that the operating system has are not lost with the server.
            wait_until("half is here", || (here(&server) >= 1_000_000).then_some(()));
            let before = here(&server);
            server.kill();
            server.restart();
            assert!(here(&server) >= before, "the server forgot what it had");
        } else {
            wait_until("something is here", || (here(&server) > offset).then_some(()));
            // Once the connection is lost, and once it hangs until another request comes.
            if round == 2 {
                drop(stream);
            }
        }
        let answered = server.head(&lan, &file);
        assert_eq!((answered.status, answered.header("upload-length")), (200, "3145728"));
        assert!(answered.offset() >= offset && answered.offset() <= reach as u64, "{offset} {} {reach}", answered.offset());
        offset = answered.offset();
        assert_eq!(server.head(&lan, &file).offset(), offset, "somebody still writes");
    }
    // The browser page was reloaded and announces the file again.
    let known = server.create(&lan, &upload, "lô 1/hs 1/a.pdf", &bytes);
    assert_eq!((known.status, known.header("location"), known.offset()), (200, file.as_str(), offset));
    assert_eq!(server.patch(&lan, &file, offset + 1, b"x").status, 409);
    let ended = server.patch(&lan, &file, offset, &bytes[offset as usize..]);
    assert_eq!((ended.status, ended.offset(), ended.header("upload-state")), (204, 3 << 20, "received"), "{}", ended.body);
    let shown = server.get(&lan, &upload);
    assert_eq!((&shown["files"]["received"], &shown["bytes"]["received"]), (&json!(1), &json!(3 << 20)));
    let id = file.rsplit('/').next().unwrap();
    let kept = std::fs::read(server.home.path().join("uploads").join(upload.rsplit('/').next().unwrap()).join(id)).unwrap();
    assert!(kept == bytes, "other bytes were kept");
}

#[test]
fn corrupt_upload_is_resent_and_writer_is_exclusive() {
    let (server, admin) = UploadServer::start(0);
    let upload = server.open(&admin, &upload_request("lô 1"));
    let (bytes, wrong) = (random_bytes(100_000), vec![7; 100_000]);
    let file = server.create(&admin, &upload, "a.pdf", &bytes).header("location").to_owned();
    let refused = server.patch(&admin, &file, 0, &wrong);
    assert_eq!(
        (refused.status, refused.header("tus-resumable"), refused.header("content-type")),
        (460, "1.0.0", "application/problem+json")
    );
    assert_eq!(server.head(&admin, &file).offset(), 0);
    // One writer holds the file; another gets 423, and nothing is mixed.
    let headers = [("tus-resumable", "1.0.0"), ("upload-offset", "0"), BYTES];
    let mut stream = server.send_head(&admin, "PATCH", &file, &headers, bytes.len());
    stream.write_all(&bytes[..40_000]).unwrap();
    wait_until("the first hand writes", || (server.get(&admin, &file)["offset"] == 40_000).then_some(()));
    assert_eq!(server.patch(&admin, &file, 40_000, &wrong[40_000..]).status, 423);
    stream.write_all(&bytes[40_000..]).unwrap();
    let ended = read_answer(stream);
    assert_eq!((ended.status, ended.header("upload-state")), (204, "received"), "{}", ended.body);
    assert_eq!(server.patch(&admin, &file, 40_000, b"x").status, 409);
    // Many at once: one wins.
    let file = server.create(&admin, &upload, "b.pdf", &random_bytes(50_000)).header("location").to_owned();
    let statuses: Vec<u16> = std::thread::scope(|scope| {
        let writers: Vec<_> = (0..6).map(|_| scope.spawn(|| server.patch(&admin, &file, 0, &random_bytes(50_000)).status)).collect();
        writers.into_iter().map(|writer| writer.join().unwrap()).collect()
    });
    assert_eq!(statuses.iter().filter(|status| **status == 204).count(), 1, "{statuses:?}");
    assert!(statuses.iter().all(|status| matches!(status, 204 | 409 | 423)), "{statuses:?}");
    assert_eq!(server.head(&admin, &file).header("upload-state"), "received");
}

#[test]
fn hostile_paths_are_rejected_and_odd_names_kept() {
    let (server, admin) = UploadServer::start(0);
    let upload = server.open(&admin, &upload_request("lô 1"));
    let hostile = ["/etc/passwd", "../../etc/passwd", "a/../../b.png", "a//b.png", "", "a/", ".", "a/./b.png", "a\0.png"];
    for path in hostile {
        let answer = server.create(&admin, &upload, path, b"x");
        assert_eq!((answer.status, answer.header("tus-resumable")), (400, "1.0.0"), "{path:?}: {}", answer.body);
    }
    for path in ["n".repeat(256), "n/".repeat(600) + "x"] {
        assert_eq!(server.create(&admin, &upload, &path, b"x").status, 400);
    }
    let odd = [
        "\"><img src=x onerror=alert(1)>.png",
        "-rf.png",
        "--output=x.png",
        "a\r\nX-Injected: 1.png",
        " leading and trailing .png ",
        "a%2f..%2fb.png",
        "x'; DROP TABLE upload_files;--.png",
        "\u{1b}[31mred.png",
        "\u{feff}bom.png",
        "Vie\u{323}\u{302}t.png",
        "c:\\..\\c.png",
        "%s%n%x.png",
    ];
    for (number, name) in (0_u8..).zip(odd) {
        assert_eq!(server.deliver(&admin, &upload, &format!("lô 1/{number}/{name}"), &page_image(number)), "received");
    }
    let listed = server.get(&admin, &format!("{upload}/files"));
    let paths: Vec<&str> = listed["items"].as_array().unwrap().iter().map(|file| file["path"].as_str().unwrap()).collect();
    let expected: Vec<String> = (0..).zip(odd).map(|(number, name)| format!("lô 1/{number}/{name}")).collect();
    assert_eq!(paths, expected);
    // File names on disk are only identifiers.
    let folder = server.home.path().join("uploads");
    for entry in walkdir::WalkDir::new(&folder).min_depth(1) {
        let name = entry.unwrap().file_name().to_str().unwrap().to_owned();
        assert!(uuid::Uuid::parse_str(&name).is_ok(), "{name}");
    }
}

#[test]
fn upload_matches_list_and_becomes_balanced_run() {
    let (server, admin) = UploadServer::start(1);
    let lan = server.add(&admin, "lan", "SNV");
    let mut wanted = upload_request("lô 1");
    wanted["priority"] = json!(5);
    let upload = server.open(&lan, &wanted);
    let list = "Tên tệp,Số trang\n1.png,1\n2.png,1\n9.png,1\n";
    assert_eq!(server.deliver(&lan, &upload, "lô 1/hs 1/manifest.csv", list.as_bytes()), "list");
    let files: [(&str, Vec<u8>, &str); 8] = [
        ("lô 1/hs 1/1.png", page_image(1), "received"),
        ("lô 1/hs 1/2.png", page_image(2), "received"),
        ("lô 1/hs 1/3.png", page_image(1), "duplicate"),
        ("lô 1/hs 2/1.png", page_image(1), "received"),
        ("lô 1/hs 2/4.txt", b"chi la chu".to_vec(), "refused"),
        ("lô 1/hs 2/5.png", Vec::new(), "refused"),
        ("lô 1/hs 2/Thumbs.db", b"x".to_vec(), "ignored"),
        ("lẻ.png", page_image(6), "received"),
    ];
    for (path, bytes, state) in &files {
        assert_eq!(&server.deliver(&lan, &upload, path, bytes), state, "{path}");
    }
    let shown = server.get(&lan, &upload);
    let tally = json!({ "announced": 9, "sending": 0, "received": 4, "duplicate": 1, "refused": 2, "lists": 1, "ignored": 1 });
    assert_eq!(shown["files"], tally);
    assert_eq!(
        shown["lists"],
        json!([{ "path": "lô 1/hs 1/manifest.csv", "rows": 3, "names_files": true, "targets": [], "problem": null }])
    );
    assert_eq!(shown["missing"], json!({ "count": 1, "items": [{ "list": "lô 1/hs 1/manifest.csv", "row": 4, "file": "9.png" }] }));
    assert_eq!(shown["extra"], json!({ "count": 1, "items": ["lô 1/hs 1/3.png"] }));
    assert_eq!((&shown["start"]["can"], &shown["start"]["code"]), (&json!(false), &json!("missing")));
    let refused = server.get(&lan, &format!("{upload}/files?state=refused"));
    assert!(refused["items"][0]["reason"].as_str().unwrap().contains("plain text"), "{refused}");
    let duplicate = server.get(&lan, &format!("{upload}/files?state=duplicate"));
    assert_eq!((&duplicate["items"][0]["duplicate_of"], &duplicate["items"][0]["in_archive"]), (&json!("lô 1/hs 1/1.png"), &json!(false)));

    let start = |body: &Value| server.json(&lan, "POST", &format!("{upload}/start"), body);
    assert_eq!(start(&json!({})).status, 409);
    let started = start(&json!({ "without_missing": true }));
    assert_eq!(started.status, 202, "{}", started.body);
    let batch = started.body["batch"].as_str().unwrap().to_owned();
    assert_eq!(start(&json!({})).body["batch"], json!(batch), "another run");
    assert_eq!(server.create(&lan, &upload, "late.png", &page_image(9)).status, 409);
    assert_eq!(server.ask(&lan, "DELETE", &format!("{upload}?name=l%C3%B4%201"), &[], b"").status, 409);
    let ended = wait_until("the run ends", || {
        let run = server.get(&lan, &format!("/api/runs/{batch}"));
        (run["batch"]["state"] == "finished").then_some(run)
    });
    assert_eq!(
        ended["balance"]["files"],
        json!({ "received": 7, "duplicate": 1, "refused": 2, "failed": 0, "open": 0 }),
        "{}",
        ended["balance"]
    );
    let mut refusals: Vec<&str> =
        ended["balance"]["refusals"].as_array().unwrap().iter().map(|refusal| refusal["file"].as_str().unwrap()).collect();
    refusals.sort_unstable();
    assert_eq!(refusals, ["lô 1/hs 2/4.txt", "lô 1/hs 2/5.png"]);
    assert_eq!(ended["balance"]["dossiers"], 3);
    let shown = wait_until("the upload ended", || Some(server.get(&lan, &upload)).filter(|shown| shown["state"] == "started"));
    assert_eq!((&shown["files"], &shown["batch"]), (&tally, &json!(batch)));
    let folder = server.home.path().join("uploads").join(shown["id"].as_str().unwrap());
    wait_until("the folder is gone", || (!folder.exists()).then_some(()));
    assert_eq!(start(&json!({})).body["batch"], json!(batch), "another run");

    // Files that the archive already has are duplicates, in the upload and in the run.
    let upload = server.open(&lan, &json!({ "name": "lô 1 lần 2", "unit": "SNV", "start_rule": "when-complete" }));
    assert_eq!(server.deliver(&lan, &upload, "lô 1/hs 1/7.png", &page_image(2)), "duplicate");
    assert_eq!(server.deliver(&lan, &upload, "lô 1/hs 2/8.txt", b"chi la chu"), "refused");
    assert_eq!(server.get(&lan, &upload)["state"], "open", "nobody said how much is expected");
    assert_eq!(server.json(&lan, "PUT", &upload, &json!({ "files": 3, "bytes": 1 })).status, 200);
    assert_eq!(server.get(&lan, &upload)["start"]["code"], "not-announced");
    assert_eq!(server.deliver(&lan, &upload, "lô 1/hs 1/8.png", &page_image(8)), "received");
    let batch = wait_until("it starts by itself", || server.get(&lan, &upload)["batch"].as_str().map(str::to_owned));
    let ended = wait_until("the run ends", || {
        let run = server.get(&lan, &format!("/api/runs/{batch}"));
        (run["batch"]["state"] == "finished").then_some(run)
    });
    assert_eq!(
        ended["balance"]["files"],
        json!({ "received": 3, "duplicate": 1, "refused": 1, "failed": 0, "open": 0 }),
        "{}",
        ended["balance"]
    );
}

#[test]
fn killed_upload_start_resumes_without_loss_or_duplicates() {
    let (mut server, admin) = UploadServer::start(0);
    let upload = server.open(&admin, &upload_request("lô 1"));
    for number in 0..60 {
        server.deliver(&admin, &upload, &format!("lô 1/hs {number}/a.png"), &page_image(number));
        server.deliver(&admin, &upload, &format!("lô 1/hs {number}/b.png"), &page_image(number));
    }
    let started = server.json(&admin, "POST", &format!("{upload}/start"), &json!({}));
    let batch = started.body["batch"].as_str().unwrap().to_owned();
    let received =
        |server: &UploadServer| server.get(&admin, &format!("/api/runs/{batch}"))["balance"]["files"]["received"].as_u64().unwrap();
    let mut before = 0;
    for _ in 0..4 {
        wait_until("it goes on", || (received(&server) > before || received(&server) == 120).then_some(()));
        before = received(&server);
        server.kill();
        server.restart();
        assert!(received(&server) >= before);
    }
    wait_until("it ends", || (server.get(&admin, &upload)["state"] == "started").then_some(()));
    let again = server.json(&admin, "POST", &format!("{upload}/start"), &json!({}));
    assert_eq!(again.body["batch"], json!(batch));
    assert_eq!(server.get(&admin, "/api/runs")["items"].as_array().unwrap().len(), 1);
    let run = server.get(&admin, &format!("/api/runs/{batch}"));
    assert_eq!(run["balance"]["files"], json!({ "received": 120, "duplicate": 60, "refused": 0, "failed": 0, "open": 60 }));
    assert_eq!(run["balance"]["dossiers"], 60);
    wait_until("the folder is gone", || std::fs::read_dir(server.home.path().join("uploads")).unwrap().next().is_none().then_some(()));
    // Every file's bytes are in the store.
    for number in 0..60 {
        let sum = sha256(&page_image(number));
        assert!(server.home.path().join(format!("store/intake/{}/{}/{sum}", &sum[..2], &sum[2..4])).is_file(), "{number}");
    }
}

#[test]
fn uploader_sees_only_uploads_of_own_unit() {
    let (server, admin) = UploadServer::start(0);
    let (lan, hoa) = (server.add(&admin, "lan", "SNV"), server.add(&admin, "hoa", "SYT"));
    let upload = server.open(&lan, &upload_request("lô 1"));
    let file = server.create(&lan, &upload, "a.pdf", &random_bytes(1000)).header("location").to_owned();
    assert_eq!(server.json(&hoa, "POST", "/api/uploads", &upload_request("x")).status, 403);
    assert_eq!(server.get(&hoa, "/api/uploads")["items"], json!([]));
    assert_eq!(server.get(&lan, "/api/uploads")["items"][0]["name"], "lô 1");
    let foreign = [
        server.ask(&hoa, "GET", &upload, &[], b""),
        server.json(&hoa, "PUT", &upload, &json!({ "files": 1, "bytes": 1 })),
        server.ask(&hoa, "DELETE", &format!("{upload}?name=l%C3%B4%201"), &[], b""),
        server.json(&hoa, "POST", &format!("{upload}/start"), &json!({})),
        server.ask(&hoa, "GET", &format!("{upload}/files"), &[], b""),
        server.create(&hoa, &upload, "b.pdf", b"x"),
        server.ask(&hoa, "GET", &file, &[], b""),
        server.head(&hoa, &file),
        server.patch(&hoa, &file, 0, &random_bytes(1000)),
        server.tus(&hoa, "DELETE", &file, &[], b""),
    ];
    assert!(foreign.iter().all(|answer| answer.status == 404), "{:?}", foreign.iter().map(|answer| answer.status).collect::<Vec<_>>());
    // A file is asked for under its own upload alone.
    let own = server.open(&hoa, &json!({ "name": "x", "unit": "SYT" }));
    let stranger = format!("{own}/files/{}", file.rsplit('/').next().unwrap());
    assert_eq!((server.head(&hoa, &stranger).status, server.patch(&hoa, &stranger, 0, &random_bytes(1000)).status), (404, 404));
    assert_eq!(server.ask(&lan, "DELETE", &format!("{upload}?name=khac"), &[], b"").status, 400);
    assert_eq!(server.ask(&lan, "DELETE", &format!("{upload}?name=l%C3%B4%201"), &[], b"").status, 204);
    assert_eq!(server.get(&lan, &upload)["state"], "withdrawn");
    assert!(!server.home.path().join("uploads").join(upload.rsplit('/').next().unwrap()).exists());
    let events = server.get(&admin, "/api/audit?limit=500");
    let kinds: Vec<&str> = events.as_array().unwrap().iter().map(|event| event["kind"].as_str().unwrap()).collect();
    assert!(kinds.contains(&"upload-opened") && kinds.contains(&"upload-withdrawn"), "{kinds:?}");
}

#[test]
fn tus_protocol_is_followed() {
    let (server, admin) = UploadServer::start(0);
    let upload = server.open(&admin, &upload_request("lô 1"));
    let files = format!("{upload}/files");
    let options = server.ask(&admin, "OPTIONS", &files, &[], b"");
    let headers = ["tus-resumable", "tus-version", "tus-extension", "tus-max-size"].map(|name| options.header(name));
    assert_eq!((options.status, headers), (204, ["1.0.0", "1.0.0", "creation,creation-with-upload,termination", "4194304"]));
    let old = server.ask(&admin, "POST", &files, &[("tus-resumable", "0.2.2")], b"");
    assert_eq!((old.status, old.header("tus-version"), &old.body["type"]), (412, "1.0.0", &json!("urn:sohoa:problem:version")));
    let good = metadata("a.pdf", &sha256(b"x"));
    let create =
        |length: &str, metadata: &str| server.tus(&admin, "POST", &files, &[("upload-length", length), ("upload-metadata", metadata)], b"");
    for (length, metadata) in [("", good.as_str()), ("-1", &good), ("1", ""), ("1", "path YQ=="), ("1", &metadata("a", "zz"))] {
        assert_eq!(create(length, metadata).status, 400, "{length} {metadata}");
    }
    let large = create("4194305", &good);
    assert_eq!((large.status, &large.body["type"]), (413, &json!("urn:sohoa:problem:too-large")));
    assert_eq!(server.get(&admin, &upload)["start"]["code"], "too-large", "a file that was not sent is forgotten");
    let listed = server.get(&admin, &format!("{files}?state=refused"));
    assert_eq!((&listed["items"][0]["class"], &listed["items"][0]["offset"]), (&json!("limit"), &json!(0)));
    let location = format!("{files}/{}", listed["items"][0]["id"].as_str().unwrap());
    assert_eq!(server.tus(&admin, "DELETE", &location, &[], b"").status, 204);

    let file = server.create(&admin, &upload, "b.pdf", &random_bytes(1000)).header("location").to_owned();
    assert_eq!(server.create(&admin, &upload, "b.pdf", &random_bytes(999)).status, 409, "other bytes under the same path");
    let head = server.head(&admin, &file);
    assert_eq!((head.status, head.offset(), head.header("cache-control")), (200, 0, "no-store"));
    assert_eq!(server.tus(&admin, "PATCH", &file, &[("upload-offset", "0")], b"x").status, 415);
    assert_eq!(server.tus(&admin, "PATCH", &file, &[BYTES], b"x").status, 400);
    assert_eq!(server.patch(&admin, &file, 0, &random_bytes(1001)).status, 413);
    assert_eq!(server.head(&admin, &file).offset(), 0);
    let first = server.patch(&admin, &file, 0, &random_bytes(1000)[..600]);
    assert_eq!((first.status, first.offset(), first.header("tus-resumable")), (204, 600, "1.0.0"));
    let wrong = server.patch(&admin, &file, 0, b"x");
    assert_eq!((wrong.status, wrong.header("tus-resumable")), (409, "1.0.0"));
    assert_eq!(server.tus(&admin, "DELETE", &file, &[], b"").status, 204);
    assert_eq!((server.head(&admin, &file).status, server.patch(&admin, &file, 0, b"x").status), (404, 404));
    // The limit of other requests is lower.
    let stream = server.send_head(&admin, "POST", "/api/uploads", &[("content-type", "application/json")], 2 << 20);
    assert_eq!(read_answer(stream).status, 413);
    // Requests without the form key are refused.
    let foreign = Person(admin.0[..1].to_vec());
    let refused = server.create(&foreign, &upload, "c.pdf", b"x");
    assert_eq!((refused.status, refused.header("tus-resumable")), (403, "1.0.0"));
    assert_eq!(server.create(&Person(vec![]), &upload, "c.pdf", b"x").status, 401);
}

#[test]
fn complete_file_is_recognised_after_server_crash() {
    let (server, admin) = UploadServer::start(0);
    let upload = server.open(&admin, &upload_request("lô 1"));
    let bytes = page_image(7);
    let file = server.create(&admin, &upload, "lô 1/a.png", &bytes).header("location").to_owned();
    let folder = server.home.path().join("uploads").join(upload.rsplit('/').next().unwrap());
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join(file.rsplit('/').next().unwrap()), &bytes).unwrap();
    let again = server.create(&admin, &upload, "lô 1/a.png", &bytes);
    assert_eq!((again.status, again.offset(), again.header("upload-state")), (200, bytes.len() as u64, "received"));
}

#[test]
fn upload_target_is_chosen_by_person_or_list() {
    let (server, admin) = UploadServer::start(0);
    let lan = server.add(&admin, "lan", "stc");
    let octets = [("content-type", "application/octet-stream")];
    let mut bytes = Vec::new();
    server.send_head(&admin, "GET", "/api/roadmap/template", &[], 0).read_to_end(&mut bytes).unwrap();
    let from = bytes.windows(4).position(|four| four == b"\r\n\r\n").unwrap() + 4;
    assert_eq!(server.ask(&admin, "POST", "/api/roadmap/plan", &octets, &bytes[from..]).status, 200);
    let head = "Mã,Nội dung,Đơn vị,Đơn vị tính,Chỉ tiêu,Hạn hoàn thành,Mã hồ sơ bắt đầu bằng\n";
    let rows = "L1,Nhà đất,stc,trang,1000,31/12/2099,hs\nL2,Khác,stc,trang,10,31/12/2099,\nX,Nơi khác,syt,trang,10,31/12/2099,\n";
    let plan = server.ask(&admin, "POST", "/api/roadmap/plan?reason=x", &octets, format!("{head}{rows}").as_bytes());
    assert_eq!((plan.status, &plan.body["targets"]), (200, &json!(3)), "{}", plan.body);
    let request = |name: &str, line: &str| json!({ "name": name, "unit": "stc", "target": line });
    // A target outside the plan of the unit cannot be chosen.
    for line in ["L9", "X"] {
        assert_eq!(server.json(&lan, "POST", "/api/uploads", &request("lô", line)).status, 404);
    }
    let list = |lines: &[&str]| {
        let rows: String = lines.iter().map(|line| format!("1.png,Tờ trình,{line}\n")).collect();
        format!("Tên tệp,Trích yếu,Mã dòng lộ trình\n{rows}").into_bytes()
    };
    let send = |upload: &str, number: u8, lines: &[&str]| {
        assert_eq!(server.deliver(&lan, upload, "hs 1/manifest.csv", &list(lines)), "list");
        assert_eq!(server.deliver(&lan, upload, "hs 1/1.png", &page_image(number)), "received");
        let attachment = &server.get(&lan, upload)["attachment"];
        (attachment["target"].clone(), attachment["source"].clone(), attachment["findings"].as_array().unwrap().clone())
    };
    let started = |upload: &str| {
        let started = server.json(&lan, "POST", &format!("{upload}/start"), &json!({}));
        assert_eq!(started.status, 202, "{}", started.body);
        let run = format!("/api/runs/{}/overview", started.body["batch"].as_str().unwrap());
        wait_until("a batch has its files", || Some(server.get(&lan, &run)).filter(|run| run["files"] == 1))["attachment"].clone()
    };
    // A person takes precedence over the list, and the list over the rule.
    let upload = server.open(&lan, &request("một", "L1"));
    let (line, by, findings) = send(&upload, 1, &["L2"]);
    assert_eq!((line, by, &findings[0]["code"]), (json!("L1"), json!("person"), &json!("line-overruled")));
    assert_eq!(started(&upload)["target"], "L1");
    assert_eq!(server.json(&lan, "PUT", &format!("{upload}/line"), &json!({ "target": "L2" })).status, 409, "it was started");
    let upload = server.open(&lan, &request("hai", ""));
    assert_eq!(send(&upload, 2, &["L2", "L2"]), (json!("L2"), json!("list"), vec![]));
    let attachment = started(&upload);
    assert_eq!((&attachment["target"], &attachment["source"]), (&json!("L2"), &json!("list")));
    let upload = server.open(&lan, &request("ba", ""));
    assert_eq!(send(&upload, 3, &[""]), (Value::Null, Value::Null, vec![]));
    assert_eq!(started(&upload)["source"], "rule");
    // A wrong target in a list is reported before the start, in the language of the reader, until a person chooses.
    let upload = server.open(&lan, &request("bốn", ""));
    let (line, by, findings) = send(&upload, 4, &["L9"]);
    assert_eq!(
        (line, by, &findings[0]["detail"]),
        (Value::Null, json!("list"), &json!("row 2 of the list names target L9, which no roadmap has"))
    );
    let shown = server.ask(&lan, "GET", &upload, &[("accept-language", "vi")], b"").body;
    assert_eq!(shown["attachment"]["findings"][0]["detail"], "dòng 2 của mục lục ghi chỉ tiêu L9, không lộ trình nào có");
    assert_eq!(server.json(&lan, "PUT", &format!("{upload}/line"), &json!({ "target": "X" })).status, 404);
    assert_eq!(server.json(&lan, "PUT", &format!("{upload}/line"), &json!({ "target": "L2" })).status, 200);
    assert_eq!(server.get(&lan, &upload)["attachment"]["target"], "L2");
    assert_eq!(server.json(&lan, "PUT", &format!("{upload}/line"), &json!({ "line": "" })).status, 200, "the former name");
    let attachment = started(&upload);
    assert_eq!((&attachment["target"], &attachment["findings"][0]["code"]), (&Value::Null, &json!("line-unknown")));
    // Uploads of another unit are invisible.
    let other = server.add(&admin, "minh", "syt");
    assert_eq!(server.json(&other, "PUT", &format!("{upload}/line"), &json!({ "target": "X" })).status, 404);
    // Dashboard: only targets of own units.
    let plant = server.get(&other, "/api/plant");
    assert_eq!((&plant["roadmap"]["targets"], server.get(&admin, "/api/plant")["roadmap"]["targets"].clone()), (&json!(1), json!(3)));
    // A new plan shows at once, although figures are cached.
    let late = format!("{head}{}", rows.replacen("L1,Nhà đất,stc,trang,1000,31/12/2099", "L1,Nhà đất,stc,trang,1000,31/1/2026", 1));
    assert_eq!(server.ask(&admin, "POST", "/api/roadmap/plan?reason=y", &octets, late.as_bytes()).status, 200);
    let at_risk = |who: &Person| {
        let roadmap = server.get(who, "/api/plant")["roadmap"].clone();
        (roadmap["at_risk"].clone(), roadmap["most_urgent"].as_array().unwrap().iter().map(|line| line["code"].clone()).collect::<Vec<_>>())
    };
    let all = at_risk(&admin);
    assert_eq!((all.1.first(), at_risk(&other).1.contains(&json!("L1"))), (Some(&json!("L1")), false), "{all:?}");
}

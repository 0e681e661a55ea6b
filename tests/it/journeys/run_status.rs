//! How runs are shown: paused, with files that are not opened yet, with a priority, finished with failures.

use crate::support::home::{TestHome, sample_path};
use crate::support::server::{Person, Server};
use std::path::Path;

fn submit(home: &TestHome, input: &str, arguments: &[&str]) -> String {
    let arguments = [&["submit", input, "--json", "-q"], arguments].concat();
    home.expect_json(0, &arguments)["batch"].as_str().unwrap().to_owned()
}

#[test]
fn queued_run_shows_pause_priority_and_unopened_files() {
    let home = TestHome::new();
    let first = submit(&home, &sample_path("002-cau-phao-cua-may"), &["--priority", "-5"]);
    let second = submit(&home, &sample_path("003-ban-giao-tai-lieu"), &[]);
    let shown = home.expect_json(0, &["runs", "show", &first, "--json"]);
    let files = shown["balance"]["files"]["received"].as_u64().unwrap();
    assert_eq!(
        (&shown["priority"], &shown["balance"]["files"]["open"], &shown["status"]),
        (&(-5).into(), &files.into(), &"running".into())
    );
    home.expect_exit(0, &["runs", "pause", &first]);
    home.expect_exit(0, &["runs", "priority", &second, "7"]);
    assert_eq!(home.run_sohoa(&["runs", "priority", &second, "101"]).status.code(), Some(2));
    assert_eq!(home.run_sohoa(&["submit", &sample_path("003-ban-giao-tai-lieu"), "--priority", "101"]).status.code(), Some(2));

    let list = home.expect_exit(0, &["runs", "list", "--lang", "en"]);
    let line = |batch: &str| list.lines().find(|line| line.starts_with(batch)).unwrap();
    assert!(
        line(&first).contains("  paused; priority -5  ") && line(&first).contains(&format!("; {files} files not opened yet")),
        "{list}"
    );
    assert!(line(&second).contains("  running; priority 7  "), "{list}");
    let text = home.expect_exit(0, &["runs", "show", &first]);
    assert!(text.contains("tạm dừng; mức ưu tiên -5") && text.contains(&format!("; chưa mở {files} tệp")), "{text}");
    assert_eq!(home.expect_json(0, &["runs", "list", "--json"])[0]["priority"], 7);

    home.expect_exit(0, &["runs", "resume", &first]);
    home.expect_exit(0, &["work", "--until-empty"]);
    let text = home.expect_exit(0, &["runs", "show", &first]);
    assert!(text.contains("đã xong") && !text.contains("chưa mở"), "{text}");
    assert_eq!(home.expect_json(0, &["runs", "show", &first, "--json"])["balance"]["files"]["open"], 0);
}

fn page(server: &Server, who: &Person, path: &str) -> String {
    let (status, _, bytes) = server.get(who, path, None);
    assert_eq!(status, 200, "{path}");
    String::from_utf8(bytes).unwrap()
}

#[test]
fn run_with_failures_is_nowhere_shown_as_simply_finished() {
    let home = TestHome::new();
    let folder = home.path().join("in/A");
    std::fs::create_dir_all(&folder).unwrap();
    let scan = std::fs::read_dir(sample_path("002-cau-phao-cua-may")).unwrap().map(|entry| entry.unwrap().path()).min().unwrap();
    std::fs::copy(scan, folder.join("1.jpg")).unwrap();
    std::fs::write(folder.join("2.pdf"), "no PDF").unwrap();
    let refused = home.expect_json(3, &["run", folder.to_str().unwrap(), "--json", "-q"])["batch"].as_str().unwrap().to_owned();
    // The object of another dossier is damaged before more of it comes: its task fails.
    let other = home.path().join("in/B");
    std::fs::create_dir_all(&other).unwrap();
    std::fs::copy(sample_path("003-ban-giao-tai-lieu/BB_bangiao.tif"), other.join("1.tif")).unwrap();
    home.expect_exit(0, &["run", other.to_str().unwrap(), "-q"]);
    let is_inventory = |path: &Path| path.ends_with("inventory.json") && path.to_string_lossy().contains("local%3aB/inventory");
    let (inventory, bytes) = home.stored_files().into_iter().find(|(path, _)| is_inventory(path)).unwrap();
    let damaged = String::from_utf8(bytes).unwrap().replace("\"head\": \"v1\"", "\"head\": \"v7\"");
    std::fs::write(home.path().join("store/ocfl").join(inventory), damaged).unwrap();
    std::fs::copy(sample_path("002-cau-phao-cua-may/trang 2.jpg"), other.join("2.jpg")).unwrap();
    let failed = submit(&home, other.to_str().unwrap(), &[]);
    home.expect_exit(0, &["work", "--until-empty"]);

    for (batch, vietnamese, english) in [
        (&refused, "xong, 1 tệp bị từ chối", "finished, but 1 file refused"),
        (&failed, "xong, còn 1 việc lỗi", "finished, but 1 task failed"),
    ] {
        let shown = home.expect_json(0, &["runs", "show", batch, "--json"]);
        assert_eq!((&shown["batch"]["state"], &shown["status"]), (&"finished".into(), &"finished-with-failures".into()), "{shown}");
        assert!(home.expect_exit(0, &["runs", "show", batch]).contains(vietnamese));
        let list = home.expect_exit(0, &["runs", "list", "--lang", "en"]);
        assert!(list.lines().any(|line| line.starts_with(batch.as_str()) && line.contains(english)), "{list}");
    }
    let (server, admin) = Server::with_administrator_of(home.into_folder());
    let runs = server.ask(Some(&admin), "GET", "/api/runs", None).body;
    for run in runs["items"].as_array().unwrap() {
        assert_eq!((&run["state"], &run["status"]), (&"finished".into(), &"finished-with-failures".into()), "{run}");
    }
    for path in ["/", "/runs", "/plant"] {
        let html = page(&server, &admin, path);
        assert!(html.contains("finished, but 1 file refused") && html.contains("finished, but 1 task failed"), "{path}");
        assert!(!html.contains("class=\"state finished\">finished"), "{path}");
    }
    assert!(page(&server, &admin, &format!("/runs/{failed}")).contains("finished, but 1 task failed"));
    let list = String::from_utf8(server.get(&admin, "/api/lists/runs/csv", None).2).unwrap();
    assert!(list.contains("1 file refused"), "{list}");
}

#[test]
fn monitoring_of_a_unit_administrator_counts_that_unit_alone() {
    let home = TestHome::new();
    submit(&home, &sample_path("003-ban-giao-tai-lieu"), &["--unit", "SNV"]);
    let broken = home.path().join("hong.pdf");
    std::fs::write(&broken, "no PDF").unwrap();
    home.expect_exit(3, &["run", broken.to_str().unwrap(), "--unit", "SNV", "-q"]);
    let (server, admin) = Server::with_administrator_of(home.into_folder());
    for (name, unit) in [("lan", "SNV"), ("hoa", "SYT")] {
        server.add(&admin, name, &serde_json::json!([{ "role": "administrator", "unit": unit }]));
    }
    let (lan, hoa) = (server.sign_in("lan"), server.sign_in("hoa"));
    let counts = |who: &Person, path: &str| {
        let body = server.ask(Some(who), "GET", path, None).body;
        match path {
            "/api/plant" => ["queue", "failures"].map(|part| body[part].as_array().unwrap().len()).iter().sum(),
            "/api/runs" => body["items"].as_array().unwrap().len(),
            _ => body.as_array().unwrap().len(),
        }
    };
    for path in ["/api/plant", "/api/runs", "/api/failures", "/api/failures/groups"] {
        assert!(counts(&lan, path) > 0, "{path}");
        assert_eq!(counts(&hoa, path), 0, "{path}");
    }
    for path in ["/plant", "/runs", "/failures", "/"] {
        assert!(!page(&server, &hoa, path).contains("SNV"), "{path}");
    }
}

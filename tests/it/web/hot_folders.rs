//! Hot folders on disk and in an S3 bucket.

use crate::support::command::sohoa_command;
use crate::support::home::sample_path;
use crate::support::server::{Person, Server};
use aws_sdk_s3::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_s3::primitives::ByteStream;
use aws_smithy_http_client::tls::{self, rustls_provider::CryptoMode};
use serde_json::{Value, json};
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::time::{Duration, Instant};
use tempfile::TempDir;

#[test]
fn hot_folder_delivery_becomes_run_and_is_moved() {
    let home = tempfile::tempdir().unwrap();
    let (folder, done) = (home.path().join("in"), home.path().join("done"));
    std::fs::create_dir_all(folder.join("hồ sơ nóng")).unwrap();
    std::fs::write(folder.join("hồ sơ nóng/1.pdf"), "no scan").unwrap();
    let config = format!("[[source]]\nfolder = {folder:?}\ndone = {done:?}\nunit = \"syt\"\nstable_seconds = 0\n");
    std::fs::write(home.path().join("sohoa.toml"), config).unwrap();
    let (server, admin) = Server::with_administrator_of(home);
    let until = Instant::now() + Duration::from_secs(60);
    while !done.join("hồ sơ nóng/1.pdf").exists() {
        assert!(Instant::now() < until, "nothing was taken");
        std::thread::yield_now();
    }
    let runs = server.ask(Some(&admin), "GET", "/api/runs", None).body["items"].as_array().unwrap().clone();
    assert_eq!((runs.len(), runs[0]["unit"].as_str()), (1, Some("syt")));
    assert!(!folder.join("hồ sơ nóng").exists());
    let events = server.ask(Some(&admin), "GET", "/api/audit?limit=500", None).body;
    assert!(events.as_array().unwrap().iter().any(|event| event["kind"] == "source-taken"));
}

/// A home with one hot folder, `in`, whose deliveries are moved to `done`.
fn home_with_hot_folder(settings: &str) -> (TempDir, PathBuf, PathBuf) {
    let home = tempfile::tempdir().unwrap();
    let (folder, done) = (home.path().join("in"), home.path().join("done"));
    std::fs::create_dir_all(&folder).unwrap();
    let config = format!("[[source]]\nfolder = {folder:?}\ndone = {done:?}\nunit = \"syt\"\n{settings}\n");
    std::fs::write(home.path().join("sohoa.toml"), config).unwrap();
    (home, folder, done)
}

fn wait_until(what: &str, is_so: impl Fn() -> bool) {
    let until = Instant::now() + Duration::from_secs(60);
    while !is_so() {
        assert!(Instant::now() < until, "{what}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// The balances of all runs, the oldest first.
fn balances(server: &Server, admin: &Person) -> Vec<Value> {
    let runs = server.ask(Some(admin), "GET", "/api/runs", None).body["items"].as_array().unwrap().clone();
    let id = |run: &Value| run["id"].as_str().unwrap().to_owned();
    let balance = |id: String| server.ask(Some(admin), "GET", &format!("/api/runs/{id}"), None).body["balance"].clone();
    runs.iter().rev().map(id).map(balance).collect()
}

fn events_of_kind(server: &Server, admin: &Person, kind: &str) -> Vec<Value> {
    let events = server.ask(Some(admin), "GET", "/api/audit?limit=500", None).body.as_array().unwrap().clone();
    events.into_iter().filter(|event| event["kind"] == kind).collect()
}

fn work_until_empty(server: &Server) {
    let home = server.home.path();
    let output = sohoa_command().args(["work", "--until-empty", "-q", "--home"]).arg(home).current_dir(home).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// Whether these bytes lie in the store as they came.
fn is_in_intake(server: &Server, bytes: &[u8]) -> bool {
    let files = walkdir::WalkDir::new(server.home.path().join("store/intake")).into_iter().flatten();
    files.filter(|entry| entry.file_type().is_file()).any(|entry| std::fs::read(entry.path()).unwrap() == bytes)
}

#[test]
fn deliveries_of_one_name_are_all_kept() {
    let (home, folder, done) = home_with_hot_folder("stable_seconds = 0");
    let (server, admin) = Server::with_administrator_of(home);
    let time = std::time::SystemTime::now() - Duration::from_secs(3600);
    // Nobody works on the runs meanwhile. Size and time are always the same, and the last one has the bytes of the first one.
    let names = ["scan0001.jpg", "scan0001 (2).jpg", "scan0001 (3).jpg", "scan0001 (4).jpg"];
    for (name, text) in names.iter().zip(["one", "two", "six", "one"]) {
        let place = server.home.path().join("new.jpg");
        std::fs::write(&place, text).unwrap();
        std::fs::File::options().write(true).open(&place).unwrap().set_modified(time).unwrap();
        std::fs::rename(&place, folder.join("scan0001.jpg")).unwrap();
        wait_until("a delivery was not taken", || done.join(name).exists());
        assert!(!folder.join("scan0001.jpg").exists());
    }
    assert_eq!(names.map(|name| std::fs::read_to_string(done.join(name)).unwrap()), ["one", "two", "six", "one"]);
    let counts: Vec<_> = balances(&server, &admin).iter().map(|balance| balance["files"]["received"].as_u64().unwrap()).collect();
    assert_eq!(counts, [1, 1, 1, 1]);
    assert!(["one", "two", "six"].iter().all(|text| is_in_intake(&server, text.as_bytes())));
    work_until_empty(&server);
    let files: Vec<_> = balances(&server, &admin).iter().map(|balance| balance["files"].clone()).collect();
    assert_eq!(files.iter().map(|files| files["received"].as_u64().unwrap()).sum::<u64>(), 4, "{files:?}");
    assert_eq!(events_of_kind(&server, &admin, "source-taken").len(), 4);
    assert!(events_of_kind(&server, &admin, "file-replaced").is_empty());
}

#[test]
fn unreadable_file_is_refused_and_the_others_are_taken() {
    let (home, folder, done) = home_with_hot_folder("stable_seconds = 0");
    let delivery = home.path().join("hs");
    std::fs::create_dir_all(delivery.join("kín")).unwrap();
    std::fs::create_dir_all(delivery.join("@eaDir/1.jpg")).unwrap();
    let scan = std::fs::read_dir(sample_path("002-cau-phao-cua-may")).unwrap().map(|entry| entry.unwrap().path()).min().unwrap();
    std::fs::copy(scan, delivery.join("1.jpg")).unwrap();
    std::fs::write(delivery.join("2.pdf"), "nobody may read this").unwrap();
    std::fs::write(delivery.join("@eaDir/1.jpg/SYNOFILE_THUMB_M.jpg"), "x").unwrap();
    for name in ["2.pdf", "kín"] {
        std::fs::set_permissions(delivery.join(name), std::fs::Permissions::from_mode(0o000)).unwrap();
    }
    std::fs::rename(&delivery, folder.join("hs")).unwrap();
    let (server, admin) = Server::start_without_privileges(home).create_administrator();
    wait_until("nothing was taken", || done.join("hs/1.jpg").exists());
    work_until_empty(&server);
    let balance = balances(&server, &admin).remove(0);
    assert_eq!((&balance["files"]["received"], &balance["files"]["refused"]), (&json!(3), &json!(2)), "{balance}");
    let pages = &balance["pages"];
    assert_eq!(pages["stored"].as_u64().unwrap() + pages["review"].as_u64().unwrap(), 1, "{balance}");
    let refusals: Vec<(&str, &str)> = balance["refusals"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| (item["file"].as_str().unwrap(), item["class"].as_str().unwrap()))
        .collect();
    assert_eq!(refusals, [("hs/2.pdf", "input"), ("hs/kín", "input")]);
    let reason = balance["refusals"][0]["reason"].as_str().unwrap();
    assert!(reason.contains("in/hs/2.pdf") && reason.contains("the right to read it"), "{reason}");
    // The watcher goes on with the next delivery, and the health is told.
    std::fs::write(folder.join("3.pdf"), "another one").unwrap();
    wait_until("the next delivery was not taken", || done.join("3.pdf").exists());
    let ready = server.ask(None, "GET", "/readyz", None).body.as_str().unwrap().to_owned();
    assert!(ready.starts_with("ready\n") && ready.contains("hot-folders: running for"), "{ready}");
    let metrics = server.ask(None, "GET", "/metrics", None).body.as_str().unwrap().to_owned();
    assert!(metrics.contains("sohoa_background_loop_running{name=\"hot-folders\"} 1"), "{metrics}");
}

#[test]
fn store_error_does_not_end_the_watching() {
    let (home, folder, done) = home_with_hot_folder("stable_seconds = 0");
    let lists = home.path().join("store/manifests");
    std::fs::create_dir_all(lists.parent().unwrap()).unwrap();
    std::fs::write(&lists, "no folder: nothing can be stored below it").unwrap();
    std::fs::create_dir_all(folder.join("hs")).unwrap();
    std::fs::write(folder.join("hs/1.pdf"), "no scan").unwrap();
    std::fs::write(folder.join("hs/manifest.csv"), "file,trang\n1.pdf,1\n").unwrap();
    std::fs::write(folder.join("other.pdf"), "no scan either").unwrap();
    let (server, admin) = Server::with_administrator_of(home);
    wait_until("the failure is not told", || !events_of_kind(&server, &admin, "delivery-failed").is_empty());
    wait_until("the other delivery was not taken", || done.join("other.pdf").exists());
    let failed = events_of_kind(&server, &admin, "delivery-failed").remove(0);
    assert!(failed["body"]["path"].as_str().unwrap().ends_with("/in/hs"), "{failed}");
    assert!(folder.join("hs/1.pdf").exists());
    std::fs::remove_file(&lists).unwrap();
    wait_until("the delivery was not tried again", || done.join("hs/1.pdf").exists());
    // The batch of the failed try is the one that was continued.
    assert_eq!(balances(&server, &admin).len(), 2);
}

#[test]
fn file_that_grows_after_it_was_taken_is_taken_again() {
    let (home, folder, done) = home_with_hot_folder("stable_seconds = 1");
    let (server, admin) = Server::with_administrator_of(home);
    std::fs::create_dir_all(folder.join("hs")).unwrap();
    std::fs::write(folder.join("hs/1.txt"), "whole").unwrap();
    let mut scanner = std::fs::File::create(folder.join("hs/2.txt")).unwrap();
    scanner.write_all(b"first half").unwrap();
    wait_until("nothing was taken", || done.join("hs/2.txt").exists());
    scanner.write_all(b", second half").unwrap();
    drop(scanner);
    wait_until("the change was not seen", || events_of_kind(&server, &admin, "source-taken").len() == 2);
    let changed = events_of_kind(&server, &admin, "delivery-changed").remove(0);
    assert_eq!(changed["body"]["files"], json!(["hs/2.txt"]));
    let counts: Vec<_> = balances(&server, &admin).iter().map(|balance| balance["files"]["received"].as_u64().unwrap()).collect();
    assert_eq!(counts, [2, 1]);
    assert!(is_in_intake(&server, b"first half") && is_in_intake(&server, b"first half, second half"));
    assert_eq!(std::fs::read(done.join("hs/2.txt")).unwrap(), b"first half, second half");
}

#[test]
fn interrupted_delivery_continues_its_batch() {
    let (home, folder, done) = home_with_hot_folder("stable_seconds = 0");
    std::fs::create_dir_all(folder.join("hs")).unwrap();
    std::fs::write(folder.join("hs/1.pdf"), "no scan").unwrap();
    // Nothing can be moved there: the delivery is stored, and the server ends before it is moved.
    std::fs::write(&done, "no folder").unwrap();
    let (server, admin) = Server::with_administrator_of(home);
    wait_until("nothing was taken", || !events_of_kind(&server, &admin, "source-taken").is_empty());
    let server = server.restart(|| std::fs::remove_file(&done).unwrap());
    wait_until("the delivery was not moved", || done.join("hs/1.pdf").exists());
    let admin = server.sign_in("admin");
    assert_eq!(events_of_kind(&server, &admin, "source-taken").len(), 1);
    assert_eq!(balances(&server, &admin).len(), 1);
}

#[test]
fn file_without_its_end_is_waited_for() {
    let (home, folder, done) = home_with_hot_folder("stable_seconds = 0");
    std::fs::write(folder.join("slow.pdf"), "%PDF-1.7\nthe first half").unwrap();
    std::fs::write(folder.join("whole.pdf"), "%PDF-1.7\n%%EOF\n").unwrap();
    let (server, admin) = Server::with_administrator_of(home);
    wait_until("the whole file was not taken", || done.join("whole.pdf").exists());
    std::thread::sleep(Duration::from_secs(5));
    assert!(folder.join("slow.pdf").exists() && !done.join("slow.pdf").exists());
    std::fs::write(folder.join("slow.pdf"), "%PDF-1.7\nthe first half, and the second one\n%%EOF").unwrap();
    wait_until("the file was not taken", || done.join("slow.pdf").exists());
    assert_eq!(balances(&server, &admin).len(), 2);
}

#[tokio::test]
async fn bucket_delivery_becomes_run_and_is_moved() {
    let variable = |name: &str| std::env::var(name).ok();
    let Some(endpoint) = variable("TEST_S3_ENDPOINT") else {
        sohoa_testing::skipped("hot folders in a bucket: TEST_S3_ENDPOINT is not set, `eval \"$(.ci/servers)\"` starts a server");
        return;
    };
    let [region, bucket, access, secret] =
        ["REGION", "BUCKET", "ACCESS_KEY", "SECRET_KEY"].map(|name| variable(&format!("TEST_S3_{name}")).unwrap());
    let http = aws_smithy_http_client::Builder::new().tls_provider(tls::Provider::Rustls(CryptoMode::Ring)).build_https();
    let settings = aws_sdk_s3::Config::builder()
        .http_client(http)
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(region.clone()))
        .endpoint_url(&endpoint)
        .force_path_style(true)
        .credentials_provider(Credentials::new(&access, &secret, None, None, "test"));
    let client = aws_sdk_s3::Client::from_conf(settings.build());
    let root = format!("quét-{}", uuid::Uuid::now_v7());
    // Usual names, a name that leads out of the folder, and an earlier delivery of the same name.
    let taken = ["hồ sơ nóng/trang 1 (bản chính)#.pdf", "hồ sơ nóng/sâu/2.pdf"];
    let all = ["vào/hồ sơ nóng/trang 1 (bản chính)#.pdf", "vào/hồ sơ nóng/sâu/2.pdf", "vào/xấu/../../3.pdf", "vào/xong/hồ sơ nóng/cũ.pdf"];
    for name in all {
        let body = ByteStream::from(name.as_bytes().to_vec());
        client.put_object().bucket(&bucket).key(format!("{root}/{name}")).body(body).send().await.unwrap();
    }
    let home = tempfile::tempdir().unwrap();
    let config = format!(
        "[s3]\nendpoint = \"{endpoint}\"\nregion = \"{region}\"\naccess_key = \"{access}\"\nsecret_key = \"{secret}\"\n\
         [[source]]\nfolder = \"s3://{bucket}/{root}/vào\"\ndone = \"s3://{bucket}/{root}/vào/xong\"\nunit = \"syt\"\nstable_seconds = 0\n"
    );
    std::fs::write(home.path().join("sohoa.toml"), config).unwrap();
    let (server, admin) = Server::with_administrator_of(home);
    let names = async || -> Vec<String> {
        let listed = client.list_objects_v2().bucket(&bucket).prefix(format!("{root}/")).send().await.unwrap();
        let names = listed.contents().iter().filter_map(|object| object.key()?.strip_prefix(&format!("{root}/")).map(str::to_owned));
        names.collect()
    };
    let until = Instant::now() + Duration::from_secs(60);
    while names().await.iter().any(|name| name.starts_with("vào/hồ sơ nóng")) {
        assert!(Instant::now() < until, "nothing was taken");
        tokio::task::yield_now().await;
    }
    let runs = server.ask(Some(&admin), "GET", "/api/runs", None).body["items"].as_array().unwrap().clone();
    assert_eq!((runs.len(), runs[0]["unit"].as_str()), (1, Some("syt")));
    let run = runs[0]["id"].as_str().unwrap();
    // Moved to a folder of the run, beside the earlier delivery; the file with the unusable name stays.
    let mut expected: Vec<String> = taken.iter().map(|name| format!("vào/xong/{run}/{name}")).collect();
    expected.extend(["vào/xong/hồ sơ nóng/cũ.pdf", "vào/xấu/../../3.pdf"].map(str::to_owned));
    expected.sort();
    let mut left = names().await;
    left.sort();
    assert_eq!(left, expected);
    assert_eq!(server.ask(Some(&admin), "GET", &format!("/api/runs/{run}"), None).body["balance"]["files"]["received"], 2);
    assert!(
        std::fs::read_dir(server.home.path().join("tmp")).unwrap().all(|entry| !entry
            .unwrap()
            .file_name()
            .to_string_lossy()
            .starts_with("source-"))
    );
}

//! Hot folders on disk and in an S3 bucket.

use crate::support::server::Server;
use aws_sdk_s3::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_s3::primitives::ByteStream;
use std::time::{Duration, Instant};

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

#[tokio::test]
async fn bucket_delivery_becomes_run_and_is_moved() {
    let variable = |name: &str| std::env::var(name).ok();
    let Some(endpoint) = variable("TEST_S3_ENDPOINT") else {
        sohoa_testing::skipped("hot folders in a bucket: TEST_S3_ENDPOINT is not set, `eval \"$(.ci/servers)\"` starts a server");
        return;
    };
    let [region, bucket, access, secret] =
        ["REGION", "BUCKET", "ACCESS_KEY", "SECRET_KEY"].map(|name| variable(&format!("TEST_S3_{name}")).unwrap());
    let settings = aws_sdk_s3::Config::builder()
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

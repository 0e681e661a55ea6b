//! Contract tests of all storage back-ends.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

mod ocfl;

use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use sohoa_base::error::{ErrorKind, Result};
use sohoa_storage::capability_check;
use sohoa_storage::local::LocalStore;
use sohoa_storage::memory::MemoryStore;
use sohoa_storage::retry::RetryPolicy;
use sohoa_storage::s3::s3_store::S3Store;
use sohoa_storage::{BlobStore, S3Options, open};

/// The S3 server of the environment and a fresh prefix in its bucket; `None` where there is none.
fn s3(test: &str) -> Option<(String, S3Options)> {
    let Ok(endpoint) = std::env::var("TEST_S3_ENDPOINT") else {
        sohoa_testing::skipped(&format!("{test} on S3: TEST_S3_ENDPOINT is not set, `eval \"$(.ci/servers)\"` starts a server"));
        return None;
    };
    let variable = |name: &str| std::env::var(name).unwrap_or_else(|_| panic!("{name} is not set beside TEST_S3_ENDPOINT"));
    let options = S3Options {
        endpoint: Some(endpoint),
        region: std::env::var("TEST_S3_REGION").ok(),
        access_key: Some(variable("TEST_S3_ACCESS_KEY")),
        secret_key: Some(variable("TEST_S3_SECRET_KEY")),
        path_style: None,
    };
    Some((format!("s3://{}/{test}-{}", variable("TEST_S3_BUCKET"), uuid::Uuid::now_v7()), options))
}

async fn open_s3(test: &str) -> Option<Arc<dyn BlobStore>> {
    let (url, options) = s3(test)?;
    Some(open(&url, &options).await.unwrap())
}

fn kind<T: std::fmt::Debug>(result: Result<T>) -> ErrorKind {
    result.unwrap_err().kind()
}

// ---- the contract of every store

async fn contract(store: &dyn BlobStore) {
    writing_and_reading(store).await;
    listing(store).await;
    deleting_and_copying(store).await;
    files(store).await;
    hostile_keys(store).await;
    let checks = capability_check::check_capabilities(store).await.unwrap();
    assert!(checks.iter().all(|check| check.is_supported || !check.is_required), "{checks:?}");
    eprintln!("{store:?}: {checks:?}");
    assert!(store.list("probe/").await.unwrap().is_empty());
}

async fn writing_and_reading(store: &dyn BlobStore) {
    assert_eq!(kind(store.get("a/b").await), ErrorKind::NotFound);
    assert_eq!(store.stat("a/b").await.unwrap(), None);
    store.put("a/b", b"one".to_vec()).await.unwrap();
    store.put("a/b", b"one".to_vec()).await.unwrap();
    assert_eq!(store.get("a/b").await.unwrap(), b"one");
    store.put("a/b", b"three".to_vec()).await.unwrap();
    assert_eq!(store.get("a/b").await.unwrap(), b"three");
    assert_eq!(store.stat("a/b").await.unwrap(), Some(5));
    assert_eq!(store.stat("a").await.unwrap(), None, "a folder is no object");
    assert_eq!(kind(store.get("a").await), ErrorKind::NotFound);
    store.put("a/empty", Vec::new()).await.unwrap();
    assert_eq!(store.get("a/empty").await.unwrap(), b"");
    assert_eq!(store.stat("a/empty").await.unwrap(), Some(0));
    for key in ["0=ocfl_1.1", "a/Quy%E1%BA%BFt%20%C4%91%E1%BB%8Bnh.pdf", &format!("a/{}", "n".repeat(255))] {
        store.put(key, key.as_bytes().to_vec()).await.unwrap();
        assert_eq!(store.get(key).await.unwrap(), key.as_bytes(), "{key}");
    }
}

async fn listing(store: &dyn BlobStore) {
    for name in ["l/b/2", "l/a", "l/b/10", "l/bc", "l/b-c/1", "m"] {
        store.put(name, name.as_bytes().to_vec()).await.unwrap();
    }
    let keys = async |prefix: &str| -> Vec<String> { store.list(prefix).await.unwrap().into_iter().map(|entry| entry.key).collect() };
    assert_eq!(keys("l/").await, ["l/a", "l/b-c/1", "l/b/10", "l/b/2", "l/bc"]);
    assert_eq!(keys("l/b").await, ["l/b-c/1", "l/b/10", "l/b/2", "l/bc"]);
    assert_eq!(keys("l/b/").await, ["l/b/10", "l/b/2"]);
    assert_eq!(keys("l/b/2").await, ["l/b/2"]);
    assert!(keys("l/none/").await.is_empty());
    let all = store.list("").await.unwrap();
    let has = |key: &str, bytes: u64| all.iter().any(|entry| entry.key == key && entry.bytes == bytes);
    assert!(has("l/b/10", 6) && has("m", 1));
}

async fn deleting_and_copying(store: &dyn BlobStore) {
    store.put("d/x/1", b"first".to_vec()).await.unwrap();
    store.put("d/x/2", b"second".to_vec()).await.unwrap();
    store.copy("d/x/1", "d/y/z%20=1").await.unwrap();
    store.copy("d/y/z%20=1", "d/x/2").await.unwrap();
    store.copy("d/x/1", "d/x/1").await.unwrap();
    assert_eq!(store.get("d/x/2").await.unwrap(), b"first");
    assert_eq!(kind(store.copy("d/none", "d/new").await), ErrorKind::NotFound);
    for key in ["d/x/1", "d/x/1", "d/none", "d/x", "none/at/all"] {
        store.delete(key).await.unwrap();
    }
    assert_eq!(kind(store.get("d/x/1").await), ErrorKind::NotFound);
    assert_eq!(store.get("d/y/z%20=1").await.unwrap(), b"first", "a copy is of its own");
    assert_eq!(store.list("d/").await.unwrap().len(), 2, "deleting a folder's name deletes nothing");
    let many: Vec<String> = (0..3).map(|number| format!("many/{number}")).collect();
    for key in &many {
        store.put(key, b"x".to_vec()).await.unwrap();
    }
    store.delete_many(&[many[0].clone(), "many/absent".to_owned(), many[2].clone()]).await.unwrap();
    store.delete_many(&[]).await.unwrap();
    let left: Vec<String> = store.list("many/").await.unwrap().into_iter().map(|entry| entry.key).collect();
    assert_eq!(left, many[1..2]);
    assert_eq!(kind(store.delete_many(&["../many/1".to_owned()]).await), ErrorKind::Invalid);
    store.delete_many(&left).await.unwrap();
}

async fn files(store: &dyn BlobStore) {
    let home = tempfile::tempdir().unwrap();
    let (from, to) = (home.path().join("from"), home.path().join("to"));
    let content: Vec<u8> = (0..300_000_u32).map(|at| (at % 251) as u8).collect();
    std::fs::write(&from, &content).unwrap();
    store.put_file("f/1", &from).await.unwrap();
    assert!(store.get("f/1").await.unwrap() == content);
    std::fs::write(&to, vec![0; 400_000]).unwrap();
    store.get_file("f/1", &to).await.unwrap();
    assert!(std::fs::read(&to).unwrap() == content, "what was in the file before is gone");
    assert_eq!(kind(store.get_file("f/none", &to).await), ErrorKind::NotFound);
    assert_eq!(kind(store.put_file("f/2", &home.path().join("none")).await), ErrorKind::Invalid);
    assert_eq!(store.stat("f/2").await.unwrap(), None);
}

async fn hostile_keys(store: &dyn BlobStore) {
    for hostile in ["", "/etc/x", "../x", "a/../../x", "a//x", "a/", "a/./x", ".tmp/x", "a\\x", "a\0x", "a x", "hồ"] {
        assert_eq!(kind(store.put(hostile, Vec::new()).await), ErrorKind::Invalid, "{hostile:?}");
        assert_eq!(kind(store.get(hostile).await), ErrorKind::Invalid, "{hostile:?}");
        assert_eq!(kind(store.stat(hostile).await), ErrorKind::Invalid, "{hostile:?}");
        assert_eq!(kind(store.delete(hostile).await), ErrorKind::Invalid, "{hostile:?}");
        assert_eq!(kind(store.copy("m", hostile).await), ErrorKind::Invalid, "{hostile:?}");
        assert_eq!(kind(store.copy(hostile, "m").await), ErrorKind::Invalid, "{hostile:?}");
        assert_eq!(kind(store.put_file(hostile, Path::new("/dev/null")).await), ErrorKind::Invalid, "{hostile:?}");
        assert_eq!(kind(store.get_file(hostile, Path::new("/dev/null")).await), ErrorKind::Invalid, "{hostile:?}");
    }
    assert_eq!(kind(store.list("../").await), ErrorKind::Invalid);
    assert_eq!(kind(store.put(&"n".repeat(256), Vec::new()).await), ErrorKind::Limit);
    assert_eq!(kind(store.put(&"n/".repeat(500), Vec::new()).await), ErrorKind::Limit);
}

#[tokio::test]
async fn memory_store_passes_contract() {
    contract(&MemoryStore::new()).await;
}

#[tokio::test]
async fn local_store_passes_contract() {
    let home = tempfile::tempdir().unwrap();
    let url = format!("file://{}/new/store", home.path().display());
    let store = open(&url, &S3Options::default()).await.unwrap();
    contract(&*store).await;
    // On disk: plain files, no incomplete ones, no empty folders.
    assert_eq!(std::fs::read(home.path().join("new/store/a/b")).unwrap(), b"three");
    assert!(std::fs::read_dir(home.path().join("new/store/.tmp")).unwrap().next().is_none());
    assert!(!home.path().join("new/store/probe").exists());
}

#[tokio::test]
async fn s3_store_passes_contract() {
    let Some(store) = open_s3("contract").await else { return };
    contract(&*store).await;
}

#[tokio::test]
async fn s3_listing_follows_all_pages() {
    let Some(store) = open_s3("pages").await else { return };
    let mut writers = tokio::task::JoinSet::new();
    for writer in 0..8 {
        let store = store.clone();
        writers.spawn(async move {
            for at in 0..130 {
                store.put(&format!("p/{writer}/{at:03}"), Vec::new()).await.unwrap();
            }
        });
    }
    writers.join_all().await;
    let entries = store.list("p/").await.unwrap();
    assert_eq!(entries.len(), 1040, "more than the thousand of one page");
    assert!(entries.is_sorted());
}

#[tokio::test]
async fn s3_large_files_use_multipart_upload() {
    let Some((url, options)) = s3("parts") else { return };
    const MEGA: u64 = 1024 * 1024;
    let store = S3Store::connect(&url, &options).await.unwrap().with_part_sizes(5 * MEGA, 6 * MEGA);
    let home = tempfile::tempdir().unwrap();
    let (from, to) = (home.path().join("from"), home.path().join("to"));
    let content: Vec<u8> = (0..13 * MEGA + 7).map(|at| (at * at / 9973) as u8).collect();
    std::fs::write(&from, &content).unwrap();
    store.put_file("large", &from).await.unwrap();
    store.copy("large", "copy").await.unwrap();
    for key in ["large", "copy"] {
        assert_eq!(store.stat(key).await.unwrap(), Some(content.len() as u64));
        store.get_file(key, &to).await.unwrap();
        assert!(std::fs::read(&to).unwrap() == content, "{key} differs");
    }
}

#[tokio::test]
async fn s3_configuration_errors_are_classified() {
    let Some((url, options)) = s3("settings") else { return };
    let once = RetryPolicy::immediate(1);
    let attempt = async |url: &str, options: &S3Options| sohoa_storage::open::open_with_retry(url, options, once).await.unwrap_err();

    let error = attempt("s3://no-such-bucket-here", &options).await;
    assert_eq!(error.kind(), ErrorKind::AccessRefused, "{error:?}");
    assert!(error.chain().contains("no-such-bucket-here"), "{error:?}");
    let wrong = S3Options { secret_key: Some("0".repeat(64)), ..options.clone() };
    assert_eq!(attempt(&url, &wrong).await.kind(), ErrorKind::AccessRefused);
    let half = S3Options { secret_key: None, ..options };
    assert_eq!(attempt(&url, &half).await.kind(), ErrorKind::Invalid);
}

#[tokio::test]
async fn unreachable_s3_server_is_reported_unavailable() {
    // A port that was free just before, so nothing listens on it.
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let options = S3Options {
        endpoint: Some(format!("http://127.0.0.1:{port}")),
        region: Some("garage".into()),
        access_key: Some("key".into()),
        secret_key: Some("secret".into()),
        path_style: None,
    };
    let error = sohoa_storage::open::open_with_retry("s3://bucket", &options, RetryPolicy::immediate(2)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unavailable, "{error:?}");
}

#[tokio::test]
async fn unknown_store_urls_are_rejected() {
    let options = S3Options::default();
    for url in ["gs://bucket", "", "s3://", "file://elsewhere/x"] {
        assert_eq!(kind(open(url, &options).await), ErrorKind::Invalid, "{url}");
    }
    let file = tempfile::NamedTempFile::new().unwrap();
    assert_eq!(kind(open(file.path().to_str().unwrap(), &options).await), ErrorKind::Invalid);
    assert!(open("memory:", &options).await.is_ok());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn concurrent_readers_see_complete_objects() {
    let home = tempfile::tempdir().unwrap();
    let store: Arc<dyn BlobStore> = Arc::new(LocalStore::open(home.path()).unwrap());
    store.put("k/v", vec![0; 100_000]).await.unwrap();
    let mut work = tokio::task::JoinSet::new();
    for writer in 0..3_u8 {
        let store = store.clone();
        work.spawn(async move {
            for round in 0..15_u8 {
                store.put("k/v", vec![writer * 20 + round; 100_000]).await.unwrap();
                // Removes its folder while the others write.
                store.put(&format!("k/w/{writer}"), Vec::new()).await.unwrap();
                store.delete(&format!("k/w/{writer}")).await.unwrap();
            }
        });
    }
    for _ in 0..2 {
        let store = store.clone();
        work.spawn(async move {
            for _ in 0..60 {
                let bytes = store.get("k/v").await.unwrap();
                assert!(bytes.len() == 100_000 && bytes.iter().all(|byte| *byte == bytes[0]), "half an object");
            }
        });
    }
    work.join_all().await;
}

/// Small separate file system, unmounted when dropped.
struct TinyDisk(tempfile::TempDir);

impl TinyDisk {
    fn new() -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", "size=256k", "tmpfs"]).arg(folder.path()).output();
        mounted.is_ok_and(|output| output.status.success()).then_some(Self(folder))
    }
}

impl Drop for TinyDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(self.0.path()).status();
    }
}

#[tokio::test]
async fn full_disk_is_unavailable_and_keeps_stored_objects() {
    let Some(disk) = TinyDisk::new() else {
        sohoa_testing::skipped("the full disk: mounting a small file system needs root");
        return;
    };
    let store = LocalStore::open(disk.0.path()).unwrap();
    store.put("a/b", vec![1; 50_000]).await.unwrap();
    store.put("source", vec![2; 150_000]).await.unwrap();
    let large = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(large.path(), vec![3; 500_000]).unwrap();
    let failures = [store.put("a/b", vec![4; 500_000]).await, store.put_file("a/b", large.path()).await, store.copy("source", "a/b").await];
    for failure in failures {
        let error = failure.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unavailable, "{error:?}");
        assert!(error.context().contains("full") && error.context().contains(disk.0.path().to_str().unwrap()), "{error:?}");
        assert!(error.context().contains("df -h"), "{error:?}");
    }
    assert_eq!(store.get("a/b").await.unwrap(), vec![1; 50_000]);
    assert!(std::fs::read_dir(disk.0.path().join(".tmp")).unwrap().next().is_none(), "half-written files are gone");
    store.delete("source").await.unwrap();
    store.put("a/b", vec![5; 60_000]).await.unwrap();
}

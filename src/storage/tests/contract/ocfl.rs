//! OCFL objects on every back-end, damage to them, and interrupted deposits.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use async_trait::async_trait;
use sohoa_base::error::{ErrorKind, Result};
use sohoa_base::messages::storage;
use sohoa_storage::local::LocalStore;
use sohoa_storage::memory::MemoryStore;
use sohoa_storage::ocfl::ocfl_object::{ContentSource, DepositResult, NewVersion};
use sohoa_storage::ocfl::{ocfl_object, verify};
use sohoa_storage::retry::{RetryPolicy, RetryingStore};
use sohoa_storage::{BlobEntry, BlobStore, key};

use super::{kind, open_s3};

const OBJECT: &str = "urn:sohoa:G09.01:HS-1";

fn version<'a>(files: &[(&str, ContentSource)]) -> NewVersion<'a> {
    NewVersion {
        object: OBJECT,
        files: files.iter().map(|(path, source)| ((*path).to_owned(), source.clone())).collect(),
        fixity: BTreeMap::new(),
        message: "Tiếp nhận".into(),
        user: "Nguyễn Văn A".into(),
        created: "2026-01-02T03:04:05Z".into(),
    }
}

fn bytes(text: &str) -> ContentSource {
    ContentSource::Bytes(text.as_bytes().to_vec())
}

const ORIGINAL: &str = "originals/Quyết định số 12 (bản gốc).pdf";

/// The second version used throughout: one path kept, one changed, one gone, one new, one equal to another.
fn second<'a>() -> NewVersion<'a> {
    version(&[
        (ORIGINAL, ContentSource::Unchanged),
        ("record.json", bytes("{2}")),
        ("documents/1/text.txt", bytes("một")),
        ("same.txt", bytes("{1}")),
    ])
}

/// Puts the original to where intake would have, and deposits the first version.
async fn deposit_first(store: &dyn BlobStore) -> Result<DepositResult> {
    let original = b"%PDF-1.7 original".repeat(1000);
    let sha256 = hex::encode(<sha2::Sha256 as sha2::Digest>::digest(&original));
    store.put(&key::intake(&sha256), original).await?;
    let files = [
        (ORIGINAL, ContentSource::Blob { key: key::intake(&sha256), digests: None }),
        ("record.json", bytes("{1}")),
        ("gone.txt", bytes("xưa")),
    ];
    ocfl_object::deposit(store, NewVersion { fixity: BTreeMap::from([(ORIGINAL.to_owned(), sha256)]), ..version(&files) }).await
}

async fn check_object_lifecycle(store: &dyn BlobStore) {
    assert_eq!(ocfl_object::read_inventory(store, OBJECT).await.unwrap(), None);
    assert_eq!(kind(verify::verify(store, OBJECT).await), ErrorKind::NotFound);
    assert!(ocfl_object::list_objects(store).await.unwrap().is_empty());

    let first = deposit_first(store).await.unwrap();
    assert_eq!((first.version, first.changed, first.fixity.len()), (1, true, 3));
    let again = deposit_first(store).await.unwrap();
    assert_eq!(again, DepositResult { changed: false, ..first.clone() });

    let changed = ocfl_object::deposit(store, second()).await.unwrap();
    assert_eq!((changed.version, changed.changed), (2, true));
    assert_eq!(changed.fixity[ORIGINAL], first.fixity[ORIGINAL]);
    assert!(!ocfl_object::deposit(store, second()).await.unwrap().changed);

    let read = async |path: &str| ocfl_object::get(store, OBJECT, path).await;
    assert_eq!(read("record.json").await.unwrap(), b"{2}");
    assert_eq!(read("same.txt").await.unwrap(), b"{1}");
    assert_eq!(read(ORIGINAL).await.unwrap(), b"%PDF-1.7 original".repeat(1000));
    assert_eq!(kind(read("gone.txt").await), ErrorKind::NotFound);
    assert_eq!(ocfl_object::get_version(store, OBJECT, 1, "record.json").await.unwrap(), b"{1}");
    assert_eq!(ocfl_object::get_version(store, OBJECT, 1, "gone.txt").await.unwrap(), "xưa".as_bytes());
    assert_eq!(kind(ocfl_object::get_version(store, OBJECT, 3, "record.json").await), ErrorKind::NotFound);
    assert_eq!(kind(ocfl_object::get(store, "urn:none", "x").await), ErrorKind::NotFound);
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("out");
    ocfl_object::get_file(store, OBJECT, ORIGINAL, &file).await.unwrap();
    assert_eq!(std::fs::read(&file).unwrap(), b"%PDF-1.7 original".repeat(1000));

    let inventory = ocfl_object::read_inventory(store, OBJECT).await.unwrap().unwrap();
    assert_eq!(inventory.head_number().unwrap(), 2);
    assert_eq!(inventory.manifest.len(), 5, "equal content is stored once: {:?}", inventory.manifest);
    let fixity = &inventory.fixity["sha256"];
    assert_eq!(fixity.values().flatten().count(), 1);
    assert_eq!(verify::verify(store, OBJECT).await.unwrap(), []);
    assert_eq!(ocfl_object::list_objects(store).await.unwrap(), [OBJECT]);
}

#[tokio::test]
async fn object_lifecycle_works_in_memory() {
    check_object_lifecycle(&MemoryStore::new()).await;
}

#[tokio::test]
async fn object_lifecycle_works_on_s3() {
    let Some(store) = open_s3("ocfl").await else { return };
    check_object_lifecycle(&*store).await;
}

#[tokio::test]
async fn local_objects_pass_external_ocfl_validator() {
    let home = tempfile::tempdir().unwrap();
    let store = LocalStore::open(home.path()).unwrap();
    check_object_lifecycle(&store).await;
    let long = format!("originals/{}/{}.txt", "thư mục dài ".repeat(30), "tên dài ".repeat(30));
    let deep = vec!["Thư mục"; 60].join("/");
    let odd = [("a/.hidden", bytes("1")), ("a/100% \\ \"?*", bytes("2")), (long.as_str(), bytes("3")), (deep.as_str(), bytes("4"))];
    let other = NewVersion { object: "urn:sohoa:G09.01:Hồ sơ 12/2020", user: "a@b.vn".into(), ..version(&odd) };
    let other_id = other.object;
    ocfl_object::deposit(&store, other).await.unwrap();
    assert_eq!(ocfl_object::get(&store, other_id, &deep).await.unwrap(), b"4");
    assert_eq!(verify::verify(&store, other_id).await.unwrap(), []);
    assert_eq!(ocfl_object::list_objects(&store).await.unwrap().len(), 2);
    validate(&home.path().join("ocfl"), 2, true);
    // The test can fail: the same validator sees one flipped byte.
    let damaged = find(&home.path().join("ocfl"), "record.json");
    std::fs::write(&damaged, "{3}").unwrap();
    validate(&home.path().join("ocfl"), 2, false);
}

/// Runs the external validator on a storage root and all its objects, if it is installed.
fn validate(root: &Path, objects: usize, accepted: bool) {
    // `ocfl-validate.py` on a storage root does not report damaged objects; this command does, as text.
    let mut command = Command::new("ocfl-root.py");
    let Ok(output) = command.args(["validate", "--validate-objects", "--check-digests", "--root"]).arg(root).output() else {
        sohoa_testing::skipped("the outside OCFL validator: ocfl-root.py is not on PATH, `.ci/python-tools` installs it");
        return;
    };
    let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert_eq!(said.contains(&format!("Objects checked: {objects} / {objects} are VALID")), accepted, "{said}");
    assert!(said.contains("Storage root") && !said.contains("[W"), "{said}");
}

fn find(folder: &Path, name: &str) -> std::path::PathBuf {
    let mut found: Vec<_> = walkdir::WalkDir::new(folder).into_iter().flatten().filter(|entry| entry.file_name() == name).collect();
    found.sort_by_key(|entry| entry.path().to_owned());
    found.first().unwrap().path().to_owned()
}

#[tokio::test]
async fn invalid_deposits_are_rejected_without_writes() {
    let store = MemoryStore::new();
    let good = version(&[("a", bytes("1"))]);
    for (path, refused) in [("..", true), ("a/../b", true), ("/a", true), ("a/", true), ("", true), ("a//b", true), ("ổn/định", false)]
    {
        let result = ocfl_object::deposit(&store, version(&[(path, bytes("1"))])).await;
        assert_eq!(result.is_err(), refused, "{path:?}");
    }
    let store = MemoryStore::new();
    for bad in [
        version(&[]),
        version(&[("a", bytes("1")), ("a/b", bytes("2"))]),
        version(&[("a", ContentSource::Unchanged)]),
        NewVersion { created: "yesterday".into(), ..good.clone() },
        NewVersion { created: "2026-01-02T03:04:05".into(), ..good.clone() },
        NewVersion { fixity: BTreeMap::from([("b".into(), "0".into())]), ..good.clone() },
    ] {
        assert_eq!(kind(ocfl_object::deposit(&store, bad).await), ErrorKind::Invalid);
    }
    assert_eq!(
        kind(ocfl_object::deposit(&store, version(&[("a", ContentSource::Blob { key: "intake/none".into(), digests: None })])).await),
        ErrorKind::NotFound
    );
    let altered = NewVersion { fixity: BTreeMap::from([("a".into(), "0".repeat(64))]), ..good };
    assert_eq!(kind(ocfl_object::deposit(&store, altered).await), ErrorKind::Corrupt);
    assert!(store.list("").await.unwrap().is_empty());
}

#[tokio::test]
async fn every_missing_or_changed_file_is_detected() {
    let root = key::object_root(OBJECT);
    let sound = MemoryStore::new();
    deposit_first(&sound).await.unwrap();
    ocfl_object::deposit(&sound, second()).await.unwrap();
    let keys: Vec<String> = sound.list(&root).await.unwrap().into_iter().map(|entry| entry.key).collect();
    assert_eq!(keys.len(), 3 + 4 + 5);
    for key in &keys {
        for lost in [true, false] {
            let store = MemoryStore::new();
            for entry in sound.list("").await.unwrap() {
                store.put(&entry.key, sound.get(&entry.key).await.unwrap()).await.unwrap();
            }
            if lost {
                store.delete(key).await.unwrap();
            } else {
                let mut bytes = store.get(key).await.unwrap();
                bytes[0] ^= 1;
                store.put(key, bytes).await.unwrap();
            }
            let findings = verify::verify(&store, OBJECT).await.unwrap();
            let root_sidecar = *key == format!("{root}/inventory.json.sha512");
            assert_eq!(findings.iter().any(|finding| finding.is_damage), !root_sidecar, "{key} lost {lost}: {findings:?}");
            assert!(!findings.is_empty(), "{key} lost {lost}");
            let place = key.trim_end_matches(".sha512");
            let names_it = |finding: &verify::FixityFinding| place.ends_with(finding.path.trim_end_matches(".sha512"));
            assert!(findings.iter().any(|finding| names_it(finding) || finding.path == "inventory.json"), "{key}: {findings:?}");
            assert_eq!(ocfl_object::list_objects(&store).await.unwrap(), [OBJECT], "{key} lost {lost}");
        }
    }
    sound.put(&format!("{root}/v1/content/stray"), b"x".to_vec()).await.unwrap();
    let findings = verify::verify(&sound, OBJECT).await.unwrap();
    assert!(findings.len() == 1 && findings[0].is_damage && findings[0].path == "v1/content/stray", "{findings:?}");
}

#[tokio::test]
async fn damaged_content_is_not_returned() {
    let store = MemoryStore::new();
    deposit_first(&store).await.unwrap();
    store.put(&format!("{}/v1/content/record.json", key::object_root(OBJECT)), b"{x}".to_vec()).await.unwrap();
    assert_eq!(kind(ocfl_object::get(&store, OBJECT, "record.json").await), ErrorKind::Corrupt);
}

// ---- interrupted deposits

/// Store that fails after a number of writes, like a killed process.
#[derive(Debug)]
struct CutOff<'a> {
    inner: &'a dyn BlobStore,
    left: AtomicU32,
}

impl<'a> CutOff<'a> {
    fn after(inner: &'a dyn BlobStore, writes: u32) -> Self {
        Self { inner, left: AtomicU32::new(writes) }
    }

    fn write(&self) -> Result<()> {
        let taken = self.left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1));
        taken.map(drop).map_err(|_| storage::s3_answer_garbled("x"))
    }
}

#[async_trait]
impl BlobStore for CutOff<'_> {
    async fn put(&self, key: &str, bytes: Vec<u8>) -> Result<()> {
        self.write()?;
        self.inner.put(key, bytes).await
    }
    async fn put_file(&self, key: &str, file: &Path) -> Result<()> {
        self.write()?;
        self.inner.put_file(key, file).await
    }
    async fn get(&self, key: &str) -> Result<Vec<u8>> {
        self.inner.get(key).await
    }
    async fn get_file(&self, key: &str, file: &Path) -> Result<()> {
        self.inner.get_file(key, file).await
    }
    async fn stat(&self, key: &str) -> Result<Option<u64>> {
        self.inner.stat(key).await
    }
    async fn list(&self, prefix: &str) -> Result<Vec<BlobEntry>> {
        self.inner.list(prefix).await
    }
    async fn delete(&self, key: &str) -> Result<()> {
        self.write()?;
        self.inner.delete(key).await
    }
    async fn copy(&self, from: &str, to: &str) -> Result<()> {
        self.write()?;
        self.inner.copy(from, to).await
    }
}

async fn damage(store: &dyn BlobStore) -> Vec<verify::FixityFinding> {
    verify::verify(store, OBJECT).await.unwrap().into_iter().filter(|finding| finding.is_damage).collect()
}

#[tokio::test]
async fn interrupted_first_deposit_is_repaired_by_retry() {
    for writes in 0.. {
        let home = tempfile::tempdir().unwrap();
        let store = LocalStore::open(home.path()).unwrap();
        let cut = deposit_first(&CutOff::after(&store, writes)).await;
        if store.list(&key::object_root(OBJECT)).await.unwrap().is_empty() {
            assert_eq!(ocfl_object::read_inventory(&store, OBJECT).await.unwrap(), None);
        } else {
            assert_eq!(damage(&store).await, [], "after {writes} writes");
        }
        let Err(error) = cut else {
            assert!(writes > 10, "the deposit is of more writes than {writes}");
            return;
        };
        assert_eq!(error.kind(), ErrorKind::Unavailable);
        // The repeated deposit may differ from the interrupted one.
        let other = version(&[("record.json", bytes("{other}"))]);
        let repeated = if writes % 2 == 0 { deposit_first(&store).await } else { ocfl_object::deposit(&store, other).await };
        repeated.unwrap();
        assert_eq!(verify::verify(&store, OBJECT).await.unwrap(), [], "after {writes} writes and a repeat");
        assert_eq!(ocfl_object::list_objects(&store).await.unwrap(), [OBJECT]);
    }
}

async fn interrupt_second_deposit(store: &dyn BlobStore, writes: u32) -> bool {
    deposit_first(store).await.unwrap();
    let cut = ocfl_object::deposit(&CutOff::after(store, writes), second()).await;
    assert_eq!(damage(store).await, [], "after {writes} writes");
    // Either the old or the new state, in full.
    let head = ocfl_object::read_inventory(store, OBJECT).await.unwrap().unwrap().head_number().unwrap();
    let record = ocfl_object::get(store, OBJECT, "record.json").await.unwrap();
    assert_eq!(record, format!("{{{head}}}").into_bytes());
    assert_eq!(ocfl_object::get_version(store, OBJECT, 1, "record.json").await.unwrap(), b"{1}");
    let ended = cut.is_ok();
    // Three ways on: the same again, something else, or back to the old state.
    match writes % 3 {
        0 => drop(ocfl_object::deposit(store, second()).await.unwrap()),
        1 => drop(ocfl_object::deposit(store, version(&[("record.json", bytes("{other}"))])).await.unwrap()),
        _ => drop(deposit_first(store).await.unwrap()),
    }
    assert_eq!(verify::verify(store, OBJECT).await.unwrap(), [], "after {writes} writes and a repeat");
    ended
}

#[tokio::test]
async fn interrupted_second_deposit_keeps_object_valid() {
    for writes in 0.. {
        let home = tempfile::tempdir().unwrap();
        let store = LocalStore::open(home.path()).unwrap();
        let ended = interrupt_second_deposit(&store, writes).await;
        // The external validator is slow: it sees the two odd cases, half of the content and all but the last sidecar.
        if matches!(writes, 1 | 5) {
            validate(&home.path().join("ocfl"), 1, true);
        }
        if ended {
            assert_eq!(writes, 6, "two contents, two inventories with their sidecars");
            return;
        }
    }
}

#[tokio::test]
async fn interrupted_second_deposit_on_s3_keeps_object_valid() {
    for writes in 0.. {
        let Some(store) = open_s3("cut").await else { return };
        if interrupt_second_deposit(&*store, writes).await {
            return;
        }
    }
}

#[tokio::test]
async fn transient_store_failures_are_retried() {
    /// Fails every other write.
    #[derive(Debug, Default)]
    struct Shaky(MemoryStore, AtomicU32);
    #[async_trait]
    impl BlobStore for Shaky {
        async fn put(&self, key: &str, bytes: Vec<u8>) -> Result<()> {
            if self.1.fetch_add(1, Ordering::SeqCst).is_multiple_of(2) {
                return Err(storage::s3_overloaded("x"));
            }
            self.0.put(key, bytes).await
        }
        async fn put_file(&self, key: &str, file: &Path) -> Result<()> {
            self.0.put_file(key, file).await
        }
        async fn get(&self, key: &str) -> Result<Vec<u8>> {
            self.0.get(key).await
        }
        async fn get_file(&self, key: &str, file: &Path) -> Result<()> {
            self.0.get_file(key, file).await
        }
        async fn stat(&self, key: &str) -> Result<Option<u64>> {
            self.0.stat(key).await
        }
        async fn list(&self, prefix: &str) -> Result<Vec<BlobEntry>> {
            self.0.list(prefix).await
        }
        async fn delete(&self, key: &str) -> Result<()> {
            self.0.delete(key).await
        }
        async fn copy(&self, from: &str, to: &str) -> Result<()> {
            self.0.copy(from, to).await
        }
    }
    let shaky = Arc::new(Shaky::default());
    assert_eq!(kind(deposit_first(&*shaky).await), ErrorKind::Unavailable);
    check_object_lifecycle(&RetryingStore::new(Arc::new(Shaky::default()), RetryPolicy::immediate(2))).await;
}

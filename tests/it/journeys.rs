//! What people do, through the real binary: take in, find, read back, verify, rebuild.

use serde_json::Value;
use sohoa_testing::tools::{run, tool};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use tempfile::TempDir;

/// A home of its own for one test, and what every call of the program is told.
struct TestHome {
    folder: TempDir,
    settings: Vec<(&'static str, String)>,
}

impl TestHome {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap(), settings: vec![("SOHOA_LIMITS_FILE_MIB", "1".to_owned())] }
    }

    /// A home whose store is a prefix on the S3 server and whose catalogue is a schema on PostgreSQL, and the
    /// statement that drops that catalogue; `None` where these servers do not run.
    fn on_servers() -> Option<(Self, String, String)> {
        let variable = |name: &str| std::env::var(name).ok();
        let (Some(endpoint), Some(server)) = (variable("TEST_S3_ENDPOINT"), variable("TEST_POSTGRES_URL")) else {
            sohoa_testing::skipped("the journey on S3 and PostgreSQL: TEST_S3_ENDPOINT or TEST_POSTGRES_URL is not set, see .ci/servers");
            return None;
        };
        let id = uuid::Uuid::now_v7().simple().to_string();
        let sign = if server.contains('?') { '&' } else { '?' };
        let mut home = Self::new();
        home.settings.extend([
            ("SOHOA_STORE", format!("s3://{}/journey-{id}", variable("TEST_S3_BUCKET").unwrap())),
            ("SOHOA_S3_ENDPOINT", endpoint),
            ("SOHOA_S3_REGION", variable("TEST_S3_REGION").unwrap()),
            ("SOHOA_S3_ACCESS_KEY", variable("TEST_S3_ACCESS_KEY").unwrap()),
            ("SOHOA_S3_SECRET_KEY", variable("TEST_S3_SECRET_KEY").unwrap()),
            ("SOHOA_CATALOG", format!("{server}{sign}options=-csearch_path%3Dj{id}")),
        ]);
        Some((home, server, format!("j{id}")))
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Runs the program; the environment of whoever runs the tests sets nothing.
    fn run_sohoa(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_sohoa"));
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("SOHOA_")) {
            command.env_remove(name);
        }
        command
            .envs(self.settings.iter().map(|(name, value)| (name, value)))
            .args(arguments)
            .arg("--home")
            .arg(self.path())
            .current_dir(self.path())
            .output()
            .unwrap()
    }

    /// Runs the program, which must end with `code`, and gives its standard output.
    fn expect_exit(&self, code: i32, arguments: &[&str]) -> String {
        let output = self.run_sohoa(arguments);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {said}");
        String::from_utf8(output.stdout).unwrap()
    }

    fn expect_json(&self, code: i32, arguments: &[&str]) -> Value {
        serde_json::from_str(&self.expect_exit(code, arguments)).unwrap()
    }

    /// Loses catalogue and index, and makes them anew from the store alone.
    fn rebuild_from_store(&self) {
        for entry in std::fs::read_dir(self.path()).unwrap().map(Result::unwrap) {
            if entry.file_name().to_string_lossy().starts_with("catalog.db") {
                std::fs::remove_file(entry.path()).unwrap();
            }
        }
        std::fs::remove_dir_all(self.path().join("index")).unwrap();
        self.expect_exit(0, &["rebuild"]);
    }

    /// Every stored file of dossiers by its path, without what holds times.
    fn stored_files(&self) -> Vec<(PathBuf, Vec<u8>)> {
        let root = self.path().join("store/ocfl");
        let mut files: Vec<(PathBuf, Vec<u8>)> = walkdir::WalkDir::new(&root)
            .into_iter()
            .map(Result::unwrap)
            .filter(|entry| entry.file_type().is_file())
            .map(|entry| (entry.path().strip_prefix(&root).unwrap().to_path_buf(), std::fs::read(entry.path()).unwrap()))
            .collect();
        files.sort();
        files
    }
}

fn sample_path(dossier: &str) -> String {
    sohoa_testing::workspace().join("samples").join(dossier).to_string_lossy().into_owned()
}

fn assert_balance_closes(run: &Value) {
    let pages = &run["pages"];
    let count = |name: &str| pages[name].as_u64().unwrap();
    assert_eq!(count("in"), count("stored") + count("review") + count("refused") + count("held"), "{pages}");
    assert_eq!(count("open"), 0);
}

#[test]
fn a_dossier_comes_in_is_found_read_back_and_rebuilt() {
    let home = TestHome::new();
    let input = sample_path("001-ke-hoach-so-hoa");
    let run = home.expect_json(0, &["run", &input, "--json", "-q"]);
    assert_balance_closes(&run);
    assert_eq!((run["files"]["received"].as_u64(), run["pages"]["in"].as_u64()), (Some(1), Some(5)), "{run}");

    // Found without marks, on the page that says it, with the words' places.
    let query = ["search", "ke hoach so hoa tai lieu luu tru", "--json", "--limit", "3"];
    let hits = home.expect_exit(0, &query);
    let first: Value = serde_json::from_str(hits.lines().next().expect("a hit")).unwrap();
    assert_eq!(first["dossier"], "001-ke-hoach-so-hoa");
    assert!(!first["boxes"].as_array().unwrap().is_empty() && !first["snippet"]["marks"].as_array().unwrap().is_empty(), "{first}");

    // Read back in every form; the original bit for bit.
    let document = format!("001-ke-hoach-so-hoa#{}", first["document"]);
    for (form, begins) in [("pdf", "%PDF-1.4"), ("alto", "<?xml"), ("hocr", "<"), ("json", "{"), ("mets", "<?xml")] {
        let output = home.run_sohoa(&["export", &document, "--format", form]);
        assert!(output.status.success() && output.stdout.starts_with(begins.as_bytes()), "{form}: {output:?}");
    }
    assert!(home.expect_exit(0, &["export", &document, "--format", "text"]).contains("lưu trữ"));
    let record = home.expect_json(0, &["records", "show", "001-ke-hoach-so-hoa"]);
    let original = &record["originals"][0];
    let name = format!("001-ke-hoach-so-hoa#{}", original["path"].as_str().unwrap());
    let back = home.run_sohoa(&["export", &name, "--format", "original"]).stdout;
    let delivered = std::fs::read_dir(&input).unwrap().map(|entry| entry.unwrap().path()).next().unwrap();
    assert!(back == std::fs::read(delivered).unwrap(), "the original came back changed");

    // The record keeps to its published schema.
    let schema = home.expect_json(0, &["records", "schema"]);
    let validator = jsonschema::validator_for(&schema).unwrap();
    assert!(validator.is_valid(&record), "{:?}", validator.iter_errors(&record).map(|error| error.to_string()).collect::<Vec<_>>());

    // A second run stores nothing twice and reads nothing again.
    let before = home.stored_files();
    let again = home.expect_json(0, &["run", &input, "--json", "-q"]);
    assert_balance_closes(&again);
    assert_eq!(again["files"]["duplicate"], 1);
    assert_eq!(again["stages"], serde_json::json!({}));
    assert!(before == home.stored_files(), "the second run changed the store");

    // Catalogue and index come back from the store alone.
    home.rebuild_from_store();
    assert_eq!(home.expect_exit(0, &query), hits);
    home.expect_exit(0, &["verify"]);

    // A changed byte is found and named.
    let (path, mut bytes) = before.into_iter().find(|(path, _)| path.ends_with("document.pdf")).unwrap();
    bytes[100] ^= 1;
    std::fs::write(home.path().join("store/ocfl").join(&path), bytes).unwrap();
    assert!(home.expect_exit(6, &["verify"]).contains("document.pdf"));
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    let made: Vec<Vec<(PathBuf, Vec<u8>)>> = (0..2)
        .map(|_| {
            let home = TestHome::new();
            home.expect_json(0, &["run", &sample_path("003-ban-giao-tai-lieu"), "--json", "-q"]);
            let timeless = |path: &Path| path.components().any(|part| part.as_os_str() == "documents") || path.ends_with("record.json");
            home.stored_files().into_iter().filter(|(path, _)| timeless(path)).collect()
        })
        .collect();
    assert!(made[0].len() > 4, "hardly anything was stored");
    assert!(made[0] == made[1], "two runs differ");
}

#[test]
fn bad_files_are_refused_by_class_and_good_ones_beside_them_are_stored() {
    let home = TestHome::new();
    let lot = home.path().join("lot");
    for folder in ["a", "b", "c", "d"] {
        std::fs::create_dir_all(lot.join(folder)).unwrap();
    }
    let page = std::fs::read_dir(sample_path("002-cau-phao-cua-may")).unwrap().map(|entry| entry.unwrap().path()).next().unwrap();
    std::fs::copy(&page, lot.join("a/trang 1.jpg")).unwrap();
    std::fs::copy(&page, lot.join("a/trang 1 (bản sao).jpg")).unwrap();
    std::fs::write(lot.join("b/empty.pdf"), b"").unwrap();
    std::fs::write(lot.join("d/large.pdf"), vec![b' '; (1 << 20) + 1]).unwrap();
    std::fs::write(lot.join("a/manifest.csv"), "file,trang\ntrang 1.jpg,1\n").unwrap();
    std::fs::write(lot.join("c/letter.pdf"), "kính gửi, đây không phải là bản quét\n").unwrap();
    std::fs::write(lot.join("d/half.png"), &b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x03\0\0\0\x04\0\x08\0\0\0\0"[..]).unwrap();
    let run = home.expect_json(3, &["run", lot.to_str().unwrap(), "--json", "-q", "--lang", "en"]);
    assert_balance_closes(&run);
    let files = &run["files"];
    assert_eq!((files["received"].as_u64(), files["duplicate"].as_u64()), (Some(6), Some(1)), "{run}");
    assert_eq!(run["manifests"], serde_json::json!(["lot/a/manifest.csv"]));
    let refused: Vec<(&str, &str)> =
        run["refusals"].as_array().unwrap().iter().map(|item| (item["file"].as_str().unwrap(), item["class"].as_str().unwrap())).collect();
    assert_eq!(
        refused,
        [("lot/b/empty.pdf", "input"), ("lot/c/letter.pdf", "input"), ("lot/d/half.png", "input"), ("lot/d/large.pdf", "limit")]
    );
    let lists =
        walkdir::WalkDir::new(home.path().join("store/manifests")).into_iter().flatten().filter(|entry| entry.file_type().is_file());
    assert_eq!(lists.count(), 1, "the list is not kept");
    assert!(run["pages"]["stored"].as_u64().unwrap() + run["pages"]["review"].as_u64().unwrap() >= 1);
    // What was refused is kept, bit for bit.
    let kept = home.run_sohoa(&["export", "lot/c#originals/letter.pdf", "--format", "original"]).stdout;
    assert_eq!(kept, std::fs::read(lot.join("c/letter.pdf")).unwrap());
    home.expect_exit(0, &["verify"]);
}

#[test]
fn pictures_of_a_telephone_are_read_and_locked_files_are_refused_and_kept() {
    let (Some(encode), Some(qpdf)) = (tool("heif-enc"), tool("qpdf")) else { return };
    let home = TestHome::new();
    let lot = home.path().join("lot");
    for folder in ["photo", "locked"] {
        std::fs::create_dir_all(lot.join(folder)).unwrap();
    }
    let (photo, locked) = (lot.join("photo/trang 1.heic"), lot.join("locked/plan.pdf"));
    let (page, file) = (sample_path("002-cau-phao-cua-may/trang 1.jpg"), sample_path("001-ke-hoach-so-hoa/hồ sơ 001.pdf"));
    run(&encode, &["-q", "60", &page, "-o", photo.to_str().unwrap()]);
    run(&qpdf, &["--encrypt", "chìa", "chìa", "256", "--", &file, locked.to_str().unwrap()]);
    let run = home.expect_json(3, &["run", lot.to_str().unwrap(), "--json", "-q", "--lang", "en"]);
    assert_balance_closes(&run);
    assert_eq!((&run["pages"]["in"], &run["files"]["refused"]), (&1.into(), &1.into()), "{run}");
    let refusal = &run["refusals"][0];
    assert_eq!((refusal["file"].as_str(), refusal["class"].as_str()), (Some("lot/locked/plan.pdf"), Some("secret")));
    assert!(refusal["reason"].as_str().unwrap().contains("password"), "{refusal}");
    let kept = home.run_sohoa(&["export", "lot/locked#originals/plan.pdf", "--format", "original"]).stdout;
    assert!(kept == std::fs::read(&locked).unwrap(), "the locked file came back changed");
    assert!(home.expect_exit(0, &["export", "lot/photo#1", "--format", "text"]).lines().filter(|line| !line.is_empty()).count() > 5);
}

#[test]
fn the_largest_colour_picture_that_is_let_in_fits_into_the_memory_of_a_reading_process() {
    let mut home = TestHome::new();
    home.settings.push(("SOHOA_LIMITS_FILE_MIB", "16".to_owned()));
    let lot = home.path().join("lot");
    std::fs::create_dir(&lot).unwrap();
    let page = image::RgbImage::from_fn(7000, 8500, |x, y| {
        let line = (700..6300).contains(&x) && (700..7800).contains(&y) && y % 170 < 60 && x % 60 < 40;
        let seal = (4000..5000).contains(&x) && (6000..7000).contains(&y);
        image::Rgb(if line { [20, 20, 20] } else { [250, if seal { 60 } else { 250 }, if seal { 60 } else { 250 }] })
    });
    page.save(lot.join("plan.jpg")).unwrap();
    let run = home.expect_json(0, &["run", lot.to_str().unwrap(), "--json", "-q", "--lang", "en"]);
    assert_balance_closes(&run);
    assert_eq!((&run["pages"]["in"], &run["pages"]["refused"]), (&1.into(), &0.into()), "{run}");
}

#[test]
fn pages_to_be_scanned_again_are_named_with_the_reasons() {
    use image::imageops::{FilterType, crop_imm, resize};
    use sohoa_synthetic::degradation::effects::{blur, encode_jpeg};
    let home = TestHome::new();
    let lot = home.path().join("lot");
    std::fs::create_dir(&lot).unwrap();
    let good = image::open(sample_path("002-cau-phao-cua-may/trang 4.jpg")).unwrap().to_rgb8();
    let (width, height) = good.dimensions();
    let soft = blur(&good, 8);
    let small = resize(&good, width * 3 / 5, height * 3 / 5, FilterType::Triangle);
    let cut = crop_imm(&good, width / 4, 0, width * 3 / 4, height).to_image();
    for (name, page, dpi) in [("a good", &good, 200), ("b soft", &soft, 200), ("c small", &small, 120), ("d cut", &cut, 200)] {
        std::fs::write(lot.join(format!("{name}.jpg")), encode_jpeg(page, 85, dpi).unwrap()).unwrap();
    }
    let run = home.expect_json(0, &["run", lot.to_str().unwrap(), "--json", "-q"]);
    assert_balance_closes(&run);
    assert_eq!(run["rescan"], 3, "{run}");

    let report = home.expect_json(0, &["quality", "--json"]);
    let reasons: Vec<(&str, &Value)> =
        report["pages"].as_array().unwrap().iter().map(|page| (page["file"].as_str().unwrap(), &page["rescan"])).collect();
    assert_eq!(reasons.len(), 4, "{report}");
    assert_eq!(reasons[0], ("lot/a good.jpg", &serde_json::json!([])));
    for (at, file, reason) in [(1, "lot/b soft.jpg", "blurred"), (2, "lot/c small.jpg", "low-resolution"), (3, "lot/d cut.jpg", "cut-off")]
    {
        assert!(reasons[at].0 == file && reasons[at].1.as_array().unwrap().contains(&reason.into()), "{reasons:?}");
    }
    assert_eq!(report["pages"][3]["quality"]["scan"]["cut"]["left"], true);
    let list = home.expect_exit(0, &["quality", "--rescan", "--lang", "en"]);
    assert!(list.starts_with("lot/d cut.jpg, page 1: print is cut off on the left") && !list.contains("a good"), "{list}");
    assert!(home.expect_json(0, &["records", "show", "lot"])["documents"].to_string().contains("page-rescan"));
    assert_eq!(home.expect_exit(0, &["quality"]).lines().filter(|line| line.starts_with('!')).count(), 3);
    assert_eq!(home.expect_json(0, &["quality", "--by-batch", "--json"])[0]["summary"]["rescan"], 3);

    // The same is known after a rebuild.
    std::fs::remove_file(home.path().join("catalog.db")).unwrap();
    home.expect_exit(0, &["rebuild"]);
    assert_eq!(home.expect_exit(0, &["quality", "--rescan", "--lang", "en"]), list);
}

#[test]
fn separator_sheets_are_printed_read_back_and_part_documents() {
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
    let said = |symbology: &str| codes.iter().find(|code| code["symbology"] == symbology).map(|code| code["text"].as_str().unwrap());
    assert_eq!(said("qr"), Some("sohoa:dossier:H24.16-200514-0001"));
    assert_eq!((said("code128").is_some(), said("patch")), (true, Some("T")));

    // The codes outlive a rebuild and the version that a decision makes after it.
    home.rebuild_from_store();
    home.expect_exit(0, &["review", "decide", "sheets.pdf#1", "--accept", "--by", "lan"]);
    let after = home.expect_json(0, &["records", "show", "sheets.pdf"]);
    assert_eq!(after["documents"][0]["pages"][0]["codes"], record["documents"][0]["pages"][0]["codes"]);

    // Each file of samples/ holds several documents: with sheets between the files no start is missed.
    let found = home.expect_json(0, &["eval", "--separation", &sample_path(""), "--piles", "2", "--json"]);
    assert_eq!((found["sheets"]["read"].as_u64(), found["sheets"]["decoded"].as_u64()), (Some(6), Some(6)));
    for kind in found["kinds"].as_array().unwrap().iter().filter(|kind| kind["with_sheets"] == true) {
        assert_eq!(kind["missed"], 0, "{kind}");
    }
}

#[test]
fn whatever_is_unknown_is_refused_before_anything_is_touched() {
    let home = TestHome::new();
    std::fs::write(home.path().join("sohoa.toml"), "stroe = \"x\"\n").unwrap();
    let output = home.run_sohoa(&["run", "x"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("stroe"));
    std::fs::remove_file(home.path().join("sohoa.toml")).unwrap();
    std::fs::write(home.path().join("p.toml"), "name = \"p\"\n[[stage]]\nname = \"intake\"\n[[stage]]\nname = \"reed\"\n").unwrap();
    let output = home.run_sohoa(&["run", "x", "--pipeline", "p.toml"]);
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.contains("line 4") && said.contains("reed"), "{said}");
}

/// Runs statements on the PostgreSQL server.
async fn execute_sql(server: &str, text: String) {
    use sqlx::{AnyConnection, AssertSqlSafe, Connection};
    sqlx::any::install_default_drivers();
    let mut connection = AnyConnection::connect(server).await.unwrap();
    sqlx::raw_sql(AssertSqlSafe(text)).execute(&mut connection).await.unwrap();
}

#[tokio::test]
async fn the_same_holds_on_object_storage_and_a_shared_catalogue() {
    let Some((home, server, schema)) = TestHome::on_servers() else { return };
    execute_sql(&server, format!("CREATE SCHEMA {schema}")).await;
    let input = sample_path("002-cau-phao-cua-may");
    let run = home.expect_json(0, &["run", &input, "--json", "-q"]);
    assert_balance_closes(&run);
    assert_eq!(run["pages"]["refused"], 0);
    let query = ["search", "cau phao", "--json"];
    let hits = home.expect_exit(0, &query);
    assert!(!hits.is_empty(), "nothing is found");
    let again = home.expect_json(0, &["run", &input, "--json", "-q"]);
    assert_eq!((&again["files"]["received"], &again["stages"]), (&again["files"]["duplicate"], &serde_json::json!({})));
    let delivered = std::fs::read_dir(&input).unwrap().map(|entry| entry.unwrap().path()).next().unwrap();
    let name = format!("002-cau-phao-cua-may#originals/{}", delivered.file_name().unwrap().to_str().unwrap().replace(' ', "%20"));
    let back = home.run_sohoa(&["export", &name, "--format", "original"]);
    assert!(back.stdout == std::fs::read(&delivered).unwrap(), "{}", String::from_utf8_lossy(&back.stderr));
    assert!(!home.path().join("store").exists() && !home.path().join("catalog.db").exists(), "something was kept on this machine");

    execute_sql(&server, format!("DROP SCHEMA {schema} CASCADE; CREATE SCHEMA {schema}")).await;
    std::fs::remove_dir_all(home.path().join("index")).unwrap();
    home.expect_exit(0, &["rebuild"]);
    assert_eq!(home.expect_exit(0, &query), hits);
    home.expect_exit(0, &["verify"]);
}

#[test]
fn a_queued_batch_is_paused_resumed_cancelled_and_taken_up_again() {
    let home = TestHome::new();
    let submitted = home.expect_json(0, &["submit", &sample_path("002-cau-phao-cua-may"), "--json", "-q"]);
    let batch = submitted["batch"].as_str().unwrap();
    let files = submitted["files"]["received"].as_u64().unwrap();
    let show = || home.expect_json(0, &["runs", "show", batch, "--json"]);
    assert!(files > 0 && show()["batch"]["state"] == "running");

    // Paused: nothing is read.
    home.expect_exit(0, &["runs", "pause", batch]);
    home.expect_exit(0, &["work", "--until-empty"]);
    assert_eq!(show()["balance"]["pages"]["in"], 0);

    // Cancelled: every file is refused as an outage, its original kept, and the balance closes.
    home.expect_exit(0, &["runs", "resume", batch]);
    assert_eq!(home.expect_exit(0, &["runs", "cancel", batch]).trim(), files.to_string());
    home.expect_exit(0, &["work", "--until-empty"]);
    assert_eq!(show()["balance"]["files"]["refused"].as_u64(), Some(files));
    assert_eq!(home.expect_exit(0, &["failures", "--json"]).matches("outage").count() as u64, files);
    home.expect_exit(0, &["verify"]);

    // Taken up again: read to the end, and the batch's ledger lies in the store.
    home.expect_exit(0, &["runs", "retry", batch]);
    home.expect_exit(0, &["work", "--until-empty"]);
    let shown = show();
    assert_balance_closes(&shown["balance"]);
    assert_eq!((&shown["balance"]["files"]["refused"], &shown["batch"]["state"]), (&0.into(), &"finished".into()));
    assert!(shown["balance"]["pages"]["in"].as_u64().unwrap() >= files);
    let ledger = std::fs::read_to_string(home.path().join(format!("store/batches/{batch}.json"))).expect("no ledger");
    assert!(!ledger.contains("outage"), "the ledger is that of before the retry");
    home.expect_exit(0, &["verify"]);
}

#[test]
fn a_person_corrects_and_accepts_and_nothing_is_read_again() {
    let home = TestHome::new();
    let code = "001-ke-hoach-so-hoa";
    home.expect_json(0, &["run", &sample_path(code), "--json", "-q"]);
    let document = format!("{code}#1");
    let shown = || home.expect_json(0, &["review", "show", &document, "--json"]);
    let before = shown();
    let word = home.expect_exit(0, &["export", &document, "--format", "text"]).split_whitespace().next().unwrap().to_owned();

    // A field and a word in one decision: a new version, no page read, found at once, in record, ALTO and PDF.
    let decided = home.expect_json(
        0,
        &[
            "review",
            "decide",
            &document,
            "--field",
            "subject=Về việc nhân viên sửa trích yếu",
            "--word",
            "1:1=Sửa",
            "--by",
            "lan",
            "--json",
        ],
    );
    assert_eq!(decided["version"], 2, "{decided}");
    assert!(decided["stages"].get("read").is_none() && decided["stages"]["package"]["items"] == 1, "{decided}");
    let hits = home.expect_exit(0, &["search", "nhan vien sua trich yeu", "--json"]);
    assert_eq!(serde_json::from_str::<Value>(hits.lines().next().expect("a hit")).unwrap()["dossier"], code);
    assert!(home.expect_exit(0, &["export", &document, "--format", "text"]).starts_with("Sửa "));
    let alto = home.expect_exit(0, &["export", &document, "--format", "alto"]);
    assert!(alto.contains("CONTENT=\"Sửa\"") && alto.contains(&format!(">{word}</ALTERNATIVE>")), "what was read is gone");
    let subject = |shown: &Value| shown["description"]["fields"]["subject"].clone();
    let now = shown();
    assert_eq!((&subject(&now)["source"], &subject(&now)["alternatives"][0]["value"]), (&"person".into(), &subject(&before)["value"]));

    // Rejected, then accepted: who decided what, in the order of time.
    home.expect_exit(0, &["review", "decide", &document, "--reject", "--note", "thiếu trang", "--by", "hoa"]);
    let waiting = || home.expect_json(0, &["review", "list", "--json"]);
    let mine = |list: Value| list.as_array().unwrap().iter().find(|one| one["document"] == document.as_str()).cloned();
    assert!(mine(waiting()).unwrap()["review"].as_array().unwrap().contains(&"rejected".into()));
    assert_eq!(home.expect_json(0, &["review", "list", "--reason", "rejected", "--json"]).as_array().unwrap().len(), 1);
    home.expect_exit(0, &["review", "decide", &document, "--accept", "--by", "hoa"]);
    assert_eq!(mine(waiting()), None);
    let acts = |shown: &Value| shown["decisions"].as_array().unwrap().iter().map(|one| one["act"].clone()).collect::<Vec<_>>();
    assert_eq!(acts(&shown()), ["correct-field", "correct-word", "reject", "accept"]);

    // Decisions live in the store, and one can be added after catalogue and index were lost.
    home.rebuild_from_store();
    let decided = home.expect_json(0, &["review", "decide", &document, "--kind", "10", "--by", "lan", "--json"]);
    assert_eq!((&decided["version"], &decided["review"]), (&5.into(), &serde_json::json!([])), "{decided}");
    assert_eq!((acts(&shown()).len(), &shown()["description"]["kind"]), (5, &"10".into()));
    assert!(home.expect_exit(0, &["export", &document, "--format", "text"]).starts_with("Sửa "));
    let record = home.expect_json(0, &["records", "show", code]);
    let schema = home.expect_json(0, &["records", "schema"]);
    assert!(jsonschema::validator_for(&schema).unwrap().is_valid(&record), "{record}");
    home.expect_exit(0, &["verify"]);

    // What cannot be is refused, and nothing changes.
    for wrong in [["--field", "subjekt=x"], ["--field", "issuedDate=2025-02-30"], ["--kind", "33"], ["--word", "1:99999=x"]] {
        let output = home.run_sohoa(&["review", "decide", &document, wrong[0], wrong[1], "--by", "lan"]);
        assert!(!output.status.success(), "{wrong:?}");
    }
    assert_eq!(acts(&shown()).len(), 5);

    // Decisions are what is learned from; two are too few to compare by.
    let trained = home.expect_json(0, &["train", "--json"]);
    assert_eq!((&trained["replaced"], &trained["kept"]), (&false.into(), &"too-few".into()), "{trained}");
    assert_eq!(trained["examples"].as_u64().unwrap() + trained["before"]["examples"].as_u64().unwrap(), 1);
}

#[test]
fn a_person_turns_replaces_cuts_and_joins_pages() {
    let home = TestHome::new();
    let code = "002-cau-phao-cua-may";
    home.expect_json(0, &["run", &sample_path(code), "--json", "-q"]);
    let record = || home.expect_json(0, &["records", "show", code]);
    let before = record();
    let documents = before["documents"].as_array().unwrap();
    let longest = documents.iter().max_by_key(|document| document["pages"].as_array().unwrap().len()).unwrap();
    let number = longest["number"].as_u64().unwrap();
    let pages = longest["pages"].as_array().unwrap().len();
    assert!(pages >= 2, "{before}");
    let document = format!("{code}#{number}");
    let decide = |more: &[&str]| home.expect_json(0, &[&["review", "decide", &document, "--by", "lan", "--json"], more].concat());
    let shown = |record: &Value| record["documents"].as_array().unwrap().iter().find(|one| one["number"] == number).unwrap().clone();

    // Upside down, and upright again: one page is read each time, the others are not.
    let turned = decide(&["--turn", "1=180"]);
    assert_eq!(turned["stages"]["read"]["items"], 1, "{turned}");
    assert_eq!(shown(&record())["pages"][0]["turn"], (longest["pages"][0]["turn"].as_u64().unwrap() + 180) % 360);
    decide(&["--turn", "1=180"]);
    assert_eq!(shown(&record())["pages"][0]["turn"], longest["pages"][0]["turn"]);

    // Another scan stands for the page.
    let scan = home.path().join("anew.jpg");
    let page = std::fs::read(PathBuf::from(sample_path(code)).join("trang 6.jpg")).unwrap();
    std::fs::write(&scan, [page.as_slice(), &[0]].concat()).unwrap();
    let replaced = decide(&["--replace", &format!("1={}", scan.display())]);
    assert_eq!(replaced["stages"]["read"]["items"], 1, "{replaced}");
    let now = record();
    assert_ne!(shown(&now)["pages"][0]["original"], longest["pages"][0]["original"]);
    let originals = now["originals"].to_string();
    assert!(originals.contains(longest["pages"][0]["original"].as_str().unwrap()), "the old scan is gone");

    // Cut after a rebuild, when the readings are known from the store alone, and joined again.
    home.rebuild_from_store();
    let text = home.expect_exit(0, &["export", &document, "--format", "text"]);
    let cut = decide(&["--split", "2"]);
    let made = cut["made"][0].as_str().unwrap().to_owned();
    assert!(cut["stages"].get("read").is_none(), "{cut}");
    let parts = [&document, &made].map(|name| home.expect_exit(0, &["export", name, "--format", "text"]));
    let words = |text: &str| text.split_whitespace().filter(|word| word.chars().all(char::is_alphabetic)).count();
    assert_eq!(words(&parts[0]) + words(&parts[1]), words(&text));
    decide(&["--join", made.rsplit('#').next().unwrap()]);
    assert_eq!(home.expect_exit(0, &["export", &document, "--format", "text"]), text);
    assert!(!record()["documents"].as_array().unwrap().iter().any(|one| made.ends_with(&format!("#{}", one["number"]))));
    home.expect_exit(0, &["verify"]);
    let schema = home.expect_json(0, &["records", "schema"]);
    assert!(jsonschema::validator_for(&schema).unwrap().is_valid(&record()));
}

/// A spreadsheet of one sheet with these cells, as small as the standard allows.
fn minimal_xlsx(rows: &[&[&str]]) -> Vec<u8> {
    use std::io::Write;
    let cells = |row: &[&str]| row.iter().map(|cell| format!("<c t=\"inlineStr\"><is><t>{cell}</t></is></c>")).collect::<String>();
    let data: String = rows.iter().map(|row| format!("<row>{}</row>", cells(row))).collect();
    let main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    let office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let package = "http://schemas.openxmlformats.org/package/2006";
    let parts = [
        (
            "[Content_Types].xml",
            format!(
                "<Types xmlns=\"{package}/content-types\"><Default Extension=\"rels\" \
                 ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/><Override PartName=\"/xl/workbook.xml\" \
                 ContentType=\"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml\"/></Types>"
            ),
        ),
        (
            "_rels/.rels",
            format!(
                "<Relationships xmlns=\"{package}/relationships\"><Relationship Id=\"r1\" Type=\"{office}/officeDocument\" \
                 Target=\"xl/workbook.xml\"/></Relationships>"
            ),
        ),
        (
            "xl/workbook.xml",
            format!(
                "<workbook xmlns=\"{main}\" xmlns:r=\"{office}\"><sheets><sheet name=\"Mục lục\" sheetId=\"1\" r:id=\"r1\"/></sheets></workbook>"
            ),
        ),
        (
            "xl/_rels/workbook.xml.rels",
            format!(
                "<Relationships xmlns=\"{package}/relationships\"><Relationship Id=\"r1\" Type=\"{office}/worksheet\" \
                 Target=\"worksheets/sheet1.xml\"/></Relationships>"
            ),
        ),
        ("xl/worksheets/sheet1.xml", format!("<worksheet xmlns=\"{main}\"><sheetData>{data}</sheetData></worksheet>")),
    ];
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, text) in parts {
        zip.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

#[test]
fn a_list_beside_the_scans_says_what_is_what_and_is_compared_with_what_came() {
    let home = TestHome::new();
    let delivery = home.path().join("lo");
    let pages: Vec<PathBuf> = {
        let mut all: Vec<_> = std::fs::read_dir(sample_path("002-cau-phao-cua-may")).unwrap().map(|entry| entry.unwrap().path()).collect();
        all.sort();
        all.into_iter().take(3).collect()
    };
    for dossier in ["hs-dung", "hs-sai"] {
        std::fs::create_dir_all(delivery.join(dossier)).unwrap();
        for (number, page) in (1..).zip(&pages) {
            std::fs::copy(page, delivery.join(dossier).join(format!("{number}.jpg"))).unwrap();
        }
    }
    let list = minimal_xlsx(&[
        &["MỤC LỤC VĂN BẢN"],
        &["STT", "Số, ký hiệu", "Ngày, tháng", "Trích yếu nội dung", "Tác giả", "Tờ số"],
        &["1", "12/BC-UBND", "05/3/2020", "Báo cáo về cầu phao", "UBND tỉnh Bình Sơn Giang", "1-2"],
        &["2", "7/CV-SGT", "06/3/2020", "Công văn trả lời", "Sở Giao thông", "3"],
    ]);
    std::fs::write(delivery.join("hs-dung/manifest.xlsx"), list).unwrap();
    std::fs::write(delivery.join("hs-sai/manifest.csv"), "Tên tệp,Số trang\n1.jpg,1\n2.jpg,2\n4.jpg,1\n").unwrap();
    let told = home.expect_json(0, &["run", delivery.to_str().unwrap(), "--json", "-q"]);
    assert_balance_closes(&told);
    assert_eq!(told["manifests"].as_array().unwrap().len(), 2);

    // The list that fits cuts the pages and describes the documents.
    let record = home.expect_json(0, &["records", "show", "lo/hs-dung"]);
    let documents = record["documents"].as_array().unwrap();
    let count = |document: &Value| document["pages"].as_array().unwrap().len();
    assert_eq!(documents.iter().map(count).collect::<Vec<_>>(), [2, 1]);
    let fields = &documents[1]["description"]["fields"];
    assert_eq!((&fields["codeNumber"]["value"], &fields["codeNotation"]["value"]), (&"7".into(), &"CV-SGT".into()), "{fields}");
    assert_eq!((&fields["subject"]["value"], &fields["subject"]["source"]), (&"Công văn trả lời".into(), &"list".into()));
    assert_eq!((&fields["issuedDate"]["value"], &documents[1]["listed"]["row"]), (&"2020-03-06".into(), &4.into()));
    assert!(record.get("list_findings").is_none());

    // The other one loses nothing: the pages are cut as if there were none, and a person looks.
    let record = home.expect_json(0, &["records", "show", "lo/hs-sai"]);
    let codes: Vec<&str> = record["list_findings"].as_array().unwrap().iter().map(|one| one["code"].as_str().unwrap()).collect();
    assert_eq!(codes, ["pages", "missing", "extra"], "{record}");
    assert_eq!(record["documents"].as_array().unwrap().iter().map(count).sum::<usize>(), 3);
    let waiting = home.expect_json(0, &["review", "list", "--reason", "list-differs", "--json"]);
    assert!(!waiting.as_array().unwrap().is_empty());

    // All of it stands in the store.
    home.rebuild_from_store();
    home.expect_json(0, &["review", "decide", "lo/hs-dung#2", "--accept", "--by", "lan", "--json"]);
    let record = home.expect_json(0, &["records", "show", "lo/hs-dung"]);
    assert_eq!(record["documents"][1]["description"]["fields"]["subject"]["source"], "list");
    let schema = home.expect_json(0, &["records", "schema"]);
    assert!(jsonschema::validator_for(&schema).unwrap().is_valid(&record), "{record}");
}

/// Two pages on which a clerk pressed a stamp of secrecy well, as JPEG; `None` where typefaces are missing.
fn stamped_pages() -> Option<[Vec<u8>; 2]> {
    let mut press = sohoa_synthetic::stamps::stamped_page::StampedPageGenerator::load(5)
        .inspect_err(|error| sohoa_testing::skipped(&error.to_string()))
        .ok()?;
    let pressed_well = |page: sohoa_synthetic::stamps::stamped_page::StampedPage| {
        let stamp = page.stamp.as_ref()?;
        (stamp.damages.is_empty() && stamp.points > 18.0 && page.dpi == 200 && page.turn == 0).then_some(page.bytes)
    };
    let mut pages = (0..300).filter_map(|number| pressed_well(press.generate(number, true, None).unwrap()));
    Some([pages.next()?, pages.next()?])
}

#[test]
fn a_dossier_with_a_stamp_of_secrecy_is_kept_from_everybody_until_an_officer_decides() {
    let Some([first, second]) = stamped_pages() else { return };
    let mut home = TestHome::new();
    let delivery = home.path().join("lo");
    for dossier in ["hs-mat", "hs-mat-hai", "hs-thuong"] {
        std::fs::create_dir_all(delivery.join(dossier)).unwrap();
        let page = std::fs::read_dir(sample_path("002-cau-phao-cua-may")).unwrap().map(|entry| entry.unwrap().path()).min().unwrap();
        std::fs::copy(page, delivery.join(dossier).join("2.jpg")).unwrap();
    }
    std::fs::write(delivery.join("hs-mat/1.jpg"), first).unwrap();
    std::fs::write(delivery.join("hs-mat-hai/1.jpg"), &second).unwrap();
    let told = home.expect_json(3, &["run", delivery.to_str().unwrap(), "--json", "-q"]);
    let pages = &told["pages"];
    assert_eq!((&pages["in"], &pages["held"], &pages["open"]), (&5.into(), &4.into(), &0.into()), "{told}");
    assert_balance_closes(&told);

    // Nothing that was read of it is anywhere: not in the cache, not in an object, not in the index.
    let store = home.path().join("store");
    let files =
        |folder: &str| walkdir::WalkDir::new(store.join(folder)).into_iter().flatten().filter(|one| one.file_type().is_file()).count();
    assert_eq!(home.expect_json(0, &["records", "list", "--json"]).as_array().unwrap().len(), 1);
    assert!(files("cache/read") <= 1, "a reading of a page in quarantine was kept");
    let held = home.expect_json(0, &["quarantine", "list", "--json"]);
    assert_eq!(
        held.as_array().unwrap().iter().map(|one| one["code"].as_str().unwrap()).collect::<Vec<_>>(),
        ["lo/hs-mat", "lo/hs-mat-hai"]
    );
    assert_eq!((&held[0]["pages"], &held[0]["stamps"][0]["page"]), (&2.into(), &1.into()));
    assert!(held[0]["stamps"][0]["file"].as_str().unwrap().ends_with("1.jpg"));

    // It is still there when the catalogue was lost, and delivering it again changes nothing.
    home.rebuild_from_store();
    assert_eq!(home.expect_json(0, &["quarantine", "list", "--json"]), held);
    let again = home.expect_json(3, &["run", delivery.to_str().unwrap(), "--json", "-q"]);
    assert_eq!((&again["pages"], &again["files"]["duplicate"]), (&told["pages"], &5.into()), "{again}");

    // Only an officer who is named in the settings decides.
    let release = ["quarantine", "release", "lo/hs-mat", "--by", "lan", "--note", "đã giải mật", "--json"];
    let refused = home.run_sohoa(&release);
    assert!(!refused.status.success() && String::from_utf8_lossy(&refused.stderr).contains("secrecy_officers"));
    home.settings.push(("SOHOA_SECRECY_OFFICERS", "hoa, lan".to_owned()));
    let released = home.expect_json(0, &release);
    assert_eq!((&released["version"], &released["pages"], &released["by"]), (&1.into(), &2.into(), &"lan".into()), "{released}");
    let record = home.expect_json(0, &["records", "show", "lo/hs-mat"]).to_string();
    assert!(record.contains("secrecy-released") && record.contains("đã giải mật"), "{record}");
    let waiting = home.expect_json(0, &["review", "list", "--reason", "secrecy-stamp", "--json"]);
    assert_eq!(waiting.as_array().unwrap().len(), 1, "a released paper comes to review: {waiting}");

    // What must not be here is taken out, and the balance says who did it.
    let original = |sha256: &str| store.join(format!("intake/{}/{}/{sha256}", &sha256[..2], &sha256[2..4]));
    let sha256 = hex::encode(<sha2::Sha256 as sha2::Digest>::digest(&second));
    home.expect_json(0, &["quarantine", "remove", "lo/hs-mat-hai", "--by", "hoa", "--json"]);
    assert!(!original(&sha256).exists(), "the bytes are still there");
    assert_eq!(home.expect_json(0, &["quarantine", "list", "--json"]), serde_json::json!([]));
    let shown = home.expect_json(0, &["runs", "show", told["batch"].as_str().unwrap(), "--json"]);
    assert_balance_closes(&shown["balance"]);
    assert!(shown["balance"]["refusals"].to_string().contains("by hoa"), "{shown}");
    home.rebuild_from_store();
    let kept = home.expect_json(0, &["runs", "show", told["batch"].as_str().unwrap(), "--json"]);
    assert_eq!(kept["balance"]["pages"], shown["balance"]["pages"], "{kept}");
    home.expect_exit(0, &["verify"]);
}

#[test]
fn pipelines_are_evaluated_side_by_side_and_texts_of_others_by_the_same_measure() {
    let home = TestHome::new();
    let (pages, read) = (home.path().join("pages"), home.path().join("read"));
    std::fs::create_dir(&pages).unwrap();
    let truth: Value = serde_json::from_slice(&std::fs::read(sample_path("002-cau-phao-cua-may.expected.json")).unwrap()).unwrap();
    let page = truth["pages"].as_array().unwrap().iter().find(|page| page["role"] == "following").unwrap();
    let lines: Vec<&str> = page["lines"].as_array().unwrap().iter().map(|line| line.as_str().unwrap()).collect();
    std::fs::copy(Path::new(&sample_path("002-cau-phao-cua-may")).join(page["file"].as_str().unwrap()), pages.join("a.jpg")).unwrap();
    std::fs::write(pages.join("a.gt.txt"), lines.join("\n")).unwrap();
    let fast = sohoa_testing::workspace().join("pipelines/fast.toml");
    let (pages, read, fast) = (pages.to_str().unwrap(), read.to_str().unwrap(), fast.to_str().unwrap());
    let both = home.expect_json(0, &["eval", pages, "--pipeline", fast, "--pipeline", fast, "--write", read, "--json"]);
    let profiles = both["profiles"].as_array().unwrap();
    assert_eq!(profiles.iter().map(|one| one["pipeline"].as_str().unwrap()).collect::<Vec<_>>(), ["fast", "fast-2"]);
    let one = home.expect_json(0, &["eval", pages, "--pipeline", fast, "--json"]);
    assert!(one.get("profiles").is_none());
    for key in ["total", "classes", "fields"] {
        assert_eq!(profiles[1][key], one[key], "{key}");
    }
    assert!(one["pages"][0]["char_errors"].as_u64().unwrap() * 4 < one["pages"][0]["chars"].as_u64().unwrap(), "{one}");
    let scored = home.expect_json(0, &["score", pages, &format!("{read}/fast-2"), "--json"]);
    assert_eq!((&scored["total"], &scored["classes"]), (&one["total"], &one["classes"]));
    let nothing = home.expect_json(0, &["score", pages, pages, "--json"]);
    assert_eq!((&nothing["total"]["cer"], &nothing["classes"]["missing"]["share"]), (&100.0.into(), &100.0.into()));
}

#[test]
fn stamps_of_secrecy_on_drawn_pages_are_found_and_a_seed_repeats() {
    if let Err(error) = sohoa_synthetic::page::fonts::Fonts::load() {
        sohoa_testing::skipped(&error.to_string());
        return;
    }
    let home = TestHome::new();
    let told = home.expect_json(0, &["eval", "--stamps", "24", "--seed", "11", "--json"]);
    let count = |of: &str, what: &str| told[of][what].as_u64().unwrap();
    assert_eq!((count("stamped", "of"), count("harmless", "of")), (24, 24));
    assert!(count("stamped", "found") >= 22 && count("harmless", "found") <= 3, "{told:#}");
    let again = home.expect_json(0, &["eval", "--stamps", "24", "--seed", "11", "--json"]);
    assert_eq!((&told["by"], &told["wrong"]), (&again["by"], &again["wrong"]), "the same seed draws other pages");
}

#[test]
fn personal_data_on_drawn_pages_is_found() {
    if let Err(error) = sohoa_synthetic::page::fonts::Fonts::load() {
        sohoa_testing::skipped(&error.to_string());
        return;
    }
    let home = TestHome::new();
    let told = home.expect_json(0, &["eval", "--personal", "4", "--seed", "5", "--json"]);
    let count = |of: &str| told["total"][of].as_u64().unwrap();
    assert!(told["pages"] == 4 && count("of") >= 12 && count("found") + 1 >= count("of"), "{told:#}");
    assert_eq!(told["false_marks"], 0, "{told:#}");
}

#[test]
fn a_sample_of_what_nobody_need_look_at_waits_all_the_same() {
    let home = TestHome::new();
    let every = sohoa_pipeline::pipeline_file::ADMINISTRATIVE.replace("sample_permille = 20", "sample_permille = 1000");
    let pipeline = home.path().join("every.toml");
    std::fs::write(&pipeline, every).unwrap();
    home.expect_json(0, &["run", &sample_path(""), "--pipeline", pipeline.to_str().unwrap(), "--json", "-q"]);
    let waiting = home.expect_json(0, &["review", "list", "--json"]);
    let drawn = home.expect_json(0, &["review", "list", "--queue", "sample", "--json"]);
    let (waiting, drawn) = (waiting.as_array().unwrap(), drawn.as_array().unwrap());
    assert!(!drawn.is_empty() && drawn.len() < waiting.len(), "{waiting:#?}");
    assert!(drawn.iter().all(|one| one["review"] == serde_json::json!(["sample"]) && one["queue"] == "sample"), "{drawn:#?}");
    let name = drawn[0]["document"].as_str().unwrap();
    let decided = home.expect_json(0, &["review", "decide", name, "--accept", "--by", "lan", "--json"]);
    assert_eq!(decided["review"], serde_json::json!([]));
    assert_eq!(home.expect_json(0, &["review", "list", "--queue", "sample", "--json"]).as_array().unwrap().len() + 1, drawn.len());
}

#[test]
fn two_people_who_decide_at_once_lose_nothing() {
    let home = TestHome::new();
    let code = "003-ban-giao-tai-lieu";
    home.expect_json(0, &["run", &sample_path(code), "--json", "-q"]);
    let document = format!("{code}#1");
    let wishes = [("lan", "--field=signer=Lan"), ("hoa", "--field=position=GIÁM ĐỐC"), ("minh", "--field=place=Mẫu")];
    let decided: Vec<(&str, Option<i32>)> = std::thread::scope(|scope| {
        let running = wishes.map(|(by, wish)| {
            let (home, document) = (&home, &document);
            scope.spawn(move || (by, home.run_sohoa(&["review", "decide", document, wish, "--by", by]).status.code()))
        });
        running.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    let done: Vec<&str> = decided.iter().filter(|(_, code)| *code == Some(0)).map(|(by, _)| *by).collect();
    assert!(!done.is_empty(), "{decided:?}");
    // Whoever came too early was told so, and can say it again.
    for ((by, wish), _) in wishes.iter().zip(&decided).filter(|(_, (_, code))| *code != Some(0)) {
        home.expect_exit(0, &["review", "decide", &document, wish, "--by", by]);
    }
    let shown = home.expect_json(0, &["review", "show", &document, "--json"]);
    let mut authors: Vec<&str> = shown["decisions"].as_array().unwrap().iter().map(|one| one["author"].as_str().unwrap()).collect();
    authors.sort_unstable();
    assert_eq!(authors, ["hoa", "lan", "minh"], "{shown}");
    let value = |field: &str| shown["description"]["fields"][field]["value"].clone();
    assert_eq!((value("signer"), value("position"), value("place")), ("Lan".into(), "GIÁM ĐỐC".into(), "Mẫu".into()));
    home.expect_exit(0, &["verify"]);
    let before = home.expect_json(0, &["records", "show", code]);
    home.rebuild_from_store();
    assert_eq!(home.expect_json(0, &["records", "show", code]), before);
}

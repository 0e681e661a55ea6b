//! Left-overs in store and home, rights of files, and originals that vanish from intake at the wrong moment.

use crate::support::command::command_of;
use crate::support::home::{TestHome, assert_balance_closes, sample_path};
use sha2::{Digest, Sha256};
use std::fs::{File, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// The first scan of a sample.
fn scan() -> PathBuf {
    let scans = std::fs::read_dir(sample_path("002-cau-phao-cua-may")).unwrap().map(|entry| entry.unwrap().path());
    scans.filter(|scan| scan.extension().is_some_and(|end| end == "jpg")).min().unwrap()
}

/// A folder with the scan, to be delivered as a dossier.
fn delivery(home: &TestHome, name: &str) -> String {
    let folder = home.path().join("in").join(name);
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::copy(scan(), folder.join("1.jpg")).unwrap();
    folder.to_str().unwrap().to_owned()
}

/// Writes a file that is so old.
fn old_file(path: &Path, bytes: &[u8], age: Duration) {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, bytes).unwrap();
    File::options().write(true).open(path).unwrap().set_modified(SystemTime::now() - age).unwrap();
}

fn intake_path(home: &TestHome, bytes: &[u8]) -> PathBuf {
    let sha256 = hex::encode(Sha256::digest(bytes));
    home.path().join("store/intake").join(&sha256[..2]).join(&sha256[2..4]).join(sha256)
}

#[test]
fn leftovers_are_named_and_only_unneeded_ones_deleted() {
    let home = TestHome::new();
    home.expect_exit(0, &["run", &delivery(&home, "A"), "-q"]);
    let submitted = home.expect_json(0, &["submit", &sample_path("004-tiep-cong-dan"), "--json", "-q"]);
    assert_eq!(home.expect_json(0, &["verify", "--json"])["leftovers"], serde_json::json!([]));

    let scan = std::fs::read(scan()).unwrap();
    let (unknown, deposited) = (intake_path(&home, b"of nobody"), intake_path(&home, &scan));
    let part = home.path().join("store/work/0197b3a0-0000-7000-8000-000000000000/document.pdf");
    let (list, temporary) = (home.path().join("store/manifests/no-batch/manifest.csv"), home.path().join("tmp/.tmpAbCd"));
    let all = [&unknown, &deposited, &part, &list, &temporary];
    let write_all = |age: Duration| {
        old_file(&unknown, b"of nobody", age);
        old_file(&deposited, &scan, age);
        all[2..].iter().for_each(|path| old_file(path, b"x", age));
    };
    // What is young may be of work that goes on.
    write_all(Duration::from_secs(60));
    assert_eq!(home.expect_json(0, &["verify", "--json"])["leftovers"], serde_json::json!([]));

    write_all(2 * DAY);
    let found = home.expect_json(0, &["verify", "--json"])["leftovers"].clone();
    let kinds: Vec<&str> = found.as_array().unwrap().iter().map(|leftover| leftover["kind"].as_str().unwrap()).collect();
    let mut sorted = kinds.clone();
    sorted.sort_unstable();
    assert_eq!(sorted, ["delivery-list", "deposited-original", "document-part", "temporary-file", "unknown-original"], "{found}");
    assert!(home.expect_exit(0, &["verify", "--lang", "en"]).contains("it may be the only copy"));
    assert_eq!(home.expect_json(0, &["sweep", "--json"]), serde_json::json!([]), "nothing is a week old");
    assert!(all.iter().all(|path| path.exists()));
    let swept = home.expect_exit(0, &["sweep", "--older-than", "1", "--lang", "en"]);
    assert!(swept.contains("3 left-overs deleted, 2 listed and kept"), "{swept}");
    assert_eq!(all.map(|path| path.exists()), [true, false, false, true, false]);

    // Work begins with deleting what interrupted work left; originals of what is submitted stay.
    write_all(2 * DAY);
    home.expect_exit(0, &["work", "--until-empty"]);
    assert_eq!(all.map(|path| path.exists()), [true, true, false, true, false]);
    let shown = home.expect_json(0, &["runs", "show", submitted["batch"].as_str().unwrap(), "--json"]);
    assert_balance_closes(&shown["balance"]);
    assert_eq!(shown["balance"]["pages"]["refused"], 0, "{shown}");
}

#[test]
fn original_deleted_at_the_end_of_another_batch_is_read_from_its_object() {
    let home = TestHome::new();
    home.expect_exit(0, &["run", &delivery(&home, "A"), "-q"]);
    let batch = home.expect_json(0, &["submit", &delivery(&home, "B"), "--json", "-q"])["batch"].as_str().unwrap().to_owned();
    // As when the batch of A ended between the look at intake and the receipt of B.
    std::fs::remove_file(intake_path(&home, &std::fs::read(scan()).unwrap())).unwrap();
    home.expect_exit(0, &["work", "--until-empty"]);
    let balance = home.expect_json(0, &["runs", "show", &batch, "--json"])["balance"].clone();
    assert_balance_closes(&balance);
    let pages = &balance["pages"];
    assert_eq!((&pages["in"], &pages["failed"], &pages["refused"]), (&1.into(), &0.into(), &0.into()), "{balance}");
    assert_eq!(home.stored_files().iter().filter(|(path, _)| path.to_string_lossy().contains("originals/")).count(), 2);
    home.expect_exit(0, &["verify"]);
}

#[test]
fn archive_is_private_to_its_user_whatever_the_umask() {
    let outside = TestHome::new();
    std::fs::set_permissions(outside.path(), Permissions::from_mode(0o755)).unwrap();
    let home = outside.path().join("archive");
    let run = |arguments: &[&str]| {
        let mut shell = command_of("sh".as_ref());
        shell.args(["-c", "umask 022; exec \"$@\"", "sh", env!("CARGO_BIN_EXE_sohoa")]).args(arguments).arg("--home").arg(&home);
        let output = shell.current_dir(outside.path()).output().unwrap();
        (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr))
    };
    let (code, text) = run(&["run", &delivery(&outside, "A"), "-q"]);
    assert_eq!(code, Some(0), "{text}");
    let mode = |path: &Path| std::fs::metadata(path).unwrap().mode() & 0o777;
    assert_eq!(mode(&home), 0o700);
    let store = walkdir::WalkDir::new(home.join("store")).into_iter().map(Result::unwrap);
    let database = walkdir::WalkDir::new(&home).max_depth(1).into_iter().map(Result::unwrap);
    let database = database.filter(|entry| entry.file_name().to_string_lossy().starts_with("catalog.db"));
    let open: Vec<PathBuf> = store.chain(database).map(|entry| entry.into_path()).filter(|path| mode(path) & 0o077 != 0).collect();
    assert_eq!(open, Vec::<PathBuf>::new());

    // A home of before is closed to others when it is opened; a folder with other things in it is left alone, and named.
    std::fs::set_permissions(&home, Permissions::from_mode(0o755)).unwrap();
    assert_eq!(run(&["verify"]).0, Some(0));
    assert_eq!(mode(&home), 0o750);
    let store = outside.path().join("documents");
    std::fs::create_dir(&store).unwrap();
    std::fs::write(store.join("letter.txt"), "x").unwrap();
    std::fs::set_permissions(&store, Permissions::from_mode(0o755)).unwrap();
    let other = outside.path().join("other");
    let mut doctor = crate::support::command::sohoa_command();
    doctor.args(["doctor", "--lang", "en", "--store"]).arg(&store).arg("--home").arg(&other);
    let found = String::from_utf8(doctor.output().unwrap().stdout).unwrap();
    let parents_are_open = store.ancestors().skip(1).all(|folder| mode(folder) & 0o001 != 0);
    assert_eq!(found.contains("other users of this machine can read"), parents_are_open, "{found}");
    assert_eq!(mode(&store), 0o755);
}

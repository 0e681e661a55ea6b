//! Tasks that fail and outages: only their dossier waits, nothing is refused for it, and everything goes on by itself or by a retry.

use crate::support::command::sohoa_command;
use crate::support::home::{TestHome, assert_balance_closes, sample_path};
use serde_json::Value;
use sohoa_base::model::page::geometry::Bounds;
use sohoa_base::model::page::reading::{Block, BlockKind, Line, Reading, Word};
use sohoa_catalog::Catalog;
use sohoa_search::index::{IndexPosition, SearchIndex};
use sohoa_search::indexed_page::IndexedPage;
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Lines};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, Stdio};

/// Copies the first `count` scans of a sample into a folder of the home.
fn delivery(home: &TestHome, name: &str, count: usize) -> PathBuf {
    let folder = home.path().join("in").join(name);
    std::fs::create_dir_all(&folder).unwrap();
    let mut scans: Vec<PathBuf> =
        std::fs::read_dir(sample_path("002-cau-phao-cua-may")).unwrap().map(|entry| entry.unwrap().path()).collect();
    scans.retain(|scan| scan.extension().is_some_and(|end| end == "jpg"));
    scans.sort();
    for (number, scan) in scans.iter().take(count).enumerate() {
        std::fs::copy(scan, folder.join(format!("{number}.jpg"))).unwrap();
    }
    folder
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// Starts a command whose log can be followed.
fn start(home: &TestHome, arguments: &[&str]) -> (Child, Lines<BufReader<ChildStderr>>) {
    let mut command = sohoa_command();
    command.envs(home.settings.iter().map(|(name, value)| (name, value))).args(arguments).arg("--home").arg(home.path());
    command.env("SOHOA_LOG", "sohoa=debug").stdout(Stdio::null()).stderr(Stdio::piped()).process_group(0);
    let mut child = command.spawn().unwrap();
    let lines = BufReader::new(child.stderr.take().unwrap()).lines();
    (child, lines)
}

/// Reads the log until a line with all of these words.
fn wait_for(lines: &mut Lines<BufReader<ChildStderr>>, words: &[&str]) {
    for line in lines.by_ref().map(Result::unwrap) {
        if words.iter().all(|word| line.contains(word)) {
            return;
        }
    }
    panic!("the command ended without a line with {words:?}");
}

/// Reads the rest of the log, so that the command is not blocked, and returns its exit code.
fn finish(mut child: Child, lines: Lines<BufReader<ChildStderr>>) -> Option<i32> {
    lines.for_each(drop);
    child.wait().unwrap().code()
}

fn show(home: &TestHome, batch: &str) -> Value {
    home.expect_json(0, &["runs", "show", batch, "--json"])["balance"].clone()
}

#[test]
fn damaged_object_parks_its_dossier_and_other_work_goes_on() {
    let home = TestHome::new();
    let first = delivery(&home, "A", 1);
    home.expect_exit(0, &["run", text(&first), "-q"]);
    let is_root = |path: &PathBuf| path.ends_with("inventory.json") && !path.parent().unwrap().ends_with("v1");
    let (place, inventory) = home.stored_files().into_iter().find(|(path, _)| is_root(path)).unwrap();
    let place = home.path().join("store/ocfl").join(place);
    std::fs::write(&place, String::from_utf8(inventory.clone()).unwrap().replace("\"head\": \"v1\"", "\"head\": \"v7\"")).unwrap();
    delivery(&home, "A", 2);
    let submit = |folder: &Path| home.expect_json(0, &["submit", text(folder), "--json", "-q"])["batch"].as_str().unwrap().to_owned();
    let (bad, good) = (submit(&first), submit(&delivery(&home, "B", 2)));

    home.expect_exit(0, &["work", "--until-empty"]);
    let balance = show(&home, &good);
    assert_balance_closes(&balance);
    assert_eq!((&balance["pages"]["in"], &balance["pages"]["failed"]), (&2.into(), &0.into()), "{balance}");
    let balance = show(&home, &bad);
    assert_balance_closes(&balance);
    assert_eq!((&balance["pages"]["failed"], &balance["pages"]["refused"]), (&1.into(), &0.into()), "{balance}");
    let failure = &balance["failures"][0];
    assert_eq!((&failure["dossier"], &failure["level"], &failure["class"]), (&"A".into(), &"dossier".into(), &"input".into()), "{failure}");
    assert!(home.expect_exit(0, &["failures", "--batch", &bad, "--lang", "en"]).contains("Failed [input] dossier A"));
    // The same run again says so, and ends with the code for an incomplete run.
    let again = home.run_sohoa(&["run", text(&first), "--lang", "en"]);
    assert_eq!(again.status.code(), Some(3));

    std::fs::write(&place, inventory).unwrap();
    home.expect_exit(0, &["runs", "retry", &bad]);
    home.expect_exit(0, &["work", "--until-empty"]);
    let balance = show(&home, &bad);
    assert_balance_closes(&balance);
    assert_eq!((&balance["pages"]["failed"], balance.get("failures")), (&0.into(), None), "{balance}");
    home.expect_exit(0, &["verify"]);
}

#[test]
fn lost_original_parks_its_dossier_and_cancel_ends_it() {
    let home = TestHome::new();
    let folder = delivery(&home, "A", 2);
    let batch = home.expect_json(0, &["submit", text(&folder), "--json", "-q"])["batch"].as_str().unwrap().to_owned();
    let intake = walkdir::WalkDir::new(home.path().join("store/intake")).into_iter().flatten();
    std::fs::remove_file(intake.filter(|entry| entry.file_type().is_file()).map(|entry| entry.into_path()).min().unwrap()).unwrap();
    for _ in 0..2 {
        home.expect_exit(0, &["work", "--until-empty"]);
        assert_balance_closes(&show(&home, &batch));
    }
    home.expect_exit(0, &["runs", "cancel", &batch]);
    home.expect_exit(0, &["work", "--until-empty"]);
    let balance = show(&home, &batch);
    assert_balance_closes(&balance);
    assert_eq!(balance["pages"]["failed"], 0, "{balance}");
}

#[test]
fn lost_original_is_named_by_verify_and_taken_up_when_it_is_delivered_again() {
    let home = TestHome::new();
    let folder = delivery(&home, "A", 2);
    let batch = home.expect_json(0, &["submit", text(&folder), "--json", "-q"])["batch"].as_str().unwrap().to_owned();
    let intake = walkdir::WalkDir::new(home.path().join("store/intake")).into_iter().flatten();
    std::fs::remove_file(intake.filter(|entry| entry.file_type().is_file()).map(|entry| entry.into_path()).min().unwrap()).unwrap();
    home.expect_exit(0, &["work", "--until-empty"]);
    let verified = home.expect_json(6, &["verify", "--json"]);
    assert!(verified["problems"].to_string().contains("deliver the file again"), "{verified}");

    // The same folder, while the first run still has a failed dossier: its run can be tried again nevertheless.
    let again = home.run_sohoa(&["run", text(&folder), "-q", "--lang", "en"]);
    assert!(matches!(again.status.code(), Some(0 | 3)), "{again:?}");
    home.expect_exit(0, &["runs", "retry", &batch]);
    home.expect_exit(0, &["work", "--until-empty"]);
    let balance = show(&home, &batch);
    assert_balance_closes(&balance);
    assert_eq!((&balance["pages"]["failed"], &balance["files"]["refused"]), (&0.into(), &0.into()), "{balance}");
    assert_eq!(balance["pages"]["in"], 2, "{balance}");
    home.expect_exit(0, &["verify"]);
}

#[test]
fn search_in_a_damaged_index_does_not_say_that_there_is_nothing() {
    let home = TestHome::new();
    home.expect_exit(0, &["run", text(&delivery(&home, "A", 1)), "-q"]);
    let found = home.expect_exit(0, &["search", "sửa chữa cầu phao"]);
    assert!(found.contains("A#1"), "{found}");
    std::fs::write(home.path().join("index/meta.json"), "{broken").unwrap();
    assert_eq!(home.expect_exit(0, &["search", "sửa chữa cầu phao"]), found);
}

/// A page with these words, as the only one of the dossier in the index.
fn indexed_page(object: &str, dossier: &str, words: &str) -> IndexedPage {
    let bounds = Bounds::new(0, 0, 100, 10);
    let words = words.split(' ').map(|word| Word::new(word, bounds, 90)).collect();
    let blocks = vec![Block { kind: BlockKind::Text, bounds, lines: vec![Line::new(bounds, words)] }];
    IndexedPage {
        object: object.to_owned(),
        fonds: "local".to_owned(),
        dossier: dossier.to_owned(),
        title: dossier.to_owned(),
        document: 1,
        page: 1,
        kind: "32".to_owned(),
        kind_name: "khác".to_owned(),
        fields: BTreeMap::new(),
        reading: Reading { width: 100, height: 100, dpi: 200, blocks, ..Reading::default() },
    }
}

#[test]
fn full_pass_of_the_index_that_was_interrupted_goes_on_where_it_ended() {
    let home = TestHome::new();
    let dossiers = ["A", "B"].map(|name| delivery(&home, name, 1));
    home.expect_exit(0, &["run", text(&dossiers[0]), text(&dossiers[1]), "-q"]);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let (catalogue, event, done) = runtime.block_on(async {
        let catalog = Catalog::open(&format!("sqlite:{}", home.path().join("catalog.db").display())).await.unwrap();
        let done = catalog.deposited_dossiers("", 1).await.unwrap().remove(0);
        (catalog.catalogue_id().await.unwrap(), catalog.event_cursor().await.unwrap().event, done)
    });
    let index = SearchIndex::open(&home.path().join("index")).unwrap();
    let mut update = index.begin_update().unwrap().unwrap();
    update.clear().unwrap();
    let (code, other) = (done.name.code.as_str(), if done.name.code == "A" { "B" } else { "A" });
    let object = format!("urn:sohoa:{}:{code}", done.name.fonds);
    update.replace_dossier(&object, &[indexed_page(&object, code, "trangcualanthunhat")]).unwrap();
    update.commit(Some(&IndexPosition { catalogue, event, full_pass_after: Some(done.id) })).unwrap();
    update.close().unwrap();
    drop(index);

    assert!(home.expect_exit(0, &["search", "trangcualanthunhat"]).contains(&format!("{code}#1")), "the pass began again");
    assert!(home.expect_exit(0, &["search", "sửa chữa cầu phao"]).contains(&format!("{other}#1")), "the pass did not go on");
}

#[test]
fn cache_and_index_may_vanish_at_any_time() {
    let home = TestHome::new();
    let folder = delivery(&home, "A", 2);
    let (mut run, mut lines) = start(&home, &["run", text(&folder)]);
    wait_for(&mut lines, &["stage done", "stage=\"read\""]);
    run.kill().unwrap();
    finish(run, lines);
    // The readings of pages that are in no object yet are made again.
    std::fs::remove_dir_all(home.path().join("store/cache")).unwrap();
    let done = home.expect_json(0, &["run", text(&folder), "--json", "-q"]);
    assert_balance_closes(&done);
    assert_eq!((&done["pages"]["in"], &done["pages"]["refused"]), (&2.into(), &0.into()), "{done}");
    // Those of deposited pages come from the object; a decision needs them.
    std::fs::remove_dir_all(home.path().join("store/cache")).unwrap();
    std::fs::remove_dir_all(home.path().join("index")).unwrap();
    home.expect_exit(0, &["review", "decide", "A#1", "--by", "lan", "--field", "subject=về việc khác hẳn"]);
    assert!(home.expect_exit(0, &["search", "khác hẳn"]).contains("A"), "the index was made again");
    home.expect_exit(0, &["verify"]);
}

#[test]
fn stop_of_the_whole_process_group_loses_no_page() {
    let home = TestHome::new();
    let folder = delivery(&home, "A", 3);
    for signal in [rustix::process::Signal::TERM, rustix::process::Signal::INT] {
        let (run, mut lines) = start(&home, &["run", text(&folder)]);
        wait_for(&mut lines, &["stage done"]);
        let group = rustix::process::Pid::from_child(&run);
        rustix::process::kill_process_group(group, signal).unwrap();
        assert!(matches!(finish(run, lines), Some(130 | 0)));
    }
    let done = home.expect_json(0, &["run", text(&folder), "--json", "-q"]);
    assert_eq!((&done["pages"]["in"], &done["pages"]["refused"]), (&3.into(), &0.into()), "{done}");
}

#[test]
fn store_that_is_away_is_waited_for_and_costs_no_page() {
    let home = TestHome::new();
    let folder = delivery(&home, "A", 3);
    let batch = home.expect_json(0, &["submit", text(&folder), "--json", "-q"])["batch"].as_str().unwrap().to_owned();
    let (work, mut lines) = start(&home, &["work", "--until-empty"]);
    wait_for(&mut lines, &["stage done", "stage=\"intake\""]);
    let (store, away) = (home.path().join("store"), home.path().join("away"));
    std::fs::rename(&store, &away).unwrap();
    wait_for(&mut lines, &["does not answer"]);
    std::fs::rename(&away, &store).unwrap();
    assert_eq!(finish(work, lines), Some(0));
    let balance = show(&home, &batch);
    assert_balance_closes(&balance);
    let pages = &balance["pages"];
    assert_eq!((&pages["in"], &pages["refused"], &pages["failed"]), (&3.into(), &0.into(), &0.into()), "{balance}");
    home.expect_exit(0, &["verify"]);
}

#[test]
fn store_of_another_archive_or_of_an_unmounted_disk_is_not_opened() {
    let (home, other) = (TestHome::new(), TestHome::new());
    for home in [&home, &other] {
        home.expect_exit(0, &["run", text(&delivery(home, "A", 1)), "-q"]);
    }
    let foreign = home.run_sohoa(&["verify", "--store", text(&other.path().join("store")), "--lang", "en"]);
    assert_eq!(foreign.status.code(), Some(5));
    assert!(String::from_utf8_lossy(&foreign.stderr).contains("belongs to another archive"));
    std::fs::rename(home.path().join("store"), home.path().join("away")).unwrap();
    std::fs::create_dir(home.path().join("store")).unwrap();
    let unmounted = home.run_sohoa(&["verify", "--lang", "en"]);
    assert_eq!(unmounted.status.code(), Some(5));
    assert!(String::from_utf8_lossy(&unmounted.stderr).contains("mount its disk"));
}

#[test]
fn any_mix_of_processes_works_in_one_home() {
    let home = TestHome::new();
    let folders: Vec<PathBuf> = ["A", "B", "C", "D"].into_iter().map(|name| delivery(&home, name, 1)).collect();
    home.expect_exit(0, &["run", text(&folders[0]), "-q"]);
    let (server, mut lines) = start(&home, &["serve", "--listen", "127.0.0.1:0"]);
    wait_for(&mut lines, &["127.0.0.1"]);
    let reader = std::thread::spawn(move || lines.for_each(drop));
    home.expect_json(0, &["submit", text(&folders[1]), "--json", "-q"]);
    std::thread::scope(|scope| {
        for folder in &folders[2..] {
            scope.spawn(|| assert_balance_closes(&home.expect_json(0, &["run", text(folder), "--json", "-q"])));
        }
        scope.spawn(|| home.expect_exit(0, &["work", "--until-empty"]));
        scope.spawn(|| home.expect_exit(0, &["review", "decide", "A#1", "--by", "lan", "--field", "subject=về việc khác hẳn"]));
    });
    for name in ["A", "B", "C", "D"] {
        let found = home.expect_exit(0, &["search", &format!("dossier:{name}"), "--json"]);
        assert!(
            found.contains(&format!("\"dossier\": \"{name}\"")) || found.contains(&format!("\"dossier\":\"{name}\"")),
            "{name}: {found}"
        );
    }
    assert!(home.expect_exit(0, &["search", "khác hẳn"]).contains("A"));
    rustix::process::kill_process(rustix::process::Pid::from_child(&server), rustix::process::Signal::TERM).unwrap();
    let mut server = server;
    assert_eq!(server.wait().unwrap().code(), Some(0));
    reader.join().unwrap();
    home.expect_exit(0, &["verify"]);
}

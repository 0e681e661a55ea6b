//! The roadmap on the command line: import of a plan, progress, lots, reports, and the rebuild of all of it.

use crate::support::command::sohoa_command;
use serde_json::Value;
use std::path::Path;
use std::process::Output;

fn run_sohoa(home: &Path, arguments: &[&str]) -> Output {
    sohoa_command().args(arguments).args(["--lang", "en", "--home"]).arg(home).env("USER", "lan").output().unwrap()
}

fn expect_success(home: &Path, arguments: &[&str]) -> String {
    let output = run_sohoa(home, arguments);
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn expect_json(home: &Path, arguments: &[&str]) -> Value {
    serde_json::from_str(&expect_success(home, &[arguments, &["--json"]].concat())).unwrap()
}

/// Done and stored units of a target, and the share of its lots that were sent back.
fn target_progress(home: &Path, code: &str) -> (f64, f64, Option<f64>) {
    let status = expect_json(home, &["roadmap", "status"]);
    let lines = status[0]["targets"].as_array().unwrap();
    let found = lines.iter().find(|line| line["code"] == code).unwrap();
    (found["done"].as_f64().unwrap(), found["stored"].as_f64().unwrap(), found["returned_share"].as_f64())
}

#[test]
fn plan_progress_and_acceptance_survive_rebuild() {
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path().join("home");
    let place = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    expect_success(&home, &["roadmap", "template", &place("plan.xlsx")]);
    assert_eq!(expect_json(&home, &["roadmap", "import", &place("plan.xlsx"), "--dry-run"])["version"], 1);
    assert_eq!(expect_json(&home, &["roadmap", "status"]), serde_json::json!([]), "a trial keeps nothing");
    expect_success(&home, &["roadmap", "import", &place("plan.xlsx")]);
    // The export is imported as the same plan.
    expect_success(&home, &["roadmap", "export", &place("again.xlsx")]);
    let again = run_sohoa(&home, &["roadmap", "import", &place("again.xlsx")]);
    assert!(String::from_utf8_lossy(&again.stderr).contains("stored in this form already"));
    let head = "Mã,Nội dung,Đơn vị,Đơn vị tính,Chỉ tiêu,Hạn hoàn thành,Mã hồ sơ bắt đầu bằng\n";
    std::fs::write(place("wrong.csv"), format!("{head}L1,Hồ sơ mẫu,local,bó,x,31/2/2027,001\n")).unwrap();
    let wrong = run_sohoa(&home, &["roadmap", "import", &place("wrong.csv")]);
    let errors = String::from_utf8_lossy(&wrong.stdout).into_owned();
    assert_eq!((wrong.status.code(), errors.lines().count()), (Some(2), 3), "{errors}");
    assert!(errors.contains("!D2\t") && errors.contains("!E2\t") && errors.contains("!F2\t"), "{errors}");
    std::fs::write(
        place("lines.csv"),
        format!("{head}L1,Hồ sơ mẫu,local,trang,\"1.000\",31/12/2099,001\nL2,Khác,local,trang,10,31/12/2099,\n"),
    )
    .unwrap();
    let imported = expect_json(&home, &["roadmap", "import", &place("lines.csv"), "--reason", "gọn lại", "--decision", "15/QĐ"]);
    assert_eq!((imported["version"].as_u64(), imported["targets"].as_u64()), (Some(2), Some(2)));
    // Two dossiers, of which the first belongs to the target.
    let samples = sohoa_testing::workspace().join("samples");
    let inputs = ["001-ke-hoach-so-hoa", "004-tiep-cong-dan"].map(|name| samples.join(name).to_str().unwrap().to_owned());
    let run = expect_json(&home, &["run", &inputs[0], &inputs[1], "--unit", "local", "-q"]);
    let stored = run["pages"]["stored"].as_f64().unwrap();
    assert!(stored > 0.0, "{run}");
    assert_eq!(target_progress(&home, "L1"), (0.0, stored, None));
    // One missing page returns the whole lot; after rework another lot is accepted.
    let lot = expect_json(&home, &["roadmap", "lot", "draw", "L1", "--seed", "hạt giống"]);
    let id = lot["id"].as_str().unwrap();
    assert_eq!(lot["pages"].as_f64(), Some(stored));
    let early = run_sohoa(&home, &["roadmap", "lot", "judge", id]);
    assert!(String::from_utf8_lossy(&early.stderr).contains("was not inspected yet"));
    expect_success(&home, &["roadmap", "lot", "look", id, "all"]);
    let first = lot["sample"][0]["place"].to_string();
    expect_success(&home, &["roadmap", "lot", "look", id, &first, "--defect", "missing-page"]);
    assert_eq!(expect_json(&home, &["roadmap", "lot", "judge", id])["state"], "returned");
    assert_eq!(target_progress(&home, "L1"), (0.0, stored, Some(1.0)));
    assert!(!run_sohoa(&home, &["roadmap", "lot", "draw", "L1"]).status.success(), "what was sent back comes in no lot");
    expect_success(&home, &["roadmap", "lot", "reworked", id]);
    let second = expect_json(&home, &["roadmap", "lot", "draw", "L1"]);
    let second = second["id"].as_str().unwrap();
    expect_success(&home, &["roadmap", "lot", "look", second, "all"]);
    assert_eq!(expect_json(&home, &["roadmap", "lot", "judge", second, "--note", "đạt"])["state"], "accepted");
    assert_eq!(target_progress(&home, "L1"), (stored, 0.0, Some(0.5)));
    // Decisions after the acceptance are listed as changes of the lot.
    assert_eq!(expect_json(&home, &["roadmap", "lot", "changes", second]), serde_json::json!([]));
    let document = lot["documents"][0].as_str().unwrap();
    expect_success(&home, &["review", "decide", document, "--field", "subject=Trích yếu mới", "--by", "lan"]);
    let changes = expect_json(&home, &["roadmap", "lot", "changes", second]);
    assert_eq!((changes[0]["document"].as_str(), changes[0]["by"].as_str()), (Some(document), Some("lan")), "{changes}");
    assert_eq!(expect_json(&home, &["roadmap", "lot", "changes", id]), serde_json::json!([]), "that lot was sent back");
    for (form, magic) in [("docx", &b"PK"[..]), ("xlsx", b"PK"), ("pdf", b"%PDF"), ("csv", b"\xef\xbb\xbf"), ("json", b"{")] {
        for what in [&["roadmap", "report", "--form", "progress"][..], &["roadmap", "lot", "minutes", second]] {
            let bytes = run_sohoa(&home, &[what, &["--format", form]].concat());
            assert!(
                bytes.status.success() && bytes.stdout.starts_with(magic),
                "{what:?} {form}: {}",
                String::from_utf8_lossy(&bytes.stderr)
            );
        }
    }
    // After a rebuild from the store: plan, target, progress and lots are the same.
    let before = expect_json(&home, &["roadmap", "status"]);
    for name in ["catalog.db", "catalog.db-wal", "catalog.db-shm"] {
        let _ = std::fs::remove_file(home.join(name));
    }
    expect_success(&home, &["rebuild"]);
    assert_eq!(expect_json(&home, &["roadmap", "status"]), before);
    assert_eq!(expect_json(&home, &["roadmap", "lot", "list"]).as_array().unwrap().len(), 2);
    assert_eq!(expect_json(&home, &["roadmap", "lot", "changes", second]), changes);
    // A run detached from the plan does not count.
    let run = run["batch"].as_str().unwrap();
    expect_success(&home, &["roadmap", "attach", run]);
    assert_eq!(target_progress(&home, "L1"), (0.0, 0.0, None));
    expect_success(&home, &["roadmap", "attach", run, "L2"]);
    assert_eq!(target_progress(&home, "L2").0, stored);
}

/// Row of a unit in the report of one-stop dossiers; of all together where `unit` is empty.
fn row_of_unit<'a>(report: &'a Value, unit: &str) -> &'a Value {
    if unit.is_empty() {
        return &report["total"];
    }
    report["units"].as_array().unwrap().iter().find(|row| row["unit"] == unit).unwrap()
}

#[test]
fn one_stop_report_combines_archive_and_imported_cases() {
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path().join("home");
    let place = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    // A submission of the day of reception, and the decision a month later.
    let samples = sohoa_testing::workspace().join("samples");
    std::fs::create_dir(place("H24.16-190412-0001")).unwrap();
    std::fs::copy(samples.join("001-ke-hoach-so-hoa/hồ sơ 001.pdf"), place("H24.16-190412-0001/scan.pdf")).unwrap();
    expect_success(&home, &["run", &place("H24.16-190412-0001"), "--unit", "local", "-q"]);
    let period = ["--form", "one-stop", "--from", "1/4/2019", "--to", "31/5/2019", "--format", "json"];
    let report = || serde_json::from_str::<Value>(&expect_success(&home, &[&["roadmap", "report"][..], &period].concat())).unwrap();
    // Figures that the archive cannot know are null, not zero.
    let first = report();
    let own = &row_of_unit(&first, "local")["digitisation"];
    assert_eq!((&own["received"], &own["with_components"], &own["not_handed_in"]), (&1.into(), &1.into(), &1.into()), "{first}");
    assert!(own["resolved"].is_null() && own["reused"].is_null() && own["with_result"].is_null() && first["total"]["timeliness"].is_null());
    let head = "Mã hồ sơ;Đơn vị;Ngày tiếp nhận;Ngày hẹn trả;Số ngày làm việc;Ngày giải quyết;Tái sử dụng";
    std::fs::write(place("wrong.csv"), format!("{head}\n1/2019;;;;;;\nH24.16-190415-0002;;16/4/2019;;0;1/4/2019;vâng\n")).unwrap();
    let wrong = run_sohoa(&home, &["roadmap", "cases", "import", &place("wrong.csv"), "--by", "lan"]);
    let errors = String::from_utf8_lossy(&wrong.stdout).into_owned();
    assert_eq!(wrong.status.code(), Some(2), "{errors}");
    assert!(["!A2\t", "!F3\t", "!E3\t", "!G3\t"].iter().all(|cell| errors.contains(cell)), "{errors}");
    assert_eq!(report(), first, "nothing of a wrong table is kept");
    // The older form of the code denotes the same dossier; the archive does not hold the other one.
    let table =
        |resolved: &str| format!("{head}\n000.00.16.H24-190412-0001;;;14/5/2019;;{resolved};DVCQG\nH24.16-190415-0002;sxd;;;20;;có\n");
    std::fs::write(place("cases.csv"), table("13/5/2019")).unwrap();
    assert_eq!(expect_json(&home, &["roadmap", "cases", "import", &place("cases.csv"), "--dry-run"])["cases"], 2);
    assert_eq!(report(), first, "a trial keeps nothing");
    expect_success(&home, &["roadmap", "cases", "import", &place("cases.csv")]);
    let second = report();
    let whole = &row_of_unit(&second, "")["digitisation"];
    let figures =
        ["received", "with_components", "without_components", "reused", "from_portal", "resolved", "with_result", "without_result"];
    assert_eq!(figures.map(|name| whole[name].as_u64()), [2, 1, 1, 2, 1, 1, 1, 0].map(Some), "{second}");
    assert_eq!(
        (&row_of_unit(&second, "local")["timeliness"]["early"], &row_of_unit(&second, "sxd")["timeliness"]["open_late"]),
        (&1.into(), &1.into())
    );
    let csv = expect_success(&home, &[&["roadmap", "report"][..], &period[..6], &["--format", "csv"]].concat());
    assert!(csv.lines().any(|line| line == "2,sxd,1,1,0,\"0,0 %\",1,0,0,0,0,—"), "{csv}");
    for (form, magic) in [("docx", &b"PK"[..]), ("xlsx", b"PK"), ("pdf", b"%PDF")] {
        let bytes = run_sohoa(&home, &[&["roadmap", "report"][..], &period[..6], &["--format", form]].concat());
        assert!(bytes.status.success() && bytes.stdout.starts_with(magic), "{form}: {}", String::from_utf8_lossy(&bytes.stderr));
    }
    // The latest import counts; the report is the same after a rebuild from the store.
    std::fs::write(place("cases.csv"), table("15/5/2019")).unwrap();
    assert_eq!(expect_json(&home, &["roadmap", "cases", "import", &place("cases.csv")])["known"], 2);
    let third = report();
    assert_eq!(row_of_unit(&third, "local")["timeliness"]["late"], 1);
    for name in ["catalog.db", "catalog.db-wal", "catalog.db-shm"] {
        let _ = std::fs::remove_file(home.join(name));
    }
    expect_success(&home, &["rebuild"]);
    assert_eq!(report(), third);
}

#[test]
fn plan_adjustments_are_reported_by_target() {
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path().join("home");
    let place = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    expect_success(&home, &["roadmap", "template", &place("plan.xlsx")]);
    expect_success(&home, &["roadmap", "import", &place("plan.xlsx")]);
    let head = "Mã,Nội dung,Đơn vị,Đơn vị tính,Chỉ tiêu,Hạn hoàn thành\n";
    for (name, line) in [("two.csv", "L1,Hồ sơ,syt,trang,100,31/12/2099"), ("three.csv", "L1,Hồ sơ,syt,hồ sơ,120,31/12/2099")] {
        std::fs::write(place(name), format!("{head}{line}\n")).unwrap();
        expect_success(&home, &["roadmap", "import", &place(name), "--reason", "rà soát lại", "--decision", "15/QĐ-UBND"]);
    }
    let report = |more: &[&str]| expect_success(&home, &[&["roadmap", "report", "--form", "adjustments"][..], more].concat());
    let adjustments: Value = serde_json::from_str(&report(&["--format", "json"])).unwrap();
    let versions = adjustments["versions"].as_array().unwrap();
    assert_eq!(versions.len(), 3);
    assert_eq!((&versions[0]["decision"], versions[0]["changes"].as_array().unwrap().len()), (&adjustments["decision"], 0));
    assert_eq!((&versions[2]["decision"], &versions[2]["reason"]), (&"15/QĐ-UBND".into(), &"rà soát lại".into()));
    let changes = |version: usize| {
        let all = versions[version]["changes"].as_array().unwrap();
        all.iter().map(|one| format!("{} {}", one["target"], one["field"]).replace('"', "")).collect::<Vec<_>>()
    };
    assert_eq!(changes(1), ["SNV-01 removed", "SNV-02 removed", "L1 added"]);
    assert_eq!(changes(2), ["L1 target", "L1 measure"]);
    let csv = report(&["--format", "csv"]);
    assert!(csv.lines().any(|line| line == "3,L1,syt,target,100,120"), "{csv}");
    // A unit sees only its own targets.
    let own: Value = serde_json::from_str(&report(&["--format", "json", "--unit", "syt"])).unwrap();
    assert_eq!(own["versions"][1]["changes"].as_array().unwrap().len(), 1);
    for (form, magic) in [("docx", &b"PK"[..]), ("xlsx", b"PK"), ("pdf", b"%PDF")] {
        let bytes = run_sohoa(&home, &["roadmap", "report", "--form", "adjustments", "--format", form]);
        assert!(bytes.status.success() && bytes.stdout.starts_with(magic), "{form}: {}", String::from_utf8_lossy(&bytes.stderr));
    }
}

/// A home with targets L1 (dossiers whose code begins with `a`) and L2 of unit local, and X of another unit.
fn write_plan(folder: &Path) -> std::path::PathBuf {
    let home = folder.join("home");
    let place = |name: &str| folder.join(name).to_str().unwrap().to_owned();
    expect_success(&home, &["roadmap", "template", &place("plan.xlsx")]);
    expect_success(&home, &["roadmap", "import", &place("plan.xlsx")]);
    let head = "Mã,Nội dung,Đơn vị,Đơn vị tính,Chỉ tiêu,Hạn hoàn thành,Mã hồ sơ bắt đầu bằng\n";
    let rows = "L1,Nhà đất,local,trang,1000,31/12/2099,a\nL2,Khác,local,trang,10,31/12/2099,\nX,Nơi khác,syt,trang,10,31/12/2099,\n";
    std::fs::write(place("lines.csv"), format!("{head}{rows}")).unwrap();
    expect_success(&home, &["roadmap", "import", &place("lines.csv"), "--reason", "thử"]);
    home
}

/// Writes a dossier of one scan with a list that names these targets.
fn write_delivery(folder: &Path, name: &str, lines: &[&str]) -> String {
    let dossier = folder.join(name);
    std::fs::create_dir_all(&dossier).unwrap();
    let mut picture = image::GrayImage::from_pixel(320, 200, image::Luma([255]));
    for (place, letter) in name.bytes().enumerate() {
        picture.put_pixel(20 + place as u32, 40, image::Luma([letter]));
    }
    picture.save(dossier.join("1.png")).unwrap();
    let rows: String = lines.iter().map(|line| format!("1.png,Tờ trình,{line}\n")).collect();
    std::fs::write(dossier.join("manifest.csv"), format!("Tên tệp,Trích yếu,Mã dòng lộ trình\n{rows}")).unwrap();
    dossier.to_str().unwrap().to_owned()
}

#[test]
fn list_attaches_delivery_and_wrong_targets_are_reported() {
    let folder = tempfile::tempdir().unwrap();
    let home = write_plan(folder.path());
    let run = |inputs: &[String], more: &[&str]| {
        let inputs: Vec<&str> = inputs.iter().map(String::as_str).collect();
        expect_json(&home, &[&["run"], &inputs[..], &["--unit", "local", "-q"], more].concat())
    };
    let codes = |run: &Value| -> Vec<String> {
        let findings = run["attachment"]["findings"].as_array().unwrap();
        findings.iter().map(|finding| finding["code"].as_str().unwrap().to_owned()).collect()
    };
    // The list takes precedence over the rule, and a person over the list.
    let agreed = run(&[write_delivery(folder.path(), "a1", &["L2"])], &[]);
    assert_eq!((&agreed["attachment"]["target"], &agreed["attachment"]["source"]), (&"L2".into(), &"list".into()), "{agreed}");
    let chosen = run(&[write_delivery(folder.path(), "a2", &["L2"])], &["--line", "L1"]);
    assert_eq!((&chosen["attachment"]["target"], &chosen["attachment"]["source"]), (&"L1".into(), &"person".into()));
    let by_rule = run(&[write_delivery(folder.path(), "a3", &[""])], &[]);
    assert_eq!((&by_rule["attachment"]["target"], &by_rule["attachment"]["source"]), (&"L1".into(), &"rule".into()));
    // Lists that disagree, and targets that the plan lacks for the unit: outside the plan, with findings.
    let differ = run(&[write_delivery(folder.path(), "a4", &["L1"]), write_delivery(folder.path(), "a5", &["L2"])], &[]);
    assert_eq!((&differ["attachment"]["target"], codes(&differ)), (&Value::Null, vec!["lines-differ".to_owned(); 2]));
    let inputs = [write_delivery(folder.path(), "a6", &["L9"]), write_delivery(folder.path(), "a7", &["X"])];
    let wrong = run(&inputs, &[]);
    assert_eq!(
        (&wrong["attachment"]["target"], codes(&wrong)),
        (&Value::Null, vec!["line-unknown".to_owned(), "line-of-other-unit".to_owned()])
    );
    let output = expect_success(&home, &["run", &write_delivery(folder.path(), "a8", &["L9"]), "--unit", "local", "-q"]);
    assert!(output.contains("a8/manifest.csv: row 2 of the list names target L9, which no roadmap has"), "{output}");
    let record = expect_success(&home, &["records", "show", "a6"]);
    assert!(record.contains("line-unknown"), "{record}");
    // After a rebuild from the store: target and findings are the same.
    let status = expect_json(&home, &["roadmap", "status"]);
    for name in ["catalog.db", "catalog.db-wal", "catalog.db-shm"] {
        let _ = std::fs::remove_file(home.join(name));
    }
    expect_success(&home, &["rebuild"]);
    assert_eq!(expect_json(&home, &["roadmap", "status"]), status);
    assert!(expect_success(&home, &["records", "show", "a6"]).contains("line-unknown"));
}

//! The roadmap on the command line: a plan taken and told, lots accepted and sent back, and all of it back from the store.

use serde_json::Value;
use std::path::Path;
use std::process::{Command, Output};

fn sohoa(home: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sohoa"));
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("SOHOA_")) {
        command.env_remove(name);
    }
    command.args(arguments).args(["--lang", "en", "--home"]).arg(home).env("USER", "lan").output().unwrap()
}

fn done(home: &Path, arguments: &[&str]) -> String {
    let output = sohoa(home, arguments);
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn json(home: &Path, arguments: &[&str]) -> Value {
    serde_json::from_str(&done(home, &[arguments, &["--json"]].concat())).unwrap()
}

/// How much of the line `name` is done, stored and sent back.
fn line(home: &Path, code: &str) -> (f64, f64, Option<f64>) {
    let status = json(home, &["roadmap", "status"]);
    let lines = status[0]["lines"].as_array().unwrap();
    let found = lines.iter().find(|line| line["code"] == code).unwrap();
    (found["done"].as_f64().unwrap(), found["stored"].as_f64().unwrap(), found["returned"].as_f64())
}

#[test]
fn a_plan_is_taken_followed_accepted_and_comes_back_from_the_store() {
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path().join("home");
    let place = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    done(&home, &["roadmap", "template", &place("plan.xlsx")]);
    assert_eq!(json(&home, &["roadmap", "import", &place("plan.xlsx"), "--dry-run"])["version"], 1);
    assert_eq!(json(&home, &["roadmap", "status"]), serde_json::json!([]), "a trial keeps nothing");
    done(&home, &["roadmap", "import", &place("plan.xlsx")]);
    // What is written is read again as the same.
    done(&home, &["roadmap", "export", &place("again.xlsx")]);
    let again = sohoa(&home, &["roadmap", "import", &place("again.xlsx")]);
    assert!(String::from_utf8_lossy(&again.stderr).contains("kept in this form already"));
    let head = "Mã,Nội dung,Đơn vị,Đơn vị tính,Chỉ tiêu,Hạn hoàn thành,Mã hồ sơ bắt đầu bằng\n";
    std::fs::write(place("wrong.csv"), format!("{head}L1,Hồ sơ mẫu,local,bó,x,31/2/2027,001\n")).unwrap();
    let wrong = sohoa(&home, &["roadmap", "import", &place("wrong.csv")]);
    let told = String::from_utf8_lossy(&wrong.stdout).into_owned();
    assert_eq!((wrong.status.code(), told.lines().count()), (Some(2), 3), "{told}");
    assert!(told.contains("!D2\t") && told.contains("!E2\t") && told.contains("!F2\t"), "{told}");
    std::fs::write(
        place("lines.csv"),
        format!("{head}L1,Hồ sơ mẫu,local,trang,\"1.000\",31/12/2099,001\nL2,Khác,local,trang,10,31/12/2099,\n"),
    )
    .unwrap();
    let imported = json(&home, &["roadmap", "import", &place("lines.csv"), "--reason", "gọn lại", "--decision", "15/QĐ"]);
    assert_eq!((imported["version"].as_u64(), imported["lines"].as_u64()), (Some(2), Some(2)));
    // Two dossiers, of which the first gives the line.
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples");
    let inputs = ["001-ke-hoach-so-hoa", "004-tiep-cong-dan"].map(|name| samples.join(name).to_str().unwrap().to_owned());
    let run = json(&home, &["run", &inputs[0], &inputs[1], "--unit", "local", "-q"]);
    let stored = run["pages"]["stored"].as_f64().unwrap();
    assert!(stored > 0.0, "{run}");
    assert_eq!(line(&home, "L1"), (0.0, stored, None));
    // One missing page sends all of it back; once it is mended, another lot is accepted.
    let lot = json(&home, &["roadmap", "lot", "draw", "L1", "--seed", "hạt giống"]);
    let id = lot["id"].as_str().unwrap();
    assert_eq!(lot["pages"].as_f64(), Some(stored));
    let early = sohoa(&home, &["roadmap", "lot", "judge", id]);
    assert!(String::from_utf8_lossy(&early.stderr).contains("was not looked at yet"));
    done(&home, &["roadmap", "lot", "look", id, "all"]);
    let first = lot["sample"][0]["place"].to_string();
    done(&home, &["roadmap", "lot", "look", id, &first, "--defect", "missing-page"]);
    assert_eq!(json(&home, &["roadmap", "lot", "judge", id])["state"], "returned");
    assert_eq!(line(&home, "L1"), (0.0, stored, Some(1.0)));
    assert!(!sohoa(&home, &["roadmap", "lot", "draw", "L1"]).status.success(), "what was sent back comes in no lot");
    done(&home, &["roadmap", "lot", "reworked", id]);
    let second = json(&home, &["roadmap", "lot", "draw", "L1"]);
    let second = second["id"].as_str().unwrap();
    done(&home, &["roadmap", "lot", "look", second, "all"]);
    assert_eq!(json(&home, &["roadmap", "lot", "judge", second, "--note", "đạt"])["state"], "accepted");
    assert_eq!(line(&home, "L1"), (stored, 0.0, Some(0.5)));
    for (form, magic) in [("docx", &b"PK"[..]), ("xlsx", b"PK"), ("pdf", b"%PDF"), ("csv", b"\xef\xbb\xbf"), ("json", b"{")] {
        for what in [&["roadmap", "report", "--form", "progress"][..], &["roadmap", "lot", "minutes", second]] {
            let bytes = sohoa(&home, &[what, &["--format", form]].concat());
            assert!(
                bytes.status.success() && bytes.stdout.starts_with(magic),
                "{what:?} {form}: {}",
                String::from_utf8_lossy(&bytes.stderr)
            );
        }
    }
    // Catalogue and index are made anew from the store: plan, line, progress and lots are there.
    let before = json(&home, &["roadmap", "status"]);
    for name in ["catalog.db", "catalog.db-wal", "catalog.db-shm"] {
        let _ = std::fs::remove_file(home.join(name));
    }
    done(&home, &["rebuild"]);
    assert_eq!(json(&home, &["roadmap", "status"]), before);
    assert_eq!(json(&home, &["roadmap", "lot", "list"]).as_array().unwrap().len(), 2);
    // Outside the plan, it counts no more.
    let run = run["batch"].as_str().unwrap();
    done(&home, &["roadmap", "attach", run]);
    assert_eq!(line(&home, "L1"), (0.0, 0.0, None));
    done(&home, &["roadmap", "attach", run, "L2"]);
    assert_eq!(line(&home, "L2").0, stored);
}

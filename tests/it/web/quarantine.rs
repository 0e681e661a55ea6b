//! Quarantine in an archive with accounts, through HTTP and on the command line: officers are accounts with a right in a unit.

use crate::support::server::{PASSWORD, Person, Server, grant_in_all_units, program};
use serde_json::{Value, json};
use sohoa_base::model::account::Role;
use sohoa_base::text::percent_encoding::encode_segment;
use sqlx::{Connection, SqliteConnection};
use std::path::Path;
use std::process::Output;

/// Runs the program in this home; `key` is what `SOHOA_KEY` holds.
fn sohoa(home: &Path, key: Option<&str>, arguments: &[&str]) -> Output {
    let mut command = program();
    // Somebody is named in the settings, but in an archive with accounts these decide.
    command.env("SOHOA_SECRECY_OFFICERS", "lan, Lan").env("SOHOA_LIMITS_FILE_MIB", "1");
    if let Some(key) = key {
        command.env("SOHOA_KEY", key);
    }
    command.args(arguments).args(["--lang", "en", "--home"]).arg(home).current_dir(home).output().unwrap()
}

/// A server whose archive holds, for each of these units and dossiers, a file that nobody has looked at; and its administrator.
fn server_with_held(dossiers: &[(&str, &str)]) -> (Server, Person) {
    let home = tempfile::tempdir().unwrap();
    for (unit, dossier) in dossiers {
        let folder = home.path().join(format!("giao-{unit}-{dossier}")).join(dossier);
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("lon.pdf"), format!("nobody has looked at {unit} {dossier} ").repeat(50_000)).unwrap();
        let run = ["run", folder.to_str().unwrap(), "--unit", unit, "-q"];
        let ran = sohoa(home.path(), None, &run);
        assert_eq!(ran.status.code(), Some(3), "{}", String::from_utf8_lossy(&ran.stderr));
    }
    Server::start_in(home).create_administrator()
}

/// An account with the role of an officer in these units, signed in.
fn officer(server: &Server, admin: &Person, name: &str, units: &[&str]) -> Person {
    let grants: Vec<Value> = units.iter().map(|unit| json!({ "role": "secrecy-officer", "unit": unit })).collect();
    server.add(admin, name, &json!(grants));
    server.sign_in(name)
}

/// Codes and object names of what the person sees in quarantine.
fn held(server: &Server, who: &Person) -> Vec<(String, String)> {
    let listed = server.ask(Some(who), "GET", "/api/quarantine", None);
    assert_eq!(listed.status, 200, "{}", listed.body);
    let text = |entry: &Value, name: &str| entry[name].as_str().unwrap().to_owned();
    listed.body.as_array().unwrap().iter().map(|entry| (text(entry, "code"), text(entry, "dossier"))).collect()
}

fn decide(server: &Server, who: &Person, dossier: &str, decision: &str, note: &str) -> (u16, Value) {
    let path = format!("/api/quarantine/{}/{decision}", encode_segment(dossier));
    let answer = server.ask(Some(who), "POST", &path, Some(&json!({ "note": note })));
    (answer.status, answer.body)
}

/// Lets six minutes pass since every sign-in.
fn age_sign_ins(server: &Server) {
    let catalog = format!("sqlite:{}", server.home.path().join("catalog.db").display());
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let mut connection = SqliteConnection::connect(&catalog).await.unwrap();
        sqlx::query("UPDATE keys SET authenticated = authenticated - 360000").execute(&mut connection).await.unwrap();
        connection.close().await.unwrap();
    });
}

fn events(server: &Server, admin: &Person, kind: &str) -> Vec<Value> {
    let events = server.ask(Some(admin), "GET", "/api/audit?limit=500", None).body;
    events.as_array().unwrap().iter().filter(|event| event["kind"] == kind).map(|event| event["body"].clone()).collect()
}

fn new_key(server: &Server, who: &Person, rights: &[&str], days: u64) -> (u16, Value) {
    let made = server.ask(Some(who), "POST", "/api/tokens", Some(&json!({ "label": "lệnh", "rights": rights, "days": days })));
    (made.status, made.body)
}

#[test]
fn officers_see_and_decide_about_quarantine_of_their_units_alone() {
    let (server, admin) = server_with_held(&[("SNV", "hs-1"), ("SNV", "hs-2"), ("SYT", "hs-3")]);
    let (lan, hoa) = (officer(&server, &admin, "lan", &["SNV"]), officer(&server, &admin, "hoa", &["SYT"]));
    let codes = |who: &Person| held(&server, who).into_iter().map(|(code, _)| code).collect::<Vec<_>>();
    assert_eq!((codes(&lan), codes(&hoa)), (vec!["hs-1".to_owned(), "hs-2".to_owned()], vec!["hs-3".to_owned()]));
    let page = |who: &Person| server.ask(Some(who), "GET", "/quarantine", None);
    let (own, foreign) = (page(&lan).body.to_string(), page(&hoa).body.to_string());
    assert!(own.contains("hs-1") && own.contains("hs-2") && own.contains("lon.pdf") && !own.contains("hs-3") && !own.contains("SYT"));
    assert!(foreign.contains("hs-3") && !foreign.contains("hs-1") && !foreign.contains("SNV"));

    // What is in another unit is as unknown as what does not exist, by either of its names.
    let of_hoa = held(&server, &hoa).remove(0).1;
    for decision in ["release", "removal"] {
        let (status, body) = decide(&server, &lan, &of_hoa, decision, "đã xem");
        let (unknown, of_unknown) = decide(&server, &lan, "hs-9", decision, "đã xem");
        let detail = |body: &Value, name: &str| body["detail"].as_str().unwrap().replace(name, "NAME");
        assert_eq!((status, unknown, detail(&body, &of_hoa)), (404, 404, detail(&of_unknown, "hs-9")));
        assert_eq!(decide(&server, &lan, "hs-3", decision, "đã xem").0, 404);
        // Nobody else may, not even the administrator of all units.
        assert_eq!(decide(&server, &admin, &of_hoa, decision, "đã xem").0, 403);
    }
    assert_eq!((server.ask(Some(&admin), "GET", "/api/quarantine", None).status, page(&admin).status), (403, 403));

    // Each decision needs its reason, and names the account.
    let of_lan = held(&server, &lan).remove(0).1;
    assert_eq!((decide(&server, &lan, &of_lan, "release", " ").0, decide(&server, &lan, &of_lan, "removal", "").0), (400, 400));
    let (status, released) = decide(&server, &lan, &of_lan, "release", " dấu nhận nhầm ");
    assert_eq!((status, &released["by"], &released["version"]), (200, &"lan".into(), &Value::Null), "{released}");
    assert_eq!(codes(&lan), ["hs-2"]);
    let (status, removed) = decide(&server, &hoa, &of_hoa, "removal", "tài liệu mật");
    assert_eq!((status, &removed["by"]), (200, &"hoa".into()), "{removed}");
    assert_eq!(removed["out_of_reach"], json!([{ "kind": "backups" }]), "{removed}");
    assert!(removed.get("remaining").is_none() && codes(&hoa).is_empty(), "{removed}");
    assert_eq!(decide(&server, &hoa, &of_hoa, "removal", "tài liệu mật").0, 404);
    let release = &events(&server, &admin, "dossier-released")[0];
    assert_eq!(
        (&release["release"]["by"], &release["release"]["note"], &release["operator"]),
        (&"lan".into(), &"dấu nhận nhầm".into(), &"lan".into())
    );
    let removal = &events(&server, &admin, "file-removed")[0];
    assert_eq!((&removal["by"], &removal["operator"], &removal["by_key"]), (&"hoa".into(), &"hoa".into(), &Value::Null));
}

#[test]
fn decisions_about_quarantine_need_a_renewed_sign_in_and_never_come_from_programs() {
    let (server, admin) = server_with_held(&[("SNV", "hs-1")]);
    let lan = officer(&server, &admin, "lan", &["SNV"]);
    let dossier = held(&server, &lan).remove(0).1;
    let page = || server.ask(Some(&lan), "GET", "/quarantine", None).body.to_string();
    let (status, made) = new_key(&server, &lan, &["quarantine"], 365);
    assert_eq!((status, new_key(&server, &lan, &["quarantine"], 366).0), (201, 400), "{made}");
    assert!(page().contains("/removal") && !page().contains("/api/session/renewal"));

    // A key lists, and decides nothing here.
    let key = made["key"].as_str().unwrap();
    assert_eq!(server.ask_with_key(key, "GET", "/api/quarantine").body[0]["code"], "hs-1");
    for decision in ["release", "removal"] {
        let uri = format!("{}/api/quarantine/{}/{decision}", server.address, encode_segment(&dossier));
        let request = ureq::http::Request::builder().method("POST").uri(uri).header("authorization", format!("Bearer {key}"));
        assert_eq!(server.send(request, Some(&json!({ "note": "x" }))).status, 403);
    }
    let renewal = format!("{}/api/session/renewal", server.address);
    let request = ureq::http::Request::builder().method("POST").uri(renewal).header("authorization", format!("Bearer {key}"));
    assert_eq!(server.send(request, Some(&json!({ "password": PASSWORD }))).status, 403);

    // After a while the session lists, and decides nothing either, until its owner has proved again who they are.
    age_sign_ins(&server);
    assert!(page().contains("/api/session/renewal") && page().contains("hs-1") && !page().contains("/removal"));
    for decision in ["release", "removal"] {
        let (status, body) = decide(&server, &lan, &dossier, decision, "đã xem");
        assert!(status == 403 && body["detail"].as_str().unwrap().contains("confirm who you are"), "{body}");
    }
    assert_eq!((new_key(&server, &lan, &["quarantine"], 30).0, new_key(&server, &admin, &["read"], 30).0), (403, 201));
    let renew =
        |who: &Person, password: &str| server.ask(Some(who), "POST", "/api/session/renewal", Some(&json!({ "password": password }))).status;
    assert_eq!(renew(&lan, "sai mật khẩu rồi"), 403);
    let other = server.sign_in("lan");
    age_sign_ins(&server);
    assert_eq!(renew(&other, PASSWORD), 204);
    assert_eq!(decide(&server, &lan, &dossier, "release", "đã xem").0, 403, "another session was renewed");
    assert_eq!(renew(&lan, PASSWORD), 204);
    assert_eq!(decide(&server, &lan, &dossier, "release", "đã xem").0, 200);
    assert_eq!((events(&server, &admin, "sign-in-renewed").len(), events(&server, &admin, "sign-in-failed").len()), (2, 1));
}

#[test]
fn office_is_given_by_another_administrator_and_no_name_stands_for_it() {
    let (server, admin) = server_with_held(&[("SNV", "hs-1")]);
    let change = |name: &str, display_name: &str, roles: &[&str]| {
        let grants: Vec<Value> = roles.iter().map(|role| json!({ "role": role, "unit": "*" })).collect();
        let body = json!({ "display_name": display_name, "grants": grants });
        server.ask(Some(&admin), "PUT", &format!("/api/users/{name}"), Some(&body)).status
    };
    assert_eq!(change("admin", "", &["administrator", "secrecy-officer"]), 403);
    server.add(&admin, "hoa", &grant_in_all_units(Role::Administrator));
    // The name that the settings give to an officer, as display name and as sign-in name.
    assert_eq!(change("hoa", "lan", &["administrator"]), 204);
    server.add(&admin, "lan", &grant_in_all_units(Role::Administrator));
    for name in ["hoa", "lan"] {
        let person = server.sign_in(name);
        assert_eq!(server.ask(Some(&person), "GET", "/api/quarantine", None).status, 403, "{name}");
        assert_eq!(decide(&server, &person, "hs-1", "release", "x").0, 403, "{name}");
        assert_eq!(new_key(&server, &person, &["quarantine"], 1).0, 403, "{name}");
    }
    assert_eq!(change("hoa", "lan", &["administrator", "secrecy-officer"]), 204);
    assert_eq!(held(&server, &server.sign_in("hoa")).len(), 1);
    let given = events(&server, &admin, "user-changed");
    assert!(given.iter().any(|event| event["by"] == "admin" && event["grants"].to_string().contains("secrecy-officer")), "{given:?}");
}

#[test]
fn command_line_decides_with_the_key_of_an_officer_once_there_are_accounts() {
    let (server, admin) = server_with_held(&[("SNV", "hs-1"), ("SNV", "hs-2"), ("SYT", "hs-3")]);
    let (lan, hoa) = (officer(&server, &admin, "lan", &["SNV"]), officer(&server, &admin, "hoa", &["SYT"]));
    let key_of = |who: &Person, rights: &[&str]| {
        let (status, made) = new_key(&server, who, rights, 30);
        assert_eq!(status, 201, "{made}");
        (made["key"].as_str().unwrap().to_owned(), made["id"].as_str().unwrap().to_owned())
    };
    let ((of_lan, id), (of_hoa, _), (of_admin, _)) =
        (key_of(&lan, &["quarantine"]), key_of(&hoa, &["quarantine"]), key_of(&admin, &["read"]));
    let home = server.home.path().to_owned();
    let server = server.restart(|| {
        let refused = |key: Option<&str>, arguments: &[&str], why: &str| {
            let output = sohoa(&home, key, arguments);
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            assert!(output.status.code() == Some(2) && said.contains(why), "{arguments:?}: {said}");
        };
        let release = ["quarantine", "release", "hs-1", "--note", "đã xem"];
        let by = [&release[..], &["--by", "lan"]].concat();
        for arguments in [&["quarantine", "list"][..], &release, &by, &["quarantine", "remove", "hs-1", "--by", "lan"]] {
            refused(None, arguments, "SOHOA_KEY");
            refused(Some(""), arguments, "SOHOA_KEY");
            refused(Some("unknown"), arguments, "unknown or has expired");
            refused(Some(&of_admin), arguments, "lacks the right");
        }
        refused(Some(&of_hoa), &release, "not in quarantine");
        refused(Some(&of_hoa), &by, "leave --by out");
        refused(Some(&of_lan), &["quarantine", "release", "hs-1"], "note");
        let listed = |key: &str| {
            let output = sohoa(&home, Some(key), &["quarantine", "list", "--json"]);
            let listed: Value = serde_json::from_slice(&output.stdout).unwrap();
            listed.as_array().unwrap().iter().map(|entry| entry["code"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        assert_eq!((listed(&of_lan), listed(&of_hoa)), (vec!["hs-1".to_owned(), "hs-2".to_owned()], vec!["hs-3".to_owned()]));
        let done = sohoa(&home, Some(&of_lan), &[&by[..], &["--json"]].concat());
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        let released: Value = serde_json::from_slice(&done.stdout).unwrap();
        assert!(released["by"] == "lan" && released["version"].is_u64(), "{released}");
        let done = sohoa(&home, Some(&of_lan), &["quarantine", "remove", "hs-2", "--note", "tài liệu mật"]);
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        assert_eq!(listed(&of_lan), Vec::<String>::new());
    });
    let (release, removal) = (&events(&server, &admin, "dossier-released")[0], &events(&server, &admin, "file-removed")[0]);
    assert_eq!((&release["release"]["by"], &release["by_key"]), (&"lan".into(), &id.as_str().into()), "{release}");
    assert_eq!((&removal["by"], &removal["by_key"]), (&"lan".into(), &id.as_str().into()), "{removal}");
    assert!(release["operator"].as_str().is_some_and(|operator| !operator.is_empty() && operator != "lan"), "{release}");
}

#[test]
fn command_line_unlocks_a_name_after_wrong_passwords() {
    let (server, admin) = Server::with_administrator();
    server.add(&admin, "lan", &grant_in_all_units(Role::Reader));
    let try_with = |password: &str| server.ask(None, "POST", "/api/session", Some(&json!({ "name": "lan", "password": password }))).status;
    (0..5).for_each(|_| assert_eq!(try_with("sai mật khẩu rồi"), 403));
    assert_eq!(try_with(PASSWORD), 429);
    let unlock = |name: &str| sohoa(server.home.path(), None, &["people", "unlock", name]);
    let done = unlock("lan");
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    assert_eq!(try_with(PASSWORD), 200);
    let again = unlock("lan");
    assert!(again.status.success() && String::from_utf8_lossy(&again.stdout).contains("not locked"));
    assert_eq!(unlock("nobody").status.code(), Some(2));
    let unlocked = events(&server, &admin, "sign-in-unlocked");
    assert_eq!((unlocked.len(), &unlocked[0]["user"], &unlocked[0]["networks"]), (1, &"lan".into(), &1.into()), "{unlocked:?}");
}

#[test]
fn reviewers_see_each_other_under_every_name_of_a_document() {
    let home = tempfile::tempdir().unwrap();
    let scans = sohoa_testing::workspace().join("samples/003-ban-giao-tai-lieu");
    let run = program().arg("run").arg(&scans).args(["--unit", "SNV", "-q", "--home"]).arg(home.path()).current_dir(home.path()).output();
    assert!(run.unwrap().status.success());
    let (server, admin) = Server::start_in(home).create_administrator();
    for name in ["lan", "hoa"] {
        server.add(&admin, name, &json!([{ "role": "reviewer", "unit": "SNV" }]));
    }
    let (lan, hoa) = (server.sign_in("lan"), server.sign_in("hoa"));
    let record = &server.ask(Some(&lan), "GET", "/api/records", None).body["items"][0];
    let (code, object) = (record["code"].as_str().unwrap(), record["object"].as_str().unwrap());
    let names = [format!("{code}#1"), format!("{object}#1"), format!("{code}#01"), format!("{object}#001")];
    let lock =
        |who: &Person, method: &str, name: &str| server.ask(Some(who), method, &format!("/api/review/{}/hold", encode_segment(name)), None);
    let holder = |who: &Person, name: &str| lock(who, "PUT", name).body["holder"].as_str().unwrap().to_owned();
    for held in &names {
        assert_eq!(holder(&lan, held), "lan");
        for name in &names {
            assert_eq!(holder(&hoa, name), "lan", "{held} {name}");
            assert_eq!(lock(&hoa, "DELETE", name).status, 204);
            assert_eq!(holder(&hoa, name), "lan", "{name}: somebody else let it go");
        }
        for released in &names {
            assert_eq!(holder(&lan, held), "lan");
            assert_eq!(lock(&lan, "DELETE", released).status, 204);
            assert_eq!(holder(&hoa, held), "hoa", "{held} {released}");
            assert_eq!(lock(&hoa, "DELETE", held).status, 204);
        }
    }
}

#[test]
fn stamp_on_a_document_in_review_is_released_by_an_officer_alone() {
    let home = tempfile::tempdir().unwrap();
    let scans = sohoa_testing::workspace().join("samples/003-ban-giao-tai-lieu");
    let place = home.path().to_owned();
    let ran = sohoa(&place, None, &["run", scans.to_str().unwrap(), "--unit", "SNV", "-q"]);
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    let listed: Value = serde_json::from_slice(&sohoa(&place, None, &["records", "list", "--json"]).stdout).unwrap();
    let document = format!("{}#1", listed[0]["code"].as_str().unwrap());
    let decide = |key: Option<&str>, by: &str| {
        let output = sohoa(&place, key, &["review", "decide", &document, "--release", "--by", by]);
        (output.status.success(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    assert!(decide(None, "hoa").1.contains("secrecy_officers"));
    assert_eq!(decide(None, "lan"), (true, String::new()));

    let (server, admin) = Server::start_in(home).create_administrator();
    let key = |name: &str, unit: &str| {
        let who = officer(&server, &admin, name, &[unit]);
        new_key(&server, &who, &["quarantine"], 1).1["key"].as_str().unwrap().to_owned()
    };
    let (lan, hoa) = (key("lan", "SNV"), key("hoa", "SYT"));
    let server = server.restart(|| {
        assert!(decide(None, "lan").1.contains("SOHOA_KEY"));
        assert!(decide(Some(&hoa), "hoa").1.contains("in the unit of the dossier"));
        assert_eq!(decide(Some(&lan), "lan"), (true, String::new()));
    });
    let decided = events(&server, &admin, "document-decided");
    let authors: Vec<_> = decided.iter().map(|event| (&event["decision"]["author"], event["by_key"].is_string())).collect();
    assert_eq!(authors, [(&"lan".into(), false), (&"lan".into(), true)], "{decided:?}");
}

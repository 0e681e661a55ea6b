//! Access rights: which request needs which right, and what it is answered without.

use crate::support::server::{PASSWORD, Person, Server, grant_in_all_units, program};
use serde_json::json;
use sohoa_base::model::account::{Right, Role};
use sohoa_web::access::{Access, Route};
use sohoa_web::server::route_table;

/// Whether requests of this method have a body.
fn accepts_body(method: &str) -> bool {
    !matches!(method, "GET" | "HEAD" | "OPTIONS" | "DELETE")
}

/// A path with a value for every parameter.
fn fill_path(path: &str) -> String {
    path.split('/').map(|part| if part.starts_with('{') { "x%231" } else { part }).collect::<Vec<_>>().join("/")
}

#[test]
fn first_administrator_is_created_once_without_default_password() {
    let server = Server::start();
    let body = |key: &str, name: &str| json!({ "key": key, "name": name, "password": PASSWORD });
    assert_eq!(server.ask(None, "POST", "/api/session", Some(&json!({ "name": "admin", "password": "admin" }))).status, 403);
    assert_eq!(server.ask(None, "POST", "/api/setup", Some(&body("wrong", "admin"))).status, 403);
    let key = server.setup.clone().unwrap();
    let short = json!({ "key": key, "name": "admin", "password": "ngắn" });
    assert_eq!(server.ask(None, "POST", "/api/setup", Some(&short)).status, 400);
    // A failed attempt does not use up the key.
    let again = server.ask(None, "POST", "/api/setup", Some(&body(&key, "admin")));
    assert_eq!(again.status, 204, "{}", again.body);
    assert_eq!(server.ask(None, "POST", "/api/setup", Some(&body(&key, "second"))).status, 403);
    let me = server.ask(Some(&server.sign_in("admin")), "GET", "/api/session", None);
    // All rights but that of the officers in charge of secrets.
    let rights = me.body["rights"].as_array().unwrap();
    assert_eq!((&me.body["user"]["name"], rights.len()), (&"admin".into(), Right::ALL.len() - 1));
    assert!(!rights.contains(&Right::ManageQuarantine.as_str().into()), "{rights:?}");
}

#[test]
fn every_route_enforces_access_for_every_role() {
    let (server, admin) = Server::with_administrator();
    let routes = route_table();
    for role in Role::ALL {
        let name = serde_json::to_value(role).unwrap().as_str().unwrap().to_owned();
        server.add(&admin, &name, &grant_in_all_units(role));
        for Route { method, path, access } in &routes {
            // A new session each time: one of the routes signs out.
            let person = server.sign_in(&name);
            let answer = server.ask(Some(&person), method, &fill_path(path), accepts_body(method).then(|| json!({})).as_ref());
            let may = match access {
                Access::Public | Access::SignedIn => true,
                Access::Needs(right) => role.rights().contains(right),
            };
            assert_eq!(answer.status != 403, may, "{name} {method} {path}: {} {}", answer.status, answer.body);
            assert!(answer.status != 401 && answer.status < 500, "{name} {method} {path}: {}", answer.body);
        }
    }
    for Route { method, path, access } in &routes {
        let answer = server.ask(None, method, &fill_path(path), accepts_body(method).then(|| json!({})).as_ref());
        assert_eq!(answer.status == 401, *access != Access::Public, "nobody {method} {path}: {}", answer.status);
        assert!(answer.policy.unwrap().contains("object-src 'none'"));
    }
}

#[test]
fn writes_without_form_key_are_rejected() {
    let (server, admin) = Server::with_administrator();
    let foreign = Person { cookie: admin.cookie.clone(), form_key: String::new() };
    let body = json!({ "label": "x", "rights": ["read"], "days": 1 });
    let answer = server.ask(Some(&foreign), "POST", "/api/tokens", Some(&body));
    assert_eq!((answer.status, answer.kind.as_deref()), (403, Some("application/problem+json")));
    assert_eq!(server.ask(Some(&foreign), "GET", "/api/tokens", None).body, json!([]));
    assert_eq!(server.ask(Some(&admin), "POST", "/api/tokens", Some(&body)).status, 201);
}

#[test]
fn wrong_passwords_lock_name_for_their_network_without_revealing_accounts() {
    let (server, admin) =
        Server::start_with(tempfile::tempdir().unwrap(), &[("SOHOA_SERVER_TRUSTED_PROXIES", "127.0.0.1")]).create_administrator();
    server.add(&admin, "lan", &grant_in_all_units(Role::Reader));
    let tried_from = |from: &str, name: &str, password: &str| {
        let request = ureq::http::Request::builder().method("POST").uri(format!("{}/api/session", server.address));
        server.send(request.header("x-forwarded-for", from), Some(&json!({ "name": name, "password": password })))
    };
    let tried = |name: &str, password: &str| tried_from("192.0.2.7", name, password);
    let (wrong, nobody) = (tried("lan", "sai mật khẩu rồi"), tried("nobody", "sai mật khẩu rồi"));
    assert_eq!((wrong.status, &wrong.body), (nobody.status, &nobody.body));
    (0..4).for_each(|_| assert_eq!(tried("lan", "sai mật khẩu rồi").status, 403));
    assert_eq!(tried("lan", PASSWORD).status, 429, "the name is not locked");
    assert_eq!(tried_from("192.0.2.200", "lan", PASSWORD).status, 429, "a neighbour guesses on");
    assert_eq!(tried_from("192.0.3.7", "lan", PASSWORD).status, 200, "guesses elsewhere lock the user out");
    assert_eq!(tried("lan", PASSWORD).status, 429, "a sign-in elsewhere helps whoever guesses");
    (0..4).for_each(|_| assert_eq!(tried("nobody", "sai mật khẩu rồi").status, 403));
    assert_eq!(tried("nobody", "sai mật khẩu rồi").status, 429, "the lock tells which names exist");
    // A new password set by the administrator unlocks it.
    let set = server.ask(Some(&admin), "PUT", "/api/users/lan/password", Some(&json!({ "password": PASSWORD })));
    assert_eq!((set.status, tried("lan", PASSWORD).status), (204, 200));
    let events = server.ask(Some(&admin), "GET", "/api/audit?limit=500", None).body;
    let kinds: Vec<&str> = events.as_array().unwrap().iter().map(|event| event["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds.iter().filter(|kind| **kind == "sign-in-failed").count(), 10, "{kinds:?}");
    assert!(!events.to_string().contains("mật khẩu"), "a password is in the audit");
}

#[test]
fn api_tokens_are_limited_and_revocable() {
    let (server, admin) = Server::with_administrator();
    let made = server.ask(Some(&admin), "POST", "/api/tokens", Some(&json!({ "label": "máy quét", "rights": ["watch"], "days": 30 })));
    let (key, id) = (made.body["key"].as_str().unwrap(), made.body["id"].as_str().unwrap());
    assert_eq!(server.ask_with_key(key, "GET", "/api/runs").status, 200);
    assert_eq!(server.ask_with_key(key, "GET", "/api/users").status, 403);
    assert_eq!(server.ask_with_key(key, "DELETE", "/api/session").status, 403);
    let listed = server.ask(Some(&admin), "GET", "/api/tokens", None).body;
    assert!(listed[0]["label"] == "máy quét" && !listed.to_string().contains(key), "{listed}");
    assert_eq!(server.ask(Some(&admin), "DELETE", &format!("/api/tokens/{id}"), None).status, 204);
    assert_eq!(server.ask_with_key(key, "GET", "/api/runs").status, 401);
    // Nobody grants a right that they do not have.
    server.add(&admin, "lan", &grant_in_all_units(Role::Reader));
    let lan = server.sign_in("lan");
    let request = json!({ "label": "x", "rights": ["administer"], "days": 1 });
    assert_eq!(server.ask(Some(&lan), "POST", "/api/tokens", Some(&request)).status, 403);
}

#[test]
fn disabled_user_is_signed_out_and_last_administrator_kept() {
    let (server, admin) = Server::with_administrator();
    server.add(&admin, "lan", &grant_in_all_units(Role::Reader));
    let lan = server.sign_in("lan");
    let change = |name: &str, role: Role, disabled: bool| {
        server
            .ask(
                Some(&admin),
                "PUT",
                &format!("/api/users/{name}"),
                Some(&json!({ "grants": grant_in_all_units(role), "disabled": disabled })),
            )
            .status
    };
    assert_eq!(change("lan", Role::Reader, true), 204);
    assert_eq!(server.ask(Some(&lan), "GET", "/api/session", None).status, 401);
    assert_eq!(
        (change("admin", Role::Reader, false), change("admin", Role::Administrator, true), change("nobody", Role::Reader, false)),
        (409, 409, 404)
    );
    assert_eq!(server.ask(Some(&admin), "DELETE", "/api/session", None).status, 204);
    assert_eq!(server.ask(Some(&admin), "GET", "/api/session", None).status, 401);
}

#[test]
fn reader_of_one_unit_sees_no_other_unit() {
    let home = tempfile::tempdir().unwrap();
    let scans = sohoa_testing::workspace().join("samples/003-ban-giao-tai-lieu");
    let run = program().arg("run").arg(&scans).args(["--unit", "SNV", "-q", "--home"]).arg(home.path()).current_dir(home.path()).output();
    assert!(run.unwrap().status.success());
    let server = Server::start_in(home);
    let key = server.setup.clone().unwrap();
    server.ask(None, "POST", "/api/setup", Some(&json!({ "key": key, "name": "admin", "password": PASSWORD })));
    let admin = server.sign_in("admin");
    for (name, unit) in [("lan", "SNV"), ("hoa", "SYT")] {
        let grants = json!([{ "role": "reader", "unit": unit }, { "role": "reviewer", "unit": unit }]);
        server.add(&admin, name, &grants);
    }
    let (lan, hoa) = (server.sign_in("lan"), server.sign_in("hoa"));
    let get = |who: &Person, path: &str| server.ask(Some(who), "GET", path, None);
    let listed = get(&lan, "/api/records").body;
    let (code, object) = (listed["items"][0]["code"].as_str().unwrap(), listed["items"][0]["object"].as_str().unwrap());
    let (record, document) = (format!("/api/records/{}", object.replace('%', "%25")), format!("/api/documents/{code}%231/pdf"));
    let shown = get(&lan, &record);
    assert_eq!((shown.status, get(&lan, &document).status), (200, 200), "{}", shown.body);
    assert!(shown.tag.is_some() && shown.body["code"] == code);
    assert!(get(&lan, "/api/search?q=b%C3%A0n+giao").body["total"].as_u64().unwrap() > 0);
    assert_eq!(get(&lan, "/api/runs").body["items"].as_array().unwrap().len(), 1);

    assert_eq!(get(&hoa, "/api/records").body["items"], json!([]));
    assert_eq!((get(&hoa, &record).status, get(&hoa, &document).status), (404, 404));
    let pages_today = |who: &Person| get(who, "/api/plant").body["pages_today"].as_u64().unwrap();
    assert!(pages_today(&lan) > 0 && pages_today(&hoa) == 0, "the dashboard counts pages of other units");
    // Names are resolved without the store: unknown ones and those of other units cost no reading of it.
    let (store, aside) = (server.home.path().join("store"), server.home.path().join("aside"));
    std::fs::rename(&store, &aside).unwrap();
    for path in [&record, &document, &format!("/api/records/{code}"), "/api/records/unknown", "/api/documents/unknown%231/pdf"] {
        assert_eq!(get(&hoa, path).status, 404, "{path}");
    }
    assert_eq!(get(&lan, "/api/records/unknown").status, 404);
    assert_ne!(get(&lan, &record).status, 200, "the store is still there");
    std::fs::rename(&aside, &store).unwrap();
    assert_eq!(get(&lan, &format!("/api/records/{code}")).status, 200);
    assert_eq!(get(&hoa, "/api/search?q=b%C3%A0n+giao").body["total"], 0);
    assert_eq!(get(&hoa, "/api/search?q=giao&unit=SNV").status, 403);
    assert_eq!(get(&hoa, "/api/runs").body["items"], json!([]));
    assert_eq!(get(&hoa, "/api/review").body["items"], json!([]));
    let decide = server.ask(Some(&hoa), "POST", &format!("/api/review/{code}%231"), Some(&json!({ "accept": true })));
    assert_eq!(decide.status, 404);
    let decided = server.ask(Some(&lan), "POST", &format!("/api/review/{code}%231"), Some(&json!({ "accept": true })));
    assert_eq!((decided.status, &decided.body["decisions"][0]["author"]), (200, &"lan".into()), "{}", decided.body);
    let events = server.ask(Some(&admin), "GET", "/api/audit?limit=500", None).body;
    let own = events.as_array().unwrap().iter().filter(|event| event["body"]["by"] == "lan");
    let kinds: Vec<&str> = own.map(|event| event["kind"].as_str().unwrap()).collect();
    assert!(kinds.contains(&"record-read") && kinds.contains(&"document-read"), "{kinds:?}");
    assert!(server.home.path().join("store").exists());
}

#[test]
fn unit_administrator_cannot_grant_rights_elsewhere() {
    let (server, admin) = Server::with_administrator();
    server.add(&admin, "lan", &json!([{ "role": "administrator", "unit": "SNV" }]));
    server.add(&admin, "hoa", &json!([{ "role": "reader", "unit": "SYT" }]));
    let lan = server.sign_in("lan");
    let add = |name: &str, role: &str, unit: &str| {
        let body = json!({ "name": name, "grants": [{ "role": role, "unit": unit }], "password": PASSWORD });
        server.ask(Some(&lan), "POST", "/api/users", Some(&body)).status
    };
    assert_eq!((add("minh", "reader", "SNV"), add("mai", "reader", "SYT"), add("mai", "administrator", "*")), (201, 403, 403));
    let change = |name: &str, unit: &str| {
        let body = json!({ "grants": [{ "role": "administrator", "unit": unit }] });
        server.ask(Some(&lan), "PUT", &format!("/api/users/{name}"), Some(&body)).status
    };
    assert_eq!((change("minh", "SNV"), change("lan", "*"), change("hoa", "SNV"), change("admin", "SNV")), (204, 403, 404, 404));
    assert_eq!(server.ask(Some(&lan), "GET", "/api/audit", None).status, 403);
}

#[test]
fn unit_administrator_sees_and_resets_people_of_the_unit_alone() {
    let (server, admin) = Server::with_administrator();
    server.add(&admin, "lan", &json!([{ "role": "administrator", "unit": "SNV" }]));
    server.add(&admin, "minh", &json!([{ "role": "reader", "unit": "SNV" }]));
    server.add(&admin, "hoa", &json!([{ "role": "reader", "unit": "SYT" }]));
    server.add(&admin, "both", &json!([{ "role": "reader", "unit": "SNV" }, { "role": "reader", "unit": "SYT" }]));
    server.add(&admin, "nothing", &json!([]));
    let lan = server.sign_in("lan");
    let seen = server.ask(Some(&lan), "GET", "/api/users", None).body;
    let names: Vec<&str> = seen.as_array().unwrap().iter().map(|user| user["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["both", "lan", "minh"]);
    assert!(!seen.to_string().contains("SYT"), "{seen}");
    assert_eq!(server.ask(Some(&admin), "GET", "/api/users", None).body.as_array().unwrap().len(), 6);
    let page = server.ask(Some(&lan), "GET", "/people", None).body.to_string();
    let shown = |name: &str| page.contains(&format!("<b>{name}</b>"));
    assert!(shown("minh") && shown("both") && !shown("hoa") && !shown("admin") && !shown("nothing") && !page.contains("SYT"));
    let reset = |name: &str| {
        let password = server.ask(Some(&lan), "PUT", &format!("/api/users/{name}/password"), Some(&json!({ "password": PASSWORD })));
        let totp = server.ask(Some(&lan), "DELETE", &format!("/api/users/{name}/totp"), None);
        let tokens = server.ask(Some(&lan), "GET", &format!("/api/users/{name}/tokens"), None);
        [password.status, totp.status, tokens.status]
    };
    assert_eq!(reset("minh"), [204, 204, 200]);
    assert_eq!(reset("both"), [403, 403, 403]);
    for name in ["hoa", "admin", "nothing", "nobody"] {
        assert_eq!(reset(name), [404, 404, 404], "{name}");
    }
    // Nobody is taken out of the unit's sight, or added beside it.
    let none = json!({ "grants": [] });
    assert_eq!(server.ask(Some(&lan), "PUT", "/api/users/minh", Some(&none)).status, 403);
    let person = json!({ "name": "mai", "grants": [], "password": PASSWORD });
    assert_eq!(server.ask(Some(&lan), "POST", "/api/users", Some(&person)).status, 403);
    let alike = json!({ "name": "mai", "grants": [{ "role": "reader", "unit": "snv" }], "password": PASSWORD });
    let refused = server.ask(Some(&admin), "POST", "/api/users", Some(&alike));
    assert!(refused.status == 409 && refused.body["detail"].as_str().unwrap().contains("SNV"), "{}", refused.body);
}

#[test]
fn keys_of_programs_end_with_the_rights_of_their_user() {
    let (server, admin) = Server::with_administrator();
    let request = |rights: &[&str]| json!({ "label": "máy quét", "rights": rights, "days": 700 });
    let make = |who: &Person, rights: &[&str]| {
        let made = server.ask(Some(who), "POST", "/api/tokens", Some(&request(rights))).body;
        (made["key"].as_str().unwrap().to_owned(), made["id"].as_str().unwrap().to_owned())
    };
    let works = |key: &str| server.ask_with_key(key, "GET", "/api/session").status == 200;
    let send = |key: &str, method: &str, path: &str, body: &serde_json::Value| {
        let request = ureq::http::Request::builder().method(method).uri(format!("{}{path}", server.address));
        server.send(request.header("authorization", format!("Bearer {key}")), Some(body)).status
    };
    // A key makes and ends no keys, and gives nobody rights or passwords.
    let (key, id) = make(&admin, &["administer", "read"]);
    assert_eq!(send(&key, "POST", "/api/tokens", &request(&["read"])), 403);
    assert_eq!(server.ask_with_key(&key, "DELETE", &format!("/api/tokens/{id}")).status, 403);
    assert_eq!(server.ask_with_key(&key, "DELETE", &format!("/api/users/admin/tokens/{id}")).status, 403);
    server.add(&admin, "lan", &json!([{ "role": "reader", "unit": "SNV" }]));
    assert_eq!(send(&key, "PUT", "/api/users/admin/password", &json!({ "password": PASSWORD })), 403);
    assert_eq!(send(&key, "PUT", "/api/users/lan", &json!({ "grants": grant_in_all_units(Role::Administrator) })), 403);
    assert_eq!(send(&key, "POST", "/api/users", &json!({ "name": "mai", "grants": [], "password": PASSWORD })), 403);
    assert_eq!(server.ask_with_key(&key, "DELETE", "/api/users/lan/totp").status, 403);
    assert!(works(&key));

    // What a key does names the key.
    assert_eq!(server.ask_with_key(&key, "GET", "/api/search?q=x").status, 200);
    let events = server.ask(Some(&admin), "GET", "/api/audit?limit=500", None).body;
    let searched = events.as_array().unwrap().iter().find(|event| event["kind"] == "searched").unwrap();
    assert_eq!((&searched["body"]["by"], &searched["body"]["by_key"]), (&"admin".into(), &id.as_str().into()));
    assert!(events.as_array().unwrap().iter().all(|event| event["kind"] == "searched" || event["body"]["by_key"].is_null()));

    // A new password or other roles end a key.
    let change = |path: &str, body: &serde_json::Value| server.ask(Some(&admin), "PUT", path, Some(body)).status;
    let (first, _) = make(&server.sign_in("lan"), &["read"]);
    assert!(works(&first));
    assert_eq!(change("/api/users/lan/password", &json!({ "password": PASSWORD })), 204);
    assert!(!works(&first), "a key outlives a new password");
    let (second, _) = make(&server.sign_in("lan"), &["read"]);
    assert_eq!(change("/api/users/lan", &json!({ "grants": [{ "role": "reader", "unit": "SYT" }] })), 204);
    assert!(!works(&second), "a key outlives a change of roles");
    let (third, _) = make(&server.sign_in("lan"), &["read"]);
    assert_eq!(server.ask(Some(&admin), "DELETE", "/api/users/lan/totp", None).status, 204);
    assert!(!works(&third), "a key outlives the reset of the second factor");

    // Administrators see and end keys of the people in their units.
    let (fourth, id) = make(&server.sign_in("lan"), &["read"]);
    server.add(&admin, "hoa", &json!([{ "role": "administrator", "unit": "SYT" }]));
    server.add(&admin, "minh", &json!([{ "role": "administrator", "unit": "SNV" }]));
    let (hoa, minh) = (server.sign_in("hoa"), server.sign_in("minh"));
    let path = format!("/api/users/lan/tokens/{id}");
    assert_eq!(server.ask(Some(&hoa), "GET", "/api/users/lan/tokens", None).body[0]["id"], id.as_str());
    assert!(server.ask(Some(&hoa), "GET", "/people", None).body.to_string().contains(&path));
    assert_eq!(server.ask(Some(&minh), "DELETE", &path, None).status, 404);
    assert!(works(&fourth));
    assert_eq!(server.ask(Some(&hoa), "DELETE", &path, None).status, 204);
    assert!(!works(&fourth));
}

#[test]
fn openapi_document_covers_all_routes() {
    let server = Server::start();
    let document = server.ask(None, "GET", "/openapi.json", None).body;
    assert_eq!(document["openapi"].as_str().map(|version| version.starts_with("3.1")), Some(true));
    let mut routes = route_table();
    routes.retain(|route| route.path.starts_with("/api/"));
    for Route { method, path, .. } in &routes {
        assert!(document["paths"][path][method.to_lowercase()]["responses"].is_object(), "{method} {path} is not described");
    }
    let described: usize = document["paths"].as_object().unwrap().values().map(|path| path.as_object().unwrap().len()).sum();
    assert_eq!(described, routes.len(), "more is described than there is");
    assert!(document["components"]["schemas"]["DossierRecord"]["properties"]["documents"].is_object());
    for (path, words) in [("/healthz", "ok"), ("/readyz", "ready"), ("/metrics", "sohoa_http_requests_total")] {
        assert!(server.ask(None, "GET", path, None).body.as_str().unwrap().contains(words), "{path}");
    }
}

//! What the server shows to whoever is not signed in, and to proxies between: keys, metrics, its own address, sessions.

use crate::support::server::{Answer, PASSWORD, Person, Server, grant_in_all_units, program};
use serde_json::{Value, json};
use sohoa_base::model::account::Role;

/// GET with further headers.
fn get(server: &Server, who: Option<&Person>, path: &str, headers: &[(&str, &str)]) -> Answer {
    let mut request = ureq::http::Request::builder().uri(format!("{}{path}", server.address));
    for (name, value) in headers.iter().copied().chain(who.map(|who| ("cookie", who.cookie.as_str()))) {
        request = request.header(name, value);
    }
    server.send(request, None)
}

#[test]
fn setup_key_is_in_no_address_that_is_sent() {
    let server = Server::start();
    let key = server.setup.clone().unwrap();
    // What a browser sends of the printed address, `/setup#key=…`, and what an old link would send.
    for path in ["/setup".to_owned(), format!("/setup?key={key}")] {
        let page = get(&server, None, &path, &[("accept", "text/html")]);
        assert_eq!(page.status, 200);
        let html = page.body.as_str().unwrap();
        assert!(html.contains("data-fragment=\"key\"") && !html.contains(&format!("value=\"{key}\"")), "the key of a query is taken");
    }
    let tried =
        |key: &str| server.ask(None, "POST", "/api/setup", Some(&json!({ "key": key, "name": "admin", "password": PASSWORD }))).status;
    assert_eq!((tried("wrong"), tried(&key), tried(&key)), (403, 204, 403));
}

#[test]
fn metrics_are_closed_to_other_machines() {
    let (server, admin) = Server::with_administrator();
    server.add(&admin, "lan", &json!([{ "role": "archivist", "unit": "SNV" }]));
    let outside = ("x-forwarded-for", "198.51.100.1");
    let metrics = |headers: &[(&str, &str)]| get(&server, None, "/metrics", headers).status;
    assert_eq!((metrics(&[]), metrics(&[outside]), metrics(&[("forwarded", "for=198.51.100.1")])), (200, 401, 401));
    let key_of = |who: &Person, right: &str| {
        let made = server.ask(Some(who), "POST", "/api/tokens", Some(&json!({ "label": "đo", "rights": [right], "days": 1 })));
        format!("Bearer {}", made.body["key"].as_str().unwrap())
    };
    let with_key = |key: &str| metrics(&[outside, ("authorization", key)]);
    assert_eq!((with_key(&key_of(&admin, "watch")), with_key(&key_of(&admin, "read")), with_key("Bearer none")), (200, 403, 401));
    assert_eq!(with_key(&key_of(&server.sign_in("lan"), "watch")), 403, "the metrics are of every unit");
    let open = Server::start_with(tempfile::tempdir().unwrap(), &[("SOHOA_SERVER_METRICS_PUBLIC", "true")]);
    assert_eq!(get(&open, None, "/metrics", &[outside]).status, 200);
}

#[test]
fn server_names_itself_by_its_public_address_alone() {
    let home = tempfile::tempdir().unwrap();
    let scans = sohoa_testing::workspace().join("samples/003-ban-giao-tai-lieu");
    let run = program().arg("run").arg(&scans).args(["-q", "--home"]).arg(home.path()).current_dir(home.path()).output();
    assert!(run.unwrap().status.success());
    let (server, admin) = Server::with_administrator_of(home);
    let code = server.ask(Some(&admin), "GET", "/api/records", None).body["items"][0]["code"].as_str().unwrap().to_owned();
    let manifest = format!("/api/iiif/{code}%231/manifest");
    let id = |answer: &Answer| answer.body["id"].as_str().map(str::to_owned).unwrap_or_else(|| panic!("{} {}", answer.status, answer.body));
    let local = get(&server, Some(&admin), &manifest, &[]);
    assert!(id(&local).starts_with(&format!("{}/api/iiif/", server.address)), "{}", local.body);
    let forged = get(&server, Some(&admin), &manifest, &[("host", "evil.example"), ("x-forwarded-for", "198.51.100.1")]);
    assert_eq!(forged.status, 503, "{}", forged.body);
    assert!(forged.body["detail"].as_str().unwrap().contains("public_url") && !forged.body.to_string().contains("evil"), "{}", forged.body);
    let plain = ureq::get(format!("{}/healthz", server.address)).call().unwrap();
    assert!(plain.headers().get("strict-transport-security").is_none());

    let home = server.into_home();
    let settings = [("SOHOA_SERVER_PUBLIC_URL", "https://sohoa.example.vn/"), ("SOHOA_SERVER_TRUSTED_PROXIES", "127.0.0.0/8")];
    let server = Server::start_again_with(home, &settings);
    let admin = server.sign_in("admin");
    for host in ["evil.example", "127.0.0.1"] {
        let shown =
            get(&server, Some(&admin), &manifest, &[("host", host), ("x-forwarded-proto", "http"), ("x-forwarded-for", "198.51.100.1")]);
        assert!(id(&shown).starts_with("https://sohoa.example.vn/api/iiif/") && !shown.body.to_string().contains("evil"), "{}", shown.body);
    }
    let answered = ureq::get(format!("{}/healthz", server.address)).call().unwrap();
    assert_eq!(answered.headers().get("strict-transport-security").unwrap(), "max-age=31536000");
}

#[test]
fn people_see_and_end_their_own_sessions() {
    let (server, admin) = Server::with_administrator();
    server.add(&admin, "lan", &grant_in_all_units(Role::Reader));
    let (first, second) = (server.sign_in("lan"), server.sign_in("lan"));
    let list = |who: &Person| server.ask(Some(who), "GET", "/api/sessions", None).body.as_array().unwrap().clone();
    let listed = list(&first);
    assert_eq!(listed.len(), 2, "{listed:?}");
    assert!(listed.iter().all(|session| session["from"] == "127.0.0.1"), "{listed:?}");
    let other = listed.iter().find(|session| session["is_current"] == false).unwrap()["id"].as_str().unwrap().to_owned();
    let page = server.ask(Some(&first), "GET", "/account", None).body;
    assert!(page.as_str().unwrap().contains(&format!("DELETE /api/sessions/{other}")), "{page}");
    let end = |who: &Person, id: &str| server.ask(Some(who), "DELETE", &format!("/api/sessions/{id}"), None).status;
    assert_eq!((end(&admin, &other), end(&first, "none")), (404, 404), "sessions of others are not there");
    assert_eq!(end(&first, &other), 204);
    assert_eq!(server.ask(Some(&second), "GET", "/api/session", None).status, 401);
    assert_eq!(list(&first).len(), 1);
    let made = server.ask(Some(&first), "POST", "/api/tokens", Some(&json!({ "label": "x", "rights": ["read"], "days": 1 })));
    let key = made.body["key"].as_str().unwrap();
    assert_eq!(server.ask_with_key(key, "GET", "/api/sessions").status, 403);
    let ended: Vec<Value> = server.ask(Some(&admin), "GET", "/api/audit?limit=500", None).body.as_array().unwrap().clone();
    assert!(ended.iter().any(|event| event["kind"] == "signed-out" && event["body"]["user"] == "lan"));
}

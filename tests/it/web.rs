//! The server: who may do what, and what it answers.

use serde_json::{Value, json};
use sohoa_base::model::account::{Right, Role};
use sohoa_web::routes::{Access, ROUTES};
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use tempfile::TempDir;

mod oidc;
mod sign_in;

const PASSWORD: &str = "một mật khẩu để thử";

/// A running server with a home of its own.
pub(super) struct Server {
    child: Child,
    pub(super) address: String,
    setup: Option<String>,
    pub(super) home: TempDir,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn program() -> Command {
    // Figures are those of a release, which `TEST_PROGRAM` names.
    let program = std::env::var_os("TEST_PROGRAM").unwrap_or_else(|| env!("CARGO_BIN_EXE_sohoa").into());
    let mut command = Command::new(program);
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("SOHOA_")) {
        command.env_remove(name);
    }
    command
}

impl Server {
    fn start() -> Self {
        Self::start_in(tempfile::tempdir().unwrap())
    }

    /// What lies at an address: status, entity tag, bytes.
    pub(super) fn get(&self, who: &Person, path: &str, known: Option<&str>) -> (u16, Option<String>, Vec<u8>) {
        let mut request = ureq::http::Request::builder().uri(format!("{}{path}", self.address)).header("cookie", &who.cookie);
        if let Some(known) = known {
            request = request.header("if-none-match", known);
        }
        let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
        let mut answered = agent.run(request.body(()).unwrap()).unwrap();
        let tag = answered.headers().get("etag").map(|value| value.to_str().unwrap().to_owned());
        (answered.status().as_u16(), tag, answered.body_mut().read_to_vec().unwrap())
    }

    fn start_in(home: TempDir) -> Self {
        // Tests come in often, and all from one address.
        Self::start_with(home, &[("SOHOA_SERVER_SIGN_INS_PER_MINUTE", "0"), ("SOHOA_SERVER_REQUESTS_PER_SECOND", "0")])
    }

    fn start_with(home: TempDir, settings: &[(&str, &str)]) -> Self {
        let mut command = program();
        command.envs(settings.iter().copied());
        command.args(["serve", "--listen", "127.0.0.1:0", "--workers", "0", "--lang", "en", "-q", "--home"]).arg(home.path());
        let mut child = command.current_dir(home.path()).stderr(Stdio::piped()).spawn().unwrap();
        let mut said = BufReader::new(child.stderr.take().unwrap()).lines().map(Result::unwrap);
        let link = |line: &str| line.split_whitespace().find(|word| word.starts_with("http://")).map(str::to_owned);
        let address = link(&said.next().unwrap()).unwrap();
        let setup = said.find_map(|line| Some(line.split_once("/setup?key=")?.1.trim().to_owned()));
        // A server that cannot say what went wrong would end there.
        std::thread::spawn(move || said.for_each(drop));
        Self { child, address, setup, home }
    }

    /// As [`Server::start`], with an administrator.
    pub(super) fn with_administrator() -> (Self, Person) {
        Self::start().administered()
    }

    /// As [`Server::with_administrator`], in a home that is there.
    pub(super) fn with_administrator_of(home: TempDir) -> (Self, Person) {
        Self::start_in(home).administered()
    }

    fn administered(self) -> (Self, Person) {
        let server = self;
        let key = server.setup.clone().unwrap();
        let made = server.ask(None, "POST", "/api/setup", Some(&json!({ "key": key, "name": "admin", "password": PASSWORD })));
        assert_eq!(made.status, 204, "{}", made.body);
        let admin = server.sign_in("admin");
        (server, admin)
    }

    pub(super) fn sign_in(&self, name: &str) -> Person {
        let answer = self.ask(None, "POST", "/api/session", Some(&json!({ "name": name, "password": PASSWORD })));
        assert_eq!(answer.status, 200, "{}", answer.body);
        let cookie = answer.cookie.clone().unwrap();
        assert!(cookie.contains("Secure") && cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"), "{cookie}");
        Person { cookie: cookie.split(';').next().unwrap().to_owned(), form_key: answer.body["form_key"].as_str().unwrap().to_owned() }
    }

    pub(super) fn add(&self, admin: &Person, name: &str, grants: &Value) {
        let body = json!({ "name": name, "grants": grants, "password": PASSWORD });
        assert_eq!(self.ask(Some(admin), "POST", "/api/users", Some(&body)).status, 201);
    }

    pub(super) fn ask(&self, who: Option<&Person>, method: &str, path: &str, body: Option<&Value>) -> Answer {
        let mut request = ureq::http::Request::builder().method(method).uri(format!("{}{path}", self.address));
        if let Some(who) = who {
            request = request.header("cookie", &who.cookie).header("x-form-key", &who.form_key);
        }
        self.send(request, body)
    }

    /// As [`Server::ask`] for DELETE with a body.
    fn delete(&self, who: &Person, path: &str, body: &Value) -> Answer {
        let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
        let request = agent.delete(format!("{}{path}", self.address)).header("cookie", &who.cookie).header("x-form-key", &who.form_key);
        Answer::of(request.force_send_body().header("content-type", "application/json").send(body.to_string()).unwrap())
    }

    fn ask_with_key(&self, key: &str, method: &str, path: &str) -> Answer {
        let uri = format!("{}{path}", self.address);
        self.send(ureq::http::Request::builder().method(method).uri(uri).header("authorization", format!("Bearer {key}")), None)
    }

    fn send(&self, request: ureq::http::request::Builder, body: Option<&Value>) -> Answer {
        // What an address answers, and not what the one to which it leads does.
        let config = ureq::Agent::config_builder().http_status_as_error(false).max_redirects(0).max_redirects_will_error(false);
        let agent: ureq::Agent = config.build().into();
        let answered = match body {
            Some(body) => agent.run(request.header("content-type", "application/json").body(body.to_string()).unwrap()),
            None => agent.run(request.body(()).unwrap()),
        };
        Answer::of(answered.unwrap())
    }
}

impl Answer {
    fn of(mut answered: ureq::http::Response<ureq::Body>) -> Self {
        let header = |name: &str| answered.headers().get(name).map(|value| value.to_str().unwrap().to_owned());
        let (cookie, kind, tag, policy) = (header("set-cookie"), header("content-type"), header("etag"), header("content-security-policy"));
        let wait = header("retry-after");
        // A stream of events has no end.
        let is_endless = kind.as_ref().is_some_and(|kind| kind.starts_with("text/event-stream"));
        let bytes = if is_endless { Vec::new() } else { answered.body_mut().read_to_vec().unwrap() };
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let body = serde_json::from_str(&text).unwrap_or(Value::String(text));
        Self { status: answered.status().as_u16(), body, cookie, kind, tag, policy, wait }
    }
}

/// Who is signed in.
pub(super) struct Person {
    cookie: String,
    form_key: String,
}

pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) body: Value,
    cookie: Option<String>,
    kind: Option<String>,
    tag: Option<String>,
    policy: Option<String>,
    wait: Option<String>,
}

fn grant_in_all_units(role: Role) -> Value {
    json!([{ "role": role, "unit": "*" }])
}

/// Whether requests of this method bring a body.
fn accepts_body(method: &str) -> bool {
    !matches!(method, "GET" | "HEAD" | "OPTIONS" | "DELETE")
}

/// A path with something in the place of its parts.
fn fill_path(path: &str) -> String {
    path.split('/').map(|part| if part.starts_with('{') { "x%231" } else { part }).collect::<Vec<_>>().join("/")
}

#[test]
fn the_first_administrator_is_made_once_and_there_is_no_default_password() {
    let server = Server::start();
    let body = |key: &str, name: &str| json!({ "key": key, "name": name, "password": PASSWORD });
    assert_eq!(server.ask(None, "POST", "/api/session", Some(&json!({ "name": "admin", "password": "admin" }))).status, 403);
    assert_eq!(server.ask(None, "POST", "/api/setup", Some(&body("wrong", "admin"))).status, 403);
    let key = server.setup.clone().unwrap();
    let short = json!({ "key": key, "name": "admin", "password": "ngắn" });
    assert_eq!(server.ask(None, "POST", "/api/setup", Some(&short)).status, 400);
    // A wrong try does not use the key up.
    let again = server.ask(None, "POST", "/api/setup", Some(&body(&key, "admin")));
    assert_eq!(again.status, 204, "{}", again.body);
    assert_eq!(server.ask(None, "POST", "/api/setup", Some(&body(&key, "second"))).status, 403);
    let me = server.ask(Some(&server.sign_in("admin")), "GET", "/api/session", None);
    assert_eq!((&me.body["user"]["name"], me.body["rights"].as_array().unwrap().len()), (&"admin".into(), Right::ALL.len()));
}

#[test]
fn every_route_asks_of_every_role_what_the_table_says() {
    let (server, admin) = Server::with_administrator();
    for role in Role::ALL {
        let name = serde_json::to_value(role).unwrap().as_str().unwrap().to_owned();
        server.add(&admin, &name, &grant_in_all_units(role));
        for (method, path, access) in ROUTES {
            // Signed in anew each time: one of the routes signs out.
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
    for (method, path, access) in ROUTES {
        let answer = server.ask(None, method, &fill_path(path), accepts_body(method).then(|| json!({})).as_ref());
        assert_eq!(answer.status == 401, *access != Access::Public, "nobody {method} {path}: {}", answer.status);
        assert!(answer.policy.unwrap().contains("object-src 'none'"));
    }
}

#[test]
fn what_changes_something_must_come_from_our_own_page() {
    let (server, admin) = Server::with_administrator();
    let foreign = Person { cookie: admin.cookie.clone(), form_key: String::new() };
    let body = json!({ "label": "x", "rights": ["read"], "days": 1 });
    let answer = server.ask(Some(&foreign), "POST", "/api/tokens", Some(&body));
    assert_eq!((answer.status, answer.kind.as_deref()), (403, Some("application/problem+json")));
    assert_eq!(server.ask(Some(&foreign), "GET", "/api/tokens", None).body, json!([]));
    assert_eq!(server.ask(Some(&admin), "POST", "/api/tokens", Some(&body)).status, 201);
}

#[test]
fn wrong_passwords_lock_a_name_and_tell_nothing_of_it() {
    let (server, admin) = Server::with_administrator();
    server.add(&admin, "lan", &grant_in_all_units(Role::Reader));
    let tried = |name: &str, password: &str| server.ask(None, "POST", "/api/session", Some(&json!({ "name": name, "password": password })));
    let (wrong, nobody) = (tried("lan", "sai mật khẩu rồi"), tried("nobody", "sai mật khẩu rồi"));
    assert_eq!((wrong.status, &wrong.body), (nobody.status, &nobody.body));
    (0..4).for_each(|_| assert_eq!(tried("lan", "sai mật khẩu rồi").status, 403));
    assert_eq!(tried("lan", PASSWORD).status, 429, "the name is not locked");
    // The administrator gives a new password, which opens it.
    let set = server.ask(Some(&admin), "PUT", "/api/users/lan/password", Some(&json!({ "password": PASSWORD })));
    assert_eq!((set.status, tried("lan", PASSWORD).status), (204, 200));
    let told = server.ask(Some(&admin), "GET", "/api/audit?limit=500", None).body;
    let kinds: Vec<&str> = told.as_array().unwrap().iter().map(|event| event["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds.iter().filter(|kind| **kind == "sign-in-failed").count(), 6, "{kinds:?}");
    assert!(!told.to_string().contains("mật khẩu"), "a password is in the audit");
}

#[test]
fn keys_of_programs_may_what_was_given_and_end() {
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
    // Nobody gives away a right that they do not have.
    server.add(&admin, "lan", &grant_in_all_units(Role::Reader));
    let lan = server.sign_in("lan");
    let wish = json!({ "label": "x", "rights": ["administer"], "days": 1 });
    assert_eq!(server.ask(Some(&lan), "POST", "/api/tokens", Some(&wish)).status, 403);
}

#[test]
fn who_is_disabled_is_out_and_the_last_administrator_stays() {
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
fn who_may_read_one_unit_sees_no_other() {
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
    assert_eq!(get(&hoa, "/api/search?q=b%C3%A0n+giao").body["total"], 0);
    assert_eq!(get(&hoa, "/api/search?q=giao&unit=SNV").status, 403);
    assert_eq!(get(&hoa, "/api/runs").body["items"], json!([]));
    assert_eq!(get(&hoa, "/api/review").body["items"], json!([]));
    let decide = server.ask(Some(&hoa), "POST", &format!("/api/review/{code}%231"), Some(&json!({ "accept": true })));
    assert_eq!(decide.status, 404);
    let decided = server.ask(Some(&lan), "POST", &format!("/api/review/{code}%231"), Some(&json!({ "accept": true })));
    assert_eq!((decided.status, &decided.body["decisions"][0]["author"]), (200, &"lan".into()), "{}", decided.body);
    let told = server.ask(Some(&admin), "GET", "/api/audit?limit=500", None).body;
    let own = told.as_array().unwrap().iter().filter(|event| event["body"]["by"] == "lan");
    let kinds: Vec<&str> = own.map(|event| event["kind"].as_str().unwrap()).collect();
    assert!(kinds.contains(&"record-read") && kinds.contains(&"document-read"), "{kinds:?}");
    assert!(server.home.path().join("store").exists());
}

#[test]
fn who_administers_one_unit_makes_nobody_an_administrator_of_another() {
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
    assert_eq!((change("minh", "SNV"), change("lan", "*"), change("hoa", "SNV"), change("admin", "SNV")), (204, 403, 403, 403));
    let reset = server.ask(Some(&lan), "PUT", "/api/users/admin/password", Some(&json!({ "password": PASSWORD })));
    assert_eq!(reset.status, 403, "the administrator's password was given away");
    assert_eq!(server.ask(Some(&lan), "GET", "/api/audit", None).status, 403);
}

#[test]
fn the_api_describes_itself() {
    let server = Server::start();
    let told = server.ask(None, "GET", "/openapi.json", None).body;
    assert_eq!(told["openapi"].as_str().map(|version| version.starts_with("3.1")), Some(true));
    for (method, path, _) in ROUTES.iter().filter(|(_, path, _)| path.starts_with("/api/")) {
        assert!(told["paths"][path][method.to_lowercase()]["responses"].is_object(), "{method} {path} is not described");
    }
    let described: usize = told["paths"].as_object().unwrap().values().map(|path| path.as_object().unwrap().len()).sum();
    assert_eq!(described, ROUTES.iter().filter(|(_, path, _)| path.starts_with("/api/")).count(), "more is described than there is");
    assert!(told["components"]["schemas"]["DossierRecord"]["properties"]["documents"].is_object());
    for (path, words) in [("/healthz", "ok"), ("/readyz", "ready"), ("/metrics", "sohoa_http_requests_total")] {
        assert!(server.ask(None, "GET", path, None).body.as_str().unwrap().contains(words), "{path}");
    }
}

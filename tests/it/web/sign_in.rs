//! Sign-in: rate limits, and two-factor authentication by TOTP (RFC 6238).

use crate::support::server::{Answer, PASSWORD, Person, Server, grant_in_all_units};
use serde_json::{Value, json};
use sohoa_base::model::account::Role;
use std::time::{SystemTime, UNIX_EPOCH};
use totp_rs::{Builder, Secret, Totp};

/// An authenticator app.
struct Authenticator(Totp);

impl Authenticator {
    fn with(secret: &str) -> Self {
        Self(Builder::new().with_secret(Secret::try_from_base32(secret).unwrap()).build().unwrap())
    }

    /// The code of the current time step, or of `steps` later. The server accepts the current and the next one.
    fn code(&self, steps: u64) -> String {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
        self.0.generate(now + 30 * steps).to_string()
    }

    /// A code that is valid neither now nor soon.
    fn wrong_code(&self) -> String {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
        let near: Vec<String> = (0..6).map(|steps| self.0.generate(now - 60 + 30 * steps).to_string()).collect();
        (0..10).map(|digit| format!("{digit}").repeat(6)).find(|code| !near.contains(code)).unwrap()
    }
}

fn try_sign_in(server: &Server, name: &str, code: Option<&str>) -> Answer {
    server.ask(None, "POST", "/api/session", Some(&json!({ "name": name, "password": PASSWORD, "code": code })))
}

/// Enrols an authenticator app; the app and the recovery codes.
fn enrol(server: &Server, who: &Person) -> (Authenticator, Vec<String>) {
    let enrolment = server.ask(Some(who), "POST", "/api/session/totp", Some(&json!({ "password": PASSWORD })));
    assert_eq!(enrolment.status, 200, "{}", enrolment.body);
    let secret = enrolment.body["secret"].as_str().unwrap();
    assert!(enrolment.body["uri"].as_str().unwrap().contains(secret) && enrolment.body["qr"].as_str().unwrap().starts_with("<svg"));
    let app = Authenticator::with(secret);
    let confirmed = server.ask(Some(who), "PUT", "/api/session/totp", Some(&json!({ "code": app.code(0) })));
    assert_eq!(confirmed.status, 200, "{}", confirmed.body);
    let codes: Vec<String> = serde_json::from_value(confirmed.body["recovery_codes"].clone()).unwrap();
    (app, codes)
}

fn count_events(server: &Server, admin: &Person, kind: &str) -> usize {
    let events = server.ask(Some(admin), "GET", "/api/audit?limit=500", None).body;
    events.as_array().unwrap().iter().filter(|event| event["kind"] == kind).count()
}

#[test]
fn totp_codes_are_required_and_single_use() {
    let (server, admin) = Server::with_administrator();
    server.add(&admin, "lan", &grant_in_all_units(Role::Reader));
    let (lan, other) = (server.sign_in("lan"), server.sign_in("lan"));
    let begin = |password: &str| server.ask(Some(&lan), "POST", "/api/session/totp", Some(&json!({ "password": password })));
    assert_eq!(begin("sai mật khẩu rồi").status, 403);
    // Enrolment takes effect only with its confirmation.
    let first = Authenticator::with(begin(PASSWORD).body["secret"].as_str().unwrap());
    assert_eq!(try_sign_in(&server, "lan", None).status, 200);
    let confirm = |code: &str| server.ask(Some(&lan), "PUT", "/api/session/totp", Some(&json!({ "code": code }))).status;
    assert_eq!(confirm(&first.wrong_code()), 403);
    let (app, codes) = enrol(&server, &lan);
    assert_eq!((codes.len(), confirm(&app.code(1))), (8, 409));
    assert_eq!(begin(PASSWORD).status, 409, "an app is put in the place of another without a code");
    assert_eq!(server.ask(Some(&other), "GET", "/api/session", None).status, 401, "a session from before goes on");
    assert_eq!(server.ask(Some(&lan), "GET", "/api/session", None).body["user"]["totp_enabled"], true);

    let asked = try_sign_in(&server, "lan", None);
    assert_eq!((asked.status, &asked.body["type"], asked.cookie), (403, &"urn:sohoa:problem:code".into(), None));
    assert_eq!(try_sign_in(&server, "lan", Some(" ")).body["type"], "urn:sohoa:problem:code");
    let wrong = server.ask(None, "POST", "/api/session", Some(&json!({ "name": "lan", "password": "sai mật khẩu rồi" })));
    assert_eq!(wrong.body["type"], "urn:sohoa:problem:denied", "it is told that there is an app");
    let next = app.code(1);
    assert_eq!(try_sign_in(&server, "lan", Some(&next)).status, 200);
    assert_eq!(try_sign_in(&server, "lan", Some(&next)).status, 403, "a code works twice");
    assert_eq!(try_sign_in(&server, "lan", Some(&app.code(0))).status, 403, "an older code works after a newer one");
    let typed = codes[0].to_uppercase().replace('-', " ");
    assert_eq!((try_sign_in(&server, "lan", Some(&typed)).status, try_sign_in(&server, "lan", Some(&codes[0])).status), (200, 403));
    let events = server.ask(Some(&admin), "GET", "/api/audit?limit=500", None).body.to_string();
    assert!(!events.contains(&codes[0]) && !events.contains(&next), "a code is in the audit");
    assert_eq!((count_events(&server, &admin, "totp-added"), count_events(&server, &admin, "recovery-code-used")), (1, 1));
    // The catalogue file holds no secret in plain text.
    let kept: Vec<u8> =
        ["catalog.db", "catalog.db-wal"].iter().flat_map(|name| std::fs::read(server.home.path().join(name)).unwrap_or_default()).collect();
    let holds = |text: &str| kept.windows(text.len()).any(|part| part == text.as_bytes());
    let bare = codes[1].replace('-', "");
    let secret = app.0.secret();
    let hexadecimal: String = secret.as_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    assert!(holds("totp-added") && !holds(&bare) && !holds(&hexadecimal) && !holds(&secret.to_base32()));
}

#[test]
fn renewal_of_a_sign_in_needs_the_second_factor_too() {
    let (server, admin) = Server::with_administrator();
    server.add(&admin, "lan", &grant_in_all_units(Role::SecrecyOfficer));
    let lan = server.sign_in("lan");
    let (app, codes) = enrol(&server, &lan);
    let renew =
        |code: Option<&str>| server.ask(Some(&lan), "POST", "/api/session/renewal", Some(&json!({ "password": PASSWORD, "code": code })));
    let asked = renew(None);
    assert_eq!((asked.status, &asked.body["type"]), (403, &"urn:sohoa:problem:code".into()), "{}", asked.body);
    assert_eq!(
        (renew(Some(" ")).status, renew(Some(&app.wrong_code())).status, count_events(&server, &admin, "sign-in-renewed")),
        (403, 403, 0)
    );
    assert_eq!((renew(Some(&app.code(1))).status, renew(Some(&app.code(1))).status), (204, 403), "a code works twice");
    assert_eq!((renew(Some(&codes[0])).status, renew(Some(&codes[0])).status), (204, 403), "a recovery code works twice");
    assert_eq!(count_events(&server, &admin, "sign-in-renewed"), 2);
}

#[test]
fn wrong_totp_codes_lock_account() {
    let (server, admin) = Server::with_administrator();
    server.add(&admin, "lan", &grant_in_all_units(Role::Reader));
    let (app, codes) = enrol(&server, &server.sign_in("lan"));
    let wrong = app.wrong_code();
    for _ in 0..2 {
        assert_eq!(try_sign_in(&server, "lan", Some(&wrong)).status, 403);
        // The right password alone does not reset the failures.
        assert_eq!(try_sign_in(&server, "lan", None).body["type"], "urn:sohoa:problem:code");
    }
    (0..3).for_each(|_| assert_eq!(try_sign_in(&server, "lan", Some("00000-00000-00000-00000")).status, 403));
    assert_eq!(try_sign_in(&server, "lan", Some(&codes[0])).status, 429, "the name is not locked");
    assert_eq!(try_sign_in(&server, "lan", None).status, 429);
}

#[test]
fn totp_is_removed_with_code_or_by_administrator() {
    let (server, admin) = Server::with_administrator();
    server.add(&admin, "lan", &json!([{ "role": "reader", "unit": "SNV" }]));
    server.add(&admin, "hoa", &json!([{ "role": "administrator", "unit": "SYT" }]));
    let lan = server.sign_in("lan");
    let (app, codes) = enrol(&server, &lan);
    let end = |password: &str, code: &str| server.delete(&lan, "/api/session/totp", &json!({ "password": password, "code": code })).status;
    assert_eq!((end("sai mật khẩu rồi", &codes[0]), end(PASSWORD, &app.wrong_code())), (403, 403));
    assert_eq!((end(PASSWORD, &codes[0]), end(PASSWORD, &codes[1])), (204, 409));
    assert_eq!(try_sign_in(&server, "lan", None).status, 200);
    // Enrolled again, and the telephone is lost.
    let (_, again) = enrol(&server, &lan);
    assert_eq!(try_sign_in(&server, "lan", Some(&codes[2])).status, 403, "codes of before work");
    let reset = |who: &Person| server.ask(Some(who), "DELETE", "/api/users/lan/totp", None).status;
    assert_eq!((reset(&lan), reset(&server.sign_in("hoa")), reset(&admin)), (403, 404, 204));
    assert_eq!(try_sign_in(&server, "lan", None).status, 200);
    assert_eq!(count_events(&server, &admin, "totp-ended"), 2);
    assert_eq!((again.len(), server.ask(Some(&admin), "DELETE", "/api/users/nobody/totp", None).status), (8, 404));
    // The key of a program cannot enrol.
    let made = server.ask(Some(&admin), "POST", "/api/tokens", Some(&json!({ "label": "x", "rights": ["administer"], "days": 1 })));
    let key = format!("Bearer {}", made.body["key"].as_str().unwrap());
    let request = ureq::http::Request::builder().method("POST").uri(format!("{}/api/session/totp", server.address));
    assert_eq!(server.send(request.header("authorization", key), Some(&json!({ "password": PASSWORD }))).status, 403);
}

/// Tries to sign in, or to create the first administrator, for a client that a proxy names.
fn try_from(server: &Server, from: &str, path: &str, body: &Value) -> Answer {
    let request = ureq::http::Request::builder().method("POST").uri(format!("{}{path}", server.address));
    server.send(request.header("x-forwarded-for", from), Some(body))
}

#[test]
fn sign_in_rate_limit_is_per_name_and_client() {
    let home = tempfile::tempdir().unwrap();
    // A network with the proxy in it.
    let proxied = [("SOHOA_SERVER_SIGN_INS_PER_MINUTE", "1"), ("SOHOA_SERVER_TRUSTED_PROXIES", "127.0.0.0/8")];
    let server = Server::start_with(home, &proxied);
    let tried = |from: &str, name: &str| try_from(&server, from, "/api/session", &json!({ "name": name, "password": "sai mật khẩu rồi" }));
    assert_eq!(tried("192.0.2.1", "lan").status, 403);
    let stopped = tried("192.0.2.1", "lan");
    assert_eq!((stopped.status, &stopped.body["type"]), (429, &"urn:sohoa:problem:too-often".into()), "{}", stopped.body);
    let seconds: u64 = stopped.wait.unwrap().parse().unwrap();
    assert!((1..=61).contains(&seconds), "{seconds}");
    assert_eq!((tried("192.0.2.2", "lan").status, tried("203.0.113.9, 192.0.2.1", "lan").status), (403, 429));
    assert_eq!((tried("192.0.2.1", "hoa").status, tried("192.0.2.1", "hoa").status), (403, 429), "another name has tries of its own");
    let setup = json!({ "key": "x", "name": "admin", "password": PASSWORD });
    let set_up = || try_from(&server, "192.0.2.1", "/api/setup", &setup).status;
    assert_eq!((set_up(), set_up()), (403, 429));
    let page = ureq::http::Request::builder().uri(format!("{}/sign-in", server.address)).header("x-forwarded-for", "192.0.2.1");
    assert_eq!(server.send(page, None).status, 200);
}

#[test]
fn proxy_that_is_not_named_locks_nobody_out_and_is_told() {
    let settings = [("SOHOA_SERVER_SIGN_INS_PER_MINUTE", "3"), ("SOHOA_SERVER_SIGN_INS_PER_ADDRESS", "40")];
    let (server, admin) = Server::start_with(tempfile::tempdir().unwrap(), &settings).create_administrator();
    let plant = || server.ask(Some(&admin), "GET", "/plant", None).body.to_string();
    assert!(!plant().contains("trusted_proxies"));
    // The header of a peer that is not trusted says nothing about the client.
    let tried =
        |from: &str, name: &str, password: &str| try_from(&server, from, "/api/session", &json!({ "name": name, "password": password }));
    let statuses: Vec<u16> = (0..10).map(|number| tried(&format!("192.0.2.{number}"), "lan", "sai mật khẩu rồi").status).collect();
    assert_eq!(statuses.iter().filter(|status| **status == 429).count(), 7, "{statuses:?}");
    assert_eq!(tried("192.0.2.99", "admin", PASSWORD).status, 200, "who guesses keeps others out");
    assert!(plant().contains("trusted_proxies"), "{}", plant());
    // Names without end are stopped by the limit of the address.
    let statuses: Vec<u16> = (0..60).map(|number| tried("192.0.2.1", &format!("ten{number}"), "x").status).collect();
    assert!(statuses.starts_with(&[403]) && statuses.ends_with(&[429]), "{statuses:?}");
}

#[test]
fn request_rate_limit_is_per_session() {
    let settings =
        [("SOHOA_SERVER_SIGN_INS_PER_MINUTE", "0"), ("SOHOA_SERVER_REQUESTS_PER_SECOND", "1"), ("SOHOA_SERVER_REQUESTS_AT_ONCE", "40")];
    let (server, admin) = Server::start_with(tempfile::tempdir().unwrap(), &settings).create_administrator();
    let other = server.sign_in("admin");
    // More requests than the burst, and faster than the rate.
    let stopped =
        |ask: &dyn Fn(u32) -> Answer| (0..200).map(ask).find(|answer| answer.status == 429).map(|answer| answer.body["type"].clone());
    let too_often = Some(Value::from("urn:sohoa:problem:too-often"));
    assert_eq!(stopped(&|_| server.ask(Some(&admin), "GET", "/api/session", None)), too_often);
    assert_eq!(server.ask(Some(&other), "GET", "/api/session", None).status, 200, "one session stops another");
    assert_eq!(stopped(&|number| server.ask_with_key(&format!("key {number}"), "GET", "/api/runs")), too_often);
    assert_eq!(server.ask(Some(&other), "GET", "/api/session", None).status, 200);
    assert_eq!(stopped(&|_| server.ask(None, "GET", "/metrics", None)), too_often);
}

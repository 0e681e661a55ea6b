//! Sign-in by OpenID Connect at a real provider (`tests/oidc`).

use crate::support::server::{PASSWORD, Person, Server};
use serde_json::{Value, json};
use sohoa_testing::node;
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

const CALLBACK: &str = "/sign-in/oidc/callback";

/// A running provider.
struct Provider {
    child: Child,
    issuer: String,
}

impl Drop for Provider {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Provider {
    fn start() -> Option<Self> {
        let work = node::installed("oidc", Path::new(env!("CARGO_TARGET_TMPDIR")))?;
        let mut command = Command::new("node");
        let mut child = command.arg("provider.mjs").current_dir(work).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let issuer = BufReader::new(child.stdout.take().unwrap()).lines().next().unwrap().unwrap();
        Some(Self { child, issuer })
    }

    /// Sets the accounts of the provider and the offset of its clock, seconds.
    fn set(&self, people: &Value, clock_seconds: i64) {
        let world = json!({ "people": people, "clock_seconds": clock_seconds });
        assert_eq!(ureq::put(format!("{}/world", self.issuer)).send(world.to_string()).unwrap().status(), 204);
    }

    /// A server that gives roles to two groups of the provider.
    fn server(&self) -> Server {
        let groups = r#"[{ group = "kho", role = "archivist", unit = "SNV" }, { group = "ptp", role = "reader", unit = "*" }, { group = "mat", role = "secrecy-officer", unit = "SNV" }]"#;
        let settings = [
            ("SOHOA_SERVER_SIGN_INS_PER_MINUTE", "0"),
            ("SOHOA_OIDC_ISSUER", self.issuer.as_str()),
            ("SOHOA_OIDC_CLIENT_SECRET", "a secret of client and provider"),
            ("SOHOA_OIDC_SCOPES", "profile,groups"),
            ("SOHOA_OIDC_GROUPS", groups),
        ];
        Server::start_with(tempfile::tempdir().unwrap(), &settings)
    }
}

/// A browser that keeps cookies; callers follow redirects.
struct Browser {
    cookies: BTreeMap<String, String>,
}

struct Page {
    status: u16,
    location: Option<String>,
    text: String,
}

impl Browser {
    fn new() -> Self {
        Self { cookies: BTreeMap::new() }
    }

    fn ask(&mut self, address: &str, form: Option<&[(&str, &str)]>) -> Page {
        let config = ureq::Agent::config_builder().http_status_as_error(false).max_redirects(0).max_redirects_will_error(false);
        let agent: ureq::Agent = config.build().into();
        let cookies: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let response = match form {
            Some(form) => agent.post(address).header("cookie", cookies.join("; ")).send_form(form.iter().copied()),
            None => agent.get(address).header("cookie", cookies.join("; ")).header("accept", "text/html").call(),
        };
        let mut response = response.unwrap();
        for set in response.headers().get_all("set-cookie") {
            let (name, value) = set.to_str().unwrap().split(';').next().unwrap().split_once('=').unwrap();
            if value.is_empty() {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        let location = response.headers().get("location").map(|value| value.to_str().unwrap().to_owned());
        Page { status: response.status().as_u16(), location, text: response.body_mut().read_to_string().unwrap() }
    }

    /// Begins the sign-in at the server; the URL of the provider to which it redirects.
    fn begin(&mut self, server: &Server, to: &str) -> String {
        let page = self.ask(&format!("{}/sign-in/oidc?to={to}", server.address), None);
        assert_eq!(page.status, 303, "{}", page.text);
        page.location.unwrap()
    }

    /// Logs in and consents at the provider; the URL of the server to which it redirects back.
    fn log_in(&mut self, address: &str, login: &str) -> String {
        let origin = address.split('/').take(3).collect::<Vec<_>>().join("/");
        let mut page = self.ask(address, None);
        for _ in 0..20 {
            page = match page.location {
                Some(location) if location.contains(CALLBACK) => return location,
                Some(location) if location.starts_with('/') => self.ask(&format!("{origin}{location}"), None),
                Some(location) => self.ask(&location, None),
                None => {
                    let action = page
                        .text
                        .split("action=\"")
                        .nth(1)
                        .unwrap_or_else(|| panic!("{}", page.text))
                        .split('"')
                        .next()
                        .unwrap()
                        .to_owned();
                    let is_login = page.text.contains("name=\"login\"");
                    let form =
                        if is_login { vec![("prompt", "login"), ("login", login), ("password", "x")] } else { vec![("prompt", "consent")] };
                    self.ask(&action, Some(&form))
                }
            };
        }
        panic!("the provider leads nowhere: {}", page.text);
    }

    /// The whole sign-in.
    fn sign_in(&mut self, server: &Server, login: &str) -> Page {
        let address = self.begin(server, "/records");
        let back = self.log_in(&address, login);
        self.ask(&back, None)
    }

    fn me(&mut self, server: &Server) -> Value {
        serde_json::from_str(&self.ask(&format!("{}/api/session", server.address), None).text).unwrap()
    }
}

fn user_claims(name: &str, groups: &[&str]) -> Value {
    json!({ "preferred_username": name, "name": "Nguyễn Thị Lan", "groups": groups })
}

#[test]
fn oidc_grants_follow_provider_groups() {
    let Some(provider) = Provider::start() else { return };
    provider.set(&json!({ "u1": user_claims("Lan.Nguyen", &["kho", "khác"]) }), 0);
    let (server, admin) = provider.server().create_administrator();
    let mut browser = Browser::new();
    assert!(browser.ask(&format!("{}/sign-in?to=/records", server.address), None).text.contains("/sign-in/oidc?to=%2Frecords"));
    let page = browser.sign_in(&server, "u1");
    // A page of the server itself redirects: browsers send no SameSite=Strict cookie after a redirect from elsewhere.
    assert!(page.status == 200 && page.text.contains("0; url=/records"), "{} {}", page.status, page.text);
    assert!(!browser.cookies.contains_key("__Host-sohoa-way"));
    let me = browser.me(&server);
    assert_eq!(
        (&me["user"]["name"], &me["user"]["display_name"], &me["user"]["origin"]),
        (&"lan.nguyen".into(), &"Nguyễn Thị Lan".into(), &"oidc".into())
    );
    assert_eq!(me["user"]["grants"], json!([{ "role": "archivist", "unit": "SNV" }]));

    // Another group and another name at the provider: the same account here.
    provider.set(&json!({ "u1": user_claims("lan.tran", &["ptp"]) }), 0);
    let mut again = Browser::new();
    again.sign_in(&server, "u1");
    let me = again.me(&server);
    assert_eq!((&me["user"]["name"], &me["user"]["grants"]), (&"lan.nguyen".into(), &json!([{ "role": "reader", "unit": "*" }])));
    assert_eq!(browser.me(&server)["user"]["grants"], me["user"]["grants"], "an older session keeps what was taken away");

    // In no group with a role: sign-in is denied, and open sessions end.
    provider.set(&json!({ "u1": user_claims("lan.nguyen", &["khác"]), "u2": user_claims("moi", &[]) }), 0);
    for login in ["u1", "u2"] {
        let mut denied = Browser::new();
        let page = denied.sign_in(&server, login);
        assert!(page.status == 403 && page.text.contains("you are in no group that may work here"), "{}", page.text);
        assert!(!denied.cookies.contains_key("__Host-sohoa"));
    }
    assert_eq!(browser.me(&server)["status"], 401);
    let people = server.ask(Some(&admin), "GET", "/api/users", None).body;
    let names: Vec<&str> = people.as_array().unwrap().iter().map(|user| user["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["admin", "lan.nguyen"]);
    let events = server.ask(Some(&admin), "GET", "/api/audit?limit=500", None).body;
    let by_oidc = events.as_array().unwrap().iter().filter(|event| event["body"]["by"] == "oidc");
    let kinds: Vec<&str> = by_oidc.map(|event| event["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["user-added", "signed-in", "user-changed", "signed-in", "user-changed", "sign-in-denied", "sign-in-denied"]);
}

#[test]
fn oidc_user_renews_the_sign_in_at_the_provider() {
    let Some(provider) = Provider::start() else { return };
    provider.set(&json!({ "u1": user_claims("lan", &["mat"]) }), 0);
    let (server, _) = provider.server().create_administrator();
    let mut browser = Browser::new();
    assert_eq!(browser.sign_in(&server, "u1").status, 200);
    let make_key = |browser: &mut Browser| {
        let form_key = browser.me(&server)["form_key"].as_str().unwrap().to_owned();
        let who = Person { cookie: format!("__Host-sohoa={}", browser.cookies["__Host-sohoa"]), form_key };
        let renewed = server.ask(Some(&who), "POST", "/api/session/renewal", Some(&json!({ "password": PASSWORD })));
        assert_eq!(renewed.status, 409, "a password here renews it: {}", renewed.body);
        server.ask(Some(&who), "POST", "/api/tokens", Some(&json!({ "label": "x", "rights": ["quarantine"], "days": 1 }))).status
    };
    // The provider may have asked for the password long ago.
    assert_eq!(make_key(&mut browser), 403);
    // Now it asks again, although it knows the browser, and says when it did.
    let address = browser.ask(&format!("{}/sign-in/oidc?renew=true&to=/keys", server.address), None).location.unwrap();
    assert!(address.contains("prompt=login") && address.contains("max_age="), "{address}");
    let back = browser.log_in(&address, "u1");
    assert!(browser.ask(&back, None).text.contains("0; url=/keys"));
    assert_eq!(make_key(&mut browser), 201);
}

#[test]
fn oidc_account_cannot_be_taken_over_by_name() {
    let Some(provider) = Provider::start() else { return };
    provider
        .set(&json!({ "u1": user_claims("admin", &["ptp"]), "u2": user_claims("lan", &["ptp"]), "u3": user_claims("lan", &["kho"]) }), 0);
    let (server, admin) = provider.server().create_administrator();
    let page = Browser::new().sign_in(&server, "u1");
    assert!(page.status == 403 && page.text.contains("somebody else has the name admin"), "{}", page.text);
    // A second person to whom the provider gives the same name gets no access to the account of the first.
    let mut lan = Browser::new();
    assert_eq!((lan.sign_in(&server, "u2").status, Browser::new().sign_in(&server, "u3").status), (200, 403));
    // An account disabled here stays disabled, whatever the provider says.
    let disabled = json!({ "grants": [{ "role": "reader", "unit": "*" }], "disabled": true });
    let set = server.ask(Some(&admin), "PUT", "/api/users/lan/password", Some(&json!({ "password": PASSWORD })));
    assert_eq!((set.status, server.ask(Some(&admin), "PUT", "/api/users/lan", Some(&disabled)).status), (409, 204));
    assert_eq!((lan.me(&server)["status"].as_u64(), lan.sign_in(&server, "u2").status), (Some(401), 403));
}

#[test]
fn invalid_oidc_responses_are_rejected() {
    let Some(provider) = Provider::start() else { return };
    let people = json!({ "u1": user_claims("lan", &["kho"]) });
    provider.set(&people, 0);
    let server = provider.server();
    let refused = |browser: &mut Browser, address: &str, why: &str| {
        let page = browser.ask(address, None);
        assert!(page.status == 403 && page.text.contains(why), "{address}: {} {}", page.status, page.text);
        assert!(!browser.cookies.contains_key("__Host-sohoa"), "{address} lets in");
    };
    let (unknown, untrue) = ("this sign-in was not begun here", "is not valid");
    let state_of = |address: &str| address.split("state=").nth(1).unwrap().split('&').next().unwrap().to_owned();
    let code_of = |address: &str| address.split("code=").nth(1).unwrap().split('&').next().unwrap().to_owned();
    let callback = |code: &str, state: &str| format!("{}{CALLBACK}?code={code}&state={state}", server.address);

    // Another state, none, and another browser.
    let mut browser = Browser::new();
    let out = browser.begin(&server, "/");
    assert!(out.contains("code_challenge_method=S256") && out.contains("nonce="));
    let back = browser.log_in(&out, "u1");
    refused(&mut browser, &callback(&code_of(&back), "another"), unknown);
    refused(&mut browser, &back, unknown);
    let out = browser.begin(&server, "/");
    let back = browser.log_in(&out, "u1");
    refused(&mut Browser::new(), &back, unknown);
    // Another issuer in the response (RFC 9207).
    refused(&mut browser, &back.replace("iss=", "iss=https%3A%2F%2Felsewhere.example&x="), unknown);

    // The same response twice, and its code in the response to another request.
    let out = browser.begin(&server, "/");
    let back = browser.log_in(&out, "u1");
    assert_eq!(browser.ask(&back, None).status, 200);
    browser.cookies.remove("__Host-sohoa");
    refused(&mut browser, &back, unknown);
    let out = browser.begin(&server, "/");
    refused(&mut browser, &callback(&code_of(&back), &state_of(&out)), "refuses this sign-in");

    // A token for another nonce.
    let out = browser.begin(&server, "/");
    let nonce = out.split("nonce=").nth(1).unwrap().split('&').next().unwrap();
    let back = browser.log_in(&out.replace(nonce, "another"), "u1");
    refused(&mut browser, &back, untrue);

    // A token that expired fifty minutes ago.
    provider.set(&people, -3600);
    let mut late = Browser::new();
    let out = late.begin(&server, "/");
    let back = late.log_in(&out, "u1");
    refused(&mut late, &back, untrue);
    provider.set(&people, 0);

    // Denied by the user, an invalid code, and another site as the page to return to.
    let out = browser.begin(&server, "/");
    refused(&mut browser, &format!("{}{CALLBACK}?error=access_denied&state={}", server.address, state_of(&out)), "was broken off");
    let out = browser.begin(&server, "/");
    refused(&mut browser, &callback("made-up", &state_of(&out)), "refuses this sign-in");
    let out = browser.begin(&server, "https://elsewhere.example/");
    let back = browser.log_in(&out, "u1");
    let page = browser.ask(&back, None);
    assert!(page.status == 200 && page.text.contains("0; url=/\"") && !page.text.contains("elsewhere"), "{}", page.text);
}

#[test]
fn missing_or_unreachable_oidc_provider_is_handled() {
    let server = Server::start();
    let mut browser = Browser::new();
    assert!(!browser.ask(&format!("{}/sign-in", server.address), None).text.contains("/sign-in/oidc"));
    for path in ["/sign-in/oidc", CALLBACK] {
        assert_eq!(browser.ask(&format!("{}{path}", server.address), None).status, 404);
    }
    let groups = r#"[{ group = "kho", role = "archivist", unit = "SNV" }]"#;
    // No process listens at this port.
    let settings = [("SOHOA_OIDC_ISSUER", "http://127.0.0.1:1"), ("SOHOA_OIDC_GROUPS", groups)];
    let (server, _) = Server::start_with(tempfile::tempdir().unwrap(), &settings).create_administrator();
    let page = browser.ask(&format!("{}/sign-in/oidc", server.address), None);
    assert!(page.status == 503 && page.text.contains("does not answer"), "{} {}", page.status, page.text);
}

//! A running server and requests to its HTTP interface.

use super::command::{command_of, unprivileged_program};
use serde_json::{Value, json};
use sohoa_base::model::account::Role;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use tempfile::TempDir;

/// Password of every account.
pub(crate) const PASSWORD: &str = "một mật khẩu để thử";

/// A running server with a home folder of its own and no workers.
pub(crate) struct Server {
    child: Child,
    /// Origin, such as `http://127.0.0.1:40000`.
    pub(crate) address: String,
    /// Key for the first administrator; none once there is one.
    pub(crate) setup: Option<String>,
    pub(crate) home: TempDir,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Settings without rate limits.
const NO_RATE_LIMITS: [(&str, &str); 3] =
    [("SOHOA_SERVER_SIGN_INS_PER_MINUTE", "0"), ("SOHOA_SERVER_SIGN_INS_PER_ADDRESS", "0"), ("SOHOA_SERVER_REQUESTS_PER_SECOND", "0")];

/// The program, or the build that `TEST_PROGRAM` names: measurements are made with a release.
pub(crate) fn program() -> Command {
    command_of(&std::env::var_os("TEST_PROGRAM").unwrap_or_else(|| env!("CARGO_BIN_EXE_sohoa").into()))
}

impl Server {
    /// Starts a server in a new home.
    pub(crate) fn start() -> Self {
        Self::start_in(tempfile::tempdir().unwrap())
    }

    /// GET: status, entity tag, bytes. `etag` is sent as `If-None-Match`.
    pub(crate) fn get(&self, who: &Person, path: &str, etag: Option<&str>) -> (u16, Option<String>, Vec<u8>) {
        let mut request = ureq::http::Request::builder().uri(format!("{}{path}", self.address)).header("cookie", &who.cookie);
        if let Some(etag) = etag {
            request = request.header("if-none-match", etag);
        }
        let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
        let mut response = agent.run(request.body(()).unwrap()).unwrap();
        let tag = response.headers().get("etag").map(|value| value.to_str().unwrap().to_owned());
        (response.status().as_u16(), tag, response.body_mut().read_to_vec().unwrap())
    }

    /// As [`Server::start`], in an existing home.
    pub(crate) fn start_in(home: TempDir) -> Self {
        // No rate limits: tests sign in often, and all from one address.
        Self::start_with(home, &NO_RATE_LIMITS)
    }

    /// As [`Server::start_in`], with these environment variables in place of the usual ones.
    pub(crate) fn start_with(home: TempDir, settings: &[(&str, &str)]) -> Self {
        Self::start_command(home, program(), settings, true)
    }

    /// As [`Server::start_in`], with no right to read files that their mode protects, also where the tests run as root.
    pub(crate) fn start_without_privileges(home: TempDir) -> Self {
        Self::start_command(home, unprivileged_program(), &NO_RATE_LIMITS, true)
    }

    /// Starts a server; a new one is waited for until it tells the address of its setup.
    fn start_command(home: TempDir, mut command: Command, settings: &[(&str, &str)], is_new: bool) -> Self {
        command.envs(settings.iter().copied());
        command.args(["serve", "--listen", "127.0.0.1:0", "--workers", "0", "--lang", "en", "-q", "--home"]).arg(home.path());
        let mut child = command.current_dir(home.path()).stderr(Stdio::piped()).spawn().unwrap();
        let mut messages = BufReader::new(child.stderr.take().unwrap()).lines().map(Result::unwrap);
        let link = |line: &str| line.split_whitespace().find(|word| word.starts_with("http://")).map(str::to_owned);
        let address = link(&messages.next().unwrap()).unwrap();
        let setup = is_new.then(|| messages.find_map(|line| Some(line.split_once("/setup#key=")?.1.trim().to_owned()))).flatten();
        // A server whose standard error is closed would end at its next message.
        std::thread::spawn(move || messages.for_each(drop));
        Self { child, address, setup, home }
    }

    /// Kills the server; its home.
    pub(crate) fn into_home(mut self) -> TempDir {
        let _ = self.child.kill();
        let _ = self.child.wait();
        std::mem::replace(&mut self.home, tempfile::tempdir().unwrap())
    }

    /// As [`Server::start_with`], in a home with an administrator.
    pub(crate) fn start_again_with(home: TempDir, settings: &[(&str, &str)]) -> Self {
        Self::start_command(home, program(), settings, false)
    }

    /// Kills the server, which has an administrator, and starts it again.
    pub(crate) fn restart(mut self, between: impl FnOnce()) -> Self {
        let _ = self.child.kill();
        let _ = self.child.wait();
        between();
        let home = std::mem::replace(&mut self.home, tempfile::tempdir().unwrap());
        Self::start_command(home, program(), &NO_RATE_LIMITS, false)
    }

    /// As [`Server::start`], with an administrator.
    pub(crate) fn with_administrator() -> (Self, Person) {
        Self::start().create_administrator()
    }

    /// As [`Server::with_administrator`], in an existing home.
    pub(crate) fn with_administrator_of(home: TempDir) -> (Self, Person) {
        Self::start_in(home).create_administrator()
    }

    /// Makes the first administrator and signs in.
    pub(crate) fn create_administrator(self) -> (Self, Person) {
        let server = self;
        let key = server.setup.clone().unwrap();
        let created = server.ask(None, "POST", "/api/setup", Some(&json!({ "key": key, "name": "admin", "password": PASSWORD })));
        assert_eq!(created.status, 204, "{}", created.body);
        let admin = server.sign_in("admin");
        (server, admin)
    }

    /// Signs in with [`PASSWORD`].
    pub(crate) fn sign_in(&self, name: &str) -> Person {
        let answer = self.ask(None, "POST", "/api/session", Some(&json!({ "name": name, "password": PASSWORD })));
        assert_eq!(answer.status, 200, "{}", answer.body);
        let cookie = answer.cookie.clone().unwrap();
        assert!(cookie.contains("Secure") && cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"), "{cookie}");
        Person { cookie: cookie.split(';').next().unwrap().to_owned(), form_key: answer.body["form_key"].as_str().unwrap().to_owned() }
    }

    /// Adds an account with [`PASSWORD`].
    pub(crate) fn add(&self, admin: &Person, name: &str, grants: &Value) {
        let body = json!({ "name": name, "grants": grants, "password": PASSWORD });
        assert_eq!(self.ask(Some(admin), "POST", "/api/users", Some(&body)).status, 201);
    }

    /// A request of a session, or of nobody.
    pub(crate) fn ask(&self, who: Option<&Person>, method: &str, path: &str, body: Option<&Value>) -> Answer {
        let mut request = ureq::http::Request::builder().method(method).uri(format!("{}{path}", self.address));
        if let Some(who) = who {
            request = request.header("cookie", &who.cookie).header("x-form-key", &who.form_key);
        }
        self.send(request, body)
    }

    /// As [`Server::ask`] for DELETE with a body.
    pub(crate) fn delete(&self, who: &Person, path: &str, body: &Value) -> Answer {
        let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
        let request = agent.delete(format!("{}{path}", self.address)).header("cookie", &who.cookie).header("x-form-key", &who.form_key);
        Answer::of(request.force_send_body().header("content-type", "application/json").send(body.to_string()).unwrap())
    }

    /// A request with the key of a program.
    pub(crate) fn ask_with_key(&self, key: &str, method: &str, path: &str) -> Answer {
        let uri = format!("{}{path}", self.address);
        self.send(ureq::http::Request::builder().method(method).uri(uri).header("authorization", format!("Bearer {key}")), None)
    }

    /// Sends a request without following redirects.
    pub(crate) fn send(&self, request: ureq::http::request::Builder, body: Option<&Value>) -> Answer {
        let config = ureq::Agent::config_builder().http_status_as_error(false).max_redirects(0).max_redirects_will_error(false);
        let agent: ureq::Agent = config.build().into();
        let response = match body {
            Some(body) => agent.run(request.header("content-type", "application/json").body(body.to_string()).unwrap()),
            None => agent.run(request.body(()).unwrap()),
        };
        Answer::of(response.unwrap())
    }
}

/// A session.
pub(crate) struct Person {
    pub(crate) cookie: String,
    pub(crate) form_key: String,
}

/// A response; a body that is no JSON is a string.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Value,
    pub(crate) cookie: Option<String>,
    /// Media type.
    pub(crate) kind: Option<String>,
    /// Entity tag.
    pub(crate) tag: Option<String>,
    /// `Content-Security-Policy`.
    pub(crate) policy: Option<String>,
    /// `Retry-After`.
    pub(crate) wait: Option<String>,
}

impl Answer {
    fn of(mut response: ureq::http::Response<ureq::Body>) -> Self {
        let header = |name: &str| response.headers().get(name).map(|value| value.to_str().unwrap().to_owned());
        let (cookie, kind, tag, policy) = (header("set-cookie"), header("content-type"), header("etag"), header("content-security-policy"));
        let wait = header("retry-after");
        // A stream of events has no end.
        let is_endless = kind.as_ref().is_some_and(|kind| kind.starts_with("text/event-stream"));
        let bytes = if is_endless { Vec::new() } else { response.body_mut().read_to_vec().unwrap() };
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let body = serde_json::from_str(&text).unwrap_or(Value::String(text));
        Self { status: response.status().as_u16(), body, cookie, kind, tag, policy, wait }
    }
}

/// Grants of a role in every unit.
pub(crate) fn grant_in_all_units(role: Role) -> Value {
    json!([{ "role": role, "unit": "*" }])
}

//! A client of the upload interface (tus 1.0), and a server that it can kill and start again.

use super::command::sohoa_command;
use super::server::PASSWORD;
use base64::Engine as _;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// Header of a request that brings bytes of a file.
pub(crate) const BYTES: (&str, &str) = ("content-type", "application/offset+octet-stream");

/// A server that can be killed and started again over the same home.
pub(crate) struct UploadServer {
    pub(crate) home: TempDir,
    pub(crate) workers: u32,
    pub(crate) child: Child,
    pub(crate) address: String,
    pub(crate) setup: Option<String>,
}

impl Drop for UploadServer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Headers of a session; none for nobody.
pub(crate) struct Person(pub(crate) Vec<(String, String)>);

/// A response; a body that is no JSON is a string.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: Value,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }

    pub(crate) fn offset(&self) -> u64 {
        self.header("upload-offset").parse().unwrap_or_else(|_| panic!("{} {:?} {}", self.status, self.headers, self.body))
    }
}

/// Starts the server: process, address and, at the first start, the key for the first administrator.
fn launch(home: &TempDir, workers: u32) -> (Child, String, Option<String>) {
    let mut command = sohoa_command();
    command.args(["serve", "--listen", "127.0.0.1:0", "--lang", "en", "-q", "--workers", &workers.to_string(), "--home"]);
    // No rate limits: tests send many requests, and all from one address.
    command.env("SOHOA_SERVER_SIGN_INS_PER_MINUTE", "0").env("SOHOA_SERVER_REQUESTS_PER_SECOND", "0");
    let mut child = command.arg(home.path()).current_dir(home.path()).stderr(Stdio::piped()).spawn().unwrap();
    let mut messages = BufReader::new(child.stderr.take().unwrap());
    let mut address = None;
    let mut setup = None;
    let mut line = String::new();
    let is_new = !home.path().join("known").exists();
    while address.is_none() || (is_new && setup.is_none()) {
        line.clear();
        assert!(messages.read_line(&mut line).unwrap() > 0, "the server ended");
        address = address.or_else(|| Some(line.split_once("http://")?.1.split_whitespace().next()?.to_owned()));
        setup = setup.or_else(|| Some(line.split_once("/setup#key=")?.1.trim().to_owned()));
    }
    std::fs::write(home.path().join("known"), "").unwrap();
    // A server whose standard error is closed would end at its next message.
    std::thread::spawn(move || std::io::copy(&mut messages, &mut std::io::sink()));
    (child, address.unwrap(), setup)
}

impl UploadServer {
    /// Starts a server in a new home, with an administrator.
    pub(crate) fn start(workers: u32) -> (Self, Person) {
        Self::start_with(workers, "[uploads]\nfree_mib = 16\n")
    }

    /// As [`UploadServer::start`], with these sections of settings.
    pub(crate) fn start_with(workers: u32, settings: &str) -> (Self, Person) {
        let home = tempfile::tempdir().unwrap();
        // A limit small enough for tests to exceed.
        std::fs::write(home.path().join("sohoa.toml"), format!("[limits]\nfile_mib = 4\n{settings}")).unwrap();
        let (child, address, setup) = launch(&home, workers);
        let server = Self { home, workers, child, address, setup };
        let body = json!({ "key": server.setup, "name": "admin", "password": PASSWORD });
        assert_eq!(server.json(&Person(vec![]), "POST", "/api/setup", &body).status, 204);
        let admin = server.sign_in("admin");
        (server, admin)
    }

    /// Kills the server, as a power cut would.
    pub(crate) fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Starts it again over the same home.
    pub(crate) fn restart(&mut self) {
        (self.child, self.address, _) = launch(&self.home, self.workers);
    }

    pub(crate) fn sign_in(&self, name: &str) -> Person {
        let answer = self.json(&Person(vec![]), "POST", "/api/session", &json!({ "name": name, "password": PASSWORD }));
        assert_eq!(answer.status, 200, "{}", answer.body);
        let cookie = answer.header("set-cookie").split(';').next().unwrap().to_owned();
        let form_key = answer.body["form_key"].as_str().unwrap().to_owned();
        Person(vec![("cookie".to_owned(), cookie), ("x-form-key".to_owned(), form_key)])
    }

    /// Adds an archivist of `unit` and signs in.
    pub(crate) fn add(&self, admin: &Person, name: &str, unit: &str) -> Person {
        let body = json!({ "name": name, "grants": [{ "role": "archivist", "unit": unit }], "password": PASSWORD });
        assert_eq!(self.json(admin, "POST", "/api/users", &body).status, 201);
        self.sign_in(name)
    }

    pub(crate) fn json(&self, who: &Person, method: &str, path: &str, body: &Value) -> Answer {
        self.ask(who, method, path, &[("content-type", "application/json")], body.to_string().as_bytes())
    }

    pub(crate) fn get(&self, who: &Person, path: &str) -> Value {
        let answer = self.ask(who, "GET", path, &[], b"");
        assert_eq!(answer.status, 200, "{path}: {}", answer.body);
        answer.body
    }

    /// A request of the tus protocol.
    pub(crate) fn tus(&self, who: &Person, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        self.ask(who, method, path, &[&[("tus-resumable", "1.0.0")], headers].concat(), body)
    }

    pub(crate) fn ask(&self, who: &Person, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        let mut stream = self.send_head(who, method, path, headers, body.len());
        // A server that refuses may not read the body to its end.
        let _ = stream.write_all(body);
        read_answer(stream)
    }

    /// Sends the head of a request; the caller writes the body of `length` bytes.
    pub(crate) fn send_head(&self, who: &Person, method: &str, path: &str, headers: &[(&str, &str)], length: usize) -> TcpStream {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        let mut head = format!("{method} {path} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\ncontent-length: {length}\r\n", self.address);
        for (name, value) in who.0.iter().map(|(name, value)| (name.as_str(), value.as_str())).chain(headers.iter().copied()) {
            head += &format!("{name}: {value}\r\n");
        }
        stream.write_all((head + "\r\n").as_bytes()).unwrap();
        stream
    }

    /// Opens an upload; its path.
    pub(crate) fn open(&self, who: &Person, request: &Value) -> String {
        let answer = self.json(who, "POST", "/api/uploads", request);
        assert_eq!(answer.status, 201, "{}", answer.body);
        format!("/api/uploads/{}", answer.body["id"].as_str().unwrap())
    }

    /// Announces a file without sending bytes.
    pub(crate) fn create(&self, who: &Person, upload: &str, path: &str, bytes: &[u8]) -> Answer {
        let (length, metadata) = (bytes.len().to_string(), metadata(path, &sha256(bytes)));
        self.tus(who, "POST", &format!("{upload}/files"), &[("upload-length", &length), ("upload-metadata", &metadata)], b"")
    }

    /// Sends a file in one request; its state.
    pub(crate) fn deliver(&self, who: &Person, upload: &str, path: &str, bytes: &[u8]) -> String {
        let (length, metadata) = (bytes.len().to_string(), metadata(path, &sha256(bytes)));
        let headers = [("upload-length", length.as_str()), ("upload-metadata", &metadata), BYTES];
        let answer = self.tus(who, "POST", &format!("{upload}/files"), &headers, bytes);
        assert_eq!((answer.status, answer.offset()), (201, bytes.len() as u64), "{path}: {}", answer.body);
        answer.header("upload-state").to_owned()
    }

    pub(crate) fn patch(&self, who: &Person, file: &str, offset: u64, bytes: &[u8]) -> Answer {
        self.tus(who, "PATCH", file, &[("upload-offset", &offset.to_string()), BYTES], bytes)
    }

    pub(crate) fn head(&self, who: &Person, file: &str) -> Answer {
        self.tus(who, "HEAD", file, &[], b"")
    }
}

/// Reads a response to the end of the connection.
pub(crate) fn read_answer(mut stream: TcpStream) -> Answer {
    let mut bytes = Vec::new();
    // The connection may be reset after the response.
    let _ = stream.read_to_end(&mut bytes);
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or_else(|| panic!("no answer: {text:?}"));
    let mut lines = head.lines();
    let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
    let headers = lines.filter_map(|line| line.split_once(": ")).map(|(name, value)| (name.to_lowercase(), value.to_owned())).collect();
    Answer { status, headers, body: serde_json::from_str(body).unwrap_or_else(|_| Value::String(body.to_owned())) }
}

/// SHA-256, hexadecimal.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

/// `Upload-Metadata` of a file.
pub(crate) fn metadata(path: &str, sha256: &str) -> String {
    let coded = |text: &str| base64::engine::general_purpose::STANDARD.encode(text);
    format!("filename {},path {},sha256 {}", coded("x"), coded(path), coded(sha256))
}

/// Asks until there is an answer, for at most two minutes.
pub(crate) fn wait_until<T>(what: &str, mut ask: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + Duration::from_secs(120);
    loop {
        if let Some(found) = ask() {
            return found;
        }
        assert!(Instant::now() < deadline, "never: {what}");
        std::thread::yield_now();
    }
}

/// A PNG of an empty page; each number gives other bytes.
pub(crate) fn page_image(number: u8) -> Vec<u8> {
    let mut picture = image::GrayImage::from_pixel(120, 160, image::Luma([255]));
    picture.put_pixel(0, 0, image::Luma([number]));
    let mut bytes = std::io::Cursor::new(Vec::new());
    picture.write_to(&mut bytes, image::ImageFormat::Png).unwrap();
    bytes.into_inner()
}

/// Bytes that begin as a PDF does and go on without a pattern.
pub(crate) fn random_bytes(length: usize) -> Vec<u8> {
    let mut bytes = b"%PDF-1.7\n".to_vec();
    let mut state = 7_u32;
    bytes.resize_with(length, || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    });
    bytes
}

/// Request of a new upload for unit SNV.
pub(crate) fn upload_request(name: &str) -> Value {
    json!({ "name": name, "unit": "SNV" })
}
